//! `same(a, b)`: whether two formulas are equal, whatever the values of their inputs.

use super::Lowerer;
use super::frame::Frame;
use crate::diagnostic::{Result, bail, note};
use crate::graph::NodeId;
use crate::proof::{Claim, decide};
use crate::syntax::ast::ExprId;

impl Lowerer<'_> {
    /// 1 where both operands are equal as formulas of the inputs, else 0.
    pub(super) fn same(
        &mut self,
        expr: ExprId,
        frame: &Frame,
        operands: &[NodeId],
    ) -> Result<NodeId> {
        let [left, right] = [operands[0], operands[1]].map(|node| self.graph.shape(node));
        if left != right {
            bail!(Shape, frame.locate(expr),
                "two formulas of different shapes are never the same: {left} and {right}";
                label: "compares {left} with {right}";
                help: "ask of formulas of one shape, such as two sums: `same(sum(A), sum(A'))`");
        }
        let mut sides = [operands[0], operands[1]];
        for side in &mut sides {
            // Matrices of derivatives that stand there as values are formulas again.
            *side = self.spelled_out(*side, &Default::default(), expr, frame)?;
        }
        let unit = self.unit();
        let claim = Claim {
            graph: self.graph,
            sides,
            facts: &|input| unit.facts(input),
            fixed: &|_| false,
            first: None,
            derivative: false,
        };
        let decision = decide(&claim).map_err(|failure| unit.explain(&failure))?;
        if decision.holds() && !decision.proved {
            let note = note!(
                Check,
                frame.locate(expr),
                "the same at {} random points, not proved",
                decision.points
            );
            self.evaluation.unit.noticed.warnings.push(note);
        }
        Ok(self.graph.literal(f64::from(u8::from(decision.holds()))))
    }
}
