//! From a differential to the derivative: the gradient read off, errors put in, simplified.

use super::walk::{Result, Walk};
use super::{DIRECTION, DerivationRule, Head, line_options};
use crate::diff::{Flow, Held, Target, reverse};
use crate::graph::NodeId;
use crate::primitives::arithmetic::{ADD, MUL, SUB};
use crate::simplify::{self, Simplified, Unwritable, WriteOptions};
use crate::symbolic::derive::{derivative_node, tangent_node};
use crate::syntax::ast::{ExprId, Name};
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations up to which an error is put in where it is used.
const PUT_IN: u64 = 60;

impl Walk<'_, '_> {
    /// The differential of the output along d of `node`, where simplifying makes it shorter than `root`.
    pub(super) fn shorter(
        &mut self,
        head: &Head,
        node: NodeId,
        root: ExprId,
        fixed: &dyn Fn(NodeId) -> bool,
    ) -> Result<()> {
        let graph = self.graph();
        let mut held: Held = self.subject.held.clone();
        held.extend(self.named.iter().filter(|id| fixed(**id)));
        let d = self.at.d(node)?;
        let formula = self.with_tangent(node, &held, |tangent, options| {
            simplify::write(graph, tangent, options)
        });
        let Ok(formula) = formula else {
            return Ok(());
        };
        let images = FxHashMap::from_iter([(DIRECTION.into(), d)]);
        self.at.tree.last.insert(d);
        let line = self.at.tree.formula(&formula, &images);
        self.at.tree.last.clear();
        let length = |line: ExprId| self.at.tree.text(line).len();
        let Some(line) = line.filter(|line| length(*line) * 5 < length(root) * 4) else {
            return Ok(());
        };
        self.line(
            head.clone(),
            DerivationRule::Simplify(Vec::new()),
            Vec::new(),
            line,
        );
        Ok(())
    }

    /// What `write` makes of the tangent of the output along a direction of `node`, which it calls [`DIRECTION`].
    pub(super) fn with_tangent<T>(
        &self,
        node: NodeId,
        held: &Held,
        write: impl FnOnce(NodeId, &WriteOptions<'_>) -> T,
    ) -> T {
        let graph = self.graph();
        let direction = graph.input("".into(), graph.shape(node), None);
        let whole = Target { node, entry: None };
        let tangent = tangent_node(graph, self.output, whole, direction, held);
        let names = |id: NodeId| match id == direction {
            true => Some(DIRECTION.into()),
            false => (self.names)(id),
        };
        write(tangent, &line_options(self.subject, &names, &self.named))
    }

    /// The gradient by `node` that its users give, term by term; and whether it is the product of an error and
    /// something else.
    pub(super) fn gradient(
        &mut self,
        users: &[(NodeId, Option<usize>)],
        node: NodeId,
        fixed: &dyn Fn(NodeId) -> bool,
    ) -> Result<(ExprId, bool)> {
        let graph = self.graph();
        let mut terms: Vec<(bool, NodeId)> = Vec::new();
        for &(user, error) in users {
            let mut held: Held = self.subject.held.clone();
            held.extend(
                graph
                    .cone(&[user], |_| false)
                    .iter()
                    .filter(|id| fixed(**id)),
            );
            held.insert(node);
            held.remove(&user);
            let seed = match error {
                Some(k) => graph.term(self.errors[k].leaf),
                None => graph.term(graph.literal(1.0)),
            };
            let found = reverse(graph, user, Flow::everywhere(seed), &[node], &held)[0];
            let found = found.ok_or(Unwritable::NoSpelling)?;
            let mut stack = vec![(false, found.term.id)];
            while let Some((negative, id)) = stack.pop() {
                let row = graph.node(id).primitive();
                let subtracts = row.is_some_and(|row| row.is(&SUB));
                if subtracts || row.is_some_and(|row| row.is(&ADD)) {
                    let args = graph.args(id);
                    stack.push((negative != subtracts, args[1]));
                    stack.push((negative, args[0]));
                } else {
                    terms.push((negative, id));
                }
            }
        }
        let errors: FxHashMap<NodeId, Name> = self
            .errors
            .iter()
            .map(|error| (error.leaf, error.name.clone()))
            .collect();
        let written: FxHashMap<Name, ExprId> = self
            .errors
            .iter()
            .map(|error| (error.name.clone(), error.written))
            .collect();
        let names = |id: NodeId| errors.get(&id).cloned().or_else(|| (self.names)(id));
        let options = line_options(self.subject, &names, &self.named);
        let product = self.is_error_times_input(&terms);
        let mut sum = Vec::new();
        for (negative, term) in terms {
            let formula = simplify::as_read(graph, term, &options)?;
            let term = self
                .at
                .tree
                .formula(&formula, &written)
                .ok_or(Unwritable::TooLarge)?;
            sum.push((negative, term));
        }
        let sum = self.at.tree.total(&sum).ok_or(Unwritable::NoSpelling)?;
        Ok((sum, product))
    }

    /// True if a gradient is the matrix product of an error and something else, or a scalar error times it.
    fn is_error_times_input(&self, terms: &[(bool, NodeId)]) -> bool {
        let [(false, term)] = terms else {
            return false;
        };
        let graph = self.graph();
        let Some(row) = graph.node(*term).primitive() else {
            return false;
        };
        let is_error = |arg: NodeId| self.errors.iter().any(|error| error.leaf == arg);
        let repeats_error = |arg: NodeId| {
            let row = graph.node(arg).primitive();
            row.is_some_and(|row| row.repeats) && is_error(graph.args(arg)[0])
        };
        let args = graph.args(*term);
        match row.is(&MUL) {
            true => args.into_iter().any(repeats_error),
            false => row.is_matrix_product() && args.into_iter().any(is_error),
        }
    }

    /// Errors are replaced by the formulas that were found for them; true if there are any.
    pub(super) fn put_in(&mut self, head: &Head, root: ExprId) -> bool {
        let mut images = FxHashMap::default();
        let mut letters = Vec::new();
        for k in 0..self.errors.len() {
            let error = &self.errors[k];
            let Some(formula) = error.formula.clone().filter(|it| it.after.tree <= PUT_IN) else {
                continue;
            };
            let (written, name) = (error.written, error.name.clone());
            if let Some(image) = self.at.tree.formula(&formula, &FxHashMap::default()) {
                images.insert(written, image);
                letters.push((name, image, written));
            }
        }
        let put = self.at.tree.replaced(root, &images);
        if put != root {
            letters.retain(|(.., written)| self.occurs(root, *written));
            let letters = letters
                .into_iter()
                .map(|(name, image, _)| (name, image))
                .collect();
            self.line(head.clone(), DerivationRule::Insert, letters, put);
        }
        put != root
    }

    fn occurs(&self, root: ExprId, part: ExprId) -> bool {
        let mut stack = vec![root];
        let mut seen = FxHashSet::default();
        while let Some(id) = stack.pop() {
            if id == part {
                return true;
            }
            if seen.insert(id) {
                let expr = self.at.tree.sheet.script().expr(id);
                expr.children(|child| stack.push(child));
            }
        }
        false
    }

    /// The lines from the last one to `result`, the derivative with respect to `target`; with `by_errors` the
    /// last one has errors in it that are simplified already.
    pub(super) fn simplified(
        &mut self,
        head: &Head,
        target: Target,
        result: &Simplified,
        by_errors: bool,
    ) {
        let graph = self.graph();
        let node = derivative_node(graph, self.output, target, self.subject.held);
        let options = line_options(self.subject, self.names, &self.named);
        let mut rules = result.rules.clone();
        let before = self.lines.last_text(&self.at.tree);
        if before == result.one_line() {
            return;
        }
        if let Ok(stages) = simplify::stages(graph, node, &options) {
            for (k, (mut found, formula)) in stages.into_iter().enumerate() {
                rules.retain(|rule| !found.contains(rule));
                if k == 0 || by_errors {
                    found.clear();
                }
                // What the normal form only multiplies out, or errors have been simplified from, is not shown.
                let longer = formula.one_line().len() > before.len();
                if longer && (k == 0 || by_errors) {
                    continue;
                }
                self.show(head.clone(), DerivationRule::Simplify(found), &formula);
            }
        }
        if by_errors {
            rules.clear();
        }
        let rule = match result.parts.is_empty() {
            true => DerivationRule::Simplify(rules),
            false => DerivationRule::Shared,
        };
        self.show(head.clone(), rule, result);
    }
}
