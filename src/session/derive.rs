//! `derive`: the symbolic derivative, as a formula that can be typed back in.

use super::show::{Lowered, warn};
use super::{Session, Sink, stopped_at};
use crate::diagnostic::Result;
use crate::diff::{Flow, Held, Target, forward, reverse, reverse_steps};
use crate::event::{Derivation, Event, Step, Symbolic};
use crate::graph::primitive::{Notation, Operator};
use crate::graph::substitute::exchange;
use crate::graph::{Graph, NodeId, Op, Shape};
use crate::lower::{Lowerer, Unit};
use crate::primitives::array::{CUMPROD, CUMPROD_SPELLED, PROD, PROD_SPELLED, SUM};
use crate::simplify::{self, Wording};
use crate::stop;
use crate::syntax::ast::{ExprId, Name, Script, Tail, With};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How a symbolic derivative is written.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// With inputs only.
    pub expanded: bool,
    /// With the guards that keep structural zeros zero.
    pub guards: bool,
    /// In the forms that are exact in the tails.
    pub exact: bool,
}

impl Session {
    pub(super) fn show_derive(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowering = Lowerer::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowering, script, tail)?;
        let lowered = self.lower_outputs(&mut lowering, script, outputs, tail)?;
        // By default a formula is differentiated by what it reaches: then a name is its own target.
        let targets: Vec<NodeId> = match tail.wrt.is_empty() {
            true => Vec::new(),
            false => lowered.wrt.iter().map(|wrt| wrt.target.node).collect(),
        };
        for (_, output) in &lowered.outputs {
            lowering.unit().refuse_undefined(*output, &targets)?;
        }
        let has = |item: With| tail.with.iter().any(|(known, _)| *known == item);
        let manner = Manner {
            expanded: has(With::Expanded),
            guards: has(With::Guards),
            exact: false,
        };
        let mut evaluation = lowering.finish();
        let unit = &evaluation.unit;
        let mut events = Vec::new();
        for (text, output) in &lowered.outputs {
            for wrt in &lowered.wrt {
                if stop::requested() {
                    return Err(stopped_at(script, script.expr(outputs[0]).span));
                }
                let result = self.symbolic(unit, &lowered, *output, wrt.target, manner);
                let steps = if has(With::Steps) {
                    self.steps(unit, &lowered, *output, wrt.target, &result)
                } else {
                    Vec::new()
                };
                events.push(Event::Derive(Box::new(Derivation {
                    output: text.clone(),
                    wrt: wrt.text.clone(),
                    result,
                    steps,
                })));
            }
        }
        if stop::requested() {
            return Err(stopped_at(script, script.expr(outputs[0]).span));
        }
        warn(&mut evaluation.unit, sink);
        events.into_iter().for_each(sink);
        Ok(())
    }

    /// The rules of a derivation in the order of the reverse pass, and what simplification made of
    /// its result.
    fn steps(
        &self,
        unit: &Unit<'_>,
        lowered: &Lowered,
        output: NodeId,
        target: Target,
        result: &Symbolic,
    ) -> Vec<Step> {
        let graph = unit.graph;
        if !graph.shape(output).is_scalar() {
            return Vec::new();
        }
        let names = |node: NodeId| name_of(unit, node, &[output], false);
        let wording = Wording {
            names: &names,
            named: &[],
            guards: false,
            exact: false,
            taken: &|_| false,
        };
        let written = |node: NodeId| {
            simplify::write(graph, node, &wording)
                .map_or_else(|_| "…".to_string(), |formula| formula.one_line())
        };
        let mut steps: Vec<Step> = Vec::new();
        for (node, frontier) in reverse_steps(graph, output, target.node, &lowered.held) {
            let Some(rule) = rule_name(graph, node) else {
                continue;
            };
            let parts: Vec<String> = frontier
                .iter()
                .map(|(node, adjoint)| {
                    differential(graph, *node, adjoint.id, target.node, &names, &written)
                })
                .collect();
            steps.push(Step {
                rule,
                formula: parts.join(" + ").replace("+ -", "- "),
            });
        }
        if let Symbolic::Formula(formula) = result {
            let mut rules: Vec<&str> = Vec::new();
            for rule in &formula.rules {
                if !rules.contains(rule) {
                    rules.push(rule);
                }
            }
            let rule = if rules.is_empty() {
                "simplify".into()
            } else {
                format!("simplify: {}", rules.join(", "))
            };
            steps.push(Step {
                rule,
                formula: formula.one_line(),
            });
        }
        steps
    }

    /// The simplified derivative of `output` by `target`.
    pub(super) fn symbolic(
        &self,
        unit: &Unit<'_>,
        lowered: &Lowered,
        output: NodeId,
        target: Target,
        manner: Manner,
    ) -> Symbolic {
        let graph = unit.graph;
        let outputs: Vec<NodeId> = lowered.outputs.iter().map(|(_, node)| *node).collect();
        let names = |node: NodeId| name_of(unit, node, &outputs, manner.expanded);
        let taken = |prefix: &str| {
            let numbered = |name: &str| {
                name.strip_prefix(prefix).is_some_and(|rest| {
                    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit())
                })
            };
            self.definitions.variables().any(|(name, _)| numbered(name))
                || unit.inputs.keys().any(|name| numbered(name))
        };
        let named: Vec<NodeId> = graph
            .cone(&outputs, |_| false)
            .into_iter()
            .filter(|node| names(*node).is_some())
            .collect();
        let wording = Wording {
            names: &names,
            named: &named,
            guards: manner.guards,
            exact: manner.exact,
            taken: &taken,
        };
        // The rules that need one pass over the factors have no spelling; those of these rows have.
        let output = exchange(graph, output, &PROD, &PROD_SPELLED);
        let output = exchange(graph, output, &CUMPROD, &CUMPROD_SPELLED);
        if graph.shape(output).is_scalar() || target.shape(graph).is_scalar() {
            let node = derivative_node(graph, output, target, &lowered.held);
            return match simplify::write(graph, node, &wording) {
                Ok(formula) => Symbolic::Formula(formula),
                Err(unwritable) => Symbolic::NoFormula {
                    reason: match unwritable.0 {
                        size @ "a formula of this size" => format!("{size} is too large to write"),
                        _ => "the language has no formula for this derivative".into(),
                    },
                    along: None,
                },
            };
        }
        by_direction(graph, output, target, &lowered.held, &wording)
    }
}

/// What a node is called in a formula: an input by its name, a named formula by its name unless
/// it is what is differentiated.
fn name_of(unit: &Unit<'_>, node: NodeId, outputs: &[NodeId], expanded: bool) -> Option<Name> {
    let leaf = matches!(unit.graph.node(node).op, Op::Input(_) | Op::Hold(_));
    if !leaf && (expanded || outputs.contains(&node)) {
        return None;
    }
    let computed = matches!(unit.graph.node(node).op, Op::Apply(..));
    if !leaf && !computed {
        return None;
    }
    unit.names_of(node).first().cloned()
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

fn tangent_node(
    graph: &Graph,
    output: NodeId,
    target: Target,
    direction: NodeId,
    held: &Held,
) -> NodeId {
    let seeds = FxHashMap::from_iter([(target.node, target.seed(graph, graph.term(direction)))]);
    match forward(graph, &[output], &seeds, held).get(output) {
        Some(flow) => flow.term.id,
        None => graph.term(output).zero().id,
    }
}

/// A Jacobian, read off the tangent along a direction; the tangent itself where it has no formula.
fn by_direction(
    graph: &Graph,
    output: NodeId,
    target: Target,
    held: &Held,
    wording: &Wording<'_>,
) -> Symbolic {
    let shape: Shape = target.shape(graph);
    let name: Name = format!(
        "d{}",
        (wording.names)(target.node).unwrap_or_else(|| "x".into())
    )
    .into();
    let direction = graph.input(name.clone(), shape, None);
    let tangent = tangent_node(graph, output, target, direction, held);
    let both_vectors = shape.cols == 1 && graph.shape(output).is_vector();
    if both_vectors
        && let Some(formula) = simplify::write_matrix(graph, tangent, direction, wording)
    {
        return Symbolic::Formula(formula);
    }
    let names = |node: NodeId| {
        if node == direction {
            Some(name.clone())
        } else {
            (wording.names)(node)
        }
    };
    let along = simplify::write(
        graph,
        tangent,
        &Wording {
            names: &names,
            ..*wording
        },
    )
    .ok();
    let reason = if both_vectors {
        "the language has no formula for this Jacobian".to_string()
    } else {
        format!(
            "the derivative of a {} value by a {shape} one has four indices: the language has no formula for it",
            graph.shape(output)
        )
    };
    Symbolic::NoFormula {
        reason,
        along: along.map(|formula| (name.to_string(), formula)),
    }
}

/// The rule that carries a derivative through a node; `None` for what is not written.
fn rule_name(graph: &Graph, node: NodeId) -> Option<String> {
    let Op::Apply(row, _) = graph.node(node).op else {
        return None;
    };
    let constant = |k: usize| {
        let arg = graph.args(node)[k];
        graph.literal_value(arg).is_some()
    };
    Some(match row.notation {
        Notation::Silent => return None,
        Notation::Infix(Operator::Add | Operator::Sub) => "sum rule".into(),
        Notation::Negation => "constant factor".into(),
        Notation::Infix(Operator::Mul) if constant(0) || constant(1) => "constant factor".into(),
        Notation::Infix(Operator::Mul | Operator::MatMul) => "product rule".into(),
        Notation::Infix(Operator::Div) => "quotient rule".into(),
        Notation::Infix(Operator::Pow) if constant(1) => "power rule".into(),
        Notation::Infix(Operator::Pow) => "power with a variable exponent".into(),
        Notation::Transpose => "transpose".into(),
        Notation::Index => "entry".into(),
        Notation::Matrix => "entry by entry".into(),
        Notation::Choice => "branch taken".into(),
        _ if row.is(&SUM) => "derivative of a sum".into(),
        _ => format!("chain rule through {}", row.name),
    })
}

/// One term of a differential: adjoint times d(…), plainly the adjoint for the target itself.
fn differential(
    graph: &Graph,
    node: NodeId,
    adjoint: NodeId,
    target: NodeId,
    names: &dyn Fn(NodeId) -> Option<Name>,
    written: &dyn Fn(NodeId) -> String,
) -> String {
    let factor = written(adjoint);
    if node == target {
        return factor;
    }
    let inner = names(node).map_or_else(|| written(node), |name| name.to_string());
    let bracket = if factor.contains([' ', '+']) {
        format!("({factor})")
    } else {
        factor.clone()
    };
    match (graph.shape(node).is_scalar(), factor.as_str()) {
        (true, "1") => format!("d({inner})"),
        (true, "-1") => format!("-d({inner})"),
        (true, _) => format!("{bracket}*d({inner})"),
        (false, _) => format!("sum({bracket} .* d({inner}))"),
    }
}
