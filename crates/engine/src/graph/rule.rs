//! Rules of the user's: what a call of a function passes back, in place of the derivative of its body.
//!
//! The law: an adjoint is closed. It reads nothing but its own leaves, which stand for the adjoint of
//! the result, for the result and for the arguments of the call's node, so a node may be built again on
//! other arguments and carries its rule along. It is linear in the adjoint of the result.

use super::NodeId;
use std::rc::Rc;

/// The rule of one call. The arguments of the call's node are those of the function, then whatever else
/// the rule or the body reads, and at last the value that the body has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallRule {
    /// The function's name.
    pub name: Rc<str>,
    /// The name of the function that it is given, if it is one of the language that takes a function.
    pub function: Option<Rc<str>>,
    /// The number of its parameters.
    pub parameters: usize,
    /// The leaf that stands for the adjoint of the result.
    pub seed: NodeId,
    /// The leaf that stands for the result itself.
    pub result: NodeId,
    /// The leaves that stand for the arguments, all but the value.
    pub leaves: Vec<NodeId>,
    /// The arguments that have a rule, each with the adjoint that it receives.
    pub adjoints: Vec<(usize, NodeId)>,
    /// True if it is another derivative than the body's on purpose.
    pub departs: bool,
}
