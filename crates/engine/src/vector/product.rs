//! The matrix product.
//!
//! One law gives all algorithms the same bits, however the factors lie in memory: an entry of the
//! result begins with 0, and its terms are added in the order of the inner dimension, each with one
//! [`Arithmetic::fma`]. Only where a small product has a long inner dimension, which the shape alone
//! decides, the terms go to eight such sums in turn, which are added in pairs (k with k + 4, then
//! k with k + 2, then the two); what does not fill all eight is added last, in order.

use super::dots::{self, add_dots, by_dots};
use super::{Arithmetic, Separate, Wide, Wider};
use crate::stop;
use std::cell::RefCell;

/// A matrix to be read: entry (i, j) is at i·`row_stride` + j·`col_stride`. So a transposed matrix
/// needs no copy.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a> {
    /// Where its entries are.
    pub data: &'a [f64],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// From one row to the next.
    pub row_stride: usize,
    /// From one column to the next.
    pub col_stride: usize,
}

impl<'a> Strided<'a> {
    /// A matrix stored column by column.
    pub fn columns(data: &'a [f64], rows: usize, cols: usize) -> Strided<'a> {
        Strided {
            data,
            rows,
            cols,
            row_stride: 1,
            col_stride: rows,
        }
    }

    /// Rows and columns exchanged.
    pub fn transposed(self) -> Strided<'a> {
        Strided {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }

    /// Row `i`, or the last of `rows` if there are no more, where its entries lie together.
    #[inline(always)]
    pub(super) fn line(&self, i: usize, rows: usize) -> &'a [f64] {
        &self.data[i.min(rows - 1) * self.row_stride..][..self.cols]
    }

    /// The same with the entries of each row together in memory, in `room` if need be.
    fn with_rows_together<'r>(self, room: &'r mut Vec<f64>) -> Strided<'r>
    where
        'a: 'r,
    {
        if self.col_stride == 1 {
            return self;
        }
        room.clear();
        for i in 0..self.rows {
            room.extend((0..self.cols).map(|k| self.at(i, k)));
        }
        Strided::columns(room, self.cols, self.rows).transposed()
    }

    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.row_stride + j * self.col_stride]
    }
}

/// Evaluates a call as compiled for the widest instructions that this processor has. `M` rows of a
/// result fit into two vectors there, `D` by `D` times [`dots::LANES`] sums into all of them.
macro_rules! with_instance {
    (|$ops:ident, $M:ident, $D:ident| $call:expr) => {
        match Wider::detect() {
            Some(wider) => wider.run(
                #[inline(always)]
                |$ops| {
                    const $M: usize = 16;
                    const $D: usize = 4;
                    $call
                },
            ),
            None => match Wide::detect() {
                Some(wide) => wide.run(
                    #[inline(always)]
                    |$ops| {
                        const $M: usize = 8;
                        const $D: usize = 2;
                        $call
                    },
                ),
                None => {
                    const $M: usize = 4;
                    const $D: usize = 1;
                    let $ops = Separate;
                    $call
                }
            },
        }
    };
}

/// Calls a function of [`dots`] for results of this height, at most `$D` rows at a time.
macro_rules! by_height {
    ($call:ident::<$A:ident, $D:ident>, $rows:expr, $arguments:tt) => {
        match $rows {
            1 => $call::<$A, 1, $D> $arguments,
            2 if $D > 2 => $call::<$A, 2, $D> $arguments,
            3 if $D > 3 => $call::<$A, 3, $D> $arguments,
            _ => $call::<$A, $D, $D> $arguments,
        }
    };
}

/// Writes the product of `a` and `b` to `out`, column by column.
///
/// An interruption leaves the result unfinished, as in every kernel.
///
/// # Panics
/// If the inner dimensions differ or `out` has another length than the product.
pub fn product(a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    assert_eq!(a.cols, b.rows, "the inner dimensions agree");
    assert_eq!(out.len(), a.rows * b.cols, "the result has room");
    if out.is_empty() || a.cols == 0 {
        out.fill(0.0);
        return;
    }
    let (a, b) = columns_standing(a, b);
    SCRATCH.with_borrow_mut(|scratch| {
        with_instance!(|ops, M, D| chosen::<_, M, D>(ops, a, b, out, scratch));
    });
}

/// The product of two factors, of which some entries may be 0 whatever they are multiplied by: those
/// whose entry of the mask is 0. A mask of one number is for all entries. Only where such a zero
/// met a number that is not finite, the entry is computed again, term by term, rounding after each operation.
///
/// # Panics
/// As [`product`].
pub fn product_of_reached(
    [a, b]: [Strided<'_>; 2],
    [reached_a, reached_b]: [Strided<'_>; 2],
    out: &mut [f64],
) {
    product(a, b, out);
    // A finite zero was multiplied by nothing but finite numbers, or is not seen.
    if out.iter().all(|x| x.is_finite()) {
        return;
    }
    let holds = |mask: Strided<'_>, i, j| match (mask.rows, mask.cols) {
        (1, 1) => mask.data[0] != 0.0,
        _ => mask.at(i, j) != 0.0,
    };
    let is_wild = |k: &usize| {
        let mut entries = (0..a.rows)
            .map(|i| a.at(i, *k))
            .chain((0..b.cols).map(|j| b.at(*k, j)));
        entries.any(|x| !x.is_finite())
    };
    let wild: Vec<usize> = (0..a.cols).filter(is_wild).collect();
    for (at, entry) in out.iter_mut().enumerate() {
        let (i, j) = (at % a.rows, at / a.rows);
        let reached = |k: &usize| holds(reached_a, i, *k) && holds(reached_b, *k, j);
        if entry.is_finite() || wild.iter().all(reached) {
            continue;
        }
        if stop::requested() {
            return;
        }
        let terms = (0..a.cols).filter(reached);
        *entry = terms.fold(0.0, |sum, k| sum + a.at(i, k) * b.at(k, j));
    }
}

/// A row is a transposed column, and its place in memory the same: a product that is a row, as one
/// that is a column.
fn columns_standing<'a, 'b: 'a>(a: Strided<'a>, b: Strided<'b>) -> (Strided<'a>, Strided<'a>) {
    if a.rows == 1 && b.cols > 1 {
        (b.transposed(), a.transposed())
    } else {
        (a, b)
    }
}

/// A product whose inner dimension comes in pieces: A = (A₁ A₂ …), B = (B₁; B₂; …), with the digits
/// of the whole product.
#[derive(Clone, Debug)]
pub struct Running {
    /// The sums of each entry, or what each has come to.
    sums: Vec<[f64; dots::LANES]>,
    entries: Vec<f64>,
}

impl Running {
    /// A product of `rows` by `cols` entries, of which each is the sum of `inner` terms: at least 64.
    /// All pieces of them but the last are as long as a multiple of 8.
    pub fn new(rows: usize, inner: usize, cols: usize) -> Running {
        let entries = rows * cols;
        let by_dots = dots::suits(rows, inner, cols);
        Running {
            sums: vec![[0.0; dots::LANES]; if by_dots { entries } else { 0 }],
            entries: vec![0.0; if by_dots { 0 } else { entries }],
        }
    }

    /// Adds the terms of a piece; after the `last` one, the product is written there.
    pub fn add(&mut self, a: Strided<'_>, b: Strided<'_>, last: Option<&mut [f64]>) {
        let (a, b) = columns_standing(a, b);
        SCRATCH.with_borrow_mut(|scratch| {
            with_instance!(|ops, M, D| self.add_by::<_, M, D>(ops, a, b, last, scratch));
        });
    }

    #[inline(always)]
    fn add_by<A: Arithmetic, const M: usize, const D: usize>(
        &mut self,
        ops: A,
        a: Strided<'_>,
        b: Strided<'_>,
        last: Option<&mut [f64]>,
        scratch: &mut Scratch,
    ) {
        if self.entries.is_empty() {
            let Scratch { left, right, .. } = scratch;
            let a = a.with_rows_together(left);
            let b = b.transposed().with_rows_together(right).transposed();
            let sums = &mut self.sums;
            by_height!(add_dots::<A, D>, a.rows, (ops, a, b, sums, last));
            return;
        }
        let flat = is_flat(a, b);
        let (left, right) = if flat {
            (b.transposed(), a.transposed())
        } else {
            (a, b)
        };
        by_tiles::<A, M>(ops, left, right, &mut self.entries, scratch, true);
        match last {
            Some(out) if flat => exchange_sides(&self.entries, a.rows, out),
            Some(out) => out.copy_from_slice(&self.entries),
            None => {}
        }
    }
}

/// By the algorithm that suits the shapes. `M` rows of the result fit into two vectors, `D` by `D`
/// times [`dots::LANES`] sums into all of them.
#[inline(always)]
fn chosen<A: Arithmetic, const M: usize, const D: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    scratch: &mut Scratch,
) {
    /// Fewer products than this are not worth any preparation.
    const FEW: usize = 48;
    /// A left factor with no more entries stays in the nearest cache, wherever they lie.
    const IN_PLACE: usize = 4096;
    if a.rows * a.cols * b.cols <= FEW {
        directly(ops, a, b, out);
    } else if dots::suits(a.rows, a.cols, b.cols) {
        let Scratch { left, right, .. } = scratch;
        let a = a.with_rows_together(left);
        let b = b.transposed().with_rows_together(right).transposed();
        by_height!(by_dots::<A, D>, a.rows, (ops, a, b, out));
    } else if a.row_stride == 1 && b.cols > 1 && a.rows >= M && a.rows * a.cols <= IN_PLACE {
        in_place::<A, M>(ops, a, b, out, &mut scratch.right);
    } else if b.cols == 1 && a.row_stride == 1 {
        by_columns(ops, a, b, out);
    } else if b.cols == 1 && a.col_stride == 1 {
        by_rows(ops, a, b, out);
    } else {
        // Tiles are high. A flat result is computed lying down and then exchanged.
        let flat = is_flat(a, b);
        let mut room = std::mem::take(&mut scratch.result);
        let (left, right, to) = if flat {
            room.resize(out.len(), 0.0);
            (b.transposed(), a.transposed(), &mut room[..])
        } else {
            (a, b, &mut out[..])
        };
        by_tiles::<A, M>(ops, left, right, to, scratch, false);
        if flat {
            exchange_sides(&room, a.rows, out);
        }
        scratch.result = room;
    }
}

/// Whether the result has so few rows that it is computed lying down.
fn is_flat(a: Strided<'_>, b: Strided<'_>) -> bool {
    a.rows < 8 && a.rows < b.cols
}

/// Writes the transposed of `from` to `out`, which has `rows` rows.
fn exchange_sides(from: &[f64], rows: usize, out: &mut [f64]) {
    let cols = out.len() / rows;
    for (column, to) in out.chunks_exact_mut(rows).enumerate() {
        for (entry, from) in to.iter_mut().zip(from.chunks_exact(cols)) {
            *entry = from[column];
        }
    }
}

/// Entry by entry.
#[inline(always)]
fn directly<A: Arithmetic>(ops: A, a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    for (j, column) in out.chunks_exact_mut(a.rows).enumerate() {
        for (i, entry) in column.iter_mut().enumerate() {
            *entry = (0..a.cols).fold(0.0, |sum, k| ops.fma(a.at(i, k), b.at(k, j), sum));
        }
    }
}

/// A matrix stored by columns times a vector: four columns in one pass over the result.
#[inline(always)]
fn by_columns<A: Arithmetic>(ops: A, a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    let m = a.rows;
    out.fill(0.0);
    let column = |k: usize| &a.data[k * a.col_stride..][..m];
    let mut k = 0;
    while k + 4 <= a.cols {
        let [f0, f1, f2, f3] = [0, 1, 2, 3].map(|j| b.at(k + j, 0));
        let [c0, c1, c2, c3] = [0, 1, 2, 3].map(|j| column(k + j));
        for ((((y, x0), x1), x2), x3) in out.iter_mut().zip(c0).zip(c1).zip(c2).zip(c3) {
            let two = ops.fma(*x1, f1, ops.fma(*x0, f0, *y));
            *y = ops.fma(*x3, f3, ops.fma(*x2, f2, two));
        }
        k += 4;
    }
    for k in k..a.cols {
        let factor = b.at(k, 0);
        for (y, x) in out.iter_mut().zip(column(k)) {
            *y = ops.fma(*x, factor, *y);
        }
    }
}

/// A matrix stored by rows times a vector: eight rows at a time, because the terms of one have to
/// wait for each other.
#[inline(always)]
fn by_rows<A: Arithmetic>(ops: A, a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    const ROWS: usize = 8;
    for (block, out) in out.chunks_mut(ROWS).enumerate() {
        let row = |i: usize| {
            let i = (block * ROWS + i).min(a.rows - 1);
            &a.data[i * a.row_stride..][..a.cols]
        };
        let [r0, r1, r2, r3, r4, r5, r6, r7] = [0, 1, 2, 3, 4, 5, 6, 7].map(row);
        let mut sums = [0.0; ROWS];
        for k in 0..a.cols {
            let factor = b.data[k * b.row_stride];
            let entries = [r0[k], r1[k], r2[k], r3[k], r4[k], r5[k], r6[k], r7[k]];
            for (sum, entry) in sums.iter_mut().zip(entries) {
                *sum = ops.fma(entry, factor, *sum);
            }
        }
        let here = out.len();
        out.copy_from_slice(&sums[..here]);
    }
}

thread_local! {
    /// Room for the rearranged factors.
    static SCRATCH: RefCell<Scratch> = const {
        RefCell::new(Scratch { left: Vec::new(), right: Vec::new(), result: Vec::new() })
    };
}

struct Scratch {
    left: Vec<f64>,
    right: Vec<f64>,
    result: Vec<f64>,
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
fn in_place<A: Arithmetic, const M: usize>(
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
fn by_tiles<A: Arithmetic, const M: usize>(
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
