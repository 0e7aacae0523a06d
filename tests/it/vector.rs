//! Values by the slice: the error of the vector mathematics against a multi-precision computation
//! (`reference/vector/elementary.txt`, written by `elementary.py` next to it), and the agreement of a
//! loop with its function of one number.

use std::path::Path;
use wengert::graph::primitive::{
    Kernel, KernelCall, Lanes, Map1, Map2, Map3, ShapeRule, WholeKernel,
};
use wengert::graph::{Attr, Primitive, Shape, Tensor};
use wengert::primitives::random::SplitMix64;
use wengert::primitives::table;
use wengert::vector::{Arithmetic, Fused, Separate, Strided, math, product, sums};

/// A point of the reference table: the value is `high` and `rest` of its last places.
struct Point {
    x: f64,
    high: f64,
    rest: f64,
}

fn points(function: &str) -> Vec<Point> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/vector/elementary.txt");
    let text = std::fs::read_to_string(path).expect("the reference table is there");
    let number = |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).expect("bits"));
    text.lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|words| words[0] == function)
        .map(|words| Point {
            x: number(words[1]),
            high: number(words[2]),
            rest: words[3].parse().expect("a number"),
        })
        .collect()
}

/// The distance of two neighbouring doubles at `y`.
fn last_place(y: f64) -> f64 {
    let exponent = (y.abs().to_bits() >> 52).max(1);
    if exponent > 52 {
        f64::from_bits((exponent - 52) << 52)
    } else {
        f64::from_bits(1 << (exponent - 1))
    }
}

/// How far `got` is from the value, in last places of the value.
fn error(got: f64, point: &Point) -> f64 {
    if got == point.high {
        point.rest.abs()
    } else if got.is_finite() && point.high.is_finite() {
        ((got - point.high) / last_place(point.high) - point.rest).abs()
    } else {
        f64::INFINITY
    }
}

fn row(name: &str) -> Map1 {
    let found = table().find(|row| row.name == name && row.callable);
    match found.map(|row| row.kernel) {
        Some(Kernel::Map1(map)) => map,
        _ => panic!("{name} is a function of one number"),
    }
}

/// The function `name`, one number at a time, in an instance that need not be this processor's.
fn instance<A: Arithmetic>(name: &str, ops: A) -> impl Fn(f64) -> f64 {
    let function: fn(A, f64) -> f64 = match name {
        "exp" => math::exp,
        "expm1" => math::expm1,
        "tanh" => math::tanh,
        "cosh" => math::cosh,
        "sigmoid" => math::sigmoid,
        "softplus" => math::softplus,
        "log_sigmoid" => math::log_sigmoid,
        "log" => math::log,
        "log2" => math::log2,
        "log10" => math::log10,
        "log1p" => math::log1p,
        "sin" => math::sin,
        "cos" => math::cos,
        _ => panic!("{name} is not in the table below"),
    };
    move |x| function(ops, x)
}

/// The largest error allowed, in units in the last place.
const BOUNDS: &[(&str, f64)] = &[
    ("exp", 0.8),
    ("expm1", 1.3),
    ("tanh", 2.1),
    ("cosh", 1.2),
    ("sigmoid", 2.0),
    ("softplus", 1.3),
    ("log_sigmoid", 1.5),
    ("log", 0.8),
    ("log2", 0.7),
    ("log10", 0.7),
    ("log1p", 0.8),
    ("sin", 0.8),
    ("cos", 0.7),
];

#[test]
fn elementary_functions_are_right_to_about_a_unit_in_the_last_place() {
    let mut failures = Vec::new();
    for &(name, bound) in BOUNDS {
        let points = points(name);
        assert!(points.len() > 400, "{name} has {} points", points.len());
        let here = row(name).at;
        let (fused, separate) = (instance(name, Fused), instance(name, Separate));
        let ranged = matches!(name, "sin" | "cos");
        let functions: [(&str, &dyn Fn(f64) -> f64); 3] =
            [("here", &here), ("fused", &fused), ("separate", &separate)];
        for (kind, function) in functions {
            let worst = points
                .iter()
                .filter(|point| kind == "here" || !ranged || math::few_turns(point.x))
                .map(|point| (error(function(point.x), point), point.x))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .expect("there are points");
            println!("{name:12}{kind:9} {:.3} at {:e}", worst.0, worst.1);
            if worst.0 > bound {
                failures.push(format!("{name} ({kind}): {} ulp at {:e}", worst.0, worst.1));
            }
        }
    }
    crate::common::report(&failures);
}

#[test]
fn elementary_functions_at_special_points() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const TINY: f64 = 5e-324;
    let rows = [
        (
            "exp",
            [
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, 0.0),
                (710.0, INF),
                (-746.0, 0.0),
            ],
        ),
        (
            "expm1",
            [
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, INF),
                (-INF, -1.0),
                (710.0, INF),
                (TINY, TINY),
            ],
        ),
        (
            "tanh",
            [
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, 1.0),
                (-INF, -1.0),
                (TINY, TINY),
                (-30.0, -1.0),
            ],
        ),
        (
            "cosh",
            [
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, INF),
                (711.0, INF),
                (-711.0, INF),
            ],
        ),
        (
            "sigmoid",
            [
                (0.0, 0.5),
                (-0.0, 0.5),
                (INF, 1.0),
                (-INF, 0.0),
                (-744.5, TINY),
                (800.0, 1.0),
            ],
        ),
        (
            "softplus",
            [
                (-INF, 0.0),
                (INF, INF),
                (-744.5, TINY),
                (1e300, 1e300),
                (800.0, 800.0),
                (-800.0, 0.0),
            ],
        ),
        (
            "log_sigmoid",
            [
                (-INF, -INF),
                (INF, -0.0),
                (744.5, -TINY),
                (-1e300, -1e300),
                (-800.0, -800.0),
                (800.0, -0.0),
            ],
        ),
        (
            "log",
            [
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (INF, INF),
                (-1.0, NAN),
                (-INF, NAN),
            ],
        ),
        (
            "log2",
            [
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (INF, INF),
                (-1.0, NAN),
                (TINY, -1074.0),
            ],
        ),
        (
            "log10",
            [
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (INF, INF),
                (-1.0, NAN),
                (1e22, 22.0),
            ],
        ),
        (
            "log1p",
            [
                (0.0, 0.0),
                (-0.0, -0.0),
                (-1.0, -INF),
                (INF, INF),
                (-1.5, NAN),
                (TINY, TINY),
            ],
        ),
        (
            "sin",
            [
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, NAN),
                (-INF, NAN),
                (TINY, TINY),
                (-TINY, -TINY),
            ],
        ),
        (
            "cos",
            [
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, NAN),
                (-INF, NAN),
                (TINY, 1.0),
                (-TINY, 1.0),
            ],
        ),
    ];
    for (name, points) in rows {
        for (x, expected) in points.into_iter().chain([(NAN, NAN)]) {
            let got = (row(name).at)(x);
            assert!(
                same(got, expected),
                "{name}({x:e}) = {got:e}, not {expected:e}"
            );
        }
    }
}

#[test]
fn logarithms_of_powers_of_their_base_are_whole() {
    for k in -1074..1024 {
        assert_eq!(
            (row("log2").at)(2f64.powi(k.max(-1022)) * 2f64.powi((k + 1022).min(0))),
            f64::from(k)
        );
    }
    let mut power = 1.0;
    for k in 0..=22 {
        assert_eq!((row("log10").at)(power), f64::from(k));
        power *= 10.0;
    }
}

/// The same bits, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn below(random: &mut SplitMix64, n: usize) -> usize {
    (random.next_bits() % n as u64) as usize
}

/// Numbers at which kernels tend to differ, beside ordinary ones.
fn awkward(random: &mut SplitMix64) -> f64 {
    const SPECIAL: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        0.5,
        -0.5,
        5e-324,
        -5e-324,
        1e-310,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        709.9,
        -745.1,
        -708.5,
        25735.0,
        25736.0,
        1e22,
        -1e300,
        0.1,
        3.0,
        1e16,
    ];
    match below(random, 6) {
        0 => SPECIAL[below(random, SPECIAL.len())],
        1 => 100.0 * (random.uniform() - 0.5),
        2 => 1e6 * (random.uniform() - 0.5),
        3 => f64::from_bits(random.next_bits()),
        _ => 4.0 * (random.uniform() - 0.5),
    }
}

fn numbers(random: &mut SplitMix64, n: usize) -> Vec<f64> {
    (0..n).map(|_| awkward(random)).collect()
}

fn agree(
    row: &Primitive,
    n: usize,
    got: &[f64],
    want: impl Fn(usize) -> f64,
    args: &dyn Fn(usize) -> Vec<f64>,
) {
    for (k, y) in got.iter().enumerate() {
        let want = want(k);
        assert!(
            same(*y, want),
            "{} of {:?}: {y:e} at {k} of {n}, {want:e} alone",
            row.name,
            args(k)
        );
    }
}

fn check1(row: &Primitive, map: Map1, random: &mut SplitMix64, n: usize) {
    let x = numbers(random, n);
    let mut out = vec![f64::NAN; n];
    (map.over)(&x, &mut out);
    agree(row, n, &out, |k| (map.at)(x[k]), &|k| vec![x[k]]);
}

fn check2(row: &Primitive, map: Map2, random: &mut SplitMix64, n: usize) {
    let (a, b) = (numbers(random, n), numbers(random, n));
    let (first, second) = (awkward(random), awkward(random));
    let mut out = vec![f64::NAN; n];
    (map.over)(Lanes::Each(&a), Lanes::Each(&b), &mut out);
    agree(row, n, &out, |k| (map.at)(a[k], b[k]), &|k| {
        vec![a[k], b[k]]
    });
    (map.over)(Lanes::All(first), Lanes::Each(&b), &mut out);
    agree(row, n, &out, |k| (map.at)(first, b[k]), &|k| {
        vec![first, b[k]]
    });
    (map.over)(Lanes::All(first), Lanes::All(second), &mut out);
    agree(row, n, &out, |_| (map.at)(first, second), &|_| {
        vec![first, second]
    });
    // Exponents for which a power is something simpler.
    for second in [second, 2.0, -1.0, 0.5, 1.0, 0.0] {
        (map.over)(Lanes::Each(&a), Lanes::All(second), &mut out);
        agree(row, n, &out, |k| (map.at)(a[k], second), &|k| {
            vec![a[k], second]
        });
        let mut onto = a.clone();
        (map.onto)(&mut onto, Lanes::All(second));
        agree(row, n, &onto, |k| (map.at)(a[k], second), &|k| {
            vec![a[k], second]
        });
    }
    let mut onto = a.clone();
    (map.onto)(&mut onto, Lanes::Each(&b));
    agree(row, n, &onto, |k| (map.at)(a[k], b[k]), &|k| {
        vec![a[k], b[k]]
    });
    (map.scan_left)(first, &b, &mut out);
    let before = |k: usize| if k == 0 { first } else { out[k - 1] };
    agree(row, n, &out, |k| (map.at)(before(k), b[k]), &|k| {
        vec![before(k), b[k]]
    });
    (map.scan_right)(&a, first, &mut out);
    let before = |k: usize| if k == 0 { first } else { out[k - 1] };
    agree(row, n, &out, |k| (map.at)(a[k], before(k)), &|k| {
        vec![a[k], before(k)]
    });
}

fn check3(row: &Primitive, map: Map3, random: &mut SplitMix64, n: usize) {
    let [a, b, c] = [0; 3].map(|_| numbers(random, n));
    let mut out = vec![f64::NAN; n];
    (map.over)(&a, &b, &c, &mut out);
    agree(row, n, &out, |k| (map.at)(a[k], b[k], c[k]), &|k| {
        vec![a[k], b[k], c[k]]
    });
}

#[test]
fn a_loop_gives_what_its_function_of_one_number_gives() {
    let mut random = SplitMix64::new(11);
    let mut checked = 0;
    for row in table() {
        for n in (0..=70).chain([255, 256, 257, 1000]) {
            match row.kernel {
                Kernel::Map1(map) => check1(row, map, &mut random, n),
                Kernel::Map2(map) | Kernel::Fold(map) => check2(row, map, &mut random, n),
                Kernel::Map3(map) => check3(row, map, &mut random, n),
                Kernel::Place(_)
                | Kernel::Whole(_)
                | Kernel::Alias
                | Kernel::Rounds
                | Kernel::RoundsBack => continue,
            }
            checked += 1;
        }
    }
    assert!(checked > 60 * 75, "only {checked} loops were run");
}

#[test]
fn two_functions_at_once_give_what_each_gives_by_itself() {
    let mut random = SplitMix64::new(13);
    let mut checked = 0;
    for row in table() {
        let Some(twin) = row.twin else { continue };
        let (Kernel::Map1(f), Kernel::Map1(g)) = (row.kernel, twin.other.kernel) else {
            panic!("{} and what comes along take one number", row.name);
        };
        for n in (0..=70).chain([255, 256, 257, 1000]) {
            let x = numbers(&mut random, n);
            let [mut ours, mut others] = [vec![f64::NAN; n], vec![f64::NAN; n]];
            (twin.both)(&x, &mut ours, &mut others);
            agree(row, n, &ours, |k| (f.at)(x[k]), &|k| vec![x[k]]);
            let argument = |k: usize| if twin.negated { -x[k] } else { x[k] };
            agree(twin.other, n, &others, |k| (g.at)(argument(k)), &|k| {
                vec![argument(k)]
            });
            checked += 1;
        }
    }
    assert!(checked >= 3 * 75, "only {checked} loops were run");
}

/// Where fused arithmetic is used, every width of vectors gives the same bits.
#[test]
fn instances_with_fused_arithmetic_agree() {
    if wengert::vector::Wide::detect().is_none() {
        return;
    }
    let mut random = SplitMix64::new(12);
    for &(name, _) in BOUNDS {
        let (map, fused) = (row(name), instance(name, Fused));
        let x: Vec<f64> = numbers(&mut random, 2000)
            .into_iter()
            .filter(|x| math::few_turns(*x) || !matches!(name, "sin" | "cos"))
            .collect();
        let mut out = vec![f64::NAN; x.len()];
        (map.over)(&x, &mut out);
        for (x, y) in x.iter().zip(out) {
            assert!(same(y, fused(*x)), "{name}({x:e}): {y:e}, {:e}", fused(*x));
        }
    }
}

/// Entry by entry, in the order that the product promises.
fn plain_product(a: &Strided<'_>, b: &Strided<'_>, fused: bool) -> Vec<f64> {
    let mut out = Vec::new();
    for j in 0..b.cols {
        for i in 0..a.rows {
            let term = |sum: f64, k: usize| {
                let x = a.data[i * a.row_stride + k * a.col_stride];
                let y = b.data[k * b.row_stride + j * b.col_stride];
                if fused {
                    x.mul_add(y, sum)
                } else {
                    x * y + sum
                }
            };
            let most = if a.rows.min(b.cols) < 4 { 64 } else { 256 };
            let side_by_side = a.cols >= 64 && a.rows * b.cols <= most;
            let whole = if side_by_side { a.cols - a.cols % 8 } else { 0 };
            let sum_of = |lane: usize| (lane..whole).step_by(8).fold(0.0, term);
            let s: [f64; 8] = std::array::from_fn(sum_of);
            let start = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
            out.push((whole..a.cols).fold(start, term));
        }
    }
    out
}

#[test]
fn products_of_all_shapes_and_strides_add_in_the_order_that_is_promised() {
    let fused = wengert::vector::Wide::detect().is_some() || cfg!(target_arch = "aarch64");
    let mut random = SplitMix64::new(13);
    let mut shapes: Vec<[usize; 3]> = (0..400)
        .map(|_| [0; 3].map(|_| below_either(&mut random)))
        .collect();
    shapes.extend([
        [150, 3, 16],
        [150, 16, 3],
        [16, 150, 3],
        [3, 150, 16],
        [1, 300, 1],
        [3, 64, 5],
        [8, 100, 8],
        [9, 100, 8],
        [7, 71, 9],
        [40, 100, 1],
        [64, 65, 1],
        [65, 65, 1],
        [2, 1000, 32],
        [1, 60, 70],
        [70, 60, 1],
        [200, 1, 5],
        [5, 600, 7],
        [193, 257, 9],
        [2, 3, 1030],
        [9, 2, 1030],
        [400, 20, 4],
        [16, 300, 16],
        [17, 70, 16],
        [3, 200, 22],
        [1000, 10, 10],
        [1003, 32, 7],
        [201, 700, 19],
        [50, 641, 45],
        // Large enough to be shared among threads.
        [160, 400, 70],
        [2, 40_000, 65],
        [1, 600, 7000],
    ]);
    for [m, inner, n] in shapes {
        let a: Vec<f64> = (0..m * inner).map(|_| random.normal()).collect();
        let b: Vec<f64> = (0..inner * n).map(|_| random.normal()).collect();
        for transposed in 0..4 {
            let a = match transposed & 1 {
                0 => Strided::columns(&a, m, inner),
                _ => Strided::columns(&a, inner, m).transposed(),
            };
            let b = match transposed & 2 {
                0 => Strided::columns(&b, inner, n),
                _ => Strided::columns(&b, n, inner).transposed(),
            };
            let mut out = vec![f64::NAN; m * n];
            product(a, b, &mut out);
            let want = plain_product(&a, &b, fused);
            assert!(
                out.iter().zip(&want).all(|(x, y)| same(*x, *y)),
                "{m}×{inner} times {inner}×{n}, {transposed:02b} transposed"
            );
        }
    }
}

/// Small numbers and larger ones.
fn below_either(random: &mut SplitMix64) -> usize {
    let most = [8, 40][below(random, 2)];
    below(random, most)
}

fn transposed(x: &Tensor) -> Tensor {
    Tensor::from_fn(x.shape().transposed(), |i, j| x.at(j, i))
}

/// The result of a kernel along an axis.
fn along(row: &Primitive, kernel: WholeKernel, x: &Tensor, axis: u8) -> Tensor {
    let shape = match (row.shape, axis) {
        (ShapeRule::Reduce, 1) => Shape::new(1, x.shape().n()),
        (ShapeRule::Reduce, _) => Shape::vector(x.shape().m()),
        _ => x.shape(),
    };
    let mut out = vec![f64::NAN; shape.len()];
    let call = KernelCall {
        args: &[x.view()],
        shape,
        attr: Attr::Axis(axis),
        blocks: &[],
    };
    kernel(&call, &mut out).expect("reductions do not refuse");
    Tensor::new(shape, out)
}

#[test]
fn what_goes_along_rows_goes_along_the_columns_of_the_transposed() {
    let mut random = SplitMix64::new(14);
    let mut checked = 0;
    for row in table().filter(|row| row.axis) {
        let Kernel::Whole(kernel) = row.kernel else {
            continue;
        };
        for (m, n) in [
            (1, 5),
            (5, 1),
            (3, 4),
            (127, 3),
            (128, 2),
            (129, 3),
            (300, 40),
            (2, 300),
        ] {
            // Also rows whose squares overflow or underflow, and rows of zeros.
            let scales = [1.0, 1.0, 3.0, 1e-200, 1e200, 0.0];
            let x = Tensor::from_fn(Shape::new(m, n), |i, _| {
                scales[i % scales.len()] * random.normal()
            });
            let rows = along(row, kernel, &x, 2);
            let columns = transposed(&along(row, kernel, &transposed(&x), 1));
            assert_eq!(rows.shape(), columns.shape(), "{}", row.name);
            for (k, (a, b)) in rows.data().iter().zip(columns.data()).enumerate() {
                let scale = scales[k % m % scales.len()];
                let close = same(*a, *b) || (a - b).abs() <= 1e-11 * a.abs().max(scale);
                assert!(close, "{} of {m}×{n}, {k}: {a:e} and {b:e}", row.name);
            }
            checked += 1;
        }
    }
    assert!(checked >= 8 * 14, "only {checked} were compared");
}

#[test]
fn sums_are_right_for_every_length() {
    let mut random = SplitMix64::new(15);
    for n in (0..200).chain([1000, 4097]) {
        // Multiples of 2⁻³⁰ below 1: their sums are exact in any order.
        let mut exact = || (random.uniform() * 2f64.powi(30)).floor() * 2f64.powi(-30) - 0.5;
        let x: Vec<f64> = (0..n).map(|_| exact()).collect();
        let ones = vec![1.0; n];
        let expected: f64 = x.iter().sum::<f64>() + 0.0;
        assert_eq!(sums::sum(&x), expected, "{n}");
        assert_eq!(sums::sum_of_products(&x, &ones), expected, "{n}");
        let magnitudes: f64 = x.iter().map(|x| x.abs()).sum::<f64>() + 0.0;
        assert_eq!(sums::sum_of_magnitudes(&x), magnitudes, "{n}");
        let squares: f64 = x.iter().map(|x| (x - 0.25) * (x - 0.25)).sum();
        let got = sums::sum_of_squares(&x, 0.25, 2.0);
        assert!((4.0 * got - squares).abs() <= 1e-14 * squares, "{n}");
        assert!(sums::all_finite(&x), "{n}");
        for strange in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let at = below(&mut random, n.max(1));
            let mut x = x.clone();
            if let Some(number) = x.get_mut(at) {
                *number = strange;
                assert!(!sums::all_finite(&x), "{n}, {at}");
            }
        }
    }
}
