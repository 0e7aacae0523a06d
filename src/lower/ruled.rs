//! Rules of the user's: a call of a function with rules becomes one node that carries them.
//!
//! The body is lowered on frozen arguments where they have a rule, so that no derivative goes through it,
//! while finite differences do. Inside a rule its own function has no rules: so a rule may call it.

use super::Lowerer;
use super::definitions::FunctionRule;
use super::frame::{Frame, Local, LocalMeaning};
use super::tasks::{Calling, RuledCall, Task};
use crate::diagnostic::{Result, bail};
use crate::diff::{Flow, Held, reverse};
use crate::graph::primitive::DerivativeRule;
use crate::graph::substitute::substitute;
use crate::graph::{CallRule, Graph, LocalUse, NodeId, Op, Shape};
use crate::primitives::algebra::SOLVE;
use crate::primitives::arithmetic::{ADD, DIV, FROZEN, MUL, NEG, SUB};
use crate::primitives::rules::RULED;
use rustc_hash::FxHashMap;
use std::rc::Rc;

impl Lowerer<'_> {
    /// Begins with the body.
    pub(super) fn start_ruled(&mut self, call: RuledCall) -> Result<()> {
        let has_rule = |k: usize| call.function.rules.iter().any(|rule| rule.parameter == k);
        let freeze = |(k, node): (usize, &NodeId)| match has_rule(k) {
            true => self.graph.term(*node).map(&FROZEN).id,
            false => *node,
        };
        let arguments: Vec<NodeId> = call.arguments.iter().enumerate().map(freeze).collect();
        let (expr, frame, function) = (call.expr, call.frame.clone(), call.function.clone());
        self.push_task(Task::Ruled(Box::new(call)));
        self.expand_body(expr, &frame, &function, &arguments, None)
    }

    /// Goes on with the next rule, or makes the node.
    pub(super) fn ruled(&mut self, mut call: RuledCall) -> Result<()> {
        let Some(rule) = call.function.rules.get(call.begun) else {
            let found = self.stacks.values.split_off(call.base);
            let before = self.graph.len();
            let node = self.with_rules(&call, found[0], &found[1..])?;
            self.evaluation
                .unit
                .note_origins(before, &call.frame, call.expr);
            if let Some(key) = call.key {
                self.memo.calls.insert(*key, node);
            }
            self.push_node(node);
            return Ok(());
        };
        let location = call.frame.locate(call.expr);
        let names = call.function.parameters.iter().map(|one| &one.name);
        let mut bound: Vec<_> = names.zip(call.arguments.iter().copied()).collect();
        if let Some(seed) = &rule.adjoint {
            let shape = self.graph.shape(self.stacks.values[call.base]);
            bound.push((&seed.name, self.graph.local(LocalUse::Adjoint, 0, shape)));
        }
        let locals = bound.into_iter().fold(None, |outer, (name, node)| {
            Some(Rc::new(Local {
                name: name.clone(),
                meaning: LocalMeaning::Given(node),
                outer,
            }))
        });
        let frame = Rc::new(Frame {
            script: rule.formula.script.clone(),
            locals,
            held: call.frame.held.clone(),
            via: Some(Rc::new(location.clone())),
        });
        self.stacks.calling.push(Calling {
            function: call.function.clone(),
            location,
            in_rule: true,
        });
        let expr = rule.formula.expr;
        call.begun += 1;
        self.push_task(Task::Ruled(Box::new(call)));
        self.push_task(Task::Return(None));
        self.push_task(Task::Visit(expr, frame));
        Ok(())
    }

    /// The node of a call whose body is `value`.
    fn with_rules(&self, call: &RuledCall, value: NodeId, rules: &[NodeId]) -> Result<NodeId> {
        let graph = self.graph;
        let shape = graph.shape(value);
        let seed = graph.local(LocalUse::Adjoint, 0, shape);
        let mut adjoints = Vec::new();
        for (rule, node) in call.function.rules.iter().zip(rules) {
            let argument = call.arguments[rule.parameter];
            let adjoint = match &rule.adjoint {
                None => self.entry_by_entry(call, rule, *node, argument, shape)?,
                Some(name) => {
                    let (given, wanted) = (graph.shape(*node), graph.shape(argument));
                    let parameter = &call.function.parameters[rule.parameter];
                    if given != wanted {
                        bail!(Shape, rule.formula.location(),
                            "the rule of `{}` gives {given} for `{parameter}`, which is {wanted}", call.function.name;
                            label: "{}", given.described();
                            also: call.frame.locate(call.expr), "in this call";
                            help: "an adjoint has the shape of what it belongs to; `{name}` has that of the result, {shape}");
                    }
                    if !is_linear(graph, *node, seed) {
                        bail!(Value, rule.formula.location(),
                            "a rule is linear in the adjoint, and this is not in `{name}`";
                            label: "not linear in `{name}`";
                            help: "multiply `{name}` by what does not depend on it: `{name}*x'`, `A'*{name}`, `{name} .* sigmoid(x)`");
                    }
                    *node
                }
            };
            adjoints.push((rule.parameter, adjoint));
        }
        // The node depends on its arguments, and on the leaves behind body and rules.
        let mut arguments = call.arguments.clone();
        let roots: Vec<NodeId> = adjoints
            .iter()
            .map(|(_, node)| *node)
            .chain([value])
            .collect();
        let is_leaf = |id: NodeId| matches!(graph.node(id).op, Op::Input(_) | Op::Hold(_));
        let given = &call.arguments;
        let cone = graph.cone_in_order(&roots, |id| given.contains(&id) || is_leaf(id));
        let others = cone.iter().copied();
        let others: Vec<NodeId> = others
            .filter(|id| is_leaf(*id) && *id != seed && !given.contains(id))
            .collect();
        arguments.extend(others);
        let leaves = graph.parameters(&arguments);
        let replaced: FxHashMap<NodeId, NodeId> = arguments
            .iter()
            .copied()
            .zip(leaves.iter().copied())
            .collect();
        let closed = |(k, node): (usize, NodeId)| (k, substitute(graph, node, &replaced));
        let attr = graph.rule(CallRule {
            name: call.function.name.name.clone(),
            function: None,
            parameters: call.arguments.len(),
            seed,
            result: graph.local(LocalUse::State, 0, shape),
            leaves,
            adjoints: adjoints.into_iter().map(closed).collect(),
            departs: call.function.rules.iter().any(|rule| rule.departs),
        });
        arguments.push(value);
        Ok(graph.apply(&RULED, attr, shape, &arguments))
    }

    /// The adjoint of an argument by the partial derivative of each entry.
    fn entry_by_entry(
        &self,
        call: &RuledCall,
        rule: &FunctionRule,
        partial: NodeId,
        argument: NodeId,
        shape: Shape,
    ) -> Result<NodeId> {
        let graph = self.graph;
        let (given, from) = (graph.shape(partial), graph.shape(argument));
        if [given, from]
            .iter()
            .any(|part| Shape::common(&[*part, shape]) != Some(shape))
        {
            let (name, parameter) = (
                &call.function.name,
                &call.function.parameters[rule.parameter],
            );
            bail!(Shape, rule.formula.location(),
                "the rule of `{name}` for `{parameter}` goes entry by entry, and here `{parameter}` is {from}, the rule {given}, the result {shape}";
                label: "{}", given.described();
                also: call.frame.locate(call.expr), "in this call";
                help: "for arrays give the adjoint of `{parameter}` from that of the result: `rule {name} wrt {parameter} from u = …`");
        }
        let seed = graph.term(graph.local(LocalUse::Adjoint, 0, shape));
        let product = seed * graph.term(partial).stretch(shape);
        if from == shape {
            return Ok(product.id);
        }
        // A stretched value receives the sum of what its copies receive.
        Ok(graph.with_placeholder(from, |leaf| {
            let stretched = graph.term(leaf).stretch(shape).id;
            let flow = Flow::everywhere(product);
            let found = reverse(graph, stretched, flow, &[leaf], &Held::default());
            found[0]
                .expect("a stretched value has a path to its copies")
                .term
                .id
        }))
    }
}

/// The way in which a node depends on the adjoint of the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dependence {
    /// It is the number 0.
    Zero,
    Constant,
    Linear,
    Other,
}

/// True if `root` is linear in `seed` by its structure.
fn is_linear(graph: &Graph, root: NodeId, seed: NodeId) -> bool {
    use Dependence::{Constant, Linear, Other, Zero};
    let mut found: FxHashMap<NodeId, Dependence> = FxHashMap::default();
    for id in graph.cone(&[root], |_| false) {
        let args = graph.args(id);
        let of: Vec<Dependence> = args.iter().map(|arg| found[arg]).collect();
        let constant = |k: &Dependence| matches!(k, Zero | Constant);
        let linear = |k: &Dependence| matches!(k, Zero | Linear);
        let node = graph.node(id);
        let dependence = match node.op {
            _ if id == seed => Linear,
            _ if graph.literal_value(id) == Some(0.0) => Zero,
            _ if of.iter().all(constant) => Constant,
            Op::Hold(_) => of[0],
            Op::Apply(row, _) => {
                let (values, places) = of.split_at(of.len() - row.places);
                let is = |known| row.is(known);
                let keeps = if is(&ADD) || is(&SUB) || is(&NEG) {
                    of.iter().all(linear)
                } else if is(&MUL) || matches!(row.derivative, DerivativeRule::Bilinear(..)) {
                    values.iter().filter(|k| **k == Linear).count() == 1
                        && !values.contains(&Other)
                        && places.iter().all(constant)
                } else if is(&DIV) {
                    linear(&of[0]) && constant(&of[1])
                } else if is(&SOLVE) {
                    constant(&of[0]) && linear(&of[1])
                } else if row.chooses || row.mask.is_some() {
                    constant(&of[0]) && of[1..].iter().all(linear)
                } else if let DerivativeRule::Linear(_) = row.derivative {
                    values.iter().all(linear) && places.iter().all(constant)
                } else {
                    false
                };
                if keeps { Linear } else { Other }
            }
            _ => Other,
        };
        found.insert(id, dependence);
    }
    matches!(found.get(&root), Some(Linear | Zero))
}
