//! Numbers and values as JSON.

use crate::graph::Tensor;
use crate::trace::Zeros;
use serde_json::{Value, json};

/// A number. NaN and infinities, which JSON lacks, are texts.
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

/// The shape; `None` for a scalar.
pub fn shape_of(value: &Tensor) -> Option<Value> {
    let shape = value.shape();
    (!shape.is_scalar()).then(|| json!([shape.rows, shape.cols]))
}

/// The kind of zero that all entries are; else a list of rows, with `null` where an entry is no zero.
pub fn zeros(kinds: &Zeros) -> Value {
    if let Some(zero) = kinds.single() {
        return json!(zero.name());
    }
    if kinds.counts().is_empty() {
        return Value::Null;
    }
    let kind = |i: usize, j: usize| {
        let kind = kinds.kinds[i + j * kinds.shape.m()];
        kind.map_or(Value::Null, |zero| json!(zero.name()))
    };
    let row = |i: usize| Value::Array((0..kinds.shape.n()).map(|j| kind(i, j)).collect());
    Value::Array((0..kinds.shape.m()).map(row).collect())
}
