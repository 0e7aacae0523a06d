//! Files that are kept by name: for a web page, which has no others, and for tests.

use super::{FileEntry, Refusal, World, collect, collect_bytes};
use core::time::Duration;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Files in memory. There are no folders: every name can be written to.
#[derive(Debug, Default)]
pub struct Memory {
    files: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    clock: Option<fn() -> Duration>,
}

impl Memory {
    /// A world without files that reads the time from `clock`.
    pub fn with_clock(clock: fn() -> Duration) -> Memory {
        Memory {
            clock: Some(clock),
            ..Memory::default()
        }
    }

    /// Puts a file there.
    pub fn insert(&self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) {
        let path = self.canonical(path.as_ref());
        self.files.borrow_mut().insert(path, content.into());
    }

    /// The content of a file, such as a plot that a script has written.
    pub fn content(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let path = self.canonical(path.as_ref());
        self.files.borrow().get(&path).cloned()
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<PathBuf> {
        self.files.borrow().keys().cloned().collect()
    }
}

impl World for Memory {
    fn read(&self, path: &Path, most: u64) -> Result<String, Refusal> {
        let mut rest = self.content(path).ok_or(Refusal::Missing(None))?;
        collect(most, || Ok(std::mem::take(&mut rest)))
    }

    fn read_bytes(&self, path: &Path, most: u64) -> Result<Vec<u8>, Refusal> {
        let mut rest = self.content(path).ok_or(Refusal::Missing(None))?;
        collect_bytes(most, || Ok(std::mem::take(&mut rest)))
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<(), Refusal> {
        self.insert(path, content);
        Ok(())
    }

    /// The path without `.`, and without `..` after a folder.
    fn canonical(&self, path: &Path) -> PathBuf {
        let mut short = PathBuf::new();
        for part in path.components() {
            let follows_folder =
                matches!(short.components().next_back(), Some(Component::Normal(_)));
            match part {
                Component::CurDir => {}
                Component::ParentDir if follows_folder => {
                    short.pop();
                }
                part => short.push(part),
            }
        }
        short
    }

    fn list(&self, folder: &Path) -> Vec<FileEntry> {
        let folder = self.canonical(folder);
        let files = self.files.borrow();
        let mut found: Vec<FileEntry> = Vec::new();
        for rest in files
            .keys()
            .filter_map(|file| file.strip_prefix(&folder).ok())
        {
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let entry = FileEntry {
                name: first.as_os_str().to_string_lossy().into_owned(),
                is_folder: parts.next().is_some(),
            };
            if !found.contains(&entry) {
                found.push(entry);
            }
        }
        found
    }

    fn now(&self) -> Option<Duration> {
        self.clock.map(|clock| clock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::Limits;
    use crate::session::Session;
    use crate::source::Source;
    use std::rc::Rc;

    #[test]
    fn a_session_reads_imports_and_writes() {
        let world = Rc::new(Memory::default());
        world.insert("data/x.csv", "1,2\n3,4\n");
        world.insert("lib/a.ad", "import \"../b.ad\"\n");
        world.insert("b.ad", "import \"./lib/a.ad\"\n");
        let mut session = Session::in_world(world.clone(), Limits::default());
        let mut run = |text: &str| session.run_source(&Source::new("<test>", text), &mut |_| {});
        assert_eq!(
            run("x = read(\"data/x.csv\"); plot x[:, 1] to \"x.svg\""),
            Ok(())
        );
        let picture = world.content("./x.svg").expect("a picture");
        assert!(picture.starts_with(b"<svg"));
        let circle = run("import \"lib/../b.ad\"").expect_err("a circle");
        assert!(circle.message().contains("imports itself"), "{circle}");
        let missing = run("y = read(\"y.csv\")").and_then(|()| run("y"));
        let missing = missing.expect_err("a missing file");
        assert_eq!(missing.message(), "there is no file `y.csv`");
    }
}
