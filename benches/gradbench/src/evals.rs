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
    /// The places of the entries of a sparse matrix: they belong to the computation and are timed.
    pub places: fn(&Inputs, &mut Places) -> Result<(), String>,
    /// The output as the benchmark wants it.
    pub answer: fn(&[Value], &Places) -> Json,
}

/// The places of the entries of a sparse matrix by rows.
#[derive(Default)]
pub struct Places {
    /// Where each row begins among the entries, and where the last one ends.
    starts: Vec<u32>,
    /// The column of each entry.
    columns: Vec<u32>,
}

const fn formulas(
    name: &'static str,
    outputs: &'static [&'static str],
    answer: fn(&[Value], &Places) -> Json,
) -> Function {
    Function {
        name,
        outputs,
        places: |_, _| Ok(()),
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
            formulas("square", &["square"], |v, _| number(&v[0])),
            formulas("double", &["double"], |v, _| number(&v[0])),
        ],
    ),
    eval("det", include_str!("../det.ad"), PRIMAL_AND_GRADIENT),
    eval("llsq", include_str!("../llsq.ad"), PRIMAL_AND_GRADIENT),
    eval("lse", include_str!("../lse.ad"), PRIMAL_AND_GRADIENT),
    eval(
        "ode",
        include_str!("../ode.ad"),
        &[
            formulas("primal", &["primal"], |v, _| list(&v[0])),
            formulas("gradient", &["gradient"], |v, _| list(&v[0])),
        ],
    ),
    eval(
        "particle",
        include_str!("../particle.ad"),
        &[
            formulas("rr", &["rr"], |v, _| number(&v[0])),
            formulas("rf", &["rf"], |v, _| number(&v[0])),
            formulas("fr", &["fr"], |v, _| number(&v[0])),
            formulas("ff", &["ff"], |v, _| number(&v[0])),
        ],
    ),
    eval(
        "saddle",
        include_str!("../saddle.ad"),
        &[
            formulas("rr", &["rr"], |v, _| list(&v[0])),
            formulas("rf", &["rf"], |v, _| list(&v[0])),
            formulas("fr", &["fr"], |v, _| list(&v[0])),
            formulas("ff", &["ff"], |v, _| list(&v[0])),
        ],
    ),
    eval(
        "kmeans",
        include_str!("../kmeans.ad"),
        &[
            formulas("cost", &["cost"], |v, _| number(&v[0])),
            formulas("dir", &["dir"], |v, _| rows(&v[0])),
        ],
    ),
    eval(
        "gmm",
        include_str!("../gmm.ad"),
        &[
            formulas("objective", &["objective"], |v, _| number(&v[0])),
            formulas(
                "jacobian",
                &[
                    "grad(objective, alpha)",
                    "grad(objective, mu)",
                    "grad(objective, q)",
                    "grad(objective, l)",
                ],
                |v, _| json!({"alpha": list(&v[0]), "mu": rows(&v[1]), "q": rows(&v[2]), "l": rows(&v[3])}),
            ),
        ],
    ),
    eval(
        "lstm",
        include_str!("../lstm.ad"),
        &[
            formulas("objective", &["objective"], |v, _| number(&v[0])),
            formulas("jacobian", &["jacobian"], |v, _| list(&v[0])),
        ],
    ),
    eval(
        "ht",
        include_str!("../ht.ad"),
        &[
            formulas("objective", &["objective"], |v, _| list(&v[0])),
            formulas("jacobian", &["jacobian_"], |v, _| rows(&v[0])),
        ],
    ),
    Eval {
        module: "ba",
        script: include_str!("../ba.ad"),
        prepare: observations,
        functions: &[
            formulas("objective", &["reproj_error", "w_err"], |v, _| {
                let (missed, w) = (v[0].as_slice(), v[1].as_slice());
                json!({
                    "reproj_error": {"elements": &missed[..2], "repeated": missed.len() / 2},
                    "w_err": {"element": w[0], "repeated": w.len()},
                })
            }),
            Function {
                name: "jacobian",
                outputs: &["vals"],
                places: sparse,
                answer: |v, places| {
                    json!({
                        "rows": few(&places.starts),
                        "cols": few(&places.columns),
                        "vals": few(v[0].as_slice()),
                    })
                },
            },
        ],
    },
];

static PRIMAL_AND_GRADIENT: &[Function] = &[
    formulas("primal", &["primal"], |v, _| number(&v[0])),
    formulas("gradient", &["gradient"], |v, _| list(&v[0])),
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

/// The first rows of two blocks, and the last entry.
fn few<T: Copy>(all: &[T]) -> Vec<T> {
    let first = all.iter().take(2 * BLOCK);
    first.chain(all.last()).copied().collect()
}

/// The places in the Jacobian of bundle adjustment.
fn sparse(inputs: &Inputs, places: &mut Places) -> Result<(), String> {
    let (n, m) = (inputs.count("cameras")?, inputs.count("points")?);
    let p = inputs.entries("w")?.len();
    let Places { starts, columns } = places;
    starts.clear();
    starts.reserve(3 * p + 1);
    columns.clear();
    columns.reserve((2 * BLOCK + 1) * p);
    starts.push(0);
    for k in 0..p {
        let (camera, point) = (CAMERA * (k % n), CAMERA * n + 3 * (k % m));
        let weight = CAMERA * n + 3 * m + k;
        for _ in 0..2 {
            columns.extend(camera as u32..(camera + CAMERA) as u32);
            columns.extend(point as u32..(point + 3) as u32);
            columns.push(weight as u32);
            starts.push(columns.len() as u32);
        }
    }
    for k in 0..p {
        columns.push((CAMERA * n + 3 * m + k) as u32);
        starts.push(columns.len() as u32);
    }
    Ok(())
}
