//! The results of statements as data: the one interface between a session and all renderers.

use crate::claims::{Against, Proof};
use crate::diagnostic::Diagnostic;
use crate::graph::Tensor;
use crate::notation::Written;
use crate::plot::Plot;
use crate::structure::{StoredValue, Structure};
use crate::symbolic::{Derivation, Rewriting, TaylorSeries};
use crate::trace::check::Verdict;
use crate::trace::compare::Comparison;
use crate::trace::{Drawing, Kink, Nonfinite, Trace};

/// One item of a `print`.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A text in quotes.
    Text(String),
    /// A value.
    Value(Tensor),
}

/// The formats of files that results are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// What a terminal shows.
    Text,
    /// An object a line.
    Json,
    /// A fragment of a document.
    Latex,
    /// Tables and text for notes and pages of code.
    Markdown,
    /// A page.
    Html,
    /// Numbers, separated by commas.
    Csv,
    /// An array of NumPy's.
    Npy,
}

impl FileFormat {
    /// The format of files whose names end so.
    pub fn named(ending: &str) -> Option<FileFormat> {
        Some(match &*ending.to_ascii_lowercase() {
            "txt" => FileFormat::Text,
            "json" => FileFormat::Json,
            "tex" => FileFormat::Latex,
            "md" => FileFormat::Markdown,
            "html" => FileFormat::Html,
            "csv" => FileFormat::Csv,
            "npy" => FileFormat::Npy,
            _ => return None,
        })
    }

    /// True of formats that hold numbers alone.
    pub fn is_data(self) -> bool {
        matches!(self, FileFormat::Csv | FileFormat::Npy)
    }
}

/// The formats of pictures that plots and graphs are drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// For pages and for drawing programs.
    Svg,
    /// For papers.
    #[cfg(feature = "pictures")]
    Pdf,
    /// For slides and messages.
    #[cfg(feature = "pictures")]
    Png,
}

impl PictureFormat {
    /// The formats that this program writes, in words.
    #[cfg(feature = "pictures")]
    pub const ENDINGS: &str = "`.svg`, `.pdf` or `.png`";
    /// The formats that this program writes, in words.
    #[cfg(not(feature = "pictures"))]
    pub const ENDINGS: &str = "`.svg`";

    /// The format of files whose names end so.
    pub fn named(ending: &str) -> Option<PictureFormat> {
        match &*ending.to_ascii_lowercase() {
            "svg" => Some(PictureFormat::Svg),
            #[cfg(feature = "pictures")]
            "pdf" => Some(PictureFormat::Pdf),
            #[cfg(feature = "pictures")]
            "png" => Some(PictureFormat::Png),
            _ => None,
        }
    }

    /// The format of a file.
    pub fn of(file: &std::path::Path) -> Option<PictureFormat> {
        PictureFormat::named(file.extension()?.to_str()?)
    }
}

/// Something a statement shows.
#[derive(Clone, Debug)]
pub enum Event {
    /// The value of a bare expression.
    Value {
        /// The expression as written.
        text: Written,
        /// Its value.
        value: Tensor,
        /// The origin of the first entry that is not finite.
        nonfinite: Option<Box<Nonfinite>>,
        /// The kinks that derivatives inside of it hit.
        kinks: Vec<Kink>,
    },
    /// The value of a bare expression that is stored by its places.
    Stored(Box<StoredValue>),
    /// A `print`.
    Print {
        /// The texts and values shown.
        items: Vec<Item>,
        /// The origin of the first entry that is not finite.
        nonfinite: Option<Box<Nonfinite>>,
        /// The kinks that derivatives inside of its values hit.
        kinks: Vec<Kink>,
    },
    /// A Wengert list.
    Trace(Box<Trace>),
    /// The pattern of a matrix of derivatives.
    Sparsity(Box<Structure>),
    /// A computational graph.
    Graph(Box<Drawing>),
    /// Curves or a map, drawn to a file or not.
    Plot(Box<Plot>),
    /// A symbolic derivative.
    Derive(Box<Derivation>),
    /// A formula in another form.
    Rewriting(Box<Rewriting>),
    /// A Taylor polynomial.
    Series(Box<TaylorSeries>),
    /// The derivatives of one output by every mode.
    Compare(Box<Comparison>),
    /// A check of the modes against each other, for one output.
    Check(Box<Verdict>),
    /// A derivative found by hand, right or wrong.
    Against(Box<Against>),
    /// An equation, proved or not.
    Prove(Box<Proof>),
    /// A warning or a note: the statement ran all the same.
    Warning(Diagnostic),
}
