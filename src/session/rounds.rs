//! Loops: round after round, with progress, and with what was reached kept when they are stopped.

use super::evaluate::formula;
use super::sink::warn;
use super::{Session, Sink};
use crate::diagnostic::{Code, Diagnostic, Result, error};
use crate::graph::Graph;
use crate::lower::Lowerer;
use crate::source::Span;
use crate::stop;
use crate::syntax::ast::{
    BinaryOp, Block, ExprId, ExprKind, Ident, Script, Statement, StatementKind,
};
use core::time::Duration;
use std::rc::Rc;

/// The progress of a loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Whole rounds done.
    pub rounds: u64,
    /// The share of the loop that is done, from 0 to 1, if it is known.
    pub fraction: Option<f64>,
}

/// The function that is told of progress.
pub(super) struct Watcher(Box<dyn FnMut(Option<Progress>)>);

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watcher")
    }
}

/// The time between two reports of progress.
const TICK: Duration = Duration::from_millis(100);

/// A loop under way.
#[derive(Debug)]
pub(super) struct Rounds {
    /// Whole rounds done.
    pub done: u64,
    /// The number of rounds, if it was known at the start.
    count: Option<u64>,
    /// The time of the last report, by the clock of the world.
    told: Option<Duration>,
    /// A growing number, its bound, and their difference at the start.
    bound: Option<(ExprId, ExprId, f64)>,
    /// True if non-finite values have been warned of.
    pub warned: bool,
}

impl Session {
    /// Runs a loop.
    pub(super) fn run_loop(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        self.rounds.push(Rounds {
            done: 0,
            count: None,
            told: self.world().now(),
            bound: None,
            warned: false,
        });
        let depth = self.rounds.len();
        let result = self.run_rounds(script, statement, sink);
        self.settle();
        warn(self.forget_compiled(depth), sink);
        if depth == 1 && self.told {
            self.told = false;
            self.tell_watcher(None);
        }
        let rounds = self.rounds.pop();
        result.map_err(|error| match rounds {
            Some(rounds) if stop::requested() && error.code() == Code::Limit => {
                interrupted(script, statement, rounds.done, error)
            }
            Some(rounds) if rounds.done > 0 => in_round(script, statement, rounds.done, error),
            _ => error,
        })
    }

    fn run_rounds(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        match &statement.kind {
            StatementKind::Repeat(count, body) => {
                let count = self.count(script, *count, sink)?;
                self.expect_rounds(count as u64);
                for _ in 0..count {
                    self.round(script, statement, body, sink)?;
                }
            }
            StatementKind::While(condition, body) => {
                if self.rounds.len() == 1 {
                    self.find_bound(script, *condition);
                }
                while self.condition(script, *condition, sink)? {
                    self.round(script, statement, body, sink)?;
                }
            }
            StatementKind::For {
                variable,
                from,
                to,
                body,
            } => {
                let first = self.whole(script, *from, sink)?;
                let last = self.whole(script, *to, sink)?;
                self.expect_rounds(u64::try_from(last.saturating_sub(first)).map_or(0, |n| n + 1));
                for value in first..=last {
                    self.count_with(script, variable, value);
                    self.round(script, statement, body, sink)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn count_with(&mut self, script: &Rc<Script>, variable: &Ident, value: i64) {
        let location = script.location(variable.span);
        self.definitions
            .store_constant(&variable.name, value as f64, location);
    }

    fn expect_rounds(&mut self, count: u64) {
        if let Some(rounds) = self.rounds.last_mut() {
            rounds.count = Some(count);
        }
    }

    /// One round. What whole rounds have done stays, whatever comes after.
    fn round(
        &mut self,
        script: &Rc<Script>,
        statement: &Statement,
        body: &Block,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if stop::requested() {
            return Err(super::run::stopped(script, statement));
        }
        self.run_block(script, Some(body), sink)?;
        self.definitions.commit();
        if let Some(rounds) = self.rounds.last_mut() {
            rounds.done += 1;
        }
        self.compile_after_a_round(script, statement);
        if self.rounds.len() == 1 {
            self.tell(script);
        }
        Ok(())
    }

    /// Tells how far the outermost loop has come, from time to time.
    fn tell(&mut self, script: &Rc<Script>) {
        if self.watcher.is_none() {
            return;
        }
        let now = self.world().now();
        let Some(rounds) = self.rounds.last_mut() else {
            return;
        };
        let is_due = matches!((now, rounds.told), (Some(now), Some(told)) if now >= told + TICK);
        if !is_due {
            return;
        }
        rounds.told = now;
        let (done, count, bound) = (rounds.done, rounds.count, rounds.bound);
        self.settle();
        let fraction = match (count, bound) {
            (Some(count), _) => Some(done as f64 / count.max(1) as f64),
            (None, Some((growing, limit, start))) => self
                .difference(script, growing, limit)
                .map(|left| 1.0 - left / start)
                .filter(|fraction| (0.0..=1.0).contains(fraction)),
            (None, None) => None,
        };
        self.told = true;
        self.tell_watcher(Some(Progress {
            rounds: done,
            fraction,
        }));
    }

    fn tell_watcher(&mut self, progress: Option<Progress>) {
        if let Some(Watcher(watch)) = &mut self.watcher {
            watch(progress);
        }
    }

    /// Calls `watch` from time to time while a loop runs, and with `None` when it is over.
    pub fn watch(&mut self, watch: impl FnMut(Option<Progress>) + 'static) {
        self.watcher = Some(Watcher(Box::new(watch)));
    }

    /// Looks for `t < n` among what the condition of a `while` asks for: how far `t` is from `n`
    /// tells how much of the loop is left.
    fn find_bound(&mut self, script: &Rc<Script>, condition: ExprId) {
        let mut stack = vec![condition];
        while let Some(expr) = stack.pop() {
            let ExprKind::Binary(op, a, b) = &script.expr(expr).kind else {
                continue;
            };
            let (small, large) = match op {
                BinaryOp::And => {
                    stack.extend([*a, *b]);
                    continue;
                }
                BinaryOp::Lt | BinaryOp::Le => (*a, *b),
                BinaryOp::Gt | BinaryOp::Ge => (*b, *a),
                _ => continue,
            };
            let counts = matches!(script.expr(small).kind, ExprKind::Name(_));
            if counts
                && let Some(start) = self.difference(script, small, large)
                && start >= 1.0
                && let Some(rounds) = self.rounds.last_mut()
            {
                rounds.bound = Some((small, large, start));
            }
        }
    }

    /// The difference of `large` and `small`, if both are numbers.
    fn difference(&self, script: &Rc<Script>, small: ExprId, large: ExprId) -> Option<f64> {
        let graph = Graph::new();
        let mut lowerer = Lowerer::new(&graph, &self.definitions, self.limits);
        let mut value = |expr| {
            let node = lowerer.lower(&formula(script, expr)).ok()?;
            lowerer.value(node).ok()?.as_scalar()
        };
        Some(value(large)? - value(small)?).filter(|difference| difference.is_finite())
    }
}

/// Says beside what went wrong in which round that was, where it was not the first.
fn in_round(
    script: &Rc<Script>,
    statement: &Statement,
    done: u64,
    error: Diagnostic,
) -> Diagnostic {
    let text = &script.source.text;
    let from = &text[statement.span.start as usize..];
    let word = from
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(from.len());
    let span = Span::new(
        statement.span.start as usize,
        statement.span.start as usize + word,
    );
    let kept = match done {
        1 => "what the first computed is kept".to_string(),
        _ => format!("what the {done} before computed is kept"),
    };
    let label = format!("in round {} of this loop; {kept}", done + 1);
    error.label(script.location(span), label)
}

fn interrupted(
    script: &Rc<Script>,
    statement: &Statement,
    done: u64,
    error: Diagnostic,
) -> Diagnostic {
    let kept = match done {
        0 => "no round was finished, and nothing has changed".to_string(),
        1 => "one round was finished, and what it computed is kept".to_string(),
        _ => format!("{done} rounds were finished, and what they computed is kept"),
    };
    let location = script.location(statement.span);
    let inside = error.location().clone();
    let stopped = error!(Limit, location,
        "interrupted in round {} of this loop", done + 1;
        label: "{kept}");
    if Rc::ptr_eq(&inside.source, &script.source) && inside.span == statement.span {
        stopped
    } else {
        stopped.label(inside, "stopped here")
    }
}
