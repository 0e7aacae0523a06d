//! `:quiz`: the next number of a trace is asked for, forward through values and tangents, then back through
//! the adjoints. A number is an answer, and so is a formula of what is known.

use super::Repl;
use super::command::Next;
use crate::assist::why;
use crate::graph::Tensor;
use crate::notation::PlainMath;
use crate::number;
use crate::render::Style;
use crate::session::Session;
use crate::source::Source;
use crate::syntax::ast::Name;
use crate::trace::numbers::Columns;
use crate::trace::{Arg, Line, Role, Trace};
use std::fmt::Write;
use std::rc::Rc;

/// A quiz under way.
pub struct Quiz {
    trace: Box<Trace>,
    /// What is asked, in order.
    questions: Vec<(Role, usize)>,
    /// The number of the present question.
    at: usize,
    /// Answers that were right.
    right: usize,
    /// The user's names with their values, and what is known of the trace.
    known: Session,
}

/// How close a number must be: what a person reads off has six digits.
const CLOSE: f64 = 1e-3;

/// `:quiz L wrt w`, `:quiz skip`, `:quiz end`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    match (argument, repl.quiz.is_some()) {
        ("", true) => return ask(repl),
        ("", false) => {
            return repl
                .say("`:quiz L wrt w` asks for what `trace L wrt w` shows, number by number\n");
        }
        ("skip", true) => return explain(repl, "skipped"),
        ("end" | "stop", true) => return end(repl),
        _ => {}
    }
    let source = Source::new("<quiz>", format!("trace {argument}"));
    let Some(trace) = repl.trace_of(&source) else {
        return Next::Read;
    };
    let questions = questions(&trace);
    if questions.is_empty() {
        let free = trace.lines.iter().filter(|line| line.is_input());
        let free = free.filter(|line| line.value.is_none());
        let names: Vec<String> = free
            .flat_map(|line| line.names.iter().map(Name::to_string))
            .collect();
        return repl.say(&match names.split_first() {
            None => "there is nothing to ask: every number of this trace is given\n".into(),
            Some(_) if repl.quiz.is_some() => {
                "`:quiz` asks again, `:quiz skip` shows the answer, `:quiz end` leaves\n".into()
            }
            Some((first, _)) => {
                let names = names.join(", ");
                format!("there are no numbers to ask for: {names} without a value; give one: `{first} = 1`\n")
            }
        });
    }
    let mut quiz = Quiz {
        known: repl.session().fresh(),
        trace,
        questions,
        at: 0,
        right: 0,
    };
    let style = repl.style();
    let mut given = String::new();
    for (number, line) in (1..).zip(&quiz.trace.lines) {
        if let (true, Some(value)) = (line.is_input(), &line.value) {
            let symbol = PlainMath::values(&style).symbol(Role::Primal, number);
            let name = line
                .names
                .first()
                .map_or(String::new(), |name| format!(" = {name}"));
            let _ = writeln!(
                given,
                "  {symbol}{name} = {}",
                number::inline(value, style.digits)
            );
        }
    }
    for number in 1..=quiz.trace.lines.len() {
        if quiz.trace.lines[number - 1].is_input() {
            learn(&mut quiz, Role::Primal, number);
        }
    }
    repl.quiz = Some(quiz);
    repl.say(&format!(
        "Answer with a number, or with a formula of what is known, such as `a1*a2` (`da1` is ȧ₁, `ba1` is ā₁). \
         `:quiz skip` shows the answer, `:quiz end` leaves.\n{given}"
    ));
    ask(repl)
}

/// Values first, each with its tangent; then the adjoints, from the output back.
fn questions(trace: &Trace) -> Vec<(Role, usize)> {
    let count = trace.lines.len();
    let mut questions = Vec::new();
    for number in 1..=count {
        let line = &trace.lines[number - 1];
        if !line.is_input() && line.value.is_some() {
            questions.push((Role::Primal, number));
        }
        if trace.forward && line.tangents.first().is_some_and(|one| one.value.is_some()) {
            questions.push((Role::Tangent, number));
        }
    }
    for number in (1..=count).rev().filter(|_| trace.reverse) {
        let line = &trace.lines[number - 1];
        if line.adjoints.first().is_some_and(|one| one.value.is_some()) {
            questions.push((Role::Adjoint, number));
        }
    }
    questions
}

fn value_of(trace: &Trace, role: Role, number: usize) -> Option<Rc<Tensor>> {
    let line = trace.lines.get(number - 1)?;
    match role {
        Role::Primal => line.value.clone(),
        Role::Tangent => line.tangents.first()?.value.clone(),
        Role::Adjoint => line.adjoints.first()?.value.clone(),
    }
}

/// Asks the present question.
fn ask(repl: &mut Repl) -> Next {
    let style = repl.style();
    let Some(quiz) = &repl.quiz else {
        return Next::Read;
    };
    let (role, number) = quiz.questions[quiz.at];
    let text = question(&quiz.trace, role, number, &style);
    let place = format!("({} of {}) ", quiz.at + 1, quiz.questions.len());
    repl.say(&format!("{place}{text}\n"))
}

/// The question about one number: its definition, and for an adjoint the lines that use it.
fn question(trace: &Trace, role: Role, number: usize, style: &Style) -> String {
    let values = PlainMath::values(style);
    let derivatives = PlainMath::derivatives(style);
    let d = if style.ascii { "d" } else { "∂" };
    let primal = values.symbol(Role::Primal, number);
    let formula = |number: usize| {
        let line = &trace.lines[number - 1];
        format!(
            "{} = {}",
            values.symbol(Role::Primal, number),
            values.write(&line.formula)
        )
    };
    match role {
        Role::Primal => {
            let line = &trace.lines[number - 1];
            let put_in = |value: &Tensor| number::inline(value, style.digits);
            let filled = trace.with_numbers(&line.formula, Columns::default(), &put_in);
            format!("{} = {} = ?", formula(number), values.write(&filled))
        }
        Role::Tangent => {
            let wrt = &trace.wrt[0].text;
            let symbol = derivatives.symbol(Role::Tangent, number);
            format!(
                "{symbol} = {d}{primal}/{d}{wrt} = ?   where {}",
                formula(number)
            )
        }
        Role::Adjoint => {
            let symbol = derivatives.symbol(Role::Adjoint, number);
            let output = crate::notation::one_line(&crate::view::bracketed(&trace.outputs[0].text));
            let uses = (1..=trace.lines.len()).filter(|user| uses(&trace.lines[user - 1], number));
            let uses: Vec<String> = uses.map(formula).collect();
            let uses = match uses.is_empty() {
                true => "nothing uses it: it is the output".to_string(),
                false => format!("used in {}", uses.join(", ")),
            };
            format!("{symbol} = {d}{output}/{d}{primal} = ?   {uses}")
        }
    }
}

/// True if a line has the value of the line `number` among its arguments.
fn uses(line: &Line, number: usize) -> bool {
    line.args
        .iter()
        .any(|arg| matches!(arg, Arg::Node(used) if *used == number))
}

/// Takes an input as an answer.
pub fn answer(repl: &mut Repl, input: &str) -> Next {
    let Some(quiz) = &mut repl.quiz else {
        return Next::Read;
    };
    let (role, number) = quiz.questions[quiz.at];
    let Some(wanted) = value_of(&quiz.trace, role, number) else {
        return Next::Read;
    };
    let given = quiz.known.eval(input);
    let given = match given {
        Ok(given) => given,
        Err(error) => {
            let text = format!("that has no value here: {error}\n");
            return repl.say(&text);
        }
    };
    let given = given.as_slice();
    let is_right = given.len() == wanted.data().len()
        && given
            .iter()
            .zip(wanted.data())
            .all(|(a, b)| (a - b).abs() <= CLOSE * b.abs() || a == b || (a.is_nan() && b.is_nan()));
    quiz.right += usize::from(is_right);
    explain(repl, if is_right { "right" } else { "not quite" })
}

/// Says why the present answer is what it is, and asks the next question.
fn explain(repl: &mut Repl, verdict: &str) -> Next {
    let style = repl.style();
    let Some(quiz) = &mut repl.quiz else {
        return Next::Read;
    };
    let (role, number) = quiz.questions[quiz.at];
    let text = why::explain(&quiz.trace, role, number, &style);
    learn(quiz, role, number);
    quiz.at += 1;
    let is_over = quiz.at == quiz.questions.len();
    repl.say(&format!("{verdict}: {text}"));
    match is_over {
        true => end(repl),
        false => ask(repl),
    }
}

/// Defines a number of the trace under its symbols.
fn learn(quiz: &mut Quiz, role: Role, number: usize) {
    let Some(value) = value_of(&quiz.trace, role, number) else {
        return;
    };
    let ascii = Style {
        ascii: true,
        ..Style::default()
    };
    let written = Style::default();
    for style in [&ascii, &written] {
        let pen = match role {
            Role::Primal => PlainMath::values(style),
            _ => PlainMath::derivatives(style),
        };
        let text = format!(
            "{} = {}",
            pen.symbol(role, number),
            number::brackets(&value, 17)
        );
        // A symbol that is no name here can only not be used.
        let _ = quiz.known.run(&text);
    }
    if role == Role::Primal {
        for name in quiz.trace.lines[number - 1].names.clone() {
            let _ = quiz
                .known
                .run(&format!("{name} = {}", number::brackets(&value, 17)));
        }
    }
}

fn end(repl: &mut Repl) -> Next {
    let Some(quiz) = repl.quiz.take() else {
        return Next::Read;
    };
    repl.say(&format!("{} of {} right\n", quiz.right, quiz.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_formulas_are_answers() {
        let (mut repl, shown) = Repl::captured("w = 3; x = 2; L = w*x + sin(w)");
        repl.answer(":quiz L wrt w");
        let text = shown.take();
        assert!(
            text.contains("a₁ = w = 3") && text.contains("(1 of 13) ȧ₁ = ∂a₁/∂w = ?"),
            "{text}"
        );
        for (answer, verdict) in [
            ("1", "right"),
            ("0", "right"),
            ("a1*a2", "right"),
            ("7", "not quite"),
            ("sin(w)", "right"),
        ] {
            repl.answer(answer);
            let text = shown.take();
            assert!(text.starts_with(verdict), "{answer}: {text}");
        }
        repl.answer("nonsense");
        assert!(shown.take().starts_with("that has no value here"));
        repl.answer(":quiz skip");
        assert!(shown.take().contains("cos(a₁)"));
        repl.answer(":quiz end");
        assert_eq!(shown.take(), "4 of 6 right\n");
        repl.answer("w");
        assert_eq!(shown.take(), "w = 3\n");
    }
}
