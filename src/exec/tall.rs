//! Which operations go through arrays with very many rows together, some rows at a time, and the
//! steps for that.

use super::blocks::{Blocks, Columns, Moved, Pass, Total};
use super::emit::Emitter;
use super::plan::{Place, Plan, Read, Reading};
use super::program::{Slot, Step};
use super::room::Room;
use crate::graph::primitive::Kernel;
use crate::graph::{Attr, Shape};
use crate::primitives::algebra::{DOT, MATMUL};
use crate::primitives::array::{BROADCAST, MEAN, SUM};
use crate::vector::sums::TALL;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Arrays with more columns than this are computed whole: too few of their rows fit into a cache.
const WIDEST: usize = 64;

/// How many numbers less have to pass through memory for blocks to be worth it.
const WORTH_BLOCKS: usize = 1 << 17;

/// How many numbers a block may have in all its arrays: what fits into the second cache.
const CACHED: usize = 1 << 16;

/// A block has a multiple of this many rows, and at most `HIGHEST`.
const ROUND: usize = 128;
const HIGHEST: usize = 4096;

/// Operations of one zone that go through arrays with the same number of rows together.
pub(super) struct Tall {
    rows: usize,
    /// In order.
    pub units: Vec<Place>,
    /// What is read from whole arrays.
    loads: Vec<Read>,
    /// What is wanted elsewhere too.
    stores: Vec<Place>,
    /// What nobody else wants.
    pub inside: Vec<Place>,
}

/// How an operation goes through the rows of a tall array.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Each row of its result needs that row of its arguments and what is not tall.
    RowByRow,
    /// It adds up over the rows.
    Total,
}

fn is_tall(shape: Shape) -> bool {
    (TALL..).contains(&shape.m()) && (1..=WIDEST).contains(&shape.n())
}

fn is_tall_read(read: &Read, rows: usize) -> bool {
    let by_rows = matches!(read.reading, Reading::Plain | Reading::Column);
    by_rows && is_in_blocks(read, rows)
}

/// How `place` by itself goes through tall arrays, and of how many rows; `None` if it does not.
fn part_of(plan: &Plan<'_>, place: Place) -> Option<(usize, Part)> {
    let (row, _) = plan.operation(place)?;
    let reads = plan.reads(place);
    let attr = plan.nodes[place as usize].attr();
    let first = reads.first()?;
    let rows = first.shape.m();
    let total = (rows, Part::Total);
    if row.is(&SUM) || row.is(&MEAN) {
        let down = attr != Attr::Axis(2);
        return (down && is_tall_read(first, rows)).then_some(total);
    }
    if row.is(&DOT) {
        let vectors = reads.iter().all(|read| read.shape.n() == 1);
        return (vectors && is_tall_read(first, rows)).then_some(total);
    }
    if row.is(&MATMUL) && first.reading == Reading::Transposed {
        let tall = is_tall(first.shape) && is_tall_read(&reads[1], rows);
        return tall.then_some(total);
    }
    let rows = plan.shape(place).m();
    let by_row = (rows, Part::RowByRow);
    let made = plan.made(place);
    if !made.iter().all(|made| is_tall(plan.shape(*made))) {
        return None;
    }
    let fits = |read: &Read| match read.reading {
        Reading::Number | Reading::Row => true,
        _ => is_tall_read(read, rows),
    };
    let by_itself = match row.kernel {
        Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_) => {
            reads.iter().all(fits)
        }
        _ if row.is(&MATMUL) => is_tall_read(first, rows),
        _ if row.is(&BROADCAST) => first.shape.m() == 1 || is_tall_read(first, rows),
        // What works along rows takes each by itself.
        _ => attr == Attr::Axis(2) && reads.iter().all(|read| is_tall_read(read, rows)),
    };
    by_itself.then_some(by_row)
}

/// The operations of one zone, with which they can go through tall arrays together.
struct Search<'p, 'g> {
    plan: &'p Plan<'g>,
    members: &'p FxHashMap<Place, Vec<Place>>,
    units: &'p [Place],
}

/// The groups among the units of a zone for which it is worth it.
pub(super) fn find(
    plan: &Plan<'_>,
    members: &FxHashMap<Place, Vec<Place>>,
    units: &[Place],
) -> Vec<Tall> {
    let search = Search {
        plan,
        members,
        units,
    };
    let groups = search.groups();
    let together = groups.into_iter().filter(|(_, units)| units.len() > 1);
    together
        .filter_map(|(rows, units)| search.tall(rows, units))
        .collect()
}

/// What a unit reads that it does not compute itself.
fn outer_reads(plan: &Plan<'_>, members: &FxHashMap<Place, Vec<Place>>, unit: Place) -> Vec<Read> {
    let inside = members.get(&unit).map_or(&[][..], Vec::as_slice);
    let own = |read: &Read| read.root != unit && plan.chain[read.root as usize] == unit;
    let places = inside.iter().chain([&unit]);
    places
        .flat_map(|place| plan.reads(*place))
        .filter(|read| !own(read))
        .collect()
}

impl Search<'_, '_> {
    fn reads(&self, unit: Place) -> Vec<Read> {
        outer_reads(self.plan, self.members, unit)
    }

    /// How a unit with all its links goes through tall arrays.
    fn part(&self, unit: Place) -> Option<(usize, Part)> {
        let part = part_of(self.plan, unit)?;
        let mut links = self.members.get(&unit).into_iter().flatten();
        links
            .all(|link| part_of(self.plan, *link) == Some(part))
            .then_some(part)
    }

    /// Units that can go together, with their number of rows, in order. A total is known only after
    /// all blocks, and so is a whole array: what needs one of these belongs to a later pass. No
    /// way leads from one group through others back to it, because passes never decrease.
    fn groups(&self) -> Vec<(usize, Vec<Place>)> {
        let mut found: FxHashMap<Place, (usize, Option<(usize, Part)>)> = FxHashMap::default();
        let mut groups: BTreeMap<(usize, usize), Vec<Place>> = BTreeMap::new();
        for unit in self.units {
            let part = self.part(*unit);
            let after = |read: &Read| {
                let (pass, needed) = found.get(&self.plan.maker(read.root))?;
                let goes_along = part.zip(*needed).is_some_and(|((rows, _), (of, part))| {
                    rows == of && part == Part::RowByRow && is_in_blocks(read, rows)
                });
                Some(pass + usize::from(needed.is_some() && !goes_along))
            };
            let pass = self.reads(*unit).iter().filter_map(after).max();
            let pass = pass.unwrap_or(0);
            found.insert(*unit, (pass, part));
            if let Some((rows, _)) = part {
                groups.entry((pass, rows)).or_default().push(*unit);
            }
        }
        groups
            .into_iter()
            .map(|((_, rows), units)| (rows, units))
            .collect()
    }

    /// A group with what it reads and what it leaves; `None` where it is not worth it.
    fn tall(&self, rows: usize, units: Vec<Place>) -> Option<Tall> {
        let plan = self.plan;
        let own: FxHashSet<Place> = units.iter().copied().collect();
        let made_here = |read: &Read| own.contains(&plan.maker(read.root));
        let mut wanted: FxHashSet<Place> = FxHashSet::default();
        for unit in self.units.iter().filter(|unit| !own.contains(unit)) {
            wanted.extend(self.reads(*unit).iter().map(|read| read.root));
        }
        let mut loads: Vec<Read> = Vec::new();
        // How many columns pass through memory if every operation goes through them by itself: what
        // is written is read first by the processor.
        let mut alone = 0;
        let (mut stores, mut inside) = (Vec::new(), Vec::new());
        for unit in &units {
            let mut seen: Vec<(Place, u32)> = Vec::new();
            for read in self.reads(*unit) {
                if !is_in_blocks(&read, rows) {
                    continue;
                }
                if !seen.contains(&(read.root, read.offset)) {
                    seen.push((read.root, read.offset));
                    alone += read.shape.n();
                }
                if !made_here(&read) && !loads.iter().any(|load| covers(load, &read, rows)) {
                    loads.retain(|load| !covers(&read, load, rows));
                    loads.push(read);
                }
            }
            for made in plan.made(*unit) {
                if plan.shape(made).m() != rows {
                    continue;
                }
                alone += 2 * plan.shape(made).n();
                if plan.lasting[made as usize] || wanted.contains(&made) {
                    stores.push(made);
                } else {
                    inside.push(made);
                }
            }
        }
        let columns =
            |places: &[Place]| -> usize { places.iter().map(|place| plan.shape(*place).n()).sum() };
        let loaded: usize = loads.iter().map(|load| load.shape.n()).sum();
        let together = loaded + 2 * columns(&stores);
        let saved = alone.saturating_sub(together);
        let worth_it = saved * rows >= WORTH_BLOCKS && 3 * alone >= 4 * together;
        worth_it.then_some(Tall {
            rows,
            units,
            loads,
            stores,
            inside,
        })
    }
}

/// Whether it is read block by block.
fn is_in_blocks(read: &Read, rows: usize) -> bool {
    read.shape.m() == rows && is_tall(read.shape)
}

/// Whether columns that are loaded hold those that are read.
fn covers(load: &Read, read: &Read, rows: usize) -> bool {
    let end = |read: &Read| read.offset as usize + read.shape.len();
    load.root == read.root
        && load.offset <= read.offset
        && end(read) <= end(load)
        && ((read.offset - load.offset) as usize).is_multiple_of(rows)
}

/// Where the columns of tall arrays are while a block is computed.
pub(super) struct Window {
    rows: usize,
    /// How many rows the block has.
    height: usize,
    /// Where the blocks lie, and how far apart their columns may be at most.
    at: Slot,
    room: usize,
    layout: Layout,
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

    /// Where entries are that a block has: `shape` of the array `root`, from `offset` on.
    pub fn slot(&self, root: Place, offset: u32, shape: Shape) -> Option<Slot> {
        let columns = self.columns(root, offset, shape)?;
        Some(columns.at + (columns.first * self.height) as Slot)
    }

    fn columns(&self, root: Place, offset: u32, shape: Shape) -> Option<Columns> {
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

/// Which columns of a block hold what.
#[derive(Default)]
struct Layout {
    held: FxHashMap<Place, Vec<Held>>,
    /// How many there are.
    count: usize,
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
    /// How many rows a block has, and the last one.
    fn heights(&self, columns: usize) -> (usize, usize) {
        let fits = (CACHED / columns).clamp(ROUND, HIGHEST) / ROUND * ROUND;
        let height = fits.min(self.rows / 2 / ROUND * ROUND);
        (height, height + self.rows % height)
    }

    /// Room is used again after its last use; but what is loaded, left or added up keeps its own.
    fn layout(&self, plan: &Plan<'_>, members: &FxHashMap<Place, Vec<Place>>) -> Layout {
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
        let mut layout = Layout::default();
        for load in &self.loads {
            layout.hold(load.root, load.offset, load.shape, &mut room);
        }
        for (time, unit) in self.units.iter().enumerate() {
            let made = plan.made(*unit);
            for made in made
                .iter()
                .filter(|made| plan.shape(**made).m() == self.rows)
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
        let columns = self.layout(plan, members).count;
        columns * self.heights(columns).1
    }
}

impl Layout {
    fn hold(&mut self, root: Place, offset: u32, shape: Shape, room: &mut Room) {
        self.held.entry(root).or_default().push(Held {
            offset,
            count: shape.n(),
            column: room.take(shape.n() as u64) as usize,
        });
    }
}

impl Emitter<'_, '_> {
    /// The step for a group.
    pub(super) fn blocks(&mut self, tall: &Tall) -> Step {
        let layout = tall.layout(self.plan, &self.members);
        let (height, last) = tall.heights(layout.count);
        let (totals, units): (Vec<Place>, Vec<Place>) =
            (tall.units.iter()).partition(|unit| self.plan.shape(**unit).m() != tall.rows);
        self.window = Some(Window {
            rows: tall.rows,
            height,
            at: self.blocks_at,
            room: last,
            layout,
        });
        let [each, last] = [height, last].map(|height| {
            if let Some(window) = &mut self.window {
                window.height = height;
            }
            let steps = units.iter().map(|unit| self.single(*unit)).collect();
            Pass { height, steps }
        });
        let window = self.window.take().expect("it was set above");
        let moved = |root: Place, offset: u32, shape: Shape| Moved {
            whole: self.slots[root as usize] + offset,
            block: window.columns(root, offset, shape).expect("it is held").at,
            columns: shape.n(),
        };
        let loads = tall.loads.iter();
        let stores = tall.stores.iter();
        Step::Blocks(Box::new(Blocks {
            rows: tall.rows,
            loads: loads
                .map(|load| moved(load.root, load.offset, load.shape))
                .collect(),
            stores: stores
                .map(|store| moved(*store, 0, self.plan.shape(*store)))
                .collect(),
            each,
            last,
            totals: totals
                .iter()
                .map(|unit| self.total(*unit, &window))
                .collect(),
        }))
    }

    fn total(&self, unit: Place, window: &Window) -> Total {
        let (row, _) = self.plan.operation(unit).expect("a unit is an operation");
        let columns: Vec<Columns> = (self.plan.reads(unit).iter())
            .map(|read| window.columns(read.root, read.offset, read.shape))
            .collect::<Option<_>>()
            .expect("what is added up is held");
        let out = self.slots[unit as usize];
        if row.is(&MATMUL) {
            Total::Product(columns[0], columns[1], out)
        } else if row.is(&DOT) {
            Total::Dot(columns[0], columns[1], out)
        } else {
            Total::Sum {
                of: columns[0],
                by_column: self.plan.nodes[unit as usize].attr() == Attr::Axis(1),
                mean: row.is(&MEAN),
                out,
            }
        }
    }
}
