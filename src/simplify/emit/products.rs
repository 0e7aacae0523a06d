//! Products and powers as expressions: fractions, roots, and the side on which a factor stands.

use super::arithmetic::out_of_order;
use super::{Emitter, Unwritable, Written};
use crate::graph::primitive::Notation;
use crate::graph::{Attr, Shape};
use crate::primitives::array::ENTRIES_AT;
use crate::simplify::algebra::{FactorList, Form, Id, Indexed, all_but};
use crate::simplify::exact::Number;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind};

/// A formula, and the column and row of an entry of it.
type Place = (Id, u32, u32);

impl Emitter<'_> {
    /// The rank by which factors are ordered: numbers, names, functions, sums; scalars before matrices.
    fn lateness(&self, base: Id, exponent: Id) -> (bool, u8, Place) {
        let kind = match self.algebra.form(base) {
            _ if self.algebra.value(exponent).is_none() => 2,
            Form::Number(_) | Form::Pi | Form::Index(_) => 0,
            Form::Atom(node) => match self.algebra.known.entries.get(&node) {
                Some(Indexed::Related(_)) => 6,
                _ => 1,
            },
            Form::Apply(row, ..) if row.is(&ENTRIES_AT) => 1,
            Form::Sum(_) => 3,
            Form::Chain(_) => 4,
            Form::Apply(row, ..) if row.is_truth() => 5,
            _ => 2,
        };
        (
            !self.algebra.shape(base).is_scalar(),
            kind,
            self.place(base),
        )
    }

    /// The place of a formula among others of its kind: entries stand in the order of the matrix.
    pub(super) fn place(&self, id: Id) -> Place {
        match self.algebra.form(id) {
            Form::Apply(_, Attr::Corner(corner), args) => (args[0], corner.col, corner.row),
            _ => (id, 0, 0),
        }
    }

    /// The factors of a product in the order in which they are written.
    pub fn as_written(&self, bases: &[(Id, Id)]) -> FactorList {
        let mut factors = FactorList::from_slice(bases);
        factors.sort_by_key(|(base, exponent)| {
            (self.is_below(*exponent), self.lateness(*base, *exponent))
        });
        factors
    }

    /// What a condition denies.
    pub(super) fn denied(&self, condition: Id) -> Option<Id> {
        match self.algebra.form(condition) {
            Form::Apply(row, _, args) if row.notation == Notation::Not => args.first().copied(),
            _ => None,
        }
    }

    pub(super) fn product(&mut self, c: Number, bases: &[(Id, Id)]) -> Written {
        if let Some((condition, rest)) = self.branch(bases) {
            let denied = self.denied(condition);
            let condition = self.emit(denied.unwrap_or(condition))?;
            let value = self.product(c, &rest)?;
            let zero = self.sheet.number(0.0);
            let [holds, fails] = match denied {
                Some(_) => [zero, value],
                None => [value, zero],
            };
            return Ok(self.sheet.push(ExprKind::If(condition, holds, fails)));
        }
        let one = self.algebra.unit();
        let plain = |(base, e): &(Id, Id)| self.algebra.value(*base).filter(|_| *e == one);
        let mut c = bases
            .iter()
            .filter_map(plain)
            .fold(c, |c, number| c * number);
        let mut factors: Vec<Factor> = bases
            .iter()
            .filter(|factor| plain(factor).is_none())
            .map(|(base, exponent)| Factor::new(*base, *exponent))
            .collect();
        factors.sort_by_key(|factor| self.lateness(factor.base, factor.exponent));
        for factor in &mut factors {
            if self
                .algebra
                .is_mostly_negative(factor.base, factor.exponent)
            {
                factor.turned = true;
                let odd = !self
                    .algebra
                    .value(factor.exponent)
                    .is_some_and(Number::is_even);
                c = if odd { -c } else { c };
            }
        }
        if c.is_negative() {
            let turns = |factor: &Factor| self.algebra.is_turnable(factor.base, factor.exponent);
            let easily = |k: &usize| {
                let Factor { base, turned, .. } = factors[*k];
                let neutral = !turned && self.algebra.is_balanced(base);
                (neutral, !self.algebra.is_complement(base))
            };
            let turning = (0..factors.len()).filter(|k| turns(&factors[*k]));
            if let Some(k) = turning.max_by_key(easily) {
                factors[k].turned = !factors[k].turned;
                c = c.abs();
            }
        }
        let (mut above, mut below): (Vec<Factor>, Vec<Factor>) = factors
            .into_iter()
            .partition(|factor| !self.is_below(factor.exponent));
        // 0.5*sqrt(2) is 1/sqrt(2) also where decimals are written.
        let root = |factor: &Factor| self.is_constant_root(factor);
        let quotient = match above.iter().any(root) {
            true => c.fraction().filter(|(_, bottom)| bottom % 2 == 0),
            false => None,
        };
        let (front, mut divisor) = match quotient.or_else(|| self.quotient(c)) {
            Some((top, bottom)) => (Number::whole(top), bottom),
            None => (c, 1),
        };
        self.rationalise(&mut above, &mut below, &mut divisor);
        let quotient = match divisor {
            1 => self.power_of_quotient(&mut above, &mut below)?,
            _ => None,
        };
        if let Some(quotient) = quotient {
            return self.beside(front, &above, quotient);
        }
        if !self.fit_in_order(&above, &below) {
            return self.mixed_product(c, above, below);
        }
        let above = self.side(front, &above, 1)?;
        if below.is_empty() && divisor == 1 {
            return Ok(above.0);
        }
        let below = self.side(Number::whole(divisor), &below, -1)?;
        let op = match below.1 {
            true => BinaryOp::Div,
            false => BinaryOp::DotDiv,
        };
        Ok(self.sheet.binary(op, above.0, below.0))
    }

    fn is_below(&self, exponent: Id) -> bool {
        match self.algebra.form(exponent) {
            Form::Number(value) => value.is_negative(),
            Form::Sum(terms) => terms.iter().all(|(c, _)| c.is_negative()),
            _ => false,
        }
    }

    /// a^n/b^n as (a/b)^n, where b^n is all that is divided by.
    fn power_of_quotient(
        &mut self,
        above: &mut Vec<Factor>,
        below: &mut Vec<Factor>,
    ) -> Result<Option<(ExprId, bool)>, Unwritable> {
        let count = |factor: &Factor| {
            let power = self
                .algebra
                .value(factor.exponent)
                .and_then(Number::integer);
            power.filter(|_| !factor.turned && !factor.inverted)
        };
        let [divisor] = below[..] else {
            return Ok(None);
        };
        let Some(power) = count(&divisor).filter(|power| *power < -1) else {
            return Ok(None);
        };
        let alike: Vec<usize> = (0..above.len())
            .filter(|k| count(&above[*k]) == Some(-power))
            .collect();
        let [k] = alike[..] else {
            return Ok(None);
        };
        let dividend = above.remove(k);
        below.clear();
        let shapes = [dividend, divisor].map(|factor| self.algebra.shape(factor.base));
        let scalar = shapes.iter().all(|shape| shape.is_scalar());
        let [top, bottom] = [self.emit(dividend.base)?, self.emit(divisor.base)?];
        let (divide, raise) = match (scalar, shapes[1].is_scalar()) {
            (true, _) => (BinaryOp::Div, BinaryOp::Pow),
            (false, true) => (BinaryOp::Div, BinaryOp::DotPow),
            (false, false) => (BinaryOp::DotDiv, BinaryOp::DotPow),
        };
        let quotient = self.sheet.binary(divide, top, bottom);
        let power = self.sheet.number((-power) as f64);
        Ok(Some((self.sheet.binary(raise, quotient, power), scalar)))
    }

    /// c·f₁·f₂·… with one more factor, a scalar before matrices.
    fn beside(&mut self, c: Number, factors: &[Factor], factor: (ExprId, bool)) -> Written {
        let matrices = |other: &&Factor| factor.1 && !self.algebra.shape(other.base).is_scalar();
        let split = factors.len() - factors.iter().rev().take_while(matrices).count();
        let (before, after) = factors.split_at(split);
        let mut text = match before.is_empty() && c.abs() == Number::ONE {
            true if c.is_negative() => (self.negated_front(factor.0), factor.1),
            true => factor,
            false => {
                let front = self.side(c, before, 1)?;
                self.together(front, factor)
            }
        };
        if !after.is_empty() {
            let behind = self.side(Number::ONE, after, 1)?;
            text = self.together(text, behind);
        }
        Ok(text.0)
    }

    /// a·b of two factors, and whether it is a scalar.
    fn together(&mut self, a: (ExprId, bool), b: (ExprId, bool)) -> (ExprId, bool) {
        let op = match a.1 || b.1 {
            true => BinaryOp::Mul,
            false => BinaryOp::DotMul,
        };
        (self.sheet.binary(op, a.0, b.0), a.1 && b.1)
    }

    /// sqrt(2)/2 is written 1/sqrt(2).
    fn rationalise(&self, above: &mut Vec<Factor>, below: &mut Vec<Factor>, divisor: &mut i64) {
        let root = |factor: &Factor| {
            let half = self.algebra.value(factor.exponent) == Some(Number::HALF);
            self.algebra.value(factor.base).filter(|_| half)?.integer()
        };
        let Some((k, radicand)) = above
            .iter()
            .enumerate()
            .find_map(|(k, factor)| Some((k, root(factor)?)))
        else {
            return;
        };
        if *divisor % radicand == 0 {
            let mut factor = above.remove(k);
            factor.inverted = true;
            below.insert(0, factor);
            *divisor /= radicand;
        }
    }

    /// True if the factors can be multiplied above and below from the left: a column never meets a row
    /// before something has the shape of both.
    fn fit_in_order(&self, above: &[Factor], below: &[Factor]) -> bool {
        let shape = |factor: &Factor| self.algebra.shape(factor.base);
        let whole = Shape::common(&above.iter().chain(below).map(shape).collect::<Vec<_>>());
        let fits = |side: &[Factor]| {
            let matrices = side.iter().map(shape).filter(|shape| !shape.is_scalar());
            let shapes: Vec<Shape> = matrices.collect();
            shapes.windows(2).all(|pair| pair[0] == pair[1])
        };
        whole.is_some() && fits(above) && fits(below)
    }

    /// c·f₁·f₂·…, and whether it is a scalar.
    fn side(
        &mut self,
        c: Number,
        factors: &[Factor],
        sign: i64,
    ) -> Result<(ExprId, bool), Unwritable> {
        let roots = |factor: &&Factor| self.is_constant_root(factor);
        let joined: Vec<Factor> = factors.iter().filter(roots).copied().collect();
        let mut text = self.coefficient(c).map(|front| (front, true));
        let times = |emitter: &mut Self,
                     text: &mut Option<(ExprId, bool)>,
                     factor: ExprId,
                     scalar: bool| {
            *text = Some(match *text {
                None => (factor, scalar),
                Some(left) => emitter.together(left, (factor, scalar)),
            });
        };
        if joined.len() > 1 {
            let mut inside = None;
            for factor in &joined {
                let base = self.emit(factor.base)?;
                times(self, &mut inside, base, true);
            }
            if let Some((inside, _)) = inside {
                let root = self.sheet.call("sqrt", vec![inside]);
                times(self, &mut text, root, true);
            }
        }
        for factor in factors {
            if joined.len() > 1 && self.is_constant_root(factor) {
                continue;
            }
            let scalar = self.algebra.shape(factor.base).is_scalar();
            let written = self.power(factor, sign)?;
            times(self, &mut text, written, scalar);
        }
        let text = text.unwrap_or_else(|| (self.sheet.number(1.0), true));
        Ok(match c == Number::MINUS_ONE {
            true => (self.negated_front(text.0), text.1),
            false => text,
        })
    }

    /// True for the square root of a number or of π.
    fn is_constant_root(&self, factor: &Factor) -> bool {
        let half = self.algebra.value(factor.exponent).map(Number::abs) == Some(Number::HALF);
        let form = self.algebra.form(factor.base);
        half && matches!(form, Form::Number(_) | Form::Pi)
    }

    /// A product in which rows meet columns: step by step, what has the shape of the result first.
    fn mixed_product(&mut self, c: Number, above: Vec<Factor>, below: Vec<Factor>) -> Written {
        let divided = above.len();
        let mut ordered = [above, below].concat();
        let shapes: Vec<Shape> = ordered
            .iter()
            .map(|factor| self.algebra.shape(factor.base))
            .collect();
        if let Some(whole) = out_of_order(&shapes) {
            // Scalars stay in front, and so does the dividend.
            let scalars = shapes.iter().take_while(|shape| shape.is_scalar()).count();
            let first = usize::from(whole >= divided && divided > 0);
            ordered[scalars.max(first)..=whole].rotate_right(1);
        }
        let (front, divisor) = match self.quotient(c) {
            Some((top, bottom)) => (Number::whole(top), bottom),
            None => (c, 1),
        };
        let mut text = self.coefficient(front).map(|front| (front, true));
        for factor in ordered {
            let scalar = self.algebra.shape(factor.base).is_scalar();
            let below = self.is_below(factor.exponent) || factor.inverted;
            let written = self.power(&factor, if below { -1 } else { 1 })?;
            let (left, left_scalar) = match text {
                None if below => (self.sheet.number(1.0), true),
                None => {
                    text = Some((written, scalar));
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
            text = Some((self.sheet.binary(op, left, written), scalar && left_scalar));
        }
        let mut text = text.map_or_else(|| self.sheet.number(1.0), |(text, _)| text);
        if divisor != 1 {
            let below = self.sheet.number(divisor as f64);
            text = self.sheet.binary(BinaryOp::Div, text, below);
        }
        Ok(match front == Number::MINUS_ONE {
            true => self.negated_front(text),
            false => text,
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
    fn power(&mut self, factor: &Factor, sign: i64) -> Written {
        let (base, exponent) = (factor.base, factor.exponent);
        let scalar =
            self.algebra.shape(base).is_scalar() && self.algebra.shape(exponent).is_scalar();
        let sign = match factor.inverted {
            true => Number::ONE,
            false => Number::whole(sign),
        };
        let number = self.algebra.value(exponent).map(|e| sign * e);
        let base = match factor.turned {
            true => self.opposite(base)?,
            false => self.emit(base)?,
        };
        if number == Some(Number::ONE) {
            return Ok(base);
        }
        if number == Some(Number::HALF) {
            return Ok(self.sheet.call("sqrt", vec![base]));
        }
        let exponent = match number {
            // Halves are short: x^1.5.
            Some(number) if number.fraction().is_some_and(|(_, below)| below == 2) => {
                self.sheet.number(number.to_f64())
            }
            Some(number) => self.exact(number),
            None if sign == Number::MINUS_ONE => match self.algebra.form(exponent) {
                Form::Sum(terms) => {
                    let turned: Vec<(Number, Id)> =
                        terms.iter().map(|(c, term)| (-*c, *term)).collect();
                    self.sum(&turned)?
                }
                _ => self.emit(exponent)?,
            },
            None => self.emit(exponent)?,
        };
        let op = if scalar {
            BinaryOp::Pow
        } else {
            BinaryOp::DotPow
        };
        Ok(self.sheet.binary(op, base, exponent))
    }
}

/// A factor of a product as it is written.
#[derive(Clone, Copy)]
struct Factor {
    base: Id,
    exponent: Id,
    /// True if −base is written.
    turned: bool,
    /// True if it is written on the other side of the fraction with the same exponent.
    inverted: bool,
}

impl Factor {
    fn new(base: Id, exponent: Id) -> Factor {
        Factor {
            base,
            exponent,
            turned: false,
            inverted: false,
        }
    }
}
