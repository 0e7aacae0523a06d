//! Rules with a wrong sign, for tests of tests: they must be noticed.

use super::Flow;
use crate::graph::Primitive;
use crate::graph::primitive::DerivativeRule;
use std::cell::Cell;

/// A rule with the wrong sign: what argument `k` of `row` gets, or gives, or both.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The row whose rule is wrong.
    pub row: &'static Primitive,
    /// The argument that it is wrong for, from 0.
    pub k: usize,
    /// True if forward mode meets the wrong sign.
    pub forward: bool,
    /// True if reverse mode does.
    pub reverse: bool,
}

thread_local! {
    static MUTANT: Cell<Option<Mutant>> = const { Cell::new(None) };
}

fn negated<'g>(flow: Flow<'g>) -> Flow<'g> {
    Flow {
        term: -flow.term,
        ..flow
    }
}

/// The tangents of the arguments of `row` as forward mode sees them.
pub(super) fn tangents<'g>(
    row: &Primitive,
    mut dots: Vec<Option<Flow<'g>>>,
) -> Vec<Option<Flow<'g>>> {
    if let Some(mutant) = MUTANT.get()
        && mutant.forward
        && row.is(mutant.row)
        && let Some(Some(dot)) = dots.get_mut(mutant.k)
    {
        *dot = negated(*dot);
    }
    dots
}

/// The adjoint of the result of `row` on its way to argument `k`.
pub(super) fn adjoint<'g>(row: &Primitive, k: usize, flow: Flow<'g>) -> Flow<'g> {
    match MUTANT.get() {
        Some(mutant) if mutant.reverse && mutant.k == k && row.is(mutant.row) => negated(flow),
        _ => flow,
    }
}

/// Makes `mutant` the rule that is wrong on this thread; `None` makes all right again.
pub fn set(mutant: Option<Mutant>) {
    MUTANT.set(mutant);
}

/// The ways to break what a row says about argument `k`: each statement of it by itself.
pub fn mutants(row: &'static Primitive, k: usize) -> Vec<Mutant> {
    let mutant = |forward, reverse| Mutant {
        row,
        k,
        forward,
        reverse,
    };
    match row.derivative {
        DerivativeRule::Linear(_) | DerivativeRule::Bilinear(..) | DerivativeRule::Pair(..) => {
            vec![mutant(true, false), mutant(false, true)]
        }
        _ => vec![mutant(true, true)],
    }
}
