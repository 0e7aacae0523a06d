//! What a loop would compute alike in every round.

use super::program::{ArgumentSet, ExportProgram, Step, all_steps, argument_set, changed};
use crate::graph::NodeId;
use crate::primitives::array;

impl ExportProgram<'_> {
    /// The outermost nodes in a loop that no round changes, and that are worth keeping.
    pub fn unchanging(
        &self,
        step: &Step,
        dependence: &[ArgumentSet],
        known: impl Fn(NodeId) -> bool,
    ) -> Vec<NodeId> {
        let inner = step.blocks().into_iter().flat_map(all_steps);
        let mut roots: Vec<NodeId> = inner.flat_map(Step::reads).collect();
        if let Step::While(condition, _) = step {
            roots.push(*condition);
        }
        let roots = roots.as_slice();
        let mask = argument_set(&changed(std::slice::from_ref(step)));
        let plain = [
            &array::TRANSPOSE,
            &array::BROADCAST,
            &array::RESHAPE,
            &array::VEC,
        ];
        let keeps = |id: NodeId| {
            let Some(row) = self.row(id) else {
                return false;
            };
            let needs = dependence[id.index()];
            let is_plain = plain.iter().any(|known| row.is(known));
            needs & mask == 0 && needs != 0 && !row.may_fail && !is_plain
        };
        let mut outermost: Vec<NodeId> = roots.iter().copied().filter(|id| keeps(*id)).collect();
        for id in self.cone(roots, &known) {
            if !keeps(id) && !known(id) {
                self.graph
                    .for_args(id, |arg| outermost.extend(keeps(arg).then_some(arg)));
            }
        }
        outermost.retain(|id| !known(*id));
        outermost.sort_unstable();
        outermost.dedup();
        outermost
    }
}
