//! Two operands side by side, with nothing between them.

use super::{Context, habits, meant, statements};
use crate::diagnostic::Diagnostic;
use crate::primitives;
use crate::syntax::foreign;
use crate::syntax::special::Special;
use crate::syntax::statements::statement_form;
use crate::syntax::token::Token;

/// True if `name` is an operation on one argument.
fn is_function(name: &str) -> bool {
    primitives::named(name)
        .iter()
        .any(|row| row.arity.least == 1 && row.sizes.most == 0)
}

/// An operand right after an operand.
pub(super) fn beside(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let found = context.token(at)?;
    let last = context.before(at)?;
    if !(found.starts_operand() && context.operand_before(at)) {
        return None;
    }
    let rules = [
        number,
        power_of_function,
        leibniz,
        word_as_operator,
        wrt_in_call,
        habits::operator_as_statement,
        function,
        meant::forgotten,
        tail_of_nothing,
        tail_word,
        missing_tail_operand,
        entry,
        statement,
        block,
        declared,
        text,
        item,
        called,
        product,
    ];
    rules.iter().find_map(|rule| rule(context, last, at))
}

/// An error about the pair of tokens.
fn pair(context: &Context<'_>, last: usize, at: usize, message: &str, label: &str) -> Diagnostic {
    let span = context.span(last).to(context.span(at));
    context.error(span, message, label)
}

/// `1.2.3`, `1__0`, `1e`, `0x1f`, `2 3`.
fn number(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    if context.token(last)? != Token::Number || !context.touches(at) {
        return None;
    }
    let word = context.text(at);
    let help = match (context.token(at)?, word.chars().next()?) {
        (Token::Number, _) => "a number has at most one decimal point, and whole digits after `e`",
        (Token::Name, '_') => "digits are grouped by single `_`, as in `1_000`",
        (Token::Name, 'e' | 'E') if word.len() == 1 => "write the digits of the exponent: `1e-3`",
        (Token::Name, 'x' | 'X') if context.text(last) == "0" && word.len() > 1 => {
            "numbers are decimal"
        }
        _ => return None,
    };
    Some(pair(context, last, at, "this is not a number", "not a number").help(help))
}

/// `sin²(x)`, `sin^2(x)`
fn power_of_function(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let sign = matches!(context.token(last)?, Token::Squared | Token::Cubed);
    let before = context.before(last)?;
    let raised =
        context.token(last) == Some(Token::Number) && context.token(before) == Some(Token::Caret);
    let name = if raised {
        context.before(before)?
    } else {
        before
    };
    let raised = raised && is_function(&context.text(name));
    if !((sign || raised)
        && context.token(name) == Some(Token::Name)
        && context.token(at) == Some(Token::LeftParen))
    {
        return None;
    }
    let (function, power) = (context.text(name), context.text_of(name + 1, last));
    let argument = context.operand_from(at);
    let error = pair(
        context,
        name,
        at,
        "a power is written after the arguments",
        "raised before the call",
    )
    .help(format!("write `{function}{argument}{power}`"));
    // Of a variable the product may be meant, and a further power would apply to this one.
    let Some(closer) = context.closer(at).filter(|_| is_function(&function)) else {
        return Some(error);
    };
    let binds_tighter = matches!(
        context.token(closer + 1),
        Some(Token::Caret | Token::DotCaret | Token::Squared | Token::Cubed | Token::Prime)
    );
    if binds_tighter {
        return Some(error);
    }
    let of = |first, last| context.span(first).to(context.span(last));
    let slice = |span| context.source.slice(span);
    let [function, power, argument] =
        [of(name, name), of(name + 1, last), of(at, closer)].map(slice);
    Some(error.fix(
        context.place(of(name, closer)),
        format!("{function}{argument}{power}"),
    ))
}

/// `d/dw L`
fn leibniz(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let slash = context.before(last)?;
    let head = context.before(slash)?;
    let name = context.text(last);
    let by = name.strip_prefix('d').filter(|by| !by.is_empty())?;
    let is_quotient = context.text(head) == "d"
        && context.token(slash) == Some(Token::Slash)
        && context.token(last) == Some(Token::Name);
    is_quotient.then(|| {
        let last = context.term_end(at);
        let of = match context.closer(at) {
            Some(closer) if closer == last && closer > at + 1 => {
                context.text_of(at + 1, closer - 1)
            }
            _ => context.text_of(at, last),
        };
        pair(
            context,
            head,
            at,
            "a derivative is not written as a quotient",
            "a quotient of two names",
        )
        .help(format!(
            "write `derive {of} wrt {by}` for its formula, `grad({of}, {by})` for its value"
        ))
    })
}

/// `5 mod 3`
fn word_as_operator(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let word = context.text(at);
    let call = match word.as_str() {
        "mod" | "rem" => "mod(",
        "div" => "floor(",
        "pow" => "",
        _ => return None,
    };
    let is_operator = context.token(at + 1)?.starts_operand() && !context.touches(at + 1);
    is_operator.then(|| {
        let (a, b) = (context.operand_until(last), context.operand_from(at + 1));
        let instead = match call {
            "mod(" => format!("{call}{a}, {b})"),
            "floor(" => format!("{call}{a}/{b})"),
            _ => format!("{a}^{b}"),
        };
        context.mistake(
            at,
            format!("`{word}` is not an operator"),
            "between two operands",
            format!("write `{instead}`"),
        )
    })
}

/// `grad(w^2 wrt w)`
fn wrt_in_call(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let opener = context.enclosing_bracket(at)?;
    let next = context.token(at + 1)?;
    let stands = context.text(at) == "wrt" && context.is_call(opener);
    (stands && next.starts_operand()).then(|| {
        let call = context.text_of(opener - 1, last);
        let by = context.operand_from(at + 1);
        context.mistake(
            at,
            "`wrt` belongs to statements, not to calls",
            "inside a call",
            format!("separate the arguments by a comma: `{call}, {by})`"),
        )
    })
}

/// `sin x`
fn function(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let name = context.text(last);
    let is_function = context.token(last) == Some(Token::Name)
        && matches!(context.token(at)?, Token::Name | Token::Number)
        && is_function(&name);
    is_function.then(|| {
        let argument = context.text(at);
        let error = pair(
            context,
            last,
            at,
            "a function takes its argument in parentheses",
            "parentheses are missing",
        )
        .help(format!("write `{name}({argument})`"));
        // If more follows, the end of the argument is unknown.
        if context.rest_of_tokens(at) > 1 {
            return error;
        }
        let [called, argument] = [last, at].map(|at| context.source.slice(context.span(at)));
        let whole = context.place(context.span(last).to(context.span(at)));
        error.fix(whole, format!("{called}({argument})"))
    })
}

/// `trace L wtr w`
fn tail_word(context: &Context<'_>, _: usize, at: usize) -> Option<Diagnostic> {
    let follows = context
        .token(at + 1)
        .is_some_and(|next| next.starts_operand() || next.is_tail_word());
    if context.token(at)? != Token::Name || !follows {
        return None;
    }
    let near = statements::nearly_tail_word(context, at)?;
    let mistake = context.mistake(
        at,
        format!("`{}` is not a part of a statement", context.text(at)),
        "unknown word",
        format!("did you mean `{near}`?"),
    );
    // Something follows that fits the word and nothing else.
    Some(mistake.fix(context.location(at), near))
}

/// `at x = 3` on a line that goes on with nothing.
fn tail_of_nothing(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let word = context.text(last);
    let starts_part = Token::tail_word(&word).is_some_and(|word| word.tail_rank().is_some());
    let is_word = context.token(last) == Some(Token::Name) && starts_part;
    (is_word && last == context.statement(at)).then(|| {
        context.mistake(
            last,
            format!("`{word}` goes on with a statement that shows something"),
            "no such statement before it",
            "put it after a statement that shows something, such as `trace L wrt w`",
        )
    })
}

/// `a = 1 b = 2`
fn statement(context: &Context<'_>, _: usize, at: usize) -> Option<Diagnostic> {
    let next = matches!(context.token(at + 1), Some(Token::Equal | Token::Assign));
    let defines = context.token(at) == Some(Token::Name) && next;
    if !defines || context.enclosing_bracket(at).is_some() || heads_a_block(context, at) {
        return None;
    }
    Some(context.mistake(
        at,
        "a statement ends at a newline or `;`",
        "the next statement",
        "put it on a line of its own, or a `;` before it",
    ))
}

/// `repeat 3 x := 1`
fn block(context: &Context<'_>, _: usize, at: usize) -> Option<Diagnostic> {
    let is_head = heads_a_block(context, at)
        && context.enclosing_bracket(at).is_none()
        && !context.touches(at);
    is_head.then(|| {
        let word = context.text(context.statement(at));
        context.mistake(
            at,
            format!("the block of `{word}` is written in braces"),
            "`{` should stand before this",
            match habits::block_of(context, at - 1, at) {
                None => format!("write `{}`", statement_form(&word)),
                Some(text) => format!("write `{text}`"),
            },
        )
    })
}

fn heads_a_block(context: &Context<'_>, at: usize) -> bool {
    matches!(
        context.statement_token(at),
        Some(Token::Repeat | Token::While | Token::For)
    )
}

/// `print x y`, `trace L w`
fn item(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let word = context.statement_token(at)?;
    let shows = word.is_statement_word() && !matches!(word, Token::Repeat | Token::While);
    if !shows || context.enclosing_bracket(at).is_some() || context.touches(at) {
        return None;
    }
    let help = match word {
        Token::Print | Token::Input => "separate the items by commas",
        Token::Import | Token::Assert | Token::Assume | Token::Rule => {
            "put each statement on a line of its own"
        }
        _ => "separate the outputs by commas; put the variables after `wrt`",
    };
    Some(
        pair(
            context,
            last,
            at,
            "a comma or an operator is missing between two operands",
            "two operands side by side",
        )
        .help(help),
    )
}

/// `trace wrt w`: the word was taken for a name, as an operand was due.
fn missing_tail_operand(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let word = context.text(last);
    let owner = context.before(last)?;
    let due = context.token(owner)?;
    let is_word = context.token(last) == Some(Token::Name) && Token::tail_word(&word).is_some();
    (is_word && (due.is_tail_word() || due.is_statement_word())).then(|| {
        let owner = context.text(owner);
        context.mistake(
            last,
            format!("`{owner}` needs something before `{word}`"),
            format!(
                "before `{}`, an operand was expected here",
                context.text(at)
            ),
            match statement_form(&owner) {
                "" => format!("`{word}` cannot be a name here: complete what comes before it"),
                form => format!("write what `{owner}` is about first: `{form}`"),
            },
        )
    })
}

/// `[1 2]`, `f(a b)`
fn entry(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let opener = context.enclosing_bracket(at)?;
    let blank = !context.touches(at);
    let is_matrix = context.token(opener) == Some(Token::LeftBracket);
    if !(blank && (is_matrix || context.is_call(opener))) {
        return None;
    }
    let (message, help) = if is_matrix && context.on_new_line(at) {
        (
            "a newline does not end the row of a matrix",
            "end rows with `;`, separate entries by `,`".to_owned(),
        )
    } else {
        let spread = habits::with_commas(context, opener);
        let help = match context.token(at)? {
            Token::Name | Token::Number | Token::Text if spread.is_some() => {
                format!("write `{}`", spread.clone().unwrap_or_default())
            }
            _ => "put a comma between them, or an operator".to_owned(),
        };
        ("a comma is missing", help)
    };
    Some(pair(context, last, at, message, "two entries side by side").help(help))
}

/// `input x(3)`
fn declared(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let closer = context.closer(at)?;
    let is_shape = context.statement_token(at) == Some(Token::Input)
        && context.token(at) == Some(Token::LeftParen)
        && context.token(last) == Some(Token::Name)
        && closer > at + 1;
    is_shape.then(|| {
        let text = format!("[{}]", context.text_of(at + 1, closer - 1));
        let span = context.span(at).to(context.span(closer));
        let error = context.error(span, "a shape is written in square brackets", "not square");
        error
            .help(format!("write `input {}{text}`", context.text(last)))
            .fix(context.place(span), text)
    })
}

/// `print "cost" J`
fn text(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let is_text =
        context.token(last) == Some(Token::Text) || context.token(at) == Some(Token::Text);
    let read = context.token(last) == Some(Token::Name)
        && (Special::named(&context.text(last)) == Some(Special::Read)
            || foreign::is_reader(&context.text(last)));
    if is_text && read {
        let error = pair(
            context,
            last,
            at,
            "a function takes its argument in parentheses",
            "not in parentheses",
        );
        return Some(habits::rewritten(
            context,
            error,
            last,
            at,
            format!("read({})", context.text(at)),
        ));
    }
    is_text.then(|| {
        pair(
            context,
            last,
            at,
            "a comma is missing",
            "two items side by side",
        )
        .help("separate the items by commas: `print \"cost\", J`")
        .fix(context.gap(last), ",")
    })
}

/// `f(x)(y)`
fn called(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let opener = context.token(at) == Some(Token::LeftParen);
    let closes_call = context.token(last) == Some(Token::RightParen)
        && context
            .opener(last)
            .is_some_and(|opener| context.is_call(opener));
    (opener && closes_call).then(|| {
        let help = match context.operand_until(last) {
            call if call.starts_with("grad(") && context.token(last - 1) == Some(Token::Name) => {
                let (name, argument) = (context.text(last - 1), context.operand_from(at));
                format!("the derivative of a function `{name}` at a point is `{name}'{argument}`; that of a formula `L` with respect to `w` is `grad(L, w)`")
            }
            _ => "write `*` between the two for a product".to_owned(),
        };
        pair(
            context,
            last,
            at,
            "only a function's name can be called",
            "a call of a value",
        )
        .help(help)
    })
}

/// `2x`, `2(x+1)`, `(a)(b)`, `x y`
fn product(context: &Context<'_>, last: usize, at: usize) -> Option<Diagnostic> {
    let (left, right) = (context.operand_until(last), context.operand_from(at));
    let help = if context.touches(at) {
        format!("write `{left}*{right}`")
    } else if context.is_function(last) && !matches!(context.token(at), Some(Token::LeftParen)) {
        format!("write `{left}({right})` for a call; a product has a `*` between")
    } else {
        format!("write `{left}*{right}` for a product; statements end at a newline or `;`")
    };
    let error = pair(
        context,
        last,
        at,
        "an operator is missing between two operands",
        "two operands side by side",
    )
    .help(help);
    Some(if context.touches(at) {
        error.fix(context.gap(last), "*")
    } else {
        error
    })
}
