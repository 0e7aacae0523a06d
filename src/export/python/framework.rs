//! Derivatives as a framework computes them, where those are asked for.

use super::define::{decorator, define, names, sizes};
use crate::diagnostic::Result;
use crate::export::body::ModuleParts;
use crate::export::dialect::Dialect;
use crate::export::program::{DerivedKind, FrameworkDerivative, Wish};
use std::fmt::Write;

/// The value that is differentiated, and the derivative as a function called `name`.
///
/// # Errors
/// Fails if the value cannot be written.
pub fn derivative(
    shared: &mut ModuleParts<'_, '_>,
    wish: &Wish,
    derived: &FrameworkDerivative,
    arguments: &[usize],
    [name, value]: [&str; 2],
    doc: &str,
) -> Result<String> {
    let shape = shared.program.graph.shape(wish.node);
    let torch = shared.dialect == Dialect::Torch;
    let list = names(shared, arguments).join(", ");
    let place = arguments
        .iter()
        .position(|argument| *argument == derived.argument);
    let head = format!("\n\n{}def {value}({list}):\n", decorator(shared.dialect));
    let doc_of_value = "The value that is differentiated.";
    let mut text = define(
        shared,
        &head,
        arguments,
        doc_of_value,
        &[derived.of],
        ("", ""),
    )?;
    let operator = match (derived.kind, torch) {
        (DerivedKind::Gradient, false) => "jax.grad",
        (DerivedKind::Jacobian, false) => "jax.jacobian",
        (DerivedKind::Hessian, false) => "jax.hessian",
        (DerivedKind::Gradient, true) => "torch.func.grad",
        (DerivedKind::Jacobian, true) => "torch.func.jacrev",
        (DerivedKind::Hessian, true) => "torch.func.hessian",
    };
    let prefix = shared.dialect.prefix();
    let size = shared.sizes.pair(shape);
    let result = match place {
        None if shape.is_scalar() => format!("{prefix}.zeros(())"),
        None => format!("{prefix}.zeros(({size}))"),
        Some(place) => {
            let bare = format!("{operator}({value}, argnums={place})({list})");
            match (derived.kind, shape.is_scalar()) {
                (DerivedKind::Gradient, _) | (_, true) => bare,
                (_, false) => format!("{prefix}.reshape({bare}, ({size}))"),
            }
        }
    };
    let decorator = decorator(shared.dialect);
    let sizes: String = sizes(shared, arguments).concat();
    let _ = write!(
        text,
        "\n\n{decorator}def {name}({list}):\n    \"\"\"{doc}\"\"\"\n{sizes}    return {result}\n"
    );
    Ok(text)
}
