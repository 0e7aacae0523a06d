//! The logarithmic derivatives of the gamma function.

use super::gamma::{gamma, is_even};
use super::polynomial::polynomial;
use std::f64::consts::TAU;

/// The digamma function ψ(x) = Γ′(x)/Γ(x) (DLMF 5.2.2).
///
/// NaN at 0, the negative integers and −∞; `digamma(∞) = ∞`. By range:
///
/// * 0 < x ≤ 2: (x − x₀) · R(x) with the positive zero x₀ held in two parts and
///   R a Chebyshev fit, after ψ(x) = ψ(x + 1) − 1/x below 1 (DLMF 5.5.2), so the
///   zero costs no relative accuracy;
/// * up to 10: the same recurrence, downwards;
/// * above: the asymptotic series DLMF 5.11.2;
/// * x < 0: the reflection ψ(x) = ψ(1 − x) − π cot πx (DLMF 5.5.4), with the
///   cotangent of the exact distance to the nearest integer.
///
/// Measured error ≤ 4e-16 relative for x > 0, at the zero too; for x < 0
/// ≤ 6.5e-16 · max(1, |result|) down to −20 and ≤ 1.8e-15 · max(1, |result|) down
/// to −10⁵.
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY || x == 0.0 {
        return f64::NAN;
    }
    if x > 0.0 {
        return digamma_positive(x);
    }
    let offset = x - x.round();
    if offset == 0.0 {
        return f64::NAN;
    }
    let pole = 1.0 / offset;
    if pole.is_infinite() {
        return -pole;
    }
    // Around the zeros the large terms cancel, exactly when they go first, and
    // what rounding took from the pole term would show.
    let pole_rest = (-pole).mul_add(offset, 1.0) / offset;
    (digamma_positive(1.0 - x) - pole) - (offset * cot_remainder(offset) + pole_rest)
}

/// ψ(x) for x > 0, infinity included.
fn digamma_positive(x: f64) -> f64 {
    /// From here on the truncated asymptotic series is exact to rounding.
    const ASYMPTOTIC: f64 = 10.0;
    /// B₂ₖ / 2k for k = 1, 2, …
    const COEFFICIENTS: [f64; 9] = [
        0.08333333333333333,
        -0.008333333333333333,
        0.003968253968253968,
        -0.004166666666666667,
        0.007575757575757576,
        -0.021092796092796094,
        0.08333333333333333,
        -0.4432598039215686,
        3.0539543302701198,
    ];
    if x < 1.0 {
        return digamma_from_one(x) - 1.0 / x;
    }
    if x >= ASYMPTOTIC {
        let inverse = 1.0 / x;
        let square = inverse * inverse;
        return libm::log(x) - (0.5 * inverse + square * polynomial(square, &COEFFICIENTS));
    }
    // x = 1 + offset + steps; the subtraction is exact.
    let steps = x.floor() - 1.0;
    let offset = x - x.floor();
    let mut sum = 0.0;
    let mut step = steps;
    while step >= 1.0 {
        sum += 1.0 / (offset + step);
        step -= 1.0;
    }
    sum + digamma_from_one(offset)
}

/// ψ(1 + z) for 0 ≤ z ≤ 1, as (z − z₀) · R(z).
///
/// Taking z rather than 1 + z saves a rounding for the callers with x < 1.
fn digamma_from_one(z: f64) -> f64 {
    /// The zero of ψ(1 + z), 0.461632144968362341262659…, as a double and the
    /// rest.
    const ZERO_HIGH: f64 = 0.46163214496836236;
    const ZERO_LOW: f64 = -1.5522348162858677e-17;
    /// R(z) in powers of z − 1/2, by Chebyshev interpolation; error 2e-17.
    const QUOTIENT: [f64; 22] = [
        0.951055876031833,
        -0.4236274212814605,
        0.2405424842407742,
        -0.14840492305390884,
        0.09498872445494122,
        -0.061922133273064534,
        0.04076083381242074,
        -0.02697579675613825,
        0.0179072524394512,
        -0.011908218001568644,
        0.007926944646403797,
        -0.005279964873257405,
        0.003519006401502276,
        -0.002345267632540769,
        0.0015566317474486838,
        -0.0010376374098418604,
        0.0007233266279287554,
        -0.0004821990530566789,
        0.0002272331660987376,
        -0.00015148586836773365,
        0.00025968482126430747,
        -0.00017312261802727394,
    ];
    ((z - ZERO_HIGH) - ZERO_LOW) * polynomial(z - 0.5, &QUOTIENT)
}

/// (π cot πr − 1/r) / r for |r| ≤ 1/2, an even function without a pole there.
fn cot_remainder(r: f64) -> f64 {
    /// In powers of r², by Chebyshev interpolation; error 3e-18.
    const COEFFICIENTS: [f64; 16] = [
        -3.289868133696453,
        -2.1646464674222803,
        -2.034686123967514,
        -2.008154712581119,
        -2.001989137271178,
        -2.000492722028886,
        -2.000107311804003,
        -2.0003196741577174,
        -1.996097485576224,
        -2.0382490222156067,
        -1.727615124757811,
        -3.4058369233965187,
        3.1611194298940593,
        -14.94347381679524,
        18.39196776357757,
        -18.391967765908955,
    ];
    polynomial(r * r, &COEFFICIENTS)
}

/// The polygamma function ψ⁽ⁿ⁾(x), the n-th derivative of digamma
/// (DLMF 5.15).
///
/// `n` is a whole number ≥ 0 of any size, otherwise the result is NaN; n = 0 is
/// [`digamma`]. At the poles 0, −1, −2, … the result is ∞ for odd n, where both
/// sides agree, and NaN for even n. `polygamma(n, ∞)` is a zero for n ≥ 1, and
/// `polygamma(n, −∞)` is NaN.
///
/// Written through the Hurwitz zeta function, ψ⁽ⁿ⁾(x) =
/// (−1)ⁿ⁺¹ n! ζ(n + 1, x) (DLMF 25.11.12), which Euler–Maclaurin summation
/// gives for x > 0 without any cancellation. For x < 0 a
/// reflection leads back there (DLMF 5.15.6).
///
/// Measured error ≤ 1.2e-15 relative for n ≤ 20 on (−20, 0) and (0, 10⁸), except
/// beside the zeros of even orders on the negative side, where that holds in
/// proportion to the terms that cancel; ≤ 2e-15 for n ≤ 60, and some n · 1.1e-16
/// relative from there on.
pub fn polygamma(n: f64, x: f64) -> f64 {
    if x.is_nan() || n.is_nan() || n.is_infinite() || n < 0.0 || n != n.floor() {
        return f64::NAN;
    }
    if n == 0.0 {
        return digamma(x);
    }
    if x > 0.0 {
        return polygamma_positive(n, x);
    }
    polygamma_reflected(n, x)
}

/// (−1)ⁿ⁺¹, the sign of ψ⁽ⁿ⁾ on the positive side.
fn polygamma_sign(n: f64) -> f64 {
    if is_even(n) { -1.0 } else { 1.0 }
}

/// ψ⁽ⁿ⁾(x) for n ≥ 1 and x > 0.
fn polygamma_positive(n: f64, x: f64) -> f64 {
    let sign = polygamma_sign(n);
    if x == f64::INFINITY {
        return sign * 0.0;
    }
    let leading = factorial_over_power(n, x);
    // The scaled zeta function is at least 1, and not much more where the
    // leading factor underflows, so it can change neither of these.
    if leading == 0.0 || leading == f64::INFINITY {
        return sign * leading;
    }
    sign * (leading * scaled_hurwitz_zeta(n, x, x))
}

/// ψ⁽ⁿ⁾(x) for n ≥ 1 and x ≤ 0.
///
/// With s = n + 1, the reflection formula DLMF 5.15.6 says
///
/// ζ(s, x) = C(x) − (−1)ˢ ζ(s, 1 − x)
///
/// where C(x) = Σ (x + k)⁻ˢ over all integers k is a derivative of the
/// cotangent, which depends only on the exact distance of x to the nearest
/// integer, ±r: it is (±1)ˢ times
///
/// r⁻ˢ + ζ(s, 1 + r) + (−1)ˢ [(1 − r)⁻ˢ + ζ(s, 2 − r)]
///
/// This needs no derivative polynomials and works for every n. Nothing cancels
/// for odd n. For even n the value has zeros near r = 1/2, where r⁻ˢ and
/// (1 − r)⁻ˢ meet; their difference is taken as one expression.
fn polygamma_reflected(n: f64, x: f64) -> f64 {
    /// Above this n!·2ⁿ⁺¹ overflows, and with it every value between two poles.
    const LARGEST_FINITE_ORDER: f64 = 170.0;
    if x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let even = is_even(n);
    let offset = x - x.round();
    let r = offset.abs();
    if r == 0.0 {
        return if even { f64::NAN } else { f64::INFINITY };
    }
    if even && r == 0.5 {
        // The cotangent's derivative vanishes.
        return polygamma_positive(n, 1.0 - x);
    }
    // C(x) has the sign of its largest term.
    let sign = if even { offset.signum() } else { 1.0 };
    if n > LARGEST_FINITE_ORDER {
        return polygamma_sign(n) * sign * f64::INFINITY;
    }
    // All terms below are scaled by n·rⁿ.
    let zeta = |x| scaled_hurwitz_zeta(n, x, r);
    let scaled = if even {
        let nearest_two = n / r * -power_less_one((1.0 - 2.0 * r) / (1.0 - r), n + 1.0);
        sign * (nearest_two + (zeta(1.0 + r) - zeta(2.0 - r))) + zeta(1.0 - x)
    } else {
        n / r + zeta(1.0 + r) + (zeta(1.0 - r) - zeta(1.0 - x))
    };
    polygamma_sign(n) * (factorial_over_power(n, r) * scaled)
}

/// (1 − d)ⁿ − 1 for 0 ≤ d ≤ 1, without cancellation for small d.
fn power_less_one(d: f64, n: f64) -> f64 {
    libm::expm1(n * libm::log1p(-d))
}

/// (n − 1)! / xⁿ for a whole n ≥ 1 and x > 0, without overflow or underflow on
/// the way.
fn factorial_over_power(n: f64, x: f64) -> f64 {
    /// The largest n with a finite (n − 1)!.
    const LARGEST_FACTORIAL: f64 = 171.0;
    if n > LARGEST_FACTORIAL {
        return factorial_over_power_by_stirling(n, x);
    }
    let factorial = gamma(n);
    let power = libm::pow(x, -n);
    if power.is_normal() {
        return factorial * power;
    }
    let root = libm::pow(x, -0.5 * n);
    factorial * root * root
}

/// (n − 1)! / xⁿ for large n by Stirling's series DLMF 5.11.1, as
/// √(2π/n) · (n / ex)ⁿ · exp(1/12n − …).
fn factorial_over_power_by_stirling(n: f64, x: f64) -> f64 {
    /// 1/e as a double and the rest.
    const INVERSE_E_HIGH: f64 = 0.36787944117144233;
    const INVERSE_E_LOW: f64 = -1.2428753672788363e-17;
    /// Beyond this order an ulp of the base decides between 0 and infinity.
    const LARGEST_ORDER: f64 = 1e15;
    let quotient = n / x;
    let base = quotient * INVERSE_E_HIGH;
    if !base.is_normal() || n > LARGEST_ORDER {
        return if base < 1.0 { 0.0 } else { f64::INFINITY };
    }
    // What rounding took from the base, since the power multiplies it by n.
    let quotient_rest = (-quotient).mul_add(x, n) / x;
    let base_rest = quotient.mul_add(INVERSE_E_HIGH, -base)
        + quotient * INVERSE_E_LOW
        + quotient_rest * INVERSE_E_HIGH;
    let inverse = 1.0 / n;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0));
    let correction = libm::exp(n * (base_rest / base) + series);
    // In two halves, because the whole may be out of range when the result is
    // not.
    let root = libm::pow(base, 0.5 * n);
    libm::sqrt(TAU * inverse) * correction * root * root
}

/// n · uⁿ · ζ(n + 1, x) for a whole n ≥ 1, x > 0 and 0 < u ≤ x, where u is a
/// unit of scale that keeps the result in range.
///
/// Euler–Maclaurin summation (DLMF 25.11.7): terms are added until
/// the base a = x + k is past n + 10, and the rest is
/// (u/a)ⁿ · [1 + n/2a + Σ B₂ⱼ/(2j)! · n(n + 1)…(n + 2j − 1) / a²ʲ],
/// of which 12 terms suffice there. All terms but some tiny ones of the last sum
/// are positive.
fn scaled_hurwitz_zeta(n: f64, x: f64, unit: f64) -> f64 {
    /// B₂ⱼ / (2j)! for j = 1, 2, …
    const COEFFICIENTS: [f64; 12] = [
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-05,
        -8.267195767195768e-07,
        2.08767569878681e-08,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16,
        5.5090028283602295e-18,
        -1.3954464685812522e-19,
    ];
    /// A term this small beside the sum ends it: for a < n + 10 the rest is at
    /// most some ten times the last term.
    const NEGLIGIBLE: f64 = 1e-18;
    let mut sum = 0.0;
    let mut base = x;
    while base < n + 10.0 {
        let term = n * (libm::pow(unit / base, n) / base);
        sum += term;
        if term <= NEGLIGIBLE * sum {
            return sum;
        }
        base += 1.0;
    }
    let mut series = 0.5 * n / base;
    let mut factor = 1.0;
    let mut rising = n;
    for coefficient in COEFFICIENTS {
        factor *= (rising / base) * ((rising + 1.0) / base);
        rising += 2.0;
        series += coefficient * factor;
    }
    sum + libm::pow(unit / base, n) * (1.0 + series)
}
