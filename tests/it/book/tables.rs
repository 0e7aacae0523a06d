//! The tables of the reference, made from those of the program.

use crate::export::{is_symbolic, operations_in_programs, refused_rows};
use std::collections::HashSet;
use std::fmt::Write;
use wengert::assist::help::{HelpChapter, chapter, derivative_formulas};
use wengert::diagnostic::Code;
use wengert::event::Event;
use wengert::export::TARGETS;
use wengert::graph::Primitive;
use wengert::primitives;
use wengert::render::{Style, terminal};
use wengert::repl::{COMMANDS, setting_docs};
use wengert::session::Session;
use wengert::simplify::rules::{OPERATIONS, PRINTED, PRODUCTS, Rule};
use wengert::source::Source;

/// The table called `name`, as Markdown with an empty line before and behind.
pub fn table(name: &str) -> String {
    let text = match name {
        "statements" => pages(HelpChapter::Statements),
        "tails" => pages(HelpChapter::Tail),
        "special functions" => pages(HelpChapter::Special),
        "operators" => pages(HelpChapter::Words),
        "functions entry by entry" => functions(|row| row.is_entrywise() && row.arity.most == 1),
        "functions of several arguments" => {
            functions(|row| row.is_entrywise() && row.arity.most != 1)
        }
        "functions of arrays" => functions(|row| !row.is_entrywise() && !makes(row)),
        "functions that make arrays" => functions(makes),
        "errors" => errors(),
        "commands" => commands(),
        "settings" => settings(),
        "rules for operations" => rules(&OPERATIONS),
        "rules for products" => rules(&PRODUCTS),
        "rules for printing" => rules(&PRINTED),
        "exported operations" => exported_operations(),
        _ => panic!("there is no table `{name}`"),
    };
    format!("\n{text}\n")
}

/// How many operations each target of export takes, and those that it does not.
fn exported_operations() -> String {
    let all = operations_in_programs();
    let mut text = String::from("| target | operations | not |\n| --- | --- | --- |\n");
    for row in TARGETS.iter().filter(|row| !is_symbolic(row.target)) {
        let refused = refused_rows(row.target);
        let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
        for (name, why) in &refused {
            // Errors name the operation first.
            let why = why.replace(&format!("`{name}` "), "");
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, names)) => names.push(code(name)),
                None => reasons.push((why, vec![code(name)])),
            }
        }
        let reasons = reasons
            .iter()
            .map(|(why, names)| format!("{} ({why})", names.join(" ")));
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let taken = all - refused.len();
        let _ = writeln!(
            text,
            "| {} | {taken} of {all} | {reasons} |",
            code(row.word)
        );
    }
    text
}

/// The names of the simplifier's rules, each once.
fn rules(table: &[Rule]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for rule in table {
        if !names.contains(&rule.name()) {
            names.push(rule.name());
        }
    }
    let written = |name: &str| match name.contains('=') {
        true => format!("- {}", code(name)),
        false => format!("- {name}"),
    };
    let lines: Vec<String> = names.into_iter().map(written).collect();
    lines.join("\n")
}

/// True of functions whose arguments say which shape the result has.
fn makes(row: &Primitive) -> bool {
    row.sizes.most > 0
}

/// A cell of code. A bar would end the cell, and a tick the code.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("`{}`", text.replace('|', "\\|"))
}

/// An example with what it shows, if that is one line.
fn example(text: &str) -> String {
    let mut shown = String::new();
    let mut show = |event: Event| shown.push_str(&terminal::event(&event, &Style::default()));
    let run = Session::default().run_source(&Source::new("example", text), &mut show);
    assert!(run.is_ok(), "{text}");
    let lines: Vec<&str> = shown.lines().collect();
    match lines[..] {
        [line] => {
            let value = line.rsplit_once(" = ").map_or(line, |(_, value)| value);
            format!("{} → {}", code(text), code(value))
        }
        _ => code(text),
    }
}

/// With a full stop.
fn stopped(text: &str) -> String {
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{}{stop}", text.replace('|', "\\|"))
}

/// The same, with a capital where it starts with a word.
fn sentence(text: &str) -> String {
    let first = text.split([' ', ':', ';']).next().unwrap_or_default();
    if first.is_empty() || !first.chars().all(char::is_alphabetic) {
        return stopped(text);
    }
    let capital = first[..1].to_uppercase();
    stopped(&format!("{capital}{}", &text[1..]))
}

fn pages(of: HelpChapter) -> String {
    let mut text = String::from("| write | meaning | example |\n| --- | --- | --- |\n");
    // Some pages have several names. Those that are tables themselves follow as they are.
    let mut seen = HashSet::new();
    let mut tables = String::new();
    let entries = chapter(of).into_iter();
    for entry in entries.filter(|entry| seen.insert((entry.form, entry.doc))) {
        if entry.doc.contains('\n') {
            let lines = entry
                .doc
                .lines()
                .map(|line| line.strip_prefix("    ").unwrap_or(line));
            let lines: Vec<&str> = lines.collect();
            let _ = writeln!(
                tables,
                "\n### {}\n\n```text\n{}\n```",
                entry.form,
                lines.join("\n")
            );
            continue;
        }
        let doc = match of {
            HelpChapter::Special => stopped(entry.doc),
            _ => sentence(entry.doc),
        };
        let form = code(entry.form);
        let _ = writeln!(text, "| {form} | {doc} | {} |", example(entry.example.0));
    }
    text + &tables
}

fn functions(wanted: impl Fn(&Primitive) -> bool) -> String {
    let mut text =
        String::from("| function | meaning | derivative | example |\n| --- | --- | --- | --- |\n");
    let mut seen = HashSet::new();
    let rows = primitives::table().filter(|row| row.callable && wanted(row));
    for row in rows.filter(|row| seen.insert(row.signature())) {
        let mut name = code(&row.signature());
        for alias in row.aliases {
            let _ = write!(name, ", {}", code(alias));
        }
        let derivatives = match derivative_formulas(row) {
            Some((formulas, _)) => formulas
                .iter()
                .map(|(wrt, formula)| match &formulas[..] {
                    [_] => code(formula),
                    _ => format!("{}: {}", code(wrt), code(formula)),
                })
                .collect::<Vec<_>>()
                .join("<br>"),
            None => String::new(),
        };
        let (doc, example) = (stopped(row.doc), example(row.example.0));
        let _ = writeln!(text, "| {name} | {doc} | {derivatives} | {example} |");
    }
    text
}

fn errors() -> String {
    let session = Session::default();
    let mut text = String::new();
    for code in Code::ALL {
        let page = session
            .explain(&format!("error[{}]", code.name()))
            .expect("a page of its own");
        let _ = writeln!(text, "### {}\n\n```text\n{page}```\n", code.name());
    }
    text.trim_end().to_string() + "\n"
}

fn commands() -> String {
    let mut text = String::from("| command | effect |\n| --- | --- |\n");
    for command in COMMANDS {
        let _ = writeln!(
            text,
            "| {} | {} |",
            code(&command.usage()),
            sentence(command.doc)
        );
    }
    text
}

fn settings() -> String {
    let mut text =
        String::from("| setting | meaning | values, for example |\n| --- | --- | --- |\n");
    for (name, values, doc) in setting_docs() {
        let values: Vec<String> = values.iter().map(|value| code(value)).collect();
        let (name, doc) = (code(&format!(":set {name}")), sentence(doc));
        let _ = writeln!(text, "| {name} | {doc} | {} |", values.join(", "));
    }
    text
}
