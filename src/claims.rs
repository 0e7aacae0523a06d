//! Answers to claims: equations, and derivatives found by hand.

use crate::graph::{Shape, Tensor};
use crate::notation::Written;
use crate::proof::Apart;
use crate::syntax::ast::Name;

/// A point where two formulas differ.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// The inputs and their values.
    pub inputs: Vec<(Name, Tensor)>,
    /// Both formulas there.
    pub sides: [Tensor; 2],
    /// The entry that differs most; `None` where both are scalars.
    pub entry: Option<(usize, usize)>,
    /// The kind of difference.
    pub apart: Apart,
    /// True if the sides are equal, by laws, where both have a value.
    pub equal_where_defined: bool,
    /// Facts with which the claim holds, as `assume` takes them.
    pub missing: Option<String>,
}

/// The answer to a claim.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Equal by laws, but where one of these conditions fails.
    Proved(Vec<String>),
    /// Equal at this many points.
    Holds(usize),
    /// Different.
    Refuted(Box<Refutation>),
    /// Nowhere could both sides be computed.
    Unknown,
}

/// The answer to `prove`.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The claim as written.
    pub claim: Written,
    /// The answer.
    pub outcome: Outcome,
}

/// The mistake that explains a wrong derivative.
#[derive(Clone, Debug, PartialEq)]
pub enum Slip {
    /// Minus the right one.
    Sign,
    /// This many times the right one.
    Factor(f64),
    /// One over this size of it: a mean where a sum was meant.
    Mean(usize),
    /// This size times it: a sum where a mean was meant.
    Total(usize),
    /// Rows and columns are exchanged.
    Transposed,
    /// Of another shape than the variable: the given one and the right one.
    Shape(Shape, Shape),
    /// Right only where this matrix is symmetric.
    Symmetric(String),
    /// This term stands there at half its size.
    Half(String),
    /// This term is missing.
    Missing(String),
    /// This term stands there twice.
    Doubled(String),
    /// This term has the wrong sign.
    TermSign(String),
    /// This term is too much.
    Extra(String),
    /// This derivative of an inner function is missing.
    Inner(String),
    /// Right where the derivative is not 0, and not 0 where it is.
    Mask,
}

/// The answer to `check … against`, for one variable.
#[derive(Clone, Debug)]
pub struct Against {
    /// The output as written.
    pub output: Written,
    /// The variable as written.
    pub wrt: Written,
    /// The derivative by hand, as written.
    pub given: Written,
    /// The answer; the right derivative is the left side. `None` where the shapes differ.
    pub outcome: Option<Outcome>,
    /// True if they differ at kinks only.
    pub kinks: bool,
    /// The mistake, if one explains the difference.
    pub slip: Option<Slip>,
}

impl Against {
    /// True if it is right, false if not; `None` where nothing can be said.
    pub fn ok(&self) -> Option<bool> {
        match &self.outcome {
            Some(Outcome::Proved(_) | Outcome::Holds(_)) => Some(true),
            Some(Outcome::Unknown) => None,
            Some(Outcome::Refuted(_)) | None => Some(false),
        }
    }
}
