//! The modes' answers, side by side.

use super::question::NoAnswer;
use crate::exec::Checkpoints;
use crate::graph::measure::Operations;
use crate::graph::{Shape, Tensor};
use crate::notation::Written;
use crate::syntax::ast::{Mode, Name};
use crate::trace::{Kink, Nonfinite, Zeros};

/// The largest relative difference allowed among modes that follow rules.
pub const EXACT: f64 = 1e-9;
/// The largest relative difference allowed from finite differences.
pub const NUMERIC: f64 = 1e-5;

/// The largest difference among modes that follow rules that rounding alone may explain.
pub const ROUNDING: f64 = 1e-3;

/// The derivative by one mode, or why there is none.
pub type Answer = std::result::Result<Tensor, NoAnswer>;

/// The cost of one mode for all variables together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Passes over the graph: tangents in forward mode, adjoints in reverse mode, values in
    /// numeric mode; one evaluation of the formula in symbolic mode.
    pub passes: usize,
    /// Scalar operations, values included.
    pub operations: Operations,
    /// Entries alive at the peak: in forward mode values and tangents, each discarded after its
    /// last use; in reverse mode the values that the rules read, the unfinished adjoints, and the states of
    /// the loop that is gone back through.
    pub live: usize,
    /// The size of the formulas as trees and with sharing; symbolic mode only.
    pub sizes: Option<(u64, u64)>,
    /// What one pass back through all loops takes; reverse mode only.
    pub checkpoints: Option<Checkpoints>,
}

/// The reason for which finite differences say something else than the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Off {
    /// The default step does not suit the point.
    Step,
    /// Cancellation leaves the rules no certain digit; with a step that suits, finite differences say this.
    Rounding(f64),
    /// The value jumps, as where another branch is taken.
    Jump,
    /// The slopes from the left and from the right, which differ: another branch begins here.
    Sides([f64; 2]),
}

/// The derivative with respect to one variable, by every mode.
#[derive(Clone, Debug)]
pub struct DerivativeByMode {
    /// The variable as written.
    pub name: Written,
    /// The direction as written, if only the derivative along it was asked for.
    pub along: Option<Written>,
    /// The shape of the variable.
    pub target: Shape,
    /// The shape of the output.
    pub output: Shape,
    /// In the order of [`Mode::ALL`].
    pub answers: [Answer; 4],
    /// The largest magnitude of a finite entry of each answer.
    pub largest: [f64; 4],
    /// The kind of each zero; only `with zeros`.
    pub zeros: Option<Zeros>,
    /// The reason for which numeric mode is off, where it is and there is no kink.
    pub off: Option<Off>,
}

impl DerivativeByMode {
    /// The answer of `mode`, where it has one.
    pub fn answer(&self, mode: Mode) -> Option<&Tensor> {
        self.answers[mode as usize].as_ref().ok()
    }

    /// The number of entries of every answer.
    pub fn entries(&self) -> usize {
        self.answers
            .iter()
            .flatten()
            .map(|answer| answer.shape().len())
            .next()
            .unwrap_or(0)
    }

    /// The largest relative difference of entry `k` among the modes with a finite answer; infinite
    /// if of two modes that follow rules one has a finite answer and the other has not.
    pub fn difference(&self, k: usize) -> Option<f64> {
        let entry = |mode: &Mode| Some(self.answer(*mode)?.data()[k]);
        let rules = Mode::ALL.iter().filter(|mode| **mode != Mode::Numeric);
        let (finite, not): (Vec<f64>, Vec<f64>) =
            rules.filter_map(entry).partition(|x| x.is_finite());
        if !finite.is_empty() && !not.is_empty() {
            return Some(f64::INFINITY);
        }
        let mut largest = None;
        for (i, one) in Mode::ALL.iter().enumerate() {
            for other in &Mode::ALL[i + 1..] {
                let (Some(a), Some(b)) = (entry(one), entry(other)) else {
                    continue;
                };
                if let Some(difference) = relative_difference(a, b, self.scale(*one, *other)) {
                    largest = Some(f64::max(difference, largest.unwrap_or(0.0)));
                }
            }
        }
        largest
    }

    /// Whether finite differences have no number where the rules have one.
    pub fn leaves_domain(&self) -> bool {
        let exact = self.answer(Mode::Reverse).or(self.answer(Mode::Forward));
        let Some((exact, numeric)) = exact.zip(self.answer(Mode::Numeric)) else {
            return false;
        };
        let mut pairs = exact.data().iter().zip(numeric.data());
        pairs.any(|(exact, numeric)| exact.is_finite() && numeric.is_nan())
    }

    /// The first entry in which the exact modes agree and finite differences say something else.
    pub fn misled(&self) -> Option<usize> {
        let numeric = self.answer(Mode::Numeric)?;
        let rules = Mode::ALL.iter().filter(|mode| **mode != Mode::Numeric);
        let rules: Vec<&Tensor> = rules.filter_map(|mode| self.answer(*mode)).collect();
        let (first, others) = rules.split_first()?;
        let scale = self.largest.into_iter().fold(0.0, f64::max);
        let apart = |a: f64, b: f64| relative_difference(a, b, scale);
        (0..self.entries()).find(|&k| {
            let exact = first.data()[k];
            let near =
                |other: &&Tensor| apart(other.data()[k], exact).is_some_and(|size| size < ROUNDING);
            let off = apart(numeric.data()[k], exact).is_some_and(|size| size > NUMERIC);
            off && others.iter().all(near)
        })
    }

    /// The largest entry of this derivative by magnitude, of both modes.
    pub fn scale(&self, one: Mode, other: Mode) -> f64 {
        f64::max(self.largest[one as usize], self.largest[other as usize])
    }

    /// Entry `k` as it would be written: `W[1,2]`, or `∂y[1]/∂x[2]` of a Jacobian.
    pub fn entry(&self, k: usize, output: &Written) -> Written {
        match (self.output.is_scalar(), &self.along) {
            (true, None) => entry_of(&self.name, self.target, k),
            (true, Some(_)) => self.name.clone(),
            (false, along) => {
                let simple = output.chars().all(char::is_alphanumeric);
                let output = if simple { output } else { &Written::name("y") };
                let m = self.output.len();
                let above = entry_of(output, self.output, k % m);
                match along {
                    None => {
                        let below = entry_of(&self.name, self.target, k / m);
                        Written::words(&format!("∂{above}/∂{below}"))
                    }
                    Some(_) => above,
                }
            }
        }
    }
}

/// Entry `k` of a value of this name and shape.
fn entry_of(name: &Written, shape: Shape, k: usize) -> Written {
    match shape {
        shape if shape.is_scalar() => name.clone(),
        shape if shape.is_vector() => name.at(&[k + 1]),
        shape => name.at(&[k % shape.m() + 1, k / shape.m() + 1]),
    }
}

/// |a − b| by the magnitude of the largest entry that counts beside them; that of equal numbers is 0.
/// `None` unless both are finite.
pub fn relative_difference(a: f64, b: f64, scale: f64) -> Option<f64> {
    let relative = || match a == b {
        true => 0.0,
        false => (a - b).abs() / scale.max(a.abs()).max(b.abs()),
    };
    (a.is_finite() && b.is_finite()).then(relative)
}

/// The largest magnitude of a finite entry.
pub(super) fn largest_entry(answer: &Answer) -> f64 {
    let entries = answer.iter().flat_map(|answer| answer.data());
    let finite = entries.map(|x| x.abs()).filter(|x| x.is_finite());
    finite.fold(0.0, f64::max)
}

/// The passes of each mode, from which the better one follows.
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
    pub output: Written,
    /// Its value.
    pub value: Tensor,
    /// One for each `wrt`.
    pub rows: Vec<DerivativeByMode>,
    /// In the order of [`Mode::ALL`]; `None` where a mode was not asked for or has no answer.
    pub costs: [Option<Cost>; 4],
    /// That of a sparse Jacobian whose rows or columns share passes; `None` where that spares little.
    pub coloured: Option<Cost>,
    /// The passes that forward and reverse mode take.
    pub advice: Advice,
    /// The kinks that were hit.
    pub kinks: Vec<Kink>,
    /// The origin of the first number that is not finite.
    pub nonfinite: Option<Nonfinite>,
    /// Inputs that the default `wrt` left out.
    pub left_out: Vec<Name>,
}

impl Comparison {
    /// The largest relative difference of all entries.
    pub fn largest_difference(&self) -> Option<f64> {
        let entries = self
            .rows
            .iter()
            .flat_map(|row| (0..row.entries()).map(|k| row.difference(k)));
        entries.flatten().reduce(f64::max)
    }
}
