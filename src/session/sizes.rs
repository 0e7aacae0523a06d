//! Statements about formulas with sizes that have no value: they are run at sizes that are drawn.

use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::claims::Outcome;
use crate::diagnostic::{Diagnostic, Result, error, note};
use crate::event::Event;
use crate::lower::definitions::OpenInput;
use crate::lower::{Formula, Limits};
use crate::simplify::{Simplified, for_all_sizes};
use crate::symbolic::{DerivationStep, Symbolic};
use crate::syntax::ast::{ExprId, ExprKind, Name, Show};
use crate::syntax::special::Special;

/// Sizes for claims: small ones, different from each other.
const SMALL: [[usize; 4]; 3] = [[3, 2, 4, 5], [2, 5, 3, 4], [4, 3, 5, 2]];
/// Sizes for formulas: quotients of them have no simpler form.
const PRIMES: [usize; 12] = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
/// Sizes at which a formula is found.
const FORMULAS: usize = 4;

/// The sizes without a value that a statement needs.
struct Open {
    inputs: Vec<OpenInput>,
    names: Vec<Name>,
}

impl Session {
    pub(super) fn show(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let open = self.open_sizes(statement);
        if open.names.is_empty() || open.names.len() > PRIMES.len() - FORMULAS {
            return self.show_known(kind, statement, sink);
        }
        match kind {
            Show::Prove => self.show_claims(kind, statement, &open, sink),
            Show::Check if !statement.tail.against.is_empty() => {
                self.show_claims(kind, statement, &open, sink)
            }
            Show::Derive | Show::Simplify | Show::Expand | Show::Factor => {
                self.show_formulas(kind, statement, &open, sink)
            }
            Show::Trace | Show::Graph | Show::Sparsity => {
                let sizes = small(&open, 0);
                let mut drawn = self.at_sizes(&open, &sizes);
                // What is shown for all sizes has no nodes for each entry.
                drawn.limits = drawn.limits.for_code();
                drawn
                    .show_known(kind, statement, sink)
                    .map_err(|error| open.explain(error, &sizes))?;
                sink(Event::Warning(open.note(statement, &[sizes])));
                Ok(())
            }
            Show::Value if statement.outputs.iter().all(|id| is_size(statement, *id)) => {
                self.show_formulas(Show::Simplify, statement, &open, sink)
            }
            _ => self.show_known(kind, statement, sink),
        }
    }

    fn open_sizes(&self, statement: &ShowStatement<'_>) -> Open {
        let tail = statement.tail;
        let parts = [statement.outputs, &tail.wrt, &tail.along, &tail.against];
        let formulas = parts.into_iter().flatten().map(|expr| Formula {
            script: statement.script.clone(),
            expr: *expr,
        });
        let (inputs, names) = self.definitions.open_sizes(formulas.collect());
        Open { inputs, names }
    }

    /// This session with values for the open sizes.
    fn at_sizes(&self, open: &Open, sizes: &[usize]) -> Session {
        let mut drawn = Session {
            definitions: self.definitions.snapshot(),
            // A formula for all sizes has none of its entries written out.
            limits: Limits {
                numbered: 0,
                ..self.limits
            },
            stop: self.stop.clone(),
            ..Session::default()
        };
        for (name, size) in open.names.iter().zip(sizes) {
            let location = open.inputs[0].location.clone();
            drawn
                .definitions
                .store_constant(name, *size as f64, location);
        }
        drawn
    }

    /// A claim holds if it does at all sizes that are drawn where it has a value; the weakest answer is
    /// shown.
    fn show_claims(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        open: &Open,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let mut weakest: Option<Vec<Event>> = None;
        let mut tried = Vec::new();
        for k in 0..SMALL.len() {
            let sizes = small(open, k);
            let (events, result) = self.shown_at(kind, statement, open, &sizes);
            let last = k + 1 == SMALL.len() && tried.is_empty();
            if !last && events.last().is_some_and(is_unknown) {
                continue;
            }
            if let Err(error) = result {
                events.into_iter().for_each(&mut *sink);
                return Err(open.explain(error, &sizes));
            }
            if weakest
                .as_ref()
                .is_none_or(|known| proofs(&events) < proofs(known))
            {
                weakest = Some(events);
            }
            tried.push(sizes);
        }
        weakest.into_iter().flatten().for_each(&mut *sink);
        sink(Event::Warning(open.note(statement, &tried)));
        Ok(())
    }

    /// The formula that is found at all sizes that are drawn.
    fn show_formulas(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        open: &Open,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let mut all = Vec::new();
        let mut tried = Vec::new();
        for k in 0..FORMULAS {
            let sizes = PRIMES[k..k + open.names.len()].to_vec();
            let (events, result) = self.shown_at(kind, statement, open, &sizes);
            result.map_err(|error| open.explain(error, &sizes))?;
            all.push(events);
            tried.push(sizes);
        }
        for (place, event) in all[0].iter().enumerate() {
            let mut shown = event.clone();
            for (which, formula) in formulas_in(&mut shown).into_iter().enumerate() {
                let others: Option<Vec<&Simplified>> = (all.iter())
                    .map(|events| formulas_of(events.get(place)?).get(which).copied())
                    .collect();
                let found = others.and_then(|found| for_all_sizes(&found, &open.names, &tried));
                *formula = found.ok_or_else(|| open.dependent(statement))?;
            }
            if let Event::Derive(derivation) = &mut shown {
                let steps = |events: &Vec<Event>| match events.get(place)? {
                    Event::Derive(derivation) => Some(derivation.steps.clone()),
                    _ => None,
                };
                let found: Option<Vec<Vec<DerivationStep>>> = all.iter().map(steps).collect();
                let found = found.and_then(|found| steps_for_all_sizes(&found, open, &tried));
                derivation.steps = found.unwrap_or_default();
            }
            let names_sizes = names_sizes(&shown);
            sink(shown);
            if names_sizes {
                sink(Event::Warning(open.note(statement, &tried[..1])));
            }
        }
        Ok(())
    }

    fn shown_at(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        open: &Open,
        sizes: &[usize],
    ) -> (Vec<Event>, Result<()>) {
        let mut events = Vec::new();
        let drawn = self.at_sizes(open, sizes);
        let result = drawn.show_known(kind, statement, &mut |event| events.push(event));
        (events, result)
    }
}

/// The k-th small sizes.
fn small(open: &Open, k: usize) -> Vec<usize> {
    let size = |place: usize| match SMALL[k].get(place) {
        Some(size) => *size,
        None => place + 2,
    };
    (0..open.names.len()).map(size).collect()
}

/// The number of answers that are proofs.
fn proofs(events: &[Event]) -> usize {
    let proved = |event: &&Event| match event {
        Event::Prove(proof) => matches!(proof.outcome, Outcome::Proved(_)),
        Event::Against(against) => matches!(against.outcome, Some(Outcome::Proved(_))),
        _ => false,
    };
    events.iter().filter(proved).count()
}

/// True if a claim has no value at any point: at these sizes it says nothing.
fn is_unknown(event: &Event) -> bool {
    match event {
        Event::Prove(proof) => matches!(proof.outcome, Outcome::Unknown),
        _ => false,
    }
}

/// The lines that all of `found` are, with the names of sizes where numbers differ as the sizes do.
fn steps_for_all_sizes(
    found: &[Vec<DerivationStep>],
    open: &Open,
    sizes: &[Vec<usize>],
) -> Option<Vec<DerivationStep>> {
    let mut steps = found.first()?.clone();
    let count = steps.len();
    if found.iter().any(|other| other.len() != count) {
        return None;
    }
    for (k, step) in steps.iter_mut().enumerate() {
        let parts = found[0][k].formulas().len();
        for part in 0..parts {
            let alike: Option<Vec<&Simplified>> = (found.iter())
                .map(|other| other[k].formulas().get(part).copied())
                .collect();
            *step.formulas_mut().remove(part) = for_all_sizes(&alike?, &open.names, sizes)?;
        }
    }
    Some(steps)
}

/// The formulas that an event shows.
fn formulas_of(event: &Event) -> Vec<&Simplified> {
    match event {
        Event::Derive(derivation) => match &derivation.result {
            Symbolic::Formula(formula) => vec![formula],
            Symbolic::Recurrences(_) => Vec::new(),
            Symbolic::NoFormula { entries, along, .. } => {
                let entries = entries.iter().map(|entries| &entries.formula);
                entries.chain(along.iter().map(|(_, one)| one)).collect()
            }
        },
        Event::Rewriting(rewriting) => vec![&rewriting.result],
        _ => Vec::new(),
    }
}

/// True if an event speaks of the sizes at which it was found.
fn names_sizes(event: &Event) -> bool {
    let Event::Derive(derivation) = event else {
        return false;
    };
    // Only the reason for a missing formula does.
    match &derivation.result {
        Symbolic::NoFormula { entries, .. } => entries.is_none(),
        Symbolic::Formula(_) | Symbolic::Recurrences(_) => false,
    }
}

/// The same, to be replaced.
fn formulas_in(event: &mut Event) -> Vec<&mut Simplified> {
    match event {
        Event::Derive(derivation) => match &mut derivation.result {
            Symbolic::Formula(formula) => vec![formula],
            Symbolic::Recurrences(_) => Vec::new(),
            Symbolic::NoFormula { entries, along, .. } => {
                let entries = entries.iter_mut().map(|entries| &mut entries.formula);
                entries
                    .chain(along.iter_mut().map(|(_, one)| one))
                    .collect()
            }
        },
        Event::Rewriting(rewriting) => vec![&mut rewriting.result],
        _ => Vec::new(),
    }
}

impl Open {
    /// `n = 3, d = 2`
    fn values(&self, sizes: &[usize]) -> String {
        let pairs = self.names.iter().zip(sizes);
        let texts: Vec<String> = pairs
            .map(|(name, size)| format!("{name} = {size}"))
            .collect();
        texts.join(", ")
    }

    /// An error at drawn sizes, with the shapes as they were declared.
    fn explain(&self, error: Diagnostic, sizes: &[usize]) -> Diagnostic {
        let values = self.values(sizes);
        self.inputs.iter().fold(error, |error, input| {
            let text = format!(
                "`{}` is {}, tried with {values}",
                input.name,
                input.shape.text()
            );
            error.label(input.location.clone(), text)
        })
    }

    fn note(&self, statement: &ShowStatement<'_>, tried: &[Vec<usize>]) -> Diagnostic {
        let tried: Vec<String> = tried.iter().map(|sizes| self.values(sizes)).collect();
        note!(
            Check,
            statement.script.locate(statement.outputs[0]),
            "sizes without a value were tried as {}",
            tried.join("; ")
        )
    }

    fn dependent(&self, statement: &ShowStatement<'_>) -> Diagnostic {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        error!(Value, statement.script.locate(statement.outputs[0]),
            "the formula differs from size to size, and needs values of {}", names.join(", ");
            label: "depends on the sizes";
            help: "give them values: `{}`", self.values(&small(self, 0)).replace(", ", "; "))
    }
}

/// True of a formula in which names stand only in `rows` and `cols`.
fn is_size(statement: &ShowStatement<'_>, whole: ExprId) -> bool {
    let mut waiting = vec![whole];
    while let Some(id) = waiting.pop() {
        let expr = statement.script.expr(id);
        match expr.kind.special() {
            Some(Special::Rows | Special::Cols) => {}
            _ if matches!(expr.kind, ExprKind::Name(_)) => return false,
            _ => expr.children(|part| waiting.push(part)),
        }
    }
    true
}
