//! Numeric kernels over whole arrays. The order of summation depends on the shape alone. Those of more than linear cost look whether they were
//! asked to stop, and then leave what they have: nobody will look at it.

use super::random::SplitMix64;
use crate::graph::Shape;
use crate::graph::primitive::{Call, Fault};
use crate::graph::{Attr, View};
use crate::stop;
use crate::vector::sums::sum_of_products;
use crate::vector::{Strided, product, product_of_reached};

type Done = Result<(), Fault>;

/// Where the lanes of an axis lie: how many, how far apart, how long, with which stride.
struct Lanes {
    starts: Vec<usize>,
    length: usize,
    stride: usize,
}

fn lanes(x: View<'_>, attr: Attr) -> Lanes {
    let (m, n) = (x.shape.m(), x.shape.n());
    match attr {
        Attr::Axis(1) => Lanes {
            starts: (0..n).map(|j| j * m).collect(),
            length: m,
            stride: 1,
        },
        Attr::Axis(2) => Lanes {
            starts: (0..m).collect(),
            length: n,
            stride: m.max(1),
        },
        _ => Lanes {
            starts: vec![0],
            length: m * n,
            stride: 1,
        },
    }
}

/// As many numbers for each lane as it has.
fn map_lanes(call: &Call<'_>, attr: Attr, out: &mut [f64], map: impl Fn(&mut [f64])) -> Done {
    let x = call.args[0];
    let lanes = lanes(x, attr);
    let mut buffer = vec![0.0; lanes.length];
    for start in lanes.starts {
        for (k, slot) in buffer.iter_mut().enumerate() {
            *slot = x.data[start + k * lanes.stride];
        }
        map(&mut buffer);
        for (k, value) in buffer.iter().enumerate() {
            out[start + k * lanes.stride] = *value;
        }
    }
    Ok(())
}

fn running(call: &Call<'_>, out: &mut [f64], combine: fn(f64, f64) -> f64) -> Done {
    let attr = if call.attr == Attr::None {
        Attr::Axis(1)
    } else {
        call.attr
    };
    map_lanes(call, attr, out, |lane| {
        for k in 1..lane.len() {
            lane[k] = combine(lane[k - 1], lane[k]);
        }
    })
}

pub fn cumsum(call: &Call<'_>, out: &mut [f64]) -> Done {
    running(call, out, |a, b| a + b)
}

pub fn cumprod(call: &Call<'_>, out: &mut [f64]) -> Done {
    running(call, out, |a, b| a * b)
}

/// Each entry is left out of the product: from the left up to it, and from the right.
pub fn others(call: &Call<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0].data;
    let mut before = 1.0;
    for (out, x) in out.iter_mut().zip(x) {
        *out = before;
        before *= x;
    }
    let mut behind = 1.0;
    for (out, x) in out.iter_mut().zip(x).rev() {
        *out *= behind;
        behind *= x;
    }
    Ok(())
}

pub fn flip(call: &Call<'_>, out: &mut [f64]) -> Done {
    map_lanes(call, call.attr, out, |lane| lane.reverse())
}

pub fn recurrence(call: &Call<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0].data, call.args[1].data];
    let m = call.shape.m();
    for k in 0..out.len() {
        out[k] = if k % m == 0 {
            b[k]
        } else {
            a[k] * out[k - 1] + b[k]
        };
    }
    Ok(())
}

fn fill(out: &mut [f64], value: impl FnMut() -> f64) -> Done {
    out.fill_with(value);
    Ok(())
}

pub fn zeros(_: &Call<'_>, out: &mut [f64]) -> Done {
    fill(out, || 0.0)
}

pub fn ones(_: &Call<'_>, out: &mut [f64]) -> Done {
    fill(out, || 1.0)
}

fn generator(attr: Attr) -> SplitMix64 {
    match attr {
        Attr::Seed(low, high) => SplitMix64::new(u64::from(low) | u64::from(high) << 32),
        _ => SplitMix64::new(0),
    }
}

pub fn rand(call: &Call<'_>, out: &mut [f64]) -> Done {
    let mut generator = generator(call.attr);
    fill(out, || generator.uniform())
}

pub fn randn(call: &Call<'_>, out: &mut [f64]) -> Done {
    let mut generator = generator(call.attr);
    fill(out, || generator.normal())
}

pub fn eye(call: &Call<'_>, out: &mut [f64]) -> Done {
    out.fill(0.0);
    out.iter_mut()
        .step_by(call.shape.m() + 1)
        .for_each(|x| *x = 1.0);
    Ok(())
}

pub fn linspace(call: &Call<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0].data[0], call.args[1].data[0]];
    let last = out.len().saturating_sub(1);
    for (k, x) in out.iter_mut().enumerate() {
        *x = match k {
            0 => a,
            k if k == last => b,
            k => {
                let t = k as f64 / last as f64;
                (1.0 - t) * a + t * b
            }
        };
    }
    Ok(())
}

pub fn onehot(call: &Call<'_>, out: &mut [f64]) -> Done {
    let (m, classes) = (call.shape.m(), call.shape.n());
    out.fill(0.0);
    for (i, &class) in call.args[0].data.iter().enumerate() {
        if class.fract() != 0.0 || !(1.0..=classes as f64).contains(&class) {
            return Err(Fault::NoSuchClass);
        }
        out[i + (class as usize - 1) * m] = 1.0;
    }
    Ok(())
}

pub fn index(call: &Call<'_>, out: &mut [f64]) -> Done {
    let Attr::Corner(corner) = call.attr else {
        return Ok(());
    };
    let (x, rows) = (call.args[0], call.shape.m());
    for j in 0..call.shape.n() {
        let from = corner.row as usize + (corner.col as usize + j) * x.shape.m();
        out[j * rows..][..rows].copy_from_slice(&x.data[from..from + rows]);
    }
    Ok(())
}

/// The first entries, column by column, of the columns of a block that a matrix of the shape `whole`
/// has from the row and column on that arguments 1 and 2 of `call` name.
fn columns_at(
    call: &Call<'_>,
    block: Shape,
    whole: Shape,
) -> Result<impl Iterator<Item = usize>, Fault> {
    let from = |k: usize, extent: usize, length: usize| {
        let first = call.args[k].data[0];
        let last = first - 1.0 + extent as f64;
        let inside = first.fract() == 0.0 && first >= 1.0 && last <= length as f64;
        inside
            .then_some(first as usize - 1)
            .ok_or(Fault::NoSuchEntry)
    };
    let row = from(1, block.m(), whole.m())?;
    let col = from(2, block.n(), whole.n())?;
    Ok((col..col + block.n()).map(move |j| row + j * whole.m()))
}

pub fn entries_at(call: &Call<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    let rows = call.shape.m();
    for (j, from) in columns_at(call, call.shape, x.shape)?.enumerate() {
        out[j * rows..][..rows].copy_from_slice(&x.data[from..][..rows]);
    }
    Ok(())
}

pub fn placed_at(call: &Call<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    let rows = x.shape.m();
    out.fill(0.0);
    for (j, from) in columns_at(call, x.shape, call.shape)?.enumerate() {
        out[from..][..rows].copy_from_slice(&x.data[j * rows..][..rows]);
    }
    Ok(())
}

pub fn diag(call: &Call<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    if x.shape.is_vector() {
        let n = x.data.len();
        out.fill(0.0);
        (0..n).for_each(|k| out[k * (n + 1)] = x.data[k]);
    } else {
        out.iter_mut()
            .enumerate()
            .for_each(|(k, y)| *y = x.at(k, k));
    }
    Ok(())
}

pub fn transpose(call: &Call<'_>, out: &mut [f64]) -> Done {
    /// A square of this side stays in the nearest cache while it is turned.
    const SIDE: usize = 16;
    let x = call.args[0];
    let (m, n) = (x.shape.m(), x.shape.n());
    if x.shape.is_vector() {
        out.copy_from_slice(x.data);
        return Ok(());
    }
    for j in (0..n).step_by(SIDE) {
        for i in (0..m).step_by(SIDE) {
            let cols = j..n.min(j + SIDE);
            for i in i..m.min(i + SIDE) {
                for (j, y) in cols.clone().zip(&mut out[i * n + j..]) {
                    *y = x.data[j * m + i];
                }
            }
        }
    }
    Ok(())
}

/// The entry of `x` that stretches to row `i` and column `j`.
fn stretched(x: View<'_>, i: usize, j: usize) -> f64 {
    let row = if x.shape.rows == 1 { 0 } else { i };
    let col = if x.shape.cols == 1 { 0 } else { j };
    x.at(row, col)
}

pub fn broadcast(call: &Call<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    let m = call.shape.m().max(1);
    for (j, column) in out.chunks_exact_mut(m).enumerate() {
        let j = if x.shape.cols == 1 { 0 } else { j };
        if x.shape.rows == 1 {
            column.fill(x.data[j]);
        } else {
            column.copy_from_slice(&x.data[j * m..][..m]);
        }
    }
    Ok(())
}

pub fn approx(call: &Call<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0], call.args[1]];
    let tol = call.args[2].data[0];
    let shape = crate::graph::Shape::common(&[a.shape, b.shape]).unwrap_or(a.shape);
    let close = |a: f64, b: f64| {
        a == b || (a - b).abs() <= tol * 1f64.max(a.abs()).max(b.abs()) && (a - b).is_finite()
    };
    let m = shape.m();
    let all =
        (0..shape.len()).all(|k| close(stretched(a, k % m, k / m), stretched(b, k % m, k / m)));
    out[0] = f64::from(u8::from(all));
    Ok(())
}

/// Argument `k`, as products read it.
fn factor<'a>(call: &Call<'a>, k: usize) -> Strided<'a> {
    let View { shape, data } = call.args[k];
    Strided::columns(data, shape.m(), shape.n())
}

pub fn matmul(call: &Call<'_>, out: &mut [f64]) -> Done {
    product(factor(call, 0), factor(call, 1), out);
    Ok(())
}

pub fn matmul_reached(call: &Call<'_>, out: &mut [f64]) -> Done {
    let [factors, masks] = [[0, 1], [2, 3]].map(|ks| ks.map(|k| factor(call, k)));
    product_of_reached(factors, masks, out);
    Ok(())
}

pub fn dot(call: &Call<'_>, out: &mut [f64]) -> Done {
    out[0] = sum_of_products(call.args[0].data, call.args[1].data);
    Ok(())
}

pub fn tr(call: &Call<'_>, out: &mut [f64]) -> Done {
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

pub fn det(call: &Call<'_>, out: &mut [f64]) -> Done {
    let lu = Lu::new(call.args[0]);
    out[0] = lu
        .diagonal()
        .fold(lu.sign(), |product, pivot| product * pivot);
    Ok(())
}

pub fn logdet(call: &Call<'_>, out: &mut [f64]) -> Done {
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

pub fn inv(call: &Call<'_>, out: &mut [f64]) -> Done {
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

pub fn solve(call: &Call<'_>, out: &mut [f64]) -> Done {
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
pub fn cofactor(call: &Call<'_>, out: &mut [f64]) -> Done {
    let n = call.shape.m();
    let mut a = call.args[0].data.to_vec();
    if n <= 3 {
        small_cofactors(&a, n, out);
        return Ok(());
    }
    if !a.iter().all(|x| x.is_finite()) {
        // Elimination knows no infinity.
        return fill(out, || f64::NAN);
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
    use crate::graph::Shape;

    fn cofactors(n: usize, data: &[f64]) -> Vec<f64> {
        let view = View {
            shape: Shape::new(n, n),
            data,
        };
        let mut out = vec![f64::NAN; n * n];
        let call = Call {
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
