//! The line editor: prompt, history, inputs of several lines.

use crate::render::Style;
use crate::syntax::{Completeness, completeness};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, ColorMode, Completer, Config, Helper, Highlighter, Hinter, Result};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The editor of a session.
pub type Editor = rustyline::Editor<Assistant, FileHistory>;

/// How many inputs are remembered.
const REMEMBERED: usize = 10_000;

/// An editor with what earlier sessions left in `history`.
pub fn open(style: &Style, history: Option<&Path>) -> Result<Editor> {
    let colour = if style.colour {
        ColorMode::Enabled
    } else {
        ColorMode::Disabled
    };
    // Where results go into a file, the prompt still belongs on the terminal.
    let to_file = !std::io::stdout().is_terminal();
    let behavior = if to_file {
        Behavior::PreferTerm
    } else {
        Behavior::Stdio
    };
    let config = Config::builder()
        .auto_add_history(true)
        .behavior(behavior)
        .color_mode(colour)
        .history_ignore_dups(true)?
        .max_history_size(REMEMBERED)?
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Assistant));
    if let Some(file) = history {
        if let Some(folder) = file.parent() {
            // Without a folder there will be no history, which is no reason not to start.
            let _ = std::fs::create_dir_all(folder);
        }
        let _ = editor.load_history(file);
    }
    Ok(editor)
}

/// Where inputs are kept from session to session.
pub fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let folder =
        state.or_else(|| std::env::home_dir().map(|home| home.join(".local").join("state")))?;
    Some(folder.join("wengert").join("history"))
}

/// What the editor asks while an input is typed.
#[derive(Completer, Helper, Highlighter, Hinter)]
pub struct Assistant;

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let more = wants_more(context.input());
        Ok(if more {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

/// Whether Enter starts another line instead of handing the input over. Two empty lines hand over
/// anything, so that the error gets told and nobody is trapped.
fn wants_more(input: &str) -> bool {
    let mut last = input.rsplit('\n');
    let insists = (0..2).all(|_| last.next().is_some_and(|line| line.trim().is_empty()));
    let is_command = input.trim_start().starts_with(':');
    !insists && !is_command && completeness(input) == Completeness::Incomplete
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_goes_on_where_a_statement_does() {
        assert!(wants_more("x = (1 +"));
        assert!(wants_more("x = (1 +\n"));
        assert!(wants_more("repeat 3 {\n  x := 1"));
        assert!(!wants_more("x = (1 +\n\n"));
        assert!(!wants_more("x = 1 + * 2"));
        assert!(!wants_more("x = 1"));
        assert!(!wants_more(""));
        assert!(!wants_more(":help ("));
    }
}
