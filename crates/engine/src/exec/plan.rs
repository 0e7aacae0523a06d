//! The plan of a program: the nodes that need room of their own, those that view the entries of
//! another node, and those that are computed together.

use super::reading::Pair;
pub(super) use super::reading::{Place, Read, Reading};
use crate::graph::primitive::{Kernel, Notation};
use crate::graph::{Attr, Cone, Graph, Node, NodeId, Op, Primitive, Shape};
use crate::primitives::arithmetic::{ADD, MUL, POW, SUB};
use crate::primitives::array::ASSEMBLE;
use crate::vector::by_dots;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};
use std::ops::RangeInclusive;

/// Columns shorter than this are stretched into an array rather than read column by column.
const SHORTEST_COLUMN: usize = 32;

/// A chain goes through as few blocks, of a vector as long: at their borders its pieces are short.
const MOST_BLOCKS: usize = 4;
const WORTH_BORDERS: usize = 512;

/// Most operations in one chain.
const LONGEST_CHAIN: usize = 100;

/// The part of a program that depends on the same groups of inputs (a bit each) and is wanted by
/// the same entries (a bit each).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Zone {
    pub depends: u64,
    pub wanted: u64,
}

/// The bit of a group of inputs or of an entry by its number; the last stands for all from there on.
pub(super) fn bit(number: usize) -> u64 {
    1 << number.min(63)
}

/// The plan.
pub(super) struct Plan<'g> {
    pub graph: &'g Graph,
    pub cone: Cone,
    pub nodes: Vec<Node>,
    pub zones: Vec<Zone>,
    /// The node whose storage each node views, and the offset into it.
    roots: Vec<(Place, u32)>,
    /// True for a node that needs room of its own.
    pub stored: Vec<bool>,
    /// The last node of the chain that a node is computed in; itself for most.
    pub chain: Vec<Place>,
    /// Pairs, by the node in whose step they are computed; and the node in whose step a node is
    /// computed that is the other one of a pair.
    pub pairs: FxHashMap<Place, Pair>,
    pub makers: FxHashMap<Place, Place>,
    /// Sums of a leaf and of a product of two vectors that take the place of the leaf: both of them, by the sum.
    pub added: FxHashMap<Place, (Place, Place)>,
    /// The nodes that others stand in for, by those.
    pub stand_ins: FxHashMap<NodeId, NodeId>,
    /// True for a node that is read outside the steps of its own zone, or entry by entry.
    pub lasting: Vec<bool>,
}

impl<'g> Plan<'g> {
    pub fn new(graph: &'g Graph, groups: &[Vec<NodeId>], entries: &[Vec<NodeId>]) -> Plan<'g> {
        Plan::of_round(graph, groups, entries, &[])
    }

    /// The plan of a round that hands on what some nodes compute, each with the leaf that it is given as in
    /// the next one.
    pub fn of_round(
        graph: &'g Graph,
        groups: &[Vec<NodeId>],
        entries: &[Vec<NodeId>],
        handed: &[(NodeId, NodeId)],
    ) -> Plan<'g> {
        let outputs: Vec<NodeId> = entries.iter().flatten().copied().collect();
        let given: FxHashSet<NodeId> = groups.iter().flatten().copied().collect();
        let cone = graph.cone(&outputs, |id| given.contains(&id));
        let node = |id: &NodeId| {
            let mut node = graph.node(*id);
            // A given node is a leaf, whatever it is computed from elsewhere.
            if given.contains(id) && !matches!(node.op, Op::Input(_)) {
                node.op = Op::Literal(f64::NAN);
            }
            node
        };
        let nodes: Vec<Node> = cone.iter().map(node).collect();
        let count = nodes.len();
        let mut plan = Plan {
            graph,
            cone,
            nodes,
            zones: Vec::new(),
            roots: Vec::with_capacity(count),
            stored: vec![false; count],
            chain: (0..count as Place).collect(),
            lasting: vec![false; count],
            pairs: FxHashMap::default(),
            makers: FxHashMap::default(),
            added: FxHashMap::default(),
            stand_ins: FxHashMap::default(),
        };
        plan.find_zones(groups, entries);
        plan.find_roots();
        plan.find_pairs();
        plan.find_added(&outputs, handed);
        plan.find_stored(&outputs);
        plan.find_chains();
        plan
    }

    pub fn place(&self, id: NodeId) -> Place {
        self.cone
            .place(id)
            .expect("what a node needs is in the cone") as Place
    }

    pub fn node(&self, place: Place) -> &Node {
        &self.nodes[place as usize]
    }

    pub fn shape(&self, place: Place) -> Shape {
        self.node(place).shape
    }

    pub fn args(&self, place: Place) -> SmallVec<[Place; 4]> {
        let mut args = SmallVec::new();
        if !matches!(self.node(place).op, Op::Apply(..) | Op::Hold(_)) {
            return args;
        }
        let id = self.cone[place as usize];
        self.graph.for_args(id, |arg| args.push(self.place(arg)));
        args
    }

    /// The row and the arguments that compute `place`: a square is a product, and an array to which a
    /// negative is added is a difference.
    pub fn operation(&self, place: Place) -> Option<(&'static Primitive, SmallVec<[Place; 4]>)> {
        let row = self.node(place).primitive()?;
        let mut args = self.args(place);
        if row.is(&POW) && self.graph.literal_value(self.cone[args[1] as usize]) == Some(2.0) {
            args[1] = args[0];
            return Some((&MUL, args));
        }
        if row.is(&ADD)
            && !self.shape(place).is_scalar()
            && let Some((k, x)) = (0..2).rev().find_map(|k| Some((k, self.negated(args[k])?)))
        {
            return Some((&SUB, smallvec![args[1 - k], x]));
        }
        Some((row, args))
    }

    /// What `place` is the negative of.
    pub fn negated(&self, place: Place) -> Option<Place> {
        let row = self.node(place).primitive()?;
        (row.notation == Notation::Negation).then(|| self.args(place)[0])
    }

    /// The node to be named where the one at `place` fails.
    pub fn blamed(&self, place: Place) -> NodeId {
        let id = self.cone[place as usize];
        self.stand_ins.get(&id).copied().unwrap_or(id)
    }

    /// The node whose storage `place` views, and the offset into it.
    pub fn root(&self, place: Place) -> (Place, u32) {
        self.roots[place as usize]
    }

    fn find_zones(&mut self, groups: &[Vec<NodeId>], entries: &[Vec<NodeId>]) {
        let count = self.nodes.len();
        let mut depends = vec![0; count];
        for (k, group) in groups.iter().enumerate() {
            for place in group.iter().filter_map(|id| self.cone.place(*id)) {
                depends[place] |= bit(k);
            }
        }
        for place in 0..count {
            for arg in self.args(place as Place) {
                depends[place] |= depends[arg as usize];
            }
        }
        let mut wanted = vec![0; count];
        for (k, outputs) in entries.iter().enumerate() {
            for output in outputs {
                wanted[self.place(*output) as usize] |= bit(k);
            }
        }
        for place in (0..count).rev() {
            for arg in self.args(place as Place) {
                wanted[arg as usize] |= wanted[place];
            }
        }
        self.zones = depends
            .into_iter()
            .zip(wanted)
            .map(|(depends, wanted)| Zone { depends, wanted })
            .collect();
    }

    fn find_roots(&mut self) {
        for place in 0..self.nodes.len() as Place {
            let same = (place, 0);
            let root = match self.node(place).op {
                Op::Hold(_) => self.root(self.args(place)[0]),
                Op::Apply(row, _) if matches!(row.kernel, Kernel::Alias) => {
                    self.root(self.args(place)[0])
                }
                // Of a vector the entries stay where they are.
                Op::Apply(row, _)
                    if row.notation == Notation::Transpose
                        && self.shape(place).m().min(self.shape(place).n()) == 1 =>
                {
                    self.root(self.args(place)[0])
                }
                Op::Apply(_, Attr::Corner(corner)) => {
                    let whole = self.args(place)[0];
                    let (from, part) = (self.shape(whole), self.shape(place));
                    if part.cols == 1 || part.rows == from.rows {
                        let (root, offset) = self.root(whole);
                        (root, offset + corner.row + corner.col * from.rows)
                    } else {
                        same
                    }
                }
                _ => same,
            };
            self.roots.push(root);
        }
    }

    /// The reading of `arg` by `place`, whose operation is `row`, with a result of `shape`.
    fn read_by(&self, place: Place, row: &Primitive, shape: Shape, arg: Place) -> Read {
        match self.is_laid_out(place, row, arg) {
            true => self.whole(arg),
            false => self.read(row, shape, arg),
        }
    }

    /// True of a transposed matrix that changes less often than the vector that it is multiplied by: its rows
    /// are laid out once, not gathered each time.
    fn is_laid_out(&self, place: Place, row: &Primitive, arg: Place) -> bool {
        /// Fewer entries are gathered fast; more leave the nearest caches.
        const ENTRIES: RangeInclusive<usize> = 64..=1 << 14;
        let (result, matrix) = (self.shape(place), self.shape(arg));
        let inner = matrix.n();
        row.is_matrix_product()
            && self.args(place)[0] == arg
            && result.cols == 1
            && ENTRIES.contains(&matrix.len())
            && matrix.m().min(inner) > 1
            && !by_dots(matrix.m(), inner, 1)
            && (self.node(arg).primitive()).is_some_and(|row| row.notation == Notation::Transpose)
            && self.zones[arg as usize].depends != self.zones[place as usize].depends
    }

    fn whole(&self, arg: Place) -> Read {
        let (root, offset) = self.root(arg);
        Read {
            root,
            offset,
            reading: Reading::Plain,
            shape: self.shape(arg),
        }
    }

    /// The reading of `arg` by the operation `row` with a result of `shape`.
    pub fn read(&self, row: &Primitive, shape: Shape, arg: Place) -> Read {
        let (seen, reading) = self.seen_through(row, shape, arg);
        let (root, offset) = self.root(seen);
        Read {
            root,
            offset,
            reading,
            shape: self.shape(seen),
        }
    }

    fn seen_through(&self, row: &Primitive, shape: Shape, arg: Place) -> (Place, Reading) {
        let plain = (arg, Reading::Plain);
        let Some(inner) = self.node(arg).primitive() else {
            return match is_map(row) && self.shape(arg).is_scalar() && !shape.is_scalar() {
                true => (arg, Reading::Number),
                false => plain,
            };
        };
        if row.is_matrix_product() && inner.notation == Notation::Transpose {
            return (self.args(arg)[0], Reading::Transposed);
        }
        if !is_map(row) || shape.is_scalar() {
            return plain;
        }
        if self.shape(arg).is_scalar() {
            return (arg, Reading::Number);
        }
        if !inner.repeats {
            return plain;
        }
        let from = self.args(arg)[0];
        let part = self.shape(from);
        if part.is_scalar() {
            (from, Reading::Number)
        } else if shape.m() < SHORTEST_COLUMN {
            plain
        } else if part.cols == 1 {
            (from, Reading::Column)
        } else {
            (from, Reading::Row)
        }
    }

    /// The places of operations, each with its row.
    pub fn operations(&self) -> impl Iterator<Item = (Place, &'static Primitive)> {
        let places = 0..self.nodes.len() as Place;
        places.filter_map(|place| Some((place, self.node(place).primitive()?)))
    }

    /// The node in whose step `place` is computed.
    pub fn maker(&self, place: Place) -> Place {
        self.makers.get(&place).copied().unwrap_or(place)
    }

    /// The nodes that are computed in the step of `unit`, besides the links of a chain.
    pub fn made(&self, unit: Place) -> SmallVec<[Place; 2]> {
        match self.pairs.get(&unit) {
            Some(pair) => SmallVec::from(pair.made),
            None => SmallVec::from_slice(&[unit]),
        }
    }

    /// The reads of the computation of `place`.
    pub fn reads(&self, place: Place) -> SmallVec<[Read; 4]> {
        let Some((row, mut args)) = self.operation(place) else {
            return SmallVec::new();
        };
        let shape = self.shape(place);
        if let Some((_, product)) = self.added.get(&place) {
            return self.reads(*product);
        }
        if let Some(pair) = self.pairs.get(&place) {
            args[0] = pair.of;
        }
        args.into_iter()
            .map(|arg| self.read_by(place, row, shape, arg))
            .collect()
    }

    fn find_stored(&mut self, outputs: &[NodeId]) {
        for output in outputs {
            let (root, _) = self.root(self.place(*output));
            self.stored[root as usize] = true;
            self.lasting[root as usize] = true;
        }
        for place in (0..self.nodes.len() as Place).rev() {
            if !self.stored[place as usize] || self.root(place).0 != place {
                continue;
            }
            let maker = self.maker(place);
            if maker != place {
                self.stored[maker as usize] = true;
                continue;
            }
            for made in self.made(place) {
                self.stored[made as usize] = true;
            }
            for read in self.reads(place) {
                let root = read.root as usize;
                self.stored[root] = true;
                let single = read.shape.is_scalar() && !self.nodes[root].shape.is_scalar();
                self.lasting[root] |= single || self.zones[root] != self.zones[place as usize];
            }
        }
    }

    /// True if the node is computed entry by entry over an array.
    fn is_link(&self, place: Place) -> bool {
        let row = self.node(place).primitive();
        let paired = self.pairs.contains_key(&place) || self.maker(place) != place;
        let array = !self.shape(place).is_scalar() && self.root(place).0 == place;
        let by_entries = row.is_some_and(is_map) || self.adds_blocks(place);
        by_entries && array && !paired && !self.added.contains_key(&place)
    }

    /// True if the node is a long vector to which some blocks add up.
    pub fn adds_blocks(&self, place: Place) -> bool {
        let Op::Apply(row, Attr::Blocks(_)) = self.node(place).op else {
            return false;
        };
        let count = self.args(place).len();
        let few = (1..=MOST_BLOCKS).contains(&count);
        let shape = self.shape(place);
        row.is(&ASSEMBLE) && few && shape.cols == 1 && shape.m() >= WORTH_BORDERS
    }

    /// Joins entry-by-entry operations on arrays into chains: what only one chain uses, entry by
    /// entry, is computed inside it.
    fn find_chains(&mut self) {
        let count = self.nodes.len();
        // The one chain that uses a node as a link would; `MIXED` where there are several or where
        // something else uses it.
        const UNUSED: Place = Place::MAX;
        const MIXED: Place = Place::MAX - 1;
        let mut user = vec![UNUSED; count];
        let mut lengths = vec![0usize; count];
        for place in (0..count as Place).rev() {
            let here = place as usize;
            if !self.stored[here] || self.root(place).0 != place || self.maker(place) != place {
                continue;
            }
            let link = self.is_link(place);
            if link && !self.lasting[here] && user[here] < MIXED {
                let chain = user[here];
                let fits = self.zones[here] == self.zones[chain as usize]
                    && self.shape(place) == self.shape(chain)
                    && lengths[chain as usize] < LONGEST_CHAIN;
                if fits {
                    self.chain[here] = chain;
                }
            }
            let chain = self.chain[here];
            lengths[chain as usize] += 1;
            for read in self.reads(place) {
                let arg = read.root as usize;
                let whole = read.reading == Reading::Plain
                    && read.offset == 0
                    && read.shape == self.nodes[arg].shape;
                user[arg] = match user[arg] {
                    UNUSED if link && whole => chain,
                    known if known == chain && link && whole => chain,
                    _ => MIXED,
                };
            }
        }
    }

    /// True if `place` begins a step of its own.
    pub fn is_unit(&self, place: Place) -> bool {
        let here = place as usize;
        self.stored[here]
            && self.root(place).0 == place
            && self.chain[here] == place
            && self.maker(place) == place
            && self.nodes[here].primitive().is_some()
    }

    /// True if `place` is one number computed from numbers by an entry-by-entry operation.
    pub fn is_scalar_operation(&self, place: Place) -> bool {
        let row = self.node(place).primitive();
        self.shape(place).is_scalar()
            && row.is_some_and(|row| {
                matches!(
                    row.kernel,
                    Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_)
                )
            })
    }
}

/// True if an operation works entry by entry. One number among arrays serves all entries.
pub(super) fn is_map(row: &Primitive) -> bool {
    matches!(
        row.kernel,
        Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_)
    )
}
