//! Commas where no list is.

use super::{Context, meant};
use crate::diagnostic::Diagnostic;
use crate::syntax::token::Token;

/// A comma where no list is.
pub(super) fn comma(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    if context.token(at)? != Token::Comma {
        return None;
    }
    let error =
        |message: &str, label: &str, help: &str| Some(context.mistake(at, message, label, help));
    if !context.operand_before(at) {
        return error(
            "something is missing before this comma",
            "nothing before it",
            "take out the comma, or write what belongs there",
        );
    }
    if let Some(opener) = context.enclosing_bracket(at) {
        return comma_in_brackets(context, at, opener);
    }
    let rest: Vec<Token> = context.rest_of_statement(at).collect();
    match context.statement_token(at)? {
        Token::DefinitionHead if is_decimal_comma(context, at) => {
            let [whole, digits] = [at - 1, at + 1].map(|i| context.text(i));
            let help = format!(
                "a decimal point is `.`: write `{} = {whole}.{digits}`; a vector is `[{whole}, {digits}]`",
                context.text(at - 3)
            );
            error("a definition has one value", "a second value here", &help)
        }
        Token::Assert if context.token(at + 1) == Some(Token::Text) => {
            let last = at + context.rest_of_tokens(at) - 1;
            let whole = context.statement_with(at, last, "");
            error(
                "`assert` takes a condition alone: it says itself what does not hold",
                "a text here",
                &format!("write `{}`", whole.as_deref().unwrap_or("assert 1 < 2")),
            )
        }
        Token::DefinitionHead | Token::FunctionHead => error(
            "a definition has one value",
            "a second value here",
            "put each definition in a statement of its own, ended by a newline or `;`; a vector is `[1, 2]`",
        ),
        word if word.is_statement_word() => error(
            "a list is not allowed here",
            "a comma here",
            "put the statements on lines of their own",
        ),
        Token::For => error(
            "a loop has one variable",
            "a second one here",
            "put one loop into the block of the other",
        ),
        _ if rest.contains(&Token::Equal) => error(
            "a definition has one name",
            "several names here",
            "write `a = 1; b = 2`; several names are updated at once by `a, b := 1, 2`",
        ),
        _ if rest.contains(&Token::Assign) => error(
            "only names and entries of names can be left of `:=`",
            "something else here",
            "write `a, v[1] := 1, 2`",
        ),
        _ => error(
            "a statement that is only a formula shows one value",
            "a second one here",
            "write `print a, b`; a vector is `[a, b]`",
        ),
    }
}

/// `x = 3,5`
fn is_decimal_comma(context: &Context<'_>, at: usize) -> bool {
    let is_number = |i: usize| {
        context.token(i) == Some(Token::Number)
            && context.text(i).bytes().all(|c| c.is_ascii_digit())
    };
    at == context.statement(at) + 4
        && is_number(at - 1)
        && is_number(at + 1)
        && context.touches(at)
        && context.touches(at + 1)
        && context.rest_of_tokens(at) == 2
}

fn comma_in_brackets(context: &Context<'_>, at: usize, opener: usize) -> Option<Diagnostic> {
    let before = context.token_before(opener);
    let error = |message: String, help: String| {
        let error = context.error(context.span(at), message, "a comma in parentheses");
        Some(error.help(help))
    };
    match before {
        Some(word) if word.is_statement_word() => {
            let word = context.text(opener - 1);
            error(
                format!("`{word}` takes a list without parentheses"),
                match meant::called(context, opener) {
                    Some(whole) if whole.len() < 100 => format!("write `{whole}`"),
                    _ => format!("write `{word} a, b`"),
                },
            )
        }
        _ if context.token(opener) == Some(Token::LeftParen) && !context.is_call(opener) => error(
            "parentheses hold one value".to_owned(),
            "a vector is written `[a, b]`".to_owned(),
        ),
        _ => None,
    }
}
