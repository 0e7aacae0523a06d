//! Matrices of derivatives computed in lanes, where only values are wanted, equal the same matrices
//! built from all their passes.

use crate::common::wanted;
use std::rc::Rc;
use wengert::graph::{Graph, Tensor};
use wengert::lower::{Formula, Limits, Lowerer};
use wengert::primitives::random::SplitMix64;
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::ast::StatementKind;

/// Many small nodes, among them a choice, a kink, a held name, entries that nothing depends on.
const DEFINITIONS: &str = "\
x = [sin(i) + 1.5 for i in 1..36]
w = 0.3
u = [x[i]^2*w + log(x[37-i]) for i in 1..35]
y = [if x[i] > 1.2 then u[i]*abs(x[i] - 1.5) else exp(-u[i])/x[1] for i in 1..34]
f = sum(y[i]*y[i+1]^2 for i in 1..33) + max(x)*norm(u)
f2(a) = sum(sin(a*x[i])/x[i] for i in 1..30)
";

/// What is asked, and whether lanes spare nodes: not where the matrix is differentiated further.
const QUESTIONS: &[(&str, bool)] = &[
    ("jacobian(y, x)", true),
    ("jacobian(y, u)", true),
    ("jacobian(y + sum(x), x)", true),
    ("jacobian(x[3..30] .* u[2..29] .* y[1..28], x)", true),
    ("jacobian([f*x[k] for k in 1..30], x)", true),
    ("hessian(f, x)", true),
    ("hessian(f, u)", true),
    ("numeric(y, x)", true),
    ("numeric(f, x)", true),
    ("numeric(y, u, h=1e-4, scheme=\"forward\")", true),
    ("numeric(f, x, scheme=\"backward\")", true),
    ("hessian(f, x)*x + jacobian(y, x)'*y[1..34]", true),
    ("grad(sum(jacobian(y, u)[:, 3].^2), w)", false),
    ("jacobian(jacobian(y, u)[:, 2], x[2])", false),
    (
        "f2'(0.3) + sum(jacobian([f2(x[k])*w for k in 1..3], x))",
        false,
    ),
];

fn formula(text: &str) -> Formula {
    let source = Source::new("ask.ad", format!("answer = {text}\n"));
    let script = Rc::new(wengert::syntax::parse(&source).expect("it parses").0);
    let StatementKind::Define(_, expr) = script.statement(script.body[0]).kind else {
        panic!("a definition was written");
    };
    Formula { script, expr }
}

/// The value, and how many nodes there are.
fn value(mut lowerer: Lowerer<'_>, graph: &Graph, text: &str) -> (Tensor, usize) {
    let node = lowerer.lower(&formula(text)).expect("it lowers");
    (lowerer.value(node).expect("it has a value"), graph.len())
}

/// The value in lanes and by all passes, each with the number of nodes.
fn both(session: &Session, text: &str) -> [(Tensor, usize); 2] {
    let (swept, built) = (Graph::new(), Graph::new());
    let (definitions, limits) = (session.definitions(), Limits::default());
    let lanes = Lowerer::for_values(&swept, definitions, limits);
    let passes = Lowerer::new(&built, definitions, limits);
    [value(lanes, &swept, text), value(passes, &built, text)]
}

/// What has to be the same; a NaN is one whatever its bits.
fn bits(value: &Tensor) -> Vec<u64> {
    let quiet = |x: &f64| if x.is_nan() { f64::NAN } else { *x };
    value.data().iter().map(|x| quiet(x).to_bits()).collect()
}

/// The same bits; where colours may be passes of the other mode, the same up to rounding.
fn agree(lanes: &Tensor, passes: &Tensor, text: &str) {
    if text.contains("sum(x)") || text.starts_with("numeric") {
        assert_eq!(bits(lanes), bits(passes), "{text}");
    }
    let finite = passes.data().iter().filter(|x| x.is_finite());
    let largest = finite.fold(0f64, |largest, x| largest.max(x.abs()));
    for (a, b) in lanes.data().iter().zip(passes.data()) {
        let close = (a - b).abs() <= 1e-13 * largest;
        assert!(
            close || a == b || (a.is_nan() && b.is_nan()),
            "{text}: {a} {b}"
        );
    }
}

#[test]
fn lanes_give_what_the_passes_give() {
    let mut session = Session::with_limits(Limits::default());
    let source = Source::new("test.ad", DEFINITIONS);
    session.run_source(&source, &mut |_| {}).expect("it runs");
    for (text, spares) in QUESTIONS {
        let [lanes, passes] = both(&session, text);
        assert_eq!(lanes.0.shape(), passes.0.shape(), "{text}");
        agree(&lanes.0, &passes.0, text);
        let (few, many) = (lanes.1, passes.1);
        if *spares {
            assert!(few < many, "{text}: {few} nodes, {many} with all passes");
        }
    }
}

#[test]
fn what_is_not_finite_is_built_of_its_passes() {
    let mut session = Session::with_limits(Limits::default());
    let text = format!("{DEFINITIONS}x := x - x[1]\nsum(jacobian(y, x))\n");
    let mut lines = Vec::new();
    session
        .run_source(&Source::new("test.ad", text), &mut |event| {
            lines.push(wengert::render::json::event(&event));
        })
        .expect("it runs");
    let last = lines.last().expect("a value is shown");
    assert!(last.contains("nonfinite"), "{last}");
}

/// A random formula of an entry of `x`, number `i`, and of what stands around it.
fn random_entry(random: &mut SplitMix64, depth: usize) -> String {
    let mut below = |n: usize| (random.uniform() * n as f64) as usize;
    let kind = if depth == 0 { 0 } else { below(13) };
    let leaf = below(7);
    let choice = below(8);
    let mut inner = || random_entry(random, depth.saturating_sub(1));
    match kind {
        0..3 => [
            "x[i]",
            "x[37-i]",
            "x[mod(i, 36)+1]",
            "w",
            "i/10",
            "x[1]",
            "u[min(i, 35)]",
        ][leaf]
            .into(),
        3..7 => {
            let sign = ["+", "-", "*", "/"][kind - 3];
            format!("({} {sign} {})", inner(), inner())
        }
        7 => {
            let functions = [
                "sin", "tanh", "exp", "abs", "sqrt", "log", "relu", "sigmoid",
            ];
            format!("{}({})", functions[choice], inner())
        }
        8 => {
            let [a, b, c, d] = [0; 4].map(|_| inner());
            format!("(if {a} > {b} then {c} else {d})")
        }
        9 => format!("max({}, {})", inner(), inner()),
        10 => format!("({})^{}", inner(), ["2", "3", "0.5"][choice % 3]),
        11 => format!("iterate(h, {}, 3)", inner()),
        _ => format!("norm([{}, {}])", inner(), inner()),
    }
}

#[test]
fn lanes_give_what_the_passes_give_for_random_formulas() {
    let seeds = wanted(10);
    let count = seeds.end - seeds.start;
    let mut spared = 0;
    for seed in seeds {
        let body = random_entry(&mut SplitMix64::new(seed), 4);
        let text = format!(
            "{DEFINITIONS}h(t) = sin(t) + w*t\nq = [{body} for i in 1..36]\nF = sum(q.^2)\n"
        );
        let mut session = Session::with_limits(Limits::default());
        let source = Source::new("test.ad", text);
        session.run_source(&source, &mut |_| {}).expect("it runs");
        for question in [
            "jacobian(q, x)",
            "hessian(F, x)",
            "numeric(q, x)",
            "jacobian(q + sum(x), x)",
            "hessian(F + sum(x)^2, x)",
        ] {
            let [lanes, passes] = both(&session, question);
            agree(&lanes.0, &passes.0, question);
            spared += u64::from(lanes.1 < passes.1);
        }
    }
    assert!(spared > count, "only {spared} were computed in lanes");
}
