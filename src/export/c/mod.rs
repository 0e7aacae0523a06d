//! Programs as C99: no memory is asked for, arrays are loops, and the functions are those that CasADi
//! calls (its interface for external functions).

mod body;
mod check;
mod exponentials;
mod expression;
mod file;
mod literal;
mod moved;
mod operation;
mod shared;
mod steps;

pub use file::write;
