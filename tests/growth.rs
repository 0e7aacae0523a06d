//! A session that lives for long takes no more than one that has just begun.
//! A process of its own, since it weighs the whole process.
#![cfg(target_os = "linux")]

use wengert::lower::Limits;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// What is typed over and over: definitions, results, updates, mistakes.
const LINES: [&str; 8] = [
    "w = 3; x = 2",
    "L = 0.5*(1 - w*x)^2",
    "grad(L, w)",
    "w := w - 0.1*grad(L, w)",
    "f(t) = sin(t)*w; f'(x)",
    "v = [1, 2, w]; v*v",
    "unknown + 1",
    "x = = 2",
];

/// Rounds until everything that is kept on purpose is there.
const WARM: usize = 500;
const ROUNDS: usize = 5_000;

/// Bytes of memory in use.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("it is there");
    let pages = text.split(' ').nth(1).expect("two numbers");
    pages.parse::<f64>().expect("a number") * 4096.0
}

fn rounds(session: &mut Session, count: usize) {
    let mut shown = 0;
    for _ in 0..count {
        for line in LINES {
            let source = Source::new("<input>", line);
            let result =
                session.run_source(&source, &mut |event| shown += json::event(&event).len());
            if let Err(error) = result {
                shown += json::diagnostic(&error, Some(&source)).len();
            }
        }
    }
    assert!(shown > count);
}

#[test]
fn forty_thousand_inputs_leave_nothing_behind() {
    let mut session = Session::with_limits(Limits::default());
    rounds(&mut session, WARM);
    let before = resident();
    rounds(&mut session, ROUNDS);
    let after = resident();
    println!("{before} bytes, then {after}");
    assert!(
        after <= 1.01 * before + 65_536.0,
        "{before} bytes grew to {after}"
    );
}
