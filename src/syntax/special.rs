//! The functions of the language that are no operations of the graph: one row each.
//!
//! A call knows its row from the moment it is parsed ([`Call::special`](super::ast::Call)).
//! Everything else that treats these functions in a way of their own (lowering, LaTeX, help,
//! completion) matches on [`Special`] and reads the row; their names stand here alone.

use crate::primitives;

/// Names one row of [`SPECIAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Special {
    Grad,
    Jacobian,
    Hessian,
    Jvp,
    Vjp,
    Taylor,
    Numeric,
    Iterate,
    Scan,
    Fold,
    Root,
    Fixpoint,
    Minimize,
    Rows,
    Cols,
    Same,
    Read,
}

/// The treatment of the arguments of a special function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialKind {
    /// The first argument is differentiated with respect to the name in the second. Cannot be
    /// redefined.
    Derivative,
    /// The first argument is the name of a function.
    Iteration,
    /// An ordinary value, of which only the shape counts.
    Size,
    /// Two ordinary values, of which the formulas count.
    Formulas,
    /// The path of a file, as a text.
    File,
}

/// A function that is no operation of the graph.
#[derive(Debug)]
pub struct SpecialRow {
    /// Its id.
    pub id: Special,
    /// Its name.
    pub name: &'static str,
    /// A call with its parameters.
    pub signature: &'static str,
    /// The treatment of its arguments.
    pub kind: SpecialKind,
    /// The number of positional arguments.
    pub arguments: usize,
    /// The named arguments it takes.
    pub options: &'static [&'static str],
    /// One sentence for help.
    pub doc: &'static str,
    /// A text to run and the end of its output; either may be empty.
    pub example: (&'static str, &'static str),
}

/// The named argument whose value is a text.
pub const TEXT_OPTION: &str = "scheme";

/// The named argument whose value is the name of a function.
pub const UNTIL_OPTION: &str = "until";

/// The named argument for the most rounds.
pub const MOST_OPTION: &str = "most";

/// All of them, in the order of the identifiers, which is the order in which help lists them.
pub static SPECIAL: [SpecialRow; 17] = [
    SpecialRow {
        id: Special::Grad,
        name: "grad",
        signature: "grad(L, w)",
        kind: SpecialKind::Derivative,
        arguments: 2,
        options: &[],
        doc: "The gradient of a scalar, in the shape of w.",
        example: ("w = 3; grad(w^2, w)", "6"),
    },
    SpecialRow {
        id: Special::Jacobian,
        name: "jacobian",
        signature: "jacobian(y, x)",
        kind: SpecialKind::Derivative,
        arguments: 2,
        options: &[],
        doc: "One row per entry of y, one column per entry of x.",
        example: ("x = [1, 2]; jacobian(3*x, x)[2,2]", "3"),
    },
    SpecialRow {
        id: Special::Hessian,
        name: "hessian",
        signature: "hessian(L, x)",
        kind: SpecialKind::Derivative,
        arguments: 2,
        options: &[],
        doc: "The second derivatives of a scalar.",
        example: ("x = 3; hessian(x^3, x)", "18"),
    },
    SpecialRow {
        id: Special::Jvp,
        name: "jvp",
        signature: "jvp(y, x, v)",
        kind: SpecialKind::Derivative,
        arguments: 3,
        options: &[],
        doc: "The derivative of y along v, in the shape of y.",
        example: ("x = [1, 2]; jvp(dot(x, x), x, [1, 0])", "2"),
    },
    SpecialRow {
        id: Special::Vjp,
        name: "vjp",
        signature: "vjp(y, x, u)",
        kind: SpecialKind::Derivative,
        arguments: 3,
        options: &[],
        doc: "u'*jacobian(y, x), in the shape of x.",
        example: ("x = 3; vjp(x^2, x, 2)", "12"),
    },
    SpecialRow {
        id: Special::Taylor,
        name: "taylor",
        signature: "taylor(f, x, n)",
        kind: SpecialKind::Derivative,
        arguments: 3,
        options: &[],
        doc: "The Taylor coefficients f, f′, f″/2!, … up to order n of a scalar by a scalar, at its value.",
        example: ("x = 0; taylor(exp(x), x, 3)", "[1, 1, 0.5, 0.166667]"),
    },
    SpecialRow {
        id: Special::Numeric,
        name: "numeric",
        signature: "numeric(L, w, h=, scheme=)",
        kind: SpecialKind::Derivative,
        arguments: 2,
        options: &["h", TEXT_OPTION],
        doc: "The finite difference: \"central\", \"forward\" or \"backward\".",
        example: ("w = 3; round(numeric(w^2, w))", "6"),
    },
    SpecialRow {
        id: Special::Iterate,
        name: "iterate",
        signature: "iterate(f, x0, n)",
        kind: SpecialKind::Iteration,
        arguments: 3,
        options: &[UNTIL_OPTION, MOST_OPTION],
        doc: "f(f(…f(x0))), n times. `iterate(f, x0, until=done, most=1e6)` goes on until done(x) is true.",
        example: ("f(x) = 2*x; iterate(f, 1, 10)", "1024"),
    },
    SpecialRow {
        id: Special::Scan,
        name: "scan",
        signature: "scan(f, s0, X)",
        kind: SpecialKind::Iteration,
        arguments: 3,
        options: &[],
        doc: "s = f(s, row) for each row of X, beginning with s0: every s as a row of a matrix.",
        example: ("f(s, x) = s + x; scan(f, 0, [1, 2, 3])", "[1, 3, 6]"),
    },
    SpecialRow {
        id: Special::Fold,
        name: "fold",
        signature: "fold(f, s0, X)",
        kind: SpecialKind::Iteration,
        arguments: 3,
        options: &[],
        doc: "s = f(s, row) for each row of X, beginning with s0: the last s.",
        example: ("f(s, x) = s + x; fold(f, 0, [1, 2, 3])", "6"),
    },
    SpecialRow {
        id: Special::Root,
        name: "root",
        signature: "root(g, x0)",
        kind: SpecialKind::Iteration,
        arguments: 2,
        options: &[],
        doc: "The x near x0 where g(x) is 0: one number, or as many equations as unknowns. Its derivative follows from the equation.",
        example: ("w = 2; g(x) = x^2 - w; root(g, 1)", "1.41421"),
    },
    SpecialRow {
        id: Special::Fixpoint,
        name: "fixpoint",
        signature: "fixpoint(g, x0)",
        kind: SpecialKind::Iteration,
        arguments: 2,
        options: &[],
        doc: "The x near x0 where g(x) is x. Its derivative follows from the equation.",
        example: ("fixpoint(cos, 1)", "0.739085"),
    },
    SpecialRow {
        id: Special::Minimize,
        name: "minimize",
        signature: "minimize(g, x0)",
        kind: SpecialKind::Iteration,
        arguments: 2,
        options: &[],
        doc: "The x near x0 where g(x) is least. Its derivative follows from the gradient being 0 there.",
        example: ("a = 3; g(x) = (x - a)^2; minimize(g, 0)", "3"),
    },
    SpecialRow {
        id: Special::Rows,
        name: "rows",
        signature: "rows(A)",
        kind: SpecialKind::Size,
        arguments: 1,
        options: &[],
        doc: "The number of rows.",
        example: ("rows([1, 2; 3, 4; 5, 6])", "3"),
    },
    SpecialRow {
        id: Special::Cols,
        name: "cols",
        signature: "cols(A)",
        kind: SpecialKind::Size,
        arguments: 1,
        options: &[],
        doc: "The number of columns.",
        example: ("cols([1, 2; 3, 4; 5, 6])", "2"),
    },
    SpecialRow {
        id: Special::Same,
        name: "same",
        signature: "same(a, b)",
        kind: SpecialKind::Formulas,
        arguments: 2,
        options: &[],
        doc: "1 where two formulas are equal for all values of their inputs, else 0.",
        example: ("same((x + 1)^2, x^2 + 2*x + 1)", "1"),
    },
    SpecialRow {
        id: Special::Read,
        name: "read",
        signature: "read(\"file.csv\")",
        kind: SpecialKind::File,
        arguments: 1,
        options: &[],
        doc: "A file of numbers as a matrix: .csv, .tsv, .txt, .npy or JSON; a column of text becomes codes 1, 2, …",
        example: ("", ""),
    },
];

impl SpecialRow {
    /// True if the named argument `name` is the name of a function.
    pub fn takes_function(&self, name: &str) -> bool {
        name == UNTIL_OPTION && self.options.contains(&UNTIL_OPTION)
    }
}

impl Special {
    /// The special function called `name`.
    pub fn named(name: &str) -> Option<Special> {
        let row = SPECIAL.iter().find(|row| row.name == name);
        row.map(|row| row.id)
    }

    /// Its row.
    pub fn row(self) -> &'static SpecialRow {
        &SPECIAL[self as usize]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// True of functions that apply a function again and again.
    pub fn is_iteration(self) -> bool {
        self.row().kind == SpecialKind::Iteration
    }

    /// True of derivative operators.
    pub fn is_derivative(self) -> bool {
        self.row().kind == SpecialKind::Derivative
    }
}

/// The named arguments that the function `name` of the language takes.
pub fn options_of(name: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for row in primitives::named(name) {
        found.extend(row.axis.then_some("axis"));
        found.extend(row.seed.then_some("seed"));
        found.extend(row.options.iter().map(|(option, _)| *option));
    }
    if let Some(special) = Special::named(name) {
        found.extend(special.row().options);
    }
    found
}

/// True if some function takes the named argument `name`.
pub fn is_option(name: &str) -> bool {
    let functions = primitives::names().chain(SPECIAL.iter().map(|row| row.name));
    functions
        .into_iter()
        .any(|function| options_of(function).contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_identifiers() {
        for (k, row) in SPECIAL.iter().enumerate() {
            assert_eq!(row.id as usize, k);
            assert_eq!(Special::named(row.name), Some(row.id));
            assert!(row.signature.starts_with(&format!("{}(", row.name)));
        }
    }
}
