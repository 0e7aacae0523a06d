//! The command line: arguments, the actions they ask for, and the exit status.

mod allowance;
mod arguments;
pub mod diff;
mod export;
mod format;
pub mod golden;
mod printer;
mod progress;
pub(crate) mod script;
mod serve;
pub(crate) mod signals;
mod solutions;

pub use allowance::Allowance;
pub use arguments::{Arguments, Colour, Format, Options};
pub use printer::{Printer, Stream};
pub use progress::Bar;

use crate::assist::explain;
use crate::kernel::{self, KernelPlace};
use crate::lsp;
use crate::render::wrap;
use crate::source::Source;
use crate::threads;
use arguments::{Command, KernelAction};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use golden::{GoldenMode, GoldenRun};
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The exit status of the program, but for wrong usage, which is status 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Everything went well.
    Fine,
    /// There is an error in a script, or an `assert`, `check` or test failed.
    Failed,
    /// Ctrl-C.
    Interrupted,
}

impl Status {
    /// The exit status of the process.
    pub fn code(self) -> u8 {
        match self {
            Status::Fine => 0,
            Status::Failed => 1,
            Status::Interrupted => 130,
        }
    }
}

/// Does what the arguments of the process ask for; `interactive` runs a session on a terminal.
pub fn main(interactive: fn(&Options) -> Status) -> ExitCode {
    let arguments = Arguments::parse();
    ExitCode::from(run(arguments, interactive).code())
}

/// The same with other arguments, of which the first is the name of the program.
pub fn main_with(arguments: Vec<String>, interactive: fn(&Options) -> Status) -> Status {
    run(Arguments::parse_from(arguments), interactive)
}

fn run(arguments: Arguments, interactive: fn(&Options) -> Status) -> Status {
    if arguments.command.is_some() && !arguments.sources.is_empty() {
        misused(
            ErrorKind::ArgumentConflict,
            "`-e` cannot be used with a command",
        );
    }
    let options = &arguments.options;
    if let Some(count) = options.bounds.threads {
        threads::limit(count.into());
    }
    match arguments.command {
        Some(Command::Check { files }) => check(&files, options),
        Some(Command::Export(export)) => export::run(&export, options),
        Some(Command::Explain { code }) => explain(code.as_deref(), options),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "wengert", &mut script);
            write(&script, options)
        }
        Some(Command::Help) => {
            let help = Arguments::command().render_help();
            write(help.to_string().as_bytes(), options)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            // Writing into memory does not fail.
            let _ = clap_mangen::Man::new(Arguments::command()).render(&mut page);
            let page = with_values(&String::from_utf8_lossy(&page), &Arguments::command());
            write(page.as_bytes(), options)
        }
        Some(Command::Lsp) => done(lsp::run()),
        Some(Command::Serve { path, page, port }) => {
            done(serve::run(&path, page.as_deref(), port, &mut |address| {
                write(format!("{address}\n").as_bytes(), options);
            }))
        }
        Some(Command::Kernel { action, file }) => kernel(action, file.as_deref(), options),
        Some(Command::Fmt { files, check }) => fmt(&files, check, options),
        Some(Command::Test {
            paths,
            solutions: true,
            ..
        }) => tested(&paths, options, |report| {
            solutions::run(&paths, options.allowance(), report)
        }),
        Some(Command::Test {
            paths,
            bless,
            bless_errors,
            exact,
            ..
        }) => {
            let how = GoldenRun {
                mode: match (bless, bless_errors) {
                    (_, true) => GoldenMode::BlessErrors,
                    (true, false) => GoldenMode::Bless,
                    (false, false) => GoldenMode::Compare,
                },
                exact,
                allowance: options.allowance(),
                style: options.out_style(),
            };
            tested(&paths, options, |report| golden::run(&paths, &how, report))
        }
        None if !arguments.sources.is_empty() => one_liner(&arguments.sources, options),
        None if !arguments.files.is_empty() => scripts(&arguments.files, options),
        None if std::io::stdin().is_terminal() && options.format() == Format::Html => misused(
            ErrorKind::ArgumentConflict,
            "a page is written for scripts: `wengert -o page.html FILE.ad`",
        ),
        None if std::io::stdin().is_terminal() && options.output.is_some() => misused(
            ErrorKind::ArgumentConflict,
            "a file is written for scripts: `wengert -o results.json FILE.ad`",
        ),
        None if std::io::stdin().is_terminal() => interactive(options),
        None => scripts(&[PathBuf::from("-")], options),
    }
}

/// Serves a notebook, or makes the kernel known to Jupyter.
fn kernel(action: Option<KernelAction>, file: Option<&Path>, options: &Options) -> Status {
    done(match action {
        Some(KernelAction::Install {
            sys_prefix, prefix, ..
        }) => {
            let place = match prefix {
                Some(prefix) => KernelPlace::Prefix(prefix),
                None if sys_prefix => KernelPlace::SysPrefix,
                None => KernelPlace::User,
            };
            kernel::install(&place).map(|folder| {
                let told = format!("the kernel is in {}\n", folder.display());
                write(told.as_bytes(), options);
            })
        }
        None => kernel::run(file.unwrap_or(Path::new(""))),
    })
}

/// The status after something that serves others.
fn done(result: std::io::Result<()>) -> Status {
    match result {
        Ok(()) => Status::Fine,
        Err(error) => {
            eprintln!("error: {error}");
            Status::Failed
        }
    }
}

/// Adds the values of options that only have a short name to the synopsis of a manual page, which
/// the generator leaves out.
fn with_values(page: &str, command: &clap::Command) -> String {
    let mut page = page.to_string();
    for argument in command.get_arguments() {
        let takes_value = argument.get_action().takes_values() && argument.get_long().is_none();
        if let (true, Some(short), Some(names)) = (
            takes_value,
            argument.get_short(),
            argument.get_value_names(),
        ) {
            let bare = format!("[\\fB\\-{short} \\fR]");
            let valued = format!("[\\fB\\-{short}\\fR \\fI{}\\fR]", names[0]);
            page = page.replace(&bare, &valued);
        }
    }
    page
}

/// Reports wrong arguments and ends with status 2.
fn misused(kind: ErrorKind, message: impl Display) -> ! {
    Arguments::command().error(kind, message).exit()
}

/// Runs the texts after `-e` as one script.
fn one_liner(sources: &[String], options: &Options) -> Status {
    let source = Source::new("<command>", sources.join("\n"));
    let start = Instant::now();
    printing(options, |printer| {
        let status = script::run_last(&source, options.allowance(), printer);
        if options.time {
            printer.note(&format!("{}\n", lasting(start.elapsed())));
        }
        status
    })
}

/// Runs each file in a session of its own, up to the first that fails.
fn scripts(files: &[PathBuf], options: &Options) -> Status {
    printing(options, |printer| {
        for (k, file) in files.iter().enumerate() {
            let start = Instant::now();
            let run = match k + 1 == files.len() {
                true => script::run_last,
                false => script::run,
            };
            let status = match script::read(file) {
                Ok(source) => run(&source, options.allowance(), printer),
                Err(error) => printer.failed(&error, None),
            };
            if options.time {
                let time = lasting(start.elapsed());
                printer.note(&format!("{}: {time}\n", file.display()));
            }
            if status != Status::Fine || printer.is_closed() {
                return status;
            }
        }
        Status::Fine
    })
}

fn check(files: &[PathBuf], options: &Options) -> Status {
    printing(options, |printer| {
        let check = |file: &PathBuf| match script::read(file) {
            Ok(source) => script::check(&source, options.allowance(), printer),
            Err(error) => printer.failed(&error, None),
        };
        files.iter().map(check).max().unwrap_or(Status::Fine)
    })
}

fn explain(code: Option<&str>, options: &Options) -> Status {
    let text = match code {
        None => explain::list(),
        Some(code) => explain::about(&Allowance::default().session(), code, &options.out_style())
            .unwrap_or_else(|complaint| misused(ErrorKind::InvalidValue, complaint)),
    };
    write(text.as_bytes(), options)
}

/// Writes a text to standard output.
fn write(text: &[u8], options: &Options) -> Status {
    printing(options, |printer| {
        let text = wrap::lines(&String::from_utf8_lossy(text), printer.out_style());
        printer.text(&text);
        Status::Fine
    })
}

fn fmt(files: &[PathBuf], check: bool, options: &Options) -> Status {
    let purpose = if check {
        format::FormatMode::Check
    } else {
        format::FormatMode::Rewrite
    };
    printing(options, |printer| format::run(files, purpose, printer))
}

/// Runs tests of scripts that are there.
fn tested(
    paths: &[PathBuf],
    options: &Options,
    run: impl FnOnce(&mut dyn FnMut(&str)) -> Status,
) -> Status {
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        let message = format!("there is no file or folder `{}`", path.display());
        misused(ErrorKind::ValueValidation, message);
    }
    printing(options, |printer| run(&mut |text| printer.text(text)))
}

/// Does `work` with a printer on the standard streams.
pub(crate) fn printing(options: &Options, work: impl FnOnce(&mut Printer<'_>) -> Status) -> Status {
    let err = std::io::stderr();
    let mut err = err.lock();
    let mut out: Box<dyn std::io::Write> = match &options.output {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => match std::fs::File::create(path) {
            Ok(file) => Box::new(file),
            Err(error) => misused(
                ErrorKind::Io,
                format!("cannot write `{}`: {error}", path.display()),
            ),
        },
    };
    let err_style = options.err_style();
    let mut printer = Printer {
        preamble: false,
        format: options.format(),
        quiet: options.quiet,
        bar: Bar::on_terminal(options.quiet, err_style.ascii),
        out: Stream::new(&mut *out, options.out_style()),
        err: Stream::new(&mut err, err_style),
    };
    let status = work(&mut printer);
    printer.finish(status)
}

/// A length of time for people.
pub fn lasting(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.2} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        for (micros, text) in [
            (12, "12 µs"),
            (3_400, "3.4 ms"),
            (2_500_000, "2.50 s"),
            (150_000_000, "2.5 min"),
        ] {
            assert_eq!(lasting(Duration::from_micros(micros)), text);
        }
    }
}
