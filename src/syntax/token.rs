//! The kinds of tokens: what `lexer` finds in the text, and what `layout` makes of it.

use super::ast::Show;
use super::scan::{blanks, comment, number, quoted, superscripts, word};
use crate::source::Span;
use logos::Logos;

/// The kinds of tokens. The texts of names, numbers and texts stay in the source.
///
/// Whatever can be long is a pattern for its first character and a loop for the rest: the code made
/// from a pattern may call itself for every character.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip(r"[\t\p{Zs}]", blanks))]
#[logos(skip("#", comment))]
pub(crate) enum Token {
    // A number never ends in a dot: `1./x` is `1 ./ x` and `1..3` a range.
    #[regex(r"[0-9]|\.[0-9]", number)]
    Number,
    // Superscript letters are letters for Unicode; `classify` sorts them out.
    #[regex(r"[\p{L}_]", word)]
    // A blank is a name that nothing can define.
    #[token("???")]
    Name,
    #[token("\"", quoted)]
    Text,

    #[token("+")]
    Plus,
    #[token("-")]
    #[token("−")]
    Minus,
    #[token("*")]
    #[token("×")]
    #[token("·")]
    #[token("\u{387}")]
    Star,
    #[token("/")]
    Slash,
    #[token(".*")]
    DotStar,
    #[token("./")]
    DotSlash,
    #[token("^")]
    Caret,
    #[token(".^")]
    DotCaret,
    #[token("'")]
    Prime,
    #[token("²")]
    Squared,
    #[token("³")]
    Cubed,
    #[token("==")]
    EqualEqual,
    #[token("!=")]
    #[token("≠")]
    #[token("=\u{338}")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    #[token("≤")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    #[token("≥")]
    GreaterEqual,
    #[token("=")]
    Equal,
    #[token(":=")]
    Assign,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("..")]
    DotDot,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token(";")]
    Semicolon,
    #[regex(r"\r\n|\n|\r")]
    Newline,

    If,
    Then,
    Else,
    And,
    Or,
    Not,
    For,
    In,

    // No terminals of the grammar: a parse stops at these and `errors` says what they are.
    /// A dot that belongs to nothing.
    #[token(".")]
    Dot,
    /// An operator of another language, or a character this one lacks.
    #[regex(r"&&?|\|\|?|!|\*\*|//|/\*|[+\-*/^]=|->|=>|=<|===|<>|~=?|\+\+|\.[+\-]|\.[=!]=|\.[<>]=?")]
    #[regex(r".", priority = 0)]
    Foreign,
    /// Superscripts other than a single `²` or `³`.
    #[regex(r"[⁰¹⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾]", superscripts)]
    Superscript,
    /// A name with a character that no name may hold.
    BadName,
    /// A text that its line does not close.
    UnclosedText,

    // Made by `layout`.
    /// Stands before `name =`.
    DefinitionHead,
    /// Stands before `name(…) =`.
    FunctionHead,
    /// Stands before `… :=`.
    UpdateHead,
    /// The end of a statement: a newline or `;`.
    End,
    /// `;` between the rows of a matrix.
    Row,
    /// `'` between a bare name and `(`.
    CallPrime,
    Input,
    Repeat,
    While,
    Import,
    Assert,
    Assume,
    Rule,
    Print,
    /// The word of a statement of the form `word outputs tail`.
    Show(Show),
    Over,
    Wrt,
    Along,
    Using,
    Against,
    At,
    With,
    To,
    From,
    Coloured,
    By,
}

impl Token {
    /// True if an operand may end with this token.
    pub fn ends_operand(self) -> bool {
        matches!(
            self,
            Token::Name
                | Token::Number
                | Token::Text
                | Token::RightParen
                | Token::RightBracket
                | Token::Prime
                | Token::Squared
                | Token::Cubed
        )
    }

    /// True if an operand may start with this token; signs aside.
    pub fn starts_operand(self) -> bool {
        matches!(
            self,
            Token::Name | Token::Number | Token::Text | Token::LeftParen | Token::LeftBracket
        )
    }

    /// True of operators between two operands.
    pub fn is_binary(self) -> bool {
        self.is_comparison()
            || matches!(
                self,
                Token::Plus
                    | Token::Minus
                    | Token::Star
                    | Token::Slash
                    | Token::DotStar
                    | Token::DotSlash
                    | Token::Caret
                    | Token::DotCaret
                    | Token::And
                    | Token::Or
            )
    }

    /// True of comparisons.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Token::EqualEqual
                | Token::NotEqual
                | Token::Less
                | Token::LessEqual
                | Token::Greater
                | Token::GreaterEqual
        )
    }

    /// True of tokens that the grammar does not have.
    pub fn is_alien(self) -> bool {
        matches!(
            self,
            Token::Dot | Token::Foreign | Token::Superscript | Token::BadName | Token::UnclosedText
        )
    }

    /// The bracket that closes this one.
    pub fn closer(self) -> Option<Token> {
        match self {
            Token::LeftParen => Some(Token::RightParen),
            Token::LeftBracket => Some(Token::RightBracket),
            Token::LeftBrace => Some(Token::RightBrace),
            _ => None,
        }
    }

    /// True of closing brackets.
    pub fn is_closer(self) -> bool {
        matches!(
            self,
            Token::RightParen | Token::RightBracket | Token::RightBrace
        )
    }
}

/// A token where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub token: Token,
    pub start: u32,
    pub end: u32,
}

impl Lexeme {
    /// Its place in the text.
    pub fn span(self) -> Span {
        Span {
            start: self.start,
            end: self.end,
        }
    }

    /// Its text in `source`.
    pub fn text(self, source: &str) -> &str {
        &source[self.start as usize..self.end as usize]
    }
}
