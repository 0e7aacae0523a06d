//! Arrays that are computed where they are wanted: inside the concatenation that they are part of.

use super::apply::placements;
use super::plan::{Place, Plan, Read, Reading};
use crate::graph::Shape;
use crate::graph::primitive::Kernel;
use rustc_hash::FxHashMap;

/// Shorter arrays are copied.
const WORTH_A_PLACE: usize = 32;

/// What an array is put together from.
pub(super) struct Pieces {
    /// The parts in their order, and the offsets at which they lie in it.
    pub parts: Vec<(Read, u32)>,
    /// The zero that is added to each entry: −0 where it stays as it is.
    pub zero: f64,
}

/// The pieces of `place`; `None` if one of them does not lie in one piece or others add up to it, or `place` is
/// something else.
pub(super) fn pieces(plan: &Plan<'_>, place: Place) -> Option<Pieces> {
    let (row, _) = plan.operation(place)?;
    let Kernel::Place(rule) = row.kernel else {
        return None;
    };
    let (reads, shape) = (plan.reads(place), plan.shape(place));
    let in_one_piece = |part: Shape| part.cols == 1 || part.rows == shape.rows;
    if !reads.iter().all(|read| in_one_piece(read.shape)) {
        return None;
    }
    let blocks = plan.graph.blocks(plan.nodes[place as usize].attr());
    let shapes = reads.iter().map(|read| read.shape);
    let corners = placements(&rule, shapes, shape, &blocks);
    let offsets = corners.map(|corner| corner.row + corner.col * shape.rows);
    let parts: Vec<(Read, u32)> = reads.iter().copied().zip(offsets).collect();
    let zero = if rule.tiles { -0.0 } else { 0.0 };
    (rule.tiles || are_side_by_side(&parts, shape)).then_some(Pieces { parts, zero })
}

/// True of parts that fill the shape, none over another.
fn are_side_by_side(parts: &[(Read, u32)], shape: Shape) -> bool {
    let mut places: Vec<(usize, usize)> = (parts.iter())
        .map(|(read, offset)| (*offset as usize, read.shape.len()))
        .filter(|(_, len)| *len > 0)
        .collect();
    places.sort_unstable();
    let mut end = 0;
    places.iter().all(|(offset, len)| {
        let next = *offset == end;
        end += len;
        next
    }) && end == shape.len()
}

/// The nodes that are computed inside others, by place: in which, and from which entry of it on.
pub(super) fn inside(plan: &Plan<'_>) -> FxHashMap<Place, (Place, u32)> {
    let mut inside: FxHashMap<Place, (Place, u32)> = FxHashMap::default();
    // What is inside of something comes before it.
    for whole in (0..plan.nodes.len() as Place).rev() {
        if !plan.is_unit(whole) || plan.shape(whole).len() <= WORTH_A_PLACE {
            continue;
        }
        let tiles = pieces(plan, whole).filter(|pieces| pieces.zero.is_sign_negative());
        for (read, offset) in tiles.map_or_else(Vec::new, |pieces| pieces.parts) {
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
