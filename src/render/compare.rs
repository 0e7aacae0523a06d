//! Comparisons, checks, kinks and births of infinities as text.

use super::table::lay_out;
use super::{Style, number};
use crate::findings;
use crate::syntax::ast::Mode;
use crate::trace::Kink;
use crate::trace::check::Verdict;
use crate::trace::compare::{Comparison, DerivativeByMode, NoAnswer};
use crate::view::{self, NOISE, Remark, Table, noise};

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
        Remark::Abbreviation(name, output) => format!("{name} is {}", output.one_line()),
        Remark::Words(words) => words.clone(),
        Remark::Kink(kink) => findings::kink(kink, in_trace, style),
        Remark::Nonfinite(found) => findings::nonfinite(found, in_trace, style),
    };
    text + "\n"
}

/// A comparison as tables and sentences.
pub fn comparison(comparison: &Comparison, style: &Style) -> String {
    let mut text = match comparison.value.shape().is_scalar() {
        true => format!(
            "{} = {}\n",
            comparison.output.one_line(),
            number::inline(&comparison.value, style.digits)
        ),
        false => format!(
            "{}: {}\n",
            comparison.output.one_line(),
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
        text.push_str(&format!("{}\n", findings::kink(kink, false, style)));
    }
    if let Some(found) = &comparison.nonfinite {
        text.push_str(&format!("{}\n", findings::nonfinite(found, false, style)));
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
            text.push_str(&format!(
                "{}: {}\n",
                mode.name(),
                findings::no_answer(mode, why)
            ));
        }
    }
    if comparison.rows.iter().any(leaves_domain) {
        text.push_str("numeric is nan where a step leaves the domain\n");
    }
    text
}

/// Whether finite differences have no number where the rules have one.
fn leaves_domain(row: &DerivativeByMode) -> bool {
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
    let output = verdict.output.one_line();
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
    let line = |kink: &Kink| format!("{}\n", findings::kink(kink, false, style));
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
    let mut remarks: Vec<String> = verdict.left_out.iter().map(findings::left_out).collect();
    let silent = verdict.silent.iter();
    remarks.extend(
        silent.map(|(mode, why)| format!("{}: {}", mode.name(), findings::no_answer(*mode, why))),
    );
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
