//! Arrays with many rows, which programs compute some rows at a time: the bits are those of the
//! interpreter, which computes them whole.

use crate::common::compiled::{agrees_one_by_one, lower};
use crate::common::{json_lines, report, values, wanted};
use wengert::exec::Program;
use wengert::primitives::random::SplitMix64;
use wengert::threads;

/// The steps of a program for `expressions`.
fn steps(definitions: &str, inputs: &[&str], expressions: &[&str]) -> Vec<(&'static str, usize)> {
    let expressions: Vec<String> = expressions.iter().map(|text| text.to_string()).collect();
    let lowered = lower(definitions, inputs, &expressions).expect("it is lowered");
    let (inputs, outputs) = ([lowered.inputs], [lowered.outputs]);
    let program = Program::compile(&lowered.graph, &inputs, &outputs, 1 << 30);
    program.expect("it is compiled").listing()
}

#[test]
fn value_and_gradient_of_a_regression_are_one_pass() {
    let logistic = "X = randn(20000, 10, seed=1); w = 0.1*randn(10, 1, seed=2); z = X*w; \
        L = mean(softplus(z) - X[:, 1].*z)";
    let found = steps(logistic, &["w"], &["L", "grad(L, w)"]);
    let passes = found.iter().filter(|(kind, _)| *kind == "blocks").count();
    assert_eq!(passes, 1, "{found:?}");
    // X[:, 1]/n is computed once.
    let others = found
        .iter()
        .filter(|(kind, len)| *kind != "blocks" && *len >= 20_000);
    assert_eq!(others.count(), 1, "{found:?}");
    // What is centred has to be gone through first.
    let centred = "X = randn(20000, 3, seed=1); V = randn(3, 8, seed=2); s = softmax(X*V, axis=2); \
        L = sum((s - mean(s, axis=1)).^2)";
    let found = steps(centred, &["V"], &["L"]);
    let passes = found.iter().filter(|(kind, _)| *kind == "blocks").count();
    assert_eq!(passes, 2, "{found:?}");
}

#[test]
fn small_arrays_are_left_whole() {
    let logistic = "X = randn(2000, 10, seed=1); w = 0.1*randn(10, 1, seed=2); \
        L = mean(softplus(X*w))";
    let found = steps(logistic, &["w"], &["L", "grad(L, w)"]);
    assert!(found.iter().all(|(kind, _)| *kind != "blocks"), "{found:?}");
}

/// Random formulas over arrays with `rows` rows.
struct Formulas {
    random: SplitMix64,
    rows: usize,
    text: String,
    /// Names of arrays with as many rows and the width, and of columns.
    wide: Vec<String>,
    columns: Vec<String>,
    /// What is added up to the loss.
    terms: Vec<String>,
}

impl Formulas {
    fn below(&mut self, n: usize) -> usize {
        (self.random.uniform() * n as f64) as usize
    }

    fn one_of(&mut self, names: &[String]) -> String {
        names[self.below(names.len())].clone()
    }

    fn define(&mut self, formula: String) -> String {
        let name = format!("a{}", self.text.matches('=').count());
        self.text += &format!("{name} = {formula}\n");
        name
    }

    fn add(&mut self) {
        let (wide, columns) = (self.wide.clone(), self.columns.clone());
        let [p, q] = [0, 1].map(|_| self.one_of(&wide));
        let [u, v] = [0, 1].map(|_| self.one_of(&columns));
        let n = self.rows;
        let kind = self.below(22);
        let (to_wide, formula) = match kind {
            0 => (true, format!("tanh({p}) + {q}")),
            1 => (true, format!("sigmoid({p}).*{q}")),
            2 => (true, format!("{p} - mean({p}, axis=1)")),
            3 => (true, format!("softmax({p}, axis=2)")),
            4 => (true, format!("{p}.*{u}./(1 + {q}.^2)")),
            5 => (true, format!("{p} + b")),
            6 => (true, format!("{u}*b + {q}")),
            7 => (true, format!("where({p} > {q}, {p}, sin({q}))")),
            8 => (true, format!("sigmoid({p}) - sigmoid(-{p})")),
            9 => (true, format!("({p} - mean({q}))*norm(b)")),
            10 => (true, format!("{p}*H/4")),
            11 => (false, format!("softplus({u}) - {v}")),
            12 => (false, format!("logsumexp({p}, axis=2)")),
            13 => (false, format!("sum({p}.*{q}, axis=2)")),
            14 => (false, format!("{p}*b'")),
            15 => (false, format!("{p}[:, 1].*{v}")),
            16 => (false, format!("max({u}, {v})./(1 + dot({u}, {v})^2/{n})")),
            17 => (false, format!("vcat({u}[2..{n}], {v}[1])")),
            18 => (false, format!("{u}[1..{n}] - {u}[3]")),
            kind => {
                let term = match kind {
                    19 => format!("sum({p}'*{q})/{n}"),
                    20 => format!("norm({p}'*{u})/{n}"),
                    _ => format!("mean({p}.*{q}) + sum(sum({u}.*{p}, axis=1).^2)/{n}^2"),
                };
                self.terms.push(term);
                return;
            }
        };
        let name = self.define(formula);
        if to_wide {
            self.wide.push(name);
        } else {
            self.columns.push(name);
        }
    }
}

/// A random program with `rows` rows, and its inputs.
fn random(seed: u64, rows: usize) -> (String, Vec<&'static str>) {
    let mut random = SplitMix64::new(seed);
    let width = 1 + (random.uniform() * 9.0) as usize;
    let text = format!(
        "X = randn({rows}, 7, seed={seed})\ny = randn({rows}, seed=9)\n\
         V = randn(7, {width}, seed=3)\nb = randn(1, {width}, seed=4)\n\
         H = randn({width}, {width}, seed=5)\n"
    );
    let mut formulas = Formulas {
        random,
        rows,
        text,
        wide: Vec::new(),
        columns: vec!["y".into(), "X[:, 3]".into()],
        terms: vec!["norm(b)".into()],
    };
    let first = formulas.define("X*V".into());
    formulas.wide.push(first);
    for _ in 0..5 + seed as usize % 12 {
        formulas.add();
    }
    let last = formulas.wide.last().cloned().unwrap_or_default();
    let column = formulas.columns.last().cloned().unwrap_or_default();
    formulas.terms.push(format!("mean({last}.^2)"));
    formulas.terms.push(format!("sum({column})/{rows}"));
    let loss = formulas.terms.join(" + ");
    (
        formulas.text + &format!("L = {loss}\n"),
        vec!["V", "b", "y"],
    )
}

#[test]
fn random_programs_over_many_rows_give_the_same_bits() {
    let mut failures = Vec::new();
    let (mut compiled, mut in_blocks) = (0, 0);
    let seeds = wanted(20);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        // The last block has another height for each.
        let rows = 4096 + 61 * (seed as usize % 40) * (1 + seed as usize % 3);
        let (text, inputs) = random(seed, rows);
        let asked = ["L", "grad(L, V)", "grad(L, b)", "grad(L, y)"].map(String::from);
        match agrees_one_by_one(&text, &inputs, &asked) {
            Ok(done) => compiled += u64::from(done),
            Err(error) => {
                let error: String = error.chars().take(300).collect();
                failures.push(format!("seed {seed}: {error}\n{text}"));
            }
        }
        let found = steps(&text, &inputs, &["L", "grad(L, V)"]);
        in_blocks += u64::from(found.iter().any(|(kind, _)| *kind == "blocks"));
    }
    report(&failures);
    assert_eq!(compiled, count);
    assert!(20 * in_blocks > 14 * count, "only {in_blocks} in blocks");
}

/// Sums over pieces of the rows, chains over large arrays, lanes, and the points of a plot, with one thread and with two.
/// The bits of all outputs of a compiled program.
fn bits_of(program: &mut Program, outputs: usize) -> Vec<Vec<u64>> {
    program.run(0).expect("it runs");
    let bits = |k| {
        let output = program.output(0, k);
        output.data.iter().map(|x| x.to_bits()).collect()
    };
    (0..outputs).map(bits).collect()
}

/// What threads share: definitions, the input that they begin with, and expressions.
const SHARED: [(&str, &str, &[&str]); 6] = [
    // Pieces of tall arrays, and a long chain.
    (
        "w = 0.1*randn(4, 1, seed=9); X = randn(300000, 4, seed=1); z = X*w; \
         Y = randn(700, 800, seed=3); \
         L = mean(softplus(z) - X[:, 1].*z) + sum(z.^2) + dot(z, X[:, 2])",
        "w",
        &[
            "L",
            "grad(L, w)",
            "hessian(L, w)",
            "tanh(w[1]*Y).*exp(sin(w[2]*Y))",
        ],
    ),
    // Pieces that are stored as whole arrays.
    (
        "M = randn(3, 2, seed=5); X = randn(10001, 2, seed=6); \
         q(k) = sum((X - M[k, :]).^2, axis=2); \
         L = sum(logsumexp(-0.5*hcat(q(1), q(2), q(3)), axis=2))",
        "M",
        &["L", "grad(L, M)", "softmax(X*M', axis=2)", "q(2)"],
    ),
    // Rows of products with a vector.
    (
        "v = randn(900, 1, seed=7); A = randn(901, 900, seed=8); y = A*v; L = sum(y.^4)",
        "v",
        &["y", "grad(L, v)", "A'*y", "v'*A'"],
    ),
    // Pieces of a long inner dimension, columns, and rows of several.
    (
        "B = randn(20001, 3, seed=9); C = randn(300, 200, seed=10); D = randn(200, 129, seed=11); \
         E = randn(3001, 150, seed=15); F = randn(3, 10, seed=16); \
         L = sum((B'*B).^2)",
        "B",
        &[
            "B'*B",
            "grad(L, B)",
            "B[1..200, :]'*(C'*(C*D))",
            "C*D",
            "E*(B[1..150, :]*F)",
        ],
    ),
    // A long chain inside of a product that is shared itself.
    (
        "u = randn(100000, 1, seed=12); L = sum(sin(u).*exp(cos(u)))",
        "u",
        &[
            "L",
            "grad(L, u)",
            "reshape(tanh(u), 1000, 100)'*reshape(sin(u), 1000, 100)",
        ],
    ),
    // Each piece of a sum of just two, and of one and more.
    (
        "u = randn(8192, 1, seed=13); v = randn(12287, 1, seed=14); L = sum(tanh(u)) + dot(v, sin(v))",
        "u",
        &[
            "L",
            "grad(L, u)",
            "sum(u)",
            "mean(v.*v)",
            "dot(v, v)",
            "std(u)",
        ],
    ),
];

#[test]
fn threads_change_no_bits() {
    for (definitions, input, expressions) in SHARED {
        let asked: Vec<String> = expressions.iter().map(|text| text.to_string()).collect();
        let lowered = lower(definitions, &[input], &asked).expect("it is lowered");
        let found = [1, 2].map(|count| {
            threads::limit(count);
            let (inputs, outputs) = ([lowered.inputs.clone()], [lowered.outputs.clone()]);
            let program = Program::compile(&lowered.graph, &inputs, &outputs, 1 << 30);
            bits_of(&mut program.expect("it is compiled"), expressions.len())
        });
        assert_eq!(found[0], found[1], "{definitions}");
        agrees_one_by_one(definitions, &[input], &asked).expect("as interpreted");
    }
    let differences = "u = randn(300, 1, seed=4)\nnumeric(sum(sin(u.*u)), u)\n";
    let plot = "m(u) = 3.7*u*(1 - u)\nf(x, y) = iterate(m, 0.3 + 0.01*x*y, 200)\n\
        plot f(x, y) over x from -3 to 3, y from -3 to 3\n";
    let found = [1, 2].map(|count| {
        threads::limit(count);
        let differences = values(differences).expect("differences");
        (differences, json_lines(plot))
    });
    assert_eq!(found[0].1.len(), 1, "{:?}", found[0].1);
    assert_eq!(found[0], found[1]);
}
