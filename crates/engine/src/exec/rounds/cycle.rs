//! One round, ready to be run again and again on what it has computed.

use crate::exec::interpreter::Interpreter;
use crate::exec::program::Program;
use crate::exec::{Outcome, Unfit};
use crate::graph::{Graph, NodeId, Tensor, View};
use std::ops::Range;

/// A round with places for what it is given and what it computes.
pub(super) struct Cycle<'g> {
    engine: Engine<'g>,
    /// The places of what is given anew in every round.
    given: Vec<Range<usize>>,
    /// The places of what stays.
    fixed: Vec<Range<usize>>,
    /// The places of what it computes.
    computed: Vec<Range<usize>>,
}

enum Engine<'g> {
    /// A program, and the segments of it that a round runs.
    Compiled(Box<Program>, Vec<usize>),
    /// A round that cannot be compiled.
    Interpreted(Interpreted<'g>),
}

struct Interpreted<'g> {
    graph: &'g Graph,
    leaves: Vec<NodeId>,
    outputs: Vec<NodeId>,
    pool: Vec<f64>,
    memory_limit: u64,
}

/// The leaves and outputs of a round.
pub(super) struct Leaves {
    pub given: Vec<NodeId>,
    pub fixed: Vec<NodeId>,
    pub computed: Vec<NodeId>,
}

impl<'g> Cycle<'g> {
    /// A program.
    pub(super) fn compiled(
        graph: &Graph,
        leaves: Leaves,
        memory_limit: u64,
    ) -> Result<Cycle<'static>, Unfit> {
        let count = leaves.given.len();
        let groups = [leaves.given, leaves.fixed];
        let program = Program::compile(graph, &groups, &[leaves.computed], memory_limit)?;
        let inputs = program.inputs.iter();
        let range = |at: u32, len: usize| at as usize..at as usize + len;
        let mut given: Vec<Range<usize>> = inputs
            .map(|input| range(input.at, input.len as usize))
            .collect();
        let fixed = given.split_off(count);
        let [entry] = &program.entries[..] else {
            unreachable!("a round has one entry");
        };
        let outputs = entry.outputs.iter();
        let computed = outputs.map(|(at, shape)| range(*at, shape.len())).collect();
        let varies = |k: &usize| program.segments[*k].depends & 1 != 0;
        let segments = entry.segments.iter().copied().filter(varies).collect();
        Ok(Cycle {
            engine: Engine::Compiled(Box::new(program), segments),
            given,
            fixed,
            computed,
        })
    }

    /// The same, interpreted.
    pub(super) fn interpreted(graph: &'g Graph, leaves: Leaves, memory_limit: u64) -> Cycle<'g> {
        let mut end = 0;
        let mut places = |nodes: &[NodeId]| -> Vec<Range<usize>> {
            let place = |id: &NodeId| {
                let start = end;
                end += graph.shape(*id).len();
                start..end
            };
            nodes.iter().map(place).collect()
        };
        let given = places(&leaves.given);
        let fixed = places(&leaves.fixed);
        let computed = places(&leaves.computed);
        Cycle {
            engine: Engine::Interpreted(Interpreted {
                graph,
                leaves: [leaves.given, leaves.fixed].concat(),
                outputs: leaves.computed,
                pool: vec![0.0; end],
                memory_limit,
            }),
            given,
            fixed,
            computed,
        }
    }

    #[inline]
    fn pool(&self) -> &[f64] {
        match &self.engine {
            Engine::Compiled(program, _) => &program.pool,
            Engine::Interpreted(interpreted) => &interpreted.pool,
        }
    }

    #[inline]
    fn pool_mut(&mut self) -> &mut [f64] {
        match &mut self.engine {
            Engine::Compiled(program, _) => &mut program.pool,
            Engine::Interpreted(interpreted) => &mut interpreted.pool,
        }
    }

    /// Gives what stays, and computes what depends on nothing else.
    pub(super) fn begin(&mut self, fixed: &[View<'_>]) -> Outcome<()> {
        for (k, value) in fixed.iter().enumerate() {
            let place = self.fixed[k].clone();
            self.pool_mut()[place].copy_from_slice(value.data);
        }
        match &mut self.engine {
            Engine::Compiled(program, _) => program.run_unchanging(),
            Engine::Interpreted(_) => Ok(()),
        }
    }

    /// The place of value number `k` of those that are given anew.
    #[inline]
    pub(super) fn give(&mut self, k: usize) -> &mut [f64] {
        let place = self.given[k].clone();
        &mut self.pool_mut()[place]
    }

    /// Gives the values from number `first` on, one after the other in `values`.
    #[inline]
    pub(super) fn give_all(&mut self, first: usize, count: usize, values: &[f64]) {
        let mut at = 0;
        for k in first..first + count {
            let to = self.give(k);
            to.copy_from_slice(&values[at..at + to.len()]);
            at += to.len();
        }
    }

    /// Runs the round once.
    #[inline]
    pub(super) fn run(&mut self) -> Outcome<()> {
        match &mut self.engine {
            Engine::Compiled(program, segments) => program.run_segments(segments),
            Engine::Interpreted(interpreted) => {
                interpreted.run(&self.given, &self.fixed, &self.computed)
            }
        }
    }

    /// Value number `k` of those that it has computed.
    #[inline]
    pub(super) fn value(&self, k: usize) -> &[f64] {
        &self.pool()[self.computed[k].clone()]
    }

    /// Takes the values from number `first` on, one after the other, to `values`.
    #[inline]
    pub(super) fn take_all(&self, first: usize, count: usize, values: &mut [f64]) {
        let mut at = 0;
        for k in first..first + count {
            let from = self.value(k);
            values[at..at + from.len()].copy_from_slice(from);
            at += from.len();
        }
    }
}

impl Interpreted<'_> {
    fn run(
        &mut self,
        given: &[Range<usize>],
        fixed: &[Range<usize>],
        computed: &[Range<usize>],
    ) -> Outcome<()> {
        let mut interpreter = Interpreter::new(self.graph, self.memory_limit);
        for (leaf, place) in self.leaves.iter().zip(given.iter().chain(fixed)) {
            let value = self.pool[place.clone()].to_vec();
            interpreter.set(*leaf, &Tensor::new(self.graph.shape(*leaf), value));
        }
        for (output, place) in self.outputs.iter().zip(computed) {
            let value = interpreter.value(*output)?;
            self.pool[place.clone()].copy_from_slice(value.data);
        }
        Ok(())
    }
}
