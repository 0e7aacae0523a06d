//! Events as LaTeX, in the lecture's notation.
//!
//! What comes out is a fragment to be put into a document: every result stands for itself, so that
//! what was shown before an error is still good, and tables break over pages.

mod formula;
mod name;
mod picture;
mod table;

use super::{Style, compare, derive, terminal};
use crate::event::{Derivation, Event, Item, Symbolic};
use crate::graph::Tensor;
use crate::simplify::Formula;
use crate::trace::check::Verdict;
use crate::trace::compare::Comparison;
use crate::trace::{Derived, Line, Math, Nonfinite, Role, Trace, written};
use formula::Pen;
use name::{number, prose};
use table::{Column, display, paragraphs};

/// What stands before the first result: what the document needs.
pub const HEADER: &str = "\
% A fragment for \\input; in the document's preamble:
%   \\usepackage{amsmath,array,booktabs,longtable}
%   \\usepackage{pgfplots}  % where there are graphs or plots
% On its own, where it is saved as results.tex:
%   pdflatex '\\documentclass{article}\\usepackage{amsmath,array,booktabs,longtable,pgfplots}\\begin{document}\\input{results}\\end{document}'

";

/// Rows and columns of a matrix that are written before the rest is left out.
const WRITTEN_ROWS: usize = 20;
const WRITTEN_COLS: usize = 5;

/// An event as LaTeX, with the end of its last line. Warnings are diagnostics, not results: empty.
pub fn event(event: &Event, style: &Style) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
        } => {
            let pen = Pen::derivatives(style.digits);
            display(&format!(
                "{} = {}",
                pen.text(text),
                whole(value, style.digits)
            )) + &origin(nonfinite.as_deref(), style)
        }
        Event::Print { items, nonfinite } => {
            print(items, style) + &origin(nonfinite.as_deref(), style)
        }
        Event::Trace(trace) => trace_tables(trace, style),
        Event::Graph(drawing) => picture::graph(drawing, style),
        Event::Plot(plot) => picture::plot(plot, style),
        Event::Derive(derivation) => derived(derivation, style),
        Event::Compare(comparison) => compared(comparison, style),
        Event::Check(verdict) => checked(verdict, style),
        Event::Warning(_) => String::new(),
    }
}

/// A line that says where it came from that a value is not finite.
fn origin(nonfinite: Option<&Nonfinite>, style: &Style) -> String {
    nonfinite.map_or(String::new(), |found| {
        paragraphs(&compare::nonfinite(found, false, style))
    })
}

/// A value with its entries, a large matrix without its middle.
fn whole(value: &Tensor, digits: usize) -> String {
    let shape = value.shape();
    if shape.is_scalar() || shape.is_empty() {
        return Pen::derivatives(digits).value(value);
    }
    let shown = |count: usize, most: usize| -> Vec<Option<usize>> {
        if count <= most {
            return (0..count).map(Some).collect();
        }
        let tail = most / 3;
        let head = (0..most - tail - 1).map(Some);
        head.chain([None])
            .chain((count - tail..count).map(Some))
            .collect()
    };
    let cols = shown(shape.n(), WRITTEN_COLS);
    let row = |i: &Option<usize>| {
        let entry = |j: &Option<usize>| match (i, j) {
            (Some(i), Some(j)) => number(value.at(*i, *j), digits),
            (Some(_), None) => "\\cdots".into(),
            (None, _) => "\\vdots".into(),
        };
        cols.iter().map(entry).collect::<Vec<_>>().join(" & ")
    };
    let rows: Vec<String> = shown(shape.m(), WRITTEN_ROWS).iter().map(row).collect();
    format!(
        "\\left[\\begin{{array}}{{{}}}\n{}\n\\end{{array}}\\right]",
        "r".repeat(cols.len()),
        rows.join(" \\\\\n")
    )
}

fn print(items: &[Item], style: &Style) -> String {
    let one = |item: &Item| match item {
        Item::Text(text) => prose(text),
        Item::Value(value) if value.shape().is_scalar() => {
            format!("${}$", Pen::derivatives(style.digits).value(value))
        }
        Item::Value(value) => format!("$\\displaystyle {}$", whole(value, style.digits)),
    };
    let items: Vec<String> = items.iter().map(one).collect();
    table::paragraph(&items.join(" "))
}

fn trace_tables(trace: &Trace, style: &Style) -> String {
    let mut text = table::table(&numbers(trace), &trace_columns(trace, style));
    text.push_str(&remarks(trace, style));
    for kink in &trace.kinks {
        text.push_str(&paragraphs(&compare::kink_text(kink, true, style)));
    }
    if let Some(found) = &trace.nonfinite {
        text.push_str(&paragraphs(&compare::nonfinite(found, true, style)));
    }
    text
}

/// What is said below a trace; what the headings abbreviate stands there as formulas.
fn remarks(trace: &Trace, style: &Style) -> String {
    let pen = Pen::derivatives(style.digits);
    let one = |(short, output): (String, &str)| {
        table::paragraph(&format!("${}$ is ${}$", pen.text(&short), pen.text(output)))
    };
    let outputs: String = terminal::abbreviations(trace).map(one).collect();
    outputs + &paragraphs(&terminal::exceptions(trace))
}

/// aᵢ alone, to begin a table that goes on with further columns.
fn numbers(trace: &Trace) -> Column {
    let cell = |k: usize| format!("${}$", Pen::symbol(Role::Primal, k));
    Column::left("$a_i$", (1..=trace.lines.len()).map(cell).collect())
}

/// The definition of a line, and what else it is called: a₆ = sin(a₅) = y₁. An input's name is its
/// formula already.
fn definition(number: usize, line: &Line, pen: Pen) -> String {
    let skipped = usize::from(line.op == "input");
    let names = line.names.iter().skip(skipped).map(|name| pen.text(name));
    let sides = [Pen::symbol(Role::Primal, number), pen.write(&line.formula)];
    let sides: Vec<String> = sides.into_iter().chain(names).collect();
    format!("${}$", sides.join(" = "))
}

/// Values, tangents, adjoints and lives, each a group of columns.
fn trace_columns(trace: &Trace, style: &Style) -> Vec<Vec<Column>> {
    let pen = Pen::values(style.digits);
    let definition = |(k, line): (usize, &Line)| definition(k + 1, line, pen);
    let mut values = vec![Column::left(
        "$a_i$",
        trace.lines.iter().enumerate().map(definition).collect(),
    )];
    let known = trace.missing.is_empty();
    if known {
        let value = |line: &Line| value_cell(line.value.as_deref(), pen);
        values.push(Column::right(
            "value",
            trace.lines.iter().map(value).collect(),
        ));
    }
    let mut groups = vec![values];
    if trace.forward {
        let heading = |column: &crate::trace::Column| {
            let along = match &column.along {
                Some(direction) => format!(" along {}", direction_of(direction, pen)),
                None => String::new(),
            };
            format!(
                "$\\partial a_i/\\partial {}${along}",
                pen.text(&column.text)
            )
        };
        let headings: Vec<String> = trace.wrt.iter().map(heading).collect();
        groups.push(derivatives(trace, Role::Tangent, &headings, known, style));
    }
    if trace.reverse {
        let heading = |(k, output): (usize, &crate::trace::Output)| {
            let short = terminal::short(trace, k);
            let mut name = pen.text(&short);
            if super::derive::bracketed_briefly(&short) != short {
                name = format!("({name})");
            }
            let seed = if output.shape.is_scalar() {
                ""
            } else {
                ", seed all ones"
            };
            format!("$\\partial {name}/\\partial a_i${seed}")
        };
        let headings: Vec<String> = trace.outputs.iter().enumerate().map(heading).collect();
        groups.push(derivatives(trace, Role::Adjoint, &headings, known, style));
    }
    let life = terminal::life(trace, style);
    groups.push(life.iter().map(Column::from_text).collect());
    groups
}

/// A direction, as a formula where it is one and not the words `all ones`.
fn direction_of(direction: &str, pen: Pen) -> String {
    match written::parse(direction) {
        Some(math) => format!("${}$", pen.write(&math)),
        None => prose(direction),
    }
}

/// The rules in one column, and the values for every `wrt` or output in one column each.
fn derivatives(
    trace: &Trace,
    role: Role,
    headings: &[String],
    known: bool,
    style: &Style,
) -> Vec<Column> {
    if headings.is_empty() {
        return Vec::new();
    }
    let pen = Pen::derivatives(style.digits);
    let pick = |line: &'_ Line| -> Vec<Derived> {
        match role {
            Role::Tangent => line.tangents.clone(),
            _ => line.adjoints.clone(),
        }
    };
    let rule = |(k, line): (usize, &Line)| {
        let rule = terminal::rule_text(&pick(line), |math: &Math| pen.write(math));
        format!("${} = {rule}$", Pen::symbol(role, k + 1))
    };
    let symbol = Pen::symbol(role, "i");
    let heading = match headings {
        [single] => format!("${symbol} = {}", single.trim_start_matches('$')),
        _ => format!("${symbol}$"),
    };
    let rules = trace.lines.iter().enumerate().map(rule).collect();
    let mut columns = vec![Column::left(heading, rules)];
    for (k, heading) in headings.iter().enumerate().filter(|_| known) {
        let cell = |line: &Line| {
            let derived = pick(line);
            value_cell(derived.get(k).and_then(|one| one.value.as_deref()), pen)
        };
        let heading = if headings.len() == 1 {
            "value"
        } else {
            heading
        };
        columns.push(Column::right(
            heading,
            trace.lines.iter().map(cell).collect(),
        ));
        let zeros = terminal::zeros(trace, role, k);
        columns.extend(zeros.map(|column| Column::from_text(&column)));
    }
    columns
}

fn value_cell(value: Option<&Tensor>, pen: Pen) -> String {
    value.map_or(String::new(), |value| format!("${}$", pen.value(value)))
}

fn derived(derivation: &Derivation, style: &Style) -> String {
    let pen = Pen::derivatives(style.digits);
    let head = match (
        written::parse(&derivation.output),
        written::parse(&derivation.wrt),
    ) {
        (Some(of), Some(by)) => pen.derivative(&of, &by),
        _ => format!("\\text{{{}}}", prose(&derivation.output)),
    };
    let lines = |head: &str, formula: &Formula| {
        let mut text = String::new();
        for (name, part) in &formula.parts {
            text.push_str(&display(&format!(
                "{} = {}",
                pen.text(name),
                pen.text(part)
            )));
        }
        text + &display(&format!("{head} = {}", pen.text(&formula.text)))
    };
    let mut text = steps(derivation, &head, pen);
    match &derivation.result {
        Symbolic::Formula(formula) => {
            text.push_str(&lines(&head, formula));
            text.push_str(&paragraphs(&derive::sizes(formula)));
        }
        Symbolic::NoFormula { reason, along } => {
            text.push_str(&table::paragraph(&format!("${head}$: {}", prose(reason))));
            if let Some((direction, formula)) = along {
                let head = format!("{head}\\, {}", pen.text(direction));
                text.push_str(&lines(&head, formula));
            }
        }
    }
    text
}

/// Every rule with the formula after it.
fn steps(derivation: &Derivation, head: &str, pen: Pen) -> String {
    if derivation.steps.is_empty() {
        return String::new();
    }
    let steps = derivation.steps.iter();
    let rules: Vec<String> = steps.clone().map(|step| prose(&step.rule)).collect();
    let formulas = steps.map(|step| format!("${}$", pen.text(&step.formula)));
    let columns = vec![
        Column::left("rule", rules.clone()),
        Column::left(format!("${head}$"), formulas.collect()),
    ];
    table::table(&Column::left("rule", rules), &[columns])
}

fn compared(comparison: &Comparison, style: &Style) -> String {
    let pen = Pen::derivatives(style.digits);
    let value = &comparison.value;
    let output = pen.text(&comparison.output);
    let mut text = match value.shape().is_scalar() {
        true => display(&format!("{output} = {}", pen.value(value))),
        false => paragraphs(&format!("{} values", value.shape())),
    };
    if !comparison.rows.is_empty() {
        let (answers, rest) = compare::derivative_columns(comparison, style);
        if let Some((first, rest)) = answers.split_first() {
            let names = || Column::from_formulas(first, pen);
            let columns = std::iter::once(names()).chain(rest.iter().map(Column::from_text));
            text.push_str(&table::table(&names(), &[columns.collect()]));
        }
        text.push_str(&paragraphs(&rest));
        let costs = compare::cost_columns(comparison, style);
        if let Some(first) = costs.first() {
            let columns = costs.iter().map(Column::from_text).collect();
            text.push_str(&table::table(&Column::from_text(first), &[columns]));
        }
    }
    text + &paragraphs(&compare::remarks(comparison, style))
}

/// What the terminal says, with the output as a formula.
fn checked(verdict: &Verdict, style: &Style) -> String {
    let words: Vec<&str> = verdict.output.split_whitespace().collect();
    let text = compare::verdict(verdict, style);
    match text.strip_prefix(&format!("check {}", words.join(" "))) {
        Some(rest) => {
            let output = Pen::derivatives(style.digits).text(&verdict.output);
            let (said, below) = rest.split_once('\n').unwrap_or((rest, ""));
            table::paragraph(&format!("check ${output}${}", prose(said))) + &paragraphs(below)
        }
        None => paragraphs(&text),
    }
}
