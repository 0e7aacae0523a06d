//! Ctrl-C and the time limit stop a running computation.
//!
//! A computation is asked to stop and does so at the next opportunity, with an error that says
//! where. A script that does not stop within [`GRACE`] is abandoned: nothing of it would last. An
//! interactive session has definitions to lose: there only another Ctrl-C ends the program, and
//! only after [`RESPONSE_TIME`].

use super::{Format, Status};
use crate::diagnostic::{Diagnostic, error};
use crate::render::{Style, diagnostic, json};
use crate::source::{Location, Source, Span};
use crate::stop::StopToken;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Nothing is being computed.
const IDLE: u8 = 0;
/// A computation runs and has not been asked to stop.
const RUNNING: u8 = 1;
/// Ctrl-C was pressed.
const BY_CTRL_C: u8 = 2;
/// The time is up.
const BY_TIME: u8 = 3;
/// The computation has stopped because it was asked to.
const HEARD: u8 = 4;
/// The computation did not stop, and the program ends.
const LEAVING: u8 = 5;

/// The time in which a script must stop, in steps of [`STEP`].
const GRACE: Duration = Duration::from_millis(40);
const STEP: Duration = Duration::from_millis(5);

static STATE: AtomicU8 = AtomicU8::new(IDLE);
/// The token of the running computation.
static TOKEN: Mutex<Option<StopToken>> = Mutex::new(None);
static HANDLER: Once = Once::new();
/// The program is an interactive session.
static STAYS: AtomicBool = AtomicBool::new(false);
/// The time of the first Ctrl-C during the present computation.
static PRESSED: Mutex<Option<Instant>> = Mutex::new(None);
/// The time in which a computation of an interactive session must stop before Ctrl-C ends the program.
const RESPONSE_TIME: Duration = Duration::from_secs(3);
/// The message when a script is abandoned; `None` if it must not be.
static FAREWELL: Mutex<Option<Farewell>> = Mutex::new(None);

/// From here on Ctrl-C ends the program only if a computation has not stopped for a while.
pub fn stay() {
    STAYS.store(true, Ordering::SeqCst);
}

/// The reason why a computation was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The user pressed Ctrl-C.
    CtrlC,
    /// It ran longer than it may.
    Time(Duration),
}

impl StopReason {
    /// The error of a computation at `location` that was stopped for this reason.
    pub fn error(self, location: Location) -> Diagnostic {
        match self {
            StopReason::CtrlC => error!(Limit, location, "interrupted"),
            StopReason::Time(limit) => error!(Limit, location,
                "the time limit of {limit:?} is reached";
                label: "stopped here";
                help: "allow more with `--limit-time`"),
        }
    }
}

/// The message to a user whose script was abandoned. The thread that runs the script holds the
/// standard streams, so the message is written past their locks.
#[derive(Debug)]
pub struct Farewell {
    /// The script.
    pub name: String,
    /// The format of results.
    pub format: Format,
    /// JSON results come alone.
    pub quiet: bool,
    /// The style of diagnostics.
    pub style: Style,
}

/// While it lives, Ctrl-C and the time limit ask the computation to stop.
pub struct Running {
    limit: Option<Duration>,
    watch: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Running {
    /// Starts to watch a computation that obeys `token`; earlier requests to stop are forgotten. With a
    /// farewell, a computation that does not stop is abandoned.
    pub fn start(
        token: &StopToken,
        limit: Option<Duration>,
        farewell: Option<Farewell>,
    ) -> Running {
        HANDLER.call_once(|| {
            // Without a handler Ctrl-C ends the program, which is acceptable.
            let _ = ctrlc::set_handler(interrupt_or_leave);
        });
        *FAREWELL.lock().unwrap_or_else(PoisonError::into_inner) = farewell;
        token.clear();
        *TOKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        STATE.store(RUNNING, Ordering::SeqCst);
        Running {
            limit,
            watch: limit.map(watch),
        }
    }

    /// The reason why the computation was asked to stop, if it was.
    pub fn stopped_by(&self) -> Option<StopReason> {
        let heard = |state| {
            STATE
                .compare_exchange(state, HEARD, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
        };
        if heard(BY_CTRL_C) {
            return Some(StopReason::CtrlC);
        }
        if heard(BY_TIME) {
            return self.limit.map(StopReason::Time);
        }
        wait_for_the_end_if(STATE.load(Ordering::SeqCst) == LEAVING);
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        wait_for_the_end_if(STATE.swap(IDLE, Ordering::SeqCst) == LEAVING);
        if let Some((done, thread)) = self.watch.take() {
            drop(done);
            // The thread does nothing that could panic.
            let _ = thread.join();
        }
    }
}

/// While another thread ends the program, this one must not write anything.
fn wait_for_the_end_if(leaving: bool) {
    if leaving {
        loop {
            thread::park();
        }
    }
}

/// Changes the state from `RUNNING`; false if it was another one.
fn stop(state: u8) -> bool {
    let changed = STATE
        .compare_exchange(RUNNING, state, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    if changed && let Some(token) = &*TOKEN.lock().unwrap_or_else(PoisonError::into_inner) {
        token.stop();
    }
    changed
}

fn interrupt_or_leave() {
    let mut pressed = PRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    if stop(BY_CTRL_C) {
        *pressed = Some(Instant::now());
        drop(pressed);
        return leave_after_grace(BY_CTRL_C, StopReason::CtrlC, Status::Interrupted);
    }
    let is_idle = STATE.load(Ordering::SeqCst) == IDLE;
    let is_recent = pressed.is_some_and(|first| first.elapsed() < RESPONSE_TIME);
    if !STAYS.load(Ordering::SeqCst) || !(is_idle || is_recent) {
        std::process::exit(i32::from(Status::Interrupted.code()));
    }
}

/// Ends the program unless the computation that was brought into `state` stops within the grace.
fn leave_after_grace(state: u8, why: StopReason, status: Status) {
    let mut waited = Duration::ZERO;
    while waited < GRACE {
        thread::sleep(STEP);
        waited += STEP;
        if STATE.load(Ordering::SeqCst) != state {
            return;
        }
    }
    let farewell = FAREWELL
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(farewell) = farewell else {
        return;
    };
    if STATE
        .compare_exchange(state, LEAVING, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok()
    {
        farewell.say(why);
        std::process::exit(i32::from(status.code()));
    }
}

/// A thread that asks the computation to stop when the time is up, unless the sender is dropped
/// before.
fn watch(limit: Duration) -> (Sender<()>, JoinHandle<()>) {
    let (done, wait) = mpsc::channel();
    let thread = thread::spawn(move || {
        if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) && stop(BY_TIME) {
            leave_after_grace(BY_TIME, StopReason::Time(limit), Status::Failed);
        }
    });
    (done, thread)
}

impl Farewell {
    fn say(&self, why: StopReason) {
        let nowhere = Location::new(&Source::new(self.name.as_str(), ""), Span::default());
        let error = why.error(nowhere);
        let json = self.format == Format::Json;
        if json {
            past_locks(&std::io::stdout(), &(json::diagnostic(&error, None) + "\n"));
        }
        if !(json && self.quiet) {
            past_locks(&std::io::stderr(), &diagnostic::text(&error, &self.style));
        }
    }
}

/// Writes to a stream that another thread holds.
#[cfg(unix)]
fn past_locks(stream: &impl std::os::fd::AsFd, text: &str) {
    use std::io::Write;
    if let Ok(stream) = stream.as_fd().try_clone_to_owned() {
        // There is no other stream for the message if this fails.
        let _ = std::fs::File::from(stream).write_all(text.as_bytes());
    }
}

/// Writes to a stream that another thread holds.
#[cfg(windows)]
fn past_locks(stream: &impl std::os::windows::io::AsHandle, text: &str) {
    use std::io::Write;
    if let Ok(stream) = stream.as_handle().try_clone_to_owned() {
        // There is no other stream for the message if this fails.
        let _ = std::fs::File::from(stream).write_all(text.as_bytes());
    }
}
