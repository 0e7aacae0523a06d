//! Answers to claims as JSON.

use super::object::Object;
use super::value::{number, tensor};
use crate::claims::{Against, Outcome, Proof, Refutation, Slip};
use crate::findings;
use crate::render::claims::entry_of;
use serde_json::Value;

/// The answer to `prove`.
pub fn proof(proof: &Proof) -> Object {
    let object = Object::of("prove").with("text", &*proof.claim);
    match &proof.outcome {
        Outcome::Proved(conditions) => object
            .with("ok", true)
            .with("proved", true)
            .with_list("where", conditions.iter().map(String::as_str)),
        Outcome::Holds(points) => object
            .with("ok", true)
            .with("proved", false)
            .with("points", *points),
        Outcome::Unknown => object
            .with("ok", Value::Null)
            .with("proved", false)
            .with("points", 0),
        Outcome::Refuted(found) => object
            .with("ok", false)
            .with("proved", false)
            .with("counterexample", counterexample(found))
            .with("left", tensor(&found.sides[0]))
            .with("right", tensor(&found.sides[1]))
            .with("equal_where_defined", found.equal_where_defined)
            .with_some("missing", found.missing.as_deref()),
    }
}

/// The values of the inputs.
pub fn counterexample(found: &Refutation) -> Object {
    let mut object = Object::default();
    for (name, value) in &found.inputs {
        object = object.with(name, tensor(value));
    }
    object
}

/// The answer to `check … against`.
pub fn against(against: &Against) -> Object {
    let (proved, points, worst) = match &against.outcome {
        Some(Outcome::Proved(_)) => (true, None, None),
        Some(Outcome::Holds(points)) => (false, Some(*points), None),
        Some(Outcome::Refuted(found)) => (false, None, Some(found)),
        Some(Outcome::Unknown) | None => (false, None, None),
    };
    let factor = match &against.slip {
        Some(Slip::Sign) => Some(-1.0),
        Some(Slip::Factor(factor)) => Some(*factor),
        Some(Slip::Mean(size)) => Some(1.0 / *size as f64),
        Some(Slip::Total(size)) => Some(*size as f64),
        _ => None,
    };
    let worst_entry = worst.map(|found| {
        let [right, given] = found.sides.each_ref().map(|side| match found.entry {
            Some((i, j)) => number(side.at(i, j)),
            None => number(side.data()[0]),
        });
        Object::default()
            .with("entry", entry_of(&against.wrt.one_line(), found))
            .with("given", given)
            .with("right", right)
            .with("at", counterexample(found))
    });
    let inner = Object::default()
        .with("ok", against.ok())
        .with("proved", proved)
        .with_some("points", points)
        .with("slip", against.slip.as_ref().map(findings::slip))
        .with_some("factor", factor.map(number))
        .with_some("worst", worst_entry)
        .with_some("kinks", against.kinks.then_some(true));
    Object::of("check")
        .with("output", &*against.output)
        .with("wrt", &*against.wrt)
        .with("ok", against.ok())
        .with("max_rel_diff", Value::Null)
        .with("against", inner)
}
