//! Rebuilding a formula with some of its nodes replaced.

use super::{Args, Graph, NodeId, Op};
use rustc_hash::FxHashMap;

/// `root` with every node in `replacements` replaced; the replacements are not looked into.
pub fn substitute(graph: &Graph, root: NodeId, replacements: &FxHashMap<NodeId, NodeId>) -> NodeId {
    images(graph, &[root], replacements)
        .get(&root)
        .copied()
        .unwrap_or(root)
}

/// The same for several roots: by node, what became of it where it has changed.
pub fn images(
    graph: &Graph,
    roots: &[NodeId],
    replacements: &FxHashMap<NodeId, NodeId>,
) -> FxHashMap<NodeId, NodeId> {
    let mut image: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let new = |image: &FxHashMap<NodeId, NodeId>, id: NodeId| image.get(&id).copied().unwrap_or(id);
    for id in graph.cone(roots, |id| replacements.contains_key(&id)) {
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
    image
}

/// `roots`, in which what the holds with the number `tag` stand for has their place.
pub fn released(graph: &Graph, roots: &[NodeId], tag: u32) -> Vec<NodeId> {
    let mut image: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let new = |image: &FxHashMap<NodeId, NodeId>, id: NodeId| image.get(&id).copied().unwrap_or(id);
    for id in graph.cone(roots, |_| false) {
        let args = graph.args(id);
        let changed: Args = args.iter().map(|arg| new(&image, *arg)).collect();
        let node = graph.node(id);
        let copy = match node.op {
            Op::Hold(known) if known == tag => changed[0],
            _ if changed == args => continue,
            Op::Apply(row, attr) => graph.apply(row, attr, node.shape, &changed),
            Op::Hold(known) => graph.hold(known, changed[0]),
            _ => continue,
        };
        image.insert(id, copy);
    }
    roots.iter().map(|root| new(&image, *root)).collect()
}

/// `root` with every operation replaced that has a [spelled](super::Primitive::spelled) form, down to
/// the nodes that are `leaf`: those stay the nodes that they are, whatever they are computed from.
pub fn spelled(graph: &Graph, root: NodeId, leaf: impl Fn(NodeId) -> bool) -> NodeId {
    let mut replacements: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let mut found = false;
    for id in graph.cone(&[root], &leaf) {
        if leaf(id) {
            replacements.insert(id, id);
            continue;
        }
        let node = graph.node(id);
        let Some(row) = node.primitive().and_then(|row| row.spelled) else {
            continue;
        };
        let args: Args = (graph.args(id).iter())
            .map(|arg| substitute(graph, *arg, &replacements))
            .collect();
        replacements.insert(id, graph.apply(row, node.attr(), node.shape, &args));
        found = true;
    }
    if found {
        substitute(graph, root, &replacements)
    } else {
        root
    }
}
