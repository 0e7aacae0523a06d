//! Values of formulas at a point, with the rounding error that they may have.
//!
//! The error is measured as in stochastic arithmetic (CESTAC): the point is evaluated again with every
//! rounded result moved by an ulp at random; digits that change are not to be relied on.

use crate::exec::{Failure, Interpreter};
use crate::graph::primitive::DerivativeRule;
use crate::graph::{Graph, NodeId, Op, Tensor};
use crate::primitives::arithmetic::{ADD, MUL, NEG, SUB};
use crate::primitives::elementary::ABS;
use crate::primitives::random::SplitMix64;
use rustc_hash::FxHashSet;

/// Evaluations with moved results.
const RUNS: u64 = 4;
/// The error allowed for, in spreads between the runs.
const SPREADS: f64 = 100.0;
/// The error allowed for in any case, relative to the largest entry.
const LEAST_ERROR: f64 = 4e-14;
/// Memory for the values of one point.
const MEMORY: u64 = 1 << 30;

/// Values of the inputs.
pub type Point = Vec<(NodeId, Tensor)>;

/// Two values at a point.
pub(super) enum Witness {
    /// Equal as far as rounding lets one see; true if that is far enough to say so.
    Agree(bool),
    /// Different.
    Differ {
        /// The worst entry.
        entry: usize,
        /// The difference, by the largest entry.
        size: f64,
    },
    /// The first has no value where the second has one, or the other way around.
    Undefined {
        /// True if it is the first.
        left: bool,
    },
    /// Nothing can be said: both undefined, something too large, or all digits lost.
    Nothing,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Finite,
    /// An operation has no value for its finite arguments.
    Undefined,
    /// Something is infinite.
    Infinite,
}

/// The two sides at `point`.
pub(super) fn witness(
    graph: &Graph,
    sides: [NodeId; 2],
    point: &Point,
    seed: u64,
) -> Result<Witness, Failure> {
    let values = match both(graph, sides, point) {
        Err(Failure::Fault(..)) => return Ok(Witness::Nothing),
        values => values?,
    };
    let kinds = [0, 1].map(|k| kind(graph, sides[k], point, &values[k]));
    match kinds {
        [Kind::Finite, Kind::Finite] => {}
        [Kind::Undefined, Kind::Finite] => return Ok(Witness::Undefined { left: true }),
        [Kind::Finite, Kind::Undefined] => return Ok(Witness::Undefined { left: false }),
        _ => return Ok(Witness::Nothing),
    }
    let [left, right] = &values;
    let entries = left.data().iter().zip(right.data());
    let scale = entries
        .clone()
        .fold(0f64, |most, (a, b)| most.max(a.abs()).max(b.abs()));
    let apart: Vec<f64> = entries.map(|(a, b)| a - b).collect();
    let worst = (0..apart.len())
        .rev()
        .max_by(|a, b| apart[*a].abs().total_cmp(&apart[*b].abs()));
    let Some(worst) = worst else {
        return Ok(Witness::Agree(true));
    };
    if scale == 0.0 {
        return Ok(Witness::Agree(true));
    }
    let mut spread = 0f64;
    let cone = graph.cone(&sides, |_| false);
    let mut seen: Vec<Option<Tensor>> = vec![None; cone.len()];
    let mut lost: FxHashSet<NodeId> = FxHashSet::default();
    for run in 0..RUNS {
        let mut random = SplitMix64::new(seed.wrapping_add(run));
        let mut interpreter = match moved_values(graph, &cone, point, &mut random) {
            Err(Failure::Fault(..)) => return Ok(Witness::Nothing),
            moved => moved?,
        };
        for (id, seen) in cone.iter().zip(&mut seen) {
            let now = interpreter.known(*id).map(|view| view.to_tensor());
            if let (Some(now), Some(before)) = (&now, seen.as_ref())
                && lost_digits(before, now)
            {
                lost.insert(*id);
            }
            *seen = now;
        }
        let moved = match sides_of(&mut interpreter, sides) {
            Err(Failure::Fault(..)) => return Ok(Witness::Nothing),
            moved => moved?,
        };
        for (k, apart) in apart.iter().enumerate() {
            let moved = moved[0].data()[k] - moved[1].data()[k];
            spread = spread.max((moved - apart).abs());
        }
    }
    if spread.is_nan() {
        return Ok(Witness::Nothing);
    }
    let error = SPREADS * spread + LEAST_ERROR * scale;
    Ok(match apart[worst].abs() > error {
        // A value of which no digit is left may be divided by, which no spread shows.
        true if cone.iter().any(|id| magnifies(graph, *id, &lost)) => Witness::Nothing,
        true => Witness::Differ {
            entry: worst,
            size: apart[worst].abs() / scale,
        },
        false => Witness::Agree(error <= 1e-5 * scale),
    })
}

/// True if an operation on one of the `lost` values may make any number of it. Sums and products do not: what is
/// left is as small as the error.
fn magnifies(graph: &Graph, id: NodeId, lost: &FxHashSet<NodeId>) -> bool {
    let Op::Apply(row, _) = graph.node(id).op else {
        return false;
    };
    let is_polynomial = matches!(
        row.derivative,
        DerivativeRule::Linear(_) | DerivativeRule::Bilinear(..)
    ) || [&ADD, &SUB, &MUL].iter().any(|known| row.is(known));
    !is_polynomial && graph.args(id).iter().any(|arg| lost.contains(arg))
}

/// True if an entry has no digit in common with itself a run before.
fn lost_digits(before: &Tensor, now: &Tensor) -> bool {
    let entries = before.data().iter().zip(now.data());
    entries
        .into_iter()
        .any(|(a, b)| (a - b).abs() > 0.01 * a.abs().max(b.abs()))
}

/// The values of both sides.
///
/// # Errors
/// Something has no value, or a stop was asked for.
pub(super) fn both(
    graph: &Graph,
    sides: [NodeId; 2],
    point: &Point,
) -> Result<[Tensor; 2], Failure> {
    let mut interpreter = Interpreter::new(graph, MEMORY);
    for (input, value) in point {
        interpreter.set(*input, value);
    }
    sides_of(&mut interpreter, sides)
}

fn sides_of(
    interpreter: &mut Interpreter<'_>,
    [left, right]: [NodeId; 2],
) -> Result<[Tensor; 2], Failure> {
    let left = interpreter.value(left)?.to_tensor();
    let right = interpreter.value(right)?.to_tensor();
    Ok([left, right])
}

/// The values of a cone, every rounded one moved.
fn moved_values<'g>(
    graph: &'g Graph,
    cone: &[NodeId],
    point: &Point,
    random: &mut SplitMix64,
) -> Result<Interpreter<'g>, Failure> {
    let mut interpreter = Interpreter::new(graph, MEMORY);
    for (input, value) in point {
        interpreter.set(*input, &moved(value, random, |x| x.fract() != 0.0));
    }
    for id in cone {
        let Op::Apply(row, _) = graph.node(*id).op else {
            continue;
        };
        let value = match interpreter.value(*id) {
            Ok(view) => view.to_tensor(),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            // What is not needed may fail.
            Err(_) => continue,
        };
        let exact = row.moves_entries || row.repeats || row.is(&NEG) || row.is(&ABS);
        let args = graph.args(*id);
        let simple = is_whole(&value)
            && args.iter().all(|arg| {
                let arg = interpreter.known(*arg);
                arg.is_some_and(|view| is_whole(&view.to_tensor()))
            });
        if !exact && !simple {
            interpreter.set(*id, &moved(&value, random, |_| true));
        }
    }
    Ok(interpreter)
}

/// True of small whole numbers, whose sums and products are exact.
fn is_whole(value: &Tensor) -> bool {
    let mut entries = value.data().iter();
    entries.all(|x| x.fract() == 0.0 && x.abs() < 1e6)
}

/// `value` with those entries moved that `rounded` says: by half an ulp at least, since less would be rounded
/// away, and by three halves at most.
fn moved(value: &Tensor, random: &mut SplitMix64, rounded: fn(f64) -> bool) -> Tensor {
    let mut value = value.clone();
    for entry in value.data_mut() {
        if rounded(*entry) {
            let side = 2.0 * random.uniform() - 1.0;
            *entry *= 1.0 + f64::EPSILON * (side + 0.5f64.copysign(side));
        }
    }
    value
}

/// What the value of `root` is, and where it is not finite, why.
fn kind(graph: &Graph, root: NodeId, point: &Point, value: &Tensor) -> Kind {
    if value.is_finite() {
        return Kind::Finite;
    }
    let mut interpreter = Interpreter::new(graph, MEMORY);
    for (input, value) in point {
        interpreter.set(*input, value);
    }
    let mut undefined = false;
    for id in graph.cone(&[root], |_| false).iter() {
        if let Ok(view) = interpreter.value(*id) {
            if view.data.iter().any(|x| x.is_infinite()) {
                return Kind::Infinite;
            }
            undefined |= view.data.iter().any(|x| x.is_nan());
        }
    }
    if undefined {
        Kind::Undefined
    } else {
        Kind::Infinite
    }
}
