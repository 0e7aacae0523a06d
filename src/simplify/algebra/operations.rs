//! Operations of the table.

use super::{Algebra, Form, Id, Ids, Number};
use crate::graph::primitive::Mask;
use crate::graph::{Attr, Corner, Primitive, Shape};
use crate::primitives::{algebra as linear, arithmetic, array, elementary};

impl<'a> Algebra<'a> {
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
                    let applied = self.operation(row, attr, &[inner], inner_shape);
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

    /// The normal form of an operation of the table on arguments in normal form.
    pub fn operation(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        shape: Shape,
    ) -> Id {
        let one = self.unit();
        let is = |other: &Primitive| row.is(other);
        if is(&arithmetic::ADD) {
            return self.sum(&[(Number::ONE, args[0]), (Number::ONE, args[1])], shape);
        }
        if is(&arithmetic::SUB) {
            return self.sum(
                &[(Number::ONE, args[0]), (Number::MINUS_ONE, args[1])],
                shape,
            );
        }
        if is(&arithmetic::NEG) {
            return self.sum(&[(Number::MINUS_ONE, args[0])], shape);
        }
        if is(&arithmetic::MUL) {
            return self.product(Number::ONE, &[(args[0], one), (args[1], one)], shape);
        }
        if is(&arithmetic::DIV) {
            let minus_one = self.number(Number::MINUS_ONE);
            return self.product(Number::ONE, &[(args[0], one), (args[1], minus_one)], shape);
        }
        if is(&arithmetic::POW) {
            let exponent = match self.form(args[1]) {
                Form::Stretched(inner) => inner,
                _ => args[1],
            };
            return self.product(Number::ONE, &[(args[0], exponent)], shape);
        }
        if is(&elementary::SQRT) {
            let half = self.number(Number::HALF);
            return self.product(Number::ONE, &[(args[0], half)], shape);
        }
        if is(&array::EYE) {
            return self.identity(shape.rows);
        }
        if is(&linear::MATMUL) {
            return self.chain(args);
        }
        if is(&linear::MATMUL_REACHED) {
            return if self.guards {
                self.guarded_product(args, shape)
            } else {
                self.chain(&args[..2])
            };
        }
        if is(&array::DEVIATIONS) {
            let lanes = array::reduced(shape, attr);
            let mean = self.operation(&array::MEAN, attr, args, lanes);
            let mean = self.stretch(mean, shape);
            return self.sum(&[(Number::ONE, args[0]), (Number::MINUS_ONE, mean)], shape);
        }
        if is(&array::TRANSPOSE) {
            return self.transposed(args[0]);
        }
        if is(&array::BROADCAST) {
            return self.stretch(args[0], shape);
        }
        if is(&array::COLUMNS) {
            return self.operation(&array::HCAT, attr, args, shape);
        }
        if is(&array::MATRIX) {
            return self.entries(args, shape);
        }
        if (is(&array::RESHAPE) || is(&array::VEC)) && self.shape(args[0]) == shape {
            return args[0];
        }
        if (is(&array::RESHAPE) || is(&array::VEC))
            && self.shape(args[0]).is_vector()
            && shape == self.shape(args[0]).transposed()
        {
            return self.transposed(args[0]);
        }
        if is(&arithmetic::NOT) || is(&arithmetic::UNLESS) {
            let opposite = if is(&arithmetic::NOT) {
                self.opposite(args[0])
            } else {
                self.opposite_of_numbers(args[0])
            };
            return self.rewritten(opposite);
        }
        if row.mask == Some(Mask::Pass) && !self.guards {
            let value = self.without_tie_count(args[0], args[1]);
            if value != args[1] {
                let mask = self.strictly_below(args[0]);
                return self.operation(row, attr, &[mask, value], shape);
            }
        }
        if row.mask == Some(Mask::Pass) && row.is_entrywise() && !self.guards {
            // A value under a condition, entry by entry, is a product with 1 or 0.
            return self.product(Number::ONE, &[(args[0], one), (args[1], one)], shape);
        }
        if self.has_facts()
            && let Some(known) = self.operation_by_facts(row, args, shape)
        {
            return known;
        }
        let id = self.apply(row, attr, args, shape);
        self.rewritten(id)
    }

    /// What an operation is by what is said of inputs.
    fn operation_by_facts(&mut self, row: &Primitive, args: &[Id], shape: Shape) -> Option<Id> {
        if row.is(&elementary::ABS) && self.is_positive(args[0], false) {
            return Some(args[0]);
        }
        if row.is(&elementary::SIGN) && self.is_positive(args[0], true) {
            let one = self.unit();
            return Some(self.stretch(one, shape));
        }
        if row.is(&elementary::LOG) {
            return self.logarithm_of_power(args[0]);
        }
        let inverse = row.is(&linear::INV) && self.is_orthogonal(args[0]);
        inverse.then(|| self.transposed(args[0]))
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

    /// A product in which entries of a row or a column that are not reached are 0 whatever they are
    /// multiplied by: a guard leaves out the entries of the other factor that they meet, or those of an
    /// outer product. For a matrix that would need another guard for every column; it is not written.
    fn guarded_product(&mut self, args: &[Id], shape: Shape) -> Id {
        let mut factors = [args[0], args[1]];
        let inner = self.shape(factors[0]).n();
        let mut outside = Vec::new();
        for (k, mask) in args[2..].iter().enumerate() {
            let of = self.shape(args[k]);
            if self.shape(*mask) != of {
                continue;
            }
            let lies_along = if k == 0 { of.m() == 1 } else { of.n() == 1 };
            if inner == 1 {
                outside.push(self.stretch(*mask, shape));
            } else if lies_along {
                let other = self.shape(args[1 - k]);
                let along = self.transposed(*mask);
                let everywhere = self.stretch(along, other);
                let guarded = [everywhere, factors[1 - k]];
                factors[1 - k] = self.apply(&array::GUARD, Attr::None, &guarded, other);
            }
        }
        let product = self.chain(&factors);
        outside.into_iter().fold(product, |product, mask| {
            self.apply(&array::GUARD, Attr::None, &[mask, product], shape)
        })
    }

    /// σ(x)
    pub fn sigmoid(&mut self, x: Id) -> Id {
        let shape = self.shape(x);
        self.apply(&elementary::SIGMOID, Attr::None, &[x], shape)
    }

    /// The arguments of `id`, where it is the operation `row`.
    pub fn operands(&self, id: Id, row: &Primitive) -> Option<&'a [Id]> {
        match self.form(id) {
            Form::Apply(known, _, args) if known.is(row) => Some(args),
            _ => None,
        }
    }

    /// The result of the rules for operations on `id`.
    pub fn rewritten(&mut self, id: Id) -> Id {
        (self.rules)(self, id)
    }
}

/// The block that an index node cuts out.
pub fn corner_of(attr: Attr) -> Corner {
    match attr {
        Attr::Corner(corner) => corner,
        _ => Corner { row: 0, col: 0 },
    }
}
