//! A command of the REPL, as a row of a table.

use super::Repl;

/// The next action after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Read the next one.
    Read,
    /// End the session.
    Leave,
}

/// The argument of a command, for completion.
#[derive(Clone, Copy)]
pub enum Argument {
    /// Nothing.
    Nothing,
    /// A file.
    Path,
    /// A script, or a folder on the way to one.
    Script,
    /// One of a list of words, which may depend on what is typed so far.
    Words(fn(&str) -> Vec<String>),
    /// A formula or a statement.
    Formula,
}

/// A command of the REPL.
pub struct ReplCommand {
    /// Its names; the first is the one to show.
    pub names: &'static [&'static str],
    /// Its argument, as help shows it.
    pub form: &'static str,
    /// Its argument, for completion.
    pub argument: Argument,
    /// Its purpose, in a line.
    pub doc: &'static str,
    /// Further lines of its page; may be empty.
    pub more: &'static str,
    /// Its action, given the argument.
    pub run: fn(&mut Repl, &str) -> Next,
}

impl ReplCommand {
    /// Its names and its argument, as they are typed.
    pub fn usage(&self) -> String {
        let names: Vec<String> = self
            .names
            .iter()
            .take(2)
            .map(|name| format!(":{name}"))
            .collect();
        format!("{} {}", names.join(", "), self.form)
            .trim_end()
            .to_string()
    }
}

/// The command called `name`.
pub fn find(commands: &'static [ReplCommand], name: &str) -> Option<&'static ReplCommand> {
    commands
        .iter()
        .find(|command| command.names.contains(&name))
}

/// The names that are worth offering: abbreviations are not.
pub fn offered(commands: &'static [ReplCommand]) -> impl Iterator<Item = &'static str> {
    let names = commands.iter().flat_map(|command| command.names).copied();
    names.filter(|name| name.len() > 2)
}
