//! Formulas that overflow or lose their digits although their value would not, and the function with
//! the same value.

use super::birth::Birth;
use super::origin::{expression, unstretched, written};
use crate::graph::{Args, Graph, NodeId, Primitive};
use crate::lower::Evaluation;
use crate::primitives::algebra::{DET, LOGDET};
use crate::primitives::arithmetic::{ADD, DIV, MUL, NEG, POW};
use crate::primitives::array::{LOG_SOFTMAX, LOGSUMEXP, NORM, PROD, SOFTMAX, SUM};
use crate::primitives::elementary::{
    ABS, EXP, GAMMA, HYPOT, LGAMMA, LOG, LOG_SIGMOID, LOG1P, LOGADDEXP, SIGMOID, SOFTPLUS, SQRT,
    XLOGY,
};

/// A formula that was recognised: the function to call instead, its arguments, and the formula's nodes.
struct Match {
    better: String,
    nodes: Vec<NodeId>,
}

/// The formula to write instead of the one behind `roots` that first gave a number that is not finite.
pub(super) fn advice(
    evaluation: &Evaluation<'_>,
    roots: &[NodeId],
    first: &Birth,
    nan: Option<&Birth>,
) -> Option<String> {
    let graph = evaluation.unit.graph;
    let mut suspects: Vec<NodeId> = Vec::new();
    for birth in [Some(first), nan].into_iter().flatten() {
        suspects.push(birth.id);
        if birth.text.is_none() {
            // Made by the rule of a derivative, from the operation that is to be replaced.
            suspects.extend(
                graph
                    .args(birth.id)
                    .iter()
                    .map(|arg| unstretched(graph, *arg)),
            );
        }
    }
    suspects.retain(|id| graph.literal_value(*id).is_none());
    let seen = Seen { evaluation, graph };
    graph
        .cone(roots, |_| false)
        .into_iter()
        .rev()
        .find_map(|id| {
            let found = seen.recognised(id)?;
            let involved = found
                .nodes
                .iter()
                .chain([&id])
                .any(|node| suspects.contains(node));
            let original = expression(evaluation, id)?;
            involved.then(|| format!("write `{}` for `{original}`", found.better))
        })
}

/// The graph, seen through stretching.
struct Seen<'s, 'a> {
    evaluation: &'s Evaluation<'a>,
    graph: &'a Graph,
}

impl Seen<'_, '_> {
    /// The arguments of `id` where it is the operation `row`.
    fn args(&self, id: NodeId, row: &Primitive) -> Option<Args> {
        let found = self
            .graph
            .node(id)
            .primitive()
            .is_some_and(|known| known.is(row));
        found.then(|| {
            self.graph
                .args(id)
                .iter()
                .map(|arg| unstretched(self.graph, *arg))
                .collect()
        })
    }

    fn arg(&self, id: NodeId, row: &Primitive) -> Option<NodeId> {
        self.args(id, row).map(|args| args[0])
    }

    /// The two arguments of a symmetric operation, the one for which `first` holds first.
    fn either(
        &self,
        id: NodeId,
        row: &Primitive,
        first: impl Fn(NodeId) -> bool,
    ) -> Option<(NodeId, NodeId)> {
        let args = self.args(id, row)?;
        let [a, b] = [args[0], args[1]];
        if first(a) {
            Some((a, b))
        } else {
            first(b).then_some((b, a))
        }
    }

    fn is(&self, id: NodeId, value: f64) -> bool {
        self.graph.literal_value(id) == Some(value)
    }

    /// x of x².
    fn squared(&self, id: NodeId) -> Option<NodeId> {
        if let Some(args) = self.args(id, &POW) {
            return self.is(args[1], 2.0).then(|| args[0]);
        }
        let args = self.args(id, &MUL)?;
        (args[0] == args[1]).then(|| args[0])
    }

    fn call(&self, row: &Primitive, args: &[NodeId], nodes: &[NodeId]) -> Option<Match> {
        let texts: Option<Vec<String>> = args
            .iter()
            .map(|arg| written(self.evaluation, *arg))
            .collect();
        Some(Match {
            better: format!("{}({})", row.name, texts?.join(", ")),
            nodes: nodes.to_vec(),
        })
    }

    fn recognised(&self, id: NodeId) -> Option<Match> {
        if let Some(inner) = self.arg(id, &LOG) {
            return self.logarithm(inner);
        }
        if let Some(power) = self.arg(id, &LOG1P) {
            let x = self.arg(power, &EXP)?;
            return self.call(&SOFTPLUS, &[x], &[power]);
        }
        if let Some(inner) = self.arg(id, &SQRT) {
            return self.root(inner);
        }
        if let Some(args) = self.args(id, &DIV) {
            return self.quotient(args[0], args[1]);
        }
        let (log, x) = self.either(id, &MUL, |side| self.arg(side, &LOG).is_some())?;
        self.call(&XLOGY, &[x, self.arg(log, &LOG)?], &[log])
    }

    fn logarithm(&self, inner: NodeId) -> Option<Match> {
        if let Some((_, power)) = self.either(inner, &ADD, |side| self.is(side, 1.0)) {
            let x = self.arg(power, &EXP)?;
            return self.call(&SOFTPLUS, &[x], &[inner, power]);
        }
        if let Some(args) = self.args(inner, &ADD) {
            let (a, b) = (self.arg(args[0], &EXP)?, self.arg(args[1], &EXP)?);
            return self.call(&LOGADDEXP, &[a, b], &[inner, args[0], args[1]]);
        }
        if let Some(powers) = self.arg(inner, &SUM) {
            let u = self.arg(powers, &EXP)?;
            return self.call(&LOGSUMEXP, &[u], &[inner, powers]);
        }
        for (row, better) in [
            (&SIGMOID, &LOG_SIGMOID),
            (&SOFTMAX, &LOG_SOFTMAX),
            (&DET, &LOGDET),
            (&GAMMA, &LGAMMA),
        ] {
            if let Some(x) = self.arg(inner, row) {
                return self.call(better, &[x], &[inner]);
            }
        }
        if let Some(factors) = self.arg(inner, &PROD) {
            let x = written(self.evaluation, factors)?;
            return Some(Match {
                better: format!("sum(log({x}))"),
                nodes: vec![inner],
            });
        }
        // The logarithm of a logistic function or softmax that is written out.
        let args = self.args(inner, &DIV)?;
        if let Some(x) = self.logistic(args[0], args[1]) {
            return self.call(&LOG_SIGMOID, &[x], &self.below(inner));
        }
        let u = self.normalised(args[0], args[1])?;
        self.call(&LOG_SOFTMAX, &[u], &self.below(inner))
    }

    fn root(&self, inner: NodeId) -> Option<Match> {
        if let Some(x) = self.squared(inner) {
            return self.call(&ABS, &[x], &[inner]);
        }
        if let Some(squares) = self.arg(inner, &SUM) {
            let x = self.squared(squares)?;
            return self.call(&NORM, &[x], &[inner, squares]);
        }
        let args = self.args(inner, &ADD)?;
        let (a, b) = (self.squared(args[0])?, self.squared(args[1])?);
        self.call(&HYPOT, &[a, b], &[inner, args[0], args[1]])
    }

    fn quotient(&self, above: NodeId, below: NodeId) -> Option<Match> {
        let nodes: Vec<NodeId> =
            [vec![above, below], self.below(above), self.below(below)].concat();
        if let Some(x) = self.logistic(above, below) {
            return self.call(&SIGMOID, &[x], &nodes);
        }
        let u = self.normalised(above, below)?;
        self.call(&SOFTMAX, &[u], &nodes)
    }

    /// x of 1/(1 + exp(−x)) and of exp(x)/(1 + exp(x)).
    fn logistic(&self, above: NodeId, below: NodeId) -> Option<NodeId> {
        let (_, power) = self.either(below, &ADD, |side| self.is(side, 1.0))?;
        let x = self.arg(power, &EXP)?;
        if self.is(above, 1.0) {
            return self.arg(x, &NEG);
        }
        (above == power).then_some(x)
    }

    /// u of exp(u)/sum(exp(u)).
    fn normalised(&self, above: NodeId, below: NodeId) -> Option<NodeId> {
        let powers = self.arg(below, &SUM)?;
        if powers == above {
            self.arg(powers, &EXP)
        } else {
            None
        }
    }

    /// The arguments of `id`, and theirs.
    fn below(&self, id: NodeId) -> Vec<NodeId> {
        let direct: Vec<NodeId> = self
            .graph
            .args(id)
            .iter()
            .map(|arg| unstretched(self.graph, *arg))
            .collect();
        let next = direct
            .iter()
            .flat_map(|id| self.graph.args(*id))
            .map(|arg| unstretched(self.graph, arg));
        direct
            .iter()
            .copied()
            .chain(next.collect::<Vec<_>>())
            .collect()
    }
}
