//! The rules that lead to a symbolic derivative, in the order of the reverse pass.

use super::{Subject, Symbolic, plainly};
use crate::diff::{Target, reverse_steps};
use crate::graph::primitive::{Notation, Operator};
use crate::graph::{Graph, NodeId, Op, Term};
use crate::primitives::array::SUM;
use crate::simplify::Simplified;
use std::fmt;

/// One rule of a derivation.
#[derive(Clone, Debug)]
pub struct DerivationStep {
    /// The rule.
    pub rule: DerivationRule,
    /// The derivative after it: a sum.
    pub terms: Vec<Summand>,
}

/// One term of a derivative on the way.
#[derive(Clone, Debug)]
pub struct Summand {
    /// The factor that is known already; `None` where the language has no formula for it.
    pub factor: Option<Simplified>,
    /// The part that is still to be differentiated; `None` for a finished term.
    pub rest: Option<Differential>,
}

/// d(…)
#[derive(Clone, Debug)]
pub struct Differential {
    /// The formula that is differentiated; `None` where the language has no formula for it.
    pub of: Option<Simplified>,
    /// True for a scalar; otherwise the factor meets it entry by entry.
    pub is_scalar: bool,
}

/// A rule of differentiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DerivationRule {
    /// d(a ± b)
    Sum,
    /// d(c·a)
    ConstantFactor,
    /// d(a·b)
    Product,
    /// d(a/b)
    Quotient,
    /// d(aⁿ)
    Power,
    /// d(aᵇ)
    VariableExponent,
    /// d(aᵀ)
    Transpose,
    /// `d(a[i])`
    Entry,
    /// d([a, b])
    EntryByEntry,
    /// The branch that was taken.
    Branch,
    /// d(sum(a))
    SumOfEntries,
    /// d(f(a)) with the name of f
    Chain(&'static str),
    /// The rules of the simplifier that were applied, each once.
    Simplify(Vec<&'static str>),
}

impl fmt::Display for DerivationRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DerivationRule::Sum => "sum rule",
            DerivationRule::ConstantFactor => "constant factor",
            DerivationRule::Product => "product rule",
            DerivationRule::Quotient => "quotient rule",
            DerivationRule::Power => "power rule",
            DerivationRule::VariableExponent => "power with a variable exponent",
            DerivationRule::Transpose => "transpose",
            DerivationRule::Entry => "entry",
            DerivationRule::EntryByEntry => "entry by entry",
            DerivationRule::Branch => "branch taken",
            DerivationRule::SumOfEntries => "derivative of a sum",
            DerivationRule::Chain(function) => return write!(f, "chain rule through {function}"),
            DerivationRule::Simplify(rules) if rules.is_empty() => "simplify",
            DerivationRule::Simplify(rules) => return write!(f, "simplify: {}", rules.join(", ")),
        })
    }
}

/// The rules that lead from `output` to `result`; none for an output that is no scalar.
pub fn steps(
    subject: &Subject<'_>,
    output: NodeId,
    target: Target,
    result: &Symbolic,
) -> Vec<DerivationStep> {
    let graph = subject.graph;
    if !graph.shape(output).is_scalar() {
        return Vec::new();
    }
    let names = |node: NodeId| subject.called(node, &[output], false);
    let written = |node: NodeId| plainly(subject, node, &names).ok();
    let mut steps: Vec<DerivationStep> = Vec::new();
    for (node, frontier) in reverse_steps(graph, output, target.node, subject.held) {
        let Some(rule) = rule(graph, node) else {
            continue;
        };
        let term = |(node, adjoint): &(NodeId, Term<'_>)| Summand {
            factor: written(adjoint.id),
            rest: (*node != target.node).then(|| Differential {
                of: written(*node),
                is_scalar: graph.shape(*node).is_scalar(),
            }),
        };
        steps.push(DerivationStep {
            rule,
            terms: frontier.iter().map(term).collect(),
        });
    }
    if let Symbolic::Formula(formula) = result {
        let mut rules: Vec<&str> = Vec::new();
        for rule in &formula.rules {
            if !rules.contains(rule) {
                rules.push(rule);
            }
        }
        steps.push(DerivationStep {
            rule: DerivationRule::Simplify(rules),
            terms: vec![Summand {
                factor: Some(formula.clone()),
                rest: None,
            }],
        });
    }
    steps
}

/// The rule that carries a derivative through a node; `None` for what is not written.
fn rule(graph: &Graph, node: NodeId) -> Option<DerivationRule> {
    let Op::Apply(row, _) = graph.node(node).op else {
        return None;
    };
    let constant = |k: usize| graph.literal_value(graph.args(node)[k]).is_some();
    Some(match row.notation {
        Notation::Silent => return None,
        Notation::Infix(Operator::Add | Operator::Sub) => DerivationRule::Sum,
        Notation::Negation => DerivationRule::ConstantFactor,
        Notation::Infix(Operator::Mul) if constant(0) || constant(1) => {
            DerivationRule::ConstantFactor
        }
        Notation::Infix(Operator::Mul | Operator::MatMul) => DerivationRule::Product,
        Notation::Infix(Operator::Div) => DerivationRule::Quotient,
        Notation::Infix(Operator::Pow) if constant(1) => DerivationRule::Power,
        Notation::Infix(Operator::Pow) => DerivationRule::VariableExponent,
        Notation::Transpose => DerivationRule::Transpose,
        Notation::Index => DerivationRule::Entry,
        Notation::Matrix => DerivationRule::EntryByEntry,
        Notation::Choice => DerivationRule::Branch,
        _ if row.is(&SUM) => DerivationRule::SumOfEntries,
        _ => DerivationRule::Chain(row.name),
    })
}
