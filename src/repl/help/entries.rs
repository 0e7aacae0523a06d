//! What help knows beside the primitive table: statements, and functions that are no operations.

/// Something that has a name, with what it does and an example.
pub struct Entry {
    pub name: &'static str,
    pub form: &'static str,
    pub doc: &'static str,
    pub example: (&'static str, &'static str),
}

const fn entry(
    name: &'static str,
    form: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> Entry {
    Entry {
        name,
        form,
        doc,
        example,
    }
}

/// The statements, in the order in which help lists them.
pub static STATEMENTS: &[Entry] = &[
    entry(
        "=",
        "L = (w*x - y)^2",
        "name a formula; it is computed when something is shown",
        ("x = 3; L = x^2; L", "9"),
    ),
    entry(
        ":=",
        "w := w - 0.1*grad(L, w)",
        "compute now and keep the value",
        ("w = 3; w := w + 1; w", "4"),
    ),
    entry(
        "f",
        "f(x) = x^2*sin(x)",
        "define a function; f'(x) is its derivative",
        ("f(x) = x^3; f'(2)", "12"),
    ),
    entry(
        "trace",
        "trace L wrt w, x at w = 3",
        "every intermediate with value, tangent and adjoint",
        ("trace (w*x)^2 wrt w at w = 3, x = 2", ""),
    ),
    entry(
        "derive",
        "derive L wrt W with steps",
        "the symbolic derivative, simplified, to be typed back in",
        ("derive sin(x)^2 wrt x", ""),
    ),
    entry(
        "compare",
        "compare L wrt w, x",
        "forward, reverse, numeric and symbolic side by side, with their costs",
        ("compare sin(x)^2 wrt x at x = 1", ""),
    ),
    entry(
        "check",
        "check L wrt W",
        "whether the four modes agree, and if not, why",
        ("check sin(x)^2 wrt x at x = 1", ""),
    ),
    entry(
        "graph",
        "graph L to \"graph.svg\"",
        "the computational graph, as text or as a picture",
        ("graph (w*x)^2 wrt w at w = 3, x = 2", ""),
    ),
    entry(
        "plot",
        "plot f(t), f'(t) over t from -3 to 3",
        "curves, vectors and maps, as characters or as a picture",
        ("plot t^2 over t from -1 to 1", ""),
    ),
    entry(
        "print",
        "print \"cost\", L",
        "show values on one line; a formula alone shows its value",
        ("L = 2; print \"cost\", L", ""),
    ),
    entry(
        "assert",
        "assert L < 1",
        "stop with an error unless it holds",
        ("assert 1 < 2", ""),
    ),
    entry(
        "input",
        "input w, x[3], A[2,3]",
        "declare inputs that have no value yet",
        ("", ""),
    ),
    entry(
        "repeat",
        "repeat 100 { … }",
        "do statements several times",
        ("x = 1; repeat 3 { x := 2*x }; x", "8"),
    ),
    entry(
        "while",
        "while c { … }",
        "do statements as long as c holds",
        ("x = 1; while x < 5 { x := 2*x }; x", "8"),
    ),
    entry(
        "for",
        "for i in 1..10 { … }",
        "do statements for each number",
        ("s = 0; for i in 1..4 { s := s + i }; s", "10"),
    ),
    entry(
        "if",
        "if c { … } else { … }",
        "choose; in a formula `if c then a else b`",
        ("x = 2; if x > 1 then x else 0", "2"),
    ),
    entry(
        "import",
        "import \"other.ad\"",
        "run the definitions of another script",
        ("", ""),
    ),
];

/// The functions that are no rows of the primitive table.
pub static OPERATORS: &[Entry] = &[
    entry(
        "grad",
        "grad(L, w)",
        "The gradient of a scalar, in the shape of w.",
        ("w = 3; grad(w^2, w)", "6"),
    ),
    entry(
        "jacobian",
        "jacobian(y, x)",
        "One row an entry of y, one column an entry of x.",
        ("x = [1, 2]; jacobian(3*x, x)[2,2]", "3"),
    ),
    entry(
        "hessian",
        "hessian(L, x)",
        "The second derivatives of a scalar.",
        ("x = 3; hessian(x^3, x)", "18"),
    ),
    entry(
        "jvp",
        "jvp(y, x, v)",
        "The derivative of y along v, in the shape of y.",
        ("x = [1, 2]; jvp(dot(x, x), x, [1, 0])", "2"),
    ),
    entry(
        "vjp",
        "vjp(y, x, u)",
        "u'*jacobian(y, x), in the shape of x.",
        ("x = 3; vjp(x^2, x, 2)", "12"),
    ),
    entry(
        "numeric",
        "numeric(L, w, h=, scheme=)",
        "The finite difference: \"central\", \"forward\" or \"backward\".",
        ("w = 3; round(numeric(w^2, w))", "6"),
    ),
    entry(
        "iterate",
        "iterate(f, x0, n)",
        "f(f(…f(x0))), n times.",
        ("f(x) = 2*x; iterate(f, 1, 10)", "1024"),
    ),
    entry(
        "rows",
        "rows(A)",
        "How many rows a matrix has.",
        ("rows([1, 2; 3, 4; 5, 6])", "3"),
    ),
    entry(
        "cols",
        "cols(A)",
        "How many columns a matrix has.",
        ("cols([1, 2; 3, 4; 5, 6])", "2"),
    ),
    entry(
        "read",
        "read(\"file.csv\")",
        "A file of numbers as a matrix; a column of texts as codes 1, 2, …",
        ("", ""),
    ),
];

/// Operators, the words of a statement's tail, and what else one may ask about. Help lists none of
/// them, but knows them.
pub static WORDS: &[Entry] = &[
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
        "a power of a number, from the right: 2^3^2 is 2^(3^2). Entry by entry: `.^`",
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
        "rows and columns exchanged; behind a function's name its derivative: f'(x)",
        ("[1, 2]'*[3, 4]", "11"),
    ),
    entry(
        "[",
        "[1, 2; 3, 4]",
        "a matrix: `,` between entries, `;` between rows; [1, 2] is a column. Behind a name: its entries, from 1",
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
        "`and`, `or`, `not`: what the first decides is not computed further",
        ("1 < 2 and not 2 < 1", "1"),
    ),
    entry(
        "wrt",
        "trace L wrt w, x",
        "with respect to: what is differentiated by; a name, or an entry such as W[1, 2]",
        ("derive x*y wrt y", ""),
    ),
    entry(
        "along",
        "trace L wrt v along d",
        "the direction of the tangents, one for each `wrt`",
        (
            "v = [1, 2]; compare sum(v.^2) wrt v along [1, 0] using forward",
            "",
        ),
    ),
    entry(
        "using",
        "compare L using forward, reverse",
        "the modes wanted: forward, reverse, numeric, symbolic",
        ("x = 2; compare x^3 using forward, reverse", ""),
    ),
    entry(
        "at",
        "L at w = 5",
        "values for this statement alone",
        ("x^2 at x = 3", "9"),
    ),
    entry(
        "with",
        "derive L wrt w with steps",
        "how it is shown: steps, life, zeros, expanded, guards, log x, log y, points P coloured by c",
        ("derive sin(x)^2 wrt x with steps", ""),
    ),
    entry(
        "over",
        "plot f(t) over t from -3 to 3",
        "what a plot runs over; two of them make a map",
        ("", ""),
    ),
    entry(
        "to",
        "plot v to \"v.svg\"",
        "the file a plot (.svg) or graph (.svg, .dot) is written to",
        ("", ""),
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
];
