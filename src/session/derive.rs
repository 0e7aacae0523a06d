//! `derive`: the symbolic derivative, as a formula that can be typed back in.

use super::show::{Lowered, refuse, warn};
use super::{Event, Session, Sink};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, Target, forward, reverse};
use crate::graph::substitute::exchange;
use crate::graph::{Graph, NodeId, Op, Shape};
use crate::lower::Lowering;
use crate::primitives::array::{PROD, PROD_QUOTIENT};
use crate::simplify::{self, Formula, Wording};
use crate::syntax::ast::{ExprId, Name, Script, Tail, With};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A symbolic derivative.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The output as written.
    pub output: String,
    /// What it is differentiated by, as written.
    pub wrt: String,
    /// What was found.
    pub result: Symbolic,
}

/// What symbolic differentiation comes to.
#[derive(Clone, Debug)]
pub enum Symbolic {
    /// A formula.
    Formula(Formula),
    /// The language has no formula for it.
    NoFormula {
        /// Why.
        reason: String,
        /// The derivative along a direction of this name, where that can be written.
        along: Option<(String, Formula)>,
    },
}

/// How a symbolic derivative is written.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// With inputs only.
    pub expanded: bool,
    /// With the guards that keep structural zeros zero.
    pub guards: bool,
}

impl Session {
    pub(super) fn show_derive(&mut self, script: &Rc<Script>, outputs: &[ExprId], tail: &Tail, sink: &mut Sink<'_>) -> Result<()> {
        refuse(script, "derive", tail, &["wrt", "at", "expanded", "guards"])?;
        let graph = Graph::new();
        let mut lowering = Lowering::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowering, script, tail)?;
        let lowered = self.lower_outputs(&mut lowering, script, outputs, tail)?;
        let has = |item: With| tail.with.iter().any(|(known, _)| *known == item);
        let manner = Manner { expanded: has(With::Expanded), guards: has(With::Guards) };
        let mut events = Vec::new();
        for (text, output) in &lowered.outputs {
            for wrt in &lowered.wrt {
                let result = self.symbolic(&lowering, &lowered, *output, wrt.target, manner);
                events.push(Event::Derive(Box::new(Derivation {
                    output: text.clone(),
                    wrt: wrt.text.clone(),
                    result,
                })));
            }
        }
        warn(&mut lowering, sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    /// The simplified derivative of `output` by `target`.
    pub(super) fn symbolic(
        &self,
        lowering: &Lowering<'_>,
        lowered: &Lowered,
        output: NodeId,
        target: Target,
        manner: Manner,
    ) -> Symbolic {
        let graph = lowering.graph();
        let outputs: Vec<NodeId> = lowered.outputs.iter().map(|(_, node)| *node).collect();
        let names = |node: NodeId| name_of(lowering, node, &outputs, manner.expanded);
        let taken = |prefix: &str| {
            let numbered = |name: &str| {
                name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
            };
            self.definitions.variables().any(|(name, _)| numbered(name)) || lowering.inputs().keys().any(|name| numbered(name))
        };
        let named: Vec<NodeId> = graph.cone(&outputs, |_| false).into_iter().filter(|node| names(*node).is_some()).collect();
        let wording = Wording { names: &names, named: &named, guards: manner.guards, taken: &taken };
        // The rule that is right at zero factors has no spelling; the one that everyone writes has.
        let output = exchange(graph, output, &PROD, &PROD_QUOTIENT);
        if graph.shape(output).is_scalar() || target.shape(graph).is_scalar() {
            let node = derivative_node(graph, output, target, &lowered.held);
            return match simplify::write(graph, node, &wording) {
                Ok(formula) => Symbolic::Formula(formula),
                Err(unwritable) => Symbolic::NoFormula {
                    reason: format!("the language has no way to write {}", unwritable.0),
                    along: None,
                },
            };
        }
        by_direction(graph, output, target, &lowered.held, &wording)
    }
}

/// What a node is called in a formula: an input by its name, a named formula by its name unless
/// it is what is differentiated.
fn name_of(lowering: &Lowering<'_>, node: NodeId, outputs: &[NodeId], expanded: bool) -> Option<Name> {
    let leaf = matches!(lowering.graph().node(node).op, Op::Input(_) | Op::Hold(_));
    if !leaf && (expanded || outputs.contains(&node)) {
        return None;
    }
    let computed = matches!(lowering.graph().node(node).op, Op::Apply(..));
    if !leaf && !computed {
        return None;
    }
    lowering.names_of(node).first().cloned()
}

/// The derivative of a scalar output, or by a scalar target, as it comes out of the modes.
fn derivative_node(graph: &Graph, output: NodeId, target: Target, held: &Held) -> NodeId {
    let shape = graph.shape(output);
    let one = graph.term(graph.literal(1.0));
    if shape.is_scalar() {
        let found = reverse(graph, output, Flow::everywhere(one), &[target.node], held)[0];
        let wanted = target.shape(graph);
        return match found {
            None => one.number(0.0).stretch(wanted).id,
            Some(flow) => target.part(flow.term).id,
        };
    }
    tangent_node(graph, output, target, one.id, held)
}

fn tangent_node(graph: &Graph, output: NodeId, target: Target, direction: NodeId, held: &Held) -> NodeId {
    let seeds = FxHashMap::from_iter([(target.node, target.seed(graph, graph.term(direction)))]);
    match forward(graph, &[output], &seeds, held).get(&output) {
        Some(flow) => flow.term.id,
        None => graph.term(output).zero().id,
    }
}

/// A Jacobian, read off the tangent along a direction; the tangent itself where it has no formula.
fn by_direction(graph: &Graph, output: NodeId, target: Target, held: &Held, wording: &Wording<'_>) -> Symbolic {
    let shape: Shape = target.shape(graph);
    let name: Name = format!("d{}", (wording.names)(target.node).unwrap_or_else(|| "x".into())).into();
    let direction = graph.input(name.clone(), shape, None);
    let tangent = tangent_node(graph, output, target, direction, held);
    let both_vectors = shape.cols == 1 && graph.shape(output).is_vector();
    if both_vectors && let Some(formula) = simplify::write_matrix(graph, tangent, direction, wording) {
        return Symbolic::Formula(formula);
    }
    let names = |node: NodeId| if node == direction { Some(name.clone()) } else { (wording.names)(node) };
    let along = simplify::write(graph, tangent, &Wording { names: &names, ..*wording }).ok();
    let reason = if both_vectors {
        "the language has no formula for this Jacobian".to_string()
    } else {
        format!(
            "the derivative of a {} value by a {shape} one has four indices: the language has no formula for it",
            graph.shape(output)
        )
    };
    Symbolic::NoFormula { reason, along: along.map(|formula| (name.to_string(), formula)) }
}
