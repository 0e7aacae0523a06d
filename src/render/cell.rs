//! Cells of tables as text: the symbols, headings, values and rules that every
//! text shows alike.

use super::{Style, number};
use crate::graph::Tensor;
use crate::notation::PlainMath;
use crate::notation::colour::Paint;
use crate::trace::{Math, Role};
use crate::view::{Cell, Column, Heading, Quotient, bracketed_briefly};

/// aᵢ, ȧᵢ or āᵢ, as headings have it.
pub fn index_symbol(role: Role, style: &Style) -> &'static str {
    match (role, style.ascii) {
        (Role::Primal, false) => "aᵢ",
        (Role::Tangent, false) => "ȧᵢ",
        (Role::Adjoint, false) => "āᵢ",
        (Role::Primal, true) => "ai",
        (Role::Tangent, true) => "dai",
        (Role::Adjoint, true) => "bai",
    }
}

/// A value on one line; nothing where there is none.
pub fn value(value: Option<&Tensor>, style: &Style) -> String {
    let text = value.map_or(String::new(), |value| number::inline(value, style.digits));
    if style.ascii {
        text.replace('×', "x")
    } else {
        text
    }
}

/// ∂aᵢ/∂w or ∂L/∂aᵢ
pub fn quotient(quotient: &Quotient, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let a = index_symbol(Role::Primal, style);
    match quotient {
        Quotient::Tangent { wrt, along: None } => format!("{d}{a}/{d}{wrt}"),
        Quotient::Tangent {
            wrt,
            along: Some(direction),
        } => {
            format!("{d}{a}/{d}{wrt} along {direction}")
        }
        Quotient::Adjoint { output, ones } => {
            let seed = if *ones { ", seed all ones" } else { "" };
            format!("{d}{}/{d}{a}{seed}", bracketed_briefly(output))
        }
    }
}

/// The heading of a column.
pub fn heading(heading: &Heading, style: &Style) -> String {
    match heading {
        Heading::Words(words) => words.clone(),
        Heading::Operators(_, words) if style.ascii => words.to_string(),
        Heading::Operators(signs, _) => signs.to_string(),
        Heading::Symbol(role) => index_symbol(*role, style).into(),
        Heading::Derivative(of) => quotient(of, style),
        Heading::Definition(of) => {
            format!(
                "{} = {}",
                index_symbol(of.role(), style),
                quotient(of, style)
            )
        }
    }
}

/// The rules that are shown for one line, beside each other.
pub fn rules(rules: &[Math], style: &Style) -> String {
    let pen = PlainMath::derivatives(style);
    let rules: Vec<String> = rules.iter().map(|rule| pen.write(rule)).collect();
    rules.join(", ")
}

/// One cell of `column`.
pub fn text(cell: &Cell, column: &Column, style: &Style) -> String {
    let pen = PlainMath::values(style);
    let text = match cell {
        Cell::Blank => String::new(),
        Cell::Absent => "-".into(),
        Cell::Number(x, digits) => number::format(*x, digits.unwrap_or(style.digits)),
        Cell::Count(count) => count.to_string(),
        Cell::Below(bound) => format!("< {}", number::format(*bound, 2)),
        Cell::Value(tensor) => value(Some(tensor), style),
        Cell::Definition(node, formula) => {
            format!(
                "{} = {}",
                pen.symbol(Role::Primal, *node),
                pen.write(formula)
            )
        }
        Cell::Rule(role, node, all) => {
            format!("{} = {}", pen.symbol(*role, *node), rules(all, style))
        }
        Cell::Code(code) => code.to_string(),
        Cell::Words(words) => words.clone(),
        Cell::After(node) => format!("after {}", pen.symbol(Role::Primal, *node)),
        Cell::Names(names) => names.join(", "),
    };
    match column.role {
        Some(role) => Paint::from(role).on(&text, style),
        None => text,
    }
}

/// The style for machines: ASCII, with every digit.
pub fn machine() -> Style {
    Style {
        ascii: true,
        digits: 17,
        ..Style::default()
    }
}

/// A formula for machines.
pub fn exact(formula: &Math) -> String {
    PlainMath::values(&machine()).write(formula)
}
