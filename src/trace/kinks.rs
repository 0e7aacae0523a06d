//! Points without a derivative that were hit.

use super::listing::{Builder, Shown, active_lines};
use super::origin::{EntryPlace, source_text};
use crate::diagnostic::Result;
use crate::graph::primitive::{Notation, Slopes};
use crate::graph::{Attr, NodeId, Shape};
use crate::notation::Math;
use rustc_hash::FxHashSet;

/// A point without a derivative that was hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// The line.
    pub node: usize,
    /// The right side of aᵢ = …
    pub formula: Math,
    /// The source text.
    pub text: String,
    /// The value of the argument there.
    pub at: f64,
    /// The derivative taken.
    pub taken: f64,
    /// The derivative from the left.
    pub left: f64,
    /// The derivative from the right.
    pub right: f64,
    /// The first entry where it happened; `None` for scalars.
    pub entry: Option<EntryPlace>,
    /// The number of entries where it happened.
    pub count: usize,
}

/// The kinks among the lines that the outputs depend on, other than through conditions, where an
/// argument depends on `targets`.
pub(super) fn kinks(
    builder: &Builder<'_, '_>,
    shown: &[Shown],
    roots: &[NodeId],
    targets: &[NodeId],
) -> Result<Vec<Kink>> {
    if !builder.known {
        return Ok(Vec::new());
    }
    let active = active_lines(builder, targets)?;
    let counting: FxHashSet<NodeId> = builder.sight.reach(roots, false)?.into_iter().collect();
    let mut found = Vec::new();
    for (k, (id, line)) in builder.listed.iter().zip(shown).enumerate() {
        let rule = builder
            .graph
            .node(*id)
            .primitive()
            .and_then(|row| row.kinks);
        let Some(rule) = rule.filter(|_| counting.contains(id) && !builder.sight.is_leaf(*id))
        else {
            continue;
        };
        let mut first: Option<Kink> = None;
        for point in points(builder, *id, line)? {
            let Some((at, sides)) = point.kink(rule, &active) else {
                continue;
            };
            match &mut first {
                Some(known) => known.count += 1,
                None => {
                    first = Some(Kink {
                        node: k + 1,
                        formula: builder.writer().definition(line.node),
                        text: source_text(builder.evaluation, *id),
                        at,
                        taken: sides.taken,
                        left: sides.left,
                        right: sides.right,
                        entry: EntryPlace::of(builder.graph.shape(*id), point.entry),
                        count: 1,
                    });
                }
            }
        }
        found.extend(first);
    }
    Ok(found)
}

/// The arguments of one entry of a line: one number each for an entry-by-entry operation, the
/// reduced numbers for a reduction.
struct Point {
    entry: usize,
    values: Vec<f64>,
    /// The source of each number. Two numbers with one source are equal by construction: no tie.
    sources: Vec<(NodeId, usize)>,
}

impl Point {
    /// The first kink in an active argument, and the value of that argument.
    fn kink(
        &self,
        rule: fn(&[f64], usize) -> Option<Slopes>,
        active: &FxHashSet<NodeId>,
    ) -> Option<(f64, Slopes)> {
        let distinct: Vec<usize> = (0..self.values.len())
            .filter(|k| !self.sources[..*k].contains(&self.sources[*k]))
            .collect();
        let values: Vec<f64> = distinct.iter().map(|k| self.values[*k]).collect();
        distinct.iter().enumerate().find_map(|(position, k)| {
            if !active.contains(&self.sources[*k].0) {
                return None;
            }
            let sides = rule(&values, position)?;
            let same = self
                .sources
                .iter()
                .filter(|source| **source == self.sources[*k])
                .count();
            let taken = rule(&self.values, *k).map_or(sides.taken, |all| all.taken * same as f64);
            Some((self.values[*k], Slopes { taken, ..sides }))
        })
    }
}

fn points(builder: &Builder<'_, '_>, id: NodeId, line: &Shown) -> Result<Vec<Point>> {
    let graph = builder.graph;
    let node = graph.node(id);
    let stretched = graph.args(line.node);
    let mut values = Vec::with_capacity(stretched.len());
    for arg in &stretched {
        values.push(builder.evaluation.value(*arg)?);
    }
    if node.primitive().is_some_and(|row| row.is_entrywise()) {
        let point = |entry: usize| Point {
            entry,
            values: values.iter().map(|value| value.data()[entry]).collect(),
            sources: line.args.iter().map(|arg| (*arg, 0)).collect(),
        };
        return Ok((0..node.shape.len()).map(point).collect());
    }
    let [value] = values.as_slice() else {
        return Ok(Vec::new());
    };
    let source = |k: usize| match entry_node(builder, line.args[0], k) {
        Some(entry) => (entry, 0),
        None => (line.args[0], k),
    };
    let point = |(entry, lane): (usize, Vec<usize>)| Point {
        entry,
        values: lane.iter().map(|k| value.data()[*k]).collect(),
        sources: lane.into_iter().map(source).collect(),
    };
    Ok(lanes(value.shape(), node.attr())
        .into_iter()
        .enumerate()
        .map(point)
        .collect())
}

/// The node of entry `k` of a matrix that is written entry by entry.
fn entry_node(builder: &Builder<'_, '_>, id: NodeId, k: usize) -> Option<NodeId> {
    let node = builder.graph.node(id);
    let written = node
        .primitive()
        .is_some_and(|row| row.notation == Notation::Matrix)
        && !builder.sight.is_leaf(id);
    if !written {
        return None;
    }
    let (row, col) = (k % node.shape.m(), k / node.shape.m());
    let entry = builder.graph.args(id)[row * node.shape.n() + col];
    builder.sight.resolve(entry, &mut Vec::new()).ok()
}

/// The entries that are reduced to each entry of the result.
fn lanes(shape: Shape, attr: Attr) -> Vec<Vec<usize>> {
    let at = |i: usize, j: usize| i + j * shape.m();
    match attr {
        Attr::Axis(1) => (0..shape.n())
            .map(|j| (0..shape.m()).map(|i| at(i, j)).collect())
            .collect(),
        Attr::Axis(2) => (0..shape.m())
            .map(|i| (0..shape.n()).map(|j| at(i, j)).collect())
            .collect(),
        _ => vec![(0..shape.len()).collect()],
    }
}
