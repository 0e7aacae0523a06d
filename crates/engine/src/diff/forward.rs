//! Forward mode: tangents, along with the values.

use super::flow::{Flow, Flows, as_mask};
use super::site::{Modes, Site};
use super::slope::Slope;
use super::{Held, product, rounds, ruled};
use crate::graph::primitive::{AddsUp, DerivativeRule, Sees, ShapeRule, Tangent};
use crate::graph::{Graph, NodeId, Op, Term};
use rustc_hash::FxHashMap;

/// [`super::forward()`], with the modes that rules may need.
pub(super) fn tangents<'g>(
    modes: Modes,
    graph: &'g Graph,
    outputs: &[NodeId],
    seeds: &FxHashMap<NodeId, Flow<'g>>,
    held: &Held,
) -> Flows<'g> {
    let stop = |id| seeds.contains_key(&id) || held.contains(&id);
    let mut tangents = Flows::new(graph, graph.cone_in_order(outputs, stop));
    for place in 0..tangents.cone().len() {
        let id = tangents.cone()[place];
        let flow = match seeds.get(&id) {
            Some(seed) => Some(*seed),
            None if held.contains(&id) => None,
            None => tangent(modes, graph, id, &tangents, &stop),
        };
        if let Some(flow) = flow {
            tangents.set(place, flow);
        }
    }
    tangents
}

/// The tangent of `id`, given those of its arguments.
fn tangent<'g>(
    modes: Modes,
    graph: &'g Graph,
    id: NodeId,
    tangents: &Flows<'g>,
    fixed: &impl Fn(NodeId) -> bool,
) -> Option<Flow<'g>> {
    let mut active = false;
    graph.for_args(id, |arg| active |= tangents.has(arg));
    if !active {
        return None;
    }
    if let Op::Hold(_) = graph.node(id).op {
        return tangents.get(graph.args(id)[0]);
    }
    let site = Site::of(modes, graph, id)?;
    let dots: Vec<Option<Flow<'g>>> = site.args.iter().map(|arg| tangents.get(arg.id)).collect();
    if let Some(slope) = Slope::of(&site, fixed) {
        let past = tangents.get(slope.x.id);
        let past = past.map(|dot| dot.scaled(slope.partial, |flow, partial| partial * flow));
        let others = (dots.iter().enumerate()).filter(|(k, _)| !slope.covers[*k]);
        let others =
            others.filter_map(|(k, dot)| Some((*dot)?.scaled(site.partial(k)?, site.product(k))));
        return others.chain(past).reduce(Flow::plus);
    }
    #[cfg(feature = "mutants")]
    let dots = super::mutants::tangents(site.row, dots);
    push(&site, &dots)
}

fn terms<'g>(dots: &[Option<Flow<'g>>]) -> Vec<Option<Term<'g>>> {
    dots.iter().map(|dot| dot.map(|dot| dot.term)).collect()
}

/// The tangent of the result, given those of the arguments.
pub(super) fn push<'g>(site: &Site<'g>, dots: &[Option<Flow<'g>>]) -> Option<Flow<'g>> {
    let sum = |flows: &mut dyn Iterator<Item = Flow<'g>>| flows.reduce(Flow::plus);
    let active = || {
        dots.iter()
            .enumerate()
            .filter_map(|(k, dot)| Some((k, (*dot)?)))
    };
    match site.row.derivative {
        DerivativeRule::Zero => None,
        DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..) => {
            let mut parts =
                active().filter_map(|(k, dot)| Some(dot.scaled(site.partial(k)?, site.product(k))));
            sum(&mut parts)
        }
        DerivativeRule::Select(rule) => {
            let reduces = matches!(site.row.shape, ShapeRule::Reduce);
            let mut parts = active().filter_map(|(k, dot)| {
                let (mask, share) = rule(&site.args, site.result(), k)?;
                let flow = dot.selected(site.row, mask, share);
                Some(if reduces {
                    flow.through(|x| x.sum_along(site.attr))
                } else {
                    flow
                })
            });
            sum(&mut parts)
        }
        DerivativeRule::Linear(_) => linear(site, dots),
        DerivativeRule::Bilinear(..) => {
            let factors = site.args.len() - site.row.places;
            let mut parts = active().filter(|(k, _)| *k < factors).map(|(k, dot)| {
                let known = product::tangent(site, k, dot).or_else(|| inner_product(site, k, dot));
                if let Some(flow) = known {
                    return flow;
                }
                let mut args = site.args.clone();
                args[k] = dot.term;
                dot.mixed(site.again(&args))
            });
            sum(&mut parts)
        }
        DerivativeRule::Rounds | DerivativeRule::RoundsBack => rounds::tangent(site, dots),
        DerivativeRule::Ruled => ruled::tangent(site, dots),
        DerivativeRule::Tangent(rule) if active().any(|(_, dot)| dot.is_partial()) => {
            let mut parts = active().filter_map(|(k, dot)| by_parts(site, rule, k, dot));
            sum(&mut parts)
        }
        DerivativeRule::Tangent(rule) | DerivativeRule::Pair(rule, _) => {
            let term = rule(&site.args, site.result(), &terms(dots));
            if term.is(0.0) {
                // The rule itself says that nothing comes through here.
                return None;
            }
            Some(Flow::mix(active().map(|(_, dot)| dot), term))
        }
    }
}

/// The tangent that a rule gives for argument `k` alone, through the operations of the rule one by one:
/// what is not reached is a structural zero in each of them.
fn by_parts<'g>(site: &Site<'g>, rule: Tangent, k: usize, dot: Flow<'g>) -> Option<Flow<'g>> {
    site.graph.with_placeholder(site.args[k].shape(), |leaf| {
        let mut dots = vec![None; site.args.len()];
        dots[k] = Some(site.graph.term(leaf));
        let tangent = rule(&site.args, site.result(), &dots);
        site.tangent(tangent.id, (leaf, dot), &site.known())
    })
}

/// An inner product with a tangent that is not reached everywhere, entry by entry: what is not
/// reached meets no infinity.
fn inner_product<'g>(site: &Site<'g>, k: usize, dot: Flow<'g>) -> Option<Flow<'g>> {
    let mask = dot.reached.filter(|_| dot.is_partial())?;
    if site.row.adds_up != Some(AddsUp::Dot) {
        return None;
    }
    let other = site.args[1 - k].reshaped(dot.term.shape());
    let products = (dot.term * other).where_true(mask);
    Some(dot.mixed(products.sum()))
}

/// The operation itself on the tangents; where one of them has a mask, on the masks as well.
fn linear<'g>(site: &Site<'g>, dots: &[Option<Flow<'g>>]) -> Option<Flow<'g>> {
    let (values, places) = site.args.split_at(site.args.len() - site.row.places);
    let dots = &dots[..values.len()];
    if dots.iter().all(Option::is_none) {
        return None;
    }
    let on = |mut args: Vec<Term<'g>>| {
        args.extend(places);
        site.again(&args)
    };
    let tangents = (values.iter().zip(dots))
        .map(|(arg, dot)| dot.map_or_else(|| arg.zero(), |dot| dot.term))
        .collect();
    // Beside the diagonal nothing depends on anything.
    let fills = site.row.sees == Sees::Diagonal
        && site.args[0].shape().is_vector()
        && !site.shape.is_scalar();
    let complete = !fills
        && dots
            .iter()
            .all(|dot| dot.is_some_and(|dot| dot.reached.is_none()));
    let reached = (!complete).then(|| {
        let masks: Vec<Term<'g>> = (values.iter().zip(dots))
            .map(|(arg, dot)| {
                let mask = match dot {
                    None => arg.number(0.0),
                    Some(dot) => dot.reached.unwrap_or_else(|| arg.number(1.0)),
                };
                mask.stretch(arg.shape())
            })
            .collect();
        as_mask(on(masks))
    });
    Some(Flow {
        term: on(tangents),
        reached,
    })
}
