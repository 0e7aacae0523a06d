//! What TAB offers: names in scope, functions with their signature, words of the language,
//! commands, files, and symbols.

use super::commands::{self, Argument};
use crate::primitives;
use crate::render::symbols;
use crate::session::Session;
use crate::syntax::special::SPECIAL;
use crate::syntax::statements::statement_words;
use crate::syntax::words::{WITH_ITEMS, mode_words, reserved_words, tail_words};
use rustyline::completion::Pair;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// Where the text to be replaced starts, and what may stand there.
pub fn candidates(session: &Session, line: &str, at: usize) -> (usize, Vec<Pair>) {
    let before = &line[..at];
    if let Some(command) = before.trim_start().strip_prefix(':') {
        return of_command(session, before, command);
    }
    if let Some(quote) = open_quote(before) {
        return files(before, quote + 1, true);
    }
    if let Some(found) = symbol(before) {
        return found;
    }
    let start = word_start(before);
    (start, words(session, &before[..start], &before[start..]))
}

fn pair(display: impl Into<String>, replacement: impl Into<String>) -> Pair {
    Pair {
        display: display.into(),
        replacement: replacement.into(),
    }
}

/// Where the name starts that `before` ends with.
fn word_start(before: &str) -> usize {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || symbols::is_mark(c);
    before
        .char_indices()
        .rev()
        .take_while(|(_, c)| inside(*c))
        .last()
        .map_or(before.len(), |(at, _)| at)
}

/// Where the text in quotes starts that is not closed on its line.
fn open_quote(before: &str) -> Option<usize> {
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let mut open = None;
    let mut escaped = false;
    for (at, c) in before[line..].char_indices() {
        match c {
            '"' if !escaped => open = open.xor(Some(line + at)),
            '#' if open.is_none() => return None,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    open
}

/// What a name behind a backslash stands for.
fn symbol(before: &str) -> Option<(usize, Vec<Pair>)> {
    let slash = before.rfind('\\')?;
    let name = &before[slash + 1..];
    if !name
        .chars()
        .all(|c| c.is_alphanumeric() || "_^".contains(c))
    {
        return None;
    }
    let found = symbols::starting_with(name);
    let base = before[..slash]
        .char_indices()
        .next_back()
        .filter(|(_, c)| c.is_alphabetic());
    let over = found.iter().all(|(_, c)| symbols::is_mark(*c));
    let start = match base {
        Some((start, _)) if over => start,
        _ => slash,
    };
    let pairs = found.into_iter().map(|(name, c)| {
        let text: String = before[start..slash].chars().chain([c]).nfc().collect();
        pair(format!("\\{name}  {text}"), text)
    });
    Some((start, pairs.collect()))
}

/// The text of the statement at hand, and the last word in it.
fn statement(before: &str) -> (&str, &str) {
    let start = before.rfind([';', '\n', '{', '}']).map_or(0, |at| at + 1);
    let statement = before[start..].trim();
    let last = statement.rsplit([' ', ',']).find(|word| !word.is_empty());
    (statement, last.unwrap_or(""))
}

/// The last tail word before the cursor, and whether the cursor stands in its list.
fn part(statement: &str) -> Option<&'static str> {
    let mut found = None;
    for word in statement.split(|c: char| !c.is_alphanumeric()) {
        found = tail_words().find(|tail| *tail == word).or(found);
    }
    found
}

fn words(session: &Session, before: &str, prefix: &str) -> Vec<Pair> {
    let (statement, last) = statement(before);
    let listing = statement.ends_with(',') || tail_words().any(|word| word == last);
    let part = part(statement).filter(|_| listing);
    let fits = |word: &&str| word.starts_with(prefix);
    let plain = |word: &'static str| pair(word, word);
    match part {
        Some("with") => return WITH_ITEMS.into_iter().filter(fits).map(plain).collect(),
        Some("using") => return mode_words().filter(fits).map(plain).collect(),
        _ => {}
    }
    let definitions = session.definitions();
    let mut found: Vec<Pair> = definitions
        .variables()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, _)| pair(&**name, &**name))
        .collect();
    if matches!(part, Some("wrt" | "at")) {
        return sorted(found);
    }
    for (name, function) in definitions.functions() {
        if name.starts_with(prefix) {
            let names: Vec<&str> = function.parameters.iter().map(|p| &*p.name).collect();
            found.push(pair(
                format!("{name}({})", names.join(", ")),
                format!("{name}("),
            ));
        }
    }
    // What the user has named comes first.
    let own = sorted(found);
    if prefix.is_empty() {
        return own;
    }
    let mut found = Vec::new();
    for row in primitives::table().filter(|row| row.callable) {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            let known = definitions.function(name).is_some();
            if name.starts_with(prefix) && !known {
                let signature = row.signature().replacen(row.name, name, 1);
                found.push(pair(signature, format!("{name}(")));
            }
        }
    }
    for row in &SPECIAL {
        if row.name.starts_with(prefix) {
            found.push(pair(row.signature, format!("{}(", row.name)));
        }
    }
    if statement.is_empty() {
        found.extend(statement_words().filter(fits).map(plain));
    } else {
        found.extend(tail_words().filter(fits).map(plain));
    }
    found.extend(reserved_words().filter(fits).map(plain));
    own.into_iter().chain(sorted(found)).collect()
}

fn sorted(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_by(|a, b| a.display.cmp(&b.display));
    pairs.dedup_by(|a, b| a.display == b.display);
    pairs
}

/// `before` is everything, `command` what stands behind the colon.
fn of_command(session: &Session, before: &str, command: &str) -> (usize, Vec<Pair>) {
    let Some((name, argument)) = command.split_once(char::is_whitespace) else {
        let names = commands::names().filter(|name| name.starts_with(command));
        let pairs = names.map(|name| pair(format!(":{name}"), name)).collect();
        return (before.len() - command.len(), sorted(pairs));
    };
    let argument = argument.trim_start();
    let start = before.len() - argument.len();
    let given = |names: Vec<String>| {
        let fit = names.into_iter().filter(|name| name.starts_with(argument));
        sorted(fit.map(|name| pair(name.clone(), name)).collect())
    };
    match commands::argument(name) {
        Some(Argument::Path) => files(before, start, false),
        Some(Argument::Words(words)) => (start, given(words(argument))),
        Some(Argument::Formula) => {
            let start = word_start(before);
            (start, words(session, "x ", &before[start..]))
        }
        Some(Argument::Nothing) | None => (start, Vec::new()),
    }
}

/// The files and folders whose path starts with what stands from `start` on.
fn files(before: &str, start: usize, quoted: bool) -> (usize, Vec<Pair>) {
    let typed = &before[start..];
    let (folder, prefix) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let place = if folder.is_empty() { "." } else { folder };
    let mut pairs = Vec::new();
    for entry in Path::new(place).read_dir().into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let hidden = name.starts_with('.') && !prefix.starts_with('.');
        if hidden || !name.starts_with(prefix) {
            continue;
        }
        let is_folder = entry.path().is_dir();
        let end = match (is_folder, quoted) {
            (true, _) => "/",
            (false, true) => "\"",
            (false, false) => "",
        };
        let shown = if is_folder {
            format!("{name}/")
        } else {
            name.clone()
        };
        pairs.push(pair(shown, format!("{name}{end}")));
    }
    (start + folder.len(), sorted(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn offered(line: &str) -> Vec<String> {
        let mut session = Session::default();
        let text = "width = 3; x = 2; L = width*x; half(t) = t/2";
        session
            .run_source(&Source::new("test", text), &mut |_| {})
            .expect("runs");
        let (start, pairs) = candidates(&session, line, line.len());
        let whole = |pair: Pair| format!("{}{}", &line[..start], pair.replacement);
        pairs.into_iter().map(whole).collect()
    }

    #[test]
    fn names_words_and_functions() {
        assert_eq!(offered("wi"), ["width", "with"].map(String::from)[..1]);
        assert_eq!(offered("2*ha"), ["2*half("]);
        assert_eq!(offered("sigm"), ["sigmoid("]);
        assert_eq!(offered("tra"), ["trace"]);
        assert_eq!(offered("trace L wr"), ["trace L wrt"]);
        assert_eq!(offered("trace L wrt wi"), ["trace L wrt width"]);
        assert_eq!(offered("trace L with li"), ["trace L with life"]);
        assert_eq!(
            offered("trace L using forward, r"),
            ["trace L using forward, reverse"]
        );
        assert_eq!(
            offered("x + "),
            ["x + L", "x + half(", "x + width", "x + x"]
        );
        assert!(offered("jaco").contains(&"jacobian(".to_string()));
    }

    #[test]
    fn symbols_become_characters() {
        assert_eq!(offered("\\alpha"), ["α"]);
        assert_eq!(offered("w\\_0"), ["w₀"]);
        assert_eq!(offered("2*y\\hat"), ["2*ŷ"]);
        assert_eq!(offered("x\\^2"), ["x²"]);
        assert_eq!(offered("\\th"), ["θ"]);
    }

    #[test]
    fn commands_and_their_arguments() {
        assert_eq!(offered(":he"), [":help"]);
        assert_eq!(offered(":help sigm"), [":help sigmoid"]);
        assert_eq!(offered(":set dig"), [":set digits"]);
        assert_eq!(offered(":load Cargo.to"), [":load Cargo.toml"]);
        assert_eq!(offered("import \"src/mai"), ["import \"src/main.rs\""]);
        assert_eq!(offered("read(\"example"), ["read(\"examples/"]);
        assert!(offered(":nothing x").is_empty());
    }
}
