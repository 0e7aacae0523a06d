//! The steps of a program: each reads places of the pool and writes others.

use super::apply::apply;
use super::blocks::Blocks;
use super::fused::Fused;
use super::pool::{Around, CHUNK, Memory, Operand, Pool, Slot, stride};
use super::schedule::Side;
use super::scratch::{Loop, Scratch};
use super::single::Single;
use super::{Failure, Outcome};
use crate::graph::primitive::{Both, Kernel, KernelCall, Map1, Map2, Map3, Together};
use crate::graph::{Attr, Block, NodeId, Shape, View};
use crate::vector::{Strided, add_product, product, product_of_reached};
use smallvec::SmallVec;
use std::sync::Arc;

/// A matrix in the pool, possibly read with rows and columns exchanged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    pub at: Slot,
    /// As the product sees it.
    pub shape: Shape,
    pub transposed: bool,
}

impl Factor {
    #[inline]
    pub(super) fn strided<'a>(&self, data: &'a [f64]) -> Strided<'a> {
        let (rows, cols) = (self.shape.m(), self.shape.n());
        if self.transposed {
            Strided::columns(data, cols, rows).transposed()
        } else {
            Strided::columns(data, rows, cols)
        }
    }
}

/// An operation on whole arrays.
pub(super) struct Whole {
    pub kernel: Kernel,
    pub args: Vec<(Slot, Shape)>,
    pub shape: Shape,
    pub attr: Attr,
    pub blocks: Arc<[Block]>,
    pub node: NodeId,
    /// The number of the loop whose rounds it is, and of the node among those of the loop.
    pub rounds: Option<[usize; 2]>,
}

/// One step of a program. Every step writes `len` places from `out` on.
pub(super) enum Step {
    At1(&'static Map1, Slot, Slot),
    At2(&'static Map2, Slot, Slot, Slot),
    Over1(&'static Map1, Operand, Slot, u32),
    Over2(&'static Map2, Operand, Operand, Slot, u32),
    Over3(&'static Map3, [Operand; 3], Slot, u32),
    /// Every result is the operand on this side of the next; the first has `first` there.
    Scan(&'static Map2, Side, Slot, Operand, Slot, u32),
    /// Copies with this zero added: −0 changes nothing, 0 makes a zero of either sign 0, as adding
    /// up from 0 does.
    Copy(Operand, f64, Slot, u32),
    /// Entries of an array of so many, whose numbers the table of indices lists from here on.
    Taken([u32; 2], u32, Slot, u32),
    Product(Factor, Factor, Slot),
    /// The same, with masks for both factors.
    ProductOfReached(Box<[Factor; 4]>, Slot),
    /// The product of a column and a row, added to what is there.
    ProductAdded(Factor, Factor, Slot),
    Whole(Box<Whole>, Slot),
    /// Two functions of the same numbers, each into places of its own.
    Twins(Both, Operand, Slot, Slot, u32),
    /// An operation and its companion, which has `len` entries, each into a place of its own.
    Together(Together, Box<Whole>, Slot, Slot, u32),
    Fused(Box<Fused>, Slot, u32),
    /// Operations on single numbers, one after the other. They write where each of them says.
    Singles(Box<[Single]>),
    /// Steps over arrays with very many rows, some rows at a time. They write where each of them says.
    Blocks(Box<Blocks<Step>>),
}

impl Step {
    pub(super) fn described(&self) -> (&'static str, usize) {
        let gathered = |operands: &[Operand], plain, gathered| {
            if operands
                .iter()
                .any(|operand| matches!(operand, Operand::Listed(_)))
            {
                gathered
            } else {
                plain
            }
        };
        match self {
            Step::At1(..) | Step::At2(..) => ("one", 1),
            Step::Over1(_, x, _, len) => (gathered(&[*x], "run", "gathered run"), *len as usize),
            Step::Over2(_, a, b, _, len) => {
                (gathered(&[*a, *b], "run", "gathered run"), *len as usize)
            }
            Step::Over3(_, operands, _, len) => {
                (gathered(operands, "run", "gathered run"), *len as usize)
            }
            Step::Scan(.., len) => ("scan", *len as usize),
            Step::Copy(from, _, _, len) => (gathered(&[*from], "copy", "gather"), *len as usize),
            Step::Taken(.., len) => ("gather", *len as usize),
            Step::Product(a, b, _) | Step::ProductAdded(a, b, _) => {
                ("product", a.shape.m() * b.shape.n())
            }
            Step::ProductOfReached(factors, _) => {
                ("product", factors[0].shape.m() * factors[1].shape.n())
            }
            Step::Whole(whole, _) if whole.rounds.is_some() => ("loop", whole.shape.len()),
            Step::Whole(whole, _) => ("whole", whole.shape.len()),
            Step::Twins(_, x, .., len) => (gathered(&[*x], "pair", "gathered pair"), *len as usize),
            Step::Together(_, whole, ..) => ("pair", whole.shape.len()),
            Step::Fused(fused, _, len) => match fused.links.len() {
                1 => ("link", *len as usize),
                _ => ("chain", *len as usize),
            },
            Step::Singles(list) => ("singles", list.len()),
            Step::Blocks(blocks) => ("blocks", blocks.rows),
        }
    }

    pub(super) fn run<P: Pool + ?Sized>(
        &self,
        pool: &mut P,
        indices: &[Slot],
        scratch: &mut Scratch,
    ) -> Outcome<()> {
        match *self {
            // Numbers belong to no block: here nothing is shared.
            Step::At1(f, x, out) => {
                let pool = pool.own();
                pool[out as usize] = (f.at)(pool[x as usize]);
            }
            Step::At2(f, a, b, out) => {
                let pool = pool.own();
                pool[out as usize] = (f.at)(pool[a as usize], pool[b as usize]);
            }
            Step::Singles(ref list) => {
                let pool = pool.own();
                list.iter().for_each(|single| single.run(pool));
            }
            Step::Over1(f, x, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                let width = match x {
                    Operand::Each(_) => stride(&[x], len as usize),
                    _ => CHUNK,
                };
                for (k, out) in out.chunks_mut(width).enumerate() {
                    let room = &mut scratch.gathered[0];
                    let x = around.entries(x, indices, k * width, out.len(), room);
                    (f.over)(x, out);
                }
            }
            Step::Over2(f, a, b, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                let width = stride(&[a, b], len as usize);
                let [first, second, _] = &mut scratch.gathered;
                for (k, out) in out.chunks_mut(width).enumerate() {
                    let a = around.lanes(a, indices, k * width, out.len(), first);
                    let b = around.lanes(b, indices, k * width, out.len(), second);
                    (f.over)(a, b, out);
                }
            }
            Step::Over3(f, operands, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                let [first, second, third] = &mut scratch.gathered;
                for (k, out) in out.chunks_mut(CHUNK).enumerate() {
                    let (from, len) = (k * CHUNK, out.len());
                    let a = around.entries(operands[0], indices, from, len, first);
                    let b = around.entries(operands[1], indices, from, len, second);
                    let c = around.entries(operands[2], indices, from, len, third);
                    (f.over)(a, b, c, out);
                }
            }
            Step::Scan(f, side, first, others, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                let mut last = around.at(first);
                let width = stride(&[others], len as usize).min(CHUNK);
                for (k, out) in out.chunks_mut(width).enumerate() {
                    let room = &mut scratch.gathered[0];
                    let others = around.entries(others, indices, k * width, out.len(), room);
                    match side {
                        Side::Left => (f.scan_left)(last, others, out),
                        Side::Right => (f.scan_right)(others, last, out),
                    }
                    last = out[out.len() - 1];
                }
            }
            Step::Copy(from, zero, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                match from {
                    Operand::All(at) => out.fill(around.at(at) + zero),
                    Operand::Each(at) if zero.is_sign_negative() => {
                        out.copy_from_slice(around.slice(at, out.len()));
                    }
                    Operand::Each(at) => {
                        let from = around.slice(at, out.len());
                        out.iter_mut().zip(from).for_each(|(y, x)| *y = x + zero);
                    }
                    Operand::Down(at) => {
                        let from = around.slice(at + 1 - len, out.len());
                        let pairs = out.iter_mut().zip(from.iter().rev());
                        pairs.for_each(|(y, x)| *y = x + zero);
                    }
                    Operand::Listed(start) => {
                        let list = &indices[start as usize..][..out.len()];
                        for (y, index) in out.iter_mut().zip(list) {
                            *y = around.listed(*index) + zero;
                        }
                    }
                }
            }
            Step::Taken([from, whole], start, out, len) => {
                let (around, out) = pool.split(out, len as usize);
                let from = around.slice(from, whole as usize);
                let list = &indices[start as usize..][..out.len()];
                for (y, index) in out.iter_mut().zip(list) {
                    *y = from[*index as usize];
                }
            }
            Step::Product(a, b, out) => {
                let len = a.shape.m() * b.shape.n();
                let (around, out) = pool.split(out, len);
                let [left, right] =
                    [a, b].map(|factor| around.slice(factor.at, factor.shape.len()));
                product(a.strided(left), b.strided(right), out);
            }
            Step::ProductAdded(a, b, out) => {
                let len = a.shape.m() * b.shape.n();
                let (around, out) = pool.split(out, len);
                let [left, right] =
                    [a, b].map(|factor| around.slice(factor.at, factor.shape.len()));
                add_product(a.strided(left), b.strided(right), out);
            }
            Step::ProductOfReached(ref factors, out) => {
                let len = factors[0].shape.m() * factors[1].shape.n();
                let (around, out) = pool.split(out, len);
                let data = |k: usize| around.slice(factors[k].at, factors[k].shape.len());
                of_reached(factors, data, out);
            }
            Step::Whole(ref whole, out) => {
                let (around, out) = pool.split(out, whole.shape.len());
                whole.run(&around, out, &mut scratch.loops)?;
            }
            Step::Twins(f, x, first, second, len) => {
                let [room, other, _] = &mut scratch.gathered;
                for from in (0..len).step_by(CHUNK) {
                    let count = CHUNK.min((len - from) as usize);
                    let (around, out) = pool.split(first + from, count);
                    let x = around.entries(x, indices, from as usize, count, room);
                    f(x, out, &mut other[..count]);
                    pool.slice_mut(second + from, count)
                        .copy_from_slice(&other[..count]);
                }
            }
            Step::Together(both, ref whole, first, second, len) => {
                let other = &mut scratch.companion;
                other.resize(len as usize, 0.0);
                let (around, out) = pool.split(first, whole.shape.len());
                whole.called(|k| whole.arg(&around, k), |call| both(call, out, other));
                pool.slice_mut(second, len as usize).copy_from_slice(other);
            }
            Step::Fused(ref fused, out, len) => {
                let first_row = if fused.in_rows { pool.first_row() } else { 0 };
                let (around, out) = pool.split(out + first_row, len as usize);
                fused.run(&around, out, &mut scratch.registers);
            }
            Step::Blocks(ref blocks) => {
                let run = |step: &Step, memory: &mut Memory<'_>, scratch: &mut Scratch| {
                    step.run(memory, indices, scratch)
                };
                blocks.run(pool.own(), scratch, run)?;
            }
        }
        Ok(())
    }
}

/// The product of the first two factors under the masks behind them.
pub(super) fn of_reached<'a>(
    factors: &[Factor; 4],
    data: impl Fn(usize) -> &'a [f64],
    out: &mut [f64],
) {
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| factors[k].strided(data(k)));
    product_of_reached([a, b], [c, d], out);
}

impl Whole {
    fn run(&self, around: &Around<'_>, out: &mut [f64], loops: &mut [Loop]) -> Outcome<()> {
        self.on(|k| self.arg(around, k), out, loops)
    }

    fn arg<'p>(&self, around: &Around<'p>, k: usize) -> &'p [f64] {
        let (at, shape): (Slot, Shape) = self.args[k];
        around.slice(at, shape.len())
    }

    /// The operation on these values of its arguments.
    pub(super) fn on<'a>(
        &self,
        data: impl Fn(usize) -> &'a [f64],
        out: &mut [f64],
        loops: &mut [Loop],
    ) -> Outcome<()> {
        self.called(data, |call| match self.rounds {
            Some([number, node]) => loops[number].run(node, call.args, out),
            None => {
                let refused = |fault| Failure::Fault(self.node, fault);
                apply(self.kernel, call, out).map_err(refused)
            }
        })
    }

    /// `kernel`, called with these values of the arguments.
    pub(super) fn called<'a, T>(
        &self,
        data: impl Fn(usize) -> &'a [f64],
        kernel: impl FnOnce(&KernelCall<'_>) -> T,
    ) -> T {
        let view = |(k, (_, shape)): (usize, &(Slot, Shape))| View {
            shape: *shape,
            data: data(k),
        };
        let views: SmallVec<[View<'_>; 4]> = self.args.iter().enumerate().map(view).collect();
        kernel(&KernelCall {
            args: &views,
            shape: self.shape,
            attr: self.attr,
            blocks: &self.blocks,
        })
    }
}
