//! The part of a graph that a formula is written for: its size, and where it is cut into parts.

use super::Size;
use crate::graph::primitive::{Mask, Notation};
use crate::graph::{Cone, Graph, NodeId, Op};
use crate::primitives::array::DEVIATIONS;
use rustc_hash::FxHashSet;

/// Operations on the longest path of one formula; longer ones are cut into named parts.
pub const DEPTH_LIMIT: u32 = 60;

/// The nodes that a root is computed from, down to those that are not looked into.
pub struct Outline<'g> {
    graph: &'g Graph,
    root: NodeId,
    cone: Cone,
    /// True for those that are not looked into.
    leaves: Vec<bool>,
}

impl<'g> Outline<'g> {
    /// The outline of `root`, which is looked into even if it is a `leaf` elsewhere.
    pub fn new(graph: &'g Graph, root: NodeId, leaf: impl Fn(NodeId) -> bool) -> Outline<'g> {
        let leaf = |id: NodeId| id != root && leaf(id);
        let cone = graph.cone(&[root], leaf);
        let leaves = cone.iter().map(|id| leaf(*id)).collect();
        Outline {
            graph,
            root,
            cone,
            leaves,
        }
    }

    /// Visits every node with its arguments' places; leaves have none.
    fn visit(&self, mut visit: impl FnMut(NodeId, bool, &[usize])) {
        let mut places = Vec::new();
        for (id, leaf) in self.cone.iter().zip(&self.leaves) {
            places.clear();
            if !leaf {
                let place = |arg: NodeId| places.extend(self.cone.place(arg));
                self.graph.for_args(*id, place);
            }
            visit(*id, *leaf, &places);
        }
    }

    /// The number of operations, as they are written: x - mean(x) takes two, and x twice.
    pub fn size(&self) -> Size {
        let mut trees: Vec<u64> = Vec::with_capacity(self.cone.len());
        let mut dag = 0;
        self.visit(|id, leaf, args| {
            let deviations = self.graph.node(id).primitive();
            let deviations = !leaf && deviations.is_some_and(|row| row.is(&DEVIATIONS));
            let times = 1 + u64::from(deviations);
            let own = times * u64::from(!leaf && counts(self.graph, id));
            dag += own;
            let parts = args.iter().map(|place| trees[*place].saturating_mul(times));
            trees.push(parts.fold(own, u64::saturating_add));
        });
        let tree = trees.last().copied().unwrap_or(0);
        Size { tree, dag }
    }

    /// The nodes on its longest path.
    pub fn depth(&self) -> u32 {
        let mut depths: Vec<u32> = Vec::with_capacity(self.cone.len());
        self.visit(|_, _, args| {
            let deepest = args.iter().map(|place| depths[*place]).max();
            depths.push(deepest.unwrap_or(0) + 1);
        });
        depths.last().copied().unwrap_or(0)
    }

    /// The operations that are used more than once, and enough others that no formula is too deep.
    pub fn shared(&self) -> FxHashSet<NodeId> {
        let mut uses = vec![0u32; self.cone.len()];
        self.visit(|_, _, args| args.iter().for_each(|place| uses[*place] += 1));
        let nodes = self.cone.iter().zip(&self.leaves).zip(uses);
        let several = nodes.filter(|((id, leaf), uses)| {
            **id != self.root && !**leaf && *uses > 1 && counts(self.graph, **id)
        });
        let mut shared = several.map(|((id, _), _)| *id).collect();
        self.cut(&mut shared);
        shared
    }

    /// Adds parts so that no formula between parts is deeper than the limit.
    pub fn cut(&self, shared: &mut FxHashSet<NodeId>) {
        let mut depths: Vec<u32> = Vec::with_capacity(self.cone.len());
        self.visit(|id, leaf, args| {
            let deepest = args.iter().map(|place| depths[*place]).max().unwrap_or(0);
            let operation = matches!(self.graph.node(id).op, Op::Apply(..));
            if deepest >= DEPTH_LIMIT && id != self.root && operation {
                shared.insert(id);
            }
            let part = leaf || shared.contains(&id);
            depths.push(if part { 0 } else { deepest + 1 });
        });
    }
}

/// True for an operation that a reader counts.
fn counts(graph: &Graph, id: NodeId) -> bool {
    match graph.node(id).op {
        Op::Apply(row, _) => row.notation != Notation::Silent && row.mask != Some(Mask::Guard),
        _ => false,
    }
}
