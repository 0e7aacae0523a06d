//! `check … against`: derivatives found by hand, right or wrong, and the likely slip.

mod links;

use super::evaluate::formula;
use super::prepare::held_names;
use super::prove::{name_of, outcome};
use super::sink::warn;
use super::statement::ShowStatement;
use super::{Session, Sink};
use crate::claims::{Against, Outcome, Slip};
use crate::diagnostic::{Diagnostic, Result, bail, counted, error};
use crate::diff::{Problem, grad, jacobian};
use crate::event::Event;
use crate::exec::Failure;
use crate::graph::substitute::substitute;
use crate::graph::{Graph, NodeId, Op, Shape, Term};
use crate::lower::{Lowerer, Unit};
use crate::notation::Written;
use crate::primitives::arithmetic::{NE, WHERE};
use crate::primitives::term::entrywise;
use crate::proof::{Claim, Laws, Point, decide, inputs};
use crate::stop;
use crate::symbolic::{Spelling, Symbolic};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Name, Script, UnaryOp};
use crate::syntax::printer;
use crate::trace::{Wanted, Wrt};
use links::Links;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Terms of a sum that are looked at for a slip.
const MOST_TERMS: usize = 12;

/// A term of a sum: its text and its node.
type Named = (String, NodeId);

/// One derivative by hand, and the right one.
struct Pair {
    right: NodeId,
    given: NodeId,
    /// The terms of the right one, and of the given one.
    terms: [Vec<Named>; 2],
}

impl Session {
    pub(super) fn show_against(
        &self,
        statement: &ShowStatement<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        let graph = Graph::new();
        let (mut lowerer, wanted) = self.prepare(&graph, statement)?;
        if let [_, second, ..] = statement.outputs {
            bail!(Arity, script.locate(*second),
                "`against` is about one output";
                label: "one too many";
                help: "write a `check` for each");
        }
        if tail.against.len() != wanted.wrt.len() {
            let last = tail.against[tail.against.len() - 1];
            let names: Vec<&str> = wanted.wrt.iter().map(|wrt| &*wrt.text).collect();
            bail!(Arity, script.locate(last),
                "`against` gives one formula for each variable: {} for {}",
                tail.against.len(), counted(names.len(), "variable");
                label: "the last formula";
                help: "the variables are {}", names.join(", "));
        }
        let output = wanted.outputs[0].1;
        let mut pairs = Vec::new();
        for (wrt, given) in wanted.wrt.iter().zip(&tail.against) {
            pairs.push(self.pair(&mut lowerer, script, &wanted, (output, wrt), *given)?);
        }
        let mut evaluation = lowerer.finish();
        warn(evaluation.unit.take_warnings(), sink);
        for ((wrt, expr), pair) in wanted.wrt.iter().zip(&tail.against).zip(pairs) {
            let judge = Judge::new(&evaluation.unit, &wanted, pair);
            let explain = |failure| evaluation.unit.explain(&failure);
            let (outcome, kinks, mut slip) = judge.verdict().map_err(explain)?;
            if let (Some(Outcome::Refuted(_)), None) = (&outcome, &slip) {
                let links = self.with_subject(&evaluation.unit, &wanted, |subject| {
                    Links::between(subject, output, wrt.target)
                });
                slip = judge.left_out(links).map_err(explain)?;
            }
            let against = Against {
                output: wanted.outputs[0].0.clone(),
                wrt: wrt.text.clone(),
                given: Written::new(script, *expr),
                outcome,
                kinks,
                slip,
            };
            let failure = failure(script, *expr, &against);
            sink(Event::Against(Box::new(against)));
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }

    fn pair(
        &self,
        lowerer: &mut Lowerer<'_>,
        script: &Rc<Script>,
        wanted: &Wanted,
        (output, wrt): (NodeId, &Wrt),
        given: ExprId,
    ) -> Result<Pair> {
        let graph = lowerer.unit().graph;
        let held = held_names(lowerer.unit(), wanted);
        let node = lowerer.lower_held(&formula(script, given), &held)?;
        let problem = Problem {
            graph,
            output,
            target: wrt.target,
            held: &wanted.held,
        };
        let right = match graph.shape(output).is_scalar() {
            true => grad(problem),
            false => jacobian(problem, &|| !stop::requested()).unwrap_or(output),
        };
        let mut terms = [Vec::new(), Vec::new()];
        let spelling = Spelling::default();
        let found = self.derivative(lowerer, wanted, (output, wrt.target), spelling);
        if let Symbolic::Formula(found) = found {
            for (part, negative) in summands(&found.script, found.whole) {
                let lowered = lowerer.lower_parts(&found.script, &found.parts, part, &held)?;
                terms[0].push(signed(graph, found.text(part), lowered, negative));
            }
        }
        for (part, negative) in summands(script, given) {
            let lowered = lowerer.lower_held(&formula(script, part), &held)?;
            let text = printer::print(script, part);
            terms[1].push(signed(graph, text, lowered, negative));
        }
        Ok(Pair {
            right,
            given: node,
            terms,
        })
    }
}

/// A term with its sign.
fn signed(graph: &Graph, text: String, node: NodeId, negative: bool) -> Named {
    match negative {
        true => (format!("-{text}"), (-graph.term(node)).id),
        false => (text, node),
    }
}

/// The terms of a sum, and which of them are subtracted.
fn summands(script: &Script, expr: ExprId) -> Vec<(ExprId, bool)> {
    let mut found = Vec::new();
    let mut waiting = vec![(expr, false)];
    while let Some((id, negative)) = waiting.pop() {
        match script.expr(id).kind {
            ExprKind::Binary(BinaryOp::Add, a, b) => {
                waiting.extend([(b, negative), (a, negative)]);
            }
            ExprKind::Binary(BinaryOp::Sub, a, b) => {
                waiting.extend([(b, !negative), (a, negative)]);
            }
            ExprKind::Unary(UnaryOp::Neg, x) => waiting.push((x, !negative)),
            _ => found.push((id, negative)),
        }
    }
    found.truncate(MOST_TERMS);
    found
}

/// Everything that is needed to judge one pair.
struct Judge<'j, 'u> {
    unit: &'j Unit<'u>,
    /// The variables, and held names as inputs of their own.
    variables: Vec<NodeId>,
    names: FxHashMap<NodeId, Name>,
    inputs_of_held: FxHashMap<NodeId, NodeId>,
    pair: Pair,
}

impl<'j, 'u> Judge<'j, 'u> {
    fn new(unit: &'j Unit<'u>, wanted: &Wanted, mut pair: Pair) -> Judge<'j, 'u> {
        let graph = unit.graph;
        let mut names = FxHashMap::default();
        let mut inputs_of_held = FxHashMap::default();
        for held in &wanted.held {
            let Some(name) = unit.names_of(*held).first().cloned() else {
                continue;
            };
            let input = graph.input(name.clone(), graph.shape(*held), None);
            names.insert(input, name);
            inputs_of_held.insert(*held, input);
        }
        let new = |node: &mut NodeId| *node = substitute(graph, *node, &inputs_of_held);
        new(&mut pair.right);
        new(&mut pair.given);
        let terms = pair.terms.iter_mut().flatten();
        terms.for_each(|(_, node)| new(node));
        let variable = |wrt: &Wrt| {
            let node = wrt.target.node;
            inputs_of_held.get(&node).copied().unwrap_or(node)
        };
        Judge {
            unit,
            variables: wanted.wrt.iter().map(variable).collect(),
            names,
            inputs_of_held,
            pair,
        }
    }

    /// Asks about a claim; the second side is what was found by hand.
    fn ask<T>(
        &self,
        sides: [NodeId; 2],
        answer: impl FnOnce(&Claim<'_>) -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let graph = self.unit.graph;
        let facts = |input| self.unit.facts(input);
        let value = |input: NodeId| match graph.node(input).op {
            Op::Input(leaf) => graph.leaf(leaf).value,
            _ => None,
        };
        let fixed = |input: NodeId| value(input).is_some() && !self.variables.contains(&input);
        let all = inputs(graph, &sides);
        let open = all.iter().filter(|input| !fixed(**input));
        let first: Option<Point> = open
            .map(|input| Some((*input, (*value(*input)?).clone())))
            .collect();
        answer(&Claim {
            graph,
            sides,
            facts: &facts,
            fixed: &fixed,
            first,
            derivative: true,
        })
    }

    fn equal(&self, a: NodeId, b: NodeId) -> std::result::Result<bool, Failure> {
        self.ask([a, b], |claim| Ok(decide(claim)?.holds()))
    }

    #[allow(clippy::type_complexity)]
    fn verdict(&self) -> std::result::Result<(Option<Outcome>, bool, Option<Slip>), Failure> {
        let graph = self.unit.graph;
        let sides = [self.pair.right, self.pair.given];
        let [right, given] = sides.map(|node| graph.shape(node));
        if right != given {
            let turned = graph.term(self.pair.given).transposed();
            let slip =
                match given.transposed() == right && self.equal(self.pair.right, turned.id)? {
                    true => Slip::Transposed,
                    false => Slip::Shape(given, right),
                };
            return Ok((None, false, Some(slip)));
        }
        let (outcome, kinks) = self.ask(sides, |claim| {
            let decision = decide(claim)?;
            let kinks = decision.kinks;
            let known = name_of(self.unit);
            let name = |node: NodeId| self.names.get(&node).cloned().or_else(|| known(node));
            Ok((outcome(self.unit, &name, claim, decision), kinks))
        })?;
        let slip = match &outcome {
            Outcome::Refuted(_) => self.slip()?,
            _ => None,
        };
        Ok((Some(outcome), kinks, slip))
    }

    /// The mistake that explains the difference.
    fn slip(&self) -> std::result::Result<Option<Slip>, Failure> {
        let graph = self.unit.graph;
        let Pair { right, given, .. } = self.pair;
        if let Some(factor) = self.factor()? {
            return Ok(Some(self.named_factor(factor)));
        }
        let [right_term, given_term] = [right, given].map(|node| graph.term(node));
        let shape = right_term.shape();
        if shape.rows == shape.cols
            && shape.rows > 1
            && self.equal(right, given_term.transposed().id)?
        {
            return Ok(Some(Slip::Transposed));
        }
        if let Some(name) = self.symmetric()? {
            return Ok(Some(Slip::Symmetric(name)));
        }
        let [missing, extra] = &self.pair.terms;
        if let Some(slip) = self.in_terms(missing)? {
            return Ok(Some(slip));
        }
        for (text, term) in fitting(graph, extra, shape) {
            if self.equal(right, (given_term - term).id)? {
                return Ok(Some(Slip::Extra(text.to_string())));
            }
            if self.equal(right, (given_term + term).id)? {
                return Ok(Some(Slip::Half(text.to_string())));
            }
            if self.equal(right, (given_term - 2.0 * term).id)? {
                return Ok(Some(Slip::TermSign(text.to_string())));
            }
        }
        let reached = entrywise(&NE, &[right_term, right_term.zero()]);
        let masked = entrywise(&WHERE, &[reached, given_term, right_term.zero()]);
        if self.equal(right, masked.id)? {
            return Ok(Some(Slip::Mask));
        }
        Ok(None)
    }

    /// One of the `terms` of the right derivative that the given one has not, or has differently.
    fn in_terms(&self, terms: &[Named]) -> std::result::Result<Option<Slip>, Failure> {
        let graph = self.unit.graph;
        let Pair { right, given, .. } = self.pair;
        let right_term = graph.term(right);
        for (text, term) in fitting(graph, terms, right_term.shape()) {
            let text = || text.to_string();
            if self.equal((right_term - term).id, given)? {
                return Ok(Some(Slip::Missing(text())));
            }
            if self.equal((right_term - 0.5 * term).id, given)? {
                return Ok(Some(Slip::Half(text())));
            }
            if self.equal((right_term + term).id, given)? {
                return Ok(Some(Slip::Doubled(text())));
            }
            if self.equal((right_term - 2.0 * term).id, given)? {
                return Ok(Some(Slip::TermSign(text())));
            }
        }
        Ok(None)
    }

    /// The link that the given derivative left out.
    fn left_out(&self, mut links: Links) -> std::result::Result<Option<Slip>, Failure> {
        let graph = self.unit.graph;
        for (_, node) in links.parts.iter_mut().chain(&mut links.inner) {
            *node = substitute(graph, *node, &self.inputs_of_held);
        }
        if let Some(slip) = self.in_terms(&links.parts)? {
            return Ok(Some(slip));
        }
        let given = graph.term(self.pair.given);
        for (text, factor) in links.inner {
            if self.equal(self.pair.right, (given * graph.term(factor)).id)? {
                return Ok(Some(Slip::Inner(text)));
            }
        }
        Ok(None)
    }

    /// The square input that must be symmetric for the given derivative to be right.
    fn symmetric(&self) -> std::result::Result<Option<String>, Failure> {
        let graph = self.unit.graph;
        let sides = [self.pair.right, self.pair.given];
        for input in inputs(graph, &sides) {
            let matrix = graph.term(input);
            let shape = matrix.shape();
            if shape.rows != shape.cols || shape.rows < 2 {
                continue;
            }
            let even = 0.5 * (matrix + matrix.transposed());
            let replaced = FxHashMap::from_iter([(input, even.id)]);
            let [right, given] = sides.map(|side| substitute(graph, side, &replaced));
            if self.equal(right, given)? {
                let name = self.names.get(&input).cloned();
                let name = name.or_else(|| self.unit.names_of(input).first().cloned());
                return Ok(name.map(|name| name.to_string()));
            }
        }
        Ok(None)
    }

    /// The number that the given derivative is of the right one.
    fn factor(&self) -> std::result::Result<Option<f64>, Failure> {
        let Pair { right, given, .. } = self.pair;
        self.ask([right, given], |claim| {
            let laws = Laws::of(claim, &[right, given]);
            if let Some(factor) = laws.factor(1, 0) {
                return Ok(Some(factor.to_f64()));
            }
            let Some(ratio) = crate::proof::ratio(claim)? else {
                return Ok(None);
            };
            let graph = claim.graph;
            let scaled = graph.literal(ratio);
            let scaled = graph.term(scaled) * graph.term(right);
            Ok(self.equal(scaled.id, given)?.then_some(ratio))
        })
    }

    /// A factor that is one over a size, or a size, is a mean or a sum in the other's place.
    fn named_factor(&self, factor: f64) -> Slip {
        if factor == -1.0 {
            return Slip::Sign;
        }
        let graph = self.unit.graph;
        let all = inputs(graph, &[self.pair.right, self.pair.given]);
        let shapes = all.iter().map(|input| graph.shape(*input));
        let sizes = shapes.flat_map(|shape| [shape.m(), shape.n(), shape.len()]);
        for size in sizes.filter(|size| *size > 1) {
            if factor == 1.0 / size as f64 {
                return Slip::Mean(size);
            }
            if factor == size as f64 && size > 2 {
                return Slip::Total(size);
            }
        }
        Slip::Factor(factor)
    }
}

/// The terms that have a shape, or stretch to it.
fn fitting<'t>(
    graph: &'t Graph,
    terms: &'t [Named],
    shape: Shape,
) -> impl Iterator<Item = (&'t str, Term<'t>)> {
    let several = terms.len() > 1;
    let fits = move |(_, node): &&Named| several && graph.shape(*node).stretches_to(shape);
    let terms = terms.iter().filter(fits);
    terms.map(move |(text, node)| (&**text, graph.term(*node).stretch(shape)))
}

/// The error of a derivative that is wrong.
fn failure(script: &Rc<Script>, given: ExprId, against: &Against) -> Option<Diagnostic> {
    if against.ok() != Some(false) {
        return None;
    }
    let location = script.locate(given);
    let error = error!(Check, location,
        "this is not the derivative of `{}` with respect to `{}`", against.output, against.wrt;
        label: "differs");
    Some(match &against.slip {
        Some(slip) => error.help(crate::findings::slip(slip)),
        None => error,
    })
}
