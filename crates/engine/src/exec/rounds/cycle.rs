//! One round, ready to be run again and again on what it has computed.

use crate::exec::Outcome;
use crate::graph::{NodeId, View};
use std::ops::Range;

/// Something that runs a round on the numbers of one pool.
pub(in crate::exec) trait RoundEngine {
    /// The numbers.
    fn pool(&self) -> &[f64];
    /// The same, to be changed.
    fn pool_mut(&mut self) -> &mut [f64];
    /// Computes what depends on nothing that is given anew in a round.
    fn begin(&mut self) -> Outcome<()>;
    /// Computes the rest.
    fn run(&mut self) -> Outcome<()>;
}

/// A round with places for what it is given and what it computes.
pub(in crate::exec) struct Cycle<E> {
    pub engine: E,
    /// The places of what is given anew in every round.
    pub given: Vec<Range<usize>>,
    /// The places of what stays.
    pub fixed: Vec<Range<usize>>,
    /// The places of what it computes.
    pub computed: Vec<Range<usize>>,
}

/// The leaves and outputs of a round.
pub(in crate::exec) struct Leaves {
    pub given: Vec<NodeId>,
    pub fixed: Vec<NodeId>,
    pub computed: Vec<NodeId>,
}

impl<E: RoundEngine> Cycle<E> {
    /// Gives what stays, and computes what depends on nothing else.
    pub(super) fn begin(&mut self, fixed: &[View<'_>]) -> Outcome<()> {
        for (value, place) in fixed.iter().zip(&self.fixed) {
            self.engine.pool_mut()[place.clone()].copy_from_slice(value.data);
        }
        self.engine.begin()
    }

    /// The place of value number `k` of those that are given anew.
    #[inline]
    pub(super) fn give(&mut self, k: usize) -> &mut [f64] {
        &mut self.engine.pool_mut()[self.given[k].clone()]
    }

    /// Gives the values from number `first` on, one after the other in `values`.
    #[inline]
    pub(super) fn give_all(&mut self, first: usize, count: usize, values: &[f64]) {
        let mut at = 0;
        for k in first..first + count {
            let to = self.give(k);
            to.copy_from_slice(&values[at..at + to.len()]);
            at += to.len();
        }
    }

    /// Runs the round once.
    #[inline]
    pub(super) fn run(&mut self) -> Outcome<()> {
        self.engine.run()
    }

    /// Value number `k` of those that it has computed.
    #[inline]
    pub(super) fn value(&self, k: usize) -> &[f64] {
        &self.engine.pool()[self.computed[k].clone()]
    }

    /// Takes the values from number `first` on, one after the other, to `values`.
    #[inline]
    pub(super) fn take_all(&self, first: usize, count: usize, values: &mut [f64]) {
        let mut at = 0;
        for k in first..first + count {
            let from = self.value(k);
            values[at..at + from.len()].copy_from_slice(from);
            at += from.len();
        }
    }
}
