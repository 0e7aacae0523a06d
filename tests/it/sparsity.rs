//! Patterns, colours, and matrices that are stored by their places.

use crate::common::{entries, run_json, value, values};
use serde_json::Value;
use std::rc::Rc;
use wengert::graph::{Graph, Tensor};
use wengert::lower::{Formula, Limits, Lowerer};
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::ast::StatementKind;

/// The answer to a `sparsity` statement.
fn pattern(script: &str) -> Value {
    let lines = run_json(script);
    let found = lines.iter().find(|line| line["kind"] == "sparsity");
    found
        .unwrap_or_else(|| panic!("{script}: {lines:?}"))
        .clone()
}

fn places(found: &Value) -> Vec<(u64, u64)> {
    let places = found["places"].as_array().expect("places");
    let number = |value: &Value| value.as_u64().expect("a number");
    places
        .iter()
        .map(|place| (number(&place[0]), number(&place[1])))
        .collect()
}

const INPUTS: &str = "\
x = [sin(3*i) + 1.5 for i in 1..12]
A = [cos(i*j) for i in 1..12, j in 1..12]
X = [sin(i + 2*j) for i in 1..4, j in 1..3]
v = [3, 1, 3, 12]
";

#[test]
fn classic_patterns_are_exact() {
    type Has = fn(u64, u64) -> bool;
    let cases: &[(&str, Has, u64)] = &[
        (
            "sum((x[2..12] - x[1..11].^2).^2) wrt x",
            |i, j| i.abs_diff(j) <= 1,
            3,
        ),
        (
            "sum((x[i+1] - x[i]^2)^2 for i in 1..11) wrt x",
            |i, j| i.abs_diff(j) <= 1,
            3,
        ),
        ("x[1]*sum(x.^2) wrt x", |i, j| i == j || i == 1 || j == 1, 2),
        (
            "sum(prod(reshape(x, 3, 4), axis=1)) wrt x",
            |i, j| i != j && (i - 1) / 3 == (j - 1) / 3,
            3,
        ),
        ("sum(exp(x)) wrt x", |i, j| i == j, 1),
        (
            "x[1..10] .* x[2..11] + x[3..12] wrt x",
            |i, j| i <= j && j <= i + 2,
            3,
        ),
        ("cumsum(x) wrt x", |i, j| j <= i, 12),
        ("x[v] wrt x", |i, j| j == [3, 1, 3, 12][i as usize - 1], 1),
        ("diag(x)*sin(x) wrt x", |i, j| i == j, 1),
        ("where(x > 1, x.^2, 3*x) wrt x", |i, j| i == j, 1),
        ("A*x wrt x", |_, _| true, 12),
        ("sum(X, axis=2) wrt X", |i, j| (j - 1) % 4 == i - 1, 1),
        ("X*[1, 2, 3] wrt X", |i, j| (j - 1) % 4 == i - 1, 1),
        (
            "X' wrt X",
            |i, j| (i - 1) / 3 == (j - 1) % 4 && (i - 1) % 3 == (j - 1) / 4,
            1,
        ),
        ("X[:, [2, 2]] wrt X", |i, j| j == 5 + (i - 1) % 4, 1),
        (
            "softmax(X, axis=2) wrt X",
            |i, j| (i - 1) % 4 == (j - 1) % 4,
            3,
        ),
        (
            "solve(A[1..4, 1..4], X) wrt X",
            |i, j| (i - 1) / 4 == (j - 1) / 4,
            4,
        ),
        ("stop(x) .* x wrt x", |i, j| i == j, 1),
        ("floor(x) + x[1] wrt x", |_, j| j == 1, 1),
        (
            "[x[i]*x[13-i] for i in 1..12] wrt x",
            |i, j| i == j || i + j == 13,
            2,
        ),
    ];
    for (text, has, colours) in cases {
        let found = pattern(&format!("{INPUTS}sparsity {text}\n"));
        let size = |key: &str| found[key].as_u64().expect("a size");
        let all = (1..=size("rows")).flat_map(|i| (1..=size("columns")).map(move |j| (i, j)));
        let wanted: Vec<(u64, u64)> = all.filter(|(i, j)| has(*i, *j)).collect();
        assert_eq!(places(&found), wanted, "{text}");
        assert_eq!(found["colours"], *colours, "{text}: {}", found["method"]);
    }
}

#[test]
fn patterns_cover_all_nonzeros() {
    let formulas = [
        "norm(x)*x",
        "x/sum(x)",
        "max(x[1..6], x[7..12])",
        "max(x)*x",
        "cumprod(x)",
        "logsumexp(x)*x[2..3]",
        "inv(A)*x",
        "det(A)*x[1..2]",
        "A^1*x",
        "vcat(x, x.^2)",
        "hcat(x, A*x)",
        "var(x)*x[3..4]",
        "iterate(sin, x, 3)",
        "min(x)*x",
        "prod(x)*x",
        "mean(X, axis=1)*X'",
        "X*X'",
        "X'*X",
        "if x[1] > 1 then x else x.^2",
        "clamp(x, 1, 2)",
        "x[2..12] .^ x[1..11]",
        "trace_of(A)*x",
        "solve(A, x)",
        "log_softmax(x)",
        "[sum(x[1..i].^2) for i in 1..12]",
        "x[v]*x[1]",
        "jacobian(x.^3, x)*x",
        "grad(sum(x.^4)*x[1], x)",
        "linspace(x[1], x[2], 5)",
        "onehot([1, 2], 2)*x[1..2]",
        "std(x)*x",
        "dot(x, x)*x[1..2]",
        "reshape(X, 3, 4)*x[1..4]",
        "diag(A)",
        "diag(diag(A))*x",
    ];
    let mut zeros = 0;
    for text in formulas {
        for wrt in ["x", "X", "A"] {
            let inputs = format!("{INPUTS}trace_of(M) = tr(M)\n");
            let matrix = values(&format!("{inputs}jacobian({text}, {wrt})\n"));
            let Ok(matrix) = matrix else { continue };
            let found = pattern(&format!("{inputs}sparsity {text} wrt {wrt}\n"));
            let columns = found["columns"].as_u64().expect("a size");
            let known = places(&found);
            zeros += matrix[0].len() - known.len();
            for (k, value) in (0u64..).zip(&matrix[0]) {
                let place = (k / columns + 1, k % columns + 1);
                assert!(
                    *value == 0.0 || known.contains(&place),
                    "{text} wrt {wrt}: {place:?}"
                );
            }
        }
    }
    assert!(zeros > 1000, "{zeros}");
}

/// Loops that are one node each: a state of six numbers, a parameter of six and rows of two.
const LOOPS: &str = "\
x = [sin(3*i)/2 + 0.1 for i in 1..6]
b = [cos(2*i)/3 for i in 1..6]
Y = [sin(i*j)/9 for i in 1..1100, j in 1..2]
K = [abs(sin(i + j)) > 0.8 for i in 1..6, j in 1..6]
v = [2, 2, 5, 1, 6, 6]
A = diag(x) + onehot([2, 3], 6)'*[0.1, 0, 0, 0, 0.2, 0; 0, 0.1, 0, 0, 0, 0]
each(s) = sin(s) + 0.01*b
shift(s) = vcat(s[2..6], s[1..1])
couple(s) = 0.9*s + 0.05*vcat(s[2..6], s[1..1]).*s
pairs(s) = 0.5*s + 0.1*s[v].*b
apart(s) = vcat(sin(s[1..3]), 0.5*s[4..6] + 0.01*s[6]^2)
blend(s) = where(s > 0.2, 0.9*s, b.*s)
scaled(s) = 0.5*s + 0.1*diag(b)*s
gone(s) = stop(s).*b
near(s) = max(abs(s - each(s))) < 0.1
reads(s, y) = 0.9*s + vcat(y'.*s[1..2], 0.1*s[1..4])
adds(s, y) = s + vcat(y', zeros(2, 1), y'.^2)
inner(s) = iterate(each, s, 1200) + 0.1*b
";

#[test]
fn patterns_of_loops_cover_all_nonzeros() {
    let bodies = [
        "each", "shift", "couple", "pairs", "apart", "blend", "scaled", "gone",
    ];
    let rows = ["reads", "adds"];
    let mut formulas: Vec<String> = Vec::new();
    for f in bodies {
        formulas.push(format!("iterate({f}, x, 1501)"));
    }
    formulas.extend(["each", "couple"].map(|f| format!("iterate({f}, x, until=near)")));
    for f in rows {
        formulas.push(format!("fold({f}, x, Y)"));
        formulas.push(format!("scan({f}, x, Y)[[1, 2, 3, 1100], :]"));
    }
    formulas.push("iterate(inner, x, 1001)".into());
    let column = |text: &str, wrt: &str, k: usize, (m, n): (usize, usize)| {
        let direction = format!("reshape(onehot({k}, {}), {m}, {n})", m * n);
        format!("vec(jvp({text}, {wrt}, {direction}))\n")
    };
    let mut zeros = 0;
    for text in &formulas {
        let scalar = format!("sum(sin({text}).^2)");
        let slope = |wrt: &str| format!("grad({scalar}, {wrt})");
        for (wrt, shape) in [("x", (6, 1)), ("b", (6, 1)), ("Y", (1100, 2))] {
            let large = wrt == "Y";
            if large && !text.contains('Y') {
                continue;
            }
            for (of, how) in [(text.clone(), "jacobian"), (slope(wrt), "hessian")] {
                // A few columns of what is large or takes long.
                let nested = text.contains("inner");
                let columns: Vec<usize> = match (large, nested) {
                    (true, _) => vec![1, 2, 3, 1100, 1101, 2200],
                    (_, true) if how == "hessian" => continue,
                    (_, true) => vec![2],
                    _ => (1..=6).collect(),
                };
                let jvps: String = (columns.iter())
                    .map(|k| column(&of, wrt, *k, shape))
                    .collect();
                let found = values(&format!("{LOOPS}{jvps}"));
                let found = found.unwrap_or_else(|why| panic!("{of} wrt {wrt}: {why}"));
                let asked = if how == "hessian" { &scalar } else { text };
                let pattern = pattern(&format!("{LOOPS}sparsity {asked} wrt {wrt} using {how}\n"));
                // A large pattern is only counted.
                if pattern["places"].is_null() {
                    continue;
                }
                let known: std::collections::HashSet<_> = places(&pattern).into_iter().collect();
                for (column, k) in found.iter().zip(columns) {
                    for (i, value) in (1u64..).zip(column) {
                        let here = known.contains(&(i, k as u64));
                        zeros += usize::from(!here);
                        assert!(
                            *value == 0.0 || here,
                            "{of} wrt {wrt}: ({i}, {k}) is {value}"
                        );
                    }
                }
            }
        }
    }
    assert!(zeros > 1000, "{zeros}");
}

#[test]
fn patterns_of_loops_are_exact_where_rounds_keep_entries_apart() {
    type Has = fn(u64, u64) -> bool;
    let cases: &[(&str, Has)] = &[
        ("iterate(each, x, 5000) wrt x", |i, j| i == j),
        ("iterate(each, x, 5000) wrt b", |i, j| i == j),
        ("iterate(each, x, until=near) wrt x", |i, j| i == j),
        ("sum(iterate(each, x, 5000)) wrt x using hessian", |i, j| {
            i == j
        }),
        ("iterate(shift, x, 1501) wrt x", |i, j| j == i % 6 + 1),
        ("iterate(scaled, x, 5000) wrt x", |i, j| i == j),
        ("iterate(apart, x, 5000) wrt x", |i, j| {
            i == j || (i > 3 && j == 6)
        }),
        ("iterate(inner, x, 1500) wrt x", |i, j| i == j),
        ("iterate(gone, x, 5000) wrt x", |_, _| false),
        ("fold(adds, x, Y) wrt x", |i, j| i == j),
        ("scan(adds, x, Y)[[1, 3], 2] wrt Y", |i, j| {
            j > 1100 && j < 1100 + 2 * i
        }),
        ("sum(fold(adds, x, Y)) wrt Y using hessian", |i, j| i == j),
    ];
    for (text, has) in cases {
        let found = pattern(&format!("{LOOPS}sparsity {text}\n"));
        let size = |key: &str| found[key].as_u64().expect("a size");
        let all = (1..=size("rows")).flat_map(|i| (1..=size("columns")).map(move |j| (i, j)));
        let wanted: Vec<(u64, u64)> = all.filter(|(i, j)| has(*i, *j)).collect();
        assert_eq!(places(&found), wanted, "{text}");
    }
}

fn formula(text: &str) -> Formula {
    let source = Source::new("ask.ad", format!("answer = {text}\n"));
    let script = Rc::new(wengert::syntax::parse(&source).expect("it parses").0);
    let StatementKind::Define(_, expr) = script.statement(script.body[0]).kind else {
        panic!("a definition was written");
    };
    Formula { script, expr }
}

/// The value where nothing else is wanted, and where everything is a node; and the nodes of each.
fn both(definitions: &str, text: &str) -> [(Tensor, usize); 2] {
    let mut session = Session::with_limits(Limits::default());
    let source = Source::new("test.ad", definitions);
    session.run_source(&source, &mut |_| {}).expect("it runs");
    let (few, all) = (Graph::new(), Graph::new());
    let value = |mut lowerer: Lowerer<'_>, graph: &Graph| {
        let node = lowerer.lower(&formula(text)).expect("it lowers");
        (lowerer.value(node).expect("it has a value"), graph.len())
    };
    let limits = Limits::default();
    [
        value(
            Lowerer::for_values(&few, session.definitions(), limits),
            &few,
        ),
        value(Lowerer::new(&all, session.definitions(), limits), &all),
    ]
}

const CHAIN: &str = "\
n = 40
x = [sin(3*i) + 1.5 for i in 1..n]
b = [cos(i) for i in 1..n]
L = sum((x[2..n] - x[1..n-1].^2).^2) + sum(exp(b .* x))
P = sum((x[i+1] - x[i]^2)^2*x[i] for i in 1..n-1)
R = sin(x[1..n-2]) .* x[3..n] - b[1..n-2]
S = x[1]*sum(x.^4)
";

#[test]
fn few_passes_give_what_all_give() {
    // Rows are found with the bits that a dense matrix has.
    let exact = [
        "hessian(L, x)",
        "hessian(P, x)",
        "jacobian(R, x)",
        "jacobian(x[[1, 3, 1, 7, 9, 9, 9, 2, 30]].^2, x)",
    ];
    // Columns, mirror images, derivatives of the matrix.
    let close = [
        "hessian(S, x)",
        "jacobian(hcat(R, R.^2), x[7])",
        "jacobian(vcat(x.^2, sin(x), x), x)",
        "hessian(L, x)*b",
        "grad(sum(hessian(P, x)*b), x)",
        "jacobian(hessian(L, x)*b, x)",
        "hessian(S, x)'*hessian(L, x)",
        "solve(hessian(L, x) + eye(n), b)",
    ];
    for (k, text) in exact.iter().chain(&close).enumerate() {
        let [few, all] = both(CHAIN, text);
        assert_eq!(few.0.shape(), all.0.shape(), "{text}");
        let largest = all.0.data().iter().fold(1f64, |most, x| most.max(x.abs()));
        for (a, b) in few.0.data().iter().zip(all.0.data()) {
            let same = if k < exact.len() {
                *a == *b
            } else {
                (a - b).abs() <= 1e-12 * largest
            };
            assert!(same, "{text}: {a} {b}");
        }
        if !text.contains("x[7]") {
            assert!(
                few.1 < all.1,
                "{text}: {} nodes, {} with all passes",
                few.1,
                all.1
            );
        }
    }
}

#[test]
fn loops_use_the_same_passes() {
    let step = "x := x - solve(hessian(L, x) + 5*eye(n), grad(L, x))";
    let one_by_one: String = (0..4).map(|_| format!("{step}\n")).collect();
    let loops = values(&format!("{CHAIN}repeat 4 {{ {step} }}\nx\n")).expect("a loop");
    let steps = values(&format!("{CHAIN}{one_by_one}x\n")).expect("steps");
    assert_eq!(loops, steps);
    // An index that changes in the loop decides what is zero.
    let moving = "k = [1, 2, 3, 4, 5, 6, 7, 8, 9]\nrepeat 3 { s := sum(jacobian(x[k].^2, x)*x); k := k + 1 }\ns\n";
    let last = "k = [3, 4, 5, 6, 7, 8, 9, 10, 11]\nsum(jacobian(x[k].^2, x)*x)\n";
    let moved = value(&format!("{CHAIN}s = 0\n{moving}")).expect("a loop");
    assert_eq!(moved, value(&format!("{CHAIN}{last}")).expect("a value"));
}

/// A chain of `n` unknowns, whose Hessian is stored by its places: the large one is shown so, too.
fn stored_chain(n: usize) -> String {
    format!("n = {n}\n{STORED}")
}

const STORED: &str = "\
x = [sin(3*i) + 1.5 for i in 1..n]
b = [cos(i) for i in 1..n]
L = sum((x[2..n] - x[1..n-1].^2).^2) + sum(exp(x))
H = hessian(L, x)
g = grad(L, x)
";

#[test]
fn stored_matrices_mean_the_same() {
    // What is stored, and the same without a matrix.
    let pairs = [
        ("H*b", "jvp(g, x, b)"),
        ("b'*H", "jvp(g, x, b)'"),
        ("H'*b", "jvp(g, x, b)"),
        ("(2*H - H/4)*b", "1.75*jvp(g, x, b)"),
        ("(H + 3*eye(n))*b", "jvp(g, x, b) + 3*b"),
        ("(H - diag(b))*b", "jvp(g, x, b) - b.^2"),
        ("-H*hcat(b, x)", "-hcat(jvp(g, x, b), jvp(g, x, x))"),
        ("sum(H)", "sum(jvp(g, x, ones(n, 1)))"),
        ("sum(H, axis=1)", "jvp(g, x, ones(n, 1))'"),
        ("sum(H, axis=2)", "jvp(g, x, ones(n, 1))"),
        ("H*solve(H, b)", "b"),
        ("tr(H)", "sum(diag(H))"),
        ("diag(H)", "diag(jacobian(g, x))"),
        ("H[7, 8]", "grad(grad(L, x[8]), x[7])"),
        (
            "H[3..5, 2..4]",
            "[H[3, 2], H[3, 3], H[3, 4]; H[4, 2], H[4, 3], H[4, 4]; H[5, 2], H[5, 3], H[5, 4]]",
        ),
        ("H[1..3, n-2..n]", "zeros(3, 3)"),
        // Derivatives of what is made of it.
        ("grad(b'*H*b, x)", "grad(dot(jvp(g, x, b), b), x)"),
        ("jvp(H*b, x, b)", "jvp(jvp(g, x, b), x, b)"),
        ("grad(sum(H), x)", "grad(sum(jvp(g, x, ones(n, 1))), x)"),
        (
            "grad(dot(b, solve(H, b)), x)",
            "-grad(dot(s, jvp(g, x, s)), x)",
        ),
        // It is made dense where that fits.
        ("sum(exp(H - H))", "n^2"),
        ("max(H)", "max(diag(H))"),
    ];
    let sizes = [300, 2500].map(stored_chain);
    for ((stored, other), chain) in pairs
        .iter()
        .flat_map(|pair| sizes.iter().map(move |chain| (pair, chain)))
    {
        let script = format!("{chain}s := solve(H, b)\n{stored}\n{other}\n");
        let found = values(&script).unwrap_or_else(|why| panic!("{stored}: {why}"));
        let [got, want] = found.as_slice() else {
            panic!("{stored}: two values")
        };
        let largest = want.iter().fold(1f64, |most, x| most.max(x.abs()));
        assert_eq!(got.len(), want.len(), "{stored}");
        for (a, b) in got.iter().zip(want) {
            assert!((a - b).abs() <= 1e-9 * largest, "{stored}: {a} {b}");
        }
    }
}

#[test]
fn operations_on_stored_matrices_keep_the_digits() {
    // `W` is the same matrix with all its entries.
    let formulas = [
        "H*H",
        "H*H*H",
        "H'*(H - 2*eye(n))",
        "H .* H",
        "H .* (H*H)",
        "H + H*H",
        "eye(n) - H*H",
        "H.^2",
        "abs(H)",
        "max(H, 0)",
        "where(H > 0, H, H')",
        "tanh(H/8)",
        "H[1..n-1, :]*H",
        "hcat(H, 2*H, eye(n))",
        "vcat(H, eye(n), H')*H",
        "H*b",
        "b'*H",
        "H*hcat(b, x)",
    ];
    let sizes = [200, 1200].map(stored_chain);
    for (formula, inputs) in formulas
        .iter()
        .flat_map(|one| sizes.iter().map(move |size| (one, size)))
    {
        let dense = formula.replace('H', "W").replace("eye(n)", "I");
        let script = format!(
            "{inputs}W := H + zeros(n, n); I := eye(n) + zeros(n, n)\nC := {formula}\n\
             r = [sin(i^2) for i in 1..rows(C)]\nc = [cos(i^2) for i in 1..cols(C)]\n\
             r'*C\nr'*({dense})\nC*c\n({dense})*c\n"
        );
        let found = values(&script).unwrap_or_else(|why| panic!("{formula}: {why}"));
        assert_eq!(found[0], found[1], "{formula}");
        assert_eq!(found[2], found[3], "{formula}");
    }
}

#[test]
fn derivatives_of_stored_products_are_those_of_the_matrices() {
    let pairs = [
        ("dot(b, H*H*b)", "dot(g1, g1)"),
        (
            "sum((H*H) .* H)",
            "dot(ones(n, 1), (H .* (H*H))*ones(n, 1))",
        ),
        ("sum(H.^2)", "tr(H*H)"),
    ];
    let sizes = [200, 1200].map(stored_chain);
    for ((stored, other), inputs) in pairs
        .iter()
        .flat_map(|one| sizes.iter().map(move |size| (one, size)))
    {
        let script = format!(
            "{inputs}g1 = jvp(g, x, b)\nf = {stored}\nk = {other}\nf\nk\ngrad(f, x)\ngrad(k, x)\n\
             jvp(f, x, b)\njvp(k, x, b)\njvp(grad(f, x), x, b)\njvp(grad(k, x), x, b)\n\
"
        );
        let found = values(&script).unwrap_or_else(|why| panic!("{stored}: {why}"));
        for pair in found.chunks_exact(2) {
            let largest = pair[1].iter().fold(1f64, |most, x| most.max(x.abs()));
            for (a, b) in pair[0].iter().zip(&pair[1]) {
                assert!((a - b).abs() <= 1e-9 * largest, "{stored}: {a} {b}");
            }
        }
    }
}

#[test]
fn stored_values_stay_stored() {
    let chain =
        "n = 100000\nx = 0.5*ones(n, 1)\nL = sum((x[2..n] - x[1..n-1].^2).^2) + sum(x.^2)\n";
    let script = format!(
        "{chain}A := hessian(L, x)\nB := A*A - 2*A\nrepeat 3 {{ B := 0.5*(B + A') }}\nB\nsum(B)\nsum(B*ones(n, 1))\n\
         B[3, 3]\nexp(B)\n"
    );
    let lines = run_json(&script);
    assert_eq!(
        lines[0]["sparse"].as_array().expect("entries").len(),
        499_994
    );
    assert_eq!(lines[1]["value"], lines[2]["value"]);
    // A: −2 5 −2 inside; (A·A)₃₃ = 33, and B goes halfway to A three times.
    assert_eq!(
        entries(&lines[3]["value"])[0],
        (33.0 - 10.0) / 8.0 + 5.0 * 7.0 / 8.0
    );
    assert_eq!(lines[4]["code"], "limit", "{}", lines[4]);
    // A name whose value is stored is differentiated by like any other, and its facts hold.
    let inputs = stored_chain(1200);
    let small = format!(
        "{inputs}A := H\nf = sum(A*A*b)\ng = grad(f, A)\ng[2, 3]\n(A*b)[3] + b[3]*sum(A[:, 2])\n"
    );
    let found = values(&small).expect("a gradient");
    assert!(
        (found[0][0] - found[1][0]).abs() < 1e-9 * found[1][0].abs(),
        "{found:?}"
    );
    let lines = run_json(&format!("{inputs}A = 1\nassume A > 0\nA := H\n"));
    assert_eq!(lines[0]["code"], "value", "{lines:?}");
}

#[test]
fn zeros_that_are_not_stored_are_numbers() {
    for n in [300, 2500] {
        let chain = stored_chain(n);
        let product = values(&format!("{chain}w := b; w[5] := inf\nH*w\n")).expect("values");
        let wild: Vec<usize> = (0..n).filter(|k| !product[0][*k].is_nan()).collect();
        assert_eq!(
            wild,
            [3, 4, 5],
            "infinite beside the diagonal, 0·∞ elsewhere"
        );
        let chain = format!("{chain}w := b; w[5] := inf\nt = 0\n");
        for formula in ["(H*w[5])*H", "H*(diag(w)*H)"] {
            let lines = run_json(&format!("{chain}{formula}\n"));
            let last = lines.last().expect("an answer");
            if n > 1000 {
                assert!(last["message"].to_string().contains("sparse"), "{last}");
            } else {
                let entries = entries(&last["value"]);
                assert!(entries[n * n / 2 + 4].is_nan(), "far away in a row with ∞");
            }
        }
        let lines = run_json(&format!("{chain}H/t\n"));
        let last = lines.last().expect("an answer");
        if n > 1000 {
            assert!(last["message"].to_string().contains("sparse"), "{last}");
        } else {
            let entries = entries(&last["value"]);
            assert!(
                entries[2].is_nan() && entries[1].is_infinite(),
                "0/0, and more/0"
            );
            assert_eq!(entries.len(), n * n, "it is shown with all entries");
        }
    }
}

#[test]
fn a_long_chain_takes_three_passes_and_little_room() {
    let chain = "n = 100000\nx = 0.5*ones(n, 1)\nL = sum((x[2..n] - x[1..n-1].^2).^2) + sum(x.^2)\nH = hessian(L, x)\n";
    let found = pattern(&format!("{chain}sparsity L wrt x\n"));
    assert_eq!(found["nonzeros"], 299_998);
    assert_eq!(found["passes"], 3);
    let lines = run_json(&format!("{chain}H\nnorm(H*solve(H, x) - x)\nexp(H)\n"));
    assert_eq!(
        lines[0]["sparse"].as_array().expect("entries").len(),
        299_998
    );
    assert_eq!(lines[0]["shape"], serde_json::json!([100_000, 100_000]));
    assert!(entries(&lines[1]["value"])[0] < 1e-10, "{}", lines[1]);
    assert_eq!(lines[2]["code"], "limit");
    // Of a dense one nothing is tried.
    let lines = run_json(&format!("{chain}hessian(sum(x)^2, x)\n"));
    assert_eq!(lines[0]["code"], "limit", "{lines:?}");
}

#[test]
fn files_hold_pattern_and_values() {
    let folder = std::env::temp_dir().join(format!("wengert-sparsity-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = |name: &str| folder.join(name).display().to_string();
    let script = format!(
        "x = [1, 2, 3]\ninput z[3]\nsparsity x[1]*x[2]^2 + x[3]^2 wrt x to {:?}\nsparsity z[1..2].*z[2..3] wrt z to {:?}\nsparsity x.^2 wrt x to {:?}\n",
        path("h.mtx"),
        path("j.mtx"),
        path("j.svg")
    );
    let mut session = Session::in_world(Rc::new(wengert::world::Folder), Limits::default());
    session
        .run_source(&Source::new("test.ad", script), &mut |_| {})
        .expect("it runs");
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("written");
    assert_eq!(
        read("h.mtx"),
        "%%MatrixMarket matrix coordinate real symmetric\n% Hessian of x[1]*x[2]^2 + x[3]^2 wrt x\n3 3 3\n2 1 4\n2 2 2\n3 3 2\n"
    );
    assert_eq!(
        read("j.mtx"),
        "%%MatrixMarket matrix coordinate pattern general\n% Jacobian of z[1..2].*z[2..3] wrt z\n2 3 4\n1 1\n1 2\n2 2\n2 3\n"
    );
    assert!(read("j.svg").starts_with("<svg"));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
