//! What `:help` says.

mod entries;

use super::commands::{self, COMMANDS};
use crate::cli::explain;
use crate::diagnostic::Code;
use crate::event::Event;
use crate::graph::Primitive;
use crate::lower;
use crate::primitives;
use crate::render::colour::Paint;
use crate::render::{Style, terminal};
use crate::session::Session;
use crate::source::Source;
use crate::symbolic::Symbolic;
use crate::syntax::special::{SPECIAL, SpecialKind};
use crate::syntax::statements::STATEMENTS;
use entries::{Entry, WORDS};
use std::collections::HashSet;
use std::fmt::Write;

/// What completion offers behind `:help `.
pub fn topics(_: &str) -> Vec<String> {
    all_entries()
        .map(|entry| entry.name)
        .chain(primitives::names())
        .map(String::from)
        .chain(Code::ALL.iter().map(|code| code.name().to_string()))
        .chain(commands::names().map(|name| format!(":{name}")))
        .collect()
}

/// About a function, a statement, a command, or everything in short.
pub fn about(topic: &str, style: &Style) -> String {
    let name = topic.trim_end_matches("()");
    if name.is_empty() {
        return overview(style);
    }
    if let Some(command) = name.strip_prefix(':').and_then(commands::find) {
        let mut text = format!(
            "{}\n    {}\n",
            Paint::Heading.on(&command.usage(), style),
            command.doc()
        );
        if !command.more().is_empty() {
            let _ = writeln!(text, "    {}", command.more());
        }
        return text;
    }
    let known = all_entries().any(|entry| entry.name == name);
    let name = if known {
        name
    } else {
        name.trim_start_matches(':')
    };
    let mut text = String::new();
    for row in primitives::named(name) {
        describe(&mut text, &row.signature(), row.aliases, row.doc, style);
        derivatives(&mut text, row, style);
        example(&mut text, row.example.0, style);
    }
    for found in all_entries().filter(|entry| entry.name == name) {
        describe(&mut text, found.form, &[], found.doc, style);
        example(&mut text, found.example.0, style);
    }
    if text.is_empty() {
        return explain::about(name, style).unwrap_or_else(|_| unknown(name));
    }
    text
}

/// Everything that help knows beside the primitive table.
fn all_entries() -> impl Iterator<Item = Entry> {
    let special = SPECIAL.iter().map(|row| Entry {
        name: row.name,
        form: row.signature,
        doc: row.doc,
        example: row.example,
    });
    let statements = STATEMENTS.iter().map(|row| Entry {
        name: row.word,
        form: row.form,
        doc: row.doc,
        example: row.example,
    });
    special.chain(statements).chain(WORDS.iter().copied())
}

fn describe(text: &mut String, form: &str, aliases: &[&str], doc: &str, style: &Style) {
    text.push_str(&Paint::Heading.on(form, style));
    if !aliases.is_empty() {
        let _ = write!(text, "   also {}", aliases.join(", "));
    }
    let _ = writeln!(text, "\n    {doc}");
}

/// What is run for an example, and what it shows.
fn example(text: &mut String, example: &str, style: &Style) {
    if example.is_empty() {
        return;
    }
    let prompt = if style.ascii { ">" } else { "»" };
    let _ = writeln!(text, "\n    {prompt} {example}");
    let shown = run(example, |event| terminal::event(&event, style));
    for line in shown.concat().lines() {
        let _ = writeln!(text, "    {line}");
    }
}

/// What an event looks like to `look`, for all events of a text that the tool itself has written.
fn run<T>(text: &str, look: impl Fn(Event) -> T) -> Vec<T> {
    let mut seen = Vec::new();
    let source = Source::new("<help>", text);
    // An example that fails shows nothing; the tests see to it that none does.
    let _ = Session::default().run_source(&source, &mut |event| seen.push(look(event)));
    seen
}

/// The derivatives of an operation by each of its arguments, as `derive` writes them: for numbers,
/// or for a vector or a small matrix where numbers would say nothing.
fn derivatives(text: &mut String, row: &Primitive, style: &Style) {
    let names = row.parameters;
    if row.arity.most != names.len() || row.arity.most == 0 {
        return;
    }
    let call = format!("{}({})", row.name, names.join(", "));
    let shapes: &[(&str, &str)] = if row.is_entrywise() {
        &[("", "")]
    } else {
        &[("[3]", "for vectors of 3"), ("[2, 2]", "for 2×2 matrices")]
    };
    let d = if style.ascii { "d" } else { "∂" };
    for (shape, remark) in shapes {
        let declared: Vec<String> = names.iter().map(|name| format!("{name}{shape}")).collect();
        let script = format!(
            "input {}; derive {call} wrt {}",
            declared.join(", "),
            names.join(", ")
        );
        let formulas: Vec<String> = run(&script, |event| match event {
            Event::Derive(derivation) => match &derivation.result {
                Symbolic::Formula(formula) => {
                    let wrt = &derivation.wrt;
                    Some(format!("{d}{}/{d}{wrt} = {}", row.name, formula.one_line()))
                }
                Symbolic::NoFormula { .. } => None,
            },
            _ => None,
        })
        .into_iter()
        .flatten()
        .collect();
        if !formulas.is_empty() {
            text.push('\n');
            for formula in formulas {
                let _ = writeln!(text, "    {formula}");
            }
            if !remark.is_empty() {
                let _ = writeln!(text, "      {remark}");
            }
            return;
        }
    }
}

fn unknown(name: &str) -> String {
    let entries = all_entries().map(|entry| entry.name);
    match lower::nearest(name, primitives::names().chain(entries)) {
        Some(nearest) => format!("there is no help about `{name}`; did you mean `{nearest}`?\n"),
        None => format!("there is no help about `{name}`; `:help` alone is a start\n"),
    }
}

fn overview(style: &Style) -> String {
    let title = |title: &str| format!("{}\n", Paint::Heading.on(title, style));
    let mut text = title("Statements");
    for statement in &STATEMENTS {
        let _ = writeln!(text, "  {:<39}{}", statement.form, statement.doc);
    }
    text.push_str(&format!("\n{}", title("Derivatives")));
    let (operators, functions): (Vec<_>, Vec<_>) = SPECIAL
        .iter()
        .partition(|row| row.kind == SpecialKind::Derivative);
    for operator in operators {
        let _ = writeln!(text, "  {:<39}{}", operator.signature, operator.doc);
    }
    text.push_str(&format!("\n{}", title("Functions")));
    let mut names: Vec<&str> = primitives::table()
        .filter(|row| row.callable)
        .map(|row| row.name)
        .collect();
    // Some names have a row for one argument and another for several.
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    names.extend(functions.iter().map(|row| row.name));
    text.push_str(&filled(&names, style.width.unwrap_or(78).saturating_sub(2)));
    text.push_str(&format!("\n{}", title("Commands")));
    for command in COMMANDS {
        let _ = writeln!(text, "  {:<39}{}", command.usage(), command.doc());
    }
    text.push_str(
        "\nTAB completes names, words and files, and turns \\alpha, x\\_1 and y\\hat into α, x₁ and ŷ. \
         Ctrl-R searches what was typed before. Ctrl-C stops a computation or clears the line; two \
         empty lines end an unfinished input. `ans` is the last value. `:help NAME` says more.\n",
    );
    text
}

/// Words in lines of at most `width` columns.
fn filled(words: &[&str], width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words {
        if column == 0 || column + 1 + word.len() > width {
            text.push_str(if column == 0 { "  " } else { "\n  " });
            column = 2;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Style;
    use crate::render::terminal;
    use crate::session::Session;
    use crate::source::Source;

    fn shown(text: &str) -> String {
        let mut shown = String::new();
        let run = Session::default().run_source(&Source::new("<example>", text), &mut |event| {
            shown.push_str(&terminal::event(&event, &Style::default()));
        });
        assert!(run.is_ok(), "{text}: {run:?}");
        shown
    }

    #[test]
    fn the_examples_hold() {
        for entry in all_entries().filter(|entry| !entry.example.0.is_empty()) {
            let (example, answer) = entry.example;
            let shown = shown(example);
            assert!(shown.trim().ends_with(answer), "{example} shows {shown}");
        }
    }

    #[test]
    fn help_about_one_thing() {
        let about = |topic: &str| about(topic, &Style::default());
        let log = about("ln");
        assert!(log.starts_with("log(x)   also ln\n    "), "{log}");
        assert!(log.contains("    ∂log/∂x = 1/x\n"), "{log}");
        assert!(
            log.ends_with("    » log(10)\n    log(10) = 2.30259\n"),
            "{log}"
        );
        assert_eq!(
            about("sqrtt"),
            "there is no help about `sqrtt`; did you mean `sqrt`?\n"
        );
        assert!(about("grad()").starts_with("grad(L, w)\n"));
        let overview = about("");
        let (_, functions) = overview.split_once("\nFunctions\n").expect("functions");
        let (functions, _) = functions.split_once("\n\n").expect("an end");
        for name in ["softmax", "max", "min", "rows", "cols", "read", "iterate"] {
            let count = functions.split_whitespace().filter(|f| *f == name).count();
            assert_eq!(count, 1, "{name} in {functions}");
        }
        assert!(about(":step").contains("Keys: n"));
        assert!(about("repeat").contains("    x = 8\n"));
        assert!(about("trace").contains("ȧ"), "{}", about("trace"));
    }
}
