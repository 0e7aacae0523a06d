//! Text to abstract syntax: the texts that the language accepts, those that it refuses, and its errors.

use std::rc::Rc;
use wengert::diagnostic::{Code, Diagnostic, Severity};
use wengert::source::Source;
use wengert::syntax::ast::*;
use wengert::syntax::special::SPECIAL;
use wengert::syntax::statements::{STATEMENTS, statement_words};
use wengert::syntax::words::{WITH_ITEMS, mode_words, reserved_words, tail_words};
use wengert::syntax::{Completeness, completeness, parse, printer};

fn script(text: &str) -> (Script, Vec<Diagnostic>) {
    parse(&Source::new("test", text)).unwrap_or_else(|error| {
        panic!("{text:?}: {error}, at {:?}", error.location().text());
    })
}

fn failure(text: &str) -> Diagnostic {
    match parse(&Source::new("test", text)) {
        Ok(_) => panic!("{text:?} parses"),
        Err(error) => error,
    }
}

/// An expression with all its parentheses.
fn tree(script: &Script, id: ExprId) -> String {
    let tree = |id: &ExprId| tree(script, *id);
    let list = |ids: &[ExprId]| ids.iter().map(tree).collect::<Vec<_>>().join(", ");
    match &script.expr(id).kind {
        ExprKind::Number(value) => printer::number(*value),
        ExprKind::Text(text) => printer::quoted(text),
        ExprKind::Name(name) => script.name(*name).to_string(),
        ExprKind::Unary(UnaryOp::Neg, x) => format!("(-{})", tree(x)),
        ExprKind::Unary(UnaryOp::Not, x) => format!("(not {})", tree(x)),
        ExprKind::Unary(UnaryOp::Transpose, x) => format!("({}')", tree(x)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", tree(a), op.symbol(), tree(b)),
        ExprKind::If(c, a, b) => format!("(if {} then {} else {})", tree(c), tree(a), tree(b)),
        ExprKind::Call(call) => {
            let named = call
                .named
                .iter()
                .map(|a| format!("{} = {}", a.name, tree(&a.value)));
            let mut all: Vec<_> = call.arguments.iter().map(tree).collect();
            all.extend(named);
            format!("{}({})", call.function, all.join(", "))
        }
        ExprKind::Derivative(call) => {
            format!(
                "{}#{}({})",
                call.function,
                call.order,
                list(&call.arguments)
            )
        }
        ExprKind::Index(base, indices) => {
            format!("{}[{}]", tree(base), indices_of(script, indices))
        }
        ExprKind::Matrix(rows) => {
            let rows: Vec<_> = rows.iter().map(|row| list(row)).collect();
            format!("[{}]", rows.join("; "))
        }
        ExprKind::Comprehension(each) => {
            let clauses: Vec<_> = each
                .clauses
                .iter()
                .map(|c| format!("{} in {}..{}", c.variable, tree(&c.from), tree(&c.to)))
                .collect();
            let inner = format!("{} for {}", tree(&each.body), clauses.join(", "));
            if each.bracketed {
                format!("[{inner}]")
            } else {
                inner
            }
        }
        ExprKind::Block(block) => {
            let lines = block.definitions.iter();
            let lines: Vec<_> = lines
                .map(|(name, value)| format!("{name} = {}; ", tree(value)))
                .collect();
            format!("{{ {}{} }}", lines.concat(), tree(&block.value))
        }
    }
}

fn indices_of(script: &Script, indices: &[Index]) -> String {
    let indices: Vec<_> = indices
        .iter()
        .map(|index| match index {
            Index::At(i) => tree(script, *i),
            Index::Range(a, b) => format!("{}..{}", tree(script, *a), tree(script, *b)),
            Index::All => ":".to_owned(),
        })
        .collect();
    indices.join(", ")
}

fn trees(script: &Script, ids: &[ExprId]) -> String {
    ids.iter()
        .map(|id| tree(script, *id))
        .collect::<Vec<_>>()
        .join(", ")
}

fn tail(script: &Script, tail: &Tail) -> String {
    let mut text = String::new();
    for over in &tail.over {
        let (from, to) = (tree(script, over.from), tree(script, over.to));
        text += &format!(" over {} from {from} to {to}", over.variable);
    }
    for (word, ids) in [("wrt", &tail.wrt), ("along", &tail.along)] {
        if !ids.is_empty() {
            text += &format!(" {word} {}", trees(script, ids));
        }
    }
    for (mode, _) in &tail.using {
        text += &format!(" using {}", mode.name());
    }
    for at in &tail.at {
        text += &format!(" at {} = {}", at.name, tree(script, at.value));
    }
    for (item, _) in &tail.with {
        text += &match item {
            With::Points { points, colour } => {
                let colour = colour.map_or("-".to_owned(), |colour| tree(script, colour));
                format!(" with points {} {colour}", tree(script, *points))
            }
            other => format!(" with {other:?}"),
        };
    }
    if let Some(to) = &tail.to {
        text += &format!(" to {}", to.text);
    }
    text
}

fn block(script: &Script, block: &Block) -> String {
    let inner: Vec<_> = block.iter().map(|id| statement(script, *id)).collect();
    inner.join("; ")
}

fn statement(script: &Script, id: StatementId) -> String {
    let e = |id: &ExprId| tree(script, *id);
    match &script.statement(id).kind {
        StatementKind::Define(name, value) => format!("{name} = {}", e(value)),
        StatementKind::DefineFunction {
            name,
            parameters,
            body,
        } => {
            let names: Vec<_> = parameters.iter().map(ToString::to_string).collect();
            format!("{name}({}) = {}", names.join(", "), e(body))
        }
        StatementKind::Input(all) => {
            let all: Vec<_> = all
                .iter()
                .map(|d| format!("{}[{}]", d.name, trees(script, &d.shape)))
                .collect();
            format!("input {}", all.join(", "))
        }
        StatementKind::Update(targets, values) => {
            let targets: Vec<_> = targets
                .iter()
                .map(|target| match &target.indices {
                    None => target.name.to_string(),
                    Some(indices) => format!("{}[{}]", target.name, indices_of(script, indices)),
                })
                .collect();
            format!("{} := {}", targets.join(", "), trees(script, values))
        }
        StatementKind::Repeat(n, body) => format!("repeat {} {{ {} }}", e(n), block(script, body)),
        StatementKind::While(c, body) => format!("while {} {{ {} }}", e(c), block(script, body)),
        StatementKind::For {
            variable,
            from,
            to,
            body,
        } => {
            let body = block(script, body);
            format!("for {variable} in {}..{} {{ {body} }}", e(from), e(to))
        }
        StatementKind::If(c, then, other) => {
            let (then, other) = (block(script, then), block(script, other));
            format!("if {} {{ {then} }} else {{ {other} }}", e(c))
        }
        StatementKind::Import(text) => format!("import {}", text.text),
        StatementKind::Assert(x) => format!("assert {}", e(x)),
        StatementKind::Assume(facts) => {
            let fact = |fact: &Fact| {
                let mut text = e(&fact.operands[0]);
                for (op, operand) in fact.comparisons.iter().zip(&fact.operands[1..]) {
                    text.push_str(&format!(" {} {}", op.symbol(), e(operand)));
                }
                match &fact.property {
                    Some(property) => format!("{text} is {property}"),
                    None => text,
                }
            };
            let facts: Vec<String> = facts.iter().map(fact).collect();
            format!("assume {}", facts.join(", "))
        }
        StatementKind::Rule(rule) => {
            let from = rule.adjoint.iter().map(|name| format!(" from {name}"));
            let from: String = from.collect();
            let (name, formula) = (&rule.function, e(&rule.formula));
            let departs = if rule.departs { " with override" } else { "" };
            format!(
                "rule {name} wrt {}{from} = {formula}{departs}",
                rule.parameter
            )
        }
        StatementKind::Print(items, t) => {
            format!("print {}{}", trees(script, items), tail(script, t))
        }
        StatementKind::Show(show, outputs, t) => {
            let outputs = trees(script, outputs);
            format!("{show:?} {outputs}{}", tail(script, t))
        }
    }
}

/// All statements, one a line.
fn outline(text: &str) -> String {
    let (script, _) = script(text);
    let lines: Vec<_> = script
        .body
        .iter()
        .map(|id| statement(&script, *id))
        .collect();
    lines.join("\n")
}

fn expression(text: &str) -> String {
    let outline = outline(text);
    let shown = outline.strip_prefix("Value ");
    shown
        .unwrap_or_else(|| panic!("{text} is {outline}"))
        .to_owned()
}

#[test]
fn precedence_from_loosest_to_tightest() {
    for (text, wanted) in [
        ("-x^2", "(-(x ^ 2))"),
        ("2^-1", "(2 ^ (-1))"),
        ("2^-x^2", "(2 ^ (-(x ^ 2)))"),
        ("2^3^4", "(2 ^ (3 ^ 4))"),
        ("2 .^ 3 ^ x", "(2 .^ (3 ^ x))"),
        ("a/b/c", "((a / b) / c)"),
        ("a - b - c", "((a - b) - c)"),
        ("a - b*c", "(a - (b * c))"),
        ("-a*b", "((-a) * b)"),
        ("a*-b", "(a * (-b))"),
        ("a--b", "(a - (-b))"),
        ("a .* b ./ c", "((a .* b) ./ c)"),
        ("x^2'", "(x ^ (2'))"),
        ("x'^2", "((x') ^ 2)"),
        ("-x'", "(-(x'))"),
        ("x²", "(x ^ 2)"),
        ("-x²", "(-(x ^ 2))"),
        ("2^x²", "(2 ^ (x ^ 2))"),
        ("x³'", "((x ^ 3)')"),
        ("x''", "((x')')"),
        ("x[1]'[2]", "(x[1]')[2]"),
        ("sin(x)²", "(sin(x) ^ 2)"),
        ("a < b + c", "(a < (b + c))"),
        ("not a < b", "(not (a < b))"),
        ("not not a", "(not (not a))"),
        ("not a and b", "((not a) and b)"),
        ("a or b and c", "(a or (b and c))"),
        ("a and b or c", "((a and b) or c)"),
        ("a or not b", "(a or (not b))"),
        (
            "if a or b then c + 1 else d + 1",
            "(if (a or b) then (c + 1) else (d + 1))",
        ),
        (
            "if a then b else if c then d else e",
            "(if a then b else (if c then d else e))",
        ),
        (
            "if if a then b else c then d else e",
            "(if (if a then b else c) then d else e)",
        ),
        ("1 + (if a then b else c)", "(1 + (if a then b else c))"),
        ("(a < b) < c", "((a < b) < c)"),
        ("2 × 3 · 4 − 1", "(((2 * 3) * 4) - 1)"),
        ("a ≤ b", "(a <= b)"),
        ("a ≥ b", "(a >= b)"),
        ("a ≠ b", "(a != b)"),
        ("1./x", "(1 ./ x)"),
        ("1.*x", "(1 .* x)"),
        ("2.^x", "(2 .^ x)"),
    ] {
        assert_eq!(expression(text), wanted, "{text}");
    }
}

#[test]
fn expressions_of_every_form() {
    for (text, wanted) in [
        ("1_000 + .5 + 1e-3", "((1000 + 0.5) + 0.001)"),
        ("w₀ + xᵢ + ŷ + σ + x_1", "((((w₀ + xᵢ) + ŷ) + σ) + x_1)"),
        ("µ + y\u{302}", "(μ + ŷ)"),
        ("[1, 2, 3]", "[1, 2, 3]"),
        ("[1, 2; 3, 4]", "[1, 2; 3, 4]"),
        ("[1, 2,; 3, 4,]", "[1, 2; 3, 4]"),
        ("[1,\n 2;\n 3,\n 4]", "[1, 2; 3, 4]"),
        ("[if a then b else c, -1]", "[(if a then b else c), (-1)]"),
        ("x[2] + W[1,2]", "(x[2] + W[1, 2])"),
        ("x[2..4]", "x[2..4]"),
        ("x[1..3]", "x[1..3]"),
        ("x[a + 1..2*n, :]", "x[(a + 1)..(2 * n), :]"),
        ("W[:,1]", "W[:, 1]"),
        ("x[1,]", "x[1]"),
        ("[x[i]^2 for i in 1..n]", "[(x[i] ^ 2) for i in 1..n]"),
        (
            "[i + j for i in 1..m, j in 1..n]",
            "[(i + j) for i in 1..m, j in 1..n]",
        ),
        ("sum(x[i]^2 for i in 1..n)", "sum((x[i] ^ 2) for i in 1..n)"),
        ("sum(A, axis=1)", "sum(A, axis = 1)"),
        ("randn(2, 3, seed=7,)", "randn(2, 3, seed = 7)"),
        ("f()", "f()"),
        ("f(\n  x,\n  y\n)", "f(x, y)"),
        ("f'(x)", "f#1(x)"),
        ("f''(x)' + f'", "((f#2(x)') + (f'))"),
        ("read(\"f.csv\")[1,2]", "read(\"f.csv\")[1, 2]"),
        (
            "numeric(L, w, h=1e-3, scheme=\"forward\")",
            "numeric(L, w, h = 0.001, scheme = \"forward\")",
        ),
        ("grad(L, x)' * v", "((grad(L, x)') * v)"),
        ("σ(σ)", "σ(σ)"),
        ("x +\n\n# a comment\n y", "(x + y)"),
        ("(x\n+ y)", "(x + y)"),
        ("if a\nthen b\n\nelse c", "(if a then b else c)"),
        ("a and\nb", "(a and b)"),
        ("not\na", "(not a)"),
        ("wrt + at*to - from/by", "((wrt + (at * to)) - (from / by))"),
        ("trace + 1", "(trace + 1)"),
    ] {
        assert_eq!(expression(text), wanted, "{text}");
    }
}

#[test]
fn statements_of_every_form() {
    for (text, wanted) in [
        ("w = 3", "w = 3"),
        ("f(x, y) = log(x) + x*y", "f(x, y) = (log(x) + (x * y))"),
        ("f() = 1", "f() = 1"),
        ("f(x,\n  y,) =\n x", "f(x, y) = x"),
        (
            "f(x) = {\n\n  y = 2*x\n z = y\n  z+1; }",
            "f(x) = { y = (2 * x); z = y; (z + 1) }",
        ),
        ("f(x) =\n{ x }", "f(x) = { x }"),
        ("f (x) = x", "f(x) = x"),
        ("input w, x[3], A[2,3]", "input w[], x[3], A[2, 3]"),
        ("w := w - 0.1*grad(L, w)", "w := (w - (0.1 * grad(L, w)))"),
        ("W, V := W - r, V - r", "W, V := (W - r), (V - r)"),
        ("W,\n V := 1,\n 2", "W, V := 1, 2"),
        (
            "x[i] := e; W[i,j] := e; W[:,j] := e",
            "x[i] := e\nW[i, j] := e\nW[:, j] := e",
        ),
        ("x[1], x[2] := 1, 2", "x[1], x[2] := 1, 2"),
        ("repeat 100 { w := 1; x }", "repeat 100 { w := 1; Value x }"),
        (
            "repeat n {\n\n w := 1\n\n x\n}\n",
            "repeat n { w := 1; Value x }",
        ),
        ("while (c) { x := 1 }", "while c { x := 1 }"),
        ("for i in 1..n + 1 { x }", "for i in 1..(n + 1) { Value x }"),
        ("if c { x } else { y }", "if c { Value x } else { Value y }"),
        (
            "if c {\n x\n}\n\nelse {\n y\n}",
            "if c { Value x } else { Value y }",
        ),
        (
            "if c { } else if d { y }",
            "if c {  } else { if d { Value y } else {  } }",
        ),
        ("if (a) { b }", "if a { Value b } else {  }"),
        ("if (a) then b else c", "Value (if a then b else c)"),
        ("import \"other.ad\"", "import other.ad"),
        (
            "assert x[1] < x[2] and x[2] < x[3]",
            "assert ((x[1] < x[2]) and (x[2] < x[3]))",
        ),
        ("assert not x", "assert (not x)"),
        ("print \"cost\", J at w = 3", "print \"cost\", J at w = 3"),
        (
            "print \"a \\\"b\\\" \\\\ \\n\"",
            "print \"a \\\"b\\\" \\\\ \\n\"",
        ),
        ("print (x)", "print x"),
        ("L at w = 5", "Value L at w = 5"),
        ("trace y1, y2 wrt w1", "Trace y1, y2 wrt w1"),
        ("trace -x", "Trace (-x)"),
        ("trace [1, 2]", "Trace [1, 2]"),
        (
            "compare L wrt w, x[1], A[i+1,2]",
            "Compare L wrt w, x[1], A[(i + 1), 2]",
        ),
        (
            "derive L wrt W with steps, guards",
            "Derive L wrt W with Steps with Guards",
        ),
        (
            "check L using forward, numeric",
            "Check L using forward using numeric",
        ),
        ("graph L to \"g.svg\"", "Graph L to g.svg"),
        (
            "plot f(t), f'(t) over t from -3 to 3",
            "Plot f(t), f#1(t) over t from (-3) to 3",
        ),
        (
            "plot f over s from 4 to 8, t from 2 to 4.5 with points P coloured by c, log x to \"a.svg\"",
            "Plot f over s from 4 to 8 over t from 2 to 4.5 with points P c with LogX to a.svg",
        ),
        (
            "plot v with points P, log y",
            "Plot v with points P - with LogY",
        ),
        (
            "trace L\n  wrt w\n\n  along v # why\n  at w = 3,\n   x = 2\n  with life, zeros\n  to \"t.csv\"\nx",
            "Trace L wrt w along v at w = 3 at x = 2 with Life with Zeros to t.csv\nValue x",
        ),
        ("derive L with expanded", "Derive L with Expanded"),
        ("x = 1;; y = 2;\n;", "x = 1\ny = 2"),
        ("x = 1\ry = 2\r\nz", "x = 1\ny = 2\nValue z"),
        ("\u{feff}x", "Value x"),
        ("", ""),
        ("# nothing\n\n", ""),
        ("x =\n  3", "x = 3"),
    ] {
        assert_eq!(outline(text), wanted, "{text}");
    }
}

#[test]
fn words_are_names_where_no_statement_or_tail_can_be() {
    for (text, wanted) in [
        ("trace = 3", "trace = 3"),
        ("print(x) = 2", "print(x) = 2"),
        ("check := 2", "check := 2"),
        ("graph[1] := 2", "graph[1] := 2"),
        ("at = 3", "at = 3"),
        ("L\nat = 3", "Value L\nat = 3"),
        ("L\nto + 1", "Value L\nValue (to + 1)"),
        ("L\nalong(x)", "Value L\nValue along(x)"),
        ("x = 3\nwith := 2", "x = 3\nwith := 2"),
        ("trace at at at = 1", "Trace at at at = 1"),
        ("compare wrt wrt wrt, to", "Compare wrt wrt wrt, to"),
        ("import = 2", "import = 2"),
        ("trace\nx", "Value trace\nValue x"),
        ("f(at) = at", "f(at) = at"),
        (
            "points = 1; steps = 2; forward = 3",
            "points = 1\nsteps = 2\nforward = 3",
        ),
    ] {
        assert_eq!(outline(text), wanted, "{text}");
    }
}

/// Text, the text at the primary place, a part of the message, a part of the help.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

fn refuse(mistakes: &[Mistake]) {
    let mut wrong = Vec::new();
    for (text, place, message, help) in mistakes {
        let error = failure(text);
        let advice = error.advice().unwrap_or_default();
        assert_eq!(error.code(), Code::Syntax, "{text:?}: {error}");
        let found = error.location().text();
        if found != *place || !error.message().contains(message) || !advice.contains(help) {
            wrong.push(format!("{text:?}: at {found:?}: {error}: {advice}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn operators_of_other_languages() {
    refuse(&[
        ("2**3", "**", "no operator `**`", "`^`"),
        ("7 // 2", "//", "no operator `//`", "floor(a/b)"),
        ("// note", "//", "no operator", "`#`"),
        ("a && b", "&&", "no operator `&&`", "`and`"),
        ("a || b", "||", "no operator `||`", "`or`"),
        ("!x", "!", "no operator `!`", "`not`"),
        ("170!", "!", "no operator `!`", "gamma(170 + 1)"),
        ("x += 1", "+=", "no operator `+=`", "`x := x + 1`"),
        (
            "x[2] *= 3*y",
            "*=",
            "no operator `*=`",
            "`x[2] := x[2] * 3*y`",
        ),
        ("x++", "++", "no operator `++`", "`x := x + 1`"),
        ("f = x -> x^2", "->", "no operator `->`", "f(x) = x^2"),
        ("a @ b", "@", "no operator `@`", "matrix product"),
        ("a .+ b", ".+", "no operator `.+`", "write `+`"),
        ("a % b", "%", "no operator `%`", "mod(a, b)"),
        ("a <> b", "<>", "no operator", "`!=`"),
        ("A \\ b", "\\", "no operator", "solve(A, b)"),
        (
            "c ? a : b",
            "?",
            "a choice is written in words",
            "if c then a else b",
        ),
        ("+ 3", "+", "needs no `+`", "take out"),
    ]);
}

#[test]
fn characters_that_only_look_right() {
    refuse(&[
        ("print “hello”", "“", "`“`", "`\"`"),
        ("x‘", "‘", "`‘`", "`'`"),
        ("a – b", "–", "`–`", "minus"),
        ("１＋１", "１", "full-width", "plain"),
        ("ｘ = 1", "ｘ", "full-width", "`x`"),
        ("x = √2", "√", "a root is written as a call", "sqrt"),
        ("x\u{200d} + 1", "\u{200d}", "U+200D", "take it out"),
        ("1 + 😀", "😀", "`😀`", ""),
        ("x = 1\u{2028}y = 2", "\u{2028}", "U+2028", "newline"),
        ("x\u{b}", "\u{b}", "U+000B", "newline"),
        ("# a\u{85}b", "\u{85}", "U+0085", "newline"),
        ("\"\u{c}\"", "\u{c}", "U+000C", "newline"),
        ("x = 1 \u{feff}", "\u{feff}", "U+FEFF", ""),
        ("٣", "٣", "`٣`", "`0` to `9`"),
    ]);
}

#[test]
fn superscripts() {
    refuse(&[
        ("y = x⁴ + 1", "x⁴", "superscripts", "`x^4`"),
        ("x²²", "x²²", "single", "`x^22`"),
        ("(a + b)⁻¹", "(a + b)⁻¹", "superscript", "`inv(a + b)`"),
        ("xᵀ*y", "xᵀ", "superscript letters", "`x'`"),
        ("xⁿ", "xⁿ", "superscript letters", "`x^n`"),
        ("sin²(x)", "sin²(", "after the arguments", "`sin(x)²`"),
        ("² + 1", "²", "", ""),
    ]);
}

#[test]
fn operands_side_by_side() {
    refuse(&[
        ("y = 2x", "2x", "operator is missing", "`2*x`"),
        ("2(x+1)", "2(", "operator is missing", "`2*(x+1)`"),
        ("(a + b)(c)", ")(", "operator is missing", "`(a + b)*(c)`"),
        ("f(x)(y)", ")(", "only a function's name", "`*`"),
        ("y = sin x", "sin x", "parentheses", "`sin(x)`"),
        ("[1 2]", "1 2", "comma is missing", "`[1, 2]`"),
        (
            "[1, 2\n 3, 4]",
            "2\n 3",
            "newline does not end the row",
            "`;`",
        ),
        ("grad(L w)", "L w", "comma is missing", "`grad(L, w)`"),
        (
            "print \"a\" x",
            "\"a\" x",
            "comma is missing",
            "`print \"cost\", J`",
        ),
        ("print x y", "x y", "comma or an operator", "commas"),
        ("trace L w", "w", "comma or an operator", "`trace L wrt w`"),
        ("x = y z", "y z", "operator is missing", "`y*z`"),
        (
            "repeat 3 { x := 1 } y",
            "y",
            "ends at a newline or `;`",
            "line of its own",
        ),
    ]);
}

#[test]
fn statements_side_by_side() {
    refuse(&[
        ("a = 1 b = 2", "b", "ends at a newline or `;`", "`;`"),
        ("repeat 3 x := 1", "x", "in braces", "`repeat 3 { x := 1 }`"),
        ("for i in 1..3 x", "x", "in braces", "`for i in 1..3 { x }`"),
        (
            "if a { b } else c",
            "c",
            "`else` is followed by",
            "`else if w > 1 { w := 1 }`",
        ),
        (
            "for i in 1..3, j in 1..2 { }",
            ",",
            "one variable",
            "block of the other",
        ),
        ("input x = 3", "=", "without a value", "`x = 3`"),
    ]);
}

#[test]
fn numbers_that_are_none() {
    refuse(&[
        ("y = 1.", "1.", "never ends in a dot", "`1.0`"),
        ("1.2.3", "1.2.3", "not a number", "one decimal point"),
        ("1__0", "1__0", "not a number", "`1_000`"),
        ("1e+", "1e", "not a number", "exponent"),
        ("0x1f", "0x1f", "not a number", "decimal"),
    ]);
}

#[test]
fn texts() {
    refuse(&[
        ("print 'text'", "'text'", "double quotes", "`\"text\"`"),
        ("read('f.csv')", "'f.csv'", "double quotes", "`\"f.csv\"`"),
        ("x = 2\nprint \"hello", "\"hello", "not closed", "`\"`"),
        ("print \"a\nb\"", "\"a", "not closed", "`\\n`"),
        ("print \"\\q\"", "\\q", "not an escape", "`\\n`"),
        ("\"hello\"", "\"hello\"", "is not allowed here", "`print`"),
        ("f(\"hello\")", "\"hello\"", "is not allowed here", "`read`"),
        (
            "sum(x, axis=\"a\")",
            "\"a\"",
            "is not allowed here",
            "`numeric`",
        ),
        (
            "print(\"a\", x)",
            "\"a\"",
            "without parentheses",
            "write `print \"a\", x`",
        ),
        ("print(a, b)", ",", "without parentheses", "`print a, b`"),
        (
            "import other",
            "other",
            "path of a script",
            "import \"other.ad\"",
        ),
        ("graph L to file", "file", "a file name", "to \"file.svg\""),
    ]);
}

#[test]
fn equals_signs() {
    refuse(&[
        ("if x = 3 then 1 else 2", "=", "does not compare", "`==`"),
        ("if x = 3 { y }", "=", "does not compare", "`==`"),
        ("while x = 3 { y }", "=", "does not compare", "`==`"),
        ("assert x = 3", "=", "does not compare", "`==`"),
        ("y = (x = 3)", "=", "does not compare", "`==`"),
        ("w, b = 1, 2", ",", "one name", "`a = 1; b = 2`"),
        ("x = 1, y = 2", ",", "one value", "`;`"),
        ("x = y = 3", "=", "only one `=`", "statement of its own"),
        ("2 = x", "=", "only a name", "`==`"),
        ("x + 1 = 2", "=", "only a name", "`==`"),
        ("x[1] = 3", "=", "replaced by `:=`", "`x[1] := 3`"),
        ("f(x) := 3", ":=", "defined by `=`", "`f(x) = 3`"),
        ("f'(x) = 3", "=", "derivative", "`f(x) = x^2`"),
        ("(a, b) := 1, 2", ",", "one value", "`[a, b]`"),
        (
            "if a then y = 1 else y = 2",
            "=",
            "not statements",
            "`y = if c then a else b`",
        ),
        (
            "if a then y := 1 else y := 2",
            ":=",
            "not statements",
            "`y := if c then a else b`",
        ),
        ("trace x = 3", "=", "defines nothing", "at x = 3"),
        ("= 3", "=", "name is missing", "`x = 3`"),
        ("x = 3 +\ny = 2", "+", "not finished", "complete the line"),
        ("x =\ny = 2", "=", "not finished", "complete the line"),
        ("a, b := 1", "1", "as many values as names", ""),
        ("a, a := 1, 2", "a", "twice", ""),
        ("f(2) = 3", "2", "are names", "`==`"),
        ("f(x, x) = 3", "x", "twice", ""),
        ("a, b", ",", "shows one value", "`print a, b`"),
    ]);
}

#[test]
fn reserved_and_foreign_words() {
    refuse(&[
        ("in = 3", "in", "reserved word", "another name"),
        ("f(in) = 3", "in", "reserved word", "another name"),
        ("or(x)", "or", "reserved word", "another name"),
        ("for or in 1..3 { }", "or", "reserved word", "another name"),
        ("def f(x) = 3", "def", "`def`", "`f(x) = 3`"),
        ("def f(x):", "def", "`def`", "`f(x) = x^2`"),
        ("function f(x)", "function", "`function`", "`f(x) = x^2`"),
        ("let x = 1", "let", "`let`", "`x = 1`"),
        ("f = lambda x: x^2", "lambda", "`lambda`", "`f(x) = x^2`"),
        ("return x", "return", "`return`", "formula"),
        ("if a { } elif b { }", "elif", "`elif`", "`else if`"),
        (
            "if a then b elseif c then d else e",
            "elseif",
            "`elseif`",
            "`else if`",
        ),
        ("trce L wrt w", "trce", "no statement `trce`", "`trace`"),
        ("whle x > 1 { }", "whle", "no statement `whle`", "`while`"),
        ("A.T", ".", "unexpected `.`", "`A'`"),
        ("A.sum()", ".", "unexpected `.`", "`sum(A)`"),
        ("y = trace L", "trace", "has no value", "line of its own"),
    ]);
}

#[test]
fn choices_loops_and_blocks() {
    refuse(&[
        ("for i = 1..3 { }", "=", "with `in`", "`for i in 1..10`"),
        (
            "for i in 1:3 { }",
            ":",
            "written with `..`",
            "`for i in 1..3 { print i }`",
        ),
        (
            "for (i in 1..3) { }",
            "(",
            "has no parentheses",
            "for i in 1..10",
        ),
        ("for i in n { }", "{", "over a range", "1..10"),
        (
            "1 + if a then b else c",
            "if",
            "needs parentheses",
            "(if c then a else b)",
        ),
        (
            "x = 1 if c else 2",
            "if",
            "starts with its condition",
            "if c then a else b",
        ),
        ("else { }", "else", "no `if`", ""),
        ("a == not b", "not", "needs parentheses", "(not a)"),
        ("repeat { x }", "{", "needs a count", "repeat 10"),
        ("repeat 10: x", ":", "in braces", "`repeat 10 { x }`"),
        (
            "if c then { x } else { y }",
            "{",
            "no value",
            "without `then`",
        ),
        ("while x > 1\n{ x := 1 }", "", "same line", "move the `{`"),
        ("f(x) { x }", "{", "formula, not a block", "`f(x) = x^2`"),
        ("x = (if a then b)", ")", "no `else`", "if c then a else b"),
        ("f(if a, b)", ",", "no `then`", "if c then a else b"),
        ("x[:2]", ":", "written with `..`", "`W[:, 1]`"),
        ("{ x }", "{", "a block is allowed only after", ""),
        ("0 < x < 1", "0 < x < 1", "chained", "`0 < x and x < 1`"),
        (
            "x = 1..3",
            "..",
            "only after `in`",
            "`x = [i for i in 1..3]`",
        ),
        ("x[1..2..3]", "..", "two ends", ""),
        ("x[1:3]", ":", "written with `..`", ""),
        (
            "[i for i in n]",
            "n",
            "`in` needs a range",
            "`[i for i in 1..rows(n)]`",
        ),
        (
            "[x for i in 1..2 for j in 1..2]",
            "for",
            "separated by commas",
            "",
        ),
        (
            "sum(x for i in 1..3, axis=1)",
            "=",
            "only argument",
            "brackets",
        ),
        (
            "sum(A, x for i in 1..3)",
            "for",
            "only argument",
            "brackets",
        ),
        ("(x for i in 1..3)", "for", "in brackets", ""),
        (
            "[x for i in 1..2, j in 1..2, k in 1..2]",
            "k",
            "at most two clauses",
            "",
        ),
    ]);
}

#[test]
fn brackets() {
    refuse(&[
        ("y = (1 + 2\nz = 3", "", "never closed", "`)`"),
        ("y = [1, 2", "", "never closed", "`]`"),
        ("repeat 3 { x\n", "", "never closed", "`}`"),
        ("y = (1, 2]", "]", "`(` is closed by `]`", "`)`"),
        ("y = 1)", ")", "no opening bracket", ""),
        ("[]", "[]", "at least one entry", ""),
        ("x[]", "[]", "index is missing", "x[1]"),
        ("y = ()", "()", "value is missing", ""),
        ("f(1,,2)", ",", "before this comma", ""),
        ("[1; 2;]", "]", "row of the matrix is empty", ""),
        ("[; 1]", ";", "row of a matrix is empty", ""),
        ("f(1; 2)", ";", "only between statements", "commas"),
        ("A[1; 2]", ";", "row of a matrix", "A[1, 2]"),
        ("x[1, 2, 3]", "3", "at most two indices", ""),
        ("f(a=1, 2)", "2", "come last", "put `2` first"),
        ("f(a=1, a=2)", "a", "given twice", ""),
        ("print \"hello", "\"hello", "not closed", ""),
    ]);
    let both = failure("y = (1, 2]");
    let labels: Vec<_> = both
        .labels()
        .iter()
        .map(|label| label.location.text())
        .collect();
    assert_eq!(labels, ["]", "("]);
}

#[test]
fn parts_of_a_tail_come_in_any_order() {
    for (text, standard) in [
        ("trace L at w = 3 wrt w", "trace L wrt w at w = 3"),
        (
            "plot t^2 to \"a.svg\" with log y over t from 1 to 3",
            "plot t^2 over t from 1 to 3 with log y to \"a.svg\"",
        ),
        (
            "compare L using forward\n  wrt w, x",
            "compare L wrt w, x using forward",
        ),
    ] {
        assert_eq!(outline(text), outline(standard), "{text}");
    }
}

#[test]
fn tails() {
    refuse(&[
        ("trace L wrt w wrt x", "wrt", "twice", "commas"),
        ("trace L wrt", "", "needs something", "`wrt w, x`"),
        ("trace wrt w", "wrt", "needs something before", ""),
        ("trace L at w", "", "not complete", "`at w = 3, x = 2`"),
        ("trace L wtr w", "wtr", "not a part", "`wrt`"),
        ("y = x at x = 3", "at", "definition takes no `at`", ""),
        ("y = x\nat x = 3", "at", "goes on with", ""),
        ("trace L wrt w + 1", "w + 1", "name or an entry", ""),
        ("trace L wrt W[:,1]", "W[:,1]", "not a slice", "W[1,2]"),
        ("trace L using foward", "foward", "`foward`", "`forward`"),
        ("trace L with lif", "lif", "`lif`", "`life`"),
        ("trace L with log z", "log z", "axis", "log x"),
        (
            "L with points P colored by c",
            "colored",
            "`colored`",
            "`coloured`",
        ),
        (
            "plot t over t to 3",
            "to",
            "not complete",
            "over t from a to b",
        ),
        (
            "plot t over t from 1",
            "",
            "`over t` needs a range",
            "`plot t over t from 1 to 3`",
        ),
        ("L at w = 1, w = 2", "w", "two values", ""),
    ]);
}

#[test]
fn an_unexpected_end_is_the_empty_range_at_the_end() {
    for text in [
        "x =",
        "x = # nothing\n",
        "1 +",
        "if c then 1",
        "repeat 3",
        "a and \n\n",
        "f(x) = \n",
    ] {
        let error = failure(text);
        let span = error.location().span;
        assert_eq!(
            (span.start, span.end),
            (text.len() as u32, text.len() as u32),
            "{text:?}"
        );
    }
}

#[test]
fn the_first_error_is_reported() {
    assert_eq!(failure("x = 2y\nz = (1").location().text(), "2y");
    let unclosed = failure("x = (1\ny = 2z");
    assert_eq!(unclosed.labels()[1].location.text(), "(");
    assert_eq!(failure("x = f(“a”").location().text(), "“");
}

#[test]
fn spans_cover_what_is_written() {
    let text = "ŷ = 2\nL = (a + b)*f(x)'\ntrace L\n wrt w  \n\nif c { x }  \nx[1] := 3\nx² # end";
    let (script, _) = script(text);
    let statements: Vec<_> = script
        .body
        .iter()
        .map(|id| script.source.slice(script.statement(*id).span))
        .collect();
    assert_eq!(
        statements,
        [
            "ŷ = 2",
            "L = (a + b)*f(x)'",
            "trace L\n wrt w",
            "if c { x }",
            "x[1] := 3",
            "x²"
        ]
    );
    let texts: Vec<_> = (0..script.expressions.len() as u32)
        .map(|id| script.text(ExprId(id)))
        .collect();
    for part in ["(a + b)", "f(x)", "f(x)'", "(a + b)*f(x)'", "x²", "²"] {
        assert!(texts.contains(&part), "{part} in {texts:?}");
    }
    let StatementKind::Update(targets, _) = &script.statement(script.body[4]).kind else {
        panic!("an update");
    };
    assert_eq!(script.source.slice(targets[0].span), "x[1]");
}

#[test]
fn children_come_before_parents() {
    let (script, _) = script("L = [if a then -b else f'(c)[1..2, :], sum(i for i in 1..n)]");
    for (at, expr) in script.expressions.iter().enumerate() {
        expr.children(|child| assert!((child.0 as usize) < at));
    }
}

#[test]
fn warnings() {
    let warned = |text: &str| {
        let (_, warnings) = script(text);
        assert!(warnings.iter().all(|w| w.severity() == Severity::Warning));
        warnings
            .iter()
            .map(|w| w.location().text().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(warned("y = a\n  - b"), ["-"]);
    assert_eq!(warned("y = a\n  −b*c"), ["−"]);
    assert_eq!(warned("y = a; -b"), Vec::<String>::new());
    assert_eq!(warned("-b"), Vec::<String>::new());
    assert_eq!(warned("y = a\n(-b)"), Vec::<String>::new());
    assert_eq!(warned("x[end]"), ["end"]);
    assert_eq!(warned("x[end - 1]"), ["end"]);
    assert_eq!(warned("end = 3; x[end]"), Vec::<String>::new());
    assert_eq!(warned("x[1] + end"), Vec::<String>::new());
    assert_eq!(warned("1e999"), ["1e999"]);
}

#[test]
fn what_a_reader_of_lines_should_wait_for() {
    use Completeness::*;
    for (text, wanted) in [
        ("", Complete),
        ("x = 3", Complete),
        ("x = 3;", Complete),
        ("# c", Complete),
        ("trace L wrt w", Complete),
        ("if c { x }", Complete),
        ("f'", Complete),
        ("x =", Incomplete),
        ("x = 1 +", Incomplete),
        ("x := # later", Incomplete),
        ("f(x,", Incomplete),
        ("f(x", Incomplete),
        ("[1, 2;", Incomplete),
        ("repeat 3 {", Incomplete),
        ("repeat 3 {\n x := 1\n", Incomplete),
        ("repeat 3 {\n x := (1 +\n", Incomplete),
        ("if c then 1", Incomplete),
        ("y = if c", Incomplete),
        ("if c", Incomplete),
        ("y = if c then 1 else", Incomplete),
        ("a and", Incomplete),
        ("trace L wrt", Incomplete),
        ("not", Incomplete),
        ("x = 2y", Invalid),
        ("x = 2y +", Invalid),
        ("f(2x", Invalid),
        ("x = 1)", Invalid),
        ("(1]", Invalid),
        ("print \"a", Invalid),
        ("0 < x < 1", Invalid),
        ("repeat 3", Invalid),
        ("trace L at w", Invalid),
        ("x\u{2028}", Invalid),
    ] {
        assert_eq!(completeness(text), wanted, "{text:?}");
    }
}

/// Runs on a stack as small as a thread is likely to have.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("no panic");
}

#[test]
fn deep_input_parses_and_prints() {
    on_a_small_stack(|| {
        let n = 100_000;
        let around = |a: &str, b: &str| format!("{}1{}", a.repeat(n), b.repeat(n));
        for text in [
            around("(", ")"),
            around("[", "]"),
            around("sin(", ")"),
            around("a[", "]"),
            around("-", ""),
            around("not ", ""),
            around("1+", ""),
            around("x*", ""),
            around("2^", ""),
            around("if 1 then ", " else 0"),
            around("if ", " then 1 else 0"),
            around("", "'"),
            around("", "[1]"),
        ] {
            let (first, _) = script(&text);
            let StatementKind::Show(_, outputs, _) = &first.statement(first.body[0]).kind else {
                panic!("an expression");
            };
            let printed = printer::print(&first, outputs[0]);
            let (second, _) = script(&printed);
            assert_eq!(first.expressions.len(), second.expressions.len());
        }
    });
}

#[test]
fn hostile_input_is_refused_quickly() {
    on_a_small_stack(|| {
        let n = 100_000;
        for text in [
            "(".repeat(n),
            ")".repeat(n),
            "{".repeat(n),
            format!("{}1{}", "([{".repeat(n), "}])".repeat(n)),
            format!("{}1{}", "{".repeat(n), "}".repeat(n)),
            "!".repeat(n),
            "x->".repeat(n),
            "1<".repeat(n) + "1",
            "x ".repeat(n),
            ".".repeat(n),
            ",".repeat(n),
            "'".repeat(n),
            "x=".repeat(n),
            "if ".repeat(n),
            "[x for i in ".repeat(n),
            format!("x{}", "²".repeat(n)),
            format!("x{}", "⁴".repeat(n)),
            format!("x{}", "\u{302}".repeat(n)),
            "a".repeat(1_000_000),
            format!("\"{}", "é".repeat(n)),
            format!("f{} x", "'".repeat(n)),
            format!("{}a", "a,".repeat(n)),
            "\u{1b}[31m1+\u{1b}[0m".to_owned(),
            "1+\0+1".to_owned(),
        ] {
            let error = failure(&text);
            for label in error.labels() {
                assert!(
                    error
                        .location()
                        .source
                        .text
                        .get(label.location.span.range())
                        .is_some()
                );
            }
            assert!(error.message().len() < 400 && error.advice().unwrap_or_default().len() < 400);
            let _ = completeness(&text);
        }
    });
}

#[test]
fn large_input_is_linear() {
    for (text, statements) in [
        ("x = 1\n".repeat(100_000), 100_000),
        (";".repeat(1_000_000), 0),
        (format!("# {}", "é".repeat(1_000_000)), 0),
        (format!("print \"{}\"", "é".repeat(1_000_000)), 1),
        (format!("f({}1)", "1,".repeat(100_000)), 1),
        (format!("[{}[1,2]]", "[1,2],".repeat(100_000)), 1),
        (format!("f{}(x)", "'".repeat(100_000)), 1),
        (format!("x{}y", "\n".repeat(100_000)), 2),
        (format!("if a then b{}else c", "\n".repeat(100_000)), 1),
        ("trace L\n wrt w\n".repeat(20_000), 20_000),
    ] {
        assert_eq!(script(&text).0.body.len(), statements);
    }
}

#[test]
fn blocks_have_a_deepest_level() {
    let nested = |n: usize| format!("{}x{}", "repeat 1 {".repeat(n), "}".repeat(n));
    script(&nested(256));
    assert_eq!(failure(&nested(257)).code(), Code::Limit);
    let chained = |n: usize| format!("if a {{ x }}{}", " else if a { x }".repeat(n));
    script(&chained(255));
    assert_eq!(failure(&chained(256)).code(), Code::Limit);
    on_a_small_stack(move || {
        assert_eq!(failure(&nested(100_000)).code(), Code::Limit);
        assert_eq!(failure(&chained(100_000)).code(), Code::Limit);
    });
}

/// Words in random order: no text may panic, every error is placed inside the text and says what to
/// do, and what parses prints as itself.
#[test]
fn arbitrary_words() {
    const WORDS: &[&str] = &[
        "x", "y", "f", "1", "2.5", "\"t\"", "(", ")", "[", "]", "{", "}", "+", "-", "*", "^", "'",
        "²", "⁴", "=", ":=", "==", "<", ",", ":", "..", ";", "\n", "\n", "if", "then", "else",
        "and", "or", "not", "for", "in", "trace", "print", "repeat", "while", "input", "import",
        "assert", "plot", "over", "wrt", "along", "using", "at", "with", "to", "from", "coloured",
        "by", "points", "steps", "forward", "log", "ŷ", "xᵀ", "“", "'a'", ".", "!", "+=", "->",
        "end", "def", "# c\n", "\"open", "\r", "é", "1.", " ",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    for _ in 0..30_000 {
        let mut text = String::new();
        for _ in 0..=next(14) {
            text.push_str(WORDS[next(WORDS.len())]);
            text.push_str(["", " "][next(2)]);
        }
        let source = Source::new("test", text.as_str());
        match parse(&source) {
            Ok((script, _)) => check_script(&script, &text),
            Err(error) => check_error(&error, &source),
        }
    }
}

#[test]
fn the_length_of_a_name_is_that_of_its_normal_form() {
    let name = |parts: &str, count: usize| format!("y = m{}", parts.repeat(count));
    script(&name("e\u{301}", 100));
    script(&name("x", 255));
    let too_long = "a name has at most 256 bytes";
    assert_eq!(failure(&name("\u{344}", 100)).message(), too_long);
    assert_eq!(failure(&name("x", 256)).message(), too_long);
}

fn check_script(script: &Script, text: &str) {
    assert_eq!(completeness(text), Completeness::Complete, "{text:?}");
    let spans = script.expressions.iter().map(|expr| expr.span);
    for span in spans.chain(script.statements.iter().map(|statement| statement.span)) {
        assert!(!script.source.slice(span).is_empty(), "{text:?}: {span:?}");
    }
    for id in &script.body {
        let StatementKind::Define(_, value) = &script.statement(*id).kind else {
            continue;
        };
        let printed = printer::print(script, *value);
        assert_eq!(
            expression(&format!("({printed})")),
            tree(script, *value),
            "{text:?}"
        );
    }
}

fn check_error(error: &Diagnostic, source: &Rc<Source>) {
    let text = &source.text;
    assert!(error.advice().is_some(), "{text:?}: {error}");
    for label in error.labels() {
        let span = label.location.span;
        assert!(text.get(span.range()).is_some(), "{text:?}: {span:?}");
    }
}

#[test]
fn the_dictionary_of_the_fuzzer_holds_every_word() {
    let dictionary = include_str!("../../fuzz/language.dict");
    let words = reserved_words()
        .chain(statement_words())
        .chain(tail_words())
        .chain(["from", "coloured", "by"])
        .chain(mode_words())
        .chain(WITH_ITEMS.map(|item| item.split(' ').next().unwrap_or(item)))
        .chain(SPECIAL.iter().map(|row| row.name));
    for word in words {
        let entry = |end| dictionary.contains(&format!("\n\"{word}{end}\"\n"));
        assert!(entry(' ') || entry('('), "`{word}` is missing");
    }
}

#[test]
fn statements_take_what_a_tail_can_hold() {
    let known: Vec<&str> = tail_words().chain(WITH_ITEMS).collect();
    for row in &STATEMENTS {
        for part in row.takes {
            assert!(known.contains(part), "`{}` takes `{part}`", row.word);
        }
    }
}
