//! The engine of Wengert: the computational graph, the table of primitives, and what differentiates
//! and runs them. It knows no syntax, no names of files and no terminal.
//!
//! A graph is a list of nodes, each the application of a row of the [table](primitives::table) to
//! earlier nodes. [`diff`] appends tangents and adjoints to the graph it differentiates; [`exec`]
//! runs it, node by node or compiled.

pub mod diff;
pub mod exec;
pub mod graph;
pub mod primitives;
pub mod stop;
pub mod vector;
