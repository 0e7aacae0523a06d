//! Finite differences that are refined until their digits are certain, and the reasons for which they differ from rules.

use super::ModeRunner;
use super::answers::{DerivativeByMode, Off};
use crate::diagnostic::Result;
use crate::diff::{Central, Differences, Motion};
use crate::syntax::ast::Mode;
use crate::trace::request::Wrt;

/// The largest distance from finite differences, in errors that these estimate of themselves.
pub(in crate::trace) const ESTIMATES: f64 = 10.0;

/// A refined finite difference of one entry of the output.
#[derive(Clone, Copy, Debug)]
pub(in crate::trace) struct Estimate {
    pub(in crate::trace) value: f64,
    /// Its own estimate of its error.
    pub(in crate::trace) error: f64,
    /// The first step.
    pub(in crate::trace) step: f64,
}

/// An output near the present value of a target, on one line.
pub(in crate::trace) struct Near<'n, 'b, 'a> {
    pub(in crate::trace) runner: &'n ModeRunner<'b, 'a>,
    pub(in crate::trace) differences: &'n Differences<'a>,
    pub(in crate::trace) motion: &'n Motion,
}

impl Near<'_, '_, '_> {
    fn at(&self, step: f64) -> Result<Vec<f64>> {
        let outcome = self.differences.at(self.motion, step);
        self.runner.explained(outcome)
    }

    pub(in crate::trace) fn central(&self, step: f64) -> Result<Vec<Central>> {
        let outcome = self.differences.central(self.motion, step);
        self.runner.explained(outcome)
    }

    /// Central differences at h, h/2 and h/4, extrapolated (Richardson), at the step where they are
    /// surest: of their own digits, or that they cannot be told from `exact` beside numbers as large as
    /// `scale`.
    pub(in crate::trace) fn refined(
        &self,
        exact: impl Fn(usize) -> f64,
        scale: f64,
    ) -> Result<Vec<Estimate>> {
        let mut best: Vec<Option<Estimate>> = vec![None; self.runner.value.shape().len()];
        for step in [1e-3, 1e-2, 1e-1, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9] {
            let step = step * self.motion.size;
            let estimates = self.extrapolated(step)?;
            for (best, estimate) in best.iter_mut().zip(estimates) {
                if best.is_none_or(|best| estimate.error < best.error || best.error.is_nan()) {
                    *best = Some(estimate);
                }
            }
            let sure = |(i, estimate): (usize, &Option<Estimate>)| {
                estimate.is_some_and(|found| {
                    let apart = (found.value - exact(i)).abs();
                    let beside = match apart <= ESTIMATES * found.error {
                        true => scale,
                        false => found.value.abs(),
                    };
                    found.error <= 1e-8 * beside
                })
            };
            if best.iter().enumerate().all(sure) {
                break;
            }
        }
        Ok(best.into_iter().flatten().collect())
    }

    fn extrapolated(&self, step: f64) -> Result<Vec<Estimate>> {
        let mut levels = Vec::new();
        let mut noise = vec![0f64; self.runner.value.shape().len()];
        for h in [step, step / 2.0, step / 4.0] {
            let central = self.central(h)?;
            for (noise, central) in noise.iter_mut().zip(&central) {
                *noise = noise.max(central.noise);
            }
            levels.push(central);
        }
        let estimate = |(i, noise): (usize, &f64)| {
            let [a, b, c] = [0, 1, 2].map(|level: usize| levels[level][i].quotient);
            let (once, again) = ((4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0);
            let value = (16.0 * again - once) / 15.0;
            let apart = (value - again).abs().max((again - once).abs() / 16.0);
            Estimate {
                value,
                error: if value.is_finite() {
                    apart + noise
                } else {
                    f64::NAN
                },
                step,
            }
        };
        Ok(noise.iter().enumerate().map(estimate).collect())
    }

    /// The error that rounding may make of finite differences.
    pub(in crate::trace) fn rounding(&self, estimate: &Estimate) -> Result<f64> {
        // The smallest of the steps is a quarter of the first.
        Ok(4.0 * ESTIMATES * self.runner.rounding_of_value()? / estimate.step)
    }

    /// The derivatives from the left and from the right, where they differ: a kink that no operation
    /// knows of, as on the border between two branches.
    pub(in crate::trace) fn one_sided(&self, i: usize, scale: f64) -> Result<Option<[f64; 2]>> {
        let [left, right] = self.sides(i, 1e-5)?;
        let scale = scale.max(left.abs()).max(right.abs());
        Ok(((left - right).abs() > 1e-3 * scale).then_some([left, right]))
    }

    /// The slopes from the left and from the right, by a step relative to the size of the point.
    fn sides(&self, i: usize, step: f64) -> Result<[f64; 2]> {
        let middle = self.runner.value.data()[i];
        let side = |h: f64| -> Result<f64> {
            let near = self.at(h / 2.0)?[i];
            let far = self.at(h)?[i];
            Ok((4.0 * near - far - 3.0 * middle) / h)
        };
        let h = step * self.motion.size;
        Ok([side(-h)?, side(h)?])
    }

    /// What happens where another branch begins: on one side the slope is `exact`, on the other it is another one,
    /// whatever the step, or the value jumps.
    fn border(&self, i: usize, exact: f64) -> Result<Option<Off>> {
        let (far, close) = (self.sides(i, 1e-5)?, self.sides(i, 1e-8)?);
        let alike = |a: f64, b: f64| (a - b).abs() <= 1e-3 * a.abs().max(b.abs());
        let other = match [0, 1].map(|k| alike(far[k], exact) && alike(close[k], exact)) {
            [true, false] => 1,
            [false, true] => 0,
            _ => return Ok(None),
        };
        Ok(match (far[other], close[other]) {
            (far, close) if close.abs() > 100.0 * far.abs() => Some(Off::Jump),
            (coarse, close) if alike(coarse, close) => Some(Off::Sides(far)),
            _ => None,
        })
    }
}

impl ModeRunner<'_, '_> {
    /// The reason for which finite differences of `row` say something else than the rules; `None` where they do
    /// not.
    pub(super) fn off(&self, row: &DerivativeByMode, wrt: &Wrt) -> Result<Option<Off>> {
        let rule = row.answer(Mode::Reverse).or(row.answer(Mode::Forward));
        let (Some(k), Some(rule)) = (row.misled(), rule) else {
            return Ok(None);
        };
        let exact = rule.data()[k];
        let differences = self.differences(wrt)?;
        let m = self.value.shape().len();
        let (i, j) = (k % m, k / m);
        let Some(motion) = differences.motions().get(j) else {
            return Ok(Some(Off::Step));
        };
        let near = Near {
            runner: self,
            differences: &differences,
            motion,
        };
        if let Some(border) = near.border(i, exact)? {
            return Ok(Some(border));
        }
        let scale = row.scale(Mode::Reverse, Mode::Forward);
        let rounding = self.rounding_of_derivative(wrt, k)?;
        let found = near.refined(|i| rule.data()[i + j * m], scale)?[i];
        let apart = (found.value - exact).abs();
        let is_sure = apart > ESTIMATES * found.error;
        Ok(Some(match is_sure && apart <= rounding {
            true => Off::Rounding(found.value),
            false => Off::Step,
        }))
    }
}
