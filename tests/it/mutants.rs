//! Wrong derivatives are noticed: the sign of every rule of the table is flipped in turn, and the
//! comparison with finite differences must fail.

use crate::common::rows::{as_strs, calls, is_written, is_zero, names, writings};
use serde_json::Value;
use wengert::diff::mutants::{self, mutants};
use wengert::graph::Primitive;
use wengert::lower::Limits;
use wengert::primitives::table;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// Arguments that have no derivative: conditions, and the order of a polygamma function.
const NO_RULE: [(&str, usize); 3] = [("where", 0), ("if", 0), ("polygamma", 0)];

fn entries(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(rows) => rows.iter().flat_map(entries).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

/// The values that a script shows; `None` where it fails.
fn values(text: &str) -> Option<Vec<Vec<f64>>> {
    let mut lines = Vec::new();
    let source = Source::new("mutant.ad", text);
    let mut session = Session::with_limits(Limits::default());
    session
        .run_source(&source, &mut |event| lines.push(json::event(&event)))
        .ok()?;
    let line = |line: &String| -> Option<Vec<f64>> {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["kind"] == "value").then(|| entries(&line["value"]))
    };
    Some(lines.iter().filter_map(line).collect())
}

/// Scripts that show, for argument `x1`, `x2`, … of what can be written with `row`, its derivative by
/// reverse mode, forward mode and differences.
fn questions(row: &'static Primitive) -> Vec<String> {
    let mut questions = Vec::new();
    let mut ask = |definitions: &str, writing: &str, count: usize| {
        // Two outer functions, because a sign that is wrong twice is right.
        for outer in ["sum(sin(Y))", "mean(softplus(Y))"] {
            for x in names(count) {
                questions.push(format!(
                    "{definitions}Y = {writing}\nF = {outer}\nd = cos(1 + {x})\n\
                     sum(grad(F, {x}) .* d)\njvp(F, {x}, d)\nsum(numeric(F, {x}) .* d)\n"
                ));
            }
        }
    };
    if row.name == "polygamma" {
        ask("x1 = 0.7\n", "polygamma(1, x1)", 1);
    }
    if row.is_entrywise() {
        for sample in row.samples {
            let inputs = names(sample.len());
            let values: Vec<String> = inputs
                .iter()
                .zip(*sample)
                .map(|(name, x)| format!("{name} = {x:?}\n"))
                .collect();
            for writing in writings(row, &as_strs(&inputs)) {
                ask(&values.concat(), &writing, inputs.len());
            }
        }
    } else {
        for (definitions, writing, count) in calls(row) {
            ask(&definitions, &writing, count);
        }
    }
    questions.retain(|question| values(question).is_some_and(|values| values.len() == 3));
    questions
}

/// Whether both modes give what differences do.
fn passes(question: &str) -> bool {
    let Some(values) = values(question) else {
        return false;
    };
    let [reverse, forward, numeric] = [values[0][0], values[1][0], values[2][0]];
    let close = |x: f64| (x - numeric).abs() <= 1e-6 * 1f64.max(numeric.abs());
    close(reverse) && close(forward)
}

#[test]
fn every_rule_with_the_wrong_sign_is_noticed() {
    let (mut caught, mut missed) = (0, Vec::new());
    for row in table().filter(|row| is_written(row) && !is_zero(row)) {
        let questions = questions(row);
        let rightly: Vec<&String> = questions
            .iter()
            .filter(|question| passes(question))
            .collect();
        let arguments = row.arity.least.max(1) - row.options.len() - row.places;
        for k in (0..arguments).filter(|k| !NO_RULE.contains(&(row.name, *k))) {
            for mutant in mutants(row, k) {
                mutants::set(Some(mutant));
                let noticed = rightly.iter().any(|question| !passes(question));
                mutants::set(None);
                if noticed {
                    caught += 1;
                } else {
                    missed.push(format!(
                        "{} in argument {} ({} questions, forward {}, reverse {})",
                        row.name,
                        k + 1,
                        rightly.len(),
                        mutant.forward,
                        mutant.reverse
                    ));
                }
            }
        }
    }
    println!("{caught} of {} caught", caught + missed.len());
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(caught > 100);
}
