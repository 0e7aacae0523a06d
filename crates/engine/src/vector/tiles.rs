//! Products by tiles of the result that stay in registers, over factors laid out in the order in which
//! the tiles read them.
//!
//! A tile has up to `V` vectors of `L` numbers in a column, and up to `N` columns.
//!
//! What an instance computes is compiled into its caller, which names the instructions. WebAssembly has one instance, whose
//! functions are there once.

use super::instance::Vectors;
use super::strided::Strided;
use crate::stop;

/// Room for the rearranged factors, and for a result that is exchanged afterwards.
pub(super) struct Scratch {
    pub left: Vec<f64>,
    pub right: Vec<f64>,
    pub result: Vec<f64>,
}

/// So many numbers of a room that grows; the first begins a line of the cache.
fn line_up(room: &mut Vec<f64>, count: usize) -> &mut [f64] {
    const LINE: usize = 8;
    if room.len() < count + LINE {
        room.resize(count + LINE, 0.0);
    }
    let first = room
        .as_ptr()
        .align_offset(LINE * size_of::<f64>())
        .min(LINE);
    &mut room[first..][..count]
}

/// A piece of the factors that fits into the caches: a column of tiles of the right factor into the nearest,
/// the left factor into the next.
struct Extent {
    inner: usize,
    rows: usize,
    cols: usize,
}

const CACHED: Extent = Extent {
    inner: 320,
    rows: 192,
    cols: 1024,
};

/// Calls a function for tiles of this many vectors and columns; what is between two widths takes the larger one.
macro_rules! by_size {
    ($call:ident::<$A:ident, $L:ident, $V:ident, $N:ident>, $vectors:expr, $columns:expr, $arguments:tt) => {
        match $vectors {
            1 => by_size!($call::<$A, $L, 1, $N>, $columns, $arguments),
            2 if $V > 2 => by_size!($call::<$A, $L, 2, $N>, $columns, $arguments),
            _ => by_size!($call::<$A, $L, $V, $N>, $columns, $arguments),
        }
    };
    ($call:ident::<$A:ident, $L:ident, $V:tt, $N:ident>, $columns:expr, $arguments:tt) => {
        match $columns {
            1 => $call::<$A, $L, $V, 1> $arguments,
            2 => $call::<$A, $L, $V, 2> $arguments,
            3 | 4 if $N > 4 => $call::<$A, $L, $V, 4> $arguments,
            _ => $call::<$A, $L, $V, $N> $arguments,
        }
    };
}

/// The width of the tile that computes so many columns.
fn width<const N: usize>(columns: usize) -> usize {
    match columns {
        1 | 2 => columns,
        3 | 4 => 4,
        _ => N,
    }
}

/// As [`by_tiles`], with a left factor of at least `L` rows stored by columns, which needs no laying
/// out.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn in_place<A: Vectors<L>, const L: usize, const V: usize, const N: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    room: &mut Vec<f64>,
) {
    let panels =
        lay_out_right::<A, L, N>(ops, b, [0, a.cols], [0, b.cols], room).chunks(N * a.cols);
    for (right, columns) in panels.zip(out.chunks_mut(N * a.rows)) {
        let mut first = 0;
        while first < a.rows {
            // The last tile begins where it just fits: some rows are computed twice.
            let vectors = (a.rows - first).div_ceil(L).min(V).min(a.rows / L);
            first = first.min(a.rows - vectors * L);
            by_size!(
                tile_in_place::<A, L, V, N>,
                vectors,
                columns.len() / a.rows,
                (ops, a, right, columns, first)
            );
            first += vectors * L;
        }
    }
}

/// As [`in_place`], with a vector whose entries lie together, and of which each is used once.
#[inline(always)]
pub(super) fn times_vector<A: Vectors<L>, const L: usize>(
    ops: A,
    a: Strided<'_>,
    factors: &[f64],
    out: &mut [f64],
) {
    // Fewer sums than four side by side would wait for each other.
    match a.rows / L {
        4.. => tiles_in_place::<A, L, 4>(ops, a, factors, out),
        2.. => tiles_in_place::<A, L, 2>(ops, a, factors, out),
        _ => tiles_in_place::<A, L, 1>(ops, a, factors, out),
    }
}

#[inline(always)]
fn tiles_in_place<A: Vectors<L>, const L: usize, const V: usize>(
    ops: A,
    a: Strided<'_>,
    factors: &[f64],
    out: &mut [f64],
) {
    let last = a.rows - L * V;
    for first in (0..last).step_by(L * V).chain([last]) {
        tile_in_place::<A, L, V, 1>(ops, a, factors, out, first);
    }
}

#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn tile_in_place<A: Vectors<L>, const L: usize, const V: usize, const W: usize>(
    ops: A,
    a: Strided<'_>,
    right: &[f64],
    columns: &mut [f64],
    first: usize,
) {
    // The only column of a transposed row has no stride of its own.
    let stride = a.col_stride.max(a.rows);
    let left = a.data[first..].chunks(stride).map_while(|column| {
        let (vectors, _) = column.as_chunks();
        vectors.first_chunk::<V>()
    });
    let right = right.as_chunks::<W>().0;
    if columns.len() == W * a.rows {
        tile(ops, left, right, &mut columns[first..], a.rows, false);
        return;
    }
    let mut room = [[[0.0; L]; V]; W];
    tile(
        ops,
        left,
        right,
        room.as_flattened_mut().as_flattened_mut(),
        L * V,
        false,
    );
    for (from, to) in room.iter().zip(columns.chunks_exact_mut(a.rows)) {
        to[first..][..L * V].copy_from_slice(from.as_flattened());
    }
}

/// The result in tiles that stay in registers while the inner dimension is run
/// through; the factors are laid out in the order in which the tiles read them. `onto`: what is in
/// `out` is added to.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn by_tiles<A: Vectors<L>, const L: usize, const V: usize, const N: usize>(
    ops: A,
    a: Strided<'_>,
    b: Strided<'_>,
    out: &mut [f64],
    scratch: &mut Scratch,
    onto: bool,
) {
    let inner = evenly(a.cols, CACHED.inner, 1);
    let rows = evenly(a.rows, CACHED.rows, L * V);
    let cols = evenly(b.cols, CACHED.cols, N);
    for j in (0..b.cols).step_by(cols) {
        for k in (0..a.cols).step_by(inner) {
            let inner = inner.min(a.cols - k);
            let cols = cols.min(b.cols - j);
            let right = lay_out_right::<A, L, N>(ops, b, [k, inner], [j, cols], &mut scratch.right);
            for i in (0..a.rows).step_by(rows) {
                if stop::requested() {
                    return;
                }
                let rows = rows.min(a.rows - i);
                let left =
                    lay_out_left::<A, L, V>(ops, a, [k, inner], [i, rows], &mut scratch.left);
                let onto = onto || k > 0;
                for (right, j) in right.chunks(N * inner).zip((j..).step_by(N)) {
                    for (left, below) in left.chunks(L * V * inner).zip((0..).step_by(L * V)) {
                        let part = Part {
                            first: i + below + j * a.rows,
                            rows: (rows - below).min(L * V),
                            cols: (b.cols - j).min(N),
                            stride: a.rows,
                        };
                        if onto {
                            let more = below + L * V < rows;
                            let next = if more {
                                part.first + L * V
                            } else {
                                i + (j + N) * a.rows
                            };
                            part.at(next).fetch::<A, L, V>(ops, out);
                        }
                        let vectors = left.len() / (L * inner);
                        by_size!(
                            packed_tile::<A, L, V, N>,
                            vectors,
                            part.cols,
                            (ops, left, right, out, part, onto)
                        );
                    }
                }
            }
        }
    }
}

/// The length of the pieces, each a multiple of `unit` and no longer than `most`, that share a length evenly.
fn evenly(length: usize, most: usize, unit: usize) -> usize {
    let pieces = length.div_ceil(most);
    length.div_ceil(pieces.max(1)).next_multiple_of(unit)
}

/// The part of a result that a tile computes.
#[derive(Clone, Copy)]
struct Part {
    first: usize,
    rows: usize,
    cols: usize,
    stride: usize,
}

impl Part {
    fn at(self, first: usize) -> Part {
        Part { first, ..self }
    }

    /// The place of the first entry in a column.
    fn column(self, column: usize) -> usize {
        self.first + column * self.stride
    }

    /// Has the part brought near, while another one is computed.
    #[inline(always)]
    fn fetch<A: Vectors<L>, const L: usize, const V: usize>(self, ops: A, out: &[f64]) {
        for column in 0..self.cols {
            for vector in 0..V {
                ops.fetch(out, self.column(column) + vector * L);
            }
        }
    }
}

#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn packed_tile<A: Vectors<L>, const L: usize, const V: usize, const W: usize>(
    ops: A,
    left: &[f64],
    right: &[f64],
    out: &mut [f64],
    part: Part,
    onto: bool,
) {
    let left = left.as_chunks::<L>().0.as_chunks::<V>().0;
    let right = right.as_chunks::<W>().0;
    if part.rows == L * V && part.cols == W {
        tile(ops, left, right, &mut out[part.first..], part.stride, onto);
        return;
    }
    let mut room = [[[0.0; L]; V]; W];
    for (column, to) in room.iter_mut().enumerate().take(part.cols) {
        to.as_flattened_mut()[..part.rows]
            .copy_from_slice(&out[part.column(column)..][..part.rows]);
    }
    tile(
        ops,
        left,
        right,
        room.as_flattened_mut().as_flattened_mut(),
        L * V,
        onto,
    );
    for (column, from) in room.iter().enumerate().take(part.cols) {
        out[part.column(column)..][..part.rows].copy_from_slice(&from.as_flattened()[..part.rows]);
    }
}

/// Writes a tile, or adds its terms to what is there; its columns are `stride` apart. Every index here is known
/// when this is compiled, so that the sums stay in registers.
#[inline(always)]
fn tile<'l, A: Vectors<L>, const L: usize, const V: usize, const W: usize>(
    ops: A,
    left: impl IntoIterator<Item = &'l [[f64; L]; V]>,
    right: &[[f64; W]],
    out: &mut [f64],
    stride: usize,
    onto: bool,
) {
    let out = &mut out[..(W - 1) * stride + L * V];
    let mut sums = [[ops.load(&[0.0; L]); V]; W];
    if onto {
        for j in 0..W {
            let (column, _) = out[j * stride..][..L * V].as_chunks();
            for v in 0..V {
                sums[j][v] = ops.load(&column[v]);
            }
        }
    }
    for (x, factors) in left.into_iter().zip(right) {
        for j in 0..W {
            for v in 0..V {
                sums[j][v] = ops.fma_all(ops.load(&x[v]), factors[j], sums[j][v]);
            }
        }
    }
    for j in 0..W {
        let (column, _) = out[j * stride..][..L * V].as_chunks_mut();
        for v in 0..V {
            ops.store(sums[j][v], &mut column[v]);
        }
    }
}

/// Lays out the columns of the right factor: `N` side by side, row by row; the last ones may be fewer, and are filled up
/// with zeros.
#[inline(always)]
fn lay_out_right<'r, A: Vectors<L>, const L: usize, const N: usize>(
    ops: A,
    b: Strided<'_>,
    inner: [usize; 2],
    [j, cols]: [usize; 2],
    room: &'r mut Vec<f64>,
) -> &'r [f64] {
    let rest = match cols % N {
        0 => 0,
        rest => width::<N>(rest),
    };
    let to = line_up(room, (cols / N * N + rest) * inner[1]);
    lay_out_panels(ops, b.transposed(), [j, cols], inner, N, to);
    to
}

/// Lays out the rows of the left factor: `V` vectors at a time, column by column; the last ones may be fewer, and are filled
/// up with zeros.
#[inline(always)]
fn lay_out_left<'r, A: Vectors<L>, const L: usize, const V: usize>(
    ops: A,
    a: Strided<'_>,
    inner: [usize; 2],
    [i, rows]: [usize; 2],
    room: &'r mut Vec<f64>,
) -> &'r [f64] {
    let to = line_up(room, rows.next_multiple_of(L) * inner[1]);
    lay_out_panels(ops, a, [i, rows], inner, L * V, to);
    to
}

/// Lays out rows from `i` on in panels of `height` each, as high as there is room in the last.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn lay_out_panels<A: Vectors<L>, const L: usize>(
    ops: A,
    from: Strided<'_>,
    [i, rows]: [usize; 2],
    inner: [usize; 2],
    height: usize,
    to: &mut [f64],
) {
    let end = i + rows;
    let panels = to.chunks_mut(height * inner[1]);
    for (to, i) in panels.zip((i..).step_by(height)) {
        let height = to.len() / inner[1];
        lay_out(ops, from, [i, height.min(end - i)], inner, height, to);
    }
}

/// Lays out rows from `i` on, of the columns from `k` on, column by column; each is filled up to a `height`.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn lay_out<A: Vectors<L>, const L: usize>(
    ops: A,
    from: Strided<'_>,
    [i, rows]: [usize; 2],
    [k, inner]: [usize; 2],
    height: usize,
    to: &mut [f64],
) {
    if from.row_stride == 1 {
        let column = |k| &from.data[i + k * from.col_stride..][..rows];
        for (k, to) in (k..).zip(to.chunks_exact_mut(height)) {
            let (vectors, rest) = column(k).as_chunks::<L>();
            if rows < L || rows < height {
                to[..rows].copy_from_slice(column(k));
                to[rows..].fill(0.0);
                continue;
            }
            for (vector, to) in vectors.iter().zip(to.as_chunks_mut::<L>().0) {
                ops.store(ops.load(vector), to);
            }
            if let (false, Some(vector), Some(to)) =
                (rest.is_empty(), column(k).last_chunk(), to.last_chunk_mut())
            {
                ops.store(ops.load(vector), to);
            }
        }
        return;
    }
    let mut done = 0;
    while from.col_stride == 1 && rows >= 4 && done < rows {
        // What is left may be fewer than four: some are laid out twice.
        done = done.min(rows - 4);
        let row = |j| from.data[k + (i + done + j) * from.row_stride..][..inner].as_chunks::<4>();
        let [(r0, rest0), (r1, rest1), (r2, rest2), (r3, rest3)] = [row(0), row(1), row(2), row(3)];
        let columns = to.chunks_exact_mut(4 * height);
        for ((((to, r0), r1), r2), r3) in columns.zip(r0).zip(r1).zip(r2).zip(r3) {
            ops.exchange([r0, r1, r2, r3], to, done, height);
        }
        for k in 0..rest0.len() {
            let column = [rest0[k], rest1[k], rest2[k], rest3[k]];
            to[(inner - rest0.len() + k) * height + done..][..4].copy_from_slice(&column);
        }
        done += 4;
    }
    if done == height {
        return;
    }
    for (k, to) in (k..).zip(to.chunks_exact_mut(height)) {
        for (i, entry) in (i..).zip(&mut *to).take(rows).skip(done) {
            *entry = from.at(i, k);
        }
        to[rows..].fill(0.0);
    }
}
