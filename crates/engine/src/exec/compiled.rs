//! Loops whose rounds are programs.

use super::program::Program;
use super::rounds::{Cycle, Leaves, RoundEngine, Rounds};
use super::{Outcome, Unfit};
use crate::graph::{Graph, NodeId};
use std::ops::Range;

/// A round as a program, and the segments of it that run in every round.
pub(super) struct CompiledRound {
    program: Program,
    segments: Vec<usize>,
}

/// Programs for the rounds of the loop `node`.
pub(super) fn compiled_rounds(
    graph: &Graph,
    node: NodeId,
    memory_limit: u64,
) -> Result<Rounds<CompiledRound>, Unfit> {
    Rounds::new(graph, node, memory_limit, |leaves| {
        compiled(graph, leaves, memory_limit)
    })
}

/// A round as a program.
pub(super) fn compiled(
    graph: &Graph,
    leaves: Leaves,
    memory_limit: u64,
) -> Result<Cycle<CompiledRound>, Unfit> {
    let count = leaves.given.len();
    let groups = [leaves.given, leaves.fixed];
    let program = Program::compile(graph, &groups, &[leaves.computed], memory_limit)?;
    let inputs = program.inputs.iter();
    let range = |at: u32, len: usize| at as usize..at as usize + len;
    let mut given: Vec<Range<usize>> = inputs
        .map(|input| range(input.at, input.len as usize))
        .collect();
    let fixed = given.split_off(count);
    let [entry] = &program.entries[..] else {
        unreachable!("a round has one entry");
    };
    let outputs = entry.outputs.iter();
    let computed = outputs.map(|(at, shape)| range(*at, shape.len())).collect();
    let varies = |k: &usize| program.segments[*k].depends & 1 != 0;
    let segments = entry.segments.iter().copied().filter(varies).collect();
    Ok(Cycle {
        engine: CompiledRound { program, segments },
        given,
        fixed,
        computed,
    })
}

impl RoundEngine for CompiledRound {
    #[inline]
    fn pool(&self) -> &[f64] {
        &self.program.pool
    }

    #[inline]
    fn pool_mut(&mut self) -> &mut [f64] {
        &mut self.program.pool
    }

    fn begin(&mut self) -> Outcome<()> {
        self.program.run_unchanging()
    }

    #[inline]
    fn run(&mut self) -> Outcome<()> {
        self.program.run_segments(&self.segments)
    }
}
