//! Symbolic differentiation: the derivative graph, simplified and written as a formula.

mod derive;
mod recurrence;
mod rounds;
mod steps;

pub use derive::{again, derive};
pub use rounds::{LastRound, OverRounds, Recurrence, Recurrences};
pub use steps::{DerivationRequest, DerivationRule, DerivationStep, Head, steps};

use crate::diff::Held;
use crate::graph::{Graph, NodeId, Op, Shape};
use crate::notation::Written;
use crate::primitives::array::POISON;
use crate::proof::Facts;
use crate::simplify::{self, EntryFormula, Simplified, TaylorPolynomial, Unwritable};
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
        /// Its entries, where they have a formula of their indices.
        entries: Option<EntryFormula>,
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
    /// The derivative of a value by another, of these shapes, is no expression of the language.
    Indices {
        /// The shape of the output.
        output: Shape,
        /// The shape of the variable.
        target: Shape,
        /// The operation whose entries have no formula of their indices, where that is the reason.
        operation: Option<&'static str>,
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
    /// What is said of inputs.
    pub facts: &'s [(NodeId, Facts)],
    /// True if the user wrote numbers with decimals.
    pub decimals: bool,
    /// True if the user has a name that is this prefix and a number.
    pub taken: &'s dyn Fn(&str) -> bool,
}

/// The derivatives that were taken inside of the formula `root` and are not inside of another one.
pub fn derivatives_in(graph: &Graph, root: NodeId, held: &Held) -> Vec<NodeId> {
    let taken = |id: NodeId| {
        let row = graph.node(id).primitive();
        row.is_some_and(|row| row.is(&POISON))
    };
    let cone = graph.cone(&[root], |id| held.contains(&id) || taken(id));
    cone.iter()
        .copied()
        .filter(|id| taken(*id) && !held.contains(id))
        .collect()
}

impl Subject<'_> {
    /// The node as a simplified formula, with the user's names.
    ///
    /// # Errors
    /// The formula is too large, or one of its operations has no spelling in the language.
    pub fn written(&self, node: NodeId) -> Result<Simplified, Unwritable> {
        let names = |id: NodeId| self.called(id, &[node], false);
        let options = simplify::WriteOptions {
            names: &names,
            named: &[],
            facts: self.facts,
            order: self.order,
            decimals: self.decimals,
            guards: false,
            exact: false,
            shares: false,
            factors: true,
            taken: self.taken,
        };
        simplify::write(self.graph, node, &options)
    }

    /// The name of a node in a formula: that of an input or of a named formula, unless the formula is
    /// an output or everything is `expanded`.
    fn called(&self, node: NodeId, outputs: &[NodeId], expanded: bool) -> Option<Name> {
        let op = self.graph.node(node).op;
        let leaf = matches!(op, Op::Input(_) | Op::Hold(_));
        let named = matches!(op, Op::Apply(..)) && !expanded && !outputs.contains(&node);
        (leaf || named).then(|| (self.name)(node)).flatten()
    }
}
