//! Names that other languages and libraries have and this one has not, and what to write instead.
//!
//! Asked only about names that nothing defines, and before one looks for a name that is spelt nearly
//! alike: `len` is three letters away from nothing and means `rows`.

/// Functions of other languages, and what stands for them here.
pub const FUNCTIONS: &[(&[&str], &str)] = &[
    (
        &[
            "len", "length", "size", "shape", "nrow", "ncol", "nrows", "ncols", "numel", "ndims",
            "dim", "count",
        ],
        "write `rows(A)` or `cols(A)`",
    ),
    (
        &["arange", "range", "seq", "irange"],
        "a range is `a..b`, as in `for i in 1..n` or `[i for i in 1..n]`; for equal steps write `linspace(a, b, n)`",
    ),
    (
        &[
            "println", "printf", "disp", "display", "echo", "puts", "show", "cat",
        ],
        "write `print x`, a statement of its own",
    ),
    (&["factorial", "fact"], "write `gamma(n + 1)`"),
    (
        &[
            "array", "matrix", "list", "vector", "tensor", "Matrix", "Vector", "Array",
        ],
        "a matrix is written `[1, 2; 3, 4]`, a column `[1, 2]`",
    ),
    (&["ln1p", "logp1"], "write `log1p(x)`"),
    (&["sqr", "square", "sq"], "write `x^2`"),
    (&["sgn", "signum"], "write `sign(x)`"),
    (&["arcsin"], "write `asin(x)`"),
    (&["arccos"], "write `acos(x)`"),
    (&["arctan"], "write `atan(x)`"),
    (&["arcsinh", "arsinh"], "write `asinh(x)`"),
    (&["arccosh", "arcosh"], "write `acosh(x)`"),
    (&["arctanh", "artanh"], "write `atanh(x)`"),
    (&["arctan2"], "write `atan2(y, x)`"),
    (&["sec"], "write `1/cos(x)`"),
    (&["csc", "cosec"], "write `1/sin(x)`"),
    (&["cot", "cotan", "ctg"], "write `1/tan(x)`"),
    (&["tg"], "write `tan(x)`"),
    (&["logit"], "write `log(p/(1 - p))`"),
    (
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
    (&["transpose", "permute"], "write `A'`"),
    (
        &["matmul", "mm", "mmul"],
        "write `A*B`; the product entry by entry is `A .* B`",
    ),
    (
        &["multiply", "mul", "times"],
        "write `a*b`, or `A .* B` entry by entry",
    ),
    (
        &["divide", "div"],
        "write `a/b`, or `A ./ B` entry by entry",
    ),
    (&["add", "plus"], "write `a + b`"),
    (&["subtract", "sub", "minus"], "write `a - b`"),
    (&["negative", "neg"], "write `-a`"),
    (&["avg", "average"], "write `mean(x)`"),
    (
        &["sigma"],
        "write `sigmoid(x)`, or `sum(… for i in 1..n)` for a sum",
    ),
    (&["nrm", "nrm2", "mag", "magnitude"], "write `norm(x)`"),
    (
        &["conj", "real", "imag"],
        "numbers are real here: leave it out",
    ),
    (&["power"], "write `a^b`"),
    (&["identity"], "write `eye(n)`"),
    (
        &["trace"],
        "write `sum(diag(A))`; as a statement `trace L` shows how `L` is computed",
    ),
    (&["inverse", "invert"], "write `inv(A)`"),
    (&["outer"], "write `x*y'`"),
    (&["inner"], "write `dot(x, y)`"),
    (&["fabs"], "write `abs(x)`"),
    (&["fmod", "rem", "remainder", "modulo"], "write `mod(a, b)`"),
    (&["ceiling"], "write `ceil(x)`"),
    (&["maximum", "amax"], "write `max(a, b)`"),
    (&["minimum", "amin"], "write `min(a, b)`"),
    (&["total"], "write `sum(x)`"),
    (&["select", "ifelse", "iff"], "write `if c then a else b`"),
    (&["heaviside", "step"], "write `if x > 0 then 1 else 0`"),
    (&["clip"], "write `min(max(x, a), b)`"),
    (&["isnan"], "write `x != x`, which holds for nan alone"),
    (&["map", "apply"], "write `[f(x[i]) for i in 1..n]`"),
    (
        &["reduce", "fold"],
        "write `sum(x)`, `prod(x)`, or `iterate(f, x0, n)` to apply a function again and again",
    ),
    (&["swish", "silu"], "write `x*sigmoid(x)`"),
    (&["mse"], "write `mean((y - t).^2)`"),
    (
        &["diff", "gradient", "derivative", "D", "deriv", "autograd"],
        "here it is called `grad(L, w)`",
    ),
    (
        &["jac", "Jacobian", "jacfwd", "jacrev"],
        "here it is called `jacobian(y, x)`",
    ),
    (&["hess", "Hessian"], "here it is called `hessian(L, x)`"),
];

/// What to write instead of a call of `name`, a function of another language.
pub fn function(name: &str) -> Option<&'static str> {
    find(FUNCTIONS, name)
}

/// Constants of other languages, and what stands for them here.
pub const VALUES: &[(&[&str], &str)] = &[
    (&["true", "True", "TRUE"], "a condition that holds is `1`"),
    (
        &["false", "False", "FALSE"],
        "a condition that does not hold is `0`",
    ),
    (
        &["None", "none", "null", "NULL", "nil", "undefined"],
        "there is no empty value: write a number, or `nan` for one that is missing",
    ),
    (
        &["e", "euler"],
        "Euler's number is `exp(1)`, and its powers are `exp(x)`",
    ),
    (&["tau"], "write `2*pi`"),
    (&["eps", "epsilon"], "write a number such as `1e-12`"),
    (&["infinity", "Infinity"], "write `inf`"),
];

/// What to write instead of `name`, a constant of another language.
pub fn value(name: &str) -> Option<&'static str> {
    find(VALUES, name)
}

/// What another language calls its attribute `name` of the operand `of`.
pub fn attribute(name: &str, of: &str) -> Option<String> {
    Some(match name {
        "T" | "H" | "mT" | "transpose" | "t" => format!("write `{of}'` to transpose"),
        "shape" | "size" | "length" | "len" | "ndim" => {
            format!("write `rows({of})` or `cols({of})`")
        }
        "grad" => format!("write `grad(L, {of})`"),
        "I" => format!("write `inv({of})`"),
        _ => return None,
    })
}

/// Whether `name` is how other languages call a library, as in `np.exp(1)`.
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

fn find(table: &[(&[&str], &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(names, _)| names.contains(&name))
        .map(|(_, advice)| *advice)
}
