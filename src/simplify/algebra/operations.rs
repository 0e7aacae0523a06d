//! Operations of the table.

use super::{Algebra, Form, Id, Ids};
use crate::graph::{Attr, Primitive, Shape};
use crate::simplify::convert;

impl Algebra<'_> {
    /// An operation of the table whose arguments are in normal form, with no rule of its own.
    pub fn apply(&mut self, row: &'static Primitive, attr: Attr, args: &[Id], shape: Shape) -> Id {
        if !row.is_entrywise() {
            return self.intern(Form::Apply(row, attr, args), shape);
        }
        if let [arg] = *args {
            match self.form(arg) {
                // A function of a transpose is the transpose of the function.
                Form::Transposed(inner) => {
                    let applied = self.apply(row, attr, &[inner], shape.transposed());
                    return self.transposed(applied);
                }
                Form::Stretched(inner) => {
                    let inner_shape = self.shape(inner);
                    let applied = convert::operation(self, row, attr, &[inner], inner_shape);
                    return self.stretch(applied, shape);
                }
                _ => return self.intern(Form::Apply(row, attr, args), shape),
            }
        }
        // The language stretches arguments by itself.
        let cores: Ids = args.iter().map(|arg| self.core(*arg)).collect();
        match self.common_shape(cores.iter().copied()) {
            Some(inner) if inner != shape => {
                let applied = self.apply(row, attr, &cores, inner);
                self.stretch(applied, shape)
            }
            Some(_) => self.intern(Form::Apply(row, attr, &cores), shape),
            None => self.intern(Form::Apply(row, attr, args), shape),
        }
    }

    /// A matrix from its entries, row by row.
    pub fn entries(&mut self, entries: &[Id], shape: Shape) -> Id {
        if shape.is_scalar() {
            return entries[0];
        }
        if entries.iter().all(|entry| *entry == entries[0]) && self.value(entries[0]).is_some() {
            return self.stretch(entries[0], shape);
        }
        self.intern(Form::Entries(entries), shape)
    }
}
