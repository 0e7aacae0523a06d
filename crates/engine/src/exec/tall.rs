//! Operations on arrays with very many rows are put together, to go through them some rows at a time.

use super::plan::{Place, Plan, Read, Reading, is_map};
use crate::graph::primitive::{AddsUp, Kernel};
use crate::graph::{Attr, Shape};
use crate::vector::sums::{TALL, WIDEST};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Blocks are worth it if this many numbers fewer pass through memory.
const WORTH_BLOCKS: usize = 1 << 17;

/// Operations of one zone that go through arrays with the same number of rows together.
pub(super) struct Tall {
    pub rows: usize,
    /// In order.
    pub units: Vec<Place>,
    /// True if they go through their arguments once, entry by entry.
    pub by_entries: bool,
    /// The columns that are read from whole arrays and laid out in a block.
    pub loads: Vec<Read>,
    /// The results that are wanted elsewhere, too, and are copied there.
    pub stores: Vec<Place>,
    /// Those of one column that only chains read: they are written there at once.
    pub in_place: Vec<Place>,
    /// The results that nobody else wants.
    pub inside: Vec<Place>,
}

/// The way of an operation through the rows of a tall array.
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

/// The way of `place` by itself through tall arrays, and their number of rows; `None` if it does not.
fn part_of(plan: &Plan<'_>, place: Place) -> Option<(usize, Part)> {
    let (row, _) = plan.operation(place)?;
    if plan.added.contains_key(&place) {
        return None;
    }
    let reads = plan.reads(place);
    let attr = plan.nodes[place as usize].attr();
    let first = reads.first()?;
    let rows = first.shape.m();
    let total = (rows, Part::Total);
    match row.adds_up {
        Some(AddsUp::Sum | AddsUp::Mean) => {
            let down = attr != Attr::Axis(2);
            return (down && is_tall_read(first, rows)).then_some(total);
        }
        Some(AddsUp::Dot) => {
            let vectors = reads.iter().all(|read| read.shape.n() == 1);
            return (vectors && is_tall_read(first, rows)).then_some(total);
        }
        Some(AddsUp::Product) if first.reading == Reading::Transposed => {
            let tall = is_tall(first.shape) && is_tall_read(&reads[1], rows);
            return tall.then_some(total);
        }
        _ => {}
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
        _ if row.adds_up == Some(AddsUp::Product) => is_tall_read(first, rows),
        _ if row.repeats => first.shape.m() == 1 || is_tall_read(first, rows),
        // An operation along rows takes each by itself.
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
    if !plan.nodes.iter().any(|node| is_tall(node.shape)) {
        return Vec::new();
    }
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

/// The reads of a unit that it does not compute itself.
pub(super) fn outer_reads(
    plan: &Plan<'_>,
    members: &FxHashMap<Place, Vec<Place>>,
    unit: Place,
) -> Vec<Read> {
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

    /// True if a unit is computed entry by entry.
    fn is_chain(&self, unit: Place) -> bool {
        let row = self.plan.operation(unit).map(|(row, _)| row);
        row.is_some_and(is_map) && !self.plan.pairs.contains_key(&unit)
    }

    /// The way of a unit with all its links through tall arrays.
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
        // Columns that pass through memory if every operation goes through them by itself. A column that
        // is written is counted twice: the processor reads it first.
        let mut alone = 0;
        let mut single: FxHashSet<(Place, u32)> = FxHashSet::default();
        let (mut stores, mut in_place, mut inside) = (Vec::new(), Vec::new(), Vec::new());
        // What is read by other operations than chains lies in a block.
        let others = units.iter().filter(|unit| !self.is_chain(**unit));
        let others = others.flat_map(|unit| self.reads(*unit));
        let laid_out: FxHashSet<Place> = others.map(|read| read.root).collect();
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
                if made_here(&read) {
                    continue;
                }
                if read.shape.n() == 1 && self.is_chain(*unit) {
                    // A chain reads a column where it lies.
                    single.insert((read.root, read.offset));
                } else if !loads.iter().any(|load| covers(load, &read, rows)) {
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
                    let alone = plan.shape(made).n() == 1 && self.is_chain(*unit);
                    match alone && !laid_out.contains(&made) {
                        true => in_place.push(made),
                        false => stores.push(made),
                    }
                } else {
                    inside.push(made);
                }
            }
        }
        let columns =
            |places: &[Place]| -> usize { places.iter().map(|place| plan.shape(*place).n()).sum() };
        let loaded: usize = loads.iter().map(|load| load.shape.n()).sum::<usize>() + single.len();
        let together = loaded + 2 * (columns(&stores) + in_place.len());
        let saved = alone.saturating_sub(together);
        let worth_it = saved * rows >= WORTH_BLOCKS && 3 * alone >= 4 * together;
        let adds_up = |unit: &Place| {
            let row = plan.operation(*unit).and_then(|(row, _)| row.adds_up);
            row.is_some_and(|how| how != AddsUp::Product)
        };
        worth_it.then_some(Tall {
            rows,
            by_entries: units
                .iter()
                .all(|unit| self.is_chain(*unit) || adds_up(unit)),
            units,
            loads,
            stores,
            in_place,
            inside,
        })
    }
}

/// True if it is read block by block.
fn is_in_blocks(read: &Read, rows: usize) -> bool {
    read.shape.m() == rows && is_tall(read.shape)
}

/// True if the loaded columns hold those that are read.
fn covers(load: &Read, read: &Read, rows: usize) -> bool {
    let end = |read: &Read| read.offset as usize + read.shape.len();
    load.root == read.root
        && load.offset <= read.offset
        && end(read) <= end(load)
        && ((read.offset - load.offset) as usize).is_multiple_of(rows)
}
