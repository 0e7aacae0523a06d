//! Sums as polynomials with rational coefficients in whatever their terms are products of, and their
//! factors.
//!
//! A polynomial in several generators is read as one in a single variable t, the k-th generator as a power
//! of t high enough that no two monomials meet (Kronecker). Its factors are factored images, or products of
//! some, that can be read back.

mod integer;
mod modular;

use super::algebra::{Algebra, FactorList, Form, Id, TermList};
use super::exact::Number;
use crate::graph::Shape;
use integer::Whole;

/// Degrees of an image up to which it is factored.
const DEGREE: usize = 128;
/// Products of factors of an image that are tried.
const COMBINATIONS: usize = 4_096;

/// A polynomial without common factors of its terms, as one in a single variable.
struct Image {
    generators: Vec<Id>,
    /// The highest exponent of each.
    degrees: Vec<usize>,
    whole: Whole,
}

/// The factors of a scalar formula that is a sum, as a product; common factors alone where nothing else
/// is found.
pub fn factored(algebra: &mut Algebra, sum: Id) -> Id {
    let Form::Sum(terms) = algebra.form(sum) else {
        return sum;
    };
    let Some((content, mut factors, polynomial)) = read(algebra, *terms) else {
        return sum;
    };
    let mut content = content;
    for (factor, times) in polynomial.factors() {
        match *factor.as_slice() {
            [constant] => match i64::try_from(constant) {
                Ok(constant) => content *= Number::whole(constant),
                Err(_) => return sum,
            },
            _ => match polynomial.written(algebra, &factor) {
                Some(factor) => factors.push((factor, algebra.number(i64::from(times)))),
                None => return sum,
            },
        }
    }
    match factors[..] {
        // A number in front of one bracket would be multiplied into it.
        [(factor, power)] if power == algebra.unit() && content != Number::ONE => {
            algebra.scaled_bracket(content, factor, Shape::SCALAR)
        }
        _ => algebra.product(content, &factors, Shape::SCALAR),
    }
}

/// The numeric content of a sum, the powers that all its terms share, and what is left.
fn read(algebra: &mut Algebra, terms: &[(Number, Id)]) -> Option<(Number, FactorList, Image)> {
    let mut generators: Vec<Id> = Vec::new();
    let mut monomials: Vec<Vec<(usize, i64)>> = Vec::new();
    let mut content = terms[0].0.abs();
    for (coefficient, term) in terms {
        content = content.common_divisor(*coefficient);
        let powers = powers(algebra, *term);
        let place = |(base, power): (Id, i64)| {
            let known = generators.iter().position(|known| *known == base);
            let place = known.unwrap_or_else(|| {
                generators.push(base);
                generators.len() - 1
            });
            (place, power)
        };
        monomials.push(powers.into_iter().map(place).collect());
    }
    if !content.is_positive() {
        return None;
    }
    let exponent = |monomial: &[(usize, i64)], k: usize| {
        let own = monomial.iter().find(|(place, _)| *place == k);
        own.map_or(0, |(_, power)| *power)
    };
    let all = 0..generators.len();
    let lowest = |k: usize| monomials.iter().map(|one| exponent(one, k)).min();
    let least: Vec<i64> = all.clone().filter_map(lowest).collect();
    let highest = |k: usize| {
        monomials
            .iter()
            .map(|one| exponent(one, k) - least[k])
            .max()
    };
    let degrees: Option<Vec<usize>> = all.map(|k| usize::try_from(highest(k)?).ok()).collect();
    let degrees = degrees?;
    let mut size = 1usize;
    for degree in &degrees {
        size = size.checked_mul(degree + 1)?;
    }
    let mut image = Whole::new();
    if size <= DEGREE + 1 {
        image = vec![0; size];
        for ((coefficient, _), monomial) in terms.iter().zip(&monomials) {
            let (mut place, mut step) = (0, 1);
            for (k, degree) in degrees.iter().enumerate() {
                place += step * usize::try_from(exponent(monomial, k) - least[k]).ok()?;
                step *= degree + 1;
            }
            image[place] = i128::from((*coefficient / content).integer()?);
        }
        while image.last() == Some(&0) {
            image.pop();
        }
    }
    let mut common = FactorList::new();
    for (base, power) in generators.iter().zip(&least) {
        if *power != 0 {
            common.push((*base, algebra.number(*power)));
        }
    }
    if image.is_empty() {
        // Too large: only what is common to all terms comes out.
        let unit = algebra.unit();
        let mut rest = TermList::new();
        for (coefficient, term) in terms {
            let mut bases: FactorList = FactorList::from_slice(&[(*term, unit)]);
            for (base, power) in generators.iter().zip(&least) {
                bases.push((*base, algebra.number(-*power)));
            }
            let product = algebra.product(Number::ONE, &bases, Shape::SCALAR);
            rest.push((*coefficient / content, product));
        }
        common.push((algebra.sum(&rest, Shape::SCALAR), unit));
        image = vec![1];
    }
    let polynomial = Image {
        generators,
        degrees,
        whole: image,
    };
    Some((content, common, polynomial))
}

/// A term as a product of whole powers.
fn powers(algebra: &mut Algebra, term: Id) -> Vec<(Id, i64)> {
    let unit = algebra.unit();
    if term == unit {
        return Vec::new();
    }
    let Form::Product(bases) = algebra.form(term) else {
        return vec![(term, 1)];
    };
    let mut powers = Vec::new();
    for (base, exponent) in bases {
        match algebra.value(*exponent).and_then(Number::integer) {
            Some(power) => powers.push((*base, power)),
            None => {
                let whole = algebra.product(Number::ONE, &[(*base, *exponent)], Shape::SCALAR);
                powers.push((whole, 1));
            }
        }
    }
    powers
}

impl Image {
    /// The factors of the image that can be read back, with their multiplicities.
    fn factors(&self) -> Vec<(Whole, u32)> {
        let parts = integer::factors(&self.whole);
        match self.generators.len() {
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

    /// The polynomial with this image, as a formula.
    fn written(&self, algebra: &mut Algebra, image: &[i128]) -> Option<Id> {
        let mut terms = TermList::new();
        for (place, coefficient) in image.iter().enumerate().rev() {
            if *coefficient == 0 {
                continue;
            }
            let mut bases = FactorList::new();
            for (base, power) in self.generators.iter().zip(self.exponents(place)) {
                if power > 0 {
                    bases.push((*base, algebra.number(power as i64)));
                }
            }
            let coefficient = Number::whole(i64::try_from(*coefficient).ok()?);
            let monomial = algebra.product(Number::ONE, &bases, Shape::SCALAR);
            terms.push((coefficient, monomial));
        }
        Some(algebra.sum(&terms, Shape::SCALAR))
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
