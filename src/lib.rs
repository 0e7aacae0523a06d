//! Wengert: see differentiation happen.

pub mod cli;
pub mod diagnostic;
pub mod event;
pub mod lower;
pub mod plot;
pub mod render;
pub mod repl;
pub mod session;
pub mod simplify;
pub mod source;
pub mod symbolic;
pub mod syntax;
pub mod trace;
pub mod view;

pub use wengert_engine::{diff, exec, graph, primitives, stop, vector};
