//! A side of an equation, in the normal form that the algebra gives it.

use crate::graph::{Attr, Primitive, Shape};
use crate::simplify::algebra::{Algebra, FactorList, Id, Ids, Occurring, TermList};
use crate::simplify::exact::Number;

/// Letters in one equation.
pub const LETTERS: usize = 3;

/// A side of an equation, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// The formula that the letter with this number stands for.
    Letter(usize),
    /// A number.
    Number(Number),
    /// c₁·t₁ + c₂·t₂ + …
    Sum(Vec<(Number, Pattern)>),
    /// b₁^e₁ · b₂^e₂ · …
    Product(Vec<(Pattern, Exponent)>),
    /// An operation of the table.
    Apply(&'static Primitive, Vec<Pattern>),
}

/// slope·n + constant
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponent {
    /// The factor of n.
    pub slope: Number,
    /// The rest.
    pub constant: Number,
}

/// The formulas and the number that letters stand for in a match.
#[derive(Clone, Copy, Default)]
pub struct Bindings {
    /// By the number of the letter.
    pub letters: [Option<Id>; LETTERS],
    /// The number in exponents.
    pub n: Option<Number>,
}

impl Pattern {
    /// The operations in it.
    pub fn operations(&self) -> Occurring {
        let none = Occurring::default();
        match self {
            Pattern::Letter(_) | Pattern::Number(_) => none,
            Pattern::Sum(terms) => {
                let all = terms.iter().map(|(_, term)| term.operations());
                all.fold(none, Occurring::and)
            }
            Pattern::Product(factors) => {
                let all = factors.iter().map(|(base, _)| base.operations());
                all.fold(none, Occurring::and)
            }
            Pattern::Apply(row, parts) => {
                let all = parts.iter().map(Pattern::operations);
                all.fold(Occurring::of(row), Occurring::and)
            }
        }
    }

    /// The formula, with what its letters stand for.
    pub fn built(&self, algebra: &mut Algebra, bindings: &Bindings) -> Id {
        match self {
            Pattern::Letter(k) => bindings.letters[*k].expect("the left side has the letter"),
            Pattern::Number(value) => algebra.number(*value),
            Pattern::Apply(row, parts) => {
                let args: Ids = (parts.iter())
                    .map(|part| part.built(algebra, bindings))
                    .collect();
                let shape = algebra.common_shape(args.iter().copied());
                algebra.apply(row, Attr::None, &args, shape.unwrap_or(Shape::SCALAR))
            }
            Pattern::Sum(terms) => {
                let terms: TermList = (terms.iter())
                    .map(|(c, term)| (*c, term.built(algebra, bindings)))
                    .collect();
                let shape = algebra.common_shape(terms.iter().map(|(_, term)| *term));
                algebra.sum(&terms, shape.unwrap_or(Shape::SCALAR))
            }
            Pattern::Product(factors) => {
                let n = bindings.n.unwrap_or(Number::ONE);
                let mut factor = |(base, exponent): &(Pattern, Exponent)| {
                    let base = base.built(algebra, bindings);
                    (base, algebra.number(exponent.slope * n + exponent.constant))
                };
                let factors: FactorList = factors.iter().map(&mut factor).collect();
                let shape = algebra.common_shape(factors.iter().map(|(base, _)| *base));
                algebra.product(Number::ONE, &factors, shape.unwrap_or(Shape::SCALAR))
            }
        }
    }
}

impl Exponent {
    /// A number as an exponent.
    pub fn number(constant: Number) -> Exponent {
        Exponent {
            slope: Number::ZERO,
            constant,
        }
    }

    /// The exponent times a number.
    pub fn times(self, factor: Number) -> Exponent {
        Exponent {
            slope: factor * self.slope,
            constant: factor * self.constant,
        }
    }

    /// The sum of two exponents.
    pub fn plus(self, other: Exponent) -> Exponent {
        Exponent {
            slope: self.slope + other.slope,
            constant: self.constant + other.constant,
        }
    }
}
