//! Events as JSON, one object a line.

mod claims;
mod compare;
mod derive;
mod findings;
mod graph;
mod object;
mod plot;
mod rewriting;
mod structure;
mod trace;
mod value;

use crate::diagnostic::Diagnostic;
use crate::event::{Event, Item};
use crate::source::Source;
use crate::trace::Trace;
use findings::with_findings;
use object::{Object, span};
use serde_json::{Value, json};
use value::{shape_of, tensor};

/// An event as one line, without its end.
pub fn event(event: &Event) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
            kinks,
        } => {
            let object = Object::of("value")
                .with("text", &**text)
                .with("value", tensor(value))
                .with_some("shape", shape_of(value));
            with_findings(object, kinks, nonfinite.as_deref()).to_string()
        }
        Event::Stored(found) => structure::stored(found).to_string(),
        Event::Print {
            items,
            nonfinite,
            kinks,
        } => {
            let item = |item: &Item| match item {
                Item::Text(text) => json!(**text),
                Item::Value(value) => tensor(value),
            };
            let items: Vec<Value> = items.iter().map(item).collect();
            let object = Object::of("print").with("items", items);
            with_findings(object, kinks, nonfinite.as_deref()).to_string()
        }
        Event::Trace(trace) => self::trace(trace),
        Event::Graph(drawing) => graph::object(drawing).to_string(),
        Event::Sparsity(found) => structure::sparsity(found).to_string(),
        Event::Plot(plot) => plot::object(plot).to_string(),
        Event::Derive(derivation) => derive::object(derivation).to_string(),
        Event::Compare(comparison) => compare::comparison(comparison).to_string(),
        Event::Check(verdict) => compare::verdict(verdict).to_string(),
        Event::Against(against) => claims::against(against).to_string(),
        Event::Prove(proof) => claims::proof(proof).to_string(),
        Event::Rewriting(found) => rewriting::rewriting(found).to_string(),
        Event::Series(found) => rewriting::series(found).to_string(),
        Event::Warning(warning) => diagnostic(warning, None),
    }
}

/// A trace as one line.
pub fn trace(trace: &Trace) -> String {
    trace::object(trace).to_string()
}

/// A diagnostic as one line; `script` is the source that needs no `file`.
pub fn diagnostic(found: &Diagnostic, script: Option<&Source>) -> String {
    let location = found.location();
    let fix = found
        .correction()
        .map(|fix| json!({"span": span(&fix.location), "text": fix.text}));
    let elsewhere = script.is_some_and(|script| *script != *location.source);
    Object::of(found.severity().name())
        .with("code", found.code().name())
        .with("message", found.message())
        .with("span", span(location))
        .with_some("help", found.advice())
        .with_some("fix", fix)
        .with_some("file", elsewhere.then_some(&*location.source.name))
        .to_string()
}
