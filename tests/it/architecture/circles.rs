//! Circles of imports: modules that need each other, straight or by way of others. What a part needs of the
//! module that it stands in makes none.

use super::{File, Found};
use std::collections::{BTreeMap, BTreeSet};

/// What a module says about others. Modules are named by their paths: `wengert::render::json`.
#[derive(Default)]
struct Mentions {
    file: String,
    /// The names that it imports, each with its path.
    imports: Vec<(String, String)>,
    /// Those that it passes on under its own name, and may not need itself.
    exports: Vec<(String, String)>,
    /// Paths in its code.
    paths: BTreeSet<String>,
}

type Modules = BTreeMap<String, Mentions>;
type Needs<'m> = BTreeMap<&'m str, BTreeSet<&'m str>>;

/// Imports of the library and the engine from where a way leads back.
pub fn circles(files: &[File]) -> Found {
    let modules: Modules = files
        .iter()
        .filter_map(|file| Some((module_of(&file.path)?, mentions(file))))
        .collect();
    let mut needs = Needs::new();
    for (module, mentions) in &modules {
        let imported = mentions.imports.iter().map(|(_, path)| path);
        let all = imported.chain(&mentions.paths);
        let homes = all.filter_map(|path| home_of(&modules, module, path, 0));
        let stands_in = |other: &str| format!("{module}::").starts_with(&format!("{other}::"));
        let others = homes.filter(|other| !stands_in(other));
        needs.insert(module, others.collect());
    }
    let reached: Needs = (needs.keys())
        .map(|module| (*module, reached_from(module, &needs)))
        .collect();
    let mut found = Found::new();
    for (module, others) in &needs {
        for other in others {
            if reached[other].contains(module) {
                let what = format!("needs {}, which needs it", modules[*other].file);
                found.push((modules[*module].file.clone(), what));
            }
        }
    }
    found
}

/// The module that a file is, in a crate whose circles are looked for.
fn module_of(path: &str) -> Option<String> {
    let (name, inner) = match path.strip_prefix("crates/engine/src/") {
        Some(inner) => ("engine", inner),
        None => ("wengert", path.strip_prefix("src/")?),
    };
    let parts = inner.strip_suffix(".rs")?.split('/');
    let parts = parts.filter(|part| !["mod", "lib"].contains(part));
    let parts: Vec<&str> = [name].into_iter().chain(parts).collect();
    Some(parts.join("::"))
}

fn mentions(file: &File) -> Mentions {
    let mut mentions = Mentions {
        file: file.path.clone(),
        ..Mentions::default()
    };
    let mut code = String::new();
    // Statements end at a semicolon, and so do imports.
    for statement in file.code.split_inclusive(';') {
        let import = statement.rsplit_once("use ").filter(|(before, _)| {
            let before = before.rsplit('\n').next().unwrap_or_default().trim();
            before.is_empty() || before.starts_with("pub")
        });
        let Some((before, tree)) = import else {
            code.push_str(statement);
            continue;
        };
        code.push_str(before);
        let is_passed_on = before.trim_end().ends_with(')') || before.ends_with("pub ");
        let names = match is_passed_on {
            true => &mut mentions.exports,
            false => &mut mentions.imports,
        };
        imported(tree.trim_end_matches(';'), "", names);
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c: char| !is_part(c));
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    mentions.paths = paths.map(String::from).collect();
    mentions
}

/// The names that a tree of imports brings, each with its path.
fn imported(tree: &str, before: &str, names: &mut Vec<(String, String)>) {
    let tree = tree.trim();
    if let Some((path, inner)) = tree.split_once('{') {
        let before = format!("{before}{}", path.trim());
        let inner = inner.trim_end();
        let inner = inner.strip_suffix('}').unwrap_or(inner);
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    imported(&inner[start..at], &before, names);
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let path = format!("{before}{path}");
        let path = path.trim_end_matches("::self");
        let last = path.rsplit("::").next().unwrap_or_default();
        let name = if alias.is_empty() { last } else { alias };
        names.push((name.to_string(), path.to_string()));
    }
}

/// The module where the thing is written that a path in `module` names; imports on the way are followed.
fn home_of<'m>(modules: &'m Modules, module: &str, path: &str, followed: u32) -> Option<&'m str> {
    let mut at = module.to_string();
    let parts: Vec<&str> = path.split("::").collect();
    for (k, part) in parts.iter().enumerate() {
        match *part {
            "crate" => at.truncate(at.find("::").unwrap_or(at.len())),
            "super" => at.truncate(at.rfind("::")?),
            "self" => {}
            name => {
                let inner = format!("{at}::{name}");
                if modules.contains_key(&inner) {
                    at = inner;
                    continue;
                }
                let known = modules.get(&at)?;
                let mut names = known.imports.iter().chain(&known.exports);
                if let Some((_, way)) = names.find(|(known, _)| known == name)
                    && followed < 8
                {
                    let rest = parts[k + 1..].iter();
                    let whole = rest.fold(way.clone(), |path, part| format!("{path}::{part}"));
                    return home_of(modules, &at, &whole, followed + 1);
                }
                // The first name of a path that is not known here is another crate's, or a type's.
                if k == 0 {
                    return None;
                }
                break;
            }
        }
    }
    modules.get_key_value(&at).map(|(at, _)| at.as_str())
}

/// The modules that one needs, straight or by way of others, and itself.
fn reached_from<'m>(module: &'m str, needs: &Needs<'m>) -> BTreeSet<&'m str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![module];
    while let Some(next) = waiting.pop() {
        if reached.insert(next) {
            waiting.extend(&needs[next]);
        }
    }
    reached
}
