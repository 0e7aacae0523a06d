//! Loops are compiled after their first round: the results equal those of the same statements one
//! after the other, to the last bit.

use crate::common::run_json;
use wengert::diagnostic::Code;
use wengert::lower::Limits;
use wengert::primitives::random::SplitMix64;
use wengert::session::Session;
use wengert::source::Source;

const START: &str =
    "x = 0.7; y = -1.3; n = 2; s = 0; v = [1, -2, 0.5]; W = [0.3, -0.2; 0.1, 0.4]; z = zeros(6)
f(a, b) = sin(a)*b + a^2
L = f(x, y) + 0.1*sum(v.^2) + norm(W)
g = grad(L, x)
";

const END: &str = "x; y; n; s; v; W; z; L; g; grad(L, v); jacobian(W*[x, y], W)\n";

/// The bodies of loops, each a statement or several.
const BODIES: &[&str] = &[
    "x := x - 0.1*grad(L, x)",
    "x, y := x - 0.1*g, y - 0.1*grad(L, y)",
    "v := v - 0.1*grad(L, v); W := W - 0.1*grad(L, W)",
    "s := s + x; if s > 1.5 { x := -x/2 } else { x := x + 0.25; y := y*x }",
    "n := n + 1; s := sum(i*x for i in 1..n)",
    "n := mod(n, 3) + 1; v[n] := v[n]*x + 1; s := s + v[mod(n, 3) + 1]",
    "s := s + 1; z[s] := L; x := x + 0.01",
    "W[1, 2] := x; W[:, 1] := [s; y]; s := s + W[2, 1]; x := cos(x)",
    "v := vcat(v, [x]); x := x/2",
    "x := if x > 0 then x - 0.3 else x + 1; y := where([x, y, s] > 0, v, -v)[2]",
    "y := log(x) + y; x := x - 0.4",
    "s := s + (if x > 0 and 1/x > 2 then 1 else 0.5); x := x - 0.2",
    "repeat 3 { y := y*0.9; s := s + y }; x := x + s",
    "k = 0; while k < 3 { k := k + 1; s := s + k*x }",
    "for i in 1..3 { s := s + i*x; z[i] := s; v[i] := i^2 + z[i] }",
    "h = x*y; s := s + h; x := x + 0.1",
    "f(a, b) = a*b + s; x := f(x, 1.01); s := s + 1",
    "W := inv(W + [2, 0; 0, 2]); s := det(W) + tr(W*W)",
    "s := iterate(sin, x, 4) + hessian(L, v)[1, 1]; x := x*1.1",
    "v := softmax(v) + sigmoid(-v) .* sigmoid(v); s := logsumexp(v)",
    "x := numeric(L, x); y := jvp(L, v, [1, x, 2])",
    "s := rows(v); v := vcat(v, 1)",
    "v := [1, 2, 3]; n := mod(n + 1, 3) + 1; v, v[n] := [9], 7; s := s + 1",
    "f(a, b) = a*b*s; s := s + f(x, y); g(a) = a + s; x := g(x)/2",
    "v[rows(v)] := 5; v := vcat(v, 1); s := s + ones(rows(v), 1)[1]",
    "v := jacobian([x, x], v)[1, :]'; v := vcat(v, x)",
    "if rows(v) > 4 { v := [1, 2] } else { v := vcat(v, s) }; s := s + 1",
    "s := grad((x^2 + sin(x))*x, x); y := sin(x); x := x + 0.3",
    "y := grad((x^2 + sin(x))*exp(x), x); s := 3.1 + 0*L; x := x + 0.4",
    "for i in 2..6 { z[i] := z[i-1]*x + sin(i); s := s + z[i] - z[7-i] }",
    "for i in 1..2 { W[i, :] := W[3-i, :]*x; s := s + sum(W[:, i]) }",
    "for i in 1..4 { z[i..i+2] := 0.5*z[7-i] + ones(3); s := s + sum(z[i..i+1]) }",
    "for i in 1..3 { v := v - 0.1*grad((v[i]*x - y)^2 + v[i]^3, v) }",
    "for i in 1..2 { W := W - 0.1*grad(sum(W[i, :].^2) + exp(W[i, 3-i]), W) }",
    "for i in 1..2 { x := x + 0.1*grad(log(v[i+1]^2)*x, x); y := jvp(v[i]*v[i+1], v, [1, x, y]) }",
    "for i in 1..3 { v := v + 0.01*hessian(v[i]^3*v[1] + sum(v), v)*v }",
    "for i in 1..3 { z[1..3] := grad(sum(v ./ v[i]) + prod(v[1..i]), v) }",
    "for i in 1..3 { s := s + (if i > 1 then v[i-1] else 0); z[i] := grad(where(v > 0, v*v[i], 0)[i], v)[i] }",
    "n := mod(n, 3) + 1; s := s + v'[n]*v[n]; v := v*0.9; z[n+1..5] := zeros(5-n)",
    "z[2..1] := 7; z[:] := z + 1; W[1..2, 2] := [x; y]; n := mod(n, 2) + 1; W[n, 1..2] := [s, x]'",
    "s := s + 1; z[s + 4] := s; x := z[s + 3]",
    "s := s + 0.5; x := x + v[s]",
    "n := mod(n, 4) + 1; s := s + (if n > 1 then v[n-1] else 0); y := grad(if n > 1 then v[n-1]^2*x else x, x)",
    "n := mod(n + 1, 4); s := s + (if n >= 1 and v[n] > 0 then v[n] else 1); z := grad(where(n > 0, sum(z[1..2]), z[n+1]), z)",
    "n := mod(n + 1, 4); if n > 0 { v[n] := max(v[n], v[max(n-1, 1)] + x) }; if n > 1 { s := s + v[n-1] }",
    "n := mod(n + 1, 5); s := s + (if n > 0 then if n < 4 then v[n] else v[1] else v[3])*x",
    "n := n + 1; s := s + (if n > 5 then solve(W - W, [x, y])[1] else solve(W, [n, y])[1])",
    "n := n + 1; s := s + (if n < 6 then sum(onehot(mod(n, 3) + 1, 3)*v) else 1); y := if n > 3 then inv(s*W)[1, 1] else v[n]",
    "n := mod(n + 1, 4); s := s + (if (if n > 0 then v[n] else 0) > 0 then v[n]*x else 1)",
    "n := n + 1; v := v + randn(3, 1, seed=n) + rand(3, 1, seed=n*n)",
    "n := n + 1; s := s + (if n > 4 then sum(randn(2, 1, seed=x)) else 0)",
];

/// The values that a script shows, as text; errors too.
fn shown(text: &str) -> Vec<String> {
    let lines = run_json(text);
    let relevant = lines.iter().filter(|line| line["kind"] != "warning");
    relevant
        .map(|line| match line["kind"].as_str() {
            Some("error") => line["message"].to_string(),
            _ => line["value"].to_string(),
        })
        .collect()
}

fn looped(body: &str, rounds: usize) -> Vec<String> {
    shown(&format!("{START}repeat {rounds} {{ {body} }}\n{END}"))
}

fn one_after_the_other(body: &str, rounds: usize) -> Vec<String> {
    let statements = format!("{body}\n").repeat(rounds);
    shown(&format!("{START}{statements}{END}"))
}

#[test]
fn a_loop_is_its_statements_one_after_the_other() {
    for body in BODIES {
        for rounds in [1, 2, 3, 6] {
            let (a, b) = (looped(body, rounds), one_after_the_other(body, rounds));
            assert_eq!(a, b, "{rounds} rounds of {body}");
        }
    }
}

#[test]
fn loops_of_several_statements_too() {
    let mut random = SplitMix64::new(11);
    for _ in 0..60 {
        let mut pick = || BODIES[(random.uniform() * BODIES.len() as f64) as usize];
        let body = [pick(), pick(), pick()].join("; ");
        let (a, b) = (looped(&body, 4), one_after_the_other(&body, 4));
        assert_eq!(a, b, "4 rounds of {body}");
    }
}

#[test]
fn a_while_counts_as_a_repeat() {
    for body in BODIES {
        let counted = format!("{START}t = 0\nwhile t < 5 {{ t := t + 1; {body} }}\n{END}");
        assert_eq!(shown(&counted), looped(body, 5), "{body}");
        let ranged = format!("{START}for t in 1..5 {{ {body} }}\n{END}");
        assert_eq!(shown(&ranged), looped(body, 5), "{body}");
    }
}

/// Arrays that are large enough for their new values to stay where they are computed.
const LARGE: &str = "A = randn(40, 40, seed=1)/7; B = randn(40, 40, seed=2)/7; u = randn(1500, seed=3); w = 0.1*randn(5000, seed=4)
s = 0; t = 0
";

const LARGE_END: &str = "s; t; A; B; u; w; norm(A*B); grad(sum(sin(u)), u)\n";

/// Updates that are all that a loop does.
const ALONE: &[&str] = &[
    "A := A*B",
    "A := B'*A - 0.1*A",
    "A, B := A*B, B - 0.1*A",
    "A, B := B, A*B",
    "A, B := A*B, A*B",
    "A, s, t := A*B + s*A, s + A[2, 3] + sum(B), t + 1",
    "A := B*B; ",
    "A, A := 2*A, A*B",
    "A, A[1, 2] := A*B, 7",
    "A, B[2, 1] := A*B, A[3, 1]",
    "u, w := u - 0.1*grad(sum(sin(u.*w[1..1500])), u), w - 0.1*grad(sum(sin(u.*w[1..1500]) + cos(w[2..1501])), w)",
    "u := u .* (u[1] + u[7]*u[3])/2 + vcat(u[2..1500], s)",
    "u := vcat(u[2..1500], u[1])",
    "u := u[1..1200]*0.5",
    "u, s := if s > 1 then 0.5*u else 0.9*u, s + 0.7",
    "w := w - 0.1*sin(w) + mean(w)*w.^2",
    "u := u .* exp(200*u.^2)",
    "u := log(u + 2)",
    "s, u := s + 1, u/(2 - s) + s",
];

#[test]
fn what_a_program_keeps_is_what_is_stored() {
    for body in ALONE {
        for rounds in [3, 6] {
            let alone = format!("{LARGE}repeat {rounds} {{ {body} }}\n{LARGE_END}");
            let statements = format!("{body}\n").repeat(rounds);
            let stored = format!("{LARGE}{statements}{LARGE_END}");
            assert!(shown(&alone) == shown(&stored), "{rounds} rounds of {body}");
        }
        let told = |body: &str| -> Vec<String> {
            let lines = run_json(&format!("{LARGE}repeat 6 {{ {body} }}\n"));
            let messages = lines.iter().map(|line| line["message"].to_string());
            messages.filter(|text| !text.contains("`q`")).collect()
        };
        assert_eq!(told(body), told(&format!("{body}; q := 1")), "{body}");
    }
}

#[test]
fn what_a_program_keeps_is_seen_by_everything_else() {
    for [body, stored] in [
        [
            "while norm(A) > 0.1 { A := 0.7*A*B }",
            "while norm(A) > 0.1 { A := 0.7*A*B; q := 1 }",
        ],
        [
            "while (if s > 0 then inv(s)*2 else norm(A)) > 0.1 { A := 0.7*A*B }",
            "while norm(A) > 0.1 { A := 0.7*A*B; q := 1 }",
        ],
        [
            "repeat 3 { repeat 4 { A := A*B }; s := s + A[1, 1]; B := A - B }",
            "repeat 3 { repeat 4 { A := A*B; q := 1 }; s := s + A[1, 1]; B := A - B }",
        ],
        [
            "for i in 1..5 { u := u*i - w[i] }; u := u + 1; repeat 3 { u := u.^2/9 }",
            "for i in 1..5 { u := u*i - w[i]; q := 1 }; u := u + 1; repeat 3 { u := u.^2/9; q := 1 }",
        ],
    ] {
        let [alone, stored] =
            [body, stored].map(|text| shown(&format!("{LARGE}{text}\n{LARGE_END}")));
        assert!(alone == stored, "{body}");
    }
}

#[test]
fn an_error_keeps_what_the_program_kept() {
    let reached = |text: &str| {
        let mut session = Session::with_limits(Limits::default());
        let source = Source::new("loop.ad", format!("{LARGE}{text}"));
        let result = session.run_source(&source, &mut |_| {});
        let value = |name: &str| session.definitions().value(name).cloned();
        let values = ["A", "t", "w"].map(|name| value(name).expect("it is an input"));
        (result.map_err(|error| error.code()), values)
    };
    let body = "t, A, w := t + 1, A*B + inv([t - 5, 0; 0, 1])[1, 1], 0.9*w";
    let (failed, kept) = reached(&format!("repeat 9 {{ {body} }}"));
    let (done, expected) = reached(&format!("repeat 5 {{ {body} }}"));
    assert_eq!((failed, done), (Err(Code::Singular), Ok(())));
    assert_eq!(kept, expected);
    // An assumption that fails takes the whole round back.
    let body = "t, A, w := t + 1, A*B, 0.9*w";
    let (failed, kept) = reached(&format!("assume t < 4; repeat 9 {{ {body} }}"));
    let (done, expected) = reached(&format!("repeat 3 {{ {body} }}"));
    assert!(failed.is_err() && done.is_ok());
    assert_eq!(kept, expected);
}

#[test]
fn an_error_in_a_round_keeps_the_rounds_before() {
    let mut session = Session::with_limits(Limits::default());
    let text = "t = 0; y = 0; repeat 9 { t := t + 1; y := inv([t - 5, 0; 0, 1])[1, 1] }";
    let failed = session.run_source(&Source::new("loop.ad", text), &mut |_| {});
    assert_eq!(failed.expect_err("t reaches 5").code(), Code::Singular);
    let value = |name: &str| session.definitions().value(name).map(|x| x.data()[0]);
    assert_eq!((value("t"), value("y")), (Some(4.0), Some(-1.0)));
    let text = "t = 0; x = 5
        while t < 10 { t := t + 1; x := x - sqrt(4 - t) }
        print t, x";
    let lines = run_json(text);
    let warning = lines
        .iter()
        .find(|line| line["kind"] == "warning")
        .expect("it turns nan");
    assert!(
        warning["message"]
            .as_str()
            .expect("a text")
            .contains("`x` became nan in round 5"),
        "{warning}"
    );
}

/// Scripts with loops of a thousand rounds and more, by their names.
const WRITTEN: &str = include_str!("loops.txt");

#[test]
fn what_people_write_is_compiled() {
    for script in WRITTEN.split("\n--- ").skip(1) {
        let lines = run_json(script.split_once('\n').expect("a name stands first").1);
        let told = |line: &serde_json::Value| {
            let message = line["message"].to_string();
            line["kind"] == "error" || message.contains("instead of compiled")
        };
        assert!(!lines.iter().any(told), "{script}\n{lines:#?}");
        assert!(
            lines.iter().any(|line| line["kind"] == "value"),
            "{script}\n{lines:#?}"
        );
    }
}
