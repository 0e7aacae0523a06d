//! Formulas on one line, in Unicode or ASCII.

use super::colour::Paint;
use super::{Style, number};
use crate::trace::{Math, Role, Times};

/// How tightly a formula binds: what stands inside something tighter wants parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Logic,
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// Writes formulas in one style.
#[derive(Clone, Copy)]
pub struct Pen<'s> {
    style: &'s Style,
    /// Whether a product is written with a spaced cross, as in the definition of a value, rather
    /// than with a dot, as in a derivative.
    cross: bool,
}

impl Pen<'_> {
    /// A pen for the right sides of aᵢ = …
    pub fn values(style: &Style) -> Pen<'_> {
        Pen { style, cross: true }
    }

    /// A pen for the right sides of ȧᵢ = … and āᵢ = …
    pub fn derivatives(style: &Style) -> Pen<'_> {
        Pen {
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
        self.level(math).0
    }

    /// The formula as a label of its own: a number stands directly before a symbol, 2a₅.
    pub fn label(&self, math: &Math) -> String {
        match math {
            Math::Product(times, a, b) => self.product(*times, a, b, true),
            math => self.write(math),
        }
    }

    /// The formula inside something that binds as tightly as `outer`.
    fn inside(&self, math: &Math, outer: Binding) -> String {
        let (text, binding) = self.level(math);
        if binding < outer {
            format!("({text})")
        } else {
            text
        }
    }

    fn level(&self, math: &Math) -> (String, Binding) {
        match math {
            Math::Number(x) if *x < 0.0 => (
                format!("{}{}", self.minus(), number::format(-x, self.style.digits)),
                Binding::Sign,
            ),
            Math::Number(x) => (number::format(*x, self.style.digits), Binding::Atom),
            Math::Constant(value) => (number::inline(value, self.style.digits), Binding::Atom),
            Math::Symbol(role, index) => (self.symbol(*role, *index), Binding::Atom),
            Math::Name(name) => (name.to_string(), Binding::Atom),
            Math::Ellipsis => (self.pick("…", "...").into(), Binding::Atom),
            Math::Neg(inner) => (
                format!("{}{}", self.minus(), self.inside(inner, Binding::Product)),
                Binding::Sum,
            ),
            Math::Sum(terms) => (self.sum(terms), Binding::Sum),
            Math::Product(times, a, b) => (self.product(*times, a, b, false), Binding::Product),
            Math::Quotient(a, b) => {
                let slash = "/";
                let above = self.factor(a);
                (
                    format!("{above}{slash}{}", self.inside(b, Binding::Sign)),
                    Binding::Product,
                )
            }
            Math::Power(base, exponent) => (self.power(base, exponent), Binding::Power),
            Math::Transpose(inner) => (
                format!(
                    "{}{}",
                    self.inside(inner, Binding::Atom),
                    self.pick("ᵀ", "'")
                ),
                Binding::Atom,
            ),
            Math::Call(name, args) => (format!("{name}({})", self.list(args)), Binding::Atom),
            Math::Index(inner, indices) => (
                format!(
                    "{}[{}]",
                    self.inside(inner, Binding::Atom),
                    indices.join(", ")
                ),
                Binding::Atom,
            ),
            Math::Placed(inner, place) => (
                format!(
                    "{} at [{}]",
                    self.inside(inner, Binding::Sign),
                    place.join(", ")
                ),
                Binding::Product,
            ),
            Math::Matrix(cols, entries) => (self.matrix(*cols, entries), Binding::Atom),
            Math::Infix(op, a, b) => self.infix(op, a, b),
            Math::Not(inner) => (
                format!("not {}", self.inside(inner, Binding::Comparison)),
                Binding::Logic,
            ),
            Math::If(c, a, b) => {
                let text = format!(
                    "if {} then {} else {}",
                    self.write(c),
                    self.write(a),
                    self.write(b)
                );
                (text, Binding::Choice)
            }
            Math::Named(name, value) => (format!("{name}={}", self.write(value)), Binding::Choice),
            Math::Each(body, clauses) => {
                let clause = |(name, from, to): &(_, Math, Math)| {
                    format!("{name} in {}..{}", self.write(from), self.write(to))
                };
                let clauses: Vec<String> = clauses.iter().map(clause).collect();
                (
                    format!("{} for {}", self.write(body), clauses.join(", ")),
                    Binding::Choice,
                )
            }
            Math::Text(text) => (format!("\"{text}\""), Binding::Atom),
            Math::Iverson(condition) => {
                let inner = self.write(condition);
                (
                    if self.style.ascii {
                        format!("({inner})")
                    } else {
                        format!("[{inner}]")
                    },
                    Binding::Atom,
                )
            }
        }
    }

    fn minus(&self) -> &str {
        self.pick("−", "-")
    }

    fn list(&self, args: &[Math]) -> String {
        args.iter()
            .map(|arg| self.write(arg))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn matrix(&self, cols: usize, entries: &[Math]) -> String {
        let rows: Vec<String> = entries
            .chunks(cols.max(1))
            .map(|row| self.list(row))
            .collect();
        format!("[{}]", rows.join("; "))
    }

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
            let binding = if negative {
                Binding::Product
            } else {
                Binding::Sum
            };
            text.push_str(&self.inside(&positive, binding));
        }
        text
    }

    /// A factor of a product or the upper side of a quotient; a sign in front wants parentheses.
    fn factor(&self, math: &Math) -> String {
        match math {
            Math::Product(times, a, b) => self.product(*times, a, b, true),
            math => self.inside(math, Binding::Power).to_string(),
        }
    }

    fn product(&self, times: Times, a: &Math, b: &Math, nested: bool) -> String {
        // A number comes first, and stands directly before a symbol inside a longer product.
        let (a, b) = match (a, b) {
            (a, Math::Number(_)) if !matches!(a, Math::Number(_)) && !self.cross => (b, a),
            _ => (a, b),
        };
        let close = nested && matches!((a, b), (Math::Number(x), Math::Symbol(..)) if *x > 0.0);
        let right = match b {
            Math::Quotient(..) => format!("({})", self.write(b)),
            Math::Product(inner, x, y)
                if *inner == times || (*inner, times) == (Times::Scaling, Times::Entrywise) =>
            {
                self.product(*inner, x, y, true)
            }
            Math::Product(..) => format!("({})", self.write(b)),
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

    fn power(&self, base: &Math, exponent: &Math) -> String {
        let base = self.inside(base, Binding::Atom);
        if let Math::Number(x) = exponent
            && x.fract() == 0.0
            && x.abs() < 1000.0
            && !self.style.ascii
        {
            return format!("{base}{}", superscript(*x as i64));
        }
        let wrapped = match exponent {
            Math::Number(x) if *x < 0.0 => self.write(exponent),
            exponent => self.inside(exponent, Binding::Power),
        };
        format!("{base}^{wrapped}")
    }

    fn infix(&self, op: &str, a: &Math, b: &Math) -> (String, Binding) {
        let (sign, binding) = match op {
            "<=" => (self.pick("≤", "<="), Binding::Comparison),
            ">=" => (self.pick("≥", ">="), Binding::Comparison),
            "!=" => (self.pick("≠", "!="), Binding::Comparison),
            "==" => (self.pick("=", "=="), Binding::Comparison),
            "and" | "or" => (op, Binding::Logic),
            other => (other, Binding::Comparison),
        };
        let tighter = if binding == Binding::Logic {
            Binding::Comparison
        } else {
            Binding::Sum
        };
        (
            format!(
                "{} {sign} {}",
                self.inside(a, tighter),
                self.inside(b, tighter)
            ),
            binding,
        )
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
