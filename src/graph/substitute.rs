//! Rebuilding a formula with some of its nodes replaced.

use super::{Args, Graph, NodeId, Op};
use rustc_hash::FxHashMap;

/// `root` with every node in `replacements` replaced; the replacements are not looked into.
pub fn substitute(
    graph: &Graph,
    root: NodeId,
    replacements: &FxHashMap<NodeId, NodeId>,
) -> NodeId {
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
