//! A program computes everything, whatever its conditions are. So nodes must be known that may fail and
//! that a condition may leave out.

use super::apply::apply;
use super::guarded::{Guarded, guarded, has_guard};
use super::plan::{Place, Plan};
use super::{Interpreter, Unfit};
use crate::graph::primitive::{Demand, KernelCall};
use crate::graph::{Graph, Node, NodeId, Op, Tensor, View};
use rustc_hash::{FxHashMap, FxHashSet};

/// The nodes that may fail and that a condition may leave out; what is `given` does not fail.
///
/// # Errors
/// If something has no value, or there is no guard for such a node.
pub(super) fn uncertain(
    plan: &Plan<'_>,
    given: &FxHashSet<NodeId>,
    entries: &[Vec<NodeId>],
) -> Result<FxHashSet<Place>, Unfit> {
    let certainty = Certainty {
        plan,
        given,
        interpreter: Interpreter::new(plan.graph, u64::MAX),
        indices: FxHashMap::default(),
    };
    certainty.find(entries.iter().flatten())
}

/// `outputs` with guards where a condition may leave out what may fail, so that their derivatives have
/// them too; `given` are the leaves.
///
/// # Errors
/// If no program can compute them.
pub fn with_guards(
    graph: &Graph,
    given: Vec<NodeId>,
    outputs: Vec<NodeId>,
) -> Result<Guarded, Unfit> {
    let (groups, entries) = ([given], [outputs]);
    let plan = Plan::new(graph, &groups, &entries);
    let given = groups[0].iter().copied().collect();
    let uncertain = uncertain(&plan, &given, &entries)?;
    guarded(&plan, &given, &entries, &uncertain)
}

/// The search of a plan for such nodes.
struct Certainty<'p, 'g> {
    plan: &'p Plan<'g>,
    given: &'p FxHashSet<NodeId>,
    /// Computes what is the same in all runs.
    interpreter: Interpreter<'g>,
    /// The value of every index that was asked for, where it is the same in all runs.
    indices: FxHashMap<NodeId, Option<Tensor>>,
}

impl<'p> Certainty<'p, '_> {
    fn find(
        mut self,
        outputs: impl Iterator<Item = &'p NodeId>,
    ) -> Result<FxHashSet<Place>, Unfit> {
        let plan = self.plan;
        let mut found = FxHashSet::default();
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
                if !has_guard(plan.graph, node) {
                    return Err(Unfit::Conditional);
                }
                found.insert(place as Place);
            }
            if certain[place] {
                let args = plan.args(place as Place);
                let demand = node.primitive().map_or(Demand::All, |row| row.demand);
                let lazy = demand != Demand::All && plan.shape(args[0]).is_scalar();
                for (k, arg) in args.into_iter().enumerate() {
                    certain[arg as usize] |= k == 0 || !lazy;
                }
            }
        }
        Ok(found)
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
