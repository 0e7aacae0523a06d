//! Calls: the user's functions are expanded where they are called, `iterate` and `f'` call them again
//! and again, and everything else is a row of the table.

use super::Lowerer;
use super::definitions::Function;
use super::frame::{Frame, Local};
use super::tasks::{CallKey, Iteration, Task};
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
                self.expect_arguments(expr, arguments.len(), row.arguments, frame)?;
                self.visit_all(arguments[1..].iter().copied(), expr, frame, base);
                return Ok(());
            }
            Some(row) if row.kind == SpecialKind::File => {
                self.expect_arguments(expr, arguments.len(), row.arguments, frame)?;
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
                    Some(Special::Iterate) => self.start_iterate(expr, frame, arguments, operands),
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
    fn expand(
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
        let key = CallKey {
            function: Rc::as_ptr(function) as usize,
            arguments: Args::from_slice(arguments),
            held: frame.held.id,
        };
        if let Some(node) = self.memo.calls.get(&key).filter(|_| remember) {
            self.push_node(*node);
            return Ok(());
        }
        let location = frame.locate(expr);
        if let Some((known, _)) = self
            .stacks
            .calling
            .iter()
            .find(|(known, _)| Rc::ptr_eq(known, function))
        {
            let name = &known.name;
            bail!(Function, location,
                "`{name}` calls itself";
                label: "recursion has no end here: calls are expanded";
                also: known.body.script.location(name.span), "defined here";
                help: "to apply a function again and again write `iterate(f, x0, n)`");
        }
        self.stacks
            .calling
            .push((function.clone(), location.clone()));
        let locals =
            function
                .parameters
                .iter()
                .zip(arguments)
                .fold(None, |outer, (parameter, node)| {
                    Some(Rc::new(Local {
                        name: parameter.name.clone(),
                        node: *node,
                        outer,
                    }))
                });
        let body = Rc::new(Frame {
            script: function.body.script.clone(),
            locals,
            held: frame.held.clone(),
            via: Some(Rc::new(location)),
        });
        self.push_task(Task::Return(remember.then(|| Box::new(key))));
        self.push_task(Task::Visit(function.body.expr, body));
        Ok(())
    }

    /// Calls a function of one argument, the user's or the table's, on a node.
    fn call_on(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: &Ident,
        argument: NodeId,
    ) -> Result<()> {
        if let Some(users) = self.definitions.function(&function.name).cloned() {
            if users.parameters.len() != 1 {
                let count = users.parameters.len();
                bail!(Arity, frame.locate(expr),
                    "`{function}` has {count} arguments, and this takes a function of one";
                    also: users.body.script.location(users.name.span), "defined here";
                    help: "for one of several arguments write `grad(f(a, b), a)`, or define a function of that one alone");
            }
            return self.expand(expr, frame, &users, &[argument], false);
        }
        let before = self.graph.len();
        let node = self.apply_row(expr, function, &[expr], &[], &[argument], frame)?;
        self.evaluation.unit.note_origins(before, frame, expr);
        self.push_node(node);
        Ok(())
    }

    fn start_iterate(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        arguments: &[ExprId],
        operands: &[NodeId],
    ) -> Result<()> {
        let Some(name) = frame.script.name_at(arguments[0]) else {
            bail!(Type, frame.locate(arguments[0]),
                "`iterate` wants the name of a function first";
                label: "not the name of a function";
                help: "write `iterate(f, x0, n)` with `f(x) = …` defined");
        };
        let function = Ident {
            name: name.clone(),
            span: frame.script.expr(arguments[0]).span,
        };
        if self.definitions.function(name).is_none() && primitives::named(name).is_empty() {
            return Err(self.unknown_function(&function, false, frame));
        }
        let left = self.count(operands[1], arguments[2], frame, "the number of iterations")?;
        self.push_node(operands[0]);
        let state = Iteration {
            expr,
            frame: frame.clone(),
            function,
            left,
        };
        self.push_task(Task::Iterate(Box::new(state)));
        Ok(())
    }

    pub(super) fn iterate(&mut self, mut state: Iteration) -> Result<()> {
        if state.left == 0 {
            return Ok(());
        }
        state.left -= 1;
        self.check_limits(state.expr, &state.frame)?;
        let argument = self.pop_node();
        let (expr, frame, function) = (state.expr, state.frame.clone(), state.function.clone());
        self.push_task(Task::Iterate(Box::new(state)));
        self.call_on(expr, &frame, &function, argument)
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
        self.call_on(expr, frame, function, hold)
    }
}
