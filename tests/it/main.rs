//! The integration tests, one binary: a module a topic. `cargo test --test it golden::` runs one of them.

mod advice;
mod architecture;
mod book;
mod claims;
mod cli;
mod common;
mod compare;
mod corpus;
mod derive;
mod descent;
mod determinism;
mod edges;
mod entries;
mod executor;
mod export;
#[cfg(unix)]
mod files;
mod golden;
mod graph;
#[cfg(unix)]
mod help;
mod higher;
mod hostile;
mod html;
#[cfg(unix)]
mod interrupts;
mod latex;
mod laws;
mod loops;
mod mutants;
mod plot;
mod primitives;
mod programs;
mod recurrences;
mod reference;
#[cfg(unix)]
mod repl;
mod robustness;
mod rounding;
mod rounds;
mod sessions;
mod sparsity;
mod steps;
mod sums;
mod sweeps;
mod syntax;
mod tall;
mod taylor;
#[cfg(unix)]
mod transcripts;
mod unrolled;
mod vector;
