//! Formulas in LaTeX's math mode.

use super::name::{is_word, name, number, template};
use crate::graph::Tensor;
use crate::notation::{Binding, Clause, MathWriter, Part, infix_binding, number_first};
use crate::notation::{Math, Role, Subscript, Times, Written};
use crate::syntax::special::Special;

/// Entries up to which a matrix of numbers is written out within a line.
const INLINE_ENTRIES: usize = 4;

/// Writes formulas.
#[derive(Clone, Copy)]
pub struct LatexMath {
    digits: usize,
    /// Products have a dot, as in the definition of a value; otherwise factors stand side by side.
    dotted: bool,
    /// In an exponent, where fractions have a slash.
    raised: bool,
}

impl LatexMath {
    /// A pen for the right sides of aᵢ = …
    pub fn values(digits: usize) -> LatexMath {
        LatexMath {
            digits,
            dotted: true,
            raised: false,
        }
    }

    /// A pen for derivatives, and for formulas as the user writes them.
    pub fn derivatives(digits: usize) -> LatexMath {
        LatexMath {
            digits,
            dotted: false,
            raised: false,
        }
    }

    /// The same pen in an exponent or an index, if `small`; one that is there already stays.
    pub(super) fn raised(self, small: bool) -> LatexMath {
        LatexMath {
            raised: self.raised || small,
            ..self
        }
    }

    /// The formula.
    pub fn write(self, math: &Math) -> String {
        MathWriter::write(&self, math)
    }

    /// A formula as its author wrote it; words that are none, as code.
    pub fn written(self, written: &Written) -> String {
        MathWriter::written(&self, written).0
    }

    /// The same within a text; words as words.
    pub fn in_text(self, written: &Written) -> String {
        match written.math() {
            Some(math) => format!("${}$", self.write(math)),
            None => super::name::prose(written),
        }
    }

    /// aᵢ, ȧᵢ or āᵢ, by number or as a letter.
    pub fn symbol(role: Role, index: impl ToString) -> String {
        let letter = match role {
            Role::Primal => "a",
            Role::Tangent => "\\dot{a}",
            Role::Adjoint => "\\bar{a}",
        };
        let index = index.to_string();
        if index.len() == 1 {
            format!("{letter}_{index}")
        } else {
            format!("{letter}_{{{index}}}")
        }
    }

    /// ∂of/∂by
    pub fn derivative(self, of: &Math, by: &Math) -> String {
        self.derivative_part(of, by).0
    }

    pub(super) fn derivative_part(self, of: &Math, by: &Math) -> Part {
        let by = self.inside(by, Binding::Atom);
        match of {
            Math::Name(_) | Math::Index(..) => {
                let of = self.inside(of, Binding::Atom);
                (
                    format!("\\frac{{\\partial {of}}}{{\\partial {by}}}"),
                    Binding::Atom,
                )
            }
            of => {
                let of = match of {
                    Math::Call(operator, _) if **operator == *Special::Grad.name() => {
                        self.write(of)
                    }
                    of => self.inside(of, Binding::Product),
                };
                (
                    format!("\\frac{{\\partial}}{{\\partial {by}}} {of}"),
                    Binding::Entrywise,
                )
            }
        }
    }

    /// A value within a line; a large one as shape and norm.
    pub fn value(self, value: &Tensor) -> String {
        let shape = value.shape();
        if let Some(x) = value.as_scalar() {
            return number(x, self.digits);
        }
        let size = format!("{} \\times {}", shape.m(), shape.n());
        if shape.is_empty() {
            return size;
        }
        if shape.len() > INLINE_ENTRIES {
            return format!(
                "{size},\\ \\lVert\\cdot\\rVert = {}",
                number(crate::number::norm(value), self.digits)
            );
        }
        let entry = |i: usize, j: usize| number(value.at(i, j), self.digits);
        if shape.is_vector() {
            let entries: Vec<String> = value
                .data()
                .iter()
                .map(|x| number(*x, self.digits))
                .collect();
            let top = if shape.rows == 1 { "^\\top" } else { "" };
            return format!("({}){top}", entries.join(", "));
        }
        let row = |i: usize| {
            let entries: Vec<String> = (0..shape.n()).map(|j| entry(i, j)).collect();
            entries.join(" & ")
        };
        let rows: Vec<String> = (0..shape.m()).map(row).collect();
        format!(
            "\\vphantom{{\\Big|}}\\bigl[\\begin{{smallmatrix}} {} \\end{{smallmatrix}}\\bigr]",
            rows.join(" \\\\ ")
        )
    }

    fn subscripts(self, indices: &[Subscript]) -> String {
        let one = |index: &Subscript| match index {
            Subscript::At(index) => self.subscript(index),
            Subscript::Range(from, to) => {
                format!("{}{{..}}{}", self.subscript(from), self.subscript(to))
            }
            Subscript::All => "{:}".into(),
        };
        indices.iter().map(one).collect::<Vec<_>>().join(",")
    }
}

impl MathWriter for LatexMath {
    fn number(&self, x: f64) -> Part {
        let text = number(x, self.digits);
        let binding = match text.as_bytes() {
            [b'-', ..] => Binding::Sum,
            text if text.contains(&b'^') => Binding::Product,
            _ => Binding::Atom,
        };
        (text, binding)
    }

    fn constant(&self, value: &Tensor) -> String {
        self.value(value)
    }

    fn symbol(&self, role: Role, index: usize) -> String {
        LatexMath::symbol(role, index)
    }

    fn name(&self, text: &str) -> Part {
        match text {
            "pi" | "π" => ("\\pi".into(), Binding::Atom),
            "inf" => ("\\infty".into(), Binding::Atom),
            "nan" => ("\\mathrm{nan}".into(), Binding::Atom),
            text => (name(text), Binding::Atom),
        }
    }

    fn written(&self, written: &Written) -> Part {
        match written.math() {
            Some(math) => self.part(math),
            None => (
                format!("\\texttt{{{}}}", super::name::prose(written)),
                Binding::Atom,
            ),
        }
    }

    fn quoted(&self, text: &str) -> String {
        format!("\\text{{``{}''}}", super::name::prose(text))
    }

    fn ellipsis(&self) -> &str {
        "\\ldots"
    }

    fn minus(&self) -> &str {
        "-"
    }

    fn behind_minus(&self) -> Binding {
        Binding::Entrywise
    }

    fn product(&self, times: Times, a: &Math, b: &Math) -> Part {
        if times == Times::Entrywise {
            let [a, b] = [a, b].map(|side| self.inside(side, Binding::Entrywise));
            return (format!("{a} \\circ {b}"), Binding::Entrywise);
        }
        let (a, b) = match self.dotted {
            true => (a, b),
            false => number_first(a, b),
        };
        let [left, right] = [a, b].map(|side| self.inside(side, Binding::Product));
        let sign = match () {
            () if self.dotted || right.starts_with(|c: char| c.is_ascii_digit()) => " \\cdot ",
            () if right.starts_with("\\infty") => " \\cdot ",
            () if is_word(&left) || is_word(&right) => "\\,",
            () if left.ends_with(')') && right.starts_with(|c: char| c.is_alphabetic()) => "\\,",
            () if left.ends_with(')') && right.starts_with('\\') => "\\,",
            () if right.starts_with('[') => "\\,",
            () => " ",
        };
        (format!("{left}{sign}{right}"), Binding::Product)
    }

    fn quotient(&self, a: &Math, b: &Math) -> Part {
        if self.raised {
            let text = format!(
                "{}/{}",
                self.inside(a, Binding::Product),
                self.inside(b, Binding::Power)
            );
            return (text, Binding::Slash);
        }
        let text = format!("\\frac{{{}}}{{{}}}", self.write(a), self.write(b));
        (text, Binding::Product)
    }

    fn power(&self, base: &Math, exponent: &Math) -> String {
        let raised = self.raised(true).write(exponent);
        let exponent = if raised.len() == 1 {
            raised
        } else {
            format!("{{{raised}}}")
        };
        // cos²(x), as it is written; only where that cannot be the inverse function.
        if let Math::Call(function, args) = base
            && exponent.parse::<u32>().is_ok()
            && let template = template(function)
            && template.starts_with('\\')
            && !template.contains(['#', '_', '{'])
            && args.iter().all(|arg| !matches!(arg, Math::Named(..)))
        {
            return format!("{template}^{exponent}{}", round(&self.list(args)));
        }
        format!("{}^{exponent}", self.inside(base, Binding::Atom))
    }

    fn transpose(&self, inner: &Math) -> Part {
        let inner = self.inside(inner, Binding::Atom);
        (format!("{inner}^\\top"), Binding::Power)
    }

    fn call(&self, function: &str, args: &[Math]) -> Part {
        self.called(function, args)
    }

    fn index(&self, inner: &Math, indices: &[Subscript]) -> Part {
        let places = self.subscripts(indices);
        let base = self.inside(inner, Binding::Atom);
        match inner {
            // A line of a trace has an index of its own.
            Math::Symbol(..) => (format!("{base}[{places}]"), Binding::Atom),
            _ if base.contains('_') && !base.starts_with('(') => {
                (format!("({base})_{{{places}}}"), Binding::Power)
            }
            _ if places.len() == 1 => (format!("{base}_{places}"), Binding::Atom),
            _ => (format!("{base}_{{{places}}}"), Binding::Atom),
        }
    }

    fn placed(&self, inner: &Math, place: &[Subscript]) -> Part {
        let (inner, place) = (self.inside(inner, Binding::Product), self.subscripts(place));
        (
            format!("{inner} \\text{{ at }} [{place}]"),
            Binding::Entrywise,
        )
    }

    fn matrix(&self, cols: usize, entries: &[Math]) -> String {
        let rows: Vec<String> = entries
            .chunks(cols.max(1))
            .map(|row| {
                let row: Vec<String> = row.iter().map(|entry| self.write(entry)).collect();
                row.join(" & ")
            })
            .collect();
        match rows.as_slice() {
            // One row in the language's brackets is a vector.
            [_] => round(&self.list(entries)),
            rows => format!(
                "\\left[\\begin{{array}}{{{}}} {} \\end{{array}}\\right]",
                "c".repeat(cols),
                rows.join(" \\\\ ")
            ),
        }
    }

    fn infix(&self, operator: &str, a: &Math, b: &Math) -> Part {
        let (binding, sides) = infix_binding(operator);
        let sign = match operator {
            "<=" => "\\le",
            ">=" => "\\ge",
            "!=" => "\\ne",
            "==" => "=",
            "and" => "\\land",
            "or" => "\\lor",
            other => other,
        };
        // `and` inside `and` needs no parentheses; inside `or` it does.
        let side = |math: &Math| match math {
            Math::Infix(inner, ..) if *inner == operator && binding == Binding::Logic => {
                self.write(math)
            }
            math => self.inside(math, sides),
        };
        (format!("{} {sign} {}", side(a), side(b)), binding)
    }

    fn not(&self, inner: &Math) -> Part {
        let inner = self.inside(inner, Binding::Atom);
        (format!("\\lnot {inner}"), Binding::Comparison)
    }

    fn choice(&self, condition: &Math, a: &Math, b: &Math) -> Part {
        let [c, a, b] = [condition, a, b].map(|part| self.write(part));
        (
            format!(
                "\\begin{{cases}}{a} & \\text{{if }} {c} \\\\ {b} & \\text{{otherwise}}\\end{{cases}}"
            ),
            Binding::Atom,
        )
    }

    fn iverson(&self, condition: &Math) -> String {
        format!("[{}]", self.write(condition))
    }

    fn named(&self, label: &str, value: &Math) -> String {
        match label.len() {
            1 => format!("{label} = {}", self.write(value)),
            _ => format!("\\mathrm{{{label}}} = {}", self.write(value)),
        }
    }

    fn each(&self, body: &Math, clauses: &[Clause]) -> Part {
        let range = |(variable, from, to): &Clause| {
            let [from, to] = [from, to].map(|end| self.write(end));
            format!("{} = {from}, \\ldots, {to}", name(variable))
        };
        let ranges: Vec<String> = clauses.iter().map(range).collect();
        (
            format!("{}_{{{}}}", round(&self.write(body)), ranges.join(",\\ ")),
            Binding::Power,
        )
    }

    fn parenthesised(&self, text: &str) -> String {
        round(text)
    }
}

/// In parentheses that are as tall as what they hold. Only tall ones: a line cannot break inside
/// the others' kind.
pub(super) fn round(text: &str) -> String {
    let tall = ["\\frac", "\\begin", "\\sum_", "\\prod_"];
    if tall.iter().any(|sign| text.contains(sign)) {
        format!("\\left({text}\\right)")
    } else {
        format!("({text})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives;

    fn latex(text: &str) -> String {
        let math = crate::notation::written::parse(text).expect("a formula");
        LatexMath::derivatives(6).write(&math)
    }

    #[test]
    fn formulas() {
        for (text, expected) in [
            ("0.5*(y - w*x)^2", "0.5 (y - w x)^2"),
            ("x/(1 + x)", "\\frac{x}{1 + x}"),
            ("a^(x/2)", "a^{x/2}"),
            ("exp(-x)", "e^{-x}"),
            (
                "(softmax(u) - y)*z'",
                "(\\operatorname{softmax}(u) - y)\\,z^\\top",
            ),
            (
                "z .* (1 - z) .* (W'*dU)*x'",
                "(z \\circ (1 - z) \\circ W^\\top\\,\\mathit{dU})\\,x^\\top",
            ),
            ("sum(x[i]^2 for i in 1..n)", "\\sum_{i = 1}^{n} x_i^2"),
            ("sum(U, axis=2)", "\\sum_{\\mathrm{axis} = 2}(U)"),
            ("1 - tanh(q)^2", "1 - \\tanh^2(q)"),
            (
                "grad(grad(L, w), w)",
                "\\frac{\\partial}{\\partial w} \\frac{\\partial L}{\\partial w}",
            ),
            ("f''(x₀)", "f''(x_0)"),
            ("inv(A)*b", "A^{-1} b"),
            ("solve(A, b)'", "(A^{-1} b)^\\top"),
            ("-x^2", "-x^2"),
            ("(-x)^2", "(-x)^2"),
            ("2*3*x", "2 \\cdot 3 x"),
            ("W[1, 2..3]", "W_{1,2{..}3}"),
            (
                "[1, 2; 3, 4]",
                "\\left[\\begin{array}{cc} 1 & 2 \\\\ 3 & 4 \\end{array}\\right]",
            ),
            (
                "abs(x) > 0 and not y",
                "\\lvert{x}\\rvert > 0 \\land \\lnot y",
            ),
            (
                "norm(x, axis=1)",
                "{\\lVert{x}\\rVert}_{\\mathrm{axis} = 1}",
            ),
            ("eye(3)", "I_{3}"),
        ] {
            assert_eq!(latex(text), expected, "{text}");
        }
    }

    #[test]
    fn braces_match() {
        for row in primitives::table() {
            let depth = row.latex.chars().try_fold(0i32, |depth, c| {
                let depth = depth + i32::from(c == '{') - i32::from(c == '}');
                (depth >= 0).then_some(depth)
            });
            assert_eq!(depth, Some(0), "{}", row.name);
        }
    }
}
