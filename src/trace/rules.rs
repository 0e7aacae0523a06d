//! Rules: the columns of tangents and adjoints, each line with the rule that gave it and its value.

use super::birth::Place;
use super::listing::{Builder, Shown};
use super::request::{Request, Wrt};
use super::{Derived, Line, TracedOutput};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, forward, reverse};
use crate::graph::{NodeId, Tensor};
use crate::notation::{Math, Role};
use rustc_hash::FxHashMap;
use std::rc::Rc;

impl Builder<'_, '_> {
    /// Adds a tangent for every `wrt` to every line.
    pub(super) fn tangents(
        &mut self,
        request: &Request<'_>,
        shown: &[Shown],
        lines: &mut [Line],
    ) -> Result<()> {
        let mut rules = Vec::with_capacity(shown.len());
        let stand_ins: Vec<NodeId> = self
            .listed
            .clone()
            .into_iter()
            .enumerate()
            .map(|(k, id)| self.placeholder(self.graph.shape(id), Role::Tangent, k + 1))
            .collect();
        for line in shown {
            self.evaluation.unit.go_on(line.node)?;
            let seeds: FxHashMap<NodeId, Flow<'_>> = self
                .active(line)
                .into_iter()
                .map(|arg| {
                    let stand_in = stand_ins[self.numbers[&arg] - 1];
                    (arg, Flow::everywhere(self.graph.term(stand_in)))
                })
                .collect();
            let local = forward(self.graph, &[line.node], &seeds, &request.wanted.held);
            let dots: Vec<NodeId> = seeds.values().map(|seed| seed.term.id).collect();
            let rule = match local.get(line.node) {
                Some(flow) if !line.args.is_empty() => self.rule(flow.term.id, line, &dots),
                _ => Math::Number(0.0),
            };
            rules.push(rule);
        }
        for wrt in &request.wanted.wrt {
            let one = self.graph.term(self.graph.literal(1.0));
            let direction = wrt
                .along
                .as_ref()
                .map_or(one, |(node, _)| self.graph.term(*node));
            let seed = wrt.target.seed_along(self.graph, direction);
            let seeds = FxHashMap::from_iter([(wrt.target.node, seed)]);
            let flows = forward(self.graph, &self.listed, &seeds, &request.wanted.held);
            for (k, id) in self.listed.iter().enumerate() {
                let flow = flows.get(*id);
                let value = self.derived_value(*id, flow)?;
                let formula = if self.sight.is_leaf(*id) {
                    self.seed_formula(flow, wrt)
                } else {
                    rules[k].clone()
                };
                lines[k].tangents.push(Derived { formula, value });
            }
            let ids = self
                .listed
                .iter()
                .map(|id| flows.get(*id).map(|flow| flow.term.id))
                .collect();
            self.flows.push((Place::Tangent(wrt.text.to_string()), ids));
        }
        Ok(())
    }

    /// The right side of the tangent of a leaf.
    fn seed_formula(&self, flow: Option<Flow<'_>>, wrt: &Wrt) -> Math {
        match (flow, &wrt.along) {
            (None, _) => Math::Number(0.0),
            (Some(_), Some((_, text))) => Math::Written(text.clone()),
            (Some(flow), None) => self.writer().operand(flow.term.id),
        }
    }

    /// The value of a flow; zero in the shape of `id` where there is none.
    fn derived_value(&self, id: NodeId, flow: Option<Flow<'_>>) -> Result<Option<Rc<Tensor>>> {
        match flow {
            _ if !self.known => Ok(None),
            None => Ok(Some(Rc::new(Tensor::filled(self.graph.shape(id), 0.0)))),
            Some(flow) => self.value(flow.term.id),
        }
    }

    /// Adds an adjoint for every output to every line.
    pub(super) fn adjoints(
        &mut self,
        request: &Request<'_>,
        outputs: &[TracedOutput],
        shown: &[Shown],
        lines: &mut [Line],
    ) -> Result<()> {
        let mut rules: Vec<Vec<Math>> = vec![Vec::new(); shown.len()];
        for (k, line) in shown.iter().enumerate() {
            self.evaluation.unit.go_on(line.node)?;
            let shape = self.graph.shape(line.node);
            let targets = self.active(line);
            if targets.is_empty() {
                continue;
            }
            let stand_in = self.placeholder(shape, Role::Adjoint, k + 1);
            let seed = Flow::everywhere(self.graph.term(stand_in));
            let leaves: Held = targets.iter().copied().collect();
            let parts = reverse(self.graph, line.node, seed, &targets, &leaves);
            for (target, part) in targets.iter().zip(parts) {
                if let Some(flow) = part {
                    let rule = self.rule(flow.term.id, line, &[stand_in]);
                    rules[self.numbers[target] - 1].push(rule);
                }
            }
        }
        for (output, (_, node)) in outputs.iter().zip(&request.wanted.outputs) {
            let one = self
                .graph
                .term(self.graph.literal(1.0))
                .stretch(output.shape);
            let flows = reverse(
                self.graph,
                *node,
                Flow::everywhere(one),
                &self.listed,
                &request.wanted.held,
            );
            for (k, id) in self.listed.iter().enumerate() {
                self.evaluation.unit.go_on(*id)?;
                let mut terms = rules[k].clone();
                if output.line == Some(k + 1) {
                    terms.insert(0, Math::Number(1.0));
                    terms.truncate(if self.is_used(k, shown) {
                        usize::MAX
                    } else {
                        1
                    });
                }
                lines[k].adjoints.push(Derived {
                    formula: Math::sum(terms),
                    value: self.derived_value(*id, flows[k])?,
                });
            }
            let ids = flows
                .iter()
                .map(|flow| flow.map(|flow| flow.term.id))
                .collect();
            self.flows
                .push((Place::Adjoint(output.text.to_string()), ids));
        }
        Ok(())
    }

    /// True if line `k` is used by other lines.
    fn is_used(&self, k: usize, shown: &[Shown]) -> bool {
        shown.iter().any(|line| line.args.contains(&self.listed[k]))
    }
}
