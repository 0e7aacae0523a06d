//! Help about operators and words that no other table holds.

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
];
