//! Products of entries without the sums over their indices: a sum against δ is none, two matrices that share an
//! index are one.

use super::{LinearEntries, Summand, within};
use crate::graph::{Attr, NodeId, Shape};
use crate::primitives::{algebra as linear, array};
use crate::simplify::algebra::{EntryAt, FactorList, Form, Id, Indexed, Position, TermList};
use crate::simplify::exact::Number;
use crate::syntax::ast::Name;

impl LinearEntries<'_, '_> {
    /// The same without sums, as far as products of matrices do without: `None` where it is 0.
    pub(super) fn without_sums(
        &mut self,
        mut summand: Summand,
    ) -> Result<Option<Summand>, &'static str> {
        self.take_apart(&mut summand);
        loop {
            let delta =
                |[a, b]: &[Position; 2]| a == b || self.summed(&summand, [*a, *b]).is_some();
            let Some(k) = summand.deltas.iter().position(delta) else {
                break;
            };
            let [a, b] = summand.deltas.remove(k);
            if let Some((from, to)) = self.summed(&summand, [a, b]) {
                summand
                    .over
                    .retain(|(index, _)| Position::Index(*index) != from);
                let places = summand.deltas.iter_mut().flatten();
                let in_entries = summand.entries.iter_mut().flat_map(|(_, at)| at);
                places
                    .chain(in_entries)
                    .filter(|place| **place == from)
                    .for_each(|place| *place = to);
            }
        }
        let apart = |[a, b]: &[Position; 2]| matches!((a, b), (Position::At(_), Position::At(_)));
        if summand.deltas.iter().any(apart) {
            return Ok(None);
        }
        summand.deltas.iter_mut().for_each(|pair| pair.sort());
        summand.deltas.sort();
        summand.deltas.dedup();
        while let Some((index, length)) = summand.over.pop() {
            self.sum_over(&mut summand, index, length)?;
        }
        Ok(Some(summand))
    }

    /// Of two places that must be the same, the one that is summed over, and the other.
    fn summed(&self, summand: &Summand, [a, b]: [Position; 2]) -> Option<(Position, Position)> {
        let over = |place: Position| {
            let mut indices = summand.over.iter();
            indices.any(|(index, _)| Position::Index(*index) == place)
        };
        match (over(a), over(b)) {
            _ if a == b => None,
            (true, _) => Some((a, b)),
            (false, true) => Some((b, a)),
            (false, false) => None,
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
                Form::Identity => summand.deltas.push(at),
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
                    summand.deltas.push(at);
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
        let (with, without): (Vec<EntryAt>, Vec<EntryAt>) =
            (summand.entries.drain(..)).partition(|(_, at)| at.contains(&place));
        summand.entries = without;
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
        let entry = match columns[..] {
            [] => {
                summand.scale *= Number::whole(i64::from(length));
                return Ok(());
            }
            [_] if twice => {
                let of = [with[0].0];
                let trace = self
                    .algebra
                    .operation(&linear::TR, Attr::None, &of, Shape::SCALAR);
                (trace, [Position::Only; 2])
            }
            [(a, p)] => {
                let ones = self.algebra.stretch(
                    one,
                    Shape {
                        rows: length,
                        cols: 1,
                    },
                );
                (self.algebra.chain(&[a, ones]), [p, Position::Only])
            }
            [(a, p), (b, q)] if !twice => {
                let b = self.algebra.transposed(b);
                (self.algebra.chain(&[a, b]), [p, q])
            }
            _ => {
                let mut others = with.iter().flat_map(|(_, at)| at);
                if others.any(|place| self.summed(summand, [*place, Position::Only]).is_some()) {
                    return Err("sum of sums");
                }
                let sum = self.atom(Indexed::Sum(with, index, length));
                (sum, [Position::Only; 2])
            }
        };
        let entry = (entry.0, within(self.algebra.shape(entry.0), entry.1));
        summand.entries.push(entry);
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
