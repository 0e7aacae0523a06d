//! A derivative that no matrix holds, written by its entries.

use super::algebra::Algebra;
use super::convert::Reading;
use super::emit::Emitter;
use super::improve::{improved, printed};
use super::indexed::{LinearEntries, places};
use super::parts::{DEPTH_LIMIT, Outline};
use super::{Simplified, TREE_LIMIT, TermOrder, WriteOptions, empty, rules, size};
use crate::graph::{Graph, NodeId};
use crate::syntax::ast::Name;
use bumpalo::Bump;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// An entry of the derivative of a value by another, as a formula of its indices.
#[derive(Clone, Debug)]
pub struct EntryFormula {
    /// The formula, in which δ(i, k) is 1 where both indices are the same, else 0.
    pub formula: Simplified,
    /// The indices of an entry of the output.
    pub output: Vec<Name>,
    /// The indices of an entry of the variable.
    pub variable: Vec<Name>,
}

/// Names of indices.
const INDICES: [&str; 14] = [
    "i", "j", "k", "l", "p", "q", "r", "s", "u", "v", "i1", "i2", "i3", "i4",
];

/// Writes the entries of the derivative with this `tangent` along a direction. `None` where it is too large.
///
/// # Errors
/// The name of an operation whose entries have no formula of their indices.
pub fn write_entries(
    graph: &Graph,
    tangent: NodeId,
    direction: NodeId,
    options: &WriteOptions<'_>,
) -> Result<Option<EntryFormula>, &'static str> {
    let outline = Outline::new(graph, tangent, |id| (options.names)(id).is_some());
    let before = outline.size();
    if before.tree > TREE_LIMIT || outline.depth() > DEPTH_LIMIT {
        return Ok(None);
    }
    let atoms = |id: NodeId| id == direction || (options.names)(id).is_some();
    let reading = Reading {
        graph,
        atoms: &atoms,
        guards: false,
    };
    let arena = Bump::new();
    let mut algebra: Algebra<'_> = empty(&arena, graph, options);
    reading.learn_names(&mut algebra, options.named, tangent);
    let form = reading.read(&mut algebra, tangent);
    let form = improved(&mut algebra, form);
    let form = printed(&mut algebra, form);
    let atom = algebra.atom(direction, graph.shape(direction));
    algebra.printing = true;
    let (at, first) = places(graph.shape(tangent), 0);
    let (_, end) = places(graph.shape(direction), first);
    let mut entries = LinearEntries::new(&mut algebra, graph, atom, first);
    // Forms are chosen for reading while entries are made.
    let found = entries.coefficient(form, at)?;
    algebra.printing = false;
    let found = improved(&mut algebra, found);
    let found = printed(&mut algebra, found);
    let found = rules::in_words(&mut algebra, found);
    let used: FxHashSet<Name> = (graph.cone(&[tangent], atoms).iter())
        .filter_map(|id| (options.names)(*id))
        .collect();
    let free = INDICES.iter().map(|name| Name::from(*name));
    let names: Vec<Name> = (free.filter(|name| !used.contains(name)))
        .take(end as usize + 1)
        .collect();
    if names.len() <= end as usize {
        return Ok(None);
    }
    let order = TermOrder::PositiveFirst;
    let mut emitter = Emitter::new(&algebra, options.names, order).with_positions(names.clone());
    let Ok(whole) = emitter.emit(found) else {
        return Ok(None);
    };
    let formula = Simplified {
        script: Rc::new(emitter.finish()),
        parts: Vec::new(),
        whole,
        before,
        after: size(&algebra, &[(tangent, found)]),
        rules: algebra.record.applied.clone(),
        in_factors: false,
    };
    Ok(Some(EntryFormula {
        formula,
        output: names[..first as usize].to_vec(),
        variable: names[first as usize..end as usize].to_vec(),
    }))
}
