//! Operators: arithmetic, comparisons, logic and choice.

use super::{elementary::ABS, rows, special, term::entrywise};
use crate::graph::primitive::{
    Demand, DerivativeRule::*, Implied, JetRule, Kernel, Lanes, Map1, Map2, Notation, Operator,
    ShapeRule,
};
use crate::graph::{Primitive, Term};
use crate::vector::{map1, map2, map3};

/// Truth: everything but zero, NaN included.
pub fn is_true(x: f64) -> bool {
    x != 0.0
}

fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

const fn infix(name: &'static str, kernel: Map2, operator: Operator) -> Primitive {
    Primitive::map2(name, kernel).notation(Notation::Infix(operator))
}

/// a − b
pub(super) const DIFFERENCE: Map2 = map2!(|a, b| a - b);

/// aᵇ, with a loop of products where all are squared.
const POWER: Map2 = {
    const GENERAL: Map2 = map2!(special::pow);
    const SQUARE: Map1 = map1!(|a| a * a);
    Map2 {
        over: |a, b, out| match (a, b) {
            (Lanes::Each(a), Lanes::All(2.0)) => (SQUARE.over)(a, out),
            _ => (GENERAL.over)(a, b, out),
        },
        ..GENERAL
    }
};

/// d(aᵇ)/da = b·aᵇ⁻¹, and 0 where b is 0 (aᵇ is 1 for every a then).
fn base_partial<'g>(a: Term<'g>, b: Term<'g>, _: Term<'g>) -> Term<'g> {
    match b.literal() {
        Some(0.0) => a.zero(),
        Some(1.0) => a.number(1.0),
        Some(exponent) => exponent * a.powf(exponent - 1.0),
        None => {
            // A guard takes second derivatives away too, so only a⁰ has it whose aᵇ⁻¹ is not finite;
            // elsewhere b·aᵇ⁻¹ is 0 by itself where b is.
            let power = entrywise(&POW, &[a, b - 1.0]);
            let finite = entrywise(&LT, &[power.map(&ABS), a.number(f64::INFINITY)]);
            let regular = entrywise(&OR, &[finite, b.nonzero()]);
            (b * power).where_true(regular)
        }
    }
}

/// d(aᵇ)/db = aᵇ·ln a, and 0 where aᵇ is 0 (0ᵇ is 0 for every b > 0).
fn exponent_partial<'g>(a: Term<'g>, _: Term<'g>, y: Term<'g>) -> Term<'g> {
    entrywise(&super::elementary::XLOGY, &[y, a])
}

rows! {
    ADD = infix("add", map2!(|a, b| a + b), Operator::Add)
        .partials(|a, _, _| a.number(1.0), |a, _, _| a.number(1.0))
        .doc("The sum.").example("1 + 2", "3").samples(&[&[1.5, -0.5]]);
    SUB = infix("sub", DIFFERENCE, Operator::Sub)
        .partials(|a, _, _| a.number(1.0), |a, _, _| a.number(-1.0))
        .doc("The difference.").example("1 - 3", "-2").samples(&[&[1.5, -0.5]]);
    MUL = infix("mul", map2!(|a, b| a * b), Operator::Mul)
        .partials(|_, b, _| b, |a, _, _| a).jets(JetRule::Product)
        .doc("The product, entry by entry, or scaling.").example("[1, 2] .* [3, 4]", "[3, 8]")
        .samples(&[&[1.5, -0.5]]);
    DIV = infix("div", map2!(|a, b| a / b), Operator::Div)
        .partials(|_, b, _| 1.0 / b, |_, b, y| -(y / b))
        .jets(JetRule::Equation(Implied { coefficient: 1, right: 0, moved: |b, y| -(b * y) }))
        .doc("The quotient, entry by entry.").example("[1, 2] ./ [4, 5]", "[0.25, 0.4]")
        .samples(&[&[1.5, -0.5], &[-2.0, 3.0]]);
    NEG = Primitive::map1("neg", map1!(|x| -x)).notation(Notation::Negation)
        .partial(|x, _| x.number(-1.0))
        .doc("The negative.").example("-[1, 2]", "[-1, -2]").samples(&[&[1.5]]);
    POW = infix("pow", POWER, Operator::Pow).also_callable()
        .partials(base_partial, exponent_partial).jets(JetRule::Power)
        .ulps(1.0).doc("a to the power b; x^0 is 1 for every x.").example("2^10", "1024")
        .samples(&[&[1.5, 2.0], &[0.5, -1.5], &[2.0, 0.0]]);
    EQ = infix("eq", map2!(|a, b| truth(a == b)), Operator::Eq).opposite(&NE).doc("1 where equal, else 0.").example("1 == 2", "0");
    NE = infix("ne", map2!(|a, b| truth(a != b)), Operator::Ne).opposite(&EQ).doc("1 where different, else 0.").example("1 != 2", "1");
    SEEDED = infix("ne", map2!(|a, b| truth(a != b)), Operator::Ne).doc("1 where an entry of a direction is not 0.").example("1 != 2", "1");
    LT = infix("lt", map2!(|a, b| truth(a < b)), Operator::Lt).opposite(&GE).doc("1 where less, else 0.").example("1 < 2", "1");
    LE = infix("le", map2!(|a, b| truth(a <= b)), Operator::Le).opposite(&GT).doc("1 where less or equal, else 0.").example("2 <= 2", "1");
    GT = infix("gt", map2!(|a, b| truth(a > b)), Operator::Gt).opposite(&LE).doc("1 where greater, else 0.").example("1 > 2", "0");
    GE = infix("ge", map2!(|a, b| truth(a >= b)), Operator::Ge).opposite(&LT).doc("1 where greater or equal, else 0.").example("2 >= 2", "1");
    AND = infix("and", map2!(|a, b| truth(is_true(a) && is_true(b))), Operator::And).demand(Demand::IfTrue)
        .doc("1 where both are true; skips the second where the first decides.").example("1 < 2 and 2 < 1", "0");
    OR = infix("or", map2!(|a, b| truth(is_true(a) || is_true(b))), Operator::Or).demand(Demand::IfFalse)
        .doc("1 where either is true; skips the second where the first decides.").example("1 < 2 or 2 < 1", "1");
    NOT = Primitive::map1("not", map1!(|x| truth(!is_true(x)))).notation(Notation::Not)
        .doc("1 where zero, else 0.").example("not 0", "1");
    UNLESS = Primitive::map1("not", map1!(|x| truth(!is_true(x)))).notation(Notation::Not)
        .doc("`not` in a selection whose result is NaN with its operands: the opposite comparison says the same.").example("not 0", "1");
    WHERE = Primitive::map3("where", map3!(|c, a, b| if is_true(c) { a } else { b })).parameters(&["c", "a", "b"])
        .chooses().derivative(Select(|args, _, k| match k {
            0 => None,
            1 => Some((args[0].nonzero(), None)),
            _ => Some((args[0].map(&NOT), None)),
        }))
        .latex(r"\begin{cases}{#2} & \text{if } {#1} \\ {#3} & \text{otherwise}\end{cases}").doc("Entry by entry, a where c is true and b elsewhere.").example("where([1, 0], 5, 6)", "[5, 6]")
        .samples(&[&[1.0, 2.0, 3.0], &[0.0, 2.0, 3.0]]);
    CHOOSE = Primitive::new("if", Kernel::Map3(map3!(|c, a, b| if is_true(c) { a } else { b })), ShapeRule::Given)
        .parameters(&["c", "a", "b"]).notation(Notation::Choice).demand(Demand::Choice)
        .chooses().derivative(Select(|args, _, k| match k {
            0 => None,
            1 => Some((args[0].nonzero(), None)),
            _ => Some((args[0].map(&NOT), None)),
        }))
        .doc("a where the scalar c is true, else b; only the one taken is computed.")
        .example("if 1 > 2 then 3 else 4", "4");
    FROZEN = Primitive::map1("frozen", map1!(|x| x)).internal()
        .exact().doc("x, and a constant for every differentiation.");
    STOP = Primitive::map1("stop", map1!(|x| x)).aliases(&["stop_gradient"]).moves_entries()
        .doc("x, and a constant for every derivative, `numeric` too.").example("w = 3; grad(stop(w)*w, w)", "3");
    MAX = Primitive::new("max", Kernel::Fold(map2!(special::max2)), ShapeRule::Entrywise)
        .parameters(&["x", "…"]).variadic(2)
        .extreme().derivative(Select(|args, y, k| select_ties(args, k, |term| not_less(term, y))))
        .kinks(|args, k| tie(args, k, special::max2, 0.0, 1.0))
        .latex(r"\max").doc("The largest of its arguments, entry by entry; ties share the derivative evenly.")
        .example("max([1, 5], 3)", "[3, 5]").samples(&[&[1.0, 2.0], &[2.0, 1.0]]);
    MIN = Primitive::new("min", Kernel::Fold(map2!(special::min2)), ShapeRule::Entrywise)
        .parameters(&["x", "…"]).variadic(2)
        .extreme().derivative(Select(|args, y, k| select_ties(args, k, |term| not_less(y, term))))
        .kinks(|args, k| tie(args, k, special::min2, 1.0, 0.0))
        .latex(r"\min").doc("The smallest of its arguments, entry by entry; ties share the derivative evenly.")
        .example("min([1, 5], 3)", "[1, 3]").samples(&[&[1.0, 2.0], &[2.0, 1.0]]);
}

/// 1 where `a` is not less than `b`; also where either is NaN, so that NaN reaches every argument
/// that may have caused it.
pub(super) fn not_less<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    entrywise(&LT, &[a, b]).map(&UNLESS)
}

fn select_ties<'g>(
    args: &[Term<'g>],
    k: usize,
    selected: impl Fn(Term<'g>) -> Term<'g>,
) -> Option<(Term<'g>, Option<Term<'g>>)> {
    let masks: Vec<Term<'g>> = args.iter().map(|arg| selected(*arg)).collect();
    let ties = masks.iter().copied().reduce(|a, b| a + b)?;
    Some((masks[k], Some(1.0 / ties)))
}

/// A tie of argument `k` with another one that is not the same number by construction.
pub(super) fn tie(
    args: &[f64],
    k: usize,
    select: fn(f64, f64) -> f64,
    left: f64,
    right: f64,
) -> Option<crate::graph::primitive::Slopes> {
    let best = args.iter().copied().reduce(select)?;
    let ties = args.iter().filter(|&&x| x == best).count();
    (args[k] == best && ties > 1).then(|| crate::graph::primitive::Slopes {
        taken: 1.0 / ties as f64,
        left,
        right,
    })
}
