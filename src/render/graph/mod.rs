//! Computational graphs: as text, as pictures, as DOT.

mod boxes;
mod dot;
pub(super) mod layout;
mod picture;
mod text;

pub use dot::dot;
pub use picture::{embedded, sheet};
pub use text::text;

use super::Style;
use crate::notation::PlainMath;
use crate::trace::{Edge, Math};

/// The longest partial that is written on an edge.
const LABEL: usize = 28;

/// The partial of an edge as it stands beside it; empty where there is none or it is long.
fn partial(edge: &Edge, style: &Style) -> String {
    let text = edge.partial.as_ref().map(|partial| label(partial, style));
    text.filter(|text| text.chars().count() <= LABEL)
        .unwrap_or_default()
}

/// A partial derivative as it stands beside an edge.
pub(super) fn label(math: &Math, style: &Style) -> String {
    let text = PlainMath::derivatives(style).label(math);
    if style.ascii {
        text.replace('×', "x")
    } else {
        text
    }
}
