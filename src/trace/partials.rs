//! The computational graph of a formula: a trace, and the local partial derivative on every edge.

use super::build;
use super::formula::Writer;
use super::listing::{Builder, Shown};
use super::request::Request;
use super::{Arg, Line, Trace};
use crate::diagnostic::Result;
use crate::diff::{Flow, contributions};
use crate::graph::NodeId;
use crate::graph::primitive::{DerivativeRule, Notation};
use crate::lower::Evaluation;
use crate::notation::{Math, Times};

/// From a line to one that is computed from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The number of the line that is used.
    pub from: usize,
    /// The number of the line that uses it.
    pub to: usize,
    /// ∂to/∂from; `None` where it is not one short formula, or the edge stands for a whole path.
    pub partial: Option<Math>,
}

/// A graph to be drawn.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The nodes, with everything that a trace says about them.
    pub trace: Trace,
    /// The numbers of the lines that are drawn, in order.
    pub shown: Vec<usize>,
    /// The edges, each from an argument to a line computed from it.
    pub edges: Vec<Edge>,
    /// The file that it was written to, as given in the script.
    pub file: Option<String>,
}

impl Drawing {
    /// The largest number of nodes that is laid out for a picture.
    pub const LARGEST: usize = 300;

    /// The graph of a trace, without partials on its edges.
    pub fn of(trace: Trace) -> Drawing {
        let mut edges = Vec::new();
        for (k, line) in trace.lines.iter().enumerate() {
            let nodes = line.args.iter().filter_map(|arg| match arg {
                Arg::Node(number) => Some(*number),
                _ => None,
            });
            let mut sources: Vec<usize> = nodes.collect();
            sources.sort_unstable();
            sources.dedup();
            edges.extend(sources.into_iter().map(|from| Edge {
                from,
                to: k + 1,
                partial: None,
            }));
        }
        Drawing {
            shown: (1..=trace.lines.len()).collect(),
            trace,
            edges,
            file: None,
        }
    }

    /// The line of a number.
    pub fn line(&self, number: usize) -> &Line {
        &self.trace.lines[number - 1]
    }

    /// The number of lines that are not drawn.
    pub fn hidden(&self) -> usize {
        self.trace.lines.len() - self.shown.len()
    }

    /// True if a line is one of the outputs.
    pub fn is_output(&self, number: usize) -> bool {
        let mut outputs = self.trace.outputs.iter();
        outputs.any(|output| output.line == Some(number))
    }

    /// The numbers of the inputs, the named lines and the outputs.
    pub fn principal(&self) -> Vec<usize> {
        let keeps = |number: &usize| {
            let line = self.line(*number);
            line.is_input() || !line.names.is_empty() || self.is_output(*number)
        };
        (1..=self.trace.lines.len()).filter(keeps).collect()
    }

    /// The edges into a line. All edges stand in the order of the lines that they lead to.
    fn into(&self, to: usize) -> &[Edge] {
        let first = self.edges.partition_point(|edge| edge.to < to);
        let count = self.edges[first..].partition_point(|edge| edge.to == to);
        &self.edges[first..first + count]
    }

    /// The same graph with the lines of [`Drawing::principal`] only; an edge then stands for every
    /// path through lines that are left out. A line that is left out is walked over once for each
    /// that is kept: for as many as a picture holds.
    pub fn folded(&self) -> Drawing {
        let shown = self.principal();
        let mut keeps = vec![false; self.trace.lines.len() + 1];
        shown.iter().for_each(|number| keeps[*number] = true);
        // The last line that was found to be computed from this one.
        let mut met = vec![0; keeps.len()];
        let mut edges = Vec::new();
        for &number in &shown {
            let mut sources = Vec::new();
            let mut stack = vec![number];
            while let Some(line) = stack.pop() {
                for edge in self.into(line) {
                    if std::mem::replace(&mut met[edge.from], number) == number {
                        continue;
                    }
                    if keeps[edge.from] {
                        sources.push(edge.from);
                    } else {
                        stack.push(edge.from);
                    }
                }
            }
            sources.sort_unstable();
            edges.extend(sources.iter().map(|from| Edge {
                from: *from,
                to: number,
                partial: self.direct(*from, number),
            }));
        }
        Drawing {
            trace: self.trace.clone(),
            shown,
            edges,
            file: self.file.clone(),
        }
    }

    /// The partial on the edge between two lines, where no other path through unnamed lines joins
    /// them.
    fn direct(&self, from: usize, to: usize) -> Option<Math> {
        let into = self.into(to);
        let named = |edge: &Edge| {
            let line = self.line(edge.from);
            line.is_input() || !line.names.is_empty()
        };
        if !into.iter().all(named) {
            return None;
        }
        into.iter()
            .find(|edge| edge.from == from)
            .and_then(|edge| edge.partial.clone())
    }
}

/// Builds the graph of `request`: its trace, and every edge with its partial.
///
/// # Errors
/// A value of the trace cannot be computed, or the user asked to stop.
pub fn draw(evaluation: &Evaluation<'_>, request: &Request<'_>) -> Result<Drawing> {
    let roots = request.wanted.roots();
    let mut builder = Builder::new(evaluation, &roots, &request.wanted.held, request.order)?;
    let shown = builder.shown()?;
    let mut edges = Vec::new();
    for (k, line) in shown.iter().enumerate() {
        for arg in builder.active(line) {
            edges.push(Edge {
                from: builder.numbers[&arg],
                to: k + 1,
                partial: partial(&builder, line, arg),
            });
        }
    }
    let trace = build::build(evaluation, request)?;
    debug_assert!(edges.iter().all(|edge| {
        let args = &trace.lines[edge.to - 1].args;
        args.contains(&Arg::Node(edge.from))
    }));
    Ok(Drawing {
        shown: (1..=trace.lines.len()).collect(),
        trace,
        edges,
        file: None,
    })
}

/// ∂line/∂arg in the symbols of the line: the sum over all places where the argument stands.
fn partial(builder: &Builder<'_, '_>, line: &Shown, arg: NodeId) -> Option<Math> {
    let places = (0..line.args.len()).filter(|place| line.args[*place] == arg);
    let mut terms = Vec::new();
    for place in places {
        terms.push(partial_at(builder, line, place)?);
    }
    let count = terms.len() as f64;
    let row = builder.graph.node(line.node).primitive()?;
    let one_sided = matches!(row.derivative, DerivativeRule::Bilinear(..));
    if count > 1.0 && one_sided && !builder.graph.shape(line.node).is_scalar() {
        // A·dA + dA·A is no multiple of dA.
        return None;
    }
    if count > 1.0 && terms.iter().all(|term| *term == terms[0]) {
        return Some(match terms.swap_remove(0) {
            Math::Number(x) => Math::Number(x * count),
            term => Math::product(Times::Scaling, Math::Number(count), term),
        });
    }
    Some(Math::sum(terms))
}

/// The factor of the derivative of the argument in one place.
fn partial_at(builder: &Builder<'_, '_>, line: &Shown, place: usize) -> Option<Math> {
    let graph = builder.graph;
    let row = graph.node(line.node).primitive()?;
    if place + row.places >= graph.args(line.node).len() {
        return Some(Math::Number(0.0));
    }
    match row.derivative {
        DerivativeRule::Bilinear(..) => {
            let other = *graph.args(line.node).get(1 - place)?;
            return Some(local(builder, line, other));
        }
        DerivativeRule::Zero => return Some(Math::Number(0.0)),
        DerivativeRule::Rounds | DerivativeRule::RoundsBack | DerivativeRule::Ruled => {
            return None;
        }
        _ if row.notation == Notation::Index => return None,
        _ if !row.is_entrywise() && !graph.shape(line.node).is_scalar() => return None,
        _ => {}
    }
    let one = graph.term(graph.literal(1.0));
    let seed = Flow::everywhere(one.stretch(graph.shape(line.node)));
    let found = contributions(graph, line.node, seed);
    let flow = found.into_iter().find(|(k, _)| *k == place);
    Some(flow.map_or(Math::Number(0.0), |(_, flow)| {
        local(builder, line, flow.term.id)
    }))
}

/// A formula in which only the line and its arguments have symbols.
fn local(builder: &Builder<'_, '_>, line: &Shown, id: NodeId) -> Math {
    let own = line.args.iter().chain([&line.node]);
    let symbols = own
        .filter_map(|id| Some((*id, *builder.symbols.get(id)?)))
        .collect();
    let writer = Writer {
        graph: builder.graph,
        symbols: &symbols,
    };
    without_one(writer.operand(id))
}

/// A condition that lets the derivative pass is 1 or 0 itself.
fn without_one(math: Math) -> Math {
    match math {
        Math::Product(_, a, b) if *a == Math::Number(1.0) => *b,
        Math::Product(_, a, b) if *b == Math::Number(1.0) => *a,
        math => math,
    }
}
