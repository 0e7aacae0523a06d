//! The search for the first number that is not finite, or for the origin of a zero.

use super::birth::{Birth, Operand};
use super::formula::{Symbols, Writer};
use super::origin::{EntryPlace, expression, unstretched, written};
use crate::diagnostic::Result;
use crate::graph::primitive::Notation;
use crate::graph::{NodeId, Op, Primitive, Shape, Tensor, View};
use crate::lower::Evaluation;
use crate::notation::{Math, Role};
use crate::primitives::arithmetic::is_true;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The most bad entries of one value that are followed to their origin.
const FOLLOWED_ENTRIES: usize = 256;

/// The search for the first number that is not finite.
pub(super) struct Search<'s, 'a> {
    pub evaluation: &'s Evaluation<'a>,
    /// The numbers of lines, and of their tangents or adjoints.
    pub symbols: &'s Symbols,
    /// The nodes to stop at: held and listed ones.
    pub leaves: &'s dyn Fn(NodeId) -> bool,
}

impl Search<'_, '_> {
    /// The origin of the value of `root`, which is not finite, and that of its first NaN if that is
    /// another node. An infinity that is written in the formula has no origin.
    ///
    /// # Errors
    /// A value behind it cannot be computed, or the user asked to stop.
    pub fn value(&self, root: NodeId) -> Result<Option<(Birth, Option<Birth>)>> {
        let infinite = self.birth(root, |x| !x.is_finite())?;
        let has_nan = |value: View<'_>| value.data.iter().any(|x| x.is_nan());
        let nan = match self.evaluation.with_value(root, has_nan)? {
            true => self.birth(root, f64::is_nan)?,
            false => None,
        };
        let Some((first, birth)) = infinite else {
            return Ok(None);
        };
        let nan = nan.filter(|(id, _)| *id != first).map(|(_, birth)| birth);
        Ok(Some((birth, nan)))
    }

    /// The first node behind `root`, in the order of evaluation, that made a `bad` number of good
    /// arguments. The search walks through bad numbers only.
    fn birth(&self, root: NodeId, bad: fn(f64) -> bool) -> Result<Option<(NodeId, Birth)>> {
        match self.origin(root, None, bad)? {
            None => Ok(None),
            Some((id, entry)) => Ok(Some((id, self.describe(id, entry)?))),
        }
    }

    /// The same for one entry of `root`, or for all bad ones: the node and its entry.
    ///
    /// # Errors
    /// A value behind it cannot be computed.
    pub fn origin(
        &self,
        root: NodeId,
        entry: Option<usize>,
        bad: fn(f64) -> bool,
    ) -> Result<Option<(NodeId, usize)>> {
        let graph = self.evaluation.unit.graph;
        let mut seen = FxHashSet::default();
        // For nodes that were examined as a whole: whether an entry is bad.
        let mut wholes: FxHashMap<NodeId, bool> = FxHashMap::default();
        let mut stack = vec![(root, entry)];
        let mut first: Option<(NodeId, usize)> = None;
        while let Some((id, entry)) = stack.pop() {
            if !seen.insert((id, entry)) {
                continue;
            }
            let Some(entry) = entry else {
                self.evaluation.with_value(id, |value| {
                    let bad = |k: &usize| bad(value.data[*k]);
                    let entries = (0..value.data.len()).filter(bad).take(FOLLOWED_ENTRIES);
                    stack.extend(entries.map(|k| (id, Some(k))));
                })?;
                continue;
            };
            let before = stack.len();
            for arg in self.followed(id, entry)? {
                let same_shape = graph.shape(arg) == graph.shape(id);
                let at = (same_shape && self.is_entrywise(id)).then_some(entry);
                let hit = match (at, wholes.get(&arg)) {
                    (Some(at), _) => self
                        .evaluation
                        .with_value(arg, |value| bad(value.data[at]))?,
                    (None, Some(known)) => *known,
                    (None, None) => {
                        let any = |value: View<'_>| value.data.iter().any(|x| bad(*x));
                        let any = self.evaluation.with_value(arg, any)?;
                        wholes.insert(arg, any);
                        any
                    }
                };
                if hit && !matches!(graph.node(arg).op, Op::Literal(_) | Op::Constant(_)) {
                    stack.push((arg, at));
                }
            }
            let written = matches!(graph.node(id).op, Op::Literal(_) | Op::Constant(_));
            let earlier = first.is_none_or(|known| (id, entry) < known);
            if stack.len() == before && !written && earlier {
                first = Some((id, entry));
            }
        }
        Ok(first)
    }

    /// The arguments that entry `entry` of `id` was made from.
    fn followed(&self, id: NodeId, entry: usize) -> Result<Vec<NodeId>> {
        let graph = self.evaluation.unit.graph;
        let args = graph.args(id);
        let Some(row) = graph.node(id).primitive() else {
            return Ok(if (self.leaves)(id) {
                Vec::new()
            } else {
                args.to_vec()
            });
        };
        if row.chooses {
            let truth = self.evaluation.with_value(args[0], |condition| {
                is_true(condition.data[entry.min(condition.data.len() - 1)])
            })?;
            return Ok(vec![args[if truth { 1 } else { 2 }]]);
        }
        Ok(args.to_vec())
    }

    fn is_entrywise(&self, id: NodeId) -> bool {
        self.evaluation
            .unit
            .graph
            .node(id)
            .primitive()
            .is_none_or(|row| row.is_entrywise())
    }

    fn describe(&self, id: NodeId, entry: usize) -> Result<Birth> {
        let graph = self.evaluation.unit.graph;
        let writer = Writer {
            graph,
            symbols: self.symbols,
        };
        let shape = graph.shape(id);
        let leaf = (self.leaves)(id) || matches!(graph.node(id).op, Op::Input(_));
        let mut operands = Vec::new();
        let mut args = graph.args(id).to_vec();
        let is_operator = |row: &Primitive| matches!(row.notation, Notation::Infix(_));
        if leaf {
            args.clear();
        } else if graph.node(id).primitive().is_some_and(is_operator) {
            // Behind the operands of a product there may be masks.
            args.truncate(2);
        }
        for arg in args {
            let value = self.evaluation.value(arg)?;
            let one = value.shape() == shape && self.is_entrywise(id);
            let value = if one {
                Tensor::scalar(value.data()[entry])
            } else {
                value
            };
            operands.push(Operand {
                node: self.number(arg),
                formula: writer.operand(arg),
                text: written(self.evaluation, arg),
                value: Rc::new(value),
            });
        }
        let name = self.evaluation.unit.names_of(id).first().cloned();
        let scalars: Option<Vec<f64>> = operands
            .iter()
            .map(|operand| operand.value.as_scalar())
            .collect();
        let numbers = scalars
            .filter(|scalars| !scalars.is_empty())
            .and_then(|scalars| {
                let Op::Apply(row, attr) = graph.node(id).op else {
                    return None;
                };
                let args: Vec<NodeId> = scalars.into_iter().map(|x| graph.literal(x)).collect();
                let applied = graph.apply(row, attr, Shape::SCALAR, &args);
                Some(
                    Writer {
                        graph,
                        symbols: &Symbols::default(),
                    }
                    .definition(applied),
                )
            });
        Ok(Birth {
            numbers,
            id,
            node: self.number(id),
            text: if leaf {
                name.as_deref().map(str::to_string)
            } else {
                expression(self.evaluation, id)
            },
            formula: match name {
                Some(name) if leaf => Math::Name(name),
                _ => writer.definition(id),
            },
            value: self.evaluation.with_value(id, |value| value.data[entry])?,
            entry: EntryPlace::of(shape, entry),
            operands,
            location: self
                .evaluation
                .unit
                .origin(id)
                .map(|origin| origin.location.clone()),
        })
    }

    /// The line that `id` is, seen through stretching.
    fn number(&self, id: NodeId) -> Option<usize> {
        match self
            .symbols
            .get(&unstretched(self.evaluation.unit.graph, id))
        {
            Some((Role::Primal, number)) => Some(*number),
            _ => None,
        }
    }
}
