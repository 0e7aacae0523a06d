//! Comparisons, checks, kinks and births of infinities as text.

use super::table::lay_out;
use super::values::shape_text;
use super::{Style, number};
use crate::diagnostic::counted;
use crate::findings;
use crate::syntax::ast::Mode;
use crate::trace::Kink;
use crate::trace::check::Verdict;
use crate::trace::compare::Comparison;
use crate::view::{self, Remark, Table, noise};

/// A table with its remarks below.
pub fn table(table: &Table, style: &Style) -> String {
    let in_trace = !table.rows.is_empty();
    let remarks = table.remarks.iter();
    let remarks: String = remarks
        .map(|one| remark_text(one, in_trace, style))
        .collect();
    lay_out(&table.columns, style) + &remarks
}

/// A remark below a table, with the end of its line.
pub fn remark_text(remark: &Remark, in_trace: bool, style: &Style) -> String {
    let text = match remark {
        Remark::Abbreviation(name, output) => format!("{name} is {}", output.one_line()),
        Remark::Words(words) => words.clone(),
        Remark::Kink(kink) => findings::kink(kink, in_trace, style),
        Remark::Nonfinite(found) => findings::nonfinite(found, in_trace, style),
        Remark::Rounds(line, states) => findings::rounds(*line, states, style),
        Remark::Checkpoints(line, checkpoints) => findings::checkpoints(*line, checkpoints, style),
        Remark::Rounding(output, error) => findings::rounding(&output.one_line(), error, style),
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
            shape_text(&comparison.value, style)
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

/// The remarks below the tables of a comparison, a sentence a line.
pub(super) fn remarks(comparison: &Comparison, style: &Style) -> String {
    let remarks = view::remarks_on(comparison);
    let lines = remarks.iter().map(|one| remark_text(one, false, style));
    lines.collect()
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

/// The result of a check, without the name of its output.
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
        (None, _) if verdict.unsure.is_some() => unsure(verdict),
        (None, Some(difference)) => {
            let [(one, _), (other, _)] = difference.sides;
            let mode = if other == Mode::Numeric {
                other.name().to_string()
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
        (None, None) => "nothing to compare".into(),
    };
    let mut remarks: Vec<String> = verdict.left_out.iter().map(findings::left_out).collect();
    let silent = verdict.silent.iter();
    remarks.extend(
        silent.map(|(mode, why)| format!("{}: {}", mode.name(), findings::no_answer(*mode, why))),
    );
    if verdict.rounding > 0 {
        let noun = match verdict.rounding {
            1 => "entry",
            _ => "entries",
        };
        let count = verdict.rounding;
        remarks.push(format!("in {count} {noun} the modes differ by rounding"));
    }
    if verdict.doubtful > 0 {
        let entries = counted(verdict.doubtful, "entry");
        remarks.push(format!("numeric is unreliable for {entries}"));
    }
    for remark in remarks {
        text.push_str(&format!("; {remark}"));
    }
    text
}

/// Two modes that differ by as much as rounding alone may make of them.
fn unsure(verdict: &Verdict) -> String {
    verdict.unsure.as_ref().map_or(String::new(), |difference| {
        let [(one, a), (other, b)] = difference.sides;
        format!(
            "undecided, {} says {} and {} says {} ({}), and rounding alone may be as large",
            one.name(),
            number::format(a, 17),
            other.name(),
            number::format(b, 17),
            difference.entry,
        )
    })
}
