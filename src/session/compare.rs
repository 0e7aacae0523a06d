//! `compare` and `check`: the modes side by side, and whether they agree.

use super::evaluate::formula;
use super::prepare::held_names;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error};
use crate::diff::Target;
use crate::event::Event;
use crate::findings;
use crate::graph::{Graph, NodeId, Tensor, measure};
use crate::lower::{Evaluation, Lowerer};

use crate::symbolic::{NoFormula, Spelling, Symbolic};
use crate::syntax::ast::{ExprId, Mode, Script, With};
use crate::trace::Wanted;
use crate::trace::check::{Verdict, check};
use crate::trace::compare::{ByFormula, NoAnswer, Question, compare};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The largest depth of a formula that is simplified without being asked for by `using symbolic`.
const DEPTH_LIMIT: usize = 300;

impl Session {
    pub(super) fn show_compare(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        self.ask(statement, sink, |evaluation, question, _| {
            let comparison = compare(evaluation, question)?;
            Ok((Event::Compare(Box::new(comparison)), None))
        })
    }

    pub(super) fn show_check(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if !statement.tail.against.is_empty() {
            return self.show_against(statement, sink);
        }
        self.ask(statement, sink, |evaluation, question, output| {
            let verdict = check(evaluation, question)?;
            let failure = failure(statement.script, output, &verdict);
            Ok((Event::Check(Box::new(verdict)), failure))
        })
    }

    /// Asks a question about every output; the first failure is reported after its event.
    fn ask(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
        answer: impl Fn(&Evaluation<'_>, &Question<'_>, ExprId) -> Result<(Event, Option<Diagnostic>)>,
    ) -> Result<()> {
        let tail = statement.tail;
        let graph = Graph::new();
        let (mut lowerer, wanted) = self.prepare(&graph, statement)?;
        let formulas = match statement.uses(Mode::Symbolic) {
            true => self.formulas(&mut lowerer, statement, &wanted),
            false => FxHashMap::default(),
        };
        let mut evaluation = lowerer.finish();
        warn(evaluation.unit.take_warnings(), sink);
        let order = |leaf| self.order(&evaluation.unit, &wanted, leaf);
        let modes: Vec<Mode> = match tail.using.as_slice() {
            [] => Mode::ALL.to_vec(),
            using => using.iter().map(|(mode, _)| *mode).collect(),
        };
        for (output, expr) in wanted.outputs.iter().zip(statement.outputs) {
            let by_formula = |target: Target| {
                let known = formulas.get(&(output.1, target)).cloned();
                known.unwrap_or(Err(NoAnswer::NotAsked))
            };
            let question = Question {
                output,
                wrt: &wanted.wrt,
                held: &wanted.held,
                order: &order,
                left_out: &wanted.left_out,
                modes: &modes,
                by_name: !tail.using.is_empty(),
                memory: self.limits.memory,
                symbolic: &by_formula,
                zeros: statement.has(&With::Zeros),
            };
            let (event, failure) = answer(&evaluation, &question, *expr)?;
            sink(event);
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }

    /// For every output, the simplified derivative with respect to every target, lowered again.
    /// If a kink, a structural zero or a number near the end of its range makes a difference, the
    /// value is that of the exact formula: with its guards, and before the last rules bring it into
    /// the usual form.
    fn formulas(
        &self,
        lowerer: &mut Lowerer<'_>,
        statement: &ShowStatement<'_>,
        wanted: &Wanted,
    ) -> FxHashMap<(NodeId, Target), std::result::Result<ByFormula, NoAnswer>> {
        let by_name = !statement.tail.using.is_empty();
        let mut formulas = FxHashMap::default();
        let read = as_read(lowerer, statement, wanted);
        for ((_, output), (_, source)) in wanted.outputs.iter().zip(&read.outputs) {
            let depth = measure::depth(lowerer.unit().graph, *output);
            for wrt in &wanted.wrt {
                if depth > DEPTH_LIMIT && !by_name {
                    formulas.insert((*output, wrt.target), Err(NoAnswer::TooDeep(depth)));
                    continue;
                }
                let mut formula = self.by_formula(lowerer, &read, *source, wrt.target, false);
                let guarded = self.by_formula(lowerer, &read, *source, wrt.target, true);
                if let (Ok(plain), Ok(guarded)) = (&mut formula, guarded) {
                    let value = |node| lowerer.evaluation().value_if_known(node).ok().flatten();
                    let same = |a: &Tensor, b: &Tensor| {
                        let equal = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
                        a.data().iter().zip(b.data()).all(equal)
                    };
                    if let (Some(a), Some(b)) = (value(plain.node), value(guarded.node))
                        && !same(&a, &b)
                    {
                        plain.exact = guarded.node;
                    }
                }
                formulas.insert((*output, wrt.target), formula);
            }
        }
        formulas
    }

    fn by_formula(
        &self,
        lowerer: &mut Lowerer<'_>,
        wanted: &Wanted,
        output: NodeId,
        target: Target,
        exact: bool,
    ) -> std::result::Result<ByFormula, NoAnswer> {
        let spelling = Spelling {
            expanded: false,
            guards: exact,
            exact,
        };
        let formula = match self.derivative(lowerer, wanted, (output, target), spelling) {
            Symbolic::Formula(formula) => formula,
            Symbolic::Recurrences(_) => return Err(NoAnswer::NoFormula(NoFormula::Loop)),
            Symbolic::NoFormula { why, .. } => return Err(NoAnswer::NoFormula(why)),
        };
        let held = held_names(lowerer.unit(), wanted);
        let node = lowerer
            .lower_parts(&formula.script, &formula.parts, formula.whole, &held)
            .map_err(NoAnswer::Failed)?;
        Ok(ByFormula {
            node,
            exact: node,
            tree: formula.after.tree,
            dag: formula.after.dag,
        })
    }
}

/// The same request about the outputs as `derive` reads them: sums over an index stay together.
fn as_read(lowerer: &mut Lowerer<'_>, statement: &ShowStatement<'_>, wanted: &Wanted) -> Wanted {
    let mut read = wanted.clone();
    let held = held_names(lowerer.unit(), wanted);
    let leaves: Vec<NodeId> = wanted.wrt.iter().map(|wrt| wrt.target.node).collect();
    for ((_, node), output) in read.outputs.iter_mut().zip(statement.outputs) {
        let formula = formula(statement.script, *output);
        if let Ok(found) = lowerer.lower_as_read(&formula, &held) {
            *node = lowerer.unit().reseeded(found, &leaves, &wanted.held);
        }
    }
    read
}

/// The error of a check that found modes that disagree.
fn failure(script: &Rc<Script>, output: ExprId, verdict: &Verdict) -> Option<Diagnostic> {
    let (difference, reason) = verdict.failure.as_ref()?;
    let [(one, a), (other, b)] = difference.sides;
    let message = format!(
        "{} and {} mode disagree about `{}`: the derivative with respect to {} is {a:?} in the one and {b:?} in the other",
        one.name(),
        other.name(),
        verdict.output,
        difference.entry,
    );
    let label = format!("relative difference {:.2e}", difference.size);
    Some(error!(Check, script.locate(output),
            "{message}";
            label: "{label}";
            help: "{}", findings::disagreement(reason)))
}
