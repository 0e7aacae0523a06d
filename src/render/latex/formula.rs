//! Formulas in LaTeX's math mode.

use super::name::{is_word, name, number};
use crate::graph::Tensor;
use crate::primitives;
use crate::syntax::special::Special;
use crate::trace::written;
use crate::trace::{Math, Role, Times};

/// How tightly a formula binds: what stands inside something tighter wants parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Logic,
    Comparison,
    Sum,
    /// Entry by entry, with a ∘ between the factors.
    Entrywise,
    /// On one line, with a slash.
    Slash,
    Product,
    Power,
    Atom,
}

/// Entries up to which a matrix of numbers is written out within a line.
const INLINE_ENTRIES: usize = 4;

/// Writes formulas.
#[derive(Clone, Copy)]
pub struct Pen {
    digits: usize,
    /// Whether products have a dot, as in the definition of a value; else factors stand side by
    /// side.
    dotted: bool,
    /// In an exponent, where fractions have a slash.
    raised: bool,
}

/// `name in from..to`
type Clause = (std::rc::Rc<str>, Math, Math);

/// A part of a formula as LaTeX.
type Part = (String, Binding);

impl Pen {
    /// A pen for the right sides of aᵢ = …
    pub fn values(digits: usize) -> Pen {
        Pen {
            digits,
            dotted: true,
            raised: false,
        }
    }

    /// A pen for derivatives, and for formulas as the user writes them.
    pub fn derivatives(digits: usize) -> Pen {
        Pen {
            digits,
            dotted: false,
            raised: false,
        }
    }

    /// The formula.
    pub fn write(self, math: &Math) -> String {
        self.level(math).0
    }

    /// A formula in the language's syntax; what is none, as code.
    pub fn text(self, text: &str) -> String {
        match written::parse(text) {
            Some(math) => self.write(&math),
            None => format!("\\texttt{{{}}}", super::name::prose(text)),
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

    fn derivative_part(self, of: &Math, by: &Math) -> Part {
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
                number(crate::render::number::norm(value), self.digits)
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

    /// The formula inside something that binds as tightly as `outer`.
    fn inside(self, math: &Math, outer: Binding) -> String {
        bracketed(self.level(math), outer)
    }

    fn level(self, math: &Math) -> Part {
        match math {
            Math::Number(x) => {
                let text = number(*x, self.digits);
                let binding = match () {
                    () if text.starts_with('-') => Binding::Sum,
                    () if text.contains('^') => Binding::Product,
                    () => Binding::Atom,
                };
                (text, binding)
            }
            Math::Constant(value) => (self.value(value), Binding::Atom),
            Math::Symbol(role, index) => (Pen::symbol(*role, index), Binding::Atom),
            Math::Name(text) => self.name(text),
            Math::Text(text) => (
                format!("\\text{{``{}''}}", super::name::prose(text)),
                Binding::Atom,
            ),
            Math::Ellipsis => ("\\ldots".into(), Binding::Atom),
            Math::Neg(inner) => (
                format!("-{}", self.inside(inner, Binding::Entrywise)),
                Binding::Sum,
            ),
            Math::Sum(terms) => (self.sum(terms), Binding::Sum),
            Math::Product(Times::Entrywise, a, b) => (self.entrywise(a, b), Binding::Entrywise),
            Math::Product(_, a, b) => (self.product(a, b), Binding::Product),
            Math::Quotient(a, b) => self.quotient(a, b),
            Math::Power(base, exponent) => (self.power(base, exponent), Binding::Power),
            Math::Transpose(inner) => (
                format!("{}^\\top", self.inside(inner, Binding::Atom)),
                Binding::Power,
            ),
            Math::Call(function, args) => self.call(function, args),
            Math::Index(inner, indices) => self.index(inner, indices),
            Math::Placed(inner, place) => (
                format!(
                    "{} \\text{{ at }} [{}]",
                    self.inside(inner, Binding::Product),
                    self.places(place)
                ),
                Binding::Entrywise,
            ),
            Math::Matrix(cols, entries) => (self.matrix(*cols, entries), Binding::Atom),
            Math::Infix(op, a, b) => self.infix(op, a, b),
            Math::Not(inner) => (
                format!("\\lnot {}", self.inside(inner, Binding::Atom)),
                Binding::Comparison,
            ),
            Math::If(c, a, b) => {
                let [c, a, b] = [c, a, b].map(|part| self.write(part));
                (
                    format!(
                        "\\begin{{cases}}{a} & \\text{{if }} {c} \\\\ {b} & \\text{{otherwise}}\\end{{cases}}"
                    ),
                    Binding::Atom,
                )
            }
            Math::Iverson(condition) => (format!("[{}]", self.write(condition)), Binding::Atom),
            Math::Named(label, value) => (
                match label.len() {
                    1 => format!("{label} = {}", self.write(value)),
                    _ => format!("\\mathrm{{{label}}} = {}", self.write(value)),
                },
                Binding::Choice,
            ),
            Math::Each(body, clauses) => {
                let range = |(name, from, to): &Clause| self.range(name, from, to);
                let ranges: Vec<String> = clauses.iter().map(range).collect();
                (
                    format!("{}_{{{}}}", round(&self.write(body)), ranges.join(",\\ ")),
                    Binding::Power,
                )
            }
        }
    }

    /// A name; a text in the language's syntax where a name stands for it.
    fn name(self, text: &str) -> Part {
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || !c.is_ascii();
        match text {
            "pi" | "π" => ("\\pi".into(), Binding::Atom),
            "inf" => ("\\infty".into(), Binding::Atom),
            "nan" => ("\\mathrm{nan}".into(), Binding::Atom),
            text if text.chars().all(is_name) => (name(text), Binding::Atom),
            text => match written::parse(text) {
                Some(math) if math != Math::Name(text.into()) => self.level(&math),
                _ => (
                    format!("\\text{{{}}}", super::name::prose(text)),
                    Binding::Atom,
                ),
            },
        }
    }

    fn list(self, args: &[Math]) -> String {
        let args: Vec<String> = args.iter().map(|arg| self.write(arg)).collect();
        args.join(", ")
    }

    fn places(self, places: &[String]) -> String {
        let one = |place: &String| match place.split_once("..") {
            Some((from, to)) => format!("{}{{..}}{}", self.text(from), self.text(to)),
            None if place == ":" => "{:}".into(),
            None => self.text(place),
        };
        places.iter().map(one).collect::<Vec<_>>().join(",")
    }

    fn index(self, inner: &Math, indices: &[String]) -> Part {
        let places = self.places(indices);
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

    fn matrix(self, cols: usize, entries: &[Math]) -> String {
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

    fn sum(self, terms: &[(bool, Math)]) -> String {
        let mut text = String::new();
        for (k, (negative, term)) in terms.iter().enumerate() {
            let (negative, positive) = match term {
                Math::Neg(inner) => (!negative, (**inner).clone()),
                Math::Number(x) if *x < 0.0 => (!negative, Math::Number(-x)),
                term => (*negative, term.clone()),
            };
            text.push_str(match (k, negative) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            });
            let binding = if negative {
                Binding::Entrywise
            } else {
                Binding::Sum
            };
            text.push_str(&self.inside(&positive, binding));
        }
        text
    }

    fn entrywise(self, a: &Math, b: &Math) -> String {
        let [a, b] = [a, b].map(|side| self.inside(side, Binding::Entrywise));
        format!("{a} \\circ {b}")
    }

    fn product(self, a: &Math, b: &Math) -> String {
        // A number comes first in a derivative.
        let (a, b) = match (a, b) {
            (a, Math::Number(_)) if !matches!(a, Math::Number(_)) && !self.dotted => (b, a),
            _ => (a, b),
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
        format!("{left}{sign}{right}")
    }

    fn quotient(self, a: &Math, b: &Math) -> Part {
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

    fn power(self, base: &Math, exponent: &Math) -> String {
        let raised = Pen {
            raised: true,
            ..self
        }
        .write(exponent);
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

    fn infix(self, op: &str, a: &Math, b: &Math) -> Part {
        let (sign, binding, tighter) = match op {
            "<=" => ("\\le", Binding::Comparison, Binding::Sum),
            ">=" => ("\\ge", Binding::Comparison, Binding::Sum),
            "!=" => ("\\ne", Binding::Comparison, Binding::Sum),
            "==" => ("=", Binding::Comparison, Binding::Sum),
            "and" => ("\\land", Binding::Logic, Binding::Comparison),
            "or" => ("\\lor", Binding::Logic, Binding::Comparison),
            other => (other, Binding::Comparison, Binding::Sum),
        };
        // `and` inside `or` and the other way round.
        let side = |math: &Math| match math {
            Math::Infix(inner, ..) if *inner != op && binding == Binding::Logic => {
                self.inside(math, tighter)
            }
            Math::Infix(inner, ..) if *inner == op && binding == Binding::Logic => self.write(math),
            math => self.inside(math, tighter),
        };
        (format!("{} {sign} {}", side(a), side(b)), binding)
    }

    fn range(self, name_: &str, from: &Math, to: &Math) -> String {
        format!(
            "{} = {}, \\ldots, {}",
            name(name_),
            self.write(from),
            self.write(to)
        )
    }

    fn call(self, function: &str, args: &[Math]) -> Part {
        if let Some(part) = self.operator(function, args) {
            return part;
        }
        let template = template(function);
        if let [Math::Each(body, clauses)] = args
            && matches!(template, "\\sum" | "\\prod" | "\\max" | "\\min")
        {
            return self.over(template, body, clauses);
        }
        let (named, plain): (Vec<&Math>, Vec<&Math>) =
            args.iter().partition(|arg| matches!(arg, Math::Named(..)));
        let named: Vec<String> = named.iter().map(|arg| self.write(arg)).collect();
        let below = match named.is_empty() {
            true => String::new(),
            false => format!("_{{{}}}", named.join(",\\ ")),
        };
        match self.filled(template, &plain) {
            Some((text, binding)) if below.is_empty() => (text, binding),
            Some((text, _)) => (format!("{{{text}}}{below}"), Binding::Power),
            None => {
                let head = match (template, below.is_empty()) {
                    (template, _) if template.contains('#') || template.is_empty() => {
                        head(function)
                    }
                    (template, true) => template.into(),
                    (template, false) if template.contains('_') => format!("{{{template}}}"),
                    (template, false) => template.into(),
                };
                let plain: Vec<String> = plain.iter().map(|arg| self.write(arg)).collect();
                (
                    format!("{head}{below}{}", round(&plain.join(", "))),
                    Binding::Atom,
                )
            }
        }
    }

    /// The operators of differentiation.
    fn operator(self, function: &str, args: &[Math]) -> Option<Part> {
        let partial = |k: usize| self.derivative_part(&args[k], &args[k + 1]);
        Some(match (Special::named(function)?, args.len()) {
            (Special::Grad | Special::Jacobian, 2) => partial(0),
            (Special::Hessian, 2) => {
                let [of, by] = [0, 1].map(|k| self.inside(&args[k], Binding::Atom));
                match args[0] {
                    Math::Name(_) => (
                        format!("\\frac{{\\partial^2 {of}}}{{\\partial {by}^2}}"),
                        Binding::Atom,
                    ),
                    _ => (
                        format!("\\frac{{\\partial^2}}{{\\partial {by}^2}} {of}"),
                        Binding::Entrywise,
                    ),
                }
            }
            (Special::Jvp, 3) => {
                let along = self.inside(&args[2], Binding::Product);
                let partial = bracketed(partial(0), Binding::Product);
                (format!("{partial}\\, {along}"), Binding::Product)
            }
            (Special::Vjp, 3) => {
                let from = self.inside(&args[2], Binding::Atom);
                let partial = bracketed(partial(0), Binding::Product);
                (format!("{from}^\\top {partial}"), Binding::Product)
            }
            _ => return None,
        })
    }

    /// Σ and its like over a running index.
    fn over(self, sign: &str, body: &Math, clauses: &[Clause]) -> Part {
        let mut text = String::new();
        for (variable, from, to) in clauses {
            let (from, to) = (self.write(from), self.write(to));
            let variable = name(variable);
            text.push_str(&match sign {
                "\\sum" | "\\prod" => format!("{sign}_{{{variable} = {from}}}^{{{to}}} "),
                sign => format!("{sign}_{{{variable} = {from}, \\ldots, {to}}} "),
            });
        }
        text.push_str(&self.inside(body, Binding::Product));
        (text, Binding::Entrywise)
    }

    /// The template with the arguments in their places; `None` where it is no more than a head, or
    /// wants others.
    fn filled(self, template: &str, args: &[&Math]) -> Option<Part> {
        let mut pieces = template.split('#');
        let first = pieces.next()?;
        let pieces: Vec<&str> = pieces.collect();
        let mut text = first.to_string();
        let mut used = 0;
        let mut outside = 0;
        for piece in &pieces {
            let digit = piece.chars().next()?.to_digit(10)? as usize;
            let arg = args.get(digit.checked_sub(1)?)?;
            let open = text.matches('{').count() > text.matches('}').count();
            outside += usize::from(!open);
            let enclosed = text.ends_with('{') && piece[1..].starts_with('}');
            let raised = Pen {
                raised: self.raised || text.ends_with("^{") || text.ends_with("_{"),
                ..self
            };
            text.push_str(&match enclosed {
                true => raised.write(arg),
                false => raised.inside(arg, Binding::Atom),
            });
            text.push_str(&piece[1..]);
            used = used.max(digit);
        }
        let binding = match outside {
            0 if template.starts_with("\\") => Binding::Atom,
            0 | 1 => Binding::Power,
            _ => Binding::Product,
        };
        (!pieces.is_empty() && used == args.len()).then_some((text, binding))
    }
}

/// How calls of a function of the language are written; empty where nothing is known of it.
fn template(function: &str) -> &'static str {
    primitives::table()
        .find(|row| row.name == function || row.aliases.contains(&function))
        .map_or("", |row| row.latex)
}

/// The name of a function without a notation of its own.
fn head(function: &str) -> String {
    let stem = function.trim_end_matches('\'');
    let primes = &function[stem.len()..];
    let known = template(stem);
    if !known.is_empty() && !known.contains('#') {
        return format!("{known}{primes}");
    }
    let plain = stem.is_ascii() && stem.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    if plain && stem.len() > 1 {
        return format!("\\operatorname{{{}}}{primes}", stem.replace('_', "\\_"));
    }
    format!("{}{primes}", name(stem))
}

/// In parentheses that are as tall as what they hold. Only tall ones: a line cannot break inside
/// the others' kind.
fn round(text: &str) -> String {
    let tall = ["\\frac", "\\begin", "\\sum_", "\\prod_"];
    if tall.iter().any(|sign| text.contains(sign)) {
        format!("\\left({text}\\right)")
    } else {
        format!("({text})")
    }
}

fn bracketed((text, binding): Part, outer: Binding) -> String {
    if binding < outer { round(&text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latex(text: &str) -> String {
        Pen::derivatives(6).text(text)
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
