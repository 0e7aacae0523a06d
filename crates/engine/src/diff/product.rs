//! Matrix products with structural zeros: an entry that is not reached in a factor meets no infinity.

use super::flow::{Flow, as_mask};
use super::site::Site;
use crate::graph::primitive::{Notation, Sees};
use crate::graph::{Attr, Op, Shape, Tensor, Term};
use crate::primitives::arithmetic::NE;

/// The factors of a matrix product that `flow` goes through; `None` where the site is something else,
/// or everything is reached and the row's own rule says all.
fn factors<'g>(site: &Site<'g>, flow: Flow<'g>) -> Option<[Flow<'g>; 2]> {
    let has_masks = site.row.places > 0;
    if !site.row.is_matrix_product() || !has_masks && !flow.is_partial() {
        return None;
    }
    Some([0, 1].map(|k| Flow {
        term: site.args[k],
        reached: site.args.get(k + 2).copied().filter(|mask| !mask.is(1.0)),
    }))
}

/// The tangent of a matrix product through factor `k`, which has the tangent `dot`.
pub(super) fn tangent<'g>(site: &Site<'g>, k: usize, dot: Flow<'g>) -> Option<Flow<'g>> {
    let mut factors = factors(site, dot)?;
    factors[k] = factors[k].reached.map_or(dot, |mask| dot.only(mask));
    let [a, b] = factors;
    Some(times(a, b, dot))
}

/// The adjoint that factor `k` of a matrix product gets from the adjoint `flow` of the result.
pub(super) fn adjoint<'g>(site: &Site<'g>, k: usize, flow: Flow<'g>) -> Option<Flow<'g>> {
    let factors = factors(site, flow)?;
    let other = factors[1 - k].through(|x| x.transposed());
    let [a, b] = if k == 0 { [flow, other] } else { [other, flow] };
    let product = times(a, b, flow);
    Some(
        factors[k]
            .reached
            .map_or(product, |mask| product.only(mask)),
    )
}

/// The product of two factors, one of them the flow that it belongs to. Where none of its entries is
/// reached, the masks make the product zero; a row or column of the product is reached if anything is of
/// the row or column it comes from.
fn times<'g>(a: Flow<'g>, b: Flow<'g>, flow: Flow<'g>) -> Flow<'g> {
    let masks = [a, b].map(|factor| factor.reached.filter(|mask| !mask.shape().is_scalar()));
    let term = a.term.matmul_of_reached(b.term, masks);
    if !flow.is_partial() {
        return flow.mixed(term);
    }
    let reached = match masks {
        [Some(a), Some(b)] => Some(as_mask(a.matmul(b))),
        [Some(a), None] if term.shape().rows > 1 => anywhere_along(a, Attr::Axis(2), term.shape()),
        [None, Some(b)] if term.shape().cols > 1 => anywhere_along(b, Attr::Axis(1), term.shape()),
        _ => flow.anywhere(),
    };
    Flow { term, reached }
}

/// The mask, in the shape of a product, of the rows or columns in which anything is reached of the factor
/// they come from; `None` where that surely is so in all.
fn anywhere_along<'g>(mask: Term<'g>, attr: Attr, shape: Shape) -> Option<Term<'g>> {
    if fills_all_lanes(mask) {
        return None;
    }
    let graph = mask.graph;
    let Op::Constant(constant) = mask.node().op else {
        return Some(as_mask(mask.sum_along(attr)).stretch(shape));
    };
    let known = graph.constant_value(constant);
    let of = known.shape();
    let holds = |i: usize, j: usize| match attr {
        Attr::Axis(1) => (0..of.m()).any(|k| known.at(k, j) != 0.0),
        _ => (0..of.n()).any(|k| known.at(i, k) != 0.0),
    };
    let found = Tensor::from_fn(shape, |i, j| f64::from(u8::from(holds(i, j))));
    let everywhere = found.data().iter().all(|x| *x != 0.0);
    (!everywhere).then(|| graph.term(graph.constant(found)))
}

/// True if a mask is the diagonal of a square matrix, whatever the values.
fn fills_all_lanes(mask: Term<'_>) -> bool {
    let Op::Apply(row, _) = mask.node().op else {
        return false;
    };
    let arg = mask.arg(0);
    match row.sees {
        Sees::Diagonal => arg.shape().is_vector() && arg.literal().is_some_and(|x| x != 0.0),
        _ if row.is(&NE) && mask.arg(1).is(0.0) => fills_all_lanes(arg),
        _ => row.notation == Notation::Transpose && fills_all_lanes(arg),
    }
}
