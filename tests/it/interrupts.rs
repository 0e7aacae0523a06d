//! Ctrl-C and the time limit end whatever is going on, soon, and say so.

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The promise is 100 ms; a busy machine may be late.
const SOON: Duration = Duration::from_secs(1);

/// Work that takes minutes, each in another phase, behind a line that tells that it has begun.
fn long_work() -> Vec<(&'static str, String)> {
    let chain = |n: usize| -> String {
        let link = |i: usize| format!("a{i} = sin(a{})*x + {i}\n", i - 1);
        format!("x = 0.5\na0 = x\n{}", (1..n).map(link).collect::<String>())
    };
    let with = |statement: &str| {
        let n = 200_000;
        format!(
            "{}{}\n",
            chain(n),
            statement.replace("END", &format!("a{}", n - 1))
        )
    };
    let owned = |name, text: &str| (name, text.to_string());
    vec![
        owned("an empty loop", "while 1 { }"),
        owned("a count", "repeat 1e12 { }"),
        owned("a range", "for i in 1..1e12 { }"),
        owned("updates", "w = 1\nwhile 1 { w := w + 1 }"),
        owned(
            "training",
            "w = 1\nwhile 1 { w := w - 0.1*grad(sin(w)^2, w) }",
        ),
        owned(
            "a comprehension",
            "x = 2\nL = sum(sin(i*x) for i in 1..19000000)\nL",
        ),
        owned("iteration", "f(t) = sin(t)\nx = 1\niterate(f, x, 1.9e9)"),
        owned("a product", "A = randn(3000, 3000)\nA*A*A*A"),
        owned("a determinant", "A = randn(4000, 4000)\ndet(A)"),
        owned("an inverse", "A = randn(4000, 4000)\ninv(A)"),
        owned(
            "many entries",
            "x = ones(9000, 9000)\nlgamma(x) + digamma(x)",
        ),
        owned(
            "a Hessian",
            "x = ones(500)\nhessian(sum(sin(x[i]*x[j]) for i in 1..500, j in 1..500), x)",
        ),
        owned("a Jacobian", "x = randn(5000)\njacobian(x .* sum(x), x)"),
        owned("differences", "x = randn(3000)\nnumeric(sum(sin(x*x')), x)"),
        owned(
            "a curve",
            "plot sum(sin(i*t) for i in 1..100000) over t from 0 to 1",
        ),
        owned(
            "a map",
            "plot sum(sin(i*t*s) for i in 1..60000) over t from 0 to 1, s from 0 to 1",
        ),
        owned(
            "symbolic",
            "x = ones(300)\nL = prod(sum(sin(x[i]*x[j]) for j in min(1, i)..300) for i in 1..300)\nderive L wrt x",
        ),
        ("adjoints", with("grad(END, x)")),
        ("tangents", with("jvp(END, x, 1)")),
        ("a derivation", with("derive END wrt x")),
        ("a trace", with("trace END wrt x with zeros, life")),
        ("a comparison", with("compare END wrt x")),
        ("a check", with("check END wrt x")),
        ("a drawing", with("graph END")),
    ]
}

/// Starts a script and waits until it has begun.
fn start(name: &str, text: &str, options: &[&str]) -> (Child, std::path::PathBuf) {
    let name = name.replace(' ', "-");
    let file = std::env::temp_dir().join(format!("wengert-{name}-{}.ad", std::process::id()));
    std::fs::write(&file, format!("print \"begun\"\n{text}\n")).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wengert"))
        .args(options)
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let (mut line, mut byte) = (String::new(), [0]);
    while byte != *b"\n" {
        let stdout = child.stdout.as_mut().expect("a pipe");
        stdout.read_exact(&mut byte).expect("it begins");
        line.push(byte[0].into());
    }
    assert!(line.contains("begun"), "{line}");
    (child, file)
}

fn signal(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn ctrl_c_ends_every_phase() {
    let mut slowest = Duration::ZERO;
    for (name, script) in long_work() {
        let (child, file) = start(name, &script, &[]);
        std::thread::sleep(Duration::from_millis(150));
        let asked = Instant::now();
        signal(&child);
        let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
        let took = asked.elapsed();
        let _ = std::fs::remove_file(file);
        println!("{name}: {took:?}");
        assert_eq!(status.code(), Some(130), "{name}: {}", text(&stderr));
        assert!(
            text(&stderr).starts_with("error[limit]: interrupted"),
            "{name}: {}",
            text(&stderr)
        );
        assert!(took < SOON, "{name} took {took:?}");
        slowest = slowest.max(took);
    }
    println!("slowest {slowest:?}");
}

#[test]
fn a_text_that_is_still_being_parsed_can_be_stopped() {
    let file = std::env::temp_dir().join(format!("wengert-parsed-{}.ad", std::process::id()));
    std::fs::write(&file, "a = 1 + 2*(3 + 4)\n".repeat(1_000_000)).expect("written");
    let child = Command::new(env!("CARGO_BIN_EXE_wengert"))
        .arg(&file)
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    signal(&child);
    let output = child.wait_with_output().expect("it ends");
    let _ = std::fs::remove_file(file);
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    assert_ne!(
        output.status.code(),
        Some(0),
        "it was done before it was stopped"
    );
}

#[test]
fn the_time_limit_ends_what_does_not_listen() {
    // The others would not have begun by then.
    let short = |(_, script): &(&str, String)| script.len() < 1000;
    for (name, script) in long_work().into_iter().filter(short).step_by(3) {
        let begun = Instant::now();
        let name = format!("timed {name}");
        let (child, file) = start(
            &name,
            &script,
            &["--limit-time", "300ms", "--format", "json"],
        );
        let Output { status, stdout, .. } = child.wait_with_output().expect("it ends");
        let took = begun.elapsed();
        let _ = std::fs::remove_file(file);
        assert_eq!(status.code(), Some(1), "{name}");
        let last: serde_json::Value = {
            let text = text(&stdout);
            serde_json::from_str(text.lines().last().unwrap_or("")).expect("an object")
        };
        assert_eq!(last["code"], "limit", "{name}: {last}");
        assert_eq!(
            last["message"], "the time limit of 300ms is reached",
            "{name}"
        );
        assert!(took < 5 * SOON, "{name} took {took:?}");
    }
}
