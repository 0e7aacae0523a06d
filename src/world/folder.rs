//! The file system. Reading may wait for a pipe, never takes more memory than allowed, and stops
//! when asked to; what is written is there as a whole or not at all.

use super::{FileEntry, Refusal, World, collect, collect_bytes};
use crate::stop;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The bytes read at a time.
const CHUNK: usize = 1 << 16;
/// The bytes read at first: most files are short.
const PAGE: usize = 1 << 12;
/// The interval at which a waiting reader looks at the stop token.
const STOP_INTERVAL: Duration = Duration::from_millis(10);

/// The file system; relative names start at the working directory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Folder;

impl Folder {
    /// The time since the first call.
    pub fn clock() -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

impl World for Folder {
    fn read(&self, path: &Path, most: u64) -> Result<String, Refusal> {
        collect(most, open(path, most)?)
    }

    fn read_bytes(&self, path: &Path, most: u64) -> Result<Vec<u8>, Refusal> {
        collect_bytes(most, open(path, most)?)
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<(), Refusal> {
        // Through a link, the file that it names is written.
        let place = self.canonical(path);
        let there = fs::metadata(&place).ok();
        if let Some(there) = &there {
            replaceable(there)?;
        }
        replace(&place, content, there).map_err(|error| refusal(error, None))
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
    }

    fn list(&self, folder: &Path) -> Vec<FileEntry> {
        let place = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let entries = place.read_dir().into_iter().flatten().flatten();
        let known = entries.filter_map(|entry| {
            Some(FileEntry {
                is_folder: entry.path().is_dir(),
                name: entry.file_name().into_string().ok()?,
            })
        });
        known.collect()
    }

    fn now(&self) -> Option<Duration> {
        Some(Folder::clock())
    }
}

/// Gives the chunks of a file one after the other.
type Chunks = Box<dyn FnMut() -> Result<Vec<u8>, Refusal>>;

/// The chunks of the file `path`, which is to have `most` bytes at most.
fn open(path: &Path, most: u64) -> Result<Chunks, Refusal> {
    let owned = path.to_path_buf();
    let metadata = fs::metadata(path).map_err(|error| refusal(error, Some(path)))?;
    if metadata.is_dir() {
        return Err(Refusal::Folder);
    }
    if !metadata.is_file() {
        // Opening a pipe waits for its other end, so that is left to the thread as well.
        let stream = Late::new(move || File::open(owned));
        return Ok(Box::new(chunks(stream, Some(path.to_path_buf()))));
    }
    if metadata.len() > most {
        return Err(Refusal::TooLong(most));
    }
    let mut file = File::open(path).map_err(|error| refusal(error, Some(path)))?;
    // A short file takes no large buffer.
    let size = usize::try_from(metadata.len()).map_or(CHUNK, |len| len.clamp(PAGE, CHUNK));
    Ok(Box::new(move || {
        chunk(&mut file, size).map_err(|error| refusal(error, Some(&owned)))
    }))
}

/// Reads a text of at most `most` bytes from a stream that may block, such as standard input.
///
/// # Errors
///
/// Like those of [`World::read`].
pub fn read_stream(stream: impl Read + Send + 'static, most: u64) -> Result<String, Refusal> {
    collect(most, chunks(stream, None))
}

/// Why the system has refused; `path` is what was looked for.
fn refusal(error: io::Error, path: Option<&Path>) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound => {
            let path = path.filter(|path| path.is_relative());
            let folder = path.and_then(|_| std::env::current_dir().ok());
            Refusal::Missing(path.zip(folder).map(|(path, folder)| folder.join(path)))
        }
        ErrorKind::IsADirectory => Refusal::Folder,
        ErrorKind::PermissionDenied => Refusal::Permission,
        _ => Refusal::Other(error.to_string()),
    }
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

/// Chunks of a stream that may block: a thread waits for them, and is left behind when the
/// computation is asked to stop.
fn chunks(
    mut stream: impl Read + Send + 'static,
    path: Option<PathBuf>,
) -> impl FnMut() -> Result<Vec<u8>, Refusal> {
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
            match receive.recv_timeout(STOP_INTERVAL) {
                Ok(read) => {
                    return read.map_err(|error| refusal(error, path.as_deref()));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) if stop::requested() => {
                    return Err(Refusal::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// Refuses to replace what a move into its place would replace without asking.
fn replaceable(there: &Metadata) -> Result<(), Refusal> {
    if there.is_dir() {
        Err(Refusal::Folder)
    } else if !there.is_file() {
        Err(Refusal::Other("it is not an ordinary file".into()))
    } else if there.permissions().readonly() {
        Err(Refusal::Permission)
    } else {
        Ok(())
    }
}

/// Writes a file next to its place and moves it there.
fn replace(place: &Path, content: &[u8], there: Option<Metadata>) -> io::Result<()> {
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let beside = place.with_file_name(name);
    let mut file = File::create_new(&beside)?;
    let written = file
        .write_all(content)
        .and_then(|()| there.map_or(Ok(()), |there| file.set_permissions(there.permissions())))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, place));
    if written.is_err() {
        // The rest of a failed attempt is of no use.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_to_its_end_or_to_the_limit() {
        assert_eq!(
            read_stream("x = ½\n".as_bytes(), 100).as_deref(),
            Ok("x = ½\n")
        );
        assert_eq!(read_stream(io::empty(), 100).as_deref(), Ok(""));
        assert_eq!(read_stream(&b"12345"[..], 4), Err(Refusal::TooLong(4)));
        assert!(read_stream(&b"1234"[..], 4).is_ok());
        let endless = read_stream(io::repeat(b'x'), 1 << 20);
        assert_eq!(endless, Err(Refusal::TooLong(1 << 20)));
    }

    #[test]
    fn only_text_is_read() {
        assert_eq!(read_stream(&b"ab\xff"[..], 9), Err(Refusal::NotText(2)));
        assert_eq!(read_stream(&b"ab\0"[..], 9), Err(Refusal::NotText(2)));
        assert_eq!(read_stream(&b"\xff\xfex\0"[..], 9), Err(Refusal::Utf16));
        let endless = read_stream(io::repeat(0), u64::MAX);
        assert!(matches!(endless, Err(Refusal::NotText(0))));
    }
}
