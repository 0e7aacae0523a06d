//! The logarithm and its relatives.
//!
//! log(m) for m near 1 after fdlibm (Sun Microsystems, 1993): with f = m − 1 and s = f/(2 + f), it is
//! f − (½f² − s·(½f² + R(s²))).

use super::super::Arithmetic;
use super::exponential::exp;
use super::{LN_2_HIGH, LN_2_LOW, polynomial};

/// A positive number as 2ᵏ·m with √½ ≤ m < √2.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    /// The bits of √½.
    const LEAST: u64 = 0x3fe6_a09e_667f_3bcd;
    /// The bits of 1.
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    /// 2⁵², in whose low bits a whole number can be put.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let subnormal = x < f64::MIN_POSITIVE;
    let x = if subnormal {
        x * 18_014_398_509_481_984.0
    } else {
        x
    };
    let bias = if subnormal { 1023.0 + 54.0 } else { 1023.0 };
    let bits = x.to_bits().wrapping_add(ONE - LEAST);
    let k = (f64::from_bits((bits >> 52) | WHOLE.to_bits()) - WHOLE) - bias;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(LEAST));
    (k, m)
}

/// s·(½f² + R) and ½f²: log(1 + f) is their difference plus f.
#[inline(always)]
fn correction<A: Arithmetic>(ops: A, f: f64) -> (f64, f64) {
    /// The coefficients of R(z)/z, error 2⁻⁵⁸.
    const COEFFICIENTS: [f64; 7] = [
        0.6666666666666735,
        0.3999999999940942,
        0.2857142874366239,
        0.22222198432149784,
        0.1818357216161805,
        0.15313837699209373,
        0.14798198605116586,
    ];
    let s = f / (2.0 + f);
    let z = s * s;
    let half_square = 0.5 * f * f;
    (
        s * ops.fma(z, polynomial(ops, z, COEFFICIENTS), half_square),
        half_square,
    )
}

/// `result` where x is positive and finite, else what a logarithm is there.
#[inline(always)]
fn at_edges(x: f64, result: f64) -> f64 {
    let result = if x == f64::INFINITY {
        f64::INFINITY
    } else {
        result
    };
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    if x >= 0.0 { result } else { f64::NAN }
}

/// The natural logarithm.
#[inline(always)]
pub fn log<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0;
    let (product, half_square) = correction(ops, f);
    let small = half_square - ops.fma(k, LN_2_LOW, product);
    at_edges(x, ops.fma(k, LN_2_HIGH, f - small))
}

/// log(1 + x)
#[inline(always)]
pub fn log1p<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let u = 1.0 + x;
    let (k, m) = split(u);
    // What the sum lost, relative to it; nothing is lost where 1 + x is not needed.
    let lost = if x > 1.0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    };
    let (f, lost) = if k == 0.0 {
        (x, 0.0)
    } else {
        (m - 1.0, lost / u)
    };
    let (product, half_square) = correction(ops, f);
    let small = half_square - (product + ops.fma(k, LN_2_LOW, lost));
    let result = at_edges(u, ops.fma(k, LN_2_HIGH, f - small));
    // Zero keeps its sign.
    if x == 0.0 { x } else { result }
}

/// The logarithm to another base b, given 1/ln b and log_b 2, each in two parts.
///
/// The logarithm of m is carried in two parts, of which the first has few enough digits that its
/// product with 1/ln b is exact.
#[inline(always)]
fn to_base<A: Arithmetic>(ops: A, x: f64, scale: [f64; 2], of_two: [f64; 2]) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0;
    let (product, half_square) = correction(ops, f);
    let high = f64::from_bits((f - half_square).to_bits() & 0xffff_ffff_0000_0000);
    let low = ((f - high) - half_square) + product;
    let value = high * scale[0];
    let rest = (low + high) * scale[1] + low * scale[0];
    let whole = k * of_two[0];
    let sum = whole + value;
    let lost = (whole - sum) + value;
    at_edges(x, (rest + (k * of_two[1] + lost)) + sum)
}

/// The logarithm to base 2; exact where x is a power of 2.
#[inline(always)]
pub fn log2<A: Arithmetic>(ops: A, x: f64) -> f64 {
    const SCALE: [f64; 2] = [1.442_694_664_001_464_8, 3.768874985636099e-07];
    to_base(ops, x, SCALE, [1.0, 0.0])
}

/// The logarithm to base 10; exact where x is a power of 10.
#[inline(always)]
pub fn log10<A: Arithmetic>(ops: A, x: f64) -> f64 {
    const SCALE: [f64; 2] = [0.434_294_462_203_979_5, 1.9699272335463627e-08];
    const OF_TWO: [f64; 2] = [0.301_029_995_665_885_5, -1.9043128467164274e-12];
    to_base(ops, x, SCALE, OF_TWO)
}

/// log(1 + eˣ), exact in both tails: x₊ + log(1 + d) with d = e⁻ˡˣˡ ≤ 1.
#[inline(always)]
pub fn softplus<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let decay = exp(ops, -x.abs());
    // 1 + d = 1 + f or 2·(1 + f), the latter where d > √2 − 1; neither f is rounded.
    let halved = decay > 0.414_213_562_373_095;
    let f = if halved { 0.5 * (decay - 1.0) } else { decay };
    let (high, low) = if halved {
        (LN_2_HIGH, LN_2_LOW)
    } else {
        (0.0, 0.0)
    };
    let (product, half_square) = correction(ops, f);
    let rest = high + (f - (half_square - (product + low)));
    let linear = if x > 0.0 { x } else { 0.0 };
    linear + rest
}

/// The logarithm of the sigmoid, exact in both tails.
#[inline(always)]
pub fn log_sigmoid<A: Arithmetic>(ops: A, x: f64) -> f64 {
    -softplus(ops, -x)
}
