//! Graph to [`Math`]: nodes that have a symbol are written by it, everything else by its notation.

use crate::graph::primitive::{Notation, Operator};
use crate::graph::{
    Args, Attr, Corner, Graph, Keeps, NodeId, Op, Primitive, Round, RoundCount, Shape,
};
use crate::notation::{Math, Role, Subscript, Times};
use crate::primitives::arithmetic::{ADD, DIV, FROZEN, MUL, NEG, POW};
use crate::primitives::array::{ASSEMBLE, DEVIATIONS, LINSPACE, MEAN, SUM};
use crate::primitives::elementary::{COSH, SIGMOID, TANH};
use crate::primitives::places::SPREAD;
use crate::syntax::special::{MOST_OPTION, Special};
use rustc_hash::FxHashMap;

/// The symbols of nodes.
pub type Symbols = FxHashMap<NodeId, (Role, usize)>;

/// Entries of a matrix that are written out before the rest becomes an ellipsis.
const WRITTEN_ENTRIES: usize = 8;
/// The depth to which a formula is written before the rest becomes an ellipsis.
const WRITTEN_DEPTH: usize = 24;

/// Writes formulas of one graph.
pub struct Writer<'g, 's> {
    /// The graph.
    pub graph: &'g Graph,
    /// The symbols of nodes.
    pub symbols: &'s Symbols,
}

impl Writer<'_, '_> {
    /// `id` as an operand: by its symbol, or written out.
    pub fn operand(&self, id: NodeId) -> Math {
        self.write(id, WRITTEN_DEPTH)
    }

    fn write(&self, id: NodeId, depth: usize) -> Math {
        match self.symbols.get(&id) {
            Some((role, number)) => Math::Symbol(*role, *number),
            None if depth == 0 => Math::Ellipsis,
            None => self.expand(id, depth - 1),
        }
    }

    /// `id` as an operation on its operands, whether or not it has a symbol.
    pub fn definition(&self, id: NodeId) -> Math {
        self.expand(id, WRITTEN_DEPTH)
    }

    fn expand(&self, id: NodeId, depth: usize) -> Math {
        let node = self.graph.node(id);
        let args = self.graph.args(id);
        let arg = |k: usize| self.write(args[k], depth);
        let boxed = |k: usize| Box::new(arg(k));
        let (row, attr) = match node.op {
            Op::Literal(value) => return Math::Number(value),
            Op::Constant(constant) => return Math::Constant(self.graph.constant_value(constant)),
            Op::Input(leaf) => return Math::Name(self.graph.leaf(leaf).name),
            Op::Hold(_) => return arg(0),
            Op::Raise(_) => return Math::Ellipsis,
            Op::Apply(row, attr) => (row, attr),
        };
        if let Some(lecture) = self.as_the_lecture_writes(row, &args, depth) {
            return lecture;
        }
        if row.mask.is_some() {
            let times = if row.is_entrywise() && !node.shape.is_scalar() {
                Times::Entrywise
            } else {
                Times::Scaling
            };
            return Math::product(times, arg(1), Math::Iverson(boxed(0)));
        }
        if row.is(&ASSEMBLE) {
            let blocks = self.graph.blocks(attr);
            let placed = blocks
                .iter()
                .zip(&args)
                .take(WRITTEN_ENTRIES)
                .map(|(block, arg)| {
                    let place = subscripts(Attr::Corner(block.corner), block.shape, node.shape);
                    Math::Placed(Box::new(self.write(*arg, depth)), place)
                });
            let mut terms: Vec<Math> = placed.collect();
            if args.len() > WRITTEN_ENTRIES {
                terms.push(Math::Ellipsis);
            }
            return Math::sum(terms);
        }
        if row.is(&FROZEN) {
            return arg(0);
        }
        if row.is(&DEVIATIONS) {
            let of = Some(arg(0))
                .into_iter()
                .chain(extra_arguments(row, attr, node.shape));
            let mean = Math::Call(MEAN.name.into(), of.collect());
            return Math::sum(vec![arg(0), Math::Neg(Box::new(mean))]);
        }
        if row.is(&SPREAD) {
            return Math::Placed(boxed(0), lines_listed(arg(1), attr, node.shape));
        }
        if let Attr::Rule(id) = attr {
            let rule = self.graph.rule_of(id);
            let parts = args[..rule.parameters].iter();
            let parts = parts.map(|arg| self.write(*arg, depth));
            let function = rule.function.clone().map(Math::Name);
            let parts = function.into_iter().chain(parts).collect();
            return Math::Call(rule.name.clone(), parts);
        }
        if let Attr::Round(id) = attr {
            return self.rounds(&self.graph.round_of(id), &args, depth);
        }
        match row.notation {
            Notation::Silent => arg(0),
            Notation::Negation => arg(0).negated(),
            Notation::Not => inverted(arg(0)),
            Notation::Transpose => Math::Transpose(boxed(0)),
            Notation::Choice => Math::If(boxed(0), boxed(1), boxed(2)),
            Notation::Index => {
                let from = self.graph.shape(args[0]);
                let subscripts = match args.get(1) {
                    None => subscripts(attr, node.shape, from),
                    Some(_) => lines_listed(arg(1), attr, from),
                };
                Math::Index(boxed(0), subscripts)
            }
            Notation::Matrix => {
                let mut entries: Vec<Math> = args
                    .iter()
                    .take(WRITTEN_ENTRIES)
                    .map(|arg| self.write(*arg, depth))
                    .collect();
                if args.len() > WRITTEN_ENTRIES {
                    entries.push(Math::Ellipsis);
                }
                let cols = if node.shape.cols == 1 {
                    args.len()
                } else {
                    node.shape.n()
                };
                Math::Matrix(cols, entries)
            }
            Notation::Infix(operator) => self.infix(operator, arg(0), arg(1), &args, node.shape),
            Notation::Call => {
                let mut parts: Vec<Math> = args
                    .iter()
                    .take(WRITTEN_ENTRIES)
                    .map(|arg| self.write(*arg, depth))
                    .collect();
                if args.len() > WRITTEN_ENTRIES {
                    parts.push(Math::Ellipsis);
                }
                parts.extend(extra_arguments(row, attr, node.shape));
                Math::Call(row.name.into(), parts)
            }
        }
    }

    /// A loop as it is called: the function, the states, and the count or the rows.
    fn rounds(&self, round: &Round, args: &[NodeId], depth: usize) -> Math {
        let operand = |k: &NodeId| self.write(*k, depth);
        let function = Math::Name(round.name.clone());
        let (states, rest) = args.split_at(round.states.len());
        let matrices = &rest[round.parameters.len()..];
        if let Some(each) = self.entry_by_entry(round, matrices) {
            return each;
        }
        let mut parts: Vec<Math> = [function]
            .into_iter()
            .chain(states.iter().map(operand))
            .collect();
        parts.extend(matrices.iter().map(operand));
        let special = match (round.keeps, matrices) {
            (Keeps::All, _) => Special::Scan,
            (Keeps::Last, []) => Special::Iterate,
            (Keeps::Last, _) => Special::Fold,
        };
        match round.count {
            RoundCount::Fixed(count) if matrices.is_empty() => {
                parts.push(Math::Number(count as f64));
            }
            RoundCount::Until(_, most) => {
                let most = Box::new(Math::Number(most as f64));
                parts.push(Math::Named(MOST_OPTION.into(), most));
            }
            RoundCount::Fixed(_) => {}
        }
        Math::Call(special.name().into(), parts)
    }

    /// `[… for i in 1..n]` for a loop whose rounds are entries of a comprehension: they do not read what the
    /// round before left.
    fn entry_by_entry(&self, round: &Round, matrices: &[NodeId]) -> Option<Math> {
        let graph = self.graph;
        let cone = graph.cone(&round.outputs(), |_| false);
        let reads_states = round.states.iter().any(|(state, _)| cone.has(*state));
        let [range] = matrices else { return None };
        let is_range = |row: &Primitive| row.is(&LINSPACE);
        if round.keeps != Keeps::All
            || reads_states
            || !graph.node(*range).primitive().is_some_and(is_range)
        {
            return None;
        }
        let ends = graph.args(*range);
        let [from, to] = [ends[0], ends[1]].map(|end| graph.literal_value(end).map(Math::Number));
        let clause = (round.name.clone(), from?, to?);
        let each = Math::Each(Box::new(Math::Ellipsis), vec![clause]);
        Some(Math::Matrix(1, vec![each]))
    }

    /// The node `id` as the operation `row`, seen through stretching: its arguments.
    fn matched(&self, id: NodeId, row: &Primitive) -> Option<Args> {
        let id = self.unstretched(id);
        let found = self
            .graph
            .node(id)
            .primitive()
            .is_some_and(|known| known.is(row));
        found.then(|| self.graph.args(id))
    }

    /// The node that `id` stretches, or `id`.
    fn unstretched(&self, id: NodeId) -> NodeId {
        let stretched = self
            .graph
            .node(id)
            .primitive()
            .is_some_and(|row| row.repeats);
        if stretched {
            self.graph.args(id)[0]
        } else {
            id
        }
    }

    /// Partials are computed in forms that stay right in the tails; they are written as everyone
    /// knows them: σ(x)σ(−x) as s(1 − s), 1/cosh² as 1 − tanh², the number of ties by name.
    fn as_the_lecture_writes(
        &self,
        row: &'static Primitive,
        args: &Args,
        depth: usize,
    ) -> Option<Math> {
        let one = || (false, Math::Number(1.0));
        if row.is(&MUL) {
            let x = self.matched(args[0], &SIGMOID)?[0];
            let opposite = self.matched(self.matched(args[1], &SIGMOID)?[0], &NEG)?[0];
            if x != opposite {
                return None;
            }
            let s = self.write(args[0], depth);
            let times = if self.graph.shape(args[0]).is_scalar() {
                Times::Scaling
            } else {
                Times::Entrywise
            };
            return Some(Math::Product(
                times,
                Box::new(s.clone()),
                Box::new(Math::Sum(vec![one(), (true, s)])),
            ));
        }
        if row.is(&DIV) && self.is_tie_count(args[1]) {
            return Some(Math::Quotient(
                Box::new(self.write(args[0], depth)),
                Box::new(Math::Name("ties".into())),
            ));
        }
        if row.is(&DIV) {
            let power = self.matched(args[1], &POW)?;
            let x = self.matched(power[0], &COSH)?[0];
            if self.graph.literal_value(power[1]) != Some(2.0) {
                return None;
            }
            let shape = self.graph.shape(x);
            let tanh = self.graph.apply(&TANH, Attr::None, shape, &[x]);
            let square = Math::Power(
                Box::new(self.write(tanh, depth)),
                Box::new(Math::Number(2.0)),
            );
            let slope = Math::Sum(vec![one(), (true, square)]);
            if self.graph.literal_value(args[0]) == Some(1.0) {
                return Some(slope);
            }
            let times = if shape.is_scalar() {
                Times::Scaling
            } else {
                Times::Entrywise
            };
            return Some(Math::product(times, self.write(args[0], depth), slope));
        }
        None
    }

    /// True if `id` counts selected arguments: a sum of conditions.
    fn is_tie_count(&self, id: NodeId) -> bool {
        let truth = |id: NodeId| {
            let row = self.graph.node(self.unstretched(id)).primitive();
            row.is_some_and(Primitive::is_truth)
        };
        match (self.matched(id, &ADD), self.matched(id, &SUM)) {
            (Some(args), _) => args
                .iter()
                .all(|arg| truth(*arg) || self.is_tie_count(*arg)),
            (_, Some(args)) => truth(args[0]),
            _ => false,
        }
    }

    fn infix(&self, operator: Operator, a: Math, b: Math, args: &[NodeId], shape: Shape) -> Math {
        let [left, right] = [Box::new(a), Box::new(b)];
        match operator {
            Operator::Add => Math::Sum(vec![(false, *left), (false, *right)]),
            Operator::Sub => Math::Sum(vec![(false, *left), (true, *right)]),
            Operator::Mul => {
                let scaling = shape.is_scalar() || args.iter().any(|arg| self.is_scalar(*arg));
                let times = if scaling {
                    Times::Scaling
                } else {
                    Times::Entrywise
                };
                Math::product(times, *left, *right)
            }
            Operator::MatMul => Math::product(Times::Matrix, *left, *right),
            Operator::Div => Math::quotient(*left, *right),
            Operator::Pow => Math::Power(left, right),
            Operator::Eq => Math::Infix("==", left, right),
            Operator::Ne => Math::Infix("!=", left, right),
            Operator::Lt => Math::Infix("<", left, right),
            Operator::Le => Math::Infix("<=", left, right),
            Operator::Gt => Math::Infix(">", left, right),
            Operator::Ge => Math::Infix(">=", left, right),
            Operator::And => Math::Infix("and", left, right),
            Operator::Or => Math::Infix("or", left, right),
        }
    }

    /// True if `id` is a scalar, or one that was stretched.
    fn is_scalar(&self, id: NodeId) -> bool {
        self.graph.shape(self.unstretched(id)).is_scalar()
    }
}

/// The opposite of a condition.
fn inverted(condition: Math) -> Math {
    match condition {
        Math::Infix("<", a, b) => Math::Infix(">=", a, b),
        Math::Infix("<=", a, b) => Math::Infix(">", a, b),
        Math::Infix(">", a, b) => Math::Infix("<=", a, b),
        Math::Infix(">=", a, b) => Math::Infix("<", a, b),
        Math::Infix("==", a, b) => Math::Infix("!=", a, b),
        Math::Infix("!=", a, b) => Math::Infix("==", a, b),
        Math::Infix("or", a, b) => {
            Math::Infix("and", Box::new(inverted(*a)), Box::new(inverted(*b)))
        }
        Math::Infix("and", a, b) => {
            Math::Infix("or", Box::new(inverted(*a)), Box::new(inverted(*b)))
        }
        Math::Not(inner) => *inner,
        other => Math::Not(Box::new(other)),
    }
}

/// The numbers among the arguments of a call that are no nodes.
fn extra_arguments(row: &Primitive, attr: Attr, shape: Shape) -> Vec<Math> {
    let number = |x: u32| Math::Number(f64::from(x));
    let named =
        |name: &str, value: u64| Math::Named(name.into(), Box::new(Math::Number(value as f64)));
    let mut extra: Vec<Math> = row.sizes_shown(shape).into_iter().map(number).collect();
    match attr {
        Attr::Axis(axis) => extra.push(named("axis", u64::from(axis))),
        Attr::Seed(low, high) => extra.push(named("seed", u64::from(low) | u64::from(high) << 32)),
        _ => {}
    }
    extra
}

/// The indices of the rows or columns that a vector lists.
fn lines_listed(vector: Math, attr: Attr, from: Shape) -> Vec<Subscript> {
    match attr {
        _ if from.is_vector() => vec![Subscript::At(vector)],
        Attr::Axis(2) => vec![Subscript::All, Subscript::At(vector)],
        _ => vec![Subscript::At(vector), Subscript::All],
    }
}

/// One index of a block: from the first to the last, counted from 1; `None` for all.
type Span = Option<(u32, u32)>;

/// The indices that select a block of the shape `extent` at a corner.
pub fn spans(attr: Attr, extent: Shape, from: Shape) -> Vec<Span> {
    let Attr::Corner(Corner { row, col }) = attr else {
        return Vec::new();
    };
    let one = |first: u32, count: u32, length: u32| {
        (count != length || count == 1).then_some((first + 1, first + count))
    };
    let rows = one(row, extent.rows, from.rows);
    let cols = one(col, extent.cols, from.cols);
    if from.cols == 1 {
        vec![rows]
    } else if from.rows == 1 {
        vec![cols]
    } else {
        vec![rows, cols]
    }
}

/// The same as indices of a formula.
fn subscripts(attr: Attr, extent: Shape, from: Shape) -> Vec<Subscript> {
    let number = |index: u32| Math::Number(f64::from(index));
    let one = |span: Span| match span {
        None => Subscript::All,
        Some((first, last)) if first == last => Subscript::At(number(first)),
        Some((first, last)) => Subscript::Range(number(first), number(last)),
    };
    spans(attr, extent, from).into_iter().map(one).collect()
}
