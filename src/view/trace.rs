//! A trace as a table: one row a node; its value, tangents and adjoints, and the rules that gave them.

use super::table::{Cell, Column, Heading, Quotient, Remark, Row, Table};
use crate::notation::Written;
use crate::syntax::ast::Name;
use crate::trace::{Arg, Derived, Line, Math, Role, Trace, Zeros};
use std::collections::HashSet;

/// Characters of an output that is not abbreviated in a heading.
const SHORT: usize = 12;

/// The trace as a table.
pub fn trace(trace: &Trace) -> Table {
    let each = |cell: &dyn Fn(usize, &Line) -> Cell| -> Vec<Cell> {
        let lines = trace.lines.iter().enumerate();
        lines.map(|(k, line)| cell(k + 1, line)).collect()
    };
    let definition = each(&|number, line| Cell::Definition(number, line.formula.clone()));
    let mut columns = vec![Column::left(Heading::Symbol(Role::Primal), definition)];
    if trace.missing.is_empty() {
        let values = each(&|_, line| line.value.clone().into());
        columns.push(Column::right("value", values).glued().of(Role::Primal));
    }
    let tangents = (0..trace.wrt.len()).map(|k| tangent(trace, k)).collect();
    derivatives(&mut columns, trace, Role::Tangent, tangents);
    let adjoints = (0..trace.outputs.len())
        .map(|k| adjoint(trace, k))
        .collect();
    derivatives(&mut columns, trace, Role::Adjoint, adjoints);
    if trace.lines.iter().any(|line| line.life.is_some()) {
        let last = each(&|_, line| match line.life {
            Some(life) => life
                .last_use
                .map_or(Cell::Words("output".into()), Cell::After),
            None => Cell::Blank,
        });
        let kept = each(&|_, line| match line.life {
            Some(life) if life.kept => Cell::Words("keep".into()),
            _ => Cell::Blank,
        });
        columns.push(Column::left("discard", last).opening());
        columns.push(Column::left("reverse", kept).glued());
    }
    for k in 0..trace.errors.len() {
        let heading = match trace.errors.len() {
            1 => "error".to_string(),
            _ => format!("error of {}", short(trace, k)),
        };
        let errors = each(&|number, _| match trace.errors[k].lines[number - 1] {
            0.0 => Cell::Number(0.0, None),
            error => Cell::Number(error, Some(2)),
        });
        let column = Column::right(Heading::Words(heading), errors);
        columns.push(if k == 0 {
            column.opening()
        } else {
            column.glued()
        });
    }
    let called = each(&|_, line| Cell::Names(names(line).to_vec()));
    columns.push(Column::left("", called).closing());
    let row = |(k, line): (usize, &Line)| Row {
        node: k + 1,
        operands: operands(line),
        location: line.origin.as_ref().map(|origin| origin.location.clone()),
    };
    let mut table = Table {
        columns,
        rows: trace.lines.iter().enumerate().map(row).collect(),
        remarks: remarks(trace),
    };
    let kinks = trace.kinks.iter().cloned().map(Remark::Kink);
    let nonfinite = trace
        .nonfinite
        .iter()
        .cloned()
        .map(|found| Remark::Nonfinite(Box::new(found)));
    table.remarks.extend(kinks.chain(nonfinite));
    table
}

/// The rule in one column, and the values for every `wrt` or output in one column each.
fn derivatives(columns: &mut Vec<Column>, trace: &Trace, role: Role, quotients: Vec<Quotient>) {
    let (asked, pick): (bool, fn(&Line) -> &[Derived]) = match role {
        Role::Tangent => (trace.forward, |line| &line.tangents),
        _ => (trace.reverse, |line| &line.adjoints),
    };
    if !asked || quotients.is_empty() {
        return;
    }
    let rules = trace.lines.iter().enumerate();
    let rules = rules.map(|(k, line)| Cell::Rule(role, k + 1, rule(pick(line))));
    let single = quotients.len() == 1;
    let heading = match &quotients[..] {
        [quotient] => Heading::Definition(quotient.clone()),
        _ => Heading::Symbol(role),
    };
    columns.push(Column::left(heading, rules).opening());
    if !trace.missing.is_empty() {
        return;
    }
    for (k, quotient) in quotients.into_iter().enumerate() {
        let value = |line: &Line| pick(line).get(k).and_then(|one| one.value.clone());
        let heading = match single {
            true => Heading::from("value"),
            false => Heading::Derivative(quotient),
        };
        let mut column = Column::right(heading, trace.lines.iter().map(value)).of(role);
        column.glued = k == 0;
        columns.push(column);
        columns.extend(kinds_of_zeros(trace, role, k));
    }
}

/// The one rule that all derivatives of a line share; their seeds where these differ.
pub fn rule(derived: &[Derived]) -> Vec<Math> {
    let mut rules: Vec<&Math> = derived.iter().map(|one| &one.formula).collect();
    let is_seed = |math: &&Math| matches!(math, Math::Number(_) | Math::Name(_) | Math::Written(_));
    let seeds = rules.iter().all(is_seed);
    let count = rules.len();
    rules.dedup();
    match rules.len() {
        0 | 1 => rules.into_iter().cloned().collect(),
        _ if seeds => derived[..count]
            .iter()
            .map(|one| one.formula.clone())
            .collect(),
        // An output that others use: its seed is added in its own column only.
        _ => rules
            .into_iter()
            .min_by_key(|math| math.size())
            .cloned()
            .into_iter()
            .collect(),
    }
}

/// Of what kind the zeros in one column of derivatives are, where that was asked for.
fn kinds_of_zeros(trace: &Trace, role: Role, k: usize) -> Option<Column> {
    if trace.lines.iter().all(|line| line.zeros.is_none()) {
        return None;
    }
    let cell = |line: &Line| {
        let known = line.zeros.as_ref().and_then(|zeros| match role {
            Role::Tangent => zeros.tangents.get(k),
            _ => zeros.adjoints.get(k),
        });
        known.map_or(String::new(), zeros)
    };
    Some(Column::left("", trace.lines.iter().map(cell)).glued())
}

/// Of what kind the zeros of one derivative are, in one cell.
fn zeros(zeros: &Zeros) -> String {
    if let Some(zero) = zeros.single() {
        return format!("({})", zero.name());
    }
    let counts = zeros.counts();
    if counts.is_empty() {
        return String::new();
    }
    let one = |(zero, count): &(crate::trace::Zero, usize)| format!("{count} {}", zero.name());
    format!(
        "({})",
        counts.iter().map(one).collect::<Vec<_>>().join(", ")
    )
}

/// The lines that a line is computed from.
fn operands(line: &Line) -> Vec<usize> {
    let node = |arg: &Arg| match arg {
        Arg::Node(number) => Some(*number),
        _ => None,
    };
    line.args.iter().filter_map(node).collect()
}

/// The names of a line besides its formula, which is the name of an input already.
pub fn names(line: &Line) -> &[Name] {
    let skipped = usize::from(line.is_input());
    line.names.get(skipped..).unwrap_or_default()
}

/// The meaning of the tangents by the `wrt` number `k`: ∂aᵢ/∂w
pub fn tangent(trace: &Trace, k: usize) -> Quotient {
    let wrt = &trace.wrt[k];
    Quotient::Tangent {
        wrt: wrt.text.clone(),
        along: wrt.along.clone(),
    }
}

/// The meaning of the adjoints of the output number `k`: ∂L/∂aᵢ
pub fn adjoint(trace: &Trace, k: usize) -> Quotient {
    Quotient::Adjoint {
        output: short(trace, k),
        ones: !trace.outputs[k].shape.is_scalar(),
    }
}

/// Output `k` in a heading: itself where it is short, else a name that is free in this trace.
fn short(trace: &Trace, k: usize) -> Written {
    let text = &trace.outputs[k].text;
    if text.chars().count() <= SHORT && !text.contains(char::is_whitespace) {
        return text.clone();
    }
    let number = |name: &str, k: usize| match trace.outputs.len() {
        1 => name.to_string(),
        _ => format!("{name}{}", k + 1),
    };
    let used = used(trace);
    let is_free = |name: &str| (0..trace.outputs.len()).all(|k| !used.contains(&*number(name, k)));
    let name = ["y", "z", "out"].into_iter().find(|name| is_free(name));
    let mut name = name.unwrap_or("result").to_string();
    while !is_free(&name) {
        name.push('_');
    }
    Written::name(&number(&name, k))
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

/// The abbreviations in headings, the inputs without a value, and those that were left out.
pub fn remarks(trace: &Trace) -> Vec<Remark> {
    let outputs = trace.outputs.iter().enumerate();
    let named = outputs.map(|(k, output)| (short(trace, k), &output.text));
    let abbreviated = named.filter(|(short, output)| short != *output);
    let mut remarks: Vec<Remark> = abbreviated
        .map(|(short, output)| Remark::Abbreviation(short, output.clone()))
        .collect();
    if !trace.missing.is_empty() {
        let verb = if trace.missing.len() == 1 {
            "has"
        } else {
            "have"
        };
        let names = quoted(&trace.missing);
        remarks.push(Remark::Words(format!(
            "formulas only: {names} {verb} no value"
        )));
    }
    remarks.extend(left_out(&trace.left_out));
    for (line, number) in trace.lines.iter().zip(1..) {
        let states = line.folded.as_ref().map(|folded| folded.states.clone());
        let states = states.filter(|states| !states.is_empty());
        remarks.extend(states.map(|states| Remark::Rounds(number, states)));
    }
    for (line, number) in trace.lines.iter().zip(1..) {
        let checkpoints = line.life.and_then(|life| life.checkpoints);
        remarks.extend(checkpoints.map(|checkpoints| Remark::Checkpoints(number, checkpoints)));
    }
    let errors = trace.errors.iter().enumerate();
    remarks.extend(errors.map(|(k, error)| Remark::Rounding(short(trace, k), error.clone())));
    remarks
}

/// The inputs that the default `wrt` leaves out.
pub fn left_out(names: &[Name]) -> Option<Remark> {
    let say = |names: String| {
        Remark::Words(format!(
            "not differentiated with respect to {names}, which is read from a file; name it after `wrt` to include it"
        ))
    };
    (!names.is_empty()).then(|| say(quoted(names)))
}

fn quoted(names: &[Name]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
