//! The rounds of a loop, one after the other, and their adjoints, backwards.
//!
//! Backwards every round needs the states before it. As many as fit into a fixed room are kept, evenly
//! spaced, and the rounds between two of them are run again when they are needed, with a room of
//! their own. With room for m states, l levels serve m^l rounds; each level costs that all rounds
//! are run once more.

mod cycle;
mod sweep;

pub(super) use cycle::{Cycle, Leaves, RoundEngine};

use super::{Failure, Outcome};
use crate::graph::primitive::Fault;
use crate::graph::{Attr, Graph, Keeps, NodeId, Round, RoundBack, RoundCount, View};
use crate::primitives::arithmetic::is_true;
use crate::stop;
use std::ops::Range;
use std::rc::Rc;
use sweep::{Sweep, copy_row};

/// The bytes of states that are kept at one level.
const KEPT: u64 = 16 << 20;

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
    /// The most states that are kept at one level.
    room: usize,
}

/// The adjoint of a round.
struct Back<E> {
    cycle: Cycle<E>,
    wanted: Vec<bool>,
}

/// The states before some rounds, evenly spaced, the first of them before round `first`; the last of
/// the intervals ends at `end`.
struct Kept {
    first: usize,
    every: usize,
    end: usize,
    states: Vec<f64>,
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
        let width = round.width(graph).max(1) as u64;
        let bytes = KEPT.min(memory_limit / 8);
        let room = usize::try_from(bytes / (8 * width)).unwrap_or(usize::MAX);
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
            room: room.max(2),
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

    /// Keeps states of the rounds from `first` to `end`, or to the end that the loop decides itself:
    /// as many as there is room for. Where the room is full, every other one of them is dropped.
    fn keep(
        &mut self,
        given: &Given<'_>,
        start: &[f64],
        first: usize,
        end: Option<usize>,
    ) -> Outcome<Kept> {
        let (width, room) = (start.len(), self.room);
        let last = end.unwrap_or(usize::MAX);
        let mut every = end.map_or(1, |end| (end - first).div_ceil(room)).max(1);
        let mut kept = start.to_vec();
        let mut states = start.to_vec();
        let end = self.rounds(given, &mut states, first..last, |k, states| {
            let done = k + 1 - first;
            if !done.is_multiple_of(every) || k + 1 == last {
                return;
            }
            if kept.len() == room * width {
                every *= 2;
                let left = room.div_ceil(2);
                for k in 1..left {
                    kept.copy_within(2 * k * width..(2 * k + 1) * width, k * width);
                }
                kept.truncate(left * width);
                if !done.is_multiple_of(every) {
                    return;
                }
            }
            kept.extend_from_slice(states);
        })?;
        Ok(Kept {
            first,
            every,
            end,
            states: kept,
        })
    }

    /// Writes the adjoints of the arguments, given that of the loop's value.
    fn run_back(
        &mut self,
        given: &Given<'_>,
        seed: View<'_>,
        back: &mut Back<E>,
        out: &mut [f64],
    ) -> Outcome<()> {
        let start = packed(given.states);
        let known = match self.round.count {
            RoundCount::Fixed(count) => Some(count),
            RoundCount::Until(..) => None,
        };
        let mut levels = vec![self.keep(given, &start, 0, known)?];
        let mut sweep = Sweep::new(&self.round, &back.wanted, given, seed, out);
        back.cycle.begin(given.parameters)?;
        let width = start.len();
        let mut before = start;
        while let Some(level) = levels.last_mut() {
            if level.end == level.first {
                levels.pop();
                continue;
            }
            // The last interval, and the state at its beginning.
            let number = (level.end - 1 - level.first) / level.every;
            let from = level.first + number * level.every;
            let to = std::mem::replace(&mut level.end, from);
            before.copy_from_slice(&level.states[number * width..][..width]);
            if to - from == 1 {
                sweep.round(&mut back.cycle, given, from, &before)?;
            } else {
                levels.push(self.keep(given, &before, from, Some(to))?);
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
