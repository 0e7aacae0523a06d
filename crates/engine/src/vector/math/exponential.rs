//! The exponential function and its relatives.

use super::super::Arithmetic;
use super::{LN_2_HIGH, LN_2_LOW, ROUNDER, polynomial, power_of_two};
use std::f64::consts::LOG2_E;

/// x = k ln 2 + r with |r| ≤ ½ ln 2, and eʳ − 1.
struct Reduced {
    /// k, a whole number.
    k: f64,
    /// eʳ − 1
    growth: f64,
}

#[inline(always)]
fn reduce<A: Arithmetic>(ops: A, x: f64) -> Reduced {
    /// (eʳ − 1 − r)/r² by interpolation at the Chebyshev points; error 3e-19.
    const COEFFICIENTS: [f64; 11] = [
        0.5,
        0.1666666666666667,
        0.04166666666666667,
        0.008333333333326112,
        0.001388888888888373,
        0.0001984126987490126,
        2.4801587325605324e-05,
        2.7557255297969643e-06,
        2.755727357010214e-07,
        2.5105259538448494e-08,
        2.0914717341716378e-09,
    ];
    let k = ops.fma(x, LOG2_E, ROUNDER) - ROUNDER;
    let high = ops.fma(k, -LN_2_HIGH, x);
    let low = k * LN_2_LOW;
    let r = high - low;
    let rest = (high - r) - low;
    let growth = r + ops.fma(r * r, polynomial(ops, r, COEFFICIENTS), rest);
    Reduced { k, growth }
}

/// x, or the bound that it is beyond; NaN stays NaN.
#[inline(always)]
fn within(x: f64, least: f64, most: f64) -> f64 {
    let x = if x > most { most } else { x };
    if x < least { least } else { x }
}

/// eˣ·2ˢ for a small whole s.
#[inline(always)]
fn scaled_exp<A: Arithmetic>(ops: A, x: f64, s: f64) -> f64 {
    let Reduced { k, growth } = reduce(ops, within(x, -1000.0, 1000.0));
    // In two factors, because 2ᵏ itself may be out of range when the result is not. Only the last
    // multiplication can round.
    let k = k + s;
    let half = ops.fma(k, 0.5, ROUNDER);
    let rest = (k - (half - ROUNDER)) + ROUNDER;
    (1.0 + growth) * power_of_two(half) * power_of_two(rest)
}

/// eˣ
#[inline(always)]
pub fn exp<A: Arithmetic>(ops: A, x: f64) -> f64 {
    scaled_exp(ops, x, 0.0)
}

/// eˣ − 1
#[inline(always)]
pub fn expm1<A: Arithmetic>(ops: A, x: f64) -> f64 {
    // Below −50 the result is −1, above 710 it is infinite.
    let Reduced { k, growth } = reduce(ops, within(x, -50.0, 710.0));
    // Half of 2ᵏ, because 2¹⁰²⁴ is no number.
    let half = power_of_two((k - 1.0) + ROUNDER);
    let result = 2.0 * ops.fma(half, growth, half - 0.5);
    // Half of a subnormal number would be rounded.
    let result = if k == 0.0 { growth } else { result };
    // Zero keeps its sign.
    result.copysign(x)
}

/// (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)
#[inline(always)]
pub fn tanh<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let decay = expm1(ops, -2.0 * x.abs());
    (-decay / (2.0 + decay)).copysign(x)
}

/// (eˣ + e⁻ˣ)/2
#[inline(always)]
pub fn cosh<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let half = scaled_exp(ops, x.abs(), -1.0);
    half + 0.25 / half
}

/// tanh x and cosh x, with the bits of each by itself.
#[inline(always)]
pub fn tanh_cosh<A: Arithmetic>(ops: A, x: f64) -> (f64, f64) {
    (tanh(ops, x), cosh(ops, x))
}

/// The sigmoid of x and of −x, each with the bits that [`sigmoid`] gives.
#[inline(always)]
pub fn sigmoid_both<A: Arithmetic>(ops: A, x: f64) -> (f64, f64) {
    let (near_one, near_zero) = sigmoids(ops, x);
    let of = |negative| if negative { near_zero } else { near_one };
    (of(x < 0.0), of(x > 0.0))
}

/// 1/(1 + e⁻ˣ), with its relative accuracy down to the subnormal results.
#[inline(always)]
pub fn sigmoid<A: Arithmetic>(ops: A, x: f64) -> f64 {
    let (near_one, near_zero) = sigmoids(ops, x);
    if x < 0.0 { near_zero } else { near_one }
}

/// The sigmoid of |x| and of −|x|. A division takes as long as the rest: one serves both.
#[inline(always)]
fn sigmoids<A: Arithmetic>(ops: A, x: f64) -> (f64, f64) {
    let decay = exp(ops, -x.abs());
    let near_one = 1.0 / (1.0 + decay);
    (near_one, decay * near_one)
}
