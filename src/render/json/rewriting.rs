//! Formulas in another form, and Taylor polynomials, as JSON.

use super::object::Object;
use super::value::number;
use crate::simplify::Simplified;
use crate::symbolic::{Rewriting, TaylorSeries};
use serde_json::Value;

/// The formula as written and in its new form.
pub fn rewriting(rewriting: &Rewriting) -> Object {
    let formula = &rewriting.result;
    Object::of(rewriting.word)
        .with("text", &*rewriting.of)
        .with("formula", formula.one_line())
        .with("tree", formula.after.tree)
        .with("dag", formula.after.dag)
}

/// The polynomial, its coefficients as numbers and as formulas.
pub fn series(series: &TaylorSeries) -> Object {
    let polynomial = &series.polynomial;
    let value = |value: &Option<f64>| value.map_or(Value::Null, number);
    let values: Vec<Value> = series.values.iter().map(value).collect();
    let exact: Vec<String> = (polynomial.coefficients.iter())
        .map(Simplified::one_line)
        .collect();
    Object::of("series")
        .with("text", &*series.of)
        .with("wrt", &*series.wrt)
        .with("order", polynomial.coefficients.len() - 1)
        .with("coefficients", values)
        .with("exact", exact)
        .with("formula", polynomial.whole.one_line())
        .with("next", polynomial.next.as_ref().map(Simplified::one_line))
}
