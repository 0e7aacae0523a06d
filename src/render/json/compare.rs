//! Comparisons and checks as JSON.

use super::findings::with_findings;
use super::object::Object;
use super::trace::checkpoints;
use super::value::{number, shape_of, tensor, zeros};
use crate::findings::{left_out, no_answer};
use crate::syntax::ast::Mode;
use crate::trace::check::Verdict;
use crate::trace::compare::{Comparison, Cost, DerivativeByMode};
use crate::view;
use serde_json::{Value, json};

/// The derivatives of one output by every mode, and what each mode costs.
pub fn comparison(comparison: &Comparison) -> Object {
    let rows: Vec<Value> = comparison.rows.iter().map(|one| row(one).into()).collect();
    let difference = comparison.largest_difference();
    let costs = Mode::ALL.iter().fold(Object::default(), |costs, mode| {
        let known = comparison.costs[*mode as usize].as_ref().map(cost);
        costs.with(mode.name(), known)
    });
    let costs = costs.with_some("coloured", comparison.coloured.as_ref().map(cost));
    let object = Object::of("compare")
        .with("output", &*comparison.output)
        .with("value", tensor(&comparison.value))
        .with_some("shape", shape_of(&comparison.value))
        .with("wrt", rows)
        .with("max_rel_diff", difference.map(number))
        .with("cost", costs)
        .with_some("advice", view::advice(comparison))
        .with_list("left_out", comparison.left_out.iter().map(|name| &**name));
    with_findings(object, &comparison.kinks, comparison.nonfinite.as_ref())
}

fn row(row: &DerivativeByMode) -> Object {
    let mut object = Object::default()
        .with("name", &*row.name)
        .with_some("along", row.along.as_deref());
    let mut reasons = Object::default();
    for mode in Mode::ALL {
        let answer = &row.answers[mode as usize];
        object = object.with(mode.name(), answer.as_ref().ok().map(tensor));
        let why = answer.as_ref().err();
        reasons = reasons.with_some(mode.name(), why.map(|why| no_answer(mode, why)));
    }
    object
        .with_some(
            "shape",
            row.answers.iter().flatten().next().and_then(shape_of),
        )
        .with_fields("reason", reasons)
        .with_some("zeros", row.zeros.as_ref().map(zeros))
}

fn cost(cost: &Cost) -> Object {
    Object::default()
        .with("passes", cost.passes)
        .with("ops", cost.operations.total())
        .with("products", cost.operations.products)
        .with("sums", cost.operations.sums)
        .with("calls", cost.operations.calls)
        .with("live", cost.live)
        .with_some("tree", cost.sizes.map(|(tree, _)| tree))
        .with_some("dag", cost.sizes.map(|(_, dag)| dag))
        .with_some("checkpoints", cost.checkpoints.as_ref().map(checkpoints))
}

/// A check of the modes against each other, for one output.
pub fn verdict(verdict: &Verdict) -> Object {
    let failure = verdict.failure.as_ref().map(|(difference, _)| difference);
    let worst = failure.or(verdict.largest.as_ref());
    let sides = worst.map(|worst| {
        let [(one, a), (other, b)] = worst.sides;
        json!({"entry": worst.entry, one.name(): number(a), other.name(): number(b)})
    });
    let mut reasons = Object::default().with_some(
        Mode::Numeric.name(),
        verdict.left_out.as_ref().map(left_out),
    );
    for (mode, why) in &verdict.silent {
        reasons = reasons.with(mode.name(), no_answer(*mode, why));
    }
    let object = Object::of("check")
        .with("output", &*verdict.output)
        .with("ok", verdict.ok())
        .with("max_rel_diff", worst.map(|worst| number(worst.size)))
        .with_some("worst", sides)
        .with_fields("reason", reasons)
        .with_some(
            "doubtful",
            (verdict.doubtful > 0).then_some(verdict.doubtful),
        );
    with_findings(object, &verdict.kinks, None)
}
