//! Where a formula is defined.

use super::facts::Facts;
use crate::exec::Interpreter;
use crate::graph::{Attr, Graph, NodeId, Op, Primitive, Shape, Term};
use crate::primitives::algebra::{DET, LOGDET};
use crate::primitives::arithmetic::{
    AND, CHOOSE, DIV, EQ, GE, GT, LE, LT, NE, NOT, OR, POW, SEEDED, UNLESS, WHERE,
};
use crate::primitives::array::{APPROX, GUARD, GUARD_ALL, PASS, PASS_ALL};
use crate::primitives::elementary::LOG;

/// Operations that may have a value where an argument has none.
static FORGIVING: &[&Primitive] = &[
    &WHERE, &CHOOSE, &GUARD, &GUARD_ALL, &PASS, &PASS_ALL, &EQ, &NE, &SEEDED, &LT, &LE, &GT, &GE,
    &AND, &OR, &NOT, &UNLESS, &APPROX,
];

/// The operations that a value needs: undefined where one of them is.
fn needed(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let forgiving = |id: NodeId| {
        let row = graph.node(id).primitive();
        row.is_some_and(|row| FORGIVING.iter().any(|known| row.is(known)))
    };
    let cone = graph.cone(&[root], forgiving);
    cone.iter().copied().filter(|id| !forgiving(*id)).collect()
}

/// Values that are not negative wherever `root` is defined.
pub(super) fn required(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    for id in needed(graph, root) {
        let Op::Apply(row, _) = graph.node(id).op else {
            continue;
        };
        let Some(first) = graph.args(id).first().copied() else {
            continue;
        };
        let x = graph.term(first);
        let positive = if let Some(domain) = row.domain {
            let x = graph.term(id).arg(domain.argument);
            match (domain.least, domain.most) {
                (0.0, f64::INFINITY) => x,
                (least, f64::INFINITY) => x - least,
                (least, most) => (most - x) * (x - least),
            }
        } else if row.is(&LOGDET) {
            x.whole(&DET, Attr::None, Shape::SCALAR)
        } else if row.is(&POW) {
            let exponent = number(graph, graph.args(id)[1]);
            if exponent.is_some_and(|exponent| exponent.fract() == 0.0) {
                continue;
            }
            x
        } else {
            continue;
        };
        found.push(positive.id);
    }
    found
}

/// Values that are 0 only where `root` is undefined or infinite.
pub(super) fn denominators(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    for id in needed(graph, root) {
        let Op::Apply(row, _) = graph.node(id).op else {
            continue;
        };
        let term = graph.term(id);
        let below = if row.is(&DIV) {
            term.arg(1)
        } else if row.is(&LOG)
            || row.is(&POW) && number(graph, term.arg(1).id).is_some_and(|e| e < 0.0)
        {
            term.arg(0)
        } else {
            continue;
        };
        if below.literal().is_none() && !found.contains(&below.id) {
            found.push(below.id);
        }
    }
    found
}

/// Values that are not negative by what is said of an input.
pub(super) fn stated(graph: &Graph, input: NodeId, facts: &Facts) -> Vec<NodeId> {
    let x: Term<'_> = graph.term(input);
    let mut found = Vec::new();
    if let Some(bound) = facts.least.filter(|bound| bound.value != 0.0) {
        found.push((x - bound.value).id);
    }
    if let Some(bound) = facts.most {
        found.push((bound.value - x).id);
        if bound.value < 0.0 {
            found.push((-x).id);
        }
    }
    found
}

/// The value of a scalar that no input is part of.
fn number(graph: &Graph, id: NodeId) -> Option<f64> {
    if let Some(value) = graph.literal_value(id) {
        return Some(value);
    }
    let cone = graph.cone(&[id], |_| false);
    let open = cone
        .iter()
        .any(|id| matches!(graph.node(*id).op, Op::Input(_)));
    if open || !graph.shape(id).is_scalar() {
        return None;
    }
    Interpreter::new(graph, 1 << 20).scalar(id).ok()
}
