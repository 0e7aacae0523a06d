//! Events as HTML. A page stands for itself: style and script are in it, nothing is fetched, and without
//! the script it is a plain document. All that a user wrote passes through `escaped`, in a graph through
//! its twin for XML.

mod cell;

use super::derive::StepText;
use super::graph::embedded;
use super::picture::ARROW;
use super::{Style, compare, derive, diagnostic, plot, structure, values};
use crate::diagnostic::{Diagnostic, counted};
use crate::event::{Event, Item};
use crate::findings;
use crate::graph::Tensor;
use crate::plot::{Picture, Plot};
use crate::source::Source;
use crate::structure::Structure;
use crate::symbolic::Derivation;
use crate::trace::{Drawing, Kink, Nonfinite, Trace};
use crate::view;
use cell::{escaped, matrix, prose, table, value};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The drawing that holds the arrow heads of all graphs of a page.
const MARKS: &str =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\">";

/// Nothing is fetched, whatever stands in the page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A page that grows by one result after the other, so that what was shown before an error stays.
#[derive(Debug, Default)]
pub struct Page {
    begun: bool,
    /// The script that the present article is about, by name.
    article: Option<String>,
}

impl Page {
    /// The text before the next result, which is one of `script`.
    pub fn before(&mut self, script: Option<&Source>) -> String {
        let name = script.map_or("wengert", |script| &script.name);
        let mut text = String::new();
        if !self.begun {
            text = format!(
                "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body class=\"wengert\">\n{MARKS}{ARROW}</svg>\n",
                escaped(name)
            );
            self.begun = true;
        }
        if self.article.as_deref() != Some(name) {
            text.push_str(self.article.as_ref().map_or("", |_| "</div>\n</article>\n"));
            text.push_str(&article(name, script));
            self.article = Some(name.into());
        }
        text
    }

    /// The text behind the last result.
    pub fn end(&mut self) -> String {
        let begun = if self.article.is_none() {
            self.before(None)
        } else {
            String::new()
        };
        *self = Page::default();
        format!("{begun}</div>\n</article>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
    }
}

/// The beginning of an article about a script, with its source. The title is the name of the file alone: its folder
/// is of the machine that it was made on.
fn article(name: &str, script: Option<&Source>) -> String {
    let (class, source) = match script.filter(|script| !script.text.trim().is_empty()) {
        Some(script) => (" class=\"sourced\"", source(script)),
        None => ("", String::new()),
    };
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    format!(
        "<article{class}>\n<h1>{}</h1>\n{source}<div class=\"results\">\n",
        escaped(name)
    )
}

fn source(script: &Source) -> String {
    let text = escaped(&script.text);
    // A line end right behind the tag would not count.
    format!(
        "<aside class=\"source\" aria-label=\"Source\">\n<pre tabindex=\"0\">\n{text}</pre>\n</aside>\n"
    )
}

/// Some results as a page of their own.
pub fn page(events: &[Event], style: &Style) -> String {
    let script = events.iter().find_map(written_in);
    let mut page = Page::default();
    let mut text = page.before(script);
    text.extend(events.iter().map(|one| event(one, script, style)));
    text + &page.end()
}

/// A result with its style and its script, to be put into another page.
pub fn fragment(shown: &Event, style: &Style) -> String {
    let script = written_in(shown);
    alone(script, &event(shown, script, style))
}

/// A trace as such a fragment, beside its source.
pub fn trace(trace: &Trace, style: &Style) -> String {
    let script = source_of(trace);
    alone(script, &traced(trace, script, style))
}

fn alone(script: Option<&Source>, result: &str) -> String {
    let source = script.map(source).unwrap_or_default();
    format!(
        "<div class=\"wengert\">\n<style>\n{STYLE}</style>\n{MARKS}{ARROW}</svg>\n<article>\n{source}{result}</article>\n<script>\n{{\n{SCRIPT}}}\n</script>\n</div>\n"
    )
}

/// The source that a trace or a graph points into.
fn written_in(event: &Event) -> Option<&Source> {
    match event {
        Event::Trace(trace) => source_of(trace),
        Event::Graph(drawing) => source_of(&drawing.trace),
        _ => None,
    }
}

fn source_of(trace: &Trace) -> Option<&Source> {
    let mut origins = trace.lines.iter().filter_map(|line| line.origin.as_ref());
    origins.next().map(|origin| &*origin.location.source)
}

fn traced(trace: &Trace, script: Option<&Source>, style: &Style) -> String {
    let drawing = Drawing::of(trace.clone());
    section("trace", &figure(trace, &drawing, script, style))
}

/// An event as a section. Warnings are diagnostics, not results: empty.
pub fn event(event: &Event, script: Option<&Source>, style: &Style) -> String {
    let remarks = |found: &Option<Box<Nonfinite>>, kinks: &[Kink]| {
        let found = found
            .as_ref()
            .map(|found| findings::nonfinite(found, false, style));
        let kinks = kinks.iter().map(|kink| findings::kink(kink, false, style));
        let lines = found.into_iter().chain(kinks);
        lines.map(|text| prose(&text)).collect::<String>()
    };
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
            kinks,
        } => {
            let shown = named(text, value, style) + &remarks(nonfinite, kinks);
            section("value", &shown)
        }
        Event::Stored(found) => preformatted(&super::structure::stored(found, style)),
        Event::Print {
            items,
            nonfinite,
            kinks,
        } => section("print", &(print(items, style) + &remarks(nonfinite, kinks))),
        Event::Trace(trace) => traced(trace, script, style),
        Event::Graph(drawing) => section("graph", &figure(&drawing.trace, drawing, script, style)),
        Event::Sparsity(found) => section("sparsity", &pattern(found, style)),
        Event::Plot(plot) => section("plot", &picture(plot)),
        Event::Derive(derivation) => {
            steps(derivation, style) + &preformatted(&derive::answer(derivation, style))
        }
        Event::Compare(comparison) => {
            let head = named(&comparison.output, &comparison.value, style);
            let tables = [view::derivatives(comparison), view::costs(comparison)];
            let tables = tables.iter().filter(|one| !one.columns.is_empty());
            let tables: String = tables.map(|one| table(one, None, style)).collect();
            section(
                "compare",
                &(head + &tables + &prose(&compare::remarks(comparison, style))),
            )
        }
        Event::Check(verdict) => section("check", &prose(&compare::verdict(verdict, style))),
        Event::Against(against) => {
            section("check", &prose(&super::claims::against(against, style)))
        }
        Event::Prove(proof) => section("prove", &prose(&super::claims::proof(proof, style))),
        Event::Rewriting(found) => preformatted(&super::rewriting::rewriting(found)),
        Event::Series(found) => preformatted(&super::rewriting::series(found, style)),
        Event::Warning(_) => String::new(),
    }
}

/// A diagnostic as a section.
pub fn diagnostic(found: &Diagnostic, style: &Style) -> String {
    let class = format!("diagnostic {}", found.severity().name());
    let text = escaped(&diagnostic::text(found, style));
    section(&class, &format!("<pre tabindex=\"0\">{text}</pre>\n"))
}

/// A formula that can be copied.
fn preformatted(text: &str) -> String {
    let text = escaped(text);
    section("formula", &format!("<pre tabindex=\"0\">{text}</pre>\n"))
}

/// The lines of a derivation, which can be folded, and shown one by one.
fn steps(derivation: &Derivation, style: &Style) -> String {
    let lines = derive::step_texts(derivation, style);
    if lines.is_empty() {
        return String::new();
    }
    let row = |line: &StepText| {
        let [head, formula, rule] = [&line.head, &line.formula, &line.rule].map(|one| escaped(one));
        format!(
            "<tr><td><code>{head}</code></td><td><code>= {formula}</code></td><td>{rule}</td></tr>\n"
        )
    };
    let rows: String = lines.iter().map(row).collect();
    let count = counted(lines.len(), "step");
    let rows = format!("<div class=\"wide\"><table>\n{rows}</table></div>\n");
    let folded = format!("<details open><summary>{count}</summary>\n{rows}</details>\n");
    section("steps", &folded)
}

fn section(class: &str, content: &str) -> String {
    format!("<section class=\"{class}\">\n{content}</section>\n")
}

fn named(text: &str, known: &Tensor, style: &Style) -> String {
    let text = escaped(&values::shortened(text, style));
    match values::one_line(known, style) {
        Some(line) => format!("<p><code>{text}</code> = {}</p>\n", escaped(&line)),
        None => format!(
            "<p><code>{text}</code> = {}</p>\n{}",
            known.shape(),
            matrix(known, style)
        ),
    }
}

fn print(items: &[Item], style: &Style) -> String {
    let one = |item: &Item| match item {
        Item::Text(text) => format!("<span>{}</span>", escaped(text)),
        Item::Value(known) => value(known, style),
    };
    let items: Vec<String> = items.iter().map(one).collect();
    format!("<div>{}</div>\n", items.join(" "))
}

/// A table of nodes with its graph beside it; a large graph without what has no name.
fn figure(trace: &Trace, drawing: &Drawing, script: Option<&Source>, style: &Style) -> String {
    let graph = if drawing.shown.len() <= Drawing::LARGEST {
        embedded(drawing)
    } else if drawing.principal().len() <= Drawing::LARGEST {
        embedded(&drawing.folded())
    } else {
        String::new()
    };
    let rows = table(&view::trace(trace), script, style);
    format!("<figure class=\"trace\">\n<div>\n{rows}</div>\n{graph}</figure>\n")
}

/// A pattern as an image, and its counts.
fn pattern(found: &Structure, style: &Style) -> String {
    let shown = Structure {
        file: None,
        ..found.clone()
    };
    let text = structure::text(&shown, style);
    let head = escaped(text.lines().next().unwrap_or_default());
    let data = cell::encoded(&structure::sheet(found).svg());
    let passes = escaped(&structure::passes(found));
    format!(
        "<p>{head}</p>\n<img class=\"plot\" alt=\"{head}\" src=\"data:image/svg+xml,{data}\">\n<p>{passes}</p>\n"
    )
}

/// A plot as an image, whose inner names do not meet those of others.
fn picture(drawn: &Plot) -> String {
    let names: Vec<&str> = match &drawn.picture {
        Picture::Curves(series) => series.iter().map(|one| &*one.name).collect(),
        Picture::Map(map) => vec![&*map.name],
    };
    let names = escaped(&format!("{} over {}", names.join(", "), drawn.x.name));
    let data = cell::encoded(&plot::sheet(drawn).svg());
    format!("<img class=\"plot\" alt=\"{names}\" src=\"data:image/svg+xml,{data}\">\n")
}
