//! Matrices of derivatives that take many passes over many small nodes: where only values are wanted
//! they are computed at once, in lanes, and a leaf stands for the result.

use super::frame::Frame;
use super::{Lowerer, Purpose};
use crate::diagnostic::{Result, bail, interrupted};
use crate::diff::{Held, Matrix, Problem, Target};
use crate::graph::NodeId;
use crate::graph::substitute::substitute;
use crate::syntax::ast::ExprId;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A leaf that stands for a matrix of derivatives, and what it is.
pub(super) struct Swept {
    leaf: NodeId,
    matrix: Matrix,
    output: NodeId,
    target: Target,
    held: Held,
}

/// From how many visits of nodes on building all passes takes longer than computing them.
const WORTH_SWEEPING: usize = 10_000;

/// Pad to a full set of lanes.
const FEW_PASSES: usize = 8;

/// Nodes with more entries than this on average are worth a node each.
const SMALL: usize = 32;

/// A loop whose program would be built of more visits of nodes than this is interpreted instead, its
/// matrices computed in lanes round by round.
const TOO_LONG_FOR_A_PROGRAM: usize = 2_000_000;

impl Lowerer<'_> {
    /// The node of a matrix of derivatives: of all its passes, or a leaf with the value.
    pub(super) fn matrix_of_derivatives(
        &mut self,
        matrix: Matrix,
        problem: Problem<'_, '_>,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let visits = self.visits(&matrix, problem);
        if matches!(self.purpose, Purpose::Program { .. }) && visits > TOO_LONG_FOR_A_PROGRAM {
            bail!(Limit, frame.locate(expr),
                "this takes too many passes for a program";
                label: "computed round by round");
        }
        if matches!(self.purpose, Purpose::Values) && visits >= WORTH_SWEEPING {
            let graph = problem.graph;
            let value = |node| self.value(node).ok();
            let swept = matrix.swept(problem, value, self.evaluation.limits.memory);
            // If something is not finite, the passes tell why.
            if let Some(value) = swept.filter(|value| value.is_finite()) {
                let leaf = graph.input("".into(), value.shape(), Some(Rc::new(value)));
                self.swept.push(Swept {
                    leaf,
                    matrix,
                    output: problem.output,
                    target: problem.target,
                    held: problem.held.clone(),
                });
                return Ok(leaf);
            }
        }
        self.built(&matrix, problem, expr, frame)
    }

    /// The node of all passes, as long as there is room and no stop is requested.
    fn built(
        &self,
        matrix: &Matrix,
        problem: Problem<'_, '_>,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let go_on = || self.check_limits(expr, frame).is_ok();
        match matrix.node(problem, &go_on) {
            Some(node) => Ok(node),
            None => {
                self.check_limits(expr, frame)?;
                Err(interrupted(frame.locate(expr)))
            }
        }
    }

    /// The number of nodes that all passes visit; 0 if the passes are few, or the nodes so large
    /// that one more or less does not count.
    fn visits(&self, matrix: &Matrix, problem: Problem<'_, '_>) -> usize {
        let graph = problem.graph;
        let cone = graph.cone(&[problem.output], |id| problem.held.contains(&id));
        let passes = matrix.passes(problem);
        let entries = cone.iter().map(|id| graph.shape(*id).len()).sum::<usize>();
        if passes < FEW_PASSES || entries > SMALL * cone.len() {
            return 0;
        }
        passes.saturating_mul(cone.len())
    }

    /// `output`, which is about to be differentiated, with matrices of derivatives for the leaves that
    /// stand for them.
    pub(super) fn spelled_out(
        &self,
        output: NodeId,
        held: &Held,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let graph = self.graph;
        let mut output = output;
        // One matrix may be made of others, which were there before it.
        for swept in self.swept.iter().rev() {
            let cone = graph.cone(&[output], |id| held.contains(&id));
            if !cone.has(swept.leaf) {
                continue;
            }
            let problem = Problem {
                graph,
                output: swept.output,
                target: swept.target,
                held: &swept.held,
            };
            let node = self.built(&swept.matrix, problem, expr, frame)?;
            let mut replaced: FxHashMap<NodeId, NodeId> =
                held.iter().map(|node| (*node, *node)).collect();
            replaced.insert(swept.leaf, node);
            output = substitute(graph, output, &replaced);
        }
        Ok(output)
    }
}
