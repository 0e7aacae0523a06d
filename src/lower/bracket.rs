//! One step towards a root of one equation with one unknown, guarded by the signs of its values.
//!
//! Where a point of the other sign is known, the step stays between both: Newton's, where that halves the
//! value, else the middle. Where none is known and Newton's steps lead nowhere, one is looked for on
//! both sides, farther every time.

use crate::graph::Term;
use crate::primitives::arithmetic::{EQ, LT, OR, WHERE};
use crate::primitives::elementary::{ABS, SIGN};
use crate::primitives::term::entrywise;

/// The part of its value that Newton's best step must leave at most, where no other sign is known.
const WORTH: f64 = 0.999;
/// The first distance at which the other sign is looked for, against the size of the point.
pub(super) const FIRST: f64 = 1e-3;
/// The distance from which on it is no longer looked for.
const FARTHEST: f64 = 1e12;
/// The last step of Newton's, against the size of the point, before the value is only polished.
const NEAR: f64 = 1e-7;
/// The distance between both signs, against the size of the point, below which there is no number.
const CLOSE: f64 = 4e-16;

/// Where the search stands: a point, one where the value has the other sign, NaN while none is known, and the
/// distance at which that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Bracket<'g> {
    pub point: Term<'g>,
    pub other: Term<'g>,
    pub distance: Term<'g>,
}

/// Newton's step from the point, the best of the points along it, and the sizes of the values here and there.
pub(super) struct Newton<'g> {
    pub step: Term<'g>,
    pub best: Term<'g>,
    pub size: Term<'g>,
    pub best_size: Term<'g>,
}

fn less<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    entrywise(&LT, &[a, b])
}

fn choose<'g>(condition: Term<'g>, yes: Term<'g>, no: Term<'g>) -> Term<'g> {
    entrywise(&WHERE, &[condition, yes, no])
}

fn any<'g>(conditions: &[Term<'g>]) -> Term<'g> {
    let all = conditions.iter().copied();
    all.reduce(|a, b| entrywise(&OR, &[a, b]))
        .expect("one condition at least")
}

/// Conditions are 0 or 1.
fn not(condition: Term<'_>) -> Term<'_> {
    condition.number(1.0) - condition
}

impl<'g> Bracket<'g> {
    /// Where it stands after one step, and whether it goes on.
    pub fn step(
        self,
        value: &dyn Fn(Term<'g>) -> Term<'g>,
        newton: &Newton<'g>,
    ) -> (Bracket<'g>, Term<'g>) {
        let Bracket {
            point: x,
            other,
            distance,
        } = self;
        let zero = x.number(0.0);
        // NaN has no sign, and so differs from nothing.
        let differ =
            |a: Term<'g>, b: Term<'g>| less(value(a).map(&SIGN) * value(b).map(&SIGN), zero);
        let scale = x.map(&ABS) + 1.0;
        let known = entrywise(&EQ, &[other, other]);
        let near = less(newton.step.map(&ABS), scale * x.number(NEAR));
        let better = less(newton.best_size, newton.size);
        let worth = less(newton.best_size, newton.size * x.number(WORTH));
        let tired = less(scale * x.number(FARTHEST), distance);
        // Between both signs.
        let halves = less(newton.best_size, newton.size * x.number(0.5));
        let sides = (newton.best - x).map(&SIGN) * (newton.best - other).map(&SIGN);
        let inside = halves * less(sides, zero);
        let middle = x * x.number(0.5) + other * x.number(0.5);
        let between = choose(any(&[near, inside]), newton.best, middle);
        let other_between = choose(differ(between, x), x, other);
        // Without another sign.
        let settles = any(&[near, worth, tired]);
        let (left, right) = (x - distance, x + distance);
        let none = x.number(f64::NAN);
        let looked = choose(differ(left, x), left, none);
        let looked = choose(differ(right, x), right, looked);
        let crossed = choose(differ(newton.best, x), x, none);
        let next = Bracket {
            point: choose(known, between, choose(settles, newton.best, x)),
            other: choose(known, other_between, choose(settles, crossed, looked)),
            distance: choose(any(&[known, settles]), distance, distance + distance),
        };
        let apart = (other - x).map(&ABS);
        let done = any(&[
            near * not(better),
            entrywise(&EQ, &[newton.size, zero]),
            known * less(apart, x.map(&ABS) * x.number(CLOSE) + f64::MIN_POSITIVE),
            not(known) * tired * not(better),
        ]);
        (next, not(done))
    }
}
