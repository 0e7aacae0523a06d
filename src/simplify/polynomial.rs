//! Polynomials in several variables with exact coefficients.

use crate::simplify::exact::Number;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Variables that a polynomial may have.
pub const VARIABLES: usize = 12;
/// Terms up to which polynomials are computed with.
const TERMS: usize = 400;

/// The exponents of all variables.
pub type Monomial = [u8; VARIABLES];

/// The monomial 1.
pub const UNIT: Monomial = [0; VARIABLES];

/// A sum of monomials with coefficients other than 0, the highest monomial first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polynomial {
    terms: BTreeMap<Reverse<Monomial>, Number>,
}

impl Polynomial {
    /// A number.
    pub fn number(value: Number) -> Polynomial {
        Polynomial::term(value, UNIT)
    }

    /// c·monomial
    pub fn term(c: Number, monomial: Monomial) -> Polynomial {
        let mut polynomial = Polynomial::default();
        if c != Number::ZERO {
            polynomial.terms.insert(Reverse(monomial), c);
        }
        polynomial
    }

    /// The k-th variable to a power.
    pub fn variable(k: usize, power: u8) -> Polynomial {
        let mut monomial = UNIT;
        monomial[k] = power;
        Polynomial::term(Number::ONE, monomial)
    }

    /// The terms, the highest first.
    pub fn terms(&self) -> impl Iterator<Item = (Number, Monomial)> + '_ {
        self.terms.iter().map(|(monomial, c)| (*c, monomial.0))
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// True for 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The number that it is.
    pub fn constant(&self) -> Option<Number> {
        match self.terms.len() {
            0 => Some(Number::ZERO),
            1 => self.terms.get(&Reverse(UNIT)).copied(),
            _ => None,
        }
    }

    /// The highest power of a variable.
    pub fn degree(&self, variable: usize) -> u8 {
        let powers = self.terms.keys().map(|monomial| monomial.0[variable]);
        powers.max().unwrap_or(0)
    }

    /// The coefficients of the powers of a variable, from the constant up.
    pub fn coefficients(&self, variable: usize) -> Vec<Polynomial> {
        let mut all = vec![Polynomial::default(); usize::from(self.degree(variable)) + 1];
        for (c, mut monomial) in self.terms() {
            let power = std::mem::take(&mut monomial[variable]);
            let own = &mut all[usize::from(power)].terms;
            own.insert(Reverse(monomial), c);
        }
        all
    }

    /// The derivative; `None` where a coefficient is no longer exact.
    pub fn derivative(&self, variable: usize) -> Option<Polynomial> {
        let mut derivative = Polynomial::default();
        for (c, mut monomial) in self.terms() {
            let power = monomial[variable];
            if power > 0 {
                monomial[variable] -= 1;
                derivative.add(c * Number::whole(i64::from(power)), monomial)?;
            }
        }
        Some(derivative)
    }

    /// The sum; `None` where a coefficient is no longer exact.
    pub fn plus(&self, other: &Polynomial) -> Option<Polynomial> {
        let mut sum = self.clone();
        for (monomial, c) in &other.terms {
            sum.add(*c, monomial.0)?;
        }
        Some(sum)
    }

    fn add(&mut self, c: Number, monomial: Monomial) -> Option<()> {
        let known = self.terms.entry(Reverse(monomial)).or_insert(Number::ZERO);
        *known += c;
        if !known.is_exact() {
            return None;
        }
        if *known == Number::ZERO {
            self.terms.remove(&Reverse(monomial));
        }
        Some(())
    }

    /// The product; `None` where it is too large.
    pub fn times(&self, other: &Polynomial) -> Option<Polynomial> {
        if self.len() * other.len() > 4 * TERMS {
            return None;
        }
        let mut product = Polynomial::default();
        for (a, c) in &self.terms {
            for (b, d) in &other.terms {
                product.add(*c * *d, multiplied(&a.0, &b.0)?)?;
            }
        }
        (product.len() <= TERMS).then_some(product)
    }

    /// c times the polynomial; `None` where a coefficient is no longer exact.
    pub fn scaled(&self, c: Number) -> Option<Polynomial> {
        self.times(&Polynomial::number(c))
    }

    /// The power; `None` where it is too large.
    pub fn power(&self, exponent: u32) -> Option<Polynomial> {
        let mut power = Polynomial::number(Number::ONE);
        for _ in 0..exponent {
            power = power.times(self)?;
        }
        Some(power)
    }

    /// The quotient, where the division leaves nothing.
    pub fn divided(&self, by: &Polynomial) -> Option<Polynomial> {
        let (lead, top) = by.terms().next()?;
        for variable in 0..VARIABLES {
            if by.degree(variable) > self.degree(variable) {
                return None;
            }
        }
        let mut rest = self.clone();
        let mut quotient = Polynomial::default();
        let mut steps = 0;
        loop {
            let Some((c, monomial)) = rest.terms().next() else {
                return Some(quotient);
            };
            steps += 1;
            if steps > TERMS {
                return None;
            }
            let (c, monomial) = (c / lead, quotient_of(&monomial, &top)?);
            quotient.add(c, monomial)?;
            for (d, factor) in by.terms() {
                rest.add(-(c * d), multiplied(&factor, &monomial)?)?;
            }
        }
    }

    /// Number, monomial and polynomial with this product; the polynomial has no number or variable in
    /// all its terms, and its highest term is positive.
    pub fn content(&self) -> Option<(Number, Monomial, Polynomial)> {
        let (lead, first) = self.terms().next()?;
        let mut number = lead.abs();
        let mut common = first;
        for (c, monomial) in self.terms() {
            number = number.common_divisor(c);
            for (shared, power) in common.iter_mut().zip(monomial) {
                *shared = power.min(*shared);
            }
        }
        if !number.is_positive() {
            return None;
        }
        let number = if lead.is_negative() { -number } else { number };
        let mut primitive = Polynomial::default();
        for (c, monomial) in self.terms() {
            primitive.add(c / number, quotient_of(&monomial, &common)?)?;
        }
        Some((number, common, primitive))
    }
}

fn multiplied(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    let mut product = UNIT;
    for (power, (a, b)) in product.iter_mut().zip(a.iter().zip(b)) {
        *power = a.checked_add(*b)?;
    }
    Some(product)
}

fn quotient_of(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    let mut quotient = UNIT;
    for (power, (a, b)) in quotient.iter_mut().zip(a.iter().zip(b)) {
        *power = a.checked_sub(*b)?;
    }
    Some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(c: i64) -> Polynomial {
        let x = Polynomial::variable(0, 1);
        x.plus(&Polynomial::number(Number::whole(c))).unwrap()
    }

    #[test]
    fn a_product_is_divided_by_its_factors_only() {
        let product = line(1).times(&line(-1)).unwrap();
        assert_eq!(product.divided(&line(1)), Some(line(-1)));
        assert_eq!(product.divided(&line(2)), None);
        let two = Polynomial::variable(1, 1);
        let both = product
            .times(&two)
            .unwrap()
            .scaled(Number::whole(-6))
            .unwrap();
        let (number, monomial, primitive) = both.content().unwrap();
        assert_eq!(
            (number, monomial[1], primitive),
            (Number::whole(-6), 1, product)
        );
    }
}
