//! Sinks: events are shown, warnings among them, and pictures are written.

use super::Session;
use crate::diagnostic::{Diagnostic, Result};
use crate::event::Event;
use crate::syntax::ast::{Script, Text};

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
            let path = script.source.folder.join(&*file.text);
            let written = self.world().write(&path, picture.as_bytes());
            written.map_err(|refusal| refusal.writing(&path, script.location(file.span)))?;
        }
        sink(event);
        Ok(())
    }
}

/// Shows warnings.
pub(super) fn warn(warnings: Vec<Diagnostic>, sink: &mut Sink<'_>) {
    for warning in warnings {
        sink(Event::Warning(warning));
    }
}
