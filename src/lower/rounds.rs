//! Loops: an iteration of many rounds becomes one node, whose round is lowered once.
//!
//! The round is lowered on leaves that stand for the state and for a row. What does not depend on them
//! becomes a parameter: it is computed once. Where a round decides a count or a shape by its values,
//! or fails, or cannot be compiled, there is no loop, and the iteration is unrolled.

use super::Lowerer;
use super::tasks::{Iteration, LoopAttempt, Notes, Rounds, Task};
use super::unrolled::NoLoop;
use crate::diagnostic::{Result, bail, note};
use crate::exec::{Program, with_guards};
use crate::graph::substitute::images;
use crate::graph::{Graph, Keeps, LocalUse, NodeId, Op, Round, RoundCount};
use crate::primitives::arithmetic::STOP;
use crate::primitives::rounds::ROUNDS;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Most loops inside of one another.
const DEEPEST: u32 = 16;

impl Lowerer<'_> {
    /// Says why an iteration that has ended was no loop, where it was tried.
    pub(super) fn note_unrolled(&mut self, iteration: &Iteration) {
        let Some(words) = iteration.no_loop.and_then(NoLoop::words) else {
            return;
        };
        if iteration.done <= self.evaluation.limits.unrolled {
            return;
        }
        let place = iteration.frame.locate(iteration.expr);
        let note = note!(Limit, place,
            "{} rounds were written out one by one here instead of compiled as a loop, which is slow", iteration.done;
            label: "{words}");
        self.evaluation.unit.warn(note);
    }

    /// Begins an attempt to make an iteration one loop; `first` is its first state.
    pub(super) fn start_round(&mut self, iteration: Iteration, first: NodeId) -> Result<()> {
        let (expr, frame) = (iteration.expr, iteration.frame.clone());
        let most = self.evaluation.limits.rounds();
        if let Rounds::Count(count) = iteration.rounds
            && count > most
        {
            bail!(Limit, frame.locate(expr),
                "an iteration of {count} rounds is longer than the {most} allowed";
                label: "too many rounds";
                help: "a hundred rounds are allowed for each node: raise the limit with `--limit-nodes N`");
        }
        let state = self.round_leaf(first)?;
        let row = match iteration.rounds {
            Rounds::Rows { matrix, .. } => {
                let row = self.row(matrix, 0, expr, &frame);
                Some(self.round_leaf(row)?)
            }
            _ => None,
        };
        let function = iteration.function.clone();
        let notes = self.notes();
        self.push_task(Task::Round(Box::new(LoopAttempt {
            iteration,
            first,
            state,
            row,
            after: None,
            rollback: self.here(),
            notes,
        })));
        let arguments: Vec<NodeId> = [state].into_iter().chain(row).collect();
        self.call_on(expr, &frame, &function, &arguments)
    }

    /// The notes so far.
    pub(super) fn notes(&self) -> Notes {
        let unit = &self.evaluation.unit;
        Notes {
            guards: unit.guards.len(),
            differentiated: unit.differentiated.len(),
            directions: unit.directions.len(),
        }
    }

    /// A leaf that stands for what changes from round to round, with the value of the first one.
    pub(super) fn round_leaf(&mut self, first: NodeId) -> Result<NodeId> {
        let value = self.evaluation.value_if_known(first)?.map(Rc::new);
        let leaf = self.graph.input("".into(), self.graph.shape(first), value);
        self.changing.rounds.insert(leaf);
        Ok(leaf)
    }

    /// Goes on where the round of a loop has been lowered.
    pub(super) fn finish_round(&mut self, mut attempt: LoopAttempt) -> Result<()> {
        let node = self.pop_node();
        let Some(after) = attempt.after else {
            if let Rounds::Until { done, .. } = &attempt.iteration.rounds {
                let (expr, frame) = (attempt.iteration.expr, attempt.iteration.frame.clone());
                let (done, state) = (done.clone(), attempt.state);
                attempt.after = Some(node);
                self.push_task(Task::Round(Box::new(attempt)));
                return self.call_on(expr, &frame, &done, &[state]);
            }
            return self.close_round(attempt, node, None);
        };
        self.close_round(attempt, after, Some(node))
    }

    fn close_round(
        &mut self,
        attempt: LoopAttempt,
        after: NodeId,
        end: Option<NodeId>,
    ) -> Result<()> {
        let before = self.graph.len();
        let value = match self.as_loop(&attempt, after, end) {
            Ok(value) => value,
            Err(why) => {
                self.unroll(attempt, why);
                return Ok(());
            }
        };
        self.forget_notes(&attempt);
        let Iteration { expr, frame, .. } = &attempt.iteration;
        self.evaluation.unit.note_origins(before, frame, *expr);
        self.push_node(value);
        Ok(())
    }

    /// Goes on without a loop.
    pub(super) fn unroll(&mut self, attempt: LoopAttempt, why: NoLoop) {
        self.forget_notes(&attempt);
        self.roll_back(&attempt.rollback);
        let mut iteration = attempt.iteration;
        iteration.may_loop = None;
        iteration.no_loop = Some(why);
        iteration.done = 0;
        if let Rounds::Until { decides, .. } = &mut iteration.rounds {
            *decides = false;
        }
        self.push_node(attempt.first);
        self.push_task(Task::Iterate(Box::new(iteration)));
    }

    /// Forgets what was noted of the nodes of a round: they have no values of their own.
    fn forget_notes(&mut self, attempt: &LoopAttempt) {
        let leaves: Vec<NodeId> = [attempt.state].into_iter().chain(attempt.row).collect();
        self.forget(&leaves, attempt.notes);
    }

    /// Forgets what was noted since of what depends on `leaves`.
    pub(super) fn forget(&mut self, leaves: &[NodeId], notes: Notes) {
        for leaf in leaves {
            self.changing.rounds.remove(leaf);
        }
        let unit = &mut self.evaluation.unit;
        unit.differentiated.truncate(notes.differentiated);
        unit.directions.truncate(notes.directions);
        let mut new = unit.guards.split_off(notes.guards);
        new.retain(|(node, _)| !reads(self.graph, *node, leaves));
        unit.guards.append(&mut new);
    }

    /// The value of the iteration as a loop of rounds that make `after` of the state.
    pub(super) fn as_loop(
        &mut self,
        attempt: &LoopAttempt,
        after: NodeId,
        end: Option<NodeId>,
    ) -> std::result::Result<NodeId, NoLoop> {
        let graph = self.graph;
        let shape = graph.shape(attempt.first);
        if graph.shape(after) != shape || end.is_some_and(|end| !graph.shape(end).is_scalar()) {
            return Err(NoLoop::Shape);
        }
        let leaves: Vec<NodeId> = [attempt.state].into_iter().chain(attempt.row).collect();
        let roots: Vec<NodeId> = [after].into_iter().chain(end).collect();
        let cone = graph.cone_in_order(&roots, |_| false);
        let mut depends: FxHashSet<NodeId> = leaves.iter().copied().collect();
        let mut parameters: Vec<NodeId> = Vec::new();
        for &id in &cone {
            let args = graph.args(id);
            if !args.iter().any(|arg| depends.contains(arg)) {
                continue;
            }
            depends.insert(id);
            // A number that is written stays inside, where rules can see it.
            let is_written = |id: NodeId| {
                graph.literal_value(id).is_some() || matches!(graph.node(id).op, Op::Constant(_))
            };
            for arg in args {
                if !depends.contains(&arg) && !is_written(arg) && !parameters.contains(&arg) {
                    parameters.push(arg);
                }
            }
        }
        let raises = |id: &NodeId| matches!(graph.node(*id).op, Op::Raise(_));
        let guards = &self.evaluation.unit.guards[attempt.notes.guards..];
        let decides = guards.iter().any(|(node, _)| reads(graph, *node, &leaves));
        // Finite differences keep what is stopped as it is: in every round another value.
        let stops = |id: &NodeId| graph.node(*id).primitive().is_some_and(|row| row.is(&STOP));
        let stopped = cone.iter().any(|id| depends.contains(id) && stops(id));
        let depth = graph.loop_depth(&roots) + 1;
        let refused = [
            (!depends.contains(&after), NoLoop::Constant),
            (decides, NoLoop::Decides),
            (stopped, NoLoop::Stops),
            (cone.iter().any(raises), NoLoop::Raises),
            (depth > DEEPEST, NoLoop::Depth),
        ];
        if let Some((_, why)) = refused.into_iter().find(|(refused, _)| *refused) {
            return Err(why);
        }
        // The round, on leaves of its own.
        let local = |of, k: usize, id: NodeId| graph.local(of, k, graph.shape(id));
        let mut replaced: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let state = local(LocalUse::State, 0, attempt.state);
        replaced.insert(attempt.state, state);
        let row = attempt.row.map(|row| local(LocalUse::Row, 0, row));
        replaced.extend(attempt.row.zip(row));
        let locals = graph.parameters(&parameters);
        replaced.extend(parameters.iter().copied().zip(locals.iter().copied()));
        let images = images(graph, &roots, &replaced);
        for (node, image) in &images {
            self.evaluation.unit.copy_origin(*node, *image);
        }
        let image = |id: NodeId| images.get(&id).copied().unwrap_or(id);
        let leaves: Vec<NodeId> = [state]
            .into_iter()
            .chain(row)
            .chain(locals.clone())
            .collect();
        let guarded = with_guards(graph, leaves, roots.iter().map(|id| image(*id)).collect())?;
        for (image, node) in &guarded.stand_ins {
            self.evaluation.unit.copy_origin(*node, *image);
        }
        let outputs = &guarded.entries[0];
        let (matrix, keeps) = match &attempt.iteration.rounds {
            Rounds::Rows {
                matrix,
                states: Some(_),
                ..
            } => (Some(*matrix), Keeps::All),
            Rounds::Rows { matrix, .. } => (Some(*matrix), Keeps::Last),
            _ => (None, Keeps::Last),
        };
        let count = match (&attempt.iteration.rounds, end) {
            (Rounds::Until { most, .. }, Some(_)) => RoundCount::Until(outputs[1], *most),
            (Rounds::Count(count) | Rounds::Rows { count, .. }, _) => RoundCount::Fixed(*count),
            _ => return Err(NoLoop::Shape),
        };
        let round = Round {
            name: attempt.iteration.function.name.clone(),
            count,
            keeps,
            states: vec![(state, outputs[0])],
            parameters: locals,
            rows: row.into_iter().collect(),
            depth,
        };
        let given = (0..round.arity()).map(|k| round.leaf(k)).collect();
        let memory = self.evaluation.limits.memory;
        Program::compile(graph, &[given], &[round.outputs()], memory)?;
        let result = round.shape(graph);
        let fits = self.evaluation.limits.shape(result.m(), result.n());
        fits.ok_or(NoLoop::Memory)?;
        let args: Vec<NodeId> = [attempt.first]
            .into_iter()
            .chain(parameters)
            .chain(matrix)
            .collect();
        let attr = graph.round(round);
        let value = graph.term(graph.apply(&ROUNDS, attr, result, &args));
        Ok(match keeps {
            Keeps::Last => value.reshaped(shape).id,
            Keeps::All => value.id,
        })
    }
}

/// True if `node` is computed from one of `leaves`.
pub(super) fn reads(graph: &Graph, node: NodeId, leaves: &[NodeId]) -> bool {
    let first = leaves.iter().min().copied().unwrap_or(node);
    let cone = graph.cone(&[node], |id| id < first);
    leaves.iter().any(|leaf| cone.has(*leaf))
}
