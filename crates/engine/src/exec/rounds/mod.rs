//! The rounds of a loop, one after the other, and their adjoints, backwards.
//!
//! Backwards every round needs the states before it. A schedule says which are kept, and which rounds
//! are run again for the others.

mod cycle;
mod schedule;
mod sweep;

pub(super) use cycle::{Cycle, Leaves, RoundEngine};
pub use schedule::Checkpoints;

use super::{Failure, Outcome};
use crate::graph::primitive::Fault;
use crate::graph::{Attr, Graph, Keeps, NodeId, Round, RoundBack, RoundCount, View};
use crate::primitives::arithmetic::is_true;
use crate::stop;
use schedule::{Fate, Move, Schedule, Spaced};
use std::ops::Range;
use std::rc::Rc;
use sweep::{Sweep, copy_row};

/// The rounds between two polls for a request to stop.
const ROUNDS_PER_POLL: usize = 1024;

/// Runs a loop, by whatever runs one of its rounds.
pub(super) trait RunRounds {
    /// Writes the value of the loop's node, given those of its arguments.
    fn run(&mut self, args: &[View<'_>], out: &mut [f64]) -> Outcome<()>;
}

/// The rounds of a loop, ready to be run, and those of its adjoints where these are wanted.
pub(super) struct Rounds<E> {
    node: NodeId,
    round: Rc<Round>,
    forward: Cycle<E>,
    /// The condition that decides the end.
    end: Option<Cycle<E>>,
    back: Option<Back<E>>,
    memory_limit: u64,
    /// The most states that were kept at once.
    #[cfg(test)]
    most_kept: usize,
}

/// The adjoint of a round.
struct Back<E> {
    cycle: Cycle<E>,
    wanted: Vec<bool>,
}

/// The arguments of a loop.
struct Given<'a> {
    states: &'a [View<'a>],
    parameters: &'a [View<'a>],
    matrices: &'a [View<'a>],
}

impl Round {
    fn given<'a>(&self, args: &'a [View<'a>]) -> Given<'a> {
        let (states, rest) = args.split_at(self.states.len());
        let (parameters, rest) = rest.split_at(self.parameters.len());
        Given {
            states,
            parameters,
            matrices: &rest[..self.rows.len()],
        }
    }

    /// The leaves that are given anew in every round.
    fn changing(&self) -> Vec<NodeId> {
        let states = self.states.iter().map(|(leaf, _)| *leaf);
        states.chain(self.rows.iter().copied()).collect()
    }
}

impl RoundBack {
    /// The leaves for what comes from the rounds behind.
    fn changing(&self) -> Vec<NodeId> {
        let leaf = |(leaf, _): &(NodeId, NodeId)| *leaf;
        let states = self.states.iter().map(leaf);
        let sums = self.sums.iter().map(leaf);
        states
            .chain(sums)
            .chain(self.kept.iter().copied())
            .collect()
    }
}

impl<E: RoundEngine> RunRounds for Rounds<E> {
    fn run(&mut self, args: &[View<'_>], out: &mut [f64]) -> Outcome<()> {
        let round = self.round.clone();
        let given = round.given(args);
        self.forward.begin(given.parameters)?;
        if let Some(end) = &mut self.end {
            end.begin(given.parameters)?;
        }
        if let Some(mut back) = self.back.take() {
            let done = self.run_back(&given, args[args.len() - 1], &mut back, out);
            self.back = Some(back);
            return done;
        }
        let mut states = packed(given.states);
        let all = match (round.keeps, round.count) {
            (Keeps::All, RoundCount::Fixed(count)) => Some(count),
            _ => None,
        };
        self.rounds(&given, &mut states, 0..self.most(), |k, states| {
            if let Some(count) = all {
                for (j, x) in states.iter().enumerate() {
                    out[k + j * count] = *x;
                }
            }
        })?;
        if all.is_none() {
            out.copy_from_slice(&states);
        }
        Ok(())
    }
}

impl<E: RoundEngine> Rounds<E> {
    /// The rounds of the node `node`, each of them as `cycle` makes it.
    pub(super) fn new<X>(
        graph: &Graph,
        node: NodeId,
        memory_limit: u64,
        cycle: impl Fn(Leaves) -> Result<Cycle<E>, X>,
    ) -> Result<Rounds<E>, X> {
        let attr = graph.node(node).attr();
        let back = match attr {
            Attr::RoundBack(id) => Some(graph.round_back_of(id)),
            _ => None,
        };
        let round = graph.round_behind(attr).expect("a loop has a round");
        let with = |given, computed| {
            cycle(Leaves {
                given,
                fixed: round.parameters.clone(),
                computed,
            })
        };
        let changing = round.changing();
        let states = round.states.iter().map(|(_, node)| *node).collect();
        Ok(Rounds {
            node,
            end: match round.count {
                RoundCount::Fixed(_) => None,
                RoundCount::Until(end, _) => Some(with(changing.clone(), vec![end])?),
            },
            forward: with(changing.clone(), states)?,
            back: match back {
                None => None,
                Some(back) => Some(Back {
                    cycle: with([changing, back.changing()].concat(), back.outputs())?,
                    wanted: back.wanted.clone(),
                }),
            },
            memory_limit,
            #[cfg(test)]
            most_kept: 1,
            round,
        })
    }

    /// The number of rounds, or more where the loop decides its end itself.
    fn most(&self) -> usize {
        match self.round.count {
            RoundCount::Fixed(count) => count,
            RoundCount::Until(..) => usize::MAX,
        }
    }

    /// Runs some rounds on `states`, which are then those after them; `visit` sees those after each.
    /// The number of the round after the last: a loop that decides its end itself may end before.
    fn rounds(
        &mut self,
        given: &Given<'_>,
        states: &mut [f64],
        rounds: Range<usize>,
        mut visit: impl FnMut(usize, &[f64]),
    ) -> Outcome<usize> {
        let count = given.states.len();
        for k in rounds.clone() {
            stop_now(k)?;
            if let (Some(end), RoundCount::Until(_, most)) = (&mut self.end, self.round.count) {
                end.give_all(0, count, states);
                end.run()?;
                if is_true(end.value(0)[0]) {
                    return Ok(k);
                }
                if k == most {
                    return Err(Failure::Fault(self.node, Fault::NoEnd));
                }
            }
            self.forward.give_all(0, count, states);
            give_row(&mut self.forward, count, given, k);
            self.forward.run()?;
            self.forward.take_all(0, count, states);
            visit(k, states);
        }
        Ok(rounds.end)
    }

    /// Runs all rounds, as many as the loop makes, and keeps some of their states in `kept`, behind the
    /// first: the way back from its end.
    fn spaced(&mut self, given: &Given<'_>, most: usize, kept: &mut Vec<f64>) -> Outcome<Schedule> {
        let mut states = kept.clone();
        let width = states.len();
        let mut spaced = Spaced::new(width, most, self.memory_limit);
        #[cfg(test)]
        let mut most = 1;
        let end = self.rounds(given, &mut states, 0..usize::MAX, |k, states| {
            let keeps = match spaced.after(k + 1) {
                Fate::Passed => false,
                Fate::Kept => true,
                Fate::Thinned(keeps) => {
                    let left = (kept.len() / width.max(1)).div_ceil(2);
                    for k in 1..left {
                        kept.copy_within(2 * k * width..(2 * k + 1) * width, k * width);
                    }
                    kept.truncate(left * width);
                    keeps
                }
            };
            if keeps {
                kept.extend_from_slice(states);
            }
            #[cfg(test)]
            {
                most = most.max(kept.len() / width);
            }
        })?;
        #[cfg(test)]
        {
            self.most_kept = most;
        }
        let schedule = spaced.back(end);
        kept.truncate(schedule.kept() * width);
        Ok(schedule)
    }

    /// Writes the adjoints of the arguments, given that of the loop's value.
    fn run_back(
        &mut self,
        given: &Given<'_>,
        seed: View<'_>,
        back: &mut Back<E>,
        out: &mut [f64],
    ) -> Outcome<()> {
        let mut kept = packed(given.states);
        let width = kept.len();
        let schedule = match self.round.count {
            RoundCount::Fixed(count) => Schedule::of(width, count, self.memory_limit),
            RoundCount::Until(_, most) => self.spaced(given, most, &mut kept)?,
        };
        let mut sweep = Sweep::new(&self.round, &back.wanted, given, seed, out);
        back.cycle.begin(given.parameters)?;
        let mut state = vec![0.0; width];
        for step in schedule {
            let last = kept.len() - width;
            match step {
                Move::Again(rounds) => {
                    state.copy_from_slice(&kept[last..]);
                    self.rounds(given, &mut state, rounds, |_, _| {})?;
                    kept.extend_from_slice(&state);
                    #[cfg(test)]
                    {
                        self.most_kept = self.most_kept.max(kept.len() / width);
                    }
                }
                Move::Back(k) => {
                    sweep.round(&mut back.cycle, given, k, &kept[last..])?;
                    kept.truncate(last);
                }
            }
        }
        sweep.finish();
        Ok(())
    }
}

/// Gives the rows of round `k`, which come after the states.
#[inline]
fn give_row(cycle: &mut Cycle<impl RoundEngine>, states: usize, given: &Given<'_>, k: usize) {
    for (number, matrix) in given.matrices.iter().enumerate() {
        copy_row(*matrix, k, cycle.give(states + number));
    }
}

/// Refuses to go on where the user asked to stop, looking every so many rounds.
#[inline]
fn stop_now(k: usize) -> Outcome<()> {
    match k.is_multiple_of(ROUNDS_PER_POLL) && stop::requested() {
        true => Err(Failure::Interrupted),
        false => Ok(()),
    }
}

fn packed(values: &[View<'_>]) -> Vec<f64> {
    let entries = values.iter().flat_map(|view| view.data);
    entries.copied().collect()
}
