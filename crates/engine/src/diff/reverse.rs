//! Reverse mode: adjoints, from the output back.

use super::flow::{Flow, Flows, as_mask};
use super::site::{Modes, Site};
use super::slope::Slope;
use super::{Held, product, rounds, ruled};
use crate::graph::primitive::{DerivativeRule, Sees, ShapeRule};
use crate::graph::{Attr, Block, Cone, Graph, NodeId, Op, Tensor, Term};
use crate::primitives::array::ASSEMBLE;
use rustc_hash::FxHashMap;

/// The adjoints that the nodes of a cone have received so far. Adjoints that come through indices are kept
/// with their blocks and joined by one node, so that a sum over the entries of a vector stays
/// linear.
pub(super) struct Inboxes<'g> {
    whole: Flows<'g>,
    blocks: FxHashMap<usize, Vec<(Block, Flow<'g>)>>,
    /// By place: whether the node depends on a target.
    active: Vec<bool>,
}

impl<'g> Inboxes<'g> {
    /// True if adjoints of `id` are wanted.
    fn accepts(&self, id: NodeId) -> bool {
        let place = self.whole.cone().place(id);
        place.is_some_and(|place| self.active[place])
    }

    fn add(&mut self, id: NodeId, flow: Flow<'g>) {
        if let Some(place) = self.whole.cone().place(id) {
            self.whole.add(place, flow);
        }
    }

    fn add_block(&mut self, id: NodeId, block: Block, flow: Flow<'g>) {
        if let Some(place) = self.whole.cone().place(id) {
            self.blocks.entry(place).or_default().push((block, flow));
        }
    }

    /// The sum of everything that the node in this place has received.
    fn gather(&self, graph: &'g Graph, place: usize) -> Option<Flow<'g>> {
        let id = self.whole.cone()[place];
        let joined = self.blocks.get(&place).map(|parts| join(graph, id, parts));
        match (self.whole.at(place), joined) {
            (Some(whole), Some(joined)) => Some(whole.plus(joined)),
            (whole, joined) => whole.or(joined),
        }
    }
}

/// The adjoints of `targets` for outputs with adjoints, with the modes that rules may need.
pub(super) fn adjoints<'g>(
    modes: Modes,
    graph: &'g Graph,
    outputs: &[(NodeId, Flow<'g>)],
    targets: &[NodeId],
    held: &Held,
) -> Vec<Option<Flow<'g>>> {
    let nodes: Vec<NodeId> = outputs.iter().map(|(output, _)| *output).collect();
    let cone = graph.cone_in_order(&nodes, |id| held.contains(&id));
    let active = dependents(graph, &cone, targets, held);
    let mut inboxes = Inboxes {
        whole: Flows::new(graph, cone),
        blocks: FxHashMap::default(),
        active,
    };
    for (output, seed) in outputs {
        if inboxes.accepts(*output) {
            inboxes.add(*output, *seed);
        }
    }
    for place in (0..inboxes.active.len()).rev() {
        let Some(flow) = inboxes.gather(graph, place) else {
            continue;
        };
        inboxes.whole.set(place, flow);
        inboxes.blocks.remove(&place);
        let id = inboxes.whole.cone()[place];
        if !held.contains(&id) {
            let fixed = |id| held.contains(&id) || targets.contains(&id);
            push(modes, graph, id, flow, &mut inboxes, fixed);
        }
    }
    targets.iter().map(|id| inboxes.whole.get(*id)).collect()
}

/// By place in `cone`: whether the node depends on a target; targets do.
fn dependents(graph: &Graph, cone: &Cone, targets: &[NodeId], held: &Held) -> Vec<bool> {
    let mut active = vec![false; cone.len()];
    for place in targets.iter().filter_map(|target| cone.place(*target)) {
        active[place] = true;
    }
    for (place, &id) in cone.iter().enumerate() {
        if active[place] || held.contains(&id) {
            continue;
        }
        let mut depends = false;
        graph.for_args(id, |arg| {
            depends |= cone.place(arg).is_some_and(|place| active[place]);
        });
        active[place] = depends;
    }
    active
}

/// [`super::contributions`], with the modes that rules may need.
pub(super) fn contributions<'g>(
    modes: Modes,
    graph: &'g Graph,
    id: NodeId,
    flow: Flow<'g>,
) -> Vec<(usize, Flow<'g>)> {
    if let Op::Hold(_) = graph.node(id).op {
        return vec![(0, flow)];
    }
    let Some(site) = Site::of(modes, graph, id) else {
        return Vec::new();
    };
    (0..site.args.len())
        .filter_map(|k| Some((k, pull(&site, k, flow)?)))
        .collect()
}

fn push<'g>(
    modes: Modes,
    graph: &'g Graph,
    id: NodeId,
    flow: Flow<'g>,
    inboxes: &mut Inboxes<'g>,
    fixed: impl Fn(NodeId) -> bool,
) {
    if let Op::Hold(_) = graph.node(id).op {
        let arg = graph.args(id)[0];
        if inboxes.accepts(arg) {
            inboxes.add(arg, flow);
        }
        return;
    }
    let Some(site) = Site::of(modes, graph, id) else {
        return;
    };
    if let Attr::Corner(corner) = site.attr {
        let block = Block {
            corner,
            shape: site.shape,
        };
        #[cfg(feature = "mutants")]
        let flow = super::mutants::adjoint(site.row, 0, flow);
        if inboxes.accepts(site.args[0].id) {
            inboxes.add_block(site.args[0].id, block, flow);
        }
        return;
    }
    let flow = if leaves_entries_out(&site) {
        // Entries that are left out stay structural zeros.
        let everywhere = || flow.term.number(1.0);
        Flow {
            reached: Some(flow.reached.unwrap_or_else(everywhere)),
            ..flow
        }
    } else {
        flow
    };
    if let DerivativeRule::Rounds | DerivativeRule::RoundsBack = site.row.derivative {
        let accepts = |k: usize| inboxes.accepts(site.args[k].id);
        for (k, part) in rounds::adjoints(&site, flow, accepts) {
            inboxes.add(site.args[k].id, part);
        }
        return;
    }
    let slope = Slope::of(&site, fixed);
    if let Some(slope) = slope.as_ref().filter(|slope| inboxes.accepts(slope.x.id)) {
        let part = flow.scaled(slope.partial, |flow, partial| flow * partial);
        inboxes.add(slope.x.id, part);
    }
    for (k, arg) in site.args.iter().enumerate() {
        if slope.as_ref().is_some_and(|slope| slope.covers[k]) {
            continue;
        }
        if inboxes.accepts(arg.id)
            && let Some(part) = pull(&site, k, flow)
        {
            inboxes.add(arg.id, part);
        }
    }
}

/// True if the result does not depend on some entries of the argument.
fn leaves_entries_out(site: &Site<'_>) -> bool {
    match site.row.sees {
        Sees::All => false,
        Sees::Diagonal => !site.args[0].shape().is_vector(),
        Sees::Named => true,
    }
}

/// The adjoint that argument `k` gets from the adjoint `flow` of the result.
fn pull<'g>(site: &Site<'g>, k: usize, flow: Flow<'g>) -> Option<Flow<'g>> {
    #[cfg(feature = "mutants")]
    let flow = super::mutants::adjoint(site.row, k, flow);
    match site.row.derivative {
        DerivativeRule::Zero => None,
        DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..) => {
            Some(flow.scaled(site.partial(k)?, |flow, partial| flow * partial))
        }
        DerivativeRule::Select(rule) => {
            let (mask, share) = rule(&site.args, site.result(), k)?;
            let shape = site.args[k].shape();
            let stretched = if matches!(site.row.shape, ShapeRule::Reduce) {
                flow.through(|x| x.stretch(shape))
            } else {
                flow
            };
            Some(stretched.selected(site.row, mask, share))
        }
        DerivativeRule::Linear(_) if k + site.row.places >= site.args.len() => None,
        DerivativeRule::Linear(transposed) => {
            Some(flow.through(|x| transposed(x, site.result(), k)))
        }
        DerivativeRule::Bilinear(..) if k + site.row.places >= site.args.len() => None,
        DerivativeRule::Bilinear(first, second) => {
            if let Some(flow) = product::adjoint(site, k, flow) {
                return Some(flow);
            }
            let rule = if k == 0 { first } else { second };
            Some(flow.mixed(rule(flow.term, site.args[0], site.args[1])))
        }
        DerivativeRule::Tangent(tangent) => {
            let found = site.graph.with_placeholder(site.args[k].shape(), |leaf| {
                let mut dots = vec![None; site.args.len()];
                dots[k] = Some(site.graph.term(leaf));
                let tangent = tangent(&site.args, site.result(), &dots);
                let seed = if flow.is_partial() {
                    flow
                } else {
                    Flow::everywhere(flow.term)
                };
                site.adjoint((tangent.id, seed), leaf, &site.known())
            })?;
            Some(if flow.is_partial() {
                found
            } else {
                flow.mixed(found.term)
            })
        }
        DerivativeRule::Rounds | DerivativeRule::RoundsBack => {
            let own = rounds::adjoints(site, flow, |asked| asked == k);
            own.into_iter().next().map(|(_, flow)| flow)
        }
        DerivativeRule::Ruled => ruled::adjoint(site, flow, k),
        DerivativeRule::Pair(_, adjoint) => {
            Some(flow.mixed(adjoint(flow.term, &site.args, site.result(), k)))
        }
    }
}

/// One node for all adjoints that arrived through indices.
fn join<'g>(graph: &'g Graph, id: NodeId, parts: &[(Block, Flow<'g>)]) -> Flow<'g> {
    let shape = graph.shape(id);
    let attr = graph.block_list(parts.iter().map(|(block, _)| *block).collect());
    let assemble = |ids: &[NodeId]| graph.term(graph.apply(&ASSEMBLE, attr, shape, ids));
    let ids: Vec<NodeId> = parts.iter().map(|(_, flow)| flow.term.id).collect();
    let masked = parts.iter().any(|(_, flow)| flow.reached.is_some());
    let reached = if masked {
        let one = graph.term(graph.literal(1.0));
        let mask =
            |(block, flow): &(Block, Flow<'g>)| flow.reached.unwrap_or(one).stretch(block.shape).id;
        let ids: Vec<NodeId> = parts.iter().map(mask).collect();
        Some(as_mask(assemble(&ids)))
    } else {
        covered(graph, id, parts)
    };
    Flow {
        term: assemble(&ids),
        reached,
    }
}

/// The mask of the entries that the blocks cover; `None` where they cover everything.
fn covered<'g>(graph: &'g Graph, id: NodeId, parts: &[(Block, Flow<'g>)]) -> Option<Term<'g>> {
    let shape = graph.shape(id);
    let mut mask = Tensor::filled(shape, 0.0);
    for (block, _) in parts {
        for j in 0..block.shape.n() {
            let start = block.corner.row as usize + (block.corner.col as usize + j) * shape.m();
            mask.data_mut()[start..start + block.shape.m()].fill(1.0);
        }
    }
    let complete = mask.data().iter().all(|x| *x == 1.0);
    (!complete).then(|| graph.term(graph.constant(mask)))
}
