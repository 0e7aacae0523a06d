//! Rules for products: functions that are recognised, and the forms in which everyone writes them.

use crate::graph::Shape;
use crate::primitives::{array, elementary};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList, all_but};
use crate::simplify::exact::Number;

/// b·(c/b + d) = c + b·d: a factor that cancels inside a sum is multiplied in.
pub(super) fn cancel_against_sum(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let one = algebra.unit();
    for (k, (factor, exponent)) in bases.iter().enumerate() {
        let Form::Sum(terms) = algebra.form(*factor) else {
            continue;
        };
        if *exponent != one {
            continue;
        }
        let divides = |base: Id| {
            terms.iter().any(|(_, term)| match algebra.form(*term) {
                Form::Product(inner) => inner.iter().any(|(known, e)| {
                    *known == base && algebra.value(*e).is_some_and(Number::is_negative)
                }),
                _ => false,
            })
        };
        let others = all_but(bases, k);
        if !others.iter().any(|(base, e)| *e == one && divides(*base)) {
            continue;
        }
        let shape = algebra.shape(id);
        let mut spread = TermList::new();
        for (c, term) in terms.iter() {
            let mut factors = others.clone();
            factors.push((*term, one));
            spread.push((*c, algebra.product(Number::ONE, &factors, shape)));
        }
        return Some(algebra.sum(&spread, shape));
    }
    None
}

/// The product `id` with the factors at `taken` replaced by `factor`.
pub(super) fn exchanged(
    algebra: &mut Algebra,
    id: Id,
    bases: &[(Id, Id)],
    taken: &[usize],
    factor: Id,
) -> Id {
    let one = algebra.unit();
    let mut factors: FactorList = (0..bases.len())
        .filter(|k| !taken.contains(k))
        .map(|k| bases[k])
        .collect();
    factors.push((factor, one));
    algebra.product(Number::ONE, &factors, algebra.shape(id))
}

/// σ(−x), where that is not σ(x).
fn reflected(algebra: &mut Algebra, x: Id) -> Option<Id> {
    let opposite = algebra.negated(x);
    (opposite != x).then(|| algebra.sigmoid(opposite))
}

/// exp(x)·(Σ exp(x))⁻¹ = softmax(x)
pub(super) fn recognise_softmax(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = algebra.operands(*base, &elementary::EXP) else {
            continue;
        };
        if *exponent != one {
            continue;
        }
        for (j, (divisor, power)) in bases.iter().enumerate() {
            let divisor = algebra.core(*divisor);
            let Form::Apply(row, attr, summed) = algebra.form(divisor) else {
                continue;
            };
            if row.is(&array::SUM)
                && summed[0] == *base
                && algebra.value(*power) == Some(Number::MINUS_ONE)
            {
                let shape = algebra.shape(*base);
                let factor = algebra.apply(&array::SOFTMAX, attr, args, shape);
                return Some(exchanged(algebra, id, bases, &[k, j], factor));
            }
        }
    }
    None
}

/// (Σ x²)^(k/2) = ‖x‖^k
pub(super) fn recognise_norm(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let half = algebra
            .value(*exponent)
            .filter(|e| e.fraction().is_some_and(|(_, bottom)| bottom == 2));
        let Some(args) = algebra
            .operands(*base, &array::SUM)
            .filter(|_| half.is_some())
        else {
            continue;
        };
        let Form::Product(inner) = algebra.form(args[0]) else {
            continue;
        };
        let [(x, two)] = *inner else { continue };
        if algebra.value(two) != Some(Number::TWO) || algebra.shape(x) != algebra.shape(args[0]) {
            continue;
        }
        let Form::Apply(_, attr, _) = algebra.form(*base) else {
            continue;
        };
        let shape = algebra.shape(*base);
        let norm = algebra.apply(&array::NORM, attr, &[x], shape);
        let power = algebra.number(Number::TWO * half.unwrap_or(Number::HALF));
        let factor = algebra.product(Number::ONE, &[(norm, power)], shape);
        return Some(exchanged(algebra, id, bases, &[k], factor));
    }
    None
}

/// s·a − s²·a = s·(1 − s)·a for a logistic function s.
pub(super) fn sigmoid_of_both_signs(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Sum(terms) = algebra.form(id) else {
        return None;
    };
    let [(c, first), (d, second)] = **terms else {
        return None;
    };
    let (shape, one) = (algebra.shape(id), algebra.unit());
    if c != -d || first == one || second == one {
        return None;
    }
    let inverse = algebra.number(Number::MINUS_ONE);
    for (scale, term, other) in [(c, first, second), (d, second, first)] {
        let quotient = algebra.product(Number::ONE, &[(other, one), (term, inverse)], shape);
        if let Some(&[x]) = algebra.operands(quotient, &elementary::SIGMOID)
            && let Some(opposite) = reflected(algebra, x)
        {
            return Some(algebra.product(scale, &[(term, one), (opposite, one)], shape));
        }
    }
    None
}

/// l/(g²·√(l/g)) = √(l/g)/g: a power of the radicand beside a root goes into it, where that is shorter.
pub(super) fn absorbed_into_root(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let (shape, one) = (algebra.shape(id), algebra.unit());
    for (k, (radicand, exponent)) in bases.iter().enumerate() {
        let root = algebra.value(*exponent).filter(|e| !e.is_whole());
        let (Some(root), Form::Product(_)) = (root, algebra.form(*radicand)) else {
            continue;
        };
        let others = all_but(bases, k);
        for whole in [Number::ONE, Number::MINUS_ONE] {
            let (raised, lowered) = (algebra.number(root + whole), algebra.number(-whole));
            let mut outside = others.clone();
            outside.push((*radicand, lowered));
            let outside = algebra.product(Number::ONE, &outside, shape);
            let factors = [(outside, one), (*radicand, raised)];
            let absorbed = algebra.product(Number::ONE, &factors, shape);
            if algebra.cost(absorbed) < algebra.cost(id) {
                return Some(absorbed);
            }
        }
    }
    None
}

/// σ(x)·σ(−x) is written s·(1 − s).
pub(super) fn printed_sigmoid(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let one = algebra.unit();
    for (k, (base, exponent)) in bases.iter().enumerate() {
        let Some(args) = algebra.operands(*base, &elementary::SIGMOID) else {
            continue;
        };
        let Some(partner) = reflected(algebra, args[0]) else {
            continue;
        };
        let Some(j) = bases
            .iter()
            .position(|(known, e)| *known == partner && e == exponent)
        else {
            continue;
        };
        let kept = if algebra.leads_negative(args[0]) {
            bases[j].0
        } else {
            *base
        };
        let shape = algebra.shape(id);
        let complement = algebra.sum(
            &[(Number::ONE, one), (Number::MINUS_ONE, kept)],
            algebra.shape(*base),
        );
        let mut factors: FactorList = (0..bases.len())
            .filter(|i| *i != k && *i != j)
            .map(|i| bases[i])
            .collect();
        factors.extend([(kept, *exponent), (complement, *exponent)]);
        return Some(algebra.product(Number::ONE, &factors, shape));
    }
    None
}

/// A product of a column and a row that fill a matrix is an outer product.
pub(super) fn outer_product(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let whole = algebra.shape(id);
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    if whole.is_vector() || algebra.guards {
        return None;
    }
    let (mut down, mut across) = (FactorList::new(), FactorList::new());
    for (base, exponent) in bases {
        let core = algebra.core(*base);
        match algebra.factor_shape(&(core, *exponent)) {
            Shape { cols: 1, .. } => down.push((core, *exponent)),
            Shape { rows: 1, .. } => across.push((core, *exponent)),
            _ => return None,
        }
    }
    let (column, row) = (Shape { cols: 1, ..whole }, Shape { rows: 1, ..whole });
    let column = algebra.product(Number::ONE, &down, column);
    let row = algebra.product(Number::ONE, &across, row);
    let shapes = [column, row].map(|id| algebra.shape(id));
    let fill = shapes[0].rows == whole.rows && shapes[1].cols == whole.cols;
    (fill && !down.is_empty() && !across.is_empty()).then(|| algebra.chain(&[column, row]))
}

/// Roots of what is said to be positive, as one root.
pub(super) fn roots_in_one(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Product(bases) = algebra.form(id) else {
        return None;
    };
    let root = |(base, exponent): &(Id, Id)| {
        let power = algebra.value(*exponent)?;
        let formula = algebra.value(*base).is_none() && algebra.is_positive(*base, true);
        (formula && power.is_exact() && !power.is_whole()).then_some(power)
    };
    let powers: Vec<Option<Number>> = bases.iter().map(root).collect();
    let same = |k: usize| {
        let power = powers[k]?.abs();
        let equal = |own: &Option<Number>| own.is_some_and(|own| own.abs() == power);
        (powers.iter().filter(|own| equal(own)).count() > 1).then_some(power)
    };
    let power = (0..bases.len()).find_map(same)?;
    let above = powers.contains(&Some(power));
    let whole = if above { power } else { -power };
    let (mut inside, mut outside) = (FactorList::new(), FactorList::new());
    for ((base, exponent), own) in bases.iter().zip(&powers) {
        match own {
            Some(own) if own.abs() == power => {
                let side = if *own == whole { 1 } else { -1 };
                inside.push((*base, algebra.number(side)));
            }
            _ => outside.push((*base, *exponent)),
        }
    }
    let shape = algebra.shape(id);
    let common = algebra.common_shape(inside.iter().map(|(base, _)| *base))?;
    let inside = algebra.product(Number::ONE, &inside, common);
    outside.push((inside, algebra.number(whole)));
    Some(algebra.product(Number::ONE, &outside, shape))
}
