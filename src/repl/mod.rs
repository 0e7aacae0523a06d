//! The interactive session: reads inputs with an editor, runs them, keeps what they define.

mod colour;
mod commands;
mod complete;
mod editor;
mod examples;
mod files;
mod help;
mod hint;
mod keys;
mod output;
mod rehearsal;
mod settings;
mod step;
mod why;

use crate::assist::circle::closes;
use crate::cli::{Options, Printer, Status, lasting, script, signals};
use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::graph::Tensor;
use crate::render::{Style, wrap};
use crate::session::Session;
use crate::source::{Location, Source, Span};
use crate::syntax::ast::{Name, StatementKind};
use crate::trace::Trace;
use output::Output;
use rustyline::error::ReadlineError;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashSet;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

pub use rehearsal::rehearse;

/// Reads, runs and shows until the user leaves.
pub fn run(options: &Options) -> Status {
    let mut repl = Repl::new(options.clone(), Output::Standard);
    let history = editor::history_file();
    let mut editor = match editor::open(&repl.shared, history.as_deref()) {
        Ok(editor) => editor,
        Err(error) => return no_terminal(&error),
    };
    signals::stay();
    // Where results go into a file, nothing else does.
    if !options.quiet && std::io::stdout().is_terminal() {
        repl.say(concat!(
            "wengert ",
            env!("CARGO_PKG_VERSION"),
            "   :help for help, :examples for examples, :quit to leave\n"
        ));
    }
    loop {
        let prompt = if repl.style().ascii { "> " } else { "» " };
        let input = match editor.readline(prompt) {
            Ok(input) => editor::without_margin(&input),
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Status::Fine,
            Err(error) => return no_terminal(&error),
        };
        if let Some(file) = &history {
            // At once, so that nothing is lost however the session ends. A session without a
            // history is still a session.
            let _ = editor.append_history(file);
        }
        if repl.answer(&input) == Next::Leave {
            return Status::Fine;
        }
    }
}

fn no_terminal(error: &ReadlineError) -> Status {
    eprintln!("error: the terminal cannot be used: {error}");
    Status::Failed
}

/// What to do after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Read the next one.
    Read,
    /// End the session.
    Leave,
}

/// What the editor looks at while an input is typed.
pub struct Shared {
    session: RefCell<Session>,
    options: RefCell<Options>,
    /// Whether there are hints.
    hints: Cell<bool>,
}

impl Shared {
    fn style(&self) -> Style {
        self.options.borrow().out_style()
    }
}

/// An interactive session.
pub struct Repl {
    shared: Rc<Shared>,
    /// How many inputs were run.
    inputs: usize,
    /// The last trace, for `:why`.
    trace: Option<Box<Trace>>,
    /// Whether results that are longer than the screen are paged.
    pager: bool,
    /// The files that `:save` has written.
    saved: HashSet<PathBuf>,
    output: Output,
}

/// The name of the last value.
const ANSWER: &str = "ans";
/// The source that the last value is said to come from.
const ANSWER_SOURCE: &str = "<ans>";

impl Repl {
    fn new(options: Options, output: Output) -> Repl {
        Repl {
            shared: Rc::new(Shared {
                session: RefCell::new(options.allowance().session()),
                options: RefCell::new(options),
                hints: Cell::new(true),
            }),
            inputs: 0,
            trace: None,
            pager: true,
            saved: HashSet::new(),
            output,
        }
    }

    fn session(&self) -> Ref<'_, Session> {
        self.shared.session.borrow()
    }

    fn options(&self) -> Ref<'_, Options> {
        self.shared.options.borrow()
    }

    fn style(&self) -> Style {
        match &self.output {
            Output::Standard => self.shared.style(),
            Output::Captured(_) => Style {
                width: None,
                colour: false,
                ..self.shared.style()
            },
        }
    }

    /// Whether somebody sits at a terminal that can be written to.
    fn is_interactive(&self) -> bool {
        matches!(self.output, Output::Standard)
            && std::io::stdin().is_terminal()
            && std::io::stdout().is_terminal()
    }

    fn answer(&mut self, input: &str) -> Next {
        if input.trim().is_empty() {
            return Next::Read;
        }
        match catch(|| commands::run(self, input)) {
            Ok(Some(next)) => next,
            Ok(None) => {
                self.evaluate(input);
                Next::Read
            }
            Err(panic) => self.apologise(&panic),
        }
    }

    /// Runs an input. After an error the session is as it was before the statement that failed.
    fn evaluate(&mut self, input: &str) {
        self.inputs += 1;
        let source = Source::new(format!("<input {}>", self.inputs), input);
        self.run(&source);
        for name in self.circles(&source) {
            self.warn(&format!(
                "note: `{name}` now needs itself and has no value. To compute the right side now and \
                 keep the result write `{name} := …`; `:undo` takes this definition back\n"
            ));
        }
        for name in followers(&source) {
            self.say(&format!(
                "note: `{name}` follows `ans` and changes with it; `:=` would keep the present value\n"
            ));
        }
    }

    /// The names that a text has defined by themselves.
    fn circles(&self, source: &Rc<Source>) -> Vec<Name> {
        let Ok((script, _)) = crate::syntax::parse(source) else {
            return Vec::new();
        };
        let script = Rc::new(script);
        let session = self.session();
        let definitions = session.definitions();
        let mut found: Vec<Name> = Vec::new();
        for id in &script.body {
            let StatementKind::Define(name, value) = &script.statement(*id).kind else {
                continue;
            };
            // Not where the statement was never reached, or something has come after it.
            let stands = definitions.variable(&name.name).is_some_and(|known| {
                let location = &known.location;
                Rc::ptr_eq(&location.source, source) && location.span == name.span
            });
            if stands
                && !found.contains(&name.name)
                && closes(definitions, &name.name, &script, *value)
            {
                found.push(name.name.clone());
            }
        }
        found
    }

    /// Runs a text as one step that can be undone, and keeps what it shows last.
    fn run(&mut self, source: &Rc<Source>) {
        let mut last: Option<Event> = None;
        self.shared.session.borrow_mut().checkpoint();
        let time = self.options().allowance().time;
        let shared = self.shared.clone();
        let run = catch(|| {
            self.printing(|printer| {
                let mut session = shared.session.borrow_mut();
                script::run_in(&mut session, source, time, printer, &mut |event| {
                    if matches!(event, Event::Value { .. } | Event::Trace(_)) {
                        last = Some(event.clone());
                    }
                })
            })
        });
        if let Err(panic) = run {
            self.apologise(&panic);
        }
        match last {
            Some(Event::Trace(trace)) => self.trace = Some(trace),
            Some(Event::Value { value, .. }) => self.keep_answer(value),
            _ => {}
        }
    }

    /// The trace that a text shows, without showing it; errors are shown.
    fn trace_of(&mut self, source: &Rc<Source>) -> Option<Box<Trace>> {
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
            .is_some_and(|known| !known.is_passing());
        if !own {
            let source = Source::new(ANSWER_SOURCE, ANSWER);
            let location = Location::new(&source, Span::new(0, ANSWER.len()));
            session.remember(&ANSWER.into(), Rc::new(value), location);
        }
    }

    fn timed(&mut self, statement: &str) -> Next {
        let was = std::mem::replace(&mut self.shared.options.borrow_mut().time, true);
        self.evaluate(statement);
        self.shared.options.borrow_mut().time = was;
        Next::Read
    }

    /// `:undo`, `:undo 3`
    fn undo(&mut self, argument: &str) -> Next {
        let wanted = match argument {
            "" => Some(1),
            count => count.parse().ok().filter(|count| *count > 0),
        };
        let Some(wanted) = wanted else {
            return self
                .say("`:undo 3` takes the last three changes back; the number is 1 or more\n");
        };
        let mut names: Vec<Name> = Vec::new();
        let mut undone: usize = 0;
        while undone < wanted
            && let Some(changed) = self.shared.session.borrow_mut().undo()
        {
            names.extend(changed);
            undone += 1;
        }
        if undone == 0 {
            return self.say("there is nothing to undo\n");
        }
        names.sort();
        names.dedup();
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let verb = if names.len() == 1 {
            "is as it was"
        } else {
            "are as they were"
        };
        let rest = if undone < wanted {
            format!("; there was no more to undo than {undone}")
        } else {
            String::new()
        };
        self.say(&format!("{} {verb}{rest}\n", names.join(", ")))
    }

    fn reset(&mut self) -> Next {
        let mut session = self.shared.session.borrow_mut();
        session.checkpoint();
        session.reset();
        drop(session);
        self.trace = None;
        self.say("all names are forgotten; `:undo` brings them back\n")
    }

    /// Says that the tool failed; what was defined is kept.
    fn apologise(&mut self, panic: &str) -> Next {
        self.shared.session.borrow_mut().recover();
        self.say(&format!(
            "internal error: {panic}\n\
             This is a fault of wengert, not of your input. What was defined before is still there.\n\
             Please report it, with the input that led to it.\n"
        ))
    }

    fn complain(&mut self, error: &Diagnostic) {
        self.printing(|printer| printer.failed(error, None));
    }

    /// Does `work` with a printer; says how long it took, if that is wanted.
    fn printing(&mut self, work: impl FnOnce(&mut Printer<'_>) -> Status) {
        let options = self.options().clone();
        let start = Instant::now();
        self.output
            .printing(&options, &self.style(), self.pager, work);
        if options.time {
            self.say(&format!("{}\n", lasting(start.elapsed())));
        }
    }

    /// Shows a text.
    fn say(&mut self, text: &str) -> Next {
        let options = self.options().clone();
        self.output
            .printing(&options, &self.style(), self.pager, |printer| {
                let text = wrap::lines(text, printer.out_style());
                printer.text(&text);
                Status::Fine
            });
        Next::Read
    }

    /// Shows a text on standard error.
    fn warn(&mut self, text: &str) {
        let options = self.options().clone();
        if options.quiet {
            return;
        }
        let style = Style {
            width: self.style().width,
            ..options.err_style()
        };
        self.output
            .printing(&options, &self.style(), false, |printer| {
                printer.note(&wrap::lines(text, &style));
                Status::Fine
            });
    }

    /// Sends codes to the terminal.
    fn write_raw(&mut self, text: &str) {
        self.say(text);
    }

    /// A session without a terminal for tests, with what it shows.
    #[cfg(test)]
    fn captured(script: &str) -> (Repl, output::Shown) {
        use clap::Parser;
        let arguments = crate::cli::Arguments::parse_from(["wengert", "--color", "never"]);
        let shown = output::Shown::default();
        let mut repl = Repl::new(arguments.options, Output::Captured(shown.clone()));
        if !script.is_empty() {
            repl.evaluate(script);
        }
        shown.take();
        (repl, shown)
    }
}

/// The names that a text defines as formulas of the last value, which is rarely what was meant.
fn followers(source: &Rc<Source>) -> Vec<Name> {
    if !source.text.contains(ANSWER) {
        return Vec::new();
    }
    let Ok((script, _)) = crate::syntax::parse(source) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for id in &script.body {
        let StatementKind::Define(name, value) = &script.statement(*id).kind else {
            continue;
        };
        let mut stack = vec![*value];
        while let Some(id) = stack.pop() {
            if script.name_at(id).is_some_and(|used| &**used == ANSWER) {
                found.push(name.name.clone());
                break;
            }
            script.expr(id).children(|child| stack.push(child));
        }
    }
    found
}

/// Does `work`; what it said where it panicked.
fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    thread_local! {
        static SAID: RefCell<String> = const { RefCell::new(String::new()) };
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        SAID.with(|said| *said.borrow_mut() = panic.to_string().replace('\n', " "));
    }));
    // What a panic leaves behind is taken back: see `Session::recover`.
    let result = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    result.map_err(|_| SAID.with(|said| said.borrow().clone()))
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
    fn undo_and_reset() {
        let (mut repl, shown) = Repl::captured("w = 3");
        repl.evaluate("w = 4");
        repl.answer(":undo");
        repl.evaluate("w");
        repl.answer(":reset");
        repl.answer(":names");
        repl.answer(":undo");
        repl.evaluate("w");
        assert_eq!(
            shown.take(),
            "`w` is as it was\nw = 3\nall names are forgotten; `:undo` brings them back\n\
             nothing is defined yet\n`w` is as it was\nw = 3\n"
        );
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
        assert_eq!(shown.take(), "`w` is as it was\nw = 2.4\n");
    }

    #[test]
    fn a_look_is_nothing_to_undo() {
        let (mut repl, shown) = Repl::captured("w = 1");
        for text in ["w = 2", "w", "w = 3", "w^2", "2*w", "w = 4", "5*w"] {
            repl.evaluate(text);
        }
        repl.answer(":names");
        let text = shown.take();
        assert!(text.ends_with("inputs\n  w   4\n"), "{text}");
        repl.evaluate("trace w*ans");
        let text = shown.take();
        assert!(text.contains("ȧᵢ = ∂aᵢ/∂w  "), "{text}");
        repl.evaluate("ans");
        repl.answer(":undo 2");
        repl.evaluate("w; ans");
        repl.answer(":undo 9");
        repl.answer(":undo");
        repl.answer(":undo no");
        assert_eq!(
            shown.take(),
            "ans = 20\n`w` is as it was\nw = 2\nans = 20\n\
             `w` is as it was; there was no more to undo than 2\nthere is nothing to undo\n\
             `:undo 3` takes the last three changes back; the number is 1 or more\n"
        );
    }

    #[test]
    fn a_panic_loses_nothing() {
        let (mut repl, shown) = Repl::captured("w = 3");
        let panic = catch(|| -> () { panic!("one\ntwo") }).expect_err("panicked");
        repl.apologise(&panic);
        repl.evaluate("w");
        let text = shown.take();
        assert!(text.starts_with("internal error: "), "{text}");
        assert!(
            text.contains("one two") && text.ends_with("w = 3\n"),
            "{text}"
        );
    }

    #[test]
    fn saved_and_loaded() {
        let folder = std::env::temp_dir().join(format!("wengert-save-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("a.ad").display().to_string();
        let (mut repl, shown) = Repl::captured("w = 3; L = w^2; f(x) = 2*x");
        repl.answer(&format!(":save {file}"));
        repl.answer(&format!(":save {file}"));
        assert!(shown.take().starts_with("3 names written to "));
        let (mut other, shown) = Repl::captured("");
        other.answer(&format!(":load {file}"));
        other.evaluate("f(L)");
        assert_eq!(shown.take(), "f(L) = 18\n");
        other.answer(&format!(":save {file}"));
        assert!(shown.take().contains("overwrites it"));
        other.answer(":load nowhere.ad");
        assert!(shown.take().starts_with("error[file]"));
        std::fs::remove_dir_all(&folder).expect("removable");
    }
}
