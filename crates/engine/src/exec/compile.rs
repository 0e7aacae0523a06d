//! From a graph to a program.

use super::Unfit;
use super::certainty::uncertain;
use super::compiled::compiled_loops;
use super::emit::Emitter;
use super::exchange::{exchange, exchangeable};
use super::guarded::guarded;
use super::layout::PoolLayout;
use super::plan::Plan;
use super::program::{Program, Use};
use super::replacing::Replacing;
use super::schedule::schedule;
use super::scratch::Scratch;
use super::shared::with_common_sweeps;
use crate::graph::{Graph, NodeId};

impl Program {
    /// Compiles what `entries` compute. Inputs come in `groups` that change together; all other
    /// leaves keep the values they have. A node that is computed from others may be an input too.
    /// The program takes at most `memory_limit` bytes.
    ///
    /// # Errors
    /// If an input could make it fail where a condition leaves a node out, or it needs more memory.
    pub fn compile(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
    ) -> Result<Program, Unfit> {
        Program::compile_as(graph, groups, entries, memory_limit, &Use::Runs(&[]))
    }

    /// As [`Program::compile`], where outputs replace inputs: [`Program::exchange`] does that for some of them.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub fn replacing(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        replacing: &[Replacing],
        memory_limit: u64,
    ) -> Result<Program, Unfit> {
        Program::compile_as(graph, groups, entries, memory_limit, &Use::Runs(replacing))
    }

    /// As [`Program::compile`], for [`Program::batch`].
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub fn for_batches(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
    ) -> Result<Program, Unfit> {
        Program::compile_as(graph, groups, entries, memory_limit, &Use::Batches)
    }

    pub(super) fn compile_as(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
        used: &Use<'_>,
    ) -> Result<Program, Unfit> {
        let in_blocks = !matches!(used, Use::Batches);
        let handed = match used {
            Use::Round(handed) => *handed,
            Use::Runs(_) | Use::Batches => &[],
        };
        let entries = &*with_common_sweeps(graph, groups, entries);
        let mut plan = Plan::of_round(graph, groups, entries, handed);
        let given = groups.iter().flatten().copied().collect();
        let uncertain = uncertain(&plan, &given, entries)?;
        let guarded = match uncertain.is_empty() {
            true => None,
            false => Some(guarded(&plan, &given, entries, &uncertain)?),
        };
        let mut entries = entries;
        if let Some(guarded) = &guarded {
            entries = &guarded.entries;
            plan = Plan::of_round(graph, groups, entries, handed);
            plan.stand_ins.clone_from(&guarded.stand_ins);
        }
        let zones = schedule(&plan, in_blocks);
        let mut layout = PoolLayout::new(&plan);
        let replaced = match used {
            Use::Runs(replacing) => exchangeable(&layout, groups, entries, replacing),
            Use::Round(_) | Use::Batches => Vec::new(),
        };
        let inputs = layout.assign(groups, &zones, &replaced, memory_limit)?;
        let (numbers, loops) = compiled_loops(&plan, memory_limit)?;
        let mut emitter = Emitter {
            plan: &plan,
            layout,
            indices: Vec::new(),
            registers: 0,
            single_room: 0,
            apart: in_blocks,
            loops: numbers,
        };
        let segments = emitter.segments(&zones);
        let exchange =
            (!replaced.is_empty()).then(|| exchange(&mut emitter, &zones, &inputs, replaced));
        let entries = emitter.entries(&zones, entries);
        Ok(Program {
            pool: emitter.layout.filled(emitter.single_room),
            indices: emitter.indices,
            segments,
            inputs,
            entries,
            exchange,
            scratch: Scratch::new(emitter.registers, loops),
            first_varying: emitter.layout.first_varying,
        })
    }
}
