//! Comprehensions: computed for all indices at once where they are long and their body allows it, else
//! unrolled: their entries, then one node that joins them.

use super::Lowerer;
use super::frame::Frame;
use super::rounds::reads;
use super::tasks::{AtOnce, Iteration, Loop, LoopAttempt, Rounds, Task};
use super::uniform::{IndexLeaf, Uniform};
use crate::diagnostic::{Result, error};
use crate::graph::{Attr, NodeId, Shape, Tensor};
use crate::primitives::array;
use crate::syntax::ast::{ExprId, ExprKind, Script};
use std::rc::Rc;

impl Lowerer<'_> {
    pub(super) fn visit_comprehension(&mut self, expr: ExprId, frame: Rc<Frame>, base: usize) {
        let possible = self.evaluation.limits.entries != usize::MAX;
        let at_once = possible.then(|| AtOnce {
            leaves: Vec::new(),
            outer: self.changing.indices.len(),
            warnings: self.evaluation.unit.noticed.warnings.len(),
            rollback: self.here(),
            notes: self.notes(),
            lowered: false,
        });
        let state = Loop {
            expr,
            frames: vec![frame],
            ranges: Vec::new(),
            lengths: Vec::new(),
            base,
            bounds: false,
            at_once,
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
        let clause = &each.clauses[state.frames.len() - 1];
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
        if state
            .at_once
            .as_ref()
            .is_some_and(|attempt| attempt.lowered)
        {
            let body = self.pop_node();
            if let Some(node) = self.all_at_once(&mut state, body) {
                self.push_node(node);
                return Ok(());
            }
        }
        if state.bounds {
            state.bounds = false;
            let clause = &clauses[state.frames.len() - 1];
            let frame = state.frames.last().expect("there is a frame").clone();
            let to = self.pop_node();
            let from = self.pop_node();
            let ends = [from, to];
            let from = self.whole(from, clause.from, &frame, "the bound of a range")?;
            let to = self.whole(to, clause.to, &frame, "the bound of a range")?;
            if state.ranges.len() + 1 == state.frames.len() {
                state.ranges.push((from, to));
            }
            if state.at_once.is_some() {
                if let Some(next) = self.next_leaf(&mut state, ends, (from, to)) {
                    let name = &clause.variable.name;
                    let frame = Rc::new(frame.bind(name, next));
                    state.frames.push(frame.clone());
                    if state.frames.len() <= clauses.len() {
                        self.open_clause(state);
                    } else {
                        if let Some(attempt) = &mut state.at_once {
                            attempt.lowered = true;
                        }
                        self.push_task(Task::Loop(Box::new(state)));
                        self.push_task(Task::Visit(*body, frame));
                    }
                    return Ok(());
                }
                self.one_by_one(&mut state);
            }
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

    /// The leaf for the index of a clause whose bounds are these nodes; none where the entries are to be
    /// lowered one by one.
    fn next_leaf(
        &mut self,
        state: &mut Loop,
        bounds: [NodeId; 2],
        (from, to): (i64, i64),
    ) -> Option<NodeId> {
        let attempt = state.at_once.as_mut()?;
        let clauses = match &state.frames[0].script.expr(state.expr).kind {
            ExprKind::Comprehension(each) => each.clauses.len(),
            _ => return None,
        };
        let known: Vec<NodeId> = attempt.leaves.iter().map(|leaf| leaf.node).collect();
        if bounds.iter().any(|bound| reads(self.graph, *bound, &known)) || to <= from {
            return None;
        }
        let limits = self.evaluation.limits;
        let counts = attempt.leaves.iter().map(|leaf| leaf.count());
        let count = counts.fold((to - from) as usize + 1, usize::saturating_mul);
        let last = known.len() + 1 == clauses;
        // The factors of a short product are better read one by one.
        let least = match is_product(&state.frames[0].script, state.expr) {
            true => limits.numbered,
            false => limits.entries,
        };
        if last && count <= least || limits.shape(count, 1).is_none() {
            return None;
        }
        let first = Rc::new(Tensor::scalar(from as f64));
        let node = self.graph.input("".into(), Shape::SCALAR, Some(first));
        attempt.leaves.push(IndexLeaf { node, from, to });
        self.changing.indices.push(node);
        Some(node)
    }

    /// The comprehension whose body has been lowered on leaves for the indices; `None` where it has to be
    /// unrolled.
    fn all_at_once(&mut self, state: &mut Loop, body: NodeId) -> Option<NodeId> {
        let before = self.graph.len();
        let attempt = state.at_once.as_ref()?;
        let leaves = attempt.leaves.clone();
        let nodes: Vec<NodeId> = leaves.iter().map(|leaf| leaf.node).collect();
        let guards = &self.evaluation.unit.guards[attempt.notes.guards..];
        let decides = guards
            .iter()
            .any(|(node, _)| reads(self.graph, *node, &nodes));
        let mut result = (!decides).then(|| self.image_of(&leaves, body)).flatten();
        if let ([leaf], None) = (&leaves[..], result) {
            result = self.rounds_of(*leaf, state, body);
        }
        let Some(node) = result else {
            self.one_by_one(state);
            return None;
        };
        self.close_leaves(state);
        let frame = &state.frames[0];
        self.evaluation.unit.note_origins(before, frame, state.expr);
        Some(node)
    }

    fn image_of(&mut self, leaves: &[IndexLeaf], body: NodeId) -> Option<NodeId> {
        if leaves.len() == 2 && !self.graph.shape(body).is_scalar() {
            return None;
        }
        let count = leaves.iter().map(|leaf| leaf.count());
        let count = count.fold(1, usize::saturating_mul);
        let mut node = body;
        for leaf in leaves.iter().rev() {
            let value = |id: NodeId| match self.is_changing(id) {
                true => None,
                false => self.value(id).ok(),
            };
            let mut uniform = Uniform::new(self.graph, *leaf, &value);
            node = uniform.entries(node)?;
            let (numbered, guards) = (uniform.numbered, std::mem::take(&mut uniform.guards));
            if numbered && count <= self.evaluation.limits.numbered {
                return None;
            }
            let images: Vec<(NodeId, NodeId)> = uniform.images().collect();
            let unit = &mut self.evaluation.unit;
            for (node, image) in images {
                unit.copy_origin(node, image);
            }
            unit.guards.extend(guards);
        }
        // The last clause runs along the rows.
        Some(match leaves.len() {
            2 => self.graph.term(node).transposed().id,
            _ => node,
        })
    }

    /// The comprehension as a loop that computes an entry a round, where it is long.
    fn rounds_of(&mut self, leaf: IndexLeaf, state: &Loop, body: NodeId) -> Option<NodeId> {
        let graph = self.graph;
        let (shape, count) = (graph.shape(body), leaf.count());
        let limits = self.evaluation.limits;
        if shape.cols != 1 || limits.entries == 0 || count <= limits.unrolled {
            return None;
        }
        let frame = state.frames[0].clone();
        let variable = match &frame.script.expr(state.expr).kind {
            ExprKind::Comprehension(each) => each.clauses[0].variable.clone(),
            _ => return None,
        };
        let attempt = state.at_once.as_ref()?;
        let first = graph.constant(Tensor::filled(shape, 0.0));
        let attempt = LoopAttempt {
            iteration: Iteration {
                expr: state.expr,
                frame,
                function: variable,
                rounds: Rounds::Rows {
                    matrix: leaf.values(graph).id,
                    count,
                    state: shape,
                    states: Some(Vec::new()),
                },
                done: 0,
                may_loop: None,
                no_loop: None,
            },
            first,
            state: graph.input("".into(), shape, None),
            row: Some(leaf.node),
            after: None,
            rollback: attempt.rollback,
            notes: attempt.notes,
        };
        let rows = self.as_loop(&attempt, body, None).ok()?;
        Some(match shape {
            Shape::SCALAR => rows,
            _ => graph.term(rows).transposed().id,
        })
    }

    /// Forgets the leaves, and what was noted of nodes that depend on them.
    fn close_leaves(&mut self, state: &mut Loop) {
        let Some(attempt) = state.at_once.take() else {
            return;
        };
        self.changing.indices.truncate(attempt.outer);
        let leaves: Vec<NodeId> = attempt.leaves.iter().map(|leaf| leaf.node).collect();
        if !leaves.is_empty() {
            self.forget(&leaves, attempt.notes);
        }
    }

    /// Goes back to where the bounds of the first clause were known: the entries are lowered one by one.
    pub(super) fn one_by_one(&mut self, state: &mut Loop) {
        let Some(attempt) = &state.at_once else {
            return;
        };
        if !attempt.leaves.is_empty() {
            self.evaluation
                .unit
                .noticed
                .warnings
                .truncate(attempt.warnings);
            self.roll_back(&attempt.rollback);
        }
        self.close_leaves(state);
        state.bounds = false;
        state.frames.truncate(1);
        state.ranges.truncate(1);
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

/// True if a comprehension is the argument of `prod`.
fn is_product(script: &Script, comprehension: ExprId) -> bool {
    // A call stands behind its arguments.
    let behind = script.expressions.get(comprehension.0 as usize + 1);
    let Some(ExprKind::Call(call)) = behind.map(|expr| &expr.kind) else {
        return false;
    };
    call.arguments == [comprehension] && array::PROD.name == &*call.function.name
}

impl Loop {
    /// True if the entries are being lowered all at once.
    pub(super) fn is_at_once(&self) -> bool {
        let attempt = self.at_once.as_ref();
        attempt.is_some_and(|attempt| !attempt.leaves.is_empty())
    }
}
