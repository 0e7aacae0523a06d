//! Whole sessions, driven through a pseudo-terminal: `tests/transcripts/*.txt`, and the blocks
//! ```` ```repl ```` of the README and the book. `» ` stands before what is typed, `… ` before its further lines; below
//! stands what is shown. A line `…` alone stands for any number of lines.
//!
//! `WENGERT_BLESS=1 cargo test --test it transcripts::` writes what is shown now into the files.

use expectrl::process::unix::UnixProcess;
use expectrl::session::OsStream;
use expectrl::{Expect, Session};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What the editor sends when it starts to read, and when it has read.
const STARTS: &str = "\u{1b}[?2004h";
const ENDS: &str = "\u{1b}[?2004l";

/// Something typed, and what is shown then.
struct Exchange {
    input: Vec<String>,
    shown: Vec<String>,
}

fn exchanges(text: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in text.lines() {
        if let Some(input) = line.strip_prefix("» ") {
            exchanges.push(Exchange {
                input: vec![input.to_string()],
                shown: Vec::new(),
            });
        } else if let Some(exchange) = exchanges.last_mut() {
            match line.strip_prefix("… ") {
                Some(more) if exchange.shown.is_empty() => exchange.input.push(more.to_string()),
                _ => exchange.shown.push(line.to_string()),
            }
        }
    }
    for exchange in &mut exchanges {
        while exchange.shown.last().is_some_and(String::is_empty) {
            exchange.shown.pop();
        }
    }
    exchanges
}

struct Terminal {
    session: Session<UnixProcess, OsStream>,
    folder: std::path::PathBuf,
}

impl Terminal {
    fn new(name: &str) -> Terminal {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("wengert-transcript-{name}-{id}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        command.args(["--color", "never", "--width", "100"]);
        command
            .env("TERM", "xterm")
            .env("PAGER", "cat")
            .env("LC_ALL", "C.UTF-8")
            .env("XDG_STATE_HOME", &folder)
            .env("XDG_CACHE_HOME", &folder)
            .current_dir(&folder);
        let mut session = Session::spawn(command).expect("starts");
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        session.expect(STARTS).expect("a prompt");
        Terminal { session, folder }
    }

    /// Types an input; what is shown until the next prompt.
    fn answer(&mut self, input: &[String]) -> Vec<String> {
        for line in input {
            self.session.send(format!("{line}\r")).expect("is read");
        }
        self.session.expect(ENDS).expect("an end of the input");
        let found = self.session.expect(STARTS).expect("the next prompt");
        let text = String::from_utf8_lossy(found.before()).replace("\r\n", "\n");
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| line.trim_end().to_string())
            .collect();
        // The line of the input ends here; results of several lines stand apart.
        while lines.first().is_some_and(String::is_empty) {
            lines.remove(0);
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.session.send("\u{4}");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether the lines are the wanted ones, `…` standing for any.
fn fits(wanted: &[String], shown: &[String]) -> bool {
    match wanted.split_first() {
        None => shown.is_empty(),
        Some((dots, rest)) if dots.trim() == "…" => {
            (0..=shown.len()).any(|skipped| fits(rest, &shown[skipped..]))
        }
        Some((line, rest)) => shown.split_first().is_some_and(|(first, others)| {
            first.trim_end() == line.trim_end() && fits(rest, others)
        }),
    }
}

fn replay(name: &str, text: &str) -> (String, Vec<String>) {
    let mut terminal = Terminal::new(name);
    let mut now = String::new();
    let mut complaints = Vec::new();
    for exchange in exchanges(text) {
        let shown = terminal.answer(&exchange.input);
        now.push_str(&format!("» {}\n", exchange.input.join("\n… ")));
        if fits(&exchange.shown, &shown) {
            exchange
                .shown
                .iter()
                .for_each(|line| now.push_str(&format!("{line}\n")));
        } else {
            shown
                .iter()
                .for_each(|line| now.push_str(&format!("{line}\n")));
            complaints.push(format!(
                "» {}\n--- wanted\n{}\n--- shown\n{}\n",
                exchange.input.join("\n… "),
                exchange.shown.join("\n"),
                shown.join("\n")
            ));
        }
    }
    (now, complaints)
}

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut seen = 0;
    let mut complaints = Vec::new();
    for entry in folder.read_dir().expect("the transcripts") {
        let path = entry.expect("readable").path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a text");
        let (now, wrong) = replay(&name, &text);
        if std::env::var_os("WENGERT_BLESS").is_some() {
            fs::write(&path, now).expect("writable");
        } else {
            complaints.extend(wrong.into_iter().map(|wrong| format!("{name}\n{wrong}")));
        }
        seen += 1;
    }
    assert!(seen > 2, "{seen} transcripts");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// The sessions on a page (blocks ```` ```repl ````) are one session.
#[test]
fn sessions_on_pages() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for page in crate::book::pages() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&page);
        let text = fs::read_to_string(&path).expect("a page");
        let parts = crate::common::page::parts(&text);
        let session: String = parts.iter().filter_map(|part| part.block("repl")).collect();
        if session.is_empty() {
            continue;
        }
        count += exchanges(&session).len();
        let name = page.to_string_lossy().replace('/', "-");
        let (_, complaints) = replay(&name, &session);
        wrong.extend(complaints.into_iter().map(|text| format!("{name}\n{text}")));
    }
    assert!(count > 5, "{count} inputs");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
