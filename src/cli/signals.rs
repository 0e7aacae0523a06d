//! What stops a running computation from outside: Ctrl-C, and the time limit. The second Ctrl-C
//! ends the program, should the computation not listen; in an interactive session only after a
//! while, because impatience is no wish to lose it.

use super::Status;
use crate::interrupt;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Nothing is being computed.
const IDLE: u8 = 0;
/// Something is, and nobody has asked it to stop.
const RUNNING: u8 = 1;
/// Ctrl-C was pressed.
const BY_CTRL_C: u8 = 2;
/// The time is up.
const BY_TIME: u8 = 3;

static STATE: AtomicU8 = AtomicU8::new(IDLE);
static HANDLER: Once = Once::new();
/// Whether the program is an interactive session.
static STAYS: AtomicBool = AtomicBool::new(false);
/// When Ctrl-C was first pressed during the present computation.
static PRESSED: Mutex<Option<Instant>> = Mutex::new(None);
/// How long an interactive session waits for a computation to listen.
const PATIENCE: Duration = Duration::from_secs(3);

/// From here on Ctrl-C ends the program only where a computation has not listened for a while.
pub fn stay() {
    STAYS.store(true, Ordering::SeqCst);
}

/// Why a computation was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The user pressed Ctrl-C.
    CtrlC,
    /// It ran longer than it may.
    Time(Duration),
}

/// While it lives, Ctrl-C and the time limit ask the computation to stop.
pub struct Running {
    limit: Option<Duration>,
    watch: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Running {
    /// To be held while something is computed. Forgets earlier requests to stop.
    pub fn start(limit: Option<Duration>) -> Running {
        HANDLER.call_once(|| {
            // Without a handler Ctrl-C ends the program, which will do.
            let _ = ctrlc::set_handler(interrupt_or_leave);
        });
        interrupt::clear();
        STATE.store(RUNNING, Ordering::SeqCst);
        Running {
            limit,
            watch: limit.map(watch),
        }
    }

    /// Why the computation was asked to stop, if it was.
    pub fn stopped_by(&self) -> Option<Stop> {
        match STATE.load(Ordering::SeqCst) {
            BY_CTRL_C => Some(Stop::CtrlC),
            BY_TIME => self.limit.map(Stop::Time),
            _ => None,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.watch.take() {
            drop(done);
            // The thread does nothing that could panic.
            let _ = thread.join();
        }
        STATE.store(IDLE, Ordering::SeqCst);
    }
}

/// Changes the state from `RUNNING`; false if it was another one.
fn stop(state: u8) -> bool {
    let changed = STATE
        .compare_exchange(RUNNING, state, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    if changed {
        interrupt::request();
    }
    changed
}

fn interrupt_or_leave() {
    let mut pressed = PRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    if stop(BY_CTRL_C) {
        *pressed = Some(Instant::now());
        return;
    }
    let is_idle = STATE.load(Ordering::SeqCst) == IDLE;
    let is_recent = pressed.is_some_and(|first| first.elapsed() < PATIENCE);
    if !STAYS.load(Ordering::SeqCst) || !(is_idle || is_recent) {
        std::process::exit(i32::from(Status::Interrupted.code()));
    }
}

/// A thread that asks the computation to stop when the time is up, unless the sender is dropped
/// before.
fn watch(limit: Duration) -> (Sender<()>, JoinHandle<()>) {
    let (done, wait) = mpsc::channel();
    let thread = thread::spawn(move || {
        if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            stop(BY_TIME);
        }
    });
    (done, thread)
}
