//! Values as an embedding program sees them.

use crate::graph::{Shape, Tensor, View};
use crate::number;
use std::fmt;

/// A dense matrix of `f64`, stored column by column; a scalar is 1×1, a vector n×1.
///
/// ```
/// use wengert::Value;
///
/// let x = Value::from(2.0);
/// assert_eq!(x.as_scalar(), Some(2.0));
///
/// let v = Value::from([1.0, 2.0, 3.0]);
/// assert_eq!(v.shape(), (3, 1));
///
/// let a = Value::matrix(2, 3, vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]).unwrap();
/// assert_eq!(a.to_string(), "[1, 2, 3; 4, 5, 6]");
/// assert_eq!(a.at(1, 2), Some(6.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Value(Tensor);

impl Value {
    /// A `rows`×`columns` matrix from its entries, column by column; `None` where their number is
    /// not `rows·columns`.
    pub fn matrix(rows: usize, columns: usize, entries: Vec<f64>) -> Option<Value> {
        let fits = rows.checked_mul(columns) == Some(entries.len());
        fits.then(|| Value(Tensor::new(Shape::new(rows, columns), entries)))
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.0.shape().m(), self.0.shape().n())
    }

    /// The number, where the value is 1×1.
    pub fn as_scalar(&self) -> Option<f64> {
        self.0.as_scalar()
    }

    /// The entries, column by column.
    pub fn as_slice(&self) -> &[f64] {
        self.0.data()
    }

    /// The entry in row `i` and column `j`, both from 0; `None` outside.
    pub fn at(&self, i: usize, j: usize) -> Option<f64> {
        let (rows, columns) = self.shape();
        (i < rows && j < columns).then(|| self.0.at(i, j))
    }

    /// The entries, column by column.
    pub fn into_vec(self) -> Vec<f64> {
        self.0.into_vec()
    }

    pub(crate) fn tensor(&self) -> &Tensor {
        &self.0
    }

    /// Becomes a copy of `view`, in the memory that it has where the shape is the same.
    pub(crate) fn copy(&mut self, view: View<'_>) {
        match self.0.shape() == view.shape {
            true => self.0.data_mut().copy_from_slice(view.data),
            false => self.0 = view.to_tensor(),
        }
    }
}

impl From<Tensor> for Value {
    fn from(tensor: Tensor) -> Value {
        Value(tensor)
    }
}

impl From<Value> for Tensor {
    fn from(value: Value) -> Tensor {
        value.0
    }
}

/// A scalar.
impl From<f64> for Value {
    fn from(x: f64) -> Value {
        Value(Tensor::scalar(x))
    }
}

/// A column vector.
impl From<&[f64]> for Value {
    fn from(entries: &[f64]) -> Value {
        Value(Tensor::vector(entries.to_vec()))
    }
}

/// A column vector.
impl<const N: usize> From<[f64; N]> for Value {
    fn from(entries: [f64; N]) -> Value {
        Value(Tensor::vector(entries.to_vec()))
    }
}

/// A column vector.
impl From<Vec<f64>> for Value {
    fn from(entries: Vec<f64>) -> Value {
        Value(Tensor::vector(entries))
    }
}

/// The number of a 1×1 value; any other comes back.
impl TryFrom<Value> for f64 {
    type Error = Value;

    fn try_from(value: Value) -> Result<f64, Value> {
        value.as_scalar().ok_or(value)
    }
}

/// As the language writes it, with the digits that read back as the same numbers.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&number::brackets_exact(&self.0))
    }
}
