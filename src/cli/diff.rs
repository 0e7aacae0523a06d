//! Differences between two texts, for people: a few lines around each change, what was expected in
//! red, what came in green, the words that differ in reverse.

use crate::render::Style;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// Lines around a change.
const AROUND: usize = 2;

/// What differs between `old` and `new`, line by line, with line numbers.
pub fn text(old: &str, new: &str, style: &Style) -> String {
    let mut out = String::new();
    let diff = TextDiff::from_lines(old, new);
    for (k, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if k > 0 {
            out.push_str(if style.ascii {
                "      ...\n"
            } else {
                "      ⋮\n"
            });
        }
        for op in group {
            for change in diff.iter_inline_changes(op) {
                let (sign, colour, number) = match change.tag() {
                    ChangeTag::Delete => ('-', "31", change.old_index()),
                    ChangeTag::Insert => ('+', "32", change.new_index()),
                    ChangeTag::Equal => (' ', "", change.new_index()),
                };
                let number = number.map_or(0, |number| number + 1);
                let mut line = format!("{number:>5} {sign} ");
                for (emphasised, part) in change.iter_strings_lossy() {
                    let part = visible(&part, style);
                    if emphasised && style.colour {
                        let _ = write!(line, "\u{1b}[7m{part}\u{1b}[27m");
                    } else {
                        line.push_str(&part);
                    }
                }
                if change.tag() == ChangeTag::Equal {
                    line.truncate(line.trim_end().len());
                } else if style.colour {
                    line = format!("\u{1b}[{colour}m{line}\u{1b}[39m");
                }
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    out
}

/// Characters that a terminal would not show; blanks at the end of a line differ invisibly.
fn visible(part: &str, style: &Style) -> String {
    let line = part.trim_end_matches(['\n', '\r']);
    let blanks = line.len() - line.trim_end().len();
    let dot = if style.ascii { "_" } else { "·" };
    let mut text = String::from(line.trim_end());
    if part.ends_with(['\n', '\r']) {
        text.push_str(&dot.repeat(blanks));
    } else {
        text.push_str(&line[line.len() - blanks..]);
    }
    if part.contains('\r') {
        text.push_str("\\r");
    }
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_stand_below_each_other() {
        let old = "a\nb\nc\nx = 1\ne\nf\ng\nh\ni\nj\nend\n";
        let new = "a\nb\nc\nx = 2\ne\nf\ng\nh\ni\nj\nend\nmore  \n";
        let style = Style::default();
        assert_eq!(
            text(old, new, &style),
            "    2   b\n    3   c\n    4 - x = 1\n    4 + x = 2\n    5   e\n    6   f\n      ⋮\n   10   j\n   11   end\n   12 + more··\n"
        );
        assert_eq!(text(old, old, &style), "");
        let colour = Style {
            colour: true,
            ..style
        };
        let coloured = text(old, new, &colour);
        assert!(
            coloured.contains("\u{1b}[31m    4 - x = \u{1b}[7m1\u{1b}[27m\u{1b}[39m\n"),
            "{coloured}"
        );
    }
}
