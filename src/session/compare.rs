//! `compare` and `check`: the modes side by side, and whether they agree.

use super::show::{Lowered, refuse, warn};
use super::{Event, Session, Sink};
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::diff::{Held, Target};
use crate::graph::{Graph, NodeId};
use crate::lower::Lowering;
use crate::render::compare::reason_text;
use crate::syntax::ast::{ExprId, Mode, Script, Tail, With};
use crate::trace::check::{Verdict, check};
use crate::trace::compare::{Question, compare};
use std::rc::Rc;

impl Session {
    pub(super) fn show_compare(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        refuse(
            script,
            "compare",
            tail,
            &["wrt", "along", "using", "at", "zeros"],
        )?;
        self.ask(script, outputs, tail, sink, |lowering, question, _| {
            Ok((Event::Compare(Box::new(compare(lowering, question)?)), None))
        })
    }

    pub(super) fn show_check(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        refuse(script, "check", tail, &["wrt", "along", "using", "at"])?;
        self.ask(script, outputs, tail, sink, |lowering, question, output| {
            let verdict = check(lowering, question)?;
            let failure = failure(script, output, &verdict);
            Ok((Event::Check(Box::new(verdict)), failure))
        })
    }

    /// Asks a question about every output; the first failure is reported after its event.
    fn ask(
        &mut self,
        script: &Rc<Script>,
        outputs: &[ExprId],
        tail: &Tail,
        sink: &mut Sink<'_>,
        answer: impl Fn(&Lowering<'_>, &Question<'_>, ExprId) -> Result<(Event, Option<Diagnostic>)>,
    ) -> Result<()> {
        let graph = Graph::new();
        let mut lowering = Lowering::new(&graph, &self.definitions, self.limits);
        self.bind_at(&mut lowering, script, tail)?;
        let lowered: Lowered = self.lower_outputs(&mut lowering, script, outputs, tail)?;
        warn(&mut lowering, sink);
        let order = |leaf| self.order(&lowering, &lowered, leaf);
        let modes: Vec<Mode> = match tail.using.as_slice() {
            [] => Mode::ALL.to_vec(),
            using => using.iter().map(|(mode, _)| *mode).collect(),
        };
        for (output, expr) in lowered.outputs.iter().zip(outputs) {
            let by_formula = |target| symbolic(&lowering, output.1, target, &lowered.held);
            let question = Question {
                output,
                wrt: &lowered.wrt,
                held: &lowered.held,
                order: &order,
                left_out: &lowered.left_out,
                modes: &modes,
                memory: self.limits.memory,
                symbolic: &by_formula,
                zeros: tail.with.iter().any(|(item, _)| *item == With::Zeros),
            };
            let (event, failure) = answer(&lowering, &question, *expr)?;
            sink(event);
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }
}

/// The simplified derivative of `output` by `target`: in the target's shape for a scalar, a
/// Jacobian otherwise. A sentence says why there is none.
fn symbolic(
    _: &Lowering<'_>,
    _: NodeId,
    _: Target,
    _: &Held,
) -> std::result::Result<NodeId, String> {
    Err("symbolic mode is not available yet".into())
}

/// The error of a check that found modes that disagree.
fn failure(script: &Rc<Script>, output: ExprId, verdict: &Verdict) -> Option<Diagnostic> {
    let (difference, reason) = verdict.failure.as_ref()?;
    let [(one, a), (other, b)] = difference.sides;
    let message = format!(
        "{} and {} mode disagree about `{}`: the derivative by {} is {a:?} by the one and {b:?} by the other",
        one.name(),
        other.name(),
        verdict.output,
        difference.entry,
    );
    let label = format!("relative difference {:.2e}", difference.size);
    Some(
        Diagnostic::error(Code::Check, script.locate(output), message, label)
            .help(reason_text(reason)),
    )
}
