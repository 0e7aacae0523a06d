//! Patterns of derivatives.

use super::is_undefined;
use super::tally::Tally;
use crate::common::random::{INPUTS, Program};
use crate::common::{entries, run_json};
use serde_json::Value;

/// Whatever is not in the pattern is 0: of the Hessian of a scalar, and of the Jacobian of a vector. Where
/// the output is undefined, so may be what is not known to be 0 without a pattern.
pub fn patterns(program: &Program, _: u64, tally: &mut Tally) -> Result<(), String> {
    let undefined = ["F", "V"].map(|output| is_undefined(program, output));
    for (name, ..) in INPUTS {
        let questions = [
            (
                format!("sparsity F wrt {name} using hessian"),
                format!("hessian(F, {name})"),
            ),
            (
                format!("sparsity V wrt {name}"),
                format!("jacobian(V, {name})"),
            ),
        ];
        for ((pattern, value), undefined) in questions.into_iter().zip(undefined) {
            let text = program.text();
            let of_kind = |script: String, kind: &str| {
                let lines = run_json(&script);
                lines.into_iter().find(|line| line["kind"] == kind)
            };
            let Some(value) = of_kind(format!("{text}{value}\n"), "value") else {
                // What has no derivative needs no pattern.
                continue;
            };
            let Some(found) = of_kind(format!("{text}{pattern}\n"), "sparsity") else {
                return Err(format!("no pattern: {pattern}"));
            };
            covers(&pattern, &found, &value, undefined, tally)?;
        }
    }
    Ok(())
}

fn covers(
    what: &str,
    found: &Value,
    value: &Value,
    undefined: bool,
    tally: &mut Tally,
) -> Result<(), String> {
    let size = |key: &str| found[key].as_u64().unwrap_or(0) as usize;
    let (rows, columns) = (size("rows"), size("columns"));
    let values = entries(&value["value"]);
    if values.len() != rows * columns {
        return Err(format!(
            "{what}: {} entries in {rows}×{columns}",
            values.len()
        ));
    }
    let places = found["places"].as_array().cloned().unwrap_or_default();
    let number = |value: &Value| value.as_u64().unwrap_or(0) as usize - 1;
    let places: Vec<(usize, usize)> = (places.iter())
        .map(|place| (number(&place[0]), number(&place[1])))
        .collect();
    tally.count_many("places of patterns", places.len());
    tally.count_many("structural zeros", values.len() - places.len());
    // Entries of values are listed row by row.
    for (k, value) in values.iter().enumerate() {
        let place = (k / columns, k % columns);
        let is_zero = *value == 0.0 || (undefined && value.is_nan());
        if !is_zero && !places.contains(&place) {
            return Err(format!(
                "{what}: {value} in {place:?}, which is not in {places:?}"
            ));
        }
    }
    Ok(())
}
