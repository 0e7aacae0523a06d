//! The derivative of one output by every mode, side by side, with the cost of each.

use super::build::Wrt;
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, Problem, Target, forward, grad, jacobian, jvp, reverse};
use crate::exec::{Failure, Interpreter, Point, at_points};
use crate::graph::{Block, Corner, Graph, NodeId, Shape, Tensor};
use crate::lower::Evaluation;
use crate::stop;
use crate::syntax::ast::{Mode, Name};
use rustc_hash::FxHashMap;

mod answers;
mod cost;

pub use answers::{Advice, Answer, Comparison, NoAnswer, Row, relative_difference};
pub use cost::Cost;
pub(super) use cost::active_lines;

/// The most entries that the passes of a mode may visit unless it was asked for by name.
pub(super) const PATIENCE: usize = 3_000_000_000;

/// A derivative as a simplified formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByFormula {
    /// The derivative: in the target's shape, or a Jacobian for an output that is no scalar.
    pub node: NodeId,
    /// Operations of the formula as a tree.
    pub tree: u64,
    /// Operations with equal parts counted once.
    pub dag: u64,
    /// The node with the right value even where a kink or rounding makes a difference.
    pub exact: NodeId,
}

/// The formula for the derivative with respect to a target, or why there is none.
pub type ByFormulas<'s> = dyn Fn(Target) -> std::result::Result<ByFormula, NoAnswer> + 's;

/// A comparison that is asked for.
pub struct Question<'q> {
    /// The output: as written, and its node.
    pub output: &'q (String, NodeId),
    /// The variables.
    pub wrt: &'q [Wrt],
    /// The nodes of held names.
    pub held: &'q Held,
    /// The order of a leaf among the inputs.
    pub order: &'q dyn Fn(NodeId) -> (u8, u64),
    /// The inputs that the default `wrt` left out.
    pub left_out: &'q [Name],
    /// The modes that were asked for.
    pub modes: &'q [Mode],
    /// Whether they were asked for by name: then there is no limit to their work.
    pub by_name: bool,
    /// Bytes of values that may be kept.
    pub memory: u64,
    /// Symbolic mode.
    pub symbolic: &'q ByFormulas<'q>,
    /// Whether to classify zeros.
    pub zeros: bool,
}

/// Compares the modes.
///
/// # Errors
/// A value behind the output cannot be computed, or the user asked to stop.
pub fn compare(lowering: &Evaluation<'_>, question: &Question<'_>) -> Result<Comparison> {
    let bench = Bench::new(lowering, question)?;
    let mut rows = Vec::with_capacity(question.wrt.len());
    for wrt in question.wrt {
        rows.push(bench.row(wrt)?);
    }
    let mut costs = [None; 4];
    for mode in Mode::ALL {
        let answered = !rows.is_empty() && rows.iter().all(|row| row.answer(mode).is_some());
        if answered {
            costs[mode as usize] = Some(bench.cost(mode)?);
        }
    }
    let finite = |row: &Row| row.answers.iter().flatten().all(Tensor::is_finite);
    let findings = super::provenance::findings(lowering, question, !rows.iter().all(finite))?;
    if question.zeros {
        for (k, row) in rows.iter_mut().enumerate() {
            row.zeros = findings.zeros.get(k).cloned().flatten();
        }
    }
    Ok(Comparison {
        output: question.output.0.clone(),
        value: bench.value.clone(),
        rows,
        costs,
        advice: Advice {
            forward: bench.directions(),
            reverse: bench.shape().len(),
        },
        kinks: findings.kinks,
        nonfinite: findings.nonfinite,
        left_out: question.left_out.to_vec(),
    })
}

/// Runs the modes for one question.
pub(super) struct Bench<'b, 'a> {
    lowering: &'b Evaluation<'a>,
    graph: &'a Graph,
    question: &'b Question<'b>,
    /// The value of the output.
    pub(super) value: Tensor,
}

impl<'b, 'a> Bench<'b, 'a> {
    pub(super) fn new(
        lowering: &'b Evaluation<'a>,
        question: &'b Question<'b>,
    ) -> Result<Bench<'b, 'a>> {
        let value = lowering.value(question.output.1)?;
        Ok(Bench {
            lowering,
            graph: lowering.unit.graph,
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
    fn directions(&self) -> usize {
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

    fn row(&self, wrt: &Wrt) -> Result<Row> {
        let mut answers = Mode::ALL.map(|_| Err(NoAnswer::NotAsked));
        for &mode in self.question.modes {
            let answer = match self.too_long(mode) {
                Some(why) => Err(why),
                None => self.answer(mode, wrt)?,
            };
            answers[mode as usize] = answer.map(|tensor| reshaped(tensor, self.answer_shape(wrt)));
        }
        Ok(Row {
            name: wrt.text.clone(),
            along: wrt.along.as_ref().map(|(_, text)| text.clone()),
            target: wrt.target.shape(self.graph),
            output: self.shape(),
            answers,
            zeros: None,
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
        let long = self.size().saturating_mul(passes) > PATIENCE;
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
                let numeric = self.numeric(wrt)?;
                Ok(self.decided(numeric, wrt)?)
            }
            Mode::Symbolic => match (self.question.symbolic)(wrt.target) {
                Err(why) => Err(why),
                Ok(formula) => match self.lowering.value(formula.exact) {
                    Err(error) => Err(NoAnswer::Failed(error)),
                    Ok(value) => {
                        let derivative = self.along(reshaped(value, self.whole_shape(wrt)), wrt)?;
                        Ok(self.decided(derivative, wrt)?)
                    }
                },
            },
        })
    }

    /// The values of `nodes` where some nodes have other values than usual.
    fn values(&self, given: &[(NodeId, &Tensor)], nodes: &[NodeId]) -> Result<Vec<Tensor>> {
        if stop::requested() {
            return Err(self.lowering.unit.explain(&Failure::Interrupted));
        }
        let mut interpreter = Interpreter::new(self.graph, self.question.memory);
        given
            .iter()
            .for_each(|(node, value)| interpreter.set(*node, value));
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            match interpreter.value(*node) {
                Ok(view) => values.push(view.to_tensor()),
                Err(failure) => return Err(self.lowering.unit.explain(&failure)),
            }
        }
        Ok(values)
    }

    /// One forward pass for every unit direction.
    fn forward(&self, wrt: &Wrt) -> Result<Tensor> {
        let target = wrt.target;
        if let Some((direction, _)) = wrt.along {
            return self.lowering.value(jvp(self.problem(target), direction));
        }
        let shape = target.shape(self.graph);
        if shape.is_scalar() {
            return self
                .lowering
                .value(jvp(self.problem(target), self.graph.literal(1.0)));
        }
        let m = self.shape().len();
        let mut columns = Tensor::filled(Shape::new(m, shape.len()), 0.0);
        let seed = self.graph.input("".into(), shape, None);
        let seeds = FxHashMap::from_iter([(target.node, self.one_hot(seed))]);
        let found = forward(self.graph, &[self.output()], &seeds, self.question.held);
        let Some(flow) = found.get(self.output()) else {
            return Ok(columns);
        };
        for k in 0..shape.len() {
            let (tangent, reached) = self.flow_value(flow, seed, unit(shape, k))?;
            for i in 0..m {
                let poisoned = self.value.data()[i].is_nan()
                    && reached.data()[i.min(reached.data().len() - 1)] != 0.0;
                columns.data_mut()[i + k * m] = if poisoned {
                    f64::NAN
                } else {
                    tangent.data()[i]
                };
            }
        }
        Ok(columns)
    }

    /// One reverse pass for every entry of the output.
    fn reverse(&self, wrt: &Wrt) -> Result<Tensor> {
        let target = wrt.target;
        let (shape, n) = (self.shape(), target.shape(self.graph));
        if shape.is_scalar() {
            let gradient = self.lowering.value(grad(self.problem(target)))?;
            return self.along(gradient, wrt);
        }
        let mut rows = Tensor::filled(Shape::new(shape.len(), n.len()), 0.0);
        let seed = self.graph.input("".into(), shape, None);
        let found = reverse(
            self.graph,
            self.output(),
            self.one_hot(seed),
            &[target.node],
            self.question.held,
        )[0];
        let Some(flow) = found else {
            return self.along(rows, wrt);
        };
        let corner = target.entry.unwrap_or(Corner { row: 0, col: 0 });
        let block = Block { corner, shape: n };
        let flow = flow.through(|x| x.block(block));
        for i in 0..shape.len() {
            let (adjoint, reached) = self.flow_value(flow, seed, unit(shape, i))?;
            let nan = self.value.data()[i].is_nan();
            for k in 0..n.len() {
                let poisoned = nan && reached.data()[k.min(reached.data().len() - 1)] != 0.0;
                rows.data_mut()[i + k * shape.len()] = if poisoned {
                    f64::NAN
                } else {
                    adjoint.data()[k]
                };
            }
        }
        self.along(rows, wrt)
    }

    /// A seed that is 1 in one entry and structurally zero elsewhere: it is its own mask.
    fn one_hot(&self, seed: NodeId) -> Flow<'a> {
        let seed = self.graph.term(seed);
        Flow {
            term: seed,
            reached: Some(seed),
        }
    }

    /// The value of a flow, and where it is reached, for a value of its seed.
    fn flow_value(&self, flow: Flow<'a>, seed: NodeId, value: Tensor) -> Result<(Tensor, Tensor)> {
        let everywhere = self.graph.term(self.graph.literal(1.0));
        let nodes = [flow.term.id, flow.reached.unwrap_or(everywhere).id];
        let mut values = self.values(&[(seed, &value)], &nodes)?;
        let reached = values.pop().unwrap_or_else(|| Tensor::scalar(1.0));
        Ok((values.remove(0), reached))
    }

    /// A derivative as asked for: as it is, or contracted with the direction. Entries without a
    /// direction contribute nothing.
    fn along(&self, derivative: Tensor, wrt: &Wrt) -> Result<Tensor> {
        let Some((direction, _)) = wrt.along else {
            return Ok(derivative);
        };
        let direction = self.lowering.value(direction)?;
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
            return Err(self.lowering.unit.explain(&Failure::Interrupted));
        };
        let rules = self.along(self.lowering.value(rules)?, wrt)?;
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

    /// Central differences with the step that balances truncation against rounding.
    fn numeric(&self, wrt: &Wrt) -> Result<Tensor> {
        let m = self.shape().len();
        let mut columns = Vec::with_capacity(m * self.passes(wrt));
        let moves = self.moves(wrt)?;
        let step = |motion: &Motion| libm::cbrt(f64::EPSILON) * motion.size;
        let mut difference = |h: f64, right: &[f64], left: &[f64]| {
            let pairs = right.iter().zip(left);
            columns.extend(pairs.map(|(right, left)| (right - left) / (2.0 * h)));
        };
        match self.shifted_together(&moves, step)? {
            Some(values) => {
                for (motion, pair) in moves.iter().zip(values.chunks_exact(2 * m.max(1))) {
                    let (right, left) = pair.split_at(m);
                    difference(step(motion), right, left);
                }
            }
            None => {
                for motion in &moves {
                    let h = step(motion);
                    let (right, left) = (self.shifted(motion, h)?, self.shifted(motion, -h)?);
                    difference(h, right.data(), left.data());
                }
            }
        }
        Ok(Tensor::new(Shape::new(m, moves.len()), columns))
    }

    /// The outputs where the target has moved by a step and by its opposite, for every motion, in
    /// lanes; `None` where that is not worth it, or where something may fail.
    fn shifted_together(
        &self,
        moves: &[Motion],
        step: impl Fn(&Motion) -> f64,
    ) -> Result<Option<Vec<f64>>> {
        let Some(first) = moves.first().filter(|_| moves.len() >= WORTH_A_BATCH) else {
            return Ok(None);
        };
        let mut given = vec![(first.leaf, first.point.clone())];
        for node in self
            .question
            .held
            .iter()
            .filter(|node| **node != first.leaf)
        {
            given.push((*node, self.lowering.value(*node)?));
        }
        let mut points: Vec<Point> = Vec::with_capacity(2 * moves.len());
        for motion in moves {
            let moved = |sign: f64| {
                let entry = |(entry, speed): &(usize, f64)| {
                    let by = step(motion) * speed;
                    (*entry, motion.point.data()[*entry] + sign * by)
                };
                motion.entries.iter().map(entry).collect()
            };
            points.extend([moved(1.0), moved(-1.0)]);
        }
        let limit = self.lowering.limits.memory;
        Ok(at_points(self.graph, self.output(), &given, &points, limit))
    }

    /// The ways in which a target is moved: every entry by itself, or along the direction.
    pub(super) fn moves(&self, wrt: &Wrt) -> Result<Vec<Motion>> {
        let leaf = wrt.target.node;
        let point = self.lowering.value(leaf)?;
        let shape = wrt.target.shape(self.graph);
        let corner = wrt.target.entry.unwrap_or(Corner { row: 0, col: 0 });
        let place = |k: usize| {
            let (i, j) = (
                corner.row as usize + k % shape.m(),
                corner.col as usize + k / shape.m(),
            );
            i + j * point.shape().m()
        };
        if let Some((direction, _)) = wrt.along {
            let direction = self.lowering.value(direction)?;
            let entries: Vec<(usize, f64)> = direction
                .data()
                .iter()
                .enumerate()
                .map(|(k, v)| (place(k), *v))
                .collect();
            let longest = direction
                .data()
                .iter()
                .fold(0.0, |best: f64, v| best.max(v.abs()));
            let largest = entries
                .iter()
                .fold(1.0, |best: f64, (k, _)| best.max(point.data()[*k].abs()));
            let size = if longest > 0.0 {
                largest / longest
            } else {
                1.0
            };
            return Ok(vec![Motion {
                leaf,
                point,
                entries,
                size,
            }]);
        }
        let motion = |k: usize| {
            let size = point.data()[place(k)].abs().max(1.0);
            Motion {
                leaf,
                point: point.clone(),
                entries: vec![(place(k), 1.0)],
                size,
            }
        };
        Ok((0..shape.len()).map(motion).collect())
    }

    /// How much larger the largest part of a derivative of a scalar output is than their sum, for
    /// entry `k` of the target: the part that goes through a node is its tangent times its adjoint.
    pub(super) fn amplification(&self, wrt: &Wrt, k: usize, derivative: f64) -> Result<f64> {
        if !self.shape().is_scalar() || wrt.along.is_some() {
            return Ok(1.0);
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
        let mut largest = derivative.abs();
        for (tangent, adjoint) in terms.into_iter().zip(adjoints) {
            let Some(adjoint) = adjoint else { continue };
            let tangent = self.lowering.value(tangent)?;
            let adjoint = self.lowering.value(adjoint.term.id)?;
            let parts = tangent
                .data()
                .iter()
                .zip(adjoint.data())
                .map(|(a, b)| (a * b).abs());
            largest = parts
                .filter(|part| part.is_finite())
                .fold(largest, f64::max);
        }
        Ok(largest / derivative.abs().max(1.0))
    }

    /// The output where the target has moved by `step`. Names that are held keep their values.
    pub(super) fn shifted(&self, motion: &Motion, step: f64) -> Result<Tensor> {
        let mut point = motion.point.clone();
        for (k, v) in &motion.entries {
            point.data_mut()[*k] += step * v;
        }
        let mut held = Vec::new();
        for node in self.question.held {
            if *node != motion.leaf {
                held.push((*node, self.lowering.value(*node)?));
            }
        }
        let mut given: Vec<(NodeId, &Tensor)> =
            held.iter().map(|(node, value)| (*node, value)).collect();
        given.push((motion.leaf, &point));
        Ok(self.values(&given, &[self.output()])?.remove(0))
    }
}

/// From how many entries on they are moved together.
const WORTH_A_BATCH: usize = 4;

/// One way in which a target moves.
pub(super) struct Motion {
    leaf: NodeId,
    point: Tensor,
    /// The entries that move, and how fast.
    entries: Vec<(usize, f64)>,
    /// max(1, |w|), in units of the direction.
    pub(super) size: f64,
}

fn reshaped(tensor: Tensor, shape: Shape) -> Tensor {
    if tensor.shape().len() == shape.len() {
        Tensor::new(shape, tensor.data().to_vec())
    } else {
        tensor
    }
}

fn unit(shape: Shape, k: usize) -> Tensor {
    let mut unit = Tensor::filled(shape, 0.0);
    unit.data_mut()[k] = 1.0;
    unit
}
