//! Rules that are equations between texts: `sinh(x)^n/cosh(x)^n` is `tanh(x)^n`.
//!
//! A side is parsed once a process, into the normal form that the algebra gives it. The left side is
//! matched in any order of terms and factors; a product is found inside a longer one as well, whose
//! other factors stay. A letter stands for a formula, the same wherever it occurs; `n` stands for a
//! number in an exponent.

pub(super) mod pattern;
mod reader;

use crate::simplify::algebra::{Algebra, FactorList, Form, Id};
use crate::simplify::exact::Number;
use crate::source::Source;
use crate::stop::StopToken;
use crate::syntax::ast::ExprId;
use crate::syntax::parse;
use pattern::{Bindings, Exponent, Pattern};
use reader::Reader;

/// The numbers that `n` may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exponents {
    /// All but 0.
    Any,
    /// 1, 2, 3, …
    Counts,
}

impl Exponents {
    pub(super) fn contain(self, n: Number) -> bool {
        match self {
            Exponents::Any => n != Number::ZERO,
            Exponents::Counts => n.integer().is_some_and(|n| n >= 1),
        }
    }
}

/// An equation, read from left to right.
#[derive(Clone, Debug)]
pub struct Equation {
    pub(super) left: Pattern,
    pub(super) right: Pattern,
    pub(super) exponents: Exponents,
}

impl Equation {
    /// The equation `left` = `right`. The left side is a function or a product.
    ///
    /// # Panics
    /// A side is no formula of numbers, letters, sums, products, powers and functions.
    pub fn new(left: &str, right: &str, exponents: Exponents) -> Equation {
        // The tables are made once for all sessions: a request to stop one of them is not for this.
        let _never_stopped = StopToken::default().enter();
        let mut letters = Vec::new();
        let [left, right] = [left, right].map(|text| {
            let script = parse(&Source::new("equation", text))
                .expect("a rule is a formula")
                .0;
            let root = ExprId(script.expressions.len() as u32 - 1);
            let mut reader = Reader {
                script: &script,
                letters: &mut letters,
            };
            reader.pattern(root)
        });
        Equation {
            left,
            right,
            exponents,
        }
    }

    /// The right side for `id`, where the left side is `id` or a part of the product `id`.
    pub fn rewrite(&self, algebra: &mut Algebra, id: Id) -> Option<Id> {
        match (&self.left, algebra.form(id)) {
            (Pattern::Apply(row, _), Form::Apply(known, ..)) if known.is(row) => {
                self.of_operation(algebra, id)
            }
            (Pattern::Product(factors), Form::Product(bases)) if bases.len() >= factors.len() => {
                self.of_product(algebra, id, factors, bases)
            }
            _ => None,
        }
    }

    fn of_operation(&self, algebra: &mut Algebra, id: Id) -> Option<Id> {
        let mut bindings = Bindings::default();
        if !self.fits(&self.left, algebra, id, &mut bindings) {
            return None;
        }
        let right = self.right.built(algebra, &bindings);
        Some(algebra.stretch(right, algebra.shape(id)))
    }

    fn of_product(
        &self,
        algebra: &mut Algebra,
        id: Id,
        factors: &[(Pattern, Exponent)],
        bases: &[(Id, Id)],
    ) -> Option<Id> {
        let mut bindings = Bindings::default();
        let taken = self.places(factors, algebra, bases, 0, &mut bindings)?;
        let others =
            (0..bases.len()).filter(|k| taken.checked_shr(*k as u32).unwrap_or(0) & 1 == 0);
        let mut product: FactorList = others.map(|k| bases[k]).collect();
        product.push((self.right.built(algebra, &bindings), algebra.unit()));
        Some(algebra.product(Number::ONE, &product, algebra.shape(id)))
    }

    /// True if `pattern` is `id`, for the letters that are bound and some choice of the others.
    fn fits(
        &self,
        pattern: &Pattern,
        algebra: &mut Algebra,
        id: Id,
        bindings: &mut Bindings,
    ) -> bool {
        match pattern {
            Pattern::Letter(k) => *bindings.letters[*k].get_or_insert(id) == id,
            Pattern::Number(value) => algebra.value(id) == Some(*value),
            Pattern::Apply(row, parts) => match algebra.operands(id, row) {
                Some(args) => {
                    let mut both = parts.iter().zip(args);
                    args.len() == parts.len()
                        && both.all(|(part, arg)| self.fits(part, algebra, *arg, bindings))
                }
                None => false,
            },
            Pattern::Sum(terms) => match terms.as_slice() {
                // If id = −x, then x = −id.
                [(Number::MINUS_ONE, negated)] => {
                    let opposite = algebra.negated(id);
                    opposite != id && self.fits(negated, algebra, opposite, bindings)
                }
                terms => match algebra.form(id) {
                    Form::Sum(found) => {
                        found.len() == terms.len()
                            && self.terms(terms, algebra, &found, 0, bindings)
                    }
                    _ => false,
                },
            },
            Pattern::Product(factors) => match algebra.form(id) {
                Form::Product(bases) => {
                    bases.len() == factors.len()
                        && self.places(factors, algebra, bases, 0, bindings).is_some()
                }
                _ => false,
            },
        }
    }

    /// True if `terms` are those of `found` that are not `taken`, in some order.
    fn terms(
        &self,
        terms: &[(Number, Pattern)],
        algebra: &mut Algebra,
        found: &[(Number, Id)],
        taken: u64,
        bindings: &mut Bindings,
    ) -> bool {
        let Some(((c, pattern), rest)) = terms.split_first() else {
            return true;
        };
        for (k, (d, term)) in free(found, taken) {
            let mut tried = *bindings;
            if c == d
                && self.fits(pattern, algebra, *term, &mut tried)
                && self.terms(rest, algebra, found, taken | 1 << k, &mut tried)
            {
                *bindings = tried;
                return true;
            }
        }
        false
    }

    /// The places of `factors` among `bases`, one bit each, those that are `taken` included.
    fn places(
        &self,
        factors: &[(Pattern, Exponent)],
        algebra: &mut Algebra,
        bases: &[(Id, Id)],
        taken: u64,
        bindings: &mut Bindings,
    ) -> Option<u64> {
        let Some(((pattern, exponent), rest)) = factors.split_first() else {
            return Some(taken);
        };
        for (k, (base, power)) in free(bases, taken) {
            let mut tried = *bindings;
            let Some(power) = algebra.value(*power) else {
                continue;
            };
            if !self.raised(*exponent, power, &mut tried)
                || !self.fits(pattern, algebra, *base, &mut tried)
            {
                continue;
            }
            if let Some(places) = self.places(rest, algebra, bases, taken | 1 << k, &mut tried) {
                *bindings = tried;
                return Some(places);
            }
        }
        None
    }

    /// True if an exponent is `power`, for the `n` that is bound or the one that makes it so.
    fn raised(&self, exponent: Exponent, power: Number, bindings: &mut Bindings) -> bool {
        if exponent.slope == Number::ZERO {
            return exponent.constant == power;
        }
        let wanted = (power - exponent.constant) / exponent.slope;
        *bindings.n.get_or_insert(wanted) == wanted && self.exponents.contain(wanted)
    }
}

/// The items that are not taken yet, with their places; only as many as there are bits.
fn free<T>(all: &[T], taken: u64) -> impl Iterator<Item = (usize, &T)> {
    let all = all.iter().enumerate().take(u64::BITS as usize);
    all.filter(move |(k, _)| taken & (1 << k) == 0)
}
