//! Ctrl-C: stops the running computation, not the program; the second time, the program.

use super::Status;
use crate::interrupt;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static RUNNING: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static INSTALLED: Once = Once::new();

/// While it lives, Ctrl-C asks the computation to stop.
pub struct Running(());

/// To be held while something is computed. Forgets what was interrupted before.
pub fn running() -> Running {
    INSTALLED.call_once(|| {
        // Without a handler Ctrl-C ends the program, which will do.
        let _ = ctrlc::set_handler(interrupt_or_leave);
    });
    INTERRUPTED.store(false, Ordering::SeqCst);
    interrupt::clear();
    RUNNING.store(true, Ordering::SeqCst);
    Running(())
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::SeqCst);
    }
}

/// Whether Ctrl-C was pressed since the last call of [`running`].
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

fn interrupt_or_leave() {
    let first = !INTERRUPTED.swap(true, Ordering::SeqCst);
    if first && RUNNING.load(Ordering::SeqCst) {
        interrupt::request();
    } else {
        std::process::exit(i32::from(Status::Interrupted.code()));
    }
}
