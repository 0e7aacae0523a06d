//! The pages under `docs` are true: their scripts are run, and answers and pictures are compared with
//! the text and the files.
//!
//! Within a section (`## …`) the blocks of code follow one another in one session. To accept new
//! answers and pictures: `WENGERT_BLESS=1 cargo test --test it -- lecture`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use wengert::cli::{Bar, Format, Printer, Stream};
use wengert::lower::Limits;
use wengert::render::Style;
use wengert::session::Session;
use wengert::source::Source;
use wengert::world::Folder;

/// A piece of a page.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// Words between blocks, with the line ends.
    Words(String),
    /// A block of code to be run.
    Script(String),
    /// What it answers.
    Answer(String),
}

/// The pieces of a page, in order; joined again by [`page`] they are the page.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Words(String::new())];
    let mut open = None;
    for line in text.split_inclusive('\n') {
        match (line.trim_end(), open) {
            ("```ad", None) => {
                open = Some("ad");
                pieces.push(Piece::Script(String::new()));
            }
            ("```text", None) => {
                open = Some("text");
                pieces.push(Piece::Answer(String::new()));
            }
            ("```", Some(_)) => {
                open = None;
                pieces.push(Piece::Words(String::new()));
            }
            _ => match pieces.last_mut() {
                Some(Piece::Words(text) | Piece::Script(text) | Piece::Answer(text)) => {
                    text.push_str(line);
                }
                None => {}
            },
        }
    }
    assert_eq!(open, None, "a block is not closed");
    pieces
}

fn page(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Words(text) => text.clone(),
        Piece::Script(text) => format!("```ad\n{text}```\n"),
        Piece::Answer(text) => format!("```text\n{text}```\n"),
    };
    pieces.iter().map(one).collect()
}

/// What a block answers, as the program writes it.
fn answer(session: &mut Session, file: &Path, script: &str) -> String {
    let source = Source::file(file, script);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut printer = Printer {
        format: Format::Text,
        quiet: false,
        bar: Bar::default(),
        out: Stream::new(&mut out, Style::default()),
        err: Stream::new(&mut err, Style::default()),
    };
    let result = session.run_source(&source, &mut |event| printer.event(&event, Some(&source)));
    if let Err(error) = result {
        printer.failed(&error, Some(&source));
    }
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let complaints = text(err);
    // A note is no complaint: `read` says what its class codes mean.
    let complaints: Vec<&str> = (complaints.lines())
        .filter(|line| !line.starts_with("note:"))
        .collect();
    assert!(
        complaints.is_empty(),
        "{complaints:?} in this block:\n{script}"
    );
    text(out)
}

/// A session that writes its pictures to files.
fn new_session() -> Session {
    Session::in_world(Rc::new(Folder), Limits::default())
}

/// The page with the answers that its scripts give now; pictures are written below `folder`.
fn answered(text: &str, folder: &Path) -> String {
    let file = folder.join("lecture.md");
    let mut session = new_session();
    let mut given = None;
    let mut pieces = pieces(text);
    for piece in &mut pieces {
        match piece {
            Piece::Words(words) => {
                if words.lines().any(|line| line.starts_with("## ")) {
                    session = new_session();
                }
            }
            Piece::Script(script) => {
                assert_eq!(given, None, "no answer before this block:\n{script}");
                given = Some(answer(&mut session, &file, script));
            }
            Piece::Answer(answer) => {
                *answer = given.take().expect("an answer follows a script");
            }
        }
    }
    assert_eq!(given, None, "the last block has no answer");
    page(&pieces)
}

/// The pictures in a folder, by name.
fn pictures(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = folder.read_dir() else {
        return BTreeMap::new();
    };
    let one = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_string();
        Some((name, fs::read_to_string(path).ok()?))
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter_map(one).collect()
}

#[test]
fn the_lecture_is_answered_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = root.join("docs");
    let text = fs::read_to_string(docs.join("lecture.md")).expect("the page");

    // The scripts write their pictures into a copy of the folders.
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lecture-page");
    let _ = fs::remove_dir_all(&scratch);
    let data = scratch.join("examples/data");
    fs::create_dir_all(&data).expect("a folder");
    fs::create_dir_all(scratch.join("docs/lecture")).expect("a folder");
    let iris = root.join("examples/data/iris.csv");
    fs::copy(iris, data.join("iris.csv")).expect("the data");

    let now = answered(&text, &scratch.join("docs"));
    let drawn = pictures(&scratch.join("docs/lecture"));
    if std::env::var_os("WENGERT_BLESS").is_some() {
        fs::write(docs.join("lecture.md"), &now).expect("written");
        for (name, picture) in &drawn {
            fs::write(docs.join("lecture").join(name), picture).expect("written");
        }
    }
    let text = fs::read_to_string(docs.join("lecture.md")).expect("the page");
    let exact = wengert::cli::diff::Likeness::Exact;
    if let Some(diff) = wengert::cli::diff::text(&text, &now, exact, &Style::default()) {
        panic!("{diff}\nto accept it: WENGERT_BLESS=1 cargo test --test it -- lecture");
    }

    let kept = pictures(&docs.join("lecture"));
    let names = |pictures: &BTreeMap<String, String>| pictures.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&drawn), "the same pictures");
    for (name, picture) in &kept {
        assert!(drawn[name] == *picture, "{name} is drawn differently now");
        let link = format!("](lecture/{name})");
        assert!(text.contains(&link), "{name} is not shown on the page");
        assert!(picture.len() < 300_000, "{name} is too large to be kept");
    }
    assert_eq!(text.matches("](lecture/").count(), kept.len());
}

#[test]
fn files_that_the_page_names_are_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let text = fs::read_to_string(docs.join("lecture.md")).expect("the page");
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let mut count = 0;
    for link in links {
        assert!(docs.join(link).exists(), "{link}");
        count += 1;
    }
    assert!(count > 8, "only {count} links");
}

#[test]
fn a_page_is_taken_apart_and_put_together() {
    let text = "# A\n\n```ad\nx = 1\n```\n\n```text\n```\nb\n```sh\nls\n```\n";
    // A block of another kind is left alone, its end included.
    let parts = pieces("w\n```ad\nx\n```\n");
    assert_eq!(parts[1], Piece::Script("x\n".into()));
    assert_eq!(page(&pieces("w\n```ad\nx\n```\nz")), "w\n```ad\nx\n```\nz");
    assert_eq!(page(&pieces(text)), text);
}
