//! The executor against hand-written Rust, in the same run.
//!
//! `cargo bench --bench executor [-- GROUP …]` prints one line a case: the time of one evaluation
//! (value and full gradient unless said otherwise) here and by hand, medians of interleaved rounds
//! of CPU time, and their ratio beside the one that is promised.

#[path = "common/by_hand.rs"]
mod by_hand;
#[path = "common/measure.rs"]
mod measure;

use by_hand::{Iris, Tape};
use measure::{Case, Table};
use std::rc::Rc;
use wengert::exec::Program;
use wengert::graph::{Graph, NodeId};
use wengert::lower::{Formula, Limits, Lowerer};
use wengert::primitives::random::SplitMix64;
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::ast::StatementKind;

/// What `expressions` compute, compiled, with `inputs` as one group that changes.
struct Compiled {
    program: Program,
    values: Vec<Vec<f64>>,
}

impl Compiled {
    fn new(definitions: &str, inputs: &[&str], expressions: &[&str]) -> Compiled {
        let mut session = Session::with_limits(Limits::default());
        let source = Source::new("bench.ad", definitions);
        session.run_source(&source, &mut |_| {}).expect("it runs");
        let all = inputs.iter().chain(expressions);
        let text: String = all
            .enumerate()
            .map(|(k, text)| format!("answer{k} = {text}\n"))
            .collect();
        let (script, _) = wengert::syntax::parse(&Source::new("ask.ad", &text)).expect("it parses");
        let script = Rc::new(script);
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, session.definitions(), Limits::default());
        let mut nodes: Vec<NodeId> = Vec::new();
        for id in &script.body {
            if let StatementKind::Define(_, expr) = script.statement(*id).kind {
                let formula = Formula {
                    script: script.clone(),
                    expr,
                };
                nodes.push(lowerer.lower(&formula).expect("it is lowered"));
            }
        }
        let outputs = nodes.split_off(inputs.len());
        let values = nodes
            .iter()
            .map(|id| lowerer.value(*id).expect("it has a value").data().to_vec())
            .collect();
        let program =
            Program::compile(&graph, &[nodes], &[outputs], u64::MAX).expect("it compiles");
        Compiled { program, values }
    }

    /// Prints the steps, where that is asked for by `STEPS=1`.
    fn show_steps(&self, name: &str) {
        if std::env::var_os("STEPS").is_some() {
            println!("{name}: {:?}", self.program.listing());
        }
    }

    /// One evaluation at the point as it is.
    fn run(&mut self) -> f64 {
        for (k, value) in self.values.iter().enumerate() {
            self.program.set(k, value);
        }
        self.program.run(0).expect("it runs");
        self.program.output(0, 0).data[0]
    }

    fn output(&self, k: usize) -> Vec<f64> {
        self.program.output(0, k).data.to_vec()
    }
}

/// The largest relative difference.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "equally many numbers");
    let largest = b.iter().fold(1e-300f64, |m, x| m.max(x.abs()));
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs() / largest);
    differences.fold(0.0, f64::max)
}

fn irregular(table: &mut Table, n: usize) {
    let tape = Tape::random(n, 7);
    let mut compiled = Compiled::new(
        &tape.script(),
        &["x", "y"],
        &["F", "grad(F, x)", "grad(F, y)"],
    );
    let mut by_hand = tape.clone();
    compiled.show_steps("irregular");
    compiled.run();
    by_hand.run(0.5, 0.8);
    let gradient = [compiled.output(1), compiled.output(2)].concat();
    assert!(
        apart(&gradient, &by_hand.gradient()) < 1e-9,
        "the same gradient"
    );
    table.compare(
        Case {
            name: &format!("irregular {n}"),
            reference: "match per node",
            promise: None,
        },
        || compiled.run(),
        || by_hand.run(0.5, 0.8),
    );
    let mut value = Compiled::new(&tape.script(), &["x", "y"], &["F"]);
    table.compare(
        Case {
            name: &format!("gradient/value {n}"),
            reference: "the value alone",
            promise: Some(2.5),
        },
        || compiled.run(),
        || value.run(),
    );
}

fn product(table: &mut Table) {
    let names: Vec<String> = (1..=1000).map(|k| format!("x[{k}]")).collect();
    let definitions = format!("x = rand(1000, seed=3) + 0.5\np = {}", names.join("*"));
    let mut compiled = Compiled::new(&definitions, &["x"], &["p", "grad(p, x)"]);
    let x = compiled.values[0].clone();
    let mut gradient = vec![0.0; x.len()];
    compiled.show_steps("product");
    compiled.run();
    by_hand::product(&x, &mut gradient);
    assert!(
        apart(&compiled.output(1), &gradient) < 1e-12,
        "the same gradient"
    );
    table.compare(
        Case {
            name: "product of 1,000",
            reference: "by hand",
            promise: Some(1.5),
        },
        || compiled.run(),
        || by_hand::product(&x, &mut gradient),
    );
}

fn rosenbrock(table: &mut Table) {
    let forms = [
        (
            "Rosenbrock, scalars",
            3.0,
            "sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1..999)",
        ),
        (
            "Rosenbrock, slices",
            2.0,
            "sum(100*(x[2..1000] - x[1..999].^2).^2 + (1 - x[1..999]).^2)",
        ),
    ];
    for (name, promise, formula) in forms {
        let definitions = format!("x = rand(1000, seed=3)\nL = {formula}");
        let mut compiled = Compiled::new(&definitions, &["x"], &["L", "grad(L, x)"]);
        let x = compiled.values[0].clone();
        let mut gradient = vec![0.0; x.len()];
        compiled.show_steps(name);
        compiled.run();
        by_hand::rosenbrock(&x, &mut gradient);
        assert!(
            apart(&compiled.output(1), &gradient) < 1e-12,
            "the same gradient"
        );
        table.compare(
            Case {
                name,
                reference: "by hand",
                promise: Some(promise),
            },
            || compiled.run(),
            || by_hand::rosenbrock(&x, &mut gradient),
        );
    }
}

fn tiny(table: &mut Table) {
    let definitions = "w = 3; x = 2; y = 1; L = 0.5*(y - w*x)^2";
    let mut compiled = Compiled::new(definitions, &["w"], &["L", "grad(L, w)"]);
    table.alone("0.5(y - wx)^2, one call", "<= 60 ns", || compiled.run());
}

fn iris(table: &mut Table) {
    let mut random = SplitMix64::new(1);
    let mut normal =
        |n: usize, scale: f64| -> Vec<f64> { (0..n).map(|_| scale * random.normal()).collect() };
    let mut by_hand = Iris::new(
        normal(150 * 3, 1.0),
        normal(3 * 16, 0.1),
        normal(16 * 3, 0.1),
    );
    let definitions = "X = zeros(150, 3); V = zeros(3, 16); W = zeros(16, 3); \
        Y = onehot([mod(i - 1, 3) + 1 for i in 1..150], 3); U = sigmoid(X*V)*W; \
        J = -mean(sum(U.*Y, axis=2) - logsumexp(U, axis=2))";
    let new = ["W - 0.1*grad(J, W)", "V - 0.1*grad(J, V)"];
    let mut compiled = Compiled::new(definitions, &["V", "W", "X"], &new);
    compiled.values = vec![by_hand.v.clone(), by_hand.w.clone(), by_hand.x.clone()];
    compiled.show_steps("Iris step");
    compiled.run();
    let start = by_hand.clone();
    by_hand.step(0.1);
    assert!(
        apart(&compiled.output(0), &by_hand.w) < 1e-12,
        "the same step"
    );
    assert!(
        apart(&compiled.output(1), &by_hand.v) < 1e-12,
        "the same step"
    );
    by_hand = start;
    table.compare(
        Case {
            name: "Iris step",
            reference: "column loops by hand",
            promise: Some(1.3),
        },
        || {
            compiled.program.set(0, &compiled.values[0]);
            compiled.program.set(1, &compiled.values[1]);
            compiled.program.run(0).expect("it runs");
            compiled.program.output(0, 0).data[0]
        },
        || by_hand.step(0.1),
    );
}

fn logistic(table: &mut Table) {
    let n = 1_000_000;
    let definitions = format!(
        "X = randn({n}, 10, seed=1); w = 0.1*randn(10, 1, seed=2); \
         z = X*w; L = mean(softplus(z) - X[:, 1].*z)"
    );
    let mut compiled = Compiled::new(&definitions, &["w"], &["L", "grad(L, w)"]);
    let mut random = SplitMix64::new(1);
    let x: Vec<f64> = (0..n * 10).map(|_| random.normal()).collect();
    let w = compiled.values[0].clone();
    let mut gradient = vec![0.0; 10];
    compiled.run();
    by_hand::logistic(&x, &w, &mut gradient);
    assert!(
        apart(&compiled.output(1), &gradient) < 1e-9,
        "the same gradient"
    );
    table.compare(
        Case {
            name: "logistic, 10^6 x 10",
            reference: "row by row, by hand",
            promise: None,
        },
        || compiled.run(),
        || by_hand::logistic(&x, &w, &mut gradient),
    );
}

/// Sparse matrices of 10⁸ entries: as many passes as colours, each times a vector.
fn sparse(table: &mut Table) {
    let n = 10_000;
    let definitions = format!(
        "n = {n}; x = [sin(3*i) + 1.5 for i in 1..n]; b = [cos(i) for i in 1..n]\n\
         L = sum((x[2..n] - x[1..n-1].^2).^2)\n\
         R = sin(x[1..n-2]) .* x[2..n-1] - x[3..n].^2"
    );
    let mut session = Session::with_limits(Limits::default());
    let source = Source::new("bench.ad", definitions);
    session.run_source(&source, &mut |_| {}).expect("it runs");
    let mut list = |name: &str| session.eval(name).expect("a value").as_slice().to_vec();
    let (x, b) = (list("x"), list("b"));
    /// A name, a formula, the same by hand.
    type SparseCase = (&'static str, &'static str, fn(&[f64], &[f64], &mut [f64]));
    let cases: [SparseCase; 2] = [
        (
            "tridiagonal Hessian 10^4",
            "hessian(L, x)*b",
            by_hand::tridiagonal,
        ),
        ("banded Jacobian 10^4", "jacobian(R, x)*b", by_hand::banded),
    ];
    for (name, formula, reference) in cases {
        let mut compiled = session.compile(&[formula], &["x"]).expect("it compiles");
        let point = [wengert::Value::from(x.clone())];
        let mut run = || compiled.call(&point).expect("a value").remove(0);
        let found = run().as_slice().to_vec();
        let mut product = vec![0.0; found.len()];
        reference(&x, &b, &mut product);
        assert!(apart(&found, &product) < 1e-12, "the same product");
        table.compare(
            Case {
                name,
                reference: "its entries by hand",
                promise: None,
            },
            || run().as_slice()[0],
            || {
                reference(&x, &b, &mut product);
                product[0]
            },
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, n, ..] = arguments.as_slice()
        && word == "script"
    {
        // The irregular graph as a script, for peers.
        let n = n.parse().expect("a number of operations");
        print!("{}", Tape::random(n, 7).script());
        return;
    }
    let mut table = Table::from_arguments();
    /// A group of cases, by name.
    type Group = (&'static str, fn(&mut Table));
    let cases: [Group; 9] = [
        ("tiny", tiny),
        ("irregular-1000", |table| irregular(table, 1_000)),
        ("irregular-10000", |table| irregular(table, 10_000)),
        ("irregular-100000", |table| irregular(table, 100_000)),
        ("product", product),
        ("rosenbrock", rosenbrock),
        ("iris", iris),
        ("logistic", logistic),
        ("sparse", sparse),
    ];
    for (name, case) in cases {
        if table.wants(name) {
            case(&mut table);
        }
    }
}
