//! Random loops whose bodies index by a variable that they change, against the same statements written
//! out with numbers in its place.

use crate::common::{distance, report, values, wanted};
use wengert::primitives::random::SplitMix64;

const START: &str = "x = 0.7; y = -1.3; n = 2; s = 0; v = [1, -2, 0.5, 0.25]
W = [0.3, -0.2, 1; 0.1, 0.4, -1; 2, 0.6, 0.2]; z = [1, 2, 3, 4, 5, 6]
L = sin(x)*y + x^2 + 0.1*sum(v.^2) + norm(W)
g = grad(L, x)
";
const END: &str = "x; y; n; s; v; W; z; L; g\n";

/// Writes random statements; `@` stands for the variable of the loop.
struct Writer(SplitMix64);

impl Writer {
    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn pick(&mut self, options: &[&str]) -> String {
        options[self.below(options.len())].into()
    }

    /// An index of something with `m` entries; now and then one that may not be there.
    fn index(&mut self, m: usize) -> String {
        let kinds = if self.below(8) == 0 { 10 } else { 6 };
        match self.below(kinds) {
            0 => format!("mod(@, {m}) + 1"),
            1 => format!("mod(2*@ + n, {m}) + 1"),
            2 => format!("min(@, {m})"),
            3 => format!("max(1, {m} - @)"),
            4 => "n".into(),
            5 => format!("{}", 1 + self.below(m)),
            6 => "@".into(),
            7 => format!("{m} + 1 - @"),
            8 => "@ - 1".into(),
            _ => "round(s)".into(),
        }
    }

    fn range(&mut self, m: usize) -> String {
        let kinds = if self.below(8) == 0 { 8 } else { 4 };
        match self.below(kinds) {
            0 => format!("1..min(@, {m})"),
            1 => "mod(@, 2) + 1..mod(@, 2) + 2".into(),
            2 => "2..3".into(),
            3 => ":".into(),
            4 => format!("@..{m}"),
            5 => "n..n+1".into(),
            6 => "@ - 1..@".into(),
            _ => "@ + 1..@".into(),
        }
    }

    fn entry(&mut self) -> String {
        match self.below(6) {
            0 => format!("v[{}]", self.index(4)),
            1 => format!("z[{}]", self.index(6)),
            2 => format!("W[{}, {}]", self.index(3), self.index(3)),
            3 => format!("sum(v[{}])", self.range(4)),
            4 => format!("sum(W[{}, {}])", self.index(3), self.range(3)),
            _ => format!("mean(z[{}].^2)", self.range(6)),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        let kind = if depth == 0 { 0 } else { self.below(10) };
        let less = depth.saturating_sub(1);
        match kind {
            0..3 => match self.below(8) {
                0..6 => self.pick(&["x", "y", "s", "@", "n", "0.5"]),
                _ => self.entry(),
            },
            3..6 => {
                let sign = self.pick(&["+", "-", "*"]);
                format!("({} {sign} {})", self.number(less), self.number(less))
            }
            6 => {
                let function = self.pick(&["sin", "tanh", "exp", "abs"]);
                format!("{function}({})", self.number(less))
            }
            7 => {
                let [a, b, c, d] = [0; 4].map(|_| self.number(less));
                format!("(if {a} > {b} then {c} else {d})")
            }
            8 => {
                let (a, k, l) = (self.number(less), self.index(4), self.index(4));
                let row = self.index(3);
                format!("grad({a}*v[{k}]^2 + sum(W[{row}, :].*v[1..3]'), v)[{l}]")
            }
            _ => {
                let (entry, most) = (self.entry(), self.pick(&["3", "@", "n"]));
                format!("sum(v[j]*{entry} for j in 1..{most})")
            }
        }
    }

    fn statement(&mut self) -> String {
        match self.below(10) {
            0 => format!("x := tanh({})", self.number(2)),
            1 => format!("s := mod({}, 7)", self.number(2)),
            2 => format!("v[{}] := tanh({})", self.index(4), self.number(2)),
            3 => format!("z[{}] := tanh({})", self.index(6), self.number(2)),
            4 => format!(
                "W[{}, {}] := sin({})",
                self.index(3),
                self.index(3),
                self.number(2)
            ),
            5 => format!(
                "v := v - 0.01*grad({}*v[{}] + sum(W*v[1..3]), v)",
                self.number(1),
                self.index(4)
            ),
            6 => {
                let columns = self.pick(&[":", "1..2", "@..@+1"]);
                format!("W[{}, {columns}] := {}", self.index(3), self.number(1))
            }
            7 => format!("z[{}] := {}", self.range(6), self.number(1)),
            8 => {
                let k = self.index(3);
                format!("W[:, {k}] := W[:, {k}]*{}", self.number(1))
            }
            _ => "n := mod(n, 3) + 1".into(),
        }
    }
}

/// Whether both show the same, or end with the same error. Where a moving index turns out to be one
/// that stands elsewhere too, adjoints may be added in another order.
fn agree(a: &Result<Vec<Vec<f64>>, String>, b: &Result<Vec<Vec<f64>>, String>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.all(|(a, b)| distance(a, b) < 1e-12)
        }
        _ => a == b,
    }
}

#[test]
fn random_loops_are_their_statements_written_out() {
    let mut failures = Vec::new();
    let mut errors = 0;
    let seeds = wanted(300);
    let programs = seeds.end - seeds.start;
    for seed in seeds {
        let mut writer = Writer(SplitMix64::new(seed));
        let count = 1 + writer.below(3);
        let statements: Vec<String> = (0..count).map(|_| writer.statement()).collect();
        let body = statements.join("; ");
        let (first, last) = [(1, 3), (1, 4), (2, 3), (1, 2), (2, 6)][writer.below(5)];
        let repeats = 1 + writer.below(3);
        let inside = body.replace('@', "i");
        let looped =
            format!("{START}repeat {repeats} {{ for i in {first}..{last} {{ {inside} }} }}\n{END}");
        let once: String = (first..=last)
            .map(|i| body.replace('@', &i.to_string()) + "\n")
            .collect();
        let written = format!("{START}{}{END}", once.repeat(repeats));
        let (a, b) = (values(&looped), values(&written));
        errors += u64::from(b.is_err());
        if !agree(&a, &b) {
            failures.push(format!("seed {seed}: {a:?}\nwritten out: {b:?}\n{looped}"));
        }
    }
    report(&failures);
    assert!(
        (programs / 30..programs / 2).contains(&errors),
        "{errors} ended with an error"
    );
}
