//! The program as its users call it: streams, exit status, formats.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn wengert(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

/// What came of a call.
struct Outcome {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Outcome {
        Outcome {
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            code: output.status.code(),
        }
    }
}

fn run(arguments: &[&str]) -> Outcome {
    wengert(arguments).output().expect("runs").into()
}

fn run_with_input(arguments: &[&str], input: &[u8]) -> Outcome {
    let mut command = wengert(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input)
        .expect("is read");
    child.wait_with_output().expect("ends").into()
}

/// A folder of its own for a test, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wengert-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("writable");
        path.display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect(name)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn one_liners() {
    let outcome = run(&["-e", "w = 3; w^2"]);
    assert_eq!(
        (
            outcome.stdout.as_str(),
            outcome.stderr.as_str(),
            outcome.code
        ),
        ("w^2 = 9\n", "", Some(0))
    );
    assert_eq!(run(&["-e", "w = 3", "-e", "w^2"]).stdout, "w^2 = 9\n");
    assert_eq!(run(&["-e", "-2^2"]).stdout, "-2^2 = -4\n");
}

#[test]
fn standard_input_with_and_without_a_dash() {
    assert_eq!(run_with_input(&[], b"w = 3\nw^2").stdout, "w^2 = 9\n");
    assert_eq!(run_with_input(&["-"], b"w = 3\nw^2\n").stdout, "w^2 = 9\n");
    assert_eq!(run_with_input(&[], b"").code, Some(0));
    let outcome = run_with_input(&[], b"\xff\xfe");
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr,
        "error[file]: standard input is a UTF-16 text\n   Help: save it as UTF-8\n"
    );
}

#[test]
fn what_was_shown_before_an_error_stays() {
    let outcome = run_with_input(&["-"], b"print \"before\"\n[1,2]*[3,4]\nprint \"after\"\n");
    assert_eq!(outcome.stdout, "before\n");
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.starts_with("error[shape]: "),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("[ <stdin>:2:1 ]"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains('\u{1b}'));
}

#[test]
fn files_run_one_after_the_other_up_to_the_first_failure() {
    let folder = Folder::new("files");
    let first = folder.file("first.ad", "w = 3\nw");
    let second = folder.file("second.ad", "w + 1");
    let outcome = run(&[&first, &second, &first]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("w = 3\n", Some(1))
    );
    assert!(
        outcome.stderr.contains("`w` is not defined"),
        "{}",
        outcome.stderr
    );
    let outcome = run(&[&first, &first]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("w = 3\nw = 3\n", Some(0))
    );
}

#[test]
fn files_as_they_come() {
    let folder = Folder::new("odd-files");
    let windows = folder.file("windows.ad", "\u{feff}w = 3\r\nw + 1\r\n");
    assert_eq!(run(&[&windows]).stdout, "w + 1 = 4\n");
    let outcome = run(&[&folder.file("empty.ad", "")]);
    assert_eq!(
        (
            outcome.stdout.as_str(),
            outcome.stderr.as_str(),
            outcome.code
        ),
        ("", "", Some(0))
    );
    for (file, complaint) in [
        (
            folder.file("binary.ad", b"\x00\xff\x80"),
            "is not a UTF-8 text",
        ),
        (folder.path().to_string(), "is a folder"),
        (folder.path().to_string() + "/none.ad", "there is no file"),
    ] {
        let outcome = run(&[&file]);
        assert_eq!(outcome.code, Some(1));
        assert!(
            outcome.stderr.starts_with("error[file]: "),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(complaint), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn exported_code_is_an_object_of_json() {
    let script = "examples/lecture/7.2-loss.ad";
    let outcome = run(&["--format", "json", "export", script, "--to", "c", "L"]);
    let object: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
    assert_eq!(
        (object["kind"].as_str(), object["target"].as_str()),
        (Some("export"), Some("c"))
    );
    let code = object["code"].as_str().unwrap_or_default();
    assert!(code.contains("const double L = "), "{code}");
}

#[test]
fn json_errors_are_objects_on_standard_output() {
    let outcome = run(&["--format", "json", "-e", "w = 3; w; [1,2]*[3,4]"]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines[0], r#"{"kind":"value","text":"w","value":3}"#);
    let error: serde_json::Value = serde_json::from_str(lines[1]).expect("an object");
    assert_eq!(
        (error["kind"].as_str(), error["code"].as_str()),
        (Some("error"), Some("shape"))
    );
    assert_eq!(error["span"][1], 21);
    assert!(
        outcome.stderr.starts_with("error[shape]: "),
        "{}",
        outcome.stderr
    );
    assert_eq!((lines.len(), outcome.code), (2, Some(1)));

    let outcome = run(&["-e", "[1,2]*[3,4]", "--format", "json", "--quiet"]);
    assert_eq!((outcome.stderr.as_str(), outcome.code), ("", Some(1)));
    assert!(outcome.stdout.starts_with(r#"{"kind":"error""#));

    let outcome = run(&["--format", "json", "none.ad"]);
    assert!(
        outcome
            .stdout
            .starts_with(r#"{"kind":"error","code":"file","#),
        "{}",
        outcome.stdout
    );
}

#[test]
fn warnings_do_not_fail() {
    let outcome = run(&["-e", "exp(x) = x; exp(1)"]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("exp(1) = 1\n", Some(0))
    );
    assert!(
        outcome.stderr.starts_with("warning[function]: "),
        "{}",
        outcome.stderr
    );
    let outcome = run(&["--quiet", "-e", "exp(x) = x; exp(1)"]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("exp(1) = 1\n", "")
    );
    let outcome = run(&["--quiet", "-e", "["]);
    assert!(!outcome.stderr.is_empty());
    let outcome = run(&["--format", "json", "-e", "exp(x) = x"]);
    assert!(
        outcome.stdout.starts_with(r#"{"kind":"warning""#),
        "{}",
        outcome.stdout
    );
}

#[test]
fn check_tells_everything_and_runs_nothing() {
    let folder = Folder::new("check");
    let fine = folder.file("fine.ad", "w = 3\nprint w\nwhile 1 { w := w }\n");
    let outcome = run(&["check", &fine]);
    assert_eq!(
        (
            outcome.stdout.as_str(),
            outcome.stderr.as_str(),
            outcome.code
        ),
        ("", "", Some(0))
    );
    let wrong = folder.file("wrong.ad", "[1,2]*[3,4]\nsin(1, 2)\n");
    let outcome = run(&["check", &wrong, &fine]);
    assert!(
        outcome.stderr.contains("error[shape]") && outcome.stderr.contains("error[arity]"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.code, Some(1));
    let suspicious = folder.file("suspicious.ad", "exp(x) = x\n");
    let outcome = run(&["check", &suspicious]);
    assert!(
        outcome.stderr.starts_with("warning[function]"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.code, Some(0));
    assert_eq!(run_with_input(&["check", "-"], b"1 +").code, Some(1));
}

#[test]
fn wrong_usage() {
    for arguments in [
        ["--format", "xml"],
        ["--digits", "0"],
        ["--digits", "18"],
        ["--limit-memory", "2 parsecs"],
        ["--limit-time", "soon"],
        ["--unknown", "x"],
    ] {
        let outcome = run(&arguments);
        assert_eq!(
            (outcome.stdout.as_str(), outcome.code),
            ("", Some(2)),
            "{arguments:?}"
        );
    }
    assert_eq!(run(&["check"]).code, Some(2));
    assert_eq!(run(&["-e", "1", "x.ad"]).code, Some(2));
    assert_eq!(run(&["-e", "1", "check", "x.ad"]).code, Some(2));
}

#[test]
fn help_and_version() {
    let outcome = run(&["--help"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stdout.contains("Examples:") && outcome.stdout.contains("--format"));
    assert_eq!(
        run(&["--version"]).stdout,
        format!("wengert {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn options_stand_before_or_after_the_command() {
    let folder = Folder::new("options");
    let script = folder.file("a.ad", "1 +");
    for arguments in [
        ["--ascii", "check", &script],
        ["check", "--ascii", &script],
        ["check", &script, "--ascii"],
    ] {
        let outcome = run(&arguments);
        assert!(outcome.stderr.is_ascii(), "{}", outcome.stderr);
        assert_eq!(outcome.code, Some(1));
    }
}

#[test]
fn style() {
    assert_eq!(run(&["-e", "1/3"]).stdout, "1/3 = 0.333333\n");
    assert_eq!(run(&["--digits", "3", "-e", "1/3"]).stdout, "1/3 = 0.333\n");
    let ascii = run(&["--ascii", "-e", "w = 3; trace w^2"]).stdout;
    assert!(ascii.is_ascii() && ascii.contains("da1"), "{ascii}");
    let outcome: Outcome = wengert(&["-e", "w = 3; trace w^2"])
        .env("LC_ALL", "C")
        .output()
        .expect("runs")
        .into();
    assert_eq!(outcome.stdout, ascii);
    assert!(
        run(&["--color", "always", "-e", "1 +"])
            .stderr
            .contains('\u{1b}')
    );
    assert!(
        !run(&["--color", "never", "-e", "1 +"])
            .stderr
            .contains('\u{1b}')
    );
    let forced = wengert(&["-e", "1 +"])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .expect("runs");
    assert!(Outcome::from(forced).stderr.contains('\u{1b}'));
}

#[test]
fn limits() {
    let outcome = run(&[
        "--limit-time",
        "100ms",
        "-e",
        "x = 0; while 1 { x := x + 1 }",
    ]);
    assert!(
        outcome
            .stderr
            .starts_with("error[limit]: the time limit of 100ms is reached"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.code, Some(1));
    let outcome = run(&["--limit-memory", "1K", "-e", "sum(zeros(1000, 1000))"]);
    assert!(
        outcome.stderr.starts_with("error[limit]"),
        "{}",
        outcome.stderr
    );
    let outcome = run(&["--limit-nodes", "10", "-e", "sum(i for i in 1..1000)"]);
    assert!(
        outcome.stderr.starts_with("error[limit]"),
        "{}",
        outcome.stderr
    );
    let outcome = run(&["--sandbox", "-e", "read(\"data.csv\")"]);
    assert!(
        outcome.stderr.starts_with("error[file]"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn results_appear_as_they_are_computed() {
    let mut command = wengert(&["-e", "print 1; x = 0; while 1 { x := x + 1 }"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("a line");
    assert_eq!(line, "1\n");
    child.kill().expect("still running");
    child.wait().expect("ends");
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let mut command = wengert(&["-e", "i = 0; while 1 { i := i + 1; print i }"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut first = [0; 4];
    child
        .stdout
        .take()
        .expect("piped")
        .read_exact(&mut first)
        .expect("some output");
    let outcome: Outcome = child.wait_with_output().expect("ends").into();
    assert_eq!(
        (&first, outcome.stderr.as_str(), outcome.code),
        (b"1\n2\n", "", Some(0))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("a full device");
    let outcome: Outcome = wengert(&["-e", "1"])
        .stdout(full)
        .output()
        .expect("runs")
        .into();
    assert!(
        outcome
            .stderr
            .starts_with("error: the results cannot be written"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.code, Some(1));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_script_with_a_diagnostic() {
    let mut command = wengert(&["-e", "print 1; x = 0; while 1 { x := x + 1 }"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut first = [0; 2];
    child
        .stdout
        .as_mut()
        .expect("piped")
        .read_exact(&mut first)
        .expect("some output");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill")
            .success()
    );
    let outcome: Outcome = child.wait_with_output().expect("ends").into();
    assert!(
        outcome.stderr.starts_with("error[limit]: interrupted"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.code, Some(130));
}

#[test]
fn moved_cells_are_no_difference() {
    let folder = Folder::new("moved");
    folder.file("a.ad", "[1, 2; 30, 4]\n");
    assert_eq!(run(&["test", "--bless", folder.path()]).code, Some(0));
    let moved = folder.read("a.out").replace("  2", "     2");
    folder.file("a.out", &moved);
    assert_eq!(run(&["test", folder.path()]).code, Some(0));
    assert_eq!(run(&["test", "--bless", folder.path()]).code, Some(0));
    assert_eq!(folder.read("a.out"), moved);
    let exact = run(&["test", "--exact", folder.path()]);
    assert_eq!(exact.code, Some(1));
    assert!(exact.stdout.contains(" - "), "{}", exact.stdout);
}

#[test]
fn exercises_and_their_solutions() {
    let folder = Folder::new("exercises");
    let solution = "x = 3\nslope = 2*x*cos(x^2)\nslope\nprint \"twice\", 2*slope\n";
    let exercise = solution.replace("2*x*cos(x^2)", "???");
    folder.file("a.sol.ad", solution);
    folder.file("a.ad", &exercise);
    let path = Path::new(folder.path()).join("a.ad");
    let left = run(&[path.to_str().expect("a path")]);
    assert_eq!(left.code, Some(1));
    assert!(
        left.stderr
            .contains("error[blank]: this blank is not filled in"),
        "{}",
        left.stderr
    );

    let outcome = run(&["test", "--solutions", folder.path()]);
    assert!(
        outcome
            .stdout
            .ends_with("a.ad: 1 blank filled in from the solution\n1 passed, 0 failed\n"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.code, Some(0));
    // Another formula for the same, which rounds differently.
    folder.file(
        "a.ad",
        exercise.replace("???", "x*cos(x*x) + cos(x^2)*x + 1e-12"),
    );
    let right = run(&["test", "--solutions", folder.path()]);
    assert_eq!(right.stdout, "1 passed, 0 failed\n");
    folder.file("a.ad", exercise.replace("???", "cos(x^2)"));
    let wrong = run(&["test", "--solutions", folder.path()]);
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong
            .stdout
            .contains("a.ad: `slope` is -0.91113, the solution -5.46678\n"),
        "{}",
        wrong.stdout
    );
    folder.file("a.ad", "y = ???\n");
    let other = run(&["test", "--solutions", folder.path()]);
    assert!(
        other
            .stdout
            .contains("is not the same script with the blanks filled in"),
        "{}",
        other.stdout
    );
}

#[test]
fn test_and_bless() {
    let folder = Folder::new("test");
    folder.file("a.ad", "w = 3\nw^2\n");
    folder.file(
        "deeper/b.ad",
        "import \"../lib.inc\"\nfactor\n[1,2]*[3,4]\n",
    );
    folder.file("lib.inc", "factor = 2\n");

    let outcome = run(&["test", folder.path()]);
    assert!(
        outcome.stdout.contains("there is no") && outcome.stdout.ends_with("0 passed, 2 failed\n"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.code, Some(1));

    let outcome = run(&["test", "--bless", folder.path()]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stdout
            .contains("b.ad: it ends in an error (exit 1), and ")
            && outcome.stdout.contains("error[shape]"),
        "{}",
        outcome.stdout
    );
    let blessed = run(&["test", "--bless-errors", folder.path()]);
    assert!(
        blessed
            .stdout
            .contains("b.out (it ends in an error, exit 1)\n"),
        "{}",
        blessed.stdout
    );
    assert_eq!(folder.read("a.out"), "w^2 = 9\n");
    let written = folder.read("deeper/b.out");
    assert!(
        written.starts_with("factor = 2\n-- stderr --\nerror[shape]: "),
        "{written}"
    );
    assert!(
        written.contains("[ b.ad:3:1 ]") && written.ends_with("-- exit 1 --\n"),
        "{written}"
    );
    assert!(!Path::new(folder.path()).join("a.json.out").exists());

    let outcome = run(&["test", folder.path()]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("2 passed, 0 failed\n", Some(0))
    );

    folder.file("a.out", "w^2 = 10\n");
    let outcome = run(&["test", folder.path()]);
    assert!(
        outcome
            .stdout
            .contains("    1 - w^2 = 10\n    1 + w^2 = 9\n"),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.ends_with("1 passed, 1 failed\n"));

    folder.file("a.json.out", "");
    // A page that `-o` has written is nobody's expectation.
    folder.file("a.html", "mine");
    assert_eq!(run(&["test", "--bless", folder.path()]).code, Some(0));
    assert_eq!(folder.read("a.html"), "mine");
    assert_eq!(
        folder.read("a.json.out"),
        "{\"kind\":\"value\",\"text\":\"w^2\",\"value\":9}\n"
    );
    assert_eq!(run(&["test", folder.path()]).code, Some(0));
    folder.file("gone.tex.out", "");
    let outcome = run(&["test", folder.path()]);
    let orphan = "gone.tex.out: there is no script that writes it\n2 passed, 1 failed\n";
    assert!(outcome.stdout.ends_with(orphan), "{}", outcome.stdout);
    assert_eq!(outcome.code, Some(1));
    let outcome = run(&["test", &format!("{}/nowhere", folder.path())]);
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(2)));
    assert!(outcome.stderr.contains("nowhere"), "{}", outcome.stderr);
}

#[test]
fn a_file_that_is_imported_is_named_by_its_diagnostics() {
    let folder = Folder::new("import");
    let script = folder.file("main.ad", "import \"lib.ad\"\ng(1)\n");
    folder.file("lib.ad", "# a comment\ng(x) = x*[1,2]*[3,4]\n");
    let outcome = run(&[&script]);
    assert!(
        outcome.stderr.contains("lib.ad:2:8 ]"),
        "{}",
        outcome.stderr
    );
    let outcome = run(&["--format", "json", &script]);
    assert!(outcome.stdout.contains("lib.ad\""), "{}", outcome.stdout);
}

#[test]
fn fmt_rewrites_or_only_tells() {
    let folder = Folder::new("fmt");
    let file = folder.file("a.ad", "w=3 # three\r\nrepeat 2 {w:=w+1\n}");
    let outcome = run(&["fmt", "--check", &file]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stdout
            .contains("a.ad is not in the standard layout\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.contains("+ w = 3  # three\n"),
        "{}",
        outcome.stdout
    );
    assert!(folder.read("a.ad").starts_with("w=3"));
    let outcome = run(&["fmt", &file]);
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(0)));
    let wanted = "w = 3  # three\nrepeat 2 {\n  w := w + 1\n}\n";
    assert_eq!(folder.read("a.ad"), wanted);
    assert_eq!(run(&["fmt", "--check", &file]).code, Some(0));
    assert_eq!(run_with_input(&["fmt", "-"], b"x=1").stdout, "x = 1\n");

    let broken = folder.file("b.ad", "x = (1\n");
    let outcome = run(&["fmt", &broken]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.starts_with("error[syntax]"),
        "{}",
        outcome.stderr
    );
    assert_eq!(folder.read("b.ad"), "x = (1\n");
}

/// Every script of the repository keeps its meaning, and a second time nothing changes.
#[test]
fn fmt_keeps_every_script() {
    use wengert::source::Source;
    use wengert::syntax::format::format;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("examples"), root.join("tests/golden")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "ad") {
                let text = fs::read_to_string(&path).expect("a text");
                let Ok(first) = format(&Source::new("first", text)) else {
                    continue;
                };
                let second = format(&Source::new("second", first.clone())).expect("parses");
                assert_eq!(first, second, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} scripts");
}

#[test]
fn explanations_completions_and_a_manual() {
    let outcome = run(&["explain", "shape"]);
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome.stdout.starts_with("error[shape]: "),
        "{}",
        outcome.stdout
    );
    assert!(run(&["explain"]).stdout.contains("  singular  "));
    let outcome = run(&["explain", "shpae"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("did you mean `shape`?"),
        "{}",
        outcome.stderr
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = run(&["completions", shell]);
        assert_eq!(outcome.code, Some(0));
        assert!(outcome.stdout.contains("explain"), "{shell}");
    }
    let outcome = run(&["man"]);
    assert!(
        outcome.stdout.contains(".TH wengert 1"),
        "{}",
        outcome.stdout
    );
}

/// The wheel brings them as files. `WENGERT_BLESS=1 cargo test --test it wheel` writes them after a change of options or version.
#[test]
fn the_wheel_brings_completions_and_a_manual() {
    let share = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/python/wengert.data/data/share");
    for (arguments, name) in [
        (&["man"][..], "man/man1/wengert.1"),
        (
            &["completions", "bash"],
            "bash-completion/completions/wengert",
        ),
        (&["completions", "zsh"], "zsh/site-functions/_wengert"),
        (
            &["completions", "fish"],
            "fish/vendor_completions.d/wengert.fish",
        ),
    ] {
        let (file, now) = (share.join(name), run(arguments).stdout);
        if std::env::var_os("WENGERT_BLESS").is_some() {
            std::fs::write(&file, &now).expect("the wheel's folder is there");
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == now,
            "{name} is not what the program writes: WENGERT_BLESS=1 cargo test --test it wheel"
        );
    }
}

#[test]
fn time_is_told_on_standard_error() {
    let outcome = run(&["--time", "-e", "1 + 1"]);
    assert_eq!(outcome.stdout, "1 + 1 = 2\n");
    assert!(
        outcome.stderr.ends_with("s\n") && outcome.stderr.lines().count() == 1,
        "{}",
        outcome.stderr
    );
}

/// With `--ascii` no byte is beyond ASCII, whatever is shown: results, JSON, diagnostics.
#[test]
fn ascii_is_complete() {
    let folder = Folder::new("ascii");
    let own = folder.file(
        "ŵ.ad",
        "λ₁ = 3; ŷ = 2; w₀ = 1\nL = (ŷ − λ₁·w₀)²\nprint \"ein Maß: ≤\", L\ntrace L\nderive L wrt ŷ\ncompare L\ngraph L\n\
         plot t^2 over t from -1 to 1\nL ≤ 3\nλ₁*[1, ŷ]*[2, 3]\n",
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let examples = [
        "baydin.ad",
        "kinks.ad",
        "plots.ad",
        "where-nan-is-born.ad",
        "lecture/7.4-graph.ad",
    ];
    let mut scripts: Vec<String> = examples
        .iter()
        .map(|name| root.join(name).display().to_string())
        .collect();
    scripts.push(own);
    for script in scripts {
        for format in ["text", "json"] {
            let outcome = run(&["--ascii", "--format", format, &script]);
            assert!(outcome.stdout.is_ascii(), "{script}:\n{}", outcome.stdout);
            assert!(outcome.stderr.is_ascii(), "{script}:\n{}", outcome.stderr);
            assert!(outcome.stdout.len() > 100, "{script}: {}", outcome.stdout);
        }
    }
    assert!(run(&["--ascii", "explain", "shape"]).stdout.is_ascii());
}

/// No line is wider than asked for, and no number is lost.
#[test]
fn width_is_kept_and_nothing_is_dropped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in ["baydin.ad", "lecture/7.2-loss.ad", "lecture/7.3-forward.ad"] {
        let script = root.join(name).display().to_string();
        let whole = run(&[&script]).stdout;
        let fitted = run(&["--width", "72", &script]).stdout;
        let numbers = |text: &str| {
            let words = text.split_whitespace().map(String::from);
            let mut words: Vec<String> = words.filter(|word| word.parse::<f64>().is_ok()).collect();
            words.sort();
            words.dedup();
            words
        };
        assert_eq!(numbers(&whole), numbers(&fitted), "{name}");
        for line in fitted
            .lines()
            .filter(|line| line.starts_with(['a', 'ȧ', 'ā']))
        {
            let width = line
                .chars()
                .filter(|c| !('\u{300}'..'\u{370}').contains(c))
                .count();
            assert!(width <= 72, "{name}: {line}");
        }
    }
}

#[test]
fn help_without_dashes() {
    assert_eq!(run(&["help"]).stdout, run(&["--help"]).stdout);
    assert!(run(&["man"]).stdout.contains("\\fB\\-e\\fR \\fISOURCE\\fR"));
    let outcome = run(&["explain", "foo"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("syntax, name, function"));
}

/// Headlines, labels and steps are broken between words, and nothing is lost.
#[test]
fn sentences_fit_the_width() {
    let source = "vector = [1, 2, 3]\nmatrix = ones(2, 3)\nvector + matrix";
    let wide = run(&["-e", source]).stderr;
    let narrow = run(&["--width", "44", "-e", source]).stderr;
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(words(&wide), words(&narrow));
    let is_prose = |line: &&str| !line.contains(" 3 │") && !line.contains('╭');
    for line in narrow.lines().filter(is_prose) {
        assert!(line.chars().count() <= 44, "{line} in {narrow}");
    }
    let steps = run(&["--width", "40", "-e", "derive sin(x)^2*x wrt x with steps"]).stdout;
    // Formulas are not wrapped.
    let is_rule = |line: &&str| !line.starts_with('∂') && !line.trim_start().starts_with("= ");
    for line in steps.lines().filter(is_rule) {
        assert!(line.chars().count() <= 40, "{line} in {steps}");
    }
}

/// A heading names its output so that no name of the user's is taken.
#[test]
fn headings_name_their_outputs() {
    let shown = |source: &str| run(&["-e", source]).stdout;
    let text = shown("x = 2; trace log(x)*x wrt x");
    assert!(text.contains("∂(log(x)*x)/∂aᵢ"), "{text}");
    let text = shown("x = 2; y = 1; z = 3; trace x*y*z + sin(x*y*z) wrt x");
    assert!(
        text.contains("∂out/∂aᵢ") && text.contains("out is x*y*z"),
        "{text}"
    );
}

/// What a server on this machine answers to a request.
fn asked(address: &str, path: &str, host: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).expect("listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

#[test]
fn serve_answers_only_who_knows_the_secret() {
    let folder = Folder::new("serve");
    let page = folder.0.join("page");
    fs::create_dir(&page).expect("made");
    fs::write(page.join("index.html"), "<title>Page</title>").expect("written");
    fs::write(folder.0.join("secret.txt"), "outside").expect("written");
    let inside = folder.0.join("inside");
    fs::create_dir(&inside).expect("made");
    fs::write(inside.join("a.ad"), "read(\"d.csv\")\n").expect("written");
    fs::write(inside.join("d.csv"), "1,2\n").expect("written");
    fs::write(inside.join("key.pem"), "hidden").expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.txt", inside.join("link.txt")).expect("linked");

    let script = inside.join("a.ad");
    let arguments = [
        "serve",
        script.to_str().expect("UTF-8"),
        "--page",
        page.to_str().expect("UTF-8"),
    ];
    let mut child = wengert(&arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("read");
    let (address, secret) = line
        .trim()
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap_or_else(|| panic!("no address: {line}"));
    let ask = |path: &str| asked(address, path, address);
    assert!(address.starts_with("127.0.0.1:"), "{address}");

    let first = ask(&format!("/{secret}"));
    assert!(
        first.starts_with("HTTP/1.1 200") && first.contains("wengert-served"),
        "{first}"
    );
    let served = ask(&format!("/{secret}served.json"));
    assert!(
        served.contains(r#""script":"a.ad""#) && served.contains("1,2"),
        "{served}"
    );
    assert!(
        !served.contains("outside") && !served.contains("hidden"),
        "{served}"
    );

    for path in [
        "/",
        "/served.json",
        "/0000/served.json",
        &format!("/{secret}../inside/a.ad"),
        &format!("/{secret}/etc/hosts"),
    ] {
        let answer = ask(path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    // Another name for this machine is another page's way in.
    let answer = asked(address, &format!("/{secret}served.json"), "evil.example");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    child.kill().expect("ends");
    child.wait().expect("ends");

    let missing = run(&["serve", "nowhere.ad"]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing
            .stderr
            .contains("there is no file or folder `nowhere.ad`"),
        "{}",
        missing.stderr
    );
}
