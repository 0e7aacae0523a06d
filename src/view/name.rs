//! Outputs in headings, in parentheses where they need them.

use crate::notation::{Math, Written};

/// An output in parentheses, unless it is a name or a whole number.
pub fn bracketed(output: &Written) -> String {
    if is_atom(output) {
        output.to_string()
    } else {
        format!("({output})")
    }
}

/// The same where room is short: a single call or entry goes without parentheses.
pub fn bracketed_briefly(output: &Written) -> String {
    if is_short(output) {
        output.to_string()
    } else {
        format!("({output})")
    }
}

/// An output that needs no parentheses where room is short: a name, a number, a call or an entry.
pub fn is_short(output: &Written) -> bool {
    match output.math() {
        Some(Math::Call(..)) => true,
        Some(Math::Index(base, _)) => matches!(**base, Math::Name(_)),
        _ => is_atom(output),
    }
}

fn is_atom(output: &Written) -> bool {
    match output.math() {
        Some(Math::Name(_)) => true,
        Some(Math::Number(x)) => x.fract() == 0.0 && *x >= 0.0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::written::parse;

    #[test]
    fn headings_bracket_formulas_and_not_calls() {
        let brief = |text: &str| {
            let math = parse(text).expect("a formula");
            bracketed_briefly(&Written::from_math(text, math))
        };
        for plain in ["L", "ŷ", "f(x)", "f'(x + 1)", "x[2]", "dot(a, (b))"] {
            assert_eq!(brief(plain), plain);
        }
        for formula in ["log(x)*x", "a + b", "-x", "x[1] + x[2]", "x'", "f(x)[1]"] {
            assert_eq!(brief(formula), format!("({formula})"));
        }
    }
}
