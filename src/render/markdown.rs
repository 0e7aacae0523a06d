//! Events as Markdown: tables as tables, formulas and pictures as they stand in a terminal.

use super::{Style, cell, compare, number, terminal};
use crate::event::Event;
use crate::graph::Tensor;
use crate::view::{self, Column, Table};

/// Results one after the other, as the content of a file.
pub fn document(events: &[Event]) -> String {
    let style = Style::default();
    let parts: Vec<String> = events.iter().map(|one| event(one, &style)).collect();
    parts.join("\n")
}

fn event(event: &Event, style: &Style) -> String {
    match event {
        Event::Value { text, value, .. } if !value.shape().is_scalar() => {
            format!("`{}`\n\n{}", text.one_line(), matrix(value, style))
        }
        Event::Trace(trace) => table(&view::trace(trace), style),
        Event::Compare(comparison) => {
            let value = number::inline(&comparison.value, style.digits);
            let mut text = format!("`{} = {value}`\n", comparison.output.one_line());
            for part in [view::derivatives(comparison), view::costs(comparison)] {
                if !part.columns.is_empty() {
                    text.push_str(&format!("\n{}", table(&part, style)));
                }
            }
            text + &sentences(&compare::remarks(comparison, style))
        }
        other => format!("```text\n{}```\n", terminal::event(other, style)),
    }
}

/// A table, and its remarks as a list below.
fn table(table: &Table, style: &Style) -> String {
    let columns: Vec<&Column> = (table.columns.iter())
        .filter(|column| {
            let mut cells = column.cells.iter();
            cells.any(|one| !cell::text(one, column, style).is_empty())
        })
        .collect();
    let headings = columns
        .iter()
        .map(|column| cell::heading(&column.heading, style));
    let aligned = columns.iter().map(|column| column.right);
    let height = columns.first().map_or(0, |column| column.cells.len());
    let row = |k: usize| -> Vec<String> {
        let cells = columns
            .iter()
            .map(|column| cell::text(&column.cells[k], column, style));
        cells.collect()
    };
    let rows: Vec<Vec<String>> = (0..height).map(row).collect();
    let remarks = table.remarks.iter();
    let remarks = remarks.map(|one| compare::remark_text(one, !table.rows.is_empty(), style));
    grid(headings.collect(), aligned.collect(), rows) + &sentences(&remarks.collect::<String>())
}

/// The entries of a matrix, under the numbers of its columns.
fn matrix(value: &Tensor, style: &Style) -> String {
    let (m, n) = (value.shape().m(), value.shape().n());
    let row = |i: usize| {
        (0..n)
            .map(|j| number::format(value.at(i, j), style.digits))
            .collect()
    };
    let headings = (1..=n).map(|j| j.to_string()).collect();
    grid(headings, vec![true; n], (0..m).map(row).collect())
}

fn grid(headings: Vec<String>, right: Vec<bool>, rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = right
        .iter()
        .map(|right| if *right { "---:" } else { "---" });
    let rule: Vec<String> = rule.map(String::from).collect();
    let rows: String = rows.iter().map(|row| line(row)).collect();
    line(&headings) + &line(&rule) + &rows
}

/// Sentences, one a line, as a list.
fn sentences(text: &str) -> String {
    let lines: String = (text.lines().map(str::trim))
        .filter(|line| !line.is_empty())
        .map(|line| format!("- {line}\n"))
        .collect();
    match lines.as_str() {
        "" => lines,
        _ => format!("\n{lines}"),
    }
}
