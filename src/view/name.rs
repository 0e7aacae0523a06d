//! Outputs as they stand in headings: on one line, in parentheses where they must be.

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || !c.is_ascii()
}

/// A formula as written, on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An output that is not a plain name in parentheses.
pub fn bracketed(output: &str) -> String {
    if output.chars().all(is_word) {
        output.to_string()
    } else {
        format!("({output})")
    }
}

/// The same where room is short: a single call or entry goes without.
pub fn bracketed_briefly(output: &str) -> String {
    let rest = output.trim_start_matches(is_word).trim_start_matches('\'');
    let is_named = rest.len() < output.len();
    if is_named && closes_at_its_end(rest) {
        output.to_string()
    } else {
        bracketed(output)
    }
}

/// Whether a text is one pair of brackets with what is in it.
fn closes_at_its_end(text: &str) -> bool {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return matches!(c, ')' | ']') && at + 1 == text.len();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_bracket_formulas_and_not_calls() {
        for plain in ["L", "ŷ", "f(x)", "f'(x + 1)", "x[2]", "dot(a, (b))"] {
            assert_eq!(bracketed_briefly(plain), plain);
        }
        for formula in ["log(x)*x", "f(x)(y)", "a + b", "(a)", "-x", "x[1] + x[2]"] {
            assert_eq!(bracketed_briefly(formula), format!("({formula})"));
        }
    }
}
