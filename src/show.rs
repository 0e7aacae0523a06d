//! Results write themselves: text for people, JSON, LaTeX, HTML and pictures.

use crate::event::Event;
use crate::render::{Style, graph, html, json, latex, plot, terminal};
use crate::trace::{Line, Trace};
use std::fmt;
use std::path::Path;

impl Trace {
    /// The nodes a₁, a₂, … in order, each with its expression, value, tangents and adjoints.
    pub fn nodes(&self) -> &[Line] {
        &self.lines
    }

    /// The object that `--format json` prints.
    pub fn to_json(&self) -> String {
        json::trace(self)
    }

    /// The fragment that `--format latex` prints.
    pub fn to_latex(&self) -> String {
        latex::trace(self, &Style::default())
    }

    /// A part of a page: the table beside its graph and its source, with their style and script.
    pub fn to_html(&self) -> String {
        html::trace(self, &Style::default())
    }
}

/// The table that a terminal shows, as wide as it needs to be.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&terminal::trace(self, &Style::default()))
    }
}

impl Event {
    /// The object that `--format json` prints.
    pub fn to_json(&self) -> String {
        json::event(self)
    }

    /// The fragment that `--format latex` prints.
    pub fn to_latex(&self) -> String {
        latex::event(self, &Style::default())
    }

    /// A part of a page, with its style and script; [`html::page`] makes a whole one.
    pub fn to_html(&self) -> String {
        html::fragment(self, &Style::default())
    }

    /// The content of the file that a graph or a plot is written to; `None` where it is not.
    pub fn picture(&self) -> Option<String> {
        match self {
            Event::Graph(drawing) => {
                let file = Path::new(drawing.file.as_deref()?);
                Some(match file.extension().is_some_and(|kind| kind == "svg") {
                    true => graph::svg(drawing),
                    false => graph::dot(drawing),
                })
            }
            Event::Plot(plot) => plot.file.as_ref().map(|_| plot::svg(plot)),
            _ => None,
        }
    }
}

/// The text that a terminal shows, as wide as it needs to be.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&terminal::event(self, &Style::default()))
    }
}
