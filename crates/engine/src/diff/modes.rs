//! The two modes, as they are asked for.

use super::Held;
use super::flow::{Flow, Flows};
use super::forward::tangents;
use super::reverse::{self as backwards, adjoints};
use super::site::Modes;
use crate::graph::{Graph, NodeId};
use rustc_hash::FxHashMap;

pub(super) const MODES: Modes = Modes {
    forward,
    reverse: reverse_all,
};

/// Appends the tangents of everything between the seeded nodes and `outputs`, and returns them; a
/// node without one has a structurally zero tangent.
///
/// A seeded node has the tangent it is seeded with, whatever it is computed from. Nodes in `held`
/// are leaves.
pub fn forward<'g>(
    graph: &'g Graph,
    outputs: &[NodeId],
    seeds: &FxHashMap<NodeId, Flow<'g>>,
    held: &Held,
) -> Flows<'g> {
    tangents(MODES, graph, outputs, seeds, held)
}

/// Appends the adjoints of `targets` for an output with adjoint `seed`, and returns them in order;
/// `None` where there is no path. Targets are passed through, so one may lie behind another; nodes
/// in `held` are leaves.
pub fn reverse<'g>(
    graph: &'g Graph,
    output: NodeId,
    seed: Flow<'g>,
    targets: &[NodeId],
    held: &Held,
) -> Vec<Option<Flow<'g>>> {
    reverse_all(graph, &[(output, seed)], targets, held)
}

/// The same for several outputs together, each with its adjoint.
fn reverse_all<'g>(
    graph: &'g Graph,
    outputs: &[(NodeId, Flow<'g>)],
    targets: &[NodeId],
    held: &Held,
) -> Vec<Option<Flow<'g>>> {
    adjoints(MODES, graph, outputs, targets, held)
}

/// The adjoints that `id` with adjoint `flow` contributes to its arguments, one by one: what a
/// trace prints.
pub fn contributions<'g>(graph: &'g Graph, id: NodeId, flow: Flow<'g>) -> Vec<(usize, Flow<'g>)> {
    backwards::contributions(MODES, graph, id, flow)
}
