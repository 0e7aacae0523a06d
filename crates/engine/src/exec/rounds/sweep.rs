//! The adjoints of a loop on their way back.

use super::cycle::{Cycle, RoundEngine};
use super::{Given, give_row, stop_now};
use crate::exec::Outcome;
use crate::graph::{Keeps, Round, View};

/// The adjoints of the states, and what the arguments have received so far.
pub(super) struct Sweep<'o, E> {
    /// The round backwards, which hands the adjoints of the states and the sums on.
    cycle: &'o mut Cycle<E>,
    /// The first value of those that it hands on.
    first: usize,
    /// The adjoint of the states of all rounds, where these are the loop's value: a row for each.
    kept: Option<View<'o>>,
    /// A row of it.
    row: Vec<f64>,
    /// For each state, whether its adjoint is wanted.
    wanted_states: Vec<bool>,
    /// The number of parameters that are wanted.
    parameters: usize,
    /// For each matrix that is wanted: where its adjoint begins in `out`, its rows and columns.
    matrices: Vec<(usize, usize, usize)>,
    out: &'o mut [f64],
}

impl<'o, E: RoundEngine> Sweep<'o, E> {
    /// Behind the last round, with the adjoint `seed` of the loop's value.
    pub(super) fn new(
        round: &Round,
        wanted: &[bool],
        given: &Given<'_>,
        seed: View<'o>,
        cycle: &'o mut Cycle<E>,
        out: &'o mut [f64],
    ) -> Sweep<'o, E> {
        let (states, rest) = wanted.split_at(round.states.len());
        let (parameters, matrices) = rest.split_at(round.parameters.len());
        let wanted_lengths = |wanted: &[bool], views: &[View<'_>]| -> Vec<usize> {
            let wanted = wanted.iter().zip(views).filter(|(wanted, _)| **wanted);
            wanted.map(|(_, view)| view.data.len()).collect()
        };
        let sums = wanted_lengths(parameters, given.parameters);
        let before: usize = wanted_lengths(states, given.states).iter().sum();
        let mut at = before + sums.iter().sum::<usize>();
        let mut places = Vec::new();
        for (_, view) in (matrices.iter().zip(given.matrices)).filter(|(wanted, _)| **wanted) {
            places.push((at, view.shape.m(), view.shape.n()));
            at += view.data.len();
        }
        out.fill(0.0);
        let width = given.states.iter().map(|view| view.data.len()).sum();
        let kept = (round.keeps == Keeps::All).then_some(seed);
        let mut row = vec![0.0; kept.map_or(0, |_| width)];
        if let Some(last) = seed.shape.m().checked_sub(1).filter(|_| kept.is_some()) {
            copy_row(seed, last, &mut row);
        }
        let first = states.len() + matrices.len();
        let last = if kept.is_some() { &row } else { seed.data };
        cycle.give_all(first, states.len(), last);
        for sum in 0..sums.len() {
            cycle.give(first + states.len() + sum).fill(0.0);
        }
        Sweep {
            cycle,
            first,
            kept,
            row,
            wanted_states: states.to_vec(),
            parameters: sums.len(),
            matrices: places,
            out,
        }
    }

    /// The adjoint of round `k`, before which the states were `before`.
    pub(super) fn round(&mut self, given: &Given<'_>, k: usize, before: &[f64]) -> Outcome<()> {
        stop_now(k)?;
        let states = self.wanted_states.len();
        self.cycle.give_all(0, states, before);
        give_row(self.cycle, states, given, k);
        let handed = states + self.parameters;
        if let Some(kept) = self.kept {
            match k.checked_sub(1) {
                Some(before) => copy_row(kept, before, &mut self.row),
                None => self.row.fill(0.0),
            }
            self.cycle.give_all(self.first + handed, states, &self.row);
        }
        self.cycle.run()?;
        for (number, (at, rows, columns)) in self.matrices.iter().enumerate() {
            let row = self.cycle.value(handed + number);
            for (j, x) in row[..*columns].iter().enumerate() {
                self.out[at + k + j * rows] = *x;
            }
        }
        self.cycle.hand_on();
        Ok(())
    }

    /// Writes the adjoints of the first states and of the parameters.
    pub(super) fn finish(self) {
        let wanted = self.wanted_states.iter().copied();
        let wanted = wanted.chain(std::iter::repeat_n(true, self.parameters));
        let mut at = 0;
        for (k, _) in wanted.enumerate().filter(|(_, wanted)| *wanted) {
            let adjoint = self.cycle.given(self.first + k);
            self.out[at..at + adjoint.len()].copy_from_slice(adjoint);
            at += adjoint.len();
        }
    }
}

/// Row `k` of a matrix.
#[inline]
pub(super) fn copy_row(matrix: View<'_>, k: usize, row: &mut [f64]) {
    let rows = matrix.shape.m();
    for (j, x) in row.iter_mut().enumerate() {
        *x = matrix.data[k + j * rows];
    }
}
