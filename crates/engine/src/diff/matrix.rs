//! Matrices of derivatives, as nodes and as values.
//!
//! As a node, a matrix is built of all its passes and can be differentiated further. As a value it
//! takes one pass, appended to the graph for a seed that is a leaf and evaluated once for each unit
//! vector: what comes out are numbers.

use super::compose::{Problem, grad, one_block};
use super::differences::Differences;
use super::flow::Flow;
use super::numeric::{Scheme, numeric};
use crate::exec::{Outcome, Point, Sampler};
use crate::graph::{Attr, Block, Corner, Graph, NodeId, Shape, Tensor};
use crate::primitives::array::{HCAT, VCAT};

/// A matrix of derivatives that takes a pass for each entry of something.
pub enum Matrix {
    /// [`jacobian`]
    Jacobian,
    /// [`hessian`]
    Hessian,
    /// [`numeric`], with the step where it was given.
    Numeric(Option<NodeId>, Scheme),
}

impl Matrix {
    /// The number of passes over the graph of the output that it takes.
    pub fn passes(&self, problem: Problem<'_, '_>) -> usize {
        let shape = problem.jacobian_shape();
        match self {
            Matrix::Jacobian => shape.m().min(shape.n()),
            Matrix::Hessian | Matrix::Numeric(..) => shape.n(),
        }
    }

    /// The matrix as a node, built of all its passes. `None` if `go_on`, which is asked before every
    /// pass, said no.
    pub fn node(&self, problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
        match *self {
            Matrix::Jacobian => jacobian(problem, go_on),
            Matrix::Hessian => hessian(problem, go_on),
            Matrix::Numeric(step, scheme) => numeric(problem, step, scheme, go_on),
        }
    }

    /// The pass that finds a column of it: a leaf that is a unit vector of the target, and the column.
    /// `None` of finite differences.
    pub fn column<'g>(&self, problem: Problem<'g, '_>) -> Option<(NodeId, NodeId)> {
        match *self {
            Matrix::Jacobian => Some(problem.column()),
            Matrix::Hessian => {
                let output = grad(problem);
                Some(Problem { output, ..problem }.column())
            }
            Matrix::Numeric(..) => None,
        }
    }

    /// Its value in the shape of the node, where `value` tells the values of nodes. `None` where
    /// that cannot be had in lanes within `memory_limit` bytes.
    pub fn swept(
        &self,
        problem: Problem<'_, '_>,
        value: impl Fn(NodeId) -> Option<Tensor>,
        memory_limit: u64,
    ) -> Option<Tensor> {
        match *self {
            Matrix::Jacobian => Sweep::shorter(problem).in_lanes(memory_limit),
            Matrix::Hessian => {
                let output = grad(problem);
                Sweep::shorter(Problem { output, ..problem }).in_lanes(memory_limit)
            }
            Matrix::Numeric(step, scheme) => {
                let step = match step {
                    Some(step) => Some(value(step)?.as_scalar()?),
                    None => None,
                };
                let value = |node| value(node).ok_or(());
                Differences::new(problem, None, value, memory_limit)
                    .ok()?
                    .in_lanes(step, scheme)
            }
        }
    }
}

/// The m×n matrix of the derivatives of the m entries of the output by the n entries of the
/// target, both counted column by column: m reverse passes or n forward passes, whichever are
/// fewer. `None` if `go_on`, which is asked before every pass, said no.
pub fn jacobian(problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
    let graph = problem.graph;
    let shape = problem.jacobian_shape();
    if shape.is_empty() {
        return Some(graph.constant(Tensor::filled(shape, 0.0)));
    }
    let (rows, cols) = (graph.shape(problem.output), problem.target.shape(graph));
    let row = |k| {
        let corner = Corner::of_entry(rows, k);
        let shape = Shape::SCALAR;
        let entry = graph.term(problem.output).block(Block { corner, shape });
        let gradient = problem.pulled_back(entry, Flow::everywhere(entry.number(1.0)), entry);
        gradient.reshaped(Shape::new(1, cols.len())).id
    };
    let column = |k| {
        let corner = problem.target.entry.unwrap_or(Corner::of_entry(cols, k));
        let one = graph.term(graph.literal(1.0));
        let tangent = problem.pushed_forward(one_block(graph, problem.target.node, corner, one));
        tangent.reshaped(Shape::vector(rows.len())).id
    };
    let (join, parts) = if has_fewer_rows(shape) {
        let rows = (0..shape.m()).map(|k| go_on().then(|| row(k)));
        (&VCAT, rows.collect::<Option<Vec<NodeId>>>()?)
    } else {
        let columns = (0..shape.n()).map(|k| go_on().then(|| column(k)));
        (&HCAT, columns.collect::<Option<Vec<NodeId>>>()?)
    };
    Some(match parts.as_slice() {
        [single] => *single,
        parts => graph.apply(join, Attr::None, shape, parts),
    })
}

/// The n×n matrix of second derivatives of a scalar output; `None` as of [`jacobian`].
pub fn hessian(problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
    let output = grad(problem);
    jacobian(Problem { output, ..problem }, go_on)
}

/// True if reverse mode takes no more passes for a Jacobian of this shape.
fn has_fewer_rows(shape: Shape) -> bool {
    shape.m() <= shape.n()
}

/// A Jacobian as a value: one pass for a seed that is a leaf, and a unit vector for each row (reverse
/// mode) or column (forward mode).
pub struct Sweep<'g> {
    graph: &'g Graph,
    seed: NodeId,
    pass: NodeId,
    by_rows: bool,
    shape: Shape,
}

impl<'g> Sweep<'g> {
    /// By reverse mode: a row for each entry of the output.
    pub fn reverse(problem: Problem<'g, '_>) -> Sweep<'g> {
        let (seed, pass) = problem.row();
        Sweep {
            graph: problem.graph,
            seed,
            pass,
            by_rows: true,
            shape: problem.jacobian_shape(),
        }
    }

    /// By forward mode: a column for each entry of the target.
    pub fn forward(problem: Problem<'g, '_>) -> Sweep<'g> {
        let (seed, pass) = problem.column();
        Sweep {
            graph: problem.graph,
            seed,
            pass,
            by_rows: false,
            shape: problem.jacobian_shape(),
        }
    }

    /// By the mode that takes fewer passes.
    fn shorter(problem: Problem<'g, '_>) -> Sweep<'g> {
        if has_fewer_rows(problem.jacobian_shape()) {
            Sweep::reverse(problem)
        } else {
            Sweep::forward(problem)
        }
    }

    /// The m×n Jacobian.
    ///
    /// # Errors
    /// If the pass has no value, or needs more than `memory_limit` bytes.
    pub fn value(&self, memory_limit: u64) -> Outcome<Tensor> {
        let values = self.sampler(memory_limit).values(&self.seeds())?;
        Ok(self.assembled(values))
    }

    fn in_lanes(&self, memory_limit: u64) -> Option<Tensor> {
        let values = self.sampler(memory_limit).in_lanes(&self.seeds())?;
        Some(self.assembled(values))
    }

    fn sampler(&self, memory_limit: u64) -> Sampler<'g> {
        let zero = Tensor::filled(self.graph.shape(self.seed), 0.0);
        Sampler {
            graph: self.graph,
            output: self.pass,
            given: vec![(self.seed, zero)],
            memory_limit,
        }
    }

    fn seeds(&self) -> Vec<Point> {
        let count = self.graph.shape(self.seed).len();
        (0..count).map(|k| vec![(k, 1.0)]).collect()
    }

    fn assembled(&self, values: Vec<f64>) -> Tensor {
        if self.by_rows {
            let n = self.shape.n();
            Tensor::from_fn(self.shape, |i, j| values[i * n + j])
        } else {
            Tensor::new(self.shape, values)
        }
    }
}
