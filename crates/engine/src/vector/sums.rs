//! Sums of slices.
//!
//! The order of addition depends on the shape alone: few are added in order, more in
//! sixteen sums side by side that are then added in pairs, and those of a tall matrix column by column.
//! Very many are added in pieces of [`PIECE`], whose sums are added in order, so that threads can share them.
//! So the last digit is the same on every machine, and long sums lose fewer digits than in order.

use super::maps::{at_full_width, at_width};
use std::ops::Range;

/// Σ x
pub fn sum(x: &[f64]) -> f64 {
    by_pieces(x.len(), |piece| at_width!(_ => sum_by(&x[piece], |x| x)))
}

/// Σ |x|
pub fn sum_of_magnitudes(x: &[f64]) -> f64 {
    by_pieces(x.len(), |piece| at_width!(_ => sum_by(&x[piece], f64::abs)))
}

/// Σ ((x − centre)/scale)²
pub fn sum_of_squares(x: &[f64], centre: f64, scale: f64) -> f64 {
    by_pieces(x.len(), |piece| {
        at_width!(_ => sum_by(&x[piece], |x| {
            let x = (x - centre) / scale;
            x * x
        }))
    })
}

/// Σ (x − first)
pub fn sum_of_deviations(x: &[f64], first: f64) -> f64 {
    by_pieces(
        x.len(),
        |piece| at_width!(_ => sum_by(&x[piece], |x| x - first)),
    )
}

/// Σ ((x − first) − centre)²
pub fn sum_of_squared_deviations(x: &[f64], first: f64, centre: f64) -> f64 {
    by_pieces(x.len(), |piece| {
        at_width!(_ => sum_by(&x[piece], |x| {
            let x = (x - first) - centre;
            x * x
        }))
    })
}

/// Σ a·b
pub fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    if a.len() < FEW {
        return a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
    }
    by_pieces(a.len(), |piece| {
        let mut running = RunningSum::default();
        running.add_products(&a[piece.clone()], &b[piece]);
        running.total()
    })
}

/// True if every number is finite.
pub fn all_finite(x: &[f64]) -> bool {
    // 0 times a number is 0 where that is finite, else NaN.
    at_full_width!(_ => sum_by(x, |x| 0.0 * x)).is_finite()
}

/// The pieces of a long sum: each of [`PIECE`] terms, the last of up to one less than twice as many.
pub fn pieces(count: usize) -> impl Iterator<Item = Range<usize>> {
    let last = (count / PIECE).max(1) - 1;
    (0..=last).map(move |k| {
        let end = if k == last { count } else { (k + 1) * PIECE };
        k * PIECE..end
    })
}

/// The sum of the sums of pieces.
#[inline]
fn by_pieces(count: usize, sum: impl Fn(Range<usize>) -> f64) -> f64 {
    if count < 2 * PIECE {
        return sum(0..count);
    }
    let sums = pieces(count).map(sum);
    sums.reduce(|sum, more| sum + more).unwrap_or(0.0)
}

/// The number of sums side by side.
pub const LANES: usize = 16;
/// The number of terms in a piece of a sum of at least two such.
pub const PIECE: usize = 1 << 12;
/// From this many rows on, a matrix is summed column by column: so the sum can go through all its
/// columns side by side, some rows at a time.
pub const TALL: usize = 4096;
/// Arrays with more columns than this are computed whole: too few of their rows fit into a cache.
pub const WIDEST: usize = 64;
/// Shorter slices are summed in order.
const FEW: usize = 32;

#[inline(always)]
fn sum_by(x: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    if x.len() < FEW {
        return x.iter().fold(0.0, |sum, x| sum + term(*x));
    }
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    add_by(blocks, &mut sums, &term);
    rest.iter().fold(paired(sums), |sum, x| sum + term(*x))
}

#[inline(always)]
fn add_by(blocks: &[[f64; LANES]], sums: &mut [f64; LANES], term: impl Fn(f64) -> f64) {
    for block in blocks {
        for k in 0..LANES {
            sums[k] += term(block[k]);
        }
    }
}

/// The sum of a slice of less than twice [`PIECE`] entries that comes in parts, with the digits of [`sum`] or
/// [`sum_of_products`] of the whole, if that is not among the few that are added in order. All parts but the
/// last are as long as a multiple of [`LANES`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RunningSum {
    sums: [f64; LANES],
    /// The terms left over from the last piece.
    rest: [f64; LANES],
    left: usize,
}

impl RunningSum {
    /// Adds the entries of a piece.
    pub fn add(&mut self, x: &[f64]) {
        let (blocks, rest) = x.as_chunks::<LANES>();
        at_width!(_ => add_by(blocks, &mut self.sums, |x| x));
        self.keep(rest.iter().copied());
    }

    /// Adds the products of the entries of two pieces.
    pub fn add_products(&mut self, a: &[f64], b: &[f64]) {
        let n = a.len().min(b.len());
        let (a_blocks, a_rest) = a[..n].as_chunks::<LANES>();
        let (b_blocks, b_rest) = b[..n].as_chunks::<LANES>();
        let sums = &mut self.sums;
        at_width!(_ => for (a, b) in a_blocks.iter().zip(b_blocks) {
            for k in 0..LANES {
                sums[k] += a[k] * b[k];
            }
        });
        self.keep(a_rest.iter().zip(b_rest).map(|(a, b)| a * b));
    }

    fn keep(&mut self, rest: impl Iterator<Item = f64>) {
        debug_assert_eq!(self.left, 0, "only the last piece has a rest");
        for term in rest {
            self.rest[self.left] = term;
            self.left += 1;
        }
    }

    /// The sum of all pieces.
    pub fn total(&self) -> f64 {
        let rest = &self.rest[..self.left];
        rest.iter().fold(paired(self.sums), |sum, term| sum + term)
    }
}

#[inline(always)]
fn paired(mut sums: [f64; LANES]) -> f64 {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for k in 0..width {
            sums[k] += sums[k + width];
        }
    }
    sums[0]
}
