//! Loops: an iteration of many rounds is one node. The law: it has the value of the unrolled rounds
//! bit for bit, and so have its first derivatives; every derivative agrees with differences.

use serde_json::Value;
use wengert::lower::Limits;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// What a script shows, line by line, where iterations of more rounds than `unrolled` are loops.
fn shown(text: &str, unrolled: usize, memory: u64) -> Vec<String> {
    let limits = Limits {
        unrolled,
        memory,
        ..Limits::default()
    };
    let mut lines = Vec::new();
    let source = Source::new("rounds.ad", text);
    let mut session = Session::with_limits(limits);
    let result = session.run_source(&source, &mut |event| lines.push(json::event(&event)));
    if let Err(error) = result {
        lines.push(format!("{:?}: {error}", error.code()));
    }
    lines
}

fn numbers(line: &str) -> Vec<f64> {
    fn collect(value: &Value, into: &mut Vec<f64>) {
        match value {
            Value::Array(rows) => rows.iter().for_each(|row| collect(row, into)),
            value => into.push(value.as_f64().unwrap_or(f64::NAN)),
        }
    }
    let mut found = Vec::new();
    let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    collect(&line["value"], &mut found);
    found
}

const ROOMY: u64 = 1 << 30;

/// Definitions of an output `L`, and the inputs that it depends on.
pub const LOOPS: &[(&str, &[&str])] = &[
    (
        "w = 0.3; x = 0.4; f(x) = sin(x*w) + 0.1*x^2*w + 0.5\nL = iterate(f, x, 17)",
        &["w", "x"],
    ),
    (
        "A = [0.5, 0.2; -0.3, 0.4]; c = [0.1, -0.2]; s = [0, 1]\n\
         g(s) = tanh(A*s + c)\nL = sum(iterate(g, s, 12).^2)",
        &["A", "c", "s"],
    ),
    (
        "w = 0.7; c = [0.3, -0.4]; X = randn(11, 2, seed=1); s = 0.2\n\
         h(s, r) = 0.5*s + tanh(r*c)*w\nL = sum(scan(h, s, X).^3)",
        &["w", "c", "X", "s"],
    ),
    (
        "w = 0.7; c = [0.3, -0.4]; X = randn(11, 2, seed=1); s = 0.2\n\
         h(s, r) = 0.5*s + tanh(r*c)*w\nL = fold(h, s, X)*w",
        &["w", "c", "X", "s"],
    ),
    (
        "B = [0.4, 0.1; -0.2, 0.6]; X = randn(9, 2, seed=2); s = [0.1, 0.7]\n\
         h(s, r) = tanh(B*s + r') .* [s[2], r[1]] + s\nL = sum(sin(scan(h, s, X)))",
        &["B", "X", "s"],
    ),
    (
        "h = 0.01; s = [1, 2, 0]\n\
         lotka(s) = { x = s[1]; y = s[2]; [x + h*(x - x*y), y + h*(x*y - y), s[3] + h*x] }\n\
         L = iterate(lotka, s, 20)[3]",
        &["h", "s"],
    ),
    (
        "w = 9; heron(y) = (y + w/y)/2; done(y) = abs(y^2 - w) <= 1e-12\n\
         x = 1; L = iterate(heron, x, until=done)^2 + w",
        &["w", "x"],
    ),
    // A derivative inside of the rounds.
    (
        "w = 0.8; x = 0.3\nphi(t) = cos(w*t) + t^4/4\ndown(t) = t - 0.1*phi'(t)\nL = iterate(down, x, 9)",
        &["w", "x"],
    ),
    // A state that is a matrix, and one that is a row.
    (
        "M = [0.1, 0.4; -0.2, 0.3]; s = [1, 2; 3, 4]\nm(t) = M*t + 0.1*t'\nL = sum(iterate(m, s, 8).^2)",
        &["M", "s"],
    ),
    (
        "M = [0.1, 0.4; -0.2, 0.3]; s = [1, 2]'; X = randn(6, 2, seed=4)\nm(t, r) = t*M + sin(r)\nL = sum(scan(m, s, X))",
        &["M", "s", "X"],
    ),
    // A matrix large enough that what a round adds to its adjoint is added in place.
    (
        "W = 0.3*randn(6, 12, seed=5); s = zeros(6, 1); X = randn(8, 6, seed=6)\n\
         cell(s, r) = tanh(W*vcat(s, r')) + 0.5*s\nL = sum(fold(cell, s, X).^2)",
        &["W", "s", "X"],
    ),
    // A gradient inside of the rounds, by a vector, and an end that a vector decides.
    (
        "p = [0.4, -0.3]; x = 0.7; s = [0.2, 0.1]\nq(W) = sum((W - p).^2) + (W[1]*W[2]*x)^2\n\
         down(W) = W - 0.05*grad(q(W), W)\nL = sum(iterate(down, s, 8).^2)",
        &["p", "x", "s"],
    ),
    (
        "p = [0.4, -0.3]; x = 0.7\nfar(s) = sum(s.^2) > 5\n\
         grow(s) = [1.2*s[1] + 0.1*x, 1.1*s[2] + p[2]*s[1]*0.1]\nL = sum(iterate(grow, p + 0.5, until=far))",
        &["p", "x"],
    ),
    // Choices of the state.
    (
        "w = 0.8; x = 0.3\nstep(t) = if t > 0.5 then t*w - 0.2 else t + 0.3*w\nL = iterate(step, x, 15)",
        &["w", "x"],
    ),
];

/// A loop inside of the rounds of another one. What the inner one has added up for a parameter is
/// added as a whole, so the last bit of a sum may be another.
const NESTED: (&str, &[&str]) = (
    "w = 0.8; x = 0.3\ninner(t) = sin(t*w)\nouter(t) = iterate(inner, t, 7) + 0.1*t*w\n\
     L = iterate(outer, x, 6)",
    &["w", "x"],
);

#[test]
fn a_loop_has_the_bits_of_its_rounds() {
    for (definitions, inputs) in LOOPS {
        let mut text = format!("{definitions}\nL\n");
        for input in *inputs {
            text +=
                &format!("grad(L, {input})\njvp(L, {input}, ones(rows({input}), cols({input})))\n");
        }
        let unrolled = shown(&text, usize::MAX, ROOMY);
        assert_eq!(unrolled.len(), 1 + 2 * inputs.len(), "{unrolled:#?}");
        assert_eq!(shown(&text, 2, ROOMY), unrolled, "{definitions}");
    }
}

/// The gradients by all inputs in one statement come from one sweep.
#[test]
fn several_gradients_of_a_loop_have_the_bits_of_each_alone() {
    for (definitions, inputs) in LOOPS.iter().chain([&NESTED]) {
        let gradients: Vec<String> = (inputs.iter().rev())
            .map(|input| format!("grad(L, {input})"))
            .collect();
        let together = shown(
            &format!("{definitions}\nprint {}\n", gradients.join(", ")),
            2,
            ROOMY,
        );
        let together: Value = serde_json::from_str(&together[0]).expect("JSON");
        let alone = shown(
            &format!("{definitions}\n{}\n", gradients.join("\n")),
            2,
            ROOMY,
        );
        assert_eq!(alone.len(), inputs.len(), "{alone:#?}");
        for (k, line) in alone.iter().enumerate() {
            let alone: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(together["items"][k], alone["value"], "{definitions}");
        }
    }
}

#[test]
fn a_loop_is_one_node() {
    for (definitions, _) in LOOPS {
        let text = format!("{definitions}\ntrace L using reverse\n");
        let ops = |unrolled| {
            let lines = shown(&text, unrolled, ROOMY);
            let trace: Value = serde_json::from_str(lines.last().expect("a trace")).expect("JSON");
            let nodes = trace["nodes"].as_array().expect("nodes").clone();
            let loops: Vec<Value> = nodes
                .into_iter()
                .filter(|node| node["op"] == "iterate")
                .collect();
            loops
        };
        assert_eq!(ops(usize::MAX).len(), 0, "{definitions}");
        let [one] = &ops(2)[..] else {
            panic!("{definitions}")
        };
        assert!(one["folded"].as_u64().is_some(), "{one}");
    }
}

#[test]
fn second_derivatives_of_loops_agree_with_differences_and_with_unrolled_rounds() {
    for (definitions, inputs) in LOOPS.iter().chain([&NESTED]) {
        for a in *inputs {
            for b in *inputs {
                let text = format!(
                    "{definitions}\nd = cos(1 + {a}); e = sin(2 + {b})\n\
                     sum(grad(sum(grad(L, {a}) .* d), {b}) .* e)\n\
                     jvp(sum(grad(L, {a}) .* d), {b}, e)\n\
                     sum(grad(jvp(L, {a}, d), {b}) .* e)\n\
                     jvp(jvp(L, {a}, d), {b}, e)\n\
                     sum(numeric(sum(grad(L, {a}) .* d), {b}) .* e)\n"
                );
                let unrolled = shown(&text, usize::MAX, ROOMY);
                let found = shown(&text, 2, ROOMY);
                let [.., numeric] = &found[..] else {
                    panic!("{text}")
                };
                let numeric = numbers(numeric)[0];
                for (one, other) in found[..4].iter().zip(&unrolled) {
                    let (one, other) = (numbers(one)[0], numbers(other)[0]);
                    let scale = other.abs().max(1.0);
                    assert!(
                        (one - other).abs() <= 1e-11 * scale,
                        "{text}{found:#?}{unrolled:#?}"
                    );
                    assert!((one - numeric).abs() <= 1e-5 * scale, "{text}{found:#?}");
                }
            }
        }
    }
}

/// With room for two states at a time, the rounds are run again on many levels.
#[test]
fn checkpoints_change_no_bit() {
    let definitions = "h = 0.01; s = [1, 2, 0]; c = randn(777, 1, seed=1)\n\
         lotka(s, u) = { x = s[1]; y = s[2]; [x + h*(x - x*y), y + h*(x*y - y) + h*u, s[3] + h*x] }\n\
         L = sum(scan(lotka, s, c).^2)\n\
         w = 0.9; near(t) = t < 1e-3; shrink(t) = t*w - 1e-7*t^2\n\
         K = iterate(shrink, 1, until=near)\n";
    let text = format!("{definitions}L\nK\ngrad(L, h)\ngrad(L, s)\ngrad(L, c)\ngrad(K, w)\n");
    let roomy = shown(&text, 2, ROOMY);
    assert_eq!(roomy, shown(&text, usize::MAX, ROOMY));
    // The trajectory of the scan alone takes 18,648 bytes; an eighth of the memory is for states.
    for memory in [400 << 10, 150 << 10] {
        assert_eq!(shown(&text, 2, memory), roomy, "{memory}");
    }
}

#[test]
fn of_large_states_the_rounds_keep_nothing_but_the_states() {
    let text = "n = 20000; x = linspace(0.1, 0.9, n)\n\
                rate(y) = x .* vcat(1, y[1..n - 1])\n\
                step(y) = { k = rate(y); y + 0.1*rate(y + 0.05*k) }\n\
                L = sum(iterate(step, zeros(n, 1), 60).^2)\nL\nsum(grad(L, x))";
    const NARROW: u64 = 32 << 20;
    let written_out = shown(text, usize::MAX, ROOMY);
    assert_eq!(written_out.len(), 2, "{written_out:?}");
    let refused = shown(text, usize::MAX, NARROW);
    assert!(refused[refused.len() - 1].contains("Limit"), "{refused:?}");
    assert_eq!(shown(text, 1000, NARROW), written_out);
}

#[test]
fn what_a_loop_cannot_do_is_unrolled() {
    for (text, noted) in [
        // The round decides a shape by its state, or fails in a branch, or changes the shape.
        ("f(x) = x + sum(ones(round(x), 1))\niterate(f, 2, 5)", true),
        (
            "f(x) = if x > 1 then [1, 2][3] else x/2\niterate(f, 1, 5)",
            true,
        ),
        ("f(x) = vcat(x, sum(x))\niterate(f, [1], 5)", true),
        ("f(x) = 7\niterate(f, 1, 5)", false),
        ("v = [3, 1, 4, 2]; f(x) = v[x]\niterate(f, 1, 5)", false),
    ] {
        let unrolled = shown(text, usize::MAX, ROOMY);
        let found = shown(text, 2, ROOMY);
        assert_eq!(found.last(), unrolled.last(), "{text}");
        assert!(unrolled[0].contains("value"), "{unrolled:?}");
        assert_eq!(found[0].contains("written out"), noted, "{found:?}");
    }
}

#[test]
fn what_fails_in_a_round_says_where() {
    for (text, code) in [
        ("f(x) = inv(x - x)\niterate(f, eye(2), 5)", "Singular"),
        ("f(x) = x*[1, 2, 3]\niterate(f, eye(2), 5)", "Shape"),
        (
            "f(x) = x + 1; done(x) = x < 0\niterate(f, 1, until=done, most=50)",
            "50 rounds",
        ),
        ("f(s, x) = vcat(s, x)\nfold(f, 1, [1, 2, 3, 4, 5])", "Shape"),
    ] {
        let found = shown(text, 2, ROOMY);
        assert!(found[0].contains(code), "{text}: {found:?}");
    }
}
