//! Text to patterns.

use super::pattern::{Exponent, Pattern};
use crate::primitives::{elementary, named};
use crate::simplify::exact::Number;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Script, UnaryOp};

/// Reads the sides of one equation.
pub(super) struct Reader<'r> {
    pub(super) script: &'r Script,
    /// The letters met so far, in both sides.
    pub(super) letters: &'r mut Vec<String>,
}

impl Reader<'_> {
    pub(super) fn pattern(&mut self, expr: ExprId) -> Pattern {
        let mut terms = Vec::new();
        self.terms(expr, Number::ONE, &mut terms);
        match terms.as_slice() {
            [(c, Pattern::Number(value))] => Pattern::Number(*c * *value),
            [(Number::ONE, _)] => terms.remove(0).1,
            _ => Pattern::Sum(terms),
        }
    }

    /// Adds the terms of `sign`·`expr`.
    fn terms(&mut self, expr: ExprId, sign: Number, terms: &mut Vec<(Number, Pattern)>) {
        match self.script.expr(expr).kind {
            ExprKind::Binary(BinaryOp::Add, a, b) => {
                self.terms(a, sign, terms);
                self.terms(b, sign, terms);
            }
            ExprKind::Binary(BinaryOp::Sub, a, b) => {
                self.terms(a, sign, terms);
                self.terms(b, -sign, terms);
            }
            ExprKind::Unary(UnaryOp::Neg, a) => self.terms(a, -sign, terms),
            _ => {
                let mut factors = Vec::new();
                let c = sign * self.factors(expr, Number::ONE, &mut factors);
                let one = Exponent::number(Number::ONE);
                terms.push(match factors.as_slice() {
                    [] => (c, Pattern::Number(Number::ONE)),
                    [(_, exponent)] if *exponent == one => (c, factors.remove(0).0),
                    _ => (c, Pattern::Product(factors)),
                });
            }
        }
    }

    /// Adds the factors of `expr` to the power of `power`, which is 1 or −1; the number among them.
    fn factors(
        &mut self,
        expr: ExprId,
        power: Number,
        factors: &mut Vec<(Pattern, Exponent)>,
    ) -> Number {
        match &self.script.expr(expr).kind {
            ExprKind::Number(value) => return Number::from(*value).power(power),
            ExprKind::Binary(BinaryOp::Mul, a, b) => {
                return self.factors(*a, power, factors) * self.factors(*b, power, factors);
            }
            ExprKind::Binary(BinaryOp::Div, a, b) => {
                return self.factors(*a, power, factors) * self.factors(*b, -power, factors);
            }
            ExprKind::Binary(BinaryOp::Pow, base, exponent) => {
                let base = self.pattern(*base);
                factors.push((base, self.exponent(*exponent).times(power)));
            }
            ExprKind::Name(name) => {
                let name = self.script.name(*name);
                let known = self.letters.iter().position(|letter| **letter == **name);
                let k = known.unwrap_or_else(|| {
                    self.letters.push(name.to_string());
                    self.letters.len() - 1
                });
                factors.push((Pattern::Letter(k), Exponent::number(power)));
            }
            ExprKind::Call(call) => {
                let rows = named(&call.function.name);
                let row = rows.first().expect("a rule calls functions of the table");
                let mut args: Vec<Pattern> = (call.arguments.iter())
                    .map(|arg| self.pattern(*arg))
                    .collect();
                factors.push(match row.is(&elementary::SQRT) {
                    true => (args.remove(0), Exponent::number(Number::HALF * power)),
                    false => (Pattern::Apply(row, args), Exponent::number(power)),
                });
            }
            _ => factors.push((self.pattern(expr), Exponent::number(power))),
        }
        Number::ONE
    }

    /// A number, or a sum of numbers and `n`.
    fn exponent(&self, expr: ExprId) -> Exponent {
        match &self.script.expr(expr).kind {
            ExprKind::Number(value) => Exponent::number(Number::from(*value)),
            ExprKind::Name(name) if &**self.script.name(*name) == "n" => Exponent {
                slope: Number::ONE,
                constant: Number::ZERO,
            },
            ExprKind::Unary(UnaryOp::Neg, a) => self.exponent(*a).times(Number::MINUS_ONE),
            ExprKind::Binary(BinaryOp::Add, a, b) => self.exponent(*a).plus(self.exponent(*b)),
            ExprKind::Binary(BinaryOp::Sub, a, b) => self
                .exponent(*a)
                .plus(self.exponent(*b).times(Number::MINUS_ONE)),
            kind => panic!("a rule has no exponent {kind:?}"),
        }
    }
}
