//! The places of the columns of tall arrays while a block of their rows is computed.

use super::blocks::Columns;
use super::plan::{Place, Plan};
use super::pool::{LINE, Slot};
use super::room::Room;
use super::tall::{Tall, outer_reads};
use crate::graph::Shape;
use crate::vector::sums::PIECE;
use rustc_hash::FxHashMap;

/// The most numbers that a block has in all its arrays: they fit into the second cache; or into the
/// first, where each operation costs little more than to read and write.
const CACHED: usize = 1 << 16;
const CACHED_NEARBY: usize = 1 << 12;

/// A block has a multiple of this many rows, and at most `HIGHEST`.
const ROUND: usize = 128;
const HIGHEST: usize = 4096;

/// The places of the columns of tall arrays while a block is computed.
pub(super) struct Window {
    pub rows: usize,
    /// The rows of the block.
    pub height: usize,
    /// The place of the blocks, and the largest distance of their columns.
    pub at: Slot,
    pub room: usize,
    pub layout: BlockLayout,
}

impl Window {
    /// The shape of what is read or written, for one block.
    pub fn seen(&self, shape: Shape) -> Shape {
        if shape.m() == self.rows {
            Shape::new(self.height, shape.n())
        } else {
            shape
        }
    }

    /// The place of entries that a block has: `shape` of the array `root`, from `offset` on.
    pub fn slot(&self, root: Place, offset: u32, shape: Shape) -> Option<Slot> {
        let columns = self.columns(root, offset, shape)?;
        Some(columns.at + (columns.first * self.height) as Slot)
    }

    pub fn columns(&self, root: Place, offset: u32, shape: Shape) -> Option<Columns> {
        if shape.m() != self.rows {
            return None;
        }
        let held = self.layout.held.get(&root)?.iter().find(|held| {
            let end = held.offset as usize + held.count * self.rows;
            (held.offset as usize..end).contains(&(offset as usize))
        })?;
        Some(Columns {
            at: self.at + (held.column * self.room) as Slot,
            first: (offset - held.offset) as usize / self.rows,
            count: shape.n(),
        })
    }
}

/// The columns of a block and the arrays that they hold.
#[derive(Default)]
pub(super) struct BlockLayout {
    held: FxHashMap<Place, Vec<Held>>,
    /// The number of columns.
    pub count: usize,
}

/// Columns of an array: from which entry of it on, how many, and the first of the block's columns
/// that they take.
#[derive(Clone, Copy)]
struct Held {
    offset: u32,
    count: usize,
    column: usize,
}

impl Tall {
    /// The number of rows of a block, and of the last one.
    pub fn heights(&self, columns: usize) -> (usize, usize) {
        let room = if self.by_entries {
            CACHED_NEARBY
        } else {
            CACHED
        };
        let fits = (room / columns.max(1)).clamp(ROUND, HIGHEST) / ROUND * ROUND;
        let mut height = fits.min(self.rows / 2 / ROUND * ROUND);
        if self.rows >= 2 * PIECE {
            // A block lies in one piece of the sums.
            height = 1 << height.ilog2();
        }
        (height, height + self.rows % height)
    }

    /// Room is used again after its last use; but what is loaded, left or added up keeps its own.
    pub fn columns(&self, plan: &Plan<'_>, members: &FxHashMap<Place, Vec<Place>>) -> BlockLayout {
        let mut last_use: FxHashMap<Place, usize> = FxHashMap::default();
        for (time, unit) in self.units.iter().enumerate() {
            let is_total = plan.shape(*unit).m() != self.rows;
            let time = if is_total { usize::MAX } else { time };
            for read in outer_reads(plan, members, *unit) {
                let last = last_use.entry(read.root).or_default();
                *last = (*last).max(time);
            }
        }
        let mut room = Room::default();
        let mut layout = BlockLayout::default();
        for load in &self.loads {
            layout.hold(load.root, load.offset, load.shape, &mut room);
        }
        for (time, unit) in self.units.iter().enumerate() {
            let made = plan.made(*unit);
            for made in made
                .iter()
                .filter(|made| plan.shape(**made).m() == self.rows)
                .filter(|made| !self.in_place.contains(made))
            {
                layout.hold(*made, 0, plan.shape(*made), &mut room);
            }
            for done in &self.inside {
                if last_use.get(done) == Some(&time) {
                    let Held { count, column, .. } = layout.held[done][0];
                    room.give_back(column as u64, count as u64);
                }
            }
        }
        layout.count = room.end as usize;
        layout
    }

    /// The numbers that all of a block's columns take.
    pub fn room(&self, plan: &Plan<'_>, members: &FxHashMap<Place, Vec<Place>>) -> usize {
        let columns = self.columns(plan, members).count;
        columns * self.heights(columns).1.next_multiple_of(LINE)
    }
}

impl BlockLayout {
    fn hold(&mut self, root: Place, offset: u32, shape: Shape, room: &mut Room) {
        self.held.entry(root).or_default().push(Held {
            offset,
            count: shape.n(),
            column: room.take(shape.n() as u64) as usize,
        });
    }
}
