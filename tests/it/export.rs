//! Export: every operation has a spelling, and what cannot be written is refused with its place.
//! The code is run by `tests/export/run.sh`.

use std::fs;
use std::path::Path;
use wengert::Session;
use wengert::export::spelling::{is_in_programs, refusal};
use wengert::export::{ExportOptions, ExportTarget, TARGETS};
use wengert::primitives;

/// The number of operations that programs are made of.
pub fn operations_in_programs() -> usize {
    primitives::table()
        .filter(|row| is_in_programs(row))
        .count()
}

/// Those that a target refuses, each with the reason: what scripts can call is tried with its example.
pub fn refused_rows(target: ExportTarget) -> Vec<(&'static str, String)> {
    let mut refused = Vec::new();
    for row in primitives::table().filter(|row| is_in_programs(row)) {
        let example = row.example.0;
        let why = match row.callable && !example.is_empty() {
            true => exported(example, target)
                .err()
                .map(|error| error.message().to_string()),
            false => refusal(row, target).map(str::to_string),
        };
        refused.extend(why.map(|why| (row.name, why)));
    }
    refused
}

#[test]
fn targets_take_nearly_every_operation() {
    let all = operations_in_programs();
    for target in [
        ExportTarget::NumPy,
        ExportTarget::Jax,
        ExportTarget::C,
        ExportTarget::Torch,
    ] {
        let refused = refused_rows(target);
        let share = 1.0 - refused.len() as f64 / all as f64;
        assert!(share >= 0.95, "{}: {share}: {refused:?}", target.word());
    }
}

fn exported(script: &str, target: ExportTarget) -> Result<String, wengert::Diagnostic> {
    let source = wengert::source::Source::new("test.ad", script);
    let options = ExportOptions::default();
    Session::new().export_script(&source, &[], target, &options, &mut |_| {})
}

#[test]
fn every_operation_can_be_exported() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export/scripts");
    for name in ["rows.ad", "edges.ad", "hostile.ad", "sizes.ad"] {
        let script = fs::read_to_string(folder.join(name)).expect("a script");
        for row in TARGETS.iter().filter(|row| !is_symbolic(row.target)) {
            let text = exported(&script, row.target);
            assert!(text.is_ok(), "{name} to {}: {text:?}", row.word);
        }
    }
}

#[test]
fn numbers_that_are_drawn_in_every_round_are_refused() {
    let statements = "w = [1; 2]\nfor k in 1..5 { w := w + 0.1*randn(2, 1, seed=k) }\nw\n";
    let rounds = "f(s, k) = s + sum(randn(2, 1, seed=k))\nfold(f, 1, cumsum(ones(2000, 1)))\n";
    let refused = |script: &str, target| {
        exported(script, target).is_err_and(|error| {
            error.message().contains("another seed") && error.location().text().starts_with("randn")
        })
    };
    for row in TARGETS {
        assert!(refused(statements, row.target), "{}", row.word);
    }
    for target in [ExportTarget::NumPy, ExportTarget::Jax, ExportTarget::Julia] {
        assert!(refused(rounds, target), "{}", target.word());
    }
}

/// True of targets that get formulas of numbers: which operations they take depends on the arguments.
pub fn is_symbolic(target: ExportTarget) -> bool {
    matches!(target, ExportTarget::SymPy | ExportTarget::CasAdi)
}

#[test]
fn what_has_no_formula_of_its_entries_is_refused_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export/scripts");
    let script = fs::read_to_string(folder.join("formulas.ad")).expect("a script");
    for target in [ExportTarget::SymPy, ExportTarget::CasAdi] {
        let text = exported(&script, target);
        assert!(text.is_ok(), "{text:?}");
        for (script, words, place) in [
            (
                "A = [2, 1; 1, 3]; inv(A)*A",
                "`inv` has no formula",
                "inv(A)",
            ),
            (
                "w = 1; repeat 3 { w := w/2 }; w",
                "loops are not exported",
                "w/2",
            ),
            (
                "X = ones(400, 400); sum(X.^2)",
                "more than 100000 numbers",
                "sum(X.^2)",
            ),
        ] {
            let error = exported(script, target).expect_err(script);
            assert!(
                error.message().contains(words),
                "{script}: {}",
                error.message()
            );
            let location = error.location();
            assert_eq!(location.text(), place, "{script}");
        }
    }
    let error = exported("x = 1.5; gamma(x)", ExportTarget::CasAdi).expect_err("no gamma");
    assert!(error.message().contains("`gamma` has no form in CasADi"));
}

#[test]
fn what_cannot_be_written_is_refused_with_its_place() {
    for (script, words) in [
        (
            "w = 1; repeat 3 { print w; w := w + 1 }",
            "what a loop shows",
        ),
        (
            "w = 1; repeat 3 { w := w + 1; assert w > 0 }",
            "`assert` in a loop",
        ),
        (
            "w = 1; repeat 3 { w := [w, 1]' * [w, 1] * ones(2) }",
            "changes its shape",
        ),
        (
            "n = 1; repeat 3 { n := n + 1; x := sum(ones(n)) }",
            "which a loop changes",
        ),
        ("w = 1", "shows nothing"),
    ] {
        for row in TARGETS {
            let error = exported(script, row.target).expect_err(script);
            assert!(
                error.message().contains(words),
                "{script}: {}",
                error.message()
            );
        }
    }
}

#[test]
fn requests_and_inputs_are_there() {
    let mut session = Session::new();
    session
        .run("L = 0.5*(y - w*x)^2; w = 3; x = 2; y = 1")
        .expect("a loss");
    let options = ExportOptions::default();
    let requests = ["L", "grad(L, w)", "L at w = 5"];
    let text = session
        .export(&requests, ExportTarget::NumPy, &options)
        .expect("code");
    for part in [
        "REQUESTS = [\"L\", \"grad(L, w)\", \"L at w = 5\"]",
        "return {\"w\": 3.0, \"x\": 2.0, \"y\": 1.0}",
        "def values(w, x, y):",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("def run("));
}

/// Texts that were read by eye. `WENGERT_BLESS=1 cargo test --test it export::` accepts the present ones.
#[test]
fn code_is_what_was_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut changed = Vec::new();
    for script in [
        "examples/lecture/7.2-loss.ad",
        "tests/export/scripts/loops.ad",
        "tests/export/scripts/golden.ad",
        "tests/export/scripts/declared/logistic.ad",
    ] {
        let path = root.join(script);
        let stem = path.file_stem().expect("a name").to_string_lossy();
        let text = fs::read_to_string(&path).expect("a script");
        let sized = script.contains("/declared/");
        let targets = [
            (ExportTarget::Julia, "jl", true),
            (ExportTarget::StableHlo, "mlir", !sized),
            (ExportTarget::NumPy, "py", sized),
            (ExportTarget::Torch, "torch.py", sized),
        ];
        for (target, ending, _) in targets.iter().filter(|(.., wanted)| *wanted) {
            let code = exported(&text, *target).expect(script);
            let golden = root.join(format!("tests/export/golden/{stem}.{ending}"));
            if std::env::var_os("WENGERT_BLESS").is_some() {
                fs::write(&golden, &code).expect("the file can be written");
            } else if fs::read_to_string(&golden).unwrap_or_default() != code {
                changed.push(format!("{}:\n{code}", golden.display()));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn sizes_come_from_the_shapes_of_arguments() {
    let loss = "input X[n,d], y[n], w[d]\nJ = sum((X*w - y).^2)/n\n";
    let values = "X = [1, 2; 3, 4; 5, 7]; y = [1, 2, 3]; w = [0, 1]\n";
    for script in [
        format!("{loss}J; grad(J, w)"),
        format!("{loss}{values}J; grad(J, w)"),
    ] {
        for (target, line) in [
            (ExportTarget::NumPy, "    n = X.shape[0]\n"),
            (ExportTarget::Jax, "    n = X.shape[0]\n"),
            (ExportTarget::Torch, "    n = X.shape[0]\n"),
            (ExportTarget::Julia, "    n = size(X, 1)\n"),
        ] {
            let code = exported(&script, target).expect(&script);
            assert!(code.contains(line), "{code}");
        }
    }
    // A size that is a number elsewhere is one in the code, and the tool says so.
    let script =
        "input X[n,d], w[d]\nX = [1, 2; 3, 4; 5, 7]; w = [0, 1]; c = [1, 2]\nsum(X*(w + c))/n";
    let source = wengert::source::Source::new("test.ad", script);
    let mut said = Vec::new();
    let options = ExportOptions::default();
    let code = Session::new()
        .export_script(&source, &[], ExportTarget::NumPy, &options, &mut |event| {
            if let wengert::Event::Warning(note) = event {
                said.push(note.message().to_string());
            }
        })
        .expect("code");
    assert!(
        code.contains("n = X.shape[0]") && code.contains("The code is for d = 2"),
        "{code}"
    );
    assert!(
        said.len() == 1 && said[0].starts_with("the code is for d = 2: "),
        "{said:?}"
    );
    // Without values, there are no numbers to hold.
    for target in [
        ExportTarget::C,
        ExportTarget::StableHlo,
        ExportTarget::SymPy,
    ] {
        let error = exported(&format!("{loss}J"), target).expect_err("no sizes");
        assert!(
            error
                .message()
                .contains("holds sizes as numbers, and `X` is n×d")
        );
        assert_eq!(error.location().text(), "X");
    }
    let script = format!("{loss}numeric(J, w)");
    let error = exported(&script, ExportTarget::NumPy).expect_err("depends on sizes");
    assert!(
        error.message().contains("differently for different sizes"),
        "{}",
        error.message()
    );
}

#[test]
fn a_self_test_of_code_for_all_sizes_has_sizes_of_its_own() {
    let script =
        "input X[n,d], w[d]\nassume w > 0\nJ = sum(log(w)) + sum((X*w).^2)/n\nJ; grad(J, w)";
    let source = wengert::source::Source::new("test.ad", script);
    let options = ExportOptions {
        check: true,
        ..ExportOptions::default()
    };
    let code = Session::new()
        .export_script(&source, &[], ExportTarget::NumPy, &options, &mut |_| {})
        .expect("code");
    let (_, expected) = code.split_once("EXPECTED = [").expect("a self-test");
    let (numbers, _) = expected.split_once("DERIVATIVES").expect("differences");
    assert!(!numbers.contains("nan"), "{numbers}");
    assert!(code.contains("\"w\": np.array("), "{code}");
}
