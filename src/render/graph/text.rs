//! Graphs as text: a tree from each output down to the inputs, what is shared named only once.

use super::boxes::definition;
use super::partial;
use crate::notation::PlainMath;
use crate::render::Style;
use crate::render::cell::{self, index_symbol};
use crate::render::compare;
use crate::trace::{Derived, Drawing, Edge, Line, Role};
use crate::view::{self, Cell, Column, Heading, Quotient, Table};

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
            Drawing::LARGEST
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
    // Nodes that no output is computed from, such as the condition of a choice.
    for number in drawing.shown.iter().rev() {
        if !walk.has(*number) {
            walk.descend(*number, String::new(), "");
        }
    }
    let table = Table {
        columns: columns(&walk.branches, drawing, style),
        remarks: view::remarks(&drawing.trace),
        ..Table::default()
    };
    compare::table(&table, style)
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
        if self.has(number) && !self.drawing.line(number).is_input() {
            let symbol = PlainMath::values(self.style).symbol(Role::Primal, number);
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
    let each = |cell: &dyn Fn(&Line) -> Cell| -> Vec<Cell> {
        let one = |branch: &Branch| branch.node.map_or(Cell::Blank, |n| cell(drawing.line(n)));
        branches.iter().map(one).collect()
    };
    let texts = branches.iter().map(|branch| branch.text.clone());
    let mut columns = vec![Column::left(Heading::Symbol(Role::Primal), texts)];
    if trace.missing.is_empty() {
        columns.push(Column::right(
            "value",
            each(&|line| line.value.clone().into()),
        ));
    }
    let mut derivatives = |quotients: Vec<Quotient>, pick: fn(&Line) -> &[Derived]| {
        let known = |derived: &Derived| derived.value.is_some();
        let rules = each(&|line| match pick(line).iter().all(known) {
            true => Cell::Blank,
            false => cell::rules(&view::rule(pick(line)), style).into(),
        });
        if rules.iter().any(|rule| *rule != Cell::Blank) {
            let headings = quotients.iter().map(|of| cell::quotient(of, style));
            let headings = headings.collect::<Vec<_>>().join(", ");
            let symbol = quotients
                .first()
                .map_or("", |of| index_symbol(of.role(), style));
            columns.push(Column::left(&*format!("{symbol} = {headings}"), rules));
            return;
        }
        for (k, of) in quotients.into_iter().enumerate() {
            let value = |line: &Line| pick(line).get(k).and_then(|one| one.value.clone()).into();
            columns.push(Column::right(Heading::Derivative(of), each(&value)));
        }
    };
    if trace.forward {
        let quotients = (0..trace.wrt.len()).map(|k| view::tangent(trace, k));
        derivatives(quotients.collect(), |line| &line.tangents);
    }
    if trace.reverse {
        let quotients = (0..trace.outputs.len()).map(|k| view::adjoint(trace, k));
        derivatives(quotients.collect(), |line| &line.adjoints);
    }
    let names = each(&|line| Cell::Names(view::names(line).to_vec()));
    columns.push(Column::left("", names));
    columns
}
