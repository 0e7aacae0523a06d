//! Bodies that are the same for every index, computed for all indices at once.
//!
//! The body is lowered once, on a leaf for the index. Every node that depends on the leaf gets an image
//! that holds its values for all indices: numbers as a column, columns side by side, rows on top of each
//! other. `x[i]` becomes `x`, `X[i, :]*w` becomes `X*w`, a reduction becomes one along an axis. What has
//! no such image has to be unrolled.

mod directions;
mod positions;
mod products;

use crate::graph::primitive::{Kernel, Reach, ShapeRule};
use crate::graph::{Attr, Block, Corner, Graph, NodeId, Op, Primitive, Shape, Tensor, Term};
use crate::primitives::arithmetic::{CHOOSE, WHERE};
use crate::primitives::term::entrywise;
use crate::primitives::{algebra, array, places};
pub(super) use directions::for_unit_vectors;
use directions::is_identity;
use positions::Start;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// The leaf that stands for the index of a clause, and its values.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndexLeaf {
    /// The leaf.
    pub node: NodeId,
    /// Its first value.
    pub from: i64,
    /// Its last value.
    pub to: i64,
}

impl IndexLeaf {
    /// Its values, as a column.
    pub(super) fn values(self, graph: &Graph) -> Term<'_> {
        let ends = [self.from, self.to].map(|end| graph.literal(end as f64));
        let shape = Shape::vector(self.count());
        graph.term(graph.apply(&array::LINSPACE, Attr::None, shape, &ends))
    }

    /// The number of its values.
    pub(super) fn count(self) -> usize {
        (self.to - self.from + 1).max(0) as usize
    }
}

/// A body under way to its values for all indices.
pub(super) struct Uniform<'g, 'v> {
    graph: &'g Graph,
    index: IndexLeaf,
    /// The value of a node that positions depend on, where it has one.
    value: &'v dyn Fn(NodeId) -> Option<Tensor>,
    depends: FxHashSet<NodeId>,
    images: FxHashMap<NodeId, NodeId>,
    /// The numbers that positions depend on, with the values that they have.
    pub(super) guards: Vec<(NodeId, f64)>,
    /// True if the index itself is a number in the body.
    pub(super) numbered: bool,
}

impl<'g, 'v> Uniform<'g, 'v> {
    pub(super) fn new(
        graph: &'g Graph,
        index: IndexLeaf,
        value: &'v dyn Fn(NodeId) -> Option<Tensor>,
    ) -> Uniform<'g, 'v> {
        Uniform {
            graph,
            index,
            value,
            depends: FxHashSet::from_iter([index.node]),
            images: FxHashMap::default(),
            guards: Vec::new(),
            numbered: false,
        }
    }

    /// The values of `body`, a scalar or a column, for all indices: a column, or one column each. `None`
    /// where they cannot be computed at once.
    pub(super) fn entries(&mut self, body: NodeId) -> Option<NodeId> {
        let graph = self.graph;
        if graph.shape(body).cols != 1 {
            return None;
        }
        // What was there before the leaf does not depend on it.
        let cone = graph.cone_in_order(&[body], |id| id < self.index.node);
        for &id in &cone {
            if graph.args(id).iter().any(|arg| self.depends.contains(arg)) {
                self.depends.insert(id);
            }
            if matches!(graph.node(id).op, Op::Raise(_)) {
                return None;
            }
        }
        let needed = self.needed(body, &cone);
        self.numbered = needed.contains(&self.index.node);
        for id in cone {
            if needed.contains(&id) && !self.images.contains_key(&id) {
                let image = self.image(id)?;
                debug_assert_eq!(graph.shape(image.id), self.all(graph.shape(id)));
                self.images.insert(id, image.id);
            }
        }
        Some(self.lifted(body).id)
    }

    /// The images that were made.
    pub(super) fn images(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        self.images.iter().map(|(node, image)| (*node, *image))
    }

    /// The nodes whose images are needed for that of `body`: an index that counts up is none of them.
    fn needed(&mut self, body: NodeId, cone: &[NodeId]) -> FxHashSet<NodeId> {
        let mut needed = FxHashSet::default();
        if self.depends.contains(&body) {
            needed.insert(body);
        }
        for &id in cone.iter().rev() {
            if !needed.contains(&id) {
                continue;
            }
            let args = self.graph.args(id);
            let row = self.graph.node(id).primitive();
            let places: SmallVec<[bool; 4]> = match row {
                Some(row) if row.is(&array::ENTRIES_AT) => {
                    let starts = self.starts(id);
                    let listed = |k: usize| matches!(starts[k], Start::Listed(_));
                    SmallVec::from_slice(&[true, listed(0), listed(1)])
                }
                _ => args.iter().map(|_| true).collect(),
            };
            for (arg, is_needed) in args.iter().zip(places) {
                if is_needed && self.depends.contains(arg) {
                    needed.insert(*arg);
                }
            }
        }
        needed
    }

    /// The shape of all values of what has this shape.
    fn all(&self, shape: Shape) -> Shape {
        let count = self.index.count();
        match shape {
            Shape { cols: 1, rows } if rows != 1 => Shape::new(rows as usize, count),
            Shape { cols, .. } => Shape::new(count, cols as usize),
        }
    }

    fn term(&self, id: NodeId) -> Term<'g> {
        self.graph.term(id)
    }

    /// All values of a node; where it does not depend on the index, those that it has for each.
    fn lifted(&self, id: NodeId) -> Term<'g> {
        let shape = self.all(self.graph.shape(id));
        match self.images.get(&id) {
            Some(image) => self.term(*image),
            None => self.unstretched(id).stretch(shape),
        }
    }

    /// What a node repeats, or the node.
    fn unstretched(&self, id: NodeId) -> Term<'g> {
        let term = self.term(id);
        match term.node().primitive() {
            Some(row) if row.repeats => term.arg(0),
            _ => term,
        }
    }

    /// The values of a scalar, repeated to fill those of a value of `shape`.
    fn filled(&self, id: NodeId, shape: Shape) -> Term<'g> {
        let wanted = self.all(shape);
        match self.images.get(&id) {
            None => self.unstretched(id).stretch(wanted),
            Some(image) if shape.cols == 1 && shape.rows != 1 => {
                self.term(*image).transposed().stretch(wanted)
            }
            Some(image) => self.term(*image).stretch(wanted),
        }
    }

    /// The values of a row or column, one row for each index.
    fn as_rows(&self, id: NodeId) -> Term<'g> {
        let all = self.lifted(id);
        match self.graph.shape(id) {
            Shape { cols: 1, rows } if rows != 1 => all.transposed(),
            _ => all,
        }
    }

    /// Values of which each row belongs to an index, laid out as those of a value of `shape`.
    fn laid_out(&self, rows: Term<'g>, shape: Shape) -> Term<'g> {
        match shape {
            Shape { cols: 1, rows: m } if m != 1 => rows.transposed(),
            _ => rows,
        }
    }

    fn image(&mut self, id: NodeId) -> Option<Term<'g>> {
        let graph = self.graph;
        let (node, args) = (graph.node(id), graph.args(id));
        let shape = node.shape;
        if !shape.is_vector() || shape.is_empty() {
            return None;
        }
        let (row, attr) = match node.op {
            Op::Input(_) => return Some(self.index.values(graph)),
            Op::Hold(_) => return Some(self.lifted(args[0])),
            Op::Apply(row, attr) => (row, attr),
            _ => return None,
        };
        let is = |other: &Primitive| row.is(other);
        if is(&array::ENTRIES_AT) {
            return self.entries_at(id);
        }
        if is(&algebra::MATMUL) {
            return self.product(args[0], args[1], shape);
        }
        if is(&algebra::MATMUL_REACHED) {
            return self.product_of_reached(&args, shape);
        }
        if args.iter().any(|arg| !graph.shape(*arg).is_vector()) {
            return None;
        }
        match row.kernel {
            Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_)
                if attr == Attr::None =>
            {
                let each = if is(&CHOOSE) { &WHERE } else { one_each(row) };
                let mut lifted: SmallVec<[Term<'g>; 3]> = SmallVec::new();
                for arg in &args {
                    lifted.push(match graph.shape(*arg) {
                        own if own == shape => self.lifted(*arg),
                        Shape::SCALAR => self.filled(*arg, shape),
                        _ => return None,
                    });
                }
                if let Some(folded) = self.folded(row, &lifted) {
                    return Some(folded);
                }
                let ids: SmallVec<[NodeId; 3]> = lifted.iter().map(|term| term.id).collect();
                Some(self.term(graph.apply(each, attr, self.all(shape), &ids)))
            }
            _ if is(&array::BROADCAST) => match graph.shape(args[0]) {
                Shape::SCALAR => Some(self.filled(args[0], shape)),
                _ => None,
            },
            Kernel::Alias => Some(self.laid_out(self.as_rows(args[0]), shape)),
            _ if is(&array::TRANSPOSE) => Some(self.laid_out(self.as_rows(args[0]), shape)),
            _ if is(&algebra::DOT) => Some(self.dot(args[0], args[1])),
            _ if is(&array::INDEX) => self.block(args[0], attr, shape),
            _ if is(&array::MATRIX) || is(&array::VCAT) || is(&array::HCAT) => {
                let joined = args.iter().map(|arg| self.as_rows(*arg).id);
                let joined: SmallVec<[NodeId; 8]> = joined.collect();
                let wide = Shape::new(self.index.count(), shape.len());
                let rows = self.term(graph.apply(&array::HCAT, Attr::None, wide, &joined));
                Some(self.laid_out(rows, shape))
            }
            _ if matches!(row.shape, ShapeRule::Reduce) => {
                let whole = shape.is_scalar();
                let rows = self.as_rows(args[0]);
                if is(&array::SUM) && is_identity(rows) {
                    return Some(rows.number(1.0).stretch(Shape::vector(self.index.count())));
                }
                whole.then(|| rows.whole(row, Attr::Axis(2), Shape::vector(self.index.count())))
            }
            _ if matches!(row.shape, ShapeRule::Same) => self.along(row, attr, args[0], shape),
            _ => None,
        }
    }

    /// An operation that leaves the shape as it is and works along an axis.
    fn along(
        &self,
        row: &'static Primitive,
        attr: Attr,
        arg: NodeId,
        shape: Shape,
    ) -> Option<Term<'g>> {
        let down = shape.cols == 1;
        let lanes = row.axis || row.is(&array::DEVIATIONS);
        let axis = match (attr, row.reach) {
            _ if !lanes => false,
            (Attr::None, Reach::Lane) => true,
            (Attr::None, Reach::Running) => down,
            (Attr::Axis(axis), Reach::Lane | Reach::Running) => (axis == 1) == down,
            _ => false,
        };
        let attr = Attr::Axis(if down && !shape.is_scalar() { 1 } else { 2 });
        axis.then(|| self.lifted(arg).whole(row, attr, self.all(shape)))
    }

    /// Some entries of a vector, the same for all indices.
    fn block(&self, x: NodeId, attr: Attr, shape: Shape) -> Option<Term<'g>> {
        let Attr::Corner(Corner { row, col }) = attr else {
            return None;
        };
        let corner = Corner {
            row: 0,
            col: row + col,
        };
        let extent = Shape::new(self.index.count(), shape.len());
        let rows = self.as_rows(x).block(Block {
            corner,
            shape: extent,
        });
        Some(self.laid_out(rows, shape))
    }

    /// Entries from a position on that depends on the index.
    fn entries_at(&mut self, id: NodeId) -> Option<Term<'g>> {
        let graph = self.graph;
        let (x, extent) = (graph.args(id)[0], graph.shape(id));
        let starts = self.starts(id);
        let whole = graph.shape(x);
        for (start, length) in starts.iter().zip([whole.m(), whole.n()]) {
            self.inside(*start, length).then_some(())?;
        }
        if self.images.contains_key(&x) {
            return self.entries_of_values(x, starts, extent);
        }
        let count = self.index.count();
        let x = self.term(x);
        match starts {
            [Start::Next(row), Start::Fixed(col)] if extent.rows == 1 => {
                let row = graph.literal(row as f64);
                Some(self.cut(
                    x,
                    [row, col],
                    Shape {
                        rows: count as u32,
                        ..extent
                    },
                ))
            }
            [Start::Fixed(row), Start::Next(col)] if extent.cols == 1 => {
                let col = graph.literal(col as f64);
                let cut = self.cut(
                    x,
                    [row, col],
                    Shape {
                        cols: count as u32,
                        ..extent
                    },
                );
                Some(if extent.is_scalar() {
                    cut.transposed()
                } else {
                    cut
                })
            }
            [Start::Next(row), Start::Next(col)] if extent.is_scalar() => {
                let corner = [row, col].map(|start| graph.literal(start as f64));
                let square = self.cut(x, corner, Shape::new(count, count));
                Some(square.whole(&array::DIAG, Attr::None, Shape::vector(count)))
            }
            [Start::Fixed(row), Start::Listed(_)] if extent.cols == 1 => {
                let strip = Shape {
                    cols: whole.cols,
                    ..extent
                };
                let one = graph.literal(1.0);
                let strip = self.cut(x, [row, one], strip);
                let taken = self.taken(strip, self.listed(id, 2)?, 2);
                Some(if extent.is_scalar() {
                    taken.transposed()
                } else {
                    taken
                })
            }
            [Start::Listed(_), Start::Fixed(col)] if extent.rows == 1 => {
                let strip = Shape {
                    rows: whole.rows,
                    ..extent
                };
                let one = graph.literal(1.0);
                let strip = self.cut(x, [one, col], strip);
                Some(self.taken(strip, self.listed(id, 1)?, 1))
            }
            // The rows, or columns, of the indices, then one entry of each.
            [Start::Next(row), Start::Listed(_)] if extent.is_scalar() => {
                let corner = [graph.literal(row as f64), graph.literal(1.0)];
                let rows = self.cut(x, corner, Shape::new(count, whole.n()));
                Some(self.picked(rows, self.listed(id, 2)?))
            }
            [Start::Listed(_), Start::Next(col)] if extent.is_scalar() => {
                let corner = [graph.literal(1.0), graph.literal(col as f64)];
                let columns = self.cut(x, corner, Shape::new(whole.m(), count));
                Some(self.picked(columns.transposed(), self.listed(id, 1)?))
            }
            [Start::Listed(_), Start::Listed(_)] if extent.is_scalar() => {
                let rows = self.taken(x, self.listed(id, 1)?, 1);
                Some(self.picked(rows, self.listed(id, 2)?))
            }
            _ => None,
        }
    }

    /// One entry of each of the values of a vector.
    fn entries_of_values(&self, x: NodeId, starts: [Start; 2], extent: Shape) -> Option<Term<'g>> {
        let along = usize::from(self.graph.shape(x).cols != 1);
        let listed = match starts[along] {
            Start::Listed(index) if extent.is_scalar() => {
                self.places(index, self.graph.shape(x).len())?
            }
            _ => return None,
        };
        Some(self.picked(self.as_rows(x), listed))
    }

    /// The values of a position among the rows or columns of what entries are taken of.
    fn listed(&self, entries: NodeId, arg: usize) -> Option<Term<'g>> {
        let args = self.graph.args(entries);
        let whole = self.graph.shape(args[0]);
        self.places(args[arg], [whole.m(), whole.n()][arg - 1])
    }

    /// The values of a position among so many; `None` where it is known that some do not exist: the entry
    /// that is missing is then found one by one.
    fn places(&self, position: NodeId, length: usize) -> Option<Term<'g>> {
        let places = self.lifted(position);
        let exists = |x: &f64| x.fract() == 0.0 && (1.0..=length as f64).contains(x);
        let known = (self.value)(places.id);
        let all = known.is_none_or(|known| known.data().iter().all(exists));
        all.then_some(places)
    }

    /// The entry of every row whose number `columns` has.
    fn picked(&self, rows: Term<'g>, columns: Term<'g>) -> Term<'g> {
        let chosen = columns.whole(&array::ONEHOT, Attr::None, rows.shape());
        let zero = rows.number(0.0);
        entrywise(&WHERE, &[chosen, rows, zero]).sum_along(Attr::Axis(2))
    }

    fn taken(&self, x: Term<'g>, vector: Term<'g>, axis: u8) -> Term<'g> {
        let (whole, count) = (x.shape(), self.index.count());
        let shape = match axis {
            1 => Shape::new(count, whole.n()),
            _ => Shape::new(whole.m(), count),
        };
        let ids = [x.id, vector.id];
        self.term(
            self.graph
                .apply(&places::TAKEN, Attr::Axis(axis), shape, &ids),
        )
    }

    /// The block of `x` from `start` on.
    fn cut(&self, x: Term<'g>, start: [NodeId; 2], shape: Shape) -> Term<'g> {
        let literals = start.map(|node| self.graph.literal_value(node));
        if let [Some(row), Some(col)] = literals {
            let [row, col] = [row, col].map(|start| start as u32 - 1);
            let corner = Corner { row, col };
            return x.block(Block { corner, shape });
        }
        let ids = [x.id, start[0], start[1]];
        self.term(
            self.graph
                .apply(&array::ENTRIES_AT, Attr::None, shape, &ids),
        )
    }
}

/// The same operation with a mask for every entry, where its mask is one for all.
fn one_each(row: &'static Primitive) -> &'static Primitive {
    let rows = [
        (&array::GUARD_ALL, &array::GUARD),
        (&array::PASS_ALL, &array::PASS),
    ];
    let found = rows.iter().find(|(all, _)| row.is(all));
    found.map_or(row, |(_, each)| each)
}
