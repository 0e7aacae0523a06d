//! Derivatives against nothing but values.

use super::derivatives::Sweeps;
use super::tally::Tally;
use super::{ask, gradients, terrain};
use crate::common::random::{INPUTS, Program, Terrain};
use wengert::primitives::random::SplitMix64;

/// Of the slopes of Taylor remainders.
const SLOPE: f64 = 0.1;
/// How much larger than its own estimate the error of a finite difference may be.
const BEYOND_ESTIMATE: f64 = 10.0;
/// What is lost in values by rounding, relative to them.
const NOISE: f64 = 1e-15;

/// A program at a point, and a direction in which all inputs move.
struct Line<'p> {
    program: &'p Program,
    point: Vec<Vec<f64>>,
    direction: Vec<Vec<f64>>,
    value: f64,
    /// The derivative along the direction, by reverse mode.
    slope: f64,
    /// How far values may be off, to first order.
    noise: f64,
}

impl Line<'_> {
    fn new(program: &Program, seed: u64) -> Result<Line<'_>, String> {
        let names = INPUTS.iter().map(|(name, ..)| name.to_string());
        let mut questions: Vec<String> = names.collect();
        questions.push("F".into());
        questions.extend(gradients("F"));
        let mut point = ask(program, &questions)?;
        let gradient = point.split_off(INPUTS.len() + 1);
        let value = point.pop().ok_or("no value")?[0];
        let mut random = SplitMix64::new(seed + 78);
        let mut moved = |entries: &Vec<f64>| entries.iter().map(|_| random.normal()).collect();
        let direction: Vec<Vec<f64>> = point.iter().map(&mut moved).collect();
        let terms = gradient.iter().flatten().zip(direction.iter().flatten());
        Ok(Line {
            program,
            value,
            slope: terms.map(|(g, d)| g * d).sum(),
            noise: NOISE * Sweeps::of(program, "F")?.carried,
            point,
            direction,
        })
    }

    /// The values of the program at some steps along the line.
    fn values(&self, steps: &[f64]) -> Result<Vec<f64>, String> {
        let entries = |k: usize, h: f64| -> Vec<String> {
            let moved = self.point[k].iter().zip(&self.direction[k]);
            moved.map(|(x, d)| (x + h * d).to_string()).collect()
        };
        let question = |h: &f64| {
            let inputs: Vec<String> = INPUTS
                .iter()
                .enumerate()
                .map(|(k, (name, rows, cols))| {
                    let entries = entries(k, *h);
                    match rows * cols {
                        1 => format!("{name} = {}", entries[0]),
                        _ => {
                            let rows: Vec<String> =
                                entries.chunks(*cols).map(|row| row.join(", ")).collect();
                            format!("{name} = [{}]", rows.join("; "))
                        }
                    }
                })
                .collect();
            format!("F at {}", inputs.join(", "))
        };
        let questions: Vec<String> = steps.iter().map(question).collect();
        Ok(ask(self.program, &questions)?.concat())
    }
}

/// A finite difference, and how far it may be off as far as it can tell.
#[derive(Clone, Copy)]
struct Estimate {
    value: f64,
    error: f64,
}

/// Central differences with steps h, h/2 and h/4, extrapolated.
fn extrapolated(line: &Line, h: f64) -> Result<Estimate, String> {
    let steps = [h, -h, h / 2.0, -h / 2.0, h / 4.0, -h / 4.0];
    let ends = line.values(&steps)?;
    let difference = |k: usize| (ends[2 * k] - ends[2 * k + 1]) / (2.0 * steps[2 * k]);
    let [a, b, c] = [0, 1, 2].map(difference);
    let (once, again) = ((4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0);
    let value = (16.0 * again - once) / 15.0;
    let apart = (value - again).abs().max((again - once).abs() / 16.0);
    let largest = ends.iter().fold(0f64, |largest, x| largest.max(x.abs()));
    Ok(Estimate {
        value,
        error: apart + 4.0 * (line.noise + NOISE * largest) / h,
    })
}

/// Numeric mode is exact mode to its own estimated error.
pub fn estimates(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let line = Line::new(program, seed)?;
    if !line.slope.is_finite() || line.slope.abs() > 1e8 {
        tally.count("too steep for differences");
        return Ok(());
    }
    let mut best: Option<Estimate> = None;
    for h in [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] {
        let found = extrapolated(&line, h)?;
        if found.error.is_finite() && best.is_none_or(|best| found.error < best.error) {
            best = Some(found);
        }
        if best.is_some_and(|best| best.error < 1e-9 * line.slope.abs().max(1.0)) {
            break;
        }
    }
    let Some(best) = best else {
        tally.count("no finite difference");
        return Ok(());
    };
    tally.count("differences");
    let off = (best.value - line.slope).abs();
    if off > best.error {
        tally.count("differences off by more than their estimate");
    }
    if off > BEYOND_ESTIMATE * best.error {
        return Err(format!(
            "numeric: {} ± {:e} is not {}",
            best.value, best.error, line.slope
        ));
    }
    Ok(())
}

/// |F(x + hd) − F(x)| shrinks as h, and as h² once the derivative is taken into account. Slopes are
/// looked at where remainders stand out of the noise and below the last jump between the steps; what
/// they tend to counts, because a small curvature shows late.
pub fn taylor(program: &Program, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if terrain(seed) == Terrain::Wild {
        return Ok(());
    }
    let line = Line::new(program, seed)?;
    if !line.value.is_finite() || !line.slope.is_finite() {
        tally.count("not finite");
        return Ok(());
    }
    let steps: Vec<f64> = (3..45).map(|k| 0.5f64.powi(k)).collect();
    let ends = line.values(&steps)?;
    for order in [1, 2] {
        let linear = if order == 2 { line.slope } else { 0.0 };
        let remainders: Vec<f64> = ends
            .iter()
            .zip(&steps)
            .map(|(end, h)| (end - line.value - linear * h).abs())
            .collect();
        match slope(&remainders, order, &line) {
            None => tally.count("too straight for a slope"),
            Some(slope) if (slope - order as f64).abs() <= SLOPE => tally.count("slopes"),
            // At an inflection it is flatter, as it may be.
            Some(slope) if slope > order as f64 => tally.count("flatter than a slope"),
            Some(slope) => {
                return Err(format!(
                    "Taylor: remainders of order {order} have slope {slope}: {remainders:?}"
                ));
            }
        }
    }
    Ok(())
}

/// What the slopes of the remainders tend to; `None` where too few stand out.
fn slope(remainders: &[f64], order: i32, line: &Line) -> Option<f64> {
    // The last ones are made of noise, and of what is left of a wrong derivative, which is smaller.
    let tail = &remainders[remainders.len() - 6..];
    let tail = tail.iter().fold(0f64, |noise, r| noise.max(*r));
    let values = NOISE * line.value.abs().max(1.0) + line.noise;
    let noise = (4.0 * values).max(if order == 2 { tail } else { 0.0 });
    let loud = remainders.iter().take_while(|r| **r > 1e3 * noise);
    let loud: Vec<f64> = loud.copied().collect();
    let slopes: Vec<f64> = loud
        .windows(2)
        .map(|pair| (pair[0] / pair[1]).log2())
        .collect();
    let jump = slopes.iter().rposition(|slope| *slope > order as f64 + 3.0);
    let settled = &slopes[jump.map_or(0, |jump| jump + 1)..];
    // A jump that is nearer than the smallest step that is loud has slope 0 throughout.
    let nearer = remainders.get(loud.len()).is_some_and(|next| {
        let last = loud.last().copied().unwrap_or(0.0);
        *next < last / 2f64.powi(order + 3)
    });
    match settled {
        _ if nearer => None,
        [.., a, b, c] if (b - c).abs() <= (0.6 * (a - b).abs() + 0.01).min(0.3) => {
            Some(2.0 * c - b)
        }
        _ => None,
    }
}

#[test]
fn finite_differences_come_close_for_almost_all_smooth_programs() {
    let (mut close, mut count) = (0, 0);
    for seed in 0..400 {
        let program = crate::common::random::program(seed, Terrain::Smooth);
        for output in ["F", "grad(F, x)"] {
            let numeric: Vec<String> = INPUTS
                .iter()
                .map(|(name, ..)| format!("numeric({output}, {name})"))
                .collect();
            let answers = ask(&program, &[gradients(output), numeric].concat()).expect("an answer");
            let (reverse, numeric) = answers.split_at(INPUTS.len());
            let (reverse, numeric) = (reverse.concat(), numeric.concat());
            if reverse.iter().all(|x| x.abs() < 1e4) {
                count += 1;
                if super::derivatives::agree(&reverse, &numeric, 1e-4) {
                    close += 1;
                } else {
                    println!(
                        "seed {seed} {output}: {reverse:?}, {numeric:?}\n{}",
                        program.text()
                    );
                }
            }
        }
    }
    println!("{close} of {count}");
    assert!(count >= 600, "only {count} tame ones");
    assert!(count - close <= count / 100, "{close} of {count}");
}
