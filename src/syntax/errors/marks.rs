//! Marks that are no operators: `=`, `:=`, colons, ranges, empty brackets; and missing operands.

use super::{Context, habits, meant, misplaced_text, ranges};
use crate::diagnostic::Diagnostic;
use crate::syntax::foreign::{NEWTON, is_solver};
use crate::syntax::token::Token;

const NO_COMPARISON: &str = "`=` defines a name and does not compare";

/// `=` where nothing can be defined.
pub(super) fn equal(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.token(at)? != Token::Equal {
        return None;
    }
    let start = context.statement(at);
    let error =
        |message: &str, label: &str, help: String| Some(context.mistake(at, message, label, help));
    let compare = || "to compare two values write `==`".to_owned();
    let Some(last) = context.before(at).filter(|&last| last >= start) else {
        return error(
            "a name is missing left of `=`",
            "nothing to define",
            "write `x = 3`".into(),
        );
    };
    if !context.operand_before(at) {
        return error(
            "an operand is missing before `=`",
            "unexpected here",
            compare(),
        );
    }
    if in_branch(context, last) {
        let name = context.text(last);
        return error(
            "`then` and `else` are followed by values, not statements",
            "a definition here",
            format!("write `{name} = if c then a else b`, or `if c {{ {name} = 1 }}`"),
        );
    }
    if let Some(opener) = context.enclosing_bracket(at) {
        let after_clause = context.tokens[opener..at]
            .iter()
            .any(|lexeme| lexeme.token == Token::For);
        if after_clause {
            return error(
                "a comprehension is the only argument of a call",
                "another argument here",
                "put the comprehension in brackets: `max([i^2 for i in 1..n], 4)`".into(),
            );
        }
        let called = context.before(opener).map(|before| context.text(before));
        if called.is_some_and(|name| is_solver(&name)) {
            let help = ranges::root_of(context, at, opener).unwrap_or_else(|| NEWTON.into());
            return error(NO_COMPARISON, "an equation", help);
        }
        return error(NO_COMPARISON, "inside brackets", compare());
    }
    match context.token(start)? {
        Token::If | Token::While | Token::Assert => {
            error(NO_COMPARISON, "in a condition", compare())
        }
        Token::DefinitionHead | Token::FunctionHead | Token::UpdateHead => error(
            "a statement holds only one `=`",
            "the second one",
            "put each definition in a statement of its own; to compare two values write `==`"
                .into(),
        ),
        Token::Name if context.token(start + 1) == Some(Token::CallPrime) => {
            let name = context.text(start);
            error(
                "a derivative follows from its function and cannot be defined",
                "defined here",
                format!("define `{name}(x) = x^2`; then `{name}'(x)` is its derivative"),
            )
        }
        Token::Name
            if context.token(start + 1) == Some(Token::LeftBracket)
                && context.token(last) == Some(Token::RightBracket) =>
        {
            let target = context.text_of(start, last);
            error(
                "an entry is replaced by `:=`",
                "defines no entry",
                format!(
                    "write `{target} := {}`",
                    context.text_of(at + 1, start + context.rest_of_tokens(start) - 1)
                ),
            )
            .map(|error| error.fix(context.location(at), ":="))
        }
        Token::Input => error(
            "an input is declared without a value",
            "a value here",
            "to give it a value write `x = 3` instead, without `input`".into(),
        ),
        word if word.is_statement_word() => {
            let whole = meant::equation(context, at);
            let help = whole.map_or_else(compare, |whole| format!("write `{whole}`"));
            error("this statement defines nothing", "not a definition", help)
        }
        _ => error(
            "only a name can be defined",
            "the left side is not a name",
            "write `w = 3` or `f(x, y) = x*y`; to compare two values write `==`".into(),
        ),
    }
}

/// True if the token at `last` is the first one after `then` or `else`.
fn in_branch(context: &Context<'_>, last: usize) -> bool {
    matches!(context.token_before(last), Some(Token::Then | Token::Else))
}

/// `:=` where nothing can be updated.
pub(super) fn assign(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.token(at)? != Token::Assign {
        return None;
    }
    let start = context.statement(at);
    let error = |message: &str, help: String| {
        let error = context.error(context.span(at), message, "an update here");
        Some(error.help(help))
    };
    let Some(last) = context.before(at).filter(|&last| last >= start) else {
        return error("a name is missing left of `:=`", "write `w := 3`".into());
    };
    if in_branch(context, last) {
        let name = context.text(last);
        return error(
            "`then` and `else` are followed by values, not statements",
            format!("write `{name} := if c then a else b`, or `if c {{ {name} := 1 }}`"),
        );
    }
    let is_head = context.token(start) == Some(Token::Name)
        && context.token(start + 1) == Some(Token::LeftParen)
        && context.token(last) == Some(Token::RightParen);
    if is_head {
        let head = context.text_of(start, last);
        return error(
            "a function is defined by `=`",
            format!(
                "write `{head} = {}`; an entry is updated by `v[1] := 3`",
                context.text_of(at + 1, start + context.rest_of_tokens(start) - 1)
            ),
        )
        .map(|error| error.fix(context.location(at), "="));
    }
    match context.token(start)? {
        Token::DefinitionHead | Token::FunctionHead | Token::UpdateHead => error(
            "a statement holds only one `=` or `:=`",
            "put each update in a statement of its own, or write `a, b := 1, 2`".into(),
        ),
        _ => error(
            "`:=` updates names and entries of names",
            "write `w := 3`, `v[1] := 3` or `a, b := 1, 2` at the start of a statement".into(),
        ),
    }
}

/// `[]`, `x[]`, `()`.
pub(super) fn empty_brackets(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    let opener = context.before(at)?;
    let span = context.span(opener).to(context.span(at));
    let error = |message: &str, help: &str| {
        Some(context.error(span, message, "nothing in here").help(help))
    };
    match (context.token(opener)?, found) {
        (Token::LeftBracket, Token::RightBracket) if context.operand_before(opener) => {
            error("an index is missing", "write `x[1]`, `x[2..4]` or `x[:]`")
        }
        (Token::LeftBracket, Token::RightBracket) => error(
            "a matrix has at least one entry",
            "write the entries: `[1, 2, 3]`; `zeros(0, 1)` has none",
        ),
        (Token::LeftParen, Token::RightParen) => error(
            "a value is missing between the parentheses",
            "write the value, or take out the parentheses",
        ),
        _ => None,
    }
}

/// `..` where no range can stand, or a clause without one.
pub(super) fn range(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    let error =
        |message: &str, label: &str, help: &str| Some(context.mistake(at, message, label, help));
    if found == Token::DotDot {
        if !context.operand_before(at) {
            return error(
                "the range has no first value",
                "nothing before it",
                "write `1..n`; a whole row or column is `W[1, :]`, `W[:, 1]`",
            );
        }
        let start = context.statement(at);
        let twice = (start..at)
            .rev()
            .take_while(|&i| context.token(i) != Some(Token::Comma))
            .any(|i| context.token(i) == Some(Token::DotDot));
        if twice {
            return error(
                "a range has two ends",
                "a third one follows",
                "write `1..n`; for steps compute the index: `x[2*i - 1]`",
            );
        }
        return error(
            "a range is allowed only after `in` and in an index",
            "a range here",
            &ranges::as_vector(context, at),
        );
    }
    let clause = matches!(
        found,
        Token::RightBracket | Token::RightParen | Token::Comma | Token::LeftBrace
    ) && context.operand_before(at)
        && in_clause_without_range(context, at);
    if clause {
        let known = habits::no_range(context, at);
        return known.or_else(|| {
            error(
                "`in` needs a range",
                "the range ends here without `..`",
                "write `[i^2 for i in 1..n]`",
            )
        });
    }
    None
}

/// True if `at` is in a clause `i in …` that has no `..` yet.
fn in_clause_without_range(context: &Context<'_>, at: usize) -> bool {
    let within = context
        .enclosing_bracket(at)
        .map_or(context.statement(at), |opener| opener + 1);
    let mut depth = 0usize;
    for lexeme in context.tokens[within..at].iter().rev() {
        if lexeme.token.is_closer() {
            depth += 1;
        } else if lexeme.token.closer().is_some() {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            match lexeme.token {
                Token::In => return true,
                Token::DotDot => return false,
                _ => {}
            }
        }
    }
    false
}

/// `1:3` and other colons of other languages.
pub(super) fn colon(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let counts = context.statement_token(at) == Some(Token::For)
        && context.enclosing_bracket(at).is_none()
        && context.operand_before(at)
        && context.token(at) == Some(Token::Colon)
        && context.text(context.statement(at) + 3) == "range";
    if counts {
        return Some(context.mistake(
            at,
            "a loop runs over a range, and its block is written in braces",
            "a colon here",
            "write `for i in 1..10 { print i }`",
        ));
    }
    let is_range = match (context.token(at)?, context.token_before(at)) {
        (Token::Colon, _) => context.operand_before(at),
        (_, Some(Token::Colon)) => true,
        _ => return None,
    };
    if !is_range {
        return Some(context.mistake(
            at,
            "`:` is allowed only as a whole index",
            "a colon here",
            "write `W[1, :]` or `W[:, 1]`",
        ));
    }
    let colon = match context.token(at)? {
        Token::Colon => at,
        _ => context.before(at)?,
    };
    let error = context.error(
        context.span(colon),
        "a range is written with `..`",
        "written with `:`",
    );
    Some(habits::colon_range(context, colon, error))
}

/// `;` in parentheses, or around an empty row.
pub(super) fn semicolon(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    let error =
        |message: &str, label: &str, help: &str| Some(context.mistake(at, message, label, help));
    match found {
        Token::Semicolon => error(
            "`;` is allowed only between statements and between the rows of a matrix",
            "in parentheses",
            "separate arguments by commas",
        ),
        Token::Row if !context.operand_before(at) => error(
            "a row of a matrix is empty",
            "nothing before it",
            "take out the `;`, or write the row",
        ),
        Token::Row => error(
            "`;` ends the row of a matrix; it is not allowed in other brackets",
            "no matrix here",
            "separate indices by commas: `A[1, 2]`",
        ),
        Token::RightBracket if context.token_before(at) == Some(Token::Row) => error(
            "the last row of the matrix is empty",
            "a row is missing before this",
            "take out the last `;`",
        ),
        _ => None,
    }
}

/// A text where an operand is wanted.
pub(super) fn text(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.token(at)? != Token::Text {
        return only_choice(context, at);
    }
    let opener = context.enclosing_bracket(at);
    let word = opener
        .and_then(|opener| context.before(opener))
        .filter(|&word| context.token(word) == Some(Token::Print));
    if let Some((opener, word)) = opener.zip(word) {
        let items = match context.closer(opener) {
            Some(closer) if context.span(closer).start - context.span(word).start <= 40 => {
                context.text_of(opener + 1, closer - 1)
            }
            _ => "\"cost\", J".to_owned(),
        };
        return Some(context.mistake(
            at,
            "`print` takes its items without parentheses",
            "a text in parentheses",
            format!("write `print {items}`"),
        ));
    }
    Some(misplaced_text(context.source, context.span(at)))
}

/// Places where only one thing can stand.
fn only_choice(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let (message, help) = match context.token_before(at)? {
        Token::Import => (
            "`import` takes the path of a script in double quotes",
            "write `import \"other.ad\"`",
        ),
        Token::To => (
            "`to` takes a file name in double quotes",
            "write `to \"file.svg\"`",
        ),
        Token::Coloured => (
            "`by` is missing after `coloured`",
            "write `with points P coloured by c`",
        ),
        _ => return None,
    };
    Some(context.mistake(at, message, "something else here", help))
}

/// An operator, or a closing bracket, where an operand is wanted.
pub(super) fn operator(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    if context.operand_before(at) || !(found.is_binary() || found.is_closer()) {
        return None;
    }
    let text = context.text(at);
    let error = |message: String, help: String| {
        let error = context.error(
            context.span(at),
            message,
            "an operand is missing before this",
        );
        Some(error.help(help))
    };
    let before = context
        .before(at)
        .filter(|&before| context.token(before) != Some(Token::End));
    match before {
        _ if found == Token::Plus => error(
            "a value needs no `+` in front".to_owned(),
            "take out the `+`".to_owned(),
        ),
        None => error(
            format!("a statement cannot start with `{text}`"),
            format!(
                "write something to the left of `{text}`; to continue the line above, end that line with it"
            ),
        ),
        Some(before) => error(
            format!(
                "an operand is missing between `{}` and `{text}`",
                context.text(before)
            ),
            "complete the formula, or take one of them out".to_owned(),
        ),
    }
}
