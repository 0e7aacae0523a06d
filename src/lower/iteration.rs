//! `iterate`, `scan` and `fold`: a function applied again and again to a state.

use super::frame::Frame;
use super::signatures::example_of;
use super::tasks::{Iteration, Rounds, Task};
use super::{Lowerer, WrittenOut};
use crate::diagnostic::{Result, bail, counted, error};
use crate::graph::{Attr, Block, Corner, NodeId, Shape, Tensor};
use crate::primitives::arithmetic::is_true;
use crate::primitives::{self, array};
use crate::syntax::ast::{Call, ExprId, ExprKind, Ident};
use crate::syntax::special::{MOST_OPTION, Special, SpecialRow, UNTIL_OPTION};
use std::rc::Rc;

/// The most rounds of an iteration until something holds, where no other number is given.
const MOST_ROUNDS: usize = 1_000_000;

impl Lowerer<'_> {
    /// The call that the expression is.
    fn call_at<'s>(&self, expr: ExprId, frame: &'s Frame) -> Option<&'s Call> {
        match &frame.script.expr(expr).kind {
            ExprKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Has the values among the arguments computed.
    pub(super) fn visit_iteration(
        &mut self,
        row: &'static SpecialRow,
        expr: ExprId,
        frame: &Rc<Frame>,
        base: usize,
    ) -> Result<()> {
        let Some(call) = self.call_at(expr, frame) else {
            return Ok(());
        };
        let unknown = |name: &str| !row.options.contains(&name);
        if let Some(given) = call.named.iter().find(|given| unknown(&given.name.name)) {
            return Err(self.unknown_option(&given.name, row.name, frame));
        }
        let until = call.option(UNTIL_OPTION);
        if let (None, Some(most)) = (until, call.option(MOST_OPTION)) {
            bail!(Arity, frame.script.location(most.name.span),
                "`most=` is the limit of an iteration with `until=`";
                label: "`until=` is missing";
                help: "a number of rounds is the third argument: `{}`", row.signature);
        }
        let given = call.arguments.len();
        if let (Some(until), 3) = (until, given) {
            bail!(Arity, frame.script.location(until.name.span),
                "`iterate` takes a number of rounds or `until=`, not both";
                label: "beside a number of rounds";
                also: frame.locate(call.arguments[2]), "the number of rounds";
                help: "write `{}({}, {}, until={})`; `most` limits the rounds", call.function,
                    frame.script.text(call.arguments[0]), frame.script.text(call.arguments[1]), frame.script.text(until.value));
        }
        let wanted = row.arguments - usize::from(until.is_some());
        self.expect_arguments(expr, given, wanted, frame)?;
        self.visit_all(call.values(), expr, frame, base);
        Ok(())
    }

    /// Begins with the first round; `operands` are the values among the arguments.
    pub(super) fn start_iteration(
        &mut self,
        special: Special,
        expr: ExprId,
        frame: &Rc<Frame>,
        operands: &[NodeId],
    ) -> Result<()> {
        let Some(call) = self.call_at(expr, frame) else {
            return Ok(());
        };
        let function = self.function_named(call.arguments[0], special.row(), frame)?;
        if let Special::Root | Special::Fixpoint | Special::Minimize = special {
            return self.start_equation(special, expr, frame, function, operands[0]);
        }
        let rounds = match (special, call.option(UNTIL_OPTION)) {
            (Special::Scan | Special::Fold, _) => {
                let (matrix, all) = (operands[1], special == Special::Scan);
                let state = self.graph.shape(operands[0]);
                if all && !state.is_vector() {
                    bail!(Shape, frame.locate(call.arguments[1]),
                        "each state of `scan` becomes a row of the result, and this is a {state} matrix";
                        label: "{}", state.described();
                        help: "put `vec` around it, or write `fold` for the last state alone");
                }
                Rounds::Rows {
                    matrix,
                    count: self.graph.shape(matrix).m(),
                    state,
                    states: all.then(Vec::new),
                }
            }
            (_, Some(until)) => Rounds::Until {
                done: self.function_named(until.value, special.row(), frame)?,
                most: match call.option(MOST_OPTION) {
                    Some(most) => {
                        self.count(operands[1], most.value, frame, "the number of rounds")?
                    }
                    None => MOST_ROUNDS,
                },
                decides: false,
            },
            (_, None) => {
                let count = call.arguments[2];
                Rounds::Count(self.count(operands[1], count, frame, "the number of iterations")?)
            }
        };
        self.push_node(operands[0]);
        self.push_task(Task::Iterate(Box::new(Iteration {
            expr,
            frame: frame.clone(),
            function,
            rounds,
            done: 0,
            may_loop: (self.written_out != WrittenOut::Loops).then_some(operands[0]),
            no_loop: None,
        })));
        Ok(())
    }

    /// The function that `expr` names.
    fn function_named(
        &self,
        expr: ExprId,
        row: &'static SpecialRow,
        frame: &Frame,
    ) -> Result<Ident> {
        let Some(name) = frame.script.name_at(expr) else {
            bail!(Type, frame.locate(expr),
                "`{}` takes the name of a function here", row.name;
                label: "not the name of a function";
                help: "its signature is `{}`{}", row.signature, example_of(row.name));
        };
        let function = Ident {
            name: name.clone(),
            span: frame.script.expr(expr).span,
        };
        if self.definitions.function(name).is_none() && primitives::named(name).is_empty() {
            return Err(self.unknown_function(&function, false, frame));
        }
        Ok(function)
    }

    /// Goes on with an iteration whose state is on the stack.
    pub(super) fn iterate(&mut self, mut state: Iteration) -> Result<()> {
        self.check_limits(state.expr, &state.frame)?;
        let (expr, frame, function) = (state.expr, state.frame.clone(), state.function.clone());
        let mut arguments = vec![self.pop_node()];
        let limits = self.evaluation.limits;
        let limit = match self.only_values() {
            true => limits.unrolled_states(self.graph.shape(arguments[0]).len()),
            false => limits.unrolled,
        };
        match (&state.rounds, state.may_loop) {
            (Rounds::Count(count) | Rounds::Rows { count, .. }, Some(first)) if *count > limit => {
                return self.start_round(state, first);
            }
            (Rounds::Until { decides: false, .. }, Some(first)) if state.done >= limit => {
                return self.start_round(state, first);
            }
            (Rounds::Until { decides: true, .. }, Some(first))
                if self.is_changing(arguments[0]) =>
            {
                self.pop_node();
                return self.start_round(state, first);
            }
            _ => {}
        }
        match &mut state.rounds {
            Rounds::Count(count) => {
                if state.done == *count {
                    self.note_unrolled(&state);
                    self.push_node(arguments[0]);
                    return Ok(());
                }
            }
            Rounds::Rows {
                matrix,
                count,
                state: shape,
                states,
            } => {
                let reached = self.graph.shape(arguments[0]);
                if reached != *shape {
                    bail!(Shape, frame.locate(expr),
                        "the state keeps its shape: it was {shape}, and `{function}` made it {reached}";
                        label: "in round {}", state.done;
                        help: "start with a state of the shape that `{function}` gives: `zeros({}, {})`", reached.m(), reached.n());
                }
                if let (Some(states), true) = (states.as_mut(), state.done > 0) {
                    states.push(arguments[0]);
                }
                if state.done == *count {
                    let result = match states {
                        Some(states) => self.stacked(states, *shape),
                        None => arguments[0],
                    };
                    self.note_unrolled(&state);
                    self.push_node(result);
                    return Ok(());
                }
                arguments.push(self.row(*matrix, state.done, expr, &frame));
            }
            Rounds::Until {
                done,
                most,
                decides,
            } if *decides => {
                // The condition was taken from the stack; the state lies below.
                let holds =
                    self.known_scalar(arguments[0], expr, &frame, "the end of an iteration")?;
                if is_true(holds) {
                    self.note_unrolled(&state);
                    return Ok(());
                }
                if state.done == *most {
                    bail!(Value, frame.locate(expr),
                        "`{done}` is not true after {most} rounds";
                        label: "never ends";
                        help: "raise the limit, `most`, or look at an early state: `iterate({function}, 1, 10)`");
                }
                *decides = false;
                arguments = vec![self.pop_node()];
            }
            Rounds::Until { done, decides, .. } => {
                *decides = true;
                let (done, current) = (done.clone(), arguments[0]);
                self.push_node(current);
                self.push_task(Task::Iterate(Box::new(state)));
                return self.call_on(expr, &frame, &done, &arguments);
            }
        }
        state.done += 1;
        self.push_task(Task::Iterate(Box::new(state)));
        self.call_on(expr, &frame, &function, &arguments)
    }

    /// Row number `k` of a matrix.
    pub(super) fn row(&mut self, matrix: NodeId, k: usize, expr: ExprId, frame: &Frame) -> NodeId {
        let before = self.graph.len();
        let whole = self.graph.shape(matrix);
        let corner = Corner {
            row: k as u32,
            col: 0,
        };
        let shape = Shape { rows: 1, ..whole };
        let row = match shape == whole {
            true => matrix,
            false => self.graph.term(matrix).block(Block { corner, shape }).id,
        };
        self.evaluation.unit.note_origins(before, frame, expr);
        row
    }

    /// The states as the rows of a matrix.
    fn stacked(&self, states: &[NodeId], state: Shape) -> NodeId {
        let graph = self.graph;
        let shape = Shape::new(states.len(), state.len());
        let apply = |row, shape| graph.apply(row, Attr::None, shape, states);
        match state {
            _ if states.is_empty() => graph.constant(Tensor::filled(shape, 0.0)),
            Shape::SCALAR => apply(&array::MATRIX, shape),
            _ if state.rows == 1 => apply(&array::VCAT, shape),
            _ => {
                let columns = graph.term(apply(&array::COLUMNS, shape.transposed()));
                columns.transposed().id
            }
        }
    }

    /// Calls a function, the user's or the table's, on nodes.
    pub(super) fn call_on(
        &mut self,
        expr: ExprId,
        frame: &Rc<Frame>,
        function: &Ident,
        arguments: &[NodeId],
    ) -> Result<()> {
        if let Some(users) = self.definitions.function(&function.name).cloned() {
            if users.parameters.len() != arguments.len() {
                let takes = counted(users.parameters.len(), "argument");
                let error = error!(Arity, frame.locate(expr),
                    "`{function}` takes {takes}, and here it is called with {}", arguments.len();
                    label: "called here";
                    also: users.body.script.location(users.name.span), "defined here");
                return Err(match arguments.len() {
                    1 => error.help("for one of several arguments write `grad(f(a, b), a)`, or define a function of that one alone"),
                    _ => error.help("a function for `scan` and `fold` takes the state and a row: `f(s, x) = s + x`"),
                });
            }
            return self.expand(expr, frame, &users, arguments, false);
        }
        let before = self.graph.len();
        let exprs = vec![expr; arguments.len()];
        let node = self.apply_row(expr, function, &exprs, &[], arguments, frame)?;
        self.evaluation.unit.note_origins(before, frame, expr);
        self.push_node(node);
        Ok(())
    }
}
