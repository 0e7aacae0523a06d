//! Births of numbers that are not finite: the findings of `provenance`, as data.

use super::origin::EntryPlace;
use crate::graph::{NodeId, Tensor};
use crate::notation::Math;
use crate::source::Location;
use std::rc::Rc;

/// An operand of the operation that made the number.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// The text with which a trace writes it.
    pub formula: Math,
    /// Its name or source text; `None` for a node that the rule of a derivative made.
    pub text: Option<String>,
    /// Its value, or the one entry that matters.
    pub value: Rc<Tensor>,
}

/// An operation that made an infinity or NaN of finite numbers, or NaN of infinite ones.
#[derive(Clone, Debug)]
pub struct Birth {
    pub(super) id: NodeId,
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// The text with which a trace writes it: the right side of aᵢ = …, or of the rule of a derivative.
    pub formula: Math,
    /// Its name or source text; `None` for a node that the rule of a derivative made.
    pub text: Option<String>,
    /// The number that it made.
    pub value: f64,
    /// The first entry with such a number; `None` for scalars.
    pub entry: Option<EntryPlace>,
    /// The operation on the numbers themselves, such as 0·∞; `None` where they are no scalars.
    pub numbers: Option<Math>,
    /// The operands; none for an input.
    pub operands: Vec<Operand>,
    /// The place in the source.
    pub location: Option<Location>,
}

/// The column of a trace that holds a number that is not finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The values.
    Value,
    /// The tangents with respect to this variable.
    Tangent(String),
    /// The adjoints of this output.
    Adjoint(String),
}

/// The origin of a number that is not finite.
#[derive(Clone, Debug)]
pub struct Nonfinite {
    /// The column.
    pub place: Place,
    /// The line whose value, tangent or adjoint is the first that is not finite.
    pub node: Option<usize>,
    /// The source text of that line.
    pub text: Option<String>,
    /// The place of that line in the source.
    pub location: Option<Location>,
    /// The operation that made the first one.
    pub first: Birth,
    /// The operation that then made a NaN of it, such as 0·∞.
    pub nan: Option<Birth>,
    /// The formula to write instead, where known.
    pub advice: Option<String>,
}
