//! Functions, sums and products over slices against plain loops, in the same run.
//!
//! `cargo bench --bench vector [-- NAME …]`: what a pass over 4,096 entries takes here and with
//! std's function one entry at a time; reductions and products against the loops one writes first.

#[path = "common/measure.rs"]
mod measure;

use measure::{Case, Table};
use std::hint::black_box;
use wengert::graph::primitive::{Kernel, KernelCall};
use wengert::graph::{Attr, Shape, View};
use wengert::primitives::random::SplitMix64;
use wengert::primitives::table;
use wengert::vector::{Strided, product};

const N: usize = 4096;

fn uniform(n: usize, low: f64, high: f64) -> Vec<f64> {
    let mut random = SplitMix64::new(1);
    (0..n)
        .map(|_| low + (high - low) * random.uniform())
        .collect()
}

fn functions(table_of_times: &mut Table) {
    /// A function, std's form of it, and the interval it is timed on.
    type Timed = (&'static str, fn(f64) -> f64, f64, f64);
    let std: &[Timed] = &[
        ("exp", f64::exp, -10.0, 10.0),
        ("expm1", f64::exp_m1, -10.0, 10.0),
        ("log", f64::ln, 0.1, 10.0),
        ("log2", f64::log2, 0.1, 10.0),
        ("log10", f64::log10, 0.1, 10.0),
        ("log1p", f64::ln_1p, -0.9, 10.0),
        ("sin", f64::sin, -10.0, 10.0),
        ("cos", f64::cos, -10.0, 10.0),
        ("tanh", f64::tanh, -5.0, 5.0),
        ("cosh", f64::cosh, -5.0, 5.0),
        ("sigmoid", |x| 1.0 / (1.0 + (-x).exp()), -10.0, 10.0),
        ("softplus", |x| x.exp().ln_1p(), -10.0, 10.0),
        ("sqrt", f64::sqrt, 0.0, 10.0),
        ("abs", f64::abs, -1.0, 1.0),
        ("relu", |x| x.max(0.0), -1.0, 1.0),
    ];
    for &(name, function, low, high) in std {
        let row = table().find(|row| row.name == name && row.callable);
        let Some(Kernel::Map1(map)) = row.map(|row| row.kernel) else {
            panic!("{name} is a function of one number");
        };
        let x = uniform(N, low, high);
        let (mut here, mut there) = (vec![0.0; N], vec![0.0; N]);
        let case = Case {
            name: &format!("{name}, {N} entries"),
            reference: "std, entry by entry",
            promise: None,
        };
        table_of_times.compare(
            case,
            || {
                (map.over)(black_box(&x), &mut here);
                here[0]
            },
            || {
                let x = black_box(&x);
                there.iter_mut().zip(x).for_each(|(y, x)| *y = function(*x));
                there[0]
            },
        );
    }
}

fn reductions(table_of_times: &mut Table) {
    for (name, m, n, axis) in [
        ("sum", 1_000_000, 1, 0),
        ("sum", N, 1, 0),
        ("softmax", 150, 3, 2),
        ("logsumexp", 150, 3, 2),
        ("sum", 150, 16, 2),
        ("sum", 150, 16, 1),
    ] {
        let row = table().find(|row| row.name == name && row.axis);
        let Some(Kernel::Whole(kernel)) = row.map(|row| row.kernel) else {
            panic!("{name} goes along an axis");
        };
        let data = uniform(m * n, -3.0, 3.0);
        let view = View {
            shape: Shape::new(m, n),
            data: &data,
        };
        let (shape, attr) = match (name, axis) {
            ("softmax", _) => (view.shape, Attr::Axis(2)),
            (_, 1) => (Shape::new(1, n), Attr::Axis(1)),
            (_, 2) => (Shape::vector(m), Attr::Axis(2)),
            _ => (Shape::SCALAR, Attr::None),
        };
        let mut out = vec![0.0; shape.len()];
        let title = format!("{name} of {m}×{n}, axis {axis}");
        table_of_times.alone(&title, "", || {
            let call = KernelCall {
                args: &[view],
                shape,
                attr,
                blocks: &[],
            };
            kernel(black_box(&call), &mut out).expect("it does not refuse");
            out[0]
        });
    }
}

fn products(table_of_times: &mut Table) {
    for (m, inner, n, left, right) in [
        (150, 3, 16, false, false),
        (150, 16, 3, false, false),
        (16, 150, 3, true, false),
        (150, 3, 16, false, true),
        (3, 150, 16, true, false),
        (64, 64, 64, false, false),
        (256, 256, 256, false, false),
        (1000, 1000, 1, false, false),
    ] {
        let (a, b) = (uniform(m * inner, -1.0, 1.0), uniform(inner * n, -1.0, 1.0));
        let strided = |data, rows, cols, transposed| {
            if transposed {
                Strided::columns(data, cols, rows).transposed()
            } else {
                Strided::columns(data, rows, cols)
            }
        };
        let (a, b) = (strided(&a, m, inner, left), strided(&b, inner, n, right));
        let (mut here, mut there) = (vec![0.0; m * n], vec![0.0; m * n]);
        let mark = |transposed: bool| if transposed { "ᵀ" } else { "" };
        let case = Case {
            name: &format!("({m}×{inner}){}·({inner}×{n}){}", mark(left), mark(right)),
            reference: "column by column",
            promise: None,
        };
        table_of_times.compare(
            case,
            || {
                product(black_box(a), black_box(b), &mut here);
                here[0]
            },
            || {
                let (a, b) = (black_box(a), black_box(b));
                there.fill(0.0);
                for (j, column) in there.chunks_exact_mut(m).enumerate() {
                    for k in 0..inner {
                        let factor = b.data[k * b.row_stride + j * b.col_stride];
                        for (i, y) in column.iter_mut().enumerate() {
                            *y += a.data[i * a.row_stride + k * a.col_stride] * factor;
                        }
                    }
                }
                there[0]
            },
        );
    }
}

fn main() {
    let mut times = Table::from_arguments();
    if times.wants("functions") {
        functions(&mut times);
    }
    if times.wants("reductions") {
        reductions(&mut times);
    }
    if times.wants("products") {
        products(&mut times);
    }
}
