//! Jets as data: the coefficients of nodes, and the laws by which they get them.

use crate::diff::Held;
use crate::diff::flow::Flow;
use crate::diff::modes::MODES;
use crate::diff::site::Site;
use crate::graph::primitive::Implied;
use crate::graph::substitute::released;
use crate::graph::{Graph, NodeId, Term};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A part p·u′ of the derivative of a node.
#[derive(Clone, Copy)]
pub(super) struct Link<'g> {
    /// u
    pub of: NodeId,
    /// p
    pub partial: Term<'g>,
    /// The argument that u is; `None` where it lies further back.
    pub argument: Option<usize>,
}

/// How a node gets its coefficients.
#[derive(Clone)]
pub(super) enum Law<'g> {
    /// It has none.
    Constant,
    /// They are given, and there are no others.
    Given,
    /// Those of another node.
    Same(NodeId),
    /// y = u′
    Derivative(NodeId),
    /// y′ = Σ p·u′, entry by entry.
    Chain(Rc<[Link<'g>]>),
    /// y′ is that node.
    Integral(NodeId),
    /// The operation itself, order by order.
    Linear,
    /// A product.
    Product,
    /// An equation for y.
    Equation(Implied),
    /// A power with this exponent.
    Power(f64),
    /// A loop over jets.
    Rounds,
}

impl Law<'_> {
    /// Tells `visit` what coefficients the one of order `k` of `id` needs.
    pub fn needs(&self, graph: &Graph, id: NodeId, k: usize, mut visit: impl FnMut(NodeId, usize)) {
        match self {
            Law::Constant | Law::Given => {}
            Law::Same(other) => visit(*other, k),
            Law::Derivative(of) => visit(*of, k + 1),
            Law::Chain(links) => {
                for link in links.iter() {
                    visit(link.of, k);
                    visit(link.partial.id, k - 1);
                }
            }
            Law::Integral(derivative) => visit(*derivative, k - 1),
            Law::Linear | Law::Product | Law::Equation(_) | Law::Power(_) | Law::Rounds => {
                (graph.args(id).iter()).for_each(|arg| visit(*arg, k));
            }
        }
    }
}

/// The coefficients of a node, as far as they are known.
pub(super) struct Jet<'g> {
    pub law: Law<'g>,
    /// Those of order 1, 2, …; `None` for a structural zero.
    pub higher: Vec<Option<Flow<'g>>>,
}

/// The jets of the nodes of a graph.
pub(super) struct Jets<'g, 'a> {
    pub graph: &'g Graph,
    pub held: &'a Held,
    pub jets: FxHashMap<NodeId, Jet<'g>>,
    /// The number of the holds that stand for derivatives of arguments.
    pub tag: u32,
    pub go_on: &'a dyn Fn() -> bool,
}

impl<'g, 'a> Jets<'g, 'a> {
    /// The jets where some nodes, of `seeds`, have these coefficients from order 1 on, and nodes in
    /// `held` are constants.
    pub fn new(
        graph: &'g Graph,
        held: &'a Held,
        seeds: impl IntoIterator<Item = (NodeId, Vec<Option<Flow<'g>>>)>,
        go_on: &'a dyn Fn() -> bool,
    ) -> Jets<'g, 'a> {
        let law = Law::Given;
        let jets = (seeds.into_iter())
            .map(|(id, higher)| {
                (
                    id,
                    Jet {
                        law: law.clone(),
                        higher,
                    },
                )
            })
            .collect();
        Jets {
            graph,
            held,
            jets,
            tag: u32::MAX - graph.len() as u32,
            go_on,
        }
    }

    /// The coefficient of order `k` of `id`, which is known; `None` where it is structurally zero.
    pub fn coefficient(&self, id: NodeId, k: usize) -> Option<Flow<'g>> {
        if k == 0 {
            return Some(Flow::everywhere(self.graph.term(id)));
        }
        *self.jets.get(&id)?.higher.get(k - 1)?
    }

    /// True if the coefficients of `id` up to order `k` are known.
    pub fn is_known(&self, id: NodeId, k: usize) -> bool {
        k == 0
            || self.jets.get(&id).is_some_and(|jet| {
                matches!(jet.law, Law::Constant | Law::Given) || jet.higher.len() >= k
            })
    }

    /// True if `id`, of which a coefficient is known, does not depend on the variable.
    pub fn is_constant(&self, id: NodeId) -> bool {
        (self.jets.get(&id)).is_some_and(|jet| matches!(jet.law, Law::Constant))
    }

    /// The operation `id`.
    pub fn site(&self, id: NodeId) -> Site<'g> {
        Site::of(MODES, self.graph, id)
            .expect("only operations have a law that asks for more than arguments")
    }

    /// These nodes in terms of what was there before.
    pub fn released(&self, roots: &[NodeId]) -> Vec<NodeId> {
        released(self.graph, roots, self.tag)
    }
}
