//! The layout of the pool: every value gets a place, and arrays that are not needed at the same time
//! share theirs.

use super::Unfit;
use super::inside::inside;
use super::plan::{Place, Plan, Read, Reading, bit};
use super::pool::{LINE, Numbers, Slot};
use super::program::Input;
use super::replacing::Exchanged;
use super::room::Room;
use super::schedule::{Draft, Zoned, members};
use super::step::Factor;
use super::window::Window;
use crate::graph::{NodeId, Op, Shape};
use rustc_hash::FxHashMap;

/// Arrays with fewer entries keep their places to themselves.
const WORTH_REUSE: usize = 32;

/// The places of all values of a plan.
pub(super) struct PoolLayout<'p, 'g> {
    pub plan: &'p Plan<'g>,
    /// The links of each chain but its last, by the last.
    pub members: FxHashMap<Place, Vec<Place>>,
    /// The arrays inside of others, in which and from which entry of it on.
    pub inside: FxHashMap<Place, (Place, u32)>,
    /// The place at which the value of each node begins.
    pub slots: Vec<Slot>,
    /// The length of the pool, in numbers.
    size: u64,
    /// The place of a zero.
    pub zero: Slot,
    /// The first place that depends on inputs.
    pub first_varying: Slot,
    /// The first place of the blocks of tall arrays.
    pub blocks_at: Slot,
    /// Those that are there, while the steps of a block are emitted.
    pub window: Option<Window>,
}

impl<'p, 'g> PoolLayout<'p, 'g> {
    /// Nothing has a place yet.
    pub fn new(plan: &'p Plan<'g>) -> PoolLayout<'p, 'g> {
        PoolLayout {
            plan,
            members: members(plan),
            inside: inside(plan),
            slots: vec![Slot::MAX; plan.nodes.len()],
            size: 0,
            zero: 0,
            first_varying: 0,
            blocks_at: 0,
            window: None,
        }
    }

    /// Gives all values their places: at most `memory_limit` bytes.
    pub fn assign(
        &mut self,
        groups: &[Vec<NodeId>],
        zones: &[Zoned],
        exchanged: &[Exchanged],
        memory_limit: u64,
    ) -> Result<Vec<Input>, Unfit> {
        let inputs = self.place_inputs(groups);
        for Exchanged { result, .. } in exchanged {
            // Before all that may be read entry by entry, as the inputs are.
            self.slots[*result as usize] = self.reserve(self.plan.shape(*result).len());
        }
        self.place_lasting(zones);
        self.check_size(memory_limit)?;
        self.place_passing(zones);
        self.place_blocks(zones);
        self.check_size(memory_limit)?;
        Ok(inputs)
    }

    fn reserve(&mut self, len: usize) -> Slot {
        if len >= WORTH_REUSE {
            self.size = self.size.next_multiple_of(LINE as u64);
        }
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
                    group: bit(k),
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
                Draft::Twins(units) => {
                    for place in self.plan.twins_of(units).iter().flatten() {
                        self.slots[*place as usize] = self.reserve(1);
                    }
                }
                Draft::Single(_) | Draft::Blocks(_) => {
                    for place in draft.arrays(self.plan) {
                        if let Some((leaf, _)) = self.plan.added.get(&place) {
                            self.slots[place as usize] = self.slots[*leaf as usize];
                        } else if !self.passes(place)
                            && !self.inside.contains_key(&place)
                            && self.slots[place as usize] == Slot::MAX
                        {
                            let len = self.plan.shape(place).len();
                            self.slots[place as usize] = self.reserve(len);
                        }
                    }
                }
            }
        }
    }

    /// True if the room of an array can serve others after its last use.
    fn passes(&self, place: Place) -> bool {
        let here = place as usize;
        let large = self.plan.shape(place).len() >= WORTH_REUSE;
        let computed = self.plan.nodes[here].primitive().is_some();
        computed && large && !self.plan.lasting[here] && self.plan.zones[here].depends != 0
    }

    /// Gives the other arrays places that are used again after the last step that reads them.
    fn place_passing(&mut self, zones: &[Zoned]) {
        let start = self.size.next_multiple_of(LINE as u64);
        let lines = |place| self.plan.shape(place).len().next_multiple_of(LINE) as u64;
        let home = |place| self.inside.get(&place).copied().unwrap_or((place, 0));
        let mut highest = 0;
        for zoned in zones {
            let mut last_use: FxHashMap<Place, usize> = FxHashMap::default();
            for (time, draft) in zoned.drafts.iter().enumerate() {
                // Runs of numbers read single entries, which last.
                for place in draft.arrays(self.plan) {
                    last_use.insert(home(place).0, time);
                }
                for root in draft.needs(self.plan, &self.members) {
                    last_use.insert(home(root).0, time);
                }
            }
            let mut dying: Vec<Vec<Place>> = vec![Vec::new(); zoned.drafts.len()];
            for (place, time) in &last_use {
                dying[*time].push(*place);
            }
            let mut room = Room::default();
            for (draft, dying) in zoned.drafts.iter().zip(&mut dying) {
                for place in draft.arrays(self.plan) {
                    let (whole, offset) = home(place);
                    if self.passes(whole) && self.slots[whole as usize] == Slot::MAX {
                        let at = room.take(lines(whole));
                        self.slots[whole as usize] = (start + at).min(u64::from(u32::MAX)) as Slot;
                    }
                    if place != whole {
                        let at = self.slots[whole as usize];
                        self.slots[place as usize] = at.saturating_add(offset);
                    }
                }
                dying.sort_unstable();
                for place in dying.iter().filter(|place| self.passes(**place)) {
                    let placed = self.slots[*place as usize] != Slot::MAX;
                    if placed && self.plan.zones[*place as usize] == zoned.zone {
                        let at = u64::from(self.slots[*place as usize]) - start;
                        room.give_back(at, lines(*place));
                    }
                }
            }
            highest = highest.max(room.end);
        }
        self.size = start + highest;
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

    /// The first place behind all that have been given.
    pub fn end(&self) -> Slot {
        self.size as Slot
    }

    /// The pool with the values of leaves in their places, and so many places more.
    pub fn filled(&self, more: usize) -> Numbers {
        let mut pool = Numbers::zeros(self.size as usize + more);
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
        pool
    }

    pub fn slot(&self, read: &Read) -> Slot {
        self.held(read.root, read.offset, read.shape)
    }

    /// True of rows that a block reads or writes where they lie in an array.
    pub fn is_outside(&self, root: Place, offset: u32, shape: Shape) -> bool {
        self.window.as_ref().is_some_and(|window| {
            shape.m() == window.rows && window.columns(root, offset, shape).is_none()
        })
    }

    /// The place of the entries of `shape` that begin at `offset` of an array.
    fn held(&self, root: Place, offset: u32, shape: Shape) -> Slot {
        let window = self.window.as_ref();
        if let Some(slot) = window.and_then(|window| window.slot(root, offset, shape)) {
            return slot;
        }
        let slot = self.slots[root as usize];
        debug_assert_ne!(slot, Slot::MAX, "what is read has a place");
        slot + offset
    }

    /// The place of the result of `place`.
    pub fn out(&self, place: Place) -> Slot {
        self.held(place, 0, self.plan.shape(place))
    }

    /// The shape of what a step reads or writes: of one block of it where it is tall.
    pub fn seen(&self, shape: Shape) -> Shape {
        let window = self.window.as_ref();
        window.map_or(shape, |window| window.seen(shape))
    }

    /// An argument as a product reads it.
    pub fn factor(&self, read: &Read) -> Factor {
        let transposed = read.reading == Reading::Transposed;
        let shape = self.seen(read.shape);
        Factor {
            at: self.slot(read),
            shape: if transposed {
                shape.transposed()
            } else {
                shape
            },
            transposed,
        }
    }
}
