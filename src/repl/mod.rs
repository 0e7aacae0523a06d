//! The interactive session: it reads inputs with an editor, runs them, and keeps what they define.

mod colour;
mod command;
mod commands;
mod complete;
mod editor;
mod evaluation;
mod examples;
mod export;
mod files;
mod guard;
mod help;
mod hint;
mod keys;
mod notes;
mod output;
mod paste;
mod quiz;
mod rehearsal;
mod settings;
mod step;
mod tutorial;
mod undo;
mod why;

use crate::cli::{Options, Printer, Status, lasting, signals};
use crate::diagnostic::Diagnostic;
use crate::render::{Style, wrap};
use crate::session::Session;
use crate::trace::Trace;
use command::Next;
use guard::catch;
use output::Destination;
use rustyline::error::ReadlineError;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

pub use command::ReplCommand;
pub use commands::COMMANDS;
use editor::Assistant;
pub use rehearsal::rehearse;
pub use settings::setting_docs;

/// Reads inputs, runs them and shows results until the user leaves.
pub fn run(options: &Options) -> Status {
    let mut repl = Repl::new(options.clone(), Destination::Standard);
    let history = editor::history_file();
    let mut editor = match editor::open(&repl.shared, history.as_deref()) {
        Ok(editor) => editor,
        Err(error) => return no_terminal(&error),
    };
    signals::stay();
    // A file of results holds nothing but results.
    if !options.quiet && std::io::stdout().is_terminal() {
        repl.say(concat!(
            "wengert ",
            env!("CARGO_PKG_VERSION"),
            "   :tutorial to begin, :help for help, :examples for examples, :quit to leave\n"
        ));
    }
    loop {
        let prompt = if repl.style().ascii { "> " } else { "» " };
        editor.helper().into_iter().for_each(Assistant::begin);
        let input = match editor.readline(prompt) {
            Ok(input) => editor::without_margin(&input),
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Status::Fine,
            Err(error) => return no_terminal(&error),
        };
        if let Some(file) = &history {
            // Written at once, so that no way to end the session loses an input. A session that
            // cannot write its history goes on without one.
            let _ = editor.append_history(file);
        }
        if repl.answer_all(&input) == Next::Leave {
            return Status::Fine;
        }
        if let Some(corrected) = repl.corrected.take() {
            // The Up key offers it. An editor without a history offers nothing.
            let _ = editor.add_history_entry(editor::with_margin(&corrected));
        }
    }
}

fn no_terminal(error: &ReadlineError) -> Status {
    eprintln!("error: the terminal cannot be used: {error}");
    Status::Failed
}

/// The part of a session that the editor reads while an input is typed.
pub struct Shared {
    session: RefCell<Session>,
    options: RefCell<Options>,
    /// Hints are shown.
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
    /// The number of inputs run so far.
    inputs: usize,
    /// The last trace, for `:why`.
    trace: Option<Box<Trace>>,
    /// Results that are longer than the screen are paged.
    pager: bool,
    /// The files that `:save` has written.
    saved: HashSet<PathBuf>,
    /// The last input after the fix of its error, until the history has taken it.
    corrected: Option<String>,
    /// The preamble of LaTeX results has been written.
    preamble: bool,
    /// The quiz under way.
    quiz: Option<quiz::Quiz>,
    /// How far the reader of the tutorial is.
    tutorial: tutorial::Tutorial,
    /// What the last input showed.
    seen: Vec<evaluation::Seen>,
    output: Destination,
}

impl Repl {
    fn new(options: Options, output: Destination) -> Repl {
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
            corrected: None,
            preamble: false,
            quiz: None,
            tutorial: Default::default(),
            seen: Vec::new(),
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
            Destination::Standard => self.shared.style(),
            Destination::Captured(_) => Style {
                width: None,
                colour: false,
                ..self.shared.style()
            },
        }
    }

    /// True if a user sits at a terminal that can be written to.
    fn is_interactive(&self) -> bool {
        matches!(self.output, Destination::Standard)
            && std::io::stdin().is_terminal()
            && std::io::stdout().is_terminal()
    }

    /// Answers a text that was typed, or the inputs of a session that was pasted, each below its prompt.
    fn answer_all(&mut self, text: &str) -> Next {
        let inputs = paste::inputs(text);
        for input in &inputs {
            if inputs.len() > 1 {
                let prompt = if self.style().ascii { "> " } else { "» " };
                self.say(&format!(
                    "{prompt}{}\n",
                    editor::with_mark(input, &self.style())
                ));
            }
            if self.answer(input) == Next::Leave {
                return Next::Leave;
            }
        }
        Next::Read
    }

    fn answer(&mut self, input: &str) -> Next {
        if input.trim().is_empty() {
            return Next::Read;
        }
        self.seen.clear();
        let next = match catch(|| commands::run(self, input)) {
            Ok(Some(next)) => next,
            Ok(None) if self.quiz.is_some() => quiz::answer(self, input),
            Ok(None) => {
                self.evaluate(input);
                Next::Read
            }
            Err(panic) => self.apologise(&panic),
        };
        tutorial::look(self, input);
        next
    }

    /// Says that the tool failed; what was defined is kept.
    fn apologise(&mut self, panic: &str) -> Next {
        self.shared.session.borrow_mut().recover();
        self.say(&format!(
            "internal error: {panic}\n\
             This is a bug in wengert, not a mistake in your input. What was defined before is still there.\n\
             Please report it, with the input that led to it.\n"
        ))
    }

    fn complain(&mut self, error: &Diagnostic) {
        self.printing(|printer| printer.failed(error, None));
    }

    /// Does `work` with a printer, and says how long it took where times are wanted.
    fn printing(&mut self, work: impl FnOnce(&mut Printer<'_>) -> Status) {
        let options = self.options().clone();
        let start = Instant::now();
        let known = self.preamble;
        let mut written = known;
        self.output
            .printing(&options, &self.style(), self.pager, |printer| {
                printer.preamble = known;
                let status = work(printer);
                written = printer.preamble;
                status
            });
        self.preamble = written;
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

    /// Shows a text that stays on the screen, however long it is; codes for the terminal, too.
    fn write_raw(&mut self, text: &str) {
        let options = self.options().clone();
        self.output
            .printing(&options, &self.style(), false, |printer| {
                printer.text(text);
                Status::Fine
            });
    }

    /// A session without a terminal for tests, and the text it shows.
    #[cfg(test)]
    fn captured(script: &str) -> (Repl, output::Shown) {
        use clap::Parser;
        let arguments = crate::cli::Arguments::parse_from(["wengert", "--color", "never"]);
        let shown = output::Shown::default();
        let mut repl = Repl::new(arguments.options, Destination::Captured(shown.clone()));
        if !script.is_empty() {
            repl.evaluate(script);
        }
        shown.take();
        (repl, shown)
    }
}
