//! A trace that appears step by step in a talk: values and tangents from the first line to the last, then
//! adjoints from the last to the first. The table is for a frame of beamer, and as wide as that at most.

use super::table::{LINE, cell, heading, width};
use crate::render::Style;
use crate::trace::Role;
use crate::view::{Cell, Column, Table};

/// What the document must be.
const BEAMER: &str = "\
% For a frame of beamer:
%   pdflatex '\\documentclass{beamer}\\usepackage{booktabs}\\begin{document}\\begin{frame}\\input{results}\\end{frame}\\end{document}'
";

/// The table of a trace, one line more on every slide.
pub fn table(table: &Table, style: &Style) -> String {
    let (closing, columns): (Vec<&Column>, Vec<&Column>) =
        table.columns.iter().partition(|column| column.closing);
    let is_empty = |column: &&Column| {
        let mut cells = column.cells.iter();
        cells.all(|one| cell(one, style).is_empty())
    };
    let shown = columns.into_iter().chain(closing);
    let shown: Vec<&Column> = shown.filter(|column| !is_empty(column)).collect();
    let count = table.rows.len();
    let line = |k: usize| {
        let cells = shown.iter().map(|column| {
            let content = &column.cells[k];
            match cell(content, style) {
                text if text.is_empty() => text,
                text => format!("\\uncover<{}->{{{text}}}", slide(content, column, k, count)),
            }
        });
        format!("{} \\\\\n", cells.collect::<Vec<_>>().join(" & "))
    };
    let lines: String = (0..count).map(line).collect();
    let kinds: String = shown
        .iter()
        .map(|column| if column.right { 'r' } else { 'l' })
        .collect();
    let headings: Vec<String> = shown
        .iter()
        .map(|column| heading(&column.heading, style))
        .collect();
    let headings = headings.join(" & ");
    let tabular = format!(
        "\\begin{{tabular}}{{{kinds}}}\n\\toprule\n{headings} \\\\\n\\midrule\n{lines}\\bottomrule\n\\end{{tabular}}"
    );
    let widest = |column: &&Column| {
        let cells = column
            .cells
            .iter()
            .map(|one| width(&cell(one, style), false));
        cells
            .chain([width(&heading(&column.heading, style), false)])
            .max()
            .unwrap_or(0)
            + 12
    };
    let tabular = match shown.iter().map(widest).sum::<usize>() > LINE {
        true => format!("\\noindent\\resizebox{{\\linewidth}}{{!}}{{%\n{tabular}}}\n"),
        false => tabular + "\n",
    };
    BEAMER.to_owned() + &tabular
}

/// The slide on which a cell of line `k`, counted from 0, appears first.
fn slide(content: &Cell, column: &Column, k: usize, count: usize) -> usize {
    let role = match content {
        Cell::Rule(role, ..) => Some(*role),
        _ => column.role,
    };
    match role {
        Some(Role::Adjoint) => 2 * count - k,
        _ => k + 1,
    }
}
