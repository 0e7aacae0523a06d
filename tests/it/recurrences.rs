//! Derivatives of loops as recurrences. The law: computed round by round, they give the gradient.

use crate::common::run_json;
use crate::rounds::LOOPS;
use serde_json::Value;
use std::collections::BTreeSet;
use wengert::lower::Limits;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// What is left of `k-1` and `k` in round `k`: `s[k-1]` is `s_4` in round 5, `X[k,:]` is `X[5,:]`.
fn in_round(text: &str, k: usize) -> String {
    text.replace("[k-1", &format!("[{}", k - 1))
        .replace("[k", &format!("[{k}"))
}

/// Names for what has an index of its own, such as `s[5]`; what is a row of a matrix stays that.
fn with_names(text: &str, known: &BTreeSet<String>) -> String {
    let mut text = text.to_string();
    // The longest first: one may end another.
    let mut known: Vec<&String> = known.iter().collect();
    known.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in known {
        text = text.replace(name.as_str(), &plain(name));
    }
    text
}

/// `s[5]` as a name of the language.
fn plain(name: &str) -> String {
    name.replace('[', "_").replace([']', ':', ',', '\''], "")
}

/// With the numbers of last rounds in the place of the names that they have where a loop decides its end.
fn with_last_rounds(line: &Value) -> Value {
    let mut text = line.to_string();
    let equations = line["recurrences"].as_array().into_iter().flatten();
    for end in equations.filter(|equation| equation.get("first").is_some()) {
        let (name, last) = (self::text(end, "name"), count(&end["first"]));
        text = text
            .replace(&format!("[{name}"), &format!("[{last}"))
            .replace(&format!("\"{name}\""), &last.to_string());
    }
    let mut line: Value = serde_json::from_str(&text).expect("JSON");
    if let Some(equations) = line["recurrences"].as_array_mut() {
        equations.retain(|equation| equation.get("first").is_none());
    }
    line
}

/// The value of the formula behind the recurrences, computed with the language; none where the loop has
/// none.
fn computed(session: &mut Session, line: &Value) -> Option<Value> {
    let line = &with_last_rounds(line);
    let by = line["by"].as_str()?;
    let mut known = BTreeSet::new();
    let mut script = String::new();
    let mut define = |name: &str, formula: &str, script: &mut String| {
        let formula = with_names(formula, &known);
        script.push_str(&format!("{} = {formula}\n", plain(name)));
        known.insert(name.to_string());
    };
    for group in together(line["recurrences"].as_array().expect("equations")) {
        let first = group[0];
        let rounds = |word: &str| {
            first[word]
                .as_array()
                .map(|ends| ends.iter().map(count).collect::<Vec<_>>())
        };
        if let Some(ends) = rounds("sum") {
            let terms: Vec<String> = (1..=ends[1])
                .map(|k| format!("({})", in_round(text(first, "formula"), k)))
                .collect();
            define(text(first, "name"), &terms.join(" + "), &mut script);
            continue;
        }
        let Some(ends) = rounds("rounds") else {
            define(text(first, "name"), text(first, "formula"), &mut script);
            continue;
        };
        let mut all: Vec<usize> = (1..=ends[0].max(ends[1])).collect();
        if ends[0] > ends[1] {
            all.reverse();
        }
        for k in all {
            for equation in &group {
                let name = in_round(text(equation, "name"), k);
                define(&name, &in_round(text(equation, "formula"), k), &mut script);
            }
        }
        // A matrix that was found row by row.
        let last = ends[0].max(ends[1]);
        for whole in group
            .iter()
            .filter_map(|one| text(one, "name").strip_suffix("[k,:]"))
        {
            let rows: Vec<String> = (1..=last)
                .map(|k| plain(&format!("{whole}[{k},:]")))
                .collect();
            script.push_str(&format!("{whole} = vcat({})\n", rows.join(", ")));
        }
    }
    script.push_str(&with_names(by, &known));
    let mut lines = Vec::new();
    let source = Source::new("recurrence.ad", script.clone());
    let run = session.run_source(&source, &mut |event| lines.push(json::event(&event)));
    assert!(run.is_ok(), "{run:?}\n{script}");
    serde_json::from_str(lines.last()?).ok()
}

/// Equations of the same rounds that follow one another: they go round together.
fn together(equations: &[Value]) -> Vec<Vec<&Value>> {
    let mut groups: Vec<Vec<&Value>> = Vec::new();
    for equation in equations {
        match groups.last_mut() {
            Some(group)
                if !equation["rounds"].is_null() && group[0]["rounds"] == equation["rounds"] =>
            {
                group.push(equation);
            }
            _ => groups.push(vec![equation]),
        }
    }
    groups
}

fn text<'v>(equation: &'v Value, word: &str) -> &'v str {
    equation[word].as_str().expect("a text")
}

fn count(end: &Value) -> usize {
    end.as_u64().expect("a number of rounds") as usize
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(rows) => rows.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

#[test]
fn recurrences_computed_round_by_round_give_the_gradient() {
    let mut found = 0;
    for (definitions, inputs) in LOOPS {
        for input in *inputs {
            let limits = Limits {
                unrolled: 2,
                ..Limits::default()
            };
            let mut session = Session::with_limits(limits);
            let mut lines = Vec::new();
            let source = format!("{definitions}\ngrad(L, {input})\nderive L wrt {input}\n");
            let source = Source::new("loop.ad", source);
            let run = session.run_source(&source, &mut |event| lines.push(json::event(&event)));
            assert!(run.is_ok(), "{definitions}: {run:?}");
            let read = |line: &String| serde_json::from_str::<Value>(line).expect("JSON");
            let [gradient, derived] = [&lines[0], &lines[1]].map(read);
            let Some(value) = computed(&mut session, &derived) else {
                continue;
            };
            found += 1;
            let pairs = numbers(&gradient["value"])
                .into_iter()
                .zip(numbers(&value["value"]));
            for (a, b) in pairs {
                let apart = (a - b).abs() / a.abs().max(1e-3);
                assert!(
                    apart < 1e-9,
                    "{definitions} wrt {input}: {a} and {b}\n{derived:#}"
                );
            }
            let lengths = [&gradient, &value].map(|line| numbers(&line["value"]).len());
            assert_eq!(lengths[0], lengths[1], "{definitions} wrt {input}");
        }
    }
    assert!(
        found >= 20,
        "only {found} derivatives of loops have recurrences"
    );
}

#[test]
fn a_loop_of_few_rounds_has_a_formula() {
    let lines = run_json("f(s) = a*s*(1 - s)\nderive iterate(f, x, 2) wrt a");
    assert!(lines[0]["formula"].is_string(), "{lines:?}");
}
