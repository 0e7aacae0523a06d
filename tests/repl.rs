//! The interactive session, driven through a pseudo-terminal.

#![cfg(unix)]

use expectrl::Session;
use expectrl::process::unix::{UnixProcess, WaitStatus};
use expectrl::session::OsStream;
use expectrl::{ControlCode, Eof, Expect};
use std::process::Command;
use std::time::Duration;

/// What the editor sends when it starts to read: bracketed paste on. What is typed before may get
/// lost.
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
        command.env("TERM", "xterm").env("XDG_STATE_HOME", &state);
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
