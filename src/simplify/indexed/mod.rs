//! The entries of a derivative that no matrix holds: ∂Y[i,j]/∂W[k,l] as a formula of i, j, k and l, read off the
//! derivative along a direction. Every linear operation has a law for its entries; a sum against δ is no sum.

mod moved;
mod products;

use super::algebra::{
    Algebra, Dependents, EntryAt, FactorList, Form, Id, Indexed, PlaceRelation, Position, TermList,
    all_but,
};
use super::exact::Number;
use crate::graph::primitive::Mask;
use crate::graph::{Attr, Graph, Primitive, Shape};
use crate::primitives::{algebra as linear, arithmetic, array};
use rustc_hash::FxHashMap;

/// A product of entries, summed over indices.
#[derive(Clone)]
struct Summand {
    scale: Number,
    relations: Vec<PlaceRelation>,
    entries: Vec<EntryAt>,
    /// Indices that are summed over, and how far they run.
    over: Vec<(u32, u32)>,
}

/// Reads entries of formulas that are linear in one direction.
pub struct LinearEntries<'e, 'f> {
    algebra: &'e mut Algebra<'f>,
    graph: &'e Graph,
    /// The places of an entry of the variable.
    variable: [Position; 2],
    /// How far the indices run that have a number; the next one is free.
    lengths: FxHashMap<u32, u32>,
    next: u32,
    /// What depends on the direction.
    dependents: Dependents,
    atoms: FxHashMap<Indexed, Id>,
}

/// The places of an entry of a value of this shape, with indices from `first` on.
pub fn places(shape: Shape, first: u32) -> ([Position; 2], u32) {
    let mut next = first;
    let mut place = |length: u32| match length {
        1 => Position::Only,
        _ => {
            next += 1;
            Position::Index(next - 1)
        }
    };
    let both = [place(shape.rows), place(shape.cols)];
    (both, next)
}

impl<'e, 'f> LinearEntries<'e, 'f> {
    /// For formulas linear in `direction`; the indices of an entry of the variable begin at `first`.
    pub fn new(
        algebra: &'e mut Algebra<'f>,
        graph: &'e Graph,
        direction: Id,
        first: u32,
    ) -> LinearEntries<'e, 'f> {
        let shape = algebra.shape(direction);
        let (variable, next) = places(shape, first);
        let mut entries = LinearEntries {
            algebra,
            graph,
            variable,
            lengths: FxHashMap::default(),
            next,
            dependents: Dependents::new(direction),
            atoms: FxHashMap::default(),
        };
        entries.learn_lengths(variable, shape);
        entries
    }

    fn learn_lengths(&mut self, places: [Position; 2], shape: Shape) {
        for (place, length) in places.into_iter().zip([shape.rows, shape.cols]) {
            if let Position::Index(index) = place {
                self.lengths.insert(index, length);
            }
        }
    }

    /// The coefficient of the direction's entry in the entry of `id` at these places.
    ///
    /// # Errors
    /// The name of an operation whose entries have no such formula.
    pub fn coefficient(&mut self, id: Id, at: [Position; 2]) -> Result<Id, &'static str> {
        let mut summands = Vec::new();
        self.learn_lengths(at, self.algebra.shape(id));
        for summand in self.linear(id, at)? {
            summands.extend(self.without_sums(summand)?);
        }
        // Entries stand in the order of their indices.
        let mut entries: Vec<EntryAt> = Vec::new();
        summands.iter().for_each(|one| entries.extend(&one.entries));
        entries.sort_by_key(|(_, at)| *at);
        for (of, at) in entries {
            self.scalar(of, at);
        }
        let mut terms = TermList::new();
        for summand in summands {
            let mut factors = FactorList::new();
            let one = self.algebra.unit();
            for (of, at) in &summand.entries {
                factors.push((self.scalar(*of, *at), one));
            }
            for relation in &summand.relations {
                factors.push((self.atom(Indexed::Related(*relation)), one));
            }
            let product = self.algebra.product(Number::ONE, &factors, Shape::SCALAR);
            terms.push((summand.scale, product));
        }
        Ok(self.algebra.sum(&terms, Shape::SCALAR))
    }

    fn depends(&mut self, id: Id) -> bool {
        self.dependents.have(self.algebra, id)
    }

    fn fresh(&mut self, length: u32, over: &mut Vec<(u32, u32)>) -> Position {
        if length == 1 {
            return Position::Only;
        }
        self.next += 1;
        self.lengths.insert(self.next - 1, length);
        over.push((self.next - 1, length));
        Position::Index(self.next - 1)
    }

    /// The entry of a formula as products with an entry of the direction.
    fn linear(&mut self, id: Id, at: [Position; 2]) -> Result<Vec<Summand>, &'static str> {
        if id == self.dependents.of {
            let both = at.into_iter().zip(self.variable);
            let moving = both.filter(|(a, _)| *a != Position::Only);
            return Ok(vec![Summand {
                scale: Number::ONE,
                relations: moving.map(|(a, b)| PlaceRelation::Same(a, b)).collect(),
                entries: Vec::new(),
                over: Vec::new(),
            }]);
        }
        if !self.depends(id) {
            return Ok(Vec::new());
        }
        let shape = self.algebra.shape(id);
        match self.algebra.form(id) {
            Form::Sum(terms) => {
                let mut all = Vec::new();
                for (c, term) in terms.iter() {
                    let at = within(self.algebra.shape(*term), at);
                    let scaled = self.linear(*term, at)?.into_iter().map(|mut one| {
                        one.scale = *c * one.scale;
                        one
                    });
                    all.extend(scaled);
                }
                Ok(all)
            }
            Form::Product(bases) => {
                let moving = (0..bases.len()).filter(|k| self.depends(bases[*k].0));
                let [k] = moving.collect::<Vec<_>>()[..] else {
                    return Err("product");
                };
                let others = all_but(bases, k);
                let common = self
                    .algebra
                    .common_shape(others.iter().map(|(base, _)| *base));
                let factor = self
                    .algebra
                    .product(Number::ONE, &others, common.unwrap_or(shape));
                self.times(factor, bases[k].0, at)
            }
            Form::Chain(links) => {
                let Some(k) = (0..links.len()).find(|k| self.depends(links[*k])) else {
                    return Err("product");
                };
                self.chain(links, k, at)
            }
            Form::Transposed(inner) => self.linear(inner, [at[1], at[0]]),
            Form::Stretched(inner) => {
                let at = within(self.algebra.shape(inner), at);
                self.linear(inner, at)
            }
            Form::Entries(entries) => {
                let mut all = Vec::new();
                for (k, entry) in entries.iter().enumerate() {
                    let (row, col) = (k as u32 / shape.cols, k as u32 % shape.cols);
                    let mut found = self.linear(*entry, [Position::Only; 2])?;
                    for one in &mut found {
                        for (place, known) in at.into_iter().zip([row, col]) {
                            if place != Position::Only {
                                one.relations
                                    .push(PlaceRelation::Same(place, Position::At(known)));
                            }
                        }
                    }
                    all.extend(found);
                }
                Ok(all)
            }
            Form::Apply(row, attr, args) => match self.moved(id, at) {
                Some(moved) => moved,
                None => self.operation(row, attr, args, at),
            },
            Form::Number(_)
            | Form::Pi
            | Form::Atom(_)
            | Form::Identity
            | Form::Index(_)
            | Form::Each(..) => Err("comprehension"),
        }
    }

    /// The entry of factor .* base.
    fn times(
        &mut self,
        factor: Id,
        base: Id,
        at: [Position; 2],
    ) -> Result<Vec<Summand>, &'static str> {
        let mut all = self.linear(base, within(self.algebra.shape(base), at))?;
        let entry = (factor, within(self.algebra.shape(factor), at));
        all.iter_mut().for_each(|one| one.entries.push(entry));
        Ok(all)
    }

    /// The entry of A·B·C: Σ A[r,s]·B[s,t]·C[t,c].
    fn chain(
        &mut self,
        links: &[Id],
        k: usize,
        [row, col]: [Position; 2],
    ) -> Result<Vec<Summand>, &'static str> {
        let shape = self.algebra.shape(links[k]);
        let (mut over, mut entries) = (Vec::new(), Vec::new());
        let mut inner = [row, col];
        if k > 0 {
            let before = self.algebra.chain(&links[..k]);
            inner[0] = self.fresh(shape.rows, &mut over);
            entries.push((before, within(self.algebra.shape(before), [row, inner[0]])));
        }
        if k + 1 < links.len() {
            let after = self.algebra.chain(&links[k + 1..]);
            inner[1] = self.fresh(shape.cols, &mut over);
            entries.push((after, within(self.algebra.shape(after), [inner[1], col])));
        }
        let mut all = self.linear(links[k], inner)?;
        for one in &mut all {
            one.entries.splice(0..0, entries.iter().copied());
            one.over.extend_from_slice(&over);
        }
        Ok(all)
    }

    fn operation(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        at: [Position; 2],
    ) -> Result<Vec<Summand>, &'static str> {
        let shape = self.algebra.shape(args[0]);
        let is = |other: &Primitive| row.is(other);
        if is(&array::SUM) || is(&array::MEAN) {
            let (mut over, mut inner) = (Vec::new(), at);
            let lengths = [shape.rows, shape.cols];
            let mut count = 1;
            for axis in 0..2 {
                if !matches!(attr, Attr::Axis(one) if usize::from(one) != axis + 1) {
                    inner[axis] = self.fresh(lengths[axis], &mut over);
                    count *= i64::from(lengths[axis]);
                }
            }
            let mut all = self.linear(args[0], inner)?;
            for one in &mut all {
                one.over.extend_from_slice(&over);
                if is(&array::MEAN) {
                    one.scale = one.scale / Number::whole(count);
                }
            }
            return Ok(all);
        }
        if is(&linear::DOT) {
            let mut over = Vec::new();
            let inner = [shape.rows, shape.cols].map(|length| self.fresh(length, &mut over));
            let k = usize::from(self.depends(args[1]));
            let mut all = self.times(args[1 - k], args[k], inner)?;
            all.iter_mut()
                .for_each(|one| one.over.extend_from_slice(&over));
            return Ok(all);
        }
        if is(&linear::TR) {
            let mut over = Vec::new();
            let place = self.fresh(shape.rows, &mut over);
            let mut all = self.linear(args[0], [place; 2])?;
            all.iter_mut()
                .for_each(|one| one.over.extend_from_slice(&over));
            return Ok(all);
        }
        if is(&array::DIAG) {
            // The diagonal of a matrix, or the matrix with a diagonal.
            if !shape.is_vector() {
                return self.linear(args[0], [at[0], at[0]]);
            }
            let inner = match shape.cols {
                1 => [at[0], Position::Only],
                _ => [Position::Only, at[0]],
            };
            let mut all = self.linear(args[0], inner)?;
            let same = PlaceRelation::Same(at[0], at[1]);
            all.iter_mut().for_each(|one| one.relations.push(same));
            return Ok(all);
        }
        if is(&linear::SOLVE) && !self.depends(args[0]) {
            let inverse = self
                .algebra
                .operation(&linear::INV, Attr::None, &args[..1], shape);
            return self.chain(&[inverse, args[1]], 1, at);
        }
        let mask = row.mask == Some(Mask::Pass);
        if mask && !self.depends(args[0]) {
            return self.times(args[0], args[1], at);
        }
        if is(&arithmetic::CHOOSE) && !self.depends(args[0]) {
            let of = self.algebra.shape(args[0]);
            let other = self
                .algebra
                .operation(&arithmetic::NOT, Attr::None, &args[..1], of);
            let mut all = self.times(args[0], args[1], at)?;
            all.extend(self.times(other, args[2], at)?);
            return Ok(all);
        }
        Err(row.name)
    }
}

/// The places of an entry of a larger value in one of this shape that is stretched to it.
fn within(shape: Shape, at: [Position; 2]) -> [Position; 2] {
    let place = |length: u32, place: Position| if length == 1 { Position::Only } else { place };
    [place(shape.rows, at[0]), place(shape.cols, at[1])]
}
