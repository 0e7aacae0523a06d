//! The differential of one operation: as the engine's rule for it says, applied to the formula as it is
//! written.

use super::DerivationRule;
use super::tree::Tree;
use super::writer::Writer;
use crate::graph::primitive::{DerivativeRule, Notation};
use crate::graph::{Graph, NodeId, Op, Primitive, Shape};
use crate::primitives::arithmetic::{ADD, DIV, MUL, NEG, SUB};
use crate::primitives::array::POISON;
use crate::simplify::Unwritable;
use crate::syntax::ast::{BinaryOp, ExprId, Name};
use rustc_hash::{FxHashMap, FxHashSet};

/// A rule, applied to a node.
pub(super) struct Applied {
    pub rule: DerivationRule,
    /// The differential of the node, with those of other nodes in it.
    pub differential: ExprId,
}

/// Differentiates nodes of one graph with respect to one variable.
pub(super) struct Differentiator<'g, 'n> {
    pub writer: Writer<'g, 'n>,
    pub tree: Tree,
    /// The variable.
    pub target: NodeId,
    /// The nodes that depend on the variable.
    pub active: FxHashSet<NodeId>,
    /// d(…) of nodes.
    pub pending: FxHashMap<NodeId, ExprId>,
    /// Names that laws must not use as letters.
    pub used: FxHashSet<Name>,
}

pub(super) type Result<T> = std::result::Result<T, Unwritable>;

impl<'g> Differentiator<'g, '_> {
    pub fn graph(&self) -> &'g Graph {
        self.writer.graph
    }

    pub(super) fn row(&self, id: NodeId) -> Option<&'static Primitive> {
        self.graph().node(id).primitive()
    }

    pub(super) fn is(&self, id: NodeId, row: &Primitive) -> bool {
        self.row(id).is_some_and(|known| known.is(row))
    }

    /// True if a node depends on the variable.
    pub fn is_active(&self, id: NodeId) -> bool {
        self.active.contains(&id)
    }

    /// The arguments of a node as they are written: numbers that are repeated as numbers.
    pub fn operands(&self, id: NodeId) -> Vec<NodeId> {
        let seen_through = self.writer.is_entrywise(id);
        let shown = |arg: NodeId| match seen_through {
            true => self.writer.shown(arg),
            false => arg,
        };
        self.graph().args(id).into_iter().map(shown).collect()
    }

    /// d(…) of a node: 1 for a scalar variable itself.
    pub(super) fn d(&mut self, id: NodeId) -> Result<ExprId> {
        if id == self.target && self.graph().shape(id).is_scalar() {
            return Ok(self.tree.one);
        }
        if let Some(known) = self.pending.get(&id) {
            return Ok(*known);
        }
        let of = self.writer.write(&mut self.tree, id)?;
        let pending = self.tree.sheet.call("d", vec![of]);
        if self.graph().shape(id).is_scalar() {
            self.tree.is_scalar(pending);
        }
        self.pending.insert(id, pending);
        Ok(pending)
    }

    /// The rule for a node that depends on the variable, applied.
    pub(super) fn differential(&mut self, id: NodeId) -> Result<Applied> {
        let applied = self.applied(id)?;
        if self.graph().shape(id).is_scalar() {
            self.tree.is_scalar(applied.differential);
        }
        Ok(applied)
    }

    fn applied(&mut self, id: NodeId) -> Result<Applied> {
        let args = self.operands(id);
        let Op::Apply(row, _) = self.graph().node(id).op else {
            return match self.graph().node(id).op {
                Op::Hold(_) => self.linear(id, &args, DerivationRule::Sum),
                _ => Err(Unwritable::NoSpelling),
            };
        };
        let active: Vec<usize> = (0..args.len())
            .filter(|k| self.is_active(args[*k]))
            .collect();
        if row.is(&ADD) || row.is(&SUB) || (row.is(&NEG) && self.is_sum(args[0])) {
            return self.sum(id);
        }
        if self.scaled(id).is_some() {
            return self.constant_factor(id);
        }
        if row.is(&POISON) {
            return self.linear(id, &args[..1], DerivationRule::Definition);
        }
        if row.chooses {
            return self.linear(id, &args, DerivationRule::Branch);
        }
        match row.derivative {
            DerivativeRule::Bilinear(..) => self.product(id, &args, &active),
            _ if row.is(&MUL) => self.product(id, &args, &active),
            _ if row.is(&DIV) && active.len() == 2 => self.quotient(&args),
            DerivativeRule::Linear(_) => {
                let rule = match row.notation {
                    Notation::Transpose => DerivationRule::Transpose,
                    Notation::Index => DerivationRule::Entry,
                    Notation::Matrix => DerivationRule::EntryByEntry,
                    Notation::Silent => DerivationRule::Repeated,
                    _ => DerivationRule::Linear(row.name),
                };
                self.linear(id, &args, rule)
            }
            DerivativeRule::Rounds | DerivativeRule::RoundsBack => Err(Unwritable::Loop),
            _ => self.by_table(id, row, &args, &active),
        }
    }

    pub(super) fn is_sum(&self, id: NodeId) -> bool {
        let named = self.writer.name(id).is_some();
        !named && [&ADD, &SUB, &NEG].iter().any(|row| self.is(id, row))
    }

    /// The terms of a sum, each with whether it is subtracted.
    fn terms(&self, root: NodeId) -> Vec<(bool, NodeId)> {
        let shape = self.graph().shape(root);
        let mut terms = Vec::new();
        let mut stack = vec![(false, root)];
        while let Some((negative, id)) = stack.pop() {
            if id != root && !(self.is_sum(id) && self.graph().shape(id) == shape) {
                terms.push((negative, id));
                continue;
            }
            let args = self.operands(id);
            let last = args.len() - 1;
            let turns = !self.is(id, &ADD);
            for (k, arg) in args.into_iter().enumerate().rev() {
                stack.push((negative != (turns && k == last), arg));
            }
        }
        terms
    }

    fn sum(&mut self, id: NodeId) -> Result<Applied> {
        let terms = self.terms(id);
        let count = terms.len();
        let mut opened = Vec::new();
        let mut differentials = Vec::new();
        for (negative, term) in terms {
            if self.is_active(term) {
                differentials.push((negative, self.d(term)?));
                opened.push(term);
            }
        }
        let total = self
            .tree
            .total(&differentials)
            .ok_or(Unwritable::NoSpelling)?;
        let rule = match (opened.len(), count) {
            (1, 1) => DerivationRule::ConstantFactor,
            (1, _) => DerivationRule::ConstantTerm,
            _ => DerivationRule::Sum,
        };
        let differential = self.filled(id, total, &opened);
        Ok(Applied { rule, differential })
    }

    /// `total` in the shape of `id`, where only numbers that were repeated are left of it.
    fn filled(&mut self, id: NodeId, total: ExprId, left: &[NodeId]) -> ExprId {
        let shape = self.graph().shape(id);
        let shapes: Vec<Shape> = left.iter().map(|term| self.graph().shape(*term)).collect();
        match Shape::common(&shapes) == Some(shape) {
            true => total,
            false => {
                let ones = self.tree.sheet.filled("ones", shape);
                match total == self.tree.one {
                    true => ones,
                    false => {
                        let scalar = shapes.iter().all(|shape| shape.is_scalar());
                        let op = match scalar {
                            true => BinaryOp::Mul,
                            false => BinaryOp::DotMul,
                        };
                        self.tree.sheet.binary(op, total, ones)
                    }
                }
            }
        }
    }

    /// The only argument of a product, or the upper side of a quotient, that depends on the variable.
    pub(super) fn scaled(&self, id: NodeId) -> Option<usize> {
        let row = self.row(id)?;
        let args = self.operands(id);
        let mut active = (0..args.len()).filter(|k| self.is_active(args[*k]));
        let (only, others) = (active.next()?, active.count());
        let product = row.is(&MUL) || row.is_matrix_product() || row.is(&NEG);
        (others == 0 && (product || (row.is(&DIV) && only == 0))).then_some(only)
    }

    /// c·u, u/c and −u, also one in the other.
    fn constant_factor(&mut self, id: NodeId) -> Result<Applied> {
        let mut path = Vec::new();
        let mut inner = id;
        while let Some(k) = self.scaled(inner) {
            if inner != id && self.writer.name(inner).is_some() {
                break;
            }
            path.push((inner, k));
            inner = self.operands(inner)[k];
        }
        let mut differential = self.d(inner)?;
        let mut below = true;
        for &(node, k) in path.iter().rev() {
            below &= self.is(node, &DIV);
            if self.is(node, &NEG) {
                differential = self.tree.negated(differential);
                continue;
            }
            let mut args = Vec::new();
            for arg in self.operands(node) {
                args.push(self.writer.write(&mut self.tree, arg)?);
            }
            args[k] = differential;
            let signed = self.tree.unsigned(differential);
            args[k] = signed.unwrap_or(differential);
            differential = self.writer.on(&mut self.tree, node, &args)?;
            if signed.is_some() {
                differential = self.tree.negated(differential);
            }
        }
        let rule = match below {
            true => DerivationRule::ConstantDenominator,
            false => DerivationRule::ConstantFactor,
        };
        Ok(Applied { rule, differential })
    }

    /// The operation itself on the differentials; what does not depend on the variable is 0.
    fn linear(&mut self, id: NodeId, args: &[NodeId], rule: DerivationRule) -> Result<Applied> {
        let row = self.row(id);
        let places = row.map_or(0, |row| row.places);
        let condition = usize::from(row.is_some_and(|row| row.chooses));
        let mut written = Vec::new();
        for (k, arg) in args.iter().enumerate() {
            let kept = k < condition || k + places >= args.len();
            written.push(if kept {
                self.writer.write(&mut self.tree, *arg)?
            } else if self.is_active(*arg) {
                self.d(*arg)?
            } else {
                match self.graph().shape(*arg) {
                    shape if shape.is_scalar() => self.tree.sheet.number(0.0),
                    shape => self.tree.sheet.filled("zeros", shape),
                }
            });
        }
        let differential = self.writer.on(&mut self.tree, id, &written)?;
        Ok(Applied { rule, differential })
    }

    /// d(u·v) = d(u)·v + u·d(v)
    fn product(&mut self, id: NodeId, args: &[NodeId], active: &[usize]) -> Result<Applied> {
        let mut written = Vec::new();
        for arg in args {
            written.push(self.writer.write(&mut self.tree, *arg)?);
        }
        let mut terms = Vec::new();
        for &k in active {
            let mut factors = written.clone();
            factors[k] = self.d(args[k])?;
            terms.push((false, self.writer.on(&mut self.tree, id, &factors)?));
        }
        let total = self.tree.total(&terms).ok_or(Unwritable::NoSpelling)?;
        let rule = match active.len() {
            1 => DerivationRule::ConstantFactor,
            _ => DerivationRule::Product,
        };
        Ok(Applied {
            rule,
            differential: total,
        })
    }

    /// d(u/v) = (d(u)·v − u·d(v))/v²
    fn quotient(&mut self, args: &[NodeId]) -> Result<Applied> {
        let [u, v] = [args[0], args[1]];
        let shapes = [u, v].map(|arg| self.graph().shape(arg));
        let scalar = shapes.map(|shape| shape.is_scalar());
        let [written_u, written_v] = [
            self.writer.write(&mut self.tree, u)?,
            self.writer.write(&mut self.tree, v)?,
        ];
        let (du, dv) = (self.d(u)?, self.d(v)?);
        let times = match scalar.contains(&true) {
            true => BinaryOp::Mul,
            false => BinaryOp::DotMul,
        };
        let (divide, power) = match scalar[1] {
            true => (BinaryOp::Div, BinaryOp::Pow),
            false => (BinaryOp::DotDiv, BinaryOp::DotPow),
        };
        let first = self.tree.product(times, du, written_v);
        let second = self.tree.product(times, written_u, dv);
        let above = self.tree.sum(true, first, second);
        let two = self.tree.sheet.number(2.0);
        let below = self.tree.sheet.binary(power, written_v, two);
        let differential = self.tree.sheet.binary(divide, above, below);
        Ok(Applied {
            rule: DerivationRule::Quotient,
            differential,
        })
    }
}
