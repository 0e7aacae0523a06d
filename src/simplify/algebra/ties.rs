//! Ties of a largest or smallest argument: how many arguments share the value where one is selected.

use super::{Algebra, Form, Id, Number, all_but};
use crate::graph::Attr;
use crate::primitives::arithmetic::{LE, LT};
use crate::primitives::array;

impl Algebra<'_> {
    /// Away from kinks only arguments that are the same by construction tie: where `mask` holds, the
    /// number of ties is then known.
    pub(super) fn without_tie_count(&mut self, mask: Id, value: Id) -> Id {
        let shape = self.shape(value);
        let (coefficient, inner) = self.scaled(self.core(value));
        let bases = match self.form(inner) {
            Form::Product(bases) => bases,
            _ => return value,
        };
        for (k, (base, exponent)) in bases.iter().enumerate() {
            if self.value(*exponent) != Some(Number::MINUS_ONE) {
                continue;
            }
            if let Some(ties) = self.ties_where(mask, *base) {
                let others = all_but(bases, k);
                return self.product(coefficient / ties, &others, shape);
            }
        }
        value
    }

    /// `a < 0` for `a <= 0`: where two arguments tie, one of them is selected.
    pub(super) fn strictly_below(&mut self, mask: Id) -> Id {
        match self.operands(mask, &LE) {
            Some(args) if self.is_zero(args[1]) => {
                let shape = self.shape(mask);
                self.apply(&LT, Attr::None, args, shape)
            }
            _ => mask,
        }
    }

    /// The number of arguments that tie where `mask` holds, for a count of conditions with `mask` among
    /// them.
    fn ties_where(&self, mask: Id, count: Id) -> Option<Number> {
        let condition = |id: Id| matches!(self.form(id), Form::Apply(row, ..) if row.is_truth());
        match self.form(count) {
            Form::Sum(terms)
                if terms.iter().all(|(_, term)| condition(*term)) && self.differ(&terms) =>
            {
                let own = terms.iter().find(|(_, term)| *term == mask);
                own.map(|(c, _)| *c)
            }
            Form::Stretched(inner) => self.ties_where(mask, inner),
            // Entries of an input are different numbers; those of a formula may be the same twice.
            Form::Apply(row, _, args) if row.is(&array::SUM) && args[0] == mask => {
                let Form::Apply(_, _, sides) = self.form(mask) else {
                    return None;
                };
                matches!(self.form(sides[0]), Form::Atom(_)).then_some(Number::ONE)
            }
            _ => (count == mask).then_some(Number::ONE),
        }
    }

    /// True if the operands of the conditions differ almost everywhere: inputs and numbers, or one
    /// formula and numbers. Two formulas may agree on a whole region, as x and abs(x).
    fn differ(&self, terms: &[(Number, Id)]) -> bool {
        let mut compared: Vec<Id> = Vec::new();
        for (_, term) in terms {
            if let Form::Apply(_, _, sides) = self.form(*term) {
                compared.extend(sides);
            }
        }
        let selection = |id: &Id| matches!(self.form(*id), Form::Apply(row, ..) if row.extreme);
        compared.retain(|id| !selection(id));
        compared.sort();
        compared.dedup();
        let numbers = compared
            .iter()
            .filter(|id| self.value(self.core(**id)).is_some())
            .count();
        let atoms = compared
            .iter()
            .filter(|id| matches!(self.form(self.core(**id)), Form::Atom(_)))
            .count();
        numbers + atoms == compared.len() || numbers + 1 == compared.len()
    }
}
