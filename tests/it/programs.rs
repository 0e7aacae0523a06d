//! Small programs and their results in JSON, computed by an independent implementation of the
//! language (`reference/programs`).

use crate::common::{close, run_json};
use serde_json::Value;
use std::path::Path;

const TOLERANCE: f64 = 1e-10;

fn same_number(got: &Value, want: &Value) -> bool {
    match (crate::common::number(got), crate::common::number(want)) {
        (Some(got), Some(want)) => close(got, want, TOLERANCE),
        _ => false,
    }
}

/// Numbers to tolerance, lists entry by entry, everything else as it is.
fn same(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(got, want)| same(got, want))
        }
        (Value::Object(got), Value::Object(want)) => want
            .iter()
            .all(|(key, want)| got.get(key).is_some_and(|got| same(got, want))),
        _ => got == want || same_number(got, want),
    }
}

fn overlaps_or_touches(got: &Value, want: &Value) -> bool {
    let bound = |span: &Value, k: usize| span[k].as_u64().unwrap_or(u64::MAX);
    bound(got, 0) <= bound(want, 1) && bound(want, 0) <= bound(got, 1)
}

fn nodes_agree(got: &Value, want: &Value) -> Result<(), String> {
    let (got, want) = (
        got.as_array().ok_or("no nodes")?,
        want.as_array().ok_or("no nodes wanted")?,
    );
    if got.len() != want.len() {
        return Err(format!("{} nodes, not {}", got.len(), want.len()));
    }
    for (got, want) in got.iter().zip(want) {
        for key in [
            "id", "names", "op", "value", "shape", "tangents", "adjoints", "args",
        ] {
            let Some(want) = want.get(key) else { continue };
            if !got.get(key).is_some_and(|got| same(got, want)) {
                return Err(format!(
                    "node {} {key}: {} is not {want}",
                    got["id"], got[key]
                ));
            }
        }
    }
    Ok(())
}

fn line_agrees(got: &Value, want: &Value) -> Result<(), String> {
    let kind = want["kind"].as_str().unwrap_or("");
    if got["kind"] != want["kind"] {
        return Err(format!("{got} is not of kind {kind}"));
    }
    match kind {
        "error" => {
            let codes = match &want["code"] {
                Value::Array(codes) => codes.clone(),
                code => vec![code.clone()],
            };
            if !codes.contains(&got["code"]) {
                return Err(format!("code {} is not {}", got["code"], want["code"]));
            }
            if !overlaps_or_touches(&got["span"], &want["span"]) {
                return Err(format!("span {} is not at {}", got["span"], want["span"]));
            }
            Ok(())
        }
        "trace" => {
            for key in ["outputs", "wrt"] {
                if got[key] != want[key] {
                    return Err(format!("{key} {} are not {}", got[key], want[key]));
                }
            }
            nodes_agree(&got["nodes"], &want["nodes"])
        }
        _ if same(got, want) => Ok(()),
        _ => Err(format!("{got} is not {want}")),
    }
}

fn agrees(name: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(name).map_err(|error| error.to_string())?;
    let expected =
        std::fs::read_to_string(name.with_extension("json")).map_err(|error| error.to_string())?;
    let want: Vec<Value> = expected
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).expect("expected lines are JSON"))
        .collect();
    let got: Vec<Value> = run_json(&text)
        .into_iter()
        .filter(|line| line["kind"] != "warning")
        .collect();
    if got.len() != want.len() {
        return Err(format!("{} lines, not {}: {got:#?}", got.len(), want.len()));
    }
    got.iter()
        .zip(&want)
        .try_for_each(|(got, want)| line_agrees(got, want))
}

#[test]
fn programs_say_what_an_independent_implementation_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/programs");
    let mut count = 0;
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "ad") {
            count += 1;
            if let Err(message) = agrees(&path) {
                failures.push(format!(
                    "{}: {message}",
                    path.file_name().unwrap().to_string_lossy()
                ));
            }
        }
    }
    failures.sort();
    assert_eq!(count, 33);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
