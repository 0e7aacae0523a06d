//! `simplify`, `expand`, `factor`: a formula in another form.

use super::evaluate::formula;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{self, Diagnostic, error};
use crate::event::Event;
use crate::graph::substitute::spelled;
use crate::graph::{Graph, NodeId};
use crate::lower::{Lowerer, Unit};
use crate::notation::Written;
use crate::proof::{Facts, inputs};
use crate::simplify::{
    Goal, Simplified, Unwritable, WriteOptions, rewrite, shorter, until_fixed, write,
};
use crate::symbolic::Rewriting;
use crate::syntax::ast::{ExprId, ExprKind, Name, Script, Show, With};
use crate::trace::Wanted;
use std::rc::Rc;

impl Session {
    /// Shows every output in the form that `kind` asks for, written in inputs: what names stand for is looked into.
    pub(super) fn show_rewriting(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> diagnostic::Result<()> {
        let ShowStatement {
            script, outputs, ..
        } = *statement;
        for output in outputs {
            let graph = Graph::new();
            let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits.for_formulas());
            let node = lowerer.lower(&formula(script, *output))?;
            let note = self.note_on_scalars(lowerer.unit(), script, &[*output], &[node]);
            note.into_iter()
                .for_each(|note| lowerer.unit_mut().warn(note));
            let mut evaluation = lowerer.finish();
            let unit = &evaluation.unit;
            unit.refuse_undefined(node, &[])?;
            let result = match kind {
                Show::Expand => self.in_inputs(unit, node, rewriting(Goal::Expand)),
                Show::Factor => self.in_inputs(unit, node, rewriting(Goal::Factor)),
                _ => self.simplest(unit, node, self.typed(unit, script, *output)),
            };
            let result = result.map_err(|why| unwritable(kind.word(), script, *output, why))?;
            warn(evaluation.unit.take_warnings(), sink);
            sink(Event::Rewriting(Box::new(Rewriting {
                word: kind.word(),
                of: Written::new(script, *output),
                result,
                bare: statement.has(&With::Bare),
            })));
        }
        Ok(())
    }

    /// The node as a formula in inputs that is its own simplified form.
    fn simplest(
        &self,
        unit: &Unit<'_>,
        node: NodeId,
        typed: Option<Simplified>,
    ) -> Result<Simplified, Unwritable> {
        let first = self.in_inputs(unit, node, write)?;
        let before = first.before;
        let first = match typed {
            Some(typed) => shorter(first, Simplified { before, ..typed }),
            None => first,
        };
        Ok(until_fixed(first, |formula| {
            let graph = Graph::new();
            let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits.for_formulas());
            let node = lowerer
                .lower_parts(&formula.script, &formula.parts, formula.whole, &[])
                .ok()?;
            let factors = formula.in_factors;
            let again = |graph: &Graph, root: NodeId, options: &WriteOptions<'_>| {
                write(
                    graph,
                    root,
                    &WriteOptions {
                        factors,
                        ..*options
                    },
                )
            };
            self.in_inputs(lowerer.unit(), node, again).ok()
        }))
    }

    /// A formula as it was typed, where it is one in inputs and functions of the language.
    fn typed(&self, unit: &Unit<'_>, script: &Rc<Script>, whole: ExprId) -> Option<Simplified> {
        let mut waiting = vec![whole];
        while let Some(id) = waiting.pop() {
            let expr = script.expr(id);
            match &expr.kind {
                ExprKind::Name(name) => {
                    let node = unit.inputs.get(script.name(*name))?;
                    unit.input(*node)?;
                }
                ExprKind::Call(call) => {
                    let function = &call.function.name;
                    if self.definitions.function(function).is_some() {
                        return None;
                    }
                }
                ExprKind::Number(_)
                | ExprKind::Unary(..)
                | ExprKind::Binary(..)
                | ExprKind::Matrix(_)
                | ExprKind::Index(..) => {}
                _ => return None,
            }
            expr.children(|part| waiting.push(part));
        }
        Some(Simplified::typed(script.clone(), whole))
    }

    /// The node as `how` writes it, in inputs.
    fn in_inputs(
        &self,
        unit: &Unit<'_>,
        node: NodeId,
        how: impl FnOnce(&Graph, NodeId, &WriteOptions<'_>) -> Result<Simplified, Unwritable>,
    ) -> Result<Simplified, Unwritable> {
        let mut order = inputs(unit.graph, &[node]);
        order.sort_by_cached_key(|leaf| self.order(unit, &Wanted::default(), *leaf));
        let names = |leaf: NodeId| input_name(unit, leaf);
        let facts = unit.facts_of(&order);
        let options = WriteOptions {
            order: &order,
            ..options_in_inputs(unit, &names, &facts)
        };
        how(unit.graph, spelled(unit.graph, node, |_| false), &options)
    }
}

fn rewriting(
    goal: Goal,
) -> impl FnOnce(&Graph, NodeId, &WriteOptions<'_>) -> Result<Simplified, Unwritable> {
    move |graph, root, options| rewrite(graph, root, goal, options)
}

/// The name of an input.
pub(super) fn input_name(unit: &Unit<'_>, leaf: NodeId) -> Option<Name> {
    unit.input(leaf)?;
    unit.names_of(leaf).first().cloned()
}

/// The options for a formula with these names and no parts of its own.
pub(super) fn options_in_inputs<'o>(
    unit: &Unit<'_>,
    names: &'o dyn Fn(NodeId) -> Option<Name>,
    facts: &'o [(NodeId, Facts)],
) -> WriteOptions<'o> {
    WriteOptions {
        names,
        named: &[],
        facts,
        decimals: unit.has_decimals(),
        guards: false,
        exact: false,
        order: &[],
        shares: false,
        factors: true,
        taken: &|_| false,
    }
}

fn unwritable(word: &str, script: &Script, output: ExprId, why: Unwritable) -> Diagnostic {
    let place = script.locate(output);
    match why {
        Unwritable::TooLarge => error!(Limit, place,
            "`{word}` would make this formula too long";
            label: "too many terms or operations";
            help: "take a part of it, or leave it factored: `factor {}`", script.text(output)),
        Unwritable::Loop => error!(Value, place,
            "a long iteration has no formula";
            label: "more than 1,000 rounds";
            help: "up to 1,000 rounds are written out; `trace` and `grad` take any number"),
        Unwritable::NoSpelling => error!(Value, place,
            "one of the operations here has no spelling in the language";
            label: "cannot be written as a formula"),
    }
}
