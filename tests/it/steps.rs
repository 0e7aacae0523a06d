//! `derive … with steps`: every line of a derivation is true. With d(…) for the derivative of what stands
//! inside, the right side has the value of the left; no line repeats the one before; the last one is
//! the answer.

use crate::common::random::{INPUTS, Terrain, program};
use crate::common::translate::literal;
use crate::common::{entries, report, run_json, scripts, wanted};
use crate::derive::{MATRICES, SCALARS, VALUES, VECTORS};
use serde_json::Value;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// Differences from what is right, relative to the largest entry, that rounding explains.
const TOLERANCE: f64 = 1e-7;

/// A program, and what is asked of it.
struct Question<'q> {
    /// Definitions that give everything a value.
    text: &'q str,
    /// The names of formulas among them.
    formulas: &'q [String],
    output: &'q str,
    wrt: &'q str,
}

/// The values of some expressions after a text: shape and entries, `None` where there is none.
fn ask(text: &str, expressions: &[String]) -> Vec<Option<(Vec<usize>, Vec<f64>)>> {
    let mut session = Session::new();
    let definitions = Source::new("definitions.ad", text);
    if let Err(error) = session.run_source(&definitions, &mut |_| {}) {
        panic!("{}\n{text}", error.message());
    }
    let value = |expression: &String| {
        let mut found = None;
        let source = Source::new("line.ad", expression.as_str());
        let shown = session.run_source(&source, &mut |event| {
            let line: Value = serde_json::from_str(&json::event(&event)).expect("JSON");
            if line["kind"] == "value" {
                let size = |k: usize| line["shape"][k].as_u64().map(|size| size as usize);
                let shape = match (size(0), size(1)) {
                    (Some(rows), Some(1)) => vec![rows],
                    (Some(rows), Some(cols)) => vec![rows, cols],
                    _ => Vec::new(),
                };
                found = Some((shape, entries(&line["value"])));
            }
        });
        shown.is_ok().then_some(found).flatten()
    };
    expressions.iter().map(value).collect()
}

/// The line with what `d` says in place of every d(…).
fn without_d(line: &str, d: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("d(") {
        let (before, behind) = rest.split_at(at);
        text.push_str(before);
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        if text.ends_with(letter) {
            text.push_str("d(");
            rest = &behind[2..];
            continue;
        }
        let mut depth = 0;
        let end = behind.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            *c == ')' && depth == 0
        });
        let (end, _) = end.expect("every parenthesis is closed");
        text.push_str(&d(&behind[2..end]));
        rest = &behind[end + 1..];
    }
    text + rest
}

fn agree(got: &[f64], want: &[f64]) -> bool {
    let scale = want.iter().fold(1f64, |most, x| most.max(x.abs()));
    got.len() == want.len()
        && (got.iter().zip(want))
            .all(|(a, b)| (a - b).abs() <= TOLERANCE * scale || (a.is_nan() && b.is_nan()))
}

/// The last line is the answer, and no line repeats the one before.
fn well_formed(answer: &Value) -> Result<(), String> {
    let asked = format!("derive {} wrt {}", answer["output"], answer["wrt"]);
    let none = Vec::new();
    let steps = answer["steps"].as_array().unwrap_or(&none);
    if answer["formula"].is_string() {
        let last = steps.last().ok_or_else(|| format!("{asked}: no steps"))?;
        if last["formula"] != answer["formula"] {
            return Err(format!(
                "{asked}: the last line is {last}, not {}",
                answer["formula"]
            ));
        }
    }
    for pair in steps.windows(2) {
        if pair[0]["of"] == pair[1]["of"] && pair[0]["formula"] == pair[1]["formula"] {
            return Err(format!("{asked}: {} stands there twice", pair[0]));
        }
    }
    Ok(())
}

/// The number of lines that were tried; an error names the first line that is not true.
fn hold(question: &Question<'_>) -> Result<usize, String> {
    let Question {
        text,
        formulas,
        output,
        wrt,
    } = question;
    let asked = format!("derive {output} wrt {wrt} with steps");
    let answers = run_json(&format!("{text}\n{asked}\n"));
    let answer = answers.last().ok_or("no answer")?;
    if answer["kind"] != "derive" {
        return Err(format!("{asked}: {answer}"));
    }
    let none = Vec::new();
    let steps = answer["steps"].as_array().unwrap_or(&none);
    well_formed(answer)?;
    let scalar = ask(text, &[output.to_string()])[0]
        .as_ref()
        .is_some_and(|it| it.0.is_empty());
    // Errors are derivatives by names: while one is looked for, the other names are fixed.
    let mut fixed = String::new();
    if scalar {
        for (name, value) in formulas.iter().zip(ask(text, formulas)) {
            let (shape, value) = value.ok_or("no value")?;
            fixed.push_str(&format!("{name} = {}\n", literal(&shape, &value)));
        }
    }
    let mut tried = 0;
    let mut start = 0;
    while start < steps.len() {
        // The lines up to the next derivative lead to it.
        let of = |step: &Value| step["of"].as_str().unwrap_or("").to_string();
        let is_differential = |step: &Value| !of(step).contains('∂');
        let mut end = start;
        while end < steps.len() && is_differential(&steps[end]) {
            end += 1;
        }
        let head = steps.get(end).map_or(String::new(), of);
        while end < steps.len() && of(&steps[end]) == head {
            end += 1;
        }
        let variable = match head.split_once(" = ") {
            Some(_) => head.rsplit_once("/∂").map_or(*wrt, |(_, name)| name),
            None => wrt,
        };
        let shape = ask(text, &[variable.to_string()])[0]
            .clone()
            .ok_or("no shape")?
            .0;
        let size = shape.iter().product::<usize>();
        let along: Vec<f64> = (0..size).map(|k| 0.3 + 0.2 * k as f64).collect();
        let along = match shape.is_empty() {
            true => "1".to_string(),
            false => literal(&shape, &along),
        };
        let derivative = match scalar {
            true => format!("grad({output}, {variable})"),
            false => format!("jacobian({output}, {variable})"),
        };
        let expected = ask(
            text,
            &[derivative, format!("jvp({output}, {variable}, {along})")],
        );
        let [Some(whole), Some(directional)] = &expected[..] else {
            return Err(format!("{asked}: no derivative by {variable}"));
        };
        if whole.1.iter().chain(&directional.1).any(|x| !x.is_finite()) {
            return Ok(tried);
        }
        let d = |of: &str| format!("jvp({of}, {variable}, {along})");
        let lines: Vec<String> = (steps[start..end].iter())
            .map(|step| without_d(step["formula"].as_str().unwrap_or(""), &d))
            .collect();
        let of_line = |k: usize| is_differential(&steps[start + k]);
        let got = ask(&format!("{text}\n{fixed}"), &lines);
        for (k, (line, value)) in lines.iter().zip(got).enumerate() {
            let step = &steps[start + k];
            let Some((_, value)) = value else {
                // The law for a determinant has an inverse in it.
                let failure = run_json(&format!("{text}\n{fixed}\n{line}\n")).pop();
                if failure.is_some_and(|failure| failure["code"] == "singular") {
                    continue;
                }
                return Err(format!("{asked}: {step} has no value as {line}"));
            };
            let want = if of_line(k) { &directional.1 } else { &whole.1 };
            let columns = || {
                let columns = format!("vec({line})");
                ask(&format!("{text}\n{fixed}"), &[columns])[0]
                    .clone()
                    .map(|it| it.1)
            };
            let rows = |want: &[f64]| want.to_vec();
            let right = agree(&value, want)
                || (!scalar && columns().is_some_and(|value| agree(&value, &rows(want))));
            if !right {
                return Err(format!("{asked}: {step} is {value:?}, not {want:?}"));
            }
            tried += 1;
        }
        if let Some(name) = head.split_once(" = ").map(|(name, _)| name) {
            let value = literal(&whole.0, &whole.1);
            fixed.push_str(&format!("{name} = {value}\n"));
        }
        start = end;
    }
    Ok(tried)
}

#[test]
fn every_line_is_true() {
    let mut failures = Vec::new();
    let mut lines = 0;
    for (formulas, wrt) in [(SCALARS, "x"), (VECTORS, "v"), (MATRICES, "X")] {
        for output in formulas {
            let question = Question {
                text: VALUES,
                formulas: &[],
                output,
                wrt,
            };
            match hold(&question) {
                Ok(tried) => lines += tried,
                Err(failure) => failures.push(failure),
            }
        }
    }
    report(&failures);
    assert!(lines > 400, "{lines} lines");
}

/// True if two names of a program, or a name and an input or an entry of one, have the same value.
fn one_formula_has_two_names(text: &str, formulas: &[String]) -> bool {
    let inputs = INPUTS.iter().map(|(name, ..)| name.to_string());
    let entries = ["v[1]", "v[2]"].map(str::to_string);
    let names: Vec<String> = (formulas.iter().cloned())
        .chain(inputs)
        .chain(entries)
        .collect();
    let values = ask(text, &names);
    (1..values.len()).any(|k| values[..k].contains(&values[k]))
}

#[test]
fn every_line_about_a_random_program_is_true() {
    let mut failures = Vec::new();
    let mut lines = 0;
    for seed in wanted(60) {
        let program = program(seed, Terrain::Smooth);
        let text = program.text();
        let name = |line: &String| {
            let (name, _) = line.split_once(" = ")?;
            let named = !name.contains('(') && name != "F";
            named.then(|| name.to_string())
        };
        let formulas: Vec<String> = program.formulas.iter().filter_map(name).collect();
        for output in ["F", "V"] {
            for (wrt, ..) in INPUTS {
                let reached = run_json(&format!("{text}\nderive {output} wrt {wrt}\n"));
                if reached.last().is_none_or(|line| line["kind"] != "derive") {
                    continue;
                }
                if one_formula_has_two_names(&text, &formulas) {
                    // Then it is differentiated by both names at once.
                    continue;
                }
                let question = Question {
                    text: &text,
                    formulas: &formulas,
                    output,
                    wrt,
                };
                match hold(&question) {
                    Ok(tried) => lines += tried,
                    Err(failure) => failures.push(format!("{seed}: {failure}")),
                }
            }
        }
    }
    report(&failures);
    assert!(lines > 600, "{lines} lines");
}

#[test]
fn networks_are_differentiated_layer_by_layer() {
    for activation in ["sigmoid(q)", "tanh(q)", "relu(q)"] {
        for (layer, loss) in [
            ("W*z", "0.5*norm(t - u)^2"),
            ("W*z + b", "-t'*u + logsumexp(u)"),
            ("W*z", "sum(t .* softplus(-u) + (1 - t) .* softplus(u))"),
        ] {
            let text = format!("{VALUES}\nz = {activation}\nu = {layer}\nL = {loss}\n");
            let formulas = ["q", "z", "u"].map(str::to_string);
            for (wrt, product) in [("W", "δ_u*z'"), ("V", "δ_q*v'")] {
                let question = Question {
                    text: &text,
                    formulas: &formulas,
                    output: "L",
                    wrt,
                };
                hold(&question).unwrap_or_else(|failure| panic!("{failure}"));
                let answers = run_json(&format!("{text}\nderive L wrt {wrt} with steps\n"));
                let steps = answers[0]["steps"].as_array().expect("steps");
                let named = steps.iter().find(|step| step["formula"] == product);
                let rule = named.unwrap_or_else(|| panic!("{loss}, {activation}: no {product}"));
                assert_eq!(rule["rule"], "error from above × input from below");
            }
        }
    }
}

#[test]
fn derivations_in_scripts_end_in_the_answer() {
    let mut failures = Vec::new();
    let mut derivations = 0;
    for path in scripts(&["tests/golden", "examples"]) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let with_steps = |line: &str| {
            let derives = line.starts_with("derive ") && !line.contains(" with ");
            let code = line.split('#').next().unwrap_or("").trim_end();
            match derives && !code.contains(" to ") {
                true => format!("{code} with steps"),
                false => line.to_string(),
            }
        };
        let text: Vec<String> = text.lines().map(with_steps).collect();
        for answer in run_json(&text.join("\n")) {
            if answer["kind"] == "derive" && answer["steps"].is_array() {
                derivations += 1;
                failures.extend(well_formed(&answer).err());
            }
        }
    }
    report(&failures);
    assert!(derivations > 60, "{derivations} derivations");
}

#[test]
fn what_is_too_long_to_follow_is_applied_at_once() {
    let product = vec!["x"; 5_000].join("*");
    let names: Vec<String> = (1..400)
        .map(|k| format!("m{k} = sin(m{})", k - 1))
        .collect();
    let names = format!("m0 = x\n{}\nderive m399 wrt x with steps", names.join("\n"));
    for text in [
        "f(t) = t*t + sin(t)\nderive iterate(f, x, 25) wrt x with steps".to_string(),
        format!("derive {product} wrt x with steps"),
        names,
    ] {
        let answers = run_json(&text);
        let answer = answers.last().expect("an answer");
        let steps = answer["steps"].as_array().map(Vec::len);
        assert_eq!(steps, Some(1), "{}", &answer.to_string()[..200]);
        well_formed(answer).unwrap_or_else(|failure| panic!("{failure}"));
    }
}
