//! Statements that are almost one: a `=` for `==`, a word of the tail left out, a call in the place of a
//! statement. The help is the whole statement as it was meant.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{DerivativeMatrix, Mode, Show};
use crate::syntax::statements::StatementRow;
use crate::syntax::token::Token;
use crate::syntax::words::{WITH_ITEMS, mode_words};

/// The statement with the `=` at `at` read as what it was meant for: `prove a = b`,
/// `check L wrt w = g`, `with title = "…"`, `derive y = x^2 wrt x`.
pub(super) fn equation(context: &Context<'_>, at: usize) -> Option<String> {
    let word = context.statement_token(at)?;
    let row = StatementRow::starting_with(word)?;
    let takes = |part| row.takes.contains(&part);
    let last = context.before(at)?;
    match context.part(at) {
        Some(Token::With) => context.statement_with(at, at, ""),
        Some(Token::Over) => context.statement_with(at, at, "from"),
        Some(Token::Wrt) if takes("against") => context.statement_with(at, at, "against"),
        Some(Token::Wrt) if takes("at") => {
            context.statement_with(at, at, &format!("at {} =", context.text(last)))
        }
        None if word == Token::Show(Show::Prove) => context.statement_with(at, at, "=="),
        None if last == context.statement(at) + 1 && context.token(last) == Some(Token::Name) => {
            let end = last + context.rest_of_tokens(last) - 1;
            let tail = (at..=end).find(|&i| context.token(i).is_some_and(Token::is_tail_word));
            let number = end == at + 1 && context.token(end) == Some(Token::Number);
            if number && takes("at") {
                let name = context.text(last);
                return context.statement_with(at, at, &format!("at {name} ="));
            }
            let value = context.whole(at + 1, tail.unwrap_or(end + 1).checked_sub(1)?);
            let name = context.text(last);
            let shown = context.statement_with(last, tail.unwrap_or(end + 1) - 1, &name)?;
            Some(format!("{name} = {value}; {shown}"))
        }
        _ => None,
    }
}

/// `series tan(x) order 5`, `trace L wrt w reverse`, `derive L w`: the word before this one is left out.
pub(super) fn forgotten(context: &Context<'_>, _: usize, at: usize) -> Option<Diagnostic> {
    let token = context.statement_token(at)?;
    let row = StatementRow::starting_with(token)?;
    let shows = matches!(token, Token::Show(_)) && context.token(at) == Some(Token::Name);
    if !shows || context.enclosing_bracket(at).is_some() {
        return None;
    }
    let word = context.text(at);
    let part = context.part(at);
    let two = format!("{word} {}", context.text(at + 1));
    let item = WITH_ITEMS
        .iter()
        .find(|item| **item == word || **item == two);
    let matrix = token == Token::Show(Show::Sparsity)
        && DerivativeMatrix::ALL
            .into_iter()
            .any(|known| known.name() == word);
    let mode = mode_words().any(|mode| mode == word) || matrix;
    let missing = match (item, mode) {
        (Some(item), _) if row.takes.contains(item) => Some(("with", Token::With)),
        (_, true) if row.takes.contains(&"using") => Some(("using", Token::Using)),
        _ => None,
    };
    let Some((lead, owner)) = missing else {
        return step(context, at).or_else(|| variable(context, row, at));
    };
    let (text, label) = match part == Some(owner) {
        true => (
            format!(", {word}"),
            "a comma is missing before this".to_owned(),
        ),
        false => (
            format!("{lead} {word}"),
            format!("`{lead}` is missing before this"),
        ),
    };
    let error = context.error(
        context.span(at),
        format!("`{word}` stands after `{lead}`"),
        label,
    );
    Some(match context.statement_with(at, at, &text) {
        Some(whole) => error.help(format!("write `{whole}`")),
        None => error.help(format!(
            "put `{lead}` before it, or a comma after another of its kind"
        )),
    })
}

/// `plot f(t) over t from 0 to 1 step 0.1`
fn step(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let last = at + context.rest_of_tokens(at) - 1;
    let is_step = context.part(at) == Some(Token::Over) && context.text(at) == "step";
    let whole = context
        .statement_with(at, last.min(at + 1), "")
        .filter(|_| is_step)?;
    Some(context.mistake(
        at,
        "a plot chooses its points itself, more of them where the curve bends",
        "no step here",
        format!("write `{whole}`"),
    ))
}

/// `derive L w`
fn variable(context: &Context<'_>, row: &StatementRow, at: usize) -> Option<Diagnostic> {
    let rest = context.rest_of_tokens(at);
    let plain = (at..at + rest).all(|i| match (i - at) % 2 {
        0 => context.token(i) == Some(Token::Name),
        _ => context.token(i) == Some(Token::Comma),
    });
    let tail_word = |i: usize| Token::tail_word(&context.text(i)).is_some();
    let fits = !tail_word(at - 1)
        && row.takes.contains(&"wrt")
        && context.part(at).is_none()
        && plain
        && rest % 2 == 1;
    let whole = context
        .statement_with(at, at, &format!("wrt {}", context.text(at)))
        .filter(|_| fits)?;
    Some(context.mistake(
        at,
        "a comma or an operator is missing between two operands",
        "two operands side by side",
        format!("write `{whole}`; several outputs are separated by commas"),
    ))
}

/// `derive(x^2, x)`, `plot(sin(x), x)`, `prove(a, b)`: the statement that a call in its place means.
pub(super) fn called(context: &Context<'_>, opener: usize) -> Option<String> {
    let word = context.before(opener)?;
    let token = context.token(word)?;
    let row = StatementRow::starting_with(token)?;
    let arguments = context.arguments(opener)?;
    let texts: Vec<String> = arguments
        .iter()
        .map(|&(a, b)| context.whole(a, b).to_owned())
        .collect();
    let (of, rest) = texts.split_first()?;
    let is_name = |&(first, last): &(usize, usize)| {
        context.token(first) == Some(Token::Name)
            && (first == last || context.operand_start(last) == first)
            && context.token(first + 1) != Some(Token::LeftParen)
    };
    let names = arguments[1..].iter().take_while(|one| is_name(one)).count();
    let (names, numbers) = rest.split_at(names);
    let (by, word) = (names.join(", "), row.word);
    Some(match (token, names, numbers) {
        (Token::Show(Show::Prove), _, _) if rest.len() == 1 => format!("prove {of} == {}", rest[0]),
        (Token::Show(Show::Plot), [name], []) => format!("plot {of} over {name} from -3 to 3"),
        (Token::Show(Show::Plot), [name], [a, b]) => {
            format!("plot {of} over {name} from {a} to {b}")
        }
        (_, [_, ..], []) if row.takes.contains(&"wrt") => format!("{word} {of} wrt {by}"),
        (Token::Show(Show::Series), [_], [order]) => {
            format!("series {of} wrt {by} with order {order}")
        }
        (Token::Show(Show::Series), [name], [place, order]) => {
            format!("series {of} wrt {by} at {name} = {place} with order {order}")
        }
        _ => format!("{word} {}", texts.join(", ")),
    })
}

/// `reverse L wrt w`, `numeric L`: a mode in the place of a statement.
pub(super) fn mode(context: &Context<'_>, word: usize) -> Option<Diagnostic> {
    let name = context.text(word);
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == name)?;
    let statement = match mode {
        Mode::Forward | Mode::Reverse => Show::Trace.word(),
        Mode::Numeric | Mode::Symbolic => Show::Compare.word(),
    };
    let whole = context.statement_with(word, word, statement)?;
    Some(context.mistake(
        word,
        format!("`{name}` is a way to differentiate, not a statement"),
        "no statement",
        format!("write `{whole} using {name}`"),
    ))
}

/// `with respect to x`, where `respect` stands at `at`: the statement with `wrt`.
pub(super) fn respect(context: &Context<'_>, at: usize) -> Diagnostic {
    let to = context.text(at + 1) == "to";
    let whole = context.statement_with(at - 1, at + usize::from(to), "wrt");
    context.mistake(
        at,
        "`with respect to` is written `wrt`",
        "in words",
        format!("write `{}`", whole.as_deref().unwrap_or("derive L wrt w")),
    )
}

/// `over x in 0..6`: the plot with `from` and `to`.
pub(super) fn over_in(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.part(at) != Some(Token::Over) || context.token(at) != Some(Token::In) {
        return None;
    }
    let end = at + context.rest_of_tokens(at);
    let dots = (at..end).find(|&i| context.token(i) == Some(Token::DotDot))?;
    let range = format!("from {} to", context.whole(at + 1, dots - 1));
    let whole = context.statement_with(at, dots, &range)?;
    Some(context.mistake(
        at,
        "the range of a plot is written with `from` and `to`",
        "`in` is for loops",
        format!("write `{whole}`"),
    ))
}

/// `plot x^2 from 0 to 1`: the plot over its first name.
pub(super) fn over(context: &Context<'_>, at: usize) -> Option<String> {
    let plots = context.statement_token(at) == Some(Token::Show(Show::Plot));
    let start = context.statement(at);
    let name = (start + 1..at).find(|&i| {
        context.token(i) == Some(Token::Name) && context.token(i + 1) != Some(Token::LeftParen)
    });
    let name = context.text(name.filter(|_| plots && context.part(at).is_none())?);
    context.statement_with(at, at, &format!("over {name} from"))
}

/// `assume x > 0 and x < 1`
pub(super) fn facts(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let joins =
        context.token(at) == Some(Token::And) && context.statement_token(at) == Some(Token::Assume);
    let whole = context.statement_with(at, at, ",").filter(|_| joins)?;
    Some(context.mistake(
        at,
        "facts are separated by commas",
        "not an operator here",
        format!("write `{whole}`; a fact may have two bounds, as in `assume 0 < p < 1`"),
    ))
}

/// `x = 3 -- a comment`
pub(super) fn dashes(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let is_minus = |i: usize| context.token(i) == Some(Token::Minus);
    let twice = |&i: &usize| {
        is_minus(i) && is_minus(i + 1) && context.touches(i + 1) && !context.touches(i + 2)
    };
    let first = (context.statement(at)..at.checked_sub(1)?).find(twice)?;
    let span = context.span(first).to(context.span(first + 1));
    let error = context.error(span, "`--` is two minus signs", "not a comment");
    Some(
        error
            .help("a comment starts with `#`")
            .fix(context.place(span), "#"),
    )
}
