//! Comprehensions, unrolled: their entries, then one node that joins them.

use super::Lowerer;
use super::frame::Frame;
use super::tasks::{Loop, Task};
use crate::diagnostic::{Result, error};
use crate::graph::{Attr, NodeId, Shape, Tensor};
use crate::primitives::array;
use crate::syntax::ast::{ExprId, ExprKind};
use std::rc::Rc;

impl Lowerer<'_> {
    pub(super) fn visit_comprehension(&mut self, expr: ExprId, frame: Rc<Frame>, base: usize) {
        let state = Loop {
            expr,
            frames: vec![frame],
            ranges: Vec::new(),
            lengths: Vec::new(),
            base,
            bounds: false,
        };
        self.open_clause(state);
    }

    /// Has the bounds of the next clause computed.
    fn open_clause(&mut self, mut state: Loop) {
        let frame = state.frames.last().expect("there is a frame").clone();
        let script = frame.script.clone();
        let ExprKind::Comprehension(each) = &script.expr(state.expr).kind else {
            return;
        };
        let clause = &each.clauses[state.ranges.len()];
        state.bounds = true;
        self.push_task(Task::Loop(Box::new(state)));
        self.push_task(Task::Visit(clause.to, frame.clone()));
        self.push_task(Task::Visit(clause.from, frame));
    }

    pub(super) fn advance_loop(&mut self, mut state: Loop) -> Result<()> {
        let script = state.frames[0].script.clone();
        let ExprKind::Comprehension(each) = &script.expr(state.expr).kind else {
            return Ok(());
        };
        let (body, clauses) = (&each.body, &each.clauses);
        if state.bounds {
            state.bounds = false;
            let clause = &clauses[state.ranges.len()];
            let frame = state.frames.last().expect("there is a frame").clone();
            let to = self.pop_node();
            let from = self.pop_node();
            let from = self.whole(from, clause.from, &frame, "the bound of a range")?;
            let to = self.whole(to, clause.to, &frame, "the bound of a range")?;
            state.ranges.push((from, to));
            if state.ranges.len() == 2 {
                state.lengths.push((to - from + 1).max(0) as usize);
            }
        }
        loop {
            let level = state.ranges.len();
            let Some((next, last)) = state.ranges.last_mut() else {
                return self.join_loop(&state);
            };
            if *next > *last {
                state.ranges.pop();
                state.frames.truncate(level);
                continue;
            }
            let value = self.graph.literal(*next as f64);
            *next += 1;
            let outer = &state.frames[level - 1];
            let frame = Rc::new(outer.bind(&clauses[level - 1].variable.name, value));
            self.check_limits(state.expr, outer)?;
            state.frames.truncate(level);
            state.frames.push(frame.clone());
            if level < clauses.len() {
                self.open_clause(state);
            } else {
                self.push_task(Task::Loop(Box::new(state)));
                self.push_task(Task::Visit(*body, frame));
            }
            return Ok(());
        }
    }

    /// Joins the values of the body.
    fn join_loop(&mut self, state: &Loop) -> Result<()> {
        let frame = &state.frames[0];
        let before = self.graph.len();
        let parts = self.stacks.values.split_off(state.base);
        let node = self.joined(state, &parts, frame)?;
        self.evaluation.unit.note_origins(before, frame, state.expr);
        self.push_node(node);
        Ok(())
    }

    fn joined(&mut self, state: &Loop, parts: &[NodeId], frame: &Frame) -> Result<NodeId> {
        let script = frame.script.clone();
        let ExprKind::Comprehension(each) = &script.expr(state.expr).kind else {
            return Ok(parts[0]);
        };
        let (body, clauses, bracketed) = (&each.body, &each.clauses, &each.bracketed);
        let shapes: Vec<Shape> = parts.iter().map(|part| self.graph.shape(*part)).collect();
        let Some(&first) = shapes.first() else {
            return Ok(self.graph.constant(Tensor::vector(Vec::new())));
        };
        let body_error = |message: String, label: String| error!(Shape, frame.locate(*body), "{message}"; label: "{label}");
        if let Some(other) = shapes.iter().find(|shape| **shape != first) {
            return Err(body_error(
                "the body of a comprehension has the same shape for every value".into(),
                format!("{first} at first, then {other}"),
            ));
        }
        if first.is_scalar() {
            let shape =
                self.comprehension_shape(state, parts.len(), clauses.len(), *bracketed, frame)?;
            return Ok(self.graph.apply(&array::MATRIX, Attr::None, shape, parts));
        }
        if first.cols != 1 || clauses.len() == 2 {
            return Err(body_error(
                "the body of a comprehension is a scalar, or with one clause a vector".into(),
                format!("this is {first}"),
            )
            .help(
                "a body that is a column vector makes one column each; transpose a row with `'`",
            ));
        }
        let shape = Shape::new(first.m(), parts.len());
        Ok(self.graph.apply(&array::COLUMNS, Attr::None, shape, parts))
    }

    fn comprehension_shape(
        &self,
        state: &Loop,
        entries: usize,
        clauses: usize,
        bracketed: bool,
        frame: &Frame,
    ) -> Result<Shape> {
        if clauses == 1 {
            return Ok(Shape::vector(entries));
        }
        let rows = state.lengths.len();
        let cols = state.lengths[0];
        if state.lengths.iter().all(|length| *length == cols) {
            return Ok(Shape::new(rows, cols));
        }
        if !bracketed {
            return Ok(Shape::vector(entries));
        }
        Err(error!(Shape, frame.locate(state.expr),
            "the rows of this matrix have different lengths";
            label: "from {} to {} entries", state.lengths.iter().min().unwrap_or(&0), state.lengths.iter().max().unwrap_or(&0);
            help: "a second range may depend on the first only inside a reduction: `sum(i*j for i in 1..n, j in 1..i)`"))
    }
}
