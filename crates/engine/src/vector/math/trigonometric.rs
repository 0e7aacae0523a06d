//! Sine and cosine of arguments of a few thousand turns at most.
//!
//! The polynomials on |r| ≤ π/4 are those of fdlibm (Sun Microsystems, 1993).

use super::super::Arithmetic;
use super::{ROUNDER, polynomial};
use std::f64::consts::FRAC_2_PI;

/// True if sine and cosine are right here: |x| below 16,384 quarter turns. Farther out the three
/// parts of π/2 are not enough.
#[inline(always)]
pub fn few_turns(x: f64) -> bool {
    x.abs() <= 25_735.0
}

/// x = q·π/2 + (r + rest), with q in the low bits of the first part.
#[inline(always)]
fn reduce<A: Arithmetic>(ops: A, x: f64) -> (u64, f64, f64) {
    /// π/2 in three positive parts: multiples of 2⁻³⁸ and 2⁻⁷⁷, whose products with q are exact, and
    /// the rest.
    const PARTS: [f64; 3] = [
        1.5707963267923333,
        2.5633441515905732e-12,
        3.9455541665632055e-24,
    ];
    let counted = ops.fma(x, FRAC_2_PI, ROUNDER);
    let q = counted - ROUNDER;
    let first = ops.fma(q, -PARTS[0], x);
    let second = q * PARTS[1];
    let r = first - second;
    let lost = (first - r) - second;
    let third = q * PARTS[2] - lost;
    let result = r - third;
    (counted.to_bits(), result, (r - result) - third)
}

/// sin(r + rest)
#[inline(always)]
fn sine<A: Arithmetic>(ops: A, r: f64, rest: f64) -> f64 {
    const THIRD: f64 = -0.16666666666666632;
    const COEFFICIENTS: [f64; 5] = [
        0.00833333333332249,
        -0.0001984126982985795,
        2.7557313707070068e-06,
        -2.5050760253406863e-08,
        1.58969099521155e-10,
    ];
    let z = r * r;
    let cube = z * r;
    let p = polynomial(ops, z, COEFFICIENTS);
    r - ((z * (0.5 * rest - cube * p) - rest) - cube * THIRD)
}

/// cos(r + rest)
#[inline(always)]
fn cosine<A: Arithmetic>(ops: A, r: f64, rest: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] = [
        0.0416666666666666,
        -0.001388888888887411,
        2.480158728947673e-05,
        -2.7557314351390663e-07,
        2.087572321298175e-09,
        -1.1359647557788195e-11,
    ];
    let z = r * r;
    let half = 0.5 * z;
    let leading = 1.0 - half;
    let p = z * polynomial(ops, z, COEFFICIENTS);
    leading + (((1.0 - leading) - half) + (z * p - r * rest))
}

/// Sine and cosine, for [`few_turns`].
#[inline(always)]
pub fn sin_cos<A: Arithmetic>(ops: A, x: f64) -> (f64, f64) {
    let (q, r, rest) = reduce(ops, x);
    let (s, c) = (sine(ops, r, rest), cosine(ops, r, rest));
    // A quarter turn on for each of `quarters`.
    let turned = |quarters| {
        let q = q.wrapping_add(quarters);
        let value = if q & 1 == 0 { s } else { c };
        f64::from_bits(value.to_bits() ^ ((q & 2) << 62))
    };
    (turned(0), turned(1))
}

/// The sine, for [`few_turns`].
#[inline(always)]
pub fn sin<A: Arithmetic>(ops: A, x: f64) -> f64 {
    sin_cos(ops, x).0
}

/// The cosine, for [`few_turns`].
#[inline(always)]
pub fn cos<A: Arithmetic>(ops: A, x: f64) -> f64 {
    sin_cos(ops, x).1
}
