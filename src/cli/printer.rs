//! Results and diagnostics are written to streams.

use super::signals::Farewell;
use super::{Bar, Format, Status};
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::Event;
use crate::render::{Spacing, Style, ascii, diagnostic, html, json, latex, terminal};
use crate::source::Source;
use crate::stop::StopToken;
use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// A stream to write to, and how.
pub struct Stream<'w> {
    writer: &'w mut dyn Write,
    style: Style,
    failure: Option<io::Error>,
    spacing: Spacing,
    /// The page that HTML results stand in.
    page: html::Page,
}

impl<'w> Stream<'w> {
    /// A stream in the given style.
    pub fn new(writer: &'w mut dyn Write, style: Style) -> Stream<'w> {
        Stream {
            writer,
            style,
            failure: None,
            spacing: Spacing::default(),
            page: html::Page::default(),
        }
    }

    /// Writes a result. Results of several lines stand apart from their neighbours.
    fn write_result(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let between = self.spacing.before(text);
        self.write(between);
        self.write(text);
    }

    /// Writes at once, so that no later failure takes back a result. The first failure is
    /// kept, and nothing is written after it.
    fn write(&mut self, text: &str) {
        if self.failure.is_none() {
            let text = if self.style.ascii {
                ascii::text(text)
            } else {
                Cow::Borrowed(text)
            };
            let written = self
                .writer
                .write_all(text.as_bytes())
                .and_then(|()| self.writer.flush());
            self.failure = written.err();
        }
    }
}

/// Writes results to one stream and diagnostics to another.
pub struct Printer<'w> {
    /// The format of results.
    pub format: Format,
    /// The preamble of LaTeX has been written.
    pub preamble: bool,
    /// No warnings and notes; in JSON, no rendered diagnostics.
    pub quiet: bool,
    /// The progress of long loops.
    pub bar: Bar,
    /// For results.
    pub out: Stream<'w>,
    /// For diagnostics.
    pub err: Stream<'w>,
}

impl Printer<'_> {
    /// Writes what a statement of `script` shows.
    pub fn event(&mut self, event: &Event, script: Option<&Source>) {
        self.bar.hide();
        match (event, self.format) {
            (Event::Warning(warning), _) => self.diagnostic(warning, script),
            (event, Format::Text) => {
                let text = terminal::event(event, &self.out.style);
                self.out.write_result(&text);
                self.stop_where_closed();
            }
            (event, Format::Latex) => {
                let text = latex::event(event, &self.out.style);
                if !self.preamble && !text.is_empty() {
                    self.preamble = true;
                    self.text(latex::HEADER);
                }
                self.out.write_result(&text);
                self.stop_where_closed();
            }
            (event, Format::Html) => {
                let text = html::event(event, script, &self.plain());
                self.section(&text, script);
            }
            (event, Format::Json) => self.object(&json::event(event)),
        }
    }

    /// Writes a diagnostic of `script`.
    pub fn diagnostic(&mut self, found: &Diagnostic, script: Option<&Source>) {
        self.bar.hide();
        if self.format == Format::Json {
            self.object(&json::diagnostic(found, script));
        }
        if self.format == Format::Html {
            self.section(&html::diagnostic(found, &self.plain()), script);
        }
        let silent = self.format == Format::Json || found.severity() != Severity::Error;
        if !(self.quiet && silent) {
            self.err.write(&diagnostic::text(found, &self.err.style));
        }
    }

    /// The style of text in HTML: the browser breaks the lines and has the colours.
    fn plain(&self) -> Style {
        Style {
            colour: false,
            width: None,
            ..self.out.style.clone()
        }
    }

    /// Writes a section of an HTML page.
    fn section(&mut self, section: &str, script: Option<&Source>) {
        let before = self.out.page.before(script);
        self.text(&(before + section));
    }

    /// Writes a JSON object on a line of its own.
    fn object(&mut self, object: &str) {
        let line = if self.out.style.ascii {
            ascii::json(object)
        } else {
            Cow::Borrowed(object)
        };
        self.text(&format!("{line}\n"));
    }

    /// Writes the error that ended `script`.
    pub fn failed(&mut self, error: &Diagnostic, script: Option<&Source>) -> Status {
        if !self.is_closed() {
            self.diagnostic(error, script);
        }
        Status::Failed
    }

    /// Writes to the stream of diagnostics.
    pub fn note(&mut self, text: &str) {
        self.err.write(text);
    }

    /// The message in case `script` must be abandoned.
    pub fn farewell(&self, script: &Source) -> Farewell {
        Farewell {
            name: script.name.clone(),
            format: self.format,
            quiet: self.quiet,
            style: self.err.style.clone(),
        }
    }

    /// Starts a line: a terminal has just shown `^C`.
    pub fn below_echo(&mut self) {
        if io::stderr().is_terminal() {
            self.err.write("\n");
        }
    }

    /// Writes to the stream of results. If it is closed, the computation is stopped.
    pub fn text(&mut self, text: &str) {
        self.out.write(text);
        self.stop_where_closed();
    }

    /// The style of results.
    pub fn out_style(&self) -> &Style {
        &self.out.style
    }

    fn stop_where_closed(&self) {
        if self.is_closed() {
            StopToken::current().stop();
        }
    }

    /// True if results can no longer be written.
    pub fn is_closed(&self) -> bool {
        self.out.failure.is_some()
    }

    /// The status to end with. A reader that has had enough, as in `wengert … | head`, is no
    /// failure.
    pub fn finish(mut self, status: Status) -> Status {
        if self.format == Format::Html {
            let end = self.out.page.end();
            self.out.write(&end);
        }
        match self.out.failure {
            None => status,
            Some(failure) if failure.kind() == ErrorKind::BrokenPipe => Status::Fine,
            Some(failure) => {
                let Stream { writer, .. } = self.err;
                // Nothing is left to say it to if this fails too.
                let _ = writeln!(writer, "error: the results cannot be written: {failure}");
                Status::Failed
            }
        }
    }
}
