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
    assert!(cases.len() >= 35);
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
fn loops_have_the_estimate_of_their_rounds_written_out() {
    let functions = "f(x) = 1.5*x - 0.5*x^3 + 0.01; g(x) = 0.5*iterate(f, x, 1200) + 0.1*x
p(s) = [s[2], 0.3*s[1] + 0.7*s[2] + 0.01/s[1]]; h(s, r) = 0.9*s + sin(r*x)/3;
x = 0.3; v = [i for i in 1..2000]; b(s) = 1.001*s; big(s) = s > 1e7
";
    let estimate = |formula: &str| {
        let text = format!("{functions}trace {formula} with error\n");
        let shown = run_json(&text);
        let sum = shown[0]["error"]["sum"].as_f64();
        sum.unwrap_or_else(|| panic!("{text}: {shown:?}"))
    };
    // So few rounds are written out; what makes them more changes nothing.
    for (few, many, apart) in [
        ("iterate(f, x, 1000)", "iterate(f, x, 1001)", 1e-9),
        (
            "iterate(p, [x, 1], 1000)[1]",
            "iterate(p, [x, 1], 1001)[1]",
            1e-2,
        ),
        ("fold(h, x, v[1001..2000])", "fold(h, x, v)", 1e-2),
        ("iterate(b, x, 17331)", "iterate(b, x, until=big)", 1e-12),
    ] {
        let [few_sum, many_sum] = [few, many].map(estimate);
        assert!(
            (few_sum - many_sum).abs() <= apart * few_sum,
            "{few}: {few_sum:e}, {many}: {many_sum:e}"
        );
    }
    // A loop in a loop.
    assert!(estimate("iterate(g, x, 1100)") < 1e-15);
}

#[test]
fn errors_that_grow_without_bound_leave_no_digit() {
    let shown = run_json("f(x) = 3.9*x*(1 - x); x = 0.3\ntrace iterate(f, x, 3000) with error\n");
    let error = &shown[0]["error"];
    assert_eq!(error["sum"], "inf", "{shown:?}");
    assert_eq!(error["digits"], 0);
    assert_eq!(error["worst"], 2);
}

#[test]
fn nothing_exact_has_an_error() {
    let shown = run_json(
        "x = 3; v = [1, 2.5, -4]\ntrace max(abs(-x)*v[2], sum(relu(v))) + x/2 with error\n",
    );
    assert_eq!(shown[0]["error"]["sum"], 0.0);
}
