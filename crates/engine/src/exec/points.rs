//! One output at many points that differ in a few entries of one leaf.

use super::batch::BatchLanes;
use super::scratch::Loop;
use super::{Batch, Failure, Interpreter, LANES, Outcome, Program};
use crate::graph::{Graph, NodeId, Tensor};
use crate::stop;
use crate::threads;
use std::sync::atomic::{AtomicBool, Ordering};

/// A point: the entries of the leaf that moves, by their places column by column, and their values
/// there.
pub type Point = Vec<(usize, f64)>;

/// Fewer points than this are not worth a program.
const WORTH_A_PROGRAM: usize = 8;

/// Evaluates one output at many points.
pub struct Sampler<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// The node that is evaluated.
    pub output: NodeId,
    /// Nodes with the values that they have, whatever they are computed from. The first of them is
    /// the one that moves.
    pub given: Vec<(NodeId, Tensor)>,
    /// The most bytes that may be used.
    pub memory_limit: u64,
}

impl Sampler<'_> {
    /// The values of the output at `points`, each column by column, one point after the other: in
    /// lanes where that is worth it and possible, else by the interpreter. The bits are the same.
    ///
    /// # Errors
    /// The interpreter's failure at the first point that has no value.
    pub fn values(&self, points: &[Point]) -> Outcome<Vec<f64>> {
        if points.len() >= WORTH_A_PROGRAM
            && let Some(values) = self.in_lanes(points)
        {
            return Ok(values);
        }
        let mut values = Vec::with_capacity(points.len() * self.graph.shape(self.output).len());
        for point in points {
            if stop::requested() {
                return Err(Failure::Interrupted);
            }
            let mut interpreter = Interpreter::new(self.graph, self.memory_limit);
            for (k, (node, value)) in self.given.iter().enumerate() {
                if k == 0 {
                    interpreter.set(*node, &moved(value, point));
                } else {
                    interpreter.set(*node, value);
                }
            }
            values.extend_from_slice(interpreter.value(self.output)?.data);
        }
        Ok(values)
    }

    /// The same in lanes. `None` where that cannot be compiled, would take too much memory, or was
    /// refused or interrupted: the interpreter knows why.
    pub fn in_lanes(&self, points: &[Point]) -> Option<Vec<f64>> {
        let nodes = self.given.iter().map(|(node, _)| *node).collect();
        let outputs = [vec![self.output]];
        let mut program =
            Program::for_batches(self.graph, &[nodes], &outputs, self.memory_limit).ok()?;
        if program.batch_size() > self.memory_limit {
            return None;
        }
        let mut batch = program.batch().ok()?;
        for (input, (_, value)) in self.given.iter().enumerate() {
            for (lanes, x) in batch.input(input).chunks_exact_mut(LANES).zip(value.data()) {
                lanes.fill(*x);
            }
        }
        let (_, start) = self.given.first()?;
        let length = self.graph.shape(self.output).len();
        let mut values = vec![0.0; points.len() * length];
        let Batch { mut lanes, loops } = batch;
        if !loops.is_empty() {
            run_at(&mut lanes, loops, start, points, &mut values)?;
            return Some(values);
        }
        let runs = points.len().div_ceil(LANES).max(1);
        let batches = lanes.for_threads(runs);
        let each = runs.div_ceil(batches.len()) * LANES;
        let refused = AtomicBool::new(false);
        let parts = points
            .chunks(each)
            .zip(values.chunks_mut(each * length.max(1)));
        threads::share(parts.zip(batches), |((points, values), mut lanes)| {
            if run_at(&mut lanes, &mut [], start, points, values).is_none() {
                refused.store(true, Ordering::Relaxed);
            }
        });
        (!refused.into_inner()).then_some(values)
    }
}

/// Writes the values at `points`, which differ from `start` in some entries of the first input. `None` where a
/// run was refused or interrupted.
fn run_at(
    batch: &mut BatchLanes<'_>,
    loops: &mut [Loop],
    start: &Tensor,
    points: &[Point],
    values: &mut [f64],
) -> Option<()> {
    let mut values = values.iter_mut();
    for points in points.chunks(LANES) {
        let leaf = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, x) in point {
                leaf[entry * LANES + lane] = *x;
            }
        }
        match batch.run(0, loops) {
            Ok(None) => {}
            _ => return None,
        }
        for lane in 0..points.len() {
            let found = batch.output(0, 0, lane);
            values.by_ref().zip(found).for_each(|(to, x)| *to = x);
        }
        let leaf = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, _) in point {
                leaf[entry * LANES + lane] = start.data()[*entry];
            }
        }
    }
    Some(())
}

fn moved(start: &Tensor, point: &Point) -> Tensor {
    let mut value = start.clone();
    for (entry, x) in point {
        value.data_mut()[*entry] = *x;
    }
    value
}
