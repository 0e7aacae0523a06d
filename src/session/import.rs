//! `import`: the definitions of another script.

use super::{Session, Sink};
use crate::diagnostic::{Result, bail};
use crate::event::Event;
use crate::source::Source;
use crate::syntax::ast::{Script, StatementKind, Text};
use crate::world::LONGEST_SCRIPT;
use std::rc::Rc;

impl Session {
    pub(super) fn import(
        &mut self,
        script: &Rc<Script>,
        path: &Text,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let location = script.location(path.span);
        let file = script.source.folder.join(&*path.text);
        let text = self
            .world()
            .read(&file, LONGEST_SCRIPT)
            .map_err(|refusal| refusal.reading(&file, location.clone()))?;
        let canonical = self.world().canonical(&file);
        if self.importing.contains(&canonical) {
            bail!(Circular, location,
                "`{}` imports itself, directly or through others", file.display();
                label: "already being imported");
        }
        let source = Source::file(&file, text);
        let (imported, _) = crate::syntax::parse(&source)
            .map_err(|error| error.label(location.clone(), "imported here"))?;
        self.importing.push(canonical);
        let result = self.run_definitions(&Rc::new(imported), &mut |event| {
            if let Event::Warning(_) = event {
                sink(event);
            }
        });
        self.importing.pop();
        result.map_err(|error| error.label(location, "imported here"))
    }

    /// Runs the statements of a script that do not show anything.
    fn run_definitions(&mut self, script: &Rc<Script>, sink: &mut Sink<'_>) -> Result<()> {
        let unseeded = self.unseeded(script);
        for id in &script.body {
            let statement = script.statement(*id);
            let shows = matches!(
                statement.kind,
                StatementKind::Show(..) | StatementKind::Print(..)
            );
            if !shows {
                self.warn_of_draws(script, statement, &unseeded, sink);
                self.run_statement(script, statement, sink)?;
            }
        }
        Ok(())
    }
}
