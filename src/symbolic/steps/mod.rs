//! The rules that lead to a symbolic derivative, applied one after the other to the formula as the user
//! wrote it.
//!
//! A line is the formula with d(…) of what is still to be differentiated. A rule replaces one of them by
//! the differential that the engine's rule for that operation gives. With respect to a scalar, d(x) is 1.
//! With respect to anything else, a scalar's differential ends as an inner product with d(x), from which
//! the gradient is read; that of an array as the matrix that d(x) is multiplied by. A scalar that is
//! computed from named formulas is differentiated name by name, from the output back: the derivative by
//! a name is its error δ.

mod answer;
mod general;
mod lines;
mod rules;
mod table;
mod tree;
mod walk;
mod writer;

use super::Subject;
use crate::graph::NodeId;
use crate::simplify::{Simplified, WriteOptions};
use crate::syntax::ast::Name;
use std::fmt;

/// The name of a direction on the way, which is no name that a user can type.
const DIRECTION: &str = "a direction";

pub use walk::{DerivationRequest, steps};

/// One line of a derivation.
#[derive(Clone, Debug)]
pub struct DerivationStep {
    /// The left side.
    pub head: Head,
    /// The rule that led to it.
    pub rule: DerivationRule,
    /// The two sides of the rule in general; `None` where it was stated before, or needs none.
    pub law: Option<(Simplified, Simplified)>,
    /// What the letters of the rule, and names, stand for.
    pub letters: Vec<(Name, Simplified)>,
    /// The right side.
    pub formula: Simplified,
}

impl DerivationStep {
    /// All formulas of the line.
    pub fn formulas(&self) -> Vec<&Simplified> {
        let law = self.law.iter().flat_map(|(left, right)| [left, right]);
        let letters = self.letters.iter().map(|(_, of)| of);
        law.chain(letters).chain([&self.formula]).collect()
    }

    /// All formulas of the line, to be replaced.
    pub fn formulas_mut(&mut self) -> Vec<&mut Simplified> {
        let law = self.law.iter_mut().flat_map(|(left, right)| [left, right]);
        let letters = self.letters.iter_mut().map(|(_, of)| of);
        law.chain(letters).chain([&mut self.formula]).collect()
    }
}

/// The left side of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// The derivative that was asked for.
    Derivative,
    /// The differential of the output.
    Differential,
    /// The derivative of the output by a name that it is computed from.
    Error {
        /// How it is written: δ and the name.
        error: Name,
        /// The name.
        of: Name,
    },
}

/// A rule of differentiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DerivationRule {
    /// The formula that a name stands for.
    Definition,
    /// d(u + v)
    Sum,
    /// d(u + c)
    ConstantTerm,
    /// d(c·u)
    ConstantFactor,
    /// d(u/c)
    ConstantDenominator,
    /// d(u·v)
    Product,
    /// d(u/v)
    Quotient,
    /// d(c/u)
    Reciprocal,
    /// d(xⁿ)
    Power,
    /// d(uᵛ)
    VariableExponent,
    /// d(uᵀ)
    Transpose,
    /// `d(u[i])`
    Entry,
    /// d([u, v])
    EntryByEntry,
    /// d(if c then u else v)
    Branch,
    /// A number in every entry.
    Repeated,
    /// A linear function of this name.
    Linear(&'static str),
    /// d(f(x)) of the variable itself, with the name of f
    Function(&'static str),
    /// d(f(u)) with the name of f
    Chain(&'static str),
    /// By way of the names that the output is computed from.
    Through,
    /// The gradient, read off a differential.
    Gradient,
    /// The same for a factor of a matrix product.
    FromAboveAndBelow,
    /// The matrix that the differential of the variable is multiplied by.
    Jacobian,
    /// The entry that was asked for.
    Part,
    /// Errors, put in.
    Insert,
    /// The output is the variable.
    Itself,
    /// The output does not depend on the variable.
    Independent,
    /// All rules at once, where a line between has no formula in the language or is too long.
    AllAtOnce,
    /// What a formula says more than once gets a name.
    Shared,
    /// Rules of the simplifier.
    Simplify(Vec<&'static str>),
}

impl fmt::Display for DerivationRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DerivationRule::Definition => "definition",
            DerivationRule::Sum => "sum rule",
            DerivationRule::ConstantTerm => "constant term",
            DerivationRule::ConstantFactor => "constant factor",
            DerivationRule::ConstantDenominator => "constant denominator",
            DerivationRule::Product => "product rule",
            DerivationRule::Quotient => "quotient rule",
            DerivationRule::Reciprocal => "reciprocal rule",
            DerivationRule::Power => "power rule",
            DerivationRule::VariableExponent => "power with a variable exponent",
            DerivationRule::Transpose => "transpose",
            DerivationRule::Entry => "entry",
            DerivationRule::EntryByEntry => "entry by entry",
            DerivationRule::Branch => "branch by branch",
            DerivationRule::Repeated => "the same in every entry",
            DerivationRule::Linear(function) => return write!(f, "{function} is linear"),
            DerivationRule::Function(function) => return write!(f, "derivative of {function}"),
            DerivationRule::Chain("pow") => "chain rule for a power",
            DerivationRule::Chain(function) => return write!(f, "chain rule for {function}"),
            DerivationRule::Through => "chain rule",
            DerivationRule::Gradient => "gradient G, as the differential is sum(G .* d(x))",
            DerivationRule::FromAboveAndBelow => "error from above × input from below",
            DerivationRule::Jacobian => "Jacobian J, as the differential is J*d(x)",
            DerivationRule::Part => "the entry asked for",
            DerivationRule::Insert => "put in",
            DerivationRule::Itself => "the variable itself",
            DerivationRule::Independent => "constant",
            DerivationRule::AllAtOnce => {
                "all rules at once: a line between is too long or has no formula"
            }
            DerivationRule::Shared => "named, as it occurs more than once",
            DerivationRule::Simplify(rules) if rules.is_empty() => "collect numbers and factors",
            DerivationRule::Simplify(rules) => return f.write_str(&rules.join(", ")),
        })
    }
}

/// The options of a formula for which `names` are the names and that begins with the first of `order`.
fn plain_options<'w>(
    names: &'w dyn Fn(NodeId) -> Option<Name>,
    order: &'w [NodeId],
) -> WriteOptions<'w> {
    WriteOptions {
        names,
        named: &[],
        facts: &[],
        decimals: false,
        guards: false,
        exact: false,
        order,
        shares: false,
        factors: true,
        taken: &|_| false,
    }
}

/// The options with which the lines of a derivation are written.
fn line_options<'w>(
    subject: &'w Subject<'_>,
    names: &'w dyn Fn(NodeId) -> Option<Name>,
    named: &'w [NodeId],
) -> WriteOptions<'w> {
    WriteOptions {
        decimals: subject.decimals,
        named,
        facts: subject.facts,
        ..plain_options(names, subject.order)
    }
}
