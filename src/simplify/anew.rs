//! Formulas read anew, as if what was found had been typed: what is found late is then known from the start.

use super::algebra::{Algebra, FactorList, Form, Id, Ids, TermList};
use super::convert::Reading;
use super::emit::Emitter;
use super::exact::Number;
use super::over_index::over_index;
use super::{TermOrder, WriteOptions, empty};
use crate::graph::NodeId;
use crate::stop;
use bumpalo::Bump;
use rustc_hash::FxHashMap;

/// Times that formulas are read anew.
const READINGS: usize = 4;
/// Operations of all formulas up to which that is done.
const LOOKED_AT: u64 = 400;

/// Formulas, each with the node that it is of, and the algebra in which they stand.
pub struct Formulas<'a> {
    pub algebra: Algebra<'a>,
    pub all: Vec<(NodeId, Id)>,
}

impl<'a> Formulas<'a> {
    /// Operations of all formulas as trees.
    pub fn cost(&self) -> u64 {
        let costs = self.all.iter().map(|(_, form)| self.algebra.cost(*form));
        costs.fold(0, u64::saturating_add)
    }

    /// The formulas with sums and vectors over an index in them, where they are such; these are not read any more.
    pub fn over_indices(mut self) -> Formulas<'a> {
        for (_, form) in &mut self.all {
            *form = over_index(&mut self.algebra, *form);
        }
        self
    }

    /// The formulas after they were read anew until that changes nothing or makes them longer.
    pub fn settled(
        self,
        arena: &'a Bump,
        reading: &Reading<'_, '_>,
        options: &WriteOptions<'_>,
        worked_out: &dyn Fn(&mut Algebra<'a>, Id) -> Id,
    ) -> Formulas<'a> {
        let mut best = self;
        for _ in 0..READINGS {
            if best.cost() > LOOKED_AT || stop::requested() {
                break;
            }
            let mut algebra = empty(arena, reading.graph, options);
            if let Some((root, _)) = best.all.last() {
                reading.learn_names(&mut algebra, options.named, *root);
            }
            algebra.record.applied = best.algebra.record.applied.clone();
            let mut copies = Copies::new(&best.algebra);
            let typed: Vec<(NodeId, Id)> = (best.all.iter())
                .map(|(node, form)| (*node, copies.of(*form, &mut algebra)))
                .collect();
            let all: Vec<(NodeId, Id)> = (typed.iter())
                .map(|(node, form)| (*node, worked_out(&mut algebra, *form)))
                .collect();
            let settled = all == typed;
            let mut next = Formulas { algebra, all };
            if next.cost() > best.cost() {
                break;
            }
            if next.cost() == best.cost() {
                // The rules that led to other forms and back are not those of the answer.
                next.algebra.record.applied = best.algebra.record.applied.clone();
            }
            best = next;
            if settled {
                break;
            }
        }
        best
    }
}

/// The formulas of one algebra in another one, built in the order in which they are written.
struct Copies<'s, 'a> {
    from: &'s Algebra<'a>,
    known: FxHashMap<Id, Id>,
}

impl<'s, 'a> Copies<'s, 'a> {
    fn new(from: &'s Algebra<'a>) -> Copies<'s, 'a> {
        Copies {
            from,
            known: FxHashMap::default(),
        }
    }

    fn of(&mut self, id: Id, to: &mut Algebra) -> Id {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let shape = self.from.shape(id);
        let copy = match self.from.form(id) {
            Form::Number(value) => to.number(value),
            Form::Pi => to.pi(),
            Form::Atom(node) => {
                if let Some(value) = self.from.known.constants.get(&node) {
                    to.known.constants.insert(node, value.clone());
                }
                to.atom(node, shape)
            }
            Form::Identity => to.identity(shape.rows),
            Form::Sum(terms) => {
                let terms = Emitter::new(self.from, &|_| None, TermOrder::PositiveFirst)
                    .positive_first(&terms);
                let terms: TermList = (terms.into_iter())
                    .map(|(c, term)| (c, self.of(term, to)))
                    .collect();
                to.sum(&terms, shape)
            }
            Form::Product(bases) => {
                let bases =
                    Emitter::new(self.from, &|_| None, TermOrder::PositiveFirst).as_written(bases);
                let factors: FactorList = (bases.into_iter())
                    .map(|(base, exponent)| (self.of(base, to), self.of(exponent, to)))
                    .collect();
                to.product(Number::ONE, &factors, shape)
            }
            Form::Chain(links) => {
                let links = self.each(links, to);
                to.chain(&links)
            }
            Form::Transposed(inner) => {
                let inner = self.of(inner, to);
                to.transposed(inner)
            }
            Form::Stretched(inner) => {
                let inner = self.of(inner, to);
                to.stretch(inner, shape)
            }
            Form::Entries(entries) => {
                let entries = self.each(entries, to);
                to.entries(&entries, shape)
            }
            Form::Index(depth) => to.index(depth),
            Form::Each(body, depth, from) => {
                let body = self.of(body, to);
                to.each(body, depth, from, shape)
            }
            Form::Apply(row, attr, args) => {
                let args = self.each(args, to);
                to.operation(row, attr, &args, shape)
            }
        };
        self.known.insert(id, copy);
        copy
    }

    fn each(&mut self, ids: &[Id], to: &mut Algebra) -> Ids {
        ids.iter().map(|id| self.of(*id, to)).collect()
    }
}
