//! A cell: its text runs, and what it shows is told in every form that a notebook can take.

use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::notation::Style;
use crate::render::{diagnostic, graph, html, latex, plot, structure, terminal};
use crate::session::Session;
use crate::source::Source;
use crate::syntax::ast::{Show, StatementKind};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// Our own form of a result: the object of `--format json`. (Under the general `application/json`,
/// JupyterLab would show it in place of the table.)
const OBJECT: &str = "application/vnd.wengert+json";

/// A text to run.
pub struct NotebookCell {
    source: Rc<Source>,
    count: u64,
}

impl NotebookCell {
    /// The cell `name` with the text `code`, the `count`th that runs.
    pub fn new(name: &str, code: &str, count: u64) -> NotebookCell {
        NotebookCell {
            source: Source::new(name, code),
            count,
        }
    }

    /// Runs the text and tells what it shows, kind and content of one message at a time; the content of the
    /// error that ended it.
    pub fn run(&self, session: &mut Session, tell: &mut dyn FnMut(&str, Value)) -> Option<Value> {
        let stop = session.stop_token();
        stop.clear();
        let result_last = self.ends_in_a_value();
        // A value is held back until it is known whether it is the last one.
        let mut held: Option<Value> = None;
        let run = session.run_source(&self.source, &mut |event| {
            if let Some(data) = held.take() {
                tell("display_data", json!({"data": data, "metadata": {}}));
            }
            match &event {
                Event::Print { .. } => {
                    let text = terminal::event(&event, &Style::default());
                    tell("stream", json!({"name": "stdout", "text": text}));
                }
                Event::Warning(found) => {
                    let text = diagnostic::text(found, &coloured());
                    tell("stream", json!({"name": "stderr", "text": text}));
                }
                Event::Value { .. } if result_last => held = Some(data(&event)),
                _ => {
                    let content = json!({"data": data(&event), "metadata": {}});
                    tell("display_data", content);
                }
            }
        });
        stop.clear();
        if let Some(data) = held {
            let content = json!({"data": data, "metadata": {}});
            match &run {
                Ok(_) => {
                    let mut content = content;
                    content["execution_count"] = json!(self.count);
                    tell("execute_result", content);
                }
                Err(_) => tell("display_data", content),
            }
        }
        run.err().map(|error| failed(&error))
    }

    /// True if the last statement is a bare expression.
    fn ends_in_a_value(&self) -> bool {
        let Ok((script, _)) = crate::syntax::parse(&self.source) else {
            return false;
        };
        script.body.last().is_some_and(|last| {
            let kind = &script.statement(*last).kind;
            matches!(kind, StatementKind::Show(Show::Value, ..))
        })
    }
}

fn coloured() -> Style {
    Style {
        colour: true,
        ..Style::default()
    }
}

/// The content of an error message, and of the reply that reports it.
pub fn fault(name: &str, message: &str, drawn: &str) -> Value {
    let lines: Vec<&str> = drawn.lines().collect();
    json!({"status": "error", "ename": name, "evalue": message, "traceback": lines})
}

/// The same of a mistake in a text.
pub fn failed(error: &Diagnostic) -> Value {
    let drawn = diagnostic::text(error, &coloured());
    fault(error.code().name(), error.message(), &drawn)
}

/// A result by media type. A notebook takes the richest one that it knows.
fn data(event: &Event) -> Value {
    let style = Style::default();
    let mut data = Map::new();
    let mut put = |kind: &str, text: String| {
        data.insert(kind.into(), text.into());
    };
    let plain = terminal::event(event, &style);
    put("text/plain", plain.trim_end_matches('\n').into());
    match event {
        Event::Plot(plot) => put("image/svg+xml", plot::sheet(plot).svg()),
        Event::Sparsity(found) => put("image/svg+xml", structure::sheet(found).svg()),
        Event::Graph(drawing) => {
            put("image/svg+xml", graph::sheet(drawing).svg());
            put("text/html", html::fragment(event, &style));
        }
        // A formula alone is typeset by MathJax; as HTML it would be code.
        _ => match latex::formulas(event, &style) {
            Some(formulas) => put("text/latex", formulas),
            None => put("text/html", html::fragment(event, &style)),
        },
    }
    if let Ok(object) = serde_json::from_str(&event.to_json()) {
        data.insert(OBJECT.into(), object);
    }
    Value::Object(data)
}
