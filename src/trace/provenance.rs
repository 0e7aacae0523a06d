//! The first operation that made a number that is not finite.

pub use super::birth::{Birth, Nonfinite, Operand, Place};

use super::formula::Symbols;
use super::listing::Builder;
use super::origin::written;
use super::search::Search;
use super::{Line, stable};
use crate::diagnostic::Result;
use crate::graph::{NodeId, Op, Tensor};
use crate::lower::Evaluation;
use crate::notation::Role;
use std::rc::Rc;

impl Nonfinite {
    fn of_value(first: Birth, nan: Option<Birth>, advice: Option<String>) -> Nonfinite {
        Nonfinite {
            place: Place::Value,
            node: first.node,
            text: first.text.clone(),
            location: first.location.clone(),
            first,
            nan,
            advice,
        }
    }
}

/// The origin of the value of `root`, outside a trace; `None` if it is finite, or infinite as written.
///
/// # Errors
/// The value of a node behind `root` cannot be computed.
pub fn of_value(evaluation: &Evaluation<'_>, root: NodeId) -> Result<Option<Nonfinite>> {
    if evaluation.value(root)?.is_finite() {
        return Ok(None);
    }
    let symbols = Symbols::default();
    let leaves = |id: NodeId| matches!(evaluation.unit.graph.node(id).op, Op::Input(_));
    let search = Search {
        evaluation,
        symbols: &symbols,
        leaves: &leaves,
    };
    let Some((first, nan)) = search.value(root)? else {
        return Ok(None);
    };
    let advice = stable::advice(evaluation, &[root], &first, nan.as_ref());
    Ok(Some(Nonfinite::of_value(first, nan, advice)))
}

/// The origin of the first number of a trace that is not finite: among the values, else among the
/// tangents, else among the adjoints.
pub(super) fn of_trace(
    builder: &Builder<'_, '_>,
    roots: &[NodeId],
    lines: &[Line],
) -> Result<Option<Nonfinite>> {
    if !builder.known {
        return Ok(None);
    }
    let finite = |value: &Option<Rc<Tensor>>| value.as_ref().is_none_or(|value| value.is_finite());
    let mut starts: Vec<NodeId> = Vec::new();
    for root in roots {
        starts.push(builder.sight.resolve(*root, &mut Vec::new())?);
    }
    starts.extend(&builder.listed);
    let leaves = |id: NodeId| builder.sight.is_leaf(id);
    for start in starts {
        let number = builder.numbers.get(&start);
        if number.is_none_or(|number| finite(&lines[number - 1].value)) {
            continue;
        }
        let search = Search {
            evaluation: builder.evaluation,
            symbols: &builder.symbols,
            leaves: &leaves,
        };
        if let Some((first, nan)) = search.value(start)? {
            let advice = stable::advice(builder.evaluation, roots, &first, nan.as_ref());
            return Ok(Some(Nonfinite::of_value(first, nan, advice)));
        }
    }
    for (place, flows) in &builder.flows {
        if let Some(found) = of_column(builder, place, flows, roots)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The first tangent, from the inputs up, or adjoint, from the output back, that is not finite.
fn of_column(
    builder: &Builder<'_, '_>,
    place: &Place,
    flows: &[Option<NodeId>],
    roots: &[NodeId],
) -> Result<Option<Nonfinite>> {
    let role = if matches!(place, Place::Tangent(_)) {
        Role::Tangent
    } else {
        Role::Adjoint
    };
    let mut order: Vec<usize> = (0..flows.len()).collect();
    if role == Role::Adjoint {
        order.reverse();
    }
    let mut symbols = builder.symbols.clone();
    for (k, flow) in flows.iter().enumerate() {
        if let Some(flow) = flow.filter(|flow| builder.graph.literal_value(*flow).is_none()) {
            symbols.entry(flow).or_insert((role, k + 1));
        }
    }
    let leaves = |id: NodeId| builder.sight.is_leaf(id);
    for k in order {
        let Some(flow) = flows[k] else { continue };
        if builder.evaluation.value(flow)?.is_finite() {
            continue;
        }
        let search = Search {
            evaluation: builder.evaluation,
            symbols: &symbols,
            leaves: &leaves,
        };
        let Some((first, nan)) = search.value(flow)? else {
            continue;
        };
        let advice = stable::advice(builder.evaluation, roots, &first, nan.as_ref());
        let line = builder.listed[k];
        return Ok(Some(Nonfinite {
            place: place.clone(),
            node: Some(k + 1),
            text: written(builder.evaluation, line),
            location: builder
                .evaluation
                .unit
                .origin(line)
                .map(|origin| origin.location.clone()),
            first,
            nan,
            advice,
        }));
    }
    Ok(None)
}
