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
mod notation;
pub mod plot;
pub mod symbols;
pub mod table;
pub mod terminal;
pub mod wrap;

use crate::number;

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

/// Sets results of several lines apart from their neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spacing {
    /// Whether the last result had several lines; `None` before the first.
    block: Option<bool>,
}

impl Spacing {
    /// What stands between the last result and `text`, which is the next one.
    pub fn before(&mut self, text: &str) -> &'static str {
        let block = text.lines().nth(2).is_some();
        let before = self.block.replace(block);
        if before.is_some_and(|before| before || block) {
            "\n"
        } else {
            ""
        }
    }

    /// Whether there was no result yet.
    pub fn is_first(&self) -> bool {
        self.block.is_none()
    }
}
