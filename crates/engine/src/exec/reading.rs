//! The ways in which the operations of a plan read their arguments.

use crate::graph::Shape;

/// The number of a node among those of the plan, in order of evaluation.
pub(super) type Place = u32;

/// The way in which an operation reads an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The entries as they are.
    Plain,
    /// One number, for every entry.
    Number,
    /// One column, for every column.
    Column,
    /// One row: a number for every column.
    Row,
    /// Rows and columns exchanged.
    Transposed,
}

/// An argument as it is read: the node whose entries these are, and where among them they begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub root: Place,
    pub offset: u32,
    pub reading: Reading,
    /// The shape of what is read, before anything is stretched or exchanged.
    pub shape: Shape,
}
