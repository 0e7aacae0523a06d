//! Plots: as a picture, as characters for the terminal.

mod characters;
mod palette;
mod picture;
mod ticks;

pub(super) use palette::PALETTE;
pub use picture::sheet;

use super::Style;
use crate::plot::Plot;

/// A plot as text: what was written where, or the plot in characters.
pub fn text(plot: &Plot, style: &Style) -> String {
    match &plot.file {
        Some(file) => format!("wrote {file}\n"),
        None => characters::draw(plot, style),
    }
}
