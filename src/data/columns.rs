//! DataColumns of cells: numbers, or the codes of texts.

use super::{DataFile, Reading};
use crate::diagnostic::{Result, counted};
use crate::graph::{Shape, Tensor};
use crate::source::Span;
use indexmap::IndexSet;
use std::borrow::Cow;

/// Of memory: once row by row while reading, once column by column in the matrix.
const BYTES_A_CELL: u64 = 16;
/// Of memory, for a text that has a code.
const BYTES_A_CLASS: u64 = 64;
/// The codes of a column that a note lists.
const CODES_SHOWN: usize = 8;
/// The rows between two looks at the limits.
const ROWS_BETWEEN_CHECKS: usize = 1024;

/// The content of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellContent<'t> {
    /// A number.
    Number(f64),
    /// Nothing, or what stands for a number that is not there.
    Missing,
    /// A text.
    Text(Cow<'t, str>),
}

impl<'t> CellContent<'t> {
    /// What a text without blanks around it stands for.
    pub fn of(text: Cow<'t, str>) -> CellContent<'t> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("na") {
            return CellContent::Missing;
        }
        match trimmed.parse::<f64>() {
            Ok(number) if number.is_nan() => CellContent::Missing,
            Ok(number) => CellContent::Number(number),
            Err(_) => CellContent::Text(text),
        }
    }
}

/// A cell and its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct DataCell<'t> {
    /// Its content.
    pub content: CellContent<'t>,
    /// Its place.
    pub span: Span,
}

/// The kind of a column, as its first cell that is not missing tells.
enum Kind<'t> {
    Unknown,
    Numbers,
    /// The place of the first text, and all texts so far: the code of one is its place among them.
    Classes(Span, IndexSet<Cow<'t, str>>),
}

/// The columns of a table that is being read row by row.
pub struct DataColumns<'t> {
    kinds: Vec<Kind<'t>>,
    /// The names of the columns, where the file has them.
    names: Vec<String>,
    /// The place of the line that says how many there are.
    first: Span,
    /// Row by row.
    entries: Vec<f64>,
    rows: usize,
    /// How many texts have a code.
    classes: u64,
    /// The place of the first cell without a number, and its column.
    missing: Option<(Span, usize)>,
    missing_count: usize,
}

impl<'t> DataColumns<'t> {
    /// No rows yet.
    pub fn new() -> DataColumns<'t> {
        DataColumns {
            kinds: Vec::new(),
            names: Vec::new(),
            first: Span::default(),
            entries: Vec::new(),
            rows: 0,
            classes: 0,
            missing: None,
            missing_count: 0,
        }
    }

    /// No rows yet; the line at `place` names the columns.
    pub fn named(names: Vec<String>, place: Span) -> DataColumns<'t> {
        let mut columns = DataColumns::new();
        columns.expect(names.len(), place);
        columns.names = names;
        columns
    }

    /// True if there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row, all of which stands at `place`, and leaves `row` empty.
    ///
    /// # Errors
    /// Fails if it is not as long as the first, or a cell is not of its column's kind.
    pub fn row(
        &mut self,
        row: &mut Vec<DataCell<'t>>,
        place: Span,
        reading: &Reading<'_>,
    ) -> Result<()> {
        if self.kinds.is_empty() {
            self.expect(row.len(), place);
        }
        let (cells, columns) = (row.len(), self.kinds.len());
        if cells != columns {
            let surplus = row.get(columns).zip(row.last());
            let at = surplus.map_or(place, |(from, to)| from.span.to(to.span));
            let (cells, first) = (counted(cells, "cell"), reading.line(self.first));
            let message = format!(" has {cells}, line {first} has {columns}");
            let label = surplus.map_or("too short", |_| "too much");
            return Err(reading.error_at(at, &message, label));
        }
        for (column, cell) in row.drain(..).enumerate() {
            let value = self.value(column, cell, reading)?;
            self.entries.push(value);
        }
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_BETWEEN_CHECKS) {
            self.check(reading)?;
        }
        Ok(())
    }

    /// Every row is to have as many cells as the one at `place`.
    fn expect(&mut self, cells: usize, place: Span) {
        self.kinds = (0..cells).map(|_| Kind::Unknown).collect();
        self.first = place;
    }

    /// The number for a cell.
    fn value(&mut self, column: usize, cell: DataCell<'t>, reading: &Reading<'_>) -> Result<f64> {
        let kind = &mut self.kinds[column];
        if let Kind::Unknown = kind {
            match &cell.content {
                CellContent::Number(_) => *kind = Kind::Numbers,
                CellContent::Text(_) => *kind = Kind::Classes(cell.span, IndexSet::new()),
                CellContent::Missing => {}
            }
        }
        match (kind, cell.content) {
            (_, CellContent::Missing) => {
                self.missing.get_or_insert((cell.span, column));
                self.missing_count += 1;
                Ok(f64::NAN)
            }
            (Kind::Classes(_, classes), CellContent::Text(text)) => {
                let (code, is_new) = match classes.get_index_of(&text) {
                    Some(code) => (code, false),
                    None => classes.insert_full(text),
                };
                self.classes += u64::from(is_new);
                Ok((code + 1) as f64)
            }
            (Kind::Classes(first, _), CellContent::Number(_)) => {
                let text = reading.file.slice(cell.span);
                let message = format!(
                    ", column {}: `{text}` is a number, and line {} has a text there",
                    column + 1,
                    reading.line(*first)
                );
                let error = reading.error_at(cell.span, &message, "this cell");
                Err(error.help("a column holds numbers alone or texts alone"))
            }
            (_, CellContent::Number(number)) => Ok(number),
            (_, CellContent::Text(_)) => {
                let text = reading.file.slice(cell.span);
                let message = format!(", column {}: `{text}` is not a number", column + 1);
                let error = reading.error_at(cell.span, &message, "this cell");
                Err(error.help("a missing number is written `nan`, or left out"))
            }
        }
    }

    fn check(&self, reading: &Reading<'_>) -> Result<()> {
        let cells = self.entries.len() as u64 * BYTES_A_CELL;
        reading.check(cells + self.classes * BYTES_A_CLASS)
    }

    /// The matrix, and what is to be said about it besides `notes`.
    ///
    /// # Errors
    /// Fails if there is nothing, or it takes too much memory.
    pub fn finish(self, mut notes: Vec<String>, reading: &Reading<'_>) -> Result<DataFile> {
        self.check(reading)?;
        let (rows, columns) = (self.rows, self.kinds.len());
        let entries = (0..columns).flat_map(|column| {
            let row = (0..rows).map(move |row| row * columns + column);
            row.map(|at| self.entries[at])
        });
        let matrix = Tensor::new(Shape::new(rows, columns), entries.collect());
        let file = &reading.file.name;
        for (column, kind) in self.kinds.iter().enumerate() {
            if let Kind::Classes(_, classes) = kind {
                let name = self.name(column);
                notes.push(format!("{name} of `{file}` is text: {}", codes(classes)));
            }
        }
        if let Some((place, column)) = self.missing {
            let place = format!("line {}, {}", reading.line(place), self.name(column));
            notes.push(match self.missing_count {
                1 => format!("`{file}` has no number in {place}: NaN"),
                many => {
                    format!("`{file}` has no number in {many} cells: NaN; the first is in {place}")
                }
            });
        }
        Ok(DataFile { matrix, notes })
    }

    /// What notes call a column.
    fn name(&self, column: usize) -> String {
        match self.names.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("column {} ({name})", column + 1),
            None => format!("column {}", column + 1),
        }
    }
}

/// What the codes of a column of texts mean.
fn codes(classes: &IndexSet<Cow<'_, str>>) -> String {
    let codes = classes.iter().zip(1..).take(CODES_SHOWN);
    let mut shown: Vec<String> = codes
        .map(|(class, code)| format!("{code} = {class}"))
        .collect();
    match classes.len().saturating_sub(CODES_SHOWN) {
        0 => {}
        more => shown.push(format!("… ({more} more)")),
    }
    shown.join(", ")
}
