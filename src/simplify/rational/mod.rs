//! Formulas as rational functions of kernels: over one denominator, with common factors cancelled.
//!
//! A kernel is a name, a root, an exponential, a sine: whatever is not made by `+ − × ÷` and whole
//! powers. Generators have relations: the square of a square root is what stands under it, and
//! sin² + cos² = 1. Denominators stay factored; a numerator is divided by every factor that is known.

mod family;
mod kernels;
mod written;

use super::algebra::{Algebra, Form, Id};
use super::exact::Number;
use super::factorisation;
use super::polynomial::Polynomial;
use crate::graph::{Attr, Shape};
use kernels::{Generator, Generators, PowerFactor};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Operations up to which a formula is looked at as a whole.
const LOOKED_AT: u64 = 160;
/// Whole powers of sums up to which these are multiplied out.
const MULTIPLIED_OUT: i64 = 6;

/// A formula written as rational functions of its kernels, in the ways that may be shorter.
pub fn forms(algebra: &mut Algebra, id: Id) -> SmallVec<[Id; 4]> {
    let mut found = SmallVec::new();
    let looked_at = !algebra.guards
        && (2..=LOOKED_AT).contains(&algebra.cost(id))
        && matches!(algebra.form(id), Form::Sum(_) | Form::Product(_))
        && !is_one_term(algebra, id)
        && !is_product_of_polynomials(algebra, id);
    let Some(kernels) = looked_at.then(|| Generators::of(algebra, id)).flatten() else {
        return found;
    };
    for eliminated in kernels.eliminations() {
        let mut reader = Reader {
            kernels: kernels.clone(),
            factors: Vec::new(),
            brackets: FxHashMap::default(),
            shape: algebra.shape(id),
            limit: algebra.cost(id),
            algebra,
        };
        reader.kernels.eliminated = eliminated;
        found.extend(reader.rewritten(id));
        if !reader.kernels.squares {
            break;
        }
    }
    found
}

/// True for a product of powers of names and at most one function: there is nothing to put together in it.
fn is_one_term(algebra: &Algebra, id: Id) -> bool {
    let (_, term) = algebra.scaled(id);
    let single = [(term, algebra.unit())];
    let bases = match algebra.form(term) {
        Form::Product(bases) => bases,
        _ => &single,
    };
    let mut functions = 0;
    bases.iter().all(|(base, exponent)| {
        let base = algebra.core(*base);
        functions += usize::from(matches!(algebra.form(base), Form::Apply(..)));
        let composed = matches!(algebra.form(base), Form::Sum(_) | Form::Product(_));
        !composed && functions < 2 && algebra.value(*exponent).is_some()
    })
}

/// True for a product of brackets in which names are only added and multiplied: multiplied out and divided by its
/// brackets again, it is what it was.
fn is_product_of_polynomials(algebra: &Algebra, id: Id) -> bool {
    let (_, term) = algebra.scaled(id);
    let mut todo: SmallVec<[Id; 16]> = SmallVec::from_slice(&[term]);
    while let Some(part) = todo.pop() {
        match algebra.form(part) {
            Form::Number(_) | Form::Atom(_) | Form::Sum(_) => {}
            Form::Product(bases) => {
                let count = |e: Id| algebra.value(e).and_then(Number::integer);
                if !bases.iter().all(|(_, e)| count(*e).is_some_and(|e| e > 0)) {
                    return false;
                }
            }
            _ => return false,
        }
        todo.extend(algebra.children(part));
    }
    matches!(algebra.form(term), Form::Product(_))
}

/// A numerator, and the powers of the factors of its denominator.
#[derive(Clone, Debug)]
struct Fraction {
    above: Polynomial,
    below: Powers,
}

/// Powers of known factors, by their numbers in rising order.
type Powers = SmallVec<[(usize, u32); 4]>;

/// A polynomial that occurs in a denominator, or what it was split into.
#[derive(Clone, Debug)]
enum Known {
    Factor(Polynomial),
    Product(Powers),
}

struct Reader<'a, 'f> {
    algebra: &'a mut Algebra<'f>,
    kernels: Generators,
    factors: Vec<Known>,
    /// Sums with the numbers by which they are multiples of factors, by the numbers of these.
    brackets: FxHashMap<usize, (Id, Number)>,
    shape: Shape,
    /// Operations from which on a form is of no use.
    limit: u64,
}

impl Reader<'_, '_> {
    fn rewritten(&mut self, id: Id) -> Option<Id> {
        let fraction = self.read(id)?;
        let fraction = self.reduced(fraction)?;
        let fraction = self.with_conjugates_multiplied(fraction)?;
        self.built(fraction)
    }

    fn read(&mut self, id: Id) -> Option<Fraction> {
        if !self.algebra.enter() {
            return None;
        }
        let read = self.of_form(id);
        self.algebra.leave();
        read
    }

    fn of_form(&mut self, id: Id) -> Option<Fraction> {
        let id = self.algebra.core(id);
        match self.algebra.form(id) {
            Form::Number(value) => value.is_exact().then(|| whole(Polynomial::number(value))),
            Form::Sum(terms) => {
                let mut sum = whole(Polynomial::default());
                for (c, term) in terms.iter() {
                    let mut term = self.read(*term)?;
                    term.above = term.above.scaled(*c)?;
                    sum = self.plus(sum, term)?;
                }
                Some(sum)
            }
            Form::Product(bases) => {
                let mut product = whole(Polynomial::number(Number::ONE));
                for (base, exponent) in bases {
                    let factor = self.raised(*base, *exponent)?;
                    product = self.times(&product, &factor)?;
                }
                Some(product)
            }
            _ => {
                let one = self.algebra.unit();
                self.raised(id, one)
            }
        }
    }

    /// base^exponent
    fn raised(&mut self, base: Id, exponent: Id) -> Option<Fraction> {
        let whole_power = self.algebra.value(exponent).and_then(Number::integer);
        let composed = matches!(self.algebra.form(base), Form::Sum(_) | Form::Product(_));
        if let Some(power) = whole_power
            && (composed || matches!(self.algebra.form(base), Form::Number(_)))
        {
            if power.abs() > MULTIPLIED_OUT && composed {
                let k = self.kernels.index(Generator::Plain(base))?;
                return self.power(&whole(Polynomial::variable(k, 1)), power);
            }
            let read = self.read(base)?;
            if matches!(self.algebra.form(base), Form::Sum(_)) && read.below.is_empty() {
                // What is a factor stays one where it divides the numerator in the end.
                let (number, powers) = self.factored(&read.above)?;
                if let [(k, 1)] = powers[..] {
                    self.brackets.entry(k).or_insert((base, number));
                }
            }
            return self.power(&read, power);
        }
        let mut product = whole(Polynomial::number(Number::ONE));
        for (factor, power) in self.kernels.factors(self.algebra, base, exponent)? {
            let factor = match factor {
                PowerFactor::Polynomial(polynomial) => whole(polynomial),
                PowerFactor::Formula(_) if power.abs() > MULTIPLIED_OUT => return None,
                PowerFactor::Formula(formula) => self.read(formula)?,
            };
            let power_of = self.power(&factor, power)?;
            let power_of = self.reduced(power_of)?;
            product = self.times(&product, &power_of)?;
        }
        Some(product)
    }

    fn power(&mut self, fraction: &Fraction, power: i64) -> Option<Fraction> {
        let count = u32::try_from(power.unsigned_abs()).ok()?;
        let raised = Fraction {
            above: fraction.above.power(count)?,
            below: fraction
                .below
                .iter()
                .map(|(k, power)| (*k, power * count))
                .collect(),
        };
        if power >= 0 {
            return Some(raised);
        }
        // The factors of the numerator go below, those of the denominator above.
        let fraction = self.reduced(fraction.clone())?;
        let (number, below) = self.factored(&fraction.above)?;
        let mut above = Polynomial::number(number.power(Number::whole(power)));
        for (k, times) in self.resolved(&fraction.below) {
            above = above.times(&self.factor(k)?.power(times * count)?)?;
        }
        let below = below.iter().map(|(k, times)| (*k, times * count));
        Some(Fraction {
            above,
            below: below.collect(),
        })
    }

    fn times(&mut self, a: &Fraction, b: &Fraction) -> Option<Fraction> {
        let mut below = a.below.clone();
        for (k, power) in &b.below {
            multiply(&mut below, *k, *power);
        }
        let product = Fraction {
            above: a.above.times(&b.above)?,
            below,
        };
        self.reduced(product)
    }

    fn plus(&mut self, a: Fraction, b: Fraction) -> Option<Fraction> {
        if a.above.is_zero() {
            return Some(b);
        }
        let (left, right) = (self.resolved(&a.below), self.resolved(&b.below));
        let mut below = left.clone();
        for (k, power) in &right {
            match below.iter_mut().find(|(known, _)| known == k) {
                Some((_, known)) => *known = (*known).max(*power),
                None => below.push((*k, *power)),
            }
        }
        below.sort_unstable();
        let mut sides = [(a.above, left), (b.above, right)];
        for (above, own) in &mut sides {
            for (k, power) in &below {
                let has = own
                    .iter()
                    .find(|(known, _)| known == k)
                    .map_or(0, |(_, p)| *p);
                *above = above.times(&self.factor(*k)?.power(power - has)?)?;
            }
        }
        let above = sides[0].0.plus(&sides[1].0)?;
        self.reduced(Fraction { above, below })
    }

    /// The polynomial of a factor that was not split.
    fn factor(&self, k: usize) -> Option<Polynomial> {
        match &self.factors[k] {
            Known::Factor(polynomial) => Some(polynomial.clone()),
            Known::Product(_) => None,
        }
    }

    /// Powers of factors that were not split.
    fn resolved(&self, powers: &[(usize, u32)]) -> Powers {
        let mut resolved = Powers::new();
        let mut todo: SmallVec<[(usize, u32); 8]> = powers.iter().copied().collect();
        while let Some((k, power)) = todo.pop() {
            match &self.factors[k] {
                Known::Factor(_) => multiply(&mut resolved, k, power),
                Known::Product(parts) => {
                    todo.extend(parts.iter().map(|(part, times)| (*part, times * power)));
                }
            }
        }
        resolved.sort_unstable();
        resolved
    }

    /// A number and powers of factors with the product `polynomial`; new factors are noted.
    fn factored(&mut self, polynomial: &Polynomial) -> Option<(Number, Powers)> {
        let (number, monomial, mut rest) = polynomial.content()?;
        let mut powers = Powers::new();
        for (variable, power) in monomial.into_iter().enumerate() {
            if power > 0 {
                let k = self.noted(Polynomial::variable(variable, 1));
                multiply(&mut powers, k, u32::from(power));
            }
        }
        let mut number = number;
        for k in 0..self.factors.len() {
            let Some(known) = self.factor(k).filter(|known| known.len() > 1) else {
                continue;
            };
            while rest.len() > 1
                && factorisation::may_divide(&known, &rest)
                && let Some(quotient) = rest.divided(&known)
            {
                rest = quotient;
                multiply(&mut powers, k, 1);
            }
        }
        if let Some(left) = rest.constant() {
            number *= left;
        } else {
            let k = self.noted(rest.clone());
            multiply(&mut powers, k, 1);
            self.split_by(k, &rest)?;
        }
        Some((number, powers))
    }

    /// The number of a factor, which is noted if it is new.
    fn noted(&mut self, polynomial: Polynomial) -> usize {
        let known = |factor: &Known| matches!(factor, Known::Factor(known) if *known == polynomial);
        if let Some(k) = self.factors.iter().position(known) {
            return k;
        }
        self.factors.push(Known::Factor(polynomial));
        self.factors.len() - 1
    }

    /// Splits the factors that the newest one divides.
    fn split_by(&mut self, newest: usize, divisor: &Polynomial) -> Option<()> {
        for k in 0..newest {
            let Some(quotient) = self.factor(k).and_then(|factor| factor.divided(divisor)) else {
                continue;
            };
            if quotient.constant().is_some() {
                continue;
            }
            let (number, _, rest) = quotient.content()?;
            if number != Number::ONE {
                continue;
            }
            let rest = self.noted(rest);
            let mut parts = Powers::new();
            multiply(&mut parts, newest, 1);
            multiply(&mut parts, rest, 1);
            self.factors[k] = Known::Product(parts);
        }
        Some(())
    }

    /// The fraction with the relations of the kernels applied.
    fn reduced(&mut self, fraction: Fraction) -> Option<Fraction> {
        let mut fraction = fraction;
        for _ in 0..8 {
            let Some((k, degree)) = self.kernels.reducible(&fraction.above) else {
                return Some(fraction);
            };
            let (top, bottom) = self.relation(k)?;
            let steps = u32::from(fraction.above.degree(k)) / u32::from(degree);
            let mut above = Polynomial::default();
            for (c, mut monomial) in fraction.above.terms() {
                let times = u32::from(monomial[k]) / u32::from(degree);
                monomial[k] %= degree;
                let mut term = Polynomial::term(c, monomial).times(&top.power(times)?)?;
                for (factor, power) in &bottom {
                    let missing = power * (steps - times);
                    term = term.times(&self.factor(*factor)?.power(missing)?)?;
                }
                above = above.plus(&term)?;
            }
            for (factor, power) in &bottom {
                multiply(&mut fraction.below, *factor, power * steps);
            }
            fraction.above = above;
        }
        Some(fraction)
    }

    /// The polynomial, and what divides it, that a power of a kernel is.
    fn relation(&mut self, k: usize) -> Option<(Polynomial, Powers)> {
        match self.kernels.relation(self.algebra, k)? {
            kernels::Relation::Polynomial(polynomial) => Some((polynomial, Powers::new())),
            kernels::Relation::Formula(base, power) => {
                let read = self.read(base)?;
                let read = self.power(&read, power)?;
                let below = self.resolved(&read.below);
                Some((read.above, below))
            }
        }
    }

    /// (1 − s)·(1 + s) = 1 − s² in a denominator, where that is shorter.
    fn with_conjugates_multiplied(&mut self, fraction: Fraction) -> Option<Fraction> {
        let mut fraction = fraction;
        fraction.below = self.resolved(&fraction.below);
        for i in 0..fraction.below.len() {
            for j in i + 1..fraction.below.len() {
                let ((first, power), (second, other)) = (fraction.below[i], fraction.below[j]);
                if power != other {
                    continue;
                }
                let [a, b] = [self.factor(first)?, self.factor(second)?];
                if a.len() < 2 || b.len() < 2 {
                    continue;
                }
                let Some(product) = a.times(&b) else { continue };
                if self.kernels.reducible(&product).is_none() {
                    continue;
                }
                let product = self.reduced(whole(product))?;
                if product.above.len() > a.len().max(b.len()) {
                    continue;
                }
                let (number, powers) = self.factored(&product.above)?;
                for (k, times) in self.resolved(&product.below) {
                    let factor = self.factor(k)?.power(times * power)?;
                    fraction.above = fraction.above.times(&factor)?;
                }
                fraction.below.remove(j);
                fraction.below.remove(i);
                for (k, times) in powers {
                    multiply(&mut fraction.below, k, times * power);
                }
                let number = number.power(Number::whole(-i64::from(power)));
                fraction.above = fraction.above.scaled(number)?;
                return self.with_conjugates_multiplied(fraction);
            }
        }
        Some(fraction)
    }
}

fn whole(above: Polynomial) -> Fraction {
    Fraction {
        above,
        below: Powers::new(),
    }
}

fn multiply(powers: &mut Powers, k: usize, power: u32) {
    if power == 0 {
        return;
    }
    match powers.iter_mut().find(|(known, _)| *known == k) {
        Some((_, known)) => *known += power,
        None => powers.push((k, power)),
    }
}

/// f(c·x)
fn applied(algebra: &mut Algebra, row: &'static crate::graph::Primitive, c: Number, x: Id) -> Id {
    let shape = algebra.shape(x);
    let argument = algebra.sum(&[(c, x)], shape);
    algebra.operation(row, Attr::None, &[argument], shape)
}
