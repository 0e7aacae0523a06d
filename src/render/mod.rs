//! Events to text: the terminal, JSON, LaTeX, HTML. Renderers look at events only; they never evaluate.

pub mod ascii;
pub mod cell;
pub mod claims;
pub mod compare;
pub mod derive;
pub mod diagnostic;
pub mod graph;
pub mod html;
pub mod json;
pub mod latex;
pub mod markdown;
pub mod picture;
pub mod plot;
pub mod rewriting;
pub mod structure;
pub mod table;
pub mod terminal;
mod values;
pub mod wrap;

pub use crate::notation::Style;

use crate::number;

/// Sets results of several lines apart from their neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spacing {
    /// The last result had several lines; `None` before the first.
    block: Option<bool>,
}

impl Spacing {
    /// The text between the last result and `text`, which is the next one.
    pub fn before(&mut self, text: &str) -> &'static str {
        let block = text.lines().nth(2).is_some();
        let before = self.block.replace(block);
        if before.is_some_and(|before| before || block) {
            "\n"
        } else {
            ""
        }
    }

    /// There was no result yet.
    pub fn is_first(&self) -> bool {
        self.block.is_none()
    }
}
