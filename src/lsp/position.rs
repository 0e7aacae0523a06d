//! Places in a text: bytes here, lines and UTF-16 units in an editor.

use crate::source::Span;
use serde_json::{Value, json};
use std::ops::Range;

/// Where the lines of a text begin.
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// The lines of `text`.
    pub fn new(text: &str) -> Lines {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            starts: [0].into_iter().chain(ends).collect(),
        }
    }

    /// The byte of a position; a position beyond a line is its end, one beyond the text the end of that.
    pub fn byte(&self, text: &str, position: &Value) -> usize {
        let number = |key: &str| position[key].as_u64().unwrap_or(0) as usize;
        let line = number("line");
        let Some(start) = self.starts.get(line).copied() else {
            return text.len();
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let content = text[start..end].trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in content.char_indices() {
            if units >= number("character") {
                return start + at;
            }
            units += c.len_utf16();
        }
        start + content.len()
    }

    /// The line of a byte.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte) - 1
    }

    /// Line and UTF-16 units of a byte.
    pub fn units(&self, text: &str, byte: usize) -> (usize, usize) {
        let byte = byte.min(text.len());
        let line = self.line(byte);
        let before = text.get(self.starts[line]..byte).unwrap_or("");
        (line, before.encode_utf16().count())
    }

    /// The position of a byte.
    pub fn position(&self, text: &str, byte: usize) -> Value {
        let (line, character) = self.units(text, byte);
        json!({"line": line, "character": character})
    }

    /// The range between two bytes.
    pub fn range(&self, text: &str, range: Range<usize>) -> Value {
        json!({"start": self.position(text, range.start), "end": self.position(text, range.end)})
    }

    /// The range of a span.
    pub fn span(&self, text: &str, span: Span) -> Value {
        self.range(text, span.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16() {
        // ŷ here is a letter and a mark: two units, three bytes. 𝑥 is one letter, two units, four bytes.
        let text = "a = 1\ny\u{302} + 𝑥 + b\r\n";
        let lines = Lines::new(text);
        for (at, _) in text
            .char_indices()
            .filter(|(_, c)| *c != '\r' && *c != '\n')
        {
            let position = lines.position(text, at);
            assert_eq!(lines.byte(text, &position), at);
        }
        let b = text.find('b').expect("there");
        assert_eq!(lines.units(text, b), (1, 10));
        assert_eq!(
            lines.byte(text, &json!({"line": 1, "character": 99})),
            b + 1
        );
        assert_eq!(
            lines.byte(text, &json!({"line": 9, "character": 0})),
            text.len()
        );
    }
}
