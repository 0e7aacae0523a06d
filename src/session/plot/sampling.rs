//! Sampling: the values of formulas at many places.

use crate::diagnostic::{Code, Diagnostic, Result, note};
use crate::event::Event;
use crate::exec::{Failure, Interpreter, Program};
use crate::graph::{Attr, Graph, NodeId, Tensor};
use crate::lower::{Lowerer, Unit};
use crate::primitives::array;
use crate::session::evaluate::formula;
use crate::session::sink::warn;
use crate::session::statement::ShowStatement;
use crate::session::{Session, Sink};
use crate::stop;
use crate::syntax::ast::{ExprId, ExprKind, Ident, Index};
use std::rc::Rc;

/// An entry that runs, and the leaf that stands for it.
type Replacement = (ExprId, NodeId);

/// The values at every place: one list an output.
type Samples = Vec<Vec<f64>>;

impl Session {
    /// The values of all outputs where the names after `over` have the values of each place. The
    /// formulas are lowered once, and again for every place only where these values decide a
    /// count, an index or a shape.
    pub(super) fn sample(
        &self,
        statement: &ShowStatement<'_>,
        places: &[Vec<f64>],
        sink: &mut Sink<'_>,
    ) -> Result<Samples> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        let (leaves, roots) = self.lower_at(statement, &mut lowerer, &places[0])?;
        let mut unit = lowerer.finish().unit;
        warn(unit.take_warnings(), sink);
        let varying = varying(&graph, &leaves);
        if !roots.iter().any(|root| varying[root.index()]) {
            let over = &statement.tail.over[0];
            let place = statement.script.location(over.variable.span);
            let name = over.text(statement.script);
            sink(Event::Warning(note!(
                Name,
                place,
                "what is drawn does not depend on `{name}`"
            )));
        }
        let mut samples = vec![Vec::with_capacity(places.len()); roots.len()];
        let mut failure = None;
        if unit.guards.iter().any(|(node, _)| varying[node.index()]) {
            for place in places {
                let graph = Graph::new();
                let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
                let (_, roots) = self.lower_at(statement, &mut lowerer, place)?;
                let mut interpreter = Interpreter::new(&graph, self.limits.memory);
                let at = (&mut interpreter, lowerer.unit());
                evaluate(at, &roots, &mut samples, &mut failure)?;
            }
        } else if let Ok(mut program) = Program::for_batches(
            &graph,
            std::slice::from_ref(&leaves),
            std::slice::from_ref(&roots),
            self.limits.memory,
        ) && program.batch_size() <= self.limits.memory
        {
            let explain = |failure| unit.explain(&failure);
            let batch = program.batch().map_err(explain)?;
            let (values, refusal) = batch.values_at(places, roots.len()).map_err(explain)?;
            for (k, samples) in samples.iter_mut().enumerate() {
                samples.extend(values.iter().skip(k).step_by(roots.len()));
            }
            // It leaves a gap.
            failure = refusal.map(|(node, fault)| explain(Failure::Fault(node, fault)));
        } else {
            let known = self.constant_part(&graph, &roots, &varying);
            for place in places {
                let mut interpreter = Interpreter::new(&graph, self.limits.memory);
                for (node, value) in &known {
                    interpreter.set(*node, value);
                }
                for (leaf, value) in leaves.iter().zip(place) {
                    interpreter.set(*leaf, &Tensor::scalar(*value));
                }
                let at = (&mut interpreter, &unit);
                evaluate(at, &roots, &mut samples, &mut failure)?;
            }
        }
        match failure {
            Some(failure) if samples.iter().flatten().all(|value| value.is_nan()) => Err(failure),
            _ => Ok(samples),
        }
    }

    /// The outputs with the names after `over` as leaves, which have the values of `place`.
    fn lower_at(
        &self,
        statement: &ShowStatement<'_>,
        lowerer: &mut Lowerer<'_>,
        place: &[f64],
    ) -> Result<(Vec<NodeId>, Vec<NodeId>)> {
        let ShowStatement { script, tail, .. } = *statement;
        self.bind_at(lowerer, statement)?;
        let mut leaves = Vec::new();
        // Two entries of one matrix run together.
        let mut partly: Vec<(&Ident, Vec<Replacement>)> = Vec::new();
        for (over, value) in tail.over.iter().zip(place) {
            let location = script.location(over.variable.span);
            let value = Rc::new(Tensor::scalar(*value));
            let Some(entry) = over.entry else {
                lowerer.bind(&over.variable, value, &location, location.clone())?;
                leaves.extend(lowerer.unit().inputs.get(&over.variable.name));
                continue;
            };
            let leaf = lowerer.running(script.text(entry), value);
            leaves.push(leaf);
            let replaced = (entry, leaf);
            match partly
                .iter_mut()
                .find(|(name, _)| name.name == over.variable.name)
            {
                Some((_, all)) => all.push(replaced),
                None => partly.push((&over.variable, vec![replaced])),
            }
        }
        for (name, replaced) in partly {
            self.bind_entries(statement, lowerer, name, &replaced)?;
        }
        let mut roots = Vec::new();
        for output in statement.outputs {
            let node = lowerer.lower(&formula(script, *output))?;
            let shape = lowerer.unit().graph.shape(node);
            if !shape.is_scalar() {
                let names: Vec<String> = tail
                    .over
                    .iter()
                    .map(|over| format!("`{}`", over.text(script)))
                    .collect();
                let message = format!(
                    "`{}` is {shape} for each {}: one number is drawn",
                    statement.name(*output),
                    names.join(" and "),
                );
                return Err(statement
                    .error(Code::Scalar, *output, message, &shape.described())
                    .help("pick an entry, such as `v[1]`, or take its `norm`"));
            }
            roots.push(node);
        }
        Ok((leaves, roots))
    }

    /// Binds a name to its value with some entries replaced by leaves.
    fn bind_entries(
        &self,
        statement: &ShowStatement<'_>,
        lowerer: &mut Lowerer<'_>,
        name: &Ident,
        replaced: &[Replacement],
    ) -> Result<()> {
        let script = statement.script;
        let quiet = &mut |_| {};
        let mut entries = None;
        for (entry, leaf) in replaced {
            let ExprKind::Index(base, indices) = &script.expr(*entry).kind else {
                continue;
            };
            // The language itself says what is wrong with an index.
            self.evaluate_at(statement, *entry, quiet)?;
            let mut place = Vec::new();
            for index in indices {
                if let Index::At(index) = index {
                    let value = self.evaluate_at(statement, *index, quiet)?;
                    place.push(value.as_scalar().map_or(0, |at| at as usize - 1));
                }
            }
            let (shape, nodes) = match &mut entries {
                Some(entries) => entries,
                None => {
                    let value = self.evaluate_at(statement, *base, quiet)?;
                    let shape = value.shape();
                    let rows = (0..shape.m()).flat_map(|i| (0..shape.n()).map(move |j| (i, j)));
                    let nodes = rows.map(|(i, j)| lowerer.unit().graph.literal(value.at(i, j)));
                    entries.insert((shape, nodes.collect::<Vec<NodeId>>()))
                }
            };
            let at = match place[..] {
                [at] => at,
                [row, column] => row * shape.n() + column,
                _ => continue,
            };
            nodes[at] = *leaf;
        }
        if let Some((shape, nodes)) = entries {
            let matrix = match nodes[..] {
                [alone] => alone,
                _ => lowerer
                    .unit()
                    .graph
                    .apply(&array::MATRIX, Attr::None, shape, &nodes),
            };
            lowerer.bind_node(&name.name, matrix);
        }
        Ok(())
    }

    /// The values on which the varying part rests and which are the same everywhere. One that
    /// fails is left to where it is needed.
    fn constant_part(
        &self,
        graph: &Graph,
        roots: &[NodeId],
        varying: &[bool],
    ) -> Vec<(NodeId, Tensor)> {
        let varies = |id: NodeId| varying[id.index()];
        let mut needed: Vec<NodeId> = roots
            .iter()
            .copied()
            .filter(|root| !varies(*root))
            .collect();
        for id in graph.cone(roots, |id| !varies(id)) {
            if varies(id) {
                graph.for_args(id, |arg| needed.push(arg));
            }
        }
        needed.retain(|id| !varies(*id) && graph.literal_value(*id).is_none());
        needed.sort_unstable();
        needed.dedup();
        let mut interpreter = Interpreter::new(graph, self.limits.memory);
        let value = |id: NodeId| Some((id, interpreter.value(id).ok()?.to_tensor()));
        needed.into_iter().filter_map(value).collect()
    }
}

/// Which nodes depend on one of the leaves.
fn varying(graph: &Graph, leaves: &[NodeId]) -> Vec<bool> {
    let mut varying = vec![false; graph.len()];
    for leaf in leaves {
        varying[leaf.index()] = true;
    }
    for k in 0..varying.len() {
        let mut varies = varying[k];
        graph.for_args(NodeId(k as u32), |arg| varies |= varying[arg.index()]);
        varying[k] = varies;
    }
    varying
}

/// Appends the values of the roots at one place. A matrix that is singular there leaves a gap; the
/// first such failure is kept, should there be nothing else.
fn evaluate(
    (interpreter, unit): (&mut Interpreter<'_>, &Unit<'_>),
    roots: &[NodeId],
    samples: &mut Samples,
    first: &mut Option<Diagnostic>,
) -> Result<()> {
    if stop::requested() {
        return Err(unit.explain(&Failure::Interrupted));
    }
    for (root, samples) in roots.iter().zip(samples) {
        let value = match interpreter.scalar(*root) {
            Ok(value) => value,
            Err(failure @ Failure::Fault(..)) => {
                first.get_or_insert_with(|| unit.explain(&failure));
                f64::NAN
            }
            Err(failure) => return Err(unit.explain(&failure)),
        };
        samples.push(value);
    }
    Ok(())
}
