//! Patterns of derivatives as text, pictures and Matrix Market files, and matrices that are stored by
//! their places.

mod picture;

pub use picture::sheet;

use super::{Style, number};
use crate::sparsity::{Method, SparsityPattern};
use crate::structure::{StoredValue, Structure};
use crate::syntax::ast::DerivativeMatrix;
use std::fmt::Write;

/// Rows and columns up to which every place is a character.
const SMALL: usize = 40;
/// Characters of a picture of a larger one.
const WIDE: usize = 60;
/// Entries of a stored matrix that are written.
const WRITTEN: usize = 12;
/// The first character of those with 2×4 dots.
const BRAILLE: u32 = 0x2800;

/// The pattern as a picture of characters, and what it means for passes.
pub fn text(found: &Structure, style: &Style) -> String {
    if let Some(file) = &found.file {
        return format!("wrote {file}\n");
    }
    let times = if style.ascii { "x" } else { "×" };
    let (rows, cols) = (found.pattern.rows(), found.pattern.cols());
    let mut text = format!(
        "{} of {} wrt {}: {rows}{times}{cols}, {} of {} entries can be nonzero\n",
        name(found.matrix),
        found.of.one_line(),
        found.wrt.one_line(),
        found.pattern.nonzeros(),
        found.size(),
    );
    text.push_str(&picture(&found.pattern, style));
    text + &passes(found) + "\n"
}

fn name(matrix: DerivativeMatrix) -> &'static str {
    match matrix {
        DerivativeMatrix::Jacobian => "Jacobian",
        DerivativeMatrix::Hessian => "Hessian",
    }
}

/// The passes that it takes, in a sentence.
pub fn passes(found: &Structure) -> String {
    let dense = found.dense;
    let passes = |count: usize| match count {
        1 => "1 pass".to_string(),
        count => format!("{count} passes"),
    };
    match &found.colouring {
        None if dense == 1 => passes(dense),
        None => format!("too many places to look for colours: {}", passes(dense)),
        Some(colouring) if colouring.count >= dense => {
            format!("no colours to save passes: {}", passes(dense))
        }
        Some(colouring) => {
            let method = match colouring.method {
                Method::Star => "a star colouring",
                Method::Rows => "groups of rows",
                Method::Columns => "groups of columns",
            };
            let colours = match colouring.count {
                1 => "1 colour".to_string(),
                count => format!("{count} colours"),
            };
            format!(
                "{colours} ({method}): {} instead of {dense}",
                passes(colouring.count)
            )
        }
    }
}

fn picture(pattern: &SparsityPattern, style: &Style) -> String {
    let (rows, cols) = (pattern.rows(), pattern.cols());
    if rows <= SMALL && cols <= SMALL {
        return each_place(pattern, style);
    }
    let wide = style
        .width
        .map_or(WIDE, |width| WIDE.min(width.saturating_sub(2).max(10)));
    let (across, down) = match style.ascii {
        true => (1, 1),
        false => (2, 4),
    };
    // A character is about twice as high as it is wide.
    let dots = (wide * across) as f64 / cols.max(rows).max(1) as f64;
    let grid = |length: usize, dot: usize, square: f64| {
        let count = (length as f64 * dots.min(1.0) * square / dot as f64).ceil() as usize;
        count.max(1) * dot
    };
    let (width, height) = (
        grid(cols, across, 1.0),
        grid(rows, down, if style.ascii { 0.5 } else { 1.0 }),
    );
    let mut lit = vec![false; width * height];
    for (i, j) in pattern.places() {
        lit[i * height / rows * width + j * width / cols] = true;
    }
    let mut text = String::new();
    for top in (0..height).step_by(down) {
        text.push_str("  ");
        for left in (0..width).step_by(across) {
            let at = |y: usize, x: usize| lit[(top + y) * width + left + x];
            text.push(match style.ascii {
                true if at(0, 0) => '#',
                true => '.',
                false => braille(at),
            });
        }
        text.push('\n');
    }
    text
}

/// A character of dots: their bits in the order of Unicode.
fn braille(at: impl Fn(usize, usize) -> bool) -> char {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let mut code = BRAILLE;
    for (y, row) in BITS.iter().enumerate() {
        for (x, bit) in row.iter().enumerate() {
            code |= if at(y, x) { *bit } else { 0 };
        }
    }
    char::from_u32(code).unwrap_or(' ')
}

fn each_place(pattern: &SparsityPattern, style: &Style) -> String {
    let [there, not] = if style.ascii {
        ["x", "."]
    } else {
        ["×", "·"]
    };
    let mut text = String::new();
    for i in 0..pattern.rows() {
        let place = |j: usize| if pattern.has(i, j) { there } else { not };
        let row: Vec<&str> = (0..pattern.cols()).map(place).collect();
        let _ = writeln!(text, "  {}", row.join(" "));
    }
    text
}

/// The pattern and its values as a Matrix Market file. Of a Hessian the lower half stands there, as the
/// format has it.
pub fn matrix_market(found: &Structure) -> String {
    let symmetric = found.matrix == DerivativeMatrix::Hessian
        && found.pattern.rows() == found.pattern.cols()
        && found.pattern.symmetric() == found.pattern;
    let field = if found.values.is_some() {
        "real"
    } else {
        "pattern"
    };
    let symmetry = if symmetric { "symmetric" } else { "general" };
    let kept = |i: usize, j: usize| !symmetric || i >= j;
    let mut lines = String::new();
    let mut count = 0;
    for (k, (i, j)) in found.pattern.places().enumerate() {
        if !kept(i, j) {
            continue;
        }
        count += 1;
        let _ = match &found.values {
            Some(values) => writeln!(lines, "{} {} {}", i + 1, j + 1, values[k]),
            None => writeln!(lines, "{} {}", i + 1, j + 1),
        };
    }
    format!(
        "%%MatrixMarket matrix coordinate {field} {symmetry}\n% {} of {} wrt {}\n{} {} {count}\n{lines}",
        name(found.matrix),
        found.of.one_line(),
        found.wrt.one_line(),
        found.pattern.rows(),
        found.pattern.cols(),
    )
}

/// A matrix that is stored by its places: how many there are, and the first and last.
pub fn stored(found: &StoredValue, style: &Style) -> String {
    let shape = found.shape.to_string();
    let shape = if style.ascii {
        shape.replace('×', "x")
    } else {
        shape
    };
    let count = found.entries.len();
    let mut text = format!(
        "{} = {shape}, sparse: {count} of {} entries stored\n",
        super::values::shortened(&found.text, style),
        found.shape.len()
    );
    for k in crate::view::excerpt(count, WRITTEN) {
        let _ = match k {
            Some(k) => {
                let (i, j, value) = found.entries[k];
                writeln!(
                    text,
                    "  [{}, {}]  {}",
                    i + 1,
                    j + 1,
                    number::format(value, style.digits)
                )
            }
            None => writeln!(text, "  {}", if style.ascii { "..." } else { "…" }),
        };
    }
    text
}
