//! Calls: the user's functions are expanded where they are called, everything else is a row of the
//! table.

use super::Lowerer;
use super::definitions::Function;
use super::frame::{Frame, Local, LocalMeaning};
use super::tasks::{CallKey, Calling, RuledCall, Task};
use crate::diagnostic::{Result, bail, counted};
use crate::graph::{Args, NodeId};
use crate::primitives;
use crate::syntax::ast::{ExprId, ExprKind, Ident, NamedArgument};
use crate::syntax::special::{Special, SpecialKind};
use std::rc::Rc;

impl Lowerer<'_> {
    /// The special function that is called, unless the user has defined one of its name.
    fn special(&self, kind: &ExprKind) -> Option<Special> {
        let ExprKind::Call(call) = kind else {
            return None;
        };
        let users = || self.definitions.function(&call.function.name).is_some();
        call.special.filter(|_| !users())
    }

    pub(super) fn visit_call(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) -> Result<()> {
        let script = &frame.script;
        let (arguments, named): (&[ExprId], &[NamedArgument]) = match &script.expr(expr).kind {
            ExprKind::Call(call) => (&call.arguments, &call.named),
            ExprKind::Derivative(call) => (&call.arguments, &[]),
            _ => return Ok(()),
        };
        match self.special(&script.expr(expr).kind).map(Special::row) {
            Some(row) if row.kind == SpecialKind::Derivative => {
                return self.visit_derivative(row, expr, frame, base);
            }
            Some(row) if row.kind == SpecialKind::Iteration => {
                return self.visit_iteration(row, expr, frame, base);
            }
            Some(row) if row.kind == SpecialKind::File => {
                self.expect_arguments(expr, arguments.len(), row.arguments, frame)?;
                if let Some(argument) = named.first() {
                    return Err(self.unknown_option(&argument.name, row.name, frame));
                }
                let node = self.read(arguments[0], frame)?;
                self.push_node(node);
                return Ok(());
            }
            _ => {}
        }
        let named = named.iter().map(|argument| argument.value);
        let children = arguments.iter().copied().chain(named);
        self.visit_all(children, expr, frame, base);
        Ok(())
    }

    /// Ends a call whose arguments are `operands`: leaves its node on the stack, or pushes what
    /// still has to be done for it.
    pub(super) fn finish_call(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        operands: &[NodeId],
    ) -> Result<()> {
        match &frame.script.expr(expr).kind {
            ExprKind::Derivative(call) => {
                self.finish_prime(expr, frame, &call.function, call.order, operands)
            }
            ExprKind::Call(call) => {
                let (function, arguments, named) = (&call.function, &call.arguments, &call.named);
                if let Some(users) = self.definitions.function(&function.name) {
                    if let Some(argument) = named.first() {
                        return Err(self.unknown_option(&argument.name, &function.name, frame));
                    }
                    return self.expand(expr, frame, users, operands, true);
                }
                match call.special {
                    Some(special) if special.is_iteration() => {
                        self.start_iteration(special, expr, frame, operands)
                    }
                    Some(special @ (Special::Rows | Special::Cols)) => {
                        let wanted = special.row().arguments;
                        self.expect_arguments(expr, arguments.len(), wanted, frame)?;
                        let shape = self.graph.shape(operands[0]);
                        let size = if special == Special::Rows {
                            shape.rows
                        } else {
                            shape.cols
                        };
                        self.push_node(self.graph.literal(f64::from(size)));
                        Ok(())
                    }
                    Some(special @ Special::Same) => {
                        let wanted = special.row().arguments;
                        self.expect_arguments(expr, arguments.len(), wanted, frame)?;
                        let node = self.same(expr, frame, operands)?;
                        self.push_node(node);
                        Ok(())
                    }
                    _ => {
                        let before = self.graph.len();
                        let node =
                            self.apply_row(expr, function, arguments, named, operands, frame)?;
                        self.evaluation.unit.note_origins(before, frame, expr);
                        self.push_node(node);
                        Ok(())
                    }
                }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn expect_arguments(
        &self,
        expr: ExprId,
        given: usize,
        wanted: usize,
        frame: &Frame,
    ) -> Result<()> {
        if given == wanted {
            return Ok(());
        }
        Err(self.arity_error(expr, given, &counted(wanted, "argument"), frame))
    }

    /// Expands a call of a user's function. With `remember` the same call elsewhere reuses the result;
    /// a step of a chain of calls never comes again.
    pub(super) fn expand(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: &Rc<Function>,
        arguments: &[NodeId],
        remember: bool,
    ) -> Result<()> {
        let wanted = function.parameters.len();
        if arguments.len() != wanted {
            let error =
                self.arity_error(expr, arguments.len(), &counted(wanted, "argument"), frame);
            return Err(error.label(
                function.body.script.location(function.name.span),
                "defined here",
            ));
        }
        // A call inside a rule is lowered for the rule alone.
        let in_rule = self.stacks.calling.iter().any(|known| known.in_rule);
        let remember = remember && !in_rule;
        let key = CallKey {
            function: Rc::as_ptr(function) as usize,
            arguments: Args::from_slice(arguments),
            held: frame.held.id,
        };
        if let Some(node) = self.memo.calls.get(&key).filter(|_| remember) {
            self.push_node(*node);
            return Ok(());
        }
        let own = |known: &&Calling| Rc::ptr_eq(&known.function, function);
        let own_rule = self
            .stacks
            .calling
            .iter()
            .filter(own)
            .any(|known| known.in_rule);
        let key = remember.then(|| Box::new(key));
        if !function.rules.is_empty() && !own_rule {
            return self.start_ruled(RuledCall {
                expr,
                frame: frame.clone(),
                function: function.clone(),
                arguments: arguments.to_vec(),
                base: self.stacks.values.len(),
                begun: 0,
                key,
            });
        }
        self.expand_body(expr, frame, function, arguments, key)
    }

    /// Lowers the body of a function. What it becomes is kept under `key`.
    pub(super) fn expand_body(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: &Rc<Function>,
        arguments: &[NodeId],
        key: Option<Box<CallKey>>,
    ) -> Result<()> {
        let location = frame.locate(expr);
        let expanded = |known: &&Calling| !known.in_rule && Rc::ptr_eq(&known.function, function);
        if let Some(known) = self.stacks.calling.iter().find(expanded) {
            let name = &known.function.name;
            bail!(Function, location,
                "`{name}` calls itself";
                label: "calls are expanded, so recursion would never end";
                also: known.function.body.script.location(name.span), "defined here";
                help: "`iterate` applies a function again and again: `iterate(cos, 1, 50)`");
        }
        self.stacks.calling.push(Calling {
            function: function.clone(),
            location: location.clone(),
            in_rule: false,
        });
        let locals =
            function
                .parameters
                .iter()
                .zip(arguments)
                .fold(None, |outer, (parameter, node)| {
                    Some(Rc::new(Local {
                        name: parameter.name.clone(),
                        meaning: LocalMeaning::Given(*node),
                        outer,
                    }))
                });
        let body = Rc::new(Frame {
            script: function.body.script.clone(),
            locals,
            held: frame.held.clone(),
            via: Some(Rc::new(location)),
        });
        self.push_task(Task::Return(key));
        self.push_task(Task::Visit(function.body.expr, body));
        Ok(())
    }

    fn finish_prime(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: &Ident,
        order: u32,
        operands: &[NodeId],
    ) -> Result<()> {
        if self.definitions.function(&function.name).is_none()
            && primitives::named(&function.name).is_empty()
        {
            return Err(self.unknown_function(function, true, frame));
        }
        self.expect_arguments(expr, operands.len(), 1, frame)?;
        let shape = self.graph.shape(operands[0]);
        if !shape.is_scalar() {
            bail!(Scalar, frame.locate(expr),
                "`{function}'` is the derivative at one number, not at a {shape} matrix";
                label: "the argument is {shape}";
                help: "entry by entry: `[{function}'(x[i]) for i in 1..n]`; of vectors: `jacobian({function}(x), x)`");
        }
        let hold = self.fresh_hold(operands[0]);
        self.push_task(Task::Prime(expr, frame.clone(), hold, order));
        self.call_on(expr, frame, function, &[hold])
    }
}
