//! Matrices of derivatives by one pass for all seeds: the pass is appended to the graph once, for a
//! seed that is a leaf, and computed in lanes, one for each seed. What comes out are numbers, not
//! nodes: nothing can be differentiated through it.

use super::compose::Problem;
use super::numeric::Scheme;
use super::{Target, grad};
use crate::exec::{Point, at_points};
use crate::graph::{NodeId, Shape, Tensor};

/// A matrix of derivatives that takes a pass for each entry of something.
pub enum Matrix {
    /// [`super::jacobian`]
    Jacobian,
    /// [`super::hessian`]
    Hessian,
    /// [`super::numeric`], with the step where it was given.
    Numeric(Option<NodeId>, Scheme),
}

impl Matrix {
    /// How many passes over the graph of `output` it takes.
    pub fn passes(&self, problem: Problem<'_, '_>) -> usize {
        let rows = problem.graph.shape(problem.output).len();
        let columns = problem.target.shape(problem.graph).len();
        match self {
            Matrix::Jacobian => rows.min(columns),
            Matrix::Hessian | Matrix::Numeric(..) => columns,
        }
    }

    /// It as a node, built of all its passes; `None` where `go_on`, which is asked before every pass,
    /// said no.
    pub fn node(&self, problem: Problem<'_, '_>, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
        match *self {
            Matrix::Jacobian => super::jacobian(problem, go_on),
            Matrix::Hessian => super::hessian(problem, go_on),
            Matrix::Numeric(step, scheme) => super::numeric(problem, step, scheme, go_on),
        }
    }

    /// Its value in the shape of the node, where `value` tells what nodes are now; `None` where that
    /// cannot be had in lanes within `limit` bytes.
    pub fn swept(
        &self,
        problem: Problem<'_, '_>,
        value: impl Fn(NodeId) -> Option<Tensor>,
        limit: u64,
    ) -> Option<Tensor> {
        match *self {
            Matrix::Jacobian => jacobian(problem, limit),
            Matrix::Hessian => {
                let output = grad(problem);
                jacobian(Problem { output, ..problem }, limit)
            }
            Matrix::Numeric(step, scheme) => numeric(problem, value, step, scheme, limit),
        }
    }
}

fn jacobian(problem: Problem<'_, '_>, limit: u64) -> Option<Tensor> {
    let graph = problem.graph;
    let (m, n) = (
        graph.shape(problem.output).len(),
        problem.target.shape(graph).len(),
    );
    let backward = m <= n;
    let (seed, pass) = if backward {
        problem.row()
    } else {
        problem.column()
    };
    let count = if backward { m } else { n };
    let points: Vec<Point> = (0..count).map(|k| vec![(k, 1.0)]).collect();
    let zero = Tensor::filled(graph.shape(seed), 0.0);
    let values = at_points(graph, pass, &[(seed, zero)], &points, limit)?;
    let shape = Shape::new(m, n);
    Some(if backward {
        Tensor::from_fn(shape, |i, j| values[i * n + j])
    } else {
        Tensor::new(shape, values)
    })
}

fn numeric(
    problem: Problem<'_, '_>,
    value: impl Fn(NodeId) -> Option<Tensor>,
    step: Option<NodeId>,
    scheme: Scheme,
    limit: u64,
) -> Option<Tensor> {
    let Target { node, entry: None } = problem.target else {
        return None;
    };
    let graph = problem.graph;
    let others = problem.held.iter().filter(|held| **held != node);
    let given: Option<Vec<(NodeId, Tensor)>> = [node]
        .iter()
        .chain(others)
        .map(|node| Some((*node, value(*node)?)))
        .collect();
    let given = given?;
    let at = given[0].1.data();
    let fixed = match step {
        Some(step) => Some(value(step)?.as_scalar()?),
        None => None,
    };
    let (right, left) = scheme.points();
    let steps: Vec<f64> = at
        .iter()
        .map(|x| fixed.unwrap_or(scheme.relative_step() * x.abs().max(1.0)))
        .collect();
    let points: Vec<Point> = (steps.iter().enumerate())
        .flat_map(|(k, h)| [right, left].map(|steps| vec![(k, at[k] + steps * h)]))
        .collect();
    let m = graph.shape(problem.output).len();
    if m == 0 {
        return None;
    }
    let values = at_points(graph, problem.output, &given, &points, limit)?;
    let columns = values.chunks_exact(2 * m).zip(&steps);
    let differences = columns.flat_map(|(pair, h)| {
        let (there, here) = pair.split_at(m);
        let width = (right - left) * h;
        there.iter().zip(here).map(move |(a, b)| (a - b) / width)
    });
    let shape = if m == 1 {
        graph.shape(node)
    } else {
        Shape::new(m, steps.len())
    };
    Some(Tensor::new(shape, differences.collect()))
}
