//! The output of `--format latex` is well-formed, for every script that has an expected output.

use crate::common::random::{self, Terrain};
use crate::common::scripts;
use std::path::Path;
use wengert::cli::golden::run_script;
use wengert::cli::{Allowance, Format};
use wengert::lower::Limits;
use wengert::render::{Style, latex};
use wengert::session::Session;
use wengert::source::Source;

/// What is wrong with a text of LaTeX, as far as that shows without running it.
fn fault(latex: &str) -> Option<String> {
    let mut braces = 0i32;
    let mut environments: Vec<String> = Vec::new();
    for (at, line) in latex.lines().enumerate() {
        if line.starts_with('%') {
            continue;
        }
        let at = at + 1;
        let complaint = |what: &str| Some(format!("line {at}: {what}: {line}"));
        if !line.is_ascii() {
            return complaint("not ASCII");
        }
        // There every character stands for itself.
        let is_verbatim = environments.iter().any(|open| open == "verbatim");
        if is_verbatim && line != "\\end{verbatim}" {
            continue;
        }
        // At the end of a line it is there to make no space.
        let line = line
            .strip_suffix("{%")
            .map_or(line.to_string(), |start| format!("{start}{{"));
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
            environments.push(name.to_string());
        }
        for (place, _) in line.match_indices("\\end{") {
            let name = line[place + 5..].split('}').next().unwrap_or("");
            // Environments opened and closed in one line were opened in the order of the line.
            let known = environments.iter().rposition(|open| open == name);
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
    let quick = |script: &&std::path::PathBuf| {
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

/// What a script shows, as LaTeX, up to its first error.
fn shown(script: &str) -> String {
    let source = Source::new("test.ad", script);
    let mut text = String::new();
    // Random programs may fail; what was shown before stays.
    let _ = Session::with_limits(Limits::default()).run_source(&source, &mut |event| {
        text.push_str(&latex::event(&event, &Style::default()));
    });
    text
}

#[test]
fn random_programs_give_well_formed_latex() {
    let mut written = 0;
    for seed in 0..80 {
        let terrain = [Terrain::Smooth, Terrain::Wild][seed as usize % 2];
        let program = random::program(seed, terrain).text();
        let shows =
            "F; V\ntrace F wrt x, v with life, zeros\nderive F wrt x\ncompare F wrt x\ngraph F";
        let text = shown(&format!("{program}{shows}\n"));
        assert_eq!(fault(&text), None, "seed {seed}:\n{program}");
        written += text.len();
    }
    assert!(written > 50_000, "only {written} characters");
}

#[test]
fn deep_and_hostile_texts_are_written() {
    let deep = format!("{}x{}", "sin(".repeat(5_000), ")".repeat(5_000));
    for script in [
        format!("x = 1\n{deep}"),
        format!("x = 1\n{}", vec!["x"; 5_000].join("*")),
        "print \"% $ # & { } ~ ^ \\\\ \\\" é 漢 𝛼 \"".into(),
        "Ж = 1; 漢 = 2; ö̱ = 3; ℓ_x = 4\nЖ*漢*ö̱*ℓ_x\ntrace Ж*漢 + ö̱ wrt 漢".into(),
        "w = 3 # \\end{document}\n(w + # }\n 1)".into(),
    ] {
        let text = shown(&script);
        let head: String = script.chars().take(60).collect();
        assert!(!text.is_empty(), "nothing shown of {head}");
        assert_eq!(fault(&text), None, "{head}");
    }
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
    assert_eq!(output.stdout.matches("\\usepackage").count(), 3);
    assert!(output.stdout.starts_with("% "));
}
