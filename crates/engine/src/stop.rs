//! How a long computation is asked to stop: a token for each session.
//!
//! Whoever runs a computation [enters](StopToken::enter) its token; what computes asks
//! [`requested`] every thousand operations or so and returns early. The token that was entered last
//! on this thread is the one that counts, so two sessions on two threads stop independently, and a
//! computation inside another one (a preview) may have a token of its own.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
pub struct StopToken(Arc<AtomicBool>);

thread_local! {
    static CURRENT: RefCell<StopToken> = RefCell::default();
}

impl StopToken {
    /// Asks the computation to stop at the next opportunity.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Forgets the request.
    pub fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
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

/// While it lives, its token is the one that computations on this thread obey.
#[derive(Debug)]
pub struct Entered(StopToken);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}

/// Whether the computation on this thread was asked to stop.
pub fn requested() -> bool {
    CURRENT.with_borrow(StopToken::is_stopped)
}
