//! Where something remarkable came from: kinks that were hit, and the first number that is not
//! finite.

use super::build::{Builder, Shown};
use super::compare::{Question, active_lines};
use super::formula::{Symbols, Writer};
use super::math::{Math, Role};
use super::{Line, stable};
use crate::diagnostic::Result;
use crate::graph::primitive::{Demand, Kink as Sides, Notation};
use crate::graph::{Attr, Graph, NodeId, Op, Primitive, Shape, Tensor, View};
use crate::lower::{Evaluation, is_derivative_operator};
use crate::primitives::arithmetic::{WHERE, is_true};
use crate::primitives::array::MATRIX;
use crate::source::Location;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt;
use std::rc::Rc;

/// An entry of a value that is no scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its row, from 1.
    pub row: usize,
    /// Its column, from 1.
    pub col: usize,
    /// Whether the value is a row or a column, where one index says it all.
    pub vector: bool,
}

impl Entry {
    /// Entry `k`, column by column, of a value of `shape`.
    fn of(shape: Shape, k: usize) -> Option<Entry> {
        (!shape.is_scalar()).then(|| Entry {
            row: k % shape.m() + 1,
            col: k / shape.m() + 1,
            vector: shape.is_vector(),
        })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.vector {
            true => write!(f, "[{}]", self.row.max(self.col)),
            false => write!(f, "[{},{}]", self.row, self.col),
        }
    }
}

/// A point without a derivative that was hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// The line.
    pub node: usize,
    /// The right side of aᵢ = …
    pub formula: Math,
    /// As it stands in the source.
    pub text: String,
    /// The value of the argument there.
    pub at: f64,
    /// The derivative taken.
    pub taken: f64,
    /// The derivative from the left.
    pub left: f64,
    /// The derivative from the right.
    pub right: f64,
    /// The first entry where it happened; `None` for scalars.
    pub entry: Option<Entry>,
    /// In how many entries.
    pub count: usize,
}

/// What a birth was made from.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// As a trace writes it.
    pub formula: Math,
    /// Its name, or how it stands in the source; `None` for what a derivative's rule made.
    pub text: Option<String>,
    /// Its value; of one entry where only that one counts.
    pub value: Rc<Tensor>,
}

/// An operation that made a number that is not finite out of finite ones, or NaN out of numbers.
#[derive(Clone, Debug)]
pub struct Birth {
    pub(super) id: NodeId,
    /// Its line, where it has one.
    pub node: Option<usize>,
    /// As a trace writes it: the right side of aᵢ = …, or of a derivative's rule.
    pub formula: Math,
    /// Its name, or how it stands in the source; `None` for what a derivative's rule made.
    pub text: Option<String>,
    /// What it made.
    pub value: f64,
    /// The first entry where it did; `None` for scalars.
    pub entry: Option<Entry>,
    /// The operation on the numbers themselves, such as 0·∞; `None` where they are no scalars.
    pub numbers: Option<Math>,
    /// What it was made from; nothing for an input.
    pub operands: Vec<Operand>,
    /// Where it stands in the source.
    pub location: Option<Location>,
}

/// Which column of a trace a number that is not finite stands in.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The values.
    Value,
    /// The tangents by this.
    Tangent(String),
    /// The adjoints of this output.
    Adjoint(String),
}

/// Where a number that is not finite came from.
#[derive(Clone, Debug)]
pub struct Nonfinite {
    /// In which column.
    pub place: Place,
    /// The line whose value, tangent or adjoint is the first that is not finite.
    pub node: Option<usize>,
    /// How that line stands in the source.
    pub text: Option<String>,
    /// Where.
    pub location: Option<Location>,
    /// The operation that made the first one.
    pub first: Birth,
    /// The operation that then made a NaN of it, such as 0·∞.
    pub nan: Option<Birth>,
    /// What to write instead, where known.
    pub advice: Option<String>,
}

impl Nonfinite {
    fn of_value(first: Birth, nan: Option<Birth>, advice: Option<String>) -> Nonfinite {
        Nonfinite {
            place: Place::Value,
            node: first.node,
            text: first.text.clone(),
            location: first.location.clone(),
            first,
            nan,
            advice,
        }
    }
}

/// What there is to say about one output besides its derivative.
pub(super) struct Findings {
    pub kinks: Vec<Kink>,
    pub nonfinite: Option<Nonfinite>,
    pub zeros: Vec<Option<super::Zeros>>,
}

/// The kinks, births and zeros behind the output of a comparison. Its trace tells, with the
/// derivatives where one of them is not finite.
pub(super) fn findings(
    lowering: &Evaluation<'_>,
    question: &Question<'_>,
    derivatives: bool,
) -> Result<Findings> {
    let request = super::Request {
        outputs: vec![question.output.clone()],
        wrt: question.wrt.to_vec(),
        held: question.held,
        order: question.order,
        left_out: Vec::new(),
        forward: derivatives,
        reverse: derivatives,
        life: false,
        zeros: false,
    };
    let trace = super::build(lowering, &request)?;
    Ok(Findings {
        kinks: trace.kinks,
        nonfinite: trace.nonfinite,
        zeros: match question.zeros {
            true => super::zeros::of_rows(lowering, question)?,
            false => Vec::new(),
        },
    })
}

/// The kinks among the lines that the outputs depend on other than through conditions, where
/// something that depends on `targets` goes in.
pub(super) fn kinks(
    builder: &Builder<'_, '_>,
    shown: &[Shown],
    roots: &[NodeId],
    targets: &[NodeId],
) -> Result<Vec<Kink>> {
    if !builder.known {
        return Ok(Vec::new());
    }
    let active = active_lines(builder, targets)?;
    let counting: FxHashSet<NodeId> = builder.sight.reach(roots, false)?.into_iter().collect();
    let mut found = Vec::new();
    for (k, (id, line)) in builder.listed.iter().zip(shown).enumerate() {
        let rule = builder
            .graph
            .node(*id)
            .primitive()
            .and_then(|row| row.kinks);
        let Some(rule) = rule.filter(|_| counting.contains(id) && !builder.sight.is_leaf(*id))
        else {
            continue;
        };
        let mut first: Option<Kink> = None;
        for point in points(builder, *id, line)? {
            let Some((at, sides)) = point.kink(rule, &active) else {
                continue;
            };
            match &mut first {
                Some(known) => known.count += 1,
                None => {
                    first = Some(Kink {
                        node: k + 1,
                        formula: builder.writer().definition(line.node),
                        text: source_text(builder.lowering, *id),
                        at,
                        taken: sides.taken,
                        left: sides.left,
                        right: sides.right,
                        entry: Entry::of(builder.graph.shape(*id), point.entry),
                        count: 1,
                    });
                }
            }
        }
        found.extend(first);
    }
    Ok(found)
}

/// The arguments of one entry of a line: of an entry-by-entry operation one number each, of a
/// reduction the numbers it goes over.
struct Point {
    entry: usize,
    values: Vec<f64>,
    /// Where each number comes from: two from the same place are the same by construction, and no
    /// tie.
    sources: Vec<(NodeId, usize)>,
}

impl Point {
    /// The first kink in an active argument, and the value of that argument.
    fn kink(
        &self,
        rule: fn(&[f64], usize) -> Option<Sides>,
        active: &FxHashSet<NodeId>,
    ) -> Option<(f64, Sides)> {
        let distinct: Vec<usize> = (0..self.values.len())
            .filter(|k| !self.sources[..*k].contains(&self.sources[*k]))
            .collect();
        let values: Vec<f64> = distinct.iter().map(|k| self.values[*k]).collect();
        distinct.iter().enumerate().find_map(|(position, k)| {
            if !active.contains(&self.sources[*k].0) {
                return None;
            }
            let sides = rule(&values, position)?;
            let same = self
                .sources
                .iter()
                .filter(|source| **source == self.sources[*k])
                .count();
            let taken = rule(&self.values, *k).map_or(sides.taken, |all| all.taken * same as f64);
            Some((self.values[*k], Sides { taken, ..sides }))
        })
    }
}

fn points(builder: &Builder<'_, '_>, id: NodeId, line: &Shown) -> Result<Vec<Point>> {
    let graph = builder.graph;
    let node = graph.node(id);
    let stretched = graph.args(line.node);
    let mut values = Vec::with_capacity(stretched.len());
    for arg in &stretched {
        values.push(builder.lowering.value(*arg)?);
    }
    if node.primitive().is_some_and(|row| row.is_entrywise()) {
        let point = |entry: usize| Point {
            entry,
            values: values.iter().map(|value| value.data()[entry]).collect(),
            sources: line.args.iter().map(|arg| (*arg, 0)).collect(),
        };
        return Ok((0..node.shape.len()).map(point).collect());
    }
    let [value] = values.as_slice() else {
        return Ok(Vec::new());
    };
    let source = |k: usize| match entry_node(builder, line.args[0], k) {
        Some(entry) => (entry, 0),
        None => (line.args[0], k),
    };
    let point = |(entry, lane): (usize, Vec<usize>)| Point {
        entry,
        values: lane.iter().map(|k| value.data()[*k]).collect(),
        sources: lane.into_iter().map(source).collect(),
    };
    Ok(lanes(value.shape(), node.attr())
        .into_iter()
        .enumerate()
        .map(point)
        .collect())
}

/// The node that entry `k` of a matrix written entry by entry stands for.
fn entry_node(builder: &Builder<'_, '_>, id: NodeId, k: usize) -> Option<NodeId> {
    let node = builder.graph.node(id);
    let written = node.primitive().is_some_and(|row| row.is(&MATRIX)) && !builder.sight.is_leaf(id);
    if !written {
        return None;
    }
    let (row, col) = (k % node.shape.m(), k / node.shape.m());
    let entry = builder.graph.args(id)[row * node.shape.n() + col];
    builder.sight.resolve(entry, &mut Vec::new()).ok()
}

/// The entries that a reduction goes over, for each entry of its result.
fn lanes(shape: Shape, attr: Attr) -> Vec<Vec<usize>> {
    let at = |i: usize, j: usize| i + j * shape.m();
    match attr {
        Attr::Axis(1) => (0..shape.n())
            .map(|j| (0..shape.m()).map(|i| at(i, j)).collect())
            .collect(),
        Attr::Axis(2) => (0..shape.m())
            .map(|i| (0..shape.n()).map(|j| at(i, j)).collect())
            .collect(),
        _ => vec![(0..shape.len()).collect()],
    }
}

/// The expression that made `id`, on one line.
pub(super) fn source_text(lowering: &Evaluation<'_>, id: NodeId) -> String {
    let text = lowering
        .unit
        .origin(id)
        .map_or("", |origin| origin.location.text());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `id` as it stands in the source; `None` for what a derivative's rule made.
pub(super) fn expression(lowering: &Evaluation<'_>, id: NodeId) -> Option<String> {
    let text = source_text(lowering, id);
    let derived =
        called(&text).is_some_and(|head| is_derivative_operator(head) || head.ends_with('\''));
    (!text.is_empty() && !derived).then_some(text)
}

/// What is called where `text` is one call and nothing else.
fn called(text: &str) -> Option<&str> {
    let (head, rest) = text.split_once('(')?;
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    (end + 1 == rest.len()).then_some(head)
}

/// The name of `id`, or how it stands in the source, seen through stretching.
pub(super) fn written(lowering: &Evaluation<'_>, id: NodeId) -> Option<String> {
    let id = unstretched(lowering.unit.graph, id);
    match lowering.unit.names_of(id).first() {
        Some(name) => Some(name.to_string()),
        None => match lowering.unit.graph.literal_value(id) {
            Some(value) => Some(value.to_string()),
            None => expression(lowering, id),
        },
    }
}

/// The node that `id` stretches, or `id`.
pub(super) fn unstretched(graph: &Graph, id: NodeId) -> NodeId {
    let silent = graph
        .node(id)
        .primitive()
        .is_some_and(|row| row.notation == Notation::Silent);
    if silent { graph.args(id)[0] } else { id }
}

/// Bad entries of one value that are followed to their origin.
const FOLLOWED_ENTRIES: usize = 256;

/// The search for the first number that is not finite.
pub(super) struct Search<'s, 'a> {
    pub lowering: &'s Evaluation<'a>,
    /// The numbers of lines, and of their tangents or adjoints.
    pub symbols: &'s Symbols,
    /// What a held or listed node stands for is not looked into.
    pub leaves: &'s dyn Fn(NodeId) -> bool,
}

impl Search<'_, '_> {
    /// Where the value of `root`, which is not finite, came from. A number that is written in the
    /// formula as infinite is no birth.
    pub fn value(&self, root: NodeId) -> Result<Option<(Birth, Option<Birth>)>> {
        let infinite = self.birth(root, |x| !x.is_finite())?;
        let has_nan = |value: View<'_>| value.data.iter().any(|x| x.is_nan());
        let nan = match self.lowering.with_value(root, has_nan)? {
            true => self.birth(root, f64::is_nan)?,
            false => None,
        };
        let Some((first, birth)) = infinite else {
            return Ok(None);
        };
        let nan = nan.filter(|(id, _)| *id != first).map(|(_, birth)| birth);
        Ok(Some((birth, nan)))
    }

    /// The first node behind `root`, in the order of evaluation, that made a `bad` number of
    /// arguments that are not. Walks only through bad numbers.
    fn birth(&self, root: NodeId, bad: fn(f64) -> bool) -> Result<Option<(NodeId, Birth)>> {
        match self.origin(root, None, bad)? {
            None => Ok(None),
            Some((id, entry)) => Ok(Some((id, self.describe(id, entry)?))),
        }
    }

    /// The same of one entry of `root`, or of the first bad one: the node and its entry.
    pub fn origin(
        &self,
        root: NodeId,
        entry: Option<usize>,
        bad: fn(f64) -> bool,
    ) -> Result<Option<(NodeId, usize)>> {
        let graph = self.lowering.unit.graph;
        let mut seen = FxHashSet::default();
        // Whether anything is bad in nodes that were looked at as a whole.
        let mut wholes: FxHashMap<NodeId, bool> = FxHashMap::default();
        let mut stack = vec![(root, entry)];
        let mut first: Option<(NodeId, usize)> = None;
        while let Some((id, entry)) = stack.pop() {
            if !seen.insert((id, entry)) {
                continue;
            }
            let Some(entry) = entry else {
                self.lowering.with_value(id, |value| {
                    let bad = |k: &usize| bad(value.data[*k]);
                    let entries = (0..value.data.len()).filter(bad).take(FOLLOWED_ENTRIES);
                    stack.extend(entries.map(|k| (id, Some(k))));
                })?;
                continue;
            };
            let before = stack.len();
            for arg in self.followed(id, entry)? {
                let same_shape = graph.shape(arg) == graph.shape(id);
                let at = (same_shape && self.is_entrywise(id)).then_some(entry);
                let hit = match (at, wholes.get(&arg)) {
                    (Some(at), _) => self.lowering.with_value(arg, |value| bad(value.data[at]))?,
                    (None, Some(known)) => *known,
                    (None, None) => {
                        let any = |value: View<'_>| value.data.iter().any(|x| bad(*x));
                        let any = self.lowering.with_value(arg, any)?;
                        wholes.insert(arg, any);
                        any
                    }
                };
                if hit && !matches!(graph.node(arg).op, Op::Literal(_) | Op::Constant(_)) {
                    stack.push((arg, at));
                }
            }
            let written = matches!(graph.node(id).op, Op::Literal(_) | Op::Constant(_));
            let earlier = first.is_none_or(|known| (id, entry) < known);
            if stack.len() == before && !written && earlier {
                first = Some((id, entry));
            }
        }
        Ok(first)
    }

    /// The arguments that entry `entry` of `id` was made from.
    fn followed(&self, id: NodeId, entry: usize) -> Result<Vec<NodeId>> {
        let graph = self.lowering.unit.graph;
        let args = graph.args(id);
        let Some(row) = graph.node(id).primitive() else {
            return Ok(if (self.leaves)(id) {
                Vec::new()
            } else {
                args.to_vec()
            });
        };
        if row.is(&WHERE) || row.demand == Demand::Choice {
            let truth = self.lowering.with_value(args[0], |condition| {
                is_true(condition.data[entry.min(condition.data.len() - 1)])
            })?;
            return Ok(vec![args[if truth { 1 } else { 2 }]]);
        }
        Ok(args.to_vec())
    }

    fn is_entrywise(&self, id: NodeId) -> bool {
        self.lowering
            .unit
            .graph
            .node(id)
            .primitive()
            .is_none_or(|row| row.is_entrywise())
    }

    fn describe(&self, id: NodeId, entry: usize) -> Result<Birth> {
        let graph = self.lowering.unit.graph;
        let writer = Writer {
            graph,
            symbols: self.symbols,
        };
        let shape = graph.shape(id);
        let leaf = (self.leaves)(id) || matches!(graph.node(id).op, Op::Input(_));
        let mut operands = Vec::new();
        let mut args = graph.args(id).to_vec();
        let is_operator = |row: &Primitive| matches!(row.notation, Notation::Infix(_));
        if leaf {
            args.clear();
        } else if graph.node(id).primitive().is_some_and(is_operator) {
            // Behind the operands of a product there may be masks.
            args.truncate(2);
        }
        for arg in args {
            let value = self.lowering.value(arg)?;
            let one = value.shape() == shape && self.is_entrywise(id);
            let value = if one {
                Tensor::scalar(value.data()[entry])
            } else {
                value
            };
            operands.push(Operand {
                node: self.number(arg),
                formula: writer.operand(arg),
                text: written(self.lowering, arg),
                value: Rc::new(value),
            });
        }
        let name = self.lowering.unit.names_of(id).first().cloned();
        let scalars: Option<Vec<f64>> = operands
            .iter()
            .map(|operand| operand.value.as_scalar())
            .collect();
        let numbers = scalars
            .filter(|scalars| !scalars.is_empty())
            .and_then(|scalars| {
                let Op::Apply(row, attr) = graph.node(id).op else {
                    return None;
                };
                let args: Vec<NodeId> = scalars.into_iter().map(|x| graph.literal(x)).collect();
                let applied = graph.apply(row, attr, Shape::SCALAR, &args);
                Some(
                    Writer {
                        graph,
                        symbols: &Symbols::default(),
                    }
                    .definition(applied),
                )
            });
        Ok(Birth {
            numbers,
            id,
            node: self.number(id),
            text: if leaf {
                name.as_deref().map(str::to_string)
            } else {
                expression(self.lowering, id)
            },
            formula: match name {
                Some(name) if leaf => Math::Name(name),
                _ => writer.definition(id),
            },
            value: self.lowering.with_value(id, |value| value.data[entry])?,
            entry: Entry::of(shape, entry),
            operands,
            location: self
                .lowering
                .unit
                .origin(id)
                .map(|origin| origin.location.clone()),
        })
    }

    /// The line that `id` is, seen through stretching.
    fn number(&self, id: NodeId) -> Option<usize> {
        match self.symbols.get(&unstretched(self.lowering.unit.graph, id)) {
            Some((Role::Primal, number)) => Some(*number),
            _ => None,
        }
    }
}

/// Where the value of `root` came from, outside a trace; `None` where it is finite, or written so.
pub fn of_value(lowering: &Evaluation<'_>, root: NodeId) -> Result<Option<Nonfinite>> {
    if lowering.value(root)?.is_finite() {
        return Ok(None);
    }
    let symbols = Symbols::default();
    let leaves = |id: NodeId| matches!(lowering.unit.graph.node(id).op, Op::Input(_));
    let search = Search {
        lowering,
        symbols: &symbols,
        leaves: &leaves,
    };
    let Some((first, nan)) = search.value(root)? else {
        return Ok(None);
    };
    let advice = stable::advice(lowering, &[root], &first, nan.as_ref());
    Ok(Some(Nonfinite::of_value(first, nan, advice)))
}

/// Where the first number of a trace that is not finite came from: among the values, else among
/// the tangents, else among the adjoints.
pub(super) fn of_trace(
    builder: &Builder<'_, '_>,
    roots: &[NodeId],
    lines: &[Line],
) -> Result<Option<Nonfinite>> {
    if !builder.known {
        return Ok(None);
    }
    let finite = |value: &Option<Rc<Tensor>>| value.as_ref().is_none_or(|value| value.is_finite());
    let mut starts: Vec<NodeId> = Vec::new();
    for root in roots {
        starts.push(builder.sight.resolve(*root, &mut Vec::new())?);
    }
    starts.extend(&builder.listed);
    let leaves = |id: NodeId| builder.sight.is_leaf(id);
    for start in starts {
        let number = builder.numbers.get(&start);
        if number.is_none_or(|number| finite(&lines[number - 1].value)) {
            continue;
        }
        let search = Search {
            lowering: builder.lowering,
            symbols: &builder.symbols,
            leaves: &leaves,
        };
        if let Some((first, nan)) = search.value(start)? {
            let advice = stable::advice(builder.lowering, roots, &first, nan.as_ref());
            return Ok(Some(Nonfinite::of_value(first, nan, advice)));
        }
    }
    for (place, flows) in &builder.flows {
        if let Some(found) = of_column(builder, place, flows, roots)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The first tangent, from the inputs up, or adjoint, from the output back, that is not finite.
fn of_column(
    builder: &Builder<'_, '_>,
    place: &Place,
    flows: &[Option<NodeId>],
    roots: &[NodeId],
) -> Result<Option<Nonfinite>> {
    let role = if matches!(place, Place::Tangent(_)) {
        Role::Tangent
    } else {
        Role::Adjoint
    };
    let mut order: Vec<usize> = (0..flows.len()).collect();
    if role == Role::Adjoint {
        order.reverse();
    }
    let mut symbols = builder.symbols.clone();
    for (k, flow) in flows.iter().enumerate() {
        if let Some(flow) = flow.filter(|flow| builder.graph.literal_value(*flow).is_none()) {
            symbols.entry(flow).or_insert((role, k + 1));
        }
    }
    let leaves = |id: NodeId| builder.sight.is_leaf(id);
    for k in order {
        let Some(flow) = flows[k] else { continue };
        if builder.lowering.value(flow)?.is_finite() {
            continue;
        }
        let search = Search {
            lowering: builder.lowering,
            symbols: &symbols,
            leaves: &leaves,
        };
        let Some((first, nan)) = search.value(flow)? else {
            continue;
        };
        let advice = stable::advice(builder.lowering, roots, &first, nan.as_ref());
        let line = builder.listed[k];
        return Ok(Some(Nonfinite {
            place: place.clone(),
            node: Some(k + 1),
            text: written(builder.lowering, line),
            location: builder
                .lowering
                .unit
                .origin(line)
                .map(|origin| origin.location.clone()),
            first,
            nan,
            advice,
        }));
    }
    Ok(None)
}
