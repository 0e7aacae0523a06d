//! Scripts: read, run, checked.

use super::signals::{Running, Stop};
use super::{Printer, Status};
use crate::diagnostic::{Code, Diagnostic, Result, Severity};
use crate::event::Event;
use crate::lower::Limits;
use crate::session::Session;
use crate::source::{Location, Source, Span};
use crate::world::{Folder, LONGEST_SCRIPT, Sandbox, World, read_stream};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// The text of a file; of standard input for `-`.
pub fn read(path: &Path) -> Result<Rc<Source>> {
    if path == Path::new("-") {
        return read_standard_input();
    }
    let nowhere = Location::new(&Source::file(path, ""), Span::default());
    let text = Folder.read(path, LONGEST_SCRIPT);
    let text = text.map_err(|refusal| refusal.reading(path, nowhere))?;
    Ok(Source::file(path, text))
}

fn read_standard_input() -> Result<Rc<Source>> {
    let nowhere = Location::new(&Source::new("<stdin>", ""), Span::default());
    let text = read_stream(std::io::stdin(), LONGEST_SCRIPT);
    let text = text.map_err(|refusal| refusal.reading_from("standard input", nowhere))?;
    Ok(Source::new("<stdin>", text))
}

/// What a script may use up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    /// Nodes and memory of one statement.
    pub limits: Limits,
    /// The longest that it may run.
    pub time: Option<Duration>,
    /// Whether it has no files.
    pub sandbox: bool,
}

impl Allowance {
    /// A session that may use up as much.
    pub fn session(self) -> Session {
        let world: Rc<dyn World> = if self.sandbox {
            let clock = Some(Folder::clock as fn() -> Duration);
            Rc::new(Sandbox { clock })
        } else {
            Rc::new(Folder)
        };
        Session::in_world(world, self.limits)
    }
}

/// Runs a script in a session of its own.
pub fn run(source: &Rc<Source>, allowance: Allowance, printer: &mut Printer<'_>) -> Status {
    let mut session = allowance.session();
    let status = run_first(&mut session, source, allowance, printer);
    if status == Status::Interrupted {
        std::mem::forget(session);
    }
    status
}

/// Runs a script in a session of its own, after which the process ends: nobody wants to wait until
/// everything is taken apart.
pub fn run_last(source: &Rc<Source>, allowance: Allowance, printer: &mut Printer<'_>) -> Status {
    let mut session = allowance.session();
    let status = run_first(&mut session, source, allowance, printer);
    std::mem::forget(session);
    status
}

fn run_first(
    session: &mut Session,
    source: &Rc<Source>,
    allowance: Allowance,
    printer: &mut Printer<'_>,
) -> Status {
    let farewell = printer.farewell(source);
    let running = Running::start(&session.stop_token(), allowance.time, Some(farewell));
    run_while(running, session, source, printer, &mut |event, printer| {
        printer.event(&event, Some(source));
    })
}

/// Runs one input of an interactive session, and lets `watch` see what it shows.
pub fn run_in(
    session: &mut Session,
    source: &Rc<Source>,
    time: Option<Duration>,
    printer: &mut Printer<'_>,
    watch: &mut dyn FnMut(&Event),
) -> Status {
    let running = Running::start(&session.stop_token(), time, None);
    run_while(running, session, source, printer, &mut |event, printer| {
        printer.event(&event, Some(source));
        watch(&event);
    })
}

/// Runs a text and hands what it would show to `take` instead; warnings and errors are shown.
pub fn run_silently(
    session: &mut Session,
    source: &Rc<Source>,
    time: Option<Duration>,
    printer: &mut Printer<'_>,
    take: &mut dyn FnMut(Event),
) -> Status {
    run_while(
        Running::start(&session.stop_token(), time, None),
        session,
        source,
        printer,
        &mut |event, printer| match event {
            Event::Warning(_) => printer.event(&event, Some(source)),
            event => take(event),
        },
    )
}

fn run_while(
    running: Running,
    session: &mut Session,
    source: &Rc<Source>,
    printer: &mut Printer<'_>,
    show: &mut dyn FnMut(Event, &mut Printer<'_>),
) -> Status {
    if printer.bar.is_shown() {
        let bar = printer.bar.clone();
        session.watch(move |progress| bar.tell(progress));
    }
    match session.run_source(source, &mut |event| show(event, printer)) {
        Ok(()) => Status::Fine,
        Err(error) => match running.stopped_by() {
            Some(Stop::CtrlC) => {
                printer.below_echo();
                printer.failed(&error, Some(source));
                Status::Interrupted
            }
            Some(Stop::Time(limit)) if error.code() == Code::Limit => {
                let location = error.location().clone();
                printer.failed(&out_of_time(location, limit), Some(source))
            }
            _ => printer.failed(&error, Some(source)),
        },
    }
}

/// The error of a computation that was interrupted because its time was up.
pub(super) fn out_of_time(location: Location, limit: Duration) -> Diagnostic {
    Diagnostic::error(
        Code::Limit,
        location,
        format!("the time limit of {limit:?} is reached"),
        "stopped here",
    )
    .help("allow more with `--limit-time`")
}

/// Shows everything that is wrong with a script, without running it.
pub fn check(source: &Rc<Source>, allowance: Allowance, printer: &mut Printer<'_>) -> Status {
    let found = allowance.session().check(source);
    for diagnostic in &found {
        printer.diagnostic(diagnostic, Some(source));
    }
    let is_error = |diagnostic: &Diagnostic| diagnostic.severity() == Severity::Error;
    if found.iter().any(is_error) {
        Status::Failed
    } else {
        Status::Fine
    }
}
