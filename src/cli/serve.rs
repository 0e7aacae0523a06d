//! `wengert serve`: the page on this machine, with the scripts and data of a folder.
//!
//! It listens on 127.0.0.1 alone and answers only addresses that start with a secret, so that
//! neither other machines nor other pages of the browser reach it. It reads the files of the page
//! and the texts in the folder. It writes nothing.

use serde_json::{Map, Value, json};
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The longest request that is read, and how long one waits for it.
const REQUEST: u64 = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(5);
/// The texts that are sent: their endings, the longest one, and all of them.
const TEXTS: &[&str] = &["ad", "csv", "tsv", "txt", "json"];
const LONGEST: u64 = 4 << 20;
const ALL: u64 = 32 << 20;

/// What is served.
struct PageServer {
    /// The files of the page.
    page: PathBuf,
    /// The folder whose texts scripts may read.
    folder: PathBuf,
    /// The script that the page opens with, inside the folder.
    script: Option<String>,
    /// The start of every address.
    secret: String,
    port: u16,
}

/// Serves `path`, a script or a folder, until the process ends; `tell` is given the address.
///
/// # Errors
/// There is no such path, no page, or no port.
pub fn run(
    path: &Path,
    page: Option<&Path>,
    port: u16,
    tell: &mut dyn FnMut(&str),
) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let server = PageServer::new(path, page, listener.local_addr()?.port())?;
    tell(&format!(
        "http://127.0.0.1:{}/{}/",
        server.port, server.secret
    ));
    let server = Arc::new(server);
    for stream in listener.incoming() {
        let (stream, server) = (stream?, server.clone());
        // A browser opens connections in advance and leaves them silent: each waits alone.
        std::thread::spawn(move || server.answer(stream));
    }
    Ok(())
}

fn missing(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, message)
}

/// Where an installation keeps the page: beside the folder of the program.
fn installed() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let page = program.parent()?.parent()?.join("share/wengert/page");
    page.is_dir().then_some(page)
}

impl PageServer {
    fn new(path: &Path, page: Option<&Path>, port: u16) -> io::Result<PageServer> {
        let shown = path.display();
        let path = path
            .canonicalize()
            .map_err(|_| missing(format!("there is no file or folder `{shown}`")))?;
        let (folder, script) = match (path.is_dir(), path.parent(), path.file_name()) {
            (false, Some(folder), Some(name)) => {
                (folder.to_path_buf(), Some(name.to_string_lossy().into()))
            }
            _ => (path, None),
        };
        let page = page.map(Path::to_path_buf).or_else(installed);
        let Some(page) = page.filter(|page| page.join("index.html").is_file()) else {
            return Err(missing(
                "the page is not here; `sh web/build.sh` in a clone of Wengert builds it, \
                 then: wengert serve --page web/dist"
                    .to_string(),
            ));
        };
        // The keys of the standard library's hash tables come from the operating system.
        let random = || RandomState::new().build_hasher().finish();
        Ok(PageServer {
            page,
            folder,
            script,
            secret: format!("{:016x}{:016x}", random(), random()),
            port,
        })
    }

    fn answer(&self, mut stream: TcpStream) {
        // Whoever goes away before the answer is complete does not want it.
        let _ = stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| Request::read(&stream))
            .map(|request| request.map_or_else(Answer::refused, |request| self.respond(&request)))
            .and_then(|answer| answer.write(&mut stream));
    }

    fn respond(&self, request: &Request) -> Answer {
        let own = [
            format!("127.0.0.1:{}", self.port),
            format!("localhost:{}", self.port),
        ];
        let address = request.path.split(['?', '#']).next().unwrap_or_default();
        let below = address
            .strip_prefix('/')
            .and_then(|rest| rest.strip_prefix(self.secret.as_str()))
            .and_then(|rest| rest.strip_prefix('/'));
        let (Some(below), true) = (below, own.contains(&request.host)) else {
            return Answer::refused();
        };
        match below {
            "" | "index.html" => match fs::read_to_string(self.page.join("index.html")) {
                // The page asks for the folder where it finds this.
                Ok(text) => Answer::new(
                    "text/html; charset=utf-8",
                    text.replacen("</title>", "</title><meta name=\"wengert-served\">", 1)
                        .into_bytes(),
                ),
                Err(_) => Answer::refused(),
            },
            "served.json" => {
                let content = self.served().to_string();
                let version = format!("\"{:x}\"", fingerprint(&content));
                if request.known.as_deref() == Some(&version) {
                    return Answer::unchanged(version);
                }
                let mut answer = Answer::new("application/json", content.into_bytes());
                answer.version = Some(version);
                answer
            }
            file => self.file(file),
        }
    }

    /// A file of the page.
    fn file(&self, name: &str) -> Answer {
        let inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let kind = match name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("wasm") => "application/wasm",
            Some("svg") => "image/svg+xml",
            Some("woff2") => "font/woff2",
            Some("html") => "text/html; charset=utf-8",
            _ => "application/octet-stream",
        };
        match inside.then(|| fs::read(self.page.join(name))) {
            Some(Ok(content)) => Answer::new(kind, content),
            _ => Answer::refused(),
        }
    }

    /// The script, and the texts of the folder by their names.
    fn served(&self) -> Value {
        let mut files = Map::new();
        let mut room = ALL;
        let mut names: Vec<PathBuf> = fs::read_dir(&self.folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        names.sort();
        for path in names {
            let known = path
                .extension()
                .is_some_and(|ending| TEXTS.iter().any(|one| ending == *one));
            // A link may lead out of the folder.
            let size = fs::symlink_metadata(&path).map_or(0, |about| match about.is_file() {
                true => about.len(),
                false => u64::MAX,
            });
            if !known || size > LONGEST.min(room) {
                continue;
            }
            if let (Some(name), Ok(text)) = (path.file_name(), fs::read_to_string(&path)) {
                room -= size;
                files.insert(name.to_string_lossy().into_owned(), json!(text));
            }
        }
        json!({"script": self.script, "files": files})
    }
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// What is read of a request.
struct Request {
    path: String,
    host: String,
    /// The version of the answer that the browser has.
    known: Option<String>,
}

impl Request {
    /// The request, or none if it is no `GET`.
    fn read(stream: &TcpStream) -> io::Result<Option<Request>> {
        let mut lines = BufReader::new(stream.take(REQUEST)).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let mut words = first.split(' ');
        let (method, path) = (words.next(), words.next());
        let mut request = Request {
            path: path.unwrap_or_default().to_string(),
            host: String::new(),
            known: None,
        };
        for line in lines {
            let line = line?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "host" => request.host = value.trim().to_string(),
                "if-none-match" => request.known = Some(value.trim().to_string()),
                _ => {}
            }
        }
        Ok((method == Some("GET")).then_some(request))
    }
}

/// An answer, complete.
struct Answer {
    status: &'static str,
    kind: &'static str,
    content: Vec<u8>,
    version: Option<String>,
}

impl Answer {
    fn new(kind: &'static str, content: Vec<u8>) -> Answer {
        Answer {
            status: "200 OK",
            kind,
            content,
            version: None,
        }
    }

    /// Nothing is told about why.
    fn refused() -> Answer {
        Answer {
            status: "404 Not Found",
            ..Answer::new("text/plain", b"There is nothing here.\n".to_vec())
        }
    }

    fn unchanged(version: String) -> Answer {
        Answer {
            status: "304 Not Modified",
            version: Some(version),
            ..Answer::new("application/json", Vec::new())
        }
    }

    fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        let version = self
            .version
            .as_ref()
            .map_or(String::new(), |version| format!("ETag: {version}\r\n"));
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{version}\
             Cache-Control: no-cache\r\nReferrer-Policy: no-referrer\r\n\
             X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             Connection: close\r\n\r\n",
            self.status,
            self.kind,
            self.content.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.content)
    }
}
