//! Which states are kept on the way back through the rounds of a loop, and which rounds are run again.
//!
//! With room for s states besides the one at hand, and every round run again r times at most, s + r
//! over s rounds are gone back through (Griewank and Walther's binomial schedule, which is optimal).
//! So √(2n) states cost one sweep more than all n of them, and log n states cost log n sweeps.
//! Where the number of rounds is found out by making them, the first sweep keeps states that are
//! evenly spaced, at most half of the room; the rest serves the rounds between them.

use crate::graph::{Graph, Round, RoundCount};
use std::ops::Range;

/// The bytes of states that are kept.
pub(super) const KEPT: u64 = 128 << 20;

/// More rounds than any loop makes, on machines of 32 bits too.
const MOST_ROUNDS: usize = usize::MAX / 2;

/// What is done next on the way back.
pub(super) enum Move {
    /// These rounds are run on the state that was kept last; the one that they leave is kept too.
    Again(Range<usize>),
    /// The adjoint of this round is taken; the state before it, which was kept last, is dropped.
    Back(usize),
}

/// The way back, one move after the other.
pub(super) struct Schedule {
    /// The most states that are kept at once.
    room: usize,
    /// The numbers of the rounds before which the states kept now are, the last of them behind the others.
    kept: Vec<usize>,
    /// The rounds from this one on are done.
    end: usize,
}

/// The states that are kept while the number of rounds is not known.
pub(super) struct Spaced {
    room: usize,
    every: usize,
    kept: usize,
}

/// What becomes of a state while the number of rounds is not known.
pub(super) enum Fate {
    /// It is not kept.
    Passed,
    /// It is kept.
    Kept,
    /// Every other one of those kept is dropped first; then it is kept, or not.
    Thinned(bool),
}

/// The ways to choose s among s + r, as far as a count of rounds goes.
fn ways(s: usize, r: usize) -> usize {
    let (few, many) = (s.min(r), s.max(r));
    let mut ways: u128 = 1;
    for k in 1..=few {
        ways = ways * (many + k) as u128 / k as u128;
        if ways >= MOST_ROUNDS as u128 {
            return MOST_ROUNDS;
        }
    }
    ways as usize
}

/// How often a round must be run again where `rounds` of them share room for `s` states, that at hand
/// not counted.
fn repeats(rounds: usize, s: usize) -> usize {
    let enough = |r: &usize| ways(s, *r) >= rounds;
    (1..).find(enough).unwrap_or(usize::MAX)
}

/// The states of a loop of this width that there is room for.
fn room_for(width: usize, rounds: usize, memory_limit: u64) -> usize {
    let bytes = KEPT.min(memory_limit / 8);
    let room = usize::try_from(bytes / (8 * width.max(1) as u64)).unwrap_or(usize::MAX);
    // Fewer would cost more than the logarithm of the number of rounds.
    room.max(2 * (rounds.max(2).ilog2() as usize + 2))
}

impl Schedule {
    /// For so many rounds, by as few states as cost no sweep more than all that there is room for.
    pub fn of(width: usize, rounds: usize, memory_limit: u64) -> Schedule {
        let room = room_for(width, rounds, memory_limit);
        let most = repeats(rounds, room - 1);
        let (mut few, mut enough) = (1, room - 1);
        while few < enough {
            let middle = few + (enough - few) / 2;
            match ways(middle, most) >= rounds {
                true => enough = middle,
                false => few = middle + 1,
            }
        }
        Schedule {
            room: enough + 1,
            kept: vec![0],
            end: rounds,
        }
    }

    /// The number of states that are kept now.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }
}

impl Iterator for Schedule {
    type Item = Move;

    #[inline]
    fn next(&mut self) -> Option<Move> {
        if self.end == 0 {
            return None;
        }
        let first = *self.kept.last()?;
        let rounds = self.end - first;
        if rounds == 1 {
            self.kept.pop();
            self.end = first;
            return Some(Move::Back(first));
        }
        let free = self.room - self.kept.len();
        let step = match rounds <= free + 1 {
            true => 1,
            // As far as the rounds so passed can be served with one repeat less.
            false => {
                let most = repeats(rounds, free);
                let behind = ways(free - 1, most - 1);
                ways(free, most - 1).min(rounds - behind)
            }
        };
        self.kept.push(first + step);
        Some(Move::Again(first..first + step))
    }
}

impl Spaced {
    /// With the first state kept.
    pub fn new(width: usize, most: usize, memory_limit: u64) -> Spaced {
        Spaced {
            room: room_for(width, most, memory_limit),
            every: 1,
            kept: 1,
        }
    }

    /// The fate of the state after so many rounds.
    #[inline]
    pub fn after(&mut self, done: usize) -> Fate {
        if !done.is_multiple_of(self.every) {
            return Fate::Passed;
        }
        if self.kept < self.room.div_ceil(2) {
            self.kept += 1;
            return Fate::Kept;
        }
        self.every *= 2;
        let stays = done.is_multiple_of(self.every);
        self.kept = self.kept.div_ceil(2) + usize::from(stays);
        Fate::Thinned(stays)
    }

    /// The way back from the end, after so many rounds.
    pub fn back(self, rounds: usize) -> Schedule {
        Schedule {
            room: self.room,
            kept: (0..self.kept)
                .map(|k| k * self.every)
                .filter(|before| *before < rounds)
                .collect(),
            end: rounds,
        }
    }
}

/// What the way back through the rounds of a loop takes, besides their adjoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// The rounds of the loop.
    pub rounds: usize,
    /// The states that are kept at once, at most.
    pub states: usize,
    /// The numbers of one state.
    pub width: usize,
    /// The rounds that are run again for their states.
    pub again: u64,
}

impl Checkpoints {
    /// Of a loop that takes so many rounds, by making the moves of its schedule.
    pub fn of(graph: &Graph, round: &Round, rounds: usize, memory_limit: u64) -> Checkpoints {
        let width = round.width(graph);
        let mut all = Checkpoints {
            rounds,
            states: usize::from(rounds > 0),
            width,
            again: 0,
        };
        let schedule = match round.count {
            RoundCount::Fixed(_) => Schedule::of(width, rounds, memory_limit),
            RoundCount::Until(_, most) => {
                let mut spaced = Spaced::new(width, most, memory_limit);
                for done in 1..=rounds {
                    spaced.after(done);
                    all.states = all.states.max(spaced.kept);
                }
                all.again = rounds as u64;
                spaced.back(rounds)
            }
        };
        let mut kept = schedule.kept();
        for step in schedule {
            match step {
                Move::Again(rounds) => {
                    all.again += rounds.len() as u64;
                    kept += 1;
                    all.states = all.states.max(kept);
                }
                Move::Back(_) => kept -= 1,
            }
        }
        all
    }

    /// Of both loops, one after the other.
    pub fn then(self, other: Checkpoints) -> Checkpoints {
        let larger = match self.numbers() < other.numbers() {
            true => other,
            false => self,
        };
        Checkpoints {
            rounds: self.rounds.saturating_add(other.rounds),
            again: self.again.saturating_add(other.again),
            ..larger
        }
    }

    /// The numbers that are kept at once, at most.
    pub fn numbers(&self) -> usize {
        self.states.saturating_mul(self.width)
    }

    /// The times that all rounds are run again.
    pub fn sweeps(&self) -> f64 {
        self.again as f64 / self.rounds.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cycle, Leaves, RoundEngine, Rounds, RunRounds};
    use super::*;
    use crate::diff::{Held, Problem, Target, grad};
    use crate::exec::Outcome;
    use crate::exec::compiled::{CompiledRound, compiled};
    use crate::graph::{Attr, Keeps, LocalUse, NodeId, Op, Shape, Tensor};
    use crate::primitives::arithmetic::{GE, MUL};
    use crate::primitives::elementary::SQRT;
    use crate::primitives::rounds::ROUNDS;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    /// The rounds that must be run again with room for `s` states besides that at hand, by trying all ways.
    fn least(rounds: usize, s: usize) -> u64 {
        let mut best = vec![vec![0u64; s + 1]; rounds + 1];
        for n in 2..=rounds {
            for s in 1..=s {
                best[n][s] = (1..n)
                    .filter(|step| s > 1 || n - step == 1)
                    .map(|step| step as u64 + best[n - step][s - 1] + best[step][s])
                    .min()
                    .expect("there is a way");
            }
        }
        best[rounds][s]
    }

    #[test]
    fn no_schedule_is_shorter() {
        for rounds in 1..60 {
            for room in 2..12 {
                let schedule = Schedule {
                    room,
                    kept: vec![0],
                    end: rounds,
                };
                let (mut again, mut kept, mut back) = (0, vec![0], (0..rounds).rev());
                for step in schedule {
                    match step {
                        Move::Again(range) => {
                            assert_eq!(Some(&range.start), kept.last());
                            again += range.len() as u64;
                            kept.push(range.end);
                            assert!(kept.len() <= room);
                        }
                        Move::Back(k) => {
                            assert_eq!((kept.pop(), back.next()), (Some(k), Some(k)));
                        }
                    }
                }
                assert_eq!(back.next(), None);
                assert_eq!(
                    again,
                    least(rounds, room - 1),
                    "{rounds} rounds, room {room}"
                );
            }
        }
    }

    /// A round that counts how often it is run.
    struct Counted(CompiledRound, Rc<Cell<u64>>);

    impl RoundEngine for Counted {
        fn pool(&self) -> &[f64] {
            self.0.pool()
        }
        fn pool_mut(&mut self) -> &mut [f64] {
            self.0.pool_mut()
        }
        fn begin(&mut self) -> Outcome<()> {
            self.0.begin()
        }
        fn run(&mut self) -> Outcome<()> {
            self.1.set(self.1.get() + 1);
            self.0.run()
        }
    }

    /// √(1.001x)² for `width` numbers, so many times, or until their sum says that it was: the adjoint.
    fn powers(graph: &Graph, width: usize, count: usize, decides: bool) -> NodeId {
        let shape = Shape::vector(width);
        let x = graph.input("x".into(), shape, Some(Rc::new(Tensor::filled(shape, 1.0))));
        let factor = graph.literal(1.001);
        let state = graph.local(LocalUse::State, 0, shape);
        let scaled = graph.apply(&MUL, Attr::None, shape, &[factor, state]);
        let squared = graph.apply(&MUL, Attr::None, shape, &[scaled, scaled]);
        let root = graph.apply(&SQRT, Attr::None, shape, &[squared]);
        let first = graph.term(state).sum().id;
        let bound = graph.literal(width as f64 * 1.001f64.powi(count as i32) * 0.9999);
        let end = graph.apply(&GE, Attr::None, Shape::SCALAR, &[first, bound]);
        let round = Round {
            name: "f".into(),
            count: match decides {
                true => RoundCount::Until(end, 1_000_000),
                false => RoundCount::Fixed(count),
            },
            keeps: Keeps::Last,
            states: vec![(state, root)],
            parameters: Vec::new(),
            rows: Vec::new(),
            depth: 1,
        };
        let attr = graph.round(round);
        let y = graph.apply(&ROUNDS, attr, shape, &[x]);
        let total = graph.term(y).sum().id;
        let slope = grad(Problem {
            graph,
            output: total,
            target: Target {
                node: x,
                entry: None,
            },
            held: &Held::default(),
        });
        let back = graph.cone(&[slope], |_| false);
        let back = (back.iter().copied())
            .find(|id| matches!(graph.node(*id).op, Op::Apply(_, Attr::RoundBack(_))));
        back.expect("the adjoint of the loop")
    }

    #[test]
    fn what_is_told_is_what_is_run() {
        for (width, count, decides, limit) in [
            (1, 5000, false, u64::MAX),
            (3, 20_000, false, 64_000),
            (200, 3000, false, 1 << 20),
            (50, 4097, true, 1 << 20),
            (50, 4096, true, 64_000),
            (1, 1, false, u64::MAX),
            (1, 70, true, u64::MAX),
        ] {
            let graph = Graph::new();
            let back = powers(&graph, width, count, decides);
            let counters = RefCell::new(Vec::new());
            let cycle = |leaves: Leaves| -> Result<_, crate::exec::Unfit> {
                let (first, handed) = (leaves.first, leaves.handed);
                let cycle = compiled(&graph, leaves, u64::MAX)?;
                let counter = Rc::new(Cell::new(0));
                counters.borrow_mut().push(counter.clone());
                Ok(Cycle::new(
                    Counted(cycle.engine, counter),
                    [cycle.given, cycle.fixed, cycle.computed],
                    first,
                    handed,
                ))
            };
            let mut rounds = Rounds::new(&graph, &[back], limit, cycle).expect("it is compiled");
            let x = Tensor::filled(Shape::vector(width), 1.0);
            let args = [x.view(), x.view()];
            let mut out = vec![0.0; width];
            rounds.run(0, &args, &mut out).expect("it has a value");
            let runs: Vec<u64> = counters.borrow().iter().map(|runs| runs.get()).collect();
            let round = rounds.round.clone();
            let told = Checkpoints::of(&graph, &round, count, limit);
            let [.., again, backwards] = runs[..] else {
                panic!("a loop is run forwards and backwards");
            };
            assert_eq!(
                (told.again, told.rounds as u64),
                (again, backwards),
                "{told:?}"
            );
            assert_eq!(told.states, rounds.most_kept, "{told:?}");
            let expected = 1.001f64.powi(count as i32);
            assert!((out[0] / expected - 1.0).abs() < 1e-9);
        }
    }
}
