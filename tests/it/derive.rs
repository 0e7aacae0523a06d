//! `derive`: the closed forms of the lecture and of matrix calculus, and the law that its output,
//! typed back in, is the derivative.

use crate::common::rows::{calls, is_written};
use crate::common::{entries, report, run_json, values, wrapped};
use serde_json::Value;
use wengert::primitives::table;

/// Values for every name that the formulas below use: well inside all domains, no kinks.
pub const VALUES: &str = "
a = 2.5; n = 1.5; w = 0.4; x = 0.7; y = 1.3
v = [0.3, -0.8, 1.1]; b = [0.5, 0.2, -0.4]; s = [1, -1, 1]; t = [0.2, 0.5, 0.3]
A = [2, 0.3, -0.5; 0.1, 1.7, 0.4; -0.2, 0.6, 1.9]
B = [0.5, -0.3, 0.8; 0.2, 0.9, -0.1; 0.7, 0.4, 0.6]
C = [0.1, 0.2, -0.6; 0.8, -0.5, 0.3; 0.4, 0.9, 0.2]
X = [1.5, 0.2, 0.1; -0.3, 2.1, 0.5; 0.4, -0.2, 1.2]
V = [0.5, -0.3, 0.1; -0.2, 0.4, 0.6; 0.3, 0.8, -0.7; -0.6, 0.1, 0.2]
W = [0.3, -0.1, 0.4, 0.2; 0.2, 0.5, -0.3, 0.1; -0.4, 0.1, 0.6, -0.2]
q = V*v
";

/// Formulas to be differentiated by `x`.
pub const SCALARS: &[&str] = &[
    "sin(x)*cos(x)",
    "exp(-x^2)",
    "sqrt(x^2 + y^2)",
    "log(x)/x",
    "a*x^n",
    "x^y",
    "atan(x)",
    "asin(x)",
    "acos(x)",
    "acosh(x + 1)",
    "asinh(x)",
    "atanh(x)",
    "sinh(x)*cosh(x)",
    "sinh(x)^a*cosh(x)^n",
    "tan(x)",
    "log2(x) + log10(x)",
    "log1p(x)",
    "expm1(x)",
    "cbrt(x)",
    "erf(x)",
    "erfc(x)",
    "gamma(x)",
    "lgamma(x)",
    "digamma(x)",
    "softplus(x)",
    "log_sigmoid(x)",
    "sigmoid(x)^2",
    "hypot(x, y)",
    "atan2(x, y)",
    "xlogy(x, y)",
    "logaddexp(x, y)",
    "max(x, y)",
    "min(x, y)",
    "clamp(x, 0, 1)",
    "abs(x)",
    "relu(x)",
    "mod(x, 0.4)",
    "pow(x, 3)",
    "x/(1 + x^2)",
    "sin(cos(tan(x)))",
    "exp(sin(x^2))",
    "(x - 1)^3/(x + 2)^2",
    "where(x > y, x^2, y*x)",
    "x*floor(3*x)",
    "sum(x^i/i for i in 1..5)",
    "[x, x^2]'*[y, x]",
    "sqrt(1 - x^2)",
    "log(x + sqrt(x^2 + 1))",
    "exp(x)/(1 + exp(x))",
    "1/(x*y)",
    "(x + y)^2*(x - y)",
    "sigmoid(-x)*sigmoid(x)",
    "x*sigmoid(w*x)",
    "grad(x^3*y, x)",
];

/// Formulas to be differentiated by `v`.
pub const VECTORS: &[&str] = &[
    "v'*v",
    "v'*A*b",
    "b'*A*v",
    "dot(v, b)*norm(v)",
    "sum(sin(A*v))",
    "logsumexp(v)",
    "softmax(v)",
    "log_softmax(v)",
    "mean(v)",
    "var(v)",
    "std(v)",
    "norm1(v)",
    "cumsum(v)[3]",
    "sum(v .* b ./ (1 + v.^2))",
    "A*v + b",
    "sigmoid(A*v)",
    "v .* b",
    "v[1]*v[2]",
    "[v[1]*v[2], sin(v[3]), 1]",
    "exp(v'*A*v)",
    "solve(A, v)",
    "b'*solve(A, v)",
    "(v'*A*v)/(v'*v)",
    "sum(v[2..3].^2)",
    "max(v)",
    "v*(b'*v)",
    "tr(v*v')",
    "sum(A*diag(v))",
    "diag(v)*b",
    "norm(A*v - b)",
    "sum(v)*v",
    "sum(exp(v - mean(v)))",
    "v/sum(v)",
    "prod(v)",
    "relu(A*v)",
    "abs(v)",
    "sum(max(v, b))",
    "A'*(A*v - b)",
    "v*x",
    "log(sum(exp(A*v)))",
    "sum(cumsum(v .* A)*v)",
];

/// Formulas to be differentiated by `X`.
pub const MATRICES: &[&str] = &[
    "tr(A*X)",
    "tr(X'*A*X)",
    "tr(inv(X))",
    "det(X)",
    "logdet(X*X')",
    "b'*inv(X)*v",
    "sum(X*B)",
    "norm(A*X - B)^2",
    "sum((X*v - b).^2)",
    "sum(exp(X))",
    "tr(X*X)",
    "sum(X .* B .* X)",
    "sum(sum(X, axis=1).^2)",
    "sum(mean(X, axis=2).^2)",
    "v'*X*X'*v",
    "sum(softmax(X, axis=2) .* B)",
    "sum(X[1, :])",
    "X[1,2]*X[2,1]",
    "sum(diag(X).^2)",
    "sum(X')",
    "sum(logsumexp(X, axis=2))",
    "norm(X)",
    "sum(solve(X, B))",
    "sum(tanh(X*v))",
    "tr(A*X'*B*X*C)",
    "sum((X + b).^2)",
    "sum(hcat(X, B)*vcat(B, C))",
    "sum(exp(v .* X .* b'))",
    "sum(v ./ X .* b')",
    "sum(1 ./ X ./ v ./ b')",
];

fn derived(formula: &str, wrt: &str) -> Vec<Value> {
    let script = format!("{VALUES}\nderive {formula} wrt {wrt}\n");
    let lines = run_json(&script);
    assert!(
        lines.iter().all(|line| line["kind"] == "derive"),
        "{formula}: {lines:?}"
    );
    lines
}

/// The text that `derive` gives.
fn text(formula: &str, wrt: &str) -> String {
    let lines = derived(formula, wrt);
    lines[0]["formula"]
        .as_str()
        .unwrap_or_else(|| panic!("{formula}: {}", lines[0]))
        .to_string()
}

fn last_value(script: &str) -> Vec<f64> {
    let lines = run_json(script);
    let last = lines
        .last()
        .unwrap_or_else(|| panic!("{script}: no output"));
    assert_eq!(last["kind"], "value", "{script}: {last}");
    entries(&last["value"])
}

/// What is printed, typed back in, has the value of the derivative.
fn holds(formula: &str, wrt: &str) -> Result<(), String> {
    let line = derived(formula, wrt).remove(0);
    let Some(printed) = line["formula"].as_str() else {
        return Err(format!("{formula} by {wrt}: {}", line["reason"]));
    };
    let exact = last_value(&format!("{VALUES}\njacobian({formula}, {wrt})'"));
    let typed = last_value(&format!("{VALUES}\n{printed}"));
    let by_columns = last_value(&format!("{VALUES}\n{}", wrapped(printed, "vec(", ")")));
    let scale = exact.iter().fold(1.0f64, |best, x| best.max(x.abs()));
    let same = |got: &[f64]| {
        got.len() == exact.len()
            && got
                .iter()
                .zip(&exact)
                .all(|(a, b)| (a - b).abs() <= 1e-11 * scale)
    };
    // A gradient has the target's shape, a Jacobian one row an output: the transposed Jacobian,
    // read by rows, is either column by column.
    if same(&by_columns) || same(&typed) {
        return Ok(());
    }
    Err(format!(
        "{formula} by {wrt}: `{printed}` is {typed:?}, not {exact:?}"
    ))
}

#[test]
fn closed_forms_are_those_of_the_lecture_and_of_matrix_calculus() {
    for (formula, wrt, expected) in [
        ("0.5*(y - w*x)^2", "w", "x*(w*x - y)"),
        ("v'*A*v", "v", "(A + A')*v"),
        ("v'*A*v", "A", "v*v'"),
        ("norm(A*v - b)^2", "v", "2*A'*(A*v - b)"),
        ("sum((A*v - b).^2)", "v", "2*A'*(A*v - b)"),
        ("logdet(X)", "X", "inv(X)'"),
        ("tr(A*X'*B*X*C)", "X", "B'*X*A'*C' + B*X*C*A"),
        ("A*exp(v)", "v", "A*diag(exp(v))"),
        ("grad(v'*A*v, v)", "v", "A + A'"),
        (
            "sum(log(1 + exp(-s .* (X*v))))",
            "v",
            "-X'*(s .* sigmoid(-s .* (X*v)))",
        ),
        ("log(sum(exp(v)))", "v", "softmax(v)"),
        ("v./norm(v)", "v", "eye(3)/norm(v) - v*v'/norm(v)^3"),
        ("x^3 + 2*x^2 - 5*x", "x", "3*x^2 + 4*x - 5"),
        ("(x + 1)/(x - 1)", "x", "-2/(x - 1)^2"),
        ("1/(1 + exp(-x))", "x", "sigmoid(x)*(1 - sigmoid(x))"),
        ("tanh(x)", "x", "1 - tanh(x)^2"),
        ("x^x", "x", "x^x*(log(x) + 1)"),
        (
            "if x > 0 then x^2 else -x",
            "x",
            "if x > 0 then 2*x else -1",
        ),
        ("prod(v)", "v", "prod(where(eye(3), 1, v), axis=1)'"),
        ("prod([x, y, x*y])", "x", "2*x*y^2"),
        (
            "prod(v[i] for i in 1..3)",
            "v",
            "[v[2]*v[3], v[1]*v[3], v[1]*v[2]]",
        ),
        ("det([x, 2; 2, 3*x])", "x", "6*x"),
        (
            "det([x, 1, 2; 3, x, 4; 5, x^2, 6])",
            "x",
            "12*x*(2 - x) - 10",
        ),
        (
            "cumprod(v)",
            "v",
            "cumsum(eye(3), axis=1) .* cumprod(where(eye(3), 1, v), axis=1)",
        ),
        ("sin(x)*cos(x)", "x", "cos(2*x)"),
        ("exp(x)*exp(2*x)", "x", "3*exp(3*x)"),
        ("atan(x/y)", "x", "y/(y^2 + x^2)"),
        ("log(cosh(x))", "x", "tanh(x)"),
        ("sqrt(v'*v)", "v", "v/sqrt(v'*v)"),
        ("sum(v[i]^2 for i in 1..3)", "v", "2*v"),
        ("max(x, x, y)", "x", "x >= max(x, x, y)"),
        ("logdet(X*X')", "X", "2*inv(X)'"),
    ] {
        assert_eq!(text(formula, wrt), expected, "{formula} by {wrt}");
    }
}

#[test]
fn the_nine_networks_have_the_closed_forms_of_the_slides() {
    for (activation, slope) in [
        ("sigmoid(q)", "z .* (1 - z) .* "),
        ("tanh(q)", "(1 - z .^ 2) .* "),
        ("relu(q)", ""),
    ] {
        for (loss, error) in [
            ("0.5*norm(t - u)^2", "(u - t)"),
            ("-t'*u + logsumexp(u)", "(softmax(u) - t)"),
            (
                "sum(t .* softplus(-u) + (1 - t) .* softplus(u))",
                "(sigmoid(u) - t)",
            ),
        ] {
            let network =
                format!("{VALUES}\nz = {activation}; u = W*z; L = {loss}\nderive L wrt W, V");
            let lines = run_json(&network);
            let (by_w, by_v) = (
                lines[0]["formula"].as_str().unwrap_or(""),
                lines[1]["formula"].as_str().unwrap_or(""),
            );
            assert_eq!(by_w, format!("{error}*z'"), "{activation}, {loss}");
            if !slope.is_empty() {
                assert_eq!(
                    by_v,
                    format!("{slope}(W'*{error})*v'"),
                    "{activation}, {loss}"
                );
            } else {
                assert_eq!(
                    by_v,
                    format!("W'*{error} .* (q > 0)*v'"),
                    "{activation}, {loss}"
                );
            }
        }
    }
}

#[test]
fn what_is_printed_is_the_derivative() {
    let all = [(SCALARS, "x"), (VECTORS, "v"), (MATRICES, "X")];
    let each = all
        .iter()
        .flat_map(|(formulas, wrt)| formulas.iter().map(move |formula| (formula, wrt)));
    let failures: Vec<String> = each
        .filter_map(|(formula, wrt)| holds(formula, wrt).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn products_have_formulas_that_are_right_at_zeros() {
    let long = "w := where([i == 7 for i in 1..1001], 0, cos(linspace(0, 0.1, 1001)))";
    for zeros in ["[2, -3, 4]", "[2, 0, 4]", "[0, 3, 0]", "[0, 0, 0]"] {
        for (formula, wrt) in [
            ("prod(v)", "v"),
            ("prod(sin(v) .* v)", "v"),
            ("prod(v[i] + v[1] for i in 1..3)", "v"),
            ("cumprod(v)", "v"),
            ("b'*cumprod(v)", "v"),
            ("prod(M)", "M"),
            ("prod(M, axis=1)*b", "M"),
            ("b[1..2]'*prod(M, axis=2)", "M"),
            ("prod(w)", "w"),
        ] {
            let values =
                format!("v = {zeros}; b = [5, 6, 7]; M := hcat(v, b, v + 1)'[1..2, :]\n{long}\n");
            let line = run_json(&format!("{values}derive {formula} wrt {wrt}")).remove(0);
            let printed = line["formula"].as_str().unwrap_or_else(|| panic!("{line}"));
            let exact = last_value(&format!("{values}jacobian({formula}, {wrt})'"));
            let typed = match formula {
                // The Jacobian is the matrix itself; gradients have the shape of the input.
                "cumprod(v)" => last_value(&format!("{values}{}", wrapped(printed, "(", ")'"))),
                _ => last_value(&format!("{values}{}", wrapped(printed, "vec(", ")"))),
            };
            assert_eq!(typed.len(), exact.len(), "{printed}");
            for (typed, exact) in typed.iter().zip(&exact) {
                let bound = 1e-13 * 1f64.max(exact.abs());
                assert!(
                    (typed - exact).abs() <= bound,
                    "{zeros}: {printed}: {typed}, {exact}"
                );
            }
        }
    }
}

/// `(y*y)*(y*y)` and `y^4` differ in the last digit: a selection with a name must not be held against
/// its own argument written in another way.
#[test]
fn what_a_named_maximum_selects_does_not_depend_on_rounding() {
    let values = "y = 1.603868; f(t) = t*t; p = iterate(f, y, 2)\n\
        m = max(y, iterate(f, y, 2)); n = -min(-y, -iterate(f, y, 2), 1); M = max([iterate(f, y, 2), y])\n";
    let exact = last_value(&format!("{values}grad(iterate(f, y, 2), y)"))[0];
    for name in ["m", "n", "M"] {
        for guards in ["", " with guards"] {
            let line = run_json(&format!("{values}derive 2*{name} wrt y{guards}")).remove(0);
            let printed = line["formula"].as_str().expect("a formula");
            let typed = last_value(&format!("{values}{printed}"))[0];
            assert!(
                (typed - 2.0 * exact).abs() < 1e-12 * exact,
                "{printed}: {typed}"
            );
        }
    }
}

#[test]
fn a_derivative_without_a_formula_says_so() {
    let lines = derived("A*X", "X");
    assert!(lines[0]["formula"].is_null());
    assert!(
        lines[0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("four indices"))
    );
    assert_eq!(lines[0]["along"]["formula"], "A*dX");
}

#[test]
fn the_size_of_large_derivatives_grows_with_what_is_shared() {
    let logistic = |n: u32| {
        let script = format!("step(l) = 4*l*(1 - l)\nderive iterate(step, x, {n}) wrt x");
        let line = run_json(&script).remove(0);
        (
            line["dag"].as_u64().expect("a size"),
            line["formula"].as_str().expect("a formula").to_string(),
        )
    };
    let (twelve, _) = logistic(12);
    let (thirty, formula) = logistic(30);
    assert!(
        twelve <= 74 && thirty <= 200,
        "{twelve} and {thirty} operations"
    );
    // The parts parse back.
    let by_formula = last_value(&format!("x = 0.3\n{}", formula.replace("; ", "\n")));
    let exact = last_value("x = 0.3\nstep(l) = 4*l*(1 - l)\ngrad(iterate(step, x, 30), x)");
    assert!(
        (by_formula[0] - exact[0]).abs() <= 1e-6 * exact[0].abs(),
        "{by_formula:?} {exact:?}"
    );
}

#[test]
fn names_and_expansion() {
    let script =
        "u = w*x; L = sigmoid(u)*u; derive L wrt w; derive L wrt w with expanded; derive L wrt u";
    let formulas: Vec<String> = run_json(script)
        .iter()
        .map(|line| line["formula"].as_str().unwrap_or("").into())
        .collect();
    assert!(
        formulas[0].contains('u') && !formulas[0].contains("w*x"),
        "{formulas:?}"
    );
    assert!(
        formulas[1].contains("w*x") && !formulas[1].contains('u'),
        "{formulas:?}"
    );
    assert!(
        formulas[2].contains('u') && !formulas[2].contains('x'),
        "{formulas:?}"
    );
    let held = "A = [1, 2, 3]; u = prod(A); L = u^2; derive L wrt u";
    assert_eq!(run_json(held).remove(0)["formula"], "2*u");
}

/// The derivative by a held name is that by a variable, whatever row of the table its formula reaches:
/// at its root, as `u`, or further down, as `v`.
#[test]
fn a_held_name_is_a_variable_whatever_its_formula_reaches() {
    let mut failures = Vec::new();
    let mut count = 0;
    for row in table().filter(|row| is_written(row)) {
        let held = |(inputs, writing, _): (String, String, usize)| {
            let definitions = format!("{inputs}u = {writing}\nv = u + 1\n");
            let finite = |u: &Vec<Vec<f64>>| u[0].iter().all(|x| x.is_finite());
            let u = values(&format!("{definitions}u\n")).ok().filter(finite);
            u.map(|_| definitions)
        };
        for definitions in calls(row).into_iter().filter_map(held).take(6) {
            for name in ["u", "v"] {
                let definitions = format!("{definitions}L = sum({name} .* sin({name}))\n");
                let line = run_json(&format!("{definitions}derive L wrt {name}\n")).pop();
                let printed = line.as_ref().and_then(|line| line["formula"].as_str());
                let Some(printed) = printed else {
                    failures.push(format!("{definitions}no formula: {line:?}"));
                    continue;
                };
                let both = values(&format!("{definitions}{printed}\ngrad(L, {name})\n"));
                let same = |got: &[f64], want: &[f64]| {
                    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-11 * b.abs().max(1.0);
                    got.len() == want.len() && got.iter().zip(want).all(close)
                };
                match &both {
                    Ok(both) if same(&both[0], &both[1]) => count += 1,
                    _ => failures.push(format!("{definitions}`{printed}` and grad: {both:?}")),
                }
            }
        }
    }
    report(&failures);
    assert!(count >= 500, "only {count} compared");
}

#[test]
fn a_column_and_a_row_may_meet_in_one_sum_with_names() {
    let script =
        "v = [-0.9; -1.5]\nm = mean(v*v', axis=2)\nF = var(v*v' + (m/((m .^ 2)[1] + 1))')\n";
    let line = run_json(&format!("{script}derive F wrt v\n")).remove(0);
    let printed = line["formula"].as_str().expect("a formula");
    let both = values(&format!("{script}{printed}\ngrad(F, v)\n")).expect("values");
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * b.abs();
    assert!(both[0].iter().zip(&both[1]).all(close), "{both:?}");
}
