//! Names, words and numbers in LaTeX.

use crate::number;
use crate::primitives;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name of the user's in math mode: `w₀` is `w_0`, `ŷ` is `\hat{y}`, `dW` is `\mathit{dW}`.
///
/// Digits at the end of a single letter, and what follows its underscore, are its index; a name of
/// several letters is a word.
///
/// `s[k-1]`, a name in a recurrence, has what stands in the brackets as its index.
pub fn name(text: &str) -> String {
    if let Some((of, rest)) = text.split_once('[') {
        let (index, turned) = rest.split_once(']').unwrap_or((rest, ""));
        let above = if turned.is_empty() { "" } else { "^\\top" };
        return format!("{{{}}}_{{{index}}}{above}", name(of));
    }
    let glyphs = glyphs(text);
    let letters = glyphs
        .iter()
        .take_while(|glyph| matches!(glyph, Glyph::Letter(_)))
        .count();
    match (letters, &glyphs[letters.min(glyphs.len())..]) {
        (1, rest) if is_index(rest) => {
            let letter = glyphs[0].latex();
            let index: Vec<String> = rest.iter().map(|glyph| glyph.latex().to_string()).collect();
            match index.concat() {
                none if none.is_empty() => letter.to_string(),
                one if one.len() == 1 => format!("{letter}_{one}"),
                _ => format!("{letter}_{{{}}}", joined(&index)),
            }
        }
        _ => word(&glyphs),
    }
}

/// The name is written as a word, which needs space around it.
pub fn is_word(latex: &str) -> bool {
    latex.starts_with("\\mathit")
}

/// One letter of a name.
enum Glyph {
    /// With its marks, as LaTeX.
    Letter(String),
    Digit(char),
    Subscript(String),
    Underscore,
}

impl Glyph {
    /// In an index.
    fn latex(&self) -> String {
        match self {
            Glyph::Letter(text) | Glyph::Subscript(text) => text.clone(),
            Glyph::Digit(digit) => digit.to_string(),
            Glyph::Underscore => String::new(),
        }
    }
}

/// Letters one after the other; the name of a command must not run into the next letter.
fn joined(letters: &[String]) -> String {
    let alone = letters.iter().filter(|letter| !letter.is_empty()).count() < 2;
    let one = |letter: &String| match letter.starts_with('\\') && !letter.ends_with('}') {
        true if !alone => format!("{{{letter}}}"),
        _ => letter.clone(),
    };
    letters.iter().map(one).collect()
}

/// The rest of a name behind its first letter is an index: digits, subscripts, or one underscore
/// with one letter or number behind it.
fn is_index(rest: &[Glyph]) -> bool {
    match rest {
        [] => true,
        [Glyph::Underscore, Glyph::Letter(_)] => true,
        [Glyph::Underscore, digits @ ..] => {
            !digits.is_empty() && digits.iter().all(|one| matches!(one, Glyph::Digit(_)))
        }
        [Glyph::Digit(_), ..] => rest.iter().all(|one| matches!(one, Glyph::Digit(_))),
        [Glyph::Subscript(_), ..] => rest.iter().all(|one| matches!(one, Glyph::Subscript(_))),
        _ => false,
    }
}

fn word(glyphs: &[Glyph]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut index: Vec<String> = Vec::new();
    for (k, glyph) in glyphs.iter().enumerate() {
        match glyph {
            Glyph::Underscore => parts.push("\\_".into()),
            Glyph::Subscript(_) => index.push(glyph.latex()),
            glyph => parts.push(glyph.latex()),
        }
        let more = matches!(glyphs.get(k + 1), Some(Glyph::Subscript(_)));
        if !index.is_empty() && !more {
            // In braces, since two indices in a row would be an error.
            parts.push(format!("{{}}_{{{}}}", joined(&index)));
            index.clear();
        }
    }
    format!("\\mathit{{{}}}", joined(&parts).replace("{\\_}", "\\_"))
}

fn glyphs(text: &str) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::new();
    for c in text.nfd() {
        if is_combining_mark(c) {
            if let Some(Glyph::Letter(letter)) = glyphs.last_mut() {
                *letter = match accent(c) {
                    Some(accent) => format!("\\{accent}{{{letter}}}"),
                    // A mark without a command must not make two names one.
                    None => format!("{letter}\\text{{({})}}", code_point(c)),
                };
            }
            continue;
        }
        glyphs.push(match c {
            '_' => Glyph::Underscore,
            c if c.is_ascii_digit() => Glyph::Digit(c),
            c if c.is_ascii() => Glyph::Letter(c.to_string()),
            c => match subscript(c) {
                Some(plain) => Glyph::Subscript(plain),
                None => Glyph::Letter(letter(c)),
            },
        });
    }
    glyphs
}

/// A letter that is not ASCII.
fn letter(c: char) -> String {
    match (greek(c), c) {
        (Some(name), _) if name.len() == 1 => format!("\\mathrm{{{name}}}"),
        (Some(name), _) => format!("\\{name}"),
        (None, 'ℓ') => "\\ell".into(),
        (None, 'ı') => "\\imath".into(),
        (None, 'ȷ') => "\\jmath".into(),
        (None, c) => format!("\\text{{{}}}", code_point(c)),
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", c as u32)
}

/// The plain letter or digit of a subscript.
fn subscript(c: char) -> Option<String> {
    let is_subscript = matches!(c, '\u{2080}'..='\u{209c}' | '\u{1d62}'..='\u{1d6a}' | '\u{2c7c}');
    let plain: Vec<char> = std::iter::once(c).nfkd().collect();
    match plain[..] {
        [plain] if is_subscript && plain.is_ascii() => Some(plain.to_string()),
        [plain] if is_subscript => Some(letter(plain)),
        _ => None,
    }
}

fn accent(mark: char) -> Option<&'static str> {
    Some(match mark {
        '\u{300}' => "grave",
        '\u{301}' => "acute",
        '\u{302}' => "hat",
        '\u{303}' => "tilde",
        '\u{304}' | '\u{305}' => "bar",
        '\u{306}' => "breve",
        '\u{307}' => "dot",
        '\u{308}' => "ddot",
        '\u{30a}' => "mathring",
        '\u{30c}' => "check",
        '\u{20d7}' => "vec",
        '\u{331}' | '\u{332}' => "underline",
        _ => return None,
    })
}

/// The command for a Greek letter, or the Latin letter that it looks like.
fn greek(c: char) -> Option<&'static str> {
    const SMALL: [&str; 25] = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "o",
        "pi",
        "rho",
        "varsigma",
        "sigma",
        "tau",
        "upsilon",
        "varphi",
        "chi",
        "psi",
        "omega",
    ];
    const CAPITAL: [&str; 25] = [
        "A", "B", "Gamma", "Delta", "E", "Z", "H", "Theta", "I", "K", "Lambda", "M", "N", "Xi",
        "O", "Pi", "P", "", "Sigma", "T", "Upsilon", "Phi", "X", "Psi", "Omega",
    ];
    match c {
        'α'..='ω' => SMALL.get(c as usize - 'α' as usize).copied(),
        'Α'..='Ω' => CAPITAL.get(c as usize - 'Α' as usize).copied(),
        'µ' => Some("mu"),
        'ϵ' => Some("epsilon"),
        'ϑ' => Some("vartheta"),
        'ϕ' => Some("phi"),
        'ϖ' => Some("varpi"),
        'ϱ' => Some("varrho"),
        _ => None,
    }
}

/// A number in math mode.
pub fn number(x: f64, digits: usize) -> String {
    number_text(&number::format(x, digits))
}

/// A number as [`number::format`] writes it, in math mode.
pub fn number_text(text: &str) -> String {
    match (text, text.split_once('e')) {
        ("nan", _) => "\\mathrm{nan}".into(),
        ("inf", _) => "\\infty".into(),
        ("-inf", _) => "-\\infty".into(),
        (_, Some(("1", exponent))) => format!("10^{{{exponent}}}"),
        (_, Some(("-1", exponent))) => format!("-10^{{{exponent}}}"),
        (_, Some((mantissa, exponent))) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
        (text, None) => text.into(),
    }
}

/// Words outside of math mode, with symbols, names and numbers as they are written there.
pub fn prose(text: &str) -> String {
    let mut latex = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let inside = |c: char| {
            c.is_alphanumeric() || c == '_' || is_combining_mark(c) || subscript(c).is_some()
        };
        let word_end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        if word_end > 0 {
            let (word, behind) = rest.split_at(word_end);
            let power = word.strip_suffix(['²', '³']);
            latex.push_str(&match power {
                Some(base) if !base.is_empty() => {
                    let exponent = if word.ends_with('²') { 2 } else { 3 };
                    format!("${}^{exponent}$", name(base))
                }
                Some(_) => word.chars().map(symbol).collect(),
                _ if word.is_ascii() => word.replace('_', "\\_"),
                _ => format!("${}$", name(word)),
            });
            rest = behind;
            continue;
        }
        if c == '`'
            && let Some((code, behind)) = rest[1..].split_once('`')
        {
            latex.push_str(&format!("\\texttt{{{}}}", prose(code)));
            rest = behind;
            continue;
        }
        latex.push_str(&symbol(c));
        rest = &rest[c.len_utf8()..];
    }
    latex
}

/// A character that is no part of a word.
fn symbol(c: char) -> String {
    let math = match c {
        '∂' => "\\partial",
        '−' => "-",
        '×' => "\\times",
        '·' => "\\cdot",
        '∘' => "\\circ",
        '÷' => "\\div",
        '≤' => "\\le",
        '≥' => "\\ge",
        '≠' => "\\ne",
        '≈' => "\\approx",
        '√' => "\\surd",
        '→' => "\\to",
        '∞' => "\\infty",
        '<' => "<",
        '>' => ">",
        '|' => "|",
        'ᵀ' => "^\\top",
        '²' => "^2",
        '³' => "^3",
        '⁻' => "^-",
        _ => "",
    };
    match c {
        _ if !math.is_empty() => format!("${math}$"),
        '\\' => "\\textbackslash{}".into(),
        '~' => "\\textasciitilde{}".into(),
        '^' => "\\textasciicircum{}".into(),
        '#' | '$' | '%' | '&' | '{' | '}' => format!("\\{c}"),
        '"' => "\\char34{}".into(),
        '…' => "\\ldots{}".into(),
        '–' => "--".into(),
        '—' => "---".into(),
        c if c.is_ascii() => c.to_string(),
        c => format!("[{}]", code_point(c)),
    }
}

/// The notation of a function in its row of the primitive table; empty for other functions.
pub fn template(function: &str) -> &'static str {
    primitives::table()
        .find(|row| row.name == function || row.aliases.contains(&function))
        .map_or("", |row| row.latex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, latex) in [
            ("w", "w"),
            ("w₀", "w_0"),
            ("w1", "w_1"),
            ("x₁₂", "x_{12}"),
            ("xᵢ", "x_i"),
            ("x_i", "x_i"),
            ("ŷ", "\\hat{y}"),
            ("ŷ₁", "\\hat{y}_1"),
            ("σ", "\\sigma"),
            ("σ₁", "\\sigma_1"),
            ("x_α", "x_{\\alpha}"),
            ("θ̂", "\\hat{\\theta}"),
            ("Α", "\\mathrm{A}"),
            ("dW", "\\mathit{dW}"),
            ("learning_rate", "\\mathit{learning\\_rate}"),
            ("a_b_c", "\\mathit{a\\_b\\_c}"),
            ("Δx", "\\mathit{{\\Delta}x}"),
            ("a₁b₂", "\\mathit{a{}_{1}b{}_{2}}"),
            ("Ж", "\\text{U+0416}"),
        ] {
            assert_eq!(name(text), latex, "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (x, latex) in [
            (-2.5, "-2.5"),
            (1e-7, "10^{-7}"),
            (-3.5e16, "-3.5 \\cdot 10^{16}"),
            (f64::INFINITY, "\\infty"),
            (f64::NAN, "\\mathrm{nan}"),
        ] {
            assert_eq!(number(x, 6), latex);
        }
    }

    #[test]
    fn words() {
        assert_eq!(
            prose("ā₂ of 100% is a_b {x}²: ∂y\\"),
            "$\\bar{a}_2$ of 100\\% is a\\_b \\{x\\}$^2$: $\\partial$y\\textbackslash{}"
        );
    }
}
