//! `:export`: what is defined here as a program for another language.

use super::Repl;
use super::command::Next;
use crate::export::{self, ExportOptions, ExportTarget};

/// `:export TARGET L [wrt w]`
pub fn run(repl: &mut Repl, argument: &str) -> Next {
    let (word, request) = argument
        .split_once(char::is_whitespace)
        .unwrap_or((argument, ""));
    let Some(target) = ExportTarget::named(word) else {
        let unknown = match word {
            "" => String::new(),
            _ => format!("there is no target `{word}`; there are:\n"),
        };
        return repl.say(&(unknown + &export::list()));
    };
    if request.trim().is_empty() {
        return repl.say(&format!("say what to export: `:export {word} L wrt w`\n"));
    }
    let result = repl.shared.session.borrow_mut().export(
        &[request.trim()],
        target,
        &ExportOptions::default(),
    );
    match result {
        Ok(text) => repl.say(&text),
        Err(error) => {
            repl.complain(&error);
            Next::Read
        }
    }
}

/// The targets.
pub fn words(_: &str) -> Vec<String> {
    export::TARGETS
        .iter()
        .map(|row| row.word.to_string())
        .collect()
}
