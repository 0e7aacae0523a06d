//! Indices: which block of a value they mean.

use super::frame::Frame;
use super::signatures::is_built_in;
use super::tasks::Task;
use super::{Lowerer, Purpose};
use crate::diagnostic::{Code, Diagnostic, Result, bail, error};
use crate::graph::{Attr, Block, Corner, NodeId, Primitive, Shape};
use crate::primitives::{array, places};
use crate::source::Location;
use crate::syntax::ast::{ExprId, ExprKind, Index, Script};
use smallvec::{SmallVec, smallvec};
use std::rc::Rc;

/// The indexed value: its name in messages, and its place.
pub(super) struct Indexed<'p> {
    /// The expression before the brackets.
    pub name: &'p str,
    /// The whole expression.
    pub location: Location,
}

impl Lowerer<'_> {
    pub(super) fn index(
        &mut self,
        expr: ExprId,
        target: ExprId,
        indices: &[Index],
        nodes: &[NodeId],
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let x = nodes[0];
        let shape = self.graph.shape(x);
        if self.lists_entries(indices, &nodes[1..]) {
            return self.listed_entries(expr, target, x, indices, &nodes[1..], frame);
        }
        if nodes[1..].iter().any(|node| self.is_changing(*node)) {
            return self.moving_index(expr, target, x, indices, &nodes[1..], frame);
        }
        let block = self.block(expr, target, shape, indices, &nodes[1..], frame);
        // A name that nothing defines is a scalar input: that it has no entries is not what is wrong.
        let (corner, extent) = block.map_err(|error| match self.unit().is_free(x) {
            true if matches!(error.code(), Code::Index) => {
                self.undeclared(x, target, indices, frame)
            }
            _ => error,
        })?;
        if indices.iter().all(|index| *index == Index::All) {
            return Ok(x);
        }
        let shape = extent;
        if let Some(stored) = self.stored_block(x, Block { corner, shape }) {
            return Ok(stored);
        }
        Ok(self
            .graph
            .apply(&array::INDEX, Attr::Corner(corner), extent, &[x]))
    }

    /// The error for entries of `x`, a name that nothing defines: it is declared with a shape that has the
    /// entries asked for.
    fn undeclared(
        &self,
        x: NodeId,
        target: ExprId,
        indices: &[Index],
        frame: &Frame,
    ) -> Diagnostic {
        let name = frame.script.text(target);
        let error = self.unit().missing(x);
        if is_built_in(name) || self.definitions.function(name).is_some() {
            return error;
        }
        let largest = |index: &Index| {
            let last = match index {
                Index::At(i) | Index::Range(_, i) => largest_value(&frame.script, *i),
                Index::All => None,
            };
            last.unwrap_or(3.0).max(2.0).to_string()
        };
        let sizes: Vec<String> = indices.iter().map(largest).collect();
        error.help(format!(
            "it has entries, so declare its shape: `input {name}[{}]`",
            sizes.join(", ")
        ))
    }

    /// True if one of the indices is a vector.
    fn lists_entries(&self, indices: &[Index], nodes: &[NodeId]) -> bool {
        let mut nodes = nodes.iter();
        indices.iter().any(|index| {
            let mut ends = nodes.by_ref().take(index.ends().len());
            let first = ends.next();
            ends.for_each(drop);
            let many = |node: &NodeId| !self.graph.shape(*node).is_scalar();
            matches!(index, Index::At(_)) && first.is_some_and(many)
        })
    }

    /// The entries, rows or columns whose numbers vectors list; what stands beside them is any index.
    fn listed_entries(
        &mut self,
        expr: ExprId,
        target: ExprId,
        x: NodeId,
        indices: &[Index],
        nodes: &[NodeId],
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let mut nodes = nodes.iter().copied();
        let mut result = x;
        for (k, index) in indices.iter().enumerate() {
            let ends: SmallVec<[NodeId; 2]> = nodes.by_ref().take(index.ends().len()).collect();
            let down = match indices.len() {
                1 => self.graph.shape(x).cols == 1,
                _ => k == 0,
            };
            result = match (index, &*ends) {
                (Index::At(at), [vector]) if !self.graph.shape(*vector).is_scalar() => {
                    if indices.len() == 1 && !self.graph.shape(x).is_vector() {
                        // The error of an index that a matrix lacks.
                        let place = self.graph.literal(1.0);
                        self.block(expr, target, self.graph.shape(x), indices, &[place], frame)?;
                    }
                    self.taken(result, *vector, down, *at, expr, target, frame)?
                }
                (Index::All, _) => result,
                _ => {
                    let all = Index::All;
                    let beside = match (indices.len(), k) {
                        (1, _) => vec![index.clone()],
                        (_, 0) => vec![index.clone(), all],
                        _ => vec![all, index.clone()],
                    };
                    let args: SmallVec<[NodeId; 4]> = [result].into_iter().chain(ends).collect();
                    self.index(expr, target, &beside, &args, frame)?
                }
            };
        }
        Ok(result)
    }

    /// The rows (or columns) of `x` that `vector` lists.
    #[allow(clippy::too_many_arguments)]
    fn taken(
        &mut self,
        x: NodeId,
        vector: NodeId,
        down: bool,
        at: ExprId,
        expr: ExprId,
        target: ExprId,
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let graph = self.graph;
        let (whole, listed) = (graph.shape(x), graph.shape(vector));
        let name = frame.script.text(target);
        let index = frame.script.text(at);
        if graph
            .node(vector)
            .primitive()
            .is_some_and(Primitive::is_truth)
        {
            bail!(Type, frame.locate(at),
                "an index lists numbers of entries, and this is a comparison";
                label: "zeros and ones";
                also: frame.locate(expr), "";
                help: "to keep entries where it holds and have 0 elsewhere, write `where({index}, {name}, 0)`");
        }
        if !listed.is_vector() {
            bail!(Index, frame.locate(at),
                "an index is a number or a vector of numbers, not a {listed} matrix";
                label: "{}", listed.described();
                help: "write `vec({index})` for its entries, column by column");
        }
        let length = if down { whole.m() } else { whole.n() };
        // A wrong place is shown here if the places are known already.
        if let Some(known) = self.evaluation.value_if_known(vector)?
            && let Some(wrong) = (known.data().iter())
                .find(|x| x.fract() != 0.0 || !(1.0..=length as f64).contains(*x))
        {
            bail!(Index, frame.locate(at),
                "there is no entry {wrong}: the indices run from 1 to {length}";
                label: "lists {wrong}";
                also: frame.locate(expr), "";
                help: "the last index is {length}");
        }
        let (attr, shape) = match down {
            true => (Attr::Axis(1), Shape::new(listed.len(), whole.n())),
            false => (Attr::Axis(2), Shape::new(whole.m(), listed.len())),
        };
        let shape = self.check_size(shape.m(), shape.n(), expr, frame)?;
        Ok(graph.apply(&places::TAKEN, attr, shape, &[x, vector]))
    }

    /// Entries whose place may be another in another run of a program: they are looked up when it
    /// runs, and only their number is fixed.
    fn moving_index(
        &mut self,
        expr: ExprId,
        target: ExprId,
        x: NodeId,
        indices: &[Index],
        nodes: &[NodeId],
        frame: &Rc<Frame>,
    ) -> Result<NodeId> {
        let graph = self.graph;
        let known = self.evaluation.unit.guards.len();
        let shape = graph.shape(x);
        let extent = match self.block(expr, target, shape, indices, nodes, frame) {
            Ok((_, extent)) => extent,
            Err(error) => {
                let unknown = error.code() == Code::Value && !self.changing.indices.is_empty();
                let elsewhere = error.code() == Code::Index && self.may_be_left_out();
                let extent = (unknown || elsewhere).then(|| entries_named(indices, shape));
                extent.flatten().ok_or(error)?
            }
        };
        self.evaluation.unit.guards.truncate(known);
        let one = graph.literal(1.0);
        let mut nodes = nodes.iter().copied();
        let mut starts: SmallVec<[NodeId; 2]> = SmallVec::new();
        for index in indices {
            let ends: SmallVec<[NodeId; 2]> = nodes.by_ref().take(index.ends().len()).collect();
            starts.push(*ends.first().unwrap_or(&one));
            if let [first, last] = *ends {
                let length = graph.term(last) - graph.term(first);
                self.known_scalar(length.id, expr, frame, "a length")?;
            }
        }
        match *starts {
            [along] if shape.cols != 1 => starts = smallvec![one, along],
            [along] => starts = smallvec![along, one],
            _ => {}
        }
        let args = [x, starts[0], starts[1]];
        Ok(graph.apply(&array::ENTRIES_AT, Attr::None, extent, &args))
    }

    /// True if what is lowered now need not be needed for the values that inputs and states have now:
    /// that it fails with them decides nothing.
    fn may_be_left_out(&self) -> bool {
        let in_branch = || {
            let mut tasks = self.stacks.tasks.iter().rev();
            let task = tasks.find(|task| matches!(task, Task::Catch(_) | Task::Round(_)));
            matches!(task, Some(Task::Catch(_)))
        };
        match self.purpose {
            Purpose::Program { .. } => true,
            _ => self.is_repeated() && in_branch(),
        }
    }

    /// The block of a value of `shape` that `indices`, with the values of `nodes`, mean.
    pub(super) fn block(
        &mut self,
        expr: ExprId,
        target: ExprId,
        shape: Shape,
        indices: &[Index],
        nodes: &[NodeId],
        frame: &Frame,
    ) -> Result<(Corner, Shape)> {
        let place = Indexed {
            name: frame.script.text(target),
            location: frame.locate(expr),
        };
        self.block_of(&place, shape, indices, nodes, frame)
    }

    pub(super) fn block_of(
        &mut self,
        place: &Indexed<'_>,
        shape: Shape,
        indices: &[Index],
        nodes: &[NodeId],
        frame: &Frame,
    ) -> Result<(Corner, Shape)> {
        let mut nodes = nodes.iter().copied();
        let mut next = || nodes.next().expect("every index has its nodes");
        match indices {
            [single] => {
                if !shape.is_vector() {
                    bail!(Index, place.location.clone(),
                        "a matrix takes two indices";
                        label: "`{}` is {shape}", place.name;
                        help: "write `{0}[i, j]`, a row as `{0}[i, :]`, a column as `{0}[:, j]`", place.name);
                }
                let (first, count) = self.extent(single, shape.len(), &mut next, place, frame)?;
                let (first, row) = (first as u32, shape.cols != 1);
                let at = |along: u32| {
                    if row {
                        Corner { row: 0, col: along }
                    } else {
                        Corner { row: along, col: 0 }
                    }
                };
                let extent = if row {
                    Shape::new(1, count)
                } else {
                    Shape::new(count, 1)
                };
                Ok((at(first), extent))
            }
            [row, col] => {
                let (first_row, rows) = self.extent(row, shape.m(), &mut next, place, frame)?;
                let (first_col, cols) = self.extent(col, shape.n(), &mut next, place, frame)?;
                let corner = Corner {
                    row: first_row as u32,
                    col: first_col as u32,
                };
                Ok((corner, Shape::new(rows, cols)))
            }
            _ => Err(error!(Index, place.location.clone(),
                "a value has rows and columns: one or two indices";
                label: "{} indices", indices.len())),
        }
    }

    /// First entry, from 0, and number of entries that one index means among `length`.
    fn extent(
        &mut self,
        index: &Index,
        length: usize,
        next: &mut impl FnMut() -> NodeId,
        place: &Indexed<'_>,
        frame: &Frame,
    ) -> Result<(usize, usize)> {
        let outside = |position: i64, at: ExprId| {
            let error = error!(Index, frame.locate(at),
                "there is no entry {position}: the indices run from 1 to {length}";
                label: "this is {position}";
                also: place.location.clone(), "");
            if position == 0 {
                error.help("the first entry is number 1")
            } else {
                error.help(match length {
                    0 => "it has no entries".to_string(),
                    _ => format!("the last index is {length}"),
                })
            }
        };
        let inside = |position: i64| (1..=length as i64).contains(&position);
        match *index {
            Index::All => Ok((0, length)),
            Index::At(at) => {
                let position = self.whole(next(), at, frame, "an index")?;
                if inside(position) {
                    Ok((position as usize - 1, 1))
                } else {
                    Err(outside(position, at))
                }
            }
            Index::Range(from, to) => {
                let first = self.whole(next(), from, frame, "an index")?;
                let last = self.whole(next(), to, frame, "an index")?;
                if last < first {
                    return Ok((0, 0));
                }
                if !inside(first) {
                    return Err(outside(first, from));
                }
                if !inside(last) {
                    return Err(outside(last, to));
                }
                Ok((first as usize - 1, (last - first + 1) as usize))
            }
        }
    }
}

/// The largest value of an index that is a number, or the name that runs in a comprehension up to one.
fn largest_value(script: &Script, index: ExprId) -> Option<f64> {
    let name = match script.expr(index).kind {
        ExprKind::Number(value) => return Some(value),
        _ => script.name_at(index)?,
    };
    let clauses = script
        .expressions
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Comprehension(each) => Some(&each.clauses),
            _ => None,
        });
    let running = clauses
        .flatten()
        .find(|clause| clause.variable.name == *name)?;
    match script.expr(running.to).kind {
        ExprKind::Number(value) => Some(value),
        _ => None,
    }
}

/// The extent of what indices name that are single entries or everything: it is known without values.
fn entries_named(indices: &[Index], shape: Shape) -> Option<Shape> {
    let extent = |index: &Index, length: usize| match index {
        Index::At(_) => Some(1),
        Index::All => Some(length),
        Index::Range(..) => None,
    };
    match indices {
        [Index::At(_)] if shape.is_vector() => Some(Shape::SCALAR),
        [row, col] => Some(Shape::new(extent(row, shape.m())?, extent(col, shape.n())?)),
        _ => None,
    }
}
