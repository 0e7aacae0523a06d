//! Small products with a long inner dimension: every entry of the result by itself, in sums side by
//! side as in [`super::sums`].

use super::Arithmetic;
use super::product::Strided;

/// How many sums of an entry stand side by side.
pub(super) const LANES: usize = 8;

/// Whether an m×k by k×n product is computed so: the shape alone decides.
pub(super) fn suits(m: usize, inner: usize, n: usize) -> bool {
    /// More entries than this share what is loaded better in tiles.
    const ENTRIES: usize = 64;
    /// Shorter sums are not worth putting together.
    const LONG: usize = 64;
    inner >= LONG && m * n <= ENTRIES
}

/// Writes the product of `a`, whose rows lie together, and `b`, whose columns do, to `out`, column by
/// column: `R`×`C` entries at a time.
#[inline(always)]
pub(super) fn by_dots<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
) {
    let (m, n) = (a.rows, b.cols);
    for j in (0..n).step_by(C) {
        for i in (0..m).step_by(R) {
            // Behind the last row or column the last one is taken again, and not written.
            let row = |r| a.line(i + r, m);
            let column = |c| b.transposed().line(j + c, n);
            let rows: [&[f64]; R] = std::array::from_fn(row);
            let columns: [&[f64]; C] = std::array::from_fn(column);
            let sums = block(ops, rows, columns);
            for (c, sums) in sums.iter().enumerate().take(n - j) {
                for (r, sum) in sums.iter().enumerate().take(m - i) {
                    out[(j + c) * m + i + r] = *sum;
                }
            }
        }
    }
}

/// The dot products of all `columns` with all `rows`.
#[inline(always)]
fn block<A: Arithmetic, const R: usize, const C: usize>(
    ops: A,
    rows: [&[f64]; R],
    columns: [&[f64]; C],
) -> [[f64; R]; C] {
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    let columns = columns.map(|column| column.as_chunks::<LANES>());
    let whole = rows[0].0.len();
    let rows_of_blocks = rows.map(|(blocks, _)| &blocks[..whole]);
    let columns_of_blocks = columns.map(|(blocks, _)| &blocks[..whole]);
    let mut sums = [[[0.0; LANES]; R]; C];
    for k in 0..whole {
        let left = rows_of_blocks.map(|blocks| blocks[k]);
        for c in 0..C {
            let right = columns_of_blocks[c][k];
            for r in 0..R {
                for lane in 0..LANES {
                    let sum = &mut sums[c][r][lane];
                    *sum = ops.fma(left[r][lane], right[lane], *sum);
                }
            }
        }
    }
    let mut dots = [[0.0; R]; C];
    for c in 0..C {
        for r in 0..R {
            let rest = rows[r].1.iter().zip(columns[c].1);
            dots[c][r] = rest.fold(paired(sums[c][r]), |sum, (x, y)| ops.fma(*x, *y, sum));
        }
    }
    dots
}

#[inline(always)]
fn paired(s: [f64; LANES]) -> f64 {
    let four: [f64; 4] = std::array::from_fn(|k| s[k] + s[k + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}
