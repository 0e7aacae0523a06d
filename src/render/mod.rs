//! Events to text: the terminal, JSON, LaTeX, HTML. Renderers look at events only; they never evaluate.

pub mod ascii;
pub mod cell;
pub mod colour;
pub mod compare;
pub mod derive;
pub mod diagnostic;
pub mod formula;
pub mod graph;
pub mod html;
pub mod json;
pub mod latex;
pub mod number;
pub mod plot;
pub mod symbols;
pub mod table;
pub mod terminal;
pub mod wrap;

/// How text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Significant digits.
    pub digits: usize,
    /// Only ASCII: `a1`, `da1`, `ba1`.
    pub ascii: bool,
    /// With escape codes for colours.
    pub colour: bool,
    /// Columns of the terminal; `None` where nothing may be wrapped or dropped.
    pub width: Option<usize>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            digits: 6,
            ascii: false,
            colour: false,
            width: None,
        }
    }
}
