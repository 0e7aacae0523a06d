//! The meaning of colours, everywhere the same. Only colours that can be read on light and on dark
//! backgrounds, and never a colour alone: what it says can be read from the text as well.

use super::Role;
use super::Style;

/// The role of a piece of text, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// The value of a node, and its symbol aᵢ.
    Primal,
    /// A tangent.
    Tangent,
    /// An adjoint.
    Adjoint,
    /// A heading.
    Heading,
    /// A word of the language.
    Keyword,
    /// The name of a function.
    Function,
    /// A text in quotes.
    Text,
    /// Comments and hints.
    Aside,
    /// The bracket that belongs to the one at the cursor.
    Partner,
    /// A mistake.
    Wrong,
    /// A curve of a plot, by its number.
    Curve(usize),
}

/// The codes of curves; after the last one they begin again.
const CURVES: [&str; 6] = ["36", "33", "35", "32", "31", "34"];

impl Paint {
    /// The parameters of its escape code.
    fn code(self) -> &'static str {
        match self {
            Paint::Primal => "34",
            Paint::Tangent => "32",
            Paint::Adjoint => "35",
            Paint::Heading => "1",
            Paint::Keyword => "35",
            Paint::Function => "34",
            Paint::Text => "32",
            Paint::Aside => "2",
            Paint::Partner => "1;7",
            Paint::Wrong => "31;4",
            Paint::Curve(number) => CURVES[number % CURVES.len()],
        }
    }

    /// `text` in this colour, if `style` has colours.
    pub fn on(self, text: &str, style: &Style) -> String {
        if style.colour && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", self.code())
        } else {
            text.to_string()
        }
    }
}

impl From<Role> for Paint {
    fn from(role: Role) -> Paint {
        match role {
            Role::Primal => Paint::Primal,
            Role::Tangent => Paint::Tangent,
            Role::Adjoint => Paint::Adjoint,
        }
    }
}

/// The columns that `text` takes; escape codes take none.
pub fn width(text: &str) -> usize {
    use unicode_width::UnicodeWidthStr;
    if !text.contains('\u{1b}') {
        return text.width();
    }
    pieces(text)
        .filter(|piece| !piece.starts_with('\u{1b}'))
        .map(UnicodeWidthStr::width)
        .sum()
}

/// `text` cut to `width` columns; `dots` stand for what is missing.
pub fn cut(text: &str, most: usize, dots: &str) -> String {
    use unicode_width::UnicodeWidthChar;
    if width(text) <= most {
        return text.to_string();
    }
    let room = most.saturating_sub(width(dots));
    let mut kept = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        if piece.starts_with('\u{1b}') {
            kept.push_str(piece);
            continue;
        }
        for c in piece.chars() {
            used += c.width().unwrap_or(0);
            if used <= room {
                kept.push(c);
            }
        }
    }
    kept.push_str(dots);
    kept
}

/// `text` without escape codes.
pub fn plain(text: &str) -> String {
    pieces(text)
        .filter(|piece| !piece.starts_with('\u{1b}'))
        .collect()
}

/// Escape codes and what stands between them, in order.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if rest.starts_with('\u{1b}') {
            rest.find('m').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find('\u{1b}').unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_and_marks_take_no_room() {
        let style = Style {
            colour: true,
            ..Style::default()
        };
        let painted = Paint::Adjoint.on("a\u{304}₁", &style);
        assert_eq!(painted, "\u{1b}[35ma\u{304}₁\u{1b}[0m");
        assert_eq!(width(&painted), 2);
        assert_eq!(width("ā₁ = ȧ₁"), 7);
        assert_eq!(cut(&painted, 2, "…"), painted);
        assert_eq!(cut("a₁ + a₂", 5, "…"), "a₁ +…");
        assert_eq!(cut(&painted, 1, "…"), "\u{1b}[35m\u{1b}[0m…");
        assert_eq!(Paint::Adjoint.on("x", &Style::default()), "x");
    }
}
