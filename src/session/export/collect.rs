//! The statements of a script, collected: those that run, those that become steps, those that ask.

use super::super::evaluate::formula;
use super::super::statement::ShowStatement;
use super::super::{Session, Sink};
use crate::diagnostic::{Result, bail, warning};
use crate::event::Event;
use crate::export::program::{Change, DerivedKind, Entries, Step};
use crate::export::{DerivativeStyle, ExportOptions, ExportTarget};
use crate::graph::{Graph, NodeId, Op};
use crate::lower::definitions::Meaning;
use crate::lower::{Formula, Inputs, Lowerer, WrittenOut};
use crate::simplify::Simplified;
use crate::source::Location;
use crate::syntax::ast::{Block, ExprId, Name, Script, Statement, StatementKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The depth of loops that can be written.
const DEEPEST: usize = 20;

/// An expression that is asked for, before inputs have numbers.
pub(super) struct Asked {
    pub text: String,
    pub node: NodeId,
    /// The derivative that it is.
    pub derivative: Option<Derived>,
}

/// What is differentiated, with the name of the variable.
pub(super) struct Derived {
    pub of: NodeId,
    pub text: String,
    pub name: Name,
    pub kind: DerivedKind,
}

/// Steps while they are collected: inputs are named.
pub(super) enum NamedStep {
    Assign(Vec<(Name, Option<Entries>, NodeId)>),
    Repeat(NodeId, Vec<NamedStep>),
    For(Name, NodeId, NodeId, Vec<NamedStep>),
    While(NodeId, Vec<NamedStep>),
    If(NodeId, Vec<NamedStep>, Vec<NamedStep>),
}

/// What the code is to be like.
pub(super) struct CodeNeeds {
    pub derivative: DerivativeStyle,
    pub written_out: WrittenOut,
    /// What is differentiated is kept beside its derivatives.
    pub keeps_values: bool,
}

/// What has been collected so far.
pub(super) struct Collected<'g> {
    pub graph: &'g Graph,
    pub needs: CodeNeeds,
    /// What the script shows is asked for.
    shows: bool,
    /// A loop was met: nothing is run any more.
    looping: bool,
    pub inputs: Inputs,
    pub wishes: Vec<Asked>,
    pub steps: Vec<NamedStep>,
    pub names: FxHashMap<NodeId, Name>,
    pub places: FxHashMap<NodeId, Location>,
    pub guards: Vec<(NodeId, f64)>,
    /// Names that have their first value in a loop, with something in its shape.
    pub started: Vec<Name>,
}

impl<'g> Collected<'g> {
    pub fn new(
        graph: &'g Graph,
        shows: bool,
        target: ExportTarget,
        options: &ExportOptions,
    ) -> Self {
        let derivative = options.derivative;
        let needs = CodeNeeds {
            derivative,
            written_out: match target.has_loops() {
                true => WrittenOut::Matrices,
                false => WrittenOut::Loops,
            },
            keeps_values: options.check || derivative == DerivativeStyle::Framework,
        };
        Collected {
            graph,
            needs,
            shows,
            looping: false,
            inputs: Inputs::default(),
            wishes: Vec::new(),
            steps: Vec::new(),
            names: FxHashMap::default(),
            places: FxHashMap::default(),
            guards: Vec::new(),
            started: Vec::new(),
        }
    }
}

impl Session {
    /// Collects the statements of a block that is not in a loop.
    pub(super) fn collect<'g>(
        &mut self,
        script: &Rc<Script>,
        block: &Block,
        collected: &mut Collected<'g>,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        for id in block {
            let statement = script.statement(*id);
            match &statement.kind {
                StatementKind::Repeat(..)
                | StatementKind::While(..)
                | StatementKind::For { .. } => {
                    collected.looping = true;
                    let step = self.step(script, statement, collected, 0)?;
                    collected.steps.extend(step);
                }
                StatementKind::Show(kind, outputs, tail) => {
                    if collected.shows {
                        let statement = ShowStatement::new(script, outputs, tail);
                        self.collect_shown(*kind, &statement, collected)?;
                    }
                }
                StatementKind::Print(outputs, tail) => {
                    if collected.shows {
                        let statement = ShowStatement::new(script, outputs, tail);
                        self.collect_printed(&statement, collected)?;
                    }
                }
                StatementKind::If(condition, then, otherwise) if !collected.looping => {
                    let taken = match self.condition(script, *condition, sink)? {
                        true => then,
                        false => otherwise,
                    };
                    self.collect(script, taken, collected, sink)?;
                }
                StatementKind::Assert(_) if collected.looping => {
                    let warning = warning!(Assert, script.location(statement.span),
                        "an `assert` after a loop is not exported";
                        label: "left out");
                    sink(Event::Warning(warning));
                }
                StatementKind::Define(name, value)
                    if collected.looping
                        && self.is_new_value(&name.name, &formula(script, *value)) =>
                {
                    let step = self.step(script, statement, collected, 0)?;
                    collected.steps.extend(step);
                }
                StatementKind::Update(..) | StatementKind::If(..) if collected.looping => {
                    let step = self.step(script, statement, collected, 0)?;
                    collected.steps.extend(step);
                }
                // What has no value because its sizes stand for all has none that could change.
                StatementKind::Update(targets, _)
                    if targets.iter().all(|target| {
                        target.indices.is_none() && self.definitions.stays_open(&target.name.name)
                    }) => {}
                _ => {
                    self.run_statement(script, statement, &mut |event| {
                        if let Event::Warning(_) = event {
                            sink(event);
                        }
                    })?;
                    self.definitions.commit();
                }
            }
        }
        Ok(())
    }

    /// True if a definition gives an input that is there already another value.
    fn is_new_value(&self, name: &Name, value: &Formula) -> bool {
        let variable = self.definitions.variable(name);
        let is_input = variable.is_some_and(|known| matches!(known.meaning, Meaning::Input(_)));
        is_input && self.definitions.is_closed(value)
    }

    /// The nodes of some formulas as functions of the inputs; with the values after `at`.
    pub(super) fn nodes<'g>(
        &mut self,
        formulas: &[Formula],
        statement: Option<&ShowStatement<'_>>,
        collected: &mut Collected<'g>,
    ) -> Result<Vec<NodeId>> {
        self.lowered(statement, collected, |lowerer| {
            formulas
                .iter()
                .map(|formula| lowerer.lower(formula))
                .collect()
        })
    }

    /// The node of a simplified formula with its parts.
    pub(super) fn parts_node<'g>(
        &mut self,
        formula: &Simplified,
        collected: &mut Collected<'g>,
    ) -> Result<NodeId> {
        self.lowered(None, collected, |lowerer| {
            lowerer.lower_parts(&formula.script, &formula.parts, formula.whole, &[])
        })
    }

    /// What a machine makes of the inputs that the program has so far.
    fn lowered<'g, T>(
        &mut self,
        statement: Option<&ShowStatement<'_>>,
        collected: &mut Collected<'g>,
        lower: impl FnOnce(&mut Lowerer<'_>) -> Result<T>,
    ) -> Result<T> {
        let graph = collected.graph;
        let definitions = &self.definitions;
        let is_current = |name: &Name, leaf: NodeId| {
            let Op::Input(number) = graph.node(leaf).op else {
                return false;
            };
            let value = graph.leaf(number).value;
            match (
                definitions.variable(name).map(|known| &known.meaning),
                value,
            ) {
                (Some(Meaning::Formula(_)), _) => false,
                (Some(Meaning::Input(input)), value) => match (input.value.get(), value) {
                    (Some(now), Some(then)) => Rc::ptr_eq(now, &then),
                    (None, None) => input.source.is_none(),
                    _ => false,
                },
                (None, value) => value.is_none(),
            }
        };
        collected
            .inputs
            .retain(|name, leaf| is_current(name, *leaf));
        let inputs = definitions
            .variables()
            .filter(|(_, known)| matches!(known.meaning, Meaning::Input(_)));
        let changing: FxHashSet<Name> = inputs.map(|(name, _)| name.clone()).collect();
        let known = collected.inputs.clone();
        let before = graph.len();
        let lowerer =
            Lowerer::for_program(graph, definitions, self.limits.for_code(), known, &changing);
        let mut lowerer = lowerer.for_code(collected.needs.written_out);
        let mut bound: Vec<&Name> = Vec::new();
        if let Some(statement) = statement {
            self.bind_at(&mut lowerer, statement)?;
            bound.extend(statement.tail.at.iter().map(|at| &at.name.name));
        }
        let nodes = lower(&mut lowerer)?;
        let (unit, _) = lowerer.into_program();
        for k in 0..graph.len() {
            let id = NodeId(k as u32);
            if let Some(name) = unit.names_of(id).first()
                && !matches!(graph.node(id).op, Op::Input(_))
            {
                collected.names.entry(id).or_insert_with(|| name.clone());
            }
            if k >= before
                && let Some(origin) = unit.origin(id)
            {
                collected.places.insert(id, origin.location);
            }
        }
        collected.guards.extend(unit.guards.iter().copied());
        for (name, leaf) in &unit.inputs {
            if !bound.contains(&name) {
                collected.inputs.entry(name.clone()).or_insert(*leaf);
            }
        }
        Ok(nodes)
    }

    pub(super) fn node<'g>(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        collected: &mut Collected<'g>,
    ) -> Result<NodeId> {
        Ok(self.nodes(&[formula(script, expr)], None, collected)?[0])
    }

    /// A statement in or after a loop as a step.
    fn step<'g>(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        collected: &mut Collected<'g>,
        depth: usize,
    ) -> Result<Option<NamedStep>> {
        let place = script.location(statement.span);
        if depth > DEEPEST {
            bail!(Limit, place, "loops are nested too deeply to be exported"; label: "level {depth}");
        }
        Ok(Some(match &statement.kind {
            StatementKind::Repeat(count, body) => {
                let count = self.node(script, *count, collected)?;
                NamedStep::Repeat(count, self.inner_steps(script, body, collected, depth)?)
            }
            StatementKind::While(condition, body) => {
                let condition = self.node(script, *condition, collected)?;
                NamedStep::While(condition, self.inner_steps(script, body, collected, depth)?)
            }
            StatementKind::For {
                variable,
                from,
                to,
                body,
            } => {
                let first = self.node(script, *from, collected)?;
                let last = self.node(script, *to, collected)?;
                let start = self.whole(script, *from, &mut |_| {}).unwrap_or(1);
                let location = script.location(variable.span);
                self.definitions
                    .store_constant(&variable.name, start as f64, location);
                collected.started.push(variable.name.clone());
                let body = self.inner_steps(script, body, collected, depth)?;
                NamedStep::For(variable.name.clone(), first, last, body)
            }
            StatementKind::If(condition, then, otherwise) => {
                let condition = self.node(script, *condition, collected)?;
                let then = self.inner_steps(script, then, collected, depth)?;
                let otherwise = self.inner_steps(script, otherwise, collected, depth)?;
                NamedStep::If(condition, then, otherwise)
            }
            StatementKind::Update(targets, values) => {
                return self
                    .update_step(script, targets, values, collected)
                    .map(Some);
            }
            StatementKind::Define(name, value) => {
                let value = formula(script, *value);
                if !self.definitions.is_closed(&value) {
                    let known = self
                        .definitions
                        .variable(&name.name)
                        .map(|known| &known.meaning);
                    let same = matches!(known, Some(Meaning::Formula(other)) if Rc::ptr_eq(&other.script, script) && other.expr == value.expr);
                    if known.is_some() && !same {
                        bail!(Name, place, "`{name}` becomes another formula in a loop, which cannot be exported";
                            label: "defined again";
                            help: "define it before the loop, or give it a value with `:=`");
                    }
                    self.definitions.define(name, value);
                    return Ok(None);
                }
                let node = self.nodes(&[value], None, collected)?[0];
                let shape = collected.graph.shape(node);
                self.start(&name.name, shape, script.location(name.span), collected)?;
                NamedStep::Assign(vec![(name.name.clone(), None, node)])
            }
            StatementKind::Print(..) | StatementKind::Show(..) => {
                bail!(Syntax, place, "what a loop shows cannot be exported";
                    label: "shown in every round";
                    help: "show it after the loop, or keep it with `:=`: `costs[i] := J`");
            }
            StatementKind::Assert(_) => {
                bail!(Syntax, place, "an `assert` in a loop cannot be exported";
                    label: "checked in every round";
                    help: "take it out of the loop");
            }
            StatementKind::Import(_)
            | StatementKind::Assume(_)
            | StatementKind::Rule(_)
            | StatementKind::DefineFunction { .. }
            | StatementKind::Input(_) => {
                bail!(Syntax, place, "this statement cannot be exported from inside a loop";
                    label: "in every round";
                    help: "put it before the loop");
            }
        }))
    }

    fn inner_steps<'g>(
        &mut self,
        script: &Rc<Script>,
        block: &Block,
        collected: &mut Collected<'g>,
        depth: usize,
    ) -> Result<Vec<NamedStep>> {
        let mut steps = Vec::new();
        for id in block {
            let statement = script.statement(*id);
            steps.extend(self.step(script, statement, collected, depth + 1)?);
        }
        Ok(steps)
    }
}

impl NamedStep {
    /// The step with its inputs by number.
    pub fn numbered(self, number: &impl Fn(&Name) -> usize) -> Step {
        let all = |steps: Vec<NamedStep>| {
            steps
                .into_iter()
                .map(|step| step.numbered(number))
                .collect()
        };
        match self {
            NamedStep::Assign(changes) => {
                let change = |(name, place, value): &(Name, Option<Entries>, NodeId)| Change {
                    argument: number(name),
                    place: *place,
                    value: *value,
                };
                Step::Assign(changes.iter().map(change).collect())
            }
            NamedStep::Repeat(count, body) => Step::Repeat(count, all(body)),
            NamedStep::For(variable, from, to, body) => Step::For {
                variable: number(&variable),
                from,
                to,
                body: all(body),
            },
            NamedStep::While(condition, body) => Step::While(condition, all(body)),
            NamedStep::If(condition, then, otherwise) => {
                Step::If(condition, all(then), all(otherwise))
            }
        }
    }

    /// The nodes and names that it and its blocks read and change.
    pub fn visit(&self, nodes: &mut Vec<NodeId>, names: &mut Vec<Name>) {
        match self {
            NamedStep::Assign(changes) => {
                for (name, place, value) in changes {
                    nodes.extend(place.iter().flat_map(|place| place.corner));
                    nodes.push(*value);
                    names.push(name.clone());
                }
            }
            NamedStep::Repeat(node, body) | NamedStep::While(node, body) => {
                nodes.push(*node);
                body.iter().for_each(|step| step.visit(nodes, names));
            }
            NamedStep::For(variable, from, to, body) => {
                nodes.extend([*from, *to]);
                names.push(variable.clone());
                body.iter().for_each(|step| step.visit(nodes, names));
            }
            NamedStep::If(condition, then, otherwise) => {
                nodes.push(*condition);
                then.iter()
                    .chain(otherwise)
                    .for_each(|step| step.visit(nodes, names));
            }
        }
    }
}
