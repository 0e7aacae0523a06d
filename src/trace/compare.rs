//! The derivative of one output by every mode, side by side, with the cost of each.

use super::request::Wrt;
use super::rounding::{Rounded, contributions};
use crate::diagnostic::{Code, Result};
use crate::diff::{
    Differences, Flow, Held, Problem, Scheme, Sweep, Target, forward, grad, jacobian, jvp, reverse,
};
use crate::exec::{Failure, Outcome};
use crate::graph::{Attr, Block, Corner, Graph, NodeId, Shape, Tensor};
use crate::lower::Evaluation;
use crate::stop;
use crate::syntax::ast::Mode;
use rustc_hash::FxHashMap;

mod answers;
mod cost;
mod findings;
mod near;
pub(super) mod question;

pub use answers::{
    Advice, Answer, Comparison, Cost, DerivativeByMode, EXACT, NUMERIC, Off, ROUNDING,
    relative_difference,
};
pub(super) use findings::Findings;
pub(super) use near::{ESTIMATES, Estimate, Near};
pub use question::{ByFormula, ByFormulas, NoAnswer, Question};

/// The most entries that the passes of a mode may visit, unless the user asked for it by name.
pub(super) const VISITS_LIMIT: usize = 3_000_000_000;

/// The rounding errors that count as such, in estimates of them: an estimate knows neither the bits at hand
/// nor terms of second order.
const ALLOWED: f64 = 4.0;

/// Compares the modes.
///
/// # Errors
/// A value behind the output cannot be computed, or the user asked to stop.
pub fn compare(evaluation: &Evaluation<'_>, question: &Question<'_>) -> Result<Comparison> {
    let runner = ModeRunner::new(evaluation, question)?;
    let mut rows = runner.rows(question.modes)?;
    let costs = runner.costs(&rows)?;
    let coloured = runner.coloured_cost(&costs)?;
    let findings = runner.findings(&rows)?;
    for (row, zeros) in rows.iter_mut().zip(findings.zeros) {
        row.zeros = zeros;
    }
    if findings.kinks.is_empty() {
        for (row, wrt) in rows.iter_mut().zip(question.wrt) {
            row.off = match runner.off(row, wrt) {
                // Of larger steps some lead to where there is no value.
                Err(error) if error.code() == Code::Value => Some(Off::Step),
                off => off?,
            };
        }
    }
    Ok(Comparison {
        output: question.output.0.clone(),
        value: runner.value.clone(),
        rows,
        costs,
        coloured,
        advice: Advice {
            forward: runner.directions(),
            reverse: runner.shape().len(),
        },
        kinks: findings.kinks,
        nonfinite: findings.nonfinite,
        left_out: question.left_out.to_vec(),
    })
}

/// Runs the modes for one question.
pub(super) struct ModeRunner<'b, 'a> {
    evaluation: &'b Evaluation<'a>,
    graph: &'a Graph,
    pub(super) question: &'b Question<'b>,
    /// The value of the output.
    pub(super) value: Tensor,
}

impl<'b, 'a> ModeRunner<'b, 'a> {
    pub(super) fn new(
        evaluation: &'b Evaluation<'a>,
        question: &'b Question<'b>,
    ) -> Result<ModeRunner<'b, 'a>> {
        let value = evaluation.value(question.output.1)?;
        Ok(ModeRunner {
            evaluation,
            graph: evaluation.unit.graph,
            question,
            value,
        })
    }

    fn output(&self) -> NodeId {
        self.question.output.1
    }

    fn shape(&self) -> Shape {
        self.graph.shape(self.output())
    }

    fn problem(&self, target: Target) -> Problem<'a, 'b> {
        Problem {
            graph: self.graph,
            output: self.output(),
            target,
            held: self.question.held,
        }
    }

    /// The directions of forward mode, one pass each.
    pub(super) fn directions(&self) -> usize {
        self.question.wrt.iter().map(|wrt| self.passes(wrt)).sum()
    }

    fn passes(&self, wrt: &Wrt) -> usize {
        if wrt.along.is_some() {
            1
        } else {
            wrt.target.shape(self.graph).len()
        }
    }

    /// The shape of the whole derivative, direction or not.
    fn whole_shape(&self, wrt: &Wrt) -> Shape {
        Shape::new(self.shape().len(), wrt.target.shape(self.graph).len())
    }

    /// The shape of the answers: the target's for a scalar output, the output's along a
    /// direction, a Jacobian otherwise.
    fn answer_shape(&self, wrt: &Wrt) -> Shape {
        let (m, n) = (self.shape(), wrt.target.shape(self.graph));
        match &wrt.along {
            Some(_) => m,
            None if m.is_scalar() => n,
            None => Shape::new(m.len(), n.len()),
        }
    }

    /// The derivative with respect to every variable by these modes.
    pub(super) fn rows(&self, modes: &[Mode]) -> Result<Vec<DerivativeByMode>> {
        let wrt = self.question.wrt.iter();
        wrt.map(|wrt| self.row(wrt, modes)).collect()
    }

    fn row(&self, wrt: &Wrt, modes: &[Mode]) -> Result<DerivativeByMode> {
        let mut answers = Mode::ALL.map(|_| Err(NoAnswer::NotAsked));
        for &mode in modes {
            let answer = match self.too_long(mode) {
                Some(why) => Err(why),
                None => self.answer(mode, wrt)?,
            };
            answers[mode as usize] = answer.map(|tensor| reshaped(tensor, self.answer_shape(wrt)));
        }
        Ok(DerivativeByMode {
            name: wrt.text.clone(),
            along: wrt.along.as_ref().map(|(_, text)| text.clone()),
            target: wrt.target.shape(self.graph),
            output: self.shape(),
            largest: std::array::from_fn(|mode| answers::largest_entry(&answers[mode])),
            answers,
            zeros: None,
            off: None,
        })
    }

    /// The reason to leave `mode` out: it takes long and was not asked for by name.
    fn too_long(&self, mode: Mode) -> Option<NoAnswer> {
        if self.question.by_name || mode == Mode::Symbolic {
            return None;
        }
        let passes = match mode {
            Mode::Forward => self.directions(),
            Mode::Numeric => 2 * self.directions(),
            _ => self.shape().len(),
        };
        let long = self.size().saturating_mul(passes) > VISITS_LIMIT;
        long.then_some(NoAnswer::TooLong(passes))
    }

    /// The entries of everything behind the output, which one pass visits.
    pub(super) fn size(&self) -> usize {
        let cone = self.graph.cone(&[self.output()], |_| false);
        cone.into_iter().map(|id| self.graph.shape(id).len()).sum()
    }

    /// The derivative by `mode`.
    pub(super) fn answer(&self, mode: Mode, wrt: &Wrt) -> Result<Answer> {
        Ok(match mode {
            Mode::Forward => Ok(self.forward(wrt)?),
            Mode::Reverse => Ok(self.reverse(wrt)?),
            Mode::Numeric => {
                let numeric = match self.numeric(wrt) {
                    // Beside the point there may be no value: an equation without a solution.
                    Err(error) if error.code() == Code::Value => {
                        return Ok(Err(NoAnswer::Failed(error)));
                    }
                    numeric => numeric?,
                };
                Ok(self.decided(numeric, wrt)?)
            }
            Mode::Symbolic => match (self.question.symbolic)(wrt.target) {
                Err(why) => Err(why),
                Ok(formula) => match self.evaluation.value(formula.exact) {
                    Err(error) => Err(NoAnswer::Failed(error)),
                    Ok(value) => {
                        let derivative = self.along(reshaped(value, self.whole_shape(wrt)), wrt)?;
                        Ok(self.decided(derivative, wrt)?)
                    }
                },
            },
        })
    }

    /// One forward pass for every unit direction.
    fn forward(&self, wrt: &Wrt) -> Result<Tensor> {
        let problem = self.problem(wrt.target);
        if let Some((direction, _)) = wrt.along {
            return self.evaluation.value(jvp(problem, direction));
        }
        if wrt.target.shape(self.graph).is_scalar() {
            return self.evaluation.value(jvp(problem, self.graph.literal(1.0)));
        }
        self.explained(Sweep::forward(problem).value(self.question.memory))
    }

    /// One reverse pass for every entry of the output.
    fn reverse(&self, wrt: &Wrt) -> Result<Tensor> {
        let problem = self.problem(wrt.target);
        let derivative = if self.shape().is_scalar() {
            self.evaluation.value(grad(problem))?
        } else {
            self.explained(Sweep::reverse(problem).value(self.question.memory))?
        };
        self.along(derivative, wrt)
    }

    pub(super) fn explained<T>(&self, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|failure| self.evaluation.unit.explain(&failure))
    }

    /// A derivative as asked for: as it is, or contracted with the direction. Entries without a
    /// direction contribute nothing.
    fn along(&self, derivative: Tensor, wrt: &Wrt) -> Result<Tensor> {
        let Some((direction, _)) = wrt.along else {
            return Ok(derivative);
        };
        let direction = self.evaluation.value(direction)?;
        let m = self.shape().len();
        let mut contracted = Tensor::filled(self.shape(), 0.0);
        for (k, v) in direction
            .data()
            .iter()
            .enumerate()
            .filter(|(_, v)| **v != 0.0)
        {
            for i in 0..m {
                contracted.data_mut()[i] += derivative.data()[i + k * m] * v;
            }
        }
        Ok(contracted)
    }

    /// NaN wherever the output is NaN and there is a path, in every mode.
    fn decided(&self, mut derivative: Tensor, wrt: &Wrt) -> Result<Tensor> {
        if !self.value.data().iter().any(|x| x.is_nan()) {
            return Ok(derivative);
        }
        let problem = self.problem(wrt.target);
        let rules = if self.shape().is_scalar() {
            Some(grad(problem))
        } else {
            jacobian(problem, &|| !stop::requested())
        };
        let Some(rules) = rules else {
            return Err(self.evaluation.unit.explain(&Failure::Interrupted));
        };
        let rules = self.along(self.evaluation.value(rules)?, wrt)?;
        let m = self.shape().len();
        for (k, (x, rule)) in derivative
            .data_mut()
            .iter_mut()
            .zip(rules.data())
            .enumerate()
        {
            if self.value.data()[k % m].is_nan() {
                *x = if rule.is_nan() { f64::NAN } else { 0.0 };
            }
        }
        Ok(derivative)
    }

    /// True if a rule behind the output is another derivative than its function's on purpose.
    pub(super) fn is_overridden(&self) -> bool {
        let departs = |id: &NodeId| match self.graph.node(*id).attr() {
            Attr::Rule(rule) => self.graph.rule_of(rule).departs,
            _ => false,
        };
        let cone = self.graph.cone(&[self.output()], |_| false);
        cone.iter().any(departs)
    }

    /// Central differences with the step that balances truncation against rounding.
    fn numeric(&self, wrt: &Wrt) -> Result<Tensor> {
        let differences = self.differences(wrt)?;
        let columns = self.explained(differences.values(Scheme::Central))?;
        let shape = Shape::new(self.shape().len(), differences.motions().len());
        Ok(Tensor::new(shape, columns))
    }

    /// Finite differences: every entry of the target by itself, or along the direction.
    pub(super) fn differences(&self, wrt: &Wrt) -> Result<Differences<'a>> {
        let along = match wrt.along {
            Some((direction, _)) => Some(self.evaluation.value(direction)?),
            None => None,
        };
        let value = |node| self.evaluation.value(node);
        let problem = self.problem(wrt.target);
        Differences::new(problem, along.as_ref(), value, self.question.memory)
    }

    /// The rounding error that everything behind a scalar node can make of it.
    fn rounding_of(&self, node: NodeId) -> Result<f64> {
        let held = Held::default();
        let found = contributions(self.evaluation, node, &held, Rounded::Results)?;
        Ok(ALLOWED * found.sum())
    }

    /// The rounding error of a scalar output; nothing is known of other outputs.
    pub(super) fn rounding_of_value(&self) -> Result<f64> {
        match self.shape().is_scalar() {
            true => self.rounding_of(self.output()),
            false => Ok(0.0),
        }
    }

    /// The rounding error of entry `k` of the derivative of a scalar output by a sweep.
    pub(super) fn rounding_of_derivative(&self, wrt: &Wrt, k: usize) -> Result<f64> {
        if !self.shape().is_scalar() || wrt.along.is_some() {
            return Ok(0.0);
        }
        let gradient = self.graph.term(grad(self.problem(wrt.target)));
        let corner = Corner::of_entry(gradient.shape(), k);
        let shape = Shape::SCALAR;
        self.rounding_of(gradient.block(Block { corner, shape }).id)
    }

    /// The largest part that entry `k` of the derivative of a scalar output is a sum of: what goes through
    /// a node is its tangent times its adjoint.
    pub(super) fn largest_part(&self, wrt: &Wrt, k: usize) -> Result<f64> {
        let mut largest = 0.0;
        if !self.shape().is_scalar() || wrt.along.is_some() {
            return Ok(largest);
        }
        let shape = wrt.target.shape(self.graph);
        let entry = if shape.is_scalar() {
            wrt.target.entry
        } else {
            Some(Corner::of_entry(shape, k))
        };
        let one = self.graph.term(self.graph.literal(1.0));
        let seed = Target {
            entry,
            ..wrt.target
        }
        .seed(self.graph, one);
        let seeds = FxHashMap::from_iter([(wrt.target.node, seed)]);
        let tangents = forward(self.graph, &[self.output()], &seeds, self.question.held);
        let (nodes, terms): (Vec<NodeId>, Vec<NodeId>) = tangents.terms().unzip();
        let adjoints = reverse(
            self.graph,
            self.output(),
            Flow::everywhere(one),
            &nodes,
            self.question.held,
        );
        for (tangent, adjoint) in terms.into_iter().zip(adjoints) {
            let Some(adjoint) = adjoint else { continue };
            let tangent = self.evaluation.value(tangent)?;
            let adjoint = self.evaluation.value(adjoint.term.id)?;
            let parts = tangent.data().iter().zip(adjoint.data());
            let finite = parts.map(|(a, b)| (a * b).abs()).filter(|x| x.is_finite());
            largest = finite.fold(largest, f64::max);
        }
        Ok(largest)
    }
}

fn reshaped(tensor: Tensor, shape: Shape) -> Tensor {
    if tensor.shape().len() == shape.len() {
        Tensor::new(shape, tensor.data().to_vec())
    } else {
        tensor
    }
}
