//! Dense matrices of `f64`, column by column.

use super::shape::Shape;

/// A dense matrix, stored column by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Shape,
    data: Vec<f64>,
}

impl Tensor {
    /// A 1×1 matrix.
    pub fn scalar(value: f64) -> Tensor {
        Tensor {
            shape: Shape::SCALAR,
            data: vec![value],
        }
    }

    /// A matrix from its entries, column by column.
    ///
    /// # Panics
    /// If the number of entries is not that of the shape.
    pub fn new(shape: Shape, data: Vec<f64>) -> Tensor {
        assert_eq!(shape.len(), data.len(), "entries and shape agree");
        Tensor { shape, data }
    }

    /// A column vector.
    pub fn vector(data: Vec<f64>) -> Tensor {
        Tensor::new(Shape::vector(data.len()), data)
    }

    /// A matrix with the same value everywhere.
    pub fn filled(shape: Shape, value: f64) -> Tensor {
        Tensor {
            shape,
            data: vec![value; shape.len()],
        }
    }

    /// A matrix from a function of row and column, both from 0.
    pub fn from_fn(shape: Shape, mut entry: impl FnMut(usize, usize) -> f64) -> Tensor {
        let mut data = Vec::with_capacity(shape.len());
        for j in 0..shape.n() {
            for i in 0..shape.m() {
                data.push(entry(i, j));
            }
        }
        Tensor { shape, data }
    }

    /// Its shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Its entries, column by column.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// Its entries, column by column.
    pub fn into_vec(self) -> Vec<f64> {
        self.data
    }

    /// Its entries, column by column, to be changed.
    pub fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// The entry in row `i` and column `j`, both from 0.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.data[i + j * self.shape.m()]
    }

    /// The number, where it is a scalar.
    pub fn as_scalar(&self) -> Option<f64> {
        self.shape.is_scalar().then(|| self.data[0])
    }

    /// True if every entry is finite.
    pub fn is_finite(&self) -> bool {
        self.data.iter().all(|x| x.is_finite())
    }

    /// A borrowed view.
    pub fn view(&self) -> View<'_> {
        View {
            shape: self.shape,
            data: &self.data,
        }
    }
}

/// A borrowed matrix: what kernels read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View<'a> {
    /// Its shape.
    pub shape: Shape,
    /// Its entries, column by column.
    pub data: &'a [f64],
}

impl View<'_> {
    /// The entry in row `i` and column `j`, both from 0.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.data[i + j * self.shape.m()]
    }

    /// An owned copy.
    pub fn to_tensor(&self) -> Tensor {
        Tensor::new(self.shape, self.data.to_vec())
    }
}
