//! Laws that hold for every program, on random ones: with functions, comprehensions, iteration,
//! choices, matrices and derivatives inside. Every program goes through forward and reverse mode and
//! through one further law.
//!
//! `WENGERT_PROGRAMS=1000000 cargo test --release --test it laws::` tries as many, `WENGERT_PROGRAMS=17..18`
//! those of some seeds alone. A program that breaks a law is made smaller before it is shown.

mod again;
mod derivatives;
mod differences;
mod formulas;
mod shrink;
mod structure;
mod tally;
mod texts;

use crate::common::compiled;
use crate::common::random::{INPUTS, Program, Terrain, program};
use crate::common::wanted;
use tally::Tally;

/// How many programs are tried.
const PROGRAMS: u64 = 1_000;

/// A law holds for a program, or this says what is wrong. What was met on the way is counted.
type Law = fn(&Program, u64, &mut Tally) -> Result<(), String>;

/// Every program goes through the first law and one of the others.
const LAWS: [Law; 11] = [
    derivatives::duality,
    derivatives::symmetry,
    formulas::simplification,
    formulas::guarded,
    formulas::rewritings,
    differences::estimates,
    differences::taylor,
    texts::texts,
    texts::traces,
    structure::patterns,
    executor,
];

/// Compiled programs give the same bits as the interpreter.
fn executor(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let names: Vec<&str> = INPUTS.iter().map(|(name, ..)| *name).collect();
    let compiled = compiled::agrees(&program.text(), &names, &compiled::expressions())?;
    tally.count(if compiled { "compiled" } else { "not compiled" });
    Ok(())
}

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
    let answers = crate::common::values(&script)?;
    if answers.len() == questions.len() {
        Ok(answers)
    } else {
        Err(format!("{} answers", answers.len()))
    }
}

/// True if an entry of an output is NaN.
fn is_undefined(program: &Program, output: &str) -> bool {
    let value = ask(program, &[output.to_string()]);
    value.is_ok_and(|value| value.concat().iter().any(|x| x.is_nan()))
}

fn gradients(output: &str) -> Vec<String> {
    INPUTS
        .iter()
        .map(|(name, ..)| format!("grad({output}, {name})"))
        .collect()
}

fn terrain(seed: u64) -> Terrain {
    if seed.is_multiple_of(2) {
        Terrain::Smooth
    } else {
        Terrain::Wild
    }
}

#[test]
fn laws_hold_for_random_programs() {
    let seeds = wanted(PROGRAMS);
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    let part = |first: usize| {
        let mut tally = Tally::default();
        for seed in seeds.clone().skip(first).step_by(threads) {
            obey(seed, &mut tally);
        }
        tally
    };
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let part = &part;
        let parts: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || part(first)))
            .collect();
        for part in parts {
            tally.add(part.join().expect("no panic"));
        }
    });
    println!("{tally}");
    let count = seeds.end - seeds.start;
    assert_eq!(tally.counted("programs"), count);
    assert_eq!(tally.failures, 0, "failures");
    if count >= PROGRAMS {
        tally.says_something(count);
    }
}

fn obey(seed: u64, tally: &mut Tally) {
    let program = program(seed, terrain(seed));
    let law = LAWS[(seed / 2) as usize % LAWS.len()];
    tally.count("programs");
    for law in [derivatives::modes as Law, law] {
        if let Err(message) = tried(law, &program, seed, tally) {
            let smaller = shrink::shrunk(&program, &message, |smaller| {
                tried(law, smaller, seed, &mut Tally::default()).err()
            });
            // At once: a long run need not be waited for.
            println!("seed {seed}: {message}\n{}", smaller.text());
            tally.failures += 1;
        }
    }
}

/// A panic is a failure too.
fn tried(law: Law, program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let work = std::panic::AssertUnwindSafe(|| law(program, seed, tally));
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err("a panic".into()))
}
