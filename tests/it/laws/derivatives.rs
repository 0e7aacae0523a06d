//! The modes against each other.

use super::tally::Tally;
use super::{ask, each_entry, gradients, terrain};
use crate::common::random::{INPUTS, Program, Terrain};
use serde_json::Value;
use wengert::primitives::random::SplitMix64;

/// Of two ways to the same derivative, relative to the largest entry.
pub const SAME: f64 = 1e-13;
/// Of second derivatives, which add up more.
const SAME_TWICE: f64 = 1e-12;

fn tangents(output: &str) -> Vec<String> {
    let entries = INPUTS
        .iter()
        .flat_map(|(name, rows, cols)| each_entry(name, *rows, *cols));
    entries
        .map(|entry| format!("jvp({output}, {entry}, 1)"))
        .collect()
}

/// The largest finite entry, or 1.
pub fn scale(values: &[f64]) -> f64 {
    values
        .iter()
        .filter(|x| x.is_finite())
        .fold(1f64, |largest, x| largest.max(x.abs()))
}

/// NaN, infinity, minus infinity or a number.
fn kind(x: f64) -> (bool, f64) {
    (x.is_nan(), if x.is_infinite() { x } else { 0.0 })
}

/// NaN and infinity in the same entries, and elsewhere the same up to `tolerance` of the largest.
pub fn agree(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let bound = tolerance * scale(a).max(scale(b));
    let same =
        |(a, b): (&f64, &f64)| kind(*a) == kind(*b) && (!a.is_finite() || (a - b).abs() <= bound);
    a.len() == b.len() && a.iter().zip(b).all(same)
}

pub fn same(what: &str, a: &[f64], b: &[f64], tolerance: f64) -> Result<(), String> {
    if agree(a, b, tolerance) {
        Ok(())
    } else {
        Err(format!("{what}: {a:?} is not {b:?}"))
    }
}

/// Forward mode is reverse mode, NaN and infinity in the same places. What cannot be held against that
/// is counted: partial products that go out of range in one of the two sweeps; 0·∞ that only one of them
/// meets (of p + 0·p with an infinite derivative of p, reverse mode adds 1 + 0 before it multiplies); and
/// sums that cancel, whose rounding errors are measured by what is added up.
pub fn modes(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let answers = ask(program, &[gradients("F"), tangents("F")].concat())?;
    let (reverse, forward) = answers.split_at(INPUTS.len());
    let (reverse, forward) = (reverse.concat(), forward.concat());
    let finite = reverse.iter().filter(|x| x.is_finite()).count();
    tally.count_many("finite entries", finite);
    tally.count_many("entries that are not finite", reverse.len() - finite);
    let Err(message) = same("reverse and forward mode", &reverse, &forward, SAME) else {
        return Ok(());
    };
    let sweeps = Sweeps::of(program, "F")?;
    let pairs = || reverse.iter().zip(&forward);
    let of_a_kind = pairs().all(|(a, b)| kind(*a) == kind(*b));
    let far = |(a, b): (&f64, &f64)| a.is_finite() && b.is_finite() && !sweeps.covers(a - b);
    tally.count(if sweeps.extreme {
        "out of range in one sweep"
    } else if pairs().any(far) {
        return Err(message);
    } else if of_a_kind {
        "cancelled in both sweeps"
    } else if sweeps.infinite {
        "zero times infinity in one sweep"
    } else {
        return Err(message);
    });
    Ok(())
}

/// What the numbers of a trace say about the rounding of its results.
pub struct Sweeps {
    /// The largest product of a tangent and an adjoint: all of a derivative goes through every line.
    cut: f64,
    /// The values of all lines, each times its adjoint: their rounding errors reach the output so.
    pub carried: f64,
    /// Whether products of some numbers may leave the range of numbers.
    extreme: bool,
    /// Whether there are infinite numbers.
    infinite: bool,
}

impl Sweeps {
    pub fn of(program: &Program, output: &str) -> Result<Sweeps, String> {
        let script = format!("{}trace {output}\n", program.text());
        let lines = crate::common::run_json(&script);
        let trace = lines.iter().find(|line| line["kind"] == "trace");
        let nodes = trace.and_then(|trace| trace["nodes"].as_array());
        let nodes = nodes.ok_or_else(|| format!("no trace: {lines:?}"))?;
        let mut sweeps = Sweeps {
            cut: 0.0,
            carried: 0.0,
            extreme: false,
            infinite: false,
        };
        for node in nodes {
            let [value, tangents, adjoints] =
                ["value", "tangents", "adjoints"].map(|key| numbers(&node[key]));
            for x in value.iter().chain(&tangents).chain(&adjoints) {
                sweeps.infinite |= !x.is_finite();
                let beyond = !(1e-150..1e150).contains(&x.abs());
                sweeps.extreme |= x.is_finite() && *x != 0.0 && beyond;
            }
            let size = |list: &[f64]| -> f64 {
                let finite = list.iter().filter(|x| x.is_finite());
                finite.map(|x| x.abs()).sum()
            };
            sweeps.cut = sweeps.cut.max(size(&tangents) * size(&adjoints));
            sweeps.carried += size(&value) * size(&adjoints);
        }
        Ok(sweeps)
    }

    /// Whether a difference of derivatives is rounding.
    fn covers(&self, difference: f64) -> bool {
        difference.is_nan() || difference.abs() <= SAME * self.cut.max(self.carried)
    }
}

/// All numbers in some JSON.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(items) => items.values().flat_map(numbers).collect(),
        value => crate::common::number(value).into_iter().collect(),
    }
}

/// uᵀ(Jd) = (uᵀJ)d, relative to what is added up.
pub fn duality(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let norm = |list: &[f64]| list.iter().map(|x| x * x).sum::<f64>().sqrt();
    for (name, rows, cols) in INPUTS {
        let mut random = SplitMix64::new(seed + 77);
        let mut list = |n: usize| (0..n).map(|_| random.normal()).collect::<Vec<f64>>();
        let (u, d) = (list(2), list(rows * cols));
        let row = |row: &[f64]| {
            row.iter()
                .map(f64::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let direction: Vec<String> = d.chunks(*cols).map(row).collect();
        let questions = [
            format!("jvp(V, {name}, [{}])", direction.join("; ")),
            format!("vjp(V, {name}, [{}, {}])", u[0], u[1]),
        ];
        let answers = ask(program, &questions)?;
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (left, right) = (dot(&answers[0], &u), dot(&answers[1], &d));
        if left.is_finite() && right.is_finite() {
            let size = 1f64
                .max(norm(&answers[0]) * norm(&u))
                .max(norm(&answers[1]) * norm(&d));
            tally.count("dualities");
            if let Err(message) = same("duality", &[left / size], &[right / size], SAME) {
                if !Sweeps::of(program, "V")?.covers(left - right) {
                    return Err(format!("{message} by {name}"));
                }
                tally.count("cancelled in both sweeps");
            }
        }
    }
    Ok(())
}

/// Second derivatives do not depend on the order, nor on the modes.
pub fn symmetry(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let questions = [
        "hessian(F, v)",
        "hessian(F, A)",
        "grad(grad(F, x), y)",
        "grad(grad(F, y), x)",
        "jvp(grad(F, x), v, [1, 2])",
        "grad(jvp(F, v, [1, 2]), x)",
        "grad(grad(F, x), v)'*[1, 2]",
    ];
    let answers = ask(program, &questions.map(str::to_string))?;
    let transposed = |entries: &[f64], n: usize| -> Vec<f64> {
        (0..n * n).map(|k| entries[k % n * n + k / n]).collect()
    };
    let by_v = transposed(&answers[0], 2);
    let by_matrix = transposed(&answers[1], 4);
    tally.count("Hessians");
    for (what, a, b) in [
        ("hessian by v", &answers[0], &by_v),
        ("hessian by A", &answers[1], &by_matrix),
        ("x, y and y, x", &answers[2], &answers[3]),
        ("forward over reverse", &answers[4], &answers[5]),
        ("reverse over reverse", &answers[4], &answers[6]),
    ] {
        let Err(message) = same(what, a, b, SAME_TWICE) else {
            continue;
        };
        let first = "sum(grad(F, v)) + sum(grad(F, A)) + grad(F, x) + grad(F, y)";
        let sweeps = Sweeps::of(program, first)?;
        let of_a_kind = a.iter().zip(b).all(|(a, b)| kind(*a) == kind(*b));
        if !of_a_kind || a.iter().zip(b).any(|(a, b)| !sweeps.covers(a - b)) {
            return Err(message);
        }
        tally.count("cancelled in both sweeps");
    }
    Ok(())
}

#[test]
fn weights_and_directions_are_constants() {
    for script in [
        "x = [1, 2]\nvjp(x, x, x)",
        "x = [1, 2]\njvp(x, x, x)",
        "x = [1, 2]\nu = 0 + x\nvjp(x, x, u)",
        "x = [1, 2]\nvjp(2*x, x, 0.5*x)",
    ] {
        assert_eq!(crate::common::value(script), Ok(vec![1.0, 2.0]), "{script}");
    }
    assert_eq!(crate::common::value("x = 3\nvjp(x, x, x)"), Ok(vec![3.0]));
    assert_eq!(
        crate::common::value("x = 3\njvp(x^2, x, x)"),
        Ok(vec![18.0])
    );
    // Where a further derivative is taken they are not.
    assert_eq!(
        crate::common::value("x = 3\ngrad(vjp(x^2, x, x), x)"),
        Ok(vec![12.0])
    );
    assert_eq!(
        crate::common::value("x = [1, 2]\ngrad(sum(vjp(x .^ 2, x, x)), x)"),
        Ok(vec![4.0, 8.0])
    );
    assert_eq!(
        crate::common::value("x = [1, 2]\ngrad(sum(jvp(x .^ 2, x, x)), x)"),
        Ok(vec![4.0, 8.0])
    );
}

/// Found among random programs, made smaller: each was once NaN in one mode and finite in the other, or
/// finite and wrong.
#[test]
fn what_random_programs_found_stays_mended() {
    let cases: &[(&str, &str, &[f64])] = &[
        // An inner product with a direction that is not reached everywhere meets no infinity.
        (
            "v = [2, 1]\nF = dot([1, log(0)], v)",
            "v",
            &[1.0, f64::NEG_INFINITY],
        ),
        (
            "v = [2, 1]\nF = dot(v, [3, 1/0])",
            "v",
            &[3.0, f64::INFINITY],
        ),
        // What lies beside the diagonal, or in another lane, is a structural zero.
        (
            "y = -1; A = [1, 2; 3, 4]\nF = sqrt(y) + tr(A)",
            "A",
            &[f64::NAN, 0.0, 0.0, f64::NAN],
        ),
        (
            "y = -1; A = [1, 2; 3, 4]\nF = sqrt(y) + sum(diag(A))",
            "A",
            &[f64::NAN, 0.0, 0.0, f64::NAN],
        ),
        (
            "A = [1, 2; 3, 4]\nF = sqrt(where([0, 1] > 0.5, 1, logsumexp(A, axis=2))[1] - logsumexp([1, 2]))",
            "A",
            &[f64::INFINITY, f64::INFINITY, 0.0, 0.0],
        ),
        // Nor does a NaN of the output reach what a branch not taken holds.
        (
            "x = 1; m = log(-1); f(t) = erf(t) - x\nF = f'(if 1 then m else x)",
            "x",
            &[0.0],
        ),
        // The zero derivative of std at equal entries is a number: times infinity it is NaN.
        ("x = 0\nF = std([sqrt(x), 0])", "x", &[f64::NAN]),
        ("v = [1, 1]\nF = cbrt(std(v))", "v", &[f64::NAN, f64::NAN]),
        // Cofactors beside infinite entries.
        ("y = 1.5; m = 1/0\nF = det([y, m; 1, 2])", "y", &[2.0]),
        (
            "y = 1.5; m = log(0)\nF = det([1, y, 0; m, 2, 0; 0, 0, 1])",
            "y",
            &[f64::INFINITY],
        ),
    ];
    for (program, wrt, want) in cases {
        let (rows, cols) = match *wrt {
            "v" => (2, 1),
            "A" => (2, 2),
            _ => (1, 1),
        };
        let forward: Vec<String> = each_entry(wrt, rows, cols)
            .iter()
            .map(|entry| format!("jvp(F, {entry}, 1)"))
            .collect();
        let script = format!("{program}\ngrad(F, {wrt})\n{}\n", forward.join("\n"));
        let mut values = crate::common::values(&script).expect("values");
        let reverse = values.remove(0);
        assert!(
            agree(&reverse, want, SAME),
            "{program}: {reverse:?} by reverse mode"
        );
        let forward = values.concat();
        assert!(
            agree(&forward, want, SAME),
            "{program}: {forward:?} by forward mode"
        );
    }
}
