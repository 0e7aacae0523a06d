//! One call of a kernel on slices, for the interpreter and for programs.

use crate::graph::primitive::{Fault, Kernel, KernelCall, Lanes, Placement, Placing};
use crate::graph::{Block, Corner, Shape, View};

/// Runs `kernel`, writing the whole of `out`.
pub(super) fn apply(kernel: Kernel, call: &KernelCall<'_>, out: &mut [f64]) -> Result<(), Fault> {
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
        Kernel::Rounds | Kernel::RoundsBack => {
            unreachable!("who calls kernels has prepared the rounds of a loop")
        }
    }
    Ok(())
}

/// The corners of the blocks of arguments of these shapes, one after the other.
pub(super) fn placements<'a>(
    rule: &'a Placement,
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
fn put_together(rule: &Placement, call: &KernelCall<'_>, out: &mut [f64]) {
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
