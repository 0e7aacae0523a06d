//! The functions of a module: their arguments, what stands before them, their bodies.

use crate::diagnostic::Result;
use crate::export::body::{Body, ModuleParts};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, statement};
use crate::graph::NodeId;

/// The names of arguments.
pub fn names(shared: &ModuleParts<'_, '_>, arguments: &[usize]) -> Vec<String> {
    arguments
        .iter()
        .map(|argument| shared.arguments[*argument].clone())
        .collect()
}

/// The function under `head` that returns some nodes, between `open` and `close`.
///
/// # Errors
/// Fails if a node cannot be written.
pub fn define(
    shared: &mut ModuleParts<'_, '_>,
    head: &str,
    doc: &str,
    roots: &[NodeId],
    open: &str,
    close: &str,
) -> Result<String> {
    let mut body = Body::new(shared);
    let pieces = body.compute(roots)?;
    let texts: Vec<String> = pieces.iter().map(|piece| piece.text.clone()).collect();
    let lines = match &texts[..] {
        [only] if open.is_empty() => statement(4, "return ", only),
        _ => bracketed(4, &format!("return {open}"), &texts, close),
    };
    body.lines_of(&lines);
    Ok(format!(
        "{head}    \"\"\"{doc}\"\"\"\n{}\n",
        body.lines.join("\n")
    ))
}

/// The line before a function of a dialect.
pub fn decorator(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::NumPy => "@ieee\n",
        Dialect::Jax => "@jax.jit\n",
        _ => "",
    }
}
