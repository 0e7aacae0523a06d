//! Words: reserved ones where they may not stand, and those of other languages.

use super::{Context, habits, meant};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::syntax::foreign;
use crate::syntax::statements::{is_statement_word, statement_words};
use crate::syntax::token::Token;

/// `x = 3 +` and, on the next line, `y = 2`: the first line is the one to blame.
pub(super) fn unfinished_line_above(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if !matches!(context.token(at), Some(Token::Equal | Token::Assign)) {
        return None;
    }
    let name = context.before(at)?;
    let last = context.before(name)?;
    let unfinished = context.token(name) == Some(Token::Name)
        && context.token(last).is_some_and(Token::continues)
        && context.on_new_line(name)
        && context.enclosing_bracket(at).is_none();
    unfinished.then(|| {
        context
            .error(
                context.span(last),
                format!(
                    "the statement is not finished: its line ends with `{}`",
                    context.text(last)
                ),
                "an operand is missing after this",
            )
            .label(context.location(name), "the next statement")
            .help("complete the line, or take out what it ends with")
    })
}

/// A reserved word where a name is defined or wanted.
pub(super) fn reserved_as_name(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let token = context.token(at).filter(|token| token.is_reserved())?;
    let defined = !context.operand_before(at)
        && matches!(context.token(at + 1), Some(Token::Equal | Token::Assign));
    let statement = context.statement(at);
    let is_parameter = context.token(statement) == Some(Token::FunctionHead)
        && context.enclosing_bracket(at) == Some(statement + 2);
    let wanted = match context.token_before(at) {
        Some(Token::Comma) => context.token(statement) == Some(Token::Input),
        before => matches!(
            before,
            Some(Token::Input | Token::For | Token::Over | Token::Wrt | Token::Using | Token::At)
        ),
    };
    let starts_call = at == statement
        && !matches!(token, Token::Not | Token::If)
        && context.token(at + 1) == Some(Token::LeftParen);
    (defined || is_parameter || wanted || starts_call).then(|| {
        let word = context.text(at);
        context.mistake(
            at,
            format!("`{word}` is a reserved word and cannot be a name"),
            "reserved",
            format!("choose another name, such as `{word}_`"),
        )
    })
}

/// A statement of another language, or a misspelt one: a word next to an operand.
pub(super) fn foreign_statement(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    if found == Token::Name
        && let "elif" | "elseif" | "elsif" = context.text(at).as_str()
    {
        return Some(foreign_word(context, at));
    }
    let word = context.before(at)?;
    let beside = context.token(word) == Some(Token::Name)
        && (found.starts_operand() || matches!(found, Token::LeftBrace | Token::Not | Token::If));
    if !beside {
        return None;
    }
    if foreign::word(&context.text(word)).is_some() {
        return Some(foreign_word(context, word));
    }
    if context.token(at) == Some(Token::Name) && matches!(context.text(at).as_str(), "do" | "begin")
    {
        return Some(foreign_word(context, at));
    }
    if word == context.statement(at)
        && let Some(mode) = meant::mode(context, word)
    {
        return Some(mode);
    }
    if word != context.statement(at) {
        return inner_statement(context, word);
    }
    let near = did_you_mean(&context.text(word), statement_words())?;
    let unknown = context.mistake(
        word,
        format!("there is no statement `{}`", context.text(word)),
        "unknown statement",
        format!("did you mean `{near}`?"),
    );
    Some(unknown.fix(context.location(word), near))
}

fn foreign_word(context: &Context<'_>, at: usize) -> Diagnostic {
    let word = context.text(at);
    let error = context.error(
        context.span(at),
        format!("`{word}` is not a word of this language"),
        "not needed here",
    );
    let Some(known) = foreign::word(&word) else {
        return error.help("take it out");
    };
    if let Some((first, text)) = habits::lambda(context, at) {
        let last = at + context.rest_of_tokens(at) - 1;
        return habits::rewritten(context, error, first, last, text);
    }
    if let Some(text) = habits::definition(context, at) {
        let last = at + context.rest_of_tokens(at) - 1;
        return habits::rewritten(context, error, at, last, text);
    }
    let error = error.help(known.advice);
    match known.instead {
        Some(ours) => error.fix(context.location(at), ours),
        None => error,
    }
}

/// `y = trace L`: statements have no value.
fn inner_statement(context: &Context<'_>, word: usize) -> Option<Diagnostic> {
    let text = context.text(word);
    (is_statement_word(&text) && !context.operand_before(word)).then(|| {
        context.mistake(
            word,
            format!("`{text}` is a statement and has no value"),
            "not allowed inside a formula",
            "put it on a line of its own",
        )
    })
}

/// `if`, `then` and `else` out of place.
pub(super) fn choice(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let after_operand = context.operand_before(at);
    let (message, label, help) = match context.token(at)? {
        Token::If if after_operand => (
            "a choice starts with its condition",
            "`if` after a value",
            "write `if c then a else b`",
        ),
        Token::If => (
            "`if` as an operand needs parentheses",
            "part of a larger formula",
            "write `(if c then a else b)`",
        ),
        Token::Then if waits(context, at, Token::Then) => return None,
        Token::Then => (
            "this `then` has no `if`",
            "no `if` before it",
            "write `if c then a else b`; as a statement `if w > 1 { w := 1 } else { w := 0 }`, without `then`",
        ),
        Token::Else if waits(context, at, Token::Then) => (
            "this `if` has no `then`",
            "`then` must come first",
            "write `if c then a else b`",
        ),
        Token::RightParen | Token::RightBracket | Token::Comma
            if after_operand && waits(context, at, Token::Else) =>
        {
            (
                "this `if` has no `else`",
                "`else` should come first",
                "write `if c then a else b`",
            )
        }
        Token::RightParen | Token::RightBracket | Token::Comma
            if after_operand && waits(context, at, Token::Then) =>
        {
            (
                "this `if` has no `then`",
                "`then` should come first",
                "write `if c then a else b`",
            )
        }
        Token::Else if waits(context, at, Token::Else) => return None,
        Token::Else => (
            "this `else` has no `if`",
            "no `if` before it",
            "write `if c then a else b`; as a statement `if w > 1 { w := 1 } else { w := 0 }`",
        ),
        _ => return None,
    };
    Some(context.mistake(at, message, label, help))
}

/// True if `token` must follow the nearest `if`, `then` or `else` before `at`.
fn waits(context: &Context<'_>, at: usize, token: Token) -> bool {
    let start = context.statement(at);
    let before = context.tokens[start..at].iter().rev();
    let last = before
        .map(|lexeme| lexeme.token)
        .find(|token| matches!(token, Token::If | Token::Then | Token::Else));
    match last {
        Some(Token::If) => token == Token::Then,
        Some(Token::Then) => token == Token::Else,
        _ => false,
    }
}

/// A comprehension out of place, or one that is not well formed.
pub(super) fn comprehension(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    match context.token(at)? {
        Token::For => Some(misplaced_for(context, at)),
        Token::In => Some(context.mistake(
            at,
            "`in` is allowed only after `for`",
            "no `for` before it",
            "write `for i in 1..10 { print i }` or `[i^2 for i in 1..n]`",
        )),
        _ => None,
    }
}

fn misplaced_for(context: &Context<'_>, at: usize) -> Diagnostic {
    let opener = context.enclosing_bracket(at);
    let within = opener.map_or(context.statement(at), |opener| opener + 1);
    let second = context.tokens[within..at]
        .iter()
        .any(|lexeme| lexeme.token == Token::For);
    let (message, help) = match opener.and_then(|opener| context.token(opener)) {
        _ if second => (
            "the clauses of a comprehension are separated by commas",
            "write `[i + j for i in 1..3, j in 1..4]`",
        ),
        Some(Token::LeftParen) if opener.is_some_and(|opener| context.is_call(opener)) => (
            "a comprehension is the only argument of a call",
            "put the comprehension in brackets: `max([i^2 for i in 1..n], 4)`",
        ),
        Some(Token::LeftBracket) => (
            "a comprehension is the only entry of its brackets",
            "join parts with `vcat`: `vcat([a, b], [i^2 for i in 1..n])`",
        ),
        _ => (
            "a comprehension is written in brackets",
            "write `[i^2 for i in 1..n]`, or `for i in 1..n { print i }` for a loop",
        ),
    };
    context.mistake(at, message, "starts a comprehension", help)
}

/// `a == not b`: `not` is looser than what stands before it.
pub(super) fn misplaced_not(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let operator = context.token_before(at).is_some_and(Token::is_binary);
    (context.token(at) == Some(Token::Not) && operator).then(|| {
        context.mistake(
            at,
            "`not` as an operand needs parentheses",
            "binds looser than the operator before it",
            "write `(not a)`",
        )
    })
}
