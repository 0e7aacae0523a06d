//! The kernels of a formula, and the relations between them.

use super::applied;
use super::family::Family;
use crate::graph::Attr;
use crate::primitives::elementary::{ABS, EXP, SIGMOID};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList};
use crate::simplify::exact::Number;
use crate::simplify::polynomial::{Monomial, Polynomial, VARIABLES};
use smallvec::SmallVec;

/// The largest multiple of an angle that is written with functions of the angle.
const MULTIPLES: i64 = 4;

/// Something of which a formula is a rational function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    /// Anything without a relation.
    Plain(Id),
    /// The size of a formula: its square is that of the formula.
    Size(Id),
    /// base^(1/root)
    Root(Id, i64),
    /// exp(unit·x)
    Exponential(Id, Number),
    /// base^(unit·x)
    Power(Id, Id, Number),
    /// sin(unit·x) or sinh(unit·x)
    Odd(Family, Id, Number),
    /// cos(unit·x) or cosh(unit·x)
    Even(Family, Id, Number),
}

/// The function whose square is written with that of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eliminated {
    /// sin² = 1 − cos²
    Odd,
    /// cos² = 1 − sin²
    Even,
}

/// A factor of a power.
pub enum PowerFactor {
    /// A polynomial in the kernels.
    Polynomial(Polynomial),
    /// A sum or product of formulas, which is read.
    Formula(Id),
}

/// The meaning of a power of a kernel.
pub enum Relation {
    /// A polynomial in the kernels.
    Polynomial(Polynomial),
    /// A formula to a power.
    Formula(Id, i64),
}

/// The units in which arguments are measured: all multiples of one are whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measured {
    Exponential,
    Power(Id),
    Angle(Family),
}

/// The kernels of one formula.
#[derive(Clone, Debug)]
pub struct Generators {
    variables: Vec<Generator>,
    roots: Vec<(Id, i64)>,
    units: Vec<(Measured, Id, Number)>,
    /// Angles of which a sine or cosine occurs, not only a tangent.
    waves: Vec<(Family, Id)>,
    /// The choice for sines and cosines.
    pub eliminated: Eliminated,
    /// True if the square of a sine or cosine was met: else the choice makes no difference.
    pub squares: bool,
}

impl Generators {
    /// Those of `id`; `None` where it has numbers that are not exact.
    pub fn of(algebra: &mut Algebra, id: Id) -> Option<Generators> {
        let mut kernels = Generators {
            variables: Vec::new(),
            roots: Vec::new(),
            units: Vec::new(),
            waves: Vec::new(),
            eliminated: Eliminated::Odd,
            squares: false,
        };
        let mut stack: SmallVec<[Id; 16]> = SmallVec::from_slice(&[id]);
        let whole = algebra.shape(algebra.core(id));
        let mut logistic = TermList::new();
        let mut steps = 0;
        while let Some(id) = stack.pop() {
            steps += 1;
            if steps > 2_000 {
                return None;
            }
            let id = algebra.core(id);
            let shape = algebra.shape(id);
            if algebra.lets_through(id) || !shape.is_scalar() && shape != whole {
                return None;
            }
            match algebra.form(id) {
                Form::Number(value) if !value.is_exact() => return None,
                Form::Sum(terms) => {
                    if terms.iter().any(|(c, _)| !c.is_exact()) {
                        return None;
                    }
                    stack.extend(terms.iter().map(|(_, term)| *term));
                }
                Form::Product(bases) => {
                    for (base, exponent) in bases {
                        stack.push(*base);
                        kernels.learn_power(algebra, *base, *exponent)?;
                    }
                }
                Form::Apply(row, _, args) if row.is(&EXP) => {
                    for (c, x) in terms_of(algebra, args[0]) {
                        kernels.measure(Measured::Exponential, x, c)?;
                    }
                }
                Form::Apply(row, _, args) if row.is(&SIGMOID) => {
                    if let [(c, x)] = terms_of(algebra, args[0])[..] {
                        logistic.push((c, x));
                    }
                }
                Form::Apply(row, _, args) => {
                    for family in [Family::Circular, Family::Hyperbolic] {
                        let Some(k) = family.rows().iter().position(|known| row.is(known)) else {
                            continue;
                        };
                        let (c, x) = angle(algebra, args[0]);
                        kernels.measure(Measured::Angle(family), x, c)?;
                        if k < 2 && !kernels.waves.contains(&(family, x)) {
                            kernels.waves.push((family, x));
                        }
                    }
                }
                _ => {}
            }
        }
        for (c, x) in logistic {
            if kernels.unit(Measured::Exponential, x).is_some() {
                kernels.measure(Measured::Exponential, x, c)?;
            }
        }
        Some(kernels)
    }

    fn learn_power(&mut self, algebra: &mut Algebra, base: Id, exponent: Id) -> Option<()> {
        match algebra.value(exponent) {
            Some(power) => {
                let (_, below) = power.fraction()?;
                if below > 1 {
                    self.root(base, below)?;
                }
            }
            None => {
                for (c, x) in terms_of(algebra, exponent) {
                    if x == algebra.unit() {
                        let (_, below) = c.fraction()?;
                        self.root(base, below)?;
                    } else {
                        self.measure(Measured::Power(base), x, c)?;
                    }
                }
            }
        }
        Some(())
    }

    fn root(&mut self, base: Id, root: i64) -> Option<()> {
        match self.roots.iter_mut().find(|(known, _)| *known == base) {
            Some((_, known)) => {
                let both = Number::whole(*known).common_divisor(Number::whole(root));
                *known = known.checked_mul(root)? / both.integer()?;
            }
            None => self.roots.push((base, root)),
        }
        Some(())
    }

    fn measure(&mut self, what: Measured, x: Id, c: Number) -> Option<()> {
        let known = self
            .units
            .iter_mut()
            .find(|(kind, of, _)| (*kind, *of) == (what, x));
        match known {
            Some((_, _, unit)) => *unit = unit.common_divisor(c),
            None => self.units.push((what, x, c.abs())),
        }
        c.is_exact().then_some(())
    }

    fn unit(&self, what: Measured, x: Id) -> Option<Number> {
        let mut units = self.units.iter();
        units
            .find(|(kind, of, _)| (*kind, *of) == (what, x))
            .map(|(_, _, unit)| *unit)
            .filter(|unit| unit.is_positive())
    }

    /// The choices that make a difference.
    pub fn eliminations(&self) -> SmallVec<[Eliminated; 2]> {
        match self.waves.is_empty() {
            true => SmallVec::from_slice(&[Eliminated::Odd]),
            false => SmallVec::from_slice(&[Eliminated::Odd, Eliminated::Even]),
        }
    }

    /// What stands under roots.
    pub fn root_bases(&self) -> SmallVec<[Id; 4]> {
        self.roots.iter().map(|(base, _)| *base).collect()
    }

    /// The number of a kernel, which is noted if it is new.
    pub fn index(&mut self, kernel: Generator) -> Option<usize> {
        if let Some(k) = self.variables.iter().position(|known| *known == kernel) {
            return Some(k);
        }
        if self.variables.len() == VARIABLES {
            return None;
        }
        self.variables.push(kernel);
        Some(self.variables.len() - 1)
    }

    fn variable(&mut self, kernel: Generator) -> Option<Polynomial> {
        Some(Polynomial::variable(self.index(kernel)?, 1))
    }

    /// base^exponent as powers of polynomials in kernels.
    pub fn factors(
        &mut self,
        algebra: &mut Algebra,
        base: Id,
        exponent: Id,
    ) -> Option<SmallVec<[(PowerFactor, i64); 4]>> {
        let mut factors = SmallVec::new();
        let exponents = match algebra.value(exponent) {
            Some(power) => TermList::from_slice(&[(power, algebra.unit())]),
            None => terms_of(algebra, exponent),
        };
        for (c, x) in exponents {
            if x != algebra.unit() {
                let unit = self.unit(Measured::Power(base), x)?;
                let kernel = self.variable(Generator::Power(base, x, unit))?;
                factors.push((PowerFactor::Polynomial(kernel), (c / unit).integer()?));
                continue;
            }
            let root = self.roots.iter().find(|(known, _)| *known == base);
            if let Some((_, root)) = root.copied().filter(|(_, root)| *root > 1) {
                let kernel = self.variable(Generator::Root(base, root))?;
                let times = (c * Number::whole(root)).integer()?;
                factors.push((PowerFactor::Polynomial(kernel), times));
            } else if !self.opaque(algebra, base) {
                factors.push((PowerFactor::Formula(base), c.integer()?));
            } else {
                let power = c.integer()?;
                for (kernel, times) in self.of_base(algebra, base)? {
                    factors.push((PowerFactor::Polynomial(kernel), times * power));
                }
            }
        }
        Some(factors)
    }

    fn of_base(
        &mut self,
        algebra: &mut Algebra,
        base: Id,
    ) -> Option<SmallVec<[(Polynomial, i64); 4]>> {
        let mut factors = SmallVec::new();
        let Form::Apply(row, _, args) = algebra.form(base) else {
            factors.push((self.variable(Generator::Plain(base))?, 1));
            return Some(factors);
        };
        if row.is(&EXP) {
            for (c, x) in terms_of(algebra, args[0]) {
                let unit = self.unit(Measured::Exponential, x)?;
                let kernel = self.variable(Generator::Exponential(x, unit))?;
                factors.push((kernel, (c / unit).integer()?));
            }
            return Some(factors);
        }
        for family in [Family::Circular, Family::Hyperbolic] {
            let Some(k) = family.rows().iter().position(|known| row.is(known)) else {
                continue;
            };
            let (c, x) = angle(algebra, args[0]);
            let Some(unit) = self.unit(Measured::Angle(family), x) else {
                break;
            };
            let times = (c / unit).integer()?;
            if times.abs() > MULTIPLES || k == 2 && !self.waves.contains(&(family, x)) {
                break;
            }
            let [odd, even] = self.multiple(family, x, unit, times)?;
            match k {
                0 => factors.push((odd, 1)),
                1 => factors.push((even, 1)),
                _ => factors.extend([(odd, 1), (even, -1)]),
            }
            return Some(factors);
        }
        if row.is(&SIGMOID)
            && let [(c, x)] = terms_of(algebra, args[0])[..]
            && let Some(unit) = self.unit(Measured::Exponential, x)
            && let Some(times) = (c / unit).integer()
            && times.abs() <= MULTIPLES
        {
            // σ(u) = e^u/(1 + e^u), and σ(−u) = 1/(1 + e^u).
            let exponential = self.index(Generator::Exponential(x, unit))?;
            let power = Polynomial::variable(exponential, u8::try_from(times.abs()).ok()?);
            let sum = power.plus(&Polynomial::number(Number::ONE))?;
            if times > 0 {
                factors.push((power, 1));
            }
            factors.push((sum, -1));
            return Some(factors);
        }
        if row.is(&SIGMOID) {
            let opposite = algebra.negated(args[0]);
            let partner = algebra.sigmoid(opposite);
            if self.variables.contains(&Generator::Plain(partner)) {
                let other = self.variable(Generator::Plain(partner))?;
                let complement = other.scaled(Number::MINUS_ONE)?;
                factors.push((complement.plus(&Polynomial::number(Number::ONE))?, 1));
                return Some(factors);
            }
        }
        let kernel = match row.is(&ABS) {
            true => Generator::Size(args[0]),
            false => Generator::Plain(base),
        };
        factors.push((self.variable(kernel)?, 1));
        Some(factors)
    }

    /// Sine and cosine of a multiple of an angle.
    fn multiple(
        &mut self,
        family: Family,
        x: Id,
        unit: Number,
        times: i64,
    ) -> Option<[Polynomial; 2]> {
        let odd = self.variable(Generator::Odd(family, x, unit))?;
        let even = self.variable(Generator::Even(family, x, unit))?;
        let mut both = [odd.clone(), even.clone()];
        for _ in 1..times.abs() {
            let [s, c] = &both;
            let sine = s.times(&even)?.plus(&c.times(&odd)?)?;
            let product = s.times(&odd)?.scaled(-family.sign())?;
            both = [sine, c.times(&even)?.plus(&product)?];
        }
        if times < 0 {
            both[0] = both[0].scaled(Number::MINUS_ONE)?;
        }
        Some(both)
    }

    /// A kernel of which a power in `polynomial` has a relation, and that power.
    pub fn reducible(&mut self, polynomial: &Polynomial) -> Option<(usize, u8)> {
        let power = |kernel: &Generator| match (kernel, self.eliminated) {
            (Generator::Root(_, root), _) => u8::try_from(*root).ok(),
            (Generator::Size(_), _) => Some(2),
            (Generator::Odd(..), Eliminated::Odd) | (Generator::Even(..), Eliminated::Even) => {
                Some(2)
            }
            _ => None,
        };
        let degrees = polynomial.degrees();
        let wave = |kernel: &Generator| matches!(kernel, Generator::Odd(..) | Generator::Even(..));
        let mut both = self.variables.iter().zip(degrees);
        self.squares |= both.any(|(kernel, degree)| degree > 1 && wave(kernel));
        let mut all = self.variables.iter().zip(degrees).enumerate();
        all.find_map(|(k, (kernel, degree))| {
            let power = power(kernel)?;
            (degree >= power).then_some((k, power))
        })
    }

    /// The meaning of that power.
    pub fn relation(&mut self, algebra: &Algebra, k: usize) -> Option<Relation> {
        let one = Polynomial::number(Number::ONE);
        Some(match self.variables[k] {
            Generator::Root(base, _) => match algebra.form(base) {
                Form::Number(value) => Relation::Polynomial(Polynomial::number(value)),
                _ => match self.opaque(algebra, base) {
                    true => {
                        let plain = self.index(Generator::Plain(base))?;
                        Relation::Polynomial(Polynomial::variable(plain, 1))
                    }
                    false => Relation::Formula(base, 1),
                },
            },
            Generator::Size(x) => Relation::Formula(x, 2),
            Generator::Odd(family, x, unit) => {
                let even = self.index(Generator::Even(family, x, unit))?;
                let square = Polynomial::variable(even, 2).scaled(-family.sign())?;
                Relation::Polynomial(square.plus(&one.scaled(family.sign())?)?)
            }
            Generator::Even(family, x, unit) => {
                let odd = self.index(Generator::Odd(family, x, unit))?;
                let square = Polynomial::variable(odd, 2).scaled(-family.sign())?;
                Relation::Polynomial(square.plus(&one)?)
            }
            _ => return None,
        })
    }

    /// True for what is read as its own root: it must not be read again as that root's power.
    fn opaque(&self, algebra: &Algebra, base: Id) -> bool {
        !matches!(algebra.form(base), Form::Sum(_) | Form::Product(_))
    }

    /// Exponents of all kernels, 0 so far.
    pub fn exponents(&self) -> [i64; VARIABLES] {
        [0; VARIABLES]
    }

    /// Adds the exponents of a power of a monomial.
    pub fn multiply(&self, exponents: &mut [i64; VARIABLES], monomial: &Monomial, power: i64) {
        for (sum, exponent) in exponents.iter_mut().zip(monomial) {
            *sum += power * i64::from(*exponent);
        }
    }

    /// The factors of a product of powers of kernels; exponentials are one.
    pub fn written(
        &self,
        algebra: &mut Algebra,
        exponents: &[i64; VARIABLES],
    ) -> Option<FactorList> {
        let one = algebra.unit();
        let mut factors = FactorList::new();
        let mut exponential = TermList::new();
        for (kernel, power) in self.variables.iter().zip(exponents) {
            if *power == 0 {
                continue;
            }
            let power = Number::whole(*power);
            match *kernel {
                Generator::Plain(base) => factors.push((base, algebra.number(power))),
                Generator::Size(x) => {
                    let size = applied(algebra, &ABS, Number::ONE, x);
                    factors.push((size, algebra.number(power)));
                }
                Generator::Root(base, root) => {
                    factors.push((base, algebra.number(power / Number::whole(root))));
                }
                Generator::Exponential(x, unit) => exponential.push((power * unit, x)),
                Generator::Power(base, x, unit) => {
                    let shape = algebra.shape(x);
                    factors.push((base, algebra.sum(&[(power * unit, x)], shape)));
                }
                Generator::Odd(family, x, unit) => {
                    let wave = applied(algebra, family.rows()[0], unit, x);
                    factors.push((wave, algebra.number(power)));
                }
                Generator::Even(family, x, unit) => {
                    let wave = applied(algebra, family.rows()[1], unit, x);
                    factors.push((wave, algebra.number(power)));
                }
            }
        }
        if !exponential.is_empty() {
            let shape = algebra.common_shape(exponential.iter().map(|(_, x)| *x))?;
            let argument = algebra.sum(&exponential, shape);
            let function = algebra.operation(&EXP, Attr::None, &[argument], shape);
            factors.push((function, one));
        }
        Some(factors)
    }
}

/// The terms of a sum; a formula that is none is one.
fn terms_of(algebra: &Algebra, id: Id) -> TermList {
    match algebra.form(id) {
        Form::Sum(terms) => terms.iter().copied().collect(),
        Form::Number(value) => TermList::from_slice(&[(value, algebra.unit())]),
        _ => TermList::from_slice(&[(Number::ONE, id)]),
    }
}

/// A number and a formula without one, whose product is an angle.
fn angle(algebra: &mut Algebra, id: Id) -> (Number, Id) {
    let (c, x) = algebra.scaled(id);
    if c != Number::ONE {
        return (c, x);
    }
    algebra.content_of(id)
}
