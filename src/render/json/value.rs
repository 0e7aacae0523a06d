//! Numbers and values as JSON.

use crate::graph::Tensor;
use serde_json::{Value, json};

/// A number; those that JSON lacks as texts.
pub fn number(x: f64) -> Value {
    if x.is_nan() {
        json!("nan")
    } else if x.is_infinite() {
        json!(if x > 0.0 { "inf" } else { "-inf" })
    } else if x.fract() == 0.0 && x.abs() < 9e15 && !(x == 0.0 && x.is_sign_negative()) {
        json!(x as i64)
    } else {
        json!(x)
    }
}

/// A scalar as a number, everything else as a list of rows.
pub fn tensor(value: &Tensor) -> Value {
    if let Some(x) = value.as_scalar() {
        return number(x);
    }
    let row = |i: usize| {
        (0..value.shape().n())
            .map(|j| number(value.at(i, j)))
            .collect::<Vec<_>>()
    };
    Value::Array(
        (0..value.shape().m())
            .map(|i| Value::Array(row(i)))
            .collect(),
    )
}

/// The shape of what is no scalar.
pub fn shape_of(value: &Tensor) -> Option<Value> {
    let shape = value.shape();
    (!shape.is_scalar()).then(|| json!([shape.rows, shape.cols]))
}
