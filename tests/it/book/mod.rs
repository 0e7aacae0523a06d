//! The book under `docs`, the README and the examples' page are true: their blocks are run, their
//! tables made again, and answers, tables and pictures compared with the text and the files.
//!
//! A block ```` ```wengert ```` is run; a block ```` ```text ```` behind it holds what it shows, notes
//! included, and is missing where it shows nothing. With ```` ```wengert fails ```` the block ends in an
//! error, which is shown. Blocks follow one another in one session within a section (`## …`), or
//! within the page where it holds `<!-- one session -->`; such a page is typed in the folder of the README. In
//! ```` ```console ```` blocks lines that start
//! with `$ ` are commands. `<!-- table: NAME -->` and `<!-- end -->` enclose what is made from a table
//! of the program ([`tables`]); `<!-- table: script PATH -->` shows a script of `examples` piece by piece:
//! comments as words, and what the statements between them show.
//!
//! To accept new answers, tables and pictures: `WENGERT_BLESS=1 cargo test --test it book::`.

mod tables;

use crate::common::page::{Part, joined, parts};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use wengert::cli::diff::{self, Likeness};
use wengert::cli::{Bar, Format, Printer, Stream};
use wengert::lower::Limits;
use wengert::render::Style;
use wengert::session::Session;
use wengert::source::Source;
use wengert::world::Folder;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder whose names end so, relative to the root, in order.
fn files(root: &Path, folder: &str, end: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(folder)]);
    while let Some(folder) = open.pop() {
        for entry in root.join(&folder).read_dir().expect("a folder").flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All pages, relative to the root.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = files(root(), "docs", ".md");
    pages.extend(["README.md", "examples/README.md"].map(PathBuf::from));
    pages
}

/// A text that two streams write to, as a terminal is.
#[derive(Clone, Default)]
struct Screen(Rc<RefCell<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A session that writes its pictures to files.
fn new_session() -> Session {
    Session::in_world(Rc::new(Folder), Limits::default())
}

/// What a block shows, as the program writes it, and whether it failed.
fn shown(session: &mut Session, file: &Path, script: &str) -> (String, bool) {
    let source = Source::file(file, script);
    let screen = Screen::default();
    let (mut out, mut err) = (screen.clone(), screen.clone());
    let mut printer = Printer {
        preamble: false,
        format: Format::Text,
        quiet: false,
        bar: Bar::default(),
        out: Stream::new(&mut out, Style::default()),
        err: Stream::new(&mut err, Style::default()),
    };
    let result = session.run_source(&source, &mut |event| printer.event(&event, Some(&source)));
    let failed = result.is_err();
    if let Err(error) = result {
        printer.failed(&error, Some(&source));
    }
    let text = String::from_utf8(screen.0.take()).expect("UTF-8");
    // A diagnostic's drawing pads its lines, and files are named relative to the page.
    let folder = file.parent().expect("a folder").join("");
    let text = text.replace(&*folder.to_string_lossy(), "");
    let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
    (lines.collect(), failed)
}

/// A block of commands with what they write now.
fn console(text: &str, folder: &Path) -> String {
    let mut now = String::new();
    let program = Path::new(env!("CARGO_BIN_EXE_wengert"));
    let programs = program.parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    for line in text.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        let shown = String::from_utf8_lossy(&output.stdout);
        let here = folder.display().to_string();
        assert!(
            !shown.contains(&here),
            "{command} tells of this machine:\n{shown}"
        );
        now.push_str(line);
        now.push('\n');
        for line in shown.lines() {
            now.push_str(line.trim_end());
            now.push('\n');
        }
    }
    now
}

/// A script as Markdown. Empty lines separate its pieces; a comment at the start of one is words.
fn script_in_pieces(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a script");
    let mut session = new_session();
    let mut page = String::from("\n");
    for piece in text.split("\n\n") {
        let is_comment = |line: &&str| line.starts_with('#');
        for line in piece.lines().take_while(is_comment) {
            page.push_str(line.trim_start_matches('#').trim());
            page.push('\n');
        }
        if piece.starts_with('#') {
            page.push('\n');
        }
        let code: Vec<&str> = piece.lines().skip_while(is_comment).collect();
        if code.is_empty() {
            continue;
        }
        let code = code.join("\n") + "\n";
        let (shown, failed) = shown(&mut session, path, &code);
        assert!(!failed, "{}:\n{code}\n{shown}", path.display());
        page.push_str(&format!("```wengert\n{code}```\n\n"));
        if !shown.is_empty() {
            page.push_str(&format!("```text\n{shown}```\n\n"));
        }
    }
    page
}

/// The page with the answers that its blocks give now and the tables as they are now. `file` is
/// where a copy of the page would stand: pictures are written beside it.
fn answered(text: &str, file: &Path, copy: &Path) -> String {
    let one_session = text.contains("<!-- one session -->");
    let beside_the_readme = copy.join(file.file_name().unwrap_or_default());
    let file = if one_session {
        &beside_the_readme
    } else {
        file
    };
    let mut session = new_session();
    let mut given: Option<String> = None;
    let mut now: Vec<Part> = Vec::new();
    let answer = |text: String| Part::Block {
        info: "text".into(),
        text,
    };
    for part in parts(text) {
        if part.block("text").is_some()
            && let Some(text) = given.take()
        {
            if !text.is_empty() {
                now.push(answer(text));
            }
            continue;
        }
        let is_blank = |part: &Part| matches!(part, Part::Words(words) if words.trim().is_empty());
        if !is_blank(&part)
            && let Some(text) = given.take().filter(|text| !text.is_empty())
        {
            // An answer that the page does not have yet.
            let gap = now.pop_if(|last| is_blank(last));
            now.push(Part::Words("\n".into()));
            now.push(answer(text));
            now.extend(gap);
        }
        match part {
            Part::Words(words) => {
                if !one_session && words.lines().any(|line| line.starts_with("## ")) {
                    session = new_session();
                }
                now.push(Part::Words(words));
            }
            Part::Block { info, text } if info.starts_with("wengert") => {
                let (shown, failed) = shown(&mut session, file, &text);
                let name = file.display();
                assert_eq!(failed, info == "wengert fails", "{name}:\n{text}\n{shown}");
                given = Some(shown);
                now.push(Part::Block { info, text });
            }
            Part::Block { info, text } if info == "console" => {
                let text = console(&text, copy);
                now.push(Part::Block { info, text });
            }
            Part::Block { info, text } => now.push(Part::Block { info, text }),
            Part::Table { name, .. } => {
                let text = match name.strip_prefix("script ") {
                    Some(path) => script_in_pieces(&copy.join(path)),
                    None => tables::table(&name),
                };
                now.push(Part::Table { name, text });
            }
        }
    }
    if let Some(text) = given.filter(|text| !text.is_empty()) {
        now.push(Part::Words("\n".into()));
        now.push(answer(text));
    }
    joined(&now)
}

/// Copies `examples`, and the folders of `docs` without their files.
fn copy_of_the_tree() -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book");
    let _ = fs::remove_dir_all(&copy);
    for file in files(root(), "examples", "") {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(root().join(&file), to).expect("a copy");
    }
    for file in files(root(), "docs", "") {
        let folder = copy.join(file).parent().expect("a folder").to_path_buf();
        fs::create_dir_all(folder).expect("a folder");
    }
    copy
}

fn pictures(root: &Path) -> BTreeMap<PathBuf, String> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(root.join(&path)).expect("a picture");
        (path, text)
    };
    files(root, "docs", ".svg").into_iter().map(read).collect()
}

#[test]
fn pages_show_what_the_program_shows() {
    let bless = std::env::var_os("WENGERT_BLESS").is_some();
    let copy = copy_of_the_tree();
    let mut differences = String::new();
    let mut blocks = 0;
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        blocks += text.matches("\n```wengert").count();
        let now = answered(&text, &copy.join(&page), &copy);
        if bless {
            fs::write(root().join(&page), &now).expect("written");
        } else if let Some(diff) = diff::text(&text, &now, Likeness::Exact, &Style::default()) {
            differences.push_str(&format!("{}\n{diff}\n", page.display()));
        }
    }
    assert!(blocks > 20, "only {blocks} blocks");
    let drawn = pictures(&copy);
    if bless {
        for (name, picture) in &drawn {
            fs::write(root().join(name), picture).expect("written");
        }
    }
    let kept = pictures(root());
    for name in kept.keys().chain(drawn.keys()) {
        if kept.get(name) != drawn.get(name) {
            differences.push_str(&format!("{} is not what is drawn\n", name.display()));
        }
    }
    assert!(
        differences.is_empty(),
        "{differences}\nto accept it: WENGERT_BLESS=1 cargo test --test it book::"
    );
}

/// The targets of a page's links, without those to other places of the same page and other sites.
fn links(text: &str) -> Vec<String> {
    let words = parts(text).into_iter().filter_map(|part| match part {
        Part::Words(text) | Part::Table { text, .. } => Some(text),
        Part::Block { .. } => None,
    });
    let words: String = words.collect();
    let targets = words
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default().to_string());
    targets
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut count = 0;
    let mut shown = Vec::new();
    for page in pages().into_iter().chain([PathBuf::from("web/README.md")]) {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        let folder = page.parent().expect("a folder");
        for link in links(&text) {
            let target = root().join(folder).join(&link);
            assert!(target.exists(), "{}: {link}", page.display());
            shown.extend(target.canonicalize());
            count += 1;
        }
    }
    assert!(count > 60, "only {count} links");
    for picture in files(root(), "docs", ".svg") {
        let path = root().join(&picture).canonicalize().expect("a picture");
        assert!(shown.contains(&path), "{} is on no page", picture.display());
        let size = path.metadata().expect("a picture").len();
        assert!(
            size < 300_000,
            "{} is too large to be kept",
            picture.display()
        );
    }
}

#[test]
fn every_page_is_in_the_book_and_every_example_is_listed() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("a page");
    let listed = links(&read("docs/SUMMARY.md"));
    for page in files(root(), "docs", ".md") {
        let name = page.strip_prefix("docs").expect("in docs");
        let name = name.to_string_lossy();
        assert!(
            name == "SUMMARY.md" || listed.iter().any(|link| *link == name),
            "{name} is not in docs/SUMMARY.md"
        );
    }
    let listed = links(&read("examples/README.md"));
    for example in files(root(), "examples", ".ad") {
        let name = example.strip_prefix("examples").expect("in examples");
        let name = name.to_string_lossy();
        let is_solution = name.ends_with(".sol.ad");
        assert!(
            is_solution || listed.iter().any(|link| *link == name),
            "{name} is not in examples/README.md"
        );
    }
}

/// Files that blocks of commands name are there.
#[test]
fn commands_name_files_that_exist() {
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        for part in parts(&text) {
            let Some(commands) = part.block("sh") else {
                continue;
            };
            for word in commands.lines().flat_map(|line| {
                let (command, _) = line.split_once(" #").unwrap_or((line, ""));
                command.split_whitespace()
            }) {
                let ours = [
                    "examples/",
                    "web/",
                    "tests/",
                    "docs/",
                    "benches/",
                    "fuzz/",
                    ".ci/",
                ];
                if ours.iter().any(|folder| word.starts_with(folder)) && !word.contains("/dist") {
                    assert!(root().join(word).exists(), "{}: {word}", page.display());
                    count += 1;
                }
            }
        }
    }
    assert!(count > 5, "only {count} files");
}
