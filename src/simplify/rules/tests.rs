//! Equations hold as numbers, and are found where they stand.

use super::equation::pattern::{Bindings, Exponent, Pattern};
use super::equation::{Equation, Exponents};
use super::{OPERATIONS, PRINTED, PRODUCTS, Rewrite};
use crate::graph::primitive::Kernel;
use crate::graph::{NodeId, Shape};
use crate::simplify::algebra::{Algebra, Id};
use crate::simplify::exact::Number;
use crate::stop::{self, StopToken};
use bumpalo::Bump;

impl Pattern {
    /// The value, for numbers instead of the letters.
    fn value(&self, letters: &[f64], n: f64) -> f64 {
        match self {
            Pattern::Letter(k) => letters[*k],
            Pattern::Number(value) => value.to_f64(),
            Pattern::Sum(terms) => {
                let terms = terms
                    .iter()
                    .map(|(c, term)| c.to_f64() * term.value(letters, n));
                terms.sum()
            }
            Pattern::Product(factors) => {
                let power = |e: &Exponent| e.slope.to_f64() * n + e.constant.to_f64();
                let factors = factors.iter();
                let powers = factors.map(|(base, e)| base.value(letters, n).powf(power(e)));
                powers.product()
            }
            Pattern::Apply(row, parts) => {
                let args: Vec<f64> = parts.iter().map(|part| part.value(letters, n)).collect();
                match (row.kernel, args.as_slice()) {
                    (Kernel::Map1(f), [x]) => (f.at)(*x),
                    (Kernel::Map2(f), [x, y]) => (f.at)(*x, *y),
                    // An equation between matrices holds for numbers as well.
                    _ if row.name == "inv" => 1.0 / args[0],
                    _ => panic!("{} is no function of numbers", row.name),
                }
            }
        }
    }
}

fn equations() -> impl Iterator<Item = (&'static str, &'static Equation)> {
    let tables = [&*OPERATIONS, &*PRODUCTS, &*PRINTED];
    tables
        .into_iter()
        .flatten()
        .filter_map(|rule| match &rule.rewrite {
            Rewrite::Equation(equation) => Some((rule.name, equation)),
            Rewrite::Computed(_) => None,
        })
}

/// Numbers of all sizes and both signs, 0 among them.
fn points() -> Vec<f64> {
    let mut state = 17u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let scales = [1e-8, 1e-3, 0.1, 1.0, 1.0, 1.0, 10.0, 30.0, 300.0, 1e5];
    let signed = scales.iter().flat_map(|scale| {
        let x = scale * uniform();
        [x, -scale * uniform()]
    });
    [0.0, 1.0, -1.0].into_iter().chain(signed).collect()
}

#[test]
fn an_equation_holds_wherever_its_left_side_is_a_number() {
    for (name, equation) in equations() {
        let mut compared = 0;
        for n in [1.0, 2.0, 3.0, -1.0, -2.0, 0.5] {
            if !equation.exponents.contain(Number::from(n)) {
                continue;
            }
            for x in points() {
                for y in points() {
                    let letters = [x, y, x - y];
                    let [left, right] =
                        [&equation.left, &equation.right].map(|side| side.value(&letters, n));
                    // Below the smallest normal number few digits are left.
                    if left.is_finite() && x.abs() < 700.0 {
                        let scale = left.abs().max(1.0);
                        assert!(
                            (left - right).abs() <= 1e-9 * scale,
                            "{name}: {left} is not {right} for x = {x}, y = {y}, n = {n}"
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 100, "{name}: only {compared} compared");
    }
}

#[test]
fn equations_are_read_although_a_session_was_asked_to_stop() {
    let token = StopToken::default();
    token.stop();
    let _stopped = token.enter();
    Equation::new("sinh(x)/cosh(x)", "tanh(x)", Exponents::Any);
    assert!(stop::requested(), "the request is still there");
}

#[test]
fn an_equation_is_applied_to_its_left_side_also_among_other_factors() {
    let arena = Bump::new();
    for (name, equation) in equations() {
        let mut algebra = Algebra::new(&arena, |_, id| id, false);
        algebra.printing = true;
        let atoms: Vec<Id> = (0..4)
            .map(|k| algebra.atom(NodeId(k), Shape::SCALAR))
            .collect();
        for n in [1.0, 2.0] {
            let bindings = Bindings {
                letters: [Some(atoms[0]), Some(atoms[1]), Some(atoms[2])],
                n: Some(Number::from(n)),
            };
            let one = algebra.unit();
            let sides =
                [&equation.left, &equation.right].map(|side| side.built(&mut algebra, &bindings));
            assert_eq!(
                equation.rewrite(&mut algebra, sides[0]),
                Some(sides[1]),
                "{name}"
            );
            if matches!(equation.left, Pattern::Product(_)) {
                let [left, right] = sides.map(|side| {
                    let factors = [(side, one), (atoms[3], one)];
                    algebra.product(Number::ONE, &factors, Shape::SCALAR)
                });
                assert_eq!(equation.rewrite(&mut algebra, left), Some(right), "{name}");
            }
            assert_eq!(equation.rewrite(&mut algebra, atoms[0]), None, "{name}");
        }
    }
}
