//! The rest of a token after the first characters that its pattern has found.

use logos::{Lexer, Logos};
use unicode_normalization::char::is_combining_mark;

/// The rest of a run of blanks.
pub fn blanks<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let rest = lexer.remainder();
    let blank = |c: char| c == ' ' || c == '\t';
    lexer.bump(rest.find(|c| !blank(c)).unwrap_or(rest.len()));
}

/// The rest of a line.
pub fn comment<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find(['\n', '\r']).unwrap_or(rest.len()));
}

/// The rest of a number after its first digit, or its dot and first digit.
pub fn number<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let is_fraction = lexer.slice().starts_with('.');
    let rest = lexer.remainder().as_bytes();
    let is_digit = |at: usize| rest.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = digits(rest, 0);
    if !is_fraction && rest.get(end) == Some(&b'.') && is_digit(end + 1) {
        end = digits(rest, end + 2);
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        if is_digit(end + 1 + sign) {
            end = digits(rest, end + 2 + sign);
        }
    }
    lexer.bump(end);
}

/// The end of the digits that go on at `at`, single underscores between digits included.
fn digits(text: &[u8], mut at: usize) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    loop {
        if is_digit(at) {
            at += 1;
        } else if text.get(at) == Some(&b'_') && is_digit(at + 1) {
            at += 2;
        } else {
            return at;
        }
    }
}

/// The rest of a name after its first letter.
pub fn word<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let inside = |c: char| {
        c.is_ascii_alphanumeric()
            || c == '_'
            || (!c.is_ascii() && (c.is_alphabetic() || is_combining_mark(c)))
            || ('₀'..='₉').contains(&c)
    };
    let rest = lexer.remainder();
    lexer.bump(rest.find(|c| !inside(c)).unwrap_or(rest.len()));
}

/// The rest of a text after its opening quote, up to the closing one or the end of the line.
pub fn quoted<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let rest = lexer.remainder().as_bytes();
    let mut escaped = false;
    for (at, &byte) in rest.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => return lexer.bump(at),
            b'"' if !escaped => return lexer.bump(at + 1),
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    lexer.bump(rest.len());
}

/// The rest of a run of superscripts.
pub fn superscripts<'s, T: Logos<'s, Source = str>>(lexer: &mut Lexer<'s, T>) {
    let rest = lexer.remainder();
    let inside = |c| "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾".contains(c);
    lexer.bump(rest.find(|c| !inside(c)).unwrap_or(rest.len()));
}
