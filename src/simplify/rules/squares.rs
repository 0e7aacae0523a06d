//! Perfect squares among the terms of a sum.

use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList};
use crate::simplify::exact::Number;

/// Terms of a sum up to which all triples of them are looked at.
const LOOKED_AT: usize = 6;

/// a² + 2·a·b + b² = (a + b)², also with a factor that all three have.
pub fn perfect_square(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    if terms.len() < 3 || terms.len() > LOOKED_AT {
        return None;
    }
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let two = algebra.number(Number::TWO);
    let number = |base: &(Id, Id)| matches!(algebra.form(base.0), Form::Number(_));
    let roots = terms.iter().any(|(_, term)| match algebra.form(*term) {
        Form::Product(bases) => bases.iter().any(number),
        _ => false,
    });
    let mut best: Option<Id> = None;
    for (k, (c, cross)) in terms.iter().enumerate() {
        let half = *c / Number::TWO;
        let mut square = None;
        for i in (0..terms.len()).filter(|i| *i != k) {
            for j in (0..i).filter(|j| *j != k) {
                let sides = [terms[i], terms[j]];
                let scale = sides[0].0 * sides[1].0;
                if scale != half * half && !roots {
                    continue;
                }
                let factors = sides.map(|(_, term)| (term, one));
                let square = *square
                    .get_or_insert_with(|| algebra.product(half * half, &[(*cross, two)], shape));
                if algebra.product(scale, &factors, shape) != square {
                    continue;
                }
                let mut rest = TermList::new();
                for (place, term) in terms.iter().enumerate() {
                    if ![i, j, k].contains(&place) {
                        rest.push(*term);
                    }
                }
                for (scale, common) in sides {
                    let squared = squared(algebra, (scale, common), (half, *cross));
                    let mut sum = rest.clone();
                    sum.push((Number::ONE, squared));
                    let sum = algebra.sum(&sum, shape);
                    if best.is_none_or(|best| algebra.cost(sum) < algebra.cost(best)) {
                        best = Some(sum);
                    }
                }
            }
        }
    }
    best
}

/// t·(1 + u/t)², where t and u are terms: (a + b)² for t = a² and u = a·b.
fn squared(algebra: &mut Algebra, t: (Number, Id), u: (Number, Id)) -> Id {
    let (shape, one) = (algebra.shape(t.1), algebra.unit());
    let shape = match algebra.common_shape([t.1, u.1].into_iter()) {
        Some(common) => common,
        None => shape,
    };
    let two = algebra.number(Number::TWO);
    if let Some((scale, root)) = root_of_square(algebra, t) {
        let inverse = algebra.number(Number::MINUS_ONE);
        let other = algebra.product(u.0 / scale, &[(u.1, one), (root, inverse)], shape);
        let bracket = algebra.sum(&[(scale, root), (Number::ONE, other)], shape);
        return algebra.product(Number::ONE, &[(bracket, two)], shape);
    }
    let inverse = algebra.number(Number::MINUS_ONE);
    let quotient = algebra.product(u.0 / t.0, &[(u.1, one), (t.1, inverse)], shape);
    let bracket = algebra.sum(&[(Number::ONE, one), (Number::ONE, quotient)], shape);
    algebra.product(t.0, &[(t.1, one), (bracket, two)], shape)
}

/// c and a with (c·a)² the term, where all powers in it are even and the coefficient is a square.
fn root_of_square(algebra: &mut Algebra, (c, term): (Number, Id)) -> Option<(Number, Id)> {
    let (top, bottom) = c.fraction()?;
    let whole = |x: i64| {
        let root = (x as f64).sqrt() as i64;
        (x > 0 && root.checked_mul(root) == Some(x)).then(|| Number::whole(root))
    };
    let scale = whole(top)? / whole(bottom)?;
    let bases = match algebra.form(term) {
        Form::Product(bases) => bases,
        Form::Number(Number::ONE) => &[],
        _ => return None,
    };
    let mut factors = FactorList::new();
    for (base, exponent) in bases {
        let power = algebra.value(*exponent).filter(|e| e.is_even())?;
        factors.push((*base, algebra.number(power / Number::TWO)));
    }
    let root = algebra.product(Number::ONE, &factors, algebra.shape(term));
    Some((scale, root))
}
