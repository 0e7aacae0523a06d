//! Help about operators and words that no other table holds.

use crate::primitives::array;

/// A page of help: a name, its form, its meaning and an example.
#[derive(Clone, Copy)]
pub struct HelpEntry {
    /// The topic.
    pub name: &'static str,
    /// Its form in a text.
    pub form: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// A text to run and the end of its output; both may be empty.
    pub example: (&'static str, &'static str),
}

const fn entry(
    name: &'static str,
    form: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> HelpEntry {
    HelpEntry {
        name,
        form,
        doc,
        example,
    }
}

/// Operators and notions. Help has pages about them and does not list them.
pub static WORDS: &[HelpEntry] = &[
    entry(
        "*",
        "A*B",
        "the matrix product; a number scales. Entry by entry: `.*`",
        ("[1, 2; 3, 4]*[1, 1]", "[3, 7]"),
    ),
    entry(
        ".*",
        "A .* B",
        "the product entry by entry; a row or column is repeated along a matrix",
        ("[1, 2] .* [3, 4]", "[3, 8]"),
    ),
    entry(
        "/",
        "A / s",
        "division by a number. Entry by entry: `./`; by a matrix: `solve(A, b)`",
        ("[2, 4]/2", "[1, 2]"),
    ),
    entry(
        "./",
        "A ./ B",
        "the quotient entry by entry",
        ("[1, 2] ./ [4, 5]", "[0.25, 0.4]"),
    ),
    entry(
        "+",
        "A + B",
        "the sum; a number stretches to anything, a row or column along a matrix",
        ("[1, 2] + 10", "[11, 12]"),
    ),
    entry(
        "-",
        "A - B",
        "the difference, or the negative",
        ("-2^2", "-4"),
    ),
    entry(
        "^",
        "x^2",
        "a power of a number; groups from the right: 2^3^2 is 2^(3^2). Entry by entry: `.^`",
        ("2^3^2", "512"),
    ),
    entry(
        ".^",
        "A .^ n",
        "powers entry by entry",
        ("[1, 2, 3] .^ 2", "[1, 4, 9]"),
    ),
    entry(
        "'",
        "A'",
        "the transpose; after a function's name its derivative: f'(x)",
        ("[1, 2]'*[3, 4]", "11"),
    ),
    entry(
        "[",
        "[1, 2; 3, 4]",
        "a matrix: `,` between entries, `;` between rows; [1, 2] is a column. After a name: its entries, counted from 1",
        ("v = [5, 6, 7]; v[2..3]", "[6, 7]"),
    ),
    entry(
        "..",
        "1..n",
        "from 1 to n, both included: in indices, comprehensions and `for`",
        ("[i^2 for i in 1..3]", "[1, 4, 9]"),
    ),
    entry(
        "==",
        "a == b",
        "comparisons (`!= < <= > >=` too) give 1 or 0, entry by entry; of many entries: `min(a == b)`",
        ("[1, 2] == [1, 3]", "[1, 0]"),
    ),
    entry(
        "and",
        "a > 0 and b > 0",
        "`and`, `or`, `not`; the second operand is computed only where the first does not decide",
        ("1 < 2 and not 2 < 1", "1"),
    ),
    entry(
        "ans",
        "ans",
        "the value shown last, in the REPL; `:save` and `:undo` leave it alone",
        ("", ""),
    ),
    entry(
        "kink",
        "abs(x) at x = 0",
        "a point without a derivative: the subgradient of smallest norm is taken, ties share evenly, and the output says so",
        ("x = 0; compare abs(x) wrt x using forward", ""),
    ),
    entry(
        array::MATRIX.name,
        "[1, 2; 3, 4]",
        "every value is a matrix: `,` between entries, `;` between rows; a number is 1×1. `hcat` and `vcat` join",
        ("A = [1, 2; 3, 4]; A[2, :]", "[3, 4]'"),
    ),
    entry(
        "vector",
        "[1, 2, 3]",
        "a column, n×1; `v'` is a row. `v'*v` is a number, `v*v'` a matrix, `v .* v` entry by entry",
        ("v = [1, 2, 3]; v'*v", "14"),
    ),
    entry(
        "range",
        "1..n",
        "from 1 to n, both included: in indices, comprehensions and `for`. Equal steps: `linspace(a, b, n)`",
        ("v = [5, 6, 7, 8]; v[2..3]", "[6, 7]"),
    ),
    entry(
        "broadcasting",
        "A + b",
        "a number stretches to anything; a row or column along a matrix, only where the result has the shape of \
         the matrix: a column plus a row is an error",
        ("[1, 2] + 10", "[11, 12]"),
    ),
    entry(
        "shapes",
        "input X[5,3], w[3]",
        "declares arrays without values: then `derive`, `trace` and `graph` work with shapes alone. A name that \
         nothing declares is a scalar, and a note says so",
        ("input X[5,3], w[3]; derive sum(X*w) wrt w", ""),
    ),
    entry(
        "steps",
        "derive L wrt w with steps",
        "every rule of differentiation applied, by name",
        ("derive sin(x)^2 wrt x with steps", ""),
    ),
    entry(
        "life",
        "trace L with life",
        "when each value may be discarded in the forward pass, and which ones the reverse pass keeps",
        ("trace (w*x)^2 wrt w at w = 3, x = 2 with life", ""),
    ),
    entry(
        "error",
        "trace L with error",
        "the rounding error that each value can add to the output, the digits that are left, and where most are lost",
        ("trace log(1 + x)/x at x = 1e-9 with error", ""),
    ),
    entry(
        "rounds",
        "trace L with rounds [1, 10, 1000]",
        "the state of a loop that is one line of the trace, after some of its rounds",
        (
            "f(s) = cos(s) + x; trace iterate(f, 1, 2000) using forward at x = 0.1 with rounds [1, 10]",
            "",
        ),
    ),
    entry(
        "guards",
        "derive L wrt w with guards",
        "the formula with the `where`s that keep structural zeros zero",
        ("", ""),
    ),
    entry(
        "points",
        "plot f(s, t) over s from 0 to 1, t from 0 to 1 with points P coloured by c",
        "draws data on a map: P has two columns, c one number a row",
        ("", ""),
    ),
    entry(
        "csv",
        "data = read(\"data.csv\")",
        "a file of numbers as a matrix; a text column becomes class codes, and a note says which",
        ("", ""),
    ),
    entry(
        "latex",
        "wengert --format latex FILE.ad",
        "a fragment for a LaTeX document; here `:set format latex`",
        ("", ""),
    ),
    entry(
        "forward",
        "trace L wrt w using forward",
        "forward mode: each tangent ȧ follows from those above it, one pass for each input; cheap for few inputs",
        ("trace (w*x)^2 wrt w using forward at w = 3, x = 2", ""),
    ),
    entry(
        "reverse",
        "trace L wrt w using reverse",
        "reverse mode, or backpropagation: each adjoint ā follows from those below it, one pass for each output; cheap for many inputs",
        ("trace (w*x)^2 wrt w using reverse at w = 3, x = 2", ""),
    ),
    entry(
        "symbolic",
        "derive L wrt w",
        "the derivative as a simplified formula",
        ("derive x^3 wrt x", ""),
    ),
    entry(
        "tangent",
        "trace L wrt w using forward",
        "ȧ, the derivative of a value with respect to the input: forward mode carries it from the top to the bottom",
        ("trace (w*x)^2 wrt w using forward at w = 3, x = 2", ""),
    ),
    entry(
        "adjoint",
        "trace L wrt w using reverse",
        "ā, the derivative of the output with respect to a value: reverse mode carries it from the bottom to the top",
        ("trace (w*x)^2 wrt w using reverse at w = 3, x = 2", ""),
    ),
    entry(
        "backpropagation",
        "trace L wrt w using reverse",
        "reverse mode: one pass back from the output gives the adjoint of every value, and so all gradients",
        ("trace (w*x)^2 wrt w using reverse at w = 3, x = 2", ""),
    ),
    entry(
        "gradient",
        "grad(L, w)",
        "the derivative of a scalar with respect to each entry of w, in the shape of w; `derive L wrt w` shows its formula",
        ("w = [1, 2]; grad(sum(w.^2), w)", "[2, 4]"),
    ),
    entry(
        array::TRANSPOSE.name,
        "A'",
        "a `'` after an operand; after a function's name and before `(` it is the derivative",
        ("[1, 2; 3, 4]'", "2  4"),
    ),
    entry(
        "axis",
        "sum(A, axis=1)",
        "axis=1: one result per column; axis=2: one result per row",
        ("sum([1, 2; 3, 4], axis=2)", "[3, 7]"),
    ),
    entry(
        "loop",
        "for i in 1..10 { print i }",
        "`for` counts, `repeat 10 { … }` repeats, `while c { … }` goes on as long as a condition holds; `:=` updates",
        ("s = 0; for i in 1..4 { s := s + i }; s", "10"),
    ),
    entry(
        "title",
        "plot f(t) over t from 0 to 1 with title \"Loss\", xlabel \"t\", ylabel \"L\"",
        "texts above and beside a plot",
        ("plot t^2 over t from 0 to 1 with title \"Square\"", ""),
    ),
    entry(
        "contours",
        "plot f(s, t) over s from 0 to 1, t from 0 to 1 with contours",
        "a map as lines of equal value",
        ("", ""),
    ),
    entry(
        "pi",
        "pi",
        "3.14159…, the ratio of a circle's circumference to its diameter; angles are in radians",
        ("sin(pi/2)", "1"),
    ),
    entry(
        "jax",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
    entry(
        "python",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
    entry(
        "numpy",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
    entry(
        "pytorch",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
    entry(
        "julia",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
    entry(
        "matlab",
        "NumPy, PyTorch, Julia, MATLAB → here",
        HABITS,
        ("", ""),
    ),
];

/// The same in other languages.
const HABITS: &str = "\
NumPy, PyTorch           Julia, MATLAB     here
    A @ B                    A*B               A*B
    A * B                    A .* B            A .* B
    A.T                      A'                A'
    x**2                     x^2, x.^2         x^2, x.^2
    A[0, :]                  A[1, :]           A[1, :]
    A.shape[0]               size(A, 1)        rows(A)
    A.sum(axis=0)            sum(A, dims=1)    sum(A, axis=1)
    np.linalg.solve(A, b)    A \\ b             solve(A, b)
    np.random.rand(2, 3)     rand(2, 3)        rand(2, 3, seed=1)
    np.clip(x, 0, 1)         clamp(x, 0, 1)    clamp(x, 0, 1)
    range(n)                 1:n               1..n
    lambda x: x**2           x -> x^2          f(x) = x^2
    a if c else b            c ? a : b         if c then a else b
    jax.grad(f)(x)           gradient(f, x)    f'(x)
    loss.backward(); w.grad                    grad(L, w)";
