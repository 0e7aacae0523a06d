//! Outputs at many points, which threads share: those of a few inputs, or that differ in a few entries of one leaf.

use super::batch::{BatchLanes, Refusal};
use super::scratch::Loop;
use super::{Batch, Failure, Interpreter, LANES, Outcome, Program};
use crate::graph::{Graph, NodeId, Tensor};
use crate::stop;
use crate::threads;
use std::iter;

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
        let run = |lanes: &mut BatchLanes<'_>,
                   loops: &mut [Loop],
                   points: &[Point],
                   to: &mut [f64]| { run_at(lanes, loops, start, points, to) };
        let refusal = batch.share(points, &mut values, length, run).ok()?;
        refusal.is_none().then_some(values)
    }
}

impl Batch<'_> {
    /// The outputs of the first entry, `outputs` numbers, where the inputs, numbers too, have the values of each place:
    /// place by place; and the refusal at the first place where a kernel refused.
    ///
    /// # Errors
    /// If a stop was requested.
    pub fn values_at(self, places: &[Vec<f64>], outputs: usize) -> Outcome<(Vec<f64>, Refusal)> {
        let mut values = vec![0.0; places.len() * outputs];
        let refusal = self.share(places, &mut values, outputs, |lanes, loops, places, to| {
            let mut to = to.iter_mut();
            let mut first = None;
            for places in places.chunks(LANES) {
                // The lanes that are left over repeat the last place.
                let filled = places.iter().chain(iter::repeat(&places[places.len() - 1]));
                for input in 0..places[0].len() {
                    let lanes = lanes.input(input).iter_mut();
                    lanes
                        .zip(filled.clone())
                        .for_each(|(x, place)| *x = place[input]);
                }
                let refusal = lanes.run(0, loops)?;
                first = first.or(refusal);
                for lane in 0..places.len() {
                    let found = (0..outputs).flat_map(|k| lanes.output(0, k, lane));
                    // What is found ends first, so nothing is taken from the other side in vain.
                    found.zip(to.by_ref()).for_each(|(x, to)| *to = x);
                }
            }
            Ok(first)
        })?;
        Ok((values, refusal))
    }

    /// Has threads `run` the lanes at their parts of the points, each of which gives `length` values. The
    /// first part's refusal comes first. What has loops stays on one thread.
    fn share<P: Sync>(
        self,
        points: &[P],
        values: &mut [f64],
        length: usize,
        run: impl Fn(&mut BatchLanes<'_>, &mut [Loop], &[P], &mut [f64]) -> Outcome<Refusal> + Sync,
    ) -> Outcome<Refusal> {
        let Batch { mut lanes, loops } = self;
        let each = lanes.runs_together() * LANES;
        if !loops.is_empty() || points.len() <= each || threads::alone() {
            return run(&mut lanes, loops, points, values);
        }
        let mut found = vec![Ok(None); points.len().div_ceil(each)];
        let parts = points.chunks(each);
        let parts = parts
            .zip(values.chunks_mut(each * length.max(1)))
            .zip(&mut found);
        let lanes = &lanes;
        threads::share(
            parts,
            || lanes.copied(),
            |lanes, ((points, values), found)| *found = run(lanes, &mut [], points, values),
        );
        let first = |first: Refusal, found: Outcome<Refusal>| Ok(first.or(found?));
        found.into_iter().try_fold(None, first)
    }
}

/// Writes the values at `points`, which differ from `start` in some entries of the first input, up to the first
/// run that was refused.
fn run_at(
    batch: &mut BatchLanes<'_>,
    loops: &mut [Loop],
    start: &Tensor,
    points: &[Point],
    values: &mut [f64],
) -> Outcome<Refusal> {
    let mut values = values.iter_mut();
    for points in points.chunks(LANES) {
        let leaf = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, x) in point {
                leaf[entry * LANES + lane] = *x;
            }
        }
        let refusal = batch.run(0, loops)?;
        if refusal.is_some() {
            return Ok(refusal);
        }
        for lane in 0..points.len() {
            let found = batch.output(0, 0, lane);
            found.zip(values.by_ref()).for_each(|(x, to)| *to = x);
        }
        let leaf = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, _) in point {
                leaf[entry * LANES + lane] = start.data()[*entry];
            }
        }
    }
    Ok(None)
}

fn moved(start: &Tensor, point: &Point) -> Tensor {
    let mut value = start.clone();
    for (entry, x) in point {
        value.data_mut()[*entry] = *x;
    }
    value
}
