//! Tokens: what logos finds in the text, and what `layout` makes of it.

use crate::source::Span;
use logos::{Lexer, Logos};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words that are reserved everywhere.
pub const RESERVED_WORDS: [&str; 8] = ["if", "then", "else", "and", "or", "not", "for", "in"];

/// The words that start a statement where an operand follows; names everywhere else.
pub const STATEMENT_WORDS: [&str; 12] = [
    "input", "repeat", "while", "import", "assert", "print", "trace", "compare", "derive", "check",
    "graph", "plot",
];

/// The words that start a part of a tail after a complete operand, in the order of the parts; names
/// everywhere else.
pub const TAIL_WORDS: [&str; 7] = ["over", "wrt", "along", "using", "at", "with", "to"];

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
    Print,
    Trace,
    Compare,
    Derive,
    Check,
    Graph,
    Plot,
    Over,
    Wrt,
    Along,
    Using,
    At,
    With,
    To,
    From,
    Coloured,
    By,
}

impl Token {
    /// The statement word `word`.
    pub fn statement_word(word: &str) -> Option<Token> {
        Some(match word {
            "input" => Token::Input,
            "repeat" => Token::Repeat,
            "while" => Token::While,
            "import" => Token::Import,
            "assert" => Token::Assert,
            "print" => Token::Print,
            "trace" => Token::Trace,
            "compare" => Token::Compare,
            "derive" => Token::Derive,
            "check" => Token::Check,
            "graph" => Token::Graph,
            "plot" => Token::Plot,
            _ => return None,
        })
    }

    /// The tail word `word`, those inside a part included.
    pub fn tail_word(word: &str) -> Option<Token> {
        Some(match word {
            "over" => Token::Over,
            "wrt" => Token::Wrt,
            "along" => Token::Along,
            "using" => Token::Using,
            "at" => Token::At,
            "with" => Token::With,
            "to" => Token::To,
            "from" => Token::From,
            "coloured" => Token::Coloured,
            "by" => Token::By,
            _ => return None,
        })
    }

    /// Whether an operand may end with this token.
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

    /// Whether an operand may start with this token, if it is not a sign.
    pub fn starts_operand(self) -> bool {
        matches!(
            self,
            Token::Name | Token::Number | Token::Text | Token::LeftParen | Token::LeftBracket
        )
    }

    /// Whether this is an operator between two operands.
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

    /// Whether this compares.
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

    /// The place of a tail word in the order of the parts.
    pub fn tail_rank(self) -> Option<usize> {
        [
            Token::Over,
            Token::Wrt,
            Token::Along,
            Token::Using,
            Token::At,
            Token::With,
            Token::To,
        ]
        .iter()
        .position(|&part| part == self)
    }

    /// Whether this is a tail word, those inside a part included.
    pub fn is_tail_word(self) -> bool {
        self.tail_rank().is_some() || matches!(self, Token::From | Token::Coloured | Token::By)
    }

    /// Whether this is a word that starts a statement.
    pub fn is_statement_word(self) -> bool {
        matches!(
            self,
            Token::Input
                | Token::Repeat
                | Token::While
                | Token::Import
                | Token::Assert
                | Token::Print
                | Token::Trace
                | Token::Compare
                | Token::Derive
                | Token::Check
                | Token::Graph
                | Token::Plot
        )
    }

    /// Whether this is a word that is reserved everywhere.
    pub fn is_reserved(self) -> bool {
        matches!(
            self,
            Token::If
                | Token::Then
                | Token::Else
                | Token::And
                | Token::Or
                | Token::Not
                | Token::For
                | Token::In
        )
    }

    /// Whether no statement ends after this token, so that a newline after it means nothing.
    pub fn continues(self) -> bool {
        self.is_binary()
            || self.is_reserved()
            || self.is_tail_word()
            || matches!(
                self,
                Token::Equal | Token::Assign | Token::Comma | Token::DotDot
            )
    }

    /// Whether this stands for something that the grammar knows nothing of.
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

    /// Whether this closes a bracket.
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
    /// Where it stands.
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
fn blanks(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    let blank = |c: char| c == ' ' || c == '\t';
    lexer.bump(rest.find(|c| !blank(c)).unwrap_or(rest.len()));
}

/// The rest of a line.
fn comment(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find(['\n', '\r']).unwrap_or(rest.len()));
}

/// The rest of a number after its first digit, or its dot and first digit.
fn number(lexer: &mut Lexer<'_, Token>) {
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

/// Where the digits that go on at `at` end, single underscores between digits included.
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
fn word(lexer: &mut Lexer<'_, Token>) {
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
fn quoted(lexer: &mut Lexer<'_, Token>) {
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
fn superscripts(lexer: &mut Lexer<'_, Token>) {
    let rest = lexer.remainder();
    let inside = |c| "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾".contains(c);
    lexer.bump(rest.find(|c| !inside(c)).unwrap_or(rest.len()));
}

/// What a name or text of the lexer really is.
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
    Some(match word {
        "if" => Token::If,
        "then" => Token::Then,
        "else" => Token::Else,
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        "for" => Token::For,
        "in" => Token::In,
        _ => return None,
    })
}

/// Whether the text in `slice` ends with a quote that is neither its first nor escaped.
fn is_closed(slice: &str) -> bool {
    let Some(inner) = slice[1..].strip_suffix('"') else {
        return false;
    };
    let backslashes = inner.bytes().rev().take_while(|&byte| byte == b'\\');
    backslashes.count() % 2 == 0
}

/// The longest name: longer ones would only make messages unreadable. What counts is the name as it is
/// kept and printed, in normal form, which may be longer or shorter than it was written.
pub(crate) const LONGEST_NAME: usize = 256;

fn is_name(word: &str) -> bool {
    if word.is_ascii() {
        return word.len() <= LONGEST_NAME;
    }
    normalised(word).len() <= LONGEST_NAME
        && !word.chars().any(|c| is_superscript_letter(c) || is_wide(c))
}

/// NFC, with the micro sign as the letter μ it stands for.
pub(crate) fn normalised(word: &str) -> String {
    word.nfc()
        .map(|c| if c == '\u{b5}' { 'μ' } else { c })
        .collect()
}

/// Whether `c` is a small raised letter such as ᵀ or ⁿ.
pub(crate) fn is_superscript_letter(c: char) -> bool {
    matches!(c,
        'ª' | 'º' | 'ⁱ' | 'ⁿ' | 'ⱽ' | 'ᵸ'
        | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}'
        | '\u{1d2c}'..='\u{1d61}' | '\u{1d9b}'..='\u{1dbf}')
}

/// Whether `c` is a full-width twin of an ASCII character.
pub(crate) fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
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
