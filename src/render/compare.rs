//! Comparisons, checks, kinks and births of infinities as text.

use super::formula::Pen;
use super::table::lay_out;
use super::{Style, number};
use crate::source::Location;
use crate::syntax::ast::Mode;
use crate::trace::Role;
use crate::trace::check::{Reason, Verdict};
use crate::trace::compare::{Comparison, NoAnswer, Row};
use crate::trace::provenance::{Birth, Operand, Place};
use crate::trace::{Kink, Nonfinite};
use crate::view::{self, NOISE, Remark, Table, noise, one_line};

/// A table with its remarks below.
pub fn table(table: &Table, style: &Style) -> String {
    let in_trace = !table.rows.is_empty();
    let remarks = table.remarks.iter();
    let remarks: String = remarks
        .map(|one| remark_text(one, in_trace, style))
        .collect();
    lay_out(&table.columns, style) + &remarks
}

/// What is said below a table, with the end of its line.
pub fn remark_text(remark: &Remark, in_trace: bool, style: &Style) -> String {
    let text = match remark {
        Remark::Abbreviation(name, output) => format!("{name} is {output}"),
        Remark::Words(words) => words.clone(),
        Remark::Kink(kink) => kink_text(kink, in_trace, style),
        Remark::Nonfinite(found) => nonfinite(found, in_trace, style),
    };
    text + "\n"
}

/// A comparison as tables and sentences.
pub fn comparison(comparison: &Comparison, style: &Style) -> String {
    let mut text = match comparison.value.shape().is_scalar() {
        true => format!(
            "{} = {}\n",
            one_line(&comparison.output),
            number::inline(&comparison.value, style.digits)
        ),
        false => format!(
            "{}: {}\n",
            one_line(&comparison.output),
            shape_text(&comparison.value.shape().to_string(), style)
        ),
    };
    if !comparison.rows.is_empty() {
        text.push_str(&table(&view::derivatives(comparison), style));
        let costs = view::costs(comparison);
        if !costs.columns.is_empty() {
            text.push_str(&format!("\n{}", table(&costs, style)));
        }
    }
    text + &remarks(comparison, style)
}

/// What is said below the tables, a sentence a line.
pub(super) fn remarks(comparison: &Comparison, style: &Style) -> String {
    let mut text = String::new();
    for kink in &comparison.kinks {
        text.push_str(&format!("{}\n", kink_text(kink, false, style)));
    }
    if let Some(found) = &comparison.nonfinite {
        text.push_str(&format!("{}\n", nonfinite(found, false, style)));
    }
    text.push_str(&reasons(comparison));
    if comparison.kinks.is_empty() && misleads(comparison) {
        text.push_str(
            "numeric is off: its default step does not suit this point; `check` looks for a better one, or give one: `numeric(f, x, h=1e-3)`\n",
        );
    }
    if let Some(advice) = advice(comparison) {
        text.push_str(&format!("{advice}\n"));
    }
    if let Some(remark) = view::left_out(&comparison.left_out) {
        text.push_str(&remark_text(&remark, false, style));
    }
    text
}

/// How far `check` lets finite differences be from the exact modes, relatively.
const NUMERIC_TOLERANCE: f64 = 1e-5;

/// Whether the exact modes agree in an entry and finite differences say something else there.
fn misleads(comparison: &Comparison) -> bool {
    let exact = [Mode::Forward, Mode::Reverse, Mode::Symbolic];
    comparison.rows.iter().any(|row| {
        let Some(numeric) = row.answer(Mode::Numeric) else {
            return false;
        };
        let apart = |a: f64, b: f64| (a - b).abs() / 1f64.max(a.abs()).max(b.abs());
        (0..row.entries()).any(|k| {
            let values = || {
                exact
                    .iter()
                    .filter_map(|mode| Some(row.answer(*mode)?.data()[k]))
            };
            let Some(first) = values().next() else {
                return false;
            };
            let agree = values().all(|value| apart(value, first) < NOISE[1]);
            agree && apart(numeric.data()[k], first) > NUMERIC_TOLERANCE
        })
    })
}

fn shape_text(text: &str, style: &Style) -> String {
    if style.ascii {
        text.replace('×', "x")
    } else {
        text.to_string()
    }
}

/// Modes that were asked for and have no answer.
fn reasons(comparison: &Comparison) -> String {
    let mut text = String::new();
    for mode in Mode::ALL {
        let why = comparison
            .rows
            .iter()
            .find_map(|row| row.answers[mode as usize].as_ref().err());
        if let Some(why) = why.filter(|why| **why != NoAnswer::NotAsked) {
            text.push_str(&format!("{}: {}\n", mode.name(), no_answer(mode, why)));
        }
    }
    if comparison.rows.iter().any(leaves_domain) {
        text.push_str("numeric is nan where a step leaves the domain\n");
    }
    text
}

/// Why `mode` has no answer, in words.
pub fn no_answer(mode: Mode, why: &NoAnswer) -> String {
    let name = mode.name();
    match why {
        NoAnswer::NotAsked => format!("{name} was not asked for"),
        NoAnswer::TooLong(count) => {
            let noun = match mode {
                Mode::Numeric => "evaluations",
                _ => "passes",
            };
            format!("left out: {count} {noun} take long; ask for it with `using {name}`")
        }
        NoAnswer::TooDeep(depth) => format!(
            "left out: a formula {depth} operations deep takes long; ask for it with `using {name}`"
        ),
        NoAnswer::Kink => "left out: a kink was hit".into(),
        NoAnswer::NotFinite => "left out: a value is not finite".into(),
        NoAnswer::NoFormula(why) => super::derive::no_formula(*why),
        NoAnswer::Failed(error) => error.message().into(),
    }
}

/// Why `check` left finite differences out, in words.
pub fn numeric_left_out(why: &NoAnswer) -> String {
    let reason = no_answer(Mode::Numeric, why);
    match why {
        NoAnswer::NotAsked => reason,
        _ => format!("{} was {reason}", Mode::Numeric.name()),
    }
}

/// Whether finite differences have no number where the rules have one.
fn leaves_domain(row: &Row) -> bool {
    let exact = row.answer(Mode::Reverse).or(row.answer(Mode::Forward));
    let Some((exact, numeric)) = exact.zip(row.answer(Mode::Numeric)) else {
        return false;
    };
    let mut pairs = exact.data().iter().zip(numeric.data());
    pairs.any(|(exact, numeric)| exact.is_finite() && numeric.is_nan())
}

/// Which mode is right for so many inputs and outputs.
pub fn advice(comparison: &Comparison) -> Option<String> {
    let (n, m) = (comparison.advice.forward, comparison.advice.reverse);
    if n == 0 || m == 0 {
        return None;
    }
    let passes = |count: usize| {
        if count == 1 {
            "1 pass".to_string()
        } else {
            format!("{count} passes")
        }
    };
    Some(if n > m {
        format!(
            "reverse is the right mode here: {} against {n}; numeric only as a check",
            passes(m)
        )
    } else if n < m {
        format!(
            "forward is the right mode here: {} against {m}; numeric only as a check",
            passes(n)
        )
    } else {
        format!(
            "forward and reverse are equally right here: {} each; numeric only as a check",
            passes(n)
        )
    })
}

/// The verdict of a check on one line, the kinks below.
pub fn verdict(verdict: &Verdict, style: &Style) -> String {
    let output = one_line(&verdict.output);
    let text = format!(
        "check {output}: {}\n{}",
        verdict_sentence(verdict),
        kinks(verdict, style)
    );
    match style.ascii {
        true => text.replace('∂', "d"),
        false => text,
    }
}

/// The kinks that a check hit, one a line.
pub(super) fn kinks(verdict: &Verdict, style: &Style) -> String {
    let line = |kink: &Kink| format!("{}\n", kink_text(kink, false, style));
    verdict.kinks.iter().map(line).collect()
}

/// What a check found, without the name of what was checked.
pub(super) fn verdict_sentence(verdict: &Verdict) -> String {
    let mut text = match (&verdict.failure, &verdict.largest) {
        (Some((difference, _)), _) => {
            let [(one, a), (other, b)] = difference.sides;
            format!(
                "failed, {} says {} and {} says {} ({})",
                one.name(),
                number::format(a, 17),
                other.name(),
                number::format(b, 17),
                difference.entry,
            )
        }
        (None, Some(difference)) => {
            let [(one, _), (other, _)] = difference.sides;
            let mode = if other == Mode::Numeric {
                "numeric".to_string()
            } else {
                format!("{} and {}", one.name(), other.name())
            };
            match noise(difference.size) {
                None => format!(
                    "passed, largest relative difference {} ({mode}, {})",
                    number::format(difference.size, 2),
                    difference.entry,
                ),
                Some(bound) => format!(
                    "passed, largest relative difference below {} ({mode})",
                    number::format(bound, 2),
                ),
            }
        }
        (None, None) => "nothing to hold against each other".into(),
    };
    let mut remarks: Vec<String> = verdict.left_out.iter().map(numeric_left_out).collect();
    let silent = verdict.silent.iter();
    remarks.extend(silent.map(|(mode, why)| format!("{}: {}", mode.name(), no_answer(*mode, why))));
    if verdict.doubtful > 0 {
        let noun = if verdict.doubtful == 1 {
            "entry"
        } else {
            "entries"
        };
        remarks.push(format!(
            "numeric is not sure of {} {noun}",
            verdict.doubtful
        ));
    }
    for remark in remarks {
        text.push_str(&format!("; {remark}"));
    }
    text
}

/// The likely reason of a disagreement.
pub fn reason_text(reason: &Reason) -> String {
    let style = Style {
        digits: 10,
        ..Style::default()
    };
    match reason {
        Reason::Kink(kink) => format!(
            "there is no derivative at this point; {}",
            kink_text(kink, false, &style)
        ),
        Reason::Infinite => {
            "one of the values is infinite: the derivative has a pole or an overflow there".into()
        }
        Reason::Cancellation(times) => {
            let digits = times.log10().round();
            format!(
                "contributions {} times as large as their sum cancel: about {digits} digits are lost",
                number::format(*times, 2)
            )
        }
        Reason::Step([(coarse, first), (fine, second)]) => format!(
            "the formula is not smooth on the scale of the step: with h = {} the difference is {}, with h = {} it is {}",
            number::format(*coarse, 2),
            number::format(*first, 10),
            number::format(*fine, 2),
            number::format(*second, 10),
        ),
        Reason::Unexplained => {
            "no kink, no overflow and no cancellation explains it: one of the rules is wrong".into()
        }
    }
}

/// A kink in one sentence; by its line in a trace, by its source elsewhere.
pub fn kink_text(kink: &Kink, in_trace: bool, style: &Style) -> String {
    let pen = Pen::values(style);
    let what = match in_trace || kink.text.is_empty() {
        true => format!(
            "{} = {}",
            pen.symbol(Role::Primal, kink.node),
            pen.write(&kink.formula)
        ),
        false => kink.text.clone(),
    };
    let signed = |x: f64| {
        let text = number::format(x, style.digits);
        if style.ascii {
            text
        } else {
            text.replace('-', "−")
        }
    };
    let place = match kink.entry {
        Some(entry) if kink.count > 1 => format!(" in {} entries, first {entry}", kink.count),
        Some(entry) => format!(" in entry {entry}"),
        None => String::new(),
    };
    format!(
        "kink: {what} at {}{place}: derivative {} taken ({} from the left, {} from the right)",
        signed(kink.at),
        signed(kink.taken),
        signed(kink.left),
        signed(kink.right),
    )
}

/// Where the first number that is not finite came from, in one line.
pub fn nonfinite(found: &Nonfinite, in_trace: bool, style: &Style) -> String {
    let pen = Pen::values(style);
    let node = found.node.filter(|_| in_trace);
    let symbol = |role: Role| node.map(|node| format!("in {}", pen.symbol(role, node)));
    let line = found.location.as_ref().map_or(String::new(), |location| {
        format!(" (line {})", line_number(location))
    });
    let through = || {
        found
            .text
            .as_ref()
            .map_or("in the derivative".into(), |text| {
                format!("in the derivative through {text}{line}")
            })
    };
    let place = match &found.place {
        Place::Value => None,
        Place::Tangent(_) => Some(symbol(Role::Tangent).unwrap_or_else(through)),
        Place::Adjoint(_) => Some(symbol(Role::Adjoint).unwrap_or_else(through)),
    };
    let derived = place.is_some() && !in_trace;
    let mut text = place.map_or(String::new(), |place| format!("{place}: "));
    text.push_str(&birth(&found.first, in_trace, derived, style));
    if let Some(nan) = &found.nan {
        text.push_str(&format!("; {}", birth(nan, in_trace, derived, style)));
    }
    if let Some(advice) = &found.advice {
        text.push_str(&format!("; {advice}"));
    }
    text
}

fn line_number(location: &Location) -> usize {
    let text = &location.source.text;
    let before = text.get(..location.span.start as usize).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// `inf is born in a₂ = exp(a₁) = exp(1000) (line 3)`. Of what is part of a derivative's rule only
/// the numbers are told where there is no trace to look its symbols up in.
fn birth(birth: &Birth, in_trace: bool, derived: bool, style: &Style) -> String {
    let pen = Pen::values(style);
    let value = number::format(birth.value, style.digits);
    let entry = birth
        .entry
        .map_or(String::new(), |entry| format!(", entry {entry}"));
    let formula = match (in_trace, &birth.text) {
        (false, Some(text)) => text.clone(),
        _ => pen.write(&birth.formula),
    };
    let what = match birth.node.filter(|_| in_trace) {
        Some(node) => format!("{} = {formula}", pen.symbol(Role::Primal, node)),
        None => formula.clone(),
    };
    let line = match (&birth.text, &birth.location) {
        (Some(_), Some(location)) => format!(" (line {})", line_number(location)),
        _ => String::new(),
    };
    if birth.operands.is_empty() {
        return format!("{value} comes in with {what}{entry}{line}");
    }
    match &birth.numbers {
        Some(numbers) if derived => format!("{value} is born in {}", pen.write(numbers)),
        Some(numbers) => {
            let numbers = pen.write(numbers);
            let numbers = match formula == numbers {
                true => String::new(),
                false => format!(" = {numbers}"),
            };
            format!("{value} is born in {what}{numbers}{entry}{line}")
        }
        None => {
            let operands: Vec<String> = birth
                .operands
                .iter()
                .map(|one| operand(one, in_trace, &pen, style))
                .collect();
            format!(
                "{value} is born in {what}{entry}{line}, where {}",
                operands.join(", ")
            )
        }
    }
}

fn operand(operand: &Operand, in_trace: bool, pen: &Pen<'_>, style: &Style) -> String {
    let name = match (in_trace, &operand.text) {
        (false, Some(text)) => text.clone(),
        _ => pen.write(&operand.formula),
    };
    format!("{name} = {}", number::inline(&operand.value, style.digits))
}
