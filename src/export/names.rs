//! Names in other languages: ASCII letters, no words that mean something there, no two alike.

use crate::notation::symbols;
use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

/// `text` as an identifier of ASCII letters, digits and `_`: `w₁` becomes `w1`, `σ` `sigma`, `ŷ`
/// `y_hat`, `grad(J, W)` `grad_J_W`.
pub fn identifier(text: &str) -> String {
    let mut spelt = String::new();
    for c in text.nfd() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => spelt.push(c),
            '\'' | '′' => spelt.push_str("_prime"),
            c if c.is_ascii() => gap(&mut spelt),
            c => match symbols::name_of(c) {
                Some(name) if symbols::is_mark(c) => {
                    spelt.push('_');
                    spelt.push_str(name);
                }
                Some(name) => spelt.push_str(name.trim_start_matches(['_', '^'])),
                None if symbols::is_mark(c) => {}
                None if c.is_alphanumeric() => spelt.push_str(&format!("u{:x}", c as u32)),
                None => gap(&mut spelt),
            },
        }
    }
    let spelt = spelt.trim_end_matches('_');
    match spelt.chars().next() {
        None => "value".to_string(),
        Some(c) if c.is_ascii_digit() => format!("value_{spelt}"),
        Some(_) => spelt.to_string(),
    }
}

/// True if code is one name, or a number without a sign and a point.
pub fn is_one_word(code: &str) -> bool {
    code.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn gap(spelt: &mut String) {
    if !spelt.is_empty() && !spelt.as_str().trim_end_matches('_').len().lt(&spelt.len()) {
        spelt.push('_');
    }
}

/// `text` as an identifier of any letters, as Julia has them: `w₁` and `σ` stay, `f'` becomes `f′`.
pub fn unicode_identifier(text: &str) -> String {
    let mut spelt = String::new();
    for c in text.nfc() {
        match c {
            '\'' => spelt.push('′'),
            c if c.is_alphanumeric() || "_′∂∇∞".contains(c) || symbols::is_mark(c) => {
                spelt.push(c)
            }
            _ => gap(&mut spelt),
        }
    }
    let spelt = spelt.trim_end_matches('_');
    match spelt.chars().next() {
        None => "value".to_string(),
        Some(c) if c.is_alphabetic() || "_∂∇∞".contains(c) => spelt.to_string(),
        Some(_) => format!("value_{spelt}"),
    }
}

/// The identifiers in use in one part of a program.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Names keep letters that are not ASCII.
    unicode: bool,
    taken: FxHashSet<String>,
    counts: FxHashMap<String, usize>,
}

impl Scope {
    /// A scope in which `words` cannot be used.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Scope {
        Scope {
            unicode: false,
            taken: words.into_iter().map(str::to_string).collect(),
            counts: FxHashMap::default(),
        }
    }

    /// A scope in which `words` cannot be used and names keep letters that are not ASCII.
    pub fn unicode<'w>(words: impl IntoIterator<Item = &'w str>) -> Scope {
        Scope {
            unicode: true,
            ..Scope::new(words)
        }
    }

    /// An identifier like `text` that is not in use; it is from now on.
    pub fn take(&mut self, text: &str) -> String {
        let base = match self.unicode {
            true => unicode_identifier(text),
            false => identifier(text),
        };
        if self.taken.insert(base.clone()) {
            return base;
        }
        // A word of the language keeps its spelling and gets an underscore, as is usual.
        if !base.ends_with(|c: char| c.is_ascii_digit()) {
            let marked = format!("{base}_");
            if self.taken.insert(marked.clone()) {
                return marked;
            }
        }
        let count = self.counts.entry(base.clone()).or_insert(1);
        loop {
            *count += 1;
            let numbered = format!("{base}_{count}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    /// True if `word` is in use.
    pub fn has(&self, word: &str) -> bool {
        self.taken.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ascii() {
        for (text, expected) in [
            ("w₁", "w1"),
            ("σ", "sigma"),
            ("ŷ", "y_hat"),
            ("grad(J, W)", "grad_J_W"),
            ("xᵢ", "xi"),
            ("f''(x)", "f_prime_prime_x"),
            ("2*x", "value_2_x"),
            ("名", "u540d"),
            ("-", "value"),
        ] {
            assert_eq!(identifier(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_julia_keep_their_letters() {
        for (text, expected) in [
            ("w₁", "w₁"),
            ("σ", "σ"),
            ("grad(J, W)", "grad_J_W"),
            ("f'(x)", "f′_x"),
            ("2*x", "value_2_x"),
        ] {
            assert_eq!(unicode_identifier(text), expected, "{text}");
        }
    }

    #[test]
    fn names_that_would_be_alike_stay_different() {
        let mut scope = Scope::new(["lambda"]);
        let names = ["λ", "w₁", "w1", "w_1", "lambda"].map(|name| scope.take(name));
        let expected = ["lambda_", "w1", "w1_2", "w_1", "lambda_2"];
        assert_eq!(names, expected);
    }
}
