//! Sums over all entries of a product with an outer product or an identity, and what is linear.

use crate::graph::{Attr, Shape};
use crate::primitives::{algebra as linear, array};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList, all_but};
use crate::simplify::exact::Number;

/// Σ A∘(u·v') = u'·A·v, and Σ I∘A = tr A.
pub(super) fn sum_against_outer_product(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &array::SUM)?;
    if !algebra.shape(id).is_scalar() || algebra.shape(args[0]).is_vector() {
        return None;
    }
    let Form::Product(bases) = algebra.form(args[0]) else {
        return None;
    };
    let shape = algebra.shape(args[0]);
    let one = algebra.unit();
    let plain = |k: usize| bases[k].1 == one && algebra.shape(bases[k].0) == shape;
    let places = || (0..bases.len()).filter(|k| plain(*k));
    if let Some(k) = places().find(|k| matches!(algebra.form(bases[*k].0), Form::Identity)) {
        let rest = rest_of(algebra, bases, k, shape);
        return trace(algebra, rest);
    }
    let outer = places().find_map(|k| Some((k, outer_product(algebra, bases[k].0)?)));
    let (k, [left, right]) = outer?;
    let rest = rest_of(algebra, bases, k, shape);
    let left = algebra.chain(left);
    let right = algebra.chain(right);
    let [row, column] = [left, right].map(|side| algebra.transposed(side));
    Some(algebra.chain(&[row, rest, column]))
}

/// Σⱼ Aᵢⱼ·vⱼ = A·v: a sum along an axis, or over everything, of a matrix with rows or columns for factors.
pub(super) fn sum_against_vectors(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, [x]) = algebra.form(id) else {
        return None;
    };
    let whole = algebra.shape(*x);
    let Form::Product(bases) = algebra.form(*x) else {
        return None;
    };
    if !row.is(&array::SUM) || whole.is_vector() || algebra.guards {
        return None;
    }
    let mut part = |wanted: Shape| -> Option<Id> {
        let own = |factor: &&(Id, Id)| algebra.factor_shape(factor) == wanted;
        let factors: FactorList = bases.iter().filter(own).copied().collect();
        let some = !factors.is_empty();
        some.then(|| algebra.product(Number::ONE, &factors, wanted))
    };
    let across = part(Shape { rows: 1, ..whole });
    let down = part(Shape { cols: 1, ..whole });
    let inside = part(whole)?;
    let mut beside = |vector: Option<Id>| vector.map(|vector| algebra.transposed(vector));
    let (column, line) = (beside(across), beside(down));
    let (sum, left) = match attr {
        Attr::Axis(2) => (algebra.chain(&[inside, column?]), down),
        Attr::Axis(1) => (algebra.chain(&[line?, inside]), across),
        _ => (algebra.chain(&[line?, inside, column?]), None),
    };
    let one = algebra.unit();
    let factors: FactorList = [Some(sum), left]
        .into_iter()
        .flatten()
        .map(|id| (id, one))
        .collect();
    Some(algebra.product(Number::ONE, &factors, algebra.shape(id)))
}

fn rest_of(algebra: &mut Algebra, bases: &[(Id, Id)], k: usize, shape: Shape) -> Id {
    let rest: FactorList = all_but(bases, k);
    algebra.product(Number::ONE, &rest, shape)
}

/// The column and the row that a chain is the product of.
fn outer_product<'a>(algebra: &Algebra<'a>, id: Id) -> Option<[&'a [Id]; 2]> {
    let Form::Chain(links) = algebra.form(id) else {
        return None;
    };
    let k = (1..links.len()).find(|k| algebra.shape(links[*k]).rows == 1)?;
    let (left, right) = links.split_at(k);
    Some([left, right])
}

/// tr A, where that is shorter than a sum against the identity.
fn trace(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let shape = algebra.shape(id);
    match algebra.form(id) {
        Form::Sum(terms) => {
            let mut traces = TermList::new();
            for (c, term) in terms.iter() {
                let term = algebra.stretch(*term, shape);
                traces.push((*c, trace(algebra, term)?));
            }
            Some(algebra.sum(&traces, Shape::SCALAR))
        }
        Form::Transposed(inner) => trace(algebra, inner),
        Form::Identity => Some(algebra.number(Number::whole(shape.m() as i64))),
        Form::Product(bases) => {
            let (front, rest): (FactorList, FactorList) = bases
                .iter()
                .copied()
                .partition(|factor| algebra.factor_shape(factor).is_scalar());
            if front.is_empty() || rest.is_empty() {
                return traced(algebra, id);
            }
            let rest = algebra.product(Number::ONE, &rest, shape);
            let mut factors = front;
            factors.push((trace(algebra, rest)?, algebra.unit()));
            Some(algebra.product(Number::ONE, &factors, Shape::SCALAR))
        }
        Form::Chain(_) => match outer_product(algebra, id) {
            Some([left, right]) => {
                let links = [right, left].concat();
                Some(algebra.chain(&links))
            }
            None => traced(algebra, id),
        },
        Form::Stretched(inner) if algebra.shape(inner).is_scalar() => {
            let count = Number::whole(shape.m() as i64);
            Some(algebra.sum(&[(count, inner)], Shape::SCALAR))
        }
        Form::Stretched(_) | Form::Entries(_) => None,
        _ => traced(algebra, id),
    }
}

fn traced(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let shape = algebra.shape(id);
    (shape.rows == shape.cols).then(|| algebra.apply(&linear::TR, Attr::None, &[id], Shape::SCALAR))
}

/// solve(A, c·b) = c·solve(A, b)
pub(super) fn solution_of_multiple(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &linear::SOLVE)?;
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let (scale, inner) = algebra.scaled(args[1]);
    let (front, rest): (FactorList, FactorList) = match algebra.form(inner) {
        Form::Product(bases) => bases
            .iter()
            .copied()
            .partition(|factor| algebra.factor_shape(factor).is_scalar()),
        _ => (FactorList::new(), FactorList::from_slice(&[(inner, one)])),
    };
    if rest.is_empty() || front.is_empty() && scale == Number::ONE {
        return None;
    }
    let inner = algebra.product(Number::ONE, &rest, algebra.shape(args[1]));
    let solution = algebra.operation(&linear::SOLVE, Attr::None, &[args[0], inner], shape);
    let mut factors = front;
    factors.push((solution, one));
    Some(algebra.product(scale, &factors, shape))
}

/// Σ (a − b) = Σ a − Σ b where that is shorter: the sum of deviations from a mean is 0.
pub(super) fn sum_of_terms(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id) else {
        return None;
    };
    if !row.is(&array::SUM) {
        return None;
    }
    let Form::Sum(terms) = algebra.form(args[0]) else {
        return None;
    };
    let (shape, from) = (algebra.shape(id), algebra.shape(args[0]));
    let is_mean =
        |algebra: &Algebra, id: Id| algebra.operands(algebra.core(id), &array::MEAN).is_some();
    // A column and a row that meet are summed apart.
    let apart = |algebra: &Algebra, id: Id| {
        let narrow = algebra.shape(algebra.core(id));
        narrow != from && !narrow.is_scalar()
    };
    let simpler = |(_, term): &(Number, Id)| is_mean(algebra, *term) || apart(algebra, *term);
    if terms.len() < 2 || !terms.iter().any(simpler) {
        return None;
    }
    let count = Number::whole((from.len() / shape.len().max(1)) as i64);
    let mut sums = TermList::new();
    for (c, term) in terms.iter() {
        let term = algebra.core(*term);
        // n·mean(x) is the sum of x.
        if let Form::Apply(_, of, inner) = algebra.form(term)
            && is_mean(algebra, term)
            && algebra.shape(term) == shape
            && (of == attr || shape.is_scalar())
            && algebra.shape(inner[0]) == from
        {
            let total = algebra.apply(row, attr, inner, shape);
            sums.push((*c, algebra.rewritten(total)));
        } else if algebra.shape(term).is_scalar() {
            sums.push((*c * count, algebra.stretch(term, shape)));
        } else {
            let whole = algebra.stretch(term, from);
            let total = algebra.apply(row, attr, &[whole], shape);
            sums.push((*c, algebra.rewritten(total)));
        }
    }
    let spread = algebra.sum(&sums, shape);
    (algebra.cost(spread) < algebra.cost(id)).then_some(spread)
}
