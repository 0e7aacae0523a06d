//! Characters and operators that the language lacks.

use super::{Context, habits, short};
use crate::diagnostic::Diagnostic;
use crate::primitives;
use crate::source::Span;
use crate::syntax::foreign;
use crate::syntax::names::{LONGEST_NAME, is_superscript_letter, is_wide};
use crate::syntax::special::Special;
use crate::syntax::token::Token;
use unicode_normalization::UnicodeNormalization;

/// A token that no text may hold.
pub(super) fn alien(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    match context.token(at)? {
        Token::Dot => Some(dot(context, at)),
        Token::Foreign => Some(foreign_character(context, at)),
        Token::Superscript => Some(superscript(context, at)),
        Token::BadName => Some(bad_name(context, at)),
        Token::UnclosedText => Some(unclosed_text(context, at)),
        _ => None,
    }
}

fn dot(context: &Context<'_>, at: usize) -> Diagnostic {
    let operand = || {
        context
            .before(at)
            .map_or_else(String::new, |before| context.operand_until(before))
    };
    let (message, help) = match (context.token_before(at), context.token(at + 1)) {
        (Some(Token::Number), _) if context.touches(at) => {
            let number = context.text(at - 1);
            (
                "a number never ends in a dot".to_owned(),
                format!("write `{number}` or `{number}.0`"),
            )
        }
        (Some(Token::Name), Some(Token::Name)) if foreign::is_library(&operand()) => {
            // `torch.nn.relu(x)`: the last name of the chain is the function.
            let mut last = at + 1;
            while context.token(last + 1) == Some(Token::Dot)
                && context.token(last + 2) == Some(Token::Name)
            {
                last += 2;
            }
            (
                "unexpected `.`: there are no modules or attributes".to_owned(),
                no_prefix(context, last),
            )
        }
        (Some(Token::Name), Some(Token::LeftParen)) => (
            "this dot belongs to nothing".to_owned(),
            entry_by_entry(context, at),
        ),
        (Some(_), Some(Token::Name)) if context.operand_before(at) => {
            return habits::path(context, at).unwrap_or_else(|| attribute(context, at, &operand()));
        }
        (Some(_), Some(Token::Prime)) => (
            "this dot belongs to nothing".to_owned(),
            "write `'` to transpose".to_owned(),
        ),
        _ => (
            "this dot belongs to nothing".to_owned(),
            "entry by entry operators are `.*`, `./` and `.^`; a range is `a..b`".to_owned(),
        ),
    };
    let number = context.token_before(at) == Some(Token::Number) && context.touches(at);
    let span = if number {
        context.span(at - 1).to(context.span(at))
    } else {
        context.span(at)
    };
    let error = context.error(span, message, "one dot too many").help(help);
    if number {
        let written = context.source.slice(context.span(at - 1));
        return error.fix(context.place(span), written);
    }
    error
}

/// `A.T`
fn attribute(context: &Context<'_>, at: usize, operand: &str) -> Diagnostic {
    let name = context.text(at + 1);
    let error = context.error(
        context.span(at),
        "unexpected `.`: there are no modules or attributes",
        "no dot here",
    );
    let called = context.token(at + 2) == Some(Token::LeftParen);
    let Some(known) = foreign::attribute(&name) else {
        return method(context, at, operand, &name, error);
    };
    let error = error.help(known.advice.replace('_', operand));
    match (known.instead, context.before(at)) {
        (Some(ours), Some(last)) if !called => {
            let first = context.span(context.operand_start(last));
            let operand = first.to(context.span(last));
            let text = ours.replace('_', context.source.slice(operand));
            error.fix(context.place(operand.to(context.span(at + 1))), text)
        }
        _ => error,
    }
}

/// `A.sum()`, `A.rows`: a function of ours, called with the operand.
fn method(
    context: &Context<'_>,
    at: usize,
    operand: &str,
    name: &str,
    error: Diagnostic,
) -> Diagnostic {
    let ours = foreign::function(name).map_or(Some(name), |word| word.instead);
    let known =
        ours.filter(|ours| !primitives::named(ours).is_empty() || Special::named(ours).is_some());
    let Some(ours) = known else {
        return match foreign::function(name) {
            Some(word) => error.help(word.advice),
            None if context.token(at + 2) == Some(Token::LeftParen) => error.help(format!(
                "nothing is called `{name}` here: take it out, and the dot"
            )),
            None => error.help(format!(
                "the columns of data have numbers: the first is `{operand}[:, 1]`"
            )),
        };
    };
    let closer = match context.token(at + 2) {
        Some(Token::LeftParen) => context.closer(at + 2),
        _ => None,
    };
    let arguments = match closer {
        Some(closer) if closer > at + 3 => {
            format!("{operand}, {}", context.text_of(at + 3, closer - 1))
        }
        _ => operand.to_owned(),
    };
    let call = format!("{ours}({arguments})");
    let error = error.help(format!("write `{call}`"));
    let Some(last) = context.before(at) else {
        return error;
    };
    let first = context.span(context.operand_start(last));
    let whole = first.to(context.span(closer.unwrap_or(at + 1)));
    error.fix(context.place(whole), call)
}

/// Advice for `np.…`: the function of another language, called by the name at `at`, may have another name
/// here.
fn no_prefix(context: &Context<'_>, at: usize) -> String {
    let name = context.text(at);
    let text = (at + 2..at + 3).find(|&i| context.token(i) == Some(Token::Text));
    match foreign::function(&name).or_else(|| foreign::value(&name)) {
        Some(_) if let (true, Some(text)) = (foreign::is_reader(&name), text) => {
            format!("write `read({})`", context.text(text))
        }
        Some(word) => word.advice.to_owned(),
        None => format!("write `{}`", context.operand_from(at)),
    }
}

/// Advice for `f.(v)`.
fn entry_by_entry(context: &Context<'_>, dot: usize) -> String {
    let name = context.text(dot - 1);
    if !primitives::named(&name).is_empty() {
        return format!(
            "functions go entry by entry already: write `{name}{}`",
            context.operand_from(dot + 1)
        );
    }
    let argument = (context.closer(dot + 1) == Some(dot + 3)).then(|| context.text(dot + 2));
    let of = argument.filter(|_| context.token(dot + 2) == Some(Token::Name));
    match of {
        Some(v) => format!("write `[{name}({v}[i]) for i in 1..rows({v})]`"),
        None => format!(
            "give the vector a name, such as `v`, and write `[{name}(v[i]) for i in 1..rows(v)]`"
        ),
    }
}

fn foreign_character(context: &Context<'_>, at: usize) -> Diagnostic {
    let written = context.text(at);
    let first = written.chars().next();
    let known = foreign::operator(&written).or_else(|| foreign::character(first?));
    let help = operator_advice(context, at, &written)
        .or_else(|| known.map(|known| known.advice.to_owned()))
        .or_else(|| character_advice(first?).map(str::to_owned));
    let message = match first {
        Some(c) if is_wide(c) => format!("the full-width character `{c}` has no meaning here"),
        Some(c) if is_invisible(c) => {
            format!("the character U+{:04X} has no meaning here", c as u32)
        }
        _ if written.is_ascii() => format!("there is no operator `{written}`"),
        _ => format!("the character `{written}` has no meaning here"),
    };
    let label = if written.chars().any(is_invisible) {
        "invisible"
    } else {
        "unknown"
    };
    let error = context.mistake(
        at,
        message,
        label,
        help.unwrap_or_else(|| "take it out".to_owned()),
    );
    let alone = written.is_ascii() || written.chars().count() == 1;
    match known.and_then(|known| known.instead) {
        Some(ours) if alone && context.operand_before(at) => {
            let blank = |is_there: bool| if is_there { "" } else { " " };
            let (before, after) = (!context.touches(at), !context.touches(at + 1));
            let text = format!("{}{ours}{}", blank(before), blank(after));
            error.fix(context.location(at), text)
        }
        _ => error,
    }
}

/// Advice that depends on the operands of an operator of another language.
fn operator_advice(context: &Context<'_>, at: usize, written: &str) -> Option<String> {
    let operand = context
        .before(at)
        .filter(|_| context.operand_before(at))
        .map(|before| context.operand_until(before));
    let updated = operand.clone().unwrap_or_else(|| "x".to_owned());
    Some(match written {
        "//" if operand.is_some() => {
            "write `floor(a/b)` for a whole quotient, `#` for a comment".into()
        }
        "!" if operand.is_some() => format!("for a factorial write `gamma({updated} + 1)`"),
        "+=" | "-=" | "*=" | "/=" | "^=" => {
            let amount = rest_of_line(context, at);
            format!("write `{updated} := {updated} {} {amount}`", &written[..1])
        }
        "++" => format!("write `{updated} := {updated} + 1`, or a single `+`"),
        "@" if context.token_before(at) == Some(Token::Equal) => anonymous(context, at),
        "%" => {
            let a = operand?;
            let follows = context.token(at + 1).is_some_and(Token::starts_operand);
            let (a, b) = match follows {
                true => (a, context.operand_from(at + 1)),
                false => ("a".to_owned(), "b".to_owned()),
            };
            format!("write `mod({a}, {b})` for a remainder, `#` for a comment")
        }
        "°" => {
            let whole = context
                .enclosing_bracket(at)
                .filter(|&opener| context.is_call(opener));
            let degrees = operand?;
            let alone = whole.filter(|&opener| {
                context.closer(opener) == Some(at + 1) && context.before(at) == Some(opener + 1)
            });
            match alone {
                Some(opener) => format!(
                    "angles are in radians: write `{}({degrees}*pi/180)`",
                    context.text(opener - 1)
                ),
                None => format!("angles are in radians: write `{degrees}*pi/180`"),
            }
        }
        "?" if operand.is_none() && context.token(at + 1) == Some(Token::Name) => {
            let name = context.text(at + 1);
            format!("in the interactive session write `:help {name}`")
        }
        "?" => match operand {
            Some(name) => format!("in the interactive session write `:help {name}`"),
            None => "in the interactive session write `:help`".into(),
        },
        _ => return None,
    })
}

/// `f = @(x) x^2`
fn anonymous(context: &Context<'_>, at: usize) -> String {
    let equal = context.before(at);
    let name = equal.and_then(|equal| context.before(equal));
    let closer = context.closer(at + 1);
    match (name, closer) {
        (Some(name), Some(closer)) => format!(
            "write `{}{} = {}`",
            context.text(name),
            context.text_of(at + 1, closer),
            rest_of_line(context, closer)
        ),
        _ => "functions have names: write `f(x) = x^2`, then use `f`".to_owned(),
    }
}

/// The text after the token, up to the end of the statement.
fn rest_of_line(context: &Context<'_>, at: usize) -> String {
    let length = context.rest_of_tokens(at + 1);
    match length {
        0 => "…".to_owned(),
        _ => context.text_of(at + 1, at + length),
    }
}

/// Advice on a class of characters.
fn character_advice(c: char) -> Option<&'static str> {
    match c {
        c if is_wide(c) => Some("type the plain character"),
        c if c.is_numeric() => Some("digits are `0` to `9`"),
        c if is_invisible(c) => Some("take it out"),
        _ => None,
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{ad}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
        || unicode_normalization::char::is_combining_mark(c)
}

fn superscript(context: &Context<'_>, at: usize) -> Diagnostic {
    let mut first = at;
    while matches!(
        context.token_before(first),
        Some(Token::Squared | Token::Cubed)
    ) {
        first -= 1;
    }
    let mut last = at;
    while context.token(last + 1) == Some(Token::Superscript) {
        last += 1;
    }
    let exponent: String = context.text_of(first, last).nfkd().collect();
    let exponent: String = exponent.chars().filter(|c| !c.is_whitespace()).collect();
    let exponent = exponent.replace('−', "-");
    let span = context.span(first).to(context.span(last));
    let row = context.source.slice(span).chars().count() > 1;
    let message = if row {
        "only a single `²` or `³` can be written as a superscript"
    } else {
        "only `²` and `³` can be written as superscripts"
    };
    let Some(base) = context
        .before(first)
        .filter(|_| context.operand_before(first))
    else {
        return context
            .error(span, message, "nothing to raise")
            .help(format!("write `x^{exponent}`"));
    };
    let whole = context.span(context.operand_start(base)).to(span);
    let operand = context.operand_until(base);
    let text = match &*exponent {
        "-1" if operand.starts_with('(') => format!("inv{operand}"),
        "-1" => format!("inv({operand})"),
        _ => format!("{operand}^{exponent}"),
    };
    context
        .error(whole, message, "a superscript")
        .help(format!("write `{text}`"))
        .fix(context.place(whole), text)
}

fn bad_name(context: &Context<'_>, at: usize) -> Diagnostic {
    let span = context.span(at);
    let written = context.source.slice(span);
    if let Some((start, c)) = written.char_indices().find(|&(_, c)| is_wide(c)) {
        let start = span.start as usize + start;
        let plain: String = c.nfkc().collect();
        return context
            .error(
                Span::new(start, start + c.len_utf8()),
                format!("the full-width character `{c}` has no meaning here"),
                "full-width",
            )
            .help(format!("type the plain `{plain}`"));
    }
    let raised = written.find(is_superscript_letter);
    let Some(raised) = raised else {
        return context
            .error(
                span,
                format!("a name has at most {LONGEST_NAME} bytes"),
                "too long",
            )
            .help("choose a shorter name");
    };
    let base = short(&written[..raised]);
    let base = if base.is_empty() { "x" } else { &base };
    let exponent: String = written[raised..].nfkd().collect();
    let (text, why) = match exponent.as_str() {
        "T" => (format!("{base}'"), " to transpose"),
        _ => (format!("{base}^{}", short(&exponent)), ""),
    };
    let error = context
        .error(
            span,
            "a name cannot hold superscript letters",
            "a superscript letter",
        )
        .help(format!("write `{text}`{why}"));
    match raised {
        0 => error,
        _ => error.fix(context.place(span), text),
    }
}

fn unclosed_text(context: &Context<'_>, at: usize) -> Diagnostic {
    context.mistake(
        at,
        "this text is not closed",
        "no closing quote on this line",
        "end it with `\"`; a new line inside a text is written `\\n`",
    )
}

/// `'text'`: a quote that opens where an operand is wanted, or after a blank, and closes on its line.
pub(super) fn single_quotes(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let opens = |i: usize| {
        context.token(i) == Some(Token::Prime)
            && (!context.operand_before(i) || !context.touches(i))
    };
    let opener = if opens(at) {
        at
    } else {
        context.before(at).filter(|&before| opens(before))?
    };
    let span = context.span(opener);
    let line = context.source.text[span.end as usize..]
        .split(['\n', '\r'])
        .next()?;
    let Some(length) = line.find('\'') else {
        return (opener == at).then(|| {
            context
                .error(span, "`'` has nothing to transpose", "no operand before it")
                .help("`'` is written after what it transposes; texts are written in double quotes")
        });
    };
    let end = span.end as usize + length + 1;
    Some(
        context
            .error(
                Span::new(span.start as usize, end),
                "texts are written in double quotes",
                "in single quotes",
            )
            .help(format!("write `\"{}\"`", short(&line[..length]))),
    )
}
