//! Wengert: see differentiation happen.

pub mod diagnostic;
pub mod source;
pub mod syntax;
