//! Sums, products and powers as expressions: in which order, and with which operators.

use super::{Emitter, Unwritable, Written};
use crate::graph::Shape;
use crate::simplify::algebra::{FactorList, Form, Id, all_but};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};

impl Emitter<'_> {
    /// Positive terms first, so that a sum does not begin with a sign where it need not.
    pub(super) fn sum(&mut self, terms: &[(f64, Id)]) -> Written {
        let (positive, negative): (Vec<_>, Vec<_>) =
            terms.iter().copied().partition(|(c, _)| *c > 0.0);
        let is_number = |(_, term): &(f64, Id)| self.algebra.value(*term).is_some();
        let (numbers, mut others): (Vec<_>, Vec<_>) = positive.into_iter().partition(is_number);
        others.sort_by_key(|(_, term)| std::cmp::Reverse(self.degree(*term)));
        let mut negative = negative;
        negative.sort_by_key(|(_, term)| std::cmp::Reverse(self.degree(*term)));
        // 1 − x reads better than −x + 1, and x + 1 better than 1 + x.
        let mut ordered: Vec<(f64, Id)> = if others.is_empty() {
            numbers
        } else {
            [others, numbers].concat()
        };
        ordered.extend(negative);
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|(_, term)| self.algebra.shape(*term))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            ordered[..=whole].rotate_right(1);
        }
        let mut text: Option<ExprId> = None;
        for (c, term) in ordered {
            text = Some(match text {
                None => self.scaled(c, term)?,
                Some(left) => {
                    let right = self.scaled(c.abs(), term)?;
                    let op = if c < 0.0 {
                        BinaryOp::Sub
                    } else {
                        BinaryOp::Add
                    };
                    self.binary(op, left, right)
                }
            });
        }
        Ok(text.unwrap_or_else(|| self.number(0.0)))
    }

    /// The degree of a power or product of names: polynomials are written from the highest down.
    fn degree(&self, term: Id) -> u32 {
        match self.algebra.form(term) {
            Form::Product(bases) => {
                let power = |(base, e): &(Id, Id)| match self.algebra.form(*base) {
                    Form::Atom(_) => self.algebra.value(*e).unwrap_or(0.0).clamp(0.0, 1e6) as u32,
                    _ => 0,
                };
                bases.iter().map(power).sum()
            }
            Form::Atom(_) => 1,
            _ => 0,
        }
    }

    /// c·term
    pub(super) fn scaled(&mut self, c: f64, term: Id) -> Written {
        if let Some(value) = self.algebra.value(term) {
            return Ok(self.number(c * value));
        }
        if let Some((above, below)) = fraction(c) {
            let above = self.scaled(above, term)?;
            let below = self.number(below);
            return Ok(self.binary(BinaryOp::Div, above, below));
        }
        match self.algebra.form(term) {
            Form::Product(bases) => self.product(c, bases),
            Form::Chain(links) => {
                let front = self.coefficient(c);
                match (front, c) {
                    (Some(front), _) => self.chain(Some(front), links),
                    (None, c) => {
                        let chain = self.chain(None, links)?;
                        Ok(if c < 0.0 {
                            self.negated_front(chain)
                        } else {
                            chain
                        })
                    }
                }
            }
            _ => {
                let plain = self.emit(term)?;
                Ok(match self.coefficient(c) {
                    Some(front) => self.binary(BinaryOp::Mul, front, plain),
                    None if c < 0.0 => self.push(ExprKind::Unary(UnaryOp::Neg, plain)),
                    None => plain,
                })
            }
        }
    }

    /// A coefficient that must be written; 1 and −1 are no factors.
    fn coefficient(&mut self, c: f64) -> Option<ExprId> {
        (c.abs() != 1.0).then(|| self.number(c))
    }

    /// A sign in front of the first factor of a product: `-x*y`.
    fn negated_front(&mut self, product: ExprId) -> ExprId {
        if let ExprKind::Binary(
            op @ (BinaryOp::Mul | BinaryOp::Div | BinaryOp::DotMul | BinaryOp::DotDiv),
            a,
            b,
        ) = self.script.expressions[product.0 as usize].kind.clone()
        {
            let a = self.negated_front(a);
            return self.binary(op, a, b);
        }
        self.push(ExprKind::Unary(UnaryOp::Neg, product))
    }

    pub(super) fn chain(&mut self, front: Option<ExprId>, links: &[Id]) -> Written {
        let mut text = front;
        for link in links {
            let link = self.emit(*link)?;
            text = Some(match text {
                None => link,
                Some(left) => self.binary(BinaryOp::Mul, left, link),
            });
        }
        text.ok_or(Unwritable::NoSpelling)
    }

    /// The rank by which factors are ordered: numbers, names, functions, sums; scalars before matrices.
    fn lateness(&self, base: Id, exponent: Id) -> (bool, u8, Id) {
        let kind = match self.algebra.form(base) {
            _ if self.algebra.value(exponent).is_none() => 2,
            Form::Number(_) => 0,
            Form::Atom(_) => 1,
            Form::Sum(_) => 3,
            Form::Chain(_) => 4,
            Form::Apply(row, ..) if row.is_truth() => 5,
            _ => 2,
        };
        (!self.algebra.shape(base).is_scalar(), kind, base)
    }

    pub(super) fn product(&mut self, c: f64, bases: &[(Id, Id)]) -> Written {
        if let Some((condition, rest)) = self.branch(bases) {
            let condition = self.emit(condition)?;
            let value = self.product(c, &rest)?;
            let zero = self.number(0.0);
            return Ok(self.push(ExprKind::If(condition, value, zero)));
        }
        let plain = |(base, e): &(Id, Id)| {
            self.algebra
                .value(*base)
                .filter(|_| *e == self.algebra.unit())
        };
        let c = bases
            .iter()
            .filter_map(plain)
            .fold(c, |c, number| c * number);
        let mut ordered: Vec<(Id, Id)> = bases
            .iter()
            .copied()
            .filter(|factor| plain(factor).is_none())
            .collect();
        if let Some((above, below)) = fraction(c) {
            let above = self.product(above, &ordered)?;
            let below = self.number(below);
            return Ok(self.binary(BinaryOp::Div, above, below));
        }
        ordered.sort_by_key(|(base, e)| self.lateness(*base, *e));
        let is_below = |e: Id| self.algebra.value(e).is_some_and(|e| e < 0.0);
        ordered.sort_by_key(|(_, e)| is_below(*e));
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|(base, _)| self.algebra.shape(*base))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            // Scalars stay in front, and so does the dividend.
            let scalars = shapes.iter().take_while(|shape| shape.is_scalar()).count();
            let divided = usize::from(is_below(ordered[whole].1) && !is_below(ordered[0].1));
            ordered[scalars.max(divided)..=whole].rotate_right(1);
        }
        let mut text = self.coefficient(c).map(|front| (front, true));
        for (base, exponent) in ordered {
            let scalar = self.algebra.shape(base).is_scalar();
            let below = self.algebra.value(exponent).is_some_and(|e| e < 0.0);
            let factor = self.power(base, exponent, if below { -1.0 } else { 1.0 })?;
            let (left, left_scalar) = match text {
                None if below => (self.number(1.0), true),
                None => {
                    text = Some((factor, scalar));
                    continue;
                }
                Some(left) => left,
            };
            let op = match (below, scalar, scalar || left_scalar) {
                (true, true, _) => BinaryOp::Div,
                (true, false, _) => BinaryOp::DotDiv,
                (false, _, true) => BinaryOp::Mul,
                (false, _, false) => BinaryOp::DotMul,
            };
            text = Some((self.binary(op, left, factor), scalar && left_scalar));
        }
        let text = text.map_or_else(|| self.number(1.0), |(text, _)| text);
        Ok(if c == -1.0 {
            self.negated_front(text)
        } else {
            text
        })
    }

    /// The condition among the factors of a scalar product. The other factors are easier to read, and
    /// cheaper to compute, as a branch.
    fn branch(&self, bases: &[(Id, Id)]) -> Option<(Id, FactorList)> {
        let truth =
            |id: Id| matches!(self.algebra.form(id), Form::Apply(row, ..) if row.is_truth());
        let scalar = bases
            .iter()
            .all(|(base, _)| self.algebra.shape(*base).is_scalar());
        let k = bases
            .iter()
            .position(|(base, e)| truth(*base) && *e == self.algebra.unit())?;
        let rest = all_but(bases, k);
        let plain = rest
            .iter()
            .all(|(base, _)| self.algebra.value(*base).is_some() || truth(*base));
        (scalar && !plain).then(|| (bases[k].0, rest))
    }

    /// base^(sign·exponent)
    fn power(&mut self, base: Id, exponent: Id, sign: f64) -> Written {
        let scalar =
            self.algebra.shape(base).is_scalar() && self.algebra.shape(exponent).is_scalar();
        let number = self.algebra.value(exponent).map(|e| sign * e);
        if number == Some(1.0) {
            return self.emit(base);
        }
        let base = self.emit(base)?;
        if number == Some(0.5) {
            return Ok(self.call("sqrt", vec![base], Vec::new()));
        }
        let exponent = match number {
            Some(number) => self.number(number),
            None => self.emit(exponent)?,
        };
        let op = if scalar {
            BinaryOp::Pow
        } else {
            BinaryOp::DotPow
        };
        Ok(self.binary(op, base, exponent))
    }
}

/// p and q with c = p/q, where that is shorter than the decimal: `2*x/3`.
fn fraction(c: f64) -> Option<(f64, f64)> {
    if format!("{}", c.abs()).len() <= 6 {
        return None;
    }
    (2..=1000u32).map(f64::from).find_map(|q| {
        let p = (c * q).round();
        (p != 0.0 && p.abs() <= 100.0 && p / q == c).then_some((p, q))
    })
}

/// The position of the operand that has the shape of the result, if it must be written first: read from
/// the left, a column would otherwise meet a row, and the language does not combine those.
fn out_of_order(shapes: &[Shape]) -> Option<usize> {
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
