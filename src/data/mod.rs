//! Data files as matrices: tables of text, arrays of NumPy, arrays of JSON.
//!
//! Whatever is made of a file that is not written in it so (codes for texts, NaN for what is missing,
//! a decimal comma) is said in a note; what cannot be a matrix is an error at the first cell that
//! does not fit.

mod columns;
mod dialect;
mod json;
mod npy;
mod records;
mod table;

use crate::diagnostic::{Diagnostic, Result, error, interrupted, memory_limit};
use crate::graph::Tensor;
use crate::source::{Location, Source, Span};
use crate::stop;
use crate::world::{LONGEST_DATA, Refusal, World};
use std::path::Path;
use std::rc::Rc;

/// What a data file holds.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// The numbers.
    pub matrix: Tensor,
    /// What was made of the file that is not written in it so, a sentence each.
    pub notes: Vec<String>,
}

/// The matrix in the file `path`, which `request` asks for.
///
/// # Errors
/// Fails if the file cannot be read, is no matrix, or needs more than `memory` bytes.
pub fn read(world: &dyn World, path: &Path, request: &Location, memory: u64) -> Result<DataFile> {
    let most = memory.min(LONGEST_DATA);
    let refused = |refusal: Refusal| refusal.reading(path, request.clone());
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if ending == "npy" {
        let bytes = world.read_bytes(path, most).map_err(refused)?;
        let reading = Reading::new(Source::file(path, ""), request, memory);
        return npy::matrix(&bytes, &reading);
    }
    let text = world.read(path, most).map_err(refused)?;
    let reading = Reading::new(Source::file(path, text), request, memory);
    let begin = reading.text().trim_start();
    if ending == "json" || begin.starts_with('[') {
        json::matrix(&reading)
    } else {
        table::matrix(&reading)
    }
}

/// The reading of one file: the file, who asks for it, and what it may take.
struct Reading<'r> {
    file: Rc<Source>,
    request: &'r Location,
    memory: u64,
}

/// The mark with which some programs begin a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl<'r> Reading<'r> {
    fn new(file: Rc<Source>, request: &'r Location, memory: u64) -> Reading<'r> {
        Reading {
            file,
            request,
            memory,
        }
    }

    /// The text without a mark at its begin.
    fn text(&self) -> &str {
        let text = &self.file.text;
        text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
    }

    /// Stops where `bytes` are too many, and when a stop is requested.
    fn check(&self, bytes: u64) -> Result<()> {
        if stop::requested() {
            return Err(interrupted(self.request.clone()));
        }
        if bytes > self.memory {
            return Err(memory_limit(self.memory, self.request.clone()));
        }
        Ok(())
    }

    /// An error that concerns the file as a whole.
    fn error(&self, message: &str) -> Diagnostic {
        let name = &self.file.name;
        error!(File, self.request.clone(), "`{name}` {message}"; label: "this file")
    }

    /// An error at a place of the file.
    fn error_at(&self, span: Span, message: &str, label: &str) -> Diagnostic {
        let (name, line) = (&self.file.name, self.line(span));
        error!(File, self.request.clone(), "`{name}`, line {line}{message}";
            label: "read here";
            also: Location::new(&self.file, span), "{label}")
    }

    /// The number of the line in which `span` starts.
    fn line(&self, span: Span) -> usize {
        let before = &self.file.text.as_bytes()[..span.start as usize];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::world::Memory;

    /// The content of a file called `name`.
    pub fn read(name: &str, content: impl Into<Vec<u8>>) -> Result<DataFile> {
        limited(name, content, 1 << 20)
    }

    fn limited(name: &str, content: impl Into<Vec<u8>>, memory: u64) -> Result<DataFile> {
        let world = Memory::default();
        world.insert(name, content);
        let script = Source::new("a.ad", format!("read(\"{name}\")"));
        let request = Location::new(&script, Span::new(5, 7 + name.len()));
        super::read(&world, Path::new(name), &request, memory)
    }

    #[test]
    fn memory_is_limited() {
        let text = "1,2,3\n".repeat(10_000);
        assert!(limited("d.csv", text.clone(), 480_000).is_ok());
        let error = limited("d.csv", text, 479_999).expect_err("too much");
        assert_eq!(error.code(), Code::Limit);
    }
}
