//! Values as the benchmark wants them.

use serde_json::{Value as Json, json};
use wengert::Value;

/// A number.
pub fn number(value: &Value) -> Json {
    json!(value.as_scalar())
}

/// The entries of a vector.
pub fn list(value: &Value) -> Json {
    json!(value.as_slice())
}

/// A matrix as the list of its rows.
pub fn rows(value: &Value) -> Json {
    let (rows, columns) = value.shape();
    let entries = value.as_slice();
    let row = |i: usize| -> Vec<f64> { (0..columns).map(|j| entries[i + j * rows]).collect() };
    json!((0..rows).map(row).collect::<Vec<_>>())
}
