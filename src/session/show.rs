//! Statements that show something.

use super::{Session, Sink, formula};
use crate::diagnostic::{Diagnostic, Result, bail, did_you_mean, error};
use crate::diff::{Held, Target};
use crate::event::{Event, Item};
use crate::graph::{Graph, NodeId, Tensor};
use crate::lower::definitions::Meaning;
use crate::lower::{Evaluation, Formula, Lowerer, Unit};
use crate::syntax::ast::{At, ExprId, ExprKind, Mode, Name, NameId, Script, Show, Tail, With};
use crate::syntax::printer;
use crate::syntax::statements::StatementRow;
use crate::trace::{self, Nonfinite, Request, Wrt};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The outputs and targets of a statement, lowered.
pub(super) struct Lowered {
    pub outputs: Vec<(String, NodeId)>,
    pub wrt: Vec<Wrt>,
    pub held: Held,
    pub left_out: Vec<Name>,
}

impl Lowered {
    /// The names that are held, and the nodes that stand for them.
    pub fn held_names(&self, unit: &Unit<'_>) -> Vec<(Name, NodeId)> {
        let named = |node: &NodeId| Some((unit.names_of(*node).first()?.clone(), *node));
        self.held.iter().filter_map(named).collect()
    }
}

impl Session {
    pub(super) fn print(
        &mut self,
        script: &Rc<Script>,
        items: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, script, tail)?;
        let mut nodes = Vec::new();
        for item in items {
            nodes.push(match &script.expr(*item).kind {
                ExprKind::Text(text) => Err(text.to_string()),
                _ => Ok(lowerer.lower(&formula(script, *item))?),
            });
        }
        let mut evaluation = lowerer.finish();
        let mut items = Vec::new();
        let mut nonfinite = None;
        for node in nodes {
            items.push(match node {
                Err(text) => Item::Text(text),
                Ok(node) => {
                    let value = evaluation.value(node)?;
                    nonfinite = nonfinite.or_else(|| origin_of(&evaluation, node, &value));
                    Item::Value(value)
                }
            });
        }
        warn(&mut evaluation.unit, sink);
        sink(Event::Print { items, nonfinite });
        Ok(())
    }

    pub(super) fn show(
        &mut self,
        script: &Rc<Script>,
        kind: Show,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        match kind {
            Show::Value => self.show_values(script, outputs, tail, sink),
            Show::Trace => self.show_trace(script, outputs, tail, sink),
            Show::Derive => self.show_derive(script, outputs, tail, sink),
            Show::Compare => self.show_compare(script, outputs, tail, sink),
            Show::Check => self.show_check(script, outputs, tail, sink),
            Show::Graph => self.show_graph(script, outputs, tail, sink),
            Show::Plot => self.show_plot(script, outputs, tail, sink),
        }
    }

    fn show_values(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, script, tail)?;
        let mut nodes = Vec::new();
        for output in outputs {
            nodes.push(lowerer.lower(&formula(script, *output))?);
        }
        let mut evaluation = lowerer.finish();
        let mut events = Vec::new();
        for (output, node) in outputs.iter().zip(nodes) {
            let text = script.text(*output).to_string();
            let value = evaluation.value(node)?;
            let nonfinite = origin_of(&evaluation, node, &value);
            events.push(Event::Value {
                text,
                value,
                nonfinite,
            });
        }
        warn(&mut evaluation.unit, sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    fn show_trace(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowerer, script, tail)?;
        let lowered = self.lower_outputs(&mut lowerer, script, outputs, tail)?;
        let (forward, reverse) = passes(script, tail)?;
        let mut evaluation = lowerer.finish();
        let order = |leaf| self.order(&evaluation.unit, &lowered, leaf);
        let request = Request {
            outputs: lowered.outputs.clone(),
            wrt: lowered.wrt.clone(),
            held: &lowered.held,
            order: &order,
            left_out: lowered.left_out.clone(),
            forward,
            reverse,
            life: tail.with.iter().any(|(item, _)| *item == With::Life),
            zeros: tail.with.iter().any(|(item, _)| *item == With::Zeros),
        };
        let trace = trace::build(&evaluation, &request)?;
        warn(&mut evaluation.unit, sink);
        sink(Event::Trace(Box::new(trace)));
        Ok(())
    }

    /// Defined inputs come first, in the order of their definition, then free ones in the order of
    /// their appearance, then held names in the order of `wrt`.
    pub(super) fn order(&self, unit: &Unit<'_>, lowered: &Lowered, leaf: NodeId) -> (u8, u64) {
        if lowered.held.contains(&leaf) {
            let position = lowered.wrt.iter().position(|wrt| wrt.target.node == leaf);
            return (2, position.unwrap_or(0) as u64);
        }
        let name = unit.inputs.iter().position(|(_, node)| *node == leaf);
        let defined = name.and_then(|k| {
            let (name, _) = unit.inputs.get_index(k)?;
            match &self.definitions.variable(name)?.meaning {
                Meaning::Input(input) => Some((0, input.place)),
                Meaning::Formula(_) => None,
            }
        });
        defined.unwrap_or((1, name.unwrap_or(0) as u64))
    }

    /// Gives the names after `at` their values for this statement.
    pub(super) fn bind_at(
        &self,
        lowerer: &mut Lowerer<'_>,
        script: &Rc<Script>,
        tail: &Tail,
    ) -> Result<()> {
        for (k, at) in tail.at.iter().enumerate() {
            if let Some(first) = tail.at[..k]
                .iter()
                .find(|first| first.name.name == at.name.name)
            {
                bail!(Name, script.location(at.name.span),
                    "`{}` gets two values", at.name;
                    label: "the second";
                    also: script.location(first.name.span), "the first");
            }
            if !self.is_mentioned(script, &at.name.name) {
                return Err(self.unmentioned(script, at));
            }
            let value = self.evaluate(script, at.value, &mut |_| {}, |lowerer, node| {
                lowerer.value(node)
            })?;
            let named = script.location(at.name.span);
            lowerer.bind(&at.name, Rc::new(value), &script.locate(at.value), named)?;
        }
        Ok(())
    }

    /// Whether `name` is defined, or a formula speaks of it.
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
            None => error,
        }
    }

    /// Lowers the outputs of a statement and what they are differentiated by, names that stand for
    /// formulas held.
    pub(super) fn lower_outputs(
        &self,
        lowerer: &mut Lowerer<'_>,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
    ) -> Result<Lowered> {
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
        let mut nodes = Vec::new();
        for output in outputs {
            let node = lowerer.lower_held(&formula(script, *output), &held_names)?;
            nodes.push((script.text(*output).to_string(), node));
        }
        let mut wrt = Vec::new();
        for (expr, node) in tail.wrt.iter().zip(targets) {
            lowerer.check_reached(script, *expr, &nodes)?;
            let entry = lowerer.target_entry(script, *expr, node)?;
            let target = Target { node, entry };
            wrt.push(Wrt {
                text: script.text(*expr).to_string(),
                target,
                along: None,
            });
        }
        let mut left_out = Vec::new();
        if wrt.is_empty() {
            let roots: Vec<NodeId> = nodes.iter().map(|(_, node)| *node).collect();
            wrt = self.default_targets(lowerer.evaluation(), &roots, &mut left_out)?;
        }
        self.directions(lowerer, script, tail, &mut wrt)?;
        Ok(Lowered {
            outputs: nodes,
            wrt,
            held: held_names.iter().map(|(_, node)| *node).collect(),
            left_out,
        })
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
        let empty = Lowered {
            outputs: Vec::new(),
            wrt: Vec::new(),
            held: Held::default(),
            left_out: Vec::new(),
        };
        leaves.sort_by_key(|leaf| self.order(unit, &empty, *leaf));
        let mut wrt = Vec::new();
        // What the user did not define is asked for only where there is nothing else.
        let passing = |leaf: &NodeId| {
            let name = unit.names_of(*leaf).first()?;
            Some(self.definitions.variable(name)?.is_passing())
        };
        if leaves.iter().any(|leaf| passing(leaf) != Some(true)) {
            leaves.retain(|leaf| passing(leaf) != Some(true));
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
                    text: name.to_string(),
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
        script: &Rc<Script>,
        tail: &Tail,
        wrt: &mut [Wrt],
    ) -> Result<()> {
        if tail.along.is_empty() {
            return Ok(());
        }
        if tail.along.len() != wrt.len() {
            let last = tail.along[tail.along.len() - 1];
            bail!(Arity, script.locate(last),
                "`along` gives one direction for each `wrt`: {} for {}", tail.along.len(), wrt.len();
                label: "the last direction");
        }
        for (expr, wrt) in tail.along.iter().zip(wrt) {
            let node = lowerer.lower(&Formula {
                script: script.clone(),
                expr: *expr,
            })?;
            let graph = lowerer.unit().graph;
            let (shape, wanted) = (graph.shape(node), wrt.target.shape(graph));
            if shape != wanted {
                bail!(Shape, script.locate(*expr),
                    "the direction along `{}` has its shape: {wanted}, not {shape}", wrt.text;
                    label: "{}", shape.described());
            }
            wrt.along = Some((node, script.text(*expr).to_string()));
        }
        Ok(())
    }
}

/// Whether a statement that shows tangents and adjoints shows each.
pub(super) fn passes(script: &Script, tail: &Tail) -> Result<(bool, bool)> {
    let uses = |mode| tail.using.is_empty() || tail.using.iter().any(|(used, _)| *used == mode);
    if let Some((mode, span)) = tail
        .using
        .iter()
        .find(|(mode, _)| !matches!(mode, Mode::Forward | Mode::Reverse))
    {
        bail!(Syntax, script.location(*span),
            "a trace is made by forward and reverse mode, not by {}", mode.name();
            label: "not a mode of a trace";
            help: "`compare` shows all four modes side by side");
    }
    Ok((uses(Mode::Forward), uses(Mode::Reverse)))
}

/// Where it came from that `value`, of `node`, is not finite.
pub(super) fn origin_of(
    evaluation: &Evaluation<'_>,
    node: NodeId,
    value: &Tensor,
) -> Option<Box<Nonfinite>> {
    if value.is_finite() {
        return None;
    }
    // A result is shown even where the search for its origin meets a limit.
    let found = trace::provenance::of_value(evaluation, node).ok()??;
    Some(Box::new(found))
}

pub(super) fn warn(unit: &mut Unit<'_>, sink: &mut Sink<'_>) {
    unit.take_warnings()
        .into_iter()
        .for_each(|warning| sink(Event::Warning(warning)));
}

/// Whether any expression of a script is the name `name`.
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
                "`{text}` stands twice after `wrt`";
                label: "the second";
                also: script.locate(*first), "the first");
        }
        seen.insert(text, *expr);
    }
    Ok(())
}

/// Refuses the parts of a tail that mean nothing for a statement.
pub(super) fn refuse(script: &Script, statement: &StatementRow, tail: &Tail) -> Result<()> {
    let mut parts = tail.parts(script).into_iter();
    match parts.find(|(word, _)| !statement.takes.contains(word)) {
        None => Ok(()),
        Some((word, span)) => Err(error!(Syntax, script.location(span),
            "`{word}` means nothing for {}", statement.noun;
            label: "does not belong here")),
    }
}
