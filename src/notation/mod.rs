//! Formulas, written: one walk over [`Math`] and one table of precedence. Text and LaTeX are
//! notations of it.

pub mod colour;
pub mod math;
mod plain;
pub mod symbols;
pub mod written;

pub use math::{Math, Role, Subscript, Times, Written, one_line};
pub use plain::PlainMath;

use crate::graph::Tensor;
use std::rc::Rc;

/// The style of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Significant digits.
    pub digits: usize,
    /// Only ASCII: `a1`, `da1`, `ba1`.
    pub ascii: bool,
    /// With escape codes for colours.
    pub colour: bool,
    /// Columns of the terminal; `None` where nothing may be wrapped or dropped.
    pub width: Option<usize>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            digits: 6,
            ascii: false,
            colour: false,
            width: None,
        }
    }
}

/// The precedence of a part: inside something that binds tighter it stands in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// A branch, a named argument, a body with running indices.
    Choice,
    /// `and`, `or`
    Logic,
    /// a < b
    Comparison,
    /// a + b
    Sum,
    /// a ∘ b, where it is looser than factors side by side.
    Entrywise,
    /// a/b within a line, where other fractions are tall.
    Slash,
    /// a·b
    Product,
    /// A negative number, where it is tighter than a sum.
    Sign,
    /// aᵇ
    Power,
    /// A name, a number, a call.
    Atom,
}

/// A part of a formula, written, and how tightly it binds.
pub type Part = (String, Binding);

/// `name in from..to`
pub type Clause = (Rc<str>, Math, Math);

/// A way of writing formulas.
pub trait MathWriter {
    /// A number.
    fn number(&self, x: f64) -> Part;
    /// A matrix of numbers, within a line.
    fn constant(&self, value: &Tensor) -> String;
    /// aᵢ, ȧᵢ or āᵢ
    fn symbol(&self, role: Role, index: usize) -> String;
    /// A name.
    fn name(&self, name: &str) -> Part;
    /// A text in quotes.
    fn quoted(&self, text: &str) -> String;
    /// The sign for a part that is too long.
    fn ellipsis(&self) -> &str;
    /// A minus sign.
    fn minus(&self) -> &str;
    /// The precedence that a term behind a minus needs.
    fn behind_minus(&self) -> Binding;
    /// a·b
    fn product(&self, times: Times, a: &Math, b: &Math) -> Part;
    /// a/b
    fn quotient(&self, a: &Math, b: &Math) -> Part;
    /// aᵇ
    fn power(&self, base: &Math, exponent: &Math) -> String;
    /// xᵀ
    fn transpose(&self, inner: &Math) -> Part;
    /// f(x, y)
    fn call(&self, function: &str, args: &[Math]) -> Part;
    /// x[i, j]
    fn index(&self, inner: &Math, indices: &[Subscript]) -> Part;
    /// x in its place of a matrix of zeros
    fn placed(&self, inner: &Math, place: &[Subscript]) -> Part;
    /// A formula as its author wrote it.
    fn written(&self, written: &Written) -> Part;
    /// A matrix of entries, row by row.
    fn matrix(&self, cols: usize, entries: &[Math]) -> String;
    /// a < b, a and b
    fn infix(&self, operator: &str, a: &Math, b: &Math) -> Part;
    /// not x
    fn not(&self, inner: &Math) -> Part;
    /// if c then a else b
    fn choice(&self, condition: &Math, a: &Math, b: &Math) -> Part;
    /// 1 where the condition holds, else 0
    fn iverson(&self, condition: &Math) -> String;
    /// name = x, among the arguments of a call
    fn named(&self, name: &str, value: &Math) -> String;
    /// x for i from a to b, and so on
    fn each(&self, body: &Math, clauses: &[Clause]) -> Part;
    /// A text in parentheses.
    fn parenthesised(&self, text: &str) -> String;

    /// The formula.
    fn write(&self, math: &Math) -> String {
        self.part(math).0
    }

    /// The formula inside something that binds as tightly as `outer`.
    fn inside(&self, math: &Math, outer: Binding) -> String {
        self.bracketed(self.part(math), outer)
    }

    /// The part, in parentheses where it binds less tightly than `outer`.
    fn bracketed(&self, (text, binding): Part, outer: Binding) -> String {
        if binding < outer {
            self.parenthesised(&text)
        } else {
            text
        }
    }

    /// Formulas with commas between them.
    fn list(&self, formulas: &[Math]) -> String {
        let formulas: Vec<String> = formulas.iter().map(|math| self.write(math)).collect();
        formulas.join(", ")
    }

    /// An index; a whole number is written with all of its digits.
    fn subscript(&self, index: &Math) -> String {
        match index {
            Math::Number(x) if x.fract() == 0.0 => x.to_string(),
            index => self.write(index),
        }
    }

    /// The terms of a sum; the sign in front of a term is that of the term.
    fn sum(&self, terms: &[(bool, Math)]) -> String {
        let mut text = String::new();
        for (k, (negative, term)) in terms.iter().enumerate() {
            let (negative, positive) = match term {
                Math::Neg(inner) => (!negative, (**inner).clone()),
                Math::Number(x) if *x < 0.0 => (!negative, Math::Number(-x)),
                term => (*negative, term.clone()),
            };
            match (k, negative) {
                (0, false) => {}
                (0, true) => text.push_str(self.minus()),
                (_, false) => text.push_str(" + "),
                (_, true) => text.push_str(&format!(" {} ", self.minus())),
            }
            let binding = match negative {
                true => self.behind_minus(),
                false => Binding::Sum,
            };
            text.push_str(&self.inside(&positive, binding));
        }
        text
    }

    /// The formula, and how tightly it binds.
    fn part(&self, math: &Math) -> Part {
        match math {
            Math::Number(x) => self.number(*x),
            Math::Constant(value) => (self.constant(value), Binding::Atom),
            Math::Symbol(role, index) => (self.symbol(*role, *index), Binding::Atom),
            Math::Name(name) => self.name(name),
            Math::Written(written) => self.written(written),
            Math::Text(text) => (self.quoted(text), Binding::Atom),
            Math::Ellipsis => (self.ellipsis().into(), Binding::Atom),
            Math::Neg(inner) => {
                let inner = self.inside(inner, self.behind_minus());
                (format!("{}{inner}", self.minus()), Binding::Sum)
            }
            Math::Sum(terms) => (self.sum(terms), Binding::Sum),
            Math::Product(times, a, b) => self.product(*times, a, b),
            Math::Quotient(a, b) => self.quotient(a, b),
            Math::Power(base, exponent) => (self.power(base, exponent), Binding::Power),
            Math::Transpose(inner) => self.transpose(inner),
            Math::Call(function, args) => self.call(function, args),
            Math::Index(inner, indices) => self.index(inner, indices),
            Math::Placed(inner, place) => self.placed(inner, place),
            Math::Matrix(cols, entries) => (self.matrix(*cols, entries), Binding::Atom),
            Math::Infix(operator, a, b) => self.infix(operator, a, b),
            Math::Not(inner) => self.not(inner),
            Math::If(condition, a, b) => self.choice(condition, a, b),
            Math::Iverson(condition) => (self.iverson(condition), Binding::Atom),
            Math::Named(name, value) => (self.named(name, value), Binding::Choice),
            Math::Each(body, clauses) => self.each(body, clauses),
        }
    }
}

/// The precedence of a comparison, or of `and` and `or`, and the one that its sides need.
pub fn infix_binding(operator: &str) -> (Binding, Binding) {
    match operator {
        "and" | "or" => (Binding::Logic, Binding::Comparison),
        _ => (Binding::Comparison, Binding::Sum),
    }
}

/// The factors of a product, a number first.
pub fn number_first<'m>(a: &'m Math, b: &'m Math) -> (&'m Math, &'m Math) {
    match (a, b) {
        (a, Math::Number(_)) if !matches!(a, Math::Number(_)) => (b, a),
        factors => factors,
    }
}
