//! Aligned tables.
//!
//! Where there is no width to fit, nothing is wrapped or dropped. Where there is one, a table that
//! is too wide gets narrower gaps, and is else continued below with its first column repeated: no
//! cell is lost. Only a cell that is too wide even beside the first column alone is cut, and says
//! so by `…`.

use super::colour::{Paint, cut, width};
use super::{Style, ascii};
use std::borrow::Cow;

/// Blanks between columns, and where they are to be saved.
const GAPS: [usize; 2] = [3, 2];
/// Columns that a cut cell keeps at least.
const LEAST: usize = 6;

/// One column of a table: its heading, its cells, and how they are aligned.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub(super) heading: String,
    pub(super) cells: Vec<String>,
    pub(super) right: bool,
    /// Stays beside the column before it.
    glued: bool,
    /// Stands at the end of every part of a table that is continued.
    closing: bool,
}

impl Column {
    /// A column of texts.
    pub fn left(heading: &str, cells: Vec<String>) -> Column {
        Column {
            heading: heading.into(),
            cells,
            ..Column::default()
        }
    }

    /// A column of numbers.
    pub fn right(heading: &str, cells: Vec<String>) -> Column {
        Column {
            right: true,
            ..Column::left(heading, cells)
        }
    }

    /// The same, never parted from the column before it.
    pub fn glued(mut self) -> Column {
        self.glued = true;
        self
    }

    /// The same, repeated at the end of every part of a table that is continued.
    pub fn closing(mut self) -> Column {
        self.closing = true;
        self
    }

    /// The same with its cells in a colour.
    pub fn painted(mut self, paint: Paint, style: &Style) -> Column {
        for cell in &mut self.cells {
            *cell = paint.on(cell, style);
        }
        self
    }

    fn is_empty(&self) -> bool {
        self.heading.is_empty() && self.cells.iter().all(String::is_empty)
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| width(cell)).max();
        width(&self.heading).max(cells.unwrap_or(0))
    }
}

/// The table with a line of headings, fitted into the width of `style`.
pub fn lay_out(columns: &[Column], style: &Style) -> String {
    let columns = spelt(columns, style);
    let columns: Vec<&Column> = columns.iter().filter(|column| !column.is_empty()).collect();
    let widths = || columns.iter().map(|column| column.width());
    let fits = |gap: &usize| style.width.is_none_or(|room| total(widths(), *gap) <= room);
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
pub fn without_headings(columns: &[Column], style: &Style) -> String {
    let columns = spelt(columns, style);
    let columns: Vec<&Column> = columns.iter().filter(|column| !column.is_empty()).collect();
    one(&columns, GAPS[0], false, style)
}

/// In ASCII where nothing else may be written: before the widths are taken.
fn spelt<'c>(columns: &'c [Column], style: &Style) -> Cow<'c, [Column]> {
    if !style.ascii {
        return Cow::Borrowed(columns);
    }
    let spell = |column: &Column| {
        let mut column = column.clone();
        for cell in column.cells.iter_mut().chain([&mut column.heading]) {
            if let Cow::Owned(spelt) = ascii::text(cell) {
                *cell = spelt;
            }
        }
        column
    };
    Cow::Owned(columns.iter().map(spell).collect())
}

/// What a table of these columns takes.
fn total(widths: impl Iterator<Item = usize>, gap: usize) -> usize {
    let (count, sum) = widths.fold((0, 0), |(count, sum), width| (count + 1, sum + width));
    sum + gap * usize::saturating_sub(count, 1)
}

/// The columns of each part of the table.
fn parts<'c>(columns: &[&'c Column], gap: usize, style: &Style) -> Vec<Vec<&'c Column>> {
    let fits = |columns: &[&Column]| {
        let needed = total(columns.iter().map(|column| column.width()), gap);
        style.width.is_none_or(|room| needed <= room)
    };
    let Some((first, rest)) = columns.split_first() else {
        return Vec::new();
    };
    let (closing, rest): (Vec<&Column>, Vec<&Column>) =
        rest.iter().partition(|column| column.closing);
    let first = *first;
    let mut parts: Vec<Vec<&Column>> = Vec::new();
    let mut part = vec![first];
    for unit in rest.chunk_by(|_, next| next.glued) {
        let wider = [part.as_slice(), unit, closing.as_slice()].concat();
        // What is glued to the first column belongs to its part.
        let belongs = part.len() == 1 && parts.is_empty() && unit[0].glued;
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
fn one(columns: &[&Column], gap: usize, headings: bool, style: &Style) -> String {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.width()).collect();
    if let Some(room) = style.width {
        while total(widths.iter().copied(), gap) > room {
            let excess = total(widths.iter().copied(), gap) - room;
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
    let mut line = |cell: &dyn Fn(&Column) -> String| {
        let mut blanks = 0;
        for (k, (column, most)) in columns.iter().zip(&widths).enumerate() {
            let cell = cut(&cell(column), *most, dots);
            let rest = most.saturating_sub(width(&cell));
            blanks += if k == 0 { 0 } else { gap };
            let (before, after) = if column.right { (rest, 0) } else { (0, rest) };
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

    fn column(heading: &str, cells: &[&str]) -> Column {
        Column::left(heading, cells.iter().map(|cell| cell.to_string()).collect())
    }

    fn columns() -> Vec<Column> {
        vec![
            column("a", &["a1 = w", "a2 = a1 + 1"]),
            Column::right("value", vec!["3".into(), "12.5".into()]).glued(),
            column("ā", &["ā₁ = 1", ""]),
            Column::right("value", vec!["1".into(), "-2".into()]).glued(),
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
