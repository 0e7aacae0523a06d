//! A pattern as a picture: a square for each place, in the colour of the pass that finds it.

use crate::render::picture::{Geometry, Rect, Rgb, Sheet, Stroke};
use crate::render::plot::PALETTE;
use crate::structure::Structure;

/// The longer side of the picture.
const SIDE: f64 = 480.0;
/// Rows and columns that are drawn one by one; of larger patterns squares of them are.
const FINEST: usize = 400;
/// The room around.
const MARGIN: f64 = 12.0;
const WHITE: Rgb = [255; 3];
/// The outline of the matrix.
const RIM: Rgb = [0xbb; 3];

/// The pattern as a picture.
pub fn sheet(found: &Structure) -> Sheet {
    let pattern = &found.pattern;
    let (rows, cols) = (pattern.rows().max(1), pattern.cols().max(1));
    let longest = rows.max(cols);
    let cells = |length: usize| match longest <= FINEST {
        true => length,
        false => (length * FINEST / longest).max(1),
    };
    let (across, down) = (cells(cols), cells(rows));
    let cell = SIDE / longest.min(FINEST) as f64;
    // A gap between the squares, where they are large enough.
    let gap = if cell > 6.0 { 1.0 } else { 0.0 };
    let square = |at: usize| Rect {
        left: MARGIN + (at % across) as f64 * cell + gap / 2.0,
        top: MARGIN + (at / across) as f64 * cell + gap / 2.0,
        width: cell - gap,
        height: cell - gap,
    };
    let mut lit = vec![false; across * down];
    let mut squares: Vec<Vec<Rect>> = vec![Vec::new(); PALETTE.len()];
    for (k, (i, j)) in pattern.places().enumerate() {
        let at = i * down / rows * across + j * across / cols;
        if !std::mem::replace(&mut lit[at], true) {
            let colouring = found.colouring.as_ref();
            let colour = colouring.map_or(0, |colouring| colouring.found[k].0 as usize);
            squares[colour % PALETTE.len()].push(square(at));
        }
    }
    let matrix = Rect {
        left: MARGIN,
        top: MARGIN,
        width: cell * across as f64,
        height: cell * down as f64,
    };
    let (width, height) = (matrix.width + 2.0 * MARGIN, matrix.height + 2.0 * MARGIN);
    let mut sheet = Sheet::new(width, height);
    let whole = Rect {
        left: 0.0,
        top: 0.0,
        width,
        height,
    };
    sheet.fill(Geometry::Box(whole, 0.0), WHITE);
    sheet.stroke(Geometry::Box(matrix, 0.0), Stroke::plain(RIM, 1.0));
    for (tiles, colour) in squares.into_iter().zip(PALETTE) {
        if !tiles.is_empty() {
            sheet.fill(Geometry::Tiles(tiles), colour);
        }
    }
    sheet
}
