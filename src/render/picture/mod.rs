//! Pictures as shapes: drawn once, from back to front, and written as SVG, PDF or PNG.
//!
//! Lengths are pixels of the screen, 96 an inch; y grows downwards.

#[cfg(feature = "pictures")]
mod font;
#[cfg(feature = "pictures")]
mod pdf;
#[cfg(feature = "pictures")]
mod png;
mod svg;

pub(super) use svg::{ARROW, escaped, hex, svg};

use crate::event::PictureFormat;
#[cfg(feature = "pictures")]
use pdf::pdf;
#[cfg(feature = "pictures")]
use png::png;

/// A place, from the left and from the top.
pub(super) type Place = (f64, f64);

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];

/// The colour of arrows.
const ARROW_COLOUR: Rgb = [0x77; 3];
/// The head of an arrow that ends at (0, 0) and comes from the left, for a line one pixel wide.
#[cfg(feature = "pictures")]
const ARROW_HEAD: [Place; 3] = [(-7.2, -3.2), (0.8, 0.0), (-7.2, 3.2)];

/// A picture.
#[derive(Debug, Default)]
pub struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    /// From back to front.
    marks: Vec<Mark>,
}

/// One element of a picture.
#[derive(Debug)]
enum Mark {
    Figure(Figure),
    Words(Words),
    /// What follows is cut off at a rectangle, until the end.
    Clip(Rect),
    /// What follows belongs to a node of a graph, until the end.
    Node(usize),
    End,
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// The geometry of a figure.
#[derive(Debug)]
pub(super) enum Geometry {
    /// Lines from place to place.
    Polyline(Vec<Place>),
    /// Pieces that do not meet, each from a place to a place.
    Pieces(Vec<[Place; 2]>),
    /// A curve from a place on, upright at each place that it goes through.
    Upright(Vec<Place>),
    /// A rectangle with round corners.
    Box(Rect, f64),
    /// Rectangles that meet without a seam.
    Tiles(Vec<Rect>),
    /// A circle: its centre and radius.
    Disc(Place, f64),
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub colour: Rgb,
    pub width: f64,
    /// The lengths of dashes and gaps; none of a line without gaps.
    pub dashes: &'static [f64],
    /// True if it ends in the head of an arrow.
    pub arrow: bool,
}

/// Something that is filled, or has an outline, or both.
#[derive(Debug)]
pub(super) struct Figure {
    pub geometry: Geometry,
    pub fill: Option<Rgb>,
    pub stroke: Option<Stroke>,
    /// What a viewer shows where the pointer rests; may be empty.
    pub title: String,
}

/// The position of a text relative to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text of one line.
#[derive(Debug)]
pub(super) struct Words {
    pub text: String,
    pub place: Place,
    pub anchor: Anchor,
    pub size: f64,
    pub colour: Rgb,
    pub bold: bool,
    /// True if it runs upwards.
    pub upwards: bool,
}

impl Words {
    /// Plain words.
    pub(super) fn new(text: &str, place: Place, size: f64, colour: Rgb) -> Words {
        Words {
            text: text.chars().filter(|c| !c.is_control()).collect(),
            place,
            anchor: Anchor::Start,
            size,
            colour,
            bold: false,
            upwards: false,
        }
    }
}

impl Stroke {
    /// A line without gaps.
    pub(super) fn plain(colour: Rgb, width: f64) -> Stroke {
        Stroke {
            colour,
            width,
            dashes: &[],
            arrow: false,
        }
    }

    /// A line that ends in the head of an arrow.
    pub(super) fn arrow(width: f64) -> Stroke {
        Stroke {
            arrow: true,
            ..Stroke::plain(ARROW_COLOUR, width)
        }
    }
}

impl Sheet {
    pub(super) fn new(width: f64, height: f64) -> Sheet {
        Sheet {
            width,
            height,
            marks: Vec::new(),
        }
    }

    /// Draws a line.
    pub(super) fn stroke(&mut self, geometry: Geometry, stroke: Stroke) {
        self.figure(geometry, None, Some(stroke));
    }

    /// Draws an area.
    pub(super) fn fill(&mut self, geometry: Geometry, fill: Rgb) {
        self.figure(geometry, Some(fill), None);
    }

    pub(super) fn figure(&mut self, geometry: Geometry, fill: Option<Rgb>, stroke: Option<Stroke>) {
        self.add(Figure {
            geometry,
            fill,
            stroke,
            title: String::new(),
        });
    }

    pub(super) fn add(&mut self, figure: Figure) {
        self.marks.push(Mark::Figure(figure));
    }

    pub(super) fn write(&mut self, words: Words) {
        if !words.text.is_empty() {
            self.marks.push(Mark::Words(words));
        }
    }

    /// Cuts off what is drawn until the end of this group.
    pub(super) fn clip(&mut self, area: Rect) {
        self.marks.push(Mark::Clip(area));
    }

    /// What is drawn until the end of this group belongs to a node of a graph.
    pub(super) fn node(&mut self, number: usize) {
        self.marks.push(Mark::Node(number));
    }

    /// Ends the group that was begun last.
    pub(super) fn end(&mut self) {
        self.marks.push(Mark::End);
    }

    /// The picture as the text of an SVG file.
    pub fn svg(&self) -> String {
        svg(self, false)
    }

    /// The content of a file.
    pub fn written(&self, format: PictureFormat) -> Vec<u8> {
        match format {
            PictureFormat::Svg => self.svg().into_bytes(),
            #[cfg(feature = "pictures")]
            PictureFormat::Pdf => pdf(self),
            #[cfg(feature = "pictures")]
            PictureFormat::Png => png(self),
        }
    }
}

/// A part of an outline.
#[cfg(feature = "pictures")]
#[derive(Clone, Copy, Debug)]
enum Stretch {
    Move(Place),
    Line(Place),
    Curve(Place, Place, Place),
    Close,
}

#[cfg(feature = "pictures")]
impl Rect {
    fn outline(self) -> [Stretch; 5] {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        [
            Stretch::Move((self.left, self.top)),
            Stretch::Line((right, self.top)),
            Stretch::Line((right, bottom)),
            Stretch::Line((self.left, bottom)),
            Stretch::Close,
        ]
    }

    /// With corners that are quarters of a circle.
    fn rounded(self, radius: f64) -> Vec<Stretch> {
        let radius = radius.min(self.width / 2.0).min(self.height / 2.0);
        if radius <= 0.0 {
            return self.outline().into();
        }
        let (left, top) = (self.left, self.top);
        let (right, bottom) = (left + self.width, top + self.height);
        let mut outline = vec![Stretch::Move((left + radius, top))];
        let corners = [
            ((right - radius, top), (right, top), (right, top + radius)),
            (
                (right, bottom - radius),
                (right, bottom),
                (right - radius, bottom),
            ),
            (
                (left + radius, bottom),
                (left, bottom),
                (left, bottom - radius),
            ),
            ((left, top + radius), (left, top), (left + radius, top)),
        ];
        for (start, corner, end) in corners {
            outline.push(Stretch::Line(start));
            outline.push(quarter(start, corner, end));
        }
        outline.push(Stretch::Close);
        outline
    }
}

/// A quarter of a circle from `start` to `end`, inside the corner between them.
#[cfg(feature = "pictures")]
fn quarter(start: Place, corner: Place, end: Place) -> Stretch {
    const SHARE: f64 = 0.552_284_75;
    let towards = |from: Place| {
        (
            from.0 + SHARE * (corner.0 - from.0),
            from.1 + SHARE * (corner.1 - from.1),
        )
    };
    Stretch::Curve(towards(start), towards(end), end)
}

#[cfg(feature = "pictures")]
impl Geometry {
    fn outline(&self) -> Vec<Stretch> {
        match self {
            Geometry::Polyline(places) => joined(places),
            Geometry::Pieces(pieces) => pieces.iter().flat_map(|piece| joined(piece)).collect(),
            Geometry::Upright(places) => {
                let mut outline = Vec::new();
                for (k, to) in places.iter().enumerate() {
                    outline.push(match k.checked_sub(1).map(|before| places[before]) {
                        None => Stretch::Move(*to),
                        Some(from) => {
                            let half = (from.1 + to.1) / 2.0;
                            Stretch::Curve((from.0, half), (to.0, half), *to)
                        }
                    });
                }
                outline
            }
            Geometry::Box(area, radius) => area.rounded(*radius),
            Geometry::Tiles(tiles) => tiles.iter().flat_map(|tile| tile.outline()).collect(),
            Geometry::Disc((x, y), radius) => Rect {
                left: x - radius,
                top: y - radius,
                width: 2.0 * radius,
                height: 2.0 * radius,
            }
            .rounded(*radius),
        }
    }

    /// The head of an arrow at its end, for a line of such a width; nothing of what is no line.
    fn head(&self, width: f64) -> Vec<Stretch> {
        let (from, to) = match self {
            Geometry::Polyline(places) => match places.as_slice() {
                [.., from, to] => (*from, *to),
                _ => return Vec::new(),
            },
            Geometry::Upright(places) => match places.as_slice() {
                [.., from, to] => ((to.0, from.1), *to),
                _ => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let length = x.hypot(y);
        if length == 0.0 {
            return Vec::new();
        }
        let (x, y) = (x / length * width, y / length * width);
        let corners = ARROW_HEAD
            .map(|(ahead, aside)| (to.0 + ahead * x - aside * y, to.1 + ahead * y + aside * x));
        let mut head = joined(&corners);
        head.push(Stretch::Close);
        head
    }
}

#[cfg(feature = "pictures")]
fn joined(places: &[Place]) -> Vec<Stretch> {
    let mut places = places.iter().copied();
    let first = places.next().map(Stretch::Move);
    first.into_iter().chain(places.map(Stretch::Line)).collect()
}
