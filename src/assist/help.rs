//! Help about functions, statements and words.

mod entries;

use super::{example, explain};
use crate::diagnostic::{Code, did_you_mean};
use crate::event::Event;
use crate::graph::Primitive;
use crate::notation::colour::Paint;
use crate::primitives;
use crate::render::Style;
use crate::session::Session;
use crate::source::Source;
use crate::symbolic::Symbolic;
use crate::syntax::special::{SPECIAL, SpecialKind};
use crate::syntax::statements::STATEMENTS;
use crate::syntax::words::TAIL;
pub use entries::HelpEntry;
use entries::WORDS;
use std::collections::HashSet;
use std::fmt::Write;

/// All topics of help.
pub fn topics() -> Vec<String> {
    all_entries()
        .map(|entry| entry.name)
        .chain(primitives::names())
        .map(String::from)
        .chain(Code::ALL.iter().map(|code| code.name().to_string()))
        .collect()
}

/// About a function, a statement, a word or a class of mistakes. Examples run in the world of
/// `session`.
///
/// # Errors
///
/// Nothing is known about the topic; the message offers the nearest.
pub fn about(session: &Session, topic: &str, style: &Style) -> Result<String, String> {
    let name = topic.trim_end_matches("()");
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
        show(&mut text, session, row.example.0, style);
    }
    for found in all_entries().filter(|entry| entry.name == name) {
        describe(&mut text, found.form, &[], found.doc, style);
        show(&mut text, session, found.example.0, style);
    }
    if text.is_empty() {
        return explain::about(session, name, style).map_err(|_| unknown(name));
    }
    Ok(text)
}

/// A chapter of a reference: the pages of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpChapter {
    /// Functions that are no operations of the graph, `grad` among them.
    Special,
    /// Statements.
    Statements,
    /// The parts of a statement's tail.
    Tail,
    /// Operators and notions.
    Words,
}

/// The pages of a chapter, in the order of its table. The primitive table has its own rows.
pub fn chapter(chapter: HelpChapter) -> Vec<HelpEntry> {
    match chapter {
        HelpChapter::Special => SPECIAL
            .iter()
            .map(|row| HelpEntry {
                name: row.name,
                form: row.signature,
                doc: row.doc,
                example: row.example,
            })
            .collect(),
        HelpChapter::Statements => STATEMENTS
            .iter()
            .map(|row| HelpEntry {
                name: row.word,
                form: row.form,
                doc: row.doc,
                example: row.example,
            })
            .collect(),
        HelpChapter::Tail => TAIL
            .iter()
            .filter_map(|row| {
                let help = row.help?;
                Some(HelpEntry {
                    name: row.word,
                    form: help.form,
                    doc: help.doc,
                    example: help.example,
                })
            })
            .collect(),
        HelpChapter::Words => WORDS.to_vec(),
    }
}

/// All pages but those of the primitive table.
fn all_entries() -> impl Iterator<Item = HelpEntry> {
    [
        HelpChapter::Special,
        HelpChapter::Statements,
        HelpChapter::Tail,
        HelpChapter::Words,
    ]
    .into_iter()
    .flat_map(chapter)
}

fn describe(text: &mut String, form: &str, aliases: &[&str], doc: &str, style: &Style) {
    text.push_str(&Paint::Heading.on(form, style));
    if !aliases.is_empty() {
        let _ = write!(text, "   also {}", aliases.join(", "));
    }
    let _ = writeln!(text, "\n    {doc}");
}

/// An example and its output. One that fails shows nothing; a test runs them all.
fn show(text: &mut String, session: &Session, example: &str, style: &Style) {
    if example.is_empty() {
        return;
    }
    let prompt = if style.ascii { ">" } else { "»" };
    let _ = writeln!(text, "\n    {prompt} {example}");
    let (results, _) = example::run(session, example, style);
    for line in results.lines() {
        let _ = writeln!(text, "    {line}");
    }
}

/// The result of `look` for every event of a text that the tool itself has written.
fn run<T>(text: &str, look: impl Fn(Event) -> T) -> Vec<T> {
    let mut seen = Vec::new();
    let source = Source::new("<help>", text);
    // An operation without a derivative has no events.
    let _ = Session::default().run_source(&source, &mut |event| seen.push(look(event)));
    seen
}

/// The derivatives of an operation, each on a line, for a page of help.
fn derivatives(text: &mut String, row: &Primitive, style: &Style) {
    let Some((formulas, remark)) = derivative_formulas(row) else {
        return;
    };
    let d = if style.ascii { "d" } else { "∂" };
    text.push('\n');
    for (wrt, formula) in formulas {
        let _ = writeln!(text, "    {d}{}/{d}{wrt} = {formula}", row.name);
    }
    if !remark.is_empty() {
        let _ = writeln!(text, "      {remark}");
    }
}

/// The derivatives of an operation with respect to each of its arguments, as `derive` writes them:
/// for numbers, or for a vector or a small matrix where numbers would say nothing. With them a
/// remark on the shapes, which may be empty.
pub fn derivative_formulas(row: &Primitive) -> Option<(Vec<(String, String)>, &'static str)> {
    let names = row.parameters;
    if row.arity.most != names.len() || row.arity.most == 0 {
        return None;
    }
    let call = format!("{}({})", row.name, names.join(", "));
    let shapes: &[(&str, &str)] = if row.is_entrywise() {
        &[("", "")]
    } else {
        &[("[3]", "for vectors of 3"), ("[2, 2]", "for 2×2 matrices")]
    };
    for (shape, remark) in shapes {
        let declared: Vec<String> = names.iter().map(|name| format!("{name}{shape}")).collect();
        let script = format!(
            "input {}; derive {call} wrt {}",
            declared.join(", "),
            names.join(", ")
        );
        let formulas: Vec<(String, String)> = run(&script, |event| match event {
            Event::Derive(derivation) => match &derivation.result {
                Symbolic::Formula(formula) => {
                    Some((derivation.wrt.to_string(), formula.one_line()))
                }
                Symbolic::Recurrences(_) | Symbolic::NoFormula { .. } => None,
            },
            _ => None,
        })
        .into_iter()
        .flatten()
        .collect();
        if !formulas.is_empty() {
            return Some((formulas, remark));
        }
    }
    None
}

fn unknown(name: &str) -> String {
    let entries = all_entries().map(|entry| entry.name);
    match did_you_mean(name, primitives::names().chain(entries)) {
        Some(nearest) => format!("there is no help about `{name}`; did you mean `{nearest}`?\n"),
        None => format!("there is no help about `{name}`; `:help` alone is a start\n"),
    }
}

/// All statements, derivative operators and functions in short.
pub fn overview(style: &Style) -> String {
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
        let about = |topic: &str| about(&Session::default(), topic, &Style::default());
        let log = about("ln").expect("known");
        assert!(log.starts_with("log(x)   also ln\n    "), "{log}");
        assert!(log.contains("    ∂log/∂x = 1/x\n"), "{log}");
        assert!(
            log.ends_with("    » log(10)\n    log(10) = 2.30259\n"),
            "{log}"
        );
        assert_eq!(
            about("sqrtt"),
            Err("there is no help about `sqrtt`; did you mean `sqrt`?\n".into())
        );
        assert!(about("grad()").is_ok_and(|text| text.starts_with("grad(L, w)\n")));
        assert!(about("repeat").is_ok_and(|text| text.contains("    x = 8\n")));
        assert!(about("trace").is_ok_and(|text| text.contains("ȧ")));
    }

    #[test]
    fn the_overview_names_every_function_once() {
        let overview = overview(&Style::default());
        let (_, functions) = overview.split_once("\nFunctions\n").expect("functions");
        for name in ["softmax", "max", "min", "rows", "cols", "read", "iterate"] {
            let count = functions.split_whitespace().filter(|f| *f == name).count();
            assert_eq!(count, 1, "{name} in {functions}");
        }
    }
}
