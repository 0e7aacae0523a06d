//! Symbolic differentiation: the derivative graph, simplified and written as a formula.

mod derive;
mod recurrence;
mod steps;

pub use derive::derive;
pub use recurrence::{OverRounds, Recurrence, Recurrences};
pub use steps::{DerivationRule, DerivationStep, Differential, Summand, steps};

use crate::diff::Held;
use crate::graph::{Graph, NodeId, Op, Shape};
use crate::notation::Written;
use crate::simplify::{self, Simplified, TaylorPolynomial, Unwritable};
use crate::syntax::ast::Name;

/// A symbolic derivative as a statement shows it.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The output as written.
    pub output: Written,
    /// The variable as written.
    pub wrt: Written,
    /// The result.
    pub result: Symbolic,
    /// Every rule applied, with the formula after it; only `with steps`.
    pub steps: Vec<DerivationStep>,
    /// True if the formula is shown alone: `with bare`.
    pub bare: bool,
    /// True if all counts of operations are shown: `with sizes`.
    pub sizes: bool,
}

/// A formula in another form.
#[derive(Clone, Debug)]
pub struct Rewriting {
    /// The word that asked for it.
    pub word: &'static str,
    /// The formula as written.
    pub of: Written,
    /// The result.
    pub result: Simplified,
    /// True if the formula is shown alone: `with bare`.
    pub bare: bool,
}

/// A Taylor polynomial as a statement shows it.
#[derive(Clone, Debug)]
pub struct TaylorSeries {
    /// The formula as written.
    pub of: Written,
    /// The variable as written.
    pub wrt: Written,
    /// The polynomial and its coefficients.
    pub polynomial: TaylorPolynomial,
    /// The coefficients as numbers; `None` where an input has no value.
    pub values: Vec<Option<f64>>,
    /// True if the polynomial is shown alone: `with bare`.
    pub bare: bool,
}

/// The result of symbolic differentiation.
#[derive(Clone, Debug)]
pub enum Symbolic {
    /// A formula.
    Formula(Simplified),
    /// A formula by what loops leave, which have too many rounds to be written out.
    Recurrences(Recurrences),
    /// The language has no formula for it.
    NoFormula {
        /// The reason.
        why: NoFormula,
        /// The derivative along a direction of this name, where that can be written.
        along: Option<(Name, Simplified)>,
    },
}

/// The reason that a derivative has no formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFormula {
    /// It is too large to write.
    TooLarge,
    /// One of its operations has no spelling in the language.
    Derivative,
    /// There is a loop in it.
    Loop,
    /// The Jacobian is no expression of the language.
    Jacobian,
    /// The derivative of a value by another, of these shapes, has four indices.
    FourIndices {
        /// The shape of the output.
        output: Shape,
        /// The shape of the variable.
        target: Shape,
    },
}

impl From<Unwritable> for NoFormula {
    fn from(unwritable: Unwritable) -> NoFormula {
        match unwritable {
            Unwritable::TooLarge => NoFormula::TooLarge,
            Unwritable::NoSpelling => NoFormula::Derivative,
            Unwritable::Loop => NoFormula::Loop,
        }
    }
}

/// The options for writing a symbolic derivative.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spelling {
    /// With inputs only.
    pub expanded: bool,
    /// With the guards that keep structural zeros zero.
    pub guards: bool,
    /// In the forms that are exact in the tails.
    pub exact: bool,
}

/// The formulas that are differentiated, and the names of their nodes.
pub struct Subject<'s> {
    /// The graph that holds them.
    pub graph: &'s Graph,
    /// The outputs: written out, even where they have names.
    pub outputs: &'s [NodeId],
    /// The leaves of held names.
    pub held: &'s Held,
    /// The first name that stands for a node.
    pub name: &'s dyn Fn(NodeId) -> Option<Name>,
    /// The inputs in the order in which factors and terms with them are written.
    pub order: &'s [NodeId],
    /// True if the user wrote numbers with decimals.
    pub decimals: bool,
    /// True if the user has a name that is this prefix and a number.
    pub taken: &'s dyn Fn(&str) -> bool,
}

impl Subject<'_> {
    /// The name of a node in a formula: that of an input or of a named formula, unless the formula is
    /// an output or everything is `expanded`.
    fn called(&self, node: NodeId, outputs: &[NodeId], expanded: bool) -> Option<Name> {
        let op = self.graph.node(node).op;
        let leaf = matches!(op, Op::Input(_) | Op::Hold(_));
        let named = matches!(op, Op::Apply(..)) && !expanded && !outputs.contains(&node);
        (leaf || named).then(|| (self.name)(node)).flatten()
    }
}

/// The formula of `node` with `names` for what they name, as a step of a derivation writes it.
fn plainly(
    subject: &Subject<'_>,
    node: NodeId,
    names: &dyn Fn(NodeId) -> Option<Name>,
) -> Result<Simplified, Unwritable> {
    let options = simplify::WriteOptions {
        names,
        named: &[],
        decimals: subject.decimals,
        guards: false,
        exact: false,
        order: &[],
        shares: false,
        taken: &|_| false,
    };
    simplify::write(subject.graph, node, &options)
}
