//! The order of a program: equal operations on numbers are drained together, so that the program
//! becomes few runs of one operation each.

use super::plan::{Place, Plan, Zone};
use super::tall::{self, Tall};
use crate::graph::Primitive;
use crate::graph::primitive::Kernel;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A queue this long is worth a run; a shorter one may hide a long chain of dependent operations.
const WORTH_A_RUN: usize = 8;

/// An operand of an operation with two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    fn of(operand: usize) -> Side {
        if operand == 0 {
            Side::Left
        } else {
            Side::Right
        }
    }

    /// The number of this operand, and of the other one.
    pub fn operands(self) -> (usize, usize) {
        match self {
            Side::Left => (0, 1),
            Side::Right => (1, 0),
        }
    }
}

/// A step that has no places in memory yet.
pub(super) enum Draft {
    /// One operation on numbers that do not depend on each other.
    Run(&'static Primitive, Vec<Place>),
    /// Pairs of functions of numbers, by their units: first all results of one, then those of the other.
    Twins(Vec<Place>),
    /// One operation again and again on its own result, which is the operand on
    /// this side.
    Scan(&'static Primitive, Side, Vec<Place>),
    /// An operation that is neither.
    Single(Place),
    /// Operations that go through arrays with very many rows together.
    Blocks(Tall),
}

impl Draft {
    /// The operations on arrays.
    fn units(&self) -> &[Place] {
        match self {
            Draft::Run(..) | Draft::Twins(_) | Draft::Scan(..) => &[],
            Draft::Single(unit) => std::slice::from_ref(unit),
            Draft::Blocks(tall) => &tall.units,
        }
    }

    /// The arrays that it leaves.
    pub fn arrays(&self, plan: &Plan<'_>) -> Vec<Place> {
        let inside = match self {
            Draft::Blocks(tall) => &tall.inside[..],
            _ => &[],
        };
        let made = self.units().iter().flat_map(|unit| plan.made(*unit));
        made.filter(|place| !inside.contains(place)).collect()
    }

    /// The arrays that its operations read.
    pub fn needs(&self, plan: &Plan<'_>, members: &FxHashMap<Place, Vec<Place>>) -> Vec<Place> {
        let needs = |unit: &Place| needs(plan, members, *unit);
        self.units().iter().flat_map(needs).collect()
    }
}

/// The steps of one zone, in order.
pub(super) struct Zoned {
    pub zone: Zone,
    pub drafts: Vec<Draft>,
}

/// The zones of a plan in an order in which each comes after those it needs, each with its steps.
/// `in_blocks`: tall arrays are gone through some rows at a time.
pub(super) fn schedule(plan: &Plan<'_>, in_blocks: bool) -> Vec<Zoned> {
    let mut zones: FxHashMap<Zone, Vec<Place>> = FxHashMap::default();
    for place in 0..plan.nodes.len() as Place {
        if plan.is_unit(place) {
            let zone = plan.zones[place as usize];
            zones.entry(zone).or_default().push(place);
        }
    }
    let mut order: Vec<Zone> = zones.keys().copied().collect();
    // The arguments of a node depend on no more inputs than the node, and no fewer entries want them.
    order.sort_by_key(|zone| {
        (
            zone.depends.count_ones(),
            Reverse(zone.wanted.count_ones()),
            zone.depends,
            zone.wanted,
        )
    });
    let members = members(plan);
    order
        .into_iter()
        .map(|zone| {
            let mut units = zones.remove(&zone).unwrap_or_default();
            // A zone that depends on no input is computed once.
            let tall = match in_blocks && zone.depends != 0 {
                true => tall::find(plan, &members, &units),
                false => Vec::new(),
            };
            let own: FxHashSet<Place> = (tall.iter())
                .flat_map(|tall| tall.units[1..].iter().copied())
                .collect();
            units.retain(|unit| !own.contains(unit));
            Zoned {
                zone,
                drafts: Agenda::new(plan, &members, &units, tall).drain(),
            }
        })
        .collect()
}

/// The other nodes of each chain, in order, by its last node.
pub(super) fn members(plan: &Plan<'_>) -> FxHashMap<Place, Vec<Place>> {
    let mut members: FxHashMap<Place, Vec<Place>> = FxHashMap::default();
    for (place, chain) in plan.chain.iter().enumerate() {
        if plan.stored[place] && *chain != place as Place {
            members.entry(*chain).or_default().push(place as Place);
        }
    }
    members
}

/// The reads of a unit that another unit of some zone computes.
fn needs(
    plan: &Plan<'_>,
    members: &FxHashMap<Place, Vec<Place>>,
    unit: Place,
) -> SmallVec<[Place; 4]> {
    let mut roots: SmallVec<[Place; 4]> = SmallVec::new();
    let inside = members.get(&unit).map_or(&[][..], Vec::as_slice);
    for place in inside.iter().chain([&unit]) {
        for read in plan.reads(*place) {
            let own = plan.chain[read.root as usize] == unit && read.root != unit;
            if !own {
                roots.push(read.root);
            }
        }
    }
    roots
}

/// The units of one zone that are still to be done.
struct Agenda<'p, 'g> {
    plan: &'p Plan<'g>,
    /// The units, and for each how many it waits for, who waits for it, and how long the longest
    /// way is from it to the end.
    units: &'p [Place],
    waits: Vec<u32>,
    users: Vec<SmallVec<[u32; 2]>>,
    heights: Vec<u32>,
    /// Ready operations on numbers, by row, pairs apart.
    queues: Vec<(&'static Primitive, VecDeque<u32>)>,
    queue_of: FxHashMap<(&'static Primitive, bool), usize>,
    /// Everything else that is ready, the oldest first.
    others: BinaryHeap<Reverse<u32>>,
    /// By node: the step that computes it, and where in that step.
    made: FxHashMap<Place, (u32, u32)>,
    steps: u32,
    /// The units that are computed together, by the first one, which stands for all.
    tall: FxHashMap<Place, Tall>,
}

/// The origin of an operand: true and a step, or false and a leaf.
type Origin = (bool, Place);

impl<'p, 'g> Agenda<'p, 'g> {
    fn new(
        plan: &'p Plan<'g>,
        members: &FxHashMap<Place, Vec<Place>>,
        units: &'p [Place],
        tall: Vec<Tall>,
    ) -> Agenda<'p, 'g> {
        let tall: FxHashMap<Place, Tall> =
            tall.into_iter().map(|tall| (tall.units[0], tall)).collect();
        let together = |unit: &'p Place| match tall.get(unit) {
            Some(tall) => &tall.units[..],
            None => std::slice::from_ref(unit),
        };
        let mut number = vec![u32::MAX; plan.nodes.len()];
        for (k, unit) in units.iter().enumerate() {
            for unit in together(unit) {
                number[*unit as usize] = k as u32;
            }
        }
        let mut waits = vec![0; units.len()];
        let mut users: Vec<SmallVec<[u32; 2]>> = vec![SmallVec::new(); units.len()];
        for (k, unit) in units.iter().enumerate() {
            let needs = |unit: &Place| needs(plan, members, *unit);
            for root in together(unit).iter().flat_map(needs) {
                let needed = number[plan.maker(root) as usize];
                if needed != u32::MAX
                    && needed != k as u32
                    && !users[needed as usize].contains(&(k as u32))
                {
                    users[needed as usize].push(k as u32);
                    waits[k] += 1;
                }
            }
        }
        let mut heights = vec![0; units.len()];
        for k in (0..units.len()).rev() {
            let above = users[k].iter().map(|user| heights[*user as usize] + 1);
            heights[k] = above.max().unwrap_or(0);
        }
        let mut agenda = Agenda {
            plan,
            units,
            waits,
            users,
            heights,
            queues: Vec::new(),
            queue_of: FxHashMap::default(),
            others: BinaryHeap::new(),
            made: FxHashMap::default(),
            steps: 0,
            tall,
        };
        for k in 0..units.len() as u32 {
            if agenda.waits[k as usize] == 0 {
                agenda.enqueue(k);
            }
        }
        agenda
    }

    fn row(&self, unit: u32) -> &'static Primitive {
        let operation = self.plan.operation(self.units[unit as usize]);
        operation.expect("a unit is an operation").0
    }

    fn enqueue(&mut self, unit: u32) {
        if !self.plan.is_scalar_operation(self.units[unit as usize]) {
            self.others.push(Reverse(unit));
            return;
        }
        let row = self.row(unit);
        let queue = *self
            .queue_of
            .entry((row, self.is_pair(unit)))
            .or_insert_with(|| {
                self.queues.push((row, VecDeque::new()));
                self.queues.len() - 1
            });
        self.queues[queue].1.push_back(unit);
    }

    fn is_pair(&self, unit: u32) -> bool {
        self.plan.pairs.contains_key(&self.units[unit as usize])
    }

    /// Notes that `unit` is done; the units that became ready by it.
    fn release(&mut self, unit: u32) -> SmallVec<[u32; 2]> {
        let users = std::mem::take(&mut self.users[unit as usize]);
        let mut ready = SmallVec::new();
        for user in users {
            self.waits[user as usize] -= 1;
            if self.waits[user as usize] == 0 {
                ready.push(user);
            }
        }
        ready
    }

    fn finish(&mut self, unit: u32) {
        for ready in self.release(unit) {
            self.enqueue(ready);
        }
    }

    fn drain(mut self) -> Vec<Draft> {
        let mut drafts = Vec::new();
        loop {
            let longest = (0..self.queues.len())
                .max_by_key(|k| (self.queues[*k].1.len(), Reverse(*k)))
                .filter(|k| !self.queues[*k].1.is_empty());
            let draft = if let Some(queue) = longest {
                self.drain_queue(queue)
            } else if let Some(Reverse(unit)) = self.others.pop() {
                self.finish(unit);
                let place = self.units[unit as usize];
                match self.tall.remove(&place) {
                    Some(tall) => Draft::Blocks(tall),
                    None => Draft::Single(place),
                }
            } else {
                return drafts;
            };
            match &draft {
                Draft::Run(_, places) | Draft::Scan(_, _, places) => self.note(places),
                Draft::Twins(units) => {
                    for places in self.plan.twins_of(units) {
                        self.note(&places);
                    }
                }
                Draft::Single(_) | Draft::Blocks(_) => self.note(draft.units()),
            }
            drafts.push(draft);
        }
    }

    /// Notes the results of a step, which lie one behind the other.
    fn note(&mut self, places: &[Place]) {
        for (k, place) in places.iter().enumerate() {
            self.made.insert(*place, (self.steps, k as u32));
        }
        self.steps += 1;
    }

    fn drain_queue(&mut self, queue: usize) -> Draft {
        let row = self.queues[queue].0;
        if self.queues[queue].1.len() < WORTH_A_RUN
            && matches!(row.kernel, Kernel::Map2(_))
            && let Some(scan) = self.follow(queue)
        {
            return scan;
        }
        let mut units: Vec<u32> = self.queues[queue].1.drain(..).collect();
        if units.len() >= WORTH_A_RUN {
            units.sort_by_cached_key(|unit| self.origins(*unit));
        }
        for unit in &units {
            self.finish(*unit);
        }
        let places = self.places(&units);
        match self.is_pair(units[0]) {
            true => Draft::Twins(places),
            false => Draft::Run(row, places),
        }
    }

    /// The origins of the first two operands of a unit, and then the positions there. In the
    /// order of these, what reads neighbours stands together.
    fn origins(&self, unit: u32) -> ([Origin; 2], [u32; 2]) {
        let reads = self.plan.reads(self.units[unit as usize]);
        let mut origins = [(false, 0); 2];
        let mut positions = [0; 2];
        for (k, read) in reads.iter().take(2).enumerate() {
            (origins[k], positions[k]) = match self.made.get(&read.root) {
                Some((step, position)) => ((true, *step), position + read.offset),
                // Numbers that are leaves lie one behind the other in the order of their places.
                None if self.plan.shape(read.root).is_scalar() => ((false, 0), read.root),
                None => ((false, read.root), read.offset),
            };
        }
        (origins, positions)
    }

    fn places(&self, units: &[u32]) -> Vec<Place> {
        units
            .iter()
            .map(|unit| self.units[*unit as usize])
            .collect()
    }

    /// Follows one operation from result to result as far as it goes, beginning with the ready unit
    /// that most depends on. What else becomes ready on the way waits in its queue.
    fn follow(&mut self, queue: usize) -> Option<Draft> {
        let row = self.queues[queue].0;
        let ready = &mut self.queues[queue].1;
        let first = (0..ready.len()).max_by_key(|k| self.heights[ready[*k] as usize])?;
        let mut next = *ready.get(first)?;
        // Only where an immediate user is the same operation is it worth looking further.
        self.step_side(row, next)?;
        self.queues[queue].1.remove(first);
        let mut chain = vec![next];
        let mut written = FxHashSet::from_iter([self.units[next as usize]]);
        let mut side = None;
        loop {
            let ready = self.release(next);
            let candidate = ready
                .iter()
                .copied()
                .filter(|user| {
                    let found = self.side_of(row, next, *user);
                    found.is_some_and(|found| {
                        let (_, other) = found.operands();
                        let other = self.plan.reads(self.units[*user as usize])[other].root;
                        side.is_none_or(|side| side == found) && !written.contains(&other)
                    })
                })
                .max_by_key(|user| self.heights[*user as usize]);
            for user in ready.iter().filter(|user| Some(**user) != candidate) {
                self.enqueue(*user);
            }
            let Some(user) = candidate else { break };
            side = self.side_of(row, next, user);
            chain.push(user);
            written.insert(self.units[user as usize]);
            next = user;
        }
        let places = self.places(&chain);
        Some(match side {
            Some(side) => Draft::Scan(row, side, places),
            None => Draft::Run(row, places),
        })
    }

    /// True if some user of `unit` waits for nothing else and goes on with the same operation.
    fn step_side(&self, row: &'static Primitive, unit: u32) -> Option<Side> {
        self.users[unit as usize]
            .iter()
            .filter(|user| self.waits[**user as usize] == 1)
            .find_map(|user| self.side_of(row, unit, *user))
    }

    /// The operand of `user` that the result of `unit` is, where `user` is the same operation on it
    /// and on another number.
    fn side_of(&self, row: &'static Primitive, unit: u32, user: u32) -> Option<Side> {
        let place = self.units[user as usize];
        if !self.plan.is_scalar_operation(place) || self.row(user) != row {
            return None;
        }
        let root = self.units[unit as usize];
        let reads = self.plan.reads(place);
        let mut sides = (0..reads.len()).filter(|k| reads[*k].root == root);
        match (sides.next(), sides.next()) {
            (Some(side), None) => Some(Side::of(side)),
            _ => None,
        }
    }
}
