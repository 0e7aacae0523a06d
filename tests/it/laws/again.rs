//! What is simplified stays as it is when it is typed back in.
//!
//! It is no law yet. Where a formula has several shortest forms, the way to one of them may depend on the order
//! in which its parts were met; the share of such formulas is bounded here.

use super::terrain;
use crate::common::random::program;
use crate::common::run_json;
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

#[test]
fn random_formulas_that_are_simplified_stay_as_they_are() {
    let case = |seed: u64| (program(seed, terrain(seed)).text(), "F".to_string());
    hold("programs", 0.05, (0..150).map(case));
}
