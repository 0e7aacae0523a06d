//! The ways in which the operations of a plan read their arguments.

use crate::graph::Shape;
use crate::graph::primitive::{Both, Together};

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

/// Two operations that are computed in one step.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub kind: PairKind,
    /// The argument.
    pub of: Place,
    /// The two; the step is that of the one that comes first in the graph.
    pub made: [Place; 2],
}

/// The way in which two operations are computed together.
#[derive(Clone, Copy)]
pub(super) enum PairKind {
    /// Functions of numbers.
    Twins(Both),
    /// Operations on whole arrays.
    Together(Together),
}
