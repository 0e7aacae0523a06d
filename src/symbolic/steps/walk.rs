//! From the first line of a derivation to its last.

use super::lines::{Line, Lines, Side};
use super::rules::Differentiator;
use super::tree::Tree;
use super::writer::Writer;
use super::{DIRECTION, DerivationRule, DerivationStep, Head};
use crate::diff::Target;
use crate::graph::substitute::spelled;
use crate::graph::{Graph, NodeId, Op};
use crate::simplify::{self, Simplified, Unwritable};
use crate::stop;
use crate::symbolic::derive::derive;
use crate::symbolic::{Spelling, Subject, Symbolic};
use crate::syntax::ast::{BinaryOp, ExprId, Name};
use rustc_hash::{FxHashMap, FxHashSet};

/// Lines after which a derivation goes to its result at once.
const MOST_LINES: usize = 300;
/// Letters of a line after which it does.
const MOST_LETTERS: usize = 10_000;
/// Operations of a formula up to which it is differentiated line by line.
const MOST_OPERATIONS: u64 = 1_000;

pub(super) type Result<T> = std::result::Result<T, Unwritable>;

/// The derivative of the output by a name.
pub(super) struct Error {
    pub of: NodeId,
    pub name: Name,
    /// The leaf that stands for it in the graph.
    pub leaf: NodeId,
    pub written: ExprId,
    pub formula: Option<Simplified>,
}

pub(super) struct Walk<'s, 'n> {
    pub subject: &'s Subject<'s>,
    pub output: NodeId,
    pub called: Option<Name>,
    pub target: Target,
    pub spelling: Spelling,
    pub names: &'n dyn Fn(NodeId) -> Option<Name>,
    /// The nodes that have one.
    pub named: Vec<NodeId>,
    pub at: Differentiator<'s, 'n>,
    pub errors: Vec<Error>,
    pub lines: Lines,
}

/// The derivative that lines lead to.
pub struct DerivationRequest<'q> {
    /// The output, with derivatives inside of it written out.
    pub output: NodeId,
    /// What it is called where that is not how it was written.
    pub called: Option<Name>,
    /// The variable.
    pub target: Target,
    /// How the result is written.
    pub spelling: Spelling,
    /// The result.
    pub result: &'q Symbolic,
}

/// The lines that lead from an output to its derivative.
pub fn steps(subject: &Subject<'_>, request: DerivationRequest<'_>) -> Vec<DerivationStep> {
    let graph = subject.graph;
    let DerivationRequest {
        output,
        called,
        target,
        spelling,
        result,
    } = request;
    let output = spelled(graph, output, |node| subject.held.contains(&node));
    let names = |node: NodeId| {
        let name = subject.called(node, subject.outputs, spelling.expanded);
        name.filter(|_| node != output)
    };
    let all = graph.cone(&[output], |_| false);
    let computed = |node: &NodeId| matches!(graph.node(*node).op, Op::Apply(..));
    let named = (all.iter().copied())
        .filter(|node| computed(node) && names(*node).is_some())
        .collect();
    let used = all
        .iter()
        .filter_map(|node| (subject.name)(*node))
        .collect();
    let mut walk = Walk {
        subject,
        output,
        called,
        target,
        spelling,
        names: &names,
        named,
        at: Differentiator {
            writer: Writer::new(graph, &names),
            tree: Tree::new(),
            target: target.node,
            active: FxHashSet::default(),
            pending: FxHashMap::default(),
            used,
        },
        errors: Vec::new(),
        lines: Lines::default(),
    };
    if walk.lead_to(result).is_err() {
        let Symbolic::Formula(formula) = result else {
            return Vec::new();
        };
        walk.lines.clear();
        walk.show(Head::Derivative, DerivationRule::AllAtOnce, formula);
    }
    walk.lines.finish(walk.at.tree)
}

impl<'s> Walk<'s, '_> {
    pub(super) fn graph(&self) -> &'s Graph {
        self.subject.graph
    }

    pub(super) fn is_scalar(&self, node: NodeId) -> bool {
        self.graph().shape(node).is_scalar()
    }

    fn lead_to(&mut self, result: &Symbolic) -> Result<()> {
        let by_names = self.is_scalar(self.output);
        let named = |id: NodeId| (self.names)(id).is_some();
        let is_long =
            |id: &NodeId| simplify::written_size(self.graph(), *id, named).tree > MOST_OPERATIONS;
        let long = self.named.iter().any(is_long) || is_long(&self.output);
        if long || self.named.len() > MOST_LINES / 2 {
            return Err(Unwritable::TooLarge);
        }
        let all = self.dependents(&[self.output], self.target.node, |_| false);
        if !all.contains(&self.output) {
            if let Symbolic::Formula(formula) = result {
                self.show(Head::Derivative, DerivationRule::Independent, formula);
            }
            return Ok(());
        }
        if self.output == self.target.node {
            if let Symbolic::Formula(formula) = result {
                self.show(Head::Derivative, DerivationRule::Itself, formula);
            }
            return Ok(());
        }
        if !by_names {
            return self.whole(all, result);
        }
        let mut between: Vec<NodeId> = all.into_iter().collect();
        between.retain(|node| {
            *node != self.target.node && *node != self.output && (self.names)(*node).is_some()
        });
        between.sort_unstable();
        for node in between.iter().rev() {
            self.segment(*node, &between, None)?;
        }
        self.segment(self.target.node, &between, Some(result))
    }

    /// The nodes among those that `roots` are computed from, down to the nodes that are `leaf`, which
    /// depend on `target`.
    fn dependents(
        &self,
        roots: &[NodeId],
        target: NodeId,
        leaf: impl Fn(NodeId) -> bool,
    ) -> FxHashSet<NodeId> {
        let graph = self.graph();
        let held = |id: NodeId| self.subject.held.contains(&id) || id == target;
        let leaf = |id: NodeId| !roots.contains(&id) && (held(id) || leaf(id));
        let mut found = FxHashSet::from_iter([target]);
        for id in graph.cone(roots, leaf) {
            if !leaf(id) && graph.args(id).iter().any(|arg| found.contains(arg)) {
                found.insert(id);
            }
        }
        found
    }

    /// The derivative of the output by `node`, given those by the names behind it.
    fn segment(
        &mut self,
        node: NodeId,
        between: &[NodeId],
        result: Option<&Symbolic>,
    ) -> Result<()> {
        let graph = self.graph();
        let fixed = |id: NodeId| between.contains(&id);
        let mut users = vec![(self.output, None)];
        users.extend((0..self.errors.len()).map(|k| (self.errors[k].of, Some(k))));
        users.retain(|(user, _)| self.dependents(&[*user], node, fixed).contains(user));
        if users.is_empty() {
            // Only names that the output does not reach by way of others.
            return Ok(());
        }
        // Where a name is used, it is fixed; only its own formula is differentiated.
        self.at.active.clear();
        for (user, error) in &users {
            let mut found = self.dependents(&[*user], node, fixed);
            found.retain(|id| id != user || error.is_none());
            self.at.active.extend(found);
        }
        self.at.target = node;
        self.at.pending.clear();
        let head = match (self.names)(node).filter(|_| result.is_none()) {
            None => Head::Derivative,
            Some(of) => Head::Error {
                error: self.error_name(&of),
                of,
            },
        };
        let scalar = self.is_scalar(node);
        let above = match scalar {
            true => head.clone(),
            false => Head::Differential,
        };
        let mut root = self.start(&above, &users)?;
        self.walk(&above, &mut root)?;
        if !scalar {
            if let [(_, None)] = users[..] {
                self.shorter(&above, node, root, &fixed)?;
            }
            let (gradient, product) = self.gradient(&users, node, &fixed)?;
            root = gradient;
            let rule = match product && result.is_some() {
                true => DerivationRule::FromAboveAndBelow,
                false => DerivationRule::Gradient,
            };
            self.line(head.clone(), rule, Vec::new(), root);
        }
        let by_errors = self.put_in(&head, root);
        let whole = Target { node, entry: None };
        let known = match result.filter(|_| self.target.entry.is_none()) {
            Some(known) => known.clone(),
            None => derive(self.subject, self.output, whole, self.spelling),
        };
        let formula = match known {
            Symbolic::Formula(formula) => Some(formula),
            Symbolic::Recurrences(_) | Symbolic::NoFormula { .. } => None,
        };
        if let Some(formula) = &formula {
            self.simplified(&head, whole, formula, by_errors);
        }
        if let (Some(Symbolic::Formula(part)), Some(_)) = (result, self.target.entry) {
            self.show(head.clone(), DerivationRule::Part, part);
        }
        if let Head::Error { error, .. } = head {
            let leaf = graph.input(error.clone(), graph.shape(node), None);
            let written = self.at.tree.sheet.name(error.clone());
            if scalar {
                self.at.tree.is_scalar(written);
            }
            self.errors.push(Error {
                of: node,
                name: error,
                leaf,
                written,
                formula,
            });
        }
        Ok(())
    }

    fn error_name(&self, of: &Name) -> Name {
        let mut name = format!("δ_{of}");
        while self.at.used.contains(name.as_str()) {
            name.insert(0, 'δ');
        }
        name.into()
    }

    /// The sum over the users of a node: the error of each times its differential.
    fn start(&mut self, head: &Head, users: &[(NodeId, Option<usize>)]) -> Result<ExprId> {
        let mut terms = Vec::new();
        let mut letters = Vec::new();
        for &(user, error) in users {
            let definition = self.at.writer.definition(&mut self.at.tree, user)?;
            let name = match error {
                Some(_) => (self.names)(user),
                None => self.called.clone().or_else(|| (self.subject.name)(user)),
            };
            letters.extend(name.map(|name| (name, definition)));
            let d = self.at.tree.sheet.call("d", vec![definition]);
            if self.is_scalar(user) {
                self.at.tree.is_scalar(d);
            }
            self.at.pending.insert(user, d);
            let Some(error) = error.map(|k| self.errors[k].written) else {
                terms.push((false, d));
                continue;
            };
            let shape = self.graph().shape(user);
            let tree = &mut self.at.tree;
            let term = if shape.is_scalar() {
                tree.product(BinaryOp::Mul, error, d)
            } else if shape.cols == 1 {
                let error = tree.sheet.transposed(error);
                tree.product(BinaryOp::Mul, error, d)
            } else {
                let product = tree.product(BinaryOp::DotMul, error, d);
                tree.sheet.call("sum", vec![product])
            };
            terms.push((false, term));
        }
        let root = self.at.tree.total(&terms).ok_or(Unwritable::NoSpelling)?;
        if !letters.is_empty() {
            let rule = match users {
                [(_, None)] => DerivationRule::Definition,
                _ => DerivationRule::Through,
            };
            self.line(head.clone(), rule, letters, root);
        }
        Ok(root)
    }

    /// Applies rules to `root` until nothing is left to be differentiated but the variable.
    fn walk(&mut self, head: &Head, root: &mut ExprId) -> Result<()> {
        while let Some(node) = self.next(*root) {
            if self.lines.len() > MOST_LINES || self.at.tree.text(*root).len() > MOST_LETTERS {
                return Err(Unwritable::TooLarge);
            }
            if stop::requested() {
                return Ok(());
            }
            let applied = self.at.differential(node)?;
            let from = self.at.pending[&node];
            let images = FxHashMap::from_iter([(from, applied.differential)]);
            *root = self.at.tree.replaced(*root, &images);
            let mut letters = Vec::new();
            let by_name = !self.is_scalar(self.output);
            if let Some(name) = (self.names)(node).filter(|_| by_name) {
                let definition = self.at.writer.definition(&mut self.at.tree, node)?;
                letters.push((name, definition));
            }
            let law = self.law(node, &applied.rule, &mut letters)?;
            let line = Line {
                head: head.clone(),
                rule: applied.rule,
                law,
                letters,
                side: Side::Line(*root),
            };
            self.lines.add(&self.at.tree, line);
        }
        Ok(())
    }

    /// The rule in general, where that was not said before; and what its letters stand for.
    fn law(
        &mut self,
        node: NodeId,
        rule: &DerivationRule,
        letters: &mut Vec<(Name, ExprId)>,
    ) -> Result<Option<(ExprId, ExprId)>> {
        let Some(general) = self.at.general(node, rule)? else {
            return Ok(None);
        };
        let tells = matches!(
            rule,
            DerivationRule::Product
                | DerivationRule::Quotient
                | DerivationRule::Reciprocal
                | DerivationRule::VariableExponent
                | DerivationRule::Chain(_)
        );
        if tells {
            for (letter, arg) in general.letters {
                let arg = self.at.writer.write(&mut self.at.tree, arg)?;
                letters.push((letter, arg));
            }
        }
        let sides = general.sides;
        Ok(self.lines.states(rule).then_some(sides))
    }

    /// The node that is differentiated next: the first from the left that no other one is computed from.
    fn next(&self, root: ExprId) -> Option<NodeId> {
        let open: FxHashMap<ExprId, NodeId> = (self.at.pending.iter())
            .map(|(node, id)| (*id, *node))
            .collect();
        let mut found: Vec<NodeId> = Vec::new();
        let mut seen = FxHashSet::default();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            match open.get(&id) {
                Some(node) if *node != self.at.target => found.push(*node),
                Some(_) => {}
                None => {
                    let start = stack.len();
                    let expr = self.at.tree.sheet.script().expr(id);
                    expr.children(|child| stack.push(child));
                    stack[start..].reverse();
                }
            }
        }
        let inside = |node: &NodeId| {
            let others: Vec<NodeId> = found
                .iter()
                .filter(|other| *other != node)
                .copied()
                .collect();
            self.graph()
                .cone(&others, |id| id == self.at.target)
                .has(*node)
        };
        found
            .iter()
            .find(|node| !inside(node))
            .or(found.iter().max())
            .copied()
    }

    /// An output that is no scalar, or with respect to a scalar: its differential as a whole.
    fn whole(&mut self, active: FxHashSet<NodeId>, result: &Symbolic) -> Result<()> {
        self.at.active = active;
        let scalar = self.is_scalar(self.target.node);
        let head = match scalar {
            true => Head::Derivative,
            false => Head::Differential,
        };
        let mut root = self.start(&head, &[(self.output, None)])?;
        self.walk(&head, &mut root)?;
        if scalar {
            if let Symbolic::Formula(formula) = result {
                self.simplified(&head, self.target, formula, false);
            }
            return Ok(());
        }
        let graph = self.graph();
        let node = self.target.node;
        let d = self.at.d(node)?;
        let stages = self.with_tangent(node, self.subject.held, |tangent, options| {
            simplify::stages(graph, tangent, options)
        });
        if let Ok(stages) = stages {
            let images = FxHashMap::from_iter([(DIRECTION.into(), d)]);
            self.at.tree.last.insert(d);
            for (rules, formula) in stages {
                if let Some(line) = self.at.tree.formula(&formula, &images) {
                    let rule = DerivationRule::Simplify(rules);
                    self.line(head.clone(), rule, Vec::new(), line);
                }
            }
        }
        if let Symbolic::Formula(formula) = result {
            self.show(Head::Derivative, DerivationRule::Jacobian, formula);
        }
        Ok(())
    }

    pub(super) fn line(
        &mut self,
        head: Head,
        rule: DerivationRule,
        letters: Vec<(Name, ExprId)>,
        line: ExprId,
    ) {
        self.add(head, rule, letters, Side::Line(line));
    }

    pub(super) fn show(&mut self, head: Head, rule: DerivationRule, formula: &Simplified) {
        self.add(head, rule, Vec::new(), Side::Formula(formula.clone()));
    }

    /// Adds a line of a rule that states no law.
    fn add(&mut self, head: Head, rule: DerivationRule, letters: Vec<(Name, ExprId)>, side: Side) {
        let line = Line {
            head,
            rule,
            law: None,
            letters,
            side,
        };
        self.lines.add(&self.at.tree, line);
    }
}
