//! The modes against each other.

use crate::common::random::{INPUTS, Program, Terrain};
use crate::tally::Tally;
use crate::{ask, each_entry, gradients, terrain};
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

/// Forward mode is reverse mode, NaN and infinity in the same places, except where a product of
/// partials goes out of range in one of the two sweeps, and where only one of them meets 0·∞: of
/// p + 0·p with an infinite derivative of p, reverse mode adds 1 + 0 before it multiplies.
pub fn modes(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let answers = ask(program, &[gradients("F"), tangents("F")].concat())?;
    let (reverse, forward) = answers.split_at(INPUTS.len());
    let (reverse, forward) = (reverse.concat(), forward.concat());
    let finite = reverse.iter().filter(|x| x.is_finite()).count();
    tally.count_many("finite entries", finite);
    tally.count_many("entries that are not finite", reverse.len() - finite);
    let found = same("reverse and forward mode", &reverse, &forward, SAME);
    let answers = |list: &[f64]| -> Vec<f64> {
        let answer = |x: &f64| if x.is_finite() { *x } else { f64::NAN };
        list.iter().map(answer).collect()
    };
    let both_infinite = |(a, b): (&f64, &f64)| a.is_infinite() && b.is_infinite() && a != b;
    if found.is_err()
        && agree(&answers(&reverse), &answers(&forward), SAME)
        && !reverse.iter().zip(&forward).any(both_infinite)
    {
        tally.count("zero times infinity in one sweep");
        return Ok(());
    }
    if found.is_err() && out_of_range(program)? {
        tally.count("out of range in one sweep");
        return Ok(());
    }
    found
}

/// Whether a trace holds numbers whose products may leave the range of numbers.
fn out_of_range(program: &Program) -> Result<bool, String> {
    fn extreme(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(extreme),
            Value::Object(items) => items.values().any(extreme),
            value => value
                .as_f64()
                .is_some_and(|x| x != 0.0 && !(1e-150..1e150).contains(&x.abs())),
        }
    }
    let lines = crate::common::run_json(&format!("{}trace F\n", program.text()));
    let trace = lines.iter().find(|line| line["kind"] == "trace");
    let nodes = trace.and_then(|trace| trace["nodes"].as_array());
    let nodes = nodes.ok_or_else(|| format!("{lines:?}"))?;
    let numbers = ["value", "tangents", "adjoints"];
    Ok(nodes
        .iter()
        .any(|node| numbers.iter().any(|key| extreme(&node[*key]))))
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
            same("duality", &[left / size], &[right / size], SAME)
                .map_err(|message| format!("{message} by {name}"))?;
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
        same(what, a, b, SAME_TWICE)?;
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
