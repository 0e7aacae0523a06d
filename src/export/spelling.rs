//! The spelling of every operation in every language: one line a row of the primitive table.

use super::ExportTarget;
use crate::graph::{Attr, Primitive, Shape};
use crate::primitives::stored;
use crate::primitives::{
    algebra::*, arithmetic::*, array::*, elementary::*, places::*, rounds::*, rules::*, stored::*,
};

/// The way in which an operation takes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Entry by entry.
    Each,
    /// Entry by entry, true or false.
    Truth,
    /// Over all entries, or along an axis.
    Reduce,
    /// Arrays to an array.
    Whole,
    /// Arrays to a number.
    Number,
    /// Written by each writer itself: what it looks like depends on shapes and places.
    Built,
}

/// One row in other languages. In a template `{0}` is the first argument, `{?0}` the same as a
/// condition, `{m}` and `{n}` are the rows and columns of the result. The C of what is not entry by entry is
/// the name of a kernel.
pub struct ForeignSpelling {
    /// The operation.
    pub row: &'static Primitive,
    /// The way in which it takes its arguments.
    pub manner: Manner,
    /// NumPy.
    pub numpy: &'static str,
    /// JAX; where it is empty, NumPy with another prefix.
    pub jax: &'static str,
    /// PyTorch.
    pub torch: &'static str,
    /// C.
    pub c: &'static str,
    /// Julia; `@` stands before what is a matrix even where it has one column.
    pub julia: &'static str,
    /// StableHLO: operations called by one another.
    pub stablehlo: &'static str,
    /// SymPy, of numbers; empty where there is no such formula.
    pub sympy: &'static str,
    /// CasADi, of numbers; empty where there is no such formula.
    pub casadi: &'static str,
}

macro_rules! spell {
    ($($row:ident $manner:ident $numpy:literal, $jax:literal, $torch:literal, $c:literal, $julia:literal, $stablehlo:literal, $sympy:literal, $casadi:literal;)*) => {
        &[$(ForeignSpelling { row: &$row, manner: Manner::$manner, numpy: $numpy, jax: $jax, torch: $torch, c: $c, julia: $julia, stablehlo: $stablehlo, sympy: $sympy, casadi: $casadi }),*]
    };
}

/// The spelling of `row`.
pub fn spelling(row: &'static Primitive) -> Option<&'static ForeignSpelling> {
    SPELLINGS.iter().find(|known| known.row.is(row))
}

/// The operator of a template `{0} op {1}`.
pub fn operator(template: &str) -> Option<&str> {
    let mut words = template.split(' ').filter(|_| template.starts_with('{'));
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(_), Some(operator), Some(_), None) => Some(operator),
        _ => None,
    }
}

/// The shape of `shapes` together, as array libraries stretch them.
pub fn together(shapes: impl Iterator<Item = Shape>) -> Shape {
    let longer = |a: u32, b: u32| if a == 1 { b } else { a };
    shapes.fold(Shape::SCALAR, |a, b| Shape {
        rows: longer(a.rows, b.rows),
        cols: longer(a.cols, b.cols),
    })
}

/// The axis of an attribute, counted from 0.
pub fn axis_of(attr: Attr) -> Option<u8> {
    match attr {
        Attr::Axis(axis) => Some(axis - 1),
        _ => None,
    }
}

/// True of loops, which writers of Python and Julia have a form for, and of what their last round found, for which
/// none has. Neither has one for matrices that are stored by their places, which come about only where values are computed.
pub fn is_loop(row: &'static Primitive) -> bool {
    [&ROUNDS, &ROUNDS_BACK, &SOLUTION, &MINIMUM]
        .iter()
        .chain(stored::ROWS)
        .any(|known| row.is(known))
}

/// True of operations that programs are made of: matrices that are stored by their places come about only where
/// values are computed.
pub fn is_in_programs(row: &'static Primitive) -> bool {
    !stored::ROWS.iter().any(|known| row.is(known))
}

/// True of random numbers whose seed is found while the program runs.
pub fn is_drawn_anew(row: &'static Primitive) -> bool {
    [&SEEDED_RAND, &SEEDED_RANDN]
        .iter()
        .any(|known| row.is(known))
}

/// Why no code for `target` holds an operation that no script can call, if none does.
pub fn refusal(row: &'static Primitive, target: ExportTarget) -> Option<&'static str> {
    let known = |rows: &[&'static Primitive]| rows.iter().any(|known| row.is(known));
    if known(&[&SOLUTION, &MINIMUM]) {
        return Some("`root`, `fixpoint` and `minimize` find their result while they run");
    }
    if is_drawn_anew(row) {
        return Some("numbers drawn from another seed in every round exist nowhere else");
    }
    let loops = known(&[&ROUNDS, &ROUNDS_BACK]) && !target.has_loops();
    loops.then_some("iterations are written round by round, up to 20,000 operations")
}

/// All rows, in the order of the primitive table.
#[rustfmt::skip]
pub static SPELLINGS: &[ForeignSpelling] = spell! {
    ADD Each "{0} + {1}", "", "{0} + {1}", "{0} + {1}", "{0} + {1}", "add({0}, {1})", "{0} + {1}", "{0} + {1}";
    SUB Each "{0} - {1}", "", "{0} - {1}", "{0} - {1}", "{0} - {1}", "subtract({0}, {1})", "{0} - {1}", "{0} - {1}";
    MUL Each "{0} * {1}", "", "{0} * {1}", "{0} * {1}", "{0} * {1}", "multiply({0}, {1})", "{0} * {1}", "{0} * {1}";
    DIV Each "{0} / {1}", "", "{0} / {1}", "{0} / {1}", "{0} / {1}", "divide({0}, {1})", "{0} / {1}", "{0} / {1}";
    NEG Each "-{0}", "", "-{0}", "-{0}", "-{0}", "negate({0})", "-{0}", "-{0}";
    POW Each "{0} ** {1}", "", "{0} ** {1}", "pow({0}, {1})", "{0} ^ {1}", "power({0}, {1})", "{0} ** {1}", "{0} ** {1}";
    EQ Truth "{0} == {1}", "", "{0} == {1}", "{0} == {1}", "{0} == {1}", "eq({0}, {1})", "sp.Eq({0}, {1})", "ca.eq({0}, {1})";
    NE Truth "{0} != {1}", "", "{0} != {1}", "{0} != {1}", "{0} != {1}", "ne({0}, {1})", "sp.Ne({0}, {1})", "ca.ne({0}, {1})";
    SEEDED Truth "{0} != {1}", "", "{0} != {1}", "{0} != {1}", "{0} != {1}", "ne({0}, {1})", "sp.Ne({0}, {1})", "ca.ne({0}, {1})";
    LT Truth "{0} < {1}", "", "{0} < {1}", "{0} < {1}", "{0} < {1}", "lt({0}, {1})", "{0} < {1}", "{0} < {1}";
    LE Truth "{0} <= {1}", "", "{0} <= {1}", "{0} <= {1}", "{0} <= {1}", "le({0}, {1})", "{0} <= {1}", "{0} <= {1}";
    GT Truth "{0} > {1}", "", "{0} > {1}", "{0} > {1}", "{0} > {1}", "gt({0}, {1})", "{0} > {1}", "{0} > {1}";
    GE Truth "{0} >= {1}", "", "{0} >= {1}", "{0} >= {1}", "{0} >= {1}", "ge({0}, {1})", "{0} >= {1}", "{0} >= {1}";
    AND Truth "{?0} & {?1}", "", "{?0} & {?1}", "{?0} && {?1}", "{?0} & {?1}", "and({0}, {1})", "sp.And({?0}, {?1})", "ca.logic_and({?0}, {?1})";
    OR Truth "{?0} | {?1}", "", "{?0} | {?1}", "{?0} || {?1}", "{?0} | {?1}", "or({0}, {1})", "sp.Or({?0}, {?1})", "ca.logic_or({?0}, {?1})";
    NOT Truth "np.logical_not({?0})", "", "torch.logical_not({?0})", "!{?0}", "!{?0}", "not({0})", "sp.Not({?0})", "ca.logic_not({?0})";
    UNLESS Truth "np.logical_not({?0})", "", "torch.logical_not({?0})", "!{?0}", "!{?0}", "not({0})", "sp.Not({?0})", "ca.logic_not({?0})";
    WHERE Each "np.where({?0}, {1}, {2})", "", "torch.where({?0}, {1}, {2})", "{?0} ? {1} : {2}", "{?0} ? {1} : {2}", "where({0}, {1}, {2})", "sp.Piecewise(({1}, {?0}), ({2}, True))", "ca.if_else({?0}, {1}, {2})";
    CHOOSE Each "np.where({?0}, {1}, {2})", "", "torch.where({?0}, {1}, {2})", "{?0} ? {1} : {2}", "{?0} ? {1} : {2}", "where({0}, {1}, {2})", "sp.Piecewise(({1}, {?0}), ({2}, True))", "ca.if_else({?0}, {1}, {2})";
    FROZEN Built "", "", "", "", "", "", "", "";
    STOP Built "", "", "", "", "", "", "", "";
    MAX Each "np.maximum({0}, {1})", "", "torch.maximum({0}, {1})", "larger({0}, {1})", "max({0}, {1})", "maximum({0}, {1})", "sp.Max({0}, {1})", "ca.fmax({0}, {1})";
    MIN Each "np.minimum({0}, {1})", "", "torch.minimum({0}, {1})", "smaller({0}, {1})", "min({0}, {1})", "minimum({0}, {1})", "sp.Min({0}, {1})", "ca.fmin({0}, {1})";

    EXP Each "np.exp({0})", "", "torch.exp({0})", "exp({0})", "exp({0})", "exponential({0})", "sp.exp({0})", "ca.exp({0})";
    LOG Each "np.log({0})", "", "torch.log({0})", "log({0})", "nan_log({0})", "log({0})", "sp.log({0})", "ca.log({0})";
    LOG2 Each "np.log2({0})", "", "torch.log2({0})", "log2({0})", "nan_log2({0})", "divide(log({0}), 0.6931471805599453)", "sp.log({0}, 2)", "log2({0})";
    LOG10 Each "np.log10({0})", "", "torch.log10({0})", "log10({0})", "nan_log10({0})", "divide(log({0}), 2.302585092994046)", "sp.log({0}, 10)", "ca.log10({0})";
    LOG1P Each "np.log1p({0})", "", "torch.log1p({0})", "log1p({0})", "nan_log1p({0})", "log_plus_one({0})", "sp.log(1 + {0})", "ca.log1p({0})";
    EXPM1 Each "np.expm1({0})", "", "torch.expm1({0})", "expm1({0})", "expm1({0})", "exponential_minus_one({0})", "expm1({0})", "ca.expm1({0})";
    SQRT Each "np.sqrt({0})", "", "torch.sqrt({0})", "sqrt({0})", "nan_sqrt({0})", "sqrt({0})", "sp.sqrt({0})", "ca.sqrt({0})";
    CBRT Each "np.cbrt({0})", "", "cbrt({0})", "cbrt({0})", "cbrt({0})", "cbrt({0})", "cbrt({0})", "cbrt({0})";
    SIN Each "np.sin({0})", "", "torch.sin({0})", "sin({0})", "sin({0})", "sine({0})", "sp.sin({0})", "ca.sin({0})";
    COS Each "np.cos({0})", "", "torch.cos({0})", "cos({0})", "cos({0})", "cosine({0})", "sp.cos({0})", "ca.cos({0})";
    TAN Each "np.tan({0})", "", "torch.tan({0})", "tan({0})", "tan({0})", "tan({0})", "sp.tan({0})", "ca.tan({0})";
    ASIN Each "np.arcsin({0})", "", "torch.asin({0})", "asin({0})", "nan_asin({0})", "chlo.asin({0})", "sp.asin({0})", "ca.asin({0})";
    ACOS Each "np.arccos({0})", "", "torch.acos({0})", "acos({0})", "nan_acos({0})", "chlo.acos({0})", "sp.acos({0})", "ca.acos({0})";
    ATAN Each "np.arctan({0})", "", "torch.atan({0})", "atan({0})", "atan({0})", "atan2({0}, 1.0)", "sp.atan({0})", "ca.atan({0})";
    SINH Each "np.sinh({0})", "", "torch.sinh({0})", "sinh({0})", "sinh({0})", "chlo.sinh({0})", "sp.sinh({0})", "ca.sinh({0})";
    COSH Each "np.cosh({0})", "", "torch.cosh({0})", "cosh({0})", "cosh({0})", "chlo.cosh({0})", "sp.cosh({0})", "ca.cosh({0})";
    TANH Each "np.tanh({0})", "", "torch.tanh({0})", "tanh({0})", "tanh({0})", "tanh({0})", "sp.tanh({0})", "ca.tanh({0})";
    ASINH Each "np.arcsinh({0})", "", "torch.asinh({0})", "asinh({0})", "asinh({0})", "chlo.asinh({0})", "sp.asinh({0})", "ca.asinh({0})";
    ACOSH Each "np.arccosh({0})", "", "torch.acosh({0})", "acosh({0})", "nan_acosh({0})", "chlo.acosh({0})", "sp.acosh({0})", "ca.acosh({0})";
    ATANH Each "np.arctanh({0})", "", "torch.atanh({0})", "atanh({0})", "nan_atanh({0})", "chlo.atanh({0})", "sp.atanh({0})", "ca.atanh({0})";
    ABS Each "np.abs({0})", "", "torch.abs({0})", "fabs({0})", "abs({0})", "abs({0})", "sp.Abs({0})", "ca.fabs({0})";
    SIGN Each "np.sign({0})", "", "sign({0})", "sign({0})", "sign({0})", "sign({0})", "sp.sign({0})", "ca.sign({0})";
    FLOOR Each "np.floor({0})", "", "torch.floor({0})", "floor({0})", "floor({0})", "floor({0})", "sp.floor({0})", "ca.floor({0})";
    CEIL Each "np.ceil({0})", "", "torch.ceil({0})", "ceil({0})", "ceil({0})", "ceil({0})", "sp.ceiling({0})", "ca.ceil({0})";
    ROUND Each "round_half_away({0})", "round_half_away({0})", "round_half_away({0})", "round({0})", "round_half_away({0})", "round_nearest_afz({0})", "round_half_away({0})", "round_half_away({0})";
    TRUNC Each "np.trunc({0})", "", "torch.trunc({0})", "trunc({0})", "trunc({0})", "where(lt({0}, 0.0), ceil({0}), floor({0}))", "trunc({0})", "trunc({0})";
    RELU Each "np.maximum({0}, 0.0)", "", "torch.clamp({0}, min=0.0)", "larger({0}, 0.0)", "max({0}, 0.0)", "maximum({0}, 0.0)", "sp.Max({0}, 0.0)", "ca.fmax({0}, 0.0)";
    SIGMOID Each "sigmoid({0})", "sigmoid({0})", "sigmoid({0})", "sigmoid({0})", "sigmoid({0})", "divide(where(lt({0}, 0.0), exponential(negate(abs({0}))), 1.0), add(1.0, exponential(negate(abs({0})))))", "sigmoid({0})", "sigmoid({0})";
    LOG_SIGMOID Each "-np.logaddexp(0.0, -{0})", "", "log_sigmoid({0})", "log_sigmoid({0})", "log_sigmoid({0})", "negate(add(maximum(negate({0}), 0.0), log_plus_one(exponential(negate(abs({0}))))))", "log_sigmoid({0})", "log_sigmoid({0})";
    SOFTPLUS Each "np.logaddexp({0}, 0.0)", "", "softplus({0})", "softplus({0})", "softplus({0})", "add(maximum({0}, 0.0), log_plus_one(exponential(negate(abs({0})))))", "softplus({0})", "softplus({0})";
    ERF Each "erf({0})", "jax.scipy.special.erf({0})", "torch.special.erf({0})", "erf({0})", "erf({0})", "chlo.erf({0})", "sp.erf({0})", "ca.erf({0})";
    ERFC Each "erfc({0})", "jax.scipy.special.erfc({0})", "torch.special.erfc({0})", "erfc({0})", "erfc({0})", "chlo.erfc({0})", "sp.erfc({0})", "erfc({0})";
    GAMMA Each "gamma({0})", "gamma({0})", "gamma({0})", "tgamma({0})", "nan_gamma({0})", "where(and(le({0}, 0.0), eq({0}, floor({0}))), where(eq({0}, 0.0), divide(1.0, {0}), nan), multiply(where(and(lt({0}, 0.0), ne(remainder(floor({0}), 2.0), 0.0)), -1.0, 1.0), exponential(chlo.lgamma({0}))))", "sp.gamma({0})", "";
    LGAMMA Each "lgamma({0})", "jax.scipy.special.gammaln({0})", "torch.lgamma({0})", "lgamma({0})", "log_gamma({0})", "chlo.lgamma({0})", "sp.loggamma({0})", "";
    DIGAMMA Each "digamma({0})", "jax.scipy.special.digamma({0})", "digamma({0})", "digamma({0})", "nan_digamma({0})", "chlo.digamma({0})", "sp.digamma({0})", "";
    POLYGAMMA Each "polygamma({0}, {1})", "polygamma({0}, {1})", "polygamma({0}, {1})", "polygamma({0}, {1})", "nan_polygamma({0}, {1})", "subtract(chlo.polygamma({0}, add({1}, 8.0)), multiply(multiply(subtract(1.0, multiply(2.0, remainder({0}, 2.0))), exponential(chlo.lgamma(add({0}, 1.0)))), add(add(add(add(add(add(add(power(add({1}, 0.0), negate(add({0}, 1.0))), power(add({1}, 1.0), negate(add({0}, 1.0)))), power(add({1}, 2.0), negate(add({0}, 1.0)))), power(add({1}, 3.0), negate(add({0}, 1.0)))), power(add({1}, 4.0), negate(add({0}, 1.0)))), power(add({1}, 5.0), negate(add({0}, 1.0)))), power(add({1}, 6.0), negate(add({0}, 1.0)))), power(add({1}, 7.0), negate(add({0}, 1.0))))))", "sp.polygamma({0}, {1})", "";
    CLAMP Each "np.minimum(np.maximum({0}, {1}), {2})", "", "torch.minimum(torch.maximum({0}, {1}), {2})", "smaller(larger({0}, {1}), {2})", "min(max({0}, {1}), {2})", "minimum(maximum({0}, {1}), {2})", "sp.Min(sp.Max({0}, {1}), {2})", "ca.fmin(ca.fmax({0}, {1}), {2})";
    MOD Each "np.mod({0}, {1})", "", "torch.remainder({0}, {1})", "floored_mod({0}, {1})", "mod({0}, {1})", "add(remainder({0}, {1}), where(lt(multiply(sign(remainder({0}, {1})), sign({1})), 0.0), {1}, 0.0))", "sp.Mod({0}, {1})", "mod({0}, {1})";
    ATAN2 Each "np.arctan2({0}, {1})", "", "torch.atan2({0}, {1})", "atan2({0}, {1})", "atan({0}, {1})", "atan2({0}, {1})", "sp.atan2({0}, {1})", "ca.atan2({0}, {1})";
    HYPOT Each "np.hypot({0}, {1})", "", "torch.hypot({0}, {1})", "hypot({0}, {1})", "hypot({0}, {1})", "where(and(gt(maximum(abs({0}), abs({1})), 0.0), is_finite(maximum(abs({0}), abs({1})))), multiply(maximum(abs({0}), abs({1})), sqrt(add(power(divide({0}, maximum(abs({0}), abs({1}))), 2.0), power(divide({1}, maximum(abs({0}), abs({1}))), 2.0)))), maximum(abs({0}), abs({1})))", "hypot({0}, {1})", "ca.hypot({0}, {1})";
    XLOGY Each "xlogy({0}, {1})", "xlogy({0}, {1})", "torch.special.xlogy({0}, {1})", "xlogy({0}, {1})", "xlogy({0}, {1})", "where(and(eq({0}, 0.0), eq({1}, {1})), 0.0, multiply({0}, log({1})))", "xlogy({0}, {1})", "xlogy({0}, {1})";
    LOGADDEXP Each "np.logaddexp({0}, {1})", "", "torch.logaddexp({0}, {1})", "logaddexp({0}, {1})", "logaddexp({0}, {1})", "where(is_finite(maximum({0}, {1})), add(maximum({0}, {1}), log_plus_one(exponential(negate(abs(subtract({0}, {1})))))), maximum({0}, {1}))", "logaddexp({0}, {1})", "logaddexp({0}, {1})";

    SUM Reduce "np.sum({0}{axis})", "", "torch.sum({0}{axis})", "sum", "sum({0}{dims})", "sum", "", "";
    MEAN Reduce "np.mean({0}{axis})", "", "torch.mean({0}{axis})", "mean", "mean({0}{dims})", "mean", "", "";
    VAR Reduce "var({0}{axis})", "var({0}{axis})", "var({0}{axis})", "var", "variance({0})", "var", "", "";
    DEVIATIONS Whole "deviations({0}{lanes})", "deviations({0}{lanes})", "deviations({0}{lanes})", "deviations", "deviations({0})", "deviations", "", "";
    STD Reduce "np.sqrt(var({0}{axis}))", "jnp.sqrt(var({0}{axis}))", "torch.sqrt(var({0}{axis}))", "std", "standard_deviation({0})", "std", "", "";
    PROD Reduce "np.prod({0}{axis})", "", "torch.prod({0}{axis})", "prod", "prod({0}{dims})", "prod", "", "";
    PROD_SPELLED Reduce "np.prod({0}{axis})", "", "torch.prod({0}{axis})", "prod", "prod({0}{dims})", "prod", "", "";
    OTHERS Whole "products_of_others({0})", "products_of_others({0})", "products_of_others({0})", "others", "products_of_others({0})", "others", "", "";
    MAX_OF Reduce "np.max({0}{axis})", "", "torch.amax({0}{axis})", "max", "maximum({0}{dims})", "max", "", "";
    MIN_OF Reduce "np.min({0}{axis})", "", "torch.amin({0}{axis})", "min", "minimum({0}{dims})", "min", "", "";
    NORM Reduce "norm({0}{axis})", "norm({0}{axis})", "norm({0}{axis})", "norm", "norm({0})", "norm", "", "";
    NORM1 Reduce "np.sum(np.abs({0}){axis})", "", "torch.sum(torch.abs({0}){axis})", "norm1", "sum(abs, {0}{dims})", "norm1", "", "";
    LOGSUMEXP Reduce "logsumexp({0}{axis})", "jax.nn.logsumexp({0}{axis})", "logsumexp({0}{axis})", "logsumexp", "logsumexp({0})", "logsumexp", "", "";
    SOFTMAX Whole "softmax({0}{lanes})", "jax.nn.softmax({0}, {lane})", "softmax({0}{lanes})", "softmax", "softmax({0})", "softmax", "", "";
    LOG_SOFTMAX Whole "log_softmax({0}{lanes})", "jax.nn.log_softmax({0}, {lane})", "log_softmax({0}{lanes})", "log_softmax", "log_softmax({0})", "log_softmax", "", "";
    ARGMAX Reduce "argmax({0}{axis})", "argmax({0}{axis})", "argmax({0}{axis})", "argmax", "largest_at({0})", "argmax", "", "";
    CUMSUM Whole "np.cumsum({0}, axis={ax})", "", "torch.cumsum({0}, dim={ax})", "cumsum", "cumsum({0}; dims={dim})", "cumsum", "", "";
    CUMPROD Whole "np.cumprod({0}, axis={ax})", "", "torch.cumprod({0}, dim={ax})", "cumprod", "cumprod({0}; dims={dim})", "cumprod", "", "";
    CUMPROD_SPELLED Whole "np.cumprod({0}, axis={ax})", "", "torch.cumprod({0}, dim={ax})", "cumprod", "cumprod({0}; dims={dim})", "cumprod", "", "";
    ZEROS Whole "np.zeros(({m}, {n}))", "", "torch.zeros(({m}, {n}))", "zeros", "zeros({size})", "computed", "", "";
    ONES Whole "np.ones(({m}, {n}))", "", "torch.ones(({m}, {n}))", "ones", "ones({size})", "computed", "", "";
    RAND Whole "rand({m}, {n}, {seed})", "rand({m}, {n}, {seed})", "rand({m}, {n}, {seed})", "rand", "@uniform_matrix({m}, {n}, {seed})", "computed", "", "";
    RANDN Whole "randn({m}, {n}, {seed})", "", "randn({m}, {n}, {seed})", "randn", "@normal_matrix({m}, {n}, {seed})", "computed", "", "";
    EYE Whole "np.eye({m})", "", "torch.eye({m})", "eye", "@Matrix(1.0I, {m}, {m})", "computed", "", "";
    LINSPACE Whole "linspace({0}, {1}, {m})", "linspace({0}, {1}, {m})", "linspace({0}, {1}, {m})", "linspace", "linspace({0}, {1}, {m})", "linspace", "", "";
    ONEHOT Whole "onehot({0}, {n})", "onehot({0}, {n})", "onehot({0}, {n})", "onehot", "@onehot({0}, {n})", "onehot", "", "";
    HCAT Built "np.hstack", "", "torch.hstack", "", "", "", "", "";
    COLUMNS Built "np.hstack", "", "torch.hstack", "", "", "", "", "";
    VCAT Built "np.vstack", "", "torch.vstack", "", "", "", "", "";
    RESHAPE Built "", "", "", "", "", "", "", "";
    VEC Built "", "", "", "", "", "", "", "";
    DIAG Built "", "", "", "diag", "", "", "", "";
    APPROX Number "approx({0}, {1}, {2}, {3})", "approx({0}, {1}, {2}, {3})", "approx({0}, {1}, {2}, {3})", "approx", "approx({0}, {1}, {2}, {3})", "approx", "", "";
    TRANSPOSE Built "", "", "", "transpose", "", "", "", "";
    INDEX Built "", "", "", "", "", "", "", "";
    ENTRIES_AT Built "entries_at", "entries_at", "entries_at", "", "", "", "", "";
    PLACED_AT Built "placed_at", "placed_at", "placed_at", "", "", "", "", "";
    MATRIX Built "np.array", "", "matrix", "", "", "", "", "";
    BROADCAST Built "np.broadcast_to", "", "torch.broadcast_to", "", "", "", "", "";
    ASSEMBLE Built "assemble", "assemble", "assemble", "", "", "", "", "";
    FLIP Whole "np.flip({0}, axis={ax})", "", "torch.flip({0}, [{ax}])", "flip", "reverse({0}; dims={dim})", "reverse", "", "";
    RECURRENCE Whole "recurrence({0}, {1})", "recurrence({0}, {1})", "recurrence({0}, {1})", "recurrence", "recurrence({0}, {1})", "recurrence", "", "";
    GUARD Each "np.where({?0}, {1}, 0.0)", "", "torch.where({?0}, {1}, 0.0)", "{?0} ? {1} : 0.0", "{?0} ? {1} : 0.0", "where({0}, {1}, 0.0)", "sp.Piecewise(({1}, {?0}), (0.0, True))", "ca.if_else({?0}, {1}, 0.0)";
    GUARD_ALL Each "np.where({?0}, {1}, 0.0)", "", "torch.where({?0}, {1}, 0.0)", "{?0} ? {1} : 0.0", "{?0} ? {1} : 0.0", "where({0}, {1}, 0.0)", "sp.Piecewise(({1}, {?0}), (0.0, True))", "ca.if_else({?0}, {1}, 0.0)";
    PASS Each "np.where({?0}, {1}, 0.0)", "", "torch.where({?0}, {1}, 0.0)", "{?0} ? {1} : 0.0", "{?0} ? {1} : 0.0", "where({0}, {1}, 0.0)", "sp.Piecewise(({1}, {?0}), (0.0, True))", "ca.if_else({?0}, {1}, 0.0)";
    PASS_ALL Each "np.where({?0}, {1}, 0.0)", "", "torch.where({?0}, {1}, 0.0)", "{?0} ? {1} : 0.0", "{?0} ? {1} : 0.0", "where({0}, {1}, 0.0)", "sp.Piecewise(({1}, {?0}), (0.0, True))", "ca.if_else({?0}, {1}, 0.0)";
    POISON Each "np.where(np.isnan({1}), np.nan, {0})", "", "torch.where(torch.isnan({1}), torch.nan, {0})", "isnan({1}) ? NAN : {0}", "isnan({1}) ? NaN : {0}", "where(ne({1}, {1}), nan, {0})", "", "";

    SEEDED_RAND Built "", "", "", "", "", "", "", "";
    SEEDED_RANDN Built "", "", "", "", "", "", "", "";
    TAKEN Built "taken", "taken", "taken", "", "", "", "", "";
    TAKEN_SPELLED Built "taken", "taken", "taken", "", "", "", "", "";
    SPREAD Built "spread", "spread", "spread", "", "", "", "", "";
    STORED_FACTOR Built "", "", "", "", "", "", "", "";
    STORED Built "", "", "", "", "", "", "", "";
    STORED_TIMES Built "", "", "", "", "", "", "", "";
    STORED_TERMS Built "", "", "", "", "", "", "", "";
    STORED_SOLVE Built "", "", "", "", "", "", "", "";

    MATMUL Built "", "", "", "", "", "", "", "";
    MATMUL_REACHED Whole "matmul_reached({0}, {1}, {2}, {3})", "matmul_reached({0}, {1}, {2}, {3})", "matmul_reached({0}, {1}, {2}, {3})", "matmul_reached", "@matmul_reached({0}, {1}, {2}, {3})", "matmul_reached", "", "";
    DOT Number "np.vdot({0}, {1})", "", "torch.dot({0}.ravel(), {1}.ravel())", "dot", "dot({0}, {1})", "dot", "", "";
    TR Number "np.trace({0})", "", "torch.trace({0})", "tr", "tr({0})", "trace", "", "";
    DET Number "np.linalg.det({0})", "", "torch.linalg.det({0})", "det", "det({0})", "det", "", "";
    LOGDET Number "logdet({0})", "logdet({0})", "logdet({0})", "logdet", "nan_logdet({0})", "logdet", "", "";
    INV Whole "np.linalg.inv({0})", "", "torch.linalg.inv({0})", "inv", "@inv({0})", "inv", "", "";
    SOLVE Whole "np.linalg.solve({0}, {1})", "", "torch.linalg.solve({0}, {1})", "solve", "{0} \\ {1}", "solve", "", "";
    RULED Built "", "", "", "", "", "", "", "";
    ROUNDS Built "", "", "", "", "", "", "", "";
    ROUNDS_BACK Built "", "", "", "", "", "", "", "";
    SOLUTION Built "", "", "", "", "", "", "", "";
    MINIMUM Built "", "", "", "", "", "", "", "";
    COFACTOR Whole "cofactor({0})", "cofactor({0})", "cofactor({0})", "cofactor", "@cofactor({0})", "cofactor", "", "";
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::table;

    #[test]
    fn every_row_is_spelt_once() {
        for row in table() {
            let count = SPELLINGS.iter().filter(|known| known.row.is(row)).count();
            assert_eq!(count, 1, "{}", row.name);
        }
        assert_eq!(SPELLINGS.len(), table().count());
    }

    #[test]
    fn every_language_has_a_spelling() {
        for known in SPELLINGS
            .iter()
            .filter(|known| known.manner != Manner::Built)
        {
            let all = [
                known.numpy,
                known.torch,
                known.c,
                known.julia,
                known.stablehlo,
            ];
            assert!(
                all.iter().all(|text| !text.is_empty()),
                "{}",
                known.row.name
            );
        }
    }
}
