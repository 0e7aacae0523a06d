//! A page about every class of mistake, with a wrong example and its correction. Both are run when
//! the page is shown.

use super::example;
use crate::diagnostic::{Code, did_you_mean};
use crate::notation::colour::Paint;
use crate::render::{Style, wrap};
use crate::session::Session;

/// The page of a class of mistakes.
struct Page {
    /// The mistake in a sentence.
    title: &'static str,
    /// The reason, and the way out.
    text: &'static str,
    wrong: &'static str,
    fixed: &'static str,
}

fn page(code: Code) -> Page {
    match code {
        Code::Syntax => Page {
            title: "The text does not follow the grammar.",
            text: "The mark stands where reading stopped; what is missing often belongs right before it. A\n\
                   bracket that is never closed is reported where it was opened. Operators of other languages\n\
                   (`**`, `+=`, `&&`) are named together with what they are called here.",
            wrong: "x = 3\ny = x**2",
            fixed: "x = 3\ny = x^2\ny",
        },
        Code::Name => Page {
            title: "A name is not defined, or is defined twice.",
            text: "A formula may come before its inputs: names are looked up when a value is needed. If there is\n\
                   no definition by then, the nearest name is offered. Parameters of functions, and names after\n\
                   `at`, stand once.",
            wrong: "weight = 3\nL = wieght^2\nL",
            fixed: "weight = 3\nL = weight^2\nL",
        },
        Code::Function => Page {
            title: "There is no function of that name, or it cannot be used like this.",
            text: "Variables and functions are two name spaces: `s(x)` calls the function `s`, whatever the\n\
                   variable `s` is, so a product needs its `*`. The derivative operators (`grad`, `jacobian` and\n\
                   so on) can be called and not redefined. `:help` in a session lists what there is.",
            wrong: "a = 2\na(3 + 1)",
            fixed: "a = 2\na*(3 + 1)",
        },
        Code::Arity => Page {
            title: "A function was given too many or too few arguments.",
            text: "The help line shows the signature. Named arguments (`axis=1`, `seed=7`) come last, and each\n\
                   once.",
            wrong: "clamp(5, 3)",
            fixed: "clamp(5, 0, 3)",
        },
        Code::Shape => Page {
            title: "The shapes of two values do not fit.",
            text: "Every value is a matrix: a vector is n×1, a scalar 1×1. `*` is the matrix product and wants as\n\
                   many columns on its left as rows on its right; `.*`, `./`, `+` and `-` go entry by entry and\n\
                   stretch a scalar to anything, a row or a column along a matrix. `'` transposes.",
            wrong: "[1, 2, 3]*[4, 5, 6]",
            fixed: "[1, 2, 3] .* [4, 5, 6]\n[1, 2, 3]'*[4, 5, 6]",
        },
        Code::Index => Page {
            title: "An index points outside of a value.",
            text: "Indices count from 1, rows first: `W[2, 1]` is row 2, column 1. `W[:, 1]` is a whole column,\n\
                   `x[2..4]` a part. One index is enough for a vector only.",
            wrong: "x = [1, 2, 3]\nx[0]",
            fixed: "x = [1, 2, 3]\nx[1]",
        },
        Code::Circular => Page {
            title: "A definition depends on itself.",
            text: "`=` defines a formula, as in a spreadsheet; it does not assign. `s = s + 1` therefore has no\n\
                   value. `s := s + 1` computes the right side now, with the old value, and keeps the result.\n\
                   Functions cannot call themselves either; `iterate(f, x, n)` repeats one.",
            wrong: "s = 1\ns = s + 1\ns",
            fixed: "s = 1\ns := s + 1\ns",
        },
        Code::Value => Page {
            title: "A number is needed, but an input has no value.",
            text: "`input w` declares an input without a value: enough for formulas (`derive`, `trace`), not for\n\
                   numbers. Give it one for good with `=`, or for one statement with `at`.",
            wrong: "input w\nw^2",
            fixed: "input w\nw^2 at w = 3\nderive w^2 wrt w",
        },
        Code::Scalar => Page {
            title: "A scalar is needed, but this is a matrix.",
            text: "`grad` differentiates scalars: for a vector use `jacobian`, or take one entry, a sum, a norm.\n\
                   A condition is a scalar, too: `min(…) == 1` is “every entry”, `max(…) == 1` “any entry”.",
            wrong: "x = [1, 2]\ngrad(x.^2, x)",
            fixed: "x = [1, 2]\njacobian(x.^2, x)\ngrad(sum(x.^2), x)",
        },
        Code::Type => Page {
            title: "A value of the wrong kind.",
            text: "Counts and indices are whole numbers; texts stand only where a text is expected: after `read`,\n\
                   `import`, `print` and `to`, and for `scheme=`.",
            wrong: "zeros(2.5, 1)",
            fixed: "zeros(round(2.5), 1)",
        },
        Code::File => Page {
            title: "A file cannot be read or written.",
            text: "Paths in a script are relative to the script, in a session to the folder it was started in.\n\
                   With `--sandbox` no script may touch a file. Data files are numbers between commas, with or\n\
                   without a line of headings; the error names the line of a cell that is no number.",
            wrong: "X = read(\"no-such-file.csv\")\nX",
            fixed: "X = [5.1, 3.5; 4.9, 3]\nX",
        },
        Code::Assert => Page {
            title: "An `assert` does not hold.",
            text: "The values of both sides are shown. Numbers that were rounded on the way are rarely\n\
                   equal to the last digit: `approx(a, b)` asks whether they agree to 1e-9, `approx(a, b, tol=…)`\n\
                   to another tolerance.",
            wrong: "assert 0.1 + 0.2 == 0.3",
            fixed: "assert approx(0.1 + 0.2, 0.3)",
        },
        Code::Check => Page {
            title: "The modes of differentiation disagree.",
            text: "Forward, reverse and symbolic mode follow the same rules and agree to 1e-9; where only numeric\n\
                   differs it is mostly the difference quotient that is wrong: its step is too large for a formula\n\
                   that changes this fast. What rounding alone explains is no disagreement. `compare` shows all\n\
                   four; `using` leaves one out.",
            wrong: "check round(1e12*x)/1e12 wrt x at x = 0.3",
            fixed: "check x wrt x at x = 0.3",
        },
        Code::Limit => Page {
            title: "A limit was reached, or the computation was interrupted.",
            text: "Limits keep a typing error from taking the whole machine: `--limit-memory`, `--limit-nodes`\n\
                   and `--limit-time` move them. A sum over very many entries is better written with whole arrays than\n\
                   entry by entry, which makes a node of each. An iteration of more than 1,000 rounds is one node and\n\
                   keeps few of its states: 10,000,000 rounds and their gradient take 30 MB.",
            wrong: "sum(ones(1000000, 1000000))",
            fixed: "sum(ones(1000, 1000))",
        },
        Code::Singular => Page {
            title: "A matrix has no inverse.",
            text: "Its rows depend on each other, at least to the accuracy of numbers; `det` is 0 or close to it.\n\
                   In least squares a little on the diagonal (`A + 1e-6*eye(n)`) makes it regular.",
            wrong: "inv([1, 2; 2, 4])",
            fixed: "inv([1, 2; 2, 4] + 0.1*eye(2))",
        },
        Code::Blank => Page {
            title: "An exercise leaves a formula to be filled in.",
            text: "`???` stands for a formula that the reader is to find. What does not need it runs all the same.\n\
                   A teacher puts the script with the answers beside it, `loss.sol.ad` beside `loss.ad`, and\n\
                   `wengert test --solutions .` compares what both show.",
            wrong: "x = 3; slope = ???; slope",
            fixed: "x = 3; slope = 2*x; slope",
        },
    }
}

/// The page about the class called `name`. Its examples run in the world of `session`.
///
/// # Errors
///
/// There is no such class; the message offers the nearest.
pub fn about(session: &Session, name: &str, style: &Style) -> Result<String, String> {
    let name = name.trim();
    let name = name
        .strip_prefix("error[")
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    let Some(code) = Code::ALL.into_iter().find(|code| code.name() == name) else {
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        return Err(match did_you_mean(name, names.iter().copied()) {
            Some(nearest) => format!(
                "there is no class `{name}`; did you mean `{nearest}`? There are {}",
                names.join(", ")
            ),
            None => format!("there is no class `{name}`; there are {}", names.join(", ")),
        });
    };
    let page = page(code);
    let title = |text: &str| Paint::Heading.on(text, style);
    Ok(format!(
        "{}\n\n{}\n\n{}\n\n{}\n{}\n\n{}\n",
        title(&format!("error[{}]: {}", code.name(), page.title)),
        flowing(page.text, style),
        title("For example"),
        shown(session, page.wrong, style),
        title("Fixed"),
        shown(session, page.fixed, style).trim_end(),
    ))
}

/// A page's text: laid out as it is written where it fits, else as one paragraph.
fn flowing(text: &str, style: &Style) -> String {
    let fits = |room: usize| text.lines().all(|line| line.chars().count() <= room);
    match style.width {
        Some(room) if !fits(room) => wrap::sentence(&text.replace('\n', " "), room).join("\n"),
        _ => text.to_string(),
    }
}

/// All classes with their titles.
pub fn list() -> String {
    let line = |code: Code| format!("  {:<10}{}\n", code.name(), page(code).title);
    let lines: String = Code::ALL.into_iter().map(line).collect();
    format!("{lines}\n`wengert explain CODE` says more, with an example and its fix\n")
}

/// A script, indented, with all that it shows below.
fn shown(session: &Session, text: &str, style: &Style) -> String {
    let narrower = Style {
        width: style.width.map(|width| width.saturating_sub(4)),
        ..style.clone()
    };
    let (results, diagnostics) = example::run(session, text, &narrower);
    let mut page = String::new();
    for line in text.lines() {
        page.push_str(&format!("    {line}\n"));
    }
    page.push('\n');
    for line in results.lines().chain(diagnostics.lines()) {
        page.push_str(format!("    {line}").trim_end());
        page.push('\n');
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn every_wrong_example_is_wrong_like_that_and_every_fix_helps() {
        for code in Code::ALL {
            let page = page(code);
            let run = |text: &str| {
                Session::default().run_source(&Source::new("example", text), &mut |_| {})
            };
            let found = run(page.wrong).expect_err(page.wrong);
            assert_eq!(found.code(), code, "{}", page.wrong);
            assert!(
                run(page.fixed).is_ok(),
                "{}: {:?}",
                page.fixed,
                run(page.fixed)
            );
        }
    }

    #[test]
    fn pages_by_name() {
        let style = Style::default();
        let text = about(&Session::default(), "error[shape]", &style).expect("there");
        assert!(text.contains("    error[shape]: "), "{text}");
        assert!(text.contains("    [1, 2, 3]'*[4, 5, 6] = 32\n"), "{text}");
        assert!(
            about(&Session::default(), "shpae", &style)
                .is_err_and(|error| error.contains("`shape`"))
        );
    }
}
