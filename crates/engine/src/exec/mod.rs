//! Running a graph.
//!
//! The [`Interpreter`] computes on demand and keeps every value: what is shown once, and traces. A
//! [`Program`] is compiled for many evaluations: loops. Both call the same kernels, so that both
//! agree bit for bit.

mod added;
mod apply;
mod batch;
mod blocks;
mod certainty;
mod compile;
mod compiled;
mod emit;
mod exchange;
mod fused;
mod guarded;
mod inside;
mod interpreter;
mod layout;
mod links;
mod pairs;
mod plan;
mod points;
mod pool;
mod program;
mod reading;
mod replacing;
mod room;
mod rounds;
mod rows;
mod schedule;
mod scratch;
mod shared;
mod single;
mod singles;
mod step;
mod tall;
mod window;

pub use batch::{Batch, Refusal};
pub use certainty::with_guards;
pub use guarded::Guarded;
pub use interpreter::Interpreter;
pub use points::{Point, Sampler};
pub use program::Program;
pub use replacing::Replacing;
pub use rounds::Checkpoints;
pub use rows::LANES;

use crate::graph::NodeId;
use crate::graph::primitive::Fault;

/// Why a node has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// A leaf has no value.
    Missing(NodeId),
    /// The node stands for something that could not be built, with the builder's reason.
    Raised(NodeId, u32),
    /// The kernel refused.
    Fault(NodeId, Fault),
    /// The values would take more memory than allowed: how many bytes are allowed.
    Memory(NodeId, u64),
    /// The user interrupted.
    Interrupted,
}

/// The result of an evaluation.
pub type Outcome<T> = Result<T, Failure>;

/// Why a graph was not compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Something in it has no value, or has one under a condition only.
    Conditional,
    /// Its values need more memory than allowed.
    Memory,
}
