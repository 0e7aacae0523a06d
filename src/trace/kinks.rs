//! Points without a derivative that were hit.

use super::listing::{Builder, Shown, active_lines};
use super::origin::{EntryPlace, source_text};
use crate::diagnostic::Result;
use crate::graph::primitive::{Notation, Slopes};
use crate::graph::{Attr, NodeId, Shape, Tensor};
use crate::lower::{Differentiated, Evaluation};
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

/// The kinks that the derivatives inside of shown values hit, each once.
///
/// # Errors
/// A value behind a derivative cannot be computed, or the user asked to stop.
pub fn of_values(
    evaluation: &Evaluation<'_>,
    roots: &[NodeId],
    order: &dyn Fn(NodeId) -> (u8, u64),
) -> Result<Vec<Kink>> {
    let (graph, all) = (evaluation.unit.graph, &evaluation.unit.differentiated);
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let shown = graph.cone(roots, |_| false);
    let taken: Vec<&Differentiated> = all.iter().filter(|one| shown.has(one.result)).collect();
    let outputs: Vec<NodeId> = taken.iter().map(|one| one.output).collect();
    let behind = graph.cone(&outputs, |_| false);
    if !behind.iter().any(|id| may_be_hit(evaluation, *id)) {
        return Ok(Vec::new());
    }
    let mut found: Vec<Kink> = Vec::new();
    for one in taken {
        let mut builder = Builder::new(evaluation, &[one.output], &one.held, order)?;
        let shown = builder.shown()?;
        for kink in kinks(&builder, &shown, &[one.output], &[one.target])? {
            if !found
                .iter()
                .any(|known| known.text == kink.text && known.entry == kink.entry)
            {
                found.push(kink);
            }
        }
    }
    Ok(found)
}

/// True if an entry of the node is at a kink, or has arguments that cannot be had.
fn may_be_hit(evaluation: &Evaluation<'_>, id: NodeId) -> bool {
    let (graph, node) = (evaluation.unit.graph, evaluation.unit.graph.node(id));
    let Some((row, rule)) = node.primitive().and_then(|row| Some((row, row.kinks?))) else {
        return false;
    };
    let args = graph.args(id);
    if let [arg] = args.as_slice() {
        let hit = evaluation.with_value(*arg, |view| {
            if row.is_entrywise() {
                return view.data.iter().any(|x| rule(&[*x], 0).is_some());
            }
            let mut lanes = lanes(view.shape, node.attr()).into_iter();
            lanes.any(|lane| {
                let lane: Vec<f64> = lane.into_iter().map(|k| view.data[k]).collect();
                if !row.extreme {
                    return (0..lane.len()).any(|k| rule(&lane, k).is_some());
                }
                // A tie shows at the first entry that ties.
                [f64::min, f64::max].into_iter().any(|better| {
                    let best = lane.iter().copied().reduce(better);
                    let first = lane.iter().position(|x| Some(*x) == best);
                    first.is_some_and(|k| rule(&lane, k).is_some())
                })
            })
        });
        return hit.unwrap_or(true);
    }
    let values: Result<Vec<Tensor>> = args.iter().map(|arg| evaluation.value(*arg)).collect();
    let Ok(values) = values else { return true };
    let mut point = vec![0.0; values.len()];
    (0..node.shape.len()).any(|entry| {
        for (slot, value) in point.iter_mut().zip(&values) {
            *slot = value.data()[entry];
        }
        (0..point.len()).any(|k| rule(&point, k).is_some())
    })
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
