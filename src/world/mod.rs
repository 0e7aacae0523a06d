//! The world outside a session: files and the time. It is reached through [`World`] alone.
//!
//! [`Sandbox`] has no files and is the world of a session by default; [`Memory`]
//! keeps files by name; [`Folder`] is the file system.

#[cfg(feature = "fs")]
mod folder;
mod memory;

#[cfg(feature = "fs")]
pub use folder::{Folder, read_stream};
pub use memory::Memory;

use crate::diagnostic::{Code, Diagnostic, bytes, interrupted};
use crate::source::Location;
use crate::stop;
use core::time::Duration;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// Files and the time, as a session sees them.
///
/// ```
/// use std::path::Path;
/// use wengert::world::{Memory, World};
///
/// let world = Memory::default();
/// world.write(Path::new("a.csv"), b"1,2\n").expect("nothing is in the way");
/// assert_eq!(world.read(Path::new("a.csv"), 100).as_deref(), Ok("1,2\n"));
/// assert!(world.read(Path::new("a.csv"), 3).is_err());
/// ```
pub trait World: Debug {
    /// The text of a file of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// The file is not there, is no UTF-8 text, is too long, or may not be read.
    fn read(&self, path: &Path, most: u64) -> Result<String, Refusal>;

    /// The bytes of a file of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// The file is not there, is too long, or may not be read.
    fn read_bytes(&self, path: &Path, most: u64) -> Result<Vec<u8>, Refusal>;

    /// Writes a file as a whole or not at all.
    ///
    /// # Errors
    ///
    /// The file may not be written, or its folder is not there.
    fn write(&self, path: &Path, content: &[u8]) -> Result<(), Refusal>;

    /// True if there are no files at all, so that a statement that needs one can be refused
    /// before anything is computed.
    fn is_sealed(&self) -> bool {
        false
    }

    /// The one name of a file that may have several.
    fn canonical(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }

    /// A name that means the same file from every folder.
    fn absolute(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }

    /// The entries of a folder, in no particular order; none if the folder cannot be listed.
    fn list(&self, _folder: &Path) -> Vec<FileEntry> {
        Vec::new()
    }

    /// The time since a moment that never changes; `None` in a world without a clock.
    fn now(&self) -> Option<Duration> {
        None
    }
}

/// A file or a folder inside another folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name, without the folder around it.
    pub name: String,
    /// True of folders.
    pub is_folder: bool,
}

/// Why a file cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There are no files here.
    Sealed,
    /// The file, or the folder to write it to, does not exist; the absolute path, where it says more.
    Missing(Option<PathBuf>),
    /// It is a folder.
    Folder,
    /// The user has no right to it.
    Permission,
    /// It is longer than this many bytes.
    TooLong(u64),
    /// The byte at this offset is not UTF-8.
    NotText(usize),
    /// It is UTF-16.
    Utf16,
    /// The computation was asked to stop.
    Interrupted,
    /// Something else, in the words of the system.
    Other(String),
}

/// The longest text that is read as a script.
pub const LONGEST_SCRIPT: u64 = 1 << 30;
/// The longest data file: offsets into a text have 32 bits.
pub const LONGEST_DATA: u64 = u32::MAX as u64;

impl Refusal {
    /// The error of a statement at `location` that wanted to read the file `path`.
    pub fn reading(self, path: &Path, location: Location) -> Diagnostic {
        self.reading_from(&format!("`{}`", path.display()), location)
    }

    /// The same of any source of text, which messages call `shown`.
    pub fn reading_from(self, shown: &str, location: Location) -> Diagnostic {
        let error = |code, message| Diagnostic::error(code, location.clone(), message, "this file");
        match self {
            Refusal::Sealed => sealed(location),
            Refusal::Missing(place) => {
                let error = error(Code::File, format!("there is no file {shown}"));
                match place {
                    Some(place) => error.help(format!("looked for it in {}", place.display())),
                    None => error,
                }
            }
            Refusal::Folder => error(Code::File, format!("{shown} is a folder")),
            Refusal::Permission => error(Code::File, format!("no permission to read {shown}")),
            Refusal::TooLong(most) => {
                let longer = format!("{shown} is longer than {}", bytes(most));
                error(Code::Limit, longer).help(if most < LONGEST_SCRIPT {
                    "raise the limit with `--limit-memory`, for example `--limit-memory 16G`"
                } else {
                    "no longer text is read; split it into several files"
                })
            }
            Refusal::NotText(offset) => {
                let byte = offset + 1;
                error(
                    Code::File,
                    format!("{shown} is not a UTF-8 text: see byte {byte}"),
                )
            }
            Refusal::Utf16 => {
                error(Code::File, format!("{shown} is a UTF-16 text")).help("save it as UTF-8")
            }
            Refusal::Interrupted => interrupted(location),
            Refusal::Other(problem) => error(Code::File, format!("cannot read {shown}: {problem}")),
        }
    }

    /// The error of a statement at `location` that wanted to write the file `path`.
    pub fn writing(self, path: &Path, location: Location) -> Diagnostic {
        let shown = path.display();
        let message = match self {
            Refusal::Sealed => return sealed(location),
            Refusal::Interrupted => return interrupted(location),
            Refusal::Missing(_) => format!("there is no folder to write `{shown}` to"),
            Refusal::Folder => format!("`{shown}` is a folder"),
            Refusal::Permission => format!("no permission to write `{shown}`"),
            Refusal::TooLong(most) => format!("`{shown}` is longer than {}", bytes(most)),
            Refusal::NotText(_) | Refusal::Utf16 => format!("`{shown}` is not a UTF-8 text"),
            Refusal::Other(problem) => format!("cannot write `{shown}`: {problem}"),
        };
        Diagnostic::error(Code::File, location, message, "this file")
    }
}

/// The error for touching a file where there are none.
pub fn sealed(location: Location) -> Diagnostic {
    Diagnostic::error(
        Code::File,
        location,
        "files are out of bounds in the sandbox",
        "needs a file",
    )
    .help("run without `--sandbox` if you trust the script")
}

/// The text whose chunks `next` returns, an empty one at the end. A chunk that belongs to no text,
/// or to one that is too long, is refused before the next is asked for: the rest may be endless.
///
/// # Errors
///
/// `next` fails, or the bytes are no text or more than `most`.
pub fn collect(
    most: u64,
    next: impl FnMut() -> Result<Vec<u8>, Refusal>,
) -> Result<String, Refusal> {
    let all = gathered(most, next, |all, new| {
        if all.starts_with(&[0xff, 0xfe]) || all.starts_with(&[0xfe, 0xff]) {
            return Err(Refusal::Utf16);
        }
        // A zero byte is valid UTF-8, but no text has one.
        match all[new..].iter().position(|byte| *byte == 0) {
            Some(zero) => Err(Refusal::NotText(new + zero)),
            None => Ok(()),
        }
    })?;
    String::from_utf8(all).map_err(|error| Refusal::NotText(error.utf8_error().valid_up_to()))
}

/// The bytes whose chunks `next` returns, an empty one at the end.
///
/// # Errors
///
/// `next` fails, or there are more than `most`.
pub fn collect_bytes(
    most: u64,
    next: impl FnMut() -> Result<Vec<u8>, Refusal>,
) -> Result<Vec<u8>, Refusal> {
    gathered(most, next, |_, _| Ok(()))
}

/// Chunks joined; `accepts` looks at everything so far, of which the bytes from the given one on are new.
fn gathered(
    most: u64,
    mut next: impl FnMut() -> Result<Vec<u8>, Refusal>,
    accepts: impl Fn(&[u8], usize) -> Result<(), Refusal>,
) -> Result<Vec<u8>, Refusal> {
    let mut all = Vec::new();
    loop {
        if stop::requested() {
            return Err(Refusal::Interrupted);
        }
        let chunk = next()?;
        if chunk.is_empty() {
            return Ok(all);
        }
        let before = all.len();
        all.extend(&chunk);
        accepts(&all, before)?;
        if all.len() as u64 > most {
            return Err(Refusal::TooLong(most));
        }
    }
}

/// A world without files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sandbox {
    /// The clock, if there is one.
    pub clock: Option<fn() -> Duration>,
}

impl World for Sandbox {
    fn read(&self, _: &Path, _: u64) -> Result<String, Refusal> {
        Err(Refusal::Sealed)
    }

    fn read_bytes(&self, _: &Path, _: u64) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::Sealed)
    }

    fn write(&self, _: &Path, _: &[u8]) -> Result<(), Refusal> {
        Err(Refusal::Sealed)
    }

    fn is_sealed(&self) -> bool {
        true
    }

    fn now(&self) -> Option<Duration> {
        self.clock.map(|clock| clock())
    }
}
