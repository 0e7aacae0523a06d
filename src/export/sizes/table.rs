//! What the numbers of a program are, where they depend on sizes.

use super::formula::SizeFormula;
use crate::graph::{NodeId, Shape};
use crate::syntax::ast::Name;
use rustc_hash::{FxHashMap, FxHashSet};

/// The smallest number that stands for a size.
const SMALLEST: usize = 30;

/// What the numbers of a program are.
#[derive(Clone, Debug, Default)]
pub struct SizeTable {
    /// The sizes.
    pub names: Vec<Name>,
    /// Numbers that differ from size to size, by their bits.
    pub(super) numbers: FxHashMap<u64, SizeFormula>,
    /// Numbers that are the same for all sizes, by their bits.
    pub(super) same: FxHashSet<u64>,
    /// Constants that are 1, 2, 3, …
    pub counting: FxHashSet<NodeId>,
}

impl SizeTable {
    /// What a number is, where it is not the same for all sizes.
    pub fn formula(&self, number: f64) -> Option<&SizeFormula> {
        self.numbers.get(&number.to_bits())
    }

    /// True if a shape has the size with this number.
    pub fn has_affine(&self, size: usize, shape: Shape) -> bool {
        let counts = [shape.m(), shape.n()].into_iter();
        let mut formulas = counts.filter_map(|count| self.formula(count as f64)?.affine());
        formulas.any(|(known, ..)| known == size)
    }

    /// True if a count is the same for all sizes.
    pub fn is_same(&self, count: usize) -> bool {
        count < SMALLEST || self.same.contains(&(count as f64).to_bits())
    }
}
