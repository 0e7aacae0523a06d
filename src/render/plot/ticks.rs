//! The marks of an axis, and their numbers.

use crate::number;
use crate::plot::Axis;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The fraction of the axis before it.
    pub at: f64,
    /// The number there.
    pub text: String,
}

/// About `most` round numbers on an axis.
pub fn ticks(axis: &Axis, most: usize) -> Vec<Tick> {
    let found = if axis.log {
        decades(axis, most).unwrap_or_else(|| linear(axis, most))
    } else {
        linear(axis, most)
    };
    let place = |(value, text): (f64, String)| {
        let at = axis.fraction(value)?;
        // Rounding may put the mark at an end a little outside.
        (-1e-9..=1.0 + 1e-9).contains(&at).then_some(Tick {
            at: at.clamp(0.0, 1.0),
            text,
        })
    };
    found.into_iter().filter_map(place).collect()
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(axis: &Axis, most: usize) -> Vec<(f64, String)> {
    let raw = axis.high / most.max(1) as f64 - axis.low / most.max(1) as f64;
    let power = raw.log10().floor() as i32;
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| scaled(factor, power))
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(raw);
    let first = (axis.low / step - 1e-9).ceil();
    let last = (axis.high / step + 1e-9).floor();
    let count = (last - first).clamp(0.0, 100.0) as usize;
    let mark = |k: usize| {
        let value = (first + k as f64) * step;
        let digits = (value.abs().log10().floor() - step.log10().floor()).clamp(0.0, 14.0);
        (value, number::format(value, digits as usize + 2))
    };
    (0..=count).map(mark).collect()
}

/// `factor` times a power of ten, as it would be written.
fn scaled(factor: f64, power: i32) -> f64 {
    format!("{factor}e{power}").parse().unwrap_or(factor)
}

/// Powers of ten, and their multiples by 2 and 5 where there are few; `None` where even those are
/// too few.
fn decades(axis: &Axis, most: usize) -> Option<Vec<(f64, String)>> {
    let first = (axis.low.log10() - 1e-9).ceil() as i32;
    let last = (axis.high.log10() + 1e-9).floor() as i32;
    let count = (last - first + 1).max(0) as usize;
    let plain = first >= -3 && last <= 4;
    let text = |factor: f64, power: i32| match plain {
        true => number::format(scaled(factor, power), 3),
        false if power == 0 => number::format(factor, 3),
        false => format!("{factor}e{power}"),
    };
    let mark = |factor: f64, power: i32| (scaled(factor, power), text(factor, power));
    if count >= 3 || count >= most {
        let every = count.div_ceil(most.max(1)).max(1) as i32;
        let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
        return Some(powers.map(|power| mark(1.0, power)).collect());
    }
    let marks: Vec<(f64, String)> = (first - 1..=last)
        .flat_map(|power| [1.0, 2.0, 5.0].map(|factor| mark(factor, power)))
        .filter(|(value, _)| (axis.low..=axis.high).contains(value))
        .collect();
    (marks.len() >= 3).then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Written;

    fn texts(log: bool, low: f64, high: f64, most: usize) -> Vec<String> {
        let axis = Axis::between(Written::words(""), log, low, high);
        ticks(&axis, most)
            .into_iter()
            .map(|tick| tick.text)
            .collect()
    }

    #[test]
    fn round_numbers() {
        assert_eq!(
            texts(false, -3.0, 3.0, 6),
            ["-3", "-2", "-1", "0", "1", "2", "3"]
        );
        assert_eq!(
            texts(false, 0.0, 1.0, 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(
            texts(false, 1e6, 1e6 + 2.0, 2),
            ["1000000", "1000001", "1000002"]
        );
        assert_eq!(texts(false, 0.0, 1e-300, 1), ["0", "1e-300"]);
    }

    #[test]
    fn powers_of_ten() {
        assert_eq!(texts(true, 1e-2, 1e2, 6), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(texts(true, 1e-12, 1.0, 4), ["1e-12", "1e-8", "1e-4", "1"]);
        assert_eq!(texts(true, 1.0, 10.0, 5), ["1", "2", "5", "10"]);
        assert_eq!(texts(true, 2.0, 3.0, 2), ["2", "2.5", "3"]);
    }
}
