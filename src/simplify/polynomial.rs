//! Polynomials in several variables with exact coefficients.

use crate::simplify::exact::Number;

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
    terms: Vec<(Monomial, Number)>,
}

impl Polynomial {
    /// A number.
    pub fn number(value: Number) -> Polynomial {
        Polynomial::term(value, UNIT)
    }

    /// c·monomial
    pub fn term(c: Number, monomial: Monomial) -> Polynomial {
        let terms = match c == Number::ZERO {
            true => Vec::new(),
            false => vec![(monomial, c)],
        };
        Polynomial { terms }
    }

    /// The k-th variable to a power.
    pub fn variable(k: usize, power: u8) -> Polynomial {
        let mut monomial = UNIT;
        monomial[k] = power;
        Polynomial::term(Number::ONE, monomial)
    }

    /// The terms, the highest first.
    pub fn terms(&self) -> impl Iterator<Item = (Number, Monomial)> + '_ {
        self.terms.iter().map(|(monomial, c)| (*c, *monomial))
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
        match self.terms[..] {
            [] => Some(Number::ZERO),
            [(UNIT, c)] => Some(c),
            _ => None,
        }
    }

    /// The highest power of a variable.
    pub fn degree(&self, variable: usize) -> u8 {
        let powers = self.terms.iter().map(|(monomial, _)| monomial[variable]);
        powers.max().unwrap_or(0)
    }

    /// The highest powers of all variables.
    pub fn degrees(&self) -> Monomial {
        let mut highest = UNIT;
        for (monomial, _) in &self.terms {
            for (known, power) in highest.iter_mut().zip(monomial) {
                *known = (*power).max(*known);
            }
        }
        highest
    }

    /// The coefficients of the powers of a variable, from the constant up.
    pub fn coefficients(&self, variable: usize) -> Vec<Polynomial> {
        let mut all = vec![Polynomial::default(); usize::from(self.degree(variable)) + 1];
        for (mut monomial, c) in self.terms.iter().copied() {
            let power = std::mem::take(&mut monomial[variable]);
            all[usize::from(power)].terms.push((monomial, c));
        }
        all
    }

    /// The derivative; `None` where a coefficient is no longer exact.
    pub fn derivative(&self, variable: usize) -> Option<Polynomial> {
        let mut terms = Vec::with_capacity(self.len());
        for (mut monomial, c) in self.terms.iter().copied() {
            let power = monomial[variable];
            if power > 0 {
                monomial[variable] -= 1;
                terms.push((monomial, exact(c * Number::whole(i64::from(power)))?));
            }
        }
        Some(Polynomial { terms })
    }

    /// The sum; `None` where a coefficient is no longer exact.
    pub fn plus(&self, other: &Polynomial) -> Option<Polynomial> {
        let terms = merged(&self.terms, other.terms.iter().map(|term| Some(*term)))?;
        Some(Polynomial { terms })
    }

    /// The product; `None` where it is too large.
    pub fn times(&self, other: &Polynomial) -> Option<Polynomial> {
        if self.len() * other.len() > 4 * TERMS {
            return None;
        }
        let mut terms = Vec::with_capacity(self.len() * other.len());
        for (a, c) in &self.terms {
            for (b, d) in &other.terms {
                terms.push((multiplied(a, b)?, exact(*c * *d)?));
            }
        }
        // Products of one term by others stand in their order already.
        if self.len() > 1 && other.len() > 1 {
            terms.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
            terms = collected(terms)?;
        }
        (terms.len() <= TERMS).then_some(Polynomial { terms })
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
        let [(top, lead), .., (bottom, _)] = by.terms[..] else {
            return self.divided_by_term(by.terms.first()?);
        };
        if let Some((last, _)) = self.terms.last() {
            // The lowest term of a product is that of its factors.
            quotient_of(last, &bottom)?;
        }
        quotient_of(&self.degrees(), &by.degrees())?;
        let mut rest = self.terms.clone();
        let mut quotient = Vec::new();
        while let Some((monomial, c)) = rest.first() {
            if quotient.len() == TERMS {
                return None;
            }
            let (c, monomial) = (exact(*c / lead)?, quotient_of(monomial, &top)?);
            let taken = by.terms[1..].iter();
            let taken =
                taken.map(|(factor, d)| Some((multiplied(factor, &monomial)?, exact(-(c * *d))?)));
            rest = merged(&rest[1..], taken)?;
            quotient.push((monomial, c));
        }
        Some(Polynomial { terms: quotient })
    }

    fn divided_by_term(&self, (top, lead): &(Monomial, Number)) -> Option<Polynomial> {
        let quotient = |(monomial, c): &(Monomial, Number)| {
            Some((quotient_of(monomial, top)?, exact(*c / *lead)?))
        };
        let terms: Option<_> = self.terms.iter().map(quotient).collect();
        Some(Polynomial { terms: terms? })
    }

    /// Number, monomial and polynomial with this product; the polynomial has no number or variable in
    /// all its terms, and its highest term is positive.
    pub fn content(&self) -> Option<(Number, Monomial, Polynomial)> {
        let (common, lead) = *self.terms.first()?;
        let (mut number, mut common) = (lead.abs(), common);
        for (monomial, c) in &self.terms {
            number = number.common_divisor(*c);
            for (shared, power) in common.iter_mut().zip(monomial) {
                *shared = (*power).min(*shared);
            }
        }
        if !number.is_positive() {
            return None;
        }
        let number = if lead.is_negative() { -number } else { number };
        let primitive = self.divided_by_term(&(common, number))?;
        Some((number, common, primitive))
    }
}

/// The number, where it is exact.
fn exact(c: Number) -> Option<Number> {
    c.is_exact().then_some(c)
}

/// The sum of terms in order; `None` where a coefficient is no longer exact.
fn merged(
    left: &[(Monomial, Number)],
    right: impl ExactSizeIterator<Item = Option<(Monomial, Number)>>,
) -> Option<Vec<(Monomial, Number)>> {
    let mut sum = Vec::with_capacity(left.len() + right.len());
    let mut left = left;
    for term in right {
        let (monomial, c) = term?;
        let higher = left.iter().take_while(|(own, _)| *own > monomial).count();
        sum.extend_from_slice(&left[..higher]);
        left = &left[higher..];
        let c = match left.split_first() {
            Some(((own, known), rest)) if *own == monomial => {
                left = rest;
                exact(*known + c)?
            }
            _ => c,
        };
        if c != Number::ZERO {
            sum.push((monomial, c));
        }
    }
    sum.extend_from_slice(left);
    Some(sum)
}

/// Terms in order with those of one monomial added; `None` where a coefficient is no longer exact.
fn collected(terms: Vec<(Monomial, Number)>) -> Option<Vec<(Monomial, Number)>> {
    let mut sum: Vec<(Monomial, Number)> = Vec::with_capacity(terms.len());
    for (monomial, c) in terms {
        match sum.last_mut() {
            Some((last, known)) if *last == monomial => *known = exact(*known + c)?,
            _ => sum.push((monomial, c)),
        }
    }
    sum.retain(|(_, c)| *c != Number::ZERO);
    Some(sum)
}

fn multiplied(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    combined(a, b, u8::overflowing_add)
}

fn quotient_of(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    combined(a, b, u8::overflowing_sub)
}

/// The exponents combined, without a branch for each of them; `None` where one does not fit.
fn combined(a: &Monomial, b: &Monomial, how: impl Fn(u8, u8) -> (u8, bool)) -> Option<Monomial> {
    let (mut powers, mut overflow) = (UNIT, false);
    for ((power, a), b) in powers.iter_mut().zip(a).zip(b) {
        let (value, over) = how(*a, *b);
        *power = value;
        overflow |= over;
    }
    (!overflow).then_some(powers)
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
