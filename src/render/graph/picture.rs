//! Graphs as pictures.

use super::boxes::{self, Row};
use super::layout::{Layout, Link, Point, Size, lay_out};
use super::partial;
use crate::render::Style;
use crate::render::cell::{index_symbol, quotient};
use crate::render::picture::{Anchor, Geometry, Place, Rect, Rgb, Sheet, Stroke, Words, svg};
use crate::trace::{Drawing, Role};
use crate::view;
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

/// The colour of a value, a tangent, an adjoint.
pub(super) fn colour(role: Role) -> Rgb {
    match role {
        Role::Primal => [0x1a; 3],
        Role::Tangent => [0x1f, 0x5f, 0xbf],
        Role::Adjoint => [0xc0, 0x27, 0x2d],
    }
}

/// A node ready to be drawn.
struct Node {
    rows: Vec<Row>,
    size: Size,
    input: bool,
    output: bool,
}

/// The graph as a picture, inputs at the bottom, outputs on top.
pub fn sheet(drawing: &Drawing) -> Sheet {
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
    let mut canvas = Canvas::around(&nodes, &layout, &labels);
    for (points, _) in &layout.links {
        canvas.arrow(points);
    }
    for ((_, centre), label) in layout.links.iter().zip(&labels) {
        canvas.label(*centre, label);
    }
    let drawn = drawing.shown.iter().zip(&nodes).zip(&layout.nodes);
    for ((number, node), centre) in drawn {
        canvas.sheet.node(*number);
        canvas.node(node, *centre);
        canvas.sheet.end();
    }
    canvas.finish(&legend(drawing, &style))
}

/// The same as a part of a page that has the arrow head and the background; its nodes are marked by
/// their numbers.
pub fn embedded(drawing: &Drawing) -> String {
    svg(&sheet(drawing), true)
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
    sheet: Sheet,
    left: f64,
    top: f64,
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
            sheet: Sheet::new(right - left + 2.0 * MARGIN, bottom - top + 2.0 * MARGIN),
            left: left - MARGIN,
            top: top - MARGIN,
        }
    }

    fn place(&self, x: f64, y: f64) -> Place {
        (x - self.left, y - self.top)
    }

    fn area(&self, centre: Point, size: Size) -> Rect {
        let (left, top) = self.place(centre.x - size.width / 2.0, centre.y - size.height / 2.0);
        Rect {
            left,
            top,
            width: size.width,
            height: size.height,
        }
    }

    /// A smooth line through points, upright at each of them.
    fn arrow(&mut self, points: &[Point]) {
        let places = points.iter().map(|point| self.place(point.x, point.y));
        let places = places.collect();
        self.sheet
            .stroke(Geometry::Upright(places), Stroke::arrow(1.2));
    }

    /// The partial of an edge on a patch of background.
    fn label(&mut self, centre: Point, text: &str) {
        if text.is_empty() {
            return;
        }
        let patch = self.area(centre, label_size(text));
        self.sheet.fill(Geometry::Box(patch, 3.0), [255; 3]);
        let place = self.place(centre.x, centre.y + SMALL * 0.35);
        self.sheet.write(Words {
            anchor: Anchor::Middle,
            ..Words::new(text, place, SMALL, [0x55; 3])
        });
    }

    fn node(&mut self, node: &Node, centre: Point) {
        let (left, top) = (
            centre.x - node.size.width / 2.0,
            centre.y - node.size.height / 2.0,
        );
        let fill = if node.input { [0xf2; 3] } else { [255; 3] };
        let width = if node.output { 2.2 } else { 1.1 };
        let area = self.area(centre, node.size);
        let border = Stroke::plain([0x33; 3], width);
        self.sheet
            .figure(Geometry::Box(area, 7.0), Some(fill), Some(border));
        for (k, row) in node.rows.iter().enumerate() {
            let y = top + PADDING / 2.0 + (k as f64 + 0.72) * LINE;
            self.row(row, left + PADDING, y);
            let place = self.place(left + node.size.width - PADDING, y);
            self.sheet.write(Words {
                anchor: Anchor::End,
                bold: true,
                ..Words::new(&row.names, place, TEXT, colour(Role::Primal))
            });
        }
    }

    fn row(&mut self, row: &Row, x: f64, y: f64) {
        let place = self.place(x, y);
        self.sheet
            .write(Words::new(&row.text, place, TEXT, colour(row.role)));
    }

    fn finish(mut self, legend: &[Row]) -> Sheet {
        for row in legend {
            let (x, y) = (
                self.left + MARGIN,
                self.top + self.sheet.height + TEXT * 0.4,
            );
            self.row(row, x, y);
            self.sheet.height += LINE;
            self.sheet.width = self.sheet.width.max(row_width(row) + 2.0 * MARGIN);
        }
        self.sheet
    }
}
