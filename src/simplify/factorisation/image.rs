//! Polynomials in several variables as ones in a single variable t, the k-th variable as a power of t high
//! enough that no two monomials meet (Kronecker). The factors are factored images, or products of some,
//! that can be read back.

use super::Factors;
use super::integer::{self, Whole};
use crate::simplify::exact::Number;
use crate::simplify::polynomial::{Polynomial, UNIT, VARIABLES};

/// Degrees of an image up to which it is factored.
pub const DEGREE: usize = 128;
/// Products of factors of an image that are tried.
const COMBINATIONS: usize = 4_096;

/// A polynomial as one in a single variable.
pub struct Image {
    variables: Vec<usize>,
    /// The highest exponent of each.
    degrees: Vec<usize>,
    whole: Whole,
}

impl Image {
    /// The factors of a polynomial with whole coefficients, with their multiplicities; the polynomial
    /// alone, where it is too large.
    pub fn factors_of(polynomial: &Polynomial, degree: usize) -> Factors {
        let found = Image::of(polynomial, degree).and_then(|image| {
            let parts = image.factors();
            let read = |(part, times): &(Whole, u32)| Some((image.read_back(part)?, *times));
            parts.iter().map(read).collect()
        });
        found.unwrap_or_else(|| vec![(polynomial.clone(), 1)])
    }

    fn of(polynomial: &Polynomial, most: usize) -> Option<Image> {
        let occurs = |k: &usize| polynomial.degree(*k) > 0;
        let variables: Vec<usize> = (0..VARIABLES).filter(occurs).collect();
        let highest = |k: &usize| usize::from(polynomial.degree(*k));
        let degrees: Vec<usize> = variables.iter().map(highest).collect();
        let mut size = 1usize;
        for degree in &degrees {
            size = size.checked_mul(degree + 1)?;
        }
        if size > most + 1 {
            return None;
        }
        let mut whole = vec![0; size];
        for (coefficient, monomial) in polynomial.terms() {
            let (mut place, mut step) = (0, 1);
            for (k, degree) in variables.iter().zip(&degrees) {
                place += step * usize::from(monomial[*k]);
                step *= degree + 1;
            }
            whole[place] = i128::from(coefficient.integer()?);
        }
        while whole.last() == Some(&0) {
            whole.pop();
        }
        Some(Image {
            variables,
            degrees,
            whole,
        })
    }

    /// The factors of the image that can be read back, with their multiplicities.
    fn factors(&self) -> Vec<(Whole, u32)> {
        let parts = integer::factors(&self.whole);
        match self.variables.len() {
            0 | 1 => parts,
            _ => self
                .joined(&parts)
                .unwrap_or_else(|| vec![(self.whole.clone(), 1)]),
        }
    }

    /// Products of factors of the image that are images of factors, those of fewest factors first: these
    /// have no factors themselves.
    fn joined(&self, parts: &[(Whole, u32)]) -> Option<Vec<(Whole, u32)>> {
        let mut left: Vec<u32> = parts.iter().map(|(_, times)| *times).collect();
        let mut degrees = self.degrees.clone();
        let mut found = Vec::new();
        let mut choices = choices(&left)?;
        choices.sort_by_key(|choice| choice.iter().sum::<u32>());
        for choice in choices {
            let mut times = 0;
            let mut factor = Whole::new();
            loop {
                let rest: Option<Vec<u32>> = left
                    .iter()
                    .zip(&choice)
                    .map(|(a, b)| a.checked_sub(*b))
                    .collect();
                let Some(rest) = rest else { break };
                let total: u32 = left.iter().sum();
                if 2 * choice.iter().sum::<u32>() > total {
                    break;
                }
                let (one, other) = (multiplied(parts, &choice)?, multiplied(parts, &rest)?);
                let (own, others) = (self.degrees_of(&one), self.degrees_of(&other));
                let sums = own.iter().zip(&others).map(|(a, b)| a + b);
                if !sums.eq(degrees.iter().copied()) || own.iter().all(|degree| *degree == 0) {
                    break;
                }
                (factor, degrees, left) = (one, others, rest);
                times += 1;
            }
            if times > 0 {
                found.push((factor, times));
            }
        }
        let rest = multiplied(parts, &left)?;
        match found.iter_mut().find(|(known, _)| *known == rest) {
            Some((_, times)) => *times += 1,
            None => found.push((rest, 1)),
        }
        Some(found)
    }

    /// The exponents of a monomial of the image.
    fn exponents(&self, place: usize) -> Vec<usize> {
        let mut place = place;
        let digit = |degree: &usize| {
            let digit = place % (degree + 1);
            place /= degree + 1;
            digit
        };
        self.degrees.iter().map(digit).collect()
    }

    /// The highest exponents of the polynomial with this image.
    fn degrees_of(&self, image: &[i128]) -> Vec<usize> {
        let mut highest = vec![0; self.degrees.len()];
        for (place, coefficient) in image.iter().enumerate() {
            if *coefficient != 0 {
                for (known, own) in highest.iter_mut().zip(self.exponents(place)) {
                    *known = own.max(*known);
                }
            }
        }
        highest
    }

    /// The polynomial with this image.
    fn read_back(&self, image: &[i128]) -> Option<Polynomial> {
        let mut sum = Polynomial::default();
        for (place, coefficient) in image.iter().enumerate() {
            let mut monomial = UNIT;
            for (k, power) in self.variables.iter().zip(self.exponents(place)) {
                monomial[*k] = u8::try_from(power).ok()?;
            }
            let coefficient = Number::whole(i64::try_from(*coefficient).ok()?);
            sum = sum.plus(&Polynomial::term(coefficient, monomial))?;
        }
        Some(sum)
    }
}

/// All ways to take some of these, not none; `None` where there are too many.
fn choices(left: &[u32]) -> Option<Vec<Vec<u32>>> {
    let mut count = 1usize;
    for times in left {
        count = count.checked_mul(*times as usize + 1)?;
    }
    if count > COMBINATIONS {
        return None;
    }
    let choice = |k: usize| -> Vec<u32> {
        let mut k = k;
        let digit = |times: &u32| {
            let digit = k % (*times as usize + 1);
            k /= *times as usize + 1;
            digit as u32
        };
        left.iter().map(digit).collect()
    };
    Some((1..count).map(choice).collect())
}

/// The product of factors as often as `choice` says.
fn multiplied(parts: &[(Whole, u32)], choice: &[u32]) -> Option<Whole> {
    let mut whole = vec![1];
    for ((part, _), times) in parts.iter().zip(choice) {
        for _ in 0..*times {
            whole = integer::product(&whole, part)?;
        }
    }
    Some(whole)
}
