//! The first operation that made a number that is not finite.

use super::compare::Question;
use super::formula::Symbols;
use super::listing::Builder;
use super::origin::{EntryPlace, written};
use super::search::Search;
use super::{Kink, Line, stable};
use crate::diagnostic::Result;
use crate::graph::{NodeId, Op, Tensor};
use crate::lower::Evaluation;
use crate::notation::{Math, Role};
use crate::source::Location;
use std::rc::Rc;

/// An operand of the operation that made the number.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// The text with which a trace writes it.
    pub formula: Math,
    /// Its name or source text; `None` for a node that the rule of a derivative made.
    pub text: Option<String>,
    /// Its value, or the one entry that matters.
    pub value: Rc<Tensor>,
}

/// An operation that made an infinity or NaN of finite numbers, or NaN of infinite ones.
#[derive(Clone, Debug)]
pub struct Birth {
    pub(super) id: NodeId,
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// The text with which a trace writes it: the right side of aᵢ = …, or of the rule of a derivative.
    pub formula: Math,
    /// Its name or source text; `None` for a node that the rule of a derivative made.
    pub text: Option<String>,
    /// The number that it made.
    pub value: f64,
    /// The first entry with such a number; `None` for scalars.
    pub entry: Option<EntryPlace>,
    /// The operation on the numbers themselves, such as 0·∞; `None` where they are no scalars.
    pub numbers: Option<Math>,
    /// The operands; none for an input.
    pub operands: Vec<Operand>,
    /// The place in the source.
    pub location: Option<Location>,
}

/// The column of a trace that holds a number that is not finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The values.
    Value,
    /// The tangents with respect to this variable.
    Tangent(String),
    /// The adjoints of this output.
    Adjoint(String),
}

/// The origin of a number that is not finite.
#[derive(Clone, Debug)]
pub struct Nonfinite {
    /// The column.
    pub place: Place,
    /// The line whose value, tangent or adjoint is the first that is not finite.
    pub node: Option<usize>,
    /// The source text of that line.
    pub text: Option<String>,
    /// The place of that line in the source.
    pub location: Option<Location>,
    /// The operation that made the first one.
    pub first: Birth,
    /// The operation that then made a NaN of it, such as 0·∞.
    pub nan: Option<Birth>,
    /// The formula to write instead, where known.
    pub advice: Option<String>,
}

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

/// The findings about one output besides its derivative.
pub(super) struct Findings {
    pub kinks: Vec<Kink>,
    pub nonfinite: Option<Nonfinite>,
    pub zeros: Vec<Option<super::Zeros>>,
}

/// The kinks, infinities and zeros behind the output of a comparison, from its trace; the trace has
/// derivatives if one of them is not finite.
pub(super) fn findings(
    evaluation: &Evaluation<'_>,
    question: &Question<'_>,
    derivatives: bool,
) -> Result<Findings> {
    let wanted = super::Wanted {
        outputs: vec![question.output.clone()],
        wrt: question.wrt.to_vec(),
        held: question.held.clone(),
        left_out: Vec::new(),
    };
    let request = super::Request {
        wanted: &wanted,
        order: question.order,
        forward: derivatives,
        reverse: derivatives,
        life: false,
        zeros: false,
    };
    let trace = super::build(evaluation, &request)?;
    Ok(Findings {
        kinks: trace.kinks,
        nonfinite: trace.nonfinite,
        zeros: match question.zeros {
            true => super::zeros::of_rows(evaluation, question)?,
            false => Vec::new(),
        },
    })
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
