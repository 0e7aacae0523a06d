//! Common factors of the terms of a sum, taken out.

use crate::graph::Shape;
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, Ids, Memo, TermList, all_but};
use crate::simplify::exact::Number;
use smallvec::SmallVec;
use std::cmp::Reverse;

/// Terms of a sum that are looked at when it is rearranged; longer sums are left alone.
pub(super) const REARRANGED: usize = 64;

/// Common factors of the terms of a sum taken out, the one that most terms share first.
pub fn factored(algebra: &mut Algebra, id: Id) -> Id {
    let Form::Sum(terms) = algebra.form(id) else {
        return id;
    };
    if terms.len() < 2 || terms.len() > REARRANGED || !algebra.enter() {
        return id;
    }
    let found = match algebra.printing {
        true => Memo::FactoredForReading,
        false => Memo::Factored,
    };
    let factored = algebra.once(found, id, with_common_factors_out);
    algebra.leave();
    factored
}

fn with_common_factors_out(algebra: &mut Algebra, id: Id) -> Id {
    let Form::Sum(terms) = algebra.form(id) else {
        return id;
    };
    let shape = algebra.shape(id);
    let candidates = [
        common_end(algebra, &terms, shape, true),
        common_end(algebra, &terms, shape, false),
        common_base(algebra, &terms, shape),
        common_number(algebra, &terms, shape),
    ];
    let best = candidates
        .into_iter()
        .flatten()
        .min_by_key(|candidate| algebra.cost(*candidate));
    // A polynomial reads better in powers than nested, unless nesting saves more than one step.
    match best {
        Some(best) if algebra.cost(best) + partial_penalty(algebra, best) < algebra.cost(id) => {
            algebra.note(super::COMMON_FACTOR);
            best
        }
        _ => id,
    }
}

/// 1 for a sum with a bracket beside other terms, else 0.
fn partial_penalty(algebra: &Algebra, id: Id) -> u64 {
    u64::from(
        matches!(algebra.form(id), Form::Sum(terms) if terms.len() > 1)
            && algebra.shape(id).is_scalar(),
    )
}

/// A chain among the factors of a term, and the scalars in front of it.
#[derive(Clone, Copy)]
struct ScaledChain<'a> {
    links: &'a [Id],
    /// The factors of the term; none where it is the chain itself.
    factors: &'a [(Id, Id)],
    /// The position of the chain among them.
    position: usize,
}

fn chain_of<'a>(algebra: &Algebra<'a>, term: Id) -> Option<ScaledChain<'a>> {
    match algebra.form(term) {
        Form::Chain(links) => Some(ScaledChain {
            links,
            factors: &[],
            position: 0,
        }),
        Form::Product(factors) => {
            let chain = |(position, (base, e)): (usize, &(Id, Id))| match algebra.form(*base) {
                Form::Chain(links) if *e == algebra.unit() => Some((position, links)),
                _ => None,
            };
            let (position, links) = factors.iter().enumerate().find_map(chain)?;
            let scalar = |k: usize| k == position || algebra.shape(factors[k].0).is_scalar();
            (0..factors.len()).all(scalar).then_some(ScaledChain {
                links,
                factors,
                position,
            })
        }
        _ => None,
    }
}

/// A·x + B·x = (A + B)·x, from the right or from the left.
fn common_end(
    algebra: &mut Algebra,
    terms: &[(Number, Id)],
    shape: Shape,
    right: bool,
) -> Option<Id> {
    let end = |links: &[Id]| {
        if right {
            links[links.len() - 1]
        } else {
            links[0]
        }
    };
    let chains = terms
        .iter()
        .filter_map(|(_, term)| chain_of(algebra, *term));
    let mut ends: Ids = chains.map(|chain| end(chain.links)).collect();
    ends.sort_unstable();
    let runs = ends.chunk_by(|a, b| a == b);
    let longest = runs.max_by_key(|run| (run.len(), Reverse(run[0])))?;
    if longest.len() < 2 {
        return None;
    }
    let (shared, one) = (longest[0], algebra.unit());
    let mut rest = TermList::new();
    let mut inner = TermList::new();
    for (c, term) in terms {
        match chain_of(algebra, *term) {
            Some(chain) if end(chain.links) == shared => {
                let left = if right {
                    &chain.links[..chain.links.len() - 1]
                } else {
                    &chain.links[1..]
                };
                let remaining = algebra.chain(left);
                let mut factors = all_but(chain.factors, chain.position);
                factors.push((remaining, one));
                let shape = algebra.shape(remaining);
                inner.push((*c, algebra.product(Number::ONE, &factors, shape)));
            }
            _ => rest.push((*c, *term)),
        }
    }
    // What was stretched as a whole is stretched in the bracket: A*x - y'*x = (A - y')*x.
    let inner_shape = algebra.common_shape(inner.iter().map(|(_, term)| *term))?;
    let bracket = algebra.sum(&inner, inner_shape);
    let bracket = factored(algebra, bracket);
    let together = if right {
        algebra.chain(&[bracket, shared])
    } else {
        algebra.chain(&[shared, bracket])
    };
    rest.push((Number::ONE, together));
    Some(algebra.sum(&rest, shape))
}

/// A factor as something that terms can share: a base to a number, or a base to a formula as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    base: Id,
    /// The exponent, where it is a formula.
    exponent: Option<Id>,
}

/// A factor with its power in one of the terms of a sum.
#[derive(Clone, Copy)]
struct Occurrence {
    factor: Shared,
    power: Number,
    term: usize,
}

/// An exponent without the number that is added in it: x^(a - 1) has the factor x^a.
fn without_number(algebra: &mut Algebra, exponent: Id) -> Id {
    let Form::Sum(terms) = algebra.form(exponent) else {
        return exponent;
    };
    let rest: TermList = terms
        .iter()
        .copied()
        .filter(|(_, term)| *term != algebra.unit())
        .collect();
    match rest.len() < terms.len() {
        true => algebra.sum(&rest, algebra.shape(exponent)),
        false => exponent,
    }
}

/// The factors of the terms of a sum, equal ones next to each other in the order of the terms.
fn occurrences(algebra: &mut Algebra, terms: &[(Number, Id)]) -> SmallVec<[Occurrence; 32]> {
    let mut found = SmallVec::new();
    for (k, (_, term)) in terms.iter().enumerate() {
        let mut add = |base: Id, exponent: Option<Id>, power: Number| {
            found.push(Occurrence {
                factor: Shared { base, exponent },
                power,
                term: k,
            });
        };
        match algebra.form(*term) {
            Form::Product(bases) => {
                for (base, e) in bases {
                    match algebra.value(*e) {
                        Some(power) => add(*base, None, power),
                        None => add(*base, Some(without_number(algebra, *e)), Number::ONE),
                    }
                }
            }
            Form::Number(_) => {}
            _ => add(*term, None, Number::ONE),
        }
    }
    found.sort_by_key(|occurrence: &Occurrence| occurrence.factor);
    found
}

fn of_one_sign(run: &[Occurrence]) -> bool {
    run.iter().all(|found| found.power.is_positive())
        || run.iter().all(|found| found.power.is_negative())
}

/// x·y + x·z = x·(y + z)
fn common_base(algebra: &mut Algebra, terms: &[(Number, Id)], shape: Shape) -> Option<Id> {
    let all = occurrences(algebra, terms);
    let best = all
        .chunk_by(|a, b| a.factor == b.factor)
        .filter(|run| run.len() > 1 && of_one_sign(run))
        .max_by_key(|run| (run.len(), Reverse(run[0].factor)))?;
    if best.len() == terms.len()
        && let Some(together) = common_to_all(algebra, terms, &all, shape)
    {
        return Some(together);
    }
    let shared = best[0].factor;
    let powers = best.iter().map(|found| found.power);
    let taken = powers.reduce(|a, b| if a.abs() < b.abs() { a } else { b })?;
    let (less, exponent) = match shared.exponent {
        None => (algebra.number(-taken), algebra.number(taken)),
        Some(exponent) => (algebra.negated(exponent), exponent),
    };
    let one = algebra.unit();
    let mut inner = TermList::new();
    let mut rest = TermList::new();
    let mut sharing = best.iter().map(|found| found.term).peekable();
    for (k, (c, term)) in terms.iter().enumerate() {
        if sharing.next_if_eq(&k).is_some() {
            let shape = algebra.shape(*term);
            let quotient =
                algebra.product(Number::ONE, &[(*term, one), (shared.base, less)], shape);
            inner.push((*c, quotient));
        } else {
            rest.push((*c, *term));
        }
    }
    let inner_shape = algebra.common_shape(inner.iter().map(|(_, term)| *term))?;
    let bracket = algebra.sum(&inner, inner_shape);
    let bracket = factored(algebra, bracket);
    let together = algebra.product(
        Number::ONE,
        &[(shared.base, exponent), (bracket, one)],
        shape,
    );
    rest.push((Number::ONE, together));
    Some(algebra.sum(&rest, shape))
}

/// The bases of which all terms have powers, taken out at once; `None` for a single one, or where
/// the rest is no such sum.
fn common_to_all(
    algebra: &mut Algebra,
    terms: &[(Number, Id)],
    all: &[Occurrence],
    shape: Shape,
) -> Option<Id> {
    let one = algebra.unit();
    let (mut together, mut less) = (FactorList::new(), FactorList::new());
    for run in all.chunk_by(|a, b| a.factor == b.factor) {
        if run.len() == terms.len() && run[0].factor.exponent.is_none() && of_one_sign(run) {
            let powers = run.iter().map(|found| found.power);
            let taken = powers.reduce(|a, b| if a.abs() < b.abs() { a } else { b })?;
            together.push((run[0].factor.base, algebra.number(taken)));
            less.push((run[0].factor.base, algebra.number(-taken)));
        }
    }
    if together.len() < 2 {
        return None;
    }
    let mut inner = TermList::new();
    for (c, term) in terms {
        let mut factors = less.clone();
        factors.insert(0, (*term, one));
        let shape = algebra.shape(*term);
        inner.push((*c, algebra.product(Number::ONE, &factors, shape)));
    }
    let inner_shape = algebra.common_shape(inner.iter().map(|(_, term)| *term))?;
    let bracket = algebra.sum(&inner, inner_shape);
    // What is no sum of so many terms any more, as 1 − σ(x) is σ(−x), may be longer.
    if !matches!(algebra.form(bracket), Form::Sum(found) if found.len() == terms.len()) {
        return None;
    }
    together.push((factored(algebra, bracket), one));
    Some(algebra.product(Number::ONE, &together, shape))
}

/// 2a − 2b = 2(a − b)
fn common_number(algebra: &mut Algebra, terms: &[(Number, Id)], shape: Shape) -> Option<Id> {
    let divisor = |size: Number, (c, _): &(Number, Id)| size.common_divisor(*c);
    let size = terms.iter().fold(terms[0].0.abs(), divisor);
    if size == Number::ONE || !size.is_positive() {
        return None;
    }
    let signs: TermList = terms.iter().map(|(c, term)| (*c / size, *term)).collect();
    let inner = algebra.sum(&signs, shape);
    // A sum with one coefficient is kept in a product, or it would be multiplied out again.
    Some(algebra.scaled_bracket(size, inner, shape))
}
