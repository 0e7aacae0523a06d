//! What `--format latex` writes is well-formed, for every script that has an expected output.

use std::path::{Path, PathBuf};
use wengert::cli::golden::run_script;
use wengert::cli::{Allowance, Format};

/// All scripts below some folders.
fn scripts(folders: &[&str]) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut scripts = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = path.read_dir().expect("a folder").flatten();
            open.extend(entries.map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "ad") {
            scripts.push(path);
        }
    }
    scripts.sort();
    scripts
}

/// What is wrong with a text of LaTeX, as far as that shows without running it.
fn fault(latex: &str) -> Option<String> {
    let mut braces = 0i32;
    let mut environments: Vec<&str> = Vec::new();
    for (at, line) in latex.lines().enumerate() {
        if line.starts_with('%') {
            continue;
        }
        let at = at + 1;
        let complaint = |what: &str| Some(format!("line {at}: {what}: {line}"));
        if !line.is_ascii() {
            return complaint("not ASCII");
        }
        let mut dollars = 0;
        let mut escaped = false;
        for c in line.chars() {
            if escaped {
                escaped = false;
                continue;
            }
            match c {
                '\\' => escaped = true,
                '{' => braces += 1,
                '}' => braces -= 1,
                '$' => dollars += 1,
                '#' | '%' | '~' => return complaint("not escaped"),
                _ => {}
            }
            if braces < 0 {
                return complaint("a brace too many");
            }
        }
        // A matrix within a line is the one formula that goes over several.
        if dollars % 2 != 0 && !line.contains("array}") {
            return complaint("an odd number of $");
        }
        for (place, _) in line.match_indices("\\begin{") {
            let name = line[place + 7..].split('}').next().unwrap_or("");
            environments.push(name);
        }
        for (place, _) in line.match_indices("\\end{") {
            let name = line[place + 5..].split('}').next().unwrap_or("");
            // Environments opened and closed in one line were opened in the order of the line.
            let known = environments.iter().rposition(|open| *open == name);
            match known {
                Some(k) => drop(environments.remove(k)),
                None => return complaint("ends what was not begun"),
            }
        }
    }
    match (braces, environments.as_slice()) {
        (0, []) => None,
        (braces, open) => Some(format!("{braces} braces and {open:?} left open")),
    }
}

#[test]
fn every_script_gives_well_formed_latex() {
    let scripts = scripts(&["examples", "tests/golden"]);
    let quick = |script: &&PathBuf| {
        let name = script.file_stem().unwrap_or_default().to_string_lossy();
        // Their results are those of others, after long loops.
        !["6-iris", "6.3-decision-regions"].contains(&&*name)
    };
    let mut count = 0;
    for script in scripts.iter().filter(quick) {
        let output = run_script(script, Format::Latex, Allowance::default());
        let fault = fault(&output.stdout);
        assert_eq!(fault, None, "{}", script.display());
        count += usize::from(!output.stdout.is_empty());
    }
    assert!(count > 15, "only {count} scripts showed something");
}

#[test]
fn the_test_notices_faults() {
    for text in [
        "$a",
        "{a",
        "a}",
        "ŷ",
        "5 %",
        "\\begin{array}{r}",
        "\\end{array}",
    ] {
        assert!(fault(text).is_some(), "{text}");
    }
    assert_eq!(
        fault("% ŷ\n\\[ \\{ x \\$ \\]\n$\\begin{array}{r} 1 \\end{array}$"),
        None
    );
}

#[test]
fn the_header_comes_once_and_only_before_results() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/latex");
    let output = run_script(
        &folder.join("notation.ad"),
        Format::Latex,
        Allowance::default(),
    );
    assert_eq!(output.stdout.matches("\\usepackage").count(), 2);
    assert!(output.stdout.starts_with("% "));
}
