//! Patterns, and matrices that are stored by their places, as JSON.

use super::object::Object;
use super::value::number;
use crate::structure::{StoredValue, Structure};
use serde_json::{Value, json};

/// Patterns with more places are counted only.
const LISTED: usize = 100_000;

/// A pattern: its size, its places, and the passes that find it.
pub fn sparsity(found: &Structure) -> Object {
    let pattern = &found.pattern;
    let places = || -> Value {
        let places = pattern.places();
        places.map(|(i, j)| json!([i + 1, j + 1])).collect()
    };
    let listed = found.file.is_none() && pattern.nonzeros() <= LISTED;
    let colouring = found.colouring.as_ref();
    let values = found.values.as_ref().filter(|_| listed);
    Object::of("sparsity")
        .with("text", &*found.of)
        .with("wrt", &*found.wrt)
        .with("matrix", found.matrix.name())
        .with("rows", pattern.rows())
        .with("columns", pattern.cols())
        .with("nonzeros", pattern.nonzeros())
        .with("colours", colouring.map(|colouring| colouring.count))
        .with(
            "passes",
            colouring.map_or(found.dense, |colouring| colouring.count),
        )
        .with("method", colouring.map(|colouring| colouring.method.name()))
        .with_some("places", listed.then(places))
        .with_some(
            "values",
            values.map(|values| -> Value { values.iter().map(|x| number(*x)).collect() }),
        )
        .with_some("file", found.file.as_deref())
}

/// A value that is stored by its places.
pub fn stored(found: &StoredValue) -> Object {
    let entry = |(i, j, value): &(u32, u32, f64)| json!([i + 1, j + 1, number(*value)]);
    Object::of("value")
        .with("text", &*found.text)
        .with("sparse", found.entries.iter().map(entry).collect::<Value>())
        .with("shape", json!([found.shape.rows, found.shape.cols]))
}
