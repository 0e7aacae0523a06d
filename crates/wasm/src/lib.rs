//! The engine behind the page: texts go in, lines of JSON come out.
//!
//! The ABI is small on purpose. The page [allocates](allocate) room for a text, writes it there and
//! [calls](call) an operation. What the operation has to say is handed to the import `emit`, a line
//! at a time, while it runs. Texts are UTF-8 and offsets are bytes. An instance that trapped is
//! thrown away.
// The ABI exchanges addresses with the page.
#![allow(unsafe_code)]

use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wengert::diagnostic::Diagnostic;
use wengert::export::{ExportOptions, ExportTarget};
use wengert::graph::Tensor;
use wengert::notation::{PlainMath, Style};
use wengert::render::json::diagnostic;
use wengert::source::Source;
use wengert::trace::{Derived, Trace};
use wengert::world::Memory;
use wengert::{Event, Limits, Session, number, render, syntax};

#[cfg(target_arch = "wasm32")]
#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Takes one line of an answer.
    safe fn emit(text: *const u8, length: usize);
    /// Takes the rounds of a loop that are done, and which fraction that is; negative where unknown.
    safe fn progress(rounds: f64, fraction: f64);
    /// Milliseconds since some moment.
    safe fn now() -> f64;
}

/// Without a page nobody listens; it is here so that the crate is checked wherever it is built.
#[cfg(not(target_arch = "wasm32"))]
mod nobody {
    pub fn emit(_text: *const u8, _length: usize) {}
    pub fn progress(_rounds: f64, _fraction: f64) {}
    pub fn now() -> f64 {
        0.0
    }
}
#[cfg(not(target_arch = "wasm32"))]
use nobody::{emit, now, progress};

/// Values of one session; the page gives an engine twice as much memory as a whole.
const MEMORY: u64 = 256 << 20;

struct Engine {
    world: Rc<Memory>,
    session: Session,
}

impl Engine {
    fn new(world: Rc<Memory>) -> Engine {
        let limits = Limits {
            memory: MEMORY,
            ..Limits::default()
        };
        let mut session = Session::in_world(world.clone(), limits);
        session.watch(|told| {
            if let Some(told) = told {
                progress(told.rounds as f64, told.fraction.unwrap_or(-1.0));
            }
        });
        Engine { world, session }
    }

    /// Runs a script, and hands out the pictures that it wrote.
    fn run(&mut self, source: &Rc<Source>) {
        let Engine { world, session } = self;
        let result = session.run_source(source, &mut |event| {
            line(&event.to_json());
            match &event {
                Event::Trace(trace) => say(&rules(trace)),
                Event::Plot(plot) => hand_out(world, plot.file.as_deref()),
                Event::Graph(drawing) => hand_out(world, drawing.file.as_deref()),
                _ => {}
            }
        });
        if let Err(error) = result {
            tell(&error, source);
        }
    }
}

/// The file that an event was written to, on a line of its own.
fn hand_out(world: &Memory, file: Option<&str>) {
    if let Some((name, content)) = file.and_then(|name| Some((name, world.content(name)?))) {
        let text = String::from_utf8_lossy(&content);
        say(&json!({"kind": "file", "name": name, "text": text}));
    }
}

/// What a script shows in a session of its own. Its errors and its files are those of the run that
/// the page has seen.
fn shown(text: String, show: &mut dyn FnMut(Event)) {
    let source = Source::new("page", text);
    ENGINE.with_borrow(|engine| {
        let mut engine = Engine::new(engine.world.clone());
        // The page has told it.
        let _ = engine.session.run_source(&source, show);
    });
}

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new(world()));
}

fn world() -> Rc<Memory> {
    Rc::new(Memory::with_clock(|| {
        Duration::from_secs_f64(now().max(0.0) / 1000.0)
    }))
}

/// Room for a text of `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
}

/// Does an operation with the text that the page wrote at `start`, where [`allocate`] had made room.
/// `at` is an offset into it, where one is needed.
#[unsafe(no_mangle)]
pub extern "C" fn call(operation: u32, start: *mut u8, length: usize, at: usize) {
    // SAFETY: the page hands back what `allocate` gave it, once.
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, length)) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    std::panic::set_hook(Box::new(|panic| {
        say(&json!({"kind": "panic", "message": panic.to_string()}));
    }));
    match operation {
        0 => {
            ENGINE.with_borrow_mut(|engine| *engine = Engine::new(engine.world.clone()));
            run(text);
        }
        1 => run(text),
        2 => tokens(&text),
        5 => check(text),
        6 => {
            if let Ok(text) = syntax::format::format(&Source::new("page", text)) {
                say(&json!(text));
            }
        }
        7 => latex(text),
        9 => export(&text),
        10 => html(text),
        11 => cell(text),
        8 => {
            let (name, content) = text.split_once('\n').unwrap_or((&text, ""));
            ENGINE.with_borrow(|engine| engine.world.insert(name, content));
        }
        3 => complete(&text, at),
        4 => hover(&text, at),
        _ => {}
    }
}

fn line(text: &str) {
    emit(text.as_ptr(), text.len());
}

fn say(value: &Value) {
    line(&value.to_string());
}

fn tell(found: &Diagnostic, source: &Source) {
    line(&diagnostic(found, Some(source)));
}

fn run(text: String) {
    let source = Source::new("page", text);
    ENGINE.with_borrow_mut(|engine| engine.run(&source));
}

/// The rules of a trace, node by node: a line of its own, since the JSON of a trace holds none.
fn rules(trace: &Trace) -> Value {
    let style = render::cell::machine();
    let pen = PlainMath::derivatives(&style);
    let written = |derived: &[Derived]| -> Value {
        derived.iter().map(|one| pen.write(&one.formula)).collect()
    };
    let nodes = trace.nodes().iter();
    let nodes: Value = nodes
        .map(|node| json!([written(&node.tangents), written(&node.adjoints)]))
        .collect();
    json!({"kind": "rules", "nodes": nodes})
}

fn tokens(text: &str) {
    let classes = syntax::highlight::classes(text).into_iter();
    let parts: Value = classes
        .map(|(range, class)| json!([range.start, range.end, format!("{class:?}").to_lowercase()]))
        .collect();
    say(&parts);
}

/// Diagnostics without running anything.
fn check(text: String) {
    let source = Source::new("page", text);
    ENGINE.with_borrow(|engine| {
        let mut session = Session::in_world(engine.world.clone(), Limits::default());
        for found in session.check(&source) {
            tell(&found, &source);
        }
    });
}

/// What the script shows, as a fragment of LaTeX.
fn latex(text: String) {
    line(render::latex::HEADER);
    shown(text, &mut |event| line(&event.to_latex()));
}

/// What the script shows, as a page of its own.
fn html(text: String) {
    let mut events = Vec::new();
    shown(text, &mut |event| events.push(event));
    line(&render::html::page(&events, &Style::default()));
}

/// A cell of the book, in the session so far: its results as fragments of HTML, and its error.
fn cell(text: String) {
    let source = Source::new("cell", text);
    ENGINE.with_borrow_mut(|engine| {
        let run = (engine.session).run_source(&source, &mut |event| {
            say(&json!({"html": render::html::fragment(&event, &Style::default())}));
        });
        if let Err(error) = run {
            tell(&error, &source);
        }
    });
}

/// The script below the first line, which names a language, as a program in that language.
fn export(text: &str) {
    let (target, script) = text.split_once('\n').unwrap_or((text, ""));
    let Some(target) = ExportTarget::named(target) else {
        return say(&json!({"message": format!("there is no target `{target}`")}));
    };
    let source = Source::new("page", script);
    ENGINE.with_borrow(|engine| {
        let mut session = Engine::new(engine.world.clone()).session;
        let how = ExportOptions::default();
        match session.export_script(&source, &[], target, &how, &mut |_| {}) {
            Ok(code) => say(&json!({"code": code})),
            Err(error) => tell(&error, &source),
        }
    });
}

/// What may be written at `at`, with the names of the script that ran last.
fn complete(text: &str, at: usize) {
    ENGINE.with_borrow(|engine| {
        let found = engine.session.complete(text, at);
        let items: Value = found
            .candidates
            .iter()
            .map(|one| {
                let kind = format!("{:?}", one.kind).to_lowercase();
                json!({"label": one.shown, "insert": one.text, "detail": one.doc, "kind": kind})
            })
            .collect();
        say(&json!({"from": found.range.start, "items": items}));
    });
}

/// What is known of the word at `at`.
fn hover(text: &str, at: usize) {
    let shown = |value: &Tensor| number::inline(value, Style::default().digits);
    ENGINE.with_borrow(|engine| {
        if let Some(found) = engine.session.hover(text, at) {
            let gradients: Value = found
                .gradients
                .iter()
                .map(|(name, value)| json!([name, shown(value)]))
                .collect();
            say(&json!({
                "span": [found.range.start, found.range.end],
                "title": found.title,
                "value": found.value.as_ref().map(shown),
                "gradients": gradients,
                "help": found.help,
            }));
        }
    });
}
