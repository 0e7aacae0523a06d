//! Points where a derivative is a convention or easily lost, by every mode.

use crate::common::cases::{Findings, MODES, Program, at_point, cases, id, in_order};
use crate::common::{distance, entries, report};
use serde_json::Value;

/// Cases at the edges that are left out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("edge-sort tie [0]", "the language has no sort"),
    (
        "edge-round@2.5",
        "round goes away from zero at halves, as in C; the reference goes to even",
    ),
    (
        "edge-round@-0.5",
        "round goes away from zero at halves, as in C; the reference goes to even",
    ),
];

/// Cases without a formula that is right there: symbolic mode gives NaN, infinity or no answer,
/// never a finite number that is wrong.
const NO_FORMULA: &[(&str, &str)] = &[("edge-atan2@1e-200", "hypot(y, x)^2 underflows")];

fn edge_programs() -> Vec<(String, Program, Value)> {
    let is_case = |case: &Value| !case["recommended"].is_null();
    let cases = cases("edge.json").into_iter().filter(is_case);
    let wanted = cases.filter(|case| !LEFT_OUT.iter().any(|(left_out, _)| *left_out == id(case)));
    wanted
        .map(|case| {
            let program = at_point(&case);
            (id(&case).to_string(), program, case)
        })
        .collect()
}

/// Within `tolerance`, or within the precision that subnormal numbers have.
fn agrees_at_the_edge(got: &[f64], want: &[f64], tolerance: f64) -> bool {
    let subnormal = |(got, want): (&f64, &f64)| (got - want).abs() <= 1e-322;
    distance(got, want) <= tolerance
        || (got.len() == want.len() && got.iter().zip(want).all(subnormal))
}

#[test]
fn edges_have_an_accepted_value_and_derivative_in_every_mode() {
    let mut failures = Vec::new();
    let programs = edge_programs();
    assert_eq!(programs.len() + LEFT_OUT.len(), 134);
    for (name, program, case) in programs {
        let tolerance = case["rtol"].as_f64().expect("a tolerance");
        let value = program.value();
        let want = entries(&case["recommended"]["value"]);
        if !value
            .as_ref()
            .is_ok_and(|value| agrees_at_the_edge(value, &want, tolerance))
        {
            failures.push(format!("{name}: value {value:?} is not {want:?}"));
        }
        let others = case["accept"].as_array().into_iter().flatten();
        let accepted: Vec<Vec<f64>> = std::iter::once(&case["recommended"]["grad"])
            .chain(others)
            .map(|gradient| in_order(&program.inputs, gradient))
            .collect();
        for (mode, gradient) in MODES {
            let gradient = gradient(&program, "F");
            if mode == "symbolic" && NO_FORMULA.iter().any(|(known, _)| *known == name) {
                let answers = |gradient: &Vec<f64>| gradient.iter().all(|x| x.is_finite());
                if gradient.as_ref().is_ok_and(answers) {
                    failures.push(format!("{name} has got a formula: {gradient:?}"));
                }
                continue;
            }
            let fits = |gradient: &Vec<f64>| {
                accepted
                    .iter()
                    .any(|want| agrees_at_the_edge(gradient, want, tolerance))
            };
            if !gradient.as_ref().is_ok_and(fits) {
                failures.push(format!(
                    "{name}: {mode} {gradient:?} is none of {accepted:?}"
                ));
            }
        }
    }
    report(&failures);
}

#[test]
fn forward_and_reverse_mode_agree_at_the_edges() {
    let mut found = Findings::default();
    for (name, program, _) in edge_programs() {
        match program.reverse("F") {
            Ok(reverse) => found.compare(&name, program.forward("F"), &reverse, 1e-13),
            Err(message) => found.failures.push(format!("{name}: {message}")),
        }
    }
    found.finish(131);
}

#[test]
fn what_a_matrix_product_is_not_asked_for_meets_no_infinity() {
    let start = "x = [1, 2]; X = [1, 2; 3, 4]; A = [1, 0; 0, exp(1000)]; B = [1; 1/0]; c = 1
        input s; s = 2
        ";
    let cases: &[(&str, &[f64])] = &[
        // Which row is asked for decides what is multiplied.
        ("grad((A*x)[1], x)", &[1.0, 0.0]),
        ("grad((A*X)[1, 2], X)", &[0.0, 1.0, 0.0, 0.0]),
        ("grad((x'*A)[1], x)", &[1.0, 0.0]),
        ("grad((X*B)[2], X)", &[0.0, 0.0, 1.0, f64::INFINITY]),
        ("jacobian((A*x)[1], x)", &[1.0, 0.0]),
        // What is selected, too.
        ("grad(sum(relu(-(A*[-x[1]; x[2]]))), x)", &[1.0, 0.0]),
        ("grad(sum(where([1; 0] > 0, A*x, 0)), x)", &[1.0, 0.0]),
        ("jvp((A*[x[1]; c])[1], x, [1, 1])", &[1.0]),
        // And a second time.
        ("hessian((A*[x[1]^2; x[2]])[1], x)", &[2.0, 0.0, 0.0, 0.0]),
        ("grad(grad((A*[s^2; s])[1], s), s)", &[2.0]),
    ];
    for (question, want) in cases {
        let got = crate::common::value(&format!("{start}{question}\n"));
        assert_eq!(got.as_deref(), Ok(*want), "{question}");
    }
    // A zero that is a number is one.
    let got = crate::common::value(&format!("{start}jvp(A*x, x, [1, 0])\n")).expect("it runs");
    assert!(got[0] == 1.0 && got[1].is_nan(), "{got:?}");
}

#[test]
fn second_derivatives_through_masked_products_are_right() {
    let start = "X = [0.3, -0.7, 1.1; 0.9, 0.4, -0.2; -0.5, 0.8, 0.6; 0.1, -0.3, 0.7]
        V = [0.5, -0.4; 0.3, 0.8; -0.6, 0.2]; w = [0.7; -1.2]
        L = sum(tanh(relu(X*V)*w).^2) + sum(max(X*V, 0.1)*V')^2
        g = grad(L, V); h = grad(L, w)
        ";
    for pair in ["g, V", "h, V", "g, w", "h, w"] {
        let apart = format!("norm(jacobian({pair}) - numeric({pair}))/norm(jacobian({pair}))\n");
        let got = crate::common::value(&format!("{start}{apart}")).expect("it runs");
        assert!(got[0] < 1e-7, "{pair}: {got:?}");
    }
    let apart = format!("{start}norm(hessian(L, V) - hessian(L, V)')\n");
    assert!(crate::common::value(&apart).expect("it runs")[0] < 1e-11);
}
