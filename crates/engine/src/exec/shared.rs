//! Gradients of one loop by several of its arguments: one sweep through the rounds for all of them.
//!
//! A sweep is a `ROUNDS_BACK` node. Those of one loop with one adjoint differ in the arguments that are
//! wanted, and where they pass the adjoints of the states on by the same nodes, one that wants
//! what they all want has the bits of each.

use crate::graph::{Args, Attr, Block, Corner, Graph, NodeId, Op, RoundBack, Shape, Term};
use crate::primitives::array::VCAT;
use crate::primitives::rounds::ROUNDS_BACK;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::rc::Rc;

/// The adjoint of a round, where `id` is a sweep.
fn sweep(graph: &Graph, id: NodeId) -> Option<Rc<RoundBack>> {
    match graph.node(id).attr() {
        Attr::RoundBack(number) => Some(graph.round_back_of(number)),
        _ => None,
    }
}

/// One that gives what both give.
fn joined(graph: &Graph, one: &RoundBack, other: &RoundBack) -> Option<RoundBack> {
    one.joined(other, &graph.round_of(one.round))
}

/// What is computed in the place of `id`: for a sweep beside which others are wanted, a part of the one
/// that serves them all. `is_known` tells what has been computed.
pub(super) fn instead_of(
    graph: &Graph,
    id: NodeId,
    is_known: impl Fn(NodeId) -> bool,
) -> Option<NodeId> {
    let own = sweep(graph, id)?;
    let beside = graph.sweeps_beside(id);
    if beside.len() < 2 {
        return None;
    }
    let (known, wanted): (Vec<NodeId>, Vec<NodeId>) = beside.iter().partition(|id| is_known(**id));
    let serves = |id: &NodeId| {
        let other = sweep(graph, *id);
        other.is_some_and(|other| joined(graph, &own, &other).is_some_and(|both| both == *other))
    };
    let args = graph.args(id);
    let whole = known.into_iter().find(serves);
    let whole = whole.unwrap_or_else(|| common(graph, &own, &wanted, &args));
    (whole != id).then(|| part(graph, &own, whole))
}

/// The sweep that gives what `own` gives, and all of `others` that go the same way.
fn common(graph: &Graph, own: &RoundBack, others: &[NodeId], args: &Args) -> NodeId {
    let mut all = own.clone();
    for other in others.iter().filter_map(|id| sweep(graph, *id)) {
        all = joined(graph, &all, &other).unwrap_or(all);
    }
    let wanted = args.iter().zip(&all.wanted).filter(|(_, wanted)| **wanted);
    let length = wanted.map(|(arg, _)| graph.shape(*arg).len()).sum();
    let attr = graph.round_back(all);
    graph.apply(&ROUNDS_BACK, attr, Shape::vector(length), args)
}

/// What `own` gives, as a part of the sweep `whole`.
fn part(graph: &Graph, own: &RoundBack, whole: NodeId) -> NodeId {
    let value = graph.term(whole);
    let Some(all) = sweep(graph, whole).filter(|all| all.wanted != own.wanted) else {
        return whole;
    };
    let mut at = 0;
    let mut parts: Vec<Term<'_>> = Vec::new();
    for (k, arg) in graph.args(whole).iter().enumerate() {
        if !all.wanted.get(k).is_some_and(|wanted| *wanted) {
            continue;
        }
        let shape = Shape::vector(graph.shape(*arg).len());
        let corner = Corner { row: at, col: 0 };
        if own.wanted[k] {
            parts.push(value.block(Block { corner, shape }));
        }
        at += shape.rows;
    }
    if let [only] = parts[..] {
        return only.id;
    }
    let ids: Vec<NodeId> = parts.iter().map(|part| part.id).collect();
    let length = parts.iter().map(|part| part.shape().len()).sum();
    graph.apply(&VCAT, Attr::None, Shape::vector(length), &ids)
}

/// `entries`, in which sweeps of one loop with one adjoint are parts of one; what is `given` stays.
pub(super) fn with_common_sweeps<'e>(
    graph: &Graph,
    given: &[Vec<NodeId>],
    entries: &'e [Vec<NodeId>],
) -> Cow<'e, [Vec<NodeId>]> {
    // Most graphs have no loop: their cone is not walked for this.
    if !graph.has_sweeps_beside() {
        return entries.into();
    }
    let outputs: Vec<NodeId> = entries.iter().flatten().copied().collect();
    let given: FxHashSet<NodeId> = given.iter().flatten().copied().collect();
    let cone = graph.cone(&outputs, |id| given.contains(&id));
    let mut sweeps: FxHashMap<Args, Vec<NodeId>> = FxHashMap::default();
    for id in cone.iter().filter(|id| !given.contains(id)) {
        if sweep(graph, *id).is_some() {
            sweeps.entry(graph.args(*id)).or_default().push(*id);
        }
    }
    if sweeps.values().all(|beside| beside.len() < 2) {
        return entries.into();
    }
    let mut images: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let image =
        |images: &FxHashMap<NodeId, NodeId>, id: NodeId| images.get(&id).copied().unwrap_or(id);
    for &id in cone.iter().filter(|id| !given.contains(id)) {
        let args = graph.args(id);
        let changed: Args = args.iter().map(|arg| image(&images, *arg)).collect();
        let node = graph.node(id);
        let copy = match (node.op, sweep(graph, id)) {
            (_, Some(own)) if sweeps[&args].len() > 1 => {
                part(graph, &own, common(graph, &own, &sweeps[&args], &changed))
            }
            _ if changed == args => continue,
            (Op::Apply(row, attr), _) => graph.apply(row, attr, node.shape, &changed),
            (Op::Hold(tag), _) => graph.hold(tag, changed[0]),
            _ => continue,
        };
        images.insert(id, copy);
    }
    let entry = |entry: &Vec<NodeId>| entry.iter().map(|id| image(&images, *id)).collect();
    entries.iter().map(entry).collect::<Vec<_>>().into()
}
