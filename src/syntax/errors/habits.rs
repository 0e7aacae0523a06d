//! Whole phrases of other notations, rewritten as they are written here: `|x|`, `grad L wrt w`,
//! `for i in range(10)`, `read(d.csv)`. The text of the help is the text of the fix.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::syntax::foreign;
use crate::syntax::special::Special;
use crate::syntax::token::Token;

/// The endings of files that scripts read.
const ENDINGS: [&str; 7] = ["csv", "tsv", "txt", "npy", "json", "ad", "dat"];

/// The same error, with the tokens from `first` to `last` rewritten.
pub(super) fn rewritten(
    context: &Context<'_>,
    error: Diagnostic,
    first: usize,
    last: usize,
    text: String,
) -> Diagnostic {
    let span = context.span(first).to(context.span(last));
    error
        .help(format!("write `{text}`"))
        .fix(context.place(span), text)
}

/// `let x = 3`, `def f(x): return x^2`, `function f(x) = x^2`: the definition behind the word at `at`.
pub(super) fn definition(context: &Context<'_>, at: usize) -> Option<String> {
    let end = at + context.rest_of_tokens(at) - 1;
    if context.token(at + 1)? != Token::Name || at + 2 >= end {
        return None;
    }
    if context.text(at) == "lambda" {
        return None;
    }
    let head = match context.token(at + 2)? {
        Token::LeftParen => context.closer(at + 2)?,
        _ => at + 1,
    };
    let mut first = head + 1;
    let joins = |i: usize| {
        matches!(context.token(i), Some(Token::Equal | Token::Colon)) || context.text(i) == "return"
    };
    while joins(first) {
        first += 1;
    }
    let plain = first > head + 1 && first <= end && !context.on_new_line(first);
    plain.then(|| {
        let (head, body) = (context.text_of(at + 1, head), context.text_of(first, end));
        format!("{head} = {}", body)
    })
}

/// `f = lambda x: x^2`: its first token, and the definition.
pub(super) fn lambda(context: &Context<'_>, at: usize) -> Option<(usize, String)> {
    let equal = context.before(at)?;
    let name = context.before(equal)?;
    let end = at + context.rest_of_tokens(at) - 1;
    let colon = (at + 1..end).find(|&i| context.token(i) == Some(Token::Colon))?;
    let plain = context.text(at) == "lambda"
        && context.token(equal) == Some(Token::Equal)
        && colon > at + 1;
    plain.then(|| {
        let parameters = context.text_of(at + 1, colon - 1);
        let body = context.text_of(colon + 1, end);
        (
            name,
            format!("{}({parameters}) = {body}", context.text(name)),
        )
    })
}

/// The head of a loop and what was meant as its block: `while x > 0: x = x - 1`.
pub(super) fn block_of(context: &Context<'_>, last: usize, first: usize) -> Option<String> {
    let rest = context.rest_of_tokens(first);
    let head = context.text_of(context.statement(last), last);
    if rest == 0 || head.contains('…') {
        return None;
    }
    let end = first + rest - 1;
    // In a loop a new value is computed from the old one.
    let updates = context.token(first) == Some(Token::Name)
        && context.token(first + 1) == Some(Token::Equal)
        && first + 2 <= end;
    Some(match updates {
        true => format!(
            "{head} {{ {} := {} }}",
            context.text(first),
            context.text_of(first + 2, end)
        ),
        false => format!("{head} {{ {} }}", context.text_of(first, end)),
    })
}

/// `|x|`, `‖x‖`, `||x||`
pub(super) fn bars(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let bar = context.text(at);
    let function = foreign::meant(foreign::BARS, &bar)?;
    if context.token(at) != Some(Token::Foreign) || context.operand_before(at) {
        return None;
    }
    let rest = context.rest_of_tokens(at + 1);
    let closer = (at + 1..at + 1 + rest).find(|&i| context.text(i) == bar)?;
    let inner = context.text_of(at + 1, closer - 1);
    let error = context.error(
        context.span(at).to(context.span(closer)),
        format!("`{bar}` is not a bracket"),
        "between bars",
    );
    Some(rewritten(
        context,
        error,
        at,
        closer,
        format!("{function}({inner})"),
    ))
}

/// `A⊤`
pub(super) fn transposed(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if !matches!(&*context.text(at), "⊤" | "†") || !context.operand_before(at) {
        return None;
    }
    let last = context.before(at)?;
    let operand = context.operand_until(last);
    let error = context.error(
        context.span(at),
        "a transpose is written `'`",
        "not known here",
    );
    let first = context.operand_start(last);
    Some(rewritten(context, error, first, at, format!("{operand}'")))
}

/// `√x`
pub(super) fn root(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let text = context.text(at);
    let function = foreign::meant(foreign::ROOTS, &text)?;
    if context.operand_before(at) || !context.token(at + 1)?.starts_operand() {
        return None;
    }
    let last = match context.token(at + 1)? {
        Token::LeftParen => context.closer(at + 1)?,
        _ => at + 1,
    };
    let operand = context.text_of(at + 1, last);
    let text = match operand.starts_with('(') {
        true => format!("{function}{operand}"),
        false => format!("{function}({operand})"),
    };
    let error = context.error(
        context.span(at),
        "a root is written as a call",
        "not known here",
    );
    Some(rewritten(context, error, at, last, text))
}

/// `c ? a : b`
pub(super) fn ternary(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.text(at) != "?" || !context.operand_before(at) {
        return None;
    }
    let rest = context.rest_of_tokens(at + 1);
    let end = at + rest;
    let colon = (at + 1..=end).find(|&i| context.token(i) == Some(Token::Colon))?;
    let last = context.before(at)?;
    let start = context.statement(at);
    let first = (start..last)
        .rev()
        .find(|&i| {
            let token = context.token(i);
            matches!(
                token,
                Some(Token::Equal | Token::Assign | Token::LeftParen | Token::Comma)
            )
        })
        .map_or(context.operand_start(last).min(start), |i| i + 1);
    if colon <= at + 1 || colon >= end {
        return None;
    }
    let text = format!(
        "if {} then {} else {}",
        context.text_of(first, last),
        context.text_of(at + 1, colon - 1),
        context.text_of(colon + 1, end)
    );
    let error = context.error(
        context.span(at),
        "a choice is written in words",
        "not known here",
    );
    Some(rewritten(context, error, first, end, text))
}

/// `grad L wrt w`
pub(super) fn operator_as_statement(
    context: &Context<'_>,
    last: usize,
    at: usize,
) -> Option<Diagnostic> {
    let name = context.text(last);
    let takes_two = Special::named(&name).is_some_and(|special| special.row().arguments == 2);
    if !takes_two || last != context.statement(at) || context.token(at) == Some(Token::LeftParen) {
        return None;
    }
    let end = last + context.rest_of_tokens(last) - 1;
    let word =
        (at + 1..end).find(|&i| context.token(i) == Some(Token::Wrt) || context.text(i) == "wrt");
    let error = context.error(
        context.span(last).to(context.span(at)),
        format!("`{name}` is a function: it takes its arguments in parentheses"),
        "parentheses are missing",
    );
    Some(match word {
        Some(word) => {
            let (of, by) = (
                context.text_of(at, word - 1),
                context.text_of(word + 1, end),
            );
            rewritten(context, error, last, end, format!("{name}({of}, {by})"))
        }
        None => error.help(format!("write `{name}({}, w)`", context.text_of(at, end))),
    })
}

/// `for i in range(10)`, `for i in 10`, `for i in v`
pub(super) fn no_range(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let word = (0..at)
        .rev()
        .find(|&i| context.token(i) == Some(Token::In))?;
    let (first, last) = (word + 1, context.before(at)?);
    let called = context.token(first) == Some(Token::Name)
        && matches!(
            &*context.text(first),
            "range" | "seq" | "irange" | "eachindex"
        );
    let single = last == first || context.closer(first + 1) == Some(last) && called;
    if !single {
        return None;
    }
    let error = context.error(
        context.span(first).to(context.span(last)),
        "`in` needs a range",
        "no `..` here",
    );
    let range = match context.token(first)? {
        Token::Number => format!("1..{}", context.text(first)),
        Token::Name if called => {
            let inner = context.text_of(first + 2, last - 1);
            match inner.split_once(',') {
                Some((from, to)) => format!("{}..{}", from.trim(), to.trim()),
                None => format!("1..{inner}"),
            }
        }
        Token::Name if first == last => format!("1..rows({})", context.text(first)),
        _ => return None,
    };
    let fixed = error.fix(
        context.place(context.span(first).to(context.span(last))),
        range.clone(),
    );
    // The whole call or loop head, so that it can be typed.
    let opener = context.enclosing_bracket(at);
    let whole = opener.and_then(|opener| {
        let start = match context.is_call(opener) {
            true => context.before(opener)?,
            false => opener,
        };
        let closer = context.closer(opener)?;
        let (before, after) = (
            context.text_of(start, word),
            context.text_of(last + 1, closer),
        );
        Some(format!("{before} {range}{after}"))
    });
    Some(fixed.help(match whole {
        Some(whole) => format!("write `{whole}`"),
        None => format!(
            "write `for {} in {range} {{ print {0} }}`",
            context.text(word - 1)
        ),
    }))
}

/// `read(d.csv)`
pub(super) fn path(context: &Context<'_>, dot: usize) -> Option<Diagnostic> {
    let name = context.before(dot)?;
    let ending = context.text(dot + 1);
    let word = match context.enclosing_bracket(dot) {
        Some(opener) => context.before(opener)?,
        None => context.before(name)?,
    };
    let takes_path = matches!(context.token(word), Some(Token::Import | Token::To))
        || Special::named(&context.text(word)) == Some(Special::Read);
    if !takes_path || !ENDINGS.contains(&&*ending) {
        return None;
    }
    let mut first = name;
    while first > word + 1
        && context.touches(first)
        && context.token(first - 1) != Some(Token::LeftParen)
    {
        first -= 1;
    }
    let error = context.error(
        context.span(first).to(context.span(dot + 1)),
        "a path is written in double quotes",
        "no quotes here",
    );
    let path = context.text_of(first, dot + 1);
    let span = context.span(first).to(context.span(dot + 1));
    let quoted = format!("\"{path}\"");
    Some(
        error
            .help(match context.enclosing_bracket(dot) {
                Some(_) => format!("write `{}({quoted})`", context.text(word)),
                None => format!("write `{} {quoted}`", context.text(word)),
            })
            .fix(context.place(span), quoted),
    )
}

/// `print("a" + "b")`, `print "a" + "b"`
pub(super) fn texts_added(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let start = context.statement(at);
    if context.token(start) != Some(Token::Print) {
        return None;
    }
    let end = start + context.rest_of_tokens(start) - 1;
    let mut first = start + 1;
    let mut last = end;
    if context.token(first) == Some(Token::LeftParen) && context.closer(first) == Some(last) {
        (first, last) = (first + 1, last - 1);
    }
    let is_text = |i: usize| context.token(i) == Some(Token::Text);
    let joins =
        |i: usize| context.token(i) == Some(Token::Plus) && (is_text(i - 1) || is_text(i + 1));
    if first > last || !(first..=last).any(joins) {
        return None;
    }
    let mut items = String::new();
    for i in first..=last {
        let blank = i > first && !context.touches(i);
        match joins(i) {
            true => items.push(','),
            false => {
                items.push_str(if blank { " " } else { "" });
                items.push_str(&context.text(i));
            }
        }
    }
    let error = context.error(
        context.span(at),
        "`print` separates its items by commas",
        "texts are not added",
    );
    Some(rewritten(
        context,
        error,
        start,
        end,
        format!("print {items}"),
    ))
}

/// `v[1:3]`, `for i in 1:10`
pub(super) fn colon_range(context: &Context<'_>, colon: usize, error: Diagnostic) -> Diagnostic {
    let is_end = |i: usize| matches!(context.token(i), Some(Token::Number | Token::Name));
    if let Some(help) = super::ranges::stepped(context, colon) {
        return error.help(help);
    }
    let before = context.before(colon).filter(|&i| is_end(i));
    let Some(before) = before.filter(|_| is_end(colon + 1)) else {
        return error.help(
            "a range has two ends, as in `v[1..3]`; a whole row or column is `W[1, :]`, `W[:, 1]`",
        );
    };
    let range = format!("{}..{}", context.text(before), context.text(colon + 1));
    let error = error.fix(context.location(colon), "..");
    let opener = context.enclosing_bracket(colon);
    let whole = opener.and_then(|opener| {
        let closer = context.closer(opener)?;
        let first = context.operand_start(closer);
        let (before, after) = (
            context.text_of(first, before),
            context.text_of(colon + 1, closer),
        );
        Some(format!("{before}..{after}"))
    });
    error.help(match whole {
        Some(whole) => format!("write `{whole}`"),
        None if context.statement_token(colon) == Some(Token::For) => {
            format!("write `for i in {range} {{ print i }}`")
        }
        None => format!("write `[i for i in {range}]`"),
    })
}

/// The brackets at `opener` with commas between the operands that stand side by side, and the call that they
/// belong to.
pub(super) fn with_commas(context: &Context<'_>, opener: usize) -> Option<String> {
    let closer = context.closer(opener)?;
    let first = match context.is_call(opener) {
        true => context.before(opener)?,
        false => opener,
    };
    if closer - first > 40 {
        return None;
    }
    let mut text = String::new();
    for i in first..=closer {
        let beside = context.operand_before(i)
            && context.token(i)?.starts_operand()
            && i > opener + 1
            && !context.touches(i);
        text.push_str(match (beside, i > first && !context.touches(i)) {
            (true, _) => ", ",
            (false, true) => " ",
            (false, false) => "",
        });
        text.push_str(&context.text(i));
    }
    Some(text)
}
