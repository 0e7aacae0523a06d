//! A formula in few operations, with the laws of functions applied to its structure.
//!
//! The laws hold wherever both sides are defined: log(a·b) is log|a| + log|b| wherever a·b > 0. That one
//! side may be undefined where the other is not is looked at elsewhere, before anything is rewritten.

use super::angles::circle;
use super::gammas::{gamma, polygamma};
use super::logarithms::{exp, log};
use super::terms::{absolute, root, row};
use crate::graph::{Args, Attr, Graph, NodeId, Op, Primitive, Shape, Term};
use crate::primitives::algebra::{COFACTOR, DET, DOT, INV, LOGDET, MATMUL_REACHED, SOLVE};
use crate::primitives::arithmetic::{
    ADD, AND, CHOOSE, DIV, EQ, FROZEN, GE, GT, LE, LT, MAX, MIN, NE, NOT, OR, SEEDED, STOP, SUB,
    UNLESS, WHERE,
};
use crate::primitives::array::{
    CUMPROD, CUMPROD_SPELLED, DEVIATIONS, GUARD, GUARD_ALL, LOG_SOFTMAX, LOGSUMEXP, MEAN, NORM,
    NORM1, OTHERS, PASS, PASS_ALL, POISON, PROD, PROD_SPELLED, SOFTMAX, STD, VAR,
};
use crate::primitives::elementary::*;
use crate::primitives::rules::{MINIMUM, RULED, SOLUTION};
use crate::primitives::term::entrywise;
use rustc_hash::FxHashMap;
use std::f64::consts::{LN_2, LN_10, PI};

/// An operation written in others.
type Rewriting = for<'g> fn(&[Term<'g>], Attr, Shape) -> Term<'g>;

/// The operations that are written in others, in the order of the primitive table.
static REWRITINGS: &[(&Primitive, Rewriting)] = &[
    (&WHERE, |a, _, _| chosen(a[0], a[1], a[2])),
    (&CHOOSE, |a, _, shape| {
        chosen(
            a[0].stretch(shape),
            a[1].stretch(shape),
            a[2].stretch(shape),
        )
    }),
    (&GUARD, |a, _, shape| kept(a, shape)),
    (&GUARD_ALL, |a, _, shape| kept(a, shape)),
    (&PASS, |a, _, shape| kept(a, shape)),
    (&PASS_ALL, |a, _, shape| kept(a, shape)),
    (&POISON, |a, _, _| a[0]),
    (&FROZEN, |a, _, _| a[0]),
    (&STOP, |a, _, _| a[0]),
    (&RULED, |a, _, _| a[a.len() - 1]),
    (&SOLUTION, |a, _, _| a[0]),
    (&MINIMUM, |a, _, _| a[0]),
    (&SUB, |a, _, _| difference(a[0], a[1])),
    (&LT, |a, _, _| greater(a[1], a[0])),
    (&LE, |a, _, _| greater(a[1], a[0])),
    (&GT, |a, _, _| greater(a[0], a[1])),
    (&GE, |a, _, _| greater(a[0], a[1])),
    (&SEEDED, |a, _, _| entrywise(&NE, &[a[0], a[1]])),
    (&AND, |a, _, _| truth(a[0]) * truth(a[1])),
    (&OR, |a, _, _| 1.0 - falsehood(a[0]) * falsehood(a[1])),
    (&NOT, |a, _, _| falsehood(a[0])),
    (&UNLESS, |a, _, _| falsehood(a[0])),
    (&MAX, |a, _, _| {
        folded(a, |x, y| half(x + y + absolute(x - y)))
    }),
    (&MIN, |a, _, _| {
        folded(a, |x, y| half(x + y - absolute(x - y)))
    }),
    (&LOG, |a, _, _| log(a[0])),
    (&LOG2, |a, _, _| log(a[0]) / log(a[0].number(2.0))),
    (&LOG10, |a, _, _| log(a[0]) / log(a[0].number(10.0))),
    (&LOG1P, |a, _, _| log(1.0 + a[0])),
    (&EXP, |a, _, _| exp(a[0])),
    (&EXPM1, |a, _, _| exp(a[0]) - 1.0),
    (&SQRT, |a, _, _| root(a[0])),
    (&SIN, |a, _, _| circle(a[0]).1),
    (&COS, |a, _, _| circle(a[0]).0),
    (&TAN, |a, _, _| {
        let (cos, sin) = circle(a[0]);
        sin / cos
    }),
    (&ACOS, |a, _, _| a[0].number(PI) / 2.0 - a[0].map(&ASIN)),
    (&SINH, |a, _, _| half(exp(a[0]) - exp(-a[0]))),
    (&COSH, |a, _, _| half(exp(a[0]) + exp(-a[0]))),
    (&TANH, |a, _, _| 1.0 - 2.0 * (1.0 / (exp(2.0 * a[0]) + 1.0))),
    (&ASINH, |a, _, _| log(a[0] + root(a[0].squared() + 1.0))),
    (&ACOSH, |a, _, _| {
        log(a[0] + root(a[0] - 1.0) * root(a[0] + 1.0))
    }),
    (&ATANH, |a, _, _| half(log(1.0 + a[0]) - log(1.0 - a[0]))),
    (&RELU, |a, _, _| half(a[0] + absolute(a[0]))),
    (&SIGMOID, |a, _, _| 1.0 / (1.0 + exp(-a[0]))),
    (&LOG_SIGMOID, |a, _, _| -(-a[0]).map(&SOFTPLUS)),
    (&ERFC, |a, _, _| 1.0 - a[0].map(&ERF)),
    (&GAMMA, |a, _, _| gamma(a[0])),
    (&LGAMMA, |a, _, _| log(gamma(a[0]))),
    (&DIGAMMA, |a, _, _| polygamma(a[0].number(0.0), a[0])),
    (&POLYGAMMA, |a, _, _| polygamma(a[0], a[1])),
    (&CLAMP, |a, _, _| {
        let raised = half(a[0] + a[1] + absolute(a[0] - a[1]));
        half(raised + a[2] - absolute(raised - a[2]))
    }),
    (&MOD, |a, _, _| a[0] - a[1] * (a[0] / a[1]).map(&FLOOR)),
    (&HYPOT, |a, _, _| root(a[0].squared() + a[1].squared())),
    (&XLOGY, |a, _, _| a[0] * log(a[1])),
    (&LOGADDEXP, |a, _, _| a[0] + (a[1] - a[0]).map(&SOFTPLUS)),
    (&MEAN, |a, attr, _| mean(a[0], attr)),
    (&VAR, |a, attr, _| variance(a[0], attr)),
    (&DEVIATIONS, |a, attr, shape| {
        a[0] - mean(a[0], attr).stretch(shape)
    }),
    (&STD, |a, attr, _| root(variance(a[0], attr))),
    (&PROD_SPELLED, |a, attr, shape| {
        a[0].whole(&PROD, attr, shape)
    }),
    (&CUMPROD_SPELLED, |a, attr, shape| {
        a[0].whole(&CUMPROD, attr, shape)
    }),
    (&OTHERS, |a, _, shape| {
        a[0].whole(&PROD, Attr::None, Shape::SCALAR).stretch(shape) / a[0]
    }),
    (&NORM, |a, attr, _| root(a[0].squared().sum_along(attr))),
    (&NORM1, |a, attr, _| absolute(a[0]).sum_along(attr)),
    (&LOGSUMEXP, |a, attr, _| log(exp(a[0]).sum_along(attr))),
    (&SOFTMAX, |a, attr, shape| {
        let exponentials = exp(a[0]);
        exponentials / exponentials.sum_along(attr).stretch(shape)
    }),
    (&LOG_SOFTMAX, |a, attr, shape| {
        a[0] - log(exp(a[0]).sum_along(attr)).stretch(shape)
    }),
    (&MATMUL_REACHED, |a, _, _| a[0].matmul(a[1])),
    (&DOT, |a, _, _| (a[0] * a[1].reshaped(a[0].shape())).sum()),
    (&LOGDET, |a, _, shape| {
        log(a[0].whole(&DET, Attr::None, shape))
    }),
    (&SOLVE, |a, _, _| inverse(a[0]).matmul(a[1])),
    (&COFACTOR, |a, _, shape| {
        let det = a[0].whole(&DET, Attr::None, Shape::SCALAR);
        det.stretch(shape) * inverse(a[0]).transposed()
    }),
];

/// `root` in basic operations.
pub(super) fn basics(graph: &Graph, root: NodeId) -> NodeId {
    let mut image: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for id in graph.cone(&[root], |_| false) {
        let args: Args = graph.args(id).iter().map(|arg| image[arg]).collect();
        let node = graph.node(id);
        let new = match node.op {
            Op::Hold(_) => args[0],
            Op::Literal(number) => irrational(graph, number).unwrap_or(id),
            Op::Apply(row, attr) => {
                let terms: Vec<Term<'_>> = args.iter().map(|arg| graph.term(*arg)).collect();
                match REWRITINGS.iter().find(|(known, _)| row.is(known)) {
                    Some((_, rewriting)) => {
                        rewriting(&terms, attr, node.shape).stretch(node.shape).id
                    }
                    None => graph.apply(row, attr, node.shape, &args),
                }
            }
            _ => id,
        };
        image.insert(id, new);
    }
    image[&root]
}

fn half(x: Term<'_>) -> Term<'_> {
    x / 2.0
}

fn inverse(x: Term<'_>) -> Term<'_> {
    x.whole(&INV, Attr::None, x.shape())
}

fn chosen<'g>(condition: Term<'g>, a: Term<'g>, b: Term<'g>) -> Term<'g> {
    entrywise(&WHERE, &[condition, a, b])
}

/// 1 where a > b, else 0.
fn greater<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    half(1.0 + (a - b).map(&SIGN))
}

/// True of what is 1 or 0 everywhere.
fn is_truth(x: Term<'_>) -> bool {
    let Some(of) = row(x) else { return false };
    let is = |x: Term<'_>, rows: &[&Primitive]| {
        row(x).is_some_and(|row| rows.iter().any(|known| row.is(known)))
    };
    of.is(&NE)
        || of.is(&EQ)
        || of.is(&DIV) && is(x.arg(0), &[&ADD]) && is(x.arg(0).arg(1), &[&SIGN])
}

fn truth(x: Term<'_>) -> Term<'_> {
    match is_truth(x) {
        true => x,
        false => entrywise(&NE, &[x, x.zero()]),
    }
}

fn falsehood(x: Term<'_>) -> Term<'_> {
    match is_truth(x) {
        true => 1.0 - x,
        false => entrywise(&EQ, &[x, x.zero()]),
    }
}

/// a − b, where 1 − σ(u) is σ(−u).
fn difference<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    let is = |x: Term<'_>, known: &Primitive| row(x).is_some_and(|row| row.is(known));
    if a.is(1.0) && is(b, &DIV) && b.arg(0).is(1.0) && is(b.arg(1), &ADD) {
        let [one, power] = [b.arg(1).arg(0), b.arg(1).arg(1)];
        if one.is(1.0) && is(power, &EXP) {
            return 1.0 / (1.0 + exp(-power.arg(0)));
        }
    }
    a - b
}

fn kept<'g>(args: &[Term<'g>], shape: Shape) -> Term<'g> {
    let x = args[1].stretch(shape);
    chosen(args[0].stretch(shape), x, x.zero())
}

fn folded<'g>(args: &[Term<'g>], join: fn(Term<'g>, Term<'g>) -> Term<'g>) -> Term<'g> {
    args[1..].iter().fold(args[0], |x, y| join(x, *y))
}

fn mean(x: Term<'_>, attr: Attr) -> Term<'_> {
    let sum = x.sum_along(attr);
    sum / (x.shape().len() / sum.shape().len().max(1)) as f64
}

fn variance(x: Term<'_>, attr: Attr) -> Term<'_> {
    mean((x - mean(x, attr).stretch(x.shape())).squared(), attr)
}

/// Numbers that are rounded values of others, and how those are made.
fn irrational(graph: &Graph, number: f64) -> Option<NodeId> {
    let literal = |value: f64| graph.term(graph.literal(value));
    let natural_log = |value: f64| literal(value).map(&LOG);
    let found = if number == LN_2 {
        natural_log(2.0)
    } else if number == LN_10 {
        natural_log(10.0)
    } else if number == 2.0 / PI.sqrt() {
        2.0 * literal(PI).powf(-0.5)
    } else if number == 2f64.sqrt() {
        root(literal(2.0))
    } else {
        return None;
    };
    Some(found.id)
}
