//! Rounding errors: what every operation can make of the error of an output, to first order.
//!
//! A value that is off by δ makes the output off by its adjoint times δ. Every row of the primitive table
//! states the error that it adds to exact arguments; all of them together are a bound.

use crate::diagnostic::Result;
use crate::diff::{Flow, Held, reverse};
use crate::graph::primitive::{Rounding, RoundingCall};
use crate::graph::{Graph, NodeId, Op, Tensor};
use crate::lower::Evaluation;
use rustc_hash::FxHashMap;

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
    /// Lines that are computed in a way of which only the last rounding is known: loops, equations.
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
    /// Those that are loops or solutions, of whose inside nothing is known.
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
    let may_be_off = |id: &NodeId| match graph.node(*id).op {
        Op::Apply(row, _) => !matches!(row.rounding, Rounding::Exact),
        Op::Hold(_) => held.contains(id) && rounded == Rounded::Everything,
        Op::Literal(x) => rounded == Rounded::Everything && !is_binary(x),
        Op::Input(_) | Op::Constant(_) => rounded == Rounded::Everything,
        Op::Raise(_) => false,
    };
    let nodes: Vec<NodeId> = behind.iter().copied().filter(may_be_off).collect();
    let one = graph.term(graph.literal(1.0)).stretch(graph.shape(output));
    let adjoints = reverse(graph, output, Flow::everywhere(one), &nodes, held);
    let mut found = Contributions::default();
    for (id, adjoint) in nodes.into_iter().zip(adjoints) {
        let Some(adjoint) = adjoint else { continue };
        let adjoint = evaluation.value(adjoint.term.id)?;
        // What does not reach the output may not even have a value.
        if adjoint.data().iter().all(|x| *x == 0.0) {
            continue;
        }
        let errors = errors(evaluation, graph, id)?;
        let changes = adjoint.data().iter().zip(errors);
        let changes = changes.map(|(a, b)| (a * b).abs());
        let change = changes.filter(|x| x.is_finite()).sum();
        found.by_node.insert(id, change);
        if let Op::Apply(row, _) = graph.node(id).op
            && matches!(row.rounding, Rounding::Unknown)
        {
            found.unknown.push(id);
        }
    }
    Ok(found)
}

/// The error of each entry of a node, were its arguments exact.
fn errors(evaluation: &Evaluation<'_>, graph: &Graph, id: NodeId) -> Result<Vec<f64>> {
    let value = evaluation.value(id)?;
    let Op::Apply(row, attr) = graph.node(id).op else {
        let entries = value.data().iter();
        let error = |x: &f64| {
            if is_binary(*x) {
                0.0
            } else {
                Rounding::UNIT * x.abs()
            }
        };
        return Ok(entries.map(error).collect());
    };
    let args = graph.args(id);
    let args = args.iter().map(|arg| evaluation.value(*arg));
    let args: Vec<Tensor> = match row.rounding {
        Rounding::Measured(_) | Rounding::Ulps(_) => args.collect::<Result<_>>()?,
        _ => Vec::new(),
    };
    // Small whole numbers and halves of them are added and multiplied exactly.
    let all_binary = |tensor: &Tensor| tensor.data().iter().all(|x| is_binary(*x));
    let is_exact = matches!(row.rounding, Rounding::Ulps(ulps) if ulps <= 0.5);
    if is_exact && all_binary(&value) && args.iter().all(all_binary) {
        return Ok(vec![0.0; value.data().len()]);
    }
    let views: Vec<_> = args.iter().map(Tensor::view).collect();
    Ok(row.rounding.errors(&RoundingCall {
        args: &views,
        value: value.view(),
        attr,
    }))
}

/// True of numbers with few digits that are what they were written as: 3, 0.5, 100000.
fn is_binary(x: f64) -> bool {
    /// Places behind the binary point.
    const PLACES: f64 = 1024.0;
    /// All of their digits are sure to be there.
    const LARGEST: f64 = 1e12;
    !x.is_finite() || (x.abs() < LARGEST && (x * PLACES).fract() == 0.0)
}
