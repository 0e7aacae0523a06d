//! Arrays that are computed where they are wanted: inside the concatenation that they are part of.

use super::apply::placements;
use super::plan::{Place, Plan, Read, Reading};
use crate::graph::Shape;
use crate::graph::primitive::Kernel;
use rustc_hash::FxHashMap;

/// Shorter arrays are copied.
const WORTH_A_PLACE: usize = 32;

/// The offsets at which the arguments of a concatenation lie in it, in their order; `None` if one of them
/// does not lie in one piece, or `place` is something else.
pub(super) fn pieces(plan: &Plan<'_>, place: Place) -> Option<Vec<(Read, u32)>> {
    let (row, _) = plan.operation(place)?;
    let Kernel::Place(rule) = row.kernel else {
        return None;
    };
    let (reads, shape) = (plan.reads(place), plan.shape(place));
    let in_one_piece = |part: Shape| part.cols == 1 || part.rows == shape.rows;
    if !rule.tiles || !reads.iter().all(|read| in_one_piece(read.shape)) {
        return None;
    }
    let blocks = plan.graph.blocks(plan.nodes[place as usize].attr());
    let shapes = reads.iter().map(|read| read.shape);
    let corners = placements(&rule, shapes, shape, &blocks);
    let offsets = corners.map(|corner| corner.row + corner.col * shape.rows);
    Some(reads.iter().copied().zip(offsets).collect())
}

/// The nodes that are computed inside others, by place: in which, and from which entry of it on.
pub(super) fn inside(plan: &Plan<'_>) -> FxHashMap<Place, (Place, u32)> {
    let mut inside: FxHashMap<Place, (Place, u32)> = FxHashMap::default();
    // What is inside of something comes before it.
    for whole in (0..plan.nodes.len() as Place).rev() {
        if !plan.is_unit(whole) || plan.shape(whole).len() <= WORTH_A_PLACE {
            continue;
        }
        for (read, offset) in pieces(plan, whole).unwrap_or_default() {
            let part = read.root;
            let same = read.reading == Reading::Plain
                && read.shape.len() == plan.shape(part).len()
                && plan.zones[part as usize] == plan.zones[whole as usize]
                && plan.zones[part as usize].depends != 0;
            let computed = plan.nodes[part as usize].primitive().is_some();
            let long = plan.shape(part).len() >= WORTH_A_PLACE;
            if same && computed && long && !plan.lasting[part as usize] {
                let (home, before) = inside.get(&whole).copied().unwrap_or((whole, 0));
                inside.entry(part).or_insert((home, before + offset));
            }
        }
    }
    inside
}
