//! Graphs in the language of Graphviz.

use super::boxes::{self, Row};
use super::{partial, picture::colour};
use crate::render::Style;
use crate::render::picture::{escaped, hex};
use crate::trace::Drawing;
use std::fmt::Write;

/// The graph as a text for Graphviz, inputs at the bottom.
pub fn dot(drawing: &Drawing) -> String {
    let style = Style::default();
    let mut text = String::from(
        "digraph wengert {\n  rankdir=BT;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=11];\n",
    );
    // Writing to a string does not fail.
    for number in &drawing.shown {
        let rows = boxes::rows(drawing, *number, &style);
        let lines: Vec<String> = rows.iter().map(row).collect();
        let mut more = String::new();
        if drawing.line(*number).is_input() {
            more.push_str(", fillcolor=\"#f2f2f2\"");
        }
        if drawing.is_output(*number) {
            more.push_str(", penwidth=2");
        }
        let lines = lines.join("<BR/>");
        let _ = writeln!(text, "  a{number} [label=<{lines}>{more}];");
    }
    for edge in &drawing.edges {
        let label = quoted(&partial(edge, &style));
        let (from, to) = (edge.from, edge.to);
        let _ = match label.as_str() {
            "\"\"" => writeln!(text, "  a{from} -> a{to};"),
            label => writeln!(text, "  a{from} -> a{to} [label={label}];"),
        };
    }
    let inputs = drawing.shown.iter();
    let inputs: Vec<String> = inputs
        .filter(|number| drawing.line(**number).is_input())
        .map(|number| format!("a{number};"))
        .collect();
    let _ = writeln!(text, "  {{ rank=source; {} }}\n}}", inputs.join(" "));
    text
}

/// One line of a label in Graphviz's HTML.
fn row(row: &Row) -> String {
    let names = match row.names.as_str() {
        "" => String::new(),
        names => format!("  <B>{}</B>", escaped(names)),
    };
    let text = escaped(&row.text);
    format!(
        "<FONT COLOR=\"{}\">{text}{names}</FONT>",
        hex(colour(row.role))
    )
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
