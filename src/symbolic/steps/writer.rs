//! Nodes as the user wrote them: nothing is reordered or collected.

use super::tree::Tree;
use crate::graph::primitive::{Notation, Operator};
use crate::graph::{Attr, Corner, Graph, NodeId, Op};
use crate::primitives::arithmetic::FROZEN;
use crate::primitives::array::{DEVIATIONS, MEAN, POISON};
use crate::simplify::Unwritable;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Index, Name, UnaryOp};
use rustc_hash::FxHashMap;

/// The node that `id` repeats in every entry, or `id`.
fn unstretched(graph: &Graph, id: NodeId) -> NodeId {
    match graph.node(id).primitive() {
        Some(row) if row.repeats => graph.args(id)[0],
        _ => id,
    }
}

/// Writes nodes of one graph into a [`Tree`].
pub(super) struct Writer<'g, 'n> {
    pub graph: &'g Graph,
    /// The names that stand for nodes; such nodes are not looked into.
    pub names: &'n dyn Fn(NodeId) -> Option<Name>,
    /// The letters that stand for nodes in laws, and the names of errors.
    pub letters: FxHashMap<NodeId, Name>,
    written: FxHashMap<NodeId, ExprId>,
}

impl<'g, 'n> Writer<'g, 'n> {
    pub fn new(graph: &'g Graph, names: &'n dyn Fn(NodeId) -> Option<Name>) -> Writer<'g, 'n> {
        Writer {
            graph,
            names,
            letters: FxHashMap::default(),
            written: FxHashMap::default(),
        }
    }

    /// The name or the letter of a node.
    pub fn name(&self, id: NodeId) -> Option<Name> {
        let letter = self.letters.get(&id).cloned();
        letter.or_else(|| (self.names)(id))
    }

    /// The node that is written for an argument of an operation entry by entry: a number that is repeated
    /// in every entry as the number, unless what repeats it has a name.
    pub fn shown(&self, arg: NodeId) -> NodeId {
        match self.name(arg) {
            Some(_) => arg,
            None => unstretched(self.graph, arg),
        }
    }

    /// The node, by its name if it has one.
    pub(super) fn write(&mut self, tree: &mut Tree, root: NodeId) -> Result<ExprId, Unwritable> {
        let known = |id: NodeId| self.written.contains_key(&id) || self.name(id).is_some();
        for id in self.graph.cone(&[root], known) {
            if !self.written.contains_key(&id) {
                let written = match self.name(id) {
                    Some(name) => tree.sheet.name(name),
                    None => self.operation(tree, id)?,
                };
                self.written.insert(id, written);
                if self.graph.shape(id).is_scalar() {
                    tree.is_scalar(written);
                }
            }
        }
        self.written
            .get(&root)
            .copied()
            .ok_or(Unwritable::NoSpelling)
    }

    /// The node as an operation on its arguments, whether or not it has a name.
    pub(super) fn definition(&mut self, tree: &mut Tree, id: NodeId) -> Result<ExprId, Unwritable> {
        for arg in self.graph.args(id) {
            self.write(tree, arg)?;
            self.write(tree, self.shown(arg))?;
        }
        self.operation(tree, id)
    }

    fn operation(&mut self, tree: &mut Tree, id: NodeId) -> Result<ExprId, Unwritable> {
        let entrywise = self.is_entrywise(id);
        let mut args = Vec::new();
        for arg in self.graph.args(id) {
            let shown = match entrywise {
                true => self.shown(arg),
                false => arg,
            };
            let written = self.written.get(&shown).copied();
            args.push(written.ok_or(Unwritable::NoSpelling)?);
        }
        self.on(tree, id, &args)
    }

    /// True if numbers that are repeated in every entry are written as numbers.
    pub fn is_entrywise(&self, id: NodeId) -> bool {
        let shape = self.graph.shape(id);
        let row = self.graph.node(id).primitive();
        let whole = |arg: &NodeId| self.graph.shape(self.shown(*arg)) == shape;
        row.is_some_and(|row| row.is_entrywise()) && self.graph.args(id).iter().any(whole)
    }

    /// The operation of the node `id` on other arguments.
    pub(super) fn on(
        &self,
        tree: &mut Tree,
        id: NodeId,
        args: &[ExprId],
    ) -> Result<ExprId, Unwritable> {
        let (graph, node) = (self.graph, self.graph.node(id));
        let (row, attr) = match node.op {
            Op::Literal(value) => return Ok(tree.sheet.number(value)),
            Op::Constant(constant) => {
                return Ok(tree.sheet.constant(&graph.constant_value(constant)));
            }
            Op::Hold(_) => return Ok(args[0]),
            Op::Input(_) | Op::Raise(_) => return Err(Unwritable::NoSpelling),
            Op::Apply(row, attr) => (row, attr),
        };
        if row.is(&POISON) || row.is(&FROZEN) {
            return Ok(args[0]);
        }
        if row.repeats {
            let ones = tree.sheet.filled("ones", node.shape);
            let scalar = graph.shape(graph.args(id)[0]).is_scalar();
            let op = if scalar {
                BinaryOp::Mul
            } else {
                BinaryOp::DotMul
            };
            return Ok(tree.product(op, args[0], ones));
        }
        if row.is(&DEVIATIONS) {
            let mean = tree.sheet.operation(MEAN.name, vec![args[0]], attr);
            return Ok(tree.sum(true, args[0], mean));
        }
        if let Attr::Rule(rule) = attr {
            let rule = graph.rule_of(rule);
            let args = &args[..rule.parameters];
            return match &rule.function {
                None => Ok(tree.sheet.call(&rule.name, args.to_vec())),
                Some(_) => Err(Unwritable::NoSpelling),
            };
        }
        if matches!(attr, Attr::Round(_) | Attr::RoundBack(_)) {
            return Err(Unwritable::Loop);
        }
        if !row.is_writable() || row.mask.is_some() {
            return Err(Unwritable::NoSpelling);
        }
        let sheet = &mut tree.sheet;
        Ok(match row.notation {
            Notation::Infix(operator) => return Ok(self.infix(tree, id, operator, args)),
            Notation::Negation => sheet.negative(args[0]),
            Notation::Not => sheet.push(ExprKind::Unary(UnaryOp::Not, args[0])),
            Notation::Transpose if args[0] == tree.one => args[0],
            Notation::Transpose => sheet.transposed(args[0]),
            Notation::Choice => sheet.push(ExprKind::If(args[0], args[1], args[2])),
            Notation::Index => {
                let from = graph.shape(graph.args(id)[0]);
                let indices = match (args.get(1).copied(), attr) {
                    (None, Attr::Corner(corner)) => sheet.indices(corner, node.shape, from),
                    (None, _) => sheet.indices(Corner { row: 0, col: 0 }, node.shape, from),
                    (Some(vector), _) if from.is_vector() => vec![Index::At(vector)],
                    (Some(vector), Attr::Axis(2)) => vec![Index::All, Index::At(vector)],
                    (Some(vector), _) => vec![Index::At(vector), Index::All],
                };
                sheet.push(ExprKind::Index(args[0], indices))
            }
            Notation::Matrix => sheet.matrix(args.to_vec(), node.shape),
            Notation::Silent => return Err(Unwritable::NoSpelling),
            Notation::Call => {
                let mut args = args.to_vec();
                let sizes = row.sizes_shown(node.shape);
                args.extend(sizes.into_iter().map(|size| sheet.number(f64::from(size))));
                sheet.operation(row.name, args, attr)
            }
        })
    }

    fn infix(&self, tree: &mut Tree, id: NodeId, operator: Operator, args: &[ExprId]) -> ExprId {
        let (nodes, seen_through) = (self.graph.args(id), self.is_entrywise(id));
        let scalar = |k: usize| {
            let shown = match seen_through {
                true => self.shown(nodes[k]),
                false => nodes[k],
            };
            self.graph.shape(shown).is_scalar()
        };
        let op = match operator {
            Operator::Mul if scalar(0) || scalar(1) => BinaryOp::Mul,
            Operator::Div if scalar(1) => BinaryOp::Div,
            Operator::Pow if scalar(0) && scalar(1) => BinaryOp::Pow,
            operator => operator.into(),
        };
        let product = matches!(op, BinaryOp::Mul | BinaryOp::DotMul);
        match product && args.contains(&tree.one) {
            true => tree.product(op, args[0], args[1]),
            false => tree.sheet.binary(op, args[0], args[1]),
        }
    }
}
