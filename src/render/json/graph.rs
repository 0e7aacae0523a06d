//! Computational graphs as JSON.

use super::object::Object;
use crate::render::cell::{exact, machine};
use crate::render::graph::label;
use crate::trace::{Drawing, Edge};
use serde_json::{Value, json};

/// The file that a graph was written to, or its nodes and edges.
pub fn object(drawing: &Drawing) -> Object {
    let object = Object::of("graph").with("file", drawing.file.as_deref());
    if drawing.file.is_some() {
        let hidden = drawing.hidden();
        return object.with_some("hidden", (hidden > 0).then_some(hidden));
    }
    let node = |number: &usize| {
        let line = drawing.line(*number);
        let names: Vec<&str> = line.names.iter().map(|name| &**name).collect();
        json!({"id": number, "names": names, "op": line.op, "formula": exact(&line.formula)})
    };
    let edge = |edge: &Edge| {
        let partial = edge.partial.as_ref();
        let partial = partial.map(|partial| label(partial, &machine()));
        json!({"from": edge.from, "to": edge.to, "partial": partial})
    };
    object
        .with("nodes", drawing.shown.iter().map(node).collect::<Value>())
        .with("edges", drawing.edges.iter().map(edge).collect::<Value>())
}
