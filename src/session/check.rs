//! Looking for mistakes in a script without running it.

use super::Session;
use super::evaluate::formula;
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::event::Event;
use crate::graph::Graph;
use crate::lower::Lowerer;
use crate::source::Source;
use crate::syntax::ast::{ExprId, ExprKind, Script, Statement, StatementId, StatementKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

impl Session {
    /// Parses a text and looks for mistakes without running loops or showing anything: what can
    /// be lowered is lowered, so that names, shapes and arguments are checked.
    pub fn check(&mut self, source: &Rc<Source>) -> Vec<Diagnostic> {
        let _entered = self.stop.enter();
        let (script, mut found) = match crate::syntax::parse(source) {
            Ok(parsed) => parsed,
            Err(error) => return vec![error],
        };
        let script = Rc::new(script);
        let set = set_by_running(&script);
        let unseeded = self.unseeded(&script);
        for id in &script.body {
            let statement = script.statement(*id);
            self.warn_of_draws(&script, statement, &unseeded, &mut |event| {
                if let Event::Warning(warning) = event {
                    found.push(warning);
                }
            });
            if let Err(error) = self.check_statement(&script, statement, &set, &mut found) {
                found.push(error);
            }
        }
        self.check_definitions(&script, &set, &mut found);
        self.check_blocks(&script, &mut found);
        // In the order of the text; of what is found twice the first knows more.
        let place = |one: &Diagnostic| {
            let places = one.labels().iter().map(|label| &label.location);
            let mut here = places.filter(|location| Rc::ptr_eq(&location.source, source));
            here.next().map_or(0, |location| location.span.start)
        };
        found.sort_by_key(place);
        let mut told = FxHashSet::default();
        found.retain(|one| {
            // A name is told of once, an error at each of its places.
            let start = match one.severity() {
                Severity::Warning | Severity::Note => None,
                Severity::Error => Some(one.location().span.start),
            };
            told.insert((one.message().to_owned(), start))
        });
        found
    }

    /// Looks at every formula, whether or not anything shows it, and computes the inputs.
    fn check_definitions(
        &self,
        script: &Rc<Script>,
        set: &FxHashSet<&str>,
        found: &mut Vec<Diagnostic>,
    ) {
        let mut note = |error: Diagnostic| {
            if !found.contains(&error) {
                found.push(error);
            }
        };
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        // A formula that is replaced further down was looked at where it was shown: by now its names
        // stand for something else.
        let mut last: FxHashMap<&str, StatementId> = FxHashMap::default();
        for id in &script.body {
            if let StatementKind::Define(name, _) = &script.statement(*id).kind {
                last.insert(&name.name, *id);
            }
        }
        for id in &script.body {
            if let StatementKind::Define(name, value) = &script.statement(*id).kind
                && last.get(&*name.name) == Some(id)
            {
                let definition = formula(script, *value);
                let looked = lowerer.lower(&definition).and_then(|node| {
                    if self.definitions.is_closed(&definition) {
                        lowerer.value(node)?;
                    }
                    Ok(())
                });
                looked.err().into_iter().for_each(&mut note);
            }
        }
        let names = lowerer.unit().undefined_names(&|name| set.contains(name));
        names.into_iter().for_each(&mut note);
        let assigned = assigned(script);
        for id in &script.body {
            if let StatementKind::DefineFunction {
                parameters, body, ..
            } = &script.statement(*id).kind
            {
                let known = |name: &str| assigned.contains(name);
                lowerer
                    .undefined_in_body(script, parameters, *body, &known)
                    .into_iter()
                    .for_each(&mut note);
            }
        }
    }

    /// Looks for unknown names in the blocks of loops and choices, which are not run: what they
    /// compute with may have other shapes and values by then.
    fn check_blocks(&self, script: &Rc<Script>, found: &mut Vec<Diagnostic>) {
        let assigned = assigned(script);
        let top: FxHashSet<usize> = script.body.iter().map(|id| id.0 as usize).collect();
        let known = |name: &str| assigned.contains(name);
        for (k, statement) in script.statements.iter().enumerate() {
            if top.contains(&k) {
                continue;
            }
            let exprs: Vec<ExprId> = match &statement.kind {
                StatementKind::Define(_, value) | StatementKind::Assert(value) => vec![*value],
                StatementKind::Update(_, values) => values.clone(),
                StatementKind::Show(_, outputs, tail)
                    if tail.at.is_empty() && tail.over.is_empty() =>
                {
                    outputs.clone()
                }
                _ => Vec::new(),
            };
            for expr in exprs {
                let names = self.evaluate(script, expr, &mut |_| {}, |lowerer, _| {
                    Ok(lowerer.unit().undefined_names(&known))
                });
                for warning in names.unwrap_or_default() {
                    if !found.contains(&warning) {
                        found.push(warning);
                    }
                }
            }
        }
    }

    fn check_statement(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        set: &FxHashSet<&str>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        match &statement.kind {
            StatementKind::Define(..)
            | StatementKind::DefineFunction { .. }
            | StatementKind::Input(_)
            | StatementKind::Assume(_)
            | StatementKind::Rule(_)
            | StatementKind::Import(_) => self.run_statement(script, statement, &mut |event| {
                if let Event::Warning(warning) = event {
                    found.push(warning);
                }
            }),
            StatementKind::Assert(claim) => self.check_expr(script, *claim, set, found),
            StatementKind::Print(items, _) => {
                let values = items
                    .iter()
                    .filter(|item| !matches!(script.expr(**item).kind, ExprKind::Text(_)));
                values
                    .copied()
                    .try_for_each(|item| self.check_expr(script, item, set, found))
            }
            StatementKind::Show(_, outputs, tail) if tail.over.is_empty() && tail.at.is_empty() => {
                outputs
                    .iter()
                    .try_for_each(|output| self.check_expr(script, *output, set, found))
            }
            _ => Ok(()),
        }
    }

    fn check_expr(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        set: &FxHashSet<&str>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        let warnings = self.evaluate(script, expr, &mut |_| {}, |lowerer, _| {
            Ok(lowerer.unit().undefined_names(&|name| set.contains(name)))
        })?;
        for warning in warnings {
            if !found.contains(&warning) {
                found.push(warning);
            }
        }
        Ok(())
    }
}

/// The names that only running the script gives a value: updated ones, and what loops and choices
/// define.
fn set_by_running(script: &Script) -> FxHashSet<&str> {
    let top: FxHashSet<u32> = script.body.iter().map(|id| id.0).collect();
    let mut set = FxHashSet::default();
    for (k, statement) in (0..).zip(&script.statements) {
        match &statement.kind {
            StatementKind::Define(name, _) if !top.contains(&k) => {
                set.insert(&*name.name);
            }
            StatementKind::Update(targets, _) => {
                set.extend(targets.iter().map(|target| &*target.name.name));
            }
            StatementKind::For { variable, .. } => {
                set.insert(&variable.name);
            }
            _ => {}
        }
    }
    set
}

/// The names that some statement of the script gives a meaning, in whatever block it stands.
fn assigned(script: &Script) -> FxHashSet<&str> {
    let mut assigned: Vec<&str> = Vec::new();
    for statement in &script.statements {
        match &statement.kind {
            StatementKind::Define(name, _) => assigned.push(&name.name),
            StatementKind::Update(targets, _) => {
                assigned.extend(targets.iter().map(|target| &*target.name.name));
            }
            StatementKind::For { variable, .. } => assigned.push(&variable.name),
            _ => {}
        }
    }
    assigned.into_iter().collect()
}
