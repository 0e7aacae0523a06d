//! A program computes everything, whatever its conditions are. So a graph is refused in which a node
//! may fail that a condition may leave out.

use super::apply::apply;
use super::plan::{Place, Plan};
use super::{Interpreter, Unfit};
use crate::graph::primitive::{Demand, KernelCall};
use crate::graph::{Node, NodeId, Op, Tensor, View};
use rustc_hash::{FxHashMap, FxHashSet};

/// Refuses a graph that not all inputs can compute: inputs come in groups, outputs in entries.
///
/// # Errors
/// If something has no value, or a node may fail that a condition may leave out.
pub(super) fn check_certain(
    plan: &Plan<'_>,
    groups: &[Vec<NodeId>],
    entries: &[Vec<NodeId>],
) -> Result<(), Unfit> {
    let certainty = Certainty {
        plan,
        given: groups.iter().flatten().copied().collect(),
        interpreter: Interpreter::new(plan.graph, u64::MAX),
        indices: FxHashMap::default(),
    };
    certainty.check(entries.iter().flatten())
}

/// The search of a plan for such nodes.
struct Certainty<'p, 'g> {
    plan: &'p Plan<'g>,
    given: FxHashSet<NodeId>,
    /// Computes what is the same in all runs.
    interpreter: Interpreter<'g>,
    /// The value of every index that was asked for, where it is the same in all runs.
    indices: FxHashMap<NodeId, Option<Tensor>>,
}

impl<'p> Certainty<'p, '_> {
    fn check(mut self, outputs: impl Iterator<Item = &'p NodeId>) -> Result<(), Unfit> {
        let plan = self.plan;
        let mut certain = vec![false; plan.nodes.len()];
        for output in outputs {
            certain[plan.place(*output) as usize] = true;
        }
        for place in (0..plan.nodes.len()).rev() {
            let node = &plan.nodes[place];
            let may_fail = match node.op {
                Op::Raise(_) => return Err(Unfit::Conditional),
                Op::Input(leaf) => {
                    let given = self.given.contains(&plan.cone[place]);
                    if plan.graph.leaf(leaf).value.is_none() && !given {
                        return Err(Unfit::Conditional);
                    }
                    false
                }
                Op::Apply(row, attr) => row.may_fail || plan.graph.round_may_fail(attr),
                _ => false,
            };
            if may_fail && !certain[place] && !self.always_succeeds(node, plan.cone[place]) {
                return Err(Unfit::Conditional);
            }
            if certain[place] {
                let lazy = node
                    .primitive()
                    .is_some_and(|row| row.demand != Demand::All);
                for (k, arg) in plan.args(place as Place).into_iter().enumerate() {
                    certain[arg as usize] |= k == 0 || !lazy;
                }
            }
        }
        Ok(())
    }

    /// True where only indices decide whether the node fails, and these are the same in all runs and
    /// right.
    fn always_succeeds(&mut self, node: &Node, id: NodeId) -> bool {
        let graph = self.plan.graph;
        let args = graph.args(id);
        let Some(row) = node.primitive().filter(|row| row.places > 0) else {
            return false;
        };
        let (others, indices) = args.split_at(args.len() - row.places);
        let zeros = |id: &NodeId| Tensor::filled(graph.shape(*id), 0.0);
        let mut values: Vec<Tensor> = others.iter().map(zeros).collect();
        for index in indices {
            match self.index(*index) {
                Some(value) => values.push(value),
                None => return false,
            }
        }
        let views: Vec<View<'_>> = values.iter().map(Tensor::view).collect();
        let call = KernelCall {
            args: &views,
            shape: node.shape,
            attr: node.attr(),
            blocks: &graph.blocks(node.attr()),
        };
        apply(row.kernel, &call, &mut vec![0.0; node.shape.len()]).is_ok()
    }

    /// The value of an index, where it is the same in all runs.
    fn index(&mut self, id: NodeId) -> Option<Tensor> {
        if let Some(known) = self.indices.get(&id) {
            return known.clone();
        }
        let cone = self.plan.graph.cone(&[id], |_| false);
        let varies = cone.iter().any(|id| self.given.contains(id));
        let value = match varies {
            true => None,
            false => self.interpreter.value(id).ok().map(|view| view.to_tensor()),
        };
        self.indices.insert(id, value.clone());
        value
    }
}
