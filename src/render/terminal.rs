//! Events as text for people.

use super::colour::{Paint, width};
use super::formula::Pen;
use super::table::{Column, lay_out};
use super::{Style, compare, number, wrap};
use crate::event::{Event, Item};
use crate::graph::Tensor;
use crate::trace::{Derived, Line, Math, Nonfinite, Role, Trace};
use std::collections::HashSet;

/// Rows and columns of a matrix that are written before the rest is left out.
const WRITTEN_ROWS: usize = 30;
const WRITTEN_COLS: usize = 12;
/// Entries of a vector that are written on one line.
const INLINE_VECTOR: usize = 12;

/// An event as text, with the end of its last line. Warnings are diagnostics, not results: empty.
pub fn event(event: &Event, style: &Style) -> String {
    match event {
        Event::Value {
            text,
            value,
            nonfinite,
        } => named_value(text, value, style) + &origin(nonfinite.as_deref(), style),
        Event::Print { items, nonfinite } => {
            print(items, style) + &origin(nonfinite.as_deref(), style)
        }
        Event::Trace(trace) => wrap::lines(&table(trace, style), style),
        Event::Graph(drawing) => super::graph::text(drawing, style),
        Event::Plot(plot) => super::plot::text(plot, style),
        Event::Derive(derivation) => super::derive::text(derivation, style),
        Event::Compare(comparison) => wrap::lines(&compare::comparison(comparison, style), style),
        Event::Check(verdict) => wrap::lines(&compare::verdict(verdict, style), style),
        Event::Warning(_) => String::new(),
    }
}

/// A line that says where it came from that a value is not finite.
fn origin(nonfinite: Option<&Nonfinite>, style: &Style) -> String {
    nonfinite.map_or(String::new(), |found| {
        wrap::lines(
            &format!("  {}\n", compare::nonfinite(found, false, style)),
            style,
        )
    })
}

fn named_value(text: &str, value: &Tensor, style: &Style) -> String {
    let text = shortened(text, style);
    match one_line(value, style) {
        Some(line) => format!("{text} = {line}\n"),
        None => format!(
            "{text} = {}\n{}",
            shape_text(value, style),
            grid(value, style)
        ),
    }
}

/// Characters of a formula that are repeated before its value.
const WRITTEN_TEXT: usize = 80;

/// A formula on one line; a long one without its end.
fn shortened(text: &str, style: &Style) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WRITTEN_TEXT) {
        Some((end, _)) => format!("{}{}", &line[..end], if style.ascii { "..." } else { "…" }),
        None => line,
    }
}

fn shape_text(value: &Tensor, style: &Style) -> String {
    let shape = value.shape().to_string();
    if style.ascii {
        shape.replace('×', "x")
    } else {
        shape
    }
}

/// The value on one line, where it fits there.
fn one_line(value: &Tensor, style: &Style) -> Option<String> {
    let shape = value.shape();
    if let Some(x) = value.as_scalar() {
        return Some(number::format(x, style.digits));
    }
    if shape.is_empty() {
        return Some(format!("{}, empty", shape_text(value, style)));
    }
    (shape.is_vector() && shape.len() <= INLINE_VECTOR)
        .then(|| number::brackets(value, style.digits))
}

/// The entries of a matrix, columns aligned; what is too much left out of the middle, as many
/// columns as do not fit.
fn grid(value: &Tensor, style: &Style) -> String {
    let mut cols = value.shape().n().min(WRITTEN_COLS);
    loop {
        let text = entries(value, cols, style);
        let widest = text.lines().map(width).max().unwrap_or(0);
        if cols <= 3 || style.width.is_none_or(|room| widest <= room) {
            return text;
        }
        cols -= 1;
    }
}

/// The numbers of at most `most` rows or columns, `None` for those left out of the middle.
fn middle_left_out(count: usize, most: usize) -> Vec<Option<usize>> {
    if count <= most {
        return (0..count).map(Some).collect();
    }
    let tail = most / 3;
    let head = (0..most - tail - 1).map(Some);
    head.chain([None])
        .chain((count - tail..count).map(Some))
        .collect()
}

fn entries(value: &Tensor, most_cols: usize, style: &Style) -> String {
    let dots = if style.ascii { "..." } else { "…" };
    let rows = middle_left_out(value.shape().m(), WRITTEN_ROWS);
    let cols = middle_left_out(value.shape().n(), most_cols);
    let cell = |i: &Option<usize>, j: &Option<usize>| match (i, j) {
        (Some(i), Some(j)) => number::format(value.at(*i, *j), style.digits),
        _ => dots.to_string(),
    };
    let cells: Vec<Vec<String>> = cols
        .iter()
        .map(|j| rows.iter().map(|i| cell(i, j)).collect())
        .collect();
    let widths: Vec<usize> = cells
        .iter()
        .map(|column| column.iter().map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in 0..rows.len() {
        for (column, width) in cells.iter().zip(&widths) {
            let blanks = width - super::colour::width(&column[row]);
            text.push_str(&" ".repeat(blanks + 2));
            text.push_str(&column[row]);
        }
        text.push('\n');
    }
    text
}

fn print(items: &[Item], style: &Style) -> String {
    let mut text = String::new();
    for (k, item) in items.iter().enumerate() {
        let separator = if k == 0 || text.ends_with('\n') {
            ""
        } else {
            " "
        };
        match item {
            Item::Text(written) => text.push_str(&format!("{separator}{written}")),
            Item::Value(value) => match one_line(value, style) {
                Some(line) => text.push_str(&format!("{separator}{line}")),
                None => {
                    let end = if k == 0 { "" } else { "\n" };
                    text.push_str(&format!("{end}{}", grid(value, style)));
                }
            },
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A trace as a table with its remarks below.
fn table(trace: &Trace, style: &Style) -> String {
    let mut columns = vec![formulas(trace, style)];
    let known = trace.missing.is_empty();
    if known {
        let cells = trace
            .lines
            .iter()
            .map(|line| value_text(line.value.as_deref(), style))
            .collect();
        columns.push(
            Column::right("value", cells)
                .glued()
                .painted(Paint::Primal, style),
        );
    }
    if trace.forward {
        let headings: Vec<String> = trace
            .wrt
            .iter()
            .map(|wrt| tangent_heading(&wrt.text, wrt.along.as_deref(), style))
            .collect();
        let pick = |line: &Line| line.tangents.clone();
        columns.extend(derivatives(
            trace,
            Role::Tangent,
            &headings,
            pick,
            known,
            style,
        ));
    }
    if trace.reverse {
        let headings: Vec<String> = (0..trace.outputs.len())
            .map(|k| adjoint_heading(trace, k, style))
            .collect();
        let pick = |line: &Line| line.adjoints.clone();
        columns.extend(derivatives(
            trace,
            Role::Adjoint,
            &headings,
            pick,
            known,
            style,
        ));
    }
    columns.extend(life(trace, style));
    columns.push(names(trace));
    let mut text = lay_out(&columns, style);
    text.push_str(&remarks(trace));
    for kink in &trace.kinks {
        text.push_str(&format!("{}\n", compare::kink_text(kink, true, style)));
    }
    if let Some(found) = &trace.nonfinite {
        text.push_str(&format!("{}\n", compare::nonfinite(found, true, style)));
    }
    text
}

/// A value in a cell; nothing where there is none.
pub fn value_text(value: Option<&Tensor>, style: &Style) -> String {
    let text = value.map_or(String::new(), |value| number::inline(value, style.digits));
    if style.ascii {
        text.replace('×', "x")
    } else {
        text
    }
}

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

fn formulas(trace: &Trace, style: &Style) -> Column {
    let pen = Pen::values(style);
    let cell = |(k, line): (usize, &Line)| {
        format!(
            "{} = {}",
            pen.symbol(Role::Primal, k + 1),
            pen.write(&line.formula)
        )
    };
    let cells = trace.lines.iter().enumerate().map(cell).collect();
    Column::left(index_symbol(Role::Primal, style), cells)
}

/// What a tangent is: ∂aᵢ/∂w
pub fn tangent_heading(wrt: &str, along: Option<&str>, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let a = index_symbol(Role::Primal, style);
    match along {
        None => format!("{d}{a}/{d}{wrt}"),
        Some(direction) => format!("{d}{a}/{d}{wrt} along {direction}"),
    }
}

/// What output `k` is called in a heading: itself where it is short, else a name that nothing in the
/// trace has.
pub(super) fn short(trace: &Trace, k: usize) -> String {
    let text = &trace.outputs[k].text;
    if text.chars().count() <= 12 && !text.contains(char::is_whitespace) {
        return text.clone();
    }
    let number = |name: &str, k: usize| match trace.outputs.len() {
        1 => name.to_string(),
        _ => format!("{name}{}", k + 1),
    };
    let used = used(trace);
    let is_free = |name: &str| (0..trace.outputs.len()).all(|k| !used.contains(&*number(name, k)));
    let name = ["y", "z", "out"].into_iter().find(|name| is_free(name));
    name.map_or_else(
        || {
            let mut name = "result".to_string();
            while !is_free(&name) {
                name.push('_');
            }
            number(&name, k)
        },
        |name| number(name, k),
    )
}

/// All names that a trace shows or that its outputs are written with.
fn used(trace: &Trace) -> HashSet<&str> {
    let names = trace.lines.iter().flat_map(|line| &line.names);
    let outputs = trace.outputs.iter().map(|output| &*output.text);
    let targets = trace.wrt.iter().map(|wrt| &*wrt.text);
    let is_between = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_';
    let words = outputs
        .chain(targets)
        .flat_map(|text| text.split(is_between));
    names.map(|name| &**name).chain(words).collect()
}

/// What an adjoint is: ∂L/∂aᵢ
pub fn adjoint_heading(trace: &Trace, k: usize, style: &Style) -> String {
    let d = if style.ascii { "d" } else { "∂" };
    let a = index_symbol(Role::Primal, style);
    let seed = match trace.outputs[k].shape.is_scalar() {
        true => "",
        false => ", seed all ones",
    };
    let output = super::derive::bracketed_briefly(&short(trace, k));
    format!("{d}{output}/{d}{a}{seed}")
}

/// The rule in one column, and the values for every `wrt` or output in one column each.
fn derivatives(
    trace: &Trace,
    role: Role,
    headings: &[String],
    pick: impl Fn(&Line) -> Vec<Derived>,
    known: bool,
    style: &Style,
) -> Vec<Column> {
    if headings.is_empty() {
        return Vec::new();
    }
    let pen = Pen::derivatives(style);
    let symbol = index_symbol(role, style);
    let rule = |(k, line): (usize, &Line)| {
        format!(
            "{} = {}",
            pen.symbol(role, k + 1),
            rule_text(&pick(line), |math| pen.write(math))
        )
    };
    let heading = match headings {
        [single] => format!("{symbol} = {single}"),
        _ => symbol.to_string(),
    };
    let cells = trace.lines.iter().enumerate().map(rule).collect();
    let mut columns = vec![Column::left(&heading, cells)];
    if known {
        for (k, heading) in headings.iter().enumerate() {
            let cell = |line: &Line| {
                value_text(
                    pick(line)
                        .get(k)
                        .and_then(|derived| derived.value.as_deref()),
                    style,
                )
            };
            let heading = if headings.len() == 1 {
                "value"
            } else {
                heading
            };
            let column = Column::right(heading, trace.lines.iter().map(cell).collect())
                .painted(Paint::from(role), style);
            columns.push(if k == 0 { column.glued() } else { column });
            columns.extend(zeros(trace, role, k).map(Column::glued));
        }
    }
    columns
}

/// Of what kind the zeros in one column of derivatives are, where that was asked for.
pub(super) fn zeros(trace: &Trace, role: Role, k: usize) -> Option<Column> {
    if trace.lines.iter().all(|line| line.zeros.is_none()) {
        return None;
    }
    let cell = |line: &Line| {
        let known = line.zeros.as_ref().and_then(|zeros| match role {
            Role::Tangent => zeros.tangents.get(k),
            _ => zeros.adjoints.get(k),
        });
        known.map_or(String::new(), compare::zeros)
    };
    let cells = trace.lines.iter().map(cell).collect();
    Some(Column::left("", cells))
}

/// One rule where all columns share it; the seeds of each where they differ.
pub(super) fn rule_text(derived: &[Derived], write: impl Fn(&Math) -> String) -> String {
    let all: Vec<String> = derived.iter().map(|one| write(&one.formula)).collect();
    let mut texts = all.clone();
    texts.dedup();
    let is_seed = |one: &Derived| matches!(one.formula, Math::Number(_) | Math::Name(_));
    match texts.as_slice() {
        [single] => single.clone(),
        _ if derived.iter().all(is_seed) => all.join(", "),
        // An output that others use: its seed is added in its own column only.
        _ => texts
            .into_iter()
            .min_by_key(String::len)
            .unwrap_or_default(),
    }
}

pub(super) fn life(trace: &Trace, style: &Style) -> Vec<Column> {
    if trace.lines.iter().all(|line| line.life.is_none()) {
        return Vec::new();
    }
    let pen = Pen::values(style);
    let last = |line: &Line| match line.life {
        Some(life) => life.last_use.map_or("output".into(), |k| {
            format!("after {}", pen.symbol(Role::Primal, k))
        }),
        None => String::new(),
    };
    let kept = |line: &Line| match line.life {
        Some(life) if life.kept => "keep".to_string(),
        _ => String::new(),
    };
    vec![
        Column::left("discard", trace.lines.iter().map(last).collect()),
        Column::left("reverse", trace.lines.iter().map(kept).collect()).glued(),
    ]
}

/// The names of computed lines; an input's name is its formula already.
fn names(trace: &Trace) -> Column {
    let cell = |line: &Line| {
        let skipped = usize::from(line.op == "input");
        let names: Vec<&str> = line
            .names
            .iter()
            .skip(skipped)
            .map(|name| &**name)
            .collect();
        names.join(", ")
    };
    Column::left("", trace.lines.iter().map(cell).collect()).closing()
}

pub(super) fn remarks(trace: &Trace) -> String {
    let one = |(short, output): (String, &str)| {
        let words: Vec<&str> = output.split_whitespace().collect();
        format!("{short} is {}\n", words.join(" "))
    };
    let outputs: String = abbreviations(trace).map(one).collect();
    outputs + &exceptions(trace)
}

/// What an output is called in the headings, and what it is, where those are not the same.
pub(super) fn abbreviations(trace: &Trace) -> impl Iterator<Item = (String, &str)> {
    let outputs = trace.outputs.iter().enumerate();
    let named = outputs.map(move |(k, output)| (short(trace, k), &*output.text));
    named.filter(|(short, output)| short != output)
}

/// The inputs that have no value, and those that were left out.
pub(super) fn exceptions(trace: &Trace) -> String {
    let list = |names: &[std::rc::Rc<str>]| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = String::new();
    if !trace.missing.is_empty() {
        let verb = if trace.missing.len() == 1 {
            "has"
        } else {
            "have"
        };
        text.push_str(&format!(
            "formulas only: {} {verb} no value\n",
            list(&trace.missing)
        ));
    }
    if !trace.left_out.is_empty() {
        let names = list(&trace.left_out);
        text.push_str(&format!(
            "not differentiated by {names}: read from a file; name it after `wrt` to include it\n"
        ));
    }
    text
}

/// A formula on one line, as the right side of aᵢ = …
pub fn formula(math: &Math, style: &Style) -> String {
    Pen::values(style).write(math)
}
