//! The interpreter: computes on demand, keeps every value, and is the reference that programs are
//! held against.

use super::apply::apply;
use super::compiled::compiled_rounds;
use super::rounds::{Cycle, Leaves, RoundEngine, Rounds, RunRounds};
use super::shared::instead_of;
use super::{Failure, Outcome};
use crate::graph::primitive::{Demand, Kernel, KernelCall};
use crate::graph::{Args, Graph, Node, NodeId, Op, Primitive, Shape, Tensor, View};
use crate::primitives::arithmetic::is_true;
use crate::stop;
use smallvec::SmallVec;
use std::convert::Infallible;
use std::ops::Range;

/// Values of this many entries take a while.
const HEAVY: usize = 4096;

const ABSENT: u64 = u64::MAX;

/// Evaluates nodes of one graph on demand and keeps every value it computed. The graph may grow
/// between calls.
pub struct Interpreter<'g> {
    graph: &'g Graph,
    /// The offset of each node's value in `data`; [`ABSENT`] if it is not computed.
    offsets: Vec<u64>,
    data: Vec<f64>,
    memory_limit: u64,
    steps: u32,
}

impl<'g> Interpreter<'g> {
    /// An interpreter of `graph` that keeps at most `memory_limit` bytes of values.
    pub fn new(graph: &'g Graph, memory_limit: u64) -> Interpreter<'g> {
        Interpreter {
            graph,
            offsets: Vec::new(),
            data: Vec::new(),
            memory_limit,
            steps: 0,
        }
    }

    /// The value of `id`, where it has been computed.
    pub fn known(&self, id: NodeId) -> Option<View<'_>> {
        let offset = *self.offsets.get(id.index())?;
        (offset != ABSENT).then(|| self.view(id))
    }

    /// Gives `id` a value, whatever it would compute to.
    pub fn set(&mut self, id: NodeId, value: &Tensor) {
        self.make_room();
        self.offsets[id.index()] = self.data.len() as u64;
        self.data.extend_from_slice(value.data());
    }

    /// The value of `id`, computed with all it needs.
    ///
    /// # Errors
    /// If a leaf has no value, a kernel refuses, memory is short, or a stop was requested.
    pub fn value(&mut self, id: NodeId) -> Outcome<View<'_>> {
        self.demand(id)?;
        Ok(self.view(id))
    }

    /// The value of the scalar `id`.
    ///
    /// # Errors
    /// As [`Interpreter::value`].
    pub fn scalar(&mut self, id: NodeId) -> Outcome<f64> {
        Ok(self.value(id)?.data[0])
    }

    fn view(&self, id: NodeId) -> View<'_> {
        let shape = self.graph.shape(id);
        let start = self.offsets[id.index()] as usize;
        View {
            shape,
            data: &self.data[start..start + shape.len()],
        }
    }

    fn make_room(&mut self) {
        if self.offsets.len() < self.graph.len() {
            self.offsets.resize(self.graph.len(), ABSENT);
        }
    }

    fn has(&self, id: NodeId) -> bool {
        self.offsets
            .get(id.index())
            .is_some_and(|offset| *offset != ABSENT)
    }

    /// Computes `root` and everything it needs, arguments before the nodes that use them.
    fn demand(&mut self, root: NodeId) -> Outcome<()> {
        self.make_room();
        let mut stack = vec![root];
        while let Some(&id) = stack.last() {
            if self.has(id) {
                stack.pop();
                continue;
            }
            let node = self.graph.node(id);
            if let Some(other) = instead_of(self.graph, id, |id| self.has(id)) {
                self.make_room();
                if self.has(other) {
                    self.offsets[id.index()] = self.offsets[other.index()];
                } else {
                    stack.push(other);
                }
                continue;
            }
            let args = self.graph.args(id);
            let before = stack.len();
            self.push_needed(&node, &args, &mut stack);
            if stack.len() == before {
                self.compute(id, &node, &args)?;
                stack.pop();
            }
        }
        Ok(())
    }

    /// Pushes the arguments that are needed now and not yet there, the first one on top.
    fn push_needed(&self, node: &Node, args: &Args, stack: &mut Vec<NodeId>) {
        let demand = node.primitive().map_or(Demand::All, |row| row.demand);
        let lazy = demand != Demand::All && self.graph.shape(args[0]).is_scalar();
        if !lazy {
            stack.extend(args.iter().rev().filter(|arg| !self.has(**arg)));
            return;
        }
        let first = args[0];
        if !self.has(first) {
            stack.push(first);
            return;
        }
        if let Some(next) = self.next_needed(demand, args)
            && !self.has(next)
        {
            stack.push(next);
        }
    }

    /// The argument that a lazy operation needs once it has its first.
    fn next_needed(&self, demand: Demand, args: &Args) -> Option<NodeId> {
        let truth = is_true(self.view(args[0]).data[0]);
        match demand {
            Demand::Choice => Some(args[if truth { 1 } else { 2 }]),
            Demand::IfTrue => truth.then(|| args[1]),
            Demand::IfFalse => (!truth).then(|| args[1]),
            Demand::All => None,
        }
    }

    fn compute(&mut self, id: NodeId, node: &Node, args: &Args) -> Outcome<()> {
        self.steps = self.steps.wrapping_add(1);
        let heavy = self.graph.shape(id).len() >= HEAVY;
        if (heavy || self.steps.is_multiple_of(1024)) && stop::requested() {
            return Err(Failure::Interrupted);
        }
        let offset = match node.op {
            Op::Hold(_) => self.offsets[args[0].index()],
            Op::Raise(reason) => return Err(Failure::Raised(id, reason)),
            Op::Input(leaf) => {
                let value = self.graph.leaf(leaf).value.ok_or(Failure::Missing(id))?;
                self.append(id, value.data())?
            }
            Op::Literal(value) => self.append(id, &[value])?,
            Op::Constant(constant) => {
                let value = self.graph.constant_value(constant);
                self.append(id, value.data())?
            }
            Op::Apply(row, _) => self.apply(id, node, row, args)?,
        };
        self.offsets[id.index()] = offset;
        Ok(())
    }

    /// Reserves the room for the value of `id` and returns where it begins.
    fn reserve(&mut self, id: NodeId, shape: Shape) -> Outcome<usize> {
        let start = self.data.len();
        let bytes = (start as u64).saturating_add(shape.len() as u64) * 8;
        if bytes > self.memory_limit {
            return Err(Failure::Memory(id, self.memory_limit));
        }
        self.grow(shape.len());
        self.data.resize(start + shape.len(), 0.0);
        Ok(start)
    }

    /// Makes room for `more` numbers: twice as much as there is, but no more than may be used.
    fn grow(&mut self, more: usize) {
        let (len, needed) = (self.data.len(), self.data.len() + more);
        if needed > self.data.capacity() {
            let most = usize::try_from(self.memory_limit / 8).unwrap_or(usize::MAX);
            let wanted = needed.max((2 * len).min(most));
            self.data.reserve_exact(wanted - len);
        }
    }

    fn append(&mut self, id: NodeId, value: &[f64]) -> Outcome<u64> {
        let start = self.reserve(id, Shape::vector(value.len()))?;
        self.data[start..].copy_from_slice(value);
        Ok(start as u64)
    }

    fn apply(
        &mut self,
        id: NodeId,
        node: &Node,
        row: &'static Primitive,
        args: &Args,
    ) -> Outcome<u64> {
        if matches!(row.kernel, Kernel::Alias) {
            return Ok(self.offsets[args[0].index()]);
        }
        if row.demand == Demand::Choice
            && let Some(taken) = self.next_needed(row.demand, args)
        {
            return Ok(self.offsets[taken.index()]);
        }
        let start = self.reserve(id, node.shape)?;
        let (before, out) = self.data.split_at_mut(start);
        if args.iter().any(|arg| self.offsets[arg.index()] == ABSENT) {
            // The first argument decided, and the result is as true as it is.
            let first = before[self.offsets[args[0].index()] as usize];
            out.fill(f64::from(u8::from(is_true(first))));
            return Ok(start as u64);
        }
        let views: SmallVec<[View<'_>; 4]> = args
            .iter()
            .map(|arg| {
                let shape = self.graph.shape(*arg);
                let offset = self.offsets[arg.index()] as usize;
                View {
                    shape,
                    data: &before[offset..offset + shape.len()],
                }
            })
            .collect();
        if matches!(row.kernel, Kernel::Rounds | Kernel::RoundsBack) {
            // The one sweep of many is nowhere in the source: the oldest of them is.
            let blamed = |failure| match failure {
                Failure::Fault(at, fault) if at == id => {
                    let beside = self.graph.sweeps_beside(id);
                    Failure::Fault(beside.first().copied().unwrap_or(id), fault)
                }
                failure => failure,
            };
            run_loop(self.graph, id, self.memory_limit, &views, out).map_err(blamed)?;
            return Ok(start as u64);
        }
        let call = KernelCall {
            args: &views,
            shape: node.shape,
            attr: node.attr(),
            blocks: &self.graph.blocks(node.attr()),
        };
        apply(row.kernel, &call, out).map_err(|fault| Failure::Fault(id, fault))?;
        // A kernel that was asked to stop leaves what it has.
        if stop::requested() {
            return Err(Failure::Interrupted);
        }
        Ok(start as u64)
    }
}

/// Runs the loop `id`: by programs where that is possible, else every round is interpreted.
fn run_loop(
    graph: &Graph,
    id: NodeId,
    memory_limit: u64,
    args: &[View<'_>],
    out: &mut [f64],
) -> Outcome<()> {
    if let Ok(mut rounds) = compiled_rounds(graph, &[id], memory_limit) {
        return rounds.run(0, args, out);
    }
    let cycle = |leaves| Ok::<_, Infallible>(InterpretedRound::cycle(graph, leaves, memory_limit));
    let Ok(mut rounds) = Rounds::new(graph, &[id], memory_limit, cycle);
    rounds.run(0, args, out)
}

/// A round that cannot be compiled.
struct InterpretedRound<'g> {
    graph: &'g Graph,
    leaves: Vec<(NodeId, Range<usize>)>,
    outputs: Vec<(NodeId, Range<usize>)>,
    pool: Vec<f64>,
    memory_limit: u64,
}

impl<'g> InterpretedRound<'g> {
    fn cycle(graph: &'g Graph, leaves: Leaves, memory_limit: u64) -> Cycle<InterpretedRound<'g>> {
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
        let inputs = leaves.given.into_iter().chain(leaves.fixed);
        let places = given.iter().chain(&fixed).cloned();
        let engine = InterpretedRound {
            graph,
            leaves: inputs.zip(places).collect(),
            outputs: leaves.computed.into_iter().zip(computed.clone()).collect(),
            pool: vec![0.0; end],
            memory_limit,
        };
        Cycle::new(
            engine,
            [given, fixed, computed],
            leaves.first,
            leaves.handed,
        )
    }
}

impl RoundEngine for InterpretedRound<'_> {
    fn pool(&self) -> &[f64] {
        &self.pool
    }

    fn pool_mut(&mut self) -> &mut [f64] {
        &mut self.pool
    }

    fn begin(&mut self) -> Outcome<()> {
        Ok(())
    }

    fn run(&mut self) -> Outcome<()> {
        let mut interpreter = Interpreter::new(self.graph, self.memory_limit);
        for (leaf, place) in &self.leaves {
            let value = self.pool[place.clone()].to_vec();
            interpreter.set(*leaf, &Tensor::new(self.graph.shape(*leaf), value));
        }
        for (output, place) in &self.outputs {
            let value = interpreter.value(*output)?;
            self.pool[place.clone()].copy_from_slice(value.data);
        }
        Ok(())
    }
}
