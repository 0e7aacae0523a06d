//! What `:help` says.

use super::commands::COMMANDS;
use crate::lower;
use crate::primitives;
use std::fmt::Write;

/// Something that has a name, with what it does and an example.
struct Entry {
    name: &'static str,
    form: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
}

const fn entry(
    name: &'static str,
    form: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> Entry {
    Entry {
        name,
        form,
        doc,
        example,
    }
}

/// The statements, in the order in which help lists them.
static STATEMENTS: &[Entry] = &[
    entry(
        "=",
        "L = (w*x - y)^2",
        "name a formula; it is computed when something is shown",
        ("x = 3; L = x^2; L", "9"),
    ),
    entry(
        ":=",
        "w := w - 0.1*grad(L, w)",
        "compute now and keep the value",
        ("w = 3; w := w + 1; w", "4"),
    ),
    entry(
        "f",
        "f(x) = x^2*sin(x)",
        "define a function; f'(x) is its derivative",
        ("f(x) = x^3; f'(2)", "12"),
    ),
    entry(
        "trace",
        "trace L wrt w, x at w = 3",
        "every intermediate with value, tangent and adjoint",
        ("", ""),
    ),
    entry(
        "derive",
        "derive L wrt W with steps",
        "the symbolic derivative, simplified, to be typed back in",
        ("", ""),
    ),
    entry(
        "compare",
        "compare L wrt w, x",
        "forward, reverse, numeric and symbolic side by side, with their costs",
        ("", ""),
    ),
    entry(
        "check",
        "check L wrt W",
        "whether the four modes agree, and if not, why",
        ("", ""),
    ),
    entry(
        "graph",
        "graph L to \"graph.svg\"",
        "the computational graph, as text or as a picture",
        ("", ""),
    ),
    entry(
        "plot",
        "plot f(t), f'(t) over t from -3 to 3",
        "curves, vectors and maps, as characters or as a picture",
        ("", ""),
    ),
    entry(
        "print",
        "print \"cost\", L",
        "show values on one line; a formula alone shows its value",
        ("", ""),
    ),
    entry(
        "assert",
        "assert L < 1",
        "stop with an error unless it holds",
        ("", ""),
    ),
    entry(
        "input",
        "input w, x[3], A[2,3]",
        "declare inputs that have no value yet",
        ("", ""),
    ),
    entry(
        "repeat",
        "repeat 100 { … }",
        "do statements several times",
        ("x = 1; repeat 3 { x := 2*x }; x", "8"),
    ),
    entry(
        "while",
        "while c { … }",
        "do statements as long as c holds",
        ("x = 1; while x < 5 { x := 2*x }; x", "8"),
    ),
    entry(
        "for",
        "for i in 1..10 { … }",
        "do statements for each number",
        ("s = 0; for i in 1..4 { s := s + i }; s", "10"),
    ),
    entry(
        "if",
        "if c { … } else { … }",
        "choose; in a formula `if c then a else b`",
        ("x = 2; if x > 1 then x else 0", "2"),
    ),
    entry(
        "import",
        "import \"other.ad\"",
        "run the definitions of another script",
        ("", ""),
    ),
];

/// The functions that are no rows of the primitive table.
static OPERATORS: &[Entry] = &[
    entry(
        "grad",
        "grad(L, w)",
        "The gradient of a scalar, in the shape of w.",
        ("w = 3; grad(w^2, w)", "6"),
    ),
    entry(
        "jacobian",
        "jacobian(y, x)",
        "One row an entry of y, one column an entry of x.",
        ("x = [1, 2]; jacobian(3*x, x)[2,2]", "3"),
    ),
    entry(
        "hessian",
        "hessian(L, x)",
        "The second derivatives of a scalar.",
        ("x = 3; hessian(x^3, x)", "18"),
    ),
    entry(
        "jvp",
        "jvp(y, x, v)",
        "The derivative of y along v, in the shape of y.",
        ("x = [1, 2]; jvp(dot(x, x), x, [1, 0])", "2"),
    ),
    entry(
        "vjp",
        "vjp(y, x, u)",
        "u'*jacobian(y, x), in the shape of x.",
        ("x = 3; vjp(x^2, x, 2)", "12"),
    ),
    entry(
        "numeric",
        "numeric(L, w, h=, scheme=)",
        "The finite difference: \"central\", \"forward\" or \"backward\".",
        ("w = 3; round(numeric(w^2, w))", "6"),
    ),
    entry(
        "iterate",
        "iterate(f, x0, n)",
        "f(f(…f(x0))), n times.",
        ("f(x) = 2*x; iterate(f, 1, 10)", "1024"),
    ),
    entry(
        "rows",
        "rows(A)",
        "How many rows a matrix has.",
        ("rows([1, 2; 3, 4; 5, 6])", "3"),
    ),
    entry(
        "cols",
        "cols(A)",
        "How many columns a matrix has.",
        ("cols([1, 2; 3, 4; 5, 6])", "2"),
    ),
    entry(
        "read",
        "read(\"file.csv\")",
        "A file of numbers as a matrix; a column of texts as codes 1, 2, …",
        ("", ""),
    ),
];

/// About a function, a statement, or everything in short.
pub fn about(name: &str) -> String {
    let name = name.trim_end_matches("()").trim_start_matches(':');
    if name.is_empty() {
        return overview();
    }
    let mut text = String::new();
    for row in primitives::named(name) {
        describe(
            &mut text,
            &row.signature(),
            row.aliases,
            row.doc,
            row.example,
        );
    }
    for found in OPERATORS
        .iter()
        .chain(STATEMENTS)
        .filter(|entry| entry.name == name)
    {
        describe(&mut text, found.form, &[], found.doc, found.example);
    }
    if text.is_empty() { unknown(name) } else { text }
}

fn describe(
    text: &mut String,
    form: &str,
    aliases: &[&str],
    doc: &str,
    (example, answer): (&str, &str),
) {
    text.push_str(form);
    if !aliases.is_empty() {
        let _ = write!(text, "   also {}", aliases.join(", "));
    }
    let _ = writeln!(text, "\n    {doc}");
    if !example.is_empty() {
        let _ = writeln!(text, "    {example}   gives {answer}");
    }
}

fn unknown(name: &str) -> String {
    let entries = OPERATORS.iter().chain(STATEMENTS).map(|entry| entry.name);
    match lower::nearest(name, primitives::names().chain(entries)) {
        Some(nearest) => format!("there is no help about `{name}`; did you mean `{nearest}`?\n"),
        None => format!("there is no help about `{name}`; `:help` alone is a start\n"),
    }
}

fn overview() -> String {
    let mut text = String::from("Statements\n");
    for statement in STATEMENTS {
        let _ = writeln!(text, "  {:<27}{}", statement.form, statement.doc);
    }
    text.push_str("\nDerivatives\n");
    for operator in OPERATORS
        .iter()
        .take_while(|operator| lower::is_derivative_operator(operator.name))
    {
        let _ = writeln!(text, "  {:<27}{}", operator.form, operator.doc);
    }
    text.push_str("\nFunctions\n");
    let mut names: Vec<&str> = primitives::table()
        .filter(|row| row.callable)
        .map(|row| row.name)
        .collect();
    names.dedup();
    text.push_str(&filled(&names, 76));
    text.push_str("\nCommands\n");
    for command in COMMANDS {
        let _ = writeln!(text, "  {:<27}{}", command.usage(), command.doc());
    }
    text.push_str("\nCtrl-C stops a computation or clears the line; two empty lines end an unfinished input.\n");
    text
}

/// Words in lines of at most `width` columns.
fn filled(words: &[&str], width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words {
        if column == 0 || column + 1 + word.len() > width {
            text.push_str(if column == 0 { "  " } else { "\n  " });
            column = 2;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Style;
    use crate::render::terminal;
    use crate::session::Session;
    use crate::source::Source;

    fn shown(text: &str) -> String {
        let mut shown = String::new();
        let run = Session::default().run(&Source::new("<example>", text), &mut |event| {
            shown.push_str(&terminal::event(&event, &Style::default()));
        });
        assert!(run.is_ok(), "{text}: {run:?}");
        shown
    }

    #[test]
    fn the_examples_hold() {
        for entry in STATEMENTS
            .iter()
            .chain(OPERATORS)
            .filter(|entry| !entry.example.0.is_empty())
        {
            let (example, answer) = entry.example;
            let shown = shown(example);
            assert!(shown.trim().ends_with(answer), "{example} shows {shown}");
        }
    }

    #[test]
    fn every_operator_has_an_entry() {
        for (name, form) in lower::SPECIAL {
            let found = OPERATORS.iter().find(|entry| entry.name == *name);
            assert_eq!(found.map(|entry| entry.form), Some(*form));
        }
    }

    #[test]
    fn help_about_one_thing() {
        let log = about("ln");
        assert!(log.starts_with("log(x)   also ln\n    "), "{log}");
        assert!(log.ends_with("    log(10)   gives 2.30259\n"), "{log}");
        assert_eq!(
            about("sqrtt"),
            "there is no help about `sqrtt`; did you mean `sqrt`?\n"
        );
        assert!(about("grad()").starts_with("grad(L, w)\n"));
        assert!(about("").contains("softmax"));
    }
}
