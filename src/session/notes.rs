//! Notes: names that nothing declares and that are taken as scalars, where arrays were perhaps meant.

use super::Session;
use super::evaluate::formula;
use crate::diagnostic::{Diagnostic, note};
use crate::graph::{Graph, NodeId, Shape};
use crate::lower::{Limits, Lowerer, Unit};
use crate::syntax::ast::{ExprId, Name, Script};
use std::rc::Rc;

/// The most names for which shapes are looked for, and the most shapes that are tried.
const NAMES: usize = 5;
const TRIALS: usize = 1_000;

/// A size as it is written in a declaration, and as it is tried.
type Size = (String, usize);

/// A declaration that is tried: `X[n,d]`.
#[derive(Clone)]
struct Candidate {
    written: String,
    shape: Shape,
}

impl Session {
    /// A note on the names without a meaning that `nodes`, lowered from `outputs`, reach: they are taken
    /// as scalars. In a formula that only makes sense of scalars nobody is told.
    pub(super) fn note_on_scalars(
        &self,
        unit: &Unit<'_>,
        script: &Rc<Script>,
        outputs: &[ExprId],
        nodes: &[NodeId],
    ) -> Option<Diagnostic> {
        let mut free = unit.free_names(nodes);
        if !(unit.is_on_arrays() || free.iter().any(is_upper)) {
            return None;
        }
        // Matrices first, as in `input X[n,d], y[n]`.
        free.sort_by_key(|name| !is_upper(name));
        let last = free.pop()?;
        let listed = match free.is_empty() {
            true => format!("{last} is taken as a scalar"),
            false => format!("{} and {last} are taken as scalars", free.join(", ")),
        };
        free.push(last);
        let location = script.locate(*outputs.first()?);
        Some(match self.shapes_for(unit, script, outputs, &free) {
            Some(declaration) => {
                note!(Name, location, "{listed}; shapes: `input {declaration}`")
            }
            None => note!(Name, location, "{listed}"),
        })
    }

    /// Declarations of `names` with which the outputs make sense, as few of them scalars as can be.
    /// Outputs that are scalars then are the likelier ones.
    fn shapes_for(
        &self,
        unit: &Unit<'_>,
        script: &Rc<Script>,
        outputs: &[ExprId],
        names: &[Name],
    ) -> Option<String> {
        if names.len() > NAMES || unit.graph.len() > Limits::PREVIEW.nodes {
            return None;
        }
        let sizes = sizes(unit);
        let candidates: Vec<Vec<Candidate>> =
            names.iter().map(|name| candidates(name, &sizes)).collect();
        let mut choices = vec![Vec::new()];
        for candidates in &candidates {
            let longer = |choice: &Vec<usize>| {
                let choice = choice.clone();
                (0..candidates.len()).map(move |k| [&choice[..], &[k]].concat())
            };
            choices = choices.iter().flat_map(longer).collect();
        }
        // The last candidate of a name is a scalar.
        let scalars = |choice: &Vec<usize>| {
            let pairs = choice.iter().zip(&candidates);
            pairs.filter(|(k, all)| **k + 1 == all.len()).count()
        };
        choices.retain(|choice| scalars(choice) < names.len());
        choices.sort_by_key(scalars);
        let mut second = None;
        for choice in choices.iter().take(TRIALS) {
            let declared = || choice.iter().zip(&candidates).map(|(k, all)| &all[*k]);
            let shapes = declared().map(|candidate| candidate.shape);
            let Some(is_scalar) = self.makes_sense(script, outputs, names, shapes) else {
                continue;
            };
            let written: Vec<&str> = declared().map(|one| &*one.written).collect();
            if is_scalar {
                return Some(written.join(", "));
            }
            second.get_or_insert(written.join(", "));
        }
        second
    }

    /// True or false if the outputs can be lowered where `names` have these shapes: they are scalars then,
    /// or they are not.
    fn makes_sense(
        &self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        names: &[Name],
        shapes: impl Iterator<Item = Shape>,
    ) -> Option<bool> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_preview(&graph, &self.definitions, Limits::PREVIEW);
        for (name, shape) in names.iter().zip(shapes) {
            lowerer.suppose(name, shape);
        }
        let mut is_scalar = true;
        for output in outputs {
            let node = lowerer.lower(&formula(script, *output)).ok()?;
            is_scalar &= graph.shape(node).is_scalar();
        }
        Some(is_scalar)
    }
}

/// The sizes of the arrays that the outputs reach already; names where there are none.
fn sizes(unit: &Unit<'_>) -> Vec<Size> {
    let mut known: Vec<usize> = Vec::new();
    for node in unit.inputs.values() {
        let shape = unit.graph.shape(*node);
        for size in [shape.m(), shape.n()] {
            if size > 1 && !known.contains(&size) && known.len() < 3 {
                known.push(size);
            }
        }
    }
    match known.is_empty() {
        true => vec![("n".into(), 3), ("d".into(), 2)],
        false => known.iter().map(|size| (size.to_string(), *size)).collect(),
    }
}

/// The declarations that fit a name: a matrix for a capital letter, else a vector; a scalar at last.
fn candidates(name: &Name, sizes: &[Size]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut add = |written: String, rows: usize, cols: usize| {
        let shape = Shape::new(rows, cols);
        found.push(Candidate { written, shape });
    };
    match is_upper(name) {
        true => {
            for (rows, m) in sizes {
                for (cols, n) in sizes.iter().filter(|(cols, _)| cols != rows) {
                    add(format!("{name}[{rows},{cols}]"), *m, *n);
                }
            }
            for (size, n) in sizes {
                add(format!("{name}[{size},{size}]"), *n, *n);
            }
        }
        false => {
            for (size, n) in sizes {
                add(format!("{name}[{size}]"), *n, 1);
            }
        }
    }
    add(name.to_string(), 1, 1);
    found
}

fn is_upper(name: &Name) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}
