//! Preparing: the outputs and variables of a statement about derivatives, lowered.

use super::Session;
use super::evaluate::formula;
use super::statement::ShowStatement;
use crate::diagnostic::{Diagnostic, Result, bail, did_you_mean, error};
use crate::diff::{Held, Target};
use crate::graph::{Graph, NodeId};
use crate::lower::definitions::Meaning;
use crate::lower::{Evaluation, Limits, Lowerer, Unit};
use crate::notation::Written;
use crate::syntax::ast::{At, ExprId, ExprKind, Name, NameId, Script};
use crate::syntax::printer;
use crate::trace::{self, Wanted, Wrt};
use rustc_hash::FxHashMap;
use std::rc::Rc;

impl Session {
    /// Defined inputs come first, in the order of their definition, then free ones in the order of
    /// their appearance in the outputs, then held names in the order of `wrt`.
    pub(super) fn order(&self, unit: &Unit<'_>, wanted: &Wanted, leaf: NodeId) -> (u8, u64) {
        if wanted.held.contains(&leaf) {
            let position = wanted.wrt.iter().position(|wrt| wrt.target.node == leaf);
            return (2, position.unwrap_or(0) as u64);
        }
        let Some((place, name)) = unit.input(leaf) else {
            return (1, 0);
        };
        match self.definitions.variable(name).map(|known| &known.meaning) {
            Some(Meaning::Input(input)) => (0, input.place),
            _ => (1, place as u64),
        }
    }

    /// Gives the names after `at` their values for this statement.
    pub(super) fn bind_at(
        &self,
        lowerer: &mut Lowerer<'_>,
        statement: &ShowStatement<'_>,
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        for at in &tail.at {
            if !self.is_mentioned(script, &at.name.name) {
                return Err(self.unmentioned(script, at));
            }
            let value = self.evaluate(script, at.value, &mut |_| {}, |lowerer, node| {
                lowerer.value(node)
            })?;
            let named = script.location(at.name.span);
            self.check_facts(&at.name.name, &value, &script.locate(at.value))?;
            lowerer.bind(&at.name, Rc::new(value), &script.locate(at.value), named)?;
        }
        Ok(())
    }

    /// True if `name` is defined, or a formula speaks of it.
    fn is_mentioned(&self, script: &Script, name: &str) -> bool {
        let definitions = &self.definitions;
        if definitions.variable(name).is_some() || speaks_of(script, name) {
            return true;
        }
        let formulas =
            definitions
                .variables()
                .filter_map(|(_, variable)| match &variable.meaning {
                    Meaning::Formula(formula) => Some(formula),
                    Meaning::Input(_) => None,
                });
        let bodies = definitions.functions().map(|(_, function)| &function.body);
        let mut scripts: Vec<&Rc<Script>> = Vec::new();
        for formula in formulas.chain(bodies) {
            let last = scripts.last();
            if last.is_none_or(|last| !Rc::ptr_eq(last, &formula.script)) {
                scripts.push(&formula.script);
            }
        }
        scripts.iter().any(|script| speaks_of(script, name))
    }

    fn unmentioned(&self, script: &Script, at: &At) -> Diagnostic {
        let name = &at.name;
        let error = error!(Name, script.location(name.span),
            "no formula depends on `{name}`";
            label: "would change nothing");
        let known = self.definitions.variables().map(|(known, _)| &**known);
        match did_you_mean(&name.name, known) {
            Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
            None => {
                let inputs = self.definitions.own_variables();
                let mut inputs = inputs
                    .filter(|(_, known)| matches!(known.meaning, Meaning::Input(_)))
                    .map(|(known, _)| format!("`{known}`"))
                    .take(5)
                    .collect::<Vec<_>>();
                match inputs.pop() {
                    Some(last) if inputs.is_empty() => error.help(format!("there is {last}")),
                    Some(last) => error.help(format!("there are {} and {last}", inputs.join(", "))),
                    None => error.help("`at` takes names that the formula uses"),
                }
            }
        }
    }

    /// Lowers a statement about derivatives: its outputs and variables, with the values after `at`
    /// and the directions after `along`. A variable that stands for a formula is held. The machine
    /// is returned as well, for further lowering.
    pub(super) fn prepare<'a>(
        &'a self,
        graph: &'a Graph,
        statement: &ShowStatement<'_>,
    ) -> Result<(Lowerer<'a>, Wanted)> {
        self.prepare_within(self.limits, graph, statement)
    }

    /// The same within other limits.
    pub(super) fn prepare_within<'a>(
        &'a self,
        limits: Limits,
        graph: &'a Graph,
        statement: &ShowStatement<'_>,
    ) -> Result<(Lowerer<'a>, Wanted)> {
        let ShowStatement {
            script,
            outputs,
            tail,
        } = *statement;
        let mut lowerer = Lowerer::new(graph, &self.definitions, limits);
        self.bind_at(&mut lowerer, statement)?;
        let mut targets = Vec::new();
        let mut held_names: Vec<(Name, NodeId)> = Vec::new();
        refuse_twice(script, &tail.wrt)?;
        for expr in &tail.wrt {
            let (name, node, is_held) = lowerer.target_leaf(script, *expr, &held_names)?;
            if is_held && !held_names.iter().any(|(known, _)| *known == name) {
                held_names.push((name, node));
            }
            targets.push(node);
        }
        lowerer.unit_mut().set_free_aside();
        let mut nodes = Vec::new();
        for output in outputs {
            let node = lowerer.lower_held(&formula(script, *output), &held_names)?;
            nodes.push((Written::new(script, *output), node));
        }
        lowerer.unit_mut().take_back_free();
        let mut wrt = Vec::new();
        let roots: Vec<NodeId> = nodes.iter().map(|(_, node)| *node).collect();
        lowerer.unit().refuse_functions(script, outputs, &roots)?;
        if let Some(note) = self.note_on_scalars(lowerer.unit(), script, outputs, &roots) {
            lowerer.unit_mut().warn(note);
        }
        for (expr, node) in tail.wrt.iter().zip(targets) {
            lowerer.check_reached(script, *expr, &roots)?;
            let entry = lowerer.target_entry(script, *expr, node)?;
            let target = Target { node, entry };
            wrt.push(Wrt {
                text: Written::new(script, *expr),
                target,
                along: None,
            });
        }
        let mut left_out = Vec::new();
        if wrt.is_empty() {
            wrt = self.default_targets(lowerer.evaluation(), &roots, &mut left_out)?;
        }
        self.directions(&mut lowerer, statement, &mut wrt)?;
        let held: Held = held_names.iter().map(|(_, node)| *node).collect();
        let leaves: Vec<NodeId> = wrt.iter().map(|wrt| wrt.target.node).collect();
        for (_, node) in &mut nodes {
            *node = lowerer.unit().reseeded(*node, &leaves, &held);
        }
        let wanted = Wanted {
            outputs: nodes,
            wrt,
            held,
            left_out,
        };
        Ok((lowerer, wanted))
    }

    /// Every input that the outputs depend on, except data read from files.
    fn default_targets(
        &self,
        evaluation: &Evaluation<'_>,
        roots: &[NodeId],
        left_out: &mut Vec<Name>,
    ) -> Result<Vec<Wrt>> {
        let unit = &evaluation.unit;
        let mut leaves = trace::default_wrt(evaluation, roots)?;
        leaves.sort_by_key(|leaf| self.order(unit, &Wanted::default(), *leaf));
        let mut wrt = Vec::new();
        // Names that the session defined are the default only if there are no others.
        let implicit = |leaf: &NodeId| {
            let name = unit.names_of(*leaf).first()?;
            Some(self.definitions.variable(name)?.is_implicit())
        };
        if leaves.iter().any(|leaf| implicit(leaf) != Some(true)) {
            leaves.retain(|leaf| implicit(leaf) != Some(true));
        }
        for leaf in leaves {
            let Some(name) = unit.names_of(leaf).first().cloned() else {
                continue;
            };
            let data = match self
                .definitions
                .variable(&name)
                .map(|variable| &variable.meaning)
            {
                Some(Meaning::Input(input)) => input.data,
                _ => false,
            };
            if data {
                left_out.push(name);
            } else {
                let target = Target {
                    node: leaf,
                    entry: None,
                };
                wrt.push(Wrt {
                    text: Written::name(&name),
                    target,
                    along: None,
                });
            }
        }
        Ok(wrt)
    }

    /// The directions after `along`, one for each `wrt`.
    fn directions(
        &self,
        lowerer: &mut Lowerer<'_>,
        statement: &ShowStatement<'_>,
        wrt: &mut [Wrt],
    ) -> Result<()> {
        let ShowStatement { script, tail, .. } = *statement;
        if tail.along.is_empty() {
            return Ok(());
        }
        if tail.along.len() != wrt.len() {
            let last = tail.along[tail.along.len() - 1];
            bail!(Arity, script.locate(last),
                "`along` gives one direction for each `wrt`: {} for {}", tail.along.len(), wrt.len();
                label: "the last direction";
                help: "one direction for each of {}, in its shape", listed(wrt));
        }
        for (expr, wrt) in tail.along.iter().zip(wrt) {
            let node = lowerer.lower(&formula(script, *expr))?;
            let graph = lowerer.unit().graph;
            let (shape, wanted) = (graph.shape(node), wrt.target.shape(graph));
            if shape != wanted {
                bail!(Shape, script.locate(*expr),
                "the direction along `{}` has its shape: {wanted}, not {shape}", wrt.text;
                label: "{}", shape.described();
                help: "for example `along {}`", match wanted.is_scalar() {
                    true => "1".to_string(),
                    false => format!("ones({}, {})", wanted.m(), wanted.n()),
                });
            }
            wrt.along = Some((node, Written::new(script, *expr)));
        }
        Ok(())
    }
}

/// The variables of a statement in words.
fn listed(wrt: &[Wrt]) -> String {
    let names: Vec<String> = wrt.iter().map(|wrt| format!("`{}`", wrt.text)).collect();
    names.join(", ")
}

/// The names that are held, and the nodes that stand for them.
pub(super) fn held_names(unit: &Unit<'_>, wanted: &Wanted) -> Vec<(Name, NodeId)> {
    let named = |node: &NodeId| Some((unit.names_of(*node).first()?.clone(), *node));
    wanted.held.iter().filter_map(named).collect()
}

/// True if any expression of a script is the name `name`.
fn speaks_of(script: &Script, name: &str) -> bool {
    let is_name = |known: NameId| **script.name(known) == *name;
    let mut kinds = script.expressions.iter().map(|expr| &expr.kind);
    kinds.any(|kind| matches!(kind, ExprKind::Name(known) if is_name(*known)))
}

/// Refuses what stands twice after `wrt`.
fn refuse_twice(script: &Script, wrt: &[ExprId]) -> Result<()> {
    let mut seen: FxHashMap<String, ExprId> = FxHashMap::default();
    for expr in wrt {
        let text = printer::print(script, *expr);
        if let Some(first) = seen.get(&text) {
            bail!(Name, script.locate(*expr),
                "`{text}` appears twice after `wrt`";
                label: "the second";
                also: script.locate(*first), "the first";
                help: "leave one of them out");
        }
        seen.insert(text, *expr);
    }
    Ok(())
}
