//! How a table is written: what separates its cells, found from its first lines.

use super::columns::CellContent;
use super::records::{Records, Separator};

/// The rows that are looked at.
const SAMPLE: usize = 64;

/// In the order in which they are preferred where nothing else decides.
const CANDIDATES: [Separator; 4] = [
    Separator::Character(b'\t'),
    Separator::Character(b';'),
    Separator::Character(b','),
    Separator::Blanks,
];

/// The separator with which most rows have several cells, all rows equally many, and the most
/// cells are numbers.
pub fn separator(text: &str) -> Separator {
    let scored = CANDIDATES
        .iter()
        .filter_map(|one| Some((score(text, *one)?, *one)));
    let mut best: Option<((bool, f64), Separator)> = None;
    for (score, separator) in scored {
        if best.is_none_or(|(so_far, _)| score > so_far) {
            best = Some((score, separator));
        }
    }
    best.map_or(Separator::Nothing, |(_, separator)| separator)
}

/// Whether all rows have equally many cells, and which part of the cells are numbers; `None` if it
/// does not separate.
fn score(text: &str, separator: Separator) -> Option<(bool, f64)> {
    let mut records = Records::new(text, 0, separator);
    let (mut rows, mut separated, mut cells, mut numbers) = (0, 0, 0, 0);
    let (mut first, mut equal) = (None, true);
    while rows < SAMPLE {
        let row = match records.next() {
            Ok(Some(row)) => row,
            // A quotation mark opens a cell of the first row and stays open. That is told if nothing
            // else separates.
            Err(_) if rows == 0 && separator != Separator::Blanks => return Some((false, 0.0)),
            Ok(None) | Err(_) => break,
        };
        rows += 1;
        cells += row.len();
        separated += usize::from(row.len() > 1);
        let is_number = |content: &CellContent<'_>| matches!(content, CellContent::Number(_));
        numbers += row.iter().filter(|cell| is_number(&cell.content)).count();
        equal &= *first.get_or_insert(row.len()) == row.len();
    }
    // A text of several words is no row of cells.
    let separates = 2 * separated >= rows && separated > 0;
    (separates && (separator != Separator::Blanks || numbers > 0))
        .then_some((equal, numbers as f64 / cells as f64))
}
