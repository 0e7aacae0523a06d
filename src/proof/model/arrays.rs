//! Matrices over the model's fields, stored column by column.

use super::sample::{Residues, Sample, Unlucky};
use crate::graph::{Attr, Shape};

pub(super) fn product(
    sample: &Sample,
    (a, left): (&[Residues], Shape),
    (b, right): (&[Residues], Shape),
) -> Vec<Residues> {
    let (m, inner, n) = (left.m(), left.n(), right.n());
    let mut result = vec![[0; 3]; m * n];
    for j in 0..n {
        for k in 0..inner {
            let factor = b[k + j * inner];
            for i in 0..m {
                let term = sample.mul(a[i + k * m], factor);
                result[i + j * m] = sample.add(result[i + j * m], term);
            }
        }
    }
    result
}

pub(super) fn transposed(a: &[Residues], shape: Shape) -> Vec<Residues> {
    let entry = |k: usize| a[k / shape.n() + (k % shape.n()) * shape.m()];
    (0..a.len()).map(entry).collect()
}

pub(super) fn symmetric(sample: &Sample, a: &[Residues], n: usize) -> Vec<Residues> {
    let entry = |k: usize| sample.add(a[k], a[k / n + (k % n) * n]);
    (0..a.len()).map(entry).collect()
}

/// (1 − K)/(1 + K) of the skew part of `a`.
pub(super) fn orthogonal(
    sample: &Sample,
    a: &[Residues],
    n: usize,
) -> Result<Vec<Residues>, Unlucky> {
    let skew = |k: usize| sample.sub(a[k], a[k / n + (k % n) * n]);
    let one = |k: usize| sample.integer(i128::from(k / n == k % n));
    let below: Vec<Residues> = (0..a.len()).map(|k| sample.add(one(k), skew(k))).collect();
    let above: Vec<Residues> = (0..a.len()).map(|k| sample.sub(one(k), skew(k))).collect();
    let shape = Shape::new(n, n);
    let (below, _) = inverse(sample, &below, n)?;
    Ok(product(sample, (&above, shape), (&below, shape)))
}

/// Inverse and determinant, by elimination.
pub(super) fn inverse(
    sample: &Sample,
    a: &[Residues],
    n: usize,
) -> Result<(Vec<Residues>, Residues), Unlucky> {
    let mut rows = a.to_vec();
    let mut result: Vec<Residues> = (0..n * n)
        .map(|k| sample.integer(i128::from(k / n == k % n)))
        .collect();
    let mut determinant = sample.integer(1);
    for k in 0..n {
        let pivot = (k..n).find(|i| !sample.is_zero(rows[i + k * n]));
        let pivot = pivot.ok_or(Unlucky)?;
        if pivot != k {
            for j in 0..n {
                rows.swap(k + j * n, pivot + j * n);
                result.swap(k + j * n, pivot + j * n);
            }
            determinant = sample.neg(determinant);
        }
        let factor = rows[k + k * n];
        determinant = sample.mul(determinant, factor);
        for j in 0..n {
            rows[k + j * n] = sample.div(rows[k + j * n], factor)?;
            result[k + j * n] = sample.div(result[k + j * n], factor)?;
        }
        for i in (0..n).filter(|i| *i != k) {
            let factor = rows[i + k * n];
            for j in 0..n {
                let (row, other) = (rows[k + j * n], result[k + j * n]);
                rows[i + j * n] = sample.sub(rows[i + j * n], sample.mul(factor, row));
                result[i + j * n] = sample.sub(result[i + j * n], sample.mul(factor, other));
            }
        }
    }
    Ok((result, determinant))
}

/// The determinant; 0 for a singular matrix.
pub(super) fn determinant(sample: &Sample, a: &[Residues], n: usize) -> Residues {
    match inverse(sample, a, n) {
        Ok((_, determinant)) => determinant,
        Err(Unlucky) => sample.integer(0),
    }
}

/// Products along an axis: of all entries, or of those so far.
pub(super) fn multiplied(
    sample: &Sample,
    a: &[Residues],
    shape: Shape,
    attr: Attr,
    all: bool,
) -> Vec<Residues> {
    let (m, n) = (shape.m(), shape.n());
    let rows = attr != Attr::Axis(2);
    let lanes: Vec<Vec<usize>> = match (attr, rows, all) {
        (Attr::None, _, true) => vec![(0..m * n).collect()],
        (_, true, _) => (0..n)
            .map(|j| (0..m).map(|i| i + j * m).collect())
            .collect(),
        (_, false, _) => (0..m)
            .map(|i| (0..n).map(|j| i + j * m).collect())
            .collect(),
    };
    let mut result = vec![[0; 3]; a.len()];
    let mut products = Vec::new();
    for lane in lanes {
        let mut product = sample.integer(1);
        for k in lane {
            product = sample.mul(product, a[k]);
            result[k] = product;
        }
        products.push(product);
    }
    if all { products } else { result }
}
