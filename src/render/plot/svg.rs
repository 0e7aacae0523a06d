//! A plot as an SVG file: text as text, in whatever sans-serif font there is, with room for wide ones.

mod map;

use super::palette::{Colours, PALETTE, hex};
use super::ticks::{Tick, ticks};
use crate::plot::{Picture, Plot, Points, Series};
use std::fmt::Write;

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
    fn place(&self, plot: &Plot, x: f64, y: f64) -> Option<(f64, f64)> {
        let across = plot.x.fraction(x)?.clamp(-50.0, 50.0);
        let up = plot.y.fraction(y)?.clamp(-50.0, 50.0);
        Some((self.x(across), self.y(up)))
    }
}

/// The picture as the text of a file.
pub fn svg(plot: &Plot) -> String {
    let mut canvas = Canvas {
        text: String::new(),
    };
    canvas.begin();
    match &plot.picture {
        Picture::Curves(series) => curves(&mut canvas, plot, series),
        Picture::Map(map) => map::draw(&mut canvas, plot, map),
    }
    canvas.text.push_str("</svg>\n");
    canvas.text
}

/// Writes elements.
struct Canvas {
    text: String,
}

/// The position of a text relative to its place.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
        self.text.push('\n');
    }

    fn begin(&mut self) {
        self.line(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">"
        ));
        self.line(format_args!(
            "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>"
        ));
    }

    fn words(&mut self, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        self.line(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#222\">{text}</text>"
        ));
    }

    fn stroke(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.line(format_args!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn swatch(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        self.line(format_args!(
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{fill}\"/>"
        ));
    }

    fn outline(&mut self, frame: &Frame) {
        self.line(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#444\"/>",
            frame.left, frame.top, frame.width, frame.height
        ));
    }

    /// Opens a group that is cut off at the frame.
    fn open_clip(&mut self, frame: &Frame) {
        self.line(format_args!(
            "<clipPath id=\"frame\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/></clipPath>",
            frame.left, frame.top, frame.width, frame.height
        ));
        self.line(format_args!("<g clip-path=\"url(#frame)\">"));
    }

    fn close(&mut self) {
        self.line(format_args!("</g>"));
    }

    fn dot(&mut self, (x, y): (f64, f64), radius: f64, fill: &str, outlined: bool) {
        let stroke = if outlined {
            " stroke=\"#111\" stroke-width=\"0.9\""
        } else {
            ""
        };
        self.line(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\"{stroke}/>"
        ));
    }
}

/// A text between tags. Characters that no file of this kind may hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
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

fn axes(canvas: &mut Canvas, plot: &Plot, frame: &Frame, across: &[Tick], up: &[Tick], grid: bool) {
    for tick in across {
        let x = frame.x(tick.at);
        if grid {
            canvas.stroke((x, frame.top), (x, frame.bottom()), "#e4e4e4");
        }
        canvas.stroke((x, frame.bottom()), (x, frame.bottom() + 5.0), "#444");
        canvas.words((x, frame.bottom() + 19.0), Anchor::Middle, &tick.text);
    }
    for tick in up {
        let y = frame.y(tick.at);
        if grid {
            canvas.stroke((frame.left, y), (frame.right(), y), "#e4e4e4");
        }
        canvas.stroke((frame.left - 5.0, y), (frame.left, y), "#444");
        canvas.words((frame.left - 9.0, y + 4.5), Anchor::End, &tick.text);
    }
    let middle = frame.left + frame.width / 2.0;
    canvas.words((middle, HEIGHT - 12.0), Anchor::Middle, &plot.x.name);
    if !plot.title.is_empty() {
        let title = escaped(&shortened(&plot.title));
        canvas.line(format_args!(
            "<text x=\"{middle:.1}\" y=\"21.0\" text-anchor=\"middle\" fill=\"#222\" font-size=\"16\" font-weight=\"bold\">{title}</text>"
        ));
    }
    if !plot.y.name.is_empty() {
        let (x, y) = (18.0, frame.top + frame.height / 2.0);
        let name = escaped(&plot.y.name);
        canvas.line(format_args!(
            "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"middle\" fill=\"#222\">{name}</text>"
        ));
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

fn curves(canvas: &mut Canvas, plot: &Plot, series: &[Series]) {
    let (lines, entries) = legend(series);
    let (frame, across, up) = frame(plot, lines, 24.0);
    axes(canvas, plot, &frame, &across, &up, true);
    canvas.open_clip(&frame);
    for (k, series) in series.iter().enumerate() {
        curve(canvas, plot, &frame, series, k);
    }
    path(canvas, plot, &frame);
    points(canvas, plot, &frame, None);
    canvas.close();
    canvas.outline(&frame);
    for (k, (line, x, name)) in entries.iter().enumerate() {
        let (x, y) = (20.0 + x, 20.0 + title_room(plot) + 20.0 * *line as f64);
        canvas.line(format_args!(
            "<line x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {}/>",
            y - 4.5,
            x + 26.0,
            y - 4.5,
            manner(k)
        ));
        canvas.words((x + 34.0, y), Anchor::Start, name);
    }
}

/// The stroke of the `k`-th curve: beyond the palette, dashed.
fn manner(k: usize) -> String {
    let colour = hex(PALETTE[k % PALETTE.len()]);
    let dashes = match k / PALETTE.len() {
        0 => "",
        1 => " stroke-dasharray=\"7 4\"",
        _ => " stroke-dasharray=\"2 3\"",
    };
    format!("stroke=\"{colour}\" stroke-width=\"2\"{dashes}")
}

/// A curve, in as many pieces as there are gaps.
fn curve(canvas: &mut Canvas, plot: &Plot, frame: &Frame, series: &Series, k: usize) {
    let colour = hex(PALETTE[k % PALETTE.len()]);
    let places: Vec<Option<(f64, f64)>> = (series.x.iter().zip(&series.y))
        .map(|(x, y)| frame.place(plot, *x, *y))
        .collect();
    for piece in places.split(Option::is_none) {
        let piece: Vec<(f64, f64)> = piece.iter().copied().flatten().collect();
        if let [alone] = piece.as_slice() {
            canvas.dot(*alone, 2.2, &colour, false);
        } else if !piece.is_empty() {
            let path: Vec<String> = piece
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            canvas.line(format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>",
                path.join(" "),
                manner(k)
            ));
        }
        if series.x.len() <= DOTTED && piece.len() > 1 {
            piece
                .iter()
                .for_each(|place| canvas.dot(*place, 3.0, &colour, false));
        }
    }
}

/// Data in the colours of the map where they mean the same, else in colours of their own.
fn points(canvas: &mut Canvas, plot: &Plot, frame: &Frame, shared: Option<&Colours>) {
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
        let fill = colour.map_or("#ffffff".to_string(), hex);
        canvas.dot(place, 3.6, &fill, true);
    }
}

/// Places joined in order, dark on a light rim, so that it is seen on every colour.
fn path(canvas: &mut Canvas, plot: &Plot, frame: &Frame) {
    let places = plot.path.iter();
    let places = places.filter_map(|(x, y)| frame.place(plot, *x, *y));
    let places: Vec<(f64, f64)> = places.collect();
    let written: Vec<String> = places
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    let Some(last) = places.last() else {
        return;
    };
    for (colour, width) in [("#fff", 4.0), ("#111", 1.8)] {
        canvas.line(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke=\"{colour}\" stroke-width=\"{width}\"/>",
            written.join(" ")
        ));
    }
    if places.len() <= DOTTED {
        places
            .iter()
            .for_each(|place| canvas.dot(*place, 2.4, "#111", false));
    }
    canvas.dot(*last, 4.0, "#fff", true);
}

fn own_colours(points: &Points) -> Option<Colours> {
    Colours::of(points.colours.as_ref()?.iter())
}
