//! Greatest common divisors of polynomials in several variables.

use super::modular::{self, Residues};
use crate::simplify::exact::Number;
use crate::simplify::polynomial::{Polynomial, UNIT, VARIABLES};

/// Steps of remainders that are taken for one divisor, those of coefficients included.
const STEPS: u32 = 40;
/// Terms of a remainder up to which the search goes on.
const TERMS: usize = 60;

/// Terms from which on an image is worth its time before a division.
const WORTH_AN_IMAGE: usize = 12;

/// The greatest common divisor, without numeric content; `None` where finding it takes too long.
pub fn common_divisor(a: &Polynomial, b: &Polynomial) -> Option<Polynomial> {
    Search { left: STEPS }.divisor(a, b)
}

/// The greatest common divisor of the coefficients of the powers of a variable.
pub fn content_in(variable: usize, p: &Polynomial) -> Option<Polynomial> {
    Search { left: STEPS }.content_in(variable, p)
}

/// The primitive Euclidean algorithm, with a limit to its length.
struct Search {
    left: u32,
}

impl Search {
    fn content_in(&mut self, variable: usize, p: &Polynomial) -> Option<Polynomial> {
        let mut coefficients = p.coefficients(variable);
        coefficients.retain(|one| !one.is_zero());
        // Short ones first: most often they have nothing in common with the next.
        coefficients.sort_by_key(Polynomial::len);
        let mut divisor = Polynomial::default();
        for coefficient in &coefficients {
            divisor = self.divisor(&divisor, coefficient)?;
            if divisor.constant().is_some() {
                return Some(Polynomial::number(Number::ONE));
            }
        }
        Some(divisor)
    }

    fn divisor(&mut self, a: &Polynomial, b: &Polynomial) -> Option<Polynomial> {
        if a.is_zero() || b.is_zero() {
            let other = if a.is_zero() { b } else { a };
            let (_, monomial, rest) = other.content()?;
            return Polynomial::term(Number::ONE, monomial).times(&rest);
        }
        let [(_, left, mut a), (_, right, mut b)] = [a.content()?, b.content()?];
        let mut monomial = UNIT;
        for (k, power) in monomial.iter_mut().enumerate() {
            *power = left[k].min(right[k]);
        }
        let monomial = Polynomial::term(Number::ONE, monomial);
        // What both share does not depend on a variable that only one of them has.
        for variable in 0..VARIABLES {
            match (a.degree(variable), b.degree(variable)) {
                (0, 0) => {}
                (0, _) => b = self.content_in(variable, &b)?,
                (_, 0) => a = self.content_in(variable, &a)?,
                _ => {}
            }
        }
        let [of_a, of_b] = [a.degrees(), b.degrees()];
        let lower = |k: &usize| of_a[*k].min(of_b[*k]);
        let Some(variable) = (0..VARIABLES).filter(|k| lower(k) > 0).min_by_key(lower) else {
            return Some(monomial);
        };
        let [of_a, of_b] = [
            self.content_in(variable, &a)?,
            self.content_in(variable, &b)?,
        ];
        let content = self.divisor(&of_a, &of_b)?;
        let (a, b) = (a.divided(&of_a)?, b.divided(&of_b)?);
        let primitive = match are_coprime(variable, &a, &b) {
            true => Polynomial::number(Number::ONE),
            false => self.of_primitive(variable, a, b)?,
        };
        monomial.times(&content)?.times(&primitive)
    }

    /// The divisor of two polynomials whose coefficients of powers of the variable have none.
    fn of_primitive(
        &mut self,
        variable: usize,
        a: Polynomial,
        b: Polynomial,
    ) -> Option<Polynomial> {
        let (mut a, mut b) = match a.degree(variable) >= b.degree(variable) {
            true => (a, b),
            false => (b, a),
        };
        loop {
            if b.degree(variable) == 0 {
                return Some(Polynomial::number(Number::ONE));
            }
            let rest = self.remainder(variable, &a, &b)?;
            if rest.is_zero() {
                return Some(b.content()?.2);
            }
            let (_, _, rest) = rest.content()?;
            let content = self.content_in(variable, &rest)?;
            (a, b) = (b, rest.divided(&content)?);
        }
    }

    /// The remainder of lead^k·a divided by b, where k is as large as it must be.
    fn remainder(&mut self, variable: usize, a: &Polynomial, b: &Polynomial) -> Option<Polynomial> {
        let degree = b.degree(variable);
        let lead = b.coefficients(variable).pop()?;
        let mut rest = a.clone();
        while !rest.is_zero() && rest.degree(variable) >= degree {
            self.left = self.left.checked_sub(1)?;
            let power = Polynomial::variable(variable, rest.degree(variable) - degree);
            let top = rest.coefficients(variable).pop()?;
            let taken = b.times(&top)?.times(&power)?;
            rest = rest.times(&lead)?.plus(&taken.scaled(Number::MINUS_ONE)?)?;
            if rest.len() > TERMS {
                return None;
            }
        }
        Some(rest)
    }
}

/// False if images modulo a prime show that a polynomial with whole coefficients and no common divisor of these
/// does not divide another one: a shorter way than to divide.
pub fn may_divide(by: &Polynomial, whole: &Polynomial) -> bool {
    if whole.len() < WORTH_AN_IMAGE {
        return true;
    }
    let degrees = by.degrees();
    let variables = (0..VARIABLES).filter(|k| degrees[*k] > 0);
    let Some(variable) = variables.min_by_key(|k| degrees[*k]) else {
        return true;
    };
    match (image(variable, whole), image(variable, by)) {
        (Some(whole), Some(by)) => modular::divides(&by, &whole),
        _ => true,
    }
}

/// True if the polynomials have no common divisor that depends on the variable, as far as their images
/// show: those modulo a prime, with numbers for the other variables.
fn are_coprime(variable: usize, a: &Polynomial, b: &Polynomial) -> bool {
    match (image(variable, a), image(variable, b)) {
        (Some(a), Some(b)) => modular::common_divisor(&a, &b).len() == 1,
        _ => false,
    }
}

/// The image as a polynomial in the variable; `None` where it has a lower degree.
fn image(variable: usize, p: &Polynomial) -> Option<Residues> {
    let degree = usize::from(p.degree(variable));
    let mut image = vec![0; degree + 1];
    for (c, monomial) in p.terms() {
        let mut value = modular::residue(i128::from(c.integer()?));
        for (k, power) in monomial.iter().enumerate() {
            if k != variable && *power > 0 {
                let point = 1_000_003 * (k as u64 + 1) + 17;
                value = modular::mul(value, modular::power(point, u64::from(*power)));
            }
        }
        let place = &mut image[usize::from(monomial[variable])];
        *place = modular::add(*place, value);
    }
    (image[degree] != 0).then_some(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// c₀ + c₁·x + c₂·y + c₃·z
    fn plane(c: [i64; 4]) -> Polynomial {
        let mut sum = Polynomial::number(Number::whole(c[0]));
        for (k, c) in c[1..].iter().enumerate() {
            let term = Polynomial::variable(k, 1).scaled(Number::whole(*c));
            sum = sum.plus(&term.unwrap()).unwrap();
        }
        sum
    }

    #[test]
    fn the_divisor_is_what_both_share() {
        let shared = plane([1, 2, -3, 1]);
        let [a, b, c] = [
            plane([5, 1, 1, 0]),
            plane([-1, 0, 2, 7]),
            plane([0, 1, 0, 1]),
        ];
        let product = |factors: &[&Polynomial]| {
            let one = Polynomial::number(Number::ONE);
            let times = |p: Polynomial, factor: &&Polynomial| p.times(factor).unwrap();
            factors.iter().fold(one, times)
        };
        let found = |left: &[&Polynomial], right: &[&Polynomial]| {
            common_divisor(&product(left), &product(right)).unwrap()
        };
        let positive = |p: Polynomial| p.content().unwrap().2;
        assert_eq!(found(&[&shared, &a], &[&b, &shared]), shared);
        assert_eq!(
            positive(found(&[&shared, &shared, &c], &[&shared, &c, &a])),
            positive(product(&[&shared, &c]))
        );
        assert!(found(&[&a, &c], &[&b]).constant().is_some());
    }
}
