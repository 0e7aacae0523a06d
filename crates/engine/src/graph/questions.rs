//! What is asked of a row of the primitive table.

use super::primitive::{Notation, Operator, Primitive, ShapeRule, Sizes};
use super::shape::Shape;

impl Primitive {
    /// True if this is the row `other`.
    pub fn is(&self, other: &Primitive) -> bool {
        std::ptr::eq(self, other)
    }

    /// True if it works entry by entry.
    pub const fn is_entrywise(&self) -> bool {
        matches!(self.shape, ShapeRule::Entrywise)
    }

    /// True if it multiplies its first two arguments as matrices.
    pub const fn is_matrix_product(&self) -> bool {
        matches!(self.notation, Notation::Infix(Operator::MatMul))
    }

    /// True if formulas can be written with it.
    pub const fn is_writable(&self) -> bool {
        self.callable || self.writable || !matches!(self.notation, Notation::Call)
    }

    /// The number of its last arguments that stand between brackets: indices.
    pub fn indices(&self) -> usize {
        match self.notation {
            Notation::Index => self.places,
            _ => 0,
        }
    }

    /// The sizes among its arguments, for a result of this shape.
    pub fn sizes_shown(&self, shape: Shape) -> Vec<u32> {
        match self.shown_sizes {
            Sizes::None => vec![],
            Sizes::Rows => vec![shape.rows],
            Sizes::Columns => vec![shape.cols],
            Sizes::Both => vec![shape.rows, shape.cols],
        }
    }

    /// True if its values are 0 and 1 only: comparisons and logic.
    pub const fn is_truth(&self) -> bool {
        self.notation.is_truth()
    }

    /// The signature: `clamp(x, lo, hi)`.
    pub fn signature(&self) -> String {
        let mut parts: Vec<&str> = self.parameters.to_vec();
        if self.axis {
            parts.push("axis=");
        }
        if self.seed {
            parts.push("seed=");
        }
        format!("{}({})", self.name, parts.join(", "))
    }
}

impl PartialEq for Primitive {
    fn eq(&self, other: &Primitive) -> bool {
        self.is(other)
    }
}

impl Eq for Primitive {}

impl std::hash::Hash for Primitive {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self).hash(state);
    }
}

impl std::fmt::Debug for Primitive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
