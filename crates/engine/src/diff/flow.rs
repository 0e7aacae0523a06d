//! Tangents and adjoints with their masks, as they pass through the graph.

use crate::graph::primitive::{Mask, Sees};
use crate::graph::{Cone, Graph, NodeId, Op, Primitive, Term};
use crate::primitives::arithmetic::NE;
use crate::primitives::array::{both, either};
use rustc_hash::FxHashSet;

/// A tangent or an adjoint: a value, and where it is structurally there at all.
///
/// Structural zeros are strong: what is not `reached` is 0 whatever it is multiplied by, while a
/// numeric zero follows IEEE. The mask is built only where a choice, an index or a one-hot seed
/// occurs; everywhere else it is absent and products are plain products.
#[derive(Clone, Copy)]
pub struct Flow<'g> {
    /// The value; exactly 0 where not reached.
    pub term: Term<'g>,
    /// A 0/1 node in the shape of `term`, or a scalar one for all entries; absent: everywhere.
    pub reached: Option<Term<'g>>,
}

impl<'g> Flow<'g> {
    /// A flow that is there everywhere.
    pub fn everywhere(term: Term<'g>) -> Flow<'g> {
        Flow {
            term,
            reached: None,
        }
    }

    /// True if some entries may be reached and others not.
    pub fn is_partial(&self) -> bool {
        self.reached.is_some_and(|mask| !mask.shape().is_scalar())
    }

    /// Multiplied entry by entry by a partial derivative, in the order that `product` writes.
    /// A number written in the formula is finite and needs no guard.
    pub fn scaled(
        self,
        partial: Term<'g>,
        product: impl FnOnce(Term<'g>, Term<'g>) -> Term<'g>,
    ) -> Flow<'g> {
        let term = product(self.term, partial);
        if partial.literal().is_some_and(f64::is_finite) {
            return Flow { term, ..self };
        }
        self.guarded(term)
    }

    /// `term` where this flow is reached, structural zeros elsewhere.
    fn guarded(self, term: Term<'g>) -> Flow<'g> {
        Flow {
            term: self.reached.map_or(term, |mask| term.where_true(mask)),
            reached: self.reached,
        }
    }

    /// The part of it where `mask` holds.
    pub fn only(self, mask: Term<'g>) -> Flow<'g> {
        Flow {
            term: self.term.where_true(mask),
            ..self.where_reached(mask)
        }
    }

    /// The same value, of which only what `mask` holds is there.
    fn where_reached(self, mask: Term<'g>) -> Flow<'g> {
        Flow {
            reached: Some(self.reached.map_or(mask, |reached| both(reached, mask))),
            ..self
        }
    }

    /// Passed on by the selecting operation `row` only where `mask` holds, with a share of it. A
    /// guard passes its argument on under the same guard, not as the choice of anything.
    pub fn selected(self, row: &Primitive, mask: Term<'g>, share: Option<Term<'g>>) -> Flow<'g> {
        if share.is_none() && mask.literal().is_some_and(|mask| mask != 0.0) {
            return self;
        }
        let term = share.map_or(self.term, |share| self.term * share);
        let flow = Flow { term, ..self };
        if row.mask == Some(Mask::Guard) {
            return flow.only(mask);
        }
        Flow {
            term: term.passed(mask),
            ..flow.where_reached(mask)
        }
    }

    /// Passed through `map`, a linear operation without negative coefficients: what it reaches is
    /// what the same operation makes nonzero of the mask.
    pub fn through(self, map: impl Fn(Term<'g>) -> Term<'g>) -> Flow<'g> {
        let shape = self.term.shape();
        Flow {
            term: map(self.term),
            reached: self
                .reached
                .map(|mask| as_number(as_mask(map(mask.stretch(shape))))),
        }
    }

    /// Passed through an operation that mixes all entries: reached everywhere if anywhere.
    pub fn mixed(self, term: Term<'g>) -> Flow<'g> {
        Flow::mix([self], term)
    }

    /// All of these, passed through an operation that mixes all their entries.
    pub fn mix(flows: impl IntoIterator<Item = Flow<'g>>, term: Term<'g>) -> Flow<'g> {
        let reached = any_reached(flows);
        Flow { term, reached }.guarded(term)
    }

    /// A scalar mask: 1 if any entry is reached. Absent if one surely is.
    pub fn anywhere(self) -> Option<Term<'g>> {
        let reached = self.reached.filter(|mask| !surely_somewhere(*mask));
        reached.map(|mask| as_mask(mask.sum()))
    }

    /// The sum of two flows.
    pub fn plus(self, other: Flow<'g>) -> Flow<'g> {
        let reached = match (self.reached, other.reached) {
            (Some(a), Some(b)) => Some(either(a, b)),
            _ => None,
        };
        Flow {
            term: self.term + other.term,
            reached,
        }
    }
}

/// A scalar mask: 1 if any entry of one of these is reached. Absent if one surely is.
pub fn any_reached<'g>(flows: impl IntoIterator<Item = Flow<'g>>) -> Option<Term<'g>> {
    let each = flows.into_iter().map(Flow::anywhere);
    each.reduce(|a, b| Some(either(a?, b?))).flatten()
}

/// The flows of the nodes of a cone, found so far.
pub struct Flows<'g> {
    graph: &'g Graph,
    cone: Cone,
    /// Term and mask by place in the cone.
    found: Vec<(u32, u32)>,
}

/// Stands for no flow, or no mask.
const NONE: u32 = u32::MAX;

impl<'g> Flows<'g> {
    /// No flow yet for any node of `cone`.
    pub(super) fn new(graph: &'g Graph, cone: Cone) -> Flows<'g> {
        let found = vec![(NONE, NONE); cone.len()];
        Flows { graph, cone, found }
    }

    /// The nodes that may have a flow.
    pub(super) fn cone(&self) -> &Cone {
        &self.cone
    }

    /// The flow of `id`; none where there is no path.
    pub fn get(&self, id: NodeId) -> Option<Flow<'g>> {
        self.at(self.cone.place(id)?)
    }

    /// True if `id` has a flow.
    pub fn has(&self, id: NodeId) -> bool {
        let place = self.cone.place(id);
        place.is_some_and(|place| self.found[place].0 != NONE)
    }

    /// The nodes that have a flow, each with its term.
    pub fn terms(&self) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let all = self.cone.iter().zip(&self.found);
        all.filter(|(_, (term, _))| *term != NONE)
            .map(|(id, (term, _))| (*id, NodeId(*term)))
    }

    /// The flow of the node in this place of the cone.
    pub(super) fn at(&self, place: usize) -> Option<Flow<'g>> {
        let (term, mask) = self.found[place];
        let node = |id: u32| (id != NONE).then(|| self.graph.term(NodeId(id)));
        Some(Flow {
            term: node(term)?,
            reached: node(mask),
        })
    }

    pub(super) fn set(&mut self, place: usize, flow: Flow<'g>) {
        let mask = flow.reached.map_or(NONE, |mask| mask.id.0);
        self.found[place] = (flow.term.id.0, mask);
    }

    /// Adds `flow` to what the node in this place has.
    pub(super) fn add(&mut self, place: usize, flow: Flow<'g>) {
        let sum = self.at(place).map_or(flow, |known| known.plus(flow));
        self.set(place, sum);
    }
}

/// A mask after a linear operation: its entries count how many were reached.
pub(super) fn as_mask(counts: Term<'_>) -> Term<'_> {
    let node = counts.node();
    match node.op {
        Op::Apply(row, _) if row.is_truth() || row.moves_entries => counts,
        Op::Constant(_) => counts,
        _ => counts.nonzero(),
    }
}

/// A mask that is the same number for all entries, as that number: it is asked first, before anything
/// that it masks is computed.
fn as_number(mask: Term<'_>) -> Term<'_> {
    let mut found = mask;
    while !found.shape().is_scalar()
        && let Op::Apply(row, _) = found.node().op
        && let [alone] = found.graph.args(found.id)[..]
        && row.moves_entries
    {
        found = found.graph.term(alone);
    }
    if found.shape().is_scalar() {
        found
    } else {
        mask
    }
}

/// True if a mask is known to hold somewhere, whatever the values.
fn surely_somewhere(mask: Term<'_>) -> bool {
    let graph = mask.graph;
    let mut seen = FxHashSet::from_iter([mask.id]);
    let mut left = vec![mask.id];
    while let Some(id) = left.pop() {
        let node = graph.node(id);
        let holds = match node.op {
            Op::Literal(value) => value != 0.0 && !node.shape.is_empty(),
            Op::Constant(constant) => {
                let value = graph.constant_value(constant);
                value.data().iter().any(|x| *x != 0.0)
            }
            Op::Apply(row, _) if keeps_all(row, graph.term(id)) && !node.shape.is_empty() => {
                let args = graph.args(id);
                let whole = if row.moves_entries {
                    &args[..]
                } else {
                    &args[..1]
                };
                left.extend(whole.iter().filter(|arg| seen.insert(**arg)));
                false
            }
            _ => false,
        };
        if holds {
            return true;
        }
    }
    false
}

/// True if the node `mask`, an operation `row`, holds somewhere if one of its arguments does. A diagonal
/// that is taken out may be the part that does not hold.
fn keeps_all(row: &Primitive, mask: Term<'_>) -> bool {
    match row.sees {
        Sees::All => row.moves_entries || row.is(&NE) && mask.arg(1).is(0.0),
        Sees::Diagonal => mask.arg(0).shape().is_vector(),
        Sees::Named => false,
    }
}
