//! What cannot become shorter, seen at a glance: which operations occur in a formula, and whether any rule
//! can have something to do.

use super::{Algebra, Form, Id, Number};
use crate::graph::Primitive;

/// A set of operations. A bit stands for several of them, so a set may seem to contain more than was put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occurring(u64);

impl Occurring {
    /// A single operation.
    pub const fn of(row: &Primitive) -> Occurring {
        let name = row.name.as_bytes();
        let (mut k, mut hash) = (0, 0u32);
        while k < name.len() {
            hash = hash.wrapping_mul(31).wrapping_add(name[k] as u32);
            k += 1;
        }
        Occurring(1 << (hash % u64::BITS))
    }

    /// The operations of both.
    pub const fn and(self, other: Occurring) -> Occurring {
        Occurring(self.0 | other.0)
    }

    /// True where `others` are surely among them, or may be.
    pub const fn may_contain(self, others: Occurring) -> bool {
        others.0 & !self.0 == 0
    }

    /// True where one of `others` may be among them.
    pub const fn may_meet(self, others: Occurring) -> bool {
        self.0 & others.0 != 0
    }
}

impl Algebra<'_> {
    /// The operations of the table in a formula, and in those behind the user's names in it.
    pub fn occurring(&self, id: Id) -> Occurring {
        self.entries[id.index()].occurring
    }

    /// The operations in a form with these parts.
    pub(super) fn operations_in(&self, form: Form<'_>, parts: &[Id]) -> Occurring {
        let own = match form {
            Form::Apply(row, ..) => Occurring::of(row),
            _ => Occurring::default(),
        };
        let parts = parts.iter().map(|part| self.occurring(*part));
        parts.fold(own, Occurring::and)
    }

    /// True for a scalar that is surely as short as its parts allow: a product of whole powers of names, or two
    /// such products without a common factor.
    pub fn is_least(&self, id: Id) -> bool {
        if self.occurring(id) != Occurring::default() || !self.shape(id).is_scalar() {
            return false;
        }
        match self.form(id) {
            Form::Sum(terms) => match **terms {
                [(_, term)] => self.is_monomial(term, |_| true),
                [(c, a), (d, b)] => {
                    let counts = |e: Number| e.is_positive();
                    c.common_divisor(d) == Number::ONE
                        && self.is_monomial(a, counts)
                        && self.is_monomial(b, counts)
                        && !self.share_a_base(a, b)
                }
                _ => false,
            },
            _ => self.is_monomial(id, |_| true),
        }
    }

    /// True for a product of names to whole powers that fit.
    fn is_monomial(&self, id: Id, fits: impl Fn(Number) -> bool) -> bool {
        match self.form(id) {
            Form::Number(_) | Form::Pi | Form::Atom(_) | Form::Index(_) => true,
            Form::Product(bases) => bases.iter().all(|(base, exponent)| {
                let power = self.value(*exponent).filter(|e| e.integer().is_some());
                matches!(self.form(*base), Form::Pi | Form::Atom(_) | Form::Index(_))
                    && power.is_some_and(&fits)
            }),
            _ => false,
        }
    }

    fn share_a_base(&self, a: Id, b: Id) -> bool {
        let (one, other) = ([(a, self.one)], [(b, self.one)]);
        let [left, right] = [(a, &one), (b, &other)].map(|(id, single)| match self.form(id) {
            Form::Product(bases) => bases,
            _ => &single[..],
        });
        let mut left = left.iter();
        left.any(|(base, _)| right.iter().any(|(known, _)| known == base))
    }
}
