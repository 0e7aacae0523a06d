//! `:load` and `:save`.

use super::Repl;
use super::command::Next;
use crate::cli::script;
use crate::diagnostic::counted;
use crate::source::{Location, Source, Span};
use crate::world::{Folder, World};
use std::path::{Path, PathBuf};

/// `:load FILE.ad`
pub fn load(repl: &mut Repl, path: &str) -> Next {
    if path.is_empty() {
        return repl.say("`:load FILE.ad` runs a script here\n");
    }
    let file = expanded(path);
    // An ending may be left out, as in other sessions.
    let longer = file.with_extension("ad");
    let file = match !file.exists() && file.extension().is_none() && longer.exists() {
        true => longer,
        false => file,
    };
    match script::read(&file) {
        Ok(source) => repl.run(&source),
        Err(error) => repl.complain(&error),
    }
    Next::Read
}

/// `:save FILE.ad`: only over what this session has written.
pub fn save(repl: &mut Repl, path: &str) -> Next {
    let file = expanded(path);
    if file.exists() && !repl.saved.contains(&file) {
        let text = format!("`{path}` already exists; `:save! {path}` overwrites it\n");
        return repl.say(&text);
    }
    overwrite(repl, path)
}

/// `:save! FILE.ad`
pub fn overwrite(repl: &mut Repl, path: &str) -> Next {
    if path.is_empty() {
        return repl.say("`:save FILE.ad` writes what is defined into a script\n");
    }
    if repl.options().bounds.sandbox {
        return repl.say("the sandbox allows no files to be written\n");
    }
    let file = expanded(path);
    let script = repl.session().script();
    let count = repl.session().definitions().own_variables().count()
        + repl.session().definitions().functions().count();
    let nowhere = Location::new(&Source::new(path, ""), Span::default());
    if let Err(refusal) = Folder.write(&file, script.as_bytes()) {
        repl.complain(&refusal.writing(&file, nowhere));
        return Next::Read;
    }
    repl.saved.insert(file);
    repl.say(&format!("{} written to {path}\n", counted(count, "name")))
}

/// The path without quotes, and with the home directory in the place of `~`.
fn expanded(path: &str) -> PathBuf {
    let path = path.trim_matches('"');
    let rest = path.strip_prefix("~/").zip(std::env::home_dir());
    rest.map_or_else(
        || Path::new(path).to_path_buf(),
        |(rest, home)| home.join(rest),
    )
}

#[cfg(test)]
mod tests {
    use crate::repl::Repl;

    #[test]
    fn saved_and_loaded() {
        let folder = std::env::temp_dir().join(format!("wengert-save-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("a.ad").display().to_string();
        let (mut repl, shown) = Repl::captured("w = 3; L = w^2; f(x) = 2*x");
        repl.answer(&format!(":save {file}"));
        repl.answer(&format!(":save {file}"));
        assert!(shown.take().starts_with("3 names written to "));
        let (mut other, shown) = Repl::captured("");
        other.answer(&format!(":load {file}"));
        other.evaluate("f(L)");
        assert_eq!(shown.take(), "f(L) = 18\n");
        other.answer(&format!(":save {file}"));
        assert!(shown.take().contains("overwrites it"));
        let bare = file.trim_end_matches(".ad").to_owned();
        let (mut third, shown_third) = Repl::captured("");
        third.answer(&format!(":load {bare}"));
        third.answer(&format!(":load \"{file}\""));
        third.evaluate("f(L)");
        assert_eq!(shown_third.take(), "f(L) = 18\n");
        other.answer(":load nowhere.ad");
        assert!(shown.take().starts_with("error[file]"));
        std::fs::remove_dir_all(&folder).expect("removable");
    }
}
