//! Inputs are run, and the last value and the last trace are kept.

use super::command::Next;
use super::guard::catch;
use super::{Repl, notes};
use crate::cli::script;
use crate::event::Event;
use crate::graph::Tensor;
use crate::source::{Location, Source, Span};
use crate::trace::Trace;
use std::rc::Rc;

/// The name of the last value.
const ANSWER: &str = "ans";
/// The name of the source where `ans` is defined.
const ANSWER_SOURCE: &str = "<ans>";

/// What an input showed, as far as the tutorial looks at it.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// A value.
    Value(Tensor),
    /// A trace.
    Trace,
    /// A derivative as a formula.
    Derivation,
    /// The modes side by side.
    Comparison,
    /// A plot.
    Plot,
}

impl Seen {
    fn of(event: &Event) -> Option<Seen> {
        Some(match event {
            Event::Value { value, .. } => Seen::Value(value.clone()),
            Event::Trace(_) => Seen::Trace,
            Event::Derive(_) => Seen::Derivation,
            Event::Compare(_) => Seen::Comparison,
            Event::Plot(_) => Seen::Plot,
            _ => return None,
        })
    }
}

impl Repl {
    /// Runs an input. After an error the session is as it was before the statement that failed.
    pub fn evaluate(&mut self, input: &str) {
        self.inputs += 1;
        let source = Source::new(format!("<input {}>", self.inputs), input);
        self.run(&source);
        let circles = notes::circles(&self.session(), &source);
        for name in circles {
            self.warn(&format!(
                "note: `{name}` now needs itself and has no value. To compute the right side now and \
                 keep the result write `{name} := …`; `:undo` takes this definition back\n"
            ));
        }
        for name in notes::followers(&source, ANSWER) {
            self.say(&format!(
                "note: `{name}` follows `ans` and changes with it; `:=` would keep the present value\n"
            ));
        }
    }

    /// Runs a text as one step that can be undone. The last value or trace is kept, and the fix of an error.
    pub fn run(&mut self, source: &Rc<Source>) {
        let mut last: Option<Event> = None;
        let mut fix = None;
        self.shared.session.borrow_mut().checkpoint();
        let time = self.options().allowance().time;
        let shared = self.shared.clone();
        let mut seen = Vec::new();
        let run = catch(|| {
            self.printing(|printer| {
                let mut session = shared.session.borrow_mut();
                let (status, error) =
                    script::run_in(&mut session, source, time, printer, &mut |event| {
                        seen.extend(Seen::of(event));
                        if matches!(event, Event::Value { .. } | Event::Trace(_)) {
                            last = Some(event.clone());
                        }
                    });
                fix = error.and_then(|error| error.correction().cloned());
                status
            })
        });
        if let Err(panic) = run {
            self.apologise(&panic);
        }
        self.seen = seen;
        let fix = fix.filter(|fix| Rc::ptr_eq(&fix.location.source, source));
        self.corrected = fix.map(|fix| fix.applied());
        match last {
            Some(Event::Trace(trace)) => self.trace = Some(trace),
            Some(Event::Value { value, .. }) => self.keep_answer(value),
            _ => {}
        }
    }

    /// The trace that a text would show. Nothing is shown but errors.
    pub fn trace_of(&mut self, source: &Rc<Source>) -> Option<Box<Trace>> {
        let mut found = None;
        let shared = self.shared.clone();
        let time = self.options().allowance().time;
        self.printing(|printer| {
            let mut session = shared.session.borrow_mut();
            script::run_silently(&mut session, source, time, printer, &mut |event| {
                if let Event::Trace(trace) = event {
                    found = Some(trace);
                }
            })
        });
        self.trace = found.clone().or(self.trace.take());
        found
    }

    /// Makes the last value the input `ans`, unless the user has an `ans` of their own.
    fn keep_answer(&mut self, value: Tensor) {
        let mut session = self.shared.session.borrow_mut();
        let own = session
            .definitions()
            .variable(ANSWER)
            .is_some_and(|known| !known.is_implicit());
        if !own {
            let source = Source::new(ANSWER_SOURCE, ANSWER);
            let location = Location::new(&source, Span::new(0, ANSWER.len()));
            session.remember(&ANSWER.into(), Rc::new(value), location);
        }
    }

    /// Runs a statement and says how long it took.
    pub fn timed(&mut self, statement: &str) -> Next {
        let was = std::mem::replace(&mut self.shared.options.borrow_mut().time, true);
        self.evaluate(statement);
        self.shared.options.borrow_mut().time = was;
        Next::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_is_ans() {
        let (mut repl, shown) = Repl::captured("w = 3; w^2");
        repl.evaluate("ans + 1; ans*100");
        repl.evaluate("ans");
        assert_eq!(shown.take(), "ans + 1 = 10\nans*100 = 900\nans = 900\n");
        repl.evaluate("y = 2*ans; z := ans; band = 3");
        let text = shown.take();
        assert!(text.starts_with("note: `y` follows `ans`"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        repl.evaluate("ans = 7");
        repl.evaluate("w");
        repl.evaluate("ans");
        assert_eq!(shown.take(), "w = 3\nans = 7\n");
    }

    #[test]
    fn the_fix_of_an_error_is_kept_once() {
        let (mut repl, _) = Repl::captured("x = 2");
        repl.answer("y = x; 3x + y");
        assert_eq!(repl.corrected.take().as_deref(), Some("y = x; 3*x + y"));
        // `+ y` could belong to the argument or not, and there is nothing to fix in a value.
        for text in ["sin x + y", "x", ":names"] {
            repl.answer(text);
            assert_eq!(repl.corrected, None, "{text}");
        }
    }

    #[test]
    fn a_circle_is_told_at_once() {
        let (mut repl, shown) = Repl::captured("w = 3; L = w^2");
        repl.evaluate("w = w - 0.1*grad(L, w)");
        let text = shown.take();
        assert!(text.starts_with("note: `w` now needs itself"), "{text}");
        assert!(
            text.contains("`w := …`") && text.contains("`:undo`"),
            "{text}"
        );
        repl.answer(":undo");
        repl.evaluate("w := w - 0.1*grad(L, w); w; s = s; s = 1");
        assert_eq!(shown.take(), "undone: `w`\nw = 2.4\n");
    }
}
