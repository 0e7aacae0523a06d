//! The jets of a loop: a loop over jets.

use super::jets::Jets;
use crate::diff::Held;
use crate::diff::flow::{Flow, any_reached};
use crate::diff::modes::MODES;
use crate::diff::rounds::{Loop, part_of};
use crate::graph::{Attr, LocalUse, LoopArgument, NodeId, Round, Term};

/// The coefficients from order 1 on of an argument of a loop, or of a leaf of its rounds.
type Higher<'g> = Vec<Option<Flow<'g>>>;

impl<'g> Jets<'g, '_> {
    /// The coefficients of the loop `id` from order 1 to `order`, found together; `None` if it was told
    /// to stop.
    pub(super) fn rounds(&self, id: NodeId, order: usize) -> Option<Higher<'g>> {
        let (graph, site) = (self.graph, self.site(id));
        let Attr::Round(number) = site.attr else {
            unreachable!("a loop has a round");
        };
        let round = (*graph.round_of(number)).clone();
        let given: Vec<Higher<'g>> = (site.args.iter())
            .map(|arg| (1..=order).map(|k| self.coefficient(arg.id, k)).collect())
            .collect();
        let has_any = |higher: &Higher<'g>| higher.iter().any(Option::is_some);
        let mut active: Vec<bool> = given.iter().map(has_any).collect();
        // A state is active if a round makes it so.
        let (after, leaves) = loop {
            let leaves = self.leaves(&round, &given, &active, order);
            let seeds = (0..round.arity()).filter(|k| active[*k]).map(|k| {
                let flow =
                    |leaf: &Option<NodeId>| leaf.map(|leaf| Flow::everywhere(graph.term(leaf)));
                (round.leaf(k), leaves[k].iter().map(flow).collect())
            });
            let held = Held::default();
            let mut jets = Jets::new(graph, &held, seeds.collect::<Vec<_>>(), self.go_on);
            let mut after: Vec<Vec<Option<NodeId>>> = Vec::new();
            for (_, node) in &round.states {
                jets.find(*node, order)?;
                let found = (1..=order).map(|k| Some(jets.coefficient(*node, k)?.term.id));
                after.push(found.collect());
            }
            let before = active.clone();
            for (k, found) in after.iter().enumerate() {
                active[k] |= found.iter().any(Option::is_some);
            }
            if active == before {
                let release = |found: &Vec<Option<NodeId>>, leaf: NodeId| -> Vec<NodeId> {
                    let zero = graph.term(leaf).zero().id;
                    let all: Vec<NodeId> = found.iter().map(|id| id.unwrap_or(zero)).collect();
                    jets.released(&all)
                };
                let states = round.states.iter().zip(&after);
                let after: Vec<Vec<NodeId>> = states
                    .map(|((leaf, _), found)| release(found, *leaf))
                    .collect();
                break (after, leaves);
            }
        };
        let mut both = round.clone();
        let mut args: [Vec<Term<'g>>; 3] = Default::default();
        for (k, arg) in site.args.iter().enumerate() {
            args[part_of(round.argument(k))].push(*arg);
        }
        for k in (0..round.arity()).filter(|k| active[*k]) {
            let argument = round.argument(k);
            for (order, leaf) in leaves[k].iter().enumerate() {
                let Some(leaf) = *leaf else { continue };
                match argument {
                    LoopArgument::State(number) => both.states.push((leaf, after[number][order])),
                    LoopArgument::Parameter(_) => both.parameters.push(leaf),
                    LoopArgument::Matrix(_) => both.rows.push(leaf),
                }
                let dot = given[k][order].map_or_else(|| site.args[k].zero(), |dot| dot.term);
                args[part_of(argument)].push(dot);
            }
        }
        let args = args.concat();
        let of = Loop {
            graph,
            modes: MODES,
            round,
            args: site.args.to_vec(),
        };
        let all = Loop {
            graph,
            modes: MODES,
            round: both,
            args,
        };
        Some(
            taken_apart(&of, &all, &active, order)
                .into_iter()
                .map(|term| {
                    let flow = Flow {
                        term,
                        reached: reached(&given),
                    };
                    Some(flow.reached.map_or(flow, |mask| flow.only(mask)))
                })
                .collect(),
        )
    }

    /// For each argument the leaves of its coefficients in a round; a state has all of them, since a round
    /// may make what it did not have before.
    fn leaves(
        &self,
        round: &Round,
        given: &[Higher<'g>],
        active: &[bool],
        order: usize,
    ) -> Vec<Vec<Option<NodeId>>> {
        let mut next = [round.states.len(), round.parameters.len(), round.rows.len()];
        (0..round.arity())
            .map(|k| {
                let argument = round.argument(k);
                let (of, is_state) = match argument {
                    LoopArgument::State(_) => (LocalUse::State, true),
                    LoopArgument::Parameter(_) => (LocalUse::Parameter, false),
                    LoopArgument::Matrix(_) => (LocalUse::Row, false),
                };
                let shape = self.graph.shape(round.leaf(k));
                let number = &mut next[part_of(argument)];
                (0..order)
                    .map(|order| {
                        let wanted = active[k] && (is_state || given[k][order].is_some());
                        wanted.then(|| {
                            *number += 1;
                            self.graph.local(of, *number - 1, shape)
                        })
                    })
                    .collect()
            })
            .collect()
    }
}

/// The mask of what coefficients reach at all; `None` where some do everywhere.
fn reached<'g>(given: &[Higher<'g>]) -> Option<Term<'g>> {
    any_reached(given.iter().flatten().flatten().copied())
}

/// The coefficients of the value of the loop `of`, from the value of the loop over jets.
fn taken_apart<'g>(of: &Loop<'g>, all: &Loop<'g>, active: &[bool], order: usize) -> Vec<Term<'g>> {
    let value = all.value();
    let lengths = of.lengths();
    let mut first: Vec<usize> = Vec::new();
    let mut at: usize = lengths.iter().sum();
    for (length, active) in lengths.iter().zip(active) {
        first.push(at);
        at += if *active { length * order } else { 0 };
    }
    let coefficient = |k: usize| {
        let part = |state: usize| match active[state] {
            true => all.part(value, first[state] + k * lengths[state], lengths[state]),
            false => all.zeros(lengths[state], value.shape().m()),
        };
        let parts: Vec<Term<'g>> = (0..lengths.len()).map(part).collect();
        of.joined(&parts)
    };
    (0..order).map(coefficient).collect()
}
