//! The part of a graph that marks go through.

use super::SparsityPattern;
use super::dependence::{Dependence, Unknown};
use super::marks::Marks;
use super::sets::{EMPTY, SetId};
use crate::graph::primitive::{DerivativeRule, Reach};
use crate::graph::{Cone, Graph, Node, NodeId, Op};
use std::collections::HashSet;
use std::hash::BuildHasher;

/// The nodes between some leaves and some outputs, and how often each is used.
pub(super) struct Walk {
    cone: Cone,
    users: Vec<u32>,
    outputs: Vec<NodeId>,
}

impl Walk {
    /// To `outputs`; nothing is looked for behind the nodes of `leaves`, and nothing depends on those of `dead`.
    pub fn to(
        graph: &Graph,
        outputs: Vec<NodeId>,
        leaves: &dyn Fn(NodeId) -> bool,
        dead: &dyn Fn(NodeId) -> bool,
    ) -> Walk {
        let cone = graph.cone(&outputs, |id| leaves(id) || dead(id));
        // By place: how often the node is used by others that an output depends on through it, and once
        // more for each output that it is.
        let mut users = vec![0u32; cone.len()];
        for place in outputs.iter().filter_map(|output| cone.place(*output)) {
            users[place] += 1;
        }
        for (place, &id) in cone.iter().enumerate().rev() {
            if users[place] == 0 || leaves(id) || dead(id) {
                continue;
            }
            let args = graph.args(id);
            for (k, arg) in args.iter().enumerate() {
                if carries(&graph.node(id), k, args.len())
                    && let Some(arg) = cone.place(*arg)
                {
                    users[arg] += 1;
                }
            }
        }
        for (place, id) in cone.iter().enumerate() {
            if dead(*id) {
                users[place] = 0;
            }
        }
        Walk {
            cone,
            users,
            outputs,
        }
    }

    /// What it takes to go it once, in entries.
    pub fn work(&self, graph: &Graph) -> usize {
        let entries = self.cone.iter().map(|id| graph.shape(*id).len() + 1);
        entries.sum()
    }
}

impl Dependence<'_, '_> {
    /// The pattern of the Jacobian of `output`, both counted column by column; nodes in `held` are leaves.
    ///
    /// # Errors
    /// If it is too large, or a value is missing that it depends on.
    pub fn pattern<S: BuildHasher>(
        mut self,
        output: NodeId,
        held: &HashSet<NodeId, S>,
    ) -> Result<SparsityPattern, Unknown> {
        let graph = self.graph;
        let leaf = self.leaf;
        // What is held is a leaf, and not the one.
        let walk = Walk::to(graph, vec![output], &|id| id == leaf, &|id| {
            id != leaf && held.contains(&id)
        });
        let each = (1..=graph.shape(leaf).len() as SetId).collect();
        let each = Marks::each(each);
        let found = self.marks(&walk, &|id| (id == leaf).then(|| each.clone()))?;
        let marks = found.into_iter().next().flatten();
        let columns = graph.shape(leaf).len();
        let rows = graph.shape(output).len();
        let mut pattern = SparsityPattern::with_columns(columns);
        let mut room = self.sets.room();
        for i in 0..rows {
            let members = self
                .sets
                .members(marks.as_ref().map_or(EMPTY, |marks| marks.at(i)));
            room = room.checked_sub(members.len()).ok_or(Unknown::TooLarge)?;
            pattern.push_row(members);
        }
        Ok(pattern)
    }

    /// The marks of the outputs of `walk`, where those of leaves are `given`.
    pub(super) fn marks(
        &mut self,
        walk: &Walk,
        given: &dyn Fn(NodeId) -> Option<Marks>,
    ) -> Result<Vec<Option<Marks>>, Unknown> {
        let graph = self.graph;
        let mut found: Vec<Option<Marks>> = vec![None; walk.cone.len()];
        let mut waiting = walk.users.clone();
        for (place, &id) in walk.cone.iter().enumerate() {
            if walk.users[place] == 0 {
                continue;
            }
            if let Some(marks) = given(id) {
                found[place] = Some(marks);
                continue;
            }
            let args = graph.args(id);
            let carried: Vec<Option<Marks>> = (args.iter().enumerate())
                .map(|(k, arg)| {
                    let arg = walk.cone.place(*arg)?;
                    carries(&graph.node(id), k, args.len()).then(|| found[arg].clone())?
                })
                .collect();
            for (k, arg) in args.iter().enumerate() {
                let Some(arg) = (walk.cone)
                    .place(*arg)
                    .filter(|_| carries(&graph.node(id), k, args.len()))
                else {
                    continue;
                };
                // What is held has nobody waiting for it.
                waiting[arg] = waiting[arg].saturating_sub(1);
                if waiting[arg] == 0 {
                    found[arg] = None;
                }
            }
            if carried.iter().any(Option::is_some) {
                found[place] = self.through(id, &args, &carried);
            }
            if self.sets.is_full() {
                return Err(Unknown::TooLarge);
            }
            if let Some(why) = self.unknown.take() {
                return Err(why);
            }
        }
        let outputs = walk.outputs.iter();
        Ok(outputs
            .map(|output| found[walk.cone.place(*output)?].clone())
            .collect())
    }
}

/// True if a derivative goes through argument `k` of a node.
fn carries(node: &Node, k: usize, arity: usize) -> bool {
    let Op::Apply(row, _) = node.op else {
        return true;
    };
    match row.derivative {
        DerivativeRule::Zero => false,
        _ if k + row.places >= arity => false,
        _ if row.chooses || row.mask.is_some() => k != 0,
        _ if matches!(row.reach, Reach::First) => k == 0,
        _ => true,
    }
}
