//! The sets of the entries of a node, and how they go through the kinds of operations.

use super::sets::{EMPTY, SetId, Sets};
use crate::graph::{Attr, Shape};
use std::rc::Rc;

/// The sets of the entries of a node.
#[derive(Clone, PartialEq)]
pub(super) enum Marks {
    /// The same for all.
    Same(SetId),
    /// One each.
    Each(Rc<[SetId]>),
}

impl Marks {
    /// One each, or the same for all where they are.
    pub fn each(sets: Vec<SetId>) -> Marks {
        match sets.split_first() {
            Some((first, rest)) if rest.iter().all(|set| set == first) => Marks::Same(*first),
            _ => Marks::Each(sets.into()),
        }
    }

    /// The set of entry `k`.
    pub fn at(&self, k: usize) -> SetId {
        match self {
            Marks::Same(set) => *set,
            Marks::Each(sets) => sets[k],
        }
    }
}

impl Sets {
    /// Entry by entry.
    pub fn joined(&mut self, a: Marks, b: Marks) -> Marks {
        match (a, b) {
            (Marks::Same(a), Marks::Same(b)) => Marks::Same(self.union(a, b)),
            (Marks::Same(EMPTY), marks) | (marks, Marks::Same(EMPTY)) => marks,
            (Marks::Same(set), Marks::Each(sets)) | (Marks::Each(sets), Marks::Same(set)) => {
                let each = sets.iter().map(|known| self.union(*known, set));
                Marks::each(each.collect())
            }
            (Marks::Each(a), Marks::Each(b)) => {
                let pairs = a.iter().zip(b.iter());
                Marks::each(pairs.map(|(a, b)| self.union(*a, *b)).collect())
            }
        }
    }

    /// Entries that are sent to places, several to one or none.
    pub fn collected(&mut self, count: usize, mut sent: Vec<(usize, SetId)>) -> Marks {
        sent.sort_unstable();
        let mut sets = vec![EMPTY; count];
        for group in sent.chunk_by(|a, b| a.0 == b.0) {
            let all: Vec<SetId> = group.iter().map(|(_, set)| *set).collect();
            sets[group[0].0] = self.union_of(&all);
        }
        Marks::each(sets)
    }

    /// The union of each lane of a value of `shape`, for all entries of the result that come from it.
    pub fn lanes(&mut self, marks: &Marks, shape: Shape, attr: Attr, result: Shape) -> Marks {
        let Marks::Each(sets) = marks else {
            return marks.clone();
        };
        let (m, n) = (shape.m(), shape.n());
        let lanes: Vec<SetId> = match attr {
            Attr::Axis(1) => (0..n)
                .map(|j| self.union_of(&sets[j * m..(j + 1) * m]))
                .collect(),
            Attr::Axis(2) => (0..m)
                .map(|i| {
                    let row: Vec<SetId> = (0..n).map(|j| sets[i + j * m]).collect();
                    self.union_of(&row)
                })
                .collect(),
            _ => vec![self.union_of(sets)],
        };
        let lane = |k: usize| match attr {
            Attr::Axis(1) => k / result.m(),
            Attr::Axis(2) => k % result.m(),
            _ => 0,
        };
        Marks::each((0..result.len()).map(|k| lanes[lane(k)]).collect())
    }

    /// The union of each entry with those before it in its lane; down the columns without an axis.
    pub fn running(&mut self, marks: &Marks, shape: Shape, attr: Attr) -> Marks {
        let Marks::Each(sets) = marks else {
            return marks.clone();
        };
        let step = match attr {
            Attr::Axis(2) => shape.m(),
            _ => 1,
        };
        let mut sets = sets.to_vec();
        for k in 0..sets.len() {
            let begins = match attr {
                Attr::Axis(2) => k < shape.m(),
                _ => k % shape.m() == 0,
            };
            if !begins {
                sets[k] = self.union(sets[k], sets[k - step]);
            }
        }
        Marks::each(sets)
    }

    /// The union of some sets for each of `count` entries.
    pub fn each_union(&mut self, count: usize, entry: impl Fn(usize) -> Vec<SetId>) -> Marks {
        let sets = (0..count).map(|k| self.union_of(&entry(k)));
        Marks::each(sets.collect())
    }
}
