//! Names for characters: `\alpha` and the like, which TAB turns into the character, and which stand
//! for it where only ASCII may be written.

/// The word typed behind a backslash, which is that of LaTeX, and its character. A combining mark
/// goes over the letter before the backslash.
static SYMBOLS: &[(&str, char)] = &[
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ε'),
    ("varepsilon", 'ε'),
    ("zeta", 'ζ'),
    ("eta", 'η'),
    ("theta", 'θ'),
    ("vartheta", 'ϑ'),
    ("iota", 'ι'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("nu", 'ν'),
    ("xi", 'ξ'),
    ("omicron", 'ο'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("upsilon", 'υ'),
    ("phi", 'φ'),
    ("varphi", 'ϕ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("omega", 'ω'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Theta", 'Θ'),
    ("Lambda", 'Λ'),
    ("Xi", 'Ξ'),
    ("Pi", 'Π'),
    ("Sigma", 'Σ'),
    ("Upsilon", 'Υ'),
    ("Phi", 'Φ'),
    ("Psi", 'Ψ'),
    ("Omega", 'Ω'),
    ("ell", 'ℓ'),
    ("_0", '₀'),
    ("_1", '₁'),
    ("_2", '₂'),
    ("_3", '₃'),
    ("_4", '₄'),
    ("_5", '₅'),
    ("_6", '₆'),
    ("_7", '₇'),
    ("_8", '₈'),
    ("_9", '₉'),
    ("_a", 'ₐ'),
    ("_e", 'ₑ'),
    ("_h", 'ₕ'),
    ("_i", 'ᵢ'),
    ("_j", 'ⱼ'),
    ("_k", 'ₖ'),
    ("_l", 'ₗ'),
    ("_m", 'ₘ'),
    ("_n", 'ₙ'),
    ("_o", 'ₒ'),
    ("_p", 'ₚ'),
    ("_r", 'ᵣ'),
    ("_s", 'ₛ'),
    ("_t", 'ₜ'),
    ("_u", 'ᵤ'),
    ("_v", 'ᵥ'),
    ("_x", 'ₓ'),
    ("hat", '\u{302}'),
    ("bar", '\u{304}'),
    ("tilde", '\u{303}'),
    ("dot", '\u{307}'),
    ("ddot", '\u{308}'),
    ("vec", '\u{20d7}'),
    ("^2", '²'),
    ("^3", '³'),
    ("times", '×'),
    ("cdot", '·'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
];

/// The symbols whose names start with `prefix`; those called exactly so, if there are any.
pub fn starting_with(prefix: &str) -> Vec<(&'static str, char)> {
    let exact: Vec<_> = matching(|name| name == prefix).collect();
    if exact.is_empty() {
        matching(|name| name.starts_with(prefix)).collect()
    } else {
        exact
    }
}

fn matching(wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = (&'static str, char)> {
    SYMBOLS
        .iter()
        .copied()
        .filter(move |(name, _)| wanted(name))
}

/// The name of `c`, the first where it has several.
pub fn name_of(c: char) -> Option<&'static str> {
    let found = SYMBOLS.iter().find(|(_, symbol)| *symbol == c);
    found.map(|(name, _)| *name)
}

/// `c` is a mark that goes over the letter before it.
pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::syntax::parse;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn the_language_takes_every_symbol() {
        for (name, c) in SYMBOLS {
            let script = match c {
                '²' | '³' => format!("x{c}"),
                '×' | '·' | '≤' | '≥' | '≠' => format!("x {c} y"),
                c if c.is_alphabetic() && !name.starts_with('_') => format!("{c} = 1"),
                c => format!("y{c} = 1").nfc().collect(),
            };
            let parsed = parse(&Source::new("test", script.clone()));
            assert!(parsed.is_ok(), "{script}: {parsed:?}");
        }
    }

    #[test]
    fn an_exact_name_wins() {
        assert_eq!(starting_with("pi"), [("pi", 'π')]);
        assert_eq!(
            starting_with("p"),
            [("pi", 'π'), ("phi", 'φ'), ("psi", 'ψ')]
        );
        assert!(starting_with("nothing").is_empty());
    }
}
