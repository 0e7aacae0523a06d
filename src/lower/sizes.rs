//! Sizes with names: what they are, and the shapes that follow.

use super::Lowerer;
use super::definitions::{Formula, SymbolicShape, written};
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::graph::{Graph, NodeId, Shape};
use crate::source::Location;
use crate::syntax::ast::Name;

impl Lowerer<'_> {
    /// The size called `name`, from the first input with a value that was declared with it.
    pub(super) fn size_named(&mut self, name: &Name) -> Result<Option<NodeId>> {
        let definitions = self.definitions;
        if let Some(size) = definitions.drawn_size(name) {
            return Ok(Some(self.graph.literal(size as f64)));
        }
        let Some((input, axis)) = definitions.sized_by(name) else {
            return Ok(None);
        };
        let Some(value) = self.input_value(input)? else {
            return Ok(None);
        };
        let size = [value.shape().m(), value.shape().n()][axis];
        Ok(Some(self.graph.literal(size as f64)))
    }

    /// The shape of an input that was declared with named sizes, and that has this value.
    ///
    /// # Errors
    /// Fails if it has none and a size is unknown, or if the sizes contradict it.
    pub(super) fn symbolic_shape(
        &mut self,
        name: &Name,
        symbolic: &SymbolicShape,
        value: Option<Shape>,
        location: &Location,
    ) -> Result<Shape> {
        let mut sizes = [1, 1];
        for (own, size) in sizes.iter_mut().zip(&symbolic.sizes) {
            let graph = Graph::new();
            let limits = self.evaluation.limits;
            let mut lowerer = Lowerer::for_values(&graph, self.definitions, limits)
                .in_world(self.evaluation.world);
            let node = lowerer.lower(size)?;
            if lowerer.evaluation().value_if_known(node)?.is_none() {
                return value.ok_or_else(|| without_value(name, size));
            }
            *own = lowerer.size(node, size)?;
        }
        let place = symbolic.sizes[0].location();
        let limits = self.evaluation.limits;
        let wanted = limits.checked_shape(sizes[0], sizes[1], &place)?;
        if let Some(shape) = value.filter(|shape| *shape != wanted) {
            let text = symbolic.text();
            bail!(Shape, location.clone(),
                "`{name}` was declared {text}, which is {wanted} here, and its value is {shape}";
                label: "{}", shape.described();
                help: "the sizes have their values from other inputs: give values that fit, or declare it with sizes of other names");
        }
        Ok(wanted)
    }
}

/// The error for a size without a value.
fn without_value(name: &Name, size: &Formula) -> Diagnostic {
    let text = written(size);
    error!(Value, size.location(),
        "the size `{text}` of `{name}` has no value";
        label: "needed here";
        help: "give it one: `{text} = 3`, or give `{name}` a value; `derive`, `prove` and `check … against` need none")
}
