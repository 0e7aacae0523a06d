//! Poles: a curve is not joined where it leaves at one end of the plane and comes back at the other.

use crate::diagnostic::Result;
use crate::plot::Series;
use crate::session::statement::ShowStatement;
use crate::session::{Session, Sink};

/// The places inside an interval at which it is looked for a pole.
const INSIDE: usize = 16;
/// Values beside a pole are so many times larger than those around it.
const LARGER: f64 = 2.0;
/// The part of the values, at either end, that a plot with poles leaves out.
const OUTSIDE: f64 = 0.04;

impl Session {
    /// Puts a gap into every series between two places with a pole between them.
    pub(super) fn open_poles(
        &self,
        statement: &ShowStatement<'_>,
        series: &mut [Series],
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let mut intervals: Vec<usize> = series
            .iter()
            .flat_map(|series| {
                let pairs = series.y.windows(2).enumerate();
                pairs
                    .filter(|(_, pair)| changes_sign(pair[0], pair[1]))
                    .map(|(k, _)| k)
            })
            .collect();
        intervals.sort_unstable();
        intervals.dedup();
        let Some(first) = series.first().filter(|_| !intervals.is_empty()) else {
            return Ok(());
        };
        let share = |step: usize| step as f64 / (INSIDE + 1) as f64;
        let places: Vec<Vec<f64>> = intervals
            .iter()
            .flat_map(|k| {
                let (from, to) = (first.x[*k], first.x[k + 1]);
                (1..=INSIDE).map(move |step| vec![from + (to - from) * share(step)])
            })
            .collect();
        let samples = self.sample(statement, &places, sink)?;
        for (series, inside) in series.iter_mut().zip(samples) {
            // From the end, so that what is put in moves no interval.
            for (k, inside) in intervals.iter().zip(inside.chunks(INSIDE)).rev() {
                let ends = [series.y[*k], series.y[k + 1]];
                if is_pole(ends, inside) {
                    let middle = (series.x[*k] + series.x[k + 1]) / 2.0;
                    series.x.insert(k + 1, middle);
                    series.y.insert(k + 1, f64::NAN);
                }
            }
        }
        Ok(())
    }
}

fn changes_sign(a: f64, b: f64) -> bool {
    (a < 0.0 && b > 0.0) || (a > 0.0 && b < 0.0)
}

/// True if the values grow towards the place where they change their sign.
fn is_pole(ends: [f64; 2], inside: &[f64]) -> bool {
    let [from, to] = ends;
    let values = [&[from], inside, &[to]].concat();
    let size = |pair: &[f64]| pair[0].abs().min(pair[1].abs());
    changes_sign(from, to)
        && (values.windows(2))
            .filter(|pair| changes_sign(pair[0], pair[1]))
            .any(|pair| size(pair) > LARGER * size(&ends))
}

/// The values of a series that an axis has to hold: without the largest ones beside its poles.
pub(super) fn drawn_whole(series: &Series) -> Vec<f64> {
    let mut values: Vec<f64> = series.y.iter().copied().filter(|y| y.is_finite()).collect();
    let gaps = series
        .y
        .windows(3)
        .any(|y| y[1].is_nan() && changes_sign(y[0], y[2]));
    if gaps {
        values.sort_by(f64::total_cmp);
        let outside = (values.len() as f64 * OUTSIDE) as usize;
        values = values[outside..values.len() - outside].to_vec();
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(f: impl Fn(f64) -> f64, from: f64, to: f64) -> bool {
        let at = |k: usize| f(from + (to - from) * k as f64 / (INSIDE + 1) as f64);
        let values: Vec<f64> = (1..=INSIDE).map(at).collect();
        is_pole([f(from), f(to)], &values)
    }

    #[test]
    fn poles_are_no_crossings() {
        for (from, to) in [(1.56, 1.58), (1.5701, 1.6), (1.0, 1.5711)] {
            assert!(inside(f64::tan, from, to), "{from}..{to}");
        }
        assert!(inside(|x| 1.0 / x, -0.013, 0.02));
        assert!(!inside(f64::sin, -0.1, 0.2));
        assert!(!inside(f64::signum, -0.1, 0.2));
        assert!(!inside(|x| (1e9 * x).atan(), -0.1, 0.2));
        assert!(!inside(|x| x.powi(3) - x, -1.3, 1.2));
    }
}
