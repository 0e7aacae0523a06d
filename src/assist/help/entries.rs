//! Help about operators and words that no table knows.

/// Something that has a name, with what it does and an example.
#[derive(Clone, Copy)]
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
