//! Rounding errors inside of loops: every round like a formula of its own, from the last one back. The
//! adjoints of the states after a round are those that its operations are measured with.

use super::{Rounded, errors_of, is_a_loop, may_be_off};
use crate::diff::{Flow, Held, reverse};
use crate::exec::{Interpreter, Program};
use crate::graph::primitive::Rounding;
use crate::graph::{
    Attr, Graph, Keeps, LocalUse, NodeId, Op, Round, RoundCount, Shape, Tensor, Term,
};
use crate::primitives::arithmetic::is_true;
use crate::primitives::array::VCAT;
use rustc_hash::FxHashMap;

/// The values of operations that are looked at at most: more rounds than have so many together are not walked
/// through.
const MOST: usize = 20_000_000;

/// What a loop contributes.
#[derive(Default)]
pub struct LoopErrors {
    /// The operations of all rounds.
    pub operations: f64,
    /// The adjoints of the numbers in its formulas, from all rounds together.
    pub numbers: FxHashMap<NodeId, Vec<f64>>,
    /// True if there are equations in it, of which only the last rounding is known.
    pub unknown: bool,
}

/// A loop with the values of its arguments.
pub struct LoopCall<'a> {
    pub graph: &'a Graph,
    pub round: &'a Round,
    pub args: &'a [Tensor],
    /// The bytes that the states of all rounds may take.
    pub memory: u64,
}

/// What runs a round: a program, or the interpreter where there is none.
struct Runner<'g> {
    graph: &'g Graph,
    leaves: Vec<NodeId>,
    values: Vec<Tensor>,
    entries: [Vec<NodeId>; 2],
    program: Option<Program>,
    memory: u64,
}

const FORWARD: usize = 0;
const BACK: usize = 1;

impl<'g> Runner<'g> {
    fn new(
        graph: &'g Graph,
        groups: [Vec<NodeId>; 3],
        entries: [Vec<NodeId>; 2],
        memory: u64,
    ) -> Runner<'g> {
        let leaves = groups.concat();
        let zeros = |leaf: &NodeId| Tensor::filled(graph.shape(*leaf), 0.0);
        Runner {
            graph,
            values: leaves.iter().map(zeros).collect(),
            leaves,
            program: Program::compile(graph, &groups, &entries, memory).ok(),
            entries,
            memory,
        }
    }

    /// Gives the leaves from number `first` on their values, one after the other in `data`.
    fn set(&mut self, first: usize, count: usize, data: &[f64]) {
        let mut rest = data;
        for k in first..first + count {
            let (value, others) = rest.split_at(self.values[k].data().len());
            self.values[k].data_mut().copy_from_slice(value);
            if let Some(program) = &mut self.program {
                program.set(k, value);
            }
            rest = others;
        }
    }

    fn run(&mut self, entry: usize) -> Option<Vec<Tensor>> {
        if let Some(program) = &mut self.program {
            program.run(entry).ok()?;
            let outputs = 0..self.entries[entry].len();
            return Some(
                outputs
                    .map(|k| program.output(entry, k).to_tensor())
                    .collect(),
            );
        }
        let mut interpreter = Interpreter::new(self.graph, self.memory);
        for (leaf, value) in self.leaves.iter().zip(&self.values) {
            interpreter.set(*leaf, value);
        }
        let outputs = self.entries[entry].iter();
        outputs
            .map(|node| Some(interpreter.value(*node).ok()?.to_tensor()))
            .collect()
    }
}

/// The nodes that are evaluated in a round on the way back, each once.
#[derive(Default)]
struct Wanted {
    nodes: Vec<NodeId>,
    places: FxHashMap<NodeId, usize>,
}

impl Wanted {
    fn place(&mut self, node: NodeId) -> usize {
        *self.places.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }
}

/// A node of a round that may be off, with the places of its value, its arguments and its adjoint.
struct Operation {
    node: NodeId,
    value: usize,
    args: Vec<usize>,
    adjoint: usize,
}

impl LoopCall<'_> {
    /// What the loop contributes to the error of an output, given the `adjoint` of its value; `None` where that is
    /// too long to find out, or fails.
    pub fn errors(&self, adjoint: &[f64], rounded: Rounded) -> Option<LoopErrors> {
        let (graph, round) = (self.graph, self.round);
        let width = round.width(graph);
        let seed = graph.local(LocalUse::Adjoint, 0, Shape::vector(width));
        let mut wanted = Wanted::default();
        let (operations, states_back) = self.operations(seed, rounded, &mut wanted);
        let (count, rows) = (round.states.len(), round.rows.len());
        let states: Vec<NodeId> = round.states.iter().map(|(leaf, _)| *leaf).collect();
        let groups = [
            [&states[..], &round.rows].concat(),
            vec![seed],
            round.parameters.clone(),
        ];
        let work = wanted.nodes.len();
        let mut runner = Runner::new(graph, groups, [round.outputs(), wanted.nodes], self.memory);
        let (given, matrices) = self.args.split_at(count + round.parameters.len());
        let packed = |values: &[Tensor]| -> Vec<f64> {
            values
                .iter()
                .flat_map(|value| value.data().to_vec())
                .collect()
        };
        let parameters = packed(&given[count..]);
        runner.set(count + rows + 1, round.parameters.len(), &parameters);
        let row = |k: usize| -> Vec<f64> {
            let entries = matrices[..rows]
                .iter()
                .flat_map(|matrix| (0..matrix.shape().n()).map(move |j| matrix.at(k, j)));
            entries.collect()
        };

        // The states before each round.
        let mut kept = vec![packed(&given[..count])];
        while kept.len() <= round.count.most() {
            let before = &kept[kept.len() - 1];
            runner.set(0, count, before);
            if rows > 0 {
                runner.set(count, rows, &row(kept.len() - 1));
            }
            let after = runner.run(FORWARD)?;
            if let RoundCount::Until(..) = round.count
                && is_true(after[count].as_scalar()?)
            {
                break;
            }
            kept.push(packed(&after[..count]));
            let bytes = (kept.len() * width * size_of::<f64>()) as u64;
            if kept.len() * work > MOST || bytes > self.memory {
                return None;
            }
        }
        let made = kept.len() - 1;

        let mut found = LoopErrors::default();
        let mut behind = match round.keeps {
            Keeps::Last => adjoint.to_vec(),
            Keeps::All => vec![0.0; width],
        };
        for k in (0..made).rev() {
            if let Keeps::All = round.keeps {
                let received = behind.iter_mut().enumerate();
                received.for_each(|(j, x)| *x += adjoint[k + j * made]);
            }
            if behind.iter().all(|x| *x == 0.0) {
                continue;
            }
            runner.set(0, count, &kept[k]);
            if rows > 0 {
                runner.set(count, rows, &row(k));
            }
            runner.set(count + rows, 1, &behind);
            let values = runner.run(BACK)?;
            for operation in &operations {
                self.add(operation, &values, rounded, &mut found)?;
            }
            let received = states_back.iter().zip(&round.states);
            let received = received.flat_map(|(place, (leaf, _))| match place {
                Some(place) => values[*place].data().to_vec(),
                None => vec![0.0; graph.shape(*leaf).len()],
            });
            behind = received.collect();
            if behind.iter().any(|x| !x.is_finite()) {
                // The first rounds decide everything.
                found.operations = f64::INFINITY;
                return Some(found);
            }
        }
        Some(found)
    }

    /// The operations of a round that may be off, and the places of the adjoints of the states before it.
    fn operations(
        &self,
        seed: NodeId,
        rounded: Rounded,
        wanted: &mut Wanted,
    ) -> (Vec<Operation>, Vec<Option<usize>>) {
        let (graph, round) = (self.graph, self.round);
        let states = round.states.iter().map(|(_, after)| {
            let after: Term<'_> = graph.term(*after);
            after.reshaped(Shape::vector(after.shape().len()))
        });
        let parts: Vec<NodeId> = states.map(|part| part.id).collect();
        let output = match parts[..] {
            [only] => only,
            _ => graph.apply(&VCAT, Attr::None, graph.shape(seed), &parts),
        };
        let behind = graph.cone(&[output], |_| false);
        let held = Held::default();
        let is_off = |id: &NodeId| may_be_off(graph, *id, &held, rounded) && !is_leaf(graph, *id);
        let mut targets: Vec<NodeId> = behind.iter().copied().filter(is_off).collect();
        let count = targets.len();
        targets.extend(round.states.iter().map(|(leaf, _)| *leaf));
        let flow = Flow::everywhere(graph.term(seed));
        let mut flows = reverse(graph, output, flow, &targets, &held);
        let states = flows.split_off(count).into_iter();
        let states = states
            .map(|flow| flow.map(|flow| wanted.place(flow.term.id)))
            .collect();
        let operations = targets.into_iter().zip(flows).filter_map(|(node, flow)| {
            let adjoint = wanted.place(flow?.term.id);
            let args = graph.args(node);
            Some(Operation {
                node,
                value: wanted.place(node),
                args: args.iter().map(|arg| wanted.place(*arg)).collect(),
                adjoint,
            })
        });
        (operations.collect(), states)
    }

    /// Adds what an operation contributes in one round.
    fn add(
        &self,
        operation: &Operation,
        values: &[Tensor],
        rounded: Rounded,
        found: &mut LoopErrors,
    ) -> Option<()> {
        let (graph, node) = (self.graph, operation.node);
        let adjoint = &values[operation.adjoint];
        if adjoint.data().iter().all(|x| *x == 0.0) {
            return Some(());
        }
        let Op::Apply(row, attr) = graph.node(node).op else {
            let sums = found.numbers.entry(node);
            let sums = sums.or_insert_with(|| vec![0.0; adjoint.data().len()]);
            let sums = sums.iter_mut().zip(adjoint.data());
            sums.for_each(|(sum, x)| *sum += x);
            return Some(());
        };
        let args: Vec<Tensor> = operation.args.iter().map(|k| values[*k].clone()).collect();
        if let Some(round) = is_a_loop(graph, row, attr) {
            let inner = LoopCall {
                round: &round,
                args: &args,
                ..*self
            };
            let inner = inner.errors(adjoint.data(), rounded)?;
            found.operations += inner.operations;
            found.unknown |= inner.unknown;
            for (number, adjoint) in inner.numbers {
                let sums = found.numbers.entry(number);
                let sums = sums.or_insert_with(|| vec![0.0; adjoint.len()]);
                sums.iter_mut().zip(adjoint).for_each(|(sum, x)| *sum += x);
            }
            return Some(());
        }
        found.unknown |= matches!(row.rounding, Rounding::Unknown);
        let errors = errors_of(graph, node, &values[operation.value], &args);
        let changes = adjoint.data().iter().zip(errors);
        let changes = changes.map(|(a, error)| (a * error).abs());
        found.operations += changes.filter(|x| x.is_finite()).sum::<f64>();
        Some(())
    }
}

/// True of the leaves that stand for what a round is given: their errors are made elsewhere.
fn is_leaf(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.node(id).op, Op::Input(_) | Op::Hold(_))
}
