//! The font of pictures that hold their own letters.

use super::{Anchor, Place, Words};
use std::sync::LazyLock;
use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization;

/// DejaVu Sans, as far as formulas need it: Latin, Greek, Cyrillic, marks, indices, signs.
pub(super) const FILE: &[u8] = include_bytes!("sans.ttf");

/// The font is wider than those for which pictures are laid out.
const SHARE: f64 = 0.92;

static FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(FILE, 0).ok());

/// The font, read.
pub(super) fn face() -> Option<&'static Face<'static>> {
    FACE.as_ref()
}

/// One letter of a line that is set.
pub(super) struct Letter {
    pub glyph: GlyphId,
    pub character: char,
    /// From the place of the line, along it.
    pub from: f64,
}

/// Words with a place for each letter.
pub(super) struct Line {
    pub letters: Vec<Letter>,
    /// The size of the font.
    pub size: f64,
    /// The length of its em in the units of the font.
    pub unit: f64,
    /// The direction of the text.
    pub along: Place,
    place: Place,
}

impl Line {
    /// Sets words; `None` without a font. What the font does not have is an empty box.
    pub(super) fn set(words: &Words) -> Option<Line> {
        let face = face()?;
        let unit = f64::from(face.units_per_em());
        let size = words.size * SHARE;
        let mut at = 0.0;
        let mut letters = Vec::new();
        for character in words.text.nfc() {
            let glyph = face.glyph_index(character).unwrap_or_default();
            letters.push(Letter {
                glyph,
                character,
                from: at,
            });
            at += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / unit * size;
        }
        let back = match words.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => at / 2.0,
            Anchor::End => at,
        };
        letters.iter_mut().for_each(|letter| letter.from -= back);
        Some(Line {
            letters,
            size,
            unit,
            along: if words.upwards {
                (0.0, -1.0)
            } else {
                (1.0, 0.0)
            },
            place: words.place,
        })
    }

    /// The place of a point of a letter; `right` and `up` are in units of the font.
    pub(super) fn place(&self, letter: &Letter, right: f64, up: f64) -> Place {
        let (right, up) = (right / self.unit * self.size, up / self.unit * self.size);
        let along = letter.from + right;
        let (x, y) = self.along;
        (
            self.place.0 + along * x + up * y,
            self.place.1 + along * y - up * x,
        )
    }
}
