//! A session without a terminal: its lines are given, and its output is kept.

use super::Repl;
use super::command::Next;
use super::editor::{Assistant, wants_more, without_margin};
use super::output::{Destination, Shown};
use crate::cli::Options;
use rustyline::Context;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::DefaultHistory;

/// The output of a session in which these lines are typed one after the other, each with the help that
/// the editor gives meanwhile: colours, hints and completions.
pub fn rehearse<'l>(options: &Options, lines: impl IntoIterator<Item = &'l str>) -> String {
    let shown = Shown::default();
    let mut repl = Repl::new(options.clone(), Destination::Captured(shown.clone()));
    let assistant = Assistant::new(&repl.shared);
    let mut text = String::new();
    let mut input = String::new();
    for line in lines {
        input.push_str(line);
        text.push_str(&assist(&assistant, &input));
        if wants_more(&input) {
            input.push_str("\n  ");
            continue;
        }
        let next = repl.answer(&without_margin(&std::mem::take(&mut input)));
        text.push_str(&shown.take());
        if next == Next::Leave {
            break;
        }
    }
    text
}

/// The help of the editor for a line, with the cursor in its middle and at its end.
fn assist(assistant: &Assistant, line: &str) -> String {
    let history = DefaultHistory::new();
    let context = Context::new(&history);
    let middle = (0..=line.len() / 2)
        .rev()
        .find(|at| line.is_char_boundary(*at))
        .unwrap_or(0);
    let mut text = String::new();
    for at in [middle, line.len()] {
        assistant.highlight_char(line, at, CmdKind::MoveCursor);
        text.push_str(&assistant.highlight(line, at));
        if let Some(hint) = assistant.hint(line, at, &context) {
            text.push_str(&assistant.highlight_hint(hint.display()));
        }
        text.push('\n');
        let (start, offered) = assistant.complete(line, at, &context).unwrap_or_default();
        // A completion takes the place of what stands from there to the cursor.
        let replaced = &line[start..at];
        for pair in offered {
            text.push_str(&format!(
                "  {replaced} → {} {}\n",
                pair.replacement, pair.display
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use clap::Parser;

    #[test]
    fn lines_are_helped_joined_and_answered_until_the_end() {
        let arguments = Arguments::parse_from(["wengert", "--color", "never", "--sandbox"]);
        let lines = [
            "w = 3",
            "x = (w +",
            "1)",
            "x^2",
            "sigm",
            ":save a.ad",
            ":q",
            "never",
        ];
        let text = rehearse(&arguments.options, lines);
        for part in [
            "x^2   → 16",
            "\nx^2 = 16\n",
            "sigm → sigmoid",
            "the sandbox allows no files to be written",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(!text.contains("never"), "{text}");
    }
}
