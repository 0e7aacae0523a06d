//! Where a formula is a number. A value may get one where it had none, but a condition reads a value that is
//! none: there it is false. So what a condition is made of keeps its domain when it is rewritten.

use super::{Algebra, Form, Id, Number};
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::algebra::{DET, LOGDET};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// A value that lies between bounds wherever what it is part of is a number.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The value.
    pub value: Id,
    /// What every entry of it is an entry of.
    entry_of: Id,
    /// The least that it may be.
    pub least: f64,
    /// The most that it may be.
    pub most: f64,
    /// The exponent that need only be whole instead.
    pub exponent: Option<Id>,
}

impl PartialEq for Need {
    fn eq(&self, other: &Need) -> bool {
        let key = |need: &Need| (need.entry_of, need.least, need.most, need.exponent);
        key(self) == key(other)
    }
}

/// Several of them.
pub type Needs = SmallVec<[Need; 4]>;

/// True if an operation reads its argument at `k` as a condition: what is no number is false, or true, there.
pub fn decides(row: &Primitive, k: usize) -> bool {
    row.is_truth() || k == 0 && (row.chooses || row.mask.is_some())
}

impl Algebra<'_> {
    /// What an operation on `args` needs of them, if anything.
    pub fn need_of(&mut self, row: &Primitive, args: &[Id]) -> Option<Need> {
        if row.is(&LOGDET) {
            let det = self.operation(&DET, Attr::None, args, Shape::SCALAR);
            return self.not_negative(det);
        }
        let domain = row.domain?;
        let value = args[domain.argument];
        match (domain.least, domain.most) {
            (0.0, f64::INFINITY) => self.not_negative(value),
            (least, most) => self.between(value, least, most),
        }
    }

    /// What base^exponent needs.
    pub fn need_of_power(&mut self, base: Id, exponent: Id) -> Option<Need> {
        let exponent = self.core(exponent);
        let number = self.value(exponent);
        if number.is_some_and(Number::is_whole) {
            return None;
        }
        let mut need = self.not_negative(base)?;
        need.exponent = number.is_none().then_some(exponent);
        Some(need)
    }

    /// The need that a value is not negative; `None` where it never is.
    fn not_negative(&mut self, value: Id) -> Option<Need> {
        let (scale, inner) = match self.scaled(value) {
            (Number::ONE, _) => self.content_of(value),
            scaled => scaled,
        };
        if scale == Number::ZERO {
            return None;
        }
        let value = match scale.is_positive() {
            true => inner,
            false => self.sum(&[(Number::MINUS_ONE, inner)], self.shape(inner)),
        };
        match self.is_never_negative(value) {
            true => None,
            false => self.between(value, 0.0, f64::INFINITY),
        }
    }

    fn between(&self, value: Id, least: f64, most: f64) -> Option<Need> {
        let entry_of = self.entry_of(value);
        let known = self.value(entry_of).map(Number::to_f64);
        let holds = known.is_some_and(|x| (least..=most).contains(&x));
        (!holds).then_some(Need {
            value,
            entry_of,
            least,
            most,
            exponent: None,
        })
    }

    /// What every entry of `id` is an entry of.
    fn entry_of(&self, id: Id) -> Id {
        match self.form(id) {
            Form::Stretched(inner) | Form::Transposed(inner) => self.entry_of(inner),
            _ => id,
        }
    }

    /// True if a form of these parts may be no number where its atoms are numbers.
    pub(super) fn is_partial(&self, form: Form<'_>, parts: &[Id]) -> bool {
        let own = match form {
            Form::Product(bases) => bases
                .iter()
                .any(|(_, e)| !self.value(*e).is_some_and(Number::is_whole)),
            Form::Apply(row, ..) if forgives(row) => return false,
            Form::Apply(row, ..) => row.domain.is_some() || row.is(&LOGDET),
            _ => false,
        };
        own || parts.iter().any(|part| self.entries[part.index()].partial)
    }

    /// All that `id` needs to be a number.
    pub fn needs(&mut self, id: Id) -> Needs {
        let mut found = Needs::new();
        let mut seen = FxHashSet::default();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            if !self.entries[id.index()].partial || !seen.insert(id) {
                continue;
            }
            match self.form(id) {
                Form::Product(bases) => {
                    for (base, exponent) in bases {
                        found.extend(self.need_of_power(*base, *exponent));
                    }
                }
                Form::Apply(row, _, args) => found.extend(self.need_of(row, args)),
                Form::Atom(_) => todo.push(self.behind(id)),
                _ => {}
            }
            todo.extend(self.children(id));
        }
        found
    }

    /// True if `to` is a number only where `from` is one, as far as can be told from what they need.
    pub fn keeps_domain(&mut self, from: Id, to: Id) -> bool {
        from == to || !self.entries[from.index()].partial || self.keeps(from, to, Self::needs)
    }

    /// True if `to` needs all that `from` does.
    fn keeps(&mut self, from: Id, to: Id, needs: fn(&mut Self, Id) -> Needs) -> bool {
        let needed = needs(self, from);
        needed.is_empty() || {
            let kept = needs(self, to);
            needed.iter().all(|need| kept.contains(need))
        }
    }

    /// What the sides of the comparisons in a condition need.
    pub fn needs_of_sides(&mut self, condition: Id) -> Needs {
        let mut found = Needs::new();
        let mut todo = vec![condition];
        while let Some(id) = todo.pop() {
            match self.form(id) {
                Form::Apply(row, _, args) if row.is_truth() => todo.extend(args),
                _ => found.extend(self.needs(id)),
            }
        }
        found
    }

    /// True if `to`, which a rule made of `from`, holds where that does, if it is a condition.
    pub fn keeps_truth(&mut self, from: Id, to: Id) -> bool {
        let is_truth = matches!(self.form(from), Form::Apply(row, ..) if row.is_truth());
        !is_truth || self.keeps(from, to, Self::needs_of_sides)
    }
}

/// True for an operation that may have a value where an argument has none.
fn forgives(row: &Primitive) -> bool {
    row.is_truth() || row.chooses || row.mask.is_some()
}
