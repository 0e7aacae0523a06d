//! An interactive session writes to the terminal, a pager, or memory.

use crate::cli::{Bar, Options, Printer, Status, Stream};
use crate::notation::colour;
use crate::render::Style;
use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::rc::Rc;

/// The output so far.
#[derive(Clone, Default)]
pub struct Shown(Rc<RefCell<Vec<u8>>>);

impl Shown {
    /// The text since the last time.
    pub fn take(&self) -> String {
        String::from_utf8(self.0.take()).expect("UTF-8")
    }
}

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The destination of output.
pub enum Destination {
    /// Standard output and standard error.
    Standard,
    /// Memory.
    Captured(Shown),
}

impl Destination {
    /// Does `work` with a printer.
    pub fn printing(
        &self,
        options: &Options,
        style: &Style,
        paged: bool,
        work: impl FnOnce(&mut Printer<'_>) -> Status,
    ) {
        match self {
            Destination::Captured(shown) => {
                let streams = (&mut shown.clone(), &mut shown.clone());
                print(options, streams, style.clone(), style.clone(), work);
            }
            Destination::Standard if paged && std::io::stdout().is_terminal() => {
                let err = std::io::stderr();
                let streams = (&mut Paged(style.clone()), &mut err.lock());
                print(options, streams, style.clone(), options.err_style(), work);
            }
            Destination::Standard => {
                let (out, err) = (std::io::stdout(), std::io::stderr());
                let streams = (&mut out.lock(), &mut err.lock());
                print(options, streams, style.clone(), options.err_style(), work);
            }
        }
    }
}

fn print<O: Write, E: Write>(
    options: &Options,
    (out, err): (&mut O, &mut E),
    style: Style,
    errors: Style,
    work: impl FnOnce(&mut Printer<'_>) -> Status,
) {
    let mut printer = Printer {
        preamble: false,
        format: options.format,
        quiet: options.quiet,
        bar: Bar::on_terminal(options.quiet, errors.ascii),
        out: Stream::new(out, style),
        err: Stream::new(err, errors),
    };
    let status = work(&mut printer);
    printer.finish(status);
}

/// A terminal that shows every result at once, and one longer than the screen in a pager. The output
/// of a loop appears as it comes.
struct Paged(Style);

impl Write for Paged {
    fn write(&mut self, result: &[u8]) -> std::io::Result<usize> {
        page(result, &self.0)?;
        Ok(result.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}

/// Hands a text that is longer than the screen to the user's pager; a shorter one to the terminal.
fn page(text: &[u8], style: &Style) -> std::io::Result<()> {
    let height = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
    let written = String::from_utf8_lossy(text);
    let columns = style.width.unwrap_or(80).max(1);
    let lines: usize = written
        .lines()
        .map(|line| colour::width(line).div_ceil(columns).max(1))
        .sum();
    let paged = lines >= height && hand_to_pager(text).is_ok();
    if paged {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}

fn hand_to_pager(text: &[u8]) -> std::io::Result<()> {
    let pager = std::env::var("PAGER")
        .ok()
        .filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less".into());
    let mut words = pager.split_whitespace();
    let program = words.next().unwrap_or("less");
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A reader that leaves early has seen enough.
        let _ = input.write_all(text);
    }
    child.wait()?;
    Ok(())
}
