//! Programs as C99: no memory is asked for, arrays are loops, and the functions are those that CasADi
//! calls (its interface for external functions).

mod body;
mod file;
mod moved;
mod operation;
mod steps;

pub use file::write;
