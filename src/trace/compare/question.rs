//! The question that a comparison answers, and the reasons for which a mode may have no answer.

use crate::diagnostic::Diagnostic;
use crate::diff::{Held, Target};
use crate::graph::NodeId;
use crate::notation::Written;
use crate::symbolic::NoFormula;
use crate::syntax::ast::{Mode, Name};
use crate::trace::request::Wrt;

/// A derivative as a simplified formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByFormula {
    /// The derivative: in the target's shape, or a Jacobian for an output that is no scalar.
    pub node: NodeId,
    /// Operations of the formula as a tree.
    pub tree: u64,
    /// Operations with equal parts counted once.
    pub dag: u64,
    /// The node with the right value even where a kink or rounding makes a difference.
    pub exact: NodeId,
}

/// The formula for the derivative with respect to a target, or why there is none.
pub type ByFormulas<'s> = dyn Fn(Target) -> std::result::Result<ByFormula, NoAnswer> + 's;

/// A comparison that is asked for.
pub struct Question<'q> {
    /// The output: as written, and its node.
    pub output: &'q (Written, NodeId),
    /// The variables.
    pub wrt: &'q [Wrt],
    /// The nodes of held names.
    pub held: &'q Held,
    /// The order of a leaf among the inputs.
    pub order: &'q dyn Fn(NodeId) -> (u8, u64),
    /// The inputs that the default `wrt` left out.
    pub left_out: &'q [Name],
    /// The modes that were asked for.
    pub modes: &'q [Mode],
    /// True if they were asked for by name: then there is no limit to their work.
    pub by_name: bool,
    /// Bytes of values that may be kept.
    pub memory: u64,
    /// Symbolic mode.
    pub symbolic: &'q ByFormulas<'q>,
    /// True to classify zeros.
    pub zeros: bool,
}

/// The reason that a mode has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// Nobody asked for it.
    NotAsked,
    /// It takes this many passes through much, and was not asked for by name.
    TooLong(usize),
    /// Its formula is this many operations deep, and it was not asked for by name.
    TooDeep(usize),
    /// A kink was hit, where finite differences say nothing.
    Kink,
    /// A value is not finite, and finite differences say nothing.
    NotFinite,
    /// A rule of the user's is another derivative than its function's on purpose.
    Overridden,
    /// The language has no formula for the derivative.
    NoFormula(NoFormula),
    /// The formula has no value here.
    Failed(Diagnostic),
}
