//! How the sets of arguments go through an operation.

use super::SparsityPattern;
use super::dependence::{Dependence, Unknown};
use super::marks::Marks;
use super::sets::{EMPTY, SetId};
use crate::graph::primitive::{Kernel, KernelCall, Placing, Reach, WholeKernel};
use crate::graph::{Args, Attr, Block, Corner, Node, NodeId, Op, Primitive, Shape, Tensor, View};
use crate::primitives::{array, stored};

/// Nodes with more entries are not looked into.
const MOST_ENTRIES: usize = 50_000_000;

impl Dependence<'_, '_> {
    /// The marks of `id`, given those of its arguments.
    pub(super) fn through(
        &mut self,
        id: NodeId,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Option<Marks> {
        let node = self.graph.node(id);
        let Op::Apply(row, attr) = node.op else {
            return carried[0].clone();
        };
        let entries = (args.iter())
            .map(|arg| self.graph.shape(*arg).len())
            .fold(node.shape.len(), usize::max);
        if entries > MOST_ENTRIES && !matches!(row.reach, Reach::All) {
            self.unknown = Some(Unknown::TooLarge);
            return None;
        }
        let first = || carried.iter().flatten().next().cloned();
        match row.reach {
            Reach::Entry => {
                let all = carried.iter().flatten().cloned();
                all.reduce(|a, b| self.sets.joined(a, b))
            }
            Reach::First => carried[0].clone(),
            Reach::Moved => match (carried[0].clone()?, row.kernel) {
                (marks, Kernel::Alias) => Some(marks),
                (Marks::Same(set), _) if row.moves_entries => Some(Marks::Same(set)),
                (marks, Kernel::Whole(kernel)) => self.moved(kernel, &node, args, &marks),
                (marks, _) => Some(Marks::Same(self.whole(&marks, args[0]))),
            },
            Reach::Gathered(back) => self.gathered(back, &node, args, &carried[0].clone()?),
            Reach::Blocks => Some(self.placed(row, &node, args, carried)),
            Reach::Lane => {
                let marks = carried[0].clone()?;
                let shape = self.graph.shape(args[0]);
                Some(self.sets.lanes(&marks, shape, attr, node.shape))
            }
            Reach::Diagonal => {
                let shape = self.graph.shape(args[0]);
                let marks = first()?;
                let diagonal = (0..shape.m().min(shape.n())).map(|k| marks.at(k * (shape.m() + 1)));
                let diagonal: Vec<SetId> = diagonal.collect();
                Some(Marks::Same(self.sets.union_of(&diagonal)))
            }
            Reach::Running => {
                let parts = carried.iter().flatten();
                let parts: Vec<Marks> = (parts)
                    .map(|marks| self.sets.running(marks, node.shape, attr))
                    .collect();
                parts.into_iter().reduce(|a, b| self.sets.joined(a, b))
            }
            Reach::Product => Some(self.product(&node, args, carried)),
            Reach::StoredProduct => self.stored_product(&node, args, carried),
            Reach::Terms => self.terms(&node, args, carried),
            Reach::Columns => {
                let matrix = carried[0].clone().map(|marks| self.whole(&marks, args[0]));
                let columns = carried[1].clone().map(|marks| {
                    let shape = self.graph.shape(args[1]);
                    self.sets
                        .lanes(&marks, shape, Attr::Axis(1), Shape::new(1, shape.n()))
                });
                let each = columns.map(|columns| {
                    let sets = (0..node.shape.len()).map(|k| columns.at(k / node.shape.m()));
                    Marks::each(sets.collect())
                });
                let whole = matrix.map(Marks::Same);
                whole
                    .into_iter()
                    .chain(each)
                    .reduce(|a, b| self.sets.joined(a, b))
            }
            Reach::Rounds => self.loops(id, args, carried),
            Reach::All => Some(self.of_all(args, carried)),
        }
    }

    /// Everything that any entry of the arguments depends on, for all entries.
    pub(super) fn of_all(&mut self, args: &Args, carried: &[Option<Marks>]) -> Marks {
        Marks::Same(self.set_of_all(args, carried))
    }

    /// Everything that any entry of the arguments depends on.
    pub(super) fn set_of_all(&mut self, args: &Args, carried: &[Option<Marks>]) -> SetId {
        let sets: Vec<SetId> = (carried.iter().zip(args))
            .filter_map(|(marks, arg)| Some((marks.as_ref()?, *arg)))
            .map(|(marks, arg)| self.whole(marks, arg))
            .collect();
        self.sets.union_of(&sets)
    }

    /// The union of all entries of `id`.
    fn whole(&mut self, marks: &Marks, id: NodeId) -> SetId {
        match marks {
            Marks::Same(_) if self.graph.shape(id).is_empty() => EMPTY,
            Marks::Same(set) => *set,
            Marks::Each(sets) => self.sets.union_of(sets),
        }
    }

    /// A node outside of all loops that is equal to `id`, where there is one.
    pub(super) fn known_as(&self, id: NodeId) -> Option<NodeId> {
        let Some(outside) = &self.outside else {
            return Some(id);
        };
        let is_leaf = |id: &NodeId| matches!(self.graph.node(*id).op, Op::Input(_));
        let constant = || !self.graph.cone(&[id], |_| false).iter().any(is_leaf);
        outside
            .get(&id)
            .copied()
            .or_else(|| constant().then_some(id))
    }

    /// The values of the arguments of `args` from the second on: places.
    fn places(&mut self, args: &[NodeId]) -> Option<Vec<Tensor>> {
        let mut values = Vec::new();
        for arg in args {
            let known = self.known_as(*arg);
            let Some(value) = known.and_then(|arg| (self.value)(arg)) else {
                self.unknown = Some(Unknown::Value(*arg));
                return None;
            };
            values.push(value);
        }
        Some(values)
    }

    /// The kernel moves the sets themselves: a number is a number to it.
    fn moved(
        &mut self,
        kernel: WholeKernel,
        node: &Node,
        args: &Args,
        marks: &Marks,
    ) -> Option<Marks> {
        let shape = self.graph.shape(args[0]);
        if let Attr::Corner(corner) = node.attr() {
            let (row, col) = (corner.row as usize, corner.col as usize);
            let place = |k: usize| {
                let (i, j) = (k % node.shape.m(), k / node.shape.m());
                row + i + (col + j) * shape.m()
            };
            let sets = (0..node.shape.len()).map(|k| marks.at(place(k)));
            return Some(Marks::each(sets.collect()));
        }
        let labels = (0..shape.len()).map(|k| f64::from(marks.at(k)));
        let labels = Tensor::new(shape, labels.collect());
        let places = self.places(&args[1..])?;
        let moved = self.run(kernel, node.attr(), node.shape, &labels, &places)?;
        let sets = moved.into_iter().map(|label| label as SetId);
        Some(Marks::each(sets.collect()))
    }

    fn run(
        &self,
        kernel: WholeKernel,
        attr: Attr,
        shape: Shape,
        first: &Tensor,
        places: &[Tensor],
    ) -> Option<Vec<f64>> {
        let views: Vec<View<'_>> = (std::iter::once(first).chain(places))
            .map(Tensor::view)
            .collect();
        let mut out = vec![0.0; shape.len()];
        let call = KernelCall {
            args: &views,
            shape,
            attr,
            blocks: &self.graph.blocks(attr),
        };
        // What the kernel refuses has no value either.
        kernel(&call, &mut out).ok()?;
        Some(out)
    }

    /// Every entry of the argument goes to the place that the operation `back` would take it from.
    fn gathered(
        &mut self,
        back: WholeKernel,
        node: &Node,
        args: &Args,
        marks: &Marks,
    ) -> Option<Marks> {
        let numbers = (0..node.shape.len()).map(|k| k as f64).collect();
        let numbers = Tensor::new(node.shape, numbers);
        let places = self.places(&args[1..])?;
        let from = self.graph.shape(args[0]);
        let places = self.run(back, node.attr(), from, &numbers, &places)?;
        let sent = places.iter().enumerate();
        let sent = sent.map(|(k, place)| (*place as usize, marks.at(k)));
        Some(self.sets.collected(node.shape.len(), sent.collect()))
    }

    fn placed(
        &mut self,
        row: &Primitive,
        node: &Node,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Marks {
        let Kernel::Place(placement) = row.kernel else {
            return Marks::Same(EMPTY);
        };
        let blocks = self.graph.blocks(node.attr());
        let mut before = Block {
            corner: Corner { row: 0, col: 0 },
            shape: Shape { rows: 0, cols: 0 },
        };
        let mut sent = Vec::new();
        for (k, (arg, marks)) in args.iter().zip(carried).enumerate() {
            let corner = (placement.corner)(&Placing {
                k,
                before,
                shape: node.shape,
                blocks: &blocks,
            });
            let shape = self.graph.shape(*arg);
            before = Block { corner, shape };
            let Some(marks) = marks else { continue };
            for j in 0..shape.n() {
                let first = (corner.col as usize + j) * node.shape.m() + corner.row as usize;
                sent.extend((0..shape.m()).map(|i| (first + i, marks.at(i + j * shape.m()))));
            }
        }
        self.sets.collected(node.shape.len(), sent)
    }

    /// Entry (i, j) of a product depends on row i of the left factor and column j of the right one; where
    /// zeros of a factor are known, only on what they leave.
    fn product(&mut self, node: &Node, args: &Args, carried: &[Option<Marks>]) -> Marks {
        let [a, b] = [args[0], args[1]].map(|arg| self.graph.shape(arg));
        let (m, n) = (node.shape.m(), node.shape.n());
        let mut all = Marks::Same(EMPTY);
        if let Some(marks) = &carried[0] {
            let part = match (self.support(args[1], 0), marks) {
                (Some(support), Marks::Each(sets)) => {
                    let support = support.transposed();
                    let entry = |k: usize| -> Vec<SetId> {
                        let terms = support.row(k / m).iter();
                        terms.map(|p| sets[k % m + *p as usize * m]).collect()
                    };
                    self.sets.each_union(m * n, entry)
                }
                _ => {
                    let rows = self.sets.lanes(marks, a, Attr::Axis(2), Shape::vector(m));
                    Marks::each((0..m * n).map(|k| rows.at(k % m)).collect())
                }
            };
            all = self.sets.joined(all, part);
        }
        if let Some(marks) = &carried[1] {
            let part = match (self.support(args[0], 0), marks) {
                (Some(support), Marks::Each(sets)) => {
                    let inner = b.m();
                    let entry = |k: usize| -> Vec<SetId> {
                        let terms = support.row(k % m).iter();
                        terms.map(|p| sets[*p as usize + k / m * inner]).collect()
                    };
                    self.sets.each_union(m * n, entry)
                }
                _ => {
                    let columns = self.sets.lanes(marks, b, Attr::Axis(1), Shape::new(1, n));
                    Marks::each((0..m * n).map(|k| columns.at(k / m)).collect())
                }
            };
            all = self.sets.joined(all, part);
        }
        all
    }

    /// A matrix that is stored by its places, times another: term by term.
    fn stored_product(
        &mut self,
        node: &Node,
        args: &Args,
        carried: &[Option<Marks>],
    ) -> Option<Marks> {
        let places = self.places(&args[2..])?;
        let (m, n) = (node.shape.m(), node.shape.n());
        let inner = self.graph.shape(args[1]).m();
        let mut sent = Vec::new();
        for (k, (i, j)) in places[0].data().iter().zip(places[1].data()).enumerate() {
            let (i, j) = (*i as usize - 1, *j as usize - 1);
            for col in 0..n {
                let terms = [(0, k), (1, j + col * inner)];
                let terms = terms.map(|(arg, at)| Some(carried[arg].as_ref()?.at(at)));
                sent.extend(terms.into_iter().flatten().map(|set| (i + col * m, set)));
            }
        }
        Some(self.sets.collected(node.shape.len(), sent))
    }

    /// Products of two entries each, sent to where they are added up.
    fn terms(&mut self, node: &Node, args: &Args, carried: &[Option<Marks>]) -> Option<Marks> {
        let places = self.places(&args[2..])?;
        let mut sent = Vec::new();
        for (k, to) in places[2].data().iter().enumerate() {
            let sets = [0, 1].map(|arg| {
                let at = places[arg].data()[k] as usize - 1;
                Some(carried[arg].as_ref()?.at(at))
            });
            let to = *to as usize - 1;
            sent.extend(sets.into_iter().flatten().map(|set| (to, set)));
        }
        Some(self.sets.collected(node.shape.len(), sent))
    }

    /// Where a matrix can be other than zero because of how it was made; `None` where nothing is known.
    fn support(&mut self, id: NodeId, depth: usize) -> Option<SparsityPattern> {
        if let Some(outside) = &self.outside
            && let Some(known) = outside.get(&id).copied()
        {
            let inside = self.outside.take();
            let support = self.support(known, depth);
            self.outside = inside;
            return support;
        }
        let node = self.graph.node(id);
        let row = node.primitive().filter(|_| depth < DEPTH)?;
        let args = self.graph.args(id);
        let (m, n) = (node.shape.m(), node.shape.n());
        if row.is(&array::EYE) || (row.is(&array::DIAG) && self.graph.shape(args[0]).is_vector()) {
            let mut diagonal = SparsityPattern::with_columns(n);
            (0..m).for_each(|i| diagonal.push_row(&[i as u32]));
            return Some(diagonal);
        }
        if row.is(&stored::STORED) {
            let places = self.places(&args[1..])?;
            let mut rows = vec![Vec::new(); m];
            for (i, j) in places[0].data().iter().zip(places[1].data()) {
                rows[*i as usize - 1].push(*j as u32 - 1);
            }
            let mut pattern = SparsityPattern::with_columns(n);
            rows.iter().for_each(|row| pattern.push_row(row));
            return Some(pattern);
        }
        if row.is(&array::TRANSPOSE) {
            return Some(self.support(args[0], depth + 1)?.transposed());
        }
        if row.is(&crate::primitives::arithmetic::NEG) {
            return self.support(args[0], depth + 1);
        }
        if row.is(&crate::primitives::arithmetic::MUL) {
            let left = self.support(args[0], depth + 1);
            return left.or_else(|| self.support(args[1], depth + 1));
        }
        None
    }
}

/// Operations that are looked through for zeros that are known.
const DEPTH: usize = 8;
