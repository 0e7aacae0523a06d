//! Explanations of texts that do not parse.
//!
//! The parser only says where it stopped. The mistake is found from the token before, the
//! token found and the brackets around them, by a list of rules that each know one mistake; the last
//! rule says in words what could have stood there.

mod beside;
mod characters;
mod commas;
mod habits;
mod marks;
mod meant;
mod ranges;
mod statements;
mod tokens;
mod words;

use super::ast::Ident;
use super::brackets::BracketError;
use super::foreign;
use super::token::{Lexeme, Token};
use crate::diagnostic::{Code, Diagnostic, did_you_mean, error};
use crate::source::{Location, Source, Span};
use std::rc::Rc;

/// A text whose parse has stopped.
pub(crate) struct Context<'a> {
    source: &'a Rc<Source>,
    tokens: &'a [Lexeme],
}

/// Knows one mistake: what to say if the parse stopped at this token because of it.
type Rule = fn(&Context<'_>, usize) -> Option<Diagnostic>;

/// The rules in the order in which they are asked; the more particular come first.
const RULES: &[Rule] = &[
    habits::bars,
    habits::transposed,
    habits::root,
    habits::ternary,
    habits::texts_added,
    meant::dashes,
    characters::alien,
    characters::single_quotes,
    words::unfinished_line_above,
    words::reserved_as_name,
    words::foreign_statement,
    statements::parameters,
    statements::loop_head,
    meant::over_in,
    meant::facts,
    ranges::loop_with_step,
    statements::tail,
    statements::end,
    statements::after_block,
    statements::brace,
    marks::equal,
    marks::assign,
    commas::comma,
    marks::empty_brackets,
    marks::range,
    marks::colon,
    marks::semicolon,
    words::choice,
    words::comprehension,
    words::misplaced_not,
    beside::beside,
    marks::text,
    marks::operator,
];

impl<'a> Context<'a> {
    /// The tokens of `source`, as the grammar reads them.
    pub fn new(source: &'a Rc<Source>, tokens: &'a [Lexeme]) -> Context<'a> {
        Context { source, tokens }
    }

    /// Why the parse stopped at the token `at`, or at the end where there is none.
    pub fn explain(&self, at: usize) -> Diagnostic {
        RULES
            .iter()
            .find_map(|rule| rule(self, at))
            .unwrap_or_else(|| self.plain(at))
    }

    /// The error of a mistake in the brackets.
    pub fn bracket(&self, raw: &[Lexeme], error: BracketError) -> Diagnostic {
        let written = |i: usize| raw[i].text(&self.source.text);
        let closer = |i: usize| match raw[i].token {
            Token::LeftParen => ")",
            Token::LeftBracket => "]",
            _ => "}",
        };
        match error {
            BracketError::Unclosed(opener) => self
                .error(
                    Span::new(self.source.text.len(), self.source.text.len()),
                    format!("a `{}` is never closed", written(opener)),
                    "the text ends here",
                )
                .label(
                    Location::new(self.source, span_of(raw[opener])),
                    "opened here",
                )
                .help(format!("add a `{}` where it ends", closer(opener))),
            BracketError::Mismatched(opener, found) => self
                .error(
                    span_of(raw[found]),
                    format!(
                        "`{}` is closed by `{}`, which does not fit",
                        written(opener),
                        written(found)
                    ),
                    "closed here",
                )
                .label(
                    Location::new(self.source, span_of(raw[opener])),
                    "opened here",
                )
                .help(format!(
                    "put a `{}` before it or in its place",
                    closer(opener)
                )),
            BracketError::Unopened(found) => self
                .error(
                    span_of(raw[found]),
                    format!("this `{}` has no opening bracket", written(found)),
                    "no open bracket to close",
                )
                .help("take it out, or open the bracket where it belongs"),
        }
    }

    /// The rule of last resort: what could have stood here.
    fn plain(&self, at: usize) -> Diagnostic {
        let found = self.named(at);
        let before = self.before(at).filter(|_| at != self.statement(at));
        let message = match before {
            None => format!("a statement cannot start with {found}"),
            Some(before) => format!(
                "expected {} after {}, found {found}",
                self.expected(at),
                self.named(before)
            ),
        };
        self.error(self.span(at), message, "unexpected here")
            .help(if self.operand_before(at) {
                "an operator may be missing, or this may belong on a line of its own"
            } else {
                "an operand is a name, a number, a call such as `sin(x)`, or something in brackets"
            })
    }

    /// The parts that could have stood at `at`, in words.
    fn expected(&self, at: usize) -> &'static str {
        let enclosing = self.enclosing(at).and_then(|opener| self.token(opener));
        let wants_name = matches!(
            self.token_before(at),
            Some(Token::Input | Token::For | Token::Over | Token::Using | Token::At | Token::With)
        );
        match (self.operand_before(at), enclosing) {
            (false, _) if wants_name => "a name",
            (false, _) => "an operand",
            (true, Some(Token::LeftParen)) => "an operator, `,` or `)`",
            (true, Some(Token::LeftBracket)) => "an operator, `,`, `;` or `]`",
            (true, _) => "an operator or the end of the statement",
        }
    }

    /// The error at the token `at`, with advice.
    fn mistake(
        &self,
        at: usize,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        self.error(self.span(at), message, label).help(help)
    }

    fn error(
        &self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(
            Code::Syntax,
            Location::new(self.source, span),
            message,
            label,
        )
    }
}

impl BracketError {
    /// The start of the bracket to blame.
    pub fn place(self, raw: &[Lexeme]) -> u32 {
        match self {
            BracketError::Unclosed(at)
            | BracketError::Mismatched(at, _)
            | BracketError::Unopened(at) => raw[at].start,
        }
    }
}

fn span_of(lexeme: Lexeme) -> Span {
    Span {
        start: lexeme.start,
        end: lexeme.end,
    }
}

/// At most the first forty characters of the first line.
fn short(text: &str) -> String {
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    let end = line
        .char_indices()
        .nth(40)
        .map_or(line.len(), |(end, _)| end);
    let cut = if end < text.len() { "…" } else { "" };
    format!("{}{cut}", &line[..end])
}

/// True if the last statement has an `if` that waits for its `then` or `else`.
pub(crate) fn waits_for_branch(tokens: &[Lexeme]) -> bool {
    let last = tokens.iter().rposition(|lexeme| lexeme.token != Token::End);
    let tokens = &tokens[..last.map_or(0, |last| last + 1)];
    let start = tokens
        .iter()
        .rposition(|lexeme| lexeme.token == Token::End)
        .map_or(0, |end| end + 1);
    let mut waiting = Vec::new();
    for lexeme in &tokens[start..] {
        match lexeme.token {
            Token::If => waiting.push(Token::Then),
            Token::Then if waiting.last() == Some(&Token::Then) => {
                waiting.pop();
                waiting.push(Token::Else);
            }
            Token::Else if waiting.last() == Some(&Token::Else) => {
                waiting.pop();
            }
            Token::LeftBrace => {
                waiting.pop();
            }
            _ => {}
        }
    }
    !waiting.is_empty()
}

/// An escape that does not exist.
pub(crate) fn bad_escape(source: &Rc<Source>, span: Span) -> Diagnostic {
    let location = Location::new(source, span);
    let message = format!("`{}` is not an escape sequence", location.text());
    error!(Syntax, location,
        "{message}";
        label: "unknown escape";
        help: "write `\\n` for a new line, `\\\"` for a quote, `\\\\` for a backslash")
}

/// A text where none may stand.
pub(crate) fn misplaced_text(source: &Rc<Source>, span: Span) -> Diagnostic {
    error!(Syntax, Location::new(source, span),
        "a text is not allowed here";
        label: "a text";
        help: "texts are allowed only in `print`, `import`, after `to`, and as the file of `read` and the scheme of `numeric`")
}

/// A text where none may stand, in a call of `function`.
pub(crate) fn text_in_call(source: &Rc<Source>, span: Span, function: &str) -> Diagnostic {
    let error = misplaced_text(source, span);
    match foreign::is_reader(function) {
        true => error.help(format!("write `read({})`", short(source.slice(span)))),
        false => error,
    }
}

/// `with respect to`, where `respect` starts at byte `start`.
pub(crate) fn respect(source: &Rc<Source>, tokens: &[Lexeme], start: u32) -> Diagnostic {
    let at = tokens.partition_point(|lexeme| lexeme.start < start);
    meant::respect(&Context::new(source, tokens), at)
}

/// True if the statement that holds byte `start` begins with `word`.
pub(crate) fn stands_in(source: &Rc<Source>, tokens: &[Lexeme], start: u32, word: Token) -> bool {
    let at = tokens.partition_point(|lexeme| lexeme.start < start);
    Context::new(source, tokens).statement_token(at) == Some(word)
}

/// A word that is none of a list.
pub(crate) fn unknown_word(
    source: &Rc<Source>,
    word: &Ident,
    what: &str,
    words: impl Iterator<Item = &'static str> + Clone,
) -> Diagnostic {
    let help = match did_you_mean(&word.name, words.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are `{}`", words.collect::<Vec<_>>().join("`, `")),
    };
    error!(Syntax, Location::new(source, word.span),
        "unknown {what}: `{}`", short(&word.name);
        label: "unknown";
        help: "{help}")
}
