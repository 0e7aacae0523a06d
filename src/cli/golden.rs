//! `wengert test`: runs scripts and compares what they write with what they are expected to write.
//!
//! Next to `NAME.ad` lies `NAME.out`: what goes to standard output, then, if there is any, a line
//! `-- stderr --` and the diagnostics, then, if the status is not 0, a line `-- exit 1 --`. Where
//! `NAME.json.out`, `NAME.tex.out` or `NAME.html.out` exists, the output with `--format json`,
//! `--format latex` or `--format html` is compared with it as well. A `.out` without its script is a
//! failure. Numbers have six digits, and the names of files are relative to the script, so that the
//! expected files depend on neither the machine nor the folder from which the tests are run. Cells of
//! a table may move: a column that got wider is no difference, unless that is asked for.

use super::diff::{self, Likeness};
use super::{Allowance, Format, Printer, Status, Stream, script};
use crate::render::Style;
use crate::source::Source;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The output of a script, and its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptOutput {
    /// On standard output.
    pub stdout: String,
    /// On standard error.
    pub stderr: String,
    /// The status at the end.
    pub status: Status,
}

/// Runs a script as the program does, in a fixed style.
pub fn run_script(path: &Path, format: Format, allowance: Allowance) -> ScriptOutput {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut printer = Printer {
        preamble: false,
        format,
        quiet: format == Format::Json,
        bar: crate::cli::Bar::default(),
        out: Stream::new(&mut out, Style::default()),
        err: Stream::new(&mut err, Style::default()),
    };
    // An absolute folder, because it cannot be mistaken for a formula when it is taken out below.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let status = match script::read(&path) {
        Ok(source) => script::run(&named_by_file(&source, &path), allowance, &mut printer),
        Err(error) => printer.failed(&error, None),
    };
    let status = printer.finish(status);
    let relative = |bytes: Vec<u8>| {
        let prefix = folder.join("").display().to_string();
        String::from_utf8_lossy(&bytes).replace(&prefix, "")
    };
    ScriptOutput {
        stdout: relative(out),
        stderr: relative(err),
        status,
    }
}

/// The source under the name of the file without its folders.
fn named_by_file(source: &Source, path: &Path) -> Rc<Source> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Rc::new(Source {
        name,
        text: source.text.clone(),
        folder: source.folder.clone(),
    })
}

impl ScriptOutput {
    /// As it stands in an expected file.
    fn text(&self) -> String {
        let mut text = self.stdout.clone();
        if !self.stderr.is_empty() {
            text.push_str("-- stderr --\n");
            text.push_str(&self.stderr);
        }
        if self.status != Status::Fine {
            text.push_str(&format!("-- exit {} --\n", self.status.code()));
        }
        text
    }
}

/// The use of a script's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoldenMode {
    /// Compare it with the expected files.
    Compare,
    /// Write it into the expected files, but for scripts that end in an error.
    Bless,
    /// Write it into the expected files, whatever it is.
    BlessErrors,
}

/// A test run.
#[derive(Clone, Debug)]
pub struct GoldenRun {
    /// What is done with the output.
    pub mode: GoldenMode,
    /// True if cells of a table that have only moved are differences, too.
    pub exact: bool,
    /// What a script may use.
    pub allowance: Allowance,
    /// The style of reports.
    pub style: Style,
}

/// Runs every script below `paths` and tells `report` of failures, of files written, and the sums.
pub fn run(paths: &[PathBuf], how: &GoldenRun, report: &mut dyn FnMut(&str)) -> Status {
    let mut passed = 0;
    let mut failed = 0;
    for path in paths {
        let (scripts, orphans) = match scripts_below(path) {
            Ok(found) => found,
            Err(error) => {
                failed += 1;
                report(&format!("FAILED {}: {error}\n", path.display()));
                continue;
            }
        };
        for orphan in orphans {
            failed += 1;
            let missing = "there is no script that writes it";
            report(&format!("FAILED {}: {missing}\n", orphan.display()));
        }
        for script in scripts.iter().filter(|script| !is_solution(script)) {
            match test(script, how, report) {
                Verdict::Passed => passed += 1,
                Verdict::Failed => failed += 1,
                Verdict::Interrupted => return Status::Interrupted,
            }
        }
    }
    report(&format!("{passed} passed, {failed} failed\n"));
    if failed == 0 {
        Status::Fine
    } else {
        Status::Failed
    }
}

enum Verdict {
    Passed,
    Failed,
    Interrupted,
}

/// The script itself, or all `.ad` files in the folder and the folders in it, in order; and the
/// `.out` files there that belong to no script.
pub(super) fn scripts_below(path: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    if !path.is_dir() {
        return path
            .metadata()
            .map(|_| (vec![path.to_path_buf()], Vec::new()));
    }
    let mut scripts = Vec::new();
    let mut orphans = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir()? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ad") {
                scripts.push(path);
            } else if is_orphan(&path) {
                orphans.push(path);
            }
        }
    }
    scripts.sort();
    orphans.sort();
    if scripts.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "there is no .ad file in this folder",
        ));
    }
    Ok((scripts, orphans))
}

/// True of a script that only solves an exercise.
fn is_solution(script: &Path) -> bool {
    let name = script.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".sol.ad") && !script.with_extension("out").exists()
}

/// True if a file holds the expected output of a script that does not exist.
fn is_orphan(path: &Path) -> bool {
    let is_output = path.extension().is_some_and(|extension| extension == "out");
    // `NAME.out`, or `NAME.json.out` and its like.
    let of_text = path.with_extension("ad");
    let of_format = path.with_extension("").with_extension("ad");
    is_output && !of_text.exists() && !of_format.exists()
}

fn test(script: &Path, how: &GoldenRun, report: &mut dyn FnMut(&str)) -> Verdict {
    let mut verdict = Verdict::Passed;
    let formats = [
        (Format::Text, "out"),
        (Format::Json, "json.out"),
        (Format::Latex, "tex.out"),
        (Format::Html, "html.out"),
    ];
    for (format, extension) in formats {
        let expected = script.with_extension(extension);
        if format != Format::Text && !expected.exists() {
            continue;
        }
        let output = run_script(script, format, how.allowance);
        if output.status == Status::Interrupted {
            return Verdict::Interrupted;
        }
        let settled = match how.mode {
            GoldenMode::Compare => compare(&expected, &output, how),
            GoldenMode::Bless | GoldenMode::BlessErrors => bless(&expected, &output, how, report),
        };
        if let Err(complaint) = settled {
            report(&format!("FAILED {}: {complaint}", script.display()));
            verdict = Verdict::Failed;
        }
    }
    verdict
}

/// Says what differs, if anything does.
fn compare(file: &Path, output: &ScriptOutput, how: &GoldenRun) -> Result<(), String> {
    let expected = match std::fs::read_to_string(file) {
        Ok(text) => text.replace("\r\n", "\n"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!(
                "there is no {} (`wengert test --bless` writes it)\n",
                file.display()
            ));
        }
        Err(error) => return Err(format!("cannot read {}: {error}\n", file.display())),
    };
    let likeness = match how.exact {
        true => Likeness::Exact,
        false => Likeness::Cells,
    };
    match diff::text(&expected, &output.text(), likeness, &how.style) {
        None => Ok(()),
        Some(differences) => Err(format!(
            "the output differs from {} (-: expected, +: now)\n{differences}",
            file.display()
        )),
    }
}

/// Writes what is not there yet.
fn bless(
    file: &Path,
    output: &ScriptOutput,
    how: &GoldenRun,
    report: &mut dyn FnMut(&str),
) -> Result<(), String> {
    if compare(file, output, how).is_ok() {
        return Ok(());
    }
    let code = output.status.code();
    if output.status != Status::Fine && how.mode != GoldenMode::BlessErrors {
        return Err(format!(
            "it ends in an error (exit {code}), and {} is left alone; `--bless-errors` writes it all the same\n{}",
            file.display(),
            output.stderr
        ));
    }
    std::fs::write(file, output.text())
        .map_err(|error| format!("cannot write {}: {error}\n", file.display()))?;
    let remark = match output.status {
        Status::Fine => String::new(),
        _ => format!(" (it ends in an error, exit {code})"),
    };
    report(&format!("wrote {}{remark}\n", file.display()));
    Ok(())
}
