//! `derive`: the symbolic derivative, as a formula that can be typed back in.

use super::prepare::held_names;
use super::run::stopped_at;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Result, note};
use crate::diff::Target;
use crate::event::Event;
use crate::graph::substitute::substitute;
use crate::graph::{Graph, NodeId};
use crate::lower::{Lowerer, Unit};
use crate::proof::inputs;
use crate::simplify::{Simplified, until_fixed};
use crate::stop;
use crate::symbolic::{
    Derivation, DerivationRequest, Spelling, Subject, Symbolic, again, derivatives_in, derive,
    steps,
};
use crate::syntax::ast::With;
use crate::trace::Wanted;
use rustc_hash::FxHashMap;

/// Of a derivative of a formula, and that of the formula with the derivatives inside of it simplified first, the
/// one that takes fewer operations.
fn shorter(plain: Symbolic, restated: Symbolic) -> Symbolic {
    match (plain, restated) {
        (Symbolic::Formula(plain), Symbolic::Formula(restated))
            if (restated.after.dag, restated.after.tree) < (plain.after.dag, plain.after.tree) =>
        {
            Symbolic::Formula(Simplified {
                before: plain.before,
                ..restated
            })
        }
        (plain, _) => plain,
    }
}

impl Session {
    pub(super) fn show_derive(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let (mut lowerer, wanted) =
            self.prepare_within(self.limits.for_formulas(), &graph, statement)?;
        let restated = self.restated(&mut lowerer, &wanted);
        // By default a formula is differentiated by what it reaches: then a name is its own target.
        let targets: Vec<NodeId> = match statement.tail.wrt.is_empty() {
            true => Vec::new(),
            false => wanted.wrt.iter().map(|wrt| wrt.target.node).collect(),
        };
        for (_, output) in &wanted.outputs {
            lowerer.unit().refuse_undefined(*output, &targets)?;
        }
        let spelling = Spelling {
            expanded: statement.has(&With::Expanded),
            guards: statement.has(&With::Guards),
            exact: false,
        };
        let mut events = Vec::new();
        for ((text, output), restated) in wanted.outputs.iter().zip(restated) {
            for wrt in &wanted.wrt {
                if stop::requested() {
                    let script = statement.script;
                    return Err(stopped_at(script, script.expr(statement.outputs[0]).span));
                }
                let (target, other) = (wrt.target, restated != *output && !spelling.guards);
                let plain = self.derivative(&mut lowerer, &wanted, (*output, target), spelling);
                let mut result = match other {
                    false => plain,
                    true => shorter(
                        plain,
                        self.derivative(&mut lowerer, &wanted, (restated, target), spelling),
                    ),
                };
                if let Symbolic::Recurrences(found) = &mut result {
                    found.count(&|id| lowerer.rounds(id).ok().flatten());
                }
                let request = DerivationRequest {
                    output: restated,
                    called: (restated != *output).then(|| text.one_line().into()),
                    target,
                    spelling,
                    result: &result,
                };
                let steps = match statement.has(&With::Steps) {
                    true => self
                        .with_subject(lowerer.unit(), &wanted, |subject| steps(subject, request)),
                    false => Vec::new(),
                };
                events.push(Event::Derive(Box::new(Derivation {
                    output: text.clone(),
                    wrt: wrt.text.clone(),
                    result,
                    steps,
                    bare: statement.has(&With::Bare),
                    sizes: statement.has(&With::Sizes),
                })));
            }
        }
        if stop::requested() {
            let script = statement.script;
            return Err(stopped_at(script, script.expr(statement.outputs[0]).span));
        }
        warn(lowerer.finish().unit.take_warnings(), sink);
        if let ([at], [output], [wrt]) = (
            &statement.tail.at[..],
            statement.outputs,
            &statement.tail.wrt[..],
        ) && statement.script.name_at(*wrt) == Some(&at.name.name)
        {
            let script = statement.script;
            let [of, name, value] = [*output, *wrt, at.value].map(|expr| script.text(expr));
            sink(Event::Warning(note!(
                Value,
                script.location(at.name.span),
                "a formula has no values in it; the number is `grad({of}, {name}) at {name} = {value}`"
            )));
        }
        events.into_iter().for_each(sink);
        Ok(())
    }

    /// The derivative of an output with respect to a target; a formula to be read is its own simplified form.
    pub(super) fn derivative(
        &self,
        lowerer: &mut Lowerer<'_>,
        wanted: &Wanted,
        (output, target): (NodeId, Target),
        spelling: Spelling,
    ) -> Symbolic {
        let found = self.with_subject(lowerer.unit(), wanted, |subject| {
            derive(subject, output, target, spelling)
        });
        let Symbolic::Formula(first) = found else {
            return found;
        };
        if spelling.exact || spelling.guards {
            return Symbolic::Formula(first);
        }
        let held = held_names(lowerer.unit(), wanted);
        Symbolic::Formula(until_fixed(first, |formula| {
            let node = lowerer
                .lower_parts(&formula.script, &formula.parts, formula.whole, &held)
                .ok()?;
            let factors = formula.in_factors;
            let again = |subject: &Subject<'_>| again(subject, node, spelling, factors);
            self.with_subject(lowerer.unit(), wanted, again).ok()
        }))
    }

    /// The outputs with the derivatives inside of them as simplified formulas: what a derivation begins with.
    fn restated(&self, lowerer: &mut Lowerer<'_>, wanted: &Wanted) -> Vec<NodeId> {
        let held = held_names(lowerer.unit(), wanted);
        let mut outputs = Vec::new();
        for root in wanted.roots() {
            let mut images = FxHashMap::default();
            for node in derivatives_in(lowerer.unit().graph, root, &wanted.held) {
                let written =
                    self.with_subject(lowerer.unit(), wanted, |subject| subject.written(node));
                let lowered = written.ok().and_then(|it| {
                    lowerer
                        .lower_parts(&it.script, &it.parts, it.whole, &held)
                        .ok()
                });
                images.extend(lowered.map(|image| (node, image)));
            }
            outputs.push(substitute(lowerer.unit().graph, root, &images));
        }
        outputs
    }

    /// Calls `run` with the outputs of a statement as subjects of symbolic differentiation.
    pub(super) fn with_subject<T>(
        &self,
        unit: &Unit<'_>,
        wanted: &Wanted,
        run: impl FnOnce(&Subject<'_>) -> T,
    ) -> T {
        let outputs = wanted.roots();
        let mut order = inputs(unit.graph, &outputs);
        order.sort_by_cached_key(|leaf| self.order(unit, wanted, *leaf));
        let facts = unit.facts_of(&order);
        let taken = |prefix: &str| {
            let numbered = |name: &str| {
                name.strip_prefix(prefix).is_some_and(|rest| {
                    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit())
                })
            };
            self.definitions.variables().any(|(name, _)| numbered(name))
                || unit.inputs.keys().any(|name| numbered(name))
        };
        run(&Subject {
            graph: unit.graph,
            outputs: &outputs,
            held: &wanted.held,
            name: &|node| unit.names_of(node).first().cloned(),
            order: &order,
            facts: &facts,
            decimals: unit.has_decimals(),
            taken: &taken,
        })
    }
}
