//! Formulas taken apart and put together.

use crate::graph::{Primitive, Term};
use crate::primitives::arithmetic::{ADD, NEG, SUB};
use crate::primitives::elementary::ABS;

/// The row of an operation; `None` for a leaf or a number.
pub(super) fn row(x: Term<'_>) -> Option<&'static Primitive> {
    x.node().primitive()
}

pub(super) fn root(x: Term<'_>) -> Term<'_> {
    x.powf(0.5)
}

pub(super) fn absolute(x: Term<'_>) -> Term<'_> {
    x.map(&ABS)
}

/// The terms of a sum, each with its sign.
pub(super) fn terms_of(x: Term<'_>) -> Vec<(bool, Term<'_>)> {
    let mut terms = Vec::new();
    let mut waiting = vec![(false, x)];
    while let Some((negative, term)) = waiting.pop() {
        match row(term) {
            Some(row) if row.is(&ADD) => {
                waiting.push((negative, term.arg(1)));
                waiting.push((negative, term.arg(0)));
            }
            Some(row) if row.is(&SUB) => {
                waiting.push((!negative, term.arg(1)));
                waiting.push((negative, term.arg(0)));
            }
            Some(row) if row.is(&NEG) => waiting.push((!negative, term.arg(0))),
            _ => terms.push((negative, term)),
        }
    }
    terms
}

pub(super) fn signed(negative: bool, x: Term<'_>) -> Term<'_> {
    if negative { -x } else { x }
}
