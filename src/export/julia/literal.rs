//! Arrays of Julia as they are written, and numbers as arrays.

use crate::export::dialect::Dialect;
use crate::export::layout::{WIDTH, bracketed};
use crate::export::piece::Piece;
use crate::graph::{Shape, Tensor};

/// An array, with all its entries: a vector for a column.
pub fn array_lines(indent: usize, value: &Tensor) -> Vec<String> {
    let (m, n) = (value.shape().m(), value.shape().n());
    let entry = |i: usize, j: usize| Dialect::Julia.number(value.at(i, j));
    if m == 0 || n == 0 {
        return vec![zeros(value.shape())];
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
pub(super) fn dimensions(shape: Shape) -> String {
    match shape.cols {
        1 => shape.rows.to_string(),
        _ => format!("{}, {}", shape.rows, shape.cols),
    }
}

fn zeros(shape: Shape) -> String {
    format!("zeros({})", dimensions(shape))
}

/// `piece`, a number or smaller than `shape`, in that shape.
pub fn stretched(piece: &Piece, shape: Shape) -> Piece {
    if piece.shape == shape {
        return piece.clone();
    }
    let text = match piece.literal {
        Some(0.0) => zeros(shape),
        Some(1.0) => format!("ones({})", dimensions(shape)),
        _ if piece.shape.is_scalar() => format!("fill({}, {})", piece.text, dimensions(shape)),
        _ if piece.shape.cols == 1 => format!("repeat({}, 1, {})", piece.text, shape.cols),
        _ => format!("repeat({}, {}, 1)", piece.text, shape.rows),
    };
    Piece::atom(text, shape)
}
