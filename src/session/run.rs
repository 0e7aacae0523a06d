//! Running: the statements of a script one after the other, each of which leaves all or nothing.

use super::sink::warn;
use super::statement::{ShowStatement, refuse};
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error};
use crate::source::{Source, Span};
use crate::stop;
use crate::syntax::ast::{Block, Script, Show, Statement, StatementKind};
use std::rc::Rc;

impl Session {
    /// Runs a text and hands out what its statements show as it happens. The whole text is parsed
    /// before anything runs.
    ///
    /// # Errors
    /// The first mistake. It stops the text and leaves the session as it was before the failed
    /// statement.
    pub fn run_source(&mut self, source: &Rc<Source>, sink: &mut Sink<'_>) -> Result<()> {
        let _entered = self.stop.enter();
        let (script, warnings) = crate::syntax::parse(source)?;
        warn(warnings, sink);
        self.run_block(&Rc::new(script), None, sink)
    }

    /// Runs the statements of `block`, or of the whole script.
    pub(super) fn run_block(
        &mut self,
        script: &Rc<Script>,
        block: Option<&Block>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let unseeded = match block {
            None => self.unseeded(script),
            Some(_) => Vec::new(),
        };
        for id in block.unwrap_or(&script.body) {
            let statement = script.statement(*id);
            let mark = self.definitions.mark();
            self.warn_of_draws(script, statement, &unseeded, sink);
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

    pub(super) fn run_statement(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if stop::requested() {
            return Err(stopped(script, statement));
        }
        if let Some(tail) = statement.kind.tail() {
            refuse(script, &statement.kind, tail)?;
        }
        match &statement.kind {
            StatementKind::Define(name, value) => {
                self.define(script, name, *value, sink);
                self.check_assigned(&name.name, &script.locate(*value))
            }
            StatementKind::DefineFunction {
                name,
                parameters,
                body,
            } => self.define_function(script, name, parameters, *body, sink),
            StatementKind::Input(declarations) => self.declare(script, declarations),
            StatementKind::Update(targets, values) => {
                self.update(script, targets, values, sink)?;
                let mut pairs = targets.iter().zip(values);
                pairs.try_for_each(|(target, value)| {
                    self.check_assigned(&target.name.name, &script.locate(*value))
                })
            }
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
            StatementKind::Assume(facts) => self.assume(script, facts),
            StatementKind::Rule(rule) => self.rule(script, rule),
            StatementKind::Print(outputs, tail) => {
                let statement = ShowStatement::new(script, outputs, tail);
                match &tail.to {
                    Some(file) => self.show_in_file(script, file, true, sink, |sink| {
                        self.print(&statement, sink)
                    }),
                    None => self.print(&statement, sink),
                }
            }
            StatementKind::Show(kind, outputs, tail) => {
                let statement = ShowStatement::new(script, outputs, tail);
                match &tail.to {
                    Some(file) if !matches!(kind, Show::Graph | Show::Plot | Show::Sparsity) => {
                        let is_value = *kind == Show::Value;
                        self.show_in_file(script, file, is_value, sink, |sink| {
                            self.show(*kind, &statement, sink)
                        })
                    }
                    _ => self.show(*kind, &statement, sink),
                }
            }
        }
    }
}

/// The error of a statement before which a stop was asked for.
pub(super) fn stopped(script: &Script, statement: &Statement) -> Diagnostic {
    stopped_at(script, statement.span)
}

pub(super) fn stopped_at(script: &Script, span: Span) -> Diagnostic {
    error!(Limit, script.location(span), "interrupted"; label: "stopped before this")
}
