//! Wengert: see differentiation happen.

#[cfg(test)]
extern crate self as wengert;

pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod exec;
pub mod graph;
pub mod interrupt;
pub mod lower;
pub mod plot;
pub mod primitives;
pub mod render;
pub mod repl;
pub mod session;
pub mod simplify;
pub mod source;
pub mod syntax;
pub mod trace;
pub mod vector;
