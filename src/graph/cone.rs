//! The part of a graph that some outputs are computed from.

use super::{Graph, NodeId};
use rustc_hash::FxHashMap;
use std::ops::Deref;

/// The nodes that some outputs are computed from, in ascending order, each with its place among
/// them: what a pass over the graph keeps its results by.
pub struct Cone {
    ids: Vec<NodeId>,
    places: Places,
}

/// Where each node stands; a table as long as the range of ids where that is well filled.
enum Places {
    Dense(Vec<u32>),
    Sparse(FxHashMap<NodeId, u32>),
}

const ABSENT: u32 = u32::MAX;

/// Ids per node of a cone up to which a table over the whole range is worth its memory.
const SPARSITY: usize = 8;

impl Cone {
    fn new(mut ids: Vec<NodeId>) -> Cone {
        ids.sort_unstable();
        let range = ids
            .last()
            .map_or(0, |last| last.index() - ids[0].index() + 1);
        let numbered = ids.iter().zip(0..);
        let places = if range <= SPARSITY * ids.len() {
            let mut table = vec![ABSENT; range];
            for (id, place) in numbered {
                table[id.index() - ids[0].index()] = place;
            }
            Places::Dense(table)
        } else {
            Places::Sparse(numbered.map(|(id, place)| (*id, place)).collect())
        };
        Cone { ids, places }
    }

    /// The place of `id` among the nodes of this cone, from 0; `None` where it is not one of them.
    pub fn place(&self, id: NodeId) -> Option<usize> {
        let place = match &self.places {
            Places::Dense(table) => {
                let first = self.ids.first()?.index();
                *table.get(id.index().checked_sub(first)?)?
            }
            Places::Sparse(table) => *table.get(&id)?,
        };
        (place != ABSENT).then_some(place as usize)
    }

    /// Whether `id` belongs to it.
    pub fn has(&self, id: NodeId) -> bool {
        self.place(id).is_some()
    }
}

impl Deref for Cone {
    type Target = [NodeId];
    fn deref(&self) -> &[NodeId] {
        &self.ids
    }
}

impl<'a> IntoIterator for &'a Cone {
    type Item = &'a NodeId;
    type IntoIter = std::slice::Iter<'a, NodeId>;
    fn into_iter(self) -> Self::IntoIter {
        self.ids.iter()
    }
}

impl IntoIterator for Cone {
    type Item = NodeId;
    type IntoIter = std::vec::IntoIter<NodeId>;
    fn into_iter(self) -> Self::IntoIter {
        self.ids.into_iter()
    }
}

impl Graph {
    /// The nodes that `outputs` are computed from, themselves included, in ascending order.
    /// Arguments of nodes for which `stop` holds are not followed.
    pub fn cone(&self, outputs: &[NodeId], stop: impl Fn(NodeId) -> bool) -> Cone {
        let arena = self.arena.borrow();
        let mut marks = self.marks.take();
        let mut stack: Vec<NodeId> = outputs.to_vec();
        let round = marks.next_round(arena.nodes.len());
        let mut ids = Vec::new();
        while let Some(id) = stack.pop() {
            let mark = &mut marks.rounds[id.index()];
            if *mark == round {
                continue;
            }
            *mark = round;
            ids.push(id);
            if !stop(id) {
                stack.extend_from_slice(arena.args(&arena.nodes[id.index()]));
            }
        }
        self.marks.replace(marks);
        Cone::new(ids)
    }
}

/// Which walk visited a node last: a set that is emptied by counting up.
#[derive(Default)]
pub(super) struct Marks {
    rounds: Vec<u32>,
    round: u32,
}

impl Marks {
    fn next_round(&mut self, nodes: usize) -> u32 {
        if self.round == u32::MAX {
            *self = Marks::default();
        }
        if self.rounds.len() < nodes {
            self.rounds.resize(nodes, 0);
        }
        self.round += 1;
        self.round
    }
}
