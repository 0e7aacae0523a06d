//! Building a trace: which nodes are listed, in which order, and what is written beside them.

use super::formula::{Symbols, Writer, spans};
use super::kinks::kinks;
use super::provenance::{self, Place};
use super::{Arg, Column, Derived, Life, Line, Output, Trace};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, Target, forward, reverse};
use crate::graph::primitive::{Demand, DerivativeRule, Notation};
use crate::graph::{Args, Attr, Graph, NodeId, Op, Primitive, Shape, Tensor};
use crate::lower::Evaluation;
use crate::notation::{Math, Role, Written};
use crate::primitives::arithmetic::is_true;
use crate::syntax::ast::Name;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// One thing a trace differentiates by.
#[derive(Clone, Debug)]
pub struct Wrt {
    /// As written.
    pub text: Written,
    /// What it is.
    pub target: Target,
    /// The direction of the tangent and how it is written; all ones by default.
    pub along: Option<(NodeId, Written)>,
}

/// The derivatives that a statement wants: its outputs and variables as nodes of one graph.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The outputs: as written, and their nodes.
    pub outputs: Vec<(Written, NodeId)>,
    /// What they are differentiated with respect to.
    pub wrt: Vec<Wrt>,
    /// The nodes of held names.
    pub held: Held,
    /// The inputs that the default `wrt` left out.
    pub left_out: Vec<Name>,
}

impl Wanted {
    /// The nodes of the outputs.
    pub fn roots(&self) -> Vec<NodeId> {
        self.outputs.iter().map(|(_, node)| *node).collect()
    }
}

/// What to trace.
pub struct Request<'r> {
    /// The outputs, and what they are differentiated with respect to.
    pub wanted: &'r Wanted,
    /// The order of a leaf among the inputs.
    pub order: &'r dyn Fn(NodeId) -> (u8, u64),
    /// Whether to give tangents.
    pub forward: bool,
    /// Whether to give adjoints.
    pub reverse: bool,
    /// Whether to tell when values may be discarded.
    pub life: bool,
    /// Whether to tell of what kind zeros are.
    pub zeros: bool,
}

/// What a node is, seen through what a trace does not list: stretched and held values stand for
/// their argument, a choice for the branch taken.
pub(super) struct Sight<'l, 'a> {
    pub(super) lowering: &'l Evaluation<'a>,
    pub(super) graph: &'a Graph,
    pub(super) held: &'l Held,
    pub(super) known: bool,
    /// The names of what is not listed itself, by what is seen there.
    aliases: RefCell<FxHashMap<NodeId, Vec<Name>>>,
}

impl Sight<'_, '_> {
    /// The node seen at `id`; conditions of choices on the way are added to `conditions`.
    pub(super) fn resolve(&self, mut id: NodeId, conditions: &mut Vec<NodeId>) -> Result<NodeId> {
        let mut passed: Vec<NodeId> = Vec::new();
        loop {
            let node = self.graph.node(id);
            let args = self.graph.args(id);
            passed.push(id);
            id = match node.op {
                Op::Hold(_) if !self.held.contains(&id) => args[0],
                // What makes a derivative of a NaN NaN is decided at the output; a trace shows
                // what the rules give.
                Op::Apply(row, _) if row.notation == Notation::Silent => args[0],
                Op::Apply(row, _) if row.demand == Demand::Choice && self.known => {
                    conditions.push(args[0]);
                    let truth = is_true(self.lowering.value(args[0])?.data()[0]);
                    args[if truth { 1 } else { 2 }]
                }
                _ => {
                    self.note_aliases(id, &passed);
                    return Ok(id);
                }
            };
        }
    }

    /// The names of what was seen through stand for what was seen.
    fn note_aliases(&self, seen: NodeId, passed: &[NodeId]) {
        for name in passed
            .iter()
            .flat_map(|id| self.lowering.unit.names_of(*id))
        {
            let mut aliases = self.aliases.borrow_mut();
            let names = aliases.entry(seen).or_default();
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }

    /// The names that stand for `id`, its own first.
    fn names(&self, id: NodeId) -> Vec<Name> {
        let mut names = self.lowering.unit.names_of(id).to_vec();
        for alias in self.aliases.borrow().get(&id).into_iter().flatten() {
            if !names.contains(alias) {
                names.push(alias.clone());
            }
        }
        names
    }

    pub(super) fn is_number(&self, id: NodeId) -> bool {
        matches!(
            self.graph.node(id).op,
            Op::Literal(_) | Op::Constant(_) | Op::Raise(_)
        )
    }

    pub(super) fn is_leaf(&self, id: NodeId) -> bool {
        matches!(self.graph.node(id).op, Op::Input(_)) || self.held.contains(&id)
    }

    /// The arguments of `id` as they are seen; the conditions of choices among them first.
    pub(super) fn arguments(&self, id: NodeId) -> Result<(Args, Vec<NodeId>)> {
        let mut conditions = Vec::new();
        let mut seen = Args::new();
        if !self.is_leaf(id) {
            for arg in self.graph.args(id) {
                seen.push(self.resolve(arg, &mut conditions)?);
            }
        }
        Ok((seen, conditions))
    }

    /// Everything that `roots` are computed from on the path taken. Conditions are followed or not.
    pub(super) fn reach(&self, roots: &[NodeId], with_conditions: bool) -> Result<Vec<NodeId>> {
        let mut found = FxHashSet::default();
        let mut stack = Vec::new();
        let mut conditions = Vec::new();
        for root in roots {
            stack.push(self.resolve(*root, &mut conditions)?);
        }
        loop {
            if with_conditions {
                for condition in std::mem::take(&mut conditions) {
                    stack.push(self.resolve(condition, &mut conditions)?);
                }
            }
            let Some(id) = stack.pop() else { break };
            if !found.insert(id) {
                continue;
            }
            let (args, choices) = self.arguments(id)?;
            conditions.extend(choices);
            let skipped = usize::from(!with_conditions && self.has_condition(id));
            stack.extend(args.into_iter().skip(skipped));
        }
        let mut found: Vec<NodeId> = found
            .into_iter()
            .filter(|id| !self.is_number(*id))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    pub(super) fn has_condition(&self, id: NodeId) -> bool {
        let row = self.graph.node(id).primitive();
        row.is_some_and(|row| row.chooses)
    }
}

/// The leaves that `outputs` depend on, on the path taken and other than through conditions.
pub fn default_wrt(lowering: &Evaluation<'_>, outputs: &[NodeId]) -> Result<Vec<NodeId>> {
    let held = Held::default();
    let sight = Sight {
        lowering,
        graph: lowering.unit.graph,
        held: &held,
        known: all_known(lowering, outputs)?,
        aliases: RefCell::default(),
    };
    let reached = sight.reach(outputs, false)?;
    Ok(reached
        .into_iter()
        .filter(|id| sight.is_leaf(*id))
        .collect())
}

fn all_known(lowering: &Evaluation<'_>, outputs: &[NodeId]) -> Result<bool> {
    for output in outputs {
        if lowering.value_if_known(*output)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) struct Builder<'l, 'a> {
    pub(super) lowering: &'l Evaluation<'a>,
    pub(super) graph: &'a Graph,
    pub(super) sight: Sight<'l, 'a>,
    pub(super) listed: Vec<NodeId>,
    pub(super) numbers: FxHashMap<NodeId, usize>,
    pub(super) symbols: Symbols,
    pub(super) known: bool,
    /// The tangents and adjoints of the lines, column by column, where there are any.
    pub(super) flows: Vec<(Place, Vec<Option<NodeId>>)>,
}

/// Builds the trace of `request`.
pub fn build(lowering: &Evaluation<'_>, request: &Request<'_>) -> Result<Trace> {
    let roots = request.wanted.roots();
    Builder::new(lowering, &roots, &request.wanted.held, request.order)?.trace(request)
}

/// A listed node as it is shown: the same operation on the arguments that are seen.
pub(super) struct Shown {
    pub(super) node: NodeId,
    pub(super) args: Args,
}

impl<'l, 'a> Builder<'l, 'a> {
    /// The lines of `roots`, numbered.
    pub(super) fn new(
        lowering: &'l Evaluation<'a>,
        roots: &[NodeId],
        held: &'l Held,
        order: &dyn Fn(NodeId) -> (u8, u64),
    ) -> Result<Builder<'l, 'a>> {
        let graph = lowering.unit.graph;
        let known = all_known(lowering, roots)?;
        let sight = Sight {
            lowering,
            graph,
            held,
            known,
            aliases: RefCell::default(),
        };
        let mut listed = sight.reach(roots, true)?;
        listed.sort_by_key(|id| match sight.is_leaf(*id) {
            true => (0, order(*id), *id),
            false => (1, (0, 0), *id),
        });
        let numbers: FxHashMap<NodeId, usize> = listed
            .iter()
            .enumerate()
            .map(|(k, id)| (*id, k + 1))
            .collect();
        let symbols = numbers
            .iter()
            .map(|(id, number)| (*id, (Role::Primal, *number)))
            .collect();
        Ok(Builder {
            lowering,
            graph,
            sight,
            listed,
            numbers,
            symbols,
            known,
            flows: Vec::new(),
        })
    }

    fn trace(&mut self, request: &Request<'_>) -> Result<Trace> {
        let shown = self.shown()?;
        let mut lines = Vec::with_capacity(self.listed.len());
        for (k, id) in self.listed.clone().into_iter().enumerate() {
            lines.push(self.line(id, &shown[k])?);
        }
        if request.forward {
            self.tangents(request, &shown, &mut lines)?;
        }
        let outputs = self.outputs(request)?;
        if request.reverse {
            self.adjoints(request, &outputs, &shown, &mut lines)?;
        }
        if request.life {
            self.lives(&outputs, &shown, &mut lines);
        }
        let roots = request.wanted.roots();
        let targets: Vec<NodeId> = request
            .wanted
            .wrt
            .iter()
            .map(|wrt| wrt.target.node)
            .collect();
        if request.zeros && self.known {
            super::zeros::of_trace(self, &shown, request, &mut lines)?;
        }
        let kinks = kinks(self, &shown, &roots, &targets)?;
        let nonfinite = provenance::of_trace(self, &roots, &lines)?;
        let missing = if self.known {
            Vec::new()
        } else {
            self.missing()
        };
        Ok(Trace {
            outputs,
            wrt: request
                .wanted
                .wrt
                .iter()
                .map(|wrt| self.column(wrt))
                .collect(),
            lines,
            missing,
            left_out: request.wanted.left_out.clone(),
            forward: request.forward,
            reverse: request.reverse,
            kinks,
            nonfinite,
        })
    }

    fn column(&self, wrt: &Wrt) -> Column {
        let scalar = wrt.target.shape(self.graph).is_scalar();
        Column {
            text: wrt.text.clone(),
            along: match &wrt.along {
                Some((_, text)) => Some(text.clone()),
                None if scalar => None,
                None => Some(Written::words("all ones")),
            },
        }
    }

    fn missing(&self) -> Vec<Name> {
        let lacks = |id: &NodeId| match self.graph.node(*id).op {
            Op::Input(leaf) => {
                let leaf = self.graph.leaf(leaf);
                leaf.value.is_none().then_some(leaf.name)
            }
            _ => None,
        };
        self.listed.iter().filter_map(lacks).collect()
    }

    fn outputs(&self, request: &Request<'_>) -> Result<Vec<Output>> {
        let one = |(text, node): &(Written, NodeId)| {
            let seen = self.sight.resolve(*node, &mut Vec::new())?;
            Ok(Output {
                text: text.clone(),
                line: self.numbers.get(&seen).copied(),
                shape: self.graph.shape(*node),
            })
        };
        request.wanted.outputs.iter().map(one).collect()
    }

    /// Every listed node on the arguments that are seen, stretched again where they must be.
    pub(super) fn shown(&mut self) -> Result<Vec<Shown>> {
        let mut all = Vec::with_capacity(self.listed.len());
        for id in self.listed.clone() {
            let (args, _) = self.sight.arguments(id)?;
            let node = self.graph.node(id);
            let shown = match node.op {
                Op::Apply(row, attr) if !self.sight.is_leaf(id) => {
                    let direct: Args = self
                        .graph
                        .args(id)
                        .iter()
                        .zip(&args)
                        .map(|(old, seen)| {
                            self.graph.term(*seen).stretch(self.graph.shape(*old)).id
                        })
                        .collect();
                    self.graph.apply(row, attr, node.shape, &direct)
                }
                _ => id,
            };
            self.symbols
                .insert(shown, (Role::Primal, self.numbers[&id]));
            all.push(Shown { node: shown, args });
        }
        Ok(all)
    }

    fn value(&self, id: NodeId) -> Result<Option<Rc<Tensor>>> {
        if !self.known {
            return Ok(None);
        }
        Ok(self.lowering.value_if_known(id)?.map(Rc::new))
    }

    /// `id` as part of the rule of one line: only the line itself, its arguments and what stands
    /// in for their derivatives have symbols, so that the rule reads as on paper although another
    /// line may happen to compute the same.
    fn rule(&self, id: NodeId, line: &Shown, stand_ins: &[NodeId]) -> Math {
        let known = |id: &NodeId| Some((*id, *self.symbols.get(id)?));
        let mut symbols: Symbols = line.args.iter().filter_map(known).collect();
        symbols.extend(known(&line.node));
        symbols.extend(stand_ins.iter().filter_map(known));
        Writer {
            graph: self.graph,
            symbols: &symbols,
        }
        .operand(id)
    }

    pub(super) fn writer(&self) -> Writer<'_, '_> {
        Writer {
            graph: self.graph,
            symbols: &self.symbols,
        }
    }

    fn line(&self, id: NodeId, shown: &Shown) -> Result<Line> {
        let node = self.graph.node(id);
        let leaf = self.sight.is_leaf(id);
        let names = self.sight.names(id);
        let (op, formula, args) = match node.op {
            Op::Apply(row, attr) if !leaf => {
                let args = self.arguments(row, attr, node.shape, shown);
                (row.name, self.writer().definition(shown.node), args)
            }
            _ => {
                let name = names.first().cloned().unwrap_or_else(|| "?".into());
                ("input", Math::Name(name), Vec::new())
            }
        };
        Ok(Line {
            names,
            op,
            args,
            formula,
            origin: self.lowering.unit.origin(id),
            shape: node.shape,
            value: self.value(id)?,
            tangents: Vec::new(),
            adjoints: Vec::new(),
            life: None,
            zeros: None,
        })
    }

    /// The arguments of a node: other lines, numbers, and then axes, indices and counts.
    fn arguments(&self, row: &Primitive, attr: Attr, shape: Shape, shown: &Shown) -> Vec<Arg> {
        let mut args: Vec<Arg> = shown
            .args
            .iter()
            .map(
                |arg| match (self.numbers.get(arg), self.graph.node(*arg).op) {
                    (Some(number), _) => Arg::Node(*number),
                    (None, Op::Literal(value)) => Arg::Literal(Rc::new(Tensor::scalar(value))),
                    (None, Op::Constant(constant)) => {
                        Arg::Literal(self.graph.constant_value(constant))
                    }
                    (None, _) => Arg::Text("?".into()),
                },
            )
            .collect();
        let number = |value: f64| Arg::Literal(Rc::new(Tensor::scalar(value)));
        match attr {
            Attr::Axis(axis) => args.push(number(f64::from(axis))),
            Attr::Corner(_) => {
                let from = self.graph.shape(shown.args[0]);
                args.extend(spans(attr, shape, from).into_iter().map(|span| match span {
                    None => Arg::Text(":".into()),
                    Some((first, last)) if first == last => number(f64::from(first)),
                    Some((first, last)) => Arg::Text(format!("{first}..{last}")),
                }));
            }
            _ => {}
        }
        args.extend(
            row.sizes_shown(shape)
                .into_iter()
                .map(|size| number(f64::from(size))),
        );
        args
    }

    /// A leaf that stands for a tangent or an adjoint while its rule is written.
    fn placeholder(&mut self, shape: Shape, role: Role, number: usize) -> NodeId {
        let leaf = self.graph.input("".into(), shape, None);
        self.symbols.insert(leaf, (role, number));
        leaf
    }

    /// The distinct listed arguments of a node.
    pub(super) fn active(&self, shown: &Shown) -> Vec<NodeId> {
        let mut active: Vec<NodeId> = Vec::new();
        for arg in &shown.args {
            if self.numbers.contains_key(arg) && !active.contains(arg) {
                active.push(*arg);
            }
        }
        active
    }

    fn tangents(
        &mut self,
        request: &Request<'_>,
        shown: &[Shown],
        lines: &mut [Line],
    ) -> Result<()> {
        let mut rules = Vec::with_capacity(shown.len());
        let stand_ins: Vec<NodeId> = self
            .listed
            .clone()
            .into_iter()
            .enumerate()
            .map(|(k, id)| self.placeholder(self.graph.shape(id), Role::Tangent, k + 1))
            .collect();
        for line in shown {
            self.lowering.unit.go_on(line.node)?;
            let seeds: FxHashMap<NodeId, Flow<'_>> = self
                .active(line)
                .into_iter()
                .map(|arg| {
                    let stand_in = stand_ins[self.numbers[&arg] - 1];
                    (arg, Flow::everywhere(self.graph.term(stand_in)))
                })
                .collect();
            let local = forward(self.graph, &[line.node], &seeds, &request.wanted.held);
            let dots: Vec<NodeId> = seeds.values().map(|seed| seed.term.id).collect();
            let rule = match local.get(line.node) {
                Some(flow) if !line.args.is_empty() => self.rule(flow.term.id, line, &dots),
                _ => Math::Number(0.0),
            };
            rules.push(rule);
        }
        for wrt in &request.wanted.wrt {
            let one = self.graph.term(self.graph.literal(1.0));
            let direction = wrt
                .along
                .as_ref()
                .map_or(one, |(node, _)| self.graph.term(*node));
            let seed = wrt.target.seed(self.graph, direction);
            let seeds = FxHashMap::from_iter([(wrt.target.node, seed)]);
            let flows = forward(self.graph, &self.listed, &seeds, &request.wanted.held);
            for (k, id) in self.listed.iter().enumerate() {
                let flow = flows.get(*id);
                let value = self.derived_value(*id, flow)?;
                let formula = if self.sight.is_leaf(*id) {
                    self.seed_formula(flow, wrt)
                } else {
                    rules[k].clone()
                };
                lines[k].tangents.push(Derived { formula, value });
            }
            let ids = self
                .listed
                .iter()
                .map(|id| flows.get(*id).map(|flow| flow.term.id))
                .collect();
            self.flows.push((Place::Tangent(wrt.text.to_string()), ids));
        }
        Ok(())
    }

    fn seed_formula(&self, flow: Option<Flow<'_>>, wrt: &Wrt) -> Math {
        match (flow, &wrt.along) {
            (None, _) => Math::Number(0.0),
            (Some(_), Some((_, text))) => Math::Written(text.clone()),
            (Some(flow), None) => self.writer().operand(flow.term.id),
        }
    }

    /// The value of a flow; zero in the shape of `id` where there is none.
    fn derived_value(&self, id: NodeId, flow: Option<Flow<'_>>) -> Result<Option<Rc<Tensor>>> {
        match flow {
            _ if !self.known => Ok(None),
            None => Ok(Some(Rc::new(Tensor::filled(self.graph.shape(id), 0.0)))),
            Some(flow) => self.value(flow.term.id),
        }
    }

    fn adjoints(
        &mut self,
        request: &Request<'_>,
        outputs: &[Output],
        shown: &[Shown],
        lines: &mut [Line],
    ) -> Result<()> {
        let mut rules: Vec<Vec<Math>> = vec![Vec::new(); shown.len()];
        for (k, line) in shown.iter().enumerate() {
            self.lowering.unit.go_on(line.node)?;
            let shape = self.graph.shape(line.node);
            let targets = self.active(line);
            if targets.is_empty() {
                continue;
            }
            let stand_in = self.placeholder(shape, Role::Adjoint, k + 1);
            let seed = Flow::everywhere(self.graph.term(stand_in));
            let leaves: Held = targets.iter().copied().collect();
            let parts = reverse(self.graph, line.node, seed, &targets, &leaves);
            for (target, part) in targets.iter().zip(parts) {
                if let Some(flow) = part {
                    let rule = self.rule(flow.term.id, line, &[stand_in]);
                    rules[self.numbers[target] - 1].push(rule);
                }
            }
        }
        for (output, (_, node)) in outputs.iter().zip(&request.wanted.outputs) {
            let one = self
                .graph
                .term(self.graph.literal(1.0))
                .stretch(output.shape);
            let flows = reverse(
                self.graph,
                *node,
                Flow::everywhere(one),
                &self.listed,
                &request.wanted.held,
            );
            for (k, id) in self.listed.iter().enumerate() {
                self.lowering.unit.go_on(*id)?;
                let mut terms = rules[k].clone();
                if output.line == Some(k + 1) {
                    terms.insert(0, Math::Number(1.0));
                    terms.truncate(if self.is_used(k, shown) {
                        usize::MAX
                    } else {
                        1
                    });
                }
                lines[k].adjoints.push(Derived {
                    formula: Math::sum(terms),
                    value: self.derived_value(*id, flows[k])?,
                });
            }
            let ids = flows
                .iter()
                .map(|flow| flow.map(|flow| flow.term.id))
                .collect();
            self.flows
                .push((Place::Adjoint(output.text.to_string()), ids));
        }
        Ok(())
    }

    /// Whether line `k` is used by other lines.
    fn is_used(&self, k: usize, shown: &[Shown]) -> bool {
        shown.iter().any(|line| line.args.contains(&self.listed[k]))
    }

    fn lives(&self, outputs: &[Output], shown: &[Shown], lines: &mut [Line]) {
        let count = lines.len();
        let mut last: Vec<Option<usize>> = vec![None; count];
        let mut kept = vec![false; count];
        for (k, line) in shown.iter().enumerate() {
            for arg in &line.args {
                if let Some(number) = self.numbers.get(arg) {
                    last[number - 1] = Some(k + 1);
                }
            }
            for needed in self.needed_backward(line) {
                if let Some((Role::Primal, number)) = self.symbols.get(&needed) {
                    kept[number - 1] = true;
                }
            }
        }
        for (k, line) in lines.iter_mut().enumerate() {
            let is_output = outputs.iter().any(|output| output.line == Some(k + 1));
            line.life = Some(Life {
                last_use: if is_output { None } else { last[k] },
                kept: kept[k],
            });
        }
    }

    /// The listed nodes whose values the adjoint rule of a line reads.
    fn needed_backward(&self, line: &Shown) -> Vec<NodeId> {
        let Some(row) = self.graph.node(line.node).primitive() else {
            return Vec::new();
        };
        if matches!(
            row.derivative,
            DerivativeRule::Zero | DerivativeRule::Linear(_)
        ) {
            return Vec::new();
        }
        let targets = self.active(line);
        let leaves: Held = targets.iter().copied().collect();
        let shape = self.graph.shape(line.node);
        let seed = self.graph.term(self.graph.input("".into(), shape, None));
        let parts = reverse(
            self.graph,
            line.node,
            Flow::everywhere(seed),
            &targets,
            &leaves,
        );
        let roots: Vec<NodeId> = parts
            .into_iter()
            .flatten()
            .map(|flow| flow.term.id)
            .collect();
        let own = |id: NodeId| id == line.node || line.args.contains(&id);
        self.graph
            .cone(&roots, own)
            .into_iter()
            .filter(|id| own(*id))
            .collect()
    }
}
