//! The entries of a variable that each entry of a node depends on.

use super::sets::Sets;
use crate::graph::{Graph, NodeId, Tensor};
use rustc_hash::FxHashMap;

/// The reason that a pattern is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It would take more room than allowed.
    TooLarge,
    /// It depends on the value of this node, which is not known.
    Value(NodeId),
}

/// Finds which entries of `leaf` other nodes depend on.
pub struct Dependence<'g, 'v> {
    pub(super) graph: &'g Graph,
    pub(super) leaf: NodeId,
    pub(super) value: &'v dyn Fn(NodeId) -> Option<Tensor>,
    pub(super) sets: Sets,
    pub(super) unknown: Option<Unknown>,
    /// Inside of a loop: what the leaves of its round stand for, as far as that is known outside.
    pub(super) outside: Option<Outside>,
}

/// Nodes outside of all loops by the leaves that stand for them inside of one.
pub(super) type Outside = FxHashMap<NodeId, NodeId>;

impl<'g, 'v> Dependence<'g, 'v> {
    /// On `leaf`. `value` gives the values of indices, on which a pattern depends; `most` is how many
    /// members all sets together may have.
    pub fn on(
        graph: &'g Graph,
        leaf: NodeId,
        value: &'v dyn Fn(NodeId) -> Option<Tensor>,
        most: usize,
    ) -> Dependence<'g, 'v> {
        Dependence {
            graph,
            leaf,
            value,
            sets: Sets::of_entries(graph.shape(leaf).len(), most),
            unknown: None,
            outside: None,
        }
    }
}
