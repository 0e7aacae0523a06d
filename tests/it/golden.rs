//! The scripts in `tests/golden` and `examples` write the files next to them.
//! `wengert test --bless tests/golden examples` accepts their present output.

use std::path::PathBuf;
use wengert::cli::golden::{self, GoldenMode, GoldenRun};
use wengert::cli::{Allowance, Status};
use wengert::render::Style;

#[test]
fn scripts_write_what_is_expected() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/golden", "examples"].map(|folder| root.join(folder));
    let mut report = String::new();
    let how = GoldenRun {
        mode: GoldenMode::Compare,
        exact: true,
        allowance: Allowance::default(),
        style: Style::default(),
    };
    let status = golden::run(&folders, &how, &mut |text| report.push_str(text));
    assert_eq!(status, Status::Fine, "\n{report}");
}
