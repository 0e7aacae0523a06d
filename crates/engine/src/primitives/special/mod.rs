//! Scalar special functions that the standard library lacks.
//!
//! Everything here is a pure function from `f64` to `f64` that answers every
//! input, NaN, infinities, signed zeros and subnormals included, without
//! panicking: a point outside the domain gives NaN and a pole gives an infinity
//! or NaN as each function says.
//!
//! The elementary building blocks come from the `libm` crate rather than from
//! the platform's mathematical library, so that the same input gives the same
//! bits on every machine. Formula numbers are those of the NIST Digital Library
//! of Mathematical Functions (DLMF). The quoted errors were measured against a
//! 60-digit computation at 10 000 or more random points per range (1 600 for the
//! polygamma orders above 60); one ulp is at most 2.2e-16 of the value.

mod gamma;
mod polygamma;
mod polynomial;
#[cfg(test)]
#[allow(
    clippy::approx_constant,
    reason = "reference values, in the table as computed"
)]
mod tests;

pub use gamma::{gamma, lgamma};
pub use polygamma::{digamma, polygamma};

use std::f64::consts::LN_2;

/// The error function, 2/√π · ∫₀ˣ exp(−t²) dt (DLMF 7.2.1).
///
/// `erf(±0) = ±0`, `erf(±∞) = ±1`. The fdlibm rational approximations of
/// `libm`; measured error ≤ 0.8 ulp.
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The complementary error function, 1 − erf(x) without the cancellation
/// (DLMF 7.2.2).
///
/// `erfc(∞) = 0`, `erfc(−∞) = 2`. The fdlibm rational approximations of `libm`,
/// which square the argument in two parts so that the tail keeps its relative
/// accuracy; measured error ≤ 3.3e-16 relative for every normal result.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// log(exp(a) + exp(b)) without overflow.
///
/// `logaddexp(−∞, x) = x`, `logaddexp(∞, x) = ∞`, equal infinities included;
/// NaN in either argument passes on. Computed as
/// max(a, b) + log1p(exp(−|a − b|)); measured error
/// ≤ 2e-16 · max(1, |result|).
pub fn logaddexp(a: f64, b: f64) -> f64 {
    if a == b {
        // Equal infinities have no difference.
        return a + LN_2;
    }
    let larger = max2(a, b);
    larger + libm::log1p(libm::exp(-(a - b).abs()))
}

/// x · log(y), with 0 for x = ±0 whatever y is, unless y is NaN.
///
/// So that y = 0 costs nothing when it has no weight, as in an entropy.
/// Measured error ≤ 1.4 ulp.
pub fn xlogy(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() {
        return 0.0;
    }
    x * libm::log(y)
}

/// The nearest whole number, halves away from zero as C's `round`. Exact.
///
/// Keeps the sign of zero; infinities and NaN pass on.
pub fn round_half_away(x: f64) -> f64 {
    x.round()
}

/// The remainder a − b·⌊a/b⌋ of floored division, which has the sign of b.
///
/// The truncated remainder is exact, and adding b to move it to the side of b
/// rounds once, so a tiny a on the other side of zero gives b itself. A zero
/// result has the sign of b too. For infinite b the result is a, or b when the
/// signs differ; NaN for b = 0 and for infinite a.
pub fn floored_mod(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        return remainder.copysign(b);
    }
    if (remainder < 0.0) != (b < 0.0) {
        return remainder + b;
    }
    remainder
}

/// −1, 0 or 1 by the sign of x; 0 at both zeros, NaN at NaN.
#[inline]
pub fn sign(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// x to the power y.
///
/// x⁰ is 1 for every x and 1ʸ for every y, even NaN; any other NaN passes on. A
/// negative x with a fractional y gives NaN. The cases of zeros and infinities
/// are those of IEEE 754. The fdlibm algorithm of
/// `libm`, measured error ≤ 0.8 ulp; squares, square roots and reciprocals are
/// rounded correctly, so that x^2 equals x·x.
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if y == 2.0 {
        return x * x;
    }
    if y == -1.0 {
        return 1.0 / x;
    }
    if y == 0.5 && x > 0.0 {
        return libm::sqrt(x);
    }
    libm::pow(x, y)
}

/// The larger of two numbers. NaN in either passes on, and 0 is larger than −0.
#[inline]
pub fn max2(a: f64, b: f64) -> f64 {
    let larger = if a > b { a } else { b };
    // Of equal numbers only the signs of zeros can differ.
    let both = f64::from_bits(a.to_bits() & b.to_bits());
    or_nan(a, b, if a == b { both } else { larger })
}

/// The smaller of two numbers. NaN in either passes on, and −0 is smaller than
/// 0.
#[inline]
pub fn min2(a: f64, b: f64) -> f64 {
    let smaller = if a < b { a } else { b };
    let either = f64::from_bits(a.to_bits() | b.to_bits());
    or_nan(a, b, if a == b { either } else { smaller })
}

/// NaN where either number is, else `result`; without a branch, so that loops
/// around it become vector instructions.
#[inline]
fn or_nan(a: f64, b: f64, result: f64) -> f64 {
    if a.is_nan() | b.is_nan() {
        f64::NAN
    } else {
        result
    }
}

/// max(x, 0), with NaN passed on and +0 for both zeros.
#[inline]
pub fn relu(x: f64) -> f64 {
    max2(x, 0.0)
}

/// x limited to lo … hi, as min(max(x, lo), hi): hi wins when the limits cross.
/// NaN in any argument passes on.
#[inline]
pub fn clamp3(x: f64, lo: f64, hi: f64) -> f64 {
    min2(max2(x, lo), hi)
}

/// The real cube root, of negative numbers too.
///
/// Zeros and infinities keep their sign. The CORE-MATH algorithm of `libm`,
/// correctly rounded.
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}

/// √(x² + y²) without overflow or underflow on the way.
///
/// ∞ when either argument is infinite, even beside a NaN; any other NaN passes
/// on. The scaled algorithm of `libm`, measured error ≤ 1 ulp.
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}
