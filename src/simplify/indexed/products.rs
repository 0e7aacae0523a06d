//! Products of entries without the sums over their indices: a sum against δ is none, two matrices that share an
//! index are one.

use super::{LinearEntries, Summand, within};
use crate::graph::{Attr, Corner, NodeId, Shape};
use crate::primitives::{algebra as linear, array};
use crate::simplify::algebra::{
    EntryAt, FactorList, Form, Id, Indexed, PlaceRelation, Position, Summed, TermList,
};
use crate::simplify::exact::Number;
use crate::syntax::ast::Name;

impl LinearEntries<'_, '_> {
    /// The same without sums, as far as products of matrices do without: `None` where it is 0.
    pub(super) fn without_sums(
        &mut self,
        mut summand: Summand,
    ) -> Result<Option<Summand>, &'static str> {
        self.take_apart(&mut summand);
        while let Some((k, summed)) = self.needless(&summand) {
            summand.relations.remove(k);
            if let Some((index, place)) = summed
                && !replace(&mut summand, index, place)
            {
                return Err("sum of sums");
            }
        }
        if (summand.relations.iter()).any(|relation| self.is_never(*relation)) {
            return Ok(None);
        }
        for relation in &mut summand.relations {
            if let PlaceRelation::Same(a, b) = *relation {
                *relation = PlaceRelation::Same(a.min(b), a.max(b));
            }
        }
        summand.relations.sort();
        summand.relations.dedup();
        while !summand.over.is_empty() {
            let (index, length) = summand.over.remove(next_sum(&summand));
            self.sum_over(&mut summand, index, length)?;
        }
        Ok(Some(summand))
    }

    /// The place of a relation that says nothing, or only what an index that is summed over must be; and that
    /// index with its place.
    fn needless(&self, summand: &Summand) -> Option<(usize, Option<(u32, Position)>)> {
        let mut relations = summand.relations.iter().enumerate();
        relations.find_map(|(k, relation)| match *relation {
            PlaceRelation::Same(a, b) if a == b => Some((k, None)),
            PlaceRelation::Same(a, b) => {
                let found = [(a, b), (b, a)].into_iter().find_map(|(from, to)| {
                    let Position::Index(index) = from else {
                        return None;
                    };
                    let (_, length) = summand.over.iter().find(|(over, _)| *over == index)?;
                    let (low, high) = self.bounds(to);
                    (low >= 1 && high <= i64::from(*length)).then_some((index, to))
                });
                found.map(|found| (k, Some(found)))
            }
            PlaceRelation::Until(a, b) => {
                (self.bounds(a).1 <= self.bounds(b).0).then_some((k, None))
            }
        })
    }

    /// The smallest and the largest number that a place may be, from 1.
    fn bounds(&self, place: Position) -> (i64, i64) {
        let counted = place.counted();
        let mut bounds = (counted.offset, counted.offset);
        for (c, index) in counted.terms {
            let length = self.lengths.get(&index).copied().map_or(1, i64::from);
            let ends = [c, c * length];
            bounds.0 += ends[0].min(ends[1]);
            bounds.1 += ends[0].max(ends[1]);
        }
        bounds
    }

    /// True for a relation between places that never holds.
    fn is_never(&self, relation: PlaceRelation) -> bool {
        let [a, b] = relation.places().map(|place| self.bounds(place));
        match relation {
            PlaceRelation::Same(..) => a.1 < b.0 || b.1 < a.0,
            PlaceRelation::Until(..) => a.0 > b.1,
        }
    }

    /// Products entry by entry as entries of their factors, identities and diagonals as δ.
    fn take_apart(&mut self, summand: &mut Summand) {
        let mut waiting = std::mem::take(&mut summand.entries);
        waiting.reverse();
        while let Some((id, at)) = waiting.pop() {
            match self.algebra.form(id) {
                Form::Stretched(inner) => {
                    waiting.push((inner, within(self.algebra.shape(inner), at)));
                }
                Form::Transposed(inner) => waiting.push((inner, [at[1], at[0]])),
                Form::Identity => summand.relations.push(PlaceRelation::Same(at[0], at[1])),
                Form::Sum(terms) if terms.len() == 1 => {
                    summand.scale *= terms[0].0;
                    waiting.push((terms[0].1, at));
                }
                Form::Product(bases) if bases.len() > 1 => {
                    for (base, exponent) in bases.iter().rev() {
                        let shape = self.algebra.shape(*base);
                        let power = self
                            .algebra
                            .product(Number::ONE, &[(*base, *exponent)], shape);
                        waiting.push((power, within(shape, at)));
                    }
                }
                Form::Apply(row, _, args)
                    if row.is(&array::DIAG) && self.algebra.shape(args[0]).cols == 1 =>
                {
                    summand.relations.push(PlaceRelation::Same(at[0], at[1]));
                    waiting.push((args[0], [at[0], Position::Only]));
                }
                _ => summand.entries.push((id, at)),
            }
        }
    }

    /// Replaces the entries with an index that is summed over by one of a product of matrices, a sum of rows, or
    /// a trace; where there is none, by a sum.
    fn sum_over(
        &mut self,
        summand: &mut Summand,
        index: u32,
        length: u32,
    ) -> Result<(), &'static str> {
        let place = Position::Index(index);
        let within_sum = |(_, at): &EntryAt| at.iter().any(|place| place.depends_on(index));
        let (with, without): (Vec<EntryAt>, Vec<EntryAt>) =
            (summand.entries.drain(..)).partition(within_sum);
        summand.entries = without;
        let related = |relation: &PlaceRelation| {
            let mut places = relation.places().into_iter();
            places.any(|place| place.depends_on(index))
        };
        let (relations, others): (Vec<PlaceRelation>, Vec<PlaceRelation>) =
            (summand.relations.drain(..)).partition(related);
        summand.relations = others;
        let with: Vec<EntryAt> = with
            .into_iter()
            .map(|(id, at)| self.sliced(id, at, index, length))
            .collect();
        let plain = (with.iter()).all(|(_, at)| {
            let depends = |one: &&Position| one.depends_on(index);
            at.iter().filter(depends).all(|one| *one == place)
        });
        let running = match relations[..] {
            [] => None,
            [PlaceRelation::Until(from, end)] if from == place && !end.depends_on(index) => {
                Some(end)
            }
            _ => return self.left_as_sum(summand, with, relations, (index, length)),
        };
        if !plain {
            return self.left_as_sum(summand, with, relations, (index, length));
        }
        let twice = with.iter().any(|(_, at)| *at == [place; 2]);
        // Each as a matrix whose columns the index numbers.
        let mut columns: Vec<(Id, Position)> = Vec::new();
        for (id, at) in &with {
            let (id, other) = match at[1] == place {
                true => (*id, at[0]),
                false => (self.algebra.transposed(*id), at[1]),
            };
            columns.push((id, other));
        }
        let one = self.algebra.unit();
        if !twice && columns.len() > 2
            || matches!(columns[..], [a, b] if a.1 == b.1 && a.1 != Position::Only)
        {
            // A[i,s]·B[i,s] = (A .* B)[i,s]
            let mut joined: Vec<(Id, Position)> = Vec::new();
            for (id, other) in columns {
                match joined.iter_mut().find(|(_, known)| *known == other) {
                    Some((known, _)) => {
                        let shape = self.algebra.shape(*known);
                        *known =
                            self.algebra
                                .product(Number::ONE, &[(*known, one), (id, one)], shape);
                    }
                    None => joined.push((id, other)),
                }
            }
            columns = joined;
        }
        let entry = match (&columns[..], running) {
            ([], None) => {
                summand.scale *= Number::whole(i64::from(length));
                return Ok(());
            }
            ([_], None) if twice => {
                let of = [with[0].0];
                let trace = self
                    .algebra
                    .operation(&linear::TR, Attr::None, &of, Shape::SCALAR);
                (trace, [Position::Only; 2])
            }
            ([(a, p)], None) => {
                let ones = self.algebra.stretch(
                    one,
                    Shape {
                        rows: length,
                        cols: 1,
                    },
                );
                (self.algebra.chain(&[*a, ones]), [*p, Position::Only])
            }
            ([(a, p)], Some(end)) if !twice => {
                let turned = self.algebra.transposed(*a);
                let down = self.algebra.shape(turned).cols == 1
                    || self.algebra.cost(turned) < self.algebra.cost(*a);
                let (a, axis, at) = match down {
                    true => (turned, 1, [end, *p]),
                    false => (*a, 2, [*p, end]),
                };
                let shape = self.algebra.shape(a);
                let axis = match shape.cols {
                    1 => Attr::None,
                    _ => Attr::Axis(axis),
                };
                let sums = self.algebra.operation(&array::CUMSUM, axis, &[a], shape);
                (sums, at)
            }
            ([(a, p), (b, q)], None) if !twice => {
                let b = self.algebra.transposed(*b);
                (self.algebra.chain(&[*a, b]), [*p, *q])
            }
            _ => return self.left_as_sum(summand, with, relations, (index, length)),
        };
        let entry = (entry.0, within(self.algebra.shape(entry.0), entry.1));
        summand.entries.push(entry);
        Ok(())
    }

    /// The entry of a part of a matrix, where the index that is summed over only begins elsewhere in it.
    fn sliced(&mut self, id: Id, at: [Position; 2], index: u32, length: u32) -> EntryAt {
        let shape = self.algebra.shape(id);
        let (mut corner, mut part, mut inner) = (Corner { row: 0, col: 0 }, shape, at);
        for axis in 0..2 {
            let counted = at[axis].counted();
            let alone = matches!(counted.terms, [(1, own), (0, _)] if own == index);
            let Some(first) = u32::try_from(counted.offset).ok().filter(|_| alone) else {
                continue;
            };
            if first > 0 {
                inner[axis] = Position::Index(index);
                match axis {
                    0 => (corner.row, part.rows) = (first, length),
                    _ => (corner.col, part.cols) = (first, length),
                }
            }
        }
        if inner == at {
            return (id, at);
        }
        let part = self
            .algebra
            .operation(&array::INDEX, Attr::Corner(corner), &[id], part);
        (part, inner)
    }

    /// Leaves a sum as it is, unless another one is in it.
    fn left_as_sum(
        &mut self,
        summand: &mut Summand,
        entries: Vec<EntryAt>,
        relations: Vec<PlaceRelation>,
        (over, length): (u32, u32),
    ) -> Result<(), &'static str> {
        let places = entries.iter().flat_map(|(_, at)| at).copied();
        let mut places = places.chain(relations.iter().flat_map(|one| one.places()));
        let other = |place: Position| {
            let mut summed = summand.over.iter();
            summed.any(|(index, _)| place.depends_on(*index))
        };
        if places.any(other) {
            return Err("sum of sums");
        }
        let sum = self.atom(Indexed::Sum(Summed {
            entries,
            relations,
            over,
            length,
        }));
        summand.entries.push((sum, [Position::Only; 2]));
        Ok(())
    }

    /// The number that an entry is, as an atom or a product of atoms.
    pub(super) fn scalar(&mut self, id: Id, at: [Position; 2]) -> Id {
        if self.algebra.shape(id).is_scalar() {
            return id;
        }
        match self.algebra.form(id) {
            Form::Product(bases) => {
                let numbers = |exponent: Id| self.algebra.shape(exponent).is_scalar();
                if bases.iter().all(|(_, exponent)| numbers(*exponent)) {
                    let mut factors = FactorList::new();
                    for (base, exponent) in bases {
                        let inner = within(self.algebra.shape(*base), at);
                        factors.push((self.scalar(*base, inner), *exponent));
                    }
                    return self.algebra.product(Number::ONE, &factors, Shape::SCALAR);
                }
                self.atom(Indexed::Entry(id, at))
            }
            Form::Sum(terms) if terms.len() == 1 => {
                let inner = self.scalar(terms[0].1, at);
                self.algebra.sum(&[(terms[0].0, inner)], Shape::SCALAR)
            }
            // 1 - s, entry by entry
            Form::Sum(terms) if terms.iter().any(|(_, term)| self.is_constant(*term)) => {
                let mut parts = TermList::new();
                for (c, term) in terms.iter() {
                    let inner = within(self.algebra.shape(*term), at);
                    parts.push((*c, self.scalar(*term, inner)));
                }
                self.algebra.sum(&parts, Shape::SCALAR)
            }
            Form::Transposed(inner) => self.scalar(inner, [at[1], at[0]]),
            Form::Stretched(inner) => {
                let at = within(self.algebra.shape(inner), at);
                self.scalar(inner, at)
            }
            _ => self.atom(Indexed::Entry(id, at)),
        }
    }

    /// True for one number in all entries.
    fn is_constant(&self, id: Id) -> bool {
        self.algebra.shape(self.algebra.core(id)).is_scalar()
    }

    pub(super) fn atom(&mut self, what: Indexed) -> Id {
        if let Some(known) = self.atoms.get(&what) {
            return *known;
        }
        let leaf: NodeId = self.graph.input(Name::from("entry"), Shape::SCALAR, None);
        let atom = self.algebra.atom(leaf, Shape::SCALAR);
        self.algebra.known.entries.insert(leaf, what.clone());
        self.atoms.insert(what, atom);
        atom
    }
}

/// The index to sum over next: one that runs up to another one comes before it.
fn next_sum(summand: &Summand) -> usize {
    let runs = |(index, _): &(u32, u32)| {
        let mut relations = summand.relations.iter();
        relations.any(
            |one| matches!(one, PlaceRelation::Until(from, _) if *from == Position::Index(*index)),
        )
    };
    let running = summand.over.iter().rposition(runs);
    running.unwrap_or(summand.over.len() - 1)
}

/// Puts a place where an index stands; false where it does not fit.
fn replace(summand: &mut Summand, index: u32, by: Position) -> bool {
    summand.over.retain(|(over, _)| *over != index);
    let put = |place: &mut Position| match place.replaced(index, by) {
        Some(other) => {
            *place = other;
            true
        }
        None => false,
    };
    let mut fits = true;
    for relation in &mut summand.relations {
        let mut places = relation.places();
        fits &= places.iter_mut().all(put);
        *relation = relation.between(places);
    }
    for (_, at) in &mut summand.entries {
        fits &= at.iter_mut().all(put);
    }
    fits
}
