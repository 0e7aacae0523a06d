//! Products and entry-by-entry operations of several matrices that are stored by their places.

use super::super::{array, places, term};
use super::{LARGE, Stored, if_finite, list, sums_of_terms, taken};
use crate::graph::{Attr, NodeId, Primitive, Shape, Term};

/// The bytes that a term of a product takes at most while it is put together: five numbers to be sorted, three lists
/// of places.
const BYTES: u64 = 20 + 2 * 24;

/// A term of an entry of a product. Terms are sorted as the entries lie, those of an entry by the inner
/// dimension.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ProductTerm {
    col: u32,
    row: u32,
    inner: u32,
    left: u32,
    right: u32,
}

impl<'g> Stored<'g> {
    /// The product of large matrices; `None` if its terms take more than so many bytes, or factors that are
    /// not finite may make zeros NaN that can be written out.
    pub fn product(self, other: Stored<'g>, bytes: u64) -> Option<Stored<'g>> {
        let shape = Shape::new(self.shape.m(), other.shape.n());
        if ![self.shape, other.shape, shape]
            .iter()
            .any(|shape| shape.len() > LARGE)
        {
            return None;
        }
        let (ours, theirs) = (self.places(), other.places());
        let mut starts = vec![0; other.shape.m() + 1];
        theirs
            .iter()
            .for_each(|(k, _)| starts[*k as usize + 1] += 1);
        for k in 1..starts.len() {
            starts[k] += starts[k - 1];
        }
        let mut free = starts.clone();
        let mut by_row = vec![(0, 0); theirs.len()];
        for (at, (k, j)) in theirs.iter().enumerate() {
            by_row[free[*k as usize]] = (*j, at as u32);
            free[*k as usize] += 1;
        }
        let row = |k: u32| &by_row[starts[k as usize]..starts[k as usize + 1]];
        let count: u64 = ours.iter().map(|(_, k)| row(*k).len() as u64).sum();
        if count.saturating_mul(BYTES) > bytes {
            return None;
        }
        let mut terms: Vec<ProductTerm> = Vec::with_capacity(count as usize);
        for (left, (i, k)) in ours.iter().enumerate() {
            terms.extend(row(*k).iter().map(|(j, right)| ProductTerm {
                col: *j,
                row: *i,
                inner: *k,
                left: left as u32,
                right: *right,
            }));
        }
        terms.sort_unstable();
        let mut places: Vec<(u32, u32)> = Vec::new();
        let mut to = Vec::with_capacity(terms.len());
        for term in &terms {
            let place = (term.row, term.col);
            if places.last() != Some(&place) {
                places.push(place);
            }
            to.push(places.len() as f64);
        }
        let graph = self.values.graph;
        let numbers = |entry: fn(&ProductTerm) -> u32| {
            let numbers = terms.iter().map(|term| f64::from(entry(term)) + 1.0);
            list(graph, numbers.collect())
        };
        let lists = [numbers(|term| term.left), numbers(|term| term.right)];
        let lists = [lists[0], lists[1], list(graph, to)];
        let [left, right] = [self, other].map(|one| if_finite(one.values, one.values));
        let values = sums_of_terms(left, right, lists, places.len());
        Some(Stored::at(graph, values.id, &places, shape))
    }

    /// Matrices side by side, or on top of each other.
    pub fn joined(parts: &[Stored<'g>], side_by_side: bool) -> Option<Stored<'g>> {
        let graph = parts.first()?.values.graph;
        let (mut rows, mut cols) = (0, 0);
        let mut places: Vec<(u32, u32)> = Vec::new();
        for part in parts {
            let (below, beside) = if side_by_side { (0, cols) } else { (rows, 0) };
            places.extend(part.places().iter().map(|(i, j)| (i + below, j + beside)));
            let Shape { rows: m, cols: n } = part.shape;
            match side_by_side {
                true => (rows, cols) = (m, cols + n),
                false => (rows, cols) = (rows + m, n),
            }
        }
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|at| (places[*at].1, places[*at].0));
        let values: Vec<NodeId> = parts.iter().map(|part| part.values.id).collect();
        let shape = Shape::vector(places.len());
        let all = graph.term(graph.apply(&array::VCAT, Attr::None, shape, &values));
        let numbers = order.iter().map(|at| *at as f64 + 1.0).collect();
        let values = taken(all, list(graph, numbers));
        let sorted: Vec<(u32, u32)> = order.iter().map(|at| places[*at]).collect();
        Some(Stored::at(graph, values.id, &sorted, Shape { rows, cols }))
    }

    /// An operation that makes 0 of zeros, entry by entry: where any of the matrices has values. The others of
    /// its arguments are numbers.
    pub fn entrywise(
        row: &'static Primitive,
        args: &[Result<Stored<'g>, Term<'g>>],
    ) -> Option<Self> {
        let matrices = || args.iter().filter_map(|arg| arg.ok());
        let first = matrices().next()?;
        let known: Vec<Vec<(u32, u32)>> = matrices().map(Stored::places).collect();
        if known.iter().all(|places| *places == known[0]) {
            let values = args
                .iter()
                .map(|arg| arg.map_or_else(|number| number, |one| one.values));
            let values: Vec<Term<'g>> = values.collect();
            return Some(first.with_values(term::entrywise(row, &values)));
        }
        let key = |(i, j): &(u32, u32)| (*j, *i);
        let mut all = known.concat();
        all.sort_unstable_by_key(key);
        all.dedup();
        let graph = first.values.graph;
        let length = Shape::vector(all.len());
        let mut known = known.iter();
        let mut values = Vec::new();
        for arg in args {
            let sent = match arg {
                Err(number) => *number,
                Ok(stored) => {
                    let number = |place: &(u32, u32)| {
                        let at = all.binary_search_by_key(&key(place), key).unwrap_or(0);
                        at as f64 + 1.0
                    };
                    let numbers = known.next()?.iter().map(number).collect();
                    let ids = [stored.values.id, list(graph, numbers).id];
                    graph.term(graph.apply(&places::SPREAD, Attr::Axis(1), length, &ids))
                }
            };
            values.push(sent);
        }
        let values = term::entrywise(row, &values);
        Some(Stored::at(graph, values.id, &all, first.shape))
    }
}
