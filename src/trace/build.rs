//! Building a trace: its lines, and the columns beside them.
//!
//! A trace differentiates twice. Each line is differentiated on its own for its *rule*: leaves stand
//! in for the tangents of its arguments, or for its adjoint, so that the rule reads as on paper.
//! The whole list is differentiated once more for the *values*. The rules cannot be read off that
//! second graph: equal nodes are one there, constants are folded, and what is never reached is left
//! out, so that a rule would mention other lines than its own arguments.

use super::kinks::kinks;
use super::listing::Builder;
use super::provenance;
use super::request::{Request, Wrt};
use super::rounding::{Rounded, contributions};
use super::{RoundingError, Trace, TracedOutput, TracedVariable};
use crate::diagnostic::Result;
use crate::graph::{NodeId, Op};
use crate::lower::Evaluation;
use crate::notation::Written;
use crate::syntax::ast::Name;

/// Builds the trace of `request`.
///
/// # Errors
/// Fails if a value that decides which lines there are cannot be computed, a limit is met or a stop is
/// asked for.
pub fn build(evaluation: &Evaluation<'_>, request: &Request<'_>) -> Result<Trace> {
    let roots = request.wanted.roots();
    Builder::new(evaluation, &roots, &request.wanted.held, request.order)?.trace(request)
}

impl Builder<'_, '_> {
    fn trace(&mut self, request: &Request<'_>) -> Result<Trace> {
        let shown = self.shown()?;
        let mut lines = Vec::with_capacity(self.listed.len());
        for (k, id) in self.listed.clone().into_iter().enumerate() {
            lines.push(self.line(id, &shown[k])?);
        }
        if request.forward {
            self.tangents(request, &shown, &mut lines)?;
        }
        let outputs = self.outputs(request)?;
        if request.reverse {
            self.adjoints(request, &outputs, &shown, &mut lines)?;
        }
        if request.life {
            self.lives(&outputs, &shown, &mut lines)?;
        }
        let roots = request.wanted.roots();
        let wrt = &request.wanted.wrt;
        let targets: Vec<NodeId> = wrt.iter().map(|wrt| wrt.target.node).collect();
        if request.zeros && self.known {
            super::zeros::of_trace(self, &shown, request, &mut lines)?;
        }
        if self.known {
            self.states(request.rounds, &mut lines)?;
        }
        let errors = match request.error && self.known {
            true => self.rounding_errors(request, &outputs)?,
            false => Vec::new(),
        };
        let kinks = kinks(self, &shown, &roots, &targets)?;
        let nonfinite = provenance::of_trace(self, &roots, &lines)?;
        let missing = if self.known {
            Vec::new()
        } else {
            self.missing()
        };
        Ok(Trace {
            outputs,
            wrt: wrt.iter().map(|wrt| self.column(wrt)).collect(),
            lines,
            missing,
            left_out: request.wanted.left_out.clone(),
            overlays: false,
            forward: request.forward,
            reverse: request.reverse,
            kinks,
            nonfinite,
            errors,
        })
    }

    /// What rounding makes of every output, and the part that every line has in it.
    fn rounding_errors(
        &self,
        request: &Request<'_>,
        outputs: &[TracedOutput],
    ) -> Result<Vec<RoundingError>> {
        let mut errors = Vec::new();
        for (output, (_, node)) in outputs.iter().zip(&request.wanted.outputs) {
            let held = &request.wanted.held;
            let found = contributions(self.evaluation, *node, held, Rounded::Everything)?;
            let sum = found.sum();
            let of = |id: &NodeId| found.by_node.get(id).copied().unwrap_or(0.0);
            let lines: Vec<f64> = self.listed.iter().map(of).collect();
            let numbers = (found.by_node.iter())
                .filter(|(id, _)| {
                    matches!(self.graph.node(**id).op, Op::Literal(_) | Op::Constant(_))
                })
                .map(|(_, error)| error)
                .sum();
            let worst = lines.iter().copied().enumerate();
            let worst = worst.max_by(|a, b| a.1.total_cmp(&b.1));
            let worst = worst.filter(|(_, error)| *error > numbers);
            let value = self.evaluation.value(*node)?.as_scalar();
            let size = value.filter(|x| x.is_finite() && *x != 0.0);
            errors.push(RoundingError {
                sum,
                relative: size
                    .filter(|_| output.shape.is_scalar())
                    .map(|x| sum / x.abs()),
                worst: worst.map(|(k, _)| k + 1),
                share: worst.map_or(0.0, |(_, error)| match error.is_finite() {
                    true => error / sum,
                    false => 1.0,
                }),
                lines,
                numbers,
                unknown: (found.unknown.iter())
                    .filter_map(|id| self.numbers.get(id).copied())
                    .collect(),
            });
        }
        Ok(errors)
    }

    fn column(&self, wrt: &Wrt) -> TracedVariable {
        let scalar = wrt.target.shape(self.graph).is_scalar();
        TracedVariable {
            text: wrt.text.clone(),
            along: match &wrt.along {
                Some((_, text)) => Some(text.clone()),
                None if scalar => None,
                None => Some(Written::words("all ones")),
            },
        }
    }

    /// The inputs without values.
    fn missing(&self) -> Vec<Name> {
        let lacks = |id: &NodeId| match self.graph.node(*id).op {
            Op::Input(leaf) => {
                let leaf = self.graph.leaf(leaf);
                leaf.value.is_none().then_some(leaf.name)
            }
            _ => None,
        };
        self.listed.iter().filter_map(lacks).collect()
    }

    fn outputs(&self, request: &Request<'_>) -> Result<Vec<TracedOutput>> {
        let one = |(text, node): &(Written, NodeId)| {
            let seen = self.sight.resolve(*node, &mut Vec::new())?;
            Ok(TracedOutput {
                text: text.clone(),
                line: self.numbers.get(&seen).copied(),
                shape: self.graph.shape(*node),
            })
        };
        request.wanted.outputs.iter().map(one).collect()
    }
}
