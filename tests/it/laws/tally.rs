//! What was found on the way through many programs.

use std::collections::BTreeMap;
use std::fmt;

/// How often what was met, and what broke a law.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, u64>,
    /// How many programs break a law.
    pub failures: u64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.failures += other.failures;
    }

    /// Met once more.
    pub fn count(&mut self, what: &'static str) {
        self.count_many(what, 1);
    }

    pub fn count_many(&mut self, what: &'static str, many: usize) {
        *self.counts.entry(what).or_default() += many as u64;
    }

    pub fn counted(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// The laws were tried where they say something, and what is let through is rare.
    pub fn says_something(&self, programs: u64) {
        for (what, least) in [
            ("finite entries", 5 * programs),
            ("entries that are not finite", programs / 200),
            ("formulas", programs / 10),
            ("slopes", programs / 50),
            ("differences", programs / 25),
            ("compiled", programs / 15),
            ("places of patterns", programs / 5),
        ] {
            assert!(self.counted(what) >= least, "{what}: less than {least}");
        }
        for (what, most) in [
            ("out of range in one sweep", programs / 1000),
            ("zero times infinity in one sweep", programs / 1000),
            ("cancelled in both sweeps", programs / 500),
            ("at a jump", programs / 1000),
            ("where a zero has a sign", programs / 1000),
            // Once an input of a determinant that its structure makes 0, such as det(hcat(V, V)).
            ("formula at a singular matrix", programs / 200),
            ("no formula", programs / 20),
            ("undefined without guards", programs / 50),
        ] {
            assert!(self.counted(what) <= most, "{what}: more than {most}");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.counts {
            writeln!(f, "{count:>10} {what}")?;
        }
        writeln!(f, "{:>10} failures", self.failures)
    }
}
