//! Matrix products for all indices at once.

use super::{Uniform, is_identity};
use crate::graph::{Attr, NodeId, Shape, Term};

impl<'g> Uniform<'g, '_> {
    /// The inner products of the values of two vectors.
    pub(super) fn dot(&self, a: NodeId, b: NodeId) -> Term<'g> {
        let column = |id: NodeId| {
            self.unstretched(id)
                .reshaped(Shape::vector(self.graph.shape(id).len()))
        };
        match [a, b].map(|id| self.images.contains_key(&id)) {
            [true, false] => self.as_rows(a).matmul(column(b)),
            [false, true] => self.as_rows(b).matmul(column(a)),
            _ => (self.as_rows(a) * self.as_rows(b)).sum_along(Attr::Axis(2)),
        }
    }

    pub(super) fn product(&self, a: NodeId, b: NodeId, shape: Shape) -> Option<Term<'g>> {
        let [of_a, of_b] = [a, b].map(|id| self.graph.shape(id));
        match [a, b].map(|id| self.images.get(&id).map(|image| self.term(*image))) {
            // A row times a matrix.
            [Some(rows), None] if of_a.rows == 1 => Some(rows.matmul(self.term(b))),
            // A matrix times a column.
            [None, Some(columns)] if of_b.cols == 1 => {
                let product = self.term(a).matmul(columns);
                Some(if shape.is_scalar() {
                    product.transposed()
                } else {
                    product
                })
            }
            [Some(_), Some(_)] if of_a.rows == 1 && of_b.cols == 1 => Some(self.dot(a, b)),
            _ => None,
        }
    }

    /// A product whose factors have masks, of a matrix that is the same for all indices and a column.
    pub(super) fn product_of_reached(&self, args: &[NodeId], shape: Shape) -> Option<Term<'g>> {
        let [a, b, left, right] = *args else {
            return None;
        };
        let varies = |id: NodeId| self.depends.contains(&id);
        if varies(a) || varies(left) || self.graph.shape(b).cols != 1 {
            return None;
        }
        let mask = |term: Term<'g>| (!term.is(1.0)).then_some(term);
        let (columns, reached) = (self.lifted(b), self.filled_mask(right, b));
        let (a, left) = (self.term(a), mask(self.term(left)));
        // Each entry is reached by one term alone.
        let product = match left {
            None if is_identity(columns) && is_identity(reached) => a,
            _ => a.matmul_of_reached(columns, [left, mask(reached)]),
        };
        Some(match shape.is_scalar() {
            true => product.transposed(),
            false => product,
        })
    }

    /// The values of a mask of `of`, or the number that it is everywhere.
    fn filled_mask(&self, mask: NodeId, of: NodeId) -> Term<'g> {
        match self.graph.shape(mask) == self.graph.shape(of) {
            true => self.lifted(mask),
            false => self.term(mask),
        }
    }
}
