//! `export`: a script as a program for another language.
//!
//! Statements before the first loop are run; the values that inputs have then are those of the
//! program's inputs. From the first loop on nothing is run: updates become steps.

mod collect;
mod sizes;
mod updates;
mod wishes;

use super::{Session, Sink};
use crate::diagnostic::{Result, bail, error};
use crate::exec::Interpreter;
use crate::export::program::{ExportProgram, changed};
use crate::export::{self, DerivativeStyle, ExportOptions, ExportTarget};
use crate::graph::{Graph, NodeId, Tensor};
use crate::source::{Location, Source, Span};
use crate::syntax::ast::{Name, Script, StatementKind};
use collect::Collected;
use std::rc::Rc;

/// What is to be exported.
struct Request<'r> {
    script: Rc<Script>,
    /// The expressions that are asked for; what the script shows, where there are none.
    texts: &'r [&'r str],
    target: ExportTarget,
    options: &'r ExportOptions,
    /// The place of the whole script.
    whole: Location,
}

impl Session {
    /// The definitions of this session as a program for another language: a function for each of
    /// `requests`, which are expressions.
    ///
    /// ```
    /// use wengert::export::{ExportOptions, ExportTarget};
    /// let mut s = wengert::Session::new();
    /// s.run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")?;
    /// let text = s.export(&["L", "grad(L, w)"], ExportTarget::NumPy, &ExportOptions::default())?;
    /// assert!(text.contains("def grad_L_w(w, x, y):"));
    /// # Ok::<(), wengert::Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A request is no expression, or something in it cannot be written in that language.
    pub fn export(
        &mut self,
        requests: &[&str],
        target: ExportTarget,
        options: &ExportOptions,
    ) -> Result<String> {
        let source = Source::new("session", "");
        self.export_script(&source, requests, target, options, &mut |_| {})
    }

    /// A script as a program for another language. Without `requests`, what the script shows.
    ///
    /// # Errors
    /// The first mistake of the script, and what cannot be written in that language.
    pub fn export_script(
        &mut self,
        source: &Rc<Source>,
        requests: &[&str],
        target: ExportTarget,
        options: &ExportOptions,
        sink: &mut Sink<'_>,
    ) -> Result<String> {
        let _entered = self.stop.enter();
        let (script, _) = crate::syntax::parse(source)?;
        let whole = Location::new(source, Span::new(0, 0));
        if options.derivative == DerivativeStyle::Framework && !target.differentiates() {
            bail!(Syntax, whole, "{} does not differentiate", target.word();
                help: "`--derivative framework` is for jax and torch");
        }
        let request = Request {
            script: Rc::new(script),
            texts: requests,
            target,
            options,
            whole,
        };
        let graph = Graph::new();
        let before = self.definitions.snapshot();
        let concrete = self.program_of(&graph, &request, None, sink);
        if self.definitions.has_named_sizes() {
            return self.export_for_all_sizes(&before, concrete, &request, sink);
        }
        let (program, expected) = self.tested(concrete?, options)?;
        export::write(program, target, options, &expected)
    }

    /// The program of a request; the values of its inputs are those of `values`, where they are not its own.
    fn program_of<'g>(
        &mut self,
        graph: &'g Graph,
        request: &Request<'_>,
        values: Option<&Session>,
        sink: &mut Sink<'_>,
    ) -> Result<ExportProgram<'g>> {
        let (target, options) = (request.target, request.options);
        let mut collected = Collected::new(graph, request.texts.is_empty(), target, options);
        self.collect(&request.script, &request.script.body, &mut collected, sink)?;
        for text in request.texts {
            self.collect_request(text, &mut collected)?;
        }
        let whole = request.whole.clone();
        if collected.wishes.is_empty() && collected.steps.is_empty() {
            bail!(Value, whole, "this script shows nothing, so there is nothing to export";
                help: "say what you want: `wengert export FILE.ad --to numpy L 'grad(L, w)'`");
        }
        let adjoints = options.derivative == DerivativeStyle::Adjoint && target.differentiates();
        self.program(collected, values, whole, adjoints)
    }

    /// A program with what its self-test needs, where it gets one.
    fn tested<'g>(
        &self,
        program: ExportProgram<'g>,
        options: &ExportOptions,
    ) -> Result<(ExportProgram<'g>, Vec<Tensor>)> {
        if !options.check {
            return Ok((program, Vec::new()));
        }
        let program = program.with_values();
        let expected = self.expected(&program)?;
        Ok((program, expected))
    }

    /// The numbers of the requests.
    fn expected(&self, program: &ExportProgram<'_>) -> Result<Vec<Tensor>> {
        let mut interpreter = Interpreter::new(program.graph, self.limits.memory);
        // A name may have been asked about before it had its value.
        for (leaf, argument) in &program.leaves {
            if let Some(value) = &program.arguments[*argument].value
                && value.shape() == program.graph.shape(*leaf)
            {
                interpreter.set(*leaf, value);
            }
        }
        let mut values = Vec::new();
        for wish in &program.wishes {
            let value = interpreter.value(wish.node);
            let value = value.map(|view| view.to_tensor()).map_err(|_| {
                error!(Value, program.place(wish.node), "`{}` has no value to check against", wish.text;
                    label: "asked for here")
            })?;
            values.push(value);
        }
        Ok(values)
    }
}

/// Refuses a count, a size or an index that a loop changes: the code holds it as a number.
fn refuse_changing(
    program: &ExportProgram<'_>,
    guards: &[(NodeId, f64)],
) -> Result<Vec<(Name, f64)>> {
    let updated = changed(&program.steps);
    let mut fixed: Vec<(Name, f64)> = Vec::new();
    for (node, value) in guards {
        for leaf in program.cone(&[*node], |_| false) {
            let Some(argument) = program.leaves.get(&leaf) else {
                continue;
            };
            let name = &program.arguments[*argument].name;
            if updated.contains(argument) {
                bail!(Value, program.place(*node),
                    "a size or count depends on `{name}`, which a loop changes, and exported code holds it as a number";
                    label: "{value} at first");
            }
            let leaf_value = program.arguments[*argument].value.as_ref();
            if let Some(x) = leaf_value.and_then(|value| value.as_scalar())
                && !fixed.iter().any(|(known, _)| known == name)
            {
                fixed.push((name.clone(), x));
            }
        }
    }
    Ok(fixed)
}

/// The statement of a text that is one.
fn single_statement(text: &str) -> Result<Rc<Script>> {
    let source = Source::new("<request>", text);
    let (script, _) = crate::syntax::parse(&source)?;
    let whole = Location::new(&source, Span::new(0, text.len()));
    let [only] = script.body.as_slice() else {
        bail!(Syntax, whole, "one expression is expected"; label: "asked for here");
    };
    match &script.statement(*only).kind {
        StatementKind::Show(..) => Ok(Rc::new(script)),
        _ => {
            bail!(Syntax, whole, "an expression is expected, such as `L` or `grad(L, w)`"; label: "asked for here")
        }
    }
}
