//! The derivative of one output by every mode, side by side, and what each cost.

use super::build::{Builder, Wrt};
use super::kinks::Kink;
use super::provenance::Nonfinite;
use crate::diagnostic::{Diagnostic, Result};
use crate::diff::{Flow, Held, Problem, Target, forward, grad, jacobian, jvp, reverse};
use crate::exec::{Failure, Interpreter, Point, at_points};
use crate::graph::measure::{self, Operations};
use crate::graph::{Block, Corner, Graph, NodeId, Shape, Tensor, Term};
use crate::lower::Evaluation;
use crate::stop;
use crate::symbolic::NoFormula;
use crate::syntax::ast::{Mode, Name};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many entries the passes of a mode may go through where it was not asked for by name.
pub(super) const PATIENCE: usize = 3_000_000_000;

/// The derivative by one mode, or why there is none.
pub type Answer = std::result::Result<Tensor, NoAnswer>;

/// Why a mode has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// Nobody asked for it.
    NotAsked,
    /// It takes this many passes through much, and was not asked for by name.
    TooLong(usize),
    /// Its formula is this many operations deep, and it was not asked for by name.
    TooDeep(usize),
    /// A kink was hit, where finite differences say nothing.
    Kink,
    /// A value is not finite, and finite differences say nothing.
    NotFinite,
    /// The language has no formula for the derivative.
    NoFormula(NoFormula),
    /// The formula has no value here.
    Failed(Diagnostic),
}

/// The derivative by one thing, by every mode.
#[derive(Clone, Debug)]
pub struct Row {
    /// By what, as written.
    pub name: String,
    /// The direction, as written, where only the derivative along it was asked for.
    pub along: Option<String>,
    /// The shape of what it is differentiated by.
    pub target: Shape,
    /// The shape of what is differentiated.
    pub output: Shape,
    /// In the order of [`Mode::ALL`].
    pub answers: [Answer; 4],
    /// Of what kind each zero is; only `with zeros`.
    pub zeros: Option<super::Zeros>,
}

impl Row {
    /// The answer of `mode`, where it has one.
    pub fn answer(&self, mode: Mode) -> Option<&Tensor> {
        self.answers[mode as usize].as_ref().ok()
    }

    /// How many entries every answer has.
    pub fn entries(&self) -> usize {
        self.answers
            .iter()
            .flatten()
            .map(|answer| answer.shape().len())
            .next()
            .unwrap_or(0)
    }

    /// The largest relative difference of entry `k` among the modes that have a finite answer;
    /// infinite where one mode that follows rules has a finite one and another has not.
    pub fn difference(&self, k: usize) -> Option<f64> {
        let entry = |mode: &Mode| Some(self.answer(*mode)?.data()[k]);
        let values: Vec<f64> = Mode::ALL.iter().filter_map(entry).collect();
        let rules = Mode::ALL.iter().filter(|mode| **mode != Mode::Numeric);
        let (finite, not): (Vec<f64>, Vec<f64>) =
            rules.filter_map(entry).partition(|x| x.is_finite());
        if !finite.is_empty() && !not.is_empty() {
            return Some(f64::INFINITY);
        }
        let mut largest = None;
        for (i, a) in values.iter().enumerate() {
            for b in &values[i + 1..] {
                if let Some(difference) = relative_difference(*a, *b) {
                    largest = Some(f64::max(difference, largest.unwrap_or(0.0)));
                }
            }
        }
        largest
    }

    /// Entry `k` as it would be written: `W[1,2]`, or `∂y[1]/∂x[2]` of a Jacobian.
    pub fn entry(&self, k: usize, output: &str) -> String {
        let part = |name: &str, shape: Shape, k: usize| match shape {
            shape if shape.is_scalar() => name.to_string(),
            shape if shape.is_vector() => format!("{name}[{}]", k + 1),
            shape => format!("{name}[{},{}]", k % shape.m() + 1, k / shape.m() + 1),
        };
        match (self.output.is_scalar(), &self.along) {
            (true, None) => part(&self.name, self.target, k),
            (true, Some(_)) => self.name.clone(),
            (false, along) => {
                let simple = output.chars().all(char::is_alphanumeric);
                let output = if simple { output } else { "y" };
                let m = self.output.len();
                let above = part(output, self.output, k % m);
                match along {
                    None => format!("∂{above}/∂{}", part(&self.name, self.target, k / m)),
                    Some(_) => above,
                }
            }
        }
    }
}

/// |a − b|/max(1, |a|, |b|); `None` where either is not a number or infinite.
pub fn relative_difference(a: f64, b: f64) -> Option<f64> {
    (a.is_finite() && b.is_finite()).then(|| (a - b).abs() / 1f64.max(a.abs()).max(b.abs()))
}

/// What one mode cost for all that was differentiated by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Passes over the graph: tangents in forward mode, adjoints in reverse mode, values in
    /// numeric mode; one evaluation of the formula in symbolic mode.
    pub passes: usize,
    /// Scalar operations, values included.
    pub operations: Operations,
    /// Entries that are alive at the peak: in forward mode values and tangents, each discarded
    /// after its last use; in reverse mode the values that the rules read and the adjoints that
    /// are not finished.
    pub live: usize,
    /// The size of the formulas as trees and with sharing; symbolic mode only.
    pub sizes: Option<(u64, u64)>,
}

/// Which mode is right for a formula of this shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Forward passes: entries, or directions, of what is differentiated by.
    pub forward: usize,
    /// Reverse passes: entries of the output.
    pub reverse: usize,
}

/// One output by every mode.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The output as written.
    pub output: String,
    /// Its value.
    pub value: Tensor,
    /// One for each `wrt`.
    pub rows: Vec<Row>,
    /// In the order of [`Mode::ALL`]; `None` where a mode was not asked for or has no answer.
    pub costs: [Option<Cost>; 4],
    /// Which mode is right here.
    pub advice: Advice,
    /// The kinks that were hit.
    pub kinks: Vec<Kink>,
    /// Where the first number that is not finite came from.
    pub nonfinite: Option<Nonfinite>,
    /// Inputs that the default `wrt` left out.
    pub left_out: Vec<Name>,
}

impl Comparison {
    /// The largest relative difference of all entries, and where it is.
    pub fn largest_difference(&self) -> Option<f64> {
        let entries = self
            .rows
            .iter()
            .flat_map(|row| (0..row.entries()).map(|k| row.difference(k)));
        entries.flatten().reduce(f64::max)
    }
}

/// A derivative as a simplified formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByFormula {
    /// What it stands for: in the target's shape, a Jacobian for an output that is no scalar.
    pub node: NodeId,
    /// Its operations as a tree.
    pub tree: u64,
    /// Its operations with sharing.
    pub dag: u64,
    /// The node that has its value also where a kink or rounding makes a difference.
    pub exact: NodeId,
}

/// What symbolic mode has to say about the derivative of the output by a target: a formula, or why
/// there is none.
pub type ByFormulas<'s> = dyn Fn(Target) -> std::result::Result<ByFormula, NoAnswer> + 's;

/// What to compare.
pub struct Question<'q> {
    /// The output: as written, and its node.
    pub output: &'q (String, NodeId),
    /// By what.
    pub wrt: &'q [Wrt],
    /// The nodes of held names.
    pub held: &'q Held,
    /// The order of a leaf among the inputs.
    pub order: &'q dyn Fn(NodeId) -> (u8, u64),
    /// The inputs that the default `wrt` left out.
    pub left_out: &'q [Name],
    /// The modes that were asked for.
    pub modes: &'q [Mode],
    /// Whether they were asked for by name: then they run however long they take.
    pub by_name: bool,
    /// Bytes of values that may be kept.
    pub memory: u64,
    /// Symbolic mode.
    pub symbolic: &'q ByFormulas<'q>,
    /// Whether to tell of what kind zeros are.
    pub zeros: bool,
}

/// Compares the modes.
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

/// Where the modes are run.
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

    /// How many directions forward mode goes, one pass each.
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

    /// Why `mode` is not run where nobody asked for it by name: it would take very long.
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

    /// The entries of everything behind the output: what one pass goes through.
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

/// What the passes cost.
impl<'a> Bench<'_, 'a> {
    fn cost(&self, mode: Mode) -> Result<Cost> {
        let values = self.work(&[self.output()], None)?;
        match mode {
            Mode::Numeric => {
                let passes = 2 * self.directions();
                let m = self.shape().len() as u64;
                let difference = Operations {
                    products: m,
                    sums: m,
                    calls: 0,
                };
                let operations =
                    values.operations.times(passes) + difference.times(self.directions());
                Ok(Cost {
                    passes,
                    operations,
                    live: self.live_forward(&[])?,
                    sizes: None,
                })
            }
            Mode::Forward => {
                let mut operations = values.operations;
                let mut live = 0;
                for wrt in self.question.wrt {
                    operations =
                        operations + self.forward_work(wrt, &values)?.times(self.passes(wrt));
                    live = live.max(self.live_forward(&[wrt.target.node])?);
                }
                Ok(Cost {
                    passes: self.directions(),
                    operations,
                    live,
                    sizes: None,
                })
            }
            Mode::Reverse => {
                let passes = self.shape().len();
                let (work, read) = self.reverse_work(&values)?;
                let live = self.live_backward(&read)?;
                Ok(Cost {
                    passes,
                    operations: values.operations + work.times(passes),
                    live,
                    sizes: None,
                })
            }
            Mode::Symbolic => self.symbolic_cost(),
        }
    }

    /// The operations of one forward pass for `wrt`, beside the values.
    fn forward_work(&self, wrt: &Wrt, values: &Work) -> Result<Operations> {
        let shape = wrt.target.shape(self.graph);
        let seed = self.seed(shape);
        let seeds = FxHashMap::from_iter([(wrt.target.node, wrt.target.seed(self.graph, seed))]);
        match forward(self.graph, &[self.output()], &seeds, self.question.held).get(self.output()) {
            None => Ok(Operations::default()),
            Some(flow) => Ok(self
                .work(&[flow.term.id], Some(seed.id))?
                .beside(values, self.graph)),
        }
    }

    /// The operations of one reverse pass for all targets, beside the values, and the values that
    /// its rules read.
    fn reverse_work(&self, values: &Work) -> Result<(Operations, FxHashSet<NodeId>)> {
        let seed = self.seed(self.shape());
        let targets: Vec<NodeId> = self
            .question
            .wrt
            .iter()
            .map(|wrt| wrt.target.node)
            .collect();
        let found = reverse(
            self.graph,
            self.output(),
            Flow::everywhere(seed),
            &targets,
            self.question.held,
        );
        let roots: Vec<NodeId> = found
            .into_iter()
            .flatten()
            .map(|flow| flow.term.id)
            .collect();
        let work = self.work(&roots, Some(seed.id))?;
        let mut read = FxHashSet::default();
        for id in work.nodes.iter().filter(|id| !values.nodes.contains(id)) {
            self.graph.for_args(*id, |arg| {
                if values.nodes.contains(&arg) {
                    read.insert(arg);
                }
            });
        }
        Ok((work.beside(values, self.graph), read))
    }

    /// A seed: the number 1 where it is a scalar, a value of its own otherwise.
    fn seed(&self, shape: Shape) -> Term<'a> {
        let id = if shape.is_scalar() {
            self.graph.literal(1.0)
        } else {
            self.graph.input("".into(), shape, None)
        };
        self.graph.term(id)
    }

    fn symbolic_cost(&self) -> Result<Cost> {
        let formulas: Vec<ByFormula> = self
            .question
            .wrt
            .iter()
            .filter_map(|wrt| (self.question.symbolic)(wrt.target).ok())
            .collect();
        let roots: Vec<NodeId> = formulas.iter().map(|formula| formula.node).collect();
        let work = self.work(&roots, None)?;
        let tree = formulas
            .iter()
            .fold(0u64, |sum, formula| sum.saturating_add(formula.tree));
        let dag = formulas
            .iter()
            .fold(0u64, |sum, formula| sum.saturating_add(formula.dag));
        let builder = Builder::new(
            self.lowering,
            &roots,
            self.question.held,
            self.question.order,
        )?;
        let live = peak(&builder, &|_| false)?;
        Ok(Cost {
            passes: 1,
            operations: work.operations,
            live,
            sizes: Some((tree, dag)),
        })
    }

    /// What is computed to know the values of `roots`: only what is needed on the path taken.
    fn work(&self, roots: &[NodeId], seed: Option<NodeId>) -> Result<Work> {
        let mut interpreter = Interpreter::new(self.graph, self.question.memory);
        if let Some(seed) = seed {
            let ones = Tensor::filled(self.graph.shape(seed), 1.0);
            interpreter.set(seed, &ones);
        }
        for root in roots {
            interpreter
                .value(*root)
                .map_err(|failure| self.lowering.unit.explain(&failure))?;
        }
        let cone = self.graph.cone(roots, |_| false);
        let nodes: FxHashSet<NodeId> = cone
            .into_iter()
            .filter(|id| interpreter.known(*id).is_some())
            .collect();
        let operations = nodes
            .iter()
            .map(|id| measure::operations(self.graph, *id))
            .sum();
        Ok(Work { nodes, operations })
    }

    /// The peak of values and tangents by `targets`.
    fn live_forward(&self, targets: &[NodeId]) -> Result<usize> {
        let builder = Builder::new(
            self.lowering,
            &[self.output()],
            self.question.held,
            self.question.order,
        )?;
        let active = active_lines(&builder, targets)?;
        peak(&builder, &|id| active.contains(&id))
    }

    /// The values that reverse mode reads and the peak of its adjoints.
    fn live_backward(&self, read: &FxHashSet<NodeId>) -> Result<usize> {
        let builder = Builder::new(
            self.lowering,
            &[self.output()],
            self.question.held,
            self.question.order,
        )?;
        let targets: Vec<NodeId> = self
            .question
            .wrt
            .iter()
            .map(|wrt| wrt.target.node)
            .collect();
        let active = active_lines(&builder, &targets)?;
        let entries = |id: NodeId| self.graph.shape(id).len();
        let mut kept = FxHashSet::default();
        for id in read {
            let seen = builder.sight.resolve(*id, &mut Vec::new())?;
            if builder.numbers.contains_key(&seen) {
                kept.insert(seen);
            }
        }
        let values: usize = kept.into_iter().map(entries).sum();
        let mut begun: FxHashSet<NodeId> = FxHashSet::default();
        let (mut alive, mut most) = (0, 0);
        for id in builder.listed.iter().rev().filter(|id| active.contains(id)) {
            if begun.insert(*id) {
                alive += entries(*id);
            }
            for arg in builder.sight.arguments(*id)?.0 {
                if active.contains(&arg) && begun.insert(arg) {
                    alive += entries(arg);
                }
            }
            most = most.max(alive);
            if !targets.contains(id) {
                alive -= entries(*id);
            }
        }
        Ok(values + most)
    }
}

/// The lines that depend on `targets`, which are among them.
pub(super) fn active_lines(
    builder: &Builder<'_, '_>,
    targets: &[NodeId],
) -> Result<FxHashSet<NodeId>> {
    let mut active: FxHashSet<NodeId> = FxHashSet::default();
    for id in &builder.listed {
        let own = targets.contains(id);
        let skipped = usize::from(builder.sight.has_condition(*id));
        let from_args = || -> Result<bool> {
            let (args, _) = builder.sight.arguments(*id)?;
            Ok(args.iter().skip(skipped).any(|arg| active.contains(arg)))
        };
        if own || (!builder.sight.is_leaf(*id) && from_args()?) {
            active.insert(*id);
        }
    }
    Ok(active)
}

/// The most entries that are alive at once when the lines are computed in order, each discarded
/// after its last use; lines that are `doubled` have a tangent beside their value.
fn peak(builder: &Builder<'_, '_>, doubled: &dyn Fn(NodeId) -> bool) -> Result<usize> {
    let entries = |id: NodeId| builder.graph.shape(id).len() * if doubled(id) { 2 } else { 1 };
    let mut last: FxHashMap<NodeId, usize> = FxHashMap::default();
    for (k, id) in builder.listed.iter().enumerate() {
        for arg in builder.sight.arguments(*id)?.0 {
            last.insert(arg, k);
        }
    }
    let mut ends: Vec<usize> = vec![0; builder.listed.len()];
    for id in &builder.listed {
        if let Some(k) = last.get(id) {
            ends[*k] += entries(*id);
        }
    }
    let (mut alive, mut most) = (0, 0);
    for (k, id) in builder.listed.iter().enumerate() {
        alive += entries(*id);
        most = most.max(alive);
        alive -= ends[k];
    }
    Ok(most)
}

/// The nodes that were computed, and what they cost.
struct Work {
    nodes: FxHashSet<NodeId>,
    operations: Operations,
}

impl Work {
    /// What was computed beside the values.
    fn beside(&self, values: &Work, graph: &Graph) -> Operations {
        let own = self.nodes.iter().filter(|id| !values.nodes.contains(id));
        own.map(|id| measure::operations(graph, *id)).sum()
    }
}
