//! The passes of a matrix of derivatives, which are the same for every direction: all of them at once.

use super::{IndexLeaf, Uniform};
use crate::graph::primitive::Kernel;
use crate::graph::{Attr, Graph, NodeId, Primitive, Shape, Term};
use crate::primitives::array;

/// `pass`, which is computed from a leaf for a direction, for all directions of one entry: one column each.
pub(in crate::lower) fn for_unit_vectors(
    graph: &Graph,
    leaf: NodeId,
    pass: NodeId,
) -> Option<NodeId> {
    let count = graph.shape(leaf).len();
    let index = IndexLeaf {
        node: leaf,
        from: 1,
        to: count as i64,
    };
    let square = Shape::new(count, count);
    let unit = graph.apply(&array::EYE, Attr::None, square, &[]);
    let mut uniform = Uniform::new(graph, index, &|_| None);
    uniform.images.insert(leaf, unit);
    let columns = graph.term(uniform.entries(pass)?);
    Some(match graph.shape(pass) {
        Shape::SCALAR => columns.transposed().id,
        _ => columns.id,
    })
}

/// True of the identity matrix.
pub(super) fn is_identity(term: Term<'_>) -> bool {
    let row = term.node().primitive();
    row.is_some_and(|row| row.is(&array::EYE))
}

impl<'g> Uniform<'g, '_> {
    /// The value of an operation on numbers that are written, or of a mask that lets everything through.
    pub(super) fn folded(&self, row: &'static Primitive, lifted: &[Term<'g>]) -> Option<Term<'g>> {
        let first = lifted[0].literal();
        match row.kernel {
            _ if row.mask.is_some() && first.is_some_and(|mask| mask != 0.0) => Some(lifted[1]),
            Kernel::Map2(f) => {
                let value = (f.at)(first?, lifted[1].literal()?);
                Some(lifted[0].number(value).stretch(lifted[0].shape()))
            }
            _ => None,
        }
    }
}
