//! `simplify`, `expand`, `factor`: a formula in another form.

use super::evaluate::formula;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, error};
use crate::event::Event;
use crate::graph::substitute::spelled;
use crate::graph::{Graph, NodeId};
use crate::lower::{Lowerer, Unit};
use crate::notation::Written;
use crate::proof::{Facts, inputs};
use crate::simplify::{Goal, Unwritable, WriteOptions, rewrite};
use crate::symbolic::Rewriting;
use crate::syntax::ast::{ExprId, Name, Script, Show, With};

impl Session {
    /// Shows every output in the form that `kind` asks for, written in inputs: what names stand for is looked into.
    pub(super) fn show_rewriting(
        &self,
        kind: Show,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement {
            script, outputs, ..
        } = *statement;
        let goal = match kind {
            Show::Expand => Goal::Expand,
            Show::Factor => Goal::Factor,
            _ => Goal::Simplify,
        };
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
            let names = |leaf: NodeId| input_name(unit, leaf);
            let facts = unit.facts_of(&inputs(&graph, &[node]));
            let options = options_in_inputs(unit, &names, &facts);
            let result = rewrite(&graph, spelled(&graph, node, |_| false), goal, &options)
                .map_err(|why| unwritable(kind.word(), script, *output, why))?;
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
