//! Arrays of Julia as they are written, and numbers as arrays.

use crate::export::dialect::Dialect;
use crate::export::layout::{WIDTH, bracketed};
use crate::export::piece::Piece;
use crate::export::sizes::texts::SizeTexts;
use crate::graph::{Shape, Tensor};

/// An array, with all its entries: a vector for a column.
pub fn array_lines(indent: usize, value: &Tensor) -> Vec<String> {
    let (m, n) = (value.shape().m(), value.shape().n());
    let entry = |i: usize, j: usize| Dialect::Julia.number(value.at(i, j));
    if m == 0 || n == 0 {
        return vec![match n {
            1 => format!("zeros({m})"),
            _ => format!("zeros({m}, {n})"),
        }];
    }
    if n == 1 {
        let items: Vec<String> = (0..m).map(|i| entry(i, 0)).collect();
        return bracketed(indent, "[", &items, "]");
    }
    let row = |i: usize| (0..n).map(|j| entry(i, j)).collect::<Vec<_>>().join(" ");
    let rows: Vec<String> = (0..m).map(row).collect();
    let line = format!("[{}]", rows.join("; "));
    if indent + line.chars().count() <= WIDTH {
        return vec![line];
    }
    let inner = rows.into_iter().map(|row| format!("    {row}"));
    let open = std::iter::once("[".to_string());
    open.chain(inner).chain(["]".to_string()]).collect()
}

/// The dimensions of an array of this shape: one for a column.
pub(super) fn dimensions(shape: Shape, sizes: &SizeTexts<'_>) -> String {
    match shape.cols {
        1 => sizes.count(shape.rows),
        _ => sizes.pair(shape),
    }
}

/// `piece`, a number or smaller than `shape`, in that shape.
pub fn stretched(piece: &Piece, shape: Shape, sizes: &SizeTexts<'_>) -> Piece {
    if piece.shape == shape {
        return piece.clone();
    }
    let size = || dimensions(shape, sizes);
    let text = match piece.literal {
        Some(0.0) => format!("zeros({})", size()),
        Some(1.0) => format!("ones({})", size()),
        _ if piece.shape.is_scalar() => {
            // A size is a whole number there.
            let text = match piece.plain && piece.literal.is_none() {
                true => format!("float({})", piece.text),
                false => piece.text.clone(),
            };
            format!("fill({text}, {})", size())
        }
        _ if piece.shape.cols == 1 => {
            format!("repeat({}, 1, {})", piece.text, sizes.count(shape.cols))
        }
        _ => format!("repeat({}, {}, 1)", piece.text, sizes.count(shape.rows)),
    };
    Piece::atom(text, shape)
}
