//! Rows or columns whose numbers are values: `x[v]`, `A[v, :]`, `A[:, v]`.

use super::{array, rows};
use crate::graph::primitive::{
    DerivativeRule::*, Fault, KernelCall, Notation, Reach, Sees, ShapeRule,
};
use crate::graph::{Attr, Primitive, Shape, Term};

/// The rows of a matrix, or its columns: one line for each place along the axis of an index. A matrix
/// lies in memory column by column.
struct Lines {
    /// True if each line is a column.
    columns: bool,
    shape: Shape,
}

impl Lines {
    fn of(shape: Shape, attr: Attr) -> Lines {
        let columns = attr == Attr::Axis(2);
        Lines { columns, shape }
    }

    /// The number of lines.
    fn count(&self) -> usize {
        match self.columns {
            true => self.shape.n(),
            false => self.shape.m(),
        }
    }

    /// The places in memory of the entries of line `k`.
    fn entries(&self, k: usize) -> impl Iterator<Item = usize> {
        let (m, n) = (self.shape.m(), self.shape.n());
        let (first, step, length) = match self.columns {
            true => (k * m, 1, m),
            false => (k, m, n),
        };
        (0..length).map(move |i| first + i * step)
    }

    /// True if each line is one entry.
    fn are_entries(&self) -> bool {
        match self.columns {
            true => self.shape.rows == 1,
            false => self.shape.cols == 1,
        }
    }
}

/// The line, of `count`, that an entry of an index names, from 0.
///
/// # Errors
/// If there is none.
#[inline]
pub fn named(count: usize, x: f64) -> Result<usize, Fault> {
    let number = x as u32;
    match f64::from(number) == x && (1..=count).contains(&(number as usize)) {
        true => Ok(number as usize - 1),
        false => Err(Fault::NoSuchEntry),
    }
}

fn taken(call: &KernelCall<'_>, out: &mut [f64]) -> Result<(), Fault> {
    let (x, v) = (call.args[0], call.args[1]);
    let (from, to) = (
        Lines::of(x.shape, call.attr),
        Lines::of(call.shape, call.attr),
    );
    let count = from.count();
    if from.are_entries() {
        for (to, place) in out.iter_mut().zip(v.data) {
            *to = x.data[named(count, *place)?];
        }
        return Ok(());
    }
    for (k, place) in v.data.iter().enumerate() {
        let line = named(count, *place)?;
        for (to, from) in to.entries(k).zip(from.entries(line)) {
            out[to] = x.data[from];
        }
    }
    Ok(())
}

fn spread(call: &KernelCall<'_>, out: &mut [f64]) -> Result<(), Fault> {
    let (x, v) = (call.args[0], call.args[1]);
    let (from, to) = (
        Lines::of(x.shape, call.attr),
        Lines::of(call.shape, call.attr),
    );
    out.fill(0.0);
    let count = to.count();
    if to.are_entries() {
        for (x, place) in x.data.iter().zip(v.data) {
            out[named(count, *place)?] += x;
        }
        return Ok(());
    }
    for (k, place) in v.data.iter().enumerate() {
        let line = named(count, *place)?;
        for (to, from) in to.entries(line).zip(from.entries(k)) {
            out[to] += x.data[from];
        }
    }
    Ok(())
}

/// The operation `row` on `x` with the index of the node `y`.
fn with_index_of<'g>(x: Term<'g>, row: &'static Primitive, y: Term<'g>) -> Term<'g> {
    let graph = x.graph;
    let ids = [x.id, y.arg(1).id];
    graph.term(graph.apply(row, y.node().attr(), y.arg(0).shape(), &ids))
}

/// The adjoint in words of the language: the index as a matrix of zeros and ones.
fn spelled_transposed<'g>(ct: Term<'g>, y: Term<'g>, _: usize) -> Term<'g> {
    let graph = ct.graph;
    let v = y.arg(1);
    let down = y.node().attr() == Attr::Axis(1);
    let whole = y.arg(0).shape();
    let length = if down { whole.m() } else { whole.n() };
    let shape = Shape::new(v.shape().len(), length);
    let chosen = graph.term(graph.apply(&array::ONEHOT, Attr::None, shape, &[v.id]));
    match down {
        true => chosen.transposed().matmul(ct),
        false => ct.matmul(chosen),
    }
}

rows! {
    TAKEN = Primitive::whole("index", taken, ShapeRule::Given).parameters(&["x", "v"]).places(1).may_fail()
        .notation(Notation::Index).spelled(&TAKEN_SPELLED).sees(Sees::Named).reach(Reach::Moved).derivative(Linear(|ct, y, _| with_index_of(ct, &SPREAD, y)))
        .exact().doc("The entries, rows or columns whose numbers a vector lists.").example("[5, 6, 7][[3, 1, 3]]", "[7, 5, 7]");
    TAKEN_SPELLED = Primitive::whole("index", taken, ShapeRule::Given).parameters(&["x", "v"]).places(1).may_fail()
        .notation(Notation::Index).sees(Sees::Named).reach(Reach::Moved).derivative(Linear(spelled_transposed))
        .exact().doc("The same with its derivative in words of the language, for formulas.");
    SPREAD = Primitive::whole("spread", spread, ShapeRule::Given).parameters(&["x", "v"]).places(1).may_fail().internal().reach(Reach::Gathered(taken))
        .derivative(Linear(|ct, y, _| with_index_of(ct, &TAKEN, y)))
        .doc("The entries, rows or columns added up where a vector says, in a matrix of zeros.");
}
