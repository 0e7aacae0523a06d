//! Statements that show something.

use super::evaluate::formula;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Code, Diagnostic, Result, bail};
use crate::event::{Event, Item};
use crate::graph::{Graph, NodeId, Tensor};
use crate::lower::{Evaluation, Lowerer};
use crate::notation::{Written, one_line};
use crate::primitives::stored::Stored;
use crate::structure::StoredValue;
use crate::syntax::ast::{ExprId, ExprKind, Script, Show, With};
use crate::syntax::foreign::is_solver;
use crate::trace::{self, Kink, Nonfinite, Request, Wanted};

impl Session {
    pub(super) fn print(&self, statement: &ShowStatement<'_>, sink: &mut Sink<'_>) -> Result<()> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, statement)?;
        let script = statement.script;
        let mut nodes = Vec::new();
        for item in statement.outputs {
            nodes.push(match &script.expr(*item).kind {
                ExprKind::Text(text) => Err(text.to_string()),
                _ => Ok(lowerer.lower(&formula(script, *item))?),
            });
        }
        let mut evaluation = lowerer.finish();
        let mut items = Vec::new();
        let mut nonfinite = None;
        let roots: Vec<NodeId> = nodes.iter().flatten().copied().collect();
        for node in nodes {
            items.push(match node {
                Err(text) => Item::Text(text),
                Ok(node) => {
                    let value = evaluation.value(node)?;
                    nonfinite = nonfinite.or_else(|| origin_of(&evaluation, node, &value));
                    Item::Value(value)
                }
            });
        }
        let kinks = self.kinks(&evaluation, &roots);
        warn(evaluation.unit.take_warnings(), sink);
        sink(Event::Print {
            items,
            nonfinite,
            kinks,
        });
        Ok(())
    }

    /// The same where all sizes are known.
    pub(super) fn show_known(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        match kind {
            Show::Value => self.show_values(statement, sink),
            Show::Trace => self.show_trace(statement, sink),
            Show::Derive => self.show_derive(statement, sink),
            Show::Compare => self.show_compare(statement, sink),
            Show::Check => self.show_check(statement, sink),
            Show::Prove => self.show_proof(statement, sink),
            Show::Simplify | Show::Expand | Show::Factor => {
                self.show_rewriting(kind, statement, sink)
            }
            Show::Series => self.show_series(statement, sink),
            Show::Graph => self.show_graph(statement, sink),
            Show::Plot => self.show_plot(statement, sink),
            Show::Sparsity => self.show_sparsity(statement, sink),
        }
    }

    fn show_values(&self, statement: &ShowStatement<'_>, sink: &mut Sink<'_>) -> Result<()> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, statement)?;
        let ShowStatement {
            script, outputs, ..
        } = *statement;
        let mut nodes = Vec::new();
        for output in outputs {
            nodes.push(lowerer.lower(&formula(script, *output))?);
        }
        let mut evaluation = lowerer.finish();
        let mut events = Vec::new();
        for (output, node) in outputs.iter().zip(nodes) {
            let text = Written::new(script, *output);
            if let Some(stored) = Stored::of(&graph, node).filter(|stored| stored.is_large()) {
                events.push(stored_value(&evaluation, text, stored)?);
                continue;
            }
            let value = evaluation.value(node);
            let value = value.map_err(|error| formula_meant(script, *output, error))?;
            let nonfinite = origin_of(&evaluation, node, &value);
            events.push(Event::Value {
                text,
                value,
                nonfinite,
                kinks: self.kinks(&evaluation, &[node]),
            });
        }
        warn(evaluation.unit.take_warnings(), sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    /// The kinks that derivatives inside of `roots` hit. A result is shown even where the search meets a
    /// limit.
    fn kinks(&self, evaluation: &Evaluation<'_>, roots: &[NodeId]) -> Vec<Kink> {
        let order = |leaf| self.order(&evaluation.unit, &Wanted::default(), leaf);
        trace::kinks::of_values(evaluation, roots, &order).unwrap_or_default()
    }

    fn show_trace(&self, statement: &ShowStatement<'_>, sink: &mut Sink<'_>) -> Result<()> {
        let graph = Graph::new();
        let (lowerer, wanted) = self.prepare(&graph, statement)?;
        let (forward, reverse) = statement.passes()?;
        let mut evaluation = lowerer.finish();
        let rounds = self.rounds_asked_for(statement, sink)?;
        let request = Request {
            wanted: &wanted,
            order: &|leaf| self.order(&evaluation.unit, &wanted, leaf),
            forward,
            reverse,
            life: statement.has(&With::Life),
            zeros: statement.has(&With::Zeros),
            rounds: &rounds,
            error: statement.has(&With::Error),
        };
        let mut trace = trace::build(&evaluation, &request)?;
        trace.overlays = statement.has(&With::Overlays);
        warn(evaluation.unit.take_warnings(), sink);
        sink(Event::Trace(Box::new(trace)));
        Ok(())
    }

    /// The list after `with rounds`.
    fn rounds_asked_for(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Vec<usize>> {
        let items = statement.tail.with.iter();
        let lists = items.filter_map(|(item, _)| match item {
            With::Rounds(list) => Some(*list),
            _ => None,
        });
        let mut rounds = Vec::new();
        for list in lists {
            let found = self.evaluate_at(statement, list, sink)?;
            for x in found.data() {
                if x.fract() != 0.0 || *x < 1.0 {
                    bail!(Value, statement.script.locate(list),
                        "rounds are counted 1, 2, …, and this list has {x}";
                        label: "not all are numbers of rounds";
                        help: "write whole numbers: `with rounds [1, 10, 1000]`");
                }
                rounds.push(*x as usize);
            }
        }
        rounds.sort_unstable();
        rounds.dedup();
        Ok(rounds)
    }
}

/// A matrix that is stored by its places, as it is stored.
fn stored_value(evaluation: &Evaluation<'_>, text: Written, stored: Stored<'_>) -> Result<Event> {
    let values = evaluation.value(stored.values.id)?;
    let places = stored.places().into_iter().zip(values.data());
    Ok(Event::Stored(Box::new(StoredValue {
        text,
        shape: stored.shape,
        entries: places.map(|((i, j), value)| (i, j, *value)).collect(),
    })))
}

/// The origin of `value`, of `node`, if it is not finite.
pub(super) fn origin_of(
    evaluation: &Evaluation<'_>,
    node: NodeId,
    value: &Tensor,
) -> Option<Box<Nonfinite>> {
    if value.is_finite() {
        return None;
    }
    // A result is shown even where the search for its origin meets a limit.
    let found = trace::provenance::of_value(evaluation, node).ok()??;
    Some(Box::new(found))
}

/// The error of `f'(x)` or `solve(x^2 - 4, x)` without an `x`: a formula or an equation was meant, perhaps.
fn formula_meant(script: &Script, output: ExprId, error: Diagnostic) -> Diagnostic {
    if let ExprKind::Call(call) = &script.expr(output).kind
        && let [equation, unknown] = call.arguments[..]
        && let (Some(x), Code::Name, true) = (
            script.name_at(unknown),
            error.code(),
            is_solver(&call.function.name),
        )
        && error.location().text() == &**x
        && script.text(equation).len() < 80
    {
        let equation = one_line(script.text(equation));
        return error.help(format!(
            "`solve` is for systems of linear equations; to find where the formula is 0 write `g({x}) = {equation}; root(g, 1)`, with a start near the root"
        ));
    }
    let ExprKind::Derivative(call) = &script.expr(output).kind else {
        return error;
    };
    let ([argument], Code::Name, 1) = (call.arguments.as_slice(), error.code(), call.order) else {
        return error;
    };
    match script.name_at(*argument) {
        Some(name) => error.help(format!(
            "its formula: `derive {0}({name}) wrt {name}`; its value at a point: `{0}'(1)`",
            call.function
        )),
        None => error,
    }
}
