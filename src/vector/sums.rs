//! Sums of slices.
//!
//! Which entries are added first depends on the length alone: few are added in order, more in
//! sixteen sums side by side that are then added in pairs. So the last digit is the same on every
//! machine, and long sums lose fewer digits than in order.

use super::maps::at_width;

/// Σ x
pub fn sum(x: &[f64]) -> f64 {
    at_width!(_ => sum_by(x, |x| x))
}

/// Σ |x|
pub fn sum_of_magnitudes(x: &[f64]) -> f64 {
    at_width!(_ => sum_by(x, f64::abs))
}

/// Σ ((x − centre)/scale)²
pub fn sum_of_squares(x: &[f64], centre: f64, scale: f64) -> f64 {
    at_width!(_ => sum_by(x, |x| {
        let x = (x - centre) / scale;
        x * x
    }))
}

/// Σ a·b
pub fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    at_width!(_ => {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        let (a_blocks, a_rest) = a.as_chunks::<LANES>();
        let (b_blocks, b_rest) = b.as_chunks::<LANES>();
        if n < FEW {
            return a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
        }
        let mut sums = [0.0; LANES];
        for (a, b) in a_blocks.iter().zip(b_blocks) {
            for k in 0..LANES {
                sums[k] += a[k] * b[k];
            }
        }
        a_rest.iter().zip(b_rest).fold(paired(sums), |sum, (a, b)| sum + a * b)
    })
}

/// How many sums stand side by side.
const LANES: usize = 16;
/// Shorter slices are summed in order.
const FEW: usize = 32;

#[inline(always)]
fn sum_by(x: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    if x.len() < FEW {
        return x.iter().fold(0.0, |sum, x| sum + term(*x));
    }
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for block in blocks {
        for k in 0..LANES {
            sums[k] += term(block[k]);
        }
    }
    rest.iter().fold(paired(sums), |sum, x| sum + term(*x))
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
