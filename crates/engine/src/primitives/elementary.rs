//! Elementary and special functions, entry by entry.
//!
//! Every partial is written in a form that stays right in the tails: σ(x)σ(−x) rather than
//! s(1 − s), 1/cosh² rather than 1 − tanh².

use super::{rows, special, term::entrywise};
use crate::graph::primitive::{DerivativeRule::*, Parity, Slopes};
use crate::graph::{Primitive, Term};
use crate::vector::{both, map1, map2, map3, math};
use std::f64::consts::{LN_2, LN_10, PI};

const INFINITY: f64 = f64::INFINITY;

/// (1 − x)(1 + x), which loses no digits near ±1 as 1 − x² does.
fn one_minus_square<'g>(x: Term<'g>) -> Term<'g> {
    (1.0 - x) * (1.0 + x)
}

fn sqrt<'g>(x: Term<'g>) -> Term<'g> {
    x.map(&SQRT)
}

/// 2/√π · exp(−x²)
fn erf_partial<'g>(x: Term<'g>) -> Term<'g> {
    (2.0 / PI.sqrt()) * (-x.squared()).exp()
}

/// a/y where y = hypot(a, b), and 0 at the origin: the subgradient of smallest norm.
fn direction<'g>(a: Term<'g>, y: Term<'g>) -> Term<'g> {
    (a / y).where_true(y.nonzero())
}

fn hypot<'g>(a: Term<'g>, b: Term<'g>) -> Term<'g> {
    entrywise(&HYPOT, &[a, b])
}

fn kink_at(point: f64, x: f64, taken: f64, left: f64, right: f64) -> Option<Slopes> {
    (x == point).then_some(Slopes { taken, left, right })
}

/// A step: its derivative is 0, and infinite on the side from which the value jumps.
fn jump(here: bool, from_left: bool, from_right: bool) -> Option<Slopes> {
    let slope = |jumps: bool| if jumps { f64::INFINITY } else { 0.0 };
    here.then_some(Slopes {
        taken: 0.0,
        left: slope(from_left),
        right: slope(from_right),
    })
}

rows! {
    EXP = Primitive::map1("exp", map1!(fused math::exp)).partial(|_, y| y)
        .latex(r"e^{#1}").ulps(0.8).doc("e to the power x.").example("exp(1)", "2.71828").samples(&[&[-1.5], &[0.7]]);
    LOG = Primitive::map1("log", map1!(fused math::log)).aliases(&["ln"]).domain(0, 0.0, INFINITY).partial(|x, _| 1.0 / x)
        .latex(r"\log").ulps(0.8).doc("The natural logarithm.").example("log(10)", "2.30259").samples(&[&[0.3], &[2.0]]);
    LOG2 = Primitive::map1("log2", map1!(fused math::log2)).domain(0, 0.0, INFINITY).partial(|x, _| 1.0 / (LN_2 * x))
        .latex(r"\log_2").ulps(1.0).doc("The logarithm to base 2.").example("log2(8)", "3").samples(&[&[0.3], &[2.0]]);
    LOG10 = Primitive::map1("log10", map1!(fused math::log10)).domain(0, 0.0, INFINITY).partial(|x, _| 1.0 / (LN_10 * x))
        .latex(r"\log_{10}").ulps(1.0).doc("The logarithm to base 10.").example("log10(1000)", "3").samples(&[&[0.3], &[2.0]]);
    LOG1P = Primitive::map1("log1p", map1!(fused math::log1p)).domain(0, -1.0, INFINITY).partial(|x, _| 1.0 / (1.0 + x))
        .latex(r"\log(1 + #1)").ulps(0.8).doc("log(1 + x), exact for small x.").example("log1p(1e-20)", "1e-20").samples(&[&[-0.3], &[2.0]]);
    EXPM1 = Primitive::map1("expm1", map1!(fused math::expm1)).partial(|x, _| x.exp())
        .ulps(1.2).doc("exp(x) - 1, exact for small x.").example("expm1(1e-20)", "1e-20").samples(&[&[-1.5], &[0.7]]);
    SQRT = Primitive::map1("sqrt", map1!(f64::sqrt)).domain(0, 0.0, INFINITY).partial(|_, y| 0.5 / y)
        .latex(r"\sqrt{#1}").doc("The square root.").example("sqrt(2)", "1.41421").samples(&[&[0.3], &[2.0]]);
    CBRT = Primitive::map1("cbrt", map1!(special::cbrt)).partial(|_, y| 1.0 / (3.0 * y.squared()))
        .latex(r"\sqrt[3]{#1}").ulps(1.0).doc("The cube root.").example("cbrt(-8)", "-2").samples(&[&[-0.3], &[2.0]]);
    SIN = Primitive::map1("sin", map1!(fused math::sin, where math::few_turns, else libm::sin)).twin(&COS, both!(math::sin_cos, where math::few_turns, else libm::sincos)).parity(Parity::Odd).partial(|x, _| x.map(&COS))
        .latex(r"\sin").ulps(0.8).doc("The sine.").example("sin(pi/6)", "0.5").samples(&[&[-0.3], &[2.0]]);
    COS = Primitive::map1("cos", map1!(fused math::cos, where math::few_turns, else libm::cos)).parity(Parity::Even).partial(|x, _| -x.map(&SIN))
        .latex(r"\cos").ulps(0.8).doc("The cosine.").example("cos(pi/3)", "0.5").samples(&[&[-0.3], &[2.0]]);
    TAN = Primitive::map1("tan", map1!(libm::tan)).parity(Parity::Odd).partial(|x, _| 1.0 / x.map(&COS).squared())
        .latex(r"\tan").ulps(1.0).doc("The tangent.").example("tan(pi/4)", "1").samples(&[&[-0.3], &[1.2]]);
    ASIN = Primitive::map1("asin", map1!(libm::asin)).domain(0, -1.0, 1.0).partial(|x, _| 1.0 / sqrt(one_minus_square(x)))
        .latex(r"\arcsin").ulps(1.0).doc("The inverse sine.").example("asin(1)", "1.5708").samples(&[&[-0.3], &[0.8]]);
    ACOS = Primitive::map1("acos", map1!(libm::acos)).domain(0, -1.0, 1.0).partial(|x, _| -(1.0 / sqrt(one_minus_square(x))))
        .latex(r"\arccos").ulps(1.0).doc("The inverse cosine.").example("acos(0)", "1.5708").samples(&[&[-0.3], &[0.8]]);
    ATAN = Primitive::map1("atan", map1!(libm::atan)).parity(Parity::Odd).partial(|x, _| 1.0 / (1.0 + x.squared()))
        .latex(r"\arctan").ulps(1.0).doc("The inverse tangent.").example("atan(1)", "0.785398").samples(&[&[-0.3], &[2.0]]);
    SINH = Primitive::map1("sinh", map1!(libm::sinh)).parity(Parity::Odd).partial(|x, _| x.map(&COSH))
        .latex(r"\sinh").ulps(1.5).doc("The hyperbolic sine.").example("sinh(1)", "1.1752").samples(&[&[-0.3], &[2.0]]);
    COSH = Primitive::map1("cosh", map1!(fused math::cosh)).parity(Parity::Even).partial(|x, _| x.map(&SINH))
        .latex(r"\cosh").ulps(1.5).doc("The hyperbolic cosine.").example("cosh(1)", "1.54308").samples(&[&[-0.3], &[2.0]]);
    TANH = Primitive::map1("tanh", map1!(fused math::tanh)).twin(&COSH, both!(math::tanh_cosh)).parity(Parity::Odd).partial(|x, _| 1.0 / x.map(&COSH).squared())
        .latex(r"\tanh").ulps(2.0).doc("The hyperbolic tangent.").example("tanh(1)", "0.761594").samples(&[&[-0.3], &[2.0]]);
    ASINH = Primitive::map1("asinh", map1!(libm::asinh)).partial(|x, _| 1.0 / hypot(x.number(1.0), x))
        .latex(r"\operatorname{arsinh}").ulps(1.5).doc("The inverse hyperbolic sine.").example("asinh(1)", "0.881374").samples(&[&[-0.3], &[2.0]]);
    ACOSH = Primitive::map1("acosh", map1!(|x| if x < 1.0 { f64::NAN } else { libm::acosh(x) })).domain(0, 1.0, INFINITY).partial(|x, _| 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)))
        .latex(r"\operatorname{arcosh}").ulps(1.5).doc("The inverse hyperbolic cosine.").example("acosh(2)", "1.31696").samples(&[&[1.3], &[2.0]]);
    ATANH = Primitive::map1("atanh", map1!(libm::atanh)).domain(0, -1.0, 1.0).partial(|x, _| 1.0 / one_minus_square(x))
        .latex(r"\operatorname{artanh}").ulps(1.5).doc("The inverse hyperbolic tangent.").example("atanh(0.5)", "0.549306").samples(&[&[-0.3], &[0.8]]);
    ABS = Primitive::map1("abs", map1!(f64::abs)).parity(Parity::Even).partial(|x, _| x.map(&SIGN))
        .kinks(|args, _| kink_at(0.0, args[0], 0.0, -1.0, 1.0))
        .latex(r"\lvert{#1}\rvert").exact().doc("The absolute value; derivative 0 at 0.").example("abs(-2)", "2").samples(&[&[-0.3], &[2.0]]);
    SIGN = Primitive::map1("sign", map1!(special::sign))
        .parity(Parity::Odd).kinks(|args, _| jump(args[0] == 0.0, true, true))
        .latex(r"\operatorname{sgn}").exact().doc("-1, 0 or 1.").example("sign(-2)", "-1").samples(&[&[-0.3], &[2.0]]);
    FLOOR = Primitive::map1("floor", map1!(f64::floor))
        .kinks(|args, _| jump(args[0].fract() == 0.0, true, false))
        .latex(r"\lfloor{#1}\rfloor").exact().doc("The largest whole number not above x.").example("floor(-1.5)", "-2").samples(&[&[-0.3]]);
    CEIL = Primitive::map1("ceil", map1!(f64::ceil))
        .kinks(|args, _| jump(args[0].fract() == 0.0, false, true))
        .latex(r"\lceil{#1}\rceil").exact().doc("The smallest whole number not below x.").example("ceil(1.2)", "2").samples(&[&[-0.3]]);
    ROUND = Primitive::map1("round", map1!(special::round_half_away))
        .kinks(|args, _| jump(args[0].fract().abs() == 0.5, args[0] > 0.0, args[0] < 0.0))
        .exact().doc("The nearest whole number; halves go away from zero.").example("round(2.5)", "3").samples(&[&[-0.3]]);
    TRUNC = Primitive::map1("trunc", map1!(f64::trunc))
        .kinks(|args, _| jump(args[0].fract() == 0.0 && args[0] != 0.0, args[0] > 0.0, args[0] < 0.0))
        .exact().doc("The whole part.").example("trunc(-1.5)", "-1").samples(&[&[-0.3]]);
    RELU = Primitive::map1("relu", map1!(special::relu))
        .derivative(Select(|args, _, _| Some((entrywise(&super::arithmetic::LE, &[args[0], args[0].number(0.0)]).map(&super::arithmetic::UNLESS), None))))
        .kinks(|args, _| kink_at(0.0, args[0], 0.0, 0.0, 1.0))
        .latex(r"\operatorname{ReLU}").exact().doc("max(x, 0) with derivative 0 at 0.").example("relu([-1, 2])", "[0, 2]").samples(&[&[-0.3], &[2.0]]);
    SIGMOID = Primitive::map1("sigmoid", map1!(fused math::sigmoid)).aliases(&["logistic", "σ"])
        .mirror(&SIGMOID, both!(math::sigmoid_both)).partial(|x, y| y * (-x).map(&SIGMOID))
        .latex(r"\sigma").ulps(2.0).doc("1/(1 + exp(-x)).").example("sigmoid(0)", "0.5").samples(&[&[-1.3], &[2.0]]);
    LOG_SIGMOID = Primitive::map1("log_sigmoid", map1!(fused math::log_sigmoid)).partial(|x, _| (-x).map(&SIGMOID))
        .latex(r"\log\sigma").ulps(1.5).doc("log(sigmoid(x)), exact in both tails.").example("log_sigmoid(0)", "-0.693147").samples(&[&[-1.3], &[2.0]]);
    SOFTPLUS = Primitive::map1("softplus", map1!(fused math::softplus)).partial(|x, _| x.map(&SIGMOID))
        .ulps(1.5).doc("log(1 + exp(x)), exact in both tails.").example("softplus(0)", "0.693147").samples(&[&[-1.3], &[2.0]]);
    ERF = Primitive::map1("erf", map1!(special::erf)).parity(Parity::Odd).partial(|x, _| erf_partial(x))
        .ulps(1.0).doc("The error function.").example("erf(1)", "0.842701").samples(&[&[-0.3], &[1.2]]);
    ERFC = Primitive::map1("erfc", map1!(special::erfc)).partial(|x, _| -erf_partial(x))
        .ulps(1.5).doc("1 - erf(x), exact in the tail.").example("erfc(1)", "0.157299").samples(&[&[-0.3], &[1.2]]);
    GAMMA = Primitive::map1("gamma", map1!(special::gamma)).partial(|x, y| y * x.map(&DIGAMMA))
        .latex(r"\Gamma").ulps(2.0).doc("The gamma function; gamma(n) is (n - 1)!").example("gamma(5)", "24").samples(&[&[0.7], &[3.2]]);
    LGAMMA = Primitive::map1("lgamma", map1!(special::lgamma)).partial(|x, _| x.map(&DIGAMMA))
        .latex(r"\log\Gamma").ulps(2.0).doc("log(abs(gamma(x))).").example("lgamma(10)", "12.8018").samples(&[&[0.7], &[3.2]]);
    DIGAMMA = Primitive::map1("digamma", map1!(special::digamma))
        .partial(|x, _| entrywise(&POLYGAMMA, &[x.number(1.0), x]))
        .latex(r"\psi").ulps(4.0).doc("The derivative of lgamma.").example("digamma(1)", "-0.577216").samples(&[&[0.7], &[3.2]]);
    POLYGAMMA = Primitive::map2("polygamma", map2!(special::polygamma)).parameters(&["n", "x"])
        .derivative(Partial2(|n, _, _| n.number(f64::NAN), |n, x, _| entrywise(&POLYGAMMA, &[n + 1.0, x])))
        .latex(r"\psi^{({#1})}({#2})").ulps(4.0).doc("The n-th derivative of digamma; no derivative in n.").example("polygamma(1, 1)", "1.64493");
    CLAMP = Primitive::map3("clamp", map3!(special::clamp3)).parameters(&["x", "lo", "hi"])
        .derivative(Select(clamp_selects))
        .kinks(|args, k| match k {
            0 if args[0] == args[1] => Some(Slopes { taken: 1.0, left: 0.0, right: 1.0 }),
            0 if args[0] == args[2] => Some(Slopes { taken: 1.0, left: 1.0, right: 0.0 }),
            _ => None,
        })
        .exact().doc("x held between lo and hi; derivative 1 at both bounds.").example("clamp([-1, 5], 0, 2)", "[0, 2]")
        .samples(&[&[0.5, 0.0, 1.0], &[-0.5, 0.0, 1.0], &[1.5, 0.0, 1.0]]);
    MOD = Primitive::map2("mod", map2!(special::floored_mod)).parameters(&["a", "b"])
        .partials(|a, _, _| a.number(1.0), |a, b, _| -(a / b).map(&FLOOR))
        .doc("a - b*floor(a/b): the remainder with the sign of b.").example("mod(-5, 3)", "1").samples(&[&[5.5, 3.0], &[-5.5, 3.0]]);
    ATAN2 = Primitive::map2("atan2", map2!(libm::atan2)).parameters(&["y", "x"])
        .partials(|y, x, _| x / hypot(y, x) / hypot(y, x), |y, x, _| -(y / hypot(y, x) / hypot(y, x)))
        .ulps(1.0).doc("The angle of the point (x, y).").example("atan2(1, 1)", "0.785398").samples(&[&[0.5, -1.0], &[1.0, 2.0]]);
    HYPOT = Primitive::map2("hypot", map2!(special::hypot))
        .partials(|a, _, y| direction(a, y), |_, b, y| direction(b, y))
        .kinks(|args, _| (args == [0.0, 0.0]).then_some(Slopes { taken: 0.0, left: -1.0, right: 1.0 }))
        .latex(r"\sqrt{#1^2 + #2^2}").ulps(1.0).doc("sqrt(a^2 + b^2) without overflow; derivative 0 at the origin.").example("hypot(3, 4)", "5").samples(&[&[0.5, -1.0]]);
    XLOGY = Primitive::map2("xlogy", map2!(special::xlogy)).parameters(&["x", "y"]).domain(1, 0.0, INFINITY)
        .partials(|_, y, _| y.log(), |x, y, _| (x / y).where_true(x.nonzero()))
        .ulps(1.5).doc("x*log(y), and 0 where x is 0.").example("xlogy(0, 0)", "0").samples(&[&[0.5, 2.0], &[1.5, 0.3]]);
    LOGADDEXP = Primitive::map2("logaddexp", map2!(special::logaddexp))
        .partials(|a, b, _| (a - b).map(&SIGMOID), |a, b, _| (b - a).map(&SIGMOID))
        .latex(r"\log(e^{#1} + e^{#2})").ulps(2.0).doc("log(exp(a) + exp(b)) without overflow.").example("logaddexp(1000, 1000)", "1000.69").samples(&[&[0.5, 2.0]]);
}

fn clamp_selects<'g>(
    args: &[Term<'g>],
    _: Term<'g>,
    k: usize,
) -> Option<(Term<'g>, Option<Term<'g>>)> {
    use super::arithmetic::{LT, OR, UNLESS};
    let below = entrywise(&LT, &[args[0], args[1]]);
    let above = entrywise(&LT, &[args[2], args[0]]);
    let mask = match k {
        0 => entrywise(&OR, &[below, above]).map(&UNLESS),
        1 => below,
        _ => above,
    };
    Some((mask, None))
}
