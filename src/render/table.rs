//! Aligned tables.
//!
//! Without a width to fit, nothing is wrapped or dropped. With one, a table that is too wide gets
//! narrower gaps; if that is not enough, it is continued below with its first column repeated, and
//! no cell is lost. Only a cell that is too wide even beside the first column alone is cut, which
//! `…` marks.

use super::{Style, ascii, cell};
use crate::notation::colour::{Paint, cut, width};
use crate::view;
use std::borrow::Cow;

/// Blanks between columns, and where they are to be saved.
const GAPS: [usize; 2] = [3, 2];
/// Columns that a cut cell keeps at least.
const LEAST: usize = 6;

/// A column with its texts, ready to be laid out.
struct Strip<'c> {
    column: &'c view::Column,
    heading: String,
    cells: Vec<String>,
    width: usize,
}

impl Strip<'_> {
    /// In ASCII where nothing else may be written: before the widths are taken.
    fn new<'c>(column: &'c view::Column, style: &Style) -> Strip<'c> {
        let spelt = |text: String| match style.ascii {
            true => match ascii::text(&text) {
                Cow::Owned(spelt) => spelt,
                Cow::Borrowed(_) => text,
            },
            false => text,
        };
        let cells = column.cells.iter();
        let cells: Vec<String> = cells
            .map(|one| spelt(cell::text(one, column, style)))
            .collect();
        let heading = spelt(cell::heading(&column.heading, style));
        let widest = cells.iter().map(|cell| width(cell)).max();
        Strip {
            width: width(&heading).max(widest.unwrap_or(0)),
            column,
            heading,
            cells,
        }
    }
}

/// The columns that say something, as texts.
fn strips<'c>(columns: &'c [view::Column], style: &Style) -> Vec<Strip<'c>> {
    let columns = columns.iter().filter(|column| !column.is_empty());
    columns.map(|column| Strip::new(column, style)).collect()
}

/// The table with a line of headings, fitted into the width of `style`.
pub fn lay_out(columns: &[view::Column], style: &Style) -> String {
    let strips = strips(columns, style);
    let columns: Vec<&Strip<'_>> = strips.iter().collect();
    let fits = |gap: &usize| style.width.is_none_or(|room| total(&columns, *gap) <= room);
    if let Some(gap) = GAPS.into_iter().find(fits) {
        return one(&columns, gap, true, style);
    }
    let parts: Vec<String> = parts(&columns, GAPS[1], style)
        .iter()
        .map(|part| one(part, GAPS[1], true, style))
        .collect();
    parts.join("\n")
}

/// The table without headings.
pub fn without_headings(columns: &[view::Column], style: &Style) -> String {
    let strips = strips(columns, style);
    one(&strips.iter().collect::<Vec<_>>(), GAPS[0], false, style)
}

/// The width of a table of these columns.
fn total(columns: &[&Strip<'_>], gap: usize) -> usize {
    room(columns.iter().map(|column| column.width), gap)
}

fn room(widths: impl Iterator<Item = usize>, gap: usize) -> usize {
    let (count, sum) = widths.fold((0, 0), |(count, sum), width| (count + 1, sum + width));
    sum + gap * usize::saturating_sub(count, 1)
}

/// The columns of each part of the table.
fn parts<'c>(columns: &[&'c Strip<'c>], gap: usize, style: &Style) -> Vec<Vec<&'c Strip<'c>>> {
    let fits = |columns: &[&Strip<'_>]| style.width.is_none_or(|room| total(columns, gap) <= room);
    let Some((first, rest)) = columns.split_first() else {
        return Vec::new();
    };
    let (closing, rest): (Vec<&Strip<'_>>, Vec<&Strip<'_>>) =
        rest.iter().partition(|strip| strip.column.closing);
    let first = *first;
    let mut parts: Vec<Vec<&Strip<'_>>> = Vec::new();
    let mut part = vec![first];
    for unit in rest.chunk_by(|_, next| next.column.glued) {
        let wider = [part.as_slice(), unit, closing.as_slice()].concat();
        // A column that is glued to the first one belongs to its part.
        let belongs = part.len() == 1 && parts.is_empty() && unit[0].column.glued;
        if part.len() > 1 && !belongs && !fits(&wider) {
            parts.push([part.as_slice(), &closing].concat());
            part = vec![first];
        }
        part.extend(unit);
    }
    parts.push([part.as_slice(), &closing].concat());
    parts
}

/// One part, its widest columns cut where it does not fit.
fn one(columns: &[&Strip<'_>], gap: usize, headings: bool, style: &Style) -> String {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.width).collect();
    if let Some(most) = style.width {
        loop {
            let excess = room(widths.iter().copied(), gap).saturating_sub(most);
            if excess == 0 {
                break;
            }
            let Some(widest) = widths.iter_mut().max() else {
                break;
            };
            if *widest <= LEAST {
                break;
            }
            // Step by step where several columns are wide: they share the loss.
            *widest = widest.saturating_sub(excess.min(4)).max(LEAST);
        }
    }
    let dots = if style.ascii { "..." } else { "…" };
    let height = columns.first().map_or(0, |column| column.cells.len());
    let mut text = String::new();
    let mut line = |cell: &dyn Fn(&Strip<'_>) -> String| {
        let mut blanks = 0;
        for (k, (column, most)) in columns.iter().zip(&widths).enumerate() {
            let cell = cut(&cell(column), *most, dots);
            let rest = most.saturating_sub(width(&cell));
            blanks += if k == 0 { 0 } else { gap };
            let (before, after) = if column.column.right {
                (rest, 0)
            } else {
                (0, rest)
            };
            blanks += before;
            if !cell.is_empty() {
                text.push_str(&" ".repeat(blanks));
                text.push_str(cell.trim_end());
                blanks = width(&cell) - width(cell.trim_end());
            }
            blanks += after;
        }
        text.push('\n');
    };
    if headings {
        line(&|column| Paint::Heading.on(&column.heading, style));
    }
    for row in 0..height {
        line(&|column| column.cells[row].clone());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Column;

    fn column(heading: &str, cells: &[&str]) -> Column {
        Column::left(heading, cells.iter().map(|cell| cell.to_string()))
    }

    fn columns() -> Vec<Column> {
        vec![
            column("a", &["a1 = w", "a2 = a1 + 1"]),
            Column::right("value", ["3".to_string(), "12.5".into()]).glued(),
            column("ā", &["ā₁ = 1", ""]),
            Column::right("value", ["1".to_string(), "-2".into()]).glued(),
            column("", &["", "L"]).closing(),
            column("", &["", ""]),
        ]
    }

    fn shown(width: Option<usize>) -> String {
        let style = Style {
            width,
            ..Style::default()
        };
        lay_out(&columns(), &style)
    }

    #[test]
    fn without_a_width_nothing_is_lost() {
        let whole = "\
a             value   ā        value
a1 = w            3   ā₁ = 1       1
a2 = a1 + 1    12.5               -2   L
";
        assert_eq!(shown(None), whole);
        assert_eq!(shown(Some(40)), whole);
        let narrow = "\
a            value  ā       value
a1 = w           3  ā₁ = 1      1
a2 = a1 + 1   12.5             -2  L
";
        assert_eq!(shown(Some(36)), narrow);
    }

    #[test]
    fn what_does_not_fit_is_continued_below() {
        let parts = "\
a            value
a1 = w           3
a2 = a1 + 1   12.5  L

a            ā       value
a1 = w       ā₁ = 1      1
a2 = a1 + 1             -2  L
";
        assert_eq!(shown(Some(35)), parts);
        for width in 1..60 {
            let least = width.max(6 + 3 + 5 + 3 + 6 + 3 + 1);
            let text = shown(Some(width));
            assert!(
                text.lines().all(|line| super::width(line) <= least),
                "{width}:\n{text}"
            );
        }
    }

    #[test]
    fn a_cell_that_never_fits_is_cut() {
        let style = Style {
            width: Some(12),
            ..Style::default()
        };
        let wide = [column("x", &["1234567890123456"])];
        assert_eq!(lay_out(&wide, &style), "x\n12345678901…\n");
    }
}
