//! Diagnostics as text for people: the lines concerned, with labels, drawn by ariadne.
//!
//! Ariadne gets an excerpt of the source, so that a diagnostic costs what it shows,
//! whatever the size of the source.

mod excerpt;

use super::{Style, number, wrap};
use crate::diagnostic::{Diagnostic, Severity, Witness};
use crate::notation::colour::{self, width};
use ariadne::{CharSet, Color, Config, Fmt, IndexType, Report, ReportKind};
use excerpt::{Excerpt, excerpts, printable};
use std::borrow::Cow;
use std::fmt;

/// Columns before the text of a help line, for a number of at most three digits.
const BEFORE_HELP: usize = 13;

/// A diagnostic as text, with the end of its last line.
pub fn text(diagnostic: &Diagnostic, style: &Style) -> String {
    let values = values(diagnostic.evidence(), style);
    let diagnostic = match values.is_empty() {
        true => Cow::Borrowed(diagnostic),
        false => Cow::Owned(diagnostic.clone().help(values)),
    };
    if style.ascii {
        return drawn(&super::ascii::diagnostic(&diagnostic), style);
    }
    drawn(&diagnostic, style)
}

/// Values in the digits of the style; in all of them where two would look the same.
fn values(witnesses: &[Witness], style: &Style) -> String {
    let written = |digits: usize| -> Vec<String> {
        let all = witnesses.iter();
        all.map(|one| number::inline(&one.value, digits)).collect()
    };
    let few = written(style.digits);
    let alike = |k: usize| few[..k].contains(&few[k]);
    let values = match (0..few.len()).any(alike) {
        true => written(17),
        false => few,
    };
    let each = witnesses.iter().zip(values);
    // A number written as such is not repeated.
    let each = each.filter(|(one, _)| number::inline(&one.value, 17) != one.text);
    let each = each.map(|(one, value)| format!("`{}` is {value}", one.text));
    each.collect::<Vec<_>>().join(", ")
}

fn drawn(diagnostic: &Diagnostic, style: &Style) -> String {
    if is_one_line(diagnostic) {
        return note(diagnostic, style);
    }
    let excerpts = excerpts(diagnostic, style);
    let mut text = headline(diagnostic, style) + "\n";
    let labels = excerpts.iter().flat_map(|excerpt| &excerpt.marks);
    let labels: Vec<String> = labels.map(|mark| printable(&mark.label.text)).collect();
    for line in report(diagnostic, &excerpts, style).lines().skip(1) {
        // Ariadne adds the line and the column in the excerpt.
        match line.split_once(PLACE_END) {
            Some((before, after)) => {
                text.push_str(before);
                text.push_str(after.trim_start_matches(|c| c != ' '));
            }
            None => text.push_str(&label_line(line.trim_end(), &labels, style)),
        }
        text.push('\n');
    }
    if let (true, Some(help)) = (excerpts.is_empty(), diagnostic.advice()) {
        text.push_str(&format!("   Help: {}\n", printable(help)));
    }
    text
}

/// True of a note that marks nothing: its message says it all.
fn is_one_line(diagnostic: &Diagnostic) -> bool {
    let marks = diagnostic.labels();
    diagnostic.severity() == Severity::Note && marks.len() == 1 && marks[0].text.is_empty()
}

/// A note is one sentence, and its place where the source has several lines.
fn note(note: &Diagnostic, style: &Style) -> String {
    let location = note.location();
    let source = &location.source;
    let place = match source.text.trim_end().contains('\n') {
        true => {
            let before = &source.text[..location.span.start as usize];
            format!(" ({}:{})", source.name, before.matches('\n').count() + 1)
        }
        false => String::new(),
    };
    let word = match style.colour {
        true => format!("{}", "note:".fg(colour_of(note))),
        false => "note:".to_string(),
    };
    let mut text = format!("{word} {}", printable(note.message()));
    if let Some(help) = note.advice() {
        text.push_str("; ");
        text.push_str(&printable(help));
    }
    broken(&(text + &printable(&place)), style, 0, 0).join("\n") + "\n"
}

/// The first line: severity, class and message.
fn headline(diagnostic: &Diagnostic, style: &Style) -> String {
    let severity = diagnostic.severity().name();
    let kind = match diagnostic.severity() {
        // Nothing is wrong, so there is nothing to explain.
        Severity::Note => format!("{severity}:"),
        _ => format!("{severity}[{}]:", diagnostic.code().name()),
    };
    let message = printable(diagnostic.message());
    let line = match style.colour {
        true => format!("{} {message}", kind.fg(colour_of(diagnostic))),
        false => format!("{kind} {message}"),
    };
    broken(&line, style, 0, 0).join("\n")
}

fn colour_of(diagnostic: &Diagnostic) -> Color {
    match diagnostic.severity() {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Cyan,
    }
}

/// The end of the name of a source. It occurs nowhere else in a drawing.
const PLACE_END: char = '\u{1}';

/// A source as ariadne knows it: its number, and the name to draw, which ends with [`PLACE_END`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SourceId(usize, String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PLACE_END}", self.1)
    }
}

/// The drawing as ariadne makes it.
fn report(diagnostic: &Diagnostic, excerpts: &[Excerpt<'_>], style: &Style) -> String {
    let ids = excerpts.iter().enumerate();
    let ids: Vec<SourceId> = ids.map(|(k, one)| SourceId(k, one.place.clone())).collect();
    let main = ids.first().cloned().unwrap_or(SourceId(0, String::new()));
    let characters = match style.ascii {
        true => CharSet::Ascii,
        false => CharSet::Unicode,
    };
    let config = Config::default()
        .with_color(style.colour)
        .with_index_type(IndexType::Char)
        .with_char_set(characters);
    let mut report = Report::build(ReportKind::Error, (main, 0..0)).with_config(config);
    let mut order = 0;
    for (id, excerpt) in ids.iter().zip(excerpts) {
        for group in excerpt.marks.chunk_by(|a, b| a.group() == b.group()) {
            for mark in group {
                let colour = match mark.primary {
                    true => colour_of(diagnostic),
                    false => Color::Blue,
                };
                let span = excerpt.in_characters(&mark.span);
                let mut label = ariadne::Label::new((id.clone(), span))
                    .with_order(order)
                    .with_color(colour);
                if mark.has_text() || !excerpt.has_text_in(mark.line) {
                    label = label.with_message(printable(&mark.label.text));
                }
                report.add_label(label);
            }
            order += 1;
        }
    }
    if let Some(help) = diagnostic.advice() {
        report.set_help(broken(&printable(help), style, BEFORE_HELP, 30).join("\n"));
    }
    let texts = excerpts.iter().map(|excerpt| excerpt.text.clone());
    let mut drawn = Vec::new();
    // Writing into memory does not fail.
    let _ = report
        .finish()
        .write(ariadne::sources(ids.into_iter().zip(texts)), &mut drawn);
    String::from_utf8_lossy(&drawn).into_owned()
}

/// A text in lines that fit beside `taken` columns, or take `least` of them.
fn broken(text: &str, style: &Style, taken: usize, least: usize) -> Vec<String> {
    match style.width {
        Some(room) => wrap::sentence(text, room.saturating_sub(taken).max(least)),
        None => vec![text.to_string()],
    }
}

/// A drawn line that ends with the text of a label, broken between words where it is too wide. Its
/// continuation keeps the lines of the labels that are still to come.
fn label_line(line: &str, labels: &[String], style: &Style) -> String {
    let fits = style.width.is_none_or(|room| width(line) <= room);
    let ends_with = |label: &&String| !label.is_empty() && line.ends_with(label.as_str());
    let ends = labels.iter().filter(ends_with);
    let Some(label) = ends.max_by_key(|label| label.len()).filter(|_| !fits) else {
        return line.to_string();
    };
    let before = &line[..line.len() - label.len()];
    let margin: String = colour::plain(before)
        .chars()
        .map(|c| match c {
            '│' | '├' => '│',
            '|' => '|',
            _ => ' ',
        })
        .collect();
    let parts = broken(label, style, width(before), 16);
    format!("{before}{}", parts.join(&format!("\n{margin}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Location, Source, Span};
    use std::rc::Rc;

    fn plain(diagnostic: &Diagnostic) -> String {
        text(diagnostic, &Style::default())
    }

    fn at(source: &Rc<Source>, text: &str) -> Location {
        let start = source.text.find(text).unwrap();
        Location::new(source, Span::new(start, start + text.len()))
    }

    #[test]
    fn labels_break_between_words() {
        let style = Style {
            width: Some(40),
            ..Style::default()
        };
        let labels = ["a sentence of words that is too long".to_string()];
        let line = format!("   │   │  ╰─── {}", labels[0]);
        assert_eq!(
            label_line(&line, &labels, &style),
            "   │   │  ╰─── a sentence of words that\n   │   │       is too long"
        );
        assert_eq!(
            label_line("   │ ╰─ short", &labels, &style),
            "   │ ╰─ short"
        );
    }

    #[test]
    fn characters_of_several_bytes_in_a_second_source() {
        let script = Source::new("a.ad", "read(\"é.csv\")");
        let data = Source::new("é.csv", "½½½½½½,ŷ\n1,2\n");
        for cell in ["½½½½½½", "ŷ"] {
            let error = Diagnostic::error(Code::File, at(&script, "é.csv"), "wrong", "this file")
                .label(at(&data, cell), "this cell");
            assert!(plain(&error).contains("½½½½½½,ŷ"), "{}", plain(&error));
        }
    }

    #[test]
    fn labels_under_a_line() {
        let source = Source::new("a.ad", "ŷ = 3\nλ₁ + ŷ*x\n");
        let error = Diagnostic::error(Code::Shape, at(&source, "*"), "does not fit", "")
            .label(at(&source, "ŷ*"), "3×1")
            .label(at(&source, "x"), "2×1")
            .help("transpose it");
        let error_at_name = Diagnostic::error(Code::Name, at(&source, "λ₁"), "unknown", "no value");
        let drawn = "\
error[shape]: does not fit
   ╭─[ a.ad:2:7 ]
   │
 2 │ λ₁ + ŷ*x
   │      ─┬┬
   │       ╰─── 3×1
   │        │
   │        ╰── 2×1
   │
   │ Help: transpose it
───╯
";
        assert_eq!(plain(&error), drawn);
        let drawn = "\
error[name]: unknown
   ,-[ a.ad:2:1 ]
   |
 2 | lambda_1 + y_hat*x
   | ^^^^|^^^
   |     `----- no value
---'
";
        let ascii = Style {
            ascii: true,
            ..Style::default()
        };
        assert_eq!(text(&error_at_name, &ascii), drawn);
    }

    #[test]
    fn the_end_of_a_text_is_behind_its_last_statement() {
        let source = Source::new("a.ad", "x = 1 +\n\n  \n");
        let end = Location::new(&source, Span::new(source.text.len(), source.text.len()));
        let drawn = "\
error[syntax]: unfinished
   ╭─[ a.ad:1:8 ]
   │
 1 │ x = 1 +
   │        ┬
   │        ╰── goes on
───╯
";
        assert_eq!(
            plain(&Diagnostic::error(
                Code::Syntax,
                end,
                "unfinished",
                "goes on"
            )),
            drawn
        );
    }

    #[test]
    fn several_sources() {
        let main = Source::new("main.ad", "import \"lib.ad\"\n");
        let lib = Source::new("lib.ad", "# é é é\nf(x) = x*y\n");
        let warning = Diagnostic::warning(Code::Shape, at(&lib, "x*y"), "odd", "here")
            .label(at(&main, "\"lib.ad\""), "imported here");
        let drawn = "\
warning[shape]: odd
   ╭─[ lib.ad:2:8 ]
   │
 2 │ f(x) = x*y
   │        ─┬─
   │         ╰─── here
   │
   ├─[ main.ad:1:8 ]
   │
 1 │ import \"lib.ad\"
   │        ────┬───
   │            ╰───── imported here
───╯
";
        assert_eq!(plain(&warning), drawn);
    }

    #[test]
    fn long_lines_are_cut() {
        let source = Source::new(
            "a.ad",
            format!("{}bad{}", "é + ".repeat(50_000), " + 1".repeat(50_000)),
        );
        let drawn = plain(&Diagnostic::error(
            Code::Name,
            at(&source, "bad"),
            "unknown",
            "no value",
        ));
        let longest = drawn.lines().map(|line| line.chars().count()).max();
        assert!(longest < Some(excerpt::WINDOW + 10), "{drawn}");
        assert!(
            drawn.contains("[ a.ad:1:200001 ]") && drawn.contains("bad"),
            "{drawn}"
        );
    }

    #[test]
    fn ascii_only() {
        let source = Source::new("a.ad", "x + ".repeat(100) + "y");
        let error = Diagnostic::error(Code::Shape, at(&source, "y"), "3×1 → 1×3", "“y”")
            .help("write `y − x` …");
        let drawn = text(
            &error,
            &Style {
                ascii: true,
                ..Style::default()
            },
        );
        assert!(drawn.is_ascii(), "{drawn}");
        assert!(drawn.starts_with("error[shape]: 3x1 -> 1x3\n"), "{drawn}");
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let source = Source::new("a\u{1b}[2J.ad", "x = 1 \u{1b}[31m \u{202e}y\u{7}\n");
        let error = Diagnostic::error(Code::Syntax, at(&source, "y"), "odd \u{1b}]0;", "\u{9b}31m")
            .help("\u{1b}[0m");
        let drawn = plain(&error);
        assert!(
            drawn.chars().all(|c| c == '\n' || !c.is_control()),
            "{drawn:?}"
        );
        assert!(!drawn.contains('\u{202e}'));
    }

    #[test]
    fn a_source_without_text_is_not_drawn() {
        let source = Source::new("none.ad", "");
        let location = Location::new(&source, Span::default());
        let error =
            Diagnostic::error(Code::File, location, "there is no file", "this").help("look");
        assert_eq!(
            plain(&error),
            "error[file]: there is no file\n   Help: look\n"
        );
    }

    #[test]
    fn every_span_of_every_text_can_be_drawn() {
        for text in [
            "",
            "é",
            "a\r\nλ\rx̂\n\n\tb",
            "\u{feff}a\n",
            "\n\n",
            "𝐱 = [\n1, 2;\n3]",
        ] {
            let source = Source::new("a.ad", text);
            let at = |start, end| Location::new(&source, Span::new(start, end));
            for start in 0..text.len() + 3 {
                for end in 0..text.len() + 3 {
                    let error = Diagnostic::error(Code::Syntax, at(start, end), "one", "first")
                        .label(at(end, start), "second")
                        .label(at(0, end), "");
                    assert!(!plain(&error).is_empty());
                }
            }
        }
    }
}
