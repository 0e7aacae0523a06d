//! Values as text, and the formulas before them.

use super::Style;
use crate::graph::Tensor;
use crate::notation::colour::width;
use crate::number;
use crate::view;

/// Rows and columns of a matrix that are written before the rest is left out.
pub(super) const WRITTEN_ROWS: usize = 30;
pub(super) const WRITTEN_COLS: usize = 12;
/// Entries of a vector that are written on one line.
const INLINE_VECTOR: usize = 12;

/// Characters of a formula that are repeated before its value.
const WRITTEN_TEXT: usize = 80;

/// A formula on one line; a long one without its end.
pub(super) fn shortened(text: &str, style: &Style) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WRITTEN_TEXT) {
        Some((end, _)) => format!("{}{}", &line[..end], if style.ascii { "..." } else { "…" }),
        None => line,
    }
}

/// The shape, as in `2×3`.
pub(super) fn shape_text(value: &Tensor, style: &Style) -> String {
    let shape = value.shape().to_string();
    if style.ascii {
        shape.replace('×', "x")
    } else {
        shape
    }
}

/// The value on one line, where it fits there.
pub(super) fn one_line(value: &Tensor, style: &Style) -> Option<String> {
    let shape = value.shape();
    if let Some(x) = value.as_scalar() {
        return Some(number::format(x, style.digits));
    }
    if shape.is_empty() {
        return Some(format!("{}, empty", shape_text(value, style)));
    }
    (shape.is_vector() && shape.len() <= INLINE_VECTOR)
        .then(|| number::brackets(value, style.digits))
}

/// The entries of a matrix, columns aligned; what is too much left out of the middle, as many
/// columns as do not fit.
pub(super) fn grid(value: &Tensor, style: &Style) -> String {
    let mut cols = value.shape().n().min(WRITTEN_COLS);
    loop {
        let text = entries(value, cols, style);
        let widest = text.lines().map(width).max().unwrap_or(0);
        if cols <= 3 || style.width.is_none_or(|room| widest <= room) {
            return text;
        }
        cols -= 1;
    }
}

fn entries(value: &Tensor, most_cols: usize, style: &Style) -> String {
    let dots = if style.ascii { "..." } else { "…" };
    let rows = view::excerpt(value.shape().m(), WRITTEN_ROWS);
    let cols = view::excerpt(value.shape().n(), most_cols);
    let cell = |i: &Option<usize>, j: &Option<usize>| match (i, j) {
        (Some(i), Some(j)) => number::format(value.at(*i, *j), style.digits),
        _ => dots.to_string(),
    };
    let cells: Vec<Vec<String>> = cols
        .iter()
        .map(|j| rows.iter().map(|i| cell(i, j)).collect())
        .collect();
    let widths: Vec<usize> = cells
        .iter()
        .map(|column| column.iter().map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in 0..rows.len() {
        for (column, width) in cells.iter().zip(&widths) {
            let blanks = width - self::width(&column[row]);
            text.push_str(&" ".repeat(blanks + 2));
            text.push_str(&column[row]);
        }
        text.push('\n');
    }
    text
}
