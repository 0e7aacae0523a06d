//! A session: definitions, and statements that change them or show something.
//!
//! A statement that shows something goes this way, one function a word; [`Session`] walks it once a
//! statement:
//!
//! | word | function |
//! | --- | --- |
//! | parse | [`syntax::parse`](crate::syntax::parse), once a script |
//! | lower | `prepare`: outputs and variables as nodes of one graph |
//! | differentiate | [`diff`](crate::diff), for `grad` while lowering, for the others in `derive` and `trace` |
//! | simplify | [`symbolic::derive`](crate::symbolic::derive), for `derive` and `compare` |
//! | execute | [`Evaluation::value`](crate::lower::Evaluation::value) |
//! | trace | [`trace::build`](crate::trace::build), [`compare`](crate::trace::compare), [`check`](crate::trace::check) |
//! | show | an [`Event`], which a renderer turns into text, JSON, LaTeX or HTML |

mod assert;
mod check;
mod compare;
mod compiled;
mod derive;
mod embed;
mod evaluator;
mod graph;
mod plot;
mod prepare;
mod preview;
mod rounds;
mod save;
mod show;
mod statement;
mod update;

pub use evaluator::Evaluator;
pub use rounds::Progress;

use crate::diagnostic::{Diagnostic, Result, bail, error, warning};
use crate::event::Event;
use crate::graph::{Graph, NodeId, Tensor};
use crate::lower::definitions::Function;
use crate::lower::{self, Definitions, Formula, Limits, Lowerer};
use crate::primitives::arithmetic::is_true;
use crate::source::{Location, Source, Span};
use crate::stop::{self, StopToken};
use crate::syntax::ast::{
    Block, ExprId, Ident, InputDeclaration, Name, Script, Statement, StatementKind, Text,
};
use crate::world::{LONGEST_SCRIPT, World};
use statement::{ShowStatement, refuse};
use std::path::PathBuf;
use std::rc::Rc;

/// Where events go.
pub type Sink<'s> = dyn FnMut(Event) + 's;

/// Everything that lasts from one statement to the next.
#[derive(Debug, Default)]
pub struct Session {
    definitions: Definitions,
    limits: Limits,
    /// The files being imported, outermost first.
    importing: Vec<PathBuf>,
    /// The loops under way, outermost first.
    rounds: Vec<rounds::Rounds>,
    /// What is compiled of them.
    compiled: Option<compiled::Compiled>,
    /// Who is told how far a loop has come, and whether that has happened.
    watcher: Option<rounds::Watcher>,
    told: bool,
    /// What asks its computations to stop.
    stop: StopToken,
}

impl Session {
    /// A session without definitions, which reads and writes no files.
    pub fn with_limits(limits: Limits) -> Session {
        Session {
            limits,
            ..Session::default()
        }
    }

    /// A session without definitions whose files are those of `world`.
    pub fn in_world(world: Rc<dyn World>, limits: Limits) -> Session {
        Session {
            definitions: Definitions::in_world(world),
            ..Session::with_limits(limits)
        }
    }

    /// Another session in the same world, without definitions and with the ordinary limits.
    pub fn fresh(&self) -> Session {
        Session {
            definitions: self.definitions.emptied(),
            ..Session::default()
        }
    }

    /// The files of this session, and its time.
    pub fn world(&self) -> &dyn World {
        self.definitions.world()
    }

    /// Shows an event. The file that the statement names gets its picture first.
    fn present(
        &self,
        script: &Script,
        file: Option<&Text>,
        event: Event,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if let Some((file, picture)) = file.zip(event.picture()) {
            let path = script.source.folder.join(&*file.text);
            let written = self.world().write(&path, &picture);
            written.map_err(|refusal| refusal.writing(&path, script.location(file.span)))?;
        }
        sink(event);
        Ok(())
    }

    /// Asks what this session computes to stop, from any thread. The request stays until it is
    /// [cleared](StopToken::clear).
    pub fn stop_token(&self) -> StopToken {
        self.stop.clone()
    }

    /// Everything that is defined.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Makes what is run from here on one step for [`Session::undo`].
    pub fn checkpoint(&mut self) {
        self.definitions.checkpoint();
    }

    /// Takes back what changed since the last checkpoint that saw a change; the names it concerns.
    pub fn undo(&mut self) -> Option<Vec<Name>> {
        self.definitions.undo()
    }

    /// Forgets every name; can be undone.
    pub fn reset(&mut self) {
        self.definitions.clear();
    }

    /// Keeps a value under a name that the user did not define: see [`Definitions::remember`].
    pub fn remember(&mut self, name: &Name, value: Rc<Tensor>, location: Location) {
        self.definitions.remember(name, value, location);
    }

    /// Takes back what a statement that never came to its end has changed.
    pub fn recover(&mut self) {
        self.definitions.roll_back(0);
        self.importing.clear();
        self.rounds.clear();
        self.compiled = None;
    }

    /// Parses and runs a text. The whole text is parsed before anything runs; the first error
    /// stops it, and leaves the session as it was before the failed statement.
    pub fn run_source(&mut self, source: &Rc<Source>, sink: &mut Sink<'_>) -> Result<()> {
        let _entered = self.stop.enter();
        let (script, warnings) = crate::syntax::parse(source)?;
        warnings
            .into_iter()
            .for_each(|warning| sink(Event::Warning(warning)));
        self.run_block(&Rc::new(script), None, sink)
    }

    /// Runs the statements of `block`, or of the whole script.
    fn run_block(
        &mut self,
        script: &Rc<Script>,
        block: Option<&Block>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        for id in block.unwrap_or(&script.body) {
            let statement = script.statement(*id);
            let mark = self.definitions.mark();
            if let Err(error) = self.run_statement(script, statement, sink) {
                self.definitions.roll_back(mark);
                return Err(error);
            }
            if block.is_none() {
                self.definitions.commit();
            }
        }
        Ok(())
    }

    fn run_statement(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if stop::requested() {
            return Err(stopped(script, statement));
        }
        if let Some(tail) = statement.kind.tail() {
            refuse(script, statement.kind.row(), tail)?;
        }
        match &statement.kind {
            StatementKind::Define(name, value) => {
                if lower::definitions::constant(&name.name).is_some() {
                    sink(Event::Warning(constant_hidden(script, name)));
                }
                self.definitions.define(name, formula(script, *value));
                Ok(())
            }
            StatementKind::DefineFunction {
                name,
                parameters,
                body,
            } => self.define_function(script, name, parameters, *body, sink),
            StatementKind::Input(declarations) => self.declare(script, declarations),
            StatementKind::Update(targets, values) => self.update(script, targets, values, sink),
            StatementKind::Repeat(..) | StatementKind::While(..) | StatementKind::For { .. } => {
                self.run_loop(script, statement, sink)
            }
            StatementKind::If(condition, then, otherwise) => {
                let taken = if self.condition(script, *condition, sink)? {
                    then
                } else {
                    otherwise
                };
                self.run_block(script, Some(taken), sink)
            }
            StatementKind::Import(path) => self.import(script, path, sink),
            StatementKind::Assert(claim) => self.assert(script, *claim, sink),
            StatementKind::Print(outputs, tail) => {
                let statement = ShowStatement {
                    script,
                    outputs,
                    tail,
                };
                self.print(&statement, sink)
            }
            StatementKind::Show(kind, outputs, tail) => {
                let statement = ShowStatement {
                    script,
                    outputs,
                    tail,
                };
                self.show(*kind, &statement, sink)
            }
        }
    }

    fn define_function(
        &mut self,
        script: &Rc<Script>,
        name: &Ident,
        parameters: &[Ident],
        body: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let location = script.location(name.span);
        if lower::is_derivative_operator(&name.name) {
            bail!(Function, location,
                "`{name}` is a derivative operator and cannot be redefined";
                label: "choose another name");
        }
        for (k, parameter) in parameters.iter().enumerate() {
            if let Some(first) = parameters[..k]
                .iter()
                .find(|first| first.name == parameter.name)
            {
                bail!(Name, script.location(parameter.span),
                    "`{name}` has two parameters called `{parameter}`";
                    label: "the second";
                    also: script.location(first.span), "the first");
            }
        }
        if lower::is_built_in(&name.name) {
            let warning = warning!(Function, location,
                "`{name}` replaces the built-in function of that name";
                label: "from here on");
            sink(Event::Warning(warning));
        }
        self.definitions.define_function(Function {
            name: name.clone(),
            parameters: parameters.to_vec(),
            body: formula(script, body),
        });
        Ok(())
    }

    fn declare(&mut self, script: &Rc<Script>, declarations: &[InputDeclaration]) -> Result<()> {
        for declaration in declarations {
            let mut sizes = Vec::new();
            for size in &declaration.shape {
                sizes.push(self.evaluate(script, *size, &mut |_| {}, |lowerer, node| {
                    lowerer.size(node, &formula(script, *size))
                })?);
            }
            let location = script.location(declaration.name.span);
            let (rows, cols) = (
                sizes.first().copied().unwrap_or(1),
                sizes.get(1).copied().unwrap_or(1),
            );
            let shape = self.limits.checked_shape(rows, cols, &location)?;
            self.definitions.declare(&declaration.name, shape, location);
        }
        Ok(())
    }

    /// Lowers `expr` into a graph of its own and looks at it there.
    fn evaluate<T>(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
        look: impl FnOnce(&mut Lowerer<'_>, NodeId) -> Result<T>,
    ) -> Result<T> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        let node = lowerer.lower(&formula(script, expr))?;
        let result = look(&mut lowerer, node);
        show::warn(&mut lowerer.finish().unit, sink);
        result
    }

    fn count(&self, script: &Rc<Script>, expr: ExprId, sink: &mut Sink<'_>) -> Result<usize> {
        self.evaluate(script, expr, sink, |lowerer, node| {
            lowerer.size(node, &formula(script, expr))
        })
    }

    fn whole(&self, script: &Rc<Script>, expr: ExprId, sink: &mut Sink<'_>) -> Result<i64> {
        self.evaluate(script, expr, sink, |lowerer, node| {
            lowerer.whole_number(node, &formula(script, expr))
        })
    }

    fn condition(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        if let Some(values) = self.compiled_values(script, &[expr])
            && let Some(value) = values[0].as_scalar()
        {
            return Ok(is_true(value));
        }
        let value = self.evaluate(script, expr, sink, |lowerer, node| lowerer.value(node))?;
        value.as_scalar().map(is_true).ok_or_else(|| {
            error!(Scalar, script.locate(expr),
                "a condition is a scalar, not a {} matrix", value.shape();
                label: "{}", value.shape().described();
                help: "for “every entry” write `min(…) == 1`, for “any entry” `max(…) == 1`")
        })
    }

    fn import(&mut self, script: &Rc<Script>, path: &Text, sink: &mut Sink<'_>) -> Result<()> {
        let location = script.location(path.span);
        let file = script.source.folder.join(&*path.text);
        let text = self
            .world()
            .read(&file, LONGEST_SCRIPT)
            .map_err(|refusal| refusal.reading(&file, location.clone()))?;
        let canonical = self.world().canonical(&file);
        if self.importing.contains(&canonical) {
            bail!(Circular, location,
                "`{}` imports itself, directly or through others", file.display();
                label: "already being imported");
        }
        let source = Source::file(&file, text);
        let (imported, _) = crate::syntax::parse(&source)
            .map_err(|error| error.label(location.clone(), "imported here"))?;
        self.importing.push(canonical);
        let mut warnings_only = |event| {
            if let Event::Warning(_) = event {
                sink(event);
            }
        };
        let result = self.run_definitions(&Rc::new(imported), &mut warnings_only);
        self.importing.pop();
        result.map_err(|error| error.label(location, "imported here"))
    }

    /// Runs the statements of a script that do not show anything.
    fn run_definitions(&mut self, script: &Rc<Script>, sink: &mut Sink<'_>) -> Result<()> {
        for id in &script.body {
            let statement = script.statement(*id);
            let shows = matches!(
                statement.kind,
                StatementKind::Show(..) | StatementKind::Print(..)
            );
            if !shows {
                self.run_statement(script, statement, sink)?;
            }
        }
        Ok(())
    }
}

fn formula(script: &Rc<Script>, expr: ExprId) -> Formula {
    Formula {
        script: script.clone(),
        expr,
    }
}

/// The warning that a name of the user's hides a constant; π has two names.
fn constant_hidden(script: &Script, name: &Ident) -> Diagnostic {
    let other = match &*name.name {
        "pi" => "; `π` stays what it is",
        "π" => "; `pi` stays what it is",
        _ => "",
    };
    warning!(Name, script.location(name.span),
        "`{name}` hides the constant of that name{other}";
        label: "from here on")
}

/// The error of a statement before which a stop was asked for.
fn stopped(script: &Script, statement: &Statement) -> Diagnostic {
    stopped_at(script, statement.span)
}

fn stopped_at(script: &Script, span: Span) -> Diagnostic {
    error!(Limit, script.location(span), "interrupted"; label: "stopped before this")
}
