//! Graphs as text: a tree from each output down to the inputs, what is shared named only once.

use super::label::{definition, derivative, names};
use super::partial;
use crate::render::Style;
use crate::render::formula::Pen;
use crate::render::table::{Column, lay_out};
use crate::render::terminal::{
    adjoint_heading, index_symbol, remarks, tangent_heading, value_text,
};
use crate::trace::{Derived, Drawing, Edge, Line, Role};

/// The largest number of nodes that is drawn as text.
const LIMIT: usize = 40;

/// The graph as text, or the file that it was written to.
pub fn text(drawing: &Drawing, style: &Style) -> String {
    if let Some(file) = &drawing.file {
        return written(drawing, file);
    }
    if drawing.shown.len() <= LIMIT {
        return tree(drawing, style);
    }
    let count = drawing.trace.lines.len();
    if drawing.principal().len() > LIMIT {
        return format!(
            "a graph of {count} nodes is too large for a text: `to \"graph.svg\"` draws up to {}, `to \"graph.dot\"` any number\n",
            super::LIMIT
        );
    }
    let folded = drawing.folded();
    tree(&folded, style)
        + &format!(
            "{} of {count} nodes: inputs, outputs and what has a name\n",
            folded.shown.len()
        )
}

fn written(drawing: &Drawing, file: &str) -> String {
    let (shown, count) = (drawing.shown.len(), drawing.trace.lines.len());
    match drawing.hidden() {
        0 => format!("wrote {file}\n"),
        _ => format!(
            "wrote {file}: {shown} of {count} nodes, the inputs, outputs and what has a name\n"
        ),
    }
}

/// One line of the tree: what stands in it, and the node, where it is the first time.
struct Branch {
    text: String,
    node: Option<usize>,
}

struct Walk<'d> {
    drawing: &'d Drawing,
    style: &'d Style,
    branches: Vec<Branch>,
}

fn tree(drawing: &Drawing, style: &Style) -> String {
    let mut walk = Walk {
        drawing,
        style,
        branches: Vec::new(),
    };
    let mut roots: Vec<usize> = Vec::new();
    for output in &drawing.trace.outputs {
        roots.extend(output.line.filter(|line| !roots.contains(line)));
    }
    let below = |root: &usize| drawing.edges.iter().any(|edge| edge.from == *root);
    // An output that others use stands below them.
    let (inner, outer): (Vec<usize>, Vec<usize>) = roots.iter().partition(|root| below(root));
    for root in outer.into_iter().chain(inner) {
        if !walk.has(root) {
            walk.descend(root, String::new(), "");
        }
    }
    // What no output is computed from: the condition of a choice, say.
    for number in drawing.shown.iter().rev() {
        if !walk.has(*number) {
            walk.descend(*number, String::new(), "");
        }
    }
    let columns = columns(&walk.branches, drawing, style);
    lay_out(&columns, style) + &remarks(&drawing.trace)
}

impl Walk<'_> {
    fn has(&self, number: usize) -> bool {
        self.branches
            .iter()
            .any(|branch| branch.node == Some(number))
    }

    /// Adds a node behind `lead`, and below it everything that it is computed from.
    fn descend(&mut self, number: usize, lead: String, margin: &str) {
        let definition = definition(self.drawing, number, self.style);
        if self.has(number) && self.drawing.line(number).op != "input" {
            let symbol = Pen::values(self.style).symbol(Role::Primal, number);
            self.branches.push(Branch {
                text: format!("{lead}{symbol} (above)"),
                node: None,
            });
            return;
        }
        let first = !self.has(number);
        self.branches.push(Branch {
            text: format!("{lead}{definition}"),
            node: first.then_some(number),
        });
        let drawing = self.drawing;
        let below: Vec<&Edge> = drawing
            .edges
            .iter()
            .filter(|edge| edge.to == number)
            .collect();
        for (k, edge) in below.iter().enumerate() {
            let last = k + 1 == below.len();
            let (corner, bar) = match (self.style.ascii, last) {
                (true, true) => ("`-", "  "),
                (true, false) => ("|-", "| "),
                (false, true) => ("└─", "  "),
                (false, false) => ("├─", "│ "),
            };
            let partial = match partial(edge, self.style).as_str() {
                "" => " ".to_string(),
                partial => format!("[{partial}] "),
            };
            let lead = format!("{margin}{corner}{partial}");
            self.descend(edge.from, lead, &format!("{margin}{bar} "));
        }
    }
}

fn columns(branches: &[Branch], drawing: &Drawing, style: &Style) -> Vec<Column> {
    let trace = &drawing.trace;
    let texts = branches.iter().map(|branch| branch.text.clone());
    let mut columns = vec![Column::left(
        index_symbol(Role::Primal, style),
        texts.collect(),
    )];
    let cells = |cell: &dyn Fn(&Line) -> String| -> Vec<String> {
        let one = |branch: &Branch| branch.node.map_or(String::new(), |n| cell(drawing.line(n)));
        branches.iter().map(one).collect()
    };
    if trace.missing.is_empty() {
        let value = |line: &Line| value_text(line.value.as_deref(), style);
        columns.push(Column::right("value", cells(&value)));
    }
    let tangents = trace
        .wrt
        .iter()
        .map(|wrt| tangent_heading(&wrt.text, wrt.along.as_deref(), style));
    let adjoints = (0..trace.outputs.len()).map(|k| adjoint_heading(trace, k, style));
    if trace.forward {
        let pick = |line: &Line| line.tangents.clone();
        derivatives(
            &mut columns,
            Role::Tangent,
            &tangents.collect::<Vec<_>>(),
            &cells,
            &pick,
            style,
        );
    }
    if trace.reverse {
        let pick = |line: &Line| line.adjoints.clone();
        derivatives(
            &mut columns,
            Role::Adjoint,
            &adjoints.collect::<Vec<_>>(),
            &cells,
            &pick,
            style,
        );
    }
    let named = |branch: &Branch| branch.node.map_or(String::new(), |n| names(drawing, n));
    columns.push(Column::left("", branches.iter().map(named).collect()));
    columns
}

/// Writes one cell for every line of the drawing.
type Cells<'c> = dyn Fn(&dyn Fn(&Line) -> String) -> Vec<String> + 'c;

/// One column of values for each heading, or one column of rules.
fn derivatives(
    columns: &mut Vec<Column>,
    role: Role,
    headings: &[String],
    cells: &Cells<'_>,
    pick: &dyn Fn(&Line) -> Vec<Derived>,
    style: &Style,
) {
    let without = |line: &Line| pick(line).iter().any(|derived| derived.value.is_none());
    let rules = cells(&|line| match without(line) {
        true => derivative(&pick(line), style).join(", "),
        false => String::new(),
    });
    if rules.iter().any(|rule| !rule.is_empty()) {
        let symbol = index_symbol(role, style);
        let heading = format!("{symbol} = {}", headings.join(", "));
        columns.push(Column::left(&heading, rules));
        return;
    }
    for (k, heading) in headings.iter().enumerate() {
        let value = |line: &Line| {
            let derived = pick(line);
            let value = derived.get(k).and_then(|derived| derived.value.as_deref());
            value_text(value, style)
        };
        columns.push(Column::right(heading, cells(&value)));
    }
}
