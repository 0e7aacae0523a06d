//! Pictures as SVG: text as text, in whatever sans-serif font there is.

use super::{Anchor, Figure, Geometry, Mark, Place, Rgb, Sheet, Stroke, Words};
use std::fmt::{Arguments, Write};

/// The head of all arrows.
pub(in crate::render) const ARROW: &str = "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M 0 1 L 10 5 L 0 9 z\" fill=\"#777777\"/></marker></defs>\n";

/// The picture as a file, or as a part of a page that has the arrow head and the ground; there,
/// nodes are marked by their numbers.
pub(in crate::render) fn svg(sheet: &Sheet, embedded: bool) -> String {
    let (width, height) = (tenths(sheet.width), tenths(sheet.height));
    let role = match embedded {
        true => " role=\"img\" aria-label=\"Computational graph\"",
        false => "",
    };
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\"{role}>\n"
    );
    if !embedded {
        let has_arrow = |mark: &Mark| match mark {
            Mark::Figure(figure) => figure.stroke.is_some_and(|stroke| stroke.arrow),
            _ => false,
        };
        if sheet.marks.iter().any(has_arrow) {
            text.push_str(ARROW);
        }
        text.push_str(&format!(
            "<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
        ));
    }
    let mut writer = Writer {
        text,
        embedded,
        clips: 0,
    };
    for mark in &sheet.marks {
        writer.mark(mark);
    }
    writer.text + "</svg>\n"
}

struct Writer {
    text: String,
    embedded: bool,
    /// Areas that something was cut off at.
    clips: usize,
}

impl Writer {
    /// Adds a line. Writing to a string cannot fail.
    fn line(&mut self, text: Arguments<'_>) {
        let _ = self.text.write_fmt(text);
        self.text.push('\n');
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Figure(figure) => self.figure(figure),
            Mark::Words(words) => self.words(words),
            Mark::Clip(area) => {
                self.clips += 1;
                let name = match self.clips {
                    1 => "frame".to_string(),
                    more => format!("frame{more}"),
                };
                self.line(format_args!(
                    "<clipPath id=\"{name}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
                    tenths(area.left),
                    tenths(area.top),
                    tenths(area.width),
                    tenths(area.height)
                ));
                self.line(format_args!("<g clip-path=\"url(#{name})\">"));
            }
            Mark::Node(number) if self.embedded => {
                self.line(format_args!("<g data-node=\"{number}\">"));
            }
            Mark::Node(_) => self.line(format_args!("<g>")),
            Mark::End => self.line(format_args!("</g>")),
        }
    }

    fn figure(&mut self, figure: &Figure) {
        let (name, shape) = geometry(&figure.geometry);
        let fill = match figure.fill {
            Some(colour) => format!(" fill=\"{}\"", hex(colour)),
            None => match figure.geometry {
                Geometry::Polyline(ref places) if places.len() < 3 => String::new(),
                _ => " fill=\"none\"".to_string(),
            },
        };
        let stroke = figure.stroke.map(|stroke| lines(&stroke));
        let stroke = stroke.unwrap_or_default();
        let crisp = match figure.geometry {
            Geometry::Tiles(_) => " shape-rendering=\"crispEdges\"",
            _ => "",
        };
        if figure.title.is_empty() {
            self.line(format_args!("<{name}{fill}{stroke}{crisp} {shape}/>"));
        } else {
            let title = escaped(&figure.title);
            self.line(format_args!(
                "<{name}{fill}{stroke}{crisp} {shape}><title>{title}</title></{name}>"
            ));
        }
    }

    fn words(&mut self, words: &Words) {
        let (x, y) = (tenths(words.place.0), tenths(words.place.1));
        let place = match words.upwards {
            true => format!("transform=\"translate({x} {y}) rotate(-90)\""),
            false => format!("x=\"{x}\" y=\"{y}\""),
        };
        let bold = if words.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let anchor = match words.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.line(format_args!(
            "<text {place} font-size=\"{}\"{bold}{anchor} fill=\"{}\">{}</text>",
            words.size,
            hex(words.colour),
            escaped(&words.text)
        ));
    }
}

/// The name of an element and its attributes.
fn geometry(geometry: &Geometry) -> (&'static str, String) {
    let place = |(x, y): &Place| format!("{},{}", tenths(*x), tenths(*y));
    match geometry {
        Geometry::Polyline(places) => match places.as_slice() {
            [from, to] => (
                "line",
                format!(
                    "x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"",
                    tenths(from.0),
                    tenths(from.1),
                    tenths(to.0),
                    tenths(to.1)
                ),
            ),
            _ => {
                let places: Vec<String> = places.iter().map(place).collect();
                ("polyline", format!("points=\"{}\"", places.join(" ")))
            }
        },
        Geometry::Pieces(pieces) => {
            let pieces = pieces.iter();
            let pieces = pieces.map(|[from, to]| format!("M{}L{}", place(from), place(to)));
            ("path", format!("d=\"{}\"", pieces.collect::<String>()))
        }
        Geometry::Upright(places) => ("path", format!("d=\"{}\"", upright(places))),
        Geometry::Box(area, radius) => {
            let round = match radius {
                0.0 => String::new(),
                radius => format!(" rx=\"{radius}\""),
            };
            let (x, y) = (tenths(area.left), tenths(area.top));
            let (width, height) = (tenths(area.width), tenths(area.height));
            let area = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round}");
            ("rect", area)
        }
        Geometry::Tiles(tiles) => {
            let tiles = tiles.iter().map(|tile| {
                let (right, bottom) = (tile.left + tile.width, tile.top + tile.height);
                let [left, top, right, bottom] = [tile.left, tile.top, right, bottom].map(tenths);
                format!("M{left} {top}H{right}V{bottom}H{left}z")
            });
            ("path", format!("d=\"{}\"", tiles.collect::<String>()))
        }
        Geometry::Disc((x, y), radius) => (
            "circle",
            format!("cx=\"{}\" cy=\"{}\" r=\"{radius}\"", tenths(*x), tenths(*y)),
        ),
    }
}

/// A smooth line through places, upright at each of them.
fn upright(places: &[Place]) -> String {
    let mut path = String::new();
    for (k, to) in places.iter().enumerate() {
        let (x, y) = (tenths(to.0), tenths(to.1));
        // Writing to a string cannot fail.
        let _ = match k.checked_sub(1).map(|before| places[before]) {
            None => write!(path, "M {x} {y}"),
            Some(from) if tenths(from.0) == x => write!(path, " L {x} {y}"),
            Some(from) => {
                let (start, half) = (tenths(from.0), tenths((from.1 + to.1) / 2.0));
                write!(path, " C {start} {half} {x} {half} {x} {y}")
            }
        };
    }
    path
}

fn lines(stroke: &Stroke) -> String {
    let mut text = format!(" stroke=\"{}\"", hex(stroke.colour));
    // Writing to a string cannot fail.
    if stroke.width != 1.0 {
        let _ = write!(text, " stroke-width=\"{}\"", stroke.width);
    }
    if !stroke.dashes.is_empty() {
        let dashes: Vec<String> = stroke.dashes.iter().map(f64::to_string).collect();
        let _ = write!(text, " stroke-dasharray=\"{}\"", dashes.join(" "));
    }
    if stroke.arrow {
        text.push_str(" marker-end=\"url(#arrow)\"");
    }
    text
}

/// A colour as it is written in a file.
pub(in crate::render) fn hex([r, g, b]: Rgb) -> String {
    match [r, g, b] {
        [255, 255, 255] => "white".to_string(),
        _ => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// A text where XML stands around it. Characters that XML cannot hold are left out.
pub(in crate::render) fn escaped(text: &str) -> String {
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

/// Rounded to tenths, which is enough for a picture.
fn tenths(x: f64) -> f64 {
    // No minus before a zero.
    (x * 10.0).round() / 10.0 + 0.0
}
