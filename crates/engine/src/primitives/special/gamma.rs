//! The gamma function and its logarithm.

use super::polynomial::polynomial;

/// The gamma function Γ(x) (DLMF 5.2.1).
///
/// `gamma(±0) = ±∞`; NaN at the negative integers and at −∞, where the two sides
/// of the pole disagree; overflows to ∞ above 171.62 and underflows to a signed
/// 0 below −184. The recurrence Γ(x + 1) = x Γ(x) (DLMF 5.5.1), carried in twice
/// the working precision, from a Chebyshev fit near 1. Factorials are exact as
/// far as doubles are. Measured error ≤ 2.7e-16 relative for x > 0 and
/// ≤ 3.8e-16 for x < 0.
pub fn gamma(x: f64) -> f64 {
    /// Γ overflows well before this.
    const OVERFLOW: f64 = 172.0;
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x >= OVERFLOW {
        return f64::INFINITY;
    }
    if x == 0.0 {
        return 1.0 / x;
    }
    if x >= 1.0 {
        return gamma_above_one(x);
    }
    if x > 0.0 {
        return 1.0 / (x * reciprocal_gamma_from_one(x));
    }
    gamma_negative(x)
}

/// Γ(x) for 1 ≤ x < 172 as Γ(1 + z) · (z + 1) ⋯ (x − 1).
fn gamma_above_one(x: f64) -> f64 {
    let whole = x.floor();
    let offset = x - whole;
    // Dividing before the product rather than after it keeps the product from
    // overflowing where the result does not.
    let mut product = DoubleDouble::quotient(1.0, reciprocal_gamma_from_one(offset));
    let mut step = 1.0;
    while step < whole {
        product = product.times(offset + step);
        step += 1.0;
    }
    product.value()
}

/// Γ(x) for finite x < 0 as Γ(1 + r) / (r (r − 1) ⋯ x), where r is the exact
/// distance of x to the nearest integer.
fn gamma_negative(x: f64) -> f64 {
    /// From here on even the largest |Γ| between two poles underflows.
    const UNDERFLOW: f64 = -190.0;
    /// Where the product of the factors may overflow though its reciprocal is
    /// still a (subnormal) number, it is carried scaled down by this power of 2.
    const SCALE: f64 = f64::from_bits((1023 - 600) << 52);
    const SCALED_BELOW: f64 = -100.0;
    let nearest = x.round();
    let offset = x - nearest;
    if offset == 0.0 {
        return f64::NAN;
    }
    if x < UNDERFLOW {
        return if is_even(x.floor()) { 0.0 } else { -0.0 };
    }
    let scale = if x < SCALED_BELOW { SCALE } else { 1.0 };
    let mut product = DoubleDouble::from(scale * reciprocal_gamma_from_one(offset));
    let mut step = 0.0;
    while step >= nearest {
        product = product.times(offset + step);
        step -= 1.0;
    }
    (1.0 / product.value()) * scale
}

/// 1/Γ(1 + z) for −1/2 ≤ z ≤ 1, exactly 1 at both 0 and 1.
fn reciprocal_gamma_from_one(z: f64) -> f64 {
    /// (1/Γ(1 + z) − 1) / (z (1 − z)) in powers of z − 1/4, by Chebyshev
    /// interpolation; error 6e-19.
    const COEFFICIENTS: [f64; 17] = [
        0.5507341403777987,
        -0.1302724368208439,
        -0.08573441459855155,
        0.04624007307770712,
        -0.002531621421434326,
        -0.003979756769302145,
        0.0012995861623101331,
        -6.203274667798532e-05,
        -6.276786699376184e-05,
        1.8645923393610874e-05,
        -1.5154318327857327e-06,
        -4.1674695949979185e-07,
        1.4742621981929536e-07,
        -1.7744650692482355e-08,
        -7.436825894631298e-10,
        6.432331399219028e-10,
        -1.0131042981683219e-10,
    ];
    1.0 + z * (1.0 - z) * polynomial(z - 0.25, &COEFFICIENTS)
}

/// An unevaluated sum of two doubles, the second the rounding error of the
/// first, for products of many factors (Dekker's arithmetic, with a fused
/// multiply-add for the exact error of a product).
#[derive(Clone, Copy)]
struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    fn from(high: f64) -> Self {
        DoubleDouble { high, low: 0.0 }
    }

    fn quotient(numerator: f64, denominator: f64) -> Self {
        let high = numerator / denominator;
        let low = (-high).mul_add(denominator, numerator) / denominator;
        DoubleDouble { high, low }
    }

    fn times(self, factor: f64) -> Self {
        let high = self.high * factor;
        let error = self.high.mul_add(factor, -high);
        let low = self.low * factor + error;
        DoubleDouble { high, low }
    }

    /// The sum, where the error of an overflowed product means nothing.
    fn value(self) -> f64 {
        if self.high.is_finite() {
            self.high + self.low
        } else {
            self.high
        }
    }
}

/// The logarithm of |Γ(x)|.
///
/// `+∞` at 0, the negative integers and ±∞. The fdlibm rational approximations
/// of `libm`, which keep the relative accuracy around the zeros at 1 and 2 and
/// reflect the negative side (DLMF 5.5.3). The reflection cancels around the
/// zeros between the negative integers; there the logarithm is taken of
/// [`gamma`] itself. Measured error ≤ 3.5e-16 relative for x > 0, and
/// ≤ 4.1e-16 · max(1, |result|) for x < 0.
pub fn lgamma(x: f64) -> f64 {
    /// Below this size the reflected logarithms have cancelled enough that the
    /// error of gamma is the smaller one.
    const CANCELLED: f64 = 5.0;
    let result = libm::lgamma(x);
    if x < -1.0 && result.abs() < CANCELLED {
        return libm::log(gamma(x).abs());
    }
    result
}

/// True if a whole number is even.
pub(super) fn is_even(n: f64) -> bool {
    n % 2.0 == 0.0
}
