//! How sets go through loops: round by round, until another round changes nothing. Where that is not
//! reached with bearable work, or the number of rounds is not known, the sets are those of any number of
//! rounds: the least that hold those of the arguments and are closed under a round.

use super::dependence::{Dependence, Outside, Unknown};
use super::marks::Marks;
use super::sets::{EMPTY, SetId};
use super::walk::Walk;
use crate::graph::{
    Args, Attr, Graph, Keeps, LoopArgument, NodeId, Round, RoundBack, RoundCount, Shape,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The entries that are looked at for one loop.
const WORK: usize = 20_000_000;

/// The rounds to a fixed point that are made in any case.
const CLOSING: usize = 100;

/// The sets of leaves of a round.
type Given = FxHashMap<NodeId, Marks>;

/// The sets of the arguments of a loop.
struct Arguments {
    states: Vec<Marks>,
    parameters: Vec<Marks>,
    /// Of each matrix whose rows are read, with its shape.
    matrices: Vec<(Marks, Shape)>,
}

/// The sets of the states before each round, and after the last.
enum States {
    /// Round by round; from the last on they stay the same.
    Each(Vec<Vec<Marks>>),
    /// Of all rounds together.
    All(Vec<Marks>),
}

impl States {
    fn before(&self, k: usize) -> &[Marks] {
        match self {
            States::Each(rounds) => &rounds[k.min(rounds.len() - 1)],
            States::All(states) => states,
        }
    }
}

/// The entries of a matrix that are given in a round.
#[derive(Clone, Copy)]
enum Rows {
    At(usize),
    All,
}

impl Dependence<'_, '_> {
    /// The sets of the value of a loop, or of the adjoints of one.
    pub(super) fn loops(
        &mut self,
        id: NodeId,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Option<Marks> {
        let graph = self.graph;
        let attr = graph.node(id).attr();
        let round = graph.round_behind(attr).expect("a loop has a round");
        let outer = self.enter(&round, args);
        let found = match attr {
            Attr::RoundBack(number) => {
                self.adjoints(&round, &graph.round_back_of(number), args, carried)
            }
            _ => self.values(&round, args, carried),
        };
        self.outside = outer;
        match found {
            Ok(sets) => Some(Marks::each(sets)),
            // Which entries a round reads is decided in that round.
            Err(Unknown::Value(_)) => Some(self.of_all(args, carried)),
            Err(why) => {
                self.unknown = Some(why);
                None
            }
        }
    }

    /// From here on the leaves of `round` stand for the arguments of its loop, as far as these are known
    /// outside of all loops.
    fn enter(&mut self, round: &Round, args: &Args) -> Option<Outside> {
        let parameters = round.parameters.iter().zip(&args[round.states.len()..]);
        let known = parameters.filter_map(|(leaf, arg)| Some((*leaf, self.known_as(*arg)?)));
        let known = known.collect();
        self.outside.replace(known)
    }

    fn arguments(&self, round: &Round, args: &Args, carried: &[Option<Marks>]) -> Arguments {
        let of = |k: usize| carried[k].clone().unwrap_or(Marks::Same(EMPTY));
        let mut all = Arguments {
            states: Vec::new(),
            parameters: Vec::new(),
            matrices: Vec::new(),
        };
        for (k, arg) in args.iter().enumerate().take(round.arity()) {
            match round.argument(k) {
                LoopArgument::State(_) => all.states.push(of(k)),
                LoopArgument::Parameter(_) => all.parameters.push(of(k)),
                LoopArgument::Matrix(_) => all.matrices.push((of(k), self.graph.shape(*arg))),
            }
        }
        all
    }

    /// The sets of the leaves of a round.
    fn given(&mut self, round: &Round, args: &Arguments, states: &[Marks], rows: Rows) -> Given {
        let mut given = Given::default();
        let mut give = |leaf: NodeId, marks: Marks| {
            if !matches!(marks, Marks::Same(EMPTY)) {
                given.insert(leaf, marks);
            }
        };
        for ((leaf, _), marks) in round.states.iter().zip(states) {
            give(*leaf, marks.clone());
        }
        for (leaf, marks) in round.parameters.iter().zip(&args.parameters) {
            give(*leaf, marks.clone());
        }
        for (leaf, (marks, shape)) in round.rows.iter().zip(&args.matrices) {
            give(*leaf, self.row(marks, *shape, rows));
        }
        given
    }

    /// A row of a matrix, or all of them together.
    fn row(&mut self, marks: &Marks, shape: Shape, rows: Rows) -> Marks {
        match (marks, rows) {
            (Marks::Same(_), _) => marks.clone(),
            (_, Rows::At(k)) => {
                let entries = (0..shape.n()).map(|j| marks.at(k + j * shape.m()));
                Marks::each(entries.collect())
            }
            (_, Rows::All) => {
                let row = Shape::new(1, shape.n());
                self.sets.lanes(marks, shape, Attr::Axis(1), row)
            }
        }
    }

    /// The sets of the outputs of `walk`.
    fn outputs(&mut self, walk: &Walk, given: &Given) -> Result<Vec<Marks>, Unknown> {
        let found = self.marks(walk, &|id| given.get(&id).cloned())?;
        let sets = found.into_iter();
        Ok(sets
            .map(|marks| marks.unwrap_or(Marks::Same(EMPTY)))
            .collect())
    }

    fn joined_all(&mut self, a: &[Marks], b: &[Marks]) -> Vec<Marks> {
        let pairs = a.iter().zip(b);
        pairs
            .map(|(a, b)| self.sets.joined(a.clone(), b.clone()))
            .collect()
    }

    /// The least sets that hold `sets` and what `next` makes of them; none where that takes too long.
    fn closed(
        &mut self,
        mut sets: Vec<Marks>,
        most: usize,
        mut next: impl FnMut(&mut Self, &[Marks]) -> Result<Vec<Marks>, Unknown>,
    ) -> Result<Option<Vec<Marks>>, Unknown> {
        for _ in 0..most.max(CLOSING) {
            let more = next(self, &sets)?;
            let all = self.joined_all(&sets, &more);
            if self.sets.is_full() {
                return Err(Unknown::TooLarge);
            }
            if all == sets {
                return Ok(Some(all));
            }
            sets = all;
        }
        Ok(None)
    }

    /// The sets of the states.
    fn states(
        &mut self,
        round: &Round,
        args: &Arguments,
        walk: &Walk,
    ) -> Result<Option<States>, Unknown> {
        let most = WORK / walk.work(self.graph);
        let matrices = args.matrices.iter();
        let uniform = matrices
            .clone()
            .all(|(marks, _)| matches!(marks, Marks::Same(_)));
        if let RoundCount::Fixed(count) = round.count
            && (uniform || count <= most)
        {
            let mut rounds = vec![args.states.clone()];
            for k in 0..count.min(most) {
                let given = self.given(round, args, &rounds[k], Rows::At(k));
                let states = self.outputs(walk, &given)?;
                let stays = uniform && states == rounds[k];
                if stays || k + 1 == count {
                    rounds.push(states);
                    return Ok(Some(States::Each(rounds)));
                }
                rounds.push(states);
            }
            if count == 0 {
                return Ok(Some(States::Each(rounds)));
            }
        }
        let closed = self.closed(args.states.clone(), most, |this, states| {
            let given = this.given(round, args, states, Rows::All);
            this.outputs(walk, &given)
        })?;
        Ok(closed.map(States::All))
    }

    fn walk(&self, outputs: Vec<NodeId>) -> Walk {
        Walk::to(self.graph, outputs, &|_| false, &|_| false)
    }

    fn walk_of(&self, round: &Round) -> Walk {
        self.walk(round.states.iter().map(|(_, node)| *node).collect())
    }

    /// The sets of the value of a loop.
    fn values(
        &mut self,
        round: &Round,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Result<Vec<SetId>, Unknown> {
        let all = self.arguments(round, args, carried);
        let walk = self.walk_of(round);
        let Some(states) = self.states(round, &all, &walk)? else {
            return Ok(vec![
                self.set_of_all(args, carried);
                round.shape(self.graph).len()
            ]);
        };
        let lengths = self.lengths(round);
        let rounds = round.count.most();
        Ok(match round.keeps {
            Keeps::Last => packed(states.before(rounds), &lengths),
            Keeps::All => {
                let width: usize = lengths.iter().sum();
                let mut sets = vec![EMPTY; rounds * width];
                for k in 0..rounds {
                    let row = packed(states.before(k + 1), &lengths);
                    for (j, set) in row.into_iter().enumerate() {
                        sets[k + j * rounds] = set;
                    }
                }
                sets
            }
        })
    }

    fn lengths(&self, round: &Round) -> Vec<usize> {
        let states = round.states.iter();
        states
            .map(|(leaf, _)| self.graph.shape(*leaf).len())
            .collect()
    }

    /// The sets of the adjoints of the arguments that are wanted.
    fn adjoints(
        &mut self,
        round: &Rc<Round>,
        back: &RoundBack,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Result<Vec<SetId>, Unknown> {
        let all = self.arguments(round, args, carried);
        let walk = self.walk_of(round);
        let states = self.states(round, &all, &walk)?;
        let walk = self.walk(back.outputs());
        let seed = Seed {
            marks: carried[round.arity()].clone().unwrap_or(Marks::Same(EMPTY)),
            shape: self.graph.shape(args[round.arity()]),
            keeps: round.keeps,
            lengths: self.lengths(round),
        };
        let found = match (states, round.count) {
            (None, _) => None,
            (Some(states), RoundCount::Fixed(count)) if count <= WORK / walk.work(self.graph) => {
                Some(self.each_back(round, back, &all, &walk, (&states, count), &seed)?)
            }
            (Some(states), _) => self.all_back(round, back, &all, &walk, &states, &seed)?,
        };
        let Some(found) = found else {
            let length = back_length(self.graph, round, back, args);
            return Ok(vec![self.set_of_all(args, carried); length]);
        };
        Ok(found.packed(self.graph, round, back, args))
    }

    /// Round by round, backwards.
    fn each_back(
        &mut self,
        round: &Round,
        back: &RoundBack,
        args: &Arguments,
        walk: &Walk,
        (states, count): (&States, usize),
        seed: &Seed,
    ) -> Result<Adjoints, Unknown> {
        let mut adjoints = match seed.keeps {
            Keeps::Last => seed.whole(),
            Keeps::All => seed.at(count.checked_sub(1)),
        };
        adjoints.resize(back.states.len() + back.sums.len(), Marks::Same(EMPTY));
        let mut rows = vec![Vec::new(); back.rows.len()];
        for k in (0..count).rev() {
            let mut given = self.given(round, args, states.before(k), Rows::At(k));
            back.give(&mut given, &adjoints, &seed.at(k.checked_sub(1)));
            adjoints = self.outputs(walk, &given)?;
            let found = adjoints.split_off(back.states.len() + back.sums.len());
            for (rows, row) in rows.iter_mut().zip(found) {
                rows.push(row);
            }
        }
        rows.iter_mut().for_each(|rows| rows.reverse());
        Ok(Adjoints {
            stays: adjoints,
            rows,
        })
    }

    /// All rounds together.
    fn all_back(
        &mut self,
        round: &Round,
        back: &RoundBack,
        args: &Arguments,
        walk: &Walk,
        states: &States,
        seed: &Seed,
    ) -> Result<Option<Adjoints>, Unknown> {
        let mut before = states.before(0).to_vec();
        if let States::Each(rounds) = states {
            for later in &rounds[1..] {
                before = self.joined_all(&before, later);
            }
        }
        let received = seed.all(self);
        let mut first = match seed.keeps {
            Keeps::Last => seed.whole(),
            Keeps::All => received.clone(),
        };
        let stays = back.states.len() + back.sums.len();
        first.resize(stays + back.rows.len(), Marks::Same(EMPTY));
        let most = WORK / walk.work(self.graph);
        let closed = self.closed(first, most, |this, adjoints| {
            let mut given = this.given(round, args, &before, Rows::All);
            back.give(&mut given, adjoints, &received);
            this.outputs(walk, &given)
        })?;
        Ok(closed.map(|mut closed| {
            let rows = closed.split_off(stays);
            Adjoints {
                stays: closed,
                rows: rows.into_iter().map(|row| vec![row]).collect(),
            }
        }))
    }
}

impl RoundBack {
    /// Gives the sets of what comes from behind a round.
    fn give(&self, given: &mut Given, adjoints: &[Marks], received: &[Marks]) {
        let leaves = self.states.iter().chain(&self.sums).map(|(leaf, _)| *leaf);
        let from_behind = leaves.zip(adjoints);
        for (leaf, marks) in from_behind.chain(self.kept.iter().copied().zip(received)) {
            if !matches!(marks, Marks::Same(EMPTY)) {
                given.insert(leaf, marks.clone());
            }
        }
    }
}

/// The sets of the adjoint of the loop's value.
struct Seed {
    marks: Marks,
    shape: Shape,
    keeps: Keeps,
    lengths: Vec<usize>,
}

impl Seed {
    /// For the states after the last round, where these alone are the value.
    fn whole(&self) -> Vec<Marks> {
        self.split(&|k| self.marks.at(k))
    }

    /// For the states after round `k`, where all of them are the value.
    fn at(&self, k: Option<usize>) -> Vec<Marks> {
        match (self.keeps, k) {
            (Keeps::All, Some(k)) => self.split(&|j| self.marks.at(k + j * self.shape.m())),
            _ => vec![Marks::Same(EMPTY); self.lengths.len()],
        }
    }

    /// For those after any round.
    fn all(&self, dependence: &mut Dependence<'_, '_>) -> Vec<Marks> {
        match self.keeps {
            Keeps::Last => self.at(None),
            Keeps::All => {
                let row = dependence.row(&self.marks, self.shape, Rows::All);
                self.split(&|j| row.at(j))
            }
        }
    }

    fn split(&self, entry: &dyn Fn(usize) -> SetId) -> Vec<Marks> {
        let mut at = 0;
        let part = |length: &usize| {
            at += length;
            Marks::each((at - length..at).map(entry).collect())
        };
        self.lengths.iter().map(part).collect()
    }
}

/// The sets of what a loop's arguments receive.
struct Adjoints {
    /// Of the states and of the parameters that are wanted.
    stays: Vec<Marks>,
    /// Of the rows of the matrices that are wanted: one a round, or the same for all.
    rows: Vec<Vec<Marks>>,
}

impl Adjoints {
    /// One after the other, as the value of the node has them.
    fn packed(&self, graph: &Graph, round: &Round, back: &RoundBack, args: &Args) -> Vec<SetId> {
        let mut sets = Vec::new();
        let (states, sums) = self.stays.split_at(back.states.len());
        let (mut sums, mut rows) = (sums.iter(), self.rows.iter());
        for (k, arg) in args.iter().enumerate().take(round.arity()) {
            if !back.wanted[k] {
                continue;
            }
            let shape = graph.shape(*arg);
            let mut entries =
                |entry: &dyn Fn(usize) -> SetId| sets.extend((0..shape.len()).map(entry));
            match round.argument(k) {
                LoopArgument::State(k) => entries(&|j| states[k].at(j)),
                LoopArgument::Parameter(_) => {
                    let sum = sums.next().expect("one for each that is wanted");
                    entries(&|j| sum.at(j));
                }
                LoopArgument::Matrix(_) => {
                    let rows = rows.next().expect("one for each that is wanted");
                    entries(&|j| {
                        let (k, j) = (j % shape.m(), j / shape.m());
                        let row = rows.get(k).or(rows.first().filter(|_| rows.len() == 1));
                        row.map_or(EMPTY, |row| row.at(j))
                    });
                }
            }
        }
        sets
    }
}

fn back_length(graph: &Graph, round: &Round, back: &RoundBack, args: &Args) -> usize {
    let wanted = (args.iter().zip(&back.wanted)).take(round.arity());
    let lengths = wanted.filter(|(_, wanted)| **wanted);
    lengths.map(|(arg, _)| graph.shape(*arg).len()).sum()
}

fn packed(states: &[Marks], lengths: &[usize]) -> Vec<SetId> {
    let all = states.iter().zip(lengths);
    all.flat_map(|(marks, length)| (0..*length).map(|k| marks.at(k)))
        .collect()
}
