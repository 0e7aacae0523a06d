//! `taylor`: the coefficients of Taylor polynomials.

use super::Lowerer;
use super::derivatives::Parts;
use super::frame::Frame;
use crate::diagnostic::{Result, bail, interrupted};
use crate::diff::{self, Problem};
use crate::graph::NodeId;
use crate::syntax::ast::ExprId;

impl Lowerer<'_> {
    /// The coefficients of a Taylor polynomial of a scalar, up to the order that `order` is.
    pub(super) fn taylor(
        &mut self,
        parts: &Parts<'_>,
        problem: Problem<'_, '_>,
        order: NodeId,
        expr: ExprId,
        frame: &Frame,
    ) -> Result<NodeId> {
        let at = parts.vector.unwrap_or(expr);
        let order = self.count(order, at, frame, "the order of a Taylor polynomial")?;
        let shape = problem.target.shape(problem.graph);
        if !shape.is_scalar() {
            let [text, wrt] = [parts.output, parts.wrt].map(|expr| frame.script.text(expr));
            let first = if shape.is_vector() { "1" } else { "1, 1" };
            bail!(Scalar, frame.locate(parts.wrt),
                "`taylor` expands by a scalar, and `{wrt}` is a {shape} matrix";
                label: "{}", shape.described();
                help: "by one entry: `taylor({text}, {wrt}[{first}], {order})`; along a direction `v`: let `{wrt} = p + t*v` and expand by `t`, which is 0");
        }
        self.check_size(order + 1, 1, at, frame)?;
        let go_on = || self.check_limits(expr, frame).is_ok();
        match diff::taylor(problem, order, &go_on) {
            Some(node) => Ok(node),
            None => {
                self.check_limits(expr, frame)?;
                Err(interrupted(frame.locate(expr)))
            }
        }
    }
}
