//! Sums, matrix products and signs as expressions: in which order, and with which operators.

use super::{Emitter, TermOrder, Unwritable, Written};
use crate::graph::Shape;
use crate::simplify::algebra::{Form, Id};
use crate::simplify::exact::Number;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use std::cmp::Reverse;

impl Emitter<'_> {
    /// Positive terms first, so that a sum does not begin with a sign where it need not.
    pub(super) fn sum(&mut self, terms: &[(Number, Id)]) -> Written {
        let mut ordered = match self.order {
            TermOrder::PositiveFirst => self.positive_first(terms),
            TermOrder::Descending => {
                let mut ordered = terms.to_vec();
                ordered.sort_by_cached_key(|(_, term)| self.rank(*term));
                // 1 − x reads better than −x + 1.
                if let [(first, _), (second, _)] = ordered[..]
                    && first.is_negative()
                    && second.is_positive()
                {
                    ordered.swap(0, 1);
                }
                ordered
            }
        };
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|(_, term)| self.algebra.shape(*term))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            ordered[..=whole].rotate_right(1);
        }
        self.in_order(&ordered)
    }

    /// The terms of a sum in the order in which they are written, positive ones first.
    pub fn positive_first(&self, terms: &[(Number, Id)]) -> Vec<(Number, Id)> {
        let (positive, negative): (Vec<_>, Vec<_>) =
            terms.iter().copied().partition(|(c, _)| c.is_positive());
        let is_number = |(_, term): &(Number, Id)| self.algebra.value(*term).is_some();
        let (numbers, mut others): (Vec<_>, Vec<_>) = positive.into_iter().partition(is_number);
        others.sort_by_key(|(_, term)| (Reverse(self.degree(*term)), self.place(*term)));
        let mut negative = negative;
        negative.sort_by_key(|(_, term)| (Reverse(self.degree(*term)), self.place(*term)));
        // 1 − x reads better than −x + 1, and x + 1 better than 1 + x.
        let mut ordered: Vec<(Number, Id)> = if others.is_empty() {
            numbers
        } else {
            [others, numbers].concat()
        };
        ordered.extend(negative);
        ordered
    }

    /// The rank of a term of a polynomial: by degree, then by the powers of its bases.
    fn rank(&self, term: Id) -> (Reverse<i64>, Vec<(Id, Reverse<i64>)>) {
        let unit = self.algebra.unit();
        let single = [(term, unit)];
        let bases = match self.algebra.form(term) {
            Form::Product(bases) => bases,
            Form::Number(_) => &[],
            _ => &single,
        };
        let power = |(base, e): &(Id, Id)| {
            let power = self.algebra.value(*e).map_or(1.0, Number::to_f64);
            (*base, Reverse(power.clamp(-1e6, 1e6) as i64))
        };
        let powers: Vec<_> = bases.iter().map(power).collect();
        let degree = powers.iter().map(|(_, power)| power.0).sum();
        (Reverse(degree), powers)
    }

    /// c₁·t₁ + c₂·t₂ + … in this order.
    pub fn in_order(&mut self, ordered: &[(Number, Id)]) -> Written {
        let mut text: Option<ExprId> = None;
        for (c, term) in ordered.iter().copied() {
            text = Some(match text {
                None => self.scaled(c, term)?,
                Some(left) => {
                    let right = self.scaled(c.abs(), term)?;
                    let op = if c.is_negative() {
                        BinaryOp::Sub
                    } else {
                        BinaryOp::Add
                    };
                    self.sheet.binary(op, left, right)
                }
            });
        }
        Ok(text.unwrap_or_else(|| self.sheet.number(0.0)))
    }

    /// The degree of a power or product of names: polynomials are written from the highest down.
    fn degree(&self, term: Id) -> u32 {
        match self.algebra.form(term) {
            Form::Product(bases) => {
                let power = |(base, e): &(Id, Id)| match self.algebra.form(*base) {
                    Form::Atom(_) => {
                        let power = self.algebra.value(*e).map_or(0.0, Number::to_f64);
                        power.clamp(0.0, 1e6) as u32
                    }
                    _ => 0,
                };
                bases.iter().map(power).sum()
            }
            Form::Atom(_) => 1,
            _ => 0,
        }
    }

    /// c·term
    pub(super) fn scaled(&mut self, c: Number, term: Id) -> Written {
        if let Some(value) = self.algebra.value(term) {
            return Ok(self.exact(c * value));
        }
        if let Form::Product(bases) = self.algebra.form(term) {
            return self.product(c, bases);
        }
        if let Some((above, below)) = self.quotient(c) {
            let above = self.scaled(Number::whole(above), term)?;
            let below = self.sheet.number(below as f64);
            return Ok(self.sheet.binary(BinaryOp::Div, above, below));
        }
        if c.is_negative() && self.algebra.takes_a_sign(term) {
            let plain = self.opposite(term)?;
            return Ok(match self.coefficient(c.abs()) {
                Some(front) => self.multiplied(front, plain),
                None => plain,
            });
        }
        if let Form::Chain(links) = self.algebra.form(term) {
            return match self.coefficient(c) {
                Some(front) => self.chain(Some(front), links),
                None => {
                    let chain = self.chain(None, links)?;
                    Ok(match c.is_negative() {
                        true => self.negated_front(chain),
                        false => chain,
                    })
                }
            };
        }
        let plain = self.emit(term)?;
        Ok(match self.coefficient(c) {
            Some(front) => self.sheet.binary(BinaryOp::Mul, front, plain),
            None if c.is_negative() => self.sheet.push(ExprKind::Unary(UnaryOp::Neg, plain)),
            None => plain,
        })
    }

    /// front·(a·b·…) from the left.
    fn multiplied(&mut self, front: ExprId, product: ExprId) -> ExprId {
        if let ExprKind::Binary(
            op @ (BinaryOp::Mul | BinaryOp::Div | BinaryOp::DotMul | BinaryOp::DotDiv),
            a,
            b,
        ) = self.sheet.kind(product).clone()
        {
            let a = self.multiplied(front, a);
            return self.sheet.binary(op, a, b);
        }
        self.sheet.binary(BinaryOp::Mul, front, product)
    }

    /// A coefficient that must be written; 1 and −1 are no factors.
    pub(super) fn coefficient(&mut self, c: Number) -> Option<ExprId> {
        (c.abs() != Number::ONE).then(|| self.exact(c))
    }

    /// −base for something that takes the sign: b − a for a − b.
    pub(super) fn opposite(&mut self, base: Id) -> Written {
        match self.algebra.form(base) {
            Form::Sum(terms) => {
                let turned: Vec<(Number, Id)> =
                    terms.iter().map(|(c, term)| (-*c, *term)).collect();
                self.sum(&turned)
            }
            Form::Transposed(inner) => {
                let inner = self.opposite(inner)?;
                Ok(self.sheet.push(ExprKind::Unary(UnaryOp::Transpose, inner)))
            }
            Form::Chain(links) => {
                let one = self.algebra.unit();
                let turns = |link: &Id| self.algebra.is_turnable(*link, one);
                let turned = links.iter().rposition(turns);
                let mut text = None;
                for (k, link) in links.iter().enumerate() {
                    let link = match turned == Some(k) {
                        true => self.opposite(*link)?,
                        false => self.emit(*link)?,
                    };
                    text = Some(match text {
                        None => link,
                        Some(left) => self.sheet.binary(BinaryOp::Mul, left, link),
                    });
                }
                text.ok_or(Unwritable::NoSpelling)
            }
            Form::Product(bases) => self.product(Number::MINUS_ONE, bases),
            _ => {
                let plain = self.emit(base)?;
                Ok(self.negated_front(plain))
            }
        }
    }

    /// A sign in front of the first factor of a product: `-x*y`.
    pub(super) fn negated_front(&mut self, product: ExprId) -> ExprId {
        if let ExprKind::Binary(
            op @ (BinaryOp::Mul | BinaryOp::Div | BinaryOp::DotMul | BinaryOp::DotDiv),
            a,
            b,
        ) = self.sheet.kind(product).clone()
        {
            let a = self.negated_front(a);
            return self.sheet.binary(op, a, b);
        }
        self.sheet.push(ExprKind::Unary(UnaryOp::Neg, product))
    }

    pub(super) fn chain(&mut self, front: Option<ExprId>, links: &[Id]) -> Written {
        let mut text = front;
        for link in links {
            let link = self.emit(*link)?;
            text = Some(match text {
                None => link,
                Some(left) => self.sheet.binary(BinaryOp::Mul, left, link),
            });
        }
        text.ok_or(Unwritable::NoSpelling)
    }
}

/// The position of the operand that has the shape of the result, if it must be written first: read from
/// the left, a column would otherwise meet a row, and the language does not combine those.
pub(super) fn out_of_order(shapes: &[Shape]) -> Option<usize> {
    let mut so_far = Shape::SCALAR;
    for shape in shapes {
        match Shape::common(&[so_far, *shape]) {
            Some(common) => so_far = common,
            None => {
                let whole = Shape::common(shapes)?;
                return shapes.iter().position(|shape| *shape == whole);
            }
        }
    }
    None
}
