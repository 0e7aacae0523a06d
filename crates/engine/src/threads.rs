//! The threads that a large computation is shared among.
//!
//! One law: what is shared is cut so that the bits do not depend on the number of threads. With the
//! feature `threads` they are those of rayon's global pool, which starts at the first computation
//! that is large enough; without it, as in a browser, there is one.

#[cfg(feature = "threads")]
mod pool {
    use crate::stop::StopToken;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Whether one thread was asked for: no pool is started then.
    static ALONE: AtomicBool = AtomicBool::new(false);

    pub fn limit(count: usize) {
        ALONE.store(count == 1, Ordering::Relaxed);
        if count > 1 {
            let pool = rayon_core::ThreadPoolBuilder::new().num_threads(count);
            // A pool that has started keeps its size.
            let _ = pool.build_global();
        }
    }

    pub fn count() -> usize {
        match ALONE.load(Ordering::Relaxed) {
            true => 1,
            false => rayon_core::current_num_threads(),
        }
    }

    pub fn share<T: Send>(mut parts: impl Iterator<Item = T>, work: impl Fn(T) + Sync) {
        let Some(first) = parts.next() else { return };
        let Some(second) = parts.next() else {
            return work(first);
        };
        let token = StopToken::current();
        let (token, work) = (&token, &work);
        rayon_core::in_place_scope(|scope| {
            for part in [second].into_iter().chain(parts) {
                scope.spawn(move |_| {
                    let _entered = token.enter();
                    work(part);
                });
            }
            work(first);
        });
    }
}

#[cfg(not(feature = "threads"))]
mod pool {
    pub fn limit(_: usize) {}

    pub fn count() -> usize {
        1
    }

    pub fn share<T: Send>(parts: impl Iterator<Item = T>, work: impl Fn(T) + Sync) {
        parts.for_each(work);
    }
}

/// Sets the number of threads for the whole process; as many as the machine has cores where this is
/// never called. It has no effect once a computation was shared, unless it asks for one thread.
pub fn limit(count: usize) {
    pool::limit(count);
}

/// The number of threads that a large computation is shared among; starts them if need be.
pub fn count() -> usize {
    pool::count()
}

/// Does the `work` on every part, each on a thread of its own as far as there are enough: the first
/// on this one. The threads obey this one's [stop token](crate::stop).
pub(crate) fn share<T: Send>(parts: impl Iterator<Item = T>, work: impl Fn(T) + Sync) {
    pool::share(parts, work);
}
