//! Operations on matrices that are stored by their places: those that can be done so.

use super::definitions::Input;
use super::{Lowerer, Purpose, WrittenOut};
use crate::diagnostic::Result;
use crate::graph::{Attr, Block, NodeId, Primitive, Shape, Tensor, Term};
use crate::primitives::arithmetic::{DIV, MUL};
use crate::primitives::stored::{Stored, pays};
use crate::primitives::term::entrywise;
use crate::primitives::{algebra, array};
use smallvec::SmallVec;

/// The bytes that an entry takes while a diagonal is put together: its place as a pair and in two lists, its value.
const BYTES: u64 = 40;

impl<'a> Lowerer<'a> {
    /// The matrix, if it is stored by its places.
    fn stored(&self, node: NodeId) -> Option<Stored<'a>> {
        Stored::of(self.graph, node)
    }

    /// The value of an input, where it is stored by its places and nothing but values is wanted.
    pub(super) fn stored_input(&self, input: &Input) -> Option<NodeId> {
        let stored = input.stored.as_ref()?;
        let kept =
            matches!(self.purpose, Purpose::Values) && self.written_out == WrittenOut::Nothing;
        kept.then(|| stored.on(self.graph).node())
    }

    /// All entries of an input that is stored by its places.
    ///
    /// # Errors
    /// Fails if they do not fit into memory.
    pub fn whole_input(&mut self, input: &Input) -> Result<Option<Tensor>> {
        let Some(stored) = &input.stored else {
            return Ok(None);
        };
        let whole = stored.on(self.graph).node();
        self.value(whole).map(Some)
    }

    /// A product with a matrix that is stored.
    pub(super) fn stored_product(&self, [a, b]: [NodeId; 2]) -> Option<NodeId> {
        let term = |node| self.graph.term(node);
        match (self.stored(a), self.stored(b)) {
            (Some(left), Some(right)) => {
                let memory = self.evaluation.limits.memory;
                match left.product(right, memory) {
                    Some(product) => Some(product.node()),
                    // Where zeros can be written out they may become NaN.
                    None => Some(left.times(term(b)).id),
                }
            }
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

    /// An operation that makes 0 of zeros, entry by entry; numbers that are not known before scale only.
    pub(super) fn stored_entrywise(
        &mut self,
        row: &'static Primitive,
        nodes: &[NodeId],
    ) -> Option<NodeId> {
        let graph = self.graph;
        let scalar = |node| {
            let term: Term<'a> = graph.term(node);
            term.shape().is_scalar().then_some(term)
        };
        let stored: SmallVec<[Option<Stored<'a>>; 3]> =
            nodes.iter().map(|node| self.stored(*node)).collect();
        let scaled = match (&stored[..], nodes) {
            ([Some(a), None], [_, b]) if row.is(&MUL) => a.scaled(scalar(*b)?, false),
            ([Some(a), None], [_, b]) if row.is(&DIV) => a.scaled(scalar(*b)?, true),
            ([None, Some(b)], [a, _]) if row.is(&MUL) => b.scaled(scalar(*a)?, false),
            _ if stored.iter().all(Option::is_none) => return None,
            _ => None,
        };
        if let Some(scaled) = scaled {
            return Some(scaled.node());
        }
        let mut args = Vec::new();
        let mut at_zero = Vec::new();
        for (stored, node) in stored.into_iter().zip(nodes) {
            let number = || scalar(*node).filter(|number| number.literal().is_some());
            args.push(stored.map_or_else(|| number().map(Err), |one| Some(Ok(one)))?);
            at_zero.push(match stored {
                Some(_) => graph.term(graph.literal(0.0)),
                None => number()?,
            });
        }
        let of_zeros = entrywise(row, &at_zero).id;
        let keeps_zeros = self.value(of_zeros).ok()?.as_scalar() == Some(0.0);
        let result = Stored::entrywise(row, &args).filter(|_| keeps_zeros)?;
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
        if row.is(&array::HCAT) || row.is(&array::VCAT) {
            let parts = args.iter().map(|part| self.stored(*part));
            let parts: Vec<Stored<'a>> = parts.collect::<Option<_>>()?;
            return Some(Stored::joined(&parts, row.is(&array::HCAT))?.node());
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
