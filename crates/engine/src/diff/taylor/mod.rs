//! Taylor mode: the coefficients of power series, graph to graph.
//!
//! All nodes are functions of one variable. The jet of a node are its coefficients: the one of order 0 is
//! the node itself, every further one is a node made of those of its arguments, so whatever the graph can
//! do with nodes it can do with coefficients: evaluate them, differentiate them, write them as formulas.
//!
//! A [`Law`] says how a node gets its coefficients. The coefficient of order k needs those of the
//! arguments up to k and, where a differential equation is behind it, coefficients up to k − 1 of the
//! partial derivatives, which may well be made of the node itself: eᵘ is its own partial. So coefficients
//! are found on demand, order by order.

mod coefficients;
mod jets;
mod laws;
mod rounds;

use super::Problem;
use crate::graph::{Attr, NodeId, Shape};
use crate::primitives::array::MATRIX;
use jets::{Jet, Jets, Law};

impl Jets<'_, '_> {
    /// Finds the coefficients of `id` up to order `k`; `None` if it was told to stop.
    pub(self) fn find(&mut self, id: NodeId, k: usize) -> Option<()> {
        let mut wanted = vec![(id, k)];
        while let Some((id, k)) = wanted.last().copied() {
            if self.is_known(id, k) {
                wanted.pop();
                continue;
            }
            if !(self.go_on)() {
                return None;
            }
            let first = wanted.len();
            if !self.jets.contains_key(&id) {
                let args = self.graph.args(id);
                wanted.extend(
                    args.iter()
                        .map(|arg| (*arg, 1))
                        .filter(|(arg, _)| !self.is_known(*arg, 1)),
                );
                if wanted.len() > first {
                    continue;
                }
                let law = self.law(id);
                let higher = Vec::new();
                self.jets.insert(id, Jet { law, higher });
            }
            let law = self.jets[&id].law.clone();
            law.needs(self.graph, id, k, |id, k| {
                if !self.is_known(id, k) {
                    wanted.push((id, k));
                }
            });
            if wanted.len() > first {
                continue;
            }
            if let Law::Rounds = law {
                self.jets.get_mut(&id)?.higher = self.rounds(id, k)?;
                continue;
            }
            for order in self.jets[&id].higher.len() + 1..=k {
                let found = self.next(id, &law, order);
                self.jets.get_mut(&id)?.higher.push(found);
            }
        }
        Some(())
    }
}

/// The coefficients up to `order` of the output as a power series in the target, both of them
/// scalars, as a column: the value, the first derivative, half of the second, ….
/// `None` if `go_on`, which is asked again and again, said no.
pub fn taylor(problem: Problem<'_, '_>, order: usize, go_on: &dyn Fn() -> bool) -> Option<NodeId> {
    let (graph, output, target) = (problem.graph, problem.output, problem.target);
    let seed = target.seed(graph, graph.term(graph.literal(1.0)));
    let seeds = [(target.node, vec![Some(seed)])];
    let mut jets = Jets::new(graph, problem.held, seeds, go_on);
    jets.find(output, order)?;
    let entry = |k: usize| match jets.coefficient(output, k) {
        _ if k == 0 => output,
        Some(flow) => problem.decided(flow, graph.term(output)).id,
        None => graph.literal(0.0),
    };
    let entries: Vec<NodeId> = (0..=order).map(entry).collect();
    let entries = jets.released(&entries);
    Some(graph.apply(&MATRIX, Attr::None, Shape::vector(order + 1), &entries))
}
