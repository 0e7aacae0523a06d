//! Products entry by entry: flat, one exponent a base.

use super::{Algebra, FactorList, Form, Id};
use crate::graph::Shape;
use crate::primitives::elementary;
use crate::primitives::special::pow;

impl Algebra<'_> {
    /// c·b₁^e₁·b₂^e₂·… entry by entry in the given shape: flat, one exponent a base.
    pub fn product(&mut self, coefficient: f64, factors: &[(Id, Id)], shape: Shape) -> Id {
        let mut coefficient = coefficient;
        let mut bases = FactorList::new();
        let mut todo: FactorList = factors.iter().rev().copied().collect();
        while let Some((base, exponent)) = todo.pop() {
            let base = self.core(base);
            let number = self.value(exponent);
            let whole = number.filter(|e| e.fract() == 0.0);
            match (self.form(base), number, whole) {
                (Form::Number(value), Some(power), _) => coefficient *= raised(value.0, power),
                (Form::Sum(terms), _, Some(power)) if terms.len() == 1 => {
                    let (scale, inner) = terms[0];
                    coefficient *= raised(scale, power);
                    todo.push((inner, exponent));
                }
                (Form::Product(inner), _, Some(_)) => {
                    for (base, power) in inner.iter().rev() {
                        todo.push((*base, self.times(*power, exponent)));
                    }
                }
                (Form::Apply(row, _, args), _, Some(power))
                    if row.is(&elementary::SQRT) && power % 2.0 == 0.0 =>
                {
                    self.note("square of a root");
                    todo.push((args[0], self.number(power / 2.0)));
                }
                _ => match self.meeting(&bases, base, exponent) {
                    Some(k) => {
                        self.note("collect powers");
                        let (known, power) = bases.remove(k);
                        let power = self.plus(power, exponent);
                        // The new power may make the base fold further.
                        if self.value(power) != Some(0.0) {
                            todo.push((known, power));
                        }
                    }
                    None if number == Some(0.0) => {}
                    None => bases.push((base, exponent)),
                },
            }
            if coefficient == 0.0 {
                let zero = self.number(0.0);
                return self.stretch(zero, shape);
            }
        }
        bases.sort_unstable();
        let deciding = |(base, exponent): &(Id, Id)| {
            if self.shape(*base).is_scalar() {
                *exponent
            } else {
                *base
            }
        };
        let inner_shape = match self.common_shape(bases.iter().map(deciding)) {
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

    /// The factor among `bases` that a power of `base` is collected with. Exponents are added where
    /// one is a number, where they are equal, or where they cancel; two different formulas read
    /// better as two powers.
    fn meeting(&mut self, bases: &[(Id, Id)], base: Id, exponent: Id) -> Option<usize> {
        let first = bases.iter().position(|(known, _)| *known == base)?;
        if self.value(exponent).is_some() {
            return Some(first);
        }
        let opposite = self.negated(exponent);
        bases.iter().position(|(known, power)| {
            let number = self.value(*power).is_some();
            *known == base && (number || *power == exponent || *power == opposite)
        })
    }

    /// a·b
    pub(super) fn times(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(_), Some(1.0)) => return a,
            (Some(a), Some(b)) => return self.number(a * b),
            _ => {}
        }
        let shape = self
            .common_shape([a, b].into_iter())
            .unwrap_or(Shape::SCALAR);
        let one = self.one;
        self.product(1.0, &[(a, one), (b, one)], shape)
    }
}

/// x^e; almost every exponent is 1.
fn raised(x: f64, e: f64) -> f64 {
    if e == 1.0 { x } else { pow(x, e) }
}
