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
    /// It starts a part; otherwise it stands inside one.
    pub starts: bool,
    /// Advice on how its part is written.
    pub form: &'static str,
    /// Its page of help; none where the word only stands inside a part.
    pub help: Option<TailHelp>,
}

/// Help about a word of a tail.
#[derive(Clone, Copy)]
pub(crate) struct TailHelp {
    /// A statement with it.
    pub form: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// A text to run and the end of its output; both may be empty.
    pub example: (&'static str, &'static str),
}

const fn help(
    form: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> TailHelp {
    TailHelp { form, doc, example }
}

/// All words of a tail: those that start a part first, in the order of the parts.
pub(crate) static TAIL: [TailWord; 11] = [
    part(
        "over",
        Token::Over,
        "write `over t from a to b`",
        help(
            "plot f(t) over t from -3 to 3",
            "the variable of a plot and its range; two of them make a map",
            ("", ""),
        ),
    ),
    part(
        "wrt",
        Token::Wrt,
        "write `wrt w, x`",
        help(
            "trace L wrt w, x",
            "differentiate with respect to these names, or entries such as W[1, 2]",
            ("derive x*y wrt y", ""),
        ),
    ),
    part(
        "along",
        Token::Along,
        "write `along v`, one direction for each `wrt`",
        help(
            "trace L wrt v along d",
            "the direction of the tangents, one for each `wrt`",
            (
                "v = [1, 2]; compare sum(v.^2) wrt v along [1, 0] using forward",
                "",
            ),
        ),
    ),
    part(
        "using",
        Token::Using,
        "write `using forward, reverse, numeric, symbolic`",
        help(
            "compare L using forward, reverse",
            "use only these modes: forward, reverse, numeric, symbolic; for `sparsity` the matrix: jacobian or hessian",
            ("x = 2; compare x^3 using forward, reverse", ""),
        ),
    ),
    part(
        "against",
        Token::Against,
        "write `against G`, one formula for each `wrt`",
        help(
            "check L wrt w, b against g, h",
            "derivatives found by hand, one for each `wrt`",
            ("check (w*x)^2 wrt w against 2*w*x^2", ""),
        ),
    ),
    part(
        "at",
        Token::At,
        "write `at w = 3, x = 2`",
        help(
            "L at w = 5",
            "values for this statement alone",
            ("x^2 at x = 3", "9"),
        ),
    ),
    part(
        "with",
        Token::With,
        "write `with steps`, `with log x`, `with points P coloured by c`, …",
        help(
            "derive L wrt w with steps",
            "options: steps, life, zeros, error, rounds [1, 9], expanded, guards, order n; sizes, the number of operations; bare, the formula alone; overlays, a trace in LaTeX that appears step by step in a talk; for a plot log x, log y, title \"…\", xlabel \"…\", ylabel \"…\", contours, points P coloured by c, path P",
            ("derive sin(x)^2 wrt x with steps", ""),
        ),
    ),
    part(
        "to",
        Token::To,
        "write `to \"file.svg\"`, or `over t from a to b`",
        help(
            "plot v to \"v.svg\"",
            "the file it is written to: a plot as .svg, .pdf or .png, a graph so or as .dot, a trace, a comparison and a formula as .tex, .md, .json, .html or .txt, a value as .csv or .npy, too",
            ("", ""),
        ),
    ),
    inner("from", Token::From, "write `over t from a to b`"),
    inner("coloured", Token::Coloured, POINTS),
    inner("by", Token::By, POINTS),
];

const POINTS: &str = "write `with points P coloured by c`";

const fn part(word: &'static str, token: Token, form: &'static str, help: TailHelp) -> TailWord {
    TailWord {
        word,
        token,
        starts: true,
        form,
        help: Some(help),
    }
}

const fn inner(word: &'static str, token: Token, form: &'static str) -> TailWord {
    TailWord {
        word,
        token,
        starts: false,
        form,
        help: None,
    }
}

impl Token {
    /// The tail word `word`, those inside a part included.
    pub fn tail_word(word: &str) -> Option<Token> {
        let known = TAIL.iter().find(|known| known.word == word);
        known.map(|known| known.token)
    }

    /// The place of a tail word in the order of the parts.
    pub fn tail_rank(self) -> Option<usize> {
        let parts = TAIL.iter().take_while(|word| word.starts);
        parts.map(|word| word.token).position(|part| part == self)
    }

    /// True of tail words, those inside a part included.
    pub fn is_tail_word(self) -> bool {
        TAIL.iter().any(|word| word.token == self)
    }

    /// True of words that are reserved everywhere.
    pub fn is_reserved(self) -> bool {
        RESERVED.iter().any(|(_, token)| *token == self)
    }

    /// True if no statement ends after this token: a newline after it means nothing.
    pub fn continues(self) -> bool {
        self.is_binary()
            || self.is_reserved()
            || self.is_tail_word()
            || matches!(
                self,
                Token::Equal | Token::Assign | Token::Comma | Token::DotDot
            )
    }
}

/// The words that may follow a name after `assume`.
pub const FACT_WORDS: [&str; 6] = [
    "symmetric",
    "spd",
    "orthogonal",
    "invertible",
    "integer",
    FREE,
];

/// The word that takes the assumptions about a name back.
pub const FREE: &str = "free";

/// The word after `with` for a rule that is another derivative than its function's on purpose.
pub const OVERRIDE: &str = "override";

/// The items of `with`.
pub const WITH_ITEMS: [&str; 19] = [
    "steps", "life", "zeros", "error", "expanded", "guards", "order", "rounds", "bare", "sizes",
    "overlays", "log x", "log y", "points", "path", "contours", "title", "xlabel", "ylabel",
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
