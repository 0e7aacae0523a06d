//! One output at many points that differ in a few entries of one leaf.

use super::{LANES, Program};
use crate::graph::{Graph, NodeId, Tensor};

/// A point: the entries of the leaf that moves, by their places in the column of columns, and their
/// values there.
pub type Point = Vec<(usize, f64)>;

/// The values of `output` at `points`, each column by column, one point after the other, computed in
/// lanes. `given` are nodes with the values that they have, whatever they are computed from; the
/// first of them is the one that moves.
///
/// `None` where that cannot be compiled, would take more than `limit` bytes, or was refused or
/// interrupted: the interpreter knows why.
pub fn at_points(
    graph: &Graph,
    output: NodeId,
    given: &[(NodeId, Tensor)],
    points: &[Point],
    limit: u64,
) -> Option<Vec<f64>> {
    let nodes = given.iter().map(|(node, _)| *node).collect();
    let mut program = Program::for_batches(graph, &[nodes], &[vec![output]], limit).ok()?;
    if program.batch_size() > limit {
        return None;
    }
    let mut batch = program.batch().ok()?;
    for (input, (_, value)) in given.iter().enumerate() {
        for (lanes, x) in batch.input(input).chunks_exact_mut(LANES).zip(value.data()) {
            lanes.fill(*x);
        }
    }
    let (_, start) = given.first()?;
    let mut values = Vec::with_capacity(points.len() * graph.shape(output).len());
    for points in points.chunks(LANES) {
        let moved = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, x) in point {
                moved[entry * LANES + lane] = *x;
            }
        }
        match batch.run(0) {
            Ok(None) => {}
            _ => return None,
        }
        for lane in 0..points.len() {
            values.extend(batch.output(0, 0, lane));
        }
        let moved = batch.input(0);
        for (lane, point) in points.iter().enumerate() {
            for (entry, _) in point {
                moved[entry * LANES + lane] = start.data()[*entry];
            }
        }
    }
    Some(values)
}
