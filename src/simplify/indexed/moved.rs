//! Operations that move entries to other places, and running sums.

use super::{LinearEntries, Summand};
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::{array, places};
use crate::simplify::algebra::{Counted, Form, Id, PlaceRelation, Position, corner_of};
use crate::simplify::exact::Number;

/// The products of an entry, or the name of an operation whose entries have no formula.
type Found = Result<Vec<Summand>, &'static str>;

impl LinearEntries<'_, '_> {
    /// The entry of an operation that moves entries, or adds those of a line one after the other; `None` for
    /// another one.
    pub(super) fn moved(&mut self, id: Id, at: [Position; 2]) -> Option<Found> {
        let Form::Apply(row, attr, args) = self.algebra.form(id) else {
            return None;
        };
        let is = |other: &Primitive| row.is(other);
        let shape = self.algebra.shape(args[0]);
        if is(&array::INDEX) {
            return Some(self.part_of(args[0], attr, at));
        }
        if is(&places::TAKEN) || is(&places::TAKEN_SPELLED) {
            let chosen = self.chosen(args[0], args[1], attr, at);
            return Some(chosen.unwrap_or(Err(row.name)));
        }
        if is(&array::CUMSUM) {
            let axis = axis_of(attr);
            let mut inner = at;
            let mut over = Vec::new();
            inner[axis] = self.fresh(lengths(shape)[axis], &mut over);
            let until = PlaceRelation::Until(inner[axis], at[axis]);
            let running = inner[axis] != Position::Only;
            return Some(self.with(args[0], inner, running.then_some(until), over));
        }
        if is(&array::FLIP) {
            let axis = axis_of(attr);
            let mut inner = at;
            let end = Counted {
                offset: i64::from(lengths(shape)[axis]) + 1,
                ..Counted::default()
            };
            if at[axis] != Position::Only {
                inner[axis] = Position::at(end.plus(-1, at[axis].counted())?);
            }
            return Some(self.linear(args[0], inner));
        }
        if is(&array::VCAT) || is(&array::HCAT) {
            return Some(self.joined(args, usize::from(is(&array::HCAT)), at));
        }
        if is(&array::RESHAPE) || is(&array::VEC) {
            let rows = self.algebra.shape(id).rows;
            let moved = self.reshaped(args[0], rows, at);
            return Some(moved.unwrap_or(Err(row.name)));
        }
        None
    }

    /// The products of an entry under a relation, with more indices to sum over.
    fn with(
        &mut self,
        x: Id,
        at: [Position; 2],
        relation: Option<PlaceRelation>,
        over: Vec<(u32, u32)>,
    ) -> Found {
        let mut all = self.linear(x, at)?;
        for one in &mut all {
            one.relations.extend(relation);
            one.over.extend_from_slice(&over);
        }
        Ok(all)
    }

    /// The entry of a rectangle of entries.
    fn part_of(&mut self, x: Id, attr: Attr, at: [Position; 2]) -> Found {
        let corner = corner_of(attr);
        let whole = lengths(self.algebra.shape(x));
        let mut inner = at;
        for (axis, first) in [corner.row, corner.col].into_iter().enumerate() {
            if whole[axis] > 1 {
                let mut counted = at[axis].counted();
                counted.offset += i64::from(first);
                inner[axis] = Position::at(counted);
            }
        }
        self.linear(x, inner)
    }

    /// The entry of rows, columns or entries that are chosen by a vector of numbers; `None` where these are not
    /// known.
    fn chosen(&mut self, x: Id, places: Id, attr: Attr, at: [Position; 2]) -> Option<Found> {
        let shape = self.algebra.shape(x);
        let axis = match shape.is_vector() {
            true => usize::from(shape.rows == 1),
            false => axis_of(attr),
        };
        let count = self.algebra.shape(places).len();
        let chosen = self.numbers(places, count)?;
        let mut inner = at;
        let step = match chosen[..] {
            [first, second, ..] => second - first,
            _ => 0,
        };
        if chosen.windows(2).all(|pair| pair[1] - pair[0] == step) && step != 0 {
            let start = Counted {
                offset: chosen[0] - step,
                ..Counted::default()
            };
            inner[axis] = Position::at(start.plus(step, at[axis].counted())?);
            return Some(self.linear(x, inner));
        }
        let mut all = Vec::new();
        for (k, place) in (0..).zip(chosen) {
            inner[axis] = Position::At(u32::try_from(place - 1).ok()?);
            let here = PlaceRelation::Same(at[axis], Position::At(k));
            match self.with(x, inner, (count > 1).then_some(here), Vec::new()) {
                Ok(found) => all.extend(found),
                unknown => return Some(unknown),
            }
        }
        Some(Ok(all))
    }

    /// The whole numbers that are the entries of a vector.
    fn numbers(&self, id: Id, count: usize) -> Option<Vec<i64>> {
        let integer = |id: Id| self.algebra.value(self.algebra.core(id))?.integer();
        if let Some(value) = integer(id) {
            return Some(vec![value; count]);
        }
        if let Some([from, to, ..]) = self.algebra.operands(id, &array::LINSPACE) {
            let (from, to) = (integer(*from)?, integer(*to)?);
            let gaps = i64::try_from(count).ok()? - 1;
            let step = (to - from).checked_div(gaps)?;
            return (from + step * gaps == to)
                .then(|| (0..=gaps).map(|k| from + k * step).collect());
        }
        match self.algebra.form(id) {
            Form::Entries(entries) => entries.iter().map(|entry| integer(*entry)).collect(),
            Form::Transposed(inner) => self.numbers(inner, count),
            Form::Atom(node) => {
                let known = self.algebra.known.constants.get(&node)?;
                let all = known.data().iter().map(|x| Number::from(*x).integer());
                all.collect()
            }
            _ => None,
        }
    }

    /// The entry of values on top of each other, or side by side.
    fn joined(&mut self, parts: &[Id], axis: usize, at: [Position; 2]) -> Found {
        let mut all = Vec::new();
        let mut before = 0;
        for part in parts {
            let length = lengths(self.algebra.shape(*part))[axis];
            let (mut over, mut inner) = (Vec::new(), at);
            inner[axis] = self.fresh(length, &mut over);
            let mut place = inner[axis].counted();
            place.offset += before;
            before += i64::from(length);
            let same = PlaceRelation::Same(at[axis], Position::at(place));
            all.extend(self.with(*part, inner, Some(same), over)?);
        }
        Ok(all)
    }

    /// The entry of the same entries in columns of another length; `None` where its place has no number.
    fn reshaped(&mut self, x: Id, rows: u32, at: [Position; 2]) -> Option<Found> {
        let shape = self.algebra.shape(x);
        let mut over = Vec::new();
        let inner = lengths(shape).map(|length| self.fresh(length, &mut over));
        let same = PlaceRelation::Same(in_columns(at, rows)?, in_columns(inner, shape.rows)?);
        Some(self.with(x, inner, Some(same), over))
    }
}

/// The number of an entry, counted column by column.
fn in_columns([row, col]: [Position; 2], rows: u32) -> Option<Position> {
    let rows = i64::from(rows);
    let mut place = row.counted();
    place.offset -= rows;
    place.plus(rows, col.counted()).map(Position::at)
}

/// Rows and columns.
fn lengths(shape: Shape) -> [u32; 2] {
    [shape.rows, shape.cols]
}

/// The axis that an operation goes along, from 0.
fn axis_of(attr: Attr) -> usize {
    match attr {
        Attr::Axis(2) => 1,
        _ => 0,
    }
}
