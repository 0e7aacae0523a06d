//! Advice to those who know another language: it answers what they meant.

use std::rc::Rc;
use wengert::diagnostic::Diagnostic;
use wengert::lower::{Limits, is_built_in};
use wengert::session::Session;
use wengert::source::Source;
use wengert::syntax::foreign::{CHARACTERS, FUNCTIONS, Foreign, OPERATORS, VALUES};
use wengert::syntax::statements::is_statement_word;

/// The advice of the error that running `text` ends with.
fn advice(text: &str) -> String {
    let error = Session::with_limits(Limits::default())
        .run_source(&Source::new("test", text), &mut |_| {})
        .expect_err(text);
    error.advice().unwrap_or("none").to_owned()
}

#[test]
fn habits_from_elsewhere_are_answered_with_what_to_write() {
    let cases = [
        ("A = [1, 2; 3, 4]\nlen(A)", "write `rows(A)` or `cols(A)`"),
        (
            "range(3)",
            "a range is written after `in`: `[i for i in 1..n]`; for equal steps write `linspace(a, b, n)`",
        ),
        ("print factorial(3)", "write `gamma(n + 1)`"),
        ("arctan(1)", "write `atan(1)`"),
        ("print true", "a condition that holds is `1`"),
        (
            "e^2",
            "Euler's number is `exp(1)`, and its powers are `exp(x)`",
        ),
        (
            "L = w^2\ndL/dw at w = 1",
            "the derivative of `L` with respect to `w` is `grad(L, w)`; `derive L wrt w` shows its formula",
        ),
        (
            "w = 1; L = w^2\nL'(w)",
            "`L` is a variable: its derivative with respect to `w` is `grad(L, w)`; `derive L wrt w` shows the formula",
        ),
        (
            "print d/dw L",
            "write `derive L wrt w` for its formula, `grad(L, w)` for its value",
        ),
        (
            "f(x) = x^2\ngrad(f)(2)",
            "the derivative of a function `f` at a point is `f'(2)`; that of a formula `L` with respect to `w` is `grad(L, w)`",
        ),
        (
            "grad(w^2 wrt w)",
            "separate the arguments by a comma: `grad(w^2, w)`",
        ),
        (
            "trace L by w",
            "put the variables after `wrt`: write `trace L wrt w`",
        ),
        (
            "plot sin(t)",
            "to draw along `t` write `plot sin(t) over t from 0 to 1`; or define it: `t = 1`",
        ),
        ("?sin", "in the interactive session write `:help sin`"),
        ("5 mod 3", "write `mod(5, 3)`"),
        ("(a + b) div n", "write `floor((a + b)/n)`"),
        (
            "5 % 3",
            "write `mod(5, 3)` for a remainder, `#` for a comment",
        ),
        ("sin^2(1)", "write `sin(1)^2`"),
        (
            "A = [1, 2; 3, 5]\nA^-1",
            "the inverse is `inv(A)`; entry by entry: `A.^(-1)`",
        ),
        (
            "A = [1, 2; 3, 5]\nA^(-1)",
            "the inverse is `inv(A)`; entry by entry: `A.^(-1)`",
        ),
        ("f = @(x) x^2", "write `f(x) = x^2`"),
        (
            "for i in range(10): w",
            "write `for i in 1..10 { print i }`",
        ),
        (
            "sum(x[i] for i in 1..3)",
            "it has entries, so declare its shape: `input x[3]`",
        ),
        ("x[2]", "it has entries, so declare its shape: `input x[2]`"),
        ("print(\"hello\")", "write `print \"hello\"`"),
        (
            "M = [[1, 2], [3, 4]]\nM",
            "rows end with `;`: write `[1, 2; 3, 4]`",
        ),
        (
            "M = [[1, 2]]\nM",
            "one pair of brackets is enough: write `[1, 2]`, or `[1, 2]'` for a row",
        ),
        (
            "M = [[1, 2], [3]]\nM",
            "to join matrices write `hcat(A, B)` (side by side) or `vcat(A, B)` (on top of each other)",
        ),
        ("np.exp(1)", "write `exp(1)`"),
        ("torch.nn.relu(x)", "write `relu(x)`"),
        ("np.arcsin(x)", "write `asin(x)`"),
        (
            "np.e",
            "Euler's number is `exp(1)`, and its powers are `exp(x)`",
        ),
        ("A.shape", "write `rows(A)` or `cols(A)`"),
        ("(a*b).T", "write `(a*b)'` to transpose"),
        ("A.rows", "write `rows(A)`"),
        ("prove sin(x) = x", "write `prove sin(x) == x`"),
        (
            "check x^2 wrt x = 2*x",
            "write `check x^2 wrt x against 2*x`",
        ),
        ("derive y = x^2 wrt x", "write `y = x^2; derive y wrt x`"),
        ("trace x^2 wrt x = 3", "write `trace x^2 wrt x at x = 3`"),
        (
            "plot t, t^2 over t from 0 to 1 title \"Loss\"",
            "write `plot t, t^2 over t from 0 to 1 with title \"Loss\"`",
        ),
        (
            "plot t over t from 0 to 1 with title = \"Loss\"",
            "write `plot t over t from 0 to 1 with title \"Loss\"`",
        ),
        (
            "plot t over t from 0 to 1 step 0.1",
            "write `plot t over t from 0 to 1`",
        ),
        (
            "plot sin(x) over x in 0..6",
            "write `plot sin(x) over x from 0 to 6`",
        ),
        (
            "series tan(x) order 5",
            "write `series tan(x) with order 5`",
        ),
        (
            "trace x^2 wrt x reverse",
            "write `trace x^2 wrt x using reverse`",
        ),
        (
            "trace x^2 using forward reverse",
            "write `trace x^2 using forward, reverse`",
        ),
        ("reverse x^2 wrt x", "write `trace x^2 wrt x using reverse`"),
        ("trace x^2 with respect to x", "write `trace x^2 wrt x`"),
        ("derive(x*y, x, y)", "write `derive x*y wrt x, y`"),
        (
            "series(tan(x), x, 0, 5)",
            "write `series tan(x) wrt x at x = 0 with order 5`",
        ),
        ("prove(a + b, b + a)", "write `prove a + b == b + a`"),
        (
            "plot(sin(x), x, 0, 6)",
            "write `plot sin(x) over x from 0 to 6`",
        ),
        (
            "solve(x^2 = x + 4, x)",
            "write `g(x) = x^2 - (x + 4); root(g, 1)`, with a start near the root",
        ),
        (
            "solve(x^2 - 4, x)",
            "`solve` is for systems of linear equations; to find where the formula is 0 write `g(x) = x^2 - 4; root(g, 1)`, with a start near the root",
        ),
        (
            "d/dx x^2*y + 1",
            "write `derive x^2*y wrt x` for its formula, `grad(x^2*y, x)` for its value",
        ),
        (
            "f(x, y) = x*y; f'(1, 2)",
            "a prime is for functions of one argument: write `grad(f(x, y), x)` for the derivative with respect to `x`",
        ),
        ("blah(1, 2)", "define it: `blah(x, y) = x*y`"),
        ("lg(100)", "write `log10(100)`"),
        ("sin(90°)", "angles are in radians: write `sin(90*pi/180)`"),
        (
            "A = eye(2); A(1, 2)",
            "`A` is a variable: an entry of it is `A[1, 2]`",
        ),
        ("L = w^2; L(w = 3)", "`L` is a variable: write `L at w = 3`"),
        ("input x(3)", "write `input x[3]`"),
        ("x = 0:0.1:1", "write `x = linspace(0, 1, 11)`"),
        ("x = 1:-0.3:0", "write `x = linspace(1, 0.1, 4)`"),
        ("v = eye(9); v[1:2:9]", "write `[v[1 + 2*k] for k in 0..4]`"),
        (
            "for x in 0..1 step 0.1 { print x }",
            "write `for k in 0..10 { x := 0.1*k; print x }`",
        ),
        ("sum(1..10)", "write `sum(i for i in 1..10)`"),
        ("np.loadtxt(\"a.csv\")", "write `read(\"a.csv\")`"),
        ("load(\"a.csv\")", "write `read(\"a.csv\")`"),
        ("read \"a.csv\"", "write `read(\"a.csv\")`"),
        (
            "x = 3,5",
            "a decimal point is `.`: write `x = 3.5`; a vector is `[3, 5]`",
        ),
        ("assert 1 == 1, \"equal\"", "write `assert 1 == 1`"),
        ("prove x == y == z", "write `prove x == y, y == z`"),
        ("prove x == y at y = 3", "take it out: write `prove x == y`"),
        (
            "plot sin(x) over x",
            "write `plot sin(x) over x from -3 to 3`",
        ),
        ("x = 3 -- two words", "a comment starts with `#`"),
    ];
    let wrong: Vec<(&str, String)> = cases
        .iter()
        .filter(|(text, wanted)| advice(text) != *wanted)
        .map(|(text, _)| (*text, advice(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_name_of_the_users_comes_before_one_of_another_language() {
    assert_eq!(
        advice("len = 3\nlen(2)"),
        "`len` is a variable: to multiply write `len*(2)`; an entry is written in square brackets"
    );
    let mut session = Session::with_limits(Limits::default());
    let fine = Source::new("test", "len(x) = 2*x\ne = 3\nassert len(e) == 6");
    assert!(session.run_source(&fine, &mut |_| {}).is_ok());
}

#[test]
fn no_foreign_name_is_ours_or_stands_twice() {
    for table in [FUNCTIONS, VALUES, OPERATORS, CHARACTERS] {
        let mut all: Vec<&str> = table.iter().flat_map(|word| word.names).copied().collect();
        for name in &all {
            assert!(!is_built_in(name), "`{name}` is a function of the language");
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "a name stands twice");
    }
}

#[test]
fn what_is_advised_exists() {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    for Foreign {
        names,
        advice,
        instead,
    } in [FUNCTIONS, VALUES, OPERATORS, CHARACTERS]
        .into_iter()
        .flatten()
    {
        if let Some(ours) = instead {
            assert!(advice.contains(&format!("`{ours}")), "{names:?}: {ours}");
        }
        for code in advice.split('`').skip(1).step_by(2) {
            for (at, _) in code.match_indices('(') {
                let called = code[..at].rsplit(|c| !is_letter(c)).next().unwrap_or("");
                let known = matches!(called, "" | "f") || is_built_in(called);
                // Advice may define the function under its name.
                let known = known || names.contains(&called) && code.contains(") = ");
                let word = is_statement_word(called);
                assert!(known || word, "{names:?}: there is no `{called}`");
            }
        }
    }
}

/// What is wrong with a script, and its text after the fix, if there is one.
fn mended(source: &Rc<Source>) -> Option<(Diagnostic, Option<String>)> {
    let mut session = Session::with_limits(Limits::default());
    let error = session.run_source(source, &mut |_| {}).err()?;
    let text = error
        .correction()
        .filter(|fix| fix.location.source == *source)
        .map(|fix| fix.applied());
    Some((error, text))
}

#[test]
fn fixes_are_what_one_would_type() {
    for (text, wanted) in [
        ("sin 1", "sin(1)"),
        ("erf x", "erf(x)"),
        ("x = 2\n2x", "x = 2\n2*x"),
        ("arctan(1)", "atan(1)"),
        ("clip(3, 0, 1)", "clamp(3, 0, 1)"),
        ("print trace(eye(2))", "print tr(eye(2))"),
        ("1 < 2 < 3", "1 < 2 and 2 < 3"),
        ("2**3", "2 ^ 3"),
        ("2÷3", "2 / 3"),
        ("A = [1, 2]\nA.T*A", "A = [1, 2]\nA'*A"),
        ("A = eye(2)\n(A + A).I", "A = eye(2)\ninv((A + A))"),
        ("sin^2(1 + 1)/2", "sin(1 + 1)^2/2"),
        ("sin²(1)", "sin(1)²"),
        ("1 && 0", "1 and 0"),
        ("print \"cost\" 1", "print \"cost\", 1"),
        ("f(x) := x", "f(x) = x"),
        ("x = [1, 2]\nx[1] = 3", "x = [1, 2]\nx[1] := 3"),
    ] {
        let (_, found) = mended(&Source::new("test", text)).expect(text);
        assert_eq!(found.as_deref(), Some(wanted), "{text}");
    }
    // The argument, the base of the power, and the factors are unknown.
    for text in ["sin 2*x", "sin^2(1)^2", "y = 2\ny²(3)"] {
        let found = mended(&Source::new("test", text));
        assert_eq!(found.and_then(|(_, text)| text), None, "{text}");
    }
}

#[test]
fn after_a_fix_the_error_is_gone() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/errors");
    let mut fixed = 0;
    for entry in folder.read_dir().expect("the folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "ad") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a script");
        let Some((error, Some(text))) = mended(&Source::file(&path, text)) else {
            continue;
        };
        fixed += 1;
        if let Some((left, _)) = mended(&Source::file(&path, text)) {
            let place = |error: &Diagnostic| (error.message().to_owned(), error.location().span);
            assert_ne!(place(&left), place(&error), "{}", path.display());
        }
    }
    assert!(fixed > 0, "some errors have a fix");
}

/// What looking at `text` finds: the text at each place, and the message.
fn found(text: &str) -> Vec<(String, String)> {
    let found = Session::with_limits(Limits::default()).check(&Source::new("test", text));
    let each = found.iter().map(|one| {
        let place = one.location().text().to_owned();
        (place, one.message().to_owned())
    });
    each.collect()
}

#[test]
fn bodies_that_nobody_calls_are_looked_at() {
    let pair = |place: &str, message: &str| (place.to_owned(), message.to_owned());
    assert_eq!(
        found("f(x) = x*wieght + sum([i*x for i in 1..3]) + iterate(g, x, 2)\ng(x) = len(x)*sin"),
        [
            pair("wieght", "`wieght` is not defined anywhere"),
            pair("len", "there is no function `len`"),
            pair("sin", "`sin` is a function and has no value of its own"),
        ]
    );
    // What is defined below, in a block or among the parameters is defined.
    assert_eq!(
        found("f(x) = x*w + pi*k\nw = 3\nrepeat 2 {\n  k := 1\n}"),
        []
    );
    // A body that is called as well is not told of twice.
    assert_eq!(found("f(x) = x*wieght\nf(2)").len(), 1);
    assert_eq!(found("f(x) = sine(x)\nf(2)").len(), 1);
}

#[test]
fn what_is_found_comes_in_the_order_of_the_text() {
    let text = "a = b + 1\nf(x) = x*c\nd = sine(2)\nprint e";
    let places: Vec<String> = found(text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["b", "c", "sine", "e"]);
}

#[test]
fn check_finds_no_error_in_the_examples() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for folder in [examples.clone(), examples.join("lecture")] {
        for entry in std::fs::read_dir(folder).expect("there are examples") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "ad") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let source = wengert::source::Source::file(&path, text);
            let found = wengert::session::Session::in_world(
                std::rc::Rc::new(wengert::world::Folder),
                Limits::default(),
            )
            .check(&source);
            let error = found
                .iter()
                .find(|found| found.severity() == wengert::diagnostic::Severity::Error);
            assert!(error.is_none(), "{}: {error:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} examples");
}
