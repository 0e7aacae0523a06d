//! Wengert for WebAssembly: a script in, JSON lines out, the same as `wengert --format json`.
//!
//! Whoever calls it asks for room ([`input`]), writes a script there in UTF-8, calls [`run`], and reads
//! as many bytes as that returned from [`output`]. Every call of `run` has a session of its own.
#![allow(unsafe_code)] // The attribute `no_mangle` counts as unsafe; there is no other.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use wengert::render::json;
use wengert::source::Source;
use wengert::world::Memory;
use wengert::{Limits, Session};

#[derive(Default)]
struct Exchange {
    input: Vec<u8>,
    output: String,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

/// Room for a script of `length` bytes; it is there until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.input = vec![0; length];
        exchange.input.as_mut_ptr()
    })
}

/// Runs the script. Returns the length of what it showed.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> usize {
    EXCHANGE.with_borrow_mut(|exchange| {
        let script = String::from_utf8_lossy(&exchange.input);
        exchange.output = lines(&script);
        exchange.output.len()
    })
}

/// Where it stands; it is there until the next call of [`run`].
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    EXCHANGE.with_borrow(|exchange| exchange.output.as_ptr())
}

/// What a script shows, and the error that ended it, if any: one object a line.
fn lines(script: &str) -> String {
    let source = Source::file(Path::new("page.ad"), script);
    let mut session = Session::in_world(Rc::new(Memory::default()), Limits::default());
    let mut lines = String::new();
    let result = session.run_source(&source, &mut |event| {
        lines.push_str(&json::event(&event));
        lines.push('\n');
    });
    if let Err(error) = result {
        lines.push_str(&json::diagnostic(&error, Some(&source)));
        lines.push('\n');
    }
    lines
}
