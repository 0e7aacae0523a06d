//! Numbers of formulas, exactly.

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    /// The numerator.
    pub above: i128,
    /// The denominator.
    pub below: i128,
}

/// Digits from which on a decimal is taken for a rounded fraction rather than for a decimal.
const ROUNDED: usize = 15;

impl Exact {
    /// above/below; `None` if that is none, or too large.
    pub fn new(above: i128, below: i128) -> Option<Exact> {
        if below == 0 || above == i128::MIN || below == i128::MIN {
            return None;
        }
        let common = gcd(above.unsigned_abs(), below.unsigned_abs()) as i128;
        let sign = below.signum();
        Some(Exact {
            above: sign * above / common,
            below: sign * below / common,
        })
    }

    /// An integer.
    pub fn integer(value: i128) -> Exact {
        Exact {
            above: value,
            below: 1,
        }
    }

    /// The decimal that `value` is written as. One with so many digits that rounding has made them is
    /// the simple fraction that rounds to it.
    pub fn of(value: f64) -> Option<Exact> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let above: i128 = format!("{whole}{fraction}").parse().ok()?;
        if fraction.len() + 1 >= ROUNDED
            && let Some(simple) = simple(value)
        {
            return Some(simple);
        }
        let shift = exponent - fraction.len() as i32;
        let scale = 10i128.checked_pow(shift.unsigned_abs())?;
        match shift >= 0 {
            true => Exact::new(above.checked_mul(scale)?, 1),
            false => Exact::new(above, scale),
        }
    }

    /// As a float.
    pub fn to_f64(self) -> f64 {
        self.above as f64 / self.below as f64
    }

    pub(super) fn plus(self, other: Exact) -> Option<Exact> {
        let above = (self.above.checked_mul(other.below)?)
            .checked_add(other.above.checked_mul(self.below)?)?;
        Exact::new(above, self.below.checked_mul(other.below)?)
    }

    pub(super) fn negated(self) -> Exact {
        Exact {
            above: -self.above,
            ..self
        }
    }

    pub(super) fn times(self, other: Exact) -> Option<Exact> {
        Exact::new(
            self.above.checked_mul(other.above)?,
            self.below.checked_mul(other.below)?,
        )
    }

    pub(super) fn inverted(self) -> Option<Exact> {
        Exact::new(self.below, self.above)
    }
}

/// The fraction with a denominator up to 1000 that rounds to `value`, give or take an ulp.
fn simple(value: f64) -> Option<Exact> {
    let (mut x, mut before, mut now) = (value.abs(), (0i128, 1i128), (1i128, 0i128));
    for _ in 0..12 {
        let whole = x.floor();
        if whole > 1e6 {
            return None;
        }
        let whole = whole as i128;
        let next = (whole * now.0 + before.0, whole * now.1 + before.1);
        if next.1 > 1000 {
            return None;
        }
        let found = next.0 as f64 / next.1 as f64;
        if (found - value.abs()).abs() <= value.abs() * f64::EPSILON {
            return Exact::new(value.signum() as i128 * next.0, next.1);
        }
        (before, now) = (now, next);
        x = 1.0 / (x - whole as f64);
    }
    None
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_decimals_and_thirds_are_thirds() {
        let exact = |x| Exact::of(x).map(|found| (found.above, found.below));
        assert_eq!(exact(0.1), Some((1, 10)));
        assert_eq!(exact(-2.5), Some((-5, 2)));
        assert_eq!(exact(1e3), Some((1000, 1)));
        assert_eq!(exact(1.0 / 3.0), Some((1, 3)));
        assert_eq!(exact(-2.0 / 7.0), Some((-2, 7)));
        assert_eq!(exact(0.3333333), Some((3333333, 10_000_000)));
        assert_eq!(exact(f64::NAN), None);
    }
}
