//! Programs as StableHLO, the text that XLA compiles: one line an operation, every value with its type.

mod algebra;
mod lines;
mod module;
mod moved;
mod operation;
mod reduced;
mod steps;

pub use module::write;
