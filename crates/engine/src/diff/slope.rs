//! First derivatives, as rules write them, differentiated as a whole.
//!
//! The rules of products and quotients lose the digits of some second derivatives: the terms of
//! σ(x)σ(−x) and of (1 − x)(1 + x) cancel near 0, and the steps through 1/cosh²x underflow long before
//! the result does. Such a node passes its derivative on to x itself, past the nodes in between.

use super::site::Site;
use crate::graph::{NodeId, Op, Primitive, Term};
use crate::primitives::arithmetic::{ADD, DIV, MUL, NEG, POW, SUB};
use crate::primitives::elementary::{COSH, SIGMOID, TANH};

/// The derivative of a node by something behind its arguments.
pub(super) struct Slope<'g> {
    /// The variable that it is a function of.
    pub x: Term<'g>,
    /// The partial derivative by `x` through the arguments covered.
    pub partial: Term<'g>,
    /// The arguments that `partial` accounts for.
    pub covers: [bool; 2],
    /// The nodes that are passed by.
    passed: [NodeId; 2],
}

impl<'g> Slope<'g> {
    /// The slope of a node that is recognised, where none of the nodes between is `fixed`: a variable
    /// of its own.
    pub fn of(site: &Site<'g>, fixed: impl Fn(NodeId) -> bool) -> Option<Slope<'g>> {
        let found = if site.row.is(&MUL) {
            logistic(site).or_else(|| difference_of_squares(site))
        } else if site.row.is(&DIV) {
            over_squared_cosine(site)
        } else {
            None
        };
        found.filter(|slope| !slope.passed.iter().any(|id| fixed(*id)))
    }
}

/// Argument `k` of a node that is the operation `row`.
fn argument<'g>(term: Term<'g>, row: &Primitive, k: usize) -> Option<Term<'g>> {
    match term.node().op {
        Op::Apply(known, _) if known.is(row) => Some(term.arg(k)),
        _ => None,
    }
}

/// σ(x)σ(−x) has the derivative −σ(x)σ(−x)·tanh(x/2).
fn logistic<'g>(site: &Site<'g>) -> Option<Slope<'g>> {
    let [a, b] = [site.args[0], site.args[1]];
    let (u, v) = (argument(a, &SIGMOID, 0)?, argument(b, &SIGMOID, 0)?);
    let negates = |u: Term<'g>, v: Term<'g>| argument(v, &NEG, 0).is_some_and(|x| x.id == u.id);
    let x = if negates(u, v) {
        u
    } else {
        Some(v).filter(|v| negates(*v, u))?
    };
    Some(Slope {
        x,
        partial: -(site.result() * (0.5 * x).map(&TANH)),
        covers: [true; 2],
        passed: [a.id, b.id],
    })
}

/// (1 − x)(1 + x) has the derivative −2x.
fn difference_of_squares<'g>(site: &Site<'g>) -> Option<Slope<'g>> {
    let [a, b] = [site.args[0], site.args[1]];
    let x = argument(a, &SUB, 1)?;
    let ones = a.arg(0).is(1.0) && argument(b, &ADD, 0)?.is(1.0);
    (ones && b.arg(1).id == x.id).then(|| Slope {
        x,
        partial: -2.0 * x,
        covers: [true; 2],
        passed: [a.id, b.id],
    })
}

/// a/cosh²x has the derivative −2(a/cosh²x)·tanh x.
fn over_squared_cosine<'g>(site: &Site<'g>) -> Option<Slope<'g>> {
    let square = site.args[1];
    let cosine = argument(square, &POW, 0).filter(|_| square.arg(1).is(2.0))?;
    let x = argument(cosine, &COSH, 0)?;
    Some(Slope {
        x,
        partial: -2.0 * (site.result() * x.map(&TANH)),
        covers: [false, true],
        passed: [square.id, cosine.id],
    })
}
