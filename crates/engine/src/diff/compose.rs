//! The derivatives a script can ask for, composed of forward and reverse mode.

use super::flow::Flow;
use super::{Held, forward, reverse};
use crate::graph::{Attr, Block, Corner, Graph, NodeId, Shape, Tensor, Term};
use crate::primitives::array::{HCAT, VCAT, poisoned};
use rustc_hash::FxHashMap;

/// What a derivative is taken by: a leaf (or held name), or one entry of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The leaf.
    pub node: NodeId,
    /// The entry, where only one is meant.
    pub entry: Option<Corner>,
}

impl Target {
    /// The shape of the derivative of a scalar by this target.
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
fn one_block<'g>(graph: &'g Graph, leaf: NodeId, corner: Corner, value: Term<'g>) -> Flow<'g> {
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

/// What is differentiated by what, while which names are held.
#[derive(Clone, Copy)]
pub struct Problem<'g, 'h> {
    /// The graph.
    pub graph: &'g Graph,
    /// What is differentiated.
    pub output: NodeId,
    /// By what.
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
    fn decided(&self, flow: Flow<'g>, output: Term<'g>) -> Term<'g> {
        let decided = poisoned(flow.term, output);
        match flow.reached {
            None => decided,
            Some(mask) => decided.where_true(mask),
        }
    }

    /// The adjoint of the target for `output` (the problem's, or an entry of it) with the adjoint
    /// `seed`; the scalar `decider` says whether there is a derivative at all.
    fn pulled_back(&self, output: Term<'g>, seed: Flow<'g>, decider: Term<'g>) -> Term<'g> {
        let found = reverse(self.graph, output.id, seed, &[self.target.node], self.held)[0];
        let block = self.target.block(self.graph);
        match found {
            None => output.number(0.0).stretch(block.shape),
            Some(flow) => self.decided(flow.through(|x| x.block(block)), decider),
        }
    }

    /// The tangent of the output for a seed of the target's leaf.
    fn pushed_forward(&self, seed: Flow<'g>) -> Term<'g> {
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
    ///
    /// # Panics
    /// If the target is a single entry.
    pub(super) fn column(&self) -> (NodeId, NodeId) {
        assert!(self.target.entry.is_none(), "one entry has one column");
        let seed = self.seed(self.graph.shape(self.target.node));
        (seed.term.id, self.pushed_forward(seed).id)
    }

    /// A leaf as a seed, structurally zero where it is zero.
    fn seed(&self, shape: Shape) -> Flow<'g> {
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
    let seed = problem.target.seed(problem.graph, direction);
    problem.pushed_forward(seed).id
}

/// uᵀ·∂output/∂target, in the target's shape: one reverse pass. The weights are constants, and a
/// NaN in the weighted sum of the output decides for all.
pub fn vjp(problem: Problem<'_, '_>, weights: NodeId) -> NodeId {
    let (graph, output) = (problem.graph, problem.output());
    let weights = graph.term(weights).stretch(output.shape());
    let decider = if output.shape().is_scalar() {
        output
    } else {
        (output * weights).sum()
    };
    problem
        .pulled_back(output, Flow::everywhere(weights), decider)
        .id
}

/// The m×n matrix of the derivatives of the m entries of the output by the n entries of the
/// target, both counted column by column: m reverse passes or n forward passes, whichever are
/// fewer. `None` where `go_on`, which is asked before every pass, said no.
pub fn jacobian(problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
    let graph = problem.graph;
    let rows = graph.shape(problem.output);
    let cols = problem.target.shape(graph);
    let shape = Shape::new(rows.len(), cols.len());
    if shape.is_empty() {
        return Some(graph.constant(Tensor::filled(shape, 0.0)));
    }
    let (join, parts): (_, Option<Vec<NodeId>>) = if rows.len() <= cols.len() {
        let row = |k| {
            let corner = Corner::of_entry(rows, k);
            let entry = problem.output().block(Block {
                corner,
                shape: Shape::SCALAR,
            });
            let gradient = problem.pulled_back(entry, Flow::everywhere(entry.number(1.0)), entry);
            gradient.reshaped(Shape::new(1, cols.len())).id
        };
        (
            &VCAT,
            (0..rows.len()).map(|k| go_on().then(|| row(k))).collect(),
        )
    } else {
        let column = |k| {
            let corner = problem.target.entry.unwrap_or(Corner::of_entry(cols, k));
            let one = graph.term(graph.literal(1.0));
            let seed = one_block(graph, problem.target.node, corner, one);
            let tangent = problem.pushed_forward(seed);
            tangent.reshaped(Shape::vector(rows.len())).id
        };
        (
            &HCAT,
            (0..cols.len())
                .map(|k| go_on().then(|| column(k)))
                .collect(),
        )
    };
    Some(match parts?.as_slice() {
        [single] => *single,
        parts => graph.apply(join, Attr::None, shape, parts),
    })
}

/// The n×n matrix of second derivatives of a scalar output; `None` as of [`jacobian`].
pub fn hessian(problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
    let output = grad(problem);
    jacobian(Problem { output, ..problem }, go_on)
}
