//! Explanations of texts that do not parse.
//!
//! The parser only says where it stopped. The mistake is found from the token before, the
//! token found and the brackets around them, by a list of rules that each know one mistake; the last
//! rule says in words what could have stood there.

mod beside;
mod characters;
mod habits;
mod marks;
mod statements;
mod words;

use super::ast::Ident;
use super::brackets::BracketError;
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
    characters::alien,
    characters::single_quotes,
    words::unfinished_line_above,
    words::reserved_as_name,
    words::foreign_statement,
    statements::parameters,
    statements::loop_head,
    statements::tail,
    statements::end,
    statements::after_block,
    statements::brace,
    marks::equal,
    marks::assign,
    marks::comma,
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
                    format!("this `{}` closes nothing", written(found)),
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

    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).map(|lexeme| lexeme.token)
    }

    /// The text of the token, cut short if it is long.
    fn text(&self, at: usize) -> String {
        self.tokens
            .get(at)
            .map_or_else(String::new, |lexeme| short(lexeme.text(&self.source.text)))
    }

    /// The text of all tokens from `first` to `last`.
    fn text_of(&self, first: usize, last: usize) -> String {
        let (Some(first), Some(last)) = (self.tokens.get(first), self.tokens.get(last)) else {
            return String::new();
        };
        let span = span_of(*first).to(span_of(*last));
        short(self.source.slice(span))
    }

    /// The span of the token; the empty range at the end of the text if nothing is left.
    fn span(&self, at: usize) -> Span {
        let rest = self.tokens.get(at..).unwrap_or_default();
        if rest.iter().all(|lexeme| lexeme.token == Token::End) {
            return Span::new(self.source.text.len(), self.source.text.len());
        }
        match (rest[0].token, self.before(at)) {
            (Token::End, Some(before)) => {
                let end = self.tokens[before].end;
                Span { start: end, end }
            }
            _ => span_of(rest[0]),
        }
    }

    fn location(&self, at: usize) -> Location {
        self.place(self.span(at))
    }

    fn place(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    /// The place between the token `last` and what follows it.
    fn gap(&self, last: usize) -> Location {
        let end = self.span(last).end;
        self.place(Span { start: end, end })
    }

    /// The start of the token.
    pub fn start(&self, at: usize) -> u32 {
        self.span(at).start
    }

    /// True if the token is one that no text may hold.
    pub fn is_alien(&self, at: usize) -> bool {
        self.token(at).is_some_and(Token::is_alien)
    }

    /// The token in a sentence.
    fn named(&self, at: usize) -> String {
        match self.token(at) {
            None => "the end of the text".to_owned(),
            Some(Token::End) if self.text(at) == ";" => "`;`".to_owned(),
            Some(Token::End) => "the end of the line".to_owned(),
            _ => format!("`{}`", self.text(at)),
        }
    }

    /// The token before, markers left out.
    fn before(&self, at: usize) -> Option<usize> {
        self.tokens[..at.min(self.tokens.len())]
            .iter()
            .rposition(|lexeme| lexeme.start < lexeme.end)
            .filter(|&before| before < at)
    }

    fn token_before(&self, at: usize) -> Option<Token> {
        self.before(at).and_then(|before| self.token(before))
    }

    fn operand_before(&self, at: usize) -> bool {
        self.token_before(at).is_some_and(Token::ends_operand)
    }

    /// True if no blank stands between the token before and this one.
    fn touches(&self, at: usize) -> bool {
        self.before(at)
            .is_some_and(|before| self.tokens[before].end == self.start(at))
    }

    /// True if a line ends between the token before and this one.
    fn on_new_line(&self, at: usize) -> bool {
        self.before(at).is_some_and(|before| {
            let gap = Span {
                start: self.tokens[before].end,
                end: self.start(at),
            };
            self.source.slice(gap).contains(['\n', '\r'])
        })
    }

    /// The innermost bracket that is open at `at`.
    fn enclosing(&self, at: usize) -> Option<usize> {
        let mut depth = 0usize;
        let before = self.tokens[..at.min(self.tokens.len())].iter();
        before.enumerate().rev().find_map(|(i, lexeme)| {
            if lexeme.token.is_closer() {
                depth += 1;
            } else if lexeme.token.closer().is_some() {
                if depth == 0 {
                    return Some(i);
                }
                depth -= 1;
            }
            None
        })
    }

    /// The innermost `(` or `[` that is open at `at`.
    fn enclosing_bracket(&self, at: usize) -> Option<usize> {
        self.enclosing(at)
            .filter(|&opener| self.token(opener) != Some(Token::LeftBrace))
    }

    /// The bracket that `at` closes.
    fn opener(&self, at: usize) -> Option<usize> {
        self.token(at).filter(|token| token.is_closer())?;
        self.enclosing(at)
    }

    /// The bracket that closes `at`.
    fn closer(&self, at: usize) -> Option<usize> {
        self.token(at)?.closer()?;
        let mut depth = 0usize;
        (at..self.tokens.len()).find(|&i| {
            let token = self.tokens[i].token;
            depth += usize::from(token.closer().is_some());
            depth -= usize::from(token.is_closer());
            depth == 0
        })
    }

    /// The operand that ends with the token `last`, as it is written.
    fn operand_until(&self, last: usize) -> String {
        self.text_of(self.operand_start(last), last)
    }

    /// The first token of the operand that ends with the token `last`.
    fn operand_start(&self, last: usize) -> usize {
        let mut first = last;
        loop {
            let opener = self.opener(first);
            let postfix = match (self.token(first), opener) {
                (Some(Token::Prime | Token::CallPrime | Token::Squared | Token::Cubed), _) => true,
                (Some(Token::RightParen), Some(opener)) => words::is_call(self, opener),
                (Some(Token::RightBracket), Some(opener)) => self.operand_before(opener),
                _ => false,
            };
            first = opener.unwrap_or(first);
            match self.before(first).filter(|_| postfix) {
                Some(before) => first = before,
                None => return first,
            }
        }
    }

    /// The operand that starts with the token `first`, as it is written, up to its first bracket's end.
    fn operand_from(&self, first: usize) -> String {
        let bracket = match (self.token(first), self.token(first + 1)) {
            (Some(Token::Name), Some(Token::LeftParen | Token::LeftBracket)) => first + 1,
            _ => first,
        };
        self.text_of(first, self.closer(bracket).unwrap_or(first))
    }

    /// The first token of the statement that holds `at`, a marker if there is one.
    fn statement(&self, at: usize) -> usize {
        self.tokens[..at.min(self.tokens.len())]
            .iter()
            .rposition(|lexeme| matches!(lexeme.token, Token::End | Token::LeftBrace))
            .map_or(0, |end| end + 1)
    }

    fn statement_token(&self, at: usize) -> Option<Token> {
        self.token(self.statement(at))
    }

    /// The number of tokens from `at` to the end of the statement.
    fn rest_of_tokens(&self, at: usize) -> usize {
        let rest = self.tokens.get(at..).unwrap_or_default().iter();
        rest.take_while(|lexeme| !matches!(lexeme.token, Token::End | Token::RightBrace))
            .count()
    }

    /// The tokens of the statement from `at` on, what stands in brackets left out.
    fn rest_of_statement(&self, at: usize) -> impl Iterator<Item = Token> {
        let mut depth = 0usize;
        self.tokens
            .get(at..)
            .unwrap_or_default()
            .iter()
            .map(|lexeme| lexeme.token)
            .take_while(|&token| token != Token::End)
            .filter(move |token| {
                if token.is_closer() {
                    depth = depth.saturating_sub(1);
                }
                let outside = depth == 0;
                if token.closer().is_some() {
                    depth += 1;
                }
                outside
            })
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
    let message = format!("`{}` is no escape", location.text());
    error!(Syntax, location,
        "{message}";
        label: "unknown escape";
        help: "write `\\n` for a new line, `\\\"` for a quote, `\\\\` for a backslash")
}

/// A text where none may stand.
pub(crate) fn misplaced_text(source: &Rc<Source>, span: Span) -> Diagnostic {
    error!(Syntax, Location::new(source, span),
        "a text cannot stand here";
        label: "a text";
        help: "texts stand only in `print`, `import`, after `to`, and as arguments of `read` and `numeric`")
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
        "`{}` is no {what}", short(&word.name);
        label: "unknown";
        help: "{help}")
}
