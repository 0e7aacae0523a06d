//! The table of commands: inputs that start with a colon and are for the REPL itself. Help and
//! completion read it.

use super::command::{Argument, Next, ReplCommand, find};
use super::{Repl, examples, export, files, help, quiz, settings, step, tutorial, undo, why};
use crate::assist::names;
use crate::diagnostic::did_you_mean;
use crate::syntax::statements::is_statement_word;

/// All commands, in the order in which help lists them.
pub static COMMANDS: &[ReplCommand] = &[
    ReplCommand {
        names: &["help", "h", "?"],
        form: "[TOPIC]",
        argument: Argument::Words(|_| help::topics(COMMANDS)),
        doc: "this overview, or help on a function, a statement or a command",
        more: "For a function: its signature, what it does, its derivatives as formulas, an example.",
        run: |repl, topic| {
            let text = help::about(COMMANDS, &repl.session(), topic, &repl.style());
            repl.say(&text)
        },
    },
    ReplCommand {
        names: &["tutorial"],
        form: "[skip | end | again]",
        argument: Argument::Words(|_| ["skip", "end", "again"].map(String::from).to_vec()),
        doc: "ten minutes, one thing to type after the other",
        more: "It looks at what you type and goes on when it is done; you can type anything in between.",
        run: tutorial::run,
    },
    ReplCommand {
        names: &["quiz"],
        form: "L wrt w",
        argument: Argument::Formula,
        doc: "asks for the numbers of a trace, one after the other, and says why",
        more: "Answers are numbers, or formulas of what is known: `a1*a2`, `da1` for ȧ₁, `ba3*cos(a1)` with ā₃.\n    `:quiz skip` shows an answer, `:quiz end` leaves; `using reverse` asks for the adjoints alone.",
        run: quiz::run,
    },
    ReplCommand {
        names: &["names", "who"],
        form: "",
        argument: Argument::Nothing,
        doc: "what is defined: inputs with their values, formulas, functions",
        more: "",
        run: |repl, _| {
            let text = names::text(&repl.session(), &repl.style());
            repl.say(&text)
        },
    },
    ReplCommand {
        names: &["step", "s"],
        form: "L [wrt w]",
        argument: Argument::Formula,
        doc: "walk through the passes, one node at a time",
        more: "Goes forward through values and tangents, then back through the adjoints; each step shows its\n    rule and the numbers that go in. Keys: n or → for the next, p or ← for the one before, Home and End,\n    q to leave. Takes what `trace` takes: `:step L wrt w, x at w = 3`.",
        run: step::run,
    },
    ReplCommand {
        names: &["why"],
        form: "a4",
        argument: Argument::Nothing,
        doc: "how a number of the last trace came about, term by term",
        more: "`:why a4` is about a value, `:why da4` (or ȧ₄) about a tangent, `:why ba4` (or ā₄) about an adjoint.",
        run: why::run,
    },
    ReplCommand {
        names: &["time", "t"],
        form: "STATEMENT",
        argument: Argument::Formula,
        doc: "run a statement and say how long it took",
        more: "`:set time on` says it about every input.",
        run: |repl, statement| repl.timed(statement),
    },
    ReplCommand {
        names: &["load", "l"],
        form: "FILE.ad",
        argument: Argument::Script,
        doc: "run a script in this session; its names stay",
        more: "",
        run: files::load,
    },
    ReplCommand {
        names: &["save"],
        form: "FILE.ad",
        argument: Argument::Path,
        doc: "write a script that defines what is defined now",
        more: "A file that this session has not written itself is overwritten by `:save! FILE.ad` only.",
        run: files::save,
    },
    ReplCommand {
        names: &["save!"],
        form: "FILE.ad",
        argument: Argument::Path,
        doc: "the same, overwriting the file",
        more: "",
        run: files::overwrite,
    },
    ReplCommand {
        names: &["export"],
        form: "TARGET L [wrt w]",
        argument: Argument::Words(export::words),
        doc: "what is defined, as code for NumPy, JAX, PyTorch, C, Julia or XLA",
        more: "`:export jax L wrt w` prints L and its gradient; `:export` alone lists the targets.",
        run: export::run,
    },
    ReplCommand {
        names: &["undo", "u"],
        form: "[COUNT]",
        argument: Argument::Nothing,
        doc: "undo the last input that changed something",
        more: "`:undo 3` takes three back; up to a hundred are kept. `:reset` and `:load` can be taken back, too.",
        run: undo::undo,
    },
    ReplCommand {
        names: &["reset"],
        form: "",
        argument: Argument::Nothing,
        doc: "forget all names (`:undo` brings them back)",
        more: "",
        run: undo::reset,
    },
    ReplCommand {
        names: &["set"],
        form: "[NAME VALUE]",
        argument: Argument::Words(settings::words),
        doc: "how results are shown; alone, all settings",
        more: "",
        run: settings::run,
    },
    ReplCommand {
        names: &["examples", "ex"],
        form: "[NAME]",
        argument: Argument::Words(examples::words),
        doc: "the built-in examples; with a name, show one and run it here",
        more: "`:undo` takes its names away again.",
        run: examples::run,
    },
    ReplCommand {
        names: &["quit", "q", "exit"],
        form: "",
        argument: Argument::Nothing,
        doc: "leave (Ctrl-D too)",
        more: "",
        run: |_, _| Next::Leave,
    },
];

/// Runs `input` if it is a command. A few names are commands without a colon too, unless a variable
/// has that name: a beginner finds the way out.
pub fn run(repl: &mut Repl, input: &str) -> Option<Next> {
    let input = input.trim();
    if let Some(topic) = asked(repl, input) {
        return find(COMMANDS, "help").map(|command| (command.run)(repl, &topic));
    }
    let Some(command) = input.strip_prefix(':') else {
        return without_colon(repl, input);
    };
    let (name, argument) = split(command);
    Some(match find(COMMANDS, name) {
        Some(command) => (command.run)(repl, argument),
        None => repl.say(&unknown(name)),
    })
}

/// Names of commands elsewhere, and the command that they mean.
const ELSEWHERE: [(&str, &str); 11] = [
    ("clear", "reset"),
    ("cls", "reset"),
    ("restart", "reset"),
    ("whos", "names"),
    ("vars", "names"),
    ("ls", "names"),
    ("demo", "examples"),
    ("run", "load"),
    ("open", "load"),
    ("source", "load"),
    ("bye", "quit"),
];

/// The command that `name` is elsewhere.
fn elsewhere(name: &str) -> Option<&'static str> {
    let row = ELSEWHERE.iter().find(|(known, _)| *known == name);
    row.map(|(_, ours)| *ours)
}

/// `quit`, which leaves, and `undo` or `save a.ad`, whose colon is missing. Names that the user has defined are
/// formulas.
fn without_colon(repl: &mut Repl, input: &str) -> Option<Next> {
    let word = input.trim_end_matches("()");
    let (name, argument) = split(word);
    let known = |name: &str| {
        let session = repl.session();
        let own = session.definitions();
        own.variable(name).is_some() || own.function(name).is_some()
    };
    if name.len() < 2 || known(name) {
        return None;
    }
    if ["help", "quit", "exit"].contains(&word) {
        return find(COMMANDS, word).map(|command| (command.run)(repl, ""));
    }
    let name = elsewhere(name).unwrap_or(name);
    let command = offered()
        .any(|offered| offered == name)
        .then(|| find(COMMANDS, name))??;
    // What goes on with a sign or is a statement is none of a command's arguments.
    let fits = match command.argument {
        _ if argument.is_empty() => true,
        Argument::Path | Argument::Script => is_path(argument),
        Argument::Words(_) => argument.chars().all(is_plain),
        _ => !argument.starts_with(|c: char| !c.is_alphanumeric()) && !is_statement_word(name),
    };
    let whole = format!("{name} {argument}");
    fits.then(|| {
        repl.say(&format!(
            "commands start with a colon: write `:{}`\n",
            whole.trim_end()
        ))
    })
}

fn is_path(argument: &str) -> bool {
    !argument.contains(['=', '(', '[', '+']) && !argument.starts_with(['*', '-', '/', '^'])
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || " _-".contains(c)
}

/// The topic of a call for help in another manner: `?sin`, `sin?`, `help sin`, `help(sin)`.
fn asked(repl: &Repl, input: &str) -> Option<String> {
    let topic = input.strip_prefix('?').or_else(|| input.strip_suffix('?'));
    let topic = topic.or_else(|| {
        let session = repl.session();
        let own = session.definitions();
        let is_own = own.variable("help").is_some() || own.function("help").is_some();
        let rest = input.strip_prefix("help").filter(|_| !is_own)?;
        match rest.strip_prefix('(') {
            Some(inner) => inner.strip_suffix(')'),
            None => rest
                .strip_prefix(' ')
                .filter(|rest| !rest.trim_start().starts_with('=')),
        }
    })?;
    let topic = topic.trim().trim_matches(['"', '\'']);
    // A topic is one word or sign.
    (!topic.contains(char::is_whitespace)).then(|| topic.to_owned())
}

/// The name of a command and its argument.
fn split(command: &str) -> (&str, &str) {
    let (name, argument) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    (name, argument.trim())
}

/// The argument that the command called `name` takes.
pub fn argument(name: &str) -> Option<Argument> {
    find(COMMANDS, name).map(|command| command.argument)
}

/// The names that are worth offering.
pub fn offered() -> impl Iterator<Item = &'static str> {
    super::command::offered(COMMANDS)
}

fn unknown(name: &str) -> String {
    let longer = || offered().find(|offered| offered.starts_with(name));
    let near = elsewhere(name).or_else(longer);
    match near.or_else(|| did_you_mean(name, offered())) {
        Some(nearest) => format!("there is no command `:{name}`; did you mean `:{nearest}`?\n"),
        None => format!("there is no command `:{name}`; `:help` lists them\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_once() {
        let mut names: Vec<&str> = COMMANDS
            .iter()
            .flat_map(|command| command.names)
            .copied()
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn commands_are_told_from_formulas() {
        let (mut repl, shown) = Repl::captured("help = 3");
        assert!(matches!(run(&mut repl, ":q"), Some(Next::Leave)));
        assert!(matches!(run(&mut repl, " quit "), Some(Next::Leave)));
        for formula in [
            "q",
            "quit = 3",
            "names = 2",
            "step + 1",
            "save*2",
            "time = 3",
            "help",
        ] {
            assert!(run(&mut repl, formula).is_none(), "{formula}");
        }
        for (text, command) in [
            ("undo", ":undo"),
            ("who", ":who"),
            ("clear", ":reset"),
            ("save a.ad", ":save a.ad"),
            ("load \"a.ad\"", ":load \"a.ad\""),
            ("tutorial skip", ":tutorial skip"),
            ("step L wrt w", ":step L wrt w"),
        ] {
            assert!(run(&mut repl, text).is_some(), "{text}");
            let wanted = format!("commands start with a colon: write `{command}`\n");
            assert_eq!(shown.take(), wanted, "{text}");
        }
        assert!(run(&mut repl, ":tut").is_some());
        assert!(shown.take().contains("did you mean `:tutorial`?"));
        assert!(run(&mut repl, ":hlep").is_some());
        assert!(run(&mut repl, ":zzzzzz").is_some());
        assert_eq!(
            shown.take(),
            "there is no command `:hlep`; did you mean `:help`?\n\
             there is no command `:zzzzzz`; `:help` lists them\n"
        );
    }
}
