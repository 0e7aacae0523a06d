//! Conditions: the values under them, their opposites, and two branches of one.

use super::{Algebra, Form, Id, Ids, Number, TermList, all_but};
use crate::graph::Attr;
use crate::graph::primitive::Mask;
use crate::primitives::arithmetic::{AND, CHOOSE, EQ, LE, LT, NE, NOT, OR, WHERE};
use smallvec::SmallVec;

impl Algebra<'_> {
    /// Two branches of one condition become one choice.
    pub(super) fn merge_branches(&mut self, terms: &mut TermList) {
        let conditional = |k: &usize| self.entries[terms[*k].1.index()].conditional;
        let conditional: SmallVec<[usize; 8]> = (0..terms.len()).filter(conditional).collect();
        for (position, &k) in conditional.iter().enumerate() {
            for &j in &conditional[position + 1..] {
                if let Some(choice) = self.choice(terms[k], terms[j]) {
                    self.note("join branches");
                    terms[k] = (Number::ONE, choice);
                    terms.remove(j);
                    return self.merge_branches(terms);
                }
            }
        }
    }

    /// Two terms as one choice, where one of them stands under a condition and the other one under its
    /// opposite.
    fn choice(&mut self, (c, one): (Number, Id), (d, another): (Number, Id)) -> Option<Id> {
        let (mask, first) = self.conditional(one)?;
        let (other, second) = self.conditional(another)?;
        // Where a side of a comparison is no number, neither it nor the opposite comparison holds.
        let of_numbers = |algebra: &mut Self| {
            !algebra.guards
                && algebra.needs_of_sides(mask).is_empty()
                && algebra.opposite_of_numbers(mask) == other
        };
        if self.opposite(mask) != other && !of_numbers(self) {
            return None;
        }
        let shape = self.common_shape([mask, first, second].into_iter())?;
        let mut sides = [(c, first), (d, second)].map(|side| self.sum(&[side], shape));
        let row = if self.shape(mask).is_scalar() {
            &CHOOSE
        } else {
            &WHERE
        };
        let mask = if self.is_downward(mask) && !self.is_downward(other) {
            // `if x > 0 …` reads better than `if x <= 0 …`.
            sides.swap(0, 1);
            other
        } else {
            mask
        };
        let args = [mask, sides[0], sides[1]];
        if row.is(&WHERE) {
            return Some(self.apply(row, Attr::None, &args, shape));
        }
        Some(self.intern(Form::Apply(row, Attr::None, &args), shape))
    }

    /// True for a condition whose opposite reads better: `<`, `<=`, `!=`, `not`.
    fn is_downward(&self, condition: Id) -> bool {
        match self.form(condition) {
            Form::Apply(row, ..) => [&LE, &LT, &NE, &NOT].iter().any(|known| row.is(known)),
            _ => false,
        }
    }

    /// True if a condition is among the factors of a formula.
    pub(super) fn is_conditional(&self, form: Form<'_>) -> bool {
        match form {
            Form::Product(bases) => bases.iter().any(|(base, _)| self.lets_through(*base)),
            _ => is_condition(form),
        }
    }

    /// True if `id` is a condition, or a value under one.
    pub fn lets_through(&self, id: Id) -> bool {
        is_condition(self.form(id))
    }

    /// A condition and the value under it: a factor that is 1 or 0, or an explicit choice.
    fn conditional(&mut self, term: Id) -> Option<(Id, Id)> {
        let truth = |algebra: &Algebra, id: Id| matches!(algebra.form(id), Form::Apply(row, ..) if row.is_truth());
        match self.form(term) {
            Form::Apply(row, _, args) if row.mask == Some(Mask::Pass) => Some((args[0], args[1])),
            _ if truth(self, term) => Some((term, self.one)),
            Form::Product(bases) => {
                let k = bases
                    .iter()
                    .position(|(base, e)| *e == self.one && truth(self, *base))?;
                let rest = all_but(bases, k);
                let shape = self.common_shape(rest.iter().map(|(base, _)| *base))?;
                let rest = self.product(Number::ONE, &rest, shape);
                Some((bases[k].0, rest))
            }
            _ => None,
        }
    }

    /// The opposite of a condition, of what is no number too: neither a < b nor a >= b holds where one
    /// of them is NaN.
    pub fn opposite(&mut self, condition: Id) -> Id {
        self.inverse(condition, false)
    }

    /// The opposite of a condition on numbers. With guards it is that of all values.
    pub fn opposite_of_numbers(&mut self, condition: Id) -> Id {
        self.inverse(condition, true)
    }

    fn inverse(&mut self, condition: Id, of_numbers: bool) -> Id {
        let shape = self.shape(condition);
        if let Form::Apply(row, attr, args) = self.form(condition) {
            if row.is(&NOT) {
                return args[0];
            }
            let exact = row.is(&EQ) || row.is(&NE);
            if let Some(opposite) = row.opposite
                && (exact || of_numbers && !self.guards)
            {
                return self.intern(Form::Apply(opposite, attr, args), shape);
            }
            if (row.is(&AND) || row.is(&OR)) && !self.guards {
                let sides: Ids = args
                    .iter()
                    .map(|side| self.inverse(*side, of_numbers))
                    .collect();
                let dual = if row.is(&AND) { &OR } else { &AND };
                return self.intern(Form::Apply(dual, attr, &sides), shape);
            }
        }
        self.intern(Form::Apply(&NOT, Attr::None, &[condition]), shape)
    }
}

fn is_condition(form: Form<'_>) -> bool {
    match form {
        Form::Apply(row, ..) => row.is_truth() || row.mask == Some(Mask::Pass),
        _ => false,
    }
}
