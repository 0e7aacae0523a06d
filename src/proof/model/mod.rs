//! A model of real formulas in finite fields, in which formulas are compared at random points.
//!
//! A formula is evaluated modulo a large prime p, where the squares play the positive numbers: they
//! are closed under products, exactly one of a and −a is one, and since there is an odd number of them
//! every rational power of a square is one square. So |a|, the sign of a, roots and powers are functions
//! with the laws that they have on real numbers. e^u is a power of a random square, its exponent computed
//! modulo the order of the squares, which is prime as well; cos u and sin u come from a random point of
//! the circle c² + s² = 1, turned u times, u modulo the prime order of that point. Every other function
//! is a random table, with the laws that are written in `basics`.
//!
//! Two formulas that agree at random points of the model are equal by those laws alone, but for a
//! chance of about degree/p (Schwartz and Zippel; Gonnet 1984 for exponentials and roots). Signs that
//! nothing decides are tried in all combinations; those that hold where a formula is defined are
//! required of a point.

mod arrays;
mod exact;
mod field;
mod plan;
mod sample;
mod steps;

pub use exact::Exact;

use super::facts::Facts;
use crate::graph::{Graph, NodeId};
use plan::Plan;
use sample::{Residues, Sample};

/// The degree in signs up to which combinations of them are tried: of all combinations, at least one in
/// 2^degree tells two formulas apart.
const MOST_SIGNS: u32 = 8;
/// Points for each of 2^degree.
const POINTS: usize = 12;
/// Attempts to find a point with the required signs.
const ATTEMPTS: u64 = 30_000;
/// Entries of values that are computed before giving up.
const WORK: u64 = 20_000_000;
/// Entries of all values together up to which a formula is evaluated here.
const MOST_ENTRIES: usize = 60_000;

/// A question to the model.
pub struct Questions<'q> {
    /// The graph.
    pub graph: &'q Graph,
    /// The values to look at, in basic operations.
    pub roots: &'q [NodeId],
    /// What is known of an input.
    pub facts: &'q dyn Fn(NodeId) -> Facts,
    /// True of inputs that keep their value.
    pub fixed: &'q dyn Fn(NodeId) -> bool,
    /// Values that are not negative where the formulas are defined.
    pub positive: &'q [NodeId],
}

/// The values of the roots at some points of the model.
pub struct Answers {
    points: Vec<(Sample, Vec<Vec<Residues>>)>,
}

impl Answers {
    /// Evaluates the roots at as many points as the signs in them need; `None` where the model cannot
    /// decide anything: too many signs or entries, or no point with the required signs.
    pub fn of(questions: &Questions<'_>) -> Option<Answers> {
        let plan = Plan::new(questions)?;
        if plan.degree > MOST_SIGNS || plan.entries > MOST_ENTRIES {
            return None;
        }
        let wanted = POINTS << plan.degree.max(1);
        let mut points = Vec::with_capacity(wanted);
        let budget = ATTEMPTS.min(WORK / (1 + plan.entries * plan.levels) as u64);
        for seed in 0..budget {
            let number = (seed / 3) as usize;
            let mut sample = Sample::new(number, seed.wrapping_mul(0x9E37_79B9) ^ 77, plan.levels);
            if let Ok(values) = plan.evaluate(&mut sample) {
                points.push((sample, values));
            }
            if points.len() == wanted {
                return Some(Answers { points });
            }
        }
        None
    }

    /// True if roots `a` and `b` are equal at all points.
    pub fn equal(&self, a: usize, b: usize) -> bool {
        let equal = |(a, b): (&Residues, &Residues)| a[0] == b[0];
        self.points.iter().all(|(_, values)| {
            values[a].len() == values[b].len() && values[a].iter().zip(&values[b]).all(equal)
        })
    }

    /// The number that root `a` is of root `b`, at all points and in all entries.
    pub fn factor(&self, a: usize, b: usize) -> Option<Exact> {
        let mut found = None;
        for (sample, values) in &self.points {
            if values[a].len() != values[b].len() {
                return None;
            }
            for (a, b) in values[a].iter().zip(&values[b]) {
                match (sample.is_zero(*a), sample.is_zero(*b)) {
                    (true, true) => continue,
                    (true, false) | (false, true) => return None,
                    _ => {}
                }
                let ratio = sample.fraction(sample.div(*a, *b).ok()?)?;
                if *found.get_or_insert(ratio) != ratio {
                    return None;
                }
            }
        }
        found
    }
}
