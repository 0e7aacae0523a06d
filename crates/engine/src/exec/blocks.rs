//! Steps on arrays with very many rows, some rows at a time: what lies between the steps stays in
//! the caches, and what is read is read once.

use super::pool::{Memory, Numbers, Shared, Slot};
use super::scratch::Scratch;
use super::{Failure, Outcome};
use crate::stop;
use crate::threads;
use crate::vector::{RunningProduct, Strided, sums};
use std::ops::Range;

/// Steps of type `S` over all rows of some arrays.
pub(super) struct Blocks<S> {
    /// The number of rows.
    pub rows: usize,
    /// Where the blocks begin, at the end of the pool.
    pub at: Slot,
    /// The columns that are read from whole arrays before the steps, and those that are written to whole
    /// arrays after them.
    pub loads: Vec<Moved>,
    pub stores: Vec<Moved>,
    /// True if steps write to whole arrays, too.
    pub in_place: bool,
    /// The steps for one block, and for the last, which may be higher.
    pub each: Pass<S>,
    pub last: Pass<S>,
    /// The totals over all rows.
    pub totals: Vec<Total>,
}

/// The steps for a block of this many rows.
pub(super) struct Pass<S> {
    pub height: usize,
    pub steps: Vec<S>,
}

/// Columns of an array, of which a block has some rows.
#[derive(Clone, Copy)]
pub(super) struct Moved {
    pub whole: Slot,
    pub block: Slot,
    pub columns: usize,
}

/// Some of the columns that lie together in a block from `at` on.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub at: Slot,
    pub first: usize,
    pub count: usize,
}

/// A total over all rows, and its place.
#[derive(Clone, Copy)]
pub(super) enum Total {
    /// The sum of all entries, or of each column; divided by how many they are for a mean.
    Sum {
        of: Columns,
        by_column: bool,
        mean: bool,
        out: Slot,
    },
    /// The sum of products of the entries of two columns.
    Dot(Columns, Columns, Slot),
    /// AᵀB
    Product(Columns, Columns, Slot),
}

/// A total of a piece of the rows, so far.
enum RunningTotal {
    Sums(Vec<sums::RunningSum>),
    /// The product, and where it is written in the end.
    Product(RunningProduct, Vec<f64>),
}

/// The rows from `first` on of the columns that are stored, which one thread writes.
struct Stored<'p> {
    first: usize,
    columns: Vec<&'p mut [f64]>,
}

/// What the totals of a piece come to: the entries of each.
type Found = Outcome<Vec<Vec<f64>>>;

impl<S: Sync> Blocks<S> {
    /// Computes block after block; `run` runs one step. Threads share the pieces of long sums, unless steps write
    /// to whole arrays.
    ///
    /// # Errors
    /// If a step fails, or a stop was requested.
    pub fn run(
        &self,
        pool: &mut [f64],
        scratch: &mut Scratch,
        run: impl Fn(&S, &mut Memory<'_>, &mut Scratch) -> Outcome<()> + Sync,
    ) -> Outcome<()> {
        let pieces: Vec<Range<usize>> = sums::pieces(self.rows).collect();
        let together = self.pieces_together();
        let found: Vec<Found> = if self.in_place || pieces.len() <= together || threads::alone() {
            let mut memory = Memory::own(pool);
            let one = |piece: &Range<usize>| self.piece(piece, &mut memory, None, scratch, &run);
            pieces.iter().map(one).collect()
        } else {
            let mut found: Vec<Found> = pieces.iter().map(|_| Ok(Vec::new())).collect();
            let (whole, window) = pool.split_at_mut(self.at as usize);
            let end = whole.len();
            let (parts, stored) = self.apart(whole, pieces.chunks(together));
            let shared = Shared { parts: &parts, end };
            let (count, registers) = (window.len(), scratch.registers.len());
            let found_each = found.chunks_mut(together);
            threads::share(
                pieces.chunks(together).zip(found_each).zip(stored),
                || (Numbers::zeros(count), Scratch::new(registers, Vec::new())),
                |(own, scratch), ((pieces, found), mut stored)| {
                    let mut memory = Memory {
                        shared,
                        own,
                        first_row: 0,
                    };
                    for (piece, found) in pieces.iter().zip(found) {
                        *found = self.piece(piece, &mut memory, Some(&mut stored), scratch, &run);
                    }
                },
            );
            found
        };
        let add = |mut all: Vec<Vec<f64>>, more: Vec<Vec<f64>>| {
            let entries = all.iter_mut().flatten().zip(more.iter().flatten());
            entries.for_each(|(sum, x)| *sum += x);
            all
        };
        let found: Vec<Vec<Vec<f64>>> = found.into_iter().collect::<Outcome<_>>()?;
        let totals = found.into_iter().reduce(add).unwrap_or_default();
        for (total, entries) in self.totals.iter().zip(totals) {
            total.finish(entries, pool, self.rows);
        }
        Ok(())
    }

    /// As many pieces of the rows together are worth being taken by a thread.
    fn pieces_together(&self) -> usize {
        /// Operations on rows that take some 10 to 50 µs.
        const WORK: usize = 1 << 16;
        WORK.div_ceil(self.each.steps.len().max(1) * sums::PIECE)
    }

    /// The columns that are stored, for each of some parts of the rows; and what lies between them.
    fn apart<'p, 'r>(
        &self,
        whole: &'p mut [f64],
        parts: impl ExactSizeIterator<Item = &'r [Range<usize>]>,
    ) -> (Vec<(usize, &'p [f64])>, Vec<Stored<'p>>) {
        let columns = (self.stores.iter()).flat_map(|store| store.columns(0, 0, self.rows));
        let mut places: Vec<(usize, Slot)> = columns.map(|(whole, _)| whole).enumerate().collect();
        places.sort_unstable_by_key(|(_, at)| *at);
        let mut columns: Vec<&mut [f64]> = places.iter().map(|_| &mut [][..]).collect();
        let mut between = Vec::with_capacity(places.len() + 1);
        let (mut rest, mut done) = (whole, 0);
        for (number, at) in places {
            let (before, after) = rest.split_at_mut(at as usize - done);
            between.push((done, &*before));
            (columns[number], rest) = after.split_at_mut(self.rows);
            done = at as usize + self.rows;
        }
        between.push((done, &*rest));
        let stored = parts.map(|pieces| {
            let first = pieces[0].start;
            let count = pieces[pieces.len() - 1].end - first;
            let columns = columns.iter_mut().map(|column| {
                let (these, rest) = std::mem::take(column).split_at_mut(count);
                *column = rest;
                these
            });
            Stored {
                first,
                columns: columns.collect(),
            }
        });
        (between, stored.collect())
    }

    /// Computes the blocks of a piece of the rows; what is stored goes to the pool, or to the part of it that a
    /// thread writes.
    fn piece(
        &self,
        piece: &Range<usize>,
        memory: &mut Memory<'_>,
        mut stored: Option<&mut Stored<'_>>,
        scratch: &mut Scratch,
        run: &impl Fn(&S, &mut Memory<'_>, &mut Scratch) -> Outcome<()>,
    ) -> Found {
        let begun = self.totals.iter().map(|total| total.begin(piece.len()));
        let mut running: Vec<RunningTotal> = begun.collect();
        let mut first = piece.start;
        while first < piece.end {
            if stop::requested() {
                return Err(Failure::Interrupted);
            }
            let is_last = first + self.last.height == self.rows;
            let pass = if is_last { &self.last } else { &self.each };
            let height = pass.height;
            memory.first_row = first as Slot;
            for load in &self.loads {
                for (whole, block) in load.columns(first, height, self.rows) {
                    memory.copy(whole, block, height);
                }
            }
            for step in &pass.steps {
                run(step, memory, scratch)?;
            }
            let stores = self.stores.iter();
            let columns = stores.flat_map(|store| store.columns(first, height, self.rows));
            for (number, (whole, block)) in columns.enumerate() {
                match &mut stored {
                    None => memory.copy(block, whole, height),
                    Some(stored) => {
                        let rows = &mut stored.columns[number][first - stored.first..][..height];
                        rows.copy_from_slice(memory.slice(block, height));
                    }
                }
            }
            first += height;
            for (total, running) in self.totals.iter().zip(&mut running) {
                total.add(running, memory, height, first == piece.end);
            }
        }
        Ok(running.into_iter().map(RunningTotal::entries).collect())
    }
}

impl RunningTotal {
    fn entries(self) -> Vec<f64> {
        match self {
            RunningTotal::Sums(sums) => sums.iter().map(sums::RunningSum::total).collect(),
            RunningTotal::Product(_, entries) => entries,
        }
    }
}

impl Moved {
    /// The places of each column: in the array, from row `first` on, and in a block of this height.
    fn columns(
        self,
        first: usize,
        height: usize,
        rows: usize,
    ) -> impl Iterator<Item = (Slot, Slot)> {
        let (whole, block) = (self.whole as usize + first, self.block as usize);
        (0..self.columns).map(move |j| ((whole + j * rows) as Slot, (block + j * height) as Slot))
    }
}

impl Columns {
    fn slot(self, height: usize) -> Slot {
        self.at + (self.first * height) as Slot
    }

    fn of<'m>(self, memory: &'m Memory<'_>, height: usize) -> &'m [f64] {
        memory.slice(self.slot(height), self.count * height)
    }
}

impl Total {
    fn begin(&self, rows: usize) -> RunningTotal {
        let sums = |count| RunningTotal::Sums(vec![sums::RunningSum::default(); count]);
        match self {
            Total::Sum { of, .. } => sums(of.count),
            Total::Dot(..) => sums(1),
            Total::Product(a, b, _) => RunningTotal::Product(
                RunningProduct::new(a.count, rows, b.count),
                vec![0.0; a.count * b.count],
            ),
        }
    }

    fn add(&self, running: &mut RunningTotal, memory: &Memory<'_>, height: usize, is_last: bool) {
        match (self, running) {
            (Total::Sum { of, .. }, RunningTotal::Sums(sums)) => {
                let columns = of.of(memory, height).chunks_exact(height);
                sums.iter_mut().zip(columns).for_each(|(sum, x)| sum.add(x));
            }
            (Total::Dot(a, b, _), RunningTotal::Sums(sums)) => {
                sums[0].add_products(a.of(memory, height), b.of(memory, height));
            }
            (Total::Product(a, b, _), RunningTotal::Product(product, entries)) => {
                let [left, right] = [a, b].map(|columns| {
                    Strided::columns(columns.of(memory, height), height, columns.count)
                });
                product.add(left.transposed(), right, is_last.then_some(entries));
            }
            _ => unreachable!("a total begins as what it is"),
        }
    }

    /// Writes a total that comes to these entries.
    fn finish(&self, entries: Vec<f64>, pool: &mut [f64], rows: usize) {
        match *self {
            Total::Sum {
                by_column,
                mean,
                out,
                ..
            } => {
                let (sums, count) = if by_column || entries.len() == 1 {
                    (entries, rows)
                } else {
                    (vec![sums::sum(&entries)], rows * entries.len())
                };
                for (sum, out) in sums.into_iter().zip(&mut pool[out as usize..]) {
                    *out = if mean { sum / count as f64 } else { sum };
                }
            }
            Total::Dot(.., out) | Total::Product(.., out) => {
                pool[out as usize..][..entries.len()].copy_from_slice(&entries);
            }
        }
    }
}
