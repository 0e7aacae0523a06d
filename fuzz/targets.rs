//! The fuzz targets: each handles any bytes and checks its laws. `cargo fuzz` calls these
//! functions, and `tests/it/corpus.rs` calls them with the inputs that were kept.
#![allow(dead_code)]

use clap::Parser;
use serde_json::Value;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::time::Duration;
use wengert::cli::Arguments;
use wengert::data::read;
use wengert::diagnostic::Diagnostic;
use wengert::event::Event;
use wengert::kernel;
use wengert::lower::Limits;
use wengert::lsp;
use wengert::render::{Style, diagnostic, json, terminal};
use wengert::repl::rehearse;
use wengert::session::Session;
use wengert::source::{Location, Source, Span};
use wengert::stop::StopToken;
use wengert::syntax::ast::{ExprId, ExprKind, Script, StatementKind};
use wengert::syntax::{self, format, highlight, printer};
use wengert::world::Memory;

/// A function of the bytes of an input.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("frames", frames),
    ("messages", messages),
    ("parse", parse),
    ("print", print),
    ("repl", repl),
    ("run", run),
    ("session", session),
    ("table", table),
];

/// Small, so that an input that reaches them is an ordinary one.
const LIMITS: Limits = Limits {
    nodes: 20_000,
    memory: 1 << 20,
    unrolled: 100,
    entries: 100,
    numbered: 100,
};

/// The ticks of [`TICK`] that an input may run before it is asked to stop.
const PATIENCE: u64 = 5;
const TICK: Duration = Duration::from_millis(100);

/// Whatever the bytes, a script or an error that can be shown.
pub fn parse(data: &[u8]) {
    let source = source("fuzz.ad", data);
    match syntax::parse(&source) {
        Ok((_, warnings)) => warnings.iter().for_each(|warning| shown(warning, &source)),
        Err(error) => shown(&error, &source),
    }
    syntax::completeness(&source.text);
}

/// A printed script parses to the same script.
pub fn print(data: &[u8]) {
    let source = source("fuzz.ad", data);
    let Ok((script, _)) = syntax::parse(&source) else {
        return;
    };
    laid_out(&source);
    let formulas = formulas(&script);
    let texts: Vec<String> = formulas
        .iter()
        .map(|id| printer::print(&script, *id))
        .collect();
    let lines: Vec<String> = texts.iter().map(|text| format!("q = {text}\n")).collect();
    let again = Source::new("again.ad", lines.concat());
    let (reread, _) =
        syntax::parse(&again).unwrap_or_else(|error| panic!("{}\n{}", error.message(), again.text));
    assert_eq!(reread.body.len(), texts.len(), "{}", again.text);
    for (id, text) in reread.body.iter().zip(&texts) {
        let StatementKind::Define(_, value) = &reread.statement(*id).kind else {
            panic!("{text} reads back as something else");
        };
        assert_eq!(&printer::print(&reread, *value), text);
    }
}

/// `fmt` takes every script, and its own work as it is.
fn laid_out(source: &Rc<Source>) {
    let once = format::format(source).unwrap_or_else(|error| panic!("{}", error.message()));
    let again = format::format(&Source::new("once.ad", once.as_str()));
    assert_eq!(again.as_ref().ok(), Some(&once));
}

/// Whatever the script, events and diagnostics that can be shown, and a session that goes on.
pub fn run(data: &[u8]) {
    let source = source("fuzz.ad", data);
    let mut session = Session::with_limits(LIMITS);
    within_patience(&session.stop_token(), || step(&mut session, &source));
    still_works(&mut session);
    let mut checking = Session::with_limits(LIMITS);
    within_patience(&checking.stop_token(), || {
        let found = checking.check(&source);
        found.iter().for_each(|found| shown(found, &source));
    });
}

/// The same line by line in one session, as the REPL does it.
pub fn session(data: &[u8]) {
    let mut session = Session::with_limits(LIMITS);
    let text = String::from_utf8_lossy(data);
    for line in text.split('\n').take(50) {
        let source = Source::new("<input>", line);
        syntax::completeness(line);
        highlight::classes(line);
        highlight::partner(line, line.len() / 2);
        session.preview(line);
        within_patience(&session.stop_token(), || step(&mut session, &source));
        still_works(&mut session);
    }
    // Definitions can be saved and read again.
    let saved = Source::new("saved.ad", session.script());
    let read = Session::with_limits(LIMITS).run_source(&saved, &mut |_| {});
    assert!(read.is_ok(), "{read:?}\n{}", saved.text);
}

/// Whatever is typed, commands included, an interactive session answers. One that met a panic says
/// so and goes on; here that is a failure.
pub fn repl(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let arguments = "wengert --sandbox --limit-nodes 20000 --limit-memory 1M --limit-time 300ms";
    let arguments = Arguments::parse_from(arguments.split(' '));
    // The examples that come along are large, and written to a folder of the user's.
    let lines = text
        .split('\n')
        .filter(|line| !line.contains(":ex"))
        .take(50);
    let shown = rehearse(&arguments.options, lines);
    assert!(!shown.contains("This is a fault of wengert"), "{shown}");
}

/// Whatever stands in a data file, a matrix or an error that can be shown.
pub fn table(data: &[u8]) {
    let script = Source::new("fuzz.ad", "read(\"data.csv\")");
    let location = Location::new(&script, Span::new(5, 15));
    for name in ["data.csv", "data.json", "data.npy"] {
        let world = Memory::default();
        world.insert(name, data);
        match read(&world, Path::new(name), &location, LIMITS.memory) {
            Ok(data) => {
                let shape = data.matrix.shape();
                assert_eq!(data.matrix.data().len(), shape.m() * shape.n());
            }
            Err(error) => shown(&error, &script),
        }
    }
}

/// Whatever comes over the sockets of a notebook, nobody without the key is believed, and what is
/// believed can be written and read again.
pub fn frames(data: &[u8]) {
    assert!(kernel::rehearse(data, b"a key that the input cannot know").is_empty());
    let kinds = kernel::rehearse(data, b"");
    assert!(kinds.iter().all(|kind| !kind.is_empty()), "{kinds:?}");
}

/// Whatever an editor sends, the language server answers every request, and none with a fault of its own. Each
/// line of the input is a message; the last line is sent as it is, header and all.
pub fn messages(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (lines, last) = text.rsplit_once('\n').unwrap_or(("", &text));
    let mut stream = String::new();
    let mut asked = 0;
    for line in lines.split('\n').take(50) {
        // A lens runs the script, which may take its time and write a page.
        if line.contains("executeCommand") || line.contains("showDocument") {
            continue;
        }
        let message: Result<Value, _> = serde_json::from_str(line);
        if let Ok(message) = &message
            && message["method"] == "exit"
        {
            continue;
        }
        asked +=
            usize::from(message.is_ok_and(|m| m["method"].is_string() && m.get("id").is_some()));
        stream.push_str(&format!("Content-Length: {}\r\n\r\n{line}", line.len()));
    }
    if !last.contains("executeCommand") && !last.contains("showDocument") {
        stream.push_str(last);
    }
    let answers = lsp::rehearse(stream.as_bytes());
    let answered = answers
        .iter()
        .filter(|answer| answer.get("id").is_some())
        .count();
    assert!(answered >= asked, "{answered} answers to {asked} requests");
    for answer in answers {
        assert_ne!(answer["error"]["code"], -32603, "{answer}");
    }
}

fn source(name: &str, data: &[u8]) -> Rc<Source> {
    Source::new(name, String::from_utf8_lossy(data))
}

/// Runs a text and shows everything in every way.
fn step(session: &mut Session, source: &Rc<Source>) {
    let result = session.run_source(source, &mut |event| {
        for style in styles() {
            terminal::event(&event, &style);
        }
        let line = json::event(&event);
        is_json(&line);
        if let Event::Warning(warning) = &event {
            shown(warning, source);
        }
    });
    if let Err(error) = result {
        shown(&error, source);
    }
}

fn styles() -> [Style; 2] {
    let narrow = Style {
        ascii: true,
        colour: true,
        digits: 17,
        width: Some(40),
    };
    [Style::default(), narrow]
}

fn shown(found: &Diagnostic, source: &Source) {
    for style in styles() {
        let text = diagnostic::text(found, &style);
        assert!(text.contains(':'), "{text}");
    }
    is_json(&json::diagnostic(found, Some(source)));
}

fn is_json(line: &str) {
    let value: Result<serde_json::Value, _> = serde_json::from_str(line);
    assert!(value.is_ok() && !line.contains('\n'), "{line}");
}

/// After whatever happened, definitions can be made and shown.
fn still_works(session: &mut Session) {
    let source = Source::new("after.ad", "zq_after = 41\nzq_after + 1\n");
    let mut shown = String::new();
    let result = session.run_source(&source, &mut |event| {
        if !matches!(event, Event::Warning(_)) {
            shown = json::event(&event);
        }
    });
    assert!(result.is_ok() && shown.contains("42"), "{shown} {result:?}");
}

/// The formulas of a script, outermost only.
fn formulas(script: &Script) -> Vec<ExprId> {
    let mut ids = Vec::new();
    for statement in &script.statements {
        match &statement.kind {
            StatementKind::Define(_, value) => ids.push(*value),
            StatementKind::DefineFunction { body, .. } => ids.push(*body),
            StatementKind::Update(_, values) => ids.extend(values),
            StatementKind::Repeat(count, _) => ids.push(*count),
            StatementKind::While(claim, _)
            | StatementKind::If(claim, ..)
            | StatementKind::Assert(claim) => ids.push(*claim),
            StatementKind::Show(_, outputs, _) => ids.extend(outputs),
            _ => {}
        }
    }
    ids.retain(|id| !matches!(script.expr(*id).kind, ExprKind::Text(_)));
    ids
}

static NOW: AtomicU64 = AtomicU64::new(0);
static DEADLINE: AtomicU64 = AtomicU64::new(u64::MAX);
static RUNNING: Mutex<Option<StopToken>> = Mutex::new(None);
static CLOCK: Once = Once::new();

/// Runs `work` and asks it, through its token, to stop when it takes long: endless loops are legal.
fn within_patience(token: &StopToken, work: impl FnOnce()) {
    CLOCK.call_once(|| {
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(TICK);
                let now = NOW.fetch_add(1, Ordering::SeqCst);
                if now >= DEADLINE.load(Ordering::SeqCst)
                    && let Some(token) = &*RUNNING.lock().expect("nothing panics under it")
                {
                    token.stop();
                }
            }
        });
    });
    token.clear();
    *RUNNING.lock().expect("nothing panics under it") = Some(token.clone());
    DEADLINE.store(NOW.load(Ordering::SeqCst) + PATIENCE, Ordering::SeqCst);
    work();
    DEADLINE.store(u64::MAX, Ordering::SeqCst);
    token.clear();
}
