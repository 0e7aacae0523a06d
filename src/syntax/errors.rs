//! What to say of a text that does not parse.

use super::ast::Ident;
use super::layout::BracketError;
use super::token::Lexeme;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Source, Span};
use std::rc::Rc;

pub(crate) struct Context<'a> {
    source: &'a Rc<Source>,
    tokens: &'a [Lexeme],
}

impl<'a> Context<'a> {
    pub fn new(source: &'a Rc<Source>, tokens: &'a [Lexeme]) -> Context<'a> {
        Context { source, tokens }
    }
    pub fn start(&self, at: usize) -> u32 {
        self.tokens
            .get(at)
            .map_or(self.source.text.len() as u32, |t| t.start)
    }
    pub fn is_alien(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| t.token.is_alien())
    }
    pub fn bracket(&self, raw: &[Lexeme], error: BracketError) -> Diagnostic {
        let at = error.place(raw);
        Diagnostic::error(
            Code::Syntax,
            Location::new(self.source, Span::new(at as usize, at as usize + 1)),
            "bracket",
            "",
        )
    }
    pub fn explain(&self, at: usize) -> Diagnostic {
        let span = self.tokens.get(at).map_or(
            Span::new(self.source.text.len(), self.source.text.len()),
            |t| Span {
                start: t.start,
                end: t.end,
            },
        );
        Diagnostic::error(
            Code::Syntax,
            Location::new(self.source, span),
            format!("unexpected {:?}", self.tokens.get(at)),
            "",
        )
    }
}
impl BracketError {
    pub fn place(self, raw: &[Lexeme]) -> u32 {
        match self {
            BracketError::Unclosed(i)
            | BracketError::Mismatched(i, _)
            | BracketError::Unopened(i) => raw[i].start,
        }
    }
}
pub(crate) fn waits_for_branch(_tokens: &[Lexeme]) -> bool {
    false
}
pub(crate) fn bad_escape(source: &Rc<Source>, span: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, Location::new(source, span), "bad escape", "")
}
pub(crate) fn misplaced_text(source: &Rc<Source>, span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        Location::new(source, span),
        "misplaced text",
        "",
    )
}
pub(crate) fn unknown_word(
    source: &Rc<Source>,
    word: &Ident,
    what: &str,
    _words: &[&str],
) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        Location::new(source, word.span),
        format!("unknown {what}"),
        "",
    )
}
