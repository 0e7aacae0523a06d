//! Rules for operations of the table.

use crate::graph::primitive::{Kernel, Parity};
use crate::graph::{Attr, Shape};
use crate::primitives::arithmetic::{GE, LT, MAX, MIN};
use crate::primitives::{algebra as linear, array, elementary};
use crate::simplify::algebra::{Algebra, FactorList, Form, Id, TermList};
use crate::simplify::exact::Number;
use smallvec::SmallVec;

/// A function of numbers whose value is exact: exp(0), cos(0), sigmoid(0).
pub(super) fn exact_value(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, _, args) = algebra.form(id) else {
        return None;
    };
    let number = |arg: &Id| Some(algebra.value(*arg)?.to_f64());
    let values: Option<SmallVec<[f64; 4]>> = args.iter().map(number).collect();
    let value = match (row.kernel, values?.as_slice()) {
        (Kernel::Map1(f), [x]) => (f.at)(*x),
        (Kernel::Map2(f), [x, y]) => (f.at)(*x, *y),
        _ => return None,
    };
    ((2.0 * value).fract() == 0.0).then(|| algebra.number(value))
}

/// hypot(1, x) = √(1 + x²), as everyone writes the derivative of arsinh. A formula that is computed
/// with keeps the form that does not overflow.
pub(super) fn root_of_one_and_square(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &elementary::HYPOT)?;
    if algebra.conventions.exact || algebra.value(algebra.core(args[0])) != Some(Number::ONE) {
        return None;
    }
    let (shape, one) = (algebra.shape(id), algebra.unit());
    let square = algebra.number(Number::TWO);
    let square = algebra.product(Number::ONE, &[(args[1], square)], shape);
    let sum = algebra.sum(&[(Number::ONE, one), (Number::ONE, square)], shape);
    let half = algebra.number(Number::HALF);
    Some(algebra.product(Number::ONE, &[(sum, half)], shape))
}

/// The sine or cosine of π times a fraction with the denominator 1, 2, 3, 4 or 6.
pub(super) fn function_of_pi(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, _, [arg]) = algebra.form(id) else {
        return None;
    };
    // cos(x) = sin(x + π/2)
    let ahead = match () {
        () if row.is(&elementary::SIN) => Number::ZERO,
        () if row.is(&elementary::COS) => Number::HALF,
        () => return None,
    };
    let (turns, of) = algebra.scaled(*arg);
    if of != algebra.pi() {
        return None;
    }
    let turns = turns + ahead;
    let half_turns = turns.floor();
    let inside = turns - half_turns;
    let sign = match half_turns.is_even() {
        true => Number::ONE,
        false => Number::MINUS_ONE,
    };
    let radicand = match inside.fraction()? {
        (0, 1) => return Some(algebra.number(Number::ZERO)),
        (1, 2) => 4,
        (1, 3) | (2, 3) => 3,
        (1, 4) | (3, 4) => 2,
        (1, 6) | (5, 6) => 1,
        _ => return None,
    };
    let (radicand, half) = (algebra.number(radicand), algebra.number(Number::HALF));
    Some(algebra.product(sign / Number::TWO, &[(radicand, half)], Shape::SCALAR))
}

/// The sum of entries that are numbers, or of which only one is not 0.
pub(super) fn sum_of_numbers(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let entries = match algebra.form(id) {
        Form::Apply(row, _, [arg]) if row.is(&array::SUM) && algebra.shape(id).is_scalar() => {
            match algebra.form(*arg) {
                Form::Entries(entries) => entries,
                _ => return None,
            }
        }
        _ => return None,
    };
    let mut sum = TermList::new();
    for entry in entries {
        if algebra.value(*entry) != Some(Number::ZERO) {
            sum.push((Number::ONE, *entry));
        }
    }
    let numbers = sum.iter().all(|(_, entry)| algebra.value(*entry).is_some());
    (numbers || sum.len() < 2).then(|| algebra.sum(&sum, Shape::SCALAR))
}

/// f(−x) = ±f(x)
pub(super) fn parity(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id) else {
        return None;
    };
    let parity = row.parity?;
    let [x] = args else { return None };
    if !algebra.leads_negative(*x) {
        return None;
    }
    let positive = algebra.negated(*x);
    let shape = algebra.shape(id);
    let applied = algebra.apply(row, attr, &[positive], shape);
    Some(match parity {
        Parity::Even => applied,
        Parity::Odd => algebra.negated(applied),
    })
}

/// Σ c·x = c·Σ x, and sums of something stretched.
pub(super) fn sum_of_multiple(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id) else {
        return None;
    };
    let mean = row.is(&array::MEAN);
    if !mean && !row.is(&array::SUM) {
        return None;
    }
    let (shape, from) = (algebra.shape(id), algebra.shape(args[0]));
    if shape == from {
        return Some(args[0]);
    }
    let one = algebra.unit();
    match algebra.form(args[0]) {
        Form::Stretched(inner) => {
            // Along what it is stretched, a sum is a multiple.
            let narrow = algebra.shape(inner);
            let along = Shape {
                rows: narrow.rows.min(shape.rows),
                cols: narrow.cols.min(shape.cols),
            };
            let reduced = match along == narrow {
                true => inner,
                false => {
                    let whole = if along.is_scalar() { Attr::None } else { attr };
                    let total = algebra.apply(row, whole, &[inner], along);
                    algebra.rewritten(total)
                }
            };
            let lines = (narrow.len() / along.len()).max(1) * shape.len().max(1);
            let count = match mean {
                true => Number::ONE,
                false => Number::whole((from.len() / lines) as i64),
            };
            Some(algebra.product(count, &[(reduced, one)], shape))
        }
        Form::Transposed(inner) if attr == Attr::None => {
            let total = algebra.apply(row, attr, &[inner], shape);
            Some(algebra.rewritten(total))
        }
        Form::Sum(terms) if terms.len() == 1 => {
            let (coefficient, term) = terms[0];
            let inner = algebra.apply(row, attr, &[term], shape);
            let inner = algebra.rewritten(inner);
            Some(algebra.sum(&[(coefficient, inner)], shape))
        }
        Form::Product(bases) => {
            let (front, rest): (FactorList, FactorList) = bases
                .iter()
                .copied()
                .partition(|factor| algebra.factor_shape(factor).is_scalar());
            if front.is_empty() || rest.is_empty() {
                return None;
            }
            let rest = algebra.product(Number::ONE, &rest, from);
            let inner = algebra.apply(row, attr, &[rest], shape);
            let inner = algebra.rewritten(inner);
            let mut factors = front;
            factors.push((inner, one));
            Some(algebra.product(Number::ONE, &factors, shape))
        }
        _ => None,
    }
}

pub(super) fn diagonal_of_ones(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &array::DIAG)?;
    let Form::Stretched(inner) = algebra.form(args[0]) else {
        return None;
    };
    let shape = algebra.shape(id);
    if !algebra.shape(inner).is_scalar() || shape.rows != shape.cols {
        return None;
    }
    let identity = algebra.identity(shape.rows);
    let one = algebra.unit();
    Some(algebra.product(Number::ONE, &[(inner, one), (identity, one)], shape))
}

/// The diagonal of u·v' is u∘v.
pub(super) fn diagonal_of_outer_product(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &array::DIAG)?;
    let Form::Chain(links) = algebra.form(args[0]) else {
        return None;
    };
    let [u, v] = *links else { return None };
    if algebra.shape(u).cols != 1 || algebra.shape(id).cols != 1 {
        return None;
    }
    let column = algebra.transposed(v);
    let one = algebra.unit();
    let shape = algebra.shape(id);
    (algebra.shape(column) == algebra.shape(u))
        .then(|| algebra.product(Number::ONE, &[(u, one), (column, one)], shape))
}

/// The solution for an identity is the inverse.
pub(super) fn solve_for_identity(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &linear::SOLVE)?;
    let shape = algebra.shape(id);
    matches!(algebra.form(args[1]), Form::Identity)
        .then(|| algebra.apply(&linear::INV, Attr::None, &[args[0]], shape))
}

/// cof(X) = det(X)·inv(X)'
pub(super) fn cofactors(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let args = algebra.operands(id, &linear::COFACTOR)?;
    let shape = algebra.shape(id);
    let det = algebra.apply(&linear::DET, Attr::None, args, Shape::SCALAR);
    let inverse = algebra.apply(&linear::INV, Attr::None, args, shape);
    let turned = algebra.transposed(inverse);
    let one = algebra.unit();
    Some(algebra.product(Number::ONE, &[(det, one), (turned, one)], shape))
}

/// Sums that run from the end are the total less those that run from the start.
pub(super) fn reversed_running_sum(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let Form::Apply(row, attr, args) = algebra.form(id) else {
        return None;
    };
    let Form::Apply(inner_row, inner_attr, inner) = algebra.form(args.first().copied()?) else {
        return None;
    };
    if !row.is(&array::FLIP) || !inner_row.is(&array::CUMSUM) || inner_attr != attr {
        return None;
    }
    let x = algebra.operands(inner[0], &array::FLIP)?[0];
    let shape = algebra.shape(id);
    let lanes = if shape.is_vector() && array::reduced(shape, attr).is_scalar() {
        Attr::None
    } else {
        attr
    };
    let total = algebra.apply(&array::SUM, lanes, &[x], array::reduced(shape, attr));
    let total = algebra.rewritten(total);
    let running = algebra.apply(&array::CUMSUM, attr, &[x], shape);
    Some(algebra.sum(
        &[
            (Number::ONE, total),
            (Number::MINUS_ONE, running),
            (Number::ONE, x),
        ],
        shape,
    ))
}

/// The partial of a power by its exponent guards against 0·log 0; away from there it is a product.
pub(super) fn power_times_logarithm(algebra: &mut Algebra, id: Id) -> Option<Id> {
    if algebra.guards {
        return None;
    }
    let args = algebra.operands(id, &elementary::XLOGY)?;
    let Form::Product(bases) = algebra.form(args[0]) else {
        return None;
    };
    if !bases.iter().any(|(base, _)| *base == args[1]) {
        return None;
    }
    let shape = algebra.shape(args[1]);
    let log = algebra.apply(&elementary::LOG, Attr::None, &[args[1]], shape);
    let log = algebra.rewritten(log);
    let one = algebra.unit();
    Some(algebra.product(
        Number::ONE,
        &[(args[0], one), (log, one)],
        algebra.shape(id),
    ))
}

/// x ≥ max(x, y) is x ≥ y; min(x, y) ≥ x is y ≥ x; the same for <. A comparison with a selection that
/// has a name is made with its formula: computed in another way, the two would hardly be equal.
pub(super) fn selected_argument(algebra: &mut Algebra, id: Id) -> Option<Id> {
    let row = [&GE, &LT]
        .into_iter()
        .find(|row| algebra.operands(id, row).is_some())?;
    let args = algebra.operands(id, row)?;
    let shape = algebra.shape(id);
    for (entry, whole, k) in [(&MAX, &array::MAX_OF, 1), (&MIN, &array::MIN_OF, 0)] {
        let core = algebra.core(args[k]);
        let definition = algebra.behind(core);
        let selection = algebra.core(definition);
        let mut sides = [args[0], args[1]];
        if let Some([a, b]) = algebra.operands(selection, entry)
            && [*a, *b].contains(&args[1 - k])
        {
            sides[k] = if args[1 - k] == *a { *b } else { *a };
        } else if selection != core
            && matches!(algebra.form(selection), Form::Apply(row, ..) if row.is(entry) || row.is(whole))
        {
            sides[k] = algebra.stretch(selection, algebra.shape(args[k]));
        } else {
            continue;
        }
        return Some(algebra.apply(row, Attr::None, &sides, shape));
    }
    None
}
