//! `series`: the Taylor polynomial of a formula.

use super::evaluate::formula;
use super::rewrite::{input_name, options_in_inputs};
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::event::Event;
use crate::graph::substitute::spelled;
use crate::graph::{Graph, NodeId};
use crate::lower::definitions::Meaning;
use crate::lower::{Formula, Lowerer};
use crate::notation::Written;
use crate::simplify::{NoSeries, Simplified, taylor};
use crate::symbolic::TaylorSeries;
use crate::syntax::ast::{ExprId, Name, With};

/// The order where none is given.
const ORDER: usize = 6;
/// The highest order.
const HIGHEST: usize = 60;

impl Session {
    pub(super) fn show_series(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement {
            script,
            outputs,
            tail,
        } = *statement;
        let order = self.order_of_series(statement, sink)?;
        let graph = Graph::new();
        let (mut lowerer, wanted) = self.prepare(&graph, statement)?;
        let [wrt] = wanted.wrt.as_slice() else {
            let place = tail.wrt.get(1).unwrap_or(&outputs[0]);
            let first = wanted.wrt.first().map(|wrt| wrt.target.node);
            let names = first.map_or(&[][..], |node| lowerer.unit().names_of(node));
            let name = names.first().map_or("x", |name| name);
            let output = script.text(outputs[0]);
            bail!(Arity, script.locate(*place),
                "a series is in one variable";
                label: "{} of them", wanted.wrt.len();
                help: "name one of them after `wrt`, such as `series {output} wrt {name}`");
        };
        let variable = wrt.target.node;
        let name = lowerer.unit().names_of(variable).first().cloned();
        let (Some(name), true) = (
            name,
            wrt.target.entry.is_none() && graph.shape(variable).is_scalar(),
        ) else {
            bail!(Scalar, script.locate(*tail.wrt.first().unwrap_or(&outputs[0])),
                "a series is in a scalar variable";
                label: "not a scalar input");
        };
        let start = self.start_of_series(&mut lowerer, statement, &name, variable)?;
        let mut evaluation = lowerer.finish();
        let mut events = Vec::new();
        for ((text, node), output) in wanted.outputs.iter().zip(outputs) {
            if !graph.shape(*node).is_scalar() {
                bail!(Scalar, script.locate(*output),
                    "a series is that of a scalar formula";
                    label: "{}", graph.shape(*node).described();
                    help: "take an entry: `series ({})[1] wrt {name}`", script.text(*output));
            }
            let unit = &evaluation.unit;
            let names = |leaf: NodeId| match leaf == variable {
                true => Some(name.clone()),
                false => input_name(unit, leaf),
            };
            let options = options_in_inputs(unit, &names, &[]);
            let root = spelled(&graph, *node, |leaf| leaf == variable);
            let polynomial = taylor(&graph, root, [variable, start], order, &options)
                .map_err(|why| no_series(statement, *output, &name, why))?;
            let mut values = Vec::new();
            for one in &polynomial.coefficients {
                let value = self.number_of(statement, one)?;
                if value.is_some_and(|value| !value.is_finite()) {
                    return Err(no_series(statement, *output, &name, NoSeries::Pole));
                }
                values.push(value);
            }
            events.push(Event::Series(Box::new(TaylorSeries {
                of: text.clone(),
                wrt: Written::name(&name),
                polynomial,
                values,
                bare: statement.has(&With::Bare),
            })));
        }
        warn(evaluation.unit.take_warnings(), sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    fn order_of_series(&self, statement: &ShowStatement<'_>, sink: &mut Sink<'_>) -> Result<usize> {
        for (item, _) in &statement.tail.with {
            if let With::Order(expr) = item {
                let order = self.count(statement.script, *expr, sink)?;
                if order > HIGHEST {
                    bail!(Limit, statement.script.locate(*expr),
                        "a series goes up to order {HIGHEST}";
                        label: "too high");
                }
                return Ok(order);
            }
        }
        Ok(ORDER)
    }

    /// The point of expansion as a formula: as it is written after `at`, or where the name is defined; else
    /// 0.
    fn start_of_series(
        &self,
        lowerer: &mut Lowerer<'_>,
        statement: &ShowStatement<'_>,
        name: &Name,
        variable: NodeId,
    ) -> Result<NodeId> {
        let at = statement.tail.at.iter().find(|at| at.name.name == *name);
        let graph = lowerer.unit().graph;
        if let Some(at) = at {
            return lowerer.lower(&formula(statement.script, at.value));
        }
        let known = self.definitions.variable(name).map(|known| &known.meaning);
        let written = match known {
            Some(Meaning::Input(input)) => input.source.as_ref(),
            _ => None,
        };
        if let Some(written) = written {
            return lowerer.lower(written);
        }
        let value = lowerer.evaluation().value_if_known(variable)?;
        let value = value.and_then(|value| value.as_scalar()).unwrap_or(0.0);
        Ok(graph.literal(value))
    }

    /// The value of a coefficient; none where an input in it has none.
    fn number_of(&self, statement: &ShowStatement<'_>, one: &Simplified) -> Result<Option<f64>> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, statement)?;
        let node = lowerer.lower(&Formula {
            script: one.script.clone(),
            expr: one.whole,
        })?;
        let value = lowerer.evaluation().value_if_known(node)?;
        Ok(value.and_then(|value| value.as_scalar()))
    }
}

fn no_series(
    statement: &ShowStatement<'_>,
    output: ExprId,
    name: &Name,
    why: NoSeries,
) -> Diagnostic {
    let place = statement.script.locate(output);
    let there = "choose another point: `at";
    match why {
        NoSeries::Pole => error!(Value, place,
            "there is no Taylor polynomial at this point: it, or a derivative, is not finite there";
            label: "a pole";
            help: "{there} {name} = 1`"),
        NoSeries::Rough => error!(Value, place,
            "there is no Taylor polynomial at this point: not all derivatives exist there";
            label: "a kink or a root";
            help: "{there} {name} = 1`"),
        NoSeries::Branch => error!(Value, place,
            "`series` does not look into steps and choices";
            label: "has a step or a choice in it, such as `max`, `floor` or `if`";
            help: "write the branch that is taken at this point"),
        NoSeries::Arrays => error!(Value, place,
            "the coefficients have no formula";
            label: "one of the operations has no spelling"),
        NoSeries::TooLarge => error!(Limit, place,
            "this formula is too large for a series";
            label: "too many operations";
            help: "a lower order may do: `with order 2`"),
    }
}
