//! Finite differences as nodes: the one mode that shares no rule with the others.

use super::{Held, Problem};
use crate::graph::substitute::substitute;
use crate::graph::{Attr, Block, Corner, Graph, NodeId, Shape, Term};
use crate::primitives::arithmetic::{FROZEN, MAX, STOP};
use crate::primitives::array::{HCAT, placed};
use crate::primitives::elementary::ABS;
use crate::primitives::term::entrywise;
use rustc_hash::FxHashMap;

/// The two points of a finite difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// (f(w + h) − f(w − h))/2h
    Central,
    /// (f(w + h) − f(w))/h
    Forward,
    /// (f(w) − f(w − h))/h
    Backward,
}

impl Scheme {
    /// The scheme called `name`.
    pub fn named(name: &str) -> Option<Scheme> {
        match name {
            "central" => Some(Scheme::Central),
            "forward" => Some(Scheme::Forward),
            "backward" => Some(Scheme::Backward),
            _ => None,
        }
    }

    /// The step relative to max(1, |w|) that balances truncation against rounding.
    pub(super) fn relative_step(self) -> f64 {
        match self {
            Scheme::Central => libm::cbrt(f64::EPSILON),
            Scheme::Forward | Scheme::Backward => f64::EPSILON.sqrt(),
        }
    }

    /// The two points, in steps from w.
    pub(super) fn points(self) -> (f64, f64) {
        match self {
            Scheme::Central => (1.0, -1.0),
            Scheme::Forward => (1.0, 0.0),
            Scheme::Backward => (0.0, -1.0),
        }
    }
}

/// The finite difference of `output` by every entry of `target`: in the target's shape for a
/// scalar output, in the output's for a scalar target, a Jacobian otherwise. `step` is the
/// absolute step; by default it is chosen for each entry. `None` where `go_on`, which is asked before
/// every entry, said no.
pub fn numeric(
    problem: Problem<'_, '_>,
    step: Option<NodeId>,
    scheme: Scheme,
    go_on: &dyn Fn() -> bool,
) -> Option<NodeId> {
    let Problem {
        graph,
        output,
        target,
        held,
    } = problem;
    let shape = target.shape(graph);
    let corners: Vec<Corner> = match target.entry {
        Some(corner) => vec![corner],
        None => (0..shape.len())
            .map(|k| Corner::of_entry(shape, k))
            .collect(),
    };
    let rows = graph.shape(output).len();
    let column = |corner| {
        let difference = by_entry(graph, output, target.node, held, corner, step, scheme);
        graph.term(difference).reshaped(Shape::vector(rows)).id
    };
    let columns = corners
        .into_iter()
        .map(|corner| go_on().then(|| column(corner)));
    let differences: Option<Vec<NodeId>> = columns.collect();
    let joined = match differences?.as_slice() {
        [single] => *single,
        all => graph.apply(&HCAT, Attr::None, Shape::new(rows, all.len()), all),
    };
    Some(graph.term(joined).reshaped(problem.numeric_shape()).id)
}

/// The nodes of a formula that keep their values whatever moves.
pub(super) fn stopped(graph: &Graph, output: NodeId) -> impl Iterator<Item = NodeId> {
    let stops = |id: &NodeId| graph.node(*id).primitive().is_some_and(|row| row.is(&STOP));
    graph.cone(&[output], |_| false).into_iter().filter(stops)
}

fn by_entry(
    graph: &Graph,
    output: NodeId,
    leaf: NodeId,
    held: &Held,
    corner: Corner,
    step: Option<NodeId>,
    scheme: Scheme,
) -> NodeId {
    let point = graph.term(leaf);
    let entry = point.block(Block {
        corner,
        shape: Shape::SCALAR,
    });
    let h = match step {
        Some(step) => graph.term(step),
        None => {
            let size = entrywise(&MAX, &[entry.map(&ABS), entry.number(1.0)]);
            scheme.relative_step() * size.map(&FROZEN)
        }
    };
    let at = |steps: f64| -> Term<'_> {
        if steps == 0.0 {
            return graph.term(output);
        }
        let shift = steps * h;
        let shifted = if point.shape().is_scalar() {
            point + shift
        } else {
            point + placed(shift, corner, point.shape())
        };
        // A held name stays what it is while something else is shifted.
        let mut replaced: FxHashMap<NodeId, NodeId> =
            held.iter().map(|node| (*node, *node)).collect();
        replaced.extend(stopped(graph, output).map(|node| (node, node)));
        replaced.insert(leaf, shifted.id);
        graph.term(substitute(graph, output, &replaced))
    };
    let (right, left) = scheme.points();
    ((at(right) - at(left)) / ((right - left) * h)).id
}
