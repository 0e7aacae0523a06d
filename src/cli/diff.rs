//! Differences between two texts, for people: a few lines around each change, the expected text in
//! red, the actual one in green, the words that differ in reverse.

use crate::render::Style;
use std::borrow::Cow;

/// Lines around a change.
const AROUND: usize = 2;
/// The product of the lengths of two lists up to which their longest common part is found; of others
/// only the beginning and the end are compared.
const LARGEST: usize = 16_000_000;

/// A line that both texts have (' '), only the old one ('-') or only the new one ('+').
struct Line<'t> {
    sign: char,
    number: usize,
    /// Its words, and whether the other text does not have them.
    words: Vec<(&'t str, bool)>,
}

/// What makes two lines the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Every character.
    Exact,
    /// The cells, which two blanks or more separate. Rules between them have any length.
    Cells,
}

impl Likeness {
    /// The part of a line that counts.
    fn key(self, line: &str) -> Cow<'_, str> {
        if self == Likeness::Exact || is_drawn(line) {
            return line.into();
        }
        if let Some(content) = content_of_drawing(line) {
            return content.into();
        }
        let cells: Vec<&str> = line.trim().split("  ").map(str::trim).collect();
        let cells = cells.into_iter().filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("  ").into()
    }
}

/// True of a line in which places mean something: of a plot, a graph or an error.
fn is_drawn(line: &str) -> bool {
    line.contains(['│', '┤', '└', '├', '╭', '╰', '┬', '┴', '░', '▒', '▓', '█'])
}

/// The content of a line of a graph in a page: its text, or the name of its shape. Its place is layout.
fn content_of_drawing(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(text) = line.strip_prefix("<text ") {
        return text.split_once('>').map(|(_, text)| text);
    }
    let shapes = ["<rect ", "<path ", "<svg "];
    shapes.into_iter().find(|shape| line.starts_with(*shape))
}

/// The differences between `old` and `new`, line by line, with line numbers; `None` if there is none.
pub fn text(old: &str, new: &str, likeness: Likeness, style: &Style) -> Option<String> {
    if old == new {
        return None;
    }
    let lines = compared(old, new, likeness);
    lines
        .iter()
        .any(|line| line.sign != ' ')
        .then(|| written_out(&lines, style))
}

fn written_out(lines: &[Line<'_>], style: &Style) -> String {
    let (mut out, mut gap) = (String::new(), false);
    for (k, line) in lines.iter().enumerate() {
        let near = &lines[k.saturating_sub(AROUND)..lines.len().min(k + AROUND + 1)];
        if near.iter().all(|line| line.sign == ' ') {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push_str(if style.ascii {
                "      ...\n"
            } else {
                "      ⋮\n"
            });
        }
        out.push_str(&written(line, style));
        out.push('\n');
    }
    out
}

fn compared<'t>(old: &'t str, new: &'t str, likeness: Likeness) -> Vec<Line<'t>> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = (old.len(), new.len());
    let keys = |lines: &[&'t str]| -> Vec<Cow<'t, str>> {
        lines.iter().map(|line| likeness.key(line)).collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    for (a, b) in common(&old_keys, &new_keys).into_iter().chain([end]) {
        let (gone, come) = (split(&old[i..a]), split(&new[j..b]));
        let same = common(&gone.concat(), &come.concat());
        // Words are compared only if most of them are the same.
        let alike = 4 * same.len() >= gone.concat().len() + come.concat().len();
        let olds: Vec<usize> = same.iter().map(|pair| pair.0).collect();
        let news: Vec<usize> = same.iter().map(|pair| pair.1).collect();
        for (sign, first, side, same) in [('-', i, gone, olds), ('+', j, come, news)] {
            let mut count = 0..;
            for (k, words) in side.into_iter().enumerate() {
                let differs = |at: usize| alike && same.binary_search(&at).is_err();
                let words = words.into_iter().zip(&mut count);
                lines.push(Line {
                    sign,
                    number: first + k + 1,
                    words: words.map(|(word, at)| (word, differs(at))).collect(),
                });
            }
        }
        lines.extend(new.get(b).map(|line| Line {
            sign: ' ',
            number: b + 1,
            words: vec![(*line, false)],
        }));
        (i, j) = (a + 1, b + 1);
    }
    lines
}

/// Each line as words and what stands between them.
fn split<'t>(lines: &[&'t str]) -> Vec<Vec<&'t str>> {
    let words = |line: &&'t str| {
        let mut words = Vec::new();
        let mut rest = *line;
        while let Some(c) = rest.chars().next() {
            let other = |d: char| d.is_whitespace() != c.is_whitespace();
            let (word, after) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
            words.push(word);
            rest = after;
        }
        words
    };
    lines.iter().map(words).collect()
}

/// The indices of the longest common part of two lists, in both of them.
fn common<T: PartialEq>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let equal = |pair: &(&T, &T)| pair.0 == pair.1;
    let head = old.iter().zip(new).take_while(equal).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = tail.take_while(equal).count();
    let (n, m) = (old_rest.len() - tail, new_rest.len() - tail);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|k| (k, k)).collect();
    if n * m <= LARGEST {
        // The length of the longest common part of what follows, for every two places.
        let mut lengths = vec![0u32; (n + 1) * (m + 1)];
        for (i, j) in (0..n).rev().flat_map(|i| (0..m).rev().map(move |j| (i, j))) {
            let at = |i: usize, j: usize| lengths[i * (m + 1) + j];
            lengths[i * (m + 1) + j] = match old_rest[i] == new_rest[j] {
                true => at(i + 1, j + 1) + 1,
                false => at(i + 1, j).max(at(i, j + 1)),
            };
        }
        let (mut i, mut j) = (0, 0);
        while i < n && j < m {
            if old_rest[i] == new_rest[j] {
                pairs.push((head + i, head + j));
                (i, j) = (i + 1, j + 1);
            } else if lengths[(i + 1) * (m + 1) + j] >= lengths[i * (m + 1) + j + 1] {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
    pairs.extend((0..tail).map(|k| (head + n + k, head + m + k)));
    pairs
}

fn written(line: &Line, style: &Style) -> String {
    let mut text = format!("{:>5} {} ", line.number, line.sign);
    let mut inside = false;
    for (word, differs) in &line.words {
        if style.colour && *differs != inside {
            inside = *differs;
            text.push_str(if inside { "\u{1b}[7m" } else { "\u{1b}[27m" });
        }
        text.push_str(&visible(word, style));
    }
    if inside {
        text.push_str("\u{1b}[27m");
    }
    match line.sign {
        ' ' => text.truncate(text.trim_end().len()),
        sign if style.colour => {
            let colour = if sign == '-' { "31" } else { "32" };
            text = format!("\u{1b}[{colour}m{text}\u{1b}[39m");
        }
        _ => {}
    }
    text
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
        let exact = |old, new, style: &Style| text(old, new, Likeness::Exact, style);
        assert_eq!(
            exact(old, new, &style).as_deref(),
            Some(
                "    2   b\n    3   c\n    4 - x = 1\n    4 + x = 2\n    5   e\n    6   f\n      ⋮\n   10   j\n   11   end\n   12 + more··\n"
            )
        );
        assert_eq!(exact(old, old, &style), None);
        let colour = Style {
            colour: true,
            ..style
        };
        let coloured = exact(old, new, &colour).expect("a difference");
        assert!(
            coloured.contains("\u{1b}[31m    4 - x = \u{1b}[7m1\u{1b}[27m\u{1b}[39m\n"),
            "{coloured}"
        );
    }
    #[test]
    fn cells_may_move_but_not_change() {
        let style = Style::default();
        let cells = |old, new| text(old, new, Likeness::Cells, &style);
        let old = "a   value\nx = 1   3\n";
        assert_eq!(cells(old, "a      value\nx = 1      3\n"), None);
        assert!(cells(old, "a   value\nx = 1   4\n").is_some());
        assert!(cells(old, "a   value\nx =  1   3\n").is_some());
        // A graph may be laid out anew, but not say anything else.
        let drawn = "<rect x=\"1\" fill=\"white\"/>\n<text x=\"1\" y=\"2\">ā₁ = 10</text>\n";
        let moved = "<rect x=\"5\" fill=\"white\"/>\n<text x=\"5\" y=\"2\">ā₁ = 10</text>\n";
        assert_eq!(cells(drawn, moved), None);
        let other = moved.replace("10", "11");
        assert!(cells(drawn, &other).is_some());
        // Only what changed is shown.
        let shown = cells(old, "a      value\nx = 1      4\n").expect("a difference");
        assert!(!shown.contains("- a"), "{shown}");
        assert!(cells("│ x\n", "│  x\n").is_some());
        assert!(text(old, "a    value\nx = 1    3\n", Likeness::Exact, &style).is_some());
    }
}
