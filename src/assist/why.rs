//! The origin of one number of a trace, term by term.

use crate::graph::Tensor;
use crate::notation::{PlainMath, one_line};
use crate::number;
use crate::render::table::without_headings;
use crate::render::{Style, ascii};
use crate::trace::numbers::{self, Columns};
use crate::trace::{Math, Role, Trace};
use crate::view::Column;
use std::fmt::Write;
use std::rc::Rc;

/// The line that a symbol or a name stands for.
pub fn symbol(trace: &Trace, argument: &str) -> Option<(Role, usize)> {
    let line = |text: &str| {
        let number: usize = text.parse().ok()?;
        (1..=trace.lines.len()).contains(&number).then_some(number)
    };
    let named = |name: &str| {
        let mut lines = trace.lines.iter();
        let k = lines.position(|line| line.names.iter().any(|known| &**known == name))?;
        Some((Role::Primal, k + 1))
    };
    let written = ascii::text(argument).replace(['_', ' '], "");
    let prefixes = [
        ("adot", Role::Tangent),
        ("abar", Role::Adjoint),
        ("da", Role::Tangent),
        ("ba", Role::Adjoint),
        ("a", Role::Primal),
    ];
    let found = prefixes
        .iter()
        .find_map(|(prefix, role)| Some((*role, line(written.strip_prefix(prefix)?)?)));
    named(argument).or(found)
}

/// The rule, the rule with numbers, every term of it, and the sum, for each `wrt` or output.
pub fn explain(trace: &Trace, role: Role, number: usize, style: &Style) -> String {
    let line = &trace.lines[number - 1];
    let pen = match role {
        Role::Primal => PlainMath::values(style),
        _ => PlainMath::derivatives(style),
    };
    let symbol = pen.symbol(role, number);
    let d = if style.ascii { "d" } else { "∂" };
    let place = line
        .origin
        .as_ref()
        .map_or("", |origin| origin.location.text());
    let names: Vec<&str> = line.names.iter().map(|name| &**name).collect();
    let mut text = String::new();
    let rule = |formula: &Math, value: &Option<Rc<Tensor>>, columns| {
        rule(
            trace,
            &symbol,
            formula,
            value.as_deref(),
            columns,
            &pen,
            style,
        )
    };
    match role {
        Role::Primal => {
            let about = match names.first() {
                Some(_) if line.is_input() => "an input".to_string(),
                Some(name) => format!("{name} = {}", one_line(place)),
                None => one_line(place),
            };
            let _ = writeln!(text, "{symbol}: {about}");
            if line.is_input() {
                let value = line.value.as_deref().map_or("no value".into(), |value| {
                    number::inline(value, style.digits)
                });
                let _ = writeln!(text, "  {symbol} = {value}");
            } else {
                text.push_str(&rule(&line.formula, &line.value, Columns::default()));
            }
        }
        Role::Tangent => {
            for (k, (wrt, derived)) in trace.wrt.iter().zip(&line.tangents).enumerate() {
                let columns = Columns { wrt: k, output: 0 };
                let along = wrt
                    .along
                    .as_ref()
                    .map_or(String::new(), |along| format!(" along {along}"));
                let a = pen.symbol(Role::Primal, number);
                let _ = writeln!(text, "{symbol} = {d}{a}/{d}{}{along}", wrt.text);
                text.push_str(&rule(&derived.formula, &derived.value, columns));
            }
        }
        Role::Adjoint => {
            for (k, (output, derived)) in trace.outputs.iter().zip(&line.adjoints).enumerate() {
                let columns = Columns { wrt: 0, output: k };
                let a = pen.symbol(Role::Primal, number);
                let output = one_line(&crate::view::bracketed(&output.text));
                let _ = writeln!(text, "{symbol} = {d}{output}/{d}{a}");
                text.push_str(&rule(&derived.formula, &derived.value, columns));
            }
        }
    }
    if text.is_empty() {
        text = format!("the last trace has no {symbol}: it was not asked for\n");
    }
    text
}

/// A rule with its numbers, term by term where there are several.
fn rule(
    trace: &Trace,
    symbol: &str,
    formula: &Math,
    value: Option<&Tensor>,
    columns: Columns,
    pen: &PlainMath<'_>,
    style: &Style,
) -> String {
    let shown = |value: &Tensor| number::inline(value, style.digits);
    let mut text = format!("  {symbol} = {}\n", pen.write(formula));
    let Some(value) = value else {
        return text;
    };
    let indent = " ".repeat(crate::notation::colour::width(symbol) + 2);
    let put_in = |value: &Tensor| {
        let text = shown(value);
        if text.starts_with('-') {
            format!("({text})")
        } else {
            text
        }
    };
    let filled = trace.with_numbers(formula, columns, &put_in);
    if matches!(formula, Math::Number(_)) {
        return text;
    }
    if filled != *formula && !matches!(filled, Math::Name(_)) {
        let _ = writeln!(text, "{indent} = {}", pen.write(&filled));
    }
    let terms = numbers::terms(formula);
    if terms.len() > 1 {
        let worth = |term: &Math| {
            trace
                .worth(term, columns)
                .map_or("?".into(), |value| shown(&value))
        };
        let table = [
            Column::right("", terms.iter().map(worth)),
            Column::left("", terms.iter().map(|term| pen.write(term))),
            Column::left("", terms.iter().map(|term| sources(term, pen))),
        ];
        for line in without_headings(&table, style).lines() {
            let _ = writeln!(text, "{indent}     {line}");
        }
    }
    let _ = writeln!(text, "{indent} = {}", shown(value));
    text
}

/// The derivative that a term passes on.
fn sources(term: &Math, pen: &PlainMath<'_>) -> String {
    let mut found = Vec::new();
    derivatives(term, &mut found);
    found.dedup();
    let names: Vec<String> = found
        .iter()
        .map(|(role, line)| {
            pen.symbol(
                if *role == Role::Adjoint {
                    Role::Primal
                } else {
                    *role
                },
                *line,
            )
        })
        .collect();
    match found.first() {
        Some((Role::Adjoint, _)) => format!("by way of {}", names.join(", ")),
        _ => String::new(),
    }
}

fn derivatives(math: &Math, found: &mut Vec<(Role, usize)>) {
    match math {
        Math::Symbol(role, line) if *role != Role::Primal => found.push((*role, *line)),
        Math::Neg(x) | Math::Transpose(x) | Math::Index(x, _) | Math::Placed(x, _) => {
            derivatives(x, found);
        }
        Math::Product(_, a, b) | Math::Quotient(a, b) => {
            derivatives(a, found);
            derivatives(b, found);
        }
        Math::Call(_, args) => args.iter().for_each(|arg| derivatives(arg, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The terms of every rule add up to its value, in every example.
    #[test]
    fn terms_add_up() {
        use crate::event::Event;
        use crate::session::Session;
        let mut summed = 0;
        for name in [
            "baydin.ad",
            "lecture/7.2-loss.ad",
            "two-layer-network.ad",
            "lecture/7.5-reverse.ad",
        ] {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("examples")
                .join(name);
            let text = std::fs::read_to_string(&file).expect("there");
            let source = crate::source::Source::file(&file, text);
            let mut traces = Vec::new();
            Session::default()
                .run_source(&source, &mut |event| {
                    if let Event::Trace(trace) = event {
                        traces.push(trace);
                    }
                })
                .expect("runs");
            for trace in traces {
                for line in &trace.lines {
                    for (output, derived) in line.adjoints.iter().enumerate() {
                        let columns = Columns { wrt: 0, output };
                        let (Some(worth), Some(value)) =
                            (trace.worth(&derived.formula, columns), &derived.value)
                        else {
                            continue;
                        };
                        for (a, b) in worth.data().iter().zip(value.data()) {
                            assert!(
                                (a - b).abs() < 1e-12 * (1.0 + b.abs()),
                                "{name}: {derived:?}"
                            );
                        }
                        summed += 1;
                    }
                }
            }
        }
        assert!(summed > 20, "{summed}");
    }
}
