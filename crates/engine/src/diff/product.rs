//! Matrix products with structural zeros: an entry that is not reached in a factor meets no infinity.

use super::flow::{Flow, Site};

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
/// reached, the masks make the product zero; all of it counts as reached elsewhere.
fn times<'g>(a: Flow<'g>, b: Flow<'g>, flow: Flow<'g>) -> Flow<'g> {
    let masks = [a, b].map(|factor| factor.reached.filter(|mask| !mask.shape().is_scalar()));
    let term = a.term.matmul_of_reached(b.term, masks);
    if flow.is_partial() {
        let reached = flow.anywhere();
        Flow { term, reached }
    } else {
        flow.mixed(term)
    }
}
