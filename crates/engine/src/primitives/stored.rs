//! Matrices that are stored by the places that may be other than zero: their values in a vector, and the
//! row and column of each in two more.
//!
//! The law: storing changes no meaning. [`STORED`] *is* the matrix, so whatever does not know the form
//! computes with all its entries; the others give the same up to the order of summation, products of two
//! matrices with more than a few columns the same bits. A zero that is not stored is a number like any
//! other: times infinity it is NaN.

mod terms;

use super::band::Banded;
use super::term::sum_of_known;
use super::{places, rows};
use crate::graph::primitive::{DerivativeRule::*, Fault, KernelCall, Reach, ShapeRule};
use crate::graph::{Attr, Block, Graph, NodeId, Op, Primitive, Shape, Tensor, Term};
use crate::vector::{Arithmetic, at_width};

type Done = Result<(), Fault>;

/// The places of a stored matrix, from 0, in the order of its values.
fn places_of<'a>(rows: &'a [f64], cols: &'a [f64]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let pairs = rows.iter().zip(cols);
    pairs.map(|(i, j)| (*i as usize - 1, *j as usize - 1))
}

/// Refuses places outside of a matrix.
fn inside(call: &KernelCall<'_>, [rows, cols]: [usize; 2], shape: Shape) -> Done {
    let fits = |list: &[f64], length: usize| {
        let fits = |x: &f64| x.fract() == 0.0 && (1.0..=length as f64).contains(x);
        list.iter().all(fits)
    };
    match fits(call.args[rows].data, shape.m()) && fits(call.args[cols].data, shape.n()) {
        true => Ok(()),
        false => Err(Fault::NoSuchEntry),
    }
}

fn spread(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    inside(call, [1, 2], call.shape)?;
    out.fill(0.0);
    let places = places_of(call.args[1].data, call.args[2].data);
    for ((i, j), value) in places.zip(call.args[0].data) {
        out[i + j * call.shape.m()] += value;
    }
    Ok(())
}

/// The product, column by column of the right factor; each row of the left one is added up in the order of
/// its places.
fn times(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [values, x, rows, cols] = [0, 1, 2, 3].map(|k| call.args[k].data);
    let (m, inner) = (call.shape.m(), call.args[1].shape.m());
    inside(call, [2, 3], Shape::new(m, inner))?;
    out.fill(0.0);
    if m == 0 || inner == 0 {
        return Ok(());
    }
    for (out, x) in out.chunks_exact_mut(m).zip(x.chunks_exact(inner)) {
        at_width!(ops => for ((i, j), value) in places_of(rows, cols).zip(values) {
            out[i] = ops.fma(*value, x[j], out[i]);
        });
        let wild = x.iter().filter(|x| !x.is_finite()).count();
        if wild == 0 {
            continue;
        }
        // A zero beside an infinity is NaN, stored or not.
        let mut met = vec![0; m];
        let mut last = vec![usize::MAX; m];
        for (i, j) in places_of(rows, cols) {
            if !x[j].is_finite() && last[i] != j {
                met[i] += 1;
                last[i] = j;
            }
        }
        for (out, met) in out.iter_mut().zip(met) {
            if met < wild {
                *out = f64::NAN;
            }
        }
    }
    Ok(())
}

fn solve(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [values, b, rows, cols] = [0, 1, 2, 3].map(|k| call.args[k].data);
    let n = call.args[1].shape.m();
    inside(call, [2, 3], Shape::new(n, n))?;
    let places: Vec<(usize, usize)> = places_of(rows, cols).collect();
    let factors = Banded::factored(n, &places, values)?;
    if n == 0 {
        return Ok(());
    }
    for (b, out) in b.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        factors.solve(b, out);
    }
    Ok(())
}

/// The rows of `x` that `v` lists.
fn taken<'g>(x: Term<'g>, v: Term<'g>) -> Term<'g> {
    let shape = Shape::new(v.shape().len(), x.shape().n());
    let ids = [x.id, v.id];
    let graph = x.graph;
    graph.term(graph.apply(&places::TAKEN, Attr::Axis(1), shape, &ids))
}

/// For each place (i, j) the product of row i of `a` and row j of `b`.
fn at_places<'g>(a: Term<'g>, b: Term<'g>, rows: Term<'g>, cols: Term<'g>) -> Term<'g> {
    (taken(a, rows) * taken(b, cols)).sum_along(Attr::Axis(2))
}

fn product<'g>(values: Term<'g>, x: Term<'g>, like: Term<'g>, places: [Term<'g>; 2]) -> Term<'g> {
    let ids = [values.id, x.id, places[0].id, places[1].id];
    let graph = x.graph;
    graph.term(graph.apply(&STORED_TIMES, Attr::None, like.shape(), &ids))
}

fn solution<'g>(values: Term<'g>, b: Term<'g>, places: [Term<'g>; 2]) -> Term<'g> {
    let ids = [values.id, b.id, places[0].id, places[1].id];
    let graph = b.graph;
    graph.term(graph.apply(&STORED_SOLVE, Attr::None, b.shape(), &ids))
}

/// The sums of the terms of each entry, in their order: as [`crate::vector::product`] adds them.
fn terms(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    let [x, y, i, j, to] = [0, 1, 2, 3, 4].map(|k| call.args[k].data);
    let named = |list: &[f64], length: usize| {
        let fits = |at: &f64| at.fract() == 0.0 && (1.0..=length as f64).contains(at);
        list.iter().all(fits)
    };
    if !(named(i, x.len()) && named(j, y.len()) && named(to, out.len())) {
        return Err(Fault::NoSuchEntry);
    }
    out.fill(0.0);
    at_width!(ops => for ((i, j), to) in i.iter().zip(j).zip(to) {
        let entry = &mut out[*to as usize - 1];
        *entry = ops.fma(x[*i as usize - 1], y[*j as usize - 1], *entry);
    });
    Ok(())
}

/// Σ x[i]·y[j] in the entries `to` of a vector of this length.
fn sums_of_terms<'g>(x: Term<'g>, y: Term<'g>, places: [Term<'g>; 3], length: usize) -> Term<'g> {
    let [i, j, to] = places.map(|list| list.id);
    let graph = x.graph;
    let shape = Shape::vector(length);
    graph.term(graph.apply(&STORED_TERMS, Attr::None, shape, &[x.id, y.id, i, j, to]))
}

/// What leaves everything that is not stored 0: finite numbers.
fn factor(call: &KernelCall<'_>, out: &mut [f64]) -> Done {
    match call.args[1].data.iter().all(|x| x.is_finite()) {
        true => {
            out.copy_from_slice(call.args[0].data);
            Ok(())
        }
        false => Err(Fault::Everywhere),
    }
}

rows! {
    STORED_FACTOR = Primitive::whole("factor", factor, ShapeRule::Same).parameters(&["x", "scale"]).places(1).internal()
        .may_fail().reach(Reach::First).derivative(Linear(|ct, _, _| ct))
        .doc("x, if what it makes of 0 is 0.");
    STORED = Primitive::whole("stored", spread, ShapeRule::Given).parameters(&["values", "i", "j"]).places(2).internal()
        .reach(Reach::Moved).derivative(Linear(|ct, y, _| {
            let rows = y.shape().m() as f64;
            let numbers = (y.arg(2) - 1.0) * y.arg(2).number(rows) + y.arg(1);
            taken(ct.reshaped(Shape::vector(ct.shape().len())), numbers)
        }))
        .doc("A matrix from its values in rows i and columns j; zero elsewhere.");
    STORED_TIMES = Primitive::whole("stored_times", times, ShapeRule::Given).parameters(&["values", "B", "i", "j"]).places(2).internal()
        .reach(Reach::StoredProduct).derivative(Pair(
            |args, y, dots| {
                let places = [args[2], args[3]];
                let left = dots[0].map(|dot| product(dot, args[1], y, places));
                let right = dots[1].map(|dot| product(args[0], dot, y, places));
                sum_of_known(left, right).unwrap_or_else(|| y.zero())
            },
            |ct, args, _, k| match k {
                0 => at_places(ct, args[1], args[2], args[3]),
                _ => product(args[0], ct, args[1], [args[3], args[2]]),
            },
        ))
        .doc("The product of a matrix with values in rows i and columns j, and B.");
    STORED_TERMS = Primitive::whole("stored_terms", terms, ShapeRule::Given).parameters(&["x", "y", "i", "j", "to"]).places(3).internal()
        .reach(Reach::Terms).derivative(Pair(
            |args, y, dots| {
                let (places, length) = ([args[2], args[3], args[4]], y.shape().len());
                let left = dots[0].map(|dot| sums_of_terms(dot, args[1], places, length));
                let right = dots[1].map(|dot| sums_of_terms(args[0], dot, places, length));
                sum_of_known(left, right).unwrap_or_else(|| y.zero())
            },
            |ct, args, _, k| {
                let [i, j, to] = [args[2], args[3], args[4]];
                let length = args[k].shape().len();
                match k {
                    0 => sums_of_terms(ct, args[1], [to, j, i], length),
                    _ => sums_of_terms(args[0], ct, [i, to, j], length),
                }
            },
        ))
        .doc("In each entry the sum of those x[i]·y[j] that go to it.");
    STORED_SOLVE = Primitive::whole("stored_solve", solve, ShapeRule::Given).parameters(&["values", "B", "i", "j"]).places(2).internal()
        .may_fail().reach(Reach::Columns).derivative(Pair(
            |args, y, dots| {
                let places = [args[2], args[3]];
                let from_a = dots[0].map(|dot| -product(dot, y, y, places));
                let right = sum_of_known(dots[1], from_a);
                right.map_or_else(|| y.zero(), |right| solution(args[0], right, places))
            },
            |ct, args, y, k| {
                let back = solution(args[0], ct, [args[3], args[2]]);
                match k {
                    0 => -at_places(back, y, args[2], args[3]),
                    _ => back,
                }
            },
        ))
        .doc("The X whose product with a matrix with values in rows i and columns j is B.");
}

/// A matrix that is stored by its places, as nodes.
#[derive(Clone, Copy)]
pub struct Stored<'g> {
    /// Its values.
    pub values: Term<'g>,
    /// The row of each, from 1.
    pub rows: Term<'g>,
    /// The column of each, from 1.
    pub cols: Term<'g>,
    /// Its shape.
    pub shape: Shape,
}

/// The value of a matrix that is stored by its places.
#[derive(Clone, Debug)]
pub struct StoredTensor {
    /// Its shape.
    pub shape: Shape,
    /// The places, from 0.
    pub places: Vec<(u32, u32)>,
    /// The value in each of them.
    pub values: Tensor,
}

impl StoredTensor {
    /// The matrix as nodes of a graph.
    pub fn on<'g>(&self, graph: &'g Graph) -> Stored<'g> {
        let values = graph.constant(self.values.clone());
        Stored::at(graph, values, &self.places, self.shape)
    }
}

/// A matrix with more entries than this is shown by its places, and a factor that makes its zeros NaN is an
/// error.
pub const LARGE: usize = 1_000_000;

/// A matrix with at most so many entries is as fast with all of them.
const SMALL: usize = 10_000;

/// True if a matrix of this `shape` with `count` values is computed with by its places: where it is
/// [`LARGE`], or most of it are zeros.
pub fn pays(shape: Shape, count: usize) -> bool {
    const FEW: usize = 8;
    shape.len() > LARGE || shape.len() > SMALL && shape.len() > FEW * count
}

impl<'g> Stored<'g> {
    /// The matrix `id`, if it is stored by its places and that [`pays`].
    pub fn of(graph: &'g Graph, id: NodeId) -> Option<Stored<'g>> {
        let node = graph.node(id);
        let Op::Apply(row, _) = node.op else {
            return None;
        };
        if !row.is(&STORED) {
            return None;
        }
        let term = graph.term(id);
        let values = term.arg(0);
        pays(node.shape, values.shape().len()).then(|| Stored {
            values,
            rows: term.arg(1),
            cols: term.arg(2),
            shape: node.shape,
        })
    }

    /// True if it has more than [`LARGE`] entries.
    pub fn is_large(self) -> bool {
        self.shape.len() > LARGE
    }

    /// A matrix with these places, from 0, and a node of their values in the same order.
    pub fn at(graph: &'g Graph, values: NodeId, places: &[(u32, u32)], shape: Shape) -> Stored<'g> {
        let numbers = |entry: fn(&(u32, u32)) -> u32| {
            let numbers = places.iter().map(|place| f64::from(entry(place)) + 1.0);
            list(graph, numbers.collect())
        };
        Stored {
            values: graph.term(values),
            rows: numbers(|place| place.0),
            cols: numbers(|place| place.1),
            shape,
        }
    }

    /// The node of the matrix.
    pub fn node(self) -> NodeId {
        let ids = [self.values.id, self.rows.id, self.cols.id];
        self.values
            .graph
            .apply(&STORED, Attr::None, self.shape, &ids)
    }

    /// All entries times a number, or divided by it. `None` if that may make zeros NaN that can be
    /// written out.
    pub fn scaled(self, number: Term<'g>, divides: bool) -> Option<Stored<'g>> {
        let scale = if divides { 1.0 / number } else { number };
        let checked = match scale.literal().is_some_and(f64::is_finite) {
            true => number,
            false if !self.is_large() => return None,
            false => if_finite(number, scale),
        };
        let values = match divides {
            true => self.values / checked,
            false => checked * self.values,
        };
        Some(self.with_values(values))
    }

    /// The same places with other values.
    pub fn with_values(self, values: Term<'g>) -> Stored<'g> {
        Stored { values, ..self }
    }

    /// Rows and columns exchanged.
    pub fn transposed(self) -> Stored<'g> {
        Stored {
            rows: self.cols,
            cols: self.rows,
            shape: self.shape.transposed(),
            ..self
        }
    }

    /// The product with a matrix on its right.
    pub fn times(self, other: Term<'g>) -> Term<'g> {
        let shape = Shape::new(self.shape.m(), other.shape().n());
        let graph = other.graph;
        let ids = [self.values.id, other.id, self.rows.id, self.cols.id];
        graph.term(graph.apply(&STORED_TIMES, Attr::None, shape, &ids))
    }

    /// The solution X of A·X = B.
    pub fn solved(self, other: Term<'g>) -> Term<'g> {
        solution(self.values, other, [self.rows, self.cols])
    }
}

/// Operations that keep a matrix stored.
impl<'g> Stored<'g> {
    /// The places, from 0.
    pub fn places(self) -> Vec<(u32, u32)> {
        let list = |term: Term<'g>| match term.node().op {
            Op::Constant(constant) => term.graph.constant_value(constant).data().to_vec(),
            // A list of one is a number.
            _ => term.literal().into_iter().collect(),
        };
        let (rows, cols) = (list(self.rows), list(self.cols));
        let places = places_of(&rows, &cols);
        places.map(|(i, j)| (i as u32, j as u32)).collect()
    }

    /// The identity, scaled entry by entry: a vector as a diagonal.
    pub fn diagonal(values: Term<'g>) -> Stored<'g> {
        let n = values.shape().len();
        let places: Vec<(u32, u32)> = (0..n as u32).map(|k| (k, k)).collect();
        let values = values.reshaped(Shape::vector(n));
        Stored::at(values.graph, values.id, &places, Shape::new(n, n))
    }

    /// Its diagonal.
    pub fn its_diagonal(self) -> Term<'g> {
        let graph = self.values.graph;
        let places = self.places().into_iter().enumerate();
        let (kept, rows): (Vec<f64>, Vec<f64>) = places
            .filter(|(_, (i, j))| i == j)
            .map(|(k, (i, _))| (k as f64 + 1.0, f64::from(i) + 1.0))
            .unzip();
        let length = Shape::vector(self.shape.m().min(self.shape.n()));
        let values = taken(self.values, list(graph, kept));
        let ids = [values.id, list(graph, rows).id];
        graph.term(graph.apply(&places::SPREAD, Attr::Axis(1), length, &ids))
    }

    /// A block of it.
    pub fn block(self, block: Block) -> NodeId {
        let graph = self.values.graph;
        let Block { corner, shape } = block;
        let inside = |(i, j): &(u32, u32)| {
            let rows = corner.row..corner.row + shape.rows;
            rows.contains(i) && (corner.col..corner.col + shape.cols).contains(j)
        };
        let places = self.places().into_iter().enumerate();
        let (kept, moved): (Vec<f64>, Vec<(u32, u32)>) = places
            .filter(|(_, place)| inside(place))
            .map(|(k, (i, j))| (k as f64 + 1.0, (i - corner.row, j - corner.col)))
            .unzip();
        if kept.is_empty() {
            let zero = graph.term(graph.literal(0.0));
            return match pays(shape, 0) {
                true => Stored::at(graph, list(graph, kept).id, &moved, shape).node(),
                false => zero.stretch(shape).id,
            };
        }
        let values = taken(self.values, list(graph, kept));
        Stored::at(graph, values.id, &moved, shape).node()
    }

    /// The sum of its entries, of all or along an axis.
    pub fn sum(self, attr: Attr) -> Term<'g> {
        let ones = |n: usize| self.values.number(1.0).stretch(Shape::vector(n));
        match attr {
            Attr::Axis(1) => self.transposed().times(ones(self.shape.m())).transposed(),
            Attr::Axis(2) => self.times(ones(self.shape.n())),
            _ => self.values.sum(),
        }
    }
}

/// `x`, where `scale` leaves what is not stored 0.
fn if_finite<'g>(x: Term<'g>, scale: Term<'g>) -> Term<'g> {
    let graph = x.graph;
    let ids = [x.id, scale.id];
    graph.term(graph.apply(&STORED_FACTOR, Attr::None, x.shape(), &ids))
}

fn list<'g>(graph: &'g Graph, numbers: Vec<f64>) -> Term<'g> {
    let shape = Shape::vector(numbers.len());
    graph.term(graph.constant(Tensor::new(shape, numbers)))
}
