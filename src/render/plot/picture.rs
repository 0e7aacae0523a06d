//! A plot as a picture, with room for wide fonts.

mod map;

use super::palette::{Colours, PALETTE};
use super::ticks::{Tick, ticks};
use crate::plot::{Picture, Plot, Points, Series};
use crate::render::picture::{Anchor, Geometry, Place, Rect, Rgb, Sheet, Stroke, Words};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 480.0;
/// More than most characters of 13 pixels are wide.
const CHARACTER: f64 = 7.6;
/// Characters of a name in the legend.
const LONGEST_NAME: usize = 80;
/// Lines of a legend.
const LEGEND_LINES: usize = 6;
/// Series of so few points have a dot at each.
const DOTTED: usize = 60;

/// The colours of text, of axes and of the grid.
const INK: Rgb = [0x22; 3];
const AXIS: Rgb = [0x44; 3];
const GRID: Rgb = [0xe4; 3];
/// The outline of data.
const RIM: Rgb = [0x11; 3];
const WHITE: Rgb = [255; 3];

/// The part of the picture that data is drawn in.
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Frame {
    fn x(&self, fraction: f64) -> f64 {
        self.left + fraction * self.width
    }

    fn y(&self, fraction: f64) -> f64 {
        self.top + (1.0 - fraction) * self.height
    }

    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The place of a point. Far outside it is not exact: the frame cuts it off.
    fn place(&self, plot: &Plot, x: f64, y: f64) -> Option<Place> {
        let across = plot.x.fraction(x)?.clamp(-50.0, 50.0);
        let up = plot.y.fraction(y)?.clamp(-50.0, 50.0);
        Some((self.x(across), self.y(up)))
    }

    fn area(&self) -> Rect {
        Rect {
            left: self.left,
            top: self.top,
            width: self.width,
            height: self.height,
        }
    }
}

/// The picture, to be written in any format.
pub fn sheet(plot: &Plot) -> Sheet {
    let mut sheet = Sheet::new(WIDTH, HEIGHT);
    match &plot.picture {
        Picture::Curves(series) => curves(&mut sheet, plot, series),
        Picture::Map(map) => map::draw(&mut sheet, plot, map),
    }
    sheet
}

fn words(sheet: &mut Sheet, place: Place, anchor: Anchor, text: &str) {
    sheet.write(Words {
        anchor,
        ..Words::new(text, place, 13.0, INK)
    });
}

fn line(sheet: &mut Sheet, from: Place, to: Place, colour: Rgb) {
    sheet.stroke(
        Geometry::Polyline(vec![from, to]),
        Stroke::plain(colour, 1.0),
    );
}

fn swatch(sheet: &mut Sheet, (left, top): Place, width: f64, height: f64, fill: Rgb) {
    let area = Rect {
        left,
        top,
        width,
        height,
    };
    sheet.fill(Geometry::Box(area, 0.0), fill);
}

fn outline(sheet: &mut Sheet, frame: &Frame) {
    sheet.stroke(Geometry::Box(frame.area(), 0.0), Stroke::plain(AXIS, 1.0));
}

fn dot(sheet: &mut Sheet, place: Place, radius: f64, fill: Rgb, outlined: bool) {
    let rim = outlined.then(|| Stroke::plain(RIM, 0.9));
    sheet.figure(Geometry::Disc(place, radius), Some(fill), rim);
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_string(),
    }
}

fn width_of(text: &str) -> f64 {
    unicode_width::UnicodeWidthStr::width(text) as f64 * CHARACTER
}

fn widest_of(ticks: &[Tick]) -> f64 {
    let widths = ticks.iter().map(|tick| width_of(&tick.text));
    widths.fold(0.0, f64::max)
}

/// The height of the title.
fn title_room(plot: &Plot) -> f64 {
    if plot.title.is_empty() { 0.0 } else { 24.0 }
}

/// The frame that is left when axes, the lines of the legend and the scale on the right have
/// their room, with the marks of both axes.
fn frame(plot: &Plot, legend: usize, right: f64) -> (Frame, Vec<Tick>, Vec<Tick>) {
    let top = 16.0 + title_room(plot) + 20.0 * legend as f64;
    let bottom = if plot.x.name.is_empty() { 34.0 } else { 54.0 };
    let height = HEIGHT - top - bottom;
    let up = ticks(&plot.y, (height / 55.0) as usize);
    let widest = widest_of(&up);
    let name = if plot.y.name.is_empty() { 0.0 } else { 22.0 };
    let left = 18.0 + widest + name;
    let crowded = |ticks: &[Tick]| {
        let room = ticks.windows(2).map(|pair| pair[1].at - pair[0].at);
        room.fold(1.0, f64::min) * (WIDTH - left - right) < widest_of(ticks) + 12.0
    };
    let mut most = ((WIDTH - left - right) / 70.0) as usize;
    let mut across = ticks(&plot.x, most);
    while most > 2 && crowded(&across) {
        most -= 1;
        across = ticks(&plot.x, most);
    }
    // Half of a number may stand outside, below either end.
    let half = widest_of(&across) / 2.0 + 6.0;
    let left = left.max(half);
    let width = WIDTH - left - right.max(half);
    let frame = Frame {
        left,
        top,
        width,
        height,
    };
    (frame, across, up)
}

fn axes(sheet: &mut Sheet, plot: &Plot, frame: &Frame, across: &[Tick], up: &[Tick], grid: bool) {
    for tick in across {
        let x = frame.x(tick.at);
        if grid {
            line(sheet, (x, frame.top), (x, frame.bottom()), GRID);
        }
        line(sheet, (x, frame.bottom()), (x, frame.bottom() + 5.0), AXIS);
        words(
            sheet,
            (x, frame.bottom() + 19.0),
            Anchor::Middle,
            &tick.text,
        );
    }
    for tick in up {
        let y = frame.y(tick.at);
        if grid {
            line(sheet, (frame.left, y), (frame.right(), y), GRID);
        }
        line(sheet, (frame.left - 5.0, y), (frame.left, y), AXIS);
        words(sheet, (frame.left - 9.0, y + 4.5), Anchor::End, &tick.text);
    }
    let middle = frame.left + frame.width / 2.0;
    words(sheet, (middle, HEIGHT - 12.0), Anchor::Middle, &plot.x.name);
    if !plot.title.is_empty() {
        sheet.write(Words {
            anchor: Anchor::Middle,
            bold: true,
            ..Words::new(&shortened(&plot.title), (middle, 21.0), 16.0, INK)
        });
    }
    if !plot.y.name.is_empty() {
        let (x, y) = (18.0, frame.top + frame.height / 2.0);
        sheet.write(Words {
            anchor: Anchor::Middle,
            upwards: true,
            ..Words::new(&plot.y.name, (x, y), 13.0, INK)
        });
    }
}

/// The entries of the legend: how many lines they take, and of each the line, where in it the entry
/// begins, and its name. Those without room are left out, which the last entry says.
fn legend(series: &[Series]) -> (usize, Vec<(usize, f64, String)>) {
    let (mut line, mut x) = (0, 0.0);
    let mut entries: Vec<(usize, f64, String)> = Vec::new();
    for series in series {
        let name = shortened(&series.name);
        let width = 34.0 + width_of(&name) + 22.0;
        if x > 0.0 && x + width > WIDTH - 40.0 {
            line += 1;
            x = 0.0;
        }
        if line == LEGEND_LINES {
            if let Some((_, _, last)) = entries.last_mut() {
                last.push_str(" …");
            }
            return (line, entries);
        }
        entries.push((line, x, name));
        x += width;
    }
    (line + 1, entries)
}

fn curves(sheet: &mut Sheet, plot: &Plot, series: &[Series]) {
    let (lines, entries) = legend(series);
    let (frame, across, up) = frame(plot, lines, 24.0);
    axes(sheet, plot, &frame, &across, &up, true);
    sheet.clip(frame.area());
    for (k, series) in series.iter().enumerate() {
        curve(sheet, plot, &frame, series, k);
    }
    path(sheet, plot, &frame);
    points(sheet, plot, &frame, None);
    sheet.end();
    outline(sheet, &frame);
    for (k, (line, x, name)) in entries.iter().enumerate() {
        let (x, y) = (20.0 + x, 20.0 + title_room(plot) + 20.0 * *line as f64);
        let sample = vec![(x, y - 4.5), (x + 26.0, y - 4.5)];
        sheet.stroke(Geometry::Polyline(sample), stroke_of(k));
        words(sheet, (x + 34.0, y), Anchor::Start, name);
    }
}

/// The stroke of the `k`-th curve: beyond the palette, dashed.
fn stroke_of(k: usize) -> Stroke {
    Stroke {
        dashes: match k / PALETTE.len() {
            0 => &[],
            1 => &[7.0, 4.0],
            _ => &[2.0, 3.0],
        },
        ..Stroke::plain(PALETTE[k % PALETTE.len()], 2.0)
    }
}

/// A curve, in as many pieces as there are gaps.
fn curve(sheet: &mut Sheet, plot: &Plot, frame: &Frame, series: &Series, k: usize) {
    let colour = PALETTE[k % PALETTE.len()];
    let places: Vec<Option<Place>> = (series.x.iter().zip(&series.y))
        .map(|(x, y)| frame.place(plot, *x, *y))
        .collect();
    for piece in places.split(Option::is_none) {
        let piece: Vec<Place> = piece.iter().copied().flatten().collect();
        if let [alone] = piece.as_slice() {
            dot(sheet, *alone, 2.2, colour, false);
        } else if !piece.is_empty() {
            sheet.stroke(Geometry::Polyline(piece.clone()), stroke_of(k));
        }
        if series.x.len() <= DOTTED && piece.len() > 1 {
            piece
                .iter()
                .for_each(|place| dot(sheet, *place, 3.0, colour, false));
        }
    }
}

/// Data in the colours of the map where they mean the same, else in colours of their own.
fn points(sheet: &mut Sheet, plot: &Plot, frame: &Frame, shared: Option<&Colours>) {
    let Some(points) = &plot.points else {
        return;
    };
    let own = own_colours(points);
    let colours = shared.or(own.as_ref());
    for (k, (x, y)) in points.places.iter().enumerate() {
        let Some(place) = frame.place(plot, *x, *y) else {
            continue;
        };
        let value = points.colours.as_ref().map(|values| values[k]);
        let colour = value.and_then(|value| colours?.of_value(value));
        dot(sheet, place, 3.6, colour.unwrap_or(WHITE), true);
    }
}

/// Places joined in order, dark on a light rim, so that it is seen on every colour.
fn path(sheet: &mut Sheet, plot: &Plot, frame: &Frame) {
    let places = plot.path.iter();
    let places = places.filter_map(|(x, y)| frame.place(plot, *x, *y));
    let places: Vec<Place> = places.collect();
    let Some(last) = places.last() else {
        return;
    };
    for (colour, width) in [(WHITE, 4.0), (RIM, 1.8)] {
        let stroke = Stroke::plain(colour, width);
        sheet.stroke(Geometry::Polyline(places.clone()), stroke);
    }
    if places.len() <= DOTTED {
        places
            .iter()
            .for_each(|place| dot(sheet, *place, 2.4, RIM, false));
    }
    dot(sheet, *last, 4.0, WHITE, true);
}

fn own_colours(points: &Points) -> Option<Colours> {
    Colours::of(points.colours.as_ref()?.iter())
}
