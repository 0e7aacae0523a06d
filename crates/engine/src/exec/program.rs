//! A compiled graph: steps over one pool of numbers.
//!
//! A step is a *run*: one operation of the table over consecutive places of the pool, so that one
//! dispatch serves many entries and the loop inside is the row's own. Equal operations on scalars
//! that do not depend on each other and one operation on an array are the same thing.

use super::pool::{Numbers, Slot};
use super::replacing::{Exchange, Pair, Replacing};
use super::scratch::Scratch;
use super::step::Step;
use super::{Failure, Outcome};
use crate::graph::{NodeId, Shape, View};
use crate::stop;

/// Steps that depend on the same inputs and are wanted by the same entries.
pub(super) struct Segment {
    pub steps: Vec<Step>,
    /// The groups of inputs that it depends on, one bit each.
    pub depends: u64,
    /// True if an input has changed since it ran.
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

/// The outputs that are asked for together.
pub(super) struct EntryPoint {
    /// The segments it needs, in order.
    pub segments: Vec<usize>,
    /// Its outputs, by their places in the pool.
    pub outputs: Vec<(Slot, Shape)>,
}

/// What a program is for.
pub(super) enum Use<'a> {
    /// Some outputs replace inputs from one run to the next.
    Runs(&'a [Replacing]),
    Batches,
    /// A round of a loop, which hands on what some nodes compute, each with the leaf that it is given as in
    /// the next one.
    Round(&'a [(NodeId, NodeId)]),
}

/// A graph compiled for many evaluations.
///
/// Inputs come in groups that change together. An entry is a list of outputs; what entries share is
/// computed once, and nothing whose inputs did not change is computed again.
pub struct Program {
    pub(super) pool: Numbers,
    pub(super) indices: Vec<Slot>,
    pub(super) segments: Vec<Segment>,
    pub(super) inputs: Vec<Input>,
    pub(super) entries: Vec<EntryPoint>,
    pub(super) exchange: Option<Exchange>,
    pub(super) scratch: Scratch,
    /// The first place that depends on inputs.
    pub(super) first_varying: Slot,
}

impl Segment {
    /// Runs the steps, where something they depend on has changed.
    fn run(&mut self, pool: &mut [f64], indices: &[Slot], scratch: &mut Scratch) -> Outcome<()> {
        if !self.stale {
            return Ok(());
        }
        if stop::requested() {
            return Err(Failure::Interrupted);
        }
        for step in &self.steps {
            step.run(pool, indices, scratch)?;
        }
        // A kernel that was asked to stop leaves what it has.
        if stop::requested() {
            return Err(Failure::Interrupted);
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

    /// The value of input number `input`, column by column.
    pub fn input(&self, input: usize) -> &[f64] {
        let Input { at, len, .. } = self.inputs[input];
        &self.pool[at as usize..(at + len) as usize]
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

    fn changed(&mut self, groups: u64) {
        for segment in &mut self.segments {
            segment.stale |= segment.depends & groups != 0;
        }
    }

    /// Computes the outputs of entry number `entry`, as far as their inputs have changed.
    ///
    /// # Errors
    /// If a kernel refuses its arguments, or a stop was requested.
    pub fn run(&mut self, entry: usize) -> Outcome<()> {
        for &number in &self.entries[entry].segments {
            self.segments[number].run(&mut self.pool, &self.indices, &mut self.scratch)?;
        }
        Ok(())
    }

    /// Computes anew what does not depend on the first group of inputs.
    pub(super) fn run_unchanging(&mut self) -> Outcome<()> {
        for segment in &mut self.segments {
            if segment.depends & 1 == 0 {
                segment.stale = true;
                segment.run(&mut self.pool, &self.indices, &mut self.scratch)?;
            }
        }
        Ok(())
    }

    /// Runs some steps, whatever has changed.
    #[inline]
    pub(super) fn run_steps(&mut self, steps: &[Step]) -> Outcome<()> {
        let pool = &mut self.pool[..];
        for step in steps {
            step.run(pool, &self.indices, &mut self.scratch)?;
        }
        Ok(())
    }

    /// Computes everything that depends on no input.
    pub(super) fn run_fixed(&mut self) -> Outcome<()> {
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

    /// The outputs that [`Program::exchange`] makes inputs, by their entries, each with the number of the input.
    pub fn exchanged(&self) -> impl Iterator<Item = ([usize; 2], usize)> {
        let pairs = self.exchange.iter().flat_map(|exchange| &exchange.pairs);
        pairs.map(|pair| ([pair.entry, pair.output], pair.input))
    }

    /// Makes the outputs that were just computed the inputs that they replace.
    pub fn exchange(&mut self) {
        let Some(Exchange { steps, pairs }) = &mut self.exchange else {
            return;
        };
        for (segment, steps) in self.segments.iter_mut().zip(steps) {
            std::mem::swap(&mut segment.steps, steps);
        }
        for input in &mut self.inputs {
            input.at = Pair::turned(pairs, input.at);
        }
        for (at, _) in (self.entries.iter_mut()).flat_map(|entry| &mut entry.outputs) {
            *at = Pair::turned(pairs, *at);
        }
        let groups = pairs.iter().map(|pair| self.inputs[pair.input].group);
        let groups = groups.fold(0, |all, group| all | group);
        self.changed(groups);
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| segment.steps.len())
            .sum()
    }

    /// True if nothing is computed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Program {
    /// The kinds of the steps, in order, each with the number of entries it computes: it shows how a
    /// graph was arranged.
    pub fn listing(&self) -> Vec<(&'static str, usize)> {
        let steps = self.segments.iter().flat_map(|segment| &segment.steps);
        steps.map(Step::described).collect()
    }
}
