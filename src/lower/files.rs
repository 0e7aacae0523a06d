//! Files: reading data and texts, writing results.

use super::{Frame, Lowering};
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::graph::{NodeId, Shape, Tensor};
use crate::source::{Location, Source, Span};
use crate::syntax::ast::{ExprId, ExprKind};
use indexmap::IndexSet;
use std::path::Path;

impl Lowering<'_> {
    /// `read("file.csv")`: a matrix of numbers.
    pub(super) fn read(
        &mut self,
        expr: ExprId,
        arguments: &[ExprId],
        frame: &Frame,
    ) -> Result<NodeId> {
        self.expect_arguments(expr, arguments.len(), 1, frame)?;
        let ExprKind::Text(path) = &frame.script.expr(arguments[0]).kind else {
            return Err(Diagnostic::error(
                Code::Type,
                frame.locate(arguments[0]),
                "`read` wants a file name in quotes",
                "not a text",
            )
            .help("write `read(\"data.csv\")`"));
        };
        let location = frame.locate(arguments[0]);
        if self.limits.sandbox {
            return Err(sandboxed(location));
        }
        let path = frame.script.source.folder.join(&**path);
        if let Some(node) = self.files.get(&path) {
            return Ok(*node);
        }
        let tensor = read_csv(&path, &location)?;
        let node = self.graph.constant(tensor);
        self.files.insert(path, node);
        Ok(node)
    }
}

/// The error for touching a file where files may not be touched.
pub fn sandboxed(location: Location) -> Diagnostic {
    Diagnostic::error(
        Code::File,
        location,
        "files are out of bounds in the sandbox",
        "needs a file",
    )
    .help("run without `--sandbox` if you trust the script")
}

/// Reads the text of a file, or says at `location` why not.
pub fn read_text(path: &Path, location: &Location) -> Result<String> {
    let failed = |message: String| {
        let error = Diagnostic::error(Code::File, location.clone(), message, "this file");
        match std::env::current_dir() {
            Ok(folder) if path.is_relative() && !path.exists() => {
                error.help(format!("looked for it in {}", folder.join(path).display()))
            }
            _ => error,
        }
    };
    if path.is_dir() {
        return Err(failed(format!("`{}` is a folder", path.display())));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        failed(match error.kind() {
            std::io::ErrorKind::NotFound => format!("there is no file `{}`", path.display()),
            std::io::ErrorKind::PermissionDenied => {
                format!("no permission to read `{}`", path.display())
            }
            _ => format!("cannot read `{}`: {error}", path.display()),
        })
    })?;
    String::from_utf8(bytes)
        .map_err(|_| failed(format!("`{}` is not a UTF-8 text", path.display())))
}

/// Writes a file beside its place and moves it there, so that it is never there by half.
pub fn write_text(path: &Path, text: &str, location: &Location) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        // What is left of a failed attempt is of no use to anyone.
        let _ = std::fs::remove_file(&beside);
        let shown = path.display();
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => format!("there is no folder to write `{shown}` to"),
            std::io::ErrorKind::PermissionDenied => format!("no permission to write `{shown}`"),
            _ => format!("cannot write `{shown}`: {error}"),
        };
        Diagnostic::error(Code::File, location.clone(), message, "this file")
    })
}

/// Reads a CSV file: numeric columns as written; a text column as class codes 1, 2, … in order of
/// first appearance; a first line of names is skipped.
fn read_csv(path: &Path, location: &Location) -> Result<Tensor> {
    let text = read_text(path, location)?;
    let source = Source::file(path, text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(source.text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            Diagnostic::error(
                Code::File,
                location.clone(),
                format!("`{}`: {error}", path.display()),
                "this file",
            )
        })?;
        if record.len() > 1 || !record[0].is_empty() {
            records.push(record);
        }
    }
    if has_header(&records) {
        records.remove(0);
    }
    let Some(first) = records.first() else {
        return Err(Diagnostic::error(
            Code::File,
            location.clone(),
            format!("`{}` holds no data", path.display()),
            "this file",
        ));
    };
    let cols = first.len();
    for record in &records {
        if record.len() != cols {
            let line = record.position().map_or(0, |position| position.line());
            return Err(cell_error(
                &source,
                location,
                record,
                record.len().min(cols).saturating_sub(1),
                format!(
                    "line {line} has {} cells, the first has {cols}",
                    record.len()
                ),
            ));
        }
    }
    let mut data = Vec::with_capacity(records.len() * cols);
    for col in 0..cols {
        read_column(&source, location, &records, col, &mut data)?;
    }
    Ok(Tensor::new(Shape::new(records.len(), cols), data))
}

fn number(cell: &str) -> Option<f64> {
    let lower = cell.to_ascii_lowercase();
    let missing = matches!(lower.as_str(), "na" | "nan");
    if missing {
        Some(f64::NAN)
    } else {
        cell.parse().ok()
    }
}

/// Whether the first line names the columns: it has a text where a column below has a number.
fn has_header(records: &[csv::StringRecord]) -> bool {
    let [first, second, ..] = records else {
        return false;
    };
    let named = (first.iter().zip(second))
        .any(|(name, value)| number(name).is_none() && number(value).is_some());
    named && first.iter().all(|name| number(name).is_none())
}

fn read_column(
    source: &std::rc::Rc<Source>,
    location: &Location,
    records: &[csv::StringRecord],
    col: usize,
    data: &mut Vec<f64>,
) -> Result<()> {
    let numeric = number(&records[0][col]).is_some();
    let mut classes: IndexSet<&str> = IndexSet::new();
    for record in records {
        let cell = &record[col];
        let value = match (numeric, number(cell)) {
            (true, Some(value)) => value,
            (false, None) if !cell.is_empty() => (classes.insert_full(cell).0 + 1) as f64,
            _ => {
                let line = record.position().map_or(0, |position| position.line());
                let kind = if numeric { "a number" } else { "a text" };
                return Err(cell_error(
                    source,
                    location,
                    record,
                    col,
                    format!("line {line}, column {}: `{cell}` is not {kind}", col + 1),
                ));
            }
        };
        data.push(value);
    }
    Ok(())
}

/// An error at a cell of the file, with the place that asked for the file.
fn cell_error(
    source: &std::rc::Rc<Source>,
    location: &Location,
    record: &csv::StringRecord,
    col: usize,
    message: String,
) -> Diagnostic {
    let line_start = record
        .position()
        .map_or(0, |position| position.byte() as usize);
    let line = source.text[line_start..].trim_start_matches(['\n', '\r']);
    let line_start = source.text.len() - line.len();
    let line = line.lines().next().unwrap_or("");
    let cell = record.get(col).unwrap_or("");
    let cells_before: usize = line.split(',').take(col).map(|cell| cell.len() + 1).sum();
    let within = line
        .get(cells_before..)
        .and_then(|rest| rest.find(cell))
        .unwrap_or(0);
    let start = (line_start + cells_before + within).min(source.text.len());
    let end = (start + cell.len()).min(line_start + line.len()).max(start);
    let name = source.name.clone();
    Diagnostic::error(
        Code::File,
        location.clone(),
        format!("`{name}`, {message}"),
        "read here",
    )
    .label(Location::new(source, Span::new(start, end)), "this cell")
}
