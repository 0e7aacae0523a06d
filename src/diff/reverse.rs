//! Reverse mode: adjoints, from the output back.

use super::Held;
use super::flow::{Flow, Site, as_mask};
use crate::graph::primitive::{Derivative, ShapeRule};
use crate::graph::{Attr, Block, Graph, NodeId, Op, Tensor, Term};
use crate::primitives::array::{ASSEMBLE, INDEX};
use rustc_hash::{FxHashMap, FxHashSet};

/// Everything that has arrived at a node so far. Adjoints that come through indices are kept with
/// their blocks and joined by one node, so that a sum over the entries of a vector stays linear.
#[derive(Clone, Default)]
struct Inbox<'g> {
    whole: Vec<Flow<'g>>,
    blocks: Vec<(Block, Flow<'g>)>,
}

/// Appends the adjoints of `targets` for an output with adjoint `seed`, and returns them in order;
/// `None` where there is no path. Targets are passed through, so one may lie behind another; nodes
/// in `held` are leaves.
pub fn reverse<'g>(
    graph: &'g Graph,
    output: NodeId,
    seed: Flow<'g>,
    targets: &[NodeId],
    held: &Held,
) -> Vec<Option<Flow<'g>>> {
    observed(graph, output, seed, targets, held, &mut |_, _| {})
}

/// Where a reverse pass stands after a node: the nodes that have received adjoints and not yet
/// passed them on, each with the sum of what it has received.
pub type Frontier<'g> = Vec<(NodeId, Term<'g>)>;

/// A reverse pass of a scalar output in single steps: every node that passed its adjoint on, and
/// the frontier after it. The sum of adjoint times differential over the frontier is the
/// differential of the output at every step.
pub fn reverse_steps<'g>(
    graph: &'g Graph,
    output: NodeId,
    target: NodeId,
    held: &Held,
) -> Vec<(NodeId, Frontier<'g>)> {
    let mut steps = Vec::new();
    let one = graph.term(graph.literal(1.0));
    observed(
        graph,
        output,
        Flow::everywhere(one),
        &[target],
        held,
        &mut |id, inboxes| {
            let mut frontier: Frontier<'g> = inboxes
                .iter()
                .filter_map(|(node, inbox)| {
                    Some((*node, gather(graph, *node, inbox.clone())?.term))
                })
                .collect();
            frontier.sort_by_key(|(node, _)| std::cmp::Reverse(*node));
            steps.push((id, frontier));
        },
    );
    steps
}

fn observed<'g>(
    graph: &'g Graph,
    output: NodeId,
    seed: Flow<'g>,
    targets: &[NodeId],
    held: &Held,
    observe: &mut dyn FnMut(NodeId, &FxHashMap<NodeId, Inbox<'g>>),
) -> Vec<Option<Flow<'g>>> {
    let cone = graph.cone(&[output], |id| held.contains(&id));
    let active = dependents(graph, &cone, targets, held);
    let wanted: FxHashSet<NodeId> = targets.iter().copied().collect();
    let mut inboxes: FxHashMap<NodeId, Inbox<'g>> = FxHashMap::default();
    let mut found: FxHashMap<NodeId, Flow<'g>> = FxHashMap::default();
    if active.contains(&output) {
        inboxes.entry(output).or_default().whole.push(seed);
    }
    for &id in cone.iter().rev() {
        let Some(inbox) = inboxes.remove(&id) else {
            continue;
        };
        let Some(flow) = gather(graph, id, inbox) else {
            continue;
        };
        if wanted.contains(&id) {
            found.insert(id, flow);
        }
        if !held.contains(&id) {
            push(graph, id, flow, &active, &mut inboxes);
            observe(id, &inboxes);
        }
    }
    targets.iter().map(|id| found.get(id).copied()).collect()
}

/// The nodes of `cone` that depend on a target, targets included.
fn dependents(
    graph: &Graph,
    cone: &[NodeId],
    targets: &[NodeId],
    held: &Held,
) -> FxHashSet<NodeId> {
    let mut active: FxHashSet<NodeId> = targets.iter().copied().collect();
    for &id in cone {
        if held.contains(&id) || active.contains(&id) {
            continue;
        }
        let mut depends = false;
        graph.for_args(id, |arg| depends |= active.contains(&arg));
        if depends {
            active.insert(id);
        }
    }
    active
}

/// The adjoints that `id` with adjoint `flow` contributes to its arguments, one by one: what a
/// trace prints.
pub fn contributions<'g>(graph: &'g Graph, id: NodeId, flow: Flow<'g>) -> Vec<(usize, Flow<'g>)> {
    if let Op::Hold(_) = graph.node(id).op {
        return vec![(0, flow)];
    }
    let Some(site) = Site::of(graph, id) else {
        return Vec::new();
    };
    (0..site.args.len())
        .filter_map(|k| Some((k, pull(&site, k, flow)?)))
        .collect()
}

fn push<'g>(
    graph: &'g Graph,
    id: NodeId,
    flow: Flow<'g>,
    active: &FxHashSet<NodeId>,
    inboxes: &mut FxHashMap<NodeId, Inbox<'g>>,
) {
    if let Op::Hold(_) = graph.node(id).op {
        let arg = graph.args(id)[0];
        if active.contains(&arg) {
            inboxes.entry(arg).or_default().whole.push(flow);
        }
        return;
    }
    let Some(site) = Site::of(graph, id) else {
        return;
    };
    if site.row.is(&INDEX)
        && let Attr::Corner(corner) = site.attr
    {
        let block = Block {
            corner,
            shape: site.shape,
        };
        let inbox = inboxes.entry(site.args[0].id).or_default();
        inbox.blocks.push((block, flow));
        return;
    }
    for (k, arg) in site.args.iter().enumerate() {
        if active.contains(&arg.id)
            && let Some(part) = pull(&site, k, flow)
        {
            inboxes.entry(arg.id).or_default().whole.push(part);
        }
    }
}

/// What argument `k` gets of the adjoint `flow` of the result.
fn pull<'g>(site: &Site<'g>, k: usize, flow: Flow<'g>) -> Option<Flow<'g>> {
    match site.row.derivative {
        Derivative::Zero => None,
        Derivative::Partial1(_) | Derivative::Partial2(..) => {
            Some(flow.scaled(site.partial(k)?, |flow, partial| flow * partial))
        }
        Derivative::Select(rule) => {
            let (mask, share) = rule(&site.args, site.result(), k)?;
            let shape = site.args[k].shape();
            let stretched = if matches!(site.row.shape, ShapeRule::Reduce) {
                flow.through(|x| x.stretch(shape))
            } else {
                flow
            };
            Some(stretched.selected(site.row, mask, share))
        }
        Derivative::Linear(transposed) => Some(flow.through(|x| transposed(x, site.result(), k))),
        Derivative::Bilinear(first, second) => {
            let rule = if k == 0 { first } else { second };
            Some(flow.mixed(rule(flow.term, site.args[0], site.args[1])))
        }
        Derivative::Tangent(tangent) => {
            let term = site
                .graph
                .with_placeholder(site.args[k].shape(), |leaf| {
                    let mut dots = vec![None; site.args.len()];
                    dots[k] = Some(site.graph.term(leaf));
                    let tangent = tangent(&site.args, site.result(), &dots);
                    let seed = Flow::everywhere(flow.term);
                    reverse(site.graph, tangent.id, seed, &[leaf], &Held::default())[0]
                })?
                .term;
            Some(flow.mixed(term))
        }
        Derivative::Pair(_, adjoint) => {
            Some(flow.mixed(adjoint(flow.term, &site.args, site.result(), k)))
        }
    }
}

/// The sum of everything in an inbox.
fn gather<'g>(graph: &'g Graph, id: NodeId, inbox: Inbox<'g>) -> Option<Flow<'g>> {
    let joined = (!inbox.blocks.is_empty()).then(|| join(graph, id, &inbox.blocks));
    inbox.whole.into_iter().chain(joined).reduce(Flow::plus)
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
