//! Sines and cosines of inverse functions and of quarter turns.

use super::terms::{root, row, signed, terms_of};
use crate::graph::Term;
use crate::primitives::arithmetic::{DIV, MUL, NEG};
use crate::primitives::elementary::{ASIN, ATAN, COS, SIN};
use std::f64::consts::{FRAC_PI_2, PI};

/// Cosine and sine, of inverse functions and of quarter turns by themselves.
pub(super) fn circle(x: Term<'_>) -> (Term<'_>, Term<'_>) {
    let of = |x: Term<'_>| match row(x) {
        Some(row) if row.is(&ASIN) => {
            let sin = x.arg(0);
            Some((root(1.0 - sin.squared()).id, sin.id))
        }
        Some(row) if row.is(&ATAN) => {
            let tan = x.arg(0);
            let cos = root(1.0 + tan.squared());
            Some(((1.0 / cos).id, (tan / cos).id))
        }
        _ => None,
    };
    if let Some((cos, sin)) = of(x) {
        return (x.graph.term(cos), x.graph.term(sin));
    }
    let mut turns = 0i64;
    let mut rest: Option<Term<'_>> = None;
    for (negative, term) in terms_of(x) {
        match quarter_turns(term) {
            Some(some) => turns += if negative { -some } else { some },
            None => {
                let term = signed(negative, term);
                rest = Some(rest.map_or(term, |rest| rest + term));
            }
        }
    }
    let (cos, sin) = match rest {
        None => (x.number(1.0), x.number(0.0)),
        Some(rest) => {
            let known = of(rest).map(|(cos, sin)| (x.graph.term(cos), x.graph.term(sin)));
            known.unwrap_or_else(|| (rest.map(&COS), rest.map(&SIN)))
        }
    };
    match turns.rem_euclid(4) {
        0 => (cos, sin),
        1 => (-sin, cos),
        2 => (-cos, -sin),
        _ => (sin, -cos),
    }
}

/// The multiple of π/2 that a number made with π is.
fn quarter_turns(x: Term<'_>) -> Option<i64> {
    let (value, has_pi) = constant(x)?;
    let turns = (value / FRAC_PI_2).round();
    let near = (value - turns * FRAC_PI_2).abs() <= 4.0 * f64::EPSILON * value.abs();
    (near && turns.abs() <= 64.0 && turns != 0.0 && has_pi).then_some(turns as i64)
}

/// The value of products and quotients of numbers, and whether π is among them.
fn constant(x: Term<'_>) -> Option<(f64, bool)> {
    let (mut value, mut has_pi) = (1.0, false);
    let mut waiting = vec![(x, false)];
    while let Some((part, below)) = waiting.pop() {
        if let Some(number) = part.literal() {
            value = if below {
                value / number
            } else {
                value * number
            };
            let quarters = number / (PI / 4.0);
            has_pi |= quarters == quarters.round() && number != 0.0;
            continue;
        }
        let row = row(part)?;
        if row.is(&MUL) {
            waiting.push((part.arg(0), below));
            waiting.push((part.arg(1), below));
        } else if row.is(&DIV) {
            waiting.push((part.arg(0), below));
            waiting.push((part.arg(1), !below));
        } else if row.is(&NEG) {
            value = -value;
            waiting.push((part.arg(0), below));
        } else {
            return None;
        }
    }
    Some((value, has_pi))
}
