//! Two sessions in one process run, stop and forget independently.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use wengert::diagnostic::Code;
use wengert::session::Session;
use wengert::source::Source;

/// How long a thread may take to answer; much longer than it needs.
const PATIENT: Duration = Duration::from_secs(60);

fn run(session: &mut Session, text: &str) -> Result<(), wengert::diagnostic::Diagnostic> {
    session.run_source(&Source::new("<test>", text), &mut |_| {})
}

fn value(session: &Session, name: &str) -> Option<f64> {
    session.definitions().value(name)?.as_scalar()
}

#[test]
fn one_is_stopped_and_the_other_goes_on() {
    let (send_token, token) = mpsc::channel();
    let endless = thread::spawn(move || {
        let mut session = Session::default();
        run(&mut session, "n = 0; mine = 1").expect("it runs");
        let token = session.stop_token();
        // The loop is under way when it shows something for the first time.
        let mut tell = Some((send_token, token.clone()));
        let mut shown = move |_| {
            if let Some((send, token)) = tell.take() {
                send.send(token).expect("the test waits");
            }
        };
        let source = Source::new("<test>", "while 1 { n := n + 1; n }");
        let stopped = session.run_source(&source, &mut shown);
        let error = stopped.expect_err("it is stopped");
        assert_eq!(error.code(), Code::Limit);
        // What whole rounds did is kept, and the session goes on once the request is cleared.
        let reached = value(&session, "n").expect("a number");
        assert!(reached >= 1.0);
        token.clear();
        run(&mut session, "n := n + 1; other = 1").expect("it runs again");
        assert_eq!(value(&session, "n"), Some(reached + 1.0));
        session.reset();
        assert!(session.definitions().variable("mine").is_none());
    });
    let (begun, has_begun) = mpsc::channel();
    let (stopped, was_stopped) = mpsc::channel();
    let finishing = thread::spawn(move || {
        let mut session = Session::default();
        begun.send(()).expect("the test waits");
        // Rounds before, while and after the other one is stopped.
        run(&mut session, "s = 0; repeat 2000 { s := s + 1 }").expect("it runs");
        was_stopped.recv_timeout(PATIENT).expect("a stop");
        run(&mut session, "repeat 2000 { s := s + 1 }").expect("nobody stopped this one");
        assert_eq!(value(&session, "s"), Some(4000.0));
        assert!(session.definitions().variable("n").is_none());
    });
    has_begun.recv_timeout(PATIENT).expect("the second session");
    token
        .recv_timeout(PATIENT)
        .expect("the first session")
        .stop();
    endless.join().expect("the stopped session");
    stopped.send(()).expect("the second session waits");
    finishing.join().expect("the other session");
}

#[test]
fn a_preview_changes_nothing() {
    let mut session = Session::default();
    run(
        &mut session,
        "brand = 3; w = brand + 1; f(x) = rand(1)*x; p = rand(1); q = 2*rand(1)",
    )
    .expect("it runs");
    let script = session.script();
    let number = |text: &str| session.preview(text)?.as_scalar();
    assert_eq!(
        number("brand = w + 3"),
        Some(7.0),
        "a name, and no random number"
    );
    assert_eq!(number("brand*w"), Some(12.0));
    assert_eq!(number("sum(rand(2, seed=1) .* 0)"), Some(0.0));
    // A draw without a seed is noted, and the second one warned of: a preview does neither.
    for text in ["rand(1)", "1 + sum(randn(3))", "v = rand(2, 2)"] {
        assert_eq!(number(text), None, "{text}");
    }
    assert!(number("f(2)").is_some() && number("f(3)").is_some());
    assert!(session.preview("p").is_some() && session.preview("q").is_some());
    assert_eq!(
        value(&session, "p"),
        None,
        "what a preview computed is not kept"
    );
    let token = session.stop_token();
    token.stop();
    assert_eq!(
        number("w + 1"),
        Some(5.0),
        "it does not obey the session's token"
    );
    assert!(token.is_stopped(), "and clears no request");
    token.clear();
    assert_eq!(session.script(), script);
    let mut warnings = 0;
    let source = Source::new("<test>", "p; rand(2); f(1)");
    let mut count =
        |event| warnings += usize::from(matches!(event, wengert::event::Event::Warning(_)));
    session.run_source(&source, &mut count).expect("it runs");
    assert_eq!(
        warnings, 1,
        "a statement that draws without a seed again is warned of, and no other"
    );
}

/// A compiled function gives what the session gives, when shapes, counts and branches change between
/// calls, and where only the interpreter can compute it.
#[test]
fn a_compiled_function_gives_what_the_session_gives() {
    let mut session = Session::new();
    let outputs = [
        "sum(x.^2) + n",
        "grad(sum(sin(x))*n, x)",
        "sum(n^k for k in 1..n)",
        "if n > 2 then inv([n, 1; 1, n])[1, 1] else log(n)",
    ];
    session
        .run("n = 2; x = [1, 2]; later = 5")
        .expect("it runs");
    let mut compiled = session.compile(&outputs, &["x", "n"]).expect("it compiles");
    session.run("later = 6").expect("it runs");
    let points: [(&[f64], f64); 6] = [
        (&[1.0, 2.0], 2.0),
        (&[0.5, -1.0], 2.0),
        (&[0.5, -1.0, 3.0], 2.0),
        (&[0.5, -1.0, 3.0], 4.0),
        (&[2.0], 3.0),
        (&[1.0, 2.0], 2.0),
    ];
    for (x, n) in points {
        session.set("x", x).expect("a vector");
        session.set("n", n).expect("a number");
        let values = compiled.call(&[x.into(), n.into()]).expect("values");
        for (output, value) in outputs.iter().zip(values) {
            let expected = session.eval(output).expect("a value");
            assert_eq!(value, expected, "{output} at {x:?}, {n}");
        }
    }
    let wrong = compiled.call(&[1.0.into()]).expect_err("two are needed");
    assert_eq!(wrong.code(), Code::Arity);
    let singular = session.compile(&["inv([n, 1; 1, n])"], &["n"]);
    let failure = singular.expect("it compiles").call(&[1.0.into()]);
    assert_eq!(failure.expect_err("no inverse").code(), Code::Singular);
}

/// The library's lines in the README are those of the tour, which runs as a documentation test.
#[test]
fn the_readme_shows_the_tour() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## As a library").nth(1).expect("it is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let tour: Vec<&str> = include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .collect();
    let parts = crate::common::page::parts(section);
    let shown = parts.iter().filter_map(|part| part.block("rust"));
    let shown: Vec<&str> = shown.flat_map(str::lines).collect();
    assert!(shown.len() >= 7, "{shown:?}");
    for line in shown {
        assert!(tour.contains(&line), "not in the tour: {line}");
    }
}

#[test]
fn values_are_written_into_those_of_an_earlier_call() {
    let mut session = Session::new();
    session.run("x = [1, 2, 3]").unwrap();
    let mut f = session.compile(&["2*x", "sum(x)"], &["x"]).unwrap();
    let mut values = Vec::new();
    f.call_into(&[[1.0, 2.0, 3.0].into()], &mut values).unwrap();
    let place = values[0].as_slice().as_ptr();
    for x in [[4.0, 5.0, 6.0], [7.0, 8.0, 9.0]] {
        f.call_into(&[x.into()], &mut values).unwrap();
        assert_eq!(values, f.call(&[x.into()]).unwrap());
        assert_eq!(values[0].as_slice().as_ptr(), place);
    }
    // Another shape, and results of anything else.
    values = vec![[0.0; 2].into(), 1.0.into(), 5.0.into()];
    f.call_into(&[[1.0, 2.0].into()], &mut values).unwrap();
    assert_eq!(values, [[2.0, 4.0].into(), 3.0.into()]);
}

#[test]
fn a_branch_that_no_argument_decides_is_left_out_of_a_program() {
    // `x[i - 2]` could not even be lowered for the first two.
    let mut s = Session::new();
    s.run("x = [1, 2, 4]; F = sum(if i > 2 then x[i - 2]^3 else x[i] for i in 1..3)")
        .unwrap();
    let mut f = s.compile(&["F", "grad(F, x)"], &["x"]).unwrap();
    assert!(f.is_compiled());
    let values = f.call(&[[2.0, 3.0, 5.0].into()]).unwrap();
    assert_eq!(values[0].as_scalar(), Some(13.0));
    assert_eq!(values[1].as_slice(), [13.0, 1.0, 0.0]);
    // One that an argument decides is a condition of the program.
    s.run("G = if x[1] > 2 then 2*x[2] else x[3]").unwrap();
    let mut g = s.compile(&["G"], &["x"]).unwrap();
    for (x, value) in [([3.0, 4.0, 5.0], 8.0), ([1.0, 4.0, 5.0], 5.0)] {
        assert_eq!(g.call(&[x.into()]).unwrap()[0].as_scalar(), Some(value));
    }
}
