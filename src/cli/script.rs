//! Scripts are read, run and checked.

use super::signals::{Running, StopReason};
use super::{Allowance, Printer, Status};
use crate::diagnostic::{Code, Diagnostic, Result, Severity};
use crate::event::Event;
use crate::session::Session;
use crate::source::{Location, Source, Span};
use crate::world::{Folder, LONGEST_SCRIPT, World, read_stream};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// The text of a file; of standard input for `-`.
///
/// # Errors
/// It cannot be read, or is too long for a script.
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

/// Runs a script in a session of its own.
pub fn run(source: &Rc<Source>, allowance: Allowance, printer: &mut Printer<'_>) -> Status {
    let mut session = allowance.session();
    let status = run_first(&mut session, source, allowance, printer);
    if status == Status::Interrupted {
        std::mem::forget(session);
    }
    status
}

/// Runs a script in a session of its own, after which the process ends: the session is not freed,
/// which would only take time.
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
    let (status, _) = run_while(running, session, source, printer, &mut |event, printer| {
        printer.event(&event, Some(source));
    });
    status
}

/// Runs one input of an interactive session; `watch` sees every event. The second result is the error
/// that ended it, which has been shown.
pub fn run_in(
    session: &mut Session,
    source: &Rc<Source>,
    time: Option<Duration>,
    printer: &mut Printer<'_>,
    watch: &mut dyn FnMut(&Event),
) -> (Status, Option<Diagnostic>) {
    let running = Running::start(&session.stop_token(), time, None);
    run_while(running, session, source, printer, &mut |event, printer| {
        printer.event(&event, Some(source));
        watch(&event);
    })
}

/// Runs a text and hands its events to `take` instead of showing them; warnings and errors are shown.
pub fn run_silently(
    session: &mut Session,
    source: &Rc<Source>,
    time: Option<Duration>,
    printer: &mut Printer<'_>,
    take: &mut dyn FnMut(Event),
) -> Status {
    let running = Running::start(&session.stop_token(), time, None);
    let (status, _) = run_while(
        running,
        session,
        source,
        printer,
        &mut |event, printer| match event {
            Event::Warning(_) => printer.event(&event, Some(source)),
            event => take(event),
        },
    );
    status
}

fn run_while(
    running: Running,
    session: &mut Session,
    source: &Rc<Source>,
    printer: &mut Printer<'_>,
    show: &mut dyn FnMut(Event, &mut Printer<'_>),
) -> (Status, Option<Diagnostic>) {
    if printer.bar.is_shown() {
        let bar = printer.bar.clone();
        session.watch(move |progress| bar.tell(progress));
    }
    let Err(mut error) = session.run_source(source, &mut |event| show(event, printer)) else {
        return (Status::Fine, None);
    };
    let mut status = Status::Failed;
    match running.stopped_by() {
        Some(StopReason::CtrlC) => {
            printer.below_echo();
            status = Status::Interrupted;
        }
        Some(why) if error.code() == Code::Limit => error = why.error(error.location().clone()),
        _ => {}
    }
    printer.failed(&error, Some(source));
    (status, Some(error))
}

/// Shows all mistakes of a script without running it.
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
