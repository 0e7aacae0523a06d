//! Finite differences as values: the output is evaluated where the target has moved.

use super::compose::Problem;
use super::numeric::{Scheme, stopped};
use crate::exec::{Outcome, Point, Sampler};
use crate::graph::{Corner, NodeId, Shape, Tensor};

/// One way in which a target moves.
#[derive(Clone, Debug)]
pub struct Motion {
    /// The entries of the leaf that move, by their places column by column, and how fast.
    entries: Vec<(usize, f64)>,
    /// max(1, |w|) of what moves, in units of the direction: what steps are relative to.
    pub size: f64,
}

/// A central difference of one entry of the output.
#[derive(Clone, Copy, Debug)]
pub struct Central {
    /// (f(w + h) − f(w − h))/2h
    pub quotient: f64,
    /// The error that rounding may have made: ε·max |f|/h.
    pub noise: f64,
}

/// An output near the present value of a target.
pub struct Differences<'g> {
    sampler: Sampler<'g>,
    motions: Vec<Motion>,
    shape: Shape,
}

impl<'g> Differences<'g> {
    /// Every entry of the target moves by itself; with a direction, in the target's shape, all of
    /// them move along it together. `value` tells the values of nodes; held names keep theirs.
    ///
    /// # Errors
    /// The error of `value`.
    pub fn new<E>(
        problem: Problem<'g, '_>,
        along: Option<&Tensor>,
        value: impl Fn(NodeId) -> Result<Tensor, E>,
        memory_limit: u64,
    ) -> Result<Differences<'g>, E> {
        let leaf = problem.target.node;
        let others = problem.held.iter().filter(|held| **held != leaf);
        let mut given: Vec<(NodeId, Tensor)> = [&leaf]
            .into_iter()
            .chain(others)
            .map(|node| Ok((*node, value(*node)?)))
            .collect::<Result<_, E>>()?;
        // A node without a value is on no path that is taken, or fails when the output is computed.
        let constant = |node| Some((node, value(node).ok()?));
        let moving = |node: &NodeId| given.iter().all(|(known, _)| known != node);
        let stopped: Vec<NodeId> = stopped(problem.graph, problem.output)
            .filter(moving)
            .collect();
        given.extend(stopped.into_iter().filter_map(constant));
        let motions = motions(problem, &given[0].1, along);
        Ok(Differences {
            motions,
            shape: problem.numeric_shape(),
            sampler: Sampler {
                graph: problem.graph,
                output: problem.output,
                given,
                memory_limit,
            },
        })
    }

    /// The ways in which the target moves.
    pub fn motions(&self) -> &[Motion] {
        &self.motions
    }

    /// The entries of the output where the target has moved by `step`.
    ///
    /// # Errors
    /// If the output has no value there.
    pub fn at(&self, motion: &Motion, step: f64) -> Outcome<Vec<f64>> {
        self.sampler.values(&[self.point(motion, step)])
    }

    /// The central differences of all entries of the output, from `step` to both sides.
    ///
    /// # Errors
    /// If the output has no value there.
    pub fn central(&self, motion: &Motion, step: f64) -> Outcome<Vec<Central>> {
        let (right, left) = (self.at(motion, step)?, self.at(motion, -step)?);
        let central = |(right, left): (&f64, &f64)| Central {
            quotient: (right - left) / (2.0 * step),
            noise: f64::EPSILON * right.abs().max(left.abs()) / step,
        };
        Ok(right.iter().zip(&left).map(central).collect())
    }

    /// The difference quotients of all entries of the output for all motions, one motion after the
    /// other, at the step that balances truncation against rounding.
    ///
    /// # Errors
    /// If the output has no value at a point.
    pub fn values(&self, scheme: Scheme) -> Outcome<Vec<f64>> {
        let steps = self.steps(None, scheme);
        let values = self.sampler.values(&self.points(&steps, scheme))?;
        Ok(self.quotients(&values, &steps, scheme))
    }

    /// The same in the shape of [`numeric`](super::numeric), at the given step or that one; `None`
    /// where that cannot be had in lanes.
    pub(super) fn in_lanes(&self, step: Option<f64>, scheme: Scheme) -> Option<Tensor> {
        if self.shape.is_empty() {
            return None;
        }
        let steps = self.steps(step, scheme);
        let values = self.sampler.in_lanes(&self.points(&steps, scheme))?;
        let quotients = self.quotients(&values, &steps, scheme);
        Some(Tensor::new(self.shape, quotients))
    }

    fn steps(&self, step: Option<f64>, scheme: Scheme) -> Vec<f64> {
        let step = |motion: &Motion| step.unwrap_or(scheme.relative_step() * motion.size);
        self.motions.iter().map(step).collect()
    }

    /// Both points of every motion, the right one first.
    fn points(&self, steps: &[f64], scheme: Scheme) -> Vec<Point> {
        let (right, left) = scheme.points();
        let pair = |(motion, h): (&Motion, &f64)| [right, left].map(|k| self.point(motion, k * h));
        self.motions.iter().zip(steps).flat_map(pair).collect()
    }

    fn point(&self, motion: &Motion, step: f64) -> Point {
        let start = self.sampler.given[0].1.data();
        let entry = |(k, speed): &(usize, f64)| (*k, start[*k] + step * speed);
        motion.entries.iter().map(entry).collect()
    }

    fn quotients(&self, values: &[f64], steps: &[f64], scheme: Scheme) -> Vec<f64> {
        let m = self.sampler.graph.shape(self.sampler.output).len();
        let (right, left) = scheme.points();
        let pairs = values.chunks_exact(2 * m.max(1)).zip(steps);
        let quotients = pairs.flat_map(|(pair, h)| {
            let (there, here) = pair.split_at(m);
            let width = (right - left) * h;
            there.iter().zip(here).map(move |(a, b)| (a - b) / width)
        });
        quotients.collect()
    }
}

fn motions(problem: Problem<'_, '_>, point: &Tensor, along: Option<&Tensor>) -> Vec<Motion> {
    let shape = problem.target.shape(problem.graph);
    let first = problem.target.entry.unwrap_or(Corner { row: 0, col: 0 });
    let place = |k: usize| {
        let at = Corner::of_entry(shape, k);
        (first.row + at.row) as usize + (first.col + at.col) as usize * point.shape().m()
    };
    let size = |k: usize| point.data()[k].abs().max(1.0);
    let Some(direction) = along else {
        let single = |k| Motion {
            entries: vec![(place(k), 1.0)],
            size: size(place(k)),
        };
        return (0..shape.len()).map(single).collect();
    };
    let entries: Vec<(usize, f64)> = (direction.data().iter().enumerate())
        .map(|(k, speed)| (place(k), *speed))
        .collect();
    let largest = entries.iter().fold(1.0, |best, (k, _)| size(*k).max(best));
    let fastest = entries.iter().fold(0f64, |best, (_, v)| best.max(v.abs()));
    let size = if fastest > 0.0 {
        largest / fastest
    } else {
        1.0
    };
    vec![Motion { entries, size }]
}
