//! Random numbers without a seed: all of them start from seed 0, so that two such draws repeat each other.

use super::sink::warn;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, warning};
use crate::primitives;
use crate::source::{Location, Span};
use crate::syntax::ast::{ExprId, ExprKind, Name, Script, Statement, StatementKind};
use std::rc::Rc;

/// The first draw without a seed, and how many there were.
#[derive(Debug)]
pub(super) struct FirstDraw {
    place: Location,
    /// The name that it defines.
    name: Option<Name>,
    count: usize,
}

impl Session {
    /// The calls in a script that draw random numbers and name no seed.
    pub(super) fn unseeded(&self, script: &Script) -> Vec<ExprId> {
        let draws = |kind: &ExprKind| {
            let ExprKind::Call(call) = kind else {
                return false;
            };
            let name = &*call.function.name;
            let seeded = call.named.iter().any(|given| &*given.name.name == "seed");
            let row = primitives::named(name).iter().any(|row| row.seed);
            row && !seeded && self.definitions.function(name).is_none()
        };
        let exprs = script.expressions.iter().enumerate();
        exprs
            .filter(|(_, expr)| draws(&expr.kind))
            .map(|(k, _)| ExprId(k as u32))
            .collect()
    }

    /// Warns of every draw of `statement` that repeats an earlier one. `unseeded` are those of its script.
    pub(super) fn warn_of_draws(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        unseeded: &[ExprId],
        sink: &mut Sink<'_>,
    ) {
        let name = match &statement.kind {
            StatementKind::Define(name, _) => Some(&name.name),
            _ => None,
        };
        let inside =
            |span: Span| statement.span.start <= span.start && span.end <= statement.span.end;
        for expr in unseeded {
            if inside(script.expr(*expr).span) {
                warn(self.draw(script, *expr, name).into_iter().collect(), sink);
            }
        }
    }

    /// Notes a draw; the warning if it is not the first. A name that is defined again draws anew.
    fn draw(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        name: Option<&Name>,
    ) -> Option<Diagnostic> {
        let place = script.locate(expr);
        let Some(first) = &mut self.first_draw else {
            self.first_draw = Some(FirstDraw {
                place,
                name: name.cloned(),
                count: 1,
            });
            return None;
        };
        if name.is_some() && first.name.as_ref() == name {
            first.place = place;
            return None;
        }
        first.count += 1;
        let call = script.text(expr);
        let open = call.strip_suffix(')')?.trim_end().trim_end_matches(',');
        let seeded = format!("{open}, seed={})", first.count);
        Some(warning!(Value, place.clone(),
                "`{call}` repeats the numbers of `{}`: without a seed both start from the same one",
                first.place.text();
                label: "the same numbers again";
                also: first.place.clone(), "drawn here";
                help: "give it a seed of its own: `{seeded}`";
                fix: place, seeded))
    }
}
