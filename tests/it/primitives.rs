//! Every row of the primitive table is compared with finite differences, and its documentation with
//! the tool. No operation is known by name where its shape class will do: a new row is tested by
//! being in the table.

use crate::common::rows::{as_strs, calls, is_written, is_zero, names, writings};
use crate::common::{distance, report};
use std::collections::HashMap;
use wengert::graph::Primitive;
use wengert::graph::primitive::Notation;
use wengert::primitives::table;

/// Of forward against reverse mode.
const SAME: f64 = 1e-13;
/// Of either against finite differences.
const CLOSE: f64 = 1e-6;

/// Rows whose derivative does not exist in one of the arguments; tested by themselves.
const PARTLY_DIFFERENTIABLE: &[&str] = &["polygamma"];

/// What a comparison of several answers with the first one found.
#[derive(Default)]
struct Findings {
    failures: Vec<String>,
    compared: usize,
    same: f64,
    close: f64,
}

impl Findings {
    fn ask(&mut self, definitions: &str, questions: &[&str]) -> Option<Vec<Vec<f64>>> {
        let script = format!("{definitions}{}\n", questions.join("\n"));
        let answers = std::panic::catch_unwind(|| crate::common::values(&script));
        match answers.unwrap_or_else(|_| Err("a panic".to_string())) {
            Ok(answers) if answers.len() == questions.len() => Some(answers),
            other => {
                self.failures
                    .push(format!("{definitions}{}: {other:?}", questions.join("; ")));
                None
            }
        }
    }

    /// The answers to `same` are one, that to `numeric` is close.
    fn agree(&mut self, definitions: &str, same: &[&str], numeric: &str) {
        let questions = [same, &[numeric]].concat();
        let Some(answers) = self.ask(definitions, &questions) else {
            return;
        };
        self.compared += 1;
        for (k, answer) in answers.iter().enumerate().skip(1) {
            let (tolerance, worst) = if k == same.len() {
                (CLOSE, &mut self.close)
            } else {
                (SAME, &mut self.same)
            };
            let found = scaled(answer, &answers[0]);
            *worst = worst.max(found);
            if found > tolerance {
                self.failures.push(format!(
                    "{definitions}  {} is {answer:?}\n  {} is {:?} ({found:e})",
                    questions[k], questions[0], answers[0]
                ));
            }
        }
    }

    fn finish(self, at_least: usize) {
        println!(
            "{} compared: {:e} among modes, {:e} of differences",
            self.compared, self.same, self.close
        );
        report(&self.failures);
        assert!(self.compared >= at_least, "only {} compared", self.compared);
    }
}

/// The distance relative to the largest entry, absolute below 1.
fn scaled(got: &[f64], want: &[f64]) -> f64 {
    let largest = want.iter().fold(0f64, |largest, x| largest.max(x.abs()));
    distance(got, want)
        * if largest == 0.0 {
            1.0
        } else {
            largest.min(1.0)
        }
}

/// First and second derivatives of `F` by the scalar inputs.
fn scalar_derivatives(found: &mut Findings, definitions: &str, inputs: &[String]) {
    for a in inputs {
        let (grad, jvp, numeric) = (
            format!("grad(F, {a})"),
            format!("jvp(F, {a}, 1)"),
            format!("numeric(F, {a})"),
        );
        found.agree(definitions, &[&grad, &jvp], &numeric);
        for b in inputs {
            found.agree(
                definitions,
                &[
                    &format!("grad(grad(F, {a}), {b})"),
                    &format!("grad(grad(F, {b}), {a})"),
                    &format!("jvp(grad(F, {a}), {b}, 1)"),
                    &format!("grad(jvp(F, {a}, 1), {b})"),
                    &format!("jvp(jvp(F, {a}, 1), {b}, 1)"),
                ],
                &format!("numeric(grad(F, {a}), {b})"),
            );
        }
    }
}

#[test]
fn entry_by_entry_rows_have_right_first_and_second_derivatives_at_their_samples() {
    let mut found = Findings::default();
    for row in table().filter(|row| row.is_entrywise() && is_written(row)) {
        for sample in row.samples {
            let inputs = names(sample.len());
            let values: Vec<String> = inputs
                .iter()
                .zip(*sample)
                .map(|(name, x)| format!("{name} = {x:?}\n"))
                .collect();
            for writing in writings(row, &as_strs(&inputs)) {
                let definitions = format!("{}F = {writing}\n", values.concat());
                scalar_derivatives(&mut found, &definitions, &inputs);
            }
        }
    }
    found.finish(300);
}

#[test]
fn polygamma_has_right_derivatives_in_its_second_argument() {
    let mut found = Findings::default();
    for order in 0..4 {
        for x in [0.7, 3.2] {
            let definitions = format!("x1 = {x}\nF = polygamma({order}, x1)\n");
            scalar_derivatives(&mut found, &definitions, &names(1));
        }
    }
    found.finish(16);
}

#[test]
fn entry_by_entry_rows_do_to_vectors_what_they_do_to_numbers() {
    let mut found = Findings::default();
    for row in
        table().filter(|row| row.is_entrywise() && is_written(row) && !row.samples.is_empty())
    {
        let count = row.samples[0].len();
        let column = |k: usize| {
            let entries: Vec<String> = row
                .samples
                .iter()
                .map(|sample| format!("{:?}", sample[k]))
                .collect();
            format!("x{} = [{}]\n", k + 1, entries.join(", "))
        };
        let definitions: String = (0..count).map(column).collect();
        let inputs = names(count);
        for writing in writings(row, &as_strs(&inputs)) {
            let one = |i: usize| {
                let entries: Vec<String> =
                    inputs.iter().map(|name| format!("{name}[{i}]")).collect();
                writings(row, &as_strs(&entries))
                    .pop()
                    .expect("it can be written")
            };
            let all: Vec<String> = (1..=row.samples.len()).map(one).collect();
            let definitions = format!("{definitions}F = {writing}\nG = [{}]\n", all.join(", "));
            if let Some(answers) = found.ask(&definitions, &["F", "G"])
                && answers[0] != answers[1]
            {
                found.failures.push(format!("{definitions}: {answers:?}"));
            }
            for x in &inputs {
                found.agree(
                    &definitions,
                    &[&format!("jacobian(F, {x})"), &format!("jacobian(G, {x})")],
                    &format!("numeric(G, {x})*0 + jacobian(G, {x})"),
                );
            }
        }
    }
    found.finish(60);
}

/// The shape of what `text` gives, where that is anything at all.
fn shape_of(definitions: &str, text: &str) -> Option<(u64, u64)> {
    let lines = crate::common::run_json(&format!("{definitions}F = {text}\nF\n"));
    let last = lines.last()?;
    if last["kind"] != "value" {
        return None;
    }
    let size = |k: usize| last["shape"][k].as_u64().unwrap_or(1);
    Some((size(0), size(1)))
}

#[test]
fn rows_over_whole_arrays_have_right_first_and_second_derivatives() {
    let mut found = Findings::default();
    let mut calls_that_work: HashMap<String, usize> = HashMap::new();
    for row in table().filter(|row| !row.is_entrywise() && is_written(row) && !is_zero(row)) {
        let key = format!("{} of {} to {}", row.name, row.arity.least, row.arity.most);
        let count = calls_that_work.entry(key).or_default();
        for (inputs, writing, values) in calls(row) {
            let Some((m, n)) = shape_of(&inputs, &writing) else {
                continue;
            };
            *count += 1;
            let definitions = format!(
                "{inputs}F = {writing}\nweights = randn({m}, {n}, seed=5)\nL = sum(weights .* sin(F))\n"
            );
            for a in names(values) {
                let direction = format!("{definitions}d = randn(rows({a}), cols({a}), seed=6)\n");
                found.agree(
                    &direction,
                    &[
                        &format!("sum(grad(L, {a}) .* d)"),
                        &format!("jvp(L, {a}, d)"),
                        &format!("sum(vjp(F, {a}, weights .* cos(F)) .* d)"),
                    ],
                    &format!("sum(numeric(L, {a}) .* d)"),
                );
                for b in names(values) {
                    found.agree(
                        &direction,
                        &[
                            &format!("grad(jvp(L, {a}, d), {b})"),
                            &format!("grad(sum(grad(L, {a}) .* d), {b})"),
                        ],
                        &format!("numeric(jvp(L, {a}, d), {b})"),
                    );
                    found.agree(
                        &direction,
                        &[
                            &format!("jvp(grad(L, {b}), {a}, d)"),
                            &format!("grad(sum(grad(L, {a}) .* d), {b})"),
                        ],
                        &format!("numeric(sum(grad(L, {a}) .* d), {b})"),
                    );
                }
            }
        }
    }
    let never: Vec<&String> = calls_that_work
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(key, _)| key)
        .collect();
    assert!(never.is_empty(), "no call was found for {never:?}");
    found.finish(500);
}

#[test]
fn steps_and_comparisons_have_derivative_zero() {
    let mut failures = Vec::new();
    for row in
        table().filter(|row| is_written(row) && is_zero(row) && row.arity.least > row.options.len())
    {
        let count = row.arity.least - row.options.len();
        let inputs: Vec<String> = names(count);
        let values: String = inputs
            .iter()
            .zip(["1", "2", "3"])
            .map(|(name, x)| format!("{name} = {x}\n"))
            .collect();
        let counts = vec!["3"; row.sizes.least];
        let writing = writings(row, &[as_strs(&inputs), counts].concat()).remove(0);
        for x in &inputs {
            let script = format!("{values}F = sum({writing})\ngrad(F, {x})\njvp(F, {x}, 1)\n");
            let derivatives = crate::common::values(&script);
            if derivatives != Ok(vec![vec![0.0]; 2]) {
                failures.push(format!("{script}: {derivatives:?}"));
            }
        }
    }
    report(&failures);
}

#[test]
fn every_example_gives_the_answer_beside_it() {
    let mut failures = Vec::new();
    let mut count = 0;
    for row in table().filter(|row| !row.example.0.is_empty()) {
        let (text, answer) = row.example;
        let got = crate::common::run_json(text);
        let want = crate::common::run_json(answer);
        let shapes = (&got[0]["shape"], &want[0]["shape"]);
        match (crate::common::value(text), crate::common::value(answer)) {
            (Ok(got), Ok(want)) if shapes.0 == shapes.1 && scaled(&got, &want) <= 1e-5 => {
                count += 1
            }
            (got, want) => failures.push(format!(
                "{text} is {got:?}, not {answer}, {want:?}; shapes {shapes:?}"
            )),
        }
    }
    report(&failures);
    assert!(count >= 80, "only {count} examples");
}

#[test]
fn everything_that_scripts_can_write_is_documented() {
    let mut failures = Vec::new();
    for row in table() {
        if row.doc.is_empty() || !row.doc.ends_with(['.', '!']) {
            failures.push(format!("{}: doc {:?}", row.name, row.doc));
        }
        if is_written(row) && (row.example.0.is_empty() || row.example.1.is_empty()) {
            failures.push(format!("{} has no example", row.name));
        }
        if row.callable
            && !row.example.0.contains(row.name)
            && matches!(row.notation, Notation::Call)
        {
            failures.push(format!(
                "the example of {} does not use it: {}",
                row.name, row.example.0
            ));
        }
        let partly = PARTLY_DIFFERENTIABLE.contains(&row.name);
        if row.is_entrywise()
            && is_written(row)
            && !is_zero(row)
            && !partly
            && row.samples.is_empty()
        {
            failures.push(format!("{} has a derivative and no samples", row.name));
        }
        for sample in row.samples {
            if !(row.arity.least..=row.arity.most).contains(&sample.len()) {
                failures.push(format!(
                    "a sample of {} has {} arguments",
                    row.name,
                    sample.len()
                ));
            }
        }
    }
    report(&failures);
}

#[test]
fn names_are_unique_but_for_the_number_of_arguments() {
    let mut known: HashMap<&str, Vec<&Primitive>> = HashMap::new();
    for row in table().filter(|row| row.callable) {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            let others = known.entry(name).or_default();
            for other in others.iter() {
                let overlap =
                    row.arity.least <= other.arity.most && other.arity.least <= row.arity.most;
                assert!(!overlap, "two rows are called {name}");
            }
            others.push(row);
        }
    }
    for row in table().filter(|row| row.callable) {
        let found = wengert::primitives::named(row.name);
        assert!(
            found.iter().any(|other| other.is(row)),
            "{} is not found by its name",
            row.name
        );
    }
}

/// The column of a row says where its kernel gives no number.
#[test]
fn a_domain_is_where_there_is_a_value() {
    let mut rows = 0;
    for row in table() {
        let Some(domain) = row.domain else { continue };
        rows += 1;
        let value = |x: f64| {
            let args: Vec<String> = (0..row.parameters.len())
                .map(|k| if k == domain.argument { x } else { 1.5 })
                .map(|x| format!("({x:?})"))
                .collect();
            let script = format!("{}({})\n", row.name, args.join(", "));
            crate::common::values(&script).expect("a value")[0][0]
        };
        for (bound, outwards) in [(domain.least, -1.0), (domain.most, 1.0)] {
            if bound.is_finite() {
                assert!(!value(bound).is_nan(), "{} at {bound}", row.name);
                assert!(value(bound + 1e-9 * outwards).is_nan(), "{}", row.name);
            }
        }
    }
    assert!(rows >= 10, "only {rows} rows");
}
