//! The adjoints of a loop on their way back.

use super::cycle::{Cycle, RoundEngine};
use super::{Given, give_row, stop_now};
use crate::exec::Outcome;
use crate::graph::{Keeps, Round, View};

/// The adjoints of the states, and what the arguments have received so far.
pub(super) struct Sweep<'o> {
    /// The adjoint of the states of all rounds, where these are the loop's value: a row for each.
    kept: Option<View<'o>>,
    /// A row of it.
    row: Vec<f64>,
    /// The adjoints of the states, one after the other.
    states: Vec<f64>,
    sums: Vec<f64>,
    /// For each state, whether its adjoint is wanted, and its length.
    wanted_states: Vec<(bool, usize)>,
    /// The number of parameters that are wanted.
    parameters: usize,
    /// For each matrix that is wanted: where its adjoint begins in `out`, its rows and columns.
    matrices: Vec<(usize, usize, usize)>,
    out: &'o mut [f64],
}

impl<'o> Sweep<'o> {
    /// Behind the last round, with the adjoint `seed` of the loop's value.
    pub(super) fn new(
        round: &Round,
        wanted: &[bool],
        given: &Given<'_>,
        seed: View<'o>,
        out: &'o mut [f64],
    ) -> Sweep<'o> {
        let (states, rest) = wanted.split_at(round.states.len());
        let (parameters, matrices) = rest.split_at(round.parameters.len());
        let wanted_states: Vec<(bool, usize)> = (states.iter().zip(given.states))
            .map(|(wanted, view)| (*wanted, view.data.len()))
            .collect();
        let lengths: Vec<usize> = (parameters.iter().zip(given.parameters))
            .filter(|(wanted, _)| **wanted)
            .map(|(_, view)| view.data.len())
            .collect();
        let before = wanted_states.iter().filter(|(wanted, _)| *wanted);
        let before: usize = before.map(|(_, len)| *len).sum();
        let sums = lengths.iter().sum();
        let mut at = before + sums;
        let mut places = Vec::new();
        for (_, view) in (matrices.iter().zip(given.matrices)).filter(|(wanted, _)| **wanted) {
            places.push((at, view.shape.m(), view.shape.n()));
            at += view.data.len();
        }
        out.fill(0.0);
        let width = wanted_states.iter().map(|(_, len)| len).sum();
        let kept = (round.keeps == Keeps::All).then_some(seed);
        let mut row = vec![0.0; kept.map_or(0, |_| width)];
        if let Some(last) = seed.shape.m().checked_sub(1).filter(|_| kept.is_some()) {
            copy_row(seed, last, &mut row);
        }
        Sweep {
            states: match round.keeps {
                Keeps::Last => seed.data.to_vec(),
                Keeps::All => row.clone(),
            },
            kept,
            row,
            sums: vec![0.0; sums],
            wanted_states,
            parameters: lengths.len(),
            matrices: places,
            out,
        }
    }

    /// The adjoint of round `k`, before which the states were `before`.
    pub(super) fn round(
        &mut self,
        cycle: &mut Cycle<impl RoundEngine>,
        given: &Given<'_>,
        k: usize,
        before: &[f64],
    ) -> Outcome<()> {
        stop_now(k)?;
        let (states, rows) = (self.wanted_states.len(), given.matrices.len());
        cycle.give_all(0, states, before);
        give_row(cycle, states, given, k);
        cycle.give_all(states + rows, states, &self.states);
        cycle.give_all(2 * states + rows, self.parameters, &self.sums);
        if let Some(kept) = self.kept {
            match k.checked_sub(1) {
                Some(before) => copy_row(kept, before, &mut self.row),
                None => self.row.fill(0.0),
            }
            cycle.give_all(2 * states + rows + self.parameters, states, &self.row);
        }
        cycle.run()?;
        cycle.take_all(0, states, &mut self.states);
        cycle.take_all(states, self.parameters, &mut self.sums);
        for (number, (at, rows, columns)) in self.matrices.iter().enumerate() {
            let row = cycle.value(states + self.parameters + number);
            for (j, x) in row[..*columns].iter().enumerate() {
                self.out[at + k + j * rows] = *x;
            }
        }
        Ok(())
    }

    /// Writes the adjoints of the first states and of the parameters.
    pub(super) fn finish(self) {
        let (mut to, mut from) = (0, 0);
        for (wanted, len) in self.wanted_states {
            if wanted {
                self.out[to..to + len].copy_from_slice(&self.states[from..from + len]);
                to += len;
            }
            from += len;
        }
        self.out[to..to + self.sums.len()].copy_from_slice(&self.sums);
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
