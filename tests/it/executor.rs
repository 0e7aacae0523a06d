//! Compiled programs against the interpreter: the same bits, whatever the program.

use crate::common::compiled::{agrees, expressions, lower};
use crate::common::random::{INPUTS, Terrain, program};
use crate::common::report;
use wengert::exec::{Program, Replacing};
use wengert::primitives::random::SplitMix64;

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
        match agrees(&text, &names, &expressions()) {
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
            "A = 3*randn(200, 5, seed=1); s = 1; B = A*s; e = zeros(0); i = [inf, s; s, s; -inf, -inf]",
            &["A", "s"],
            &[
                "softmax(B)", "logsumexp(B)", "softmax(B, axis=1) - logsumexp(B, axis=1)", "softmax(B, axis=2)", "logsumexp(B, axis=2)",
                "grad(sum(logsumexp(B, axis=2)), A)", "grad(logsumexp(A[:, 2]*s), s)", "softmax(i, axis=2)", "logsumexp(i, axis=2)",
                "softmax(B[3, :]) + logsumexp(B[3, :])", "logsumexp(softmax(A[1..3, 1]))", "sum(softmax(e*s)) + s",
            ],
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
fn outputs_replace_inputs_without_copies() {
    let definitions = "A = randn(40, 40, seed=1)/7; B = randn(40, 40, seed=2)/7; w = randn(5000, seed=3); s = 0.5";
    let expressions = [
        "A*B",
        "B - 0.1*A + s",
        "w - 0.1*w[3]*sin(w)",
        "s + A[2, 1]",
        "A*B",
    ];
    let expressions: Vec<String> = expressions.iter().map(|text| text.to_string()).collect();
    let lowered = lower(definitions, &["A", "B", "w", "s"], &expressions).expect("it is lowered");
    let leaves = lowered.inputs.iter().enumerate();
    let replacing: Vec<Replacing> = leaves
        .map(|(output, leaf)| Replacing {
            entry: 0,
            output,
            leaf: *leaf,
        })
        .collect();
    let [groups, entries] = [[lowered.inputs], [lowered.outputs]];
    let compile = |replacing: &[Replacing]| {
        Program::replacing(&lowered.graph, &groups, &entries, replacing, 1 << 30)
            .expect("it is compiled")
    };
    let (mut exchanging, mut copying) = (compile(&replacing), compile(&[]));
    // A number is copied.
    let exchanged: Vec<_> = exchanging.exchanged().collect();
    assert_eq!(exchanged, [([0, 0], 0), ([0, 1], 1), ([0, 2], 2)]);
    for _ in 0..5 {
        for program in [&mut exchanging, &mut copying] {
            program.run(0).expect("nothing fails");
        }
        let outputs = |program: &Program| -> Vec<Vec<f64>> {
            (0..5).map(|k| program.output(0, k).data.to_vec()).collect()
        };
        let (ours, theirs) = (outputs(&exchanging), outputs(&copying));
        assert_eq!(ours, theirs);
        exchanging.exchange();
        exchanging.set(3, &ours[3]);
        for (k, value) in theirs[..4].iter().enumerate() {
            copying.set(k, value);
            assert_eq!(exchanging.input(k), value);
        }
    }
}

#[test]
fn sums_of_products_spare_the_product() {
    let definitions = "X = randn(300, 4, seed=1); r = [1, 2, 3, 4]'; W = randn(4, 300, seed=2); c = [1, 2, 3, 4]; Q = randn(4, 4, seed=3)\n\
        L = sum(((X - r)*Q).^2); M = sum((Q*(W - c)).^2)";
    let inputs = ["X", "W", "r", "c", "Q"];
    for gradient in ["grad(L, r)", "grad(M, c)"] {
        let steps = steps(definitions, &inputs, &[gradient]);
        // The one of the value.
        let products = steps.iter().filter(|step| **step == ("product", 1200));
        assert_eq!(products.count(), 1, "{gradient}: {steps:?}");
        let expressions = [gradient.to_string(), format!("jacobian({gradient}, Q)")];
        assert_eq!(agrees(definitions, &inputs, &expressions), Ok(true));
    }
}

#[test]
fn gradients_of_a_loop_share_one_sweep() {
    let definitions = "p = 0.3; q = [0.2, 0.7]; r = 0.5; X = randn(1500, 2, seed=1)\n\
        f(s, x) = sin(s*r) + 0.1*x*q\ny = fold(f, p, X); z = sum(scan(f, p, X))";
    let inputs = ["p", "q", "r", "X"];
    let all = [
        "grad(y, p)",
        "grad(y, X)",
        "sum(grad(y, q)) + grad(y, r)",
        "grad(z, r)",
        "grad(z, q)",
    ];
    let expressions: Vec<String> = all.iter().map(|text| text.to_string()).collect();
    let loops = |expressions: &[&str]| {
        let steps = steps(definitions, &inputs, expressions);
        steps.iter().filter(|(kind, _)| *kind == "loop").count()
    };
    // Two loops with their values, which decide where a gradient is NaN, and a sweep each.
    assert_eq!(
        [loops(&all[..3]), loops(&all)],
        [2, 4],
        "{:?}",
        steps(definitions, &inputs, &all)
    );
    assert_eq!(agrees(definitions, &inputs, &expressions), Ok(true));
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
    let both = "U = randn(70, 3, seed=1); J = sum(logsumexp(U, axis=2))";
    let pair = steps(both, &["U"], &["J", "grad(J, U)"]);
    assert!(pair.contains(&("pair", 210)), "{pair:?}");
}

#[test]
fn functions_of_the_same_numbers_are_pairs() {
    let terms = |f: &str| {
        (1..=20)
            .map(|k| f.replace('k', &k.to_string()))
            .collect::<Vec<_>>()
    };
    let sums = [
        terms("sin(x[k])*x[k + 1]").join(" + "),
        terms("tanh(x[k])*x[21 - k]").join(" + "),
        terms("sigmoid(x[k]*x[k + 1])").join(" + "),
        "sum(sin(x) .* tanh(x)) + sin(x[2])*x[1]".into(),
    ];
    for sum in sums {
        // Far out, sine and cosine take another way.
        let definitions = format!("x = vcat(1e6, 30*randn(20, seed=1)); L = {sum}");
        let found = steps(&definitions, &["x"], &["L", "grad(L, x)"]);
        let pairs = found.iter().filter(|(kind, _)| kind.ends_with("pair"));
        let entries: usize = pairs.map(|(_, len)| len).sum();
        // The pair of one number is among the operations on single ones.
        assert!([20, 42].contains(&entries), "{sum}: {found:?}");
        let expressions = ["L".into(), "grad(L, x)".into()];
        assert_eq!(
            agrees(&definitions, &["x"], &expressions),
            Ok(true),
            "{sum}"
        );
    }
}

#[test]
fn parts_of_vectors_give_the_same_bits() {
    let expressions = [
        "grad(L, x)",
        "x - 0.5*grad(L, x)",
        "jvp(grad(L, x), x, v.*(v > -1))",
        "grad(sum(x[20..600].*(-0*v[20..600])), x) + 0*x",
        "grad(sum(x[1..300].*v[1..300]) + sum(x[301..n].^3) + sum(sin(x)), x).*v",
        "grad(sum(x[9..530].^2)*sum(x[40..n].^2)*sum(x[2..n-1].^4), x)",
        "grad(sum(x[3..n]./(x[1..n-2] - x[1])), x)",
        "vcat(sin(x), -cos(x), 2, x)",
        "vcat(vcat(sin(x), exp(x)), vcat(x.^2, sin(x))) + 1",
        "hcat(sin(x), v, x.^2 - 1, sin(x))*[1, 2, 3, 4] + sin(x)",
        "hcat(grad(L, x), grad(sum(x.^3), x))'",
        "hcat(hcat(tanh(x), x), x.*v) + vcat(tanh(x), x, x.*v)[1]",
        "vcat(hcat(sin(x), x), hcat(x, sin(x)))",
        "x + -v; -v + x; -(0*x) + 0*x; 0*x + -(0*x)",
    ];
    let expressions: Vec<String> = expressions
        .iter()
        .flat_map(|text| text.split("; "))
        .map(String::from)
        .collect();
    for n in [700, 5003] {
        let definitions = format!(
            "n = {n}; x = randn({n}, seed=1); v = randn({n}, seed=2)
             L = sum(100*(x[2..n] - x[1..n-1].^2).^2 + (1 - x[1..n-1]).^2)"
        );
        for inputs in [&["x"][..], &["x", "v"]] {
            assert_eq!(
                agrees(&definitions, inputs, &expressions),
                Ok(true),
                "{n}, {inputs:?}"
            );
        }
    }
}

#[test]
fn vectors_are_put_together_in_place() {
    let found = steps(
        "x = randn(700, seed=1); n = 700; L = sum(x[2..n].^2.*x[1..n-1])",
        &["x"],
        &["x - 0.5*grad(L, x)"],
    );
    assert_eq!(found.last(), Some(&("chain", 700)), "{found:?}");
    assert!(!found.contains(&("whole", 700)), "{found:?}");
    let found = steps(
        "x = randn(700, seed=1)",
        &["x"],
        &["hcat(sin(x), cos(x))*[1, 2]"],
    );
    assert_eq!(found, [("link", 700), ("link", 700), ("product", 700)]);
}

#[test]
fn what_cannot_fail_is_compiled_under_a_condition() {
    // Which entries of `r` a gradient reaches is a condition; the index under it is right in all runs.
    let looked_up = "x = [1.5, 2]\nm = x.^2\nplaces = [1, 1; 2, 1]\nr = [x[1], x[2]]\n\
        F = sum([r[j]*m[places[:, j]] for j in 1..2], axis=2)[2]";
    let expressions = ["F".into(), "grad(F, x)".into()];
    assert_eq!(agrees(looked_up, &["x"], &expressions), Ok(true));
    // A place that is given is looked up anew, and may be wrong where a condition leaves it out.
    let given = "x = [1.5, 2]; k = 3\nF = if k > 2 then 1 else sum(x[[k, 1]])";
    assert_eq!(agrees(given, &["k"], &["F".into()]), Ok(false));
}

#[test]
fn a_loop_that_a_condition_leaves_out_makes_no_round() {
    let definitions =
        "x = 8; y = -1; halve(s) = s/2; small(s) = s < 1; up(s) = s + x; never(s) = s < 0
        F = if y > 0 then iterate(halve, x, until=small) else x^2
        G = if y > 0 then iterate(up, x, until=never) else sin(x)
        H(z) = if z > 3 then iterate(halve, z, until=small)*x else z";
    let expressions = [
        "F",
        "grad(F, x)",
        "jvp(F, x, 1)",
        "G",
        "grad(G, x)",
        "H(x) + H(y)",
        "grad(H(x) + H(y), x)",
        "hessian(H(x) + H(y), x)",
    ];
    let expressions = expressions.map(String::from);
    assert_eq!(agrees(definitions, &["x", "y"], &expressions), Ok(true));
}
