//! How threads share a product.

use super::strided::Strided;
use crate::threads;

/// The multiplications of a product with so many columns that take some 100 µs: with fewer, what one thread computes takes
/// longer to come to the other. With a vector, each waits for memory.
pub(super) fn work(cols: usize) -> usize {
    if cols == 1 { 1 << 18 } else { 1 << 22 }
}

/// The parts of a product that threads take.
pub(super) enum Cut {
    Nowhere,
    /// Each takes so many columns.
    Columns(usize),
    /// Each takes so many rows.
    Rows(usize),
}

/// How threads share this product.
pub(super) fn cut(a: Strided<'_>, b: Strided<'_>) -> Cut {
    /// Fewer columns would have the left factor laid out for nothing.
    const COLUMNS: usize = 32;
    /// Fewer rows would share lines of the cache, and the right factor be laid out for nothing.
    const ROWS: usize = 64;
    if a.rows * a.cols * b.cols < work(b.cols) || threads::alone() {
        return Cut::Nowhere;
    }
    let each = |all: usize, least| all.div_ceil(threads::count()).next_multiple_of(least);
    if b.cols >= 2 * COLUMNS {
        Cut::Columns(each(b.cols, COLUMNS))
    } else if a.rows >= 2 * ROWS {
        Cut::Rows(each(a.rows, ROWS))
    } else {
        Cut::Nowhere
    }
}

/// Writes a product in these parts; `compute` does one of them.
pub(super) fn share(
    cut: Cut,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    compute: impl Fn(Strided<'_>, Strided<'_>, &mut [f64]) + Sync,
) {
    match cut {
        Cut::Nowhere => compute(a, b, out),
        Cut::Columns(each) => threads::share(
            out.chunks_mut(a.rows * each).enumerate(),
            || (),
            |(), (k, out)| compute(a, b.some_columns(k * each, out.len() / a.rows), out),
        ),
        Cut::Rows(each) => {
            // The rows of a single column lie together; those of several are put together first.
            let mut room = vec![0.0; if b.cols == 1 { 0 } else { out.len() }];
            let to = if b.cols == 1 { &mut *out } else { &mut room };
            let size = each * b.cols;
            threads::share(
                to.chunks_mut(size).enumerate(),
                || (),
                |(), (k, to)| compute(a.some_rows(k * each, to.len() / b.cols), b, to),
            );
            for (k, found) in room.chunks(size).enumerate() {
                let columns = found.chunks(found.len() / b.cols);
                for (to, column) in out.chunks_mut(a.rows).zip(columns) {
                    to[k * each..][..column.len()].copy_from_slice(column);
                }
            }
        }
    }
}
