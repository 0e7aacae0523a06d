//! Events as text for people.

use super::values::{grid, one_line, shape_text, shortened};
use super::{Style, compare, wrap};
use crate::event::{Event, Item};
use crate::findings;
use crate::graph::Tensor;
use crate::trace::{Kink, Nonfinite, Trace};
use crate::view;

/// An event as text, with the end of its last line. Warnings are diagnostics, not results: empty.
pub fn event(event: &Event, style: &Style) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
            kinks,
        } => named_value(text, value, style) + &remarks(nonfinite.as_deref(), kinks, style),
        Event::Stored(found) => super::structure::stored(found, style),
        Event::Print {
            items,
            nonfinite,
            kinks,
        } => print(items, style) + &remarks(nonfinite.as_deref(), kinks, style),
        Event::Trace(trace) => self::trace(trace, style),
        Event::Graph(drawing) => super::graph::text(drawing, style),
        Event::Sparsity(found) => super::structure::text(found, style),
        Event::Plot(plot) => super::plot::text(plot, style),
        Event::Derive(derivation) => super::derive::text(derivation, style),
        Event::Compare(comparison) => wrap::lines(&compare::comparison(comparison, style), style),
        Event::Check(verdict) => wrap::lines(&compare::verdict(verdict, style), style),
        Event::Against(against) => wrap::lines(&super::claims::against(against, style), style),
        Event::Prove(proof) => wrap::lines(&super::claims::proof(proof, style), style),
        Event::Rewriting(found) => super::rewriting::rewriting(found),
        Event::Series(found) => super::rewriting::series(found, style),
        Event::Warning(_) => String::new(),
    }
}

/// A trace as a table, and the lines below it.
pub fn trace(trace: &Trace, style: &Style) -> String {
    wrap::lines(&compare::table(&view::trace(trace), style), style)
}

/// Where it came from that a value is not finite, and the kinks that were hit, a line each.
fn remarks(nonfinite: Option<&Nonfinite>, kinks: &[Kink], style: &Style) -> String {
    let kinks = kinks.iter().map(|kink| findings::kink(kink, false, style));
    let origin = nonfinite.map(|found| findings::nonfinite(found, false, style));
    let lines = origin.into_iter().chain(kinks);
    lines
        .map(|line| wrap::lines(&format!("  {line}\n"), style))
        .collect()
}

fn named_value(text: &str, value: &Tensor, style: &Style) -> String {
    let text = shortened(text, style);
    match one_line(value, style) {
        Some(line) => format!("{text} = {line}\n"),
        None => format!(
            "{text} = {}\n{}",
            shape_text(value, style),
            grid(value, style)
        ),
    }
}

fn print(items: &[Item], style: &Style) -> String {
    let mut text = String::new();
    for (k, item) in items.iter().enumerate() {
        let separator = if k == 0 || text.ends_with('\n') {
            ""
        } else {
            " "
        };
        match item {
            Item::Text(written) => text.push_str(&format!("{separator}{written}")),
            Item::Value(value) => match one_line(value, style) {
                Some(line) => text.push_str(&format!("{separator}{line}")),
                None => {
                    let end = if k == 0 { "" } else { "\n" };
                    text.push_str(&format!("{end}{}", grid(value, style)));
                }
            },
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
