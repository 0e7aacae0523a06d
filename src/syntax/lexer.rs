//! Text to tokens: the patterns stand at the variants of [`Token`], what follows a token's first
//! characters is read here.

use super::names::is_name;
use super::token::{Lexeme, Token};
use super::words::RESERVED;
use logos::{Lexer, Logos};
use unicode_normalization::char::is_combining_mark;

/// A tree takes up to 200 bytes a token, so this keeps a script below 4 GiB.
pub(crate) const MOST_TOKENS: usize = 1 << 24;

/// The tokens of `text`. Nothing is refused here: what is no token is one that the grammar lacks.
/// One more than [`MOST_TOKENS`] are enough to tell that there are too many.
pub(crate) fn lex(text: &str) -> Vec<Lexeme> {
    let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lexer = Token::lexer(&text[skipped..]);
    let mut lexemes = Vec::new();
    while let Some(found) = lexer.next() {
        let token = classify(found.unwrap_or(Token::Foreign), lexer.slice());
        let span = lexer.span();
        lexemes.push(Lexeme {
            token,
            start: (span.start + skipped) as u32,
            end: (span.end + skipped) as u32,
        });
        if lexemes.len() > MOST_TOKENS {
            break;
        }
    }
    lexemes
}

/// The rest of a run of blanks.
pub(super) fn blanks(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    let blank = |c: char| c == ' ' || c == '\t';
    lexer.bump(rest.find(|c| !blank(c)).unwrap_or(rest.len()));
}

/// The rest of a line.
pub(super) fn comment(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find(['\n', '\r']).unwrap_or(rest.len()));
}

/// The rest of a number after its first digit, or its dot and first digit.
pub(super) fn number(lexer: &mut Lexer<'_, Token>) {
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
pub(super) fn word(lexer: &mut Lexer<'_, Token>) {
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
pub(super) fn quoted(lexer: &mut Lexer<'_, Token>) {
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
pub(super) fn superscripts(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    let inside = |c| "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾".contains(c);
    lexer.bump(rest.find(|c| !inside(c)).unwrap_or(rest.len()));
}

/// The precise token of a name or text of the lexer.
fn classify(token: Token, slice: &str) -> Token {
    match token {
        Token::Name => reserved_word(slice).unwrap_or(if is_name(slice) {
            Token::Name
        } else {
            Token::BadName
        }),
        Token::Text if !is_closed(slice) => Token::UnclosedText,
        _ => token,
    }
}

fn reserved_word(word: &str) -> Option<Token> {
    let known = RESERVED.iter().find(|(known, _)| *known == word);
    known.map(|(_, token)| *token)
}

/// True if `slice` ends with a quote that is neither its first nor escaped.
fn is_closed(slice: &str) -> bool {
    let Some(inner) = slice[1..].strip_suffix('"') else {
        return false;
    };
    let backslashes = inner.bytes().rev().take_while(|&byte| byte == b'\\');
    backslashes.count() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Token> {
        lex(text).iter().map(|lexeme| lexeme.token).collect()
    }

    fn texts(text: &str) -> Vec<&str> {
        lex(text).iter().map(|lexeme| lexeme.text(text)).collect()
    }

    #[test]
    fn a_number_never_ends_in_a_dot() {
        assert_eq!(texts("1./x"), ["1", "./", "x"]);
        assert_eq!(texts("1..3"), ["1", "..", "3"]);
        assert_eq!(texts("1.5..2.5"), ["1.5", "..", "2.5"]);
        assert_eq!(texts("2.^-1"), ["2", ".^", "-", "1"]);
        assert_eq!(texts("1.*x"), ["1", ".*", "x"]);
        assert_eq!(kinds("1."), [Token::Number, Token::Dot]);
        assert_eq!(texts("1..x"), ["1", "..", "x"]);
    }

    #[test]
    fn numbers() {
        for text in ["1", ".5", "1e-3", "1_000", "1.5E+10", "0.000_1", ".5e2"] {
            assert_eq!(kinds(text), [Token::Number], "{text}");
        }
        assert_eq!(texts("1e+"), ["1", "e", "+"]);
        assert_eq!(texts("1__0"), ["1", "__0"]);
        assert_eq!(texts("1_"), ["1", "_"]);
        assert_eq!(texts("1.2.3"), ["1.2", ".3"]);
        assert_eq!(texts("2e"), ["2", "e"]);
        assert_eq!(texts("2else"), ["2", "else"]);
    }

    #[test]
    fn names_as_on_the_slides() {
        for text in [
            "w₀", "xᵢ", "ŷ", "y\u{302}", "σ", "x_1", "_", "µ", "aₙ", "iff", "données",
        ] {
            assert_eq!(kinds(text), [Token::Name], "{text}");
        }
        assert_eq!(kinds("xᵀ"), [Token::BadName]);
        assert_eq!(kinds("xⁿ"), [Token::BadName]);
        assert_eq!(kinds("ｘ"), [Token::BadName]);
        assert_eq!(kinds(&"a".repeat(257)), [Token::BadName]);
    }

    #[test]
    fn twins_of_operators() {
        assert_eq!(kinds("×·−"), [Token::Star, Token::Star, Token::Minus]);
        assert_eq!(
            kinds("≤ ≥ ≠"),
            [Token::LessEqual, Token::GreaterEqual, Token::NotEqual]
        );
        assert_eq!(kinds("x²³"), [Token::Name, Token::Squared, Token::Cubed]);
        assert_eq!(kinds("x²"), [Token::Name, Token::Squared]);
        assert_eq!(kinds("x⁴"), [Token::Name, Token::Superscript]);
    }

    #[test]
    fn texts_and_comments() {
        assert_eq!(texts(r#""a \" b" c # d"#), [r#""a \" b""#, "c"]);
        assert_eq!(kinds("\"abc"), [Token::UnclosedText]);
        assert_eq!(kinds("\"\\"), [Token::UnclosedText]);
        assert_eq!(
            kinds("\"a\nb\""),
            [
                Token::UnclosedText,
                Token::Newline,
                Token::Name,
                Token::UnclosedText
            ]
        );
        assert_eq!(kinds("# a\r# b\r\n# c\n"), [Token::Newline; 3]);
    }

    #[test]
    fn foreign_operators_are_single_tokens() {
        for text in [
            "**", "//", "&&", "||", "!", "+=", "->", "++", "=<", "<>", ".+", "@", "😀", "\u{b}",
        ] {
            assert_eq!(kinds(text), [Token::Foreign], "{text}");
        }
        assert_eq!(texts("a--b"), ["a", "-", "-", "b"]);
        assert_eq!(texts("a<-b"), ["a", "<", "-", "b"]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let lexemes = lex("\u{feff}1+1");
        assert_eq!((lexemes[0].start, lexemes.len()), (3, 3));
    }
}
