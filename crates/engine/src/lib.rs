//! The engine of Wengert: the computational graph, the table of primitives, and the code that
//! differentiates and runs them. It knows no syntax, no files and no terminal.
//!
//! A graph is a list of nodes (a Wengert list), each the application of a row of the
//! [table](primitives::table) to earlier nodes. [`diff`] appends tangents and adjoints to the graph
//! that it differentiates; [`exec`] runs it, node by node or compiled.
//!
//! ```
//! use std::rc::Rc;
//! use wengert_engine::diff::{Held, Problem, Target, grad};
//! use wengert_engine::exec::{Interpreter, Program};
//! use wengert_engine::graph::{Attr, Graph, Shape, Tensor};
//! use wengert_engine::primitives::{arithmetic::MUL, elementary::SIN};
//!
//! // y = x·sin(x)
//! let graph = Graph::new();
//! let x = graph.input("x".into(), Shape::SCALAR, Some(Rc::new(Tensor::scalar(2.0))));
//! let sine = graph.apply(&SIN, Attr::None, Shape::SCALAR, &[x]);
//! let y = graph.apply(&MUL, Attr::None, Shape::SCALAR, &[x, sine]);
//!
//! // dy/dx = sin(x) + x·cos(x), as nodes of the same graph
//! let slope = grad(Problem {
//!     graph: &graph,
//!     output: y,
//!     target: Target { node: x, entry: None },
//!     held: &Held::default(),
//! });
//! let mut interpreter = Interpreter::new(&graph, u64::MAX);
//! let expected = 2f64.sin() + 2.0 * 2f64.cos();
//! assert!((interpreter.scalar(slope)? - expected).abs() < 1e-15);
//!
//! // Both compiled, with x as an input that changes
//! let entries = [vec![y, slope]];
//! let mut program = Program::compile(&graph, &[vec![x]], &entries, 1 << 20).expect("it is small");
//! program.set(0, &[0.0]);
//! program.run(0)?;
//! assert_eq!(program.output(0, 0).data, [0.0]);
//! assert_eq!(program.output(0, 1).data, [0.0]);
//! # Ok::<(), wengert_engine::exec::Failure>(())
//! ```
#![deny(missing_docs)]

pub mod diff;
pub mod exec;
pub mod graph;
pub mod primitives;
pub mod sparsity;
pub mod stop;
pub mod threads;
pub mod vector;
