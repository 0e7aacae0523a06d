//! The shortest formula that the rules lead to, and how it is written.

use super::algebra::{Algebra, Form, Id, Memo};
use super::{rational, rules};
use crate::stop;
use smallvec::SmallVec;

/// Operations up to which products are multiplied out to see whether that helps.
const MULTIPLIED_OUT: u64 = 400;

/// Times that what has become shorter is looked at again.
const ROUNDS: usize = 4;

/// The cheapest formula that the rules lead to, parts first.
pub fn improved(algebra: &mut Algebra, id: Id) -> Id {
    if let Some(known) = algebra.found(Memo::Improved, id) {
        return known;
    }
    if algebra.is_least(id) {
        algebra.keep_found(Memo::Improved, id, id);
        return id;
    }
    // After a request to stop, the formula stays as it is.
    if stop::requested() || !algebra.enter() {
        return id;
    }
    let mut best = rearranged(algebra, id);
    // What has become shorter may become shorter again.
    for _ in 0..ROUNDS {
        if best == id || algebra.found(Memo::Improved, best).is_some() {
            break;
        }
        let next = rearranged(algebra, best);
        if next == best || algebra.cost(next) >= algebra.cost(best) {
            break;
        }
        best = next;
    }
    best = algebra.found(Memo::Improved, best).unwrap_or(best);
    algebra.leave();
    algebra.keep_found(Memo::Improved, id, best);
    algebra.keep_found(Memo::Improved, best, best);
    best
}

fn rearranged(algebra: &mut Algebra, id: Id) -> Id {
    let mut best = algebra.rebuild(id, &mut improved);
    for _ in 0..8 {
        let next = rules::apply_first(algebra, best, &rules::PRODUCTS);
        if next == best {
            break;
        }
        best = algebra.rebuild(next, &mut improved);
    }
    let whole = [
        ("multiply out", rules::distributed(algebra, best)),
        ("entries as a vector", rules::whole_vector(algebra, best)),
    ];
    for (rule, candidate) in whole {
        if let Some(candidate) = candidate
            && algebra.cost(candidate) < algebra.cost(best)
        {
            algebra.keep_change(best, candidate, rule);
            best = candidate;
        }
    }
    // One rearrangement may open the way for the next.
    for _ in 0..3 {
        let next = shortest(algebra, best);
        if next == best {
            break;
        }
        best = next;
    }
    let rational = algebra.once(Memo::Rational, best, as_rational_function);
    algebra.keep_change(best, rational, rules::ONE_DENOMINATOR);
    rational
}

/// The formula written over one denominator, where that is shorter.
fn as_rational_function(algebra: &mut Algebra, id: Id) -> Id {
    let mut shortest = id;
    for candidate in rational::forms(algebra, id) {
        let candidate = recognised(algebra, candidate);
        if is_easier_to_read(algebra, candidate, shortest) {
            algebra.note(rules::ONE_DENOMINATOR);
            shortest = candidate;
        }
    }
    shortest
}

/// True if a formula is shorter than another, as a tree and not longer with equal parts counted once.
pub fn is_easier_to_read(algebra: &Algebra, a: Id, b: Id) -> bool {
    algebra.cost(a) < algebra.cost(b) && algebra.shared_cost(a) <= algebra.shared_cost(b)
}

/// The formula with the rules for products applied to it and its terms.
fn recognised(algebra: &mut Algebra, id: Id) -> Id {
    let apply = |algebra: &mut Algebra, id: Id| {
        let mut best = id;
        for _ in 0..8 {
            let next = rules::apply_first(algebra, best, &rules::PRODUCTS);
            if next == best {
                break;
            }
            best = next;
        }
        best
    };
    let id = match algebra.form(id) {
        Form::Sum(_) => algebra.rebuild(id, &mut |algebra, part| apply(algebra, part)),
        _ => id,
    };
    apply(algebra, id)
}

/// The shortest of a formula and its rearrangements.
fn shortest(algebra: &mut Algebra, id: Id) -> Id {
    if !matches!(algebra.form(id), Form::Sum(_) | Form::Product(_)) {
        return id;
    }
    let factored = rules::factored(algebra, id);
    let mut candidates: SmallVec<[(&str, Id); 10]> =
        SmallVec::from_slice(&[(rules::COMMON_FACTOR, factored)]);
    if algebra.cost(id) < MULTIPLIED_OUT {
        let best = algebra.cost(factored).min(algebra.cost(id));
        if rules::may_be_shorter_multiplied_out(algebra, id, best) {
            let spread = rules::expanded(algebra, id);
            candidates.push(("multiply out", spread));
            let factored = rules::factored(algebra, spread);
            candidates.push(("multiply out and take out a common factor", factored));
            let squares = rules::perfect_square(algebra, spread);
            candidates.extend(squares.map(|form| ("perfect square", form)));
        }
        let joined = rules::over_one_denominator(algebra, id);
        candidates.push((rules::ONE_DENOMINATOR, joined));
        for (rule, form) in [
            ("one fraction", rules::without_nested_quotients(algebra, id)),
            ("double angle", rules::double_angle(algebra, id)),
            ("half angle", rules::half_angle(algebra, id)),
            ("sine of the double angle", rules::double_sine(algebra, id)),
            (
                "product of exponentials",
                rules::joined_exponentials(algebra, id),
            ),
            ("perfect square", rules::perfect_square(algebra, id)),
            ("logarithm of a product", with_logarithms_split(algebra, id)),
        ] {
            candidates.extend(form.map(|form| (rule, form)));
        }
    }
    let mut best = (rules::COMMON_FACTOR, id);
    for candidate in candidates {
        if algebra.cost(candidate.1) < algebra.cost(best.1) {
            best = candidate;
        }
    }
    algebra.keep_change(id, best.1, best.0);
    best.1
}

/// A sum with the logarithms of products in it as sums, where what is said of inputs allows that.
fn with_logarithms_split(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if !algebra.has_facts() || !matches!(algebra.form(id), Form::Sum(_)) {
        return None;
    }
    let split = algebra.rebuild(id, &mut |algebra, term| {
        algebra.logarithm_of_product(term).unwrap_or(term)
    });
    (split != id).then_some(split)
}

/// The formula with stable forms written as everyone knows them.
pub fn printed(algebra: &mut Algebra, id: Id) -> Id {
    algebra.printing = true;
    let written = as_printed(algebra, id);
    algebra.printing = false;
    written
}

fn as_printed(algebra: &mut Algebra, id: Id) -> Id {
    if algebra.is_least(id) {
        return id;
    }
    algebra.once(Memo::Printed, id, |algebra, id| {
        let mut written = algebra.rebuild(id, &mut as_printed);
        for _ in 0..8 {
            let next = rules::apply_first(algebra, written, &rules::PRINTED);
            if next == written {
                break;
            }
            written = next;
        }
        if written != id && matches!(algebra.form(written), Form::Sum(_)) {
            written = rules::factored(algebra, written);
        }
        with_transpose_outside(algebra, written)
    })
}

/// A' + B' = (A + B)', where that takes fewer transposes.
fn with_transpose_outside(algebra: &mut Algebra, id: Id) -> Id {
    let shape = algebra.shape(id);
    let saved = match algebra.form(id) {
        Form::Sum(terms) if terms.len() > 1 => 1,
        // A'·B'·C' = (C·B·A)'; with fewer transposes everyone leaves them where they are.
        Form::Chain(links) if links.len() > 2 => 2,
        _ => return id,
    };
    if shape.is_scalar() {
        return id;
    }
    let inner = algebra.transposed(id);
    if algebra.cost(inner) + saved >= algebra.cost(id) {
        return id;
    }
    // The transposes have moved to other places inside.
    let inner = as_printed(algebra, inner);
    algebra.transposed_bracket(inner)
}
