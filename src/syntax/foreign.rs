//! Names, operators and characters that other languages have and this one has not, with the advice
//! that replaces them.
//!
//! A name is looked up here only if nothing defines it, and before a name with a similar spelling is
//! looked for: no name is close to `len`, which means `rows`.

mod functions;
mod row;

pub(crate) use functions::NEWTON;
use functions::NO_INTEGRATION;
pub use functions::{FUNCTIONS, is_reader};
pub use row::Foreign;

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
    Foreign::renamed(&["proof", "verify"], "prove", "write `prove A == B`"),
    Foreign::other(
        &["format"],
        "in the interactive session write `:set digits 12`",
    ),
    Foreign::other(&["integral", "integrate"], NO_INTEGRATION),
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
    Foreign::other(&["∫"], NO_INTEGRATION),
    Foreign::other(&["°"], "angles are in radians: 90 degrees are `90*pi/180`"),
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
            | "pd"
            | "pandas"
            | "plt"
            | "sympy"
    )
}

fn find(table: &'static [Foreign], name: &str) -> Option<&'static Foreign> {
    table.iter().find(|row| row.names.contains(&name))
}
