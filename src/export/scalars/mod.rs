//! A program entry by entry: each node of an array becomes the nodes of its entries.

mod reduced;

use crate::diagnostic::{Result, bail};
use crate::exec::Interpreter;
use crate::export::program::ExportProgram;
use crate::export::spelling::{Manner, spelling};
use crate::graph::{Attr, Corner, NodeId, Op, Primitive, Shape, Tensor};
use crate::primitives::{algebra, arithmetic, array, rules};
use crate::syntax::ast::Name;
use reduced::along;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The entries of an array, column by column.
type Entries = Rc<[NodeId]>;

/// The number of entries up to which a program is written.
const MOST: usize = 100_000;

/// The entries of nodes, as they are found.
pub struct Scalars<'p, 'g> {
    program: &'p ExportProgram<'g>,
    language: &'static str,
    found: FxHashMap<NodeId, Entries>,
    count: usize,
    interpreter: RefCell<Interpreter<'g>>,
    /// The names of entries: `Z_1_2`.
    pub names: Vec<(NodeId, Name)>,
}

impl<'p, 'g> Scalars<'p, 'g> {
    /// Nothing is known yet.
    pub fn new(program: &'p ExportProgram<'g>, language: &'static str) -> Self {
        Scalars {
            program,
            language,
            found: FxHashMap::default(),
            count: 0,
            interpreter: RefCell::new(Interpreter::new(program.graph, u64::MAX)),
            names: Vec::new(),
        }
    }

    /// The entries of `root`.
    ///
    /// # Errors
    /// Something has no formula of its entries, or there are too many of them.
    pub fn of(&mut self, root: NodeId) -> Result<Entries> {
        for id in self
            .program
            .cone(&[root], |id| self.found.contains_key(&id))
        {
            if !self.found.contains_key(&id) {
                let entries = self.entries(id)?;
                self.count += entries.len();
                if self.count > MOST {
                    bail!(Limit, self.program.place(root),
                        "these are more than {MOST} numbers, too many formulas for {}", self.language;
                        label: "with all that it needs");
                }
                if let Some(name) = self.program.names.get(&id) {
                    let shape = self.program.graph.shape(id);
                    let label = |k: usize| match (shape.is_scalar(), shape.is_vector()) {
                        (true, _) => name.clone(),
                        (_, true) => format!("{name}_{}", k + 1).into(),
                        _ => format!("{name}_{}_{}", k % shape.m() + 1, k / shape.m() + 1).into(),
                    };
                    let named = entries
                        .iter()
                        .enumerate()
                        .map(|(k, entry)| (*entry, label(k)));
                    self.names.extend(named);
                }
                self.found.insert(id, entries);
            }
        }
        Ok(self.found[&root].clone())
    }

    fn entries(&mut self, id: NodeId) -> Result<Entries> {
        let (program, graph) = (self.program, self.program.graph);
        let node = graph.node(id);
        let shape = node.shape;
        let (row, attr) = match node.op {
            Op::Apply(row, attr) => (row, attr),
            Op::Hold(_) => return Ok(self.found[&graph.args(id)[0]].clone()),
            Op::Constant(_) => return Ok(self.literals(&program.value_of(id))),
            Op::Input(_) if !program.leaves.contains_key(&id) => {
                return Ok(self.literals(&program.value_of(id)));
            }
            Op::Input(_) if !shape.is_scalar() => {
                let at = |k: u32| {
                    let (row, col) = (k % shape.rows, k / shape.rows);
                    let corner = Attr::Corner(Corner { row, col });
                    graph.apply(&array::INDEX, corner, Shape::SCALAR, &[id])
                };
                return Ok((0..shape.len() as u32).map(at).collect());
            }
            _ => return Ok(vec![id].into()),
        };
        let ids = graph.args(id);
        let args: Vec<Entries> = ids.iter().map(|arg| self.found[arg].clone()).collect();
        let shapes: Vec<Shape> = ids.iter().map(|arg| graph.shape(*arg)).collect();
        let is = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
        let is_number = |id: &NodeId| matches!(graph.node(*id).op, Op::Literal(_));
        if args.iter().all(|arg| arg.iter().all(is_number)) {
            let mut interpreter = self.interpreter.borrow_mut();
            return match interpreter.value(id).map(|view| view.to_tensor()) {
                Ok(value) => Ok(self.literals(&value)),
                Err(_) => {
                    bail!(Value, program.place(id), "this has no value"; label: "needed here")
                }
            };
        }
        if row.is(&rules::RULED) {
            return Ok(args[args.len() - 1].clone());
        }
        if is(&[
            &array::POISON,
            &arithmetic::FROZEN,
            &arithmetic::STOP,
            &array::BROADCAST,
        ]) {
            let at = |k: usize| args[0][stretched(k, shape, shapes[0])];
            return Ok((0..shape.len()).map(at).collect());
        }
        let known =
            spelling(row).filter(|known| matches!(known.manner, Manner::Each | Manner::Truth));
        if known.is_some() {
            let chooses = row.chooses || row.mask.is_some();
            let entry = |k: usize| {
                let parts = args.iter().zip(&shapes);
                let parts: Vec<NodeId> = parts
                    .map(|(arg, from)| arg[stretched(k, shape, *from)])
                    .collect();
                if let (true, Op::Literal(taken)) = (chooses, graph.node(parts[0]).op) {
                    let other = parts.get(2).copied();
                    return match taken != 0.0 {
                        true => parts[1],
                        false => other.unwrap_or_else(|| graph.literal(0.0)),
                    };
                }
                let node = graph.apply(row, attr, Shape::SCALAR, &parts);
                match parts.iter().all(is_number) {
                    true => self.computed(node).unwrap_or(node),
                    false => node,
                }
            };
            return Ok((0..shape.len()).map(entry).collect());
        }
        let moved = self.moved(row, attr, &args, &shapes, shape);
        let reduced = moved.or_else(|| along(graph, row, attr, &args[0], shapes[0]));
        match reduced.or_else(|| self.product(row, &args, &shapes)) {
            Some(entries) => Ok(entries.into()),
            None => {
                bail!(Function, program.place(id), "`{}` has no formula of its entries for {}", row.name, self.language;
                    label: "not exported";
                    help: "export to numpy, jax or c")
            }
        }
    }

    /// The number of an operation on numbers.
    fn computed(&self, node: NodeId) -> Option<NodeId> {
        let mut interpreter = self.interpreter.borrow_mut();
        let value = interpreter.scalar(node).ok()?;
        Some(self.program.graph.literal(value))
    }

    fn literals(&self, value: &Tensor) -> Entries {
        let data = value.data().iter();
        data.map(|x| self.program.graph.literal(*x)).collect()
    }

    /// Entries that go elsewhere.
    fn moved(
        &self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Entries],
        shapes: &[Shape],
        shape: Shape,
    ) -> Option<Vec<NodeId>> {
        let graph = self.program.graph;
        let is = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
        let (m, n) = (shape.m(), shape.n());
        let rows = shapes[0].m();
        let pick = |at: &dyn Fn(usize, usize) -> usize| {
            let places = (0..n).flat_map(|j| (0..m).map(move |i| (i, j)));
            Some(places.map(|(i, j)| args[0][at(i, j)]).collect())
        };
        if is(&[&array::RESHAPE, &array::VEC]) {
            return Some(args[0].to_vec());
        }
        if row.is(&array::TRANSPOSE) {
            return pick(&|i, j| j + i * rows);
        }
        if row.is(&array::INDEX) {
            return match attr {
                Attr::Corner(corner) => {
                    pick(&|i, j| i + corner.row as usize + (j + corner.col as usize) * rows)
                }
                _ => Some(args[0].to_vec()),
            };
        }
        if row.is(&array::FLIP) {
            return pick(&|i, j| match attr {
                Attr::Axis(2) => i + (n - 1 - j) * rows,
                _ => rows - 1 - i + j * rows,
            });
        }
        if row.is(&array::DIAG) && !shapes[0].is_vector() {
            return pick(&|i, _| i * (rows + 1));
        }
        let joins = [&array::MATRIX, &array::HCAT, &array::COLUMNS, &array::VCAT];
        let sums = row.is(&array::ASSEMBLE);
        if row.is(&array::DIAG) {
            let zero = graph.literal(0.0);
            let mut entries = vec![zero; shape.len()];
            (0..m).for_each(|k| entries[k * (m + 1)] = args[0][k]);
            return Some(entries);
        }
        if !(sums || is(&joins)) {
            return None;
        }
        let blocks = graph.blocks(attr);
        let mut entries: Vec<Option<NodeId>> = vec![None; shape.len()];
        let (mut i, mut j) = (0, 0);
        for (k, (arg, from)) in args.iter().zip(shapes).enumerate() {
            if sums {
                (i, j) = (blocks[k].corner.row as usize, blocks[k].corner.col as usize);
            } else if row.is(&array::MATRIX) {
                (i, j) = (k / n, k % n);
            }
            for (at, part) in arg.iter().enumerate() {
                let entry = &mut entries[i + at % from.m() + (j + at / from.m()) * m];
                *entry = Some(match *entry {
                    Some(sum) => {
                        graph.apply(&arithmetic::ADD, Attr::None, Shape::SCALAR, &[sum, *part])
                    }
                    None => *part,
                });
            }
            match row.is(&array::VCAT) {
                true => i += from.m(),
                false => j += from.n(),
            }
        }
        let entries = entries.into_iter();
        Some(
            entries
                .map(|entry| entry.unwrap_or_else(|| graph.literal(0.0)))
                .collect(),
        )
    }

    /// Products of matrices, and what is made of such.
    fn product(
        &self,
        row: &'static Primitive,
        args: &[Entries],
        shapes: &[Shape],
    ) -> Option<Vec<NodeId>> {
        let graph = self.program.graph;
        let apply = |row, args: &[NodeId]| graph.apply(row, Attr::None, Shape::SCALAR, args);
        let sum = |parts: Vec<NodeId>| {
            let sum = parts
                .into_iter()
                .reduce(|a, b| apply(&arithmetic::ADD, &[a, b]));
            sum.unwrap_or_else(|| graph.literal(0.0))
        };
        if row.is(&algebra::TR) {
            let n = shapes[0].m();
            return Some(vec![sum((0..n).map(|k| args[0][k * (n + 1)]).collect())]);
        }
        if row.is(&algebra::DOT) {
            let pairs = args[0].iter().zip(args[1].iter());
            return Some(vec![sum(pairs
                .map(|(a, b)| apply(&arithmetic::MUL, &[*a, *b]))
                .collect())]);
        }
        if row.is(&array::RECURRENCE) {
            // y = b, and down every column a times the entry before more.
            let mut entries: Vec<NodeId> = Vec::with_capacity(args[1].len());
            for (k, part) in args[1].iter().enumerate() {
                entries.push(match k % shapes[1].m() {
                    0 => *part,
                    _ => {
                        let before = apply(&arithmetic::MUL, &[args[0][k], entries[k - 1]]);
                        apply(&arithmetic::ADD, &[before, *part])
                    }
                });
            }
            return Some(entries);
        }
        let reached = row.is(&algebra::MATMUL_REACHED);
        if !(reached || row.is(&algebra::MATMUL)) {
            return None;
        }
        if shapes[..2].iter().any(|shape| shape.is_scalar()) && !reached {
            let longer = args[0].len().max(args[1].len());
            let at = |arg: &Entries, k: usize| arg[if arg.len() == 1 { 0 } else { k }];
            let entry = |k: usize| apply(&arithmetic::MUL, &[at(&args[0], k), at(&args[1], k)]);
            return Some((0..longer).map(entry).collect());
        }
        let (m, inner, n) = (shapes[0].m(), shapes[0].n(), shapes[1].n());
        // Where a factor is not reached a term is 0, whatever the other one is.
        let guarded = |term: NodeId, k: usize, at: usize| -> Option<NodeId> {
            let mask = args[k][stretched(at, shapes[k - 2], shapes[k])];
            match graph.node(mask).op {
                Op::Literal(x) => (x != 0.0).then_some(term),
                _ => Some(apply(&array::GUARD, &[mask, term])),
            }
        };
        let mut entries = Vec::with_capacity(m * n);
        for (j, i) in (0..n).flat_map(|j| (0..m).map(move |i| (j, i))) {
            let terms = (0..inner).filter_map(|l| {
                let (a, b) = (i + l * m, l + j * inner);
                let term = apply(&arithmetic::MUL, &[args[0][a], args[1][b]]);
                match reached {
                    true => guarded(guarded(term, 2, a)?, 3, b),
                    false => Some(term),
                }
            });
            entries.push(sum(terms.collect()));
        }
        Some(entries)
    }
}

/// The entry number `k` of `shape` in something that stretches to it.
fn stretched(k: usize, shape: Shape, from: Shape) -> usize {
    let (i, j) = (k % shape.m().max(1), k / shape.m().max(1));
    let i = if from.rows == 1 { 0 } else { i };
    let j = if from.cols == 1 { 0 } else { j };
    i + j * from.m()
}
