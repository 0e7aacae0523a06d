//! What a derivative by hand leaves out: terms of the product rule, factors of the chain rule.

use super::{MOST_TERMS, Named};
use crate::diff::{Held, Problem, Target, grad};
use crate::graph::{NodeId, Op};
use crate::symbolic::Subject;

/// What the rules add up and multiply between a scalar and a scalar variable.
#[derive(Default)]
pub(super) struct Links {
    /// The parts of the derivative, each through one of several arguments of an operation.
    pub parts: Vec<Named>,
    /// The derivatives of what is inside, where it is the only argument.
    pub inner: Vec<Named>,
}

impl Links {
    /// The links between `output` and `target`, the innermost first; none where one of them is no scalar.
    pub fn between(subject: &Subject<'_>, output: NodeId, target: Target) -> Links {
        let (graph, held) = (subject.graph, subject.held);
        let mut links = Links::default();
        let is_scalar = |id: NodeId| graph.shape(id).is_scalar();
        if target.entry.is_some() || !is_scalar(output) || !is_scalar(target.node) {
            return links;
        }
        let slope = |output: NodeId, node: NodeId, held: &Held| {
            let target = Target { node, entry: None };
            graph.term(grad(Problem {
                graph,
                output,
                target,
                held,
            }))
        };
        let mut depend = Held::from_iter([target.node]);
        let cone = graph.cone(&[output], |id| held.contains(&id));
        for id in cone.iter().copied().filter(|id| !held.contains(id)) {
            let Op::Apply(..) = graph.node(id).op else {
                continue;
            };
            if links.parts.len() + links.inner.len() >= MOST_TERMS {
                break;
            }
            let args = graph.args(id);
            let mut active: Vec<NodeId> = (args.iter().copied())
                .filter(|arg| depend.contains(arg))
                .collect();
            active.dedup();
            if !active.is_empty() {
                depend.insert(id);
            }
            if !active.iter().all(|arg| is_scalar(*arg)) || !is_scalar(id) {
                continue;
            }
            let leaves: Held = active.iter().copied().collect();
            let adjoint = || slope(output, id, &Held::from_iter([id]));
            for arg in &active {
                let tangent = slope(*arg, target.node, held);
                let (list, node) = match active.len() {
                    1 if *arg == target.node => continue,
                    1 => (&mut links.inner, tangent),
                    _ => (
                        &mut links.parts,
                        adjoint() * slope(id, *arg, &leaves) * tangent,
                    ),
                };
                if let Ok(text) = subject.written(node.id) {
                    list.push((text.text(text.whole), node.id));
                }
            }
        }
        links
    }
}
