//! The targets of derivatives, as they are written: a name, or an entry of one.

use super::Lowerer;
use super::frame::Frame;
use super::tasks::TargetName;
use crate::diagnostic::{Diagnostic, Result, bail, error};
use crate::syntax::ast::{ExprId, ExprKind, Index, Script};

impl Lowerer<'_> {
    /// Reads the target of a derivative.
    pub(super) fn wrt(&self, expr: ExprId, frame: &Frame) -> Result<TargetName> {
        let (base, indices) = match &frame.script.expr(expr).kind {
            ExprKind::Index(base, indices) => (*base, indices.clone()),
            _ => (expr, Vec::new()),
        };
        let Some(name) = frame.script.name_at(base) else {
            return Err(self.not_a_target(expr, frame));
        };
        if indices.iter().any(|index| !matches!(index, Index::At(_))) {
            bail!(Type, frame.locate(expr),
                "a derivative is taken with respect to a whole value or one entry, not a slice";
                label: "a slice";
                help: "differentiate with respect to `{name}` and take the slice of the result");
        }
        Ok(TargetName {
            name: name.clone(),
            indices,
            expr,
        })
    }

    pub(super) fn not_a_target(&self, expr: ExprId, frame: &Frame) -> Diagnostic {
        let error = error!(Type, frame.locate(expr),
            "a derivative is taken with respect to a name or an entry such as `W[1, 2]`";
            label: "not a name";
            help: "define a name for it (`u = w*x`) and write the formula with that name");
        match one_by_one(expr, &frame.script) {
            Some(calls) => error.help(format!("take them one by one: {calls}")),
            None => error,
        }
    }
}

/// `` `grad(L, x)`, `grad(L, y)` `` for the `[x, y]` of `grad(L, [x, y])`.
fn one_by_one(list: ExprId, script: &Script) -> Option<String> {
    let ExprKind::Matrix(rows) = &script.expr(list).kind else {
        return None;
    };
    let names = rows.iter().flatten().map(|name| script.name_at(*name));
    let names: Vec<_> = names.collect::<Option<_>>()?;
    let (function, of) = script
        .expressions
        .iter()
        .find_map(|expr| match &expr.kind {
            ExprKind::Call(call) if call.arguments.get(1) == Some(&list) => {
                Some((&call.function.name, call.arguments[0]))
            }
            _ => None,
        })?;
    let of = script.text(of);
    let calls = names
        .iter()
        .map(|name| format!("`{function}({of}, {name})`"));
    Some(calls.collect::<Vec<_>>().join(", "))
}
