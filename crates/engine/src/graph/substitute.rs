//! Rebuilding a formula with some of its nodes replaced.

use super::{Args, Graph, NodeId, Op, Primitive};
use rustc_hash::FxHashMap;

/// `root` with every node in `replacements` replaced; the replacements are not looked into.
pub fn substitute(graph: &Graph, root: NodeId, replacements: &FxHashMap<NodeId, NodeId>) -> NodeId {
    let mut image: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let new = |image: &FxHashMap<NodeId, NodeId>, id: NodeId| image.get(&id).copied().unwrap_or(id);
    for id in graph.cone(&[root], |id| replacements.contains_key(&id)) {
        if let Some(replacement) = replacements.get(&id) {
            image.insert(id, *replacement);
            continue;
        }
        let args = graph.args(id);
        let changed: Args = args.iter().map(|arg| new(&image, *arg)).collect();
        if changed == args {
            continue;
        }
        let node = graph.node(id);
        let copy = match node.op {
            Op::Apply(row, attr) => graph.apply(row, attr, node.shape, &changed),
            Op::Hold(tag) => graph.hold(tag, changed[0]),
            _ => id,
        };
        image.insert(id, copy);
    }
    new(&image, root)
}

/// `root` with every operation `from` replaced by the operation `to` on the same arguments.
pub fn exchange(graph: &Graph, root: NodeId, from: &Primitive, to: &'static Primitive) -> NodeId {
    let is_from = |id: NodeId| matches!(graph.node(id).op, Op::Apply(row, _) if row.is(from));
    let found: Vec<NodeId> = graph
        .cone(&[root], |_| false)
        .into_iter()
        .filter(|id| is_from(*id))
        .collect();
    let mut replacements: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for id in found {
        let node = graph.node(id);
        let args: Args = graph
            .args(id)
            .iter()
            .map(|arg| substitute(graph, *arg, &replacements))
            .collect();
        replacements.insert(id, graph.apply(to, node.attr(), node.shape, &args));
    }
    if replacements.is_empty() {
        root
    } else {
        substitute(graph, root, &replacements)
    }
}
