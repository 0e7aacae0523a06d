//! Elementary functions that compile to vector instructions: no branches, no tables, no calls.
//!
//! Each takes the [`Arithmetic`] of the instance that it is compiled for and one
//! number, and answers every number as IEEE 754 and C's annex F ask, signed zeros, subnormals and
//! infinities included. The errors said beside the functions were measured in units in the last
//! place against a multi-precision computation, with and without fused arithmetic; the tests hold
//! them.

mod exponential;
mod logarithm;
mod trigonometric;

pub use exponential::{cosh, exp, expm1, sigmoid, sigmoid_both, tanh, tanh_cosh};
pub use logarithm::{log, log_sigmoid, log1p, log2, log10, softplus};
pub use trigonometric::{cos, few_turns, sin, sin_cos};

use super::Arithmetic;

/// Added to a number below 2⁵¹ and taken away again, it leaves the nearest whole number; in between
/// that number stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts: a multiple of 2⁻³³, so that its products with exponents are exact, and the rest.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// 2ᵏ from k + [`ROUNDER`], for −1023 < k < 1024.
#[inline(always)]
fn power_of_two(rounder_plus_k: f64) -> f64 {
    f64::from_bits(rounder_plus_k.to_bits().wrapping_add(1023) << 52)
}

/// Σ cₖ xᵏ, even and odd powers apart: two short chains of operations instead of a long one.
#[inline(always)]
fn polynomial<A: Arithmetic, const N: usize>(ops: A, x: f64, c: [f64; N]) -> f64 {
    let square = x * x;
    let mut sums = [0.0; 2];
    for k in (0..N).rev() {
        let sum = &mut sums[k % 2];
        *sum = if k + 2 >= N {
            c[k]
        } else {
            ops.fma(*sum, square, c[k])
        };
    }
    ops.fma(sums[1], x, sums[0])
}
