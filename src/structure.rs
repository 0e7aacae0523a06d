//! The structure of derivatives as data: patterns, and matrices that are stored by their places.

use crate::graph::Shape;
use crate::notation::Written;
use crate::sparsity::{Colouring, SparsityPattern};
use crate::syntax::ast::DerivativeMatrix;

/// What `sparsity` shows.
#[derive(Clone, Debug)]
pub struct Structure {
    /// The output.
    pub of: Written,
    /// The variable.
    pub wrt: Written,
    /// Whose pattern it is.
    pub matrix: DerivativeMatrix,
    /// The places that may be other than zero.
    pub pattern: SparsityPattern,
    /// The values in these places, row by row; none where an input has none.
    pub values: Option<Vec<f64>>,
    /// The passes that find it; `None` where that would take too long to say.
    pub colouring: Option<Colouring>,
    /// The passes without colours.
    pub dense: usize,
    /// The file that it is written to.
    pub file: Option<String>,
}

/// A value that is stored by its places.
#[derive(Clone, Debug)]
pub struct StoredValue {
    /// The expression as written.
    pub text: Written,
    /// The shape of the matrix.
    pub shape: Shape,
    /// Row, column, both from 0, and value, column by column.
    pub entries: Vec<(u32, u32, f64)>,
}

impl Structure {
    /// The number of places in the whole matrix.
    pub fn size(&self) -> usize {
        self.pattern.rows() * self.pattern.cols()
    }
}
