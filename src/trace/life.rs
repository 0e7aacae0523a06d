//! Life: the last use of every value, and whether the reverse pass needs it.

use super::listing::{Builder, Shown};
use super::{Life, Line, TracedOutput};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, reverse};
use crate::graph::NodeId;
use crate::graph::primitive::DerivativeRule;
use crate::notation::Role;

impl Builder<'_, '_> {
    /// Tells of every line when its value may be discarded.
    pub(super) fn lives(
        &self,
        outputs: &[TracedOutput],
        shown: &[Shown],
        lines: &mut [Line],
    ) -> Result<()> {
        let count = lines.len();
        let mut last: Vec<Option<usize>> = vec![None; count];
        let mut kept = vec![false; count];
        for (k, line) in shown.iter().enumerate() {
            for arg in &line.args {
                if let Some(number) = self.numbers.get(arg) {
                    last[number - 1] = Some(k + 1);
                }
            }
            for needed in self.needed_backward(line) {
                if let Some((Role::Primal, number)) = self.symbols.get(&needed) {
                    kept[number - 1] = true;
                }
            }
        }
        for (k, line) in lines.iter_mut().enumerate() {
            let is_output = outputs.iter().any(|output| output.line == Some(k + 1));
            line.life = Some(Life {
                last_use: if is_output { None } else { last[k] },
                kept: kept[k],
                checkpoints: self.evaluation.checkpoints(self.listed[k])?,
            });
        }
        Ok(())
    }

    /// The listed nodes whose values the adjoint rule of a line reads.
    fn needed_backward(&self, line: &Shown) -> Vec<NodeId> {
        let Some(row) = self.graph.node(line.node).primitive() else {
            return Vec::new();
        };
        if matches!(
            row.derivative,
            DerivativeRule::Zero | DerivativeRule::Linear(_)
        ) {
            return Vec::new();
        }
        let targets = self.active(line);
        let leaves: Held = targets.iter().copied().collect();
        let shape = self.graph.shape(line.node);
        let seed = self.graph.term(self.graph.input("".into(), shape, None));
        let parts = reverse(
            self.graph,
            line.node,
            Flow::everywhere(seed),
            &targets,
            &leaves,
        );
        let roots: Vec<NodeId> = parts
            .into_iter()
            .flatten()
            .map(|flow| flow.term.id)
            .collect();
        let own = |id: NodeId| id == line.node || line.args.contains(&id);
        self.graph
            .cone(&roots, own)
            .into_iter()
            .filter(|id| own(*id))
            .collect()
    }
}
