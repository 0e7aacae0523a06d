//! Events as LaTeX, in the lecture's notation.
//!
//! The output is a fragment for a document. Every result stands for itself, so that the results
//! before an error are complete; tables break over pages.

mod call;
mod formula;
mod name;
mod overlays;
mod picture;
mod recurrence;
mod table;

use super::{Style, claims, compare, derive, rewriting};
use crate::claims::{Against, Proof};
use crate::event::{Event, Item};
use crate::findings;
use crate::graph::Tensor;
use crate::notation::{Subscript, Written, written};
use crate::simplify::{EntryFormula, Simplified};
use crate::symbolic::{Derivation, DerivationStep, Head, Rewriting, Symbolic, TaylorSeries};
use crate::syntax::ast::Name;
use crate::trace::Trace;
use crate::trace::check::Verdict;
use crate::trace::compare::Comparison;
use crate::trace::{Kink, Line, Math, Nonfinite, Role};
use crate::view::{self, Remark, Table};
use formula::LatexMath;
use name::{number, prose};
use recurrence::recurrence;
use table::{display, paragraphs};

/// The lines before the first result: the packages that a document needs.
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

/// The letters that fit beside each other in a line of `\\texttt`, by size: those of 10 pt are 5.25 pt wide.
const VERBATIM_SIZES: [(usize, &str); 4] = [
    (65, "\\normalsize"),
    (73, "\\small"),
    (81, "\\footnotesize"),
    (92, "\\scriptsize"),
];

/// About how far from the margin a rule below its formula begins, in points.
const BELOW: usize = 60;

/// Results as the content of a file. A formula alone is for a formula of the user's own: nothing else
/// stands there.
pub fn document(events: &[Event]) -> String {
    let style = Style::default();
    let results: String = events.iter().map(|one| event(one, &style)).collect();
    let is_bare = |event: &Event| match event {
        Event::Derive(derivation) => derivation.bare,
        Event::Rewriting(found) => found.bare,
        Event::Series(found) => found.bare,
        _ => false,
    };
    match events.iter().all(is_bare) {
        true => results,
        false => HEADER.to_owned() + &results,
    }
}

/// An event as LaTeX, with the end of its last line. Warnings are diagnostics, not results: empty.
pub fn event(event: &Event, style: &Style) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
            kinks,
        } => {
            let pen = LatexMath::derivatives(style.digits);
            display(&format!(
                "{} = {}",
                pen.written(text),
                whole(value, style.digits)
            )) + &remarks(nonfinite.as_deref(), kinks, style)
        }
        Event::Stored(found) => verbatim(&super::structure::stored(found, &plain(style))),
        Event::Print {
            items,
            nonfinite,
            kinks,
        } => print(items, style) + &remarks(nonfinite.as_deref(), kinks, style),
        Event::Trace(trace) => self::trace(trace, style),
        Event::Graph(drawing) => picture::graph(drawing, style),
        Event::Sparsity(found) => verbatim(&super::structure::text(found, &plain(style))),
        Event::Plot(plot) => picture::plot(plot, style),
        Event::Derive(derivation) => derived(derivation, style),
        Event::Compare(comparison) => compared(comparison, style),
        Event::Check(verdict) => checked(verdict, style),
        Event::Against(against) => checked_against(against, style),
        Event::Prove(proof) => proved(proof, style),
        Event::Rewriting(found) => rewritten(found, style),
        Event::Series(found) => series(found, style),
        Event::Warning(_) => String::new(),
    }
}

/// Text as it stands, in the largest type in which its longest line fits.
fn verbatim(text: &str) -> String {
    let longest = text.lines().map(|line| line.chars().count()).max();
    let (_, size) = VERBATIM_SIZES
        .into_iter()
        .find(|(most, _)| longest.unwrap_or(0) <= *most)
        .unwrap_or((0, "\\tiny"));
    format!("{{{size}\n\\begin{{verbatim}}\n{text}\\end{{verbatim}}\n}}\n")
}

/// Characters that every font has.
fn plain(style: &Style) -> Style {
    Style {
        ascii: true,
        ..style.clone()
    }
}

/// A trace as a table, and the paragraphs below it.
pub fn trace(trace: &Trace, style: &Style) -> String {
    let table = view::trace(trace);
    match trace.overlays {
        true => overlays::table(&table, style),
        false => set(&table, style),
    }
}

/// Where it came from that a value is not finite, and the kinks that were hit.
fn remarks(nonfinite: Option<&Nonfinite>, kinks: &[Kink], style: &Style) -> String {
    let origin = nonfinite.map_or(String::new(), |found| {
        paragraphs(&findings::nonfinite(found, false, style))
    });
    let kink = |kink: &Kink| paragraphs(&findings::kink(kink, false, style));
    origin + &kinks.iter().map(kink).collect::<String>()
}

/// A value with its entries, a large matrix without its middle.
fn whole(value: &Tensor, digits: usize) -> String {
    let shape = value.shape();
    if shape.is_scalar() || shape.is_empty() {
        return LatexMath::derivatives(digits).value(value);
    }
    let cols = view::excerpt(shape.n(), WRITTEN_COLS);
    let row = |i: &Option<usize>| {
        let entry = |j: &Option<usize>| match (i, j) {
            (Some(i), Some(j)) => number(value.at(*i, *j), digits),
            (Some(_), None) => "\\cdots".into(),
            (None, _) => "\\vdots".into(),
        };
        cols.iter().map(entry).collect::<Vec<_>>().join(" & ")
    };
    let rows: Vec<String> = view::excerpt(shape.m(), WRITTEN_ROWS)
        .iter()
        .map(row)
        .collect();
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
            format!("${}$", LatexMath::derivatives(style.digits).value(value))
        }
        Item::Value(value) => format!("$\\displaystyle {}$", whole(value, style.digits)),
    };
    let items: Vec<String> = items.iter().map(one).collect();
    table::paragraph(&items.join(" "))
}

/// A table with its remarks below; what the headings abbreviate stands there as formulas.
fn set(table: &Table, style: &Style) -> String {
    let remarks = table.remarks.iter();
    let remarks: String = remarks
        .map(|one| remark(one, !table.rows.is_empty(), style))
        .collect();
    table::table(table, style) + &remarks
}

/// A remark below a table.
fn remark(remark: &Remark, in_trace: bool, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    match remark {
        Remark::Abbreviation(short, output) => table::paragraph(&format!(
            "${}$ is ${}$",
            pen.written(short),
            pen.written(output)
        )),
        remark => paragraphs(&compare::remark_text(remark, in_trace, style)),
    }
}

/// The definition of a line, and what else it is called: a₆ = sin(a₅) = y₁. An input's name is its
/// formula already.
fn definition(number: usize, line: &Line, pen: LatexMath) -> String {
    let names = view::names(line)
        .iter()
        .map(|name| pen.write(&Math::Name(name.clone())));
    let sides = [
        LatexMath::symbol(Role::Primal, number),
        pen.write(&line.formula),
    ];
    let sides: Vec<String> = sides.into_iter().chain(names).collect();
    format!("${}$", sides.join(" = "))
}

fn value_cell(value: Option<&Tensor>, pen: LatexMath) -> String {
    value.map_or(String::new(), |value| format!("${}$", pen.value(value)))
}

/// The formulas of a result alone, for what typesets mathematics but no documents (MathJax); `None` where
/// formulas are not all that it shows.
pub fn formulas(event: &Event, style: &Style) -> Option<String> {
    let pen = LatexMath::derivatives(style.digits);
    let Event::Derive(derivation) = event else {
        return None;
    };
    let Symbolic::Formula(formula) = &derivation.result else {
        return None;
    };
    let equations = equations(&head(derivation, pen), formula, pen);
    let display = |one: &String| format!("$\\displaystyle {one}$\n");
    let shown = derivation.steps.is_empty();
    shown.then(|| equations.iter().map(display).collect::<Vec<_>>().join("\n"))
}

/// The derivative as a quotient: ∂L/∂w.
fn head(derivation: &Derivation, pen: LatexMath) -> String {
    match (derivation.output.math(), derivation.wrt.math()) {
        (Some(of), Some(by)) => pen.derivative(of, by),
        _ => format!("\\text{{{}}}", prose(&derivation.output)),
    }
}

/// The derivative of an entry by an entry.
fn entry_head(derivation: &Derivation, entries: &EntryFormula, pen: LatexMath) -> String {
    let entry = |of: &Written, names: &[Name]| {
        let of = of.math()?.clone();
        let at = |name: &Name| Subscript::At(Math::Name(name.clone()));
        Some(match names {
            [] => of,
            names => Math::Index(Box::new(of), names.iter().map(at).collect()),
        })
    };
    let of = entry(&derivation.output, &entries.output);
    let by = entry(&derivation.wrt, &entries.variable);
    match (of, by) {
        (Some(of), Some(by)) => pen.derivative(&of, &by),
        _ => head(derivation, pen),
    }
}

/// The shared parts of a formula, and the formula.
fn equations(head: &str, formula: &Simplified, pen: LatexMath) -> Vec<String> {
    let math = |expr| pen.write(&written::expression(&formula.script, expr));
    let part = |(name, part): &(_, _)| {
        let name = pen.write(&Math::Name(Clone::clone(name)));
        format!("{name} = {}", math(*part))
    };
    let whole = format!("{head} = {}", math(formula.whole));
    formula.parts.iter().map(part).chain([whole]).collect()
}

/// A formula for a formula of the user's own: no display, no sentence. Shared parts stand before it.
fn alone(formula: &Simplified, pen: LatexMath) -> String {
    let math = |expr| pen.write(&written::expression(&formula.script, expr));
    let part = |(name, part): &(_, _)| {
        let name = pen.write(&Math::Name(Clone::clone(name)));
        format!("{name} = {}\n", math(*part))
    };
    let parts: String = formula.parts.iter().map(part).collect();
    parts + &math(formula.whole) + "\n"
}

/// A formula and its new form.
fn rewritten(found: &Rewriting, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    if found.bare {
        return alone(&found.result, pen);
    }
    let equations = equations(&pen.written(&found.of), &found.result, pen);
    equations.iter().map(|one| display(one)).collect()
}

/// A Taylor polynomial, and the first term beyond it.
fn series(found: &TaylorSeries, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    let (polynomial, of) = (&found.polynomial, pen.written(&found.of));
    let math =
        |formula: &Simplified| pen.write(&written::expression(&formula.script, formula.whole));
    if found.bare {
        return math(&polynomial.whole) + "\n";
    }
    let equals = if polynomial.exact { "=" } else { "\\approx" };
    let line = display(&format!("{of} {equals} {}", math(&polynomial.whole)));
    match &polynomial.next {
        Some(next) if !polynomial.exact => {
            line + &table::paragraph(&format!("next term: ${}$", math(next)))
        }
        _ => line + &paragraphs(&rewriting::beyond(found)),
    }
}

fn derived(derivation: &Derivation, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    let head = head(derivation, pen);
    let lines = |head: &str, formula: &Simplified| -> String {
        let equations = equations(head, formula, pen);
        equations.iter().map(|one| display(one)).collect()
    };
    let mut text = steps(derivation, pen);
    match &derivation.result {
        Symbolic::Formula(formula) if derivation.bare => text.push_str(&alone(formula, pen)),
        Symbolic::Formula(formula) => {
            // The last line of a derivation is the formula.
            if derivation.steps.is_empty() {
                text.push_str(&lines(&head, formula));
            }
            if derivation.sizes {
                text.push_str(&paragraphs(&derive::sizes(formula, true)));
            }
        }
        Symbolic::Recurrences(found) => {
            text.push_str(&lines(&head, &found.whole));
            text.extend(found.equations.iter().map(|one| recurrence(one, pen)));
        }
        Symbolic::NoFormula {
            why,
            entries,
            along,
        } => {
            match entries {
                Some(entries) => {
                    let head = entry_head(derivation, entries, pen);
                    text.push_str(&lines(&head, &entries.formula));
                }
                None => {
                    let reason = prose(&findings::no_formula(*why));
                    text.push_str(&table::paragraph(&format!("${head}$: {reason}")));
                }
            }
            if let Some((direction, formula)) = along {
                let direction = pen.write(&Math::Name(direction.clone()));
                text.push_str(&lines(&format!("{head}\\, {direction}"), formula));
            }
        }
    }
    text
}

/// Every rule with the formula after it, aligned; a rule that does not fit beside the widest formula stands
/// below its own, where it takes no part in how wide the column of formulas is (a negative space behind it, since
/// MathJax has no `\rlap` for text).
/// Where a formula or a rule is wider than the text, each line is set on its own, where it can be broken.
fn steps(derivation: &Derivation, pen: LatexMath) -> String {
    let mut lines: Vec<[String; 3]> = Vec::new();
    let mut last: Option<&Head> = None;
    for step in &derivation.steps {
        let left = match last.replace(&step.head) == Some(&step.head) {
            true => String::new(),
            false => step_head(derivation, &step.head, pen),
        };
        lines.push([left, formula_math(&step.formula, pen), step_rule(step, pen)]);
    }
    if lines.is_empty() {
        return String::new();
    }
    let widest_in = |column: usize| {
        let cells = lines.iter().map(|line| table::width(&line[column], true));
        cells.max().unwrap_or(0)
    };
    let formulas = widest_in(0) + table::width(" = ", true) + widest_in(1);
    if formulas.max(BELOW + widest_in(2)) > table::LINE {
        let line = |[left, right, rule]: &[String; 3]| {
            display(&format!("{left} = {right}")) + &table::paragraph(&format!("${rule}$"))
        };
        return lines.iter().map(line).collect();
    }
    let room = table::LINE - formulas;
    let line = |[left, right, rule]: &[String; 3]| {
        let width = table::width(rule, true);
        match width + table::width("\\quad", true) <= room {
            true => format!("{left} &= {right} && {rule}"),
            false => format!("{left} &= {right} \\\\\n&\\qquad {rule}\\hspace{{-{width}pt}}"),
        }
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!(
        "\\begin{{align*}}\n{}\n\\end{{align*}}\n",
        lines.join(" \\\\\n")
    )
}

/// The left side of a line.
fn step_head(derivation: &Derivation, head: &Head, pen: LatexMath) -> String {
    let name = |name: &Name| pen.write(&Math::Name(name.clone()));
    match head {
        Head::Derivative => self::head(derivation, pen),
        Head::Differential => {
            let of = derivation.output.math().cloned().unwrap_or(Math::Ellipsis);
            pen.write(&Math::Call("d".into(), vec![of]))
        }
        Head::Error { error, of } => {
            let quotient = match derivation.output.math() {
                Some(output) => pen.derivative(output, &Math::Name(of.clone())),
                None => String::new(),
            };
            format!("{} = {quotient}", name(error))
        }
    }
}

/// A rule: its name, what it says in general, and what its letters stand for.
fn step_rule(step: &DerivationStep, pen: LatexMath) -> String {
    let law = step
        .law
        .as_ref()
        .map(|(left, right)| format!("{} = {}", formula_math(left, pen), formula_math(right, pen)));
    let letter = |(name, of): &(Name, Simplified)| {
        let name = pen.write(&Math::Name(name.clone()));
        format!("{name} = {}", formula_math(of, pen))
    };
    let part = |(name, part): &(Name, _)| {
        let name = pen.write(&Math::Name(name.clone()));
        let part = written::expression(&step.formula.script, *part);
        format!("{name} = {}", pen.write(&part))
    };
    let said: Vec<String> = law
        .into_iter()
        .chain(step.letters.iter().map(letter))
        .chain(step.formula.parts.iter().map(part))
        .collect();
    let name = prose(&step.rule.to_string());
    match said.is_empty() {
        true => format!("\\text{{{name}}}"),
        false => format!("\\text{{{name}: }} {}", said.join(",\\ ")),
    }
}

fn formula_math(formula: &Simplified, pen: LatexMath) -> String {
    pen.write(&written::expression(&formula.script, formula.whole))
}

fn compared(comparison: &Comparison, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    let value = &comparison.value;
    let output = pen.written(&comparison.output);
    let mut text = match value.shape().is_scalar() {
        true => display(&format!("{output} = {}", pen.value(value))),
        false => paragraphs(&format!("{} values", value.shape())),
    };
    if !comparison.rows.is_empty() {
        text.push_str(&set(&view::derivatives(comparison), style));
        text.push_str(&set(&view::costs(comparison), style));
    }
    text + &paragraphs(&compare::remarks(comparison, style))
}

/// The answer to `check … against`, with its formulas.
fn checked_against(against: &Against, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    let [output, wrt, given] =
        [&against.output, &against.wrt, &against.given].map(|one| pen.written(one));
    let sentence = prose(&format!(": {}", claims::against_sentence(against, style)));
    table::paragraph(&format!(
        "check ${output}$ with respect to ${wrt}$ against ${given}${sentence}"
    ))
}

/// The answer to `prove`, with the claim as a formula.
fn proved(proof: &Proof, style: &Style) -> String {
    let claim = LatexMath::derivatives(style.digits).written(&proof.claim);
    let sentence = prose(&format!(": {}", claims::sentence(&proof.outcome, style)));
    table::paragraph(&format!("${claim}${sentence}"))
}

/// The verdict, with the output as a formula.
fn checked(verdict: &Verdict, style: &Style) -> String {
    let output = LatexMath::derivatives(style.digits).written(&verdict.output);
    let sentence = prose(&format!(": {}", compare::verdict_sentence(verdict)));
    table::paragraph(&format!("check ${output}${sentence}"))
        + &paragraphs(&compare::kinks(verdict, style))
}
