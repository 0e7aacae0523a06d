//! Derivatives as expressions: `grad`, `jacobian`, `hessian`, `jvp`, `vjp`, `taylor`, `numeric`, `f'`.

use super::frame::{Frame, HeldNames, Local, LocalMeaning};
use super::signatures::example_of;
use super::tasks::{Differentiation, Stage, TargetName, Task};
use super::unit::Unit;
use super::{Differentiated, Lowerer};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::diff::{self, Held, Matrix, Problem, Scheme, Target};
use crate::graph::{Corner, Graph, NodeId, Op, Shape};
use crate::syntax::ast::{ExprId, ExprKind, Index, Name, NamedArgument};
use crate::syntax::special::{Special, SpecialRow, TEXT_OPTION};
use std::rc::Rc;

pub(super) struct Parts<'s> {
    operator: &'static SpecialRow,
    pub output: ExprId,
    pub wrt: ExprId,
    /// The direction of `jvp`, the weights of `vjp`, the order of `taylor`.
    pub vector: Option<ExprId>,
    named: &'s [NamedArgument],
}

impl Lowerer<'_> {
    fn parts<'s>(
        &self,
        operator: &'static SpecialRow,
        expr: ExprId,
        frame: &'s Frame,
    ) -> Result<Parts<'s>> {
        let ExprKind::Call(call) = &frame.script.expr(expr).kind else {
            return Err(self.not_a_target(expr, frame));
        };
        let (arguments, named) = (&call.arguments, &call.named);
        self.expect_arguments(expr, arguments.len(), operator.arguments, frame)?;
        let unknown = |argument: &&NamedArgument| !operator.options.contains(&&*argument.name.name);
        if let Some(argument) = named.iter().find(unknown) {
            bail!(Arity, frame.script.location(argument.name.span),
                "`{}` takes no argument `{}=`", operator.name, argument.name;
                label: "not an argument of it";
                help: "its signature is `{}`{}", operator.signature, example_of(operator.name));
        }
        Ok(Parts {
            operator,
            output: arguments[0],
            wrt: arguments[1],
            vector: arguments.get(2).copied(),
            named,
        })
    }

    pub(super) fn visit_derivative(
        &mut self,
        operator: &'static SpecialRow,
        expr: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) -> Result<()> {
        let parts = self.parts(operator, expr, frame)?;
        let wrt = self.wrt(parts.wrt, frame)?;
        let name = wrt.name.clone();
        let local = frame.local(&name).cloned();
        let state = Differentiation {
            operator,
            expr,
            frame: frame.clone(),
            stage: Stage::Hold,
            wrt,
            base,
            inputs: self.evaluation.unit.inputs.len(),
            target: None,
        };
        let target = state.wrt.expr;
        self.push_task(Task::Differentiate(Box::new(state)));
        match local {
            Some(local) => self.resolve_local(&local, frame),
            None => {
                // The target is looked up in the global scope: its formula, its leaf, or what holds it.
                let found = self.definitions.find(&name);
                self.resolve_global(&name, found, Some(target), frame)?;
            }
        }
        Ok(())
    }

    /// A new leaf for one differentiation that stands for `node` afterwards. Always a new one:
    /// two differentiations that shared it would take each other's variable for their own.
    pub(super) fn fresh_hold(&mut self, node: NodeId) -> NodeId {
        self.holds += 1;
        self.graph.hold(self.holds, node)
    }

    /// True if `node` is a number written in the formula.
    pub(super) fn is_literal(&self, node: NodeId) -> bool {
        matches!(self.graph.node(node).op, Op::Literal(_) | Op::Constant(_))
    }

    /// The leaf that stands for the target during this differentiation. A name that stands for a
    /// formula is held; so is a parameter, which is a name of its own in its body.
    fn hold_target(
        &mut self,
        node: NodeId,
        name: &Name,
        frame: &Rc<Frame>,
    ) -> (NodeId, Rc<Frame>, Held) {
        let mut held = frame.held.nodes();
        let mut inner = Frame {
            locals: None,
            ..(**frame).clone()
        };
        let mut leaf = None;
        // Every parameter in scope is independent of everything else while this runs; formulas
        // among the local names are read anew with those.
        let mut bound: Vec<Rc<Local>> = Vec::new();
        let mut local = frame.locals.clone();
        while let Some(found) = local {
            local = found.outer.clone();
            bound.push(found);
        }
        let target = frame.local(name);
        for local in bound.into_iter().rev() {
            let is_target = target.is_some_and(|target| Rc::ptr_eq(target, &local));
            let value = match &local.meaning {
                LocalMeaning::Given(value) => *value,
                LocalMeaning::Formula(..) if is_target => node,
                LocalMeaning::Formula(expr, _) => {
                    inner = inner.define(&local.name, *expr);
                    continue;
                }
            };
            let bound_to = if is_target || !self.is_literal(value) {
                self.fresh_hold(value)
            } else {
                value
            };
            if bound_to != value {
                held.insert(bound_to);
            }
            if is_target {
                leaf = Some(bound_to);
            }
            inner = inner.bind(&local.name, bound_to);
        }
        let leaf =
            leaf.unwrap_or_else(|| self.global_leaf(node, name, frame, &mut inner.held, &mut held));
        (leaf, Rc::new(inner), held)
    }

    fn global_leaf(
        &mut self,
        node: NodeId,
        name: &Name,
        frame: &Frame,
        names: &mut Rc<HeldNames>,
        held: &mut Held,
    ) -> NodeId {
        if frame.held.get(name).is_some() || self.evaluation.unit.inputs.get(name) == Some(&node) {
            return node;
        }
        let leaf = self.fresh_hold(node);
        *names = self.held_sets.with(&frame.held, &[(name.clone(), leaf)]);
        held.insert(leaf);
        leaf
    }

    pub(super) fn differentiate(&mut self, mut state: Differentiation) -> Result<()> {
        let frame = state.frame.clone();
        let parts = self.parts(state.operator, state.expr, &frame)?;
        match state.stage {
            Stage::Hold => {
                let node = self.pop_node();
                let (leaf, inner, held) = self.hold_target(node, &state.wrt.name, &frame);
                // The formula is read after its variable, and says in which order names appear.
                self.evaluation
                    .unit
                    .set_newest_aside(&state.wrt.name, state.inputs);
                state.target = Some((leaf, held));
                state.stage = Stage::Differentiate;
                // In the scope around: indices and directions. In the inner one: what is differentiated.
                let mut outside: Vec<ExprId> = Vec::new();
                for index in &state.wrt.indices {
                    if let Index::At(at) = index {
                        outside.push(*at);
                    }
                }
                outside.extend(parts.vector);
                outside.extend(step_argument(&parts).map(|argument| argument.value));
                self.push_task(Task::Differentiate(Box::new(state)));
                self.push_task(Task::Visit(parts.output, inner));
                for expr in outside.into_iter().rev() {
                    self.push_task(Task::Visit(expr, frame.clone()));
                }
                Ok(())
            }
            Stage::Differentiate => {
                self.evaluation.unit.take_back(&state.wrt.name);
                let mut operands = self.stacks.values.split_off(state.base);
                let output = operands.pop().expect("the differentiated expression");
                let before = self.graph.len();
                let node = self.derivative(&state, &parts, output, &operands)?;
                if let (Some((leaf, held)), true) =
                    (&state.target, parts.operator.id != Special::Numeric)
                {
                    self.note_differentiated(node, output, *leaf, held);
                }
                self.evaluation
                    .unit
                    .note_origins(before, &frame, state.expr);
                self.check_limits(state.expr, &frame)?;
                self.push_node(node);
                Ok(())
            }
        }
    }

    fn derivative(
        &mut self,
        state: &Differentiation,
        parts: &Parts<'_>,
        output: NodeId,
        operands: &[NodeId],
    ) -> Result<NodeId> {
        let frame = &*state.frame;
        let (leaf, held) = state.target.as_ref().expect("the target is known");
        let (indices, rest) = operands.split_at(state.wrt.indices.len());
        let target = self.target(*leaf, &state.wrt, indices, frame)?;
        let graph = self.graph;
        // What lies behind held names, such as all rounds before this one, is walked through only in
        // search of a mistyped name.
        let walked = |stop: &dyn Fn(NodeId) -> bool| graph.cone(&[output], stop);
        let near = walked(&|id| held.contains(&id));
        let missed = (!near.has(*leaf)).then(|| walked(&|_| false));
        if let Some(cone) = missed.filter(|cone| !cone.has(*leaf)) {
            if self.is_undefined(&state.wrt.name, frame) {
                return Err(self.unknown_target(&state.wrt.name, frame.locate(parts.wrt)));
            }
            // The derivative with respect to a mistyped name would silently be 0.
            if let Some(undefined) = cone.iter().find(|id| self.unit().is_free(**id)) {
                return Err(self.unit().missing(*undefined));
            }
        }
        let output = self.spelled_out(output, held, state.expr, frame)?;
        let output = self.unit().reseeded(output, &[*leaf], held);
        let problem = Problem {
            graph,
            output,
            target,
            held,
        };
        let shape = graph.shape(output);
        let columns = target.shape(graph).len();
        match parts.operator.id {
            Special::Grad | Special::Hessian | Special::Taylor if !shape.is_scalar() => {
                Err(self.not_scalar(parts, shape, frame))
            }
            Special::Grad => Ok(diff::grad(problem)),
            Special::Hessian => {
                let size = [columns, columns];
                self.matrix_of_derivatives(Matrix::Hessian, problem, size, state.expr, frame)
            }
            Special::Jacobian => {
                let size = [shape.len(), columns];
                self.matrix_of_derivatives(Matrix::Jacobian, problem, size, state.expr, frame)
            }
            Special::Jvp => {
                self.check_direction(
                    parts,
                    rest[0],
                    target.shape(graph),
                    "the direction",
                    "the variable",
                    frame,
                )?;
                self.evaluation.unit.note_direction(rest[0]);
                Ok(diff::jvp(problem, rest[0]))
            }
            Special::Vjp => {
                self.check_direction(
                    parts,
                    rest[0],
                    shape,
                    "the weights",
                    "what is differentiated",
                    frame,
                )?;
                self.evaluation.unit.note_direction(rest[0]);
                Ok(diff::vjp(problem, rest[0]))
            }
            Special::Taylor => self.taylor(parts, problem, rest[0], state.expr, frame),
            _ => {
                let size = [shape.len(), columns];
                let scheme = self.scheme(parts, frame)?;
                let matrix = Matrix::Numeric(rest.first().copied(), scheme);
                self.matrix_of_derivatives(matrix, problem, size, state.expr, frame)
            }
        }
    }

    /// True if nothing gives `name` a meaning: it is a free input, or a typing mistake.
    fn is_undefined(&self, name: &Name, frame: &Frame) -> bool {
        frame.local(name).is_none()
            && frame.held.get(name).is_none()
            && !self.bound.contains_key(name)
            && self.definitions.variable(name).is_none()
    }

    /// The target with its entry, where one is meant.
    fn target(
        &mut self,
        leaf: NodeId,
        wrt: &TargetName,
        indices: &[NodeId],
        frame: &Frame,
    ) -> Result<Target> {
        if wrt.indices.is_empty() {
            return Ok(Target {
                node: leaf,
                entry: None,
            });
        }
        let shape = self.graph.shape(leaf);
        let ExprKind::Index(base, _) = frame.script.expr(wrt.expr).kind else {
            return Ok(Target {
                node: leaf,
                entry: None,
            });
        };
        let (corner, _): (Corner, Shape) =
            self.block(wrt.expr, base, shape, &wrt.indices, indices, frame)?;
        Ok(Target {
            node: leaf,
            entry: Some(corner),
        })
    }

    fn not_scalar(&self, parts: &Parts<'_>, shape: Shape, frame: &Frame) -> Diagnostic {
        let text = frame.script.text(parts.output);
        let wrt = frame.script.text(parts.wrt);
        let first = if shape.is_vector() { "1" } else { "1, 1" };
        let help = match parts.operator.id {
            Special::Grad => format!(
                "for all partial derivatives: `jacobian({text}, {wrt})`; for the gradient of the sum: `grad(sum({text}), {wrt})`"
            ),
            Special::Taylor => {
                let order = parts.vector.map_or("n", |order| frame.script.text(order));
                format!(
                    "for one entry: define `y = {text}` and write `taylor(y[{first}], {wrt}, {order})`"
                )
            }
            _ => format!("for one entry: `hessian({text}[1], {wrt})`"),
        };
        error!(Scalar, frame.locate(parts.output),
            "`{}` takes a scalar, and this is a {shape} matrix", parts.operator.name;
            label: "{}", shape.described();
            help: "{help}")
    }

    fn check_direction(
        &self,
        parts: &Parts<'_>,
        node: NodeId,
        wanted: Shape,
        what: &str,
        like: &str,
        frame: &Frame,
    ) -> Result<()> {
        let shape = self.graph.shape(node);
        let vector = parts.vector.unwrap_or(parts.wrt);
        if shape == wanted {
            return Ok(());
        }
        let other = if parts.operator.id == Special::Jvp {
            parts.wrt
        } else {
            parts.output
        };
        Err(error!(Shape, frame.locate(vector),
            "{what} of `{}` has the shape of {like}: {wanted}, not {shape}", parts.operator.name;
            label: "{}", shape.described();
            also: frame.locate(other), "this is {wanted}"))
    }

    fn scheme(&self, parts: &Parts<'_>, frame: &Frame) -> Result<Scheme> {
        let Some(argument) = parts
            .named
            .iter()
            .find(|argument| &*argument.name.name == TEXT_OPTION)
        else {
            return Ok(Scheme::Central);
        };
        let named = match &frame.script.expr(argument.value).kind {
            ExprKind::Text(text) => Scheme::named(text),
            _ => None,
        };
        named.ok_or_else(|| {
            error!(Type, frame.locate(argument.value),
                "there is no such scheme";
                label: "one of \"central\", \"forward\", \"backward\"";
                help: "for example `numeric(L, w, scheme=\"central\")`")
        })
    }

    /// The `order`-th derivative of the body on the stack by its parameter `hold`.
    pub(super) fn prime(
        &mut self,
        expr: ExprId,
        frame: &Frame,
        hold: NodeId,
        order: u32,
    ) -> Result<()> {
        let before = self.graph.len();
        let output = self.pop_node();
        let held = Held::from_iter([hold]);
        let output = self.spelled_out(output, &held, expr, frame)?;
        let of = output;
        let mut output = self.unit().reseeded(output, &[hold], &held);
        let target = Target {
            node: hold,
            entry: None,
        };
        let graph: &Graph = self.graph;
        for _ in 0..order {
            let one = graph.literal(1.0);
            output = diff::jvp(
                Problem {
                    graph,
                    output,
                    target,
                    held: &held,
                },
                one,
            );
            self.check_limits(expr, frame)?;
        }
        self.note_differentiated(output, of, hold, &held);
        self.evaluation.unit.note_origins(before, frame, expr);
        self.push_node(output);
        Ok(())
    }

    /// Keeps in mind that `result` is a derivative, for those who want to know of kinks.
    fn note_differentiated(&mut self, result: NodeId, output: NodeId, target: NodeId, held: &Held) {
        if self.wants_values() {
            self.evaluation.unit.differentiated.push(Differentiated {
                result,
                output,
                target,
                held: held.clone(),
            });
        }
    }
}

impl Unit<'_> {
    /// Refuses to differentiate by `targets` a name that nothing defines and that is none of them;
    /// without targets, the name of a function.
    ///
    /// # Errors
    /// Fails for such a name.
    pub fn refuse_undefined(&self, output: NodeId, targets: &[NodeId]) -> Result<()> {
        let function = || {
            let names = self.names_of(output).iter();
            names.clone().any(|name| self.signature(name).is_some())
        };
        let stray = !targets.contains(&output) && (!targets.is_empty() || function());
        if stray && self.is_free(output) {
            return Err(self.missing(output));
        }
        Ok(())
    }
}

/// The `h=` of `numeric`.
fn step_argument<'s>(parts: &Parts<'s>) -> Option<&'s NamedArgument> {
    parts
        .named
        .iter()
        .find(|argument| &*argument.name.name == "h")
}
