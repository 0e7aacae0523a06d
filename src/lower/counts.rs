//! Numbers that must be known while lowering: counts, indices, sizes, axes, seeds.

use super::Lowerer;
use super::frame::Frame;
use crate::diagnostic::{Result, bail, error};
use crate::graph::{NodeId, Shape};
use crate::syntax::ast::ExprId;

impl Lowerer<'_> {
    /// The value of the scalar `node`, which lowering depends on from now on.
    pub(super) fn known_scalar(
        &mut self,
        node: NodeId,
        expr: ExprId,
        frame: &Frame,
        what: &str,
    ) -> Result<f64> {
        let shape = self.graph.shape(node);
        if !shape.is_scalar() {
            bail!(Type, frame.locate(expr),
            "{what} is one number, not a {shape} matrix";
            label: "{}", shape.described();
            help: "{}", match shape.len() {
                2 if what == "a size" => "rows and columns are two arguments: `zeros(2, 3)`",
                _ => "name the entry that is meant, as in `v[1]`",
            });
        }
        if let Some(value) = self.graph.literal_value(node) {
            return Ok(value);
        }
        let value = self.value(node)?.data()[0];
        self.evaluation.unit.guards.push((node, value));
        Ok(value)
    }

    /// The whole number that `node` is.
    pub(super) fn whole(
        &mut self,
        node: NodeId,
        expr: ExprId,
        frame: &Frame,
        what: &str,
    ) -> Result<i64> {
        let value = self.known_scalar(node, expr, frame, what)?;
        if value.fract() == 0.0 && value.abs() < 9e15 {
            return Ok(value as i64);
        }
        if value.fract() == 0.0 {
            bail!(Limit, frame.locate(expr),
                "{what} cannot be as large as {value:e}";
                label: "too large");
        }
        Err(error!(Type, frame.locate(expr),
            "{what} is a whole number, and this is {value}";
            label: "this is {value}";
            help: "round it: `round({0})`, `floor({0})` or `ceil({0})`", frame.script.text(expr)))
    }

    /// The count, a whole number ≥ 0, that `node` is.
    pub(super) fn count(
        &mut self,
        node: NodeId,
        expr: ExprId,
        frame: &Frame,
        what: &str,
    ) -> Result<usize> {
        let value = self.whole(node, expr, frame, what)?;
        usize::try_from(value).map_err(|_| {
            error!(Type, frame.locate(expr),
                "{what} cannot be negative";
                label: "this is {value}";
                help: "write a whole number, 0 or more")
        })
    }

    /// Refuses shapes whose values alone would be more than the memory allowed.
    pub(super) fn check_size(
        &self,
        rows: usize,
        cols: usize,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<Shape> {
        if let Some(shape) = self.evaluation.limits.shape(rows, cols) {
            return Ok(shape);
        }
        let entries = rows as u128 * cols as u128;
        Err(error!(Limit, frame.locate(expr),
            "a {rows}×{cols} matrix needs more memory than the {} allowed", crate::diagnostic::bytes(self.evaluation.limits.memory);
            label: "{entries} numbers of 8 bytes each";
            help: "raise the limit with `--limit-memory`, for example `--limit-memory 16G`"))
    }
}
