//! The same script writes the same bytes at every run. `tests/it/golden.rs` holds other builds to the
//! same: it compares with the bytes in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

fn scripts_below(folder: &Path, scripts: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scripts_below(&path, scripts);
        } else if path.extension().is_some_and(|extension| extension == "ad") {
            scripts.push(path);
        }
    }
}

/// Everything that a new process writes for a script.
fn written(script: &Path, format: &str) -> (Option<i32>, Vec<u8>, Vec<u8>) {
    let output = Command::new(env!("CARGO_BIN_EXE_wengert"))
        .args(["--format", format])
        .arg(script)
        .output()
        .expect("it runs");
    (output.status.code(), output.stdout, output.stderr)
}

#[test]
fn two_runs_write_the_same_bytes() {
    let mut scripts = Vec::new();
    for folder in ["examples", "tests/golden"] {
        scripts_below(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut scripts,
        );
    }
    assert!(scripts.len() > 40, "only {} scripts", scripts.len());
    let mut bytes = 0;
    for (script, format) in scripts.iter().zip(["text", "json"].into_iter().cycle()) {
        let (first, second) = (written(script, format), written(script, format));
        bytes += first.1.len();
        assert!(first == second, "{} differs as {format}", script.display());
    }
    assert!(bytes > 100_000, "only {bytes} bytes");
}
