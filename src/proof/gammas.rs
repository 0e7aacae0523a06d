//! The gamma function and its derivatives, whole numbers in the argument taken out:
//! Γ(x + 1) = x·Γ(x).

use super::terms::{signed, terms_of};
use crate::graph::Term;
use crate::primitives::elementary::{GAMMA, POLYGAMMA};
use crate::primitives::term::entrywise;

/// The largest whole number that is taken out of an argument.
const MOST: f64 = 32.0;

/// Γ(x).
pub(super) fn gamma(x: Term<'_>) -> Term<'_> {
    let Some((rest, factors, above)) = without_whole(x) else {
        return x.map(&GAMMA);
    };
    let product = factors
        .into_iter()
        .reduce(|product, factor| product * factor);
    let reduced = rest.map(&GAMMA);
    match (product, above) {
        (None, _) => reduced,
        (Some(product), true) => reduced * product,
        (Some(product), false) => reduced / product,
    }
}

/// The n-th derivative of digamma at x: that of log t is (−1)^n·n!/t^(n + 1) at each number passed.
pub(super) fn polygamma<'g>(n: Term<'g>, x: Term<'g>) -> Term<'g> {
    let order = n
        .literal()
        .filter(|n| n.fract() == 0.0 && (0.0..=12.0).contains(n));
    let found = order.and_then(|order| Some((order, without_whole(x)?)));
    let Some((order, (rest, factors, above))) = found else {
        return entrywise(&POLYGAMMA, &[n, x]);
    };
    let factorial: f64 = (1..=order as u32).map(f64::from).product();
    let plus = above == (order % 2.0 == 0.0);
    let step = if plus { factorial } else { -factorial };
    let reduced = entrywise(&POLYGAMMA, &[n, rest]);
    factors.into_iter().fold(reduced, |sum, factor| {
        sum + step * (1.0 / factor.powf(order + 1.0))
    })
}

/// x without its whole part k: the numbers between, which Γ is multiplied by for k > 0, divided by else.
fn without_whole(x: Term<'_>) -> Option<(Term<'_>, Vec<Term<'_>>, bool)> {
    let mut number = 0.0;
    let mut rest: Option<Term<'_>> = None;
    for (negative, term) in terms_of(x) {
        match term.literal() {
            Some(value) => number += if negative { -value } else { value },
            None => {
                let term = signed(negative, term);
                rest = Some(rest.map_or(term, |rest| rest + term));
            }
        }
    }
    let whole = f64::floor(number);
    if whole == 0.0 || whole.abs() > MOST {
        return None;
    }
    let rest = rest? + (number - whole);
    let steps = whole.abs() as u32;
    let passed = |k: u32| match whole > 0.0 {
        true => rest + f64::from(k),
        false => rest - f64::from(k + 1),
    };
    Some((rest, (0..steps).map(passed).collect(), whole > 0.0))
}
