//! Numeric kernels of linear algebra. The order of summation depends on the shape alone. Kernels of
//! more than linear cost ask whether to stop, and then leave their result unfinished: nobody reads it.

use crate::graph::View;
use crate::graph::primitive::{Fault, KernelCall};
use crate::stop;
use crate::vector::sums::sum_of_products;
use crate::vector::{Strided, product, product_of_reached};

type Done = Result<(), Fault>;

/// Argument `k`, as products read it.
fn factor<'a>(call: &KernelCall<'a>, k: usize) -> Strided<'a> {
    let View { shape, data } = call.args[k];
    Strided::columns(data, shape.m(), shape.n())
}

pub fn matmul(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    product(factor(call, 0), factor(call, 1), out);
    Ok(())
}

pub fn matmul_reached(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [factors, masks] = [[0, 1], [2, 3]].map(|ks| ks.map(|k| factor(call, k)));
    product_of_reached(factors, masks, out);
    Ok(())
}

pub fn dot(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    out[0] = sum_of_products(call.args[0].data, call.args[1].data);
    Ok(())
}

pub fn tr(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    out[0] = (0..x.shape.m()).map(|k| x.at(k, k)).sum::<f64>() + 0.0;
    Ok(())
}

/// A square matrix factored with partial pivoting: row swaps, then L and U in one.
struct Lu {
    n: usize,
    factors: Vec<f64>,
    order: Vec<usize>,
    odd: bool,
    singular: bool,
}

impl Lu {
    /// Factors `x`. A pivot counts as zero where everything in its column is no larger than the
    /// rounding error of the numbers it was computed from.
    fn new(x: View<'_>) -> Lu {
        let n = x.shape.m();
        let mut a = x.data.to_vec();
        let mut magnitude: Vec<f64> = a.iter().map(|x| x.abs()).collect();
        let mut lu = Lu {
            n,
            factors: Vec::new(),
            order: (0..n).collect(),
            odd: false,
            singular: false,
        };
        for k in 0..n {
            if stop::requested() {
                break;
            }
            let noise = |i: usize, a: &[f64]| {
                a[i + k * n].abs() <= n as f64 * f64::EPSILON * magnitude[i + k * n]
            };
            lu.singular |= (k..n).all(|i| noise(i, &a));
            let size = |i: usize| a[i + k * n].abs();
            let pivot = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            if pivot != k {
                for j in 0..n {
                    a.swap(k + j * n, pivot + j * n);
                    magnitude.swap(k + j * n, pivot + j * n);
                }
                lu.order.swap(k, pivot);
                lu.odd = !lu.odd;
            }
            if a[k + k * n] == 0.0 {
                continue;
            }
            for i in k + 1..n {
                a[i + k * n] /= a[k + k * n];
            }
            for j in k + 1..n {
                let factor = a[k + j * n];
                for i in k + 1..n {
                    let product = a[i + k * n] * factor;
                    a[i + j * n] -= product;
                    magnitude[i + j * n] += product.abs();
                }
            }
        }
        lu.factors = a;
        lu
    }

    fn diagonal(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.n).map(|k| self.factors[k * (self.n + 1)])
    }

    fn sign(&self) -> f64 {
        if self.odd { -1.0 } else { 1.0 }
    }

    /// Solves for one right side, given in the original order of rows.
    fn solve(&self, right: &[f64], out: &mut [f64]) {
        let (n, a) = (self.n, &self.factors);
        for (slot, &row) in out.iter_mut().zip(&self.order) {
            *slot = right[row];
        }
        for k in 0..n {
            for i in k + 1..n {
                out[i] -= a[i + k * n] * out[k];
            }
        }
        for k in (0..n).rev() {
            out[k] /= a[k + k * n];
            for i in 0..k {
                out[i] -= a[i + k * n] * out[k];
            }
        }
    }
}

pub fn det(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let lu = Lu::new(call.args[0]);
    out[0] = lu
        .diagonal()
        .fold(lu.sign(), |product, pivot| product * pivot);
    Ok(())
}

pub fn logdet(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let lu = Lu::new(call.args[0]);
    let negative = lu.odd ^ (lu.diagonal().filter(|pivot| *pivot < 0.0).count() % 2 == 1);
    let magnitude = lu
        .diagonal()
        .map(|pivot| libm::log(pivot.abs()))
        .sum::<f64>()
        + 0.0;
    out[0] = if negative && magnitude > f64::NEG_INFINITY {
        f64::NAN
    } else {
        magnitude
    };
    Ok(())
}

fn has_nan(x: View<'_>) -> bool {
    x.data.iter().any(|x| x.is_nan())
}

pub fn inv(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let n = call.shape.m();
    let lu = Lu::new(call.args[0]);
    if lu.singular && !has_nan(call.args[0]) {
        return Err(Fault::Singular);
    }
    let mut unit = vec![0.0; n];
    for (j, column) in out.chunks_exact_mut(n.max(1)).enumerate() {
        if stop::requested() {
            break;
        }
        unit[j] = 1.0;
        lu.solve(&unit, column);
        unit[j] = 0.0;
    }
    Ok(())
}

pub fn solve(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0], call.args[1]];
    let lu = Lu::new(a);
    if lu.singular && !has_nan(a) {
        return Err(Fault::Singular);
    }
    let n = a.shape.m().max(1);
    for (right, column) in b.data.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        if stop::requested() {
            break;
        }
        lu.solve(right, column);
    }
    Ok(())
}

/// The determinants of the minors of up to three rows.
fn small_cofactors(a: &[f64], n: usize, out: &mut [f64]) {
    for j in 0..n {
        for i in 0..n {
            let others = |k: usize| (0..n).filter(move |other| *other != k);
            let (mut rows, mut cols) = (others(i), others(j));
            let two = |list: &mut dyn Iterator<Item = usize>| (list.next(), list.next());
            let minor = match (two(&mut rows), two(&mut cols)) {
                ((Some(p), Some(q)), (Some(r), Some(s))) => {
                    a[p + r * n] * a[q + s * n] - a[p + s * n] * a[q + r * n]
                }
                ((Some(p), None), (Some(r), None)) => a[p + r * n],
                _ => 1.0,
            };
            out[i + j * n] = if (i + j) % 2 == 0 { minor } else { -minor };
        }
    }
}

/// The cofactors by Gaussian elimination with full pivoting: PAQ = LU, so
/// adj(A) = det(P)det(Q)·Q·adj(U)·L⁻¹·P, where only the last pivot of U may vanish: with more
/// zero pivots all cofactors are zero.
pub fn cofactor(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let n = call.shape.m();
    let mut a = call.args[0].data.to_vec();
    if n <= 3 {
        small_cofactors(&a, n, out);
        return Ok(());
    }
    if !a.iter().all(|x| x.is_finite()) {
        // Elimination knows no infinity.
        out.fill(f64::NAN);
        return Ok(());
    }
    let mut row_order: Vec<usize> = (0..n).collect();
    let mut col_order: Vec<usize> = (0..n).collect();
    let mut sign = 1.0;
    out.fill(0.0);
    let largest_entry = a.iter().fold(0.0f64, |best, x| best.max(x.abs()));
    for k in 0..n.saturating_sub(1) {
        if stop::requested() {
            break;
        }
        let (mut row, mut col) = (k, k);
        for j in k..n {
            for i in k..n {
                if a[i + j * n].abs() > a[row + col * n].abs() {
                    (row, col) = (i, j);
                }
            }
        }
        if a[row + col * n].abs() <= f64::EPSILON * largest_entry {
            return Ok(());
        }
        if row != k {
            (0..n).for_each(|j| a.swap(k + j * n, row + j * n));
            row_order.swap(k, row);
            sign = -sign;
        }
        if col != k {
            (0..n).for_each(|i| a.swap(i + k * n, i + col * n));
            col_order.swap(k, col);
            sign = -sign;
        }
        for i in k + 1..n {
            a[i + k * n] /= a[k + k * n];
        }
        for j in k + 1..n {
            for i in k + 1..n {
                a[i + j * n] -= a[i + k * n] * a[k + j * n];
            }
        }
    }
    if n == 0 {
        return Ok(());
    }
    let last = n - 1;
    let leading = (0..last).fold(sign, |product, k| product * a[k * (n + 1)]);
    let delta = a[last * (n + 1)];
    // The columns of adj(U)·L⁻¹: solve with U₁ scaled so that a vanishing last pivot is no division.
    for (j, &original_row) in row_order.iter().enumerate() {
        if stop::requested() {
            break;
        }
        let mut x = vec![0.0; n];
        x[j] = 1.0;
        for k in j..n {
            for i in k + 1..n {
                x[i] -= a[i + k * n] * x[k];
            }
        }
        let tail = x[last];
        for i in 0..last {
            x[i] = delta * x[i] - a[i + last * n] * tail;
        }
        for k in (0..last).rev() {
            x[k] /= a[k + k * n];
            for i in 0..k {
                x[i] -= a[i + k * n] * x[k];
            }
        }
        for (i, &original_col) in col_order.iter().enumerate() {
            out[original_row + original_col * n] = leading * x[i];
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Attr, Shape};

    fn cofactors(n: usize, data: &[f64]) -> Vec<f64> {
        let view = View {
            shape: Shape::new(n, n),
            data,
        };
        let mut out = vec![f64::NAN; n * n];
        let call = KernelCall {
            args: &[view],
            shape: view.shape,
            attr: Attr::None,
            blocks: &[],
        };
        cofactor(&call, &mut out).expect("cofactors always exist");
        out
    }

    #[test]
    fn cofactors_of_regular_and_singular_matrices() {
        // Column by column.
        assert_eq!(cofactors(1, &[7.0]), [1.0]);
        assert_eq!(cofactors(2, &[1.0, 3.0, 2.0, 4.0]), [4.0, -2.0, -3.0, 1.0]);
        assert_eq!(cofactors(2, &[1.0, 2.0, 2.0, 4.0]), [4.0, -2.0, -2.0, 1.0]);
        assert_eq!(cofactors(3, &[0.0; 9]), [0.0; 9]);
        let singular = [1.0, 4.0, 7.0, 2.0, 5.0, 8.0, 3.0, 6.0, 9.0];
        let expected = [-3.0, 6.0, -3.0, 6.0, -12.0, 6.0, -3.0, 6.0, -3.0];
        for (got, want) in cofactors(3, &singular).iter().zip(expected) {
            assert!((got - want).abs() < 1e-13, "{got} {want}");
        }
    }
}
