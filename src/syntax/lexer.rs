//! Text to tokens. The patterns of their first characters stand at the variants of [`Token`]; `scan`
//! reads the rest.

use super::names::{BLANK, is_name};
use super::token::{Lexeme, Token};
use super::words::RESERVED;
use logos::Logos;

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

/// The precise token of a name or text of the lexer.
fn classify(token: Token, slice: &str) -> Token {
    match token {
        Token::Name => reserved_word(slice).unwrap_or(if is_name(slice) || slice == BLANK {
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
