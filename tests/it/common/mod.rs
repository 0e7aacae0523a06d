//! What several test files share.
#![allow(dead_code)]

pub mod cases;
pub mod compiled;
pub mod page;
pub mod random;
pub mod rows;
pub mod translate;

use serde_json::Value;
use wengert::lower::Limits;
use wengert::render::json;
use wengert::session::Session;
use wengert::source::Source;

/// Runs a script and returns the lines that `--format json` would print.
pub fn json_lines(text: &str) -> Vec<String> {
    let source = Source::new("test.ad", text);
    let mut lines = Vec::new();
    let mut session = Session::with_limits(Limits::default());
    let result = session.run_source(&source, &mut |event| lines.push(json::event(&event)));
    if let Err(error) = result {
        lines.push(json::diagnostic(&error, Some(&source)));
    }
    lines
}

/// The same, read.
pub fn run_json(text: &str) -> Vec<Value> {
    json_lines(text)
        .iter()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect()
}

/// A number as JSON writes it.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "nan" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// Whether two numbers agree to `tolerance`, relative above 1.
pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b
        || (a.is_nan() && b.is_nan())
        || (a - b).abs() <= tolerance * 1f64.max(a.abs()).max(b.abs())
}

/// The entries of a value, row by row.
pub fn entries(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(rows) => rows.iter().flat_map(entries).collect(),
        value => vec![number(value).expect("a number")],
    }
}

/// What the values that a script shows are: one list of entries, row by row, for each.
pub fn values(text: &str) -> Result<Vec<Vec<f64>>, String> {
    let mut values = Vec::new();
    for line in run_json(text) {
        match line["kind"].as_str() {
            Some("value") => values.push(entries(&line["value"])),
            Some("error") => return Err(format!("{}: {}", line["code"], line["message"])),
            _ => {}
        }
    }
    Ok(values)
}

/// The only value that a script shows.
pub fn value(text: &str) -> Result<Vec<f64>, String> {
    let mut values = values(text)?;
    match values.len() {
        1 => Ok(values.remove(0)),
        count => Err(format!("{count} values, not one")),
    }
}

/// The largest difference of two lists, relative to the largest entry of the second (absolute
/// where that is 0). Non-finite entries agree only with themselves; infinity stands for any
/// disagreement about those, or about the length.
pub fn distance(got: &[f64], want: &[f64]) -> f64 {
    if got.len() != want.len() {
        return f64::INFINITY;
    }
    let mut largest = 0f64;
    let mut difference = 0f64;
    for (got, want) in got.iter().zip(want) {
        if want.is_finite() && got.is_finite() {
            largest = largest.max(want.abs());
            difference = difference.max((got - want).abs());
        } else if !(got == want || (got.is_nan() && want.is_nan())) {
            return f64::INFINITY;
        }
    }
    if largest == 0.0 {
        difference
    } else {
        difference / largest
    }
}

/// The seeds of random programs to try: `usual`, or those that `WENGERT_PROGRAMS` asks for, as a count
/// or as `first..end`.
pub fn wanted(usual: u64) -> std::ops::Range<u64> {
    let number = |text: &str| text.trim().parse().expect("a number of programs");
    match std::env::var("WENGERT_PROGRAMS").as_deref() {
        Err(_) => 0..usual,
        Ok(text) => match text.split_once("..") {
            Some((first, end)) => number(first)..number(end),
            None => 0..number(text),
        },
    }
}

/// A printed formula with text around it, behind the definitions of its parts.
pub fn wrapped(formula: &str, left: &str, right: &str) -> String {
    let mut depth = 0;
    let mut last = 0;
    for (place, letter) in formula.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ';' if depth == 0 => last = place + 1,
            _ => {}
        }
    }
    let (parts, whole) = formula.split_at(last);
    format!("{parts}{left}{}{right}", whole.trim())
}

/// Panics with what went wrong, the first of it.
pub fn report(failures: &[String]) {
    let shown = &failures[..failures.len().min(20)];
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        shown.join("\n")
    );
}

/// All scripts below some folders.
pub fn scripts(folders: &[&str]) -> Vec<std::path::PathBuf> {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<std::path::PathBuf> =
        folders.iter().map(|folder| root.join(folder)).collect();
    let mut scripts = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = path.read_dir().expect("a folder").flatten();
            open.extend(entries.map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "ad") {
            scripts.push(path);
        }
    }
    scripts.sort();
    scripts
}
