//! The structure of derivatives: which entries of a Jacobian can be other than zero, and which rows or
//! columns of it can share a pass.
//!
//! The law: a pattern is conservative. An entry that is not in it is a structural zero, whatever the
//! values; an entry in it may happen to be 0. It is found without any derivative, by sets of entries of
//! the variable that go through the graph; each row of the table says how
//! ([`Reach`](crate::graph::primitive::Reach)).

mod colouring;
mod dependence;
mod marks;
mod rounds;
mod rules;
mod sets;
mod walk;

pub use colouring::{Colouring, Method, WantedMatrix};
pub use dependence::{Dependence, Unknown};

/// The places of a matrix that may be other than zero, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparsityPattern {
    rows: usize,
    cols: usize,
    /// The end of each row among `columns`, after a 0.
    ends: Vec<usize>,
    /// The columns of the places in each row, ascending, from 0.
    columns: Vec<u32>,
}

impl SparsityPattern {
    /// A pattern without places and without rows, to which rows are added.
    pub fn with_columns(cols: usize) -> SparsityPattern {
        SparsityPattern {
            rows: 0,
            cols,
            ends: vec![0],
            columns: Vec::new(),
        }
    }

    /// Adds a row below; its columns ascend.
    pub fn push_row(&mut self, columns: &[u32]) {
        self.rows += 1;
        self.columns.extend_from_slice(columns);
        self.ends.push(self.columns.len());
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The number of places.
    pub fn nonzeros(&self) -> usize {
        self.columns.len()
    }

    /// The columns of the places in row `i`.
    pub fn row(&self, i: usize) -> &[u32] {
        &self.columns[self.ends[i]..self.ends[i + 1]]
    }

    /// All places, row by row.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.rows).flat_map(|i| self.row(i).iter().map(move |j| (i, *j as usize)))
    }

    /// True if there is a place in row `i` and column `j`.
    pub fn has(&self, i: usize, j: usize) -> bool {
        self.row(i).binary_search(&(j as u32)).is_ok()
    }

    /// Rows and columns exchanged.
    pub fn transposed(&self) -> SparsityPattern {
        let mut ends = vec![0; self.cols + 1];
        for j in &self.columns {
            ends[*j as usize + 1] += 1;
        }
        for j in 0..self.cols {
            ends[j + 1] += ends[j];
        }
        let mut next = ends.clone();
        let mut columns = vec![0; self.columns.len()];
        for (i, j) in self.places() {
            columns[next[j]] = i as u32;
            next[j] += 1;
        }
        SparsityPattern {
            rows: self.cols,
            cols: self.rows,
            ends,
            columns,
        }
    }

    /// The places of a square pattern and of its transpose.
    pub fn symmetric(&self) -> SparsityPattern {
        let other = self.transposed();
        if *self == other {
            return other;
        }
        let mut both = SparsityPattern::with_columns(self.cols);
        for i in 0..self.rows {
            let mut row = [self.row(i), other.row(i)].concat();
            row.sort_unstable();
            row.dedup();
            both.push_row(&row);
        }
        both
    }

    /// Column `j` alone.
    pub fn column(&self, j: usize) -> SparsityPattern {
        let mut column = SparsityPattern::with_columns(1);
        for i in 0..self.rows {
            let there = self.has(i, j);
            column.push_row(if there { &[0] } else { &[] });
        }
        column
    }

    /// The most places in a row.
    pub fn longest_row(&self) -> usize {
        let lengths = self.ends.windows(2).map(|ends| ends[1] - ends[0]);
        lengths.max().unwrap_or(0)
    }
}
