//! Products entry by entry: flat, one exponent a base.

use super::{Algebra, FactorList, Form, Id, Number, TermList, Terms};
use crate::graph::{Attr, Shape};
use crate::primitives::elementary;
use smallvec::SmallVec;

impl Algebra<'_> {
    /// The shape of a factor: that of its base, unless the exponent alone is no scalar.
    pub fn factor_shape(&self, (base, exponent): &(Id, Id)) -> Shape {
        match self.shape(*base) {
            Shape::SCALAR => self.shape(*exponent),
            shape => shape,
        }
    }

    /// c·b₁^e₁·b₂^e₂·… entry by entry in the given shape: flat, one exponent a base; whole numbers
    /// under roots have no factor that could stand before them, and the numeric content of sums does.
    pub fn product(&mut self, coefficient: Number, factors: &[(Id, Id)], shape: Shape) -> Id {
        let mut coefficient = coefficient;
        let mut roots = Roots::default();
        let mut bases = FactorList::new();
        let mut todo: FactorList = factors.iter().rev().copied().collect();
        while let Some((base, exponent)) = todo.pop() {
            let base = self.core(base);
            let number = self.value(exponent);
            let whole = number.filter(|e| e.is_whole());
            match (self.form(base), number, whole) {
                (Form::Number(Number::ONE), ..) => {}
                (Form::Number(value), Some(power), _) => {
                    coefficient *= roots.power(value, power);
                }
                (Form::Sum(terms), _, Some(power)) if terms.len() == 1 => {
                    let (scale, inner) = terms[0];
                    coefficient *= scale.power(power);
                    todo.push((inner, exponent));
                }
                (Form::Product(inner), _, Some(_)) => {
                    for (base, power) in inner.iter().rev() {
                        todo.push((*base, self.times(*power, exponent)));
                    }
                }
                (Form::Product(inner), _, None)
                    if let Some((out, inside)) = self.split_by_facts(inner) =>
                {
                    for (base, power) in out.iter().rev() {
                        todo.push((*base, self.times(*power, exponent)));
                    }
                    if !inside.is_empty() {
                        let common = self.common_shape(inside.iter().map(|(base, _)| *base));
                        let rest = self.product(Number::ONE, &inside, common.unwrap_or(shape));
                        todo.push((rest, exponent));
                    }
                }
                // What a root is taken of is not negative: sqrt(x)^p = x^(p/2).
                (Form::Product(inner), _, None) if self.are_roots(inner) => {
                    for (base, power) in inner.iter().rev() {
                        todo.push((*base, self.times(*power, exponent)));
                    }
                }
                // A fraction of two numbers with a positive sum is not negative only where both are not.
                (Form::Product(inner), Some(power), None)
                    if power.is_exact() && self.is_fraction_of_positive(inner) =>
                {
                    for (base, sign) in inner.iter().rev() {
                        todo.push((*base, self.times(*sign, exponent)));
                    }
                }
                // Under a root an even power is that of the size: sqrt(x^2) = abs(x).
                (Form::Product(inner), Some(power), None)
                    if power.is_exact() && self.are_even(inner) =>
                {
                    for (base, even) in inner.iter().rev() {
                        let shape = self.shape(*base);
                        let size = self.operation(&elementary::ABS, Attr::None, &[*base], shape);
                        todo.push((size, self.times(*even, exponent)));
                    }
                }
                (Form::Apply(row, _, args), _, Some(power))
                    if row.is(&elementary::SQRT) && power.is_even() =>
                {
                    self.note("square of a root");
                    todo.push((args[0], self.number(power / Number::TWO)));
                }
                _ => match self.meeting(&bases, base, exponent) {
                    Some(k) => {
                        self.note("collect powers");
                        let (known, power) = bases.remove(k);
                        let power = self.plus(power, exponent);
                        // The new power may make the base fold further.
                        if self.value(power) != Some(Number::ZERO) {
                            todo.push((known, power));
                        }
                    }
                    None if number == Some(Number::ZERO) => {}
                    None => match number {
                        Some(power) => {
                            let (content, inner) = self.without_content(base, power);
                            coefficient *= content;
                            match inner == base {
                                true => bases.push((base, exponent)),
                                false => todo.push((inner, exponent)),
                            }
                        }
                        None => bases.push((base, exponent)),
                    },
                },
            }
            if coefficient == Number::ZERO {
                let zero = self.number(Number::ZERO);
                return self.stretch(zero, shape);
            }
        }
        for (exponent, radicand) in roots.simplified(&mut coefficient) {
            bases.push((self.number(radicand), self.number(exponent)));
        }
        bases.sort_unstable();
        let shapes = bases.iter().map(|factor| self.factor_shape(factor));
        let inner_shape = match Shape::common_among(shapes) {
            Some(common) => common,
            None if bases.is_empty() => Shape::SCALAR,
            None => {
                bases[0].0 = self.intern(Form::Stretched(bases[0].0), shape);
                shape
            }
        };
        let inner = match bases.as_slice() {
            [] => self.one,
            [(base, exponent)] if *exponent == self.one => *base,
            _ => self.intern(Form::Product(&bases), inner_shape),
        };
        let scaled = self.sum(&[(coefficient, inner)], inner_shape);
        self.stretch(scaled, shape)
    }

    /// c^power and b with id^power = c^power·b^power: b is a sum without a common divisor, and of b
    /// and −b the one that was built first. From under a root comes only what has one.
    pub(super) fn without_content(&mut self, id: Id, power: Number) -> (Number, Id) {
        let Form::Sum(terms) = self.form(id) else {
            return (Number::ONE, id);
        };
        let Some((_, root)) = power.fraction() else {
            return (Number::ONE, id);
        };
        let divisor = |size: Number, (c, _): &(Number, Id)| size.common_divisor(*c);
        let mut content = terms.iter().fold(terms[0].0.abs(), divisor);
        if !content.is_positive() {
            return (Number::ONE, id);
        }
        if !content.is_whole() && self.conventions.decimals && !self.saves_numbers(&terms, content)
        {
            content = Number::ONE;
        }
        if root != 1 {
            // c^power = (s^root)^power = s^(root·power), which is a whole power.
            let factor = content.root_factor(root);
            content = factor.power(Number::whole(root));
            if content == Number::ONE {
                return (Number::ONE, id);
            }
            let bracket = self.divided(&terms, content, self.shape(id));
            return (factor.power(power * Number::whole(root)), bracket);
        }
        if terms.len() == 1 {
            return (Number::ONE, id);
        }
        if self.turns(&terms, self.shape(id)) {
            content = -content;
        }
        match content == Number::ONE {
            true => (Number::ONE, id),
            false => {
                let bracket = self.divided(&terms, content, self.shape(id));
                (content.power(power), bracket)
            }
        }
    }

    /// c and b with id = c·b, where b is a sum without a common divisor, or `id` itself.
    pub fn content_of(&mut self, id: Id) -> (Number, Id) {
        self.without_content(id, Number::ONE)
    }

    fn divided(&mut self, terms: &[(Number, Id)], by: Number, shape: Shape) -> Id {
        let terms: TermList = terms.iter().map(|(c, term)| (*c / by, *term)).collect();
        self.sum(&terms, shape)
    }

    /// True if fewer numbers are written after a common divisor has been taken out.
    fn saves_numbers(&self, terms: &[(Number, Id)], content: Number) -> bool {
        let written = |by: Number| {
            let number =
                |(c, term): &&(Number, Id)| (*c / by).abs() != Number::ONE || *term == self.one;
            terms.iter().filter(number).count()
        };
        written(content) + 1 < written(Number::ONE)
    }

    /// True if a sum reads better as its negative: all its terms are negative, or the negative is an
    /// older formula.
    fn turns(&self, terms: &[(Number, Id)], shape: Shape) -> bool {
        let negative = terms.iter().filter(|(c, _)| c.is_negative()).count();
        if negative == 0 || negative == terms.len() {
            return negative > 0;
        }
        // 1 − s reads better than s − 1.
        if let Some(plain) = self.complement(terms) {
            return !plain;
        }
        let opposite: TermList = terms.iter().map(|(c, term)| (-*c, *term)).collect();
        let older = self.lookup(Form::Sum(Terms(&opposite)), shape);
        let own = self.lookup(Form::Sum(Terms(terms)), shape);
        older.is_some_and(|older| own.is_none_or(|own| older < own))
    }

    /// True for a number less a multiple of a logistic function, false for its negative.
    fn complement(&self, terms: &[(Number, Id)]) -> Option<bool> {
        let [first, second] = *terms else {
            return None;
        };
        let sides = [(first, second), (second, first)];
        let number = sides
            .into_iter()
            .find(|((_, id), (_, other))| *id == self.one && self.sigmoid_of(*other).is_some());
        number.map(|((c, _), _)| c.is_positive())
    }

    /// True for 1 − s, where s is a logistic function.
    pub fn is_complement(&self, id: Id) -> bool {
        match self.form(id) {
            Form::Sum(terms) => {
                let unit = |(c, _): &(Number, Id)| c.abs() == Number::ONE;
                terms.iter().all(unit) && self.complement(&terms) == Some(true)
            }
            _ => false,
        }
    }

    /// True if a minus sign in front of a product can be taken into one of its brackets: a − b
    /// becomes b − a.
    pub fn takes_a_sign(&self, id: Id) -> bool {
        match self.form(id) {
            Form::Product(bases) => bases.iter().any(|(base, e)| self.is_turnable(*base, *e)),
            Form::Chain(links) => links.iter().any(|link| self.is_turnable(*link, self.one)),
            _ => false,
        }
    }

    /// True if (−base)^exponent = −base^exponent, and both are written alike.
    pub fn is_turnable(&self, base: Id, exponent: Id) -> bool {
        let odd = self.value(exponent).and_then(Number::integer);
        if odd.is_none_or(|e| e % 2 == 0) {
            return false;
        }
        match self.form(base) {
            Form::Sum(terms) => {
                let negative = terms.iter().filter(|(c, _)| c.is_negative()).count();
                negative > 0 && negative < terms.len()
            }
            Form::Chain(_) | Form::Product(_) => self.takes_a_sign(base),
            Form::Transposed(inner) => self.is_turnable(inner, exponent),
            _ => false,
        }
    }

    /// True unless `id` is a sum with fewer minus signs than others.
    pub fn is_balanced(&self, id: Id) -> bool {
        match self.form(id) {
            Form::Sum(terms) => {
                let negative = terms.iter().filter(|(c, _)| c.is_negative()).count();
                2 * negative >= terms.len()
            }
            _ => true,
        }
    }

    /// True for a whole power of a bracket with more minus signs than others.
    pub fn is_mostly_negative(&self, base: Id, exponent: Id) -> bool {
        let whole = self.value(exponent).is_some_and(|e| e.integer().is_some());
        match self.form(base) {
            Form::Sum(terms) if whole => {
                let negative = terms.iter().filter(|(c, _)| c.is_negative()).count();
                2 * negative > terms.len() && negative < terms.len()
            }
            _ => false,
        }
    }

    /// The factor among `bases` that a power of `base` is collected with. Exponents are added where
    /// one is a number, where they are equal, or where their sum is a number; two different formulas read
    /// better as two powers.
    fn meeting(&mut self, bases: &[(Id, Id)], base: Id, exponent: Id) -> Option<usize> {
        let first = bases.iter().position(|(known, _)| *known == base)?;
        if self.value(exponent).is_some() {
            return Some(first);
        }
        bases.iter().position(|(known, power)| {
            *known == base
                && (self.value(*power).is_some() || *power == exponent || {
                    // x^(a - 1)·x^(−a) is a power with a number.
                    let sum = self.plus(*power, exponent);
                    self.value(sum).is_some()
                })
        })
    }

    /// True if all exponents are fractions.
    fn are_roots(&self, bases: &[(Id, Id)]) -> bool {
        let mut exponents = bases.iter().map(|(_, e)| self.value(*e));
        exponents.all(|e| e.is_some_and(|e| e.is_exact() && !e.is_whole()))
    }

    /// True for a/b where a + b is a positive number.
    fn is_fraction_of_positive(&mut self, bases: &[(Id, Id)]) -> bool {
        let [(a, above), (b, below)] = *bases else {
            return false;
        };
        let exponents = [above, below].map(|e| self.value(e));
        let opposite = exponents == [Some(Number::ONE), Some(Number::MINUS_ONE)]
            || exponents == [Some(Number::MINUS_ONE), Some(Number::ONE)];
        if !opposite || self.shape(a) != self.shape(b) {
            return false;
        }
        let sum = self.plus(a, b);
        self.value(self.core(sum)).is_some_and(Number::is_positive)
    }

    /// True if all exponents are even numbers.
    fn are_even(&self, bases: &[(Id, Id)]) -> bool {
        let mut exponents = bases.iter().map(|(_, e)| self.value(*e));
        exponents.all(|e| e.is_some_and(Number::is_even))
    }

    /// a·b
    pub(super) fn times(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(_), Some(Number::ONE)) => return a,
            (Some(a), Some(b)) => return self.number(a * b),
            _ => {}
        }
        let shape = self
            .common_shape([a, b].into_iter())
            .unwrap_or(Shape::SCALAR);
        let one = self.one;
        self.product(Number::ONE, &[(a, one), (b, one)], shape)
    }
}

/// Whole numbers under roots: by the exponent, between 0 and 1.
#[derive(Default)]
struct Roots(SmallVec<[(Number, i64); 2]>);

impl Roots {
    /// Multiplies by value^power; the factor that stands before the roots is the result.
    fn power(&mut self, value: Number, power: Number) -> Number {
        let Some((top, bottom)) = value.fraction().filter(|_| value.is_positive()) else {
            return value.power(power);
        };
        if power.is_whole() || !power.is_exact() {
            return value.power(power);
        }
        let whole = power.floor();
        let rest = power - whole;
        // b^(−r) = b^(1 − r)/b
        self.multiply(rest, top);
        self.multiply(Number::ONE - rest, bottom);
        value.power(whole) / Number::whole(bottom)
    }

    fn multiply(&mut self, exponent: Number, factor: i64) {
        for (known, radicand) in &mut self.0 {
            if *known == exponent
                && let Some(product) = radicand.checked_mul(factor)
            {
                *radicand = product;
                return;
            }
        }
        if factor != 1 {
            self.0.push((exponent, factor));
        }
    }

    /// The roots that are left when whole factors have come out of them.
    fn simplified(self, coefficient: &mut Number) -> SmallVec<[(Number, i64); 2]> {
        let mut left = SmallVec::new();
        for (exponent, radicand) in self.0 {
            let (top, root) = exponent.fraction().unwrap_or((1, 1));
            let factor = Number::whole(radicand).root_factor(root);
            *coefficient *= factor.power(Number::whole(top));
            let rest = Number::whole(radicand) / factor.power(Number::whole(root));
            match rest.integer() {
                Some(1) => {}
                Some(rest) => left.push((exponent, rest)),
                None => left.push((exponent, radicand)),
            }
        }
        left
    }
}
