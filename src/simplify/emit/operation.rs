//! Operations of the table as expressions.

use super::{Emitter, Unwritable, Written};
use crate::graph::primitive::{Mask, Notation, ShapeRule};
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::arithmetic::WHERE;
use crate::primitives::array::ENTRIES_AT;
use crate::simplify::algebra::{Form, Id, Ids, corner_of};
use crate::simplify::exact::Number;
use crate::syntax::ast::{BinaryOp, ExprKind, Index, UnaryOp};

impl Emitter<'_> {
    pub(super) fn operation(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        args: &[Id],
        shape: Shape,
    ) -> Written {
        if let Some(mask) = row.mask {
            let condition = self.emit(args[0])?;
            let value = self.emit(args[1])?;
            if row.is_entrywise() {
                if mask == Mask::Pass && !self.algebra.guards {
                    // A value under a condition is the value times 1 or 0.
                    let op = if shape.is_scalar() {
                        BinaryOp::Mul
                    } else {
                        BinaryOp::DotMul
                    };
                    return Ok(self.sheet.binary(op, value, condition));
                }
                let zero = self.sheet.number(0.0);
                return Ok(self.sheet.call("where", vec![condition, value, zero]));
            }
            let zero = if shape.is_scalar() {
                self.sheet.number(0.0)
            } else {
                self.sheet.filled("zeros", shape)
            };
            return Ok(self.sheet.push(ExprKind::If(condition, value, zero)));
        }
        if row.is(&ENTRIES_AT) {
            return self.entries_at(args, shape);
        }
        if let ([each], ShapeRule::Reduce, Attr::None) = (args, row.shape, attr)
            && let Form::Each(body, depth, from) = self.algebra.form(*each)
        {
            let count = self.algebra.shape(*each).rows;
            let each = self.comprehension(body, depth, (from, count), false)?;
            return Ok(self.sheet.call(row.name, vec![each]));
        }
        if matches!(attr, Attr::Round(_) | Attr::RoundBack(_)) {
            return Err(Unwritable::Loop);
        }
        if !row.is_writable() {
            return Err(Unwritable::NoSpelling);
        }
        let mut args = Ids::from_slice(args);
        // `if c then b else a` reads better than `if not c then a else b`.
        if (row.notation == Notation::Choice || row.is(&WHERE))
            && let Some(denied) = self.denied(args[0])
        {
            args[0] = denied;
            args.swap(1, 2);
        }
        if row.is_truth()
            && let Some(sides) = self.compared_with_zero(&args)
        {
            args = Ids::from_slice(&sides);
        }
        let mut written = Vec::new();
        for arg in &args {
            written.push(self.emit(*arg)?);
        }
        match row.notation {
            Notation::Infix(operator) => {
                let [a, b] = written[..] else {
                    return Err(Unwritable::NoSpelling);
                };
                Ok(self.sheet.binary(operator.into(), a, b))
            }
            Notation::Not => Ok(self.sheet.push(ExprKind::Unary(UnaryOp::Not, written[0]))),
            Notation::Negation => Ok(self.sheet.push(ExprKind::Unary(UnaryOp::Neg, written[0]))),
            Notation::Transpose => Ok(self
                .sheet
                .push(ExprKind::Unary(UnaryOp::Transpose, written[0]))),
            Notation::Choice => Ok(self
                .sheet
                .push(ExprKind::If(written[0], written[1], written[2]))),
            Notation::Index => {
                let from = self.algebra.shape(args[0]);
                let indices = match (written.get(1).copied(), attr) {
                    (None, _) => self.sheet.indices(corner_of(attr), shape, from),
                    (Some(vector), _) if from.is_vector() => vec![Index::At(vector)],
                    (Some(vector), Attr::Axis(2)) => vec![Index::All, Index::At(vector)],
                    (Some(vector), _) => vec![Index::At(vector), Index::All],
                };
                Ok(self.sheet.push(ExprKind::Index(written[0], indices)))
            }
            Notation::Silent | Notation::Matrix => Err(Unwritable::NoSpelling),
            Notation::Call => {
                let sizes = row.sizes_shown(shape);
                written.extend(
                    sizes
                        .into_iter()
                        .map(|size| self.sheet.number(f64::from(size))),
                );
                Ok(self.sheet.operation(row.name, written, attr))
            }
        }
    }

    /// `x[i]`, `X[i, j]`, `X[i, :]` or `X[:, j]`.
    fn entries_at(&mut self, args: &[Id], extent: Shape) -> Written {
        let from = self.algebra.shape(args[0]);
        let written = args.iter().map(|arg| self.emit(*arg));
        let [x, row, col] = written.collect::<Result<Vec<_>, _>>()?[..] else {
            return Err(Unwritable::NoSpelling);
        };
        let at = |place, length: u32| {
            if length == 1 {
                Index::At(place)
            } else {
                Index::All
            }
        };
        let indices = match from {
            Shape { cols: 1, .. } => vec![Index::At(row)],
            Shape { rows: 1, .. } => vec![Index::At(col)],
            _ => vec![at(row, extent.rows), at(col, extent.cols)],
        };
        Ok(self.sheet.push(ExprKind::Index(x, indices)))
    }

    /// a and b for the condition that a − b is above or below 0.
    fn compared_with_zero(&self, args: &[Id]) -> Option<[Id; 2]> {
        let [difference, zero] = *args else {
            return None;
        };
        let Form::Sum(terms) = self.algebra.form(difference) else {
            return None;
        };
        let whole =
            |term: &(Number, Id)| self.algebra.shape(term.1) == self.algebra.shape(difference);
        match **terms {
            [(a, first), (b, second)]
                if self.algebra.is_zero(zero)
                    && terms.iter().all(whole)
                    && [first, second]
                        .iter()
                        .all(|id| self.algebra.value(*id).is_none()) =>
            {
                match (a, b) {
                    (Number::ONE, Number::MINUS_ONE) => Some([first, second]),
                    (Number::MINUS_ONE, Number::ONE) => Some([second, first]),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
