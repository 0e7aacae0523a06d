//! What is simplified stays as it is when it is typed back in.

use super::terrain;
use crate::common::random::program;
use crate::common::{run_json, wanted};
use serde_json::Value;
use std::path::PathBuf;

fn read(file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/formulas");
    std::fs::read_to_string(folder.join(file)).expect("a file of the repository")
}

/// The formula after `simplify`; `None` where it has none.
fn simplified(definitions: &str, formula: &str) -> Option<String> {
    let shown = run_json(&format!("{definitions}\nsimplify {formula}\n"));
    let text = |line: &Value| line["formula"].as_str().map(str::to_string);
    shown.iter().rev().find_map(text)
}

/// The formula with the named parts in front of it put in.
fn in_one(formula: &str) -> String {
    let mut depth = 0;
    let pieces: Vec<&str> = (formula.split(|letter| {
        depth += i32::from("([".contains(letter)) - i32::from(")]".contains(letter));
        letter == ';' && depth == 0
    }))
    .map(str::trim)
    .collect();
    let Some((whole, parts)) = pieces.split_last() else {
        return String::new();
    };
    let definitions = parts.iter().rev().filter_map(|part| part.split_once(" = "));
    definitions.fold((*whole).to_string(), |text, (name, body)| {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let mut put = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find(name) {
            let (before, behind) = (&rest[..start], &rest[start + name.len()..]);
            let apart = !before.ends_with(is_name) && !behind.starts_with(is_name);
            put.push_str(before);
            put.push_str(&if apart {
                format!("({body})")
            } else {
                name.to_string()
            });
            rest = behind;
        }
        put + rest
    })
}

/// What is simplified, simplified again, is the same formula; brackets around named parts aside.
fn hold(what: &str, cases: impl Iterator<Item = (String, Option<String>)>) {
    let (mut all, mut others) = (0, Vec::new());
    for (definitions, once) in cases {
        let Some(once) = once.map(|formula| in_one(&formula)) else {
            continue;
        };
        all += 1;
        let twice = simplified(&definitions, &once).unwrap_or_default();
        let bare = |text: &str| text.replace(['(', ')'], "");
        if bare(&twice) != bare(&once) {
            others.push(format!("{definitions}\n{once}\n  {twice}"));
        }
    }
    println!("{what}: {all}");
    assert!(all > 50 && others.is_empty(), "{}", others.join("\n"));
}

/// The integrals of the file: the names in them declared, the antiderivative, its variable, the integrand. A
/// program at home tries every fourth.
fn integrals() -> Vec<(String, [String; 3])> {
    let file = read("rubi.jsonl");
    let every = if wanted(1).count() > 1000 { 1 } else { 4 };
    let case = |line: &str| {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let parameters = case["p"].as_array().expect("names").iter();
        let names: Vec<&str> = parameters
            .chain([&case["x"]])
            .map(|name| name.as_str().expect("a name"))
            .collect();
        let texts = ["F", "x", "f"].map(|key| case[key].as_str().expect("a text").to_string());
        (format!("input {}", names.join(", ")), texts)
    };
    file.lines().step_by(every).map(case).collect()
}

#[test]
fn integrands_that_are_simplified_stay_as_they_are() {
    let case = |(names, [_, _, integrand]): (String, [String; 3])| {
        let once = simplified(&names, &integrand);
        (names, once)
    };
    hold("integrands", integrals().into_iter().map(case));
}

#[test]
fn derivatives_stay_as_they_are_when_they_are_simplified() {
    let case = |(names, [antiderivative, x, _]): (String, [String; 3])| {
        let shown = run_json(&format!("{names}\nderive {antiderivative} wrt {x}\n"));
        // A longer formula is cut into parts, each simplified alone.
        let short = |line: &&Value| line["tree"].as_u64().is_some_and(|size| size <= 400);
        let text = |line: &Value| line["formula"].as_str().map(str::to_string);
        let once = shown.iter().filter(short).find_map(text);
        (names, once)
    };
    hold("derivatives", integrals().into_iter().map(case));
}

/// Derivatives of antiderivatives have the value of the integrand; a program at home tries every fourth.
#[test]
fn derivatives_of_antiderivatives_are_integrands() {
    let file = read("rubi.jsonl");
    let every = if wanted(1).count() > 1000 { 1 } else { 4 };
    let mut wrong = Vec::new();
    for line in file.lines().step_by(every) {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let [formula, x] = ["F", "x"].map(|key| case[key].as_str().expect("a text"));
        let derived = run_json(&format!("derive {formula} wrt {x}\n"));
        let text = |line: &Value| line["formula"].as_str().map(str::to_string);
        let Some(derivative) = derived.iter().find_map(text) else {
            continue;
        };
        let point = case["at"].as_object().expect("values").iter();
        let point: String = point
            .map(|(name, value)| format!("{name} = {value}\n"))
            .collect();
        // Parts with names of their own stand in front of the formula.
        let shown = run_json(&format!("{point}{derivative}\n"));
        let value = shown.last().and_then(|line| line["value"].as_f64());
        let wanted = case["d"].as_f64().expect("a number");
        let near = |x: f64| (x - wanted).abs() <= 1e-6 * wanted.abs().max(1e-3);
        if !value.is_some_and(near) {
            wrong.push(format!(
                "{formula}\n  {derivative}\n  {value:?}, not {wanted}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn random_formulas_that_are_simplified_stay_as_they_are() {
    let seeds = wanted(1_000);
    let case = |seed: u64| {
        let text = program(seed, terrain(seed)).text();
        let once = simplified(&text, "F");
        (text, once)
    };
    hold("programs", seeds.take(150).map(case));
}
