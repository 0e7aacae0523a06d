//! `:help`: the library's pages and those about commands.

use super::command::{ReplCommand, find, offered};
use crate::assist::help;
use crate::notation::colour::Paint;
use crate::render::Style;
use crate::session::Session;
use std::fmt::Write;

/// The topics that completion offers after `:help `.
pub fn topics(commands: &'static [ReplCommand]) -> Vec<String> {
    let commands = offered(commands).map(|name| format!(":{name}"));
    help::topics().into_iter().chain(commands).collect()
}

/// A page about a function, a statement or a command; an overview where `topic` is empty.
pub fn about(
    commands: &'static [ReplCommand],
    session: &Session,
    topic: &str,
    style: &Style,
) -> String {
    let name = topic.trim_end_matches("()");
    if name.is_empty() {
        return overview(commands, style);
    }
    let command = name.strip_prefix(':');
    let Some(command) = command.and_then(|name| find(commands, name)) else {
        return help::about(session, name, style).unwrap_or_else(|unknown| unknown);
    };
    let usage = Paint::Heading.on(&command.usage(), style);
    let mut text = format!("{usage}\n    {}\n", command.doc);
    if !command.more.is_empty() {
        let _ = writeln!(text, "    {}", command.more);
    }
    text
}

fn overview(commands: &[ReplCommand], style: &Style) -> String {
    let mut text = help::overview(style);
    let _ = writeln!(text, "\n{}", Paint::Heading.on("Commands", style));
    for command in commands {
        let _ = writeln!(text, "  {:<39}{}", command.usage(), command.doc);
    }
    text.push_str(
        "\nTAB completes names, words and files, and turns \\alpha, x\\_1 and y\\hat into α, x₁ and ŷ. \
         Up finds inputs that start like what is typed, Ctrl-R those that hold a text. \
         Alt-Enter starts another line. Ctrl-C stops a computation or clears the line; two \
         empty lines end an unfinished input. `ans` is the last value. `:help NAME` says more.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::commands::COMMANDS;

    #[test]
    fn commands_and_everything_else() {
        let about = |topic: &str| about(COMMANDS, &Session::default(), topic, &Style::default());
        assert!(about(":step").contains("Keys: n"));
        assert!(about("sqrtt").contains("did you mean `sqrt`?"));
        let overview = about("");
        assert!(overview.starts_with("Statements\n"), "{overview}");
        assert!(
            overview.contains("\n\nCommands\n  :help, :h [TOPIC]"),
            "{overview}"
        );
    }
}
