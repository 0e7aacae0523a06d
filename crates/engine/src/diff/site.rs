//! An operation of the graph, as a rule sees it that passes a derivative through.

use super::Held;
use super::flow::{Flow, Flows};
use crate::graph::primitive::DerivativeRule;
use crate::graph::{Attr, Graph, NodeId, Op, Primitive, Shape, Term};
use crate::primitives::arithmetic::DIV;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

type Forward = for<'g> fn(
    &'g Graph,
    outputs: &[NodeId],
    seeds: &FxHashMap<NodeId, Flow<'g>>,
    held: &Held,
) -> Flows<'g>;

type Reverse = for<'g> fn(
    &'g Graph,
    outputs: &[(NodeId, Flow<'g>)],
    targets: &[NodeId],
    held: &Held,
) -> Vec<Option<Flow<'g>>>;

/// Both modes, for rules that differentiate a graph inside their node: the round of a loop, a rule of the
/// user's, the formula of a tangent. The modes apply the rules, so they hand themselves down.
#[derive(Clone, Copy)]
pub(super) struct Modes {
    pub forward: Forward,
    pub reverse: Reverse,
}

/// The facts about a node with which both modes pass a derivative through it.
pub(super) struct Site<'g> {
    pub graph: &'g Graph,
    pub node: NodeId,
    pub row: &'static Primitive,
    pub attr: Attr,
    pub shape: Shape,
    pub args: SmallVec<[Term<'g>; 3]>,
    pub modes: Modes,
}

impl<'g> Site<'g> {
    /// The site of `id`, where it is an operation of the table.
    pub fn of(modes: Modes, graph: &'g Graph, id: NodeId) -> Option<Site<'g>> {
        let node = graph.node(id);
        let Op::Apply(row, attr) = node.op else {
            return None;
        };
        let args = graph.args(id).iter().map(|arg| graph.term(*arg)).collect();
        Some(Site {
            graph,
            node: id,
            row,
            attr,
            shape: node.shape,
            args,
            modes,
        })
    }

    /// The nodes that a rule starts from: nothing behind them takes part in the derivative of the rule.
    pub fn known(&self) -> Held {
        self.args
            .iter()
            .map(|arg| arg.id)
            .chain([self.node])
            .collect()
    }

    /// The tangent of `output` where `leaf` has the tangent `dot`.
    pub fn tangent(
        &self,
        output: NodeId,
        (leaf, dot): (NodeId, Flow<'g>),
        held: &Held,
    ) -> Option<Flow<'g>> {
        let seeds = FxHashMap::from_iter([(leaf, dot)]);
        (self.modes.forward)(self.graph, &[output], &seeds, held).get(output)
    }

    /// The adjoint of `leaf` where `output` has the adjoint `bar`.
    pub fn adjoint(
        &self,
        (output, bar): (NodeId, Flow<'g>),
        leaf: NodeId,
        held: &Held,
    ) -> Option<Flow<'g>> {
        (self.modes.reverse)(self.graph, &[(output, bar)], &[leaf], held)[0]
    }

    /// The result of the operation.
    pub fn result(&self) -> Term<'g> {
        self.graph.term(self.node)
    }

    /// The partial derivative by argument `k` of an entry-by-entry operation; `None` where the rule
    /// says that it is zero. A zero among the arguments is a number like any other.
    pub fn partial(&self, k: usize) -> Option<Term<'g>> {
        let partial = self.rule(k)?;
        let given = self.args.iter().any(|arg| arg.id == partial.id);
        (given || !partial.is(0.0)).then_some(partial)
    }

    fn rule(&self, k: usize) -> Option<Term<'g>> {
        let (args, y) = (&self.args, self.result());
        match self.row.derivative {
            DerivativeRule::Partial1(rule) => Some(rule(args[0], y)),
            DerivativeRule::Partial2(first, second) => {
                let rule = if k == 0 { first } else { second };
                Some(rule(args[0], args[1], y))
            }
            _ => None,
        }
    }

    /// The same operation on other arguments of the same shapes.
    pub fn again(&self, args: &[Term<'g>]) -> Term<'g> {
        let ids: Vec<NodeId> = args.iter().map(|arg| arg.id).collect();
        self.graph
            .term(self.graph.apply(self.row, self.attr, self.shape, &ids))
    }

    /// A product with the partial by argument `k` in the order in which the lecture writes it:
    /// what stands in a product keeps its side, any other partial comes first.
    pub fn product(&self, k: usize) -> impl Fn(Term<'g>, Term<'g>) -> Term<'g> {
        let stands_left = k == 0 && self.args.len() == 2;
        let other = self.args.last().map(|arg| arg.id);
        move |flow, partial| {
            let reciprocal = matches!(partial.node().op, Op::Apply(row, _)
                if row.is(&DIV) && partial.arg(0).is(1.0));
            if reciprocal || (stands_left && Some(partial.id) == other) {
                flow * partial
            } else {
                partial * flow
            }
        }
    }
}
