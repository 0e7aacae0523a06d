//! Calls: the notation of a row of the primitive table, of an operator of differentiation, or the
//! name of the function.

use super::formula::{LatexMath, round};
use super::name::{name, template};
use crate::notation::{Binding, Clause, MathWriter, Part};
use crate::syntax::special::Special;
use crate::trace::Math;

impl LatexMath {
    /// A call in the notation of its row, of an operator, or with the name of the function.
    pub(super) fn called(self, function: &str, args: &[Math]) -> Part {
        if let Some(part) = self.operator(function, args) {
            return part;
        }
        // Kronecker's symbol, in the entries of a derivative.
        if let (
            "δ",
            [
                Math::Name(_) | Math::Number(_),
                Math::Name(_) | Math::Number(_),
            ],
        ) = (function, args)
        {
            let [a, b] = [&args[0], &args[1]].map(|index| self.raised(true).write(index));
            return (format!("\\delta_{{{a},{b}}}"), Binding::Atom);
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
                let partial = self.bracketed(partial(0), Binding::Product);
                (format!("{partial}\\, {along}"), Binding::Product)
            }
            (Special::Vjp, 3) => {
                let from = self.inside(&args[2], Binding::Atom);
                let partial = self.bracketed(partial(0), Binding::Product);
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
            let raised = self.raised(text.ends_with("^{") || text.ends_with("_{"));
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
