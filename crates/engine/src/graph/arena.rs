//! The list of nodes, in which equal nodes are one.

use super::rounds::Leaves;
use super::{Block, CallRule, Leaf, Node, NodeId, Op, Round, RoundBack, Shape, Tensor};
use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A node in the table, with enough of its hash that growing the table need not look at nodes.
#[derive(Clone, Copy)]
struct Entry {
    id: u32,
    hash: u32,
}

impl Entry {
    /// The hash the table sees: what was kept, spread over all bits again.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// The nodes built on one node, as far as it is the newest of their arguments.
#[derive(Clone, Copy)]
struct Link {
    /// The latest of them.
    latest: u32,
    /// The one before this node among those that are built on the same node.
    before: u32,
}

/// Stands for no node.
const NONE: u32 = u32::MAX;

/// The number of nodes built on one that are linked; all further ones go to the table.
const LINKED: usize = 8;

/// A node is looked for among those that are built on its newest argument: they are few, and lie
/// close together in memory, however large the graph. The table holds the rest: what has no
/// arguments, and what is built on a node that many others are built on.
#[derive(Default)]
pub(super) struct Arena {
    pub nodes: Vec<Node>,
    args: Vec<NodeId>,
    links: Vec<Link>,
    table: HashTable<Entry>,
    pub leaves: Vec<Leaf>,
    pub constants: Vec<Rc<Tensor>>,
    pub blocks: Interned<[Block]>,
    pub placeholders: FxHashMap<(Shape, u32), NodeId>,
    pub locals: Leaves,
    pub rounds: Interned<Round>,
    pub backs: Interned<RoundBack>,
    pub rules: Interned<CallRule>,
}

/// Data that attributes name by a number; equal ones are one.
pub(super) struct Interned<T: ?Sized> {
    all: Vec<Rc<T>>,
    numbers: FxHashMap<Rc<T>, u32>,
}

impl<T: ?Sized> Default for Interned<T> {
    fn default() -> Interned<T> {
        Interned {
            all: Vec::new(),
            numbers: FxHashMap::default(),
        }
    }
}

impl<T: ?Sized + Eq + Hash> Interned<T> {
    /// The number of `data`.
    pub fn number(&mut self, data: Rc<T>) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry(data.clone()).or_insert(next);
        if number == next {
            self.all.push(data);
        }
        number
    }

    /// The data with this number.
    pub fn get(&self, number: u32) -> Rc<T> {
        self.all[number as usize].clone()
    }
}

fn hash_of(op: &Op, shape: Shape, args: &[NodeId]) -> u32 {
    let mut hasher = FxHasher::default();
    op.key().hash(&mut hasher);
    shape.hash(&mut hasher);
    args.hash(&mut hasher);
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

impl Arena {
    pub fn args(&self, node: &Node) -> &[NodeId] {
        &self.args[node.first as usize..(node.first + node.count) as usize]
    }

    pub fn push(&mut self, op: Op, shape: Shape, args: &[NodeId]) -> NodeId {
        let key = op.key();
        let is_same = |id: u32| {
            let node = &self.nodes[id as usize];
            node.shape == shape && node.op.key() == key && self.args(node) == args
        };
        let newest = args.iter().max().map(|newest| newest.index());
        let mut linked = 0;
        let mut known = newest.map_or(NONE, |newest| self.links[newest].latest);
        while known != NONE {
            if is_same(known) {
                return NodeId(known);
            }
            linked += 1;
            known = self.links[known as usize].before;
        }
        let room = newest.filter(|_| linked < LINKED);
        let hash = hash_of(&op, shape, args);
        if room.is_none() {
            let same = |entry: &Entry| entry.hash == hash && is_same(entry.id);
            if let Some(entry) = self.table.find(Entry::spread(hash), same) {
                return NodeId(entry.id);
            }
        }
        let id = self.nodes.len() as u32;
        let first = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.nodes.push(Node {
            op,
            shape,
            first,
            count: args.len() as u32,
        });
        let before = match room {
            Some(newest) => std::mem::replace(&mut self.links[newest].latest, id),
            None => {
                let rehash = |entry: &Entry| Entry::spread(entry.hash);
                self.table
                    .insert_unique(Entry::spread(hash), Entry { id, hash }, rehash);
                NONE
            }
        };
        self.links.push(Link {
            latest: NONE,
            before,
        });
        NodeId(id)
    }
}
