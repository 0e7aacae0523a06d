//! Graph to [`Math`]: nodes that have a symbol are written by it, everything else by its notation.

use super::math::{Math, Role, Times};
use crate::graph::primitive::{Notation, Operator};
use crate::graph::{Attr, Corner, Graph, NodeId, Op, Shape};
use crate::primitives::array::{GUARD, GUARD_ALL};
use rustc_hash::FxHashMap;

/// What nodes are called.
pub type Symbols = FxHashMap<NodeId, (Role, usize)>;

/// Entries of a matrix that are written out before the rest becomes an ellipsis.
const WRITTEN_ENTRIES: usize = 8;
/// How deep a formula is written before the rest becomes an ellipsis.
const WRITTEN_DEPTH: usize = 24;

/// Writes formulas of one graph.
pub struct Writer<'g, 's> {
    /// The graph.
    pub graph: &'g Graph,
    /// What nodes are called.
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
        if row.is(&GUARD) || row.is(&GUARD_ALL) {
            let times = if row.is(&GUARD) { Times::Entrywise } else { Times::Scaling };
            let times = if node.shape.is_scalar() { Times::Scaling } else { times };
            return Math::Product(times, boxed(1), Box::new(Math::Iverson(boxed(0))));
        }
        match row.notation {
            Notation::Silent => arg(0),
            Notation::Negation => arg(0).negated(),
            Notation::Not => inverted(arg(0)),
            Notation::Transpose => Math::Transpose(boxed(0)),
            Notation::Choice => Math::If(boxed(0), boxed(1), boxed(2)),
            Notation::Index => {
                Math::Index(boxed(0), index_text(attr, node.shape, self.graph.shape(args[0])))
            }
            Notation::Matrix => {
                let mut entries: Vec<Math> =
                    args.iter().take(WRITTEN_ENTRIES).map(|arg| self.write(*arg, depth)).collect();
                if args.len() > WRITTEN_ENTRIES {
                    entries.push(Math::Ellipsis);
                }
                let cols = if node.shape.cols == 1 { args.len() } else { node.shape.n() };
                Math::Matrix(cols, entries)
            }
            Notation::Infix(operator) => self.infix(operator, arg(0), arg(1), &args, node.shape),
            Notation::Call => {
                let mut parts: Vec<Math> =
                    args.iter().take(WRITTEN_ENTRIES).map(|arg| self.write(*arg, depth)).collect();
                if args.len() > WRITTEN_ENTRIES {
                    parts.push(Math::Ellipsis);
                }
                parts.extend(extra_arguments(row.name, attr, node.shape));
                Math::Call(row.name.into(), parts)
            }
        }
    }

    fn infix(&self, operator: Operator, a: Math, b: Math, args: &[NodeId], shape: Shape) -> Math {
        let [left, right] = [Box::new(a), Box::new(b)];
        match operator {
            Operator::Add => Math::Sum(vec![(false, *left), (false, *right)]),
            Operator::Sub => Math::Sum(vec![(false, *left), (true, *right)]),
            Operator::Mul => {
                let scaling = shape.is_scalar() || args.iter().any(|arg| self.is_scalar(*arg));
                let times = if scaling { Times::Scaling } else { Times::Entrywise };
                Math::Product(times, left, right)
            }
            Operator::MatMul => Math::Product(Times::Matrix, left, right),
            Operator::Div => Math::Quotient(left, right),
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

    /// Whether `id` is a scalar, or one that was stretched.
    fn is_scalar(&self, id: NodeId) -> bool {
        let node = self.graph.node(id);
        let stretched = node.primitive().is_some_and(|row| row.notation == Notation::Silent);
        let id = if stretched { self.graph.args(id)[0] } else { id };
        self.graph.shape(id).is_scalar()
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
        Math::Not(inner) => *inner,
        other => Math::Not(Box::new(other)),
    }
}

/// The numbers among the arguments of a call that are no nodes.
fn extra_arguments(name: &str, attr: Attr, shape: Shape) -> Vec<Math> {
    let number = |x: u32| Math::Number(f64::from(x));
    let named = |name: &str, value: u64| Math::Name(format!("{name}={value}").into());
    let mut extra = match name {
        "zeros" | "ones" | "rand" | "randn" | "reshape" => vec![number(shape.rows), number(shape.cols)],
        "eye" | "linspace" => vec![number(shape.rows)],
        "onehot" => vec![number(shape.cols)],
        _ => Vec::new(),
    };
    match attr {
        Attr::Axis(axis) => extra.push(named("axis", u64::from(axis))),
        Attr::Seed(low, high) => extra.push(named("seed", u64::from(low) | u64::from(high) << 32)),
        _ => {}
    }
    extra
}

/// The indices of a block of a value of shape `from`, as written in the language.
pub fn index_text(attr: Attr, extent: Shape, from: Shape) -> Vec<String> {
    let Attr::Corner(Corner { row, col }) = attr else {
        return Vec::new();
    };
    let one = |first: u32, count: u32, length: u32| {
        if count == length && count != 1 {
            ":".to_string()
        } else if count == 1 {
            (first + 1).to_string()
        } else {
            format!("{}..{}", first + 1, first + count)
        }
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
