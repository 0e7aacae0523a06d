//! Wengert: see differentiation happen.

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod event;
pub mod lower;
pub mod plot;
pub mod render;
#[cfg(feature = "cli")]
pub mod repl;
pub mod session;
pub mod simplify;
pub mod source;
pub mod symbolic;
pub mod syntax;
pub mod trace;
pub mod view;
pub mod world;

pub use wengert_engine::{diff, exec, graph, primitives, stop, vector};
