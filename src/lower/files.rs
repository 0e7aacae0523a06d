//! Files: reading data and texts, writing results. Reading may wait for a pipe, never ends in more
//! memory than allowed, and stops when asked to; what is written is there as a whole or not at all.

use super::Lowerer;
use super::explain::{bytes, interrupted};
use super::frame::Frame;
use super::table::table_of;
use crate::diagnostic::{Code, Diagnostic, Result};
use crate::graph::NodeId;
use crate::source::{Location, Source};
use crate::stop;
use crate::syntax::ast::{ExprId, ExprKind};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The longest text that is read as a script.
const LONGEST_SCRIPT: u64 = 1 << 30;
/// Offsets into a text are 32 bits wide.
const LONGEST_DATA: u64 = u32::MAX as u64;
/// How much is read at a time, and looked at for signs that it is no text.
const CHUNK: usize = 1 << 16;
/// The same of short files.
const PAGE: usize = 1 << 12;
/// How often a reader that waits looks whether it should stop.
const PATIENCE: Duration = Duration::from_millis(10);

impl Lowerer<'_> {
    /// `read("file.csv")`: a matrix of numbers.
    pub(super) fn read(&mut self, argument: ExprId, frame: &Frame) -> Result<NodeId> {
        let ExprKind::Text(path) = &frame.script.expr(argument).kind else {
            return Err(Diagnostic::error(
                Code::Type,
                frame.locate(argument),
                "`read` wants a file name in quotes",
                "not a text",
            )
            .help("write `read(\"data.csv\")`"));
        };
        let location = frame.locate(argument);
        if self.evaluation.limits.sandbox {
            return Err(sandboxed(location));
        }
        let path = frame.script.source.folder.join(&**path);
        if let Some(node) = self.memo.files.get(&path) {
            return Ok(*node);
        }
        let memory = self.evaluation.limits.memory;
        let text = text_of(&path, memory.min(LONGEST_DATA))
            .map_err(|trouble| trouble.about(&path, &location))?;
        let tensor = table_of(&Source::file(&path, text), &location, memory)?;
        let node = self.graph.constant(tensor);
        self.memo.files.insert(path, node);
        Ok(node)
    }
}

/// The error for touching a file where files may not be touched.
pub fn sandboxed(location: Location) -> Diagnostic {
    Diagnostic::error(
        Code::File,
        location,
        "files are out of bounds in the sandbox",
        "needs a file",
    )
    .help("run without `--sandbox` if you trust the script")
}

/// Reads the text of a script, or says at `location` why not.
pub fn read_text(path: &Path, location: &Location) -> Result<String> {
    text_of(path, LONGEST_SCRIPT).map_err(|trouble| trouble.about(path, location))
}

/// Reads a script from a stream, such as standard input, that errors call `name`.
pub fn read_stream(
    stream: impl Read + Send + 'static,
    name: &str,
    location: &Location,
) -> Result<String> {
    let read = collect(LONGEST_SCRIPT, patiently(stream)).and_then(text);
    read.map_err(|trouble| trouble.diagnostic(name, None, location))
}

/// Why a text cannot be had.
#[derive(Debug)]
enum Trouble {
    Io(io::Error),
    Folder,
    /// There is more than this many bytes.
    TooLong(u64),
    /// The byte at this offset belongs to no text.
    NotText(usize),
    Utf16,
    Interrupted,
}

impl Trouble {
    fn about(self, path: &Path, location: &Location) -> Diagnostic {
        self.diagnostic(&format!("`{}`", path.display()), Some(path), location)
    }

    fn diagnostic(self, shown: &str, path: Option<&Path>, location: &Location) -> Diagnostic {
        let error = |code: Code, message: String| {
            Diagnostic::error(code, location.clone(), message, "this file")
        };
        match self {
            Trouble::Folder => error(Code::File, format!("{shown} is a folder")),
            Trouble::Io(problem) if problem.kind() == ErrorKind::NotFound => {
                let error = error(Code::File, format!("there is no file {shown}"));
                match (
                    std::env::current_dir(),
                    path.filter(|path| path.is_relative()),
                ) {
                    (Ok(folder), Some(path)) => {
                        error.help(format!("looked for it in {}", folder.join(path).display()))
                    }
                    _ => error,
                }
            }
            Trouble::Io(problem) if problem.kind() == ErrorKind::PermissionDenied => {
                error(Code::File, format!("no permission to read {shown}"))
            }
            Trouble::Io(problem) => error(Code::File, format!("cannot read {shown}: {problem}")),
            Trouble::TooLong(most) => {
                let error = error(
                    Code::Limit,
                    format!("{shown} is longer than {}", bytes(most)),
                );
                if most < LONGEST_SCRIPT {
                    error.help(
                        "raise the limit with `--limit-memory`, for example `--limit-memory 16G`",
                    )
                } else {
                    error.help("no longer text is read; split it into several files")
                }
            }
            Trouble::NotText(offset) => error(
                Code::File,
                format!("{shown} is not a UTF-8 text: see byte {}", offset + 1),
            ),
            Trouble::Utf16 => {
                error(Code::File, format!("{shown} is a UTF-16 text")).help("save it as UTF-8")
            }
            Trouble::Interrupted => interrupted(location.clone()),
        }
    }
}

/// The text of a file of at most `most` bytes.
fn text_of(path: &Path, most: u64) -> std::result::Result<String, Trouble> {
    let metadata = fs::metadata(path).map_err(Trouble::Io)?;
    if metadata.is_dir() {
        return Err(Trouble::Folder);
    }
    let bytes = if metadata.is_file() {
        if metadata.len() > most {
            return Err(Trouble::TooLong(most));
        }
        let mut file = File::open(path).map_err(Trouble::Io)?;
        // A short file takes no large buffer.
        let size = usize::try_from(metadata.len()).map_or(CHUNK, |len| len.clamp(PAGE, CHUNK));
        collect(most, || chunk(&mut file, size).map_err(Trouble::Io))?
    } else {
        // Opening a pipe waits for its other end, so that is left to the thread as well.
        let path = path.to_path_buf();
        collect(most, patiently(Late::new(move || File::open(path))))?
    };
    text(bytes)
}

/// A stream that is opened when it is first read.
struct Late<O, R> {
    open: Option<O>,
    stream: Option<R>,
}

impl<O: FnOnce() -> io::Result<R>, R: Read> Late<O, R> {
    fn new(open: O) -> Late<O, R> {
        Late {
            open: Some(open),
            stream: None,
        }
    }
}

impl<O: FnOnce() -> io::Result<R>, R: Read> Read for Late<O, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(open) = self.open.take() {
            self.stream = Some(open()?);
        }
        self.stream
            .as_mut()
            .map_or(Ok(0), |stream| stream.read(buffer))
    }
}

/// The next bytes, at most `size` of them; none at the end.
fn chunk(stream: &mut impl Read, size: usize) -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; size];
    loop {
        match stream.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => {
                chunk.truncate(read?);
                return Ok(chunk);
            }
        }
    }
}

/// The chunks of a stream that may let wait for them: a thread waits, and is left behind when the
/// computation is asked to stop.
fn patiently(
    mut stream: impl Read + Send + 'static,
) -> impl FnMut() -> std::result::Result<Vec<u8>, Trouble> {
    let (send, receive) = mpsc::sync_channel(4);
    std::thread::spawn(move || {
        loop {
            let read = chunk(&mut stream, CHUNK);
            let last = read.as_ref().map_or(true, Vec::is_empty);
            if send.send(read).is_err() || last {
                return;
            }
        }
    });
    move || {
        loop {
            match receive.recv_timeout(PATIENCE) {
                Ok(read) => return read.map_err(Trouble::Io),
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) if stop::requested() => {
                    return Err(Trouble::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// All chunks together. A zero byte is in no text, and is noticed before the rest is read.
fn collect(
    most: u64,
    mut next: impl FnMut() -> std::result::Result<Vec<u8>, Trouble>,
) -> std::result::Result<Vec<u8>, Trouble> {
    let mut all = Vec::new();
    loop {
        if stop::requested() {
            return Err(Trouble::Interrupted);
        }
        let chunk = next()?;
        if chunk.is_empty() {
            return Ok(all);
        }
        let before = all.len();
        all.extend(&chunk);
        if is_utf16(&all) {
            return Err(Trouble::Utf16);
        }
        if let Some(zero) = chunk.iter().position(|byte| *byte == 0) {
            return Err(Trouble::NotText(before + zero));
        }
        if all.len() as u64 > most {
            return Err(Trouble::TooLong(most));
        }
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

fn text(bytes: Vec<u8>) -> std::result::Result<String, Trouble> {
    String::from_utf8(bytes).map_err(|error| Trouble::NotText(error.utf8_error().valid_up_to()))
}

/// Writes a file beside its place and moves it there, so that it is never there by half.
pub fn write_text(path: &Path, text: &str, location: &Location) -> Result<()> {
    // Through a link, the file that it names is written.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let written = match fs::metadata(&place) {
        Ok(there) => refusal(&there).map_or_else(|| replace(&place, text, Some(there)), Err),
        Err(_) => replace(&place, text, None),
    };
    written.map_err(|error| {
        let shown = path.display();
        let message = match error.kind() {
            ErrorKind::NotFound => format!("there is no folder to write `{shown}` to"),
            ErrorKind::IsADirectory => format!("`{shown}` is a folder"),
            ErrorKind::PermissionDenied => format!("no permission to write `{shown}`"),
            _ => format!("cannot write `{shown}`: {error}"),
        };
        Diagnostic::error(Code::File, location.clone(), message, "this file")
    })
}

/// Why what is there must not be replaced: moving a file into its place would ask nobody.
fn refusal(there: &Metadata) -> Option<io::Error> {
    if there.is_dir() {
        Some(ErrorKind::IsADirectory.into())
    } else if !there.is_file() {
        Some(io::Error::other("it is no ordinary file"))
    } else if there.permissions().readonly() {
        Some(ErrorKind::PermissionDenied.into())
    } else {
        None
    }
}

fn replace(place: &Path, text: &str, there: Option<Metadata>) -> io::Result<()> {
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let beside = place.with_file_name(name);
    let mut file = File::create_new(&beside)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| there.map_or(Ok(()), |there| file.set_permissions(there.permissions())))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, place));
    if written.is_err() {
        // What is left of a failed attempt is of no use to anyone.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_bytes(bytes: &'static [u8], most: u64) -> std::result::Result<String, Trouble> {
        collect(most, patiently(bytes)).and_then(text)
    }

    #[test]
    fn a_stream_is_read_to_its_end_or_to_the_limit() {
        assert_eq!(of_bytes("x = ½\n".as_bytes(), 100).unwrap(), "x = ½\n");
        assert_eq!(of_bytes(b"", 100).unwrap(), "");
        assert!(matches!(of_bytes(b"12345", 4), Err(Trouble::TooLong(4))));
        assert!(of_bytes(b"1234", 4).is_ok());
        let endless = collect(1 << 20, patiently(io::repeat(b'x')));
        assert!(matches!(endless, Err(Trouble::TooLong(_))));
    }

    #[test]
    fn what_is_no_text_is_noticed() {
        assert!(matches!(of_bytes(b"ab\xff", 9), Err(Trouble::NotText(2))));
        assert!(matches!(of_bytes(b"ab\0", 9), Err(Trouble::NotText(2))));
        assert!(matches!(of_bytes(b"\xff\xfex\0", 9), Err(Trouble::Utf16)));
        let endless = collect(u64::MAX, patiently(io::repeat(0)));
        assert!(matches!(endless, Err(Trouble::NotText(0))));
    }
}
