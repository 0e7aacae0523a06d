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
    /// What it hands on to the next round.
    handed: Vec<Moved>,
    /// Room for that, where something is given where something else is computed.
    room: Option<Vec<f64>>,
}

/// Numbers that are moved: where they are, and the first place that they are moved to.
type Moved = (Range<usize>, usize);

/// The leaves and outputs of a round.
pub(in crate::exec) struct Leaves {
    pub given: Vec<NodeId>,
    pub fixed: Vec<NodeId>,
    pub computed: Vec<NodeId>,
    /// The first `handed` values that it computes are those that the next round is given from number
    /// `first` on.
    pub handed: usize,
    pub first: usize,
}

impl<E: RoundEngine> Cycle<E> {
    /// One that hands the first `count` values that it computes on, as those from number `first` on.
    pub(in crate::exec) fn new(
        engine: E,
        [given, fixed, computed]: [Vec<Range<usize>>; 3],
        first: usize,
        count: usize,
    ) -> Cycle<E> {
        let pairs = computed[..count].iter().zip(&given[first..]);
        let handed: Vec<Moved> = pairs
            .filter(|(from, to)| from != to && !from.is_empty())
            .map(|(from, to)| (from.clone(), to.start))
            .collect();
        let meet =
            |(from, _): &Moved, (of, to): &Moved| from.start < to + of.len() && *to < from.end;
        let crossed = (handed.iter()).any(|one| handed.iter().any(|other| meet(one, other)));
        Cycle {
            engine,
            given,
            fixed,
            computed,
            handed,
            room: crossed.then(Vec::new),
        }
    }

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
        let pool = self.engine.pool_mut();
        let mut at = 0;
        for place in &self.given[first..first + count] {
            let len = place.len();
            copy(&values[at..at + len], &mut pool[place.clone()]);
            at += len;
        }
    }

    /// Value number `k` of those that are given anew.
    #[inline]
    pub(super) fn given(&self, k: usize) -> &[f64] {
        &self.engine.pool()[self.given[k].clone()]
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

    /// The next round is given what this one has computed.
    #[inline]
    pub(super) fn hand_on(&mut self) {
        let pool = self.engine.pool_mut();
        match &mut self.room {
            None => {
                for (from, to) in &self.handed {
                    match from.len() {
                        1 => pool[*to] = pool[from.start],
                        2 => {
                            let pair = [pool[from.start], pool[from.start + 1]];
                            pool[*to..*to + 2].copy_from_slice(&pair);
                        }
                        _ => pool.copy_within(from.clone(), *to),
                    }
                }
            }
            Some(room) => {
                room.clear();
                for (from, _) in &self.handed {
                    room.extend_from_slice(&pool[from.clone()]);
                }
                let mut at = 0;
                for (from, to) in &self.handed {
                    let len = from.len();
                    pool[*to..*to + len].copy_from_slice(&room[at..at + len]);
                    at += len;
                }
            }
        }
    }
}

/// Copies a few numbers, most often one or two: for these a call takes longer.
#[inline]
fn copy(from: &[f64], to: &mut [f64]) {
    match (from, to) {
        ([x], [y]) => *y = *x,
        ([a, b], [y, z]) => [*y, *z] = [*a, *b],
        (from, to) => to.copy_from_slice(from),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cycle, RoundEngine};
    use crate::exec::Outcome;

    struct Nothing(Vec<f64>);

    impl RoundEngine for Nothing {
        fn pool(&self) -> &[f64] {
            &self.0
        }
        fn pool_mut(&mut self) -> &mut [f64] {
            &mut self.0
        }
        fn begin(&mut self) -> Outcome<()> {
            Ok(())
        }
        fn run(&mut self) -> Outcome<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_handed_on_is_what_was_computed() {
        for (computed, expected) in [
            (vec![0..1, 1..3, 3..6], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
            (vec![6..7, 4..6, 0..3], [7.0, 5.0, 6.0, 1.0, 2.0, 3.0, 7.0]),
            (vec![1..2, 1..3, 4..7], [2.0, 2.0, 3.0, 5.0, 6.0, 7.0, 7.0]),
        ] {
            let engine = Nothing((1..8).map(f64::from).collect());
            let given = vec![0..1, 1..3, 3..6];
            let mut cycle = Cycle::new(engine, [given, Vec::new(), computed], 0, 3);
            cycle.hand_on();
            assert_eq!(cycle.engine.0, expected);
        }
    }
}
