//! Graph to algebra: which operation of the table is which form.

use super::algebra::{Algebra, Id, Ids, TermList};
use super::conditions::{Conditions, needs_something};
use super::exact::Number;
use super::forms::Forms;
use crate::graph::primitive::Mask;
use crate::graph::{Attr, Cone, Graph, NodeId, Op, Primitive, Shape};
use crate::primitives::{arithmetic, array, elementary};
use smallvec::SmallVec;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10, PI};

/// A graph, and the choices with which it is read.
pub struct Reading<'g, 'r> {
    /// The graph.
    pub graph: &'g Graph,
    /// Nodes that are not looked into: leaves, named formulas, shared parts.
    pub atoms: &'r dyn Fn(NodeId) -> bool,
    /// True to keep guards, so that structural zeros are zeros whatever they are multiplied by.
    pub guards: bool,
}

impl Reading<'_, '_> {
    /// The normal form of `root`, which itself is looked into even if it is an atom elsewhere.
    pub fn read(&self, algebra: &mut Algebra, root: NodeId) -> Id {
        let atom = |id: NodeId| id != root && (self.atoms)(id);
        let cone = self.graph.cone_in_order(&[root], atom);
        let atoms: Vec<bool> = cone.iter().map(|id| atom(*id)).collect();
        let inside = self.inside_sums(&cone, &atoms);
        let mut forms = Forms::new(&cone);
        for (place, &id) in cone.iter().enumerate() {
            let form = if atoms[place] {
                algebra.atom(id, self.graph.shape(id))
            } else if inside[place] {
                continue;
            } else if self.is_sum(id) {
                let terms = self.summands(id, &forms);
                algebra.sum(&terms, self.graph.shape(id))
            } else {
                self.node(algebra, id, &forms)
            };
            forms.keep(place, form);
            forms.partial |=
                atoms[place] && !algebra.needs(form).is_empty() || self.may_be_none(id);
        }
        forms.of(root)
    }

    /// True for an operation whose result is no number for some numbers.
    fn may_be_none(&self, id: NodeId) -> bool {
        let row = self.graph.node(id).primitive();
        row.is_some_and(|row| row.is(&arithmetic::POW) || needs_something(row))
    }

    fn is_sum(&self, id: NodeId) -> bool {
        let row = self.graph.node(id).primitive();
        let rows = [&arithmetic::ADD, &arithmetic::SUB, &arithmetic::NEG];
        row.is_some_and(|row| rows.iter().any(|known| row.is(known)))
    }

    /// Sums that are only part of one longer sum: a sum of n terms is read once, not n times.
    fn inside_sums(&self, cone: &Cone, atoms: &[bool]) -> Vec<bool> {
        let mut uses = vec![(0u32, true); cone.len()];
        for (place, &id) in cone.iter().enumerate() {
            if atoms[place] {
                continue;
            }
            let (sum, shape) = (self.is_sum(id), self.graph.shape(id));
            for arg in self.graph.args(id) {
                if let Some(place) = cone.place(arg) {
                    let (count, inside) = &mut uses[place];
                    *count += 1;
                    *inside &= sum && self.graph.shape(arg) == shape;
                }
            }
        }
        let places = uses.into_iter().zip(atoms).zip(cone);
        let part = |((uses, atom), id): ((_, &bool), &NodeId)| {
            uses == (1, true) && !atom && self.is_sum(*id)
        };
        places.map(part).collect()
    }

    /// The terms of a sum, left to right, through the sums that are only part of it.
    fn summands(&self, root: NodeId, forms: &Forms<'_>) -> TermList {
        let mut terms = TermList::new();
        let mut stack: SmallVec<[(Number, NodeId); 8]> =
            SmallVec::from_slice(&[(Number::ONE, root)]);
        while let Some((sign, id)) = stack.pop() {
            if let Some(form) = forms.known(id) {
                terms.push((sign, form));
                continue;
            }
            let args = self.graph.args(id);
            let row = self.graph.node(id).primitive();
            let negative = row.is_some_and(|row| !row.is(&arithmetic::ADD));
            let last = args.len() - 1;
            for (k, arg) in args.iter().enumerate().rev() {
                let turned = negative && k == last;
                stack.push((if turned { -sign } else { sign }, *arg));
            }
        }
        terms
    }

    /// Tells `algebra` the formulas behind the user's names, so that equal ones are written by name.
    pub fn learn_names(&self, algebra: &mut Algebra, named: &[NodeId], root: NodeId) {
        for &node in named {
            let computed = matches!(self.graph.node(node).op, Op::Apply(..));
            if computed && node != root && (self.atoms)(node) {
                let definition = self.read(algebra, node);
                let atom = algebra.atom(node, self.graph.shape(node));
                algebra.name(definition, atom);
            }
        }
    }

    fn node(&self, algebra: &mut Algebra, id: NodeId, forms: &Forms<'_>) -> Id {
        let node = self.graph.node(id);
        match node.op {
            Op::Literal(value) => literal(algebra, value),
            Op::Constant(constant) => {
                let value = self.graph.constant_value(constant);
                if value.data().iter().all(|x| *x == value.data()[0]) {
                    let number = algebra.number(value.data()[0]);
                    return algebra.stretch(number, node.shape);
                }
                algebra.known.constants.insert(id, value);
                algebra.atom(id, node.shape)
            }
            Op::Input(_) | Op::Raise(_) => algebra.atom(id, node.shape),
            Op::Hold(_) => forms.of(self.graph.args(id)[0]),
            Op::Apply(row, attr) => {
                let mut args: Ids = self
                    .graph
                    .args(id)
                    .iter()
                    .map(|arg| forms.of(*arg))
                    .collect();
                if !self.guards && row.mask == Some(Mask::Guard) {
                    return args[1];
                }
                if row.is(&array::POISON) || row.is(&arithmetic::FROZEN) {
                    return args[0];
                }
                if let Attr::Rule(rule) = attr
                    && self.graph.rule_of(rule).function.is_none()
                {
                    return args[args.len() - 1];
                }
                if row.is(&array::ASSEMBLE) {
                    return self.assembled(algebra, id, &args);
                }
                let conditions = Conditions {
                    graph: self.graph,
                    atoms: self.atoms,
                    forms,
                };
                conditions.of_args(algebra, id, row, &mut args);
                let form = algebra.operation(row, attr, &args, node.shape);
                conditions.where_sides_are_numbers(algebra, id, form)
            }
        }
    }

    /// Blocks in their places: as a matrix of entries where all are entries of a small matrix,
    /// otherwise joined with zeros around them.
    fn assembled(&self, algebra: &mut Algebra, id: NodeId, args: &[Id]) -> Id {
        let shape = self.graph.shape(id);
        let blocks = self.graph.blocks(self.graph.node(id).attr());
        if shape.len() <= 256 && blocks.iter().all(|block| block.shape.is_scalar()) {
            let cols = shape.n();
            let zero = algebra.number(0.0);
            let mut entries = vec![zero; shape.len()];
            for (block, arg) in blocks.iter().zip(args) {
                let at = block.corner.row as usize * cols + block.corner.col as usize;
                entries[at] = algebra.sum(
                    &[(Number::ONE, entries[at]), (Number::ONE, *arg)],
                    Shape::SCALAR,
                );
            }
            return algebra.entries(&entries, shape);
        }
        let mut placed = Vec::new();
        for (block, arg) in blocks.iter().zip(args) {
            let line = Shape {
                rows: block.shape.rows,
                cols: shape.cols,
            };
            let wide = framed(algebra, *arg, block.corner.col, line, &array::HCAT);
            placed.push((
                Number::ONE,
                framed(algebra, wide, block.corner.row, shape, &array::VCAT),
            ));
        }
        algebra.sum(&placed, shape)
    }
}

/// A number of the graph; the constants that rules of derivatives and `pi` bring in are exact.
fn literal(algebra: &mut Algebra, value: f64) -> Id {
    let one = algebra.unit();
    let logarithm = |algebra: &mut Algebra, of: i64| {
        let of = algebra.number(of);
        algebra.apply(&elementary::LOG, Attr::None, &[of], Shape::SCALAR)
    };
    if value.abs() == PI {
        let pi = algebra.pi();
        let sign = Number::from(value.signum());
        return algebra.product(sign, &[(pi, one)], Shape::SCALAR);
    }
    if value == LN_2 {
        return logarithm(algebra, 2);
    }
    if value == LN_10 {
        return logarithm(algebra, 10);
    }
    if value == FRAC_2_SQRT_PI {
        let (pi, half) = (algebra.pi(), algebra.number(Number::MINUS_HALF));
        return algebra.product(Number::TWO, &[(pi, half)], Shape::SCALAR);
    }
    algebra.number(value)
}

/// `part` with zeros before and behind it, so that it fills `shape` from position `first` on.
fn framed(
    algebra: &mut Algebra,
    part: Id,
    first: u32,
    shape: Shape,
    join: &'static Primitive,
) -> Id {
    let inner = algebra.shape(part);
    if inner == shape {
        return part;
    }
    let down = join.is(&array::VCAT);
    let (length, total) = if down {
        (inner.rows, shape.rows)
    } else {
        (inner.cols, shape.cols)
    };
    let zero = algebra.number(0.0);
    let mut zeros = |count: u32| {
        let size = if down {
            Shape {
                rows: count,
                ..shape
            }
        } else {
            Shape {
                cols: count,
                ..shape
            }
        };
        (count > 0).then(|| algebra.stretch(zero, size))
    };
    let parts = [zeros(first), Some(part), zeros(total - first - length)];
    let parts: Ids = parts.into_iter().flatten().collect();
    algebra.apply(join, Attr::None, &parts, shape)
}
