//! What is simplified stays as it is when it is typed back in.
//!
//! It is no law yet. Where a formula has several shortest forms, the way to one of them may depend on the order
//! in which its parts were met; the share of such formulas is bounded here.

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

/// Simplifies what was simplified; at most this share of all may be another formula then.
fn hold(what: &str, share: f64, cases: impl Iterator<Item = (String, String)>) {
    let (mut all, mut others) = (0, Vec::new());
    for (definitions, formula) in cases {
        let Some(once) = simplified(&definitions, &formula) else {
            continue;
        };
        all += 1;
        let twice = simplified(&definitions, &once);
        if twice.as_deref() != Some(once.as_str()) {
            others.push(format!("{once}\n  {}", twice.unwrap_or_default()));
        }
    }
    println!("{what}: {} of {all} are another formula", others.len());
    let allowed = share * f64::from(all);
    assert!(
        all > 50 && others.len() as f64 <= allowed,
        "{}",
        others.join("\n")
    );
}

#[test]
fn integrands_that_are_simplified_stay_as_they_are() {
    let file = read("rubi.jsonl");
    let case = |line: &str| {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let parameters = case["p"].as_array().expect("names").iter();
        let names: Vec<&str> = parameters
            .chain([&case["x"]])
            .map(|name| name.as_str().expect("a name"))
            .collect();
        let text = case["f"].as_str().expect("a formula").to_string();
        (format!("input {}", names.join(", ")), text)
    };
    hold("integrands", 0.01, file.lines().map(case));
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
    let case = |seed: u64| (program(seed, terrain(seed)).text(), "F".to_string());
    hold("programs", 0.05, (0..150).map(case));
}
