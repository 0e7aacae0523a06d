//! Sight: the node that a trace shows where the graph has a node that no trace lists.

use crate::diagnostic::Result;
use crate::diff::Held;
use crate::graph::primitive::{Demand, Notation};
use crate::graph::{Args, Graph, NodeId, Op};
use crate::lower::Evaluation;
use crate::primitives::arithmetic::is_true;
use crate::primitives::rules::RULED;
use crate::syntax::ast::Name;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// The view through nodes that a trace does not list: stretched and held values stand for
/// their argument, a choice for the branch taken.
pub(super) struct Sight<'l, 'a> {
    pub(super) evaluation: &'l Evaluation<'a>,
    pub(super) graph: &'a Graph,
    pub(super) held: &'l Held,
    pub(super) known: bool,
    /// The names of what is not listed itself, by what is seen there.
    aliases: RefCell<FxHashMap<NodeId, Vec<Name>>>,
}

impl<'l, 'a> Sight<'l, 'a> {
    pub(super) fn new(evaluation: &'l Evaluation<'a>, held: &'l Held, known: bool) -> Self {
        Sight {
            evaluation,
            graph: evaluation.unit.graph,
            held,
            known,
            aliases: RefCell::default(),
        }
    }

    /// The node seen at `id`; conditions of choices on the way are added to `conditions`.
    pub(super) fn resolve(&self, mut id: NodeId, conditions: &mut Vec<NodeId>) -> Result<NodeId> {
        let mut passed: Vec<NodeId> = Vec::new();
        loop {
            let node = self.graph.node(id);
            let args = self.graph.args(id);
            passed.push(id);
            id = match node.op {
                Op::Hold(_) if !self.held.contains(&id) => args[0],
                // A NaN in a derivative is decided at the output; a trace shows
                // the result of the rules.
                Op::Apply(row, _) if row.notation == Notation::Silent => args[0],
                Op::Apply(row, _) if row.demand == Demand::Choice && self.known => {
                    conditions.push(args[0]);
                    let truth = is_true(self.evaluation.value(args[0])?.data()[0]);
                    args[if truth { 1 } else { 2 }]
                }
                _ => {
                    self.note_aliases(id, &passed);
                    return Ok(id);
                }
            };
        }
    }

    /// The names of what was seen through stand for what was seen.
    fn note_aliases(&self, seen: NodeId, passed: &[NodeId]) {
        for name in passed
            .iter()
            .flat_map(|id| self.evaluation.unit.names_of(*id))
        {
            let mut aliases = self.aliases.borrow_mut();
            let names = aliases.entry(seen).or_default();
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }

    /// The names that stand for `id`, its own first.
    pub(super) fn names(&self, id: NodeId) -> Vec<Name> {
        let mut names = self.evaluation.unit.names_of(id).to_vec();
        for alias in self.aliases.borrow().get(&id).into_iter().flatten() {
            if !names.contains(alias) {
                names.push(alias.clone());
            }
        }
        names
    }

    pub(super) fn is_number(&self, id: NodeId) -> bool {
        matches!(
            self.graph.node(id).op,
            Op::Literal(_) | Op::Constant(_) | Op::Raise(_)
        )
    }

    pub(super) fn is_leaf(&self, id: NodeId) -> bool {
        matches!(self.graph.node(id).op, Op::Input(_)) || self.held.contains(&id)
    }

    /// The arguments of `id` as they are seen; the conditions of choices among them first.
    pub(super) fn arguments(&self, id: NodeId) -> Result<(Args, Vec<NodeId>)> {
        let mut conditions = Vec::new();
        let mut seen = Args::new();
        if !self.is_leaf(id) {
            for arg in self.graph.args(id) {
                seen.push(self.resolve(arg, &mut conditions)?);
            }
        }
        Ok((seen, conditions))
    }

    /// Everything that `roots` are computed from on the path taken. Conditions are followed or not.
    pub(super) fn reach(&self, roots: &[NodeId], with_conditions: bool) -> Result<Vec<NodeId>> {
        let mut found = FxHashSet::default();
        let mut stack = Vec::new();
        let mut conditions = Vec::new();
        for root in roots {
            stack.push(self.resolve(*root, &mut conditions)?);
        }
        loop {
            if with_conditions {
                for condition in std::mem::take(&mut conditions) {
                    stack.push(self.resolve(condition, &mut conditions)?);
                }
            }
            let Some(id) = stack.pop() else { break };
            if !found.insert(id) {
                continue;
            }
            let (args, choices) = self.arguments(id)?;
            conditions.extend(choices);
            let skipped = usize::from(!with_conditions && self.has_condition(id));
            let listed = args.len() - self.unlisted(id);
            stack.extend(args.into_iter().take(listed).skip(skipped));
        }
        let mut found: Vec<NodeId> = found
            .into_iter()
            .filter(|id| !self.is_number(*id))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The number of the last arguments of `id` that have no lines: they only say which entries are meant, or
    /// are the body of a function with a rule.
    pub(super) fn unlisted(&self, id: NodeId) -> usize {
        match self.graph.node(id).primitive() {
            Some(row) if row.is(&RULED) && !self.is_leaf(id) => 1,
            Some(row) if !self.is_leaf(id) => row.indices(),
            _ => 0,
        }
    }

    pub(super) fn has_condition(&self, id: NodeId) -> bool {
        let row = self.graph.node(id).primitive();
        row.is_some_and(|row| row.chooses)
    }
}

/// The leaves that `outputs` depend on, on the path taken and other than through conditions.
///
/// # Errors
/// Fails if a condition on the way cannot be computed.
pub fn default_wrt(evaluation: &Evaluation<'_>, outputs: &[NodeId]) -> Result<Vec<NodeId>> {
    let held = Held::default();
    let sight = Sight::new(evaluation, &held, all_known(evaluation, outputs)?);
    let reached = sight.reach(outputs, false)?;
    Ok(reached
        .into_iter()
        .filter(|id| sight.is_leaf(*id))
        .collect())
}

/// True if every output has a value.
pub(super) fn all_known(evaluation: &Evaluation<'_>, outputs: &[NodeId]) -> Result<bool> {
    for output in outputs {
        if evaluation.value_if_known(*output)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
