//! Small products with a long inner dimension: every entry of the result by itself, in sums side by
//! side as in [`super::sums`].

use super::Arithmetic;
use super::strided::Strided;
use std::cell::Cell;

/// The number of sums of an entry side by side.
pub(super) const LANES: usize = 8;

/// True if an m×k by k×n product is computed so: the shape alone decides.
pub fn suits(m: usize, inner: usize, n: usize) -> bool {
    /// More entries than this share what is loaded better in tiles; a row or column of them shares
    /// little anywhere.
    const ENTRIES: usize = 256;
    const IN_LINE: usize = 64;
    /// The rows and columns that are computed together.
    const TOGETHER: usize = 4;
    /// Shorter sums are not worth putting together.
    const LONG: usize = 64;
    let entries = if m.min(n) < TOGETHER {
        IN_LINE
    } else {
        ENTRIES
    };
    inner >= LONG && m * n <= entries
}

/// The sums of one entry of a result.
pub(super) type Sums = [f64; LANES];

/// Writes the product of `a`, whose rows lie together, and `b`, whose columns do, to `out`, column by
/// column: `R`×`C` entries at a time.
#[inline(always)]
pub(super) fn by_dots<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
) {
    let zero = |_| [0.0; LANES];
    each_entry::<A, R, C>(ops, a, b, zero, |entry, sums, rest| {
        out[entry] = total(ops, sums, rest);
    });
}

/// Adds the terms of a piece of the inner dimension to the sums of every entry; what does not fill
/// all of them, to `out`, which is then the product: the last piece only.
#[inline(always)]
pub(super) fn add_dots<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    sums: &mut [Sums],
    mut out: Option<&mut [f64]>,
) {
    let cells = Cell::from_mut(sums).as_slice_of_cells();
    each_entry::<A, R, C>(
        ops,
        a,
        b,
        |entry| cells[entry].get(),
        |entry, sums, rest| match &mut out {
            Some(out) => out[entry] = total(ops, sums, rest),
            None => cells[entry].set(*sums),
        },
    );
}

/// For every entry of the product, by its place: its sums, which begin with those `before`, and what
/// of its row and its column did not fill them.
#[inline(always)]
fn each_entry<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    before: impl Fn(usize) -> Sums,
    mut after: impl FnMut(usize, &Sums, [&[f64]; 2]),
) {
    let (m, n) = (a.rows, b.cols);
    for j in (0..n).step_by(C) {
        for i in (0..m).step_by(R) {
            // Behind the last row or column the last one is taken again, and not written.
            let row = |r| a.line(i + r, m).as_chunks::<LANES>();
            let column = |c| b.transposed().line(j + c, n).as_chunks::<LANES>();
            let rows: [(&[Sums], &[f64]); R] = std::array::from_fn(row);
            let columns: [(&[Sums], &[f64]); C] = std::array::from_fn(column);
            let place = |r: usize, c: usize| (j + c).min(n - 1) * m + (i + r).min(m - 1);
            let mut sums: [[Sums; R]; C] =
                std::array::from_fn(|c| std::array::from_fn(|r| before(place(r, c))));
            add_block(
                ops,
                rows.map(|(blocks, _)| blocks),
                columns.map(|(blocks, _)| blocks),
                &mut sums,
            );
            for (c, sums) in sums.iter().enumerate().take(n - j) {
                for (r, sums) in sums.iter().enumerate().take(m - i) {
                    after(place(r, c), sums, [rows[r].1, columns[c].1]);
                }
            }
        }
    }
}

/// Adds the terms of all `columns` with all `rows`.
#[inline(always)]
fn add_block<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    rows: [&[Sums]; R],
    columns: [&[Sums]; C],
    sums: &mut [[Sums; R]; C],
) {
    let whole = rows[0].len();
    let rows = rows.map(|blocks| &blocks[..whole]);
    let columns = columns.map(|blocks| &blocks[..whole]);
    let mut local = *sums;
    for k in 0..whole {
        let left = rows.map(|blocks| blocks[k]);
        for c in 0..C {
            let right = columns[c][k];
            for r in 0..R {
                for lane in 0..LANES {
                    let sum = &mut local[c][r][lane];
                    *sum = ops.fma(left[r][lane], right[lane], *sum);
                }
            }
        }
    }
    *sums = local;
}

/// All sums of an entry added, and the rest of its terms.
#[inline(always)]
fn total<A: Arithmetic>(ops: A, sums: &Sums, [row, column]: [&[f64]; 2]) -> f64 {
    let rest = row.iter().zip(column);
    rest.fold(paired(*sums), |sum, (x, y)| ops.fma(*x, *y, sum))
}

#[inline(always)]
fn paired(s: Sums) -> f64 {
    let four: [f64; 4] = std::array::from_fn(|k| s[k] + s[k + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}
