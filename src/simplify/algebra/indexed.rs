//! Numbers with indices: entries of formulas at places, and δ.

use super::Id;

/// A position in a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    /// The only one.
    Only,
    /// A known one, from 0.
    At(u32),
    /// The index with this number: those of the output, those of the variable, then those that are summed over.
    Index(u32),
}

/// An entry of a formula.
pub type EntryAt = (Id, [Position; 2]);

/// What an atom of an index formula is: a number for every value of the indices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indexed {
    /// δ: 1 where two places are the same, else 0.
    Delta(Position, Position),
    /// An entry of a formula.
    Entry(Id, [Position; 2]),
    /// A sum of products of entries over the index with this number, which runs from 1 to a length.
    Sum(Vec<EntryAt>, u32, u32),
}
