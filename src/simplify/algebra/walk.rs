//! The parts of a formula and its length; formulas with other parts.

use super::{Algebra, FactorList, Form, Id, Ids, Number, TermList, decides};
use crate::graph::{Primitive, Shape};
use crate::primitives::array;
use rustc_hash::{FxHashMap, FxHashSet};

/// The formulas that one of them is a part of, remembered.
pub struct Dependents {
    /// That one.
    pub of: Id,
    known: FxHashMap<Id, bool>,
}

impl Dependents {
    /// Those that `of` is a part of.
    pub fn new(of: Id) -> Dependents {
        Dependents {
            of,
            known: FxHashMap::from_iter([(of, true)]),
        }
    }

    /// True if `id` is one of them.
    pub fn have(&mut self, algebra: &Algebra, id: Id) -> bool {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let mut children = algebra.children(id).into_iter();
        let found = children.any(|child| self.have(algebra, child));
        self.known.insert(id, found);
        found
    }
}

impl Algebra<'_> {
    /// The operations that `id` adds to those of its children.
    pub fn own_cost(&self, id: Id) -> u64 {
        self.operations(self.form(id))
    }

    /// The operations of a formula with equal parts counted once.
    pub fn shared_cost(&self, id: Id) -> u64 {
        let mut seen: FxHashSet<Id> = FxHashSet::default();
        let mut todo = vec![id];
        let mut cost = 0;
        while let Some(part) = todo.pop() {
            if seen.insert(part) {
                cost += self.own_cost(part);
                todo.extend(self.children(part));
            }
        }
        cost
    }

    /// The operations that a form adds to those of its parts.
    pub(super) fn operations(&self, form: Form<'_>) -> u64 {
        match form {
            Form::Number(_) | Form::Pi | Form::Atom(_) | Form::Index(_) | Form::Each(..) => 0,
            // An entry is read as a name is.
            Form::Apply(row, ..) if row.is(&array::ENTRIES_AT) => 0,
            Form::Identity | Form::Transposed(_) | Form::Stretched(_) => 1,
            Form::Sum(terms) => {
                let scale = |(c, term): &(Number, Id)| self.written_scale(*c, *term);
                let scales: usize = terms.iter().map(scale).sum();
                let all_negative = terms.iter().all(|(c, _)| c.is_negative());
                let sign = all_negative
                    && scales == 0
                    && !(terms.len() == 1 && self.takes_a_sign(terms[0].1));
                (scales + terms.len() - 1 + usize::from(sign)) as u64
            }
            Form::Product(bases) => {
                let power = |e: Id| !matches!(self.value(e), Some(Number::ONE | Number::MINUS_ONE));
                let powers = bases.iter().filter(|(_, e)| power(*e)).count();
                let upper = bases
                    .iter()
                    .any(|(_, e)| !self.value(*e).is_some_and(Number::is_negative));
                (powers + bases.len() - usize::from(upper)) as u64
            }
            Form::Chain(links) => links.len() as u64 - 1,
            Form::Entries(_) => 1,
            Form::Apply(..) => 1,
        }
    }

    /// The operations that a coefficient takes: a factor, a divisor.
    fn written_scale(&self, c: Number, term: Id) -> usize {
        match c.fraction() {
            Some((top, bottom)) if !(self.conventions.decimals && c.decimals().is_some()) => {
                let factor = top.abs() != 1 && term != self.one;
                usize::from(factor) + usize::from(bottom != 1)
            }
            _ => usize::from(c.abs() != Number::ONE && term != self.one),
        }
    }

    /// The parts of `id`.
    pub fn children(&self, id: Id) -> Ids {
        self.parts(self.form(id))
    }

    pub(super) fn parts(&self, form: Form<'_>) -> Ids {
        match form {
            Form::Number(_) | Form::Pi | Form::Atom(_) | Form::Identity | Form::Index(_) => {
                Ids::new()
            }
            Form::Sum(terms) => terms
                .iter()
                .map(|(_, term)| *term)
                .filter(|term| *term != self.one)
                .collect(),
            Form::Product(bases) => {
                let mut parts = Ids::new();
                for (base, exponent) in bases {
                    parts.push(*base);
                    if self.value(*exponent).is_none() {
                        parts.push(*exponent);
                    }
                }
                parts
            }
            Form::Transposed(inner) | Form::Stretched(inner) | Form::Each(inner, ..) => {
                Ids::from_slice(&[inner])
            }
            Form::Chain(parts) | Form::Entries(parts) | Form::Apply(_, _, parts) => {
                Ids::from_slice(parts)
            }
        }
    }

    /// The scalar formula `id` with every child replaced by `map` of it, entry by entry in `shape`.
    pub fn reshaped(
        &mut self,
        id: Id,
        shape: Shape,
        map: &mut dyn FnMut(&mut Algebra, Id) -> Id,
    ) -> Id {
        match self.form(id) {
            Form::Sum(terms) => {
                let terms = self.mapped_terms(&terms, map);
                let common = self.common_shape(terms.iter().map(|(_, term)| *term));
                self.sum(&terms, common.unwrap_or(shape))
            }
            Form::Product(bases) => {
                let bases = self.mapped_factors(bases, map);
                let shapes = bases.iter().map(|factor| self.factor_shape(factor));
                let common = Shape::common_among(shapes);
                self.product(Number::ONE, &bases, common.unwrap_or(shape))
            }
            Form::Apply(row, attr, args) if row.is_entrywise() => {
                let args: Ids = args.iter().map(|arg| map(self, *arg)).collect();
                let common = self.common_shape(args.iter().copied()).unwrap_or(shape);
                let stretched: Ids = args.iter().map(|arg| self.stretch(*arg, common)).collect();
                let fits = |arg: &Id| [Shape::SCALAR, shape].contains(&self.shape(*arg));
                if !args.iter().all(fits) {
                    return id;
                }
                self.operation(row, attr, &stretched, common)
            }
            _ => id,
        }
    }

    /// `id` with every child replaced by `map` of it, in normal form again; `id` itself where no
    /// child changes.
    pub fn rebuild(&mut self, id: Id, map: &mut dyn FnMut(&mut Algebra, Id) -> Id) -> Id {
        let shape = self.shape(id);
        match self.form(id) {
            Form::Number(_) | Form::Pi | Form::Atom(_) | Form::Identity | Form::Index(_) => id,
            Form::Each(body, depth, from) => match map(self, body) {
                same if same == body => id,
                body => self.each(body, depth, from, shape),
            },
            Form::Sum(terms) => match self.mapped_terms(&terms, map) {
                same if same[..] == **terms => id,
                terms => self.sum(&terms, shape),
            },
            Form::Product(bases) => match self.mapped_factors(bases, map) {
                same if same[..] == *bases => id,
                bases => self.product(Number::ONE, &bases, shape),
            },
            Form::Chain(links) => match self.mapped(links, map) {
                same if same[..] == *links => id,
                links => self.chain(&links),
            },
            Form::Transposed(inner) => match map(self, inner) {
                same if same == inner => id,
                inner => self.transposed(inner),
            },
            Form::Stretched(inner) => match map(self, inner) {
                same if same == inner => id,
                inner => self.stretch(inner, shape),
            },
            Form::Entries(entries) => match self.mapped(entries, map) {
                same if same[..] == *entries => id,
                entries => self.entries(&entries, shape),
            },
            Form::Apply(row, attr, args) => match self.mapped_args(row, args, map) {
                same if same[..] == *args => id,
                args => self.operation(row, attr, &args, shape),
            },
        }
    }

    fn mapped(&mut self, ids: &[Id], map: &mut dyn FnMut(&mut Algebra, Id) -> Id) -> Ids {
        ids.iter().map(|id| map(self, *id)).collect()
    }

    /// The arguments with other formulas in them; a condition keeps one that is defined in fewer places.
    fn mapped_args(
        &mut self,
        row: &Primitive,
        args: &[Id],
        map: &mut dyn FnMut(&mut Algebra, Id) -> Id,
    ) -> Ids {
        let mut image = |(k, arg): (usize, &Id)| match map(self, *arg) {
            wider if decides(row, k) && !self.keeps_domain(*arg, wider) => *arg,
            image => image,
        };
        args.iter().enumerate().map(&mut image).collect()
    }

    /// The terms of a sum with other formulas in them; its constant stays.
    fn mapped_terms(
        &mut self,
        terms: &[(Number, Id)],
        map: &mut dyn FnMut(&mut Algebra, Id) -> Id,
    ) -> TermList {
        let image = |(c, term): &(Number, Id)| match *term == self.one {
            true => (*c, *term),
            false => (*c, map(self, *term)),
        };
        terms.iter().map(image).collect()
    }

    /// The factors of a product with other formulas in them; exponents that are numbers stay.
    fn mapped_factors(
        &mut self,
        bases: &[(Id, Id)],
        map: &mut dyn FnMut(&mut Algebra, Id) -> Id,
    ) -> FactorList {
        let image = |(base, exponent): &(Id, Id)| {
            let base = map(self, *base);
            match self.value(*exponent) {
                Some(_) => (base, *exponent),
                None => (base, map(self, *exponent)),
            }
        };
        bases.iter().map(image).collect()
    }
}
