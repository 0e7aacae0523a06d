//! Hostile and huge programs on a small stack: a value or a diagnostic, never a panic.

use cpu_time::ThreadTime;
use serde_json::Value;
use std::rc::Rc;
use std::time::{Duration, Instant};
use wengert::event::Event;
use wengert::lower::Limits;
use wengert::render::{Style, json, latex, terminal};
use wengert::session::Session;
use wengert::source::Source;

const MANY: usize = 100_000;

/// Runs `look` on a thread with a stack of 512 KiB.
fn on_a_small_stack<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(look)
        .expect("a thread");
    thread
        .join()
        .unwrap_or_else(|_| panic!("the thread panicked"))
}

/// A script run in one session.
struct Runner {
    session: Session,
}

impl Runner {
    fn new(limits: Limits) -> Runner {
        Runner {
            session: Session::with_limits(limits),
        }
    }

    /// The lines that JSON would show.
    fn run(&mut self, text: &str) -> Vec<Value> {
        let source: Rc<Source> = Source::new("test.ad", text);
        let mut lines = Vec::new();
        let result = self
            .session
            .run_source(&source, &mut |event| lines.push(json::event(&event)));
        if let Err(error) = result {
            lines.push(json::diagnostic(&error, Some(&source)));
        }
        lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    fn works(&mut self) {
        let lines = self.run("still_here = 41\nstill_here + 1\n");
        assert_eq!(lines[0]["value"], 42, "{lines:?}");
    }
}

/// The values that `text` shows.
fn values_of(text: String) -> Vec<f64> {
    on_a_small_stack(move || {
        let mut runner = Runner::new(Limits::default());
        let lines = runner.run(&text);
        let value = |line: &Value| match line["kind"].as_str() {
            Some("value") => crate::common::number(&line["value"]),
            Some("warning") => None,
            _ => panic!("{}: {}", line["code"], line["message"]),
        };
        let values = lines.iter().filter_map(value).collect();
        runner.works();
        values
    })
}

/// The code of the error of `text`.
fn error_of(text: &str, limits: Limits) -> String {
    let text = text.to_string();
    on_a_small_stack(move || {
        let mut runner = Runner::new(limits);
        let lines = runner.run(&text);
        let last = lines
            .last()
            .unwrap_or_else(|| panic!("`{text}` shows nothing"))
            .clone();
        assert_eq!(last["kind"], "error", "{text}: {last}");
        runner.works();
        last["code"].as_str().expect("a code").to_string()
    })
}

/// Runs `text`, whatever it gives.
fn survives(text: String) {
    on_a_small_stack(move || {
        let mut runner = Runner::new(Limits::default());
        let lines = runner.run(&text);
        assert!(
            lines
                .iter()
                .all(|line| line["kind"] != "error" || line["message"].is_string())
        );
        runner.works();
    });
}

fn around(open: &str, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(MANY), close.repeat(MANY))
}

/// A chain `x op x op x …`.
fn chain(operator: &str, operand: &str) -> String {
    vec![operand; MANY].join(operator)
}

#[test]
fn parentheses_nest_to_any_depth() {
    assert_eq!(values_of(format!("{}\n", around("(", "7", ")"))), [7.0]);
}

#[test]
fn signs_nest_to_any_depth() {
    assert_eq!(
        values_of(format!(
            "x = 3\ny = {}x\ny\ngrad(y, x)\njvp(y, x, 1)\n",
            "-".repeat(MANY)
        )),
        [3.0, 1.0, 1.0]
    );
    assert_eq!(
        values_of(format!("x = 3\ny = {}x\ny\n", "not ".repeat(MANY))),
        [1.0]
    );
}

#[test]
fn sums_and_products_of_any_length_have_gradients() {
    let many = MANY as f64;
    assert_eq!(
        values_of(format!("x = 3\ny = {}\ny\ngrad(y, x)\n", chain(" + ", "x"))),
        [3.0 * many, many]
    );
    assert_eq!(
        values_of(format!("x = 1\ny = {}\ny\ngrad(y, x)\n", chain("*", "x"))),
        [1.0, many]
    );
    assert_eq!(
        values_of(format!(
            "x = 1\ny = {}\ny\ngrad(y, x)\njvp(y, x, 1)\n",
            chain(" - ", "x")
        )),
        [2.0 - many, 2.0 - many, 2.0 - many]
    );
    assert_eq!(
        values_of(format!("x = 1\ny = {}\ny\n", chain("/", "x"))),
        [1.0]
    );
}

#[test]
fn a_sum_of_many_different_terms_has_a_gradient() {
    let terms: Vec<String> = (1..=MANY).map(|k| format!("{k}*x")).collect();
    let sum = MANY as f64 * (MANY as f64 + 1.0) / 2.0;
    assert_eq!(
        values_of(format!("x = 2\ny = {}\ny\ngrad(y, x)\n", terms.join(" + "))),
        [2.0 * sum, sum]
    );
}

#[test]
fn powers_nest_to_any_depth() {
    assert_eq!(
        values_of(format!("x = 1\ny = {}\ny\ngrad(y, x)\n", chain("^", "x"))),
        [1.0, 1.0]
    );
}

#[test]
fn calls_nest_to_any_depth() {
    let text = format!(
        "x = 0.5\ny = {}\ny\ngrad(y, x)\njvp(y, x, 1)\n",
        around("sin(", "x", ")")
    );
    let values = values_of(text);
    let (mut value, mut derivative) = (0.5f64, 1.0f64);
    for _ in 0..MANY {
        derivative *= value.cos();
        value = value.sin();
    }
    for (got, want) in values.iter().zip([value, derivative, derivative]) {
        assert!(
            (got - want).abs() <= 1e-9 * want.abs(),
            "{got} is not {want}"
        );
    }
}

#[test]
fn calls_of_own_functions_nest_to_any_depth() {
    let text = format!(
        "f(t) = 2 - t\nx = 0.5\ny = {}\ny\ngrad(y, x)\n",
        around("f(", "x", ")")
    );
    assert_eq!(values_of(text), [0.5, 1.0]);
    let text = format!("f(t) = 2 - t\nx = 0.5\ny = iterate(f, x, {MANY})\ny\ngrad(y, x)\n");
    assert_eq!(values_of(text), [0.5, 1.0]);
}

#[test]
fn functions_that_call_each_other_in_a_long_chain_expand() {
    let mut text = String::from("f0(t) = t\n");
    for k in 1..=MANY / 10 {
        text.push_str(&format!("f{k}(t) = f{}(t) + 1\n", k - 1));
    }
    text.push_str(&format!(
        "x = 2\nf{n}(x)\ngrad(f{n}(x), x)\nf{n}'(x)\n",
        n = MANY / 10
    ));
    assert_eq!(values_of(text), [10_002.0, 1.0, 1.0]);
}

#[test]
fn indices_and_transposes_chain_to_any_length() {
    assert_eq!(
        values_of(format!(
            "v = [4, 5]\ny = v{}[2]\ny\nsum(grad(y, v))\n",
            "[1..2]".repeat(MANY)
        )),
        [5.0, 1.0]
    );
    assert_eq!(
        values_of(format!("v = [4, 5]\ny = sum(v{})\ny\n", "'".repeat(MANY))),
        [9.0]
    );
    survives(format!("x = [1, 2]\nx{}\n", "[1]".repeat(MANY)));
}

#[test]
fn brackets_of_all_kinds_nest_to_any_depth() {
    survives(format!("{}\n", around("[", "1", "]")));
    survives(format!("{}\n", "(".repeat(MANY)));
    survives(format!("{}\n", "[".repeat(MANY)));
    survives(format!("{}\n", ")".repeat(MANY)));
    survives("{".repeat(MANY));
    survives(format!("x = 1\n{}", around("if 1 { ", "x", " }")));
    survives(format!("x = 1\n{}", around("repeat 1 { ", "x", " }")));
}

#[test]
fn choices_nest_to_any_depth() {
    let text = format!(
        "x = 2\ny = {}\ny\ngrad(y, x)\n",
        around("if x > 3 then 1 else (", "x^2", ")")
    );
    assert_eq!(values_of(text), [4.0, 4.0]);
    let text = format!(
        "x = 2\ny = {}\ny\ngrad(y, x)\n",
        around("(if x > 1 then ", "x^2", " else 0)")
    );
    assert_eq!(values_of(text), [4.0, 4.0]);
}

#[test]
fn conditions_chain_to_any_length() {
    assert_eq!(
        values_of(format!("x = 2\n{}\n", chain(" and ", "x > 1"))),
        [1.0]
    );
    assert_eq!(
        values_of(format!("x = 2\n{}\n", chain(" or ", "x < 1"))),
        [0.0]
    );
}

#[test]
fn claims_of_any_length_are_refused() {
    for claim in [
        chain(" and ", "1 < 2") + " and 2 < 1",
        format!("0*({})", chain(" + ", "1")),
    ] {
        let text = format!("assert {claim}\n");
        assert_eq!(error_of(&text, Limits::default()), "assert");
    }
}

/// How long it takes to look for mistakes in `n` statements.
fn time_of_a_check(n: usize) -> Duration {
    let text = format!("x = 3\n{}", "print x\n".repeat(n));
    let source = Source::new("test.ad", text);
    let start = ThreadTime::now();
    assert_eq!(Session::default().check(&source), []);
    start.elapsed()
}

#[test]
fn a_check_of_many_statements_takes_linear_time() {
    let shorter = time_of_a_check(2_500).max(Duration::from_millis(20));
    let longer = time_of_a_check(20_000);
    assert!(
        longer < 20 * shorter,
        "{longer:?} for eight times what took {shorter:?}"
    );
}

/// How long a chain of `n` definitions takes, with its derivative in both modes.
fn time_of_definitions(n: usize) -> Duration {
    let start = Instant::now();
    let mut text = String::from("a0 = 5\n");
    for k in 1..=n {
        text.push_str(&format!("a{k} = a{} + 1\n", k - 1));
    }
    text.push_str(&format!("a{n}\ngrad(a{n}, a0)\njvp(a{n}, a0, 1)\n"));
    assert_eq!(values_of(text), [5.0 + n as f64, 1.0, 1.0]);
    start.elapsed()
}

#[test]
fn a_chain_of_many_definitions_takes_linear_time() {
    let shorter = time_of_definitions(5_000).max(Duration::from_millis(20));
    let longer = time_of_definitions(20_000);
    println!("{shorter:?}, {longer:?}");
    assert!(
        longer < 10 * shorter,
        "{longer:?} for four times what took {shorter:?}"
    );
    println!("{MANY}: {:?}", time_of_definitions(MANY));
}

/// How long the graph of a chain of `n` definitions takes to be said too large, in text and in LaTeX,
/// and its trace in LaTeX to be written.
fn time_of_drawings(n: usize) -> Duration {
    let link = |k: usize| format!("a{k} = sin(a{})\n", k - 1);
    let links: String = (1..=n).map(link).collect();
    let text = format!("a0 = 0.5\n{links}graph a{n}\ntrace a{n}\n");
    let (shown, time) = on_a_small_stack(move || {
        let (mut shown, source) = (String::new(), Source::new("test.ad", text));
        let (start, style) = (ThreadTime::now(), Style::default());
        let result = Session::with_limits(Limits::default()).run_source(&source, &mut |event| {
            shown += &latex::event(&event, &style);
            if matches!(event, Event::Graph(_)) {
                shown += &terminal::event(&event, &style);
            }
        });
        assert!(result.is_ok(), "{result:?}");
        (shown, start.elapsed())
    });
    assert!(shown.contains("is too large for a text"));
    assert!(shown.contains(&format!("a_{{{n}}}")), "the last lines");
    time
}

#[test]
fn large_graphs_and_tables_take_linear_time() {
    let shorter = time_of_drawings(1_000);
    let longer = time_of_drawings(8_000);
    println!("{shorter:?}, {longer:?}");
    assert!(
        longer < 24 * shorter,
        "{longer:?} for eight times what took {shorter:?}"
    );
}

#[test]
fn names_are_found_again_where_others_were_taken_out() {
    let mut runner = Runner::new(Limits::default());
    let mut input = |text: &str| {
        runner.session.checkpoint();
        runner.run(text)
    };
    input("c = q + 1");
    input("p = 100");
    input("q = 10");
    assert_eq!(input("c")[0]["value"], 11);
    // A failed statement takes back what it defined before.
    assert_eq!(
        input("if 1 { z = 5; v = 7; assert c == 0 }")[0]["kind"],
        "error"
    );
    assert_eq!(input("v = 3; c + v")[0]["value"], 14);
    for _ in 0..3 {
        assert!(runner.session.undo().is_some());
    }
    let mut input = |text: &str| runner.run(text);
    input("r = 7");
    input("q = 20");
    assert_eq!(input("c")[0]["value"], 21);
    assert_eq!(input("p = 1; c*p + r")[0]["value"], 28);
}

#[test]
fn a_trace_of_a_long_chain_is_shown() {
    let mut text = String::from("a0 = 5\n");
    for k in 1..=2000 {
        text.push_str(&format!("a{k} = sin(a{})\n", k - 1));
    }
    text.push_str("trace a2000\n");
    let nodes = on_a_small_stack(move || {
        let lines = Runner::new(Limits::default()).run(&text);
        lines
            .last()
            .and_then(|line| line["nodes"].as_array().map(Vec::len))
    });
    assert_eq!(nodes, Some(2001));
}

/// How long the gradient of a sum of `n` squares takes.
fn time_of_squares(n: usize) -> Duration {
    let start = Instant::now();
    let text = format!("x = ones({n})\nL = sum(x[i]^2 for i in 1..{n})\nL\nsum(grad(L, x))\n");
    assert_eq!(values_of(text), [n as f64, 2.0 * n as f64]);
    start.elapsed()
}

#[test]
fn the_gradient_of_a_long_comprehension_takes_linear_time() {
    let shorter = time_of_squares(MANY / 10);
    let longer = time_of_squares(MANY);
    println!("{shorter:?}, {longer:?}");
    assert!(longer < Duration::from_secs(20), "{longer:?}");
    let bound = 30 * shorter.max(Duration::from_millis(20));
    assert!(
        longer < bound,
        "{longer:?} for ten times what took {shorter:?}"
    );
}

#[test]
fn what_does_not_fit_is_an_error_at_once() {
    let start = Instant::now();
    for text in [
        "zeros(1e6, 1e6)",
        "eye(1e9)",
        "eye(1e300)",
        "ones(1e18, 1)",
        "zeros(4294967296, 4294967296)",
        "zeros(4294967295, 4294967295)",
        "randn(1e7, 1e7)",
        "linspace(0, 1, 1e12)",
        "zeros(nan)",
        "zeros(inf)",
        "zeros(-1)",
        "zeros(1.5)",
        "x = ones(60000)\nx*x'\n",
        "x = ones(100000)\nexp(diag(x))\n",
        "x = ones(40000)\nhessian(sum(x)^2, x)\n",
        "x = ones(3)\nonehot(x, 1e12)\n",
        "x = 1\nreshape(x, 1e9, 1e9)\n",
        "input W[1e6, 1e6]\nW\n",
        "x = [1, 2]\nx[1e300]\n",
        "x = [1, 2]\nx[0]\n",
        "x = [1, 2]\nx[nan]\n",
        "x = [1, 2]\nx[-9223372036854775808]\n",
    ] {
        let code = error_of(text, Limits::default());
        assert!(
            ["limit", "index", "shape", "value", "type", "scalar"].contains(&code.as_str()),
            "{text} is an error of kind {code}"
        );
    }
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn the_number_of_nodes_is_limited() {
    let limits = Limits {
        nodes: 1000,
        ..Limits::default()
    };
    for text in [
        "x = 1\nsum(x*i for i in 1..10000, j in i..i)\n",
        "x = 1\nsum(x for i in 1..1e12)\n",
        "f(t) = t + 1\niterate(f, 1, 1e12)\n",
        "[i + j for i in 1..1e6, j in 1..1e6]\n",
        "f(t) = sin(t)\nx = 1\niterate(f, x, 1000000)\n",
        "x = ones(1000)\ntrace jacobian(x*sum(x), x)\n",
    ] {
        assert_eq!(error_of(text, limits), "limit", "{text}");
    }
    let doubling: String = (1..=40)
        .map(|k| format!("f{k}(t) = f{}(t + 1) + f{}(2*t)\n", k - 1, k - 1))
        .collect();
    assert_eq!(
        error_of(
            &format!("f0(t) = sin(t)\n{doubling}x = 1\nf40(x)\n"),
            limits
        ),
        "limit"
    );
}

#[test]
fn memory_is_limited() {
    let limits = Limits {
        memory: 1 << 20,
        ..Limits::default()
    };
    for text in [
        "ones(1000, 1000)\n",
        "x = ones(500)\nx*x'\n",
        "x = ones(100, 100)\nsin(x) + cos(x) + tan(x) + exp(x) + tanh(x) + sqrt(x) + sinh(x) + cosh(x) + erf(x) + atan(x) + sin(sin(x)) + cos(cos(x)) + sin(2*x)\n",
    ] {
        assert_eq!(error_of(text, limits), "limit", "{text}");
    }
}

#[test]
fn recursion_is_an_error() {
    for text in [
        "f(x) = f(x)\nf(1)\n",
        "f(x) = if x < 1 then 1 else x*f(x - 1)\nf(5)\n",
        "f(x) = g(x)\ng(x) = f(x)\nf(1)\n",
        "f(x) = f'(x)\nf(1)\n",
        "f(x) = iterate(f, x, 2)\nf(1)\n",
        "f(x) = grad(f(x), x)\nf(1)\n",
    ] {
        assert_eq!(error_of(text, Limits::default()), "function", "{text}");
    }
    let ring: String = (0..1000)
        .map(|k| format!("f{k}(x) = f{}(x) + 1\n", (k + 1) % 1000))
        .collect();
    assert_eq!(
        error_of(&format!("{ring}f0(1)\n"), Limits::default()),
        "function"
    );
}

#[test]
fn circular_definitions_of_every_length_are_errors() {
    for length in [1, 2, 1000] {
        let ring: String = (0..length)
            .map(|k| format!("a{k} = a{} + 1\n", (k + 1) % length))
            .collect();
        for question in [
            "a0",
            "grad(a0, a0)",
            "trace a0",
            "x = 1\ngrad(a0, x)",
            "assert a0 > 0",
            "print a0",
        ] {
            assert_eq!(
                error_of(&format!("{ring}{question}\n"), Limits::default()),
                "circular",
                "{length}, {question}"
            );
        }
    }
}

#[test]
fn nothing_that_is_no_program_panics() {
    let mut panics = Vec::new();
    for text in [
        "",
        "\0",
        "\u{feff}x = 1",
        "x",
        "=",
        "x =",
        "= 1",
        "x = = 1",
        "[",
        "]",
        "[]",
        "()",
        "f(",
        "f()",
        "f(x) =",
        "x[",
        "x[]",
        "x[1",
        "1..",
        "..1",
        "1..2",
        "'",
        "''",
        "x''''",
        "^",
        "²",
        "x²²",
        "x^",
        "\"",
        "\"\\",
        "# only",
        ";;;",
        "if",
        "if x",
        "if x then",
        "for",
        "for i",
        "for i in",
        "repeat",
        "repeat {",
        "while",
        "while 1",
        "trace",
        "trace wrt",
        "trace 1",
        "plot",
        "derive",
        "check",
        "compare",
        "graph",
        "over",
        "wrt",
        "at",
        "1e999",
        "1e-999",
        "0x10",
        "1_",
        "1__0",
        "1.2.3",
        ".",
        "..",
        "…",
        "💥",
        "a💥b",
        "x\u{301}",
        "\u{202e}x",
        "sum()",
        "sum(,)",
        "sum(1,)",
        "max()",
        "grad()",
        "grad(1)",
        "grad(1, 2)",
        "jvp(1, 2, 3)",
        "hessian(1, 1)",
        "numeric()",
        "iterate()",
        "iterate(1, 2, 3)",
        "iterate(sin, 1, -1)",
        "iterate(sin, 1, 0.5)",
        "read()",
        "read(1)",
        "read(\"nowhere.csv\")",
        "import \"nowhere.ad\"",
        "x := ",
        "x := 1",
        "x[1] := 1",
        "x, y := 1",
        "x = 1; x[2] := 1",
        "x = [1,2]; x[5] := 1",
        "x = 1 2",
        "1 + ",
        "1 +* 2",
        "print",
        "print \"",
        "assert",
        "assert 0",
        "assert nan == nan",
        "sin'(1)",
        "sin''(1)",
        "max'(1)",
        "f'(1)",
        "2'",
        "[1,2]'(1)",
        "input",
        "input x[",
        "input x[-1]",
        "input x[0]",
        "input x[1.5]",
        "norm(zeros(0))",
        "max(zeros(0))",
        "mean(zeros(0,3), axis=1)",
        "det(zeros(0,0))",
        "inv(zeros(0,0))",
        "inv(zeros(2,2))",
        "solve(zeros(2,2), [1,2])",
        "zeros(0)*zeros(0)'",
        "softmax(zeros(0))",
        "cumsum(zeros(0))",
        "prod(zeros(0,2), axis=1)",
        "argmax(zeros(0))",
        "diag(zeros(0))",
        "linspace(0,1,0)",
        "linspace(0,1,1)",
        "eye(0)",
        "x = zeros(0); grad(sum(x), x)",
        "x = zeros(0); jacobian(x, x)",
        "x = zeros(0); hessian(sum(x.^2), x)",
        "x = zeros(0,3); grad(sum(prod(x, axis=1)), x)",
        "x = zeros(0); grad(prod(x), x)",
        "x = zeros(0); numeric(sum(x), x)",
        "x = zeros(0); trace sum(x)",
        "x = zeros(0); jvp(sum(x), x, x)",
        "x = zeros(0); grad(sum(cumprod(x)), x)",
        "x = zeros(0); grad(sum(hcat(x, x)), x)",
        "x = zeros(0); x[1..0]",
        "x = [1]; x[2..1]",
        "x=[1,2,3]; grad(sum(x[3..1]), x)",
        "sum(i for i in 3..1)",
        "prod(i for i in 3..1)",
        "max(i for i in 3..1)",
        "[i for i in 3..1]",
        "[i+j for i in 1..2, j in 1..i]",
        "sum(i+j for i in 1..3, j in 1..i)",
        "rand(2, seed=-1)",
        "rand(2, seed=1e300)",
        "rand(2, seed=nan)",
        "sum([1,2], axis=0)",
        "sum([1,2], axis=3)",
        "sum([1,2], axis=nan)",
        "sum([1,2], axis=1.5)",
        "onehot([0], 2)",
        "onehot([3], 2)",
        "onehot([1.5], 2)",
        "onehot([nan], 2)",
        "mod(1, 0)",
        "polygamma(-1, 1)",
        "polygamma(1.5, 1)",
        "polygamma(1e9, 1)",
        "gamma(-1)",
        "1 == 1 == 1",
        "0 < 1 < 2",
        "approx(1, [1,2])",
        "approx(1, 2, tol=[1,2])",
        "approx(1)",
        "where(1)",
        "where([1,0], [1,2,3], 1)",
        "clamp(1)",
        "clamp(1, 2)",
        "linspace([1, 2], 3, 4)",
        "x = [1, 2]; grad(sum(linspace(x, 3, 4)), x)",
        "x = [1, 2]; F = linspace(0, x, 2); jvp(F, x, x)",
        "reshape([1,2,3], 2, 2)",
        "hcat([1,2], [1,2,3])",
        "vcat([1,2], [1,2]')",
        "x = 1; trace x wrt x along [1,2]",
        "x = [1,2]; trace sum(x) wrt x[3]",
        "x = [1,2]; trace sum(x) wrt x[1..2]",
        "trace 1 + 2",
        "x = 1; trace x at x = [1,2]",
        "x at x = 1, x = 2",
    ] {
        for text in [
            text.to_string(),
            format!("{text}\n"),
            format!("q = 2\n{text}\nq\n"),
        ] {
            let shown = text.clone();
            if std::panic::catch_unwind(|| survives(text)).is_err() {
                panics.push(shown);
            }
        }
    }
    crate::common::report(&panics);
}

#[test]
fn random_bytes_of_the_language_never_panic() {
    let words = [
        "x", "y", "f", "1", "2.5", "(", ")", "[", "]", "{", "}", ",", ";", "\n", "=", ":=", "+",
        "-", "*", ".*", "/", "./", "^", "'", "²", "if", "then", "else", "for", "in", "1..3", "and",
        "not", "==", "<", "sum", "grad", "trace", "wrt", "at", "with", "repeat", "while", "print",
        "\"s\"", "axis=1", "iterate", "sin", " ",
    ];
    let batch = move || {
        let mut random = wengert::primitives::random::SplitMix64::new(5);
        for _ in 0..5000 {
            let length = 1 + random.next_bits() % 20;
            let text: Vec<&str> = (0..length)
                .map(|_| words[(random.next_bits() % words.len() as u64) as usize])
                .collect();
            let text = format!("x = [1, 2]\ny = 3\nf(t) = t*y\n{}\n", text.join(" "));
            if text.contains("while") {
                continue; // May rightly never end.
            }
            let mut runner = Runner::new(Limits {
                nodes: 100_000,
                ..Limits::default()
            });
            let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runner.run(&text)));
            assert!(run.is_ok(), "a panic of:\n{text}");
        }
    };
    on_a_small_stack(batch);
}
