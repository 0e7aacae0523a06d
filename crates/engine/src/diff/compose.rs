//! Gradients and products with Jacobians, composed of forward and reverse mode.

use super::direction::seeded;
use super::flow::Flow;
use super::{Held, forward, reverse};
use crate::graph::{Block, Corner, Graph, NodeId, Shape, Tensor, Term};
use crate::primitives::array::poisoned;
use rustc_hash::FxHashMap;

/// The variable of a derivative: a leaf (or held name), or one entry of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The leaf.
    pub node: NodeId,
    /// The entry, where only one is meant.
    pub entry: Option<Corner>,
}

impl Target {
    /// The shape of the derivative of a scalar with respect to this target.
    pub fn shape(&self, graph: &Graph) -> Shape {
        match self.entry {
            Some(_) => Shape::SCALAR,
            None => graph.shape(self.node),
        }
    }

    fn block(&self, graph: &Graph) -> Block {
        Block {
            corner: self.entry.unwrap_or(Corner { row: 0, col: 0 }),
            shape: self.shape(graph),
        }
    }

    /// The target's part of something in the shape of its leaf.
    pub fn part<'g>(&self, whole: Term<'g>) -> Term<'g> {
        whole.block(self.block(whole.graph))
    }

    /// The target's value.
    pub fn term<'g>(&self, graph: &'g Graph) -> Term<'g> {
        graph.term(self.node).block(self.block(graph))
    }

    /// A direction that a user gave as a seed of its leaf: where it is 0 there is none.
    pub fn seed_along<'g>(&self, graph: &'g Graph, direction: Term<'g>) -> Flow<'g> {
        let seed = self.seed(graph, direction);
        match seeded(direction) {
            None => seed,
            Some(mask) if self.entry.is_some() => seed.only(mask),
            reached => Flow { reached, ..seed },
        }
    }

    /// A direction of this target's shape as a seed of its leaf.
    pub fn seed<'g>(&self, graph: &'g Graph, direction: Term<'g>) -> Flow<'g> {
        let direction = direction.stretch(self.shape(graph));
        match self.entry {
            None => Flow::everywhere(direction),
            Some(corner) => one_block(graph, self.node, corner, direction),
        }
    }
}

/// A seed that is zero outside one block of `leaf`.
pub(super) fn one_block<'g>(
    graph: &'g Graph,
    leaf: NodeId,
    corner: Corner,
    value: Term<'g>,
) -> Flow<'g> {
    let shape = graph.shape(leaf);
    if value.shape() == shape {
        return Flow::everywhere(value);
    }
    let extent = value.shape();
    let inside = |i: usize, j: usize| {
        let (row, col) = (corner.row as usize, corner.col as usize);
        (row..row + extent.m()).contains(&i) && (col..col + extent.n()).contains(&j)
    };
    let mask = Tensor::from_fn(shape, |i, j| f64::from(u8::from(inside(i, j))));
    Flow {
        term: crate::primitives::array::placed(value, corner, shape),
        reached: Some(graph.term(graph.constant(mask))),
    }
}

/// A differentiation: of an output with respect to a target, while some nodes are held.
#[derive(Clone, Copy)]
pub struct Problem<'g, 'h> {
    /// The graph.
    pub graph: &'g Graph,
    /// The output that is differentiated.
    pub output: NodeId,
    /// The target it is differentiated with respect to.
    pub target: Target,
    /// Nodes that are leaves for this differentiation.
    pub held: &'h Held,
}

impl<'g> Problem<'g, '_> {
    fn output(&self) -> Term<'g> {
        self.graph.term(self.output)
    }

    /// The derivative where the output is a number, NaN wherever the output is NaN and there is a
    /// path. `flow` is in the output's shape, or the output is a scalar.
    pub(super) fn decided(&self, flow: Flow<'g>, output: Term<'g>) -> Term<'g> {
        let decided = poisoned(flow.term, output);
        match flow.reached {
            None => decided,
            Some(mask) => decided.where_true(mask),
        }
    }

    /// The adjoint of the target for `output` (the problem's, or an entry of it) with the adjoint
    /// `seed`; the scalar `decider` says whether there is a derivative at all.
    pub(super) fn pulled_back(
        &self,
        output: Term<'g>,
        seed: Flow<'g>,
        decider: Term<'g>,
    ) -> Term<'g> {
        let found = reverse(self.graph, output.id, seed, &[self.target.node], self.held)[0];
        let block = self.target.block(self.graph);
        match found {
            None => output.number(0.0).stretch(block.shape),
            Some(flow) => self.decided(flow.through(|x| x.block(block)), decider),
        }
    }

    /// The tangent of the output for a seed of the target's leaf.
    pub(super) fn pushed_forward(&self, seed: Flow<'g>) -> Term<'g> {
        let seeds = FxHashMap::from_iter([(self.target.node, seed)]);
        match forward(self.graph, &[self.output], &seeds, self.held).get(self.output) {
            None => self.output().zero(),
            Some(flow) => self.decided(flow, self.output()),
        }
    }

    /// The row of the Jacobian, in the target's shape, of the entry of the output at which a leaf is 1
    /// that is 0 elsewhere: the leaf and the row.
    pub(super) fn row(&self) -> (NodeId, NodeId) {
        let seed = self.seed(self.output().shape());
        let entry = self.output().where_true(seed.term).sum();
        let row = self.pulled_back(self.output(), seed, entry);
        (seed.term.id, row.id)
    }

    /// The column of the Jacobian, in the output's shape, of the entry of the target at which a leaf
    /// is 1 that is 0 elsewhere: the leaf and the column.
    pub(super) fn column(&self) -> (NodeId, NodeId) {
        let seed = self.seed(self.target.shape(self.graph));
        let leaf = seed.term;
        let seed = match self.target.entry {
            None => seed,
            Some(_) => self.target.seed(self.graph, leaf),
        };
        (leaf.id, self.pushed_forward(seed).id)
    }

    /// The shape of the Jacobian: entries of the output by entries of the target.
    pub(super) fn jacobian_shape(&self) -> Shape {
        let target = self.target.shape(self.graph);
        Shape::new(self.graph.shape(self.output).len(), target.len())
    }

    /// The shape of a finite difference: the output's for a scalar target, the target's for a scalar
    /// output, else a Jacobian's.
    pub(super) fn numeric_shape(&self) -> Shape {
        let (output, target) = (self.graph.shape(self.output), self.target.shape(self.graph));
        if target.is_scalar() {
            output
        } else if output.len() == 1 {
            target
        } else {
            self.jacobian_shape()
        }
    }

    /// A leaf as a seed, structurally zero where it is zero.
    pub(super) fn seed(&self, shape: Shape) -> Flow<'g> {
        let leaf = self.graph.term(self.graph.input("".into(), shape, None));
        Flow {
            term: leaf,
            reached: Some(leaf),
        }
    }
}

/// ∂output/∂target of a scalar output, in the target's shape: one reverse pass.
pub fn grad(problem: Problem<'_, '_>) -> NodeId {
    let one = problem.output().number(1.0);
    problem
        .pulled_back(problem.output(), Flow::everywhere(one), problem.output())
        .id
}

/// The derivative of the output along `direction`, in the output's shape: one forward pass.
pub fn jvp<'g>(problem: Problem<'g, '_>, direction: NodeId) -> NodeId {
    let direction = problem.graph.term(direction);
    let seed = problem.target.seed_along(problem.graph, direction);
    problem.pushed_forward(seed).id
}

/// uᵀ·∂output/∂target, in the target's shape: one reverse pass. The weights are constants, and a
/// NaN in the weighted sum of the output decides for all.
pub fn vjp(problem: Problem<'_, '_>, weights: NodeId) -> NodeId {
    let (graph, output) = (problem.graph, problem.output());
    let weights = graph.term(weights).stretch(output.shape());
    let reached = seeded(weights);
    let decider = if output.shape().is_scalar() {
        output
    } else {
        let counting = reached.map_or(output, |mask| output.where_true(mask));
        (counting * weights).sum()
    };
    let seed = Flow {
        term: weights,
        reached,
    };
    problem.pulled_back(output, seed, decider).id
}
