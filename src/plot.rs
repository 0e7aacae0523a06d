//! Plots as data: curves, or a map over two variables, with points on either.

use crate::notation::Written;

/// Beyond this a number is not drawn: axes that reach further overflow.
const LARGEST: f64 = 1e307;

/// Values so few and so whole that they are classes and not a quantity.
const MOST_CLASSES: usize = 10;

/// A finished plot. Drawing it evaluates nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The content of the frame.
    pub picture: Picture,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Data drawn on it.
    pub points: Option<Points>,
    /// Places joined by a line, in order.
    pub path: Vec<(f64, f64)>,
    /// The text above it; may be empty.
    pub title: Written,
    /// The file it was written to, as the script names it.
    pub file: Option<String>,
}

/// The two kinds of plots.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// Lines, one a series.
    Curves(Vec<Series>),
    /// Colours over a plane.
    Map(Map),
}

/// One line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The expression as written, on one line.
    pub name: Written,
    /// The places at which it was computed.
    pub x: Vec<f64>,
    /// Its values there; what is not finite is a gap.
    pub y: Vec<f64>,
}

/// The values of one expression on a grid, at the middle of every cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The expression as written, on one line.
    pub name: Written,
    /// The columns, from left to right.
    pub x: Vec<f64>,
    /// The rows, from bottom to top.
    pub y: Vec<f64>,
    /// Row after row, from bottom to top.
    pub values: Vec<f64>,
    /// The lines along which the expression has a round value.
    pub contours: Vec<Contour>,
}

/// The places at which a map has one value, in pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// The value.
    pub level: f64,
    /// Each piece goes through one cell, from a place to a place.
    pub pieces: Vec<[(f64, f64); 2]>,
}

impl Map {
    /// The value in a column and a row.
    pub fn at(&self, column: usize, row: usize) -> f64 {
        self.values[row * self.x.len() + column]
    }

    /// The places with the value `level`. Between the middles of four cells the map is taken as
    /// linear along each side; where all four sides are crossed, the value in the middle decides.
    pub fn contour(&self, level: f64) -> Contour {
        let mut pieces = Vec::new();
        for row in 1..self.y.len() {
            for column in 1..self.x.len() {
                let corners = [(1, 1), (0, 1), (0, 0), (1, 0)].map(|(left, below)| {
                    let (i, j) = (column - left, row - below);
                    (self.x[i], self.y[j], self.at(i, j) - level)
                });
                if corners.iter().all(|corner| corner.2.is_finite()) {
                    crossings(corners, &mut pieces);
                }
            }
        }
        Contour { level, pieces }
    }
}

/// About ten round values inside a range.
pub fn levels(low: f64, high: f64) -> Vec<f64> {
    let raw = (high - low) / 10.0;
    if !(raw > 0.0 && raw.is_finite()) {
        return Vec::new();
    }
    let power = 10f64.powf(raw.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = steps.into_iter().find(|step| *step >= raw);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step).ceil() as i64;
    let levels = (first..).map(|k| k as f64 * step);
    levels.take_while(|level| *level < high).take(20).collect()
}

/// Adds the pieces at which the sides of a cell are crossed. Its corners are given around it.
fn crossings(corners: [(f64, f64, f64); 4], pieces: &mut Vec<[(f64, f64); 2]>) {
    let mut crossed = Vec::new();
    for k in 0..4 {
        let ((x0, y0, a), (x1, y1, b)) = (corners[k], corners[(k + 1) % 4]);
        if (a < 0.0) != (b < 0.0) {
            let share = a / (a - b);
            crossed.push((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share));
        }
    }
    match crossed[..] {
        [from, to] => pieces.push([from, to]),
        [a, b, c, d] => {
            let middle: f64 = corners.iter().map(|corner| corner.2 / 4.0).sum();
            let joined = (middle < 0.0) == (corners[0].2 < 0.0);
            pieces.extend(match joined {
                true => [[a, b], [c, d]],
                false => [[d, a], [b, c]],
            });
        }
        _ => {}
    }
}

/// Data drawn on a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// Their coordinates.
    pub places: Vec<(f64, f64)>,
    /// The numbers that decide their colours, one a point.
    pub colours: Option<Vec<f64>>,
}

/// One side of a plot: its range and its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The name beside it; may be empty.
    pub name: Written,
    /// True if equal steps are equal factors.
    pub log: bool,
    /// Its start.
    pub low: f64,
    /// Its end, which is larger.
    pub high: f64,
}

impl Axis {
    /// An axis from `low` to `high`, which is larger.
    pub fn between(name: Written, log: bool, low: f64, high: f64) -> Axis {
        Axis {
            name,
            log,
            low,
            high,
        }
    }

    /// An axis with a little more than all `values` that can be drawn on it; `None` where none can.
    pub fn around(name: Written, log: bool, values: impl Iterator<Item = f64>) -> Option<Axis> {
        let (low, high) = values
            .filter(|value| drawable(*value, log))
            .map(|value| if log { value.log10() } else { value })
            .fold(None, |range, value| match range {
                None => Some((value, value)),
                Some((low, high)) => Some((value.min(low), value.max(high))),
            })?;
        let size = low.abs().max(high.abs());
        let margin = match high - low {
            // All values are the same, but for rounding.
            width if width <= 1e-12 * size || width == 0.0 => match size {
                0.0 => 1.0,
                _ if log => 0.5,
                size => 0.1 * size,
            },
            width => 0.04 * width,
        };
        let back = |value: f64| if log { 10f64.powf(value) } else { value };
        let low = back(low - margin).max(if log { f64::MIN_POSITIVE } else { f64::MIN });
        Some(Axis::between(name, log, low, back(high + margin)))
    }

    /// The position of `value` along the axis, from 0 to 1 if it is on the axis; `None` if it
    /// cannot be drawn.
    pub fn fraction(&self, value: f64) -> Option<f64> {
        if !drawable(value, self.log) {
            return None;
        }
        let of = |value: f64| if self.log { value.log10() } else { value };
        Some((of(value) - of(self.low)) / (of(self.high) - of(self.low)))
    }

    /// The value so far along the axis; exact at both ends.
    pub fn value(&self, fraction: f64) -> f64 {
        match fraction {
            0.0 => self.low,
            1.0 => self.high,
            _ if self.log => self.low * (self.high / self.low).powf(fraction),
            _ => self.low + (self.high - self.low) * fraction,
        }
    }
}

/// True if a value has a place on an axis.
pub fn drawable(value: f64, log: bool) -> bool {
    value.is_finite() && value.abs() <= LARGEST && (!log || value > 0.0)
}

/// The different values, in order, where they are classes: few whole numbers. Entries that are not
/// finite do not count.
pub fn classes<'v>(values: impl Iterator<Item = &'v f64>) -> Option<Vec<f64>> {
    let mut classes: Vec<f64> = Vec::new();
    for value in values.copied().filter(|value| value.is_finite()) {
        if classes.contains(&value) {
            continue;
        }
        if value.fract() != 0.0 || classes.len() == MOST_CLASSES {
            return None;
        }
        classes.push(value);
    }
    classes.sort_by(f64::total_cmp);
    (!classes.is_empty()).then_some(classes)
}
