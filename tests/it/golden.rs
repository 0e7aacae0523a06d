//! The scripts in `tests/golden` and `examples` write the files next to them.
//! `wengert test --bless tests/golden examples` accepts their present output.

use std::path::{Path, PathBuf};
use wengert::cli::golden::{self, GoldenMode};
use wengert::cli::{Allowance, Status};
use wengert::render::Style;

#[test]
fn scripts_write_what_is_expected() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/golden", "examples"].map(|folder| root.join(folder));
    let folders: Vec<PathBuf> = folders
        .into_iter()
        .filter(|folder| expects(folder))
        .collect();
    let mut report = String::new();
    let status = golden::run(
        &folders,
        GoldenMode::Compare,
        Allowance::default(),
        &Style::default(),
        &mut |text| report.push_str(text),
    );
    assert_eq!(status, Status::Fine, "\n{report}");
}

/// Whether the output of any script in a folder is written down.
fn expects(folder: &Path) -> bool {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "out") {
                return true;
            }
        }
    }
    false
}
