//! Names that other languages and libraries have and this one has not, and what to write instead.
//!
//! Asked only about names that nothing defines, and before one looks for a name that is spelt nearly
//! alike: `len` is three letters away from nothing and means `rows`.

/// A word of other languages.
#[derive(Debug)]
pub struct Foreign {
    /// How they write it.
    pub names: &'static [&'static str],
    /// What certainly can stand in its place, if there is such a word.
    pub instead: Option<&'static str>,
    /// What to write, in words.
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

    /// A word that stands where the foreign one does, with the same arguments.
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

/// Functions of other languages, and what stands for them here.
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
        "a range is `a..b`, as in `for i in 1..n` or `[i for i in 1..n]`; for equal steps write `linspace(a, b, n)`",
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
        "write `sigmoid(x)`, or `sum(… for i in 1..n)` for a sum",
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
    Foreign::renamed(&["clip"], "clamp", "write `clamp(x, lo, hi)`"),
    Foreign::other(&["isnan"], "write `x != x`, which holds for nan alone"),
    Foreign::other(&["map", "apply"], "write `[f(x[i]) for i in 1..n]`"),
    Foreign::other(
        &["reduce", "fold"],
        "write `sum(x)`, `prod(x)`, or `iterate(f, x0, n)` to apply a function again and again",
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

/// Constants of other languages, and what stands for them here.
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

/// Words that start statements or stand in them in other languages.
pub static WORDS: &[Foreign] = &[
    Foreign::other(
        &["def", "function", "fn", "func"],
        "a function is defined by `f(x) = …`, without a word in front",
    ),
    Foreign::other(
        &["let", "var", "const", "set", "local", "global"],
        "a name is defined by `x = …`, without a word in front",
    ),
    Foreign::other(
        &["lambda"],
        "functions have names: write `f(x) = x^2`, then use `f`",
    ),
    Foreign::other(
        &["return"],
        "a function is a formula: `f(x) = …` gives what stands right of the `=`",
    ),
    Foreign::renamed(&["elif", "elseif", "elsif"], "else if", "write `else if`"),
    Foreign::other(&["do", "begin"], "a block is written `{ … }`"),
    Foreign::other(&["end"], "a block is written `{ … }`"),
    Foreign::other(
        &["foreach", "loop"],
        "write `for i in 1..10 { … }` or `repeat 10 { … }`",
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

fn find(table: &'static [Foreign], name: &str) -> Option<&'static Foreign> {
    table.iter().find(|row| row.names.contains(&name))
}
