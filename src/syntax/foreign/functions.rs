//! Functions of other languages.

use super::row::Foreign;

/// Advice to those who look for a solver of equations.
pub(crate) const NEWTON: &str =
    "to find where `L` is 0, iterate Newton's method: `repeat 20 { w := w - L/grad(L, w) }`";

/// Advice to those who look for integrals.
pub(super) const NO_INTEGRATION: &str = "there is no integration; an integral is a sum of slices, for exp from 0 to 1 `sum(0.01*exp(0.01*(i - 0.5)) for i in 1..100)`";

/// Functions of other languages that read a file of numbers.
const READERS: &[&str] = &[
    "loadtxt",
    "genfromtxt",
    "read_csv",
    "readcsv",
    "csvread",
    "readmatrix",
    "readdlm",
    "readtable",
    "fread",
];

/// True of functions of other languages that read a file of numbers.
pub fn is_reader(name: &str) -> bool {
    READERS.contains(&name) || name == "load"
}

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
    Foreign::other(
        &["kron"],
        "there is no Kronecker product; all products of the entries of two vectors are `v*v'`",
    ),
    Foreign::other(
        &["cross"],
        "there is no cross product; define it: `cross(a, b) = [a[2]*b[3] - a[3]*b[2], a[3]*b[1] - a[1]*b[3], a[1]*b[2] - a[2]*b[1]]`",
    ),
    Foreign::renamed(
        &["allclose", "isclose", "isapprox"],
        "approx",
        "write `approx(a, b)`",
    ),
    Foreign::other(
        &["forward"],
        "a mode stands after `using`: `trace L wrt w using forward`",
    ),
    Foreign::other(
        &["reverse"],
        "a mode stands after `using`: `trace L wrt w using reverse`",
    ),
    Foreign::other(
        &[
            "eig", "eigs", "eigvals", "eigh", "svd", "qr", "lu", "chol", "cholesky",
        ],
        "there are no eigenvalues and no factorisations of matrices; there are `solve(A, b)`, `inv(A)`, `det(A)`, `logdet(A)` and `tr(A)`",
    ),
    Foreign::other(
        &["any"],
        "write `max(v > 1)`: 1 where the condition holds for an entry",
    ),
    Foreign::other(
        &["all"],
        "write `min(v > 1)`: 1 where the condition holds for every entry",
    ),
    Foreign::other(
        &["tile", "repmat"],
        "copies side by side are `hcat(A, A)`, one below the other `vcat(A, A)`; a column repeats itself along a matrix: `A + [1, 2]`",
    ),
    Foreign::other(
        &["hist", "histogram"],
        "there are no histograms; the entries of `v` between 1 and 2 are counted by `sum((v >= 1) .* (v < 2))`",
    ),
    Foreign::other(
        &["quit", "exit"],
        "a session ends with `:quit`, a script at its end",
    ),
    Foreign::renamed(
        &["lg"],
        "log10",
        "write `log10(x)`; the logarithm to base 2 is `log2(x)`",
    ),
    Foreign::other(
        &["sort", "sorted", "argsort"],
        "there is no sorting; the largest entry is `max(v)`, its index `argmax(v)`",
    ),
    Foreign::other(
        &["median", "quantile", "percentile"],
        "there are no quantiles; there are `mean(v)`, `std(v)`, `min(v)` and `max(v)`",
    ),
    Foreign::other(
        &["int"],
        "write `trunc(x)` for the whole part, `round(x)` for the nearest whole number",
    ),
    Foreign::other(
        &["expm", "logm", "sqrtm"],
        "there are no functions of whole matrices; `exp(A)` goes entry by entry, `inv(A)` is the inverse",
    ),
    Foreign::other(
        &["normal", "gauss", "rnorm", "randnorm"],
        "normal random numbers are `randn(3, seed=1)`",
    ),
    Foreign::other(READERS, "write `read(\"data.csv\")`"),
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
    Foreign::other(&["modulo"], "write `mod(a, b)`"),
    Foreign::other(
        &["fmod", "rem", "remainder"],
        "`mod(a, b)` has the sign of `b`; for a remainder with the sign of `a` write `a - b*trunc(a/b)`",
    ),
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
        NO_INTEGRATION,
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
