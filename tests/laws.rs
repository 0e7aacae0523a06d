//! Laws that hold for every program, on random ones: with functions, comprehensions, iteration,
//! choices, matrices and derivatives inside. Every program goes through forward and reverse mode and
//! through one further law.
//!
//! `WENGERT_PROGRAMS=1000000 cargo test --release --test laws` tries as many.

mod common;

use common::random::{INPUTS, Program, Terrain, program};
use common::{distance, report};
use std::rc::Rc;
use wengert::primitives::random::SplitMix64;
use wengert::source::Source;
use wengert::syntax::ast::{Script, StatementKind};
use wengert::syntax::{format, printer};

/// Of two ways to the same derivative, relative to the largest entry.
const SAME: f64 = 1e-13;
/// Of second derivatives, which add up more.
const SAME_TWICE: f64 = 1e-12;
/// Of a simplified formula.
const SIMPLIFIED: f64 = 1e-11;
/// Of the slopes of Taylor remainders.
const SLOPE: f64 = 0.1;
/// How many programs are tried.
const PROGRAMS: u64 = 10_000;

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

/// What was found.
#[derive(Debug, Default)]
struct Tally {
    programs: u64,
    finite: usize,
    nonfinite: usize,
    /// Entries that are NaN by one mode and infinite by the other: a product of partials went out
    /// of range in one of the sweeps.
    out_of_range: usize,
    without_formula: usize,
    /// Entries that are finite by the modes and not by the formula, at kinks and poles.
    formula_nonfinite: usize,
    too_straight: usize,
    sloped: usize,
    compared: usize,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.programs += other.programs;
        self.finite += other.finite;
        self.nonfinite += other.nonfinite;
        self.out_of_range += other.out_of_range;
        self.without_formula += other.without_formula;
        self.formula_nonfinite += other.formula_nonfinite;
        self.too_straight += other.too_straight;
        self.sloped += other.sloped;
        self.compared += other.compared;
        self.failures.extend(other.failures);
    }

    fn same(&mut self, what: &str, a: &[f64], b: &[f64], tolerance: f64) {
        self.compared += 1;
        if !agree(a, b, tolerance) {
            self.failures.push(format!("{what}: {a:?} is not {b:?}"));
        }
    }
}

/// A law holds for a program, or the tally has a failure more.
type Law = fn(&Program, u64, &mut Tally) -> Result<(), String>;

const LAWS: [Law; 6] = [duality, symmetry, simplification, taylor, texts, traces];

fn terrain(seed: u64) -> Terrain {
    if seed.is_multiple_of(2) {
        Terrain::Smooth
    } else {
        Terrain::Wild
    }
}

#[test]
fn laws_hold_for_random_programs() {
    let wanted = std::env::var("WENGERT_PROGRAMS").ok();
    let count = wanted.map_or(PROGRAMS, |count| {
        count.parse().expect("a number of programs")
    });
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get() as u64);
    let part = |first: u64| {
        let mut tally = Tally::default();
        for seed in (first..count).step_by(threads as usize) {
            obey(seed, &mut tally);
        }
        tally
    };
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || part(first)))
            .collect();
        for part in parts {
            tally.add(part.join().expect("no panic"));
        }
    });
    report(&tally.failures);
    println!("{tally:?}");
    assert_eq!(tally.programs, count);
    assert!(tally.finite as u64 > 5 * count && tally.nonfinite as u64 > count / 200);
    assert!((tally.out_of_range as u64) < count / 100);
    assert!((tally.without_formula as u64) < count / 6 / 2);
    assert!(tally.sloped as u64 > count / 50);
}

fn obey(seed: u64, tally: &mut Tally) {
    let program = program(seed, terrain(seed));
    let law = LAWS[(seed / 2) as usize % LAWS.len()];
    tally.programs += 1;
    let before = tally.failures.len();
    for law in [modes as Law, law] {
        if let Err(message) = law(&program, seed, tally) {
            tally.failures.push(message);
        }
    }
    if let Some(failure) = tally.failures.get_mut(before) {
        *failure = format!("seed {seed}: {failure}\n{}", program.text());
    }
}

/// Forward mode is reverse mode, and NaN and infinity stand in the same places.
fn modes(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let answers = ask(program, &[gradients("F"), tangents("F")].concat())?;
    let (reverse, forward) = answers.split_at(INPUTS.len());
    let (reverse, forward) = (reverse.concat(), forward.concat());
    tally.finite += reverse.iter().filter(|x| x.is_finite()).count();
    tally.nonfinite += reverse.iter().filter(|x| !x.is_finite()).count();
    let kind = |x: f64| (x.is_nan(), x.is_infinite(), x.is_infinite() && x > 0.0);
    let differ = |(a, b): &(&f64, &f64)| kind(**a) != kind(**b);
    tally.out_of_range += reverse.iter().zip(&forward).filter(differ).count();
    tally.same("reverse and forward mode", &reverse, &forward, SAME);
    Ok(())
}

/// uᵀ(Jd) = (uᵀJ)d.
fn duality(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
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
            // The sums may cancel; their terms count.
            let size = scale(&answers[0]).max(scale(&answers[1]));
            tally.same(
                &format!("duality by {name}"),
                &[left / size],
                &[right / size],
                10.0 * SAME,
            );
        }
    }
    Ok(())
}

/// Second derivatives do not depend on the order, nor on the modes.
fn symmetry(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
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
    tally.same(
        "hessian by v",
        &answers[0],
        &transposed(&answers[0], 2),
        SAME_TWICE,
    );
    tally.same(
        "hessian by A",
        &answers[1],
        &transposed(&answers[1], 4),
        SAME_TWICE,
    );
    tally.same("x, y and y, x", &answers[2], &answers[3], SAME_TWICE);
    tally.same("forward over reverse", &answers[4], &answers[5], SAME_TWICE);
    tally.same("reverse over reverse", &answers[4], &answers[6], SAME_TWICE);
    Ok(())
}

/// A simplified formula has the value of the derivative wherever that is finite. At kinks and poles
/// it may be undefined instead; a finite number that is wrong it never is.
fn simplification(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let reverse = ask(program, &gradients("F"))?;
    for ((name, ..), want) in INPUTS.iter().zip(&reverse) {
        let question = format!("{}compare F wrt {name} using symbolic\n", program.text());
        let lines = common::run_json(&question);
        let line = lines.last().ok_or("nothing is shown")?;
        if line["kind"] == "error" {
            return Err(line.to_string());
        }
        let answer = &line["wrt"][0]["symbolic"];
        if answer.is_null() {
            tally.without_formula += 1;
            continue;
        }
        let (mut formula, mut want) = (common::entries(answer), want.clone());
        for (a, b) in formula.iter_mut().zip(&mut want) {
            if b.is_finite() && !a.is_finite() && terrain(seed) == Terrain::Wild {
                tally.formula_nonfinite += 1;
            }
            // It may also fill a hole.
            if !b.is_finite() || (!a.is_finite() && terrain(seed) == Terrain::Wild) {
                (*a, *b) = (0.0, 0.0);
            }
        }
        tally.same(&format!("symbolic by {name}"), &formula, &want, SIMPLIFIED);
    }
    Ok(())
}

/// |F(x + h) − F(x)| shrinks as h, and as h² once the derivative is taken into account.
fn taylor(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let line = program
        .inputs
        .lines()
        .find_map(|line| line.strip_prefix("x = "));
    let x: f64 = line.and_then(|x| x.parse().ok()).ok_or("no x")?;
    let steps: Vec<f64> = (3..18).map(|k| 0.5f64.powi(k)).collect();
    let mut questions = vec!["F".to_string(), "grad(F, x)".to_string()];
    questions.extend(steps.iter().map(|h| format!("F at x = {}", x + h)));
    let answers = ask(program, &questions)?.concat();
    let (value, slope) = (answers[0], answers[1]);
    let noise = 1e-13 * 1f64.max(value.abs());
    let remainders = |order: usize| -> Vec<f64> {
        let linear = if order == 2 { slope } else { 0.0 };
        let ends = answers[2..].iter().zip(&steps);
        ends.map(|(end, h)| (end - value - linear * h).abs())
            .collect()
    };
    for order in [1, 2] {
        let remainders = remainders(order);
        let loud: Vec<f64> = remainders
            .into_iter()
            .take_while(|r| *r > 1e3 * noise)
            .collect();
        if loud.len() < 5 {
            tally.too_straight += 1;
            continue;
        }
        let slopes: Vec<f64> = loud
            .windows(2)
            .map(|pair| (pair[0] / pair[1]).log2())
            .collect();
        let fits = slopes
            .iter()
            .any(|slope| (slope - order as f64).abs() <= SLOPE);
        tally.sloped += 1;
        if !fits {
            return Err(format!(
                "remainders of order {order} have slopes {slopes:?}"
            ));
        }
    }
    Ok(())
}

/// What is printed or laid out reads back as the same; what is shown is the same twice.
fn texts(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let text = program.text();
    let once = printed(&parsed(&text));
    let laid_out = |text: &str| {
        let laid_out = format::format(&Source::new("law.ad", text));
        laid_out.map_err(|error| error.message().to_string())
    };
    let layout = laid_out(&text)?;
    if printed(&parsed(&once)) != once || laid_out(&layout)? != layout {
        return Err(format!("not the same again:\n{once}\n{layout}"));
    }
    let question = "F\nV\ntrace F\nprint V\n";
    let shown = |text: &str| common::run_json(&format!("{text}{question}"));
    let (first, second) = (shown(&text), shown(&text));
    if first != second {
        return Err("two runs differ".into());
    }
    let value = |text: &str| common::values(&format!("{text}F\nV\n")).map(|values| values.concat());
    let want = value(&text)?;
    for other in [&once, &layout] {
        let got = value(other)?;
        if distance(&got, &want) != 0.0 {
            return Err(format!("{want:?}, but {got:?} for\n{other}"));
        }
    }
    tally.compared += 1;
    Ok(())
}

/// The adjoints of the inputs in a trace are the gradient.
fn traces(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let lines = common::run_json(&format!("{}trace F\nF\n", program.text()));
    let trace = lines.iter().find(|line| line["kind"] == "trace");
    let trace = trace.ok_or_else(|| format!("{lines:?}"))?;
    let nodes = trace["nodes"].as_array().ok_or("no nodes")?;
    let gradient = ask(program, &gradients("F"))?;
    for ((name, ..), want) in INPUTS.iter().zip(&gradient) {
        let input = nodes.iter().find(|node| {
            let names = node["names"].as_array().expect("names");
            node["op"] == "input" && names.iter().any(|other| other == name)
        });
        if let Some(input) = input {
            let adjoint = common::entries(&input["adjoints"]["F"]);
            tally.same(&format!("the adjoint of {name}"), &adjoint, want, SAME);
        }
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
