//! Outputs that replace inputs: the two have places that change roles, so that nothing is copied.

use super::emit::Emitter;
use super::layout::PoolLayout;
use super::plan::{Place, bit, is_map};
use super::program::Input;
use super::replacing::{Exchange, Exchanged, Pair, Replacing};
use super::schedule::Zoned;
use crate::graph::NodeId;

/// Fewer numbers are copied in less time than a second list of steps is worth.
const WORTH: usize = 1024;

/// Those of `replacing` that can be exchanged: arrays of some size, computed from the inputs they replace, by
/// a step that writes wherever it is told to.
pub(super) fn exchangeable(
    layout: &PoolLayout<'_, '_>,
    groups: &[Vec<NodeId>],
    entries: &[Vec<NodeId>],
    replacing: &[Replacing],
) -> Vec<Exchanged> {
    let plan = layout.plan;
    let mut found: Vec<Exchanged> = Vec::new();
    for &replacing in replacing {
        let result = plan.place(entries[replacing.entry][replacing.output]);
        let group = (groups.iter()).position(|group| group.contains(&replacing.leaf));
        let (Some(leaf), Some(group)) = (plan.cone.place(replacing.leaf), group) else {
            continue;
        };
        let (leaf, shape) = (leaf as Place, plan.shape(result));
        let writes_anywhere = plan
            .node(result)
            .primitive()
            .is_some_and(|row| is_map(row) || row.is_matrix_product() || plan.adds_blocks(result));
        let alone = plan.is_unit(result)
            && !plan.pairs.contains_key(&result)
            && !layout.inside.contains_key(&result)
            && (found.iter()).all(|other| other.result != result && other.leaf != leaf);
        // What depends on nothing that the exchange changes is not computed again after it.
        let changes = plan.zones[result as usize].depends & bit(group) != 0;
        if shape == plan.shape(leaf) && shape.len() >= WORTH && writes_anywhere && alone && changes
        {
            found.push(Exchanged {
                replacing,
                result,
                leaf,
            });
        }
    }
    found
}

/// Emits all steps once more, with the places of `replaced` exchanged.
pub(super) fn exchange(
    emitter: &mut Emitter<'_, '_>,
    zones: &[Zoned],
    inputs: &[Input],
    replaced: Vec<Exchanged>,
) -> Exchange {
    let turn = |emitter: &mut Emitter<'_, '_>| {
        for Exchanged { result, leaf, .. } in &replaced {
            emitter.layout.slots.swap(*result as usize, *leaf as usize);
        }
    };
    turn(emitter);
    let segments = emitter.segments(zones);
    turn(emitter);
    let pair = |exchanged: &Exchanged| {
        let slot = |place: Place| emitter.layout.slots[place as usize];
        let places = [slot(exchanged.leaf), slot(exchanged.result)];
        let len = emitter.plan.shape(exchanged.leaf).len() as u32;
        let input = (inputs.iter()).position(|input| (input.at, input.len) == (places[0], len));
        Pair {
            entry: exchanged.replacing.entry,
            output: exchanged.replacing.output,
            input: input.expect("what is replaced is an input"),
            places,
            len,
        }
    };
    Exchange {
        pairs: replaced.iter().map(pair).collect(),
        steps: (segments.into_iter())
            .map(|segment| segment.steps)
            .collect(),
    }
}
