//! Compiled programs against the interpreter: the same bits, whatever the program.

mod common;

use common::random::{INPUTS, Terrain, program};
use common::report;
use std::rc::Rc;
use wengert::exec::{Interpreter, LANES, Program, Unfit};
use wengert::graph::{Graph, NodeId, Tensor};
use wengert::lower::{Formula, Limits, Lowering};
use wengert::primitives::random::SplitMix64;
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::ast::StatementKind;

/// A script and some expressions, lowered.
struct Lowered {
    graph: Graph,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
}

fn lower(definitions: &str, inputs: &[&str], expressions: &[String]) -> Result<Lowered, String> {
    let mut session = Session::new(Limits::default());
    let message = |error: wengert::diagnostic::Diagnostic| error.message().to_string();
    let source = Source::new("test.ad", definitions);
    session.run(&source, &mut |_| {}).map_err(message)?;
    let names = inputs.iter().map(|name| name.to_string());
    let asked: Vec<String> = names.chain(expressions.iter().cloned()).collect();
    let text: String = (0..asked.len())
        .map(|k| format!("answer{k} = {}\n", asked[k]))
        .collect();
    let (script, _) = wengert::syntax::parse(&Source::new("ask.ad", &text)).map_err(message)?;
    let script = Rc::new(script);
    let graph = Graph::new();
    let mut nodes = Vec::new();
    {
        let mut lowering = Lowering::new(&graph, session.definitions(), Limits::default());
        for id in &script.body {
            let StatementKind::Define(_, expr) = script.statement(*id).kind else {
                panic!("only definitions were written");
            };
            let formula = Formula {
                script: script.clone(),
                expr,
            };
            nodes.push(lowering.lower(&formula).map_err(message)?);
        }
    }
    let outputs = nodes.split_off(inputs.len());
    Ok(Lowered {
        graph,
        inputs: nodes,
        outputs,
    })
}

fn same(a: &[f64], b: &[f64]) -> bool {
    let equal = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

/// Runs every entry of `compiled` and holds it against the interpreter.
fn compare(
    lowered: &Lowered,
    compiled: &mut Program,
    entries: &[Vec<NodeId>],
    values: &[Tensor],
) -> Result<(), String> {
    let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
    for (id, value) in lowered.inputs.iter().zip(values) {
        interpreter.set(*id, value);
    }
    for (entry, outputs) in entries.iter().enumerate() {
        compiled.run(entry).map_err(|stop| format!("{stop:?}"))?;
        for (k, output) in outputs.iter().enumerate() {
            let want = interpreter.value(*output).map_err(|e| format!("{e:?}"))?;
            let got = compiled.output(entry, k);
            if !same(want.data, got.data) {
                return Err(format!(
                    "entry {entry}, output {k}: {:?} interpreted, {:?} compiled",
                    want.data, got.data
                ));
            }
        }
    }
    Ok(())
}

/// A program with all inputs moved once; whether it could be compiled.
fn agrees(definitions: &str, inputs: &[&str], expressions: &[String]) -> Result<bool, String> {
    let lowered = lower(definitions, inputs, expressions)?;
    let groups: Vec<Vec<NodeId>> = lowered.inputs.iter().map(|id| vec![*id]).collect();
    let half = lowered.outputs.len() / 2;
    let entries = vec![
        lowered.outputs[..half].to_vec(),
        lowered.outputs[half..].to_vec(),
        lowered.outputs.clone(),
    ];
    let mut compiled = match Program::compile(&lowered.graph, &groups, &entries, 1 << 30) {
        Ok(program) => program,
        Err(Unfit::Conditional) => return Ok(false),
        Err(unfit) => return Err(format!("{unfit:?}")),
    };
    let value = |interpreter: &mut Interpreter<'_>, id: NodeId| {
        let view = interpreter.value(id).map_err(|e| format!("{e:?}"));
        view.map(|view| view.to_tensor())
    };
    let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
    let mut values = Vec::new();
    for id in &lowered.inputs {
        values.push(value(&mut interpreter, *id)?);
    }
    compare(&lowered, &mut compiled, &entries, &values)?;
    let mut random = SplitMix64::new(5);
    for input in 0..values.len() {
        for x in values[input].data_mut() {
            *x += 0.3 * random.normal();
        }
        compiled.set(input, values[input].data());
        compare(&lowered, &mut compiled, &entries, &values)
            .map_err(|error| format!("{} moved: {error}", inputs[input]))?;
    }
    compare_lanes(&lowered, &mut compiled, &entries, &values)?;
    Ok(true)
}

/// All lanes at once, each at a point of its own, against the interpreter at some of them.
fn compare_lanes(
    lowered: &Lowered,
    compiled: &mut Program,
    entries: &[Vec<NodeId>],
    values: &[Tensor],
) -> Result<(), String> {
    let point = |lane: usize| -> Vec<Tensor> {
        let mut random = SplitMix64::new(lane as u64);
        let mut moved = values.to_vec();
        for x in moved.iter_mut().flat_map(|value| value.data_mut()) {
            *x += 0.1 * random.normal();
        }
        moved
    };
    let mut batch = compiled.batch().map_err(|stop| format!("{stop:?}"))?;
    for lane in 0..LANES {
        for (input, value) in point(lane).iter().enumerate() {
            for (k, x) in value.data().iter().enumerate() {
                batch.input(input)[k * LANES + lane] = *x;
            }
        }
    }
    let last = entries.len() - 1;
    batch.run(last).map_err(|stop| format!("{stop:?}"))?;
    for lane in [0, 1, 17, LANES - 1] {
        let mut interpreter = Interpreter::new(&lowered.graph, u64::MAX);
        for (id, value) in lowered.inputs.iter().zip(point(lane)) {
            interpreter.set(*id, &value);
        }
        for (k, output) in entries[last].iter().enumerate() {
            let want = interpreter.value(*output).map_err(|e| format!("{e:?}"))?;
            let got: Vec<f64> = batch.output(last, k, lane).collect();
            if !same(want.data, &got) {
                return Err(format!(
                    "lane {lane}, output {k}: {:?} interpreted, {got:?} in a batch",
                    want.data
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn random_programs_give_the_same_bits() {
    let names: Vec<&str> = INPUTS.iter().map(|(name, ..)| *name).collect();
    let mut failures = Vec::new();
    let mut compiled = 0;
    for seed in 0..400 {
        let terrain = if seed % 2 == 0 {
            Terrain::Smooth
        } else {
            Terrain::Wild
        };
        let text = program(seed, terrain).text();
        let mut expressions = vec!["F".to_string(), "V".to_string()];
        expressions.extend(names.iter().map(|name| format!("grad(F, {name})")));
        expressions.push("hessian(F, v)".into());
        expressions.push("jacobian(V, v)".into());
        match agrees(&text, &names, &expressions) {
            Ok(true) => compiled += 1,
            Ok(false) => {}
            Err(error) => failures.push(format!("seed {seed}: {error}\n{text}")),
        }
    }
    report(&failures);
    assert!(compiled > 300, "only {compiled} could be compiled");
}

/// Text with `n` random operations on scalars, each on earlier results.
fn irregular(n: usize, seed: u64) -> String {
    let mut random = SplitMix64::new(seed);
    let mut text = String::from("x = 0.5\ny = 0.8\nd0 = x*y\nd1 = x + y\n");
    for k in 2..n {
        let mut earlier = || (random.uniform() * k as f64) as usize;
        let (a, b) = (earlier(), earlier());
        let formula = match k % 7 {
            0 => format!("d{a}*d{b}/8"),
            1 => format!("d{a} + d{b}"),
            2 => format!("sin(d{a})"),
            3 => format!("d{a} - d{b}"),
            4 => format!("exp(-d{a}^2)"),
            5 => format!("tanh(d{a})*d{b}"),
            _ => format!("where(d{a} > d{b}, d{a}, max(d{b}, d{}))", k - 1),
        };
        text += &format!("d{k} = {formula}\n");
    }
    text + &format!("F = d{} + d{}", n - 1, n - 2)
}

#[test]
fn irregular_graphs_of_scalars_give_the_same_bits() {
    for n in [3, 10, 50, 400, 3000] {
        for seed in 0..4 {
            let expressions = ["F".into(), "grad(F, x)".into(), "grad(F, y)".into()];
            let done = agrees(&irregular(n, seed), &["x", "y"], &expressions);
            assert_eq!(done, Ok(true), "{n} operations, seed {seed}");
        }
    }
}

#[test]
fn products_sums_and_arrays_give_the_same_bits() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "x = rand(300, seed=1) + 0.5; p = prod(x[i]^1 for i in 1..300); L = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1..299)",
            &["x"],
            &["p", "grad(p, x)", "L", "grad(L, x)", "jvp(L, x, ones(300))"],
        ),
        (
            "x = rand(200, seed=1); n = 200; L = sum(100*(x[2..n] - x[1..n-1].^2).^2 + (1 - x[1..n-1]).^2)",
            &["x"],
            &["L", "grad(L, x)"],
        ),
        (
            "X = randn(150, 3, seed=1); V = 0.1*randn(3, 16, seed=2); W = 0.1*randn(16, 3, seed=3); Y = onehot([mod(i, 3) + 1 for i in 1..150], 3)
             Z = sigmoid(X*V); U = Z*W; J = -mean(sum(U.*Y, axis=2) - logsumexp(U, axis=2))",
            &["V", "W"],
            &["J", "grad(J, V)", "grad(J, W)", "norm(grad(J, W))", "softmax(U, axis=2)", "max(Z, U[1,1], 0.5)", "sigmoid(-(X*V)) + sigmoid(-X*V)", "sigmoid(-U)"],
        ),
        (
            "A = randn(70, 40, seed=1); b = randn(1, 40, seed=2); c = randn(70, 1, seed=3); s = 2
             B = tanh(A.*b + c) .* s - relu(A) + where(A > 0, b, c + 0*A); L = sum(B.*B, axis=1)*b'",
            &["A", "b", "c", "s"],
            &["B", "L", "grad(L, A)", "grad(L, b)", "grad(L, c)", "grad(L, s)", "if s > 1 then B else -B", "A[2..5, 3]", "A[:, 2]", "clamp(A, -1, s)"],
        ),
        (
            "p = 1; q = 2; f(t) = t*(p + q); y = iterate(f, p, 300); z = zeros(0); k = sum(z)",
            &["p", "q"],
            &["y", "grad(y, p)", "grad(y, q)", "k + p", "[p, q; q, p]*[p; q]", "[p, p, p] + q"],
        ),
    ];
    for (definitions, inputs, expressions) in cases {
        let expressions: Vec<String> = expressions.iter().map(|text| text.to_string()).collect();
        assert_eq!(
            agrees(definitions, inputs, &expressions),
            Ok(true),
            "{definitions}"
        );
    }
}

/// The steps of a program for `expressions` with everything in `inputs` changing together.
fn steps(definitions: &str, inputs: &[&str], expressions: &[&str]) -> Vec<(&'static str, usize)> {
    let expressions: Vec<String> = expressions.iter().map(|text| text.to_string()).collect();
    let lowered = lower(definitions, inputs, &expressions).expect("it is lowered");
    let program = Program::compile(
        &lowered.graph,
        &[lowered.inputs],
        &[lowered.outputs],
        1 << 30,
    );
    program.expect("it is compiled").listing()
}

#[test]
fn scalars_are_arranged_in_runs_and_scans() {
    let factors: Vec<String> = (1..=1000).map(|k| format!("x[{k}]")).collect();
    let product = format!("x = rand(1000, seed=1); p = {}", factors.join("*"));
    let product = steps(&product, &["x"], &["p", "grad(p, x)"]);
    let scans = product.iter().filter(|(kind, _)| *kind == "scan").count();
    assert!(scans == 2 && product.len() <= 8, "{product:?}");
    let rosenbrock = "x = rand(1000, seed=1); \
        L = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1..999)";
    let rosenbrock = steps(rosenbrock, &["x"], &["L", "grad(L, x)"]);
    assert!(rosenbrock.len() < 30, "{rosenbrock:?}");
    assert!(
        !rosenbrock.iter().any(|(kind, _)| *kind == "gathered run"),
        "{rosenbrock:?}"
    );
}

#[test]
fn entrywise_operations_on_arrays_are_chains() {
    let network = "X = randn(150, 3, seed=1); V = randn(3, 16, seed=2); b = randn(1, 16, seed=3); Z = tanh(X*V + b).^2 .* 0.5 + 1";
    let found = steps(network, &["V", "b"], &["Z"]);
    assert_eq!(found, [("product", 2400), ("chain", 2400)]);
    let both = "q = randn(64, seed=1); s = sigmoid(q)";
    let pair = steps(both, &["q"], &["grad(sum(s), q)"]);
    assert!(pair.contains(&("pair", 64)), "{pair:?}");
}
