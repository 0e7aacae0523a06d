//! Text without a character beyond ASCII, for terminals that have no others.

use crate::diagnostic::{Diagnostic, Severity};
use crate::notation::symbols;
use crate::source::{Location, Source, Span};
use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;
use unicode_normalization::UnicodeNormalization;

/// `text` with every character spelt in ASCII: `α₁` becomes `alpha_1`, `ŷ` `y_hat`, `≤` `<=`. What
/// has no spelling becomes `?`.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut spelt = String::with_capacity(text.len() + 16);
    let mut below = false;
    for c in text.nfd() {
        below = push(c, below, &mut spelt);
    }
    Cow::Owned(spelt)
}

/// Appends `c`; whether it is a subscript, so that the next one needs no other `_`.
fn push(c: char, below: bool, out: &mut String) -> bool {
    if c.is_ascii() {
        out.push(c);
        return false;
    }
    match c {
        '×' => out.push('x'),
        '·' => out.push('*'),
        '−' | '–' | '—' => out.push('-'),
        '÷' => out.push('/'),
        '≤' => out.push_str("<="),
        '≥' => out.push_str(">="),
        '≠' => out.push_str("!="),
        '→' => out.push_str("->"),
        '←' => out.push_str("<-"),
        '…' => out.push_str("..."),
        '“' | '”' => out.push('"'),
        '‘' | '’' => out.push('\''),
        '∂' => out.push('d'),
        '∞' => out.push_str("inf"),
        'ᵀ' => out.push('\''),
        '»' => out.push('>'),
        '¿' => out.push('?'),
        'µ' => out.push_str("mu"),
        '\u{338}' if out.ends_with('=') => {
            out.pop();
            out.push_str("!=");
        }
        c => {
            let name = symbols::name_of(c);
            match name {
                Some(name) if name.starts_with('_') => {
                    out.push_str(if below { &name[1..] } else { name });
                    return true;
                }
                Some(name) if symbols::is_mark(c) => {
                    out.push('_');
                    out.push_str(name);
                }
                Some(name) => out.push_str(name),
                None if symbols::is_mark(c) => {}
                None => out.push('?'),
            }
        }
    }
    false
}

/// A JSON text that means the same: what is beyond ASCII stands in strings, where it has an escape.
pub fn json(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing into memory does not fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    Cow::Owned(escaped)
}

/// The diagnostic with its texts, and the sources that it points into, in ASCII.
pub fn diagnostic(diagnostic: &Diagnostic) -> Diagnostic {
    let mut sources: Vec<(Rc<Source>, Rc<Source>)> = Vec::new();
    let mut spelt = |location: &Location| {
        let source = &location.source;
        if source.text.is_ascii() && source.name.is_ascii() {
            return location.clone();
        }
        let known = sources.iter().find(|(known, _)| Rc::ptr_eq(known, source));
        let ascii = known.map(|(_, ascii)| ascii.clone()).unwrap_or_else(|| {
            let ascii = Rc::new(Source {
                name: text(&source.name).into_owned(),
                text: text(&source.text).into_owned(),
                folder: source.folder.clone(),
            });
            sources.push((source.clone(), ascii.clone()));
            ascii
        });
        let at = |at: u32| {
            let mut at = (at as usize).min(source.text.len());
            while !source.text.is_char_boundary(at) {
                at -= 1;
            }
            text(&source.text[..at]).len()
        };
        let span = Span::new(at(location.span.start), at(location.span.end));
        Location::new(&ascii, span)
    };
    let labels = diagnostic.labels();
    let primary = spelt(&labels[0].location);
    let make = match diagnostic.severity() {
        Severity::Error => Diagnostic::error,
        Severity::Warning => Diagnostic::warning,
        Severity::Note => Diagnostic::note,
    };
    let message = text(diagnostic.message()).into_owned();
    let mut ascii = make(
        diagnostic.code(),
        primary,
        message,
        text(&labels[0].text).into_owned(),
    );
    for label in &labels[1..] {
        ascii = ascii.label(spelt(&label.location), text(&label.text));
    }
    match diagnostic.advice() {
        Some(advice) => ascii.help(text(advice)),
        None => ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn everything_has_a_spelling() {
        for (unicode, ascii) in [
            ("w = 3", "w = 3"),
            ("ŷ = α₁₂ + xᵢ²", "y_hat = alpha_12 + x_i^2"),
            ("∂L/∂W ≤ 3×1 …", "dL/dW <= 3x1 ..."),
            ("ȧ₁ → ā₂ᵀ", "a_dot_1 -> a_bar_2'"),
            ("é 漢 ≠", "e ? !="),
        ] {
            assert_eq!(text(unicode), ascii);
        }
    }

    #[test]
    fn marks_stay_under_what_they_mark() {
        let source = Source::new("α.ad", "α = 1\nŷ + β");
        let at = source.text.find('β').expect("there");
        let beta = Location::new(&source, Span::new(at, at + 2));
        let found = diagnostic(&Diagnostic::error(Code::Name, beta, "`β` is unknown", ""));
        assert_eq!(found.location().text(), "beta");
        assert_eq!(found.location().source.name, "alpha.ad");
        assert_eq!(found.message(), "`beta` is unknown");
    }
}
