//! The session as an embedding program uses it: texts in, values out.

use super::Session;
use super::evaluator::Evaluator;
use crate::diagnostic::{Diagnostic, Result, error};
use crate::event::Event;
use crate::lower::Formula;
use crate::source::{Location, Source, Span};
use crate::syntax::ast::{Ident, Name, Show, StatementKind};
use crate::trace::Trace;
use crate::value::Value;
use std::rc::Rc;

impl Session {
    /// A session without definitions, with the limits that the program `wengert` has by default.
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// assert_eq!(s.eval("1 + 1")?.as_scalar(), Some(2.0));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    pub fn new() -> Session {
        Session::default()
    }

    /// Runs a script; what its statements show, in order, warnings included. The whole text is
    /// parsed before anything runs.
    ///
    /// ```
    /// use wengert::{Event, Session};
    ///
    /// let mut s = Session::new();
    /// let events = s.run("w = 3; w^2; grad(w^2, w)")?;
    /// let [Event::Value { value, .. }, _] = &events[..] else { panic!() };
    /// assert_eq!(value.as_scalar(), Some(9.0));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// The first mistake. The session is then as it was before the statement that failed; statements
    /// before that one have run, and what they showed is lost: [`Session::run_source`] hands every
    /// event out as it happens.
    pub fn run(&mut self, text: &str) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        self.run_source(&Source::new("<text>", text), &mut |event| {
            events.push(event)
        })?;
        Ok(events)
    }

    /// Makes `name` an input with this value.
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// s.set("x", [1.0, 2.0, 3.0])?;
    /// assert_eq!(s.eval("sum(x.^2)")?.as_scalar(), Some(14.0));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// Fails if `name` is not a name, or if it was declared with another shape.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<()> {
        let ident = identifier(name)?;
        let source = Source::new("<set>", name);
        let location = Location::new(&source, ident.span);
        let tensor = Rc::new(crate::graph::Tensor::from(value.into()));
        self.definitions
            .check_declared(&ident.name, tensor.shape(), &location)?;
        self.definitions.store(&ident.name, tensor, location);
        self.definitions.commit();
        Ok(())
    }

    /// The value of an expression.
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// s.run("A = [1, 2; 3, 4]; x = [1, 1]")?;
    /// assert_eq!(s.eval("A*x")?.as_slice(), [3.0, 7.0]);
    /// assert_eq!(s.eval("jacobian(A*x, x)")?.shape(), (2, 2));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the text is no expression, a name has no value, shapes do not fit, a limit is met or a
    /// stop is asked for.
    pub fn eval(&mut self, expression: &str) -> Result<Value> {
        let _entered = self.stop.enter();
        let formula = expression_of(expression)?;
        Ok(Value::from(self.value_of(&formula)?))
    }

    /// The Wengert list of what follows the word `trace` in the language: outputs, and what may
    /// stand behind them (`wrt`, `along`, `at`, `using`, `with`).
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")?;
    /// let trace = s.trace("L wrt w")?;
    /// assert_eq!(trace.nodes().len(), 7);
    /// assert!(trace.to_string().contains("ā₁ = ā₄·a₂"));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// As [`Session::run`].
    pub fn trace(&mut self, request: &str) -> Result<Trace> {
        let events = self.run(&format!("trace {request}"))?;
        let trace = events.into_iter().find_map(|event| match event {
            Event::Trace(trace) => Some(*trace),
            _ => None,
        });
        trace.ok_or_else(|| no_expression(request, "a request like `L wrt w` is expected"))
    }

    /// Some expressions as a function of some inputs, compiled for many evaluations. Everything else
    /// that they need is taken from the session as it is now.
    ///
    /// ```
    /// let mut s = wengert::Session::new();
    /// s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")?;
    /// let mut f = s.compile(&["L", "grad(L, w)"], &["w"])?;
    /// let [l, g] = f.call(&[4.0.into()])?.try_into().unwrap();
    /// assert_eq!((l.as_scalar(), g.as_scalar()), (Some(24.5), Some(14.0)));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// Fails if a text is no expression, an input is no name, or an expression cannot be lowered.
    pub fn compile(&self, outputs: &[&str], inputs: &[&str]) -> Result<Evaluator> {
        let _entered = self.stop.enter();
        let formulas: Result<Vec<Formula>> =
            outputs.iter().map(|text| expression_of(text)).collect();
        let names: Result<Vec<Name>> = inputs
            .iter()
            .map(|text| Ok(identifier(text)?.name))
            .collect();
        Evaluator::new(self, formulas?, names?)
    }
}

/// A text that is one expression.
pub(super) fn expression_of(text: &str) -> Result<Formula> {
    let source = Source::new("<expression>", text);
    let (script, _) = crate::syntax::parse(&source)?;
    let script = Rc::new(script);
    if let [only] = script.body.as_slice()
        && let StatementKind::Show(Show::Value, outputs, tail) = &script.statement(*only).kind
        && let [expr] = outputs.as_slice()
        && tail.at.is_empty()
    {
        let (script, expr) = (script.clone(), *expr);
        return Ok(Formula { script, expr });
    }
    Err(no_expression(text, "one expression is expected"))
}

/// A text that is one name.
fn identifier(text: &str) -> Result<Ident> {
    let formula = expression_of(text)?;
    match formula.script.name_at(formula.expr) {
        Some(name) => Ok(Ident {
            name: name.clone(),
            span: formula.location().span,
        }),
        None => Err(no_expression(text, "a name is expected")),
    }
}

fn no_expression(text: &str, message: &str) -> Diagnostic {
    let source = Source::new("<expression>", text);
    let whole = Location::new(&source, Span::new(0, text.len()));
    error!(Syntax, whole, "{message}")
}
