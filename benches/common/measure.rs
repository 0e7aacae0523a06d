//! Two ways to the same numbers, timed in turns.

use cpu_time::ThreadTime;
use std::hint::black_box;
use std::time::Duration;

/// Rounds of each side; the median is reported.
const ROUNDS: usize = 31;
/// How long one round lasts at least.
const ROUND: Duration = Duration::from_millis(3);

/// What is compared.
pub struct Case<'a> {
    pub name: &'a str,
    pub reference: &'a str,
    /// The largest ratio that is promised.
    pub promise: Option<f64>,
}

/// Prints a line for each case of the groups named on the command line, of all where none is.
pub struct Table {
    words: Vec<String>,
}

impl Table {
    pub fn from_arguments() -> Table {
        let words: Vec<String> = std::env::args()
            .skip(1)
            .filter(|word| !word.starts_with('-'))
            .collect();
        println!(
            "{:<26} {:>12}   {:<24} {:>12} {:>7} {:>8}",
            "case", "here", "reference", "", "ratio", "promised"
        );
        Table { words }
    }

    /// Whether a group of cases was asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| word == name)
    }

    /// Times `here` and `there` in turns.
    pub fn compare(
        &mut self,
        case: Case<'_>,
        mut here: impl FnMut() -> f64,
        mut there: impl FnMut() -> f64,
    ) {
        let counts = [repetitions(&mut here), repetitions(&mut there)];
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            times[0].push(round(&mut here, counts[0]));
            times[1].push(round(&mut there, counts[1]));
        }
        let mut ratios: Vec<f64> = times[0].iter().zip(&times[1]).map(|(a, b)| a / b).collect();
        let [a, b] = times.map(|mut times| median(&mut times));
        let promise = case
            .promise
            .map_or(String::new(), |promise| format!("{promise}"));
        println!(
            "{:<26} {:>12}   {:<24} {:>12} {:>7.2} {:>8}",
            case.name,
            text(a),
            case.reference,
            text(b),
            median(&mut ratios),
            promise
        );
    }

    /// Times `here` alone.
    pub fn alone(&mut self, name: &str, promise: &str, mut here: impl FnMut() -> f64) {
        let count = repetitions(&mut here);
        let mut times: Vec<f64> = (0..ROUNDS).map(|_| round(&mut here, count)).collect();
        println!(
            "{:<26} {:>12}   {:>54}",
            name,
            text(median(&mut times)),
            promise
        );
    }
}

/// How often to repeat for one round.
fn repetitions(run: &mut impl FnMut() -> f64) -> u32 {
    let mut count = 1;
    loop {
        let start = ThreadTime::now();
        for _ in 0..count {
            black_box(run());
        }
        if start.elapsed() >= ROUND || count > 1 << 24 {
            return count;
        }
        count *= 2;
    }
}

/// Seconds of CPU time for one repetition.
fn round(run: &mut impl FnMut() -> f64, count: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..count {
        black_box(run());
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn text(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.1} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}
