//! The matrix product.
//!
//! One law gives all algorithms the same bits, however the factors lie in memory: an entry of the
//! result begins with 0, and its terms are added in the order of the inner dimension, each with one
//! [`Arithmetic::fma`]. Only where a small product has a long inner dimension, which the shape alone
//! decides, the terms go to eight such sums in turn, which are added in pairs (k with k + 4, then
//! k with k + 2, then the two); what does not fill all eight is added last, in order. Where that is very long and the
//! result has at most [`WIDEST`] rows and columns, it is cut into [`pieces`], whose products are added in order.
//! So threads may share these, the columns of a large product, and the rows of one with a vector, however many they are.

use super::dots::{self, add_dots, by_dots};
use super::instance::Vectors;
use super::shares::{Cut, cut, share, work};
use super::strided::Strided;
use super::sums::{PIECE, WIDEST, all_finite, pieces};
use super::tiles::{Scratch, by_tiles, in_place, times_vector};
use super::{Arithmetic, Separate, Wide, Wider, at_full_width};
use crate::stop;
use crate::threads;
use std::cell::RefCell;
use std::ops::Range;

/// Evaluates a call as compiled for the widest instructions that this processor has. A tile of a result has
/// `V` times `L` rows and `N` columns there; `D` by `D` times [`dots::LANES`] sums fit into its registers.
macro_rules! with_instance {
    (|$ops:ident, $L:ident, $V:ident, $N:ident, $D:ident| $call:expr) => {
        match Wider::detect() {
            #[cfg(target_arch = "x86_64")]
            Some($ops) => $ops.run(
                #[inline(always)]
                |_| {
                    const $L: usize = 8;
                    const $V: usize = 3;
                    const $N: usize = 8;
                    const $D: usize = 4;
                    $call
                },
            ),
            _ => match Wide::detect() {
                #[cfg(target_arch = "x86_64")]
                Some($ops) => $ops.run(
                    #[inline(always)]
                    |_| {
                        const $L: usize = 4;
                        const $V: usize = 2;
                        const $N: usize = 6;
                        const $D: usize = 2;
                        $call
                    },
                ),
                _ => {
                    const $L: usize = 4;
                    const $V: usize = 1;
                    const $N: usize = 4;
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
    if a.cols >= 2 * PIECE && a.rows.max(b.cols) <= WIDEST {
        return by_pieces(a, b, out);
    }
    let (a, b) = columns_standing(a, b);
    // A part of the result could be small enough for another order.
    let side_by_side = dots::suits(a.rows, a.cols, b.cols);
    let compute = |a: Strided<'_>, b: Strided<'_>, out: &mut [f64]| {
        SCRATCH.with_borrow_mut(|scratch| {
            with_instance!(|ops, L, V, N, D| chosen::<_, L, V, N, D>(
                ops,
                side_by_side,
                a,
                b,
                out,
                scratch
            ));
        });
    };
    let cut = if side_by_side {
        Cut::Nowhere
    } else {
        cut(a, b)
    };
    share(cut, a, b, out, compute);
}

/// A product with a very long inner dimension: the products of its [`pieces`], added in order.
fn by_pieces(a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    /// As many products are kept at a time, to be added.
    const TOGETHER: usize = 64;
    let all: Vec<Range<usize>> = pieces(a.cols).collect();
    let mut room = vec![0.0; out.len() * all.len().min(TOGETHER)];
    let worth_it = a.rows * a.cols * b.cols >= work(b.cols);
    // Where it is not worth it, one thread takes all.
    let take = if worth_it { 1 } else { TOGETHER };
    for (k, some) in all.chunks(TOGETHER).enumerate() {
        let room = &mut room[..out.len() * some.len()];
        let parts = some.chunks(take).zip(room.chunks_mut(out.len() * take));
        threads::share(
            parts,
            || (),
            |(), (pieces, room)| {
                for (piece, to) in pieces.iter().zip(room.chunks_mut(out.len())) {
                    let b = b.some_rows(piece.start, piece.len());
                    product(a.some_columns(piece.start, piece.len()), b, to);
                }
            },
        );
        if k == 0 {
            out.fill(-0.0);
        }
        for found in room.chunks(out.len()) {
            out.iter_mut().zip(found).for_each(|(sum, x)| *sum += x);
        }
    }
}

/// Adds the product of a column and a row to `out`: to each entry that of the product.
///
/// # Panics
/// If `out` has another length than the product.
pub fn add_product(a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    assert_eq!(out.len(), a.rows * b.cols, "the result has room");
    at_full_width!(ops => add_outer(ops, a, b, out));
}

#[inline(always)]
fn add_outer<A: Arithmetic>(ops: A, a: Strided<'_>, b: Strided<'_>, out: &mut [f64]) {
    let column = &a.data[..a.rows];
    for (j, sums) in out.chunks_exact_mut(a.rows).enumerate() {
        let factor = b.at(0, j);
        for (sum, x) in sums.iter_mut().zip(column) {
            *sum += ops.fma(*x, factor, 0.0);
        }
    }
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
    if all_finite(out) {
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

/// A product whose inner dimension, of less than twice [`PIECE`], comes in parts: A = (A₁ A₂ …),
/// B = (B₁; B₂; …), with the digits of the whole product.
#[derive(Clone, Debug)]
pub struct RunningProduct {
    /// The sums of each entry, or what each has come to.
    sums: Vec<[f64; dots::LANES]>,
    entries: Vec<f64>,
}

impl RunningProduct {
    /// A product of `rows` by `cols` entries, of which each is the sum of `inner` terms: at least 64.
    /// All pieces of them but the last are as long as a multiple of 8.
    pub fn new(rows: usize, inner: usize, cols: usize) -> RunningProduct {
        let entries = rows * cols;
        let by_dots = dots::suits(rows, inner, cols);
        RunningProduct {
            sums: vec![[0.0; dots::LANES]; if by_dots { entries } else { 0 }],
            entries: vec![0.0; if by_dots { 0 } else { entries }],
        }
    }

    /// Adds the terms of a piece; after the `last` one, the product is written there.
    pub fn add(&mut self, a: Strided<'_>, b: Strided<'_>, last: Option<&mut [f64]>) {
        let (a, b) = columns_standing(a, b);
        SCRATCH.with_borrow_mut(|scratch| {
            with_instance!(|ops, L, V, N, D| self.add_by::<_, L, V, N, D>(ops, a, b, last, scratch));
        });
    }

    #[inline(always)]
    fn add_by<A: Vectors<L>, const L: usize, const V: usize, const N: usize, const D: usize>(
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
        by_tiles::<A, L, V, N>(ops, left, right, &mut self.entries, scratch, true);
        match last {
            Some(out) if flat => exchange_sides(&self.entries, a.rows, out),
            Some(out) => out.copy_from_slice(&self.entries),
            None => {}
        }
    }
}

/// By the algorithm that suits the shapes, in the sizes that `with_instance!` names.
#[inline(always)]
fn chosen<A: Vectors<L>, const L: usize, const V: usize, const N: usize, const D: usize>(
    ops: A,
    side_by_side: bool,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    scratch: &mut Scratch,
) {
    /// Fewer products than this are not worth any preparation.
    const FEW: usize = 48;
    if a.rows * a.cols * b.cols <= FEW {
        directly(ops, a, b, out);
    } else if side_by_side {
        let Scratch { left, right, .. } = scratch;
        let a = a.with_rows_together(left);
        let b = b.transposed().with_rows_together(right).transposed();
        by_height!(by_dots::<A, D>, a.rows, (ops, a, b, out));
    } else if a.row_stride == 1 && a.rows >= L && stays_in_place(a, b) {
        if b.cols == 1 && b.row_stride == 1 {
            times_vector::<A, L>(ops, a, &b.data[..b.rows], out);
            return;
        }
        in_place::<A, L, V, N>(ops, a, b, out, &mut scratch.right);
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
        by_tiles::<A, L, V, N>(ops, left, right, to, scratch, false);
        if flat {
            exchange_sides(&room, a.rows, out);
        }
        scratch.result = room;
    }
}

/// True if the left factor, stored by columns, is read where it lies: it stays in the nearest cache, or in
/// the next while each of its entries is used so few times that laying them out takes as long. With a vector each
/// is used once.
fn stays_in_place(a: Strided<'_>, b: Strided<'_>) -> bool {
    const NEAREST: usize = 4096;
    const NEXT: usize = 1 << 16;
    const FEW_USES: usize = 32;
    let entries = a.rows * a.cols;
    let few_uses = b.cols > 1 && a.cols.max(b.cols) <= FEW_USES;
    entries <= NEAREST || entries <= NEXT && few_uses
}

/// True if the result has so few rows that its transpose is computed instead.
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

#[cfg(test)]
mod tests {
    /// What a processor with AVX-512 computes is computed by tiles of another shape without it.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn both_sizes_of_tiles_give_the_same_bits() {
        use super::*;
        use crate::primitives::random::SplitMix64;

        let (Some(wide), Some(wider)) = (Wide::detect(), Wider::detect()) else {
            return;
        };
        let mut random = SplitMix64::new(5);
        let mut numbers =
            |count: usize| -> Vec<f64> { (0..count).map(|_| random.normal()).collect() };
        for rows in [1, 5, 8, 17, 24, 25, 47, 200] {
            for (inner, cols) in [(1, 7), (3, 16), (20, 6), (70, 9), (330, 23), (650, 12)] {
                let (a, b) = (numbers(rows * inner), numbers(inner * cols));
                for transposed in 0..4 {
                    let a = match transposed & 1 {
                        0 => Strided::columns(&a, rows, inner),
                        _ => Strided::columns(&a, inner, rows).transposed(),
                    };
                    let b = match transposed & 2 {
                        0 => Strided::columns(&b, inner, cols),
                        _ => Strided::columns(&b, cols, inner).transposed(),
                    };
                    let by_dots = dots::suits(rows, inner, cols);
                    let mut outs = [(); 2].map(|()| vec![f64::NAN; rows * cols]);
                    let [narrow, broad] = &mut outs;
                    SCRATCH.with_borrow_mut(|scratch| {
                        wide.run(|_| {
                            chosen::<_, 4, 2, 6, 2>(wide, by_dots, a, b, narrow, scratch);
                        });
                        wider.run(|_| {
                            chosen::<_, 8, 3, 8, 4>(wider, by_dots, a, b, broad, scratch);
                        });
                    });
                    assert_eq!(
                        narrow, broad,
                        "{rows}×{inner} times {inner}×{cols}, {transposed:02b} transposed"
                    );
                }
            }
        }
    }
}
