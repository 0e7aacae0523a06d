//! The statements of the language: one row each.
//!
//! The lexer, the grammar's actions, the refusal of tails, help, completion and the fuzzer's
//! dictionary read the table. A statement of the form `word outputs tail` needs a variant of
//! [`Show`], its row here, and the function that runs it in `session`, where a `match` over [`Show`]
//! does not compile without it; the grammar has one production for all of them.

use super::ast::{Show, StatementKind};
use super::token::Token;

/// A kind of statement.
#[derive(Debug)]
pub struct StatementRow {
    /// The word it starts with, or the sign that makes it what it is.
    pub word: &'static str,
    /// Its first token for the grammar.
    pub(crate) token: Token,
    /// Its name in messages.
    pub noun: &'static str,
    /// The parts of a tail that mean something for it, and the items of its `with`; none if it has
    /// no tail.
    pub takes: &'static [&'static str],
    /// Its form.
    pub form: &'static str,
    /// Its effect, for help.
    pub doc: &'static str,
    /// A text to run and the end of its output; either may be empty.
    pub example: (&'static str, &'static str),
}

/// All of them that have a word or a sign, in the order in which help lists them.
pub static STATEMENTS: [StatementRow; 25] = [
    StatementRow {
        word: "=",
        token: Token::DefinitionHead,
        noun: "a definition",
        takes: &[],
        form: "L = (w*x - y)^2",
        doc: "name a formula; it is computed when something is shown",
        example: ("x = 3; L = x^2; L", "9"),
    },
    StatementRow {
        word: ":=",
        token: Token::UpdateHead,
        noun: "an update",
        takes: &[],
        form: "w := w - 0.1*grad(L, w)",
        doc: "compute now and store the value",
        example: ("w = 3; w := w + 1; w", "4"),
    },
    StatementRow {
        word: "f",
        token: Token::FunctionHead,
        noun: "a definition",
        takes: &[],
        form: "f(x) = x^2*sin(x)",
        doc: "define a function; f'(x) is its derivative",
        example: ("f(x) = x^3; f'(2)", "12"),
    },
    StatementRow {
        word: "trace",
        token: Token::Show(Show::Trace),
        noun: "trace",
        takes: &[
            "wrt", "along", "using", "at", "life", "zeros", "error", "rounds", "overlays", "to",
        ],
        form: "trace L wrt w, x at w = 3",
        doc: "every operation with its value, tangent and adjoint",
        example: ("trace (w*x)^2 wrt w at w = 3, x = 2", ""),
    },
    StatementRow {
        word: "derive",
        token: Token::Show(Show::Derive),
        noun: "derive",
        takes: &[
            "wrt", "at", "steps", "expanded", "guards", "sizes", "bare", "to",
        ],
        form: "derive L wrt W with steps",
        doc: "the derivative as a simplified formula, which can be typed back in",
        example: ("derive sin(x)^2 wrt x", ""),
    },
    StatementRow {
        word: "compare",
        token: Token::Show(Show::Compare),
        noun: "compare",
        takes: &["wrt", "along", "using", "at", "zeros", "to"],
        form: "compare L wrt w, x",
        doc: "forward, reverse, numeric and symbolic side by side, with their costs",
        example: ("compare sin(x)^2 wrt x at x = 1", ""),
    },
    StatementRow {
        word: "check",
        token: Token::Show(Show::Check),
        noun: "check",
        takes: &["wrt", "along", "using", "against", "at"],
        form: "check L wrt W",
        doc: "test that the four modes agree, and explain where they differ; `against G` tests a derivative found by hand",
        example: ("check sin(x)^2 wrt x at x = 1", ""),
    },
    StatementRow {
        word: "prove",
        token: Token::Show(Show::Prove),
        noun: "prove",
        takes: &[],
        form: "prove A == B",
        doc: "test two formulas for equality: a proof, agreement at random points, or a counterexample",
        example: ("prove sin(2*x) == 2*sin(x)*cos(x)", ""),
    },
    StatementRow {
        word: "simplify",
        token: Token::Show(Show::Simplify),
        noun: "simplify",
        takes: &["bare", "to"],
        form: "simplify E",
        doc: "simplify a formula; derivatives inside it are written out",
        example: ("simplify sin(x)^2 + cos(x)^2", ""),
    },
    StatementRow {
        word: "expand",
        token: Token::Show(Show::Expand),
        noun: "expand",
        takes: &["bare", "to"],
        form: "expand E",
        doc: "multiply out products and whole powers of sums",
        example: ("expand (x + 1)^3", ""),
    },
    StatementRow {
        word: "factor",
        token: Token::Show(Show::Factor),
        noun: "factor",
        takes: &["bare", "to"],
        form: "factor E",
        doc: "write a formula as a product of factors",
        example: ("factor x^4 - y^4", ""),
    },
    StatementRow {
        word: "series",
        token: Token::Show(Show::Series),
        noun: "series",
        takes: &["wrt", "at", "order", "bare", "to"],
        form: "series f wrt x at x = 0 with order 6",
        doc: "expand in a Taylor polynomial with exact coefficients, at the value of the name or at 0",
        example: ("series exp(x) wrt x with order 2", ""),
    },
    StatementRow {
        word: "sparsity",
        token: Token::Show(Show::Sparsity),
        noun: "sparsity",
        takes: &["wrt", "using", "at", "to"],
        form: "sparsity L wrt x using hessian",
        doc: "the entries of a Jacobian or Hessian that can be other than zero, and how few passes find them; to a file as .mtx (Matrix Market) or a picture",
        example: (
            "x = [1, 2, 3, 4]; sparsity (x[2..4] - x[1..3]).^2 wrt x",
            "",
        ),
    },
    StatementRow {
        word: "graph",
        token: Token::Show(Show::Graph),
        noun: "graph",
        takes: &["wrt", "along", "using", "at", "to"],
        form: "graph L to \"graph.svg\"",
        doc: "the computational graph, as text or as a picture",
        example: ("graph (w*x)^2 wrt w at w = 3, x = 2", ""),
    },
    StatementRow {
        word: "plot",
        token: Token::Show(Show::Plot),
        noun: "plot",
        takes: &[
            "over", "at", "log x", "log y", "points", "path", "contours", "title", "xlabel",
            "ylabel", "to",
        ],
        form: "plot f(t), f'(t) over t from -3 to 3",
        doc: "curves, vectors and maps, as characters or as a picture; `with title \"Loss\", log y` and more: `:help with`",
        example: ("plot t^2 over t from -1 to 1", ""),
    },
    StatementRow {
        word: "print",
        token: Token::Print,
        noun: "print",
        takes: &["at", "to"],
        form: "print \"cost\", L",
        doc: "show values on one line; a formula alone shows its value",
        example: ("L = 2; print \"cost\", L", ""),
    },
    StatementRow {
        word: "assert",
        token: Token::Assert,
        noun: "`assert`",
        takes: &[],
        form: "assert L < 1",
        doc: "stop with an error unless it holds",
        example: ("assert 1 < 2", ""),
    },
    StatementRow {
        word: "input",
        token: Token::Input,
        noun: "`input`",
        takes: &[],
        form: "input w, x[3], A[2,3]",
        doc: "declare inputs that have no value yet",
        example: ("", ""),
    },
    StatementRow {
        word: "assume",
        token: Token::Assume,
        noun: "`assume`",
        takes: &[],
        form: "assume x > 0, 0 < p < 1, A symmetric",
        doc: "facts about inputs, entry by entry, which proofs use and values must not contradict; `A free` takes them back",
        example: ("assume x > 0; prove log(x^2) == 2*log(x)", ""),
    },
    StatementRow {
        word: "rule",
        token: Token::Rule,
        noun: "`rule`",
        takes: &[],
        form: "rule f wrt x = cos(x)",
        doc: "the derivative of your function f with respect to its parameter x, entry by entry, used instead of differentiating its body; `rule f wrt A from u = u*x'` gives the adjoint of an array from that of the result; `with override`: another one than the body's on purpose",
        example: (
            "f(x) = log(1 + exp(x)); rule f wrt x = sigmoid(x); f'(0)",
            "0.5",
        ),
    },
    StatementRow {
        word: "repeat",
        token: Token::Repeat,
        noun: "a loop",
        takes: &[],
        form: "repeat 100 { w := w/2 }",
        doc: "run statements several times",
        example: ("x = 1; repeat 3 { x := 2*x }; x", "8"),
    },
    StatementRow {
        word: "while",
        token: Token::While,
        noun: "a loop",
        takes: &[],
        form: "while w > 1 { w := w/2 }",
        doc: "run statements as long as a condition holds",
        example: ("x = 1; while x < 5 { x := 2*x }; x", "8"),
    },
    StatementRow {
        word: "for",
        token: Token::For,
        noun: "a loop",
        takes: &[],
        form: "for i in 1..10 { print i }",
        doc: "run statements once for each number",
        example: ("s = 0; for i in 1..4 { s := s + i }; s", "10"),
    },
    StatementRow {
        word: "if",
        token: Token::If,
        noun: "a choice",
        takes: &[],
        form: "if w > 1 { w := 1 } else { w := 0 }",
        doc: "run one block or the other; in a formula: `if c then a else b`",
        example: ("x = 2; if x > 1 then x else 0", "2"),
    },
    StatementRow {
        word: "import",
        token: Token::Import,
        noun: "`import`",
        takes: &[],
        form: "import \"other.ad\"",
        doc: "run the definitions of another script",
        example: ("", ""),
    },
];

/// A formula that stands alone.
static VALUE: StatementRow = StatementRow {
    word: "",
    token: Token::Show(Show::Value),
    noun: "a bare expression",
    takes: &["at", "to"],
    form: "L",
    doc: "show the value of a formula",
    example: ("L = 2; L", "2"),
};

impl StatementRow {
    /// True if it starts with a word that is a name elsewhere.
    pub fn has_word(&self) -> bool {
        !matches!(
            self.token,
            Token::DefinitionHead
                | Token::FunctionHead
                | Token::UpdateHead
                | Token::For
                | Token::If
        )
    }

    /// The row of the statement that starts with `token`.
    pub(crate) fn starting_with(token: Token) -> Option<&'static StatementRow> {
        STATEMENTS.iter().find(|row| row.token == token)
    }
}

impl Token {
    /// The statement word `word`.
    pub fn statement_word(word: &str) -> Option<Token> {
        let row = STATEMENTS.iter().find(|row| row.word == word);
        row.filter(|row| row.has_word()).map(|row| row.token)
    }

    /// True of words that start a statement.
    pub fn is_statement_word(self) -> bool {
        StatementRow::starting_with(self).is_some_and(StatementRow::has_word)
    }
}

impl StatementKind {
    /// The row of a statement.
    pub fn row(&self) -> &'static StatementRow {
        let token = match self {
            StatementKind::Define(..) => Token::DefinitionHead,
            StatementKind::DefineFunction { .. } => Token::FunctionHead,
            StatementKind::Input(_) => Token::Input,
            StatementKind::Update(..) => Token::UpdateHead,
            StatementKind::Repeat(..) => Token::Repeat,
            StatementKind::While(..) => Token::While,
            StatementKind::For { .. } => Token::For,
            StatementKind::If(..) => Token::If,
            StatementKind::Import(_) => Token::Import,
            StatementKind::Assert(_) => Token::Assert,
            StatementKind::Assume(_) => Token::Assume,
            StatementKind::Rule(_) => Token::Rule,
            StatementKind::Print(..) => Token::Print,
            StatementKind::Show(show, ..) => Token::Show(*show),
        };
        StatementRow::starting_with(token).unwrap_or(&VALUE)
    }
}

impl Show {
    /// The word that it starts with.
    pub fn word(self) -> &'static str {
        StatementRow::starting_with(Token::Show(self)).map_or("", |row| row.word)
    }
}

/// The words that start a statement where an operand follows; names everywhere else.
pub fn statement_words() -> impl Iterator<Item = &'static str> {
    let rows = STATEMENTS.iter().filter(|row| row.has_word());
    rows.map(|row| row.word)
}

/// An example of the statement that starts with `word`.
pub fn statement_form(word: &str) -> &'static str {
    let row = STATEMENTS.iter().find(|row| row.word == word);
    row.map_or("", |row| row.form)
}

/// True if `word` starts a statement when an operand follows.
pub fn is_statement_word(word: &str) -> bool {
    statement_words().any(|known| known == word)
}
