//! Sums over an index stay sums: bodies that are the same for every index, computed for all at once, have
//! the values and derivatives of those that are unrolled.

use crate::common::{close, distance, entries, report, run_json, values, wanted, wrapped};
use serde_json::Value;
use std::time::{Duration, Instant};
use wengert::lower::Limits;
use wengert::primitives::random::SplitMix64;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// The lines of JSON of a script within these limits.
fn run_within(limits: Limits, text: &str) -> Vec<Value> {
    let source = Source::new("test.ad", text);
    let mut lines = Vec::new();
    let mut session = Session::with_limits(limits);
    let result = session.run_source(&source, &mut |event| lines.push(json::event(&event)));
    if let Err(error) = result {
        lines.push(json::diagnostic(&error, Some(&source)));
    }
    let read = |line: &String| serde_json::from_str(line).expect("every line is JSON");
    lines.iter().map(read).collect()
}

/// Everything that can be computed at once is.
fn at_once() -> Limits {
    Limits {
        entries: 0,
        numbered: 0,
        ..Limits::default()
    }
}

/// The formula that `derive` gives, behind these declarations.
fn derived(declared: &str, formula: &str, wrt: &str) -> String {
    let lines = run_json(&format!("{declared}\nderive {formula} wrt {wrt}\n"));
    let found = lines.iter().find(|line| line["kind"] == "derive");
    let formula = found.and_then(|line| line["formula"].as_str());
    formula
        .unwrap_or_else(|| panic!("{formula:?} by {wrt}: {lines:?}"))
        .to_string()
}

/// Sums of a lecture's kind: with their formulas for all sizes.
const FOR_ALL_SIZES: &[(&str, &str, &str)] = &[
    ("sum(exp(X[i,:]*w) for i in 1..m)", "w", "X'*exp(X*w)"),
    ("sum(exp(X[i,:]*w) for i in 1..m)", "X", "exp(X*w)*w'"),
    (
        "sum((y[i] - X[i,:]*w)^2 for i in 1..m)",
        "w",
        "2*X'*(X*w - y)",
    ),
    (
        "sum((X[i,:]*w - y[i])^2 for i in 1..rows(X))/2",
        "w",
        "X'*(X*w - y)",
    ),
    (
        "sum(log(1 + exp(-y[i]*(X[i,:]*w))) for i in 1..m)",
        "w",
        "-X'*(y .* sigmoid(-y .* (X*w)))",
    ),
    (
        "sum(A[i,j]*w[i]*w[j] for i in 1..d, j in 1..d)",
        "w",
        "(A + A')*w",
    ),
    (
        "sum(A[i,j]*w[i]*w[j] for i in 1..d, j in 1..d)",
        "A",
        "w*w'",
    ),
    (
        "sum(logsumexp(X[i,:]*W) - (X[i,:]*W)[c[i]] for i in 1..m)",
        "W",
        "X'*(softmax(X*W, axis=2) - onehot(c, k))",
    ),
    ("sum([y[i]*X[i,:]' for i in 1..m], axis=2)", "y", "X'"),
    ("sum(w'*X[i,:]' for i in 1..m)", "w", "X'*ones(m, 1)"),
    (
        "sum(norm(X[i,:]' - w)^2 for i in 1..m)",
        "w",
        "2*sum(w - X', axis=2)",
    ),
    (
        "sum(sin(i*s) for i in 1..m)",
        "s",
        "sum(i*cos(i*s) for i in 1..m)",
    ),
    (
        "sum(sin(i*s) for i in 2..m)",
        "s",
        "sum(i*cos(i*s) for i in 2..m)",
    ),
    (
        "sum(i*y[i]^2 for i in 1..m)",
        "y",
        "[2*i*y[i] for i in 1..m]",
    ),
    (
        "sum(i*exp(X[i,:]*w) for i in 1..m)",
        "w",
        "X'*[i*exp(X[i, :]*w) for i in 1..m]",
    ),
    (
        "sum(cos(s*i*j) for i in 1..m, j in 1..d)",
        "s",
        "-sum(i*sum(j*sin(i*j*s) for j in 1..d) for i in 1..m)",
    ),
    (
        "sum(y[i]*s^(i - 1) for i in 1..m)",
        "s",
        "sum(y[i]*s^(i - 2)*(i - 1) for i in 2..m)",
    ),
    (
        "sum(s^i/gamma(i + 1) for i in 0..m)",
        "s",
        "sum(i*s^(i - 1)/gamma(i + 1) for i in 1..m)",
    ),
    (
        "sum((y[i + 1] - y[i])^2 for i in 1..m-1)",
        "y",
        "vcat(2*(y[1..m - 1] - y[2..m]), 0) + vcat(0, 2*(y[2..m] - y[1..m - 1]))",
    ),
    (
        "sum(if y[i] > 0 then y[i]^2 else 0 for i in 1..m)",
        "y",
        "2*y .* (y > 0)",
    ),
];

#[test]
fn derivatives_of_sums_are_formulas_for_all_sizes() {
    let mut wrong = Vec::new();
    for (formula, wrt, expected) in FOR_ALL_SIZES {
        let declared = "input X[m,d], w[d], y[m], A[d,d], W[d,k], c[m], s";
        let found = derived(declared, formula, wrt);
        if found != *expected {
            wrong.push(format!("{formula} by {wrt}: {found}, not {expected}"));
        }
    }
    report(&wrong);
}

/// Values for [`FOR_ALL_SIZES`].
const VALUED: &str = "
m = 12; d = 3; k = 4; s = 0.3
X = randn(12, 3, seed=1); w = randn(3, 1, seed=2); y = randn(12, 1, seed=3)
A = randn(3, 3, seed=4); W = randn(3, 4, seed=5)
c = [1, 4, 2, 3, 3, 1, 2, 2, 4, 1, 3, 4]
";

#[test]
fn the_formulas_have_the_values_of_the_derivatives() {
    let mut wrong = Vec::new();
    for (formula, wrt, expected) in FOR_ALL_SIZES {
        let value =
            |text: String| values(&format!("{VALUED}\n{text}")).expect("a value")[0].clone();
        // An entry of a vector of sums has a Jacobian, whose layout is that of the formula.
        let exact = match formula.contains("axis=2") {
            true => value(format!("jacobian({formula}, {wrt})")),
            false => value(format!("grad({formula}, {wrt})")),
        };
        let typed = value((*expected).to_string());
        if distance(&typed, &exact) > 1e-12 {
            wrong.push(format!("{formula} by {wrt}: {typed:?}, not {exact:?}"));
        }
        // The same with sizes that are known.
        let found = derived(VALUED, formula, wrt);
        let typed = value(found.clone());
        if distance(&typed, &exact) > 1e-12 {
            wrong.push(format!(
                "{formula} by {wrt}: {found} is {typed:?}, not {exact:?}"
            ));
        }
    }
    report(&wrong);
}

/// A random body with the index `i`, of depth `depth`.
fn body(random: &mut SplitMix64, depth: u32) -> String {
    let mut pick = |count: usize| (random.uniform() * count as f64) as usize % count;
    if depth == 0 {
        let leaves = [
            "y[i]",
            "u[i]",
            "y[i]*0.5",
            "s",
            "X[i,2]",
            "X[1,1]",
            "X[i,:]*w",
            "w'*X[i,:]'",
            "i/6",
            "w[c[i]]",
            "X[i,c[i]]",
            "y[7 - i]",
            "B[:,i]'*w",
            "sum(X[i,:])",
            "norm(B[:,i])",
            "dot(X[i,:], w)",
            "(W*X[i,:]')[2]",
            "(W*X[i,:]')[c[i]]",
            "logsumexp(X[i,:])",
            "Q[i,i]",
            "X[i,:]*B[:,i]",
            "sum(w[k]*X[i,k] for k in 1..3)",
            "[y[i], s, u[i]]'*w",
            "max(X[i,2..3])",
            "X[i,:]*W*w",
            "mean(B[:,i] .* y[i])",
            "tanh(s*i)",
            "softmax(X[i,:]')[1]",
            "abs(y[i])",
            "relu(u[i])",
            "f(y[i])",
            "f'(y[i])",
            "sin''(s*y[i])",
            "stop(y[i])*s",
            "f(i/3)",
            "min(y[i], u[i], s)",
            "cumsum(X[i,:]')[2]",
            "std(X[i,:])",
            "hypot(y[i], u[i])",
            "y[3]^2",
            "sum(if y[k] > y[i] then s*y[k] else u[k] for k in 1..6)",
            "sum(Q[i,k]*y[k] for k in 1..6)",
            "prod(Q[k,i] for k in 1..6)",
            "max(Q[i,k] + i for k in 1..4)",
            "sum(y[k] for k in 1..i)",
        ];
        return leaves[pick(leaves.len())].to_string();
    }
    let form = pick(8);
    let mut part = || body(random, depth - 1);
    match form {
        0 => format!("({} + {})", part(), part()),
        1 => format!("({} - {})", part(), part()),
        2 => format!("({})*({})", part(), part()),
        3 => format!("sin({})", part()),
        4 => format!("exp(-({})^2)", part()),
        5 => format!("({})/(2 + cos({}))", part(), part()),
        6 => format!("(if {} > 0.1 then {} else {})", part(), part(), part()),
        _ => format!("log(1 + ({})^2)", part()),
    }
}

#[test]
fn bodies_computed_at_once_have_the_values_of_those_that_are_unrolled() {
    let given = "
        s = 0.7; y = randn(6, 1, seed=1); u = randn(1, 6, seed=2); X = randn(6, 3, seed=3)
        w = randn(3, 1, seed=4); B = randn(3, 6, seed=5); W = randn(3, 3, seed=6); Q = randn(6, 6, seed=7)
        c = [1, 3, 2, 2, 3, 1]\nf(t) = { a = t^2; a*s + sin(a) }\n";
    let mut wrong = Vec::new();
    let seeds = wanted(150);
    let count = seeds.end - seeds.start;
    let (mut all_at_once, mut formulas) = (0, 0);
    for seed in seeds {
        let mut random = SplitMix64::new(seed);
        let body = body(&mut random, 1 + (seed % 3) as u32);
        let sum = format!("sum({body} for i in 1..6)");
        let text = format!(
            "{given}L = {sum}\nL\nL2 = {sum}^2\n[L2]\ngrad(L, y)\ngrad(L, X)\ngrad(L, w)\ngrad(L, s)\ngrad(L, W)\n\
             jvp(L, w, ones(3, 1))\n"
        );
        let shown = |limits| {
            let lines = run_within(limits, &text);
            let values = lines.iter().filter(|line| line["kind"] == "value");
            let found: Vec<Vec<f64>> = values.map(|line| entries(&line["value"])).collect();
            assert!(
                lines.iter().all(|line| line["kind"] != "error"),
                "{body}: {lines:?}"
            );
            found
        };
        let (unrolled, at_once_values) = (shown(Limits::default()), shown(at_once()));
        for (k, (found, exact)) in at_once_values.iter().zip(&unrolled).enumerate() {
            let same = |(a, b): (&f64, &f64)| close(*a, *b, 1e-12);
            if !found.iter().zip(exact).all(same) || found.len() != exact.len() {
                wrong.push(format!("{body}, {k}: {found:?}, not {exact:?}"));
            }
        }
        let traced = run_within(at_once(), &format!("{given}trace {sum} wrt w\n"));
        let nodes = traced[0]["nodes"].as_array().map_or(0, Vec::len);
        let unrolled_trace = run_within(Limits::default(), &format!("{given}trace {sum} wrt w\n"));
        all_at_once +=
            usize::from(nodes < unrolled_trace[0]["nodes"].as_array().map_or(0, Vec::len));
        // What is derived, typed back in, has the same value.
        let declared = "input y[6], u[1,6], X[6,3], w[3], B[3,6], W[3,3], Q[6,6], s\nc = [1, 3, 2, 2, 3, 1]\n\
             f(t) = { a = t^2; a*s + sin(a) }";
        let lines = run_within(at_once(), &format!("{declared}\nderive {sum} wrt w\n"));
        let Some(formula) = lines.iter().find_map(|line| line["formula"].as_str()) else {
            continue;
        };
        formulas += 1;
        let typed = values(&format!(
            "{given}{}",
            wrapped(formula, "ones(3, 1) .* (", ")")
        ));
        let typed = typed.expect("the formula has a value");
        let same = |(a, b): (&f64, &f64)| close(*a, *b, 1e-10);
        if !typed[0].iter().zip(&unrolled[4]).all(same) {
            wrong.push(format!("derive {sum} wrt w: {formula}"));
        }
    }
    // The law is about something.
    assert!(
        all_at_once as f64 > 0.9 * count as f64,
        "{all_at_once} of {count} at once"
    );
    assert!(
        formulas as f64 > 0.9 * count as f64,
        "{formulas} of {count} formulas"
    );
    report(&wrong);
}

#[test]
fn the_four_modes_agree_on_long_sums() {
    let losses = [
        "sum((y[i] - X[i,:]*w)^2 for i in 1..3000)",
        "sum(log(1 + exp(-sign(y[i])*(X[i,:]*w))) for i in 1..3000)",
        "-sum(log(sum(p[k]*exp(-(y[i] - w[k])^2/2) for k in 1..3)) for i in 1..3000)",
        "sum(d[i]*(log(sum(exp(X[j,:]*w) for j in 1..5)) - X[i,:]*w) for i in 1..1200)",
        "sum(sin(w[1]*i/1000) + w[2]*i for i in 1..2000)",
        // Its matrices have no form for all indices: a loop.
        "sum(logdet(diag(w.^2) + (1 + y[i]^2)*eye(3)) for i in 1..1500)",
        "sum([y[i]*w[2], norm(w*w' + y[i]*eye(3))] for i in 1..1500)",
    ];
    for loss in losses {
        let lines = run_json(&format!(
            "X = randn(3000, 3, seed=1); w = [0.3, -0.2, 0.5]; p = [0.2, 0.3, 0.5]\n\
             y = randn(3000, 1, seed=2); d = rand(1200, 1, seed=3)\nL = {loss}\ncheck L wrt w\ntrace L wrt w\n"
        ));
        assert_eq!(lines[0]["kind"], "check", "{loss}: {}", lines[0]);
        assert_eq!(lines[0]["ok"], true, "{loss}: {}", lines[0]);
        let nodes = lines.last().and_then(|line| line["nodes"].as_array());
        let count = nodes.map_or(usize::MAX, Vec::len);
        assert!(count < 60, "{loss}: a trace of {count} lines");
    }
}

#[test]
fn a_sum_of_many_terms_is_derived_in_little_time() {
    let begun = Instant::now();
    let found = derived("", "sum(sin(x*i) for i in 1..100000)", "x");
    let took = begun.elapsed();
    assert_eq!(found, "sum(i*cos(i*x) for i in 1..100000)");
    assert!(took < Duration::from_millis(500), "{took:?}");
}

#[test]
fn what_cannot_be_computed_at_once_is_unrolled() {
    for (text, expected) in [
        ("sum(sum(i*j for j in 1..i) for i in 1..60)", 1_711_355.0),
        ("sum(i*j for i in 1..60, j in i..60)", 1_711_355.0),
        ("x = [1, 2, 3]; sum(sum(x[1..i]) for i in 1..3)", 10.0),
        (
            "sum(if i == 1 then 0 else [1, 2, 3][i - 1] for i in 1..4)",
            6.0,
        ),
    ] {
        for limits in [Limits::default(), at_once()] {
            let lines = run_within(limits, text);
            let last = lines.last().expect("a value");
            assert_eq!(entries(&last["value"]), [expected], "{text}: {last}");
        }
    }
    let missing = run_within(at_once(), "x = [1, 2, 3]\nsum(x[i + 1] for i in 1..3)");
    assert_eq!(missing[0]["code"], "index");
    let missing = run_within(
        at_once(),
        "x = [1, 2, 3]; c = [1, 7]\nsum(x[c[i]] for i in 1..2)",
    );
    let message = missing[0]["message"].as_str().unwrap_or("");
    assert!(message.starts_with("there is no entry 7"), "{message}");
}

#[test]
fn a_long_sum_without_a_form_for_all_indices_is_one_node() {
    let lines = run_json(
        "x = rand(2000, 1, seed=1); s = 0.5\nL = sum(logdet(diag([2, 3]) + s*x[i]*eye(2)) for i in 1..2000)\n\
         trace L wrt s\nL\nsum(log((2 + s*x[i])*(3 + s*x[i])) for i in 1..2000)\n",
    );
    let nodes = lines[0]["nodes"].as_array().expect("nodes");
    let folded = nodes.iter().filter(|node| node["folded"] == 2000);
    assert_eq!(folded.count(), 1, "{nodes:?}");
    assert!(nodes.len() < 10, "{} nodes", nodes.len());
    let [found, exact] = [&lines[1], &lines[2]].map(|line| entries(&line["value"]));
    assert!(close(found[0], exact[0], 1e-12), "{found:?}, not {exact:?}");
}

#[test]
fn a_trace_for_all_sizes_has_no_line_for_each_entry() {
    let lines =
        run_json("input X[m,d], w[d], y[m]\ntrace sum(y[i]*exp(X[i,:]*w) for i in 1..m) wrt w\n");
    let nodes = lines[0]["nodes"].as_array().expect("nodes");
    let operations = nodes.iter().map(|node| node["op"].as_str().unwrap_or(""));
    let expected = ["input", "input", "input", "matmul", "exp", "mul", "sum"];
    assert_eq!(operations.collect::<Vec<_>>(), expected);
}
