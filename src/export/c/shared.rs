//! What several operations of one function share: exponentials, transposed matrices.

use super::expression::Expression;
use crate::export::program::ExportProgram;
use crate::graph::{Attr, NodeId, Primitive};
use crate::primitives::{arithmetic, elementary};
use rustc_hash::FxHashMap;

/// What several operations share: it has a place when the first of them is written.
#[derive(Default)]
pub(super) struct Shared {
    /// Matrices that are transposed, where something needs them entry by entry.
    pub turned: FxHashMap<NodeId, Expression>,
    /// The number of operations that need exp(-|x|) of a number x or of its negative.
    pub counts: FxHashMap<NodeId, usize>,
    pub decays: FxHashMap<NodeId, Expression>,
    pub lanes: FxHashMap<(NodeId, Attr), Lanes>,
}

/// Of every column, row, or the whole of an array: what softmax and log-sum-exp are made of.
#[derive(Clone)]
pub(super) struct Lanes {
    /// exp(x - shift)
    pub exponentials: Expression,
    /// The largest entries.
    pub shift: Expression,
    /// The sums of the exponentials.
    pub total: Expression,
}

impl Shared {
    /// Nothing has a place yet; `nodes` are to be written.
    pub fn of(program: &ExportProgram<'_>, nodes: impl Iterator<Item = NodeId>) -> Shared {
        let mut shared = Shared::default();
        for id in nodes {
            if program.row(id).is_some_and(|row| decay_form(row).is_some()) {
                let base = without_sign(program, program.graph.args(id)[0]);
                *shared.counts.entry(base).or_default() += 1;
            }
        }
        shared
    }
}

/// How an operation is written with exp(-|x|).
pub(super) fn decay_form(row: &'static Primitive) -> Option<&'static str> {
    let forms = [
        (&elementary::SIGMOID, "sigmoid_by({0}, {1})"),
        (&elementary::SOFTPLUS, "softplus_by({0}, {1})"),
        (&elementary::LOG_SIGMOID, "log_sigmoid_by({0}, {1})"),
    ];
    let form = forms.iter().find(|(known, _)| row.is(known))?;
    Some(form.1)
}

pub(super) fn without_sign(program: &ExportProgram<'_>, id: NodeId) -> NodeId {
    match program.row(id) {
        Some(row) if row.is(&arithmetic::NEG) => program.graph.args(id)[0],
        _ => id,
    }
}
