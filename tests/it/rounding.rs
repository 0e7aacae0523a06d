//! `with error`: the estimated rounding error against the one found in many digits.

use crate::common::cases::{cases, id};
use crate::common::{report, run_json};

/// How often an error may be as large as its estimate, at any point.
const UPPER: f64 = 4.0;
/// How many times too large an estimate may be where the error is largest.
const TIGHT: f64 = 100.0;

#[test]
fn estimates_are_bounds_and_not_far_from_the_error() {
    let mut failures = Vec::new();
    let cases = cases("rounding.json");
    for case in &cases {
        let formula = case["formula"].as_str().expect("a formula");
        let mut largest = 0f64;
        for point in case["points"].as_array().expect("points") {
            let inputs = point["inputs"].as_str().expect("definitions");
            let text = format!("{inputs}\n{formula}\ntrace {formula} with error\n");
            let shown = run_json(&text);
            let [high, low] = [0, 1].map(|k| point["exact"][k].as_f64().expect("a number"));
            let value = shown[0]["value"].as_f64();
            let sum = shown
                .last()
                .and_then(|trace| trace["error"]["sum"].as_f64());
            let (Some(value), Some(sum)) = (value, sum) else {
                failures.push(format!("{text}: {shown:?}"));
                continue;
            };
            let error = ((value - high) - low).abs();
            let ratio = error / sum;
            if error > UPPER * sum || ratio.is_nan() {
                failures.push(format!("{text}: off by {error:e}, estimated {sum:e}"));
            }
            largest = largest.max(ratio);
        }
        println!(
            "{}: errors are at most {largest:.3} of their estimates",
            id(case)
        );
        if largest < 1.0 / TIGHT {
            failures.push(format!(
                "{}: errors are only {largest:e} of their estimates",
                id(case)
            ));
        }
    }
    report(&failures);
    assert!(cases.len() >= 15);
}

#[test]
fn contributions_add_up_and_the_worst_is_named() {
    let shown = run_json("x = 1e-9\ntrace log(1 + x)/x with error\n");
    let trace = &shown[0];
    let nodes = trace["nodes"].as_array().expect("nodes");
    let all: f64 = nodes
        .iter()
        .map(|node| node["error"].as_f64().expect("a number"))
        .sum();
    let sum = trace["error"]["sum"].as_f64().expect("a number");
    assert!((all - sum).abs() <= 1e-12 * sum, "{all} {sum}");
    // The sum 1 + x.
    assert_eq!(trace["error"]["worst"], 2);
    assert_eq!(trace["error"]["digits"], 6);
}

#[test]
fn nothing_exact_has_an_error() {
    let shown = run_json(
        "x = 3; v = [1, 2.5, -4]\ntrace max(abs(-x)*v[2], sum(relu(v))) + x/2 with error\n",
    );
    assert_eq!(shown[0]["error"]["sum"], 0.0);
}
