//! No dead end: what the help of an error says to write works when it is typed.

use crate::common;
use wengert::diagnostic::{Code, Diagnostic};
use wengert::lower::Limits;
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::foreign::{ATTRIBUTES, FUNCTIONS, VALUES, WORDS};

/// What the names that help uses as examples stand for, where a script gives them no meaning.
const NAMES: &str = "w = 3; x = 2; y = 6; z = 0.5; a = 1; b = 2; t = 0.5; c = 1; n = 3; i = 1; j = 2; k = 2; p = 0.5\n\
    v = [1, 2, 3]; A = [1, 2; 2, 5]; u = 2; H = A; B = [2, 0; 1, 2]; W = [1, 2; 3, 4]; x0 = 1; s = 1; P = [1, 2; 3, 4]\n\
    L = (w*x - y)^2; J = L; f(x) = x^2; lo = 0; hi = 1";

/// Mistakes that people make who know another language, or this one a little.
const MISTAKES: &str = include_str!("mistakes.txt");

fn run(session: &mut Session, text: &str) -> Result<(), Diagnostic> {
    session.run_source(&Source::new("test", text), &mut |_| {})
}

/// The parts of a help that are to be typed. A word or sign of the language alone is a mention.
fn snippets(help: &str) -> impl Iterator<Item = &str> {
    // A signature, a scheme with `…`, and what there is to choose from, are to be read.
    let named = |before: &str| {
        !["signature is ", "there are ", "in its place write "]
            .iter()
            .any(|end| before.ends_with(end))
    };
    let texts = help.split('`').step_by(2);
    let parts = help.split('`').skip(1).step_by(2);
    let listed = help.starts_with("there are ");
    let parts = texts
        .zip(parts)
        .filter(move |(before, _)| named(before) && !listed);
    parts.map(|(_, part)| part).filter(|part| {
        let is_option = part.starts_with("--");
        let is_command = part.starts_with(':') && part.len() > 1 && !part.starts_with(":=");
        let has_letters = part.contains(char::is_alphanumeric);
        let is_word = part.chars().all(char::is_alphabetic);
        let is_scheme = part.contains('…');
        has_letters && !is_option && !is_command && !is_word && !is_scheme
    })
}

/// Types `part` of the help after what was typed before. A tail goes on with the last statement; a clause
/// stands in brackets.
fn typed(text: &str, part: &str) -> Result<(), Diagnostic> {
    let mut session = Session::with_limits(Limits::default());
    run(&mut session, NAMES)?;
    // What stands before the mistake.
    let statements: Vec<&str> = text.split_inclusive([';', '\n']).collect();
    let (last, before) = statements.split_last().unwrap_or((&"", &[]));
    for statement in before {
        let _ = run(&mut session, statement);
    }
    let first = part.split(' ').next().unwrap_or("");
    match first {
        "at" | "wrt" | "over" | "using" | "with" | "along" | "to" => {
            let shown = last.split(" wrt ").next().unwrap_or(last);
            let shown = match first {
                "over" => "plot t^2",
                "to" => return Ok(()),
                "along" => "trace L wrt w",
                "at" if last.contains(":=") => return Ok(()),
                _ if shown.contains(char::is_alphanumeric) => shown,
                _ => "trace L",
            };
            run(&mut session, &format!("{shown} {part}"))
                .or_else(|_| run(&mut session, &format!("trace L {part}")))
                .or_else(|_| run(&mut session, &format!("derive L {part}")))
                .or_else(|_| run(&mut session, &format!("sparsity sum(v.^2) wrt v {part}")))
                .or_else(|_| run(&mut session, &format!("plot t^2 over t from 0 to 1 {part}")))
        }
        "else" | "import" => Ok(()),
        "for" if !part.contains('{') => run(&mut session, &format!("[x {part}]")),
        _ if part.contains("\"") && (part.contains("read") || part.contains(" to ")) => Ok(()),
        _ if part.starts_with('"') => run(&mut session, &format!("print {part}")),
        // A fact holds before values are given.
        "assume" if text != NAMES => typed(NAMES, part),
        // Names without values are fine in a formula.
        _ => run(&mut session, part).or_else(|error| match error.code() {
            Code::Check => Ok(()),
            Code::Value => run(&mut session, &format!("trace {part}")),
            _ => Err(error),
        }),
    }
}

/// Why the help of the error that `text` ends with is a dead end, if it is one.
fn dead_ends(text: &str, names: &str) -> Vec<String> {
    let mut session = Session::with_limits(Limits::default());
    let _ = run(&mut session, names);
    let Err(error) = run(&mut session, text) else {
        // Some golden scripts end in a warning.
        return match names {
            "" => Vec::new(),
            _ => vec![format!("{text}\n    is no mistake")],
        };
    };
    let mut found = Vec::new();
    let Some(help) = error.advice() else {
        // A claim that is false is no mistake of writing.
        if error.code() == Code::Check {
            return found;
        }
        return vec![format!("{text}\n    has no help: {error}")];
    };
    for part in snippets(help) {
        if let Err(second) = typed(text, part) {
            found.push(format!("{text}\n    help: {help}\n    `{part}`: {second}"));
        }
    }
    if let Some(fix) = error
        .correction()
        .filter(|fix| fix.location.source.text == text)
    {
        let fixed = fix.applied();
        let mut session = Session::with_limits(Limits::default());
        let _ = run(&mut session, NAMES);
        if let Err(second) = run(&mut session, &fixed)
            && second.code() == Code::Syntax
        {
            found.push(format!("{text}\n    fix: {fixed}\n    {second}"));
        }
    }
    found
}

#[test]
fn what_help_says_to_write_works() {
    let mut found: Vec<String> = Vec::new();
    for text in MISTAKES.lines().filter(|line| !line.starts_with("## ")) {
        found.extend(dead_ends(&text.replace("\\n", "\n"), NAMES));
    }
    for path in common::scripts(&["tests/golden", "examples"]) {
        let text = std::fs::read_to_string(&path).expect("a script");
        let help_is_of_files = text.contains("read(") || text.contains("import");
        // Its names are those of a call.
        let help_is_of_files = help_is_of_files || path.ends_with("inside-calls.ad");
        if !help_is_of_files {
            found.extend(dead_ends(&text, ""));
        }
    }
    assert!(
        found.is_empty(),
        "{} dead ends\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn what_is_advised_in_the_place_of_foreign_words_works() {
    let mut found: Vec<String> = Vec::new();
    for table in [FUNCTIONS, VALUES, WORDS, ATTRIBUTES] {
        for row in table {
            let advice = row.advice.replace('_', "A");
            for part in snippets(&advice) {
                if let Err(error) = typed("", part) {
                    found.push(format!("{:?}: `{part}`: {error}", row.names));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
