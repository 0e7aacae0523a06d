//! The simplified derivative of one output with respect to one variable.

use super::recurrence::recurrences;
use super::{NoFormula, Spelling, Subject, Symbolic};
use crate::diff::{Flow, Held, Target, forward, reverse};
use crate::graph::substitute::spelled;
use crate::graph::{Graph, NodeId, Shape};
use crate::simplify::{self, Simplified, Unwritable, WriteOptions};
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;

/// The simplified derivative of `output` with respect to `target`: in the target's shape for a
/// scalar output, in the output's for a scalar target, else a Jacobian.
pub fn derive(
    subject: &Subject<'_>,
    output: NodeId,
    target: Target,
    spelling: Spelling,
) -> Symbolic {
    let graph = subject.graph;
    with_options(subject, spelling, |options| {
        // Rules that make one pass over the factors have no formula; those of the spelled rows do. A held
        // name is a variable here, whatever its formula holds.
        let output = spelled(graph, output, |node| subject.held.contains(&node));
        if graph.shape(output).is_scalar() || target.shape(graph).is_scalar() {
            let node = derivative_node(graph, output, target, subject.held);
            return match simplify::write(graph, node, options) {
                Ok(formula) => Symbolic::Formula(formula),
                Err(unwritable) => without_formula(graph, node, unwritable, options),
            };
        }
        by_direction(graph, output, target, subject.held, options)
    })
}

/// A node that a simplified derivative was lowered to, simplified again; `factors` says whether these are looked
/// for.
///
/// # Errors
/// The formula is too large, or one of its operations has no spelling in the language.
pub fn again(
    subject: &Subject<'_>,
    node: NodeId,
    spelling: Spelling,
    factors: bool,
) -> Result<Simplified, Unwritable> {
    with_options(subject, spelling, |options| {
        let options = WriteOptions {
            factors,
            ..*options
        };
        simplify::write(subject.graph, node, &options)
    })
}

/// Calls `run` with the options for derivatives of the outputs of `subject`.
fn with_options<T>(
    subject: &Subject<'_>,
    spelling: Spelling,
    run: impl FnOnce(&WriteOptions<'_>) -> T,
) -> T {
    let names = |node: NodeId| subject.called(node, subject.outputs, spelling.expanded);
    let named: Vec<NodeId> = subject
        .graph
        .cone(subject.outputs, |_| false)
        .into_iter()
        .filter(|node| names(*node).is_some())
        .collect();
    run(&WriteOptions {
        names: &names,
        named: &named,
        order: if spelling.exact { &[] } else { subject.order },
        facts: if spelling.exact { &[] } else { subject.facts },
        decimals: subject.decimals,
        guards: spelling.guards,
        exact: spelling.exact,
        shares: !spelling.exact,
        factors: true,
        taken: subject.taken,
    })
}

/// What there is in the place of a formula.
fn without_formula(
    graph: &Graph,
    node: NodeId,
    unwritable: Unwritable,
    options: &WriteOptions<'_>,
) -> Symbolic {
    let by_rounds = || recurrences(graph, node, options);
    match (unwritable == Unwritable::Loop).then(by_rounds).flatten() {
        Some(found) => Symbolic::Recurrences(found),
        None => Symbolic::NoFormula {
            why: unwritable.into(),
            entries: None,
            along: None,
        },
    }
}

/// The derivative of a scalar output, or with respect to a scalar target, as the modes build it.
pub(super) fn derivative_node(
    graph: &Graph,
    output: NodeId,
    target: Target,
    held: &Held,
) -> NodeId {
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

pub(super) fn tangent_node(
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
    options: &WriteOptions<'_>,
) -> Symbolic {
    let shape: Shape = target.shape(graph);
    let name: Name = format!(
        "d{}",
        (options.names)(target.node).unwrap_or_else(|| "x".into())
    )
    .into();
    let direction = graph.input(name.clone(), shape, None);
    let tangent = tangent_node(graph, output, target, direction, held);
    let both_vectors = shape.cols == 1 && graph.shape(output).is_vector();
    if both_vectors
        && let Some(formula) = simplify::write_matrix(graph, tangent, direction, options)
    {
        return Symbolic::Formula(formula);
    }
    let names = |node: NodeId| {
        if node == direction {
            Some(name.clone())
        } else {
            (options.names)(node)
        }
    };
    let along = simplify::write(
        graph,
        tangent,
        &WriteOptions {
            names: &names,
            ..*options
        },
    );
    let entries = simplify::write_entries(
        graph,
        tangent,
        direction,
        &WriteOptions {
            names: &names,
            ..*options
        },
    );
    Symbolic::NoFormula {
        why: NoFormula::Indices {
            output: graph.shape(output),
            target: shape,
            operation: entries.as_ref().err().copied(),
        },
        entries: entries.ok().flatten(),
        along: along.ok().map(|formula| (name, formula)),
    }
}
