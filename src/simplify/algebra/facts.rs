//! What is known of atoms: values, and facts that the user states. A law that holds only under a fact asks here.

use super::{Algebra, FactorList, Form, Id, Ids, Indexed, Number, TermList};
use crate::graph::{Attr, NodeId, Tensor};
use crate::primitives::elementary::{ABS, EXP, LOG, SQRT};
use crate::proof::{Facts, Property};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Parts inside parts up to which a sign is looked for.
const DEPTH: u32 = 6;

/// What is known of atoms.
#[derive(Default)]
pub struct Known {
    /// The values of constant matrices.
    pub constants: FxHashMap<NodeId, Rc<Tensor>>,
    /// What is said of inputs.
    pub facts: FxHashMap<NodeId, Facts>,
    /// What an atom is that stands for a number with indices.
    pub entries: FxHashMap<NodeId, Indexed>,
}

impl Algebra<'_> {
    /// True if anything is said of inputs.
    pub fn has_facts(&self) -> bool {
        !self.known.facts.is_empty()
    }

    fn has(&self, id: Id, properties: &[Property]) -> bool {
        let Form::Atom(node) = self.form(id) else {
            return false;
        };
        let said = self.known.facts.get(&node);
        said.is_some_and(|facts| properties.iter().any(|one| facts.properties.contains(one)))
    }

    /// True if an atom is said to be its own transpose.
    pub(super) fn is_symmetric(&self, id: Id) -> bool {
        self.has(id, &[Property::Symmetric, Property::Definite])
    }

    /// True if the transpose of an atom is said to be its inverse.
    pub(super) fn is_orthogonal(&self, id: Id) -> bool {
        self.has(id, &[Property::Orthogonal])
    }

    /// True if facts say that no entry is negative; where `strict`, nor 0.
    pub fn is_positive(&self, id: Id, strict: bool) -> bool {
        self.has_facts() && self.is_positive_within(id, strict, DEPTH)
    }

    /// True if no entry can be negative, by its form or by facts.
    pub(super) fn is_never_negative(&self, id: Id) -> bool {
        self.is_positive_within(id, false, DEPTH)
    }

    fn is_positive_within(&self, id: Id, strict: bool, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.form(id) {
            Form::Number(value) => value.is_positive() || !strict && value == Number::ZERO,
            Form::Pi => true,
            Form::Atom(node) => {
                let least = self.known.facts.get(&node).and_then(|facts| facts.least);
                least.is_some_and(|bound| {
                    bound.value > 0.0 || bound.value == 0.0 && (bound.strict || !strict)
                })
            }
            Form::Sum(terms) => terms
                .iter()
                .all(|(c, term)| c.is_positive() && self.is_positive_within(*term, strict, depth)),
            Form::Product(bases) => bases.iter().all(|(base, exponent)| {
                !strict && self.value(*exponent).is_some_and(Number::is_even)
                    || self.is_positive_within(*base, strict, depth)
            }),
            Form::Stretched(inner) => self.is_positive_within(inner, strict, depth),
            // An entry of a matrix all of whose entries are positive.
            Form::Apply(_, Attr::Corner(_), args) => {
                self.is_positive_within(args[0], strict, depth)
            }
            Form::Apply(row, ..) => row.is(&EXP) || !strict && (row.is(&ABS) || row.is(&SQRT)),
            _ => false,
        }
    }

    /// What comes out of a power that is not whole, and what stays: (x·y)^p = x^p·y^p where x is positive.
    /// `None` where nothing comes out.
    pub(super) fn split_by_facts(&self, bases: &[(Id, Id)]) -> Option<(FactorList, FactorList)> {
        if !self.has_facts() || self.printing {
            return None;
        }
        if bases.iter().all(|(base, _)| self.is_positive(*base, false)) {
            return Some((FactorList::from_slice(bases), FactorList::new()));
        }
        let positive = |(base, _): &(Id, Id)| self.is_positive(*base, true);
        let (out, inside): (FactorList, FactorList) = bases.iter().copied().partition(positive);
        (!out.is_empty()).then_some((out, inside))
    }

    /// Q'·Q and Q·Q' are left out of a product.
    pub(super) fn cancel_orthogonal(&self, links: &mut Ids) {
        if !self.has_facts() {
            return;
        }
        let opposite = |a: Id, b: Id| match self.form(a) {
            Form::Transposed(inner) => inner == b && self.is_orthogonal(b),
            _ => false,
        };
        let mut k = 0;
        while k + 1 < links.len() {
            match opposite(links[k], links[k + 1]) || opposite(links[k + 1], links[k]) {
                true => {
                    links.drain(k..k + 2);
                    k = k.saturating_sub(1);
                }
                false => k += 1,
            }
        }
    }

    /// log(x^p) = p·log(x) where x is positive.
    pub(super) fn logarithm_of_power(&mut self, argument: Id) -> Option<Id> {
        let Form::Product(&[(base, exponent)]) = self.form(argument) else {
            return None;
        };
        if !self.is_positive(base, true) {
            return None;
        }
        self.note("log(x^p) = p*log(x)");
        let one = self.unit();
        let [inner, shape] = [self.shape(base), self.shape(argument)];
        let logarithm = self.operation(&LOG, Attr::None, &[base], inner);
        Some(self.product(Number::ONE, &[(exponent, one), (logarithm, one)], shape))
    }

    /// log(x·y) = log(x) + log(y) where both are positive.
    pub fn logarithm_of_product(&mut self, id: Id) -> Option<Id> {
        let argument = *self.operands(id, &LOG)?.first()?;
        let Form::Product(bases) = self.form(argument) else {
            return None;
        };
        if bases.len() < 2 || !bases.iter().all(|(base, _)| self.is_positive(*base, true)) {
            return None;
        }
        let shape = self.shape(id);
        let mut terms = TermList::new();
        for factor in bases {
            let power = self.product(Number::ONE, &[*factor], shape);
            terms.push((
                Number::ONE,
                self.operation(&LOG, Attr::None, &[power], shape),
            ));
        }
        Some(self.sum(&terms, shape))
    }
}
