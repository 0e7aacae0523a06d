//! The Wengert list of a formula: every intermediate with its value, tangent and adjoint, and the
//! rule that gave each.

mod birth;
mod build;
pub mod check;
pub mod compare;
pub mod formula;
pub mod kinks;
mod life;
mod listing;
pub mod numbers;
mod origin;
pub mod partials;
pub mod provenance;
mod request;
mod rounding;
mod rounds;
mod rules;
mod search;
mod sight;
mod stable;
mod zeros;

pub use crate::exec::Checkpoints;
pub use crate::notation::{Math, Role, Subscript, Times, Written};
pub use birth::Nonfinite;
pub use build::build;
pub use kinks::Kink;
pub use origin::EntryPlace;
pub use partials::{Drawing, Edge, draw};
pub use request::{Request, Wanted, Wrt};
pub use rounding::RoundingError;
pub use sight::default_wrt;
pub use zeros::{Zero, Zeros};

use crate::graph::{Shape, Tensor};
use crate::lower::Origin;
use crate::syntax::ast::Name;
use std::rc::Rc;

/// One argument of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Another line of the trace, by number.
    Node(usize),
    /// A number or a matrix of numbers.
    Literal(Rc<Tensor>),
    /// A count, an index, an axis: known while lowering.
    Text(String),
}

/// A derivative of one line: how it came about, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// The right side of ȧᵢ = … or āᵢ = …
    pub formula: Math,
    /// The value, where the inputs have values.
    pub value: Option<Rc<Tensor>>,
}

/// The life of a value: when it may be discarded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Life {
    /// The last line that uses the value in the forward pass; `None` for outputs, which stay.
    pub last_use: Option<usize>,
    /// True if the reverse pass needs the value.
    pub kept: bool,
    /// What the way back through its rounds takes, where it is a loop.
    pub checkpoints: Option<Checkpoints>,
}

/// The state of a loop after one of its rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundState {
    /// The number of rounds made.
    pub after: usize,
    /// What they leave.
    pub value: Rc<Tensor>,
}

/// The rounds of a loop that is one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Their number.
    pub count: usize,
    /// The states after some of them; only `with rounds`.
    pub states: Vec<RoundState>,
}

/// One line of a trace.
#[derive(Clone, Debug)]
pub struct Line {
    /// The names that stand for it.
    pub names: Vec<Name>,
    /// The operation: `input`, or a name of the primitive table.
    pub op: &'static str,
    /// The arguments.
    pub args: Vec<Arg>,
    /// The right side of aᵢ = …
    pub formula: Math,
    /// Its place in the source.
    pub origin: Option<Origin>,
    /// The rounds that it stands for, where it is a loop.
    pub folded: Option<Folded>,
    /// Its shape.
    pub shape: Shape,
    /// Its value.
    pub value: Option<Rc<Tensor>>,
    /// One for each `wrt`.
    pub tangents: Vec<Derived>,
    /// One for each output.
    pub adjoints: Vec<Derived>,
    /// The life of its value; only `with life`.
    pub life: Option<Life>,
    /// Of what kind the zeros among its tangents and adjoints are; only `with zeros`.
    pub zeros: Option<LineZeros>,
}

/// The operation of a line that is computed from nothing.
const INPUT: &str = "input";

impl Line {
    /// True if it is an input, or a name that is held.
    pub fn is_input(&self) -> bool {
        self.op == INPUT
    }
}

/// Of what kind the zeros among the derivatives of one line are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineZeros {
    /// One for each `wrt`.
    pub tangents: Vec<Zeros>,
    /// One for each output.
    pub adjoints: Vec<Zeros>,
}

/// One output of a trace.
#[derive(Clone, Debug)]
pub struct TracedOutput {
    /// As written.
    pub text: Written,
    /// Its line; `None` for an output that is a number.
    pub line: Option<usize>,
    /// Its shape.
    pub shape: Shape,
}

/// One `wrt` of a trace.
#[derive(Clone, Debug)]
pub struct TracedVariable {
    /// As written.
    pub text: Written,
    /// The direction of the tangent, where it is not plainly 1.
    pub along: Option<Written>,
}

/// The Wengert list of some outputs.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The outputs.
    pub outputs: Vec<TracedOutput>,
    /// The variables that they are differentiated with respect to.
    pub wrt: Vec<TracedVariable>,
    /// The lines; number i is at index i − 1.
    pub lines: Vec<Line>,
    /// The inputs that have no value, where values are left out for that reason.
    pub missing: Vec<Name>,
    /// Inputs that the outputs depend on and that the default `wrt` left out.
    pub left_out: Vec<Name>,
    /// True if tangents were asked for.
    pub forward: bool,
    /// True if adjoints were asked for.
    pub reverse: bool,
    /// True if a talk shows it step by step: `with overlays`.
    pub overlays: bool,
    /// The kinks that were hit.
    pub kinks: Vec<Kink>,
    /// The origin of the first number that is not finite.
    pub nonfinite: Option<Nonfinite>,
    /// What rounding may have made of each output; only `with error`.
    pub errors: Vec<RoundingError>,
}
