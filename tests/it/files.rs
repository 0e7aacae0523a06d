//! Files that are no text, are too long, never end or must not be touched: the error says so, and no
//! file is half written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// No file takes longer to be refused, on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// A folder that goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wengert-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn wengert(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        command
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null());
        command
    }

    fn pipe(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.0.join(name)).status();
        assert!(made.expect("mkfifo runs").success());
    }

    /// What the program says, which must be an error that ends it soon.
    fn error(&self, arguments: &[&str]) -> String {
        let start = Instant::now();
        let output = self.wengert(arguments).output().expect("it runs");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(
            start.elapsed() < SOON,
            "{arguments:?}: {:?}",
            start.elapsed()
        );
        stderr.lines().next().unwrap_or("").to_string()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_no_text_is_refused_wherever_a_file_is_read() {
    let folder = Folder::new("no-text");
    fs::write(folder.0.join("wide.csv"), b"\xff\xfe1\0,\0").expect("written");
    fs::write(folder.0.join("bytes.csv"), b"1,2\n3,\xc0\xaf\n").expect("written");
    fs::create_dir(folder.0.join("d.csv")).expect("made");
    let big = fs::File::create(folder.0.join("big.csv")).expect("made");
    big.set_len(5 << 30).expect("a sparse file");
    for (file, message) in [
        ("/dev/zero", "`/dev/zero` is not a UTF-8 text: see byte 1"),
        ("wide.csv", "`wide.csv` is a UTF-16 text"),
        ("bytes.csv", "`bytes.csv` is not a UTF-8 text: see byte 7"),
        ("d.csv", "`d.csv` is a folder"),
        ("none.csv", "there is no file `none.csv`"),
        ("none/a.csv", "there is no file `none/a.csv`"),
        ("big.csv", "`big.csv` is longer than"),
    ] {
        let read = format!("x = read(\"{file}\"); x");
        let import = format!("import \"{file}\"");
        for arguments in [
            vec!["-e", &read],
            vec!["-e", &import],
            vec![file],
            vec!["check", file],
        ] {
            let said = folder.error(&arguments);
            assert!(said.contains(message), "{arguments:?}: {said}");
        }
    }
    let zeros = fs::File::open("/dev/zero").expect("it is there");
    let output = folder
        .wengert(&["-"])
        .stdin(zeros)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("standard input is not a UTF-8 text"));
}

#[test]
fn a_pipe_is_read_and_waited_for_no_longer_than_allowed() {
    let folder = Folder::new("pipe");
    folder.pipe("p.csv");
    let script = "print \"before\"\nx = read(\"p.csv\")\nx\n";
    let waiting = folder
        .wengert(&["--limit-time", "200ms", "-e", script])
        .output()
        .expect("it runs");
    assert_eq!(text(&waiting.stdout), "before\n");
    let said = text(&waiting.stderr);
    assert!(
        said.contains("the time limit of 200ms is reached"),
        "{said}"
    );

    let reader = folder
        .wengert(&["-e", script])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    fs::write(folder.0.join("p.csv"), "1,2\n").expect("someone reads");
    let Output { stdout, .. } = reader.wait_with_output().expect("it ends");
    assert_eq!(text(&stdout), "before\nx = [1, 2]'\n");
}

#[test]
fn results_are_written_as_the_name_of_the_file_says() {
    let folder = Folder::new("formats");
    let script = "A = [1, 2; 3, 4]; w = 3; A to \"a.md\"; compare w^2 wrt w using forward to \"c.md\"; \
                  print \"A is\", A to \"p.csv\"; derive w^2 wrt w with bare to \"f.tex\"; L = w^2; L to \"l.md\"";
    let output = folder.wengert(&["-q", "-e", script]).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read = |name: &str| fs::read_to_string(folder.0.join(name)).expect("a file");
    assert_eq!(
        read("a.md"),
        "`A`\n\n| 1 | 2 |\n| ---: | ---: |\n| 1 | 2 |\n| 3 | 4 |\n"
    );
    let compared = "`w^2 = 9`\n\n| wrt | forward |\n| --- | ---: |\n| w | 6 |\n";
    assert!(read("c.md").starts_with(compared), "{}", read("c.md"));
    assert_eq!(read("p.csv"), "1,2\n3,4\n");
    assert_eq!(read("f.tex"), "2 w\n");
    assert_eq!(read("l.md"), "```text\nL = 9\n```\n");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = Folder::new("write");
    let at = |name: &str| folder.0.join(name);
    let write = |name: &str| format!("x = 2; print \"before\"; graph x^2 wrt x to \"{name}\"");
    fs::create_dir(at("folder.svg")).expect("made");
    folder.pipe("pipe.svg");
    fs::write(at("kept.svg"), "as it was").expect("written");
    fs::set_permissions(at("kept.svg"), fs::Permissions::from_mode(0o444)).expect("set");
    fs::write(at("real.svg"), "old").expect("written");
    symlink("real.svg", at("link.svg")).expect("linked");
    let before = folder.names();
    for (name, message) in [
        ("folder.svg", "`folder.svg` is a folder"),
        ("none/a.svg", "there is no folder to write `none/a.svg` to"),
        ("kept.svg", "no permission to write `kept.svg`"),
        (
            "pipe.svg",
            "cannot write `pipe.svg`: it is not an ordinary file",
        ),
        ("a.gif", "`graph` cannot write `a.gif`"),
    ] {
        let said = folder.error(&["-e", &write(name)]);
        assert!(said.contains(message), "{said}");
    }
    assert_eq!(
        fs::read_to_string(at("kept.svg")).expect("it is there"),
        "as it was"
    );
    assert_eq!(folder.names(), before);

    for name in ["link.svg", "new.svg"] {
        let output = folder
            .wengert(&["-e", &write(name)])
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        let svg = fs::read_to_string(at(name)).expect("it is there");
        assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"), "{svg}");
        assert!(svg.trim_end().ends_with("</svg>"));
    }
    assert!(at("link.svg").is_symlink(), "the link is still one");
    assert_ne!(
        fs::read_to_string(at("real.svg")).expect("it is there"),
        "old"
    );
    assert_eq!(
        folder.names().len(),
        before.len() + 1,
        "{:?}",
        folder.names()
    );
}

#[test]
fn in_the_sandbox_no_file_is_touched() {
    let folder = Folder::new("sandbox");
    fs::write(folder.0.join("a.csv"), "1,2\n").expect("written");
    fs::write(folder.0.join("a.ad"), "y = 1\n").expect("written");
    let before = folder.names();
    for script in [
        "x = read(\"a.csv\"); x",
        "x = read(\"none.csv\"); x",
        "f(t) = sum(read(\"a.csv\"))*t; f'(1)",
        "x = 1; L = if x > 0 then sum(read(\"a.csv\")) else 0; L",
        "w = 0; repeat 2 { w := w + sum(read(\"a.csv\")) }",
        "import \"a.ad\"",
        "if 1 { import \"a.ad\" }",
        "x = 1; graph x^2 to \"b.svg\"",
        "x = 1; graph x^2 to \"b.dot\"",
        "plot t over t from 0 to 1 to \"b.svg\"",
        "plot s*t over s from 0 to 1, t from 0 to 1 to \"b.svg\"",
    ] {
        let said = folder.error(&["--sandbox", "-e", script]);
        assert_eq!(
            said, "error[file]: files are out of bounds in the sandbox",
            "{script}"
        );
        // The same script does something without it, or its file is missing.
        let free = folder.wengert(&["-e", script]).output().expect("it runs");
        assert_eq!(free.status.success(), !script.contains("none"), "{script}");
        for made in ["b.svg", "b.dot"] {
            let _ = fs::remove_file(folder.0.join(made));
        }
    }
    assert_eq!(folder.names(), before);
    // A script that the user names is read all the same.
    let named = folder
        .wengert(&["--sandbox", "a.ad"])
        .output()
        .expect("it runs");
    assert!(named.status.success());
}

#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let folder = Folder::new("full");
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("it is there");
    let output = folder
        .wengert(&["-e", "1 + 1"])
        .stdout(full)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot be written"));
}

#[test]
fn results_are_written_in_the_format_of_the_files_name() {
    use std::rc::Rc;
    use wengert::Session;
    use wengert::lower::Limits;
    use wengert::world::Memory;

    let world = Rc::new(Memory::default());
    let mut session = Session::in_world(world.clone(), Limits::default());
    let text = |name: &str| {
        let content = world
            .content(name)
            .unwrap_or_else(|| panic!("{name} is there"));
        String::from_utf8_lossy(&content).into_owned()
    };
    session
        .run(
            "A = [1, 0.1; -3, nan]; A to \"a.csv\"; A to \"a.npy\"; x = 3; L = x^2
             trace L wrt x to \"t.tex\"; trace L wrt x to \"t.html\"
             compare L wrt x to \"c.json\"; derive L wrt x to \"d.txt\"",
        )
        .expect("everything is written");
    assert_eq!(text("a.csv"), "1,0.1\n-3,NaN\n");
    assert!(text("t.tex").contains("\\begin{longtable}") || text("t.tex").contains("tabular"));
    assert!(text("t.html").to_lowercase().starts_with("<!doctype html>"));
    assert!(text("c.json").starts_with("{\"kind\":\"compare\""));
    assert!(text("d.txt").starts_with("∂L/∂x = 2*x\n"));
    // What was written is read back as it was.
    for file in ["a.csv", "a.npy"] {
        let read = session
            .eval(&format!("read(\"{file}\")"))
            .expect("a matrix");
        let back = format!("{read:?}");
        let value = session.eval("A").expect("a value");
        assert_eq!(back, format!("{value:?}"), "{file}");
    }
    for (wrong, help) in [
        ("trace L wrt x to \"t.csv\"", "`.tex`"),
        ("L to \"value\"", "`.npy`"),
    ] {
        let error = session.run(wrong).expect_err(wrong);
        assert!(
            error.advice().is_some_and(|advice| advice.contains(help)),
            "{wrong}: {error}"
        );
    }
}
