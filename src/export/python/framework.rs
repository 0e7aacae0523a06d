//! Derivatives as a framework computes them, where those are asked for.

use super::define::{decorator, define, names};
use crate::diagnostic::Result;
use crate::export::body::ModuleParts;
use crate::export::dialect::Dialect;
use crate::export::program::{DerivedKind, FrameworkDerivative, Wish};
use std::fmt::Write;

/// Writes the value that is differentiated, and the derivative as a function called `name`; the call
/// that computes it.
///
/// # Errors
/// Fails if the value cannot be written.
pub fn derivative(
    shared: &mut ModuleParts<'_, '_>,
    wish: &Wish,
    derived: &FrameworkDerivative,
    name: &str,
    doc: &str,
    text: &mut String,
) -> Result<String> {
    let shape = shared.program.graph.shape(wish.node);
    let torch = shared.dialect == Dialect::Torch;
    let arguments = shared.program.arguments_of(&[derived.of]);
    let list = names(shared, &arguments).join(", ");
    let place = arguments
        .iter()
        .position(|argument| *argument == derived.argument);
    let value = shared.scope.take(&format!("{name}_value"));
    let head = format!("\n\n{}def {value}({list}):\n", decorator(shared.dialect));
    text.push_str(&define(
        shared,
        &head,
        "The value that is differentiated.",
        &[derived.of],
        "",
        "",
    )?);
    let operator = match (derived.kind, torch) {
        (DerivedKind::Gradient, false) => "jax.grad",
        (DerivedKind::Jacobian, false) => "jax.jacobian",
        (DerivedKind::Hessian, false) => "jax.hessian",
        (DerivedKind::Gradient, true) => "torch.func.grad",
        (DerivedKind::Jacobian, true) => "torch.func.jacrev",
        (DerivedKind::Hessian, true) => "torch.func.hessian",
    };
    let prefix = shared.dialect.prefix();
    let (m, n) = (shape.rows, shape.cols);
    let result = match place {
        None if shape.is_scalar() => format!("{prefix}.zeros(())"),
        None => format!("{prefix}.zeros(({m}, {n}))"),
        Some(place) => {
            let bare = format!("{operator}({value}, argnums={place})({list})");
            match (derived.kind, shape.is_scalar()) {
                (DerivedKind::Gradient, _) | (_, true) => bare,
                (_, false) => format!("{prefix}.reshape({bare}, ({m}, {n}))"),
            }
        }
    };
    let decorator = decorator(shared.dialect);
    let _ = write!(
        text,
        "\n\n{decorator}def {name}({list}):\n    \"\"\"{doc}\"\"\"\n    return {result}\n"
    );
    Ok(format!("{name}({list})"))
}
