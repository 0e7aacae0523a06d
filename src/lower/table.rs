//! Data files: comma-separated values to a matrix.

use super::Lowerer;
use super::explain::memory_limit;
use super::frame::Frame;
use crate::diagnostic::{Diagnostic, Result, bail, error, interrupted, note};
use crate::graph::{NodeId, Shape, Tensor};
use crate::source::{Location, Source, Span};
use crate::stop;
use crate::syntax::ast::{ExprId, ExprKind};
use crate::world::LONGEST_DATA;
use csv::{ErrorKind, StringRecord};
use indexmap::IndexSet;
use std::rc::Rc;

/// Of memory: once row by row while reading, once column by column in the matrix.
const BYTES_A_CELL: u64 = 16;
/// The classes of a column that a note lists.
const CODES_SHOWN: usize = 8;

impl Lowerer<'_> {
    /// `read("file.csv")`: a matrix of numbers.
    pub(super) fn read(&mut self, argument: ExprId, frame: &Frame) -> Result<NodeId> {
        let ExprKind::Text(path) = &frame.script.expr(argument).kind else {
            bail!(Type, frame.locate(argument),
                "`read` wants a file name in quotes";
                label: "not a text";
                help: "write `read(\"data.csv\")`");
        };
        let location = frame.locate(argument);
        let path = frame.script.source.folder.join(&**path);
        if let Some(node) = self.memo.files.get(&path) {
            return Ok(*node);
        }
        let memory = self.evaluation.limits.memory;
        let text = self.evaluation.world.read(&path, memory.min(LONGEST_DATA));
        let text = text.map_err(|refusal| refusal.reading(&path, location.clone()))?;
        let data = table_of(&Source::file(&path, text), &location, memory)?;
        let notes = data
            .notes
            .iter()
            .map(|text| note!(File, location.clone(), "{text}"));
        self.evaluation.unit.warnings.extend(notes);
        let node = self.graph.constant(data.matrix);
        self.memo.files.insert(path, node);
        Ok(node)
    }
}

/// What a data file holds.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// The numbers.
    pub matrix: Tensor,
    /// What was made of the file that is not written in it so, a sentence each.
    pub notes: Vec<String>,
}

/// The matrix that `file` holds, or what is wrong with it, said at `location`.
///
/// Numeric columns are taken as written; a text column becomes class codes 1, 2, … in order of
/// first appearance; a first line of names is skipped.
///
/// # Errors
/// Fails if the file is no table, a cell is missing or not a number, or the matrix needs more memory
/// than allowed.
pub fn table_of(file: &Rc<Source>, location: &Location, memory: u64) -> Result<DataFile> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(file.text.as_bytes());
    let mut table = Table {
        file,
        location,
        columns: Vec::new(),
        entries: Vec::new(),
    };
    let mut first: Option<StringRecord> = None;
    let mut record = StringRecord::new();
    let mut lines = 0usize;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if record.len() == 1 && record[0].is_empty() => continue,
            Ok(true) => {}
            Err(error) => return Err(table.unreadable(&error)),
        }
        lines += 1;
        if lines == 1 {
            // The line below it tells if it names the columns.
            first = Some(std::mem::take(&mut record));
            continue;
        }
        if let Some(first) = first.take()
            && !is_header(&first, &record)
        {
            table.row(&first)?;
        }
        table.row(&record)?;
        if lines.is_multiple_of(1024) {
            table.check(memory)?;
        }
    }
    if let Some(only) = first {
        table.row(&only)?;
    }
    table.check(memory)?;
    table.data()
}

/// True if `first` names the columns: texts only, one of them over a number.
fn is_header(first: &StringRecord, second: &StringRecord) -> bool {
    let names = || first.iter().map(|name| number(name).is_none());
    names().all(|name| name)
        && names()
            .zip(second)
            .any(|(name, value)| name && number(value).is_some())
}

fn number(cell: &str) -> Option<f64> {
    if cell.eq_ignore_ascii_case("na") || cell.eq_ignore_ascii_case("nan") {
        Some(f64::NAN)
    } else {
        cell.parse().ok()
    }
}

/// The kind of a column, as its first cell tells.
enum Column {
    Numbers,
    /// The classes met so far.
    Classes(IndexSet<String>),
}

struct Table<'t> {
    file: &'t Rc<Source>,
    location: &'t Location,
    columns: Vec<Column>,
    /// Row by row.
    entries: Vec<f64>,
}

impl Table<'_> {
    fn row(&mut self, record: &StringRecord) -> Result<()> {
        if self.entries.is_empty() {
            let column = |cell: &str| match number(cell) {
                Some(_) => Column::Numbers,
                None => Column::Classes(IndexSet::new()),
            };
            self.columns = record.iter().map(column).collect();
        }
        let (cells, cols) = (record.len(), self.columns.len());
        if cells != cols {
            let last = cells.min(cols).saturating_sub(1);
            let message = format!("has {cells} cells, the first has {cols}");
            return Err(self.wrong(record, last, &message));
        }
        for (col, cell) in record.iter().enumerate() {
            let value = match &mut self.columns[col] {
                Column::Numbers => number(cell),
                Column::Classes(_) if cell.is_empty() || number(cell).is_some() => None,
                Column::Classes(classes) => {
                    let known = classes.get_index_of(cell);
                    let class = known.unwrap_or_else(|| classes.insert_full(cell.to_string()).0);
                    Some((class + 1) as f64)
                }
            };
            let Some(value) = value else {
                let kind = match &self.columns[col] {
                    Column::Numbers => "a number",
                    Column::Classes(_) => "a text",
                };
                let message = format!(", column {}: `{cell}` is not {kind}", col + 1);
                return Err(self.wrong(record, col, &message));
            };
            self.entries.push(value);
        }
        Ok(())
    }

    /// Stops after too much input, and when a stop is requested.
    fn check(&self, memory: u64) -> Result<()> {
        if stop::requested() {
            return Err(interrupted(self.location.clone()));
        }
        if self.entries.len() as u64 * BYTES_A_CELL > memory {
            return Err(memory_limit(memory, self.location.clone()));
        }
        Ok(())
    }

    fn data(self) -> Result<DataFile> {
        let cols = self.columns.len();
        if cols == 0 {
            let message = format!("`{}` holds no data", self.file.name);
            return Err(self.error(message));
        }
        let rows = self.entries.len() / cols;
        let column = |col: usize| (0..rows).map(move |row| row * cols + col);
        let data = (0..cols).flat_map(column).map(|at| self.entries[at]);
        let matrix = Tensor::new(Shape::new(rows, cols), data.collect());
        let columns = self.columns.iter().enumerate();
        let notes = columns.filter_map(|(col, column)| match column {
            Column::Numbers => None,
            Column::Classes(classes) => Some(self.codes(col, classes)),
        });
        Ok(DataFile {
            matrix,
            notes: notes.collect(),
        })
    }

    /// What the codes of a column of texts mean.
    fn codes(&self, col: usize, classes: &IndexSet<String>) -> String {
        let mut codes = classes.iter().zip(1..);
        let shown = codes.by_ref().take(CODES_SHOWN);
        let mut shown: Vec<String> = shown
            .map(|(class, code)| format!("{code} = {class}"))
            .collect();
        if let Some((_, next)) = codes.next() {
            shown.push(format!("… ({} more)", classes.len() + 1 - next));
        }
        let (file, col) = (&self.file.name, col + 1);
        format!("column {col} of `{file}` is text: {}", shown.join(", "))
    }

    fn error(&self, message: String) -> Diagnostic {
        error!(File, self.location.clone(), "{message}"; label: "this file")
    }

    fn unreadable(&self, error: &csv::Error) -> Diagnostic {
        let problem = match error.kind() {
            ErrorKind::Utf8 { err, .. } => err.to_string(),
            _ => error.to_string(),
        };
        self.error(format!("`{}`: {problem}", self.file.name))
    }

    /// An error at a cell of the file, with the place that asked for the file.
    fn wrong(&self, record: &StringRecord, col: usize, what: &str) -> Diagnostic {
        let position = record.position();
        let line = position.map_or(0, |position| position.line());
        let text = &self.file.text;
        let start = position.map_or(0, |position| position.byte() as usize);
        let rest = text
            .get(start..)
            .unwrap_or("")
            .trim_start_matches(['\n', '\r']);
        let line_start = text.len() - rest.len();
        let span = span_of(rest.lines().next().unwrap_or(""), line_start, record, col);
        let space = if what.starts_with(',') { "" } else { " " };
        error!(File, self.location.clone(),
            "`{}`, line {line}{space}{what}", self.file.name;
            label: "read here";
            also: Location::new(self.file, span), "this cell")
    }
}

/// The place of cell `col` of `record` in its line, which starts at `start`; the whole line if it
/// is written in another way than it reads.
fn span_of(line: &str, start: usize, record: &StringRecord, col: usize) -> Span {
    let cell = record.get(col).unwrap_or("");
    let before: usize = line.split(',').take(col).map(|cell| cell.len() + 1).sum();
    let within = line.get(before..).and_then(|rest| rest.find(cell));
    match within.map(|within| start + before + within) {
        Some(from) => Span::new(from, from + cell.len()),
        None => Span::new(start, start + line.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn table(text: &str, memory: u64) -> Result<DataFile> {
        let file = Source::new("data.csv", text);
        table_of(&file, &Location::new(&file, Span::default()), memory)
    }

    #[test]
    fn columns_are_numbers_or_classes() {
        let data = table("a, b\n1, yes\n2.5, no\n\nNA, yes\n", 1 << 20).expect("a table");
        assert_eq!(
            data.notes,
            ["column 2 of `data.csv` is text: 1 = yes, 2 = no"]
        );
        let read = data.matrix;
        assert_eq!((read.shape().m(), read.shape().n()), (3, 2));
        assert_eq!(read.data()[..2], [1.0, 2.5]);
        assert!(read.data()[2].is_nan());
        assert_eq!(read.data()[3..], [1.0, 2.0, 1.0]);
        let one = table("7", 1 << 20).expect("a number");
        assert_eq!(one.matrix.data(), [7.0]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, message) in [
            ("", "`data.csv` holds no data"),
            ("\n\n# only this\n", "`data.csv` holds no data"),
            (
                "1,2\n3\n",
                "`data.csv`, line 2 has 1 cells, the first has 2",
            ),
            (
                "1,2\n3,x\n",
                "`data.csv`, line 2, column 2: `x` is not a number",
            ),
            (
                "x,y\nz,\n",
                "`data.csv`, line 2, column 2: `` is not a text",
            ),
        ] {
            let error = table(text, 1 << 20).expect_err(text);
            assert_eq!(error.message(), message);
        }
    }

    #[test]
    fn memory_is_limited() {
        let text = "1,2,3\n".repeat(10_000);
        assert!(table(&text, 30_000 * BYTES_A_CELL).is_ok());
        let error = table(&text, 30_000 * BYTES_A_CELL - 1).expect_err("too much");
        assert_eq!(error.code(), Code::Limit);
    }
}
