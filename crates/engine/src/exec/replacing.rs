//! What an exchange of outputs and inputs consists of.

use super::pool::Slot;
use super::reading::Place;
use super::step::Step;
use crate::graph::NodeId;

/// An output that replaces an input: output number `output` of an entry, and the leaf.
#[derive(Clone, Copy, Debug)]
pub struct Replacing {
    /// The number of the entry.
    pub entry: usize,
    /// The number of the output among those of the entry.
    pub output: usize,
    /// The input.
    pub leaf: NodeId,
}

/// Those of which both have a place for the exchange.
pub(super) struct Exchanged {
    pub replacing: Replacing,
    /// The node that computes the output.
    pub result: Place,
    pub leaf: Place,
}

/// What a program is after an exchange.
pub(super) struct Exchange {
    /// The steps of every segment.
    pub steps: Vec<Vec<Step>>,
    pub pairs: Vec<Pair>,
}

/// Two places of `len` numbers each that change roles.
pub(super) struct Pair {
    pub entry: usize,
    pub output: usize,
    pub input: usize,
    pub places: [Slot; 2],
    pub len: u32,
}

impl Pair {
    /// Where what was at `at` is after an exchange.
    pub fn turned(pairs: &[Pair], at: Slot) -> Slot {
        for Pair { places, len, .. } in pairs {
            for [from, to] in [*places, [places[1], places[0]]] {
                if (from..from + len).contains(&at) {
                    return at - from + to;
                }
            }
        }
        at
    }
}
