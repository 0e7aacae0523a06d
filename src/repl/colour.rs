//! Colours while typing.

use crate::notation::colour::Paint;
use crate::render::Style;
use crate::syntax::highlight::{self, Class};

/// The bytes of the longest text that is coloured: a longer one was pasted.
const LONGEST: usize = 20_000;

/// `line` with colours. With a cursor, the partner of the bracket at the cursor is highlighted.
pub fn line(line: &str, cursor: Option<usize>, style: &Style) -> Option<String> {
    if !style.colour || line.len() > LONGEST {
        return None;
    }
    if line.trim_start().starts_with(':') {
        return Some(command(line, style));
    }
    let partner = cursor.and_then(|at| partner(line, at));
    let mut text = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (range, class) in highlight::classes(line) {
        text.push_str(&line[at..range.start]);
        let part = &line[range.clone()];
        match paint(class) {
            _ if partner == Some(range.start) => text.push_str(&Paint::Partner.on(part, style)),
            Some(paint) => text.push_str(&paint.on(part, style)),
            None => text.push_str(part),
        }
        at = range.end;
    }
    text.push_str(&line[at..]);
    Some(text)
}

fn paint(class: Class) -> Option<Paint> {
    match class {
        Class::Keyword => Some(Paint::Keyword),
        Class::Function => Some(Paint::Function),
        Class::Text => Some(Paint::Text),
        Class::Comment => Some(Paint::Aside),
        Class::Error => Some(Paint::Wrong),
        Class::Name | Class::Number | Class::Bracket => None,
    }
}

/// The name of a command as a word of the language.
fn command(line: &str, style: &Style) -> String {
    let start = line.len() - line.trim_start().len();
    let end = line[start..]
        .find(char::is_whitespace)
        .map_or(line.len(), |length| start + length);
    let name = Paint::Keyword.on(&line[start..end], style);
    format!("{}{name}{}", &line[..start], &line[end..])
}

/// The partner of the bracket under the cursor, or right before it.
fn partner(line: &str, cursor: usize) -> Option<usize> {
    let before = line[..cursor].chars().next_back().map(char::len_utf8);
    highlight::partner(line, cursor).or_else(|| highlight::partner(line, cursor - before?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_functions_and_partners() {
        let style = Style {
            colour: true,
            ..Style::default()
        };
        let shown = |text: &str, cursor| line(text, cursor, &style).expect("coloured");
        assert_eq!(
            shown("trace f(x)", None),
            "\u{1b}[35mtrace\u{1b}[0m \u{1b}[34mf\u{1b}[0m(x)"
        );
        assert_eq!(shown("(x)", Some(3)), "\u{1b}[1;7m(\u{1b}[0mx)");
        assert_eq!(shown("(x)", Some(0)), "(x\u{1b}[1;7m)\u{1b}[0m");
        assert_eq!(shown(" :help x", None), " \u{1b}[35m:help\u{1b}[0m x");
        assert!(line("x", None, &Style::default()).is_none());
    }

    #[test]
    fn what_is_shown_is_what_was_typed() {
        let style = Style {
            colour: true,
            ..Style::default()
        };
        for text in [
            "ŷ = α*x² # \"",
            "print \"a",
            "\u{feff}x",
            "((((",
            "a && b\n c",
        ] {
            let coloured = line(text, Some(0), &style).expect("coloured");
            let plain: String = anstream::adapter::strip_str(&coloured).to_string();
            assert_eq!(plain, text);
        }
    }
}
