//! TAB: commands and their arguments are completed here, everything else by the library.

use super::command::Argument;
use super::commands;
use crate::assist::completion::{Candidate, CandidateKind, Completions, complete, files, words};
use crate::session::Session;
use crate::world::Folder;
use rustyline::completion::Pair;
use std::path::Path;

/// The start of the text to be replaced, and the candidates for its place.
pub fn candidates(session: &Session, line: &str, at: usize) -> (usize, Vec<Pair>) {
    let before = &line[..at];
    match before.trim_start().strip_prefix(':') {
        Some(command) => of_command(session, before, command),
        None => pairs(complete(session, line, at)),
    }
}

fn pairs(found: Completions) -> (usize, Vec<Pair>) {
    let pair = |(display, replacement)| Pair {
        display,
        replacement,
    };
    let candidates = found.candidates.into_iter();
    let pairs = candidates.map(|one| pair((one.shown, one.text)));
    (found.range.start, pairs.collect())
}

/// `before` is the text up to the cursor, `command` the part after the colon.
fn of_command(session: &Session, before: &str, command: &str) -> (usize, Vec<Pair>) {
    let Some((name, argument)) = command.split_once(char::is_whitespace) else {
        let names = commands::offered().filter(|name| name.starts_with(command));
        let pairs = names.map(|name| (format!(":{name}"), name.to_string()));
        return (before.len() - command.len(), sorted(pairs.collect()));
    };
    let argument = argument.trim_start();
    let start = before.len() - argument.len();
    match commands::argument(name) {
        // Commands may use files even where scripts may not.
        Some(Argument::Path) => pairs(files(&Folder, before, start, false)),
        Some(Argument::Script) => {
            let mut found = files(&Folder, before, start, false);
            let is_script = |one: &Candidate| {
                one.kind == CandidateKind::Folder
                    || Path::new(&one.text)
                        .extension()
                        .is_some_and(|extension| extension == "ad")
            };
            found.candidates.retain(is_script);
            pairs(found)
        }
        Some(Argument::Words(words)) => {
            let words = words(argument).into_iter();
            let fit = words.filter(|word| word.starts_with(argument));
            (
                start,
                sorted(fit.map(|word| (word.clone(), word)).collect()),
            )
        }
        // The argument of such a command is the inside of a statement.
        Some(Argument::Formula) => pairs(words(session, before, Some("x "))),
        Some(Argument::Nothing) | None => (start, Vec::new()),
    }
}

fn sorted(mut offered: Vec<(String, String)>) -> Vec<Pair> {
    offered.sort();
    offered.dedup();
    let pair = |(display, replacement)| Pair {
        display,
        replacement,
    };
    offered.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_their_arguments() {
        let offered = |line: &str| -> Vec<String> {
            let (start, pairs) = candidates(&Session::default(), line, line.len());
            let whole = |pair: Pair| format!("{}{}", &line[..start], pair.replacement);
            pairs.into_iter().map(whole).collect()
        };
        assert_eq!(offered(":he"), [":help"]);
        assert_eq!(offered(":help sigm"), [":help sigmoid"]);
        assert_eq!(offered(":set dig"), [":set digits"]);
        assert_eq!(offered(":save Cargo.to"), [":save Cargo.toml"]);
        assert!(offered(":load Cargo.to").is_empty());
        assert_eq!(offered(":load examp"), [":load examples/"]);
        assert_eq!(offered(":time sigm"), [":time sigmoid("]);
        assert!(offered(":nothing x").is_empty());
    }
}
