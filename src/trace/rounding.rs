//! Rounding errors: what every operation can make of the error of an output, to first order.
//!
//! A value that is off by δ makes the output off by its adjoint times δ. Every row of the primitive table
//! states the error that it adds to exact arguments; all of them together are a bound.

mod rounds;

use crate::diagnostic::Result;
use crate::diff::{Flow, Held, reverse};
use crate::graph::primitive::{Rounding, RoundingCall};
use crate::graph::{Attr, Graph, NodeId, Op, Primitive, Round, Tensor, Term};
use crate::lower::Evaluation;
use crate::primitives::rounds::ROUNDS;
use crate::primitives::rules::{MINIMUM, RULED, SOLUTION};
use rounds::{LoopCall, LoopErrors};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The rounding error that an output may have.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundingError {
    /// The sum of all contributions.
    pub sum: f64,
    /// The same by the size of the output; `None` where that is 0, not finite, or not a number.
    pub relative: Option<f64>,
    /// The line that contributes most; `None` where numbers of the formula do, or nothing does.
    pub worst: Option<usize>,
    /// The share of that line.
    pub share: f64,
    /// The contribution of every line.
    pub lines: Vec<f64>,
    /// The contribution of numbers in formulas that binary cannot hold, such as 0.1.
    pub numbers: f64,
    /// Lines that are computed in a way of which only the last rounding is known: calls with a rule, and loops
    /// that are too long to be walked through.
    pub unknown: Vec<usize>,
}

impl RoundingError {
    /// The decimal digits that are right, as far as they are known to be.
    pub fn digits(&self) -> Option<u32> {
        let relative = self.relative?;
        Some((-relative.log10()).floor().clamp(0.0, 16.0) as u32)
    }
}

/// The values that are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounded {
    /// Results of operations.
    Results,
    /// Those, and the numbers that they start from.
    Everything,
}

/// What nodes contribute to the error of an output.
#[derive(Default)]
pub(super) struct Contributions {
    pub by_node: FxHashMap<NodeId, f64>,
    /// Those that are calls with a rule or very long loops, of whose inside not everything is known.
    pub unknown: Vec<NodeId>,
}

impl Contributions {
    /// Of all nodes together.
    pub fn sum(&self) -> f64 {
        // In order, so that the last digit is always the same.
        let mut nodes: Vec<_> = self.by_node.iter().collect();
        nodes.sort_by_key(|(id, _)| **id);
        nodes.into_iter().map(|(_, error)| error).sum()
    }

    /// Adds what a node contributes that has these errors.
    fn add(&mut self, id: NodeId, adjoint: &Tensor, errors: &[f64]) {
        let changes = adjoint.data().iter().zip(errors);
        let changes = changes.map(|(a, b)| (a * b).abs());
        *self.by_node.entry(id).or_default() += changes.filter(|x| x.is_finite()).sum::<f64>();
    }

    fn add_loop(&mut self, graph: &Graph, id: NodeId, inside: &LoopErrors) {
        *self.by_node.entry(id).or_default() += inside.operations;
        for (number, adjoint) in &inside.numbers {
            let error = match graph.node(*number).op {
                Op::Literal(x) => adjoint.iter().map(|a| (a * error_of_number(x)).abs()).sum(),
                Op::Constant(constant) => {
                    let entries = graph.constant_value(constant);
                    let entries = adjoint.iter().zip(entries.data());
                    entries.map(|(a, x)| (a * error_of_number(*x)).abs()).sum()
                }
                _ => 0.0,
            };
            *self.by_node.entry(*number).or_default() += error;
        }
        if inside.unknown {
            self.unknown.push(id);
        }
    }
}

/// The contributions of all nodes behind `output`; where it is no scalar, to the sum of its entries.
pub(super) fn contributions(
    evaluation: &Evaluation<'_>,
    output: NodeId,
    held: &Held,
    rounded: Rounded,
) -> Result<Contributions> {
    let graph = evaluation.unit.graph;
    let behind = graph.cone(&[output], |id| held.contains(&id));
    let is_off = |id: &NodeId| may_be_off(graph, *id, held, rounded);
    let nodes: Vec<NodeId> = behind.iter().copied().filter(is_off).collect();
    let seed = graph.term(graph.literal(1.0)).stretch(graph.shape(output));
    let sweep = Sweep {
        evaluation,
        held,
        rounded,
    };
    sweep.contributions(output, seed, nodes)
}

/// What the errors of nodes are measured with.
struct Sweep<'a, 'e> {
    evaluation: &'e Evaluation<'a>,
    held: &'e Held,
    rounded: Rounded,
}

impl<'a> Sweep<'a, '_> {
    /// What `nodes` contribute to the error of `output` times its `seed`.
    fn contributions(
        &self,
        output: NodeId,
        seed: Term<'a>,
        nodes: Vec<NodeId>,
    ) -> Result<Contributions> {
        let (evaluation, graph) = (self.evaluation, seed.graph);
        let adjoints = reverse(graph, output, Flow::everywhere(seed), &nodes, self.held);
        let mut found = Contributions::default();
        for (id, adjoint) in nodes.into_iter().zip(adjoints) {
            let Some(adjoint) = adjoint else { continue };
            let value = evaluation.value(adjoint.term.id)?;
            // What does not reach the output may not even have a value.
            if value.data().iter().all(|x| *x == 0.0) {
                continue;
            }
            let Op::Apply(row, attr) = graph.node(id).op else {
                found.add(id, &value, &errors(evaluation, graph, id)?);
                continue;
            };
            if let Some(round) = is_a_loop(graph, row, attr)
                && let Some(inside) = self.inside(id, &round, &value)?
            {
                found.add_loop(graph, id, &inside);
                continue;
            }
            found.add(id, &value, &errors(evaluation, graph, id)?);
            match solution(graph, id) {
                Some(solution) => {
                    let inside = self.equation(&solution, adjoint.term)?;
                    *found.by_node.entry(id).or_default() += inside.sum();
                    found
                        .unknown
                        .extend((!inside.unknown.is_empty()).then_some(id));
                }
                None if matches!(row.rounding, Rounding::Unknown) => found.unknown.push(id),
                None => {}
            }
        }
        Ok(found)
    }

    /// What the rounds of the loop `id` contribute.
    fn inside(&self, id: NodeId, round: &Round, adjoint: &Tensor) -> Result<Option<LoopErrors>> {
        let evaluation = self.evaluation;
        let graph = evaluation.unit.graph;
        let args = graph.args(id);
        let args = args.iter().map(|arg| evaluation.value(*arg));
        let args: Vec<Tensor> = args.collect::<Result<_>>()?;
        let call = LoopCall {
            graph,
            round,
            args: &args,
            memory: evaluation.limits.memory,
        };
        Ok(call.errors(adjoint.data(), self.rounded))
    }

    /// What the errors of an equation make of its solution: as much as of the Newton step that is left.
    fn equation(&self, solution: &Solution, adjoint: Term<'a>) -> Result<Contributions> {
        let graph = adjoint.graph;
        let held = Held::from_iter([solution.x]);
        let mut reads = FxHashSet::from_iter([solution.x]);
        let mut nodes = Vec::new();
        for id in graph.cone(&[solution.step], |id| id == solution.x).iter() {
            let is_number = matches!(graph.node(*id).op, Op::Literal(_) | Op::Constant(_));
            if *id == solution.x {
                continue;
            }
            if graph.args(*id).iter().any(|arg| reads.contains(arg)) {
                reads.insert(*id);
            } else if !is_number {
                continue;
            }
            if may_be_off(graph, *id, &held, self.rounded) {
                nodes.push(*id);
            }
        }
        let sweep = Sweep {
            held: &held,
            ..*self
        };
        sweep.contributions(solution.step, adjoint, nodes)
    }
}

/// The solution of an equation.
struct Solution {
    /// Its node.
    x: NodeId,
    /// The Newton step that is left there.
    step: NodeId,
}

/// The solution that the value of a call with a rule is.
fn solution(graph: &Graph, id: NodeId) -> Option<Solution> {
    let row_of = |id| match graph.node(id).op {
        Op::Apply(row, _) => Some(row),
        _ => None,
    };
    if !row_of(id)?.is(&RULED) {
        return None;
    }
    let found = *graph.args(id).last()?;
    let row = row_of(found)?;
    let args = graph.args(found);
    (row.is(&SOLUTION) || row.is(&MINIMUM)).then(|| Solution {
        x: args[0],
        step: args[1],
    })
}

/// True of nodes whose value may be rounded.
fn may_be_off(graph: &Graph, id: NodeId, held: &Held, rounded: Rounded) -> bool {
    match graph.node(id).op {
        Op::Apply(row, _) => !matches!(row.rounding, Rounding::Exact),
        Op::Hold(_) => held.contains(&id) && rounded == Rounded::Everything,
        Op::Literal(x) => rounded == Rounded::Everything && !is_binary(x),
        Op::Input(_) | Op::Constant(_) => rounded == Rounded::Everything,
        Op::Raise(_) => false,
    }
}

/// The round of a loop that computes values.
fn is_a_loop(graph: &Graph, row: &Primitive, attr: Attr) -> Option<Rc<Round>> {
    match attr {
        Attr::Round(number) if row.is(&ROUNDS) => Some(graph.round_of(number)),
        _ => None,
    }
}

/// The error of each entry of a node, were its arguments exact.
fn errors(evaluation: &Evaluation<'_>, graph: &Graph, id: NodeId) -> Result<Vec<f64>> {
    let value = evaluation.value(id)?;
    let args: Vec<Tensor> = match graph.node(id).op {
        Op::Apply(row, _) if !matches!(row.rounding, Rounding::Unknown) => {
            let args = graph.args(id);
            let args = args.iter().map(|arg| evaluation.value(*arg));
            args.collect::<Result<_>>()?
        }
        _ => Vec::new(),
    };
    Ok(errors_of(graph, id, &value, &args))
}

/// The same, given its value and those of its arguments.
fn errors_of(graph: &Graph, id: NodeId, value: &Tensor, args: &[Tensor]) -> Vec<f64> {
    let Op::Apply(row, attr) = graph.node(id).op else {
        return value.data().iter().map(|x| error_of_number(*x)).collect();
    };
    // Small whole numbers and halves of them are added and multiplied exactly.
    let all_binary = |tensor: &Tensor| tensor.data().iter().all(|x| is_binary(*x));
    let is_exact = matches!(row.rounding, Rounding::Ulps(ulps) if ulps <= 0.5);
    if is_exact && all_binary(value) && args.iter().all(all_binary) {
        return vec![0.0; value.data().len()];
    }
    let views: Vec<_> = args.iter().map(Tensor::view).collect();
    row.rounding.errors(&RoundingCall {
        args: &views,
        value: value.view(),
        attr,
    })
}

/// What writing a number in binary takes from it.
fn error_of_number(x: f64) -> f64 {
    match is_binary(x) {
        true => 0.0,
        false => Rounding::UNIT * x.abs(),
    }
}

/// True of numbers with few digits that are what they were written as: 3, 0.5, 100000.
fn is_binary(x: f64) -> bool {
    /// Places behind the binary point.
    const PLACES: f64 = 1024.0;
    /// All of their digits are sure to be there.
    const LARGEST: f64 = 1e12;
    !x.is_finite() || (x.abs() < LARGEST && (x * PLACES).fract() == 0.0)
}
