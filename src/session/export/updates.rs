//! Updates as steps: what they replace, and the shapes that they keep.

use super::super::Session;
use super::super::evaluate::formula;
use super::collect::{Collected, NamedStep};
use crate::diagnostic::{Result, bail};
use crate::export::program::Entries;
use crate::graph::{Graph, NodeId, Shape, Tensor};
use crate::lower::definitions::Meaning;
use crate::lower::{Formula, Lowerer};
use crate::source::Location;
use crate::syntax::ast::{ExprId, Index, Name, Script, UpdateTarget};
use std::rc::Rc;

impl Session {
    pub(super) fn update_step<'g>(
        &mut self,
        script: &Rc<Script>,
        targets: &[UpdateTarget],
        values: &[ExprId],
        collected: &mut Collected<'g>,
    ) -> Result<NamedStep> {
        let formulas: Vec<Formula> = values.iter().map(|value| formula(script, *value)).collect();
        let nodes = self.nodes(&formulas, None, collected)?;
        let mut assigned = Vec::new();
        for ((target, node), value) in targets.iter().zip(nodes).zip(values) {
            let place = match &target.indices {
                Some(indices) => Some(self.entries_of(script, target, indices, node, collected)?),
                None => {
                    let shape = collected.graph.shape(node);
                    self.start(&target.name.name, shape, script.locate(*value), collected)?;
                    None
                }
            };
            assigned.push((target.name.name.clone(), place, node));
        }
        Ok(NamedStep::Assign(assigned))
    }

    fn entries_of<'g>(
        &mut self,
        script: &Rc<Script>,
        target: &UpdateTarget,
        indices: &[Index],
        value: NodeId,
        collected: &mut Collected<'g>,
    ) -> Result<Entries> {
        let name = &target.name.name;
        let place = script.location(target.span);
        let graph = collected.graph;
        let shape = {
            let scratch = Graph::new();
            let mut lowerer = Lowerer::for_values(&scratch, &self.definitions, self.limits);
            lowerer.current_shape(&target.name, script)?
        };
        if self.definitions.value(name).is_none() && !self.definitions.stays_open(name) {
            let value = self.value_of_name(script, target)?;
            self.definitions.store(name, Rc::new(value), place.clone());
        }
        let mut along = Vec::new();
        let lengths = match (indices.len(), shape.cols) {
            (1, 1) => vec![shape.m()],
            (1, _) => vec![shape.n()],
            _ => vec![shape.m(), shape.n()],
        };
        for (index, length) in indices.iter().zip(lengths) {
            along.push(match index {
                Index::All => (graph.literal(1.0), length),
                Index::At(at) => (self.node(script, *at, collected)?, 1),
                Index::Range(from, to) => {
                    let (first, last) = (self.node(script, *from, collected)?, self.node(script, *to, collected)?);
                    let known = |node| graph.literal_value(node);
                    let (Some(a), Some(b)) = (known(first), known(last)) else {
                        bail!(Index, place, "a range of entries that is replaced has fixed ends in exported code";
                            label: "ends that are computed";
                            help: "replace one entry at a time, in a loop");
                    };
                    (first, (b - a + 1.0).max(0.0) as usize)
                }
            });
        }
        let one = (graph.literal(1.0), 1);
        let [row, column] = match (&along[..], shape.cols) {
            ([only], 1) => [*only, one],
            ([only], _) => [one, *only],
            ([row, column], _) => [*row, *column],
            _ => bail!(Index, place, "these indices mean no entries"; label: "{shape}"),
        };
        let extent = Shape::new(row.1, column.1);
        let new = graph.shape(value);
        if new != extent && !new.is_scalar() {
            bail!(Shape, place, "{extent} entries cannot be replaced by a {new} value"; label: "these are {extent}");
        }
        Ok(Entries {
            corner: [row.0, column.0],
            extent,
        })
    }

    fn value_of_name(&self, script: &Rc<Script>, target: &UpdateTarget) -> Result<Tensor> {
        let scratch = Graph::new();
        let mut lowerer = Lowerer::for_values(&scratch, &self.definitions, self.limits);
        lowerer.current_value(&target.name, script)
    }

    /// Makes sure that a name that a loop changes is an input of that shape.
    pub(super) fn start(
        &mut self,
        name: &Name,
        shape: Shape,
        place: Location,
        collected: &mut Collected<'_>,
    ) -> Result<()> {
        self.definitions.check_declared(name, shape, &place)?;
        let known = self.definitions.variable(name).map(|known| &known.meaning);
        if let Some(Meaning::Input(_)) = known {
            let node = self.name_shape(name, collected)?;
            if node == Some(shape) {
                return Ok(());
            }
            if let Some(before) = node {
                bail!(Shape, place, "`{name}` changes its shape from {before} to {shape}, which exported loops cannot";
                    label: "{}", shape.described());
            }
        }
        self.definitions
            .store(name, Rc::new(Tensor::filled(shape, 1.0)), place);
        collected.started.push(name.clone());
        Ok(())
    }

    fn name_shape(&self, name: &Name, collected: &Collected<'_>) -> Result<Option<Shape>> {
        if let Some(leaf) = collected.inputs.get(name) {
            return Ok(Some(collected.graph.shape(*leaf)));
        }
        let Some(variable) = self.definitions.variable(name) else {
            return Ok(None);
        };
        if self.definitions.stays_open(name) {
            let scratch = Graph::new();
            let mut lowerer = Lowerer::for_values(&scratch, &self.definitions, self.limits);
            return lowerer.open_shape(name).map(Some);
        }
        let Meaning::Input(input) = &variable.meaning else {
            return Ok(None);
        };
        if let Some(value) = input.value.get() {
            return Ok(Some(value.shape()));
        }
        match &input.source {
            Some(source) => Ok(Some(self.value_of(source)?.shape())),
            None => Ok(input.declared),
        }
    }
}
