//! Loops whose rounds are programs.

use super::plan::{Place, Plan};
use super::program::{Program, Use};
use super::rounds::{Cycle, Leaves, RoundEngine, Rounds};
use super::scratch::Loop;
use super::singles::with_singles;
use super::step::Step;
use super::{Outcome, Unfit};
use crate::graph::primitive::Kernel;
use crate::graph::{Attr, Graph, NodeId};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A round as a program, and the steps of it that run in every round.
pub(super) struct CompiledRound {
    program: Program,
    steps: Vec<Step>,
}

/// Programs for the rounds of some nodes of one loop.
pub(super) fn compiled_rounds(
    graph: &Graph,
    nodes: &[NodeId],
    memory_limit: u64,
) -> Result<Rounds<CompiledRound>, Unfit> {
    Rounds::new(graph, nodes, memory_limit, |leaves| {
        compiled(graph, leaves, memory_limit)
    })
}

/// For each loop among the operations of a plan, and each of its nodes: their numbers.
pub(super) type LoopNumbers = FxHashMap<Place, [usize; 2]>;

/// The loops of a plan, compiled. Of a loop with the same arguments, value and adjoints are nodes of one.
pub(super) fn compiled_loops(
    plan: &Plan<'_>,
    memory_limit: u64,
) -> Result<(LoopNumbers, Vec<Loop>), Unfit> {
    let mut numbers = LoopNumbers::default();
    let mut number_of = FxHashMap::default();
    let mut loops: Vec<Vec<NodeId>> = Vec::new();
    for (place, row) in plan.operations() {
        if !matches!(row.kernel, Kernel::Rounds | Kernel::RoundsBack) || !plan.is_unit(place) {
            continue;
        }
        let mut args = plan.args(place);
        let round = match plan.node(place).attr() {
            Attr::RoundBack(id) => {
                args.pop();
                Attr::Round(plan.graph.round_back_of(id).round)
            }
            attr => attr,
        };
        let number = *number_of.entry((round, args)).or_insert(loops.len());
        loops.resize_with(loops.len().max(number + 1), Vec::new);
        numbers.insert(place, [number, loops[number].len()]);
        loops[number].push(plan.cone[place as usize]);
    }
    let loops = loops.iter().map(|nodes| -> Result<Loop, Unfit> {
        Ok(Box::new(compiled_rounds(plan.graph, nodes, memory_limit)?))
    });
    Ok((numbers, loops.collect::<Result<_, _>>()?))
}

/// A round as a program.
pub(super) fn compiled(
    graph: &Graph,
    leaves: Leaves,
    memory_limit: u64,
) -> Result<Cycle<CompiledRound>, Unfit> {
    let count = leaves.given.len();
    let groups = [leaves.given, leaves.fixed];
    let next = groups[0][leaves.first..].iter();
    let handed: Vec<(NodeId, NodeId)> = (leaves.computed[..leaves.handed].iter().zip(next))
        .map(|(node, leaf)| (*node, *leaf))
        .collect();
    let entries = [leaves.computed];
    let mut program =
        Program::compile_as(graph, &groups, &entries, memory_limit, &Use::Round(&handed))?;
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
    let mut steps = Vec::new();
    for k in &entry.segments {
        let segment = &mut program.segments[*k];
        if segment.depends & 1 != 0 {
            steps.append(&mut segment.steps);
        }
    }
    let steps = with_singles(steps, &program.indices);
    Ok(Cycle::new(
        CompiledRound { program, steps },
        [given, fixed, computed],
        leaves.first,
        leaves.handed,
    ))
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
        self.program.run_steps(&self.steps)
    }
}
