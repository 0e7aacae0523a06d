//! Many evaluations of one program at once: every place of the pool that depends on an input
//! becomes a row of lanes, one for each point, and every step works on rows.

use super::fused::{Link, SourceEntry};
use super::pool::{Operand, Slot};
use super::program::{EntryPoint, Program, Segment};
use super::rows::{Entry, LANES, Rows, each};
use super::schedule::Side;
use super::scratch::Loop;
use super::step::{Factor, Step, Whole, of_reached};
use super::{Failure, Outcome};
use crate::graph::primitive::{Fault, Lanes, Map1, Map2};
use crate::graph::{NodeId, Shape};
use crate::stop;
use crate::vector::product;

/// A program that is evaluated at many points at once.
pub struct Batch<'p> {
    pub(super) lanes: BatchLanes<'p>,
    /// What runs the loops of the program, on one thread.
    pub(super) loops: &'p mut [Loop],
}

/// The lanes of a batch.
pub(super) struct BatchLanes<'p> {
    pool: &'p [f64],
    indices: &'p [Slot],
    segments: &'p [Segment],
    entries: &'p [EntryPoint],
    rows: Rows,
    registers: Vec<Box<[f64]>>,
    scratch: Scratch,
}

/// The first kernel that refused, in some lane; its results are NaN there.
pub type Refusal = Option<(NodeId, Fault)>;

/// Room for what is done lane by lane.
#[derive(Default)]
struct Scratch {
    args: Vec<Vec<f64>>,
    out: Vec<f64>,
    other: Vec<f64>,
}

impl Program {
    /// The bytes that a batch takes.
    pub fn batch_size(&self) -> u64 {
        let fixed = u64::from(self.first_varying).min(self.pool.len() as u64);
        let inputs: u64 = self.inputs.iter().map(|input| u64::from(input.len)).sum();
        (self.pool.len() as u64 - fixed + inputs) * LANES as u64 * 8
    }

    /// Prepares a program that was compiled [for batches](Program::for_batches) for evaluation at many
    /// points, which give values to all inputs.
    ///
    /// # Errors
    /// If a part that depends on no input fails, or a stop was requested.
    ///
    /// # Panics
    /// A [run](Batch::run) panics if the program was not compiled for batches and has blocks of tall
    /// arrays.
    pub fn batch(&mut self) -> Outcome<Batch<'_>> {
        self.run_fixed()?;
        let mut inputs = Vec::new();
        let mut base = 0;
        for input in &self.inputs {
            inputs.push((input.at, input.len, base));
            base += input.len as usize;
        }
        let first = self.first_varying.min(self.pool.len() as Slot);
        let count = base + self.pool.len() - first as usize;
        let registers = self.scratch.registers.len();
        let lanes = BatchLanes {
            pool: &self.pool,
            indices: &self.indices,
            segments: &self.segments,
            entries: &self.entries,
            rows: Rows {
                data: vec![0.0; count * LANES],
                inputs,
                first,
                base,
            },
            registers: vec![vec![0.0; LANES].into(); registers],
            scratch: Scratch::default(),
        };
        Ok(Batch {
            lanes,
            loops: &mut self.scratch.loops,
        })
    }
}

impl Batch<'_> {
    /// The lanes of each entry of input number `input`, entry by entry, to be filled.
    pub fn input(&mut self, input: usize) -> &mut [f64] {
        self.lanes.input(input)
    }

    /// Computes the outputs of entry number `entry` in all lanes.
    ///
    /// # Errors
    /// If a stop was requested.
    pub fn run(&mut self, entry: usize) -> Outcome<Refusal> {
        self.lanes.run(entry, self.loops)
    }

    /// Output number `k` of an entry in lane `lane`, column by column.
    pub fn output(&self, entry: usize, k: usize, lane: usize) -> impl Iterator<Item = f64> + '_ {
        self.lanes.output(entry, k, lane)
    }
}

impl<'p> BatchLanes<'p> {
    /// As many runs together are worth being taken by a thread.
    pub(super) fn runs_together(&self) -> usize {
        /// Rows that are computed in some 50 µs.
        const WORK: usize = 2500;
        WORK.div_ceil((self.rows.data.len() / LANES).max(1))
    }

    /// The same for another thread.
    pub(super) fn copied(&self) -> BatchLanes<'p> {
        BatchLanes {
            rows: self.rows.clone(),
            registers: self.registers.clone(),
            scratch: Scratch::default(),
            ..*self
        }
    }

    pub(super) fn input(&mut self, input: usize) -> &mut [f64] {
        let (_, len, row) = self.rows.inputs[input];
        &mut self.rows.data[row * LANES..][..len as usize * LANES]
    }

    /// As for a batch.
    ///
    /// # Errors
    /// If a stop was requested.
    pub(super) fn run(&mut self, entry: usize, loops: &mut [Loop]) -> Outcome<Refusal> {
        let mut refusal = None;
        for &number in &self.entries[entry].segments {
            if self.segments[number].depends == 0 {
                continue;
            }
            if stop::requested() {
                return Err(Failure::Interrupted);
            }
            for step in &self.segments[number].steps {
                let mut run = Run {
                    pool: self.pool,
                    indices: self.indices,
                    loops: &mut *loops,
                    rows: &mut self.rows,
                    registers: &mut self.registers,
                    scratch: &mut self.scratch,
                    refusal: &mut refusal,
                };
                run.step(step);
                if stop::requested() {
                    return Err(Failure::Interrupted);
                }
            }
        }
        Ok(refusal)
    }

    pub(super) fn output(
        &self,
        entry: usize,
        k: usize,
        lane: usize,
    ) -> impl Iterator<Item = f64> + '_ {
        let (at, shape) = self.entries[entry].outputs[k];
        let pool = self.pool;
        (at..at + shape.len() as Slot).map(move |slot| match self.rows.entry(pool, slot) {
            Entry::Row(row) => self.rows.row(row)[lane],
            Entry::Fixed(number) => number,
        })
    }
}

/// One step on rows.
struct Run<'r> {
    pool: &'r [f64],
    indices: &'r [Slot],
    loops: &'r mut [Loop],
    rows: &'r mut Rows,
    registers: &'r mut [Box<[f64]>],
    scratch: &'r mut Scratch,
    refusal: &'r mut Refusal,
}

impl Run<'_> {
    fn entry(&self, operand: Operand, k: usize) -> Entry {
        let slot = match operand {
            Operand::Each(at) => at + k as Slot,
            Operand::Down(at) => at - k as Slot,
            Operand::All(at) => at,
            Operand::Listed(start) => self.indices[start as usize + k],
        };
        self.rows.entry(self.pool, slot)
    }

    fn out(&self, slot: Slot) -> usize {
        self.rows
            .of(slot)
            .expect("what a varying step writes varies")
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::At1(f, x, out) => self.map1(f, Operand::All(x), out, 1),
            Step::Over1(f, x, out, len) => self.map1(f, x, out, len),
            Step::At2(f, a, b, out) => self.map2(f, Operand::All(a), Operand::All(b), out, 1),
            Step::Over2(f, a, b, out, len) => self.map2(f, a, b, out, len),
            Step::Over3(f, operands, out, len) => {
                for k in 0..len as usize {
                    let entries = operands.map(|operand| self.entry(operand, k));
                    let out = self.out(out) + k;
                    self.rows.write(out, |rows, out| {
                        let [a, b, c] = entries.map(|entry| each(rows.lanes(entry)));
                        (f.over)(&a, &b, &c, out);
                    });
                }
            }
            Step::Scan(f, side, first, others, out, len) => {
                self.scan(f, side, first, others, (out, len));
            }
            Step::Copy(from, zero, out, len) => {
                for k in 0..len as usize {
                    let entry = self.entry(from, k);
                    let out = self.out(out) + k;
                    self.rows.write(out, |rows, out| {
                        let from = each(rows.lanes(entry));
                        out.iter_mut().zip(from).for_each(|(y, x)| *y = x + zero);
                    });
                }
            }
            Step::Taken([from, _], start, out, len) => {
                for k in 0..len as usize {
                    let from = from + self.indices[start as usize + k];
                    let entry = self.rows.entry(self.pool, from);
                    let out = self.out(out) + k;
                    self.rows
                        .write(out, |rows, out| *out = each(rows.lanes(entry)));
                }
            }
            Step::Fused(ref fused, out, len) => {
                for k in 0..len as usize {
                    self.links(&fused.links, k, fused.shape, out);
                }
            }
            Step::Twins(f, x, first, second, len) => {
                for k in 0..len as usize {
                    let x = self.entry(x, k);
                    let [first, second] = [first, second].map(|slot| self.out(slot) + k);
                    let mut other = [0.0; LANES];
                    self.rows
                        .write(first, |rows, out| f(&each(rows.lanes(x)), out, &mut other));
                    self.rows
                        .write(second, |_, out| out.copy_from_slice(&other));
                }
            }
            Step::Together(both, ref whole, first, second, len) => {
                for lane in 0..LANES {
                    let (at, shape) = whole.args[0];
                    self.collect(0, at, shape.len(), lane);
                    let Scratch { args, out, other } = &mut *self.scratch;
                    out.resize(whole.shape.len(), 0.0);
                    other.resize(len as usize, 0.0);
                    whole.called(|k| &args[k], |call| both(call, out, other));
                    self.spread(first, lane);
                    std::mem::swap(&mut self.scratch.out, &mut self.scratch.other);
                    self.spread(second, lane);
                }
            }
            Step::Product(a, b, out) => self.product(&[a, b], out, |factors, args, out| {
                product(
                    factors[0].strided(&args[0]),
                    factors[1].strided(&args[1]),
                    out,
                );
            }),
            Step::ProductOfReached(ref factors, out) => {
                self.product(&factors[..], out, |_, args, out| {
                    of_reached(factors, |k| &args[k], out);
                });
            }
            Step::Whole(ref whole, out) => self.whole(whole, out),
            Step::Singles(_) | Step::ProductAdded(..) | Step::Blocks(_) => {
                unreachable!("a program for batches has none")
            }
        }
    }

    fn map1(&mut self, f: &Map1, x: Operand, out: Slot, len: u32) {
        for k in 0..len as usize {
            let x = self.entry(x, k);
            let out = self.out(out) + k;
            self.rows
                .write(out, |rows, out| f.lanes(rows.lanes(x), out));
        }
    }

    fn map2(&mut self, f: &Map2, a: Operand, b: Operand, out: Slot, len: u32) {
        for k in 0..len as usize {
            let (a, b) = (self.entry(a, k), self.entry(b, k));
            let out = self.out(out) + k;
            self.rows
                .write(out, |rows, out| (f.over)(rows.lanes(a), rows.lanes(b), out));
        }
    }

    fn scan(
        &mut self,
        f: &Map2,
        side: Side,
        first: Slot,
        others: Operand,
        (out, len): (Slot, u32),
    ) {
        let mut last = self.rows.entry(self.pool, first);
        for k in 0..len as usize {
            let other = self.entry(others, k);
            let (a, b) = match side {
                Side::Left => (last, other),
                Side::Right => (other, last),
            };
            let out = self.out(out) + k;
            self.rows
                .write(out, |rows, out| (f.over)(rows.lanes(a), rows.lanes(b), out));
            last = Entry::Row(out);
        }
    }

    /// The chain of links for entry number `k`.
    fn links(&mut self, links: &[Link], k: usize, shape: Shape, out: Slot) {
        for (number, link) in links.iter().enumerate() {
            let mut result = [0.0; LANES];
            {
                let lanes = |operand: usize| match link.sources[operand].entry(k as u32, shape) {
                    SourceEntry::Place(slot) => self.rows.lanes(self.rows.entry(self.pool, slot)),
                    SourceEntry::Zero => Lanes::All(0.0),
                    SourceEntry::Register(register) => {
                        Lanes::Each(&self.registers[register as usize])
                    }
                };
                link.operation.on(lanes, &mut result);
            }
            if number + 1 == links.len() {
                let out = self.out(out) + k;
                self.rows.data[out * LANES..][..LANES].copy_from_slice(&result);
            } else {
                self.registers[link.to as usize].copy_from_slice(&result);
            }
        }
    }

    /// Collects the entries of an argument in one lane.
    fn collect(&mut self, number: usize, at: Slot, len: usize, lane: usize) {
        if self.scratch.args.len() <= number {
            self.scratch.args.resize(number + 1, Vec::new());
        }
        let room = &mut self.scratch.args[number];
        room.clear();
        match self.rows.of(at) {
            Some(row) => {
                room.extend((row..row + len).map(|row| self.rows.data[row * LANES + lane]))
            }
            None => room.extend_from_slice(&self.pool[at as usize..][..len]),
        }
    }

    /// Spreads what was computed in one lane.
    fn spread(&mut self, out: Slot, lane: usize) {
        let first = self.out(out);
        for (k, x) in self.scratch.out.iter().enumerate() {
            self.rows.data[(first + k) * LANES + lane] = *x;
        }
    }

    fn product(
        &mut self,
        factors: &[Factor],
        out: Slot,
        multiply: impl Fn(&[Factor], &[Vec<f64>], &mut [f64]),
    ) {
        for lane in 0..LANES {
            for (k, factor) in factors.iter().enumerate() {
                self.collect(k, factor.at, factor.shape.len(), lane);
            }
            let Scratch {
                args, out: room, ..
            } = &mut *self.scratch;
            room.resize(factors[0].shape.m() * factors[1].shape.n(), 0.0);
            multiply(factors, args, room);
            self.spread(out, lane);
        }
    }

    fn whole(&mut self, whole: &Whole, out: Slot) {
        for lane in 0..LANES {
            for (k, (at, shape)) in whole.args.iter().enumerate() {
                self.collect(k, *at, shape.len(), lane);
            }
            let Scratch {
                args, out: room, ..
            } = &mut *self.scratch;
            room.resize(whole.shape.len(), 0.0);
            if let Err(failure) = whole.on(|k| &args[k], room, self.loops) {
                room.fill(f64::NAN);
                // An interruption is found after the step.
                if let Failure::Fault(node, fault) = failure {
                    self.refusal.get_or_insert((node, fault));
                }
            }
            self.spread(out, lane);
        }
    }
}
