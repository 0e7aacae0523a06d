//! The machine: a stack of tasks and a stack of nodes, so that neither deep nesting nor a chain of a
//! million definitions needs a deep call stack.

use super::Lowerer;
use super::definitions::Formula;
use super::explain::node_limit;
use super::frame::Frame;
use super::tasks::{Rollback, Task};
use super::unrolled::NoLoop;
use crate::diagnostic::{Code, Diagnostic, Result, bail, interrupted};
use crate::graph::{NodeId, Shape};
use crate::primitives::arithmetic::is_true;
use crate::source::Location;
use crate::stop;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Ident, Name, Script, UnaryOp};
use smallvec::SmallVec;
use std::rc::Rc;

/// The operands of an expression.
type Operands = SmallVec<[NodeId; 4]>;

impl Lowerer<'_> {
    /// The node that `formula` stands for, no name held.
    ///
    /// # Errors
    /// Fails if names, shapes or arguments do not fit together, a limit is met or a stop is requested.
    pub fn lower(&mut self, formula: &Formula) -> Result<NodeId> {
        self.lower_held(formula, &[])
    }

    /// The node that `formula` stands for while `held` names are leaves, each with the node that
    /// stands for it.
    ///
    /// # Errors
    /// Fails as [`Lowerer::lower`].
    pub fn lower_held(&mut self, formula: &Formula, held: &[(Name, NodeId)]) -> Result<NodeId> {
        let outer = self.held_sets.none().clone();
        let held = self.held_sets.with(&outer, held);
        let frame = Rc::new(Frame::global(&formula.script, &held));
        self.begin();
        self.push_task(Task::Visit(formula.expr, frame));
        if let Err(error) = self.run() {
            self.remember_failure(&error);
            return Err(error);
        }
        Ok(self.pop_node())
    }

    /// The same as [`Lowerer::lower_held`] for a formula that is read rather than evaluated: what has a form
    /// for all indices of a sum is not written entry by entry. It leaves no warnings.
    ///
    /// # Errors
    /// Fails as [`Lowerer::lower`].
    pub fn lower_as_read(&mut self, formula: &Formula, held: &[(Name, NodeId)]) -> Result<NodeId> {
        let memo = std::mem::take(&mut self.memo);
        let limits = self.evaluation.limits;
        let warnings = self.evaluation.unit.noticed.warnings.len();
        self.memo.files.clone_from(&memo.files);
        self.evaluation.limits = limits.for_formulas();
        let node = self.lower_held(formula, held);
        self.evaluation.limits = limits;
        self.evaluation.unit.noticed.warnings.truncate(warnings);
        self.memo = memo;
        node
    }

    /// Keeps what is wrong with the names being lowered, so that a formula which uses one of them fails at once. What lies
    /// in the text fails again; an error that a call has labelled, or a limit met, says something else elsewhere.
    fn remember_failure(&mut self, error: &Diagnostic) {
        let lasts = !matches!(error.code(), Code::Limit | Code::Circular);
        if lasts && self.stacks.calling.is_empty() {
            for key in self.stacks.naming.drain(..) {
                self.memo.names.remove(&key);
                self.memo.failed.insert(key, error.clone());
            }
        }
    }

    /// Forgets what a failed lowering may have left on the stacks.
    pub(super) fn begin(&mut self) {
        self.stacks.tasks.clear();
        self.stacks.values.clear();
        self.close_names(0);
        self.stacks.calling.clear();
    }

    /// Gives up all but the first `count` names being lowered.
    fn close_names(&mut self, count: usize) {
        for key in self.stacks.naming.drain(count..) {
            self.memo.names.remove(&key);
        }
    }

    /// Puts a task on top of the stack.
    pub(super) fn push_task(&mut self, task: Task) {
        self.stacks.tasks.push(task);
    }

    /// Leaves the node of a finished expression.
    pub(super) fn push_node(&mut self, node: NodeId) {
        self.stacks.values.push(node);
    }

    /// Takes the node of the expression that was finished last.
    pub(super) fn pop_node(&mut self) -> NodeId {
        let node = self.stacks.values.pop();
        node.expect("a finished expression leaves one node")
    }

    pub(super) fn run(&mut self) -> Result<()> {
        while let Some(task) = self.stacks.tasks.pop() {
            if let Err(diagnostic) = self.step(task) {
                let diagnostic = self.with_calls(diagnostic);
                self.recover(diagnostic)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, task: Task) -> Result<()> {
        match task {
            Task::Visit(expr, frame) => {
                self.check_limits(expr, &frame)?;
                self.visit(expr, &frame)
            }
            Task::Combine(expr, frame, base) => self.combine(expr, &frame, base),
            Task::Define => {
                let node = *self
                    .stacks
                    .values
                    .last()
                    .expect("a formula leaves one node");
                let key = self.stacks.naming.pop().expect("its name is open");
                let (name, _) = self.definitions.at(key.0);
                self.evaluation.unit.note_name(node, name);
                self.memo.names.insert(key, Some(node));
                Ok(())
            }
            Task::DefineLocal(local) => {
                let node = self.stacks.values.last();
                local.lowered(*node.expect("a formula leaves one node"));
                Ok(())
            }
            Task::Return(key) => {
                let node = *self.stacks.values.last().expect("a body leaves one node");
                self.stacks.calling.pop();
                if let Some(key) = key {
                    self.memo.calls.insert(*key, node);
                }
                Ok(())
            }
            Task::Catch(_) => Ok(()),
            Task::Loop(state) => self.advance_loop(*state),
            Task::Differentiate(state) => self.differentiate(*state),
            Task::Choose(expr, frame, base) => {
                self.visit_choice(expr, &frame, base);
                Ok(())
            }
            Task::Branch(expr, frame) => {
                self.catch();
                self.push_task(Task::Visit(expr, frame));
                Ok(())
            }
            Task::Iterate(state) => self.iterate(*state),
            Task::Equation(equation) => self.finish_equation(&equation),
            Task::Ruled(call) => self.ruled(*call),
            Task::Round(attempt) => self.finish_round(*attempt),
            Task::Prime(expr, frame, hold, order) => self.prime(expr, &frame, hold, order),
        }
    }

    /// Labels an error in the body of a function with the call that led there.
    fn with_calls(&self, diagnostic: Diagnostic) -> Diagnostic {
        let first = self.stacks.calling.first();
        let last = self
            .stacks
            .calling
            .last()
            .filter(|_| self.stacks.calling.len() > 1);
        let known = |diagnostic: &Diagnostic, call: &Location| {
            let labels = diagnostic.labels();
            labels.iter().any(|label| label.location == *call)
        };
        [last, first]
            .into_iter()
            .flatten()
            .fold(diagnostic, |diagnostic, calling| {
                let (function, call) = (&calling.function, &calling.location);
                if diagnostic.code() == Code::Circular || known(&diagnostic, call) {
                    return diagnostic;
                }
                let text = format!("in this call of `{}`", function.name);
                diagnostic.label(call.clone(), text)
            })
    }

    /// A failure inside a branch becomes a node that raises it only where the branch is taken.
    fn recover(&mut self, diagnostic: Diagnostic) -> Result<()> {
        if matches!(
            diagnostic.code(),
            Code::Limit | Code::Function | Code::Arity
        ) {
            return Err(diagnostic);
        }
        while let Some(task) = self.stacks.tasks.pop() {
            match task {
                Task::Catch(rollback) => {
                    self.roll_back(&rollback);
                    let reason = self.evaluation.unit.add_reason(diagnostic);
                    self.push_node(self.graph.raise(reason, Shape::SCALAR));
                    return Ok(());
                }
                // The failure comes again when the rounds are unrolled, in the words of the round where it does.
                Task::Round(attempt) => {
                    self.unroll(*attempt, NoLoop::Decides);
                    return Ok(());
                }
                // Here too.
                Task::Loop(mut state) if state.is_at_once() => {
                    self.one_by_one(&mut state);
                    self.push_task(Task::Loop(state));
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(diagnostic)
    }

    fn catch(&mut self) {
        self.push_task(Task::Catch(self.here()));
    }

    /// The heights of the stacks.
    pub(super) fn here(&self) -> Rollback {
        Rollback {
            values: self.stacks.values.len() as u32,
            names: self.stacks.naming.len() as u32,
            calls: self.stacks.calling.len() as u32,
        }
    }

    /// Takes what has come onto the stacks since.
    pub(super) fn roll_back(&mut self, to: &Rollback) {
        self.stacks.values.truncate(to.values as usize);
        self.close_names(to.names as usize);
        self.stacks.calling.truncate(to.calls as usize);
    }

    pub(super) fn check_limits(&self, expr: ExprId, frame: &Frame) -> Result<()> {
        let used = self.graph.len().max(self.stacks.values.len());
        if used > self.evaluation.limits.nodes {
            return Err(node_limit(self.evaluation.limits.nodes, frame.locate(expr)));
        }
        if stop::requested() {
            return Err(interrupted(frame.locate(expr)));
        }
        Ok(())
    }

    /// Pushes what is needed to leave the node of `expr` on the stack.
    fn visit(&mut self, expr: ExprId, frame: &Rc<Frame>) -> Result<()> {
        let script = &frame.script;
        let base = self.stacks.values.len();
        match &script.expr(expr).kind {
            ExprKind::Number(value) => {
                self.evaluation.unit.noticed.decimals |= is_decimal(script, expr, *value);
                self.push_node(self.graph.literal(*value));
            }
            ExprKind::Text(_) => {
                bail!(Type, frame.locate(expr),
                    "a text has no value";
                    label: "a text is allowed only after `print`, `import`, `to`, in `read(…)` and `scheme=`");
            }
            ExprKind::Name(name) => self.resolve(*name, expr, frame)?,
            ExprKind::Unary(UnaryOp::Neg, operand) => match script.expr(*operand).kind {
                // A minus in front of a number makes a negative number, not an operation.
                ExprKind::Number(value) if is_bare_number(script, *operand) => {
                    self.evaluation.unit.noticed.decimals |= is_decimal(script, expr, value);
                    self.push_node(self.graph.literal(-value));
                }
                _ => self.visit_all([*operand], expr, frame, base),
            },
            ExprKind::If(condition, ..) => {
                self.push_task(Task::Choose(expr, frame.clone(), base));
                self.push_task(Task::Visit(*condition, frame.clone()));
            }
            ExprKind::Binary(op, left, right) if op.is_logical() => {
                self.push_task(Task::Combine(expr, frame.clone(), base));
                // The right side may fail where the left one decides.
                self.push_task(Task::Branch(*right, frame.clone()));
                self.push_task(Task::Visit(*left, frame.clone()));
            }
            ExprKind::Binary(_, left, right) => {
                self.visit_all([*left, *right], expr, frame, base);
            }
            ExprKind::Call { .. } | ExprKind::Derivative { .. } => {
                self.visit_call(expr, frame, base)?;
            }
            ExprKind::Comprehension { .. } => self.visit_comprehension(expr, frame.clone(), base),
            ExprKind::Block(block) => {
                let bind =
                    |frame: Frame, (name, expr): &(Ident, ExprId)| frame.define(&name.name, *expr);
                let inner = block.definitions.iter().fold((**frame).clone(), bind);
                self.push_task(Task::Visit(block.value, Rc::new(inner)));
            }
            _ => {
                let mut children = Vec::new();
                script.expr(expr).children(|child| children.push(child));
                self.visit_all(children, expr, frame, base);
            }
        }
        Ok(())
    }

    /// Visits the branches of an `if` whose condition is on the stack.
    fn visit_choice(&mut self, expr: ExprId, frame: &Rc<Frame>, base: usize) {
        let ExprKind::If(_, then, otherwise) = frame.script.expr(expr).kind else {
            return;
        };
        if let Some(holds) = self.decided(base) {
            self.stacks.values.truncate(base);
            let taken = if holds { then } else { otherwise };
            return self.push_task(Task::Visit(taken, frame.clone()));
        }
        let tasks = [
            Task::Combine(expr, frame.clone(), base),
            Task::Branch(otherwise, frame.clone()),
            Task::Branch(then, frame.clone()),
        ];
        self.stacks.tasks.extend(tasks);
    }

    /// The condition on the stack, where it is the same in all runs of the program or all rounds of the
    /// loop that is being made: what is in the other branch need not even be possible there.
    fn decided(&mut self, base: usize) -> Option<bool> {
        let condition = self.stacks.values[base];
        let scalar = self.graph.shape(condition).is_scalar();
        if !scalar || !self.is_repeated() || self.is_changing(condition) {
            return None;
        }
        let value = self.value(condition).ok()?;
        Some(is_true(value.data()[0]))
    }

    /// Visits `children` left to right, then combines them to `expr`.
    pub(super) fn visit_all(
        &mut self,
        children: impl IntoIterator<Item = ExprId, IntoIter: DoubleEndedIterator>,
        expr: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) {
        self.push_task(Task::Combine(expr, frame.clone(), base));
        for child in children.into_iter().rev() {
            self.push_task(Task::Visit(child, frame.clone()));
        }
    }

    /// Combines the operands on the stack from `base` up into the node of `expr`.
    fn combine(&mut self, expr: ExprId, frame: &Rc<Frame>, base: usize) -> Result<()> {
        let before = self.graph.len();
        let operands: Operands = self.stacks.values.drain(base..).collect();
        let node = match &frame.script.expr(expr).kind {
            ExprKind::Unary(op, operand) => {
                if *op == UnaryOp::Transpose {
                    self.note_transposed(expr, *operand, operands[0], frame);
                }
                self.unary(*op, operands[0])
            }
            ExprKind::Binary(op, left, right) => self.binary(
                *op,
                expr,
                [*left, *right],
                [operands[0], operands[1]],
                frame,
            )?,
            ExprKind::If(condition, then, otherwise) => {
                self.choice([*condition, *then, *otherwise], &operands, frame)?
            }
            ExprKind::Index(target, indices) => {
                self.index(expr, *target, indices, &operands, frame)?
            }
            ExprKind::Matrix(rows) => self.matrix(rows, &operands, frame)?,
            ExprKind::Call { .. } | ExprKind::Derivative { .. } => {
                return self.finish_call(expr, frame, &operands);
            }
            _ => operands[0],
        };
        self.evaluation.unit.note_origins(before, frame, expr);
        self.push_node(node);
        Ok(())
    }
}

/// A number written as one token: `-(3)` is an operation on 3, `-3` is a number.
fn is_bare_number(script: &Script, expr: ExprId) -> bool {
    !script.text(expr).starts_with('(')
}

/// True for a number that is written with decimals, where another would write a fraction. Half an exponent
/// is a root: `x^1.5` is how everyone writes it.
fn is_decimal(script: &Script, expr: ExprId, value: f64) -> bool {
    // An operation stands behind its last operand.
    let next = script.expressions.get(expr.0 as usize + 1);
    let exponent = next.is_some_and(|next| {
        matches!(next.kind, ExprKind::Binary(BinaryOp::Pow | BinaryOp::DotPow, _, right) if right == expr)
    });
    value.fract() != 0.0 && !(exponent && (2.0 * value).fract() == 0.0)
}
