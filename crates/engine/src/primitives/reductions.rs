//! Kernels that go over lanes: the columns of a matrix, its rows, or all entries.
//!
//! A column lies in one piece. Rows are computed side by side, as many as fit into a block, column
//! by column: so nothing is gathered, and nothing is allocated.

use super::arithmetic::DIFFERENCE;
use super::special;
use crate::graph::primitive::{Fault, KernelCall, Lanes, Map1};
use crate::graph::{Attr, View};
use crate::vector::maps::folded;
use crate::vector::sums::{
    sum_of_deviations, sum_of_magnitudes, sum_of_squared_deviations, sum_of_squares,
};
use crate::vector::{at_full_width, at_width, map1, math, sums};

type Done = Result<(), Fault>;

const EXP: Map1 = map1!(fused math::exp);
const LOG: Map1 = map1!(fused math::log);

/// The number of rows that are computed side by side, and of the entries of a column at a time.
const BLOCK: usize = 128;

/// Some rows of a matrix.
#[derive(Clone, Copy)]
struct Rows<'a> {
    x: View<'a>,
    first: usize,
    count: usize,
}

impl<'a> Rows<'a> {
    fn columns(self) -> impl Iterator<Item = &'a [f64]> {
        let m = self.x.shape.m();
        (0..self.x.shape.n()).map(move |j| &self.x.data[j * m + self.first..][..self.count])
    }

    /// One number a row: `start`, and then the entries of the row folded into it.
    fn fold(self, out: &mut [f64], start: f64, combine: impl Fn(f64, f64) -> f64) {
        out.fill(start);
        for column in self.columns() {
            at_width!(_ => out.iter_mut().zip(column).for_each(|(y, x)| *y = combine(*y, *x)));
        }
    }

    /// [`Rows::fold`] from 0, with something else for each row given to `combine`.
    fn fold_with<W: Copy>(self, out: &mut [f64], with: &[W], combine: impl Fn(f64, f64, W) -> f64) {
        out.fill(0.0);
        for column in self.columns() {
            at_width!(_ => for ((y, x), w) in out.iter_mut().zip(column).zip(with) {
                *y = combine(*y, *x, *w);
            });
        }
    }

    fn row(self, i: usize) -> Vec<f64> {
        self.columns().map(|column| column[i]).collect()
    }
}

/// The arrangement of lanes: rows, or pieces of a length.
enum Layout {
    Rows,
    Pieces(usize),
}

fn layout(x: View<'_>, attr: Attr) -> Layout {
    match attr {
        Attr::Axis(1) => Layout::Pieces(x.shape.m()),
        Attr::Axis(2) if x.shape.m() != 1 => Layout::Rows,
        _ => Layout::Pieces(x.data.len()),
    }
}

/// One number for each lane: of a lane in one piece, and of rows side by side.
fn reduce(
    call: &KernelCall<'_>,
    out: &mut [f64],
    piece: impl Fn(&[f64]) -> f64,
    rows: impl Fn(Rows<'_>, &mut [f64]),
) -> Done {
    let x = call.args[0];
    match layout(x, call.attr) {
        Layout::Pieces(length) => {
            for (k, result) in out.iter_mut().enumerate() {
                *result = piece(&x.data[k * length..][..length]);
            }
        }
        Layout::Rows => {
            for (k, out) in out.chunks_mut(BLOCK).enumerate() {
                let (first, count) = (k * BLOCK, out.len());
                rows(Rows { x, first, count }, out);
            }
        }
    }
    Ok(())
}

/// Σ x over all entries; see [`sums::TALL`].
fn sum_of_all(x: View<'_>) -> f64 {
    let m = x.shape.m();
    if m < sums::TALL || x.shape.n() == 1 {
        return sums::sum(x.data);
    }
    let columns: Vec<f64> = x.data.chunks_exact(m).map(sums::sum).collect();
    sums::sum(&columns)
}

/// The mean of a lane in two parts: its first entry, and the mean of what the others have more. The first
/// is taken away before the second is, so that equal entries have no deviation at all.
fn centre(lane: &[f64]) -> (f64, f64) {
    let first = lane.first().copied().unwrap_or(0.0);
    (first, sum_of_deviations(lane, first) / lane.len() as f64)
}

/// [`centre`] of each row: the second parts, given the `first` entries.
fn centres(rows: Rows<'_>, first: &[f64], out: &mut [f64]) {
    rows.fold_with(out, first, |sum, x, first| sum + (x - first));
    divide(out, rows.x.shape.n());
}

fn variance(lane: &[f64]) -> f64 {
    let (first, centre) = centre(lane);
    sum_of_squared_deviations(lane, first, centre) / lane.len() as f64
}

fn divide(out: &mut [f64], by: usize) {
    out.iter_mut().for_each(|y| *y /= by as f64);
}

fn variances(rows: Rows<'_>, out: &mut [f64]) {
    let Some(first) = rows.columns().next() else {
        return out.fill(f64::NAN);
    };
    centres(rows, first, out);
    let mut known = [(0.0, 0.0); BLOCK];
    let known = &mut known[..rows.count];
    for (slot, (first, centre)) in known.iter_mut().zip(first.iter().zip(&*out)) {
        *slot = (*first, *centre);
    }
    rows.fold_with(out, known, |sum, x, (first, centre)| {
        let deviation = (x - first) - centre;
        sum + deviation * deviation
    });
    divide(out, rows.x.shape.n());
}

/// x − mean(x) of each lane, with the mean as [`centre`] finds it.
pub fn deviations(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let piece = |lane: &[f64], out: &mut [f64]| {
        let (first, centre) = centre(lane);
        let pairs = out.iter_mut().zip(lane);
        at_width!(_ => pairs.for_each(|(y, x)| *y = (x - first) - centre));
    };
    map_lanes(call, out, piece, |rows, out| {
        let Some(first) = rows.columns().next() else {
            return;
        };
        let mut known = [0.0; BLOCK];
        let known = &mut known[..rows.count];
        centres(rows, first, known);
        let m = rows.x.shape.m();
        for (j, column) in rows.columns().enumerate() {
            let out = &mut out[j * m + rows.first..][..rows.count];
            for (((y, x), first), centre) in out.iter_mut().zip(column).zip(first).zip(&*known) {
                *y = (x - first) - centre;
            }
        }
    })
}

/// All entries and `start` combined, in whatever order.
fn combined(lane: &[f64], start: f64, combine: impl Fn(f64, f64) -> f64) -> f64 {
    const FEW: usize = 32;
    if lane.len() < FEW {
        return lane.iter().copied().fold(start, combine);
    }
    at_full_width!(_ => folded(combine, start, lane))
}

fn largest(lane: &[f64]) -> f64 {
    combined(lane, f64::NEG_INFINITY, special::max2)
}

fn smallest(lane: &[f64]) -> f64 {
    combined(lane, f64::INFINITY, special::min2)
}

/// True if squares of numbers of this size neither overflow nor underflow.
fn squares_fit(scale: f64) -> bool {
    (1e-140..1e140).contains(&scale)
}

/// √Σx² without overflow or underflow: entries are scaled by the largest where need be.
fn euclidean(lane: &[f64]) -> f64 {
    let larger = |scale: f64, x: f64| special::max2(scale, x.abs());
    let scale = combined(lane, 0.0, larger);
    if scale == 0.0 || !scale.is_finite() {
        return scale;
    }
    if squares_fit(scale) {
        return sum_of_squares(lane, 0.0, 1.0).sqrt();
    }
    scale * sum_of_squares(lane, 0.0, scale).sqrt()
}

pub fn sum(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    if call.attr == Attr::None {
        out[0] = sum_of_all(call.args[0]);
        return Ok(());
    }
    reduce(call, out, sums::sum, |rows, out| {
        rows.fold(out, 0.0, |sum, x| sum + x);
    })
}

pub fn mean(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    sum(call, out)?;
    let lane = call.args[0].data.len() / out.len().max(1);
    divide(out, lane);
    Ok(())
}

pub fn var(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    reduce(call, out, variance, variances)
}

pub fn std(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let root = |lane: &[f64]| variance(lane).sqrt();
    reduce(call, out, root, |rows, out| {
        variances(rows, out);
        out.iter_mut().for_each(|y| *y = y.sqrt());
    })
}

pub fn prod(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let product = |lane: &[f64]| lane.iter().product();
    reduce(call, out, product, |rows, out| {
        rows.fold(out, 1.0, |product, x| product * x);
    })
}

pub fn max(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    reduce(call, out, largest, |rows, out| {
        rows.fold(out, f64::NEG_INFINITY, special::max2);
    })
}

pub fn min(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    reduce(call, out, smallest, |rows, out| {
        rows.fold(out, f64::INFINITY, special::min2);
    })
}

pub fn norm(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    reduce(call, out, euclidean, |rows, out| {
        let mut scales = [0.0; BLOCK];
        let scales = &mut scales[..rows.count];
        rows.fold(scales, 0.0, |scale, x| special::max2(scale, x.abs()));
        rows.fold(out, 0.0, |sum, x| sum + x * x);
        for (i, (y, scale)) in out.iter_mut().zip(scales).enumerate() {
            *y = if squares_fit(*scale) {
                y.sqrt()
            } else {
                euclidean(&rows.row(i))
            };
        }
    })
}

pub fn norm1(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    reduce(call, out, sum_of_magnitudes, |rows, out| {
        rows.fold(out, 0.0, |sum, x| sum + x.abs());
    })
}

pub fn argmax(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let position = |lane: &[f64]| {
        let best = largest(lane);
        let position = lane.iter().position(|&x| x == best || x.is_nan());
        position.map_or(f64::NAN, |k| (k + 1) as f64)
    };
    reduce(call, out, position, |rows, out| {
        for (i, y) in out.iter_mut().enumerate() {
            *y = position(&rows.row(i));
        }
    })
}

/// exp(x − shift) of a piece, written to `out`, a block at a time; their sum.
fn exponentials(lane: &[f64], shift: f64, mut out: impl FnMut(usize, &[f64])) -> f64 {
    let (mut difference, mut result) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut sum = 0.0;
    for (k, x) in lane.chunks(BLOCK).enumerate() {
        let (difference, result) = (&mut difference[..x.len()], &mut result[..x.len()]);
        (DIFFERENCE.over)(Lanes::Each(x), Lanes::All(shift), difference);
        (EXP.over)(difference, result);
        sum += sums::sum(result);
        out(k * BLOCK, result);
    }
    sum
}

/// The largest entries of rows, and Σ exp(x − largest); `out` is given the exponentials of every
/// column.
fn exponentials_of_rows(
    rows: Rows<'_>,
    shifts: &mut [f64],
    total: &mut [f64],
    mut out: impl FnMut(usize, &[f64]),
) {
    rows.fold(shifts, f64::NEG_INFINITY, special::max2);
    total.fill(0.0);
    let (mut difference, mut result) = ([0.0; BLOCK], [0.0; BLOCK]);
    let (difference, result) = (&mut difference[..rows.count], &mut result[..rows.count]);
    for (j, column) in rows.columns().enumerate() {
        (DIFFERENCE.over)(Lanes::Each(column), Lanes::Each(shifts), difference);
        (EXP.over)(difference, result);
        let sums = total.iter_mut().zip(&*result);
        at_width!(_ => sums.for_each(|(sum, x)| *sum += x));
        out(j, result);
    }
}

/// log Σ exp of the largest and of Σ exp(x − largest); an infinite largest decides alone.
fn joined(shift: f64, log_of_rest: f64) -> f64 {
    if shift.is_infinite() {
        shift
    } else {
        shift + log_of_rest
    }
}

fn join(logarithms: &mut [f64], shifts: &[f64]) {
    let pairs = logarithms.iter_mut().zip(shifts);
    pairs.for_each(|(y, shift)| *y = joined(*shift, *y));
}

pub fn logsumexp(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let piece = |lane: &[f64]| {
        let shift = largest(lane);
        joined(shift, (LOG.at)(exponentials(lane, shift, |_, _| ())))
    };
    reduce(call, out, piece, |rows, out| {
        let [mut shifts, mut total] = [[0.0; BLOCK]; 2];
        let (shifts, total) = (&mut shifts[..rows.count], &mut total[..rows.count]);
        exponentials_of_rows(rows, shifts, total, |_, _| ());
        (LOG.over)(total, out);
        join(out, shifts);
    })
}

/// As many numbers for each lane as it has.
fn map_lanes(
    call: &KernelCall<'_>,
    out: &mut [f64],
    piece: impl Fn(&[f64], &mut [f64]),
    rows: impl Fn(Rows<'_>, &mut [f64]),
) -> Done {
    let x = call.args[0];
    match layout(x, call.attr) {
        Layout::Pieces(length) => {
            let length = length.max(1);
            for (x, out) in x.data.chunks(length).zip(out.chunks_mut(length)) {
                piece(x, out);
            }
        }
        Layout::Rows => {
            for first in (0..x.shape.m()).step_by(BLOCK) {
                let count = BLOCK.min(x.shape.m() - first);
                rows(Rows { x, first, count }, out);
            }
        }
    }
    Ok(())
}

/// The softmax of a piece; its largest entry, and Σ exp(x − largest).
fn softmax_of_piece(lane: &[f64], out: &mut [f64]) -> (f64, f64) {
    let shift = largest(lane);
    let sum = exponentials(lane, shift, |at, result| {
        out[at..at + result.len()].copy_from_slice(result);
    });
    at_width!(_ => out.iter_mut().for_each(|y| *y /= sum));
    (shift, sum)
}

/// The softmax of rows; the largest entry of each, and Σ exp(x − largest).
fn softmax_of_rows(rows: Rows<'_>, shifts: &mut [f64], total: &mut [f64], out: &mut [f64]) {
    let (m, n) = (rows.x.shape.m(), rows.x.shape.n());
    exponentials_of_rows(rows, shifts, total, |j, result| {
        out[j * m + rows.first..][..rows.count].copy_from_slice(result);
    });
    for j in 0..n {
        let column = &mut out[j * m + rows.first..][..rows.count];
        at_width!(_ => column.iter_mut().zip(&*total).for_each(|(y, sum)| *y /= sum));
    }
}

pub fn softmax(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let piece = |lane: &[f64], out: &mut [f64]| {
        softmax_of_piece(lane, out);
    };
    map_lanes(call, out, piece, |rows, out| {
        let [mut shifts, mut total] = [[0.0; BLOCK]; 2];
        let (shifts, total) = (&mut shifts[..rows.count], &mut total[..rows.count]);
        softmax_of_rows(rows, shifts, total, out);
    })
}

/// Both of [`softmax`] and [`logsumexp`], which need the same exponentials.
pub fn softmax_and_logsumexp(call: &KernelCall<'_>, out: &mut [f64], logarithms: &mut [f64]) {
    let x = call.args[0];
    match layout(x, call.attr) {
        Layout::Pieces(length) => {
            // An empty lane still has a logarithm.
            for (k, logarithm) in logarithms.iter_mut().enumerate() {
                let piece = k * length..(k + 1) * length;
                let (shift, sum) = softmax_of_piece(&x.data[piece.clone()], &mut out[piece]);
                *logarithm = joined(shift, (LOG.at)(sum));
            }
        }
        Layout::Rows => {
            let mut shifts = [0.0; BLOCK];
            let mut total = [0.0; BLOCK];
            for (k, logarithms) in logarithms.chunks_mut(BLOCK).enumerate() {
                let (first, count) = (k * BLOCK, logarithms.len());
                let (shifts, total) = (&mut shifts[..count], &mut total[..count]);
                softmax_of_rows(Rows { x, first, count }, shifts, total, out);
                (LOG.over)(total, logarithms);
                join(logarithms, shifts);
            }
        }
    }
}

pub fn log_softmax(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let piece = |lane: &[f64], out: &mut [f64]| {
        let shift = largest(lane);
        let rest = (LOG.at)(exponentials(lane, shift, |_, _| ()));
        out.iter_mut()
            .zip(lane)
            .for_each(|(y, x)| *y = (x - shift) - rest);
    };
    map_lanes(call, out, piece, |rows, out| {
        let [mut shifts, mut total, mut rest] = [[0.0; BLOCK]; 3];
        let [shifts, total, rest] =
            [&mut shifts, &mut total, &mut rest].map(|all| &mut all[..rows.count]);
        exponentials_of_rows(rows, shifts, total, |_, _| ());
        (LOG.over)(total, rest);
        let m = rows.x.shape.m();
        for (j, column) in rows.columns().enumerate() {
            let out = &mut out[j * m + rows.first..][..rows.count];
            for (((y, x), shift), rest) in out.iter_mut().zip(column).zip(&*shifts).zip(&*rest) {
                *y = (x - shift) - rest;
            }
        }
    })
}
