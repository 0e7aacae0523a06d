//! Results write themselves: text for people, JSON, LaTeX, HTML and pictures.

use crate::event::{Event, FileFormat, Item, PictureFormat};
use crate::graph::Tensor;
use crate::render::{Style, graph, html, json, latex, markdown, plot, structure, terminal};
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

    /// The content of the file that a graph, a plot or a pattern is written to; `None` where it is not.
    pub fn picture(&self) -> Option<Vec<u8>> {
        let format = |file: &str| PictureFormat::of(Path::new(file));
        match self {
            Event::Graph(drawing) => Some(match format(drawing.file.as_deref()?) {
                Some(format) => graph::sheet(drawing).written(format),
                None => graph::dot(drawing).into_bytes(),
            }),
            Event::Plot(plot) => {
                let format = format(plot.file.as_deref()?).unwrap_or(PictureFormat::Svg);
                Some(plot::sheet(plot).written(format))
            }
            Event::Sparsity(found) => Some(match format(found.file.as_deref()?) {
                Some(format) => structure::sheet(found).written(format),
                None => structure::matrix_market(found).into_bytes(),
            }),
            _ => None,
        }
    }
}

impl FileFormat {
    /// The content of a file with these results. A format of numbers takes the first value.
    pub fn written(self, events: &[Event]) -> Vec<u8> {
        let value = events.iter().find_map(|event| match event {
            Event::Value { value, .. } => Some(value),
            Event::Print { items, .. } => items.iter().find_map(|item| match item {
                Item::Value(value) => Some(value),
                Item::Text(_) => None,
            }),
            _ => None,
        });
        let each = |write: fn(&Event) -> String| -> String { events.iter().map(write).collect() };
        match (self, value) {
            (FileFormat::Csv, Some(value)) => csv(value).into_bytes(),
            (FileFormat::Npy, Some(value)) => npy(value),
            (FileFormat::Csv | FileFormat::Npy, None) => Vec::new(),
            (FileFormat::Text, _) => each(Event::to_string).into_bytes(),
            (FileFormat::Json, _) => each(|event| event.to_json() + "\n").into_bytes(),
            (FileFormat::Latex, _) => latex::document(events).into_bytes(),
            (FileFormat::Markdown, _) => markdown::document(events).into_bytes(),
            (FileFormat::Html, _) => html::page(events, &Style::default()).into_bytes(),
        }
    }
}

/// The rows of a matrix, as precisely as they are known.
fn csv(value: &Tensor) -> String {
    let shape = value.shape();
    let row = |i: usize| {
        let cells: Vec<String> = (0..shape.n()).map(|j| value.at(i, j).to_string()).collect();
        cells.join(",") + "\n"
    };
    (0..shape.m()).map(row).collect()
}

/// A matrix as NumPy saves it: a header whose length makes the numbers start at a multiple of 64.
fn npy(value: &Tensor) -> Vec<u8> {
    let (m, n) = (value.shape().m(), value.shape().n());
    let mut header = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': ({m}, {n}), }}");
    let taken = 10 + header.len() + 1;
    header.push_str(&" ".repeat(taken.next_multiple_of(64) - taken));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(value.data().iter().flat_map(|x| x.to_le_bytes()));
    bytes
}

/// The text that a terminal shows, as wide as it needs to be.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&terminal::event(self, &Style::default()))
    }
}
