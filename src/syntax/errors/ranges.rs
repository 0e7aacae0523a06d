//! Ranges and equations of other languages, computed: `0:0.1:1`, `sum(1..10)`, `solve(x^2 = 4, x)`.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::number;
use crate::syntax::token::Token;

/// Numbers with equal steps between them.
struct Steps {
    first: f64,
    step: f64,
    /// The number of steps, one less than that of numbers.
    count: usize,
}

impl Steps {
    /// The steps from `first` up to `last` at most, if there are some.
    fn new(first: f64, step: f64, last: f64) -> Option<Steps> {
        let count = ((last - first) / step + 1e-9).floor();
        (1.0..1e6).contains(&count).then_some(Steps {
            first,
            step,
            count: count as usize,
        })
    }

    fn linspace(&self) -> String {
        let last = self.first + self.count as f64 * self.step;
        let [first, last] = [self.first, last].map(|x| number::format(x, 12));
        format!("linspace({first}, {last}, {})", self.count + 1)
    }

    /// The number with the index `k`, counted from 0.
    fn formula(&self, k: &str) -> String {
        let [first, step] = [self.first, self.step].map(|x| number::format(x, 12));
        match self.first == 0.0 {
            true => format!("{step}*{k}"),
            false => format!("{first} + {step}*{k}"),
        }
    }
}

/// The number that starts at the token `at`, a sign included, and the token after it.
fn number_at(context: &Context<'_>, at: usize) -> Option<(f64, usize)> {
    let negative = context.token(at) == Some(Token::Minus);
    let digits = at + usize::from(negative);
    if context.token(digits) != Some(Token::Number) {
        return None;
    }
    let value: f64 = context.text(digits).replace('_', "").parse().ok()?;
    Some((if negative { -value } else { value }, digits + 1))
}

/// `x = 0:0.1:1`, `v[1:2:9]`, `for x in 0:0.1:1 { … }`, where `colon` is the first.
pub(super) fn stepped(context: &Context<'_>, colon: usize) -> Option<String> {
    let last = context.before(colon)?;
    let signed =
        context.token_before(last) == Some(Token::Minus) && !context.operand_before(last - 1);
    let start = last - usize::from(signed);
    let (first, _) = number_at(context, start)?;
    let (step, second) = number_at(context, colon + 1)?;
    if context.token(second) != Some(Token::Colon) {
        return None;
    }
    let (end, after) = number_at(context, second + 1)?;
    let steps = Steps::new(first, step, end)?;
    if let Some(opener) = context.enclosing_bracket(colon) {
        let indexed = context
            .before(opener)
            .filter(|_| context.operand_before(opener));
        return Some(match indexed {
            Some(name) if !context.is_call(opener) => {
                let (name, place) = (context.operand_until(name), steps.formula("k"));
                format!("write `[{name}[{place}] for k in 0..{}]`", steps.count)
            }
            _ => format!("write `{}`", steps.linspace()),
        });
    }
    if context.statement_token(colon) == Some(Token::For) {
        return Some(loop_of(context, &steps, after));
    }
    let whole = context.statement_with(start, after - 1, &steps.linspace());
    Some(format!(
        "write `{}`",
        whole.unwrap_or_else(|| steps.linspace())
    ))
}

/// A loop over `steps` with the block at the token `brace`.
fn loop_of(context: &Context<'_>, steps: &Steps, brace: usize) -> String {
    let name = context.text(context.statement(brace) + 1);
    let closer = context.closer(brace).filter(|&closer| closer > brace + 1);
    let body = closer.map_or("", |closer| context.whole(brace + 1, closer - 1));
    let body = match body.is_empty() || body.len() > 60 || body.contains(['\n', '\r', '`']) {
        true => format!("print {name}"),
        false => body.to_owned(),
    };
    format!(
        "write `for k in 0..{} {{ {name} := {}; {body} }}`",
        steps.count,
        steps.formula("k")
    )
}

/// `for x in 0..1 step 0.1 { … }`
pub(super) fn loop_with_step(context: &Context<'_>, at: usize) -> Option<Diagnostic> {
    let stands = context.statement_token(at) == Some(Token::For)
        && matches!(&*context.text(at), "step" | "by")
        && context.enclosing_bracket(at).is_none();
    let start = context.statement(at);
    if !stands || context.token(start + 2) != Some(Token::In) {
        return None;
    }
    let (first, dots) = number_at(context, start + 3)?;
    let (last, word) = number_at(context, dots + 1)?;
    let (step, brace) = number_at(context, at + 1)?;
    let steps = Steps::new(first, step, last).filter(|_| word == at)?;
    Some(context.mistake(
        at,
        "the range of a loop counts by 1",
        "no steps here",
        loop_of(context, &steps, brace),
    ))
}

/// `sum(1..10)`, `x = 1..10`: advice with the range as a comprehension.
pub(super) fn as_vector(context: &Context<'_>, dots: usize) -> String {
    let values = || {
        let last = context.before(dots)?;
        let first = context.operand_start(last);
        let end = match context.closer(dots + 1) {
            Some(closer) => closer,
            None => dots + 1,
        };
        context.token(dots + 1)?.starts_operand().then_some(())?;
        let clause = format!("i for i in {}", context.text_of(first, end));
        let Some(opener) = context.enclosing_bracket(dots) else {
            return context.statement_with(first, end, &format!("[{clause}]"));
        };
        let alone = first == opener + 1 && context.closer(opener) == Some(end + 1);
        match (alone, context.is_call(opener), context.token(opener)?) {
            (true, true, _) => Some(format!("{}({clause})", context.operand_until(opener - 1))),
            (true, false, Token::LeftBracket) => Some(format!("[{clause}]")),
            _ => None,
        }
    };
    match values() {
        Some(text) => format!("write `{text}`"),
        None => {
            "write `[i for i in 1..3]` for the vector of its values, or `linspace(0, 1, 11)`".into()
        }
    }
}

/// `solve(x^2 = 4, x)`: the root of the difference of both sides.
pub(super) fn root_of(context: &Context<'_>, equal: usize, opener: usize) -> Option<String> {
    let arguments = context.arguments(opener)?;
    let [(first, last), (name, end)] = arguments[..] else {
        return None;
    };
    let plain = name == end && context.token(name) == Some(Token::Name);
    if !plain || equal <= first || equal >= last {
        return None;
    }
    let (left, right) = (
        context.whole(first, equal - 1),
        context.whole(equal + 1, last),
    );
    let difference = match right {
        "0" => left.to_owned(),
        _ if last == equal + 1 => format!("{left} - {right}"),
        _ => format!("{left} - ({right})"),
    };
    let x = context.text(name);
    (difference.len() < 80)
        .then(|| format!("write `g({x}) = {difference}; root(g, 1)`, with a start near the root"))
}
