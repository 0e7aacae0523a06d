//! The one type for all that is to be said about a user's input: errors, warnings and notes.

mod macros;
mod wording;

pub(crate) use macros::{bail, diagnostic, error, note, warning};
pub use wording::{bytes, counted, did_you_mean};

use crate::graph::Tensor;
use crate::source::Location;
use std::fmt;

/// The class of a mistake. The names are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The text does not follow the grammar.
    Syntax,
    /// A variable name is unknown.
    Name,
    /// A function name is unknown or may not be used so.
    Function,
    /// A function was given too many or too few arguments, or a wrong named argument.
    Arity,
    /// Shapes do not fit.
    Shape,
    /// An index does not exist.
    Index,
    /// A definition depends on itself.
    Circular,
    /// A value is needed and there is none.
    Value,
    /// A scalar is needed.
    Scalar,
    /// A value of the wrong kind: not a whole number, a text where a number is wanted.
    Type,
    /// A file cannot be read or written.
    File,
    /// An `assert` does not hold.
    Assert,
    /// A `check` found modes that disagree.
    Check,
    /// A limit was reached.
    Limit,
    /// A matrix is singular.
    Singular,
    /// An exercise leaves this to be filled in.
    Blank,
}

impl Code {
    /// All of them.
    pub const ALL: [Code; 16] = [
        Code::Syntax,
        Code::Name,
        Code::Function,
        Code::Arity,
        Code::Shape,
        Code::Index,
        Code::Circular,
        Code::Value,
        Code::Scalar,
        Code::Type,
        Code::File,
        Code::Assert,
        Code::Check,
        Code::Limit,
        Code::Singular,
        Code::Blank,
    ];

    /// The name used in JSON and in the margin of a rendered diagnostic.
    pub fn name(self) -> &'static str {
        match self {
            Code::Syntax => "syntax",
            Code::Name => "name",
            Code::Function => "function",
            Code::Arity => "arity",
            Code::Shape => "shape",
            Code::Index => "index",
            Code::Circular => "circular",
            Code::Value => "value",
            Code::Scalar => "scalar",
            Code::Type => "type",
            Code::File => "file",
            Code::Assert => "assert",
            Code::Check => "check",
            Code::Limit => "limit",
            Code::Singular => "singular",
            Code::Blank => "blank",
        }
    }
}

/// The severity of a diagnostic: errors stop the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The statement failed.
    Error,
    /// The statement ran; something about it is suspicious.
    Warning,
    /// The statement ran; something was decided that the user may not know.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A marked place in a source, with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The marked place.
    pub location: Location,
    /// The remark at that place; may be empty.
    pub text: String,
}

/// A part of the user's text with its value, which shows why something does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The text.
    pub text: String,
    /// Its value.
    pub value: Tensor,
}

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    code: Code,
    severity: Severity,
    message: String,
    labels: Vec<Label>,
    help: Option<String>,
    fix: Option<Fix>,
    witnesses: Vec<Witness>,
}

/// A change of the user's text after which this mistake is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The text to replace; empty for an insertion.
    pub location: Location,
    /// The replacement.
    pub text: String,
}

impl Fix {
    /// The whole text with the change made.
    pub fn applied(&self) -> String {
        let mut text = self.location.source.text.clone();
        text.replace_range(self.location.span.range(), &self.text);
        text
    }
}

/// A mistake, its place, and the text to write instead.
///
/// The first label is the primary one: its span is the `span` of the JSON object.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic(Box<Inner>);

/// The result of a phase that can find a mistake in the user's input.
pub type Result<T> = std::result::Result<T, Diagnostic>;

impl Diagnostic {
    /// An error at `location`, with `text` at the marked place (may be empty).
    pub fn error(
        code: Code,
        location: Location,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic(Box::new(Inner {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label {
                location,
                text: text.into(),
            }],
            help: None,
            fix: None,
            witnesses: Vec::new(),
        }))
    }

    /// A warning at `location`.
    pub fn warning(
        code: Code,
        location: Location,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Diagnostic {
        let mut warning = Diagnostic::error(code, location, message, text);
        warning.0.severity = Severity::Warning;
        warning
    }

    /// A note about what stands at `location`. Without a text there and without further places it is
    /// one line in text.
    pub fn note(
        code: Code,
        location: Location,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Diagnostic {
        let mut note = Diagnostic::error(code, location, message, text);
        note.0.severity = Severity::Note;
        note
    }

    /// The same with one more marked place.
    pub fn label(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        self.0.labels.push(Label {
            location,
            text: text.into(),
        });
        self
    }

    /// The same with advice on what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.0.help = Some(help.into());
        self
    }

    /// The same with a change that certainly fixes it.
    pub fn fix(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        self.0.fix = Some(Fix {
            location,
            text: text.into(),
        });
        self
    }

    /// The same with values, which a renderer writes as precisely as the reader wants.
    pub fn witnesses(mut self, witnesses: Vec<Witness>) -> Diagnostic {
        self.0.witnesses = witnesses;
        self
    }

    /// The values that its help is about, if it is about values.
    pub fn evidence(&self) -> &[Witness] {
        &self.0.witnesses
    }

    /// The class of the mistake.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Error, warning or note.
    pub fn severity(&self) -> Severity {
        self.0.severity
    }

    /// One sentence that says what is wrong.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The marked places, the primary one first.
    pub fn labels(&self) -> &[Label] {
        &self.0.labels
    }

    /// The primary place.
    pub fn location(&self) -> &Location {
        &self.0.labels[0].location
    }

    /// Advice on what to write instead, if there is any.
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The change that fixes it, if one is certain.
    pub fn correction(&self) -> Option<&Fix> {
        self.0.fix.as_ref()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Diagnostic {}

/// The error for a computation at `location` that was asked to stop.
pub fn interrupted(location: Location) -> Diagnostic {
    Diagnostic::error(Code::Limit, location, "interrupted", "stopped here")
}

/// The error for values at `location` that take more than `limit` bytes.
pub fn memory_limit(limit: u64, location: Location) -> Diagnostic {
    error!(Limit, location,
        "the values need more than {} of memory", bytes(limit);
        label: "does not fit";
        help: "raise the limit with `--limit-memory`, for example `--limit-memory 16G`")
}
