//! Fractions as formulas.

use super::{Fraction, Reader};
use crate::graph::Shape;
use crate::simplify::algebra::{FactorList, Id, TermList};
use crate::simplify::exact::Number;
use crate::simplify::factorisation::{self, Effort};
use crate::simplify::polynomial::{Monomial, Polynomial, UNIT};
use crate::simplify::rules;
use smallvec::SmallVec;

/// Terms of a numerator up to which its factors are looked for.
const FACTORED: usize = 40;

impl Reader<'_, '_> {
    /// The formula, common factors cancelled.
    pub(super) fn built(&mut self, fraction: Fraction) -> Option<Id> {
        if fraction.above.is_zero() {
            let zero = self.algebra.number(Number::ZERO);
            return Some(self.algebra.stretch(zero, self.shape));
        }
        let below = self.resolved(&fraction.below);
        let (mut number, monomial, mut rest) = fraction.above.content()?;
        let mut powers: SmallVec<[(usize, i64); 8]> = SmallVec::new();
        for (k, power) in &below {
            powers.push((*k, -i64::from(*power)));
        }
        // What stands under a root comes out as a whole.
        for base in self.kernels.root_bases() {
            if let Some(read) = self.read(base)
                && read.below.is_empty()
                && let Some((number, monomial, factor)) = read.above.content()
            {
                let k = self.noted(factor);
                if monomial == UNIT {
                    self.brackets.entry(k).or_insert((base, number));
                }
                powers.push((k, 0));
            }
        }
        powers.extend((0..self.factors.len()).map(|k| (k, 0)));
        for (k, power) in &mut powers {
            let Some(factor) = self.factor(*k).filter(|factor| factor.len() > 1) else {
                continue;
            };
            while factorisation::may_divide(&factor, &rest)
                && let Some(quotient) = rest.divided(&factor)
            {
                rest = quotient;
                *power += 1;
            }
        }
        // What is left of the numerator after a division may have content again.
        let (content, shared, rest) = rest.content()?;
        number *= content;
        let mut exponents = self.kernels.exponents();
        self.kernels.multiply(&mut exponents, &monomial, 1);
        self.kernels.multiply(&mut exponents, &shared, 1);
        let mut factors = FactorList::new();
        for (k, power) in powers {
            if power == 0 {
                continue;
            }
            let factor = self.factor(k)?;
            match factor.terms().next() {
                Some((c, monomial)) if factor.len() == 1 && c == Number::ONE => {
                    self.kernels.multiply(&mut exponents, &monomial, power);
                }
                _ => {
                    let (base, scale) = self.bracket(k, &factor)?;
                    number *= scale.power(Number::whole(-power));
                    factors.push((base, self.algebra.number(power)));
                }
            }
        }
        let (content, brackets) = self.in_brackets(&rest)?;
        number *= content;
        factors.extend(brackets);
        factors.extend(self.kernels.written(self.algebra, &exponents)?);
        let product = self.algebra.product(number, &factors, self.shape);
        Some(product)
    }

    /// A multiple of a factor as it was read, or the factor, where that is shorter; and which multiple.
    fn bracket(&mut self, k: usize, factor: &Polynomial) -> Option<(Id, Number)> {
        let sum = self.sum(factor)?;
        match self.brackets.get(&k) {
            Some((base, number)) if self.algebra.cost(*base) <= self.algebra.cost(sum) => {
                Some((*base, *number))
            }
            _ => Some((sum, Number::ONE)),
        }
    }

    /// A numerator without content as a number and brackets: the shorter one of its factors and the whole;
    /// `None` where the additions in it alone are too many.
    fn in_brackets(&mut self, rest: &Polynomial) -> Option<(Number, FactorList)> {
        let one = self.algebra.unit();
        // Two terms are never longer than their factors.
        let parts = match (3..=FACTORED).contains(&rest.len()) {
            true => factorisation::factors_of(rest, Effort::Divisors),
            false => factorisation::Factors::new(),
        };
        let additions = |polynomial: &Polynomial| polynomial.len().saturating_sub(1) as u64;
        let in_parts: u64 = parts.iter().map(|(part, _)| additions(part)).sum();
        let fewest = match parts.is_empty() {
            true => additions(rest),
            false => in_parts.min(additions(rest)),
        };
        if fewest >= self.limit {
            return None;
        }
        let bracket = self.sum(rest)?;
        let bracket = rules::factored(self.algebra, bracket);
        let whole = FactorList::from_slice(&[(bracket, one)]);
        if parts.is_empty() {
            return Some((Number::ONE, whole));
        }
        let mut number = Number::ONE;
        let mut factors = FactorList::new();
        for (factor, times) in parts {
            match factor.constant() {
                Some(constant) => number *= constant,
                None => {
                    let base = self.sum(&factor)?;
                    let base = rules::factored(self.algebra, base);
                    factors.push((base, self.algebra.number(i64::from(times))));
                }
            }
        }
        let product = self.algebra.product(number, &factors, self.shape);
        match self.algebra.cost(product) < self.algebra.cost(bracket) {
            true => Some((number, factors)),
            false => Some((Number::ONE, whole)),
        }
    }

    fn sum(&mut self, polynomial: &Polynomial) -> Option<Id> {
        let mut terms = TermList::new();
        let mut shapes: SmallVec<[Shape; 8]> = SmallVec::new();
        for (c, monomial) in polynomial.terms() {
            let term = self.term(&monomial)?;
            shapes.push(self.algebra.shape(term));
            terms.push((c, term));
        }
        let shape = Shape::common(&shapes)?;
        Some(self.algebra.sum(&terms, shape))
    }

    fn term(&mut self, monomial: &Monomial) -> Option<Id> {
        let mut exponents = self.kernels.exponents();
        self.kernels.multiply(&mut exponents, monomial, 1);
        let factors = self.kernels.written(self.algebra, &exponents)?;
        let shape = self
            .algebra
            .common_shape(factors.iter().map(|(base, _)| *base))
            .unwrap_or(Shape::SCALAR);
        Some(self.algebra.product(Number::ONE, &factors, shape))
    }
}
