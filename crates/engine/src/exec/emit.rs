//! From a plan to a program: every step gets its operands.

use super::apply::placements;
use super::blocks::{Blocks, Columns, Moved, Pass, Total};
use super::compiled::LoopNumbers;
use super::inside::{Pieces, pieces};
use super::layout::PoolLayout;
use super::links::chain;
use super::plan::{Place, Plan, Read, bit};
use super::pool::{LINE, Operand, Slot};
use super::program::{EntryPoint, Segment};
use super::reading::{Pair, PairKind};
use super::schedule::{Draft, Side, Zoned};
use super::single::Single;
use super::singles::{chain_as_singles, with_singles};
use super::step::{Step, Whole};
use super::tall::Tall;
use super::window::Window;
use crate::graph::primitive::{AddsUp, Kernel};
use crate::graph::{Attr, NodeId, Op, Primitive, Shape};
use crate::primitives::arithmetic::ADD;
use crate::primitives::places::{TAKEN, named};
use std::sync::Arc;

/// A run is cut into parts that are at least this long on average.
const SHORTEST_PART: usize = 12;

/// So many parts are copied by a step each.
const FEW_PIECES: usize = 8;

/// Steps under construction, with what they index.
pub(super) struct Emitter<'p, 'g> {
    pub plan: &'p Plan<'g>,
    pub layout: PoolLayout<'p, 'g>,
    pub indices: Vec<Slot>,
    /// The number of registers that the chains need.
    pub registers: usize,
    /// The places behind all others that they need where they are operations on single numbers.
    pub single_room: usize,
    /// True if steps over few numbers become operations on single ones. A batch goes through every step in lanes.
    pub apart: bool,
    /// The numbers of the loops among the steps, and of the nodes among those of each.
    pub loops: LoopNumbers,
}

impl Emitter<'_, '_> {
    /// The steps of each zone.
    pub fn segments(&mut self, zones: &[Zoned]) -> Vec<Segment> {
        let segment = |zoned: &Zoned| {
            let mut steps = Vec::new();
            for draft in &zoned.drafts {
                self.emit(draft, &mut steps);
            }
            if self.apart {
                steps = with_singles(steps, &self.indices);
            }
            Segment {
                steps,
                depends: zoned.zone.depends,
                stale: true,
            }
        };
        zones.iter().map(segment).collect()
    }

    /// An operand for the entries at `slots`, in this order.
    fn operand(&mut self, slots: &[Slot]) -> Operand {
        let first = slots[0];
        if slots.iter().all(|slot| *slot == first) {
            return Operand::All(first);
        }
        if slots.iter().zip(first..).all(|(slot, k)| *slot == k) {
            return Operand::Each(first);
        }
        if slots.iter().zip(0..).all(|(slot, k)| slot + k == first) {
            return Operand::Down(first);
        }
        let start = self.indices.len() as u32;
        self.indices.extend_from_slice(slots);
        Operand::Listed(start)
    }

    fn emit(&mut self, draft: &Draft, steps: &mut Vec<Step>) {
        match draft {
            Draft::Run(row, places) => {
                for part in self.parts(row, places) {
                    steps.push(self.run(row, part));
                }
            }
            Draft::Twins(units) => steps.push(self.twins(units)),
            Draft::Scan(row, side, places) => steps.push(self.scan(row, *side, places)),
            Draft::Single(place) => match self.joined(*place) {
                Some(copies) => steps.extend(copies),
                None => steps.push(self.single(*place)),
            },
            Draft::Blocks(tall) => steps.push(self.blocks(tall)),
        }
    }

    /// A run cut where an operand neither stays where it is nor goes on to the next place; the
    /// whole where the parts would be too short to be worth it.
    fn parts<'r>(&self, row: &Primitive, places: &'r [Place]) -> Vec<&'r [Place]> {
        let mut starts = vec![0];
        let count = match row.kernel {
            Kernel::Map1(_) => 1,
            Kernel::Map2(_) => 2,
            _ => 3,
        };
        let slots: Vec<Vec<Slot>> = (0..count).map(|k| self.argument(places, k)).collect();
        let mut steps: Option<Vec<Slot>> = None;
        for next in 1..places.len() {
            let moves: Vec<Slot> = slots
                .iter()
                .map(|slots| slots[next].wrapping_sub(slots[next - 1]))
                .collect();
            // Up by one, down by one, or not at all.
            let smooth = moves.iter().all(|by| by.wrapping_add(1) <= 2);
            let same = steps.as_ref().is_none_or(|steps| *steps == moves);
            if smooth && same {
                steps = Some(moves);
            } else {
                starts.push(next);
                steps = None;
                if starts.len() * SHORTEST_PART > places.len() {
                    return vec![places];
                }
            }
        }
        starts.push(places.len());
        starts
            .windows(2)
            .map(|ends| &places[ends[0]..ends[1]])
            .collect()
    }

    /// The places of argument `k` of each of `places`.
    fn argument(&self, places: &[Place], k: usize) -> Vec<Slot> {
        places
            .iter()
            .map(|place| self.layout.slot(&self.plan.reads(*place)[k]))
            .collect()
    }

    fn run(&mut self, row: &'static Primitive, places: &[Place]) -> Step {
        let out = self.layout.slots[places[0] as usize];
        let len = places.len() as u32;
        let args = |emitter: &Self, k: usize| emitter.argument(places, k);
        match &row.kernel {
            Kernel::Map1(f) if len == 1 => Step::At1(f, args(self, 0)[0], out),
            Kernel::Map2(f) if len == 1 => Step::At2(f, args(self, 0)[0], args(self, 1)[0], out),
            Kernel::Map1(f) => {
                let x = args(self, 0);
                Step::Over1(f, self.operand(&x), out, len)
            }
            Kernel::Map2(f) => {
                let [a, b] = [0, 1].map(|k| args(self, k));
                let [a, b] = [a, b].map(|slots| self.operand(&slots));
                Step::Over2(f, a, b, out, len)
            }
            Kernel::Map3(f) => {
                let slots = [0, 1, 2].map(|k| args(self, k));
                Step::Over3(f, slots.map(|slots| self.operand(&slots)), out, len)
            }
            _ => unreachable!("runs are of entry-by-entry operations"),
        }
    }

    /// Pairs of functions of numbers.
    fn twins(&mut self, units: &[Place]) -> Step {
        let Some(Pair {
            kind: PairKind::Twins(f),
            made,
            ..
        }) = self.plan.pairs.get(&units[0])
        else {
            unreachable!("twins are pairs of functions");
        };
        let x = self.argument(units, 0);
        let [first, second] = made.map(|place| self.layout.slots[place as usize]);
        Step::Twins(*f, self.operand(&x), first, second, units.len() as u32)
    }

    /// The chain that ends in `last`.
    fn chain(&mut self, last: Place) -> Step {
        let (chain, registers) = chain(&self.layout, last);
        self.registers = self.registers.max(registers);
        let (len, out) = (chain.shape.len(), self.layout.out(last));
        if self.apart && self.layout.window.is_none() {
            let (room, zero) = (self.layout.end(), self.layout.zero);
            if let Some(list) = chain_as_singles(&chain, out, room, zero) {
                self.single_room = self.single_room.max(registers * len);
                return Step::Singles(list.into());
            }
        }
        Step::Fused(Box::new(chain), out, len as u32)
    }

    /// The sum of few entries, as a list of operations on single numbers.
    fn sum_of_few(&self, place: Place, read: &Read) -> Option<Step> {
        const FEW: usize = 8;
        let few = (1..=FEW).contains(&read.shape.len()) && self.plan.shape(place).is_scalar();
        let Kernel::Map2(add) = &ADD.kernel else {
            return None;
        };
        if !self.apart || self.layout.window.is_some() || !few {
            return None;
        }
        let (from, out) = (self.layout.slot(read), self.layout.out(place));
        let others = from + 1..from + read.shape.len() as Slot;
        let others = others.map(|x| Single::two(add, [out, x], out));
        let list = [Single::Copy(0.0, from, out)].into_iter().chain(others);
        Some(Step::Singles(list.collect()))
    }

    fn scan(&mut self, row: &'static Primitive, side: Side, places: &[Place]) -> Step {
        let Kernel::Map2(f) = &row.kernel else {
            unreachable!("scans are of operations with two operands");
        };
        let out = self.layout.slots[places[0] as usize];
        let len = places.len() as u32;
        let (kept, other) = side.operands();
        let first = self.argument(&places[..1], kept)[0];
        let others = self.argument(places, other);
        let others = self.operand(&others);
        Step::Scan(f, side, first, others, out, len)
    }

    /// The copies that complete a concatenation; `None` where it has many parts and none was computed inside it.
    fn joined(&self, place: Place) -> Option<Vec<Step>> {
        let Pieces { parts, zero } = pieces(self.plan, place)?;
        let out = self.layout.out(place);
        let copy = |(read, offset): &(Read, u32)| {
            let (from, to, len) = (self.layout.slot(read), out + offset, read.shape.len());
            (from != to && len > 0).then_some(Step::Copy(Operand::Each(from), zero, to, len as u32))
        };
        let copies: Vec<Step> = parts.iter().filter_map(copy).collect();
        let single = parts.iter().all(|(read, _)| read.shape.is_scalar());
        (copies.len() < parts.len() || copies.len() <= FEW_PIECES && !single).then_some(copies)
    }

    fn single(&mut self, place: Place) -> Step {
        let out = self.layout.out(place);
        let shape = self.layout.seen(self.plan.shape(place));
        let (row, _) = self.plan.operation(place).expect("a unit is an operation");
        let reads = self.plan.reads(place);
        if self.plan.added.contains_key(&place) {
            let [a, b] = [0, 1].map(|k| self.layout.factor(&reads[k]));
            return Step::ProductAdded(a, b, out);
        }
        if let Some(pair) = self.plan.pairs.get(&place) {
            let [a, b] = pair.made.map(|k| self.layout.out(k));
            let x = self.layout.slot(&reads[0]);
            return match pair.kind {
                PairKind::Twins(f) => Step::Twins(f, Operand::Each(x), a, b, shape.len() as u32),
                PairKind::Together(both) => {
                    let [leader, follower] = pair.made;
                    let whole = self.whole(leader, &reads);
                    let len = self.layout.seen(self.plan.shape(follower)).len() as u32;
                    Step::Together(both, Box::new(whole), a, b, len)
                }
            };
        }
        match &row.kernel {
            Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_) => {
                self.chain(place)
            }
            _ if self.plan.adds_blocks(place) => self.chain(place),
            _ if row.is_matrix_product() => {
                let factor = |read: &Read| self.layout.factor(read);
                match reads.as_slice() {
                    [a, b] => Step::Product(factor(a), factor(b), out),
                    reads => {
                        let factors = std::array::from_fn(|k| factor(&reads[k]));
                        Step::ProductOfReached(Box::new(factors), out)
                    }
                }
            }
            Kernel::Place(rule) if reads.iter().all(|read| read.shape.is_scalar()) => {
                let blocks = self
                    .plan
                    .graph
                    .blocks(self.plan.nodes[place as usize].attr());
                match self.listed(rule, &reads, shape, &blocks) {
                    Some(slots) if !slots.is_empty() => {
                        let from = self.operand(&slots);
                        let zero = if rule.tiles { -0.0 } else { 0.0 };
                        Step::Copy(from, zero, out, slots.len() as u32)
                    }
                    _ => Step::Whole(Box::new(self.whole(place, &reads)), out),
                }
            }
            _ if row.adds_up == Some(AddsUp::Sum)
                && let Some(step) = self.sum_of_few(place, &reads[0]) =>
            {
                step
            }
            _ => match self.taken(place, row, &reads, out) {
                Some(step) => step,
                None => Step::Whole(Box::new(self.whole(place, &reads)), out),
            },
        }
    }

    /// The entries of a vector whose numbers are known.
    fn taken(&mut self, place: Place, row: &Primitive, reads: &[Read], out: Slot) -> Option<Step> {
        let [from, numbers] = reads else { return None };
        let Op::Constant(constant) = self.plan.nodes[numbers.root as usize].op else {
            return None;
        };
        let from_vector = from.shape.cols == 1 && self.plan.shape(place).cols == 1;
        if !row.is(&TAKEN) || numbers.offset > 0 || !from_vector {
            return None;
        }
        let count = from.shape.m();
        let numbers = self.plan.graph.constant_value(constant);
        let numbers = numbers.data().iter().map(|x| named(count, *x));
        let numbers: Vec<usize> = numbers.collect::<Result<_, _>>().ok()?;
        let start = self.indices.len() as u32;
        self.indices
            .extend(numbers.iter().map(|number| *number as Slot));
        let from = [self.layout.slot(from), count as u32];
        Some(Step::Taken(from, start, out, numbers.len() as u32))
    }

    /// The source of each entry of a result that is put together from numbers; `None` if some are
    /// sums.
    fn listed(
        &self,
        rule: &crate::graph::primitive::Placement,
        reads: &[Read],
        shape: Shape,
        blocks: &[crate::graph::Block],
    ) -> Option<Vec<Slot>> {
        let mut slots = vec![self.layout.zero; shape.len()];
        let mut taken = vec![false; shape.len()];
        let shapes = reads.iter().map(|read| read.shape);
        for (read, corner) in reads.iter().zip(placements(rule, shapes, shape, blocks)) {
            let k = corner.row as usize + corner.col as usize * shape.m();
            if std::mem::replace(&mut taken[k], true) {
                return None;
            }
            slots[k] = self.layout.slot(read);
        }
        Some(slots)
    }

    fn whole(&self, place: Place, reads: &[Read]) -> Whole {
        let node = &self.plan.nodes[place as usize];
        let row = node.primitive().expect("a unit is an operation");
        Whole {
            kernel: row.kernel,
            args: reads
                .iter()
                .map(|read| (self.layout.slot(read), self.layout.seen(read.shape)))
                .collect(),
            shape: self.layout.seen(node.shape),
            attr: node.attr(),
            blocks: Arc::from(&*self.plan.graph.blocks(node.attr())),
            node: self.plan.blamed(place),
            rounds: self.loops.get(&place).copied(),
        }
    }

    pub fn entries(&self, zones: &[Zoned], entries: &[Vec<NodeId>]) -> Vec<EntryPoint> {
        let of = |k: usize, outputs: &Vec<NodeId>| EntryPoint {
            segments: (0..zones.len())
                .filter(|segment| zones[*segment].zone.wanted & bit(k) != 0)
                .collect(),
            outputs: outputs
                .iter()
                .map(|id| {
                    let place = self.plan.place(*id);
                    let (root, offset) = self.plan.root(place);
                    let slot = self.layout.slots[root as usize] + offset;
                    (slot, self.plan.shape(place))
                })
                .collect(),
        };
        entries
            .iter()
            .enumerate()
            .map(|(k, outputs)| of(k, outputs))
            .collect()
    }

    /// The step for a group.
    fn blocks(&mut self, tall: &Tall) -> Step {
        let layout = tall.columns(self.plan, &self.layout.members);
        let (height, last) = tall.heights(layout.count);
        let (totals, units): (Vec<Place>, Vec<Place>) =
            (tall.units.iter()).partition(|unit| self.plan.shape(**unit).m() != tall.rows);
        self.layout.window = Some(Window {
            rows: tall.rows,
            height,
            at: self.layout.blocks_at,
            room: last.next_multiple_of(LINE),
            layout,
        });
        let [each, last] = [height, last].map(|height| {
            if let Some(window) = &mut self.layout.window {
                window.height = height;
            }
            let steps = units.iter().map(|unit| self.single(*unit)).collect();
            Pass { height, steps }
        });
        let window = self.layout.window.take().expect("it was set above");
        let moved = |root: Place, offset: u32, shape: Shape| Moved {
            whole: self.layout.slots[root as usize] + offset,
            block: window.columns(root, offset, shape).expect("it is held").at,
            columns: shape.n(),
        };
        let loads = tall.loads.iter();
        let stores = tall.stores.iter();
        Step::Blocks(Box::new(Blocks {
            rows: tall.rows,
            at: self.layout.blocks_at,
            loads: loads
                .map(|load| moved(load.root, load.offset, load.shape))
                .collect(),
            stores: stores
                .map(|store| moved(*store, 0, self.plan.shape(*store)))
                .collect(),
            in_place: !tall.in_place.is_empty(),
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
        let out = self.layout.slots[unit as usize];
        match row.adds_up {
            Some(AddsUp::Product) => Total::Product(columns[0], columns[1], out),
            Some(AddsUp::Dot) => Total::Dot(columns[0], columns[1], out),
            how => Total::Sum {
                of: columns[0],
                by_column: self.plan.nodes[unit as usize].attr() == Attr::Axis(1),
                mean: how == Some(AddsUp::Mean),
                out,
            },
        }
    }
}
