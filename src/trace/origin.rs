//! The text for a node outside a trace: its name, or its source text.

use crate::graph::{Graph, NodeId, Shape};
use crate::lower::{Evaluation, Formula, Origin, is_derivative_operator};
use crate::syntax::ast::ExprKind;
use std::fmt;

/// An entry of a vector or matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// Its row, from 1.
    pub row: usize,
    /// Its column, from 1.
    pub col: usize,
    /// True for a row or a column, where one index is enough.
    pub vector: bool,
}

impl EntryPlace {
    /// Entry `k`, column by column, of a value of `shape`.
    pub(super) fn of(shape: Shape, k: usize) -> Option<EntryPlace> {
        (!shape.is_scalar()).then(|| EntryPlace {
            row: k % shape.m() + 1,
            col: k / shape.m() + 1,
            vector: shape.is_vector(),
        })
    }
}

impl fmt::Display for EntryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.vector {
            true => write!(f, "[{}]", self.row.max(self.col)),
            false => write!(f, "[{},{}]", self.row, self.col),
        }
    }
}

/// The expression that made `id`, on one line.
pub(super) fn source_text(evaluation: &Evaluation<'_>, id: NodeId) -> String {
    let origin = evaluation.unit.origin(id);
    origin.map_or_else(String::new, |origin| on_one_line(&origin))
}

fn on_one_line(origin: &Origin) -> String {
    let words: Vec<&str> = origin.location.text().split_whitespace().collect();
    words.join(" ")
}

/// The source text of `id`; `None` for a node that the rule of a derivative made.
pub(super) fn expression(evaluation: &Evaluation<'_>, id: NodeId) -> Option<String> {
    let origin = evaluation.unit.origin(id)?;
    let derived = origin.formula.as_ref().is_some_and(is_derivative);
    let text = on_one_line(&origin);
    (!text.is_empty() && !derived).then_some(text)
}

/// True for an expression that is a derivative: `grad(L, w)`, `f'(x)`.
fn is_derivative(formula: &Formula) -> bool {
    match &formula.script.expr(formula.expr).kind {
        ExprKind::Call(call) => is_derivative_operator(&call.function.name),
        ExprKind::Derivative(_) => true,
        _ => false,
    }
}

/// The name of `id`, or its source text, seen through stretching.
pub(super) fn written(evaluation: &Evaluation<'_>, id: NodeId) -> Option<String> {
    let id = unstretched(evaluation.unit.graph, id);
    match evaluation.unit.names_of(id).first() {
        Some(name) => Some(name.to_string()),
        None => match evaluation.unit.graph.literal_value(id) {
            Some(value) => Some(value.to_string()),
            None => expression(evaluation, id),
        },
    }
}

/// The node that `id` stretches, or `id`.
pub(super) fn unstretched(graph: &Graph, id: NodeId) -> NodeId {
    let silent = graph.node(id).primitive().is_some_and(|row| row.repeats);
    if silent { graph.args(id)[0] } else { id }
}
