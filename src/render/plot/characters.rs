//! A plot in characters: one curve in dots of Braille, several with a mark each, a map in shades.

use super::ticks::{Tick, ticks};
use crate::notation::colour::{self, Paint};
use crate::plot::{Axis, Map, Picture, Plot, Points, Series, classes};
use crate::render::{Style, number};
use unicode_width::UnicodeWidthStr;

const WIDTH: usize = 72;
const NARROWEST: usize = 30;
const ROWS: usize = 18;
/// The most points of a series that are marked on the line between them.
const FEW: usize = 12;

/// The marks of series.
const MARKS: [char; 8] = ['•', 'x', 'o', '+', '#', '@', '%', '&'];
const ASCII_MARKS: [char; 8] = ['*', 'x', 'o', '+', '#', '@', '%', '&'];
/// From low to high.
const SHADES: &[char] = &[' ', '░', '▒', '▓', '█'];
const ASCII_SHADES: &[char] = &[' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];
/// The characters that fill the regions of classes.
const FILLS: [char; 10] = ['·', '░', ' ', '▒', '-', '▓', '=', '█', '~', '^'];
const ASCII_FILLS: [char; 10] = ['.', ':', ' ', '+', '-', '#', '=', '@', '~', '^'];

/// The lines of the plot, its axes and its legend.
pub fn draw(plot: &Plot, style: &Style) -> String {
    let width = style.width.unwrap_or(WIDTH).clamp(NARROWEST, WIDTH);
    let up = ticks(&plot.y, 5);
    let gutter = up.iter().map(|tick| tick.text.width()).max().unwrap_or(0);
    let columns = width.saturating_sub(gutter + 2).max(8);
    let across = fitting(&plot.x, columns);
    let (cells, legend) = match &plot.picture {
        Picture::Curves(series) => curves(plot, series, columns, style),
        Picture::Map(map) => shades(plot, map, columns, style),
    };
    let mut text = String::new();
    if !plot.title.is_empty() {
        let start = (width.saturating_sub(plot.title.width())) / 2;
        text.push_str(&format!("{}{}\n", " ".repeat(start), plot.title));
    }
    if !plot.y.name.is_empty() {
        text.push_str(&format!("{}{}\n", " ".repeat(gutter + 1), plot.y.name));
    }
    for (row, line) in cells.iter().enumerate() {
        let tick = up.iter().find(|tick| row_of(tick.at) == row);
        let label = tick.map_or("", |tick| tick.text.as_str());
        let blank = " ".repeat(gutter - label.width());
        let side = match (style.ascii, tick.is_some()) {
            (true, true) => '+',
            (true, false) => '|',
            (false, true) => '┤',
            (false, false) => '│',
        };
        text.push_str(&format!(
            "{}\n",
            format!("{blank}{label} {side}{}", painted(line, style)).trim_end()
        ));
    }
    let indent = " ".repeat(gutter + 1);
    let (bottom, numbers) = below(&across, columns, style);
    text.push_str(&format!("{indent}{bottom}\n{indent} {numbers}\n"));
    if !plot.x.name.is_empty() {
        let start = (columns / 2).saturating_sub(plot.x.name.width() / 2);
        text.push_str(&format!("{indent} {}{}\n", " ".repeat(start), plot.x.name));
    }
    text.push_str(&wrapped(&legend, width, &indent));
    text
}

/// As many marks as have room beside each other.
fn fitting(axis: &Axis, columns: usize) -> Vec<Tick> {
    let mut most = (columns / 9).max(1);
    loop {
        let found = ticks(axis, most);
        let room: usize = found.iter().map(|tick| tick.text.width() + 2).sum();
        if most == 1 || room <= columns {
            return found;
        }
        most -= 1;
    }
}

fn row_of(fraction: f64) -> usize {
    ((1.0 - fraction) * (ROWS - 1) as f64).round() as usize
}

/// The axis below the plot, and the numbers below that.
fn below(across: &[Tick], columns: usize, style: &Style) -> (String, String) {
    let (corner, along, mark) = if style.ascii {
        ('+', '-', '+')
    } else {
        ('└', '─', '┬')
    };
    let mut line = vec![along; columns];
    let mut numbers = String::new();
    for tick in across {
        let column = (tick.at * (columns - 1) as f64).round() as usize;
        line[column] = mark;
        let width = tick.text.width();
        let start = column
            .saturating_sub(width / 2)
            .min((columns + 1).saturating_sub(width));
        let used = numbers.width();
        if start >= used + usize::from(used > 0) {
            numbers.push_str(&" ".repeat(start - used));
            numbers.push_str(&tick.text);
        }
    }
    let line: String = line.into_iter().collect();
    (format!("{corner}{line}"), numbers)
}

/// The entries of the legend, on as many lines as they need.
fn wrapped(entries: &[String], width: usize, indent: &str) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for entry in entries {
        if !line.is_empty() && colour::width(&line) + 3 + colour::width(entry) > width {
            text.push_str(&format!("{line}\n"));
            line.clear();
        }
        let gap = if line.is_empty() { indent } else { "   " };
        line.push_str(&format!("{gap}{entry}"));
    }
    if !line.is_empty() {
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// A character, and the curve that it belongs to where that is said by its colour.
type Mark = (char, Option<usize>);

/// Rows of characters.
type Cells = Vec<Vec<Mark>>;

/// A row with its colours.
fn painted(line: &[Mark], style: &Style) -> String {
    let end = line
        .iter()
        .rposition(|(mark, _)| *mark != ' ')
        .map_or(0, |last| last + 1);
    let pieces = line[..end].chunk_by(|a, b| a.1 == b.1);
    let pieces = pieces.map(|piece| {
        let text: String = piece.iter().map(|(mark, _)| mark).collect();
        match piece[0].1 {
            Some(curve) => Paint::Curve(curve).on(&text, style),
            None => text,
        }
    });
    pieces.collect()
}

/// Dots of which several make a character.
struct Dots {
    width: usize,
    height: usize,
    lit: Vec<bool>,
}

impl Dots {
    fn new(width: usize, height: usize) -> Dots {
        Dots {
            width,
            height,
            lit: vec![false; width * height],
        }
    }

    fn get(&self, x: usize, y: usize) -> bool {
        self.lit[y * self.width + x]
    }

    fn light(&mut self, x: i64, y: i64) {
        let inside =
            |value: i64, size: usize| usize::try_from(value).ok().filter(|value| *value < size);
        if let (Some(x), Some(y)) = (inside(x, self.width), inside(y, self.height)) {
            self.lit[y * self.width + x] = true;
        }
    }

    /// The place of a point of the plot. Far outside it is not exact.
    fn place(&self, plot: &Plot, x: f64, y: f64) -> Option<(i64, i64)> {
        let across = plot.x.fraction(x)?.clamp(-3.0, 3.0);
        let up = plot.y.fraction(y)?.clamp(-3.0, 3.0);
        let column = (across * (self.width - 1) as f64).round() as i64;
        let row = ((1.0 - up) * (self.height - 1) as f64).round() as i64;
        Some((column, row))
    }

    fn stroke(&mut self, from: (i64, i64), to: (i64, i64)) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let share = step as f64 / steps as f64;
            let part = |a: i64, b: i64| (a as f64 + (b - a) as f64 * share).round() as i64;
            self.light(part(from.0, to.0), part(from.1, to.1));
        }
    }

    fn curve(&mut self, plot: &Plot, series: &Series, joined: bool) {
        let mut last = None;
        for (x, y) in series.x.iter().zip(&series.y) {
            let place = self.place(plot, *x, *y);
            match (last.filter(|_| joined), place) {
                (Some(last), Some(place)) => self.stroke(last, place),
                (None, Some(place)) => self.light(place.0, place.1),
                _ => {}
            }
            last = place;
        }
    }

    /// The dots of one cell, as the code of a character of Braille.
    fn code(&self, column: usize, row: usize) -> u32 {
        const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let mut code = 0;
        for (y, bits) in BITS.iter().enumerate() {
            for (x, bit) in bits.iter().enumerate() {
                if self.get(2 * column + x, 4 * row + y) {
                    code |= bit;
                }
            }
        }
        code
    }
}

/// The first character of Braille, which has no dots.
const BRAILLE: u32 = 0x2800;

/// The character with the dots of another one and these.
fn with_dots(mark: char, code: u32) -> char {
    let before = (mark as u32).saturating_sub(BRAILLE);
    match before | code {
        0 => ' ',
        code => char::from_u32(BRAILLE + code).unwrap_or(' '),
    }
}

fn curves(plot: &Plot, series: &[Series], columns: usize, style: &Style) -> (Cells, Vec<String>) {
    let mut cells = vec![vec![(' ', None); columns]; ROWS];
    let marks = if style.ascii { ASCII_MARKS } else { MARKS };
    // Several curves in Braille are told apart by their colours alone.
    let coloured = style.colour && series.len() > 1;
    let fine = (series.len() == 1 || coloured)
        && !style.ascii
        && series.iter().all(|series| series.x.len() > FEW);
    // The first is drawn last, and is seen where several meet.
    for (k, series) in series.iter().enumerate().rev() {
        let (across, down) = if fine { (2, 4) } else { (1, 1) };
        let mut dots = Dots::new(across * columns, down * ROWS);
        dots.curve(plot, series, series.x.len() > FEW);
        for (row, line) in cells.iter_mut().enumerate() {
            for (column, cell) in line.iter_mut().enumerate() {
                let curve = coloured.then_some(k);
                if fine {
                    let code = dots.code(column, row);
                    if code != 0 {
                        *cell = (with_dots(cell.0, code), curve);
                    }
                } else if dots.get(column, row) {
                    *cell = (marks[k % marks.len()], curve);
                }
            }
        }
    }
    let entry = |(k, series): (usize, &Series)| match (fine, coloured) {
        (true, false) => series.name.to_string(),
        (true, true) => format!("{} {}", Paint::Curve(k).on("━━", style), series.name),
        (false, false) => format!("{} {}", marks[k % marks.len()], series.name),
        (false, true) => {
            let mark = marks[k % marks.len()].to_string();
            format!("{} {}", Paint::Curve(k).on(&mark, style), series.name)
        }
    };
    let mut legend: Vec<String> = series.iter().enumerate().map(entry).collect();
    path(&mut cells, plot, columns);
    legend.extend(points(&mut cells, plot, columns, None));
    (cells, legend)
}

fn shades(plot: &Plot, map: &Map, columns: usize, style: &Style) -> (Cells, Vec<String>) {
    let regions = classes(map.values.iter());
    let shades = if style.ascii { ASCII_SHADES } else { SHADES };
    let fills = if style.ascii { ASCII_FILLS } else { FILLS };
    let finite = map.values.iter().copied().filter(|value| value.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    let shade = |value: f64| match &regions {
        _ if !value.is_finite() => '?',
        Some(classes) => classes
            .iter()
            .position(|class| *class == value)
            .map_or('?', |k| fills[k % fills.len()]),
        None => {
            // Halves, because the difference of the largest numbers overflows.
            let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
            shades[((share * shades.len() as f64) as usize).min(shades.len() - 1)]
        }
    };
    let nearest = |k: usize, count: usize, of: usize| (2 * k + 1) * of / (2 * count);
    let cell = |row: usize, column: usize| {
        let x = nearest(column, columns, map.x.len());
        let y = nearest(ROWS - 1 - row, ROWS, map.y.len());
        shade(map.at(x, y))
    };
    let line = |row: usize| {
        (0..columns)
            .map(|column| (cell(row, column), None))
            .collect()
    };
    let mut cells: Cells = (0..ROWS).map(line).collect();
    let mut legend = vec![format!("{}:", map.name)];
    match &regions {
        _ if !map.contours.is_empty() => legend.extend(contours(&mut cells, plot, map, columns)),
        Some(classes) => legend.extend(classes.iter().enumerate().map(|(k, class)| {
            let fill = fills[k % fills.len()];
            format!("[{fill}{fill}] {}", number::format(*class, style.digits))
        })),
        None => {
            let ramp: String = shades.iter().collect();
            let (low, high) = (number::format(low, 4), number::format(high, 4));
            legend.push(format!("{low} [{ramp}] {high}"));
        }
    }
    if map.values.iter().any(|value| !value.is_finite()) {
        legend.push("[??] not finite".into());
    }
    path(&mut cells, plot, columns);
    legend.extend(points(&mut cells, plot, columns, regions.as_deref()));
    (cells, legend)
}

/// The lines of equal value on a ground without shades, a letter each; returns what the letters mean.
fn contours(cells: &mut Cells, plot: &Plot, map: &Map, columns: usize) -> Vec<String> {
    let shaded = cells.iter_mut().flatten().filter(|cell| cell.0 != '?');
    shaded.for_each(|cell| *cell = (' ', None));
    let drawn = map
        .contours
        .iter()
        .filter(|contour| !contour.pieces.is_empty());
    let mut meanings = Vec::new();
    for (contour, letter) in drawn.zip('a'..='z') {
        let mut line = Dots::new(columns, ROWS);
        for [from, to] in &contour.pieces {
            let [from, to] = [from, to].map(|(x, y)| line.place(plot, *x, *y));
            if let Some((from, to)) = from.zip(to) {
                line.stroke(from, to);
            }
        }
        for (row, marks) in cells.iter_mut().enumerate() {
            let crossed = marks.iter_mut().enumerate();
            let crossed = crossed.filter(|(column, _)| line.get(*column, row));
            crossed.for_each(|(_, cell)| *cell = (letter, None));
        }
        meanings.push(format!("{letter} = {}", number::format(contour.level, 6)));
    }
    meanings
}

/// Draws the places of the path, joined, and a cross at its end.
fn path(cells: &mut Cells, plot: &Plot, columns: usize) {
    let mut line = Dots::new(columns, ROWS);
    let mut last = None;
    for (x, y) in &plot.path {
        let place = line.place(plot, *x, *y);
        if let Some((from, to)) = last.zip(place) {
            line.stroke(from, to);
        }
        last = place;
    }
    let mut end = Dots::new(columns, ROWS);
    if let Some((column, row)) = last {
        line.light(column, row);
        end.light(column, row);
    }
    for (row, marks) in cells.iter_mut().enumerate() {
        for (column, cell) in marks.iter_mut().enumerate() {
            match (end.get(column, row), line.get(column, row)) {
                (true, _) => *cell = ('X', None),
                (_, true) => *cell = ('*', None),
                _ => {}
            }
        }
    }
}

/// Draws the data: a class by its number or a letter; returns what the legend says of it.
fn points(
    cells: &mut Cells,
    plot: &Plot,
    columns: usize,
    regions: Option<&[f64]>,
) -> Option<String> {
    let points = plot.points.as_ref()?;
    let grid = Dots::new(columns, ROWS);
    let known = known_classes(points, regions);
    for (k, (x, y)) in points.places.iter().enumerate() {
        let Some((column, row)) = grid.place(plot, *x, *y) else {
            continue;
        };
        let value = points.colours.as_ref().map(|colours| colours[k]);
        let cell = usize::try_from(row)
            .ok()
            .and_then(|row| cells.get_mut(row))
            .zip(usize::try_from(column).ok())
            .and_then(|(line, column)| line.get_mut(column));
        if let Some(cell) = cell {
            *cell = (value.map_or('o', |value| letter(value, &known)), None);
        }
    }
    match known.as_slice() {
        [] => Some("o data".into()),
        known => {
            let marks: Vec<String> = known
                .iter()
                .map(|class| {
                    let mark = letter(*class, known).to_string();
                    let text = number::format(*class, 6);
                    if mark == text {
                        mark
                    } else {
                        format!("{mark} = {text}")
                    }
                })
                .collect();
            Some(format!("data: {}", marks.join(", ")))
        }
    }
}

/// The classes of the data; none where it has no colours or these are a quantity.
fn known_classes(points: &Points, regions: Option<&[f64]>) -> Vec<f64> {
    let Some(colours) = &points.colours else {
        return Vec::new();
    };
    let all = colours.iter().chain(regions.unwrap_or(&[]));
    let known = classes(all).or_else(|| classes(colours.iter()));
    let mut known = known.unwrap_or_default();
    known.retain(|class| colours.contains(class));
    known
}

/// The mark of a class: its number where that is a digit.
fn letter(value: f64, known: &[f64]) -> char {
    let digits = known.iter().all(|class| (0.0..10.0).contains(class));
    match known.iter().position(|class| *class == value) {
        None => 'o',
        Some(_) if digits => char::from_digit(value as u32, 10).unwrap_or('o'),
        Some(k) => char::from(b'a' + (k % 26) as u8),
    }
}
