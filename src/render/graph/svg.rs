//! Graphs as pictures.

use super::boxes::{self, Row};
use super::layout::{Layout, Link, Point, Size, lay_out};
use super::partial;
use crate::render::Style;
use crate::render::cell::{index_symbol, quotient};
use crate::trace::{Drawing, Role};
use crate::view;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// The size of the text at nodes and at edges.
const TEXT: f64 = 15.0;
const SMALL: f64 = 12.0;
/// The height of a line of text at a node.
const LINE: f64 = 20.0;
/// Between the border of a box and its text.
const PADDING: f64 = 10.0;
/// Around the picture.
const MARGIN: f64 = 16.0;

/// The head of all arrows.
pub const ARROW: &str = "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M 0 1 L 10 5 L 0 9 z\" fill=\"#777777\"/></marker></defs>\n";

/// The colour of a value, a tangent, an adjoint.
pub(super) fn colour(role: Role) -> &'static str {
    match role {
        Role::Primal => "#1a1a1a",
        Role::Tangent => "#1f5fbf",
        Role::Adjoint => "#c0272d",
    }
}

/// `text` where XML stands around it. Characters that XML cannot hold are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A node ready to be drawn.
struct Node {
    rows: Vec<Row>,
    size: Size,
    input: bool,
    output: bool,
}

/// The graph as an SVG picture, inputs at the bottom, outputs on top.
pub fn svg(drawing: &Drawing) -> String {
    drawn(drawing, false)
}

/// The same as a part of a page that has the arrow head and the background; its nodes are marked by
/// their numbers.
pub fn embedded(drawing: &Drawing) -> String {
    drawn(drawing, true)
}

fn drawn(drawing: &Drawing, embedded: bool) -> String {
    let style = Style::default();
    let nodes: Vec<Node> = drawing
        .shown
        .iter()
        .map(|number| node(drawing, *number, &style))
        .collect();
    let labels: Vec<String> = drawing
        .edges
        .iter()
        .map(|edge| partial(edge, &style))
        .collect();
    let layout = arranged(drawing, &nodes, &labels);
    let legend = legend(drawing, &style);
    let mut canvas = Canvas::around(&nodes, &layout, &labels);
    for (points, _) in &layout.links {
        canvas.arrow(points);
    }
    for ((_, centre), label) in layout.links.iter().zip(&labels) {
        canvas.label(*centre, label);
    }
    let drawn = drawing.shown.iter().zip(&nodes).zip(&layout.nodes);
    for ((number, node), centre) in drawn {
        if embedded {
            canvas.add(format_args!("<g data-node=\"{number}\">"));
        }
        canvas.node(node, *centre);
        if embedded {
            canvas.add(format_args!("</g>"));
        }
    }
    canvas.finish(&legend, embedded)
}

fn node(drawing: &Drawing, number: usize, style: &Style) -> Node {
    let rows = boxes::rows(drawing, number, style);
    let width = rows.iter().map(row_width).fold(0.0, f64::max);
    let size = Size {
        width: width + 2.0 * PADDING,
        height: rows.len() as f64 * LINE + PADDING,
    };
    Node {
        rows,
        size,
        input: drawing.line(number).is_input(),
        output: drawing.is_output(number),
    }
}

fn arranged(drawing: &Drawing, nodes: &[Node], labels: &[String]) -> Layout {
    let place = |number: usize| drawing.shown.binary_search(&number).unwrap_or_default();
    let links: Vec<Link> = drawing
        .edges
        .iter()
        .zip(labels)
        .map(|(edge, label)| Link {
            from: place(edge.from),
            to: place(edge.to),
            label: label_size(label),
        })
        .collect();
    let sizes: Vec<Size> = nodes.iter().map(|node| node.size).collect();
    let inputs: Vec<usize> = (0..nodes.len()).filter(|k| nodes[*k].input).collect();
    lay_out(&sizes, &links, &inputs)
}

/// The width of a text, which only the viewer knows, from above.
fn width(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * 0.61
}

fn row_width(row: &Row) -> f64 {
    let gap = if row.names.is_empty() { "" } else { "   " };
    width(&row.text, TEXT) + width(gap, TEXT) + width(&row.names, TEXT * 1.1)
}

fn label_size(label: &str) -> Size {
    if label.is_empty() {
        return Size::default();
    }
    Size {
        width: width(label, SMALL) + 6.0,
        height: SMALL + 6.0,
    }
}

/// Lines of text below the picture: what ȧ and ā are, what is not drawn.
fn legend(drawing: &Drawing, style: &Style) -> Vec<Row> {
    let trace = &drawing.trace;
    let row = |role, text: String| Row {
        role,
        text,
        names: String::new(),
    };
    let mut rows = Vec::new();
    let tangents: Vec<String> = (0..trace.wrt.len())
        .map(|k| quotient(&view::tangent(trace, k), style))
        .collect();
    if trace.forward && !tangents.is_empty() {
        let text = format!(
            "{} = {}",
            index_symbol(Role::Tangent, style),
            tangents.join(", ")
        );
        rows.push(row(Role::Tangent, text));
    }
    let adjoints: Vec<String> = (0..trace.outputs.len())
        .map(|k| quotient(&view::adjoint(trace, k), style))
        .collect();
    if trace.reverse && !adjoints.is_empty() {
        let text = format!(
            "{} = {}",
            index_symbol(Role::Adjoint, style),
            adjoints.join(", ")
        );
        rows.push(row(Role::Adjoint, text));
    }
    if drawing.hidden() > 0 {
        let text = format!(
            "{} of {} nodes: inputs, outputs and what has a name",
            drawing.shown.len(),
            trace.lines.len()
        );
        rows.push(row(Role::Primal, text));
    }
    rows
}

/// The picture while it is drawn.
struct Canvas {
    body: String,
    left: f64,
    top: f64,
    size: Size,
}

impl Canvas {
    /// An empty canvas that has room for everything.
    fn around(nodes: &[Node], layout: &Layout, labels: &[String]) -> Canvas {
        let boxes = nodes
            .iter()
            .zip(&layout.nodes)
            .map(|(node, at)| (*at, node.size));
        let marks = layout
            .links
            .iter()
            .zip(labels)
            .map(|((_, at), label)| (*at, label_size(label)));
        let bends = layout.links.iter().flat_map(|(points, _)| points.iter());
        let bends = bends.map(|at| (*at, Size::default()));
        let (mut left, mut top) = (f64::INFINITY, f64::INFINITY);
        let (mut right, mut bottom) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (at, size) in boxes.chain(marks).chain(bends) {
            left = left.min(at.x - size.width / 2.0);
            right = right.max(at.x + size.width / 2.0);
            top = top.min(at.y - size.height / 2.0);
            bottom = bottom.max(at.y + size.height / 2.0);
        }
        if left > right {
            (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0);
        }
        Canvas {
            body: String::new(),
            left: left - MARGIN,
            top: top - MARGIN,
            size: Size {
                width: right - left + 2.0 * MARGIN,
                height: bottom - top + 2.0 * MARGIN,
            },
        }
    }

    /// Adds a line; writing to a string does not fail.
    fn add(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(line);
        self.body.push('\n');
    }

    fn x(&self, x: f64) -> f64 {
        tenths(x - self.left)
    }

    fn y(&self, y: f64) -> f64 {
        tenths(y - self.top)
    }

    /// A smooth line through points, upright at each of them.
    fn arrow(&mut self, points: &[Point]) {
        let mut path = String::new();
        for (k, to) in points.iter().enumerate() {
            let (x, y) = (self.x(to.x), self.y(to.y));
            // Writing to a string does not fail.
            let _ = match k.checked_sub(1).map(|before| points[before]) {
                None => write!(path, "M {x} {y}"),
                Some(from) if self.x(from.x) == x => write!(path, " L {x} {y}"),
                Some(from) => {
                    let (start, half) = (self.x(from.x), self.y((from.y + to.y) / 2.0));
                    write!(path, " C {start} {half} {x} {half} {x} {y}")
                }
            };
        }
        self.add(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"#777777\" stroke-width=\"1.2\" marker-end=\"url(#arrow)\"/>"
        ));
    }

    /// The partial of an edge on a patch of background.
    fn label(&mut self, centre: Point, text: &str) {
        if text.is_empty() {
            return;
        }
        let size = label_size(text);
        let (x, y) = (
            self.x(centre.x - size.width / 2.0),
            self.y(centre.y - size.height / 2.0),
        );
        let (width, height) = (tenths(size.width), tenths(size.height));
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\" fill=\"white\"/>"
        ));
        let (x, y) = (self.x(centre.x), self.y(centre.y + SMALL * 0.35));
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{SMALL}\" text-anchor=\"middle\" fill=\"#555555\">{}</text>",
            escaped(text)
        ));
    }

    fn node(&mut self, node: &Node, centre: Point) {
        let (left, top) = (
            centre.x - node.size.width / 2.0,
            centre.y - node.size.height / 2.0,
        );
        let fill = if node.input { "#f2f2f2" } else { "white" };
        let stroke = if node.output { "2.2" } else { "1.1" };
        let (x, y) = (self.x(left), self.y(top));
        let (width, height) = (tenths(node.size.width), tenths(node.size.height));
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"7\" fill=\"{fill}\" stroke=\"#333333\" stroke-width=\"{stroke}\"/>"
        ));
        for (k, row) in node.rows.iter().enumerate() {
            let y = top + PADDING / 2.0 + (k as f64 + 0.72) * LINE;
            self.row(row, left + PADDING, y);
            if !row.names.is_empty() {
                let (x, y) = (self.x(left + node.size.width - PADDING), self.y(y));
                self.add(format_args!(
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"{TEXT}\" font-weight=\"bold\" text-anchor=\"end\" fill=\"{}\">{}</text>",
                    colour(Role::Primal),
                    escaped(&row.names)
                ));
            }
        }
    }

    fn row(&mut self, row: &Row, x: f64, y: f64) {
        let (x, y) = (self.x(x), self.y(y));
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{TEXT}\" fill=\"{}\">{}</text>",
            colour(row.role),
            escaped(&row.text)
        ));
    }

    fn finish(mut self, legend: &[Row], embedded: bool) -> String {
        for row in legend {
            let (x, y) = (self.left + MARGIN, self.top + self.size.height + TEXT * 0.4);
            self.row(row, x, y);
            self.size.height += LINE;
            self.size.width = self.size.width.max(row_width(row) + 2.0 * MARGIN);
        }
        let (width, height) = (tenths(self.size.width), tenths(self.size.height));
        let (role, ground) = match embedded {
            true => (
                " role=\"img\" aria-label=\"Computational graph\"",
                String::new(),
            ),
            false => (
                "",
                format!("{ARROW}<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"),
            ),
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\"{role}>\n{ground}{}</svg>\n",
            self.body
        )
    }
}

/// Rounded to tenths, which is enough for a picture.
fn tenths(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}
