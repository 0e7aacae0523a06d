//! Rules of the primitive table: what forward mode gives for an operation on letters, with the arguments put
//! in.

use super::rules::{Applied, Differentiator, Result};
use super::{DerivationRule, plain_options};
use crate::diff::{Flow, Held, forward};
use crate::graph::primitive::{DerivativeRule, Notation, Operator};
use crate::graph::substitute::spelled;
use crate::graph::{NodeId, Op, Primitive};
use crate::simplify::{self, Unwritable, WriteOptions};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Name};
use rustc_hash::FxHashMap;

impl Differentiator<'_, '_> {
    /// The engine's rule on arguments that are letters, with the arguments put in.
    pub(super) fn by_table(
        &mut self,
        id: NodeId,
        row: &'static Primitive,
        args: &[NodeId],
        active: &[usize],
    ) -> Result<Applied> {
        let graph = self.graph();
        let (abstracted, letters) = self.abstracted(id, args);
        let mut names: FxHashMap<NodeId, Name> = FxHashMap::default();
        let mut images: FxHashMap<Name, ExprId> = FxHashMap::default();
        let mut order = Vec::new();
        let mut directions = Vec::new();
        for (k, (leaf, arg)) in letters.iter().enumerate() {
            let name: Name = format!("arg{k}").into();
            images.insert(name.clone(), self.writer.write(&mut self.tree, *arg)?);
            names.insert(*leaf, name);
            order.push(*leaf);
            if self.is_active(*arg) {
                let name: Name = format!("dot{k}").into();
                let dot = graph.input(name.clone(), graph.shape(*leaf), None);
                let d = self.d(*arg)?;
                images.insert(name.clone(), d);
                self.tree.last.insert(d);
                names.insert(dot, name);
                directions.push((*leaf, dot));
            }
        }
        order.extend(directions.iter().map(|(_, dot)| *dot));
        let output = spelled(graph, abstracted, |_| false);
        let mut named = Vec::new();
        if let Some(name) = self.writer.name(id) {
            let itself: Name = "itself".into();
            let written = self.tree.sheet.name(name);
            if graph.shape(id).is_scalar() {
                self.tree.is_scalar(written);
            }
            images.insert(itself.clone(), written);
            names.insert(output, itself);
            named.push(output);
        }
        let name = |node: NodeId| names.get(&node).cloned();
        let options = WriteOptions {
            named: &named,
            ..plain_options(&name, &order)
        };
        let mut terms = Vec::new();
        // Entry by entry the partial derivative stands before the differential.
        let partial = matches!(
            row.derivative,
            DerivativeRule::Partial1(_) | DerivativeRule::Partial2(..)
        );
        let ways: Vec<Vec<(NodeId, NodeId)>> = match partial {
            true => directions
                .iter()
                .map(|direction| vec![*direction])
                .collect(),
            false => vec![directions],
        };
        for way in ways {
            let seed = |(leaf, dot): &(NodeId, NodeId)| {
                let direction = match partial {
                    true => graph.term(graph.literal(1.0)).stretch(graph.shape(*leaf)),
                    false => graph.term(*dot),
                };
                (*leaf, Flow::everywhere(direction))
            };
            let seeds = way.iter().map(seed).collect();
            let tangents = forward(graph, &[output], &seeds, &Held::default());
            let tangent = tangents.get(output).ok_or(Unwritable::NoSpelling)?.term.id;
            let formula = simplify::write(graph, tangent, &options)?;
            let mut term = self
                .tree
                .formula(&formula, &images)
                .ok_or(Unwritable::TooLarge)?;
            if let (true, [(leaf, dot)]) = (partial, &way[..]) {
                let op = match [*leaf, id]
                    .iter()
                    .any(|node| graph.shape(*node).is_scalar())
                {
                    true => BinaryOp::Mul,
                    false => BinaryOp::DotMul,
                };
                if graph.shape(id).is_scalar() {
                    self.tree.is_scalar(term);
                }
                term = self.times(op, term, images[&names[dot]]);
            }
            terms.push((false, term));
        }
        self.tree.last.clear();
        let differential = self.tree.total(&terms).ok_or(Unwritable::NoSpelling)?;
        let opened: Vec<NodeId> = active.iter().map(|k| args[*k]).collect();
        let of_variable = opened == [self.target];
        let rule = match (row.notation, of_variable) {
            (Notation::Infix(Operator::Pow), true) if active == [0] => DerivationRule::Power,
            (Notation::Infix(Operator::Pow), _) if active.len() == 2 => {
                DerivationRule::VariableExponent
            }
            (Notation::Infix(Operator::Div), _) => DerivationRule::Reciprocal,
            (_, true) => DerivationRule::Function(row.name),
            _ => DerivationRule::Chain(row.name),
        };
        Ok(Applied { rule, differential })
    }

    /// partial·d; 1/u·d is d/u
    fn times(&mut self, op: BinaryOp, partial: ExprId, d: ExprId) -> ExprId {
        let one = |kind: &ExprKind| matches!(kind, ExprKind::Number(x) if *x == 1.0);
        if one(self.tree.sheet.kind(partial)) {
            return d;
        }
        if let Some(positive) = self.tree.unsigned(partial) {
            let product = self.times(op, positive, d);
            return self.tree.negated(product);
        }
        match *self.tree.sheet.kind(partial) {
            ExprKind::Binary(divide @ (BinaryOp::Div | BinaryOp::DotDiv), a, b)
                if one(self.tree.sheet.kind(a)) =>
            {
                self.tree.sheet.binary(divide, d, b)
            }
            _ => self.tree.product(op, partial, d),
        }
    }

    /// The node with letters for its arguments, equal ones for equal ones; numbers and the variable stay.
    fn abstracted(&self, id: NodeId, args: &[NodeId]) -> (NodeId, Vec<(NodeId, NodeId)>) {
        let graph = self.graph();
        let mut letters: Vec<(NodeId, NodeId)> = Vec::new();
        let mut new = Vec::new();
        for (arg, whole) in args.iter().zip(graph.args(id)) {
            if graph.literal_value(*arg).is_some() {
                new.push(whole);
                continue;
            }
            let known = letters.iter().find(|(_, known)| known == arg);
            let leaf = known.map_or_else(
                || graph.input("".into(), graph.shape(*arg), None),
                |(leaf, _)| *leaf,
            );
            if known.is_none() {
                letters.push((leaf, *arg));
            }
            new.push(graph.term(leaf).stretch(graph.shape(whole)).id);
        }
        let node = graph.node(id);
        let copy = match node.op {
            Op::Apply(row, attr) => graph.apply(row, attr, node.shape, &new),
            _ => id,
        };
        (copy, letters)
    }
}
