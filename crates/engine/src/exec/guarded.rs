//! A program computes everything, whatever its conditions are. So a node that may fail where a condition
//! leaves it out is given other arguments there, with which it does not fail: `if c then x[i] else 0` is
//! computed as `if c then x[if c then i else 1] else 0`. It fails where it is needed, and only there.

use super::Unfit;
use super::plan::{Place, Plan};
use crate::graph::primitive::Demand;
use crate::graph::{
    Args, Attr, Graph, LocalUse, Node, NodeId, Op, Primitive, Round, RoundCount, Shape, Term,
};
use crate::primitives::algebra::{INV, SOLVE};
use crate::primitives::arithmetic::{AND, NOT, OR, WHERE};
use crate::primitives::array::{EYE, ONEHOT};
use crate::primitives::term::entrywise;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::rc::Rc;

/// Most ways in which a node may be needed.
const MOST_WAYS: usize = 16;

/// Outputs in which nodes that may be left out are guarded.
pub struct Guarded {
    /// The outputs.
    pub entries: Vec<Vec<NodeId>>,
    /// The nodes that others stand in for, by those.
    pub stand_ins: FxHashMap<NodeId, NodeId>,
}

/// The arguments that a guard replaces; none if there is no guard for the operation.
fn replaced(row: &Primitive, count: usize) -> Range<usize> {
    match row {
        _ if row.places > 0 => count - row.places..count,
        _ if [&ONEHOT, &SOLVE, &INV].iter().any(|known| row.is(known)) => 0..1,
        _ => 0..0,
    }
}

/// The round of a loop that decides its end, or of the adjoints of one, and that end.
fn until(graph: &Graph, attr: Attr) -> Option<(Rc<Round>, NodeId)> {
    let round = graph.round_behind(attr)?;
    match round.count {
        RoundCount::Until(end, _) => Some((round, end)),
        RoundCount::Fixed(_) => None,
    }
}

/// Such a loop, or its adjoints, with one parameter more, behind the others: where that is not true, the
/// loop ends before its first round. `changed` are its arguments.
fn only_if(graph: &Graph, attr: Attr, needed: Term<'_>, changed: &mut Args) -> Option<Attr> {
    let (round, end) = until(graph, attr)?;
    let place = round.states.len() + round.parameters.len();
    let leaf = graph.local(LocalUse::Parameter, round.parameters.len(), Shape::SCALAR);
    let end = entrywise(&OR, &[graph.term(end), graph.term(leaf).map(&NOT)]);
    let mut guarded = (*round).clone();
    guarded.parameters.push(leaf);
    guarded.count = RoundCount::Until(end.id, round.count.most());
    changed.insert(place, needed.id);
    let forward = graph.round(guarded);
    let (Attr::RoundBack(id), Attr::Round(number)) = (attr, forward) else {
        return Some(forward);
    };
    let mut back = (*graph.round_back_of(id)).clone();
    back.round = number;
    back.wanted.insert(place, false);
    Some(graph.round_back(back))
}

/// True if there is a guard for the node.
pub(super) fn has_guard(graph: &Graph, node: &Node) -> bool {
    let row = node.primitive();
    row.is_some_and(|row| !replaced(row, row.arity.least).is_empty())
        || until(graph, node.attr()).is_some()
}

/// Conditions that all hold or do not, as each one says.
type Way = Vec<(NodeId, bool)>;

/// The ways in which a node is needed: one of them must be true. No way at all: never. A way without
/// conditions: always. None follows from another, so that a node that a condition is computed from does
/// not wait for it.
#[derive(Clone, Default)]
struct Needed(Vec<Way>);

impl Needed {
    fn add(&mut self, way: Way) {
        let follows = |way: &Way, other: &Way| other.iter().all(|known| way.contains(known));
        if !self.0.iter().any(|known| follows(&way, known)) {
            self.0.retain(|known| !follows(known, &way));
            self.0.push(way);
        }
    }

    fn is_always(&self) -> bool {
        self.0.iter().any(Vec::is_empty)
    }

    fn conditions(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flatten().map(|(id, _)| *id)
    }

    /// As a node; `image` is what became of a condition.
    fn term<'g>(&self, graph: &'g Graph, image: impl Fn(NodeId) -> NodeId) -> Option<Term<'g>> {
        let holds = |(id, holds): &(NodeId, bool)| match holds {
            true => graph.term(image(*id)),
            false => graph.term(image(*id)).map(&NOT),
        };
        let both = |a, b| entrywise(&AND, &[a, b]);
        let ways = self
            .0
            .iter()
            .filter_map(|way| way.iter().map(holds).reduce(both));
        ways.reduce(|a, b| entrywise(&OR, &[a, b]))
    }
}

/// The condition under which a node that is needed needs its argument `k`, where there is one.
fn condition(plan: &Plan<'_>, place: Place, k: usize) -> Option<(NodeId, bool)> {
    let args = plan.args(place);
    let demand = plan.nodes[place as usize].primitive()?.demand;
    if k == 0 || !plan.shape(args[0]).is_scalar() {
        return None;
    }
    let first = plan.cone[args[0] as usize];
    match (demand, k) {
        (Demand::All, _) => None,
        (Demand::IfTrue, _) | (Demand::Choice, 1) => Some((first, true)),
        (Demand::IfFalse | Demand::Choice, _) => Some((first, false)),
    }
}

/// The conditions that all hold, or do not, where this one does or does not.
fn parts(graph: &Graph, condition: NodeId, holds: bool) -> Way {
    let mut found = Way::new();
    let mut left = vec![(condition, holds)];
    while let Some((id, holds)) = left.pop() {
        let row = graph.node(id).primitive();
        let is = |other: &Primitive| row.is_some_and(|row| row.is(other));
        if is(&NOT) {
            left.push((graph.args(id)[0], !holds));
        } else if holds && is(&AND) || !holds && is(&OR) {
            left.extend(graph.args(id).iter().map(|arg| (*arg, holds)));
        } else {
            found.push((id, holds));
        }
    }
    found
}

/// By place, when a node is needed: of those that are computed from what is `uncertain`.
fn needed(
    plan: &Plan<'_>,
    entries: &[Vec<NodeId>],
    uncertain: &FxHashSet<Place>,
) -> Result<Vec<Needed>, Unfit> {
    let count = plan.nodes.len();
    let mut above = vec![false; count];
    for place in 0..count as Place {
        let args = plan.args(place);
        let below = args.iter().any(|arg| above[*arg as usize]);
        above[place as usize] = below || uncertain.contains(&place);
    }
    let mut needed = vec![Needed::default(); count];
    for output in entries.iter().flatten() {
        needed[plan.place(*output) as usize].add(Way::new());
    }
    for place in (0..count as Place).rev().filter(|k| above[*k as usize]) {
        let here = std::mem::take(&mut needed[place as usize]);
        if here.0.len() > MOST_WAYS {
            return Err(Unfit::Conditional);
        }
        for (k, arg) in plan.args(place).into_iter().enumerate() {
            if !above[arg as usize] {
                continue;
            }
            let more = condition(plan, place, k);
            let more = more.map_or_else(Way::new, |(id, holds)| parts(plan.graph, id, holds));
            for way in &here.0 {
                let mut way = way.clone();
                for part in &more {
                    if !way.contains(part) {
                        way.push(*part);
                    }
                }
                needed[arg as usize].add(way);
            }
        }
        if uncertain.contains(&place) {
            needed[place as usize] = here;
        }
    }
    Ok(needed)
}

/// The outputs with guards for the nodes at the places `uncertain`; what is `given` stays.
///
/// # Errors
/// If one of them may be needed in too many ways, or decides itself whether it is needed.
pub(super) fn guarded(
    plan: &Plan<'_>,
    given: &FxHashSet<NodeId>,
    entries: &[Vec<NodeId>],
    uncertain: &FxHashSet<Place>,
) -> Result<Guarded, Unfit> {
    let graph = plan.graph;
    let needed = needed(plan, entries, uncertain)?;
    let guard = |id: NodeId| {
        let place = plan.cone.place(id)?;
        let needed = &needed[place];
        let guards = uncertain.contains(&(place as Place)) && !needed.is_always();
        guards.then_some(needed)
    };
    let mut images: FxHashMap<NodeId, NodeId> = given.iter().map(|id| (*id, *id)).collect();
    let mut stand_ins = FxHashMap::default();
    let mut entered = FxHashSet::default();
    let mut stack: Vec<NodeId> = entries.iter().flatten().copied().collect();
    while let Some(&id) = stack.last() {
        if images.contains_key(&id) {
            stack.pop();
            continue;
        }
        let args = graph.args(id);
        let guard = guard(id);
        let before = stack.len();
        let conditions = guard.into_iter().flat_map(Needed::conditions);
        let first = args.iter().copied().chain(conditions);
        stack.extend(first.filter(|id| !images.contains_key(id)));
        if stack.len() > before {
            if !entered.insert(id) {
                return Err(Unfit::Conditional);
            }
            continue;
        }
        stack.pop();
        let mut changed: Args = args.iter().map(|arg| images[arg]).collect();
        let node = graph.node(id);
        let mut attr = node.attr();
        if let (Some(guard), Some(row)) = (guard, node.primitive())
            && let Some(needed) = guard.term(graph, |id| images[&id])
        {
            for k in replaced(row, args.len()) {
                let arg = graph.term(changed[k]);
                changed[k] = entrywise(&WHERE, &[needed, arg, harmless(row, arg)]).id;
            }
            attr = only_if(graph, attr, needed, &mut changed).unwrap_or(attr);
        }
        let image = match node.op {
            _ if changed == args => id,
            Op::Apply(row, _) => graph.apply(row, attr, node.shape, &changed),
            Op::Hold(tag) => graph.hold(tag, changed[0]),
            _ => id,
        };
        images.insert(id, image);
        if image != id {
            stand_ins.insert(image, id);
        }
    }
    let entry = |entry: &Vec<NodeId>| entry.iter().map(|id| images[id]).collect();
    Ok(Guarded {
        entries: entries.iter().map(entry).collect(),
        stand_ins,
    })
}

/// An argument with which the operation does not fail.
fn harmless<'g>(row: &Primitive, arg: Term<'g>) -> Term<'g> {
    let graph = arg.graph;
    match row.is(&SOLVE) || row.is(&INV) {
        true => graph.term(graph.apply(&EYE, Attr::None, arg.shape(), &[])),
        false => arg.number(1.0),
    }
}
