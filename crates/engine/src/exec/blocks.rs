//! Steps on arrays with very many rows, some rows at a time: what lies between the steps stays in
//! the caches, and what is read is read once.

use super::pool::{Around, Slot};
use super::{Failure, Outcome};
use crate::stop;
use crate::vector::{RunningProduct, Strided, sums};

/// Steps of type `S` over all rows of some arrays.
pub(super) struct Blocks<S> {
    /// The number of rows.
    pub rows: usize,
    /// The columns that are read from whole arrays before the steps, and those that are written to whole
    /// arrays after them.
    pub loads: Vec<Moved>,
    pub stores: Vec<Moved>,
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

/// A total so far.
enum RunningTotal {
    Sums(Vec<sums::RunningSum>),
    Product(RunningProduct),
}

impl<S> Blocks<S> {
    /// Computes block after block; `run` runs one step.
    ///
    /// # Errors
    /// If a step fails, or a stop was requested.
    pub fn run(
        &self,
        pool: &mut [f64],
        mut run: impl FnMut(&S, &mut [f64]) -> Outcome<()>,
    ) -> Outcome<()> {
        let begun = self.totals.iter().map(|total| total.begin(self.rows));
        let mut running: Vec<RunningTotal> = begun.collect();
        let mut first = 0;
        while first < self.rows {
            if stop::requested() {
                return Err(Failure::Interrupted);
            }
            let is_last = first + self.last.height == self.rows;
            let pass = if is_last { &self.last } else { &self.each };
            let height = pass.height;
            for load in &self.loads {
                for (whole, block) in load.columns(first, height, self.rows) {
                    pool.copy_within(whole..whole + height, block);
                }
            }
            for step in &pass.steps {
                run(step, pool)?;
            }
            for store in &self.stores {
                for (whole, block) in store.columns(first, height, self.rows) {
                    pool.copy_within(block..block + height, whole);
                }
            }
            for (total, running) in self.totals.iter().zip(&mut running) {
                total.add(running, pool, height, is_last);
            }
            first += height;
        }
        for (total, running) in self.totals.iter().zip(&running) {
            total.finish(running, pool, self.rows);
        }
        Ok(())
    }
}

impl Moved {
    /// The places of each column: in the array, from row `first` on, and in a block of this height.
    fn columns(
        self,
        first: usize,
        height: usize,
        rows: usize,
    ) -> impl Iterator<Item = (usize, usize)> {
        let (whole, block) = (self.whole as usize + first, self.block as usize);
        (0..self.columns).map(move |j| (whole + j * rows, block + j * height))
    }
}

impl Columns {
    fn slot(self, height: usize) -> Slot {
        self.at + (self.first * height) as Slot
    }

    fn of(self, pool: &[f64], height: usize) -> &[f64] {
        &pool[self.slot(height) as usize..][..self.count * height]
    }
}

impl Total {
    fn begin(&self, rows: usize) -> RunningTotal {
        let sums = |count| RunningTotal::Sums(vec![sums::RunningSum::default(); count]);
        match self {
            Total::Sum { of, .. } => sums(of.count),
            Total::Dot(..) => sums(1),
            Total::Product(a, b, _) => {
                RunningTotal::Product(RunningProduct::new(a.count, rows, b.count))
            }
        }
    }

    fn add(&self, running: &mut RunningTotal, pool: &mut [f64], height: usize, is_last: bool) {
        match (self, running) {
            (Total::Sum { of, .. }, RunningTotal::Sums(sums)) => {
                let columns = of.of(pool, height).chunks_exact(height);
                sums.iter_mut().zip(columns).for_each(|(sum, x)| sum.add(x));
            }
            (Total::Dot(a, b, _), RunningTotal::Sums(sums)) => {
                sums[0].add_products(a.of(pool, height), b.of(pool, height));
            }
            (Total::Product(a, b, out), RunningTotal::Product(product)) => {
                let (around, out) = Around::split(pool, *out, a.count * b.count);
                let [left, right] = [a, b].map(|columns| {
                    let entries = around.slice(columns.slot(height), columns.count * height);
                    Strided::columns(entries, height, columns.count)
                });
                product.add(left.transposed(), right, is_last.then_some(out));
            }
            _ => unreachable!("a total begins as what it is"),
        }
    }

    fn finish(&self, running: &RunningTotal, pool: &mut [f64], rows: usize) {
        let RunningTotal::Sums(running) = running else {
            return;
        };
        let columns: Vec<f64> = running.iter().map(sums::RunningSum::total).collect();
        match *self {
            Total::Sum {
                by_column,
                mean,
                out,
                ..
            } => {
                let (sums, count) = if by_column || columns.len() == 1 {
                    (columns, rows)
                } else {
                    (vec![sums::sum(&columns)], rows * columns.len())
                };
                for (sum, out) in sums.into_iter().zip(&mut pool[out as usize..]) {
                    *out = if mean { sum / count as f64 } else { sum };
                }
            }
            Total::Dot(.., out) => pool[out as usize] = columns[0],
            Total::Product(..) => {}
        }
    }
}
