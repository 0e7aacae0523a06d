//! Kinks, and where infinities were born, as JSON.

use super::object::{Object, span};
use super::value::{number, tensor};
use crate::render::cell::exact;
use crate::trace::provenance::{Birth, Operand, Place};
use crate::trace::{EntryPlace, Kink, Math, Nonfinite};
use serde_json::{Value, json};

/// The object with the kinks that were hit and the origin of the first number that is not finite.
pub fn with_findings(object: Object, kinks: &[Kink], nonfinite: Option<&Nonfinite>) -> Object {
    object
        .with_list("kinks", kinks.iter().map(kink))
        .with_some("nonfinite", nonfinite.map(self::nonfinite))
}

fn entry(entry: EntryPlace) -> Value {
    json!([entry.row, entry.col])
}

fn kink(kink: &Kink) -> Object {
    Object::default()
        .with("node", kink.node)
        .with("taken", number(kink.taken))
        .with("left", number(kink.left))
        .with("right", number(kink.right))
        .with("at", number(kink.at))
        .with("text", &*kink.text)
        .with_some("entry", kink.entry.map(entry))
        .with_some("count", kink.entry.map(|_| kink.count))
}

/// The origin of a number that is not finite: the line of its birth, where there is a trace.
fn nonfinite(found: &Nonfinite) -> Object {
    let object = birth(&found.first)
        .with_some("node", found.node)
        .with_some("span", found.location.as_ref().map(span));
    let object = match &found.place {
        Place::Value => object,
        Place::Tangent(wrt) => object.with("tangent", &**wrt),
        Place::Adjoint(output) => object.with("adjoint", &**output),
    };
    object
        .with_some("nan", found.nan.as_ref().map(birth))
        .with_some("help", found.advice.as_deref())
}

fn birth(birth: &Birth) -> Object {
    let operand = |operand: &Operand| {
        Object::default()
            .with_some("node", operand.node)
            .with("text", text_of(&operand.text, &operand.formula))
            .with("value", tensor(&operand.value))
            .into()
    };
    let operands: Vec<Value> = birth.operands.iter().map(operand).collect();
    Object::default()
        .with_some("node", birth.node)
        .with("value", number(birth.value))
        .with_some("entry", birth.entry.map(entry))
        .with("text", text_of(&birth.text, &birth.formula))
        .with("operands", operands)
        .with_some("span", birth.location.as_ref().map(span))
}

/// The text that its author wrote, or the formula where nobody wrote it.
fn text_of(written: &Option<String>, formula: &Math) -> String {
    written.clone().unwrap_or_else(|| exact(formula))
}
