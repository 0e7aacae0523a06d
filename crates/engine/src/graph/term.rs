//! Nodes as the terms that rules are written with.

use super::{Graph, Node, NodeId, Shape};

/// A node together with its graph: what derivative rules are written with. The arithmetic on
/// terms, which folds zeros and ones, is defined beside the table.
#[derive(Clone, Copy)]
pub struct Term<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// The node.
    pub id: NodeId,
}

impl<'g> Term<'g> {
    /// The shape of its value.
    pub fn shape(self) -> Shape {
        self.graph.shape(self.id)
    }

    /// The node.
    pub fn node(self) -> Node {
        self.graph.node(self.id)
    }

    /// Argument `k` of the node.
    pub fn arg(self, k: usize) -> Term<'g> {
        self.graph.term(self.graph.args(self.id)[k])
    }

    /// The number that it is everywhere, where that is written in the graph.
    pub fn literal(self) -> Option<f64> {
        self.graph.literal_value(self.id)
    }

    /// A number in the same graph.
    pub fn number(self, value: f64) -> Term<'g> {
        self.graph.term(self.graph.literal(value))
    }
}
