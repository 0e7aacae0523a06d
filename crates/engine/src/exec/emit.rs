//! From steps in order to a program: every value gets a place in the pool, every step its operands.

use super::plan::{Both, Place, Plan, Read, Reading, is_product};
use super::program::{Entry, Factor, Input, Operand, Program, Scratch, Segment, Slot, Step, Whole};
use super::room::Room;
use super::schedule::{Draft, Side, Zoned, members, schedule};
use super::window::Window;
use super::{Unfit, placements};
use crate::graph::primitive::Kernel;
use crate::graph::{Graph, NodeId, Op, Primitive, Shape};
use rustc_hash::FxHashMap;

/// A run is cut into parts that are at least this long on average.
const SHORTEST_PART: usize = 12;

/// Arrays with fewer entries keep their places to themselves.
const WORTH_REUSE: usize = 32;

impl Program {
    /// Compiles what `entries` compute. Inputs come in `groups` that change together; all other
    /// leaves keep the values they have. A node that is computed from others may be an input too.
    /// The program takes at most `memory_limit` bytes.
    pub fn compile(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
    ) -> Result<Program, Unfit> {
        Program::compile_as(graph, groups, entries, memory_limit, true)
    }

    /// As [`Program::compile`], for [`Program::batch`].
    pub fn for_batches(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
    ) -> Result<Program, Unfit> {
        Program::compile_as(graph, groups, entries, memory_limit, false)
    }

    fn compile_as(
        graph: &Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        memory_limit: u64,
        in_blocks: bool,
    ) -> Result<Program, Unfit> {
        let plan = Plan::new(graph, groups, entries)?;
        let zones = schedule(&plan, in_blocks);
        let mut emitter = Emitter {
            slots: vec![Slot::MAX; plan.nodes.len()],
            members: members(&plan),
            plan: &plan,
            indices: Vec::new(),
            size: 0,
            registers: 0,
            zero: 0,
            first_varying: 0,
            blocks_at: 0,
            window: None,
        };
        let inputs = emitter.place_inputs(groups);
        emitter.place_lasting(&zones);
        emitter.check_size(memory_limit)?;
        emitter.place_passing(&zones);
        emitter.place_blocks(&zones);
        emitter.check_size(memory_limit)?;
        let mut pool = vec![0.0; emitter.size as usize];
        emitter.fill(&mut pool);
        let segments: Vec<Segment> = zones
            .iter()
            .map(|zoned| {
                let mut steps = Vec::new();
                for draft in &zoned.drafts {
                    emitter.emit(draft, &mut steps);
                }
                Segment {
                    steps,
                    depends: zoned.zone.depends,
                    stale: true,
                }
            })
            .collect();
        let entries = emitter.entries(&zones, entries);
        Ok(Program {
            pool,
            indices: emitter.indices,
            segments,
            inputs,
            entries,
            scratch: Scratch::new(emitter.registers),
            first_varying: emitter.first_varying,
        })
    }
}

pub(super) struct Emitter<'p, 'g> {
    pub(super) plan: &'p Plan<'g>,
    pub(super) members: FxHashMap<Place, Vec<Place>>,
    /// Where the value of each node begins.
    pub(super) slots: Vec<Slot>,
    indices: Vec<Slot>,
    /// How long the pool is, in numbers.
    size: u64,
    pub(super) registers: usize,
    /// Where a zero is kept.
    pub(super) zero: Slot,
    /// Where what depends on inputs begins.
    first_varying: Slot,
    /// Where blocks of tall arrays are kept, and those that are there.
    pub(super) blocks_at: Slot,
    pub(super) window: Option<Window>,
}

impl Emitter<'_, '_> {
    fn reserve(&mut self, len: usize) -> Slot {
        let at = self.size;
        self.size += len as u64;
        // A pool that is too long is refused before anything reads these.
        at.min(u64::from(u32::MAX)) as Slot
    }

    fn check_size(&self, memory_limit: u64) -> Result<(), Unfit> {
        let fits = self.size.saturating_mul(8) <= memory_limit && self.size < u64::from(Slot::MAX);
        fits.then_some(()).ok_or(Unfit::Memory)
    }

    fn place_inputs(&mut self, groups: &[Vec<NodeId>]) -> Vec<Input> {
        self.zero = self.reserve(1);
        let mut inputs = Vec::new();
        for (k, group) in groups.iter().enumerate() {
            for id in group {
                let len = self.plan.graph.shape(*id).len();
                let at = self.reserve(len);
                if let Some(place) = self.plan.cone.place(*id) {
                    self.slots[place] = at;
                }
                inputs.push(Input {
                    at,
                    len: len as u32,
                    group: 1 << k.min(63),
                });
            }
        }
        for place in 0..self.plan.nodes.len() {
            let leaf = self.plan.nodes[place].primitive().is_none();
            if leaf && self.plan.stored[place] && self.slots[place] == Slot::MAX {
                self.slots[place] = self.reserve(self.plan.nodes[place].shape.len());
            }
        }
        inputs
    }

    /// Gives everything a place that is needed beyond the steps of its zone, and all numbers; in
    /// the order of the steps, so that what is computed later lies behind.
    fn place_lasting(&mut self, zones: &[Zoned]) {
        self.first_varying = self.size as Slot;
        for (zone, draft) in (zones.iter())
            .flat_map(|zoned| zoned.drafts.iter().map(move |draft| (zoned.zone, draft)))
        {
            if zone.depends == 0 {
                // These come first.
                self.first_varying = Slot::MAX;
            } else if self.first_varying == Slot::MAX {
                self.first_varying = self.size as Slot;
            }
            match draft {
                Draft::Run(_, places) | Draft::Scan(_, _, places) => {
                    for place in places {
                        self.slots[*place as usize] = self.reserve(1);
                    }
                }
                Draft::Single(_) | Draft::Blocks(_) => {
                    for place in draft.arrays(self.plan) {
                        if !self.passes(place) {
                            let len = self.plan.shape(place).len();
                            self.slots[place as usize] = self.reserve(len);
                        }
                    }
                }
            }
        }
    }

    /// Whether the room of an array can serve others after its last use.
    fn passes(&self, place: Place) -> bool {
        let here = place as usize;
        let large = self.plan.shape(place).len() >= WORTH_REUSE;
        let computed = self.plan.nodes[here].primitive().is_some();
        computed && large && !self.plan.lasting[here] && self.plan.zones[here].depends != 0
    }

    /// Gives the other arrays places that are used again after the last step that reads them.
    fn place_passing(&mut self, zones: &[Zoned]) {
        let start = self.size;
        let mut highest = 0;
        for zoned in zones {
            let mut last_use: FxHashMap<Place, usize> = FxHashMap::default();
            for (time, draft) in zoned.drafts.iter().enumerate() {
                // Runs of numbers read single entries, which last.
                for place in draft.arrays(self.plan) {
                    last_use.insert(place, time);
                }
                for root in draft.needs(self.plan, &self.members) {
                    last_use.insert(root, time);
                }
            }
            let mut dying: Vec<Vec<Place>> = vec![Vec::new(); zoned.drafts.len()];
            for (place, time) in &last_use {
                dying[*time].push(*place);
            }
            let mut room = Room::default();
            for (draft, dying) in zoned.drafts.iter().zip(&mut dying) {
                for place in draft.arrays(self.plan) {
                    if self.passes(place) {
                        let at = room.take(self.plan.shape(place).len() as u64);
                        self.slots[place as usize] = (start + at).min(u64::from(u32::MAX)) as Slot;
                    }
                }
                dying.sort_unstable();
                for place in dying.iter().filter(|place| self.passes(**place)) {
                    let placed = self.slots[*place as usize] != Slot::MAX;
                    if placed && self.plan.zones[*place as usize] == zoned.zone {
                        let at = u64::from(self.slots[*place as usize]) - start;
                        room.give_back(at, self.plan.shape(*place).len() as u64);
                    }
                }
            }
            highest = highest.max(room.end);
        }
        self.size += highest;
    }

    /// Makes room for blocks of tall arrays.
    fn place_blocks(&mut self, zones: &[Zoned]) {
        let room = |draft: &Draft| match draft {
            Draft::Blocks(tall) => tall.room(self.plan, &self.members),
            _ => 0,
        };
        let drafts = zones.iter().flat_map(|zoned| &zoned.drafts);
        let room = drafts.map(room).max().unwrap_or(0);
        self.blocks_at = self.reserve(room);
    }

    /// Writes the values of leaves.
    fn fill(&self, pool: &mut [f64]) {
        let graph = self.plan.graph;
        for (place, node) in self.plan.nodes.iter().enumerate() {
            let at = self.slots[place];
            if at == Slot::MAX {
                continue;
            }
            let room = &mut pool[at as usize..][..node.shape.len()];
            match node.op {
                Op::Literal(value) => room[0] = value,
                Op::Constant(constant) => {
                    room.copy_from_slice(graph.constant_value(constant).data());
                }
                Op::Input(leaf) => {
                    if let Some(value) = graph.leaf(leaf).value {
                        room.copy_from_slice(value.data());
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn slot(&self, read: &Read) -> Slot {
        self.held(read.root, read.offset, read.shape)
    }

    /// Where the entries of `shape` are that begin at `offset` of an array.
    fn held(&self, root: Place, offset: u32, shape: Shape) -> Slot {
        let window = self.window.as_ref();
        if let Some(slot) = window.and_then(|window| window.slot(root, offset, shape)) {
            return slot;
        }
        let slot = self.slots[root as usize];
        debug_assert_ne!(slot, Slot::MAX, "what is read has a place");
        slot + offset
    }

    /// Where the result of `place` goes.
    pub(super) fn out(&self, place: Place) -> Slot {
        self.held(place, 0, self.plan.shape(place))
    }

    /// The shape of what a step reads or writes: of one block of it where it is tall.
    pub(super) fn seen(&self, shape: Shape) -> Shape {
        let window = self.window.as_ref();
        window.map_or(shape, |window| window.seen(shape))
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
            Draft::Scan(row, side, places) => steps.push(self.scan(row, *side, places)),
            Draft::Single(place) => steps.push(self.single(*place)),
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

    /// Where argument `k` of each of `places` is.
    fn argument(&self, places: &[Place], k: usize) -> Vec<Slot> {
        places
            .iter()
            .map(|place| self.slot(&self.plan.reads(*place)[k]))
            .collect()
    }

    fn run(&mut self, row: &'static Primitive, places: &[Place]) -> Step {
        let out = self.slots[places[0] as usize];
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

    fn scan(&mut self, row: &'static Primitive, side: Side, places: &[Place]) -> Step {
        let Kernel::Map2(f) = &row.kernel else {
            unreachable!("scans are of operations with two operands");
        };
        let out = self.slots[places[0] as usize];
        let len = places.len() as u32;
        let (kept, other) = side.operands();
        let first = self.argument(&places[..1], kept)[0];
        let others = self.argument(places, other);
        let others = self.operand(&others);
        Step::Scan(f, side, first, others, out, len)
    }

    pub(super) fn single(&mut self, place: Place) -> Step {
        let out = self.out(place);
        let shape = self.seen(self.plan.shape(place));
        let (row, _) = self.plan.operation(place).expect("a unit is an operation");
        let reads = self.plan.reads(place);
        if let Some(pair) = self.plan.pairs.get(&place) {
            let [a, b] = pair.made.map(|k| self.out(k));
            let x = self.slot(&reads[0]);
            return match pair.both {
                Both::Mirror(f) => Step::Mirrored(f, x, a, b, shape.len() as u32),
                Both::Together(both) => {
                    let [leader, follower] = pair.made;
                    let whole = self.whole(leader, &reads);
                    let len = self.seen(self.plan.shape(follower)).len() as u32;
                    Step::Together(both, Box::new(whole), a, b, len)
                }
            };
        }
        match &row.kernel {
            Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_) => {
                self.chain(place)
            }
            _ if is_product(row) => {
                let factor = |read: &Read| {
                    let transposed = read.reading == Reading::Transposed;
                    let shape = self.seen(read.shape);
                    Factor {
                        at: self.slot(read),
                        shape: match transposed {
                            true => shape.transposed(),
                            false => shape,
                        },
                        transposed,
                    }
                };
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
            _ => Step::Whole(Box::new(self.whole(place, &reads)), out),
        }
    }

    /// Where each entry of a result put together from numbers comes from; `None` where some are
    /// sums.
    fn listed(
        &self,
        rule: &crate::graph::primitive::Place,
        reads: &[Read],
        shape: Shape,
        blocks: &[crate::graph::Block],
    ) -> Option<Vec<Slot>> {
        let mut slots = vec![self.zero; shape.len()];
        let mut taken = vec![false; shape.len()];
        let shapes = reads.iter().map(|read| read.shape);
        for (read, corner) in reads.iter().zip(placements(rule, shapes, shape, blocks)) {
            let k = corner.row as usize + corner.col as usize * shape.m();
            if std::mem::replace(&mut taken[k], true) {
                return None;
            }
            slots[k] = self.slot(read);
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
                .map(|read| (self.slot(read), self.seen(read.shape)))
                .collect(),
            shape: self.seen(node.shape),
            attr: node.attr(),
            blocks: self.plan.graph.blocks(node.attr()),
            node: self.plan.cone[place as usize],
        }
    }

    fn entries(&self, zones: &[Zoned], entries: &[Vec<NodeId>]) -> Vec<Entry> {
        let of = |k: usize, outputs: &Vec<NodeId>| Entry {
            segments: (0..zones.len())
                .filter(|segment| zones[*segment].zone.wanted & (1 << k.min(63)) != 0)
                .collect(),
            outputs: outputs
                .iter()
                .map(|id| {
                    let place = self.plan.place(*id);
                    let (root, offset) = self.plan.root(place);
                    let slot = self.slots[root as usize] + offset;
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
}
