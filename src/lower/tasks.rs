//! The tasks of the machine and its stacks: what is left to do, and what each kind of work keeps
//! while it is under way.

use super::definitions::Function;
use super::frame::{Frame, Local};
use super::uniform::IndexLeaf;
use super::unrolled::NoLoop;
use crate::diff::Held;
use crate::graph::{Args, NodeId, Shape};
use crate::source::Location;
use crate::syntax::ast::{ExprId, Ident, Index, Name};
use crate::syntax::special::{Special, SpecialRow};
use std::rc::Rc;

/// A task of the machine, on a stack. A task that combines finds its operands on the stack of
/// nodes, from `base` up, and leaves one node there.
pub(super) enum Task {
    Visit(ExprId, Rc<Frame>),
    Combine(ExprId, Rc<Frame>, usize),
    /// The formula of the innermost name has been lowered: remember it.
    Define,
    /// The formula of a local name has been lowered: remember it.
    DefineLocal(Rc<Local>),
    /// A function's body has been lowered: remember it.
    Return(Option<Box<CallKey>>),
    /// The condition of an `if` is there: visit the branch that it decides for, or both.
    Choose(ExprId, Rc<Frame>, usize),
    /// Visit a side that may not be needed: a failure in it becomes a node.
    Branch(ExprId, Rc<Frame>),
    /// The end of such a side.
    Catch(Rollback),
    Loop(Box<Loop>),
    Differentiate(Box<Differentiation>),
    /// A call or a chain of calls that is under way.
    Iterate(Box<Iteration>),
    /// A function whose equation is to be solved is being lowered.
    Equation(Box<Equation>),
    /// A call of a function with rules of the user's is under way.
    Ruled(Box<RuledCall>),
    /// One round of an iteration is being lowered, to be the round of a loop.
    Round(Box<LoopAttempt>),
    /// The arguments of `f'` are there: differentiate its body.
    Prime(ExprId, Rc<Frame>, NodeId, u32),
}

/// The heights of the stacks at the start of a branch.
#[derive(Clone, Copy)]
pub(super) struct Rollback {
    pub values: u32,
    pub names: u32,
    pub calls: u32,
}

/// A formula's name by its index among the definitions, and the set that is held while it is read.
pub(super) type NameKey = (u32, u32);

/// The stacks of the machine.
#[derive(Default)]
pub(super) struct Stacks {
    /// The tasks that are left, the next on top.
    pub tasks: Vec<Task>,
    /// The nodes of finished expressions that are not used yet.
    pub values: Vec<NodeId>,
    /// The names whose formulas are being lowered, outermost first.
    pub naming: Vec<NameKey>,
    /// The functions that are being expanded, outermost first.
    pub calling: Vec<Calling>,
}

/// A function that is being expanded.
pub(super) struct Calling {
    pub function: Rc<Function>,
    /// The place of the call.
    pub location: Location,
    /// True if what is lowered is a rule for it, not its body.
    pub in_rule: bool,
}

/// A call that need not be expanded twice: the function, its arguments, what is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CallKey {
    pub function: usize,
    pub arguments: Args,
    pub held: u32,
}

/// A call of a function with rules, under way. The value of the body and the rules so far are on the stack.
pub(super) struct RuledCall {
    pub expr: ExprId,
    pub frame: Rc<Frame>,
    pub function: Rc<Function>,
    pub arguments: Vec<NodeId>,
    /// The height of the stack below the value of the body.
    pub base: usize,
    /// The number of rules that have been begun.
    pub begun: usize,
    /// The key under which the result is kept.
    pub key: Option<Box<CallKey>>,
}

/// A function whose equation is to be solved, while it is lowered.
pub(super) struct Equation {
    pub special: Special,
    pub expr: ExprId,
    pub frame: Rc<Frame>,
    pub function: Ident,
    pub start: NodeId,
    /// The leaf that stands for the solution.
    pub unknown: NodeId,
    pub notes: Notes,
}

/// An attempt to make an iteration one loop.
pub(super) struct LoopAttempt {
    pub iteration: Iteration,
    /// The state before the first round.
    pub first: NodeId,
    /// The leaves that stand for the state and for a row.
    pub state: NodeId,
    pub row: Option<NodeId>,
    /// The state after the round, once it is known, where the end is still to be lowered.
    pub after: Option<NodeId>,
    /// The stacks and notes at the beginning.
    pub rollback: Rollback,
    pub notes: Notes,
}

/// The lengths of lists of notes.
#[derive(Clone, Copy)]
pub(super) struct Notes {
    pub guards: usize,
    pub differentiated: usize,
    pub directions: usize,
}

/// `iterate`, `scan` or `fold` under way: the state so far is on the stack.
pub(super) struct Iteration {
    pub expr: ExprId,
    pub frame: Rc<Frame>,
    pub function: Ident,
    pub rounds: Rounds,
    /// The number of rounds that were made.
    pub done: usize,
    /// The state before the first round, as long as the iteration may become a loop.
    pub may_loop: Option<NodeId>,
    /// Why it did not.
    pub no_loop: Option<NoLoop>,
}

/// The rounds of an iteration.
pub(super) enum Rounds {
    /// So many.
    Count(usize),
    /// One for each row of a matrix.
    Rows {
        matrix: NodeId,
        count: usize,
        /// The shape of the state, which it keeps.
        state: Shape,
        /// The states after the rounds so far, where all of them are wanted.
        states: Option<Vec<NodeId>>,
    },
    /// Until a function of the state is true.
    Until {
        done: Ident,
        most: usize,
        /// True if the function's value is on the stack, above the state.
        decides: bool,
    },
}

/// A comprehension under way. The values of its body pile up on the stack of nodes.
pub(super) struct Loop {
    pub expr: ExprId,
    /// The frame of the comprehension, and then one more for every open clause.
    pub frames: Vec<Rc<Frame>>,
    /// Next and last value of every open clause.
    pub ranges: Vec<(i64, i64)>,
    /// The number of values from each round of the first clause.
    pub lengths: Vec<usize>,
    /// The start of its values on the stack.
    pub base: usize,
    /// True if the bounds of the next clause are on the stack.
    pub bounds: bool,
    /// The attempt to compute all entries at once, while it lasts.
    pub at_once: Option<AtOnce>,
}

/// An attempt to lower the body of a comprehension once, for all indices.
pub(super) struct AtOnce {
    /// The leaves of the clauses so far.
    pub leaves: Vec<IndexLeaf>,
    /// The number of leaves around the comprehension.
    pub outer: usize,
    /// The number of warnings at the beginning.
    pub warnings: usize,
    /// The stacks and notes at the beginning.
    pub rollback: Rollback,
    pub notes: Notes,
    /// True if the body is on the stack.
    pub lowered: bool,
}

/// The target of a derivative, as the user wrote it.
pub(super) struct TargetName {
    /// The name.
    pub name: Name,
    /// The indices, where an entry is meant.
    pub indices: Vec<Index>,
    /// The whole expression.
    pub expr: ExprId,
}

/// A derivative under way.
pub(super) struct Differentiation {
    pub operator: &'static SpecialRow,
    pub expr: ExprId,
    pub frame: Rc<Frame>,
    pub stage: Stage,
    pub wrt: TargetName,
    /// The start of its operands on the stack.
    pub base: usize,
    /// How many inputs were known before its target.
    pub inputs: usize,
    /// The target's leaf and the nodes that are held, once known.
    pub target: Option<(NodeId, Held)>,
}

pub(super) enum Stage {
    /// The target's formula is on the stack, if it has one: hold it.
    Hold,
    /// Indices, directions and the differentiated expression are on the stack.
    Differentiate,
}
