//! What starts with a colon is not for the session but for the REPL itself.

use super::help;
use crate::lower;

/// A command of the REPL.
pub struct Command {
    /// Its names, the one to show first.
    names: &'static [&'static str],
    /// What stands behind it, as the help shows it.
    argument: &'static str,
    /// What it does.
    doc: &'static str,
    run: fn(&str) -> Answer,
}

/// What a command leads to.
pub enum Answer {
    /// Something to show.
    Text(String),
    /// The end of the session.
    Leave,
}

/// All commands, in the order in which help lists them.
pub static COMMANDS: &[Command] = &[
    Command {
        names: &["help", "h", "?"],
        argument: "[NAME]",
        doc: "this text, or what a function or statement does",
        run: |name| Answer::Text(help::about(name)),
    },
    Command {
        names: &["quit", "q", "exit"],
        argument: "",
        doc: "leave (Ctrl-D too)",
        run: |_| Answer::Leave,
    },
];

impl Command {
    /// How it is typed.
    pub fn usage(&self) -> String {
        let names: Vec<String> = self
            .names
            .iter()
            .take(2)
            .map(|name| format!(":{name}"))
            .collect();
        format!("{} {}", names.join(", "), self.argument)
            .trim_end()
            .to_string()
    }

    /// What it does.
    pub fn doc(&self) -> &'static str {
        self.doc
    }
}

/// Runs `input` if it is a command. Nobody has to guess the colon: the bare name of a command is
/// one too, unless a variable is called so.
pub fn run(input: &str, defined: impl Fn(&str) -> bool) -> Option<Answer> {
    let input = input.trim();
    let Some(command) = input.strip_prefix(':') else {
        let is_long = input.len() > 1 && !defined(input);
        return find(input)
            .filter(|_| is_long)
            .map(|command| (command.run)(""));
    };
    let (name, argument) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    Some(match find(name) {
        Some(command) => (command.run)(argument.trim()),
        None => Answer::Text(unknown(name)),
    })
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.names.contains(&name))
}

fn unknown(name: &str) -> String {
    let known = COMMANDS.iter().flat_map(|command| command.names).copied();
    match lower::nearest(name, known.filter(|name| name.len() > 1)) {
        Some(nearest) => format!("there is no command `:{name}`; did you mean `:{nearest}`?\n"),
        None => format!("there is no command `:{name}`; `:help` lists them\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> Option<String> {
        match run(input, |name| name == "help")? {
            Answer::Text(text) => Some(text),
            Answer::Leave => None,
        }
    }

    #[test]
    fn commands_are_told_from_formulas() {
        assert!(matches!(run(":q", |_| true), Some(Answer::Leave)));
        assert!(matches!(run(" quit ", |_| false), Some(Answer::Leave)));
        assert!(run("q", |_| false).is_none());
        assert!(run("quit = 3", |_| false).is_none());
        assert!(text("help").is_none(), "a variable of that name is shown");
        assert!(text(":help").is_some());
    }

    #[test]
    fn a_slip_gets_a_suggestion() {
        assert_eq!(
            text(":hlep").as_deref(),
            Some("there is no command `:hlep`; did you mean `:help`?\n")
        );
        assert_eq!(
            text(":zzzzzz").as_deref(),
            Some("there is no command `:zzzzzz`; `:help` lists them\n")
        );
    }
}
