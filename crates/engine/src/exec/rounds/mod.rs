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
use schedule::{Fate, KEPT, Move, Schedule, Spaced};
use std::iter::Peekable;
use std::ops::Range;
use std::rc::Rc;
use sweep::{Sweep, copy_row};

/// The rounds between two polls for a request to stop.
const ROUNDS_PER_POLL: usize = 1024;

/// Runs a loop, by whatever runs one of its rounds.
pub(super) trait RunRounds {
    /// Writes the value of node number `node` of the loop's, given those of its arguments.
    fn run(&mut self, node: usize, args: &[View<'_>], out: &mut [f64]) -> Outcome<()>;
}

/// The rounds of a loop, ready to be run, and those of its adjoints where these are wanted.
pub(super) struct Rounds<E> {
    /// The nodes that it computes: its value, and adjoints. The one that an error names is the first.
    nodes: Vec<(NodeId, Option<Back<E>>)>,
    round: Rc<Round>,
    forward: Cycle<E>,
    /// The condition that decides the end.
    end: Option<Cycle<E>>,
    /// The way there that was gone for the value, until an adjoint goes it back.
    way: Option<(Vec<f64>, Way)>,
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

/// The states that are kept of the way through the rounds, and the way back.
struct Way {
    kept: Vec<f64>,
    schedule: Peekable<Schedule>,
}

/// The arguments of a loop.
struct Given<'a> {
    all: &'a [View<'a>],
    states: &'a [View<'a>],
    parameters: &'a [View<'a>],
    matrices: &'a [View<'a>],
}

impl Round {
    fn given<'a>(&self, args: &'a [View<'a>]) -> Given<'a> {
        let (states, rest) = args.split_at(self.states.len());
        let (parameters, rest) = rest.split_at(self.parameters.len());
        Given {
            all: &args[..self.arity()],
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
    fn run(&mut self, node: usize, args: &[View<'_>], out: &mut [f64]) -> Outcome<()> {
        let round = self.round.clone();
        let given = round.given(args);
        if let Some(mut back) = self.nodes[node].1.take() {
            let done = self.run_back(&given, args[args.len() - 1], &mut back, out);
            self.nodes[node].1 = Some(back);
            return done;
        }
        self.begin(&given)?;
        let all = match (round.keeps, round.count) {
            (Keeps::All, RoundCount::Fixed(count)) => Some(count),
            _ => None,
        };
        let visit = |k, states: &Handed<'_, E>| {
            if let Some(count) = all {
                for (j, x) in states.each().flatten().enumerate() {
                    out[k + j * count] = *x;
                }
            }
        };
        let is_followed = self.nodes.len() > 1;
        let states = match is_followed && given.room() <= KEPT.min(self.memory_limit / 8) {
            true => self.there(&given, visit)?,
            false => {
                let mut states = packed(given.states);
                self.rounds(&given, &mut states, 0..self.most(), visit)?;
                states
            }
        };
        if all.is_none() {
            out.copy_from_slice(&states);
        }
        Ok(())
    }
}

impl Given<'_> {
    /// The bytes of all arguments.
    fn room(&self) -> u64 {
        let bytes = self.all.iter().map(|view| 8 * view.data.len() as u64);
        bytes.sum()
    }

    /// True if these are the numbers of all arguments, bit for bit.
    fn are(&self, numbers: &[f64]) -> bool {
        let own = self.all.iter().flat_map(|view| view.data);
        own.map(|x| x.to_bits())
            .eq(numbers.iter().map(|x| x.to_bits()))
    }
}

impl<E: RoundEngine> Rounds<E> {
    /// The rounds of some nodes of one loop, each round as `cycle` makes it.
    pub(super) fn new<X>(
        graph: &Graph,
        nodes: &[NodeId],
        memory_limit: u64,
        cycle: impl Fn(Leaves) -> Result<Cycle<E>, X>,
    ) -> Result<Rounds<E>, X> {
        let attr = graph.node(nodes[0]).attr();
        let round = graph.round_behind(attr).expect("a loop has a round");
        let with = |given, computed, first, handed| {
            cycle(Leaves {
                given,
                fixed: round.parameters.clone(),
                computed,
                first,
                handed,
            })
        };
        let changing = round.changing();
        let states = round.states.iter().map(|(_, node)| *node).collect();
        let back = |node: &NodeId| {
            let Attr::RoundBack(id) = graph.node(*node).attr() else {
                return Ok((*node, None));
            };
            let back = graph.round_back_of(id);
            let given = [changing.clone(), back.changing()].concat();
            let handed = back.states.len() + back.sums.len();
            let cycle = with(given, back.outputs(), changing.len(), handed)?;
            let wanted = back.wanted.clone();
            Ok((*node, Some(Back { cycle, wanted })))
        };
        Ok(Rounds {
            end: match round.count {
                RoundCount::Fixed(_) => None,
                RoundCount::Until(end, _) => Some(with(changing.clone(), vec![end], 0, 0)?),
            },
            forward: with(changing.clone(), states, 0, round.states.len())?,
            nodes: nodes.iter().map(back).collect::<Result<_, _>>()?,
            way: None,
            memory_limit,
            #[cfg(test)]
            most_kept: 1,
            round,
        })
    }

    /// Gives the cycles what is the same in all rounds.
    fn begin(&mut self, given: &Given<'_>) -> Outcome<()> {
        self.forward.begin(given.parameters)?;
        match &mut self.end {
            Some(end) => end.begin(given.parameters),
            None => Ok(()),
        }
    }

    /// The number of rounds, or more where the loop decides its end itself.
    fn most(&self) -> usize {
        match self.round.count {
            RoundCount::Fixed(count) => count,
            RoundCount::Until(..) => usize::MAX,
        }
    }

    /// Runs some rounds on `states`, which are then those after them; after each `visit` sees what the
    /// next one is given.
    /// The number of the round after the last: a loop that decides its end itself may end before.
    fn rounds(
        &mut self,
        given: &Given<'_>,
        states: &mut [f64],
        rounds: Range<usize>,
        mut visit: impl FnMut(usize, &Handed<'_, E>),
    ) -> Outcome<usize> {
        let count = given.states.len();
        self.forward.give_all(0, count, states);
        let mut done = rounds.end;
        for k in rounds {
            stop_now(k)?;
            if let (Some(end), RoundCount::Until(_, most)) = (&mut self.end, self.round.count) {
                for state in 0..count {
                    end.give(state).copy_from_slice(self.forward.given(state));
                }
                end.run()?;
                if is_true(end.value(0)[0]) {
                    done = k;
                    break;
                }
                if k == most {
                    return Err(Failure::Fault(self.nodes[0].0, Fault::NoEnd));
                }
            }
            give_row(&mut self.forward, count, given, k);
            self.forward.run()?;
            self.forward.hand_on();
            visit(k, &Handed(&self.forward, count));
        }
        Handed(&self.forward, count).copy_to(states);
        Ok(done)
    }

    /// Runs all rounds, as many as the loop makes, and keeps some of their states in `kept`, behind the
    /// first: the way back from its end, and the states there.
    fn spaced(
        &mut self,
        given: &Given<'_>,
        most: usize,
        kept: &mut Vec<f64>,
        mut visit: impl FnMut(usize, &Handed<'_, E>),
    ) -> Outcome<(Schedule, Vec<f64>)> {
        let mut states = kept.clone();
        let width = states.len();
        let mut spaced = Spaced::new(width, most, self.memory_limit);
        #[cfg(test)]
        let mut most = 1;
        let end = self.rounds(given, &mut states, 0..usize::MAX, |k, states| {
            visit(k, states);
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
                states.keep(kept);
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
        Ok((schedule, states))
    }

    /// Runs all rounds and keeps the way for an adjoint of the same arguments: the states at the end.
    fn there(
        &mut self,
        given: &Given<'_>,
        mut visit: impl FnMut(usize, &Handed<'_, E>),
    ) -> Outcome<Vec<f64>> {
        let mut kept = packed(given.states);
        let width = kept.len();
        let (schedule, states) = match self.round.count {
            RoundCount::Until(_, most) => {
                let (schedule, states) = self.spaced(given, most, &mut kept, visit)?;
                (schedule.peekable(), states)
            }
            RoundCount::Fixed(count) => {
                let mut schedule = Schedule::of(width, count, self.memory_limit).peekable();
                let mut states = kept.clone();
                let again = |step: &Move| matches!(step, Move::Again(_));
                let ends = std::iter::from_fn(|| match schedule.next_if(again)? {
                    Move::Again(rounds) => Some(rounds.end),
                    Move::Back(_) => None,
                });
                let ends: Vec<usize> = ends.collect();
                let mut ends = ends.into_iter().peekable();
                self.rounds(given, &mut states, 0..count, |k, states| {
                    visit(k, states);
                    if ends.next_if_eq(&(k + 1)).is_some() {
                        states.keep(&mut kept);
                    }
                })?;
                (schedule, states)
            }
        };
        let numbers = packed(given.all);
        self.way = Some((numbers, Way { kept, schedule }));
        Ok(states)
    }

    /// The way to the end, gone already or to be gone.
    fn way(&mut self, given: &Given<'_>) -> Outcome<Way> {
        if let Some((numbers, way)) = self.way.take()
            && given.are(&numbers)
        {
            return Ok(way);
        }
        self.begin(given)?;
        let mut kept = packed(given.states);
        let schedule = match self.round.count {
            RoundCount::Fixed(count) => Schedule::of(kept.len(), count, self.memory_limit),
            RoundCount::Until(_, most) => self.spaced(given, most, &mut kept, |_, _| {})?.0,
        };
        let schedule = schedule.peekable();
        Ok(Way { kept, schedule })
    }

    /// Writes the adjoints of the arguments, given that of the loop's value.
    fn run_back(
        &mut self,
        given: &Given<'_>,
        seed: View<'_>,
        back: &mut Back<E>,
        out: &mut [f64],
    ) -> Outcome<()> {
        let Way { mut kept, schedule } = self.way(given)?;
        back.cycle.begin(given.parameters)?;
        let cycle = &mut back.cycle;
        let mut sweep = Sweep::new(&self.round, &back.wanted, given, seed, cycle, out);
        let width = given.states.iter().map(|view| view.data.len()).sum();
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
                    sweep.round(given, k, &kept[last..])?;
                    kept.truncate(last);
                }
            }
        }
        sweep.finish();
        Ok(())
    }
}

/// The states that a round hands on to the next: so many.
struct Handed<'c, E>(&'c Cycle<E>, usize);

impl<'c, E: RoundEngine> Handed<'c, E> {
    fn each(&self) -> impl Iterator<Item = &'c [f64]> {
        let Handed(cycle, count) = *self;
        (0..count).map(|k| cycle.given(k))
    }

    fn keep(&self, kept: &mut Vec<f64>) {
        self.each().for_each(|state| kept.extend_from_slice(state));
    }

    fn copy_to(&self, states: &mut [f64]) {
        let mut at = 0;
        for state in self.each() {
            states[at..at + state.len()].copy_from_slice(state);
            at += state.len();
        }
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
