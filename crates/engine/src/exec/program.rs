//! A compiled graph: steps over one pool of numbers.
//!
//! A step is a *run*: one operation of the table over consecutive places of the pool, so that one
//! dispatch serves many entries and the loop inside is the row's own. Equal operations on scalars
//! that do not depend on each other and one operation on an array are the same thing.

use super::blocks::Blocks;
use super::fused::Fused;
use super::schedule::Side;
use crate::graph::primitive::{Call, Fault, Kernel, Lanes, Map1, Map2, Map3, Mirror, Together};
use crate::graph::{Attr, Block, NodeId, Shape, View};
use crate::stop;
use crate::vector::{Strided, product, product_of_reached};
use smallvec::SmallVec;
use std::rc::Rc;

/// A place in the pool.
pub(super) type Slot = u32;

/// What an operation over consecutive places reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand {
    /// Consecutive places, from here.
    Each(Slot),
    /// Consecutive places, from here down.
    Down(Slot),
    /// The same number for all.
    All(Slot),
    /// The places listed in the table of indices, from here; all of them lie before the result.
    Listed(u32),
}

/// A matrix in the pool, possibly read with rows and columns exchanged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    pub at: Slot,
    /// As the product sees it.
    pub shape: Shape,
    pub transposed: bool,
}

impl Factor {
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
    pub blocks: Rc<[Block]>,
    pub node: NodeId,
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
    Product(Factor, Factor, Slot),
    /// The same, with masks for both factors.
    ProductOfReached(Box<[Factor; 4]>, Slot),
    Whole(Box<Whole>, Slot),
    /// A function of an array and of its negative, each into a place of its own.
    Mirrored(Mirror, Slot, Slot, Slot, u32),
    /// An operation and its companion, which has `len` entries, each into a place of its own.
    Together(Together, Box<Whole>, Slot, Slot, u32),
    Fused(Box<Fused>, Slot, u32),
    /// Steps over arrays with very many rows, some rows at a time. They write where each of them says.
    Blocks(Box<Blocks>),
}

/// Steps that depend on the same inputs and are wanted by the same entries.
pub(super) struct Segment {
    pub steps: Vec<Step>,
    /// Which groups of inputs it depends on, one bit each.
    pub depends: u64,
    /// Whether an input has changed since it ran.
    pub stale: bool,
}

/// An input that changes between runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    pub at: Slot,
    pub len: u32,
    /// Its group, as a bit.
    pub group: u64,
}

/// What one entry computes.
pub(super) struct Entry {
    /// The segments it needs, in order.
    pub segments: Vec<usize>,
    /// Where its outputs are.
    pub outputs: Vec<(Slot, Shape)>,
}

/// A graph compiled for many evaluations.
///
/// Inputs come in groups that change together. An entry is a list of outputs; what entries share is
/// computed once, and nothing whose inputs did not change is computed again.
pub struct Program {
    pub(super) pool: Vec<f64>,
    pub(super) indices: Vec<Slot>,
    pub(super) segments: Vec<Segment>,
    pub(super) inputs: Vec<Input>,
    pub(super) entries: Vec<Entry>,
    pub(super) scratch: Scratch,
    /// Where what depends on inputs begins.
    pub(super) first_varying: Slot,
}

/// Why a run ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A kernel refused.
    Fault(NodeId, Fault),
    /// The user interrupted.
    Interrupted,
}

/// How many entries a gathered operand is collected for at a time.
const CHUNK: usize = 256;

/// Room that steps work in.
pub(super) struct Scratch {
    gathered: [Box<[f64; CHUNK]>; 3],
    pub(super) registers: Vec<Box<[f64]>>,
    companion: Vec<f64>,
}

impl Scratch {
    pub(super) fn new(registers: usize) -> Scratch {
        Scratch {
            gathered: std::array::from_fn(|_| Box::new([0.0; CHUNK])),
            registers: vec![vec![0.0; super::fused::WIDTH].into(); registers],
            companion: Vec::new(),
        }
    }
}

impl Segment {
    /// Runs the steps, where something they depend on has changed.
    fn run(
        &mut self,
        pool: &mut [f64],
        indices: &[Slot],
        scratch: &mut Scratch,
    ) -> Result<(), Stop> {
        if !self.stale {
            return Ok(());
        }
        if stop::requested() {
            return Err(Stop::Interrupted);
        }
        for step in &self.steps {
            step.run(pool, indices, scratch)?;
        }
        // A kernel that was asked to stop leaves what it has.
        if stop::requested() {
            return Err(Stop::Interrupted);
        }
        self.stale = false;
        Ok(())
    }
}

impl Program {
    /// Gives input number `input` a value, column by column.
    ///
    /// # Panics
    /// If it is not as long as the input.
    pub fn set(&mut self, input: usize, value: &[f64]) {
        let Input { at, len, group } = self.inputs[input];
        self.pool[at as usize..(at + len) as usize].copy_from_slice(value);
        self.changed(group);
    }

    /// Gives single entries of input number `input` other values, each with its place in the column
    /// of columns.
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn set_entries(&mut self, input: usize, entries: &[(usize, f64)]) {
        let Input { at, len, group } = self.inputs[input];
        let value = &mut self.pool[at as usize..(at + len) as usize];
        for &(k, x) in entries {
            value[k] = x;
        }
        self.changed(group);
    }

    fn changed(&mut self, group: u64) {
        for segment in &mut self.segments {
            segment.stale |= segment.depends & group != 0;
        }
    }

    /// Computes what entry number `entry` wants and what has not been computed since its inputs
    /// changed.
    pub fn run(&mut self, entry: usize) -> Result<(), Stop> {
        for &number in &self.entries[entry].segments {
            self.segments[number].run(&mut self.pool, &self.indices, &mut self.scratch)?;
        }
        Ok(())
    }

    /// Computes everything that depends on no input.
    pub(super) fn run_fixed(&mut self) -> Result<(), Stop> {
        for segment in &mut self.segments {
            if segment.depends == 0 {
                segment.run(&mut self.pool, &self.indices, &mut self.scratch)?;
            }
        }
        Ok(())
    }

    /// The value of output number `k` of an entry, after it has run.
    pub fn output(&self, entry: usize, k: usize) -> View<'_> {
        let (at, shape) = self.entries[entry].outputs[k];
        View {
            shape,
            data: &self.pool[at as usize..][..shape.len()],
        }
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| segment.steps.len())
            .sum()
    }

    /// Whether nothing is computed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Program {
    /// What the steps are, in order, each with the number of entries it computes: for those who
    /// want to see how a graph was arranged.
    pub fn listing(&self) -> Vec<(&'static str, usize)> {
        let steps = self.segments.iter().flat_map(|segment| &segment.steps);
        steps.map(Step::described).collect()
    }
}

/// The pool around the places that a step writes.
pub(super) struct Around<'p> {
    before: &'p [f64],
    after: &'p [f64],
    end: usize,
}

impl<'p> Around<'p> {
    /// `len` places from `at` on, and all others.
    pub(super) fn split(pool: &'p mut [f64], at: Slot, len: usize) -> (Around<'p>, &'p mut [f64]) {
        let (before, rest) = pool.split_at_mut(at as usize);
        let (out, after) = rest.split_at_mut(len);
        let around = Around {
            end: before.len() + len,
            before,
            after,
        };
        (around, out)
    }

    pub(super) fn slice(&self, at: Slot, len: usize) -> &'p [f64] {
        let at = at as usize;
        if at < self.before.len() {
            &self.before[at..at + len]
        } else {
            let at = if len == 0 { 0 } else { at - self.end };
            &self.after[at..at + len]
        }
    }

    pub(super) fn at(&self, slot: Slot) -> f64 {
        self.slice(slot, 1)[0]
    }

    /// The entries `from..from + len` of an operand; those listed are gathered into `room`.
    fn lanes<'a>(
        &self,
        operand: Operand,
        indices: &[Slot],
        from: usize,
        len: usize,
        room: &'a mut [f64; CHUNK],
    ) -> Lanes<'a>
    where
        'p: 'a,
    {
        match operand {
            Operand::Each(at) => Lanes::Each(self.slice(at + from as u32, len)),
            Operand::All(at) => Lanes::All(self.at(at)),
            Operand::Down(at) => {
                let room = &mut room[..len];
                let entries = self.slice(at + 1 - (from + len) as u32, len);
                let pairs = room.iter_mut().zip(entries.iter().rev());
                pairs.for_each(|(x, entry)| *x = *entry);
                Lanes::Each(room)
            }
            Operand::Listed(start) => {
                let room = &mut room[..len];
                let list = &indices[start as usize + from..][..len];
                for (x, index) in room.iter_mut().zip(list) {
                    *x = self.before[*index as usize];
                }
                Lanes::Each(room)
            }
        }
    }

    /// The same where a slice is wanted: one number is repeated.
    fn entries<'a>(
        &self,
        operand: Operand,
        indices: &[Slot],
        from: usize,
        len: usize,
        room: &'a mut [f64; CHUNK],
    ) -> &'a [f64]
    where
        'p: 'a,
    {
        match operand {
            Operand::All(at) => {
                room[..len].fill(self.at(at));
                &room[..len]
            }
            _ => match self.lanes(operand, indices, from, len, room) {
                Lanes::Each(entries) => entries,
                Lanes::All(_) => unreachable!("an operand that is listed or each has entries"),
            },
        }
    }
}

/// How many entries to do at a time: all of them where nothing has to be gathered.
fn stride(operands: &[Operand], len: usize) -> usize {
    let gathers = operands
        .iter()
        .any(|operand| matches!(operand, Operand::Listed(_) | Operand::Down(_)));
    if gathers { CHUNK } else { len.max(1) }
}

impl Step {
    fn described(&self) -> (&'static str, usize) {
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
            Step::Product(a, b, _) => ("product", a.shape.m() * b.shape.n()),
            Step::ProductOfReached(factors, _) => {
                ("product", factors[0].shape.m() * factors[1].shape.n())
            }
            Step::Whole(whole, _) => ("whole", whole.shape.len()),
            Step::Mirrored(.., len) => ("pair", *len as usize),
            Step::Together(_, whole, ..) => ("pair", whole.shape.len()),
            Step::Fused(fused, _, len) => match fused.links.len() {
                1 => ("link", *len as usize),
                _ => ("chain", *len as usize),
            },
            Step::Blocks(blocks) => ("blocks", blocks.rows),
        }
    }

    pub(super) fn run(
        &self,
        pool: &mut [f64],
        indices: &[Slot],
        scratch: &mut Scratch,
    ) -> Result<(), Stop> {
        match *self {
            Step::At1(f, x, out) => pool[out as usize] = (f.at)(pool[x as usize]),
            Step::At2(f, a, b, out) => {
                pool[out as usize] = (f.at)(pool[a as usize], pool[b as usize]);
            }
            Step::Over1(f, x, out, len) => {
                let (around, out) = Around::split(pool, out, len as usize);
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
                let (around, out) = Around::split(pool, out, len as usize);
                let width = stride(&[a, b], len as usize);
                let [first, second, _] = &mut scratch.gathered;
                for (k, out) in out.chunks_mut(width).enumerate() {
                    let a = around.lanes(a, indices, k * width, out.len(), first);
                    let b = around.lanes(b, indices, k * width, out.len(), second);
                    (f.over)(a, b, out);
                }
            }
            Step::Over3(f, operands, out, len) => {
                let (around, out) = Around::split(pool, out, len as usize);
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
                let (around, out) = Around::split(pool, out, len as usize);
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
                let (around, out) = Around::split(pool, out, len as usize);
                match from {
                    Operand::All(at) => out.fill(around.at(at) + zero),
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
                            *y = around.before[*index as usize] + zero;
                        }
                    }
                }
            }
            Step::Product(a, b, out) => {
                let len = a.shape.m() * b.shape.n();
                let (around, out) = Around::split(pool, out, len);
                let [left, right] =
                    [a, b].map(|factor| around.slice(factor.at, factor.shape.len()));
                product(a.strided(left), b.strided(right), out);
            }
            Step::ProductOfReached(ref factors, out) => {
                let len = factors[0].shape.m() * factors[1].shape.n();
                let (around, out) = Around::split(pool, out, len);
                let data = |k: usize| around.slice(factors[k].at, factors[k].shape.len());
                of_reached(factors, data, out);
            }
            Step::Whole(ref whole, out) => {
                let (around, out) = Around::split(pool, out, whole.shape.len());
                whole.run(&around, out)?;
            }
            Step::Mirrored(f, x, plain, mirrored, len) => {
                let other = &mut scratch.gathered[0][..];
                for from in (0..len).step_by(CHUNK) {
                    let count = CHUNK.min((len - from) as usize);
                    let (around, out) = Around::split(pool, plain + from, count);
                    f(around.slice(x + from, count), out, &mut other[..count]);
                    pool[(mirrored + from) as usize..][..count].copy_from_slice(&other[..count]);
                }
            }
            Step::Together(both, ref whole, first, second, len) => {
                let other = &mut scratch.companion;
                other.resize(len as usize, 0.0);
                let (around, out) = Around::split(pool, first, whole.shape.len());
                whole.called(|k| whole.arg(&around, k), |call| both(call, out, other));
                pool[second as usize..][..len as usize].copy_from_slice(other);
            }
            Step::Fused(ref fused, out, len) => {
                let (around, out) = Around::split(pool, out, len as usize);
                fused.run(&around, out, &mut scratch.registers);
            }
            Step::Blocks(ref blocks) => blocks.run(pool, indices, scratch)?,
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
    fn run(&self, around: &Around<'_>, out: &mut [f64]) -> Result<(), Stop> {
        self.on(|k| self.arg(around, k), out)
            .map_err(|fault| Stop::Fault(self.node, fault))
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
    ) -> Result<(), Fault> {
        self.called(data, |call| super::apply(self.kernel, call, out))
    }

    /// `kernel`, called with these values of the arguments.
    pub(super) fn called<'a, T>(
        &self,
        data: impl Fn(usize) -> &'a [f64],
        kernel: impl FnOnce(&Call<'_>) -> T,
    ) -> T {
        let view = |(k, (_, shape)): (usize, &(Slot, Shape))| View {
            shape: *shape,
            data: data(k),
        };
        let views: SmallVec<[View<'_>; 4]> = self.args.iter().enumerate().map(view).collect();
        kernel(&Call {
            args: &views,
            shape: self.shape,
            attr: self.attr,
            blocks: &self.blocks,
        })
    }
}
