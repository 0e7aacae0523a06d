//! Single values that statements need: counts, whole numbers, conditions.

use super::sink::warn;
use super::{Session, Sink};
use crate::diagnostic::{Result, error};
use crate::graph::{Graph, NodeId, Tensor};
use crate::lower::{Formula, Lowerer};
use crate::primitives::arithmetic::is_true;
use crate::syntax::ast::{ExprId, Script};
use std::rc::Rc;

impl Session {
    /// The value of a formula as things stand.
    pub(super) fn value_of(&self, formula: &Formula) -> Result<Tensor> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        let node = lowerer.lower(formula)?;
        lowerer.finish().value(node)
    }

    /// Lowers `expr` into a graph of its own and looks at it there.
    pub(super) fn evaluate<T>(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
        look: impl FnOnce(&mut Lowerer<'_>, NodeId) -> Result<T>,
    ) -> Result<T> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::for_values(&graph, &self.definitions, self.limits);
        let node = lowerer.lower(&formula(script, expr))?;
        let result = look(&mut lowerer, node);
        warn(lowerer.finish().unit.take_warnings(), sink);
        result
    }

    pub(super) fn count(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<usize> {
        self.evaluate(script, expr, sink, |lowerer, node| {
            lowerer.size(node, &formula(script, expr))
        })
    }

    pub(super) fn whole(
        &self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<i64> {
        self.evaluate(script, expr, sink, |lowerer, node| {
            lowerer.whole_number(node, &formula(script, expr))
        })
    }

    pub(super) fn condition(
        &mut self,
        script: &Rc<Script>,
        expr: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<bool> {
        if let Some(values) = self.compiled_values(script, &[expr])
            && let Some(value) = values[0].as_ref().and_then(Tensor::as_scalar)
        {
            return Ok(is_true(value));
        }
        self.settle();
        let value = self.evaluate(script, expr, sink, |lowerer, node| lowerer.value(node))?;
        value.as_scalar().map(is_true).ok_or_else(|| {
            error!(Scalar, script.locate(expr),
                "a condition is a scalar, not a {} matrix", value.shape();
                label: "{}", value.shape().described();
                help: "for every entry: `min({0}) == 1`; for any entry: `max({0}) == 1`", script.text(expr))
        })
    }
}

/// An expression of a script, as lowering takes it.
pub(super) fn formula(script: &Rc<Script>, expr: ExprId) -> Formula {
    Formula {
        script: script.clone(),
        expr,
    }
}
