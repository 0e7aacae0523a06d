//! The cost of each mode: passes, operations, and the entries that are alive at the peak.

use super::{ByFormula, Cost, DerivativeByMode, ModeRunner, Question};
use crate::diagnostic::Result;
use crate::diff::{Flow, Matrix, forward, reverse};
use crate::exec::{Checkpoints, Interpreter};
use crate::graph::measure::{self, Operations, Runs};
use crate::graph::{NodeId, Shape, Tensor, Term};
use crate::syntax::ast::Mode;
use crate::trace::listing::{Builder, active_lines};
use crate::trace::request::Wrt;
use rustc_hash::{FxHashMap, FxHashSet};

impl<'a> ModeRunner<'_, 'a> {
    /// The costs of the modes that have an answer in every row.
    pub(super) fn costs(&self, rows: &[DerivativeByMode]) -> Result<[Option<Cost>; 4]> {
        let mut costs = [None; 4];
        let answered = |mode: &Mode| rows.iter().all(|row| row.answer(*mode).is_some());
        let modes: Vec<Mode> = Mode::ALL.into_iter().filter(answered).collect();
        if rows.is_empty() || modes.is_empty() {
            return Ok(costs);
        }
        let values = self.work(&[self.output()], None)?;
        let lines = self.lines(&[self.output()])?;
        for mode in modes {
            costs[mode as usize] = Some(self.cost(mode, &values, &lines)?);
        }
        Ok(costs)
    }

    /// The cost of passes that several rows or columns of a Jacobian share, where forward and reverse mode were
    /// asked for and have answers.
    pub(super) fn coloured_cost(&self, costs: &[Option<Cost>; 4]) -> Result<Option<Cost>> {
        let both = [Mode::Forward, Mode::Reverse].map(|mode| costs[mode as usize]);
        let [Some(forward), Some(reverse)] = both else {
            return Ok(None);
        };
        let wrt = self.question.wrt;
        if wrt.iter().any(|wrt| wrt.along.is_some()) || self.shape().is_scalar() {
            return Ok(None);
        }
        let value = |node| self.evaluation.value(node).ok();
        let plan = |wrt: &Wrt| {
            let problem = self.problem(wrt.target);
            let room = self.evaluation.limits.places();
            let found = Matrix::Jacobian.coloured(problem, &value, room);
            found.ok().flatten()
        };
        let plans: Vec<_> = wrt.iter().map(plan).collect();
        if plans.iter().all(Option::is_none) {
            return Ok(None);
        }
        let values = self.work(&[self.output()], None)?;
        let mut cost = Cost {
            passes: 0,
            operations: values.operations,
            live: 0,
            sizes: None,
            checkpoints: None,
        };
        for (wrt, plan) in wrt.iter().zip(&plans) {
            let dense = [self.passes(wrt), self.shape().len()];
            let (passes, by_columns) = match plan {
                Some(plan) => (plan.passes(), plan.by_columns()),
                None => (dense[0].min(dense[1]), dense[0] < dense[1]),
            };
            let (work, live) = match by_columns {
                true => (self.forward_work(wrt, &values)?, forward.live),
                false => (self.reverse_work(&values)?.0, reverse.live),
            };
            cost.passes += passes;
            cost.operations = cost.operations + work.times(passes);
            cost.live = cost.live.max(live);
        }
        let fewest = forward.passes.min(reverse.passes);
        Ok((cost.passes < fewest).then_some(cost))
    }

    fn lines(&self, roots: &[NodeId]) -> Result<Builder<'_, 'a>> {
        let Question { held, order, .. } = *self.question;
        Builder::new(self.evaluation, roots, held, order)
    }

    /// The cost of `mode`, for an output that takes the work `values` and is listed as `lines`.
    fn cost(&self, mode: Mode, values: &Work, lines: &Builder<'_, '_>) -> Result<Cost> {
        match mode {
            Mode::Numeric => {
                let passes = 2 * self.directions();
                let m = self.shape().len() as u64;
                let difference = Operations {
                    products: m,
                    sums: m,
                    calls: 0,
                };
                let operations =
                    values.operations.times(passes) + difference.times(self.directions());
                Ok(Cost {
                    passes,
                    operations,
                    live: live_forward(lines, &[])?,
                    sizes: None,
                    checkpoints: None,
                })
            }
            Mode::Forward => {
                let mut operations = values.operations;
                let mut live = 0;
                for wrt in self.question.wrt {
                    operations =
                        operations + self.forward_work(wrt, values)?.times(self.passes(wrt));
                    live = live.max(live_forward(lines, &[wrt.target.node])?);
                }
                Ok(Cost {
                    passes: self.directions(),
                    operations,
                    live,
                    sizes: None,
                    checkpoints: None,
                })
            }
            Mode::Reverse => {
                let passes = self.shape().len();
                let (work, read) = self.reverse_work(values)?;
                let (live, checkpoints) = self.live_backward(lines, &read)?;
                Ok(Cost {
                    passes,
                    operations: values.operations + work.times(passes),
                    live,
                    sizes: None,
                    checkpoints,
                })
            }
            Mode::Symbolic => self.symbolic_cost(),
        }
    }

    /// The operations of one forward pass for `wrt`, without those of the values.
    fn forward_work(&self, wrt: &Wrt, values: &Work) -> Result<Operations> {
        let shape = wrt.target.shape(self.graph);
        let seed = self.seed(shape);
        let seeds = FxHashMap::from_iter([(wrt.target.node, wrt.target.seed(self.graph, seed))]);
        match forward(self.graph, &[self.output()], &seeds, self.question.held).get(self.output()) {
            None => Ok(Operations::default()),
            Some(flow) => Ok(self.work(&[flow.term.id], Some(seed.id))?.beside(values)),
        }
    }

    /// The nodes of all variables.
    fn targets(&self) -> Vec<NodeId> {
        let wrt = self.question.wrt.iter();
        wrt.map(|wrt| wrt.target.node).collect()
    }

    /// The operations of one reverse pass for all targets, without those of the values; and the
    /// values that its rules read.
    fn reverse_work(&self, values: &Work) -> Result<(Operations, FxHashSet<NodeId>)> {
        let seed = self.seed(self.shape());
        let targets = self.targets();
        let found = reverse(
            self.graph,
            self.output(),
            Flow::everywhere(seed),
            &targets,
            self.question.held,
        );
        let roots: Vec<NodeId> = found
            .into_iter()
            .flatten()
            .map(|flow| flow.term.id)
            .collect();
        let work = self.work(&roots, Some(seed.id))?;
        let mut read = FxHashSet::default();
        for id in work
            .nodes
            .keys()
            .filter(|id| !values.nodes.contains_key(id))
        {
            self.graph.for_args(*id, |arg| {
                if values.nodes.contains_key(&arg) {
                    read.insert(arg);
                }
            });
        }
        Ok((work.beside(values), read))
    }

    /// A seed: the number 1 where it is a scalar, a value of its own otherwise.
    fn seed(&self, shape: Shape) -> Term<'a> {
        let id = if shape.is_scalar() {
            self.graph.literal(1.0)
        } else {
            self.graph.input("".into(), shape, None)
        };
        self.graph.term(id)
    }

    fn symbolic_cost(&self) -> Result<Cost> {
        let formulas: Vec<ByFormula> = self
            .question
            .wrt
            .iter()
            .filter_map(|wrt| (self.question.symbolic)(wrt.target).ok())
            .collect();
        let roots: Vec<NodeId> = formulas.iter().map(|formula| formula.node).collect();
        let work = self.work(&roots, None)?;
        let tree = formulas
            .iter()
            .fold(0u64, |sum, formula| sum.saturating_add(formula.tree));
        let dag = formulas
            .iter()
            .fold(0u64, |sum, formula| sum.saturating_add(formula.dag));
        let live = peak(&self.lines(&roots)?, &|_| false)?;
        Ok(Cost {
            passes: 1,
            operations: work.operations,
            live,
            sizes: Some((tree, dag)),
            checkpoints: None,
        })
    }

    /// The nodes that are computed for the values of `roots`: those on the branches taken.
    fn work(&self, roots: &[NodeId], seed: Option<NodeId>) -> Result<Work> {
        let mut interpreter = Interpreter::new(self.graph, self.question.memory);
        if let Some(seed) = seed {
            let ones = Tensor::filled(self.graph.shape(seed), 1.0);
            interpreter.set(seed, &ones);
        }
        for root in roots {
            interpreter
                .value(*root)
                .map_err(|failure| self.evaluation.unit.explain(&failure))?;
        }
        let cone = self.graph.cone(roots, |_| false);
        let nodes: FxHashSet<NodeId> = cone
            .into_iter()
            .filter(|id| interpreter.known(*id).is_some())
            .collect();
        let runs = |id| {
            let checkpoints = self.evaluation.checkpoints(id).ok().flatten()?;
            Some(Runs {
                rounds: checkpoints.rounds,
                again: checkpoints.again,
            })
        };
        let counted = |id: &NodeId| (*id, measure::operations(self.graph, *id, &runs));
        let nodes: FxHashMap<NodeId, Operations> = nodes.iter().map(counted).collect();
        let operations = nodes.values().copied().sum();
        Ok(Work { nodes, operations })
    }

    /// The values that reverse mode reads, with the peak of its adjoints and of the states of loops; and what
    /// the way back through these takes.
    fn live_backward(
        &self,
        lines: &Builder<'_, '_>,
        read: &FxHashSet<NodeId>,
    ) -> Result<(usize, Option<Checkpoints>)> {
        let targets = self.targets();
        let active = active_lines(lines, &targets)?;
        let entries = |id: NodeId| self.graph.shape(id).len();
        let mut kept = FxHashSet::default();
        for id in read {
            let seen = lines.sight.resolve(*id, &mut Vec::new())?;
            if lines.numbers.contains_key(&seen) {
                kept.insert(seen);
            }
        }
        let values: usize = kept.into_iter().map(entries).sum();
        let mut begun: FxHashSet<NodeId> = FxHashSet::default();
        let (mut alive, mut most) = (0, 0);
        let mut loops: Option<Checkpoints> = None;
        for id in lines.listed.iter().rev().filter(|id| active.contains(id)) {
            if begun.insert(*id) {
                alive += entries(*id);
            }
            for arg in lines.sight.arguments(*id)?.0 {
                if active.contains(&arg) && begun.insert(arg) {
                    alive += entries(arg);
                }
            }
            let own = self.evaluation.checkpoints(*id)?;
            let states = own.map_or(0, |own| own.numbers());
            most = most.max(alive.saturating_add(states));
            loops = match (loops, own) {
                (Some(one), Some(other)) => Some(one.then(other)),
                (one, other) => one.or(other),
            };
            if !targets.contains(id) {
                alive -= entries(*id);
            }
        }
        Ok((values.saturating_add(most), loops))
    }
}

/// The peak of values and of tangents with respect to `targets`.
fn live_forward(lines: &Builder<'_, '_>, targets: &[NodeId]) -> Result<usize> {
    let active = active_lines(lines, targets)?;
    peak(lines, &|id| active.contains(&id))
}

/// The most entries alive at once, if the lines are computed in order and each is discarded after its
/// last use; lines that are `doubled` also have a tangent.
fn peak(builder: &Builder<'_, '_>, doubled: &dyn Fn(NodeId) -> bool) -> Result<usize> {
    let entries = |id: NodeId| builder.graph.shape(id).len() * if doubled(id) { 2 } else { 1 };
    let mut last: FxHashMap<NodeId, usize> = FxHashMap::default();
    for (k, id) in builder.listed.iter().enumerate() {
        for arg in builder.sight.arguments(*id)?.0 {
            last.insert(arg, k);
        }
    }
    let mut ends: Vec<usize> = vec![0; builder.listed.len()];
    for id in &builder.listed {
        if let Some(k) = last.get(id) {
            ends[*k] += entries(*id);
        }
    }
    let (mut alive, mut most) = (0, 0);
    for (k, id) in builder.listed.iter().enumerate() {
        alive += entries(*id);
        most = most.max(alive);
        alive -= ends[k];
    }
    Ok(most)
}

/// The computed nodes and their operations.
struct Work {
    nodes: FxHashMap<NodeId, Operations>,
    operations: Operations,
}

impl Work {
    /// The operations that are not among those of the values.
    fn beside(&self, values: &Work) -> Operations {
        let own = self.nodes.iter();
        own.filter(|(id, _)| !values.nodes.contains_key(id))
            .map(|(_, operations)| *operations)
            .sum()
    }
}
