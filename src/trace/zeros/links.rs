//! One way on which a derivative arrives at a line, and why its zeros are zero there.

use super::kinds::{Zero, Zeros};
use super::study::Study;
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, forward, reverse};
use crate::graph::primitive::{DerivativeRule, Kernel, Notation, Operator};
use crate::graph::{Graph, NodeId, Op, Shape, Tensor};
use crate::primitives::arithmetic::STOP;
use crate::trace::formula::Symbols;
use crate::trace::search::Search;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The map that passes a derivative from one line to another: linear in the seed, `None` where nothing
/// passes at all.
type Pass<'p> = dyn Fn(&Tensor) -> Result<Option<NodeId>> + 'p;

/// The dependence of an operation's entries on those of its argument.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dependence {
    /// One of two sides, entry by entry.
    Choice,
    /// Entry by entry.
    Entrywise,
    /// By constant factors: where nothing passes there is no path.
    Linear,
    /// Any entry to any entry.
    Mixing,
}

/// One way on which a derivative arrives at a line.
pub(super) struct Link<'p> {
    /// The derivative at the other end.
    seed: Tensor,
    /// The reasons of its zeros.
    kinds: Zeros,
    dependence: Dependence,
    pass: Box<Pass<'p>>,
}

impl Study<'_, '_, '_> {
    /// Line `k` with a leaf of its own in one position, so that an argument that it has twice is
    /// two: the node, the leaf, and all arguments.
    fn apart(&self, k: usize, position: usize) -> Result<(NodeId, NodeId, Held)> {
        let graph = self.builder.graph;
        let line = &self.shown[k];
        let mut leaves: Held = line.args.iter().copied().collect();
        let arg = line.args[position];
        let node = graph.node(line.node);
        let Op::Apply(row, attr) = node.op else {
            return Ok((line.node, arg, leaves));
        };
        if line.args.iter().filter(|other| **other == arg).count() == 1 {
            return Ok((line.node, arg, leaves));
        }
        let value = Rc::new(self.value(arg)?);
        let leaf = graph.input("".into(), graph.shape(arg), Some(value));
        let mut args = graph.args(line.node);
        args[position] = graph.term(leaf).stretch(graph.shape(args[position])).id;
        leaves.insert(leaf);
        Ok((graph.apply(row, attr, node.shape, &args), leaf, leaves))
    }

    /// From the argument in one position to line `k`.
    pub(super) fn forward_link(
        &self,
        k: usize,
        position: usize,
        seed: (Tensor, Zeros),
    ) -> Link<'_> {
        self.link(k, position, seed, |graph, node, leaf, seed, leaves| {
            let seeds = FxHashMap::from_iter([(leaf, seed)]);
            forward(graph, &[node], &seeds, leaves).get(node)
        })
    }

    /// From line `k` back to the argument in one position.
    pub(super) fn reverse_link(
        &self,
        k: usize,
        position: usize,
        seed: (Tensor, Zeros),
    ) -> Link<'_> {
        self.link(k, position, seed, |graph, node, leaf, seed, leaves| {
            reverse(graph, node, seed, &[leaf], leaves)[0]
        })
    }

    /// The link between line `k` and its argument in one position, on which `mode` passes derivatives.
    fn link(
        &self,
        k: usize,
        position: usize,
        (seed, kinds): (Tensor, Zeros),
        mode: for<'g> fn(&'g Graph, NodeId, NodeId, Flow<'g>, &Held) -> Option<Flow<'g>>,
    ) -> Link<'_> {
        let graph = self.builder.graph;
        let pass = move |seed: &Tensor| {
            let (node, leaf, leaves) = self.apart(k, position)?;
            let seed = Flow::everywhere(graph.term(graph.constant(seed.clone())));
            Ok(mode(graph, node, leaf, seed, &leaves).map(|flow| flow.term.id))
        };
        Link {
            seed,
            kinds,
            dependence: self.dependence(k),
            pass: Box::new(pass),
        }
    }

    fn dependence(&self, k: usize) -> Dependence {
        let id = self.builder.listed[k];
        let row = self.builder.graph.node(id).primitive();
        match row.map(|row| (row.is_entrywise(), row.derivative)) {
            _ if self.builder.sight.has_condition(id) => Dependence::Choice,
            _ if row.is_some_and(|row| row.is(&STOP)) => Dependence::Linear,
            Some((true, _)) => Dependence::Entrywise,
            Some((_, DerivativeRule::Linear(_))) => Dependence::Linear,
            _ => Dependence::Mixing,
        }
    }

    /// The reasons of the zeros of `value`, which arrived on `links`; `otherwise` where there is none.
    pub(super) fn kinds(
        &self,
        value: &Tensor,
        links: &[Link<'_>],
        otherwise: Zero,
    ) -> Result<Zeros> {
        let shape = value.shape();
        let mut kinds = vec![None; shape.len()];
        if value.data().contains(&0.0) {
            let mut arrivals = Vec::new();
            for link in links {
                arrivals.push(self.arrival(link, shape)?);
            }
            for (k, kind) in kinds
                .iter_mut()
                .enumerate()
                .filter(|(k, _)| value.data()[*k] == 0.0)
            {
                let reasons = arrivals.iter().map(|arrival| arrival.reasons[k]);
                *kind = Some(reasons.min().unwrap_or(otherwise));
            }
        }
        Ok(Zeros { shape, kinds })
    }

    /// The reasons of zeros that arrive on one link, entry by entry. The seed is replaced by others that
    /// tell the reasons apart: by its absolute values, unevenly weighted, so that nothing cancels; by
    /// ones where it is not zero, so that nothing underflows; by ones where it is zero for one reason.
    fn arrival(&self, link: &Link<'_>, shape: Shape) -> Result<Arrival> {
        let sent = |weight: &dyn Fn(usize, f64) -> f64| -> Result<Option<(NodeId, Tensor)>> {
            let data = link.seed.data().iter().enumerate();
            let data = data.map(|(k, x)| weight(k, *x) * uneven(k)).collect();
            match (link.pass)(&Tensor::new(link.seed.shape(), data))? {
                None => Ok(None),
                Some(id) => Ok(Some((id, self.value(id)?))),
            }
        };
        let nonzero = |found: &Option<(NodeId, Tensor)>| -> Vec<bool> {
            let entry = |k: usize| {
                found
                    .as_ref()
                    .is_some_and(|(_, value)| value.data()[k] != 0.0)
            };
            (0..shape.len()).map(entry).collect()
        };
        let magnitude = nonzero(&sent(&|_, x| x.abs())?);
        let presence = nonzero(&sent(&|_, x| f64::from(u8::from(x != 0.0)))?);
        let mut inherited = Vec::new();
        for (zero, _) in link.kinds.counts() {
            let found = sent(&|k, _| f64::from(u8::from(link.kinds.kinds[k] == Some(zero))))?;
            inherited.push((zero, nonzero(&found)));
        }
        let everything = sent(&|_, _| 1.0)?;
        let mut reasons = Vec::with_capacity(shape.len());
        for k in 0..shape.len() {
            let same_entry = match link.dependence {
                Dependence::Choice | Dependence::Entrywise if link.seed.shape() == shape => {
                    link.kinds.kinds[k]
                }
                _ => None,
            };
            let passed_on = inherited.iter().find(|(_, reached)| reached[k]);
            let passed_on = same_entry.or(passed_on.map(|(zero, _)| *zero));
            reasons.push(match passed_on {
                _ if magnitude[k] => Zero::Cancelled,
                _ if presence[k] => Zero::Underflow,
                Some(zero) => zero,
                None if link.dependence == Dependence::Choice => Zero::NotTaken,
                None if link.dependence == Dependence::Linear => Zero::NoPath,
                None => match &everything {
                    Some((id, value)) if value.data()[k] == 0.0 && self.underflows(*id, k)? => {
                        Zero::Underflow
                    }
                    _ => Zero::Flat,
                },
            });
        }
        Ok(Arrival { reasons })
    }

    /// True if entry `entry` of a partial derivative is zero only because it is too small.
    fn underflows(&self, id: NodeId, entry: usize) -> Result<bool> {
        let builder = self.builder;
        let symbols = Symbols::default();
        let leaves = |id: NodeId| builder.sight.is_leaf(id);
        let search = Search {
            evaluation: builder.evaluation,
            symbols: &symbols,
            leaves: &leaves,
        };
        let Some((id, entry)) = search.origin(id, Some(entry), |x| x == 0.0)? else {
            return Ok(false);
        };
        let Op::Apply(row, _) = builder.graph.node(id).op else {
            return Ok(false);
        };
        let adds = matches!(row.notation, Notation::Infix(Operator::Add | Operator::Sub));
        let smooth = matches!(
            row.derivative,
            DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..)
        );
        if adds || !smooth {
            return Ok(false);
        }
        let mut operands = Vec::new();
        for arg in builder.graph.args(id) {
            operands.push(self.value(arg)?.data()[entry]);
        }
        // A root is zero at one point; what underflows is zero all around it.
        let near = |factor: f64| match (row.kernel, operands.as_slice()) {
            (Kernel::Map1(f), [a]) => (f.at)(a * factor) == 0.0,
            (Kernel::Map2(f), [a, b]) => (f.at)(a * factor, b * factor) == 0.0,
            _ => false,
        };
        Ok(operands.iter().all(|x| *x != 0.0) && near(1.001) && near(0.999))
    }
}

/// The reason for each entry that arrives on one link, should it be zero.
struct Arrival {
    reasons: Vec<Zero>,
}

/// Weights between 1 and 2 that no sum of few terms makes cancel.
fn uneven(k: usize) -> f64 {
    1.0 + ((k as f64 + 1.0) * 0.618_033_988_749_895).fract()
}
