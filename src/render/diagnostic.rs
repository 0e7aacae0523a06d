//! Diagnostics as text for people: the lines concerned, with labels, drawn by ariadne.
//!
//! Ariadne gets an excerpt instead of the source: lines without a label are emptied, long lines
//! are cut to a window, and characters that would garble a terminal are replaced. So a diagnostic
//! costs what it shows, whatever the size of the source.

use super::{Style, wrap};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::notation::colour::{self, width};
use crate::source::Source;
use ariadne::{CharSet, Color, Config, Fmt, IndexType, Report, ReportKind};
use std::ops::Range;
use std::rc::Rc;

/// Lines with more bytes than this are cut.
const LONGEST_LINE: usize = 200;
/// How much of a cut line stands before its first label.
const BEFORE_LABEL: usize = 40;
/// How many bytes of a cut line are shown.
const WINDOW: usize = 140;
/// What ariadne shows as the name of a source; replaced afterwards, because ariadne counts columns
/// in the excerpt. Cannot occur anywhere else in what it draws.
const HEADER_MARK: &str = "\u{1}";

/// A diagnostic as text, with the end of its last line.
pub fn text(diagnostic: &Diagnostic, style: &Style) -> String {
    if style.ascii {
        return draw(&super::ascii::diagnostic(diagnostic), style);
    }
    draw(diagnostic, style)
}

fn draw(diagnostic: &Diagnostic, style: &Style) -> String {
    let excerpts = excerpts(diagnostic, style);
    let mut report = Report::build(ReportKind::Error, (0, 0..0)).with_config(config(style));
    let mut order = 0;
    for (k, excerpt) in excerpts.iter().enumerate() {
        for group in excerpt.marks.chunk_by(|a, b| a.group() == b.group()) {
            for mark in group {
                let colour = if mark.primary {
                    colour(diagnostic)
                } else {
                    Color::Blue
                };
                let mut label = ariadne::Label::new((k, in_characters(&excerpt.text, &mark.span)))
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
        report.set_help(fitted(&printable(help), style));
    }
    let mut drawn = Vec::new();
    let sources = Sources(
        excerpts
            .iter()
            .map(|excerpt| excerpt.text.clone().into())
            .collect(),
    );
    // Writing into memory does not fail.
    let _ = report.finish().write(sources, &mut drawn);
    finish(
        &String::from_utf8_lossy(&drawn),
        diagnostic,
        &excerpts,
        style,
    )
}

/// A range of bytes of `text`, counted in characters. Asked to count in bytes, ariadne takes the
/// first label of a second source for characters all the same, and slices one in two.
fn in_characters(text: &str, bytes: &Range<usize>) -> Range<usize> {
    let start = text[..bytes.start].chars().count();
    start..start + text[bytes.clone()].chars().count()
}

/// Columns before the text of a help line, for a number of at most three digits.
const BEFORE_HELP: usize = 13;

/// A help text in lines that fit the terminal; ariadne indents them.
fn fitted(help: &str, style: &Style) -> String {
    match style.width {
        Some(room) => wrap::sentence(help, room.saturating_sub(BEFORE_HELP).max(30)).join("\n"),
        None => help.to_string(),
    }
}

fn colour(diagnostic: &Diagnostic) -> Color {
    match diagnostic.severity() {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn config(style: &Style) -> Config {
    Config::default()
        .with_color(style.colour)
        .with_index_type(IndexType::Char)
        .with_char_set(if style.ascii {
            CharSet::Ascii
        } else {
            CharSet::Unicode
        })
}

/// A drawn line that ends with the text of a label, broken between words where it is too wide. What
/// goes on below keeps the lines of the labels that are still to come.
fn label_line(line: &str, labels: &[String], style: &Style) -> String {
    let room = style.width.unwrap_or(usize::MAX);
    if width(line) <= room {
        return line.to_string();
    }
    let ends_with = |label: &&String| !label.is_empty() && line.ends_with(label.as_str());
    let Some(label) = labels
        .iter()
        .filter(ends_with)
        .max_by_key(|label| label.len())
    else {
        return line.to_string();
    };
    let before = &line[..line.len() - label.len()];
    let column = width(before);
    let margin: String = colour::plain(before)
        .chars()
        .map(|c| match c {
            '│' | '├' => '│',
            '|' => '|',
            _ => ' ',
        })
        .collect();
    let parts = wrap::sentence(label, room.saturating_sub(column).max(16));
    format!("{before}{}", parts.join(&format!("\n{margin}")))
}

/// The first line: what is wrong.
fn headline(diagnostic: &Diagnostic, style: &Style) -> String {
    let line = headline_in_one(diagnostic, style);
    match style.width {
        Some(room) => wrap::sentence(&line, room).join("\n"),
        None => line,
    }
}

fn headline_in_one(diagnostic: &Diagnostic, style: &Style) -> String {
    let kind = format!("{}[{}]:", severity(diagnostic), diagnostic.code().name());
    let message = printable(diagnostic.message());
    if style.colour {
        format!("{} {message}", kind.fg(colour(diagnostic)))
    } else {
        format!("{kind} {message}")
    }
}

/// Puts headline, names and places in, and takes trailing blanks off the lines.
fn finish(drawn: &str, diagnostic: &Diagnostic, excerpts: &[Excerpt<'_>], style: &Style) -> String {
    let mut text = headline(diagnostic, style);
    text.push('\n');
    let labels: Vec<String> = excerpts
        .iter()
        .flat_map(|excerpt| &excerpt.marks)
        .map(|mark| printable(&mark.label.text))
        .collect();
    let mut places = excerpts.iter().map(|excerpt| excerpt.place.as_str());
    for line in drawn.lines().skip(1) {
        match line.split_once(HEADER_MARK) {
            Some((before, after)) => {
                let rest = after.find(' ').map_or("", |end| &after[end..]);
                text.push_str(before);
                text.push_str(places.next().unwrap_or(""));
                text.push_str(rest);
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

/// What ariadne is shown of one source.
struct Excerpt<'d> {
    /// As many lines as the source has up to the last label.
    text: String,
    /// The labels.
    marks: Vec<Mark<'d>>,
    /// `name:line:column` of the first label as given.
    place: String,
}

impl Excerpt<'_> {
    fn has_text_in(&self, line: usize) -> bool {
        self.marks
            .iter()
            .any(|mark| mark.line == line && mark.has_text())
    }
}

/// A label in an excerpt.
struct Mark<'d> {
    span: Range<usize>,
    /// The line on which it ends.
    line: usize,
    label: &'d Label,
    primary: bool,
}

impl Mark<'_> {
    fn has_text(&self) -> bool {
        !self.label.text.is_empty()
    }

    /// What decides the order of drawing. Ariadne draws a source anew for each label that goes
    /// back, and draws underlines only with the first label of a line, if that has a text.
    fn group(&self) -> (usize, bool) {
        (self.line, !self.has_text())
    }
}

/// A label with its number in the diagnostic.
type Numbered<'d> = (usize, &'d Label);

/// One excerpt a source, the one with the primary label first. A source without text has nothing
/// to point at.
fn excerpts<'d>(diagnostic: &'d Diagnostic, style: &Style) -> Vec<Excerpt<'d>> {
    let mut sources: Vec<(&Rc<Source>, Vec<Numbered<'_>>)> = Vec::new();
    for (k, label) in diagnostic.labels().iter().enumerate() {
        let source = &label.location.source;
        match sources
            .iter_mut()
            .find(|(known, _)| Rc::ptr_eq(known, source))
        {
            Some((_, labels)) => labels.push((k, label)),
            None => sources.push((source, vec![(k, label)])),
        }
    }
    let shown = sources
        .into_iter()
        .filter(|(source, _)| !source.text.trim().is_empty());
    shown
        .map(|(source, labels)| excerpt(source, &labels, style))
        .collect()
}

fn excerpt<'d>(source: &Source, labels: &[Numbered<'d>], style: &Style) -> Excerpt<'d> {
    let spans: Vec<Range<usize>> = labels
        .iter()
        .map(|(_, label)| visible_span(&source.text, label.location.span.range()))
        .collect();
    let lines = Lines::new(&source.text, &spans, style);
    let (line, column) = lines.place(&source.text, spans[0].start);
    let mark = |(span, (k, label)): (&Range<usize>, &Numbered<'d>)| Mark {
        span: lines.map(span),
        line: lines.line_at(last_byte(span)),
        label,
        primary: *k == 0,
    };
    let mut marks: Vec<Mark<'_>> = spans.iter().zip(labels).map(mark).collect();
    marks.sort_by_key(Mark::group);
    let name = printable(&source.name);
    Excerpt {
        text: lines.text,
        marks,
        place: format!("{name}:{line}:{column}"),
    }
}

/// The span on character boundaries inside the text. An empty one covers the character it stands
/// before; at the end of a line, or behind the last statement, the place right after the text.
fn visible_span(text: &str, span: Range<usize>) -> Range<usize> {
    let start = floor_boundary(text, span.start);
    let mut end = span.end.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    if start < end {
        return start..end;
    }
    let kept = text[..start].trim_end();
    let rest = &text[start..];
    if rest.trim().is_empty() {
        return kept.len()..kept.len();
    }
    let next = rest.chars().next().filter(|c| !matches!(c, '\n' | '\r'));
    start..start + next.map_or(0, char::len_utf8)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One line of an excerpt.
struct Line {
    /// Where it starts in the source.
    start: usize,
    /// The part of the source that is shown.
    window: Range<usize>,
    /// Where that part starts in the excerpt.
    shown: usize,
}

/// The lines of a source up to the last label.
struct Lines {
    text: String,
    lines: Vec<Line>,
    /// What stands for the parts that are left out.
    cut: &'static str,
}

impl Lines {
    fn new(text: &str, spans: &[Range<usize>], style: &Style) -> Lines {
        let last = spans.iter().map(|span| span.end).max().unwrap_or(0);
        let mut lines = Lines {
            text: String::new(),
            lines: Vec::new(),
            cut: if style.ascii { "..." } else { "…" },
        };
        let mut start = 0;
        while start <= last {
            let (end, next) = line_end(text, start);
            lines.push(text, start..end, spans);
            if next > text.len() {
                break;
            }
            start = next;
        }
        lines
    }

    fn push(&mut self, text: &str, line: Range<usize>, spans: &[Range<usize>]) {
        let touches = |at: usize| line.start <= at && at <= line.end;
        let ends = spans.iter().flat_map(|span| [span.start, last_byte(span)]);
        let mut places = ends.filter(|at| touches(*at));
        let window = match places.next() {
            None => line.start..line.start,
            Some(_) if line.len() <= LONGEST_LINE => line.clone(),
            // Around the label given first, and as many others as fit.
            Some(first) => {
                let near = |at: &usize| at + WINDOW / 2 > first;
                let first = places.filter(near).fold(first, usize::min);
                let start =
                    floor_boundary(text, first.saturating_sub(BEFORE_LABEL).max(line.start));
                start..floor_boundary(text, (start + WINDOW).min(line.end))
            }
        };
        if window.start > line.start {
            self.text.push_str(self.cut);
        }
        let shown = self.text.len();
        self.text.push_str(&printable(&text[window.clone()]));
        if window.end < line.end && !window.is_empty() {
            self.text.push_str(self.cut);
        }
        // A label at the end of the line needs something to stand under.
        self.text.push_str(" \n");
        self.lines.push(Line {
            start: line.start,
            window,
            shown,
        });
    }

    /// The line of the source with the byte `at`, from 0.
    fn line_at(&self, at: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= at)
            .saturating_sub(1)
    }

    /// Line and column of a byte of the source, from 1; columns count characters.
    fn place(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.line_at(at);
        let start = self.lines.get(line).map_or(0, |line| line.start);
        let before = text[start..at].trim_start_matches('\u{feff}');
        (line + 1, before.chars().count() + 1)
    }

    /// A span of the source in the excerpt, never empty.
    fn map(&self, span: &Range<usize>) -> Range<usize> {
        let at = |at: usize| {
            let line = &self.lines[self.line_at(at)];
            // Outside the window the place is the mark of the cut.
            line.shown + (at.clamp(line.window.start, line.window.end) - line.window.start)
        };
        let start = at(span.start);
        let next = |at: usize| at + self.text[at..].chars().next().map_or(0, char::len_utf8);
        let end = if span.is_empty() {
            start
        } else {
            next(floor_boundary(&self.text, at(last_byte(span))))
        };
        start..end.max(next(start))
    }
}

/// The last byte of a span.
fn last_byte(span: &Range<usize>) -> usize {
    span.end.saturating_sub(1).max(span.start)
}

/// Where the line that starts at `start` ends, and where the next one starts; beyond the text if
/// there is none.
fn line_end(text: &str, start: usize) -> (usize, usize) {
    let rest = &text[start..];
    match rest.find(['\n', '\r']) {
        None => (text.len(), text.len() + 1),
        Some(length) => {
            let end = start + length;
            let width = if rest[length..].starts_with("\r\n") {
                2
            } else {
                1
            };
            (end, end + width)
        }
    }
}

/// The text with characters replaced that a terminal would act upon or hide, each by one of the
/// same length, so that offsets stay.
fn printable(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let replace = |c: char| match c {
        '\t' | '\n' => c,
        c if c.is_ascii_control() => '?',
        c if c.is_control() || c == '\u{ad}' => '¿',
        c if hidden(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(replace).collect()
}

/// The excerpts as ariadne asks for them.
struct Sources(Vec<ariadne::Source<String>>);

impl ariadne::Cache<usize> for Sources {
    type Storage = String;

    fn fetch(
        &mut self,
        id: &usize,
    ) -> std::result::Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        self.0.get(*id).ok_or("no such source")
    }

    fn display<'a>(&self, _: &'a usize) -> Option<impl std::fmt::Display + 'a> {
        Some(HEADER_MARK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Location, Span};

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
        assert!(longest < Some(WINDOW + 10), "{drawn}");
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
