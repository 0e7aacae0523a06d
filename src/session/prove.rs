//! `prove`: two formulas, equal or not.

use super::evaluate::formula;
use super::rewrite::options_in_inputs;
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::claims::{Outcome, Proof, Refutation};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::event::Event;
use crate::graph::{Graph, NodeId, Shape, Tensor};
use crate::lower::{Lowerer, Unit};
use crate::notation::Written;
use crate::number;
use crate::proof::{
    Apart, Bound, Claim, Counterexample, Decision, Exception, Facts, decide, inputs,
};
use crate::simplify;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Name, Script};
use std::rc::Rc;

impl Session {
    pub(super) fn show_proof(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let script = statement.script;
        for claim in statement.outputs {
            let ExprKind::Binary(BinaryOp::Eq, left, right) = script.expr(*claim).kind else {
                bail!(Syntax, script.locate(*claim),
                    "`prove` takes an equation";
                    label: "no `==` in it";
                    help: "write `prove A == B`");
            };
            let outcome = self.proof(script, [left, right], sink)?;
            let failure = failure(script, *claim, &outcome);
            sink(Event::Prove(Box::new(Proof {
                claim: Written::new(script, *claim),
                outcome,
            })));
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }

    /// The answer to the claim that two formulas are equal, whatever the values of their inputs.
    fn proof(
        &self,
        script: &Rc<Script>,
        sides: [ExprId; 2],
        sink: &mut Sink<'_>,
    ) -> Result<Outcome> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        let mut nodes = [NodeId(0); 2];
        for (node, side) in nodes.iter_mut().zip(sides) {
            *node = lowerer.lower(&formula(script, side))?;
        }
        // A name that the other side uses too is a variable of its own.
        for (k, side) in sides.iter().enumerate() {
            let other = graph.cone(&[nodes[1 - k]], |_| false);
            if !other.has(nodes[k]) {
                lowerer.unit().refuse_misspelt(script, *side, nodes[k])?;
            }
        }
        let [left, right] = nodes.map(|node| graph.shape(node));
        if left != right {
            bail!(Shape, script.locate(sides[1]),
                "two sides of different shapes are never equal: {left} and {right}";
                label: "{}", right.described();
                also: script.locate(sides[0]), "{}", left.described();
                help: "{}", other_way_round(script.text(sides[1]), left, right));
        }
        let mut evaluation = lowerer.finish();
        let outcome = {
            let unit = &evaluation.unit;
            let facts = |input: NodeId| unit.facts(input);
            let claim = Claim {
                graph: &graph,
                sides: nodes,
                facts: &facts,
                fixed: &|_| false,
                first: None,
                derivative: false,
            };
            let decision = decide(&claim).map_err(|failure| unit.explain(&failure))?;
            outcome(unit, &name_of(unit), &claim, decision)
        };
        warn(evaluation.unit.take_warnings(), sink);
        Ok(outcome)
    }
}

/// The names of inputs.
pub(super) type Naming<'n> = dyn Fn(NodeId) -> Option<Name> + 'n;

/// The first name of an input.
pub(super) fn name_of<'u>(unit: &'u Unit<'_>) -> impl Fn(NodeId) -> Option<Name> + 'u {
    |input| unit.names_of(input).first().cloned()
}

/// A decision in names and texts.
pub(super) fn outcome(
    unit: &Unit<'_>,
    name: &Naming<'_>,
    claim: &Claim<'_>,
    decision: Decision,
) -> Outcome {
    if let Some(found) = decision.counterexample {
        let missing = missing_fact(name, claim, &found);
        let mut refutation = refutation(name, found);
        refutation.equal_where_defined = decision.equal_where_defined;
        refutation.missing = missing;
        return Outcome::Refuted(Box::new(refutation));
    }
    match (decision.proved, decision.points) {
        (true, _) => {
            let exceptions = decision.exceptions.iter();
            let conditions = exceptions.filter_map(|one| condition_of(unit, name, one));
            Outcome::Proved(conditions.collect())
        }
        (false, 0) => Outcome::Unknown,
        (false, points) => Outcome::Holds(points),
    }
}

/// The condition under which a denominator is not 0, as a formula.
fn condition_of(unit: &Unit<'_>, name: &Naming<'_>, exception: &Exception) -> Option<String> {
    if let Some((input, value)) = exception.root {
        return Some(format!("{} != {}", name(input)?, number::format(value, 6)));
    }
    let names = |node: NodeId| name(node).filter(|_| unit.input(node).is_some());
    let options = options_in_inputs(unit, &names, &[]);
    let written = simplify::write(unit.graph, exception.zero, &options).ok()?;
    Some(format!("{} != 0", written.one_line()))
}

fn refutation(name: &Naming<'_>, found: Counterexample) -> Refutation {
    let named = |(input, value): (NodeId, Tensor)| Some((name(input)?, value));
    let shape = found.sides[0].shape();
    let entry = (
        found.entry % shape.m().max(1),
        found.entry / shape.m().max(1),
    );
    Refutation {
        inputs: found.point.into_iter().filter_map(named).collect(),
        sides: found.sides,
        entry: (!shape.is_scalar()).then_some(entry),
        apart: found.apart,
        equal_where_defined: false,
        missing: None,
    }
}

/// Signs of inputs with which a refuted claim holds: of one of those that are not positive in the
/// counterexample, or of all of them.
fn missing_fact(name: &Naming<'_>, claim: &Claim<'_>, found: &Counterexample) -> Option<String> {
    let is_open = |input: &NodeId| {
        let value = found.point.iter().find(|(known, _)| known == input);
        let negative = value.is_some_and(|(_, value)| value.data().iter().any(|x| *x <= 0.0));
        negative && (claim.facts)(*input).least.is_none()
    };
    let open: Vec<NodeId> = inputs(claim.graph, &claim.sides)
        .into_iter()
        .filter(is_open)
        .collect();
    let mut choices: Vec<Vec<NodeId>> = open.iter().map(|input| vec![*input]).collect();
    if open.len() > 1 {
        choices.push(open);
    }
    let positive = Bound {
        value: 0.0,
        strict: true,
    };
    let holds = |choice: &&Vec<NodeId>| {
        let facts = |input: NodeId| {
            let known = (claim.facts)(input);
            match choice.contains(&input) {
                true => Facts {
                    least: Some(positive),
                    ..known
                },
                false => known,
            }
        };
        let narrower = Claim {
            facts: &facts,
            first: None,
            ..*claim
        };
        decide(&narrower).is_ok_and(|decision| decision.proved)
    };
    let choice = choices.iter().take(4).find(holds)?;
    let facts: Option<Vec<String>> = (choice.iter())
        .map(|input| Some(format!("{} > 0", name(*input)?)))
        .collect();
    Some(facts?.join(", "))
}

/// The error of a claim that does not hold.
fn failure(script: &Rc<Script>, claim: ExprId, outcome: &Outcome) -> Option<Diagnostic> {
    let location = script.locate(claim);
    match outcome {
        Outcome::Proved(_) | Outcome::Holds(_) => None,
        Outcome::Unknown => Some(error!(Check, location,
            "no point was found where both sides have a value";
            label: "nothing to compare";
            help: "say where they have one: `assume x > 0`")),
        Outcome::Refuted(found) => {
            let label = match found.apart {
                Apart::Values => "not equal",
                Apart::LeftUndefined => "the left side has no value there",
                Apart::RightUndefined => "the right side has no value there",
            };
            let error = error!(Check, location, "this does not hold"; label: "{label}");
            Some(match (&found.missing, found.equal_where_defined) {
                (Some(missing), _) => error.help(format!("it holds with `assume {missing}`")),
                (None, true) => error.help("the sides are equal wherever both have a value"),
                (None, false) => error,
            })
        }
    }
}

/// What was perhaps meant by an equation between formulas of these shapes.
fn other_way_round(right: &str, shape: Shape, given: Shape) -> String {
    match given == shape.transposed() {
        true => format!("transposed it fits: `({right})'`"),
        false => "compare entries, or sums: `prove sum(A) == sum(A')`".to_owned(),
    }
}
