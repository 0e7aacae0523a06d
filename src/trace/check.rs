//! The check that the modes agree: forward, reverse and symbolic among each other, and with finite
//! differences that are refined until their digits are certain.

use super::compare::{
    DerivativeByMode, ESTIMATES, EXACT, Estimate, Findings, ModeRunner, NUMERIC, Near, NoAnswer,
    Question, ROUNDING, VISITS_LIMIT, relative_difference,
};
use super::kinks::Kink;
use super::request::Wrt;
use crate::diagnostic::{Code, Result};
use crate::diff::Central;
use crate::graph::Tensor;
use crate::lower::Evaluation;
use crate::notation::Written;
use crate::syntax::ast::Mode;

/// Two modes that differ in one entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The entry, as written.
    pub entry: String,
    /// The two modes and what each says.
    pub sides: [(Mode, f64); 2],
    /// |a − b| by the largest entry of the derivative that either mode has.
    pub size: f64,
}

/// The reason that modes which should agree do not.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// There is no derivative there.
    Kink(Kink),
    /// One of the values is infinite.
    Infinite,
    /// Contributions this much larger than their sum cancel: so many digits are lost.
    Cancellation(f64),
    /// The output looks smooth at one step and not at another: both steps and their results.
    Step([(f64, f64); 2]),
    /// Nothing of the kind.
    Unexplained,
}

/// The result of a check of one output.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The output as written.
    pub output: Written,
    /// The largest difference found, whether or not it is too large.
    pub largest: Option<Difference>,
    /// The worst difference that is too large.
    pub failure: Option<(Difference, Reason)>,
    /// The reason that finite differences were left out, where they were.
    pub left_out: Option<NoAnswer>,
    /// The worst difference that rounding may explain and that is too large to count as agreement.
    pub unsure: Option<Difference>,
    /// Entries in which the modes differ by no more than rounding.
    pub rounding: usize,
    /// Modes that have no answer, with the reason.
    pub silent: Vec<(Mode, NoAnswer)>,
    /// Entries whose finite differences are less sure than the tolerance.
    pub doubtful: usize,
    /// The kinks that were hit.
    pub kinks: Vec<Kink>,
}

impl Verdict {
    /// True if the modes agree, false if they do not; `None` where nothing can be said.
    pub fn ok(&self) -> Option<bool> {
        match (&self.failure, &self.unsure, &self.largest) {
            (Some(_), ..) => Some(false),
            (None, None, Some(_)) => Some(true),
            _ => None,
        }
    }
}

/// Checks one output.
///
/// # Errors
/// A value behind the output cannot be computed, or the user asked to stop.
pub fn check(evaluation: &Evaluation<'_>, question: &Question<'_>) -> Result<Verdict> {
    let rules: Vec<Mode> = question
        .modes
        .iter()
        .copied()
        .filter(|mode| *mode != Mode::Numeric)
        .collect();
    let runner = ModeRunner::new(evaluation, question)?;
    let rows = runner.rows(&rules)?;
    let findings = runner.findings(&rows)?;
    let mut verdict = Verdict {
        output: question.output.0.clone(),
        largest: None,
        failure: None,
        left_out: left_out(&rows, &findings, &runner),
        unsure: None,
        rounding: 0,
        silent: silent(&rows, &rules),
        doubtful: 0,
        kinks: findings.kinks,
    };
    for (row, wrt) in rows.iter().zip(question.wrt) {
        for k in 0..row.entries() {
            let pairs = among_rules(row, k);
            let rounding = match pairs.iter().any(|pair| pair.size > EXACT) {
                true => runner.rounding_of_derivative(wrt, k)?,
                false => 0.0,
            };
            let mut rounded = false;
            for pair in &pairs {
                let [a, b] = pair.sides.map(|(_, x)| x);
                if pair.size <= EXACT {
                    verdict.agree(pair);
                } else if (a - b).abs() > rounding {
                    let kink = verdict.kinks.first().cloned();
                    verdict.disagree(pair, || match kink {
                        Some(kink) => Ok(Reason::Kink(kink)),
                        None => cancellation(&runner, wrt, k, a),
                    })?;
                } else if pair.size <= ROUNDING {
                    rounded = true;
                    verdict.agree(pair);
                } else if pair.is_worse(verdict.unsure.as_ref()) {
                    verdict.unsure = Some(pair.named(&verdict.output));
                }
            }
            verdict.rounding += usize::from(rounded);
        }
        if verdict.left_out.is_none() {
            match verdict.numeric(&runner, row, wrt) {
                // Beside the point there may be no value: an equation without a solution.
                Err(error) if error.code() == Code::Value => {
                    verdict.left_out = Some(NoAnswer::Failed(error));
                }
                done => done?,
            }
        }
    }
    Ok(verdict)
}

/// The reason that finite differences say nothing here.
fn left_out(
    rows: &[DerivativeByMode],
    findings: &Findings,
    runner: &ModeRunner<'_, '_>,
) -> Option<NoAnswer> {
    let question = runner.question;
    if !question.modes.contains(&Mode::Numeric) {
        return Some(NoAnswer::NotAsked);
    }
    if runner.is_overridden() {
        return Some(NoAnswer::Overridden);
    }
    if !findings.kinks.is_empty() {
        return Some(NoAnswer::Kink);
    }
    let finite = rows
        .iter()
        .flat_map(|row| row.answers.iter().flatten())
        .all(Tensor::is_finite);
    if findings.nonfinite.is_some() || !runner.value.is_finite() || !finite {
        return Some(NoAnswer::NotFinite);
    }
    // At least three central differences for each direction.
    let evaluations = 6 * runner.directions();
    if !question.by_name && runner.size().saturating_mul(evaluations) > VISITS_LIMIT {
        return Some(NoAnswer::TooLong(evaluations));
    }
    None
}

fn silent(rows: &[DerivativeByMode], rules: &[Mode]) -> Vec<(Mode, NoAnswer)> {
    let mut silent: Vec<(Mode, NoAnswer)> = Vec::new();
    for row in rows {
        for mode in rules {
            if let Err(why) = &row.answers[*mode as usize]
                && !silent.iter().any(|(known, _)| known == mode)
            {
                silent.push((*mode, why.clone()));
            }
        }
    }
    silent
}

/// Two modes side by side in one entry of a derivative.
struct Pair<'r> {
    row: &'r DerivativeByMode,
    k: usize,
    sides: [(Mode, f64); 2],
    size: f64,
}

impl Pair<'_> {
    fn is_worse(&self, known: Option<&Difference>) -> bool {
        known.is_none_or(|known| self.size > known.size)
    }

    fn named(&self, output: &Written) -> Difference {
        Difference {
            entry: self.row.entry(self.k, output).to_string(),
            sides: self.sides,
            size: self.size,
        }
    }
}

/// The modes that follow rules, in pairs, in entry `k`. NaN is no answer.
fn among_rules(row: &DerivativeByMode, k: usize) -> Vec<Pair<'_>> {
    let value = |mode: Mode| Some((mode, row.answer(mode)?.data()[k]));
    let values: Vec<(Mode, f64)> = Mode::ALL
        .into_iter()
        .filter_map(value)
        .filter(|(_, x)| !x.is_nan())
        .collect();
    let mut found = Vec::new();
    for (i, a) in values.iter().enumerate() {
        for b in &values[i + 1..] {
            let size = match relative_difference(a.1, b.1, row.scale(a.0, b.0)) {
                Some(size) => size,
                None if a.1 == b.1 => 0.0,
                None => f64::INFINITY,
            };
            let sides = [*a, *b];
            found.push(Pair {
                row,
                k,
                sides,
                size,
            });
        }
    }
    found
}

/// The reason for which rules disagree about entry `k`, where there is no kink.
fn cancellation(runner: &ModeRunner<'_, '_>, wrt: &Wrt, k: usize, value: f64) -> Result<Reason> {
    let amplification = runner.largest_part(wrt, k)? / value.abs();
    Ok(match amplification > 1e3 {
        true => Reason::Cancellation(amplification),
        false => Reason::Unexplained,
    })
}

impl Verdict {
    /// Takes a difference into account that is small enough.
    fn agree(&mut self, pair: &Pair<'_>) {
        if pair.is_worse(self.largest.as_ref()) {
            self.largest = Some(pair.named(&self.output));
        }
    }

    /// Takes a difference into account that is too large; the worst one gets its likely `reason`.
    fn disagree(&mut self, pair: &Pair<'_>, reason: impl FnOnce() -> Result<Reason>) -> Result<()> {
        if pair.is_worse(self.failure.as_ref().map(|(known, _)| known)) {
            let infinite = pair.sides.iter().any(|(_, x)| x.is_infinite());
            let reason = if infinite {
                Reason::Infinite
            } else {
                reason()?
            };
            self.failure = Some((pair.named(&self.output), reason));
        }
        self.agree(pair);
        Ok(())
    }

    /// Compares the first rule that has an answer with refined finite differences.
    fn numeric(
        &mut self,
        runner: &ModeRunner<'_, '_>,
        row: &DerivativeByMode,
        wrt: &Wrt,
    ) -> Result<()> {
        let known = |mode: &Mode| Some((*mode, row.answer(*mode)?));
        let Some((mode, rule)) = [Mode::Reverse, Mode::Forward, Mode::Symbolic]
            .iter()
            .find_map(known)
        else {
            return Ok(());
        };
        let m = runner.value.shape().len();
        let differences = runner.differences(wrt)?;
        for (j, motion) in differences.motions().iter().enumerate() {
            let near = Near {
                runner,
                differences: &differences,
                motion,
            };
            let largest = row.scale(mode, mode);
            let exact = |i: usize| rule.data()[i + j * m];
            let estimates = near.refined(exact, largest)?;
            for (i, estimate) in estimates.iter().enumerate() {
                let k = i + j * m;
                let exact = exact(i);
                let scale = largest.max(estimate.value.abs());
                let size = relative_difference(exact, estimate.value, scale);
                let Some(size) = size.filter(|_| estimate.error.is_finite()) else {
                    self.doubtful += 1;
                    continue;
                };
                let pair = Pair {
                    row,
                    k,
                    sides: [(mode, exact), (Mode::Numeric, estimate.value)],
                    size,
                };
                let apart = (exact - estimate.value).abs();
                let allowed = (ESTIMATES * estimate.error).max(EXACT * scale);
                if apart <= allowed {
                    match estimate.error > NUMERIC * scale {
                        true => self.doubtful += 1,
                        false => self.agree(&pair),
                    }
                    continue;
                }
                let swept = runner.rounding_of_derivative(wrt, k)?;
                if size > ROUNDING && apart <= allowed + swept {
                    // Cancellation leaves the rules no digit that could be checked.
                    if pair.is_worse(self.unsure.as_ref()) {
                        self.unsure = Some(pair.named(&self.output));
                    }
                } else if apart <= allowed + swept + near.rounding(estimate)?
                    || near.one_sided(i, scale)?.is_some()
                {
                    self.doubtful += 1;
                } else {
                    self.disagree(&pair, || near.explain(i, exact, estimate))?;
                }
            }
        }
        Ok(())
    }
}

impl Near<'_, '_, '_> {
    fn explain(&self, i: usize, exact: f64, estimate: &Estimate) -> Result<Reason> {
        for h in [1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13].map(|h| h * self.motion.size) {
            let Central {
                quotient: finer,
                noise: lost,
            } = self.central(h)?[i];
            let near = relative_difference(finer, exact, 0.0).is_some_and(|size| size < 1e-3);
            if near && lost < 1e-2 * (finer - estimate.value).abs() {
                return Ok(Reason::Step([(estimate.step, estimate.value), (h, finer)]));
            }
        }
        Ok(Reason::Unexplained)
    }
}
