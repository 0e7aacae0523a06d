//! Logarithms and exponentials by the structure of what they are taken of.

use super::terms::{absolute, row, signed, terms_of};
use crate::graph::{Attr, Block, Corner, Shape, Term};
use crate::primitives::algebra::{DET, INV, MATMUL};
use crate::primitives::arithmetic::{ADD, DIV, MUL, NEG, POW, SUB};
use crate::primitives::array::{BROADCAST, DIAG, PROD, SUM, TRANSPOSE};
use crate::primitives::elementary::{ABS, EXP, LOG, SOFTPLUS};
use crate::primitives::term::entrywise;

/// log|x| by the factors of x.
pub(super) fn log(x: Term<'_>) -> Term<'_> {
    let one = x.number(1.0);
    let mut sum = x.number(0.0);
    let mut factors = vec![(x, one)];
    while let Some((factor, exponent)) = factors.pop() {
        match row(factor) {
            Some(row) if row.is(&MUL) => {
                factors.push((factor.arg(0), exponent));
                factors.push((factor.arg(1), exponent));
            }
            Some(row) if row.is(&DIV) => {
                factors.push((factor.arg(0), exponent));
                factors.push((factor.arg(1), -exponent));
            }
            Some(row) if row.is(&NEG) || row.is(&ABS) => factors.push((factor.arg(0), exponent)),
            Some(row) if row.is(&POW) => {
                factors.push((factor.arg(0), exponent * factor.arg(1)));
            }
            Some(row) if row.is(&EXP) => sum = sum + exponent * factor.arg(0),
            Some(row) if row.is(&PROD) => {
                let each = log(factor.arg(0)).stretch(factor.arg(0).shape());
                sum = sum + exponent * each.sum_along(factor.node().attr());
            }
            Some(row) if row.is(&DET) && determinants(factor).is_some() => {
                let parts = determinants(factor).unwrap_or_default();
                factors.extend(
                    parts
                        .into_iter()
                        .map(|(part, times)| (part, times * exponent)),
                );
            }
            _ => match factor.literal() {
                Some(number) if number.abs() == 1.0 => {}
                Some(number) => sum = sum + log_of_number(x, number.abs()) * exponent,
                None => sum = sum + exponent * log_of_sum(factor),
            },
        }
    }
    sum
}

/// log of what has no factors: of a sum of exponentials, one of them is taken out, so that sums which
/// differ by a common factor e^c differ by c.
fn log_of_sum(x: Term<'_>) -> Term<'_> {
    if let Some(found) = softplus(x) {
        return found;
    }
    let leading = match row(x) {
        Some(row) if row.is(&SUM) => {
            let first = Block {
                corner: Corner { row: 0, col: 0 },
                shape: x.shape(),
            };
            leading_exponent(x.arg(0)).map(|exponent| exponent.block(first))
        }
        Some(row) if row.is(&ADD) || row.is(&SUB) => leading_exponent(x),
        _ => None,
    };
    match leading {
        Some(leading) => leading + (x * (-leading).map(&EXP)).map(&LOG),
        None => x.map(&LOG),
    }
}

/// log x as a softplus, if `x` is 1 + e^u or e^v + e^u.
fn softplus(x: Term<'_>) -> Option<Term<'_>> {
    let is = |x: Term<'_>, known: &_| row(x).is_some_and(|row| row.is(known));
    if !is(x, &ADD) {
        return None;
    }
    let [a, b] = [x.arg(0), x.arg(1)];
    let (first, power) = if a.is(1.0) { (a, b) } else { (b, a) };
    if !is(power, &EXP) {
        return None;
    }
    let exponent = power.arg(0);
    if first.is(1.0) {
        return Some(exponent.map(&SOFTPLUS));
    }
    is(first, &EXP).then(|| exponent + (first.arg(0) - exponent).map(&SOFTPLUS))
}

/// The exponent in one of the terms of a sum, the oldest one, if all have one.
fn leading_exponent(sum: Term<'_>) -> Option<Term<'_>> {
    let exponents: Option<Vec<Term<'_>>> = terms_of(sum)
        .into_iter()
        .map(|(_, term)| exponent_of(term))
        .collect();
    let oldest = exponents?.into_iter().min_by_key(|exponent| exponent.id)?;
    Some(oldest.stretch(sum.shape()))
}

/// u, where e^u is a factor.
fn exponent_of(product: Term<'_>) -> Option<Term<'_>> {
    let mut found: Option<Term<'_>> = None;
    let mut waiting = vec![(product, false)];
    while let Some((part, below)) = waiting.pop() {
        match row(part) {
            Some(row) if row.is(&MUL) => {
                waiting.push((part.arg(1), below));
                waiting.push((part.arg(0), below));
            }
            Some(row) if row.is(&DIV) => {
                waiting.push((part.arg(1), !below));
                waiting.push((part.arg(0), below));
            }
            Some(row) if row.is(&NEG) => waiting.push((part.arg(0), below)),
            Some(row) if row.is(&EXP) => {
                let exponent = signed(below, part.arg(0));
                found = Some(found.map_or(exponent, |found| found + exponent));
            }
            _ => {}
        }
    }
    found
}

/// The determinants that the determinant of a product, a multiple, an inverse, a transpose or a diagonal
/// is made of up to its sign, and how many times each is a factor.
fn determinants(x: Term<'_>) -> Option<Vec<(Term<'_>, f64)>> {
    let matrix = x.arg(0);
    let of = row(matrix)?;
    let size = matrix.shape().m() as f64;
    if of.is(&MATMUL) {
        let [left, right] = [matrix.arg(0), matrix.arg(1)].map(determinant);
        Some(vec![(left?, 1.0), (right?, 1.0)])
    } else if of.is(&INV) {
        Some(vec![(determinant(matrix.arg(0))?, -1.0)])
    } else if of.is(&TRANSPOSE) || of.is(&NEG) {
        Some(vec![(determinant(matrix.arg(0))?, 1.0)])
    } else if of.is(&MUL) {
        let [a, b] = [matrix.arg(0), matrix.arg(1)];
        let (scale, rest) = match number(a) {
            Some(scale) => (scale, b),
            None => (number(b)?, a),
        };
        Some(vec![(scale, size), (determinant(rest)?, 1.0)])
    } else if of.is(&DIV) {
        let scale = number(matrix.arg(1))?;
        Some(vec![(scale, -size), (determinant(matrix.arg(0))?, 1.0)])
    } else if of.is(&DIAG) && matrix.arg(0).shape().is_vector() {
        let entries = matrix.arg(0);
        Some(vec![(entries.whole(&PROD, Attr::None, Shape::SCALAR), 1.0)])
    } else {
        None
    }
}

/// det A, of a square matrix.
fn determinant(matrix: Term<'_>) -> Option<Term<'_>> {
    let shape = matrix.shape();
    let square = shape.rows == shape.cols;
    square.then(|| matrix.whole(&DET, Attr::None, Shape::SCALAR))
}

/// The number that `x` is in every entry.
fn number(x: Term<'_>) -> Option<Term<'_>> {
    let inner = match row(x) {
        Some(row) if row.is(&BROADCAST) => x.arg(0),
        _ => x,
    };
    inner.shape().is_scalar().then_some(inner)
}

/// The logarithm of a number, by its prime factors where it is a small integer.
fn log_of_number(x: Term<'_>, number: f64) -> Term<'_> {
    let mut rest = number;
    let mut sum = x.number(0.0);
    if number.fract() == 0.0 && number > 0.0 && number < 1e9 {
        for prime in [2.0, 3.0, 5.0, 7.0, 11.0, 13.0] {
            while rest % prime == 0.0 {
                rest /= prime;
                sum = sum + x.number(prime).map(&LOG);
            }
        }
    }
    if rest == 1.0 {
        return sum;
    }
    sum + x.number(rest).map(&LOG)
}

/// e^x, where e^(c·log b) is b^c.
pub(super) fn exp(x: Term<'_>) -> Term<'_> {
    let shape = x.shape();
    let mut rest: Option<Term<'_>> = None;
    let mut product: Option<Term<'_>> = None;
    for (negative, term) in stretched_terms(x) {
        let (logarithm, factor) = split_logarithm(term);
        match logarithm {
            Some(base) => {
                let factor = signed(negative, factor);
                let power = entrywise(&POW, &[absolute(base), factor]).stretch(shape);
                product = Some(product.map_or(power, |product| product * power));
            }
            None => {
                let term = signed(negative, term).stretch(shape);
                rest = Some(rest.map_or(term, |rest| rest + term));
            }
        }
    }
    let rest = rest.map(|rest| match rest.literal() {
        Some(0.0) => rest.number(1.0),
        _ => rest.map(&EXP),
    });
    match (product, rest) {
        (Some(product), Some(rest)) => product * rest,
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => x.map(&EXP),
    }
}

/// The terms of a sum, also of sums that are repeated to fill a shape, each with its sign.
fn stretched_terms(x: Term<'_>) -> Vec<(bool, Term<'_>)> {
    let mut found = Vec::new();
    let mut waiting = vec![(false, x)];
    while let Some((negative, part)) = waiting.pop() {
        let terms = terms_of(part);
        for (minus, term) in terms.into_iter().rev() {
            let sign = negative != minus;
            match row(term) {
                Some(row) if row.is(&BROADCAST) => waiting.push((sign, term.arg(0))),
                _ => found.push((sign, term)),
            }
        }
    }
    found
}

/// c·log b as b and c; `None` where there is no logarithm, or more than one.
fn split_logarithm(term: Term<'_>) -> (Option<Term<'_>>, Term<'_>) {
    let mut base = None;
    let mut factor = term.number(1.0);
    let mut waiting = vec![(term, false)];
    while let Some((part, below)) = waiting.pop() {
        match row(part) {
            Some(row) if row.is(&MUL) => {
                waiting.push((part.arg(0), below));
                waiting.push((part.arg(1), below));
            }
            Some(row) if row.is(&DIV) => {
                waiting.push((part.arg(0), below));
                waiting.push((part.arg(1), !below));
            }
            Some(row) if row.is(&NEG) => {
                factor = -factor;
                waiting.push((part.arg(0), below));
            }
            Some(row) if row.is(&LOG) && base.is_none() && !below => base = Some(part.arg(0)),
            Some(row) if row.is(&SOFTPLUS) && base.is_none() && !below => {
                base = Some(1.0 + part.arg(0).map(&EXP));
            }
            _ if below => factor = factor / part,
            _ => factor = factor * part,
        }
    }
    (base, factor)
}
