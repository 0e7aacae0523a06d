//! `:examples`: the scripts that come along, built into the program.

use super::Repl;
use super::command::Next;
use crate::cli::script;
use crate::diagnostic::did_you_mean;
use crate::notation::colour;
use std::fmt::Write;
use std::path::PathBuf;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// The name of a script without extension, and without its folder where no other script has that name:
/// `baydin`, `7.2-loss`.
fn short(path: &'static str) -> Option<&'static str> {
    let file = path.rsplit('/').next()?;
    let twins = EXAMPLES
        .iter()
        .filter(|(known, _)| known.rsplit('/').next() == Some(file));
    let name = if twins.count() > 1 { path } else { file };
    name.strip_suffix(".ad")
}

fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let scripts = EXAMPLES.iter();
    scripts.filter_map(|(path, text)| Some((short(path)?, *path, *text)))
}

/// The words that completion offers.
pub fn words(_: &str) -> Vec<String> {
    all().map(|(name, _, _)| name.to_string()).collect()
}

/// `:examples`, `:examples NAME`
pub fn run(repl: &mut Repl, name: &str) -> Next {
    if name.is_empty() {
        let width = repl.style().width;
        return repl.say(&list(width));
    }
    let wanted = name.trim_end_matches(".ad");
    let Some((_, path, text)) =
        all().find(|(name, path, _)| *name == wanted || path.trim_end_matches(".ad") == wanted)
    else {
        let known = all().map(|(name, _, _)| name);
        let advice = match did_you_mean(wanted, known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`:examples` lists them".into(),
        };
        return repl.say(&format!("there is no example `{name}`; {advice}\n"));
    };
    repl.say(&format!("{}\n\n", text.trim_end()));
    match unpacked() {
        Ok(folder) => match script::read(&folder.join(path)) {
            Ok(source) => repl.run(&source),
            Err(error) => repl.complain(&error),
        },
        Err(error) => {
            return repl.say(&format!("the examples cannot be unpacked: {error}\n"));
        }
    }
    Next::Read
}

fn list(width: Option<usize>) -> String {
    let widest = all().map(|(name, _, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, _, script) in all() {
        let room = width.map_or(usize::MAX, |width| width.saturating_sub(widest + 6).max(20));
        let _ = writeln!(
            text,
            "  {name:<widest$}   {}",
            colour::cut(&about(script), room, "…")
        );
    }
    text.push_str(
        "\n`:examples NAME` shows one and runs it here; `:undo` takes its names away again\n",
    );
    text
}

/// The first sentence of the comment that a script starts with.
fn about(script: &str) -> String {
    let comment = script.lines().take_while(|line| line.starts_with('#'));
    let words: Vec<&str> = comment
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    let whole = words.join(" ");
    let sentence = whole
        .split_once(". ")
        .map_or(whole.trim_end_matches('.'), |(first, _)| first);
    sentence.to_owned()
}

/// A folder with all examples and their data, so that scripts find the files that they read.
fn unpacked() -> std::io::Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let folder = cache
        .unwrap_or_else(std::env::temp_dir)
        .join("wengert")
        .join("examples");
    for (path, text) in EXAMPLES {
        let file = folder.join(path);
        let is_there = std::fs::read_to_string(&file).is_ok_and(|known| known == *text);
        if !is_there {
            if let Some(parent) = file.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&file, text)?;
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_says_what_it_is_about() {
        let mut names: Vec<&str> = all().map(|(name, _, _)| name).collect();
        assert!(names.contains(&"baydin") && names.contains(&"7.2-loss"));
        for (name, _, text) in all() {
            assert!(about(text).len() > 10, "{name}: {}", about(text));
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "two examples share a name");
    }
}
