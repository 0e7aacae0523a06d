//! Shapes, and the one rule by which they stretch.

use std::fmt;

/// Rows and columns of a value. 1×1 is a scalar, n×1 a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Number of rows.
    pub rows: u32,
    /// Number of columns.
    pub cols: u32,
}

impl Shape {
    /// 1×1
    pub const SCALAR: Shape = Shape { rows: 1, cols: 1 };

    /// `rows`×`cols`
    pub const fn new(rows: usize, cols: usize) -> Shape {
        Shape {
            rows: rows as u32,
            cols: cols as u32,
        }
    }

    /// n×1
    pub const fn vector(n: usize) -> Shape {
        Shape::new(n, 1)
    }

    /// Number of rows.
    pub const fn m(self) -> usize {
        self.rows as usize
    }

    /// Number of columns.
    pub const fn n(self) -> usize {
        self.cols as usize
    }

    /// Number of entries.
    pub const fn len(self) -> usize {
        self.rows as usize * self.cols as usize
    }

    /// True if there is no entry.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// True if it is 1×1.
    pub const fn is_scalar(self) -> bool {
        self.rows == 1 && self.cols == 1
    }

    /// True if it is a row or a column; a scalar is both.
    pub const fn is_vector(self) -> bool {
        self.rows == 1 || self.cols == 1
    }

    /// The words for a value of this shape in a label.
    pub fn described(self) -> String {
        if self.is_scalar() {
            "this is a scalar".into()
        } else {
            format!("this is {self}")
        }
    }

    /// Rows and columns exchanged.
    pub const fn transposed(self) -> Shape {
        Shape {
            rows: self.cols,
            cols: self.rows,
        }
    }

    /// True if a value of this shape can be repeated along rows, columns or both to fill `target`.
    pub const fn stretches_to(self, target: Shape) -> bool {
        (self.rows == target.rows || self.rows == 1) && (self.cols == target.cols || self.cols == 1)
    }

    /// The shape of an entry-by-entry operation on `shapes`: the one of them that all others
    /// stretch to. `None` where there is none; in particular a column and a row never silently
    /// make a matrix.
    pub fn common(shapes: &[Shape]) -> Option<Shape> {
        Shape::common_among(shapes.iter().copied())
    }

    /// The same of shapes that stand in no list.
    pub fn common_among(shapes: impl Iterator<Item = Shape> + Clone) -> Option<Shape> {
        let all_stretch = |target: &Shape| shapes.clone().all(|shape| shape.stretches_to(*target));
        shapes.clone().find(all_stretch)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.rows, self.cols)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_the_shape_of_one_operand() {
        let shape = Shape::new;
        assert_eq!(
            Shape::common(&[shape(3, 2), shape(1, 2)]),
            Some(shape(3, 2))
        );
        assert_eq!(
            Shape::common(&[shape(1, 1), shape(0, 1)]),
            Some(shape(0, 1))
        );
        assert_eq!(Shape::common(&[shape(3, 1), shape(1, 3)]), None);
        assert_eq!(Shape::common(&[shape(3, 1), shape(2, 1)]), None);
    }
}
