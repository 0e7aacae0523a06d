//! Programs as modules of Julia: columns are vectors, a dot marks what is done entry by entry.

mod helpers;
mod literal;
mod module;
mod moved;
mod operation;
mod rounds;

pub use literal::{array_lines, stretched};
pub use module::write;
