//! The part of a source that a diagnostic shows.
//!
//! Lines without a label are emptied, long lines are cut to a window, and characters that would
//! garble a terminal are replaced.

use crate::diagnostic::{Diagnostic, Label};
use crate::render::Style;
use crate::source::Source;
use std::ops::Range;

/// Lines with more bytes than this are cut.
const LONGEST_LINE: usize = 200;
/// The bytes of a cut line before its first label.
const BEFORE_LABEL: usize = 40;
/// The bytes of a cut line that are shown.
pub(super) const WINDOW: usize = 140;

/// One source as it is drawn.
pub struct Excerpt<'d> {
    /// As many lines as the source has up to the last label.
    pub text: String,
    /// The labels.
    pub marks: Vec<Mark<'d>>,
    /// `name:line:column` of the first label as given.
    pub place: String,
}

impl Excerpt<'_> {
    /// A label that ends on this line has a text.
    pub fn has_text_in(&self, line: usize) -> bool {
        let mut marks = self.marks.iter();
        marks.any(|mark| mark.line == line && mark.has_text())
    }

    /// A range of bytes, counted in characters. Asked to count in bytes, ariadne takes the first
    /// label of a second source for characters all the same, and slices one in two.
    pub fn in_characters(&self, bytes: &Range<usize>) -> Range<usize> {
        let start = self.text[..bytes.start].chars().count();
        start..start + self.text[bytes.clone()].chars().count()
    }
}

/// A label in an excerpt.
pub struct Mark<'d> {
    /// Its place in the text of the excerpt.
    pub span: Range<usize>,
    /// The line on which it ends.
    pub line: usize,
    /// The label.
    pub label: &'d Label,
    /// It is the first label of the diagnostic.
    pub primary: bool,
}

impl Mark<'_> {
    /// Its label has a text.
    pub fn has_text(&self) -> bool {
        !self.label.text.is_empty()
    }

    /// The order of drawing. Ariadne draws a source anew for each label that goes back, and draws
    /// underlines only with the first label of a line, if that has a text.
    pub fn group(&self) -> (usize, bool) {
        (self.line, !self.has_text())
    }
}

/// One excerpt a source, the one with the primary label first. A source without text is left out:
/// it has no place to point at.
pub fn excerpts<'d>(diagnostic: &'d Diagnostic, style: &Style) -> Vec<Excerpt<'d>> {
    let mut sources: Vec<(&Source, Vec<&Label>)> = Vec::new();
    for label in diagnostic.labels() {
        let source = &*label.location.source;
        let mut known = sources.iter_mut();
        match known.find(|(known, _)| std::ptr::eq(*known, source)) {
            Some((_, labels)) => labels.push(label),
            None => sources.push((source, vec![label])),
        }
    }
    sources.retain(|(source, _)| !source.text.trim().is_empty());
    let primary = &diagnostic.labels()[0];
    let shown = sources.iter();
    shown
        .map(|(source, labels)| excerpt(source, labels, primary, style))
        .collect()
}

fn excerpt<'d>(
    source: &Source,
    labels: &[&'d Label],
    primary: &Label,
    style: &Style,
) -> Excerpt<'d> {
    let spans = labels.iter().map(|label| label.location.span.range());
    let spans: Vec<Range<usize>> = spans.map(|span| visible_span(&source.text, span)).collect();
    let lines = Lines::new(&source.text, &spans, style);
    let (line, column) = lines.place(&source.text, spans[0].start);
    let mark = |(span, label): (&Range<usize>, &&'d Label)| Mark {
        span: lines.map(span),
        line: lines.line_at(last_byte(span)),
        label,
        primary: std::ptr::eq(*label, primary),
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
    /// Its start in the source.
    start: usize,
    /// The part of the source that is shown.
    window: Range<usize>,
    /// The start of that part in the excerpt.
    shown: usize,
}

/// The lines of a source up to the last label.
struct Lines {
    text: String,
    lines: Vec<Line>,
    /// The sign for the parts that are left out.
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
        let end = match span.is_empty() {
            true => start,
            false => next(floor_boundary(&self.text, at(last_byte(span)))),
        };
        start..end.max(next(start))
    }
}

/// The last byte of a span.
fn last_byte(span: &Range<usize>) -> usize {
    span.end.saturating_sub(1).max(span.start)
}

/// The end of the line that starts at `start`, and the start of the next one; beyond the text if
/// there is none.
fn line_end(text: &str, start: usize) -> (usize, usize) {
    let end = text[start..].find(['\n', '\r']);
    let end = end.map_or(text.len(), |length| start + length);
    let both = text[end..].starts_with("\r\n");
    (end, end + 1 + usize::from(both))
}

/// The text with characters replaced that a terminal would act upon or hide, each by one of the
/// same length, so that offsets stay.
pub fn printable(text: &str) -> String {
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
