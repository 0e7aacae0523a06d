//! Sums as polynomials with rational coefficients in whatever their terms are products of, and their
//! factors.
//!
//! What the coefficients of the powers of a variable have in common is a factor, and so is what a polynomial
//! has in common with its derivative ([`divisor`]). What is left has no such factors; it is read as a
//! polynomial in a single variable and factored modulo a prime ([`image`]).

mod divisor;
mod image;
mod integer;
mod modular;

use super::algebra::{Algebra, FactorList, Form, Id, TermList};
use super::exact::Number;
use super::polynomial::{Polynomial, UNIT, VARIABLES};
use crate::graph::Shape;
pub use divisor::may_divide;
use divisor::{common_divisor, content_in};
use image::Image;

/// Terms of a polynomial up to which it is factored.
const TERMS: usize = 400;

/// Polynomials and how often each is a factor.
pub type Factors = Vec<(Polynomial, u32)>;

/// The factors of a scalar formula that is a sum, as a product; common factors alone where nothing else
/// is found.
pub fn factored(algebra: &mut Algebra, sum: Id, effort: Effort) -> Id {
    let Form::Sum(terms) = algebra.form(sum) else {
        return sum;
    };
    let Some(reading) = read(algebra, *terms) else {
        return sum;
    };
    let mut content = reading.content;
    let mut factors = reading.common;
    for (factor, times) in factors_of(&reading.polynomial, effort) {
        match factor.constant() {
            Some(constant) => content *= constant,
            None => {
                let factor = written(algebra, &reading.generators, &factor);
                factors.push((factor, algebra.number(i64::from(times))));
            }
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

/// A sum, read as a polynomial.
struct Reading {
    /// The number that all terms share.
    content: Number,
    /// The powers that all terms share.
    common: FactorList,
    generators: Vec<Id>,
    /// What is left.
    polynomial: Polynomial,
}

fn read(algebra: &mut Algebra, terms: &[(Number, Id)]) -> Option<Reading> {
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
    let lowest = |k: usize| monomials.iter().map(|one| exponent(one, k)).min();
    let least: Vec<i64> = (0..generators.len()).filter_map(lowest).collect();
    let mut common = FactorList::new();
    for (base, power) in generators.iter().zip(&least) {
        if *power != 0 {
            common.push((*base, algebra.number(*power)));
        }
    }
    let polynomial = || {
        let mut sum = Polynomial::default();
        for ((coefficient, _), powers) in terms.iter().zip(&monomials) {
            let mut monomial = UNIT;
            for (k, least) in least.iter().enumerate() {
                *monomial.get_mut(k)? = u8::try_from(exponent(powers, k) - least).ok()?;
            }
            sum = sum.plus(&Polynomial::term(*coefficient / content, monomial))?;
        }
        Some(sum)
    };
    let fits = generators.len() <= VARIABLES && terms.len() <= TERMS;
    let polynomial = fits.then(polynomial).flatten().unwrap_or_else(|| {
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
        Polynomial::number(Number::ONE)
    });
    Some(Reading {
        content,
        common,
        generators,
        polynomial,
    })
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

/// A polynomial in these generators as a formula.
fn written(algebra: &mut Algebra, generators: &[Id], polynomial: &Polynomial) -> Id {
    let mut terms = TermList::new();
    for (coefficient, monomial) in polynomial.terms() {
        let mut bases = FactorList::new();
        for (base, power) in generators.iter().zip(monomial) {
            if power > 0 {
                bases.push((*base, algebra.number(i64::from(power))));
            }
        }
        let product = algebra.product(Number::ONE, &bases, Shape::SCALAR);
        terms.push((coefficient, product));
    }
    algebra.sum(&terms, Shape::SCALAR)
}

/// How far factors are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// By common divisors alone, which takes little time.
    Divisors,
    /// The same, and until they are irreducible where the image in one variable has a small degree.
    Small,
    /// Until they are irreducible.
    Whole,
}

impl Effort {
    /// The degree of an image up to which it is factored.
    fn degree(self) -> Option<usize> {
        match self {
            Effort::Divisors => None,
            Effort::Small => Some(48),
            Effort::Whole => Some(image::DEGREE),
        }
    }
}

/// The factors of a polynomial whose terms have nothing in common, with their multiplicities. With all
/// effort they are irreducible, unless the polynomial is large.
pub fn factors_of(polynomial: &Polynomial, effort: Effort) -> Factors {
    let mut found = Factors::new();
    let mut todo = vec![(polynomial.clone(), 1)];
    while let Some((whole, times)) = todo.pop() {
        let parts = match whole.constant() {
            Some(Number::ONE) => continue,
            Some(_) => Parts::Irreducible,
            None => parts_of(&whole).unwrap_or(Parts::Unknown),
        };
        let factors = match (parts, effort.degree()) {
            (Parts::Product(parts), _) => {
                todo.extend(parts.into_iter().map(|(part, own)| (part, own * times)));
                continue;
            }
            (Parts::Unknown, Some(degree)) => Image::factors_of(&whole, degree),
            _ => vec![(whole, 1)],
        };
        for (factor, own) in factors {
            match found.iter_mut().find(|(known, _)| *known == factor) {
                Some((_, known)) => *known += own * times,
                None => found.push((factor, own * times)),
            }
        }
    }
    found
}

/// What a polynomial is a product of.
enum Parts {
    /// These.
    Product(Factors),
    /// Itself alone.
    Irreducible,
    /// Neither contents nor squares.
    Unknown,
}

/// True for two coprime monomials whose exponents have no common divisor: no sum of two others has factors.
fn is_primitive_binomial(whole: &Polynomial) -> bool {
    let mut terms = whole.terms();
    let (Some((_, a)), Some((_, b)), None) = (terms.next(), terms.next(), terms.next()) else {
        return false;
    };
    let coprime = a.iter().zip(&b).all(|(a, b)| *a == 0 || *b == 0);
    let divisor = |known: u8, power: &u8| {
        let (mut known, mut rest) = (known, *power);
        while rest > 0 {
            (known, rest) = (rest, known % rest);
        }
        known
    };
    coprime && a.iter().chain(&b).fold(0, divisor) == 1
}

/// Contents and squares in a polynomial; `None` where finding them takes too long.
fn parts_of(whole: &Polynomial) -> Option<Parts> {
    if is_primitive_binomial(whole) {
        return Some(Parts::Irreducible);
    }
    let degrees = whole.degrees();
    let mut variables: Vec<usize> = (0..VARIABLES).filter(|k| degrees[*k] > 0).collect();
    variables.sort_by_key(|k| degrees[*k]);
    for variable in &variables {
        if variables.len() > 1 {
            let content = content_in(*variable, whole)?;
            if content.constant().is_none() {
                let rest = whole.divided(&content)?;
                return Some(Parts::Product(vec![(content, 1), (rest, 1)]));
            }
        }
        // Nothing that is linear in a variable has a factor without it any more.
        if degrees[*variable] == 1 {
            return Some(Parts::Irreducible);
        }
    }
    let repeated = |variable: &usize| -> Option<Factors> {
        let square = common_divisor(whole, &whole.derivative(*variable)?)?;
        if square.constant().is_some() {
            return None;
        }
        without_squares(whole.divided(&square)?, square)
    };
    let found = variables.iter().find_map(repeated);
    Some(found.map_or(Parts::Unknown, Parts::Product))
}

/// The parts of single·repeated by multiplicity, where the first one holds every factor once (Yun).
fn without_squares(single: Polynomial, repeated: Polynomial) -> Option<Factors> {
    let (mut single, mut repeated, mut times) = (single, repeated, 1);
    let mut parts = Factors::new();
    while single.constant().is_none() {
        let more = common_divisor(&single, &repeated)?;
        parts.push((single.divided(&more)?, times));
        repeated = repeated.divided(&more)?;
        single = more;
        times += 1;
    }
    parts.push((single.times(&repeated)?, 1));
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[(i64, &[(usize, u8)])]) -> Polynomial {
        let mut sum = Polynomial::default();
        for (c, powers) in terms {
            let mut monomial = UNIT;
            for (k, power) in *powers {
                monomial[*k] = *power;
            }
            let term = Polynomial::term(Number::whole(*c), monomial);
            sum = sum.plus(&term).unwrap();
        }
        sum
    }

    #[test]
    fn factors_in_many_variables_are_irreducible_and_multiply_to_the_whole() {
        // a + b·x², c + d·x², A + B·x, 1 − x²·a², x − y, x² + y²
        let lines = [
            sum(&[(1, &[(1, 1)]), (1, &[(2, 1), (0, 2)])]),
            sum(&[(1, &[(3, 1)]), (1, &[(4, 1), (0, 2)])]),
            sum(&[(1, &[(5, 1)]), (1, &[(6, 1), (0, 1)])]),
            sum(&[(1, &[(0, 1)]), (-1, &[(7, 1)])]),
            sum(&[(1, &[(0, 2)]), (1, &[(7, 2)])]),
        ];
        for powers in [
            [1, 2, 0, 0, 0],
            [1, 2, 1, 0, 0],
            [0, 0, 4, 0, 0],
            [0, 1, 0, 3, 1],
        ] {
            let mut whole = Polynomial::number(Number::ONE);
            for (line, power) in lines.iter().zip(powers) {
                whole = whole.times(&line.power(power).unwrap()).unwrap();
            }
            let found = factors_of(&whole, Effort::Whole);
            let mut product = Polynomial::number(Number::ONE);
            for (factor, times) in &found {
                product = product.times(&factor.power(*times).unwrap()).unwrap();
            }
            assert_eq!(product, whole);
            let mut own: Vec<u32> = found.iter().map(|(_, times)| *times).collect();
            let mut wanted: Vec<u32> = powers.into_iter().filter(|power| *power > 0).collect();
            own.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(own, wanted);
        }
    }
}
