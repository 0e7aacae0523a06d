//! Loops: a graph of one round, which a single node runs many times.
//!
//! The law: a round is closed. It reads nothing but its own leaves, which stand for the states before
//! the round, for parameters that stay the same, and for one row each of some matrices. The leaves are
//! [local](Leaves): the same for all rounds, by their use, number and shape, so that equal rounds are
//! equal graphs, and a loop may stand inside the round of another one.

use super::{Graph, NodeId, Shape};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The uses of the leaves of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocalUse {
    /// A state before the round.
    State,
    /// A value that is the same in every round.
    Parameter,
    /// A row of a matrix, another one in every round.
    Row,
    /// The adjoint of a state after the round.
    Adjoint,
    /// The adjoint that a state before the round receives as a part of the loop's value.
    Kept,
    /// The sum of what a parameter has received from the rounds behind this one.
    Sum,
}

/// The leaves that stand for what changes from round to round.
pub(super) type Leaves = FxHashMap<(LocalUse, u32, Shape), NodeId>;

/// The number of rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundCount {
    /// So many.
    Fixed(usize),
    /// Until a node of the round, which reads the states before it, is true; an error if it is not
    /// after so many rounds.
    Until(NodeId, usize),
}

impl RoundCount {
    /// The rounds that are made in any case, or one where the loop decides that itself.
    pub fn least(self) -> usize {
        match self {
            RoundCount::Fixed(count) => count,
            RoundCount::Until(..) => 1,
        }
    }

    /// The rounds that are made at most.
    pub fn most(self) -> usize {
        match self {
            RoundCount::Fixed(count) | RoundCount::Until(_, count) => count,
        }
    }
}

/// The states that a loop leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keeps {
    /// Those after the last round, one after the other in a column.
    Last,
    /// Those after every round, each round a row.
    All,
}

/// One round of a loop. The arguments of the loop's node are its first states, then its parameters,
/// then the matrices whose rows it reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Round {
    /// The name of the function that makes a round.
    pub name: Rc<str>,
    /// The number of rounds.
    pub count: RoundCount,
    /// The states that are left.
    pub keeps: Keeps,
    /// The states: the leaf that stands for each before the round, and its node after it.
    pub states: Vec<(NodeId, NodeId)>,
    /// The leaves of the parameters.
    pub parameters: Vec<NodeId>,
    /// The leaves of the rows.
    pub rows: Vec<NodeId>,
    /// The loops inside of one another that this is the outermost of.
    pub depth: u32,
}

/// The adjoint of one round: what its states and rows receive from what comes behind, and what is
/// added to the sums of parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoundBack {
    /// The round, by its number in the graph.
    pub round: u32,
    /// The arguments of the loop whose adjoints are wanted.
    pub wanted: Vec<bool>,
    /// For each state: the leaf for its adjoint after the round, and the node of that before it.
    pub states: Vec<(NodeId, NodeId)>,
    /// For each state the leaf for the adjoint that it receives, before the round, from the loop's value;
    /// none where that is the states after the last round alone.
    pub kept: Vec<NodeId>,
    /// For each parameter that is wanted: the leaf for the sum so far, and the node of the new one.
    pub sums: Vec<(NodeId, NodeId)>,
    /// For each matrix that is wanted: the node of the adjoint of its row.
    pub rows: Vec<NodeId>,
}

/// The part of a loop that an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopArgument {
    /// The first value of state number k.
    State(usize),
    /// Parameter number k.
    Parameter(usize),
    /// The matrix of row number k.
    Matrix(usize),
}

impl Round {
    /// The number of arguments.
    pub fn arity(&self) -> usize {
        self.states.len() + self.parameters.len() + self.rows.len()
    }

    /// The part that argument `k` is.
    pub fn argument(&self, k: usize) -> LoopArgument {
        let (states, parameters) = (self.states.len(), self.parameters.len());
        match k {
            k if k < states => LoopArgument::State(k),
            k if k < states + parameters => LoopArgument::Parameter(k - states),
            k => LoopArgument::Matrix(k - states - parameters),
        }
    }

    /// The leaf that stands for argument `k` in a round.
    pub fn leaf(&self, k: usize) -> NodeId {
        match self.argument(k) {
            LoopArgument::State(k) => self.states[k].0,
            LoopArgument::Parameter(k) => self.parameters[k],
            LoopArgument::Matrix(k) => self.rows[k],
        }
    }

    /// The number of entries of all states.
    pub fn width(&self, graph: &Graph) -> usize {
        let lengths = self.states.iter().map(|(leaf, _)| graph.shape(*leaf).len());
        lengths.sum()
    }

    /// The shape of the loop's value.
    pub fn shape(&self, graph: &Graph) -> Shape {
        let width = self.width(graph);
        match (self.keeps, self.count) {
            (Keeps::All, RoundCount::Fixed(count)) => Shape::new(count, width),
            _ => Shape::vector(width),
        }
    }

    /// The nodes that a round computes: its states, and the end if it decides that.
    pub fn outputs(&self) -> Vec<NodeId> {
        let end = match self.count {
            RoundCount::Fixed(_) => None,
            RoundCount::Until(end, _) => Some(end),
        };
        self.states
            .iter()
            .map(|(_, node)| *node)
            .chain(end)
            .collect()
    }
}

impl RoundBack {
    /// One that computes what both compute; `round` is the round of this one. None where the other is of
    /// another round, or computes something that both compute by another node.
    pub fn joined(&self, other: &RoundBack, round: &Round) -> Option<RoundBack> {
        let same = (self.round, &self.states, &self.kept);
        if same != (other.round, &other.states, &other.kept) {
            return None;
        }
        let mut joined = RoundBack {
            wanted: Vec::with_capacity(self.wanted.len()),
            sums: Vec::new(),
            rows: Vec::new(),
            ..self.clone()
        };
        let mut sums = [self.sums.iter(), other.sums.iter()];
        let mut rows = [self.rows.iter(), other.rows.iter()];
        for (k, wanted) in self.wanted.iter().zip(&other.wanted).enumerate() {
            let wanted = [*wanted.0, *wanted.1];
            joined.wanted.push(wanted[0] || wanted[1]);
            match round.argument(k) {
                LoopArgument::State(_) => {}
                LoopArgument::Parameter(_) => joined.sums.extend(agreed(&mut sums, wanted)?),
                LoopArgument::Matrix(_) => joined.rows.extend(agreed(&mut rows, wanted)?),
            }
        }
        Some(joined)
    }

    /// The nodes that it computes.
    pub fn outputs(&self) -> Vec<NodeId> {
        let states = self.states.iter().map(|(_, node)| *node);
        let sums = self.sums.iter().map(|(_, node)| *node);
        states
            .chain(sums)
            .chain(self.rows.iter().copied())
            .collect()
    }
}

/// What two lists have for an argument that is wanted in some of them; none where they disagree.
fn agreed<'a, T: Copy + PartialEq + 'a>(
    lists: &mut [impl Iterator<Item = &'a T>; 2],
    wanted: [bool; 2],
) -> Option<Option<T>> {
    let [one, other] = lists;
    let one = wanted[0].then(|| one.next()).flatten();
    let other = wanted[1].then(|| other.next()).flatten();
    match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => Some(one.or(other).copied()),
    }
}
