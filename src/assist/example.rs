//! Examples that are run when they are shown.

use crate::event::Event;
use crate::render::{Spacing, Style, diagnostic, terminal};
use crate::session::Session;
use crate::source::Source;

/// Every event of a text that runs in a session of its own, and the diagnostics, all as text.
pub fn run(session: &Session, text: &str, style: &Style) -> (String, String) {
    let source = Source::new("example.ad", text);
    let (mut results, mut diagnostics) = (String::new(), String::new());
    let mut spacing = Spacing::default();
    let ended = session
        .fresh()
        .run_source(&source, &mut |event| match event {
            Event::Warning(warning) => diagnostics.push_str(&diagnostic::text(&warning, style)),
            event => {
                let text = terminal::event(&event, style);
                if !text.is_empty() {
                    results.push_str(spacing.before(&text));
                    results.push_str(&text);
                }
            }
        });
    if let Err(error) = ended {
        diagnostics.push_str(&diagnostic::text(&error, style));
    }
    (results, diagnostics)
}
