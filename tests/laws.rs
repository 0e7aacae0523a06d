//! Laws that hold for every program, on random ones.

mod common;

use common::random::{INPUTS, Program, Terrain, program};
use common::{distance, report};
use std::rc::Rc;
use wengert::primitives::random::SplitMix64;
use wengert::source::Source;
use wengert::syntax::ast::{Script, StatementKind};
use wengert::syntax::printer;

/// Of two ways to the same derivative.
const SAME: f64 = 1e-12;

/// The entries of an input, row by row, as scripts write them.
fn each_entry(name: &str, rows: usize, cols: usize) -> Vec<String> {
    let entry = |k: usize| match (rows, cols) {
        (1, 1) => name.to_string(),
        (_, 1) => format!("{name}[{}]", k + 1),
        _ => format!("{name}[{}, {}]", k / cols + 1, k % cols + 1),
    };
    (0..rows * cols).map(entry).collect()
}

fn ask(program: &Program, questions: &[String]) -> Result<Vec<Vec<f64>>, String> {
    let script = format!("{}{}\n", program.text(), questions.join("\n"));
    let answers = std::panic::catch_unwind(|| common::values(&script))
        .unwrap_or_else(|_| Err("a panic".to_string()))?;
    if answers.len() == questions.len() {
        Ok(answers)
    } else {
        Err(format!("{} answers", answers.len()))
    }
}

fn gradients(output: &str) -> Vec<String> {
    INPUTS
        .iter()
        .map(|(name, ..)| format!("grad({output}, {name})"))
        .collect()
}

fn tangents(output: &str) -> Vec<String> {
    let entries = INPUTS
        .iter()
        .flat_map(|(name, rows, cols)| each_entry(name, *rows, *cols));
    entries
        .map(|entry| format!("jvp({output}, {entry}, 1)"))
        .collect()
}

/// The scale above which differences count relatively.
fn scale(values: &[f64]) -> f64 {
    values
        .iter()
        .filter(|x| x.is_finite())
        .fold(1f64, |largest, x| largest.max(x.abs()))
}

/// Non-finite in the same entries, and elsewhere the same up to `tolerance` of the largest.
fn agree(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let bound = tolerance * scale(a).max(scale(b));
    let same = |(a, b): (&f64, &f64)| {
        if a.is_finite() && b.is_finite() {
            (a - b).abs() <= bound
        } else {
            a.is_finite() == b.is_finite()
        }
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Forward and reverse mode on the programs of `seeds`; how many derivatives were finite.
fn modes_agree(seeds: std::ops::Range<u64>, terrain: Terrain) -> (usize, usize) {
    let mut failures = Vec::new();
    let (mut finite, mut nonfinite) = (0, 0);
    for seed in seeds {
        let program = program(seed, terrain);
        let questions = [gradients("F"), tangents("F")].concat();
        match ask(&program, &questions) {
            Err(message) => failures.push(format!("seed {seed}: {message}\n{}", program.text())),
            Ok(answers) => {
                let (reverse, forward) = answers.split_at(INPUTS.len());
                let (reverse, forward) = (reverse.concat(), forward.concat());
                finite += reverse.iter().filter(|x| x.is_finite()).count();
                nonfinite += reverse.iter().filter(|x| !x.is_finite()).count();
                if !agree(&reverse, &forward, SAME) {
                    failures.push(format!(
                        "seed {seed}: reverse {reverse:?}, forward {forward:?}\n{}",
                        program.text()
                    ));
                }
            }
        }
    }
    report(&failures);
    (finite, nonfinite)
}

#[test]
fn forward_mode_is_reverse_mode_on_smooth_programs() {
    let (finite, nonfinite) = modes_agree(0..1000, Terrain::Smooth);
    println!("{finite} finite, {nonfinite} not");
    assert!(finite > 7000);
}

#[test]
fn forward_mode_is_reverse_mode_at_kinks_and_poles() {
    let (finite, nonfinite) = modes_agree(10_000..11_000, Terrain::Wild);
    println!("{finite} finite, {nonfinite} not");
    assert!(
        finite > 5000 && nonfinite > 40,
        "{finite} finite, {nonfinite} not"
    );
}

#[test]
fn a_tangent_weighted_is_an_adjoint_along_the_direction() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for seed in 0..400 {
        let program = program(seed, Terrain::Smooth);
        for (name, rows, cols) in INPUTS {
            let mut random = SplitMix64::new(seed + 77);
            let mut list = |n: usize| (0..n).map(|_| random.normal()).collect::<Vec<f64>>();
            let (u, d) = (list(2), list(rows * cols));
            let direction: Vec<String> = d
                .chunks(*cols)
                .map(|row| {
                    row.iter()
                        .map(f64::to_string)
                        .collect::<Vec<_>>()
                        .join(", ")
                })
                .collect();
            let questions = [
                format!("jvp(V, {name}, [{}])", direction.join("; ")),
                format!("vjp(V, {name}, [{}, {}])", u[0], u[1]),
            ];
            match ask(&program, &questions) {
                Err(message) => {
                    failures.push(format!("seed {seed}: {message}\n{}", program.text()))
                }
                Ok(answers) => {
                    let dot =
                        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                    let (left, right) = (dot(&answers[0], &u), dot(&answers[1], &d));
                    let bound = SAME * 10.0 * scale(&answers[0]).max(scale(&answers[1]));
                    compared += 1;
                    if left.is_finite() && right.is_finite() && (left - right).abs() > bound {
                        failures.push(format!(
                            "seed {seed} by {name}: {left} is not {right}\n{}",
                            program.text()
                        ));
                    }
                }
            }
        }
    }
    report(&failures);
    assert_eq!(compared, 400 * INPUTS.len());
}

#[test]
fn weights_and_directions_are_constants() {
    for script in [
        "x = [1, 2]\nvjp(x, x, x)",
        "x = [1, 2]\njvp(x, x, x)",
        "x = [1, 2]\nu = 0 + x\nvjp(x, x, u)",
        "x = [1, 2]\nvjp(2*x, x, 0.5*x)",
    ] {
        assert_eq!(common::value(script), Ok(vec![1.0, 2.0]), "{script}");
    }
    assert_eq!(common::value("x = 3\nvjp(x, x, x)"), Ok(vec![3.0]));
    assert_eq!(common::value("x = 3\njvp(x^2, x, x)"), Ok(vec![18.0]));
    // Where a further derivative is taken they are not.
    assert_eq!(
        common::value("x = 3\ngrad(vjp(x^2, x, x), x)"),
        Ok(vec![12.0])
    );
    assert_eq!(
        common::value("x = [1, 2]\ngrad(sum(vjp(x .^ 2, x, x)), x)"),
        Ok(vec![4.0, 8.0])
    );
    assert_eq!(
        common::value("x = [1, 2]\ngrad(sum(jvp(x .^ 2, x, x)), x)"),
        Ok(vec![4.0, 8.0])
    );
}

#[test]
fn second_derivatives_are_symmetric() {
    let mut failures = Vec::new();
    let mut compared = 0;
    let questions: Vec<String> = [
        "hessian(F, v)",
        "hessian(F, A)",
        "grad(grad(F, x), y)",
        "grad(grad(F, y), x)",
        "jvp(grad(F, x), v, [1, 2])",
        "grad(jvp(F, v, [1, 2]), x)",
        "grad(grad(F, x), v)'*[1, 2]",
    ]
    .map(str::to_string)
    .into();
    for seed in 0..400 {
        let program = program(seed, Terrain::Smooth);
        match ask(&program, &questions) {
            Err(message) => failures.push(format!("seed {seed}: {message}\n{}", program.text())),
            Ok(answers) => {
                let transposed = |entries: &[f64], n: usize| {
                    (0..n * n)
                        .map(|k| entries[k % n * n + k / n])
                        .collect::<Vec<f64>>()
                };
                let pairs = [
                    (answers[0].clone(), transposed(&answers[0], 2)),
                    (answers[1].clone(), transposed(&answers[1], 4)),
                    (answers[2].clone(), answers[3].clone()),
                    (answers[4].clone(), answers[5].clone()),
                    (answers[4].clone(), answers[6].clone()),
                ];
                for (k, (a, b)) in pairs.iter().enumerate() {
                    compared += 1;
                    if !agree(a, b, SAME) {
                        failures.push(format!(
                            "seed {seed}, pair {k}: {a:?} is not {b:?}\n{}",
                            program.text()
                        ));
                    }
                }
            }
        }
    }
    report(&failures);
    assert_eq!(compared, 5 * 400);
}

#[test]
fn finite_differences_come_close_for_almost_all_smooth_programs() {
    let (mut close, mut count) = (0, 0);
    for seed in 0..400 {
        let program = program(seed, Terrain::Smooth);
        for output in ["F", "grad(F, x)"] {
            let numeric: Vec<String> = INPUTS
                .iter()
                .map(|(name, ..)| format!("numeric({output}, {name})"))
                .collect();
            let answers = ask(&program, &[gradients(output), numeric].concat()).expect("an answer");
            let (reverse, numeric) = answers.split_at(INPUTS.len());
            let (reverse, numeric) = (reverse.concat(), numeric.concat());
            if reverse.iter().all(|x| x.abs() < 1e4) {
                count += 1;
                if agree(&reverse, &numeric, 1e-4) {
                    close += 1;
                } else {
                    println!(
                        "seed {seed} {output}: {reverse:?}, {numeric:?}\n{}",
                        program.text()
                    );
                }
            }
        }
    }
    println!("{close} of {count}");
    assert!(count >= 600, "only {count} tame ones");
    assert!(count - close <= count / 100, "{close} of {count}");
}

#[test]
fn the_adjoints_of_inputs_in_a_trace_are_the_gradient() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for seed in 0..300 {
        let program = program(seed, Terrain::Smooth);
        let lines = common::run_json(&format!("{}trace F\nF\n", program.text()));
        let Some(trace) = lines.iter().find(|line| line["kind"] == "trace") else {
            failures.push(format!("seed {seed}: {lines:?}\n{}", program.text()));
            continue;
        };
        let nodes = trace["nodes"].as_array().expect("nodes");
        for (name, ..) in INPUTS {
            let input = nodes.iter().find(|node| {
                let names = node["names"].as_array().expect("names");
                node["op"] == "input" && names.iter().any(|other| other == name)
            });
            let Some(input) = input else { continue };
            let adjoint = common::entries(&input["adjoints"]["F"]);
            match ask(&program, &[format!("grad(F, {name})")]) {
                Ok(gradient) if agree(&adjoint, &gradient[0], SAME) => compared += 1,
                gradient => failures.push(format!(
                    "seed {seed} {name}: {adjoint:?} is not {gradient:?}\n{}",
                    program.text()
                )),
            }
            if trace["outputs"][0] == "F"
                && trace["wrt"]
                    .as_array()
                    .is_some_and(|wrt| wrt.iter().any(|x| x == name))
            {
                let tangent = nodes
                    .last()
                    .map(|node| common::entries(&node["tangents"][name]));
                let sum: f64 = adjoint.iter().sum();
                let last_is_output = nodes.last().is_some_and(|node| {
                    node["names"]
                        .as_array()
                        .is_some_and(|names| names.iter().any(|name| name == "F"))
                });
                if last_is_output
                    && !tangent
                        .as_ref()
                        .is_some_and(|tangent| agree(tangent, &[sum], SAME * scale(&adjoint)))
                {
                    failures.push(format!(
                        "seed {seed} {name}: along ones {tangent:?}, not {sum}\n{}",
                        program.text()
                    ));
                }
            }
        }
    }
    report(&failures);
    assert!(compared >= 450, "only {compared}");
}

fn parsed(text: &str) -> Rc<Script> {
    let parsed = wengert::syntax::parse(&Source::new("law.ad", text));
    Rc::new(
        parsed
            .unwrap_or_else(|error| panic!("{}: {text}", error.message()))
            .0,
    )
}

/// The script with every definition printed from its tree.
fn printed(script: &Script) -> String {
    let mut text = String::new();
    for id in &script.body {
        match &script.statement(*id).kind {
            StatementKind::Define(name, value) => {
                text.push_str(&format!("{name} = {}\n", printer::print(script, *value)))
            }
            StatementKind::DefineFunction {
                name,
                parameters,
                body,
            } => {
                let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
                text.push_str(&format!(
                    "{name}({}) = {}\n",
                    parameters.join(", "),
                    printer::print(script, *body)
                ));
            }
            _ => unreachable!("programs are definitions only"),
        }
    }
    text
}

#[test]
fn what_is_printed_reads_back_as_the_same() {
    for seed in 0..1000 {
        let terrain = if seed % 2 == 0 {
            Terrain::Smooth
        } else {
            Terrain::Wild
        };
        let program = program(seed, terrain);
        let text = program.text();
        let once = printed(&parsed(&text));
        assert_eq!(printed(&parsed(&once)), once, "seed {seed}");
        if seed % 5 == 0 {
            let value = |text: &str| {
                common::values(&format!("{text}F\nV\n"))
                    .expect("values")
                    .concat()
            };
            let (before, after) = (value(&text), value(&once));
            assert!(
                distance(&after, &before) == 0.0,
                "seed {seed}: {before:?}, printed {after:?}\n{text}{once}"
            );
        }
    }
}
