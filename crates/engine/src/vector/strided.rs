//! Matrices as products read them.

/// A matrix to be read: entry (i, j) is at i·`row_stride` + j·`col_stride`. So a transposed matrix
/// needs no copy.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a> {
    /// Its entries.
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

    /// The `count` columns from column `first` on.
    pub(super) fn some_columns(self, first: usize, count: usize) -> Strided<'a> {
        Strided {
            data: &self.data[first * self.col_stride..],
            cols: count,
            ..self
        }
    }

    /// The `count` rows from row `first` on.
    pub(super) fn some_rows(self, first: usize, count: usize) -> Strided<'a> {
        self.transposed().some_columns(first, count).transposed()
    }

    /// Row `i`, or the last of `rows` if there are no more, where its entries lie together.
    #[inline(always)]
    pub(super) fn line(&self, i: usize, rows: usize) -> &'a [f64] {
        &self.data[i.min(rows - 1) * self.row_stride..][..self.cols]
    }

    /// The same with the entries of each row together in memory, in `room` if need be.
    pub(super) fn with_rows_together<'r>(self, room: &'r mut Vec<f64>) -> Strided<'r>
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
    pub(super) fn at(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.row_stride + j * self.col_stride]
    }
}
