//! Requests: which outputs, differentiated with respect to what, and what is wanted of them.

use crate::diff::{Held, Target};
use crate::graph::NodeId;
use crate::notation::Written;
use crate::syntax::ast::Name;

/// A variable that a trace differentiates with respect to.
#[derive(Clone, Debug)]
pub struct Wrt {
    /// As written.
    pub text: Written,
    /// The target.
    pub target: Target,
    /// The direction of the tangent and how it is written; all ones by default.
    pub along: Option<(NodeId, Written)>,
}

/// The derivatives that a statement asks for: its outputs and variables as nodes of one graph.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The outputs: as written, and their nodes.
    pub outputs: Vec<(Written, NodeId)>,
    /// The variables that they are differentiated with respect to.
    pub wrt: Vec<Wrt>,
    /// The nodes of held names.
    pub held: Held,
    /// The inputs that the default `wrt` left out.
    pub left_out: Vec<Name>,
}

impl Wanted {
    /// The nodes of the outputs.
    pub fn roots(&self) -> Vec<NodeId> {
        self.outputs.iter().map(|(_, node)| *node).collect()
    }
}

/// The request for a trace.
pub struct Request<'r> {
    /// The outputs, and what they are differentiated with respect to.
    pub wanted: &'r Wanted,
    /// The order of a leaf among the inputs.
    pub order: &'r dyn Fn(NodeId) -> (u8, u64),
    /// True to give tangents.
    pub forward: bool,
    /// True to give adjoints.
    pub reverse: bool,
    /// True to tell when values may be discarded.
    pub life: bool,
    /// True to tell of what kind zeros are.
    pub zeros: bool,
    /// The rounds of loops after which states are told.
    pub rounds: &'r [usize],
    /// True to tell what rounding makes of the outputs.
    pub error: bool,
}
