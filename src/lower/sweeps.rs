//! Matrices of derivatives that take many passes over many small nodes: where only values are wanted
//! they are computed at once, in lanes, and a leaf stands for the result.

use super::frame::Frame;
use super::uniform::for_unit_vectors;
use super::{Lowerer, Purpose, WrittenOut};
use crate::diagnostic::{Result, bail, interrupted};
use crate::diff::{Coloured, Held, Matrix, Problem, Target};
use crate::graph::substitute::substitute;
use crate::graph::{NodeId, Op, Tensor};
use crate::sparsity::Unknown;
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
    /// Its passes are those of colours, and the leaf stands for what they give.
    coloured: Option<Coloured>,
}

/// From how many visits of nodes on building all passes takes longer than computing them.
const WORTH_SWEEPING: usize = 10_000;

/// Fewer passes do not fill the lanes.
const FEW_PASSES: usize = 8;

/// Nodes with more entries than this on average are worth a node each.
const SMALL: usize = 32;

/// Nodes with at least as many entries on average are worth a matrix each, of all passes.
const WIDE: usize = 4;

/// A loop whose program would be built of more visits of nodes than this is interpreted instead, its
/// matrices computed in lanes round by round.
const TOO_LONG_FOR_A_PROGRAM: usize = 2_000_000;

impl Lowerer<'_> {
    /// The node of a matrix of derivatives: of all its passes, or a leaf with the value. `shape` is that of
    /// the matrix, rows and columns.
    pub(super) fn matrix_of_derivatives(
        &mut self,
        matrix: Matrix,
        problem: Problem<'_, '_>,
        [rows, cols]: [usize; 2],
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        if let Some(coloured) = self.coloured(&matrix, problem, expr, frame)? {
            return self.few_passes(matrix, coloured, problem, expr, frame);
        }
        self.check_size(rows, cols, expr, frame)?;
        // If something is not finite, the passes tell why.
        if let Some(node) = self.all_columns(&matrix, problem)
            && (!self.wants_values() || self.value(node).is_ok_and(|value| value.is_finite()))
        {
            return Ok(node);
        }
        let visits = match matrix.passes(problem) {
            passes if passes < FEW_PASSES => 0,
            passes => self.visits(passes, problem),
        };
        self.refuse_in_program(visits, expr, frame)?;
        if self.wants_values() && visits >= WORTH_SWEEPING {
            let value = |node| self.value(node).ok();
            let swept = matrix.swept(problem, value, self.evaluation.limits.memory);
            if let Some(value) = swept.filter(Tensor::is_finite) {
                let leaf = problem
                    .graph
                    .input("".into(), value.shape(), Some(Rc::new(value)));
                self.remember(leaf, matrix, problem, None);
                return Ok(leaf);
            }
        }
        self.built(&matrix, None, problem, expr, frame)
    }

    /// Refuses to build so many nodes for a loop.
    fn refuse_in_program(&self, visits: usize, expr: ExprId, frame: &Frame) -> Result<()> {
        if matches!(self.purpose, Purpose::Program { .. }) && visits > TOO_LONG_FOR_A_PROGRAM {
            bail!(Limit, frame.locate(expr),
                "this takes too many passes for a program";
                label: "computed round by round");
        }
        Ok(())
    }

    /// All columns of a matrix of derivatives at once, where its passes are over arrays and only values are
    /// wanted: what multiplies a column in each of them multiplies a matrix.
    fn all_columns(&self, matrix: &Matrix, problem: Problem<'_, '_>) -> Option<NodeId> {
        let graph = problem.graph;
        let target = problem.target.shape(graph);
        let passes = matrix.passes(problem);
        let columns = passes == target.len() && passes >= FEW_PASSES && target.cols == 1;
        if !columns || !self.only_values() {
            return None;
        }
        let before = graph.len();
        let (leaf, pass) = matrix.column(problem)?;
        let cone = graph.cone(&[pass], |id| id.index() < before);
        let entries: usize = cone.iter().map(|id| graph.shape(*id).len()).sum();
        if entries < WIDE * cone.len() {
            return None;
        }
        self.evaluation.limits.shape(entries, passes)?;
        for_unit_vectors(graph, leaf, pass)
    }

    /// True if nothing but values is wanted.
    pub(super) fn only_values(&self) -> bool {
        let values = matches!(self.purpose, Purpose::Values | Purpose::Program { .. });
        values && self.written_out == WrittenOut::Nothing && self.changing.indices.is_empty()
    }

    /// The colours of a matrix of which only values are wanted, where they pay.
    fn coloured(
        &mut self,
        matrix: &Matrix,
        problem: Problem<'_, '_>,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<Option<Coloured>> {
        if !self.only_values() {
            return Ok(None);
        }
        let room = self.evaluation.limits.places();
        let value = |node| match self.may_change(node) {
            true => None,
            false => self.value(node).ok(),
        };
        match matrix.coloured(problem, &value, room) {
            Ok(found) => Ok(found),
            Err(Unknown::Value(node)) if self.may_change(node) => {
                bail!(Limit, frame.locate(expr),
                    "which derivatives are zero depends on an index that changes";
                    label: "computed round by round");
            }
            Err(_) => Ok(None),
        }
    }

    /// True if a node may have another value in the next run of a program.
    fn may_change(&self, node: NodeId) -> bool {
        let Purpose::Program { changing, .. } = &self.purpose else {
            return false;
        };
        let cone = self.graph.cone(&[node], |_| false);
        cone.iter().any(|id| match self.graph.node(*id).op {
            Op::Input(leaf) => changing.contains(&self.graph.leaf(leaf).name),
            _ => false,
        })
    }

    fn few_passes(
        &mut self,
        matrix: Matrix,
        coloured: Coloured,
        problem: Problem<'_, '_>,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let visits = self.visits(coloured.passes(), problem);
        self.refuse_in_program(visits, expr, frame)?;
        if self.wants_values()
            && visits >= WORTH_SWEEPING
            && let Some(value) = coloured.swept(problem, self.evaluation.limits.memory)
            && value.is_finite()
        {
            let leaf = self
                .graph
                .input("".into(), value.shape(), Some(Rc::new(value)));
            let node = coloured.matrix(self.graph, leaf);
            self.remember(leaf, matrix, problem, Some(coloured));
            return Ok(node);
        }
        let passes = self.built(&matrix, Some(&coloured), problem, expr, frame)?;
        Ok(coloured.matrix(self.graph, passes))
    }

    /// Keeps in mind what a leaf stands for.
    fn remember(
        &mut self,
        leaf: NodeId,
        matrix: Matrix,
        problem: Problem<'_, '_>,
        coloured: Option<Coloured>,
    ) {
        self.swept.push(Swept {
            leaf,
            matrix,
            output: problem.output,
            target: problem.target,
            held: problem.held.clone(),
            coloured,
        });
    }

    /// The node of all passes, or of those of colours, as long as there is room and no stop is requested.
    fn built(
        &self,
        matrix: &Matrix,
        coloured: Option<&Coloured>,
        problem: Problem<'_, '_>,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let go_on = || self.check_limits(expr, frame).is_ok();
        let node = match coloured {
            Some(coloured) => coloured.compressed(problem, &go_on),
            None => matrix.node(problem, &go_on),
        };
        match node {
            Some(node) => Ok(node),
            None => {
                self.check_limits(expr, frame)?;
                Err(interrupted(frame.locate(expr)))
            }
        }
    }

    /// The number of nodes that all passes visit; 0 if the nodes are so large that one more or less does
    /// not count.
    fn visits(&self, passes: usize, problem: Problem<'_, '_>) -> usize {
        let graph = problem.graph;
        let cone = graph.cone(&[problem.output], |id| problem.held.contains(&id));
        let entries = cone.iter().map(|id| graph.shape(*id).len()).sum::<usize>();
        if entries > SMALL * cone.len() {
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
            let node = self.built(&swept.matrix, swept.coloured.as_ref(), problem, expr, frame)?;
            let mut replaced: FxHashMap<NodeId, NodeId> =
                held.iter().map(|node| (*node, *node)).collect();
            replaced.insert(swept.leaf, node);
            output = substitute(graph, output, &replaced);
        }
        Ok(output)
    }
}
