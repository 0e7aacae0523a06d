//! The part of a graph that some outputs are computed from.

use super::{Graph, NodeId};
use rustc_hash::FxHashMap;
use std::ops::Deref;

/// The nodes that some outputs are computed from, each with its place among them: what a pass over
/// the graph keeps its results by. Arguments come before the nodes that use them.
pub struct Cone {
    ids: Vec<NodeId>,
    places: Places,
}

/// Where each node stands; a table as long as the range of ids, from the first one on, where that
/// is well filled.
enum Places {
    Dense(usize, Vec<u32>),
    Sparse(FxHashMap<NodeId, u32>),
}

const ABSENT: u32 = u32::MAX;

/// Ids per node of a cone up to which a table over the whole range is worth its memory.
const SPARSITY: usize = 8;

impl Cone {
    fn new(ids: Vec<NodeId>) -> Cone {
        let first = ids.iter().min().map_or(0, |id| id.index());
        let end = ids.iter().max().map_or(0, |id| id.index() + 1);
        let numbered = ids.iter().zip(0..);
        let places = if end - first <= SPARSITY * ids.len() {
            let mut table = vec![ABSENT; end - first];
            for (id, place) in numbered {
                table[id.index() - first] = place;
            }
            Places::Dense(first, table)
        } else {
            Places::Sparse(numbered.map(|(id, place)| (*id, place)).collect())
        };
        Cone { ids, places }
    }

    /// The place of `id` among the nodes of this cone, from 0; `None` where it is not one of them.
    pub fn place(&self, id: NodeId) -> Option<usize> {
        let place = match &self.places {
            Places::Dense(first, table) => *table.get(id.index().checked_sub(*first)?)?,
            Places::Sparse(table) => *table.get(&id)?,
        };
        (place != ABSENT).then_some(place as usize)
    }

    /// True if `id` belongs to it.
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
        ids.sort_unstable();
        Cone::new(ids)
    }

    /// The same nodes in an order that depends on nothing but the formulas: first all that the
    /// first argument needs, then the second, and then the node itself. What else was built in this
    /// graph, and when, makes no difference, so that neither does it to the order in which a pass
    /// adds up.
    pub fn cone_in_order(&self, outputs: &[NodeId], stop: impl Fn(NodeId) -> bool) -> Cone {
        let arena = self.arena.borrow();
        let mut marks = self.marks.take();
        let round = marks.next_round(arena.nodes.len());
        let mut ids = Vec::new();
        let mut stack: Vec<(NodeId, u32)> = Vec::new();
        for output in outputs {
            stack.push((*output, 0));
            while let Some((id, next)) = stack.last_mut() {
                if *next == 0 && std::mem::replace(&mut marks.rounds[id.index()], round) == round {
                    stack.pop();
                    continue;
                }
                let args = match stop(*id) {
                    true => &[][..],
                    false => arena.args(&arena.nodes[id.index()]),
                };
                let ahead = args.iter().skip(*next as usize);
                let waiting = ahead.take_while(|arg| marks.rounds[arg.index()] == round);
                *next += waiting.count() as u32;
                match args.get(*next as usize) {
                    Some(arg) => {
                        // What was entered is not entered again.
                        *next += 1;
                        stack.push((*arg, 0));
                    }
                    None => {
                        ids.push(*id);
                        stack.pop();
                    }
                }
            }
        }
        self.marks.replace(marks);
        Cone::new(ids)
    }
}

/// The last walk that visited each node: a set that is emptied by counting up.
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
