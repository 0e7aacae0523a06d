//! Products by tiles of the result that stay in registers, over factors laid out in the order in which
//! the tiles read them.

use super::Arithmetic;
use super::strided::Strided;
use crate::stop;

/// Room for the rearranged factors, and for a result that is exchanged afterwards.
pub(super) struct Scratch {
    pub left: Vec<f64>,
    pub right: Vec<f64>,
    pub result: Vec<f64>,
}

/// The columns of a tile.
const N: usize = 4;

/// A piece of the factors that fits into the caches: `inner` terms, `rows` rows, `cols` columns.
#[derive(Clone, Copy)]
struct Extent {
    inner: usize,
    rows: usize,
    cols: usize,
}

const CACHED: Extent = Extent {
    inner: 256,
    rows: 192,
    cols: 1024,
};

/// As [`by_tiles`], with a left factor of at least `M` rows stored by columns, which needs no laying
/// out.
#[inline(always)]
pub(super) fn in_place<A: Arithmetic, const M: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    room: &mut Vec<f64>,
) {
    lay_out_right(b, 0, a.cols, 0, b.cols, room);
    let panels = room.chunks(N * a.cols);
    for (right, columns) in panels.zip(out.chunks_mut(N * a.rows)) {
        match right.len() / a.cols {
            1 => columns_in_place::<A, M, 1>(ops, a, right, columns),
            2 => columns_in_place::<A, M, 2>(ops, a, right, columns),
            3 => columns_in_place::<A, M, 3>(ops, a, right, columns),
            _ => columns_in_place::<A, M, N>(ops, a, right, columns),
        }
    }
}

/// `W` columns of the result. The last tile begins where it just fits: some rows are computed twice.
#[inline(always)]
fn columns_in_place<A: Arithmetic, const M: usize, const W: usize>(
    ops: A,
    a: Strided<'_>,
    right: &[f64],
    columns: &mut [f64],
) {
    let (factors, _) = right.as_chunks::<W>();
    let last = a.rows - M;
    for first in (0..last).step_by(M).chain([last]) {
        let left = (0..a.cols).filter_map(|k| a.data[k * a.col_stride + first..].first_chunk());
        let sums = tile(ops, left, factors, [[0.0; M]; W]);
        for (j, sums) in sums.iter().enumerate() {
            columns[j * a.rows + first..][..M].copy_from_slice(sums);
        }
    }
}

/// The result in tiles of `M`×[`N`] that stay in registers while the inner dimension is run
/// through; the factors are laid out in the order in which the tiles read them. `onto`: what is in
/// `out` is added to.
#[inline(always)]
pub(super) fn by_tiles<A: Arithmetic, const M: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    scratch: &mut Scratch,
    onto: bool,
) {
    for j in (0..b.cols).step_by(CACHED.cols) {
        for k in (0..a.cols).step_by(CACHED.inner) {
            let inner = CACHED.inner.min(a.cols - k);
            let cols = CACHED.cols.min(b.cols - j);
            lay_out_right(b, k, inner, j, cols, &mut scratch.right);
            for i in (0..a.rows).step_by(CACHED.rows) {
                if stop::requested() {
                    return;
                }
                let rows = CACHED.rows.min(a.rows - i);
                let extent = Extent { inner, rows, cols };
                let left = Left::<M>::new(a, i, k, extent, &mut scratch.left);
                let onto = onto || k > 0;
                for (panel, right) in scratch.right.chunks(N * inner).enumerate() {
                    let j = j + panel * N;
                    let columns = &mut out[j * a.rows..];
                    match right.len() / inner {
                        1 => {
                            column_of_tiles::<A, M, 1>(ops, &left, right, columns, i, a.rows, onto)
                        }
                        2 => {
                            column_of_tiles::<A, M, 2>(ops, &left, right, columns, i, a.rows, onto)
                        }
                        3 => {
                            column_of_tiles::<A, M, 3>(ops, &left, right, columns, i, a.rows, onto)
                        }
                        _ => {
                            column_of_tiles::<A, M, N>(ops, &left, right, columns, i, a.rows, onto)
                        }
                    }
                }
            }
        }
    }
}

/// Lays out [`N`] columns side by side, row by row; the last ones may be fewer.
#[inline(always)]
fn lay_out_right(b: Strided<'_>, k: usize, inner: usize, j: usize, cols: usize, to: &mut Vec<f64>) {
    to.resize(inner * cols, 0.0);
    for (panel, to) in to.chunks_mut(N * inner).enumerate() {
        let width = to.len() / inner;
        let j = j + panel * N;
        if width == N && b.row_stride == 1 {
            let column = |i| &b.data[k + (j + i) * b.col_stride..][..inner];
            exchange([0, 1, 2, 3].map(column), 0, to.as_chunks_mut::<N>().0);
            continue;
        }
        for (k, row) in (k..).zip(to.chunks_exact_mut(width)) {
            for (j, entry) in (j..).zip(row) {
                *entry = b.at(k, j);
            }
        }
    }
}

/// Rows of the left factor: `M` at a time, column by column, filled up with zeros.
struct Left<'a, const M: usize> {
    panels: &'a [[f64; M]],
    extent: Extent,
}

impl<'a, const M: usize> Left<'a, M> {
    #[inline(always)]
    fn new(
        a: Strided<'_>,
        i: usize,
        k: usize,
        extent: Extent,
        room: &'a mut Vec<f64>,
    ) -> Left<'a, M> {
        let inner = extent.inner;
        room.resize(extent.rows.div_ceil(M) * M * inner, 0.0);
        let (panels, _) = room.as_chunks_mut::<M>();
        for (panel, to) in panels.chunks_exact_mut(inner).enumerate() {
            let first = i + panel * M;
            let rows = M.min(i + extent.rows - first);
            if a.row_stride == 1 {
                let from = &a.data[k * a.col_stride..];
                for (k, to) in to.iter_mut().enumerate() {
                    let from = &from[k * a.col_stride + first..][..rows];
                    match <&[f64; M]>::try_from(from) {
                        Ok(whole) => *to = *whole,
                        Err(_) => {
                            to[..rows].copy_from_slice(from);
                            to[rows..].fill(0.0);
                        }
                    }
                }
            } else {
                if rows < M {
                    to.fill([0.0; M]);
                }
                let mut done = 0;
                while a.col_stride == 1 && done + 4 <= rows {
                    let row = |i| &a.data[(first + done + i) * a.row_stride + k..][..inner];
                    exchange([0, 1, 2, 3].map(row), done, to);
                    done += 4;
                }
                for i in done..rows {
                    for (k, to) in (k..).zip(to.iter_mut()) {
                        to[i] = a.at(first + i, k);
                    }
                }
            }
        }
        Left { panels, extent }
    }
}

/// Four rows to the places `at` and on of every column: four by four, as vectors are exchanged.
#[inline(always)]
fn exchange<const M: usize>(rows: [&[f64]; 4], at: usize, to: &mut [[f64; M]]) {
    let [(r0, _), (r1, _), (r2, _), (r3, _)] = rows.map(|row| row.as_chunks::<4>());
    let (to, to_rest) = to.as_chunks_mut::<4>();
    for ((((to, r0), r1), r2), r3) in to.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
        for k in 0..4 {
            to[k][at..at + 4].copy_from_slice(&[r0[k], r1[k], r2[k], r3[k]]);
        }
    }
    let done = 4 * to.len();
    for (k, to) in (done..).zip(to_rest) {
        to[at..at + 4].copy_from_slice(&rows.map(|row| row[k]));
    }
}

/// `W` columns of the result, from row `i` on; `onto`: what is there already is added to.
#[inline(always)]
fn column_of_tiles<A: Arithmetic, const M: usize, const W: usize>(
    ops: A,
    left: &Left<'_, M>,
    right: &[f64],
    columns: &mut [f64],
    i: usize,
    stride: usize,
    onto: bool,
) {
    let (right, _) = right.as_chunks::<W>();
    for (panel, left_panel) in left.panels.chunks_exact(left.extent.inner).enumerate() {
        let first = i + panel * M;
        let rows = M.min(i + left.extent.rows - first);
        let mut sums = [[0.0; M]; W];
        if onto {
            for (j, sums) in sums.iter_mut().enumerate() {
                sums[..rows].copy_from_slice(&columns[j * stride + first..][..rows]);
            }
        }
        let sums = tile(ops, left_panel, right, sums);
        for (j, sums) in sums.iter().enumerate() {
            let to = &mut columns[j * stride + first..][..rows];
            match <&mut [f64; M]>::try_from(&mut *to) {
                Ok(whole) => *whole = *sums,
                Err(_) => to.copy_from_slice(&sums[..rows]),
            }
        }
    }
}

/// A tile, with the terms of these rows and columns added. Every index here is known when this is
/// compiled, so that the sums stay in registers.
#[inline(always)]
fn tile<'l, A: Arithmetic, const M: usize, const W: usize>(
    ops: A,
    left: impl IntoIterator<Item = &'l [f64; M]>,
    right: &[[f64; W]],
    before: [[f64; M]; W],
) -> [[f64; M]; W] {
    let mut sums = before;
    for (x, factors) in left.into_iter().zip(right) {
        for j in 0..W {
            for i in 0..M {
                sums[j][i] = ops.fma(x[i], factors[j], sums[j][i]);
            }
        }
    }
    sums
}
