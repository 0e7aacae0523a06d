//! Numbers as text: in what renderers write and in what diagnostics say.

use crate::graph::{Shape, Tensor};

/// Whole numbers below this one, which have at most 15 digits, are written in full.
const FULL_INTEGERS: f64 = 1e15;

/// `x` with `digits` significant digits, trailing zeros left out; a whole number of at most 15 digits in
/// full.
pub fn format(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.into();
    }
    if x == 0.0 {
        return "0".into();
    }
    if x.fract() == 0.0 && x.abs() < FULL_INTEGERS {
        return (x as i64).to_string();
    }
    let digits = digits.clamp(1, 17);
    let scientific = if digits == 17 {
        format!("{x:e}")
    } else {
        format!("{x:.*e}", digits - 1)
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let significant = mantissa.trim_start_matches('-').replace('.', "");
    let significant = significant.trim_end_matches('0');
    let sign = if x < 0.0 { "-" } else { "" };
    let limit = digits.max(6) as i32;
    if (-5..limit).contains(&exponent) {
        return format!("{sign}{}", plain(significant, exponent));
    }
    let (head, tail) = significant.split_at(1);
    let point = if tail.is_empty() { "" } else { "." };
    format!("{sign}{head}{point}{tail}e{exponent}")
}

/// Significant digits with the point where the exponent puts it.
fn plain(significant: &str, exponent: i32) -> String {
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("0.{zeros}{significant}");
    }
    let whole = exponent as usize + 1;
    if significant.len() <= whole {
        return format!("{significant}{}", "0".repeat(whole - significant.len()));
    }
    let (head, tail) = significant.split_at(whole);
    format!("{head}.{tail}")
}

/// The number of entries that are written out on one line.
const INLINE_ENTRIES: usize = 4;

/// A value on one line, as it could be typed; larger ones as shape and norm.
pub fn inline(value: &Tensor, digits: usize) -> String {
    let shape = value.shape();
    if let Some(x) = value.as_scalar() {
        return format(x, digits);
    }
    if shape.is_empty() {
        return format!("{shape}, empty");
    }
    if shape.len() > INLINE_ENTRIES {
        return format!("{shape}, norm {}", format(norm(value), digits));
    }
    brackets(value, digits)
}

/// The Euclidean norm of all entries.
pub fn norm(value: &Tensor) -> f64 {
    let scale = value.data().iter().fold(0.0f64, |best, x| {
        if x.is_nan() {
            f64::NAN
        } else {
            best.max(x.abs())
        }
    });
    if scale == 0.0 || !scale.is_finite() {
        return scale;
    }
    scale
        * value
            .data()
            .iter()
            .map(|x| (x / scale) * (x / scale))
            .sum::<f64>()
            .sqrt()
}

/// A value in the language's brackets: `[1, 2, 3]`, `[1, 2]'`, `[1, 2; 3, 4]`.
pub fn brackets(value: &Tensor, digits: usize) -> String {
    let shape = value.shape();
    let row = |i: usize| {
        let entries: Vec<String> = (0..shape.n())
            .map(|j| format(value.at(i, j), digits))
            .collect();
        entries.join(", ")
    };
    match shape {
        Shape { cols: 1, .. } => {
            let entries: Vec<String> = value.data().iter().map(|x| format(*x, digits)).collect();
            format!("[{}]", entries.join(", "))
        }
        Shape { rows: 1, .. } => format!("[{}]'", row(0)),
        _ => format!(
            "[{}]",
            (0..shape.m()).map(row).collect::<Vec<_>>().join("; ")
        ),
    }
}

/// A value as it can be typed back in, every digit of it.
pub fn brackets_exact(value: &Tensor) -> String {
    value
        .as_scalar()
        .map_or_else(|| brackets(value, 17), |x| format(x, 17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits() {
        for (x, text) in [
            (12.5, "12.5"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.333333"),
            (123456.0, "123456"),
            (1234567.0, "1234567"),
            (1234567.5, "1.23457e6"),
            (-3e12, "-3000000000000"),
            (1e15, "1e15"),
            (1e-5, "0.00001"),
            (1e-6, "1e-6"),
            (0.1 + 0.2, "0.3"),
            (999999.5, "1e6"),
            (f64::MAX, "1.79769e308"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(format(x, 6), text);
        }
        assert_eq!(format(0.1, 17), "0.1");
    }
}
