//! Completions at a place in a text: names in scope, functions with their signature, words of the
//! language, files, and symbols.

use super::hint::open_call;
use crate::notation::symbols;
use crate::primitives;
use crate::session::Session;
use crate::syntax::ast::{DerivativeMatrix, Show};
use crate::syntax::special::{SPECIAL, options_of};
use crate::syntax::statements::STATEMENTS;
use crate::syntax::words::{WITH_ITEMS, mode_words, reserved_words, tail_words};
use crate::world::World;
use std::ops::Range;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// The kind of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateKind {
    /// A variable of the user's.
    Variable,
    /// A function, the user's or a built-in one.
    Function,
    /// A word of the language.
    Word,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A character that is written by its name.
    Symbol,
}

/// Something that may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its kind.
    pub kind: CandidateKind,
    /// The text in a list: a function with its parameters.
    pub shown: String,
    /// The text to put there.
    pub text: String,
    /// Its meaning; empty for the user's own names.
    pub doc: &'static str,
}

/// The candidates for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// The bytes that a candidate replaces.
    pub range: Range<usize>,
    /// The candidates, what the user has named first.
    pub candidates: Vec<Candidate>,
}

impl Candidate {
    fn new(kind: CandidateKind, shown: impl Into<String>, text: impl Into<String>) -> Candidate {
        Candidate {
            kind,
            shown: shown.into(),
            text: text.into(),
            doc: "",
        }
    }

    fn word(word: &'static str) -> Candidate {
        Candidate::new(CandidateKind::Word, word, word)
    }

    fn function(signature: impl Into<String>, name: &str) -> Candidate {
        Candidate::new(CandidateKind::Function, signature, format!("{name}("))
    }

    fn about(self, doc: &'static str) -> Candidate {
        Candidate { doc, ..self }
    }
}

/// The candidates at byte `at` of a text; inside a character, at its start.
///
/// ```
/// use wengert::assist::completion::complete;
/// use wengert::session::Session;
///
/// let found = complete(&Session::default(), "y = sigm", 8);
/// assert_eq!(found.range, 4..8);
/// assert_eq!(found.candidates[0].shown, "sigmoid(x)");
/// assert_eq!(found.candidates[0].text, "sigmoid(");
/// ```
pub fn complete(session: &Session, text: &str, at: usize) -> Completions {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    if let Some(quote) = open_quote(before) {
        return files(session.world(), before, quote + 1, true);
    }
    symbol(before).unwrap_or_else(|| words(session, before, None))
}

/// The start of the name that `before` ends with.
fn word_start(before: &str) -> usize {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || symbols::is_mark(c);
    before
        .char_indices()
        .rev()
        .take_while(|(_, c)| inside(*c))
        .last()
        .map_or(before.len(), |(at, _)| at)
}

/// The start of a text in quotes that is not closed on its line.
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

/// The character that a name after a backslash stands for.
fn symbol(before: &str) -> Option<Completions> {
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
    let candidates = found.into_iter().map(|(name, c)| {
        let text: String = before[start..slash].chars().chain([c]).nfc().collect();
        Candidate::new(CandidateKind::Symbol, format!("\\{name}  {text}"), text)
    });
    Some(Completions {
        range: start..before.len(),
        candidates: candidates.collect(),
    })
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

/// Names and words for the place where `before` ends. `inside` is the statement around it, where
/// that does not stand in `before`.
pub fn words(session: &Session, before: &str, inside: Option<&str>) -> Completions {
    let start = word_start(before);
    let prefix = &before[start..];
    let (statement, last) = statement(inside.unwrap_or(&before[..start]));
    let mut candidates = options(session, &before[..start], prefix);
    candidates.extend(fitting(session, statement, last, prefix));
    Completions {
        range: start..before.len(),
        candidates,
    }
}

/// The named arguments of the call whose list goes on where `before` ends.
fn options(session: &Session, before: &str, prefix: &str) -> Vec<Candidate> {
    let function = open_call(before).filter(|_| before.trim_end().ends_with(','));
    let users = |name: &str| session.definitions().function(name).is_some();
    let Some(function) = function.filter(|name| !users(name)) else {
        return Vec::new();
    };
    let fitting = options_of(function)
        .into_iter()
        .filter(|option| option.starts_with(prefix));
    let texts = fitting.map(|option| format!("{option}="));
    sorted(
        texts
            .map(|text| Candidate::new(CandidateKind::Word, text.clone(), text))
            .collect(),
    )
}

/// The parts of a tail that may follow a statement that is complete so far.
fn clauses(statement: &str, last: &str) -> Vec<Candidate> {
    let word = statement.split(' ').next().unwrap_or("");
    let Some(row) = STATEMENTS
        .iter()
        .find(|row| row.has_word() && row.word == word)
    else {
        return Vec::new();
    };
    let ends_operand = statement.ends_with(|c: char| c.is_alphanumeric() || ")]'\"".contains(c));
    if statement == word || !ends_operand || tail_words().any(|tail| tail == last) {
        return Vec::new();
    }
    let has = |tail: &str| statement.split(' ').any(|known| known == tail);
    let takes = |tail: &&str| match *tail {
        "with" => row.takes.iter().any(|item| WITH_ITEMS.contains(item)),
        tail => row.takes.contains(&tail),
    };
    let words = tail_words().filter(takes).filter(|tail| !has(tail));
    words.map(Candidate::word).collect()
}

fn fitting(session: &Session, statement: &str, last: &str, prefix: &str) -> Vec<Candidate> {
    let listing = statement.ends_with(',') || tail_words().any(|word| word == last);
    let part = part(statement).filter(|_| listing);
    let fits = |word: &&str| word.starts_with(prefix);
    let word = statement.split(' ').next().unwrap_or("");
    let row = STATEMENTS
        .iter()
        .find(|row| row.has_word() && row.word == word);
    let taken = |item: &&str| row.is_none_or(|row| row.takes.contains(item));
    let listed = WITH_ITEMS.into_iter().filter(fits).filter(taken);
    match part {
        Some("with") => return listed.map(Candidate::word).collect(),
        Some("using") if statement.starts_with(Show::Sparsity.word()) => {
            let words = DerivativeMatrix::ALL
                .into_iter()
                .map(DerivativeMatrix::name);
            return words.filter(fits).map(Candidate::word).collect();
        }
        Some("using") => return mode_words().filter(fits).map(Candidate::word).collect(),
        _ => {}
    }
    let definitions = session.definitions();
    let mut own: Vec<Candidate> = definitions
        .variables()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, _)| Candidate::new(CandidateKind::Variable, &**name, &**name))
        .collect();
    if matches!(part, Some("wrt" | "at")) {
        return sorted(own);
    }
    for (name, function) in definitions.functions() {
        if name.starts_with(prefix) {
            own.push(Candidate::function(function.signature(), name));
        }
    }
    // The user's own names come first.
    let own = sorted(own);
    if prefix.is_empty() {
        let mut clauses = clauses(statement, last);
        clauses.extend(own);
        return clauses;
    }
    let mut found = Vec::new();
    for row in primitives::table().filter(|row| row.callable) {
        for name in std::iter::once(&row.name).chain(row.aliases) {
            let known = definitions.function(name).is_some();
            if name.starts_with(prefix) && !known {
                let signature = row.signature().replacen(row.name, name, 1);
                found.push(Candidate::function(signature, name).about(row.doc));
            }
        }
    }
    for row in SPECIAL.iter().filter(|row| row.name.starts_with(prefix)) {
        found.push(Candidate::function(row.signature, row.name).about(row.doc));
    }
    if statement.is_empty() {
        let statements = STATEMENTS
            .iter()
            .filter(|row| row.has_word() && fits(&row.word));
        found.extend(statements.map(|row| Candidate::word(row.word).about(row.doc)));
    } else {
        found.extend(tail_words().filter(fits).map(Candidate::word));
    }
    found.extend(reserved_words().filter(fits).map(Candidate::word));
    own.into_iter().chain(sorted(found)).collect()
}

/// In the order of what is shown, and each once.
pub fn sorted(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by(|a, b| a.shown.cmp(&b.shown));
    candidates.dedup_by(|a, b| a.shown == b.shown);
    candidates
}

/// The files and folders of `world` whose path starts with what stands from byte `start` on. A file
/// closes the quotes that it stands in.
pub fn files(world: &dyn World, before: &str, start: usize, quoted: bool) -> Completions {
    let typed = &before[start..];
    let (folder, prefix) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let mut found = Vec::new();
    for entry in world.list(Path::new(folder)) {
        let name = entry.name;
        let hidden = name.starts_with('.') && !prefix.starts_with('.');
        if hidden || !name.starts_with(prefix) {
            continue;
        }
        found.push(if entry.is_folder {
            let text = format!("{name}/");
            Candidate::new(CandidateKind::Folder, text.clone(), text)
        } else {
            let end = if quoted { "\"" } else { "" };
            let text = format!("{name}{end}");
            Candidate::new(CandidateKind::File, name, text)
        });
    }
    Completions {
        range: start + folder.len()..before.len(),
        candidates: sorted(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn offered(line: &str) -> Vec<String> {
        let world = std::rc::Rc::new(crate::world::Memory::default());
        world.insert("examples/iris.csv", "1,2");
        world.insert("src/main.rs", "");
        world.insert("a.csv", "1,2");
        let mut session = Session::in_world(world, crate::lower::Limits::default());
        let text = "width = 3; x = 2; L = width*x; half(t) = t/2";
        session
            .run_source(&Source::new("test", text), &mut |_| {})
            .expect("runs");
        let found = complete(&session, line, line.len());
        let whole = |one: Candidate| format!("{}{}", &line[..found.range.start], one.text);
        found.candidates.into_iter().map(whole).collect()
    }

    #[test]
    fn names_words_and_functions() {
        assert_eq!(offered("wi"), ["width", "with"].map(String::from)[..1]);
        assert_eq!(offered("2*ha"), ["2*half("]);
        assert_eq!(offered("sum(L, ax"), ["sum(L, axis="]);
        assert_eq!(offered("numeric(L, x, s")[0], "numeric(L, x, scheme=");
        let after = offered("trace L ");
        assert!(after.contains(&"trace L wrt".to_string()), "{after:?}");
        assert!(!after.contains(&"trace L over".to_string()), "{after:?}");
        assert!(!offered("trace L wrt ").contains(&"trace L wrt at".to_string()));
        assert_eq!(offered("sigm"), ["sigmoid("]);
        assert_eq!(offered("tra"), ["trace"]);
        assert_eq!(offered("trace L wr"), ["trace L wrt"]);
        assert_eq!(offered("trace L wrt wi"), ["trace L wrt width"]);
        assert_eq!(offered("trace L with li"), ["trace L with life"]);
        assert_eq!(
            offered("series L with "),
            ["series L with order", "series L with bare"]
        );
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
    fn files_of_the_world() {
        assert_eq!(offered("import \"src/mai"), ["import \"src/main.rs\""]);
        assert_eq!(offered("read(\"example"), ["read(\"examples/"]);
        assert_eq!(offered("read(\"a"), ["read(\"a.csv\""]);
    }

    #[test]
    fn every_place_is_a_place() {
        let session = Session::default();
        for at in 0..9 {
            assert!(complete(&session, "2*ŷ", at).range.end <= 4, "{at}");
        }
    }

    #[test]
    fn kinds_and_docs() {
        let found = complete(&Session::default(), "tra", 3);
        let word = &found.candidates[0];
        assert_eq!(
            (word.kind, word.shown.as_str()),
            (CandidateKind::Word, "trace")
        );
        assert!(!word.doc.is_empty());
    }
}
