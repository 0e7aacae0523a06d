//! Matrices of derivatives computed in lanes, where only values are wanted, against the same built
//! of all their passes.

use std::rc::Rc;
use wengert::graph::{Graph, Tensor};
use wengert::lower::{Formula, Limits, Lowering};
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
fn value(mut lowering: Lowering<'_>, graph: &Graph, text: &str) -> (Tensor, usize) {
    let node = lowering.lower(&formula(text)).expect("it lowers");
    (lowering.value(node).expect("it has a value"), graph.len())
}

#[test]
fn lanes_give_what_the_passes_give() {
    let mut session = Session::new(Limits::default());
    let source = Source::new("test.ad", DEFINITIONS);
    session.run(&source, &mut |_| {}).expect("it runs");
    for (text, spares) in QUESTIONS {
        let (swept, built) = (Graph::new(), Graph::new());
        let limits = Limits::default();
        let definitions = session.definitions();
        let (lanes, few) = value(
            Lowering::for_values(&swept, definitions, limits),
            &swept,
            text,
        );
        let (passes, many) = value(Lowering::new(&built, definitions, limits), &built, text);
        let bits = |value: &Tensor| value.data().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(lanes.shape(), passes.shape(), "{text}");
        assert_eq!(bits(&lanes), bits(&passes), "{text}");
        if *spares {
            assert!(few < many, "{text}: {few} nodes, {many} with all passes");
        }
    }
}

#[test]
fn what_is_not_finite_is_built_of_its_passes() {
    let mut session = Session::new(Limits::default());
    let text = format!("{DEFINITIONS}x := x - x[1]\nsum(jacobian(y, x))\n");
    let mut lines = Vec::new();
    session
        .run(&Source::new("test.ad", text), &mut |event| {
            lines.push(wengert::render::json::event(&event));
        })
        .expect("it runs");
    let last = lines.last().expect("a value is shown");
    assert!(last.contains("nonfinite"), "{last}");
}
