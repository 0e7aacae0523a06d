//! Operations on matrices that are stored by their places: those that can be done so.

use super::{Lowerer, Purpose, WrittenOut};
use crate::graph::{Attr, Block, NodeId, Primitive, Shape, Term};
use crate::primitives::arithmetic::{ADD, DIV, MUL, SUB};
use crate::primitives::stored::{Stored, pays};
use crate::primitives::{algebra, array};

/// The bytes that an entry takes while a diagonal is put together: its place as a pair and in two lists, its value.
const BYTES: u64 = 40;

impl<'a> Lowerer<'a> {
    /// The matrix, if it is stored by its places.
    fn stored(&self, node: NodeId) -> Option<Stored<'a>> {
        Stored::of(self.graph, node)
    }

    /// A product with a matrix that is stored.
    pub(super) fn stored_product(&self, [a, b]: [NodeId; 2]) -> Option<NodeId> {
        let term = |node| self.graph.term(node);
        match (self.stored(a), self.stored(b)) {
            (Some(left), None) => Some(left.times(term(b)).id),
            (None, Some(right)) => {
                let product = right.transposed().times(term(a).transposed());
                Some(product.transposed().id)
            }
            _ => None,
        }
    }

    /// Rows and columns exchanged.
    pub(super) fn stored_transpose(&self, x: NodeId) -> Option<NodeId> {
        Some(self.stored(x)?.transposed().node())
    }

    /// The negative.
    pub(super) fn stored_negative(&self, x: NodeId) -> Option<NodeId> {
        let stored = self.stored(x)?;
        Some(stored.with_values(-stored.values).node())
    }

    /// A sum, a difference, or something scaled by a number.
    pub(super) fn stored_entrywise(
        &self,
        row: &'static Primitive,
        nodes: &[NodeId],
    ) -> Option<NodeId> {
        let &[a, b] = nodes else {
            return None;
        };
        let scalar = |node| {
            let term: Term<'a> = self.graph.term(node);
            term.shape().is_scalar().then_some(term)
        };
        let result = match (self.stored(a), self.stored(b)) {
            (Some(a), Some(b)) if row.is(&ADD) => a.plus(b),
            (Some(a), Some(b)) if row.is(&SUB) => a.plus(b.with_values(-b.values)),
            (Some(a), None) if row.is(&MUL) => a.scaled(scalar(b)?, false)?,
            (Some(a), None) if row.is(&DIV) => a.scaled(scalar(b)?, true)?,
            (None, Some(b)) if row.is(&MUL) => b.scaled(scalar(a)?, false)?,
            _ => return None,
        };
        Some(result.node())
    }

    /// A block of entries.
    pub(super) fn stored_block(&self, x: NodeId, block: Block) -> Option<NodeId> {
        Some(self.stored(x)?.block(block))
    }

    /// A call of a row that keeps a matrix stored, or makes one with a result of this `shape`.
    pub(super) fn stored_call(
        &self,
        row: &'static Primitive,
        attr: Attr,
        shape: Shape,
        args: &[NodeId],
    ) -> Option<NodeId> {
        let graph = self.graph;
        let only_values = matches!(self.purpose, Purpose::Values | Purpose::Program { .. });
        let fits = (shape.m() as u64) * BYTES <= self.evaluation.limits.memory;
        let is_sparse = only_values
            && self.written_out == WrittenOut::Nothing
            && pays(shape, shape.m())
            && fits;
        if row.is(&array::EYE) && is_sparse {
            let one = graph.term(graph.literal(1.0));
            return Some(Stored::diagonal(one.stretch(Shape::vector(shape.m()))).node());
        }
        let &first = args.first()?;
        if row.is(&array::DIAG) && is_sparse && graph.shape(first).is_vector() {
            return Some(Stored::diagonal(graph.term(first)).node());
        }
        let stored = self.stored(first)?;
        if row.is(&array::SUM) {
            Some(stored.sum(attr).id)
        } else if row.is(&array::NORM) && attr == Attr::None {
            Some(graph.apply(row, attr, shape, &[stored.values.id]))
        } else if row.is(&array::DIAG) {
            Some(stored.its_diagonal().id)
        } else if row.is(&algebra::TR) {
            Some(stored.its_diagonal().sum().id)
        } else if row.is(&algebra::SOLVE) {
            Some(stored.solved(graph.term(args[1])).id)
        } else {
            None
        }
    }
}
