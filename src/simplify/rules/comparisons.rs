//! Comparisons, and what is left of a sign beside them.

use crate::graph::{Attr, Primitive};
use crate::primitives::arithmetic::{GE, GT, LE, LT, NE};
use crate::primitives::array::ONEHOT;
use crate::primitives::elementary::{ABS, SIGMOID, SIGN};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList};
use crate::simplify::exact::Number;

use super::common::{REARRANGED, factored};
use super::expansion::expanded;

/// A matrix of zeros and ones is the condition that it is not 0.
pub(super) fn truth_of_zeros_and_ones(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &NE)?;
    let [a, b] = *args else { return None };
    let onehot = algebra.operands(a, &ONEHOT).is_some();
    (onehot && algebra.is_zero(b) && algebra.shape(a) == algebra.shape(id)).then_some(a)
}

/// a >= b is a − b >= 0, where the difference is shorter than both sides.
pub(super) fn comparison_of_difference(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, _, args) = algebra.form(id) else {
        return None;
    };
    let turned: &'static Primitive = match () {
        () if row.is(&GE) => &LE,
        () if row.is(&GT) => &LT,
        () if row.is(&LE) => &GE,
        () if row.is(&LT) => &GT,
        () => return None,
    };
    let [a, b] = *args else { return None };
    let (left, right) = (algebra.cost(a), algebra.cost(b));
    if algebra.guards || left == 0 || right == 0 {
        return None;
    }
    let shape = algebra.shape(id);
    let common = algebra.common_shape([a, b].into_iter())?;
    let difference = algebra.sum(&[(Number::ONE, a), (Number::MINUS_ONE, b)], common);
    let together = factored(algebra, difference);
    let spread = expanded(algebra, difference);
    let best = [together, spread, difference]
        .into_iter()
        .min_by_key(|candidate| algebra.cost(*candidate))?;
    if algebra.cost(best) >= left.max(right) {
        return None;
    }
    let (scale, inner) = match algebra.scaled(best) {
        (Number::ONE, best) => algebra.content_of(best),
        scaled => scaled,
    };
    let row = if scale.is_negative() { turned } else { row };
    let zero = algebra.number(Number::ZERO);
    (scale != Number::ZERO).then(|| algebra.apply(row, Attr::None, &[inner, zero], shape))
}

/// The step at 0 less sign(x)·σ(−|x|) is σ(x): what stable forms of the logistic loss leave.
pub(super) fn signed_sigmoid(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    if algebra.guards || terms.len() > REARRANGED {
        return None;
    }
    let whole = algebra.shape(id);
    for (k, (c, term)) in terms.iter().enumerate() {
        let Some((x, rest)) = signed_part(algebra, *term) else {
            continue;
        };
        let (shape, one) = (algebra.shape(x), algebra.unit());
        let zero = algebra.number(Number::ZERO);
        let steps = [&GE, &GT].map(|row| {
            let step = algebra.apply(row, Attr::None, &[x, zero], shape);
            algebra.product(Number::ONE, &[(rest, one), (step, one)], whole)
        });
        let steps = steps.map(|step| algebra.core(step));
        let is_step = |(d, other): &(Number, Id)| *d == -*c && steps.contains(other);
        let Some(j) = terms.iter().position(is_step) else {
            continue;
        };
        let sigmoid = algebra.sigmoid(x);
        let joined = algebra.product(-*c, &[(rest, one), (sigmoid, one)], whole);
        let mut sum = TermList::new();
        for (place, other) in terms.iter().enumerate() {
            if place != k && place != j {
                sum.push(*other);
            }
        }
        sum.push((Number::ONE, joined));
        return Some(algebra.sum(&sum, whole));
    }
    None
}

/// x and the other factors of a term with sign(x)·σ(−|x|).
fn signed_part(algebra: &mut Algebra, term: Id) -> Option<(Id, Id)> {
    let Form::Product(bases) = algebra.form(term) else {
        return None;
    };
    let one = algebra.unit();
    let (k, x) = bases.iter().enumerate().find_map(|(k, (base, e))| {
        let args = algebra.operands(*base, &SIGN).filter(|_| *e == one)?;
        Some((k, args[0]))
    })?;
    let size = algebra.operation(&ABS, Attr::None, &[x], algebra.shape(x));
    let opposite = algebra.negated(size);
    let j = bases.iter().position(|(base, e)| {
        *e == one && algebra.operands(*base, &SIGMOID) == Some(&[opposite])
    })?;
    let mut rest = FactorList::new();
    for (place, factor) in bases.iter().enumerate() {
        if place != k && place != j {
            rest.push(*factor);
        }
    }
    let rest = algebra.product(Number::ONE, &rest, algebra.shape(term));
    Some((x, algebra.core(rest)))
}
