//! The request to stop a long computation: a token for each session.
//!
//! Whoever runs a computation [enters](StopToken::enter) its token; what computes asks
//! [`requested`] every thousand operations or so and returns early. The token that was entered last
//! on this thread is the one that counts, so two sessions on two threads stop independently, and a
//! computation inside another one (a preview) may have a token of its own.

use core::time::Duration;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Asks a computation to stop; clones ask the same one, from any thread.
///
/// ```
/// use wengert_engine::stop::{self, StopToken};
///
/// let token = StopToken::default();
/// let entered = token.enter();
/// assert!(!stop::requested());
/// token.stop();
/// assert!(stop::requested());
/// drop(entered);
/// assert!(!stop::requested());
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopToken(Arc<Request>);

#[derive(Debug, Default)]
struct Request {
    stopped: AtomicBool,
    /// Whether there is a deadline, so that a poll without one reads two flags and no more.
    is_timed: AtomicBool,
    /// How often the deadline was met by a poll.
    polls: AtomicU32,
    deadline: Mutex<Option<Deadline>>,
}

#[derive(Clone, Copy, Debug)]
struct Deadline {
    clock: fn() -> Duration,
    at: Duration,
}

/// The clock is read at every so many polls.
const POLLS: u32 = 16;

/// True once a token of this process was asked to stop: until then, a poll reads this alone.
static EVER_ASKED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static CURRENT: RefCell<StopToken> = RefCell::default();
}

impl StopToken {
    /// Asks the computation to stop at the next opportunity.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        EVER_ASKED.store(true, Ordering::Relaxed);
    }

    /// Asks the computation to stop once `clock` says `at` or later. For where there is no thread
    /// that could call [`stop`](StopToken::stop), as in a browser.
    pub fn stop_at(&self, at: Duration, clock: fn() -> Duration) {
        *self.0.deadline() = Some(Deadline { clock, at });
        self.0.polls.store(0, Ordering::Relaxed);
        self.0.is_timed.store(true, Ordering::Relaxed);
        EVER_ASKED.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was asked for, or the time is up.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
            || (self.0.is_timed.load(Ordering::Relaxed) && self.0.is_late())
    }

    /// Forgets the request, and the deadline.
    pub fn clear(&self) {
        self.0.is_timed.store(false, Ordering::Relaxed);
        self.0.stopped.store(false, Ordering::Relaxed);
    }

    /// Makes this the token that computations on this thread obey, until the guard is dropped.
    #[must_use = "the token counts only as long as the guard lives"]
    pub fn enter(&self) -> Entered {
        Entered(CURRENT.replace(self.clone()))
    }

    /// The token that computations on this thread obey: a thread that helps with one enters it too.
    pub fn current() -> StopToken {
        CURRENT.with_borrow(Clone::clone)
    }
}

impl Request {
    fn deadline(&self) -> MutexGuard<'_, Option<Deadline>> {
        // A deadline is replaced as a whole, so a panic elsewhere cannot have spoilt it.
        self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the deadline has passed, as far as this poll looks.
    #[cold]
    fn is_late(&self) -> bool {
        let poll = self.polls.fetch_add(1, Ordering::Relaxed);
        if !poll.is_multiple_of(POLLS) {
            return false;
        }
        let deadline = *self.deadline();
        let late = deadline.is_some_and(|deadline| (deadline.clock)() >= deadline.at);
        if late {
            self.stopped.store(true, Ordering::Relaxed);
        }
        late
    }
}

/// While it lives, its token is the one that computations on this thread obey.
#[derive(Debug)]
pub struct Entered(StopToken);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}

/// True if the computation on this thread was asked to stop.
pub fn requested() -> bool {
    EVER_ASKED.load(Ordering::Relaxed) && CURRENT.with_borrow(StopToken::is_stopped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    static NOW: AtomicU64 = AtomicU64::new(0);

    #[test]
    fn a_deadline_is_met_soon_after_its_time_and_forgotten() {
        let token = StopToken::default();
        let clock = || Duration::from_millis(NOW.load(Ordering::Relaxed));
        token.stop_at(Duration::from_millis(5), clock);
        assert!((0..100).all(|_| !token.is_stopped()));
        NOW.store(5, Ordering::Relaxed);
        assert!((0..POLLS).any(|_| token.is_stopped()));
        assert!(token.is_stopped(), "it stays stopped");
        token.clear();
        assert!((0..100).all(|_| !token.is_stopped()));
    }
}
