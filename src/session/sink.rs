//! Sinks: events are shown, warnings among them, and files are written.

use super::Session;
use crate::diagnostic::{Diagnostic, Result, error, note};
use crate::event::{Event, FileFormat};
use crate::syntax::ast::{Script, Text};
use crate::world::Refusal;

/// Takes the events of a session.
pub type Sink<'s> = dyn FnMut(Event) + 's;

impl Session {
    /// Shows an event. The file that the statement names gets its picture first.
    pub(super) fn present(
        &self,
        script: &Script,
        file: Option<&Text>,
        event: Event,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        if let Some((file, picture)) = file.zip(event.picture()) {
            self.write(script, file, &picture)?;
        }
        sink(event);
        Ok(())
    }

    /// Writes the file that a statement names.
    fn write(&self, script: &Script, file: &Text, contents: &[u8]) -> Result<()> {
        let path = script.source.folder.join(&*file.text);
        let written = self.world().write(&path, contents);
        written.map_err(|refusal| refusal.writing(&path, script.location(file.span)))
    }

    /// Runs a statement, and writes what it shows to a file, whose name says the format; numbers alone
    /// only where it shows a value.
    pub(super) fn show_in_file(
        &self,
        script: &Script,
        file: &Text,
        is_value: bool,
        sink: &mut Sink<'_>,
        show: impl FnOnce(&mut Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        let location = || script.location(file.span);
        let path = script.source.folder.join(&*file.text);
        if self.world().is_sealed() {
            return Err(Refusal::Sealed.writing(&path, location()));
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let format = FileFormat::named(&ending);
        let fits = |format: &FileFormat| is_value || !format.is_data();
        let Some(format) = format.filter(fits) else {
            let known = match is_value {
                true => {
                    "a value is written as `.csv`, `.npy`, `.tex`, `.md`, `.json`, `.html` or `.txt`"
                }
                false => "it is written as `.tex`, `.md`, `.json`, `.html` or `.txt`",
            };
            return Err(error!(File, location(),
                "no format is known for `{}`", file.text;
                label: "the end of the name says the format";
                help: "{known}"));
        };
        let mut events = Vec::new();
        show(&mut |event| {
            if !matches!(event, Event::Warning(_)) {
                events.push(event.clone());
            }
            sink(event);
        })?;
        self.write(script, file, &format.written(&events))?;
        sink(Event::Warning(note!(
            File,
            location(),
            "wrote {}",
            file.text
        )));
        Ok(())
    }
}

/// Shows warnings.
pub(super) fn warn(warnings: Vec<Diagnostic>, sink: &mut Sink<'_>) {
    for warning in warnings {
        sink(Event::Warning(warning));
    }
}
