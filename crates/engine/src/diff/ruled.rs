//! Calls with rules of the user's: the adjoint is the rule, the tangent its transpose. What has no rule gets
//! its derivative through the body.

use super::Held;
use super::flow::Flow;
use super::site::Site;
use crate::graph::substitute::substitute;
use crate::graph::{Attr, CallRule, NodeId, Term};
use crate::primitives::arithmetic::FROZEN;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A call with its rule.
struct Ruled<'s, 'g> {
    site: &'s Site<'g>,
    rule: Rc<CallRule>,
    /// The value of the body, and what else it is computed from.
    body: Term<'g>,
    args: &'s [Term<'g>],
}

impl<'s, 'g> Ruled<'s, 'g> {
    fn of(site: &'s Site<'g>) -> Ruled<'s, 'g> {
        let (Attr::Rule(id), Some((body, args))) = (site.attr, site.args.split_last()) else {
            unreachable!("a call with a rule carries it, and has a value");
        };
        Ruled {
            site,
            rule: site.graph.rule_of(id),
            body: *body,
            args,
        }
    }

    /// The adjoint of argument `k` where the result has the adjoint `seed`; `None` where it has no rule.
    fn adjoint(&self, k: usize, seed: NodeId) -> Option<NodeId> {
        let (_, adjoint) = self.rule.adjoints.iter().find(|(of, _)| *of == k)?;
        let args = self.args.iter().map(|arg| arg.id);
        let leaves = self.rule.leaves.iter().copied().zip(args);
        let own = [(self.rule.seed, seed), (self.rule.result, self.site.node)];
        let replaced: FxHashMap<NodeId, NodeId> = leaves.chain(own).collect();
        Some(substitute(self.site.graph, *adjoint, &replaced))
    }

    /// The flow that `pass` makes of `flow` through the body. There, arguments with a rule are frozen; in the
    /// result they are themselves, so that its derivatives see them.
    fn through_body(
        &self,
        k: usize,
        flow: Flow<'g>,
        pass: impl Fn(Flow<'g>, &Held) -> Option<Flow<'g>>,
    ) -> Option<Flow<'g>> {
        let graph = self.site.graph;
        graph.with_placeholder(flow.term.shape(), |leaf| {
            let stand_in = graph.term(leaf);
            let others = self
                .args
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != k);
            let held: Held = others.map(|(_, arg)| arg.id).collect();
            let found = pass(
                Flow {
                    term: stand_in,
                    ..flow
                },
                &held,
            )?;
            let frozen = self.rule.adjoints.iter().map(|(of, _)| {
                let arg = self.args[*of];
                (arg.map(&FROZEN).id, arg.id)
            });
            let replaced: FxHashMap<NodeId, NodeId> =
                frozen.chain([(leaf, flow.term.id)]).collect();
            let thawed = |term: Term<'g>| graph.term(substitute(graph, term.id, &replaced));
            Some(Flow {
                term: thawed(found.term),
                reached: found.reached.map(thawed),
            })
        })
    }
}

/// The tangent of the result.
pub(super) fn tangent<'g>(site: &Site<'g>, dots: &[Option<Flow<'g>>]) -> Option<Flow<'g>> {
    let (call, graph) = (Ruled::of(site), site.graph);
    let part = |(k, arg): (usize, &Term<'g>)| {
        let dot = dots[k]?;
        let ruled = graph.with_placeholder(site.shape, |seed| {
            let pulled = call.adjoint(k, seed)?;
            Some(site.adjoint((pulled, dot), seed, &site.known()))
        });
        ruled.unwrap_or_else(|| {
            call.through_body(k, dot, |dot, held| {
                site.tangent(call.body.id, (arg.id, dot), held)
            })
        })
    };
    let parts = call.args.iter().enumerate().filter_map(part);
    parts.reduce(Flow::plus)
}

/// The adjoint of argument `k`, given that of the result.
pub(super) fn adjoint<'g>(site: &Site<'g>, flow: Flow<'g>, k: usize) -> Option<Flow<'g>> {
    let (call, graph) = (Ruled::of(site), site.graph);
    let arg = call.args.get(k)?;
    let ruled = graph.with_placeholder(site.shape, |seed| {
        let pulled = call.adjoint(k, seed)?;
        Some(site.tangent(pulled, (seed, flow), &site.known()))
    });
    ruled.unwrap_or_else(|| {
        call.through_body(k, flow, |flow, held| {
            site.adjoint((call.body.id, flow), arg.id, held)
        })
    })
}
