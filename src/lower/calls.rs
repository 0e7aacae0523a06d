//! Calls: of the user's functions, which are expanded where they stand, and of the table's rows.

use super::definitions::Function;
use super::frame::{Frame, Local};
use super::machine::Task;
use super::unit::Unit;
use super::{Lowerer, Purpose};
use crate::diagnostic::{Diagnostic, Result, bail, counted, did_you_mean, error, warning};
use crate::graph::primitive::ShapeRule;
use crate::graph::{Args, Attr, NodeId, Op, Primitive, Shape};
use crate::primitives::{self, array};
use crate::syntax::ast::{ExprId, ExprKind, Ident, NamedArgument};
use crate::syntax::foreign;
use crate::syntax::special::{SPECIAL, Special, SpecialKind};
use std::rc::Rc;

/// A call that need not be expanded twice: the function, its arguments, what is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CallKey {
    function: usize,
    arguments: Args,
    held: u32,
}

/// `iterate(f, x0, n)` under way: the value so far is on the stack.
pub(super) struct Iteration {
    expr: ExprId,
    frame: Rc<Frame>,
    function: Ident,
    left: usize,
}

/// Whether `name` is a derivative operator, which cannot be redefined.
pub fn is_derivative_operator(name: &str) -> bool {
    Special::named(name).is_some_and(Special::is_derivative)
}

/// Whether `name` is a function of the language.
pub fn is_built_in(name: &str) -> bool {
    !primitives::named(name).is_empty() || Special::named(name).is_some()
}

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
                self.stacks.values.push(node);
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
                        self.stacks.values.push(self.graph.literal(f64::from(size)));
                        Ok(())
                    }
                    _ => {
                        let before = self.graph.len();
                        let node =
                            self.apply_row(expr, function, arguments, named, operands, frame)?;
                        self.evaluation.unit.note_origins(before, frame, expr);
                        self.stacks.values.push(node);
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

    fn arity_error(&self, expr: ExprId, given: usize, wanted: &str, frame: &Frame) -> Diagnostic {
        let function = frame.script.expr(expr).kind.function();
        let name = function.map_or("this", |function| &function.name);
        let error = error!(Arity, frame.locate(expr),
            "`{name}` takes {wanted}, not {given}";
            label: "{} here", counted(given, "argument"));
        let along_axis = primitives::named(name).iter().any(|row| row.axis);
        match self.unit().signature(name) {
            Some(_) if along_axis && given == 2 => error.help(format!(
                "an axis is given by name: `{name}(A, axis=1)` collapses the rows, `axis=2` the columns"
            )),
            Some(signature) => error.help(format!("its signature is `{signature}`")),
            None => error,
        }
    }
}

impl Unit<'_> {
    /// How `name` is called.
    pub(super) fn signature(&self, name: &str) -> Option<String> {
        if let Some(function) = self.definitions.function(name) {
            let parameters: Vec<&str> = function.parameters.iter().map(|p| &*p.name).collect();
            return Some(format!("{name}({})", parameters.join(", ")));
        }
        if let Some(special) = Special::named(name) {
            return Some(special.row().signature.to_string());
        }
        let rows = primitives::named(name);
        let all: Vec<String> = rows.iter().map(|row| row.signature()).collect();
        (!all.is_empty()).then(|| all.join("` or `"))
    }
}

impl Lowerer<'_> {
    pub(super) fn unknown_function(
        &self,
        function: &Ident,
        prime: bool,
        frame: &Frame,
    ) -> Diagnostic {
        let name = &*function.name;
        let error = error!(Function, frame.script.location(function.span),
            "there is no function `{name}`";
            label: "not a function");
        let users = self
            .definitions
            .functions()
            .map(|(name, _)| name.to_string());
        let special = SPECIAL.iter().map(|row| row.name.to_string());
        let known: Vec<String> = users
            .chain(primitives::names().map(String::from))
            .chain(special)
            .collect();
        let elsewhere = foreign::function(name);
        let near = || did_you_mean(name, known.iter().map(String::as_str));
        match elsewhere {
            _ if prime && self.definitions.variable(name).is_some() => error.help(format!(
                "`{name}` is a variable: its derivative by `w` is `grad({name}, w)`; `derive {name} wrt w` shows the formula"
            )),
            _ if self.definitions.variable(name).is_some() => error.help(format!(
                "`{name}` is a variable: to multiply write `{name}*(…)`, to take an entry `{name}[…]`"
            )),
            Some(word) => {
                let error = error.help(word.advice);
                match word.instead {
                    Some(ours) => error.fix(frame.script.location(function.span), ours),
                    None => error,
                }
            }
            None => error.help(match near() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("define it: `{name}(x) = …`"),
            }),
        }
    }

    fn unknown_option(&self, option: &Ident, function: &str, frame: &Frame) -> Diagnostic {
        let error = error!(Arity, frame.script.location(option.span),
            "`{function}` takes no argument `{option}=`";
            label: "not an argument of it");
        match self.unit().signature(function) {
            Some(signature) => error.help(format!("its signature is `{signature}`")),
            None => error,
        }
    }

    /// Expands a call of a user's function. To `remember` its result serves the same call elsewhere; one step
    /// of a chain of calls never comes again.
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
            self.stacks.values.push(*node);
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
        self.stacks
            .tasks
            .push(Task::Return(remember.then(|| Box::new(key))));
        self.stacks
            .tasks
            .push(Task::Visit(function.body.expr, body));
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
        self.stacks.values.push(node);
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
        self.stacks.values.push(operands[0]);
        let state = Iteration {
            expr,
            frame: frame.clone(),
            function,
            left,
        };
        self.stacks.tasks.push(Task::Iterate(Box::new(state)));
        Ok(())
    }

    pub(super) fn iterate(&mut self, mut state: Iteration) -> Result<()> {
        if state.left == 0 {
            return Ok(());
        }
        state.left -= 1;
        self.check_limits(state.expr, &state.frame)?;
        let argument = self
            .stacks
            .values
            .pop()
            .expect("the value so far is on the stack");
        let (expr, frame, function) = (state.expr, state.frame.clone(), state.function.clone());
        self.stacks.tasks.push(Task::Iterate(Box::new(state)));
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
        self.stacks
            .tasks
            .push(Task::Prime(expr, frame.clone(), hold, order));
        self.call_on(expr, frame, function, hold)
    }

    /// Applies the row of the table called `function` whose arity fits.
    fn apply_row(
        &mut self,
        expr: ExprId,
        function: &Ident,
        arguments: &[ExprId],
        named: &[NamedArgument],
        operands: &[NodeId],
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let rows = primitives::named(&function.name);
        if rows.is_empty() {
            return Err(self.unknown_function(function, false, frame));
        }
        let given = arguments.len();
        let fits = |row: &&&'static Primitive| {
            let least = row.arity.least - row.options.len() + row.sizes.least;
            let most = row.arity.most.saturating_add(row.sizes.most);
            (least..=most).contains(&given)
        };
        let Some(&row) = rows.iter().find(fits) else {
            return Err(self.arity_error(expr, given, &wanted_arguments(rows), frame));
        };
        let values = if row.sizes.most > 0 {
            row.arity.most.min(given)
        } else {
            given
        };
        let mut args = Args::from_slice(&operands[..values]);
        let mut exprs = arguments[..values].to_vec();
        let mut sizes = Vec::new();
        for (size, node) in arguments[values..].iter().zip(&operands[values..given]) {
            sizes.push(self.count(*node, *size, frame, "a size")?);
        }
        let attr = self.options(row, named, &operands[given..], &mut args, &mut exprs, frame)?;
        let attr = self.seeded(row, attr, expr, frame);
        if row.is_entrywise() {
            return self.entrywise(row, expr, &exprs, &args, frame);
        }
        let shape = self.shape_of(row, attr, &args, &sizes, expr, &exprs, frame)?;
        let shape = self.check_size(shape.m(), shape.n(), expr, frame)?;
        Ok(self.graph.apply(row, attr, shape, &args))
    }

    /// The attribute from the named arguments; optional values are appended to `args`.
    fn options(
        &mut self,
        row: &'static Primitive,
        named: &[NamedArgument],
        operands: &[NodeId],
        args: &mut Args,
        exprs: &mut Vec<ExprId>,
        frame: &Frame,
    ) -> Result<Attr> {
        let mut attr = Attr::None;
        let mut given = Vec::new();
        for (argument, node) in named.iter().zip(operands) {
            match &*argument.name.name {
                "axis" if row.axis => {
                    let axis = self.whole(*node, argument.value, frame, "an axis")?;
                    if !(1..=2).contains(&axis) {
                        bail!(Index, frame.locate(argument.value),
                            "there is no axis {axis}";
                            label: "1 runs down the rows, 2 along the columns");
                    }
                    attr = Attr::Axis(axis as u8);
                }
                "seed" if row.seed => {
                    let seed = self.whole(*node, argument.value, frame, "a seed")?;
                    attr = Attr::seed(seed as u64);
                }
                name if row.options.iter().any(|(option, _)| *option == name) => {
                    given.push((name.to_string(), *node, argument.value));
                }
                _ => return Err(self.unknown_option(&argument.name, row.name, frame)),
            }
        }
        let missing = row
            .arity
            .least
            .saturating_sub(args.len())
            .min(row.options.len());
        for (option, default) in &row.options[row.options.len() - missing..] {
            match given.iter().find(|(name, ..)| name == option) {
                Some((_, node, value)) => {
                    args.push(*node);
                    exprs.push(*value);
                }
                None => {
                    args.push(self.graph.literal(*default));
                    exprs.push(exprs[0]);
                }
            }
        }
        Ok(attr)
    }

    /// Warns where numbers are drawn a second time without a seed: they are the same ones.
    fn seeded(&mut self, row: &'static Primitive, attr: Attr, expr: ExprId, frame: &Frame) -> Attr {
        if !row.seed || attr != Attr::None {
            return attr;
        }
        let location = frame.locate(expr);
        let preview = matches!(self.purpose, Purpose::Preview);
        if !preview && self.definitions.note_unseeded(&location) {
            self.evaluation.unit.warnings.push(warning!(Value, location,
                    "`{}` without a seed draws the same numbers as the first time", row.name;
                    label: "the seed is 0 again";
                    help: "give each its own: `{}(…, seed=1)`", row.name));
        }
        Attr::seed(0)
    }

    #[allow(clippy::too_many_arguments)]
    fn shape_of(
        &self,
        row: &'static Primitive,
        attr: Attr,
        args: &[NodeId],
        sizes: &[usize],
        expr: ExprId,
        exprs: &[ExprId],
        frame: &Frame,
    ) -> Result<Shape> {
        let shapes: Vec<Shape> = args.iter().map(|arg| self.graph.shape(*arg)).collect();
        if let Some(&first) = shapes.first()
            && let Some(message) = array::refuses_empty(row, first, attr)
        {
            bail!(Shape, frame.locate(expr), "{message}"; label: "nothing to work on");
        }
        if sizes.iter().any(|size| *size > u32::MAX as usize) {
            let (rows, cols) = (sizes[0], sizes.get(1).copied().unwrap_or(1));
            return self.check_size(rows, cols, expr, frame);
        }
        match row.shape {
            ShapeRule::Reduce => Ok(array::reduced(shapes[0], attr)),
            ShapeRule::Same | ShapeRule::Entrywise | ShapeRule::Given => Ok(shapes[0]),
            ShapeRule::Rule(rule) => rule(&shapes, sizes).map_err(|message| {
                let mut error = error!(Shape, frame.locate(expr), "{message}");
                for (argument, shape) in exprs.iter().zip(&shapes) {
                    error = error.label(frame.locate(*argument), shape.described());
                }
                error.help(format!("its signature is `{}`", row.signature()))
            }),
        }
    }

    /// A new leaf for one differentiation that stands for `node` afterwards. Always a new one:
    /// two differentiations that shared it would take each other's variable for their own.
    pub(super) fn fresh_hold(&mut self, node: NodeId) -> NodeId {
        self.holds += 1;
        self.graph.hold(self.holds, node)
    }

    /// Whether `node` is a number written in the formula.
    pub(super) fn is_literal(&self, node: NodeId) -> bool {
        matches!(self.graph.node(node).op, Op::Literal(_) | Op::Constant(_))
    }
}

/// `1 argument`, `2 or 3 arguments`, `at least 2 arguments`
fn wanted_arguments(rows: &[&'static Primitive]) -> String {
    let mut least = usize::MAX;
    let mut most = 0usize;
    for row in rows {
        least = least.min(row.arity.least - row.options.len() + row.sizes.least);
        most = most.max(row.arity.most.saturating_add(row.sizes.most));
    }
    match most {
        usize::MAX => format!("at least {}", counted(least, "argument")),
        _ if least == most => counted(least, "argument"),
        _ => format!("{least} to {most} arguments"),
    }
}
