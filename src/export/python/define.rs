//! The functions of a module: their arguments, what stands before them, their bodies.

use crate::diagnostic::Result;
use crate::export::body::{Body, ModuleParts};
use crate::export::dialect::Dialect;
use crate::export::layout::{bracketed, statement};
use crate::export::sizes::texts::{TakenSize, pairs};
use crate::graph::NodeId;

/// The names of arguments.
pub fn names(shared: &ModuleParts<'_, '_>, arguments: &[usize]) -> Vec<String> {
    arguments
        .iter()
        .map(|argument| shared.arguments[*argument].clone())
        .collect()
}

/// The function under `head` of some arguments that returns some nodes, between `open` and `close`.
///
/// # Errors
/// Fails if a node cannot be written.
pub fn define(
    shared: &mut ModuleParts<'_, '_>,
    head: &str,
    arguments: &[usize],
    doc: &str,
    roots: &[NodeId],
    (open, close): (&str, &str),
) -> Result<String> {
    let mut body = Body::new(shared);
    let pieces = body.compute(roots)?;
    let texts: Vec<String> = pieces.iter().map(|piece| piece.text.clone()).collect();
    let lines = match &texts[..] {
        [only] if open.is_empty() => statement(4, "return ", only),
        _ => bracketed(4, &format!("return {open}"), &texts, close),
    };
    body.lines_of(&lines);
    let lines = body.lines.join("\n");
    let sizes: String = sizes(shared, arguments).concat();
    Ok(format!("{head}    \"\"\"{doc}\"\"\"\n{sizes}{lines}\n"))
}

/// The lines that take the sizes in the lines just written from the shapes of arguments.
pub fn sizes(shared: &ModuleParts<'_, '_>, arguments: &[usize]) -> Vec<String> {
    let taken = shared.sizes.taken(shared.program, arguments);
    let (pairs, others) = pairs(&taken);
    let name = |one: &TakenSize| shared.arguments[one.argument].clone();
    let pair =
        |[m, n]: [&TakenSize; 2]| format!("    {}, {} = {}.shape\n", m.name, n.name, name(m));
    let other = |one: &TakenSize| {
        let count = format!("{}.shape[{}]", name(one), one.axis);
        format!("    {} = {}\n", one.name, one.of(&count, "//"))
    };
    let pairs = pairs.into_iter().map(pair);
    pairs.chain(others.into_iter().map(other)).collect()
}

/// The line before a function of a dialect.
pub fn decorator(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::NumPy => "@ieee\n",
        Dialect::Jax => "@jax.jit\n",
        _ => "",
    }
}
