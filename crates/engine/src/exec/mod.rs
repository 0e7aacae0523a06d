//! Running a graph.
//!
//! The [`Interpreter`] computes on demand and keeps every value: what is shown once, and traces. A
//! [`Program`] is compiled for many evaluations: loops. Both call the same kernels, so that both
//! agree bit for bit.

mod batch;
mod blocks;
mod emit;
mod fused;
mod interpreter;
mod links;
mod plan;
mod points;
mod program;
mod room;
mod schedule;
mod tall;
mod window;

pub use batch::{Batch, LANES, Refusal};
pub use interpreter::Interpreter;
pub use points::{Point, at_points};
pub use program::{Program, Stop};

use crate::graph::primitive::{Call, Fault, Kernel, Lanes, Place, Placing};
use crate::graph::{Block, Corner, NodeId, Shape, View};

/// Why a node has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// A leaf has no value.
    Missing(NodeId),
    /// The node stands for something that could not be built, with the builder's reason.
    Raised(NodeId, u32),
    /// The kernel refused.
    Fault(NodeId, Fault),
    /// The values would take more memory than allowed: how many bytes are allowed.
    Memory(NodeId, u64),
    /// The user interrupted.
    Interrupted,
}

/// The result of an evaluation.
pub type Outcome<T> = Result<T, Failure>;

/// Why a graph was not compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Something in it has no value, or has one under a condition only.
    Conditional,
    /// Its values need more memory than allowed.
    Memory,
}

/// Runs `kernel`, writing the whole of `out`.
fn apply(kernel: Kernel, call: &Call<'_>, out: &mut [f64]) -> Result<(), Fault> {
    let lanes = |k: usize| match call.args[k].data {
        [x] if out.len() != 1 => Lanes::All(*x),
        entries => Lanes::Each(entries),
    };
    match kernel {
        Kernel::Map1(f) => (f.over)(call.args[0].data, out),
        Kernel::Map2(f) => {
            let (a, b) = (lanes(0), lanes(1));
            (f.over)(a, b, out);
        }
        Kernel::Map3(f) => (f.over)(call.args[0].data, call.args[1].data, call.args[2].data, out),
        Kernel::Fold(f) => {
            out.copy_from_slice(call.args[0].data);
            for arg in &call.args[1..] {
                (f.onto)(out, Lanes::Each(arg.data));
            }
        }
        Kernel::Place(rule) => put_together(&rule, call, out),
        Kernel::Whole(kernel) => kernel(call, out)?,
        Kernel::Alias => out.copy_from_slice(call.args[0].data),
    }
    Ok(())
}

/// Where the blocks of arguments of these shapes begin, one after the other.
fn placements<'a>(
    rule: &'a Place,
    shapes: impl Iterator<Item = Shape> + 'a,
    shape: Shape,
    blocks: &'a [Block],
) -> impl Iterator<Item = Corner> + 'a {
    let mut before = Block {
        corner: Corner { row: 0, col: 0 },
        shape: Shape::new(0, 0),
    };
    shapes.enumerate().map(move |(k, argument)| {
        let corner = (rule.corner)(&Placing {
            k,
            before,
            shape,
            blocks,
        });
        before = Block {
            corner,
            shape: argument,
        };
        corner
    })
}

/// Puts every argument as a block in its place of `out`.
fn put_together(rule: &Place, call: &Call<'_>, out: &mut [f64]) {
    if !rule.tiles {
        out.fill(0.0);
    }
    let rows = call.shape.m();
    let shapes = call.args.iter().map(|arg| arg.shape);
    let corners = placements(rule, shapes, call.shape, call.blocks);
    for (View { shape, data }, corner) in call.args.iter().zip(corners) {
        for (j, from) in data.chunks_exact(shape.m().max(1)).enumerate() {
            let start = corner.row as usize + (corner.col as usize + j) * rows;
            let to = &mut out[start..][..from.len()];
            if rule.tiles {
                to.copy_from_slice(from);
            } else {
                to.iter_mut().zip(from).for_each(|(sum, x)| *sum += x);
            }
        }
    }
}
