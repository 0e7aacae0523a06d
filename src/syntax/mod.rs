//! Text to abstract syntax: tokens, layout, grammar, and the errors of all three.

pub mod ast;
