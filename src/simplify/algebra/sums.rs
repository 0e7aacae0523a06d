//! Sums: flat, like terms collected.

use super::{Algebra, Form, Id, Number, TermList, Terms};
use crate::graph::Shape;
use crate::primitives::elementary;

impl Algebra<'_> {
    /// c₁·t₁ + c₂·t₂ + … in the given shape: flat, like terms collected, zeros left out.
    pub fn sum(&mut self, terms: &[(Number, Id)], shape: Shape) -> Id {
        if let [(Number::ONE, id)] = *terms
            && !matches!(self.form(self.core(id)), Form::Sum(_))
        {
            return self.stretch(id, shape);
        }
        let mut collected = self.collected(terms);
        self.merge_branches(&mut collected);
        collected.sort_unstable_by_key(|(_, term)| *term);
        let inner_shape = match self.common_shape(collected.iter().map(|(_, term)| *term)) {
            Some(common) => common,
            None if collected.is_empty() => Shape::SCALAR,
            None => {
                // A row and a column: one of them must be written in full.
                collected[0].1 = self.intern(Form::Stretched(collected[0].1), shape);
                shape
            }
        };
        let inner = match collected.as_slice() {
            [] => self.number(Number::ZERO),
            [(c, term)] if *term == self.one => self.number(*c),
            [(Number::ONE, term)] => *term,
            [(Number::ONE, one), (Number::MINUS_ONE, term)]
            | [(Number::MINUS_ONE, term), (Number::ONE, one)]
                if *one == self.one && !self.printing && self.sigmoid_of(*term).is_some() =>
            {
                let x = self.sigmoid_of(*term).unwrap_or(*term);
                let opposite = self.negated(x);
                self.sigmoid(opposite)
            }
            // The name of a logistic function reads better in ŷ − 1.
            [(Number::MINUS_ONE, one), (Number::ONE, term)]
            | [(Number::ONE, term), (Number::MINUS_ONE, one)]
                if *one == self.one
                    && !self.printing
                    && self.operands(*term, &elementary::SIGMOID).is_some() =>
            {
                let x = self.sigmoid_of(*term).unwrap_or(*term);
                let opposite = self.negated(x);
                let complement = self.sigmoid(opposite);
                self.intern(
                    Form::Sum(Terms(&[(Number::MINUS_ONE, complement)])),
                    inner_shape,
                )
            }
            _ => self.named_or_sum(&collected, inner_shape),
        };
        self.stretch(inner, shape)
    }

    /// The terms of some terms, like ones collected where the first of them stands.
    fn collected(&mut self, terms: &[(Number, Id)]) -> TermList {
        let mut collected = TermList::new();
        let mut like = false;
        for (coefficient, id) in terms {
            let inner = self.core(*id);
            match self.form(inner) {
                Form::Sum(parts) => {
                    for (c, part) in parts.iter() {
                        let term = self.core(*part);
                        like |= self.collect(&mut collected, *coefficient * *c, term);
                    }
                }
                Form::Number(value) => {
                    like |= self.collect(&mut collected, *coefficient * value, self.one);
                }
                _ => like |= self.collect(&mut collected, *coefficient, inner),
            }
        }
        for (_, term) in &collected {
            self.entries[term.index()].place = 0;
        }
        if like {
            self.note("collect like terms");
        }
        collected.retain(|(c, _)| *c != Number::ZERO);
        collected
    }

    /// Adds a term to a sum; true if there was one like it.
    fn collect(&mut self, collected: &mut TermList, c: Number, term: Id) -> bool {
        let place = &mut self.entries[term.index()].place;
        let like = *place > 0;
        if like {
            collected[*place as usize - 1].0 += c;
        } else {
            collected.push((c, term));
            *place = collected.len() as u32;
        }
        like
    }

    /// The argument of a logistic function, or of the formula behind a name that is one.
    pub fn sigmoid_of(&self, id: Id) -> Option<Id> {
        let definition = self.behind(id);
        match self.form(definition) {
            Form::Apply(row, _, args) if row.is(&elementary::SIGMOID) => Some(args[0]),
            _ => None,
        }
    }

    /// A sum, or the name that the user has for it or for its negative.
    fn named_or_sum(&mut self, terms: &[(Number, Id)], shape: Shape) -> Id {
        if terms.len() > 1
            && let Some(atom) = self.name_of_negative(terms, shape)
        {
            return self.intern(Form::Sum(Terms(&[(Number::MINUS_ONE, atom)])), shape);
        }
        self.intern(Form::Sum(Terms(terms)), shape)
    }

    /// The user's name for the negative of a sum.
    fn name_of_negative(&self, terms: &[(Number, Id)], shape: Shape) -> Option<Id> {
        if self.names.atoms.is_empty() {
            return None;
        }
        let opposite: TermList = terms.iter().map(|(c, term)| (-*c, *term)).collect();
        let known = self.lookup(Form::Sum(Terms(&opposite)), shape)?;
        self.names.atoms.get(&known).copied()
    }

    /// True if every term of `id` has a negative coefficient.
    pub fn leads_negative(&self, id: Id) -> bool {
        match self.form(id) {
            Form::Sum(terms) => terms.iter().all(|(c, _)| c.is_negative()),
            Form::Number(value) => value.is_negative(),
            _ => false,
        }
    }

    /// The negative.
    pub fn negated(&mut self, id: Id) -> Id {
        let shape = self.shape(id);
        self.sum(&[(Number::MINUS_ONE, id)], shape)
    }

    /// a + b
    pub(super) fn plus(&mut self, a: Id, b: Id) -> Id {
        let shape = self
            .common_shape([a, b].into_iter())
            .unwrap_or(Shape::SCALAR);
        self.sum(&[(Number::ONE, a), (Number::ONE, b)], shape)
    }

    /// c·(a + b) kept as it is: a coefficient would otherwise be multiplied into the sum.
    pub fn scaled_bracket(&mut self, coefficient: Number, bracket: Id, shape: Shape) -> Id {
        let factor = self.number(coefficient);
        let mut bases = [(factor, self.one), (bracket, self.one)];
        bases.sort();
        self.intern(Form::Product(&bases), shape)
    }
}
