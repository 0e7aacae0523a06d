//! Directions and weights as seeds: an entry that is exactly 0 is not seeded at all.

use super::flow::Flow;
use super::{Held, forward};
use crate::graph::primitive::Notation;
use crate::graph::substitute::substitute;
use crate::graph::{Graph, NodeId, Op, Tensor, Term};
use crate::primitives::arithmetic::SEEDED;
use crate::primitives::array::either;
use crate::primitives::term::entrywise;
use rustc_hash::FxHashMap;

/// The mask of the entries of a direction that are not 0; `None` where that is known of all. A mask that
/// depends on values is an operation of its own, which [`reseeded`] finds again.
pub fn seeded<'g>(direction: Term<'g>) -> Option<Term<'g>> {
    let graph = direction.graph;
    if let Some(number) = direction.literal() {
        return (number == 0.0).then(|| direction.number(0.0));
    }
    let Some(known) = written(direction) else {
        return Some(entrywise(&SEEDED, &[direction, direction.number(0.0)]));
    };
    let everywhere = known.data().iter().all(|x| *x != 0.0);
    let mask = |i: usize, j: usize| f64::from(u8::from(known.at(i, j) != 0.0));
    (!everywhere).then(|| graph.term(graph.constant(Tensor::from_fn(known.shape(), mask))))
}

/// The value of a matrix of numbers.
fn written(term: Term<'_>) -> Option<Tensor> {
    let (graph, node) = (term.graph, term.node());
    match node.op {
        Op::Constant(constant) => Some((*graph.constant_value(constant)).clone()),
        Op::Apply(row, _) if row.notation == Notation::Matrix => {
            let entries: Option<Vec<f64>> = (graph.args(term.id).iter())
                .map(|entry| graph.literal_value(*entry))
                .collect();
            let (entries, n) = (entries?, node.shape.n());
            Some(Tensor::from_fn(node.shape, |i, j| entries[i * n + j]))
        }
        _ => None,
    }
}

/// `output`, which is about to be differentiated by `targets`, with the entries of directions that depend
/// on them seeded also where they are 0: what varies is no structural zero. `masks` are all masks of
/// directions there are.
pub fn reseeded(
    graph: &Graph,
    output: NodeId,
    masks: &[NodeId],
    targets: &[NodeId],
    held: &Held,
) -> NodeId {
    if masks.is_empty() {
        return output;
    }
    let cone = graph.cone(&[output], |id| held.contains(&id));
    let seeds: FxHashMap<NodeId, Flow<'_>> = (targets.iter())
        .map(|target| {
            let one = graph.term(graph.literal(1.0)).stretch(graph.shape(*target));
            (*target, Flow::everywhere(one))
        })
        .collect();
    let mut replaced: FxHashMap<NodeId, NodeId> = held.iter().map(|id| (*id, *id)).collect();
    for mask in masks.iter().filter(|mask| cone.has(**mask)) {
        let direction = graph.args(*mask)[0];
        let Some(varies) = forward(graph, &[direction], &seeds, held).get(direction) else {
            continue;
        };
        let mask = graph.term(*mask);
        let reseeded = match varies.reached {
            None => mask.number(1.0).stretch(mask.shape()),
            Some(where_it_varies) => either(mask, where_it_varies),
        };
        replaced.insert(mask.id, reseeded.id);
    }
    if replaced.len() == held.len() {
        output
    } else {
        substitute(graph, output, &replaced)
    }
}
