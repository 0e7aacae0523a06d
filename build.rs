//! Generates the parser from `grammar/grammar.lalrpop`, and the list of the examples that are built
//! into the program.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=grammar");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=examples");
    lalrpop::Configuration::new()
        .set_in_dir("grammar")
        .process()
        .expect("the grammar is well formed");
    let out = std::env::var_os("OUT_DIR").expect("cargo says where to write");
    std::fs::write(Path::new(&out).join("examples.rs"), examples())
        .expect("cargo's folder is writable");
}

/// Rust source: every script and data file below `examples` with its path and text.
fn examples() -> String {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let root = Path::new(&root).join("examples");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("the examples are there").flatten() {
            let path: PathBuf = entry.path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            match kind {
                _ if path.is_dir() => folders.push(path),
                Some("ad" | "csv") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let mut text = String::from(
        "/// Path and text of every example and of what the examples read.\n\
         static EXAMPLES: &[(&str, &str)] = &[\n",
    );
    for file in &files {
        let name = file.strip_prefix(&root).expect("found below it");
        let name = name.to_string_lossy().replace('\\', "/");
        // By where the package is when it is compiled: it may have been moved since.
        let _ = writeln!(
            text,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/examples/\", {name:?}))),"
        );
    }
    text + "];\n"
}
