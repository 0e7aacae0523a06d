//! `assert`: a claim that must hold, and the values of its two sides where it does not.

use super::evaluate::formula;
use super::{Session, Sink};
use crate::diagnostic::{Result, Witness, error};
use crate::number;
use crate::primitives::arithmetic::is_true;
use crate::primitives::array;
use crate::syntax::ast::{ExprId, ExprKind, Script};
use std::rc::Rc;

impl Session {
    pub(super) fn assert(
        &self,
        script: &Rc<Script>,
        claim: ExprId,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        self.evaluate(script, claim, sink, |lowerer, node| {
            let value = lowerer.value(node)?;
            if value.data().iter().all(|x| is_true(*x)) {
                return Ok(());
            }
            let text = script.text(claim);
            let error = error!(Assert, script.locate(claim),
                "`{text}` does not hold";
                label: "not true");
            let (mut values, mut witnesses) = (Vec::new(), Vec::new());
            for side in compared(script, claim) {
                let node = lowerer.lower(&formula(script, side))?;
                let value = lowerer.value(node)?;
                let written = number::inline(&value, 17);
                let text = script.text(side);
                // A number written as such needs no explanation.
                if written != text {
                    values.push(format!("`{text}` is {written}"));
                }
                witnesses.push(Witness {
                    text: text.to_string(),
                    value,
                });
            }
            if values.is_empty() {
                return Err(error);
            }
            Err(error.help(values.join(", ")).witnesses(witnesses))
        })
    }
}

/// The two sides of every comparison that a claim is made of, in the order of the text.
fn compared(script: &Script, claim: ExprId) -> Vec<ExprId> {
    let mut sides = Vec::new();
    let mut stack = vec![claim];
    while let Some(expr) = stack.pop() {
        match &script.expr(expr).kind {
            ExprKind::Binary(op, a, b) if op.is_comparison() => sides.extend([*a, *b]),
            ExprKind::Binary(_, a, b) => stack.extend([*b, *a]),
            ExprKind::Call(call) if *call.function.name == *array::APPROX.name => {
                sides.extend(call.arguments.iter().take(2));
            }
            _ => {}
        }
    }
    sides
}
