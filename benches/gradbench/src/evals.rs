//! The benchmark's evals: a script each, and what their functions give.

use crate::answers::{list, number, rows};
use crate::inputs::{Inputs, turned};
use serde_json::{Value as Json, json};
use wengert::Value;

/// One eval.
pub struct Eval {
    /// Its name.
    pub module: &'static str,
    /// Its formulas.
    pub script: &'static str,
    /// The inputs of its formulas, from those of a message.
    pub prepare: fn(Inputs) -> Result<Inputs, String>,
    /// Its functions.
    pub functions: &'static [Function],
}

/// A function of an eval.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The expressions that it computes.
    pub outputs: &'static [&'static str],
    /// What belongs to the computation and is no formula: it is timed.
    pub assemble: fn(Vec<Value>, &Inputs) -> Result<Vec<Value>, String>,
    /// The output as the benchmark wants it.
    pub answer: fn(&[Value]) -> Json,
}

const fn formulas(
    name: &'static str,
    outputs: &'static [&'static str],
    answer: fn(&[Value]) -> Json,
) -> Function {
    Function {
        name,
        outputs,
        assemble: |values, _| Ok(values),
        answer,
    }
}

const fn eval(module: &'static str, script: &'static str, functions: &'static [Function]) -> Eval {
    Eval {
        module,
        script,
        prepare: Ok,
        functions,
    }
}

/// All evals.
pub static EVALS: &[Eval] = &[
    eval(
        "hello",
        include_str!("../hello.ad"),
        &[
            formulas("square", &["square"], |v| number(&v[0])),
            formulas("double", &["double"], |v| number(&v[0])),
        ],
    ),
    eval("det", include_str!("../det.ad"), PRIMAL_AND_GRADIENT),
    eval("llsq", include_str!("../llsq.ad"), PRIMAL_AND_GRADIENT),
    eval("lse", include_str!("../lse.ad"), PRIMAL_AND_GRADIENT),
    eval(
        "ode",
        include_str!("../ode.ad"),
        &[
            formulas("primal", &["primal"], |v| list(&v[0])),
            formulas("gradient", &["gradient"], |v| list(&v[0])),
        ],
    ),
    eval(
        "particle",
        include_str!("../particle.ad"),
        &[
            formulas("rr", &["rr"], |v| number(&v[0])),
            formulas("rf", &["rf"], |v| number(&v[0])),
            formulas("fr", &["fr"], |v| number(&v[0])),
            formulas("ff", &["ff"], |v| number(&v[0])),
        ],
    ),
    eval(
        "saddle",
        include_str!("../saddle.ad"),
        &[
            formulas("rr", &["rr"], |v| list(&v[0])),
            formulas("rf", &["rf"], |v| list(&v[0])),
            formulas("fr", &["fr"], |v| list(&v[0])),
            formulas("ff", &["ff"], |v| list(&v[0])),
        ],
    ),
    eval(
        "kmeans",
        include_str!("../kmeans.ad"),
        &[
            formulas("cost", &["cost"], |v| number(&v[0])),
            formulas("dir", &["dir"], |v| rows(&v[0])),
        ],
    ),
    eval(
        "gmm",
        include_str!("../gmm.ad"),
        &[
            formulas("objective", &["objective"], |v| number(&v[0])),
            formulas(
                "jacobian",
                &[
                    "grad(objective, alpha)",
                    "grad(objective, mu)",
                    "grad(objective, q)",
                    "grad(objective, l)",
                ],
                |v| json!({"alpha": list(&v[0]), "mu": rows(&v[1]), "q": rows(&v[2]), "l": rows(&v[3])}),
            ),
        ],
    ),
    eval(
        "lstm",
        include_str!("../lstm.ad"),
        &[
            formulas("objective", &["objective"], |v| number(&v[0])),
            formulas("jacobian", &["jacobian"], |v| list(&v[0])),
        ],
    ),
    eval(
        "ht",
        include_str!("../ht.ad"),
        &[
            formulas("objective", &["objective"], |v| list(&v[0])),
            formulas("jacobian", &["jacobian_"], |v| rows(&v[0])),
        ],
    ),
    Eval {
        module: "ba",
        script: include_str!("../ba.ad"),
        prepare: observations,
        functions: &[
            formulas("objective", &["reproj_error", "w_err"], |v| {
                let (missed, w) = (v[0].as_slice(), v[1].as_slice());
                json!({
                    "reproj_error": {"elements": &missed[..2], "repeated": missed.len() / 2},
                    "w_err": {"element": w[0], "repeated": w.len()},
                })
            }),
            Function {
                name: "jacobian",
                outputs: &["vals"],
                assemble: sparse,
                answer: |v| {
                    let few = |value: &Value| -> Vec<f64> {
                        let all = value.as_slice();
                        all.iter()
                            .take(2 * BLOCK)
                            .chain(all.last())
                            .copied()
                            .collect()
                    };
                    let whole = |value| -> Vec<usize> {
                        few(value).into_iter().map(|index| index as usize).collect()
                    };
                    json!({"rows": whole(&v[0]), "cols": whole(&v[1]), "vals": few(&v[2])})
                },
            },
        ],
    },
];

static PRIMAL_AND_GRADIENT: &[Function] = &[
    formulas("primal", &["primal"], |v| number(&v[0])),
    formulas("gradient", &["gradient"], |v| list(&v[0])),
];

/// Parameters of a camera.
const CAMERA: usize = 11;

/// Entries in a row of the Jacobian of bundle adjustment: a camera, a point and a weight.
const BLOCK: usize = CAMERA + 3 + 1;

/// Bundle adjustment: the message has one camera, point, weight and feature, to be repeated.
fn observations(given: Inputs) -> Result<Inputs, String> {
    let (n, m, p) = (given.count("n")?, given.count("m")?, given.count("p")?);
    let repeated = |name: &str, count: usize| -> Result<Value, String> {
        let entries = given.entries(name)?;
        let all = entries.repeat(count);
        let value = match entries.len() {
            1 => Value::matrix(count, 1, all),
            width => Value::matrix(count, width, turned(&all, count, width)),
        };
        value.ok_or_else(|| format!("`{name}` has too many entries"))
    };
    let around = |count: usize| -> Value {
        let indices: Vec<f64> = (0..p).map(|k| (k % count + 1) as f64).collect();
        Value::from(indices)
    };
    let mut inputs = Inputs::default();
    for (name, from, count) in [
        ("cams", "cam", n),
        ("x", "x", m),
        ("w", "w", p),
        ("feat", "feat", p),
    ] {
        inputs.arguments.insert(name.into(), repeated(from, count)?);
    }
    inputs.counts.insert("camera".into(), around(n));
    inputs.counts.insert("point".into(), around(m));
    inputs
        .counts
        .insert("cameras".into(), Value::from(n as f64));
    inputs.counts.insert("points".into(), Value::from(m as f64));
    Ok(inputs)
}

/// The Jacobian of bundle adjustment by rows: where each row begins, columns, values.
fn sparse(mut values: Vec<Value>, inputs: &Inputs) -> Result<Vec<Value>, String> {
    let (n, m) = (inputs.count("cameras")?, inputs.count("points")?);
    let p = inputs.entries("w")?.len();
    let mut starts = Vec::with_capacity(3 * p + 1);
    let mut columns = Vec::with_capacity((2 * BLOCK + 1) * p);
    starts.push(0.0);
    for k in 0..p {
        let (camera, point) = (CAMERA * (k % n), CAMERA * n + 3 * (k % m));
        let weight = CAMERA * n + 3 * m + k;
        for _ in 0..2 {
            columns.extend((camera..camera + CAMERA).map(|column| column as f64));
            columns.extend((point..point + 3).map(|column| column as f64));
            columns.push(weight as f64);
            starts.push(columns.len() as f64);
        }
    }
    for k in 0..p {
        columns.push((CAMERA * n + 3 * m + k) as f64);
        starts.push(columns.len() as f64);
    }
    values.splice(0..0, [Value::from(starts), Value::from(columns)]);
    Ok(values)
}
