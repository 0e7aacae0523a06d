//! Names, operators and characters that other languages have and this one has not, with the advice
//! that replaces them.
//!
//! A name is looked up here only if nothing defines it, and before a name with a similar spelling is
//! looked for: no name is close to `len`, which means `rows`.

/// A word of other languages.
#[derive(Debug)]
pub struct Foreign {
    /// Its spellings.
    pub names: &'static [&'static str],
    /// The text that certainly can stand in its place, if there is one.
    pub instead: Option<&'static str>,
    /// The advice, in words.
    pub advice: &'static str,
}

impl Foreign {
    const fn other(names: &'static [&'static str], advice: &'static str) -> Foreign {
        Foreign {
            names,
            instead: None,
            advice,
        }
    }

    /// A row whose replacement stands in the same place, with the same arguments.
    const fn renamed(
        names: &'static [&'static str],
        instead: &'static str,
        advice: &'static str,
    ) -> Foreign {
        Foreign {
            names,
            instead: Some(instead),
            advice,
        }
    }
}

/// Advice to those who look for a solver of equations.
pub(crate) const NEWTON: &str =
    "to find where `L` is 0, iterate Newton's method: `repeat 20 { w := w - L/grad(L, w) }`";

/// Functions of other languages.
pub static FUNCTIONS: &[Foreign] = &[
    Foreign::other(
        &[
            "len", "length", "size", "shape", "nrow", "ncol", "nrows", "ncols", "numel", "ndims",
            "dim", "count",
        ],
        "write `rows(A)` or `cols(A)`",
    ),
    Foreign::other(
        &["arange", "range", "seq", "irange"],
        "a range is written after `in`: `[i for i in 1..n]`; for equal steps write `linspace(a, b, n)`",
    ),
    Foreign::other(
        &[
            "println", "printf", "disp", "display", "echo", "puts", "show", "cat",
        ],
        "write `print x`, a statement of its own",
    ),
    Foreign::other(&["factorial", "fact"], "write `gamma(n + 1)`"),
    Foreign::other(
        &[
            "array", "matrix", "list", "vector", "tensor", "Matrix", "Vector", "Array",
        ],
        "a matrix is written `[1, 2; 3, 4]`, a column `[1, 2]`",
    ),
    Foreign::renamed(&["ln1p", "logp1"], "log1p", "write `log1p(x)`"),
    Foreign::other(&["sqr", "square", "sq"], "write `x^2`"),
    Foreign::renamed(&["sgn", "signum"], "sign", "write `sign(x)`"),
    Foreign::renamed(&["arcsin"], "asin", "write `asin(x)`"),
    Foreign::renamed(&["arccos"], "acos", "write `acos(x)`"),
    Foreign::renamed(&["arctan"], "atan", "write `atan(x)`"),
    Foreign::renamed(&["arcsinh", "arsinh"], "asinh", "write `asinh(x)`"),
    Foreign::renamed(&["arccosh", "arcosh"], "acosh", "write `acosh(x)`"),
    Foreign::renamed(&["arctanh", "artanh"], "atanh", "write `atanh(x)`"),
    Foreign::renamed(&["arctan2"], "atan2", "write `atan2(y, x)`"),
    Foreign::other(&["sec"], "write `1/cos(x)`"),
    Foreign::other(&["csc", "cosec"], "write `1/sin(x)`"),
    Foreign::other(&["cot", "cotan", "ctg"], "write `1/tan(x)`"),
    Foreign::renamed(&["tg"], "tan", "write `tan(x)`"),
    Foreign::other(&["logit"], "write `log(p/(1 - p))`"),
    Foreign::other(
        &[
            "concat",
            "concatenate",
            "append",
            "stack",
            "vstack",
            "hstack",
            "cbind",
            "rbind",
        ],
        "write `hcat(A, B)` side by side, `vcat(A, B)` one below the other",
    ),
    Foreign::other(&["transpose", "permute"], "write `A'`"),
    Foreign::other(
        &["matmul", "mm", "mmul"],
        "write `A*B`; the product entry by entry is `A .* B`",
    ),
    Foreign::other(
        &["multiply", "mul", "times"],
        "write `a*b`, or `A .* B` entry by entry",
    ),
    Foreign::other(
        &["divide", "div"],
        "write `a/b`, or `A ./ B` entry by entry",
    ),
    Foreign::other(&["add", "plus"], "write `a + b`"),
    Foreign::other(&["subtract", "sub", "minus"], "write `a - b`"),
    Foreign::other(&["negative", "neg"], "write `-a`"),
    Foreign::renamed(&["avg", "average"], "mean", "write `mean(x)`"),
    Foreign::other(
        &["sigma"],
        "write `sigmoid(x)`, or `sum(i^2 for i in 1..n)` for a sum",
    ),
    Foreign::renamed(
        &["nrm", "nrm2", "mag", "magnitude"],
        "norm",
        "write `norm(x)`",
    ),
    Foreign::other(
        &["conj", "real", "imag"],
        "numbers are real here: leave it out",
    ),
    Foreign::other(&["power"], "write `a^b`"),
    Foreign::renamed(&["identity"], "eye", "write `eye(n)`"),
    Foreign::renamed(
        &["trace"],
        "tr",
        "write `tr(A)`; as a statement `trace L` shows how `L` is computed",
    ),
    Foreign::renamed(&["inverse", "invert"], "inv", "write `inv(A)`"),
    Foreign::other(&["outer"], "write `x*y'`"),
    Foreign::renamed(&["inner"], "dot", "write `dot(x, y)`"),
    Foreign::renamed(&["fabs"], "abs", "write `abs(x)`"),
    Foreign::other(&["fmod", "rem", "remainder", "modulo"], "write `mod(a, b)`"),
    Foreign::renamed(&["ceiling"], "ceil", "write `ceil(x)`"),
    Foreign::other(&["maximum", "amax"], "write `max(a, b)`"),
    Foreign::other(&["minimum", "amin"], "write `min(a, b)`"),
    Foreign::renamed(&["total"], "sum", "write `sum(x)`"),
    Foreign::other(&["select", "ifelse", "iff"], "write `if c then a else b`"),
    Foreign::other(&["heaviside", "step"], "write `if x > 0 then 1 else 0`"),
    Foreign::renamed(&["clip"], "clamp", "write `clamp(x, 0, 1)`"),
    Foreign::other(
        &["help", "doc", "man", "info"],
        "in the interactive session write `:help`",
    ),
    Foreign::other(
        &["integral", "integrate", "quad", "trapz", "trapezoid"],
        "there is no integration; an integral is a sum of slices, for exp from 0 to 1 `sum(0.01*exp(0.01*(i - 0.5)) for i in 1..100)`",
    ),
    Foreign::other(
        &["limit", "lim"],
        "for a limit at 0 look at the first term of a series: `series sin(x)/x wrt x`",
    ),
    Foreign::other(&["fsolve", "nsolve", "fzero", "root_scalar"], NEWTON),
    Foreign::other(
        &["backward", "backprop", "value_and_grad"],
        "write `trace L using reverse`: it shows every gradient",
    ),
    Foreign::other(&["isnan"], "write `x != x`, which holds for nan alone"),
    Foreign::other(&["map", "apply"], "write `[f(v[i]) for i in 1..3]`"),
    Foreign::other(
        &["reduce", "foldl"],
        "write `sum(x)`, `prod(x)`, or `fold(hypot, 0, [3, 4])` to apply a function along the rows of an array",
    ),
    Foreign::other(&["swish", "silu"], "write `x*sigmoid(x)`"),
    Foreign::other(&["mse"], "write `mean((y - t).^2)`"),
    Foreign::other(
        &["diff", "gradient", "derivative", "D", "deriv", "autograd"],
        "here it is called `grad(L, w)`",
    ),
    Foreign::renamed(
        &["jac", "Jacobian", "jacfwd", "jacrev"],
        "jacobian",
        "here it is called `jacobian(y, x)`",
    ),
    Foreign::renamed(
        &["hess", "Hessian"],
        "hessian",
        "here it is called `hessian(L, x)`",
    ),
];

/// Constants of other languages.
pub static VALUES: &[Foreign] = &[
    Foreign::other(&["true", "True", "TRUE"], "a condition that holds is `1`"),
    Foreign::other(
        &["false", "False", "FALSE"],
        "a condition that does not hold is `0`",
    ),
    Foreign::other(
        &["None", "none", "null", "NULL", "nil", "undefined"],
        "there is no empty value: write a number, or `nan` for one that is missing",
    ),
    Foreign::other(
        &["e", "euler"],
        "Euler's number is `exp(1)`, and its powers are `exp(x)`",
    ),
    Foreign::other(&["tau"], "write `2*pi`"),
    Foreign::other(&["eps", "epsilon"], "write a number such as `1e-12`"),
    Foreign::renamed(&["infinity", "Infinity"], "inf", "write `inf`"),
];

/// Words of statements of other languages.
pub static WORDS: &[Foreign] = &[
    Foreign::other(
        &["def", "function", "fn", "func"],
        "a function is defined by `f(x) = x^2`, without a word in front",
    ),
    Foreign::other(
        &["let", "var", "const", "set", "local", "global"],
        "a name is defined by `x = 3`, without a word in front",
    ),
    Foreign::other(
        &["lambda"],
        "functions have names: write `f(x) = x^2`, then use `f`",
    ),
    Foreign::other(
        &["return"],
        "a function is a formula: `f(x) = x^2` gives what stands right of the `=`",
    ),
    Foreign::renamed(&["elif", "elseif", "elsif"], "else if", "write `else if`"),
    Foreign::other(
        &["do", "begin"],
        "a block is written `repeat 10 { w := w/2 }`",
    ),
    Foreign::other(&["end"], "a block is written `repeat 10 { w := w/2 }`"),
    Foreign::other(
        &["foreach", "loop"],
        "write `for i in 1..10 { print i }` or `repeat 10 { w := w/2 }`",
    ),
    Foreign::other(
        &["from", "using", "include", "load", "source"],
        "write `import \"other.ad\"`",
    ),
    Foreign::other(
        &["echo", "display", "disp", "show", "puts", "println"],
        "write `print x`",
    ),
    Foreign::other(&["diff", "differentiate"], "write `derive L wrt w`"),
    Foreign::other(&["param", "parameter", "variable"], "write `input w`"),
];

/// Attributes of other languages, as in `A.T`. `_` stands for the operand.
pub static ATTRIBUTES: &[Foreign] = &[
    Foreign::renamed(
        &["T", "H", "mT", "transpose", "t"],
        "_'",
        "write `_'` to transpose",
    ),
    Foreign::other(
        &["shape", "size", "length", "len", "ndim"],
        "write `rows(_)` or `cols(_)`",
    ),
    Foreign::other(&["grad"], "write `grad(L, _)`"),
    Foreign::other(
        &["backward", "backprop"],
        "write `trace _ using reverse`: it shows every gradient",
    ),
    Foreign::renamed(&["I"], "inv(_)", "write `inv(_)`"),
];

/// Operators of other languages whose advice does not depend on their operands.
pub static OPERATORS: &[Foreign] = &[
    Foreign::renamed(&["**"], "^", "write `^` for a power"),
    Foreign::other(&["//", "/*"], "a comment starts with `#`"),
    Foreign::renamed(&["&&"], "and", "write `and`"),
    Foreign::other(&["&"], "write `and`"),
    Foreign::renamed(&["||"], "or", "write `or`"),
    Foreign::other(&["|"], "write `or`; an absolute value is `abs(x)`"),
    Foreign::other(&["!", "~"], "write `not`"),
    Foreign::other(
        &["->", "=>"],
        "functions have names: write `f(x) = x^2`, then use `f`",
    ),
    Foreign::renamed(&["=<"], "<=", "write `<=`"),
    Foreign::renamed(&["==="], "==", "write `==`"),
    Foreign::renamed(&["<>", "~="], "!=", "write `!=`"),
    Foreign::renamed(&[".+"], "+", "`+` goes entry by entry already: write `+`"),
    Foreign::renamed(&[".-"], "-", "`-` goes entry by entry already: write `-`"),
    Foreign::renamed(
        &[".=="],
        "==",
        "comparisons go entry by entry already: write `==`",
    ),
    Foreign::renamed(
        &[".!="],
        "!=",
        "comparisons go entry by entry already: write `!=`",
    ),
    Foreign::renamed(
        &[".<"],
        "<",
        "comparisons go entry by entry already: write `<`",
    ),
    Foreign::renamed(
        &[".<="],
        "<=",
        "comparisons go entry by entry already: write `<=`",
    ),
    Foreign::renamed(
        &[".>"],
        ">",
        "comparisons go entry by entry already: write `>`",
    ),
    Foreign::renamed(
        &[".>="],
        ">=",
        "comparisons go entry by entry already: write `>=`",
    ),
    Foreign::other(&[".="], "write `:=`"),
    Foreign::other(
        &["@"],
        "write `*` for the matrix product, `.*` for entry by entry",
    ),
    Foreign::other(&["%"], "a comment starts with `#`"),
    Foreign::other(
        &["\\"],
        "write `solve(A, b)` to divide from the left; a line goes on after an operator or inside brackets",
    ),
    Foreign::other(&["?"], "write `if c then a else b`"),
    Foreign::other(&["$"], "names hold letters, digits and `_`"),
    Foreign::other(&["`"], "texts are written in double quotes"),
];

/// Characters that only look right, or that mathematics has and this language has not.
pub static CHARACTERS: &[Foreign] = &[
    Foreign::other(
        &["“", "”", "„", "‟", "«", "»", "″"],
        "type the plain quote `\"`",
    ),
    Foreign::other(&["‘", "’", "‚", "‛", "′", "´"], "type the plain quote `'`"),
    Foreign::other(&["–", "—", "‐", "‑", "‒", "﹣"], "type a plain minus `-`"),
    Foreign::renamed(&["⋅", "∙", "•", "∗"], "*", "type `*`"),
    Foreign::renamed(&["÷", "⁄", "∕"], "/", "type `/`"),
    Foreign::other(&["∘", "⊙", "⊗"], "type `.*` for the product entry by entry"),
    Foreign::other(&["∞"], "type `inf`"),
    Foreign::other(&["‖", "∥"], "a norm is `norm(x)`"),
    Foreign::other(&["⊤", "†"], "write `'` after what it transposes: `A'`"),
    Foreign::other(&["√"], "type `sqrt(x)`"),
    Foreign::other(&["∛"], "type `cbrt(x)`"),
    Foreign::other(&["∑"], "type `sum(i^2 for i in 1..n)`"),
    Foreign::other(&["∏"], "type `prod(i^2 for i in 1..n)`"),
    Foreign::other(&["∂", "∇"], "type `grad(L, w)`"),
    Foreign::renamed(&["∧"], "and", "type `and`"),
    Foreign::renamed(&["∨"], "or", "type `or`"),
    Foreign::other(&["¬"], "type `not`"),
    Foreign::other(&["←", "≔"], "type `:=`"),
    Foreign::other(&["→", "↦"], "functions have names: type `f(x) = x^2`"),
    Foreign::renamed(&["⩽", "≦"], "<=", "type `<=`"),
    Foreign::renamed(&["⩾", "≧"], ">=", "type `>=`"),
    Foreign::renamed(&["≡"], "==", "type `==`"),
    Foreign::other(&["≈"], "type `approx(a, b)`"),
    Foreign::other(&["∈"], "type `in`"),
    Foreign::other(
        &["…"],
        "in help texts `…` stands for something of your own; a range is `1..n`",
    ),
    Foreign::other(&["½"], "type `1/2`"),
    Foreign::other(&["¼"], "type `1/4`"),
    Foreign::other(&["¾"], "type `3/4`"),
];

/// Bars that stand around an operand, and the function that they mean.
pub static BARS: &[(&str, &str)] = &[("|", "abs"), ("‖", "norm"), ("||", "norm")];

/// Signs that stand before an operand, and the function that they mean.
pub static ROOTS: &[(&str, &str)] = &[("√", "sqrt"), ("∛", "cbrt")];

/// The function that a sign of one of the two tables above means.
pub fn meant(table: &[(&str, &'static str)], sign: &str) -> Option<&'static str> {
    let row = table.iter().find(|(known, _)| *known == sign);
    row.map(|(_, function)| *function)
}

/// True of names under which other languages solve equations.
pub fn is_solver(name: &str) -> bool {
    matches!(name, "solve" | "fsolve" | "root" | "nsolve" | "fzero")
}

/// The function of another language called `name`.
pub fn function(name: &str) -> Option<&'static Foreign> {
    find(FUNCTIONS, name)
}

/// The constant of another language called `name`.
pub fn value(name: &str) -> Option<&'static Foreign> {
    find(VALUES, name)
}

/// The word of another language's statements that `word` is.
pub fn word(word: &str) -> Option<&'static Foreign> {
    find(WORDS, word)
}

/// The attribute of another language called `name`.
pub fn attribute(name: &str) -> Option<&'static Foreign> {
    find(ATTRIBUTES, name)
}

/// The operator of another language that is written so.
pub fn operator(written: &str) -> Option<&'static Foreign> {
    find(OPERATORS, written)
}

/// The character that only looks right, or that mathematics has and this language has not.
pub fn character(c: char) -> Option<&'static Foreign> {
    find(CHARACTERS, c.encode_utf8(&mut [0; 4]))
}

/// True of names of libraries, as in `np.exp(1)`.
pub fn is_library(name: &str) -> bool {
    matches!(
        name,
        "np" | "numpy"
            | "jnp"
            | "jax"
            | "math"
            | "Math"
            | "torch"
            | "tf"
            | "nn"
            | "F"
            | "scipy"
            | "sp"
            | "special"
            | "linalg"
            | "random"
            | "cmath"
            | "std"
    )
}

fn find(table: &'static [Foreign], name: &str) -> Option<&'static Foreign> {
    table.iter().find(|row| row.names.contains(&name))
}
