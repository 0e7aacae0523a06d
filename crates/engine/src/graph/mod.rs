//! The computational graph: a hash-consed, append-only list of nodes (a Wengert list).
//!
//! A node's arguments always have smaller ids than the node, so every walk over the graph is a
//! loop over ids; nothing recurses. The graph is shared as `&Graph` and grows behind that
//! reference: rules, modes and lowering all append to the same graph.

mod arena;
mod columns;
mod cone;
mod kernel;
pub mod measure;
pub mod primitive;
mod questions;
mod rounds;
mod rule;
pub mod shape;
pub mod substitute;
pub mod tensor;
mod term;

pub use cone::Cone;
pub use primitive::Primitive;
pub use rounds::{Keeps, LocalUse, LoopArgument, Round, RoundBack, RoundCount};
pub use rule::CallRule;
pub use shape::Shape;
pub use tensor::{Tensor, View};
pub use term::Term;

use arena::Arena;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The index of a node in its graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The id as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The top left corner of a rectangle of entries, both from 0; the extent is a shape beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// First row.
    pub row: u32,
    /// First column.
    pub col: u32,
}

impl Corner {
    /// The place of entry `k` of a value of `shape`, counted column by column.
    pub fn of_entry(shape: Shape, k: usize) -> Corner {
        Corner {
            row: (k % shape.m()) as u32,
            col: (k / shape.m()) as u32,
        }
    }
}

/// A rectangle of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// Its top left corner.
    pub corner: Corner,
    /// Its extent.
    pub shape: Shape,
}

/// The facts that an operation needs besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attr {
    /// Nothing.
    None,
    /// The axis to work along: 1 runs down the rows, 2 along the columns.
    Axis(u8),
    /// The corner at which a block of entries begins; its extent is the shape of the result.
    Corner(Corner),
    /// One block for each argument: an index into the graph's block lists.
    Blocks(u32),
    /// The seed of a generator, low and high half.
    Seed(u32, u32),
    /// One round of a loop: an index into the graph's rounds.
    Round(u32),
    /// The adjoint of a round: an index into the graph's adjoints of rounds.
    RoundBack(u32),
    /// The rule of a call: an index into the graph's rules.
    Rule(u32),
}

impl Attr {
    /// A seed as an attribute.
    pub fn seed(seed: u64) -> Attr {
        Attr::Seed(seed as u32, (seed >> 32) as u32)
    }
}

/// The operation of a node.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// A leaf: an index into the graph's leaves.
    Input(u32),
    /// A number.
    Literal(f64),
    /// A matrix of numbers: an index into the graph's constants.
    Constant(u32),
    /// Stands for its argument, but is a leaf for differentiations that hold it.
    Hold(u32),
    /// Cannot be computed: the number of a reason that the builder keeps.
    Raise(u32),
    /// An operation of the table.
    Apply(&'static Primitive, Attr),
}

impl Op {
    /// A number that is equal for equal operations; literals by their bits, so −0 is not 0.
    fn key(&self) -> (u8, u64, Attr) {
        match *self {
            Op::Input(k) => (0, u64::from(k), Attr::None),
            Op::Literal(x) => (1, x.to_bits(), Attr::None),
            Op::Constant(k) => (2, u64::from(k), Attr::None),
            Op::Hold(k) => (3, u64::from(k), Attr::None),
            Op::Raise(k) => (4, u64::from(k), Attr::None),
            Op::Apply(primitive, attr) => (5, std::ptr::from_ref(primitive) as u64, attr),
        }
    }
}

/// One node. Its arguments are asked from the graph.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Its operation.
    pub op: Op,
    /// The shape of its value.
    pub shape: Shape,
    first: u32,
    count: u32,
}

impl Node {
    /// The row of the table, where it is an operation of the table.
    pub fn primitive(&self) -> Option<&'static Primitive> {
        match self.op {
            Op::Apply(primitive, _) => Some(primitive),
            _ => None,
        }
    }

    /// The attribute; [`Attr::None`] for what is not an operation of the table.
    pub fn attr(&self) -> Attr {
        match self.op {
            Op::Apply(_, attr) => attr,
            _ => Attr::None,
        }
    }

    /// The number of its arguments.
    pub fn arity(&self) -> usize {
        self.count as usize
    }
}

/// A leaf of the graph.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its name.
    pub name: Rc<str>,
    /// Its value, where it has one.
    pub value: Option<Rc<Tensor>>,
}

/// The arguments of a node.
pub type Args = SmallVec<[NodeId; 3]>;

/// The graph.
#[derive(Default)]
pub struct Graph {
    arena: RefCell<Arena>,
    depth: Cell<u32>,
    no_blocks: Rc<[Block]>,
    marks: RefCell<cone::Marks>,
    /// The adjoints of loops, by their arguments.
    sweeps: RefCell<FxHashMap<Args, Vec<NodeId>>>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.arena.borrow().nodes.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node `id`.
    pub fn node(&self, id: NodeId) -> Node {
        self.arena.borrow().nodes[id.index()]
    }

    /// The shape of the node `id`.
    pub fn shape(&self, id: NodeId) -> Shape {
        self.node(id).shape
    }

    /// The arguments of the node `id`.
    pub fn args(&self, id: NodeId) -> Args {
        let arena = self.arena.borrow();
        Args::from_slice(arena.args(&arena.nodes[id.index()]))
    }

    /// Calls `visit` with every argument of `id`, in order. `visit` must not grow the graph.
    pub fn for_args(&self, id: NodeId, visit: impl FnMut(NodeId)) {
        let arena = self.arena.borrow();
        arena
            .args(&arena.nodes[id.index()])
            .iter()
            .copied()
            .for_each(visit);
    }

    /// A new leaf, different from all others.
    pub fn input(&self, name: Rc<str>, shape: Shape, value: Option<Rc<Tensor>>) -> NodeId {
        let mut arena = self.arena.borrow_mut();
        let leaf = arena.leaves.len() as u32;
        arena.leaves.push(Leaf { name, value });
        arena.push(Op::Input(leaf), shape, &[])
    }

    /// Name and value of leaf number `leaf`.
    pub fn leaf(&self, leaf: u32) -> Leaf {
        self.arena.borrow().leaves[leaf as usize].clone()
    }

    /// The number `value`.
    pub fn literal(&self, value: f64) -> NodeId {
        self.arena
            .borrow_mut()
            .push(Op::Literal(value), Shape::SCALAR, &[])
    }

    /// A matrix of numbers; a scalar is a literal.
    pub fn constant(&self, value: Tensor) -> NodeId {
        if let Some(value) = value.as_scalar() {
            return self.literal(value);
        }
        let mut arena = self.arena.borrow_mut();
        let shape = value.shape();
        let constant = arena.constants.len() as u32;
        arena.constants.push(Rc::new(value));
        arena.push(Op::Constant(constant), shape, &[])
    }

    /// The value of constant number `constant`.
    pub fn constant_value(&self, constant: u32) -> Rc<Tensor> {
        self.arena.borrow().constants[constant as usize].clone()
    }

    /// A node that stands for `node` and is a leaf for differentiations that hold it. Different
    /// `tag`s give different nodes.
    pub fn hold(&self, tag: u32, node: NodeId) -> NodeId {
        let shape = self.shape(node);
        self.arena.borrow_mut().push(Op::Hold(tag), shape, &[node])
    }

    /// A node that cannot be computed, for the builder's reason number `reason`.
    pub fn raise(&self, reason: u32, shape: Shape) -> NodeId {
        self.arena.borrow_mut().push(Op::Raise(reason), shape, &[])
    }

    /// An operation of the table on `args`, whose value has the given shape.
    pub fn apply(
        &self,
        primitive: &'static Primitive,
        attr: Attr,
        shape: Shape,
        args: &[NodeId],
    ) -> NodeId {
        let mut arena = self.arena.borrow_mut();
        let known = arena.nodes.len();
        let id = arena.push(Op::Apply(primitive, attr), shape, args);
        if let (Attr::RoundBack(_), true) = (attr, id.index() == known) {
            let mut sweeps = self.sweeps.borrow_mut();
            sweeps.entry(Args::from_slice(args)).or_default().push(id);
        }
        id
    }

    /// A list of blocks as an attribute.
    pub fn block_list(&self, blocks: Vec<Block>) -> Attr {
        Attr::Blocks(self.arena.borrow_mut().blocks.number(blocks.into()))
    }

    /// The blocks of an attribute; none for other attributes.
    pub fn blocks(&self, attr: Attr) -> Rc<[Block]> {
        match attr {
            Attr::Blocks(id) => self.arena.borrow().blocks.get(id),
            _ => self.no_blocks.clone(),
        }
    }

    /// The leaf of rounds that stands for value number `k` of a use.
    pub fn local(&self, of: LocalUse, k: usize, shape: Shape) -> NodeId {
        let key = (of, k as u32, shape);
        if let Some(leaf) = self.arena.borrow().locals.get(&key) {
            return *leaf;
        }
        let leaf = self.input("".into(), shape, None);
        self.arena.borrow_mut().locals.insert(key, leaf);
        leaf
    }

    /// The leaves that stand for these nodes as parameters, in their order.
    pub fn parameters(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        let leaf = |(k, id): (usize, &NodeId)| self.local(LocalUse::Parameter, k, self.shape(*id));
        nodes.iter().enumerate().map(leaf).collect()
    }

    /// A round as an attribute; equal ones are one.
    pub fn round(&self, round: Round) -> Attr {
        Attr::Round(self.arena.borrow_mut().rounds.number(Rc::new(round)))
    }

    /// Round number `id`.
    pub fn round_of(&self, id: u32) -> Rc<Round> {
        self.arena.borrow().rounds.get(id)
    }

    /// The round of a loop, or of the adjoints of one; `None` for other attributes.
    pub fn round_behind(&self, attr: Attr) -> Option<Rc<Round>> {
        match attr {
            Attr::Round(id) => Some(self.round_of(id)),
            Attr::RoundBack(id) => Some(self.round_of(self.round_back_of(id).round)),
            _ => None,
        }
    }

    /// The adjoint of a round as an attribute; equal ones are one.
    pub fn round_back(&self, back: RoundBack) -> Attr {
        Attr::RoundBack(self.arena.borrow_mut().backs.number(Rc::new(back)))
    }

    /// Adjoint number `id` of a round.
    pub fn round_back_of(&self, id: u32) -> Rc<RoundBack> {
        self.arena.borrow().backs.get(id)
    }

    /// The adjoints of loops that have the same arguments as the node `id`, itself included.
    pub fn sweeps_beside(&self, id: NodeId) -> Vec<NodeId> {
        let sweeps = self.sweeps.borrow();
        sweeps.get(&self.args(id)).cloned().unwrap_or_default()
    }

    /// True if some loop has more than one adjoint with the same arguments.
    pub fn has_sweeps_beside(&self) -> bool {
        let sweeps = self.sweeps.borrow();
        sweeps.values().any(|beside| beside.len() > 1)
    }

    /// The rule of a call as an attribute; equal ones are one.
    pub fn rule(&self, rule: CallRule) -> Attr {
        Attr::Rule(self.arena.borrow_mut().rules.number(Rc::new(rule)))
    }

    /// Rule number `id`.
    pub fn rule_of(&self, id: u32) -> Rc<CallRule> {
        self.arena.borrow().rules.get(id)
    }

    /// True if a kernel in the rounds of a loop may refuse some values.
    pub fn round_may_fail(&self, attr: Attr) -> bool {
        let Some(round) = self.round_behind(attr) else {
            return false;
        };
        if let RoundCount::Until(..) = round.count {
            return true;
        }
        let mut outputs = round.outputs();
        if let Attr::RoundBack(id) = attr {
            outputs.extend(self.round_back_of(id).outputs());
        }
        let cone = self.cone(&outputs, |_| false);
        cone.iter().any(|id| match self.node(*id).op {
            Op::Apply(row, attr) => row.may_fail || self.round_may_fail(attr),
            _ => false,
        })
    }

    /// The loops inside of one another among what `outputs` are computed from.
    pub fn loop_depth(&self, outputs: &[NodeId]) -> u32 {
        let cone = self.cone(outputs, |_| false);
        let rounds = cone
            .iter()
            .filter_map(|id| self.round_behind(self.node(*id).attr()));
        rounds.map(|round| round.depth).max().unwrap_or(0)
    }

    /// Runs `build` with a leaf of the given shape that stands for a tangent while the adjoint of
    /// a small linear graph is found. The result does not contain the leaf, so one leaf a shape
    /// and depth of nesting serves all.
    pub fn with_placeholder<T>(&self, shape: Shape, build: impl FnOnce(NodeId) -> T) -> T {
        let depth = self.depth.get();
        let known = self
            .arena
            .borrow()
            .placeholders
            .get(&(shape, depth))
            .copied();
        let leaf = known.unwrap_or_else(|| {
            let leaf = self.input("".into(), shape, None);
            let mut arena = self.arena.borrow_mut();
            arena.placeholders.insert((shape, depth), leaf);
            leaf
        });
        self.depth.set(depth + 1);
        let result = build(leaf);
        self.depth.set(depth);
        result
    }

    /// The handle of node `id` that rules are written with.
    pub fn term(&self, id: NodeId) -> Term<'_> {
        Term { graph: self, id }
    }

    /// The number that `id` is everywhere: a literal, possibly stretched.
    pub fn literal_value(&self, id: NodeId) -> Option<f64> {
        let arena = self.arena.borrow();
        let mut node = &arena.nodes[id.index()];
        loop {
            match node.op {
                Op::Literal(value) => return Some(value),
                Op::Apply(primitive, _) if primitive.repeats => {
                    node = &arena.nodes[arena.args(node)[0].index()];
                }
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::array::INDEX;

    #[test]
    fn equal_nodes_are_one_however_many_are_built_on_the_same() {
        let graph = Graph::new();
        let x = graph.input("x".into(), Shape::vector(100), None);
        let entry = |row| {
            let corner = Attr::Corner(Corner { row, col: 0 });
            graph.apply(&INDEX, corner, Shape::SCALAR, &[x])
        };
        let first: Vec<NodeId> = (0..100).map(entry).collect();
        let again: Vec<NodeId> = (0..100).rev().map(entry).collect();
        assert!(first.iter().eq(again.iter().rev()));
        assert_eq!(graph.len(), 101);
        assert_eq!(graph.literal(0.5), graph.literal(0.5));
        assert_ne!(graph.literal(0.0), graph.literal(-0.0));
    }
}
