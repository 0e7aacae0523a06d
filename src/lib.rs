//! Wengert: see differentiation happen.
//!
//! A [`Session`] holds definitions. Formulas are texts in the language of the program; a formula
//! becomes a Wengert list, which is evaluated and differentiated by forward, reverse, numeric and
//! symbolic mode.
//!
//! ```
//! let mut s = wengert::Session::new();
//! s.run("L = 0.5*(y - w*x)^2; x = 2; y = 1")?;
//! s.set("w", 3.0)?;
//! assert_eq!(s.eval("grad(L, w)")?.as_scalar(), Some(10.0));
//!
//! println!("{}", s.trace("L wrt w")?); // the table; .to_json(), .to_html(), .to_latex(), .nodes()
//!
//! let mut f = s.compile(&["L", "grad(L, w)"], &["w"])?; // many evaluations
//! let [l, g] = f.call(&[4.0.into()])?.try_into().unwrap();
//! assert_eq!((l.as_scalar(), g.as_scalar()), (Some(24.5), Some(14.0)));
//! # Ok::<(), wengert::Diagnostic>(())
//! ```
//!
//! The way of a formula: [`syntax`] parses it, [`lower`] makes it a graph and differentiates it
//! (with the engine's [`diff`]), [`simplify`] turns a derivative's graph into a formula, [`exec`]
//! computes, [`trace`] lists the nodes. What a statement shows is an [`Event`]; [`view`] arranges it
//! in tables and [`render`] writes those.

pub mod assist;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod event;
pub mod export;
pub mod findings;
#[cfg(feature = "cli")]
pub mod kernel;
pub mod lower;
#[cfg(feature = "cli")]
pub mod lsp;
pub mod notation;
pub mod number;
pub mod plot;
pub mod proof;
pub mod render;
#[cfg(feature = "cli")]
pub mod repl;
pub mod session;
mod show;
pub mod simplify;
pub mod source;
pub mod structure;
pub mod symbolic;
pub mod syntax;
pub mod trace;
mod value;
pub mod view;
pub mod world;

pub use wengert_engine::{diff, exec, graph, primitives, sparsity, stop, threads, vector};

pub use diagnostic::Diagnostic;
pub use event::Event;
pub use lower::Limits;
pub use session::{Evaluator, Session};
pub use stop::StopToken;
pub use trace::Trace;
pub use value::Value;
pub use view::Table;
pub use world::World;
