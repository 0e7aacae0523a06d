//! Tables and values as HTML.

use crate::graph::Tensor;
use crate::notation::PlainMath;
use crate::render::{Style, cell, compare, number, values};
use crate::source::Source;
use crate::trace::Role;
use crate::view::{Cell, Column, Remark, Row, Table, excerpt};
use std::fmt::Write;

/// Entries of a value that a cell says when it is pointed at.
const TITLE: usize = 100;

/// Text where HTML stands around it. Characters that HTML cannot hold are left out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A document as part of an address.
pub fn encoded(document: &str) -> String {
    let mut text = String::with_capacity(document.len() * 5 / 4);
    for byte in document.bytes() {
        match byte {
            b'"' | b'%' | b'#' | b'<' | b'>' | b'&' | ..=b' ' | 127.. => {
                // Writing to a string does not fail.
                let _ = write!(text, "%{byte:02X}");
            }
            byte => text.push(char::from(byte)),
        }
    }
    text
}

/// Sentences, a paragraph each; code in them stands in backquotes.
pub fn prose(text: &str) -> String {
    let paragraph = |line: &str| {
        let pieces = line.trim().split('`').map(escaped).enumerate();
        let pieces = pieces.map(|(k, piece)| match k % 2 {
            0 => piece,
            _ => format!("<code>{piece}</code>"),
        });
        format!("<p>{}</p>\n", pieces.collect::<String>())
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(paragraph)
        .collect()
}

/// A value among words.
pub fn value(known: &Tensor, style: &Style) -> String {
    match values::one_line(known, style) {
        Some(line) => format!("<span>{}</span>", escaped(&line)),
        None => matrix(known, style),
    }
}

/// The entries of a matrix, what is too much left out of the middle.
pub fn matrix(known: &Tensor, style: &Style) -> String {
    let cols = excerpt(known.shape().n(), values::WRITTEN_COLS);
    let row = |i: &Option<usize>| {
        let entry = |j: &Option<usize>| {
            let text = match (i, j) {
                (Some(i), Some(j)) => number::format(known.at(*i, *j), style.digits),
                _ => "…".into(),
            };
            format!("<td class=\"number\">{text}</td>")
        };
        format!("<tr>{}</tr>\n", cols.iter().map(entry).collect::<String>())
    };
    let rows = excerpt(known.shape().m(), values::WRITTEN_ROWS);
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<div class=\"wide\"><table class=\"matrix\">\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// A table with its remarks below.
pub fn table(table: &Table, script: Option<&Source>, style: &Style) -> String {
    let columns: Vec<&Column> = table.columns.iter().filter(|one| !one.is_empty()).collect();
    let heading = |column: &&Column| {
        let text = escaped(&cell::heading(&column.heading, style));
        let class = if column.right {
            " class=\"number\""
        } else {
            ""
        };
        match text.is_empty() {
            true => "<td></td>".into(),
            false => format!("<th scope=\"col\"{class}>{text}</th>"),
        }
    };
    let headings: String = columns.iter().map(heading).collect();
    let height = columns.first().map_or(0, |column| column.cells.len());
    let row = |k: usize| {
        let cells = columns
            .iter()
            .enumerate()
            .map(|(j, column)| place(column, k, j == 0, style));
        let node = table
            .rows
            .get(k)
            .map_or(String::new(), |row| attributes(row, script));
        format!("<tr{node}>{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = (0..height).map(row).collect();
    let below =
        |remark: &Remark| prose(&compare::remark_text(remark, !table.rows.is_empty(), style));
    let below: String = table.remarks.iter().map(below).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead>\n<tr>{headings}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n{below}"
    )
}

/// The attributes of the node of a row, for the script of the page.
fn attributes(row: &Row, script: Option<&Source>) -> String {
    let operands: Vec<String> = row.operands.iter().map(usize::to_string).collect();
    let mut text = format!(
        " data-node=\"{}\" data-operands=\"{}\" tabindex=\"0\"",
        row.node,
        operands.join(" ")
    );
    let location = row.location.as_ref();
    if let Some((location, script)) = location.zip(script)
        && std::ptr::eq(&*location.source, script)
    {
        let at = |at: u32| {
            let before = script.text.get(..at as usize).unwrap_or_default();
            before.encode_utf16().count()
        };
        let (from, to) = (at(location.span.start), at(location.span.end));
        // Writing to a string does not fail.
        let _ = write!(text, " data-from=\"{from}\" data-to=\"{to}\"");
    }
    text
}

/// One cell; the first of a row is its heading.
fn place(column: &Column, row: usize, first: bool, style: &Style) -> String {
    let cell = &column.cells[row];
    let class = if column.right {
        " class=\"number\""
    } else {
        ""
    };
    let marked = match column.role {
        Some(role) => format!(" data-kind=\"{}\"", kind(role)),
        None => String::new(),
    };
    let title = match cell {
        Cell::Value(value) if !value.shape().is_scalar() && value.shape().len() <= TITLE => {
            format!(" title=\"{}\"", number::brackets(value, style.digits))
        }
        _ => String::new(),
    };
    let text = match cell {
        Cell::Rule(role, node, rules) => {
            let symbol = PlainMath::derivatives(style).symbol(*role, *node);
            let rules = escaped(&cell::rules(rules, style));
            format!("<span class=\"{}\">{symbol}</span> = {rules}", kind(*role))
        }
        Cell::Code(code) => format!("<code>{}</code>", escaped(code)),
        cell => escaped(&cell::text(cell, column, style)),
    };
    match first {
        true => format!("<th scope=\"row\"{class}>{text}</th>"),
        false => format!("<td{class}{marked}{title}>{text}</td>"),
    }
}

fn kind(role: Role) -> &'static str {
    match role {
        Role::Primal => "primal",
        Role::Tangent => "tangent",
        Role::Adjoint => "adjoint",
    }
}
