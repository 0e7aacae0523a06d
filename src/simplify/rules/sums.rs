//! Rearrangements of whole formulas: over one denominator, chains distributed, functions joined.

use super::common::REARRANGED;
use super::expansion::expanded;
use crate::graph::{Attr, Primitive};
use crate::primitives::elementary;
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, Memo, Occurring, TermList, all_but};
use crate::simplify::exact::Number;
use smallvec::SmallVec;

static SINES: Occurring = Occurring::of(&elementary::SIN).and(Occurring::of(&elementary::SINH));
static COSINES: Occurring = Occurring::of(&elementary::COS).and(Occurring::of(&elementary::COSH));
static EXPONENTIAL: Occurring = Occurring::of(&elementary::EXP);

/// a + b/c = (a·c + b)/c, multiplied out above.
pub fn over_one_denominator(algebra: &mut Algebra, id: Id) -> Id {
    match algebra.form(id) {
        Form::Sum(terms) if terms.len() <= REARRANGED => {
            algebra.once(Memo::OverOneDenominator, id, with_one_denominator)
        }
        _ => id,
    }
}

fn with_one_denominator(algebra: &mut Algebra, id: Id) -> Id {
    let Form::Sum(terms) = algebra.form(id) else {
        return id;
    };
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let mut divisors: SmallVec<[(Id, Number); 4]> = SmallVec::new();
    for (_, term) in terms.iter() {
        let Form::Product(bases) = algebra.form(*term) else {
            continue;
        };
        for &(base, exponent) in bases {
            let Some(power) = algebra.value(exponent).filter(|e| e.is_negative()) else {
                continue;
            };
            match divisors.iter_mut().find(|(known, _)| *known == base) {
                Some((_, known)) => *known = if power < *known { power } else { *known },
                None => divisors.push((base, power)),
            }
        }
    }
    if divisors.is_empty() || divisors.len() > 4 {
        return id;
    }
    let mut raised_by = |sign: Number| -> FactorList {
        let power = |(base, e): &(Id, Number)| (*base, algebra.number(sign * *e));
        divisors.iter().map(power).collect()
    };
    let (raised, mut factors) = (raised_by(Number::MINUS_ONE), raised_by(Number::ONE));
    let mut above = TermList::new();
    for (c, term) in terms.iter() {
        let mut factors = raised.clone();
        factors.push((*term, one));
        above.push((*c, algebra.product(Number::ONE, &factors, shape)));
    }
    let above = algebra.sum(&above, shape);
    let spread = expanded(algebra, above);
    let above = if algebra.cost(spread) < algebra.cost(above) {
        spread
    } else {
        above
    };
    factors.push((above, one));
    algebra.product(Number::ONE, &factors, shape)
}

/// x/(a + b/c) = c·x/(a·c + b): a divisor that holds a quotient, over one denominator.
pub fn without_nested_quotients(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let mut together = |(base, exponent): &(Id, Id)| {
        let whole = algebra.value(*exponent).is_some_and(Number::is_whole);
        match whole {
            true => (over_one_denominator(algebra, *base), *exponent),
            false => (*base, *exponent),
        }
    };
    let factors: FactorList = bases.iter().map(&mut together).collect();
    let shape = algebra.shape(id);
    (factors[..] != *bases).then(|| algebra.product(Number::ONE, &factors, shape))
}

/// A·(B + C) = A·B + A·C, for the first sum in a chain.
pub fn distributed(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Chain(links) = algebra.form(id) else {
        return None;
    };
    let sum = |(k, link): (usize, &Id)| match algebra.form(*link) {
        Form::Sum(terms) if terms.len() > 1 => Some((k, terms)),
        _ => None,
    };
    let (k, terms) = links.iter().enumerate().find_map(sum)?;
    let inner = algebra.shape(links[k]);
    let mut links = links.to_vec();
    let mut spread = TermList::new();
    for (c, term) in terms.iter() {
        links[k] = algebra.stretch(*term, inner);
        spread.push((*c, algebra.chain(&links)));
    }
    Some(algebra.sum(&spread, algebra.shape(id)))
}

/// c·cos² + d·sin² = c where c = d, c·cos 2x where d = −c; likewise for cosh and sinh.
pub fn double_angle(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if !algebra.occurring(id).may_meet(COSINES) {
        return None;
    }
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    if terms.len() > REARRANGED {
        return None;
    }
    let pairs = [
        (&elementary::COS, &elementary::SIN, Number::MINUS_ONE),
        (&elementary::COSH, &elementary::SINH, Number::ONE),
    ];
    for (k, (c, term)) in terms.iter().enumerate() {
        for (even, odd, turn) in pairs {
            let Some((x, rest)) = squared_function(algebra, *term, even) else {
                continue;
            };
            for (j, (d, other)) in terms.iter().enumerate() {
                let Some((y, others)) = squared_function(algebra, *other, odd) else {
                    continue;
                };
                if x != y || rest != others || c.abs() != d.abs() {
                    continue;
                }
                let shape = algebra.shape(x);
                let joined = if *d == turn * *c {
                    let double = algebra.sum(&[(Number::TWO, x)], shape);
                    algebra.operation(even, Attr::None, &[double], shape)
                } else {
                    algebra.unit()
                };
                let one = algebra.unit();
                let whole = algebra.shape(id);
                let product = algebra.product(Number::ONE, &[(rest, one), (joined, one)], whole);
                let mut sum: TermList = (0..terms.len())
                    .filter(|i| *i != k && *i != j)
                    .map(|i| terms[i])
                    .collect();
                sum.push((*c, product));
                return Some(algebra.sum(&sum, whole));
            }
        }
    }
    None
}

/// c·cos² − c/2 = c/2·cos 2x, c/2 − c·sin² = c/2·cos 2x; likewise for cosh and sinh.
pub fn half_angle(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if !algebra.occurring(id).may_meet(SINES.and(COSINES)) {
        return None;
    }
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    if terms.len() > REARRANGED {
        return None;
    }
    let functions = [
        (
            &elementary::COS,
            &elementary::COS,
            Number::MINUS_HALF,
            Number::HALF,
        ),
        (
            &elementary::SIN,
            &elementary::COS,
            Number::MINUS_HALF,
            Number::MINUS_HALF,
        ),
        (
            &elementary::COSH,
            &elementary::COSH,
            Number::MINUS_HALF,
            Number::HALF,
        ),
        (
            &elementary::SINH,
            &elementary::COSH,
            Number::HALF,
            Number::HALF,
        ),
    ];
    for (k, (c, term)) in terms.iter().enumerate() {
        for (squared, even, constant, factor) in functions {
            let Some((x, rest)) = squared_function(algebra, *term, squared) else {
                continue;
            };
            let fits = |(d, other): &(Number, Id)| *other == rest && *d == constant * *c;
            let Some(j) = terms.iter().position(fits) else {
                continue;
            };
            let (shape, whole, one) = (algebra.shape(x), algebra.shape(id), algebra.unit());
            let double = algebra.sum(&[(Number::TWO, x)], shape);
            let joined = algebra.operation(even, Attr::None, &[double], shape);
            let product = algebra.product(Number::ONE, &[(rest, one), (joined, one)], whole);
            let left = (0..terms.len()).filter(|i| *i != k && *i != j);
            let mut sum: TermList = left.map(|i| terms[i]).collect();
            sum.push((factor * *c, product));
            return Some(algebra.sum(&sum, whole));
        }
    }
    None
}

/// sin x·cos x = sin 2x/2; likewise for sinh and cosh.
pub fn double_sine(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if !algebra.occurring(id).may_meet(SINES) {
        return None;
    }
    let (coefficient, inner) = algebra.scaled(id);
    let Form::Product(bases) = algebra.form(inner) else {
        return None;
    };
    let pairs = [
        (&elementary::SIN, &elementary::COS),
        (&elementary::SINH, &elementary::COSH),
    ];
    for (odd, even) in pairs {
        for (k, (base, exponent)) in bases.iter().enumerate() {
            let Some([x]) = algebra.operands(*base, odd) else {
                continue;
            };
            let partner = |(other, e): &(Id, Id)| {
                e == exponent
                    && algebra
                        .operands(*other, even)
                        .is_some_and(|args| args[0] == *x)
            };
            let power = algebra.value(*exponent).filter(|e| e.integer().is_some());
            let (Some(j), Some(power)) = (bases.iter().position(partner), power) else {
                continue;
            };
            let shape = algebra.shape(*x);
            let double = algebra.sum(&[(Number::TWO, *x)], shape);
            let joined = algebra.operation(odd, Attr::None, &[double], shape);
            let left = (0..bases.len()).filter(|i| *i != k && *i != j);
            let mut factors: FactorList = left.map(|i| bases[i]).collect();
            factors.push((joined, *exponent));
            let coefficient = coefficient * Number::HALF.power(power);
            return Some(algebra.product(coefficient, &factors, algebra.shape(id)));
        }
    }
    None
}

/// x and the other factors of a term that has f(x)² among its factors.
fn squared_function(algebra: &mut Algebra, term: Id, row: &Primitive) -> Option<(Id, Id)> {
    let Form::Product(bases) = algebra.form(term) else {
        return None;
    };
    let k = bases.iter().position(|(base, e)| {
        algebra.value(*e) == Some(Number::TWO) && algebra.operands(*base, row).is_some()
    })?;
    let x = algebra.operands(bases[k].0, row)?[0];
    let others = all_but(bases, k);
    let shape = algebra.shape(term);
    Some((x, algebra.product(Number::ONE, &others, shape)))
}

/// e^a·e^b = e^(a + b)
pub fn joined_exponentials(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if !algebra.occurring(id).may_meet(EXPONENTIAL) {
        return None;
    }
    let (coefficient, inner) = algebra.scaled(id);
    let Form::Product(bases) = algebra.form(inner) else {
        return None;
    };
    let mut exponents = TermList::new();
    let mut rest = FactorList::new();
    for &(base, exponent) in bases {
        match (
            algebra.operands(base, &elementary::EXP),
            algebra.value(exponent),
        ) {
            (Some(args), Some(power)) => exponents.push((power, args[0])),
            _ => rest.push((base, exponent)),
        }
    }
    if exponents.len() < 2 {
        return None;
    }
    let shape = algebra.common_shape(exponents.iter().map(|(_, x)| *x))?;
    let sum = algebra.sum(&exponents, shape);
    let one = algebra.unit();
    let joined = algebra.operation(&elementary::EXP, Attr::None, &[sum], shape);
    rest.push((joined, one));
    let whole = algebra.shape(id);
    Some(algebra.product(coefficient, &rest, whole))
}
