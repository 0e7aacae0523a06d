//! `wengert fmt`: scripts in the standard layout.

use super::{Printer, Status, diff, script};
use crate::source::{Location, Source, Span};
use crate::syntax::format;
use crate::world::{Folder, World};
use std::path::{Path, PathBuf};

/// The treatment of a script that is not in the standard layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatMode {
    /// Rewrite it.
    Rewrite,
    /// Say what would change, and fail.
    Check,
}

/// Lays out every file; standard input goes to standard output.
pub fn run(files: &[PathBuf], purpose: FormatMode, printer: &mut Printer<'_>) -> Status {
    let mut status = Status::Fine;
    for file in files {
        status = status.max(one(file, purpose, printer));
    }
    status
}

fn one(file: &Path, purpose: FormatMode, printer: &mut Printer<'_>) -> Status {
    let source = match script::read(file) {
        Ok(source) => source,
        Err(error) => return printer.failed(&error, None),
    };
    let formatted = match format::format(&source) {
        Ok(formatted) => formatted,
        Err(error) => return printer.failed(&error, Some(&source)),
    };
    let from_input = file == Path::new("-");
    let same = formatted == source.text;
    match purpose {
        FormatMode::Check if same => Status::Fine,
        FormatMode::Check => {
            printer.text(&format!("{} is not in the standard layout\n", source.name));
            let style = printer.out_style().clone();
            let exact = diff::Likeness::Exact;
            let changes = diff::text(&source.text, &formatted, exact, &style);
            printer.text(&changes.unwrap_or_default());
            Status::Failed
        }
        FormatMode::Rewrite if from_input => {
            printer.text(&formatted);
            Status::Fine
        }
        FormatMode::Rewrite if same => Status::Fine,
        // A file is written whole or not at all: it is the user's only copy.
        FormatMode::Rewrite => match Folder.write(file, formatted.as_bytes()) {
            Ok(()) => Status::Fine,
            Err(refusal) => printer.failed(&refusal.writing(file, nowhere(&source)), None),
        },
    }
}

/// The file as a whole, without a place in its text.
fn nowhere(source: &Source) -> Location {
    Location::new(&Source::new(source.name.clone(), ""), Span::default())
}
