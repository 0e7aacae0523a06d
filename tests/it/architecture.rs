//! The promises of ARCHITECTURE.md, as searches through the source. Every search has a list of
//! exceptions: a new one needs a reason, and one that is no longer needed goes.

mod circles;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path from the root, its text, and its code without comments and unit tests.
struct File {
    path: String,
    text: String,
    code: String,
}

/// What a search found: where, and what.
type Found = Vec<(String, String)>;
/// Where something may be found ([`covers`]), and why.
type Exceptions = &'static [(&'static str, &'static str)];

const INSIDE: &str =
    "public only for its neighbours; the error is the diagnostic of what is lowered or parsed";
const TABLE: &str = "rows of the table of operations, or their kernels";

/// What only the program may do. Nothing is imported as `std::{…}`, so modules are found by their paths.
const FORBIDDEN: [&str; 10] = [
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "std::{",
    "Instant",
    "SystemTime",
    "println!",
    "print!(",
    "io::std",
];

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join("src"), root.join("crates")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                let tests = path.ends_with("tests.rs");
                let lines = without_tests(if tests { "" } else { &text }).lines();
                let code: Vec<&str> = lines
                    .map(|line| line.split("//").next().unwrap_or(""))
                    .collect();
                let code = code.join("\n");
                let path = path.strip_prefix(root).expect("below it").to_string_lossy();
                let path = path.replace('\\', "/");
                files.push(File { path, text, code });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A file up to its unit tests; a declaration of a module with tests may stand anywhere.
fn without_tests(text: &str) -> &str {
    let tests = text.match_indices("#[cfg(test)]\nmod ").find(|(at, _)| {
        let declaration = text[*at..].lines().nth(1).unwrap_or_default();
        declaration.ends_with('{')
    });
    tests.map_or(text, |(at, _)| &text[..at])
}

/// Whether a file belongs to the library: it prints nothing and asks nobody but its world.
fn is_library(file: &File) -> bool {
    let program = [
        "src/cli/",
        "src/kernel/",
        "src/lsp/",
        "src/repl/",
        "src/main.rs",
        "src/world/folder.rs",
        "crates/python/",
        "crates/wasm/build.rs",
    ];
    !program.iter().any(|start| file.path.starts_with(start))
}

/// The lines of the files that hold one of some words.
fn lines_with<'f>(files: impl Iterator<Item = &'f File>, words: &[&str]) -> Found {
    let mut found = Vec::new();
    for file in files {
        for line in file.code.lines() {
            if words.iter().any(|word| line.contains(word)) {
                found.push((file.path.clone(), line.trim().to_string()));
            }
        }
    }
    found
}

/// What stands in braces after `head`, up to a brace at the start of a line.
fn body<'t>(text: &'t str, head: &str) -> &'t str {
    let Some(start) = text.find(head) else {
        return "";
    };
    text[start..].split("\n}").next().unwrap_or_default()
}

fn in_library() -> Found {
    lines_with(sources().iter().filter(|file| is_library(file)), &FORBIDDEN)
}

fn across_rooms() -> Found {
    let files = sources();
    let inner = ["lower", "trace", "session", "symbolic", "simplify"];
    let within = |file: &&File| {
        inner
            .iter()
            .any(|room| file.path.starts_with(&format!("src/{room}/")))
    };
    let mut found = lines_with(
        files.iter().filter(within),
        &["crate::render", "crate::view"],
    );
    let render = |file: &&File| file.path.starts_with("src/render/");
    found.extend(lines_with(
        files.iter().filter(render),
        &["crate::session", "syntax::parse", "exec::"],
    ));
    found
}

/// Conclusions drawn from how a text begins or ends that the program wrote itself.
fn text_as_protocol() -> Found {
    lines_with(
        sources()
            .iter()
            .filter(|file| !file.path.starts_with("src/cli/")),
        &["ends_with(\"", "strip_prefix(&format", "strip_suffix(\""],
    )
}

/// Names of statements, special functions and operations as texts outside the tables that hold them.
fn names_as_texts() -> Found {
    let files = sources();
    let tables = [
        ("src/syntax/statements.rs", "word: "),
        ("src/syntax/special.rs", "name: "),
        ("crates/engine/src/primitives/", "Primitive::"),
    ];
    let mut names = Vec::new();
    for (table, before) in tables {
        for file in files.iter().filter(|file| file.path.starts_with(table)) {
            let rows = file.code.split(before).skip(1);
            // A row is written with one of several constructors: `Primitive::map1("sin", …)`.
            let words = rows.filter_map(|row| {
                let (constructor, rest) = row.split_once('"')?;
                let is_name = constructor.chars().all(|c| c.is_alphanumeric() || c == '(');
                rest.split('"').next().filter(|_| is_name)
            });
            names.extend(
                words
                    .filter(|word| word.len() > 2)
                    .map(|word| format!("\"{word}\"")),
            );
        }
    }
    assert!(names.len() > 40, "the tables are elsewhere now");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let above = |file: &&File| {
        let mut tables = tables.iter().map(|(table, _)| table);
        file.path.starts_with("src/") && !tables.any(|table| file.path.starts_with(table))
    };
    let mut found = lines_with(files.iter().filter(above), &names);
    // The lexer's words for its tokens are not a second list: the table names the token.
    found.retain(|(_, line)| !line.starts_with("#[token("));
    found
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn large_structs() -> Found {
    let mut found = Vec::new();
    for file in &sources() {
        for part in file.code.split("struct ").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
            let head = part.split(['{', ';', '(']).next().unwrap_or_default();
            let fields = body(part, "{").lines().filter(|line| {
                let field = line.strip_prefix("    ").unwrap_or_default();
                let (_, field) = field.split_once("pub(super) ").unwrap_or(("", field));
                let word = field.trim_start_matches("pub ").split(": ").next();
                field.contains(": ") && word.is_some_and(is_identifier)
            });
            let count = fields.count();
            if count > 12 && head.len() < 60 {
                found.push((format!("{}:{name}", file.path), format!("{count} fields")));
            }
        }
    }
    found
}

fn long_files() -> Found {
    let long = |file: &File| {
        let count = file.text.lines().count();
        (count > 500).then(|| (file.path.clone(), format!("{count} lines")))
    };
    sources().iter().filter_map(long).collect()
}

/// Public types that share their name with another one.
fn names_used_twice() -> Found {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &sources() {
        for line in file.code.lines() {
            for kind in ["pub struct ", "pub enum ", "pub trait "] {
                if let Some(rest) = line.strip_prefix(kind) {
                    let name = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                    places.entry(name).or_default().push(file.path.clone());
                }
            }
        }
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    twice
        .map(|(name, places)| (format!(":{name}"), places.join(", ")))
        .collect()
}

/// Public functions that can fail and do not say how.
fn silent_errors() -> Found {
    let mut found = Vec::new();
    for file in &sources() {
        let lines: Vec<&str> = without_tests(&file.text).lines().collect();
        for (k, line) in lines.iter().enumerate() {
            let Some(rest) = line.trim_start().strip_prefix("pub fn ") else {
                continue;
            };
            let signature = lines[k..lines.len().min(k + 20)].join(" ");
            let signature = signature.split(['{', ';']).next().unwrap_or_default();
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let above = lines[..k].iter().rev();
            let mut above = above.take_while(|line| {
                let line = line.trim_start();
                line.starts_with("///") || line.starts_with("#[")
            });
            let fails = ["-> Result<", "-> Outcome<"];
            let fails = fails.iter().any(|result| signature.contains(result));
            if fails && !above.any(|line| line.contains("# Errors")) {
                found.push((format!("{}:{name}", file.path), "no `# Errors`".into()));
            }
        }
    }
    found
}

/// Imports of a module that stands further down in ARCHITECTURE.md's table.
fn upward_imports() -> Found {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("it is there");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let mut order: BTreeMap<String, usize> = BTreeMap::new();
    for (row, line) in rows.enumerate() {
        let cell = line.split('|').nth(1).unwrap_or_default();
        for name in cell.split('`').skip(1).step_by(2) {
            order.insert(name.to_string(), row);
        }
    }
    assert!(order.len() > 10, "the table of modules");
    let mut found = Vec::new();
    for file in &sources() {
        let inner = file.path.split("src/").nth(1).unwrap_or_default();
        let module = inner.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = order.get(module) else {
            if !["", "lib", "main"].contains(&module) {
                found.push((file.path.clone(), format!("{module} is not in the table")));
            }
            continue;
        };
        if file.code.contains("crate::{") {
            found.push((file.path.clone(), "several modules in one import".into()));
        }
        for part in file.code.split("crate::").skip(1) {
            let name: String = part
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if order.get(&name).is_some_and(|row| row > own) {
                found.push((
                    format!("{}:{name}", file.path),
                    format!("{module} imports {name}"),
                ));
            }
        }
    }
    found
}

/// Modules that need each other.
fn in_circles() -> Found {
    circles::circles(&sources())
}

/// A search with what it is about and what it lets pass.
type Search = (&'static str, fn() -> Found, Exceptions);

const SEARCHES: &[Search] = &[
    (
        "the library prints nothing and asks only its world",
        in_library,
        LIBRARY,
    ),
    (
        "inner rooms do not render, renderers do not conclude",
        across_rooms,
        ROOMS,
    ),
    ("data pass as types, not as text", text_as_protocol, TEXT),
    (
        "what has a row in a table is named there alone",
        names_as_texts,
        ROW_NAMES,
    ),
    ("no struct has more than 12 fields", large_structs, STRUCTS),
    ("no file has more than 500 lines", long_files, FILES),
    ("no two public types share a name", names_used_twice, NAMES),
    ("what can fail says how", silent_errors, ERRORS),
    (
        "a module imports from those above it in ARCHITECTURE.md",
        upward_imports,
        IMPORTS,
    ),
    ("imports make no circle", in_circles, CIRCLES),
];

const LIBRARY: Exceptions = &[];
const ROOMS: Exceptions = &[];
const TEXT: Exceptions = &[
    (
        "src/render/latex/call",
        "what LaTeX it has written so far decides about braces",
    ),
    ("src/kernel/mod", "the names of Jupyter's messages"),
    ("src/repl/examples", "the ending of a file's name"),
];
const ROW_NAMES: Exceptions = &[
    ("src/kernel/history", "a field of Jupyter's messages"),
    ("src/cli/arguments", "a unit of time"),
    ("src/repl/quiz", "a word that ends it"),
    ("src/repl/tutorial", "a word that ends it"),
    ("src/export", "a spelling in another language"),
    ("src/diagnostic", "a class of errors"),
    ("src/findings", "a round of a loop"),
    ("src/render/json", "a word of the JSON format"),
    ("src/session/graph", "the ending of a file's name"),
    ("src/session/plot", "the title of an axis"),
    ("src/symbolic/steps", "the name of a rule in words"),
    (
        "src/syntax/errors/beside",
        "advice for words of other languages",
    ),
    ("src/view/compare", "a pass over the graph"),
    ("src/render/html", "a class of the page's sections"),
    ("src/syntax/ast", "the name of a mode"),
    ("src/render/latex", "LaTeX has commands of the same name"),
    ("src/notation/symbols", "the name of a letter"),
    (
        "src/trace/mod",
        "an input of a trace has the operation `input`",
    ),
    ("src/simplify/emit", "a power is written as a root"),
    ("src/syntax/builder", "`with log x`"),
    ("src/syntax/foreign", "advice for words of other languages"),
    ("src/syntax/words", "the words of the lexer"),
];
const STRUCTS: Exceptions = &[("crates/engine/src/graph/primitive:Primitive", TABLE)];
const FILES: Exceptions = &[
    ("crates/engine/src/primitives/array", TABLE),
    ("crates/engine/src/primitives/special", TABLE),
];
const NAMES: Exceptions = &[];
const ERRORS: Exceptions = &[
    ("crates/engine/src/exec/layout", INSIDE),
    ("src/syntax/builder", INSIDE),
];
const IMPORTS: Exceptions = &[];
const CIRCLES: Exceptions = &[(
    "crates/engine/src/primitives",
    "the derivative of one row is written with others",
)];

/// Whether an exception is about a place: a file without its ending, a folder, or a name in one of them.
fn covers(exception: &str, place: &str) -> bool {
    let (file, name) = exception.split_once(':').unwrap_or((exception, ""));
    let (within, found) = place.split_once(':').unwrap_or((place, ""));
    let rest = within.strip_prefix(file);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
        && (name.is_empty() || name == found)
}

#[test]
fn the_source_keeps_what_architecture_promises() {
    let mut complaints = String::new();
    for (law, search, exceptions) in SEARCHES {
        let found = search();
        let excuses = |place: &str| exceptions.iter().any(|(excuse, _)| covers(excuse, place));
        for (place, what) in found.iter().filter(|(place, _)| !excuses(place)) {
            complaints.push_str(&format!("{law}: {place}: {what}\n"));
        }
        for (excuse, reason) in *exceptions {
            if !found.iter().any(|(place, _)| covers(excuse, place)) {
                complaints.push_str(&format!("{law}: no need to excuse {excuse} ({reason})\n"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}
