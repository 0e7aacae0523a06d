//! Numeric kernels over whole arrays.

use super::random::SplitMix64;
use super::special::max2;
use crate::graph::Shape;
use crate::graph::primitive::{Fault, KernelCall};
use crate::graph::{Attr, View};

type Done = Result<(), Fault>;

/// The lanes of an axis: their number, distance, length and stride.
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
fn map_lanes(call: &KernelCall<'_>, attr: Attr, out: &mut [f64], map: impl Fn(&mut [f64])) -> Done {
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

fn running(call: &KernelCall<'_>, out: &mut [f64], combine: fn(f64, f64) -> f64) -> Done {
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

pub fn cumsum(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    running(call, out, |a, b| a + b)
}

pub fn cumprod(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    running(call, out, |a, b| a * b)
}

/// Each entry is left out of the product: from the left up to it, and from the right.
pub fn others(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

pub fn flip(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    map_lanes(call, call.attr, out, |lane| lane.reverse())
}

pub fn recurrence(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

pub fn zeros(_: &KernelCall<'_>, out: &mut [f64]) -> Done {
    fill(out, || 0.0)
}

pub fn ones(_: &KernelCall<'_>, out: &mut [f64]) -> Done {
    fill(out, || 1.0)
}

fn generator(attr: Attr) -> SplitMix64 {
    match attr {
        Attr::Seed(low, high) => SplitMix64::new(u64::from(low) | u64::from(high) << 32),
        _ => SplitMix64::new(0),
    }
}

pub fn rand(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let mut generator = generator(call.attr);
    fill(out, || generator.uniform())
}

pub fn randn(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let mut generator = generator(call.attr);
    fill(out, || generator.normal())
}

/// The generator whose seed is the argument.
fn seeded(call: &KernelCall<'_>) -> Result<SplitMix64, Fault> {
    let seed = call.args[0].data[0];
    let whole = seed.fract() == 0.0 && seed.abs() < 9e15;
    let number = whole.then_some(seed as i64).ok_or(Fault::NoSeed)?;
    Ok(SplitMix64::new(number as u64))
}

pub fn seeded_rand(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let mut generator = seeded(call)?;
    fill(out, || generator.uniform())
}

pub fn seeded_randn(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let mut generator = seeded(call)?;
    fill(out, || generator.normal())
}

pub fn eye(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    out.fill(0.0);
    out.iter_mut()
        .step_by(call.shape.m() + 1)
        .for_each(|x| *x = 1.0);
    Ok(())
}

pub fn linspace(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0].data[0], call.args[1].data[0]];
    let last = out.len().saturating_sub(1);
    let step = (b - a) / last as f64;
    // Whole numbers are exact.
    let whole = a.fract() == 0.0 && step.fract() == 0.0;
    for (k, x) in out.iter_mut().enumerate() {
        *x = match k {
            0 => a,
            k if k == last => b,
            k if whole => a + k as f64 * step,
            k => {
                let t = k as f64 / last as f64;
                (1.0 - t) * a + t * b
            }
        };
    }
    Ok(())
}

pub fn onehot(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

pub fn index(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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
    call: &KernelCall<'_>,
    block: Shape,
    whole: Shape,
) -> Result<impl Iterator<Item = usize>, Fault> {
    let from = |k: usize, extent: usize, length: usize| {
        let first = call.args[k].data[0];
        let last = first - 1.0 + extent as f64;
        let inside = first.fract() == 0.0 && first >= 1.0 && last <= length as f64;
        inside.then(|| first as usize - 1).ok_or(Fault::NoSuchEntry)
    };
    let row = from(1, block.m(), whole.m())?;
    let col = from(2, block.n(), whole.n())?;
    Ok((col..col + block.n()).map(move |j| row + j * whole.m()))
}

pub fn entries_at(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    let rows = call.shape.m();
    for (j, from) in columns_at(call, call.shape, x.shape)?.enumerate() {
        out[j * rows..][..rows].copy_from_slice(&x.data[from..][..rows]);
    }
    Ok(())
}

pub fn placed_at(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let x = call.args[0];
    let rows = x.shape.m();
    out.fill(0.0);
    for (j, from) in columns_at(call, x.shape, call.shape)?.enumerate() {
        out[from..][..rows].copy_from_slice(&x.data[j * rows..][..rows]);
    }
    Ok(())
}

pub fn diag(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

pub fn transpose(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

pub fn broadcast(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
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

/// The largest difference against the largest entry. Equal infinities agree and are no scale.
pub fn approx(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [a, b] = [call.args[0], call.args[1]];
    let [tol, abs] = [call.args[2].data[0], call.args[3].data[0]];
    let shape = Shape::common(&[a.shape, b.shape]).unwrap_or(a.shape);
    let m = shape.m();
    let (mut largest, mut apart) = (0f64, 0f64);
    for k in 0..shape.len() {
        let [a, b] = [a, b].map(|x| stretched(x, k % m, k / m));
        if a == b && a.is_infinite() {
            continue;
        }
        largest = max2(largest, max2(a.abs(), b.abs()));
        apart = max2(apart, (a - b).abs());
    }
    let close = apart.is_finite() && apart <= abs.max(tol * largest);
    out[0] = f64::from(u8::from(close));
    Ok(())
}
