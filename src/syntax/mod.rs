//! Text to abstract syntax: tokens, layout, grammar, and the errors of all three.

pub mod ast;
mod brackets;
mod builder;
mod errors;
mod exercise;
pub mod foreign;
pub mod format;
pub mod highlight;
mod layout;
mod lexer;
pub(crate) mod names;
pub mod printer;
mod scan;
mod script_writer;
pub mod special;
pub mod statements;
mod token;
pub mod words;

pub use exercise::filled;
pub use script_writer::ScriptWriter;

use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::source::{Location, Source, Span};
use crate::stop;
use ast::Script;
use brackets::{BracketError, Brackets};
use builder::Builder;
use errors::Context;
use lalrpop_util::ParseError;
use lexer::MOST_TOKENS;
use std::rc::Rc;
use token::{Lexeme, Token};

#[allow(clippy::all, missing_docs, unused)]
mod grammar {
    lalrpop_util::lalrpop_mod!(generated, "/grammar.rs");
    pub(crate) use generated::ScriptParser;
}

/// The longest text: offsets in it must fit a [`Span`] with room to spare.
const LONGEST_TEXT: usize = 1 << 30;

/// Tokens between two looks at the stop token during a long parse.
const TOKENS_AT_A_TIME: usize = 1 << 14;

/// The script of `source`, with warnings about suspicious parts.
///
/// # Errors
/// The first mistake in the order of the text; but a bracket that is never closed is blamed for all
/// mistakes after it.
pub fn parse(source: &Rc<Source>) -> Result<(Script, Vec<Diagnostic>)> {
    refuse_long(source)?;
    refuse_odd_line_ends(source)?;
    let raw = lexer::lex(&source.text);
    refuse_many(source, &raw)?;
    let brackets = Brackets::new(&raw);
    let tokens = layout::arrange(&source.text, &raw, &brackets);
    let context = Context::new(source, &tokens);
    let mut builder = Builder::new(source, &tokens);
    match (run(&mut builder, &tokens), brackets.error) {
        (Ok(body), None) => Ok(builder.finish(body)),
        (Ok(_), Some(bracket)) => Err(context.bracket(&raw, bracket)),
        (Err(failure), bracket) => Err(first_error(&context, &raw, failure, bracket)),
    }
}

/// The reason why the grammar did not go on.
enum Failure {
    /// At the token with this index; at the end where there is none.
    At(usize),
    /// An action refused.
    Refused(Diagnostic),
}

fn run(builder: &mut Builder<'_>, tokens: &[Lexeme]) -> std::result::Result<ast::Block, Failure> {
    let source = builder.source().clone();
    let stream = tokens.iter().enumerate().map(move |(k, lexeme)| {
        if k.is_multiple_of(TOKENS_AT_A_TIME) && stop::requested() {
            let at = Location::new(&source, lexeme.span());
            bail!(Limit, at, "interrupted"; label: "stopped here");
        }
        Ok((lexeme.start, lexeme.token, lexeme.end))
    });
    let index_of = |start: u32, token: Token| {
        let first = tokens.partition_point(|lexeme| lexeme.start < start);
        let rest = tokens[first..].iter();
        first + rest.take_while(|lexeme| lexeme.token != token).count()
    };
    grammar::ScriptParser::new()
        .parse(builder, stream)
        .map_err(|error| match error {
            ParseError::UnrecognizedToken {
                token: (start, token, _),
                ..
            }
            | ParseError::ExtraToken {
                token: (start, token, _),
            } => Failure::At(index_of(start, token)),
            ParseError::User { error } => Failure::Refused(error),
            ParseError::InvalidToken { .. } | ParseError::UnrecognizedEof { .. } => {
                Failure::At(tokens.len())
            }
        })
}

/// The error to report of those that were found.
fn first_error(
    context: &Context<'_>,
    raw: &[Lexeme],
    failure: Failure,
    bracket: Option<BracketError>,
) -> Diagnostic {
    let place = match &failure {
        Failure::At(at) => context.start(*at),
        Failure::Refused(error) => error.location().span.start,
    };
    let alien = matches!(failure, Failure::At(at) if context.is_alien(at));
    match (bracket, failure) {
        (Some(bracket), _) if !alien && bracket.place(raw) <= place => {
            context.bracket(raw, bracket)
        }
        (_, Failure::At(at)) => context.explain(at),
        (_, Failure::Refused(error)) => error,
    }
}

fn refuse_long(source: &Rc<Source>) -> Result<()> {
    if source.text.len() <= LONGEST_TEXT {
        return Ok(());
    }
    let start = Location::new(source, Span::default());
    Err(error!(Limit, start, "the text is longer than 1 GiB"))
}

fn refuse_many(source: &Rc<Source>, tokens: &[Lexeme]) -> Result<()> {
    match tokens.get(MOST_TOKENS) {
        None => Ok(()),
        Some(first) => Err(error!(Limit, Location::new(source, first.span()),
            "the script has more than {MOST_TOKENS} words and signs";
            label: "one too many";
            help: "split it into several files and `import` them, or keep the data in a file to `read`")),
    }
}

/// Some programs take these characters for the end of a line and others do not: one script would
/// mean two things, and line numbers would disagree.
fn refuse_odd_line_ends(source: &Rc<Source>) -> Result<()> {
    let odd = |c| matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let Some((at, c)) = source.text.char_indices().find(|&(_, c)| odd(c)) else {
        return Ok(());
    };
    let location = Location::new(source, Span::new(at, at + c.len_utf8()));
    Err(error!(Syntax, location,
        "the character U+{:04X} ends no line here", c as u32;
        label: "invisible";
        help: "put an ordinary newline in its place, or take it out"))
}

/// The state of a text that is read line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It parses.
    Complete,
    /// More lines may make it parse.
    Incomplete,
    /// No further line can fix it.
    Invalid,
}

/// Tells a script from the beginning of one and from text that no further line can fix.
pub fn completeness(text: &str) -> Completeness {
    let source = Source::new("<input>", text);
    if refuse_long(&source).is_err() || refuse_odd_line_ends(&source).is_err() {
        return Completeness::Invalid;
    }
    let raw = lexer::lex(text);
    if refuse_many(&source, &raw).is_err() {
        return Completeness::Invalid;
    }
    let brackets = Brackets::new(&raw);
    let tokens = layout::arrange(text, &raw, &brackets);
    match run(&mut Builder::new(&source, &tokens), &tokens) {
        Ok(_) => Completeness::Complete,
        Err(Failure::At(at)) if is_end(&tokens, at) && goes_on(&tokens, brackets.error) => {
            Completeness::Incomplete
        }
        Err(_) => Completeness::Invalid,
    }
}

/// True if only ends of statements are left from `at` on.
fn is_end(tokens: &[Lexeme], at: usize) -> bool {
    tokens[at.min(tokens.len())..]
        .iter()
        .all(|lexeme| lexeme.token == Token::End)
}

fn goes_on(tokens: &[Lexeme], bracket: Option<BracketError>) -> bool {
    let last = tokens
        .iter()
        .rev()
        .find(|lexeme| lexeme.token != Token::End);
    matches!(bracket, Some(BracketError::Unclosed(_)))
        || last.is_some_and(|lexeme| lexeme.token.continues())
        || errors::waits_for_branch(tokens)
}
