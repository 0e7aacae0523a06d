//! Formulas on one line, in Unicode or ASCII.

use super::Style;
use super::colour::Paint;
use super::math::{Math, Role, Subscript, Times};
use super::{Binding, Clause, MathWriter, Part, Written, infix_binding, number_first};
use crate::graph::Tensor;
use crate::number;

/// Writes formulas in one style.
#[derive(Clone, Copy)]
pub struct PlainMath<'s> {
    style: &'s Style,
    /// Products have a spaced cross, as in the definition of a value, instead of the dot of a
    /// derivative.
    cross: bool,
}

impl PlainMath<'_> {
    /// A pen for the right sides of aᵢ = …
    pub fn values(style: &Style) -> PlainMath<'_> {
        PlainMath { style, cross: true }
    }

    /// A pen for the right sides of ȧᵢ = … and āᵢ = …
    pub fn derivatives(style: &Style) -> PlainMath<'_> {
        PlainMath {
            style,
            cross: false,
        }
    }

    fn pick<'t>(&self, unicode: &'t str, ascii: &'t str) -> &'t str {
        if self.style.ascii { ascii } else { unicode }
    }

    /// aᵢ, ȧᵢ or āᵢ
    pub fn symbol(&self, role: Role, index: usize) -> String {
        let letter = match role {
            Role::Primal => "a",
            Role::Tangent => self.pick("ȧ", "da"),
            Role::Adjoint => self.pick("ā", "ba"),
        };
        let symbol = if self.style.ascii {
            format!("{letter}{index}")
        } else {
            format!("{letter}{}", subscript(index))
        };
        Paint::from(role).on(&symbol, self.style)
    }

    /// The formula.
    pub fn write(&self, math: &Math) -> String {
        MathWriter::write(self, math)
    }

    /// The formula as a label of its own: a number stands directly before a symbol, 2a₅.
    pub fn label(&self, math: &Math) -> String {
        match math {
            Math::Product(times, a, b) => self.factors(*times, a, b, true),
            math => self.write(math),
        }
    }

    fn subscripts(&self, indices: &[Subscript]) -> String {
        let one = |index: &Subscript| match index {
            Subscript::At(index) => self.subscript(index),
            Subscript::Range(from, to) => {
                format!("{}..{}", self.subscript(from), self.subscript(to))
            }
            Subscript::All => ":".into(),
        };
        indices.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// A factor of a product or the upper side of a quotient; a sign in front needs parentheses.
    fn factor(&self, math: &Math) -> String {
        match math {
            Math::Product(times, a, b) => self.factors(*times, a, b, true),
            math => self.inside(math, Binding::Power),
        }
    }

    fn factors(&self, times: Times, a: &Math, b: &Math, nested: bool) -> String {
        let (a, b) = match self.cross {
            true => (a, b),
            false => number_first(a, b),
        };
        // Inside a longer product a number stands directly before a symbol.
        let close = nested && matches!((a, b), (Math::Number(x), Math::Symbol(..)) if *x > 0.0);
        let right = match b {
            Math::Product(inner, x, y)
                if *inner == times || (*inner, times) == (Times::Scaling, Times::Entrywise) =>
            {
                self.factors(*inner, x, y, true)
            }
            Math::Quotient(..) | Math::Product(..) => self.parenthesised(&self.write(b)),
            b => self.factor(b),
        };
        let sign = match times {
            _ if close && !self.style.ascii => "",
            Times::Entrywise => self.pick(" ∘ ", " .* "),
            Times::Matrix | Times::Scaling if self.cross => self.pick(" × ", "*"),
            Times::Matrix | Times::Scaling => self.pick("·", "*"),
        };
        let left = match a {
            Math::Quotient(..) => self.write(a),
            a => self.factor(a),
        };
        format!("{left}{sign}{right}")
    }
}

impl MathWriter for PlainMath<'_> {
    fn number(&self, x: f64) -> Part {
        if x < 0.0 {
            let size = number::format(-x, self.style.digits);
            return (format!("{}{size}", self.minus()), Binding::Sign);
        }
        (number::format(x, self.style.digits), Binding::Atom)
    }

    fn constant(&self, value: &Tensor) -> String {
        number::inline(value, self.style.digits)
    }

    fn symbol(&self, role: Role, index: usize) -> String {
        PlainMath::symbol(self, role, index)
    }

    fn name(&self, name: &str) -> Part {
        (name.into(), Binding::Atom)
    }

    fn written(&self, written: &Written) -> Part {
        (written.to_string(), Binding::Atom)
    }

    fn quoted(&self, text: &str) -> String {
        format!("\"{text}\"")
    }

    fn ellipsis(&self) -> &str {
        self.pick("…", "...")
    }

    fn minus(&self) -> &str {
        self.pick("−", "-")
    }

    fn behind_minus(&self) -> Binding {
        Binding::Product
    }

    fn product(&self, times: Times, a: &Math, b: &Math) -> Part {
        (self.factors(times, a, b, false), Binding::Product)
    }

    fn quotient(&self, a: &Math, b: &Math) -> Part {
        let (above, below) = (self.factor(a), self.inside(b, Binding::Sign));
        (format!("{above}/{below}"), Binding::Product)
    }

    fn power(&self, base: &Math, exponent: &Math) -> String {
        let base = self.inside(base, Binding::Atom);
        if let Math::Number(x) = exponent
            && x.fract() == 0.0
            && x.abs() < 1000.0
            && !self.style.ascii
        {
            return format!("{base}{}", superscript(*x as i64));
        }
        let exponent = match exponent {
            Math::Number(x) if *x < 0.0 => self.write(exponent),
            exponent => self.inside(exponent, Binding::Power),
        };
        format!("{base}^{exponent}")
    }

    fn transpose(&self, inner: &Math) -> Part {
        let inner = self.inside(inner, Binding::Atom);
        (format!("{inner}{}", self.pick("ᵀ", "'")), Binding::Atom)
    }

    fn call(&self, function: &str, args: &[Math]) -> Part {
        (format!("{function}({})", self.list(args)), Binding::Atom)
    }

    fn index(&self, inner: &Math, indices: &[Subscript]) -> Part {
        let inner = self.inside(inner, Binding::Atom);
        (
            format!("{inner}[{}]", self.subscripts(indices)),
            Binding::Atom,
        )
    }

    fn placed(&self, inner: &Math, place: &[Subscript]) -> Part {
        let inner = self.inside(inner, Binding::Sign);
        (
            format!("{inner} at [{}]", self.subscripts(place)),
            Binding::Product,
        )
    }

    fn matrix(&self, cols: usize, entries: &[Math]) -> String {
        let rows = entries.chunks(cols.max(1)).map(|row| self.list(row));
        format!("[{}]", rows.collect::<Vec<_>>().join("; "))
    }

    fn infix(&self, operator: &str, a: &Math, b: &Math) -> Part {
        let (binding, sides) = infix_binding(operator);
        let sign = match operator {
            "<=" => self.pick("≤", "<="),
            ">=" => self.pick("≥", ">="),
            "!=" => self.pick("≠", "!="),
            "==" => self.pick("=", "=="),
            other => other,
        };
        let [a, b] = [a, b].map(|side| self.inside(side, sides));
        (format!("{a} {sign} {b}"), binding)
    }

    fn not(&self, inner: &Math) -> Part {
        let inner = self.inside(inner, Binding::Comparison);
        (format!("not {inner}"), Binding::Logic)
    }

    fn choice(&self, condition: &Math, a: &Math, b: &Math) -> Part {
        let [c, a, b] = [condition, a, b].map(|part| self.write(part));
        (format!("if {c} then {a} else {b}"), Binding::Choice)
    }

    fn iverson(&self, condition: &Math) -> String {
        let inner = self.write(condition);
        match self.style.ascii {
            true => format!("({inner})"),
            false => format!("[{inner}]"),
        }
    }

    fn named(&self, name: &str, value: &Math) -> String {
        format!("{name}={}", self.write(value))
    }

    fn each(&self, body: &Math, clauses: &[Clause]) -> Part {
        let clause = |(name, from, to): &Clause| {
            format!("{name} in {}..{}", self.write(from), self.write(to))
        };
        let clauses: Vec<String> = clauses.iter().map(clause).collect();
        let body = self.write(body);
        (
            format!("{body} for {}", clauses.join(", ")),
            Binding::Choice,
        )
    }

    fn parenthesised(&self, text: &str) -> String {
        format!("({text})")
    }
}

fn digits(number: impl ToString, table: [char; 10]) -> String {
    let shift = |c: char| c.to_digit(10).map_or(c, |digit| table[digit as usize]);
    number.to_string().chars().map(shift).collect()
}

fn subscript(index: usize) -> String {
    digits(index, ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'])
}

fn superscript(exponent: i64) -> String {
    digits(exponent, ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']).replace('-', "⁻")
}
