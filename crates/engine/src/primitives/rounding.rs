//! The rounding errors of operations over whole arrays, told by the values at hand.
//!
//! All errors are in units of u = 2⁻⁵³. What goes through d additions has an error of d units at most;
//! of many additions, errors of either sign make a random walk, and twice its spread is allowed.

use super::linear;
use crate::graph::primitive::{KernelCall, RoundingCall, WholeKernel};
use crate::graph::{Attr, Shape, View};

/// The error of a number that goes through so many additions, relative to their largest sum.
fn additions(count: f64) -> f64 {
    count.min(2.0 * count.sqrt())
}

/// The additions that the sum of so many numbers takes each of them through.
fn depth(count: usize) -> f64 {
    // As in `vector::sums`: few in order, more in sixteen sums side by side.
    match count {
        0 => 0.0,
        1..32 => (count - 1) as f64,
        _ => (count / 16 + 4 + count % 16) as f64,
    }
}

/// Products of this many numbers, added up.
fn products(count: usize) -> f64 {
    additions(depth(count) + 1.0)
}

/// The entries that entry `k` of a reduction along `attr` is made of.
fn lane(x: View<'_>, attr: Attr, k: usize) -> Vec<f64> {
    let (m, n) = (x.shape.m(), x.shape.n());
    match attr {
        Attr::Axis(1) => x.data[k * m..][..m].to_vec(),
        Attr::Axis(2) => (0..n).map(|j| x.at(k, j)).collect(),
        _ => x.data.to_vec(),
    }
}

/// The lane that entry `k` of something in the shape of the argument belongs to.
fn lane_of_entry(x: View<'_>, attr: Attr, k: usize) -> Vec<f64> {
    let m = x.shape.m().max(1);
    lane(x, attr, if attr == Attr::Axis(1) { k / m } else { k % m })
}

fn magnitude(x: &[f64]) -> f64 {
    x.iter().map(|x| x.abs()).sum()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |best, x| best.max(x.abs()))
}

fn top(x: &[f64]) -> f64 {
    x.iter().fold(f64::NEG_INFINITY, |best, x| best.max(*x))
}

/// One error for each lane, given the entries and the result.
fn by_lane(call: &RoundingCall<'_>, error: impl Fn(&[f64], f64) -> f64) -> Vec<f64> {
    let each = call.value.data.iter().enumerate();
    each.map(|(k, y)| error(&lane(call.args[0], call.attr, k), *y))
        .collect()
}

/// One error for each entry, given its lane, itself and the result.
fn by_entry(call: &RoundingCall<'_>, error: impl Fn(&[f64], f64, f64) -> f64) -> Vec<f64> {
    let x = call.args[0];
    let each = x.data.iter().zip(call.value.data).enumerate();
    each.map(|(k, (x_k, y))| error(&lane_of_entry(x, call.attr, k), *x_k, *y))
        .collect()
}

pub fn sum(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, _| additions(depth(x.len())) * magnitude(x))
}

pub fn mean(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, y| {
        additions(depth(x.len())) * magnitude(x) / x.len() as f64 + y.abs()
    })
}

/// Sums of squares of deviations: no digits are lost.
pub fn var(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, y| (additions(depth(x.len())) + 5.0) * y.abs())
}

/// A root of a sum of squares.
pub fn norm(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, y| {
        (additions(depth(x.len())) / 2.0 + 4.0) * y.abs()
    })
}

pub fn prod(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, y| additions(x.len() as f64) * y.abs())
}

/// What is computed from the deviations from the largest entry, and that entry.
pub fn logsumexp(call: &RoundingCall<'_>) -> Vec<f64> {
    by_lane(call, |x, y| {
        additions(depth(x.len())) + 5.0 + top(x).abs() + y.abs()
    })
}

pub fn softmax(call: &RoundingCall<'_>) -> Vec<f64> {
    by_entry(call, |lane, x, y| {
        (additions(depth(lane.len())) + 5.0 + (top(lane) - x)) * y.abs()
    })
}

pub fn log_softmax(call: &RoundingCall<'_>) -> Vec<f64> {
    by_entry(call, |lane, x, y| {
        additions(depth(lane.len())) + 5.0 + (top(lane) - x) + y.abs()
    })
}

/// Differences from a mean, which is the first entry and a mean of differences.
pub fn deviations(call: &RoundingCall<'_>) -> Vec<f64> {
    by_entry(call, |lane, x, y| {
        let from_first: Vec<f64> = lane.iter().map(|x| x - lane[0]).collect();
        let mean = additions(depth(lane.len())) * magnitude(&from_first) / lane.len() as f64;
        mean + (x - lane[0]).abs() + y.abs()
    })
}

/// Running results down the columns, or along the rows: `step` makes an error of the one before, the
/// entry and the result.
fn running(call: &RoundingCall<'_>, step: impl Fn(f64, usize, f64) -> f64) -> Vec<f64> {
    let (m, n) = (call.value.shape.m(), call.value.shape.n());
    let across = call.attr == Attr::Axis(2);
    let (lanes, length) = if across { (m, n) } else { (n, m) };
    let mut errors = vec![0.0; m * n];
    for lane in 0..lanes {
        let mut error = 0.0;
        for k in 0..length {
            let place = if across { lane + k * m } else { k + lane * m };
            if k > 0 {
                error = step(error, place, call.value.data[place]);
            }
            errors[place] = error;
        }
    }
    errors
}

pub fn cumsum(call: &RoundingCall<'_>) -> Vec<f64> {
    running(call, |error, _, y| error + y.abs())
}

pub fn cumprod(call: &RoundingCall<'_>) -> Vec<f64> {
    let x = call.args[0].data;
    running(call, |error, place, y| error * x[place].abs() + y.abs())
}

/// y(k) = a(k) y(k-1) + b(k)
pub fn recurrence(call: &RoundingCall<'_>) -> Vec<f64> {
    let a = call.args[0].data;
    running(call, |error, place, y| {
        let product = (a[place] * call.value.data[place - 1]).abs();
        error * a[place].abs() + product + y.abs()
    })
}

pub fn linspace(call: &RoundingCall<'_>) -> Vec<f64> {
    let ends = [call.args[0].data[0], call.args[1].data[0]];
    vec![3.0 * largest(&ends); call.value.data.len()]
}

pub fn dot(call: &RoundingCall<'_>) -> Vec<f64> {
    let [a, b] = [call.args[0].data, call.args[1].data];
    let terms: Vec<f64> = a.iter().zip(b).map(|(a, b)| a * b).collect();
    vec![products(terms.len()) * magnitude(&terms)]
}

pub fn tr(call: &RoundingCall<'_>) -> Vec<f64> {
    let x = call.args[0];
    let diagonal: Vec<f64> = (0..x.shape.m()).map(|k| x.at(k, k)).collect();
    vec![additions(diagonal.len() as f64) * magnitude(&diagonal)]
}

/// |A|·|B|
fn product_of_magnitudes(a: View<'_>, b: View<'_>) -> Vec<f64> {
    let (m, inner, n) = (a.shape.m(), a.shape.n(), b.shape.n());
    let mut out = vec![0.0; m * n];
    for j in 0..n {
        for k in 0..inner {
            let factor = b.at(k, j).abs();
            for i in 0..m {
                out[i + j * m] += a.at(i, k).abs() * factor;
            }
        }
    }
    out
}

fn scaled(mut errors: Vec<f64>, by: f64) -> Vec<f64> {
    errors.iter_mut().for_each(|error| *error *= by);
    errors
}

pub fn matmul(call: &RoundingCall<'_>) -> Vec<f64> {
    let [a, b] = [call.args[0], call.args[1]];
    scaled(product_of_magnitudes(a, b), additions(a.shape.n() as f64))
}

/// The result of a kernel for a square matrix on it; NaN where it refuses.
fn of_square(x: View<'_>, kernel: WholeKernel) -> Vec<f64> {
    let mut out = vec![f64::NAN; x.data.len()];
    let call = KernelCall {
        args: &[x],
        shape: x.shape,
        attr: Attr::None,
        blocks: &[],
    };
    // What cannot be computed has no error either.
    let _ = kernel(&call, &mut out);
    out
}

/// Elimination is exact for a matrix near by: every entry may be off by its own size, as often as it
/// is worked on.
fn elimination(n: usize) -> f64 {
    additions(n as f64 + 1.0)
}

pub fn det(call: &RoundingCall<'_>) -> Vec<f64> {
    let x = call.args[0];
    let changes = of_square(x, linear::cofactor);
    let terms = x.data.iter().zip(&changes).map(|(x, c)| (x * c).abs());
    vec![elimination(x.shape.m()) * terms.sum::<f64>()]
}

pub fn logdet(call: &RoundingCall<'_>) -> Vec<f64> {
    let x = call.args[0];
    let inverse = of_square(x, linear::inv);
    let n = x.shape.m();
    let terms = (0..n * n).map(|k| (x.data[k] * inverse[k / n + (k % n) * n]).abs());
    let value = call.value.data[0].abs();
    vec![elimination(n) * terms.sum::<f64>() + value]
}

pub fn cofactor(call: &RoundingCall<'_>) -> Vec<f64> {
    let units = elimination(call.value.shape.m()) * largest(call.value.data);
    vec![units; call.value.data.len()]
}

pub fn inv(call: &RoundingCall<'_>) -> Vec<f64> {
    amplified(call.args[0], call.value.data, call.value)
}

pub fn solve(call: &RoundingCall<'_>) -> Vec<f64> {
    let inverse = of_square(call.args[0], linear::inv);
    amplified(call.args[0], &inverse, call.value)
}

/// |A⁻¹|·|A|·|Y|
fn amplified(a: View<'_>, inverse: &[f64], y: View<'_>) -> Vec<f64> {
    let inner = product_of_magnitudes(a, y);
    let n = a.shape.m();
    let inner = View {
        shape: Shape::new(n, y.shape.n()),
        data: &inner,
    };
    let inverse = View {
        shape: a.shape,
        data: inverse,
    };
    scaled(product_of_magnitudes(inverse, inner), elimination(n))
}
