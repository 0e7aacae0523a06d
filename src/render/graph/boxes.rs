//! The content of the box of a node.

use crate::notation::PlainMath;
use crate::render::Style;
use crate::render::cell;
use crate::trace::{Derived, Drawing, Role};
use crate::view;

/// One line of text at a node.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Whose colour it has.
    pub role: Role,
    /// The text.
    pub text: String,
    /// Names beside it.
    pub names: String,
}

/// aᵢ with its operation and names, then its value, its tangents and its adjoints.
pub(super) fn rows(drawing: &Drawing, number: usize, style: &Style) -> Vec<Row> {
    let line = drawing.line(number);
    let mut rows = vec![Row {
        role: Role::Primal,
        text: definition(drawing, number, style),
        names: names(drawing, number),
    }];
    let row = |role, text| Row {
        role,
        text,
        names: String::new(),
    };
    if line.value.is_some() {
        let text = cell::value(line.value.as_deref(), style);
        rows.push(row(Role::Primal, text));
    }
    for (role, derived) in [
        (Role::Tangent, &line.tangents),
        (Role::Adjoint, &line.adjoints),
    ] {
        let pen = PlainMath::derivatives(style);
        let symbol = pen.symbol(role, number);
        let texts = derivative(derived, style);
        rows.extend(
            texts
                .iter()
                .map(|text| row(role, format!("{symbol} = {text}"))),
        );
    }
    rows
}

/// The right sides of ȧᵢ = … or āᵢ = …: values where there are any, on one line if they are
/// numbers; else the rule.
pub(super) fn derivative(derived: &[Derived], style: &Style) -> Vec<String> {
    let scalar = |derived: &Derived| {
        let value = derived.value.as_deref();
        value.is_some_and(|value| value.shape().is_scalar())
    };
    let value = |derived: &Derived| cell::value(derived.value.as_deref(), style);
    if derived.is_empty() {
        Vec::new()
    } else if derived.iter().any(|derived| derived.value.is_none()) {
        vec![cell::rules(&view::rule(derived), style)]
    } else if derived.iter().all(scalar) {
        let all: Vec<String> = derived.iter().map(value).collect();
        vec![all.join(", ")]
    } else {
        derived.iter().map(value).collect()
    }
}

/// aᵢ = …
pub(super) fn definition(drawing: &Drawing, number: usize, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let formula = pen.write(&drawing.line(number).formula);
    let formula = if style.ascii {
        formula.replace('×', "x")
    } else {
        formula
    };
    format!("{} = {formula}", pen.symbol(Role::Primal, number))
}

/// The names of a computed line; an input's name is its formula already.
pub(super) fn names(drawing: &Drawing, number: usize) -> String {
    view::names(drawing.line(number)).join(", ")
}
