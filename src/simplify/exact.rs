//! Exact numbers: fractions of whole numbers, as long as these fit; rounded ones beyond.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// A number in a formula.
///
/// A fraction in lowest terms with a positive denominator, or a rounded number, which has the
/// denominator 0 and its bits above. Equal fractions are equal; arithmetic on fractions is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    top: i64,
    bottom: i64,
}

/// Digits of a decimal that is read as it is written; a longer one was rounded.
const DIGITS: usize = 15;
/// Denominators up to which a rounded number is recognised as a fraction.
const RECOGNISED: i64 = 1_000;
/// The largest divisor that is looked for in a whole number under a root.
const DIVISORS: i64 = 1_000;

impl Number {
    /// 0
    pub const ZERO: Number = Number::whole(0);
    /// 1
    pub const ONE: Number = Number::whole(1);
    /// −1
    pub const MINUS_ONE: Number = Number::whole(-1);
    /// 2
    pub const TWO: Number = Number::whole(2);
    /// ½
    pub const HALF: Number = Number { top: 1, bottom: 2 };
    /// −½
    pub const MINUS_HALF: Number = Number { top: -1, bottom: 2 };

    /// A whole number.
    pub const fn whole(value: i64) -> Number {
        Number {
            top: value,
            bottom: 1,
        }
    }

    /// top/bottom, rounded where it does not fit.
    pub fn ratio(top: i128, bottom: i128) -> Number {
        if bottom == 0 {
            return Number::rounded(top as f64 / 0.0);
        }
        if bottom == 1 {
            return match i64::try_from(top) {
                Ok(top) if top != i64::MIN => Number::whole(top),
                _ => Number::rounded(top as f64),
            };
        }
        let divisor = divisor_of(top.unsigned_abs(), bottom.unsigned_abs()).max(1) as i128;
        let (top, bottom) = (top / divisor, bottom / divisor);
        let sign = bottom.signum();
        match (i64::try_from(sign * top), i64::try_from(sign * bottom)) {
            // −(smallest) would not fit.
            (Ok(top), Ok(bottom)) if top != i64::MIN => Number { top, bottom },
            _ => Number::rounded(top as f64 / bottom as f64),
        }
    }

    fn rounded(value: f64) -> Number {
        Number {
            top: value.to_bits() as i64,
            bottom: 0,
        }
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        match self.bottom {
            0 => f64::from_bits(self.top as u64),
            bottom => self.top as f64 / bottom as f64,
        }
    }

    /// True for a fraction.
    pub fn is_exact(self) -> bool {
        self.bottom != 0
    }

    /// Numerator and denominator of a fraction.
    pub fn fraction(self) -> Option<(i64, i64)> {
        (self.bottom != 0).then_some((self.top, self.bottom))
    }

    /// The whole number that it is.
    pub fn integer(self) -> Option<i64> {
        (self.bottom == 1).then_some(self.top)
    }

    /// True for a whole number, also a rounded one.
    pub fn is_whole(self) -> bool {
        self.bottom == 1 || self.bottom == 0 && self.to_f64().fract() == 0.0
    }

    /// True for an even whole number.
    pub fn is_even(self) -> bool {
        self.integer().is_some_and(|value| value % 2 == 0)
    }

    /// True below 0.
    pub fn is_negative(self) -> bool {
        match self.bottom {
            0 => self.to_f64() < 0.0,
            _ => self.top < 0,
        }
    }

    /// True above 0.
    pub fn is_positive(self) -> bool {
        match self.bottom {
            0 => self.to_f64() > 0.0,
            _ => self.top > 0,
        }
    }

    /// The size without the sign.
    pub fn abs(self) -> Number {
        if self.is_negative() { -self } else { self }
    }

    /// −1, 0 or 1.
    pub fn signum(self) -> Number {
        match (self.is_negative(), self.is_positive()) {
            (true, _) => Number::MINUS_ONE,
            (_, true) => Number::ONE,
            _ => Number::ZERO,
        }
    }

    /// 1/x
    pub fn inverse(self) -> Number {
        Number::ONE / self
    }

    /// The largest whole number that is not above.
    pub fn floor(self) -> Number {
        match self.fraction() {
            Some((top, bottom)) => Number::whole(top.div_euclid(bottom)),
            None => Number::rounded(self.to_f64().floor()),
        }
    }

    /// The power, exact where it is a fraction.
    pub fn power(self, exponent: Number) -> Number {
        if exponent == Number::ONE {
            return self;
        }
        let rounded = || {
            Number::from(crate::primitives::special::pow(
                self.to_f64(),
                exponent.to_f64(),
            ))
        };
        let (Some(count), true) = (exponent.integer(), self.is_exact()) else {
            return rounded();
        };
        let Ok(times) = u32::try_from(count.unsigned_abs()) else {
            return rounded();
        };
        let power = |x: i64| x.checked_pow(times).map(i128::from);
        match (power(self.top), power(self.bottom)) {
            (Some(top), Some(bottom)) if count >= 0 => Number::ratio(top, bottom),
            (Some(top), Some(bottom)) => Number::ratio(bottom, top),
            _ => rounded(),
        }
    }

    /// The largest positive number of which both are whole multiples; 0 where one is rounded.
    pub fn common_divisor(self, other: Number) -> Number {
        let (Some((a, b)), Some((c, d))) = (self.fraction(), other.fraction()) else {
            return Number::ZERO;
        };
        if b == 1 && d == 1 {
            let divisor = short_divisor_of(a.unsigned_abs(), c.unsigned_abs());
            return i64::try_from(divisor).map_or(Number::ZERO, Number::whole);
        }
        let wide = |x: i64| u128::from(x.unsigned_abs());
        let top = divisor_of(wide(a), wide(c));
        let bottom = wide(b) * wide(d) / divisor_of(wide(b), wide(d)).max(1);
        match (i128::try_from(top), i128::try_from(bottom)) {
            (Ok(top), Ok(bottom)) if bottom > 0 => Number::ratio(top, bottom),
            _ => Number::ZERO,
        }
    }

    /// The positive factor s of a positive fraction with s^root dividing it, such that no such factor
    /// is left: 12 = 2²·3.
    pub fn root_factor(self, root: i64) -> Number {
        match (self.fraction(), u32::try_from(root)) {
            (Some((top, bottom)), Ok(root)) if top > 0 && root > 0 => {
                let factor = |x: i64| i128::from(powers_within(x, root));
                Number::ratio(factor(top), factor(bottom))
            }
            _ => Number::ONE,
        }
    }

    /// The digits behind the point, where a decimal has this value and not more than `DIGITS`.
    pub fn decimals(self) -> Option<u32> {
        let (_, bottom) = self.fraction()?;
        let (mut rest, mut power) = (bottom, [0u32; 2]);
        for (k, prime) in [2, 5].into_iter().enumerate() {
            while rest % prime == 0 {
                rest /= prime;
                power[k] += 1;
            }
        }
        let digits = power[0].max(power[1]);
        (rest == 1 && digits as usize <= DIGITS).then_some(digits)
    }
}

/// The largest s with s^root dividing x.
fn powers_within(x: i64, root: u32) -> i64 {
    let mut rest = x;
    let mut found = 1i64;
    let mut divisor = 2i64;
    while divisor <= DIVISORS {
        let Some(power) = divisor.checked_pow(root).filter(|power| *power <= rest) else {
            break;
        };
        while rest % power == 0 {
            rest /= power;
            found *= divisor;
        }
        divisor += 1;
    }
    if 2i64.checked_pow(root).is_none_or(|least| rest < least) {
        return found;
    }
    // What is left may be one power of a large number.
    let whole = (rest as f64).powf(1.0 / f64::from(root)).round() as i64;
    match whole.checked_pow(root) {
        Some(power) if power == rest && whole > 1 => found * whole,
        _ => found,
    }
}

fn divisor_of(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        // Short numbers divide much faster.
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(short_divisor_of(a, b));
        }
        (a, b) = (b, a % b);
    }
    a
}

fn short_divisor_of(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        // Of most pairs one is 1.
        if b == 1 {
            return 1;
        }
        (a, b) = (b, a % b);
    }
    a
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::whole(value)
    }
}

impl From<f64> for Number {
    /// The decimal that is written for a number of up to 15 digits; the fraction with a small
    /// denominator that a longer one was rounded from, where there is one.
    fn from(value: f64) -> Number {
        if value.fract() == 0.0 && value.abs() < 9e15 {
            return Number::whole(value as i64);
        }
        if !value.is_finite() {
            return Number::rounded(value);
        }
        decimal(value)
            .or_else(|| nearby_fraction(value))
            .unwrap_or_else(|| Number::rounded(value))
    }
}

/// A number as the decimal with the fewest digits, where these are few.
fn decimal(value: f64) -> Option<Number> {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.trim_start_matches('-').len() + part.len() > DIGITS {
        return None;
    }
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    let exponent = exponent.parse::<i64>().ok()? - part.len() as i64;
    let power = u32::try_from(exponent.unsigned_abs()).ok()?;
    let power = 10i128
        .checked_pow(power)
        .filter(|power| *power <= 10i128.pow(18))?;
    let number = match exponent < 0 {
        true => Number::ratio(digits, power),
        false => Number::ratio(digits.checked_mul(power)?, 1),
    };
    number.is_exact().then_some(number)
}

/// The fraction with a small denominator of which a number is the rounded value.
fn nearby_fraction(value: f64) -> Option<Number> {
    let (mut before, mut now) = ((1i64, 0i64), (value.floor() as i64, 1i64));
    let mut rest = value - value.floor();
    if value.abs() > 1e6 {
        return None;
    }
    for _ in 0..32 {
        let near = now.0 as f64 / now.1 as f64;
        if (near - value).abs() <= 2.0 * f64::EPSILON * value.abs() {
            return Some(Number::ratio(now.0.into(), now.1.into()));
        }
        let next = 1.0 / rest;
        if !next.is_finite() || next > 1e6 {
            return None;
        }
        let whole = next.floor();
        rest = next - whole;
        let step = |k: i64, b: i64| (whole as i64).checked_mul(k)?.checked_add(b);
        let following = (step(now.0, before.0)?, step(now.1, before.1)?);
        if following.1 > RECOGNISED {
            return None;
        }
        (before, now) = (now, following);
    }
    None
}

impl Add for Number {
    type Output = Number;
    fn add(self, other: Number) -> Number {
        match (self.fraction(), other.fraction()) {
            (Some((a, 1)), Some((c, 1))) => Number::ratio(i128::from(a) + i128::from(c), 1),
            (Some((a, b)), Some((c, d))) => {
                let [a, b, c, d] = [a, b, c, d].map(i128::from);
                match (a * d).checked_add(c * b) {
                    Some(top) => Number::ratio(top, b * d),
                    None => Number::rounded(self.to_f64() + other.to_f64()),
                }
            }
            _ => Number::rounded(self.to_f64() + other.to_f64()),
        }
    }
}

impl Neg for Number {
    type Output = Number;
    fn neg(self) -> Number {
        match self.bottom {
            0 => Number::rounded(-self.to_f64()),
            bottom => Number {
                top: -self.top,
                bottom,
            },
        }
    }
}

impl Sub for Number {
    type Output = Number;
    fn sub(self, other: Number) -> Number {
        self + -other
    }
}

impl Mul for Number {
    type Output = Number;
    fn mul(self, other: Number) -> Number {
        match (self.fraction(), other.fraction()) {
            _ if other == Number::ONE => self,
            _ if self == Number::ONE => other,
            (Some((a, b)), Some((c, d))) => {
                let [a, b, c, d] = [a, b, c, d].map(i128::from);
                Number::ratio(a * c, b * d)
            }
            _ => Number::rounded(self.to_f64() * other.to_f64()),
        }
    }
}

impl Div for Number {
    type Output = Number;
    fn div(self, other: Number) -> Number {
        match (self.fraction(), other.fraction()) {
            _ if other == Number::ONE => self,
            (Some((a, 1)), Some((c, 1))) if c > 0 && a % c == 0 => Number::whole(a / c),
            (Some((a, b)), Some((c, d))) if c != 0 => {
                let [a, b, c, d] = [a, b, c, d].map(i128::from);
                Number::ratio(a * d, b * c)
            }
            _ => Number::rounded(self.to_f64() / other.to_f64()),
        }
    }
}

impl AddAssign for Number {
    fn add_assign(&mut self, other: Number) {
        *self = *self + other;
    }
}

impl MulAssign for Number {
    fn mul_assign(&mut self, other: Number) {
        *self = *self * other;
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        match (self.fraction(), other.fraction()) {
            (Some((a, b)), Some((c, d))) => {
                let [a, b, c, d] = [a, b, c, d].map(i128::from);
                Some((a * d).cmp(&(c * b)))
            }
            _ => self.to_f64().partial_cmp(&other.to_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_what_is_written_and_thirds_are_thirds() {
        for (value, top, bottom) in [
            (0.1, 1, 10),
            (0.1 + 0.2, 3, 10),
            (1.0 / 3.0, 1, 3),
            (1.0 / 3.0 - 1.0, -2, 3),
            (-1.25, -5, 4),
            (1e-9, 1, 1_000_000_000),
            (2.0, 2, 1),
        ] {
            assert_eq!(
                Number::from(value).fraction(),
                Some((top, bottom)),
                "{value}"
            );
        }
        for value in [std::f64::consts::PI, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
            let number = Number::from(value);
            assert!(!number.is_exact());
            assert_eq!(number.to_f64().to_bits(), value.to_bits());
        }
    }

    #[test]
    fn arithmetic_is_exact_until_it_does_not_fit() {
        let third = Number::ratio(1, 3);
        assert_eq!(third + third + third, Number::ONE);
        assert_eq!(Number::ratio(6, -4), Number::ratio(-3, 2));
        assert_eq!(
            Number::whole(2).power(Number::whole(-3)),
            Number::ratio(1, 8)
        );
        assert_eq!(Number::whole(12).root_factor(2), Number::TWO);
        assert_eq!(Number::ratio(8, 27).root_factor(3), Number::ratio(2, 3));
        assert_eq!(
            Number::whole(4).common_divisor(Number::whole(6)),
            Number::TWO
        );
        let large = Number::whole(i64::MAX);
        assert!(!(large * large).is_exact() && !(large + large).is_exact());
        assert_eq!(
            (large * large).to_f64(),
            (i64::MAX as f64) * (i64::MAX as f64)
        );
        assert!(!(Number::ONE / Number::ZERO).is_exact());
        assert_eq!(Number::ratio(1, 8).decimals(), Some(3));
        assert_eq!(third.decimals(), None);
    }
}
