//! Whether two formulas are equal: proved by laws, tried at points, or refuted by one.
//!
//! [`decide`] answers for the finite real points where both are defined. The proof goes through a
//! [`model`] of the real numbers; the points find what no law of formulas tells: that one side is
//! undefined where the other is not, and kinks.

mod angles;
mod basics;
mod domain;
mod facts;
mod gammas;
mod logarithms;
pub mod model;
mod points;
mod terms;
mod witness;

pub use facts::{Bound, Contradiction, Facts, Property};
pub use points::drawn_value;
pub use witness::Point;

use crate::exec::Failure;
use crate::graph::primitive::DerivativeRule;
use crate::graph::{Graph, NodeId, Op, Shape, Tensor};
use crate::stop;
use basics::basics;
use model::{Answers, Questions};
use points::{Draw, Drawer, draws};
use rustc_hash::FxHashSet;
use witness::{Witness, both, witness};

/// Points at which both sides have values that are enough without a proof.
const ENOUGH: usize = 20;
/// Points that are tried.
const MOST: usize = 70;
/// A relative difference that is certainly none of rounding.
const CLEAR: f64 = 1e-6;
/// Smaller differences that are taken for true ones.
const UNCLEAR: usize = 5;

/// Two formulas.
pub struct Claim<'c> {
    /// The graph that holds them.
    pub graph: &'c Graph,
    /// Both sides, of the same shape.
    pub sides: [NodeId; 2],
    /// What is known of an input.
    pub facts: &'c dyn Fn(NodeId) -> Facts,
    /// True of inputs that keep the value that they have.
    pub fixed: &'c dyn Fn(NodeId) -> bool,
    /// A point to be looked at first.
    pub first: Option<Point>,
    /// True if the left side is a derivative that the right side is meant to be: places where the left
    /// side alone has no value do not count, nor do differences at single points.
    pub derivative: bool,
}

/// The kind of difference at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// Both sides have a value.
    Values,
    /// The left side is undefined there and around it.
    LeftUndefined,
    /// The right side is undefined there and around it.
    RightUndefined,
}

/// A point where the sides differ.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The values of the inputs.
    pub point: Point,
    /// Both sides there.
    pub sides: [Tensor; 2],
    /// The worst entry.
    pub entry: usize,
    /// The kind of difference.
    pub apart: Apart,
}

/// A value of one side that is 0 at single points, where that side alone is undefined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception {
    /// The value.
    pub zero: NodeId,
    /// The input that it is linear in, if it depends on nothing else, and where it is 0.
    pub root: Option<(NodeId, f64)>,
}

/// The answer to a claim.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// True if the sides are equal by laws, and no point says otherwise.
    pub proved: bool,
    /// True if they are equal by laws where both are defined.
    pub equal_where_defined: bool,
    /// Points where both sides were found equal.
    pub points: usize,
    /// A point where they differ.
    pub counterexample: Option<Counterexample>,
    /// True if they differ at single points only, where a derivative has a kink.
    pub kinks: bool,
    /// Where one side alone is undefined, at single points.
    pub exceptions: Vec<Exception>,
}

impl Decision {
    /// True if the sides were found equal and nothing says otherwise.
    pub fn holds(&self) -> bool {
        self.counterexample.is_none() && (self.proved || self.points > 0)
    }
}

/// The inputs behind some nodes, in order.
pub fn inputs(graph: &Graph, roots: &[NodeId]) -> Vec<NodeId> {
    let cone = graph.cone(roots, |_| false);
    let is_input = |id: &NodeId| matches!(graph.node(*id).op, Op::Input(_));
    cone.iter().copied().filter(is_input).collect()
}

/// The formulas behind `roots` compared by laws alone.
pub struct Laws {
    answers: Option<Answers>,
}

impl Laws {
    /// Evaluates `roots`, which are given with the claim that they belong to.
    pub fn of(claim: &Claim<'_>, roots: &[NodeId]) -> Laws {
        let graph = claim.graph;
        let mut positive = Vec::new();
        for side in &claim.sides {
            positive.extend(domain::required(graph, *side));
        }
        for input in inputs(graph, &claim.sides) {
            positive.extend(domain::stated(graph, input, &(claim.facts)(input)));
        }
        let roots: Vec<NodeId> = roots.iter().map(|root| basics(graph, *root)).collect();
        let mut required: FxHashSet<NodeId> = FxHashSet::default();
        for node in positive {
            required.insert(basics(graph, node));
        }
        let mut required: Vec<NodeId> = required.into_iter().collect();
        required.sort_unstable();
        let answers = Answers::of(&Questions {
            graph,
            roots: &roots,
            facts: claim.facts,
            fixed: claim.fixed,
            positive: &required,
        });
        Laws { answers }
    }

    /// True if roots `a` and `b` are equal.
    pub fn equal(&self, a: usize, b: usize) -> bool {
        let answers = self.answers.as_ref();
        answers.is_some_and(|answers| answers.equal(a, b))
    }

    /// The number that root `a` is of root `b`.
    pub fn factor(&self, a: usize, b: usize) -> Option<model::Exact> {
        self.answers.as_ref()?.factor(a, b)
    }
}

/// The number that the right side is of the left one at a point, if it is the same in all entries.
///
/// # Errors
/// As [`decide`].
pub fn ratio(claim: &Claim<'_>) -> Result<Option<f64>, Failure> {
    let inputs = inputs(claim.graph, &claim.sides);
    for (number, draw) in draws().enumerate().skip(10).take(10) {
        let Some(point) = drawn(claim, &inputs, draw, number as u64) else {
            continue;
        };
        let [left, right] = both(claim.graph, claim.sides, &point)?;
        let largest = left.data().iter().fold(0f64, |most, x| most.max(x.abs()));
        if !left.is_finite() || !right.is_finite() || largest == 0.0 {
            continue;
        }
        let place = left.data().iter().position(|x| x.abs() == largest);
        let ratio = place.map(|place| right.data()[place] / left.data()[place]);
        let is_same = |ratio: &f64| {
            let mut entries = left.data().iter().zip(right.data());
            let near = 1e-9 * largest * ratio.abs();
            entries.all(|(a, b)| (ratio * a - b).abs() <= near) && ratio.is_normal()
        };
        let simple = |ratio: f64| {
            let (whole, below) = (ratio.round(), (1.0 / ratio).round());
            match (
                (ratio - whole).abs() < 1e-9,
                (1.0 / ratio - below).abs() < 1e-9,
            ) {
                (true, _) if whole != 0.0 => whole,
                (_, true) if below != 0.0 => 1.0 / below,
                _ => ratio,
            }
        };
        return Ok(ratio.filter(is_same).map(simple));
    }
    Ok(None)
}

/// Decides a claim.
///
/// # Errors
/// A side cannot be computed at all, or a stop was asked for.
pub fn decide(claim: &Claim<'_>) -> Result<Decision, Failure> {
    let by_laws = Laws::of(claim, &claim.sides).equal(0, 1);
    let mut decision = at_points(claim, by_laws)?;
    let differs = |found: &Counterexample| found.apart == Apart::Values;
    decision.equal_where_defined =
        by_laws && !decision.counterexample.as_ref().is_some_and(differs);
    decision.proved = by_laws && decision.counterexample.is_none();
    if decision.proved {
        decision.exceptions = exceptions(claim)?;
    }
    Ok(decision)
}

/// Compares the sides at points until there are enough or one differs.
fn at_points(claim: &Claim<'_>, by_laws: bool) -> Result<Decision, Failure> {
    let mut decision = Decision::default();
    let mut unclear = 0;
    let inputs = inputs(claim.graph, &claim.sides);
    let all_fixed = inputs.iter().all(|input| (claim.fixed)(*input));
    let jumps = may_jump(claim);
    for (number, draw) in draws().take(MOST).enumerate() {
        if stop::requested() {
            return Err(Failure::Interrupted);
        }
        let first = claim.first.clone().filter(|_| number == 0);
        let Some(point) = first.or_else(|| drawn(claim, &inputs, draw, number as u64)) else {
            continue;
        };
        match witness(claim.graph, claim.sides, &point, number as u64)? {
            Witness::Agree(true) => decision.points += 1,
            Witness::Agree(false) | Witness::Nothing => {}
            Witness::Differ { entry, size } => {
                if claim.derivative && (by_laws || is_single(claim, &point)?) {
                    decision.kinks |= size > CLEAR && jumps;
                    continue;
                }
                if size <= CLEAR {
                    // Rounding may be larger than its estimate at some point, but not at all of them.
                    unclear += 1;
                    if by_laws || unclear < UNCLEAR {
                        continue;
                    }
                }
                let found = shortened(claim, point, entry, Apart::Values)?;
                decision.counterexample = Some(found);
                return Ok(decision);
            }
            Witness::Undefined { left: true } if claim.derivative => {}
            Witness::Undefined { left } => {
                if !is_open(claim, &point, left)? {
                    continue;
                }
                let apart = match left {
                    true => Apart::LeftUndefined,
                    false => Apart::RightUndefined,
                };
                let found = shortened(claim, point, 0, apart)?;
                decision.counterexample = Some(found);
                return Ok(decision);
            }
        }
        if decision.points >= ENOUGH && number >= 30 || all_fixed && number >= 1 {
            break;
        }
    }
    Ok(decision)
}

fn drawn(claim: &Claim<'_>, inputs: &[NodeId], draw: Draw, seed: u64) -> Option<Point> {
    let mut drawer = Drawer::new(draw, seed.wrapping_mul(0x1234_5677) + 1);
    let mut point = Vec::with_capacity(inputs.len());
    for input in inputs {
        if (claim.fixed)(*input) {
            continue;
        }
        let shape: Shape = claim.graph.shape(*input);
        point.push((*input, drawer.value(shape, &(claim.facts)(*input))?));
    }
    Some(point)
}

/// Points around a point, within what is said of the inputs.
fn neighbours(claim: &Claim<'_>, point: &Point) -> Vec<Point> {
    let mut found = Vec::new();
    for step in [1e-3, -1e-3, 7e-4] {
        let mut near = point.clone();
        for (k, (_, value)) in near.iter_mut().enumerate() {
            for (j, entry) in value.data_mut().iter_mut().enumerate() {
                let size = entry.abs().max(0.1);
                *entry += step * size * (1.0 + 0.3 * ((k + 2 * j) % 5) as f64);
            }
        }
        if is_allowed(claim, &near) {
            found.push(near);
        }
    }
    found
}

fn is_allowed(claim: &Claim<'_>, point: &Point) -> bool {
    let allowed =
        |(input, value): &(NodeId, Tensor)| (claim.facts)(*input).contradicted(value).is_none();
    point.iter().all(allowed)
}

/// True if a side is undefined around a point, too, where the other one is defined.
fn is_open(claim: &Claim<'_>, point: &Point, left: bool) -> Result<bool, Failure> {
    for near in neighbours(claim, point) {
        match witness(claim.graph, claim.sides, &near, 5)? {
            Witness::Undefined { left: side } if side == left => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// True if a side has an operation whose derivative may jump: elsewhere only overflow makes a point single.
fn may_jump(claim: &Claim<'_>) -> bool {
    let jumps = |id: &NodeId| match claim.graph.node(*id).op {
        Op::Apply(row, _) => {
            row.kinks.is_some() || row.is_truth() || matches!(row.derivative, DerivativeRule::Zero)
        }
        _ => false,
    };
    claim.graph.cone(&claim.sides, |_| false).iter().any(jumps)
}

/// True if the sides are equal around a point.
fn is_single(claim: &Claim<'_>, point: &Point) -> Result<bool, Failure> {
    let near = neighbours(claim, point);
    for near in &near {
        if !matches!(
            witness(claim.graph, claim.sides, near, 5)?,
            Witness::Agree(_)
        ) {
            return Ok(false);
        }
    }
    Ok(!near.is_empty())
}

/// A counterexample with as few digits as it can have.
fn shortened(
    claim: &Claim<'_>,
    point: Point,
    entry: usize,
    apart: Apart,
) -> Result<Counterexample, Failure> {
    let mut best = (point, entry);
    for digits in [0, 1, 2] {
        let scale = 10f64.powi(digits);
        let mut rounded = best.0.clone();
        for (_, value) in &mut rounded {
            for entry in value.data_mut() {
                *entry = (*entry * scale).round() / scale + 0.0;
            }
        }
        if !is_allowed(claim, &rounded) {
            continue;
        }
        let found = match witness(claim.graph, claim.sides, &rounded, 3)? {
            Witness::Differ { entry, .. } if apart == Apart::Values => {
                (!claim.derivative || !is_single(claim, &rounded)?).then_some(entry)
            }
            Witness::Undefined { left } => {
                let same = left == (apart == Apart::LeftUndefined) && apart != Apart::Values;
                (same && is_open(claim, &rounded, left)?).then_some(0)
            }
            _ => None,
        };
        if let Some(entry) = found {
            best = (rounded, entry);
            break;
        }
    }
    let (point, entry) = best;
    let sides = both(claim.graph, claim.sides, &point)?;
    Ok(Counterexample {
        point,
        sides,
        entry,
        apart,
    })
}

/// The denominators of one side that are 0 where the other side has a value.
fn exceptions(claim: &Claim<'_>) -> Result<Vec<Exception>, Failure> {
    let mut found = Vec::new();
    let graph = claim.graph;
    let [left, right] = claim.sides.map(|side| domain::denominators(graph, side));
    let only = |these: &[NodeId], others: &[NodeId]| -> Vec<NodeId> {
        let alone = these.iter().filter(|node| !others.contains(node));
        alone.copied().collect()
    };
    let candidates = [only(&left, &right), only(&right, &left)].concat();
    for denominator in candidates {
        if graph.shape(denominator).is_scalar()
            && let Some((point, root)) = zero_of(claim, denominator)?
        {
            let [a, b] = both(graph, claim.sides, &point)?;
            let exception = Exception {
                zero: denominator,
                root,
            };
            if a.is_finite() != b.is_finite() && !found.contains(&exception) {
                found.push(exception);
            }
        }
    }
    Ok(found)
}

/// A point where a value is 0; the input that it is linear in, if it depends on that alone.
#[allow(clippy::type_complexity)]
fn zero_of(
    claim: &Claim<'_>,
    node: NodeId,
) -> Result<Option<(Point, Option<(NodeId, f64)>)>, Failure> {
    let graph = claim.graph;
    let all = inputs(graph, &claim.sides);
    let Some(start) = drawn(
        claim,
        &all,
        Draw::Random {
            least: 0.5,
            most: 3.0,
            signed: false,
        },
        11,
    ) else {
        return Ok(None);
    };
    let here = inputs(graph, &[node]);
    for (k, (input, _)) in start.iter().enumerate() {
        if !here.contains(input) || !graph.shape(*input).is_scalar() {
            continue;
        }
        let at = |x: f64| -> Result<f64, Failure> {
            let mut point = start.clone();
            point[k].1 = Tensor::scalar(x);
            Ok(both(graph, [node, node], &point)?[0].data()[0])
        };
        // Newton's method with a secant, from several places.
        for from in [0.3, -0.7, 1.9] {
            let (mut x, mut before) = (from, from + 0.1);
            let (mut y, mut y_before) = (at(x)?, at(before)?);
            for _ in 0..60 {
                if y == 0.0 || y == y_before || !y.is_finite() {
                    break;
                }
                let next = x - y * (x - before) / (y - y_before);
                (before, y_before) = (x, y);
                x = next;
                y = at(x)?;
            }
            let nearest = x.round();
            if (x - nearest).abs() < 1e-9 && at(nearest)? == 0.0 {
                (x, y) = (nearest, 0.0);
            }
            if y == 0.0 && (claim.facts)(*input).admits(x) {
                let mut point = start.clone();
                point[k].1 = Tensor::scalar(x);
                let slopes = [at(x + 1.0)?, -at(x - 1.0)?, at(x + 3.0)? / 3.0];
                let linear = slopes.iter().all(|slope| (slope - slopes[0]).abs() < 1e-9);
                let root = (linear && here.len() == 1).then_some((*input, x));
                return Ok(Some((point, root)));
            }
        }
    }
    Ok(None)
}
