//! Heads, blocks, tails and ends of statements.

use super::{Context, habits, meant};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::syntax::statements::{StatementRow, statement_form};
use crate::syntax::token::Token;
use crate::syntax::words::TAIL;

/// `f(2) = …`: something that is no name between the parentheses of a head.
pub(super) fn parameters(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let statement = context.statement(at);
    let in_head = context.token(statement) == Some(Token::FunctionHead)
        && context.enclosing_bracket(at) == Some(statement + 2);
    in_head.then(|| {
        context
            .error(
                context.span(at),
                "the parameters of a function are names, separated by commas",
                "not a name",
            )
            .label(
                context.location(statement + 1),
                "this function is defined here",
            )
            .help("write `f(x, y) = x*y`; to compare two values write `==`")
    })
}

/// A mistake between `for` and its `{`.
pub(super) fn loop_head(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let word = (0..at)
        .rev()
        .take(3)
        .find(|&i| context.token(i) == Some(Token::For))?;
    let name = context.text(word + 1);
    let (message, help) = match (at - word, context.token(at)) {
        (1, Some(Token::LeftParen)) => (
            "the head of a loop has no parentheses",
            "write `for i in 1..10 { print i }`".to_owned(),
        ),
        (1, Some(Token::Name)) | (3, Some(Token::If)) => return None,
        (1, _) => (
            "`for` needs a loop variable",
            "write `for i in 1..10 { print i }`".to_owned(),
        ),
        (2, Some(Token::Equal | Token::Assign)) => (
            "a loop runs over a range with `in`",
            format!("write `for {name} in 1..10`"),
        ),
        (2, _) => (
            "`in` is missing after the loop variable",
            format!("write `for {name} in 1..10`"),
        ),
        _ => return None,
    };
    Some(context.mistake(at, message, format!("{} here", found(context, at)), help))
}

fn found(context: &Context<'_>, at: usize) -> String {
    match context.token(at) {
        None | Some(Token::End) => "ends".to_owned(),
        _ => context.named(at),
    }
}

/// A tail word where its part cannot stand.
pub(super) fn tail(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let word = context.token(at).filter(|token| token.is_tail_word())?;
    let text = context.text(at);
    let error = |message: String, label: &str| context.error(context.span(at), message, label);
    if let Some(statement) = takes_no_tail(context, at) {
        return Some(
            error(
                format!("{statement} takes no `{text}`"),
                "only after something that is shown",
            )
            .help("show the formula in a statement of its own, such as `trace L wrt w`"),
        );
    }
    if word == Token::From
        && let Some(whole) = meant::over(context, at)
    {
        let error = error(
            "the range of a plot needs its variable".to_owned(),
            "no `over` before it",
        );
        return Some(error.help(format!("write `{whole}`")));
    }
    if word.tail_rank().is_none() {
        return Some(
            error(format!("`{text}` belongs to nothing here"), "out of place").help(match word {
                Token::By if !is_coloured(context, at) => {
                    "put the variables after `wrt`: write `trace L wrt w`"
                }
                _ => TAIL.iter().find(|row| row.token == word)?.form,
            }),
        );
    }
    part_before(context, at).map(|help| {
        error(
            format!("the part before `{text}` is not complete"),
            "too early",
        )
        .help(help)
    })
}

/// True if the `by` at `at` stands after `coloured`.
fn is_coloured(context: &Context<'_>, at: usize) -> bool {
    (context.statement(at)..at).any(|i| context.token(i) == Some(Token::Coloured))
}

/// The noun for the statement, if it takes no tail.
fn takes_no_tail(context: &Context<'_>, at: usize) -> Option<&'static str> {
    let row = StatementRow::starting_with(context.statement_token(at)?)?;
    // A formula may start with `if`, too.
    let takes_none = row.takes.is_empty() && row.token != Token::If;
    takes_none.then_some(row.noun)
}

/// Advice on the form of the part of the tail before `at`.
fn part_before(context: &Context<'_>, at: usize) -> Option<&'static str> {
    let start = context.statement(at);
    let row = |i| TAIL.iter().find(|row| context.token(i) == Some(row.token));
    let row = (start..at).rev().find_map(row)?;
    Some(row.form)
}

/// The statement, or the text, ends too early.
pub(super) fn end(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let ends = matches!(
        context.token(at),
        None | Some(Token::End | Token::RightBrace)
    );
    if !ends {
        return None;
    }
    let last = context.before(at)?;
    let token = context.token(last)?;
    let text = context.text(last);
    let error =
        |message: String, help: String| Some(context.mistake(at, message, "ends here", help));
    if let Some(open) = open_choice(context, at) {
        return error(
            "this `if` is not complete".to_owned(),
            "write `if c then a else b`; as a statement `if w > 1 { w := 1 } else { w := 0 }`"
                .to_owned(),
        )
        .map(|error| error.label(context.location(open), "the `if`"));
    }
    match token {
        Token::Equal | Token::Assign => {
            let first = context.statement(last);
            error(
                format!(
                    "the right side of `{}` is missing",
                    context.text_of(first, last)
                ),
                "write what the name stands for".to_owned(),
            )
        }
        _ if token.is_tail_word() => error(
            format!("`{text}` needs something after it"),
            part_before(context, at).unwrap_or("complete it").to_owned(),
        ),
        Token::Comma => error(
            "something is missing after the last comma".to_owned(),
            "complete the list, or take out the comma".to_owned(),
        ),
        _ if token.continues() => error(
            format!("an operand is missing after `{text}`"),
            format!("complete the formula, or take out `{text}`"),
        ),
        _ => unfinished(context, at),
    }
}

/// The `if` of this statement that waits for `then` or `else`.
fn open_choice(context: &Context<'_>, at: usize) -> Option<usize> {
    let start = context.statement(at);
    let statement = &context.tokens[start..at.min(context.tokens.len())];
    super::waits_for_branch(statement)
        .then(|| {
            statement
                .iter()
                .position(|lexeme| lexeme.token == Token::If)
        })?
        .map(|i| start + i)
}

/// A statement whose last operand is complete and that still lacks something.
fn unfinished(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let start = context.statement(at);
    let word = context.text(start);
    let error = |message: String, help: &str| {
        let error = context.error(context.span(at), message, "ends here");
        Some(error.help(help))
    };
    let brace_below = matches!(context.token(at), Some(Token::End))
        && context.token(at + 1) == Some(Token::LeftBrace);
    match context.token(start)? {
        Token::Repeat | Token::While | Token::For | Token::If if brace_below => error(
            format!("the `{{` of `{word}` belongs on the same line"),
            "move the `{` up to the end of the line before",
        ),
        Token::For
            if !context
                .rest_of_statement(start)
                .any(|token| token == Token::DotDot) =>
        {
            error(
                "a loop runs over a range".to_owned(),
                "write `for i in 1..10 { print i }`",
            )
        }
        Token::Repeat => error(
            "`repeat` needs a block".to_owned(),
            "write `repeat 10 { w := w/2 }`",
        ),
        Token::While => error(
            "`while` needs a block".to_owned(),
            "write `while w > 1 { w := w/2 }`",
        ),
        Token::For => error(
            "`for` needs a block".to_owned(),
            "write `for i in 1..10 { print i }`",
        ),
        _ if context.part(at) == Some(Token::Over) => {
            let over = (start..at)
                .rev()
                .find(|&i| context.token(i) == Some(Token::Over))?;
            let last = context.before(at)?;
            let name = context.text(over + 1);
            let range = match context.token(over + 2) {
                Some(Token::From) if over + 2 < last => {
                    format!("{} to 3", context.whole(over, last))
                }
                _ => format!("over {name} from -3 to 3"),
            };
            let whole = context.statement_with(over, last, &range);
            error(
                format!("`over {name}` needs a range"),
                &whole.map_or_else(
                    || format!("write `{range}`"),
                    |whole| format!("write `{whole}`"),
                ),
            )
        }
        _ => {
            let help = part_before(context, at)?;
            error("the statement is not complete".to_owned(), help)
        }
    }
}

/// Something on the line of a `}`.
pub(super) fn after_block(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let before = context.token_before(at)?;
    let last = context.before(at)?;
    if before == Token::Else && context.token_before(last) == Some(Token::RightBrace) {
        return Some(context.mistake(
            at,
            "`else` is followed by a block or another `if`",
            "not in braces",
            "write `else { w := 0 }` or `else if w > 1 { w := 1 }`",
        ));
    }
    let separate = before == Token::RightBrace && !matches!(context.token(at)?, Token::RightBrace);
    (separate && context.token(at) != Some(Token::Else)).then(|| {
        context.mistake(
            at,
            "a statement ends at a newline or `;`",
            "after the end of a block",
            "put it on a line of its own, or a `;` before it",
        )
    })
}

/// `{` where no block can stand, or what stands where a block should.
pub(super) fn brace(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.token(at)? != Token::LeftBrace {
        return block_word(context, at);
    }
    let statement = context.statement_token(at);
    let error = |message: &str, help: &str| {
        let error = context.error(context.span(at), message, "a block here");
        Some(error.help(help))
    };
    match (context.token_before(at), statement) {
        (Some(Token::Then), _) => error(
            "a block has no value",
            "write `if w > 1 { w := 1 } else { w := 0 }`, without `then`, for a choice of statements",
        ),
        (Some(before), Some(Token::For)) if before.ends_operand() => error(
            "a loop runs over a range",
            "write `for i in 1..10 { print i }`",
        ),
        (Some(Token::Repeat), _) => error(
            "`repeat` needs a count",
            "write `repeat 10 { w := w/2 }`, or `while w > 1 { w := w/2 }`",
        ),
        (Some(Token::While | Token::If), _) => error(
            "a condition is missing",
            "write `while w > 1 { w := w/2 }` or `if w > 1 { w := 1 }`",
        ),
        (Some(Token::RightParen), Some(Token::Name)) => {
            error("a function is a formula, not a block", "write `f(x) = x^2`")
        }
        (
            Some(
                Token::LeftBracket | Token::LeftParen | Token::Equal | Token::Assign | Token::Comma,
            ),
            _,
        ) => error(
            "braces hold statements, not values",
            "a matrix is written `[1, 2; 3, 4]`",
        ),
        _ => error(
            "a block is allowed only after `repeat`, `while`, `for` and `if`",
            "braces hold statements; a formula takes `( )`",
        ),
    }
}

/// `repeat 10: …` and the like: the head is complete and no `{` follows.
fn block_word(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let head = matches!(
        context.statement_token(at)?,
        Token::Repeat | Token::While | Token::For | Token::If
    );
    let plain = context.enclosing_bracket(at).is_none() && context.operand_before(at);
    let stands = matches!(context.token(at)?, Token::Colon | Token::Then);
    let then_waits = context.statement_token(at) == Some(Token::If);
    if !(head && plain && stands) || (context.token(at) == Some(Token::Then) && then_waits) {
        return None;
    }
    let range = context.statement_token(at) == Some(Token::For)
        && !context
            .rest_of_statement(context.statement(at))
            .take(at)
            .any(|token| token == Token::DotDot);
    if range {
        return None;
    }
    let word = context.text(context.statement(at));
    Some(context.mistake(
        at,
        format!("the block of `{word}` is written in braces"),
        "`{` should stand here",
        match habits::block_of(context, at - 1, at + 1) {
            None => format!("write `{}`", statement_form(&word)),
            Some(text) => format!("write `{text}`"),
        },
    ))
}

/// The tail word that a word after the outputs of a statement is close to.
pub(super) fn nearly_tail_word(context: &Context<'_>, at: usize) -> Option<&'static str> {
    if context.enclosing_bracket(at).is_some() {
        return None;
    }
    let word = context.text(at);
    if word == "colored" || word == "color" {
        return Some("coloured");
    }
    let words = || TAIL.iter().map(|row| row.word);
    did_you_mean(&word, words()).filter(|_| word.len() > 1 && words().all(|known| known != word))
}
