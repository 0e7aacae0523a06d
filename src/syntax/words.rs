//! Reserved words, and the words of a tail.

use super::ast::Mode;
use super::token::Token;

/// The words that are reserved everywhere.
pub(crate) const RESERVED: [(&str, Token); 8] = [
    ("if", Token::If),
    ("then", Token::Then),
    ("else", Token::Else),
    ("and", Token::And),
    ("or", Token::Or),
    ("not", Token::Not),
    ("for", Token::For),
    ("in", Token::In),
];

/// A word of a tail: after a complete operand; a name everywhere else.
pub(crate) struct TailWord {
    pub word: &'static str,
    pub token: Token,
    /// Whether it starts a part, rather than standing inside one.
    pub starts: bool,
    /// How its part is written.
    pub form: &'static str,
}

/// All of them: those that start a part first, in the order of the parts.
pub(crate) static TAIL: [TailWord; 10] = [
    part("over", Token::Over, "write `over t from a to b`"),
    part("wrt", Token::Wrt, "write `wrt w, x`"),
    part(
        "along",
        Token::Along,
        "write `along v`, one direction for each `wrt`",
    ),
    part(
        "using",
        Token::Using,
        "write `using forward, reverse, numeric, symbolic`",
    ),
    part("at", Token::At, "write `at w = 3, x = 2`"),
    part(
        "with",
        Token::With,
        "write `with steps`, `with log x`, `with points P coloured by c`, …",
    ),
    part(
        "to",
        Token::To,
        "write `to \"file.svg\"`, or `over t from a to b`",
    ),
    inner("from", Token::From, "write `over t from a to b`"),
    inner("coloured", Token::Coloured, POINTS),
    inner("by", Token::By, POINTS),
];

const POINTS: &str = "write `with points P coloured by c`";

const fn part(word: &'static str, token: Token, form: &'static str) -> TailWord {
    TailWord {
        word,
        token,
        starts: true,
        form,
    }
}

const fn inner(word: &'static str, token: Token, form: &'static str) -> TailWord {
    TailWord {
        word,
        token,
        starts: false,
        form,
    }
}

/// The items of `with`.
pub const WITH_ITEMS: [&str; 8] = [
    "steps", "life", "zeros", "expanded", "guards", "log x", "log y", "points",
];

/// The words that are reserved everywhere.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    RESERVED.iter().map(|(word, _)| *word)
}

/// The words that start a part of a tail, in the order of the parts.
pub fn tail_words() -> impl Iterator<Item = &'static str> {
    let parts = TAIL.iter().filter(|word| word.starts);
    parts.map(|word| word.word)
}

/// The words after `using`.
pub fn mode_words() -> impl Iterator<Item = &'static str> + Clone {
    Mode::ALL.into_iter().map(Mode::name)
}
