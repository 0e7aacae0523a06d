//! The interactive session, driven through a pseudo-terminal.

use expectrl::Session;
use expectrl::process::unix::{UnixProcess, WaitStatus};
use expectrl::session::OsStream;
use expectrl::{ControlCode, Eof, Expect};
use std::process::Command;
use std::time::Duration;

/// What the editor sends when it starts to read: bracketed paste on.
const READY: &str = "\u{1b}[?2004h";

/// A session at its first prompt, with a history of its own.
struct Repl {
    session: Session<UnixProcess, OsStream>,
    state: std::path::PathBuf,
}

impl Repl {
    fn new(test: &str, arguments: &[&str]) -> Repl {
        let state =
            std::env::temp_dir().join(format!("wengert-repl-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&state);
        Repl::continued(state, arguments)
    }

    fn continued(state: std::path::PathBuf, arguments: &[&str]) -> Repl {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        command
            .args(["--ascii", "--color", "never"])
            .args(arguments);
        command
            .env("TERM", "xterm")
            .env("PAGER", "cat")
            .env("XDG_STATE_HOME", &state);
        let mut session = Session::spawn(command).expect("starts");
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        let mut repl = Repl { session, state };
        repl.waits_for(READY);
        repl
    }

    /// Types a line that does not lead to another prompt.
    fn types(&mut self, line: &str) {
        self.session.send(format!("{line}\r")).expect("is read");
    }

    /// Types a line; what is on the screen until the next prompt.
    fn answers(&mut self, line: &str) -> String {
        self.types(line);
        self.waits_for(READY)
    }

    /// What is on the screen before a text.
    fn waits_for(&mut self, text: &str) -> String {
        let found = self
            .session
            .expect(text)
            .unwrap_or_else(|error| panic!("`{text}`: {error}"));
        String::from_utf8_lossy(found.before()).into_owned()
    }

    fn leaves(mut self) -> std::path::PathBuf {
        self.session.expect(Eof).expect("the end");
        let status = self.session.get_process().wait().expect("ends");
        assert!(matches!(status, WaitStatus::Exited(_, 0)), "{status:?}");
        self.state
    }
}

fn holds(screen: &str, text: &str) {
    assert!(screen.contains(text), "`{text}` is not in:\n{screen}");
}

#[test]
fn an_error_in_the_middle_keeps_the_session() {
    let mut repl = Repl::new("error", &[]);
    repl.answers("w = 3");
    holds(&repl.answers("w^2"), "w^2 = 9");
    let screen = repl.answers("v = [1,2]; w := v*v");
    holds(&screen, "error[shape]");
    holds(&screen, "<input 3>:1:");
    holds(&repl.answers("w + 1"), "w + 1 = 4");
    repl.types(":quit");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// A brace that closes a block loses the indentation that its line began with.
#[test]
fn a_closing_brace_stands_below_its_statement() {
    let mut repl = Repl::new("brace", &[]);
    repl.answers("x = 16");
    repl.types("repeat 2 {");
    repl.types("if x > 1 {");
    repl.types("x := x/2");
    repl.types("}");
    let screen = repl.answers("}");
    // Below `if` and below `repeat`, behind the mark of a further line.
    holds(&screen, ".   }");
    holds(&screen, ". }");
    holds(&repl.answers("x"), "x = 4");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// Up behind something typed finds inputs that start like it, on an empty line any.
#[test]
fn the_up_key_searches_for_what_is_typed() {
    let mut repl = Repl::new("recall", &[]);
    for line in ["alpha = 3", "beta = alpha^2", "gamma1 = 7", "beta + 1"] {
        repl.answers(line);
    }
    let up = "\u{1b}[A";
    holds(&repl.answers(&format!("be{up}")), "beta + 1 = 10");
    repl.answers(&format!("be{up}{up}"));
    holds(&repl.answers(&format!("{up}; beta")), "beta = 9");
    holds(&repl.answers(&format!("{up}{up}{up}{up}{up}")), "gamma1");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// After an error with a certain fix the Up key offers the line as it should have been.
#[test]
fn the_up_key_offers_the_fix() {
    let mut repl = Repl::new("fix", &[]);
    repl.answers("x = 4");
    holds(&repl.answers("sqrt x"), "error[syntax]");
    holds(&repl.answers("\u{1b}[A"), "sqrt(x) = 2");
    // It stands in the history once, before it the line as it was typed.
    holds(&repl.answers("\u{1b}[A\u{1b}[A"), "error[syntax]");
    repl.answers("trase x");
    holds(&repl.answers("\u{1b}[A"), "a1 = x");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let mut repl = Repl::new("ahead", &[]);
    repl.types("a = 1\rb = a + 1\rc = a + b\rsum([i*c for i in 1..20000])\rc + 100");
    repl.waits_for("c + 100 = 103");
    repl.waits_for(READY);
    repl.types(":quit");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn inputs_of_several_lines() {
    let mut repl = Repl::new("lines", &[]);
    repl.types("s = 0; repeat 3 {");
    repl.types("s := s + 1");
    repl.answers("}");
    holds(&repl.answers("s"), "s = 3");
    repl.types("x = (1 +");
    repl.types("");
    holds(&repl.answers(""), "error[syntax]");
    holds(&repl.answers("s"), "s = 3");
    repl.session
        .send(ControlCode::EndOfTransmission)
        .expect("is read");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// Further lines have a prompt of their own, and are indented by the brackets that are open.
#[test]
fn further_lines_are_marked_and_indented() {
    let mut repl = Repl::new("further", &[]);
    repl.answers("s = 0");
    repl.types("repeat 3 {");
    repl.waits_for("\r\n.   ");
    repl.types("s := s + (2*");
    repl.waits_for("\r\n.     ");
    repl.types("1)");
    repl.waits_for("\r\n.   ");
    let screen = repl.answers("}");
    holds(&screen, ". }");
    holds(&repl.answers("s"), "s = 6");
    repl.types("t = (1 +");
    repl.waits_for("\r\n.   ");
    // Where the error is told, the margin is gone: three lines, the second with two blanks.
    holds(&repl.answers("2 * * 3)"), ":2:7");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn a_circle_is_told_while_typing_and_after() {
    let mut repl = Repl::new("circle", &[]);
    repl.answers("w = 3; L = w^2");
    let screen = repl.answers("w = w - 0.1*grad(L, w)");
    holds(&screen, "-> circular: write w := ...");
    holds(&screen, "note: `w` now needs itself");
    holds(&repl.answers(":undo"), "undone: `w`");
    repl.answers("L");
    repl.answers("2*L");
    holds(&repl.answers(":undo"), "undone: `L`, `w`");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn ctrl_c_clears_the_line_and_stops_a_computation() {
    let mut repl = Repl::new("ctrl-c", &[]);
    repl.answers("n = 0");
    repl.session.send("1 + (").expect("is read");
    repl.session.send(ControlCode::EndOfText).expect("is read");
    repl.waits_for(READY);
    repl.types("while 1 { n := n + 1; if n == 1 { print \"go\", n } }");
    repl.waits_for("go 1");
    repl.session.send(ControlCode::EndOfText).expect("is read");
    holds(&repl.waits_for(READY), "error[limit]: interrupted");
    holds(&repl.answers("n > 0"), "n > 0 = 1");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn commands_and_history() {
    let mut repl = Repl::new("history", &[]);
    holds(&repl.answers(":help ln"), "The natural logarithm.");
    holds(&repl.answers(":hlep"), "did you mean `:help`?");
    holds(&repl.answers("6*7"), "6*7 = 42");
    repl.types("quit");
    let state = repl.leaves();
    let mut repl = Repl::continued(state, &["--format", "json"]);
    holds(
        &repl.answers("\u{1b}[A\u{1b}[A"),
        r#"{"kind":"value","text":"6*7","value":42}"#,
    );
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// What TAB puts in is on the screen once Enter shows the result.
#[test]
fn tab_completes_names_words_and_symbols() {
    let mut repl = Repl::new("tab", &[]);
    repl.answers("width = 3; x = 2");
    holds(&repl.answers("2*wid\t"), "2*width = 6");
    holds(&repl.answers("sigm\t0)"), "sigmoid(0) = 0.5");
    repl.answers("\\alpha\t = 5");
    holds(&repl.answers("\\alpha\t + 1"), "alpha + 1 = 6");
    repl.answers("y\\hat\t = 7");
    holds(&repl.answers("y\\hat\t"), "y_hat = 7");
    holds(&repl.answers(":hel\t ln"), "The natural logarithm.");
    let offered = repl.answers("lo\t(1)");
    holds(&offered, "log1p(x)");
    holds(&offered, "log(1) = 0");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn hints_are_read_and_not_taken() {
    let mut repl = Repl::new("hints", &[]);
    repl.answers("w = 3");
    holds(&repl.answers("w^2 + 1"), "-> 10");
    holds(&repl.answers("clamp(w, 0, 1)"), "   clamp(x, lo, hi)");
    repl.answers(":set hints off");
    let screen = repl.answers("w^2 + 1");
    assert!(!screen.contains("->"), "{screen}");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn what_is_typed_has_colours() {
    let mut repl = Repl::new("colours", &["--color", "always"]);
    let screen = repl.answers("trace sin(w) wrt w at w = 1");
    holds(&screen, "\u{1b}[35mtrace\u{1b}[0m");
    holds(&screen, "\u{1b}[34msin\u{1b}[0m");
    holds(&screen, "\u{1b}[34ma1\u{1b}[0m = w");
    holds(
        &screen,
        "\u{1b}[32mda2\u{1b}[0m = cos(\u{1b}[34ma1\u{1b}[0m)",
    );
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn keys_walk_through_the_passes() {
    let mut repl = Repl::new("step", &[]);
    repl.answers("w = 3; L = sin(w)^2");
    let mut press = |key: &str| {
        repl.session.send(key).expect("is read");
        repl.waits_for(READY)
    };
    holds(&press(":step L wrt w\r"), "(1 of 6)");
    holds(&press("n"), "> a2 = sin(a1)");
    holds(&press("\u{1b}[C"), "> a3 = a2^2");
    holds(&press("p"), "(2 of 6)");
    holds(&press("G"), "ba1 = ba2*cos(a1)");
    holds(&press("g"), "(1 of 6)");
    press("q");
    holds(&repl.answers(":why ba2"), "ba2 = ba3*2*a2");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

#[test]
fn two_sessions_share_one_history() {
    let mut one = Repl::new("shared", &[]);
    let mut two = Repl::continued(one.state.clone(), &[]);
    one.answers("1 + 1");
    two.answers("2 + 2");
    one.answers("3 + 3");
    one.types(":q");
    one.leaves();
    // Killed: what was entered is kept all the same.
    let state = two.state.clone();
    drop(two);
    let history = std::fs::read_to_string(state.join("wengert/history")).expect("a history");
    for input in ["1 + 1", "2 + 2", "3 + 3"] {
        assert!(history.lines().any(|line| line == input), "{history}");
    }
    let _ = std::fs::remove_dir_all(state);
}

#[test]
fn an_impatient_ctrl_c_does_not_end_the_session() {
    let mut repl = Repl::new("impatient", &[]);
    repl.answers("n = 0");
    repl.types("while 1 { n := n + 1; if n == 1 { print \"go\", n } }");
    repl.waits_for("go 1");
    for _ in 0..3 {
        repl.session.send(ControlCode::EndOfText).expect("is read");
    }
    repl.waits_for("error[limit]");
    repl.waits_for(READY);
    std::thread::sleep(Duration::from_millis(300));
    // A late one of the three may have brought up a prompt of its own.
    repl.types("6*7");
    repl.waits_for("6*7 = 42");
    repl.waits_for(READY);
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}

/// A pasted line that is far too long neither hangs nor breaks the editor.
#[test]
fn deep_input_while_typing() {
    let mut repl = Repl::new("deep", &[]);
    let deep = format!("{}1{}", "(".repeat(3000), ")".repeat(3000));
    let pasted = format!("\u{1b}[200~{deep}\u{1b}[201~");
    holds(&repl.answers(&pasted), "= 1");
    holds(&repl.answers("6*7"), "6*7 = 42");
    repl.types(":q");
    let _ = std::fs::remove_dir_all(repl.leaves());
}
