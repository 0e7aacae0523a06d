//! Sentences in lines that fit the terminal, broken between words.

use super::Style;
use crate::notation::colour::width;

/// `text` with the lines that are too wide for `style` broken between words. A continuation is
/// indented like the column that it stands in: a line may be a list entry, its text two blanks or
/// more behind its name.
pub fn lines(text: &str, style: &Style) -> String {
    let Some(room) = style.width else {
        return text.to_string();
    };
    let mut wrapped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (content, end) = match line.strip_suffix('\n') {
            Some(content) => (content, "\n"),
            None => (line, ""),
        };
        if width(content) <= room || is_drawn(content) {
            wrapped.push_str(content);
        } else {
            wrapped.push_str(&broken(content, room));
        }
        wrapped.push_str(end);
    }
    wrapped
}

/// A sentence that starts in column `indent`, in lines that end before column `room`.
pub fn sentence(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The line is part of a drawing, which breaking would spoil.
fn is_drawn(line: &str) -> bool {
    line.contains(|c| {
        ('\u{2500}'..='\u{259f}').contains(&c) || ('\u{2800}'..='\u{28ff}').contains(&c)
    }) || line.trim_start().starts_with('|')
}

fn broken(line: &str, room: usize) -> String {
    let start = line.len() - line.trim_start().len();
    let gap = line[start..].rfind("  ").map(|at| start + at + 2);
    let column = gap.map_or(start, |gap| {
        width(&line[..gap]) + (line[gap..].len() - line[gap..].trim_start().len())
    });
    let (head, column) = match gap {
        // A text beside its name needs some room of its own.
        Some(gap) if column + 20 <= room => (line[..gap].to_string(), column),
        _ => (" ".repeat(start), start),
    };
    let text = line[head.len()..].trim_start();
    let blanks = " ".repeat(column);
    let mut out = head;
    for (k, part) in sentence(text, room.saturating_sub(column).max(10))
        .iter()
        .enumerate()
    {
        if k > 0 {
            out.push('\n');
            out.push_str(&blanks);
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: usize) -> String {
        let style = Style {
            width: Some(width),
            ..Style::default()
        };
        lines(text, &style)
    }

    #[test]
    fn words_stay_whole_and_columns_stay_columns() {
        assert_eq!(shown("one two three\n", 9), "one two\nthree\n");
        assert_eq!(
            shown("  :load, :l   run a script here; its names stay\n", 36),
            "  :load, :l   run a script here; its\n              names stay\n"
        );
        assert_eq!(
            shown("    a long sentence here", 14),
            "    a long\n    sentence\n    here"
        );
        assert_eq!(shown("unbreakable", 5), "unbreakable");
        let drawn = "   │ Help: a sentence that is far too long\n";
        assert_eq!(shown(drawn, 12), drawn);
        assert_eq!(lines("one two", &Style::default()), "one two");
    }
}
