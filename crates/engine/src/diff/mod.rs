//! Differentiation, graph to graph: tangents and adjoints are appended to the graph they are
//! taken of, so one evaluator runs everything and derivatives nest to any depth.

mod coloured;
mod compose;
mod differences;
mod direction;
mod flow;
mod forward;
mod matrix;
mod modes;
#[cfg(feature = "mutants")]
pub mod mutants;
mod numeric;
mod product;
mod reverse;
mod rounds;
mod ruled;
mod site;
mod slope;
mod taylor;

pub use coloured::Coloured;
pub use compose::{Problem, Target, grad, jvp, vjp};
pub use differences::{Central, Differences, Motion};
pub use direction::{reseeded, seeded};
pub use flow::{Flow, Flows};
pub use matrix::{Matrix, Sweep, hessian, jacobian};
pub use modes::{contributions, forward, reverse};
pub use numeric::{Scheme, numeric};
pub use taylor::taylor;

use crate::graph::NodeId;
use rustc_hash::FxHashSet;

/// The nodes that a differentiation treats as leaves although they are computed from something:
/// the names that are held.
pub type Held = FxHashSet<NodeId>;
