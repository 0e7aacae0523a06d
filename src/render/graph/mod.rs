//! Computational graphs: as text, as SVG, as DOT, as JSON.

mod dot;
mod label;
pub(super) mod layout;
mod svg;
mod text;

pub use dot::dot;
pub use svg::{ARROW, embedded, svg};
pub use text::text;

use super::Style;
use crate::notation::PlainMath;
use crate::trace::{Drawing, Edge, Math};
use serde_json::{Map, Value, json};

/// The longest partial that is written on an edge.
const LABEL: usize = 28;

/// The partial of an edge as it stands beside it; empty where there is none or it is long.
fn partial(edge: &Edge, style: &Style) -> String {
    let text = edge.partial.as_ref().map(|partial| write(partial, style));
    text.filter(|text| text.chars().count() <= LABEL)
        .unwrap_or_default()
}

fn write(math: &Math, style: &Style) -> String {
    let text = PlainMath::derivatives(style).label(math);
    if style.ascii {
        text.replace('×', "x")
    } else {
        text
    }
}

/// The graph as JSON: the file that it was written to, or its nodes and edges.
pub fn object(drawing: &Drawing) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), json!("graph"));
    object.insert("file".into(), json!(drawing.file));
    if drawing.file.is_none() {
        let style = Style {
            ascii: true,
            digits: 17,
            ..Style::default()
        };
        let node = |number: &usize| {
            let line = drawing.line(*number);
            let names: Vec<&str> = line.names.iter().map(|name| &**name).collect();
            let formula = super::cell::exact(&line.formula);
            json!({"id": number, "names": names, "op": line.op, "formula": formula})
        };
        let edge = |edge: &Edge| {
            let partial = edge.partial.as_ref().map(|partial| write(partial, &style));
            json!({"from": edge.from, "to": edge.to, "partial": partial})
        };
        object.insert("nodes".into(), drawing.shown.iter().map(node).collect());
        object.insert("edges".into(), drawing.edges.iter().map(edge).collect());
    } else if drawing.hidden() > 0 {
        object.insert("hidden".into(), json!(drawing.hidden()));
    }
    Value::Object(object)
}
