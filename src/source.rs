//! Sources of text, spans in them, and locations that carry both.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A half-open range of byte offsets into one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span {
            start: start as u32,
            end: end.max(start) as u32,
        }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The span as a range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// One text that was handed to the tool: a file, standard input, a one-liner or a line of the REPL.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in diagnostics: the path as the user wrote it, `<stdin>`, `<command>` …
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The folder that `import` and `read` paths are relative to.
    pub folder: PathBuf,
}

impl Source {
    /// A source that is not a file; its paths are relative to the working directory.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Rc<Source> {
        Rc::new(Source {
            name: name.into(),
            text: text.into(),
            folder: PathBuf::new(),
        })
    }

    /// A source read from the file `path`.
    pub fn file(path: &Path, text: impl Into<String>) -> Rc<Source> {
        Rc::new(Source {
            name: path.display().to_string(),
            text: text.into(),
            folder: path.parent().map(Path::to_path_buf).unwrap_or_default(),
        })
    }

    /// The text of `span`; empty where the span does not fit this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// A span together with the source it points into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The text.
    pub source: Rc<Source>,
    /// The part of it.
    pub span: Span,
}

impl Location {
    /// The part `span` of `source`.
    pub fn new(source: &Rc<Source>, span: Span) -> Location {
        Location {
            source: source.clone(),
            span,
        }
    }

    /// The text pointed at.
    pub fn text(&self) -> &str {
        self.source.slice(self.span)
    }
}
