//! The threads that a large computation is shared among.
//!
//! One law: what is shared is cut so that the bits do not depend on the number of threads. With the
//! feature `threads` they are this one and a kept pool of rayon's, which starts at the first computation
//! that is large enough; without it, as in a browser, there is one.

#[cfg(feature = "threads")]
mod pool {
    use crate::stop::StopToken;
    use crossbeam_utils::Backoff;
    use rayon_core::{ThreadPool, ThreadPoolBuilder};
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// The number of threads that was asked for; 0 while nobody asked.
    static LIMIT: AtomicUsize = AtomicUsize::new(0);

    /// The threads beside the calling one; `None` where there are none to be had.
    static HELPERS: OnceLock<Option<ThreadPool>> = OnceLock::new();

    /// The number of calls so far, for which helpers wait.
    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// How often a helper lets others run before it goes to sleep: some half a millisecond where nobody else
    /// wants the core. To be woken takes 20 to 50 µs, and leads to the waker's own core at times.
    const PATIENCE: usize = 2000;

    thread_local! {
        /// True while this thread works on a part: what that would share, it does alone.
        static SHARING: Cell<bool> = const { Cell::new(false) };
    }

    /// Resets [`SHARING`] even where the work panics.
    struct Sharing;

    impl Sharing {
        fn begin() -> Sharing {
            SHARING.set(true);
            Sharing
        }
    }

    impl Drop for Sharing {
        fn drop(&mut self) {
            SHARING.set(false);
        }
    }

    /// Counts down even where the work panics.
    struct Busy<'c>(&'c AtomicUsize);

    impl Drop for Busy<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Release);
        }
    }

    pub fn limit(count: usize) {
        LIMIT.store(count, Ordering::Relaxed);
    }

    pub fn count() -> usize {
        match LIMIT.load(Ordering::Relaxed) {
            1 => 1,
            limit => {
                let helpers = helpers(limit).map_or(0, ThreadPool::current_num_threads);
                1 + helpers.min(limit.wrapping_sub(1))
            }
        }
    }

    fn helpers(limit: usize) -> Option<&'static ThreadPool> {
        let start = || {
            let count = match limit {
                0 => num_cpus::get(),
                limit => limit,
            };
            let pool = ThreadPoolBuilder::new().num_threads(count - 1);
            (count > 1).then(|| pool.build().ok()).flatten()
        };
        HELPERS.get_or_init(start).as_ref()
    }

    pub fn alone() -> bool {
        SHARING.get() || count() == 1
    }

    pub fn share<P: Send, S>(
        parts: impl ExactSizeIterator<Item = P> + Send,
        begin: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, P) + Sync,
    ) {
        let extra = if parts.len() < 2 || SHARING.get() {
            0
        } else {
            (count() - 1).min(parts.len() - 1)
        };
        let helpers = HELPERS.get().and_then(Option::as_ref);
        let Some(helpers) = helpers.filter(|_| extra > 0) else {
            return super::serially(parts, begin, work);
        };
        let parts = Mutex::new(parts);
        let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
        let run = || {
            let _sharing = Sharing::begin();
            let Some(first) = next() else { return };
            let mut state = begin();
            let mut part = Some(first);
            while let Some(this) = part {
                work(&mut state, this);
                part = next();
            }
        };
        let token = StopToken::current();
        let busy = AtomicUsize::new(extra);
        CALLS.fetch_add(1, Ordering::Relaxed);
        helpers.in_place_scope(|scope| {
            let (token, busy, run) = (&token, &busy, &run);
            for _ in 0..extra {
                scope.spawn(move |_| {
                    let _busy = Busy(busy);
                    let _entered = token.enter();
                    run();
                    helpers.spawn(wait_awake);
                });
            }
            run();
            // The scope would put this thread to sleep.
            let patience = Backoff::new();
            while busy.load(Ordering::Acquire) > 0 {
                patience.snooze();
            }
        });
    }

    /// Keeps a helper awake until the next call, if that comes soon.
    fn wait_awake() {
        let calls = CALLS.load(Ordering::Relaxed);
        let patience = Backoff::new();
        for _ in 0..PATIENCE {
            if CALLS.load(Ordering::Relaxed) != calls {
                return;
            }
            patience.snooze();
        }
    }
}

#[cfg(not(feature = "threads"))]
mod pool {
    pub fn limit(_: usize) {}

    pub fn count() -> usize {
        1
    }

    pub fn alone() -> bool {
        true
    }

    pub fn share<P: Send, S>(
        parts: impl ExactSizeIterator<Item = P> + Send,
        begin: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, P) + Sync,
    ) {
        super::serially(parts, begin, work);
    }
}

/// Does the work on all parts on this thread.
fn serially<P, S>(parts: impl Iterator<Item = P>, begin: impl Fn() -> S, work: impl Fn(&mut S, P)) {
    let mut state = begin();
    parts.for_each(|part| work(&mut state, part));
}

/// Sets the number of threads for the whole process; as many as the machine has cores where this is
/// never called. Once a computation was shared, no more are started.
pub fn limit(count: usize) {
    pool::limit(count);
}

/// The number of threads that a large computation is shared among; starts them if need be.
pub fn count() -> usize {
    pool::count()
}

/// True if nothing would be shared here: there is one thread, or this one works on a part already.
pub(crate) fn alone() -> bool {
    pool::alone()
}

/// Does the `work` on every part: each thread, this one too, begins with a state of its own and takes the next part
/// until there is none left. The threads obey this one's [stop token](crate::stop). Work on a part that
/// would share in its turn is done alone.
pub(crate) fn share<P: Send, S>(
    parts: impl ExactSizeIterator<Item = P> + Send,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, P) + Sync,
) {
    pool::share(parts, begin, work);
}

#[cfg(test)]
mod tests {
    use super::{alone, limit, share};
    use crate::stop::{self, StopToken};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn each_part_is_done_once_and_parts_share_nothing() {
        limit(3);
        for count in [0, 1, 2, 7, 1000] {
            let mut found = vec![0; count];
            let inner = AtomicUsize::new(0);
            share(
                found.iter_mut().enumerate(),
                || 0,
                |done, (k, part)| {
                    *done += 1;
                    *part += k + 1;
                    assert!(*done <= count);
                    if count > 1 {
                        assert!(alone());
                    }
                    let add = |(): &mut (), more| {
                        inner.fetch_add(more, Ordering::Relaxed);
                    };
                    share([1, 2].into_iter(), || (), add);
                },
            );
            assert!(found.into_iter().eq(1..=count));
            assert_eq!(inner.into_inner(), 3 * count);
        }
    }

    #[test]
    fn threads_obey_the_token_of_the_caller() {
        limit(3);
        let token = StopToken::default();
        let _entered = token.enter();
        token.stop();
        let unaware = AtomicUsize::new(0);
        share(
            0..100,
            || (),
            |(), _| {
                if !stop::requested() {
                    unaware.fetch_add(1, Ordering::Relaxed);
                }
            },
        );
        assert_eq!(unaware.into_inner(), 0);
    }

    #[test]
    fn a_panic_of_a_part_reaches_the_caller() {
        limit(3);
        let caught = std::panic::catch_unwind(|| {
            share(0..100, || (), |(), k| assert!(k < 50, "a part that fails"));
        });
        assert!(caught.is_err());
        // Later calls find all threads well.
        let sum = AtomicUsize::new(0);
        share(
            0..100,
            || (),
            |(), k| {
                sum.fetch_add(k, Ordering::Relaxed);
            },
        );
        assert_eq!(sum.into_inner(), 4950);
    }
}
