//! Events as text for people.

use super::Style;
use crate::session::Event;
use crate::trace::Math;

/// An event as text, with the end of its last line.
pub fn event(event: &Event, style: &Style) -> String {
    let _ = (event, style);
    String::new()
}

/// A formula on one line.
pub fn formula(math: &Math, style: &Style) -> String {
    let _ = (math, style);
    String::new()
}
