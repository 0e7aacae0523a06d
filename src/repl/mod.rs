//! The interactive session: reads inputs with an editor, runs them, keeps what they define.

mod commands;
mod editor;
mod help;

use crate::cli::{self, Options, Status, script};
use crate::session::Session;
use crate::source::Source;
use commands::Answer;
use rustyline::error::ReadlineError;
use std::io::IsTerminal;

/// Reads, runs and shows until the user leaves.
pub fn run(options: &Options) -> Status {
    let style = options.out_style();
    let history = editor::history_file();
    let mut editor = match editor::open(&style, history.as_deref()) {
        Ok(editor) => editor,
        Err(error) => return complain(&error),
    };
    let mut repl = Repl {
        session: Session::new(options.limits()),
        inputs: 0,
        options,
    };
    // Where results go into a file, nothing else does.
    if !options.quiet && std::io::stdout().is_terminal() {
        repl.say(concat!(
            "wengert ",
            env!("CARGO_PKG_VERSION"),
            "   :help for help, :quit to leave\n"
        ));
    }
    let prompt = if style.ascii { "> " } else { "» " };
    loop {
        let input = match editor.readline(prompt) {
            Ok(input) => input,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Status::Fine,
            Err(error) => return complain(&error),
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

fn complain(error: &ReadlineError) -> Status {
    eprintln!("error: the terminal cannot be used: {error}");
    Status::Failed
}

/// What to do after an input.
#[derive(PartialEq, Eq)]
enum Next {
    Read,
    Leave,
}

struct Repl<'o> {
    session: Session,
    /// How many inputs were run.
    inputs: usize,
    options: &'o Options,
}

impl Repl<'_> {
    fn answer(&mut self, input: &str) -> Next {
        let defined = |name: &str| self.session.definitions().variable(name).is_some();
        match commands::run(input, defined) {
            Some(Answer::Leave) => return Next::Leave,
            Some(Answer::Text(text)) => self.say(&text),
            None => self.evaluate(input),
        }
        Next::Read
    }

    /// Runs an input. After an error the session is as it was before the statement that failed.
    fn evaluate(&mut self, input: &str) {
        if input.trim().is_empty() {
            return;
        }
        self.inputs += 1;
        let source = Source::new(format!("<input {}>", self.inputs), input);
        let time = self.options.allowance().time;
        cli::printing(self.options, |printer| {
            script::run_in(&mut self.session, &source, time, printer)
        });
    }

    fn say(&self, text: &str) {
        cli::printing(self.options, |printer| {
            printer.text(text);
            Status::Fine
        });
    }
}
